#ifndef CORE_IMPORT_CSV_MAP_H
#define CORE_IMPORT_CSV_MAP_H

#include "import/table.h"

/* A mapping file: which column of a table leads where in a record. csv_map_read.c reads the file,
 * csv_map_tree.c holds the places in a record that it names, csv_map_value.c makes values of cells,
 * csv_map.c reads the table. Private to core/import; README.md tells how a mapping file looks. */

enum {
    MAP_STEP_MAX = 8,       /* of a path */
    MAP_INDEX_MAX = 63,     /* of an entry of a list in a path */
    MAP_NODE_MAX = 1024,    /* places in a record */
    MAP_VALUE_MAX = 4096,   /* of one column */
    MAP_SPLIT_LEN_MAX = 4,  /* what stands between the entries of a cell */
    MAP_ENTRY_MAX = 1024,   /* of a list that cells fill, in one record */
    MAP_FORMAT_LEN_MAX = 40 /* of a day format */
};

typedef enum map_form {
    MAP_UNUSED, /* named by nothing yet but as the way to another */
    MAP_OBJECT,
    MAP_LIST, /* of objects or values by index */
    MAP_SET,  /* of values that columns append */
    MAP_VALUE
} map_form;

/* A place in a record, as a tree in the order of its first mention; a list's entries by index. */
typedef struct map_node {
    bytes key;      /* in an object; base NULL: an entry of a list */
    uint32_t index; /* of that entry */
    map_form form;
    struct map_node *parent; /* NULL: the record itself */
    struct map_node *first_child;
    struct map_node *next;
    bytes constant;        /* JSON, or base NULL */
    uint32_t column_count; /* that lead here or below */
    /* Of the row being read: */
    uint64_t row;           /* the number of the row that put something here or below */
    uint32_t written_index; /* where the entry came to stand */
    uint32_t entry_count;   /* of a set */
    buf value;              /* JSON; of a set its entries, each with a line feed behind it */
} map_node;

typedef enum map_type {
    MAP_TEXT,
    MAP_INT,
    MAP_NUMBER,
    MAP_FLAG,
    MAP_DAY,
    MAP_MONTH,
    MAP_CODES /* by the column's own values */
} map_type;

typedef struct map_column {
    const char *title;
    map_node *target;
    map_type type;
    const char *day_format;
    char decimal;      /* between whole and fraction */
    const char *split; /* NULL: a cell is one value */
    map codes;         /* text to position in outputs */
    bytes *outputs;    /* JSON; base NULL: nothing */
} map_column;

typedef struct csv_map {
    arena memory;
    record_side side;
    char delimiter;       /* 0: guessed */
    const char *encoding; /* as iconv calls it; NULL: UTF-8 */
    uint32_t unit_len;    /* bytes of the encoding's smallest unit */
    const char *id_prefix;
    uint32_t id_title; /* position in titles */
    map_node *root;
    uint32_t node_count;
    map_column *columns;
    uint32_t *column_titles; /* position in titles */
    uint32_t column_count;
    table_column *titles; /* every column the file names, also the ignored ones */
    uint32_t title_count;
} csv_map;

/* Reads and checks a mapping file, every path and value against the record's own decoder. Fails
 * with ERR_IMPORT_MAP and a pointer into the mapping file. */
bool csv_map_read(csv_map *m, bytes text, const ext_keys *ext, err *e);
void csv_map_fini(csv_map *m);

/* The place a JSON pointer names. Makes what is missing; `form` is what it shall be. Fails without
 * a path. */
bool csv_map_find(csv_map *m, bytes pointer, map_form form, map_node **ret, err *e);
/* Does the record decoder know this place, and take this value there? */
bool csv_map_probe(const csv_map *m, const ext_keys *ext, const map_node *node, bytes json,
                   bool is_exact, err *e);
/* Marks the place and all above it as filled by this row. */
void csv_map_fill(map_node *node, uint64_t row);
/* Writes the record of a row: what it filled, and constants. */
void csv_map_write(csv_map *m, bytes id, uint64_t row, buf *record);
/* The pointer to the place in the record just written. */
void csv_map_pointer(const map_node *node, buf *out);

/* Puts a cell, which is not empty, where its column leads. False: it does not fit, *why says how.
 */
bool csv_map_put_cell(const map_column *column, bytes cell, uint64_t row, err *why);
/* D and M once or twice in a row, YYYY; each at most once, and those that are needed. */
bool csv_map_is_day_format(const char *format, bool is_month);

#endif
