/* Lotse's own records: a JSON object a line, or one array of them. Offers are told from seekers by
 * their `kind`. Both are read record by record, so that a broken one costs only itself. */
#include <string.h>

#include "base/limits.h"
#include "import/run.h"

enum {
    /* A record longer than this is refused with its length; its end is looked for all the same. */
    KEPT_LEN_MAX = RECORD_LEN_MAX + 4096
};

typedef enum native_form { UNDECIDED, LINES, ARRAY, BEHIND_ARRAY } native_form;

typedef struct native {
    native_form form;
    buf rest;      /* the unfinished record */
    uint64_t len;  /* of the unfinished record, more than `rest` where it is too long */
    uint64_t line; /* of the next byte, from 1 */
    uint64_t record_line;
    bool was_refused; /* what stands behind the array was told once */
    bool has_begun;   /* a byte order mark may come no more */
    /* Inside an array: */
    bool is_in_record;
    uint32_t depth;
    bool is_in_text;
    bool is_escaped;
} native;

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bytes trimmed(bytes text)
{
    while (text.len > 0 && is_space(text.base[text.len - 1])) {
        text.len--;
    }
    while (text.len > 0 && is_space(text.base[0])) {
        text.base++;
        text.len--;
    }
    return text;
}

/* ------------------------------------------------------------------------------------ recognition
 */

static const char MARK[] = "\xef\xbb\xbf";

static bytes without_mark(bytes text)
{
    return bytes_starts_with(text, MARK) ? (bytes){text.base + 3, text.len - 3} : text;
}

/* Does the object that begins here have the key at its top level? The text may be cut off. */
static bool has_key(bytes text, const char *key)
{
    uint32_t depth = 0;
    for (size_t at = 0; at < text.len; at++) {
        char c = text.base[at];
        if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            depth--;
        }
        if (depth == 0) {
            return false; /* the object is over */
        }
        if (c != '"') {
            continue;
        }
        size_t begin = ++at;
        while (at < text.len && text.base[at] != '"') {
            at += text.base[at] == '\\' ? 2 : 1;
        }
        size_t next = at + 1;
        while (next < text.len && is_space(text.base[next])) {
            next++;
        }
        if (depth == 1 && next < text.len && text.base[next] == ':' &&
            bytes_equal_text((bytes){text.base + begin, at - begin}, key)) {
            return true;
        }
    }
    return false;
}

/* The first record names an id; the answers of other systems start with other keys. */
static bool native_recognises(bytes head)
{
    bytes text = trimmed(without_mark(head));
    if (text.len > 0 && text.base[0] == '[') {
        text = trimmed((bytes){text.base + 1, text.len - 1});
        if (text.len > 0 && text.base[0] == ']') {
            return true; /* an empty list of records */
        }
    }
    return text.len > 1 && text.base[0] == '{' && has_key(text, "id");
}

/* ------------------------------------------------------------------------------------ reading */

static bool keep(native *n, const char *base, size_t len, err *e)
{
    if (n->len < KEPT_LEN_MAX) {
        size_t room = KEPT_LEN_MAX - (size_t)n->len;
        buf_put(&n->rest, base, len < room ? len : room);
    }
    n->len += len;
    return !n->rest.failed || fail(e, ERR_MEMORY, "could not read the file: no memory");
}

/* The record is whole: text[0..len), of which the first KEPT_LEN_MAX bytes are there. */
static bool take_record(import_run *r, native *n, bytes text, uint64_t len, err *e)
{
    uint64_t line = n->record_line;
    if (len > KEPT_LEN_MAX) {
        err why = {0};
        fail(&why, ERR_TOO_LARGE, "the record has %llu bytes; at most %d are taken",
             (unsigned long long)len, RECORD_LEN_MAX);
        run_refuse(r, line, (bytes){NULL, 0}, &why);
        return true;
    }
    text = trimmed(text);
    return text.len == 0 || run_take_text(r, text, line, 0, e);
}

static bool take_rest(import_run *r, native *n, err *e)
{
    bool is_taken = take_record(r, n, buf_bytes(&n->rest), n->len, e);
    buf_clear(&n->rest);
    n->len = 0;
    return is_taken;
}

/* Whole lines are taken from the piece itself; only what is unfinished is kept. */
static bool take_lines(import_run *r, native *n, bytes piece, err *e)
{
    const char *at = piece.base;
    const char *end = piece.base + piece.len;
    for (const char *lf; (lf = memchr(at, '\n', (size_t)(end - at))) != NULL; at = lf + 1) {
        size_t len = (size_t)(lf - at);
        n->record_line = n->line;
        bool is_taken = n->len == 0 ? take_record(r, n, (bytes){at, len}, len, e)
                                    : keep(n, at, len, e) && take_rest(r, n, e);
        if (!is_taken) {
            return false;
        }
        n->line++;
    }
    return keep(n, at, (size_t)(end - at), e);
}

