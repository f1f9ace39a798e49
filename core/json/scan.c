/* Walking over JSON text that was checked before: skipping, unescaping, pointing. */
#include "json/scan.h"

#include <stdio.h>

#include "base/check.h"
#include "base/limits.h"
#include "json/json.h"

enum { REPLACEMENT = 0xFFFD };

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

size_t json_skip_space(bytes text, size_t off)
{
    while (off < text.len && is_space(text.base[off])) {
        off++;
    }
    return off;
}

size_t json_skip_string(bytes text, size_t off)
{
    off++;
    while (off < text.len) {
        off += json_plain_len(text.base + off, text.len - off);
        if (off >= text.len) {
            break;
        }
        if (text.base[off] == '"') {
            return off + 1;
        }
        off += text.base[off] == '\\' ? 2 : 1;
    }
    return text.len;
}

static bool is_scalar_byte(char c)
{
    return c != ',' && c != ']' && c != '}' && !is_space(c);
}

size_t json_skip_value(bytes text, size_t off)
{
    size_t depth = 0;
    while (off < text.len) {
        char c = text.base[off];
        if (c == '"') {
            off = json_skip_string(text, off);
        } else if (c == '{' || c == '[') {
            depth++;
            off++;
            continue;
        } else if (c == '}' || c == ']') {
            depth--;
            off++;
        } else if (c == ',' || c == ':' || is_space(c)) {
            off++;
            continue;
        } else {
            while (off < text.len && is_scalar_byte(text.base[off])) {
                off++;
            }
        }
        if (depth == 0) {
            return off;
        }
    }
    return text.len;
}

bool json_next_member(bytes text, size_t *off, bytes *ret_key, bytes *ret_value)
{
    size_t at = json_skip_space(text, *off + 1); /* behind the brace or comma */
    if (at >= text.len || text.base[at] != '"') {
        return false;
    }
    size_t key_end = json_skip_string(text, at);
    size_t colon = json_skip_space(text, key_end);
    size_t value = json_skip_space(text, colon + 1);
    size_t value_end = json_skip_value(text, value);
    *ret_key = (bytes){text.base + at + 1, key_end - at - 2};
    *ret_value = (bytes){text.base + value, value_end - value};
    *off = json_skip_space(text, value_end);
    return true;
}

static uint32_t read_hex(const char *at)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        unsigned char c = (unsigned char)at[i];
        value = value * 16 + (c <= '9' ? c - (uint32_t)'0' : (c | 0x20u) - 'a' + 10);
    }
    return value;
}

static size_t put_code_point(char *out, uint32_t point)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xC0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xE0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 0x3F));
        out[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | point >> 18);
    out[1] = (char)(0x80 | (point >> 12 & 0x3F));
    out[2] = (char)(0x80 | (point >> 6 & 0x3F));
    out[3] = (char)(0x80 | (point & 0x3F));
    return 4;
}

/* The code point of the escape \uXXXX at `off`; yields the offset behind it. Half of a surrogate
 * pair alone has no form in UTF-8 and is read as U+FFFD. */
static size_t take_escape(bytes raw, size_t off, uint32_t *ret_point)
{
    uint32_t point = read_hex(raw.base + off + 2);
    off += 6;
    if (point >= 0xD800 && point <= 0xDFFF) {
        uint32_t low = 0;
        if (point <= 0xDBFF && raw.len - off >= 6 && memcmp(raw.base + off, "\\u", 2) == 0) {
            low = read_hex(raw.base + off + 2);
        }
        if (low >= 0xDC00 && low <= 0xDFFF) {
            *ret_point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
            return off + 6;
        }
        point = REPLACEMENT;
    }
    *ret_point = point;
    return off;
}

static size_t put_unescaped(bytes raw, size_t *off, char *out)
{
    char c = raw.base[*off + 1];
    if (c == 'u') {
        uint32_t point;
        *off = take_escape(raw, *off, &point);
        return put_code_point(out, point);
    }
    const char *plain = strchr("b\bf\fn\nr\rt\t", c);
    out[0] = plain == NULL ? c : plain[1];
    *off += 2;
    return 1;
}

/* No escape is shorter than the bytes it stands for. */
size_t json_unescape_to(bytes raw, char *out)
{
    size_t off = 0;
    size_t len = 0;
    while (off < raw.len) {
        const char *escape = memchr(raw.base + off, '\\', raw.len - off);
        size_t run_len = escape == NULL ? raw.len - off : (size_t)(escape - raw.base) - off;
        memcpy(out + len, raw.base + off, run_len);
        off += run_len;
        len += run_len;
        if (off < raw.len) {
            len += put_unescaped(raw, &off, out + len);
        }
    }
    return len;
}

void json_unescape(bytes raw, buf *out)
{
    char *room = buf_room(out, raw.len);
    if (room != NULL) {
        out->len += json_unescape_to(raw, room);
    }
}

