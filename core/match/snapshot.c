#include "match/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "match/segment_file.h"
#include "match/words.h"
#include "model/record.h"

/* A side's segments stand by age: the base, indexed ones, the tail, the young. New rows are written
 * into the young segment, which is small enough to be made anew with every write; full, it goes
 * into the tail; a full tail becomes an indexed segment, and equals are merged as in a counting
 * machine. */
enum { YOUNG_ROW_MAX = 64, SEGMENT_COUNT_MAX = 24 };

/* Which rows of a segment still stand, as one snapshot or several see it. */
typedef struct live_map {
    uint32_t share_count; /* snapshots that hold it; the store thread's alone */
    uint32_t dead_count;
    uint64_t words[];
} live_map;

typedef enum segment_shape { SHAPE_INDEXED, SHAPE_TAIL, SHAPE_YOUNG } segment_shape;

typedef struct held_segment {
    segment *segment;
    live_map *live; /* NULL: all rows stand */
    segment_shape shape;
} held_segment;

typedef struct side_segments {
    held_segment held[SEGMENT_COUNT_MAX];
    uint32_t count;
    uint32_t record_count;
} side_segments;

struct snapshot {
    const match_program *program;
    const dictionary *dictionary;
    uint64_t change;
    uint32_t tail_row_max;
    uint32_t young_row_max;
    side_segments sides[2];
};

/* ------------------------------------------------------------------------------------ holding */

static void drop_live(live_map **live)
{
    if (*live != NULL) {
        check((*live)->share_count > 0);
        (*live)->share_count--;
        if ((*live)->share_count == 0) {
            mem_free(*live);
        }
        *live = NULL;
    }
}

static void drop_held(held_segment *h)
{
    check(h->segment->share_count > 0);
    h->segment->share_count--;
    if (h->segment->share_count == 0) {
        segment_free(&h->segment);
    }
    drop_live(&h->live);
}

static void remove_held(side_segments *side, uint32_t index)
{
    drop_held(&side->held[index]);
    side->count--;
    memmove(&side->held[index], &side->held[index + 1],
            (side->count - index) * sizeof side->held[0]);
}

static void insert_held(side_segments *side, uint32_t index, segment *s, segment_shape shape)
{
    check(side->count < SEGMENT_COUNT_MAX);
    memmove(&side->held[index + 1], &side->held[index],
            (side->count - index) * sizeof side->held[0]);
    s->share_count++;
    side->held[index] = (held_segment){.segment = s, .shape = shape};
    side->count++;
}

void snapshot_free(snapshot **s)
{
    if (*s == NULL) {
        return;
    }
    for (uint32_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < (*s)->sides[side].count; i++) {
            drop_held(&(*s)->sides[side].held[i]);
        }
    }
    mem_free(*s);
    *s = NULL;
}

bool snapshot_new(const match_program *program, const dictionary *d, uint64_t change,
                  snapshot **ret, err *e)
{
    snapshot *s = mem_new(sizeof *s);
    if (s == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a snapshot");
    }
    s->program = program;
    s->dictionary = d;
    s->change = change;
    s->tail_row_max = TAIL_ROW_MAX;
    s->young_row_max = YOUNG_ROW_MAX;
    *ret = s;
    return true;
}

void snapshot_tune(snapshot *s, uint32_t tail_row_max, uint32_t young_row_max)
{
    check(tail_row_max > 0 && tail_row_max <= TAIL_ROW_MAX);
    check(young_row_max <= tail_row_max);
    s->tail_row_max = tail_row_max;
    s->young_row_max = young_row_max;
}

static bool copy_snapshot(const snapshot *from, uint64_t change, snapshot **ret, err *e)
{
    snapshot *s;
    if (!snapshot_new(from->program, from->dictionary, change, &s, e)) {
        return false;
    }
    s->tail_row_max = from->tail_row_max;
    s->young_row_max = from->young_row_max;
    for (uint32_t side = 0; side < 2; side++) {
        s->sides[side] = from->sides[side];
        for (uint32_t i = 0; i < s->sides[side].count; i++) {
            held_segment *h = &s->sides[side].held[i];
            h->segment->share_count++;
            if (h->live != NULL) {
                h->live->share_count++;
            }
        }
    }
    *ret = s;
    return true;
}

