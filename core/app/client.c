/* Asks a server over its socket, or an engine opened in this process: same lines out, same lines
 * in. Where the lines go is the only difference. */
#include "app/client.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "account/role.h"
#include "api/api.h"
#include "app/answer.h"
#include "base/arena.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/limits.h"
#include "engine/engine.h"
#include "rpc/rpc.h"

enum { READ_LEN = 64 * 1024, BUSY_WAIT_MS = 5000, BUSY_STEP_MS = 50 };

struct client {
    int stop_fd; /* an eventfd: client_stop writes, the call in progress reads */
    uint64_t last_id;

    int fd; /* of the connection; -1: the engine is here */
    buf input;
    size_t input_off;

    int wake_fd; /* an eventfd: calls were finished */
    engine *engine;
    api *api;
    rpc_server *server;
    rpc_session *session;
};

/* ---------------------------------------------------------------------------------- dialling */

/* 0, or an errno. */
static int dial(const struct sockaddr *address, socklen_t len, int *ret_fd)
{
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return errno;
    }
    int status;
    do {
        status = connect(fd, address, len);
    } while (status != 0 && errno == EINTR);
    if (status != 0) {
        int why = errno;
        close(fd);
        return why;
    }
    *ret_fd = fd;
    return 0;
}

static int dial_unix(const char *path, int *ret_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t len = strlen(path);
    if (len >= sizeof address.sun_path) {
        return ENAMETOOLONG;
    }
    memcpy(address.sun_path, path, len + 1);
    return dial((const struct sockaddr *)&address, sizeof address, ret_fd);
}

/* Is it "HOST:PORT" of this machine? Then 0 or an errno in ret_why. */
static bool dial_tcp(const char *text, int *ret_fd, int *ret_why)
{
    unsigned port = 0;
    char rest = '\0';
    bool is_four = sscanf(text, "127.0.0.1:%5u%c", &port, &rest) == 1 ||
                   sscanf(text, "localhost:%5u%c", &port, &rest) == 1;
    bool is_six = !is_four && sscanf(text, "[::1]:%5u%c", &port, &rest) == 1;
    if (port > UINT16_MAX) {
        *ret_why = EADDRNOTAVAIL;
        return true;
    }
    if (is_four) {
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_port = htons((uint16_t)port),
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        *ret_why = dial((const struct sockaddr *)&address, sizeof address, ret_fd);
        return true;
    }
    if (is_six) {
        struct sockaddr_in6 address = {.sin6_family = AF_INET6,
                                       .sin6_port = htons((uint16_t)port),
                                       .sin6_addr = IN6ADDR_LOOPBACK_INIT};
        *ret_why = dial((const struct sockaddr *)&address, sizeof address, ret_fd);
        return true;
    }
    return false;
}

static bool refuse_dial(const char *where, int why, err *e)
{
    fail(e, ERR_NO_SERVER, "no server answers at \"%s\": %s", where, strerror(why));
    return err_hint(e, "Start one with \"lotse serve\".");
}

static bool dial_named(client *c, const char *where, err *e)
{
    int why = 0;
    if (!dial_tcp(where, &c->fd, &why)) {
        why = dial_unix(where, &c->fd);
    }
    return why == 0 || refuse_dial(where, why, e);
}

/* ---------------------------------------------------------------------------------- here */

static void on_finished(void *context)
{
    const client *c = context;
    check(eventfd_write(c->wake_fd, 1) == 0);
}

/* The session's output is looked at after every call into rpc anyway. */
static void on_output(void *context)
{
    (void)context;
}

static void close_here(client *c)
{
    rpc_session_free(&c->session);
    if (c->server != NULL) {
        rpc_server_stop(c->server);
        while (rpc_server_in_flight(c->server) > 0) {
            struct pollfd woken = {.fd = c->wake_fd, .events = POLLIN};
            if (poll(&woken, 1, BUSY_STEP_MS) == 1) {
                eventfd_t count;
                check(eventfd_read(c->wake_fd, &count) == 0);
            }
            rpc_server_drain(c->server);
        }
    }
    if (c->api != NULL) {
        api_free(&c->api);
    }
    if (c->engine != NULL) {
        engine_close(&c->engine);
    }
    rpc_server_free(&c->server);
}

