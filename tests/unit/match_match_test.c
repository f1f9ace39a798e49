/* The matcher's fast path against a brute force: every row judged gate by gate and scored one by
 * one, then sorted. Answers must be equal in every member. */
#include "match_world.h"

#include "match/infer.h"

enum { SIDE_MAX = 120, HIT_MAX = 600 };

/* One record as the brute force sees it: a segment of its own. */
typedef struct lone_record {
    const void *record; /* NULL: not there */
    segment *segment;
    int64_t version;
} lone_record;

typedef struct scene {
    world world;
    lone_record records[2][SIDE_MAX];
    snapshot *snapshot;
    match_worker *worker;
    match_worker *oracle_worker;
    const lotse_criterion *instances[WORLD_CRITERION_MAX];
    uint64_t change;
} scene;

static void scene_start(scene *s, uint64_t seed, bool has_extras, bool knows)
{
    err e = {0};
    memset(s, 0, sizeof *s);
    world_start_as(&s->world, seed, has_extras, knows);
    ck_assert(snapshot_new(&s->world.program, s->world.dictionary, 0, &s->snapshot, &e));
    ck_assert(match_worker_new(&s->worker, &e));
    ck_assert(match_worker_new(&s->oracle_worker, &e));
    for (uint32_t i = 0; i < s->world.program.criterion_count; i++) {
        const criterion_spec *spec = &s->world.program.criteria[i];
        lotse_error why = {.size = sizeof why};
        s->instances[i] =
            spec->factory->create(program_host_of(&s->world.program, NULL), spec->id, &why);
        ck_assert_ptr_nonnull(s->instances[i]);
    }
}

static void scene_end(scene *s)
{
    for (uint32_t i = 0; i < s->world.program.criterion_count; i++) {
        s->instances[i]->destroy(s->instances[i]->self);
    }
    for (uint32_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < SIDE_MAX; i++) {
            segment_free(&s->records[side][i].segment);
        }
    }
    match_worker_free(&s->worker);
    match_worker_free(&s->oracle_worker);
    snapshot_free(&s->snapshot);
    world_end(&s->world);
}

static void put_record(scene *s, record_side side, uint32_t number, const void *record)
{
    lone_record *lone = &s->records[side][number];
    err e = {0};
    segment_free(&lone->segment);
    lone->record = record;
    lone->version++;
    if (record != NULL) {
        segment_input input = {record, lone->version};
        ck_assert_msg(segment_build(&s->world.program, side, &input, 1, s->world.dictionary, false,
                                    &lone->segment, &e),
                      "%s", e.text);
    }
}

/* Writes a few random records, or takes some away, in one transaction. */
static void change_some(scene *s, record_side side, uint32_t below, uint32_t count,
                        uint32_t delete_percent)
{
    snapshot_change changes[SIDE_MAX];
    char ids[SIDE_MAX][16];
    err e = {0};
    ck_assert_uint_le(count, SIDE_MAX);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = world_random(&s->world, below);
        bool is_deleted = world_chance(&s->world, delete_percent);
        const void *record = is_deleted ? NULL : world_record(&s->world, side, number);
        put_record(s, side, number, record);
        snprintf(ids[i], sizeof ids[i], "%c-%u", side == SIDE_SEEKER ? 's' : 'o', number);
        changes[i] = (snapshot_change){.side = side,
                                       .id = bytes_of(ids[i]),
                                       .record = record,
                                       .version = s->records[side][number].version};
    }
    snapshot *next;
    s->change++;
    ck_assert_msg(snapshot_apply(s->snapshot, changes, count, s->change, &next, &e), "%s %s",
                  e.text, e.detail);
    snapshot_free(&s->snapshot);
    s->snapshot = next;
}

/* ------------------------------------------------------------------------------------ brute force
 */

typedef struct brute_row {
    const segment *segment;
    uint32_t row;
    uint32_t anchor_row;
    match_part parts[WORLD_CRITERION_MAX];
    int32_t score, low, high;
    int32_t price;
    verdict verdict;
    double km;
    uint64_t failing;
} brute_row;

