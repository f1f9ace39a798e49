#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "io/io.h"
#include "unit/rpc_toy.h"

/* A server on its own thread, its calls of "keep" kept until the test lets them go. */
typedef struct served {
    rpc_server *server;
    io *io;
    pthread_t thread;
    char folder[64];
    char path[96];
    bool was_clean;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    rpc_call *kept[64];
    uint32_t kept_count;
    uint32_t stop_count;
} served;

static served s;

static void served_keep(void *context, rpc_call *call, const json_node *params)
{
    (void)context;
    (void)params;
    pthread_mutex_lock(&s.lock);
    s.kept[s.kept_count++] = call;
    pthread_cond_broadcast(&s.changed);
    pthread_mutex_unlock(&s.lock);
}

static const rpc_method served_methods[] = {
    {"echo", "Answers its parameter.", toy_echo, toy_echo_params, 1, false, "{}", RPC_ANYBODY},
    {"grow", "Answers a long text.", toy_grow, toy_grow_params, 1, false, "{}", RPC_ANYBODY},
    {"keep", "Answers later.", served_keep, NULL, 0, false, NULL, RPC_ANYBODY},
};

static void wake(void *context)
{
    served *me = context;
    io_wake(me->io);
}

static void note_stop(void *context)
{
    served *me = context;
    me->stop_count++;
}

static void *run(void *context)
{
    served *me = context;
    err e;
    me->was_clean = io_run(me->io, &e);
    return NULL;
}

/* It listens; nobody runs its loop. */
static void open_quiet(const io_config *asked)
{
    memset(&s, 0, sizeof s);
    signal(SIGPIPE, SIG_IGN);
    log_set_level(LOG_ERROR);
    pthread_mutex_init(&s.lock, NULL);
    pthread_cond_init(&s.changed, NULL);
    strcpy(s.folder, "io_test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(s.folder));
    snprintf(s.path, sizeof s.path, "%s/s", s.folder);
    rpc_config rpc = {.methods = served_methods,
                      .method_count = 3,
                      .context = &s,
                      .on_finished = wake,
                      .on_finished_context = &s};
    err e;
    ck_assert(rpc_server_new(&rpc, &s.server, &e));
    io_config config = *asked;
    config.server = s.server;
    config.unix_path = s.path;
    config.on_stop = note_stop;
    config.context = &s;
    ck_assert_msg(io_new(&config, &s.io, &e), "%s", e.text);
}

static void open_served(const io_config *asked)
{
    open_quiet(asked);
    ck_assert_int_eq(pthread_create(&s.thread, NULL, run, &s), 0);
}

static rpc_call *take_kept(void)
{
    pthread_mutex_lock(&s.lock);
    while (s.kept_count == 0) {
        pthread_cond_wait(&s.changed, &s.lock);
    }
    rpc_call *call = s.kept[--s.kept_count];
    pthread_mutex_unlock(&s.lock);
    return call;
}

static void close_quiet(void)
{
    io_free(&s.io);
    rpc_server_drain(s.server);
    rpc_server_free(&s.server);
    ck_assert_int_ne(access(s.path, F_OK), 0);
    ck_assert_int_eq(rmdir(s.folder), 0);
}

static void close_served(void)
{
    io_stop(s.io);
    pthread_join(s.thread, NULL);
    close_quiet();
}

/* ---------------------------------------------------------------------------------- a peer */

static int dial(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, s.path);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    size_t len = strlen(text);
    while (len > 0) {
        ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);
        ck_assert_int_gt(sent, 0);
        text += sent;
        len -= (size_t)sent;
    }
}

/* One line, or "" at the end; waits at most 20 s. */
static const char *hear(int fd)
{
    static char line[1024];
    size_t len = 0;
    for (;;) {
        struct pollfd state = {.fd = fd, .events = POLLIN};
        ck_assert_int_eq(poll(&state, 1, 20000), 1);
        ssize_t got = read(fd, line + len, 1);
        if (got <= 0 || line[len] == '\n') {
            line[len] = '\0';
            return line;
        }
        ck_assert_uint_lt(len, sizeof line - 2);
        len++;
    }
}

static bool is_over(int fd)
{
    return hear(fd)[0] == '\0';
}

#define ECHO "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":[7]}\n"
#define ECHOED "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":7}"
#define KEEP "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"keep\"}\n"
#define KEPT "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":true}"

