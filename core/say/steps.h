#ifndef CORE_SAY_STEPS_H
#define CORE_SAY_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/day.h"
#include "base/err.h"
#include "match/gate.h"
#include "plugin/manifest.h"

/* What must still be obtained although a pair fits: vouchers, assignments, consents, documents. */

typedef struct step {
    const manifest_step *step; /* id, who, text */
    bool has_by;
    day by; /* the last day, by the offer's field that the step names */
} step;

/* The steps of a pair that are due, each id once, in the order of the manifests. `manifests` are
 * those of program.plugins. Lives in `a`. Fails for want of memory only. [any] */
bool steps_of(const match_program *p, const manifest *const *manifests, const gate_row *seeker,
              const gate_row *offer, arena *a, const step **ret, uint32_t *ret_count, err *e);

#endif
