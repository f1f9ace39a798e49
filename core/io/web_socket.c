/* A WebSocket: every text message is a frame for the session, every line of the session's output a
 * text message. */
#include "io/web.h"

#include <string.h>

#include "base/clock.h"
#include "base/limits.h"

enum { SEND_LEN = 64 * 1024 }; /* framed at a time, so that the session's own bound counts */

void web_socket_open(web *w, const http_head *head)
{
    char accept[WS_ACCEPT_LEN + 1];
    if (!bytes_equal_text(http_head_find(head, "sec-websocket-version"), "13")) {
        web_answer(w, http_reply_text(426, "this server speaks version 13 of the protocol\n"));
        return;
    }
    if (!ws_accept(http_head_find(head, "sec-websocket-key"), accept)) {
        web_refuse(w, 400, "Sec-WebSocket-Key is no key\n");
        return;
    }
    http_reply_put_upgrade(&w->out, accept);
    size_t request_len = w->request_len;
    w->request_len = 0;
    w->state = WEB_SOCKET;
    w->socket.len_max = FRAME_LEN_MAX;
    w->in_off += request_len;
    w->due_ns = 0;
}

void web_socket_close(web *w, uint16_t code)
{
    if (w->state == WEB_SOCKET) {
        ws_put_close(&w->out, code);
        w->state = WEB_LAST;
        w->connection->is_last_output = true;
        web_set_due(w, HTTP_LINGER_MS);
    }
}

static void put_output(web *w)
{
    rpc_session *s = w->connection->session;
    bytes waiting = rpc_session_output(s);
    size_t off = 0;
    while (off < waiting.len && w->out.len < SEND_LEN) {
        const char *end = memchr(waiting.base + off, '\n', waiting.len - off);
        if (end == NULL) {
            break;
        }
        size_t len = (size_t)(end - waiting.base) - off;
        ws_put_text(&w->out, (bytes){waiting.base + off, len});
        off += len + 1;
    }
    rpc_session_taken(s, off);
}

/* The next frame the peer sent. False: it is not all there. */
static bool take_frame(web *w)
{
    size_t used_len = 0;
    bytes message = {NULL, 0};
    if (w->in.base == NULL) {
        return false;
    }
    ws_event event =
        ws_read(&w->socket, w->in.base + w->in_off, w->in.len - w->in_off, &used_len, &message);
    switch (event) {
    case WS_MORE:
        break;
    case WS_TEXT:
        if (rpc_feed_frame(w->connection->session, message) == RPC_FEED_CLOSE) {
            web_socket_close(w, WS_CLOSE_POLICY);
        }
        break;
    case WS_PING:
        ws_put_pong(&w->out, message);
        break;
    case WS_PONG:
        break;
    case WS_CLOSE:
    case WS_REFUSED:
        web_socket_close(w, w->socket.close_code);
        break;
    }
    w->in_off += used_len;
    if (w->in_off == w->in.len) {
        w->in_off = 0;
        buf_fini(&w->in);
    }
    return used_len > 0;
}

/* The token of the greeting is looked at; nothing else happens meanwhile. */
static bool serve_proof(web *w)
{
    rpc_session *s = w->connection->session;
    if (rpc_session_is_waiting(s)) {
        return false;
    }
    w->is_proving = false;
    rpc_session_taken(s, rpc_session_output(s).len);
    if (rpc_session_caller(s)->roles == 0) {
        web_socket_close(w, WS_CLOSE_POLICY);
    }
    return true;
}

bool web_socket_serve(web *w)
{
    if (w->is_proving) {
        return serve_proof(w);
    }
    rpc_feed_result state = rpc_session_state(w->connection->session);
    put_output(w);
    if (state == RPC_FEED_CLOSE) {
        web_socket_close(w, WS_CLOSE_POLICY);
        return false;
    }
    return w->out.len == 0 && state == RPC_FEED_OK && take_frame(w);
}
