/* Writing JSON as a stream. Every reply goes through here, so plain runs of text are copied whole
 * and numbers are printed by hand where that is exact. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/utf8.h"
#include "json/scan.h"
#include "json/tree.h"

enum { WRITER_DEPTH_MAX = 63, DECIMALS_MAX = 9 };

json_writer json_writer_to(buf *out)
{
    return (json_writer){.out = out};
}

static bool is_in_object(const json_writer *w)
{
    return (w->is_object >> w->depth & 1) != 0;
}

static void put_comma(json_writer *w)
{
    uint64_t bit = (uint64_t)1 << w->depth;
    if ((w->has_entry & bit) != 0) {
        check(w->depth > 0); /* a document is one value */
        buf_char(w->out, ',');
    }
    w->has_entry |= bit;
}

static void start_value(json_writer *w)
{
    check(w->has_key == is_in_object(w));
    if (w->has_key) {
        w->has_key = false;
    } else {
        put_comma(w);
    }
}

static void open_container(json_writer *w, bool is_object)
{
    start_value(w);
    check(w->depth < WRITER_DEPTH_MAX);
    w->depth++;
    uint64_t bit = (uint64_t)1 << w->depth;
    w->is_object = is_object ? w->is_object | bit : w->is_object & ~bit;
    w->has_entry &= ~bit;
    buf_char(w->out, is_object ? '{' : '[');
}

static void close_container(json_writer *w, bool is_object)
{
    check(w->depth > 0);
    check(is_in_object(w) == is_object);
    check(!w->has_key);
    w->depth--;
    buf_char(w->out, is_object ? '}' : ']');
}

void json_begin_object(json_writer *w)
{
    open_container(w, true);
}

void json_end_object(json_writer *w)
{
    close_container(w, true);
}

void json_begin_array(json_writer *w)
{
    open_container(w, false);
}

void json_end_array(json_writer *w)
{
    close_container(w, false);
}

static void put_escape(buf *out, unsigned char c)
{
    static const char DIGITS[] = "0123456789abcdef";
    const char *named = memchr("\"\"\\\\\bb\ff\nn\rr\tt", c, 14);
    if (named != NULL) {
        char escape[2] = {'\\', named[0] == named[1] ? named[0] : named[1]};
        buf_put(out, escape, sizeof escape);
    } else {
        char escape[6] = {'\\', 'u', '0', '0', DIGITS[c >> 4], DIGITS[c & 15]};
        buf_put(out, escape, sizeof escape);
    }
}

static void put_string(buf *out, bytes text)
{
    buf_char(out, '"');
    size_t start = 0; /* of the run that can be copied as it is */
    size_t off = 0;
    while (off < text.len) {
        off += json_plain_len(text.base + off, text.len - off);
        if (off >= text.len) {
            break;
        }
        unsigned char c = (unsigned char)text.base[off];
        size_t sequence_len = c >= 0x80 ? utf8_sequence_len(text, off) : 0;
        if (sequence_len > 0) {
            off += sequence_len;
            continue;
        }
        buf_put(out, text.base + start, off - start);
        if (c >= 0x80) {
            buf_put(out, "\xEF\xBF\xBD", 3);
        } else {
            put_escape(out, c);
        }
        start = ++off;
    }
    buf_put(out, text.base + start, text.len - start);
    buf_char(out, '"');
}

void json_put_key_bytes(json_writer *w, bytes key)
{
    check(is_in_object(w));
    check(!w->has_key);
    put_comma(w);
    put_string(w->out, key);
    buf_char(w->out, ':');
    w->has_key = true;
}

void json_put_key(json_writer *w, const char *key)
{
    json_put_key_bytes(w, bytes_of(key));
}

void json_put_text(json_writer *w, bytes text)
{
    start_value(w);
    if (text.base == NULL) {
        buf_put(w->out, "null", 4);
    } else {
        put_string(w->out, text);
    }
}

void json_put_cstr(json_writer *w, const char *text)
{
    json_put_text(w, bytes_of(text));
}

void json_put_int(json_writer *w, int64_t value)
{
    start_value(w);
    buf_int(w->out, value);
}

/* Numbers with few decimals, as nearly all are: a whole number below 2^53 over a power of ten
 * divides to the double nearest to that decimal, so comparing decides exactly. */
