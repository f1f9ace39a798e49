/* Every allocator against every assignment there is, on thousands of small markets. */
#include <inttypes.h>
#include <stdlib.h>

#include "unit/assign_market.h"

typedef struct value {
    bool is_feasible;
    int64_t total;
    uint32_t count;
    double lowest; /* of score by best edge, as the definition says */
    uint32_t blocking;
} value;

static uint32_t need_at(const instance *x, uint32_t e)
{
    return x->need[e];
}

/* -1: the first is preferred. */
static int prefer(int64_t key_a, uint32_t id_a, int64_t key_b, uint32_t id_b)
{
    if (key_a != key_b) {
        return key_a < key_b ? -1 : 1;
    }
    return id_a < id_b ? -1 : id_a > id_b;
}

static int64_t key_of(const instance *x, const uint32_t *rank, uint32_t e)
{
    return rank != NULL ? (int64_t)rank[e] : -x->score[e];
}

static bool does_block(const instance *x, const uint32_t *edge, uint32_t i, uint32_t e)
{
    if (edge[i] != LOTSE_NO_EDGE &&
        prefer(key_of(x, x->seeker_rank, e), x->intake[e], key_of(x, x->seeker_rank, edge[i]),
               x->intake[edge[i]]) >= 0) {
        return false;
    }
    uint64_t kept = 0;
    for (uint32_t k = 0; k < x->seekers.count; k++) {
        if (edge[k] != LOTSE_NO_EDGE && x->intake[edge[k]] == x->intake[e] &&
            prefer(key_of(x, x->intake_rank, edge[k]), k, key_of(x, x->intake_rank, e), i) < 0) {
            kept += need_at(x, edge[k]);
        }
    }
    return kept + need_at(x, e) <= x->seats[x->intake[e]];
}

static value value_of(const instance *x, const uint32_t *edge, bool with_blocking)
{
    value v = {.is_feasible = true, .lowest = 2};
    uint64_t used[16] = {0};
    for (uint32_t i = 0; i < x->seekers.count; i++) {
        if (edge[i] == LOTSE_NO_EDGE) {
            continue;
        }
        int64_t best = INT64_MIN;
        for (uint32_t e = x->begin[i]; e < x->begin[i + 1]; e++) {
            best = x->score[e] > best ? x->score[e] : best;
        }
        int64_t score = x->score[edge[i]];
        double share = best <= 0 || score <= 0 ? score == best : (double)score / (double)best;
        v.lowest = share < v.lowest ? share : v.lowest;
        v.total += score;
        v.count++;
        used[x->intake[edge[i]]] += need_at(x, edge[i]);
    }
    for (uint32_t j = 0; j < x->intakes.count; j++) {
        bool is_below = x->min_seats != NULL && used[j] > 0 && used[j] < x->min_seats[j];
        v.is_feasible = v.is_feasible && used[j] <= x->seats[j] && !is_below;
    }
    for (uint32_t i = 0; with_blocking && i < x->seekers.count; i++) {
        for (uint32_t e = x->begin[i]; e < x->begin[i + 1]; e++) {
            v.blocking += e != edge[i] && does_block(x, edge, i, e);
        }
    }
    return v;
}

/* Steps through all assignments like through the numbers of an odd scale. */
static bool next_assignment(const instance *x, uint32_t *edge)
{
    for (uint32_t i = 0; i < x->seekers.count; i++) {
        if (edge[i] == LOTSE_NO_EDGE) {
            if (x->begin[i] < x->begin[i + 1]) {
                edge[i] = x->begin[i];
                return true;
            }
        } else if (edge[i] + 1 < x->begin[i + 1]) {
            edge[i]++;
            return true;
        }
        edge[i] = LOTSE_NO_EDGE;
    }
    return false;
}

typedef bool is_better(const value *a, const value *b);

static bool has_greater_sum(const value *a, const value *b)
{
    return a->total > b->total;
}

static bool places_more(const value *a, const value *b)
{
    return a->count != b->count ? a->count > b->count : a->total > b->total;
}

