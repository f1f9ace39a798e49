#include "openings.h"

#include <string.h>

#include "auction.h"

/* Which courses start? Branch and bound over that question alone: once it is answered, or as long
 * as it is left open, the rest is an auction. An intake that must start is split in two: one with
 * the seats of its lower bound, where everybody gets a reward larger than all scores together, and
 * one with the rest. When the rewarded seats cannot all be filled, it cannot start.
 *
 * First a plan that is feasible in any case: close what stays below its bound, the emptiest half at
 * a time, until nothing does. */

enum opening { OPENING_FREE, OPENING_CLOSED, OPENING_HELD };

/* How much the search may do: auctions times their size. */
#define WORK_MAX ((uint64_t)60000000)
#define WEIGHT_SUM_MAX ((int64_t)1 << 61)

typedef struct branch {
    uint32_t depth; /* how many decisions stood before */
    uint32_t intake;
    uint8_t opening;
    int64_t bound; /* of the node it comes from */
} branch;

typedef struct openings {
    const market *k;
    int64_t bonus;
    int64_t reward;
    uint8_t *state;
    uint32_t *decided; /* in their order */
    uint32_t decided_count;
    branch *branches;
    uint32_t branch_count;
    /* The market of one node: intake j, and its rewarded seats as twin[j]. */
    market node;
    uint32_t *begin;
    uint32_t *intake;
    int64_t *score;
    uint32_t *original; /* edge of k */
    uint32_t *seats;
    uint32_t *twin;
    uint32_t *node_edge; /* the node's plan */
    bool is_feasible;    /* with all decisions kept */
    int64_t node_bound;
    int64_t node_weight;
    uint32_t *edge; /* the node's plan in edges of k */
    uint32_t *used;
    uint64_t work;
    int64_t best_weight;
    int64_t bound_left; /* of nodes that were given up */
} openings;

static bool make_openings(openings *o, workspace *w)
{
    size_t n = o->k->seeker_count;
    size_t m = o->k->intake_count;
    size_t edges = o->k->edge_count;
    o->state = WORK_ARRAY(w, m, uint8_t);
    o->decided = WORK_ARRAY(w, m, uint32_t);
    o->branches = WORK_ARRAY(w, 2 * m + 2, branch);
    o->begin = WORK_ARRAY(w, n + 1, uint32_t);
    o->intake = WORK_ARRAY(w, 2 * edges, uint32_t);
    o->score = WORK_ARRAY(w, 2 * edges, int64_t);
    o->original = WORK_ARRAY(w, 2 * edges, uint32_t);
    o->seats = WORK_ARRAY(w, 2 * m, uint32_t);
    o->twin = WORK_ARRAY(w, m, uint32_t);
    o->node_edge = WORK_ARRAY(w, n, uint32_t);
    o->edge = WORK_ARRAY(w, n, uint32_t);
    o->used = WORK_ARRAY(w, m, uint32_t);
    return !w->failed;
}

/* ------------------------------------------------------------------------------------ one node */

static void make_node(openings *o)
{
    const market *k = o->k;
    uint32_t m = k->intake_count;
    for (uint32_t j = 0; j < k->intake_count; j++) {
        bool is_held = o->state[j] == OPENING_HELD;
        o->seats[j] = o->state[j] == OPENING_CLOSED ? 0 : k->seats[j];
        o->twin[j] = UINT32_MAX;
        if (is_held) {
            o->seats[j] -= k->min_seats[j];
            o->twin[j] = m;
            o->seats[m++] = k->min_seats[j];
        }
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        o->begin[i] = count;
        for (uint32_t pass = 0; pass < 2; pass++) { /* twins stand behind: edges ascend */
            for (uint32_t e = k->begin[i]; e < k->begin[i + 1]; e++) {
                uint32_t j = k->intake[e];
                if (o->state[j] == OPENING_CLOSED || (pass == 1 && o->twin[j] == UINT32_MAX)) {
                    continue;
                }
                o->intake[count] = pass == 0 ? j : o->twin[j];
                o->score[count] = k->score[e] + o->bonus + (pass == 0 ? 0 : o->reward);
                o->original[count++] = e;
            }
        }
    }
    o->begin[k->seeker_count] = count;
    o->node = (market){.seeker_count = k->seeker_count,
                       .intake_count = m,
                       .edge_count = count,
                       .begin = o->begin,
                       .intake = o->intake,
                       .score = o->score,
                       .seats = o->seats,
                       .stop = k->stop};
}

