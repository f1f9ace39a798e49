#ifndef CORE_BASE_MAP_H
#define CORE_BASE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* Texts to numbers. Keys are copied into the map. Zero-initialised is empty. One writer at a time,
 * and no reader beside it. */
typedef struct map_entry map_entry;
typedef struct map {
    map_entry *entries;
    uint32_t count;
    uint32_t cap;
    struct map_keys *keys;
} map;

bool map_get(const map *m, bytes key, uint64_t *ret_value);
bool map_put(map *m, bytes key, uint64_t value); /* false: no memory */
bool map_remove(map *m, bytes key);              /* false: was not there */
bool map_next(const map *m, uint32_t *at, bytes *ret_key,
              uint64_t *ret_value); /* start at 0; any order */
void map_fini(map *m);

#endif