typedef struct brute {
    scene *scene;
    const match_query *query;
    arena memory;
    infer_plan infer;
    uint64_t gates;
    match_answer answer;
} brute;

/* What a row is dear at, told by its ids, whatever segment it stands in. */
static int32_t price_of_row(const segment *s, uint32_t row)
{
    bytes id = segment_record_id(s, row);
    bytes intake = segment_intake_id(s, row);
    uint32_t hash = 7;
    for (size_t i = 0; i < id.len; i++) {
        hash = hash * 31 + (uint8_t)id.base[i];
    }
    for (size_t i = 0; i < intake.len; i++) {
        hash = hash * 31 + (uint8_t)intake.base[i];
    }
    hash *= 2654435761u;
    return hash >> 30 == 0 ? 0 : (int32_t)(hash % 1000003);
}

static gate_row row_of(brute *b, const segment *s, uint32_t row)
{
    err e = {0};
    gate_row r = {s, row, NULL, 0, NULL};
    ck_assert_msg(match_derive(b->scene->oracle_worker, &b->scene->world.program, s, &row, 1,
                               b->query->as_of, &b->memory, &r.derived, &e),
                  "%s", e.text);
    return r;
}

static uint16_t column_of(const brute *b, record_side side, const char *path)
{
    return program_column(&b->scene->world.program, side, path);
}

static const void *value_of(const brute *b, const segment *s, uint32_t row, const char *path)
{
    uint16_t column = column_of(b, segment_side(s), path);
    const lotse_column *c = segment_column(s, column);
    return lotse_is_known(segment_table(s), c, row) ? lotse_value(segment_table(s), c, row) : NULL;
}

static double km_of(const brute *b, const gate_row *from_row, const gate_row *to_row)
{
    const uint8_t *online = value_of(b, to_row->segment, to_row->row, "online");
    const double *from = value_of(b, from_row->segment, from_row->row, "location");
    const double *to = value_of(b, to_row->segment, to_row->row, "location");
    if (online != NULL && *online == 1) {
        return -1.0;
    }
    if (from == NULL || to == NULL) {
        return NAN;
    }
    double dx = from[0] - to[0];
    double dy = from[1] - to[1];
    double dz = from[2] - to[2];
    double half = sqrt(dx * dx + dy * dy + dz * dz) / (2.0 * 6371.0088);
    return 2.0 * 6371.0088 * asin(half < 1.0 ? half : 1.0);
}

/* Scores one pair and judges it by every gate. False: filters or kinds keep the row out. */
static bool judge_brute(brute *b, const gate_row *anchor, const gate_row *row, brute_row *ret)
{
    const match_query *q = b->query;
    const match_program *p = &b->scene->world.program;
    bool row_is_offer = segment_side(row->segment) == SIDE_OFFER;
    const gate_row *person = row_is_offer ? anchor : row;
    const gate_row *place = row_is_offer ? row : anchor;
    const uint16_t *kind = value_of(b, place->segment, place->row, "kind");
    memset(ret, 0, sizeof *ret);
    if (row_is_offer && (q->kinds >> *kind & 1u) == 0) {
        return false;
    }
    for (uint32_t i = 0; i < q->filter_count; i++) {
        if (gate_judge(p, &q->filters[i], person, place, q->as_of) != VERDICT_YES) {
            return false;
        }
    }
    ret->verdict = VERDICT_YES;
    for (uint32_t i = 0; i < p->gate_count; i++) {
        if ((b->gates >> i & 1u) != 0) {
            verdict v = gate_judge(p, &p->gates[i], person, place, q->as_of);
            ret->failing |= (uint64_t)(v == VERDICT_NO) << i;
            ret->verdict = v > ret->verdict ? v : ret->verdict;
        }
    }
    ret->segment = row->segment;
    ret->row = row->row;
    ret->price = q->prices == NULL ? 0 : price_of_row(row->segment, row->row);
    ret->km = km_of(b, person, place);
    for (uint32_t i = 0; i < q->strategy->criterion_count; i++) {
        const strategy_criterion *c = &q->strategy->criteria[i];
        const criterion_spec *spec = &p->criteria[c->criterion];
        const lotse_criterion *own = b->scene->instances[c->criterion];
        table_view views[2];
        record_side side = segment_side(row->segment);
        lotse_error why = {.size = sizeof why};
        lotse_pairs pairs = {.size = sizeof pairs, .count = 1};
        pairs.km_offset = (uint64_t)((uintptr_t)&ret->km - (uintptr_t)&pairs);
        uint32_t zero = 0;
        uint8_t verdict_code;
        int32_t score;
        table_view_row(&views[0], p, anchor->segment, anchor->row, anchor->derived, 0,
                       spec->columns[1 - side], spec->column_count[1 - side]);
        table_view_row(&views[1], p, row->segment, row->row, row->derived, 0, spec->columns[side],
                       spec->column_count[side]);
        ck_assert_int_eq(own->configure(own->self, c->params, &why), LOTSE_OK);
        ck_assert_int_eq(own->select(own->self, &views[0].table, q->as_of, &why), LOTSE_OK);
        ck_assert_int_eq(
            own->score(own->self, &views[1].table, &zero, 1, &pairs, &verdict_code, &score),
            LOTSE_OK);
        int32_t points = (int32_t)(((int64_t)c->weight * score + 500000) / 1000000);
        bool is_certain = verdict_code == LOTSE_YES;
        ret->parts[i] = (match_part){score, points, is_certain ? VERDICT_YES : VERDICT_CHECK};
        ret->score += points;
        ret->low += is_certain ? points : 0;
        ret->high += is_certain ? points : c->weight;
    }
    return true;
}

