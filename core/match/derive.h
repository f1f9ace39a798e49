#ifndef CORE_MATCH_DERIVE_H
#define CORE_MATCH_DERIVE_H

#include "match/match_table.h"

/* The derived fields of a program: one instance of each field plugin's rule per worker. */
typedef struct derive_set derive_set;

/* [worker] */
bool derive_set_new(const match_program *p, derive_set **ret, err *e);
void derive_set_free(derive_set **d);
/* The derived columns of a side for some rows of a segment, as a table whose row i is rows[i] and
 * whose column is program column - stored_count. `rows` NULL: all rows. NULL is returned in *ret
 * when the side has none. In `a`. */
bool derive_rows(derive_set *d, const segment *s, const uint32_t *rows, uint32_t row_count,
                 day as_of, arena *a, const lotse_table **ret, err *e);

#endif
