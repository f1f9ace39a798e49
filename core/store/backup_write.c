/* Writing a backup: line by line, so that its size does not matter. */

#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "json/json.h"

enum { PATH_LEN_MAX = 4096 };

/* A file written aside, with a checksum over all its lines. */
typedef struct out_file {
    char path[PATH_LEN_MAX];
    FILE *file;
    uint64_t sum;
} out_file;

typedef struct writing {
    store_reader *reader;
    out_file lines;
    backup_counts counts;
    buf line;
    bool failed;
    err why;
} writing;

static bool fail_file(const char *what, const char *path, err *e)
{
    return fail(e, ERR_FILE, "could not %s \"%s\": %s", what, path, strerror(errno));
}

static bool begin_file(out_file *f, const char *path, err *e)
{
    int len = snprintf(f->path, sizeof f->path, "%s.part", path);
    if (len < 0 || len >= (int)sizeof f->path) {
        return fail(e, ERR_FILE, "the path of the backup is too long");
    }
    (void)unlink(f->path); /* what an earlier run left unfinished, or nothing */
    int fd = open(f->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    f->file = fd < 0 ? NULL : fdopen(fd, "wb");
    if (fd >= 0 && f->file == NULL) {
        close(fd);
    }
    return f->file != NULL || fail_file("write", f->path, e);
}

static bool put_line(out_file *f, buf *line, err *e)
{
    buf_char(line, '\n');
    if (line->failed) {
        return fail(e, ERR_MEMORY, "no memory for the backup");
    }
    f->sum = bytes_checksum(line->base, line->len, f->sum);
    bool is_put = fwrite(line->base, 1, line->len, f->file) == line->len;
    buf_clear(line);
    return is_put || fail_file("write", f->path, e);
}

/* On disk and under its name, or gone. */
static bool end_file(out_file *f, const char *path, bool is_whole, err *e)
{
    if (f->file == NULL) {
        return is_whole;
    }
    bool is_saved = is_whole && fflush(f->file) == 0 && fsync(fileno(f->file)) == 0;
    bool is_closed = fclose(f->file) == 0;
    f->file = NULL;
    if (is_saved && is_closed && rename(f->path, path) == 0) {
        return true;
    }
    if (is_whole) {
        (void)fail_file("save", path, e);
    }
    (void)unlink(f->path); /* the failure that is told came first */
    return false;
}

/* ---------------------------------------------------------------------- records */

static void print_record(const store_record *r, buf *out)
{
    json_writer w = json_writer_to(out);
    json_begin_object(&w);
    json_member_int(&w, "noun", r->noun);
    json_member_text(&w, "id", r->id);
    json_member_int(&w, "version", r->version);
    json_member_int(&w, "change", (int64_t)r->change);
    if (r->unit.base != NULL) {
        json_member_text(&w, "unit", r->unit);
    }
    if (store_is_document(r->noun)) {
        json_member_text(&w, "seeker", r->seeker);
        if (r->offer.base != NULL) {
            json_member_text(&w, "offer", r->offer);
        }
        json_member_int(&w, "kind", r->kind);
    }
    json_put_key(&w, "body");
    json_put_raw(&w, r->body);
    json_end_object(&w);
}

static void print_open(writing *w, const store_record *r)
{
    buf_text(&w->line, "{\"record\":");
    print_record(r, &w->line);
    buf_char(&w->line, '}');
}

/* False: the person has no key, and so is left out. */
static bool print_sealed(writing *w, const store_record *r, bytes person)
{
    store_key key;
    buf plain = {0};
    if (!store_key_of(w->reader, person, &key, &w->why)) {
        w->failed = w->why.code != ERR_NOT_FOUND;
        return false;
    }
    print_record(r, &plain);
    buf_print(&w->line, "{\"person\":\"%s\",\"sealed\":\"", key.name);
    seal_close(key.key, bytes_of(key.name), buf_bytes(&plain), &w->line);
    buf_text(&w->line, "\"}");
    w->line.failed |= plain.failed;
    buf_fini(&plain);
    return true;
}

static bool on_record(void *context, const store_record *r)
{
    writing *w = context;
    bytes person = r->noun == STORE_SEEKER ? r->id : r->seeker;
    if (person.base == NULL) {
        print_open(w, r);
    } else if (!print_sealed(w, r, person)) {
        return !w->failed;
    }
    w->failed = !put_line(&w->lines, &w->line, &w->why);
    w->counts.records++;
    w->counts.people += r->noun == STORE_SEEKER ? 1 : 0;
    w->counts.change = r->change > w->counts.change ? r->change : w->counts.change;
    return !w->failed;
}

static bool on_concept(void *context, uint32_t number, bytes text)
{
    writing *w = context;
    (void)number; /* they come in their order, without gaps */
    json_writer out = json_writer_to(&w->line);
    json_begin_object(&out);
    json_member_text(&out, "concept", text);
    json_end_object(&out);
    w->counts.concepts++;
    w->failed = !put_line(&w->lines, &w->line, &w->why);
    return !w->failed;
}

static bool write_lines(writing *w, err *e)
{
    buf_print(&w->line, "{\"lotse_backup\":1,\"program\":\"%s\",\"made_ms\":%lld}", LOTSE_VERSION,
              (long long)clock_unix_ms());
    if (!put_line(&w->lines, &w->line, e) || !store_changes_since(w->reader, 0, on_record, w, e) ||
        (!w->failed && !store_concepts_since(w->reader, 0, on_concept, w, e))) {
        return false;
    }
    if (w->failed) {
        *e = w->why;
        return false;
    }
    buf_print(&w->line,
              "{\"end\":{\"records\":%llu,\"concepts\":%llu,\"change\":%llu,\"sum\":\"%016llx\"}}",
              (unsigned long long)w->counts.records, (unsigned long long)w->counts.concepts,
              (unsigned long long)w->counts.change, (unsigned long long)w->lines.sum);
    return put_line(&w->lines, &w->line, e);
}

/* ---------------------------------------------------------------------- keys */

static bool on_key(void *context, bytes person, const store_key *key)
{
    writing *w = context;
    char text[SEAL_KEY_TEXT_LEN + 1];
    (void)person; /* the name of the key tells nothing of the person */
    seal_key_print(key->key, text);
    buf_print(&w->line, "%s %s", key->name, text);
    w->failed = !put_line(&w->lines, &w->line, &w->why);
    return !w->failed;
}

static bool write_keys(store_reader *r, const char *path, err *e)
{
    writing w = {.reader = r};
    bool is_done = begin_file(&w.lines, path, e) && store_keys(r, on_key, &w, e);
    if (is_done && w.failed) {
        *e = w.why;
        is_done = false;
    }
    is_done = end_file(&w.lines, path, is_done, e);
    buf_fini(&w.line);
    return is_done;
}

bool backup_write(store_reader *r, const char *path, const char *keys_path, backup_counts *ret,
                  err *e)
{
    writing w = {.reader = r};
    bool is_done = begin_file(&w.lines, path, e) && write_lines(&w, e);
    is_done = end_file(&w.lines, path, is_done, e);
    buf_fini(&w.line);
    if (!is_done || !write_keys(r, keys_path, e)) {
        return false;
    }
    *ret = w.counts;
    return true;
}
