/* The places in a record that a mapping file names, and the record that a row makes of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "import/csv_map.h"

/* ------------------------------------------------------------------------------------ finding */

/* One step of a JSON pointer, unescaped into the map's memory. */
static bool take_step(csv_map *m, bytes *pointer, bytes *ret_step, err *e)
{
    size_t len = 0;
    if (pointer->len == 0 || pointer->base[0] != '/') {
        return fail(e, ERR_IMPORT_MAP, "a path begins with / and has a / before each step");
    }
    while (len + 1 < pointer->len && pointer->base[len + 1] != '/') {
        len++;
    }
    char *text = arena_new(&m->memory, len + 1);
    if (text == NULL) {
        return fail(e, ERR_MEMORY, "could not read the mapping file: no memory");
    }
    size_t out = 0;
    for (size_t i = 1; i <= len; i++) {
        char c = pointer->base[i];
        if (c == '~' && i < len && (pointer->base[i + 1] == '0' || pointer->base[i + 1] == '1')) {
            c = pointer->base[++i] == '0' ? '~' : '/';
        }
        text[out++] = c;
    }
    *pointer = (bytes){pointer->base + len + 1, pointer->len - len - 1};
    *ret_step = (bytes){text, out};
    return out > 0 || fail(e, ERR_IMPORT_MAP, "a step of the path is empty");
}

static bool is_index(bytes step, uint32_t *ret_index)
{
    char *end = NULL;
    bool is_number = step.len <= 2 && step.base[0] >= '0' && step.base[0] <= '9' &&
                     (step.len == 1 || step.base[0] != '0');
    unsigned long value = is_number ? strtoul(step.base, &end, 10) : 0;
    if (!is_number || *end != '\0' || value > MAP_INDEX_MAX) {
        return false;
    }
    *ret_index = (uint32_t)value;
    return true;
}

/* Behind the last child; in a list, behind those with a smaller index. */
static bool add_child(csv_map *m, map_node *parent, bytes key, uint32_t index, map_node **ret,
                      err *e)
{
    map_node *node = m->node_count < MAP_NODE_MAX ? arena_make(&m->memory, map_node) : NULL;
    if (node == NULL) {
        return fail(e, m->node_count < MAP_NODE_MAX ? ERR_MEMORY : ERR_IMPORT_MAP,
                    "the mapping file names more than %d fields", MAP_NODE_MAX);
    }
    map_node **link = &parent->first_child;
    while (*link != NULL && (key.base != NULL || (*link)->index < index)) {
        link = &(*link)->next;
    }
    node->key = key;
    node->index = index;
    node->parent = parent;
    node->next = *link;
    *link = node;
    m->node_count++;
    *ret = node;
    return true;
}

static bool set_form(map_node *node, map_form form, err *e)
{
    if (node->form != MAP_UNUSED && node->form != form) {
        return fail(e, ERR_IMPORT_MAP,
                    "the path takes for an object, a list or a value what another path takes for "
                    "something else");
    }
    node->form = form;
    return true;
}

static bool find_child(csv_map *m, map_node *parent, bytes step, map_node **ret, err *e)
{
    uint32_t index = 0;
    bool is_entry = is_index(step, &index);
    if (!set_form(parent, is_entry ? MAP_LIST : MAP_OBJECT, e)) {
        return false;
    }
    for (map_node *n = parent->first_child; n != NULL; n = n->next) {
        if (is_entry ? n->index == index : bytes_equal(n->key, step)) {
            *ret = n;
            return true;
        }
    }
    return add_child(m, parent, is_entry ? (bytes){NULL, 0} : step, index, ret, e);
}

