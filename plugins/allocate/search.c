#include "search.h"

#include <stdlib.h>
#include <string.h>

#include "search_parts.h"

/* Several seats a person make the question hard (generalised assignment), so the answer comes in
 * three steps. Prices for seats, moved towards a balance of demand and supply (subgradients, Held
 * and Karp 1971), give a bound that no plan can pass. Plans made greedily under these prices give a
 * first answer. Then a depth-first search over the people: a choice costs what the person gains
 * less than at most, and when these costs add up to more than lies between bound and best plan, no
 * better plan can follow. */

enum {
    PRICE_SCALE = 1024,
    STALE_MAX = 12, /* rounds without a better bound until the stride is halved */
    ROUND_MIN = 30,
    ROUND_MAX = 600
};

#define PRICE_WORK_MAX ((uint64_t)600000000)
#define NODE_MAX ((uint64_t)40000000)
#define NODE_SEEKER_MAX 20000

static bool make_search(search *s, workspace *w)
{
    const market *k = s->k;
    size_t n = k->seeker_count;
    size_t m = k->intake_count;
    s->price = WORK_ARRAY(w, m, double);
    s->best_price = WORK_ARRAY(w, m, double);
    s->scaled = WORK_ARRAY(w, m, int64_t);
    s->demand = WORK_ARRAY(w, m, double);
    s->supply = WORK_ARRAY(w, m, int64_t);
    s->option = WORK_ARRAY(w, k->edge_count, uint32_t);
    s->option_begin = WORK_ARRAY(w, n + 1, uint32_t);
    s->gain = WORK_ARRAY(w, k->edge_count, int64_t);
    s->order = WORK_ARRAY(w, n, uint32_t);
    s->sort_key = WORK_ARRAY(w, n, int64_t);
    s->edge = WORK_ARRAY(w, n, uint32_t);
    s->used = WORK_ARRAY(w, m, int64_t);
    s->possible = WORK_ARRAY(w, m, int64_t);
    s->is_closed = WORK_ARRAY(w, m, bool);
    s->next_held = WORK_ARRAY(w, n, uint32_t);
    s->first_held = WORK_ARRAY(w, m, uint32_t);
    s->evicted = WORK_ARRAY(w, n, uint32_t);
    s->moved_to = WORK_ARRAY(w, n, uint32_t);
    s->cursor = WORK_ARRAY(w, n + 1, uint32_t);
    s->cost = WORK_ARRAY(w, n + 1, int64_t);
    if (w->failed) {
        return false;
    }
    for (uint32_t e = 0; e < k->edge_count; e++) {
        uint32_t j = k->intake[e];
        s->possible[j] += is_usable(k, e) ? k->need[e] : 0;
    }
    for (uint32_t j = 0; j < k->intake_count; j++) {
        s->supply[j] = s->possible[j] < k->seats[j] ? s->possible[j] : k->seats[j];
        s->is_closed[j] = s->possible[j] < least_of(k, j);
    }
    return true;
}

/* ------------------------------------------------------------------------------------ prices */

/* The bound under the present prices, and how much of each intake is asked for. */
static double ask_all(search *s)
{
    const market *k = s->k;
    double sum = 0;
    for (uint32_t j = 0; j < k->intake_count; j++) {
        s->demand[j] = 0;
        sum += s->price[j] * (double)s->supply[j];
    }
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        double best = 0;
        uint32_t chosen = LOTSE_NO_EDGE;
        for (uint32_t e = k->begin[i]; e < k->begin[i + 1]; e++) {
            uint32_t j = k->intake[e];
            double value = (double)weight_of(s, e) - s->price[j] * (double)k->need[e];
            if (value > best && is_usable(k, e) && !s->is_closed[j]) {
                best = value;
                chosen = e;
            }
        }
        sum += best;
        if (chosen != LOTSE_NO_EDGE) {
            s->demand[k->intake[chosen]] += (double)k->need[chosen];
        }
    }
    return sum;
}

