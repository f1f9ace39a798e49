/* Where the server can be reached: a Unix socket for its owner, and TCP on this machine only. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "io/parts.h"

static void on_connection(uv_stream_t *stream, int status)
{
    /* On an error nothing waits to be accepted; libuv has dropped it and goes on listening. */
    if (status == 0) {
        io_connection_accept(stream->data);
    }
}

static void on_listener_closed(uv_handle_t *handle)
{
    listener *l = handle->data;
    l->is_open = false;
}

void io_listener_close(listener *l)
{
    if (l->is_open && !uv_is_closing(&l->socket.handle)) {
        uv_close(&l->socket.handle, on_listener_closed);
    }
}

static listener *add_listener(io *i, bool is_tcp, bool is_web)
{
    check(i->listener_count < IO_LISTENER_MAX);
    listener *l = &i->listeners[i->listener_count++];
    l->io = i;
    l->is_tcp = is_tcp;
    l->is_web = is_web;
    l->is_open = true;
    int status =
        is_tcp ? uv_tcp_init(&i->loop, &l->socket.tcp) : uv_pipe_init(&i->loop, &l->socket.pipe, 0);
    check(status == 0); /* neither makes a descriptor yet */
    l->socket.handle.data = l;
    return l;
}

/* ---------------------------------------------------------------------------------- Unix */

/* Does somebody listen on the socket file? */
static bool is_answered(const struct sockaddr_un *address, bool *ret_is_refused)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        *ret_is_refused = false;
        return false;
    }
    int status = connect(fd, (const struct sockaddr *)address, sizeof *address);
    /* EAGAIN: the listener's queue is full, so there is one. */
    bool is_answering = status == 0 || errno == EAGAIN || errno == EINPROGRESS;
    *ret_is_refused = status != 0 && errno == ECONNREFUSED;
    close(fd);
    return is_answering;
}

static bool remove_stale(const struct sockaddr_un *address, err *e)
{
    const char *path = address->sun_path;
    struct stat found;
    if (lstat(path, &found) != 0) {
        return true; /* not there; whatever else is wrong, binding will say */
    }
    if (!S_ISSOCK(found.st_mode)) {
        return fail(e, ERR_SOCKET, "cannot listen on \"%s\": it is there and is no socket", path);
    }
    bool is_refused;
    if (is_answered(address, &is_refused)) {
        fail(e, ERR_SOCKET, "cannot listen on \"%s\": another server does", path);
        return err_hint(e, "Stop the other server, or name another socket with --socket.");
    }
    if (!is_refused) {
        return fail(e, ERR_SOCKET, "cannot listen on \"%s\": it is there and cannot be asked",
                    path);
    }
    if (unlink(path) != 0 && errno != ENOENT) {
        return fail(e, ERR_SOCKET, "could not remove the unused socket \"%s\": %s", path,
                    strerror(errno));
    }
    return true;
}

static bool listen_unix(io *i, const char *path, bool is_web, err *e)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof address.sun_path) {
        fail(e, ERR_SOCKET, "cannot listen on \"%.100s\": the path is longer than %zu bytes", path,
             sizeof address.sun_path - 1);
        return err_hint(e, "Name a shorter path with --socket.");
    }
    memcpy(address.sun_path, path, len + 1);
    if (!remove_stale(&address, e)) {
        return false;
    }
    listener *l = add_listener(i, false, is_web);
    memcpy(l->address, path, len + 1);
    mode_t before = umask(0177); /* from its first moment on for its owner alone */
    int status = uv_pipe_bind(&l->socket.pipe, path);
    umask(before);
    if (status == 0) {
        status = uv_listen(&l->socket.stream, IO_BACKLOG, on_connection);
    }
    return status == 0 ||
           fail(e, ERR_SOCKET, "could not listen on \"%s\": %s", path, uv_strerror(status));
}

/* ---------------------------------------------------------------------------------- TCP */

static bool parse_port(const char *text, int *ret_port)
{
    char *end;
    long port = strtol(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || port > 65535) {
        return false;
    }
    *ret_port = (int)port;
    return true;
}

