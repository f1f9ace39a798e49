#include "assign/roster.h"

#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "match/program.h"

/* ------------------------------------------------------------------------------------ numbering */

/* All live records of a side in the byte order of ids: segments have theirs in that order, so they
 * are merged. */
typedef struct merge {
    const snapshot *snapshot;
    record_side side;
    uint32_t segment_count;
    uint32_t next[ROSTER_SEGMENT_MAX]; /* record */
} merge;

static bool find_live(merge *m, uint32_t index)
{
    const segment *s = snapshot_segment(m->snapshot, m->side, index);
    const uint64_t *live = snapshot_live(m->snapshot, m->side, index);
    for (; m->next[index] < segment_record_count(s); m->next[index]++) {
        const uint32_t *rows;
        uint32_t row_count;
        segment_rows_at(s, m->next[index], &rows, &row_count);
        if (live == NULL || (live[rows[0] >> 6] >> (rows[0] & 63u) & 1u) != 0) {
            return true;
        }
    }
    return false;
}

static bool next_record(merge *m, uint32_t *ret_segment, uint32_t *ret_record)
{
    bytes least = {0};
    for (uint32_t i = 0; i < m->segment_count; i++) {
        if (!find_live(m, i)) {
            continue;
        }
        bytes id = segment_id_at(snapshot_segment(m->snapshot, m->side, i), m->next[i]);
        if (least.base == NULL || bytes_compare(id, least) < 0) {
            least = id;
            *ret_segment = i;
        }
    }
    if (least.base == NULL) {
        return false;
    }
    *ret_record = m->next[*ret_segment]++;
    return true;
}

static void number_seekers(roster *r)
{
    merge m = {.snapshot = r->snapshot,
               .side = SIDE_SEEKER,
               .segment_count = snapshot_segment_count(r->snapshot, SIDE_SEEKER)};
    uint32_t at_segment = 0;
    uint32_t record = 0;
    uint32_t count = 0;
    while (next_record(&m, &at_segment, &record)) {
        const uint32_t *rows;
        uint32_t row_count;
        segment_rows_at(snapshot_segment(r->snapshot, SIDE_SEEKER, at_segment), record, &rows,
                        &row_count);
        check(count < r->seeker_count);
        r->seekers[count++] = (roster_place){at_segment, rows[0]};
    }
    check(count == r->seeker_count);
}

static void number_intakes(roster *r)
{
    merge m = {.snapshot = r->snapshot,
               .side = SIDE_OFFER,
               .segment_count = snapshot_segment_count(r->snapshot, SIDE_OFFER)};
    uint32_t at_segment = 0;
    uint32_t record = 0;
    uint32_t count = 0;
    while (next_record(&m, &at_segment, &record)) {
        const segment *s = snapshot_segment(r->snapshot, SIDE_OFFER, at_segment);
        const uint32_t *rows;
        uint32_t row_count;
        uint32_t first = count;
        segment_rows_at(s, record, &rows, &row_count);
        for (uint32_t i = 0; i < row_count; i++) {
            uint32_t at = count++;
            bytes id = segment_intake_id(s, rows[i]);
            while (at > first &&
                   bytes_compare(segment_intake_id(s, r->intakes[at - 1].row), id) > 0) {
                r->intakes[at] = r->intakes[at - 1];
                at--;
            }
            r->intakes[at] = (roster_place){at_segment, rows[i]};
        }
    }
    r->intake_count = count;
    for (uint32_t i = 0; i < count; i++) {
        r->number_of_row[r->first_row[r->intakes[i].segment] + r->intakes[i].row] = i;
    }
}

/* ------------------------------------------------------------------------------------ the order */

enum { CELL_KM = 4, CELL_OFFSET_KM = 6400, RANK_BITS = 28, DIGIT_BITS = 11 };

/* The bits of a coordinate with two free places between them. */
static uint64_t spread(uint64_t x)
{
    x = (x | x << 16) & 0xff0000ffULL;
    x = (x | x << 8) & 0xf00f00fULL;
    x = (x | x << 4) & 0xc30c30c3ULL;
    return (x | x << 2) & 0x249249249ULL;
}

/* Cells of a few kilometres along a curve that keeps neighbours together (Morton 1966). People
 * whose place is not known come last. */
static uint64_t cell_of(const double *place)
{
    enum { CELL_BITS = 36 };
    uint64_t cell = 0;
    if (place == NULL) {
        return (1ULL << CELL_BITS) - 1;
    }
    for (uint32_t axis = 0; axis < 3; axis++) {
        cell |= spread((uint64_t)((place[axis] + CELL_OFFSET_KM) / CELL_KM)) << axis;
    }
    return cell;
}

/* Sorts by digits from the last on; the order of equals stays. */
static void sort_keys(uint64_t *keys, uint64_t *scratch, uint32_t count)
{
    for (uint32_t shift = 0; shift < 64; shift += DIGIT_BITS) {
        uint32_t starts[(1u << DIGIT_BITS) + 1] = {0};
        for (uint32_t i = 0; i < count; i++) {
            starts[(keys[i] >> shift & ((1u << DIGIT_BITS) - 1)) + 1]++;
        }
        for (uint32_t d = 0; d < 1u << DIGIT_BITS; d++) {
            starts[d + 1] += starts[d];
        }
        for (uint32_t i = 0; i < count; i++) {
            scratch[starts[keys[i] >> shift & ((1u << DIGIT_BITS) - 1)]++] = keys[i];
        }
        memcpy(keys, scratch, count * sizeof *keys);
    }
}

