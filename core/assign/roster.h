#ifndef CORE_ASSIGN_ROSTER_H
#define CORE_ASSIGN_ROSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "match/snapshot.h"

/* Who takes part in a batch run: everybody of a snapshot, numbered in the byte order of ids, as a
 * market wants it. Numbers and order depend on the records alone: how a snapshot is cut into
 * segments makes no difference to a run, nor to one that goes on after a restart. */

enum { ROSTER_SEGMENT_MAX = 32 };

typedef struct roster_place {
    uint32_t segment; /* index in the snapshot */
    uint32_t row;
} roster_place;

typedef struct roster {
    const snapshot *snapshot;
    uint32_t seeker_count;
    roster_place *seekers;
    uint32_t *order;       /* seekers as a run asks for them: neighbours together, then by number */
    uint32_t intake_count; /* rows of offers, by the offer's id and then the intake's */
    roster_place *intakes;
    uint32_t first_row[ROSTER_SEGMENT_MAX]; /* snapshot_first_row of the offers' segments */
    uint32_t *number_of_row;                /* by the row's number in the snapshot */
} roster;

/* The snapshot is borrowed. ERR_MEMORY. [any] */
bool roster_make(const snapshot *s, roster *ret, err *e);
void roster_fini(roster *r);

const segment *roster_seeker(const roster *r, uint32_t seeker, const uint32_t **ret_row);
bytes roster_seeker_id(const roster *r, uint32_t seeker);
const segment *roster_intake(const roster *r, uint32_t intake, uint32_t *ret_row);
bytes roster_offer_id(const roster *r, uint32_t intake);
bytes roster_intake_id(const roster *r, uint32_t intake); /* base NULL: an offer without intakes */
/* The number of a row of an answer. */
uint32_t roster_intake_of(const roster *r, const segment *s, uint32_t row);
/* By id; UINT32_MAX: it does not take part. An intake's id may be the offer's where it has none. */
uint32_t roster_find_seeker(const roster *r, bytes id);
uint32_t roster_find_intake(const roster *r, bytes offer, bytes intake);

#endif