static bool leaves_nobody(const value *a, const value *b)
{
    if (a->count != b->count) {
        return a->count > b->count;
    }
    return a->lowest != b->lowest ? a->lowest > b->lowest : a->total > b->total;
}

static value best_of_all(const instance *x, is_better *better)
{
    uint32_t edge[16];
    memset(edge, 0xff, sizeof(edge));
    value best = value_of(x, edge, false);
    while (next_assignment(x, edge)) {
        value v = value_of(x, edge, false);
        if (v.is_feasible && better(&v, &best)) {
            best = v;
        }
    }
    return best;
}

static int64_t greatest_sum(const instance *x)
{
    return best_of_all(x, has_greater_sum).total;
}

static void compare_best(const char *id, is_better *better, const shape *s, uint64_t seeds)
{
    const lotse_allocator *allocator = allocator_of(id);
    for (uint64_t seed = 0; seed < seeds; seed++) {
        instance x;
        assignment a;
        err e = {0};
        make_instance(s, seed, &x);
        value best = best_of_all(&x, better);
        ck_assert_msg(assign_run(&x, allocator, &a, &e), "seed %" PRIu64 ": %s", seed, e.text);
        value found = value_of(&x, a.edge, false);
        ck_assert_msg(found.is_feasible && a.is_feasible, "seed %" PRIu64, seed);
        ck_assert_msg(
            !better(&best, &found),
            "%s seed %" PRIu64 ": %u people, lowest %f, sum %" PRId64 "; there is %u, %f, %" PRId64,
            id, seed, found.count, found.lowest, found.total, best.count, best.lowest, best.total);
        ck_assert_msg(a.is_proven, "%s seed %" PRIu64 " is not proven", id, seed);
        ck_assert_int_eq(a.objective, found.total);
        ck_assert_int_ge(a.upper_bound, greatest_sum(&x));
        assignment_fini(&a);
        instance_fini(&x);
    }
    allocator->destroy(allocator->self);
}

static const shape plain = {.seeker_max = 6,
                            .intake_max = 4,
                            .seats_max = 3,
                            .need_max = 1,
                            .score_min = 0,
                            .score_span = 20,
                            .edge_percent = 70};
static const shape tied = {.seeker_max = 7,
                           .intake_max = 3,
                           .seats_max = 2,
                           .need_max = 1,
                           .score_min = 1,
                           .score_span = 3,
                           .edge_percent = 80};
static const shape signed_scores = {.seeker_max = 6,
                                    .intake_max = 4,
                                    .seats_max = 2,
                                    .need_max = 1,
                                    .score_min = -10,
                                    .score_span = 21,
                                    .edge_percent = 70};
static const shape bounded = {.seeker_max = 6,
                              .intake_max = 4,
                              .seats_max = 4,
                              .min_max = 3,
                              .need_max = 1,
                              .score_min = -2,
                              .score_span = 12,
                              .edge_percent = 75};
static const shape needy = {.seeker_max = 6,
                            .intake_max = 4,
                            .seats_max = 5,
                            .need_max = 3,
                            .score_min = -1,
                            .score_span = 15,
                            .edge_percent = 75};
static const shape needy_bounded = {.seeker_max = 6,
                                    .intake_max = 4,
                                    .seats_max = 6,
                                    .min_max = 4,
                                    .need_max = 3,
                                    .score_min = -2,
                                    .score_span = 12,
                                    .edge_percent = 75};
static const shape ranked = {.seeker_max = 6,
                             .intake_max = 4,
                             .seats_max = 2,
                             .need_max = 1,
                             .score_min = 0,
                             .score_span = 4,
                             .edge_percent = 75,
                             .is_ranked = true};
static const shape *const shapes[] = {&plain,   &tied,  &signed_scores,
                                      &bounded, &needy, &needy_bounded};
enum { SHAPE_COUNT = sizeof(shapes) / sizeof(shapes[0]), SEED_COUNT = 400 };