static lotse_status find_prices(search *s)
{
    const market *k = s->k;
    uint64_t rounds = PRICE_WORK_MAX / ((uint64_t)k->edge_count + k->seeker_count + 1);
    rounds = rounds < ROUND_MIN ? ROUND_MIN : rounds > ROUND_MAX ? ROUND_MAX : rounds;
    double stride = 1.0;
    uint32_t stale_count = 0;
    double target = (double)s->best_weight;
    for (uint64_t t = 0; t < rounds; t++) {
        double bound = ask_all(s);
        if (t == 0 || bound < s->best_bound) {
            s->best_bound = bound;
            memcpy(s->best_price, s->price, sizeof(double) * k->intake_count);
            stale_count = 0;
        } else if (++stale_count == STALE_MAX) {
            stale_count = 0;
            stride /= 2;
            memcpy(s->price, s->best_price, sizeof(double) * k->intake_count);
            continue;
        }
        double square = 0;
        for (uint32_t j = 0; j < k->intake_count; j++) {
            double excess = s->demand[j] - (double)s->supply[j];
            square += s->price[j] > 0 || excess > 0 ? excess * excess : 0;
        }
        if (square <= 0 || bound - target < 0.5) {
            break;
        }
        double step = stride * (bound - target) / square;
        for (uint32_t j = 0; j < k->intake_count; j++) {
            double price = s->price[j] + step * (s->demand[j] - (double)s->supply[j]);
            s->price[j] = price < 0 ? 0 : price;
        }
        if (market_is_stopped(k)) {
            return LOTSE_STOPPED;
        }
    }
    return LOTSE_OK;
}

typedef struct sorted {
    int64_t key;
    uint32_t item;
} sorted;

static int compare_sorted(const void *x, const void *y)
{
    const sorted *a = x;
    const sorted *b = y;
    if (a->key != b->key) {
        return a->key < b->key ? 1 : -1;
    }
    return a->item < b->item ? -1 : a->item > b->item;
}

/* Whole prices, the options of everybody in the order of their gain, and the exact bound. */
static void fix_prices(search *s, sorted *scratch)
{
    const market *k = s->k;
    wide sum = 0;
    uint32_t count = 0;
    for (uint32_t j = 0; j < k->intake_count; j++) {
        s->scaled[j] = (int64_t)(s->best_price[j] * (double)s->scale);
        sum += (wide)s->scaled[j] * s->supply[j];
    }
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        uint32_t own = 0;
        s->option_begin[i] = count;
        for (uint32_t e = k->begin[i]; e < k->begin[i + 1]; e++) {
            uint32_t j = k->intake[e];
            if (is_usable(k, e) && !s->is_closed[j]) {
                wide net = (wide)weight_of(s, e) * s->scale - (wide)s->scaled[j] * k->need[e];
                net = net < -(wide)INT64_MAX / 4 ? -(wide)INT64_MAX / 4 : net;
                scratch[own++] = (sorted){(int64_t)net, e};
            }
        }
        qsort(scratch, own, sizeof(sorted), compare_sorted);
        for (uint32_t t = 0; t < own; t++) {
            s->option[count] = scratch[t].item;
            s->gain[count++] = scratch[t].key;
        }
        sum += own > 0 && scratch[0].key > 0 ? scratch[0].key : 0;
        /* Whoever has most to lose decides first. */
        int64_t second = own > 1 && scratch[1].key > 0 ? scratch[1].key : 0;
        s->sort_key[i] = own > 0 && scratch[0].key > 0 ? scratch[0].key - second : 0;
    }
    s->option_begin[k->seeker_count] = count;
    s->scaled_bound = sum;
    sum /= s->scale;
    s->bound = sum > INT64_MAX ? INT64_MAX : (int64_t)sum;
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        scratch[i] = (sorted){s->sort_key[i], i};
    }
    qsort(scratch, k->seeker_count, sizeof(sorted), compare_sorted);
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        s->order[i] = scratch[i].item;
    }
}

/* ------------------------------------------------------------------------------------ the search
 */

/* The person has decided: can every intake that was begun still reach its lower bound? */
static bool is_reachable(const search *s, uint32_t i)
{
    const market *k = s->k;
    if (k->min_seats == NULL) {
        return true;
    }
    for (uint32_t o = s->option_begin[i]; o < s->option_begin[i + 1]; o++) {
        uint32_t j = k->intake[s->option[o]];
        if (s->used[j] > 0 && s->used[j] + s->possible[j] < k->min_seats[j]) {
            return false;
        }
    }
    return true;
}

static void count_possible(search *s, uint32_t i, int64_t sign)
{
    for (uint32_t o = s->option_begin[i]; o < s->option_begin[i + 1]; o++) {
        uint32_t e = s->option[o];
        s->possible[s->k->intake[e]] += sign * (int64_t)s->k->need[e];
    }
}

/* Takes the person's next choice that may lead to a better plan; false: there is none left. A
 * person's choices are the options and, at its place by gain 0, staying out. */
