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
    const char *const *key_a = a;
    const char *const *key_b = b;
    return strcmp(*key_a, *key_b);
}

/* Some key that stands twice; NULL: none does. */
static const char *find_twin_sorted(const cJSON *object, size_t count, bool *ret_no_memory)
{
    const char **keys = mem_new(count * sizeof *keys);
    if (keys == NULL) {
        *ret_no_memory = true;
        return NULL;
    }
    size_t i = 0;
    for (const cJSON *entry = object->child; entry != NULL; entry = entry->next) {
        keys[i++] = entry->string;
    }
    check(i == count);
    qsort(keys, count, sizeof *keys, compare_keys);
    const char *twin = NULL;
    for (i = 1; i < count && twin == NULL; i++) {
        twin = strcmp(keys[i - 1], keys[i]) == 0 ? keys[i] : NULL;
    }
    mem_free(keys);
    return twin;
}

static const char *find_twin(const cJSON *object, bool *ret_no_memory)
{
    size_t count = 0;
    for (const cJSON *entry = object->child; entry != NULL; entry = entry->next) {
        count++;
    }
    if (count > PAIRWISE_COUNT_MAX) {
        return find_twin_sorted(object, count, ret_no_memory);
    }
    for (const cJSON *entry = object->child; entry != NULL; entry = entry->next) {
        for (const cJSON *later = entry->next; later != NULL; later = later->next) {
            if (strcmp(entry->string, later->string) == 0) {
                return entry->string;
            }
        }
    }
    return NULL;
}

static bool add_node(char *path, size_t cap, const cJSON *parent, const cJSON *node)
{
    if (cJSON_IsObject(parent)) {
        return json_pointer_add(path, cap, bytes_of(node->string));
    }
    size_t index = 0;
    for (const cJSON *entry = parent->child; entry != node; entry = entry->next) {
        index++;
    }
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%zu", index);
    check(len > 0);
    return json_pointer_add(path, cap, (bytes){digits, (size_t)len});
}

/* The pointer to w->at and, with a key, on to its member; as far as it fits. */
static void point_to(const tree_walk *w, const char *key, char *path, size_t cap)
{
    path[0] = '\0';
    bool fits = true;
    for (size_t i = 0; i < w->depth && fits; i++) {
        fits = add_node(path, cap, w->above[i], i + 1 < w->depth ? w->above[i + 1] : w->at);
    }
    if (fits && key != NULL) {
        json_pointer_add(path, cap, bytes_of(key));
    }
}

static bool refuse_in_tree(const json_doc *doc, const char *path_prefix, err *e)
{
    tree_walk walk;
    char path[JSON_POINTER_LEN_MAX];
    for (json_walk_start(&walk, doc->root); walk.at != NULL; json_walk_next(&walk)) {
        if (cJSON_IsNumber(walk.at) && isinf(walk.at->valuedouble)) {
            point_to(&walk, NULL, path, sizeof path);
            fail(e, ERR_FIELD_RANGE, "the number is larger than any that can be kept");
            return err_path(e, "%s%s", path_prefix, path);
        }
        if (!cJSON_IsObject(walk.at)) {
            continue;
        }
        bool has_no_memory = false;
        const char *twin = find_twin(walk.at, &has_no_memory);
        if (has_no_memory) {
            return fail(e, ERR_MEMORY, "no memory left for looking at the keys of an object");
        }
        if (twin != NULL) {
            point_to(&walk, twin, path, sizeof path);
            fail(e, ERR_FIELD_DUPLICATE, "the key \"%s\" stands twice in one object", twin);
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
