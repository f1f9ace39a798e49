/* The logs as files: one line an entry, each chained to the line before. */

#include "account/trail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account/trail_line.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "json/json.h"

enum { PATH_LEN_MAX = 512, FILE_LEN_MAX = 1 << 30, SYNC_AFTER_MS = 1000, SUBJECT_MAX = 512 };

static const char *const LOG_NAMES[TRAIL_LOG_COUNT] = {"system", "access"};

/* One log: the file of the day that is written, and where its chain stands. */
typedef struct chain {
    int fd; /* -1: none open yet */
    day today;
    uint64_t number; /* of the last line */
    char mac[DIGEST_TEXT_LEN + 1];
    uint32_t keep_days;
} chain;

struct trail {
    char dir[PATH_LEN_MAX];
    unsigned char key[DIGEST_KEY_LEN];
    pthread_mutex_t lock; /* guards the chains */
    chain chains[TRAIL_LOG_COUNT];
    int64_t synced_ms;
};

static bool fail_file(const char *what, const char *name, err *e)
{
    return fail(e, ERR_TRAIL, "could not %s the log \"%s\": %s", what, name, strerror(errno));
}

static bool path_of(const trail *t, const char *name, char ret[PATH_LEN_MAX], err *e)
{
    int len = snprintf(ret, PATH_LEN_MAX, "%s/%s", t->dir, name);
    return (len > 0 && len < PATH_LEN_MAX) || fail(e, ERR_TRAIL, "the log's path is too long");
}

/* ---------------------------------------------------------------------- days */

typedef struct day_list {
    day *days; /* ascending */
    uint32_t count;
} day_list;

static int compare_days(const void *a, const void *b)
{
    day x = *(const day *)a;
    day y = *(const day *)b;
    return (x > y) - (x < y);
}

/* "access-2026-11-28.log" */
static bool read_day(const char *name, trail_log log, day *ret)
{
    size_t stem = strlen(LOG_NAMES[log]);
    return strlen(name) == stem + 1 + DAY_TEXT_LEN + 4 && memcmp(name, LOG_NAMES[log], stem) == 0 &&
           name[stem] == '-' && strcmp(name + stem + 1 + DAY_TEXT_LEN, ".log") == 0 &&
           day_parse((bytes){name + stem + 1, DAY_TEXT_LEN}, ret);
}

static void day_name(trail_log log, day d, char ret[40])
{
    char text[DAY_TEXT_LEN + 1];
    day_print(d, text);
    snprintf(ret, 40, "%s-%s.log", LOG_NAMES[log], text);
}

static bool list_days(const trail *t, trail_log log, arena *a, day_list *ret, err *e)
{
    DIR *folder = opendir(t->dir);
    uint32_t cap = 0;
    *ret = (day_list){0};
    if (folder == NULL) {
        return fail_file("list", t->dir, e);
    }
    bool is_listed = true;
    for (struct dirent *n = readdir(folder); n != NULL && is_listed; n = readdir(folder)) {
        day d = 0;
        if (!read_day(n->d_name, log, &d)) {
            continue;
        }
        if (ret->count == cap) {
            cap = cap == 0 ? 64 : 2 * cap;
            day *room = arena_make_array(a, cap, day);
            is_listed = room != NULL;
            if (is_listed && ret->count > 0) {
                memcpy(room, ret->days, ret->count * sizeof *room);
            }
            ret->days = room;
        }
        if (is_listed) {
            ret->days[ret->count++] = d;
        }
    }
    closedir(folder);
    if (is_listed && ret->count > 1) {
        qsort(ret->days, ret->count, sizeof *ret->days, compare_days);
    }
    return is_listed || fail(e, ERR_MEMORY, "no memory to list the logs");
}

/* A whole day's file, in the arena. */
static bool read_file(const trail *t, const char *name, arena *a, bytes *ret, err *e)
{
    char path[PATH_LEN_MAX];
    if (!path_of(t, name, path, e)) {
        return false;
    }
    struct stat facts;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is_open = fd >= 0 && fstat(fd, &facts) == 0 && facts.st_size < FILE_LEN_MAX;
    char *base = is_open ? arena_new(a, (size_t)facts.st_size + 1) : NULL;
    size_t len = 0;
    ssize_t got = base == NULL ? -1 : 1;
    while (got > 0 && len < (size_t)facts.st_size) {
        got = read(fd, base + len, (size_t)facts.st_size - len);
        len += got > 0 ? (size_t)got : 0;
    }
    bool is_read = base != NULL && got >= 0;
    if (!is_read) {
        (void)fail_file("read", name, e);
    }
    if (fd >= 0) {
        close(fd);
    }
    *ret = (bytes){base, len};
    return is_read;
}

