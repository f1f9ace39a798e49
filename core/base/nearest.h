#ifndef CORE_BASE_NEAREST_H
#define CORE_BASE_NEAREST_H

#include "base/bytes.h"

/* "Did you mean ...?": the known name that a mistyped one most likely stood for. Offer every known
 * name, then ask. Names and wanted texts are borrowed. */
typedef struct nearest {
    bytes wanted;
    const char *best; /* NULL: nothing is near enough */
    unsigned best_distance;
} nearest;

nearest nearest_to(bytes wanted);
void nearest_offer(nearest *n, const char *name);
/* NULL when no name is near enough to be worth a suggestion. */
const char *nearest_best(const nearest *n);

#endif