static bool parse_tcp(const char *text, struct sockaddr_storage *ret, err *e)
{
    static const char *const hosts[] = {"127.0.0.1:", "localhost:", "[::1]:"};
    int port;
    for (int h = 0; h < 3; h++) {
        size_t len = strlen(hosts[h]);
        if (strncmp(text, hosts[h], len) == 0 && parse_port(text + len, &port)) {
            int status = h == 2 ? uv_ip6_addr("::1", port, (struct sockaddr_in6 *)ret)
                                : uv_ip4_addr("127.0.0.1", port, (struct sockaddr_in *)ret);
            check(status == 0);
            return true;
        }
    }
    fail(e, ERR_USAGE, "cannot listen on \"%.100s\": it is not 127.0.0.1:PORT or [::1]:PORT", text);
    return err_hint(e, "The plain protocol is for this machine alone: it knows no encryption.");
}

/* The address with the port that was given where 0 was asked for. */
static void name_tcp(listener *l)
{
    struct sockaddr_storage address;
    int len = sizeof address;
    check(uv_tcp_getsockname(&l->socket.tcp, (struct sockaddr *)&address, &len) == 0);
    const char *scheme = l->is_secure ? "https://" : l->is_web ? "http://" : "";
    char host[INET6_ADDRSTRLEN] = "";
    if (address.ss_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&address;
        check(uv_ip6_name(six, host, sizeof host) == 0);
        snprintf(l->address, sizeof l->address, "%s[%s]:%u", scheme, host,
                 (unsigned)ntohs(six->sin6_port));
    } else {
        const struct sockaddr_in *four = (const struct sockaddr_in *)&address;
        check(uv_ip4_name(four, host, sizeof host) == 0);
        snprintf(l->address, sizeof l->address, "%s%s:%u", scheme, host,
                 (unsigned)ntohs(four->sin_port));
    }
}

/* Any address of this machine, in numbers: "0.0.0.0:8443", "[::]:8443". */
static bool parse_any(const char *text, struct sockaddr_storage *ret, err *e)
{
    char host[INET6_ADDRSTRLEN + 2];
    const char *colon = strrchr(text, ':');
    size_t len = colon == NULL ? 0 : (size_t)(colon - text);
    int port;
    if (len > 0 && len < sizeof host && parse_port(colon + 1, &port)) {
        bool is_six = text[0] == '[' && colon[-1] == ']';
        memcpy(host, text + (is_six ? 1 : 0), len - (is_six ? 2 : 0));
        host[len - (is_six ? 2 : 0)] = '\0';
        int status = is_six ? uv_ip6_addr(host, port, (struct sockaddr_in6 *)ret)
                            : uv_ip4_addr(host, port, (struct sockaddr_in *)ret);
        if (status == 0) {
            return true;
        }
    }
    return fail(e, ERR_USAGE, "cannot listen on \"%.100s\": it is not ADDRESS:PORT in numbers",
                text);
}

static bool listen_tcp(io *i, const char *text, bool is_web, bool is_secure, err *e)
{
    struct sockaddr_storage address = {0};
    if (!(is_secure ? parse_any(text, &address, e) : parse_tcp(text, &address, e))) {
        return false;
    }
    listener *l = add_listener(i, true, is_web);
    l->is_secure = is_secure;
    int status = uv_tcp_bind(&l->socket.tcp, (const struct sockaddr *)&address, 0);
    if (status == 0) {
        status = uv_listen(&l->socket.stream, IO_BACKLOG, on_connection);
    }
    if (status != 0) {
        return fail(e, ERR_SOCKET, "could not listen on \"%s\": %s", text, uv_strerror(status));
    }
    name_tcp(l);
    return true;
}

static bool listen_http(io *i, const char *where, err *e)
{
    static const char PREFIX[] = "unix:";
    size_t len = sizeof PREFIX - 1;
    return strncmp(where, PREFIX, len) == 0 ? listen_unix(i, where + len, true, e)
                                            : listen_tcp(i, where, true, false, e);
}

bool io_listen(io *i, err *e)
{
    const io_config *config = &i->config;
    return (config->unix_path == NULL || listen_unix(i, config->unix_path, false, e)) &&
           (config->tcp == NULL || listen_tcp(i, config->tcp, false, false, e)) &&
           (config->http == NULL || listen_http(i, config->http, e)) &&
           (config->https == NULL || listen_tcp(i, config->https, true, true, e));
}
