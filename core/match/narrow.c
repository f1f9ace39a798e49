/* Rows that passed the words, narrowed criterion by criterion: cheap ones first, in chunks. After
 * each, a row whose points so far and the most still to come cannot reach the k-th is dropped. */
#include "match/match_run.h"

#include <math.h>
#include <string.h>

#include "base/check.h"
#include "model/place.h"

/* ------------------------------------------------------------------------------------ order */

enum {
    KM_COST = 20,        /* what a distance costs, in the measure of a manifest's cost */
    DEAR_COST = 10,      /* before criteria as dear as this folded sets are looked at */
    WAITING_ROW_MAX = 24 /* fewer rows wait for those of the next class */
};

/* What a criterion costs for what it can decide: a heavy one drops more rows than a light one. Late
 * ones stand behind all others. */
static uint64_t stage_key(const run_criterion *c)
{
    if (c->late != NULL) {
        return UINT64_MAX - CRITERION_COUNT_MAX + c->slot;
    }
    uint64_t cost = (uint64_t)c->spec->cost + (c->spec->uses_km ? KM_COST : 0);
    uint64_t weight = c->weight > 0 ? (uint64_t)c->weight : 1;
    return cost * POINTS_MAX / weight << 8 | c->slot;
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

/* The column of concepts that a criterion reads of each row, if it has one. */
static uint32_t first_list_of(const match_run_state *run, const criterion_spec *spec)
{
    const column_set *set = &run->program->columns[run->row_side];
    for (uint32_t i = 0; i < spec->column_count[run->row_side]; i++) {
        uint16_t column = spec->columns[run->row_side][i];
        if (column < set->stored_count && set->columns[column].field->type == LOTSE_CONCEPT_SET) {
            return i;
        }
    }
    return UINT32_MAX;
}

void narrow_begin(match_run_state *run)
{
    sort_criteria(run);
    run->early_count = 0;
    for (uint32_t i = 0; i < run->criterion_count; i++) {
        run->early_count += run->criteria[i].late == NULL;
        run->criteria[i].first_list = first_list_of(run, run->criteria[i].spec);
    }
    run->linear_stage = -1;
    run->fold_stage = -1;
    find_bounds(run);
    run->km_stage = run->criterion_count;
    run->fold_before = run->criterion_count;
    for (uint32_t i = run->criterion_count; i-- > 0;) {
        const criterion_spec *spec = run->criteria[i].spec;
        if (spec->uses_km || spec->cost >= DEAR_COST || (int32_t)i == run->fold_stage) {
            run->fold_before = i;
        }
    }
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
    const run_class *c = run->class_now;
    int32_t most = c->most[run->fold_stage];
    const narrow_folds folds = {.wanted = segment_at(s, s->head->wanted_off),
                                .wanted_stride = s->head->wanted_stride,
                                .having = run->anchor.sharing_bits,
                                .most = (const int32_t(*)[WANTED_COUNT_MAX + 1]) w->fold_most,
                                .most_of_many = most,
                                .need = run->rank->threshold - (c->rest[stage] - most)};
    return w->kernels->fold(&folds, w->rows, w->points, count);
}

/* ------------------------------------------------------------------------------------ distance */

static near_column near_column_of(const segment *s, uint16_t column)
{
    static const lotse_column none = {0};
    const lotse_column *c = column == NO_COLUMN ? &none : segment_column(s, column);
    if (c->type == 0) {
        return (near_column){.base = NULL};
    }
    return (near_column){.base = lotse_at(s->table, c->offset),
                         .known = c->known_offset == 0 ? NULL : lotse_at(s->table, c->known_offset),
                         .stride = c->stride};
}

void narrow_find_near(const match_run_state *run, run_segment *s)
{
    const segment_order *order = &s->segment->head->order;
    s->place = near_column_of(s->segment, order->place);
    s->online = near_column_of(s->segment, order->online);
    s->reach = near_column_of(s->segment, order->reach);
    s->required = (near_column){.base = NULL};
    s->required_gate = 0;
    uint32_t gate_index;
    if (run->row_side == SIDE_OFFER && narrow_lists_gate(run, order, &gate_index)) {
        const lotse_column *c = segment_column(s->segment, order->required);
        s->required = near_column_of(s->segment, order->required);
        s->required_values = lotse_values(s->segment->table, c);
        s->required_gate = 1ULL << gate_index;
    }
    s->reach_has_default = false;
    s->reach_is_free = false;
    if (run->row_side == SIDE_SEEKER && order->reach != NO_COLUMN) {
        const field *f = run->program->columns[SIDE_SEEKER].columns[order->reach].field;
        s->reach_has_default = f->has_default;
        s->reach_default = f->default_value;
        s->reach_is_free = f->role != FIELD_FACT;
    }
}

/* How far the pair may be apart; INFINITY: no limit known. */
static inline double reach_of(const match_run_state *run, const run_segment *s, uint32_t row)
{
    if (run->row_side == SIDE_OFFER) {
        return run->anchor.has_reach ? run->anchor.reach : (double)INFINITY;
    }
    const int32_t *reach = near_value(&s->reach, row);
    if (reach != NULL) {
        return *reach;
    }
    return s->reach_has_default ? s->reach_default : (double)INFINITY;
}

/* How far a row may be, by its points so far, to be in at all: within reach where a gate asks so,
 * and near enough to reach the k-th where a criterion falls with the distance. That one brings at
 * most weight * (1 - km / max), and nothing beyond max; a chord is never longer than the way over
 * the sphere. */
typedef struct km_limits {
    bool has_gate;
    bool has_linear;
    int32_t need; /* points from which the criterion need not bring anything */
    double max;   /* 0: the pair's own reach */
    double weight_inverse;
} km_limits;

static km_limits find_limits(const match_run_state *run, uint32_t stage)
{
    km_limits l = {.has_gate = run->has_km_gate};
    l.has_linear =
        run->linear_stage >= (int32_t)stage && run->criteria[run->linear_stage].weight > 0;
    if (l.has_linear) {
        int32_t others = run->class_now->rest[stage] - run->class_now->most[run->linear_stage];
        l.need = run->rank->threshold - others - 2; /* what roundings may bring */
        l.max = run->linear->max;
        l.weight_inverse = 1.0 / run->criteria[run->linear_stage].weight;
    }
    return l;
}

/* The square of the chord up to which a row is looked at; negative: it is out anywhere. */
static inline double square_limit(const km_limits *l, double reach, int32_t points)
{
    double limit = l->has_gate ? reach : (double)INFINITY;
    double max = l->max > 0 ? l->max : reach;
    if (l->has_linear && points < l->need && max > 0 && max < (double)INFINITY) {
        double worthwhile = max * (1.0 - (l->need - points) * l->weight_inverse) + 1e-6;
        limit = worthwhile < limit ? worthwhile : limit;
    }
    return limit < 0 ? -1.0 : limit * limit * (1 + 1e-9);
}

/* Where distances are not all known, or each row has a reach of its own. */
static uint32_t drop_one_by_one(match_run_state *run, uint32_t count, uint32_t stage)
{
    match_worker *w = run->worker;
    const run_segment *s = run->current;
    const run_anchor *a = &run->anchor;
    const place from = {a->place[0], a->place[1], a->place[2]};
    const km_limits limits = find_limits(run, stage);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = w->rows[i];
        const uint8_t *online = near_value(&s->online, row);
        const double *to = near_value(&s->place, row);
        double km = (double)NAN;
        bool is_in = true;
        if (a->is_online || (online != NULL && *online == 1)) {
            km = -1.0;
        } else if (a->has_place && to != NULL) {
            double dx = from.x - to[0];
            double dy = from.y - to[1];
            double dz = from.z - to[2];
            double square = dx * dx + dy * dy + dz * dz;
            double reach = reach_of(run, s, row);
            is_in = square <= square_limit(&limits, reach, w->points[i]);
            if (is_in) {
                km = place_km(from, (place){to[0], to[1], to[2]});
                is_in = !limits.has_gate || km <= reach;
            }
        }
        w->rows[kept] = row;
        w->points[kept] = w->points[i];
        w->km[kept] = km;
        kept += is_in;
    }
    return kept;
}

