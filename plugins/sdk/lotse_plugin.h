/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOTSE_PLUGIN_H
#define LOTSE_PLUGIN_H

/* The contract between Lotse and a plugin, version 1.0. C17 and C++17.
 *
 * A plugin is a folder with a manifest.json and, if it computes, a shared library that exports one
 * data symbol: lotse_plugin_entry. Six rules:
 *
 *  1. Numbers cross this boundary, words do not. Titles and sentences stand in the manifest.
 *  2. Blocks with offsets, not pointers. An offset counts bytes from the start of the struct that
 *     holds it, unless said otherwise. Use lotse_at() to follow one.
 *  3. The host owns every block. Keep nothing after a call returns, except what you copied into
 *     your own state in select().
 *  4. Deterministic: same parameters, same rows, same day, same answer. No clock, no random source,
 *     no I/O, no threads. The answer for one row does not depend on the other rows of the call.
 *  5. A plugin sees the columns its manifest names and the operator granted, nothing else. A column
 *     that was not granted reads as unknown in every row.
 *  6. Never a bare failure: fill the lotse_error with a status, a field and a sentence.
 *
 * Structs begin with their size and only grow at the end. Before reading a member that came with a
 * later version, compare size. Thread tags: [loader] while the library is loaded or released;
 * [control] once per configuration; [worker] on one worker thread, never two calls on the same
 * instance at a time; [any] wherever. */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LOTSE_ABI_MAJOR 1u
#define LOTSE_ABI_MINOR 0u
#define LOTSE_ENTRY_MAGIC 0x3153544cu /* "LTS1" */
#define LOTSE_POINTS_MAX 1000000

#if defined(__GNUC__)
#define LOTSE_EXPORT __attribute__((visibility("default")))
#else
#define LOTSE_EXPORT
#endif

typedef int32_t lotse_status;
enum {
    LOTSE_OK = 0,
    LOTSE_REFUSED = 1, /* a parameter or a column is not as the plugin needs it */
    LOTSE_NO_MEMORY = 2,
    LOTSE_STOPPED = 3,    /* the host asked to stop */
    LOTSE_UNSUPPORTED = 4 /* no such factory, criterion or extension */
};

/* An error in the host's memory. Texts end with a NUL within their array. For logs and for the
 * plugin's author, never for a caseworker. */
typedef struct lotse_error {
    uint32_t size;
    lotse_status status;
    char field[64]; /* the parameter or column it is about, or empty */
    char sentence[256];
} lotse_error;

/* ------------------------------------------------------------------------------------ columns */

/* What a column's rows hold. */
enum {
    LOTSE_INT = 1,  /* int32_t */
    LOTSE_DAY = 2,  /* int32_t, days since 1970-01-01 */
    LOTSE_FLAG = 3, /* uint8_t, 0 or 1 */
    /* uint16_t, position in its code list (schemas/codes/); ordered lists count upwards */
    LOTSE_CODE = 4,
    LOTSE_CODE_SET = 5,    /* lotse_codes */
    LOTSE_CONCEPT = 6,     /* uint32_t, see lotse_concept */
    LOTSE_CONCEPT_SET = 7, /* lotse_range into uint32_t values, ascending, each once */
    /* three double: x, y, z in km on a sphere of 6371.0088 km. Never granted: use km */
    LOTSE_PLACE = 8,
    LOTSE_WEEK = 9,      /* uint64_t[11]: 672 quarters of an hour from Monday 00:00, bit 0 first */
    LOTSE_INT_LIST = 10, /* lotse_range into int32_t values; LOTSE_ABSENT where an entry has none */
    LOTSE_DAY_LIST = 11, /* likewise, days */
    LOTSE_CODE_LIST = 12, /* likewise, positions in a code list */
    /* lotse_range into uint32_t values, in the record's order; 0 where absent */
    LOTSE_CONCEPT_LIST = 13
};

#define LOTSE_ABSENT INT32_MIN
/* A day that the record states as null: a spell that goes on, a permission without end, a rolling
 * intake that may be joined on any day. Known, unlike LOTSE_ABSENT. */
#define LOTSE_OPEN INT32_MAX

/* Lists of one record that belong together (spells.*.from, spells.*.to) have the same length and
 * order in each row. */
typedef struct lotse_range {
    uint32_t begin; /* index of the first value */
    uint32_t end;   /* index behind the last */
} lotse_range;

/* A set of codes, each position of the code list a bit. Three values: a position may be in the set,
 * not in it, or unknown. Where a record states the list, all bits of `known` are set. */
