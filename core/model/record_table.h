#ifndef CORE_MODEL_RECORD_TABLE_H
#define CORE_MODEL_RECORD_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "model/code.h"
#include "model/field.h"
#include "model/record_value.h"

/* How the tables of record_seeker.def and record_offer.def look to the code that decodes, prints,
 * writes schemas and reads columns. For core/model only. */

typedef enum member_kind {
    MEMBER_ID,          /* 1 to 64 of [A-Za-z0-9._:/-] */
    MEMBER_TEXT,        /* one line, max characters */
    MEMBER_LONG_TEXT,   /* may hold line feeds and tabs */
    MEMBER_TEXTS,       /* {"de":"...","en":"..."}: TEXT by language */
    MEMBER_LONG_TEXTS,  /* LONG_TEXT by language */
    MEMBER_POSTCODE,    /* digits, capitals, blank, hyphen */
    MEMBER_INT,         /* min..max */
    MEMBER_NUMBER,      /* min..max, any fraction */
    MEMBER_FLAG,        /* true, false */
    MEMBER_DAY,         /* YYYY-MM-DD, an existing day */
    MEMBER_MONTH,       /* YYYY-MM */
    MEMBER_TIME,        /* HH:MM, min..max in minutes; 24:00 where max is 1440 */
    MEMBER_CODE,        /* one of codes */
    MEMBER_CODE_SET,    /* some of codes, each once, at most 64 codes */
    MEMBER_CODE_LIST,   /* some of codes, each once, any number of codes */
    MEMBER_CONCEPT,     /* esco:, isco: or kldb: */
    MEMBER_CONCEPT_SET, /* each once */
    MEMBER_SKILL_SET,   /* esco: only, each once */
    MEMBER_OBJECT,      /* shape */
    MEMBER_OBJECTS,     /* a list of shape */
    MEMBER_EXT          /* keys that manifests declare */
} member_kind;

typedef struct shape shape;

typedef struct member {
    const char *key;
    uint32_t key_len;
    member_kind kind;
    uint32_t offset; /* in the shape's struct */
    const char *de;
    const char *en;
    field_role role;
    bool is_sensitive;
    const code_list *codes;
    const shape *shape;
    double min; /* also of texts: max characters */
    double max;
    bool is_required;
    bool is_nullable;
    bool is_compared_only; /* codes that say nothing comparable are refused */
    bool is_filled;        /* an empty set is refused */
    bool is_justification; /* missing: ERR_TRAIT_UNJUSTIFIED */
} member;

struct shape {
    const char *name;
    const char *prefix; /* of the paths of its members */
    const member *members;
    uint32_t count; /* at most 64: the decoder keeps a bit for each */
    uint32_t size;  /* of the struct */
};

/* Every list of objects in a record has this layout (LIST_OF). */
typedef struct object_list {
    void *items;
    uint32_t count;
    bool is_set;
} object_list;

enum { NO_LIST = UINT32_MAX >> 1 };

/* Where a column's value stands. */
typedef struct field_source {
    member_kind kind;
    uint32_t list_off;  /* of the list in the record or intake; NO_LIST */
    uint32_t item_size; /* of an entry of the list */
    uint32_t offset;    /* of the value in the entry, else in the record or intake */
    /* A pick: only the entry whose code (at key_offset) stands at key_position. */
    bool is_pick;
    uint32_t key_offset;
    uint32_t key_position;
} field_source;

const shape *seeker_table(void);
const shape *offer_table(void);
const field *seeker_columns(uint32_t *ret_count);
const field *offer_columns(uint32_t *ret_count);
/* A column of the catalogue itself, no pick. NULL: no such column. */
const field *field_find_column(record_side side, const char *path);

/* Text to a document that lost nothing, within the limits of a record. */
bool record_read_text(bytes text, json_doc **ret, err *e);
/* Decodes `node` into the zeroed struct of `s`: everything that a JSON Schema can say. */
bool record_decode(record_side side, const shape *s, const json_node *node, const ext_keys *ext,
                   arena *a, void *ret, err *e);
void record_print(const shape *s, const void *record, json_writer *w);
/* Quarters of an hour of a week. Inward: those wholly inside the windows; else those touched.
 * False: a window lacks a member. */
bool week_from_windows(const value_windows *windows, bool is_inward, uint64_t ret[11]);

#endif
