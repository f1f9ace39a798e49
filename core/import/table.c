/* Tables with a header row. */
#include "import/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/utf8.h"

enum { NUMBER_LEN_MAX = 40 };

void table_begin(table_reader *t, import_run *run, const table_column *columns,
                 uint32_t column_count)
{
    check(column_count <= TABLE_COLUMN_MAX);
    memset(t, 0, sizeof *t);
    t->run = run;
    t->columns = columns;
    t->column_count = column_count;
}

void table_fini(table_reader *t)
{
    csv_fini(&t->csv);
    buf_fini(&t->head);
}

static bytes trim(bytes cell)
{
    while (cell.len > 0 && (unsigned char)cell.base[0] <= ' ') {
        cell.base++;
        cell.len--;
    }
    while (cell.len > 0 && (unsigned char)cell.base[cell.len - 1] <= ' ') {
        cell.len--;
    }
    return cell;
}

bytes table_cell(const table_reader *t, const bytes *cells, uint32_t cell_count, uint32_t column)
{
    uint32_t at = t->at[column];
    if (at >= cell_count) {
        return (bytes){NULL, 0};
    }
    bytes cell = trim(cells[at]);
    return cell.len == 0 || bytes_equal_text(cell, "null") ? (bytes){NULL, 0} : cell;
}

bool table_number(bytes cell, double limit, double *ret)
{
    char text[NUMBER_LEN_MAX];
    size_t digit_count = 0;
    if (cell.base == NULL || cell.len >= sizeof text) {
        return false;
    }
    for (size_t i = 0; i < cell.len; i++) {
        bool is_digit = cell.base[i] >= '0' && cell.base[i] <= '9';
        if (!is_digit && cell.base[i] != '.' && !(cell.base[i] == '-' && i == 0)) {
            return false;
        }
        digit_count += is_digit;
        text[i] = cell.base[i];
    }
    text[cell.len] = '\0';
    char *end = NULL;
    double value = strtod(text, &end);
    if (digit_count == 0 || *end != '\0' || !(value >= -limit && value <= limit)) {
        return false;
    }
    *ret = value;
    return true;
}

/* ------------------------------------------------------------------------------------ header */

static bool refuse_drift(const table_reader *t, const char *title, bool is_readable, err *e)
{
    fail(e, ERR_IMPORT_DRIFT, "the table has no column \"%s\"", title);
    err_detail(e, "The first line has %u columns.", t->title_count);
    return err_hint(e, is_readable
                           ? "The source may have changed its shape; nothing of the file was taken."
                           : "The first line is not UTF-8: name the encoding in a mapping file.");
}

static bool take_header(table_reader *t, const bytes *cells, uint32_t cell_count, err *e)
{
    bool is_readable = true;
    t->title_count = cell_count;
    for (uint32_t i = 0; i < t->column_count; i++) {
        t->at[i] = UINT32_MAX;
    }
    for (uint32_t k = 0; k < cell_count; k++) {
        bytes title = trim(cells[k]);
        bool is_known = false;
        is_readable = is_readable && utf8_is_valid(title, NULL);
        for (uint32_t i = 0; i < t->column_count && !is_known; i++) {
            /* A title that stands twice means the first; the second is one too many. */
            if (t->at[i] == UINT32_MAX && bytes_equal_text(title, t->columns[i].title)) {
                t->at[i] = k;
                is_known = true;
            }
        }
        if (!is_known && title.len > 0) {
            run_count_key(&t->run->unknown_keys, title);
        }
    }
    for (uint32_t i = 0; i < t->column_count; i++) {
        if (t->at[i] == UINT32_MAX && t->columns[i].is_needed) {
            return refuse_drift(t, t->columns[i].title, is_readable, e);
        }
        if (t->at[i] == UINT32_MAX && !t->columns[i].is_known_only) {
            run_count_key(&t->run->missing_keys, bytes_of(t->columns[i].title));
        }
    }
    t->has_header = true;
    t->csv.cell_count_max = cell_count;
    return true;
}

/* ------------------------------------------------------------------------------------ rows */

static bool is_sound_row(const table_reader *t, const bytes *cells, uint32_t cell_count, err *why)
{
    uint32_t last = cell_count;
    while (last > t->title_count && trim(cells[last - 1]).len == 0) {
        last--;
    }
    if (last > t->title_count || (cell_count < t->title_count && !t->is_ragged)) {
        fail(why, ERR_FIELD_FORMAT, "the row has %u cells, the header has %u", last,
             t->title_count);
        return err_hint(why, "Is there a delimiter in a cell without quotes?");
    }
    for (uint32_t i = 0; i < t->column_count; i++) {
        size_t off = 0;
        if (!t->columns[i].is_known_only && t->at[i] < cell_count &&
            !utf8_is_valid(cells[t->at[i]], &off)) {
            fail(why, ERR_FIELD_FORMAT, "the column \"%s\" is not UTF-8 from its byte %zu on",
                 t->columns[i].title, off + 1);
            return err_hint(why, "The table was written in another encoding than was expected.");
        }
    }
    return true;
}

