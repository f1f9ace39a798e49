#ifndef TESTS_UNIT_RPC_TOY_H
#define TESTS_UNIT_RPC_TOY_H

/* A small server for the tests of rpc/: methods that answer at once, later, or never well. */
#include <check.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/limits.h"
#include "rpc/rpc.h"

/* Check has a `fail` of its own; the handlers below mean the project's. */
#undef fail
#define fail(e, code, ...) err_set((e), (code), __FILE__, __LINE__, __VA_ARGS__)

enum { TOY_KEPT_MAX = 256 };

typedef struct toy {
    rpc_server *server;
    rpc_session *session;
    rpc_call *kept[TOY_KEPT_MAX]; /* calls of "keep", in their order */
    uint32_t kept_count;
    uint32_t put_count;
    uint32_t output_count;
    _Atomic uint32_t finished_count;
} toy;

static inline void toy_echo(void *context, rpc_call *call, const json_node *params)
{
    (void)context;
    buf out = {0};
    const json_node *value = params == NULL ? NULL : json_member(params, "value");
    if (value != NULL) {
        json_print(value, &out);
    }
    if (out.failed) {
        err e;
        fail(&e, ERR_MEMORY, "no memory left");
        rpc_call_fail(&call, &e);
    } else {
        rpc_call_reply(&call, buf_bytes(&out));
    }
    buf_fini(&out);
}

static inline void toy_subtract(void *context, rpc_call *call, const json_node *params)
{
    (void)context;
    int64_t minuend = 0;
    int64_t subtrahend = 0;
    ck_assert(json_integer(json_member(params, "minuend"), &minuend));
    ck_assert(json_integer(json_member(params, "subtrahend"), &subtrahend));
    char text[32];
    int len = snprintf(text, sizeof text, "%lld", (long long)(minuend - subtrahend));
    rpc_call_reply(&call, (bytes){text, (size_t)len});
}

static inline void toy_keep(void *context, rpc_call *call, const json_node *params)
{
    (void)params;
    toy *t = context;
    ck_assert_uint_lt(t->kept_count, TOY_KEPT_MAX);
    t->kept[t->kept_count++] = call;
}

static inline void toy_break(void *context, rpc_call *call, const json_node *params)
{
    (void)context;
    (void)params;
    err e;
    fail(&e, ERR_WEIGHTS_SUM, "the weights sum to %d, not 1000000", 7);
    err_detail(&e, "A detail.");
    err_hint(&e, "A hint.");
    err_path(&e, "/params/weights");
    e.retry_after_ms = 40;
    rpc_call_fail(&call, &e);
}

static inline void toy_put(void *context, rpc_call *call, const json_node *params)
{
    (void)params;
    toy *t = context;
    t->put_count++;
    rpc_call_reply(&call, BYTES("{\"version\":1}"));
}

static inline void toy_grow(void *context, rpc_call *call, const json_node *params)
{
    (void)context;
    int64_t len = 0;
    ck_assert(json_integer(json_member(params, "len"), &len));
    buf out = {0};
    buf_char(&out, '"');
    char *room = buf_room(&out, (size_t)len);
    if (room != NULL) {
        memset(room, 'x', (size_t)len);
        out.len += (size_t)len;
    }
    buf_char(&out, '"');
    if (out.failed) {
        err e;
        fail(&e, ERR_MEMORY, "no memory left");
        rpc_call_fail(&call, &e);
    } else {
        rpc_call_reply(&call, buf_bytes(&out));
    }
    buf_fini(&out);
}

static const rpc_param toy_echo_params[] = {{.name = "value", .type = RPC_ANY}};
static const rpc_param toy_subtract_params[] = {
    {.name = "minuend", .type = RPC_INT, .is_required = true},
    {.name = "subtrahend", .type = RPC_INT, .is_required = true},
};
static const rpc_param toy_put_params[] = {
    {.name = "id", .type = RPC_TEXT, .is_required = true, .min = 1, .max = 8},
    {.name = "record", .type = RPC_OBJECT},
    {.name = "list", .type = RPC_ARRAY, .min = 1, .max = 2},
    {.name = "limit", .type = RPC_INT, .min = 1, .max = 500},
    {.name = "totals", .type = RPC_BOOL},
    {.name = "as_of", .type = RPC_DAY},
};
static const rpc_param toy_grow_params[] = {
    {.name = "len", .type = RPC_INT, .is_required = true, .min = 0, .max = 32 * 1024 * 1024}};

