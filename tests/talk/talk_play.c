/* Plays conversations with a real server over its real socket.
 *
 *   talk_play [--log REPLIES] [--dir DIR] SERVER ARG... -- FILE.talk...
 *
 * The server is started anew for every file; @DIR@ in its words is the folder. README.md says what
 * stands in a file. Every answer is also written to the log, a line with the method it answers. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/map.h"
#include "pattern.h"
#include "peer.h"
#include "json/json.h"
#include "json/scan.h"

enum { PEER_MAX = 8, PATTERN_MAX = 128, LINE_LEN_MAX = 1 << 20, DEPTH_MAX = 256 };

typedef struct talk {
    const char *file;
    int line_number;
    char *const *command;
    server server;
    peer peers[PEER_MAX];
    char peer_names[PEER_MAX][32];
    int at; /* the peer spoken to */
    FILE *log;
    buf spoken; /* what was sent since the last line end */
    map asked;  /* raw ids to indexes of methods */
    char *methods[4096];
    uint32_t method_count;
    buf heard;          /* the last line */
    char taken_key[32]; /* "@KEY@" in what is sent stands for `taken` */
    buf taken;
    bool has_failed;
} talk;

static void report(talk *t, const char *what, bytes said)
{
    t->has_failed = true;
    fprintf(stderr, "%s:%d: %s%s%.*s\n", t->file, t->line_number, what, said.len == 0 ? "" : ": ",
            (int)(said.len < 2000 ? said.len : 2000), said.len == 0 ? "" : said.base);
}

/* ---------------------------------------------------------------------------------- the log */

static void note_request(talk *t, bytes text)
{
    bytes id;
    bytes method;
    uint64_t index = t->method_count;
    bool is_full = index == sizeof t->methods / sizeof t->methods[0];
    if (!is_full && json_raw_member(text, "id", &id) && json_raw_member(text, "method", &method) &&
        map_put(&t->asked, id, index)) {
        t->methods[t->method_count++] = strndup(method.base, method.len);
    }
}

static bool next_element(bytes array, size_t *off, bytes *ret)
{
    size_t at = json_skip_space(array, *off + 1);
    if (at >= array.len || array.base[at] == ']') {
        return false;
    }
    size_t end = json_skip_value(array, at);
    *ret = (bytes){array.base + at, end - at};
    *off = json_skip_space(array, end);
    return true;
}

static void note_frame(talk *t, bytes text)
{
    size_t start = json_skip_space(text, 0);
    text = (bytes){text.base + start, text.len - start};
    if (text.len == 0 || !json_check(text, DEPTH_MAX, NULL, NULL)) {
        return;
    }
    size_t off = 0;
    bytes element;
    if (text.base[0] != '[') {
        note_request(t, text);
        return;
    }
    while (next_element(text, &off, &element)) {
        note_request(t, element);
    }
}

static void note_sent(talk *t, bytes what)
{
    const char *end;
    while (what.len > 0 && (end = memchr(what.base, '\n', what.len)) != NULL) {
        size_t len = (size_t)(end - what.base);
        buf_put(&t->spoken, what.base, len);
        if (t->spoken.len > 0) {
            note_frame(t, buf_bytes(&t->spoken));
        }
        buf_clear(&t->spoken);
        what = (bytes){end + 1, what.len - len - 1};
    }
    buf_put(&t->spoken, what.base, what.len);
}

static void log_reply(talk *t, bytes reply)
{
    bytes id;
    uint64_t index;
    const char *method = "null";
    if (json_raw_member(reply, "id", &id) && map_get(&t->asked, id, &index)) {
        method = t->methods[index];
    }
    if (t->log != NULL) {
        fprintf(t->log, "{\"method\":%s,\"reply\":%.*s}\n", method, (int)reply.len, reply.base);
    }
}

static void note_heard(talk *t, bytes line)
{
    if (!json_check(line, DEPTH_MAX, NULL, NULL)) {
        report(t, "the server said what is no JSON", line);
        return;
    }
    size_t off = 0;
    bytes element;
    if (line.base[0] != '[') {
        log_reply(t, line);
        return;
    }
    while (next_element(line, &off, &element)) {
        log_reply(t, element);
    }
}

/* ---------------------------------------------------------------------------------- hearing */

