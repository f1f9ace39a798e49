/* `lotse batch merge`: the parts of a run, put together as if it had been one. Works on files
 * alone: beside each part stands a note of what it rests on, and all must rest on the same. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "cli/batch.h"

enum { PIECE_LEN = 1024 * 1024, NOTE_LEN_MAX = 1024 * 1024 };

typedef struct part {
    const char *path;
    json_doc *note;
    uint32_t shard, shard_count;
} part;

static bool read_note(part *p, err *e)
{
    char path[4096];
    char piece[4096];
    size_t len = 0;
    buf text = {0};
    int path_len = snprintf(path, sizeof path, "%s.run.json", p->path);
    FILE *f = path_len < 0 || (size_t)path_len >= sizeof path ? NULL : fopen(path, "re");
    if (f == NULL) {
        (void)fail(e, ERR_FILE, "could not read \"%.200s\": %s", path, strerror(errno));
        return err_hint(e, "It was written beside the part by `lotse batch run --out`; keep them "
                           "together.");
    }
    while ((len = fread(piece, 1, sizeof piece, f)) > 0 && text.len < NOTE_LEN_MAX) {
        buf_put(&text, piece, len);
    }
    fclose(f);
    bool is_read = json_parse(buf_bytes(&text), JSON_DEPTH_MAX, &p->note, e);
    buf_fini(&text);
    char shard[32] = "";
    const json_node *spec = is_read ? json_member(json_root(p->note), "spec") : NULL;
    bytes named = batch_text(spec, "shard");
    if (spec == NULL || json_type_of(spec) != JSON_OBJECT || named.len >= sizeof shard) {
        return fail(e, ERR_BATCH_SHARD, "\"%.200s\" is not the note of a batch run", path);
    }
    memcpy(shard, named.base, named.len);
    if (sscanf(shard, "%u/%u", &p->shard, &p->shard_count) != 2) {
        return fail(e, ERR_BATCH_SHARD, "\"%.200s\" names no shard", path);
    }
    return true;
}

/* The spec with its shard blanked, and the basis: equal for parts of one run. */
static void print_basis(const part *p, buf *out)
{
    const json_node *spec = json_member(json_root(p->note), "spec");
    bytes basis = batch_text(json_root(p->note), "basis");
    for (const json_node *n = json_child(spec); n != NULL; n = json_next(n)) {
        if (!bytes_equal_text(json_key(n), "shard")) {
            json_print(n, out);
            buf_char(out, ' ');
        }
    }
    buf_put(out, basis.base, basis.len);
}

static int compare_parts(const void *a, const void *b)
{
    const part *x = a;
    const part *y = b;
    return (x->shard > y->shard) - (x->shard < y->shard);
}

static bool check_parts(part *parts, uint32_t count, err *e)
{
    buf first = {0};
    bool is_good = true;
    for (uint32_t i = 0; i < count && is_good; i++) {
        is_good = read_note(&parts[i], e);
    }
    if (!is_good) {
        return false;
    }
    qsort(parts, count, sizeof *parts, compare_parts);
    print_basis(&parts[0], &first);
    for (uint32_t i = 0; i < count && is_good; i++) {
        buf other = {0};
        print_basis(&parts[i], &other);
        if (!bytes_equal(buf_bytes(&first), buf_bytes(&other))) {
            is_good = fail(e, ERR_BATCH_SHARD,
                           "\"%.100s\" rests on other records, another strategy or other plugins "
                           "than \"%.100s\"",
                           parts[i].path, parts[0].path);
        } else if (parts[i].shard_count != count || parts[i].shard != i + 1) {
            is_good =
                fail(e, ERR_BATCH_SHARD, "these are %u files, and \"%.100s\" is part %u of %u",
                     count, parts[i].path, parts[i].shard, parts[i].shard_count);
        }
        buf_fini(&other);
    }
    buf_fini(&first);
    return is_good;
}

