#ifndef CORE_ASSIGN_POOLS_H
#define CORE_ASSIGN_POOLS_H

#include <stdbool.h>
#include <stdint.h>

#include "assign/roster.h"
#include "base/day.h"
#include "base/err.h"

/* Seats that may be handed out. An intake has a pool that everybody may draw from, and one for each
 * group that seats are held back for; its members draw from either. Pools are numbered by intake,
 * an intake's open one last: between equals a market takes the smaller number, so that somebody of
 * the group takes a seat of the group, and leaves the open ones to others. */

enum { POOL_FOR_ALL = UINT8_MAX };

typedef struct pool {
    uint32_t intake;
    uint32_t seats;
    uint8_t group; /* position in the list of target groups, or POOL_FOR_ALL */
} pool;

typedef struct pools {
    const roster *roster;
    pool *pools;
    uint32_t count;
    uint32_t *begin;     /* of an intake, one more at the end */
    uint32_t *seats_min; /* of an intake: so many more people, or nobody; 0: none */
    uint64_t *groups;    /* of a person, a bit each */
    bool *is_closed;     /* of an intake: nobody is proposed to it */
    uint64_t seat_count;
    uint32_t assumed_count; /* intakes that do not say how many seats are free: one */
    bool has_min;
} pools;

typedef struct pools_config {
    const roster *roster;
    day as_of;
    uint32_t cap; /* people an intake is proposed to at most; 0: as many as there are seats */
    /* Seats of an offer that are held for somebody; NULL: none are. */
    uint32_t (*held)(void *context, bytes offer_id);
    void *context;
} pools_config;

/* ERR_MEMORY. [any] */
bool pools_make(const pools_config *config, pools *ret, err *e);
void pools_fini(pools *p);
/* May the person draw from it? */
static inline bool pools_is_open_to(const pools *p, uint32_t pool_number, uint32_t person)
{
    uint8_t group = p->pools[pool_number].group;
    return group == POOL_FOR_ALL || (p->groups[person] >> group & 1) != 0;
}
/* Takes seats for somebody who is to have them: from a pool of their groups first. False: there are
 * not so many together in one pool. */
bool pools_take(pools *p, uint32_t intake, uint32_t person, uint32_t seats);

#endif
