#include "assign/rows.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/utf8.h"

enum { BUFFER_LEN = 1024 * 1024, SHOWN_MAX = 60 };

bool rows_refuse(const rows *r, err *e, err_code code, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args); /* cut off: only a message */
    va_end(args);
    return fail(e, code, "%.60s:%" PRIu64 ": %s", r->name, r->line, text);
}

static bool refuse_file(const rows *r, err *e)
{
    return fail(e, ERR_FILE, "could not read \"%.200s\": %s", r->name, strerror(errno));
}

/* More bytes behind those that are not used up. */
static bool fill_buffer(rows *r, err *e)
{
    memmove(r->buffer, r->buffer + r->begin, r->end - r->begin);
    r->end -= r->begin;
    r->begin = 0;
    while (!r->is_at_end && r->end < BUFFER_LEN) {
        ssize_t len = read(r->fd, r->buffer + r->end, BUFFER_LEN - r->end);
        if (len < 0 && errno != EINTR) {
            return refuse_file(r, e);
        }
        r->is_at_end = len == 0;
        r->end += len > 0 ? (size_t)len : 0;
    }
    return true;
}

/* The next line without its end. False without a failure: there is none. */
static bool next_line(rows *r, char **ret, size_t *ret_len, err *e)
{
    char *line = r->buffer + r->begin;
    char *newline = memchr(line, '\n', r->end - r->begin);
    if (newline == NULL && !r->is_at_end) {
        if (!fill_buffer(r, e)) {
            return false;
        }
        line = r->buffer;
        newline = memchr(line, '\n', r->end);
    }
    size_t len = newline != NULL ? (size_t)(newline - line) : r->end - r->begin;
    if (newline == NULL && len == 0) {
        return false;
    }
    r->line++;
    if (len > ROW_LEN_MAX) {
        return rows_refuse(r, e, ERR_TOO_LARGE, "the line is longer than %d bytes", ROW_LEN_MAX);
    }
    r->begin += len + (newline != NULL ? 1 : 0);
    *ret_len = len > 0 && line[len - 1] == '\r' ? len - 1 : len;
    *ret = line;
    return true;
}

/* A field in quotes, from behind the opening one; doubled quotes are made single in place. */
static bool split_quoted(const rows *r, char **at, const char *end, bytes *ret, err *e)
{
    char *from = *at;
    char *to = *at;
    char *read = *at;
    for (; read < end; read++) {
        if (*read == '"') {
            if (read + 1 == end || read[1] != '"') {
                break;
            }
            read++;
        }
        *to++ = *read;
    }
    if (read == end) {
        return rows_refuse(r, e, ERR_FIELD_FORMAT, "a quote is not closed on its line");
    }
    if (read + 1 < end && read[1] != ',') {
        return rows_refuse(r, e, ERR_FIELD_FORMAT, "text stands behind a closing quote");
    }
    *ret = (bytes){from, (size_t)(to - from)};
    *at = read + 1;
    return true;
}

static bool split_line(const rows *r, char *line, size_t len, bytes *fields, uint32_t *ret_count,
                       err *e)
{
    const char *end = line + len;
    char *at = line;
    uint32_t count = 0;
    for (;;) {
        if (count == ROW_COLUMN_MAX) {
            return rows_refuse(r, e, ERR_FIELD_FORMAT, "the row has more than %d fields",
                               ROW_COLUMN_MAX);
        }
        if (at < end && *at == '"') {
            at++;
            if (!split_quoted(r, &at, end, &fields[count++], e)) {
                return false;
            }
        } else {
            char *from = at;
            while (at < end && *at != ',') {
                at++;
            }
            fields[count++] = (bytes){from, (size_t)(at - from)};
        }
        if (at >= end) {
            *ret_count = count;
            return true;
        }
        at++; /* the comma; a field follows, if only an empty one */
    }
}

static int shown_len(bytes what)
{
    return what.len > SHOWN_MAX ? SHOWN_MAX : (int)what.len;
}

static bool is_printable(bytes what)
{
    for (size_t i = 0; i < what.len; i++) {
        if ((unsigned char)what.base[i] < ' ' || what.base[i] == 0x7f) {
            return false;
        }
    }
    return utf8_is_valid(what, NULL);
}

static bool place_column(rows *r, bytes name, uint32_t at, err *e)
{
    for (uint32_t c = 0; c < r->column_count; c++) {
        if (bytes_equal_text(name, r->columns[c].name)) {
            if (r->place[c] != UINT32_MAX) {
                return rows_refuse(r, e, ERR_FIELD_DUPLICATE, "column \"%s\" stands twice",
                                   r->columns[c].name);
            }
            r->place[c] = at;
            return true;
        }
    }
    char known[160] = "";
    size_t len = 0;
    for (uint32_t c = 0; c < r->column_count && len < sizeof(known); c++) {
        len += (size_t)snprintf(known + len, sizeof(known) - len, "%s%s", c == 0 ? "" : ",",
                                r->columns[c].name);
    }
    if (!is_printable(name)) {
        name = BYTES("(not text)");
    }
    (void)rows_refuse(r, e, ERR_FIELD_UNKNOWN, "there is no column \"%.*s\"", shown_len(name),
                      name.base);
    return err_hint(e, "The header is: %s.", known);
}

