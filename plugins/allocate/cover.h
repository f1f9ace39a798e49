#ifndef PLUGINS_ALLOCATE_COVER_H
#define PLUGINS_ALLOCATE_COVER_H

#include "market.h"

/* How many people can have an edge at once at most, everybody one seat, no lower bounds; whatever
 * the scores. */
lotse_status cover_count(const market *k, uint32_t *ret_count);

#endif
