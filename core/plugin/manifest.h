#ifndef CORE_PLUGIN_MANIFEST_H
#define CORE_PLUGIN_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "match/program.h"
#include "model/field.h"
#include "json/json.h"

/* A plugin's manifest, decoded: everything the host needs to list, translate and review a plugin
 * without running it. Shape: schemas/manifest.schema.json. Lives in the registry's arena; every
 * `bytes` ends with a NUL that is not counted. */

enum {
    LANG_COUNT_MAX = 12,
    PARAM_COUNT_MAX = 32,
    SENTENCE_COUNT_MAX = 64,
    FIELD_COUNT_MAX = 16,
    STEP_COUNT_MAX = 64,
    RULE_COUNT_MAX = 64
};

/* One text in several languages. */
typedef struct text_set {
    bytes langs[LANG_COUNT_MAX];
    bytes texts[LANG_COUNT_MAX];
    uint32_t count;
} text_set;
/* The text in a language; falls back: de-x-simple -> de -> en -> the first. {NULL, 0}: none. */
bytes text_set_get(const text_set *t, const char *tag);
/* Likewise, and which language it is in. */
bytes text_set_find(const text_set *t, const char *tag, bytes *ret_lang);

typedef struct manifest_arg {
    bytes name;
    uint32_t type;          /* LOTSE_ARG_* */
    const code_list *codes; /* of CODE arguments */
} manifest_arg;

typedef struct manifest_sentence {
    bytes id; /* "skills.desired_share" */
    manifest_arg args[EXPLAIN_ARG_MAX];
    uint32_t arg_count;
    text_set text; /* with {name} of an argument; {name|one|other} takes the form for its number,
                    * with as many forms as the language has (base/lang.h).
                    * Distances are written with their unit, days and codes in words */
} manifest_sentence;

/* A rule that a gate rests on, on the days for which its text holds: told beside what the gate
 * found, so that whoever looks knows where. */
typedef struct manifest_rule {
    bytes code; /* of the codes that the offer asks for, the one it is about; base NULL: of all */
    bytes set;  /* "sgb2-2026-07" */
    bytes basis;
    day from, to;     /* to: LOTSE_OPEN where it has no end */
    text_set look_at; /* what a person must look at; may be empty */
} manifest_rule;

/* A gate as written, with its sentences. Placeholders: {have} what the seeker has, {need} what the
 * offer asks for, {lack} what is missing, {key} the deciding entry of a joined list (the language).
 */
typedef struct manifest_gate {
    bytes id;
    bytes seeker_paths[2], offer_paths[2];
    uint32_t seeker_path_count, offer_path_count;
    bytes op;
    bool unknown_is_yes;
    bool is_inferred; /* contains_all: what may be inferred is `check`, told by `maybe` */
    uint64_t kinds;
    text_set yes, no, check, maybe, opens;
    bytes seeker_pointer; /* JSON pointer for `checks[].path`, "/work_permission" */
    bytes offer_pointer;
    const manifest_rule *rules;
    uint32_t rule_count;
    bytes
        waived_by; /* joined: the offer's list of keys that may stand for waived_key; NULL: none */
    bytes waived_key;
    uint32_t waive_param;
    uint64_t waive_kinds;
} manifest_gate;

/* What must still be obtained when a pair fits: shown as a step, never a check. It is due when the
 * field at when_path (or at when_or_path) is known and holds any of the codes, and, where
 * has_seeker_when, the seeker's field holds any of seeker_codes; with seeker_is_none, when the
 * seeker's field holds none of them or is not known. A list field holds what its entries hold. A
 * step stands in an answer once, by its id. */
typedef struct manifest_step {
    bytes id; /* "voucher.sgb3_81" */
    record_side when_side;
    bytes when_path;      /* a code, code set, code list or flag field */
    bytes when_or_path;   /* a second field of the same side and list; base NULL: none */
    uint64_t when_codes;  /* any of these (positions in the field's list); flags: bit 1 */
    bool has_seeker_when; /* and, where given, a second condition on the seeker */
    bytes seeker_path;
    uint64_t seeker_codes;
    bool seeker_is_none;
    bytes who;     /* "employment_agency" */
    bytes by_path; /* offer field of type day, or absent */
    text_set text;
} manifest_step;

typedef struct manifest_param {
    bytes id;
    uint32_t type;                   /* LOTSE_PARAM_* */
    int64_t default_value, min, max; /* a concept: its number; a concept set starts empty */
    const code_list *codes;
    text_set title;
} manifest_param;

typedef struct manifest_field {
    bytes id; /* path is PLUGIN.ID */
    record_side side;
    uint32_t type;
    const code_list *codes;
    bool is_sensitive;
    text_set title;
} manifest_field;

typedef struct manifest_bound {
    bound_kind kind;
    bytes seeker_path, offer_path;
    int32_t otherwise, max;
    uint32_t max_param; /* parameter that gives max its value; UINT32_MAX: none */
    uint32_t digits;
    bytes from_paths[INFERRED_FROM_MAX]; /* share_of: lists that members follow from */
    uint32_t from_count;
    uint32_t essential_param, optional_param, near_param; /* UINT32_MAX: none */
    uint32_t crosswalk_param;                             /* prefix; UINT32_MAX: none */
} manifest_bound;

typedef enum plugin_kind { PLUGIN_RULES, PLUGIN_OPTIMISER, PLUGIN_LEARNED } plugin_kind;

typedef struct manifest {
    bytes id, version;
    uint32_t abi_major, abi_minor;
    plugin_kind kind;
    bytes library; /* file name in the folder; base NULL: none */
    text_set title, help;
    const bytes *columns[2];
    uint32_t column_count[2];
    const manifest_param *params;
    uint32_t param_count;
    const manifest_gate *gates;
    uint32_t gate_count;
    bool has_criterion; /* its id is the plugin's */
    bool has_allocator; /* likewise */
    uint32_t cost;
    bool uses_km;
    const manifest_bound *bounds;
    uint32_t bound_count;
    const manifest_sentence *sentences;
    uint32_t sentence_count;
    const manifest_field *fields;
    uint32_t field_count;
    const manifest_field *ext;
    uint32_t ext_count;
    const manifest_step *steps;
    uint32_t step_count;
} manifest;

/* Strict, with JSON pointers. Fields, operators and columns are looked at later, by the registry.
 * ERR_PLUGIN_MANIFEST. [any] */
bool manifest_decode(const json_node *root, arena *a, manifest *ret, err *e);

#endif