/* ------------------------------------------------------------------------------------ live rows */

static uint32_t live_count(const held_segment *h)
{
    return segment_row_count(h->segment) - (h->live == NULL ? 0 : h->live->dead_count);
}

static bool is_live(const held_segment *h, uint32_t row)
{
    return h->live == NULL || (h->live->words[row >> 6] >> (row & 63u) & 1u) != 0;
}

/* A map of the snapshot's own, to be written. */
static bool own_live(held_segment *h, err *e)
{
    if (h->live != NULL && h->live->share_count == 1) {
        return true;
    }
    uint32_t row_count = segment_row_count(h->segment);
    size_t word_count = ((size_t)row_count + 63) / 64;
    live_map *own = mem_new(sizeof *own + word_count * sizeof(uint64_t));
    if (own == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a snapshot");
    }
    own->share_count = 1;
    if (h->live != NULL) {
        own->dead_count = h->live->dead_count;
        memcpy(own->words, h->live->words, word_count * sizeof(uint64_t));
    } else {
        for (size_t i = 0; i < word_count; i++) {
            own->words[i] = UINT64_MAX;
        }
        if ((row_count & 63u) != 0) {
            own->words[word_count - 1] = (1ULL << (row_count & 63u)) - 1;
        }
    }
    drop_live(&h->live);
    h->live = own;
    return true;
}

/* Marks the rows of a record as replaced, where they stand in held[0..held_count). */
static bool bury_in(held_segment *held, uint32_t held_count, bytes id, bool *ret_was_there, err *e)
{
    for (uint32_t i = held_count; i-- > 0;) {
        held_segment *h = &held[i];
        const uint32_t *rows;
        uint32_t count;
        if (!segment_find(h->segment, id, &rows, &count) || !is_live(h, rows[0])) {
            continue;
        }
        if (!own_live(h, e)) {
            return false;
        }
        for (uint32_t k = 0; k < count; k++) {
            h->live->words[rows[k] >> 6] &= ~(1ULL << (rows[k] & 63u));
        }
        h->live->dead_count += count;
        *ret_was_there = true;
        return true;
    }
    *ret_was_there = false;
    return true;
}

static bool bury(side_segments *side, bytes id, err *e)
{
    bool was_there = false;
    if (!bury_in(side->held, side->count, id, &was_there, e)) {
        return false;
    }
    side->record_count -= was_there;
    return true;
}

/* ------------------------------------------------------------------------------------ merging */

static void drop_empty(side_segments *side)
{
    for (uint32_t i = side->count; i-- > 0;) {
        if (live_count(&side->held[i]) == 0) {
            remove_held(side, i);
        }
    }
}

/* Merges held[first..] into one. */
static bool merge_from(snapshot *s, record_side which, uint32_t first, segment_shape shape, err *e)
{
    side_segments *side = &s->sides[which];
    segment_part parts[SEGMENT_COUNT_MAX];
    uint32_t count = side->count - first;
    for (uint32_t i = 0; i < count; i++) {
        const held_segment *h = &side->held[first + i];
        parts[i] = (segment_part){h->segment, h->live == NULL ? NULL : h->live->words};
    }
    segment *merged;
    if (!segment_merge(s->program, which, parts, count, shape != SHAPE_INDEXED, &merged, e)) {
        return false;
    }
    while (side->count > first) {
        remove_held(side, side->count - 1);
    }
    insert_held(side, first, merged, shape);
    return true;
}

/* After new rows stand in the last segment: keeps the young small, the tail under its limit, and
 * every indexed segment much smaller than the one before. */
