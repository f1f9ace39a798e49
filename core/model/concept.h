#ifndef CORE_MODEL_CONCEPT_H
#define CORE_MODEL_CONCEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/* Concept texts ("esco:...", "isco:5321", "kldb:81302") and their numbers as plugins see them
 * (lotse_plugin.h): ISCO and KldB codes describe themselves, ESCO ids are numbered by an
 * append-only dictionary that the store keeps, so that numbers are the same on every node and after
 * a restart. */
typedef uint32_t concept;

enum { CONCEPT_NONE = 0, CONCEPT_NUMBER_MAX = 0x0fffffff };

bool concept_is_valid(bytes text);                /* any scheme */
bool concept_from_code(bytes text, concept *ret); /* isco: and kldb: only; no dictionary needed */
uint32_t concept_common_prefix(concept a,
                               concept b); /* digits in common; 0 for different schemes */

typedef struct dictionary dictionary;

bool dictionary_new(dictionary **ret, err *e);
void dictionary_free(dictionary **d);
/* All of these may be called on any thread; adding is rare and takes a lock. */
bool dictionary_find(const dictionary *d, bytes text,
                     concept *ret); /* coded schemes always found */
bool dictionary_add(dictionary *d, bytes text, concept *ret, bool *ret_is_new,
                    err *e); /* the next number */
bool dictionary_load(dictionary *d, concept number, bytes text,
                     err *e); /* what the store kept; in order */
bytes dictionary_text(const dictionary *d, concept c,
                      char scratch[16]); /* {NULL,0}: no such number; valid as long as d (or scratch
                                            for coded schemes) */
uint32_t dictionary_count(const dictionary *d);

#endif
