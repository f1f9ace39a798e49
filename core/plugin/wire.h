#ifndef CORE_PLUGIN_WIRE_H
#define CORE_PLUGIN_WIRE_H

#include <assert.h>
#include <stdint.h>

#include "lotse_plugin.h"

/* What the host and the child of a caged plugin say to each other, through three memory files: the
 * ask area (the host writes, the child reads), the answer area (the child writes, the host reads
 * and believes nothing) and the window (columns, the child reads). One doorbell each way. Same
 * machine, same build: no byte order, no versions but WIRE_MAGIC. */

enum {
    /* Descriptors of the child, beside 0 and 1 (nothing) and 2 (a pipe to the host). */
    WIRE_FD_ASK = 3,
    WIRE_FD_ANSWER = 4,
    WIRE_FD_WINDOW = 5,
    WIRE_FD_LIBRARY = 6,
    WIRE_FD_RING = 7, /* eventfd: there is something to do */
    WIRE_FD_DONE = 8, /* eventfd: it is done */
    WIRE_FD_COUNT = 9,

    WIRE_LATE_LEN =
        3 * 1024 * 1024,        /* two regions in each area: what is gathered and asked later */
    WIRE_NOW_LEN = 1024 * 1024, /* and what is asked at once */
    WIRE_HEAD_LEN = 4096,
    WIRE_AREA_LEN = WIRE_HEAD_LEN + WIRE_LATE_LEN + WIRE_NOW_LEN,

    WIRE_ID_LEN = 80,
    WIRE_FIELD_MAX = 16,
    WIRE_COLUMN_MAX = 32,
    WIRE_INSTANCE_MAX = 256,
    WIRE_ALIGN = 8,

    /* How a child ends that never answered. */
    WIRE_EXIT_NO_SECCOMP = 81, /* this machine cannot hold a plugin */
    WIRE_EXIT_SETUP = 82,      /* something of the host's own went wrong */
    WIRE_EXIT_ORPHAN = 83      /* the host is gone */
};

#define WIRE_MAGIC 0x3145524957534c31ULL

/* Regions: where their items and answers begin. */
enum { WIRE_REGION_LATE, WIRE_REGION_NOW };
static inline uint64_t wire_region_off(uint32_t region)
{
    return region == WIRE_REGION_LATE ? WIRE_HEAD_LEN : WIRE_HEAD_LEN + WIRE_LATE_LEN;
}
static inline uint64_t wire_region_len(uint32_t region)
{
    return region == WIRE_REGION_LATE ? WIRE_LATE_LEN : WIRE_NOW_LEN;
}

/* The head of the ask area. `start` is read once, before the last lock. */
typedef struct wire_start {
    uint64_t window_len;
    uint64_t memory_max; /* bytes of address space beside what the child maps of the host's */
    int32_t parent;      /* process id */
    uint32_t abi_major, abi_minor;
    uint32_t has_criterion;
    uint32_t field_count;
    char id[WIRE_ID_LEN];
    char version[WIRE_ID_LEN];
    char library[WIRE_ID_LEN]; /* its file's name, for messages */
    char fields[WIRE_FIELD_MAX][WIRE_ID_LEN];
} wire_start;

typedef struct wire_ask {
    uint64_t magic;
    uint32_t sequence;
    uint32_t region;
    uint32_t item_count;
    uint32_t reserved;
    wire_start start;
} wire_ask;
static_assert(sizeof(wire_ask) <= WIRE_HEAD_LEN, "the head holds it");

enum {
    WIRE_CREATE = 1,    /* instance, what; id behind it */
    WIRE_CONFIGURE = 2, /* instance; a lotse_params block behind it */
    WIRE_DESTROY = 3,   /* instance */
    WIRE_SELECT = 4,    /* instance, day; a wire_table behind it, of one row */
    WIRE_SCORE = 5,     /* instance; wire_table, rows, km: verdicts, then scores at answer_off */
    WIRE_EXPLAIN = 6,   /* instance; likewise: a lotse_reasons block at answer_off */
    WIRE_DERIVE = 7     /* instance, day, width; wire_table, rows: known, then values */
};

enum { WIRE_CRITERION = 1, WIRE_FIELD = 2 };

