/* Strategy casework over the shipped examples: no fact left out becomes a mismatch. */

#define STRATEGY_ID "casework"

#include "unit/match_examples_test.c"
