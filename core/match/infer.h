#ifndef CORE_MATCH_INFER_H
#define CORE_MATCH_INFER_H

#include "match/gate.h"

/* Skills that nobody stated: what follows from past work and qualifications, and what is near to a
 * stated skill. A strategy that gives them points (parameters of the criterion whose share_of bound
 * says "inferred") also lets them turn the `no` of a gate that says so into `check`. They are found
 * once a question, for whoever asks, so that rows are compared with sets as before. */

/* What a strategy lets be inferred. */
typedef struct infer_plan {
    bool is_on;
    bool waives;  /* gates with a waive_column let other keys stand for one */
    bool crosses; /* codes of occupations are compared across schemes: no first digit rules out */
    bool has_essential, has_optional, has_near;
    const bound *bound; /* whose set is inferred */
    const gate *gate;   /* that it softens; NULL: none */
} infer_plan;

void infer_plan_find(const strategy *s, infer_plan *ret);

/* One concept that speaks for a required one: a past occupation, or a stated skill near to it. */
typedef struct infer_source {
    concept from;
    concept wanted;
    bool is_near;
} infer_source;

/* What is inferred for one anchor row. */
typedef struct inference {
    bool waives;
    const bound *bound; /* NULL: no skills are inferred */
    bool follows;       /* from past work and qualifications, not from near skills alone */
    /* A seeker: what may be there beside the stated, ascending; not open: nothing else can be.
     * Open: a list that something may follow from is not known. */
    bool is_open;
    const concept *possible;
    uint32_t possible_count;
    /* An offer: what speaks for each required concept, ascending. */
    const infer_source *sources;
    uint32_t source_count;
} inference;

/* In `a`; *ret is NULL where the plan changes nothing. [worker] */
bool infer_anchor(const infer_plan *plan, const match_program *p, const segment *s, uint32_t row,
                  arena *a, const inference **ret, err *e);

/* How a pair stands to a required concept that the seeker did not state. */
typedef enum infer_answer { INFER_NO, INFER_MAYBE, INFER_UNKNOWN } infer_answer;
infer_answer infer_ask(const gate_row *seeker, const gate_row *offer, concept missing);

/* Two ascending sets as one, in `a`. NULL: no memory. */
concept *infer_union(const concept *x, uint32_t x_count, const concept *y, uint32_t y_count,
                     arena *a, uint32_t *ret_count);

#endif
