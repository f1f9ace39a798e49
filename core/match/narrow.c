/* Rows that passed the words, narrowed criterion by criterion: cheap ones first, in chunks. After
 * each, a row whose points so far and the most still to come cannot reach the k-th is dropped. */
#include "match/match_run.h"

#include <math.h>
#include <string.h>

#include "base/check.h"
#include "model/place.h"

/* ------------------------------------------------------------------------------------ order */

enum { KM_COST = 20 }; /* what a distance costs, in the measure of a manifest's cost */

static uint64_t stage_key(const run_criterion *c)
{
    uint64_t cost = (uint64_t)c->spec->cost + (c->spec->uses_km ? KM_COST : 0);
    return cost << 8 | c->slot;
}

static void sort_criteria(match_run_state *run)
{
    for (uint32_t i = 1; i < run->criterion_count; i++) {
        run_criterion moved = run->criteria[i];
        uint32_t at = i;
        while (at > 0 && stage_key(&run->criteria[at - 1]) > stage_key(&moved)) {
            run->criteria[at] = run->criteria[at - 1];
            at--;
        }
        run->criteria[at] = moved;
    }
}

static bool is_place(const match_program *p, record_side side, uint16_t column)
{
    return column < p->columns[side].stored_count &&
           p->columns[side].columns[column].field->type == LOTSE_PLACE;
}

static void find_bounds(match_run_state *run)
{
    const segment_order *order = &run->worker->orders[SIDE_OFFER];
    for (uint32_t i = 0; i < run->criterion_count; i++) {
        const criterion_spec *spec = run->criteria[i].spec;
        for (uint32_t k = 0; k < spec->bound_count; k++) {
            const bound *b = &spec->bounds[k];
            if (b->kind == BOUND_LINEAR_DOWN && run->linear == NULL &&
                is_place(run->program, SIDE_OFFER, b->offer_column)) {
                run->linear_stage = (int32_t)i;
                run->linear = b;
            }
            if (run->row_side != SIDE_OFFER) {
                continue;
            }
            if (b->kind == BOUND_SHARE_OF && run->share_bound == NULL &&
                order->wanted != NO_COLUMN && b->offer_column == order->wanted) {
                run->share_bound = b;
                run->fold_stage = (int32_t)i;
                run->fold = b;
            }
            if (b->kind == BOUND_PREFIX && run->prefix_bound == NULL &&
                order->prefix != NO_COLUMN && b->offer_column == order->prefix) {
                run->prefix_bound = b;
            }
        }
    }
}

void narrow_begin(match_run_state *run)
{
    sort_criteria(run);
    run->linear_stage = -1;
    run->fold_stage = -1;
    find_bounds(run);
    run->km_stage = run->criterion_count;
    for (uint32_t i = run->criterion_count; i-- > 0;) {
        if (run->criteria[i].spec->uses_km) {
            run->km_stage = i;
            run->needs_km = true;
        }
    }
}

/* ------------------------------------------------------------------------------------ fold */

/* The most points of a share, by the size of the wanted set and how much of it may be there. */
static void make_fold(match_run_state *run)
{
    match_worker *w = run->worker;
    int32_t weight = run->criteria[run->fold_stage].weight;
    if (w->fold_weight == weight && w->fold_otherwise == run->fold->otherwise) {
        return;
    }
    for (int32_t count = 0; count <= WANTED_COUNT_MAX; count++) {
        for (int32_t found = 0; found <= WANTED_COUNT_MAX; found++) {
            double share = count == 0 || found > count ? 1.0 : (double)found / count;
            int32_t score = (int32_t)floor(share * 1e6 + 0.5);
            score = count == 0 ? run->fold->otherwise : score;
            w->fold_most[count][found] = contribution(weight, score);
        }
    }
    w->fold_weight = weight;
    w->fold_otherwise = run->fold->otherwise;
}