static int64_t start_of(const brute *b, const segment *s, uint32_t row)
{
    const int32_t *start = value_of(b, s, row, "intakes.*.start");
    return start == NULL ? INT64_MAX : *start;
}

static const segment *intake_of(const brute *b, const brute_row *r, uint32_t *ret_row)
{
    if (segment_side(r->segment) == SIDE_OFFER) {
        *ret_row = r->row;
        return r->segment;
    }
    *ret_row = b->query->anchor_rows[r->anchor_row];
    return b->query->anchor;
}

static int compare_intakes(const brute *b, const brute_row *x, const brute_row *y)
{
    uint32_t x_row;
    uint32_t y_row;
    const segment *xs = intake_of(b, x, &x_row);
    const segment *ys = intake_of(b, y, &y_row);
    int64_t x_start = start_of(b, xs, x_row);
    int64_t y_start = start_of(b, ys, y_row);
    if (x_start != y_start) {
        return x_start < y_start ? -1 : 1;
    }
    return bytes_compare(segment_intake_id(xs, x_row), segment_intake_id(ys, y_row));
}

static bool is_better(const brute *b, const brute_row *x, const brute_row *y)
{
    if (x->score - x->price != y->score - y->price) {
        return x->score - x->price > y->score - y->price;
    }
    if (x->verdict != y->verdict) {
        return x->verdict < y->verdict;
    }
    return compare_intakes(b, x, y) < 0;
}

static bool is_asked_for(const match_query *q, verdict v)
{
    return v != VERDICT_NO &&
           (q->verdicts & (v == VERDICT_YES ? MATCH_YES_BIT : MATCH_CHECK_BIT)) != 0;
}

typedef struct brute_hit {
    brute_row best;
    brute_row others[64];
    uint32_t other_count;
} brute_hit;

typedef struct brute_answer {
    brute_hit hits[HIT_MAX];
    uint32_t hit_count;
    uint64_t rows, proposed, to_check, excluded;
    uint64_t failing_rows[WORLD_GATE_MAX]; /* excluded rows by failing gate */
    uint64_t *failing;                     /* of each excluded row */
    uint32_t failing_count;
} brute_answer;

static void count_brute(brute_answer *a, verdict v, uint64_t failing)
{
    a->rows++;
    a->proposed += v == VERDICT_YES;
    a->to_check += v == VERDICT_CHECK;
    a->excluded += v == VERDICT_NO;
    if (v == VERDICT_NO) {
        a->failing[a->failing_count++] = failing;
    }
}