/* The next line without its end; false: there is no whole one. */
static bool next_line(bytes file, size_t *off, bytes *ret)
{
    const char *from = file.base + *off;
    const char *end = *off < file.len ? memchr(from, '\n', file.len - *off) : NULL;
    if (end == NULL) {
        return false;
    }
    *ret = (bytes){from, (size_t)(end - from)};
    *off += ret->len + 1;
    return true;
}

/* ---------------------------------------------------------------------- opening */

static bool make_key(trail *t, err *e)
{
    char path[PATH_LEN_MAX];
    if (!path_of(t, "key", path, e)) {
        return false;
    }
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        return fail_file("open", "key", e);
    }
    ssize_t len = read(fd, t->key, sizeof t->key);
    bool is_made = len == (ssize_t)sizeof t->key;
    if (len == 0) {
        random_fill(t->key, sizeof t->key);
        is_made = write(fd, t->key, sizeof t->key) == (ssize_t)sizeof t->key && fsync(fd) == 0;
    }
    close(fd);
    return is_made || fail(e, ERR_TRAIL, "the log's key cannot be read");
}

/* Where the chain stands: the last whole line of the newest day. What a power loss left unfinished
 * is cut off, so that the next line stands on a line of its own. */
static bool find_end(trail *t, trail_log log, arena *a, err *e)
{
    chain *c = &t->chains[log];
    day_list list;
    bytes file = {0};
    char name[40];
    memset(c->mac, '0', DIGEST_TEXT_LEN);
    if (!list_days(t, log, a, &list, e)) {
        return false;
    }
    if (list.count == 0) {
        return true;
    }
    day_name(log, list.days[list.count - 1], name);
    if (!read_file(t, name, a, &file, e)) {
        return false;
    }
    size_t off = 0;
    bytes line;
    trail_line last;
    while (next_line(file, &off, &line)) {
        if (trail_line_read(line, &last)) {
            c->number = last.number;
            memcpy(c->mac, last.mac, sizeof c->mac);
        }
    }
    char path[PATH_LEN_MAX];
    if (off < file.len) {
        log_event(LOG_WARN, "trail.cut", "file=%s len=%zu", name, file.len - off);
        return path_of(t, name, path, e) &&
               (truncate(path, (off_t)off) == 0 || fail_file("mend", name, e));
    }
    return true;
}

static void remove_old(trail *t, trail_log log, arena *a)
{
    day_list list;
    err ignored;
    day oldest = day_in_berlin(clock_unix_ms() / 1000) - (day)t->chains[log].keep_days;
    char name[40];
    char path[PATH_LEN_MAX];
    if (!list_days(t, log, a, &list, &ignored)) {
        return;
    }
    for (uint32_t i = 0; i < list.count && list.days[i] < oldest; i++) {
        day_name(log, list.days[i], name);
        if (path_of(t, name, path, &ignored) && unlink(path) == 0) {
            log_event(LOG_INFO, "trail.removed", "file=%s", name);
        }
    }
}

bool trail_open(const trail_config *config, trail **ret, err *e)
{
    arena a = {0};
    trail *t = mem_new(sizeof *t);
    if (t == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the logs");
    }
    int rc = pthread_mutex_init(&t->lock, NULL);
    check(rc == 0);
    int len = snprintf(t->dir, sizeof t->dir, "%s/trail", config->dir);
    bool is_open =
        (len > 0 && len < (int)sizeof t->dir) || fail(e, ERR_TRAIL, "the log's path is too long");
    is_open =
        is_open && (mkdir(t->dir, 0700) == 0 || errno == EEXIST || fail_file("make", "trail", e));
    is_open = is_open && make_key(t, e);
    for (int log = 0; log < TRAIL_LOG_COUNT; log++) {
        t->chains[log].fd = -1;
        t->chains[log].keep_days =
            config->keep_days[log] == 0 ? TRAIL_KEEP_DAYS : config->keep_days[log];
        if (is_open) {
            remove_old(t, (trail_log)log, &a);
            is_open = find_end(t, (trail_log)log, &a, e);
        }
    }
    arena_fini(&a);
    if (!is_open) {
        trail_close(&t);
        return false;
    }
    *ret = t;
    return true;
}

