#ifndef CORE_MATCH_TOTALS_KERNEL_H
#define CORE_MATCH_TOTALS_KERNEL_H

#include "match/words.h"

/* The full pass over packed words: which rows fail by whose gates, a bit a row. Kernels for several
 * machines, equal to the bit. */

enum { TOTALS_COUNTER_MAX = 66, TOTALS_BLOCK_MAX = 64 };

/* One thing that is asked of a word: the counter fails where one of the bits is refused; of a word
 * of shared sets, where none of the bits is there. */
typedef struct totals_test {
    uint32_t counter;
    uint64_t bits;
} totals_test;

typedef struct totals_plane {
    const uint64_t *rows;
    uint64_t level, guards, mask;
    totals_test tests[TOTALS_COUNTER_MAX];
    uint32_t test_count;
    totals_test shared[GATE_COUNT_MAX];
    uint32_t shared_count;
    uint64_t marks; /* bits that say: something of this row is told apart */
} totals_plane;

/* For blocks of 64 rows from `block` on: sets fails[counter][i] bits of rows that fail, and
 * marked[i] bits of rows with marks. */
typedef void totals_fold_call(const totals_plane *p, uint32_t block, uint32_t block_count,
                              uint64_t (*fails)[TOTALS_BLOCK_MAX], uint64_t *marked);
totals_fold_call *totals_fold_pick(void);
totals_fold_call totals_fold_plain;

/* Adds up the bits of fails[0..counter_count) among `alive`, and writes to `possible` the rows of
 * which nothing fails. */
typedef void totals_sum_call(uint64_t (*fails)[TOTALS_BLOCK_MAX], uint32_t counter_count,
                             const uint64_t *alive, uint32_t block_count, uint64_t *counts,
                             uint64_t *possible);
totals_sum_call *totals_sum_pick(void);
totals_sum_call totals_sum_plain;

/* How many bits are set. */
typedef uint64_t totals_bits_call(const uint64_t *bits, uint32_t count);
totals_bits_call *totals_bits_pick(void);

/* Of 64 rows those whose kind is among `kinds` or unknown. */
uint64_t totals_kinds(const uint8_t *row_kinds, uint64_t kinds);

#endif
