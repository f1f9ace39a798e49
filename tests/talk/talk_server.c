/* A server with a few toy methods on the real sockets, so that the protocol is tested apart from
 * the engine: talk_server SOCKET [HOST:PORT]. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/clock.h"
#include "io/io.h"
#include "rpc/rpc.h"

enum { WORKER_COUNT = 3, WAITING_MAX = 2048 };

/* A call that ends at its time, or when it is told to stop. */
typedef struct sleeper {
    rpc_call *call;
    int64_t until_ns;
    int64_t total_ms;
} sleeper;

typedef struct toy_server {
    rpc_server *rpc;
    io *io;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    sleeper waiting[WAITING_MAX];
    uint32_t waiting_count;
    bool is_over;
} toy_server;

static void answer_echo(void *context, rpc_call *call, const json_node *params)
{
    (void)context;
    buf out = {0};
    if (params != NULL && json_member(params, "value") != NULL) {
        json_print(json_member(params, "value"), &out);
    }
    rpc_call_reply(&call, buf_bytes(&out));
    buf_fini(&out);
}

static void answer_subtract(void *context, rpc_call *call, const json_node *params)
{
    (void)context;
    int64_t minuend = 0;
    int64_t subtrahend = 0;
    check(json_integer(json_member(params, "minuend"), &minuend));
    check(json_integer(json_member(params, "subtrahend"), &subtrahend));
    char text[32];
    int len = snprintf(text, sizeof text, "%lld", (long long)(minuend - subtrahend));
    rpc_call_reply(&call, (bytes){text, (size_t)len});
}

static void answer_fail(void *context, rpc_call *call, const json_node *params)
{
    (void)context;
    (void)params;
    err e;
    fail(&e, ERR_NOT_FOUND, "there is no seeker \"s-1\"");
    err_hint(&e, "A hint.");
    rpc_call_fail(&call, &e);
}

static void answer_fill(void *context, rpc_call *call, const json_node *params)
{
    (void)context;
    int64_t len = 0;
    check(json_integer(json_member(params, "len"), &len));
    buf out = {0};
    buf_char(&out, '"');
    for (int64_t i = 0; i < len; i++) {
        buf_char(&out, 'x');
    }
    buf_char(&out, '"');
    rpc_call_reply(&call, buf_bytes(&out));
    buf_fini(&out);
}

static void answer_sleep(void *context, rpc_call *call, const json_node *params)
{
    toy_server *t = context;
    int64_t ms = 0;
    check(json_integer(json_member(params, "ms"), &ms));
    check(pthread_mutex_lock(&t->lock) == 0);
    check(t->waiting_count < WAITING_MAX);
    t->waiting[t->waiting_count++] =
        (sleeper){.call = call, .until_ns = clock_monotonic_ns() + ms * 1000000, .total_ms = ms};
    check(pthread_cond_broadcast(&t->changed) == 0);
    check(pthread_mutex_unlock(&t->lock) == 0);
}

static void wake_up(sleeper *s, bool is_stopped)
{
    if (is_stopped) {
        err e;
        fail(&e, ERR_CANCELLED, "the sleep was ended");
        rpc_call_fail(&s->call, &e);
    } else {
        rpc_call_reply(&s->call, BYTES("true"));
    }
}

/* Takes a sleeper whose time has come; the lock is held. */
static bool take_sleeper(toy_server *t, sleeper *ret, bool *ret_is_stopped)
{
    int64_t now_ns = clock_monotonic_ns();
    for (uint32_t i = 0; i < t->waiting_count; i++) {
        sleeper *s = &t->waiting[i];
        int64_t left_ms = (s->until_ns - now_ns) / 1000000;
        *ret_is_stopped = __atomic_load_n(rpc_call_stop_flag(s->call), __ATOMIC_RELAXED);
        if (*ret_is_stopped || left_ms <= 0) {
            *ret = *s;
            *s = t->waiting[--t->waiting_count];
            return true;
        }
        rpc_call_progress(s->call, (uint64_t)(s->total_ms - left_ms), (uint64_t)s->total_ms,
                          "asleep");
    }
    return false;
}

