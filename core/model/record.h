#ifndef CORE_MODEL_RECORD_H
#define CORE_MODEL_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/day.h"
#include "base/err.h"
#include "model/field.h"
#include "json/json.h"

/* Decoded records. Tables in record_seeker.c and record_offer.c name every field once; decoding,
 * printing, the JSON Schemas and the field catalogue come from them. A record lives in the arena it
 * was decoded into. */
typedef struct seeker seeker; /* record_seeker.h */
typedef struct offer offer;   /* record_offer.h */

/* Keys allowed under `ext`: declared by manifests. */
struct ext_key {
    const char *id;
    record_side side;
    uint32_t type; /* LOTSE_FLAG, INT, DAY, CODE_SET */
    const code_list *codes;
    bool is_sensitive;
};
typedef struct ext_keys {
    const ext_key *keys;
    uint32_t count;
} ext_keys;

/* Strict: unknown keys, wrong types, codes not in their list, duplicates and contradictions are
 * refused with a JSON pointer. `ext` may be NULL: no ext keys. [any] */
bool seeker_decode(const json_node *root, const ext_keys *ext, arena *a, seeker **ret, err *e);
bool offer_decode(const json_node *root, const ext_keys *ext, arena *a, offer **ret, err *e);
/* Text in, record out: parses, refuses what is lossy, decodes. [any] */
bool seeker_parse(bytes text, const ext_keys *ext, arena *a, seeker **ret, err *e);
bool offer_parse(bytes text, const ext_keys *ext, arena *a, offer **ret, err *e);
/* Canonical JSON: fields in the catalogue's order, compact; the same record gives the same bytes.
 */
void seeker_print(const seeker *s, json_writer *w);
void offer_print(const offer *o, json_writer *w);

bytes record_id(record_side side, const void *record);
uint32_t record_row_count(record_side side,
                          const void *record); /* seekers 1; offers: intakes, at least 1 */

#endif
