/* What operators and their tools ask: is it alive, is it ready, what did it do. */
#include "io/web.h"

#include "base/limits.h"

/* A question of the server's own, through the same door as everybody's. */
static void ask_own(web *w, bytes frame)
{
    connection *c = w->connection;
    const rpc_caller own = {.roles = c->io->config.own_roles};
    if (!io_connection_open_session(c) || !rpc_session_set_caller(c->session, &own)) {
        rpc_session_free(&c->session);
        web_answer(w, http_reply_text(503, "no memory\n"));
        return;
    }
    rpc_feed_frame(c->session, frame);
}

/* The answer's "result"; false: there is none. */
static bool take_result(web *w, bytes *ret)
{
    bytes answer = rpc_session_output(w->connection->session);
    while (answer.len > 0 && answer.base[answer.len - 1] == '\n') {
        answer.len--;
    }
    return answer.len > 0 && json_raw_member(answer, "result", ret);
}

void web_take_alive(web *w, const http_head *head, bytes body)
{
    (void)head;
    (void)body;
    web_answer(w, http_reply_text(200, "ok\n"));
}

/* ---------------------------------------------------------------------------------- ready */

void web_take_ready(web *w, const http_head *head, bytes body)
{
    (void)head;
    (void)body;
    if (w->connection->io->drain_started_ns != 0) {
        web_answer(w, http_reply_text(503, "draining\n"));
    } else {
        ask_own(w, BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.ready\"}"));
    }
}

void web_finish_ready(web *w)
{
    bytes result;
    bytes ok;
    bool is_ready = take_result(w, &result) && json_raw_member(result, "ok", &ok) &&
                    bytes_equal_text(ok, "true");
    web_answer(w, is_ready ? http_reply_text(200, "ready\n") : http_reply_text(503, "not ready\n"));
    rpc_session_free(&w->connection->session);
}

/* ---------------------------------------------------------------------------------- metrics */

void web_take_metrics(web *w, const http_head *head, bytes body)
{
    (void)body;
    bool is_proxied = http_head_find(head, "x-forwarded-for").base != NULL ||
                      http_head_find(head, "forwarded").base != NULL;
    if (w->tls != NULL || is_proxied) {
        web_answer(w, http_reply_text(403, "figures are for this machine alone\n"));
    } else {
        ask_own(w, BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.stats\"}"));
    }
}

static void put_metric(buf *out, const char *kind, bytes prefix, bytes name, const char *ending,
                       int64_t value)
{
    buf line = {0};
    buf_print(&line, "lotse_%.*s%s%.*s%s", (int)prefix.len, prefix.len == 0 ? "" : prefix.base,
              prefix.len == 0 ? "" : "_", (int)name.len, name.base, ending);
    if (!line.failed) {
        buf_print(out, "# TYPE %.*s %s\n%.*s %lld\n", (int)line.len, line.base, kind, (int)line.len,
                  line.base, (long long)value);
    }
    out->failed = out->failed || line.failed;
    buf_fini(&line);
}

/* Numbers and truths of an object; objects in it with their own name in front. */
static void put_members(buf *out, const json_node *object, bytes prefix)
{
    for (const json_node *n = json_child(object); n != NULL; n = json_next(n)) {
        int64_t value = 0;
        if (json_type_of(n) == JSON_BOOL) {
            put_metric(out, "gauge", prefix, json_key(n), "", json_bool(n) ? 1 : 0);
        } else if (json_type_of(n) == JSON_NUMBER && json_integer(n, &value)) {
            put_metric(out, "gauge", prefix, json_key(n), "", value);
        } else if (json_type_of(n) == JSON_OBJECT && prefix.len == 0) {
            put_members(out, n, json_key(n)); /* one level deep, no further */
        }
    }
}

static void put_own(const io *i, buf *out)
{
    rpc_counts rpc = rpc_server_counts(i->config.server);
    const struct {
        const char *name;
        bool is_counter;
        uint64_t value;
    } OWN[] = {
        {"requests", true, rpc.request_count},
        {"errors", true, rpc.error_count},
        {"overloaded", true, rpc.overload_count},
        {"ignored_notifications", true, rpc.ignored_count},
        {"http_refused", true, i->refused_count},
        {"http_late", true, i->late_count},
        {"strangers_evicted", true, i->evicted_count},
        {"sessions", false, rpc.session_count},
        {"in_flight", false, rpc.in_flight},
        {"connections", false, i->connection_count},
        {"strangers", false, i->stranger_count},
    };
    for (size_t k = 0; k < sizeof OWN / sizeof OWN[0]; k++) {
        put_metric(out, OWN[k].is_counter ? "counter" : "gauge", BYTES(""), bytes_of(OWN[k].name),
                   OWN[k].is_counter ? "_total" : "", (int64_t)OWN[k].value);
    }
}

void web_finish_metrics(web *w)
{
    buf out = {0};
    bytes result;
    json_doc *doc = NULL;
    err ignored; /* the program's own answer; without it there are still the sockets' figures */
    put_own(w->connection->io, &out);
    if (take_result(w, &result) && json_parse(result, JSON_READER_DEPTH_MAX, &doc, &ignored)) {
        put_members(&out, json_root(doc), BYTES(""));
    }
    json_doc_free(&doc);
    http_reply reply = {.status = out.failed ? 503 : 200,
                        .type = "text/plain; version=0.0.4; charset=utf-8",
                        .body = out.failed ? BYTES("") : buf_bytes(&out)};
    web_answer(w, reply);
    buf_fini(&out);
    rpc_session_free(&w->connection->session);
}
