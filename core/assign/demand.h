#ifndef CORE_ASSIGN_DEMAND_H
#define CORE_ASSIGN_DEMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "assign/assign.h"
#include "assign/edges.h"
#include "match/match.h"

/* Edges on demand. An allocator that names prices of seats is given what it lacks: everybody is
 * asked for again, by score less price, and what would be worth more to somebody than all that is
 * known becomes an edge. What all seats cost, and what everybody could gain at most at these
 * prices over every admissible pair, is more than any assignment whatsoever can be worth (linear
 * programming duality): the bound that proves how near an assignment is. */
typedef struct demand {
    const roster *roster;
    const pools *pools;
    edge_book *edges;
    int64_t *pool_price; /* whole micropoints, 0 or more */
    int32_t *row_price;  /* by the row's number in the snapshot, for match_query.prices */
    int32_t *gain;       /* of a person: the most that is known at these prices */
    int64_t seats_cost;
    int64_t bound; /* of this round's prices, once everybody was asked */
    uint64_t added;
} demand;

bool demand_begin(const roster *r, const pools *p, edge_book *x, demand *ret, err *e);
void demand_fini(demand *d);

/* A round begins with the prices of an assignment on an instance of these pools. `needs` and
 * `is_out` as for edges_instance. ERR_MEMORY. */
bool demand_price(demand *d, const instance *x, const assignment *a, const uint32_t *needs,
                  const bool *is_out, err *e);
/* What a score less its price must reach to be worth an edge: above what is known, above nothing.
 */
static inline int32_t demand_floor(const demand *d, uint32_t person)
{
    return d->gain[person] + 1;
}
/* What the matcher answered for a person, ranked by score less row_price. In the order of persons'
 * asking; one thread. */
bool demand_take(demand *d, uint32_t person, const match_edge *answer, uint32_t count, err *e);
/* The bound of this round, now that everybody was asked. */
int64_t demand_bound(const demand *d, const bool *is_out);

#endif
