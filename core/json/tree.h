#ifndef CORE_JSON_TREE_H
#define CORE_JSON_TREE_H

#include <assert.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>

#include "json/json.h"

/* What lies behind json_doc and json_node; for the files of this folder only. */

enum { TREE_DEPTH_MAX = 1000, JSON_POINTER_LEN_MAX = 200 };

/* Texts and keys are terminated and end at their first \u0000. */
struct json_node {
    struct json_node *next;
    struct json_node *child; /* the first entry; NULL: none, or no container */
    bytes key;
    bytes text;
    double number;
    json_type type;
    bool is_true;
    bool is_broken; /* the text was no whole number: the double may look like one all the same */
};

/* The document, its nodes and their texts lie in one piece of memory. */
struct json_doc {
    json_node *root;
    bool has_null;
    bool has_half;
    bool has_big;
    char null_path[JSON_POINTER_LEN_MAX]; /* of the first text or key with \u0000 */
    char half_path[JSON_POINTER_LEN_MAX]; /* of the first with half a surrogate pair */
    char big_path[JSON_POINTER_LEN_MAX];  /* of the first integer beyond 2^53 */
};

static_assert(sizeof(struct json_doc) % alignof(json_node) == 0, "nodes lie behind the document");

/* All nodes in the order of the text, without recursion. */
typedef struct tree_walk {
    const json_node *at;
    const json_node *above[TREE_DEPTH_MAX]; /* the containers around `at`, outermost first */
    size_t depth;
} tree_walk;

tree_walk *json_walk_start(tree_walk *w, const json_node *root);
/* The node after w->at; NULL and w->at NULL: there are no more. */
const json_node *json_walk_next(tree_walk *w);

#endif