/* The usual case, in one kernel: somebody with a place asks, and all rows have theirs. */
static uint32_t drop_by_circle(match_run_state *run, uint32_t count, uint32_t stage)
{
    match_worker *w = run->worker;
    const run_segment *s = run->current;
    const run_anchor *a = &run->anchor;
    const km_limits limits = find_limits(run, stage);
    double reach = reach_of(run, s, 0);
    double max = limits.max > 0 ? limits.max : reach;
    bool falls = limits.has_linear && max > 0 && max < (double)INFINITY;
    const narrow_circle circle = {.places = s->place.base,
                                  .online = s->online.base,
                                  .stride = s->place.stride,
                                  .from = {a->place[0], a->place[1], a->place[2]},
                                  .reach = limits.has_gate ? reach : (double)INFINITY,
                                  .max = falls ? max : 0,
                                  .km_per_point = falls ? max * limits.weight_inverse : 0,
                                  .need = limits.need};
    return w->kernels->circle(&circle, w->rows, w->points, w->km, count);
}

static uint32_t drop_by_km(match_run_state *run, uint32_t count, uint32_t stage)
{
    const run_segment *s = run->current;
    bool is_usual = run->row_side == SIDE_OFFER && run->anchor.has_place &&
                    !run->anchor.is_online && s->place.base != NULL && s->place.known == NULL &&
                    s->online.known == NULL &&
                    (s->online.base == NULL || s->online.stride == s->place.stride);
    return is_usual ? drop_by_circle(run, count, stage) : drop_one_by_one(run, count, stage);
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
    const narrow_chunk chunk = {w->rows, w->points, has_km ? w->km : NULL, w->scores, w->verdicts};
    int32_t need = run->rank->threshold - run->class_now->rest[stage + 1];
    uint32_t kept = w->kernels->weigh(&chunk, count, c->weight, need);
    if (kept == UINT32_MAX) {
        fail_criterion(run, c, "answered a score or verdict that does not exist");
        return 0;
    }
    return kept;
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

static bool reach_is_unsure(const match_run_state *run, const run_segment *s, uint32_t row,
                            double km)
{
    if (!run->has_km_gate || run->km_unknown_is_yes || km == -1.0) {
        return false;
    }
    if (run->row_side == SIDE_OFFER) {
        return !run->anchor.reach_is_free && (isnan(km) || !run->anchor.has_reach);
    }
    bool is_known = s->reach_has_default || near_value(&s->reach, row) != NULL;
    return is_known ? isnan(km) : !s->reach_is_free;
}

/* By what the words cannot tell: gates told apart, and filters. NO: the row is out. */
static verdict judge_row_apart(match_run_state *run, const run_segment *s, uint32_t row)
{
    uint64_t apart = words_apart(&s->query, row);
    if ((apart & s->required_gate) != 0 && run->anchor.is_having_known &&
        !run->anchor.has_open_lists) {
        const lotse_range *asked = near_value(&s->required, row);
        const run_anchor *a = &run->anchor;
        if (asked != NULL) {
            const uint32_t *values = s->required_values + asked->begin;
            uint32_t count = asked->end - asked->begin;
            if (!has_all_concepts(a->may_have, a->may_have_count, values, count)) {
                return VERDICT_NO;
            }
            if (a->may_have_count == a->having_count ||
                has_all_concepts(a->having, a->having_count, values, count)) {
                apart &= ~s->required_gate; /* else it is told apart, and is a check */
            }
        }
    }
    gate_row pair;
    if (apart == 0 && run->query->filter_count == 0) {
        return VERDICT_YES;
    }
    return run_row(run, s, row, &pair) ? judge_apart(run, apart, &pair) : VERDICT_NO;
}

verdict narrow_judge_certain(const match_run_state *run, const run_segment *s, uint32_t row,
                             double km)
{
    const words_query *q = &s->query;
    bool is_unsure = q->check_gates != 0 || reach_is_unsure(run, s, row, km) ||
                     (q->certain_differs && !words_pass(q, READ_CERTAIN, row));
    return is_unsure ? VERDICT_CHECK : VERDICT_YES;
}

static bool is_asked_for(const match_query *q, verdict v)
{
    return v != VERDICT_NO &&
           (q->verdicts & (v == VERDICT_YES ? MATCH_YES_BIT : MATCH_CHECK_BIT)) != 0;
}

/* Does the verdict decide whether a row comes in, or which of an offer's intakes is the best? */
static bool verdict_matters(const match_run_state *run)
{
    return run->query->verdicts != (MATCH_YES_BIT | MATCH_CHECK_BIT) ||
           run->query->anchor_row_count > 1;
}

static void finish_rows(match_run_state *run, uint32_t count)
{
    match_worker *w = run->worker;
    run_segment *s = run->current;
    bool has_late = run->early_count < run->criterion_count;
    int32_t rest = run->class_now->rest[run->early_count];
    bool has_single_rows = s->segment->head->record_count == s->segment->head->row_count;
    for (uint32_t i = 0; i < count; i++) {
        if (w->points[i] + rest < run->rank->threshold) {
            continue;
        }
        rank_entry entry = {.score = w->points[i],
                            .segment = (uint32_t)(s - run->segments),
                            .row = w->rows[i],
                            .anchor_row = run->anchor.index,
                            .km = w->km[i]};
        bool is_one_of_many = false;
        entry.record = entry.row;
        if (!has_single_rows && !run->query->ranks_rows) {
            entry.record = s->segment->record_of[entry.row];
            is_one_of_many =
                s->segment->row_starts[entry.record + 1] - s->segment->row_starts[entry.record] > 1;
        }
        entry.verdict = judge_row_apart(run, s, entry.row);
        entry.is_judged = entry.verdict != VERDICT_YES;
        if (entry.verdict == VERDICT_YES && (is_one_of_many || verdict_matters(run))) {
            entry.verdict = narrow_judge_certain(run, s, entry.row, entry.km);
            entry.is_judged = true;
        }
        if (!is_asked_for(run->query, entry.verdict)) {
            continue;
        }
        bool may_repeat = run->has_repeats || is_one_of_many;
        if (has_late) {
            late_put(run, &entry, rest, may_repeat);
        }
        rank_put(run->rank, run, &entry, may_repeat);
    }
}

/* What a distance needs is on its way while the cheap criteria are asked. */
static void fetch_places(const match_run_state *run, uint32_t count)
{
    const segment_header *head = run->current->segment->head;
    const uint32_t *rows = run->worker->rows;
    const char *near = segment_at(run->current->segment, head->near_off);
    for (uint32_t i = 0; i < count; i++) {
        __builtin_prefetch(near + (size_t)rows[i] * head->near_width);
    }
}

/* The lists that later criteria look into, likewise. */
static void fetch_lists(const match_run_state *run, uint32_t stage, uint32_t count)
{
    const uint32_t *rows = run->worker->rows;
    for (; stage < run->criterion_count; stage++) {
        const run_criterion *c = &run->criteria[stage];
        const lotse_table *table = &run->current->words->views[c->criterion].table;
        if (c->first_list == UINT32_MAX) {
            continue;
        }
        const lotse_column *column = lotse_column_of(table, c->first_list);
        if (column->type == 0) {
            continue;
        }
        const uint32_t *values = lotse_values(table, column);
        for (uint32_t i = 0; i < count; i++) {
            const lotse_range *range = lotse_value(table, column, rows[i]);
            __builtin_prefetch(values + range->begin);
        }
    }
}

/* A row begins below nothing by its price. It may be dear enough to be dropped at once. */
static uint32_t begin_points(const match_run_state *run, uint32_t count)
{
    match_worker *w = run->worker;
    const int32_t *prices = run->current->prices;
    if (prices == NULL) {
        memset(w->points, 0, count * sizeof w->points[0]);
        return count;
    }
    uint32_t kept = 0;
    int32_t need = run->rank->threshold - run->class_now->rest[0];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = w->rows[i];
        int32_t points = -prices[row];
        w->rows[kept] = row;
        w->points[kept] = points;
        kept += points >= need;
    }
    return kept;
}

