#ifndef CORE_MATCH_PROGRAM_H
#define CORE_MATCH_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/day.h"
#include "base/err.h"
#include "base/limits.h"
#include "lotse_plugin.h"
#include "model/field.h"
#include "taxonomy/knowledge.h"

/* What the enabled plugins ask of the matcher, resolved to columns: gates, criteria, derived
 * fields. `plugin` makes it from the manifests; `match` works with it and never knows where a
 * criterion runs. Immutable once made; lives until no query uses it. */

/* The columns of both sides. First every field of the catalogue in its order, then picks
 * (languages.de.level) and ext fields that plugins ask for, then derived fields. A column in which
 * no row has a value takes no memory, so all of them may exist. */
typedef struct column_ref {
    const field *field; /* type, role, codes; for derived and ext fields made by the registry */
    int32_t derived;    /* index into program.derived, or -1: stored */
} column_ref;

typedef struct column_set {
    column_ref *columns;
    uint32_t count;
    uint32_t stored_count; /* columns[0..stored_count) are stored in segments */
    uint64_t hash; /* of paths and types of the stored ones: a base file of another set is stale */
} column_set;

typedef enum gate_op {
    GATE_AT_LEAST,            /* ">=" seeker's number or level >= the offer's */
    GATE_AT_MOST,             /* "<=" seeker's <= the offer's */
    GATE_OVERLAPS,            /* "overlaps" [seeker min, max] and [offer min, max] share a point */
    GATE_IN,                  /* "in" seeker's code is in the offer's set */
    GATE_CONTAINS_ALL,        /* "contains_all" seeker's set has all of the offer's */
    GATE_INTERSECTS_OR_EMPTY, /* "intersects_or_empty" the offer's set is empty or shares a member
                               */
    GATE_DISJOINT,            /* "disjoint" no member in common; the offer may have a single code */
    GATE_SUBSET_OF,           /* "subset_of" every member of the seeker's set is in the offer's */
    GATE_WITHIN_KM,   /* "within_km" seeker [location, max km], offer [location, online flag] */
    GATE_FITS_WITHIN, /* "fits_within" the offer's week lies within the seeker's week; it may have a
                         second field of the offer, a flag: where it is set or not known, times that
                         do not fit are `check` */
    GATE_ON_OR_AFTER, /* "on_or_after" the offer's day is on or after the seeker's day */
    GATE_FLAG,        /* "flag" where the offer's flag is set, the seeker's must be */
    GATE_NOT_BEFORE_AS_OF, /* core only: the offer's day is not before the day asked */
    GATE_SEATS,            /* core only: a free seat, or `check` with an open waiting list */
    GATE_PERMISSION,       /* "permission": `in`, but with_consent against an offer that accepts
                              `allowed` is `check` with its step (DESIGN section 3) */
    GATE_STATUS,     /* core only: offer_columns[0] is neither `idea` nor `ended`; absent is yes */
    GATE_RESTRICTION /* core only: `check` where the offer restricts by a trait: the person decides
                      */
} gate_op;

/* Columns by operator. One a side: seeker_columns[0] and offer_columns[0]; the second is
 * UINT16_MAX. OVERLAPS: [0] low end, [1] high end on both sides. WITHIN_KM: seeker [0] place, [1]
 * max km; offer [0] place, [1] online flag. NOT_BEFORE_AS_OF and STATUS: offer [0]. SEATS: offer
 * [0] seats_free, [1] waiting_list. RESTRICTION: offer [0] the list of traits. Unused columns are
 * UINT16_MAX. AT_LEAST and AT_MOST compare INT, DAY or CODE of an ordered list; with keys
 * CODE_LIST, INT_LIST or DAY_LIST, the keys being CODE_LIST or CONCEPT_LIST. An entry of the
 * offer's list that names no value (LOTSE_ABSENT) asks for nothing. */

/* A gate whose fields are lists joined by a key (languages.*.level against
 * requires.languages.*.min) holds for every entry of the offer's list; `key` are the columns of the
 * join key. */