static bool settle(snapshot *s, record_side which, err *e)
{
    side_segments *side = &s->sides[which];
    uint32_t last = side->count - 1;
    if (side->held[last].shape == SHAPE_YOUNG && live_count(&side->held[last]) > s->young_row_max) {
        bool has_tail = last > 0 && side->held[last - 1].shape == SHAPE_TAIL;
        uint32_t first = has_tail ? last - 1 : last;
        uint32_t rows = live_count(&side->held[last]);
        rows += has_tail ? live_count(&side->held[first]) : 0;
        if (!merge_from(s, which, first, rows > s->tail_row_max ? SHAPE_INDEXED : SHAPE_TAIL, e)) {
            return false;
        }
    }
    while (side->count > 1) {
        uint32_t at = side->count - 1;
        if (side->held[at].shape != SHAPE_INDEXED) {
            break;
        }
        uint64_t before = live_count(&side->held[at - 1]);
        bool is_due = before < (uint64_t)SEGMENT_RATIO * live_count(&side->held[at]) ||
                      side->count >= SEGMENT_COUNT_MAX - 3;
        if (!is_due) {
            break;
        }
        if (!merge_from(s, which, at - 1, SHAPE_INDEXED, e)) {
            return false;
        }
    }
    return true;
}

/* New records, in one segment: into the young one where they are few. */
static bool add_records(snapshot *s, record_side which, const segment_input *inputs, uint32_t count,
                        err *e)
{
    side_segments *side = &s->sides[which];
    uint64_t rows = 0;
    for (uint32_t i = 0; i < count; i++) {
        rows += record_row_count(which, inputs[i].record);
    }
    bool is_large = rows > s->tail_row_max;
    segment *added;
    bool is_built =
        is_large ? segment_build(s->program, which, inputs, count, s->dictionary, false, &added, e)
                 : segment_build_plain(s->program, which, inputs, count, s->dictionary, &added, e);
    if (!is_built) {
        return false;
    }
    side->record_count += count;
    if (!is_large) {
        bool has_young = side->count > 0 && side->held[side->count - 1].shape == SHAPE_YOUNG;
        insert_held(side, side->count, added, SHAPE_YOUNG);
        return (!has_young || merge_from(s, which, side->count - 2, SHAPE_YOUNG, e)) &&
               settle(s, which, e);
    }
    /* A large import takes the tail along, so that indexed segments stay before it. */
    uint32_t first = side->count;
    while (first > 0 && side->held[first - 1].shape != SHAPE_INDEXED) {
        first--;
    }
    insert_held(side, side->count, added, SHAPE_INDEXED);
    return (first == side->count - 1 || merge_from(s, which, first, SHAPE_INDEXED, e)) &&
           settle(s, which, e);
}

static bool prepare_words(const snapshot *s, err *e)
{
    for (uint32_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < s->sides[side].count; i++) {
            if (!words_prepare(s->sides[side].held[i].segment, s->program, e)) {
                return false;
            }
        }
    }
    return true;
}

/* Of several changes to one record the last one counts. */
typedef struct last_change {
    bytes id;
    uint32_t index;
} last_change;

static int compare_changes(const void *a, const void *b)
{
    const last_change *x = a;
    const last_change *y = b;
    int order = bytes_compare(x->id, y->id);
    return order != 0 ? order : x->index < y->index ? -1 : x->index > y->index;
}

static bool apply_side(snapshot *s, record_side which, const snapshot_change *changes,
                       uint32_t change_count, last_change *order, segment_input *inputs, err *e)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < change_count; i++) {
        if (changes[i].side == which) {
            order[count++] = (last_change){changes[i].id, i};
        }
    }
    if (count == 0) {
        return true;
    }
    qsort(order, count, sizeof *order, compare_changes);
    uint32_t input_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i + 1 < count && bytes_equal(order[i].id, order[i + 1].id)) {
            continue;
        }
        const snapshot_change *change = &changes[order[i].index];
        if (!bury(&s->sides[which], change->id, e)) {
            return false;
        }
        if (change->record != NULL) {
            inputs[input_count++] = (segment_input){change->record, change->version};
        }
    }
    drop_empty(&s->sides[which]);
    return input_count == 0 || add_records(s, which, inputs, input_count, e);
}