typedef struct lotse_codes {
    uint64_t members;
    uint64_t known;
} lotse_codes;

/* A concept is a number. The upper four bits say its scheme. ESCO concepts are dictionary numbers
 * of this database. ISCO-08 and KldB 2010 codes describe themselves: bits 20..23 hold the count of
 * digits, bits 19..0 hold up to five digits of four bits each, the first digit highest, so that two
 * codes can be compared digit by digit. 0 is no concept. */
enum { LOTSE_SCHEME_ESCO = 0, LOTSE_SCHEME_ISCO = 1, LOTSE_SCHEME_KLDB = 2 };
#define LOTSE_CONCEPT_SCHEME(c) ((uint32_t)(c) >> 28)
#define LOTSE_CONCEPT_DIGITS(c) (((uint32_t)(c) >> 20) & 15u)
#define LOTSE_CONCEPT_DIGIT(c, i) (((uint32_t)(c) >> (16u - 4u * (uint32_t)(i))) & 15u)

typedef struct lotse_column {
    uint32_t type;          /* 0: not granted or not there; every row is unknown */
    uint32_t stride;        /* bytes from one row's value to the next */
    uint64_t offset;        /* from the table's start to row 0's value */
    uint64_t known_offset;  /* from the table's start to a bitmap, 64 rows a word, a set bit: known.
                               0: all known */
    uint64_t values_offset; /* lists and concept sets: from the table's start to the values */
} lotse_column;

enum { LOTSE_SEEKER = 0, LOTSE_OFFER = 1 };

/* Rows of one side. The columns stand in the order in which the manifest names them for that side.
 * A row of offers is one intake. */
typedef struct lotse_table {
    uint32_t size;
    uint32_t side;
    uint32_t row_count;
    uint32_t column_count;
    uint64_t columns_offset; /* to lotse_column[column_count] */
} lotse_table;

/* Follows an offset of a block. Offsets may be larger than the block's distance to its neighbours
 * and wrap around; the arithmetic is modulo 2^64. */
static inline const void *lotse_at(const void *block, uint64_t offset)
{
    return (const void *)((uintptr_t)block + (uintptr_t)offset);
}

static inline const lotse_column *lotse_column_of(const lotse_table *t, uint32_t index)
{
    return (const lotse_column *)lotse_at(t, t->columns_offset) + index;
}

static inline int lotse_is_known(const lotse_table *t, const lotse_column *c, uint32_t row)
{
    if (c->type == 0) {
        return 0;
    }
    if (c->known_offset == 0) {
        return 1;
    }
    return (int)(((const uint64_t *)lotse_at(t, c->known_offset))[row >> 6] >> (row & 63u) & 1u);
}

static inline const void *lotse_value(const lotse_table *t, const lotse_column *c, uint32_t row)
{
    return (const char *)lotse_at(t, c->offset) + (size_t)row * c->stride;
}

static inline const void *lotse_values(const lotse_table *t, const lotse_column *c)
{
    return lotse_at(t, c->values_offset);
}

/* ------------------------------------------------------------------------------------ parameters
 */

enum {
    LOTSE_PARAM_INT = 1,
    LOTSE_PARAM_PPM = 2, /* 0..1,000,000 */
    LOTSE_PARAM_DAY = 3,
    LOTSE_PARAM_CODE = 4, /* position in the code list that the manifest names */
    LOTSE_PARAM_CONCEPT = 5,
    LOTSE_PARAM_CONCEPT_SET = 6 /* value: count; values_offset: to ascending uint32_t */
};

typedef struct lotse_param {
    uint32_t type;
    uint32_t is_default; /* 1: the strategy did not set it */
    int64_t value;
    uint64_t values_offset; /* from the lotse_params' start */
} lotse_param;

/* In the order of the manifest. */
typedef struct lotse_params {
    uint32_t size;
    uint32_t count;
    uint64_t params_offset; /* to lotse_param[count] */
} lotse_params;

/* ------------------------------------------------------------------------------------ the host */

typedef struct lotse_host {
    uint32_t size;
    /* An optional thing of the host by id, or NULL. [any] */
    const void *(*get_extension)(const struct lotse_host *host, const char *id);
} lotse_host;

/* An extension of the host: what it knows of occupations and skills. NULL where the data folder has
 * no taxonomy, and in a cage. Answers are the same for as long as an instance lives. */
#define LOTSE_TAXONOMY_1 "lotse.taxonomy/1"

