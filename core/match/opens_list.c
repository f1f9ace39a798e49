#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "match/opens_parts.h"

/* Changes of lists whose entries have a key: languages, experience. */

static bool entry_has_key(const json_node *entry, const char *key_name, bytes key)
{
    const json_node *node = json_member(entry, key_name);
    return node != NULL && json_type_of(node) == JSON_TEXT && bytes_equal(json_text(node), key);
}

/* The entry's place in the record's list, or -1. */
static int64_t find_entry(const json_node *list, const char *key_name, bytes key)
{
    int64_t index = 0;
    for (const json_node *n = list == NULL ? NULL : json_child(list); n != NULL; n = json_next(n)) {
        if (entry_has_key(n, key_name, key)) {
            return index;
        }
        index++;
    }
    return -1;
}

/* The entry with its value changed; where there is none, a new one of its key and the value. */
static bool put_entry(json_writer *w, const list_change *c, const entry_change *change,
                      const json_node *entry, err *e)
{
    buf value = {0};
    buf blank = {0};
    json_doc *doc = NULL;
    json_writer value_writer = json_writer_to(&value);
    opens_put_fact(&value_writer, &change->need);
    bool is_done = !value.failed;
    if (is_done && entry == NULL) {
        json_writer blank_writer = json_writer_to(&blank);
        json_begin_object(&blank_writer);
        json_member_text(&blank_writer, c->key_name, change->key);
        json_end_object(&blank_writer);
        is_done = !blank.failed && json_parse(buf_bytes(&blank), JSON_DEPTH_MAX, &doc, e);
        entry = is_done ? json_root(doc) : NULL;
    }
    is_done = is_done && opens_put_changed(w, entry, c->rest, buf_bytes(&value));
    if (value.failed || blank.failed) {
        (void)fail(e, ERR_MEMORY, "no memory for what would open a gate");
    }
    json_doc_free(&doc);
    buf_fini(&blank);
    buf_fini(&value);
    return is_done;
}

static const entry_change *change_of_entry(const list_change *c, const json_node *entry)
{
    for (uint32_t i = 0; i < c->count; i++) {
        if (entry_has_key(entry, c->key_name, c->entries[i].key)) {
            return &c->entries[i];
        }
    }
    return NULL;
}

/* The whole list with its changed entries and, behind them, the new ones. */
static bool put_list(json_writer *w, const list_change *c, const json_node *list, err *e)
{
    json_begin_array(w);
    for (const json_node *n = list == NULL ? NULL : json_child(list); n != NULL; n = json_next(n)) {
        const entry_change *change = change_of_entry(c, n);
        if (change == NULL) {
            json_put_node(w, n);
        } else if (!put_entry(w, c, change, n, e)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < c->count; i++) {
        bool is_new = find_entry(list, c->key_name, c->entries[i].key) < 0;
        if (is_new && !put_entry(w, c, &c->entries[i], NULL, e)) {
            return false;
        }
    }
    json_end_array(w);
    return true;
}

/* One entry that is there is changed in place; else the list is. */
bool opens_change_list(opening *o, const list_change *c, opens_change *ret, uint32_t *ret_count,
                       err *e)
{
    const json_node *list = opens_node_at(o->seeker, c->list);
    int64_t index = c->count == 1 ? find_entry(list, c->key_name, c->entries[0].key) : -1;
    json_writer w = json_writer_to(&o->out);
    if (index >= 0) {
        int len =
            snprintf(o->path, sizeof(o->path), "%s/%lld%s", c->list, (long long)index, c->rest);
        check(len > 0 && (size_t)len < sizeof(o->path));
        opens_put_fact(&w, &c->entries[0].need);
    } else {
        memcpy(o->path, c->list, sizeof(o->path));
        if (!put_list(&w, c, list, e)) {
            return false;
        }
    }
    *ret_count = 1;
    return opens_keep(o, ret, e);
}

/* "languages.*.skills.reading" into "/languages" and "/skills/reading". */
bool opens_split_path(const char *path, const char *star, list_change *c)
{
    char pointer[PATH_LEN_MAX + 1];
    if (!opens_pointer_of(path, pointer)) {
        return false;
    }
    size_t list_len = (size_t)(star - path); /* with the first slash, without the dot */
    memcpy(c->list, pointer, list_len);
    c->list[list_len] = '\0';
    const char *rest = strchr(pointer + list_len + 1, '/');
    if (rest == NULL) {
        return false;
    }
    memcpy(c->rest, rest, strlen(rest) + 1);
    return true;
}

static bool text_of_key(const opening *o, const field *key, int32_t value, bytes *ret)
{
    if (key->codes != NULL) {
        *ret = bytes_of(key->codes->entries[value].id);
        return true;
    }
    char scratch[16];
    bytes text = dictionary_text(o->dictionary, (concept)value, scratch);
    *ret = text.base == NULL ? text : arena_copy(o->arena, text);
    return ret->base != NULL;
}

bool opens_change_joined(opening *o, opens_change *ret, uint32_t *ret_count, err *e)
{
    const field *f = opens_field(o, 0);
    const field *key = o->program->columns[SIDE_SEEKER].columns[o->gate->seeker_key].field;
    list_change c = {.key_name = strrchr(key->path, '.') + 1};
    const char *star = strchr(f->path, '*');
    if (star == NULL || !opens_split_path(f->path, star, &c)) {
        return true;
    }
    for (uint32_t i = 0; i < o->finding->entry_count && c.count < LIST_CHANGE_MAX; i++) {
        const gate_entry *entry = &o->finding->entries[i];
        entry_change *change = &c.entries[c.count];
        change->need = entry->need;
        if (!entry->need.is_known || !text_of_key(o, key, entry->key, &change->key)) {
            return true; /* the offer itself leaves it open */
        }
        c.count++;
    }
    return c.count == 0 || opens_change_list(o, &c, ret, ret_count, e);
}
