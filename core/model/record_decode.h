#ifndef CORE_MODEL_RECORD_DECODE_H
#define CORE_MODEL_RECORD_DECODE_H

#include "model/record_table.h"

/* What the parts of the decoder share: record_decode.c walks objects and lists, record_scalar.c
 * reads texts, numbers and days, record_set.c codes and sets. For core/model only. */

typedef struct decoder {
    record_side side;
    const ext_keys *ext; /* NULL: none */
    arena *memory;
    err *error;
} decoder;

/* The way from the root to a value, kept on the stack and written out only for a failure. */
typedef struct trail {
    const struct trail *up; /* NULL: this is the root */
    bytes key;              /* base NULL: an entry of a list */
    uint32_t index;
} trail;

enum { SHOWN_LEN = 48 };

/* A foreign text for a message: cut and without control characters. */
const char *shown(bytes text, char out[SHOWN_LEN + 8]);
/* Adds the pointer to a failure just recorded; yields false. */
bool at_trail(decoder *d, const trail *t);
bool refuse_type(decoder *d, const trail *t, const json_node *node, const char *expected);
bool refuse_memory(decoder *d);

bool refuse_format(decoder *d, const trail *t, const json_node *node, const char *expected);
/* A copy in the record's arena. */
bool take_text(decoder *d, bytes text, bytes *ret);
bool read_int(decoder *d, double min, double max, const json_node *node, const trail *t,
              int32_t *ret);
bool read_day(decoder *d, const json_node *node, const trail *t, day *ret);

bool decode_code(decoder *d, const member *m, const json_node *node, const trail *t, void *ret);
bool decode_code_set(decoder *d, const member *m, const json_node *node, const trail *t, void *ret);
bool decode_code_list(decoder *d, const member *m, const json_node *node, const trail *t,
                      void *ret);
bool decode_concepts(decoder *d, const member *m, const json_node *node, const trail *t, void *ret);
bool decode_ext(decoder *d, const member *m, const json_node *node, const trail *t, void *ret);
/* Every kind but OBJECT and OBJECTS. `node` is not null. */
bool decode_scalar(decoder *d, const member *m, const json_node *node, const trail *t, void *ret);

#endif