bool snapshot_apply(const snapshot *from, const snapshot_change *changes, uint32_t change_count,
                    uint64_t change, snapshot **ret, err *e)
{
    snapshot *s = NULL;
    last_change *order = mem_new((size_t)change_count * sizeof *order);
    segment_input *inputs = mem_new((size_t)change_count * sizeof *inputs);
    bool is_good = order != NULL && inputs != NULL;
    if (!is_good) {
        fail(e, ERR_MEMORY, "no memory for %u changes", change_count);
    }
    is_good = is_good && copy_snapshot(from, change, &s, e) &&
              apply_side(s, SIDE_SEEKER, changes, change_count, order, inputs, e) &&
              apply_side(s, SIDE_OFFER, changes, change_count, order, inputs, e) &&
              prepare_words(s, e);
    mem_free(order);
    mem_free(inputs);
    if (!is_good) {
        snapshot_free(&s);
        return false;
    }
    *ret = s;
    return true;
}

/* ------------------------------------------------------------------------------------ parts */

struct snapshot_part {
    record_side side;
    segment *segment; /* NULL: only deletes, or used up */
    bytes *replaced;  /* of the arena */
    uint32_t replaced_count;
    arena arena;
};

/* Without an order or indexes of its own: the merge that shows it makes them for all parts.
 * What is new as inputs, what may stand somewhere already as ids. */
static bool fill_part(snapshot_part *part, const snapshot_change *changes, uint32_t change_count,
                      segment_input *inputs, uint32_t *ret_input_count)
{
    uint32_t input_count = 0;
    part->replaced = arena_make_array(&part->arena, change_count, bytes);
    for (uint32_t i = 0; i < change_count && part->replaced != NULL; i++) {
        const snapshot_change *c = &changes[i];
        if (c->side != part->side) {
            continue;
        }
        if (c->record != NULL) {
            inputs[input_count++] = (segment_input){c->record, c->version};
        }
        if (c->record == NULL || c->version != 1) {
            bytes id = arena_copy(&part->arena, c->id);
            if (id.base == NULL) {
                return false;
            }
            part->replaced[part->replaced_count++] = id;
        }
    }
    *ret_input_count = input_count;
    return part->replaced != NULL;
}

bool snapshot_part_make(const match_program *program, const dictionary *d, record_side side,
                        const snapshot_change *changes, uint32_t change_count, snapshot_part **ret,
                        err *e)
{
    snapshot_part *part = mem_new(sizeof *part);
    segment_input *inputs = mem_new((size_t)change_count * sizeof *inputs);
    uint32_t input_count = 0;
    bool is_made = part != NULL && inputs != NULL;
    if (is_made) {
        part->side = side;
        is_made = fill_part(part, changes, change_count, inputs, &input_count);
    }
    if (!is_made) {
        fail(e, ERR_MEMORY, "no memory for %u changes", change_count);
    }
    is_made =
        is_made && (input_count == 0 ||
                    segment_build_plain(program, side, inputs, input_count, d, &part->segment, e));
    mem_free(inputs);
    if (!is_made || (part->segment == NULL && part->replaced_count == 0)) {
        snapshot_part_free(&part);
    }
    if (is_made) {
        *ret = part;
    }
    return is_made;
}

void snapshot_part_free(snapshot_part **part)
{
    if (*part != NULL) {
        segment_free(&(*part)->segment);
        arena_fini(&(*part)->arena);
        mem_free(*part);
        *part = NULL;
    }
}

