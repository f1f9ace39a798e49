#ifndef PLUGINS_ALLOCATE_SEARCH_H
#define PLUGINS_ALLOCATE_SEARCH_H

#include "market.h"

/* The greatest sum of score + bonus where a person may take several seats, with lower bounds or
 * without. Small markets to the proven optimum; of large ones a feasible plan, and the bound. */
lotse_status search_run(const market *k, int64_t bonus, plan *ret);

#endif
