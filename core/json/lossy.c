/* Refuses what a document says and a record could not keep: twice the same key, \u0000, numbers
 * that no double holds. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "json/scan.h"
#include "json/tree.h"

enum { PAIRWISE_COUNT_MAX = 16 };

static int compare_keys(const void *a, const void *b)
{
    return bytes_compare(*(const bytes *)a, *(const bytes *)b);
}

/* Some key that stands twice; base NULL: none does. */
static bytes find_twin_sorted(const json_node *object, size_t count, bool *ret_no_memory)
{
    bytes twin = {NULL, 0};
    bytes *keys = mem_new(count * sizeof *keys);
    if (keys == NULL) {
        *ret_no_memory = true;
        return twin;
    }
    size_t i = 0;
    for (const json_node *entry = object->child; entry != NULL; entry = entry->next) {
        keys[i++] = entry->key;
    }
    check(i == count);
    qsort(keys, count, sizeof *keys, compare_keys);
    for (i = 1; i < count && twin.base == NULL; i++) {
        twin = bytes_equal(keys[i - 1], keys[i]) ? keys[i] : twin;
    }
    mem_free(keys);
    return twin;
}

static bytes find_twin(const json_node *object, bool *ret_no_memory)
{
    size_t count = 0;
    for (const json_node *entry = object->child; entry != NULL; entry = entry->next) {
        count++;
    }
    if (count > PAIRWISE_COUNT_MAX) {
        return find_twin_sorted(object, count, ret_no_memory);
    }
    for (const json_node *entry = object->child; entry != NULL; entry = entry->next) {
        for (const json_node *later = entry->next; later != NULL; later = later->next) {
            if (entry->key.len == later->key.len &&
                memcmp(entry->key.base, later->key.base, entry->key.len) == 0) {
                return entry->key;
            }
        }
    }
    return (bytes){NULL, 0};
}

static bool add_node(char *path, size_t cap, const json_node *parent, const json_node *node)
{
    if (parent->type == JSON_OBJECT) {
        return json_pointer_add(path, cap, node->key);
    }
    size_t index = 0;
    for (const json_node *entry = parent->child; entry != node; entry = entry->next) {
        index++;
    }
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%zu", index);
    check(len > 0);
    return json_pointer_add(path, cap, (bytes){digits, (size_t)len});
}

/* The pointer to w->at and, with a key, on to its member; as far as it fits. */
static void point_to(const tree_walk *w, bytes key, char *path, size_t cap)
{
    path[0] = '\0';
    bool fits = true;
    for (size_t i = 0; i < w->depth && fits; i++) {
        fits = add_node(path, cap, w->above[i], i + 1 < w->depth ? w->above[i + 1] : w->at);
    }
    if (fits && key.base != NULL) {
        json_pointer_add(path, cap, key);
    }
}

static bool refuse_in_tree(const json_doc *doc, const char *path_prefix, err *e)
{
    tree_walk walk;
    char path[JSON_POINTER_LEN_MAX];
    for (json_walk_start(&walk, doc->root); walk.at != NULL; json_walk_next(&walk)) {
        if (walk.at->type == JSON_NUMBER && isinf(walk.at->number)) {
            point_to(&walk, (bytes){NULL, 0}, path, sizeof path);
            fail(e, ERR_FIELD_RANGE, "the number is larger than any that can be kept");
            return err_path(e, "%s%s", path_prefix, path);
        }
        if (walk.at->type != JSON_OBJECT) {
            continue;
        }
        bool has_no_memory = false;
        bytes twin = find_twin(walk.at, &has_no_memory);
        if (has_no_memory) {
            return fail(e, ERR_MEMORY, "no memory left for looking at the keys of an object");
        }
        if (twin.base != NULL) {
            point_to(&walk, twin, path, sizeof path);
            fail(e, ERR_FIELD_DUPLICATE, "the key \"%.*s\" stands twice in one object",
                 (int)twin.len, twin.base);
            return err_path(e, "%s%s", path_prefix, path);
        }
    }
    return true;
}

bool json_refuse_lossy(const json_doc *doc, const char *path_prefix, err *e)
{
    if (doc->has_null) {
        fail(e, ERR_FIELD_FORMAT, "the text holds the character \\u0000, which no field may hold");
        return err_path(e, "%s%s", path_prefix, doc->null_path);
    }
    if (doc->has_half) {
        fail(e, ERR_FIELD_FORMAT, "the text holds half of a surrogate pair, which is no character");
        return err_path(e, "%s%s", path_prefix, doc->half_path);
    }
    if (doc->has_big) {
        fail(e, ERR_FIELD_RANGE, "the integer lies beyond 2^53 and cannot be kept exactly");
        err_hint(e, "Write long numbers that are names, such as ids, as text in double quotes.");
        return err_path(e, "%s%s", path_prefix, doc->big_path);
    }
    return refuse_in_tree(doc, path_prefix, e);
}
