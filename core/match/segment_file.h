#ifndef CORE_MATCH_SEGMENT_FILE_H
#define CORE_MATCH_SEGMENT_FILE_H

#include <assert.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "match/segment.h"

/* How a segment's one block of memory is laid out, for the files of core/match alone. Everything is
 * found by offsets from the block's start, so that a saved segment is mapped and used as it is. */

enum {
    SEGMENT_FORMAT = 5,
    SEGMENT_ALIGN = 64,
    SEGMENT_INDEXED_ROW_MIN = 16, /* smaller segments are scanned whole: indexes would not pay */
    SEGMENT_HOT_LEN_MAX = 64,     /* of offers, which are read row after row */
    SEGMENT_WARM_LEN_MAX = 128,   /* of seekers, which ask: also what gates read of them */
    NO_COLUMN = UINT16_MAX
};

#define SEGMENT_MAGIC 0x31474553534f4cULL /* "LOSSEG1" */

/* What the order of a segment's rows rests on: columns, or NO_COLUMN. */
typedef struct segment_order {
    uint16_t
        required; /* offers: concepts that a contains_all gate asks for; seekers: those they have */
    uint16_t wanted; /* offers: concepts of which a share_of bound takes the share */
    uint16_t prefix; /* offers: the code that a prefix bound compares with wishes */
    uint16_t place;
    uint16_t online;
    uint16_t reach; /* seekers: the km of a within_km gate */
    uint16_t reserved[2];
} segment_order;

/* Rows listed under concepts. Within a list, entries without a place (online, or unknown) come
 * first, the others by latitude. */
typedef struct segment_lists {
    uint32_t slot_count; /* a power of two; 0: there are no lists */
    uint32_t entry_count;
    uint32_t first_row; /* where rows_off is 0, entry i is row first_row + i */
    uint32_t reserved;
    uint64_t slots_off; /* list_slot[slot_count] */
    uint64_t rows_off;  /* uint32_t[entry_count] */
    uint64_t lats_off;  /* float[entry_count], degrees */
} segment_lists;

/* One list, found by the hash of its concept. */
typedef struct list_slot {
    uint32_t key;    /* concept + 1; 0: free */
    uint32_t first;  /* entry */
    uint32_t placed; /* the first entry with a place */
    uint32_t end;
} list_slot;

/* The concept under which rows are listed whose set is unknown. */
enum { LIST_UNKNOWN = CONCEPT_NONE };

/* The places of a segment, cut into bands of latitude and these into cells of longitude; the edges
 * take what lies outside. Cell 0 holds the rows without a place to compare. */
typedef struct segment_grid {
    double lat_first, lat_step;
    double lon_first, lon_step;
    uint32_t lat_count, lon_count; /* 0: no row has a place */
    uint64_t bands_off;            /* segment_band[lat_count] */
} segment_grid;

typedef struct segment_band { /* of the rows that are there; lat_min > lat_max: none is */
    double lat_min, lat_max;
    double cos_min;
} segment_band;

/* Rows alike in what bounds can say about them. */
typedef struct segment_group {
    uint32_t first, end;
    uint16_t prefix;     /* 0: no code; else 1 + scheme * 10 + first digit; or GROUP_ANY */
    uint16_t is_wanting; /* 1: the wanted set is not empty; or GROUP_ANY */
} segment_group;

enum { GROUP_ANY = UINT16_MAX };

/* A row that asks for concepts, with its place: such rows stand by concept, this finds them by
 * cell. */
typedef struct required_row {
    double place[3];
    uint32_t row;
    uint32_t has_place;
} required_row;

/* The wanted concepts of a row, folded: how many of them a set can hold at most. */
typedef struct segment_wanted {
    uint64_t bits; /* each concept a bit, see concept_bit */
    uint32_t count;
    uint32_t hidden; /* concepts behind the bit of another */
} segment_wanted;

typedef struct segment_header {
    uint64_t magic;
    uint32_t format;
    uint32_t side;
    uint64_t len;
    uint64_t checksum; /* of all bytes, with this member 0 */
    uint64_t column_hash;
    uint32_t row_count;
    uint32_t record_count;
    uint32_t group_count;
    uint32_t required_first; /* rows from here on ask for concepts; those before do not */
    uint64_t table_off;
    uint64_t id_starts_off;     /* uint32_t[record_count + 1] */
    uint64_t ids_off;           /* records stand in the byte order of their ids */
    uint64_t intake_starts_off; /* uint32_t[row_count + 1] */
    uint64_t intakes_off;
    uint64_t versions_off;    /* int64_t[record_count] */
    uint64_t record_of_off;   /* uint32_t[row_count] */
    uint64_t row_starts_off;  /* uint32_t[record_count + 1] */
    uint64_t record_rows_off; /* uint32_t[row_count]: a record's rows in its own order */
    uint64_t slots_off;       /* uint32_t[slot_count]: record + 1 by the hash of its id; 0: free */
    uint32_t slot_count;
    uint32_t is_indexed;
    uint64_t groups_off;         /* segment_group[group_count] */
    uint64_t cell_starts_off;    /* uint32_t[group_count][cell_count + 1] */
    uint64_t required_cells_off; /* uint32_t[cell_count + 1]; 0: no row asks for concepts */
    uint64_t required_rows_off;  /* required_row[row_count - required_first], by cell */
    uint32_t cell_count;
    int32_t reach_max;   /* seekers: the farthest reach of a row, INT32_MAX: of some unknown */
    uint64_t wanted_off; /* a segment_wanted every wanted_stride bytes; 0: no wanted column */
    uint64_t wanted_stride;
    uint64_t hot_off;  /* interleaved columns that criteria read; 0: none */
    uint64_t near_off; /* place, reach and online side by side; 0: none */
    uint32_t hot_width;
    uint32_t near_width;
    segment_order order;
    segment_grid grid;
    /* Offers: by the rarest concept asked for; seekers: by each they have. */
    segment_lists required;
    segment_lists wanted; /* offers: by each concept wanted, of rows that require nothing */
} segment_header;