/* Drops rows whose wanted concepts, folded into 64 bits, leave too little. */
static uint32_t drop_by_fold(match_run_state *run, uint32_t count, uint32_t stage)
{
    match_worker *w = run->worker;
    const segment *s = run->current->segment;
    if (s->head->wanted_off == 0 || !run->anchor.is_sharing_known) {
        return count;
    }
    make_fold(run);
    const segment_wanted *wanted = segment_at(s, s->head->wanted_off);
    const run_class *c = run->class_now;
    uint64_t having = run->anchor.sharing_bits;
    int32_t others = c->rest[stage] - c->most[run->fold_stage];
    int32_t need = run->rank->threshold - others;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        const segment_wanted *row = &wanted[w->rows[i]];
        uint32_t found = (uint32_t)__builtin_popcountll(row->bits & having) + row->hidden;
        found = found < row->count ? found : row->count;
        int32_t most = c->most[run->fold_stage];
        if (row->count <= WANTED_COUNT_MAX) {
            most = w->fold_most[row->count][found];
        }
        w->rows[kept] = w->rows[i];
        w->points[kept] = w->points[i];
        kept += w->points[i] + most >= need;
    }
    return kept;
}

/* ------------------------------------------------------------------------------------ distance */

typedef struct km_rows {
    const lotse_table *table;
    const lotse_column *place;
    const lotse_column *online;
    const lotse_column *reach; /* seekers as rows */
    bool reach_default_known;
    bool reach_is_free;
    int32_t reach_default;
} km_rows;

static const lotse_column *column_or_none(const segment *s, uint16_t column)
{
    static const lotse_column none = {0};
    return column == NO_COLUMN ? &none : segment_column(s, column);
}

static km_rows km_columns(const match_run_state *run, const segment *s)
{
    const segment_order *order = &s->head->order;
    km_rows k = {.table = s->table,
                 .place = column_or_none(s, order->place),
                 .online = column_or_none(s, order->online),
                 .reach = column_or_none(s, order->reach)};
    if (run->row_side == SIDE_SEEKER && order->reach != NO_COLUMN) {
        const field *f = run->program->columns[SIDE_SEEKER].columns[order->reach].field;
        k.reach_default_known = f->has_default;
        k.reach_default = f->default_value;
        k.reach_is_free = f->role != FIELD_FACT;
    }
    return k;
}

/* How far the pair may be apart; INFINITY: no limit known. */
static double reach_of(const match_run_state *run, const km_rows *k, uint32_t row)
{
    if (run->row_side == SIDE_OFFER) {
        return run->anchor.has_reach ? run->anchor.reach : (double)INFINITY;
    }
    if (lotse_is_known(k->table, k->reach, row)) {
        return *(const int32_t *)lotse_value(k->table, k->reach, row);
    }
    return k->reach_default_known ? k->reach_default : (double)INFINITY;
}

/* The points a criterion that falls with the distance can still bring; a chord is never longer than
 * the way over the sphere. */
static int32_t linear_most(const match_run_state *run, double chord, double reach)
{
    double max = run->linear->max > 0 ? run->linear->max : reach;
    int32_t most = run->class_now->most[run->linear_stage];
    if (!(max > 0) || isinf(max)) {
        return most;
    }
    double score = floor((1.0 - chord / max) * 1e6 + 1.5);
    score = score < 0 ? 0 : score > 1e6 ? 1e6 : score;
    int32_t points = contribution(run->criteria[run->linear_stage].weight, (int32_t)score);
    return points < most ? points : most;
}

static uint32_t drop_by_km(match_run_state *run, uint32_t count, uint32_t stage)
{
    match_worker *w = run->worker;
    const segment *s = run->current->segment;
    km_rows k = km_columns(run, s);
    const run_anchor *a = &run->anchor;
    bool has_linear = run->linear_stage >= (int32_t)stage && run->rank->threshold > 0;
    int32_t others = run->class_now->rest[stage];
    others -= has_linear ? run->class_now->most[run->linear_stage] : 0;
    int32_t need = run->rank->threshold - others;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = w->rows[i];
        double km;
        bool is_in = true;
        bool is_online =
            a->is_online || (lotse_is_known(k.table, k.online, row) &&
                             *(const uint8_t *)lotse_value(k.table, k.online, row) == 1);
        if (is_online) {
            km = -1.0;
        } else if (!a->has_place || !lotse_is_known(k.table, k.place, row)) {
            km = (double)NAN;
        } else {
            const double *p = lotse_value(k.table, k.place, row);
            double dx = a->place[0] - p[0];
            double dy = a->place[1] - p[1];
            double dz = a->place[2] - p[2];
            double chord = sqrt(dx * dx + dy * dy + dz * dz);
            double reach = reach_of(run, &k, row);
            km = chord;
            is_in = !run->has_km_gate || chord <= reach;
            if (is_in && has_linear) {
                is_in = w->points[i] + linear_most(run, chord, reach) >= need;
            }
            if (is_in) {
                km = place_km((struct place){a->place[0], a->place[1], a->place[2]},
                              (struct place){p[0], p[1], p[2]});
                is_in = !run->has_km_gate || km <= reach;
            }
        }
        w->rows[kept] = row;
        w->points[kept] = w->points[i];
        w->km[kept] = km;
        kept += is_in;
    }
    return kept;
}

