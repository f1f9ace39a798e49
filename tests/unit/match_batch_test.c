/* Many anchors with one preparation: what a batch answers is what each question answers alone. */
#include "match_world.h"

enum { OFFER_COUNT = 90, SEEKER_COUNT = 60, LIMIT = 7, ROW_MAX = 64 * OFFER_COUNT };

typedef struct market {
    world world;
    snapshot *snapshot;
    match_worker *lone_worker;
    match_worker *worker;
    strategy strategy;
    int32_t prices[ROW_MAX];
    arena memory;
} market;

static void put_all(market *m, record_side side, uint32_t count)
{
    static snapshot_change changes[OFFER_COUNT];
    static char ids[OFFER_COUNT][16];
    err e = {0};
    for (uint32_t i = 0; i < count; i++) {
        snprintf(ids[i], sizeof ids[i], "%c-%u", side == SIDE_SEEKER ? 's' : 'o', i);
        changes[i] = (snapshot_change){.side = side,
                                       .id = bytes_of(ids[i]),
                                       .record = world_record(&m->world, side, i),
                                       .version = 1};
    }
    /* In two transactions, and some again: several segments, and rows that stand no more. */
    for (uint32_t part = 0; part < 3; part++) {
        snapshot *next;
        uint32_t first = part == 1 ? count / 2 : 0;
        uint32_t end = part == 0 ? count / 2 : part == 1 ? count : 3;
        ck_assert_msg(snapshot_apply(m->snapshot, changes + first, end - first,
                                     snapshot_change_number(m->snapshot) + 1, &next, &e),
                      "%s", e.text);
        snapshot_free(&m->snapshot);
        m->snapshot = next;
    }
}

static void market_open(market *m, uint64_t seed)
{
    err e = {0};
    memset(m, 0, sizeof *m);
    world_start(&m->world, seed, seed % 2 == 0);
    ck_assert(snapshot_new(&m->world.program, m->world.dictionary, 0, &m->snapshot, &e));
    snapshot_tune(m->snapshot, 20, 5);
    ck_assert(match_worker_new(&m->worker, &e));
    ck_assert(match_worker_new(&m->lone_worker, &e));
    put_all(m, SIDE_OFFER, OFFER_COUNT);
    put_all(m, SIDE_SEEKER, SEEKER_COUNT);
    m->strategy = m->world.base;
    m->strategy.gates_on = UINT64_MAX;
    uint32_t segments = snapshot_segment_count(m->snapshot, SIDE_OFFER);
    uint32_t rows = snapshot_first_row(m->snapshot, SIDE_OFFER, segments);
    ck_assert_uint_gt(segments, 1);
    ck_assert_uint_le(rows, ROW_MAX);
    for (uint32_t i = 0; i < rows; i++) {
        m->prices[i] = (int32_t)world_random(&m->world, 900000);
    }
}

static void market_close(market *m)
{
    match_worker_free(&m->worker);
    match_worker_free(&m->lone_worker);
    snapshot_free(&m->snapshot);
    world_end(&m->world);
    arena_fini(&m->memory);
}

static match_query ask_of(const market *m, bool has_prices)
{
    return (match_query){.snapshot = m->snapshot,
                         .strategy = &m->strategy,
                         .as_of = 20600,
                         .limit = LIMIT,
                         .kinds = UINT64_MAX,
                         .verdicts = MATCH_YES_BIT | MATCH_CHECK_BIT,
                         .prices = has_prices ? m->prices : NULL,
                         .floor = has_prices ? -MATCH_PRICE_MAX : 0,
                         .ranks_rows = has_prices};
}

/* The live rows of a segment of people, in their order. */
static uint32_t live_rows(const market *m, uint32_t index, uint32_t *ret)
{
    const segment *s = snapshot_segment(m->snapshot, SIDE_SEEKER, index);
    uint32_t count = 0;
    for (uint32_t row = 0; row < segment_row_count(s); row++) {
        ret[count] = row;
        count += snapshot_row_is_live(m->snapshot, SIDE_SEEKER, index, row);
    }
    return count;
}

