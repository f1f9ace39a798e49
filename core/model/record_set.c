#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/nearest.h"
#include "model/concept.h"
#include "model/record_decode.h"

/* Reads codes, sets and the keys that plugins declare. A set is kept in one order, whatever order
 * it came in, so that the same record prints the same bytes. */

static bool read_code(decoder *d, const code_list *list, bool is_compared_only,
                      const json_node *node, const trail *t, uint32_t *ret)
{
    if (json_type_of(node) != JSON_TEXT) {
        return refuse_type(d, t, node, "a code as text");
    }
    uint32_t position;
    if (code_find(list, json_text(node), &position) &&
        (!is_compared_only || position < list->compared_count)) {
        *ret = position;
        return true;
    }
    char text[SHOWN_LEN + 8];
    fail(d->error, ERR_FIELD_CODE, "\"%s\" is not in the list \"%s\"", shown(json_text(node), text),
         list->name);
    nearest near = nearest_to(json_text(node));
    for (uint32_t i = 0; i < list->count; i++) {
        nearest_offer(&near, list->entries[i].id);
    }
    if (nearest_best(&near) != NULL && !bytes_equal_text(json_text(node), nearest_best(&near))) {
        err_hint(d->error, "Did you mean \"%s\"?", nearest_best(&near));
    }
    return at_trail(d, t);
}

bool decode_code(decoder *d, const member *m, const json_node *node, const trail *t, void *ret)
{
    uint32_t position;
    if (!read_code(d, m->codes, m->is_compared_only, node, t, &position)) {
        return false;
    }
    *(value_code *)ret = (value_code){.position = (uint16_t)position, .is_set = true};
    return true;
}

static bool refuse_twice(decoder *d, const trail *t, bytes value)
{
    char text[SHOWN_LEN + 8];
    fail(d->error, ERR_FIELD_DUPLICATE, "\"%s\" stands twice", shown(value, text));
    return at_trail(d, t);
}

/* Codes as bits of `ret`, one word for every 64 positions of the list; `ret` holds enough. */
static bool read_codes(decoder *d, const code_list *list, bool is_compared_only,
                       const json_node *node, const trail *t, uint64_t *ret)
{
    if (json_type_of(node) != JSON_ARRAY) {
        return refuse_type(d, t, node, "a list of codes");
    }
    trail entry = {.up = t};
    for (const json_node *n = json_child(node); n != NULL; n = json_next(n), entry.index++) {
        uint32_t position;
        if (!read_code(d, list, is_compared_only, n, &entry, &position)) {
            return false;
        }
        uint64_t bit = (uint64_t)1 << (position & 63);
        if ((ret[position >> 6] & bit) != 0) {
            return refuse_twice(d, &entry, json_text(n));
        }
        ret[position >> 6] |= bit;
    }
    return true;
}

bool decode_code_set(decoder *d, const member *m, const json_node *node, const trail *t, void *ret)
{
    check(m->codes->count <= 64);
    uint64_t members = 0;
    if (!read_codes(d, m->codes, m->is_compared_only, node, t, &members)) {
        return false;
    }
    if (members == 0 && m->is_filled) {
        fail(d->error, ERR_FIELD_RANGE, "the list is empty, at least one code is needed");
        return at_trail(d, t);
    }
    *(value_codes *)ret = (value_codes){members, true};
    return true;
}

bool decode_code_list(decoder *d, const member *m, const json_node *node, const trail *t, void *ret)
{
    enum { WORDS = 16 };
    uint64_t words[WORDS] = {0};
    check(m->codes->count <= WORDS * 64);
    if (!read_codes(d, m->codes, m->is_compared_only, node, t, words)) {
        return false;
    }
    size_t count = json_count(node);
    uint16_t *positions = arena_make_array(d->memory, count, uint16_t);
    if (positions == NULL) {
        return refuse_memory(d);
    }
    uint32_t at = 0;
    for (uint32_t i = 0; i < m->codes->count; i++) {
        if ((words[i >> 6] >> (i & 63) & 1) != 0) {
            positions[at++] = (uint16_t)i;
        }
    }
    check(at == count);
    *(value_code_list *)ret = (value_code_list){positions, at, true};
    return true;
}

typedef struct numbered_text {
    bytes text;
    uint32_t index;
} numbered_text;

/* Twins lie side by side, the one that came first in front. */
static int compare_numbered(const void *a, const void *b)
{
    const numbered_text *x = a;
    const numbered_text *y = b;
    int order = bytes_compare(x->text, y->text);
    return order != 0 ? order : (x->index > y->index) - (x->index < y->index);
}

/* Most lists come sorted: looking costs less than sorting. */
static void sort_numbered(numbered_text *texts, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (compare_numbered(&texts[i - 1], &texts[i]) > 0) {
            qsort(texts, count, sizeof *texts, compare_numbered);
            return;
        }
    }
}

