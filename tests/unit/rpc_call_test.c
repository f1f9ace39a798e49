#include <pthread.h>

#include "base/clock.h"
#include "unit/rpc_toy.h"

static toy t;
static buf text;

static void tear_down(void)
{
    toy_close(&t);
    buf_fini(&text);
}

START_TEST(call_past_its_deadline_answers_deadline)
{
    toy_open(&t, 0);

    rpc_feed(t.session, BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"keep\",\"params\":{"
                              "\"deadline_ms\":1}}\n"));
    int64_t deadline_ns = rpc_call_deadline_ns(t.kept[0]);
    ck_assert(rpc_server_expire(t.server, deadline_ns - 1));
    ck_assert(!__atomic_load_n(rpc_call_stop_flag(t.kept[0]), __ATOMIC_RELAXED));
    ck_assert(rpc_server_expire(t.server, deadline_ns));
    ck_assert(__atomic_load_n(rpc_call_stop_flag(t.kept[0]), __ATOMIC_RELAXED));
    while (clock_monotonic_ns() <= deadline_ns) {
    }
    rpc_call_reply(&t.kept[0], BYTES("1"));
    rpc_server_drain(t.server);

    ck_assert_ptr_nonnull(strstr(toy_take(&t, &text), "\"id\":1,\"error\":{\"code\":-32006"));
    ck_assert(!rpc_server_expire(t.server, deadline_ns));
    tear_down();
}
END_TEST

START_TEST(call_before_its_deadline_answers_its_result)
{
    toy_open(&t, 0);

    const char *said = toy_ask(&t,
                               "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":{"
                               "\"value\":7,\"deadline_ms\":60000}}",
                               &text);

    ck_assert_str_eq(said, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":7}\n");
    tear_down();
}
END_TEST

START_TEST(progress_is_told_at_most_ten_times_a_second)
{
    toy_open(&t, 0);
    rpc_feed(t.session, BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"keep\",\"params\":{"
                              "\"progress_token\":\"t-1\"}}\n"));

    rpc_call_progress(t.kept[0], 1, 9, "first");
    rpc_call_progress(t.kept[0], 2, 9, "second");
    rpc_server_drain(t.server);
    rpc_call_progress(t.kept[0], 3, 9, "third");
    rpc_server_drain(t.server);

    ck_assert_str_eq(toy_take(&t, &text),
                     "{\"jsonrpc\":\"2.0\",\"method\":\"$/progress\",\"params\":{\"token\":\"t-1\","
                     "\"done\":1,\"total\":9,\"message\":\"first\"}}\n");
    tear_down();
}
END_TEST

START_TEST(a_watch_hears_of_progress_behind_the_answer)
{
    toy_open(&t, 0);
    rpc_feed(t.session, BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"keep\",\"params\":{"
                              "\"progress_token\":\"t-1\"}}\n"));
    rpc_call *watch = rpc_call_watch(t.kept[0]);
    rpc_call_reply(&t.kept[0], BYTES("1"));
    rpc_server_drain(t.server);
    ck_assert_str_eq(toy_take(&t, &text), "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1}\n");

    rpc_call_progress(watch, 8, 9, "nearly");
    rpc_server_drain(t.server);
    rpc_call_progress(watch, 9, 9, "done"); /* the last one is told at once */
    rpc_call_reply(&watch, (bytes){NULL, 0});
    rpc_server_drain(t.server);

    ck_assert_str_eq(toy_take(&t, &text),
                     "{\"jsonrpc\":\"2.0\",\"method\":\"$/progress\",\"params\":{\"token\":\"t-1\","
                     "\"done\":8,\"total\":9,\"message\":\"nearly\"}}\n"
                     "{\"jsonrpc\":\"2.0\",\"method\":\"$/progress\",\"params\":{\"token\":\"t-1\","
                     "\"done\":9,\"total\":9,\"message\":\"done\"}}\n");
    ck_assert_uint_eq(rpc_server_in_flight(t.server), 0);
    tear_down();
}
END_TEST

START_TEST(nobody_watches_who_has_no_token)
{
    toy_open(&t, 0);
    rpc_feed(t.session, BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"keep\"}\n"));

    ck_assert_ptr_null(rpc_call_watch(t.kept[0]));

    rpc_call_reply(&t.kept[0], BYTES("1"));
    rpc_server_drain(t.server);
    tear_down();
}
END_TEST