static void compare_edges(market *m, match_query q, const match_edge *edges, uint32_t count)
{
    match_answer alone;
    err e = {0};
    ck_assert(match_run(m->lone_worker, &q, &m->memory, &alone, &e));
    ck_assert_uint_eq(count, alone.hit_count);
    for (uint32_t i = 0; i < count; i++) {
        const match_hit *hit = &alone.hits[i];
        ck_assert_ptr_eq(snapshot_segment(m->snapshot, SIDE_OFFER, edges[i].segment), hit->segment);
        ck_assert_uint_eq(edges[i].row,
                          snapshot_first_row(m->snapshot, SIDE_OFFER, edges[i].segment) + hit->row);
        ck_assert_int_eq(edges[i].score, hit->score);
        ck_assert_uint_eq(edges[i].verdict, hit->verdict);
        ck_assert_uint_eq(edges[i].anchor_row, 0);
    }
}

static void compare_batch(market *m, bool has_prices, bool has_floors)
{
    static match_edge edges[SEEKER_COUNT * LIMIT];
    uint32_t counts[SEEKER_COUNT];
    uint32_t rows[SEEKER_COUNT * 2];
    int32_t floors[SEEKER_COUNT * 2];
    match_query q = ask_of(m, has_prices);
    match_batch *b;
    err e = {0};
    uint32_t anchor_count = 0;
    uint32_t edge_count = 0;
    ck_assert(match_batch_new(m->worker, &q, SIDE_SEEKER, &b, &e));
    for (uint32_t k = 0; k < snapshot_segment_count(m->snapshot, SIDE_SEEKER); k++) {
        uint32_t count = live_rows(m, k, rows);
        const segment *anchors = snapshot_segment(m->snapshot, SIDE_SEEKER, k);
        for (uint32_t i = 0; i < count; i++) {
            floors[i] = (int32_t)world_random(&m->world, 600000);
        }
        ck_assert(match_batch_best(b, anchors, rows, count, has_floors ? floors : NULL, edges,
                                   counts, &e));
        for (uint32_t i = 0; i < count; i++) {
            match_query alone = q;
            alone.anchor = anchors;
            alone.anchor_rows = &rows[i];
            alone.anchor_row_count = 1;
            alone.floor = has_floors ? floors[i] : q.floor;
            compare_edges(m, alone, &edges[(size_t)i * LIMIT], counts[i]);
            edge_count += counts[i];
        }
        anchor_count += count;
    }
    match_batch_free(&b);
    ck_assert_uint_eq(anchor_count, SEEKER_COUNT);
    ck_assert_uint_gt(edge_count, 0);
}

START_TEST(match_batch_best_gives_what_each_question_gives_alone)
{
    for (uint64_t seed = 1; seed <= 12; seed++) {
        market m;
        market_open(&m, seed);
        compare_batch(&m, false, false);
        compare_batch(&m, false, true);
        market_close(&m);
    }
}
END_TEST

START_TEST(match_batch_best_heeds_prices_and_the_floor_of_each_anchor)
{
    for (uint64_t seed = 1; seed <= 12; seed++) {
        market m;
        market_open(&m, seed);
        compare_batch(&m, true, false);
        compare_batch(&m, true, true);
        market_close(&m);
    }
}
END_TEST

