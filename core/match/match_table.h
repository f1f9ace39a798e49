#ifndef CORE_MATCH_MATCH_TABLE_H
#define CORE_MATCH_MATCH_TABLE_H

#include "match/program.h"
#include "match/segment.h"

/* Tables as plugins see them: the columns that a manifest names, in its order, over the rows of a
 * segment or over one row alone. Nothing is copied but the places of the columns. */

typedef struct table_view {
    lotse_table table; /* its size is that of the view */
    lotse_column columns[CRITERION_COLUMN_MAX];
    uint64_t known[CRITERION_COLUMN_MAX]; /* of a view on one row: a bitmap of one bit per column */
    uint64_t key; /* of a view that stays until its owner forgets it; 0: it goes soon */
} table_view;

/* The key of a table that is a view, 0 of any other. */
static inline uint64_t table_view_key(const lotse_table *t)
{
    return t->size == sizeof(table_view) ? ((const table_view *)(const void *)t)->key : 0;
}
/* A view of all rows stays: until it is forgotten its address tells it from all others. */
static inline void table_view_keep(table_view *v)
{
    v->key = (uint64_t)(uintptr_t)v;
}

/* All rows of a segment; `derived` may be NULL: its columns read as unknown. The view stays where
 * it was made: its offsets count from there. */
void table_view_rows(table_view *v, const match_program *p, const segment *s,
                     const lotse_table *derived, const uint16_t *columns, uint32_t column_count);
/* One row, as row 0 of a table of its own. */
void table_view_row(table_view *v, const match_program *p, const segment *s, uint32_t row,
                    const lotse_table *derived, uint32_t derived_row, const uint16_t *columns,
                    uint32_t column_count);

#endif
