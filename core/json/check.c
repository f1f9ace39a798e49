/* Is this text JSON? Written by hand because the parser behind it takes more than RFC 8259 allows
 * and tells nobody what it lost. One pass, no recursion, no allocation. */
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "json/json.h"
#include "json/scan.h"

enum { DIGITS_EXACT_MAX = 15, STACK_WORDS = JSON_READER_DEPTH_MAX / 64 };

typedef struct text_scan {
    bytes text;
    size_t off;
    const char *expected; /* what should have stood at off; set on failure */
    json_facts facts;
    uint64_t is_object[STACK_WORDS]; /* a bit per open container */
    size_t depth;
    size_t depth_max;
    bool is_too_deep;
} text_scan;

static bool refuse(text_scan *s, const char *expected)
{
    s->expected = expected;
    return false;
}

static void note_first(size_t *off, size_t start)
{
    if (*off == SIZE_MAX) {
        *off = start;
    }
}

/* The byte at the offset; -1: the text ends here. */
static int byte_at(const text_scan *s)
{
    return s->off < s->text.len ? (unsigned char)s->text.base[s->off] : -1;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static void skip_space(text_scan *s)
{
    s->off = json_skip_space(s->text, s->off);
}

/* The four digits behind \u; the offset moves behind them. */
static bool scan_hex(text_scan *s, unsigned *ret_value)
{
    unsigned value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = byte_at(s);
        if (is_digit(digit)) {
            value = value * 16 + (unsigned)(digit - '0');
        } else if ((digit >= 'a' && digit <= 'f') || (digit >= 'A' && digit <= 'F')) {
            value = value * 16 + (unsigned)((digit | 0x20) - 'a' + 10);
        } else {
            return refuse(s, "four hexadecimal digits");
        }
        s->off++;
    }
    *ret_value = value;
    return true;
}

/* Behind the first half of a surrogate pair. RFC 8259 allows a half alone, so that is noted only.
 */
static bool scan_second_half(text_scan *s, size_t start)
{
    size_t off = s->off;
    unsigned low = 0;
    if (s->text.len - off >= 2 && memcmp(s->text.base + off, "\\u", 2) == 0) {
        s->off += 2;
        if (!scan_hex(s, &low)) {
            return false;
        }
    }
    if (low < 0xDC00 || low > 0xDFFF) {
        s->off = off; /* an escape of its own, which is looked at next */
        note_first(&s->facts.half_off, start);
    }
    return true;
}

static bool scan_escape(text_scan *s)
{
    size_t start = s->off++;
    int c = byte_at(s);
    if (c < 0 || memchr("\"\\/bfnrtu", c, 9) == NULL) {
        return refuse(s, "one of the escapes of JSON");
    }
    s->off++;
    if (c != 'u') {
        return true;
    }
    unsigned value;
    if (!scan_hex(s, &value)) {
        return false;
    }
    if (value >= 0xD800 && value <= 0xDBFF) {
        return scan_second_half(s, start);
    }
    if (value == 0) {
        note_first(&s->facts.null_off, start);
    } else if (value >= 0xDC00 && value <= 0xDFFF) {
        note_first(&s->facts.half_off, start);
    }
    return true;
}

static bool scan_string(text_scan *s)
{
    s->off++;
    for (;;) {
        s->off += json_plain_len(s->text.base + s->off, s->text.len - s->off);
        int c = byte_at(s);
        if (c == '"') {
            s->off++;
            return true;
        }
        if (c == '\\') {
            if (!scan_escape(s)) {
                return false;
            }
        } else if (c >= 0x80) {
            size_t len = utf8_sequence_len(s->text, s->off);
            if (len == 0) {
                return refuse(s, "well-formed UTF-8");
            }
            s->off += len;
        } else {
            return refuse(s, c < 0 ? "the end of the string" : "an escaped control character");
        }
    }
}

static bool skip_digits(text_scan *s)
{
    if (!is_digit(byte_at(s))) {
        return refuse(s, "a digit");
    }
    while (is_digit(byte_at(s))) {
        s->off++;
    }
    return true;
}

static bool is_beyond_exact(bytes digits)
{
    static const char LARGEST[] = "9007199254740992"; /* 2^53 */
    size_t len = sizeof LARGEST - 1;
    return digits.len > len || (digits.len == len && memcmp(digits.base, LARGEST, len) > 0);
}

static bool scan_number(text_scan *s)
{
    size_t start = s->off;
    if (byte_at(s) == '-') {
        s->off++;
    }
    size_t first_digit = s->off;
    if (byte_at(s) == '0') {
        s->off++;
    } else if (!skip_digits(s)) {
        return false;
    }
    size_t whole_len = s->off - first_digit;
    bool is_integer = true;
    if (byte_at(s) == '.') {
        is_integer = false;
        s->off++;
        if (!skip_digits(s)) {
            return false;
        }
    }
    bool has_exponent = byte_at(s) == 'e' || byte_at(s) == 'E';
    if (has_exponent) {
        is_integer = false;
        s->off++;
        if (byte_at(s) == '+' || byte_at(s) == '-') {
            s->off++;
        }
        if (!skip_digits(s)) {
            return false;
        }
    }
    if (is_integer) {
        if (whole_len > DIGITS_EXACT_MAX &&
            is_beyond_exact((bytes){s->text.base + first_digit, whole_len})) {
            note_first(&s->facts.big_off, start);
        }
    }
    return true;
}

