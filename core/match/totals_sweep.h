#ifndef CORE_MATCH_TOTALS_SWEEP_H
#define CORE_MATCH_TOTALS_SWEEP_H

#include "match/match_run.h"

/* The full pass of totals over one segment for one anchor, a block of rows at a time: which
 * criteria exclude each row, from the packed words, the distance and the lists of required
 * concepts. Rows that nothing excludes are few; they are handed back to be judged one by one. Equal
 * to judging every row by every gate. */

enum { SWEEP_ROW_COUNT = 64, SWEEP_COUNTER_MAX = 64 };

typedef struct sweep {
    const match_run_state *run;
    const run_segment *segment;
    const gate_row *anchor;   /* with the derived columns of the day */
    const words_query *query; /* asked of this segment for this anchor */
    const run_anchor *place;  /* the anchor's place and reach */
    uint32_t counter_count;
    const uint64_t *gates; /* by counter: its gates */
    uint64_t *counts;      /* by counter: rows excluded, added up */
    /* Made by sweep_begin. */
    uint8_t counter_of[GATE_COUNT_MAX];
    uint64_t bits[SWEEP_COUNTER_MAX]
                 [1 + WORDS_REST_MAX]; /* by counter and word: fields of its gates */
    uint64_t always;                   /* counters that exclude every row */
    double near_square,
        far_square; /* of the seeker's reach as chords: surely within, surely beyond */
} sweep;

/* False: this question is not one a sweep can answer (gates to be judged for every row). */
bool sweep_begin(sweep *s);
/* Rows [first, first + SWEEP_ROW_COUNT) of the segment, of which `counted` (a bit a row) count at
 * all. Adds to the counts; returns the rows that nothing excludes, a bit each. */
uint64_t sweep_block(const sweep *s, uint32_t first, uint64_t counted);

#endif