static bool hear(talk *t, bytes *ret_line)
{
    bool is_end;
    if (!peer_line(&t->peers[t->at], PEER_WAIT_MS, ret_line, &is_end)) {
        report(t, is_end ? "the server closed instead of answering" : "no answer came",
               (bytes){NULL, 0});
        return false;
    }
    note_heard(t, *ret_line);
    buf_clear(&t->heard);
    buf_put(&t->heard, ret_line->base, ret_line->len);
    return true;
}

/* Remembers the first text under this key in the last line that was heard. */
static void take(talk *t, bytes key)
{
    char mark[40];
    int mark_len =
        snprintf(mark, sizeof mark, "\"%.*s\":\"", (int)(key.len < 31 ? key.len : 31), key.base);
    const char *at = memmem(t->heard.base, t->heard.len, mark, (size_t)mark_len);
    const char *end = t->heard.base + t->heard.len;
    if (at == NULL) {
        report(t, "the last answer has no such text", key);
        return;
    }
    at += mark_len;
    const char *close = memchr(at, '"', (size_t)(end - at));
    buf_clear(&t->taken);
    buf_put(&t->taken, at, close == NULL ? 0 : (size_t)(close - at));
    snprintf(t->taken_key, sizeof t->taken_key, "@%.*s@", (int)(key.len < 29 ? key.len : 29),
             key.base);
}

static json_doc *parse(talk *t, bytes text, const char *what)
{
    json_doc *doc = NULL;
    err e;
    if (!json_parse(text, DEPTH_MAX, &doc, &e)) {
        report(t, what, text);
    }
    return doc;
}

/* Patterns that stand together are met in any order. */
static void expect_all(talk *t, json_doc **patterns, int count)
{
    for (int left = count; left > 0 && !t->has_failed; left--) {
        bytes line;
        if (!hear(t, &line)) {
            return;
        }
        json_doc *said = parse(t, line, "no JSON");
        int met = 0;
        while (said != NULL && met < count &&
               (patterns[met] == NULL ||
                !pattern_matches(json_root(patterns[met]), json_root(said)))) {
            met++;
        }
        if (met == count) {
            report(t, "this was not expected", line);
        } else {
            json_doc_free(&patterns[met]);
        }
        json_doc_free(&said);
    }
}

static void expect_exactly(talk *t, bytes text)
{
    bytes line;
    if (hear(t, &line) && !bytes_equal(line, text)) {
        report(t, "this was not expected", line);
    }
}

static void expect_silence(talk *t)
{
    bytes line;
    bool is_end;
    if (peer_line(&t->peers[t->at], PEER_SILENCE_MS, &line, &is_end)) {
        report(t, "silence was expected", line);
    } else if (is_end) {
        report(t, "the server closed", (bytes){NULL, 0});
    }
}

static void expect_close(talk *t)
{
    bytes line;
    bool is_end = false;
    if (peer_line(&t->peers[t->at], PEER_WAIT_MS, &line, &is_end)) {
        report(t, "the end was expected", line);
    } else if (!is_end) {
        report(t, "the server did not close", (bytes){NULL, 0});
    }
}

/* ---------------------------------------------------------------------------------- speaking */

static void send_all(talk *t, bytes what)
{
    note_sent(t, what);
    if (!peer_send(&t->peers[t->at], what)) {
        report(t, "the server takes nothing more", (bytes){NULL, 0});
    }
}

/* Sends a line with what was taken in its place. */
static void send_line(talk *t, bytes line)
{
    size_t key_len = strlen(t->taken_key);
    const char *at = key_len == 0 ? NULL : memmem(line.base, line.len, t->taken_key, key_len);
    if (at == NULL) {
        send_all(t, line);
        return;
    }
    buf whole = {0};
    buf_put(&whole, line.base, (size_t)(at - line.base));
    buf_put(&whole, t->taken.base, t->taken.len);
    buf_put(&whole, at + key_len, line.len - (size_t)(at - line.base) - key_len);
    send_all(t, buf_bytes(&whole));
    buf_fini(&whole);
}