static bool put_short_decimal(buf *out, double value)
{
    double magnitude = fabs(value);
    if (!(magnitude < 1e9) || magnitude < 1e-4) {
        return false;
    }
    uint64_t power = 1;
    for (int decimals = 1; decimals <= DECIMALS_MAX; decimals++) {
        power *= 10;
        double scaled = rint(magnitude * (double)power);
        if (!(scaled < 9007199254740992.0)) {
            return false;
        }
        if (scaled / (double)power == magnitude) {
            uint64_t whole = (uint64_t)scaled;
            char digits[DECIMALS_MAX];
            uint64_t rest = whole % power;
            for (int i = decimals; i > 0; i--) {
                digits[i - 1] = (char)('0' + rest % 10);
                rest /= 10;
            }
            if (value < 0) {
                buf_char(out, '-');
            }
            buf_int(out, (int64_t)(whole / power));
            buf_char(out, '.');
            buf_put(out, digits, (size_t)decimals);
            return true;
        }
    }
    return false;
}

static void put_double(buf *out, double value)
{
    check(isfinite(value));
    if (fabs(value) < 9007199254740992.0 && trunc(value) == value) {
        if (value == 0 && signbit(value)) {
            buf_char(out, '-');
        }
        buf_int(out, (int64_t)value);
        return;
    }
    if (put_short_decimal(out, value)) {
        return;
    }
    char digits[40];
    int len = 0;
    for (int precision = 15; precision <= 17; precision++) {
        len = snprintf(digits, sizeof digits, "%.*g", precision, value);
        if (strtod(digits, NULL) == value) {
            break;
        }
    }
    check(len > 0);
    /* A locale may print a comma. */
    for (int i = 0; i < len; i++) {
        if (digits[i] == ',') {
            digits[i] = '.';
        }
    }
    buf_put(out, digits, (size_t)len);
}

void json_put_double(json_writer *w, double value)
{
    start_value(w);
    put_double(w->out, value);
}

void json_put_bool(json_writer *w, bool value)
{
    start_value(w);
    buf_text(w->out, value ? "true" : "false");
}

void json_put_null(json_writer *w)
{
    start_value(w);
    buf_put(w->out, "null", 4);
}

void json_put_raw(json_writer *w, bytes json)
{
    check(json.len > 0);
    start_value(w);
    buf_put(w->out, json.base, json.len);
}

static void put_scalar(buf *out, const json_node *node)
{
    switch (node->type) {
    case JSON_TEXT:
        put_string(out, node->text);
        break;
    case JSON_NUMBER:
        /* A number too large for a double was read as infinity; this reads as infinity again. */
        if (isinf(node->number)) {
            buf_text(out, node->number < 0 ? "-1e999" : "1e999");
        } else {
            put_double(out, node->number);
        }
        break;
    case JSON_BOOL:
        buf_text(out, node->is_true ? "true" : "false");
        break;
    default:
        buf_text(out, "null");
    }
}

static void put_tree(buf *out, const json_node *root)
{
    const json_node *above[TREE_DEPTH_MAX];
    size_t depth = 0;
    const json_node *at = root;
    while (at != NULL) {
        if (depth > 0 && above[depth - 1]->type == JSON_OBJECT) {
            put_string(out, at->key);
            buf_char(out, ':');
        }
        bool is_container = at->type == JSON_OBJECT || at->type == JSON_ARRAY;
        if (is_container) {
            buf_char(out, at->type == JSON_OBJECT ? '{' : '[');
        } else {
            put_scalar(out, at);
        }
        if (is_container && at->child != NULL) {
            check(depth < TREE_DEPTH_MAX);
            above[depth++] = at;
            at = at->child;
            continue;
        }
        if (is_container) {
            buf_char(out, at->type == JSON_OBJECT ? '}' : ']');
        }
        while (depth > 0 && at->next == NULL) {
            at = above[--depth];
            buf_char(out, at->type == JSON_OBJECT ? '}' : ']');
        }
        if (depth > 0) {
            buf_char(out, ',');
        }
        at = depth > 0 ? at->next : NULL;
    }
}

void json_print(const json_node *n, buf *out)
{
    put_tree(out, n);
}

void json_put_node(json_writer *w, const json_node *n)
{
    start_value(w);
    put_tree(w->out, n);
}

void json_member_text(json_writer *w, const char *key, bytes text)
{
    json_put_key(w, key);
    json_put_text(w, text);
}

void json_member_cstr(json_writer *w, const char *key, const char *text)
{
    json_put_key(w, key);
    json_put_cstr(w, text);
}

void json_member_int(json_writer *w, const char *key, int64_t value)
{
    json_put_key(w, key);
    json_put_int(w, value);
}

void json_member_bool(json_writer *w, const char *key, bool value)
{
    json_put_key(w, key);
    json_put_bool(w, value);
}
