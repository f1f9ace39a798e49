/* The life of an HTTP connection: reads a request whole, lets it be answered, sends the answer,
 * reads the next. What is asked, and what is answered, stands in web_request.c. */
#include "io/web.h"

#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/limits.h"

static const int64_t NS_PER_MS = 1000000;

enum {
    IN_LEN_MAX = HTTP_HEAD_LEN_MAX + FRAME_LEN_MAX + WS_HEAD_LEN_MAX,
    WAITING_LEN_MAX = 64 * 1024, /* of requests behind the one being worked on */
    KEPT_CAP_MAX = 4096
};

bool io_web_new(connection *c, bool is_secure)
{
    c->web = mem_new(sizeof *c->web);
    if (c->web == NULL) {
        return false;
    }
    if (is_secure && !tls_new(c->io->keys, &c->web->tls)) {
        mem_free(c->web);
        c->web = NULL;
        return false;
    }
    c->peer.is_secure = is_secure;
    c->web->connection = c;
    c->web->heard_ns = clock_monotonic_ns();
    web_set_due(c->web, HTTP_HEAD_MS);
    c->io->web_count++;
    io_start_sweep(c->io);
    return true;
}

void io_web_free(connection *c)
{
    if (c->web != NULL) {
        c->io->web_count--;
        tls_free(&c->web->tls);
        ws_reader_fini(&c->web->socket);
        buf_fini(&c->web->in);
        buf_fini(&c->web->out);
        mem_free(c->web);
        c->web = NULL;
    }
}

void web_set_due(web *w, uint32_t ms)
{
    w->due_ns = clock_monotonic_ns() + (int64_t)ms * NS_PER_MS;
}

/* ---------------------------------------------------------------------------------- buffers */

bytes web_input(const web *w)
{
    return (bytes){w->in.base == NULL ? NULL : w->in.base + w->in_off, w->in.len - w->in_off};
}

static void skip_input(web *w, size_t len)
{
    check(len <= w->in.len - w->in_off);
    w->in_off += len;
    if (w->in_off == w->in.len) {
        w->in_off = 0;
        buf_clear(&w->in);
        if (w->in.cap > KEPT_CAP_MAX || w->state == WEB_READING) {
            buf_fini(&w->in); /* an idle peer costs nothing */
        }
    }
}

static void keep_input(web *w, bytes came)
{
    if (w->in_off > 0) {
        size_t len = w->in.len - w->in_off;
        memmove(w->in.base, w->in.base + w->in_off, len);
        w->in.len = len;
        w->in_off = 0;
    }
    buf_put(&w->in, came.base, came.len);
    if (w->in.failed) {
        buf_fini(&w->in);
        web_refuse(w, 503, "the server has no memory for the request\n");
    }
}

static bytes output(const web *w)
{
    return (bytes){w->out.base == NULL ? NULL : w->out.base + w->out_off, w->out.len - w->out_off};
}

static void take_output(web *w, size_t len)
{
    check(len <= w->out.len - w->out_off);
    w->out_off += len;
    if (w->out_off == w->out.len) {
        w->out_off = 0;
        buf_fini(&w->out);
    }
}

void io_web_taken(connection *c, size_t len)
{
    if (c->web->tls != NULL) {
        tls_taken(c->web->tls, len);
    } else {
        take_output(c->web, len);
    }
}

/* What is to be sent as it goes over the wire. */
static bytes sealed_output(web *w)
{
    if (w->tls == NULL) {
        return output(w);
    }
    bytes plain = output(w);
    if (plain.len > 0 && tls_is_open(w->tls)) {
        if (!tls_write(w->tls, plain)) {
            w->state = WEB_LAST;
            w->connection->is_last_output = true;
        }
        take_output(w, plain.len);
    }
    if (w->state == WEB_LAST) {
        tls_end(w->tls);
    }
    return tls_output(w->tls);
}

/* ---------------------------------------------------------------------------------- answering */

