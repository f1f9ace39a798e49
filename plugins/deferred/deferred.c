/* lotse.deferred: stable seats. People propose in the order of their own preference; an intake
 * keeps the best of those who came, as it sees them, and sends the others on (Gale and Shapley
 * 1962, Roth 1984). With one seat a person and no lower bounds nobody and no intake would both
 * rather have each other, and of all such plans this is the best for the people.
 *
 * Preference: by rank where ranks are given, else the greater score first; ties go to the smaller
 * id. Several seats a person and lower bounds allow no such promise: an intake then sends away as
 * many of its last as a better one needs, an intake below its lower bound is closed, the emptiest
 * first, its people propose on, and at the end free seats are offered once more. */

#include <stdlib.h>
#include <string.h>

#include "entry.h"
#include "market.h"

const char allocator_id[] = "lotse.deferred";

enum { MOVE_PASS_MAX = 100, STOP_LOOK_EVERY = 1024 };

/* How an intake sees somebody: the smaller key is the better, then the smaller id. */
typedef struct guest {
    int64_t key;
    uint32_t seeker;
    uint32_t edge;
} guest;

typedef struct deferred {
    market k;
    uint32_t *wish; /* edges of a person, the best first */
    uint32_t *next; /* the person's next wish */
    uint32_t *at;   /* the person's edge, or LOTSE_NO_EDGE */
    uint32_t *guest_begin;
    uint32_t *guest_count;
    guest *guests;  /* of one intake: a heap, the worst first */
    uint64_t *used; /* seats */
    bool *is_closed;
    uint32_t *waiting;
    uint32_t waiting_count;
    uint64_t turn_count;
} deferred;

/* ------------------------------------------------------------------------------------ preference
 */

static int64_t key_of(uint32_t rank, int64_t score, bool is_ranked)
{
    return is_ranked ? (int64_t)rank : -score;
}

static bool is_worse(const guest *a, const guest *b)
{
    return a->key != b->key ? a->key > b->key : a->seeker > b->seeker;
}

static guest guest_of(const deferred *d, uint32_t i, uint32_t e)
{
    bool is_ranked = d->k.intake_rank != NULL;
    uint32_t rank = is_ranked ? d->k.intake_rank[e] : 0;
    return (guest){key_of(rank, d->k.score[e], is_ranked), i, e};
}

static int compare_wishes(const void *x, const void *y)
{
    const guest *a = x;
    const guest *b = y;
    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    return a->edge < b->edge ? -1 : a->edge > b->edge; /* edges ascend by intake */
}

static void sort_wishes(guest *wishes, uint32_t count)
{
    enum { SHORT_MAX = 32 };
    if (count > SHORT_MAX) {
        qsort(wishes, count, sizeof(guest), compare_wishes);
        return;
    }
    for (uint32_t t = 1; t < count; t++) {
        guest moved = wishes[t];
        uint32_t at = t;
        while (at > 0 && compare_wishes(&wishes[at - 1], &moved) > 0) {
            wishes[at] = wishes[at - 1];
            at--;
        }
        wishes[at] = moved;
    }
}

static void make_wishes(deferred *d, guest *scratch)
{
    const market *k = &d->k;
    bool is_ranked = k->seeker_rank != NULL;
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        uint32_t count = 0;
        for (uint32_t e = k->begin[i]; e < k->begin[i + 1]; e++) {
            uint32_t rank = is_ranked ? k->seeker_rank[e] : 0;
            scratch[count++] = (guest){key_of(rank, k->score[e], is_ranked), i, e};
        }
        sort_wishes(scratch, count);
        for (uint32_t t = 0; t < count; t++) {
            d->wish[k->begin[i] + t] = scratch[t].edge;
        }
        d->next[i] = k->begin[i];
        d->at[i] = LOTSE_NO_EDGE;
    }
}

/* ------------------------------------------------------------------------------------ seats */

static uint32_t need_of(const deferred *d, uint32_t e)
{
    return d->k.need == NULL ? 1 : d->k.need[e];
}

static void seat_guest(deferred *d, uint32_t j, guest g)
{
    guest *heap = d->guests + d->guest_begin[j];
    uint32_t at = d->guest_count[j]++;
    while (at > 0 && is_worse(&g, &heap[(at - 1) / 2])) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = g;
    d->used[j] += need_of(d, g.edge);
    d->at[g.seeker] = g.edge;
}

