/* Views of bytes, growing buffers, hashes. */
#include "base/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/check.h"

enum { BUF_CAP_MIN = 256, LANE_COUNT = 4, STRIPE_LEN = 8 * LANE_COUNT };

static const uint64_t MIX_1 = 0x9E3779B97F4A7C15u;
static const uint64_t MIX_2 = 0xC2B2AE3D27D4EB4Fu;
static const uint64_t MIX_3 = 0xD6E8FEB86659FD93u;
static const uint64_t MIX_4 = 0xA0761D6478BD642Fu;

__extension__ typedef unsigned __int128 uint128;

bytes bytes_of(const char *text)
{
    return text == NULL ? (bytes){NULL, 0} : (bytes){text, strlen(text)};
}

bool bytes_equal(bytes a, bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.base, b.base, a.len) == 0);
}

bool bytes_equal_text(bytes a, const char *text)
{
    return bytes_equal(a, bytes_of(text));
}

int bytes_compare(bytes a, bytes b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common == 0 ? 0 : memcmp(a.base, b.base, common);
    if (order != 0) {
        return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

bool bytes_starts_with(bytes a, const char *prefix)
{
    size_t len = strlen(prefix);
    return a.len >= len && (len == 0 || memcmp(a.base, prefix, len) == 0);
}

static uint64_t read_64(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

static uint64_t read_32(const char *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap32(word);
#endif
    return word;
}

/* The last 0 to 7 bytes as one number. */
static uint64_t read_tail(const char *at, size_t len)
{
    uint64_t word = 0;
    for (size_t i = 0; i < len; i++) {
        word |= (uint64_t)(unsigned char)at[i] << (8 * i);
    }
    return word;
}

/* The two halves of a 128-bit product laid over each other: every input bit reaches every output
 * bit in one multiplication. */
static uint64_t fold_product(uint64_t a, uint64_t b)
{
    uint128 product = (uint128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t bytes_hash(bytes a)
{
    const char *at = a.base;
    size_t left = a.len;
    uint64_t state = MIX_1 ^ a.len;
    while (left > 16) {
        state = fold_product(read_64(at) ^ MIX_2, read_64(at + 8) ^ state);
        at += 16;
        left -= 16;
    }
    uint64_t low = 0;
    uint64_t high = 0;
    if (left >= 8) {
        low = read_64(at);
        high = read_64(at + left - 8);
    } else if (left >= 4) {
        low = read_32(at);
        high = read_32(at + left - 4);
    } else if (left > 0) {
        low = read_tail(at, left);
    }
    state = fold_product(low ^ MIX_3, high ^ state);
    return fold_product(state ^ MIX_4, MIX_1 ^ a.len);
}

static uint64_t rotate_left(uint64_t word, unsigned count)
{
    return word << count | word >> (64 - count);
}

/* For a given lane this is a bijection of the word, so one changed word always changes the lane. */
static uint64_t mix_lane(uint64_t lane, uint64_t word)
{
    return rotate_left(lane + word * MIX_2, 31) * MIX_1;
}

uint64_t bytes_checksum(const void *base, size_t len, uint64_t seed)
{
    const char *at = base;
    size_t left = len;
    uint64_t lanes[LANE_COUNT] = {seed + MIX_1, seed + MIX_2, seed ^ MIX_3, seed ^ MIX_4};
    while (left >= STRIPE_LEN) {
        lanes[0] = mix_lane(lanes[0], read_64(at));
        lanes[1] = mix_lane(lanes[1], read_64(at + 8));
        lanes[2] = mix_lane(lanes[2], read_64(at + 16));
        lanes[3] = mix_lane(lanes[3], read_64(at + 24));
        at += STRIPE_LEN;
        left -= STRIPE_LEN;
    }
    uint64_t sum = len;
    for (size_t i = 0; i < LANE_COUNT; i++) {
        sum = mix_lane(sum, lanes[i]);
    }
    while (left >= 8) {
        sum = mix_lane(sum, read_64(at));
        at += 8;
        left -= 8;
    }
    sum = mix_lane(sum, left == 0 ? 0 : read_tail(at, left));
    sum = (sum ^ sum >> 33) * MIX_2;
    sum = (sum ^ sum >> 29) * MIX_3;
    return sum ^ sum >> 32;
}

char *buf_grow(buf *b, size_t len)
{
    if (b->failed) {
        return NULL;
    }
    if (b->cap - b->len < len) {
        size_t need;
        size_t cap = b->cap < BUF_CAP_MIN ? BUF_CAP_MIN : b->cap;
        if (!size_add(b->len, len, &need)) {
            b->failed = true;
            return NULL;
        }
        while (cap < need) {
            cap = cap > SIZE_MAX / 2 ? need : cap * 2;
        }
        /* Told that the old block was as long as the new one, so that nothing is zeroed: the
         * content is overwritten before it is read. */
        char *base = mem_resize(b->base, cap, cap);
        if (base == NULL) {
            b->failed = true;
            return NULL;
        }
        b->base = base;
        b->cap = cap;
    }
    return b->base + b->len;
}

void buf_text(buf *b, const char *text)
{
    buf_put(b, text, strlen(text));
}

void buf_print(buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    check(len >= 0);
    char *room = buf_room(b, (size_t)len + 1);
    if (room != NULL) {
        va_start(args, format);
        int again = vsnprintf(room, (size_t)len + 1, format, args);
        va_end(args);
        check(again == len);
        b->len += (size_t)len;
    }
}

void buf_int(buf *b, int64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    /* As unsigned, because the smallest int64_t has no positive twin. */
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (value < 0) {
        digits[--at] = '-';
    }
    buf_put(b, digits + at, sizeof digits - at);
}

const char *buf_terminated(buf *b)
{
    char *room = buf_room(b, 1);
    if (room == NULL) {
        return "";
    }
    *room = '\0';
    return b->base;
}

void buf_clear(buf *b)
{
    b->len = 0;
    b->failed = false;
}

void buf_fini(buf *b)
{
    mem_free(b->base);
    *b = (buf){0};
}

bytes buf_bytes(const buf *b)
{
    return (bytes){b->base == NULL ? "" : b->base, b->len};
}

bool size_add(size_t a, size_t b, size_t *ret_sum)
{
    size_t sum;
    if (__builtin_add_overflow(a, b, &sum)) {
        return false;
    }
    *ret_sum = sum;
    return true;
}

bool size_multiply(size_t a, size_t b, size_t *ret_product)
{
    size_t product;
    if (__builtin_mul_overflow(a, b, &product)) {
        return false;
    }
    *ret_product = product;
    return true;
}
