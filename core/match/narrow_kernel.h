#ifndef CORE_MATCH_NARROW_KERNEL_H
#define CORE_MATCH_NARROW_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "match/segment_file.h"

/* The arithmetic on a chunk of rows, in kernels for several machines, equal to the bit. Arrays have
 * room for 16 entries more than count: vectors write past the last row. */

typedef struct narrow_chunk {
    uint32_t *rows;
    int32_t *points;
    double *km; /* NULL: not known yet */
    const int32_t *scores;
    const uint8_t *verdicts;
} narrow_chunk;

/* Adds weight * score to the points of each row, rounded as a contribution is, and keeps the rows
 * that reach `need`, in their order. Returns their count; UINT32_MAX: a score or a verdict is none
 * that the contract allows, and nothing is to be relied on. */
typedef uint32_t narrow_weigh_call(const narrow_chunk *c, uint32_t count, int32_t weight,
                                   int32_t need);
narrow_weigh_call *narrow_weigh_pick(void);
uint32_t narrow_weigh_plain(const narrow_chunk *c, uint32_t count, int32_t weight, int32_t need);

/* Drops rows whose wanted concepts, folded into 64 bits, leave too little to reach `need`. */
enum { WANTED_COUNT_MAX = 16 };

typedef struct narrow_folds {
    const char *wanted; /* a segment_wanted for each row */
    size_t wanted_stride;
    uint64_t having;
    /* Most points by how many concepts are wanted and how many of them may be there. */
    const int32_t (*most)[WANTED_COUNT_MAX + 1];
    int32_t most_of_many; /* where more are wanted than the table tells */
    int32_t need;
} narrow_folds;

typedef uint32_t narrow_fold_call(const narrow_folds *f, uint32_t *rows, int32_t *points,
                                  uint32_t count);
narrow_fold_call *narrow_fold_pick(void);
uint32_t narrow_fold_plain(const narrow_folds *f, uint32_t *rows, int32_t *points, uint32_t count);

#endif
