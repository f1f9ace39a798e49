#ifndef CORE_ASSIGN_ROWS_H
#define CORE_ASSIGN_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/* A CSV file (RFC 4180, UTF-8, comma, header line) read as a stream, made for many millions of
 * short rows. A row stands on one line. Columns are found by their names in the header, in any
 * order. */

enum { ROW_COLUMN_MAX = 8, ROW_LEN_MAX = 64 * 1024, ROW_ID_LEN_MAX = 200 };

typedef struct row_column {
    const char *name;
    bool is_optional;
} row_column;

typedef struct rows {
    int fd;
    const char *name; /* the file's, for messages; borrowed */
    const row_column *columns;
    uint32_t column_count;
    uint32_t place[ROW_COLUMN_MAX]; /* of a column in the file; UINT32_MAX: not there */
    uint32_t file_column_count;
    uint64_t line; /* of the row in `fields`, 1 is the header */
    char *buffer;
    size_t begin;
    size_t end;
    bool is_at_end;
    bytes fields[ROW_COLUMN_MAX]; /* as in the file; valid until the next row */
} rows;

/* Reads the header. `columns` is borrowed. ERR_FILE, ERR_FIELD_UNKNOWN, ERR_FIELD_MISSING, ... */
bool rows_open(const char *path, const row_column *columns, uint32_t column_count, rows *ret,
               err *e);
/* False without a failure recorded (e->code stays 0): there are no more. */
bool rows_next(rows *r, err *e);
bool rows_has(const rows *r, uint32_t column);
bytes rows_field(const rows *r, uint32_t column); /* a column that is not there: absent */
/* Records a failure "FILE:LINE: ..." and yields false. */
bool rows_refuse(const rows *r, err *e, err_code code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* ERR_FIELD_FORMAT, ERR_FIELD_RANGE, with the line. */
bool rows_integer(const rows *r, uint32_t column, int64_t min, int64_t max, int64_t *ret, err *e);
/* 1 to 200 bytes; what they are is looked at once, when the id is met for the first time. */
bool rows_id(const rows *r, uint32_t column, bytes *ret, err *e);
bool rows_check_new_id(const rows *r, uint32_t column, err *e);
void rows_close(rows *r);

#endif
