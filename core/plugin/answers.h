#ifndef CORE_PLUGIN_ANSWERS_H
#define CORE_PLUGIN_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "match/late.h"
#include "plugin/manifest.h"

/* Looks at what a caged plugin answered: bytes that somebody hostile may have written, copied out
 * of shared memory before. Each refusal is ERR_PLUGIN_FAULT and says what is wrong. [any] */

/* Of the score call. */
bool answers_check_scores(const manifest *m, const uint8_t *verdicts, const int32_t *scores,
                          uint32_t row_count, err *e);

/* Of the explain call for one row: the block behind a lotse_reasons, whose offsets and capacities
 * the plugin cannot change, because they are these and not what it wrote. */
typedef struct answers_block {
    const void *base; /* wire_reasons_len(capacity, values_capacity) bytes, aligned to 8 */
    uint32_t capacity, values_capacity;
} answers_block;
/* A count of 0 is no failure: *ret_needs_room, the call wants more capacity. What is returned lives
 * in `a`. */
bool answers_take_reasons(const manifest *m, const answers_block *block, arena *a,
                          late_reasons *ret, bool *ret_needs_room, err *e);

/* Of the derive call. */
bool answers_check_derived(const manifest *m, const manifest_field *f, const void *values,
                           const uint8_t *known, uint32_t row_count, err *e);

#endif
