/* server_kill LOTSE COUNT [SEED]: kills a serving lotse with SIGKILL at random moments of a write
 * load, COUNT times. After each start every write that was acknowledged must be there, as it was
 * written; the start to the first answer must take less than a second. Prints N passed, N failed.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WINDOW = 32, REPLY_LEN_MAX = 1 << 20, START_MS_MAX = 1000, RECORD_COUNT = 400 };

typedef struct peer {
    int fd;
    char text[REPLY_LEN_MAX];
    size_t len;
} peer;

/* What each record must at least hold: the last acknowledged value, or a later one that was sent.
 */
typedef struct load {
    uint32_t acknowledged[RECORD_COUNT];
    uint32_t sent[RECORD_COUNT];
    uint32_t next;
    uint64_t random;
} load;

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static uint32_t draw(load *l, uint32_t below)
{
    l->random ^= l->random << 13;
    l->random ^= l->random >> 7;
    l->random ^= l->random << 17;
    return (uint32_t)(l->random >> 33) % below;
}

static pid_t start_server(const char *lotse, const char *dir)
{
    pid_t pid = fork();
    if (pid == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL) {
            _exit(127);
        }
        execl(lotse, lotse, "--data", dir, "serve", "--workers", "2", (char *)NULL);
        _exit(127);
    }
    return pid;
}

static bool dial(peer *p, const char *dir)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/lotse.sock", dir);
    for (int64_t until = now_ms() + 20000; now_ms() < until;) {
        p->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(p->fd, (struct sockaddr *)&address, sizeof address) == 0) {
            p->len = 0;
            return true;
        }
        close(p->fd);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return false;
}

/* The next line, cut off its LF, valid until the next call; NULL: the peer is gone. */
static char *read_line(peer *p)
{
    static char line[REPLY_LEN_MAX];
    for (;;) {
        char *end = memchr(p->text, '\n', p->len);
        if (end != NULL) {
            size_t len = (size_t)(end - p->text);
            memcpy(line, p->text, len);
            line[len] = '\0';
            p->len -= len + 1;
            memmove(p->text, end + 1, p->len);
            return line;
        }
        ssize_t got = read(p->fd, p->text + p->len, sizeof p->text - p->len);
        if (got <= 0) {
            return NULL;
        }
        p->len += (size_t)got;
    }
}

static bool send_text(peer *p, const char *text)
{
    size_t len = strlen(text);
    while (len > 0) {
        ssize_t put = send(p->fd, text, len, MSG_NOSIGNAL);
        if (put <= 0) {
            return false;
        }
        text += put;
        len -= (size_t)put;
    }
    return true;
}

/* The id of a request says what it wrote: record * 2^20 + value. */
static bool send_put(peer *p, load *l)
{
    uint32_t record = l->next++ % RECORD_COUNT;
    uint32_t value = l->sent[record] + 1;
    char frame[400];
    snprintf(frame, sizeof frame,
             "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"offer.put\",\"params\":{\"offer\":{"
             "\"id\":\"o-%u\","
             "\"kind\":\"job\",\"title\":{\"en\":\"value %u\"}}}}\n",
             (unsigned long long)record << 20 | value, record, value);
    l->sent[record] = value;
    return send_text(p, frame);
}

static bool take_reply(const char *line, load *l)
{
    const char *id = strstr(line, "\"id\":");
    if (id == NULL || strstr(line, "\"result\"") == NULL) {
        return false;
    }
    unsigned long long number = strtoull(id + 5, NULL, 10);
    uint32_t record = (uint32_t)(number >> 20);
    uint32_t value = (uint32_t)(number & 0xfffff);
    if (record < RECORD_COUNT && value > l->acknowledged[record]) {
        l->acknowledged[record] = value;
    }
    return true;
}