void trail_close(trail **t)
{
    if (*t == NULL) {
        return;
    }
    for (int log = 0; log < TRAIL_LOG_COUNT; log++) {
        if ((*t)->chains[log].fd >= 0) {
            (void)fdatasync((*t)->chains[log].fd); /* nobody is left to be told */
            close((*t)->chains[log].fd);
        }
    }
    pthread_mutex_destroy(&(*t)->lock);
    mem_free(*t);
    *t = NULL;
}

/* ---------------------------------------------------------------------- writing */

/* The file of this day, opened when the first line of the day comes. */
static bool open_day(trail *t, trail_log log, day today, err *e)
{
    chain *c = &t->chains[log];
    char name[40];
    char path[PATH_LEN_MAX];
    if (c->fd >= 0 && c->today == today) {
        return true;
    }
    day_name(log, today, name);
    if (!path_of(t, name, path, e)) {
        return false;
    }
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        return fail_file("open", name, e);
    }
    if (c->fd >= 0) {
        arena a = {0};
        (void)fdatasync(c->fd); /* yesterday's lines; what fails there fails again below */
        close(c->fd);
        remove_old(t, log, &a);
        arena_fini(&a);
    }
    c->fd = fd;
    c->today = today;
    return true;
}

/* All of it or nothing: half a line would break the chain. */
static bool append(chain *c, const buf *line, err *e)
{
    off_t before = lseek(c->fd, 0, SEEK_END);
    ssize_t len = write(c->fd, line->base, line->len);
    if (len == (ssize_t)line->len) {
        return true;
    }
    int why = len < 0 ? errno : ENOSPC;
    if (len > 0 && (before < 0 || ftruncate(c->fd, before) != 0)) {
        log_event(LOG_ERROR, "trail.torn", "len=%zd", len); /* the next start cuts it off */
    }
    return fail(e, ERR_TRAIL, "could not write to the log: %s", strerror(why));
}

void trail_pseudonym(const trail *t, bytes seeker_id, char ret[TRAIL_PSEUDONYM_LEN + 1])
{
    char digest[DIGEST_TEXT_LEN + 1];
    const bytes parts[] = {BYTES("seeker"), seeker_id};
    digest_keyed(t->key, parts, 2, digest);
    snprintf(ret, TRAIL_PSEUDONYM_LEN + 1, "h:%.32s", digest);
}

/* The entry without number and code: what does not depend on the chain is made before the lock. */
static void print_entry(const trail *t, const trail_entry *entry, int64_t now_ms, buf *out)
{
    char pseudonym[TRAIL_PSEUDONYM_LEN + 1];
    json_writer w = json_writer_to(out);
    json_begin_object(&w);
    json_member_int(&w, "at_ms", now_ms);
    json_member_text(&w, "by", entry->by);
    json_member_text(&w, "action", entry->action);
    if (entry->seeker_count > 0) {
        uint32_t shown = entry->seeker_count < SUBJECT_MAX ? entry->seeker_count : SUBJECT_MAX;
        json_put_key(&w, "seekers");
        json_begin_array(&w);
        for (uint32_t i = 0; i < shown; i++) {
            trail_pseudonym(t, entry->seekers[i], pseudonym);
            json_put_cstr(&w, pseudonym);
        }
        json_end_array(&w);
    }
    if (entry->offer.base != NULL) {
        json_member_text(&w, "offer", entry->offer);
    }
    json_member_text(&w, "outcome", entry->outcome);
    json_end_object(&w);
}

bool trail_add(trail *t, const trail_entry *entry, err *e)
{
    buf body = {0};
    buf line = {0};
    int64_t now_ms = clock_unix_ms();
    print_entry(t, entry, now_ms, &body);
    if (body.failed) {
        buf_fini(&body);
        return fail(e, ERR_MEMORY, "no memory for the log");
    }

    pthread_mutex_lock(&t->lock);
    chain *c = &t->chains[entry->log];
    char mac[DIGEST_TEXT_LEN + 1];
    trail_line_print(t->key, c->mac, c->number + 1, buf_bytes(&body), mac, &line);
    bool is_added = !line.failed || fail(e, ERR_MEMORY, "no memory for the log");
    is_added =
        is_added && open_day(t, entry->log, day_in_berlin(now_ms / 1000), e) && append(c, &line, e);
    if (is_added) {
        c->number++;
        memcpy(c->mac, mac, sizeof c->mac);
    }
    bool wants_sync = is_added && now_ms - t->synced_ms >= SYNC_AFTER_MS;
    pthread_mutex_unlock(&t->lock);
    buf_fini(&body);
    buf_fini(&line);
    return is_added && (!wants_sync || trail_sync(t, e));
}