/* Takes a part's rows behind those added before it. */
static bool add_part(side_segments *side, snapshot_part *part, held_segment *added,
                     uint32_t *added_count, err *e)
{
    for (uint32_t i = 0; i < part->replaced_count; i++) {
        bool was_there = false;
        if (!bury_in(added, *added_count, part->replaced[i], &was_there, e)) {
            return false;
        }
        side->record_count -= was_there;
        if (!was_there && !bury(side, part->replaced[i], e)) {
            return false;
        }
    }
    if (part->segment != NULL) {
        side->record_count += segment_record_count(part->segment);
        part->segment->share_count++;
        added[(*added_count)++] = (held_segment){.segment = part->segment, .shape = SHAPE_INDEXED};
        part->segment = NULL;
    }
    return true;
}

/* One segment of everything added, and of what before it is not much larger. */
static bool merge_added(snapshot *s, record_side which, const held_segment *added,
                        uint32_t added_count, segment **ret, uint32_t *ret_first, err *e)
{
    side_segments *side = &s->sides[which];
    uint64_t rows = 0;
    uint32_t first = side->count;
    for (uint32_t i = 0; i < added_count; i++) {
        rows += live_count(&added[i]);
    }
    while (first > 0 && (side->held[first - 1].shape != SHAPE_INDEXED ||
                         live_count(&side->held[first - 1]) < SEGMENT_RATIO * rows ||
                         first >= SEGMENT_COUNT_MAX - 3)) {
        first--;
        rows += live_count(&side->held[first]);
    }
    uint32_t part_count = 0;
    segment_part *parts = mem_new((added_count + SEGMENT_COUNT_MAX) * sizeof *parts);
    if (parts == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a snapshot");
    }
    for (uint32_t i = first; i < side->count; i++) {
        const held_segment *h = &side->held[i];
        parts[part_count++] = (segment_part){h->segment, h->live == NULL ? NULL : h->live->words};
    }
    for (uint32_t i = 0; i < added_count; i++) {
        const live_map *live = added[i].live;
        parts[part_count++] = (segment_part){added[i].segment, live == NULL ? NULL : live->words};
    }
    bool is_merged = segment_merge(s->program, which, parts, part_count, false, ret, e);
    mem_free(parts);
    *ret_first = first;
    return is_merged;
}

static bool apply_side_parts(snapshot *s, record_side which, snapshot_part *const *parts,
                             uint32_t part_count, err *e)
{
    side_segments *side = &s->sides[which];
    held_segment *added = mem_new((size_t)part_count * sizeof *added);
    uint32_t added_count = 0;
    segment *merged = NULL;
    uint32_t first = 0;
    bool is_good = added != NULL || fail(e, ERR_MEMORY, "no memory for a snapshot");
    for (uint32_t i = 0; i < part_count && is_good; i++) {
        if (parts[i]->side == which) {
            is_good = add_part(side, parts[i], added, &added_count, e);
        }
    }
    drop_empty(side);
    if (is_good && added_count > 0) {
        is_good = merge_added(s, which, added, added_count, &merged, &first, e);
    }
    for (uint32_t i = 0; i < added_count; i++) {
        drop_held(&added[i]);
    }
    mem_free(added);
    if (merged != NULL && is_good) {
        while (side->count > first) {
            remove_held(side, side->count - 1);
        }
        insert_held(side, first, merged, SHAPE_INDEXED);
    }
    return is_good;
}

bool snapshot_apply_parts(const snapshot *from, snapshot_part *const *parts, uint32_t part_count,
                          uint64_t change, snapshot **ret, err *e)
{
    snapshot *s = NULL;
    bool is_good = copy_snapshot(from, change, &s, e) &&
                   apply_side_parts(s, SIDE_SEEKER, parts, part_count, e) &&
                   apply_side_parts(s, SIDE_OFFER, parts, part_count, e) && prepare_words(s, e);
    if (!is_good) {
        snapshot_free(&s);
        return false;
    }
    *ret = s;
    return true;
}