typedef struct gate {
    const char *criterion; /* the plugin under which excluded rows are counted: "lotse.language",
                              "core.open" */
    const char *id;        /* "language.min" */
    gate_op op;
    uint16_t seeker_columns[2]; /* by op: one, or two for OVERLAPS and WITHIN_KM */
    uint16_t offer_columns[2];
    uint16_t seeker_key, offer_key; /* join key columns; UINT16_MAX: no join */
    bool unknown_is_yes;
    bool is_inferred; /* CONTAINS_ALL: what may be inferred is `check`, see infer.h */
    /* Joined: the offer's list of keys any of which may stand for `waived_key`, where the strategy
     * sets the parameter above 0. UINT16_MAX: none. */
    uint16_t waive_column;
    int32_t waived_key;
    uint32_t waive_param;
    uint64_t waive_kinds;
    uint64_t kinds;  /* bits of the offer kinds it applies to */
    uint32_t plugin; /* index into program.plugins; UINT32_MAX: the core */
    uint32_t text;   /* index of the gate in its manifest, for sentences */
} gate;

/* How high a criterion can score at most, in micropoints, from columns the core knows. Where a fact
 * it rests on is unknown, a CHECK scores 500,000: the bound is at least that then. */
typedef enum bound_kind {
    BOUND_NONE,
    BOUND_SHARE_OF, /* share of the wanted set (the side whose field is a wish) found in the other
                       side's set; `otherwise` when nothing is wanted */
    BOUND_PREFIX,   /* common digits of the offer's code with the best of the seeker's wishes, per
                       `digits`, at most 1; `otherwise` when there is no wish or no code */
    BOUND_LINEAR_DOWN, /* 1 - x / max. Columns are places (max 0: against the seeker's max_km): x
                          km, 1 when online. Columns are days: x is the offer's day minus the later
                          of the seeker's day and the day asked, at least 0; `otherwise` when the
                          offer has no day, or any (LOTSE_OPEN) */
    BOUND_LINEAR_UP, /* min(seeker - offer, max) / max, levels; `otherwise` when the offer asks for
                        none */
    BOUND_ZERO_WITHOUT /* 0 where flag or set a is unset or empty */
} bound_kind;

/* Where else members of a seeker's set may come from, and the parameters (indexes, UINT32_MAX:
 * none) that say how much they count. */
enum { INFERRED_FROM_MAX = 4 };
typedef struct bound_inferred {
    uint16_t from[INFERRED_FROM_MAX]; /* the seeker's lists of occupations */
    uint32_t from_count;              /* 0: the set is what is stated */
    uint32_t essential_param, optional_param, near_param;
} bound_inferred;

typedef struct bound {
    bound_kind kind;
    uint16_t seeker_column;
    uint16_t offer_column;
    int32_t otherwise;  /* micropoints where the wish is absent */
    int32_t max;        /* days, levels; 0: km against the seeker's max_km */
    uint32_t max_param; /* parameter whose value a strategy may put in the place of max; UINT32_MAX:
                           none */
    uint32_t digits;
    bound_inferred inferred; /* SHARE_OF */
    uint32_t
        crosswalk_param; /* PREFIX: above 0, codes of other schemes score too; UINT32_MAX: none */
} bound;

/* What `max` is under the parameters of a strategy. */
static inline int32_t bound_max(const bound *b, const lotse_params *params)
{
    return b->max_param == UINT32_MAX ? b->max
                                      : (int32_t)lotse_param_value(params, b->max_param, b->max);
}

enum { BOUND_PER_CRITERION_MAX = 4, CRITERION_COLUMN_MAX = 32 };

/* A plugin that runs in another process: what its factories are given as their host, and whom to
 * tell when rows that it was shown are gone. Lives as long as the program. */
typedef struct program_cage {
    lotse_host host;
    void (*forget)(struct program_cage *cage, uint64_t rows_key); /* [any] */
    err_code (*why)(struct program_cage *cage);                   /* it did not answer. [any] */
} program_cage;

typedef struct criterion_spec {
    const char *id;                            /* "lotse.skills" */
    uint32_t plugin;                           /* index into program.plugins */
    const lotse_criterion_factory *factory;    /* in-process, or a proxy for a child */
    program_cage *cage;                        /* NULL: in-process */
    uint16_t columns[2][CRITERION_COLUMN_MAX]; /* by side, in the manifest's order; UINT16_MAX: not
                                                  granted */
    uint32_t column_count[2];
    bool uses_km;
    uint32_t cost; /* relative, from the manifest; cheap ones are asked first */
    bound bounds[BOUND_PER_CRITERION_MAX]; /* the score is at most the smallest of them */
    uint32_t bound_count;
} criterion_spec;

