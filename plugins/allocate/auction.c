#include "auction.h"

#include <stdlib.h>

/* An auction with falling bid steps (Bertsekas 1988), many seats to an intake (similar objects),
 * and a reverse half: after each round of bids, intakes that kept free seats at a price lower it
 * until somebody comes or it is 0 (Bertsekas and Castanon 1992). Then three things hold: nobody
 * would gain more than one step elsewhere, staying out is worth 0, and a free seat costs nothing.
 * So the plan is at most one step a person below the sum of the prices and of what everybody gains
 * at most, which no plan can pass. With scores times (people + 1), a step of 1 proves the optimum.
 *
 * Steps fall by STEP_DIVISOR from round to round, prices stay, and whoever is content with the
 * smaller step keeps the seat: each round has little to do. */

enum { STEP_DIVISOR = 10, FIRST_STEP_SHARE = 4, WARM_STEP_SHARE = 400, STOP_LOOK_EVERY = 1024 };

#define UNREACHABLE ((int64_t)1 << 62)
#define SCALED_MAX ((int64_t)1 << 60)

typedef struct bid {
    int64_t price;
    uint32_t seeker;
    uint32_t reserved;
} bid;

typedef struct auction {
    const market *k;
    int64_t bonus;
    int64_t scale;
    int64_t step;
    uint32_t *at; /* a person's edge */
    int64_t *price;
    uint32_t *seats; /* never more than who could come */
    uint32_t *bid_begin;
    uint32_t *taken;
    bid *bids; /* of one intake: a heap, the lowest first; in the reverse half in any order */
    /* The edges seen from the intakes, for the reverse half. */
    uint32_t *back_begin;
    uint32_t *back_seeker;
    int64_t *back_weight;
    int64_t *gain;   /* reverse: what a person has now */
    uint32_t *place; /* reverse: where a person's bid stands among those of the intake */
    uint32_t *waiting;
    uint32_t waiting_count;
    bool *is_queued;
    bid *candidates;
    uint64_t turn_count;
} auction;

static int64_t weight_of(const auction *a, uint32_t edge)
{
    return (a->k->score[edge] + a->bonus) * a->scale;
}

static bool is_time_to_stop(auction *a)
{
    return ++a->turn_count % STOP_LOOK_EVERY == 0 && market_is_stopped(a->k);
}

/* ------------------------------------------------------------------------------------ heap */

static void sift_up(bid *heap, uint32_t at)
{
    bid moved = heap[at];
    while (at > 0) {
        uint32_t parent = (at - 1) / 2;
        if (heap[parent].price <= moved.price) {
            break;
        }
        heap[at] = heap[parent];
        at = parent;
    }
    heap[at] = moved;
}

static void sift_down(bid *heap, uint32_t count)
{
    bid moved = heap[0];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= count) {
            break;
        }
        if (child + 1 < count && heap[child + 1].price < heap[child].price) {
            child++;
        }
        if (heap[child].price >= moved.price) {
            break;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moved;
}

/* ------------------------------------------------------------------------------------ forward */

/* One person bids for the best edge as much as the second best leaves room for. Whoever is outbid
 * bids next. */
