/* Tables with a header row. */
#include "import/table.h"

#include <string.h>

void table_begin(table_reader *t, import_run *run, const table_column *columns,
                 uint32_t column_count)
{
    t->run = run;
    t->columns = columns;
    t->column_count = column_count;
    t->is_begun = false;
    t->has_header = false;
}

void table_fini(table_reader *t)
{
    csv_fini(&t->csv);
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

static bool take_header(table_reader *t, const bytes *cells, uint32_t cell_count, err *e)
{
    for (uint32_t i = 0; i < t->column_count; i++) {
        t->at[i] = UINT32_MAX;
    }
    for (uint32_t k = 0; k < cell_count; k++) {
        bytes title = trim(cells[k]);
        bool is_known = false;
        for (uint32_t i = 0; i < t->column_count; i++) {
            if (bytes_equal_text(title, t->columns[i].title)) {
                t->at[i] = k;
                is_known = true;
            }
        }
        if (!is_known && title.len > 0) {
            run_count_key(&t->run->unknown_keys, title);
        }
    }
    t->has_header = true;
    for (uint32_t i = 0; i < t->column_count; i++) {
        if (t->at[i] == UINT32_MAX && t->columns[i].is_needed) {
            fail(e, ERR_IMPORT_DRIFT, "the table has no column \"%s\"", t->columns[i].title);
            return err_hint(
                e, "The source may have changed its shape; nothing of the file was taken.");
        }
        if (t->at[i] == UINT32_MAX) {
            run_count_key(&t->run->missing_keys, bytes_of(t->columns[i].title));
        }
    }
    return true;
}

static bool on_csv_row(void *context, const bytes *cells, uint32_t cell_count, uint64_t line,
                       const err *why, err *e)
{
    table_reader *t = context;
    if (why != NULL) {
        run_refuse(t->run, line, (bytes){NULL, 0}, why);
        return true;
    }
    if (!t->has_header) {
        return take_header(t, cells, cell_count, e);
    }
    return t->on_row(t, cells, cell_count, line, e);
}

bool table_feed(table_reader *t, bytes piece, err *e)
{
    if (!t->is_begun) {
        if (piece.len == 0) {
            return true;
        }
        t->is_begun = true;
        csv_begin(&t->csv, csv_guess_delimiter(piece));
        if (piece.len >= 3 && memcmp(piece.base, "\xef\xbb\xbf", 3) == 0) {
            piece = (bytes){piece.base + 3, piece.len - 3};
        }
    }
    return csv_feed(&t->csv, piece, on_csv_row, t, e);
}

bool table_finish(table_reader *t, err *e)
{
    return !t->is_begun || csv_finish(&t->csv, on_csv_row, t, e);
}

bool table_recognises(bytes head, const table_column *columns, uint32_t column_count)
{
    const char *end = memchr(head.base, '\n', head.len);
    bytes line = {head.base, end != NULL ? (size_t)(end - head.base) : head.len};
    for (uint32_t i = 0; i < column_count; i++) {
        if (columns[i].is_needed &&
            memmem(line.base, line.len, columns[i].title, strlen(columns[i].title)) == NULL) {
            return false;
        }
    }
    return line.len > 0;
}