/* Yields through the fields: the plan, whether all that must start does, weight and bound. */
static lotse_status solve_node(openings *o, int64_t *price, int64_t *ret_scale)
{
    const market *k = o->k;
    int64_t wanted = 0;
    for (uint32_t j = 0; j < k->intake_count; j++) {
        wanted += o->state[j] == OPENING_HELD ? k->min_seats[j] : 0;
    }
    if (wanted > k->seeker_count) {
        o->is_feasible = false;
        return LOTSE_OK;
    }
    make_node(o);
    o->work += (uint64_t)o->node.edge_count + o->node.seeker_count + o->node.intake_count;
    plan p = {.edge = o->node_edge, .price = price};
    lotse_status status = auction_run(&o->node, 0, 0, &p);
    if (status != LOTSE_OK) {
        return status;
    }
    *ret_scale = p.scale;
    memset(o->used, 0, sizeof(o->used[0]) * k->intake_count);
    int64_t rewarded = 0;
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        uint32_t e = o->node_edge[i];
        o->edge[i] = e == LOTSE_NO_EDGE ? LOTSE_NO_EDGE : o->original[e];
        if (e != LOTSE_NO_EDGE) {
            o->used[k->intake[o->edge[i]]]++;
            rewarded += o->intake[e] >= k->intake_count;
        }
    }
    o->is_feasible = rewarded == wanted;
    o->node_bound = p.bound - wanted * o->reward;
    o->node_weight = plan_weight(k, o->bonus, o->edge);
    return LOTSE_OK;
}

static bool is_below(const openings *o, uint32_t j)
{
    return o->used[j] > 0 && o->used[j] < o->k->min_seats[j];
}

/* The intake whose start is least clear: nearest to half of what it needs. */
static uint32_t least_clear(const openings *o)
{
    uint32_t found = UINT32_MAX;
    int64_t least = INT64_MAX;
    for (uint32_t j = 0; j < o->k->intake_count; j++) {
        if (is_below(o, j)) {
            int64_t share = (int64_t)o->used[j] * 2000 / o->k->min_seats[j] - 1000;
            share = share < 0 ? -share : share;
            if (share < least) {
                least = share;
                found = j;
            }
        }
    }
    return found;
}

static void keep_if_best(openings *o, plan *ret)
{
    if (o->is_feasible && o->node_weight > o->best_weight) {
        o->best_weight = o->node_weight;
        memcpy(ret->edge, o->edge, sizeof(o->edge[0]) * o->k->seeker_count);
    }
}

/* ------------------------------------------------------------------------------------ the search
 */

/* Per mille of the lower bound that is met; closes the emptiest half. */
static void close_emptiest(openings *o)
{
    uint32_t counts[1001] = {0};
    uint32_t below_count = 0;
    for (uint32_t j = 0; j < o->k->intake_count; j++) {
        if (is_below(o, j)) {
            counts[(uint64_t)o->used[j] * 1000 / o->k->min_seats[j]]++;
            below_count++;
        }
    }
    uint32_t limit = 0;
    uint32_t closed_count = counts[0];
    while (closed_count < (below_count + 1) / 2) {
        closed_count += counts[++limit];
    }
    for (uint32_t j = 0; j < o->k->intake_count; j++) {
        if (is_below(o, j) && (uint64_t)o->used[j] * 1000 / o->k->min_seats[j] <= limit) {
            o->state[j] = OPENING_CLOSED;
        }
    }
}

/* What has fewer seats, or fewer people who could come, than it needs is closed for good. */
static void reset_states(openings *o)
{
    memset(o->used, 0, sizeof(o->used[0]) * o->k->intake_count);
    for (uint32_t e = 0; e < o->k->edge_count; e++) {
        o->used[o->k->intake[e]]++;
    }
    for (uint32_t j = 0; j < o->k->intake_count; j++) {
        uint32_t least = o->k->min_seats[j];
        bool can_open = least <= o->k->seats[j] && least <= o->used[j];
        o->state[j] = can_open ? OPENING_FREE : OPENING_CLOSED;
    }
}

