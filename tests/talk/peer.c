/* Processes and sockets for the talks. */
#include "peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"

enum { STEP_MS = 5, WORD_MAX = 32, READ_LEN = 65536 };

/* ---------------------------------------------------------------------------------- server */

static void put_word(buf *out, const char *word, const char *dir)
{
    const char *mark = strstr(word, "@DIR@");
    if (mark == NULL) {
        buf_text(out, word);
    } else {
        buf_put(out, word, (size_t)(mark - word));
        buf_text(out, dir);
        buf_text(out, mark + strlen("@DIR@"));
    }
    buf_char(out, '\0');
}

static _Noreturn void become(const server *s, char *const *command, const char *log_path)
{
    char *words[WORD_MAX + 1] = {0};
    buf texts[WORD_MAX] = {0};
    for (int i = 0; i < WORD_MAX && command[i] != NULL; i++) {
        put_word(&texts[i], command[i], s->dir);
        words[i] = texts[i].base;
    }
    int log = open(log_path, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0600);
    if (log >= 0) {
        dup2(log, STDERR_FILENO);
        dup2(log, STDOUT_FILENO);
    }
    execvp(words[0], words);
    fprintf(stderr, "%s: %s\n", words[0], strerror(errno));
    _exit(127);
}

/* The line "listening on PATH[ and HOST:PORT]" of the server's log, once it stands there. */
static bool read_ready(server *s, const char *log_path)
{
    FILE *log = fopen(log_path, "r");
    char line[512];
    bool is_ready = false;
    while (log != NULL && !is_ready && fgets(line, sizeof line, log) != NULL) {
        char rest[256] = "";
        if (strchr(line, '\n') != NULL &&
            sscanf(line, "listening on %95s and %255s", s->socket, rest) >= 1) {
            snprintf(s->tcp, sizeof s->tcp, "%.60s", rest);
            is_ready = true;
        }
    }
    if (log != NULL) {
        fclose(log);
    }
    return is_ready;
}

void server_show(const server *s)
{
    char log_path[96];
    snprintf(log_path, sizeof log_path, "%s/server.log", s->dir);
    FILE *log = fopen(log_path, "r");
    char line[512];
    while (log != NULL && fgets(line, sizeof line, log) != NULL) {
        fprintf(stderr, "  server: %s", line);
    }
    if (log != NULL) {
        fclose(log);
    }
}

bool server_start(server *s, char *const *command)
{
    char log_path[96];
    snprintf(log_path, sizeof log_path, "%s/server.log", s->dir);
    unlink(log_path);
    s->pid = fork();
    check(s->pid >= 0);
    if (s->pid == 0) {
        become(s, command, log_path);
    }
    for (int waited_ms = 0; waited_ms < PEER_WAIT_MS; waited_ms += STEP_MS) {
        if (read_ready(s, log_path)) {
            return true;
        }
        int status;
        if (waitpid(s->pid, &status, WNOHANG) == s->pid) {
            s->pid = 0;
            break;
        }
        poll(NULL, 0, STEP_MS);
    }
    fprintf(stderr, "the server did not start to listen\n");
    server_show(s);
    return false;
}

void server_signal(const server *s, int number)
{
    if (s->pid > 0) {
        kill(s->pid, number);
    }
}

bool server_wait(server *s, int *ret_exit_code)
{
    int status = 0;
    for (int waited_ms = 0; waited_ms < 2 * PEER_WAIT_MS; waited_ms += STEP_MS) {
        if (s->pid == 0 || waitpid(s->pid, &status, WNOHANG) == s->pid) {
            s->pid = 0;
            *ret_exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            return true;
        }
        poll(NULL, 0, STEP_MS);
    }
    kill(s->pid, SIGKILL);
    waitpid(s->pid, &status, 0);
    s->pid = 0;
    return false;
}

/* ---------------------------------------------------------------------------------- peer */

bool peer_dial(peer *p, const server *s, bool is_tcp)
{
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    struct sockaddr_in loopback = {.sin_family = AF_INET};
    const struct sockaddr *address = (const struct sockaddr *)&local;
    socklen_t len = sizeof local;
    if (is_tcp) {
        unsigned port = 0;
        if (sscanf(s->tcp, "127.0.0.1:%5u", &port) != 1) {
            return false;
        }
        loopback.sin_port = htons((uint16_t)port);
        loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address = (const struct sockaddr *)&loopback;
        len = sizeof loopback;
    } else {
        snprintf(local.sun_path, sizeof local.sun_path, "%s", s->socket);
    }
    p->fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return p->fd >= 0 && connect(p->fd, address, len) == 0;
}

void peer_close(peer *p)
{
    if (p->fd >= 0) {
        close(p->fd);
    }
    buf_fini(&p->input);
    *p = (peer){.fd = -1};
}

bool peer_send(peer *p, bytes what)
{
    while (what.len > 0) {
        ssize_t sent = send(p->fd, what.base, what.len, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            return false;
        }
        size_t len = sent > 0 ? (size_t)sent : 0;
        what.base += len;
        what.len -= len;
    }
    return true;
}

bool peer_line(peer *p, int wait_ms, bytes *ret_line, bool *ret_is_end)
{
    *ret_is_end = false;
    for (;;) {
        bytes came = {p->input.base + p->input_off, p->input.len - p->input_off};
        const char *end = came.len == 0 ? NULL : memchr(came.base, '\n', came.len);
        if (end != NULL) {
            *ret_line = (bytes){came.base, (size_t)(end - came.base)};
            p->input_off += ret_line->len + 1;
            return true;
        }
        struct pollfd state = {.fd = p->fd, .events = POLLIN};
        if (poll(&state, 1, wait_ms) != 1) {
            return false;
        }
        char *room = buf_room(&p->input, READ_LEN);
        check(room != NULL);
        ssize_t got = recv(p->fd, room, READ_LEN, 0);
        if (got <= 0) {
            *ret_is_end = true;
            return false;
        }
        p->input.len += (size_t)got;
    }
}
