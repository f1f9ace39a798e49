#ifndef CORE_MODEL_FIELD_H
#define CORE_MODEL_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "lotse_plugin.h"
#include "model/code.h"

/* The field catalogue: every value of a record that gates, criteria and plugins can name, by path.
 *
 * `languages.*.level` is a list value aligned with the other `languages.*` paths of the row.
 * `languages.de.level` picks the entry whose key (here `code`) is `de` and is a single value; a
 * list that is present but has no such entry gives the lowest value (a list present is complete).
 * On the offer side a row is an intake: `intakes.*.start` is the row's own single value. */

typedef enum record_side { SIDE_SEEKER = LOTSE_SEEKER, SIDE_OFFER = LOTSE_OFFER } record_side;

typedef enum field_role {
    FIELD_KEY,  /* identifies or frames; never missing in the sense of a fact */
    FIELD_FACT, /* absent: unknown, never a mismatch */
    FIELD_WISH  /* absent: asks for nothing */
} field_role;

typedef struct ext_key ext_key; /* record.h */

typedef struct field {
    const char *path;
    record_side side;
    uint32_t type; /* LOTSE_INT ... */
    field_role role;
    bool is_sensitive;
    bool is_per_intake;     /* differs between rows of one offer */
    const code_list *codes; /* CODE, CODE_SET, CODE_LIST; else NULL */
    bool has_default;       /* absent reads as default_value, known */
    int32_t default_value;
    const char *unit; /* "km", "h/week", ... or NULL */
    const char *de;   /* one sentence for people */
    const char *en;
    const struct field_source *source; /* how field_read finds it; NULL: an ext key */
} field;

/* What one row holds. Lists point into the record or the arena. */
typedef struct field_value {
    bool is_known;
    int32_t number;         /* INT, DAY, FLAG, CODE */
    lotse_codes codes;      /* CODE_SET */
    const bytes *concepts;  /* CONCEPT (one), CONCEPT_SET, CONCEPT_LIST (base NULL: absent entry) */
    const int32_t *numbers; /* INT_LIST, DAY_LIST, CODE_LIST (LOTSE_ABSENT: absent entry) */
    uint32_t count;         /* of concepts or numbers */
    double x, y, z;         /* PLACE, km */
    uint64_t week[11];      /* WEEK */
} field_value;

const field *field_all(record_side side, uint32_t *ret_count);
/* A path of the catalogue or a pick of one (made on demand in the arena). NULL: no such field. */
const field *field_find(record_side side, const char *path, arena *a);
/* The column of a key that a manifest declares: `ext.` + its id. NULL: no memory. */
const field *field_of_ext(const ext_key *key, arena *a);
/* Reads one row of a decoded record (seeker or offer). `intake` is the row's intake, ignored for
 * seekers and for offers without intakes. Unknown values of absent facts: is_known false; of absent
 * wishes: is_known false too (the gate's role lookup makes that "asks for nothing"). A day stated
 * as null reads as LOTSE_OPEN. False: no memory in `a`; *ret means nothing then. */
bool field_read(const field *f, const void *record, uint32_t intake, arena *a, field_value *ret);

#endif
