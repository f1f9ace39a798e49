/* core/engine/workers.c: the queue of tasks, its bound, its end. */
#include "engine_fixture.h"

typedef struct gatekeeper {
    latch started, released;
    _Atomic uint32_t run_count;
} gatekeeper;

static void wait_until_released(engine_worker *w, void *context)
{
    gatekeeper *k = context;
    (void)w;
    latch_add(&k->started);
    latch_wait(&k->released, 1);
    k->run_count++;
}

static void count_run(engine_worker *w, void *context)
{
    gatekeeper *k = context;
    (void)w;
    k->run_count++;
}

START_TEST(engine_submit_answers_overloaded_when_the_queue_is_full)
{
    engine_config config = fixture_config();
    config.worker_count = 1;
    config.queue_max = 2;
    engine *g = fixture_open_as(&config);
    gatekeeper k = {.started = LATCH, .released = LATCH};
    err e = {0};
    ck_assert(engine_submit(g, wait_until_released, &k, &e));
    latch_wait(&k.started, 1);
    ck_assert(engine_submit(g, count_run, &k, &e));
    ck_assert(engine_submit(g, count_run, &k, &e));

    ck_assert(!engine_submit(g, count_run, &k, &e));

    ck_assert_str_eq(err_id(e.code), "overloaded");
    ck_assert_int_gt(e.retry_after_ms, 0);
    latch_add(&k.released);
    engine_close(&g);
    ck_assert_uint_eq(k.run_count, 3);
}
END_TEST

START_TEST(engine_submit_answers_draining_after_stop_and_finishes_what_was_taken)
{
    engine_config config = fixture_config();
    config.worker_count = 1;
    engine *g = fixture_open_as(&config);
    gatekeeper k = {.started = LATCH, .released = LATCH};
    err e = {0};
    ck_assert(engine_submit(g, wait_until_released, &k, &e));
    ck_assert(engine_submit(g, count_run, &k, &e));

    engine_stop(g);

    ck_assert(!engine_submit(g, count_run, &k, &e));
    ck_assert_str_eq(err_id(e.code), "draining");
    latch_add(&k.released);
    engine_close(&g);
    ck_assert_uint_eq(k.run_count, 2);
}
END_TEST

static void fill_memory(engine_worker *w, void *context)
{
    (void)context;
    ck_assert_uint_eq(engine_worker_out(w)->len, 0);
    ck_assert_uint_eq(engine_worker_arena(w)->used_len, 0);
    buf_text(engine_worker_out(w), "left over");
    ck_assert_ptr_nonnull(arena_new(engine_worker_arena(w), 8 * 1024 * 1024));
}

START_TEST(a_task_finds_arena_and_output_empty)
{
    engine_config config = fixture_config();
    config.worker_count = 1;
    engine *g = fixture_open_as(&config);

    fixture_run(g, fill_memory, NULL);
    fixture_run(g, fill_memory, NULL);

    engine_close(&g);
}
END_TEST

static void write_late(engine_worker *w, void *context)
{
    gatekeeper *k = context;
    latch_add(&k->started);
    latch_wait(&k->released, 1);
    fixture_put_seekers(engine_worker_engine(w), 0, 1);
    k->run_count++;
}

START_TEST(a_task_that_was_taken_may_write_after_stop)
{
    engine *g = fixture_open();
    gatekeeper k = {.started = LATCH, .released = LATCH};
    err e = {0};
    ck_assert(engine_submit(g, write_late, &k, &e));
    latch_wait(&k.started, 1);

    engine_stop(g);
    latch_add(&k.released);
    engine_close(&g);

    ck_assert_uint_eq(k.run_count, 1);
    g = fixture_open();
    ck_assert(fixture_look(g, SIDE_SEEKER, "s-000000").is_there);
    engine_close(&g);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("workers");
    TCase *all = tcase_create("workers");
    tcase_add_checked_fixture(all, fixture_make, fixture_remove);
    tcase_add_test(all, engine_submit_answers_overloaded_when_the_queue_is_full);
    tcase_add_test(all, engine_submit_answers_draining_after_stop_and_finishes_what_was_taken);
    tcase_add_test(all, a_task_finds_arena_and_output_empty);
    tcase_add_test(all, a_task_that_was_taken_may_write_after_stop);
    suite_add_tcase(suite, all);
    return fixture_main(suite);
}
