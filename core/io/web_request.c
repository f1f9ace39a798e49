/* What an HTTP request asks for, and what it is answered. */
#include "io/web.h"

#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "io/files.h"

typedef struct web_route {
    const char *path;
    const char *allow; /* the methods there are */
    void (*take)(web *w, const http_head *head, bytes body);
    void (*finish)(web *w); /* the session has answered */
} web_route;

/* ---------------------------------------------------------------------------------- who asks */

static const char LOCAL_HOSTS[][10] = {"localhost", "127.0.0.1", "[::1]"};

/* On plain loopback only this machine's own names: a page of another site whose name was made to
 * point here is not let in. With TLS the certificate would betray it. */
static bool is_own_host(const web *w, bytes host)
{
    if (!w->connection->is_tcp || w->tls != NULL) {
        return true;
    }
    for (size_t i = 0; i < sizeof LOCAL_HOSTS / sizeof LOCAL_HOSTS[0]; i++) {
        size_t len = strlen(LOCAL_HOSTS[i]);
        if (bytes_starts_with(host, LOCAL_HOSTS[i]) && (host.len == len || host.base[len] == ':')) {
            return true;
        }
    }
    return false;
}

/* A browser says from which site a request comes; only this one may ask. Others send no Origin. */
static bool is_own_origin(const web *w, const http_head *head)
{
    bytes origin = http_head_find(head, "origin");
    bytes host = http_head_find(head, "host");
    if (origin.base == NULL) {
        bytes site = http_head_find(head, "sec-fetch-site");
        return site.base == NULL || http_name_equals(site, "same-origin") ||
               http_name_equals(site, "none");
    }
    const char *scheme = w->tls != NULL ? "https://" : "http://";
    /* Behind a Unix socket stands a proxy, which speaks TLS for us or not. */
    if (!w->connection->is_tcp && bytes_starts_with(origin, "https://")) {
        scheme = "https://";
    }
    size_t len = strlen(scheme);
    return bytes_starts_with(origin, scheme) &&
           bytes_equal((bytes){origin.base + len, origin.len - len}, host);
}

/* ---------------------------------------------------------------------------------- files */

static bool accepts_packed(const http_head *head)
{
    bytes given = http_head_find(head, "accept-encoding");
    for (size_t i = 0; i + 4 <= given.len; i++) {
        if (memcmp(given.base + i, "gzip", 4) == 0) {
            return true;
        }
    }
    return false;
}

static void take_file(web *w, const http_head *head, bytes body)
{
    (void)body; /* there is none */
    const file_entry *file = files_find(w->connection->io->files, head->path);
    if (file == NULL) {
        web_answer(w, http_reply_text(404, "there is nothing here\n"));
        return;
    }
    http_reply reply = {.status = 200, .type = file->type, .tag = file->tag, .may_be_kept = true};
    if (bytes_equal_text(http_head_find(head, "if-none-match"), file->tag)) {
        reply.status = 304;
        reply.type = NULL;
    } else {
        reply.is_packed = file->gzip.base != NULL && accepts_packed(head);
        reply.body = reply.is_packed ? file->gzip : file->body;
    }
    web_answer(w, reply);
}

/* ---------------------------------------------------------------------------------- methods */

static void refuse_memory(web *w)
{
    web_answer(w, http_reply_text(503, "the server has no memory for a session\n"));
}

static void note_caller(connection *c)
{
    if (rpc_session_caller(c->session)->roles != 0) {
        io_stranger_remove(c);
    }
}

/* Opens the request's session with its caller. False: it was answered. */
static bool admit(web *w, const http_head *head, bool is_changing, bytes *ret_token)
{
    connection *c = w->connection;
    const io_access *access = c->io->config.access;
    if (!io_connection_open_session(c)) {
        refuse_memory(w);
        return false;
    }
    if (access == NULL) {
        return true;
    }
    switch (
        access->on_request(access->context, &c->peer, head, is_changing, c->session, ret_token)) {
    case IO_ADMITTED:
    case IO_MUST_PROVE:
        note_caller(c);
        return true;
    case IO_ADMITTED_HERE:
        if (is_changing || http_head_find(head, "origin").base != NULL) {
            note_caller(c);
            return true;
        }
        rpc_session_free(&c->session);
        web_answer(w, http_reply_text(403, "the request does not say from which page it comes\n"));
        return false;
    case IO_UNGUARDED:
        rpc_session_free(&c->session);
        web_answer(w, http_reply_text(403, "X-CSRF-Token is missing or is not the session's\n"));
        return false;
    }
    return false;
}

