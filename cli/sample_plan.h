#ifndef CLI_SAMPLE_PLAN_H
#define CLI_SAMPLE_PLAN_H

#include "cli/sample.h"

/* What an invented offer is about. Every section of the record follows the plan, so that hours,
 * dates, requirements and outcomes fit each other. */

typedef enum subject {
    SUBJECT_JOB,
    SUBJECT_QUALIFICATION,
    SUBJECT_COURSE,
    SUBJECT_APPRENTICESHIP,
    SUBJECT_INTERNSHIP,
    SUBJECT_RECOGNITION,
    SUBJECT_WORK_OPPORTUNITY,
    SUBJECT_SUBSIDISED,
    SUBJECT_SERVICE,
    SUBJECT_COUNT
} subject;

/* A qualification is a first course, a module, a whole retraining or a refresher. */
typedef enum form { FORM_BASIC, FORM_MODULE, FORM_RETRAINING, FORM_REFRESHER, FORM_COUNT } form;

typedef struct plan {
    subject subject;
    const char *kind;
    const trade *trade; /* each NULL where the offer is about something else */
    const course *course;
    const service *service;
    form form;
    uint32_t module; /* of six */
    uint32_t level;  /* of German asked for; A0: none */
    int32_t hours_min;
    int32_t hours_max;
    uint32_t weeks; /* how long it takes */
    bool is_rolling;
    bool is_full_time;
    bool has_childcare;
} plan;

plan plan_make(dice *d);

#endif