static bool order_seekers(roster *r, err *e)
{
    uint64_t *keys = mem_new(r->seeker_count * sizeof *keys);
    uint64_t *scratch = mem_new(r->seeker_count * sizeof *scratch);
    bool is_done = keys != NULL && scratch != NULL;
    uint16_t column = program_column(snapshot_program(r->snapshot), SIDE_SEEKER, "location");
    for (uint32_t i = 0; i < r->seeker_count && is_done; i++) {
        const segment *s = snapshot_segment(r->snapshot, SIDE_SEEKER, r->seekers[i].segment);
        const lotse_table *t = segment_table(s);
        const double *place = NULL;
        if (column != UINT16_MAX &&
            lotse_is_known(t, segment_column(s, column), r->seekers[i].row)) {
            place = lotse_value(t, segment_column(s, column), r->seekers[i].row);
        }
        keys[i] = cell_of(place) << RANK_BITS | i;
    }
    if (is_done) {
        sort_keys(keys, scratch, r->seeker_count);
        for (uint32_t i = 0; i < r->seeker_count; i++) {
            r->order[i] = (uint32_t)(keys[i] & ((1u << RANK_BITS) - 1));
        }
    }
    mem_free(keys);
    mem_free(scratch);
    return is_done || fail(e, ERR_MEMORY, "no memory for the order of a batch run");
}

/* ------------------------------------------------------------------------------------ making */

bool roster_make(const snapshot *s, roster *ret, err *e)
{
    roster r = {.snapshot = s, .seeker_count = snapshot_record_count(s, SIDE_SEEKER)};
    uint32_t segment_count = snapshot_segment_count(s, SIDE_OFFER);
    check(segment_count <= ROSTER_SEGMENT_MAX);
    check(snapshot_segment_count(s, SIDE_SEEKER) <= ROSTER_SEGMENT_MAX);
    check(r.seeker_count < 1u << RANK_BITS);
    for (uint32_t i = 0; i < segment_count; i++) {
        r.first_row[i] = snapshot_first_row(s, SIDE_OFFER, i);
    }
    uint32_t row_count = snapshot_first_row(s, SIDE_OFFER, segment_count);
    r.seekers = mem_new(r.seeker_count * sizeof *r.seekers);
    r.order = mem_new(r.seeker_count * sizeof *r.order);
    r.intakes = mem_new(row_count * sizeof *r.intakes);
    r.number_of_row = mem_new(row_count * sizeof *r.number_of_row);
    bool is_whole =
        r.seekers != NULL && r.order != NULL && r.intakes != NULL && r.number_of_row != NULL;
    if (!is_whole) {
        (void)fail(e, ERR_MEMORY, "no memory for a batch run");
    }
    if (is_whole) {
        number_seekers(&r);
        number_intakes(&r);
    }
    if (!is_whole || !order_seekers(&r, e)) {
        roster_fini(&r);
        return false;
    }
    *ret = r;
    return true;
}

void roster_fini(roster *r)
{
    mem_free(r->seekers);
    mem_free(r->order);
    mem_free(r->intakes);
    mem_free(r->number_of_row);
    *r = (roster){0};
}

/* ------------------------------------------------------------------------------------ asking */

const segment *roster_seeker(const roster *r, uint32_t seeker, const uint32_t **ret_row)
{
    check(seeker < r->seeker_count);
    *ret_row = &r->seekers[seeker].row;
    return snapshot_segment(r->snapshot, SIDE_SEEKER, r->seekers[seeker].segment);
}

bytes roster_seeker_id(const roster *r, uint32_t seeker)
{
    const uint32_t *row;
    const segment *s = roster_seeker(r, seeker, &row);
    return segment_record_id(s, *row);
}

const segment *roster_intake(const roster *r, uint32_t intake, uint32_t *ret_row)
{
    check(intake < r->intake_count);
    *ret_row = r->intakes[intake].row;
    return snapshot_segment(r->snapshot, SIDE_OFFER, r->intakes[intake].segment);
}

bytes roster_offer_id(const roster *r, uint32_t intake)
{
    uint32_t row;
    const segment *s = roster_intake(r, intake, &row);
    return segment_record_id(s, row);
}

bytes roster_intake_id(const roster *r, uint32_t intake)
{
    uint32_t row;
    const segment *s = roster_intake(r, intake, &row);
    return segment_intake_id(s, row);
}

uint32_t roster_intake_of(const roster *r, const segment *s, uint32_t row)
{
    uint32_t index = 0;
    while (snapshot_segment(r->snapshot, SIDE_OFFER, index) != s) {
        index++;
    }
    return r->number_of_row[r->first_row[index] + row];
}

uint32_t roster_find_seeker(const roster *r, bytes id)
{
    uint32_t low = 0;
    uint32_t high = r->seeker_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int way = bytes_compare(roster_seeker_id(r, middle), id);
        if (way == 0) {
            return middle;
        }
        low = way < 0 ? middle + 1 : low;
        high = way < 0 ? high : middle;
    }
    return UINT32_MAX;
}

static int compare_intake(const roster *r, uint32_t intake, bytes offer, bytes id)
{
    int way = bytes_compare(roster_offer_id(r, intake), offer);
    return way != 0 ? way : bytes_compare(roster_intake_id(r, intake), id);
}

uint32_t roster_find_intake(const roster *r, bytes offer, bytes intake)
{
    uint32_t low = 0;
    uint32_t high = r->intake_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int way = compare_intake(r, middle, offer, intake);
        if (way == 0) {
            return middle;
        }
        low = way < 0 ? middle + 1 : low;
        high = way < 0 ? high : middle;
    }
    return UINT32_MAX;
}