bool trail_sync(trail *t, err *e)
{
    bool is_synced = true;
    pthread_mutex_lock(&t->lock);
    for (int log = 0; log < TRAIL_LOG_COUNT && is_synced; log++) {
        int fd = t->chains[log].fd;
        is_synced = fd < 0 || fdatasync(fd) == 0 || fail_file("save", LOG_NAMES[log], e);
    }
    t->synced_ms = clock_unix_ms();
    pthread_mutex_unlock(&t->lock);
    return is_synced;
}

/* ---------------------------------------------------------------------- reading */

static bool is_asked_for(const trail_query *q, const char *pseudonym, const trail_line *line,
                         bytes text)
{
    char by[160];
    if (line->number <= q->after) {
        return false;
    }
    if (q->seeker.base != NULL &&
        memmem(text.base, text.len, pseudonym, TRAIL_PSEUDONYM_LEN) == NULL) {
        return false;
    }
    if (q->by.base != NULL) {
        int len = snprintf(by, sizeof by, "\"by\":\"%.*s\"",
                           (int)(q->by.len < 140 ? q->by.len : 140), q->by.base);
        return memmem(text.base, text.len, by, (size_t)len) != NULL;
    }
    return true;
}

bool trail_read(trail *t, const trail_query *query, trail_on_line *on_line, void *context, err *e)
{
    arena a = {0};
    day_list list;
    char name[40];
    char pseudonym[TRAIL_PSEUDONYM_LEN + 1] = "";
    bool goes_on = true;
    bool is_read = list_days(t, query->log, &a, &list, e);
    if (query->seeker.base != NULL) {
        trail_pseudonym(t, query->seeker, pseudonym);
    }
    for (uint32_t i = 0; is_read && goes_on && i < list.count; i++) {
        arena file_memory = {0};
        bytes file = {0};
        size_t off = 0;
        bytes text;
        trail_line line;
        if (list.days[i] < query->from || list.days[i] > query->to) {
            continue;
        }
        day_name(query->log, list.days[i], name);
        is_read = read_file(t, name, &file_memory, &file, e);
        while (is_read && goes_on && next_line(file, &off, &text)) {
            if (trail_line_read(text, &line) && is_asked_for(query, pseudonym, &line, text)) {
                goes_on = on_line(context, line.number, text);
            }
        }
        arena_fini(&file_memory);
    }
    arena_fini(&a);
    return is_read;
}

/* One day's file against the chain; false: this line is not as it was written. */
static bool verify_file(const trail *t, bytes file, trail_finding *f, char mac[DIGEST_TEXT_LEN + 1],
                        uint64_t *number, uint32_t *ret_line)
{
    size_t off = 0;
    bytes text;
    trail_line line;
    *ret_line = 0;
    while (next_line(file, &off, &text)) {
        (*ret_line)++;
        /* The oldest day there is begins wherever those before it ended. */
        bool is_first = f->line_count == 0;
        if (!trail_line_read(text, &line) || (!is_first && line.number != *number + 1) ||
            !trail_line_holds(t->key, is_first ? NULL : mac, text, &line)) {
            return false;
        }
        f->line_count++;
        *number = line.number;
        memcpy(mac, line.mac, DIGEST_TEXT_LEN + 1);
    }
    (*ret_line)++;
    return off == file.len;
}

bool trail_verify(trail *t, trail_log log, trail_finding *ret, err *e)
{
    arena a = {0};
    day_list list;
    char name[40];
    char mac[DIGEST_TEXT_LEN + 1] = "";
    uint64_t number = 0;
    trail_finding f = {.is_sound = true};
    bool is_done = trail_sync(t, e) && list_days(t, log, &a, &list, e);
    for (uint32_t i = 0; is_done && f.is_sound && i < list.count; i++) {
        arena file_memory = {0};
        bytes file = {0};
        uint32_t line_number = 0;
        day_name(log, list.days[i], name);
        is_done = read_file(t, name, &file_memory, &file, e);
        f.day_count++;
        f.is_sound = !is_done || verify_file(t, file, &f, mac, &number, &line_number);
        if (!f.is_sound) {
            snprintf(f.where, sizeof f.where, "%s:%u", name, line_number);
        }
        arena_fini(&file_memory);
    }
    memcpy(f.last_mac, mac, sizeof f.last_mac);
    arena_fini(&a);
    if (is_done) {
        *ret = f;
    }
    return is_done;
}
