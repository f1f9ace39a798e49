/* Lotse's own records: a JSON object a line, or one array of them. Offers are told from seekers by
 * their `kind`. */
#include <string.h>

#include "base/limits.h"
#include "import/run.h"

enum { ARRAY_LEN_MAX = 512 * 1024 * 1024 };

typedef struct native {
    buf rest;      /* an unfinished line, or the whole array */
    uint64_t line; /* of the next line, from 1 */
    bool is_array;
    bool is_started;
} native;

static bytes trimmed(bytes line)
{
    while (line.len > 0 && strchr(" \t\r\n", line.base[line.len - 1]) != NULL) {
        line.len--;
    }
    while (line.len > 0 && strchr(" \t\r\n", line.base[0]) != NULL) {
        line.base++;
        line.len--;
    }
    return line;
}

static bytes without_mark(bytes text)
{
    if (text.len >= 3 && memcmp(text.base, "\xef\xbb\xbf", 3) == 0) {
        text.base += 3;
        text.len -= 3;
    }
    return text;
}

static bool native_recognises(bytes head)
{
    bytes text = trimmed(without_mark(head));
    if (text.len > 0 && text.base[0] == '[') {
        text = trimmed((bytes){text.base + 1, text.len - 1});
    }
    /* A record's first line names an id; the answers of other systems start with other keys. */
    const char *end = text.len > 0 ? memchr(text.base, '\n', text.len) : NULL;
    bytes first = {text.base, end != NULL ? (size_t)(end - text.base) : text.len};
    return first.len > 1 && first.base[0] == '{' &&
           memmem(first.base, first.len, "\"id\"", 4) != NULL &&
           memmem(first.base, first.len, "\"termine\"", 9) == NULL;
}

static bool native_begin(import_run *r, err *e)
{
    native *n = mem_new(sizeof *n);
    if (n == NULL) {
        return fail(e, ERR_MEMORY, "could not start the import: no memory");
    }
    n->line = 1;
    r->state = n;
    return true;
}

static bool take_line(import_run *r, native *n, bytes line, err *e)
{
    uint64_t number = n->line++;
    bytes text = trimmed(number == 1 ? without_mark(line) : line);
    return text.len == 0 || run_take_text(r, text, number, e);
}

/* Whole lines are taken from the piece itself; only what is unfinished is kept. */
static bool take_lines(import_run *r, native *n, bytes piece, err *e)
{
    const char *at = piece.base;
    const char *end = piece.base + piece.len;
    for (const char *lf; (lf = memchr(at, '\n', (size_t)(end - at))) != NULL; at = lf + 1) {
        bytes line = {at, (size_t)(lf - at)};
        if (n->rest.len > 0) {
            buf_put(&n->rest, line.base, line.len);
            line = buf_bytes(&n->rest);
        }
        bool is_taken = take_line(r, n, line, e);
        buf_clear(&n->rest);
        if (!is_taken) {
            return false;
        }
    }
    if (n->rest.len + (size_t)(end - at) > 2 * RECORD_LEN_MAX) {
        /* Longer than any record: keep enough to refuse it, not all of it. */
        return true;
    }
    buf_put(&n->rest, at, (size_t)(end - at));
    return !n->rest.failed || fail(e, ERR_MEMORY, "could not read the file: no memory");
}

static bool native_feed(import_run *r, bytes piece, err *e)
{
    native *n = r->state;
    if (!n->is_started) {
        bytes text = trimmed(without_mark(piece));
        if (text.len == 0) {
            return true;
        }
        n->is_started = true;
        n->is_array = text.base[0] == '[';
    }
    if (!n->is_array) {
        return take_lines(r, n, piece, e);
    }
    buf_put(&n->rest, piece.base, piece.len);
    if (n->rest.len > ARRAY_LEN_MAX) {
        fail(e, ERR_TOO_LARGE, "the array has more than %d bytes", ARRAY_LEN_MAX);
        return err_hint(e, "Write one record a line instead of one array.");
    }
    return !n->rest.failed || fail(e, ERR_MEMORY, "could not read the file: no memory");
}

static bool take_array(import_run *r, native *n, err *e)
{
    json_doc *doc = NULL;
    if (!json_parse(without_mark(buf_bytes(&n->rest)), JSON_DEPTH_MAX, &doc, e)) {
        return false;
    }
    bool is_taken = json_refuse_lossy(doc, "", e);
    uint64_t number = 1;
    for (const json_node *record = json_child(json_root(doc)); is_taken && record != NULL;
         record = json_next(record)) {
        is_taken = run_take_node(r, record, number++, e);
    }
    json_doc_free(&doc);
    return is_taken;
}

static bool native_finish(import_run *r, err *e)
{
    native *n = r->state;
    if (n->is_array) {
        return take_array(r, n, e);
    }
    return n->rest.len == 0 || take_line(r, n, buf_bytes(&n->rest), e);
}

static void native_end(import_run *r)
{
    native *n = r->state;
    if (n != NULL) {
        buf_fini(&n->rest);
        mem_free(n);
        r->state = NULL;
    }
}

const import_reader IMPORT_NATIVE = {
    "native",          "Lotse records, a JSON object a line or one array",
    native_recognises, native_begin,
    native_feed,       native_finish,
    native_end,
};
