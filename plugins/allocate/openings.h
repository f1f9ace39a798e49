#ifndef PLUGINS_ALLOCATE_OPENINGS_H
#define PLUGINS_ALLOCATE_OPENINGS_H

#include "market.h"

/* The greatest sum of score + bonus where an intake is used from its lower bound on or not at all;
 * everybody one seat. Without an end to the search the plan is feasible and the bound holds. */
lotse_status openings_run(const market *k, int64_t bonus, plan *ret);

#endif
