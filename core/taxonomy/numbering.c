/* An open table from 64-bit hashes to small numbers: the one look-up that indexing and asking are
 * made of. */
#include "taxonomy/numbering.h"

#include <string.h>

#include "base/arena.h"
#include "base/check.h"

enum { CAP_FIRST = 1024 };
#define FACTOR UINT64_C(0x9E3779B97F4A7C15)

static uint64_t mixed(uint64_t x)
{
    x ^= x >> 32;
    x *= UINT64_C(0xD6E8FEB86659FD93);
    x ^= x >> 29;
    return x | 1; /* 0 stands for a free place */
}

static bool grow(numbering *n)
{
    uint32_t cap = n->cap == 0 ? CAP_FIRST : n->cap * 2;
    uint64_t *keys = mem_new(cap * sizeof *keys);
    uint32_t *numbers = mem_new(cap * sizeof *numbers);
    if (keys == NULL || numbers == NULL) {
        mem_free(keys);
        mem_free(numbers);
        return false;
    }
    for (uint32_t i = 0; i < n->cap; i++) {
        if (n->keys[i] != 0) {
            uint32_t at = (uint32_t)(n->keys[i] >> 20) & (cap - 1);
            while (keys[at] != 0) {
                at = (at + 1) & (cap - 1);
            }
            keys[at] = n->keys[i];
            numbers[at] = n->numbers[i];
        }
    }
    mem_free(n->keys);
    mem_free(n->numbers);
    n->keys = keys;
    n->numbers = numbers;
    n->cap = cap;
    return true;
}

uint32_t numbering_find(const numbering *n, uint64_t key)
{
    if (n->cap == 0) {
        return NUMBERING_NONE;
    }
    for (uint32_t at = (uint32_t)(key >> 20) & (n->cap - 1); n->keys[at] != 0;
         at = (at + 1) & (n->cap - 1)) {
        if (n->keys[at] == key) {
            return n->numbers[at];
        }
    }
    return NUMBERING_NONE;
}

uint32_t numbering_add(numbering *n, uint64_t key)
{
    check(key != 0);
    if ((uint64_t)n->count * 2 >= n->cap && !grow(n)) {
        return NUMBERING_NONE;
    }
    uint32_t at = (uint32_t)(key >> 20) & (n->cap - 1);
    while (n->keys[at] != 0) {
        if (n->keys[at] == key) {
            return n->numbers[at];
        }
        at = (at + 1) & (n->cap - 1);
    }
    n->keys[at] = key;
    n->numbers[at] = n->count;
    return n->count++;
}

void numbering_fini(numbering *n)
{
    mem_free(n->keys);
    mem_free(n->numbers);
    memset(n, 0, sizeof *n);
}

void spans_begin(spans *s, bytes text)
{
    s->len = text.len < SPAN_TEXT_MAX ? (uint32_t)text.len : SPAN_TEXT_MAX;
    s->heads[0] = 0;
    for (uint32_t i = 0; i < s->len; i++) {
        s->heads[i + 1] = s->heads[i] * FACTOR + (unsigned char)text.base[i] + 1;
    }
}

uint64_t spans_hash(const spans *s, uint32_t begin, uint32_t end, uint64_t seed)
{
    uint64_t power = 1;
    uint64_t square = FACTOR;
    for (uint32_t len = end - begin; len > 0; len >>= 1) {
        power *= (len & 1) != 0 ? square : 1;
        square *= square;
    }
    return mixed((s->heads[end] - s->heads[begin] * power) * FACTOR +
                 seed * UINT64_C(0xA24BAED4963EE407));
}
