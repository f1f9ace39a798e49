/* One pair, whatever its verdict: its best rows, their score, and what every gate finds. */
#include "base/check.h"
#include "match/match_run.h"

/* A pair of rows while the best is looked for. */
typedef struct pair_try {
    match_hit hit;
    gate_row anchor, row;
    match_part parts[CRITERION_COUNT_MAX];
} pair_try;

typedef struct pair_judge {
    match_run_state run;
    const match_query *query;
    const segment *other;
    table_view *anchor_view;
    table_view *row_view;
} pair_judge;

/* One criterion on the pair whose views are made. */
static bool score_criterion(pair_judge *j, const run_criterion *c, const criterion_spec *spec,
                            double *km, uint8_t *ret_verdict, int32_t *ret_score, err *e)
{
    const uint32_t row = 0;
    const lotse_criterion *instance = c->instance;
    lotse_error why = {.size = sizeof why};
    lotse_pairs pairs = {.size = sizeof pairs, .count = 1};
    pairs.km_offset = spec->uses_km ? (uint64_t)((uintptr_t)km - (uintptr_t)&pairs) : 0;
    if (c->late != NULL) {
        late_score_pair(j->run.worker, c, &j->anchor_view->table, &j->row_view->table,
                        j->query->as_of, *km, ret_verdict, ret_score);
        return true;
    }
    if (instance->select(instance->self, &j->anchor_view->table, j->query->as_of, &why) !=
            LOTSE_OK ||
        instance->score(instance->self, &j->row_view->table, &row, 1, &pairs, ret_verdict,
                        ret_score) != LOTSE_OK ||
        !narrow_answers_are_good(ret_score, ret_verdict, 1)) {
        return fail(e, ERR_PLUGIN_FAULT, "the criterion \"%s\" did not score", spec->id);
    }
    return true;
}

static bool score_pair(pair_judge *j, const run_anchor *anchor, pair_try *t, err *e)
{
    const match_query *q = j->query;
    const strategy *s = q->strategy;
    record_side side = segment_side(j->other);
    t->hit.km = anchor_km(j->run.worker, anchor, j->other, t->row.row);
    for (uint32_t i = 0; i < s->criterion_count; i++) {
        const criterion_spec *spec = &s->program->criteria[s->criteria[i].criterion];
        uint8_t verdict_code = 0;
        int32_t score = 0;
        table_view_row(j->anchor_view, s->program, anchor->row.segment, anchor->row.row,
                       anchor->row.derived, 0, spec->columns[1 - side],
                       spec->column_count[1 - side]);
        table_view_row(j->row_view, s->program, t->row.segment, t->row.row, t->row.derived, 0,
                       spec->columns[side], spec->column_count[side]);
        if (!score_criterion(j, &j->run.criteria[i], spec, &t->hit.km, &verdict_code, &score, e)) {
            return false;
        }
        int32_t weight = s->criteria[i].weight;
        bool is_certain = verdict_code == LOTSE_YES;
        t->parts[i] = (match_part){.score = score,
                                   .points = contribution(weight, score),
                                   .verdict = is_certain ? VERDICT_YES : VERDICT_CHECK};
        t->hit.score += t->parts[i].points;
        t->hit.low += is_certain ? t->parts[i].points : 0;
        t->hit.high += is_certain ? t->parts[i].points : weight;
    }
    return true;
}

/* Rows that may be proposed come before those that may not; then as in an answer's order. */
static bool precedes(const pair_judge *j, const pair_try *a, const pair_try *b)
{
    const match_hit *x = &a->hit;
    const match_hit *y = &b->hit;
    if ((x->verdict == VERDICT_NO) != (y->verdict == VERDICT_NO)) {
        return y->verdict == VERDICT_NO;
    }
    if (x->score != y->score) {
        return x->score > y->score;
    }
    if (x->verdict != y->verdict) {
        return x->verdict < y->verdict;
    }
    bool row_is_offer = segment_side(j->other) == SIDE_OFFER;
    const gate_row *p = row_is_offer ? &a->row : &a->anchor;
    const gate_row *r = row_is_offer ? &b->row : &b->anchor;
    return rank_compare_intakes(j->run.worker, p->segment, p->row, r->segment, r->row) < 0;
}

static bool find_gates(pair_judge *j, const pair_try *best, arena *a, match_pair *ret, err *e)
{
    const match_program *p = j->query->strategy->program;
    gate_finding *findings = arena_make_array(a, p->gate_count, gate_finding);
    uint32_t *gates = arena_make_array(a, p->gate_count, uint32_t);
    if (findings == NULL || gates == NULL) {
        return fail(e, ERR_MEMORY, "no memory to explain a pair");
    }
    bool row_is_offer = segment_side(j->other) == SIDE_OFFER;
    const gate_row *seeker = row_is_offer ? &best->anchor : &best->row;
    const gate_row *offer = row_is_offer ? &best->row : &best->anchor;
    uint32_t count = 0;
    for (uint64_t left = j->run.gates; left != 0; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(left);
        gate_find(p, &p->gates[i], seeker, offer, j->query->as_of, a, &findings[count]);
        gates[count++] = i;
    }
    ret->findings = findings;
    ret->gates = gates;
    ret->finding_count = count;
    return true;
}

