#include "plugin/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/clock.h"

enum {
    LOG_CALL_LEN_MAX = 64 * 1024, /* what a plugin may write to its stderr while it is asked once */
    FD_HIGH = 64                  /* above every number that a child's descriptor gets */
};

/* An area of shared memory, as the host sees it. */
typedef struct area {
    int fd;
    char *base;
} area;

struct child {
    child_config config;
    area ask, answer;
    pid_t pid; /* -1: not running */
    int pidfd, ring_fd, done_fd, log_fd;
    uint64_t generation;
    uint32_t sequence;
    uint32_t walls;
    uint64_t log_len; /* since the call began */
};

/* ------------------------------------------------------------------------------------ areas */

static bool refuse_system(err *e, const char *what)
{
    int why = errno;
    return fail(e, why == ENOMEM ? ERR_MEMORY : ERR_PLUGIN_NO_CAGE, "could not %s: %s", what,
                strerror(why));
}

/* The ask area is sealed once it is mapped: the child can only read it. The answer area keeps its
 * length, so that reading it never fails. */
static bool make_area(const char *name, int protection, int seals, area *ret, err *e)
{
    ret->fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (ret->fd < 0 || ftruncate(ret->fd, WIRE_AREA_LEN) != 0) {
        return refuse_system(e, "make memory for a plugin");
    }
    void *base = mmap(NULL, WIRE_AREA_LEN, protection, MAP_SHARED, ret->fd, 0);
    if (base == MAP_FAILED) {
        return refuse_system(e, "map memory for a plugin");
    }
    ret->base = base;
    return fcntl(ret->fd, F_ADD_SEALS, seals | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0 ||
           refuse_system(e, "seal memory for a plugin");
}

static void free_area(area *a)
{
    if (a->base != NULL) {
        check(munmap(a->base, WIRE_AREA_LEN) == 0);
    }
    if (a->fd >= 0) {
        close(a->fd);
    }
    *a = (area){.fd = -1};
}

bool child_new(const child_config *config, child **ret, err *e)
{
    child *c = mem_new(sizeof *c);
    if (c == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a plugin's process");
    }
    c->config = *config;
    c->ask = (area){.fd = -1};
    c->answer = (area){.fd = -1};
    c->pid = -1;
    c->pidfd = c->ring_fd = c->done_fd = c->log_fd = -1;
    if (!make_area("lotse-ask", PROT_READ | PROT_WRITE, F_SEAL_FUTURE_WRITE, &c->ask, e) ||
        !make_area("lotse-answer", PROT_READ, 0, &c->answer, e)) {
        child_free(&c);
        return false;
    }
    *ret = c;
    return true;
}

void child_free(child **c)
{
    if (*c == NULL) {
        return;
    }
    child_end(*c);
    free_area(&(*c)->ask);
    free_area(&(*c)->answer);
    mem_free(*c);
    *c = NULL;
}

bool child_is_running(const child *c)
{
    return c->pid >= 0;
}

uint64_t child_generation(const child *c)
{
    return c->generation;
}

int child_pid(const child *c)
{
    return c->pid;
}

uint32_t child_walls(const child *c)
{
    return c->walls;
}

char *child_ask_area(child *c)
{
    return c->ask.base;
}

void child_copy_answer(const child *c, uint64_t offset, void *to, uint64_t len)
{
    check(offset <= WIRE_AREA_LEN);
    check(len <= WIRE_AREA_LEN - offset);
    memcpy(to, c->answer.base + offset, len);
}

/* ------------------------------------------------------------------------------------ its log */

/* Reads what is there. False: it is more than a plugin may say. */
static bool drain_log(child *c)
{
    char text[4096];
    for (;;) {
        ssize_t len = read(c->log_fd, text, sizeof text);
        if (len <= 0) {
            return true; /* nothing more for now, or ever */
        }
        c->log_len += (uint64_t)len;
        life_log(c->config.record, text, (size_t)len);
        if (c->log_len > LOG_CALL_LEN_MAX) {
            return false;
        }
    }
}

/* ------------------------------------------------------------------------------------ ending */

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

static void forget_process(child *c)
{
    if (c->log_fd >= 0) {
        (void)drain_log(c); /* its last words; what is too much is left */
    }
    close_fd(&c->pidfd);
    close_fd(&c->ring_fd);
    close_fd(&c->done_fd);
    close_fd(&c->log_fd);
    c->pid = -1;
}

static void wait_for_end(child *c, siginfo_t *ret)
{
    int rc;
    memset(ret, 0, sizeof *ret);
    do {
        rc = waitid(P_PIDFD, (id_t)c->pidfd, ret, WEXITED);
    } while (rc != 0 && errno == EINTR);
}

void child_end(child *c)
{
    siginfo_t how;
    if (c->pid < 0) {
        return;
    }
    (void)pidfd_send_signal(c->pidfd, SIGKILL, NULL, 0); /* it may have ended already */
    wait_for_end(c, &how);
    forget_process(c);
}

static const char *id_of(const child *c)
{
    return c->config.start.id;
}

/* A process that ended says how; its own exit codes are told from a plugin's by the time: they come
 * before it was ever ready. */
static bool refuse_ended(child *c, bool was_ready, bool *ret_is_final, err *e)
{
    siginfo_t how;
    wait_for_end(c, &how);
    forget_process(c);
    if (how.si_code == CLD_EXITED) {
        if (!was_ready && how.si_status == WIRE_EXIT_NO_SECCOMP) {
            (void)fail(e, ERR_PLUGIN_NO_CAGE,
                       "this machine cannot cage plugins: its kernel refuses seccomp");
            return err_hint(e, "Plugins that are not trusted do not run without it.");
        }
        if (!was_ready && how.si_status == WIRE_EXIT_SETUP) {
            return fail(e, ERR_PLUGIN_NO_CAGE, "could not set up the cage of plugin \"%s\"",
                        id_of(c));
        }
        return fail(e, ERR_PLUGIN_CRASHED, "the process of plugin \"%s\" ended itself with code %d",
                    id_of(c), how.si_status);
    }
    if (how.si_status == SIGSYS) {
        *ret_is_final = true;
        return fail(e, ERR_PLUGIN_FORBIDDEN,
                    "plugin \"%s\" called the system in a way that its cage forbids", id_of(c));
    }
    return fail(e, ERR_PLUGIN_CRASHED, "the process of plugin \"%s\" died of signal %d", id_of(c),
                how.si_status);
}

/* ------------------------------------------------------------------------------------ starting */

/* Copies with high numbers: putting one in its place never overwrites another. */
static bool lift(int fds[WIRE_FD_COUNT], err *e)
{
    for (uint32_t i = 0; i < WIRE_FD_COUNT; i++) {
        int high = fcntl(fds[i], F_DUPFD_CLOEXEC, FD_HIGH);
        if (high < 0) {
            (void)refuse_system(e, "pass a descriptor to a plugin's process");
            while (i-- > 0) {
                close(fds[i]);
            }
            return false;
        }
        fds[i] = high;
    }
    return true;
}

static int spawn_with(child *c, const int fds[WIRE_FD_COUNT])
{
    static char *const environment[] = {NULL};
    char name[] = "lotse-cage";
    char *const arguments[] = {name, c->config.start.id, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    pid_t pid = -1;
    sigemptyset(&none);
    sigfillset(&all);
    int rc = posix_spawn_file_actions_init(&actions);
    if (rc != 0) {
        return rc;
    }
    rc = posix_spawnattr_init(&attributes);
    if (rc != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return rc;
    }
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID;
    rc = posix_spawnattr_setflags(&attributes, flags);
    rc = rc != 0 ? rc : posix_spawnattr_setsigdefault(&attributes, &all);
    rc = rc != 0 ? rc : posix_spawnattr_setsigmask(&attributes, &none);
    for (int i = 0; i < WIRE_FD_COUNT && rc == 0; i++) {
        rc = posix_spawn_file_actions_adddup2(&actions, fds[i], i);
    }
    rc = rc != 0 ? rc : posix_spawn_file_actions_addclosefrom_np(&actions, WIRE_FD_COUNT);
    rc = rc != 0 ? rc
                 : posix_spawn(&pid, c->config.host_path, &actions, &attributes, arguments,
                               environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    c->pid = rc == 0 ? pid : -1;
    return rc;
}

static bool spawn(child *c, int nothing_fd, int log_end_fd, err *e)
{
    int fds[WIRE_FD_COUNT] = {[0] = nothing_fd,
                              [1] = nothing_fd,
                              [2] = log_end_fd,
                              [WIRE_FD_ASK] = c->ask.fd,
                              [WIRE_FD_ANSWER] = c->answer.fd,
                              [WIRE_FD_WINDOW] = c->config.window_fd,
                              [WIRE_FD_LIBRARY] = c->config.library_fd,
                              [WIRE_FD_RING] = c->ring_fd,
                              [WIRE_FD_DONE] = c->done_fd};
    if (!lift(fds, e)) {
        return false;
    }
    int rc = spawn_with(c, fds);
    for (uint32_t i = 0; i < WIRE_FD_COUNT; i++) {
        close(fds[i]);
    }
    if (rc != 0) {
        errno = rc;
        return refuse_system(e, "start the program \"lotse-cage\"");
    }
    c->pidfd = pidfd_open(c->pid, 0);
    if (c->pidfd < 0) {
        siginfo_t how;
        (void)refuse_system(e, "watch a plugin's process");
        (void)kill(c->pid, SIGKILL); /* it is ours and not waited for yet */
        (void)waitid(P_PID, (id_t)c->pid, &how, WEXITED);
        c->pid = -1;
        return false;
    }
    return true;
}

/* The two doorbells, the pipe for its log, and the process. */
static bool open_and_spawn(child *c, err *e)
{
    int log_fds[2] = {-1, -1};
    int nothing_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    c->ring_fd = eventfd(0, EFD_CLOEXEC);
    c->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    bool is_open = nothing_fd >= 0 && c->ring_fd >= 0 && c->done_fd >= 0 &&
                   pipe2(log_fds, O_CLOEXEC) == 0 && fcntl(log_fds[0], F_SETFL, O_NONBLOCK) == 0;
    c->log_fd = log_fds[0];
    bool is_spawned = is_open ? spawn(c, nothing_fd, log_fds[1], e)
                              : refuse_system(e, "open a plugin's doorbell");
    close_fd(&nothing_fd);
    close_fd(&log_fds[1]);
    return is_spawned;
}

bool child_start(child *c, bool *ret_is_final, err *e)
{
    check(c->pid < 0);
    *ret_is_final = false;
    wire_ask *ask = (wire_ask *)(void *)c->ask.base;
    *ask = (wire_ask){.magic = WIRE_MAGIC, .start = c->config.start};
    ask->start.parent = getpid();
    ask->start.window_len = c->config.window_len;
    c->generation++;
    if (!open_and_spawn(c, e)) {
        forget_process(c);
        return false;
    }
    life_note_start(c->config.record);
    /* It rings itself when it is ready: the call waits for that and gives it nothing to do. */
    if (!child_call(c, WIRE_REGION_NOW, 0, c->config.start_ms, ret_is_final, e)) {
        child_end(c);
        return false;
    }
    return true;
}

/* ------------------------------------------------------------------------------------ asking */

static bool refuse_late(child *c, uint32_t deadline_ms, err *e)
{
    child_end(c);
    return fail(e, ERR_PLUGIN_DEADLINE, "plugin \"%s\" did not answer within %u ms", id_of(c),
                deadline_ms);
}

static bool refuse_flood(child *c, err *e)
{
    child_end(c);
    return fail(e, ERR_PLUGIN_FLOOD,
                "plugin \"%s\" wrote more than %d bytes to its log in one call", id_of(c),
                LOG_CALL_LEN_MAX);
}

/* Until it is done, ended or late. */
static bool wait_for_answer(child *c, bool was_ready, uint32_t deadline_ms, bool *ret_is_final,
                            err *e)
{
    int64_t end_ns = clock_monotonic_ns() + (int64_t)deadline_ms * 1000000;
    struct pollfd fds[3] = {{.fd = c->done_fd, .events = POLLIN},
                            {.fd = c->pidfd, .events = POLLIN},
                            {.fd = c->log_fd, .events = POLLIN}};
    for (;;) {
        int64_t left_ns = end_ns - clock_monotonic_ns();
        struct timespec left = {left_ns > 0 ? left_ns / 1000000000 : 0,
                                left_ns > 0 ? left_ns % 1000000000 : 0};
        int count = ppoll(fds, 3, &left, NULL);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            child_end(c);
            return refuse_system(e, "wait for a plugin");
        }
        if ((fds[2].revents & POLLIN) != 0 && !drain_log(c)) {
            return refuse_flood(c, e);
        }
        fds[2].fd = (fds[2].revents & (POLLHUP | POLLERR)) != 0 ? -1 : fds[2].fd;
        if ((fds[1].revents & POLLIN) != 0) {
            return refuse_ended(c, was_ready, ret_is_final, e);
        }
        if ((fds[0].revents & POLLIN) != 0) {
            uint64_t rung = 0;
            ssize_t len = read(c->done_fd, &rung, sizeof rung);
            check(len == (ssize_t)sizeof rung || len < 0);
            return true;
        }
        if (left_ns <= 0) {
            return refuse_late(c, deadline_ms, e);
        }
    }
}

/* Foreign text to one that can be shown. */
static void clean_text(char *text, size_t len)
{
    text[len - 1] = 0;
    for (size_t i = 0; text[i] != 0; i++) {
        text[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
    }
}

static bool read_head(child *c, bool was_ready, err *e)
{
    wire_answer a;
    child_copy_answer(c, 0, &a, sizeof a);
    clean_text(a.text, sizeof a.text);
    bool is_state = a.state == WIRE_DONE || a.state == (was_ready ? WIRE_REFUSED : WIRE_BROKEN);
    if (a.magic != WIRE_MAGIC || a.sequence != c->sequence || !is_state) {
        child_end(c);
        return fail(e, ERR_PLUGIN_FAULT, "plugin \"%s\" answered out of turn", id_of(c));
    }
    c->walls = was_ready ? c->walls : a.walls;
    if (a.state == WIRE_BROKEN) {
        bool is_known = a.error > ERR_NONE && a.error < ERR_COUNT;
        child_end(c);
        return fail(e, is_known ? (err_code)a.error : ERR_PLUGIN_FAULT, "%s", a.text);
    }
    if (a.state == WIRE_REFUSED) {
        err_code code = a.status == LOTSE_NO_MEMORY ? ERR_PLUGIN_MEMORY : ERR_PLUGIN_FAULT;
        return fail(e, code, "plugin \"%s\" answered with status %d%s%s", id_of(c), (int)a.status,
                    a.text[0] == 0 ? "" : ": ", a.text);
    }
    return true;
}

bool child_call(child *c, uint32_t region, uint32_t item_count, uint32_t deadline_ms,
                bool *ret_is_final, err *e)
{
    static const uint64_t once = 1;
    bool was_ready = item_count > 0;
    check(c->pid >= 0);
    *ret_is_final = false;
    c->log_len = 0;
    if (was_ready) {
        wire_ask *ask = (wire_ask *)(void *)c->ask.base;
        ask->sequence = ++c->sequence;
        ask->region = region;
        ask->item_count = item_count;
        ssize_t len = write(c->ring_fd, &once, sizeof once);
        check(len == (ssize_t)sizeof once);
    } else {
        c->sequence = 0;
    }
    return wait_for_answer(c, was_ready, deadline_ms, ret_is_final, e) &&
           read_head(c, was_ready, e);
}
