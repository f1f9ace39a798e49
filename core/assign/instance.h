#ifndef CORE_ASSIGN_INSTANCE_H
#define CORE_ASSIGN_INSTANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "assign/ids.h"
#include "base/err.h"
#include "lotse_plugin.h"

/* A market as the contract wants it, made from CSV files or by hand: numbered in the byte order of
 * ids, edges by person and intake. The result does not depend on the order of the rows. */
typedef struct instance {
    ids seekers;
    ids intakes;
    uint32_t edge_count;
    uint32_t *begin; /* [seekers.count + 1] */
    uint32_t *intake;
    int64_t *score;
    uint32_t *need;        /* NULL: one seat everywhere */
    uint32_t *seeker_rank; /* NULL: by score */
    uint32_t *intake_rank;
    uint32_t *seats;
    uint32_t *min_seats;        /* NULL: none */
    int64_t *price;             /* of a seat, to begin with; NULL: none */
    const uint32_t *stop;       /* the allocator ends soon when it is set; NULL: never */
    uint64_t unused_need_count; /* rows of the needs file about people without an edge */
} instance;

typedef struct instance_files {
    const char *edges; /* seeker,intake,score[,seeker_rank,intake_rank,seats_needed] */
    const char *seats; /* intake,seats[,min_seats] */
    const char *needs; /* seeker,seats_needed[,intake]; NULL: one seat each */
} instance_files;

/* Refuses with "FILE:LINE: ...": numbers that are none or out of range, intakes without a row in
 * the seats file, a pair or an id twice. */
bool instance_read(const instance_files *files, instance *ret, err *e);
void instance_fini(instance *x);

/* Offsets from the returned block to the instance's arrays: keep it no longer than those, and do
 * not copy it. */
void instance_market(const instance *x, lotse_market *ret);

#endif