START_TEST(welfare_finds_the_greatest_sum)
{
    compare_best("lotse.welfare", has_greater_sum, shapes[_i], SEED_COUNT);
}
END_TEST

START_TEST(cardinality_places_the_most_then_the_greatest_sum)
{
    compare_best("lotse.cardinality", places_more, shapes[_i], SEED_COUNT);
}
END_TEST

START_TEST(maximin_leaves_nobody_behind)
{
    compare_best("lotse.maximin", leaves_nobody, shapes[_i], SEED_COUNT);
}
END_TEST

/* Nobody is better off in any other stable assignment. */
static void compare_stable(const instance *x, const assignment *a, uint64_t seed)
{
    uint32_t edge[16];
    memset(edge, 0xff, sizeof(edge));
    do {
        value v = value_of(x, edge, true);
        if (!v.is_feasible || v.blocking > 0) {
            continue;
        }
        for (uint32_t i = 0; i < x->seekers.count; i++) {
            uint32_t mine = a->edge[i];
            bool is_worse = edge[i] != mine && edge[i] != LOTSE_NO_EDGE &&
                            (mine == LOTSE_NO_EDGE ||
                             prefer(key_of(x, x->seeker_rank, edge[i]), x->intake[edge[i]],
                                    key_of(x, x->seeker_rank, mine), x->intake[mine]) < 0);
            ck_assert_msg(!is_worse, "seed %" PRIu64 ": person %u has better in another", seed, i);
        }
    } while (next_assignment(x, edge));
}

START_TEST(deferred_is_stable_and_the_best_such_for_the_people)
{
    static const shape *const open_shapes[] = {&plain, &tied, &signed_scores, &ranked};
    const lotse_allocator *allocator = allocator_of("lotse.deferred");
    for (uint64_t seed = 0; seed < SEED_COUNT; seed++) {
        instance x;
        assignment a;
        err e = {0};
        make_instance(open_shapes[_i], seed, &x);
        ck_assert_msg(assign_run(&x, allocator, &a, &e), "%s", e.text);
        ck_assert(a.is_feasible);
        ck_assert_uint_eq(a.blocking_pairs, 0);
        ck_assert_uint_eq(value_of(&x, a.edge, true).blocking, 0);
        compare_stable(&x, &a, seed);
        assignment_fini(&a);
        instance_fini(&x);
    }
    allocator->destroy(allocator->self);
}
END_TEST

START_TEST(deferred_stays_feasible_and_counts_blocking_pairs)
{
    static const shape *const hard_shapes[] = {&bounded, &needy, &needy_bounded};
    const lotse_allocator *allocator = allocator_of("lotse.deferred");
    for (uint64_t seed = 0; seed < SEED_COUNT; seed++) {
        instance x;
        assignment a;
        err e = {0};
        make_instance(hard_shapes[_i], seed, &x);
        ck_assert_msg(assign_run(&x, allocator, &a, &e), "%s", e.text);
        value v = value_of(&x, a.edge, true);
        ck_assert_msg(a.is_feasible && v.is_feasible, "seed %" PRIu64, seed);
        ck_assert_uint_eq(a.blocking_pairs, v.blocking);
        assignment_fini(&a);
        instance_fini(&x);
    }
    allocator->destroy(allocator->self);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("assign_exhaustive");
    TCase *tests = tcase_create("small markets");
    tcase_set_timeout(tests, 300);
    tcase_add_unchecked_fixture(tests, load_plugins, unload_plugins);
    tcase_add_loop_test(tests, welfare_finds_the_greatest_sum, 0, SHAPE_COUNT);
    tcase_add_loop_test(tests, cardinality_places_the_most_then_the_greatest_sum, 0, SHAPE_COUNT);
    tcase_add_loop_test(tests, maximin_leaves_nobody_behind, 0, SHAPE_COUNT);
    tcase_add_loop_test(tests, deferred_is_stable_and_the_best_such_for_the_people, 0, 4);
    tcase_add_loop_test(tests, deferred_stays_feasible_and_counts_blocking_pairs, 0, 3);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