static bool bid_until_content(auction *a)
{
    const market *k = a->k;
    while (a->waiting_count > 0) {
        uint32_t i = a->waiting[--a->waiting_count];
        int64_t best = 0;
        int64_t second = 0;
        uint32_t chosen = LOTSE_NO_EDGE;
        for (uint32_t e = k->begin[i]; e < k->begin[i + 1]; e++) {
            int64_t value = weight_of(a, e) - a->price[k->intake[e]];
            if (value > best) {
                second = best;
                best = value;
                chosen = e;
            } else if (value > second) {
                second = value;
            }
        }
        a->at[i] = chosen;
        if (chosen == LOTSE_NO_EDGE) {
            continue;
        }
        uint32_t j = k->intake[chosen];
        bid *heap = a->bids + a->bid_begin[j];
        bid mine = {a->price[j] + best - second + a->step, i, 0};
        if (a->taken[j] < a->seats[j]) {
            heap[a->taken[j]] = mine;
            sift_up(heap, a->taken[j]++);
        } else {
            a->waiting[a->waiting_count++] = heap[0].seeker;
            heap[0] = mine;
            sift_down(heap, a->taken[j]);
        }
        if (a->taken[j] == a->seats[j]) {
            a->price[j] = heap[0].price;
        }
        if (is_time_to_stop(a)) {
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------ reverse */

static void queue_intake(auction *a, uint32_t j)
{
    if (a->taken[j] < a->seats[j] && a->price[j] > 0 && !a->is_queued[j]) {
        a->is_queued[j] = true;
        a->waiting[a->waiting_count++] = j;
    }
}

static void seat_person(auction *a, uint32_t i, uint32_t j)
{
    const market *k = a->k;
    uint32_t old = a->at[i];
    if (old != LOTSE_NO_EDGE) {
        uint32_t left = k->intake[old];
        bid *theirs = a->bids + a->bid_begin[left];
        bid last = theirs[--a->taken[left]];
        theirs[a->place[i]] = last;
        a->place[last.seeker] = a->place[i];
        queue_intake(a, left);
    }
    uint32_t low = k->begin[i];
    uint32_t high = k->begin[i + 1] - 1;
    while (low < high) { /* edges of one person ascend by intake */
        uint32_t middle = low + (high - low) / 2;
        if (k->intake[middle] < j) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    a->at[i] = low;
    a->place[i] = a->taken[j];
    a->bids[a->bid_begin[j] + a->taken[j]++] = (bid){a->price[j], i, 0};
    a->gain[i] = weight_of(a, low) - a->price[j];
}

static int compare_candidates(const void *x, const void *y)
{
    const bid *a = x;
    const bid *b = y;
    if (a->price != b->price) {
        return a->price < b->price ? 1 : -1;
    }
    return a->seeker < b->seeker ? -1 : a->seeker > b->seeker;
}

/* People of other intakes, or of none, who would come for a price above 0; for one free seat only
 * the best two matter. */
static uint32_t list_candidates(auction *a, uint32_t j, uint32_t vacancy_count)
{
    const market *k = a->k;
    bid *found = a->candidates;
    uint32_t count = 0;
    for (uint32_t b = a->back_begin[j]; b < a->back_begin[j + 1]; b++) {
        uint32_t i = a->back_seeker[b];
        int64_t offered = a->back_weight[b] - a->gain[i];
        if (offered <= 0 || (a->at[i] != LOTSE_NO_EDGE && k->intake[a->at[i]] == j)) {
            continue;
        }
        bid c = {offered, i, 0};
        if (vacancy_count > 1 || count == 0) {
            found[count++] = c;
        } else if (offered > found[0].price) {
            found[1] = found[0];
            found[0] = c;
            count = 2;
        } else if (count == 1 || offered > found[1].price) {
            found[1] = c;
            count = 2;
        }
    }
    if (vacancy_count > 1 && count > 1) {
        qsort(found, count, sizeof(bid), compare_candidates);
    }
    return count;
}

/* The intake lowers its price until its free seats are filled, or to 0. */
static void lower_price(auction *a, uint32_t j)
{
    uint32_t vacancy_count = a->seats[j] - a->taken[j];
    uint32_t count = list_candidates(a, j, vacancy_count);
    int64_t price = count > vacancy_count ? a->candidates[vacancy_count].price - a->step : 0;
    price = price < 0 ? 0 : price > a->price[j] ? a->price[j] : price;
    const bid *held = a->bids + a->bid_begin[j];
    for (uint32_t t = 0; t < a->taken[j]; t++) {
        a->gain[held[t].seeker] += a->price[j] - price;
    }
    a->price[j] = price;
    int64_t least = price == 0 ? a->step : price; /* nobody moves for less than a step */
    for (uint32_t t = 0; t < count && t < vacancy_count && a->candidates[t].price > least; t++) {
        seat_person(a, a->candidates[t].seeker, j);
    }
    queue_intake(a, j);
}

static bool lower_until_fair(auction *a)
{
    const market *k = a->k;
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        uint32_t e = a->at[i];
        a->gain[i] = e == LOTSE_NO_EDGE ? 0 : weight_of(a, e) - a->price[k->intake[e]];
    }
    for (uint32_t j = 0; j < k->intake_count; j++) {
        const bid *held = a->bids + a->bid_begin[j];
        for (uint32_t t = 0; t < a->taken[j]; t++) {
            a->place[held[t].seeker] = t;
        }
        queue_intake(a, j);
    }
    while (a->waiting_count > 0) {
        uint32_t j = a->waiting[--a->waiting_count];
        a->is_queued[j] = false;
        lower_price(a, j);
        if (is_time_to_stop(a)) {
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------ rounds */

/* What no plan can pass; lists on the way who would not be content with a step of next_step. */
static int64_t measure(auction *a, int64_t next_step)
{
    const market *k = a->k;
    wide sum = 0;
    for (uint32_t j = 0; j < k->intake_count; j++) {
        sum += (wide)a->price[j] * a->seats[j];
    }
    a->waiting_count = 0;
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        int64_t best = 0;
        for (uint32_t e = k->begin[i]; e < k->begin[i + 1]; e++) {
            int64_t value = weight_of(a, e) - a->price[k->intake[e]];
            best = value > best ? value : best;
        }
        uint32_t e = a->at[i];
        int64_t mine = e == LOTSE_NO_EDGE ? 0 : weight_of(a, e) - a->price[k->intake[e]];
        if (mine < best - next_step) {
            a->waiting[a->waiting_count++] = i;
        }
        sum += best;
    }
    sum /= a->scale;
    return sum > INT64_MAX ? INT64_MAX : (int64_t)sum; /* with prices from outside only */
}

/* Those who wait give their seats back; the others hold theirs at the intake's price. */
static void clear_seats(auction *a)
{
    const market *k = a->k;
    for (uint32_t t = 0; t < a->waiting_count; t++) {
        a->at[a->waiting[t]] = LOTSE_NO_EDGE;
    }
    for (uint32_t j = 0; j < k->intake_count; j++) {
        a->taken[j] = 0;
    }
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        if (a->at[i] != LOTSE_NO_EDGE) {
            uint32_t j = k->intake[a->at[i]];
            a->bids[a->bid_begin[j] + a->taken[j]++] = (bid){a->price[j], i, 0};
        }
    }
}

static lotse_status run_rounds(auction *a, uint32_t gap_ppm, int64_t first_step, plan *ret)
{
    a->step = first_step;
    ret->bound = measure(a, -1); /* everybody waits */
    for (;;) {
        clear_seats(a);
        if (market_is_stopped(a->k) || !bid_until_content(a) || !lower_until_fair(a)) {
            return LOTSE_STOPPED;
        }
        bool is_last = a->step == 1;
        a->step = a->step / STEP_DIVISOR < 1 ? 1 : a->step / STEP_DIVISOR;
        int64_t bound = measure(a, a->step);
        int64_t weight = plan_weight(a->k, a->bonus, a->at);
        ret->bound = bound < ret->bound ? bound : ret->bound;
        ret->is_proven = weight == ret->bound;
        wide gap = (wide)(ret->bound - weight) * 1000000;
        if (is_last || ret->is_proven || gap <= (wide)ret->bound * gap_ppm) {
            return LOTSE_OK;
        }
    }
}

/* ------------------------------------------------------------------------------------ making */

static void make_back_edges(auction *a)
{
    const market *k = a->k;
    uint32_t *next = a->back_begin + 1; /* filled one place behind, so that it ends as begins */
    for (uint32_t e = 0; e < k->edge_count; e++) {
        next[k->intake[e] + 1]++;
    }
    for (uint32_t j = 0; j < k->intake_count; j++) {
        next[j + 1] += next[j];
    }
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        for (uint32_t e = k->begin[i]; e < k->begin[i + 1]; e++) {
            uint32_t at = next[k->intake[e]]++;
            a->back_seeker[at] = i;
            a->back_weight[at] = weight_of(a, e);
        }
    }
}

static bool make_seats(auction *a, workspace *w)
{
    const market *k = a->k;
    uint32_t seat_count = 0;
    for (uint32_t j = 0; j < k->intake_count; j++) {
        uint32_t edge_count = a->back_begin[j + 1] - a->back_begin[j];
        a->seats[j] = k->seats[j] < edge_count ? k->seats[j] : edge_count;
        a->bid_begin[j] = seat_count;
        seat_count += a->seats[j];
    }
    a->bids = WORK_ARRAY(w, seat_count, bid);
    return a->bids != NULL;
}

static bool make_auction(auction *a, workspace *w, plan *ret)
{
    const market *k = a->k;
    size_t n = k->seeker_count;
    size_t m = k->intake_count;
    a->at = ret->edge;
    a->price = ret->price != NULL ? ret->price : WORK_ARRAY(w, m, int64_t);
    a->seats = WORK_ARRAY(w, m, uint32_t);
    a->bid_begin = WORK_ARRAY(w, m, uint32_t);
    a->taken = WORK_ARRAY(w, m, uint32_t);
    a->back_begin = WORK_ARRAY(w, m + 2, uint32_t);
    a->back_seeker = WORK_ARRAY(w, k->edge_count, uint32_t);
    a->back_weight = WORK_ARRAY(w, k->edge_count, int64_t);
    a->gain = WORK_ARRAY(w, n, int64_t);
    a->place = WORK_ARRAY(w, n, uint32_t);
    a->waiting = WORK_ARRAY(w, n > m ? n : m, uint32_t);
    a->is_queued = WORK_ARRAY(w, m, bool);
    a->candidates = WORK_ARRAY(w, n + 2, bid);
    if (w->failed) {
        return false;
    }
    make_back_edges(a);
    return make_seats(a, w);
}

/* Prices to begin with; what has no seats is out of everybody's reach. */
static void set_prices(auction *a, int64_t weight_max)
{
    const market *k = a->k;
    for (uint32_t j = 0; j < k->intake_count; j++) {
        int64_t price = k->price == NULL || k->price[j] < 0 ? 0 : k->price[j];
        price = price > weight_max ? weight_max : price;
        a->price[j] = a->seats[j] == 0 ? UNREACHABLE : price * a->scale;
    }
}

lotse_status auction_run(const market *k, int64_t bonus, uint32_t gap_ppm, plan *ret)
{
    auction a = {.k = k, .bonus = bonus};
    workspace w = {0};
    int64_t weight_max = market_score_max(k) + bonus;
    int64_t scale_max = weight_max == 0 ? SCALED_MAX : SCALED_MAX / weight_max;
    a.scale = (int64_t)k->seeker_count + 1;
    a.scale = a.scale > scale_max ? (scale_max < 1 ? 1 : scale_max) : a.scale;
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        ret->edge[i] = LOTSE_NO_EDGE;
    }
    lotse_status status = LOTSE_NO_MEMORY;
    if (make_auction(&a, &w, ret)) {
        set_prices(&a, weight_max);
        int64_t share = k->price == NULL ? FIRST_STEP_SHARE : WARM_STEP_SHARE;
        int64_t first_step = weight_max * a.scale / share;
        status = run_rounds(&a, gap_ppm, first_step < 1 ? 1 : first_step, ret);
        for (uint32_t j = 0; j < k->intake_count; j++) {
            a.price[j] = a.seats[j] == 0 ? weight_max * a.scale : a.price[j];
        }
        ret->scale = a.scale;
    }
    workspace_fini(&w);
    return status;
}