/* A hit, with the admissible others of its offer. */
static void add_brute(const brute *b, brute_answer *a, const brute_row *found, uint32_t found_count,
                      uint32_t best)
{
    ck_assert_uint_lt(a->hit_count, HIT_MAX);
    brute_hit *hit = &a->hits[a->hit_count++];
    hit->best = found[best];
    hit->other_count = 0;
    for (uint32_t i = 0; i < found_count; i++) {
        if (i == best) {
            continue;
        }
        uint32_t at = hit->other_count++;
        hit->others[at] = found[i];
        for (; at > 0 && compare_intakes(b, &hit->others[at], &hit->others[at - 1]) < 0; at--) {
            brute_row moved = hit->others[at];
            hit->others[at] = hit->others[at - 1];
            hit->others[at - 1] = moved;
        }
    }
}

static bool precedes(const brute *b, const brute_row *x, const brute_row *y)
{
    if (x->score - x->price != y->score - y->price) {
        return x->score - x->price > y->score - y->price;
    }
    int order =
        bytes_compare(segment_record_id(x->segment, x->row), segment_record_id(y->segment, y->row));
    return order != 0 ? order < 0 : compare_intakes(b, x, y) < 0;
}

static void sort_brute(const brute *b, brute_answer *a)
{
    for (uint32_t i = 1; i < a->hit_count; i++) {
        static brute_hit moved;
        uint32_t at = i;
        moved = a->hits[i];
        for (; at > 0 && !precedes(b, &a->hits[at - 1].best, &moved.best); at--) {
            a->hits[at] = a->hits[at - 1];
        }
        a->hits[at] = moved;
    }
}

static void ask_brute(brute *b, brute_answer *a)
{
    scene *s = b->scene;
    const match_query *q = b->query;
    record_side row_side = (record_side)(1 - segment_side(q->anchor));
    memset(a, 0, sizeof *a);
    a->failing = arena_make_array(&b->memory, SIDE_MAX * 64, uint64_t);
    gate_row *anchors = arena_make_array(&b->memory, q->anchor_row_count, gate_row);
    for (uint32_t i = 0; i < q->anchor_row_count; i++) {
        err e = {0};
        anchors[i] = row_of(b, q->anchor, q->anchor_rows[i]);
        ck_assert(infer_anchor(&b->infer, &s->world.program, q->anchor, q->anchor_rows[i],
                               &b->memory, &anchors[i].inferred, &e));
    }
    for (uint32_t number = 0; number < SIDE_MAX; number++) {
        const lone_record *lone = &s->records[row_side][number];
        if (lone->record == NULL) {
            continue;
        }
        static brute_row found[64 * 16];
        uint32_t found_count = 0;
        for (uint32_t r = 0; r < segment_row_count(lone->segment); r++) {
            gate_row row = row_of(b, lone->segment, r);
            verdict best = VERDICT_NO;
            uint64_t failing = 0;
            bool is_counted = false;
            for (uint32_t i = 0; i < q->anchor_row_count; i++) {
                brute_row one;
                if (!judge_brute(b, &anchors[i], &row, &one)) {
                    continue;
                }
                one.anchor_row = i;
                is_counted = true;
                best = one.verdict < best ? one.verdict : best;
                failing |= one.failing;
                if (is_asked_for(q, one.verdict)) {
                    found[found_count++] = one;
                }
            }
            if (is_counted) {
                count_brute(a, best, failing);
            }
        }
        bool stands_alone = q->ranks_rows && row_side == SIDE_OFFER;
        uint32_t best = found_count;
        for (uint32_t i = 0; i < found_count; i++) {
            bool is_dear = found[i].score - found[i].price < q->floor;
            if (stands_alone && !is_dear) {
                add_brute(b, a, found, found_count, i);
            }
            if (!is_dear && (best == found_count || is_better(b, &found[i], &found[best]))) {
                best = i;
            }
        }
        if (!stands_alone && best < found_count) {
            add_brute(b, a, found, found_count, best);
        }
    }
    sort_brute(b, a);
}