enum {
    /* Of an occupation: skills that belong to it. A code of ISCO-08 (four digits) or KldB 2010
     * (five) speaks for the occupations under it. */
    LOTSE_SKILLS_ESSENTIAL = 1,
    LOTSE_SKILLS_OPTIONAL = 2,
    /* The same from the other end: occupations of any scheme that a skill belongs to. */
    LOTSE_OCCUPATIONS_ESSENTIAL = 3,
    LOTSE_OCCUPATIONS_OPTIONAL = 4,
    LOTSE_SKILLS_NEAR = 5, /* of a skill: those next to it; each is near to the other */
    LOTSE_ISCO_UNITS = 6 /* of an occupation: its unit groups of ISCO-08, itself where it is one */
};

typedef struct lotse_taxonomy {
    uint32_t size;
    uint32_t reserved;
    const void *self;
    /* Writes at most `max` concepts of this database that stand in the relation, each once, and
     * answers how many there are. [worker] */
    uint32_t (*related)(const void *self, uint32_t concept, uint32_t relation, uint32_t *ret,
                        uint32_t max);
} lotse_taxonomy;

/* ------------------------------------------------------------------------------------ criterion/1
 */

#define LOTSE_CRITERION_1 "lotse.criterion/1"

enum { LOTSE_YES = 0, LOTSE_CHECK = 1 };

/* What the host computed for the rows of a call anyway, in the order of `rows`. */
typedef struct lotse_pairs {
    uint32_t size;
    uint32_t count;
    uint64_t km_offset; /* double[count]; NaN: a place is unknown; -1: the offer is online. 0: not
                           asked for */
} lotse_pairs;

enum {
    LOTSE_ARG_INT = 1,
    LOTSE_ARG_DAY = 2,
    LOTSE_ARG_CODE = 3, /* in the code list that the manifest names for the sentence's argument */
    LOTSE_ARG_CONCEPT = 4,
    LOTSE_ARG_KM = 5,      /* metres; shown as kilometres */
    LOTSE_ARG_CONCEPTS = 6 /* value: index of the first in the answer's values; count: how many */
};

typedef struct lotse_arg {
    uint32_t type;
    uint32_t count;
    int64_t value;
} lotse_arg;

/* One part of one row's score. */
typedef struct lotse_reason {
    uint32_t row_index; /* position in the call's `rows`; reasons stand in ascending order of it */
    uint32_t sentence;  /* position in the manifest's sentences of this criterion */
    int32_t points;     /* micropoints; the parts of a row sum to its score */
    uint32_t arg_count; /* at most 8 */
    lotse_arg args[8];
} lotse_reason;

/* The answer block of explain: the host sets the capacities, the plugin the counts. */
typedef struct lotse_reasons {
    uint32_t size;
    uint32_t capacity;
    uint32_t count;
    uint32_t values_capacity;
    uint32_t values_count;
    uint32_t reserved;
    uint64_t reasons_offset; /* to lotse_reason[capacity] */
    uint64_t values_offset;  /* to uint32_t[values_capacity]: concepts named by arguments */
} lotse_reasons;

/* One criterion, one instance per worker. */
typedef struct lotse_criterion {
    uint32_t size;
    uint32_t reserved;
    void *self;
    /* Takes the strategy's parameters. Before the first select, and again when they change.
     * [control] */
    lotse_status (*configure)(void *self, const lotse_params *params, lotse_error *error);
    /* The record that the next rows are compared with: a table of exactly one row, whose side says
     * what it is; the rows are then of the other side. Copy what you need. [worker] */
    lotse_status (*select)(void *self, const lotse_table *anchor, int32_t as_of_day,
                           lotse_error *error);
    /* For each of rows[0..row_count): LOTSE_YES or LOTSE_CHECK, and 0..1,000,000 micropoints. A
     * CHECK scores exactly 500,000. A formula is evaluated in double, then floor(x * 1e6 + 0.5).
     * [worker] */
    lotse_status (*score)(void *self, const lotse_table *table, const uint32_t *rows,
                          uint32_t row_count, const lotse_pairs *pairs, uint8_t *verdicts,
                          int32_t *scores);
    /* Why: at least one reason a row, parts summing to the score that score() gives it. When the
     * capacity does not suffice for all rows, answer the first rows whole and set count. [worker]
     */
    lotse_status (*explain)(void *self, const lotse_table *table, const uint32_t *rows,
                            uint32_t row_count, const lotse_pairs *pairs, lotse_reasons *reasons);
    /* An optional thing by id, or NULL. [any] */
    const void *(*get_extension)(void *self, const char *id);
    void (*destroy)(void *self); /* [control] */
} lotse_criterion;

