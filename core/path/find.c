/* One question from beginning to end. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "path/parts.h"

static int compare_chains(const void *a, const void *b)
{
    const front_chain *x = a;
    const front_chain *y = b;
    if (x->arrival != y->arrival) {
        return x->arrival < y->arrival ? -1 : 1;
    }
    if (x->steps != y->steps) {
        return x->steps < y->steps ? -1 : 1;
    }
    if (x->weeks != y->weeks) {
        return x->weeks < y->weeks ? -1 : 1;
    }
    if (x->doubts != y->doubts) {
        return x->doubts < y->doubts ? -1 : 1;
    }
    return x->fit > y->fit ? -1 : x->fit < y->fit;
}

/* ------------------------------------------------------------------------------------ telling */

/* Steps of a chain with the goal behind them, while they are told one after the other. */
typedef struct telling {
    finder *f;
    arena *a;
    const candidate *candidates[PATH_STEP_MAX + 1];
    day starts[PATH_STEP_MAX + 1], ends[PATH_STEP_MAX + 1];
    uint32_t numbers[PATH_STEP_MAX + 1];
    uint32_t count;
    uint32_t used;
} telling;

static bool facts_before(telling *t, uint32_t at, uint32_t *ret, err *e)
{
    bitset gained = {0};
    span spans[SPAN_MAX];
    uint32_t span_count = 0;
    for (uint32_t i = 0; i < at; i++) {
        if (t->ends[i] > t->starts[at]) {
            continue;
        }
        bitset_join(&gained, &t->candidates[i]->effects);
        if (t->candidates[i]->is_insured) {
            spans[span_count++] = (span){t->starts[i], t->ends[i]};
        }
    }
    return facts_add(t->f, 0, &gained, spans, span_count, ret, e);
}

static bool tell_effects(telling *t, const candidate *c, path_step *s, err *e)
{
    uint64_t effects[OUTCOME_MAX];
    uint32_t count = 1;
    if (c->segment == NULL) {
        effects[0] = t->f->q->extras[c->extra].effect;
    } else {
        count = columns_effects(&t->f->columns, c->segment, c->row, effects);
    }
    uint64_t *kept = arena_make_array(t->a, count, uint64_t);
    if (kept == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a pathway");
    }
    for (uint32_t i = 0; i < count; i++) {
        kept[i] = effects[i];
    }
    s->effects = kept;
    s->effect_count = count;
    return true;
}

static verdict beside_before(const telling *t, uint32_t at)
{
    const candidate *together[PATH_STEP_MAX + 1];
    uint32_t count = 0;
    for (uint32_t i = 0; i < at; i++) {
        if (t->ends[i] >= t->starts[at]) {
            together[count++] = t->candidates[i];
        }
    }
    if (count == 0) {
        return VERDICT_YES;
    }
    together[count++] = t->candidates[at];
    return dates_beside(t->f, together, count);
}

static bool tell_step(telling *t, uint32_t at, path_step *s, err *e)
{
    finder *f = t->f;
    uint32_t facts_number;
    judgement j;
    if (!facts_before(t, at, &facts_number, e) ||
        !judge_then(f, t->numbers[at], facts_number, t->starts[at], &j, e)) {
        return false;
    }
    check(j.is_open);
    const candidate *c = t->candidates[at];
    bool is_goal = at + 1 == t->count;
    *s = (path_step){.segment = c->segment,
                     .row = c->row,
                     .extra = c->extra,
                     .start = t->starts[at],
                     .end = t->ends[at],
                     .weeks = is_goal ? 0 : candidate_weeks(c, t->starts[at]),
                     .checks = j.checks,
                     .is_insured = c->is_insured,
                     .is_assumed = c->is_assumed,
                     .shift = c->shift,
                     .grant_codes = c->grants};
    s->beside_check = beside_before(t, at) == VERDICT_CHECK;
    s->grant = grant_of(f, c, s->start, t->used, &s->grant_held, &s->grant_lapses, &s->enrol);
    t->used |= s->grant == PATH_GRANT_HELD ? 1u << s->grant_held : 0;
    s->doubts = j.doubts + (s->beside_check ? 1 : 0) +
                (s->grant == PATH_GRANT_LAPSED || s->grant == PATH_GRANT_TO_ASK ? 1 : 0);
    return tell_effects(t, c, s, e);
}

