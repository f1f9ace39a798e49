#include "model/record_decode.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/nearest.h"
#include "base/utf8.h"

/* Walks a record's JSON along the tables. Functions call each other down the tables' shapes, which
 * are ours and few deep; the record's own nesting does not decide how deep. */

const char *shown(bytes text, char out[SHOWN_LEN + 8])
{
    size_t len = 0;
    while (len < text.len) {
        size_t step = utf8_sequence_len(text, len);
        if (step == 0 || len + step > SHOWN_LEN) {
            break;
        }
        len += step;
    }
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text.base[i];
        out[i] = c < 0x20 || c == 0x7f ? '?' : text.base[i];
    }
    (void)snprintf(out + len, 8, "%s", len < text.len ? "..." : ""); /* fits: 8 bytes are left */
    return out;
}

static void print_trail(const trail *t, buf *out)
{
    const trail *way[JSON_DEPTH_MAX];
    size_t count = 0;
    for (; t != NULL && t->up != NULL; t = t->up) {
        check(count < JSON_DEPTH_MAX);
        way[count++] = t;
    }
    while (count > 0) {
        t = way[--count];
        buf_char(out, '/');
        if (t->key.base == NULL) {
            buf_int(out, t->index);
        }
        for (size_t i = 0; i < t->key.len; i++) {
            char c = t->key.base[i];
            if (c == '~' || c == '/') {
                buf_text(out, c == '~' ? "~0" : "~1");
            } else {
                buf_char(out, c);
            }
        }
    }
}

bool at_trail(decoder *d, const trail *t)
{
    buf text = {0};
    print_trail(t, &text);
    err_path(d->error, "%s", buf_terminated(&text));
    buf_fini(&text);
    return false;
}

bool refuse_memory(decoder *d)
{
    return fail(d->error, ERR_MEMORY, "no memory for the record");
}

static const char *type_name(const json_node *node)
{
    static const char *const names[] = {
        [JSON_NULL] = "null",   [JSON_BOOL] = "true or false", [JSON_NUMBER] = "a number",
        [JSON_TEXT] = "a text", [JSON_ARRAY] = "a list",       [JSON_OBJECT] = "an object"};
    return names[json_type_of(node)];
}

bool refuse_type(decoder *d, const trail *t, const json_node *node, const char *expected)
{
    fail(d->error, ERR_FIELD_TYPE, "the value is %s, expected is %s", type_name(node), expected);
    return at_trail(d, t);
}

/* What must never be in a record; said in so many words because people will try. */
static bool is_personal(bytes key)
{
    static const char *const keys[] = {
        "name",     "first_name",    "last_name",      "given_name", "family_name", "surname",
        "address",  "street",        "birth_date",     "birthday",   "nationality", "citizenship",
        "religion", "ethnicity",     "diagnosis",      "email",      "phone",       "sex",
        "gender",   "date_of_birth", "residence_title"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (bytes_equal_text(key, keys[i])) {
            return true;
        }
    }
    return false;
}

static bool refuse_key(decoder *d, const shape *s, const trail *here)
{
    char text[SHOWN_LEN + 8];
    fail(d->error, ERR_FIELD_UNKNOWN, "there is no field \"%s\" here", shown(here->key, text));
    if (is_personal(here->key)) {
        err_hint(d->error, "Leave it out: no field holds a name, an address, a nationality, a "
                           "religion or a diagnosis.");
        return at_trail(d, here);
    }
    nearest near = nearest_to(here->key);
    for (uint32_t i = 0; i < s->count; i++) {
        nearest_offer(&near, s->members[i].key);
    }
    if (nearest_best(&near) != NULL) {
        err_hint(d->error, "Did you mean \"%s\"?", nearest_best(&near));
    }
    return at_trail(d, here);
}

/* Records mostly come in the tables' order, so the search starts behind the last find. */
static const member *find_member(const shape *s, bytes key, uint32_t *at)
{
    uint32_t i = *at;
    for (uint32_t tried = 0; tried < s->count; tried++) {
        const member *m = &s->members[i];
        i = i + 1 == s->count ? 0 : i + 1;
        if (m->key_len == key.len && memcmp(m->key, key.base, key.len) == 0) {
            *at = i;
            return m;
        }
    }
    return NULL;
}

static bool decode_object(decoder *d, const shape *s, const json_node *node, const trail *t,
                          void *ret);