struct words_cache;

struct segment {
    memfile file;
    const segment_header *head;
    const char *base;
    const lotse_table *table;
    const uint32_t *record_of;
    const uint32_t *row_starts;
    const uint32_t *record_rows;
    const uint32_t *id_starts;
    const char *ids;
    struct words_cache *words; /* compiled gates, made when first asked for */
    segment_companion *_Atomic companion;
    uint32_t share_count; /* snapshots that hold it; the store thread's alone */
};

static inline const void *segment_at(const segment *s, uint64_t offset)
{
    return s->base + offset;
}

/* A bit of 64 for a concept; also of a seeker's set, so that both fold alike. */
static inline uint64_t concept_bit(uint32_t concept_number)
{
    return 1ULL << (concept_number * 2654435761u >> 26);
}

static inline uint32_t list_slot_of(uint32_t slot_count, uint32_t concept_number)
{
    return (concept_number * 2654435761u >> 7) & (slot_count - 1);
}

static inline const segment_wanted *segment_wanted_of(const segment *s, uint32_t row)
{
    return segment_at(s, s->head->wanted_off + row * s->head->wanted_stride);
}

/* The list under a concept; NULL: there is none. */
static inline const list_slot *segment_list_find(const segment *s, const segment_lists *lists,
                                                 uint32_t concept_number)
{
    if (lists->slot_count == 0) {
        return NULL;
    }
    const list_slot *slots = segment_at(s, lists->slots_off);
    uint32_t at = list_slot_of(lists->slot_count, concept_number);
    while (slots[at].key != 0) {
        if (slots[at].key == concept_number + 1) {
            return &slots[at];
        }
        at = (at + 1) & (lists->slot_count - 1);
    }
    return NULL;
}

/* The code that groups rows by what a prefix bound can tell. */
static inline uint16_t prefix_class(uint32_t concept_number)
{
    uint32_t scheme = LOTSE_CONCEPT_SCHEME(concept_number);
    if (concept_number == 0 || scheme == LOTSE_SCHEME_ESCO || scheme > LOTSE_SCHEME_KLDB ||
        LOTSE_CONCEPT_DIGITS(concept_number) == 0) {
        return 0;
    }
    return (uint16_t)(1 + scheme * 10 + LOTSE_CONCEPT_DIGIT(concept_number, 0) % 10);
}

/* Groups are told apart by a bit each. */
enum { PREFIX_CLASS_COUNT = 31, GROUP_COUNT_MAX = 2 * PREFIX_CLASS_COUNT };
static_assert(GROUP_COUNT_MAX <= 64, "a walk keeps groups in 64 bits");

/* Degrees of a place on the sphere. */
double place_latitude(const double place[3]);
double place_longitude(const double place[3]);

/* The band or cell of a place; always one that exists. */
static inline uint32_t grid_step_of(double value, double first, double step, uint32_t count)
{
    double at = (value - first) / step;
    if (!(at >= 1)) {
        return 0;
    }
    return at >= (double)count ? count - 1 : (uint32_t)at;
}

/* Which columns order the rows of a side. */
segment_order segment_order_of(const match_program *program, record_side side);

/* ------------------------------------------------------------------------------------ building */

/* Where a row comes from while a segment is built: an input record and its intake, or a segment and
 * its row. */
typedef struct row_ref {
    uint32_t source;
    uint32_t row;
} row_ref;

/* One value on its way into a column. */
typedef struct cell {
    bool is_known;
    uint32_t count;    /* of a list's values */
    const void *value; /* the value, or a list's values (four bytes each) */
} cell;

typedef struct row_source row_source;
struct row_source {
    const match_program *program;
    record_side side;
    bool (*read)(row_source *self, row_ref row, uint32_t column, cell *ret, err *e);
    bytes (*intake_id)(row_source *self, row_ref row);
    /* Called before the columns of a row are read: what the last row's cells point to may go. */
    void (*next_row)(row_source *self);
    bool (*may_have)(row_source *self, uint32_t column);
};

typedef struct record_entry { /* rows of a record stand together, in its own order */
    bytes id;
    int64_t version;
    uint32_t first; /* index into the row refs */
    uint32_t row_count;
} record_entry;

/* Builds a segment of rows read from a source. Records in the byte order of their ids. A plain
 * segment has no indexes and is scanned whole. */
bool segment_compose(row_source *source, const record_entry *records, uint32_t record_count,
                     const row_ref *rows, uint32_t row_count, bool is_plain, segment **ret, err *e);
/* As segment_build, without indexes. */
bool segment_build_plain(const match_program *program, record_side side,
                         const segment_input *inputs, uint32_t input_count, const dictionary *d,
                         segment **ret, err *e);

/* The live rows of several segments as one. `live` per segment: a bit per row, NULL: all. */
typedef struct segment_part {
    const segment *segment;
    const uint64_t *live;
} segment_part;
bool segment_merge(const match_program *program, record_side side, const segment_part *parts,
                   uint32_t part_count, bool is_plain, segment **ret, err *e);

/* Makes the block of a segment usable: takes the memfile. */
bool segment_open(memfile *file, segment **ret, err *e);

/* The bytes of one value of a type in a column; lists: of their range. */
uint32_t column_width(uint32_t type);
static inline bool column_is_list(uint32_t type)
{
    return type == LOTSE_CONCEPT_SET || type >= LOTSE_INT_LIST;
}

#endif
