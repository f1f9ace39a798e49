/* Criteria that run in another process. Asking them chunk by chunk would wake the other side for
 * every chunk; so rows are narrowed by the other criteria alone, those that may still be among the
 * k best whatever the late ones say are kept, and these are asked about together. */
#include <string.h>

#include "base/check.h"
#include "match/match_run.h"

enum { CANDIDATE_CAP_FIRST = 256, UNANSWERED_SCORE = 500000 };

/* ------------------------------------------------------------------------------------ degraded */

const match_degraded *match_degraded_list(const match_worker *w, uint32_t *ret_count)
{
    *ret_count = w->degraded_count;
    return w->degraded;
}

void match_degraded_forget(match_worker *w)
{
    w->degraded_count = 0;
}

bool late_is_degraded(const match_worker *w, uint32_t criterion)
{
    for (uint32_t i = 0; i < w->degraded_count; i++) {
        if (w->degraded[i].criterion == criterion) {
            return true;
        }
    }
    return false;
}

/* Of a plugin that is noted already nothing more is said, but which criterion it is about. */
static void degrade(match_worker *w, uint32_t plugin, uint32_t criterion, err_code why)
{
    for (uint32_t i = 0; i < w->degraded_count; i++) {
        if (w->degraded[i].plugin == plugin) {
            bool is_criterion = criterion != UINT32_MAX;
            w->degraded[i].criterion = is_criterion ? criterion : w->degraded[i].criterion;
            return;
        }
    }
    if (w->degraded_count < PLUGIN_COUNT_MAX) {
        w->degraded[w->degraded_count++] = (match_degraded){plugin, criterion, why};
    }
}

void late_degrade(match_worker *w, uint32_t criterion, const err *why)
{
    degrade(w, w->program->criteria[criterion].plugin, criterion, why->code);
}

void late_degrade_fields(match_worker *w, uint64_t missing, err_code why)
{
    for (uint32_t i = 0; missing != 0 && i < w->program->derived_count; i++) {
        if ((missing >> i % DERIVE_BIT_COUNT & 1u) != 0) {
            degrade(w, w->program->derived[i].plugin, UINT32_MAX, why);
        }
    }
}

/* ------------------------------------------------------------------------------------ gathering */

/* Drops what cannot be among the k best any more: k records come to more at the least. */
static void drop_beaten(match_run_state *run)
{
    late_list *l = &run->late;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < l->count; i++) {
        if (l->candidates[i].most >= run->rank->threshold) {
            l->candidates[kept++] = l->candidates[i];
        }
    }
    l->count = kept;
}

static bool grow(match_run_state *run)
{
    late_list *l = &run->late;
    uint32_t cap = l->cap == 0 ? CANDIDATE_CAP_FIRST : l->cap * 2;
    late_candidate *candidates = arena_make_array(&run->worker->scratch, cap, late_candidate);
    if (candidates == NULL) {
        run->has_failed = true;
        return fail(run->failure, ERR_MEMORY, "no memory for the rows of a question");
    }
    if (l->count > 0) {
        memcpy(candidates, l->candidates, l->count * sizeof *candidates);
    }
    l->candidates = candidates;
    l->cap = cap;
    return true;
}

void late_put(match_run_state *run, const rank_entry *entry, int32_t rest, bool may_repeat)
{
    late_list *l = &run->late;
    if (l->count == l->cap) {
        drop_beaten(run);
        if (l->count > l->cap / 2 || l->cap == 0) {
            if (!grow(run)) {
                return;
            }
        }
    }
    l->candidates[l->count++] = (late_candidate){*entry, entry->score + rest, may_repeat};
}

/* ------------------------------------------------------------------------------------ asking */

void late_begin(match_run_state *run)
{
    match_worker *w = run->worker;
    for (uint32_t k = run->early_count; k < run->criterion_count; k++) {
        const run_criterion *c = &run->criteria[k];
        c->late->begin(c->instance->self, &w->scratch);
    }
}

/* Candidates of one anchor row and one segment that stand together. */
static uint32_t stretch_end(const late_list *l, uint32_t first)
{
    const rank_entry *a = &l->candidates[first].entry;
    uint32_t end = first + 1;
    while (end < l->count && l->candidates[end].entry.segment == a->segment &&
           l->candidates[end].entry.anchor_row == a->anchor_row) {
        end++;
    }
    return end;
}

static bool select_anchor(match_run_state *run, const run_criterion *c, uint32_t anchor_row, err *e)
{
    record_side side = segment_side(run->query->anchor);
    table_view *view = &run->worker->anchor_views[0];
    run_anchor anchor = run->anchor;
    if (run->anchor.index != anchor_row && !anchor_read(run, anchor_row, &anchor, e)) {
        return false;
    }
    table_view_row(view, run->program, anchor.row.segment, anchor.row.row, anchor.row.derived,
                   anchor.row.derived_row, c->spec->columns[side], c->spec->column_count[side]);
    c->late->select(c->instance->self, &view->table, run->query->as_of);
    return true;
}

/* Hands one criterion the candidates, which stand as they were found: anchor row by anchor row,
 * segment by segment. */
