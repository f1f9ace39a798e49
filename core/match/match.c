#include "match/match.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "match/match_run.h"

/* ------------------------------------------------------------------------------------ beginning */

static bool find_criteria(match_run_state *run, err *e)
{
    const strategy *s = run->query->strategy;
    run->criterion_count = s->criterion_count;
    run->criteria_derived = 0;
    for (uint32_t i = 0; i < s->criterion_count; i++) {
        run_criterion *c = &run->criteria[i];
        *c = (run_criterion){.spec = &run->program->criteria[s->criteria[i].criterion],
                             .criterion = s->criteria[i].criterion,
                             .slot = i,
                             .weight = s->criteria[i].weight};
        if (!worker_criterion(run->worker, c->criterion, s->criteria[i].params, &c->instance, e)) {
            return false;
        }
        c->late = late_of(c->spec, c->instance);
        record_side side = (record_side)(1 - run->row_side);
        for (uint32_t k = 0; k < c->spec->column_count[side]; k++) {
            run->criteria_derived |= derive_bit(run->program, side, c->spec->columns[side][k]);
        }
    }
    narrow_begin(run);
    return true;
}

/* Members behind `segments` are set when they are first needed. */
static bool begin(match_run_state *run, match_worker *w, const match_query *q,
                  record_side anchor_side, err *e)
{
    const match_program *p = q->strategy->program;
    check(q->limit >= 1);
    check(q->limit <= MATCH_LIMIT_MAX);
    check(q->floor >= -MATCH_PRICE_MAX);
    memset(run, 0, offsetof(match_run_state, segments));
    run->segment_count = 0;
    run->share_bound = NULL;
    run->prefix_bound = NULL;
    run->linear = NULL;
    run->fold = NULL;
    run->needs_km = false;
    run->row_count = 0;
    run->late = (late_list){0};
    run->has_failed = false;
    if (p != snapshot_program(q->snapshot)) {
        return fail(e, ERR_INTERNAL, "the strategy and the snapshot are of different programs");
    }
    if (!worker_use_program(w, p, e)) {
        return false;
    }
    run->worker = w;
    run->query = q;
    run->program = p;
    run->row_side = (record_side)(1 - anchor_side);
    run->gates = gates_of_strategy(q->strategy);
    run->rank = &w->rank;
    infer_plan_find(q->strategy, &run->infer);
    if (run->infer.is_on && !knowledge_prepare(p->knowledge, e)) {
        return false;
    }
    return find_criteria(run, e);
}

void run_end(match_run_state *run)
{
    for (uint32_t i = 0; i < run->segment_count; i++) {
        words_release(run->segments[i].words);
    }
    run->segment_count = 0;
}

/* Does a gate read a derived column of the rows? */
static bool reads_derived(const match_run_state *run, const gate *g)
{
    const uint16_t *columns = run->row_side == SIDE_SEEKER ? g->seeker_columns : g->offer_columns;
    return (derive_bit(run->program, run->row_side, columns[0]) |
            derive_bit(run->program, run->row_side, columns[1])) != 0;
}

static bool anchor_asks(const match_run_state *run, const gate *g)
{
    const match_query *q = run->query;
    for (uint32_t i = 0; i < q->anchor_row_count; i++) {
        const gate_row anchor = {.segment = q->anchor, .row = q->anchor_rows[i]};
        if (words_offer_asks(run->program, g, &anchor)) {
            return true;
        }
    }
    return false;
}

/* Must the derived columns of all rows be there? A million rows take seconds for every new day, and
 * most questions can do without: what gates need is derived of the few rows that are in by all
 * else. Criteria look at every row, and so do totals where the anchor asks by such a gate; a batch
 * soon has looked at all rows. */
