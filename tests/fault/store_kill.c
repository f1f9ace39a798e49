/* store_kill KILLS [SEED]: a child writes to the store and acknowledges each call once it has
 * returned; we kill it with SIGKILL at a random moment and look: every acknowledged call is there
 * whole, one that was not acknowledged is there whole or not at all, the database is sound, and the
 * next start takes less than a second. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/clock.h"
#include "store/store.h"

enum {
    WRITE_COUNT_MAX = 64,  /* records of one call */
    BODY_LEN_MAX = 4096,   /* some in one page, some in overflow pages */
    KILL_AFTER_US = 60000, /* at most; the first kills of this range hit the start */
    RESTART_MS_MAX = 1000,
    ID_LEN = 32
};

/* What is known of the run, and of the store it left. */
typedef struct run {
    char folder[64];
    uint64_t call_count;         /* calls known to be in the store: 0 .. call_count - 1 */
    uint64_t acknowledged_count; /* of all rounds */
    int64_t slowest_restart_ms;
    uint64_t seed;
} run;

/* The writes of call n, the same whoever makes them: records of its own, and the "last" record
 * replaced in every call. */
typedef struct call {
    store_write writes[WRITE_COUNT_MAX + 1];
    char ids[WRITE_COUNT_MAX][ID_LEN];
    char body[BODY_LEN_MAX + 1];
    size_t write_count;
} call;

