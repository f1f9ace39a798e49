/* Numbers by 64-bit keys: an open table that doubles. */
#include "path/parts.h"

#include "base/check.h"

enum { CAP_FIRST = 256 };

static uint32_t slot_of(const memo *m, uint64_t key)
{
    uint32_t mask = m->cap - 1;
    uint32_t at = (uint32_t)(key * 0x9e3779b97f4a7c15ULL >> 32) & mask;
    while (m->keys[at] != 0 && m->keys[at] != key) {
        at = (at + 1) & mask;
    }
    return at;
}

bool memo_get(const memo *m, uint64_t key, uint64_t *ret)
{
    check(key != 0);
    if (m->cap == 0) {
        return false;
    }
    uint32_t at = slot_of(m, key);
    if (m->keys[at] == 0) {
        return false;
    }
    *ret = m->values[at];
    return true;
}

static bool grow(memo *m)
{
    memo larger = {.cap = m->cap == 0 ? CAP_FIRST : m->cap * 2};
    larger.keys = mem_new((size_t)larger.cap * sizeof *larger.keys);
    larger.values = mem_new((size_t)larger.cap * sizeof *larger.values);
    if (larger.keys == NULL || larger.values == NULL) {
        memo_fini(&larger);
        return false;
    }
    for (uint32_t i = 0; i < m->cap; i++) {
        if (m->keys[i] != 0) {
            uint32_t at = slot_of(&larger, m->keys[i]);
            larger.keys[at] = m->keys[i];
            larger.values[at] = m->values[i];
        }
    }
    larger.count = m->count;
    memo_fini(m);
    *m = larger;
    return true;
}

bool memo_put(memo *m, uint64_t key, uint64_t value)
{
    check(key != 0);
    if ((m->count + 1) * 2 > m->cap && !grow(m)) {
        return false;
    }
    uint32_t at = slot_of(m, key);
    m->count += m->keys[at] == 0;
    m->keys[at] = key;
    m->values[at] = value;
    return true;
}

void memo_fini(memo *m)
{
    mem_free(m->keys);
    mem_free(m->values);
    *m = (memo){0};
}
