#include "match/match_table.h"

#include "base/check.h"

/* Where a column of a side lies: a table and its column there. NULL: nowhere. */
static const lotse_column *find_column(const match_program *p, const segment *s,
                                       const lotse_table *derived, uint16_t column,
                                       const lotse_table **ret_table)
{
    const column_set *set = &p->columns[segment_side(s)];
    if (column == UINT16_MAX) {
        return NULL;
    }
    check(column < set->count);
    if (column < set->stored_count) {
        *ret_table = segment_table(s);
        return lotse_column_of(*ret_table, column);
    }
    if (derived == NULL) {
        return NULL;
    }
    *ret_table = derived;
    return lotse_column_of(derived, column - set->stored_count);
}

static uint64_t offset_between(const void *from, const void *to)
{
    return (uint64_t)((uintptr_t)to - (uintptr_t)from);
}

static void begin_view(table_view *v, record_side side, uint32_t row_count, uint32_t column_count)
{
    check(column_count <= CRITERION_COLUMN_MAX);
    v->key = 0;
    v->table = (lotse_table){.size = sizeof *v,
                             .side = side,
                             .row_count = row_count,
                             .column_count = column_count,
                             .columns_offset = offset_between(&v->table, v->columns)};
}

void table_view_rows(table_view *v, const match_program *p, const segment *s,
                     const lotse_table *derived, const uint16_t *columns, uint32_t column_count)
{
    begin_view(v, segment_side(s), segment_row_count(s), column_count);
    for (uint32_t i = 0; i < column_count; i++) {
        const lotse_table *table;
        const lotse_column *from = find_column(p, s, derived, columns[i], &table);
        if (from == NULL || from->type == 0) {
            v->columns[i] = (lotse_column){0};
            continue;
        }
        uint64_t shift = offset_between(&v->table, table);
        v->columns[i] = *from;
        v->columns[i].offset += shift;
        v->columns[i].known_offset += from->known_offset == 0 ? 0 : shift;
        v->columns[i].values_offset += shift;
    }
}

void table_view_row(table_view *v, const match_program *p, const segment *s, uint32_t row,
                    const lotse_table *derived, uint32_t derived_row, const uint16_t *columns,
                    uint32_t column_count)
{
    begin_view(v, segment_side(s), 1, column_count);
    for (uint32_t i = 0; i < column_count; i++) {
        const lotse_table *table;
        const lotse_column *from = find_column(p, s, derived, columns[i], &table);
        if (from == NULL || from->type == 0) {
            v->columns[i] = (lotse_column){0};
            continue;
        }
        uint32_t at = table == derived ? derived_row : row;
        uint64_t shift = offset_between(&v->table, table);
        bool is_known = lotse_is_known(table, from, at) != 0;
        v->known[i] = is_known;
        v->columns[i] =
            (lotse_column){.type = from->type,
                           .stride = from->stride,
                           .offset = from->offset + (uint64_t)at * from->stride + shift,
                           .known_offset = is_known ? 0 : offset_between(&v->table, &v->known[i]),
                           .values_offset = from->values_offset + shift};
    }
}