/* ------------------------------------------------------------------------------------ comparing */

static void compare_others(const brute *b, const brute_hit *expected, const match_hit *hit)
{
    ck_assert_uint_eq(hit->other_count, expected->other_count);
    for (uint32_t i = 0; i < hit->other_count && i < OTHER_INTAKES_MAX; i++) {
        uint32_t row;
        const segment *s = intake_of(b, &expected->others[i], &row);
        ck_assert(bytes_equal(segment_intake_id(hit->others[i].segment, hit->others[i].row),
                              segment_intake_id(s, row)));
    }
}

static void compare_hit(const brute *b, const brute_hit *expected, const match_hit *hit,
                        uint32_t part_count, uint64_t seed)
{
    const brute_row *best = &expected->best;
    bytes id = segment_record_id(best->segment, best->row);
    bytes got = segment_record_id(hit->segment, hit->row);
    ck_assert_msg(bytes_equal(id, got), "seed %llu: expected %.*s (%d), got %.*s (%d)",
                  (unsigned long long)seed, (int)id.len, id.base, best->score, (int)got.len,
                  got.base, hit->score);
    ck_assert_msg(bytes_equal(segment_intake_id(best->segment, best->row),
                              segment_intake_id(hit->segment, hit->row)),
                  "seed %llu: another intake", (unsigned long long)seed);
    ck_assert_uint_eq(hit->anchor_row, best->anchor_row);
    ck_assert_int_eq(hit->score, best->score);
    ck_assert_int_eq(hit->low, best->low);
    ck_assert_int_eq(hit->high, best->high);
    ck_assert_msg(hit->verdict == best->verdict, "seed %llu: %.*s verdict %d, expected %d",
                  (unsigned long long)seed, (int)id.len, id.base, hit->verdict, best->verdict);
    ck_assert(fabs(hit->km - best->km) <= 1e-15 * best->km || hit->km == best->km ||
              (isnan(hit->km) && isnan(best->km)));
    for (uint32_t i = 0; i < part_count; i++) {
        ck_assert_int_eq(hit->parts[i].score, best->parts[i].score);
        ck_assert_int_eq(hit->parts[i].points, best->parts[i].points);
        ck_assert_int_eq(hit->parts[i].verdict, best->parts[i].verdict);
    }
    compare_others(b, expected, hit);
}

static void compare_totals(const brute *b, const brute_answer *expected, const match_answer *got,
                           uint64_t seed)
{
    const match_program *p = &b->scene->world.program;
    ck_assert(got->has_totals);
    ck_assert_msg(got->rows == expected->rows && got->proposed == expected->proposed &&
                      got->check == expected->to_check && got->excluded == expected->excluded,
                  "seed %llu: rows %llu/%llu proposed %llu/%llu check %llu/%llu",
                  (unsigned long long)seed, (unsigned long long)got->rows,
                  (unsigned long long)expected->rows, (unsigned long long)got->proposed,
                  (unsigned long long)expected->proposed, (unsigned long long)got->check,
                  (unsigned long long)expected->to_check);
    uint32_t at = 0;
    for (uint32_t i = 0; i < p->gate_count; i++) {
        bool is_first = true;
        uint64_t gates = 0;
        for (uint32_t k = 0; k < p->gate_count; k++) {
            if (strcmp(p->gates[k].criterion, p->gates[i].criterion) == 0) {
                is_first = is_first && k >= i;
                gates |= 1ULL << k;
            }
        }
        uint64_t count = 0;
        for (uint32_t k = 0; k < expected->failing_count; k++) {
            count += (expected->failing[k] & gates) != 0;
        }
        if (is_first && count > 0) {
            ck_assert_uint_lt(at, got->excluded_by_count);
            ck_assert_str_eq(got->excluded_by[at].criterion, p->gates[i].criterion);
            ck_assert_msg(got->excluded_by[at].count == count, "seed %llu: %s %llu/%llu",
                          (unsigned long long)seed, p->gates[i].criterion,
                          (unsigned long long)got->excluded_by[at].count,
                          (unsigned long long)count);
            at++;
        }
    }
    ck_assert_uint_eq(at, got->excluded_by_count);
}

