#ifndef PLUGINS_SKILLS_INFERRED_H
#define PLUGINS_SKILLS_INFERRED_H

#include "lotse_plugin.h"

/* Skills that nobody stated: what follows from past occupations and qualifications, and what is
 * near to a stated skill. Each counts for less than a stated one; how much, the strategy says. */

/* How a desired skill is there, best first. */
enum { HOW_STATED, HOW_INFERRED, HOW_NEAR, HOW_MISSING, HOW_COUNT };

/* One concept that speaks for a skill. */
typedef struct source {
    uint32_t from;
    uint32_t wanted;
    int32_t credit; /* of a stated one's 1,000,000 */
    uint32_t how;
} source;

typedef struct inferred {
    const lotse_taxonomy *taxonomy; /* NULL: nothing is inferred */
    int32_t essential, optional, near;
    source *sources; /* of the anchor: ascending by wanted (a person's), or by from (an offer's) */
    uint32_t count, capacity;
    uint32_t *related;
    int is_open; /* a person's past work or qualifications are not known */
} inferred;

/* A list of concepts of one row; lists of past occupations hold 0 where an entry does not say. */
typedef struct concept_list {
    const uint32_t *concepts;
    uint32_t count;
    int is_known;
} concept_list;

concept_list concept_list_at(const lotse_table *t, uint32_t column, uint32_t row);
int concept_list_is_open(const concept_list *list);

int inferred_is_on(const inferred *i);
/* 0: no memory. */
int inferred_take_seeker(inferred *i, const concept_list *stated, const concept_list *past,
                         uint32_t past_count);
int inferred_take_offer(inferred *i, const uint32_t *desired, uint32_t desired_count);
/* What the person that asks has of a skill that is not stated: the credit, and how. */
int32_t inferred_of_seeker(const inferred *i, uint32_t wanted, uint32_t *ret_how);
/* The same of a person found, by what is stated and by each list of past occupations. */
int32_t inferred_of_row(const inferred *i, const concept_list *stated, const concept_list *past,
                        uint32_t past_count, uint32_t wanted, uint32_t *ret_how);
/* The most that past work can bring a skill. */
int32_t inferred_most(const inferred *i);
void inferred_free(inferred *i);

#endif