void web_answer(web *w, http_reply reply)
{
    bool is_draining = w->connection->io->drain_started_ns != 0;
    reply.keeps_alive = w->keeps_alive && !is_draining && w->state != WEB_LAST;
    reply.is_head_only = w->is_head_only;
    reply.is_secure = w->tls != NULL;
    http_reply_put(&w->out, &reply);
    w->route = NULL;
    w->is_continued = false;
    w->is_proving = false;
    if (w->request_len > 0) {
        skip_input(w, w->request_len);
        w->request_len = 0;
    }
    w->state = reply.keeps_alive ? WEB_READING : WEB_LAST;
    w->connection->is_last_output = w->state == WEB_LAST;
    web_set_due(w, w->in.len > w->in_off ? HTTP_HEAD_MS : HTTP_IDLE_MS);
    if (w->out.failed) {
        w->out.failed = false;
        take_output(w, w->out.len - w->out_off);
        w->state = WEB_LAST;
        w->connection->is_last_output = true;
    }
}

void web_refuse(web *w, int status, const char *text)
{
    w->keeps_alive = false;
    w->request_len = 0;
    web_answer(w, http_reply_text(status, text));
}

/* ---------------------------------------------------------------------------------- reading */

static void read_request(web *w)
{
    http_head head;
    http_refusal why;
    size_t head_len = 0;
    http_reading reading = http_head_read(web_input(w), &head, &head_len, &why);
    if (reading == HTTP_MORE) {
        return;
    }
    if (reading == HTTP_REFUSED) {
        w->connection->io->refused_count++;
        web_refuse(w, why.status, why.text);
        return;
    }
    if (w->request_len == 0) {
        w->keeps_alive = head.keeps_alive;
        w->is_head_only = bytes_equal_text(head.method, "HEAD");
        if (!web_request_begin(w, &head)) {
            return;
        }
        w->request_len = head_len + (size_t)head.content_len;
        web_set_due(w, HTTP_BODY_MS);
    }
    bytes input = web_input(w);
    if (input.len < w->request_len) {
        if (head.expects_continue && !w->is_continued) {
            w->is_continued = true;
            http_reply_put_continue(&w->out);
        }
        return;
    }
    w->request_count++;
    w->due_ns = 0;
    w->state = WEB_WORKING;
    web_request_take(w, &head, (bytes){input.base + head_len, (size_t)head.content_len});
}

/* The head of the next request begins: its time runs from its first byte. */
static void note_start(web *w, bool was_empty)
{
    if (w->state == WEB_READING && was_empty && w->request_count > 0) {
        web_set_due(w, HTTP_HEAD_MS);
    }
}

static void feed_plain(web *w, bytes came)
{
    note_start(w, w->in.len == w->in_off);
    keep_input(w, came);
}

static void feed_sealed(web *w, bytes came)
{
    connection *c = w->connection;
    char room[16 * 1024]; /* a whole record */
    size_t len = 0;
    bool was_open = tls_is_open(w->tls);
    tls_reading reading = tls_feed(w->tls, came) ? TLS_BYTES : TLS_FAILED;
    while (reading == TLS_BYTES && w->state != WEB_LAST) {
        reading = tls_read(w->tls, room, sizeof room, &len);
        if (!was_open && tls_is_open(w->tls)) {
            was_open = true;
            tls_peer_name(w->tls, c->peer.certificate);
        }
        if (reading == TLS_BYTES) {
            feed_plain(w, (bytes){room, len});
        }
    }
    if (reading == TLS_ENDED) {
        c->is_ended = true;
        io_web_end(c);
    } else if (reading == TLS_FAILED) {
        w->state = WEB_LAST;
        c->is_last_output = true;
        web_set_due(w, HTTP_LINGER_MS);
    }
}