static void narrow_rows(match_run_state *run, uint32_t count)
{
    match_worker *w = run->worker;
    if (run->query->stop != NULL && __atomic_load_n(run->query->stop, __ATOMIC_RELAXED)) {
        run->has_failed = true;
        fail(run->failure, ERR_CANCELLED, "the question was taken back");
        return;
    }
    count = begin_points(run, count);
    bool has_km = false;
    uint32_t early = run->early_count;
    for (uint32_t stage = 0; stage < early && count > 0; stage++) {
        if (stage == 1) {
            fetch_places(run, count);
        }
        if (stage == run->fold_before && run->fold_stage >= (int32_t)stage) {
            count = drop_by_fold(run, count, stage);
        }
        if (stage == run->km_stage) {
            fetch_lists(run, stage, count);
            count = drop_by_km(run, count, stage);
            has_km = true;
        }
        count = count == 0 ? 0 : ask(run, stage, count);
    }
    if (count > 0 && run->fold_before >= early && run->fold_stage >= (int32_t)early) {
        count = drop_by_fold(run, count, early);
    }
    if (!has_km && count > 0) {
        if (run->has_km_gate || run->needs_km) {
            count = drop_by_km(run, count, early);
        } else {
            memset(w->km, 0, count * sizeof w->km[0]);
        }
    }
    finish_rows(run, count);
}

