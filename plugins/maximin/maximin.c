/* lotse.maximin: among the plans that place the most people, those where the person who fares worst
 * fares best; among these the greatest sum of scores. How somebody fares is the edge's score as a
 * share of the person's own best edge, so that those with few skills or a small radius are not last
 * from the start.
 *
 * A threshold does it: the highest share below which edges can be left out while still as many
 * people are placed. Halving finds it, as leaving out more never places more. */

#include <stdlib.h>
#include <string.h>

#include "best.h"
#include "cover.h"
#include "entry.h"

const char allocator_id[] = "lotse.maximin";

/* 1 as a share. Shares of scores below 2^31 that differ, differ as these integers too. */
#define SHARE_ONE ((int64_t)1 << 62)

enum { PROBE_EFFORT_PERCENT = 5 };

typedef struct maximin {
    market all;
    int64_t *share; /* of an edge */
    int64_t *steps; /* every share once, ascending */
    uint32_t step_count;
    /* The edges from a threshold on. */
    market some;
    uint32_t *begin;
    uint32_t *intake;
    uint32_t *need;
    int64_t *score;
    int64_t *zeros;
    uint32_t *original;
    uint32_t *edge;
    uint32_t *first; /* a plan of the whole market that places the most */
    bool has_first;
    bool is_proven; /* every count so far */
} maximin;

static bool make_maximin(maximin *x, workspace *w)
{
    size_t edges = x->all.edge_count;
    x->share = WORK_ARRAY(w, edges, int64_t);
    x->steps = WORK_ARRAY(w, edges, int64_t);
    x->begin = WORK_ARRAY(w, (size_t)x->all.seeker_count + 1, uint32_t);
    x->intake = WORK_ARRAY(w, edges, uint32_t);
    x->need = WORK_ARRAY(w, edges, uint32_t);
    x->score = WORK_ARRAY(w, edges, int64_t);
    x->zeros = WORK_ARRAY(w, edges, int64_t);
    x->original = WORK_ARRAY(w, edges, uint32_t);
    x->edge = WORK_ARRAY(w, x->all.seeker_count, uint32_t);
    x->first = WORK_ARRAY(w, x->all.seeker_count, uint32_t);
    return !w->failed;
}

static int compare_shares(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Without a best edge above 0 there is no scale: the best counts whole, the others nothing. */
static void make_shares(maximin *x)
{
    const market *k = &x->all;
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        int64_t best = INT64_MIN;
        for (uint32_t e = k->begin[i]; e < k->begin[i + 1]; e++) {
            best = k->score[e] > best ? k->score[e] : best;
        }
        for (uint32_t e = k->begin[i]; e < k->begin[i + 1]; e++) {
            int64_t score = k->score[e];
            wide share = best <= 0 || score <= 0 ? (score == best ? SHARE_ONE : 0)
                                                 : (wide)score * SHARE_ONE / best;
            x->share[e] = (int64_t)share;
        }
    }
    memcpy(x->steps, x->share, sizeof(x->steps[0]) * k->edge_count);
    qsort(x->steps, k->edge_count, sizeof(x->steps[0]), compare_shares);
    for (uint32_t e = 0; e < k->edge_count; e++) {
        if (x->step_count == 0 || x->steps[x->step_count - 1] != x->steps[e]) {
            x->steps[x->step_count++] = x->steps[e];
        }
    }
}

static void keep_from(maximin *x, int64_t threshold)
{
    const market *k = &x->all;
    uint32_t count = 0;
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        x->begin[i] = count;
        for (uint32_t e = k->begin[i]; e < k->begin[i + 1]; e++) {
            if (x->share[e] >= threshold) {
                x->intake[count] = k->intake[e];
                x->score[count] = k->score[e];
                x->need[count] = k->need == NULL ? 1 : k->need[e];
                x->original[count++] = e;
            }
        }
    }
    x->begin[k->seeker_count] = count;
    x->some = *k;
    x->some.edge_count = count;
    x->some.begin = x->begin;
    x->some.intake = x->intake;
    x->some.score = x->score;
    x->some.need = k->need == NULL ? NULL : x->need;
    x->some.price = NULL;
}

static lotse_status count_from(maximin *x, int64_t threshold, uint32_t *ret_count)
{
    keep_from(x, threshold);
    if (x->some.need == NULL && x->some.min_seats == NULL) {
        return cover_count(&x->some, ret_count);
    }
    plan p = {.edge = x->edge};
    x->some.effort_percent = PROBE_EFFORT_PERCENT; /* there will be many */
    x->some.score = x->zeros;                      /* people are counted, whatever their scores */
    lotse_status status = best_run(&x->some, true, 0, &p);
    if (status == LOTSE_OK) {
        *ret_count = plan_count(&x->some, p.edge);
        x->is_proven = x->is_proven && p.is_proven;
    }
    return status;
}

/* The most people, with everybody's edges: of a hard market the plan is kept, because the search
 * may do worse when it has less to choose from. */
static lotse_status count_most(maximin *x, uint32_t *ret_count)
{
    if (x->all.need == NULL && x->all.min_seats == NULL) {
        return cover_count(&x->all, ret_count);
    }
    plan p = {.edge = x->first};
    lotse_status status = best_run(&x->all, true, 0, &p);
    if (status == LOTSE_OK) {
        *ret_count = plan_count(&x->all, p.edge);
        x->has_first = true;
        x->is_proven = p.is_proven;
    }
    return status;
}

static lotse_status find_threshold(maximin *x, uint32_t most, int64_t *ret)
{
    lotse_status status = LOTSE_OK;
    uint32_t low = 0; /* places the most */
    uint32_t high = x->step_count;
    while (status == LOTSE_OK && high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t count = 0;
        status = count_from(x, x->steps[middle], &count);
        if (count >= most) {
            low = middle;
        } else {
            high = middle;
        }
    }
    *ret = x->step_count == 0 || most == 0 ? 0 : x->steps[low];
    return status;
}

/* The greatest sum over what is left, in edges of the whole market. */
static lotse_status fill_from(maximin *x, int64_t threshold, uint32_t most, uint32_t *chosen)
{
    plan p = {.edge = x->edge};
    keep_from(x, threshold);
    lotse_status status = best_run(&x->some, true, 0, &p);
    if (status != LOTSE_OK) {
        return status;
    }
    bool is_less = x->has_first && plan_count(&x->some, x->edge) < most;
    x->is_proven = x->is_proven && p.is_proven && !is_less;
    for (uint32_t i = 0; i < x->all.seeker_count; i++) {
        uint32_t e = x->edge[i];
        chosen[i] = is_less ? x->first[i] : e == LOTSE_NO_EDGE ? LOTSE_NO_EDGE : x->original[e];
    }
    return LOTSE_OK;
}

lotse_status allocator_run(const int64_t *params, const lotse_market *block,
                           lotse_allocation *answer)
{
    (void)params;
    maximin x = {.all = market_of(block), .is_proven = true};
    workspace w = {0};
    uint32_t *chosen = (uint32_t *)((uintptr_t)answer + (uintptr_t)answer->edge_offset);
    int64_t threshold = 0;
    uint32_t most = 0;
    lotse_status status = LOTSE_NO_MEMORY;
    if (make_maximin(&x, &w)) {
        make_shares(&x);
        status = count_most(&x, &most);
    }
    status = status == LOTSE_OK ? find_threshold(&x, most, &threshold) : status;
    status = status == LOTSE_OK ? fill_from(&x, threshold, most, chosen) : status;
    answer->is_proven = status == LOTSE_OK && x.is_proven;
    workspace_fini(&w);
    return status;
}