static bool rows_need_day(const match_run_state *run)
{
    const match_query *q = run->query;
    bool is_lone = q->anchor != NULL && run->row_side == SIDE_SEEKER;
    if (!words_need_day(run->program, run->row_side) || !is_lone) {
        return true;
    }
    for (uint32_t i = 0; i < run->criterion_count; i++) {
        const criterion_spec *spec = run->criteria[i].spec;
        for (uint32_t k = 0; k < spec->column_count[run->row_side]; k++) {
            if (derive_bit(run->program, run->row_side, spec->columns[run->row_side][k]) != 0) {
                return true;
            }
        }
    }
    for (uint32_t i = 0; i < q->filter_count; i++) {
        if (reads_derived(run, &q->filters[i])) {
            return true;
        }
    }
    for (uint64_t left = q->wants_totals ? run->gates : 0; left != 0; left &= left - 1) {
        const gate *g = &run->program->gates[__builtin_ctzll(left)];
        if (reads_derived(run, g) && anchor_asks(run, g)) {
            return true;
        }
    }
    return false;
}

static bool hold_segments(match_run_state *run, err *e)
{
    const match_query *q = run->query;
    uint32_t count = snapshot_segment_count(q->snapshot, run->row_side);
    check(count <= RUN_SEGMENT_MAX);
    uint32_t first_row = 0;
    bool needs_day = rows_need_day(run);
    for (uint32_t i = 0; i < count; i++) {
        run_segment *s = &run->segments[i];
        s->segment = snapshot_segment(q->snapshot, run->row_side, i);
        s->live = q->visible != NULL ? q->visible[i] : snapshot_live(q->snapshot, run->row_side, i);
        s->prices = q->prices == NULL ? NULL : q->prices + first_row;
        first_row += segment_row_count(s->segment);
        if (!(needs_day ? words_hold(s->segment, run->worker->derive, run->program, q->as_of,
                                     &s->words, e)
                        : words_hold_lasting(s->segment, run->program, q->as_of, &s->words, e))) {
            return false;
        }
        late_degrade_fields(run->worker, s->words->missing, s->words->missing_why);
        narrow_find_near(run, s);
        run->segment_count++;
    }
    return true;
}

/* What must be derived of the anchor: for gates that some row may fail, for filters and criteria.
 */
static uint64_t derived_needed(const match_run_state *run)
{
    const match_query *q = run->query;
    record_side side = (record_side)(1 - run->row_side);
    uint64_t needed = run->criteria_derived;
    for (uint32_t i = 0; i < run->segment_count; i++) {
        const words *w = run->segments[i].words;
        for (uint64_t left = run->gates & w->asking_gates; left != 0; left &= left - 1) {
            needed |= w->derived_of[__builtin_ctzll(left)];
        }
    }
    for (uint32_t i = 0; i < q->filter_count; i++) {
        const gate *g = &q->filters[i];
        const uint16_t *columns = side == SIDE_SEEKER ? g->seeker_columns : g->offer_columns;
        needed |=
            derive_bit(run->program, side, columns[0]) | derive_bit(run->program, side, columns[1]);
    }
    return needed;
}

/* Is the distance gate that the words leave to the walk among those that are on? */
static void find_km_gate(match_run_state *run)
{
    run->has_km_gate = false;
    run->km_unknown_is_yes = false;
    if (run->segment_count == 0 || run->segments[0].words->km_gate < 0) {
        return;
    }
    uint32_t km_gate = (uint32_t)run->segments[0].words->km_gate;
    run->has_km_gate = (run->gates >> km_gate & 1u) != 0;
    run->km_unknown_is_yes = run->program->gates[km_gate].unknown_is_yes;
}

bool run_begin(match_run_state *run, match_worker *w, const match_query *q, record_side anchor_side,
               err *e)
{
    if (!begin(run, w, q, anchor_side, e) || !hold_segments(run, e)) {
        run_end(run);
        return false;
    }
    find_km_gate(run);
    run->derived = derived_needed(run);
    return true;
}

static bool take_anchor(match_run_state *run, uint32_t index, err *e)
{
    run->classes_made = 0;
    run->current = NULL;
    run->class_now = NULL;
    run->class_next = NULL;
    return anchor_read(run, index, &run->anchor, e) && anchor_select(run, &run->anchor, e);
}

