#ifndef CORE_MATCH_TOTALS_SWEEP_H
#define CORE_MATCH_TOTALS_SWEEP_H

#include "match/match_run.h"
#include "match/totals_kernel.h"

/* The full pass of totals over one segment for one anchor: whose gates exclude each row, from the
 * packed words in blocks of 64 rows, from the distance around the anchor's place and from the lists
 * of required concepts. Equal to judging every row by every gate. */

typedef struct sweep_counts {
    uint64_t rows, proposed, check, excluded;
    uint64_t by_counter[TOTALS_COUNTER_MAX];
} sweep_counts;

typedef struct sweep {
    match_run_state *run;
    const run_segment *segment;
    const words_query *query; /* asked of this segment for the anchor */
    const run_anchor *anchor;
    uint32_t counter_count;
    const uint64_t *gates; /* by counter: its gates */
    sweep_counts *counts;  /* added to */
} sweep;

/* No gate must be judged for every row, and nothing but kinds bounds the rows. */
bool sweep_count(const sweep *s, err *e);

#endif