/* ------------------------------------------------------------------------------------ criteria */

bool narrow_answers_are_good(const int32_t *scores, const uint8_t *verdicts, uint32_t count)
{
    uint32_t seen = 0;
    uint32_t is_bad = 0;
    for (uint32_t i = 0; i < count; i++) {
        seen |= verdicts[i];
        is_bad |= (uint32_t)scores[i] > POINTS_MAX;
    }
    if (seen == 0) {
        return is_bad == 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        is_bad |= verdicts[i] > LOTSE_CHECK || (verdicts[i] == LOTSE_CHECK && scores[i] != 500000);
    }
    return is_bad == 0;
}

static void fail_criterion(match_run_state *run, const run_criterion *c, const char *what)
{
    run->has_failed = true;
    fail(run->failure, ERR_PLUGIN_FAULT, "the criterion \"%s\" %s", c->spec->id, what);
}

/* Weighs in doubles: (weight * score + 500000) / 1000000 is exact so, as the sum stays below 2^53
 * and the half keeps it off the whole numbers. */
static uint32_t weigh(match_worker *w, uint32_t count, int32_t weight, int32_t need, bool has_km)
{
    double factor = weight;
    for (uint32_t i = 0; i < count; i++) {
        w->points[i] += (int32_t)((factor * w->scores[i] + 500000.5) * 1e-6);
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        int32_t points = w->points[i];
        w->rows[kept] = w->rows[i];
        w->points[kept] = points;
        if (has_km) {
            w->km[kept] = w->km[i];
        }
        kept += points >= need;
    }
    return kept;
}

static uint32_t ask(match_run_state *run, uint32_t stage, uint32_t count)
{
    match_worker *w = run->worker;
    const run_criterion *c = &run->criteria[stage];
    lotse_pairs pairs = {.size = sizeof pairs, .count = count};
    bool has_km = stage >= run->km_stage;
    if (c->spec->uses_km) {
        pairs.km_offset = (uint64_t)((uintptr_t)w->km - (uintptr_t)&pairs);
    }
    const lotse_table *table = &run->current->words->views[c->criterion].table;
    lotse_status status = c->instance->score(c->instance->self, table, w->rows, count, &pairs,
                                             w->verdicts, w->scores);
    if (status != LOTSE_OK) {
        fail_criterion(run, c, "did not score");
        return 0;
    }
    if (!narrow_answers_are_good(w->scores, w->verdicts, count)) {
        fail_criterion(run, c, "answered a score or verdict that does not exist");
        return 0;
    }
    int32_t need = run->rank->threshold - run->class_now->rest[stage + 1];
    return weigh(w, count, c->weight, need, has_km);
}

/* ------------------------------------------------------------------------------------ the end */

static void pair_rows(const match_run_state *run, const gate_row *row, const gate_row **ret_seeker,
                      const gate_row **ret_offer)
{
    bool is_offer = run->row_side == SIDE_OFFER;
    *ret_seeker = is_offer ? &run->anchor.row : row;
    *ret_offer = is_offer ? row : &run->anchor.row;
}

