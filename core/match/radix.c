#include "match/radix.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"

enum { DIGIT_BITS = 11, DIGIT_COUNT = 1 << DIGIT_BITS, FEW = 48 };

static const uint32_t SIGN = 0x80000000u;

uint32_t radix_of_float(float value)
{
    uint32_t bits;
    value += 0.0f;
    memcpy(&bits, &value, sizeof bits);
    return (bits & SIGN) != 0 ? ~bits : bits | SIGN;
}

float radix_to_float(uint32_t digits)
{
    uint32_t bits = (digits & SIGN) != 0 ? digits & ~SIGN : ~digits;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool is_before(const radix_entry *a, const radix_entry *b)
{
    return a->key != b->key ? a->key < b->key : a->second < b->second;
}

static void insert_each(radix_entry *entries, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        radix_entry moved = entries[i];
        uint32_t at = i;
        while (at > 0 && is_before(&moved, &entries[at - 1])) {
            entries[at] = entries[at - 1];
            at--;
        }
        entries[at] = moved;
    }
}

static uint32_t digit_of(const radix_entry *e, bool is_key, uint32_t shift)
{
    uint64_t word = is_key ? e->key : e->second;
    return (uint32_t)(word >> shift) & (DIGIT_COUNT - 1);
}

/* One pass from `from` into `to`. False: all have the same digit, nothing was moved. */
static bool pass(const radix_entry *from, radix_entry *to, uint32_t count, bool is_key,
                 uint32_t shift)
{
    uint32_t starts[DIGIT_COUNT] = {0};
    for (uint32_t i = 0; i < count; i++) {
        starts[digit_of(&from[i], is_key, shift)]++;
    }
    if (starts[digit_of(&from[0], is_key, shift)] == count) {
        return false;
    }
    uint32_t at = 0;
    for (uint32_t d = 0; d < DIGIT_COUNT; d++) {
        uint32_t len = starts[d];
        starts[d] = at;
        at += len;
    }
    for (uint32_t i = 0; i < count; i++) {
        to[starts[digit_of(&from[i], is_key, shift)]++] = from[i];
    }
    return true;
}

bool radix_sort(radix_entry *entries, uint32_t count)
{
    if (count <= FEW) {
        insert_each(entries, count);
        return true;
    }
    radix_entry *other = mem_new((size_t)count * sizeof *other);
    if (other == NULL) {
        return false;
    }
    radix_entry *from = entries;
    radix_entry *to = other;
    for (uint32_t word = 0; word < 2; word++) {
        for (uint32_t shift = 0; shift < (word == 0 ? 32u : 64u); shift += DIGIT_BITS) {
            if (pass(from, to, count, word == 1, shift)) {
                radix_entry *full = to;
                to = from;
                from = full;
            }
        }
    }
    if (from != entries) {
        memcpy(entries, from, (size_t)count * sizeof *entries);
    }
    mem_free(other);
    return true;
}
