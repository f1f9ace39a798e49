#ifndef CORE_ASSIGN_ASSIGN_H
#define CORE_ASSIGN_ASSIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "assign/instance.h"
#include "base/err.h"
#include "lotse_plugin.h"

/* Runs an allocator on a market and looks at its answer: nothing of what is reported rests on the
 * allocator's word alone, but for `is_proven`. */

typedef struct assignment {
    uint32_t *edge;      /* of a person, or LOTSE_NO_EDGE */
    bool is_feasible;    /* no intake above its seats, none used below its lower bound */
    bool is_proven;      /* the allocator says: by its own definition nothing better exists */
    int64_t objective;   /* sum of scores */
    int64_t upper_bound; /* of the sum of scores of any feasible assignment */
    uint32_t assigned_count;
    uint64_t seat_count;
    uint64_t seats_used;
    uint32_t intakes_used;
    uint64_t blocking_pairs;  /* who would both rather have each other */
    int64_t lowest_share_ppm; /* of those assigned: the least score by the person's best edge; -1:
                               * nobody is, or there are scores below 1 */
    int64_t solve_ns;
    int64_t
        *price; /* of a seat of each intake, in 1 / price_scale; all 0: the allocator names none */
    int64_t price_scale;
} assignment;

/* ERR_PLUGIN_FAULT: the answer is none (an edge of somebody else, too high a count); ERR_MEMORY.
 * [any], one run on an allocator at a time. */
bool assign_run(const instance *x, const lotse_allocator *allocator, assignment *ret, err *e);
void assignment_fini(assignment *a);
/* "seeker,intake,score", a row for each person assigned, in the byte order of ids. ERR_FILE. */
bool assignment_write(const instance *x, const assignment *a, const char *path, err *e);

#endif