static bool read_header(rows *r, err *e)
{
    char *line = NULL;
    size_t len = 0;
    if (!fill_buffer(r, e)) {
        return false;
    }
    if (r->end >= 3 && memcmp(r->buffer, "\xef\xbb\xbf", 3) == 0) {
        r->begin = 3;
    }
    if (!next_line(r, &line, &len, e)) {
        r->line = 1;
        return e->code != ERR_NONE ||
               rows_refuse(r, e, ERR_FIELD_MISSING, "the file is empty, a header was expected");
    }
    if (!split_line(r, line, len, r->fields, &r->file_column_count, e)) {
        return false;
    }
    for (uint32_t at = 0; at < r->file_column_count; at++) {
        if (!place_column(r, r->fields[at], at, e)) {
            return false;
        }
    }
    for (uint32_t c = 0; c < r->column_count; c++) {
        if (r->place[c] == UINT32_MAX && !r->columns[c].is_optional) {
            return rows_refuse(r, e, ERR_FIELD_MISSING, "column \"%s\" is missing",
                               r->columns[c].name);
        }
    }
    return true;
}

bool rows_open(const char *path, const row_column *columns, uint32_t column_count, rows *ret,
               err *e)
{
    check(column_count <= ROW_COLUMN_MAX);
    rows r = {.name = path, .columns = columns, .column_count = column_count};
    memset(r.place, 0xff, sizeof(r.place));
    r.fd = open(path, O_RDONLY | O_CLOEXEC);
    if (r.fd < 0) {
        return refuse_file(&r, e);
    }
    r.buffer = mem_new(BUFFER_LEN);
    err why = {0};
    bool is_open = r.buffer != NULL ? read_header(&r, &why) && why.code == ERR_NONE
                                    : fail(&why, ERR_MEMORY, "no memory to read \"%.200s\"", path);
    if (!is_open) {
        *e = why;
        rows_close(&r);
        return false;
    }
    *ret = r;
    return true;
}

bool rows_next(rows *r, err *e)
{
    char *line = NULL;
    size_t len = 0;
    uint32_t count = 0;
    if (!next_line(r, &line, &len, e) || !split_line(r, line, len, r->fields, &count, e)) {
        return false;
    }
    if (count != r->file_column_count) {
        return rows_refuse(r, e, ERR_FIELD_FORMAT, "the row has %u fields, the header %u", count,
                           r->file_column_count);
    }
    return true;
}

bool rows_has(const rows *r, uint32_t column)
{
    return r->place[column] != UINT32_MAX;
}

bytes rows_field(const rows *r, uint32_t column)
{
    return rows_has(r, column) ? r->fields[r->place[column]] : (bytes){NULL, 0};
}

bool rows_integer(const rows *r, uint32_t column, int64_t min, int64_t max, int64_t *ret, err *e)
{
    bytes text = rows_field(r, column);
    bool is_negative = text.len > 0 && text.base[0] == '-';
    size_t at = is_negative ? 1 : 0;
    bool is_number = at < text.len;
    bool is_small = true;
    int64_t value = 0;
    for (; at < text.len && is_number && is_small; at++) {
        int digit = text.base[at] - '0';
        is_number = digit >= 0 && digit <= 9;
        is_small = !__builtin_mul_overflow(value, (int64_t)10, &value) &&
                   !__builtin_sub_overflow(value, (int64_t)digit, &value);
    }
    if (!is_number) {
        text = is_printable(text) ? text : BYTES("(not text)");
        return rows_refuse(r, e, ERR_FIELD_FORMAT, "%s is \"%.*s\", expected a whole number",
                           r->columns[column].name, shown_len(text), text.base);
    }
    /* Counted downwards, because there is one more number below 0 than above. */
    is_small = is_small && (is_negative || value != INT64_MIN);
    value = is_negative || !is_small ? value : -value;
    if (!is_small || value < min || value > max) {
        return rows_refuse(r, e, ERR_FIELD_RANGE, "%s is %.*s, expected %" PRId64 " to %" PRId64,
                           r->columns[column].name, shown_len(text), text.base, min, max);
    }
    *ret = value;
    return true;
}

bool rows_id(const rows *r, uint32_t column, bytes *ret, err *e)
{
    bytes text = rows_field(r, column);
    if (text.len == 0) {
        return rows_refuse(r, e, ERR_FIELD_MISSING, "%s is empty", r->columns[column].name);
    }
    if (text.len > ROW_ID_LEN_MAX) {
        return rows_refuse(r, e, ERR_FIELD_RANGE, "%s is longer than %d bytes",
                           r->columns[column].name, ROW_ID_LEN_MAX);
    }
    *ret = text;
    return true;
}

bool rows_check_new_id(const rows *r, uint32_t column, err *e)
{
    return is_printable(rows_field(r, column)) ||
           rows_refuse(r, e, ERR_FIELD_FORMAT, "%s is not printable text in UTF-8",
                       r->columns[column].name);
}

void rows_close(rows *r)
{
    if (r->fd >= 0) {
        close(r->fd); /* only read from: nothing can be lost */
        r->fd = -1;
    }
    mem_free(r->buffer);
    r->buffer = NULL;
}