bool csv_map_find(csv_map *m, bytes pointer, map_form form, map_node **ret, err *e)
{
    map_node *node = m->root;
    uint32_t step_count = 0;
    do {
        bytes step;
        if (!take_step(m, &pointer, &step, e)) {
            return false;
        }
        if (bytes_equal_text(step, "-") && pointer.len == 0 && node != m->root) {
            form = MAP_SET;
            break;
        }
        if (++step_count > MAP_STEP_MAX) {
            return fail(e, ERR_IMPORT_MAP, "the path has more than %d steps", MAP_STEP_MAX);
        }
        if (!find_child(m, node, step, &node, e)) {
            return false;
        }
    } while (pointer.len > 0);
    if (!set_form(node, form, e)) {
        return false;
    }
    *ret = node;
    return true;
}

/* ------------------------------------------------------------------------------------ probing */

/* A record with nothing in it but this value at this place. */
static void wrap(const map_node *node, bytes json, buf *out)
{
    const map_node *way[MAP_STEP_MAX + 1];
    uint32_t depth = 0;
    for (const map_node *n = node; n->parent != NULL; n = n->parent) {
        check(depth < MAP_STEP_MAX);
        way[depth++] = n;
    }
    json_writer w = json_writer_to(out);
    json_begin_object(&w);
    for (uint32_t i = depth; i > 0; i--) {
        const map_node *step = way[i - 1];
        if (step->key.base != NULL) {
            json_put_key_bytes(&w, step->key);
        }
        if (step->form == MAP_OBJECT) {
            json_begin_object(&w);
        } else if (step->form == MAP_LIST || step->form == MAP_SET) {
            json_begin_array(&w);
        }
    }
    json_put_raw(&w, json);
    for (uint32_t i = 0; i < depth; i++) {
        if (way[i]->form == MAP_OBJECT) {
            json_end_object(&w);
        } else if (way[i]->form == MAP_LIST || way[i]->form == MAP_SET) {
            json_end_array(&w);
        }
    }
    json_end_object(&w);
}

static bool decodes(const csv_map *m, const ext_keys *ext, bytes text, err *e)
{
    arena memory = {0};
    json_doc *doc = NULL;
    seeker *s = NULL;
    offer *o = NULL;
    bool is_sound = json_parse(text, JSON_DEPTH_MAX, &doc, e) &&
                    (m->side == SIDE_OFFER ? offer_decode(json_root(doc), ext, &memory, &o, e)
                                           : seeker_decode(json_root(doc), ext, &memory, &s, e));
    json_doc_free(&doc);
    arena_fini(&memory);
    return is_sound;
}

bool csv_map_probe(const csv_map *m, const ext_keys *ext, const map_node *node, bytes json,
                   bool is_exact, err *e)
{
    buf text = {0};
    err why = {0};
    wrap(node, json, &text);
    bool is_sound = text.failed ? fail(&why, ERR_MEMORY, "no memory for the mapping file")
                                : decodes(m, ext, buf_bytes(&text), &why);
    buf_fini(&text);
    if (is_sound) {
        return true;
    }
    switch (why.code) {
    case ERR_MEMORY:
        *e = why;
        return false;
    case ERR_FIELD_UNKNOWN:
    case ERR_FIELD_TYPE:
        break;
    case ERR_FIELD_CODE:
    case ERR_FIELD_FORMAT:
    case ERR_FIELD_RANGE:
        if (is_exact) {
            break;
        }
        return true;
    default:
        return true; /* what is missing here, other columns bring */
    }
    fail(e, ERR_IMPORT_MAP, "the record takes no such thing there: %s", why.text);
    return why.hint[0] != '\0' ? err_hint(e, "%s", why.hint) : false;
}

/* ------------------------------------------------------------------------------------ writing */

void csv_map_fill(map_node *node, uint64_t row)
{
    for (map_node *n = node; n != NULL && n->row != row; n = n->parent) {
        n->row = row;
    }
}

/* A constant inside an entry of a list stands only where a column filled that entry, unless no
 * column leads into it at all. */
static bool is_written(const map_node *node, uint64_t row)
{
    if (node->row == row) {
        return true;
    }
    if (node->form == MAP_VALUE || node->form == MAP_SET) {
        return node->constant.base != NULL;
    }
    bool is_entry = node->parent != NULL && node->parent->form == MAP_LIST;
    if (is_entry && node->column_count > 0) {
        return false;
    }
    for (const map_node *n = node->first_child; n != NULL; n = n->next) {
        if (is_written(n, row)) { /* as deep as a path has steps */
            return true;
        }
    }
    return false;
}