static guest send_worst_away(deferred *d, uint32_t j)
{
    guest *heap = d->guests + d->guest_begin[j];
    guest worst = heap[0];
    uint32_t count = --d->guest_count[j];
    guest moved = heap[count];
    uint32_t at = 0;
    for (uint32_t child = 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && is_worse(&heap[child + 1], &heap[child])) {
            child++;
        }
        if (!is_worse(&heap[child], &moved)) {
            break;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moved;
    d->used[j] -= need_of(d, worst.edge);
    d->at[worst.seeker] = LOTSE_NO_EDGE;
    return worst;
}

/* Could the guest be seated if all worse ones went? Only asked where people need several seats. */
static bool would_fit(const deferred *d, uint32_t j, const guest *g)
{
    const guest *heap = d->guests + d->guest_begin[j];
    uint64_t used = 0;
    for (uint32_t t = 0; t < d->guest_count[j]; t++) {
        used += is_worse(&heap[t], g) ? 0 : need_of(d, heap[t].edge);
    }
    return used + need_of(d, g->edge) <= d->k.seats[j];
}

static bool is_accepted(deferred *d, uint32_t j, guest g)
{
    uint32_t need = need_of(d, g.edge);
    uint64_t seats = d->k.seats[j];
    if (d->is_closed[j] || need > seats) {
        return false;
    }
    if (d->used[j] + need <= seats) {
        seat_guest(d, j, g);
        return true;
    }
    if (!is_worse(&d->guests[d->guest_begin[j]], &g) ||
        (d->k.need != NULL && !would_fit(d, j, &g))) {
        return false;
    }
    while (d->used[j] + need > seats) {
        d->waiting[d->waiting_count++] = send_worst_away(d, j).seeker;
    }
    seat_guest(d, j, g);
    return true;
}

static bool propose_until_settled(deferred *d)
{
    const market *k = &d->k;
    while (d->waiting_count > 0) {
        uint32_t i = d->waiting[--d->waiting_count];
        bool is_seated = false;
        while (!is_seated && d->next[i] < k->begin[i + 1]) {
            uint32_t e = d->wish[d->next[i]++];
            is_seated = is_accepted(d, k->intake[e], guest_of(d, i, e));
        }
        if (++d->turn_count % STOP_LOOK_EVERY == 0 && market_is_stopped(k)) {
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------ lower bounds
 */

static bool is_below(const deferred *d, uint32_t j)
{
    return d->used[j] > 0 && d->used[j] < d->k.min_seats[j];
}

static uint32_t fill_per_mille(const deferred *d, uint32_t j)
{
    return (uint32_t)(d->used[j] * 1000 / d->k.min_seats[j]);
}

/* Closes the emptiest of those below their bounds, by share: one, or of very many a sixteenth.
 * Yields whether there was one. */
static bool close_emptiest(deferred *d)
{
    enum { ROUND_SHARE = 16 };
    uint32_t counts[1000] = {0};
    uint32_t below_count = 0;
    for (uint32_t j = 0; d->k.min_seats != NULL && j < d->k.intake_count; j++) {
        if (is_below(d, j)) {
            counts[fill_per_mille(d, j)]++;
            below_count++;
        }
    }
    uint32_t left = (below_count + ROUND_SHARE - 1) / ROUND_SHARE;
    uint32_t limit = 0;
    while (below_count > 0 && counts[limit] == 0) {
        limit++;
    }
    for (uint32_t seen = counts[limit]; seen < left; seen += counts[limit]) {
        limit++;
    }
    for (uint32_t j = 0; left > 0 && j < d->k.intake_count; j++) {
        if (!is_below(d, j) || fill_per_mille(d, j) > limit) {
            continue;
        }
        d->is_closed[j] = true;
        left--;
        while (d->guest_count[j] > 0) {
            d->waiting[d->waiting_count++] = send_worst_away(d, j).seeker;
        }
    }
    return below_count > 0;
}

static bool close_those_below(deferred *d)
{
    while (close_emptiest(d)) {
        if (!propose_until_settled(d)) {
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------ free seats
 */

static uint64_t least_of(const deferred *d, uint32_t j)
{
    return d->k.min_seats == NULL ? 0 : d->k.min_seats[j];
}

static bool can_leave(const deferred *d, uint32_t e)
{
    uint32_t j = d->k.intake[e];
    uint64_t rest = d->used[j] - need_of(d, e);
    return rest == 0 || rest >= least_of(d, j);
}

/* Where people need several seats, seats can become free behind those who were sent on. Whoever
 * prefers one moves there; everybody only gains, so it comes to an end. */
static bool offer_free_seats(deferred *d)
{
    const market *k = &d->k;
    bool has_moved = true;
    for (uint32_t pass = 0; pass < MOVE_PASS_MAX && has_moved; pass++) {
        has_moved = false;
        for (uint32_t i = 0; i < k->seeker_count; i++) {
            uint32_t old = d->at[i];
            bool may_leave = old == LOTSE_NO_EDGE || can_leave(d, old);
            for (uint32_t w = k->begin[i]; may_leave && w < k->begin[i + 1]; w++) {
                uint32_t e = d->wish[w];
                uint32_t j = k->intake[e];
                if (e == old) {
                    break;
                }
                uint64_t used = d->used[j] + need_of(d, e);
                if (used > k->seats[j] || used < least_of(d, j)) {
                    continue;
                }
                if (old != LOTSE_NO_EDGE) {
                    d->used[k->intake[old]] -= need_of(d, old);
                }
                d->used[j] = used;
                d->at[i] = e;
                has_moved = true;
                break;
            }
        }
        if (market_is_stopped(k)) {
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------ the whole */

static bool make_deferred(deferred *d, workspace *w)
{
    const market *k = &d->k;
    size_t n = k->seeker_count;
    size_t m = k->intake_count;
    d->wish = WORK_ARRAY(w, k->edge_count, uint32_t);
    d->next = WORK_ARRAY(w, n, uint32_t);
    d->guest_begin = WORK_ARRAY(w, m, uint32_t);
    d->guest_count = WORK_ARRAY(w, m, uint32_t);
    d->used = WORK_ARRAY(w, m, uint64_t);
    d->is_closed = WORK_ARRAY(w, m, bool);
    d->waiting = WORK_ARRAY(w, n, uint32_t);
    if (w->failed) {
        return false;
    }
    for (uint32_t e = 0; e < k->edge_count; e++) {
        d->guest_count[k->intake[e]]++;
    }
    uint32_t count = 0;
    for (uint32_t j = 0; j < k->intake_count; j++) {
        d->guest_begin[j] = count;
        count += d->guest_count[j] < k->seats[j] ? d->guest_count[j] : k->seats[j];
        d->guest_count[j] = 0;
    }
    d->guests = WORK_ARRAY(w, count, guest);
    return !w->failed;
}

static lotse_status run(deferred *d, guest *scratch)
{
    const market *k = &d->k;
    make_wishes(d, scratch);
    for (uint32_t i = k->seeker_count; i > 0; i--) {
        d->waiting[d->waiting_count++] = i - 1;
    }
    bool is_whole = propose_until_settled(d) && close_those_below(d) &&
                    ((k->need == NULL && k->min_seats == NULL) || offer_free_seats(d));
    return is_whole ? LOTSE_OK : LOTSE_STOPPED;
}

lotse_status allocator_run(const int64_t *params, const lotse_market *block,
                           lotse_allocation *answer)
{
    (void)params;
    deferred d = {.k = market_of(block),
                  .at = (uint32_t *)((uintptr_t)answer + (uintptr_t)answer->edge_offset)};
    workspace w = {0};
    uint32_t longest = 0;
    for (uint32_t i = 0; i < d.k.seeker_count; i++) {
        uint32_t count = d.k.begin[i + 1] - d.k.begin[i];
        longest = count > longest ? count : longest;
    }
    guest *scratch = WORK_ARRAY(&w, longest, guest);
    lotse_status status = make_deferred(&d, &w) ? run(&d, scratch) : LOTSE_NO_MEMORY;
    answer->is_proven = d.k.need == NULL && d.k.min_seats == NULL;
    workspace_fini(&w);
    return status;
}