/* Narrows the rows that wait, chunk by chunk, until fewer than `left` are left. */
static void narrow_waiting(match_run_state *run, uint32_t left)
{
    match_worker *w = run->worker;
    uint32_t at = 0;
    while (run->row_count - at >= left && !run->has_failed) {
        uint32_t count = run->row_count - at;
        count = count < CHUNK_ROW_MAX ? count : CHUNK_ROW_MAX;
        memcpy(w->rows, w->waiting + at, count * sizeof w->rows[0]);
        at += count;
        narrow_rows(run, count);
        run->class_now = run->class_next;
    }
    run->row_count = run->has_failed ? 0 : run->row_count - at;
    memmove(w->waiting, w->waiting + at, run->row_count * sizeof w->waiting[0]);
}

void narrow_chunks(match_run_state *run)
{
    narrow_waiting(run, CHUNK_ROW_MAX);
}

void narrow_flush(match_run_state *run)
{
    if (run->row_count > 0) {
        narrow_waiting(run, 1);
    }
    run->class_now = run->class_next;
}

/* Is each criterion's most in `a` at least that in `b`? Then the bounds of `a` hold for both. */
static bool covers(const match_run_state *run, const run_class *a, const run_class *b)
{
    for (uint32_t i = 0; i < run->criterion_count; i++) {
        if (a->most[i] < b->most[i]) {
            return false;
        }
    }
    return true;
}

void narrow_turn(match_run_state *run, run_segment *s, const run_class *c)
{
    bool may_wait = run->current == s && run->row_count > 0 && run->row_count < WAITING_ROW_MAX &&
                    covers(run, run->class_now, c);
    if (!may_wait) {
        narrow_flush(run);
        run->class_now = c;
    }
    run->current = s;
    run->class_next = c;
}