void io_web_feed(connection *c, bytes came)
{
    web *w = c->web;
    w->heard_ns = clock_monotonic_ns();
    w->is_pinged = false;
    if (w->state == WEB_LAST) {
        return; /* lingering: nobody looks at it any more */
    }
    if (w->tls != NULL) {
        feed_sealed(w, came);
    } else {
        feed_plain(w, came);
    }
}

/* One step. False: nothing more can be done now. */
static bool step(web *w)
{
    switch (w->state) {
    case WEB_READING: {
        /* A body is looked at when it is whole, not at each of its pieces. */
        size_t input_len = w->in.len - w->in_off;
        bool is_whole = w->request_len > 0 && input_len >= w->request_len;
        bool may_begin = w->request_len == 0 && input_len > 0;
        if (is_whole || may_begin) {
            read_request(w);
        }
        return w->state != WEB_READING;
    }
    case WEB_WORKING:
        if (w->connection->session != NULL && !rpc_session_is_waiting(w->connection->session)) {
            web_request_finish(w);
        }
        return w->state != WEB_WORKING;
    case WEB_SOCKET:
        return web_socket_serve(w);
    case WEB_LAST:
        break;
    }
    return false;
}

bytes io_web_output(connection *c)
{
    web *w = c->web;
    while (sealed_output(w).len == 0 && step(w)) {
    }
    return sealed_output(w); /* the last step may have made some */
}

bool io_web_is_socket(const connection *c)
{
    return c->web->state == WEB_SOCKET;
}

bool io_web_is_full(const connection *c)
{
    const web *w = c->web;
    size_t len = w->in.len - w->in_off;
    return w->state == WEB_READING ? len >= IN_LEN_MAX
           : w->state == WEB_LAST  ? false
                                   : len >= WAITING_LEN_MAX && w->state != WEB_SOCKET;
}

/* ---------------------------------------------------------------------------------- time, end */

bool io_web_is_idle(const connection *c)
{
    const web *w = c->web;
    bool has_request = w->request_len > 0 || w->state == WEB_WORKING;
    bool is_waiting = c->session != NULL && !rpc_session_is_idle(c->session);
    bool is_sent = output(w).len == 0 && (w->tls == NULL || tls_output(w->tls).len == 0);
    return !has_request && !is_waiting && is_sent;
}

void io_web_end(connection *c)
{
    web *w = c->web;
    if (w->state == WEB_SOCKET) {
        web_socket_close(w, WS_CLOSE_AWAY);
    } else if (w->state == WEB_READING && io_web_is_idle(c)) {
        w->state = WEB_LAST;
        c->is_last_output = true;
    }
}

void io_web_linger(connection *c)
{
    c->web->state = WEB_LAST;
    web_set_due(c->web, HTTP_LINGER_MS);
}

void io_web_finish(connection *c)
{
    if (c->web->state == WEB_SOCKET) {
        web_socket_close(c->web, WS_CLOSE_AWAY);
        io_connection_mark(c);
    } else if (c->web->state != WEB_LAST) {
        io_connection_close(c);
    }
}

void io_web_sweep(connection *c, int64_t now_ns)
{
    web *w = c->web;
    if (w->state == WEB_SOCKET) {
        int64_t silent_ms = (now_ns - w->heard_ns) / NS_PER_MS;
        if (silent_ms > WS_SILENCE_MS) {
            io_connection_close(c);
        } else if (silent_ms > WS_PING_MS && !w->is_pinged) {
            w->is_pinged = true;
            ws_put_ping(&w->out);
            io_connection_mark(c);
        }
        return;
    }
    if (w->due_ns == 0 || now_ns < w->due_ns) {
        return;
    }
    bool has_begun = w->in.len > w->in_off;
    if (w->state == WEB_READING && has_begun) {
        w->connection->io->late_count++;
        web_refuse(w, 408, "the request did not come in time\n");
        io_connection_mark(c);
    } else if (w->state != WEB_WORKING && !c->is_writing) {
        io_connection_close(c);
    }
}
