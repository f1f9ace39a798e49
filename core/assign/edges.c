#include "assign/edges.h"

#include <string.h>

#include "base/arena.h"
#include "base/check.h"

bool edges_begin(uint32_t person_count, edge_book *ret, err *e)
{
    edge_book x = {.person_count = person_count};
    x.begin = mem_new(((size_t)person_count + 1) * sizeof *x.begin);
    if (x.begin == NULL) {
        return fail(e, ERR_MEMORY, "no memory for edges");
    }
    *ret = x;
    return true;
}

void edges_fini(edge_book *x)
{
    mem_free(x->begin);
    mem_free(x->known);
    mem_free(x->added);
    *x = (edge_book){0};
}

bool edges_add(edge_book *x, const new_edge *more, uint64_t count, err *e)
{
    if (x->added_count + count > x->added_cap) {
        uint64_t cap = x->added_cap < 1024 ? 1024 : x->added_cap + x->added_cap / 2;
        cap = cap < x->added_count + count ? x->added_count + count : cap;
        new_edge *added = mem_resize(x->added, x->added_cap * sizeof *added, cap * sizeof *added);
        if (added == NULL) {
            return fail(e, ERR_MEMORY, "no memory for more edges");
        }
        x->added = added;
        x->added_cap = cap;
    }
    if (count > 0) {
        memcpy(x->added + x->added_count, more, count * sizeof *more);
    }
    x->added_count += count;
    return true;
}

static void sort_by_intake(known_edge *first, uint64_t count)
{
    for (uint64_t i = 1; i < count; i++) {
        known_edge moved = first[i];
        uint64_t at = i;
        while (at > 0 && first[at - 1].intake > moved.intake) {
            first[at] = first[at - 1];
            at--;
        }
        first[at] = moved;
    }
}

bool edges_settle(edge_book *x, err *e)
{
    uint64_t known_count = x->begin[x->person_count];
    uint64_t *begin = mem_new(((size_t)x->person_count + 2) * sizeof *begin);
    known_edge *known = mem_new((known_count + x->added_count) * sizeof *known);
    if (begin == NULL || known == NULL) {
        mem_free(begin);
        mem_free(known);
        return fail(e, ERR_MEMORY, "no memory for edges");
    }
    /* Counted two places behind, so that after filling every person's begin stands where it
     * belongs. */
    for (uint64_t i = 0; i < x->added_count; i++) {
        begin[x->added[i].person + 2]++;
    }
    for (uint32_t i = 0; i < x->person_count; i++) {
        begin[i + 2] += begin[i + 1] + x->begin[i + 1] - x->begin[i];
    }
    for (uint32_t i = 0; i < x->person_count; i++) {
        uint64_t count = x->begin[i + 1] - x->begin[i];
        if (count > 0) {
            memcpy(known + begin[i + 1], x->known + x->begin[i], count * sizeof *known);
        }
        begin[i + 1] += count;
    }
    for (uint64_t i = 0; i < x->added_count; i++) {
        known[begin[x->added[i].person + 1]++] = x->added[i].edge;
    }
    for (uint32_t i = 0; i < x->person_count; i++) {
        sort_by_intake(known + begin[i], begin[i + 1] - begin[i]);
    }
    mem_free(x->begin);
    mem_free(x->known);
    mem_free(x->added);
    x->begin = begin;
    x->known = known;
    x->added = NULL;
    x->added_count = 0;
    x->added_cap = 0;
    return true;
}

void edges_forget_added(edge_book *x)
{
    x->added_count = 0;
}

const known_edge *edges_find(const edge_book *x, uint32_t person, uint32_t intake)
{
    uint64_t low = x->begin[person];
    uint64_t end = x->begin[person + 1];
    uint64_t high = end;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (x->known[middle].intake < intake) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < end && x->known[low].intake == intake ? &x->known[low] : NULL;
}

/* ------------------------------------------------------------------------------------ instances */

static bool is_usable(const pools *p, uint32_t pool_number, uint32_t person)
{
    const pool *at = &p->pools[pool_number];
    return (at->seats > 0 || at->group == POOL_FOR_ALL) && !p->is_closed[at->intake] &&
           pools_is_open_to(p, pool_number, person);
}

/* Counts, or with an instance's arrays fills them in. */
static uint64_t walk_edges(const edge_book *x, const pools *p, const uint32_t *needs,
                           const bool *is_out, instance *fill, uint64_t *fill_edge)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < x->person_count; i++) {
        if (fill != NULL) {
            fill->begin[i] = (uint32_t)count;
        }
        if (is_out != NULL && is_out[i]) {
            continue;
        }
        for (uint64_t t = x->begin[i]; t < x->begin[i + 1]; t++) {
            uint32_t intake = x->known[t].intake;
            for (uint32_t at = p->begin[intake]; at < p->begin[intake + 1]; at++) {
                if (!is_usable(p, at, i)) {
                    continue;
                }
                if (fill != NULL) {
                    fill->intake[count] = at;
                    fill->score[count] = x->known[t].score;
                    fill_edge[count] = t;
                }
                if (fill != NULL && fill->need != NULL) {
                    fill->need[count] = needs[i];
                }
                count++;
            }
        }
    }
    return count;
}

/* Lower bounds of intakes that have one pool; those of others are the caller's to see to. */
static void fill_seats(const pools *p, instance *x)
{
    for (uint32_t j = 0; j < p->count; j++) {
        uint32_t intake = p->pools[j].intake;
        x->seats[j] = p->pools[j].seats;
        if (x->min_seats != NULL && p->begin[intake + 1] - p->begin[intake] == 1) {
            x->min_seats[j] = p->seats_min[intake];
        }
    }
}

bool edges_instance(const edge_book *x, const pools *p, const uint32_t *needs, const bool *is_out,
                    instance *ret, uint64_t **ret_edge, err *e)
{
    check(x->added_count == 0);
    uint64_t count = walk_edges(x, p, needs, is_out, NULL, NULL);
    if (count >= LOTSE_NO_EDGE) {
        return fail(e, ERR_TOO_LARGE, "%llu edges are more than a market can have",
                    (unsigned long long)count);
    }
    instance made = {.edge_count = (uint32_t)count};
    made.seekers.count = x->person_count;
    made.intakes.count = p->count;
    made.begin = mem_new(((size_t)x->person_count + 1) * sizeof *made.begin);
    made.intake = mem_new(count * sizeof *made.intake);
    made.score = mem_new(count * sizeof *made.score);
    made.seats = mem_new(p->count * sizeof *made.seats);
    made.min_seats = p->has_min ? mem_new(p->count * sizeof *made.min_seats) : NULL;
    made.need = needs == NULL ? NULL : mem_new(count * sizeof *made.need);
    uint64_t *edge_of = mem_new(count * sizeof *edge_of);
    if (made.begin == NULL || made.intake == NULL || made.score == NULL || made.seats == NULL ||
        edge_of == NULL || (p->has_min && made.min_seats == NULL) ||
        (needs != NULL && made.need == NULL)) {
        mem_free(edge_of);
        instance_fini(&made);
        return fail(e, ERR_MEMORY, "no memory for a market");
    }
    (void)walk_edges(x, p, needs, is_out, &made, edge_of); /* counted above */
    made.begin[x->person_count] = (uint32_t)count;
    fill_seats(p, &made);
    *ret = made;
    *ret_edge = edge_of;
    return true;
}
