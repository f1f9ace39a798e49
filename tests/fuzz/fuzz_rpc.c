/* Any bytes through a JSON-RPC session, whole and in pieces: the answers are the same, every one is
 * a single line of JSON with version, id and either result or error, and when the peer leaves
 * nothing stays in flight. The input's first byte says how it is cut. */
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "fuzz.h"
#include "rpc/rpc.h"
#include "json/json.h"

/* One server with one peer; "keep" answers when the next "keep" comes, or at the end. */
typedef struct world {
    rpc_server *server;
    rpc_session *session;
    rpc_call *kept;
    buf said;
} world;

static void answer_echo(void *context, rpc_call *call, const json_node *params)
{
    (void)context;
    buf out = {0};
    if (params != NULL) {
        json_print(params, &out);
    }
    rpc_call_reply(&call, buf_bytes(&out));
    buf_fini(&out);
}

static void answer_keep(void *context, rpc_call *call, const json_node *params)
{
    (void)params;
    world *w = context;
    if (w->kept != NULL) {
        rpc_call_progress(w->kept, 1, 1, "kept");
        rpc_call_reply(&w->kept, BYTES("true"));
    }
    w->kept = call;
}

static void answer_fail(void *context, rpc_call *call, const json_node *params)
{
    (void)context;
    (void)params;
    err e;
    fail(&e, ERR_CONFLICT, "never");
    rpc_call_fail(&call, &e);
}

static const rpc_param echo_params[] = {
    {.name = "any", .type = RPC_ANY},
    {.name = "text", .type = RPC_TEXT, .min = 1, .max = 9},
    {.name = "int", .type = RPC_INT, .min = -5, .max = 5},
    {.name = "day", .type = RPC_DAY},
    {.name = "object", .type = RPC_OBJECT},
    {.name = "array", .type = RPC_ARRAY, .min = 0, .max = 3},
    {.name = "bool", .type = RPC_BOOL},
};
static const rpc_method methods[] = {
    {"echo", "", answer_echo, echo_params, 7, false, NULL, RPC_ANYBODY},
    {"change", "", answer_echo, echo_params, 7, true, NULL, RPC_ANYBODY},
    {"keep", "", answer_keep, NULL, 0, false, NULL, RPC_ANYBODY},
    {"fail", "", answer_fail, NULL, 0, false, NULL, RPC_ANYBODY},
};

static void on_output(void *context)
{
    (void)context;
}

static void take(world *w)
{
    bytes out = rpc_session_output(w->session);
    buf_put(&w->said, out.base, out.len);
    rpc_session_taken(w->session, out.len);
}

static void feed(world *w, bytes piece)
{
    rpc_feed_result state = rpc_feed(w->session, piece);
    take(w);
    while (state == RPC_FEED_PAUSE) {
        if (w->kept != NULL) {
            rpc_call_reply(&w->kept, BYTES("true"));
        }
        state = rpc_feed(w->session, (bytes){NULL, 0});
        take(w);
    }
    check(state == RPC_FEED_OK);
}

static void talk(bytes input, size_t piece_len, buf *ret_said)
{
    world w = {0};
    rpc_config config = {.methods = methods, .method_count = 4, .context = &w};
    err e;
    check(rpc_server_new(&config, &w.server, &e));
    check(rpc_session_new(w.server, on_output, &w, &w.session, &e));
    check(rpc_session_set_caller(w.session, &(rpc_caller){.roles = 1}));
    for (size_t off = 0; off < input.len; off += piece_len) {
        size_t len = input.len - off < piece_len ? input.len - off : piece_len;
        feed(&w, (bytes){input.base + off, len});
    }
    check(rpc_feed_end(w.session) == RPC_FEED_OK);
    if (w.kept != NULL) {
        rpc_call_reply(&w.kept, BYTES("true"));
    }
    rpc_server_drain(w.server);
    take(&w);
    check(rpc_session_is_idle(w.session));
    rpc_session_free(&w.session);
    check(rpc_server_in_flight(w.server) == 0);
    rpc_server_free(&w.server);
    *ret_said = w.said;
}

static void look_at_answer(const json_node *answer)
{
    check(bytes_equal_text(json_text(json_member(answer, "jsonrpc")), "2.0"));
    if (json_member(answer, "method") != NULL) {
        return;
    }
    const json_node *error = json_member(answer, "error");
    int64_t code;
    check(json_member(answer, "id") != NULL);
    check((error != NULL) != (json_member(answer, "result") != NULL));
    check(error == NULL || json_integer(json_member(error, "code"), &code));
    check(error == NULL || json_type_of(json_member(error, "message")) == JSON_TEXT);
}

static void look_at_line(bytes line)
{
    json_doc *doc = NULL;
    err e;
    check(json_parse(line, JSON_DEPTH_MAX + 2, &doc, &e));
    const json_node *root = json_root(doc);
    if (json_type_of(root) == JSON_OBJECT) {
        look_at_answer(root);
    } else {
        check(json_count(root) > 0);
        for (const json_node *at = json_child(root); at != NULL; at = json_next(at)) {
            look_at_answer(at);
        }
    }
    json_doc_free(&doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len)
{
    if (len == 0) {
        return 0;
    }
    bytes all = {(const char *)input + 1, len - 1};
    buf whole;
    buf cut;
    talk(all, all.len + 1, &whole);
    talk(all, (size_t)input[0] % 61 + 1, &cut);
    check(bytes_equal(buf_bytes(&whole), buf_bytes(&cut)));
    size_t off = 0;
    while (off < whole.len) {
        const char *end = memchr(whole.base + off, '\n', whole.len - off);
        check(end != NULL);
        look_at_line((bytes){whole.base + off, (size_t)(end - whole.base) - off});
        off = (size_t)(end - whole.base) + 1;
    }
    buf_fini(&whole);
    buf_fini(&cut);
    return 0;
}