bool json_key_equals(bytes raw_key, bytes key)
{
    if (raw_key.len == 0 || memchr(raw_key.base, '\\', raw_key.len) == NULL) {
        return bytes_equal(raw_key, key);
    }
    buf plain = {0};
    json_unescape(raw_key, &plain);
    bool is_equal = !plain.failed && bytes_equal(buf_bytes(&plain), key);
    buf_fini(&plain);
    return is_equal;
}

bool json_raw_member(bytes text, const char *key, bytes *ret_raw)
{
    size_t off = json_skip_space(text, 0);
    if (off >= text.len || text.base[off] != '{') {
        return false;
    }
    bytes wanted = bytes_of(key);
    bytes raw_key;
    bytes value;
    while (json_next_member(text, &off, &raw_key, &value)) {
        if (json_key_equals(raw_key, wanted)) {
            *ret_raw = value;
            return true;
        }
    }
    return false;
}

bool json_number_is_whole(bytes token)
{
    size_t point = SIZE_MAX; /* digits before the decimal point */
    size_t digit_count = 0;
    size_t last_nonzero = 0; /* digits up to and with the last one that is not 0 */
    size_t i = token.base[0] == '-' ? 1 : 0;
    for (; i < token.len && token.base[i] != 'e' && token.base[i] != 'E'; i++) {
        if (token.base[i] == '.') {
            point = digit_count;
            continue;
        }
        digit_count++;
        if (token.base[i] != '0') {
            last_nonzero = digit_count;
        }
    }
    if (point == SIZE_MAX) {
        point = digit_count;
    }
    if (last_nonzero == 0) {
        return true; /* nought, whatever its exponent */
    }
    bool is_negative = i + 1 < token.len && token.base[i + 1] == '-';
    uint64_t exponent = 0;
    for (; i < token.len; i++) {
        if (token.base[i] >= '0' && token.base[i] <= '9' && exponent < SIZE_MAX / 16) {
            exponent = exponent * 10 + (uint64_t)(token.base[i] - '0');
        }
    }
    if (is_negative) {
        return exponent <= point && last_nonzero <= point - exponent;
    }
    return last_nonzero <= point || last_nonzero - point <= exponent;
}

bool json_pointer_add(char *pointer, size_t cap, bytes key)
{
    size_t start = strlen(pointer);
    size_t at = start;
    if (cap - at < 2) {
        return false;
    }
    pointer[at++] = '/';
    for (size_t i = 0; i < key.len; i++) {
        char c = key.base[i];
        /* Room for two bytes and the end; a NUL ends the pointer for every reader in C. */
        if (cap - at < 3 || c == '\0') {
            pointer[start] = '\0';
            return false;
        }
        if (c == '~' || c == '/') {
            pointer[at++] = '~';
            c = c == '~' ? '0' : '1';
        }
        pointer[at++] = c;
    }
    pointer[at] = '\0';
    return true;
}

/* An open container on the way to an offset. */
typedef struct path_step {
    bool is_object;
    size_t index;
    bytes raw_key;
} path_step;

static bool add_step(char *out, size_t cap, const path_step *step)
{
    if (!step->is_object) {
        char digits[24];
        int len = snprintf(digits, sizeof digits, "%zu", step->index);
        check(len > 0);
        return json_pointer_add(out, cap, (bytes){digits, (size_t)len});
    }
    buf plain = {0};
    json_unescape(step->raw_key, &plain);
    bool is_added = !plain.failed && json_pointer_add(out, cap, buf_bytes(&plain));
    buf_fini(&plain);
    return is_added;
}

void json_pointer_at(bytes text, size_t off, char *out, size_t cap)
{
    path_step steps[JSON_READER_DEPTH_MAX];
    size_t depth = 0;
    bool is_key_due = false;
    for (size_t at = 0; at <= off && at < text.len;) {
        char c = text.base[at];
        if (c == '{' || c == '[') {
            check(depth < JSON_READER_DEPTH_MAX);
            is_key_due = c == '{';
            steps[depth++] = (path_step){.is_object = is_key_due};
        } else if (c == '}' || c == ']') {
            depth--;
            is_key_due = false;
        } else if (c == ',') {
            is_key_due = steps[depth - 1].is_object;
            steps[depth - 1].index++;
        } else if (c == '"') {
            size_t end = json_skip_string(text, at);
            if (is_key_due) {
                steps[depth - 1].raw_key = (bytes){text.base + at + 1, end - at - 2};
                is_key_due = false;
            }
            at = end;
            continue;
        }
        at++;
    }
    out[0] = '\0';
    for (size_t i = 0; i < depth; i++) {
        if (!add_step(out, cap, &steps[i])) {
            break;
        }
    }
}
