#include "plugin/copy.h"

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

static uint32_t source_row(const copy_plan *plan, uint32_t index)
{
    return plan->rows == NULL ? index : plan->rows[index];
}

/* The values of all rows' lists; false: more than an index can count. */
static bool count_values(const copy_plan *plan, const lotse_table *t, const lotse_column *c,
                         uint64_t *ret)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < plan->table.row_count; i++) {
        uint32_t row = source_row(plan, i);
        if (lotse_is_known(t, c, row)) {
            lotse_range range = lotse_range_at(t, c, row);
            count += range.end - range.begin;
        }
    }
    *ret = count;
    return count <= UINT32_MAX;
}

static uint64_t align_to(uint64_t offset, uint64_t width)
{
    return (offset + width - 1) / width * width;
}

/* Columns side by side in a row, each at a multiple of its own alignment. Returns the row's width.
 */
static uint32_t place_columns(const lotse_table *t, wire_table *to)
{
    uint64_t at = 0;
    for (uint32_t i = 0; i < t->column_count; i++) {
        uint32_t width = wire_width(lotse_column_of(t, i)->type);
        if (width > 0) {
            at = align_to(at, width >= 8 ? 8 : width);
            to->columns[i].offset = at;
            at += width;
        }
    }
    return (uint32_t)align_to(at, WIRE_ALIGN);
}

bool copy_plan_make(const lotse_table *t, const uint32_t *rows, uint32_t row_count, copy_plan *ret)
{
    copy_plan plan = {.rows = rows};
    wire_table *to = &plan.table;
    check(t->column_count <= WIRE_COLUMN_MAX);
    to->side = t->side;
    to->row_count = rows == NULL ? t->row_count : row_count;
    to->column_count = t->column_count;
    uint32_t stride = place_columns(t, to);
    uint64_t known_len = ((uint64_t)to->row_count + 63) / 64 * sizeof(uint64_t);
    uint64_t at = (uint64_t)to->row_count * stride;
    for (uint32_t i = 0; i < t->column_count; i++) {
        const lotse_column *from = lotse_column_of(t, i);
        lotse_column *c = &to->columns[i];
        c->type = from->type;
        if (from->type == 0) {
            continue;
        }
        if (wire_width(from->type) == 0) {
            return false;
        }
        c->stride = stride;
        c->known_offset = at; /* never 0: a table with a column has rows, or its bitmap is empty */
        at += known_len;
    }
    uint64_t values_at = at;
    for (uint32_t i = 0; i < t->column_count; i++) {
        lotse_column *c = &to->columns[i];
        uint64_t count = 0;
        if (!wire_is_list(c->type)) {
            continue;
        }
        if (!count_values(&plan, t, lotse_column_of(t, i), &count)) {
            return false;
        }
        c->values_offset = at;
        at += wire_align(count * sizeof(uint32_t));
    }
    plan.values_len = at - values_at;
    plan.len = at;
    *ret = plan;
    return true;
}

/* One value; a list's range is made anew, its values go where the last ones ended. */
static void copy_value(const lotse_table *t, const lotse_column *from, const lotse_column *to,
                       uint32_t row, char *cell, char *base, uint32_t *value_count)
{
    if (!wire_is_list(from->type)) {
        memcpy(cell, lotse_value(t, from, row), wire_width(from->type));
        return;
    }
    lotse_range range = lotse_range_at(t, from, row);
    uint32_t count = range.end - range.begin;
    lotse_range made = {*value_count, *value_count + count};
    memcpy(cell, &made, sizeof made);
    if (count > 0) {
        const uint32_t *values = lotse_values(t, from);
        memcpy(base + to->values_offset + (size_t)*value_count * sizeof(uint32_t),
               values + range.begin, (size_t)count * sizeof(uint32_t));
    }
    *value_count = made.end;
}

static void copy_column(const copy_plan *plan, const lotse_table *t, uint32_t column, char *base)
{
    const lotse_column *from = lotse_column_of(t, column);
    const lotse_column *to = &plan->table.columns[column];
    uint64_t *known = (uint64_t *)(void *)(base + to->known_offset);
    uint32_t value_count = 0;
    for (uint32_t i = 0; i < plan->table.row_count; i++) {
        uint32_t row = source_row(plan, i);
        if (lotse_is_known(t, from, row)) {
            known[i >> 6] |= UINT64_C(1) << (i & 63u);
            copy_value(t, from, to, row, base + to->offset + (size_t)i * to->stride, base,
                       &value_count);
        }
    }
}

void copy_table(const copy_plan *plan, const lotse_table *t, void *to)
{
    check(((uintptr_t)to & (WIRE_ALIGN - 1)) == 0);
    memset(to, 0, plan->len);
    for (uint32_t i = 0; i < t->column_count; i++) {
        if (plan->table.columns[i].type != 0) {
            copy_column(plan, t, i, to);
        }
    }
}
