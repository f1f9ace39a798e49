#include "search_parts.h"

#include <string.h>

enum { MOVE_PASS_MAX = 20 };

/* ------------------------------------------------------------------------------------ first plans
 */

static void fill_greedily(search *s)
{
    const market *k = s->k;
    memset(s->used, 0, sizeof(s->used[0]) * k->intake_count);
    for (uint32_t t = 0; t < k->seeker_count; t++) {
        uint32_t i = s->order[t];
        s->edge[i] = LOTSE_NO_EDGE;
        for (uint32_t o = s->option_begin[i]; o < s->option_begin[i + 1]; o++) {
            uint32_t e = s->option[o];
            if (weight_of(s, e) > 0 && has_room(s, e)) {
                take(s, i, e);
                break;
            }
        }
    }
}

/* May the person leave without the intake falling below its lower bound? */
static bool can_leave(const search *s, uint32_t e)
{
    uint32_t j = s->k->intake[e];
    int64_t rest = s->used[j] - s->k->need[e];
    return rest == 0 || rest >= least_of(s->k, j);
}

/* Everybody takes what became free and is worth more. Gains only: it comes to an end. */
static void move_up(search *s)
{
    const market *k = s->k;
    bool has_moved = true;
    for (uint32_t pass = 0; pass < MOVE_PASS_MAX && has_moved; pass++) {
        has_moved = false;
        for (uint32_t i = 0; i < k->seeker_count; i++) {
            uint32_t old = s->edge[i];
            int64_t worth = old == LOTSE_NO_EDGE ? 0 : weight_of(s, old);
            for (uint32_t e = k->begin[i]; e < k->begin[i + 1]; e++) {
                bool is_open = s->used[k->intake[e]] > 0 || k->need[e] >= least_of(k, k->intake[e]);
                if (is_usable(k, e) && is_open && weight_of(s, e) > worth && has_room(s, e) &&
                    (old == LOTSE_NO_EDGE || can_leave(s, old))) {
                    if (old != LOTSE_NO_EDGE) {
                        s->used[k->intake[old]] -= k->need[old];
                    }
                    take(s, i, e);
                    old = e;
                    worth = weight_of(s, e);
                    has_moved = true;
                }
            }
        }
    }
}

/* -- making room: somebody comes, the least worth a seat go, and find what else is free. */

static void list_held(search *s)
{
    const market *k = s->k;
    memset(s->first_held, 0xff, sizeof(s->first_held[0]) * k->intake_count);
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        if (s->edge[i] != LOTSE_NO_EDGE) {
            uint32_t j = k->intake[s->edge[i]];
            s->next_held[i] = s->first_held[j];
            s->first_held[j] = i;
        }
    }
}

static void unlink_held(search *s, uint32_t i)
{
    uint32_t *link = &s->first_held[s->k->intake[s->edge[i]]];
    while (*link != i) {
        link = &s->next_held[*link];
    }
    *link = s->next_held[i];
}

static void set_edge(search *s, uint32_t i, uint32_t e)
{
    const market *k = s->k;
    uint32_t old = s->edge[i];
    if (old != LOTSE_NO_EDGE) {
        unlink_held(s, i);
        s->used[k->intake[old]] -= k->need[old];
    }
    s->edge[i] = e;
    if (e != LOTSE_NO_EDGE) {
        s->used[k->intake[e]] += k->need[e];
        s->next_held[i] = s->first_held[k->intake[e]];
        s->first_held[k->intake[e]] = i;
    }
}

/* Of those at the intake, not yet sent away in this move, who brings the least for a seat. */
static uint32_t least_worth(const search *s, uint32_t j, uint32_t count)
{
    const market *k = s->k;
    uint32_t found = UINT32_MAX;
    for (uint32_t h = s->first_held[j]; h != UINT32_MAX; h = s->next_held[h]) {
        bool is_gone = false;
        for (uint32_t t = 0; t < count && !is_gone; t++) {
            is_gone = s->evicted[t] == h;
        }
        if (!is_gone &&
            (found == UINT32_MAX || (wide)weight_of(s, s->edge[h]) * k->need[s->edge[found]] <
                                        (wide)weight_of(s, s->edge[found]) * k->need[s->edge[h]])) {
            found = h;
        }
    }
    return found;
}