static bool tell_chain(finder *f, const front_chain *from, arena *a, path_chain *ret, err *e)
{
    telling t = {.f = f, .a = a};
    uint32_t labels[PATH_STEP_MAX];
    uint32_t count = search_steps(f, from->label, labels);
    for (uint32_t i = 0; i < count; i++) {
        const label *l = &f->labels[labels[i]];
        t.numbers[i] = l->candidate;
        t.candidates[i] = &f->candidates[l->candidate];
        t.starts[i] = l->start;
        t.ends[i] = l->end;
    }
    t.numbers[count] = from->candidate;
    t.candidates[count] = &f->candidates[from->candidate];
    t.starts[count] = from->arrival;
    t.ends[count] = t.candidates[count]->has_end ? candidate_end(t.candidates[count], from->arrival)
                                                 : LOTSE_OPEN;
    t.count = count + 1;
    path_step *steps = arena_make_array(a, t.count, path_step);
    if (steps == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a pathway");
    }
    uint32_t doubts = 0;
    for (uint32_t i = 0; i < t.count; i++) {
        if (!tell_step(&t, i, &steps[i], e)) {
            return false;
        }
        doubts += steps[i].doubts;
    }
    check(doubts == from->doubts);
    *ret = (path_chain){.steps = steps,
                        .step_count = t.count,
                        .arrival = from->arrival,
                        .weeks = from->weeks,
                        .doubts = from->doubts,
                        .fit = from->fit};
    return true;
}

static bool tell_closed(const finder *f, arena *a, path_answer *ret, err *e)
{
    path_closed *closed = arena_make_array(a, GATE_COUNT_MAX, path_closed);
    if (closed == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a pathway");
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < f->program->gate_count; i++) {
        if (f->closed[i] == 0) {
            continue;
        }
        uint32_t at = count++;
        while (at > 0 && closed[at - 1].count < f->closed[i]) {
            closed[at] = closed[at - 1];
            at--;
        }
        closed[at] = (path_closed){i, f->closed[i]};
    }
    ret->closed = closed;
    ret->closed_count = count;
    ret->closed_by_dates = f->closed_other;
    return true;
}

static bool tell(finder *f, arena *a, path_answer *ret, err *e)
{
    *ret = (path_answer){.is_exact = f->is_exact && !f->has_overflow,
                         .bound = f->bound,
                         .goal_rows = f->goal_rows,
                         .goal_open = f->goal_open,
                         .goal_reached = f->goal_reached,
                         .label_count = f->label_count,
                         .candidate_count = f->candidate_count};
    if (f->front.count > 0) {
        qsort(f->front.chains, f->front.count, sizeof *f->front.chains, compare_chains);
    }
    ret->chains = arena_make_array(a, f->front.count, path_chain);
    if (ret->chains == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a pathway");
    }
    for (uint32_t i = 0; i < f->front.count; i++) {
        if (!tell_chain(f, &f->front.chains[i], a, &ret->chains[i], e)) {
            return false;
        }
    }
    ret->chain_count = f->front.count;
    return tell_closed(f, a, ret, e);
}

/* ------------------------------------------------------------------------------------ asking */

static day first_arrival(const finder *f)
{
    day first = f->front.chains[0].arrival;
    for (uint32_t i = 1; i < f->front.count; i++) {
        first = f->front.chains[i].arrival < first ? f->front.chains[i].arrival : first;
    }
    return first;
}

static bool search(finder *f, err *e)
{
    if (!facts_begin(f, e)) {
        return false;
    }
    columns_find(f->program, &f->columns);
    judge_sort_gates(f);
    if (!candidate_find_goals(f, e) || !search_at_once(f, e)) {
        return false;
    }
    f->bound = f->front.count > 0 ? first_arrival(f) : DAY_NONE;
    f->goal_reached = f->front.count;
    if (f->q->step_max > 0) {
        reach_drop(f, 2);
        if (!candidate_find_steps(f, e)) {
            return false;
        }
        day earliest = reach_days(f);
        f->goal_reached += f->goal_count;
        if (earliest != DAY_NONE && (f->bound == DAY_NONE || earliest < f->bound)) {
            f->bound = earliest;
        }
        return search_chains(f, e);
    }
    return true;
}

static void finder_fini(finder *f)
{
    facts_end(f);
    mem_free(f->candidates);
    mem_free(f->labels);
    mem_free(f->front.chains);
    memo_fini(&f->states);
    memo_fini(&f->ready);
}

bool path_find(match_worker *w, const path_question *q, arena *a, path_answer *ret, err *e)
{
    arena memory = {0};
    check(q->step_max <= PATH_STEP_MAX);
    finder *f = arena_make(&memory, finder);
    if (f == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a pathway");
    }
    f->worker = w;
    f->q = q;
    f->program = q->strategy->program;
    f->memory = &memory;
    f->is_exact = true;
    path_answer answer;
    bool is_done = search(f, e) && tell(f, a, &answer, e) &&
                   (!q->looks_for_missing || answer.chain_count > 0 || missing_find(f, &answer, e));
    finder_fini(f);
    arena_fini(&memory);
    if (is_done) {
        *ret = answer;
    }
    return is_done;
}
