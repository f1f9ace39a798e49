#ifndef CORE_TAXONOMY_CODES_H
#define CORE_TAXONOMY_CODES_H

#include "taxonomy/taxonomy.h"

/* KldB codes by the exact names that the employment agency gives occupations: what stands in its
 * advertisements. Nothing is guessed here. */
typedef struct codes codes;

typedef enum code_answer { CODE_UNIQUE, CODE_MISSING, CODE_AMBIGUOUS } code_answer;

/* The taxonomy must outlive it. It never changes; any thread may ask. */
bool codes_new(const taxonomy *t, codes **ret, err *e);
void codes_free(codes **c);
/* *ret_id is set for CODE_UNIQUE only: "kldb:54101", the taxonomy's memory. The agency's short
 * names go before all other labels; "/B. Prof. ..." at the end is the master craftsman's second
 * title. */
code_answer taxonomy_code_of_label(const codes *c, bytes label, bytes *ret_id);

#endif
