#ifndef CORE_TAXONOMY_FIND_H
#define CORE_TAXONOMY_FIND_H

#include "taxonomy/taxonomy.h"

/* From what people write to concepts of a taxonomy. */

/* Which concepts may be answered; KldB: kinds of occupation (five digits) only. */
enum { FIND_ESCO_OCCUPATION = 1, FIND_ESCO_SKILL = 2, FIND_ISCO = 4, FIND_KLDB = 8, FIND_ALL = 15 };

typedef struct finder finder;
typedef struct finder_scratch finder_scratch;

typedef struct finder_hit {
    uint32_t at;         /* of the concept in the taxonomy */
    uint32_t confidence; /* 0 to 1,000,000: how often such an answer is right */
    bytes label;         /* the one that is nearest */
    const char *source;  /* NULL, or why this one was put first by hand */
} finder_hit;

/* Below this confidence of the first answer the text is not coded: a person must look. */
enum { FINDER_SURE = 700000 };

/* Reads all labels of the kinds, in one language or (NULL) in all. The taxonomy must outlive the
 * finder. Takes a second for everything there is; a finder never changes. */
bool finder_new(const taxonomy *t, uint32_t kinds, const char *lang, finder **ret, err *e);
void finder_free(finder **f);
/* One for each thread. */
bool finder_scratch_new(const finder *f, finder_scratch **ret, err *e);
void finder_scratch_free(finder_scratch **s);
/* The best concepts, best first. [any, one scratch a thread] */
bool finder_ask(const finder *f, finder_scratch *s, bytes text, finder_hit *hits, uint32_t max,
                uint32_t *ret_count, err *e);

#endif