static bool read_concepts(decoder *d, const member *m, const json_node *node, const trail *t,
                          numbered_text *ret)
{
    trail entry = {.up = t};
    for (const json_node *n = json_child(node); n != NULL; n = json_next(n), entry.index++) {
        if (json_type_of(n) != JSON_TEXT) {
            return refuse_type(d, &entry, n, "a concept as text");
        }
        bytes text = json_text(n);
        if (!concept_is_valid(text)) {
            return refuse_format(d, &entry, n, "a concept: esco:, isco: or kldb: and its code");
        }
        if (m->kind == MEMBER_SKILL_SET && !bytes_starts_with(text, "esco:")) {
            return refuse_format(d, &entry, n, "a skill: esco: and its code");
        }
        ret[entry.index] = (numbered_text){text, entry.index};
    }
    return true;
}

bool decode_concepts(decoder *d, const member *m, const json_node *node, const trail *t, void *ret)
{
    if (json_type_of(node) != JSON_ARRAY) {
        return refuse_type(d, t, node, "a list of concepts");
    }
    size_t count = json_count(node);
    if (count > LIST_COUNT_MAX) {
        fail(d->error, ERR_FIELD_RANGE, "the list has %zu entries, at most %d are allowed", count,
             LIST_COUNT_MAX);
        return at_trail(d, t);
    }
    numbered_text *read = arena_make_array(d->memory, count, numbered_text);
    bytes *items = arena_make_array(d->memory, count, bytes);
    if (read == NULL || items == NULL) {
        return refuse_memory(d);
    }
    if (!read_concepts(d, m, node, t, read)) {
        return false;
    }
    sort_numbered(read, count);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && bytes_equal(read[i - 1].text, read[i].text)) {
            trail entry = {.up = t, .index = read[i].index};
            return refuse_twice(d, &entry, read[i].text);
        }
        if (!take_text(d, read[i].text, &items[i])) {
            return false;
        }
    }
    *(value_concepts *)ret = (value_concepts){items, (uint32_t)count, true};
    return true;
}

static const ext_key *find_ext(const decoder *d, bytes id)
{
    for (uint32_t i = 0; d->ext != NULL && i < d->ext->count; i++) {
        if (d->ext->keys[i].side == d->side && bytes_equal_text(id, d->ext->keys[i].id)) {
            return &d->ext->keys[i];
        }
    }
    return NULL;
}

static bool decode_ext_value(decoder *d, const ext_key *key, const json_node *node, const trail *t,
                             ext_value *ret)
{
    ret->type = key->type;
    ret->codes = key->codes;
    switch (key->type) {
    case LOTSE_FLAG:
        ret->number = json_bool(node);
        return json_type_of(node) == JSON_BOOL || refuse_type(d, t, node, "true or false");
    case LOTSE_DAY:
        return read_day(d, node, t, &ret->number);
    case LOTSE_CODE_SET:
        return read_codes(d, key->codes, false, node, t, &ret->members);
    default:
        check(key->type == LOTSE_INT);
        /* LOTSE_ABSENT and LOTSE_OPEN have meanings of their own in columns. */
        return read_int(d, INT32_MIN + 1, INT32_MAX - 1, node, t, &ret->number);
    }
}

static int compare_ext(const void *a, const void *b)
{
    return bytes_compare(((const ext_value *)a)->id, ((const ext_value *)b)->id);
}

bool decode_ext(decoder *d, const member *m, const json_node *node, const trail *t, void *ret)
{
    (void)m; /* the keys come from manifests */
    if (json_type_of(node) != JSON_OBJECT) {
        return refuse_type(d, t, node, "an object");
    }
    size_t count = json_count(node);
    ext_value *items = arena_make_array(d->memory, count, ext_value);
    if (items == NULL) {
        return refuse_memory(d);
    }
    uint32_t at = 0;
    for (const json_node *n = json_child(node); n != NULL; n = json_next(n), at++) {
        trail here = {.up = t, .key = json_key(n)};
        const ext_key *key = find_ext(d, here.key);
        if (key == NULL) {
            char text[SHOWN_LEN + 8];
            fail(d->error, ERR_FIELD_UNKNOWN, "no plugin declares the key \"%s\"",
                 shown(here.key, text));
            return at_trail(d, &here);
        }
        if (!decode_ext_value(d, key, n, &here, &items[at]) ||
            !take_text(d, here.key, &items[at].id)) {
            return false;
        }
    }
    qsort(items, count, sizeof *items, compare_ext);
    for (size_t i = 1; i < count; i++) {
        if (bytes_equal(items[i - 1].id, items[i].id)) {
            return refuse_twice(d, t, items[i].id);
        }
    }
    *(value_ext *)ret = (value_ext){items, (uint32_t)count, true};
    return true;
}