/* Items follow one another, each WIRE_ALIGN-aligned; offsets count from the item's start, that of
 * the answer from the answer area's. */
typedef struct wire_item {
    uint32_t kind;
    uint32_t len; /* to the next item */
    uint32_t instance;
    uint32_t what; /* CREATE: criterion or field; DERIVE: bytes of a value */
    int32_t day;
    uint32_t row_count;
    uint32_t table_off;
    uint32_t rows_off; /* uint32_t[row_count] */
    uint32_t km_off;   /* double[row_count]; 0: none */
    uint32_t body_off; /* CREATE: the id with its NUL; CONFIGURE: lotse_params */
    uint32_t answer_off;
    uint32_t capacity;        /* EXPLAIN: reasons */
    uint32_t values_capacity; /* EXPLAIN */
    uint32_t reserved;
} wire_item;
static_assert(sizeof(wire_item) % WIRE_ALIGN == 0, "items stay aligned");

/* A table whose offsets count from the window's start, or from the item's. */
enum { WIRE_IN_ITEM = 0, WIRE_IN_WINDOW = 1 };
typedef struct wire_table {
    uint32_t side;
    uint32_t row_count;
    uint32_t column_count;
    uint32_t where;
    lotse_column columns[WIRE_COLUMN_MAX];
} wire_table;

/* The head of the answer area, written before WIRE_FD_DONE. */
enum {
    WIRE_DONE = 1,
    WIRE_REFUSED = 2, /* an item ended with a status other than LOTSE_OK */
    WIRE_BROKEN = 3   /* the library or its entry is not what it must be */
};
/* Which walls hold. */
enum {
    WIRE_WALL_USER = 1,
    WIRE_WALL_NET = 2,
    WIRE_WALL_IPC = 4,
    WIRE_WALL_MOUNT = 8,
    WIRE_WALL_UTS = 16,
    WIRE_WALL_LANDLOCK = 32,
    WIRE_WALL_SECCOMP = 64
};

typedef struct wire_answer {
    uint64_t magic;
    uint32_t sequence;
    uint32_t state;
    uint32_t item; /* the one that was refused */
    int32_t status;
    uint32_t walls;
    uint32_t error; /* BROKEN: an err_code */
    char text[320]; /* REFUSED: the plugin's sentence; BROKEN: the loader's */
} wire_answer;
static_assert(sizeof(wire_answer) <= WIRE_HEAD_LEN, "the head holds it");

/* Where the parts of an answer stand, from answer_off; both sides compute it. */
static inline uint64_t wire_align(uint64_t len)
{
    return (len + WIRE_ALIGN - 1) / WIRE_ALIGN * WIRE_ALIGN;
}
/* SCORE: verdicts first. DERIVE: known first. */
static inline uint64_t wire_values_off(uint32_t row_count)
{
    return wire_align(row_count);
}
static inline uint64_t wire_reasons_len(uint32_t capacity, uint32_t values_capacity)
{
    return wire_align(sizeof(lotse_reasons) + (uint64_t)capacity * sizeof(lotse_reason) +
                      (uint64_t)values_capacity * sizeof(uint32_t));
}

/* The bytes of one value in a column; lists: of their range. 0: no such type. */
static inline uint32_t wire_width(uint32_t type)
{
    switch (type) {
    case LOTSE_INT:
    case LOTSE_DAY:
    case LOTSE_CONCEPT:
        return 4;
    case LOTSE_FLAG:
        return 1;
    case LOTSE_CODE:
        return 2;
    case LOTSE_CODE_SET:
        return sizeof(lotse_codes);
    case LOTSE_WEEK:
        return 11 * sizeof(uint64_t);
    case LOTSE_CONCEPT_SET:
    case LOTSE_INT_LIST:
    case LOTSE_DAY_LIST:
    case LOTSE_CODE_LIST:
    case LOTSE_CONCEPT_LIST:
        return sizeof(lotse_range);
    default:
        return 0; /* places are never given away */
    }
}
static inline uint32_t wire_is_list(uint32_t type)
{
    return type == LOTSE_CONCEPT_SET || type >= LOTSE_INT_LIST;
}

#endif