static verdict judge_apart(const match_run_state *run, uint64_t gates, const gate_row *row)
{
    const gate_row *seeker;
    const gate_row *offer;
    verdict worst = VERDICT_YES;
    pair_rows(run, row, &seeker, &offer);
    for (uint64_t left = gates; left != 0 && worst != VERDICT_NO; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(left);
        verdict v =
            gate_judge(run->program, &run->program->gates[i], seeker, offer, run->query->as_of);
        worst = v > worst ? v : worst;
    }
    for (uint32_t i = 0; i < run->query->filter_count && worst != VERDICT_NO; i++) {
        verdict v =
            gate_judge(run->program, &run->query->filters[i], seeker, offer, run->query->as_of);
        worst = v == VERDICT_YES ? worst : VERDICT_NO;
    }
    return worst;
}

static bool reach_is_unsure(const match_run_state *run, const segment *s, uint32_t row, double km)
{
    if (!run->has_km_gate || run->km_unknown_is_yes || km == -1.0) {
        return false;
    }
    if (run->row_side == SIDE_OFFER) {
        return !run->anchor.reach_is_free && (isnan(km) || !run->anchor.has_reach);
    }
    km_rows k = km_columns(run, s);
    bool is_known = k.reach_default_known || lotse_is_known(k.table, k.reach, row);
    return is_known ? isnan(km) : !k.reach_is_free;
}

verdict narrow_judge(match_run_state *run, run_segment *s, uint32_t row, double km)
{
    const words_query *q = &s->query;
    uint64_t apart = words_apart(q, row);
    gate_row pair = {s->segment, row, s->words->derived, row};
    verdict v = VERDICT_YES;
    if (apart != 0 || run->query->filter_count > 0) {
        v = judge_apart(run, apart, &pair);
    }
    if (v != VERDICT_YES) {
        return v;
    }
    bool is_unsure = q->check_gates != 0 || reach_is_unsure(run, s->segment, row, km) ||
                     (q->certain_differs && !words_pass(q, READ_CERTAIN, row));
    return is_unsure ? VERDICT_CHECK : VERDICT_YES;
}

static bool is_asked_for(const match_query *q, verdict v)
{
    return v != VERDICT_NO &&
           (q->verdicts & (v == VERDICT_YES ? MATCH_YES_BIT : MATCH_CHECK_BIT)) != 0;
}

static void finish_rows(match_run_state *run, uint32_t count)
{
    match_worker *w = run->worker;
    run_segment *s = run->current;
    for (uint32_t i = 0; i < count; i++) {
        if (w->points[i] < run->rank->threshold) {
            continue;
        }
        verdict v = narrow_judge(run, s, w->rows[i], w->km[i]);
        if (!is_asked_for(run->query, v)) {
            continue;
        }
        rank_entry entry = {.score = w->points[i],
                            .verdict = v,
                            .segment = (uint32_t)(s - run->segments),
                            .record = s->segment->record_of[w->rows[i]],
                            .row = w->rows[i],
                            .anchor_row = run->anchor.index};
        rank_put(run->rank, run, &entry);
    }
}

void narrow_flush(match_run_state *run)
{
    match_worker *w = run->worker;
    uint32_t count = run->row_count;
    run->row_count = 0;
    if (count == 0 || run->has_failed) {
        return;
    }
    if (run->query->stop != NULL && __atomic_load_n(run->query->stop, __ATOMIC_RELAXED)) {
        run->has_failed = true;
        fail(run->failure, ERR_CANCELLED, "the question was taken back");
        return;
    }
    memset(w->points, 0, count * sizeof w->points[0]);
    bool has_km = false;
    for (uint32_t stage = 0; stage < run->criterion_count && count > 0; stage++) {
        if (stage == run->km_stage) {
            if (run->fold_stage >= (int32_t)stage) {
                count = drop_by_fold(run, count, stage);
            }
            count = drop_by_km(run, count, stage);
            has_km = true;
        }
        count = count == 0 ? 0 : ask(run, stage, count);
    }
    if (!has_km && count > 0) {
        if (run->has_km_gate) {
            count = drop_by_km(run, count, run->criterion_count);
        } else {
            memset(w->km, 0, count * sizeof w->km[0]);
        }
    }
    finish_rows(run, count);
}

void narrow_turn(match_run_state *run, run_segment *s, const run_class *c)
{
    if (run->current != s || run->class_now != c) {
        narrow_flush(run);
        run->current = s;
        run->class_now = c;
    }
}
