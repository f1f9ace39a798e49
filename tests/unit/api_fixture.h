#ifndef TESTS_UNIT_API_FIXTURE_H
#define TESTS_UNIT_API_FIXTURE_H

/* The methods without sockets: an engine, the methods, one session; requests as texts in single
 * quotes, for better reading. */
#include "engine_fixture.h"

#include "account/role.h"
#include "api/api.h"
#include "rpc/rpc.h"

typedef struct talk {
    engine *engine;
    api *api;
    rpc_server *server;
    rpc_session *session;
    latch finished;
    json_doc *doc; /* of the last answer */
    buf answer;
} talk;

static inline void talk_on_finished(void *context)
{
    latch_add(&((talk *)context)->finished);
}

static inline void talk_on_output(void *context)
{
    (void)context;
}

static inline void talk_begin(talk *t, const char *builtin_dir)
{
    err e = {0};
    engine_config config = fixture_config();
    *t = (talk){.finished = LATCH};
    if (builtin_dir != NULL) {
        config.builtin_dir = builtin_dir;
    }
    t->engine = fixture_open_as(&config);
    ck_assert(api_new(t->engine, &t->api, &e));
    rpc_config rpc = {.context = t->api, .on_finished = talk_on_finished, .on_finished_context = t};
    rpc.methods = api_methods(&rpc.method_count);
    rpc.role_names = role_ids();
    rpc.role_count = ROLE_COUNT;
    ck_assert_msg(rpc_server_new(&rpc, &t->server, &e), "%s", e.text);
    rpc_caller owner = {.roles = ROLE_ADMIN};
    ck_assert(rpc_session_new(t->server, talk_on_output, t, &t->session, &e));
    ck_assert(rpc_session_set_caller(t->session, &owner));
}

static inline void talk_end(talk *t)
{
    json_doc_free(&t->doc);
    buf_fini(&t->answer);
    rpc_session_free(&t->session);
    rpc_server_free(&t->server);
    api_free(&t->api);
    engine_close(&t->engine);
}

/* Sends one frame and waits for its answer, as it stands on the wire. */
static inline bytes talk_frame(talk *t, bytes frame)
{
    (void)rpc_feed_frame(t->session, frame);
    while (rpc_session_output(t->session).len == 0) {
        latch_wait(&t->finished, 1);
        pthread_mutex_lock(&t->finished.lock);
        t->finished.count = 0;
        pthread_mutex_unlock(&t->finished.lock);
        rpc_server_drain(t->server);
    }
    buf_clear(&t->answer);
    bytes out = rpc_session_output(t->session);
    buf_put(&t->answer, out.base, out.len);
    rpc_session_taken(t->session, out.len);
    return buf_bytes(&t->answer);
}

/* Calls a method; single quotes in params stand for double ones. The whole response object. */
static inline const json_node *talk_call(talk *t, const char *method, const char *params)
{
    buf frame = {0};
    err e = {0};
    buf_print(&frame, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":", method);
    for (const char *c = params; *c != '\0'; c++) {
        buf_char(&frame, *c == '\'' ? '"' : *c);
    }
    buf_char(&frame, '}');
    bytes answer = talk_frame(t, buf_bytes(&frame));
    buf_fini(&frame);
    json_doc_free(&t->doc);
    ck_assert_msg(json_parse(answer, JSON_READER_DEPTH_MAX, &t->doc, &e), "%.*s", (int)answer.len,
                  answer.base);
    return json_root(t->doc);
}

/* The result of a call that must go well. */
static inline const json_node *talk_ok(talk *t, const char *method, const char *params)
{
    const json_node *response = talk_call(t, method, params);
    const json_node *result = json_member(response, "result");
    ck_assert_msg(result != NULL, "%s %s answered %s", method, params, buf_terminated(&t->answer));
    return result;
}

static inline const json_node *at(const json_node *n, const char *key)
{
    const json_node *found = n == NULL ? NULL : json_member(n, key);
    ck_assert_msg(found != NULL, "there is no member %s", key);
    return found;
}

static inline const json_node *nth(const json_node *array, uint32_t index)
{
    const json_node *n = json_child(array);
    while (index-- > 0 && n != NULL) {
        n = json_next(n);
    }
    ck_assert_ptr_nonnull(n);
    return n;
}

static inline int64_t int_at(const json_node *n, const char *key)
{
    int64_t value = 0;
    ck_assert(json_integer(at(n, key), &value));
    return value;
}

#define ck_text_at(node, key, expected)                                                            \
    do {                                                                                           \
        bytes text_found = json_text(at((node), (key)));                                           \
        ck_assert_msg(bytes_equal_text(text_found, (expected)), "%s is %.*s, not %s", (key),       \
                      (int)text_found.len, text_found.base, (expected));                           \
    } while (0)

/* A call that must fail with this error at this place. */
static inline void talk_refused(talk *t, const char *method, const char *params, const char *id,
                                const char *path)
{
    const json_node *response = talk_call(t, method, params);
    const json_node *error = json_member(response, "error");
    ck_assert_msg(error != NULL, "%s %s answered %s", method, params, buf_terminated(&t->answer));
    const json_node *details = at(error, "data");
    ck_text_at(details, "id", id);
    if (path != NULL) {
        ck_text_at(details, "path", path);
    }
}

#endif
