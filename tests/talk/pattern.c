/* Replies held against patterns. */
#include "pattern.h"

#include <string.h>

static bool is_text(const json_node *n, const char *text)
{
    return n != NULL && json_type_of(n) == JSON_TEXT && bytes_equal_text(json_text(n), text);
}

static bool holds(bytes text, bytes part)
{
    return part.len == 0 || (text.len > 0 && memmem(text.base, text.len, part.base, part.len));
}

static bool text_matches(bytes pattern, bytes text)
{
    if (pattern.len > 0 && pattern.base[0] == '~') {
        return holds(text, (bytes){pattern.base + 1, pattern.len - 1});
    }
    return bytes_equal(pattern, text);
}

/* Recursion is bounded by the nesting of the pattern, which stands in a file of ours. */
static bool object_matches(const json_node *pattern, const json_node *value)
{
    for (const json_node *at = json_child(pattern); at != NULL; at = json_next(at)) {
        char key[256];
        bytes name = json_key(at);
        if (name.len >= sizeof key) {
            return false;
        }
        memcpy(key, name.base, name.len);
        key[name.len] = '\0';
        const json_node *member = json_member(value, key);
        if (member == NULL || !pattern_matches(at, member)) {
            return false;
        }
    }
    return true;
}

static bool array_matches(const json_node *pattern, const json_node *value)
{
    const json_node *entry = json_child(value);
    for (const json_node *at = json_child(pattern); at != NULL; at = json_next(at)) {
        if (is_text(at, "...") && json_next(at) == NULL) {
            return true;
        }
        if (entry == NULL || !pattern_matches(at, entry)) {
            return false;
        }
        entry = json_next(entry);
    }
    return entry == NULL;
}

bool pattern_matches(const json_node *pattern, const json_node *value)
{
    if (is_text(pattern, "*")) {
        return true;
    }
    if (json_type_of(pattern) != json_type_of(value)) {
        return false;
    }
    switch (json_type_of(pattern)) {
    case JSON_OBJECT:
        return object_matches(pattern, value);
    case JSON_ARRAY:
        return array_matches(pattern, value);
    case JSON_TEXT:
        return text_matches(json_text(pattern), json_text(value));
    case JSON_NUMBER:
        return json_number(pattern) >= json_number(value) &&
               json_number(pattern) <= json_number(value);
    case JSON_BOOL:
        return json_bool(pattern) == json_bool(value);
    case JSON_NULL:
        break;
    }
    return true;
}
