#ifndef CORE_MATCH_LATE_H
#define CORE_MATCH_LATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "lotse_plugin.h"

/* What a criterion that runs in another process offers beside the contract: questions are gathered
 * and asked together, because waking the other side costs as much as scoring a thousand rows.
 *
 * begin; then for each anchor: select, then score and explain for any tables of the other side; at
 * last ring. What score and explain are given to write to is written by ring, and read after it.
 * Tables may be gone by then, the arrays named rows, scores, verdicts and answers may not. */
#define LATE_CRITERION_1 "lotse.host.late/1"

/* The reasons of one row: looked at already, so that indexes and counts hold. */
typedef struct late_reasons {
    const lotse_reason *reasons; /* row_index is 0 */
    uint32_t count;
    const uint32_t *values;
    uint32_t values_count;
} late_reasons;

typedef struct late_criterion {
    /* Answers live in `a`. [worker] */
    void (*begin)(void *self, arena *a);
    void (*select)(void *self, const lotse_table *anchor, int32_t as_of_day);
    void (*score)(void *self, const lotse_table *table, const uint32_t *rows, uint32_t row_count,
                  const double *km, uint8_t *verdicts, int32_t *scores);
    /* One row. */
    void (*explain)(void *self, const lotse_table *table, uint32_t row, double km,
                    late_reasons *ret);
    /* False: nobody answered, or not as the contract wants it, and nothing is to be relied on. */
    bool (*ring)(void *self, err *e);
    /* What was answered turned out to be wrong: it counts as the plugin's fault. */
    void (*blame)(void *self, const err *why);
} late_criterion;

#endif