static void compare_answer(scene *s, const match_query *q, uint64_t seed)
{
    static brute_answer expected;
    err e = {0};
    arena memory = {0};
    brute b = {.scene = s, .query = q, .gates = q->strategy->gates_on};
    match_answer got;
    infer_plan_find(q->strategy, &b.infer);
    ask_brute(&b, &expected);
    ck_assert_msg(match_run(s->worker, q, &memory, &got, &e), "seed %llu: %s",
                  (unsigned long long)seed, e.text);
    uint32_t count = expected.hit_count < q->limit ? expected.hit_count : q->limit;
    for (uint32_t i = 0; i < count && i < got.hit_count; i++) {
        compare_hit(&b, &expected.hits[i], &got.hits[i], q->strategy->criterion_count, seed);
    }
    ck_assert_msg(got.hit_count == count, "seed %llu: %u hits, expected %u",
                  (unsigned long long)seed, got.hit_count, count);
    if (q->wants_totals) {
        compare_totals(&b, &expected, &got, seed);
    } else {
        ck_assert(!got.has_totals);
    }
    arena_fini(&memory);
    arena_fini(&b.memory);
}

/* ------------------------------------------------------------------------------------ asking */

/* Weights and gates as a caller may set them. */
static void random_strategy(scene *s, strategy *ret)
{
    world *w = &s->world;
    *ret = w->base;
    ret->gates_on = UINT64_MAX;
    if (world_chance(w, 30)) {
        ret->gates_on &= ~(1ULL << world_random(w, w->program.gate_count));
        ret->gates_on &= ~(1ULL << world_random(w, w->program.gate_count));
    }
    uint32_t extra = w->program.criterion_count - 1;
    if (world_chance(w, 40) && strcmp(w->program.criteria[extra].id, "test.hours") == 0) {
        uint32_t last = ret->criterion_count++;
        ret->criteria[last] = (strategy_criterion){.criterion = extra, .weight = 0};
        int32_t taken = 100000 + (int32_t)world_random(w, 300000);
        uint32_t from = world_random(w, last);
        taken = taken < ret->criteria[from].weight ? taken : ret->criteria[from].weight;
        ret->criteria[from].weight -= taken;
        ret->criteria[last].weight = taken;
    }
    if (world_chance(w, 20)) {
        uint32_t a = world_random(w, ret->criterion_count);
        uint32_t b = world_random(w, ret->criterion_count);
        int32_t weight = ret->criteria[a].weight;
        ret->criteria[a].weight = ret->criteria[b].weight;
        ret->criteria[b].weight = weight;
    }
}

static int32_t *prices_of(const snapshot *s, record_side side)
{
    uint32_t count = snapshot_segment_count(s, side);
    int32_t *prices = mem_new((snapshot_first_row(s, side, count) + 1) * sizeof *prices);
    ck_assert_ptr_nonnull(prices);
    for (uint32_t i = 0; i < count; i++) {
        const segment *part = snapshot_segment(s, side, i);
        for (uint32_t row = 0; row < segment_row_count(part); row++) {
            prices[snapshot_first_row(s, side, i) + row] = price_of_row(part, row);
        }
    }
    return prices;
}