/* What a token proves, session.login knows; its letters were looked at. */
static void prove(web *w, bytes token)
{
    buf frame = {0};
    buf_print(&frame,
              "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"session.login\",\"params\":{\"token\":"
              "\"%.*s\"}}",
              (int)token.len, token.base);
    if (frame.failed) {
        rpc_session_free(&w->connection->session);
        refuse_memory(w);
    } else {
        w->is_proving = true;
        rpc_feed_frame(w->connection->session, buf_bytes(&frame));
    }
    buf_fini(&frame);
}

/* The request being worked on, once more: its bytes are kept until it is answered. */
static bytes read_again(web *w, http_head *ret)
{
    size_t head_len = 0;
    http_refusal why;
    bytes input = web_input(w);
    http_reading reading = http_head_read(input, ret, &head_len, &why);
    check(reading == HTTP_READY);
    check(w->request_len <= input.len);
    return (bytes){input.base + head_len, w->request_len - head_len};
}

static bool is_json(bytes type)
{
    static const char JSON[] = "application/json";
    size_t len = sizeof JSON - 1;
    return type.len >= len && http_name_equals((bytes){type.base, len}, JSON) &&
           (type.len == len || type.base[len] == ';' || type.base[len] == ' ');
}

static void take_rpc(web *w, const http_head *head, bytes body)
{
    bytes token = {NULL, 0};
    if (!is_json(http_head_find(head, "content-type"))) {
        /* A form of another site can be sent without asking; this type cannot. */
        web_answer(w, http_reply_text(415, "Content-Type must be application/json\n"));
    } else if (!is_own_origin(w, head)) {
        web_answer(w, http_reply_text(403, "the request comes from another site\n"));
    } else if (admit(w, head, true, &token)) {
        if (token.base != NULL) {
            prove(w, token);
        } else {
            rpc_feed_frame(w->connection->session, body);
        }
    }
}

/* The status that belongs to a single answer; a batch holds its own. */
static int status_of(bytes answer, uint32_t *ret_retry_s)
{
    bytes error;
    bytes raw;
    if (answer.len == 0 || answer.base[0] != '{' || !json_raw_member(answer, "error", &error) ||
        !json_raw_member(error, "data", &raw)) {
        return 200;
    }
    bytes id;
    char name[64] = "";
    if (json_raw_member(raw, "id", &id) && id.len >= 2 && id.len - 2 < sizeof name) {
        memcpy(name, id.base + 1, id.len - 2);
    }
    bytes retry;
    if (json_raw_member(raw, "retry_after_ms", &retry)) {
        *ret_retry_s = 1;
    }
    err_code code;
    return err_from_id(name, &code) ? err_http_status(code) : 200;
}

/* The last line of the session's output: before it may stand news of progress, which a request has
 * no place for. */
static bytes last_line(bytes text)
{
    if (text.len > 0 && text.base[text.len - 1] == '\n') {
        text.len--;
    }
    const char *start = text.len == 0 ? NULL : memrchr(text.base, '\n', text.len);
    if (start == NULL) {
        return text;
    }
    return (bytes){start + 1, (size_t)(text.base + text.len - start) - 1};
}

/* The token is good: now the method. False: it is not, and that is the answer. */
static bool go_on(web *w)
{
    rpc_session *s = w->connection->session;
    w->is_proving = false;
    if (rpc_session_caller(s)->roles == 0) {
        return false;
    }
    note_caller(w->connection);
    rpc_session_taken(s, rpc_session_output(s).len);
    http_head head;
    rpc_feed_frame(s, read_again(w, &head));
    return true;
}

static bool is_bearer(const http_head *head)
{
    return http_head_find(head, "authorization").base != NULL;
}

/* Whoever was signed in or out by the call is told so for his next one. */
static void put_signing(web *w, buf *headers)
{
    connection *c = w->connection;
    const io_access *access = c->io->config.access;
    http_head head;
    if (access != NULL && rpc_session_signing(c->session) != RPC_SAME_CALLER) {
        read_again(w, &head);
        if (!is_bearer(&head)) {
            access->on_signing(access->context, &c->peer, &head, c->session, headers);
        }
    }
}