START_TEST(io_answers_over_a_unix_socket_of_its_owner_alone)
{
    open_served(&(io_config){0});
    struct stat found;
    ck_assert_int_eq(stat(s.path, &found), 0);
    ck_assert_uint_eq(found.st_mode & 07777, 0600);
    ck_assert_str_eq(io_address(s.io, 0), s.path);
    ck_assert_ptr_null(io_address(s.io, 1));

    int fd = dial();
    say(fd, ECHO ECHO);

    ck_assert_str_eq(hear(fd), ECHOED);
    ck_assert_str_eq(hear(fd), ECHOED);
    close(fd);
    close_served();
    ck_assert(s.was_clean);
}
END_TEST

START_TEST(io_answers_calls_finished_on_another_thread)
{
    open_served(&(io_config){0});
    int fd = dial();

    say(fd, KEEP);
    rpc_call *call = take_kept();
    rpc_call_reply(&call, BYTES("true"));

    ck_assert_str_eq(hear(fd), KEPT);
    close(fd);
    close_served();
}
END_TEST

START_TEST(io_sends_more_than_a_peer_takes_at_once)
{
    open_served(&(io_config){0});
    int fd = dial();

    for (int i = 0; i < 20; i++) {
        say(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"grow\",\"params\":[1000000]}\n");
    }
    size_t total = 0;
    size_t line_count = 0;
    static char piece[65536];
    while (line_count < 20) {
        ssize_t got = read(fd, piece, sizeof piece);
        ck_assert_int_gt(got, 0);
        total += (size_t)got;
        for (ssize_t at = 0; at < got; at++) {
            line_count += piece[at] == '\n' ? 1 : 0;
        }
    }

    ck_assert_uint_eq(total,
                      20 * (1000000 + strlen("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"\"}\n")));
    say(fd, ECHO);
    ck_assert_str_eq(hear(fd), ECHOED);
    close(fd);
    close_served();
}
END_TEST

START_TEST(io_lets_go_of_a_peer_that_takes_nothing)
{
    open_served(&(io_config){.write_stall_ms = 200});
    int fd = dial();
    say(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"grow\",\"params\":[6000000]}\n");

    int64_t started_ns = clock_monotonic_ns();
    struct pollfd state = {.fd = fd, .events = POLLHUP};
    ck_assert_int_eq(poll(&state, 1, 0), 0);
    state.events = POLLRDHUP;
    ck_assert_int_eq(poll(&state, 1, 10000), 1);

    ck_assert_int_ge((clock_monotonic_ns() - started_ns) / 1000000, 150);
    close(fd);
    close_served();
}
END_TEST

START_TEST(io_answers_a_peer_that_half_closed_before_it_closes)
{
    open_served(&(io_config){0});
    int fd = dial();

    say(fd, KEEP "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":[7]}");
    shutdown(fd, SHUT_WR);
    ck_assert_str_eq(hear(fd), ECHOED);
    rpc_call *call = take_kept();
    rpc_call_reply(&call, BYTES("true"));

    ck_assert_str_eq(hear(fd), KEPT);
    ck_assert(is_over(fd));
    close(fd);
    close_served();
}
END_TEST

START_TEST(io_stops_the_calls_of_a_peer_that_is_gone)
{
    open_served(&(io_config){0});
    int fd = dial();

    say(fd, KEEP);
    rpc_call *call = take_kept();
    close(fd);
    while (!__atomic_load_n(rpc_call_stop_flag(call), __ATOMIC_RELAXED)) {
        poll(NULL, 0, 1);
    }
    rpc_call_reply(&call, BYTES("true"));

    close_served();
    ck_assert(s.was_clean);
}
END_TEST

START_TEST(io_hears_a_peer_hang_up_that_it_does_not_read_from)
{
    open_served(&(io_config){0});
    int fd = dial();

    for (int i = 0; i < IN_FLIGHT_PER_SESSION_MAX; i++) {
        say(fd, KEEP);
    }
    rpc_call *calls[IN_FLIGHT_PER_SESSION_MAX];
    for (int i = 0; i < IN_FLIGHT_PER_SESSION_MAX; i++) {
        calls[i] = take_kept();
    }
    close(fd);
    while (!__atomic_load_n(rpc_call_stop_flag(calls[0]), __ATOMIC_RELAXED)) {
        poll(NULL, 0, 1);
    }
    for (int i = 0; i < IN_FLIGHT_PER_SESSION_MAX; i++) {
        rpc_call_reply(&calls[i], BYTES("true"));
    }

    close_served();
    ck_assert(s.was_clean);
}
END_TEST

