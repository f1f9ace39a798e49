/* A table reader that takes any pieces and never more memory than one row. */
#include "import/csv.h"

#include <string.h>

void csv_begin(csv *c, char delimiter)
{
    memset(c, 0, sizeof *c);
    c->delimiter = delimiter;
    c->is_at_start = true;
    c->line = 1;
    c->row_line = 1;
}

void csv_fini(csv *c)
{
    buf_fini(&c->text);
}

static void end_cell(csv *c)
{
    if (c->cell_count == CSV_CELL_MAX) {
        c->is_too_long = true;
    } else {
        c->ends[c->cell_count++] = (uint32_t)c->text.len;
    }
    c->is_at_start = true;
    c->has_cells = true;
}

static void put_char(csv *c, char byte)
{
    c->is_at_start = false;
    c->has_cells = true;
    if (c->text.len >= CSV_ROW_LEN_MAX) {
        c->is_too_long = true;
    } else {
        buf_char(&c->text, byte);
    }
}

static bool end_row(csv *c, csv_on_row *on_row, void *context, err *e)
{
    if (!c->has_cells) {
        c->row_line = c->line;
        return true;
    }
    end_cell(c);
    bool goes_on = true;
    if (c->text.failed) {
        goes_on = fail(e, ERR_MEMORY, "could not read the table: no memory");
    } else if (c->is_too_long) {
        err why = {0};
        fail(&why, ERR_TOO_LARGE, "the row has more than %d bytes or %d cells", CSV_ROW_LEN_MAX,
             CSV_CELL_MAX);
        goes_on = on_row(context, NULL, 0, c->row_line, &why, e);
    } else {
        bytes cells[CSV_CELL_MAX];
        uint32_t begin = 0;
        for (uint32_t i = 0; i < c->cell_count; i++) {
            cells[i] =
                (bytes){c->text.base != NULL ? c->text.base + begin : "", c->ends[i] - begin};
            begin = c->ends[i];
        }
        goes_on = on_row(context, cells, c->cell_count, c->row_line, NULL, e);
    }
    buf_clear(&c->text);
    c->cell_count = 0;
    c->is_too_long = false;
    c->has_cells = false;
    c->is_at_start = true;
    c->row_line = c->line;
    return goes_on;
}

/* One byte outside quotes. */
static bool take_plain(csv *c, char byte, csv_on_row *on_row, void *context, err *e)
{
    bool was_return = c->was_return;
    c->was_return = byte == '\r';
    if (byte == '\n' || byte == '\r') {
        if (byte == '\n' && was_return) {
            c->row_line = c->line;
            return true;
        }
        return end_row(c, on_row, context, e);
    }
    if (byte == c->delimiter) {
        end_cell(c);
    } else if (byte == '"' && c->is_at_start) {
        c->is_in_quotes = true;
        c->is_at_start = false;
        c->has_cells = true;
    } else {
        put_char(c, byte);
    }
    return true;
}

static bool take_byte(csv *c, char byte, csv_on_row *on_row, void *context, err *e)
{
    if (byte == '\n') {
        c->line++;
    }
    if (!c->is_in_quotes) {
        return take_plain(c, byte, on_row, context, e);
    }
    if (c->was_quote) {
        c->was_quote = false;
        if (byte == '"') {
            put_char(c, '"');
            return true;
        }
        c->is_in_quotes = false;
        return take_plain(c, byte, on_row, context, e);
    }
    if (byte == '"') {
        c->was_quote = true;
    } else {
        put_char(c, byte);
    }
    return true;
}

bool csv_feed(csv *c, bytes piece, csv_on_row *on_row, void *context, err *e)
{
    for (size_t i = 0; i < piece.len; i++) {
        if (!take_byte(c, piece.base[i], on_row, context, e)) {
            return false;
        }
    }
    return true;
}

bool csv_finish(csv *c, csv_on_row *on_row, void *context, err *e)
{
    if (c->is_in_quotes && !c->was_quote && c->has_cells) {
        err why = {0};
        fail(&why, ERR_IMPORT_FORMAT,
             "the row that begins in line %llu has a quote that never ends",
             (unsigned long long)c->row_line);
        c->has_cells = false;
        return on_row(context, NULL, 0, c->row_line, &why, e);
    }
    c->is_in_quotes = false;
    return end_row(c, on_row, context, e);
}

char csv_guess_delimiter(bytes head)
{
    static const char CANDIDATES[] = ",;\t|";
    uint32_t counts[4] = {0};
    bool is_in_quotes = false;
    for (size_t i = 0; i < head.len && (is_in_quotes || head.base[i] != '\n'); i++) {
        const char *candidate = head.base[i] != '\0' ? strchr(CANDIDATES, head.base[i]) : NULL;
        if (head.base[i] == '"') {
            is_in_quotes = !is_in_quotes;
        } else if (candidate != NULL && !is_in_quotes) {
            counts[candidate - CANDIDATES]++;
        }
    }
    uint32_t best = 0;
    for (uint32_t i = 1; i < 4; i++) {
        best = counts[i] > counts[best] ? i : best;
    }
    return CANDIDATES[best];
}
