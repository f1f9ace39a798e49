/* One peer's socket. Callbacks only bring bytes to the session and mark the connection; what is to
 * be sent, read on or closed is decided in one place, when the call into the session is over. */
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "io/parts.h"

connection *io_connection_new(io *i)
{
    connection *c = mem_new(sizeof *c);
    if (c != NULL) {
        c->io = i;
    }
    return c;
}

static void link_connection(connection *c)
{
    io *i = c->io;
    c->next = i->connections;
    if (c->next != NULL) {
        c->next->previous = c;
    }
    i->connections = c;
    i->connection_count++;
}

static void unlink_connection(connection *c)
{
    io *i = c->io;
    if (c->previous != NULL) {
        c->previous->next = c->next;
    } else {
        i->connections = c->next;
    }
    if (c->next != NULL) {
        c->next->previous = c->previous;
    }
    i->connection_count--;
}

void io_connection_mark(connection *c)
{
    if (!c->is_dirty && !c->is_closing) {
        c->is_dirty = true;
        c->dirty_next = c->io->dirty;
        c->io->dirty = c;
    }
}

static void on_output(void *context)
{
    io_connection_mark(context);
}

static void set_paused(connection *c, bool is_paused)
{
    if (is_paused != c->is_paused) {
        c->is_paused = is_paused;
        if (is_paused) {
            c->io->paused_count++;
        } else {
            c->io->paused_count--;
        }
    }
    if (is_paused) {
        /* Who is not read from is not heard hanging up. */
        io_start_tick(c->io);
    }
}

bool io_connection_open_session(connection *c)
{
    err e;
    const rpc_caller everybody = {.roles = RPC_ANYBODY - 1};
    if (!rpc_session_new(c->io->config.server, on_output, c, &c->session, &e)) {
        return false;
    }
    if (c->io->config.access == NULL) {
        return rpc_session_set_caller(c->session, &everybody);
    }
    if (c->web == NULL) {
        c->io->config.access->on_peer(c->io->config.access->context, &c->peer, c->session);
    }
    return true;
}

/* ---------------------------------------------------------------------------------- closing */

static void on_closed(uv_handle_t *handle)
{
    connection *c = handle->data;
    io *i = c->io;
    check(!c->is_dirty);
    unlink_connection(c);
    mem_free(c->written);
    if (!c->is_spare) {
        mem_free(c);
        return;
    }
    *c = (connection){.io = i, .is_spare = true};
    i->spare = c;
    for (uint32_t l = 0; l < i->listener_count; l++) {
        if (i->listeners[l].is_deaf && !uv_is_closing(&i->listeners[l].socket.handle)) {
            i->listeners[l].is_deaf = false;
            io_connection_accept(&i->listeners[l]);
        }
    }
}

void io_connection_close(connection *c)
{
    if (c->is_closing) {
        return;
    }
    c->is_closing = true;
    if (c->is_writing) {
        c->io->writing_count--;
        c->is_writing = false;
    }
    set_paused(c, false);
    io_stranger_remove(c);
    rpc_session_free(&c->session);
    io_web_free(c);
    uv_close(&c->socket.handle, on_closed);
}

/* Nothing of the peer's is being worked on and nothing waits for it. */
bool io_connection_is_idle(const connection *c)
{
    if (c->is_writing) {
        return false;
    }
    return c->web != NULL ? io_web_is_idle(c)
                          : c->session == NULL || rpc_session_is_idle(c->session);
}

static bytes output_of(connection *c)
{
    return c->web != NULL ? io_web_output(c) : rpc_session_output(c->session);
}

static void take_output(connection *c, size_t len)
{
    if (c->web != NULL) {
        io_web_taken(c, len);
    } else {
        rpc_session_taken(c->session, len);
    }
}

/* ---------------------------------------------------------------------------------- sending */

static void on_written(uv_write_t *request, int status)
{
    connection *c = request->handle->data;
    if (c->is_closing) {
        return;
    }
    c->is_writing = false;
    c->io->writing_count--;
    if (status != 0) {
        io_connection_close(c);
        return;
    }
    io_connection_mark(c);
    io_serve_dirty(c->io);
}

