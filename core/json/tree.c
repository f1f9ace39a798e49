/* Documents and their nodes. cJSON builds the tree; what it would lose was noted before. */
#include "json/tree.h"

#include <math.h>
#include <string.h>

#include "base/check.h"
#include "json/scan.h"

static const double INTEGER_END = 9007199254740992.0; /* 2^53 */

tree_walk *json_walk_start(tree_walk *w, const cJSON *root)
{
    w->at = root;
    w->depth = 0;
    return w;
}

const cJSON *json_walk_next(tree_walk *w)
{
    if (w->at->child != NULL) {
        check(w->depth < CJSON_NESTING_LIMIT);
        w->above[w->depth++] = w->at;
        w->at = w->at->child;
        return w->at;
    }
    while (w->depth > 0 && w->at->next == NULL) {
        w->at = w->above[--w->depth];
    }
    w->at = w->depth > 0 ? w->at->next : NULL;
    return w->at;
}

/* The next number of the text from `off` on, outside strings. */
static bytes next_number(bytes text, size_t *off)
{
    size_t at = *off;
    while (at < text.len && text.base[at] != '-' && (text.base[at] < '0' || text.base[at] > '9')) {
        at = text.base[at] == '"' ? json_skip_string(text, at) : at + 1;
    }
    *off = at < text.len ? json_skip_value(text, at) : at;
    return (bytes){text.base + at, *off - at};
}

/* Text and tree hold the same numbers in the same order: marks those that were rounded. */
static void mark_broken_numbers(cJSON *root, bytes text)
{
    tree_walk walk;
    size_t off = 0;
    for (json_walk_start(&walk, root); walk.at != NULL; json_walk_next(&walk)) {
        if (cJSON_IsNumber(walk.at)) {
            bytes token = next_number(text, &off);
            check(token.len > 0);
            if (!json_number_is_whole(token)) {
                /* The tree is ours; the walk is const for everybody else. */
                ((cJSON *)(uintptr_t)walk.at)->type |= JSON_NUMBER_IS_BROKEN;
            }
        }
    }
}

/* Half a surrogate pair is allowed in JSON, but the parser would refuse the text for it. */
static cJSON *parse_mended(bytes text)
{
    char *copy = mem_new(text.len);
    if (copy == NULL) {
        return NULL;
    }
    memcpy(copy, text.base, text.len);
    json_mend_halves(copy, text.len);
    cJSON *root = cJSON_ParseWithLength(copy, text.len);
    mem_free(copy);
    return root;
}

static bool note_path(bytes text, size_t off, char path[JSON_POINTER_LEN_MAX])
{
    if (off == SIZE_MAX) {
        return false;
    }
    json_pointer_at(text, off, path, JSON_POINTER_LEN_MAX);
    return true;
}

bool json_parse(bytes text, size_t depth_max, json_doc **ret_doc, err *e)
{
    json_facts facts;
    /* The parser behind this gives up at its own limit; that must be told as depth. */
    size_t depth = depth_max < CJSON_NESTING_LIMIT ? depth_max : CJSON_NESTING_LIMIT;
    if (!json_scan(text, depth, &facts, NULL, e)) {
        return false;
    }
    json_doc *doc = mem_new(sizeof *doc);
    cJSON *root = NULL;
    if (doc != NULL) {
        root = facts.half_off == SIZE_MAX ? cJSON_ParseWithLength(text.base, text.len)
                                          : parse_mended(text);
    }
    if (root == NULL) {
        mem_free(doc);
        return fail(e, ERR_MEMORY, "no memory left for a JSON text of %zu bytes", text.len);
    }
    doc->root = root;
    doc->has_null = note_path(text, facts.null_off, doc->null_path);
    doc->has_half = note_path(text, facts.half_off, doc->half_path);
    doc->has_big = note_path(text, facts.big_off, doc->big_path);
    if (facts.has_odd_number) {
        mark_broken_numbers(root, text);
    }
    *ret_doc = doc;
    return true;
}

void json_doc_free(json_doc **doc)
{
    if (*doc != NULL) {
        cJSON_Delete((*doc)->root);
        mem_free(*doc);
        *doc = NULL;
    }
}

const json_node *json_root(const json_doc *doc)
{
    return json_outer(doc->root);
}

json_type json_type_of(const json_node *n)
{
    switch (json_inner(n)->type & 0xFF) {
    case cJSON_False:
    case cJSON_True:
        return JSON_BOOL;
    case cJSON_Number:
        return JSON_NUMBER;
    case cJSON_String:
        return JSON_TEXT;
    case cJSON_Array:
        return JSON_ARRAY;
    case cJSON_Object:
        return JSON_OBJECT;
    default:
        return JSON_NULL;
    }
}

bool json_bool(const json_node *n)
{
    return cJSON_IsTrue(json_inner(n));
}

double json_number(const json_node *n)
{
    return json_inner(n)->valuedouble;
}

bytes json_text(const json_node *n)
{
    return bytes_of(json_inner(n)->valuestring);
}

size_t json_count(const json_node *n)
{
    size_t count = 0;
    for (const cJSON *entry = json_inner(n)->child; entry != NULL; entry = entry->next) {
        count++;
    }
    return count;
}

const json_node *json_child(const json_node *n)
{
    return json_outer(json_inner(n)->child);
}

const json_node *json_next(const json_node *n)
{
    return json_outer(json_inner(n)->next);
}

bytes json_key(const json_node *n)
{
    return bytes_of(json_inner(n)->string);
}

const json_node *json_member(const json_node *n, const char *key)
{
    if (!cJSON_IsObject(json_inner(n))) {
        return NULL;
    }
    /* By hand, because the parser's own search ignores case. */
    for (const cJSON *entry = json_inner(n)->child; entry != NULL; entry = entry->next) {
        if (strcmp(entry->string, key) == 0) {
            return json_outer(entry);
        }
    }
    return NULL;
}

bool json_integer(const json_node *n, int64_t *ret_value)
{
    const cJSON *inner = json_inner(n);
    double value = inner->valuedouble;
    if (!cJSON_IsNumber(inner) || (inner->type & JSON_NUMBER_IS_BROKEN) != 0 ||
        !(fabs(value) < INTEGER_END) || trunc(value) != value) {
        return false;
    }
    *ret_value = (int64_t)value;
    return true;
}