/* The header line of CSV comes once. */
static bool copy_part(const part *p, bool skips_line, FILE *out, char *piece, err *e)
{
    FILE *in = fopen(p->path, "re");
    uint64_t total = 0;
    size_t len = 0;
    if (in == NULL) {
        return fail(e, ERR_FILE, "could not read \"%.200s\": %s", p->path, strerror(errno));
    }
    bool is_done = true;
    while (is_done && (len = fread(piece, 1, PIECE_LEN, in)) > 0) {
        const char *from = piece;
        const char *line = skips_line ? memchr(piece, '\n', len) : NULL;
        total += len;
        if (line != NULL) {
            from = line + 1;
            skips_line = false;
        }
        size_t rest = len - (size_t)(from - piece);
        is_done = fwrite(from, 1, rest, out) == rest;
    }
    fclose(in);
    if (!is_done) {
        return fail(e, ERR_FILE, "could not write the whole: %s", strerror(errno));
    }
    if (total != (uint64_t)batch_int(json_root(p->note), "bytes")) {
        return fail(e, ERR_BATCH_SHARD, "\"%.200s\" was changed since it was written", p->path);
    }
    return true;
}

static void put_sum(const part *parts, uint32_t count, const char *key, json_writer *w)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += batch_int(json_root(parts[i].note), key);
    }
    json_member_int(w, key, sum);
}

static bool write_note(const cli *c, const part *parts, uint32_t count, int64_t len, err *e)
{
    buf text = {0};
    json_doc *doc = NULL;
    json_writer w = json_writer_to(&text);
    const json_node *root = json_root(parts[0].note);
    json_begin_object(&w);
    json_put_key(&w, "spec");
    json_begin_object(&w);
    for (const json_node *n = json_child(json_member(root, "spec")); n != NULL; n = json_next(n)) {
        json_put_key_bytes(&w, json_key(n));
        if (bytes_equal_text(json_key(n), "shard")) {
            json_put_cstr(&w, "1/1");
        } else {
            json_put_node(&w, n);
        }
    }
    json_end_object(&w);
    json_member_text(&w, "basis", batch_text(root, "basis"));
    json_member_int(&w, "snapshot", batch_int(root, "snapshot"));
    put_sum(parts, count, "seekers", &w);
    put_sum(parts, count, "matches", &w);
    put_sum(parts, count, "without_match", &w);
    json_member_int(&w, "bytes", len);
    json_end_object(&w);
    bool is_done = json_parse(buf_bytes(&text), JSON_DEPTH_MAX, &doc, e) &&
                   batch_write_note(c->out, json_root(doc), e);
    json_doc_free(&doc);
    buf_fini(&text);
    return is_done;
}

static bool merge_parts(const cli *c, part *parts, uint32_t count, err *e)
{
    if (!check_parts(parts, count, e)) {
        return false;
    }
    bytes format = batch_text(json_member(json_root(parts[0].note), "spec"), "format");
    char *piece = malloc(PIECE_LEN);
    FILE *out = piece == NULL ? NULL : fopen(c->out, "we");
    bool is_done =
        out != NULL || fail(e, ERR_FILE, "could not write \"%.200s\": %s", c->out, strerror(errno));
    for (uint32_t i = 0; i < count && is_done; i++) {
        is_done = copy_part(&parts[i], i > 0 && bytes_equal_text(format, "csv"), out, piece, e);
    }
    int64_t len = is_done ? (int64_t)ftello(out) : 0;
    if (out != NULL && fclose(out) != 0 && is_done) {
        is_done = fail(e, ERR_FILE, "could not write \"%.200s\": %s", c->out, strerror(errno));
    }
    free(piece);
    return is_done && write_note(c, parts, count, len, e);
}

int batch_merge(cli *c)
{
    part parts[CLI_ARG_MAX] = {{0}};
    err e = {0};
    uint32_t count = c->arg_count - 2;
    if (count < 1 || c->out == NULL) {
        return cli_usage(c, "usage: lotse batch merge PART... --out FILE");
    }
    for (uint32_t i = 0; i < count; i++) {
        parts[i].path = c->args[i + 2];
    }
    bool is_done = merge_parts(c, parts, count, &e);
    for (uint32_t i = 0; i < count; i++) {
        json_doc_free(&parts[i].note);
    }
    return is_done ? EXIT_DONE : cli_report(c, &e);
}
