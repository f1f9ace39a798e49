#ifndef PLUGINS_ELIGIBILITY_ELIGIBILITY_H
#define PLUGINS_ELIGIBILITY_ELIGIBILITY_H

#include "lotse_plugin.h"

/* Inside of lotse.eligibility. spells.c reads a person's record and counts its times, rules.c holds
 * the rules against them, eligibility.c answers the host. */

/* Positions of the code list spell_status. */
enum {
    STATUS_UNEMPLOYED = 0,
    STATUS_EMPLOYED_INSURED = 2,
    STATUS_EMPLOYED_MARGINAL = 3,
    STATUS_SELF_EMPLOYED = 4,
    STATUS_MEASURE = 6,
    STATUS_WORK_OPPORTUNITY = 7,
    STATUS_CARE = 8,
    STATUS_CHILD_RAISING = 9,
    STATUS_SICKNESS = 10
};

typedef enum answer { NO, YES, NOT_KNOWN } answer;

static inline answer both(answer a, answer b)
{
    return a == NO || b == NO ? NO : a == YES && b == YES ? YES : NOT_KNOWN;
}

static inline answer either(answer a, answer b)
{
    return a == YES || b == YES ? YES : a == NO && b == NO ? NO : NOT_KNOWN;
}

enum { FACT_AGE_25, FACT_MINOR_CHILD, FACT_DISABILITY, FACT_COUNT };

/* The manifest's columns of seekers. */
enum {
    COLUMN_STATUS,
    COLUMN_FROM,
    COLUMN_TO,
    COLUMN_AGE_25, /* the facts in their order */
    COLUMN_ENTITLEMENT = COLUMN_AGE_25 + FACT_COUNT,
    COLUMN_VALID_TO,
    COLUMN_ISSUED,
    COLUMN_OBLIGED,
    COLUMN_COUNT
};

typedef struct person {
    int has_spells;
    uint32_t spell_count;
    const int32_t *status, *from, *to;
    int has_entitlements;
    uint32_t entitlement_count;
    const int32_t *entitlement, *valid_to;
    const int32_t *issued;  /* NULL: not granted or not there */
    const int32_t *obliged; /* likewise; 1: the job centre obliged the person to it */
    answer facts[FACT_COUNT];
    int32_t as_of;
} person;

person person_of(const lotse_table *t, uint32_t row, int32_t as_of);

/* The same day of another month; the month's last where it does not exist. */
int32_t day_plus_months(int32_t day, int32_t months);
/* Is the person in this status on the day asked? */
answer is_in(const person *p, int32_t status);
/* Did the person work, in whatever form, between the two days? */
answer has_work(const person *p, int32_t first, int32_t last);
/* May spells of this status, whose ends are missing, cover days of first..last? */
int has_missing_end(const person *p, int32_t status, int32_t first, int32_t last);
/* Days of first..last that spells of a status cover; at least this many, where ends are missing. */
int32_t days_in(const person *p, int32_t status, int32_t first, int32_t last);
/* Months of the present unemployment as SGB III section 18 (1) counts them. YES: *ret_months holds;
 * NOT_KNOWN: it cannot be told. A person who is not unemployed has 0. */
answer count_months(const person *p, int32_t *ret_months);
/* Unemployed for so many months, as section 18 (2) counts them: breaks of some kinds within the
 * last five years are passed over. */
answer is_unemployed_for(const person *p, int32_t months);

/* Of which instruments the rules of the day say what. */
lotse_codes instruments_of(const person *p);

#endif
