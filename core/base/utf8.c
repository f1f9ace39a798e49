/* Text as people write it: validity, width on a terminal, folding for comparison. The only file
 * that knows the Unicode library. */
#include "base/utf8.h"

#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

enum { DECOMPOSED_MAX = 32, REPLACEMENT = 0xFFFD };

/* The length of the well-formed sequence at `at` (RFC 3629: no surrogates, no overlong forms, at
 * most U+10FFFF), 0 if there is none. */
static size_t sequence_len(const unsigned char *at, size_t left)
{
    unsigned char lead = at[0];
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xC2 || lead > 0xF4 || left < 2) {
        return 0;
    }
    if (lead < 0xE0) {
        return (at[1] & 0xC0) == 0x80 ? 2 : 0;
    }
    unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (at[1] < low || at[1] > high) {
        return 0;
    }
    size_t len = lead < 0xF0 ? 3 : 4;
    if (left < len || (at[2] & 0xC0) != 0x80 || (len == 4 && (at[3] & 0xC0) != 0x80)) {
        return 0;
    }
    return len;
}

size_t utf8_sequence_len(bytes text, size_t off)
{
    return off >= text.len ? 0
                           : sequence_len((const unsigned char *)text.base + off, text.len - off);
}

bool utf8_is_valid(bytes text, size_t *ret_bad_off)
{
    const unsigned char *base = (const unsigned char *)text.base;
    size_t off = 0;
    while (off < text.len) {
        uint64_t word;
        if (text.len - off >= sizeof word) {
            memcpy(&word, base + off, sizeof word);
            if ((word & 0x8080808080808080u) == 0) {
                off += sizeof word;
                continue;
            }
        }
        size_t len = sequence_len(base + off, text.len - off);
        if (len == 0) {
            if (ret_bad_off != NULL) {
                *ret_bad_off = off;
            }
            return false;
        }
        off += len;
    }
    return true;
}

/* The code point at `off`, which moves on. A byte that begins no sequence counts by itself. */
static int32_t take_code_point(bytes text, size_t *off)
{
    const unsigned char *at = (const unsigned char *)text.base + *off;
    size_t len = sequence_len(at, text.len - *off);
    *off += len == 0 ? 1 : len;
    switch (len) {
    case 1:
        return at[0];
    case 2:
        return (at[0] & 0x1F) << 6 | (at[1] & 0x3F);
    case 3:
        return (at[0] & 0x0F) << 12 | (at[1] & 0x3F) << 6 | (at[2] & 0x3F);
    case 4:
        return (at[0] & 0x07) << 18 | (at[1] & 0x3F) << 12 | (at[2] & 0x3F) << 6 | (at[3] & 0x3F);
    default:
        return REPLACEMENT;
    }
}

size_t utf8_columns(bytes text)
{
    size_t columns = 0;
    size_t off = 0;
    while (off < text.len) {
        int32_t point = take_code_point(text, &off);
        if (point < 0x7F) {
            columns += point >= 0x20;
        } else {
            int width = utf8proc_charwidth(point);
            columns += width > 0 ? (size_t)width : 0;
        }
    }
    return columns;
}

/* Letters that Unicode does not take apart although people type them without the stroke or hook. */
static const char *folded_letter(int32_t point)
{
    switch (point) {
    case 0x00E6: /* ae ligature */
        return "ae";
    case 0x0153: /* oe ligature */
        return "oe";
    case 0x00DF: /* sharp s, where case folding left it */
        return "ss";
    case 0x00F0: /* eth */
    case 0x0111: /* d with stroke */
    case 0x0256:
    case 0x0257:
        return "d";
    case 0x00FE: /* thorn */
        return "th";
    case 0x00F8: /* o with stroke */
        return "o";
    case 0x0127: /* h with stroke */
        return "h";
    case 0x0131: /* dotless i */
        return "i";
    case 0x0142: /* l with stroke */
    case 0x019A:
        return "l";
    case 0x014B: /* eng */
        return "n";
    case 0x0167: /* t with stroke */
        return "t";
    case 0x0180:
        return "b";
    case 0x0199:
        return "k";
    case 0x01E5:
        return "g";
    case 0x0259: /* schwa of Azerbaijani */
        return "a";
    case 0x0640: /* tatweel only stretches a word */
        return "";
    case 0x0629: /* teh marbuta like heh */
        return "\xD9\x87";
    case 0x0649: /* alef maksura and Farsi yeh like yeh */
    case 0x06CC:
        return "\xD9\x8A";
    case 0x06A9: /* keheh like kaf */
        return "\xD9\x83";
    default:
        return NULL;
    }
}

static void put_code_point(buf *out, int32_t point)
{
    const char *letter = point < 0x80 ? NULL : folded_letter(point);
    if (letter != NULL) {
        buf_text(out, letter);
    } else if (point < 0x80) {
        buf_char(out, (char)point);
    } else if ((point >= 0x0660 && point <= 0x0669) || (point >= 0x06F0 && point <= 0x06F9)) {
        buf_char(out, (char)('0' + (point & 0xF)));
    } else {
        utf8proc_uint8_t encoded[4];
        utf8proc_ssize_t len = utf8proc_encode_char(point, encoded);
        buf_put(out, encoded, (size_t)len);
    }
}

void utf8_fold(bytes text, buf *out)
{
    const utf8proc_option_t options = UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD |
                                      UTF8PROC_STRIPMARK | UTF8PROC_IGNORE;
    size_t off = 0;
    while (off < text.len) {
        unsigned char c = (unsigned char)text.base[off];
        if (c < 0x80) {
            buf_char(out, (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c));
            off++;
            continue;
        }
        utf8proc_int32_t parts[DECOMPOSED_MAX];
        int boundary = 0;
        int32_t point = take_code_point(text, &off);
        utf8proc_ssize_t count =
            utf8proc_decompose_char(point, parts, DECOMPOSED_MAX, options, &boundary);
        /* No code point decomposes into more than 18 (U+FDFA); one that will not stays itself. */
        if (count < 0 || count > DECOMPOSED_MAX) {
            parts[0] = point;
            count = 1;
        }
        for (utf8proc_ssize_t i = 0; i < count; i++) {
            put_code_point(out, parts[i]);
        }
    }
}

void utf8_capitalise(char *text, size_t len)
{
    utf8proc_int32_t letter = 0;
    utf8proc_uint8_t upper[4];
    utf8proc_ssize_t own_len =
        utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)len, &letter);
    if (own_len <= 0 || utf8proc_category(letter) != UTF8PROC_CATEGORY_LL) {
        return;
    }
    utf8proc_ssize_t upper_len = utf8proc_encode_char(utf8proc_toupper(letter), upper);
    if (upper_len == own_len) {
        memcpy(text, upper, (size_t)upper_len);
    }
}
