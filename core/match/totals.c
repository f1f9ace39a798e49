/* The exact count over all rows: how many are proposed, to be checked and excluded, and by whose
 * gates. A row is excluded under each criterion of which it fails a gate. */
#include <math.h>
#include <string.h>

#include "base/check.h"
#include "match/match_run.h"
#include "match/totals_sweep.h"

typedef struct totals_counter {
    const char *criterion;
    uint64_t gates;
    uint64_t count;
} totals_counter;

typedef struct totals {
    match_run_state *run;
    totals_counter counters[TOTALS_COUNTER_MAX];
    uint32_t counter_count;
    uint64_t rows, proposed, to_check, excluded;
    run_anchor anchor; /* the first anchor row */
} totals;

static bool find_counters(totals *t, err *e)
{
    const match_run_state *run = t->run;
    for (uint32_t i = 0; i < run->program->gate_count; i++) {
        if ((run->gates >> i & 1u) == 0) {
            continue;
        }
        const char *criterion = run->program->gates[i].criterion;
        uint32_t k = 0;
        while (k < t->counter_count && strcmp(t->counters[k].criterion, criterion) != 0) {
            k++;
        }
        if (k == TOTALS_COUNTER_MAX) {
            return fail(e, ERR_INTERNAL, "more than %d plugins have gates", TOTALS_COUNTER_MAX);
        }
        if (k == t->counter_count) {
            t->counters[t->counter_count++] = (totals_counter){.criterion = criterion};
        }
        t->counters[k].gates |= 1ULL << i;
    }
    return true;
}

/* What gates a pair fails, a bit each, and what comes out. */
typedef struct pair_state {
    uint64_t failing;
    verdict verdict;
    bool is_counted;
} pair_state;

/* One anchor row against one segment. */
typedef struct totals_ask {
    gate_row anchor;
    words_query query;
} totals_ask;

static bool passes_filters(const match_run_state *run, const gate_row *seeker,
                           const gate_row *offer)
{
    const match_query *q = run->query;
    for (uint32_t i = 0; i < q->filter_count; i++) {
        if (gate_judge(run->program, &q->filters[i], seeker, offer, q->as_of) != VERDICT_YES) {
            return false;
        }
    }
    return true;
}

static pair_state judge_row(const match_run_state *run, const run_segment *s, const totals_ask *ask,
                            uint32_t row)
{
    const words_query *q = &ask->query;
    gate_row pair = {s->segment, row, s->words->derived, row, NULL};
    const gate_row *seeker = run->row_side == SIDE_OFFER ? &ask->anchor : &pair;
    const gate_row *offer = run->row_side == SIDE_OFFER ? &pair : &ask->anchor;
    pair_state state = {.is_counted = passes_filters(run, seeker, offer)};
    if (!state.is_counted) {
        return state;
    }
    state.failing = words_failing(q, READ_POSSIBLE, row) | q->no_gates;
    bool is_unsure =
        q->check_gates != 0 || (q->certain_differs && words_failing(q, READ_CERTAIN, row) != 0);
    uint64_t apart = words_apart(q, row);
    if (run->has_km_gate) {
        apart |= 1ULL << s->words->km_gate;
    }
    for (uint64_t left = apart; left != 0; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(left);
        verdict v =
            gate_judge(run->program, &run->program->gates[i], seeker, offer, run->query->as_of);
        state.failing |= (uint64_t)(v == VERDICT_NO) << i;
        is_unsure = is_unsure || v == VERDICT_CHECK;
    }
    state.verdict = state.failing != 0 ? VERDICT_NO : is_unsure ? VERDICT_CHECK : VERDICT_YES;
    return state;
}

static void count_row(totals *t, const pair_state *state)
{
    t->rows += state->is_counted;
    if (!state->is_counted) {
        return;
    }
    t->proposed += state->verdict == VERDICT_YES;
    t->to_check += state->verdict == VERDICT_CHECK;
    if (state->verdict == VERDICT_NO) {
        t->excluded++;
        for (uint32_t i = 0; i < t->counter_count; i++) {
            t->counters[i].count += (state->failing & t->counters[i].gates) != 0;
        }
    }
}

/* A person is as well off as with the best of the offer's intakes; who is excluded from all of them
 * counts under every criterion that excludes from one. */
