#ifndef CORE_ASSIGN_EDGES_H
#define CORE_ASSIGN_EDGES_H

#include <stdbool.h>
#include <stdint.h>

#include "assign/instance.h"
#include "assign/pools.h"

/* Who could go where, as far as it is known: each person's edges, and more of them as a market asks
 * for them. Made into an instance for an allocator. */

typedef struct known_edge {
    uint32_t intake : 31; /* of the roster */
    uint32_t is_check : 1;
    int32_t score;
} known_edge;

typedef struct new_edge {
    uint32_t person;
    known_edge edge;
} new_edge;

typedef struct edge_book {
    uint32_t person_count;
    uint64_t *begin;   /* of a person, one more at the end */
    known_edge *known; /* a person's ascend by intake */
    new_edge *added;   /* in any order, none of them known */
    uint64_t added_count, added_cap;
} edge_book;

bool edges_begin(uint32_t person_count, edge_book *ret, err *e);
void edges_fini(edge_book *x);
bool edges_add(edge_book *x, const new_edge *more, uint64_t count, err *e);
/* What was added is known from now on. */
bool edges_settle(edge_book *x, err *e);
void edges_forget_added(edge_book *x);
/* NULL: not known. */
const known_edge *edges_find(const edge_book *x, uint32_t person, uint32_t intake);

/* A market of what is known and the seats there are: its people are the persons, its intakes are
 * the pools. `needs` of a person, NULL: one seat each; `is_out`: takes no part, may be NULL.
 * ret_edge[t]: the known edge behind the instance's edge t. ERR_TOO_LARGE: more edges than a market
 * can have; ERR_MEMORY. */
bool edges_instance(const edge_book *x, const pools *p, const uint32_t *needs, const bool *is_out,
                    instance *ret, uint64_t **ret_edge, err *e);

#endif
