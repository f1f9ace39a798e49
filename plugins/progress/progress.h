#ifndef PLUGINS_PROGRESS_PROGRESS_H
#define PLUGINS_PROGRESS_PROGRESS_H

#include "lotse_plugin.h"

/* Inside of lotse.progress. records.c reads both sides, gain.c says what an offer adds, progress.c
 * answers the host. */

/* Positions of the code list kind. */
enum {
    KIND_LANGUAGE_COURSE,
    KIND_QUALIFICATION,
    KIND_SCHOOL_CERTIFICATE,
    KIND_RECOGNITION_MEASURE,
    KIND_APPRENTICESHIP,
    KIND_INTERNSHIP,
    KIND_COACHING,
    KIND_COUNSELLING,
    KIND_MENTORING,
    KIND_WORK_OPPORTUNITY,
    KIND_SUBSIDISED_JOB,
    KIND_JOB,
    KIND_VOLUNTEERING,
    KIND_COUNT
};

/* The manifest's sentences. */
enum {
    SENTENCE_LANGUAGE,
    SENTENCE_LANGUAGE_HAS,
    SENTENCE_SCHOOL,
    SENTENCE_SCHOOL_HAS,
    SENTENCE_RECOGNITION,
    SENTENCE_RECOGNITION_HAS,
    SENTENCE_PART_DONE,
    SENTENCE_PART_MISSING,
    SENTENCE_NEW,
    SENTENCE_NOTHING_NEW,
    SENTENCE_DEGREE,
    SENTENCE_DEGREE_HAS,
    SENTENCE_WORK_NEAR,
    SENTENCE_WORK,
    SENTENCE_WORK_NOT_INSURED,
    SENTENCE_PRACTICE,
    SENTENCE_VOLUNTEERING,
    SENTENCE_WORK_OPPORTUNITY,
    SENTENCE_SMALL,
    SENTENCE_UNKNOWN
};

/* A list of a record: not known, or complete. */
typedef struct list {
    int is_known;
    uint32_t count;
    const int32_t *values;
} list;

typedef struct number {
    int is_known;
    int32_t value;
} number;

enum {
    LIST_LANGUAGES,
    LIST_LEVELS,
    LIST_RECOGNITION,
    LIST_PARTS_OF,
    LIST_PARTS_NUMBER,
    LIST_SKILLS,
    LIST_WISHES,
    LIST_COUNT
};

typedef struct person {
    list lists[LIST_COUNT];
    number school, eqf, goal;
    int has_licences;
    uint64_t licences;
} person;

typedef struct offered {
    uint32_t kind;
    list languages, levels, skills;
    number school, eqf, part_of, part_number, insured, occupation;
    int has_licences;
    uint64_t licences;
} offered;

person person_of(const lotse_table *t, uint32_t row);
offered offered_of(const lotse_table *t, uint32_t row);

/* What an offer adds for a person: points and the sentence that says so, with the code or concept
 * it is about. Not known: whether it adds something rests on a fact that is missing. */
typedef struct gain {
    int is_unknown;
    int32_t points;
    uint32_t sentence;
    int32_t values[2]; /* arguments, by the sentence */
} gain;

gain gain_of(const person *p, const offered *o);

#endif
