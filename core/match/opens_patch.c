#include <stdlib.h>
#include <string.h>

#include "match/opens_parts.h"

/* Changes of one value in a JSON tree, written without changing the tree. Pointers are the engine's
 * own: made of the catalogue's field names and of indexes, at most POINTER_DEPTH_MAX deep. */

enum { POINTER_DEPTH_MAX = 6 };

typedef struct pointer {
    bytes tokens[POINTER_DEPTH_MAX];
    uint32_t count;
} pointer;

static bool pointer_read(const char *path, pointer *ret)
{
    pointer p = {.count = 0};
    while (*path == '/') {
        const char *start = path + 1;
        path = start + strcspn(start, "/");
        if (p.count == POINTER_DEPTH_MAX) {
            return false;
        }
        p.tokens[p.count++] = (bytes){start, (size_t)(path - start)};
    }
    *ret = p;
    return *path == '\0' && p.count > 0;
}

static const json_node *child_of(const json_node *node, bytes token)
{
    if (node == NULL) {
        return NULL;
    }
    json_type type = json_type_of(node);
    if (type != JSON_OBJECT && type != JSON_ARRAY) {
        return NULL;
    }
    size_t index = type == JSON_ARRAY ? (size_t)strtoul(token.base, NULL, 10) : 0;
    for (const json_node *n = json_child(node); n != NULL; n = json_next(n)) {
        bool is_it = type == JSON_ARRAY ? index-- == 0 : bytes_equal(json_key(n), token);
        if (is_it) {
            return n;
        }
    }
    return NULL;
}

const json_node *opens_node_at(const json_node *root, const char *path)
{
    pointer p;
    const json_node *node = root;
    if (!pointer_read(path, &p)) {
        return NULL;
    }
    for (uint32_t i = 0; i < p.count; i++) {
        node = child_of(node, p.tokens[i]);
    }
    return node;
}

/* Opens the containers down to the value: whole ones with everything else that is in them, objects
 * of a patch with the one member that changes. An array is written whole wherever it stands, as a
 * merge patch replaces arrays. What comes behind the changed entry is written on the way back. */
static void write_changed(json_writer *w, const json_node *node, const pointer *p, bytes value,
                          bool is_whole)
{
    const json_node *behind[POINTER_DEPTH_MAX] = {NULL};
    bool is_array[POINTER_DEPTH_MAX] = {false};
    for (uint32_t depth = 0; depth < p->count; depth++) {
        bytes token = p->tokens[depth];
        const json_node *child = child_of(node, token);
        is_array[depth] = node != NULL && json_type_of(node) == JSON_ARRAY;
        is_whole = is_whole || is_array[depth];
        bool has_others =
            is_whole && node != NULL && (is_array[depth] || json_type_of(node) == JSON_OBJECT);
        const json_node *n = has_others ? json_child(node) : NULL;
        if (is_array[depth]) {
            json_begin_array(w);
        } else {
            json_begin_object(w);
        }
        for (; n != NULL && n != child; n = json_next(n)) {
            if (!is_array[depth]) {
                json_put_key_bytes(w, json_key(n));
            }
            json_put_node(w, n);
        }
        behind[depth] = n == NULL ? NULL : json_next(n);
        if (!is_array[depth]) {
            json_put_key_bytes(w, token);
        }
        node = child;
    }
    json_put_raw(w, value);
    for (uint32_t depth = p->count; depth-- > 0;) {
        for (const json_node *n = behind[depth]; n != NULL; n = json_next(n)) {
            if (!is_array[depth]) {
                json_put_key_bytes(w, json_key(n));
            }
            json_put_node(w, n);
        }
        if (is_array[depth]) {
            json_end_array(w);
        } else {
            json_end_object(w);
        }
    }
}

bool opens_put_changed(json_writer *w, const json_node *node, const char *path, bytes value)
{
    pointer p;
    if (!pointer_read(path, &p)) {
        return false;
    }
    write_changed(w, node, &p, value, true);
    return true;
}

bool opens_patch(const opens_change *change, const json_node *seeker, buf *out, err *e)
{
    pointer p;
    if (!pointer_read(change->path, &p)) {
        return fail(e, ERR_INTERNAL, "a change has the path \"%s\"", change->path);
    }
    json_writer w = json_writer_to(out);
    write_changed(&w, seeker, &p, change->to, false);
    return !out->failed || fail(e, ERR_MEMORY, "no memory for a change of a record");
}