bool run_walk(match_run_state *run, err *e)
{
    const match_query *q = run->query;
    check(q->anchor_row_count >= 1);
    rank_begin(run->rank, q->limit, q->floor);
    run->late = (late_list){0};
    run->failure = e;
    run->has_repeats = q->anchor_row_count > 1;
    for (uint32_t i = 0; i < q->anchor_row_count; i++) {
        if (!take_anchor(run, i, e)) {
            return false;
        }
        for (uint32_t k = 0; k < run->segment_count && !run->has_failed; k++) {
            run_segment *s = &run->segments[k];
            words_ask(s->words, &run->anchor.row, run->gates, q->as_of, &s->query);
            narrow_walk(run, s);
        }
        if (run->has_failed) {
            return false;
        }
    }
    return true;
}

bool run_rank(match_run_state *run, err *e)
{
    arena_reset(&run->worker->scratch);
    if (run->early_count == run->criterion_count) {
        return run_walk(run, e);
    }
    late_begin(run);
    if (!run_walk(run, e) || !late_gather(run, e)) {
        return false;
    }
    late_ring(run);
    late_rank(run);
    return true;
}

/* ------------------------------------------------------------------------------------ hits */

verdict match_judge_pair(const match_run_state *run, const gate_row *anchor, const gate_row *row)
{
    const match_query *q = run->query;
    const gate_row *seeker = run->row_side == SIDE_OFFER ? anchor : row;
    const gate_row *offer = run->row_side == SIDE_OFFER ? row : anchor;
    verdict worst = VERDICT_YES;
    for (uint64_t left = run->gates; left != 0 && worst != VERDICT_NO; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(left);
        verdict v = gate_judge(run->program, &run->program->gates[i], seeker, offer, q->as_of);
        worst = v > worst ? v : worst;
    }
    return worst;
}

static bool passes_filters(const match_run_state *run, const gate_row *anchor, const gate_row *row)
{
    const match_query *q = run->query;
    const gate_row *seeker = run->row_side == SIDE_OFFER ? anchor : row;
    const gate_row *offer = run->row_side == SIDE_OFFER ? row : anchor;
    for (uint32_t i = 0; i < q->filter_count; i++) {
        if (gate_judge(run->program, &q->filters[i], seeker, offer, q->as_of) != VERDICT_YES) {
            return false;
        }
    }
    return true;
}

static bool is_admissible(const match_run_state *run, const gate_row *anchor, const gate_row *row)
{
    verdict v = match_judge_pair(run, anchor, row);
    if (v == VERDICT_NO || !passes_filters(run, anchor, row)) {
        return false;
    }
    return (run->query->verdicts & (v == VERDICT_YES ? MATCH_YES_BIT : MATCH_CHECK_BIT)) != 0;
}

static void add_other(match_run_state *run, match_hit *hit, const segment *s, uint32_t row)
{
    uint32_t kept = hit->other_count < OTHER_INTAKES_MAX ? hit->other_count : OTHER_INTAKES_MAX;
    hit->other_count++;
    uint32_t at = kept;
    while (at > 0 && rank_compare_intakes(run->worker, s, row, hit->others[at - 1].segment,
                                          hit->others[at - 1].row) < 0) {
        if (at < OTHER_INTAKES_MAX) {
            hit->others[at] = hit->others[at - 1];
        }
        at--;
    }
    if (at < OTHER_INTAKES_MAX) {
        hit->others[at].segment = s;
        hit->others[at].row = row;
    }
}

bool run_row(match_run_state *run, const run_segment *s, uint32_t row, gate_row *ret)
{
    match_worker *w = run->worker;
    *ret = (gate_row){s->segment, row, s->words->derived, row, NULL};
    if (s->words->day_gates == 0) {
        return true;
    }
    arena_reset(&w->row);
    ret->derived_row = 0;
    if (!derive_rows(w->derive, s->segment, &row, 1, run->query->as_of, DERIVE_ALL, &w->row,
                     &ret->derived, run->failure)) {
        run->has_failed = true;
        return false;
    }
    return true;
}

/* The hit offer's other intakes. */
static void find_other_rows(match_run_state *run, run_segment *s, const run_anchor *anchor,
                            match_hit *hit)
{
    if (s->segment->head->record_count == s->segment->head->row_count) {
        return;
    }
    uint32_t record = s->segment->record_of[hit->row];
    for (uint32_t i = s->segment->row_starts[record]; i < s->segment->row_starts[record + 1]; i++) {
        uint32_t row = s->segment->record_rows[i];
        gate_row pair;
        if (row != hit->row && run_row(run, s, row, &pair) &&
            is_admissible(run, &anchor->row, &pair)) {
            add_other(run, hit, s->segment, row);
        }
    }
}

