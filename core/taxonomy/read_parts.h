#ifndef CORE_TAXONOMY_READ_PARTS_H
#define CORE_TAXONOMY_READ_PARTS_H

#include "taxonomy/read.h"

/* What the formats of sources share. */

enum { READ_COLUMN_MAX = 6 };

typedef struct reading {
    draft *draft;
    char lang[4];                      /* of the labels, from the file's name */
    uint32_t columns[READ_COLUMN_MAX]; /* where the format's columns stand */
    const bytes *cells;
    uint32_t cell_count;
} reading;

typedef struct read_format {
    const char *name;
    const char *columns[READ_COLUMN_MAX]; /* all must be in the header */
    bool needs_lang;
    bool (*on_row)(reading *r, err *e); /* NULL: a table that is not needed */
} read_format;

extern const read_format READ_ESCO[];
extern const uint32_t READ_ESCO_COUNT;
extern const read_format READ_KLDB[];
extern const uint32_t READ_KLDB_COUNT;
extern const read_format READ_KLDB_BARE; /* without a header */

bytes read_cell(const reading *r, uint32_t column); /* empty where the row is short */
/* "kldb:01104" of "1104" and 5 digits. False: no digits, or too many. */
bool read_code(const char *scheme, bytes digits, uint32_t width, char out[16], bytes *ret);

#endif