/* Does this byte of the array end a record? A comma or the array's own bracket does; brackets
 * inside texts do not count. */
static bool ends_record(native *n, char c)
{
    if (n->is_in_text) {
        n->is_in_text = n->is_escaped || c != '"';
        n->is_escaped = !n->is_escaped && c == '\\';
    } else if (c == '"') {
        n->is_in_text = true;
    } else if (c == '{' || c == '[') {
        n->depth++;
    } else if (n->depth == 0) {
        return c == ',' || c == ']';
    } else if (c == '}' || c == ']') {
        n->depth--;
    }
    return false;
}

static void refuse_behind_array(import_run *r, native *n)
{
    err why = {0};
    if (!n->was_refused) {
        fail(&why, ERR_JSON_PARSE, "there is something behind the end of the list");
        run_refuse(r, n->line, (bytes){NULL, 0}, &why);
    }
    n->was_refused = true;
}

static bool take_array(import_run *r, native *n, bytes piece, err *e)
{
    size_t begin = 0; /* of the unfinished record, in this piece */
    for (size_t i = 0; i < piece.len; i++) {
        char c = piece.base[i];
        if (n->form == BEHIND_ARRAY) {
            if (!is_space(c)) {
                refuse_behind_array(r, n);
            }
        } else if (ends_record(n, c)) {
            bytes text = {piece.base + begin, i - begin};
            bool is_taken = n->len == 0 ? take_record(r, n, text, text.len, e)
                                        : keep(n, text.base, text.len, e) && take_rest(r, n, e);
            if (!is_taken) {
                return false;
            }
            n->is_in_record = false;
            n->form = c == ']' ? BEHIND_ARRAY : ARRAY;
            begin = i + 1;
        } else if (!n->is_in_record && is_space(c)) {
            begin = i + 1;
        } else if (!n->is_in_record) {
            n->is_in_record = true;
            n->record_line = n->line;
            begin = i;
        }
        n->line += c == '\n';
    }
    return n->form != ARRAY || keep(n, piece.base + begin, piece.len - begin, e);
}

/* ------------------------------------------------------------------------------------ the run */

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

/* The first byte that is no space, behind a byte order mark if there is one, decides. Answers how
 * many bytes of the piece are done with; a mark that is none is kept as the record's beginning. */
static size_t decide_form(native *n, bytes piece)
{
    size_t at = 0;
    for (; at < piece.len && n->form == UNDECIDED; at++) {
        char c = piece.base[at];
        if (!n->has_begun && c == MARK[n->rest.len]) {
            buf_char(&n->rest, c);
            n->has_begun = n->rest.len == sizeof MARK - 1;
            n->rest.len = n->has_begun ? 0 : n->rest.len;
            continue;
        }
        n->has_begun = true;
        if (n->rest.len == 0 && is_space(c)) {
            n->line += c == '\n';
            continue;
        }
        n->form = n->rest.len == 0 && c == '[' ? ARRAY : LINES;
        n->len = n->rest.len;
        if (n->form == LINES) {
            return at;
        }
    }
    return at;
}

static bool native_feed(import_run *r, bytes piece, err *e)
{
    native *n = r->state;
    if (n->form == UNDECIDED) {
        size_t done = decide_form(n, piece);
        piece = (bytes){piece.base + done, piece.len - done};
    }
    if (n->rest.failed) {
        return fail(e, ERR_MEMORY, "could not read the file: no memory");
    }
    return n->form == UNDECIDED || piece.len == 0 ? true
           : n->form == LINES                     ? take_lines(r, n, piece, e)
                                                  : take_array(r, n, piece, e);
}

static bool native_finish(import_run *r, err *e)
{
    native *n = r->state;
    if (n->form == ARRAY) {
        err why = {0};
        fail(&why, ERR_JSON_PARSE, "the file ends before its list of records does");
        err_hint(&why, "Was it cut off? The records before this line were taken.");
        run_refuse(r, n->is_in_record ? n->record_line : n->line, (bytes){NULL, 0}, &why);
        return true;
    }
    n->record_line = n->line;
    n->len = n->form == UNDECIDED ? n->rest.len : n->len; /* half a byte order mark */
    return n->len == 0 || take_rest(r, n, e);
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
    "native",          "Lotse records, a JSON object a line or one list",
    native_recognises, native_begin,
    native_feed,       native_finish,
    native_end,
};
