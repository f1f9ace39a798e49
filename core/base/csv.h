#ifndef CORE_BASE_CSV_H
#define CORE_BASE_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/* RFC 4180 tables in any pieces: quoted cells may hold delimiters, quotes and line ends; rows end
 * with LF, CRLF or CR. A quote inside an unquoted cell is an ordinary character.
 *
 * A quote that nobody closes would swallow all rows behind it. So what stands behind the first line
 * of an unfinished row is kept, and where the row turns out to be none (the file ends inside the
 * quotes, it grows too long, it has more cells than the header, something stands right behind its
 * quotes), only that first line is given up and reading starts again behind it. */
enum { CSV_CELL_MAX = 1024, CSV_ROW_LEN_MAX = 1024 * 1024, CSV_RESTART_MAX = 256 };

typedef struct csv {
    char delimiter;
    bool is_in_quotes;
    bool was_quote;          /* a quote inside quotes: the end of the cell, or one of a pair */
    bool is_at_start;        /* of a cell */
    bool has_cells;          /* something of the row came */
    bool is_too_long;        /* the row is skipped to its end */
    bool is_many_lines;      /* a line end came inside quotes: `later` is kept */
    bool is_lost;            /* this is no row: start again behind its first line */
    bool was_return;         /* CR: a following LF belongs to it */
    bool starts_with_return; /* the same for the first byte of `later` */
    uint32_t cell_count;
    uint32_t cell_count_max; /* of a row of many lines; 0: any */
    uint32_t restart_count;
    uint64_t line;     /* of the next byte, from 1 */
    uint64_t row_line; /* where the unfinished row began */
    buf text;          /* the cells of the unfinished row, one behind the other */
    buf later;
    uint32_t ends[CSV_CELL_MAX];
} csv;

/* A whole row; the cells are valid during the call. `why` is set instead of cells for a row that
 * was given up. False stops the reading with *e. */
typedef bool csv_on_row(void *context, const bytes *cells, uint32_t cell_count, uint64_t line,
                        const err *why, err *e);

void csv_begin(csv *c, char delimiter);
bool csv_feed(csv *c, bytes piece, csv_on_row *on_row, void *context, err *e);
/* The last row without a line end. */
bool csv_finish(csv *c, csv_on_row *on_row, void *context, err *e);
void csv_fini(csv *c);
/* The delimiter that stands most often outside quotes in the first line: `,` `;` tab or `|`. */
char csv_guess_delimiter(bytes head);

#endif
