#ifndef CORE_ASSIGN_PARTS_H
#define CORE_ASSIGN_PARTS_H

#include "assign/assign.h"

/* What the files of assign.h share. */

static inline uint32_t need_of(const instance *x, uint32_t edge)
{
    return x->need == NULL ? 1 : x->need[edge];
}

/* How many pairs would both rather have each other than what they have. A person prefers by rank,
 * or without ranks by score, then the smaller id; an intake likewise, and makes room for somebody
 * by letting go of whom it likes less. Lower bounds are not looked at. ERR_MEMORY. */
bool blocking_count(const instance *x, const uint32_t *edge, uint64_t *ret, err *e);

#endif
