/* Rows by what they give and rows by kind and occupation, in two sorted arrays a segment. Made when
 * first asked for and kept with the segment, so that a write makes only the small segments anew. */
#include "path/parts.h"

#include <stdlib.h>

#include "base/bytes.h"

struct path_index {
    segment_companion companion;
    index_entry *entries;
    uint32_t count;
};

static void free_index(segment_companion *companion)
{
    path_index *x = (path_index *)companion;
    mem_free(x->entries);
    mem_free(x);
}

static int compare_entries(const void *a, const void *b)
{
    const index_entry *x = a;
    const index_entry *y = b;
    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return x->row < y->row ? -1 : x->row > y->row;
}

static uint64_t key_of(uint64_t effect)
{
    uint32_t level = path_effect_level(effect);
    uint32_t key = path_effect_key(effect);
    switch (path_effect_kind_of(effect)) {
    case PATH_LANGUAGE:
        return index_key(PATH_LANGUAGE, key, level);
    case PATH_SCHOOL:
        return index_key(PATH_SCHOOL, 0, level);
    case PATH_EQF:
        return index_key(PATH_EQF, 0, level);
    default:
        return index_key(path_effect_kind_of(effect), 0, key);
    }
}

static uint32_t list_row(const segment *s, const offer_columns *c, uint32_t row,
                         index_entry ret[OUTCOME_MAX + 1])
{
    uint64_t effects[OUTCOME_MAX];
    uint32_t count = columns_effects(c, s, row, effects);
    for (uint32_t i = 0; i < count; i++) {
        ret[i] = (index_entry){key_of(effects[i]), row};
    }
    int32_t kind;
    int32_t occupation = 0;
    if (columns_number(c, s, row, COLUMN_KIND, &kind)) {
        columns_number(c, s, row, COLUMN_OCCUPATION, &occupation);
        ret[count++] =
            (index_entry){index_key(INDEX_WORK, (uint32_t)kind, (uint32_t)occupation), row};
    }
    return count;
}

static bool make(const segment *s, const offer_columns *c, path_index **ret, err *e)
{
    path_index *x = mem_new(sizeof *x);
    uint32_t cap = segment_row_count(s) * 3 + OUTCOME_MAX + 1;
    index_entry *entries = mem_new((size_t)cap * sizeof *entries);
    uint32_t count = 0;
    bool is_made = x != NULL && entries != NULL;
    for (uint32_t row = 0; is_made && row < segment_row_count(s); row++) {
        if (count + OUTCOME_MAX + 1 > cap) {
            uint32_t more = cap + cap / 2 + OUTCOME_MAX + 1;
            index_entry *larger =
                mem_resize(entries, cap * sizeof *entries, more * sizeof *entries);
            is_made = larger != NULL;
            entries = is_made ? larger : entries;
            cap = is_made ? more : cap;
        }
        count += is_made ? list_row(s, c, row, entries + count) : 0;
    }
    if (!is_made) {
        mem_free(entries);
        mem_free(x);
        return fail(e, ERR_MEMORY, "no memory for an index of outcomes");
    }
    if (count > 0) {
        qsort(entries, count, sizeof *entries, compare_entries);
    }
    x->companion.free = free_index;
    x->entries = entries;
    x->count = count;
    *ret = x;
    return true;
}

bool index_of(const segment *s, const offer_columns *c, const path_index **ret, err *e)
{
    const segment_companion *kept = segment_companion_of(s);
    if (kept == NULL) {
        path_index *made = NULL;
        if (!make(s, c, &made, e)) {
            return false;
        }
        kept = segment_companion_keep(s, &made->companion);
    }
    *ret = (const path_index *)kept;
    return true;
}

/* The first entry whose key is at least `key`. */
static uint32_t lower_bound(const path_index *x, uint64_t key)
{
    uint32_t first = 0;
    uint32_t count = x->count;
    while (count > 0) {
        uint32_t half = count / 2;
        if (x->entries[first + half].key < key) {
            first += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return first;
}

const index_entry *index_range(const path_index *x, uint64_t first, uint64_t last,
                               uint32_t *ret_count)
{
    uint32_t begin = lower_bound(x, first);
    uint32_t end = last == UINT64_MAX ? x->count : lower_bound(x, last + 1);
    *ret_count = end - begin;
    return x->entries + begin;
}