/* Hands a copy to the loop, which waits until the peer takes it. */
static bool write_later(connection *c, bytes out)
{
    if (c->written == NULL) {
        c->written = mem_new(IO_WRITE_LEN);
        if (c->written == NULL) {
            return false;
        }
    }
    size_t len = out.len < IO_WRITE_LEN ? out.len : IO_WRITE_LEN;
    memcpy(c->written, out.base, len);
    c->written_len = len;
    uv_buf_t piece = uv_buf_init(c->written, (unsigned)len);
    if (uv_write(&c->write, &c->socket.stream, &piece, 1, on_written) != 0) {
        return false;
    }
    take_output(c, len);
    c->is_writing = true;
    c->moved_ns = clock_monotonic_ns();
    c->io->writing_count++;
    io_start_tick(c->io);
    return true;
}

/* Sends as much as the peer takes. False: the connection was closed. */
static bool send_output(connection *c)
{
    while (!c->is_writing) {
        bytes out = output_of(c);
        if (out.len == 0) {
            if (c->written != NULL) {
                mem_free(c->written);
                c->written = NULL;
            }
            return true;
        }
        uv_buf_t piece = uv_buf_init((char *)(uintptr_t)out.base, (unsigned)out.len);
        int sent = uv_try_write(&c->socket.stream, &piece, 1);
        if (sent > 0) {
            take_output(c, (size_t)sent);
        } else if ((sent != UV_EAGAIN && sent != 0) || !write_later(c, out)) {
            io_connection_close(c);
            return false;
        }
    }
    return true;
}

/* ---------------------------------------------------------------------------------- reading */

static void on_room(uv_handle_t *handle, size_t wanted_len, uv_buf_t *ret)
{
    (void)wanted_len; /* libuv's guess; what is read is used before the next read */
    connection *c = handle->data;
    *ret = uv_buf_init(c->io->read_room, sizeof c->io->read_room);
}

static void note(connection *c, rpc_feed_result result)
{
    set_paused(c, result == RPC_FEED_PAUSE);
    c->is_last_output = c->is_last_output || result == RPC_FEED_CLOSE;
}

bool io_connection_is_hung_up(const connection *c)
{
    uv_os_fd_t fd;
    if (uv_fileno(&c->socket.handle, &fd) != 0) {
        return true;
    }
    struct pollfd state = {.fd = fd, .events = 0};
    return poll(&state, 1, 0) == 1 && (state.revents & (POLLHUP | POLLERR)) != 0;
}

/* No JSON text begins with a capital, every HTTP request does: a web page that was talked into
 * posting to this port must not reach a method with a line of its body. */
static bool is_http(const connection *c, const char *base)
{
    return c->is_tcp && !c->has_read && base[0] >= 'A' && base[0] <= 'Z';
}

static void refuse_http(connection *c)
{
    c->is_last_output = true;
    note(c, rpc_feed_frame(c->session, BYTES("\"HTTP is not spoken here\"")));
}

static void take_input(connection *c, bytes came)
{
    if (c->web != NULL) {
        io_web_feed(c, came);
    } else if (is_http(c, came.base)) {
        refuse_http(c);
    } else {
        note(c, rpc_feed(c->session, came));
    }
    c->has_read = true;
}

static void end_input(connection *c)
{
    if (c->web != NULL) {
        io_web_end(c);
    } else {
        note(c, rpc_feed_end(c->session));
    }
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *room)
{
    connection *c = stream->data;
    if (c->is_closing || len == 0) {
        return;
    }
    if (len > 0) {
        take_input(c, (bytes){room->base, (size_t)len});
    } else if (len == UV_EOF && !io_connection_is_hung_up(c)) {
        c->is_ended = true;
        end_input(c);
    } else {
        io_connection_close(c);
    }
    io_connection_mark(c);
    io_serve_dirty(c->io);
}

static void set_reading(connection *c)
{
    bool should_read = !c->is_paused && !c->is_ended && (!c->is_last_output || c->is_lingering);
    if (should_read == c->is_reading) {
        return;
    }
    if (should_read && uv_read_start(&c->socket.stream, on_room, on_read) != 0) {
        io_connection_close(c);
        return;
    }
    if (!should_read) {
        uv_read_stop(&c->socket.stream);
    }
    c->is_reading = should_read;
}

/* Everything was sent. A peer that still sends would lose what it did not read yet if we closed now
 * (RFC 9112, 9.6): it is told that nothing more comes, and heard for a moment. */
static bool linger(connection *c)
{
    uv_os_fd_t fd;
    if (c->web == NULL || c->is_ended || uv_fileno(&c->socket.handle, &fd) != 0) {
        return false;
    }
    if (!c->is_lingering) {
        c->is_lingering = shutdown(fd, SHUT_WR) == 0;
        io_web_linger(c);
    }
    return c->is_lingering;
}