typedef struct lotse_criterion_factory {
    uint32_t size;
    uint32_t reserved;
    /* criterion_id as in the manifest. NULL and a filled error when there is none. [control] */
    const lotse_criterion *(*create)(const lotse_host *host, const char *criterion_id,
                                     lotse_error *error);
} lotse_criterion_factory;

/* ------------------------------------------------------------------------------------ field/1 */

#define LOTSE_FIELD_1 "lotse.field/1"

/* One derived field of one side. Rules run here: once per record and day, not once per pair. */
typedef struct lotse_field {
    uint32_t size;
    uint32_t reserved;
    void *self;
    lotse_status (*configure)(void *self, const lotse_params *params,
                              lotse_error *error); /* [control] */
    /* For each row: its value (INT, DAY: int32_t; FLAG: uint8_t; CODE_SET: lotse_codes, by the
     * manifest's type) into values[i], and 1 or 0 into known[i]. A code set states what it knows
     * per code in lotse_codes.known; known[i] is 1 then. [worker] */
    lotse_status (*derive)(void *self, const lotse_table *table, const uint32_t *rows,
                           uint32_t row_count, int32_t as_of_day, void *values, uint8_t *known);
    void (*destroy)(void *self); /* [control] */
} lotse_field;

typedef struct lotse_field_factory {
    uint32_t size;
    uint32_t reserved;
    const lotse_field *(*create)(const lotse_host *host, const char *field_id,
                                 lotse_error *error); /* [control] */
} lotse_field_factory;

/* ---------------------------------------------------------------------------------- allocator/1 */

#define LOTSE_ALLOCATOR_1 "lotse.allocator/1"

#define LOTSE_NO_EDGE UINT32_MAX
#define LOTSE_NO_RANK UINT32_MAX
#define LOTSE_NO_BOUND INT64_MAX

/* Who could go where: people, intakes with seats, and an edge for each pair that may be. People and
 * intakes are numbered in the byte order of their ids, so the smaller number is the smaller id. The
 * edges of one person stand together, ascending by intake, no pair twice. Offsets count from the
 * start of this struct; 0: not there. The host has looked at every number before: indices are in
 * range, and seeker_count + 1 times the score furthest from 0 is less than 2^58 away from it. */
typedef struct lotse_market {
    uint32_t size;
    uint32_t seeker_count;
    uint32_t intake_count;
    uint32_t edge_count;
    uint64_t begin_offset;  /* uint32_t[seeker_count + 1]: person i has edges [i] to [i + 1] - 1 */
    uint64_t intake_offset; /* of an edge: uint32_t[edge_count] */
    uint64_t score_offset;  /* of an edge: int64_t[edge_count] */
    uint64_t need_offset;   /* uint32_t[edge_count]: seats the person takes there; 0: one each */
    uint64_t seeker_rank_offset; /* uint32_t[edge_count]: the person's order; 0: by score */
    uint64_t intake_rank_offset; /* uint32_t[edge_count]: the intake's order; 0: by score */
    uint64_t seats_offset;       /* uint32_t[intake_count] */
    uint64_t min_seats_offset;   /* uint32_t[intake_count]: so many are taken, or none; 0: none */
    uint64_t price_offset;       /* int64_t[intake_count]: of a seat, to begin with; 0: none */
    /* uint32_t: the host sets it from another thread when it wants no answer any more; then end
     * soon with LOTSE_STOPPED. 0: never. */
    uint64_t stop_offset;
} lotse_market;

/* The answer block: the host sets size and offsets and looks at what the allocator wrote. */
typedef struct lotse_allocation {
    uint32_t size;
    uint32_t is_proven;    /* 1: by the allocator's own definition nothing better exists */
    int64_t upper_bound;   /* no allocation has a greater sum of scores, or LOTSE_NO_BOUND */
    int64_t price_scale;   /* prices are in this fraction of a score: 1 or more */
    uint64_t edge_offset;  /* uint32_t[seeker_count]: the person's edge, or LOTSE_NO_EDGE */
    uint64_t price_offset; /* int64_t[intake_count]: of a seat; zeroed by the host. 0: not asked */
} lotse_allocation;

/* Hands out limited seats: one edge a person at most, no more seats than there are. A rank of 1 is
 * the first; ties go to the smaller number. */
typedef struct lotse_allocator {
    uint32_t size;
    uint32_t reserved;
    void *self;
    lotse_status (*configure)(void *self, const lotse_params *params,
                              lotse_error *error); /* [control] */
    lotse_status (*allocate)(void *self, const lotse_market *market, lotse_allocation *allocation,
                             lotse_error *error); /* [worker] */
    void (*destroy)(void *self);                  /* [control] */
} lotse_allocator;

