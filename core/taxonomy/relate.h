#ifndef CORE_TAXONOMY_RELATE_H
#define CORE_TAXONOMY_RELATE_H

#include "taxonomy/taxonomy.h"

/* Which skills follow from which occupations, read from both ends. ESCO states it for its own
 * occupations; a unit of ISCO-08 or a kind of KldB 2010 has what belongs to at least half of the
 * ESCO occupations under it: all of it essential, or all of it together. Never changes. */
typedef struct relate relate;

typedef struct relate_list {
    const uint32_t *concepts; /* of the taxonomy, ascending */
    uint32_t count;
} relate_list;

bool relate_new(const taxonomy *t, relate **ret, err *e);
void relate_free(relate **r);
/* Skills of an occupation; the occupations of a skill. A pair is essential or optional, not both.
 */
relate_list relate_skills(const relate *r, uint32_t occupation, bool is_essential);
relate_list relate_occupations(const relate *r, uint32_t skill, bool is_essential);

/* A skill's neighbours: above, below and beside it under one skill, and those that ESCO ties to it.
 * Each is near to the other. Calls back once or more for each. */
typedef void relate_on_near(void *context, uint32_t skill);
void relate_near(const taxonomy *t, uint32_t skill, relate_on_near *on_near, void *context);

/* The unit groups of ISCO-08 that an occupation belongs to, itself where it is one; ascending. At
 * most `max` are written; how many there are. */
uint32_t relate_units(const taxonomy *t, uint32_t occupation, uint32_t *ret, uint32_t max);

#endif
