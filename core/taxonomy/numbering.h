#ifndef CORE_TAXONOMY_NUMBERING_H
#define CORE_TAXONOMY_NUMBERING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* Numbers hashes of short texts in the order they come. Texts are not kept: two texts with one hash
 * of 64 bits would share a number, which costs a rank at worst. Zero-initialised is empty. */
typedef struct numbering {
    uint64_t *keys; /* 0: free */
    uint32_t *numbers;
    uint32_t count;
    uint32_t cap; /* a power of two, or 0 */
} numbering;

#define NUMBERING_NONE UINT32_MAX

/* The number of a key, given on first sight; NUMBERING_NONE: no memory. */
uint32_t numbering_add(numbering *n, uint64_t key);
uint32_t numbering_find(const numbering *n, uint64_t key); /* NUMBERING_NONE: not there */
void numbering_fini(numbering *n);

/* Hashes of all pieces of one text: after one pass each piece takes two multiplications. */
enum { SPAN_TEXT_MAX = 64 };
typedef struct spans {
    uint64_t heads[SPAN_TEXT_MAX + 1];
    uint32_t len;
} spans;

void spans_begin(spans *s, bytes text); /* at most SPAN_TEXT_MAX bytes are read */
uint64_t spans_hash(const spans *s, uint32_t begin, uint32_t end, uint64_t seed);

#endif