static bool decode_objects(decoder *d, const member *m, const json_node *node, const trail *t,
                           void *ret)
{
    if (json_type_of(node) != JSON_ARRAY) {
        return refuse_type(d, t, node, "a list");
    }
    size_t count = json_count(node);
    if (count > LIST_COUNT_MAX) {
        fail(d->error, ERR_FIELD_RANGE, "the list has %zu entries, at most %d are allowed", count,
             LIST_COUNT_MAX);
        return at_trail(d, t);
    }
    object_list list = {.count = (uint32_t)count, .is_set = true};
    list.items = arena_array(d->memory, count, m->shape->size);
    if (list.items == NULL) {
        return refuse_memory(d);
    }
    trail entry = {.up = t};
    char *item = list.items;
    for (const json_node *n = json_child(node); n != NULL; n = json_next(n)) {
        if (!decode_object(d, m->shape, n, &entry, item)) {
            return false;
        }
        entry.index++;
        item += m->shape->size;
    }
    memcpy(ret, &list, sizeof list);
    return true;
}

/* null stands where a table says so; there its flag lies behind the value, by kind. */
static bool decode_null(decoder *d, const member *m, const json_node *node, const trail *t,
                        void *ret)
{
    if (!m->is_nullable) {
        return refuse_type(d, t, node, "a value; a field without one is left out");
    }
    switch (m->kind) {
    case MEMBER_DAY:
        ((value_day *)ret)->is_null = true;
        return true;
    case MEMBER_INT:
        ((value_int *)ret)->is_null = true;
        return true;
    case MEMBER_CODE:
        ((value_code *)ret)->is_null = true;
        return true;
    default:
        check(m->kind == MEMBER_CONCEPT);
        ((value_text *)ret)->is_null = true;
        return true;
    }
}

static bool decode_member(decoder *d, const member *m, const json_node *node, const trail *t,
                          void *ret)
{
    if (json_type_of(node) == JSON_NULL) {
        return decode_null(d, m, node, t, ret);
    }
    if (m->kind == MEMBER_OBJECT) {
        return decode_object(d, m->shape, node, t, ret);
    }
    if (m->kind == MEMBER_OBJECTS) {
        return decode_objects(d, m, node, t, ret);
    }
    return decode_scalar(d, m, node, t, ret);
}

static bool refuse_missing(decoder *d, const member *m, const trail *t)
{
    trail here = {.up = t, .key = {m->key, m->key_len}};
    if (m->is_justification) {
        fail(d->error, ERR_TRAIT_UNJUSTIFIED, "a restriction by a trait has no \"%s\"", m->key);
        err_hint(d->error, "State the provider's justification and its legal basis, or leave the "
                           "restriction out.");
    } else {
        fail(d->error, ERR_FIELD_MISSING, "the field \"%s\" is missing", m->key);
    }
    return at_trail(d, &here);
}

static bool decode_object(decoder *d, const shape *s, const json_node *node, const trail *t,
                          void *ret)
{
    if (json_type_of(node) != JSON_OBJECT) {
        return refuse_type(d, t, node, "an object");
    }
    uint64_t seen = 0;
    uint32_t at = 0;
    for (const json_node *n = json_child(node); n != NULL; n = json_next(n)) {
        trail here = {.up = t, .key = json_key(n)};
        const member *m = find_member(s, here.key, &at);
        if (m == NULL) {
            return refuse_key(d, s, &here);
        }
        uint64_t bit = (uint64_t)1 << (m - s->members);
        if ((seen & bit) != 0) {
            fail(d->error, ERR_FIELD_DUPLICATE, "the key \"%s\" stands twice", m->key);
            return at_trail(d, &here);
        }
        seen |= bit;
        if (!decode_member(d, m, n, &here, (char *)ret + m->offset)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->members[i].is_required && (seen >> i & 1) == 0) {
            return refuse_missing(d, &s->members[i], t);
        }
    }
    *(bool *)ret = true; /* is_set, the first member of every struct */
    return true;
}

bool record_decode(record_side side, const shape *s, const json_node *node, const ext_keys *ext,
                   arena *a, void *ret, err *e)
{
    decoder d = {.side = side, .ext = ext, .memory = a, .error = e};
    trail root = {0};
    return decode_object(&d, s, node, &root, ret);
}
