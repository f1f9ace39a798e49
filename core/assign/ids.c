#include "assign/ids.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/check.h"

/* What a slot can hold; memory ends long before. */
#define TEXT_LEN_LIMIT (((uint64_t)1 << 48) - 1)

enum { SLOT_COUNT_FIRST = 1024, ID_CAP_FIRST = 512, TEXT_CAP_FIRST = 8192 };

uint32_t ids_hash(bytes id)
{
    return (uint32_t)(bytes_hash(id) >> 32);
}

/* The slot that holds the id, or the free one where it belongs. */
static id_slot *find_slot(const ids *x, bytes id, uint32_t hash)
{
    uint32_t mask = x->slot_count - 1;
    for (uint32_t at = hash & mask;; at = (at + 1) & mask) {
        id_slot *slot = &x->slots[at];
        if (slot->text_len == 0 || (slot->hash == hash && slot->text_len == id.len &&
                                    memcmp(x->text + slot->text_begin, id.base, id.len) == 0)) {
            return slot;
        }
    }
}

void ids_fetch(const ids *x, uint32_t hash)
{
    if (x->slot_count > 0) {
        __builtin_prefetch(&x->slots[hash & (x->slot_count - 1)]);
    }
}

void ids_touch(const ids *x, uint32_t hash)
{
    if (x->slot_count > 0) {
        __builtin_prefetch(x->text + x->slots[hash & (x->slot_count - 1)].text_begin);
    }
}

bool ids_find_hashed(const ids *x, bytes id, uint32_t hash, uint32_t *ret)
{
    if (x->slot_count == 0) {
        return false;
    }
    const id_slot *slot = find_slot(x, id, hash);
    if (slot->text_len == 0) {
        return false;
    }
    *ret = slot->number;
    return true;
}

bool ids_find(const ids *x, bytes id, uint32_t *ret)
{
    return ids_find_hashed(x, id, ids_hash(id), ret);
}

static bool grow_slots(ids *x)
{
    uint32_t count = x->slot_count == 0 ? SLOT_COUNT_FIRST : x->slot_count * 2;
    id_slot *slots = count == 0 ? NULL : mem_new(count * sizeof(*slots));
    if (slots == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < x->slot_count; i++) {
        if (x->slots[i].text_len != 0) {
            uint32_t at = x->slots[i].hash & (count - 1);
            while (slots[at].text_len != 0) {
                at = (at + 1) & (count - 1);
            }
            slots[at] = x->slots[i];
        }
    }
    mem_free(x->slots);
    x->slots = slots;
    x->slot_count = count;
    return true;
}

static bool grow_texts(ids *x, size_t len)
{
    if (x->text_len + len > x->text_cap) {
        uint64_t cap = x->text_cap == 0 ? TEXT_CAP_FIRST : x->text_cap * 2;
        cap = cap < x->text_len + len ? x->text_len + len : cap;
        char *text = mem_resize(x->text, x->text_cap, cap);
        if (text == NULL) {
            return false;
        }
        x->text = text;
        x->text_cap = cap;
    }
    if (x->count + 1 >= x->cap) {
        uint32_t cap = x->cap == 0 ? ID_CAP_FIRST : x->cap * 2;
        uint64_t *begin = mem_resize(x->text_begin, x->cap * sizeof(*begin), cap * sizeof(*begin));
        if (begin == NULL) {
            return false;
        }
        x->text_begin = begin;
        x->cap = cap;
    }
    return true;
}

bool ids_add(ids *x, bytes id, uint32_t *ret, bool *ret_is_new, err *e)
{
    check(id.len > 0);
    check(id.len <= UINT16_MAX);
    bool is_full = x->count >= x->slot_count / 2;
    if ((is_full && !grow_slots(x)) || !grow_texts(x, id.len)) {
        return fail(e, ERR_MEMORY, "no memory for more than %u ids", x->count);
    }
    uint32_t hash = ids_hash(id);
    id_slot *slot = find_slot(x, id, hash);
    bool is_new = slot->text_len == 0;
    if (is_new) {
        *slot = (id_slot){hash, x->count, x->text_len & TEXT_LEN_LIMIT, (uint16_t)id.len};
        memcpy(x->text + x->text_len, id.base, id.len);
        x->text_len += id.len;
        x->text_begin[++x->count] = x->text_len;
    }
    *ret = slot->number;
    if (ret_is_new != NULL) {
        *ret_is_new = is_new;
    }
    return true;
}

bytes ids_text(const ids *x, uint32_t number)
{
    check(number < x->count);
    uint64_t begin = x->text_begin[number];
    return (bytes){x->text + begin, (size_t)(x->text_begin[number + 1] - begin)};
}

static int compare_numbers(const void *a, const void *b, void *context)
{
    const ids *x = context;
    return bytes_compare(ids_text(x, *(const uint32_t *)a), ids_text(x, *(const uint32_t *)b));
}

static bool is_ascending(const ids *x)
{
    for (uint32_t i = 1; i < x->count; i++) {
        if (bytes_compare(ids_text(x, i - 1), ids_text(x, i)) >= 0) {
            return false;
        }
    }
    return true;
}

/* The texts in the order of the new numbers, and the slots with them. */
static bool rewrite(ids *x, const uint32_t *order, const uint32_t *new_numbers)
{
    char *text = mem_new(x->text_cap);
    uint64_t *begin = mem_new(x->cap * sizeof(*begin));
    if (text == NULL || begin == NULL) {
        mem_free(text);
        mem_free(begin);
        return false;
    }
    for (uint32_t i = 0; i < x->count; i++) {
        bytes id = ids_text(x, order[i]);
        memcpy(text + begin[i], id.base, id.len);
        begin[i + 1] = begin[i] + id.len;
    }
    for (uint32_t s = 0; s < x->slot_count; s++) {
        if (x->slots[s].text_len != 0) {
            uint32_t number = new_numbers[x->slots[s].number];
            x->slots[s].number = number;
            x->slots[s].text_begin = begin[number] & TEXT_LEN_LIMIT;
        }
    }
    mem_free(x->text);
    mem_free(x->text_begin);
    x->text = text;
    x->text_begin = begin;
    return true;
}

bool ids_sort(ids *x, uint32_t *ret_new, bool *ret_is_same, err *e)
{
    uint32_t *order = mem_new((size_t)x->count * sizeof(*order));
    bool is_done = order != NULL;
    bool is_same = is_ascending(x);
    for (uint32_t i = 0; i < x->count && is_done; i++) {
        order[i] = i;
    }
    if (is_done && !is_same) {
        qsort_r(order, x->count, sizeof(order[0]), compare_numbers, x);
    }
    for (uint32_t i = 0; i < x->count && is_done; i++) {
        ret_new[order[i]] = i;
    }
    is_done = is_done && (is_same || rewrite(x, order, ret_new));
    mem_free(order);
    if (!is_done) {
        return fail(e, ERR_MEMORY, "no memory to sort %u ids", x->count);
    }
    *ret_is_same = is_same;
    return true;
}

void ids_fini(ids *x)
{
    mem_free(x->slots);
    mem_free(x->text);
    mem_free(x->text_begin);
    *x = (ids){0};
}