static bool choose_next(search *s, uint32_t depth)
{
    uint32_t i = s->order[depth];
    uint32_t count = s->option_begin[i + 1] - s->option_begin[i];
    const int64_t *gains = s->gain + s->option_begin[i];
    int64_t most = count > 0 && gains[0] > 0 ? gains[0] : 0;
    uint32_t out_place = 0;
    while (out_place < count && gains[out_place] > 0) {
        out_place++;
    }
    wide room = s->scaled_bound - (wide)(s->best_weight + 1) * s->scale;
    while (s->cursor[depth] <= count) {
        uint32_t c = s->cursor[depth]++;
        bool is_out = c == out_place;
        uint32_t place = c > out_place ? c - 1 : c;
        int64_t lost = most - (is_out ? 0 : gains[place]);
        if ((wide)s->cost[depth] + lost > room) {
            return false;
        }
        uint32_t e = is_out ? LOTSE_NO_EDGE : s->option[s->option_begin[i] + place];
        if (!is_out && !has_room(s, e)) {
            continue;
        }
        s->edge[i] = e;
        if (!is_out) {
            take(s, i, e);
        }
        s->cost[depth + 1] = s->cost[depth] + lost;
        return true;
    }
    return false;
}

static void take_back(search *s, uint32_t depth)
{
    uint32_t i = s->order[depth];
    uint32_t e = s->edge[i];
    if (e != LOTSE_NO_EDGE) {
        s->used[s->k->intake[e]] -= s->k->need[e];
        s->edge[i] = LOTSE_NO_EDGE;
    }
}

static lotse_status search_people(search *s, plan *ret)
{
    const market *k = s->k;
    uint32_t depth = 0;
    uint64_t node_count = 0;
    memset(s->used, 0, sizeof(s->used[0]) * k->intake_count);
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        s->edge[i] = LOTSE_NO_EDGE;
    }
    s->cursor[0] = 0;
    s->cost[0] = 0;
    if (k->seeker_count > 0) {
        count_possible(s, s->order[0], -1);
    }
    uint64_t node_max = NODE_MAX * k->effort_percent / 100;
    while (node_count < node_max) {
        node_count++;
        if (depth == k->seeker_count) {
            search_keep_if_best(s, ret);
        } else if (choose_next(s, depth)) {
            if (!is_reachable(s, s->order[depth])) {
                take_back(s, depth);
            } else if (++depth < k->seeker_count) {
                s->cursor[depth] = 0;
                count_possible(s, s->order[depth], -1);
            }
            continue;
        } else {
            count_possible(s, s->order[depth], 1);
        }
        if (depth == 0) {
            s->is_complete = true;
            return LOTSE_OK;
        }
        depth--;
        take_back(s, depth);
        if (node_count % 65536 < 2 && market_is_stopped(k)) {
            return LOTSE_STOPPED;
        }
    }
    return LOTSE_OK;
}

lotse_status search_run(const market *k, int64_t bonus, plan *ret)
{
    search s = {.k = k, .bonus = bonus, .best_weight = 0};
    workspace w = {0};
    int64_t weight_max = market_score_max(k) + bonus;
    s.scale =
        weight_max > INT64_MAX / 8 / PRICE_SCALE / ((int64_t)k->seeker_count + 1) ? 1 : PRICE_SCALE;
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        ret->edge[i] = LOTSE_NO_EDGE;
    }
    size_t longest = k->edge_count > k->seeker_count ? k->edge_count : k->seeker_count;
    sorted *scratch = WORK_ARRAY(&w, longest, sorted);
    bool *was_closed = WORK_ARRAY(&w, k->intake_count, bool);
    lotse_status status = make_search(&s, &w) ? LOTSE_OK : LOTSE_NO_MEMORY;
    if (status == LOTSE_OK) {
        fix_prices(&s, scratch); /* of 0 */
        search_plan(&s, was_closed, ret);
        status = find_prices(&s);
    }
    if (status == LOTSE_OK) {
        fix_prices(&s, scratch);
        search_plan(&s, was_closed, ret);
        if (s.bound > s.best_weight && k->seeker_count <= NODE_SEEKER_MAX) {
            status = search_people(&s, ret);
        }
        ret->bound = s.is_complete || s.bound < s.best_weight ? s.best_weight : s.bound;
        ret->is_proven = ret->bound == s.best_weight;
        ret->scale = s.scale;
        if (ret->price != NULL) {
            memcpy(ret->price, s.scaled, sizeof(s.scaled[0]) * k->intake_count);
        }
    }
    workspace_fini(&w);
    return status;
}