static bool open_here(client *c, const client_config *config, err *e)
{
    engine_config setup = {.dir = config->data_dir,
                           .worker_count = config->worker_count,
                           .builtin_dir = config->plugins_dir};
    if (!engine_open(&setup, &c->engine, e) || !api_new(c->engine, &c->api, e)) {
        return false;
    }
    rpc_config rpc = {.context = c->api, .on_finished = on_finished, .on_finished_context = c};
    rpc.methods = api_methods(&rpc.method_count);
    rpc.role_names = role_ids();
    rpc.role_count = ROLE_COUNT;
    /* Whoever can open the folder can read every byte of it; there is nothing to sign in to. */
    rpc_caller owner = {.roles = ROLE_ADMIN};
    return rpc_server_new(&rpc, &c->server, e) &&
           rpc_session_new(c->server, on_output, c, &c->session, e) &&
           rpc_session_set_caller(c->session, &owner);
}

/* Two commands at a time, or one while a server starts: each waits a little for the other. */
static bool open_found(client *c, const client_config *config, err *e)
{
    char path[4096];
    int len = snprintf(path, sizeof path, "%s/lotse.sock", config->data_dir);
    if (len < 0 || (size_t)len >= sizeof path) {
        return fail(e, ERR_STORE_MISSING, "the path of the data folder is too long");
    }
    int64_t until_ns = clock_monotonic_ns() + BUSY_WAIT_MS * INT64_C(1000000);
    for (;;) {
        int why = dial_unix(path, &c->fd);
        if (why == 0) {
            return true;
        }
        if (config->is_remote_only) {
            return refuse_dial(path, why, e);
        }
        if (open_here(c, config, e)) {
            return true;
        }
        close_here(c);
        if (e->code != ERR_STORE_BUSY || clock_monotonic_ns() > until_ns) {
            return false;
        }
        poll(NULL, 0, BUSY_STEP_MS);
    }
}

/* ---------------------------------------------------------------------------------- open, close */

bool client_open(const client_config *config, client **ret, err *e)
{
    client *c = mem_new(sizeof *c);
    if (c == NULL) {
        return fail(e, ERR_MEMORY, "no memory left");
    }
    c->fd = -1;
    c->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    c->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    bool is_open = (c->stop_fd >= 0 && c->wake_fd >= 0) ||
                   fail(e, ERR_SOCKET, "could not make an event descriptor: %s", strerror(errno));
    is_open = is_open && (config->socket != NULL ? dial_named(c, config->socket, e)
                                                 : open_found(c, config, e));
    if (!is_open) {
        client_close(&c);
        return false;
    }
    *ret = c;
    return true;
}

