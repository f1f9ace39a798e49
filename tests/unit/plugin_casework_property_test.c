/* Strategy casework on random pairs: a fact less is no mismatch, and what the fast path answers is
 * what every pair by itself is worth. */

#define STRATEGY_ID "casework"

#include "unit/match_property_test.c"