static bool hand_over(match_run_state *run, const run_criterion *c, uint32_t late_index, err *e)
{
    const late_list *l = &run->late;
    int32_t *scores = l->scores + (size_t)late_index * l->count;
    uint8_t *verdicts = l->verdicts + (size_t)late_index * l->count;
    uint32_t anchor_row = UINT32_MAX;
    for (uint32_t first = 0, end = 0; first < l->count; first = end) {
        const rank_entry *entry = &l->candidates[first].entry;
        end = stretch_end(l, first);
        if (entry->anchor_row != anchor_row && !select_anchor(run, c, entry->anchor_row, e)) {
            return false;
        }
        anchor_row = entry->anchor_row;
        const run_segment *s = &run->segments[entry->segment];
        c->late->score(c->instance->self, &s->words->views[c->criterion].table, l->rows + first,
                       end - first, c->spec->uses_km ? l->km + first : NULL, verdicts + first,
                       scores + first);
    }
    return true;
}

bool late_gather(match_run_state *run, err *e)
{
    late_list *l = &run->late;
    arena *a = &run->worker->scratch;
    uint32_t late_count = run->criterion_count - run->early_count;
    drop_beaten(run);
    l->scores = arena_make_array(a, (size_t)l->count * late_count, int32_t);
    l->verdicts = arena_make_array(a, (size_t)l->count * late_count, uint8_t);
    l->rows = arena_make_array(a, l->count, uint32_t);
    l->km = arena_make_array(a, l->count, double);
    if (l->scores == NULL || l->verdicts == NULL || l->rows == NULL || l->km == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the rows of a question");
    }
    for (uint32_t i = 0; i < l->count; i++) {
        l->rows[i] = l->candidates[i].entry.row;
        l->km[i] = l->candidates[i].entry.km;
    }
    for (uint32_t j = 0; j < late_count; j++) {
        const run_criterion *c = &run->criteria[run->early_count + j];
        if (!late_is_degraded(run->worker, c->criterion) && !hand_over(run, c, j, e)) {
            return false;
        }
    }
    return true;
}

void late_judge(match_run_state *run)
{
    for (uint32_t i = 0; i < run->late.count; i++) {
        rank_entry *entry = &run->late.candidates[i].entry;
        entry->verdict = run_verdict(run, entry);
        entry->is_judged = true;
    }
}

void late_ring(match_run_state *run)
{
    match_worker *w = run->worker;
    for (uint32_t k = run->early_count; k < run->criterion_count; k++) {
        const run_criterion *c = &run->criteria[k];
        err why = {0};
        if (!late_is_degraded(w, c->criterion) && !c->late->ring(c->instance->self, &why)) {
            late_degrade(w, c->criterion, &why);
        }
    }
}

/* What a criterion answered, or did not. */
static void settle(match_run_state *run, const run_criterion *c, uint32_t late_index)
{
    const late_list *l = &run->late;
    int32_t *scores = l->scores + (size_t)late_index * l->count;
    uint8_t *verdicts = l->verdicts + (size_t)late_index * l->count;
    if (late_is_degraded(run->worker, c->criterion)) {
        for (uint32_t i = 0; i < l->count; i++) {
            scores[i] = UNANSWERED_SCORE;
            verdicts[i] = LOTSE_CHECK;
        }
    }
    check(narrow_answers_are_good(scores, verdicts, l->count)); /* ring looked at them */
}

void late_rank(match_run_state *run)
{
    const late_list *l = &run->late;
    for (uint32_t k = run->early_count; k < run->criterion_count; k++) {
        settle(run, &run->criteria[k], k - run->early_count);
    }
    rank_begin(run->rank, run->query->limit, run->query->floor);
    for (uint32_t i = 0; i < l->count; i++) {
        rank_entry entry = l->candidates[i].entry;
        entry.candidate = i;
        for (uint32_t k = run->early_count; k < run->criterion_count; k++) {
            size_t at = (size_t)(k - run->early_count) * l->count + i;
            entry.score += contribution(run->criteria[k].weight, l->scores[at]);
        }
        rank_put(run->rank, run, &entry, l->candidates[i].may_repeat);
    }
}

/* ------------------------------------------------------------------------------------ one pair */

void late_score_pair(match_worker *w, const run_criterion *c, const lotse_table *anchor,
                     const lotse_table *row, day as_of, double km, uint8_t *ret_verdict,
                     int32_t *ret_score)
{
    const uint32_t first = 0;
    err why = {0};
    bool is_answered = !late_is_degraded(w, c->criterion);
    if (is_answered) {
        c->late->begin(c->instance->self, &w->scratch);
        c->late->select(c->instance->self, anchor, as_of);
        c->late->score(c->instance->self, row, &first, 1, &km, ret_verdict, ret_score);
        is_answered = c->late->ring(c->instance->self, &why);
        if (!is_answered) {
            late_degrade(w, c->criterion, &why);
        }
    }
    if (!is_answered) {
        *ret_verdict = LOTSE_CHECK;
        *ret_score = UNANSWERED_SCORE;
    }
}