/* Writes until the moment comes; what was answered before the kill still counts. */
static void write_and_kill(peer *p, load *l, pid_t server)
{
    int64_t until = now_ms() + 3 + draw(l, 40);
    uint32_t open = 0;
    while (now_ms() < until) {
        while (open < WINDOW && send_put(p, l)) {
            open++;
        }
        char *line = read_line(p);
        if (line == NULL || !take_reply(line, l)) {
            break;
        }
        open--;
    }
    kill(server, SIGKILL);
    for (char *line; (line = read_line(p)) != NULL;) {
        (void)take_reply(line, l);
    }
    close(p->fd);
    waitpid(server, NULL, 0);
}

static bool holds(peer *p, const load *l, uint32_t record)
{
    char frame[160];
    snprintf(
        frame, sizeof frame,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"offer.get\",\"params\":{\"id\":\"o-%u\"}}\n",
        record);
    if (!send_text(p, frame)) {
        return false;
    }
    char *line = read_line(p);
    const char *value = line != NULL ? strstr(line, "\"value ") : NULL;
    uint32_t found = value != NULL ? (uint32_t)strtoul(value + 7, NULL, 10) : 0;
    if (found >= l->acknowledged[record] && found <= l->sent[record]) {
        return true;
    }
    printf("record %u: acknowledged %u, sent %u, found %u\n", record, l->acknowledged[record],
           l->sent[record], found);
    return false;
}

static bool is_sound(const char *lotse, const char *dir)
{
    pid_t pid = fork();
    if (pid == 0) {
        if (freopen("/dev/null", "w", stdout) == NULL) {
            _exit(127);
        }
        execl(lotse, lotse, "--data", dir, "doctor", (char *)NULL);
        _exit(127);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void remove_folder(const char *dir)
{
    pid_t pid = fork();
    if (pid == 0) {
        execlp("rm", "rm", "-rf", dir, (char *)NULL);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
    static peer p;
    static load l;
    if (argc < 3) {
        fputs("usage: server_kill LOTSE COUNT [SEED]\n", stderr);
        return 2;
    }
    uint32_t count = (uint32_t)strtoul(argv[2], NULL, 10);
    l.random = argc > 3 ? strtoull(argv[3], NULL, 10) | 1 : 88172645463325252u;
    char dir[] = "/tmp/lotse-kill-XXXXXX";
    if (mkdtemp(dir) == NULL) {
        return 1;
    }
    char command[600];
    snprintf(command, sizeof command, "'%s' --data %s --quiet init", argv[1], dir);
    if (system(command) != 0) {
        return 1;
    }
    uint32_t passed = 0;
    uint32_t failed = 0;
    int64_t slowest_ms = 0;
    for (uint32_t round = 0; round <= count; round++) {
        int64_t from = now_ms();
        pid_t server = start_server(argv[1], dir);
        bool is_whole = dial(&p, dir);
        bool is_first = true;
        for (uint32_t record = 0; is_whole && record < RECORD_COUNT; record++) {
            is_whole = l.acknowledged[record] == 0 || holds(&p, &l, record);
            if (is_first && l.acknowledged[record] > 0) {
                is_first = false;
                int64_t took = now_ms() - from;
                slowest_ms = took > slowest_ms ? took : slowest_ms;
            }
        }
        passed += is_whole && slowest_ms < START_MS_MAX;
        failed += !(is_whole && slowest_ms < START_MS_MAX);
        if (round == count || !is_whole) {
            kill(server, SIGTERM);
            waitpid(server, NULL, 0);
            break;
        }
        write_and_kill(&p, &l, server);
    }
    uint64_t acknowledged = 0;
    for (uint32_t record = 0; record < RECORD_COUNT; record++) {
        acknowledged += l.acknowledged[record];
    }
    bool sound = is_sound(argv[1], dir);
    passed += sound;
    failed += !sound;
    remove_folder(dir);
    printf("%u kills, slowest start %lld ms, database %s\n", count, (long long)slowest_ms,
           sound ? "sound" : "damaged");
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0 || acknowledged == 0;
}