/* The other admissible intakes of the offer, beside the best. */
static void add_other(const pair_judge *j, const pair_try *t, match_hit *hit)
{
    bool row_is_offer = segment_side(j->other) == SIDE_OFFER;
    const gate_row *intake = row_is_offer ? &t->row : &t->anchor;
    uint32_t at = hit->other_count < OTHER_INTAKES_MAX ? hit->other_count : OTHER_INTAKES_MAX;
    hit->other_count++;
    while (at > 0 &&
           rank_compare_intakes(j->run.worker, intake->segment, intake->row,
                                hit->others[at - 1].segment, hit->others[at - 1].row) < 0) {
        if (at < OTHER_INTAKES_MAX) {
            hit->others[at] = hit->others[at - 1];
        }
        at--;
    }
    if (at < OTHER_INTAKES_MAX) {
        hit->others[at].segment = intake->segment;
        hit->others[at].row = intake->row;
    }
}

static bool judge_all(pair_judge *j, const uint32_t *rows, uint32_t row_count, arena *a,
                      match_pair *ret, err *e)
{
    const match_query *q = j->query;
    uint32_t criterion_count = q->strategy->criterion_count;
    pair_try *tries = arena_make_array(&j->run.worker->scratch,
                                       (size_t)q->anchor_row_count * row_count, pair_try);
    match_part *parts = arena_make_array(a, criterion_count, match_part);
    if (tries == NULL || parts == NULL) {
        return fail(e, ERR_MEMORY, "no memory to explain a pair");
    }
    uint32_t count = 0;
    uint32_t best = 0;
    for (uint32_t i = 0; i < q->anchor_row_count; i++) {
        run_anchor anchor;
        if (!anchor_read(&j->run, i, &anchor, e)) {
            return false;
        }
        for (uint32_t k = 0; k < row_count; k++) {
            pair_try *t = &tries[count];
            t->hit = (match_hit){.segment = j->other, .row = rows[k], .anchor_row = i};
            t->anchor = anchor.row;
            if (!anchor_derive(j->run.worker, j->other, rows[k], q->as_of, DERIVE_ALL, &t->row,
                               e) ||
                !score_pair(j, &anchor, t, e)) {
                return false;
            }
            t->hit.verdict = match_judge_pair(&j->run, &t->anchor, &t->row);
            best = count == 0 || precedes(j, t, &tries[best]) ? count : best;
            count++;
        }
    }
    match_hit hit = tries[best].hit;
    for (uint32_t i = 0; i < count; i++) {
        if (i != best && tries[i].hit.verdict != VERDICT_NO) {
            add_other(j, &tries[i], &hit);
        }
    }
    for (uint32_t i = 0; i < criterion_count; i++) {
        parts[i] = tries[best].parts[i];
    }
    hit.parts = parts;
    ret->hit = hit;
    return find_gates(j, &tries[best], a, ret, e);
}

bool match_pair_judge(match_worker *w, const match_query *q, const segment *other,
                      const uint32_t *other_rows, uint32_t other_row_count, arena *a,
                      match_pair *ret, err *e)
{
    const strategy *s = q->strategy;
    check(other_row_count >= 1);
    check(q->anchor_row_count >= 1);
    check(segment_side(other) != segment_side(q->anchor));
    if (!worker_use_program(w, s->program, e)) {
        return false;
    }
    arena_reset(&w->scratch);
    pair_judge *j = arena_make(&w->scratch, pair_judge);
    table_view *views = arena_make_array(&w->scratch, 2, table_view);
    if (j == NULL || views == NULL) {
        return fail(e, ERR_MEMORY, "no memory to explain a pair");
    }
    j->query = q;
    j->other = other;
    j->anchor_view = &views[0];
    j->row_view = &views[1];
    j->run.worker = w;
    j->run.query = q;
    j->run.program = s->program;
    j->run.row_side = segment_side(other);
    j->run.gates = gates_of_strategy(s);
    j->run.derived = DERIVE_ALL;
    infer_plan_find(s, &j->run.infer);
    if (j->run.infer.is_on && !knowledge_prepare(s->program->knowledge, e)) {
        return false;
    }
    for (uint32_t i = 0; i < s->criterion_count; i++) {
        run_criterion *c = &j->run.criteria[i];
        c->criterion = s->criteria[i].criterion;
        if (!worker_criterion(w, c->criterion, s->criteria[i].params, &c->instance, e)) {
            return false;
        }
        c->late = late_of(&s->program->criteria[c->criterion], c->instance);
    }
    match_pair pair = {0};
    if (!judge_all(j, other_rows, other_row_count, a, &pair, e)) {
        return false;
    }
    *ret = pair;
    return true;
}