START_TEST(io_refuses_peers_beyond_its_number_politely)
{
    open_served(&(io_config){.connection_max = 2});
    int first = dial();
    int second = dial();
    say(first, ECHO);
    hear(first);
    say(second, ECHO);
    hear(second);

    int third = dial();
    ck_assert_ptr_nonnull(strstr(hear(third), "\"code\":-32001"));
    ck_assert(is_over(third));
    close(third);
    close(second);
    say(first, ECHO);
    ck_assert_str_eq(hear(first), ECHOED);

    close(first);
    close_served();
}
END_TEST

START_TEST(io_that_is_stopped_finishes_what_it_took)
{
    open_served(&(io_config){0});
    int fd = dial();
    int idle = dial();
    say(idle, ECHO);
    hear(idle);
    say(fd, KEEP);
    rpc_call *call = take_kept();

    io_stop(s.io);
    ck_assert_ptr_nonnull(strstr(hear(fd), "server.draining"));
    ck_assert_ptr_nonnull(strstr(hear(idle), "server.draining"));
    say(fd, ECHO);
    ck_assert_ptr_nonnull(strstr(hear(fd), "\"id\":1,\"error\":{\"code\":-32000"));
    ck_assert(is_over(idle));
    rpc_call_reply(&call, BYTES("true"));

    ck_assert_str_eq(hear(fd), KEPT);
    ck_assert(is_over(fd));
    close(fd);
    close(idle);
    pthread_join(s.thread, NULL);
    ck_assert(s.was_clean);
    ck_assert_uint_eq(s.stop_count, 1);
    io_free(&s.io);
    rpc_server_free(&s.server);
    rmdir(s.folder);
}
END_TEST

START_TEST(io_that_is_stopped_twice_ends_now)
{
    open_served(&(io_config){0});
    int fd = dial();
    say(fd, KEEP);
    rpc_call *call = take_kept();

    io_stop(s.io);
    ck_assert_ptr_nonnull(strstr(hear(fd), "server.draining"));
    io_stop(s.io);
    ck_assert_ptr_nonnull(strstr(hear(fd), "\"id\":2,\"error\":{\"code\":-32000"));
    ck_assert(is_over(fd));
    while (!__atomic_load_n(rpc_call_stop_flag(call), __ATOMIC_RELAXED)) {
        poll(NULL, 0, 1);
    }
    rpc_call_reply(&call, BYTES("true"));
    pthread_join(s.thread, NULL);

    ck_assert(s.was_clean);
    close(fd);
    io_free(&s.io);
    rpc_server_free(&s.server);
    rmdir(s.folder);
}
END_TEST

START_TEST(io_gives_work_in_flight_no_longer_than_drain_ms)
{
    open_served(&(io_config){.drain_ms = 300});
    int fd = dial();
    say(fd, KEEP);
    rpc_call *call = take_kept();

    io_stop(s.io);
    hear(fd);
    ck_assert_ptr_nonnull(strstr(hear(fd), "\"id\":2,\"error\":{\"code\":-32000"));
    rpc_call_reply(&call, BYTES("true"));
    pthread_join(s.thread, NULL);

    ck_assert(s.was_clean);
    close(fd);
    io_free(&s.io);
    rpc_server_free(&s.server);
    rmdir(s.folder);
}
END_TEST

START_TEST(io_listens_on_loopback_and_refuses_web_pages)
{
    open_served(&(io_config){.tcp = "127.0.0.1:0"});
    unsigned port = 0;
    ck_assert_int_eq(sscanf(io_address(s.io, 1), "127.0.0.1:%u", &port), 1);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int page = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(connect(page, (struct sockaddr *)&address, sizeof address), 0);

    say(fd, ECHO);
    ck_assert_str_eq(hear(fd), ECHOED);
    say(page, "POST / HTTP/1.1\r\nHost: x\r\n\r\n" ECHO);
    ck_assert_ptr_nonnull(strstr(hear(page), "\"code\":-32600"));
    ck_assert(is_over(page));

    close(fd);
    close(page);
    close_served();
}
END_TEST

START_TEST(io_refuses_addresses_of_other_machines)
{
    static const char *const foreign[] = {"0.0.0.0:1", "192.0.2.1:80",    "[::]:1",
                                          "127.0.0.1", "127.0.0.1:70000", "127.0.0.1:"};
    open_quiet(&(io_config){0});
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        io_config config = {.server = s.server, .tcp = foreign[i]};
        io *other = NULL;
        err e;
        ck_assert(!io_new(&config, &other, &e));
        ck_assert_int_eq(e.code, ERR_USAGE);
    }
    close_quiet();
}
END_TEST