START_TEST(progress_nobody_asked_for_is_silent)
{
    toy_open(&t, 0);
    rpc_feed(t.session, BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"keep\"}\n"));

    rpc_call_progress(t.kept[0], 1, 9, "first");
    rpc_server_drain(t.server);

    ck_assert_str_eq(toy_take(&t, &text), "");
    ck_assert_uint_eq(t.finished_count, 0);
    tear_down();
}
END_TEST

START_TEST(progress_just_before_the_end_is_sent_before_the_answer)
{
    toy_open(&t, 0);
    rpc_feed(t.session, BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"keep\",\"params\":{"
                              "\"progress_token\":7}}\n"));

    rpc_call_progress(t.kept[0], 9, 9, "");
    rpc_call_reply(&t.kept[0], BYTES("1"));
    rpc_server_drain(t.server);

    const char *said = toy_take(&t, &text);
    ck_assert_ptr_nonnull(strstr(said, "\"token\":7,"));
    ck_assert_str_eq(strchr(said, '\n') + 1, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1}\n");
    tear_down();
}
END_TEST

START_TEST(stopping_server_tells_its_peers_and_takes_no_new_work)
{
    toy_open(&t, 0);
    rpc_feed(t.session, BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"keep\"}\n"));

    rpc_server_stop(t.server);
    const char *said = toy_ask(&t, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"echo\"}", &text);
    ck_assert_ptr_nonnull(strstr(said, "\"method\":\"server.draining\""));
    ck_assert_ptr_nonnull(strstr(said, "\"id\":2,\"error\":{\"code\":-32000"));
    rpc_call_reply(&t.kept[0], BYTES("1"));
    rpc_server_drain(t.server);

    ck_assert_str_eq(toy_take(&t, &text), "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1}\n");
    tear_down();
}
END_TEST

START_TEST(abandoned_calls_answer_draining_and_may_finish_later)
{
    toy_open(&t, 0);
    rpc_feed(t.session, BYTES("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"keep\"},"
                              "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"echo\"}]\n"));
    rpc_server_stop(t.server);
    toy_take(&t, &text);

    rpc_server_abandon(t.server);
    const char *said = toy_take(&t, &text);
    ck_assert_ptr_nonnull(strstr(said, "\"id\":1,\"error\":{\"code\":-32000"));
    ck_assert_ptr_nonnull(strstr(said, "\"id\":2,\"result\":null"));
    ck_assert(rpc_session_is_idle(t.session));
    ck_assert(__atomic_load_n(rpc_call_stop_flag(t.kept[0]), __ATOMIC_RELAXED));
    rpc_call_reply(&t.kept[0], BYTES("1"));
    rpc_server_drain(t.server);

    ck_assert_str_eq(toy_take(&t, &text), "");
    ck_assert_uint_eq(rpc_server_in_flight(t.server), 0);
    tear_down();
}
END_TEST

/* ---------------------------------------------------------------------------------- threads */

enum { WORKER_COUNT = 4, ROUND_COUNT = 200, PER_ROUND = 32 };

/* Calls handed to the workers, and a mark for the owner that some came back. */
typedef struct pool {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    rpc_call *waiting[PER_ROUND * 2];
    uint32_t waiting_count;
    bool has_finished;
    bool is_over;
} pool;

static pool workers = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void pool_handler(void *context, rpc_call *call, const json_node *params)
{
    (void)context;
    (void)params;
    pthread_mutex_lock(&workers.lock);
    workers.waiting[workers.waiting_count++] = call;
    pthread_cond_broadcast(&workers.changed);
    pthread_mutex_unlock(&workers.lock);
}

static void pool_on_finished(void *context)
{
    (void)context;
    pthread_mutex_lock(&workers.lock);
    workers.has_finished = true;
    pthread_cond_broadcast(&workers.changed);
    pthread_mutex_unlock(&workers.lock);
}

