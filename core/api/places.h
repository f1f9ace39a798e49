#ifndef CORE_API_PLACES_H
#define CORE_API_PLACES_H

#include "base/map.h"
#include "engine/engine.h"

/* Where postcodes lie. Kept in the store as settings "postcodes.NN", one for each pair of leading
 * characters: {"44135":[51.51,7.47],...}. Zero-initialised is empty. One thread at a time. */
typedef struct places {
    map by_postcode; /* latitude and longitude in 1e-5 degrees, packed */
} places;

bool places_add(places *p, bytes postcode, double lat, double lon, err *e);
bool places_find(const places *p, bytes postcode, double *ret_lat, double *ret_lon);
uint32_t places_count(const places *p);
void places_fini(places *p);

/* Everything that is stored, added to `p`. [worker] */
bool places_read(places *p, store_reader *r, err *e);
/* The writes that add `p` to what is stored. [worker] */
bool places_write(const places *p, store_reader *r, engine_writes *writes, err *e);

#endif
