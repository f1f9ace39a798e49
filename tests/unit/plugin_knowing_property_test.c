/* Strategy casework with a taxonomy: what follows from past work is no guess that a fact could
 * overturn, and what the fast path answers is what every pair by itself is worth. */

#define STRATEGY_ID "casework"
#define KNOWS
/* Random offers say nothing of the times of the week, so that all of them are to check. */
#define YES_COUNT_MIN 0

#include "unit/match_property_test.c"
