#ifndef PLUGINS_ALLOCATE_MARKET_H
#define PLUGINS_ALLOCATE_MARKET_H

/* What the allocators share: the host's block as plain arrays, memory for one call, and plans. No
 * part of the contract. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lotse_plugin.h"

/* Borrowed until the call returns. Arrays that are not there are NULL. */
typedef struct market {
    uint32_t seeker_count;
    uint32_t intake_count;
    uint32_t edge_count;
    const uint32_t *begin;       /* edges of person i: begin[i] to begin[i + 1] - 1 */
    const uint32_t *intake;      /* of an edge */
    const int64_t *score;        /* of an edge */
    const uint32_t *need;        /* of an edge; NULL: one seat each */
    const uint32_t *seeker_rank; /* of an edge; NULL: by score */
    const uint32_t *intake_rank;
    const uint32_t *seats;     /* of an intake */
    const uint32_t *min_seats; /* of an intake; NULL: none */
    const int64_t *price;      /* of an intake, to begin with; NULL: none */
    const uint32_t *stop;      /* NULL: never */
    uint32_t effort_percent;   /* how much of its budget a search may use */
} market;

market market_of(const lotse_market *block);
bool market_is_stopped(const market *k);
/* The greatest distance of a score from 0. */
int64_t market_score_max(const market *k);

/* Who gets what. The arrays belong to whoever made the plan. */
typedef struct plan {
    uint32_t *edge; /* of a person, or LOTSE_NO_EDGE */
    int64_t *price; /* of a seat, in 1 / scale; NULL: not asked for */
    int64_t scale;
    int64_t bound; /* no plan weighs more */
    bool is_proven;
} plan;

/* The sum of score + bonus over all who have an edge. */
int64_t plan_weight(const market *k, int64_t bonus, const uint32_t *edge);
uint32_t plan_count(const market *k, const uint32_t *edge);

/* Memory that lives for one call and is given back at once, whatever happened. Zeroed; NULL: none.
 * Once a piece could not be had, `failed` stays set. */
typedef struct workspace {
    void *newest;
    bool failed;
} workspace;

void *workspace_array(workspace *w, size_t count, size_t width);
void workspace_fini(workspace *w);

#define WORK_ARRAY(w, count, type) ((type *)workspace_array((w), (count), sizeof(type)))

/* Sums that may pass 64 bits on the way. */
__extension__ typedef __int128 wide;

#endif
