#include "plugin/manifest_text.h"

#include <stdio.h>
#include <string.h>

#include "base/lang.h"
#include "base/limits.h"

enum { LANG_LEN_MAX = 35, SENTENCE_LEN_MAX = 1000 };

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Words divided by dots. A path may have capitals (codes of ext keys have none) and stars. */
static uint32_t count_words(bytes text, bool with_stars)
{
    uint32_t count = 1;
    size_t word_len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.base[i];
        bool is_star = with_stars && c == '*' && word_len == 0 &&
                       (i + 1 == text.len || text.base[i + 1] == '.');
        if (c == '.' && word_len > 0) {
            count++;
            word_len = 0;
        } else if (is_word_char(c) || is_star) {
            word_len++;
        } else {
            return 0;
        }
    }
    return word_len == 0 ? 0 : count;
}

static bool read_words(const reader *r, uint32_t count_min, bool with_stars, const char *example,
                       arena *a, bytes *ret, err *e)
{
    bytes text;
    if (!reader_text(r, 1, with_stars ? 200 : ID_LEN_MAX, a, &text, e)) {
        return false;
    }
    if (count_words(text, with_stars) < count_min) {
        return reader_refuse(r, e,
                             "\"%s\" has another form than \"%s\": lower case letters, digits "
                             "and _ between dots",
                             text.base, example);
    }
    *ret = text;
    return true;
}

bool manifest_read_plugin_id(const reader *r, arena *a, bytes *ret, err *e)
{
    return read_words(r, 2, false, "org.example.night_bus", a, ret, e);
}

bool manifest_read_id(const reader *r, arena *a, bytes *ret, err *e)
{
    return read_words(r, 1, false, "skills.desired_share", a, ret, e);
}

bool manifest_read_path(const reader *r, arena *a, bytes *ret, err *e)
{
    return read_words(r, 1, true, "requires.languages.*.min", a, ret, e);
}

static bool is_lang(bytes lang)
{
    size_t first = 0;
    while (first < lang.len && lang.base[first] >= 'a' && lang.base[first] <= 'z') {
        first++;
    }
    if (first < 2 || first > 3 || lang.len > LANG_LEN_MAX) {
        return false;
    }
    for (size_t i = first; i < lang.len; i++) {
        char c = lang.base[i];
        bool is_alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (c == '-' ? i + 1 == lang.len || lang.base[i + 1] == '-' : !is_alnum) {
            return false;
        }
    }
    return first == lang.len || lang.base[first] == '-';
}

/* What the text's language wants between braces. Languages that no answer is written in have two
 * forms, which nobody reads. */
static bool refuse_forms(const reader *r, bytes inner, const language *l, err *e)
{
    char forms[64] = "one|other";
    if (l != NULL) {
        snprintf(forms, sizeof forms, "%s", l->forms);
        for (char *at = strchr(forms, ' '); at != NULL; at = strchr(at, ' ')) {
            *at = '|';
        }
    }
    return reader_refuse(r, e, "{%.*s} must be {name} or {name|%s}", (int)inner.len, inner.base,
                         forms);
}

/* {name} or {name|one|other}, with as many forms as the language has; braces stand for nothing
 * else. */
static bool check_placeholder(const reader *r, bytes inner, const bytes *names, uint32_t name_count,
                              err *e)
{
    const char *bar = memchr(inner.base, '|', inner.len);
    bytes name = {inner.base, bar == NULL ? inner.len : (size_t)(bar - inner.base)};
    const language *l = lang_find(r->key);
    uint32_t form_count = l == NULL ? 2 : l->form_count;
    uint32_t bar_count = 0;
    for (size_t i = 0; i < inner.len; i++) {
        bar_count += inner.base[i] == '|';
    }
    if (bar_count != 0 && bar_count != form_count) {
        return refuse_forms(r, inner, l, e);
    }
    for (uint32_t i = 0; i < name_count; i++) {
        if (bytes_equal(name, names[i])) {
            return true;
        }
    }
    return reader_refuse(r, e, "the text uses {%.*s}, which is no argument of it", (int)name.len,
                         name.base);
}

static bool check_placeholders(const reader *r, bytes text, const bytes *names, uint32_t name_count,
                               err *e)
{
    size_t at = 0;
    while (at < text.len) {
        if (text.base[at] == '}') {
            return reader_refuse(r, e, "there is a } without its {");
        }
        if (text.base[at] != '{') {
            at++;
            continue;
        }
        size_t end = at + 1;
        while (end < text.len && text.base[end] != '}' && text.base[end] != '{') {
            end++;
        }
        if (end == text.len || text.base[end] != '}') {
            return reader_refuse(r, e, "there is a { without its }");
        }
        bytes inner = {text.base + at + 1, end - at - 1};
        if (!check_placeholder(r, inner, names, name_count, e)) {
            return false;
        }
        at = end + 1;
    }
    return true;
}

bool manifest_read_texts(const reader *r, const bytes *names, uint32_t name_count, arena *a,
                         text_set *ret, err *e)
{
    if (json_type_of(r->node) != JSON_OBJECT || json_count(r->node) == 0) {
        return reader_refuse(r, e,
                             "this must be an object of texts by language: {\"en\": \"...\"}");
    }
    text_set set = {0};
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    while (reader_next(r, &node, &index, &entry)) {
        if (!is_lang(entry.key)) {
            return reader_refuse(&entry, e, "the key must be a language: de, en, de-x-simple");
        }
        if (set.count == LANG_COUNT_MAX) {
            return reader_refuse(r, e, "there are more than %d languages", LANG_COUNT_MAX);
        }
        bytes text;
        if (!reader_text(&entry, 1, SENTENCE_LEN_MAX, a, &text, e) ||
            !check_placeholders(&entry, text, names, name_count, e)) {
            return false;
        }
        bytes lang = arena_copy(a, entry.key);
        if (lang.base == NULL) {
            return fail(e, ERR_MEMORY, "no memory for a text");
        }
        set.langs[set.count] = lang;
        set.texts[set.count] = text;
        set.count++;
    }
    *ret = set;
    return true;
}

static bool find_text(const text_set *t, bytes tag, uint32_t *ret)
{
    for (uint32_t i = 0; i < t->count; i++) {
        if (bytes_equal(t->langs[i], tag)) {
            *ret = i;
            return true;
        }
    }
    return false;
}

bytes text_set_find(const text_set *t, const char *tag, bytes *ret_lang)
{
    if (t->count == 0) {
        return (bytes){NULL, 0};
    }
    uint32_t found = 0;
    const char *dash = tag == NULL ? NULL : strchr(tag, '-');
    if (!find_text(t, bytes_of(tag), &found) &&
        !(dash != NULL && find_text(t, (bytes){tag, (size_t)(dash - tag)}, &found)) &&
        !find_text(t, BYTES("en"), &found)) {
        found = 0;
    }
    *ret_lang = t->langs[found];
    return t->texts[found];
}

bytes text_set_get(const text_set *t, const char *tag)
{
    bytes own = {NULL, 0};
    return text_set_find(t, tag, &own);
}
