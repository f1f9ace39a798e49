#ifndef PLUGINS_ALLOCATE_BEST_H
#define PLUGINS_ALLOCATE_BEST_H

#include "market.h"

/* The greatest sum of scores, or with most_first the greatest among the plans that place the most
 * people. Takes every market: plain ones to the optimum whatever their size; with lower bounds or
 * several seats a person by search, proven where the search came to its end. gap_ppm: with a plain
 * market, stop this near to the bound; never with most_first. ret->bound is of the sum of scores,
 * or LOTSE_NO_BOUND with most_first. ret->price may be NULL. */
lotse_status best_run(const market *k, bool most_first, uint32_t gap_ppm, plan *ret);

#endif