bool snapshot_compact(const snapshot *from, snapshot **ret, err *e)
{
    snapshot *s = NULL;
    if (!copy_snapshot(from, from->change, &s, e)) {
        return false;
    }
    bool is_good = true;
    for (uint32_t which = 0; which < 2 && is_good; which++) {
        side_segments *side = &s->sides[which];
        drop_empty(side);
        bool is_one =
            side->count == 1 && side->held[0].live == NULL && side->held[0].shape == SHAPE_INDEXED;
        is_good =
            side->count == 0 || is_one || merge_from(s, (record_side)which, 0, SHAPE_INDEXED, e);
    }
    if (!is_good || !prepare_words(s, e)) {
        snapshot_free(&s);
        return false;
    }
    *ret = s;
    return true;
}

bool snapshot_from_segments(const match_program *program, const dictionary *d, segment *seekers,
                            segment *offers, uint64_t change, snapshot **ret, err *e)
{
    snapshot *s = NULL;
    segment *given[2] = {[SIDE_SEEKER] = seekers, [SIDE_OFFER] = offers};
    if (!snapshot_new(program, d, change, &s, e)) {
        segment_free(&seekers);
        segment_free(&offers);
        return false;
    }
    for (uint32_t which = 0; which < 2; which++) {
        if (given[which] != NULL && segment_row_count(given[which]) > 0) {
            insert_held(&s->sides[which], 0, given[which], SHAPE_INDEXED);
            s->sides[which].record_count = segment_record_count(given[which]);
        } else {
            segment_free(&given[which]);
        }
    }
    if (!prepare_words(s, e)) {
        snapshot_free(&s);
        return false;
    }
    *ret = s;
    return true;
}

/* ------------------------------------------------------------------------------------ looking */

uint64_t snapshot_change_number(const snapshot *s)
{
    return s->change;
}

const match_program *snapshot_program(const snapshot *s)
{
    return s->program;
}

uint32_t snapshot_segment_count(const snapshot *s, record_side side)
{
    return s->sides[side].count;
}

const segment *snapshot_segment(const snapshot *s, record_side side, uint32_t index)
{
    check(index < s->sides[side].count);
    return s->sides[side].held[index].segment;
}

const uint64_t *snapshot_live(const snapshot *s, record_side side, uint32_t index)
{
    check(index < s->sides[side].count);
    const live_map *live = s->sides[side].held[index].live;
    return live == NULL ? NULL : live->words;
}

uint32_t snapshot_first_row(const snapshot *s, record_side side, uint32_t index)
{
    uint32_t first = 0;
    check(index <= s->sides[side].count);
    for (uint32_t i = 0; i < index; i++) {
        first += segment_row_count(s->sides[side].held[i].segment);
    }
    return first;
}

uint32_t snapshot_live_count(const snapshot *s, record_side side, uint32_t index)
{
    check(index < s->sides[side].count);
    return live_count(&s->sides[side].held[index]);
}

bool snapshot_row_is_live(const snapshot *s, record_side side, uint32_t index, uint32_t row)
{
    check(index < s->sides[side].count);
    check(row < segment_row_count(s->sides[side].held[index].segment));
    return is_live(&s->sides[side].held[index], row);
}

bool snapshot_find(const snapshot *s, record_side side, bytes id, const segment **ret_segment,
                   const uint32_t **ret_rows, uint32_t *ret_row_count)
{
    for (uint32_t i = s->sides[side].count; i-- > 0;) {
        const held_segment *h = &s->sides[side].held[i];
        const uint32_t *rows;
        uint32_t count;
        if (segment_find(h->segment, id, &rows, &count) && is_live(h, rows[0])) {
            *ret_segment = h->segment;
            *ret_rows = rows;
            *ret_row_count = count;
            return true;
        }
    }
    return false;
}

uint32_t snapshot_record_count(const snapshot *s, record_side side)
{
    return s->sides[side].record_count;
}

bool snapshot_is_compact(const snapshot *s)
{
    for (uint32_t which = 0; which < 2; which++) {
        const side_segments *side = &s->sides[which];
        if (side->count > 1 || (side->count == 1 && side->held[0].live != NULL)) {
            return false;
        }
    }
    return true;
}
