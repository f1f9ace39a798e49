#ifndef CORE_TAXONOMY_COMPOUND_H
#define CORE_TAXONOMY_COMPOUND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* Takes German compounds apart: "strickmaschinenbediener" is strick, maschin(en), bediener. What a
 * part is, is learned from a vocabulary: words that stand alone, and what is left of words when a
 * known one is taken off their front or end. Parts are weighed by how many words they build. */
typedef struct compounds compounds;

enum { COMPOUND_PART_MAX = 4 };

typedef struct compound_part {
    uint8_t begin;
    uint8_t end; /* without the joining letters behind it */
} compound_part;

/* Words are stems (title_stem), each once. [any] NULL: no memory. */
compounds *compounds_new(const bytes *words, uint32_t count);
void compounds_free(compounds **c);
/* At least one part: the whole word where it is not taken apart. [any] */
uint32_t compounds_split(const compounds *c, bytes word, compound_part parts[COMPOUND_PART_MAX]);

#endif