START_TEST(match_batch_best_sees_prices_that_change_between_calls)
{
    market m;
    match_batch *b;
    match_edge first[LIMIT];
    match_edge second[LIMIT];
    uint32_t count = 0;
    uint32_t rows[SEEKER_COUNT * 2];
    uint32_t second_count;
    err e = {0};
    market_open(&m, 5);
    memset(m.prices, 0, sizeof m.prices);
    match_query q = ask_of(&m, true);
    ck_assert(match_batch_new(m.worker, &q, SIDE_SEEKER, &b, &e));
    const segment *anchors = snapshot_segment(m.snapshot, SIDE_SEEKER, 0);
    uint32_t row_count = live_rows(&m, 0, rows);
    uint32_t at = 0;
    for (; at < row_count && count < 2; at++) {
        ck_assert(match_batch_best(b, anchors, &rows[at], 1, NULL, first, &count, &e));
    }
    ck_assert_uint_ge(count, 2);

    m.prices[first[0].row] = first[0].score + 1;
    ck_assert(match_batch_best(b, anchors, &rows[at - 1], 1, NULL, second, &second_count, &e));

    ck_assert_uint_eq(second[0].row, first[1].row);
    ck_assert_int_eq(second[0].score, first[1].score);
    match_batch_free(&b);
    market_close(&m);
}
END_TEST

static void compare_hits(const market *m, const match_hit *x, const match_hit *y)
{
    ck_assert_ptr_eq(x->segment, y->segment);
    ck_assert_uint_eq(x->row, y->row);
    ck_assert_uint_eq(x->anchor_row, y->anchor_row);
    ck_assert_int_eq(x->score, y->score);
    ck_assert_int_eq(x->low, y->low);
    ck_assert_int_eq(x->high, y->high);
    ck_assert_uint_eq(x->verdict, y->verdict);
    ck_assert_uint_eq(x->other_count, y->other_count);
    for (uint32_t i = 0; i < m->strategy.criterion_count; i++) {
        ck_assert_int_eq(x->parts[i].points, y->parts[i].points);
        ck_assert_uint_eq(x->parts[i].verdict, y->parts[i].verdict);
    }
}

START_TEST(match_batch_answer_gives_the_whole_answer_of_either_side)
{
    for (uint64_t seed = 1; seed <= 6; seed++) {
        for (record_side side = SIDE_SEEKER; side <= SIDE_OFFER; side++) {
            market m;
            match_batch *b;
            err e = {0};
            market_open(&m, seed);
            match_query q = ask_of(&m, false);
            ck_assert(match_batch_new(m.worker, &q, side, &b, &e));
            for (uint32_t i = 0; i < 20; i++) {
                match_answer alone;
                match_answer together;
                char id[16];
                snprintf(id, sizeof id, "%c-%u", side == SIDE_SEEKER ? 's' : 'o', i);
                ck_assert(snapshot_find(m.snapshot, side, bytes_of(id), &q.anchor, &q.anchor_rows,
                                        &q.anchor_row_count));
                ck_assert(match_run(m.lone_worker, &q, &m.memory, &alone, &e));
                ck_assert(match_batch_answer(b, q.anchor, q.anchor_rows, q.anchor_row_count,
                                             &m.memory, &together, &e));
                ck_assert_uint_eq(together.hit_count, alone.hit_count);
                for (uint32_t k = 0; k < alone.hit_count; k++) {
                    compare_hits(&m, &alone.hits[k], &together.hits[k]);
                }
            }
            match_batch_free(&b);
            market_close(&m);
        }
    }
}
END_TEST

START_TEST(match_batch_new_refuses_a_strategy_of_another_program)
{
    market m;
    market other;
    match_batch *b = NULL;
    err e = {0};
    market_open(&m, 1);
    market_open(&other, 2);
    match_query q = ask_of(&m, false);
    q.strategy = &other.strategy;

    ck_assert(!match_batch_new(m.worker, &q, SIDE_SEEKER, &b, &e));

    ck_assert_ptr_null(b);
    market_close(&m);
    market_close(&other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("match_batch");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, match_batch_best_gives_what_each_question_gives_alone);
    tcase_add_test(tests, match_batch_best_heeds_prices_and_the_floor_of_each_anchor);
    tcase_add_test(tests, match_batch_best_sees_prices_that_change_between_calls);
    tcase_add_test(tests, match_batch_answer_gives_the_whole_answer_of_either_side);
    tcase_add_test(tests, match_batch_new_refuses_a_strategy_of_another_program);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
