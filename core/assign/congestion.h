#ifndef CORE_ASSIGN_CONGESTION_H
#define CORE_ASSIGN_CONGESTION_H

#include <stdbool.h>
#include <stdint.h>

#include "assign/pools.h"
#include "assign/roster.h"
#include "base/err.h"
#include "json/json.h"

/* How crowded offers would be: to how many people each vacancy would be proposed under one plan and
 * another, how many are reached at all, and how well people fare, by kind, region and target group.
 * What describes fewer than CONGESTION_PEOPLE_MIN people is not told. */

enum { CONGESTION_PEOPLE_MIN = 5, CONGESTION_PLAN_MAX = 8, CONGESTION_REGION_NONE = 0 };

typedef struct congestion_plan {
    char name[80];
    uint32_t *people_at; /* of an intake */
    int32_t *fit;        /* of a person: the score of what they get, their best one; -1: nothing */
    uint32_t *given;     /* of a person: the intake with that score */
    uint64_t proposals;
} congestion_plan;

typedef struct congestion {
    const roster *roster;
    const pools *pools;      /* intakes without seats are no vacancies */
    uint64_t kinds;          /* those that take part */
    uint16_t *person_region; /* two characters, CONGESTION_REGION_NONE: not known */
    uint16_t *intake_region;
    uint8_t *intake_kind;
    congestion_plan plans[CONGESTION_PLAN_MAX];
    uint32_t plan_count;
} congestion;

/* Arrays come zeroed, regions not known. ERR_MEMORY. */
bool congestion_begin(const roster *r, const pools *p, uint64_t kinds, congestion *ret, err *e);
void congestion_fini(congestion *c);
/* A new plan in which nobody gets anything yet. ERR_MEMORY. */
bool congestion_add_plan(congestion *c, const char *name, congestion_plan **ret, err *e);
static inline void congestion_propose(congestion_plan *p, uint32_t person, uint32_t intake,
                                      int32_t score)
{
    p->people_at[intake]++;
    p->proposals++;
    if (score > p->fit[person]) {
        p->fit[person] = score;
        p->given[person] = intake;
    }
}
/* The first two characters of a postcode. */
uint16_t congestion_region(bytes postcode);
/* Members of an object that is open: "people", "vacancies", "plans":[...]. ERR_MEMORY. */
bool congestion_write(const congestion *c, json_writer *out, err *e);

#endif
