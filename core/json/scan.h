#ifndef CORE_JSON_SCAN_H
#define CORE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/err.h"

/* Walking over JSON as text; for the files of this folder, and for the
 * envelope of a request, which rpc/ reads without a tree. Everything but json_scan expects
 * text that json_scan accepted, and bounds itself by that. */

/* What a tree of doubles and C strings would not show. Offsets are SIZE_MAX where there is none. */
typedef struct json_facts {
    size_t null_off;    /* of the first \u0000 */
    size_t half_off;    /* of the first half of a surrogate pair that stands alone */
    size_t big_off;     /* of the first integer beyond 2^53 */
    size_t value_count; /* containers and what is in them */
} json_facts;

bool json_scan(bytes text, size_t depth_max, json_facts *ret_facts, size_t *ret_off, err *e);

/* Each takes an offset and yields the one behind what it skipped. */
size_t json_skip_space(bytes text, size_t off);
size_t json_skip_string(bytes text, size_t off); /* off: at the opening quote */
size_t json_skip_value(bytes text, size_t off);

/* The members of an object, one after the other. Start with off at the brace. The key comes without
 * its quotes, escapes untouched. False: there are no more. */
bool json_next_member(bytes text, size_t *off, bytes *ret_key, bytes *ret_value);

/* The text behind the escapes of a string given without its quotes; half of a surrogate pair alone
 * has no form in UTF-8 and is read as U+FFFD. */
void json_unescape(bytes raw, buf *out);
/* The same into memory of at least raw.len bytes; yields how many it took. */
size_t json_unescape_to(bytes raw, char *out);
bool json_key_equals(bytes raw_key, bytes key);

/* Is a number, as it was written, a whole number? 1.0 and 12e2 are, 1.5 and 1e-9 are not. */
bool json_number_is_whole(bytes token);

/* JSON pointer (RFC 6901) to the value or key at `off`. Where the pointer does not fit it ends at
 * an ancestor. */
void json_pointer_at(bytes text, size_t off, char *out, size_t cap);
/* One step of a pointer, "/" and the escaped key; false and nothing added: does not fit. */
bool json_pointer_add(char *pointer, size_t cap, bytes key);

/* How many bytes from `at` on are plain ASCII that neither ends a string nor needs an escape. */
static inline size_t json_plain_len(const char *at, size_t left)
{
    const uint64_t ones = 0x0101010101010101u;
    const uint64_t tops = 0x8080808080808080u;
    size_t len = 0;
    while (left - len >= 8) {
        uint64_t word;
        memcpy(&word, at + len, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        word = __builtin_bswap64(word);
#endif
        uint64_t quote = word ^ ones * '"';
        uint64_t slash = word ^ ones * '\\';
        /* Borrows only run upwards, so the lowest bit found is exact. */
        uint64_t found = ((word - ones * 0x20) | (quote - ones) | (slash - ones) | word) & tops;
        /* A byte from 0x80 up is found by itself; below that, the subtraction set the top bit. */
        if (found != 0) {
            return len + (size_t)__builtin_ctzll(found) / 8;
        }
        len += 8;
    }
    while (len < left) {
        unsigned char c = (unsigned char)at[len];
        if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\') {
            break;
        }
        len++;
    }
    return len;
}

#endif
