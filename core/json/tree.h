#ifndef CORE_JSON_TREE_H
#define CORE_JSON_TREE_H

#include <cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "json/json.h"

/* What lies behind json_doc and json_node; for the files of this folder only. */

enum {
    /* Set in a number's `type`, beside the bits of the parser, where the text was no whole number:
     * its double may look like one all the same. */
    JSON_NUMBER_IS_BROKEN = 1 << 12,
    JSON_POINTER_LEN_MAX = 200
};

struct json_doc {
    cJSON *root;
    bool has_null;
    bool has_half;
    bool has_big;
    char null_path[JSON_POINTER_LEN_MAX]; /* of the first text or key with \u0000 */
    char half_path[JSON_POINTER_LEN_MAX]; /* of the first with half a surrogate pair */
    char big_path[JSON_POINTER_LEN_MAX];  /* of the first integer beyond 2^53 */
};

/* All nodes in the order of the text, without recursion. */
typedef struct tree_walk {
    const cJSON *at;
    const cJSON *above[CJSON_NESTING_LIMIT]; /* the containers around `at`, outermost first */
    size_t depth;
} tree_walk;

tree_walk *json_walk_start(tree_walk *w, const cJSON *root);
/* The node after w->at; NULL and w->at NULL: there are no more. */
const cJSON *json_walk_next(tree_walk *w);

static inline const cJSON *json_inner(const json_node *n)
{
    return (const cJSON *)(const void *)n;
}

static inline const json_node *json_outer(const cJSON *inner)
{
    return (const json_node *)(const void *)inner;
}

#endif
