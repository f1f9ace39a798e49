#ifndef PLUGINS_OCCUPATION_CROSSWALK_H
#define PLUGINS_OCCUPATION_CROSSWALK_H

#include "lotse_plugin.h"

/* Codes of different classifications, compared by the units of ISCO-08 that they belong to. */

enum { ISCO_DIGITS = 4, KLDB_DIGITS = 5, UNIT_MAX = 16, KEPT_COUNT = 512 };

/* The units of one concept, as they were answered last. */
typedef struct kept_units {
    uint32_t concept; /* 0: none yet */
    uint32_t count;
    uint32_t units[UNIT_MAX];
} kept_units;

typedef struct crosswalk {
    const lotse_taxonomy *taxonomy; /* NULL: there is none */
    int32_t weight;                 /* 0: codes of two schemes have nothing in common */
    kept_units kept[KEPT_COUNT];
} crosswalk;

/* Digits in common from the left of two codes of one scheme. */
uint32_t common_digits(uint32_t a, uint32_t b);
/* The most digits that units of the two have in common, 0 to 4. */
uint32_t crosswalk_common(crosswalk *c, uint32_t a, uint32_t b);

#endif
