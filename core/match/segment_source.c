/* Where the rows of a new segment come from: decoded records, or rows of older segments. */
#include "match/segment_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "model/record.h"
#include "model/record_offer.h"

/* ------------------------------------------------------------------------------------ records */

enum { STRANGER_COUNT_MAX = 4096 };

typedef struct record_source {
    row_source base;
    const segment_input *inputs;
    const dictionary *dictionary;
    bool allows_strangers;
    arena scratch; /* what the current row's cells point to */
    bytes *strangers;
    uint32_t stranger_count;
    field_value value;
} record_source;

/* A concept that the dictionary does not know gets a number of its own, from the top down. */
static bool number_stranger(record_source *s, bytes text, concept *ret, err *e)
{
    if (!s->allows_strangers) {
        fail(e, ERR_INTERNAL, "a concept of a record has no number");
        return err_detail(e, "\"%.*s\" is not in the dictionary.", (int)text.len, text.base);
    }
    for (uint32_t i = 0; i < s->stranger_count; i++) {
        if (bytes_equal(s->strangers[i], text)) {
            *ret = CONCEPT_NUMBER_MAX - i;
            return true;
        }
    }
    if (s->strangers == NULL) {
        s->strangers = mem_new(STRANGER_COUNT_MAX * sizeof *s->strangers);
        if (s->strangers == NULL) {
            return fail(e, ERR_MEMORY, "no memory for a record's concepts");
        }
    }
    if (s->stranger_count == STRANGER_COUNT_MAX) {
        return fail(e, ERR_TOO_LARGE, "a record names more than %d concepts nobody knows",
                    STRANGER_COUNT_MAX);
    }
    s->strangers[s->stranger_count] = text;
    *ret = CONCEPT_NUMBER_MAX - s->stranger_count;
    s->stranger_count++;
    return true;
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static bool number_concepts(record_source *s, const field_value *v, uint32_t type, cell *ret,
                            err *e)
{
    uint32_t *numbers = arena_make_array(&s->scratch, v->count, uint32_t);
    if (numbers == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a record's concepts");
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < v->count; i++) {
        if (v->concepts[i].base == NULL) {
            numbers[count++] = CONCEPT_NONE;
        } else if (!dictionary_find(s->dictionary, v->concepts[i], &numbers[count]) &&
                   !number_stranger(s, v->concepts[i], &numbers[count], e)) {
            return false;
        } else {
            count++;
        }
    }
    if (type == LOTSE_CONCEPT_SET && count > 1) {
        qsort(numbers, count, sizeof *numbers, compare_numbers);
        uint32_t kept = 1;
        for (uint32_t i = 1; i < count; i++) {
            if (numbers[i] != numbers[kept - 1]) {
                numbers[kept++] = numbers[i];
            }
        }
        count = kept;
    }
    ret->value = numbers;
    ret->count = count;
    return true;
}

static bool read_record_cell(row_source *self, row_ref row, uint32_t column, cell *ret, err *e)
{
    record_source *s = (record_source *)self;
    const field *f = self->program->columns[self->side].columns[column].field;
    field_value *v = &s->value;
    v->is_known = false;
    field_read(f, s->inputs[row.source].record, row.row, &s->scratch, v);
    ret->is_known = v->is_known;
    ret->count = 0;
    ret->value = NULL;
    if (!v->is_known) {
        return true;
    }
    switch (f->type) {
    case LOTSE_INT:
    case LOTSE_DAY:
        ret->value = &v->number;
        return true;
    case LOTSE_FLAG: {
        uint8_t *flag = arena_make(&s->scratch, uint8_t);
        if (flag == NULL) {
            break;
        }
        *flag = v->number != 0;
        ret->value = flag;
        return true;
    }
    case LOTSE_CODE: {
        uint16_t *code = arena_make(&s->scratch, uint16_t);
        if (code == NULL) {
            break;
        }
        *code = (uint16_t)v->number;
        ret->value = code;
        return true;
    }
    case LOTSE_CODE_SET:
        ret->value = &v->codes;
        return true;
    case LOTSE_PLACE:
        check(&v->y == &v->x + 1 && &v->z == &v->y + 1);
        ret->value = &v->x;
        return true;
    case LOTSE_WEEK:
        ret->value = v->week;
        return true;
    case LOTSE_INT_LIST:
    case LOTSE_DAY_LIST:
    case LOTSE_CODE_LIST:
        ret->value = v->numbers;
        ret->count = v->count;
        return true;
    case LOTSE_CONCEPT:
        if (v->count == 0 || v->concepts[0].base == NULL) {
            ret->is_known = false;
            return true;
        }
        v->count = 1;
        return number_concepts(s, v, f->type, ret, e);
    case LOTSE_CONCEPT_SET:
    case LOTSE_CONCEPT_LIST:
        return number_concepts(s, v, f->type, ret, e);
    default:
        return fail(e, ERR_INTERNAL, "field \"%s\" has a type that no column holds", f->path);
    }
    return fail(e, ERR_MEMORY, "no memory for a record's columns");
}

static bytes read_record_intake(row_source *self, row_ref row)
{
    const record_source *s = (const record_source *)self;
    if (self->side != SIDE_OFFER) {
        return (bytes){NULL, 0};
    }
    const offer *o = s->inputs[row.source].record;
    return row.row < o->intakes.count ? o->intakes.items[row.row].id.text : (bytes){NULL, 0};
}

static void next_record_row(row_source *self)
{
    arena_reset(&((record_source *)self)->scratch);
}

static bool record_may_have(row_source *self, uint32_t column)
{
    (void)self;
    (void)column;
    return true;
}

static int compare_entries(const void *a, const void *b)
{
    return bytes_compare(((const record_entry *)a)->id, ((const record_entry *)b)->id);
}

static bool build_from_records(record_source *source, uint32_t input_count, bool is_plain,
                               segment **ret, err *e)
{
    bool is_done = false;
    uint64_t row_count = 0;
    bool is_sorted = true;
    row_ref *rows = NULL;
    record_entry *records = mem_new((size_t)input_count * sizeof *records);
    if (records == NULL) {
        fail(e, ERR_MEMORY, "no memory for %u records", input_count);
        goto done;
    }
    /* Until they are sorted, `first` tells the input. */
    for (uint32_t i = 0; i < input_count; i++) {
        const void *record = source->inputs[i].record;
        uint32_t count = record_row_count(source->base.side, record);
        records[i] = (record_entry){.id = record_id(source->base.side, record),
                                    .version = source->inputs[i].version,
                                    .first = i,
                                    .row_count = count};
        row_count += count;
        is_sorted = is_sorted && (i == 0 || bytes_compare(records[i - 1].id, records[i].id) < 0);
    }
    if (row_count > UINT32_MAX / 2) {
        fail(e, ERR_TOO_LARGE, "too many rows for one segment: %llu",
             (unsigned long long)row_count);
        goto done;
    }
    if (!is_sorted) {
        qsort(records, input_count, sizeof *records, compare_entries);
    }
    rows = mem_new((size_t)row_count * sizeof *rows);
    if (rows == NULL) {
        fail(e, ERR_MEMORY, "no memory for %llu rows", (unsigned long long)row_count);
        goto done;
    }
    uint32_t at = 0;
    for (uint32_t i = 0; i < input_count; i++) {
        if (i > 0 && bytes_equal(records[i - 1].id, records[i].id)) {
            fail(e, ERR_CONFLICT, "two records of one segment have the same id");
            goto done;
        }
        uint32_t input = records[i].first;
        records[i].first = at;
        for (uint32_t intake = 0; intake < records[i].row_count; intake++) {
            rows[at++] = (row_ref){input, intake};
        }
    }
    is_done = segment_compose(&source->base, records, input_count, rows, at, is_plain, ret, e);
done:
    mem_free(rows);
    mem_free(records);
    return is_done;
}

static bool build(const match_program *program, record_side side, const segment_input *inputs,
                  uint32_t input_count, const dictionary *d, bool strangers, bool is_plain,
                  segment **ret, err *e)
{
    record_source source = {.base = {.program = program,
                                     .side = side,
                                     .read = read_record_cell,
                                     .intake_id = read_record_intake,
                                     .next_row = next_record_row,
                                     .may_have = record_may_have},
                            .inputs = inputs,
                            .dictionary = d,
                            .allows_strangers = strangers};
    bool is_done = build_from_records(&source, input_count, is_plain, ret, e);
    mem_free(source.strangers);
    arena_fini(&source.scratch);
    return is_done;
}

bool segment_build(const match_program *program, record_side side, const segment_input *inputs,
                   uint32_t input_count, const dictionary *d, bool strangers, segment **ret, err *e)
{
    return build(program, side, inputs, input_count, d, strangers, false, ret, e);
}

bool segment_build_plain(const match_program *program, record_side side,
                         const segment_input *inputs, uint32_t input_count, const dictionary *d,
                         segment **ret, err *e)
{
    return build(program, side, inputs, input_count, d, false, true, ret, e);
}

/* ------------------------------------------------------------------------------------ segments */

typedef struct merge_source {
    row_source base;
    const segment_part *parts;
    uint32_t part_count;
} merge_source;

static bool read_segment_cell(row_source *self, row_ref row, uint32_t column, cell *ret, err *e)
{
    (void)e;
    const merge_source *s = (const merge_source *)self;
    const lotse_table *table = s->parts[row.source].segment->table;
    const lotse_column *c = lotse_column_of(table, column);
    ret->is_known = lotse_is_known(table, c, row.row) != 0;
    ret->count = 0;
    ret->value = NULL;
    if (!ret->is_known) {
        return true;
    }
    const void *value = lotse_value(table, c, row.row);
    if (column_is_list(c->type)) {
        const lotse_range *range = value;
        ret->value = (const uint32_t *)lotse_values(table, c) + range->begin;
        ret->count = range->end - range->begin;
    } else {
        ret->value = value;
    }
    return true;
}

static bytes read_segment_intake(row_source *self, row_ref row)
{
    const merge_source *s = (const merge_source *)self;
    return segment_intake_id(s->parts[row.source].segment, row.row);
}

static void next_segment_row(row_source *self)
{
    (void)self;
}

static bool segments_may_have(row_source *self, uint32_t column)
{
    const merge_source *s = (const merge_source *)self;
    for (uint32_t i = 0; i < s->part_count; i++) {
        if (segment_column(s->parts[i].segment, column)->type != 0) {
            return true;
        }
    }
    return false;
}

static bool part_row_is_live(const segment_part *part, uint32_t row)
{
    return part->live == NULL || (part->live[row >> 6] >> (row & 63u) & 1u) != 0;
}

/* The next live record of a part. */
typedef struct part_head {
    uint32_t part;
    uint32_t record;
    bytes id; /* base NULL: the part is done */
} part_head;

static void find_head(const segment_part *parts, part_head *h)
{
    const segment_part *part = &parts[h->part];
    const segment *s = part->segment;
    while (h->record < s->head->record_count &&
           !part_row_is_live(part, s->record_rows[s->row_starts[h->record]])) {
        h->record++;
    }
    if (h->record == s->head->record_count) {
        h->id = (bytes){NULL, 0};
        return;
    }
    uint32_t start = s->id_starts[h->record];
    h->id = (bytes){s->ids + start, s->id_starts[h->record + 1] - start};
}

/* The heads in the order of their ids, those of finished parts last. */
static int compare_heads(const part_head *a, const part_head *b)
{
    if (a->id.base == NULL || b->id.base == NULL) {
        return (a->id.base == NULL) - (b->id.base == NULL);
    }
    return bytes_compare(a->id, b->id);
}

/* Moves the first head to its place among the others; mostly it stays. */
static void sink_head(part_head *heads, uint32_t count)
{
    part_head first = heads[0];
    uint32_t at = 0;
    while (at + 1 < count && compare_heads(&heads[at + 1], &first) < 0) {
        heads[at] = heads[at + 1];
        at++;
    }
    heads[at] = first;
}

/* Takes the live records of all parts in the order of their ids; no id lives in two parts. Returns
 * false when two parts hold the same id alive, which a snapshot never does. */
static bool gather(const segment_part *parts, uint32_t part_count, part_head *heads,
                   record_entry *records, row_ref *rows, uint32_t *ret_record_count,
                   uint32_t *ret_row_count)
{
    uint32_t record_count = 0;
    uint32_t row_count = 0;
    for (uint32_t i = part_count; i-- > 0;) {
        heads[i] = (part_head){.part = i};
        find_head(parts, &heads[i]);
        sink_head(heads + i, part_count - i);
    }
    while (part_count > 0 && heads[0].id.base != NULL) {
        part_head *h = &heads[0];
        const segment *s = parts[h->part].segment;
        const int64_t *versions = segment_at(s, s->head->versions_off);
        if (part_count > 1 && compare_heads(h, &heads[1]) == 0) {
            return false;
        }
        record_entry *entry = &records[record_count++];
        *entry = (record_entry){.id = h->id, .version = versions[h->record], .first = row_count};
        for (uint32_t r = s->row_starts[h->record]; r < s->row_starts[h->record + 1]; r++) {
            rows[row_count++] = (row_ref){h->part, s->record_rows[r]};
        }
        entry->row_count = row_count - entry->first;
        h->record++;
        find_head(parts, h);
        sink_head(heads, part_count);
    }
    *ret_record_count = record_count;
    *ret_row_count = row_count;
    return true;
}

bool segment_merge(const match_program *program, record_side side, const segment_part *parts,
                   uint32_t part_count, bool is_plain, segment **ret, err *e)
{
    uint64_t record_max = 0;
    uint64_t row_max = 0;
    for (uint32_t i = 0; i < part_count; i++) {
        record_max += parts[i].segment->head->record_count;
        row_max += parts[i].segment->head->row_count;
    }
    bool is_done = false;
    merge_source source = {.base = {.program = program,
                                    .side = side,
                                    .read = read_segment_cell,
                                    .intake_id = read_segment_intake,
                                    .next_row = next_segment_row,
                                    .may_have = segments_may_have},
                           .parts = parts,
                           .part_count = part_count};
    part_head *heads = mem_new(part_count * sizeof *heads);
    record_entry *records = mem_new((size_t)record_max * sizeof *records);
    row_ref *rows = mem_new((size_t)row_max * sizeof *rows);
    uint32_t record_count;
    uint32_t row_count;
    if (heads == NULL || records == NULL || rows == NULL || row_max > UINT32_MAX / 2) {
        fail(e, ERR_MEMORY, "no memory to merge %llu rows", (unsigned long long)row_max);
    } else if (!gather(parts, part_count, heads, records, rows, &record_count, &row_count)) {
        fail(e, ERR_INTERNAL, "a record stands in two segments at once");
    } else {
        is_done =
            segment_compose(&source.base, records, record_count, rows, row_count, is_plain, ret, e);
    }
    mem_free(rows);
    mem_free(records);
    mem_free(heads);
    return is_done;
}