/* \n, \r, \\ and \xHH, so that a piece may end anywhere. */
static void send_piece(talk *t, bytes text)
{
    buf out = {0};
    for (size_t i = 0; i < text.len; i++) {
        unsigned value = 0;
        if (text.base[i] != '\\' || i + 1 == text.len) {
            buf_char(&out, text.base[i]);
        } else if (text.base[i + 1] == 'x' && sscanf(text.base + i + 2, "%2x", &value) == 1) {
            buf_char(&out, (char)value);
            i += 3;
        } else {
            i++;
            buf_char(&out, text.base[i] == 'n' ? '\n' : text.base[i] == 'r' ? '\r' : text.base[i]);
        }
    }
    send_all(t, buf_bytes(&out));
    buf_fini(&out);
}

static void send_many(talk *t, bytes text)
{
    unsigned long count = strtoul(text.base, NULL, 10);
    const char *what = memchr(text.base, ' ', text.len);
    buf out = {0};
    for (unsigned long i = 0; i < count && what != NULL; i++) {
        buf_put(&out, what + 1, text.len - (size_t)(what + 1 - text.base));
    }
    send_all(t, buf_bytes(&out));
    buf_fini(&out);
}

/* Goes on with another connection; a new name opens one. */
static void switch_peer(talk *t, bytes name)
{
    bool is_tcp = name.len > 4 && memcmp(name.base + name.len - 4, " tcp", 4) == 0;
    name.len -= is_tcp ? 4 : 0;
    for (int i = 0; i < PEER_MAX; i++) {
        bool is_free = t->peer_names[i][0] == '\0';
        if (is_free) {
            snprintf(t->peer_names[i], sizeof t->peer_names[i], "%.*s", (int)name.len, name.base);
            t->at = i;
            if (!peer_dial(&t->peers[i], &t->server, is_tcp)) {
                report(t, "cannot connect", name);
            }
            return;
        }
        if (bytes_equal_text(name, t->peer_names[i])) {
            t->at = i;
            return;
        }
    }
    report(t, "too many connections", name);
}

static void expect_exit(talk *t, int code)
{
    int was = 0;
    if (!server_wait(&t->server, &was)) {
        report(t, "the server did not end", (bytes){NULL, 0});
    } else if (was != code) {
        fprintf(stderr, "the server ended with %d\n", was);
        server_show(&t->server);
        report(t, "the server was to end with another code", (bytes){NULL, 0});
    }
}

static void restart(talk *t)
{
    for (int i = 0; i < PEER_MAX; i++) {
        peer_close(&t->peers[i]);
        t->peer_names[i][0] = '\0';
    }
    buf_clear(&t->spoken);
    if (!server_start(&t->server, t->command)) {
        t->has_failed = true;
        return;
    }
    switch_peer(t, BYTES("main"));
}

static void do_word(talk *t, bytes line)
{
    peer *p = &t->peers[t->at];
    if (bytes_starts_with(line, "many ")) {
        send_many(t, (bytes){line.base + 5, line.len - 5});
    } else if (bytes_starts_with(line, "on ")) {
        switch_peer(t, (bytes){line.base + 3, line.len - 3});
    } else if (bytes_starts_with(line, "take ")) {
        take(t, (bytes){line.base + 5, line.len - 5});
    } else if (bytes_equal_text(line, "silence")) {
        expect_silence(t);
    } else if (bytes_equal_text(line, "closed")) {
        expect_close(t);
    } else if (bytes_equal_text(line, "finish")) {
        shutdown(p->fd, SHUT_WR);
    } else if (bytes_equal_text(line, "hang up")) {
        peer_close(p);
    } else if (bytes_equal_text(line, "signal TERM")) {
        server_signal(&t->server, SIGTERM);
    } else if (bytes_equal_text(line, "signal KILL")) {
        server_signal(&t->server, SIGKILL);
    } else if (bytes_starts_with(line, "exits ")) {
        expect_exit(t, atoi(line.base + 6));
    } else if (bytes_equal_text(line, "restart")) {
        restart(t);
    } else {
        report(t, "a talk has no such word", line);
    }
}

/* ---------------------------------------------------------------------------------- files */

static bytes read_line(FILE *in, char *room)
{
    if (fgets(room, LINE_LEN_MAX, in) == NULL) {
        return (bytes){NULL, 0};
    }
    size_t len = strlen(room);
    len -= len > 0 && room[len - 1] == '\n' ? 1 : 0;
    room[len] = '\0';
    return (bytes){room, len};
}

