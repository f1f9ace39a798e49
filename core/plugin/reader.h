#ifndef CORE_PLUGIN_READER_H
#define CORE_PLUGIN_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "json/json.h"

/* Strict reading of manifests and strategies: a node and the way to it, so that every refusal names
 * the place as a JSON pointer. Lives on the stack of whoever reads. */
typedef struct reader {
    const json_node *node;
    const struct reader *up; /* NULL: the document */
    bytes key;               /* of an object's member; base NULL: an array's entry */
    uint32_t index;
    err_code code; /* what a refusal is called: ERR_PLUGIN_MANIFEST, ... */
} reader;

typedef struct reader_choice {
    const char *text;
    uint32_t value;
} reader_choice;

/* Records the failure with the pointer of `r`, and yields false. */
bool reader_refuse(const reader *r, err *e, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Adds the pointer of `r` to a failure that somebody else recorded, under the reader's code. */
bool reader_blame(const reader *r, err *e);

reader reader_root(const json_node *root, err_code code);
/* An object with no other keys than these. */
bool reader_object(const reader *r, const char *const *keys, uint32_t key_count, err *e);
bool reader_array(const reader *r, uint32_t count_max, uint32_t *ret_count, err *e);
/* False: the object has no such member. */
bool reader_member(const reader *r, const char *key, reader *ret);
bool reader_need(const reader *r, const char *key, reader *ret, err *e);
/* Steps through an array or object: start with *node NULL; false when there are no more. */
bool reader_next(const reader *r, const json_node **node, uint32_t *index, reader *ret);

/* Texts are copied into the arena, NUL behind; len_min..len_max bytes. */
bool reader_text(const reader *r, uint32_t len_min, uint32_t len_max, arena *a, bytes *ret, err *e);
bool reader_integer(const reader *r, int64_t min, int64_t max, int64_t *ret, err *e);
bool reader_flag(const reader *r, bool *ret, err *e);
bool reader_choose(const reader *r, const reader_choice *choices, uint32_t choice_count,
                   uint32_t *ret, err *e);

#endif
