/* A table reader that takes any pieces and never more memory than a row or two. */
#include "base/csv.h"

#include <string.h>

#include "base/check.h"

/* What a row is told to, so that it travels as one. */
typedef struct listener {
    csv_on_row *on_row;
    void *context;
} listener;

static void begin_row(csv *c)
{
    buf_clear(&c->text);
    c->cell_count = 0;
    c->is_in_quotes = false;
    c->was_quote = false;
    c->is_at_start = true;
    c->has_cells = false;
    c->is_too_long = false;
    c->is_many_lines = false;
    c->is_lost = false;
    c->row_line = c->line;
}

void csv_begin(csv *c, char delimiter)
{
    memset(c, 0, sizeof *c);
    c->delimiter = delimiter;
    c->line = 1;
    begin_row(c);
}

void csv_fini(csv *c)
{
    buf_fini(&c->text);
    buf_fini(&c->later);
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

/* Takes ordinary bytes of a cell; answers how many. */
static size_t put_run(csv *c, const char *base, size_t len)
{
    size_t room = CSV_ROW_LEN_MAX - c->text.len;
    c->is_at_start = false;
    c->has_cells = true;
    if (c->is_too_long || room == 0) {
        c->is_too_long = true;
        c->is_lost = c->is_many_lines;
        return c->is_lost ? 1 : len;
    }
    len = len < room ? len : room;
    buf_put(&c->text, base, len);
    return len;
}

static bool tell_row(csv *c, const listener *to, err *e)
{
    bytes cells[CSV_CELL_MAX];
    uint32_t begin = 0;
    for (uint32_t i = 0; i < c->cell_count; i++) {
        cells[i] = (bytes){c->text.base != NULL ? c->text.base + begin : "", c->ends[i] - begin};
        begin = c->ends[i];
    }
    return to->on_row(to->context, cells, c->cell_count, c->row_line, NULL, e);
}

static bool end_row(csv *c, const listener *to, err *e)
{
    bool goes_on = true;
    if (c->has_cells) {
        end_cell(c);
        bool is_too_wide = c->cell_count_max > 0 && c->cell_count > c->cell_count_max;
        if (c->is_many_lines && (c->is_too_long || is_too_wide)) {
            c->is_lost = true;
            return true;
        }
        if (c->text.failed) {
            return fail(e, ERR_MEMORY, "could not read the table: no memory");
        }
        if (c->is_too_long) {
            err why = {0};
            fail(&why, ERR_TOO_LARGE, "the row has more than %d bytes or %d cells", CSV_ROW_LEN_MAX,
                 CSV_CELL_MAX);
            goes_on = to->on_row(to->context, NULL, 0, c->row_line, &why, e);
        } else {
            goes_on = tell_row(c, to, e);
        }
    }
    buf_clear(&c->later);
    begin_row(c);
    return goes_on;
}

/* One byte outside quotes. */
static bool take_plain(csv *c, char byte, bool was_return, const listener *to, err *e)
{
    if (byte == '\n' && was_return) {
        c->row_line = c->line;
        return true;
    }
    if (byte == '\n' || byte == '\r') {
        return end_row(c, to, e);
    }
    if (byte == c->delimiter) {
        end_cell(c);
    } else if (byte == '"' && c->is_at_start) {
        c->is_in_quotes = true;
        c->is_at_start = false;
        c->has_cells = true;
    } else {
        (void)put_run(c, &byte, 1); /* one byte is always taken */
    }
    return true;
}

static bool take_byte(csv *c, char byte, const listener *to, err *e)
{
    bool was_return = c->was_return;
    c->was_return = byte == '\r';
    c->line += byte == '\r' || (byte == '\n' && !was_return);
    if (c->is_in_quotes && c->was_quote && byte != '"') {
        /* Something right behind the quotes: in a row of many lines this was the first quote of
         * another row. */
        c->is_lost =
            c->is_many_lines && byte != c->delimiter && byte != '\n' && byte != '\r' && byte != ' ';
        c->is_in_quotes = false;
        c->was_quote = false;
    }
    if (!c->is_in_quotes) {
        return take_plain(c, byte, was_return, to, e);
    }
    if (byte == '"' && !c->was_quote) {
        c->was_quote = true;
        return true;
    }
    c->was_quote = false;
    (void)put_run(c, &byte, 1); /* one byte is always taken */
    if ((byte == '\n' || byte == '\r') && !c->is_many_lines && c->restart_count < CSV_RESTART_MAX) {
        c->is_many_lines = true;
        c->is_lost = c->is_too_long;
        c->starts_with_return = byte == '\r';
    }
    return true;
}

/* How many bytes from here on mean nothing but themselves. */
static size_t plain_len(const csv *c, const char *base, size_t len)
{
    if (c->was_quote || (!c->is_in_quotes && c->is_at_start && base[0] == '"')) {
        return 0;
    }
    size_t run = 0;
    while (run < len && base[run] != '\n' && base[run] != '\r' &&
           base[run] != (c->is_in_quotes ? '"' : c->delimiter)) {
        run++;
    }
    return run;
}

/* The next bytes up to one that means something, or that one; *ret_taken says how many. */
static bool take_some(csv *c, const char *base, size_t len, size_t *ret_taken, const listener *to,
                      err *e)
{
    size_t taken = plain_len(c, base, len);
    if (taken > 0) {
        taken = put_run(c, base, taken);
        c->was_return = false;
    }
    *ret_taken = taken > 0 ? taken : 1;
    if (c->is_many_lines) {
        buf_put(&c->later, base, *ret_taken);
    }
    return taken > 0 || take_byte(c, base[0], to, e);
}

/* Gives up the first line of a row that is none. */
static bool drop_first_line(csv *c, const listener *to, err *e)
{
    err why = {0};
    uint64_t line = c->row_line;
    fail(&why, ERR_FIELD_FORMAT, "a quote begins in this line and does not end as it should");
    err_hint(&why, "Write a quote inside quotes twice. Reading went on in the next line.");
    c->restart_count++;
    c->line = line + 1;
    c->was_return = c->starts_with_return;
    begin_row(c);
    return to->on_row(to->context, NULL, 0, line, &why, e);
}

/* Reads again what stood behind the first line. It may hold further rows that are none; their
 * `later` is the end of what is read here, so going back there is enough. */
static bool start_again(csv *c, const listener *to, err *e)
{
    buf held = c->later;
    size_t at = 0;
    c->later = (buf){0};
    bool goes_on = held.failed ? fail(e, ERR_MEMORY, "could not read the table: no memory")
                               : drop_first_line(c, to, e);
    while (goes_on && at < held.len) {
        size_t taken = 0;
        goes_on = take_some(c, held.base + at, held.len - at, &taken, to, e);
        at += taken;
        if (goes_on && c->is_lost) {
            check(c->later.len <= at);
            at -= c->later.len;
            buf_clear(&c->later);
            goes_on = drop_first_line(c, to, e);
        }
    }
    buf_fini(&held);
    return goes_on;
}

bool csv_feed(csv *c, bytes piece, csv_on_row *on_row, void *context, err *e)
{
    listener to = {on_row, context};
    size_t taken = 0;
    for (size_t at = 0; at < piece.len; at += taken) {
        if (!take_some(c, piece.base + at, piece.len - at, &taken, &to, e) ||
            (c->is_lost && !start_again(c, &to, e))) {
            return false;
        }
    }
    return true;
}

static bool refuse_open_quote(csv *c, const listener *to, err *e)
{
    err why = {0};
    fail(&why, ERR_FIELD_FORMAT, "the file ends inside quotes that begin in this line or later");
    return to->on_row(to->context, NULL, 0, c->row_line, &why, e);
}

bool csv_finish(csv *c, csv_on_row *on_row, void *context, err *e)
{
    listener to = {on_row, context};
    for (;;) {
        if (c->is_in_quotes && !c->was_quote) {
            if (!c->is_many_lines) {
                return refuse_open_quote(c, &to, e);
            }
            c->is_lost = true;
        } else if (!end_row(c, &to, e)) {
            return false;
        }
        if (!c->is_lost) {
            return true;
        }
        if (!start_again(c, &to, e)) {
            return false;
        }
    }
}

char csv_guess_delimiter(bytes head)
{
    static const char CANDIDATES[] = {',', ';', '\t', '|'};
    uint32_t counts[sizeof CANDIDATES] = {0};
    bool is_in_quotes = false;
    for (size_t i = 0; i < head.len; i++) {
        if (!is_in_quotes && (head.base[i] == '\n' || head.base[i] == '\r')) {
            break;
        }
        const char *candidate = memchr(CANDIDATES, head.base[i], sizeof CANDIDATES);
        if (head.base[i] == '"') {
            is_in_quotes = !is_in_quotes;
        } else if (candidate != NULL && !is_in_quotes) {
            counts[candidate - CANDIDATES]++;
        }
    }
    uint32_t best = 0;
    for (uint32_t i = 1; i < sizeof CANDIDATES; i++) {
        best = counts[i] > counts[best] ? i : best;
    }
    return CANDIDATES[best];
}
