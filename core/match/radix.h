#ifndef CORE_MATCH_RADIX_H
#define CORE_MATCH_RADIX_H

#include <stdbool.h>
#include <stdint.h>

/* Sorting rows by a key of integers, in passes over its digits: what the indexes of a segment are
 * made with. Stable, so entries that came in the order of their rows keep it among equals. */
typedef struct radix_entry {
    uint64_t key;
    uint32_t second; /* among equal keys */
    uint32_t row;
} radix_entry;

/* By key, then by second. False: no memory for the other half, and nothing was done. [any] */
bool radix_sort(radix_entry *entries, uint32_t count);

/* The numbers whose order is that of the floats; minus zero is zero, NaN does not come. */
uint32_t radix_of_float(float value);
float radix_to_float(uint32_t digits);

#endif
