#ifndef TESTS_PLUGIN_TOY_TABLE_H
#define TESTS_PLUGIN_TOY_TABLE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lotse_plugin.h"

/* Tables of the contract from plain arrays, for tests of plugins. A column's values lie wherever
 * malloc put them: offsets wrap around, as the contract allows. */

enum { TOY_COLUMN_MAX = 16, TOY_ENTRY_MAX = 8 };

typedef struct toy_table {
    lotse_table table;
    lotse_column columns[TOY_COLUMN_MAX];
    uint64_t known[TOY_COLUMN_MAX][16]; /* up to 1,024 rows */
    void *memory[2 * TOY_COLUMN_MAX];
    uint32_t memory_count;
} toy_table;

static inline void toy_init(toy_table *t, uint32_t side, uint32_t row_count)
{
    memset(t, 0, sizeof(*t));
    t->table.size = sizeof(t->table);
    t->table.side = side;
    t->table.row_count = row_count;
    t->table.columns_offset = (uint64_t)((uintptr_t)t->columns - (uintptr_t)&t->table);
}

static inline void *toy_memory(toy_table *t, size_t len)
{
    return t->memory[t->memory_count++] = calloc(1, len);
}

static inline void toy_free(toy_table *t)
{
    while (t->memory_count > 0) {
        free(t->memory[--t->memory_count]);
    }
    free(t);
}

static inline uint64_t toy_offset(const toy_table *t, const void *at)
{
    return (uint64_t)((uintptr_t)at - (uintptr_t)&t->table);
}

static inline lotse_column *toy_add(toy_table *t, uint32_t type, uint32_t width)
{
    uint32_t index = t->table.column_count++;
    lotse_column *c = &t->columns[index];
    char *values = toy_memory(t, (size_t)(t->table.row_count + 1) * width);
    c->type = type;
    c->stride = width;
    c->offset = toy_offset(t, values);
    c->known_offset = toy_offset(t, t->known[index]);
    return c;
}

static inline void toy_know(toy_table *t, const lotse_column *c, uint32_t row)
{
    t->known[c - t->columns][row >> 6] |= UINT64_C(1) << (row & 63u);
}

static inline void toy_put(toy_table *t, const lotse_column *c, uint32_t row, const void *value,
                           size_t width)
{
    memcpy((char *)(uintptr_t)lotse_value(&t->table, c, row), value, width);
    toy_know(t, c, row);
}

static inline void toy_put_int(toy_table *t, const lotse_column *c, uint32_t row, int32_t value)
{
    toy_put(t, c, row, &value, sizeof(value));
}

/* Lists and concept sets: four bytes an entry. Room for TOY_ENTRY_MAX entries a row. */
static inline lotse_column *toy_add_list(toy_table *t, uint32_t type)
{
    lotse_column *c = toy_add(t, type, sizeof(lotse_range));
    uint32_t *values =
        toy_memory(t, (size_t)(t->table.row_count + 1) * TOY_ENTRY_MAX * sizeof(uint32_t));
    c->values_offset = toy_offset(t, values);
    return c;
}

static inline void toy_put_list(toy_table *t, const lotse_column *c, uint32_t row,
                                const void *values, uint32_t count)
{
    lotse_range range = {row * TOY_ENTRY_MAX, row * TOY_ENTRY_MAX + count};
    uint32_t *all = (uint32_t *)(uintptr_t)lotse_values(&t->table, c);
    memcpy(all + range.begin, values, count * sizeof(uint32_t));
    toy_put(t, c, row, &range, sizeof(range));
}

#endif