/* The best edge into free seats, but not to intake `not_there`. */
static uint32_t best_free(const search *s, uint32_t i, uint32_t not_there)
{
    const market *k = s->k;
    uint32_t found = LOTSE_NO_EDGE;
    int64_t most = 0;
    for (uint32_t e = k->begin[i]; e < k->begin[i + 1]; e++) {
        uint32_t j = k->intake[e];
        if (j != not_there && s->used[j] > 0 && weight_of(s, e) > most && is_usable(k, e) &&
            has_room(s, e)) {
            most = weight_of(s, e);
            found = e;
        }
    }
    return found;
}

/* Tries one edge; what is gained all in all must be more than nothing. */
static bool make_room(search *s, uint32_t i, uint32_t e)
{
    enum { EVICTED_MAX = 8 };
    const market *k = s->k;
    uint32_t j = k->intake[e];
    uint32_t old = s->edge[i];
    uint32_t count = 0;
    int64_t room = (int64_t)k->seats[j] - s->used[j];
    int64_t gain = weight_of(s, e) - (old == LOTSE_NO_EDGE ? 0 : weight_of(s, old));
    while (room < k->need[e] && count < EVICTED_MAX) {
        uint32_t h = least_worth(s, j, count);
        if (h == UINT32_MAX) {
            return false;
        }
        uint32_t to = best_free(s, h, j);
        for (uint32_t t = 0; t < count && to != LOTSE_NO_EDGE;
             t++) { /* one free seat, one person */
            bool is_taken =
                s->moved_to[t] != LOTSE_NO_EDGE && k->intake[s->moved_to[t]] == k->intake[to];
            to = is_taken ? LOTSE_NO_EDGE : to;
        }
        room += k->need[s->edge[h]];
        gain += (to == LOTSE_NO_EDGE ? 0 : weight_of(s, to)) - weight_of(s, s->edge[h]);
        s->moved_to[count] = to;
        s->evicted[count++] = h;
    }
    if (gain <= 0 || room < k->need[e]) {
        return false;
    }
    int64_t rest = (int64_t)k->seats[j] - room + k->need[e];
    if (rest < least_of(k, j) || (old != LOTSE_NO_EDGE && !can_leave(s, old))) {
        return false;
    }
    for (uint32_t t = 0; t < count; t++) {
        set_edge(s, s->evicted[t], s->moved_to[t]);
    }
    set_edge(s, i, e);
    return true;
}

static void trade_seats(search *s)
{
    const market *k = s->k;
    bool has_moved = true;
    list_held(s);
    for (uint32_t pass = 0; pass < MOVE_PASS_MAX && has_moved; pass++) {
        has_moved = false;
        for (uint32_t i = 0; i < k->seeker_count && !market_is_stopped(k); i++) {
            for (uint32_t e = k->begin[i]; e < k->begin[i + 1]; e++) {
                uint32_t j = k->intake[e];
                bool is_other = s->edge[i] == LOTSE_NO_EDGE || k->intake[s->edge[i]] != j;
                bool is_open = s->used[j] > 0 && !s->is_closed[j];
                if (is_other && is_open && is_usable(k, e) && make_room(s, i, e)) {
                    has_moved = true;
                }
            }
        }
    }
}

/* Closes the half of the intakes that are furthest below their bounds; yields whether any was. */
static bool close_below(search *s)
{
    const market *k = s->k;
    double sum = 0;
    uint32_t count = 0;
    for (uint32_t j = 0; j < k->intake_count; j++) {
        if (s->used[j] > 0 && s->used[j] < least_of(k, j)) {
            sum += (double)s->used[j] / (double)least_of(k, j);
            count++;
        }
    }
    for (uint32_t j = 0; j < k->intake_count && count > 0; j++) {
        bool is_below = s->used[j] > 0 && s->used[j] < least_of(k, j);
        if (is_below && (double)s->used[j] / (double)least_of(k, j) <= sum / count) {
            s->is_closed[j] = true;
        }
    }
    return count > 0;
}

void search_keep_if_best(search *s, plan *ret)
{
    int64_t weight = plan_weight(s->k, s->bonus, s->edge);
    if (weight > s->best_weight) {
        s->best_weight = weight;
        memcpy(ret->edge, s->edge, sizeof(s->edge[0]) * s->k->seeker_count);
    }
}

void search_plan(search *s, bool *was_closed, plan *ret)
{
    memcpy(was_closed, s->is_closed, s->k->intake_count);
    fill_greedily(s);
    while (close_below(s)) {
        fill_greedily(s);
    }
    move_up(s);
    trade_seats(s);
    memcpy(s->is_closed, was_closed, s->k->intake_count);
    search_keep_if_best(s, ret);
}