static void *work(void *context)
{
    toy_server *t = context;
    check(pthread_mutex_lock(&t->lock) == 0);
    while (!t->is_over || t->waiting_count > 0) {
        sleeper s;
        bool is_stopped;
        if (take_sleeper(t, &s, &is_stopped)) {
            check(pthread_mutex_unlock(&t->lock) == 0);
            wake_up(&s, is_stopped);
            check(pthread_mutex_lock(&t->lock) == 0);
            continue;
        }
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 2000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&t->changed, &t->lock, &until);
    }
    check(pthread_mutex_unlock(&t->lock) == 0);
    return NULL;
}

static void on_finished(void *context)
{
    const toy_server *t = context;
    io_wake(t->io);
}

static const rpc_param echo_params[] = {{.name = "value", .type = RPC_ANY}};
static const rpc_param subtract_params[] = {
    {.name = "minuend", .type = RPC_INT, .is_required = true},
    {.name = "subtrahend", .type = RPC_INT, .is_required = true},
};
static const rpc_param sleep_params[] = {
    {.name = "ms", .type = RPC_INT, .is_required = true, .min = 0, .max = 60000}};
static const rpc_param fill_params[] = {
    {.name = "len", .type = RPC_INT, .is_required = true, .min = 0, .max = 16000000}};
static const rpc_method methods[] = {
    {"echo", "Answers its parameter.", answer_echo, echo_params, 1, false, "{}", RPC_ANYBODY},
    {"subtract", "Subtracts.", answer_subtract, subtract_params, 2, false, "{\"type\":\"integer\"}",
     RPC_ANYBODY},
    {"sleep", "Answers later.", answer_sleep, sleep_params, 1, false, "{\"const\":true}",
     RPC_ANYBODY},
    {"change", "Changes nothing, but says so.", answer_echo, echo_params, 1, true, "{}",
     RPC_ANYBODY},
    {"fail", "Fails.", answer_fail, NULL, 0, false, "false", RPC_ANYBODY},
    {"fill", "Answers a long text.", answer_fill, fill_params, 1, false, "{\"type\":\"string\"}",
     RPC_ANYBODY},
};

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: talk_server SOCKET [HOST:PORT]\n");
        return 2;
    }
    static toy_server t = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    rpc_config rpc = {.methods = methods,
                      .method_count = sizeof methods / sizeof methods[0],
                      .context = &t,
                      .in_flight_max = 100,
                      .on_finished = on_finished,
                      .on_finished_context = &t};
    err e;
    io_config sockets = {
        .unix_path = argv[1], .tcp = argc > 2 ? argv[2] : NULL, .takes_signals = true};
    bool is_open = rpc_server_new(&rpc, &t.rpc, &e);
    sockets.server = t.rpc;
    if (!is_open || !io_new(&sockets, &t.io, &e)) {
        fprintf(stderr, "%s\n", e.text);
        return EXIT_FAILURE;
    }
    pthread_t threads[WORKER_COUNT];
    for (int i = 0; i < WORKER_COUNT; i++) {
        check(pthread_create(&threads[i], NULL, work, &t) == 0);
    }
    const char *tcp = io_address(t.io, 1);
    fprintf(stderr, "listening on %s%s%s\n", io_address(t.io, 0), tcp == NULL ? "" : " and ",
            tcp == NULL ? "" : tcp);
    bool is_clean = io_run(t.io, &e);
    check(pthread_mutex_lock(&t.lock) == 0);
    t.is_over = true;
    check(pthread_mutex_unlock(&t.lock) == 0);
    for (int i = 0; i < WORKER_COUNT; i++) {
        check(pthread_join(threads[i], NULL) == 0);
    }
    io_free(&t.io);
    rpc_server_drain(t.rpc);
    rpc_server_free(&t.rpc);
    return is_clean ? EXIT_SUCCESS : EXIT_FAILURE;
}
