#ifndef PLUGINS_ALLOCATE_AUCTION_H
#define PLUGINS_ALLOCATE_AUCTION_H

#include "market.h"

/* The greatest sum of score + bonus, everybody one seat, no lower bounds. Stops when no plan can be
 * better by more than gap_ppm of the bound; 0: proven the best. ret->edge, and ret->price unless it
 * is NULL, are filled; the bound holds for every plan. */
lotse_status auction_run(const market *k, int64_t bonus, uint32_t gap_ppm, plan *ret);

#endif