/* The asking offer's other intakes for the seeker found. */
static bool find_other_anchors(match_run_state *run, const gate_row *anchors, run_segment *s,
                               match_hit *hit)
{
    const match_query *q = run->query;
    gate_row pair;
    if (!run_row(run, s, hit->row, &pair)) {
        return false;
    }
    for (uint32_t i = 0; i < q->anchor_row_count; i++) {
        if (i != hit->anchor_row && is_admissible(run, &anchors[i], &pair)) {
            add_other(run, hit, q->anchor, q->anchor_rows[i]);
        }
    }
    return true;
}

static void sum_parts(match_run_state *run, match_hit *hit, const match_part *parts)
{
    hit->low = 0;
    hit->high = 0;
    for (uint32_t i = 0; i < run->criterion_count; i++) {
        int32_t weight = run->query->strategy->criteria[i].weight;
        bool is_certain = parts[i].verdict == VERDICT_YES;
        hit->low += is_certain ? parts[i].points : 0;
        hit->high += is_certain ? parts[i].points : weight;
    }
}

static bool part_of(match_run_state *run, const run_criterion *c, int32_t score,
                    uint8_t verdict_code, match_part *ret)
{
    (void)run;
    *ret = (match_part){.score = score,
                        .points = contribution(c->weight, score),
                        .verdict = verdict_code == LOTSE_CHECK ? VERDICT_CHECK : VERDICT_YES};
    return true;
}

/* Scores hits of one segment and one anchor row again, to tell the parts. Their indexes stand in
 * `which`. */
static bool score_parts(match_run_state *run, run_segment *s, match_hit *hits,
                        match_part *const *parts, const uint32_t *which, uint32_t count, err *e)
{
    match_worker *w = run->worker;
    for (uint32_t at = 0; at < count; at += CHUNK_ROW_MAX) {
        uint32_t n = count - at < CHUNK_ROW_MAX ? count - at : CHUNK_ROW_MAX;
        for (uint32_t i = 0; i < n; i++) {
            const match_hit *hit = &hits[which[at + i]];
            w->rows[i] = hit->row;
            w->km[i] = hit->km;
        }
        lotse_pairs pairs = {.size = sizeof pairs, .count = n};
        for (uint32_t k = 0; k < run->early_count; k++) {
            const run_criterion *c = &run->criteria[k];
            pairs.km_offset =
                c->spec->uses_km ? (uint64_t)((uintptr_t)w->km - (uintptr_t)&pairs) : 0;
            if (c->instance->score(c->instance->self, &s->words->views[c->criterion].table, w->rows,
                                   n, &pairs, w->verdicts, w->scores) != LOTSE_OK ||
                !narrow_answers_are_good(w->scores, w->verdicts, n)) {
                return fail(e, ERR_PLUGIN_FAULT, "the criterion \"%s\" did not score", c->spec->id);
            }
            for (uint32_t i = 0; i < n; i++) {
                part_of(run, c, w->scores[i], w->verdicts[i], &parts[which[at + i]][c->slot]);
            }
        }
    }
    return true;
}

/* What late criteria said is not asked twice. */
static void tell_late_parts(match_run_state *run, match_part *const *parts, uint32_t count)
{
    const late_list *l = &run->late;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t candidate = rank_at(run->rank, i)->candidate;
        for (uint32_t k = run->early_count; k < run->criterion_count; k++) {
            const run_criterion *c = &run->criteria[k];
            size_t at = (size_t)(k - run->early_count) * l->count + candidate;
            part_of(run, c, l->scores[at], l->verdicts[at], &parts[i][c->slot]);
        }
    }
}