static void ask_random(scene *s, uint64_t seed)
{
    world *w = &s->world;
    strategy strategy_asked;
    record_side side = world_chance(w, 60) ? SIDE_SEEKER : SIDE_OFFER;
    char id[16];
    segment *unstored = NULL;
    uint32_t rows[64];
    int32_t *prices = NULL;
    random_strategy(s, &strategy_asked);
    match_query q = {.snapshot = s->snapshot,
                     .strategy = &strategy_asked,
                     .as_of = 20600 + (day)world_random(w, 3) * 40,
                     .limit =
                         world_chance(w, 50) ? 1 + world_random(w, 5) : 1 + world_random(w, 200),
                     .kinds = world_chance(w, 80) ? UINT64_MAX : 1ULL << 11 | 1ULL << 1,
                     .verdicts = 1 + world_random(w, 3),
                     .filters = w->filters + world_random(w, 2),
                     .filter_count = w->filter_count > 0 && world_chance(w, 20) ? 1 : 0,
                     .wants_totals = world_chance(w, 50)};
    snprintf(id, sizeof id, "%c-%u", side == SIDE_SEEKER ? 's' : 'o', world_random(w, SIDE_MAX));
    bool is_stored = snapshot_find(s->snapshot, side, bytes_of(id), &q.anchor, &q.anchor_rows,
                                   &q.anchor_row_count);
    if (!is_stored) {
        err e = {0};
        segment_input input = {world_record(w, side, 999), 1};
        ck_assert(segment_build(&w->program, side, &input, 1, w->dictionary, true, &unstored, &e));
        q.anchor = unstored;
        q.anchor_row_count = segment_row_count(unstored);
        for (uint32_t i = 0; i < q.anchor_row_count; i++) {
            rows[i] = i;
        }
        q.anchor_rows = rows;
    }
    if (side == SIDE_OFFER && world_chance(w, 20)) {
        q.anchor_row_count = 1;
    }
    q.ranks_rows = world_chance(w, 15);
    q.floor = world_chance(w, 80) ? 0 : (int32_t)world_random(w, 800000);
    if (world_chance(w, 40)) {
        prices = prices_of(s->snapshot, (record_side)(1 - side));
        q.prices = prices;
        q.floor =
            world_chance(w, 50) ? -MATCH_PRICE_MAX : (int32_t)world_random(w, 600000) - 300000;
    }
    compare_answer(s, &q, seed);
    mem_free(prices);
    segment_free(&unstored);
}

static uint32_t world_count(uint32_t usual)
{
    const char *more = getenv("LOTSE_TEST_WORLDS");
    return more == NULL ? usual : (uint32_t)strtoul(more, NULL, 10);
}

static void compare_world(uint64_t seed, bool has_extras, bool knows)
{
    static scene s;
    scene_start(&s, seed, has_extras, knows);
    uint32_t tail = 1 + world_random(&s.world, 40);
    snapshot_tune(s.snapshot, tail, world_random(&s.world, tail + 1));
    uint32_t below = 1 + world_random(&s.world, SIDE_MAX);
    change_some(&s, SIDE_OFFER, below, below, 0);
    change_some(&s, SIDE_SEEKER, below, below, 0);
    for (uint32_t round = 0; round < 6; round++) {
        ask_random(&s, seed);
        ask_random(&s, seed);
        uint32_t offers = 1 + world_random(&s.world, 12);
        change_some(&s, SIDE_OFFER, below, offers, 20);
        change_some(&s, SIDE_SEEKER, below, 1 + world_random(&s.world, 6), 20);
        if (world_chance(&s.world, 15)) {
            snapshot *compact;
            err e = {0};
            ck_assert(snapshot_compact(s.snapshot, &compact, &e));
            snapshot_free(&s.snapshot);
            s.snapshot = compact;
        }
    }
    scene_end(&s);
}

START_TEST(match_run_equals_brute_force_on_builtin_plugins)
{
    uint32_t count = world_count(25);
    for (uint32_t i = 0; i < count; i++) {
        compare_world(i + 1, false, false);
    }
}
END_TEST

START_TEST(match_run_equals_brute_force_with_other_gates_and_criteria)
{
    uint32_t count = world_count(25);
    for (uint32_t i = 0; i < count; i++) {
        compare_world(i + 100001, true, false);
    }
}
END_TEST

START_TEST(match_run_equals_brute_force_with_a_taxonomy)
{
    uint32_t count = world_count(40);
    for (uint32_t i = 0; i < count; i++) {
        compare_world(i + 200001, i % 2 == 1, true);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("match_match");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 3600);
    tcase_add_test(tests, match_run_equals_brute_force_on_builtin_plugins);
    tcase_add_test(tests, match_run_equals_brute_force_with_other_gates_and_criteria);
    tcase_add_test(tests, match_run_equals_brute_force_with_a_taxonomy);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