static bool is_empty_row(const bytes *cells, uint32_t cell_count)
{
    for (uint32_t i = 0; i < cell_count; i++) {
        if (trim(cells[i]).len > 0) {
            return false;
        }
    }
    return true;
}

static bool on_csv_row(void *context, const bytes *cells, uint32_t cell_count, uint64_t line,
                       const err *why, err *e)
{
    table_reader *t = context;
    err broken = {0};
    if (why == NULL && is_empty_row(cells, cell_count)) {
        return true; /* spreadsheets end with such rows */
    }
    if (!t->has_header && why != NULL) {
        fail(e, ERR_IMPORT_FORMAT, "the table's first line cannot be read: %s", why->text);
        return false;
    }
    if (!t->has_header) {
        return take_header(t, cells, cell_count, e);
    }
    if (why == NULL && !is_sound_row(t, cells, cell_count, &broken)) {
        why = &broken;
    }
    if (why != NULL) {
        run_refuse(t->run, line, (bytes){NULL, 0}, why);
        return true;
    }
    return t->on_row(t, cells, cell_count, line, e);
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* The first line that is not empty, or as much of it as decides. False: its end is still to come.
 */
static bool find_first_line(bytes head, bytes *ret_line)
{
    size_t begin = bytes_starts_with(head, "\xef\xbb\xbf") ? 3 : 0;
    size_t limit = head.len < IMPORT_HEAD_LEN ? head.len : IMPORT_HEAD_LEN;
    while (begin < limit && is_line_end(head.base[begin])) {
        begin++;
    }
    size_t end = begin;
    while (end < limit && !is_line_end(head.base[end])) {
        end++;
    }
    *ret_line = (bytes){head.base + begin, end - begin};
    return end < head.len;
}

static bool begin_reading(table_reader *t, bytes line, err *e)
{
    bytes head = buf_bytes(&t->head);
    if (bytes_starts_with(head, "\xef\xbb\xbf")) {
        head = (bytes){head.base + 3, head.len - 3};
    }
    t->is_begun = true;
    csv_begin(&t->csv, t->delimiter != 0 ? t->delimiter : csv_guess_delimiter(line));
    bool is_fed = csv_feed(&t->csv, head, on_csv_row, t, e);
    buf_fini(&t->head);
    return is_fed;
}

bool table_feed(table_reader *t, bytes piece, err *e)
{
    bytes line;
    if (t->is_begun) {
        return csv_feed(&t->csv, piece, on_csv_row, t, e);
    }
    buf_put(&t->head, piece.base, piece.len);
    if (t->head.failed) {
        return fail(e, ERR_MEMORY, "could not read the table: no memory");
    }
    return !find_first_line(buf_bytes(&t->head), &line) || begin_reading(t, line, e);
}

bool table_finish(table_reader *t, err *e)
{
    bytes line;
    if (!t->is_begun) {
        (void)find_first_line(buf_bytes(&t->head), &line); /* what came is all there is */
        if (!begin_reading(t, line, e)) {
            return false;
        }
    }
    return csv_finish(&t->csv, on_csv_row, t, e);
}

/* ------------------------------------------------------------------------------------ recognition
 */

typedef struct recognition {
    const table_column *columns;
    uint32_t column_count;
    bool has_all;
} recognition;

static bool on_first_row(void *context, const bytes *cells, uint32_t cell_count, uint64_t line,
                         const err *why, err *e)
{
    recognition *seen = context;
    (void)line; /* it is the first */
    (void)e;    /* nothing fails here */
    seen->has_all = why == NULL;
    for (uint32_t i = 0; i < seen->column_count && seen->has_all; i++) {
        bool is_there = !seen->columns[i].is_needed;
        for (uint32_t k = 0; k < cell_count && !is_there; k++) {
            is_there = bytes_equal_text(trim(cells[k]), seen->columns[i].title);
        }
        seen->has_all = is_there;
    }
    return true;
}

bool table_recognises(bytes head, const table_column *columns, uint32_t column_count)
{
    recognition seen = {columns, column_count, false};
    bytes line;
    csv reader;
    err why = {0};
    (void)find_first_line(head, &line); /* a head holds what there is */
    csv_begin(&reader, csv_guess_delimiter(line));
    bool is_read = csv_feed(&reader, line, on_first_row, &seen, &why) &&
                   csv_finish(&reader, on_first_row, &seen, &why);
    csv_fini(&reader);
    return is_read && seen.has_all;
}