typedef struct lotse_allocator_factory {
    uint32_t size;
    uint32_t reserved;
    const lotse_allocator *(*create)(const lotse_host *host, const char *allocator_id,
                                     lotse_error *error); /* [control] */
} lotse_allocator_factory;

/* ------------------------------------------------------------------------------------ the entry */

/* The first four members never move: they protect the rest. */
typedef struct lotse_entry {
    uint32_t magic;      /* LOTSE_ENTRY_MAGIC */
    uint32_t size;       /* sizeof(lotse_entry) */
    uint32_t abi_major;  /* must equal the host's */
    uint32_t abi_minor;  /* must not be newer than the host's */
    const char *id;      /* as in the manifest */
    const char *version; /* as in the manifest */
    /* init: before anything else; again when the host reads its plugin folders anew, which must do
     * no harm. deinit: before the process ends, where there is time for it. [loader] */
    lotse_status (*init)(const lotse_host *host, lotse_error *error);
    void (*deinit)(void);
    /* LOTSE_CRITERION_1 -> lotse_criterion_factory, LOTSE_FIELD_1 -> lotse_field_factory,
     * LOTSE_ALLOCATOR_1 -> lotse_allocator_factory; NULL for what the plugin does not make. [any]
     */
    const void *(*get_factory)(const char *factory_id);
} lotse_entry;

extern LOTSE_EXPORT const lotse_entry lotse_plugin_entry;

/* ------------------------------------------------------------------------------------ conveniences
 */

/* Nothing below crosses the boundary; it only saves every plugin the same lines. Copy the column
 * into a local variable before a loop over rows: the compiler then keeps it in registers. */

/* floor(share * 1e6 + 0.5) for a share of 0..1. */
static inline int32_t lotse_points(double share)
{
    return (int32_t)(share * 1e6 + 0.5);
}

/* Of an INT or DAY column. */
static inline int32_t lotse_int_at(const lotse_table *t, const lotse_column *c, uint32_t row)
{
    return *(const int32_t *)lotse_value(t, c, row);
}

static inline uint32_t lotse_flag_at(const lotse_table *t, const lotse_column *c, uint32_t row)
{
    return *(const uint8_t *)lotse_value(t, c, row);
}

static inline uint32_t lotse_code_at(const lotse_table *t, const lotse_column *c, uint32_t row)
{
    return *(const uint16_t *)lotse_value(t, c, row);
}

static inline lotse_codes lotse_codes_at(const lotse_table *t, const lotse_column *c, uint32_t row)
{
    return *(const lotse_codes *)lotse_value(t, c, row);
}

static inline uint32_t lotse_concept_at(const lotse_table *t, const lotse_column *c, uint32_t row)
{
    return *(const uint32_t *)lotse_value(t, c, row);
}

/* Of any list or concept set. */
static inline lotse_range lotse_range_at(const lotse_table *t, const lotse_column *c, uint32_t row)
{
    return *(const lotse_range *)lotse_value(t, c, row);
}

/* The distances of a score or explain call, in the order of its rows; NULL: not asked for. */
static inline const double *lotse_kms(const lotse_pairs *pairs)
{
    return pairs == NULL || pairs->km_offset == 0
               ? NULL
               : (const double *)lotse_at(pairs, pairs->km_offset);
}

/* The value of a parameter by its position in the manifest, or `otherwise` where there is none. */
static inline int64_t lotse_param_value(const lotse_params *params, uint32_t index,
                                        int64_t otherwise)
{
    return params == NULL || index >= params->count
               ? otherwise
               : ((const lotse_param *)lotse_at(params, params->params_offset))[index].value;
}

/* The next reason of an answer, without arguments; NULL when there is no room. */
static inline lotse_reason *lotse_reason_add(lotse_reasons *reasons, uint32_t row_index,
                                             uint32_t sentence, int32_t points)
{
    lotse_reason *r;
    if (reasons->count == reasons->capacity) {
        return NULL;
    }
    r = (lotse_reason *)lotse_at(reasons, reasons->reasons_offset) + reasons->count++;
    r->row_index = row_index;
    r->sentence = sentence;
    r->points = points;
    r->arg_count = 0;
    return r;
}

/* The next argument of a reason that lotse_reason_add gave. */
static inline void lotse_reason_arg(lotse_reason *reason, uint32_t type, int64_t value)
{
    lotse_arg *arg = &reason->args[reason->arg_count++];
    arg->type = type;
    arg->count = 0;
    arg->value = value;
}

#ifdef __cplusplus
}
#endif

#endif