static lotse_status find_any(openings *o, plan *ret)
{
    int64_t scale = 1;
    lotse_status status = LOTSE_OK;
    bool is_first = true;
    for (;;) {
        status = solve_node(o, is_first ? ret->price : NULL, &scale);
        if (status != LOTSE_OK) {
            return status;
        }
        if (is_first) {
            ret->bound = o->node_bound;
            ret->scale = scale;
            is_first = false;
        }
        if (least_clear(o) == UINT32_MAX) {
            keep_if_best(o, ret);
            reset_states(o);
            return LOTSE_OK;
        }
        close_emptiest(o);
    }
}

static void decide(openings *o, const branch *b)
{
    while (o->decided_count > b->depth) {
        o->state[o->decided[--o->decided_count]] = OPENING_FREE;
    }
    o->state[b->intake] = b->opening;
    o->decided[o->decided_count++] = b->intake;
}

/* Both answers to the question of one intake; the likelier one is looked at first. */
static void branch_on(openings *o, uint32_t j)
{
    bool is_likely = 2 * (uint64_t)o->used[j] >= o->k->min_seats[j];
    uint8_t later = is_likely ? OPENING_CLOSED : OPENING_HELD;
    uint8_t first = is_likely ? OPENING_HELD : OPENING_CLOSED;
    o->branches[o->branch_count++] = (branch){o->decided_count, j, later, o->node_bound};
    o->branches[o->branch_count++] = (branch){o->decided_count, j, first, o->node_bound};
}

static void look_at_node(openings *o, plan *ret)
{
    if (!o->is_feasible || o->node_bound <= o->best_weight) {
        return;
    }
    uint32_t j = least_clear(o);
    if (j != UINT32_MAX) {
        branch_on(o, j);
        return;
    }
    keep_if_best(o, ret);
    if (o->node_bound > o->best_weight && o->node_bound > o->bound_left) {
        o->bound_left = o->node_bound; /* the auction could not prove its plan */
    }
}

static lotse_status search_openings(openings *o, plan *ret)
{
    int64_t scale = 1;
    lotse_status status = solve_node(o, NULL, &scale);
    if (status != LOTSE_OK) {
        return status;
    }
    look_at_node(o, ret);
    while (o->branch_count > 0) {
        branch b = o->branches[--o->branch_count];
        if (b.bound <= o->best_weight) {
            continue;
        }
        if (o->work > WORK_MAX * o->k->effort_percent / 100) {
            o->bound_left = b.bound > o->bound_left ? b.bound : o->bound_left;
            continue;
        }
        decide(o, &b);
        status = solve_node(o, NULL, &scale);
        if (status != LOTSE_OK) {
            return status;
        }
        look_at_node(o, ret);
    }
    return LOTSE_OK;
}

lotse_status openings_run(const market *k, int64_t bonus, plan *ret)
{
    openings o = {.k = k, .bonus = bonus, .best_weight = -1, .bound_left = INT64_MIN};
    workspace w = {0};
    lotse_status status = LOTSE_NO_MEMORY;
    int64_t weight_max = market_score_max(k) + bonus;
    int64_t people = (int64_t)k->seeker_count + 1;
    int64_t reward_max = WEIGHT_SUM_MAX / people - weight_max;
    int64_t reward = 0;
    bool is_sure = !__builtin_mul_overflow(2 * weight_max + 1, people, &reward);
    o.reward = is_sure && reward <= reward_max ? reward : reward_max;
    if (make_openings(&o, &w)) {
        reset_states(&o);
        status = find_any(&o, ret);
        bool may_search = is_sure && reward <= reward_max;
        if (status == LOTSE_OK && may_search && ret->bound > o.best_weight) {
            o.work = 0;
            status = search_openings(&o, ret);
            ret->bound = o.best_weight > o.bound_left ? o.best_weight : o.bound_left;
        }
        ret->is_proven = ret->bound == o.best_weight;
    }
    workspace_fini(&w);
    return status;
}