static bool is_over(connection *c)
{
    if (c->is_last_output) {
        return !c->is_writing && output_of(c).len == 0 && !linger(c);
    }
    return c->is_ended && io_connection_is_idle(c);
}

static void look_at_caller(connection *c)
{
    if (c->is_stranger && c->session != NULL && rpc_session_caller(c->session)->roles != 0) {
        io_stranger_remove(c);
    }
}

static void serve_one(connection *c)
{
    look_at_caller(c);
    if (!send_output(c)) {
        return;
    }
    look_at_caller(c);
    if (c->web != NULL) {
        set_paused(c, io_web_is_full(c));
    } else if (!c->is_writing && c->is_paused && !c->is_last_output) {
        /* New output marks it again. Still paused without output: calls are in flight, and their
         * end will mark it. */
        note(c, rpc_feed(c->session, (bytes){NULL, 0}));
    }
    if (is_over(c)) {
        io_connection_close(c);
    } else {
        set_reading(c);
    }
}

void io_serve_dirty(io *i)
{
    while (i->dirty != NULL) {
        connection *c = i->dirty;
        i->dirty = c->dirty_next;
        c->is_dirty = false;
        if (!c->is_closing) {
            serve_one(c);
        }
    }
    if (rpc_server_in_flight(i->config.server) > 0) {
        io_start_tick(i);
    }
}

/* ---------------------------------------------------------------------------------- accepting */

static void refuse_peer(connection *c, const char *message)
{
    uv_buf_t piece = uv_buf_init((char *)(uintptr_t)message, (unsigned)strlen(message));
    int sent = uv_try_write(&c->socket.stream, &piece, 1);
    if (sent < 0) {
        log_event(LOG_DEBUG, "connection.refused", "written=%s", uv_err_name(sent));
    }
    io_connection_close(c);
}

static const char too_many[] =
    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32001,\"message\":\"the server has as "
    "many connections as it takes\",\"data\":{\"id\":\"overloaded\",\"retry_after_ms\":1000}}}\n";
static const char too_many_web[] =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n"
    "Connection: close\r\n\r\n";
static const char no_memory[] =
    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32001,\"message\":\"the server has no "
    "memory for another connection\",\"data\":{\"id\":\"overloaded\",\"retry_after_ms\":1000}}}\n";

/* A listener whose callback returns without accepting hears nothing any more. So there is always a
 * connection to accept into; the spare one only says that there is no memory. */
static void welcome(connection *c, bool is_web, bool is_secure)
{
    io *i = c->io;
    uv_os_fd_t fd = -1;
    if (c->is_tcp) {
        uv_tcp_nodelay(&c->socket.tcp, 1);
    }
    if (i->config.access != NULL && uv_fileno(&c->socket.handle, &fd) == 0) {
        peer_look(fd, !c->is_tcp, &c->peer);
    }
    c->came_ns = clock_monotonic_ns();
    if (c->is_spare || !(is_web ? io_web_new(c, is_secure) : io_connection_open_session(c))) {
        refuse_peer(c, is_secure ? "" : is_web ? too_many_web : no_memory);
        return;
    }
    set_reading(c);
    bool is_known = c->session != NULL && rpc_session_caller(c->session)->roles != 0;
    if (i->config.access != NULL && !is_known && !c->is_closing) {
        io_stranger_add(c);
    }
}

void io_connection_accept(listener *l)
{
    io *i = l->io;
    connection *c = io_connection_new(i);
    if (c == NULL) {
        c = i->spare;
        i->spare = NULL;
    }
    if (c == NULL) {
        l->is_deaf = true; /* until the spare one is closed */
        return;
    }
    c->is_tcp = l->is_tcp;
    int status = l->is_tcp ? uv_tcp_init(&i->loop, &c->socket.tcp)
                           : uv_pipe_init(&i->loop, &c->socket.pipe, 0);
    check(status == 0); /* neither makes a descriptor yet */
    c->socket.handle.data = c;
    link_connection(c);
    if (uv_accept(&l->socket.stream, &c->socket.stream) != 0) {
        io_connection_close(c);
    } else if (i->connection_count > i->config.connection_max) {
        refuse_peer(c, l->is_secure ? "" : l->is_web ? too_many_web : too_many);
    } else {
        welcome(c, l->is_web, l->is_secure);
    }
}