static bool scan_word(text_scan *s, const char *word, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (byte_at(s) != word[i]) {
            return refuse(s, "true, false, null or another value");
        }
        s->off++;
    }
    return true;
}

static bool scan_scalar(text_scan *s)
{
    int c = byte_at(s);
    switch (c) {
    case '"':
        return scan_string(s);
    case 't':
        return scan_word(s, "true", 4);
    case 'f':
        return scan_word(s, "false", 5);
    case 'n':
        return scan_word(s, "null", 4);
    default:
        if (c == '-' || is_digit(c)) {
            return scan_number(s);
        }
        return refuse(s, "a value");
    }
}

static bool open_container(text_scan *s, bool is_object)
{
    if (s->depth >= s->depth_max) {
        s->is_too_deep = true;
        return refuse(s, "less nesting");
    }
    uint64_t bit = (uint64_t)1 << s->depth % 64;
    uint64_t *word = &s->is_object[s->depth / 64];
    *word = is_object ? *word | bit : *word & ~bit;
    s->depth++;
    s->off++;
    return true;
}

static bool is_in_object(const text_scan *s)
{
    return (s->is_object[(s->depth - 1) / 64] >> (s->depth - 1) % 64 & 1) != 0;
}

/* A key and its colon; leaves the offset where the value is due. */
static bool scan_key(text_scan *s)
{
    skip_space(s);
    if (byte_at(s) != '"') {
        return refuse(s, "a key in double quotes");
    }
    if (!scan_string(s)) {
        return false;
    }
    skip_space(s);
    if (byte_at(s) != ':') {
        return refuse(s, "a colon");
    }
    s->off++;
    return true;
}

/* Behind a value: closes containers until one goes on with a comma or the outermost ends. */
static bool scan_after_value(text_scan *s, bool *ret_is_done)
{
    while (s->depth > 0) {
        skip_space(s);
        int c = byte_at(s);
        bool in_object = is_in_object(s);
        if (c == ',') {
            s->off++;
            *ret_is_done = false;
            return !in_object || scan_key(s);
        }
        if (c != (in_object ? '}' : ']')) {
            return refuse(s, in_object ? "a comma or }" : "a comma or ]");
        }
        s->off++;
        s->depth--;
    }
    *ret_is_done = true;
    return true;
}

static bool scan_value(text_scan *s, bool *ret_is_done)
{
    s->facts.value_count++;
    skip_space(s);
    int c = byte_at(s);
    if (c != '{' && c != '[') {
        return scan_scalar(s) && scan_after_value(s, ret_is_done);
    }
    if (!open_container(s, c == '{')) {
        return false;
    }
    skip_space(s);
    if (byte_at(s) == (c == '{' ? '}' : ']')) {
        s->off++;
        s->depth--;
        return scan_after_value(s, ret_is_done);
    }
    *ret_is_done = false;
    return c == '[' || scan_key(s);
}

static bool scan_text(text_scan *s)
{
    bool is_done = false;
    while (!is_done) {
        if (!scan_value(s, &is_done)) {
            return false;
        }
    }
    skip_space(s);
    return s->off == s->text.len || refuse(s, "the end of the text");
}

static bool tell_failure(const text_scan *s, err *e)
{
    size_t line = 1;
    size_t column = 1;
    for (size_t i = 0; i < s->off; i++) {
        unsigned char c = (unsigned char)s->text.base[i];
        if (c == '\n') {
            line++;
            column = 1;
        } else if ((c & 0xC0) != 0x80) {
            column++;
        }
    }
    if (s->is_too_deep) {
        fail(e, ERR_JSON_TOO_DEEP, "the JSON text is nested more than %zu levels deep",
             s->depth_max);
    } else {
        fail(e, ERR_JSON_PARSE, "the text is not JSON: expected %s%s", s->expected,
             s->off >= s->text.len ? ", but the text ends" : "");
    }
    return err_detail(e, "It breaks at line %zu, column %zu (byte %zu).", line, column, s->off);
}

bool json_scan(bytes text, size_t depth_max, json_facts *ret_facts, size_t *ret_off, err *e)
{
    text_scan s = {.text = text,
                   .depth_max =
                       depth_max < JSON_READER_DEPTH_MAX ? depth_max : JSON_READER_DEPTH_MAX,
                   .facts = {.null_off = SIZE_MAX, .half_off = SIZE_MAX, .big_off = SIZE_MAX}};
    if (!scan_text(&s)) {
        if (ret_off != NULL) {
            *ret_off = s.off;
        }
        return tell_failure(&s, e);
    }
    check(s.depth == 0);
    *ret_facts = s.facts;
    return true;
}

bool json_check(bytes text, size_t depth_max, size_t *ret_off, err *e)
{
    json_facts facts;
    return json_scan(text, depth_max, &facts, ret_off, e);
}
