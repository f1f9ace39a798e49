#ifndef CORE_MATCH_DERIVE_H
#define CORE_MATCH_DERIVE_H

#include "match/match_table.h"

/* The derived fields of a program: one instance of each field plugin's rule per worker. */
typedef struct derive_set derive_set;

/* [worker] */
bool derive_set_new(const match_program *p, derive_set **ret, err *e);
void derive_set_free(derive_set **d);

enum { DERIVE_BIT_COUNT = 64 };
#define DERIVE_ALL UINT64_MAX

/* The derived columns of a side for some rows of a segment, as a table whose row i is rows[i] and
 * whose column is program column - stored_count. `rows` NULL: all rows. `needed`: a bit per column
 * (its number modulo 64) that somebody will read; the others read as unknown. NULL is returned in
 * *ret when there is nothing to derive. In `a`. [worker] */
bool derive_rows(derive_set *d, const segment *s, const uint32_t *rows, uint32_t row_count,
                 day as_of, uint64_t needed, arena *a, const lotse_table **ret, err *e);
/* The fields, a bit each by its index in the program (modulo 64), whose plugin runs in another
 * process and did not answer since this was asked last: they read as unknown. [worker] */
uint64_t derive_take_missing(derive_set *d, err_code *ret_why);
/* The bit of a program column in `needed`; 0: it is stored, or there is none. [any] */
uint64_t derive_bit(const match_program *p, record_side side, uint16_t column);

#endif