START_TEST(io_takes_over_a_socket_nobody_listens_on_and_no_other)
{
    open_quiet(&(io_config){0});
    io_config config = {.server = s.server, .unix_path = s.path};
    io *other = NULL;
    err e;
    ck_assert(!io_new(&config, &other, &e));
    ck_assert_int_eq(e.code, ERR_SOCKET);
    int check_fd = dial();
    close(check_fd);

    char stale[128];
    snprintf(stale, sizeof stale, "%s/stale", s.folder);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, stale);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd);
    config.unix_path = stale;
    ck_assert(io_new(&config, &other, &e));
    io_free(&other);

    int file = open(stale, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    close(file);
    ck_assert(!io_new(&config, &other, &e));
    ck_assert_int_eq(access(stale, F_OK), 0);
    unlink(stale);
    close_quiet();
}
END_TEST

START_TEST(io_refuses_a_path_that_is_too_long_for_a_socket)
{
    open_quiet(&(io_config){0});
    char path[200];
    memset(path, 'x', sizeof path);
    path[sizeof path - 1] = '\0';
    io_config config = {.server = s.server, .unix_path = path};
    io *other = NULL;
    err e;

    ck_assert(!io_new(&config, &other, &e));

    ck_assert_int_eq(e.code, ERR_SOCKET);
    ck_assert_ptr_nonnull(strstr(e.hint, "--socket"));
    close_quiet();
}
END_TEST

START_TEST(io_hears_again_after_it_ran_out_of_memory)
{
    open_served(&(io_config){0});
    for (uint64_t nth = 1; nth < 12; nth++) {
        mem_fail_at(nth);
        int fds[4];
        for (int i = 0; i < 4; i++) {
            fds[i] = dial();
            send(fds[i], ECHO, strlen(ECHO), MSG_NOSIGNAL);
        }
        for (int i = 0; i < 4; i++) {
            hear(fds[i]);
            close(fds[i]);
        }
        mem_fail_at(0);
        int fd = dial();
        say(fd, ECHO);
        ck_assert_str_eq(hear(fd), ECHOED);
        close(fd);
    }
    close_served();
}
END_TEST

START_TEST(io_hears_again_after_it_ran_out_of_descriptors)
{
    open_served(&(io_config){0});
    int fds[8];
    for (int i = 0; i < 8; i++) {
        fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    }
    struct rlimit before;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct rlimit none = {.rlim_cur = (rlim_t)fds[7] + 1, .rlim_max = before.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, s.path);
    for (int i = 0; i < 8; i++) {
        ck_assert_int_eq(connect(fds[i], (struct sockaddr *)&address, sizeof address), 0);
        close(fds[i]);
    }
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);

    int fd = dial();
    say(fd, ECHO);

    ck_assert_str_eq(hear(fd), ECHOED);
    close(fd);
    close_served();
}
END_TEST

START_TEST(io_serves_many_peers_that_come_and_go)
{
    open_served(&(io_config){0});
    int fds[200];
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 200; i++) {
            fds[i] = dial();
            say(fds[i], i % 3 == 0 ? "[" : ECHO);
        }
        for (int i = 0; i < 200; i++) {
            if (i % 3 != 0) {
                ck_assert_str_eq(hear(fds[i]), ECHOED);
            }
            close(fds[i]);
        }
    }
    close_served();
    ck_assert(s.was_clean);
}
END_TEST

TOY_MAIN("io/io", io_answers_over_a_unix_socket_of_its_owner_alone,
         io_answers_calls_finished_on_another_thread, io_sends_more_than_a_peer_takes_at_once,
         io_lets_go_of_a_peer_that_takes_nothing,
         io_answers_a_peer_that_half_closed_before_it_closes,
         io_stops_the_calls_of_a_peer_that_is_gone,
         io_hears_a_peer_hang_up_that_it_does_not_read_from,
         io_refuses_peers_beyond_its_number_politely, io_that_is_stopped_finishes_what_it_took,
         io_that_is_stopped_twice_ends_now, io_gives_work_in_flight_no_longer_than_drain_ms,
         io_listens_on_loopback_and_refuses_web_pages, io_refuses_addresses_of_other_machines,
         io_takes_over_a_socket_nobody_listens_on_and_no_other,
         io_refuses_a_path_that_is_too_long_for_a_socket, io_hears_again_after_it_ran_out_of_memory,
         io_hears_again_after_it_ran_out_of_descriptors, io_serves_many_peers_that_come_and_go)
