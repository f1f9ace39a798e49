/* Kernels for different machines are equal to the bit: each against plain C, on random chunks. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "match/narrow_kernel.h"
#include "model/place.h"

enum { ROUND_COUNT = 3000, PLACE_COUNT = 500, CAP = CHUNK_ROW_MAX + 16 };

static uint64_t state = 88172645463325252ULL;

static uint32_t below(uint32_t limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 33) % limit;
}

typedef struct chunk {
    uint32_t count;
    uint32_t rows[CAP];
    int32_t points[CAP];
    double km[CAP];
    int32_t scores[CAP];
    uint8_t verdicts[CAP];
} chunk;

static void fill(chunk *c, uint32_t row_bound)
{
    c->count = 1 + below(CHUNK_ROW_MAX);
    for (uint32_t i = 0; i < c->count; i++) {
        c->rows[i] = below(row_bound);
        c->points[i] = (int32_t)below(1000000) - (int32_t)(below(4) == 0 ? below(1000000) : 0);
        c->km[i] = (double)below(100000) / 7;
        c->verdicts[i] = below(10) == 0;
        c->scores[i] = c->verdicts[i] == 1 ? 500000 : (int32_t)below(POINTS_MAX + 1);
    }
}

static void expect_equal(const chunk *plain, const chunk *fast, uint32_t kept, bool has_km)
{
    ck_assert_mem_eq(plain->rows, fast->rows, kept * sizeof plain->rows[0]);
    ck_assert_mem_eq(plain->points, fast->points, kept * sizeof plain->points[0]);
    if (has_km) {
        ck_assert_mem_eq(plain->km, fast->km, kept * sizeof plain->km[0]);
    }
}

static uint32_t weigh(const narrow_kernels *k, chunk *c, bool has_km, int32_t weight, int32_t need)
{
    const narrow_chunk n = {c->rows, c->points, has_km ? c->km : NULL, c->scores, c->verdicts};
    return k->weigh(&n, c->count, weight, need);
}

START_TEST(narrow_weigh_is_the_contribution_of_a_score)
{
    for (uint32_t at = 0; narrow_kernels_at(at) != NULL; at++) {
        for (uint32_t i = 0; i < 20000; i++) {
            chunk c = {.count = 1, .rows = {7}, .points = {11}};
            int32_t weight = (int32_t)below(1000001);
            c.scores[0] = i < 3 ? (int32_t)(i * 500000) : (int32_t)below(POINTS_MAX + 1);

            ck_assert_uint_eq(weigh(narrow_kernels_at(at), &c, false, weight, 0), 1);

            int64_t expected = 11 + ((int64_t)weight * c.scores[0] + 500000) / 1000000;
            ck_assert_int_eq(c.points[0], expected);
        }
    }
}
END_TEST

START_TEST(narrow_weigh_kernels_are_equal)
{
    static chunk start, plain, fast;
    uint64_t kept_count = 0;
    for (uint32_t round = 0; round < ROUND_COUNT; round++) {
        fill(&start, 1u << 30);
        bool has_km = below(2) == 0;
        int32_t weight = (int32_t)below(1000001);
        int32_t need = (int32_t)below(1500000);
        plain = start;
        uint32_t kept = weigh(narrow_kernels_at(0), &plain, has_km, weight, need);
        kept_count += kept;
        for (uint32_t at = 1; narrow_kernels_at(at) != NULL; at++) {
            fast = start;
            ck_assert_uint_eq(weigh(narrow_kernels_at(at), &fast, has_km, weight, need), kept);
            expect_equal(&plain, &fast, kept, has_km);
        }
    }
    ck_assert_uint_gt(kept_count, 1000);
}
END_TEST

START_TEST(narrow_weigh_refuses_answers_that_the_contract_forbids)
{
    static chunk start, c;
    for (uint32_t at = 0; narrow_kernels_at(at) != NULL; at++) {
        for (uint32_t kind = 0; kind < 4; kind++) {
            fill(&start, 100);
            uint32_t where = below(start.count);
            start.verdicts[where] = kind == 2 ? 2 : kind == 3 ? 1 : 0;
            start.scores[where] = kind == 0 ? POINTS_MAX + 1 : kind == 1 ? -1 : 499999;
            c = start;

            ck_assert_uint_eq(weigh(narrow_kernels_at(at), &c, false, 1000, 0), UINT32_MAX);
        }
    }
}
END_TEST

START_TEST(narrow_fold_kernels_are_equal)
{
    static segment_wanted wanted[PLACE_COUNT];
    static int32_t most[WANTED_COUNT_MAX + 1][WANTED_COUNT_MAX + 1];
    static chunk start, plain, fast;
    uint64_t kept_count = 0;
    for (uint32_t i = 0; i <= WANTED_COUNT_MAX; i++) {
        for (uint32_t k = 0; k <= WANTED_COUNT_MAX; k++) {
            most[i][k] = (int32_t)below(400000);
        }
    }
    for (uint32_t round = 0; round < ROUND_COUNT; round++) {
        for (uint32_t i = 0; round % 100 == 0 && i < PLACE_COUNT; i++) {
            wanted[i] = (segment_wanted){.bits = 1ULL << below(64) | 1ULL << below(64),
                                         .count = below(WANTED_COUNT_MAX + 4),
                                         .hidden = below(3)};
        }
        fill(&start, PLACE_COUNT);
        const narrow_folds f = {.wanted = (const char *)wanted,
                                .wanted_stride = sizeof wanted[0],
                                .having = (uint64_t)below(UINT32_MAX) << 32 | below(UINT32_MAX),
                                .most = (const int32_t(*)[WANTED_COUNT_MAX + 1]) most,
                                .most_of_many = 350000,
                                .need = (int32_t)below(1300000)};
        plain = start;
        uint32_t kept = narrow_kernels_at(0)->fold(&f, plain.rows, plain.points, plain.count);
        kept_count += kept;
        for (uint32_t at = 1; narrow_kernels_at(at) != NULL; at++) {
            fast = start;
            ck_assert_uint_eq(narrow_kernels_at(at)->fold(&f, fast.rows, fast.points, fast.count),
                              kept);
            expect_equal(&plain, &fast, kept, false);
        }
    }
    ck_assert_uint_gt(kept_count, 1000);
}
END_TEST

typedef struct near_row {
    double place[3];
    uint8_t online;
} near_row;

static void random_places(near_row *rows, double spread)
{
    for (uint32_t i = 0; i < PLACE_COUNT; i++) {
        place p = place_from_degrees(51 + spread * ((double)below(2001) / 1000 - 1),
                                     9 + spread * ((double)below(2001) / 1000 - 1));
        rows[i] = (near_row){.place = {p.x, p.y, p.z}, .online = below(8) == 0};
    }
}

START_TEST(narrow_circle_kernels_are_equal)
{
    static near_row rows[PLACE_COUNT];
    static chunk start, plain, fast;
    const double spreads[] = {0.1, 1, 80};
    uint64_t kept_count = 0;
    for (uint32_t round = 0; round < ROUND_COUNT; round++) {
        if (round % 100 == 0) {
            random_places(rows, spreads[round / 100 % 3]);
        }
        fill(&start, PLACE_COUNT);
        const double *from = rows[below(PLACE_COUNT)].place;
        const double reaches[] = {0, 20, 100, 9000, (double)INFINITY};
        const narrow_circle c = {.places = (const char *)rows[0].place,
                                 .online = below(3) == 0 ? NULL : (const char *)&rows[0].online,
                                 .stride = sizeof rows[0],
                                 .from = {from[0], from[1], from[2]},
                                 .reach = reaches[below(5)],
                                 .max = 100,
                                 .km_per_point = below(2) == 0 ? 0 : 100.0 / 200000,
                                 .need = (int32_t)below(1200000)};
        plain = start;
        uint32_t kept =
            narrow_kernels_at(0)->circle(&c, plain.rows, plain.points, plain.km, plain.count);
        kept_count += kept;
        for (uint32_t at = 1; narrow_kernels_at(at) != NULL; at++) {
            fast = start;
            ck_assert_uint_eq(
                narrow_kernels_at(at)->circle(&c, fast.rows, fast.points, fast.km, fast.count),
                kept);
            expect_equal(&plain, &fast, kept, true);
        }
    }
    ck_assert_uint_gt(kept_count, 1000);
}
END_TEST

/* Whoever is dropped could not have reached what is needed, or is out of reach. */
START_TEST(narrow_circle_drops_only_what_is_too_far)
{
    static near_row rows[PLACE_COUNT];
    random_places(rows, 1.5);
    const narrow_circle c = {.places = (const char *)rows[0].place,
                             .online = (const char *)&rows[0].online,
                             .stride = sizeof rows[0],
                             .from = {rows[0].place[0], rows[0].place[1], rows[0].place[2]},
                             .reach = 60,
                             .max = 60,
                             .km_per_point = 60.0 / 200000,
                             .need = 700000};
    const place from = {c.from[0], c.from[1], c.from[2]};
    for (uint32_t at = 0; narrow_kernels_at(at) != NULL; at++) {
        for (uint32_t i = 0; i < PLACE_COUNT; i++) {
            const place to = {rows[i].place[0], rows[i].place[1], rows[i].place[2]};
            for (int32_t points = 480000; points <= 720000; points += 20000) {
                chunk one = {.count = 1, .rows = {i}, .points = {points}};
                double km = place_km(from, to);
                double brings = 200000 * (1 - km / 60);
                bool can = km <= 60 && (points >= 700000 || points + brings >= 700000);
                uint32_t kept = narrow_kernels_at(at)->circle(&c, one.rows, one.points, one.km, 1);

                ck_assert_uint_ge(kept, can || rows[i].online);
                ck_assert(kept == 0 || one.km[0] == (rows[i].online ? -1.0 : km));
                ck_assert(kept == 0 || one.km[0] <= 60);
            }
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("match_narrow_kernel");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, narrow_weigh_is_the_contribution_of_a_score);
    tcase_add_test(tests, narrow_weigh_kernels_are_equal);
    tcase_add_test(tests, narrow_weigh_refuses_answers_that_the_contract_forbids);
    tcase_add_test(tests, narrow_fold_kernels_are_equal);
    tcase_add_test(tests, narrow_circle_kernels_are_equal);
    tcase_add_test(tests, narrow_circle_drops_only_what_is_too_far);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