static void write_value(const map_node *node, uint64_t row, json_writer *w)
{
    json_put_raw(w, node->row == row ? buf_bytes(&node->value) : node->constant);
}

static void write_set(const map_node *node, uint64_t row, json_writer *w)
{
    json_begin_array(w);
    if (node->constant.base != NULL) {
        json_put_raw(w, node->constant);
    }
    bytes rest = node->row == row ? buf_bytes(&node->value) : (bytes){NULL, 0};
    while (rest.len > 0) {
        size_t len = (size_t)((const char *)memchr(rest.base, '\n', rest.len) - rest.base);
        if (!bytes_equal((bytes){rest.base, len}, node->constant)) {
            json_put_raw(w, (bytes){rest.base, len});
        }
        rest = (bytes){rest.base + len + 1, rest.len - len - 1};
    }
    json_end_array(w);
}

typedef struct row_writer {
    json_writer json;
    bytes id;
    uint64_t row;
} row_writer;

static bool is_intake(const map_node *node)
{
    return node->parent != NULL && node->parent->form == MAP_LIST &&
           bytes_equal_text(node->parent->key, "intakes") && node->parent->parent->parent == NULL;
}

/* Every intake needs an id of its own; a table with one row per offer has none. */
static void write_intake_id(const map_node *node, row_writer *w)
{
    char id[ID_LEN_MAX + 16];
    for (const map_node *n = node->first_child; n != NULL; n = n->next) {
        if (bytes_equal_text(n->key, "id") && is_written(n, w->row)) {
            return;
        }
    }
    snprintf(id, sizeof id, "%.*s/%u", (int)w->id.len, w->id.base, node->index + 1);
    json_member_cstr(&w->json, "id", id);
}

static void write_node(map_node *node, row_writer *w)
{
    uint32_t written_count = 0;
    if (node->form == MAP_VALUE || node->form == MAP_SET) {
        (node->form == MAP_VALUE ? write_value : write_set)(node, w->row, &w->json);
        return;
    }
    if (node->form == MAP_LIST) {
        json_begin_array(&w->json);
    } else {
        json_begin_object(&w->json);
    }
    if (node->parent == NULL) {
        json_member_text(&w->json, "id", w->id);
    } else if (is_intake(node)) {
        write_intake_id(node, w);
    }
    for (map_node *n = node->first_child; n != NULL; n = n->next) {
        if (!is_written(n, w->row)) {
            continue;
        }
        n->written_index = written_count++;
        if (n->key.base != NULL) {
            json_put_key_bytes(&w->json, n->key);
        }
        write_node(n, w); /* as deep as a path has steps */
    }
    if (node->form == MAP_LIST) {
        json_end_array(&w->json);
    } else {
        json_end_object(&w->json);
    }
}

void csv_map_write(csv_map *m, bytes id, uint64_t row, buf *record)
{
    row_writer w = {json_writer_to(record), id, row};
    write_node(m->root, &w);
}

void csv_map_pointer(const map_node *node, buf *out)
{
    const map_node *way[MAP_STEP_MAX + 1];
    uint32_t depth = 0;
    for (const map_node *n = node; n->parent != NULL; n = n->parent) {
        check(depth < MAP_STEP_MAX);
        way[depth++] = n;
    }
    for (; depth > 0; depth--) {
        const map_node *step = way[depth - 1];
        buf_char(out, '/');
        if (step->key.base == NULL) {
            buf_int(out, step->written_index);
        }
        for (size_t i = 0; i < step->key.len; i++) {
            char c = step->key.base[i];
            if (c == '~' || c == '/') {
                buf_text(out, c == '~' ? "~0" : "~1");
            } else {
                buf_char(out, c);
            }
        }
    }
}
