#include "market.h"

#include <stdlib.h>

static const void *part(const lotse_market *block, uint64_t offset)
{
    return offset == 0 ? NULL : lotse_at(block, offset);
}

market market_of(const lotse_market *block)
{
    market k = {
        .seeker_count = block->seeker_count,
        .intake_count = block->intake_count,
        .edge_count = block->edge_count,
        .begin = part(block, block->begin_offset),
        .intake = part(block, block->intake_offset),
        .score = part(block, block->score_offset),
        .need = part(block, block->need_offset),
        .seeker_rank = part(block, block->seeker_rank_offset),
        .intake_rank = part(block, block->intake_rank_offset),
        .seats = part(block, block->seats_offset),
        .min_seats = part(block, block->min_seats_offset),
        .price = part(block, block->price_offset),
        .stop = part(block, block->stop_offset),
        .effort_percent = 100,
    };
    bool is_bounded = false;
    for (uint32_t j = 0; k.min_seats != NULL && j < k.intake_count && !is_bounded; j++) {
        is_bounded = k.min_seats[j] > 1;
    }
    bool is_needy = false;
    for (uint32_t e = 0; k.need != NULL && e < k.edge_count && !is_needy; e++) {
        is_needy = k.need[e] != 1;
    }
    /* The fast ways are for markets without these, and most markets only look as if they had them.
     */
    k.min_seats = is_bounded ? k.min_seats : NULL;
    k.need = is_needy ? k.need : NULL;
    return k;
}

bool market_is_stopped(const market *k)
{
    return k->stop != NULL && __atomic_load_n(k->stop, __ATOMIC_RELAXED) != 0;
}

int64_t market_score_max(const market *k)
{
    int64_t max = 0;
    for (uint32_t e = 0; e < k->edge_count; e++) {
        int64_t size = k->score[e] < 0 ? -k->score[e] : k->score[e];
        max = size > max ? size : max;
    }
    return max;
}

int64_t plan_weight(const market *k, int64_t bonus, const uint32_t *edge)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        sum += edge[i] == LOTSE_NO_EDGE ? 0 : k->score[edge[i]] + bonus;
    }
    return sum;
}

uint32_t plan_count(const market *k, const uint32_t *edge)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < k->seeker_count; i++) {
        count += edge[i] != LOTSE_NO_EDGE;
    }
    return count;
}

/* A piece starts with a link to the one before; 64 bytes keep what follows aligned to a cache line
 * as far as the heap does. */
enum { LINK_LEN = 64 };

void *workspace_array(workspace *w, size_t count, size_t width)
{
    size_t len = 0;
    if (w->failed || __builtin_mul_overflow(count, width, &len) ||
        __builtin_add_overflow(len, (size_t)LINK_LEN, &len)) {
        w->failed = true;
        return NULL;
    }
    void **piece = calloc(1, len);
    if (piece == NULL) {
        w->failed = true;
        return NULL;
    }
    *piece = w->newest;
    w->newest = piece;
    return (char *)piece + LINK_LEN;
}

void workspace_fini(workspace *w)
{
    while (w->newest != NULL) {
        void *piece = w->newest;
        w->newest = *(void **)piece;
        free(piece);
    }
}
