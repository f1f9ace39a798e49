#include <stdlib.h>

#include "assign/parts.h"
#include "base/arena.h"

/* Those who have an intake's seats, in its order of preference, with the seats of all before. */
typedef struct holder {
    int64_t key;
    uint32_t seeker;
    uint32_t edge;
    uint64_t seats_before;
} holder;

typedef struct blocking {
    const instance *x;
    const uint32_t *edge;
    uint32_t *begin; /* of an intake's holders */
    holder *holders;
    uint64_t *used;
} blocking;

static int64_t key_of(const uint32_t *ranks, const instance *x, uint32_t e)
{
    return ranks == NULL ? -x->score[e] : (int64_t)ranks[e];
}

static int compare_holders(const void *a, const void *b)
{
    const holder *x = a;
    const holder *y = b;
    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return x->seeker < y->seeker ? -1 : x->seeker > y->seeker;
}

static void list_holders(blocking *b)
{
    const instance *x = b->x;
    uint32_t count = x->intakes.count;
    for (uint32_t i = 0; i < x->seekers.count; i++) {
        b->begin[b->edge[i] == LOTSE_NO_EDGE ? count + 1 : x->intake[b->edge[i]] + 1]++;
    }
    for (uint32_t j = 0; j < count; j++) {
        b->begin[j + 1] += b->begin[j];
    }
    for (uint32_t j = count; j > 0; j--) {
        b->begin[j] = b->begin[j - 1];
    }
    for (uint32_t i = 0; i < x->seekers.count; i++) {
        uint32_t e = b->edge[i];
        if (e != LOTSE_NO_EDGE) {
            uint32_t at = b->begin[x->intake[e] + 1]++;
            b->holders[at] = (holder){key_of(x->intake_rank, x, e), i, e, 0};
        }
    }
    for (uint32_t j = 0; j < count; j++) {
        holder *first = b->holders + b->begin[j];
        uint32_t held = b->begin[j + 1] - b->begin[j];
        qsort(first, held, sizeof(*first), compare_holders);
        for (uint32_t t = 0; t < held; t++) {
            first[t].seats_before = b->used[j];
            b->used[j] += need_of(x, first[t].edge);
        }
    }
}

/* Seats that those have whom the intake likes better. */
static uint64_t seats_of_better(const blocking *b, uint32_t j, const holder *one)
{
    uint32_t low = b->begin[j];
    uint32_t high = b->begin[j + 1];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare_holders(&b->holders[middle], one) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == b->begin[j + 1] ? b->used[j] : b->holders[low].seats_before;
}

static uint64_t count_of_person(const blocking *b, uint32_t i)
{
    const instance *x = b->x;
    uint64_t count = 0;
    uint32_t mine = b->edge[i];
    int64_t my_key = mine == LOTSE_NO_EDGE ? 0 : key_of(x->seeker_rank, x, mine);
    for (uint32_t e = x->begin[i]; e < x->begin[i + 1]; e++) {
        int64_t key = key_of(x->seeker_rank, x, e);
        bool is_preferred = mine == LOTSE_NO_EDGE || key < my_key || (key == my_key && e < mine);
        if (!is_preferred) {
            continue;
        }
        uint32_t j = x->intake[e];
        holder one = {key_of(x->intake_rank, x, e), i, e, 0};
        uint64_t need = need_of(x, e);
        count +=
            b->used[j] + need <= x->seats[j] || seats_of_better(b, j, &one) + need <= x->seats[j];
    }
    return count;
}

bool blocking_count(const instance *x, const uint32_t *edge, uint64_t *ret, err *e)
{
    blocking b = {.x = x, .edge = edge};
    b.begin = mem_new(((size_t)x->intakes.count + 2) * sizeof(*b.begin));
    b.holders = mem_new((size_t)x->seekers.count * sizeof(*b.holders));
    b.used = mem_new((size_t)x->intakes.count * sizeof(*b.used));
    bool is_whole = b.begin != NULL && b.holders != NULL && b.used != NULL;
    uint64_t count = 0;
    if (is_whole) {
        list_holders(&b);
        for (uint32_t i = 0; i < x->seekers.count; i++) {
            count += count_of_person(&b, i);
        }
        *ret = count;
    }
    mem_free(b.begin);
    mem_free(b.holders);
    mem_free(b.used);
    return is_whole || fail(e, ERR_MEMORY, "no memory to look for blocking pairs");
}