static void *pool_run(void *context)
{
    (void)context;
    pthread_mutex_lock(&workers.lock);
    while (!workers.is_over) {
        if (workers.waiting_count == 0) {
            pthread_cond_wait(&workers.changed, &workers.lock);
            continue;
        }
        rpc_call *call = workers.waiting[--workers.waiting_count];
        pthread_mutex_unlock(&workers.lock);
        rpc_call_progress(call, 1, 2, "half");
        if (__atomic_load_n(rpc_call_stop_flag(call), __ATOMIC_RELAXED)) {
            err e;
            fail(&e, ERR_CANCELLED, "stopped");
            rpc_call_fail(&call, &e);
        } else {
            rpc_call_reply(&call, BYTES("1"));
        }
        pthread_mutex_lock(&workers.lock);
    }
    pthread_mutex_unlock(&workers.lock);
    return NULL;
}

static uint32_t count_answers(bytes said)
{
    uint32_t count = 0;
    buf copy = {0};
    buf_put(&copy, said.base, said.len);
    for (const char *at = buf_terminated(&copy); (at = strstr(at, "\"id\":")) != NULL; at++) {
        count += at[5] >= '0' && at[5] <= '9' ? 1 : 0;
    }
    buf_fini(&copy);
    return count;
}

START_TEST(calls_finished_on_many_threads_are_all_answered_once)
{
    const rpc_method method = {
        .name = "work", .handler = pool_handler, .summary = "", .roles = RPC_ANYBODY};
    rpc_config config = {.methods = &method, .method_count = 1, .on_finished = pool_on_finished};
    rpc_server *server;
    rpc_session *session;
    rpc_session *leaver;
    err e;
    ck_assert(rpc_server_new(&config, &server, &e));
    ck_assert(rpc_session_new(server, toy_on_output, &t, &session, &e));
    ck_assert(rpc_session_set_caller(session, &(rpc_caller){.roles = 1}));
    pthread_t threads[WORKER_COUNT];
    for (int i = 0; i < WORKER_COUNT; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, pool_run, NULL), 0);
    }

    uint32_t answer_count = 0;
    for (int round = 0; round < ROUND_COUNT; round++) {
        ck_assert(rpc_session_new(server, toy_on_output, &t, &leaver, &e));
        ck_assert(rpc_session_set_caller(leaver, &(rpc_caller){.roles = 1}));
        rpc_feed(leaver, BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"work\"}\n"));
        for (int i = 0; i < PER_ROUND / 2; i++) {
            rpc_feed(session, BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"work\",\"params\":{"
                                    "\"progress_token\":1}}\n"));
        }
        rpc_feed(session, BYTES("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"work\"},"
                                "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"work\"}]\n"));
        rpc_feed(session,
                 BYTES("{\"jsonrpc\":\"2.0\",\"method\":\"$/cancelRequest\",\"params\":{\"id\":2}}"
                       "\n"));
        rpc_session_free(&leaver);
        while (rpc_server_in_flight(server) > 0) {
            pthread_mutex_lock(&workers.lock);
            while (!workers.has_finished) {
                pthread_cond_wait(&workers.changed, &workers.lock);
            }
            workers.has_finished = false;
            pthread_mutex_unlock(&workers.lock);
            rpc_server_drain(server);
        }
        bytes said = rpc_session_output(session);
        answer_count += count_answers(said);
        rpc_session_taken(session, said.len);
    }

    pthread_mutex_lock(&workers.lock);
    workers.is_over = true;
    pthread_cond_broadcast(&workers.changed);
    pthread_mutex_unlock(&workers.lock);
    for (int i = 0; i < WORKER_COUNT; i++) {
        pthread_join(threads[i], NULL);
    }
    ck_assert_uint_eq(answer_count, ROUND_COUNT * (PER_ROUND / 2 + 2));
    rpc_session_free(&session);
    rpc_server_free(&server);
}
END_TEST

TOY_MAIN("rpc/call", call_past_its_deadline_answers_deadline,
         call_before_its_deadline_answers_its_result, progress_is_told_at_most_ten_times_a_second,
         progress_nobody_asked_for_is_silent, a_watch_hears_of_progress_behind_the_answer,
         nobody_watches_who_has_no_token, progress_just_before_the_end_is_sent_before_the_answer,
         stopping_server_tells_its_peers_and_takes_no_new_work,
         abandoned_calls_answer_draining_and_may_finish_later,
         calls_finished_on_many_threads_are_all_answered_once)