/* Parts of all hits, anchor row by anchor row and segment by segment. */
static bool tell_parts(match_run_state *run, match_hit *hits, match_part *const *parts,
                       uint32_t count, err *e)
{
    const match_query *q = run->query;
    uint32_t *which = arena_make_array(&run->worker->scratch, count, uint32_t);
    if (which == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the matches");
    }
    for (uint32_t a = 0; a < q->anchor_row_count; a++) {
        bool is_taken = run->anchor.index == a;
        for (uint32_t k = 0; k < run->segment_count; k++) {
            run_segment *s = &run->segments[k];
            uint32_t found = 0;
            for (uint32_t i = 0; i < count; i++) {
                if (hits[i].anchor_row == a && hits[i].segment == s->segment) {
                    which[found++] = i;
                }
            }
            if (found == 0) {
                continue;
            }
            if (!is_taken && !take_anchor(run, a, e)) {
                return false;
            }
            is_taken = true;
            for (uint32_t i = 0; i < found; i++) {
                match_hit *hit = &hits[which[i]];
                if (!run->needs_km && !run->has_km_gate) {
                    hit->km = anchor_km(run->worker, &run->anchor, s->segment, hit->row);
                }
                if (run->row_side == SIDE_OFFER) {
                    find_other_rows(run, s, &run->anchor, hit);
                }
            }
            if (!score_parts(run, s, hits, parts, which, found, e)) {
                return false;
            }
        }
    }
    return true;
}

verdict run_verdict(const match_run_state *run, const rank_entry *entry)
{
    return entry->is_judged
               ? entry->verdict
               : narrow_judge_certain(run, &run->segments[entry->segment], entry->row, entry->km);
}

bool run_tell(match_run_state *run, arena *a, match_answer *ret, err *e)
{
    const match_query *q = run->query;
    uint32_t count = run->rank->count;
    match_hit *hits = arena_make_array(a, count, match_hit);
    match_part *all = arena_make_array(a, (size_t)count * run->criterion_count, match_part);
    match_part **parts = arena_make_array(&run->worker->scratch, count, match_part *);
    gate_row *anchors = arena_make_array(&run->worker->scratch, q->anchor_row_count, gate_row);
    if (hits == NULL || all == NULL || parts == NULL || anchors == NULL) {
        return fail(e, ERR_MEMORY, "no memory for %u matches", count);
    }
    for (uint32_t i = 0; i < count; i++) {
        const rank_entry *entry = rank_at(run->rank, i);
        parts[i] = all + (size_t)i * run->criterion_count;
        const run_segment *s = &run->segments[entry->segment];
        hits[i] = (match_hit){.segment = s->segment,
                              .row = entry->row,
                              .anchor_row = entry->anchor_row,
                              .score = entry->score + price_of(s, entry->row),
                              .verdict = run_verdict(run, entry),
                              .km = entry->km,
                              .parts = parts[i]};
    }
    if (!tell_parts(run, hits, parts, count, e) || run->has_failed) {
        return false;
    }
    tell_late_parts(run, parts, count);
    if (run->row_side == SIDE_SEEKER && q->anchor_row_count > 1) {
        for (uint32_t i = 0; i < q->anchor_row_count; i++) {
            if (!anchor_row(run, i, &anchors[i], e)) {
                return false;
            }
        }
        for (uint32_t i = 0; i < count; i++) {
            run_segment *s = &run->segments[rank_at(run->rank, i)->segment];
            if (!find_other_anchors(run, anchors, s, &hits[i])) {
                return false;
            }
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        sum_parts(run, &hits[i], parts[i]);
    }
    ret->hits = hits;
    ret->hit_count = count;
    return true;
}

bool match_run(match_worker *w, const match_query *q, arena *a, match_answer *ret, err *e)
{
    match_run_state run;
    match_answer answer = {0};
    anchor_fetch(q->anchor, q->anchor_rows[0]);
    if (!run_begin(&run, w, q, segment_side(q->anchor), e)) {
        return false;
    }
    bool is_good = run_rank(&run, e) && run_tell(&run, a, &answer, e) &&
                   (!q->wants_totals || totals_count(&run, a, &answer, e));
    run_end(&run);
    if (is_good) {
        *ret = answer;
    }
    return is_good;
}

bool match_derive(match_worker *w, const match_program *p, const segment *s, const uint32_t *rows,
                  uint32_t row_count, day as_of, arena *a, const lotse_table **ret, err *e)
{
    return worker_use_program(w, p, e) &&
           derive_rows(w->derive, s, rows, row_count, as_of, DERIVE_ALL, a, ret, e);
}
