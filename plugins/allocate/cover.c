#include "cover.h"

/* Hopcroft and Karp (1973), with many seats to an intake: layers of people by the least number of
 * moves until a free seat, then moves along the layers, as many at once as do not touch. */

#define NOT_REACHED UINT32_MAX

typedef struct cover {
    const market *k;
    uint32_t *held_begin;
    uint32_t *held; /* by intake: who has its seats */
    uint32_t *taken;
    bool *is_placed;
    uint32_t *layer;        /* of a person */
    uint32_t *intake_layer; /* that of the first person who reached it */
    uint32_t *next_edge;    /* of a person: where the search goes on */
    uint32_t *next_held;    /* of an intake: likewise */
    uint32_t *path;         /* people; each but the first has a seat the one before wants */
    uint32_t *path_place;
    uint32_t *queue;
    uint32_t placed_count;
} cover;

static uint32_t seats_of(const cover *c, uint32_t j)
{
    return c->held_begin[j + 1] - c->held_begin[j];
}

static bool make_cover(cover *c, workspace *w)
{
    const market *k = c->k;
    size_t n = k->seeker_count;
    size_t m = k->intake_count;
    c->held_begin = WORK_ARRAY(w, m + 1, uint32_t);
    c->taken = WORK_ARRAY(w, m, uint32_t);
    c->is_placed = WORK_ARRAY(w, n, bool);
    c->layer = WORK_ARRAY(w, n, uint32_t);
    c->intake_layer = WORK_ARRAY(w, m, uint32_t);
    c->next_edge = WORK_ARRAY(w, n, uint32_t);
    c->next_held = WORK_ARRAY(w, m, uint32_t);
    c->path = WORK_ARRAY(w, n, uint32_t);
    c->path_place = WORK_ARRAY(w, n, uint32_t);
    c->queue = WORK_ARRAY(w, n, uint32_t);
    if (w->failed) {
        return false;
    }
    for (uint32_t e = 0; e < k->edge_count; e++) {
        c->taken[k->intake[e]]++;
    }
    for (uint32_t j = 0; j < m; j++) {
        uint32_t seats = k->seats[j] < c->taken[j] ? k->seats[j] : c->taken[j];
        c->held_begin[j + 1] = c->held_begin[j] + seats;
        c->taken[j] = 0;
    }
    c->held = WORK_ARRAY(w, c->held_begin[m], uint32_t);
    return !w->failed;
}

static void place_greedily(cover *c)
{
    const market *k = c->k;
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        for (uint32_t e = k->begin[i]; e < k->begin[i + 1] && !c->is_placed[i]; e++) {
            uint32_t j = k->intake[e];
            if (c->taken[j] < seats_of(c, j)) {
                c->held[c->held_begin[j] + c->taken[j]++] = i;
                c->is_placed[i] = true;
                c->placed_count++;
            }
        }
    }
}

/* Yields whether a free seat can be reached at all. */
static bool make_layers(cover *c)
{
    const market *k = c->k;
    uint32_t count = 0;
    for (uint32_t j = 0; j < k->intake_count; j++) {
        c->intake_layer[j] = NOT_REACHED;
        c->next_held[j] = 0;
    }
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        c->layer[i] = c->is_placed[i] ? NOT_REACHED : 0;
        c->next_edge[i] = k->begin[i];
        if (!c->is_placed[i]) {
            c->queue[count++] = i;
        }
    }
    uint32_t last = NOT_REACHED; /* no layer behind the first free seat is of use */
    for (uint32_t at = 0; at < count && c->layer[c->queue[at]] <= last; at++) {
        uint32_t i = c->queue[at];
        for (uint32_t e = k->begin[i]; e < k->begin[i + 1]; e++) {
            uint32_t j = k->intake[e];
            if (c->intake_layer[j] != NOT_REACHED || seats_of(c, j) == 0) {
                continue;
            }
            c->intake_layer[j] = c->layer[i];
            if (c->taken[j] < seats_of(c, j)) {
                last = c->layer[i];
                continue;
            }
            for (uint32_t t = c->held_begin[j]; t < c->held_begin[j + 1]; t++) {
                c->layer[c->held[t]] = c->layer[i] + 1;
                c->queue[count++] = c->held[t];
            }
        }
    }
    return last != NOT_REACHED;
}

/* Everybody on the path takes the seat of the next; the last takes the free one. */
static void move_along(cover *c, uint32_t depth, uint32_t free_intake)
{
    const market *k = c->k;
    c->held[c->held_begin[free_intake] + c->taken[free_intake]++] = c->path[depth];
    for (uint32_t d = depth; d > 0; d--) {
        uint32_t i = c->path[d - 1];
        uint32_t j = k->intake[c->next_edge[i]];
        c->held[c->held_begin[j] + c->path_place[d]] = i;
    }
    c->is_placed[c->path[0]] = true;
    c->placed_count++;
}

static void search_from(cover *c, uint32_t first)
{
    const market *k = c->k;
    uint32_t depth = 0;
    c->path[0] = first;
    for (;;) {
        uint32_t i = c->path[depth];
        if (c->next_edge[i] == k->begin[i + 1]) {
            if (depth == 0) {
                return;
            }
            depth--;
            continue;
        }
        uint32_t j = k->intake[c->next_edge[i]];
        if (c->intake_layer[j] != c->layer[i]) {
            c->next_edge[i]++;
        } else if (c->taken[j] < seats_of(c, j)) {
            move_along(c, depth, j);
            return;
        } else if (c->next_held[j] < c->taken[j] &&
                   c->layer[c->held[c->held_begin[j] + c->next_held[j]]] == c->layer[i] + 1) {
            uint32_t place = c->next_held[j]++;
            depth++;
            c->path[depth] = c->held[c->held_begin[j] + place];
            c->path_place[depth] = place;
        } else if (c->next_held[j] < c->taken[j]) {
            c->next_held[j]++; /* came in this round */
        } else {
            c->next_edge[i]++;
        }
    }
}

lotse_status cover_count(const market *k, uint32_t *ret_count)
{
    cover c = {.k = k};
    workspace w = {0};
    lotse_status status = make_cover(&c, &w) ? LOTSE_OK : LOTSE_NO_MEMORY;
    if (status == LOTSE_OK) {
        place_greedily(&c);
        while (status == LOTSE_OK && make_layers(&c)) {
            for (uint32_t i = 0; i < k->seeker_count; i++) {
                if (!c.is_placed[i]) {
                    search_from(&c, i);
                }
            }
            status = market_is_stopped(k) ? LOTSE_STOPPED : LOTSE_OK;
        }
        *ret_count = c.placed_count;
    }
    workspace_fini(&w);
    return status;
}
