#include "engine_fixture.h"

#include "base/clock.h"
#include "engine/sweep.h"

enum { THING_COUNT = 10007, BLOCK = 16 };

static engine *g;

static void begin(void)
{
    fixture_make();
    g = fixture_open();
}

static void end(void)
{
    engine_close(&g);
    fixture_remove();
}

typedef struct seen_things {
    uint32_t next; /* block */
    uint64_t sum;
    uint32_t fail_at; /* thing; 0: never */
    uint32_t tick_count;
    bool stops;
    bool is_slow;
    uint32_t slept;
} seen_things;

static bool work(void *context, engine_worker *w, uint32_t first, uint32_t last, sweep_output *out,
                 err *e)
{
    const seen_things *s = context;
    (void)w;
    for (uint32_t i = first; i < last; i++) {
        if (s->fail_at != 0 && i == s->fail_at) {
            return fail(e, ERR_PLUGIN_FAULT, "thing %u", i);
        }
        buf_put(&out->lists, &i, sizeof i);
    }
    if (s->is_slow) {
        int64_t until_ns = clock_monotonic_ns() + 2000000;
        while (clock_monotonic_ns() < until_ns) {
        }
    }
    out->count = last - first;
    return true;
}

static bool deliver(void *context, uint32_t block, const sweep_output *out, err *e)
{
    seen_things *s = context;
    (void)e;
    ck_assert_uint_eq(block, s->next);
    s->next++;
    for (size_t at = 0; at < out->lists.len; at += sizeof(uint32_t)) {
        uint32_t thing;
        memcpy(&thing, out->lists.base + at, sizeof thing);
        ck_assert_uint_eq(thing, block * BLOCK + at / sizeof(uint32_t));
        s->sum += thing;
    }
    return true;
}

static bool tick(void *context)
{
    seen_things *s = context;
    s->tick_count++;
    return !s->stops;
}

static sweep_config config_of(seen_things *s)
{
    return (sweep_config){.count = THING_COUNT,
                          .block_len = BLOCK,
                          .work = work,
                          .deliver = deliver,
                          .tick = tick,
                          .context = s};
}

START_TEST(everything_is_delivered_once_in_order)
{
    seen_things s = {0};
    sweep_config config = config_of(&s);
    err e = {0};

    ck_assert_msg(sweep_run(g, &config, &e), "%s", e.text);

    ck_assert_uint_eq(s.sum, (uint64_t)THING_COUNT * (THING_COUNT - 1) / 2);
}
END_TEST

START_TEST(what_was_done_before_is_left_out)
{
    seen_things s = {.next = 600};
    sweep_config config = config_of(&s);
    config.first_block = 600;
    err e = {0};

    ck_assert(sweep_run(g, &config, &e));

    uint64_t before = (uint64_t)600 * BLOCK;
    ck_assert_uint_eq(s.sum,
                      (uint64_t)THING_COUNT * (THING_COUNT - 1) / 2 - before * (before - 1) / 2);
    config.first_block = (THING_COUNT + BLOCK - 1) / BLOCK;
    ck_assert(sweep_run(g, &config, &e));
}
END_TEST

START_TEST(a_failure_ends_it_and_is_told)
{
    seen_things s = {.fail_at = 5000};
    sweep_config config = config_of(&s);
    err e = {0};

    ck_assert(!sweep_run(g, &config, &e));

    ck_assert_int_eq(e.code, ERR_PLUGIN_FAULT);
    ck_assert_uint_le(s.next, 5000 / BLOCK);
}
END_TEST

START_TEST(a_tick_ends_it)
{
    seen_things s = {.stops = true, .is_slow = true};
    sweep_config config = config_of(&s);
    err e = {0};

    ck_assert(!sweep_run(g, &config, &e));

    ck_assert_int_eq(e.code, ERR_CANCELLED);
    ck_assert_uint_gt(s.tick_count, 0);
    ck_assert_uint_lt(s.next, THING_COUNT / BLOCK);
}
END_TEST

typedef struct caller {
    seen_things *s;
    bool is_done;
} caller;

static void *run_sweep(void *context)
{
    caller *c = context;
    sweep_config config = config_of(c->s);
    err e = {0};
    c->is_done = sweep_run(g, &config, &e);
    return NULL;
}

static void look_at_nothing(engine_worker *w, void *context)
{
    (void)w;
    (void)context;
}

/* 626 blocks of 2 ms on two workers take more than half a second; a task in between is to wait for
 * a turn only. */
START_TEST(others_get_their_turn)
{
    seen_things s = {.is_slow = true};
    caller c = {.s = &s};
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, run_sweep, &c), 0);
    for (uint32_t i = 0; i < 10; i++) {
        fixture_run(g, look_at_nothing, NULL);
    }
    uint32_t then = __atomic_load_n(&s.next, __ATOMIC_RELAXED);

    ck_assert_uint_lt(then, THING_COUNT / BLOCK);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert(c.is_done);
}
END_TEST

START_TEST(a_stopping_engine_takes_no_sweep)
{
    seen_things s = {0};
    sweep_config config = config_of(&s);
    err e = {0};
    engine_stop(g);

    ck_assert(!sweep_run(g, &config, &e));

    ck_assert_int_eq(e.code, ERR_DRAINING);
}
END_TEST

START_TEST(a_pin_keeps_what_it_saw)
{
    engine_pin *pin = NULL;
    engine_pin *others[ENGINE_PIN_MAX] = {NULL};
    err e = {0};
    fixture_put_seekers(g, 0, 10);
    ck_assert(engine_pin_new(g, &pin, &e));
    uint64_t change = snapshot_change_number(engine_pin_snapshot(pin));

    fixture_put_seekers(g, 10, 10);
    fixture_put_seekers(g, 20, 10);

    ck_assert_uint_eq(snapshot_change_number(engine_pin_snapshot(pin)), change);
    ck_assert_uint_eq(snapshot_record_count(engine_pin_snapshot(pin), SIDE_SEEKER), 10);
    for (uint32_t i = 0; i + 1 < ENGINE_PIN_MAX; i++) {
        ck_assert(engine_pin_new(g, &others[i], &e));
    }
    ck_assert(!engine_pin_new(g, &others[ENGINE_PIN_MAX - 1], &e));
    ck_assert_int_eq(e.code, ERR_OVERLOADED);
    for (uint32_t i = 0; i < ENGINE_PIN_MAX; i++) {
        engine_pin_free(&others[i]);
    }
    engine_pin_free(&pin);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine/sweep");
    TCase *c = tcase_create("engine/sweep");
    tcase_set_timeout(c, 30);
    tcase_add_checked_fixture(c, begin, end);
    tcase_add_test(c, everything_is_delivered_once_in_order);
    tcase_add_test(c, what_was_done_before_is_left_out);
    tcase_add_test(c, a_failure_ends_it_and_is_told);
    tcase_add_test(c, a_tick_ends_it);
    tcase_add_test(c, others_get_their_turn);
    tcase_add_test(c, a_stopping_engine_takes_no_sweep);
    tcase_add_test(c, a_pin_keeps_what_it_saw);
    suite_add_tcase(suite, c);
    return fixture_main(suite);
}