static void finish_rpc(web *w)
{
    if (w->is_proving && go_on(w)) {
        return;
    }
    rpc_session *s = w->connection->session;
    bytes answer = last_line(rpc_session_output(s));
    buf headers = {0};
    uint32_t retry_s = 0;
    if (rpc_session_state(s) == RPC_FEED_CLOSE) {
        web_answer(w, http_reply_text(503, "the server has no memory for the answer\n"));
    } else if (answer.len == 0) {
        web_answer(w, (http_reply){.status = 204});
    } else {
        int status = status_of(answer, &retry_s);
        put_signing(w, &headers);
        web_answer(w, (http_reply){.status = status,
                                   .type = "application/json",
                                   .body = answer,
                                   .more = headers.failed ? BYTES("") : buf_bytes(&headers),
                                   .retry_after_s = retry_s});
    }
    buf_fini(&headers);
    rpc_session_free(&w->connection->session);
}

/* ---------------------------------------------------------------------------------- the rest */

static void take_socket(web *w, const http_head *head, bytes body)
{
    (void)body; /* there is none */
    bytes token = {NULL, 0};
    if (!head->wants_upgrade || !http_name_equals(http_head_find(head, "upgrade"), "websocket")) {
        web_answer(w, http_reply_text(426, "this is the place of a WebSocket\n"));
    } else if (!is_own_origin(w, head)) {
        web_answer(w, http_reply_text(403, "the request comes from another site\n"));
    } else if (admit(w, head, false, &token)) {
        web_socket_open(w, head);
        if (w->state != WEB_SOCKET) {
            rpc_session_free(&w->connection->session);
        } else if (token.base != NULL) {
            prove(w, token);
        }
    }
}

static const web_route ROUTES[] = {
    {"/rpc", "POST", take_rpc, finish_rpc},
    {"/ws", "GET", take_socket, NULL},
    {"/healthz", "GET, HEAD", web_take_alive, NULL},
    {"/readyz", "GET, HEAD", web_take_ready, web_finish_ready},
    {"/metrics", "GET, HEAD", web_take_metrics, web_finish_metrics},
};
static const web_route FILE_ROUTE = {NULL, "GET, HEAD", take_file, NULL};

static const web_route *find_route(bytes path)
{
    for (size_t i = 0; i < sizeof ROUTES / sizeof ROUTES[0]; i++) {
        if (bytes_equal_text(path, ROUTES[i].path)) {
            return &ROUTES[i];
        }
    }
    return &FILE_ROUTE;
}

/* Does the word stand in a list of words? */
static bool is_allowed(const char *allow, bytes method)
{
    const char *at = allow;
    while (*at != '\0') {
        size_t len = strcspn(at, ", ");
        if (len == method.len && memcmp(at, method.base, len) == 0) {
            return true;
        }
        at += len + strspn(at + len, ", ");
    }
    return false;
}

/* Shows nothing by which he could be known. */
static bool is_stranger(const web *w, const http_head *head)
{
    const connection *c = w->connection;
    return c->is_stranger && c->is_tcp && http_head_find(head, "cookie").base == NULL &&
           http_head_find(head, "authorization").base == NULL;
}

bool web_request_begin(web *w, const http_head *head)
{
    const web_route *route = find_route(head->path);
    if (!is_own_host(w, http_head_find(head, "host"))) {
        web_refuse(w, 421, "this server does not answer for that host\n");
        return false;
    }
    if (!is_allowed(route->allow, head->method)) {
        w->keeps_alive = false; /* a body may follow */
        http_reply reply = http_reply_text(405, "there is no such method here\n");
        reply.allow = route->allow;
        web_answer(w, reply);
        return false;
    }
    if (head->content_len > (is_stranger(w, head) ? NOBODY_FRAME_LEN_MAX : FRAME_LEN_MAX)) {
        web_refuse(w, 413, "the body is longer than a frame may be\n");
        return false;
    }
    w->route = route;
    return true;
}

void web_request_take(web *w, const http_head *head, bytes body)
{
    check(w->route != NULL);
    w->route->take(w, head, body);
}

void web_request_finish(web *w)
{
    check(w->route != NULL);
    check(w->route->finish != NULL);
    w->route->finish(w);
}
