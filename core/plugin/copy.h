#ifndef CORE_PLUGIN_COPY_H
#define CORE_PLUGIN_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plugin/wire.h"

/* Copies of tables for plugins that run elsewhere: rows side by side, so that what a criterion
 * reads of a row is one cache line; nothing but what the table shows, unknown values blank. */

typedef struct copy_plan {
    wire_table table;     /* offsets from the copy's start; `where` is the caller's */
    uint64_t len;         /* of the whole copy */
    uint64_t values_len;  /* of which lists' values, at the end */
    const uint32_t *rows; /* which rows, as 0, 1, 2...; NULL: all */
} copy_plan;

/* How large the copy is and where everything stands. `rows` NULL: all rows of the table, row i as
 * row i. False: a column is of a type that is never given away, or there is no end to it. [any] */
bool copy_plan_make(const lotse_table *t, const uint32_t *rows, uint32_t row_count, copy_plan *ret);
/* Writes plan.len bytes, all of them. [any] */
void copy_table(const copy_plan *plan, const lotse_table *t, void *to);

#endif