static void close_if_open(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

void client_close(client **client_to_close)
{
    client *c = *client_to_close;
    if (c == NULL) {
        return;
    }
    *client_to_close = NULL;
    close_here(c);
    close_if_open(c->fd);
    close_if_open(c->stop_fd);
    close_if_open(c->wake_fd);
    buf_fini(&c->input);
    mem_free(c);
}

bool client_is_local(const client *c)
{
    return c->engine != NULL;
}

void client_stop(client *c)
{
    /* EAGAIN, the counter is full: it was asked often enough. Nothing else can be done here. */
    (void)eventfd_write(c->stop_fd, 1);
}

/* ---------------------------------------------------------------------------------- lines */

static bool lose_server(err *e)
{
    return fail(e, ERR_NO_SERVER, "the server closed the connection before it answered");
}

static bool send_line(client *c, const buf *line, err *e)
{
    if (c->fd < 0) {
        rpc_feed_frame(c->session, (bytes){line->base, line->len - 1});
        return true;
    }
    size_t off = 0;
    while (off < line->len) {
        ssize_t sent = send(c->fd, line->base + off, line->len - off, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            return lose_server(e);
        }
        off += sent > 0 ? (size_t)sent : 0;
    }
    return true;
}

/* More bytes from the server into the input. */
static bool read_more(client *c, err *e)
{
    if (c->fd < 0) {
        eventfd_t count;
        check(eventfd_read(c->wake_fd, &count) == 0);
        rpc_server_drain(c->server);
        return true;
    }
    if (c->input_off > 0 && c->input_off == c->input.len) {
        c->input_off = 0;
        buf_clear(&c->input);
    }
    char *room = buf_room(&c->input, READ_LEN);
    if (room == NULL) {
        return fail(e, ERR_MEMORY, "no memory left for the answer");
    }
    ssize_t got = recv(c->fd, room, READ_LEN, 0);
    if (got <= 0) {
        return (got < 0 && errno == EINTR) || lose_server(e);
    }
    c->input.len += (size_t)got;
    return true;
}

/* What came and was not read yet. */
static bytes peek(const client *c)
{
    if (c->fd < 0) {
        return rpc_session_output(c->session);
    }
    return (bytes){c->input.base == NULL ? NULL : c->input.base + c->input_off,
                   c->input.len - c->input_off};
}

static void skip(client *c, size_t len)
{
    if (c->fd < 0) {
        rpc_session_taken(c->session, len);
    } else {
        c->input_off += len;
    }
}

/* One call's state while it is waited for. */
typedef struct waiting {
    uint64_t id;
    client_on_progress *on_progress;
    void *context;
    buf *result;
    size_t scanned_len; /* so much of what came holds no line end */
} waiting;

/* Reads the lines that are there. ANSWER_OTHER: the answer is not among them. */
static answer_kind read_lines(client *c, waiting *w, err *e)
{
    for (;;) {
        bytes came = peek(c);
        const char *end = came.len == w->scanned_len
                              ? NULL
                              : memchr(came.base + w->scanned_len, '\n', came.len - w->scanned_len);
        if (end == NULL) {
            w->scanned_len = came.len;
            return ANSWER_OTHER;
        }
        bytes line = {came.base, (size_t)(end - came.base)};
        answer_kind kind = answer_read(line, w->id, w->on_progress, w->context, w->result, e);
        skip(c, line.len + 1);
        w->scanned_len = 0;
        if (kind == ANSWER_RESULT || kind == ANSWER_ERROR) {
            return kind;
        }
    }
}

static bool send_cancel(client *c, uint64_t id, err *e)
{
    eventfd_t count;
    check(eventfd_read(c->stop_fd, &count) == 0);
    buf line = {0};
    answer_cancel(&line, id);
    bool is_sent = line.failed ? fail(e, ERR_MEMORY, "no memory left") : send_line(c, &line, e);
    buf_fini(&line);
    return is_sent;
}

/* Waits for bytes or a request to stop, and sees to both. */
static bool wait_more(client *c, uint64_t id, err *e)
{
    struct pollfd sources[2] = {{.fd = c->fd < 0 ? c->wake_fd : c->fd, .events = POLLIN},
                                {.fd = c->stop_fd, .events = POLLIN}};
    if (poll(sources, 2, -1) < 0) {
        return errno == EINTR ||
               fail(e, ERR_SOCKET, "could not wait for the answer: %s", strerror(errno));
    }
    if (sources[1].revents != 0 && !send_cancel(c, id, e)) {
        return false;
    }
    return sources[0].revents == 0 || read_more(c, e);
}

bool client_call(client *c, const char *method, bytes params_json, client_on_progress *on_progress,
                 void *context, buf *ret_result, err *e)
{
    waiting w = {
        .id = ++c->last_id, .on_progress = on_progress, .context = context, .result = ret_result};
    buf line = {0};
    bool is_going = answer_ask(&line, w.id, method, params_json, on_progress != NULL, e) &&
                    send_line(c, &line, e);
    buf_fini(&line);
    answer_kind kind = ANSWER_OTHER;
    while (is_going) {
        kind = read_lines(c, &w, e);
        is_going = kind == ANSWER_OTHER && wait_more(c, w.id, e);
    }
    if (kind != ANSWER_RESULT) {
        return false;
    }
    return !ret_result->failed || fail(e, ERR_MEMORY, "no memory left for the answer");
}
