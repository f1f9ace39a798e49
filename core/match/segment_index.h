#ifndef CORE_MATCH_SEGMENT_INDEX_H
#define CORE_MATCH_SEGMENT_INDEX_H

#include "match/segment_file.h"

/* The order of a segment's rows and the indexes over it, made while the segment is built. */

/* What the order of a row rests on. */
typedef struct index_row {
    const uint32_t *required;
    const uint32_t *wanted;
    uint32_t required_count;
    uint32_t wanted_count;
    uint32_t prefix; /* concept, 0: none */
    uint32_t rarest; /* the rarest required concept, where there are any */
    int32_t reach;   /* seekers; -1: unknown */
    bool has_place;  /* a place to compare: known, and not online */
    bool is_required_known;
    float latitude;
    double place[3];
    double longitude;
} index_row;

typedef struct index_plan {
    index_row *rows; /* in input order; the plan finds their rarest concepts */
    uint32_t row_count;
    record_side side;
    bool is_plain;
    segment_order order;
    uint32_t *sequence; /* ret: input row at each place; row_count */
    /* What stands in the file. Arrays are the plan's own. */
    segment_grid grid;
    segment_band *bands;
    segment_group *groups;
    uint32_t group_count;
    uint32_t *cell_starts;
    uint32_t cell_count;
    uint32_t required_first;
    uint32_t *required_cells; /* NULL: no row asks for concepts */
    required_row *required_rows;
    int32_t reach_max;
    struct index_lists {
        list_slot *slots;
        uint32_t *rows; /* NULL: consecutive from first_row */
        float *lats;
        uint32_t slot_count, entry_count, first_row;
    } required, wanted;
    segment_wanted *wanted_rows;
} index_plan;

bool index_plan_make(index_plan *plan, err *e);
void index_plan_fini(index_plan *plan);

#endif
