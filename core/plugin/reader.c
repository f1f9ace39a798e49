#include "plugin/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "base/utf8.h"

enum { DEPTH_MAX = 16 };

static void put_escaped(buf *out, bytes key)
{
    for (size_t i = 0; i < key.len; i++) {
        if (key.base[i] == '~') {
            buf_text(out, "~0");
        } else if (key.base[i] == '/') {
            buf_text(out, "~1");
        } else {
            buf_char(out, key.base[i]);
        }
    }
}

static void set_pointer(const reader *r, err *e)
{
    const reader *way[DEPTH_MAX];
    uint32_t depth = 0;
    for (const reader *at = r; at->up != NULL && depth < DEPTH_MAX; at = at->up) {
        way[depth++] = at;
    }
    buf out = {0};
    while (depth > 0) {
        const reader *at = way[--depth];
        buf_char(&out, '/');
        if (at->key.base != NULL) {
            put_escaped(&out, at->key);
        } else {
            buf_int(&out, at->index);
        }
    }
    const char *text = buf_terminated(&out);
    err_path(e, "%s", out.failed || out.len == 0 ? "" : text);
    buf_fini(&out);
}

bool reader_refuse(const reader *r, err *e, const char *format, ...)
{
    char text[sizeof(e->text)];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    fail(e, r->code, "%s", text);
    set_pointer(r, e);
    return false;
}

bool reader_blame(const reader *r, err *e)
{
    if (e->code != ERR_MEMORY) {
        e->code = r->code;
        set_pointer(r, e);
    }
    return false;
}

reader reader_root(const json_node *root, err_code code)
{
    return (reader){.node = root, .code = code};
}

static const char *type_text(json_type type)
{
    switch (type) {
    case JSON_NULL:
        return "null";
    case JSON_BOOL:
        return "true or false";
    case JSON_NUMBER:
        return "a number";
    case JSON_TEXT:
        return "a text";
    case JSON_ARRAY:
        return "an array";
    case JSON_OBJECT:
        return "an object";
    }
    return "something else";
}

static bool refuse_type(const reader *r, json_type wanted, err *e)
{
    return reader_refuse(r, e, "this is %s, it must be %s", type_text(json_type_of(r->node)),
                         type_text(wanted));
}

static int shown(bytes text)
{
    return (int)(text.len < 80 ? text.len : 80);
}

bool reader_next(const reader *r, const json_node **node, uint32_t *index, reader *ret)
{
    bool is_first = *node == NULL;
    *node = is_first ? json_child(r->node) : json_next(*node);
    *index = is_first ? 0 : *index + 1;
    if (*node == NULL) {
        return false;
    }
    *ret = (reader){.node = *node, .up = r, .index = *index, .code = r->code};
    if (json_type_of(r->node) == JSON_OBJECT) {
        ret->key = json_key(*node);
    }
    return true;
}

bool reader_object(const reader *r, const char *const *keys, uint32_t key_count, err *e)
{
    if (json_type_of(r->node) != JSON_OBJECT) {
        return refuse_type(r, JSON_OBJECT, e);
    }
    const json_node *node = NULL;
    uint32_t index = 0;
    reader member;
    while (reader_next(r, &node, &index, &member)) {
        bool is_known = false;
        nearest near = nearest_to(member.key);
        for (uint32_t i = 0; i < key_count && !is_known; i++) {
            is_known = bytes_equal_text(member.key, keys[i]);
            nearest_offer(&near, keys[i]);
        }
        if (is_known) {
            continue;
        }
        reader_refuse(&member, e, "there is no key \"%.*s\" here", shown(member.key),
                      member.key.base);
        const char *best = nearest_best(&near);
        if (best != NULL) {
            err_hint(e, "Did you mean \"%s\"?", best);
        }
        return false;
    }
    return true;
}

bool reader_array(const reader *r, uint32_t count_max, uint32_t *ret_count, err *e)
{
    if (json_type_of(r->node) != JSON_ARRAY) {
        return refuse_type(r, JSON_ARRAY, e);
    }
    size_t count = json_count(r->node);
    if (count > count_max) {
        return reader_refuse(r, e, "there are %zu entries, at most %u are allowed", count,
                             count_max);
    }
    *ret_count = (uint32_t)count;
    return true;
}

bool reader_member(const reader *r, const char *key, reader *ret)
{
    const json_node *node = json_member(r->node, key);
    if (node == NULL) {
        return false;
    }
    *ret = (reader){.node = node, .up = r, .key = bytes_of(key), .code = r->code};
    return true;
}

bool reader_need(const reader *r, const char *key, reader *ret, err *e)
{
    if (!reader_member(r, key, ret)) {
        return reader_refuse(r, e, "\"%s\" is missing", key);
    }
    return true;
}

bool reader_text(const reader *r, uint32_t len_min, uint32_t len_max, arena *a, bytes *ret, err *e)
{
    if (json_type_of(r->node) != JSON_TEXT) {
        return refuse_type(r, JSON_TEXT, e);
    }
    bytes text = json_text(r->node);
    if (text.len < len_min || text.len > len_max) {
        return reader_refuse(r, e, "the text has %zu bytes, it must have %u to %u", text.len,
                             len_min, len_max);
    }
    if (!utf8_is_valid(text, NULL)) {
        return reader_refuse(r, e, "the text is not UTF-8");
    }
    bytes copy = arena_copy(a, text);
    if (copy.base == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a text of %zu bytes", text.len);
    }
    *ret = copy;
    return true;
}

bool reader_integer(const reader *r, int64_t min, int64_t max, int64_t *ret, err *e)
{
    if (json_type_of(r->node) != JSON_NUMBER) {
        return refuse_type(r, JSON_NUMBER, e);
    }
    int64_t value = 0;
    if (!json_integer(r->node, &value)) {
        return reader_refuse(r, e, "the number must be an integer");
    }
    if (value < min || value > max) {
        return reader_refuse(r, e, "%lld lies outside %lld to %lld", (long long)value,
                             (long long)min, (long long)max);
    }
    *ret = value;
    return true;
}

bool reader_flag(const reader *r, bool *ret, err *e)
{
    if (json_type_of(r->node) != JSON_BOOL) {
        return refuse_type(r, JSON_BOOL, e);
    }
    *ret = json_bool(r->node);
    return true;
}

bool reader_choose(const reader *r, const reader_choice *choices, uint32_t choice_count,
                   uint32_t *ret, err *e)
{
    if (json_type_of(r->node) != JSON_TEXT) {
        return refuse_type(r, JSON_TEXT, e);
    }
    bytes text = json_text(r->node);
    char list[200] = "";
    for (uint32_t i = 0; i < choice_count; i++) {
        if (bytes_equal_text(text, choices[i].text)) {
            *ret = choices[i].value;
            return true;
        }
        size_t len = strlen(list);
        snprintf(list + len, sizeof(list) - len, "%s%s", i == 0 ? "" : ", ", choices[i].text);
    }
    return reader_refuse(r, e, "\"%.*s\" is none of %s", shown(text), text.base, list);
}