typedef struct derived_spec {
    const char *path; /* "lotse.eligibility.unemployed_months" */
    record_side side;
    uint32_t type;
    const lotse_field_factory *factory;
    program_cage *cage;   /* NULL: in-process */
    uint32_t plugin;      /* index into program.plugins */
    const char *field_id; /* as the factory knows it */
    const lotse_params *params;
    uint16_t columns[CRITERION_COLUMN_MAX];
    uint32_t column_count;
} derived_spec;

typedef struct program_plugin {
    const char *id;      /* "lotse.skills" */
    const char *version; /* "1.0.0" */
    const char *hash;    /* hex of the files' hash */
} program_plugin;

typedef struct match_program {
    uint64_t generation;        /* another program, another number */
    const knowledge *knowledge; /* of occupations and skills; NULL: none */
    column_set columns[2];      /* by record_side */
    const gate *gates;          /* the core's first */
    uint32_t gate_count;
    const criterion_spec *criteria;
    uint32_t criterion_count;
    const derived_spec *derived;
    uint32_t derived_count;
    const program_plugin *plugins;
    uint32_t plugin_count;
} match_program;

/* UINT16_MAX: no such column. */
uint16_t program_column(const match_program *p, record_side side, const char *path);
/* Fills columns[side] with the catalogue, the given extra paths (picks) and ext fields; then
 * derived. In `a`. */
bool program_columns_make(record_side side, const char *const *picks, uint32_t pick_count,
                          const field *const *extra, uint32_t extra_count, arena *a,
                          column_set *ret, err *e);
/* The core's own gates ("core.open"), written to gates[0..CORE_GATE_COUNT); returns their count. */
uint32_t program_core_gates(const match_program *p, gate *gates);
enum { CORE_GATE_COUNT = 6 }; /* core.seats, .register_by, .valid_to, .end, .status, .restriction */
/* Appends derived fields behind the stored columns: column i of them is derived[i]. In `a`. */
bool program_columns_derive(column_set *set, const field *const *fields, const int32_t *derived,
                            uint32_t count, arena *a, err *e);
/* A host that offers no extensions. [any] */
const lotse_host *program_host(void);
/* The host that factories of a program are given: a cage's own, or one that offers what is known of
 * occupations and skills. [any] */
const lotse_host *program_host_of(const match_program *p, const program_cage *cage);
const char *gate_op_text(gate_op op);
bool gate_op_from_text(bytes text, gate_op *ret);
/* Resolves {"seeker":..,"op":..,"offer":..} of a manifest or of a query's filter: columns, join
 * keys, types that fit the operator. Paths may be one text or two. The gate is called by its
 * operator, counted under "filter" and applies to all kinds; the caller may say otherwise.
 * ERR_FILTER_INVALID. */
bool gate_resolve(const match_program *p, const bytes *seeker_paths, uint32_t seeker_path_count,
                  bytes op, const bytes *offer_paths, uint32_t offer_path_count, gate *ret, err *e);

/* A strategy resolved against a program: what a query runs with. */
typedef struct strategy_criterion {
    uint32_t criterion; /* index into program.criteria */
    int32_t weight;     /* ppm */
    const lotse_params *params;
} strategy_criterion;

typedef struct strategy {
    const char *id;
    const match_program *program;
    strategy_criterion criteria[CRITERION_COUNT_MAX]; /* in the strategy's order */
    uint32_t criterion_count;
    uint64_t gates_on; /* bit per program gate */
    /* Kinds of offers that stand behind all others, whatever their score: a work opportunity is
     * subordinate to other offers (SGB II section 16d (5)). A bit per kind. */
    uint64_t last_kinds;
} strategy;

/* Weights named by a caller: taken as given, the rest shared in their old proportion (DESIGN
 * section 3, largest remainder first, ties in the strategy's order). ERR_WEIGHTS_SUM. */
typedef struct named_weight {
    bytes criterion; /* full id, or the part behind "lotse." */
    int64_t weight;
} named_weight;
bool strategy_reweigh(strategy *s, const named_weight *weights, uint32_t weight_count, err *e);

#endif