static uint64_t mix(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static void make_call(call *c, uint64_t number)
{
    uint64_t chance = mix(number + 1);
    size_t own_count = chance % 8 == 0 ? WRITE_COUNT_MAX : 1 + chance % 4;
    size_t body_len = 20 + chance / 64 % (BODY_LEN_MAX - 20);
    memset(c->body, 'a' + (int)(number % 26), body_len);
    int head_len = snprintf(c->body, sizeof c->body, "%llu", (unsigned long long)number);
    c->body[head_len] = ' ';
    c->body[body_len] = '\0';
    for (size_t i = 0; i < own_count; i++) {
        /* Ids jump about, so that pages split everywhere. */
        snprintf(c->ids[i], ID_LEN, "%08x-%llu-%zu", (unsigned)mix(number * 64 + i),
                 (unsigned long long)number, i);
        c->writes[i] = (store_write){.noun = STORE_OFFER,
                                     .id = bytes_of(c->ids[i]),
                                     .body = {c->body, body_len},
                                     .expected_version = STORE_NO_VERSION};
    }
    c->writes[own_count] = (store_write){.noun = STORE_SETTING,
                                         .id = BYTES("last"),
                                         .body = {c->body, body_len},
                                         .expected_version = STORE_ANY_VERSION};
    c->write_count = own_count + 1;
}

static void write_until_killed(const run *r, int acknowledge_fd)
{
    static call c;
    store *s = NULL;
    err e = {0};
    if (!store_open(r->folder, true, &s, &e)) {
        fprintf(stderr, "child: %s: %s\n", e.text, e.detail);
        _exit(2);
    }
    for (uint64_t number = r->call_count;; number++) {
        uint64_t change;
        make_call(&c, number);
        if (!store_put(s, c.writes, c.write_count, NULL, 0, &change, &e)) {
            fprintf(stderr, "child: %s: %s\n", e.text, e.detail);
            _exit(2);
        }
        if (write(acknowledge_fd, &number, sizeof number) != (ssize_t)sizeof number) {
            _exit(3);
        }
    }
}

/* Reads what the dead child had acknowledged: the number of calls from the first one on. */
static uint64_t count_acknowledged(int fd, uint64_t first)
{
    uint64_t count = 0;
    uint64_t number;
    while (read(fd, &number, sizeof number) == (ssize_t)sizeof number) {
        check(number == first + count);
        count++;
    }
    return count;
}

static bool kill_one_child(run *r, uint64_t *ret_acknowledged)
{
    int ends[2];
    check(pipe2(ends, O_CLOEXEC) == 0);
    pid_t child = fork();
    check(child >= 0);
    if (child == 0) {
        close(ends[0]);
        write_until_killed(r, ends[1]);
    }
    close(ends[1]);
    r->seed = mix(r->seed + 0x9e3779b97f4a7c15u);
    struct timespec delay = {.tv_nsec = (long)(r->seed % KILL_AFTER_US) * 1000};
    while (nanosleep(&delay, &delay) != 0 && errno == EINTR) {
    }
    int status = 0;
    check(kill(child, SIGKILL) == 0);
    check(waitpid(child, &status, 0) == child);
    *ret_acknowledged = count_acknowledged(ends[0], r->call_count);
    close(ends[0]);
    if (!WIFSIGNALED(status)) {
        printf("the child ended by itself, status %d\n", WEXITSTATUS(status));
        return false;
    }
    return true;
}

/* How many writes of the call are in the store as they were written. */
static size_t count_present(store_reader *reader, const call *c)
{
    arena memory = {0};
    size_t count = 0;
    for (size_t i = 0; i < c->write_count; i++) {
        const store_write *w = &c->writes[i];
        store_record record;
        err e = {0};
        count += store_get(reader, w->noun, w->id, &memory, &record, &e) &&
                 bytes_equal(record.body, w->body);
    }
    arena_fini(&memory);
    return count;
}

/* Every acknowledged call is there whole; the one after them is there whole or not at all. */
static bool check_calls(run *r, store_reader *reader, uint64_t acknowledged, uint64_t last_change)
{
    static call c;
    uint64_t end = r->call_count + acknowledged;
    for (uint64_t number = r->call_count; number < end; number++) {
        make_call(&c, number);
        /* Only the last call's value of the "last" record stands. */
        size_t expected = c.write_count - 1;
        size_t present = count_present(reader, &c);
        if (present < expected) {
            printf("call %llu was acknowledged, %zu of %zu records are there\n",
                   (unsigned long long)number, present, expected);
            return false;
        }
    }
    make_call(&c, end);
    size_t present = count_present(reader, &c);
    bool is_whole = present == c.write_count;
    if (present != 0 && !is_whole) {
        printf("call %llu is there in part: %zu of %zu records\n", (unsigned long long)end, present,
               c.write_count);
        return false;
    }
    r->call_count = end + (is_whole ? 1 : 0);
    r->acknowledged_count += acknowledged;
    if (r->call_count > 0) {
        make_call(&c, r->call_count - 1);
        c.writes[0] = c.writes[c.write_count - 1];
        c.write_count = 1;
        if (count_present(reader, &c) != 1) {
            printf("the last record is not that of call %llu\n",
                   (unsigned long long)r->call_count - 1);
            return false;
        }
    }
    if (last_change != r->call_count) {
        printf("the store counts %llu changes, there were %llu\n", (unsigned long long)last_change,
               (unsigned long long)r->call_count);
        return false;
    }
    return true;
}

static bool restart_and_check(run *r, uint64_t acknowledged)
{
    store *s = NULL;
    store_reader *reader = NULL;
    err e = {0};
    int64_t start_ns = clock_monotonic_ns();
    bool is_good = store_open(r->folder, true, &s, &e) && store_reader_open(r->folder, &reader, &e);
    int64_t restart_ms = (clock_monotonic_ns() - start_ns) / 1000000;
    if (!is_good) {
        printf("no restart: %s: %s\n", e.text, e.detail);
    } else if (!store_verify(reader, &e)) {
        printf("%s: %s\n", e.text, e.detail);
        is_good = false;
    } else if (restart_ms >= RESTART_MS_MAX) {
        printf("the restart took %lld ms\n", (long long)restart_ms);
        is_good = false;
    } else {
        is_good = check_calls(r, reader, acknowledged, store_last_change(s));
    }
    if (restart_ms > r->slowest_restart_ms) {
        r->slowest_restart_ms = restart_ms;
    }
    store_reader_close(&reader);
    store_close(&s);
    return is_good;
}

static void remove_folder(const char *folder)
{
    DIR *entries = opendir(folder);
    check(entries != NULL);
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        (void)unlinkat(dirfd(entries), entry->d_name, 0); /* "." and ".." stay */
    }
    closedir(entries);
    check(rmdir(folder) == 0);
}

int main(int argc, char **argv)
{
    int kill_count = argc > 1 ? atoi(argv[1]) : 0;
    if (kill_count < 1 || argc > 3) {
        fprintf(stderr, "usage: store_kill KILLS [SEED]\n");
        return 2;
    }
    run r = {.folder = "store-kill.XXXXXX", .seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1};
    check(mkdtemp(r.folder) != NULL);
    int passed_count = 0;
    for (int i = 0; i < kill_count; i++) {
        uint64_t acknowledged = 0;
        if (!kill_one_child(&r, &acknowledged) || !restart_and_check(&r, acknowledged)) {
            printf("kill %d failed; the folder stays: %s\n", i + 1, r.folder);
            break;
        }
        passed_count++;
    }
    printf("%llu calls acknowledged, slowest restart %lld ms\n",
           (unsigned long long)r.acknowledged_count, (long long)r.slowest_restart_ms);
    printf("%d passed, %d failed\n", passed_count, kill_count - passed_count);
    if (passed_count < kill_count) {
        return 1;
    }
    remove_folder(r.folder);
    return 0;
}
