#ifndef PLUGINS_ALLOCATE_SEARCH_PARTS_H
#define PLUGINS_ALLOCATE_SEARCH_PARTS_H

#include "market.h"

/* What search.c, which bounds and searches, shares with search_plans.c, which makes first plans. */

typedef struct search {
    const market *k;
    int64_t bonus;
    double *price;
    double *best_price;
    int64_t *scaled; /* best_price in 1 / scale, whole */
    int64_t scale;
    double *demand;
    int64_t *supply;  /* seats, never more than all who could come would take */
    uint32_t *option; /* usable edges, the most gainful first for each person */
    uint32_t *option_begin;
    int64_t *gain;   /* of an option, net of the price, in 1 / scale */
    uint32_t *order; /* of people in the search */
    int64_t *sort_key;
    /* The plan under construction. */
    uint32_t *edge;
    int64_t *used;
    int64_t *possible; /* what undecided people could still take */
    bool *is_closed;
    uint32_t *next_held; /* chains of those who have an intake's seats; UINT32_MAX ends */
    uint32_t *first_held;
    uint32_t *evicted;
    uint32_t *moved_to;
    uint32_t *cursor; /* of the search, by depth */
    int64_t *cost;    /* by depth: of all choices before */
    int64_t best_weight;
    double best_bound;
    int64_t bound;     /* floor of the exact sum over the scaled prices */
    wide scaled_bound; /* that sum */
    bool is_complete;
} search;

static inline int64_t weight_of(const search *s, uint32_t e)
{
    return s->k->score[e] + s->bonus;
}

static inline bool is_usable(const market *k, uint32_t e)
{
    uint32_t j = k->intake[e];
    return k->need[e] <= k->seats[j] && (k->min_seats == NULL || k->min_seats[j] <= k->seats[j]);
}

static inline int64_t least_of(const market *k, uint32_t j)
{
    return k->min_seats == NULL ? 0 : k->min_seats[j];
}

static inline bool has_room(const search *s, uint32_t e)
{
    uint32_t j = s->k->intake[e];
    return !s->is_closed[j] && s->used[j] + s->k->need[e] <= s->k->seats[j];
}

static inline void take(search *s, uint32_t i, uint32_t e)
{
    s->edge[i] = e;
    s->used[s->k->intake[e]] += s->k->need[e];
}

/* A plan under the present prices, improved as far as single moves and trades go; kept in ret if it
 * is the best so far. was_closed: scratch, one for each intake. */
void search_plan(search *s, bool *was_closed, plan *ret);
void search_keep_if_best(search *s, plan *ret);

#endif
