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

/* Computes distances from a place and drops rows that are too far: beyond `reach`, or so far that
 * a criterion which falls with the distance, by `fall` points a kilometre from `max` km down,
 * leaves less than `need`. Rows are told where they are by three doubles and by a flag that says
 * online. */
typedef struct narrow_circle {
    const char *places;
    const char *online; /* one a stride, as places; NULL: none is */
    size_t stride;
    double from[3];
    double reach; /* INFINITY: none */
    double max;
    double km_per_point; /* 0: no criterion falls with the distance */
    int32_t need;
} narrow_circle;

/* Writes the km of the rows kept, -1 where online. Returns their count. */
typedef uint32_t narrow_circle_call(const narrow_circle *c, uint32_t *rows, int32_t *points,
                                    double *km, uint32_t count);

/* The kernels of one kind of machine. */
typedef struct narrow_kernels {
    const char *machine;
    narrow_weigh_call *weigh;
    narrow_fold_call *fold;
    narrow_circle_call *circle;
} narrow_kernels;

/* Those that this machine can run, plain C first, the fastest last; NULL behind it. */
const narrow_kernels *narrow_kernels_at(uint32_t index);
const narrow_kernels *narrow_kernels_pick(void);

#endif
