#ifndef CORE_IMPORT_CSV_H
#define CORE_IMPORT_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/* RFC 4180 tables in any pieces: quoted cells may hold delimiters, quotes and line ends. A quote
 * inside an unquoted cell is an ordinary character. */
enum { CSV_CELL_MAX = 1024, CSV_ROW_LEN_MAX = 1024 * 1024 };

typedef struct csv {
    char delimiter;
    bool is_in_quotes;
    bool was_quote;   /* a quote inside quotes: the end of the cell, or one of a pair */
    bool is_at_start; /* of a cell */
    bool is_too_long; /* the row is refused and skipped to its end */
    bool has_cells;   /* something of a row came */
    bool was_return;  /* CR: a following LF belongs to it */
    buf text;         /* the cells of the unfinished row, one behind the other */
    uint32_t ends[CSV_CELL_MAX];
    uint32_t cell_count;
    uint64_t line;     /* of the next byte, from 1 */
    uint64_t row_line; /* where the unfinished row began */
} csv;

/* A whole row; the cells are valid during the call. `why` is set instead of cells for a row that is
 * too long or has too many cells. False stops the reading with *e. */
typedef bool csv_on_row(void *context, const bytes *cells, uint32_t cell_count, uint64_t line,
                        const err *why, err *e);

void csv_begin(csv *c, char delimiter);
bool csv_feed(csv *c, bytes piece, csv_on_row *on_row, void *context, err *e);
bool csv_finish(csv *c, csv_on_row *on_row, void *context,
                err *e); /* the last row without a line end */
void csv_fini(csv *c);
/* The delimiter that stands most often outside quotes in the first line: `,` `;` tab or `|`. */
char csv_guess_delimiter(bytes head);

#endif