static const rpc_method toy_methods[] = {
    {"echo", "Answers its parameter.", toy_echo, toy_echo_params, 1, false, "{}", RPC_ANYBODY},
    {"subtract", "Subtracts.", toy_subtract, toy_subtract_params, 2, false,
     "{\"type\":\"integer\"}", RPC_ANYBODY},
    {"keep", "Answers later.", toy_keep, NULL, 0, false, NULL, RPC_ANYBODY},
    {"keep.change", "Changes later.", toy_keep, NULL, 0, true, NULL, RPC_ANYBODY},
    {"break", "Fails.", toy_break, NULL, 0, false, NULL, RPC_ANYBODY},
    {"put", "Changes.", toy_put, toy_put_params, 6, true, NULL, RPC_ANYBODY},
    {"look", "Takes what put takes.", toy_echo, toy_put_params, 6, false, NULL, RPC_ANYBODY},
    {"grow", "Answers a long text.", toy_grow, toy_grow_params, 1, false, NULL, RPC_ANYBODY},
};

static inline void toy_on_finished(void *context)
{
    toy *t = context;
    atomic_fetch_add(&t->finished_count, 1);
}

static inline void toy_on_output(void *context)
{
    toy *t = context;
    t->output_count++;
}

static inline void toy_open(toy *t, uint32_t in_flight_max)
{
    memset(t, 0, sizeof *t);
    rpc_config config = {
        .methods = toy_methods,
        .method_count = sizeof toy_methods / sizeof toy_methods[0],
        .context = t,
        .in_flight_max = in_flight_max,
        .on_finished = toy_on_finished,
        .on_finished_context = t,
    };
    err e;
    ck_assert(rpc_server_new(&config, &t->server, &e));
    ck_assert(rpc_session_new(t->server, toy_on_output, t, &t->session, &e));
    ck_assert(rpc_session_set_caller(t->session, &(rpc_caller){.roles = 1}));
}

static inline void toy_finish_kept(toy *t)
{
    for (uint32_t i = 0; i < t->kept_count; i++) {
        if (t->kept[i] != NULL) {
            rpc_call_reply(&t->kept[i], BYTES("true"));
        }
    }
    t->kept_count = 0;
}

static inline void toy_close(toy *t)
{
    toy_finish_kept(t);
    rpc_session_free(&t->session);
    rpc_server_drain(t->server);
    rpc_server_free(&t->server);
}

/* Everything that waits to be sent, as text; valid until the next call. */
static inline const char *toy_take(toy *t, buf *text)
{
    buf_clear(text);
    bytes out = rpc_session_output(t->session);
    buf_put(text, out.base, out.len);
    rpc_session_taken(t->session, out.len);
    return buf_terminated(text);
}

/* One line in, what comes out. */
static inline const char *toy_ask(toy *t, const char *line, buf *text)
{
    rpc_feed(t->session, bytes_of(line));
    rpc_feed(t->session, BYTES("\n"));
    return toy_take(t, text);
}

static inline int toy_run(const char *suite_name, const TTest *const *tests, size_t count)
{
    Suite *suite = suite_create(suite_name);
    TCase *cases = tcase_create(suite_name);
    tcase_set_timeout(cases, 60);
    for (size_t i = 0; i < count; i++) {
        tcase_add_test(cases, tests[i]);
    }
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define TOY_MAIN(suite_name, ...)                                                                  \
    int main(void)                                                                                 \
    {                                                                                              \
        const TTest *const tests[] = {__VA_ARGS__};                                                \
        return toy_run(suite_name, tests, sizeof tests / sizeof tests[0]);                         \
    }

#endif