static void play(talk *t, FILE *in, char *room)
{
    json_doc *patterns[PATTERN_MAX] = {0};
    int pattern_count = 0;
    bytes line = {"", 0};
    while (!t->has_failed && line.base != NULL) {
        line = read_line(in, room);
        t->line_number++;
        bool is_pattern = bytes_starts_with(line, "< ") && pattern_count < PATTERN_MAX;
        if (!is_pattern && pattern_count > 0) {
            t->line_number--;
            expect_all(t, patterns, pattern_count);
            t->line_number++;
            pattern_count = 0;
        }
        if (t->has_failed || line.len == 0 || line.base[0] == '#') {
            continue;
        }
        bytes rest = line.len < 2 ? (bytes){"", 0} : (bytes){line.base + 2, line.len - 2};
        if (is_pattern) {
            patterns[pattern_count++] = parse(t, rest, "the pattern is no JSON");
        } else if (bytes_starts_with(line, "> ")) {
            send_line(t, rest);
            send_all(t, BYTES("\n"));
        } else if (bytes_starts_with(line, ">>")) {
            send_piece(t, line.len < 3 ? rest : (bytes){line.base + 3, line.len - 3});
        } else if (bytes_starts_with(line, "= ")) {
            expect_exactly(t, rest);
        } else {
            do_word(t, line);
        }
    }
    for (int i = 0; i < PATTERN_MAX; i++) {
        json_doc_free(&patterns[i]);
    }
}

static bool play_file(talk *t, const char *path, char *room)
{
    FILE *in = fopen(path, "r");
    if (in == NULL) {
        perror(path);
        return false;
    }
    t->file = path;
    t->line_number = 0;
    t->has_failed = false;
    restart(t);
    play(t, in, room);
    fclose(in);
    for (int i = 0; i < PEER_MAX; i++) {
        peer_close(&t->peers[i]);
    }
    if (t->server.pid > 0) {
        server_signal(&t->server, SIGTERM);
        expect_exit(t, 0);
    }
    printf("%s %s\n", t->has_failed ? "failed" : "passed", path);
    return !t->has_failed;
}

static int usage(void)
{
    fprintf(stderr, "usage: talk_play [--log REPLIES] [--dir DIR] SERVER ARG... -- FILE.talk...\n");
    return 2;
}

int main(int argc, char **argv)
{
    static talk t;
    static char room[LINE_LEN_MAX];
    char *given_dir = NULL;
    int at = 1;
    for (; at + 1 < argc && strncmp(argv[at], "--", 2) == 0; at += 2) {
        if (strcmp(argv[at], "--log") == 0) {
            t.log = fopen(argv[at + 1], "a");
        } else if (strcmp(argv[at], "--dir") == 0) {
            given_dir = argv[at + 1];
        } else {
            return usage();
        }
    }
    t.command = argv + at;
    while (at < argc && strcmp(argv[at], "--") != 0) {
        at++;
    }
    if (at + 1 >= argc) {
        return usage();
    }
    argv[at] = NULL;
    strcpy(t.server.dir, P_tmpdir "/lotse-talk.XXXXXX");
    if (given_dir != NULL) {
        snprintf(t.server.dir, sizeof t.server.dir, "%s", given_dir);
    } else if (mkdtemp(t.server.dir) == NULL) {
        perror(t.server.dir);
        return 1;
    }
    int passed = 0;
    int failed = 0;
    for (int i = 0; i < PEER_MAX; i++) {
        t.peers[i].fd = -1;
    }
    for (at++; at < argc; at++) {
        bool has_passed = play_file(&t, argv[at], room);
        passed += has_passed ? 1 : 0;
        failed += has_passed ? 0 : 1;
    }
    if (t.log != NULL) {
        fclose(t.log);
    }
    if (given_dir == NULL) {
        char log_path[96];
        snprintf(log_path, sizeof log_path, "%s/server.log", t.server.dir);
        unlink(log_path);
        rmdir(t.server.dir);
    }
    for (uint32_t i = 0; i < t.method_count; i++) {
        free(t.methods[i]);
    }
    buf_fini(&t.spoken);
    buf_fini(&t.heard);
    buf_fini(&t.taken);
    map_fini(&t.asked);
    printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
