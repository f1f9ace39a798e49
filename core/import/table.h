#ifndef CORE_IMPORT_TABLE_H
#define CORE_IMPORT_TABLE_H

#include "base/csv.h"
#include "import/run.h"

/* A table with a header row: what the CSV importers share. A reader names the columns it knows;
 * others are counted as unknown keys, missing ones as missing keys. */
enum { TABLE_COLUMN_MAX = 256 };

typedef struct table_column {
    const char *title;
    bool is_needed;     /* without it the file is another one */
    bool is_known_only; /* known, but not taken: contact data, links */
} table_column;

typedef struct table_reader {
    csv csv;
    const table_column *columns;
    uint32_t column_count;
    char delimiter; /* 0: guessed from the header */
    bool is_ragged; /* rows may lack their last cells, as spreadsheets write them */
    import_run *run;
    /* A row; its values are read with table_cell. Counts and refuses through the run. */
    bool (*on_row)(struct table_reader *t, const bytes *cells, uint32_t cell_count, uint64_t line,
                   err *e);
    buf head; /* until the first line is whole */
    bool is_begun;
    bool has_header;
    uint32_t title_count;          /* cells of the header */
    uint32_t at[TABLE_COLUMN_MAX]; /* position of each column in the row; UINT32_MAX: not there */
} table_reader;

void table_begin(table_reader *t, import_run *run, const table_column *columns,
                 uint32_t column_count);
bool table_feed(table_reader *t, bytes piece, err *e);
bool table_finish(table_reader *t, err *e);
void table_fini(table_reader *t);
/* The cell of a column, trimmed; empty, absent, and the text `null` read as {NULL, 0}. */
bytes table_cell(const table_reader *t, const bytes *cells, uint32_t cell_count, uint32_t column);
/* Does the first line have the needed columns? */
bool table_recognises(bytes head, const table_column *columns, uint32_t column_count);
/* A decimal number between -limit and limit, with a dot and without an exponent. */
bool table_number(bytes cell, double limit, double *ret);

#endif