static pair_state judge_best(const match_run_state *run, const run_segment *s,
                             const totals_ask *asks, uint32_t ask_count, uint32_t row)
{
    pair_state best = {.verdict = VERDICT_NO};
    for (uint32_t i = 0; i < ask_count; i++) {
        pair_state state = judge_row(run, s, &asks[i], row);
        if (state.is_counted) {
            best.is_counted = true;
            best.failing |= state.failing;
            best.verdict = state.verdict < best.verdict ? state.verdict : best.verdict;
        }
    }
    return best;
}

static bool is_in_bounds(const match_run_state *run, const run_segment *s, uint32_t row)
{
    if (s->live != NULL && (s->live[row >> 6] >> (row & 63u) & 1u) == 0) {
        return false;
    }
    uint8_t kind = s->words->kinds[row];
    return run->row_side != SIDE_OFFER || kind >= 64 || (run->query->kinds >> kind & 1u) != 0;
}

static bool sweep_segment(totals *t, const run_segment *s, const totals_ask *ask, err *e)
{
    sweep_counts counts = {0};
    uint64_t gates[TOTALS_COUNTER_MAX];
    for (uint32_t c = 0; c < t->counter_count; c++) {
        gates[c] = t->counters[c].gates;
    }
    const sweep broom = {.run = t->run,
                         .segment = s,
                         .query = &ask->query,
                         .anchor = &t->anchor,
                         .counter_count = t->counter_count,
                         .gates = gates,
                         .counts = &counts};
    if (!sweep_count(&broom, e)) {
        return false;
    }
    for (uint32_t c = 0; c < t->counter_count; c++) {
        t->counters[c].count += counts.by_counter[c];
    }
    t->rows += counts.rows;
    t->proposed += counts.proposed;
    t->to_check += counts.check;
    t->excluded += counts.excluded;
    return true;
}

/* Blocks of rows at once where one row asks and the words can tell; else row by row. */
static bool count_segment(totals *t, const run_segment *s, const totals_ask *asks,
                          uint32_t ask_count, err *e)
{
    const match_run_state *run = t->run;
    uint32_t row_count = segment_row_count(s->segment);
    if (ask_count == 1 && asks[0].query.judged == 0 && run->query->filter_count == 0) {
        return sweep_segment(t, s, &asks[0], e);
    }
    for (uint32_t row = 0; row < row_count; row++) {
        if (is_in_bounds(run, s, row)) {
            pair_state state = judge_best(run, s, asks, ask_count, row);
            count_row(t, &state);
        }
    }
    return true;
}

static bool tell(const totals *t, arena *a, match_answer *ret, err *e)
{
    match_excluded *by = arena_make_array(a, t->counter_count, match_excluded);
    if (by == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the totals");
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < t->counter_count; i++) {
        if (t->counters[i].count > 0) {
            by[count++] = (match_excluded){t->counters[i].criterion, t->counters[i].count};
        }
    }
    ret->has_totals = true;
    ret->rows = t->rows;
    ret->proposed = t->proposed;
    ret->check = t->to_check;
    ret->excluded = t->excluded;
    ret->excluded_by = by;
    ret->excluded_by_count = count;
    return true;
}

bool totals_count(match_run_state *run, arena *a, match_answer *ret, err *e)
{
    totals t = {.run = run};
    const match_query *q = run->query;
    totals_ask *asks = arena_make_array(&run->worker->scratch, q->anchor_row_count, totals_ask);
    if (asks == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the totals");
    }
    if (!find_counters(&t, e)) {
        return false;
    }
    for (uint32_t i = 0; i < q->anchor_row_count; i++) {
        if (!anchor_row(run, i, &asks[i].anchor, e)) {
            return false;
        }
    }
    if (!anchor_read(run, 0, &t.anchor, e)) {
        return false;
    }
    for (uint32_t k = 0; k < run->segment_count; k++) {
        run_segment *s = &run->segments[k];
        for (uint32_t i = 0; i < q->anchor_row_count; i++) {
            words_ask(s->words, &asks[i].anchor, run->gates, q->as_of, &asks[i].query);
        }
        if (!count_segment(&t, s, asks, q->anchor_row_count, e)) {
            return false;
        }
        if (q->stop != NULL && __atomic_load_n(q->stop, __ATOMIC_RELAXED)) {
            return fail(e, ERR_CANCELLED, "the question was taken back");
        }
    }
    return tell(&t, a, ret, e);
}
