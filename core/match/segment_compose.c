/* Builds a segment's one block: reads rows in their new order into columns, lays the columns and
 * indexes out behind each other, fills the memory file and seals it. */
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "match/segment_file.h"
#include "match/segment_index.h"

enum { WIDTH_MAX = 88, LIST_CAP_FIRST = 1024 };

/* Columns that are read together lie side by side, so that a row is one or two cache lines: what
 * criteria read, and what a distance needs. */
enum { GROUP_NONE, GROUP_HOT, GROUP_NEAR, GROUP_COUNT };

/* A column while it grows. Nothing is allocated before the first known value. */
typedef struct column_block {
    uint32_t type;
    uint32_t width;
    uint32_t group;   /* of columns that lie interleaved, or GROUP_NONE */
    uint32_t hot_off; /* within the interleaved record */
    uint32_t shares;  /* UINT32_MAX, or the list column with the same ranges */
    uint32_t known_count;
    char *values;
    uint64_t *known;
    uint32_t *list;
    uint32_t list_count;
    uint32_t list_cap;
    uint64_t values_at; /* where it lies in the file */
    uint64_t known_at;
    uint64_t list_at;
} column_block;

typedef struct composer {
    row_source *source;
    const record_entry *records;
    uint32_t record_count;
    const row_ref *rows;
    uint32_t row_count;
    uint32_t *record_of_input; /* input row -> record */
    column_block *columns;
    uint32_t column_count;
    index_row *keys;
    uint32_t *key_concepts; /* what the keys' sets point to */
    size_t key_concept_count;
    size_t key_concept_cap;
    index_plan plan;
    uint32_t group_width[GROUP_COUNT];
    uint64_t group_at[GROUP_COUNT];
    bool wanted_in_hot;
    uint32_t wanted_hot_off;
    uint64_t len;
    segment_header head;
    memfile file;
} composer;

uint32_t column_width(uint32_t type)
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
    case LOTSE_PLACE:
        return 3 * sizeof(double);
    case LOTSE_WEEK:
        return WIDTH_MAX;
    default:
        return sizeof(lotse_range);
    }
}

/* ------------------------------------------------------------------------------------ keys */

static bool keep_concepts(composer *c, const cell *from, uint32_t *ret_count, err *e)
{
    *ret_count = from->is_known ? from->count : 0;
    size_t need = c->key_concept_count + *ret_count;
    if (need > c->key_concept_cap) {
        size_t cap = c->key_concept_cap == 0 ? LIST_CAP_FIRST : c->key_concept_cap;
        while (cap < need) {
            cap *= 2;
        }
        uint32_t *moved =
            mem_resize(c->key_concepts, c->key_concept_cap * sizeof *moved, cap * sizeof *moved);
        if (moved == NULL) {
            return fail(e, ERR_MEMORY, "no memory to order %u rows", c->row_count);
        }
        c->key_concepts = moved;
        c->key_concept_cap = cap;
    }
    if (*ret_count > 0) {
        memcpy(c->key_concepts + c->key_concept_count, from->value, *ret_count * sizeof(uint32_t));
        c->key_concept_count = need;
    }
    return true;
}

static bool read_key_cell(composer *c, row_ref row, uint16_t column, cell *ret, err *e)
{
    *ret = (cell){.is_known = false};
    return column == NO_COLUMN || c->source->read(c->source, row, column, ret, e);
}

static bool read_key(composer *c, row_ref row, index_row *key, err *e)
{
    const segment_order *o = &c->plan.order;
    cell value;
    if (!read_key_cell(c, row, o->required, &value, e) ||
        !keep_concepts(c, &value, &key->required_count, e)) {
        return false;
    }
    key->is_required_known = value.is_known;
    if (!read_key_cell(c, row, o->wanted, &value, e) ||
        !keep_concepts(c, &value, &key->wanted_count, e) ||
        !read_key_cell(c, row, o->prefix, &value, e)) {
        return false;
    }
    key->prefix = value.is_known ? *(const uint32_t *)value.value : 0;
    if (!read_key_cell(c, row, o->reach, &value, e)) {
        return false;
    }
    key->reach = value.is_known ? *(const int32_t *)value.value : -1;
    if (!read_key_cell(c, row, o->online, &value, e)) {
        return false;
    }
    bool is_online = value.is_known && *(const uint8_t *)value.value != 0;
    if (!read_key_cell(c, row, o->place, &value, e)) {
        return false;
    }
    key->has_place = value.is_known && !is_online;
    if (key->has_place) {
        memcpy(key->place, value.value, sizeof key->place);
        key->latitude = (float)place_latitude(key->place);
        key->longitude = place_longitude(key->place);
    }
    return true;
}

static bool read_keys(composer *c, err *e)
{
    for (uint32_t i = 0; i < c->row_count; i++) {
        c->source->next_row(c->source);
        if (!read_key(c, c->rows[i], &c->keys[i], e)) {
            return false;
        }
    }
    const uint32_t *at = c->key_concepts;
    for (uint32_t i = 0; i < c->row_count; i++) {
        c->keys[i].required = at;
        at += c->keys[i].required_count;
        c->keys[i].wanted = at;
        at += c->keys[i].wanted_count;
    }
    return true;
}

/* ------------------------------------------------------------------------------------ columns */

static bool begin_block(composer *c, column_block *b, err *e)
{
    size_t words = ((size_t)c->row_count + 63) / 64;
    b->values = mem_new((size_t)c->row_count * b->width);
    b->known = mem_new(words * sizeof *b->known);
    return (b->values != NULL && b->known != NULL) ||
           fail(e, ERR_MEMORY, "no memory for a column of %u rows", c->row_count);
}

static bool put_list(column_block *b, uint32_t place, const cell *value, err *e)
{
    if (value->count > UINT32_MAX / 8 - b->list_count) {
        return fail(e, ERR_TOO_LARGE, "too many values in one column");
    }
    uint32_t need = b->list_count + value->count;
    if (need > b->list_cap) {
        uint32_t cap = b->list_cap == 0 ? LIST_CAP_FIRST : b->list_cap;
        while (cap < need) {
            cap *= 2;
        }
        uint32_t *moved =
            mem_resize(b->list, b->list_cap * sizeof *moved, (size_t)cap * sizeof *moved);
        if (moved == NULL) {
            return fail(e, ERR_MEMORY, "no memory for a column's lists");
        }
        b->list = moved;
        b->list_cap = cap;
    }
    if (value->count > 0) {
        memcpy(b->list + b->list_count, value->value, value->count * sizeof *b->list);
    }
    lotse_range range = {b->list_count, need};
    memcpy(b->values + (size_t)place * sizeof range, &range, sizeof range);
    b->list_count = need;
    return true;
}

static bool put_cell(composer *c, column_block *b, uint32_t place, const cell *value, err *e)
{
    if (!value->is_known) {
        return true;
    }
    if (b->values == NULL && !begin_block(c, b, e)) {
        return false;
    }
    b->known[place >> 6] |= 1ULL << (place & 63u);
    b->known_count++;
    if (column_is_list(b->type)) {
        return put_list(b, place, value, e);
    }
    memcpy(b->values + (size_t)place * b->width, value->value, b->width);
    return true;
}

static bool read_columns(composer *c, err *e)
{
    const column_set *set = &c->source->program->columns[c->source->side];
    uint32_t *active = mem_new(c->column_count * sizeof *active);
    if (active == NULL) {
        return fail(e, ERR_MEMORY, "no memory for %u columns", c->column_count);
    }
    uint32_t active_count = 0;
    for (uint32_t k = 0; k < c->column_count; k++) {
        c->columns[k].type = set->columns[k].field->type;
        c->columns[k].width = column_width(c->columns[k].type);
        c->columns[k].shares = UINT32_MAX;
        if (c->source->may_have(c->source, k)) {
            active[active_count++] = k;
        }
    }
    bool is_good = true;
    for (uint32_t place = 0; place < c->row_count && is_good; place++) {
        row_ref row = c->rows[c->plan.sequence[place]];
        c->source->next_row(c->source);
        for (uint32_t i = 0; i < active_count && is_good; i++) {
            cell value;
            is_good = c->source->read(c->source, row, active[i], &value, e) &&
                      put_cell(c, &c->columns[active[i]], place, &value, e);
        }
    }
    mem_free(active);
    return is_good;
}

static void join_group(composer *c, uint16_t column, uint32_t group, uint32_t width, uint32_t max)
{
    if (column >= c->column_count) {
        return;
    }
    column_block *b = &c->columns[column];
    if (b->known_count > 0 && b->group == GROUP_NONE && b->width == width &&
        c->group_width[group] + width <= max) {
        b->group = group;
        b->hot_off = c->group_width[group];
        c->group_width[group] += width;
    }
}

/* Wide columns first, so that each lies aligned. */
static void choose_groups(composer *c)
{
    const match_program *p = c->source->program;
    record_side side = c->source->side;
    const segment_order *o = &c->plan.order;
    join_group(c, o->place, GROUP_NEAR, 3 * sizeof(double), SEGMENT_HOT_LEN_MAX);
    join_group(c, o->reach, GROUP_NEAR, sizeof(int32_t), SEGMENT_HOT_LEN_MAX);
    join_group(c, o->online, GROUP_NEAR, sizeof(uint8_t), SEGMENT_HOT_LEN_MAX);
    for (uint32_t width = 8; width > 0; width /= 2) {
        for (uint32_t i = 0; i < p->criterion_count; i++) {
            for (uint32_t k = 0; k < p->criteria[i].column_count[side]; k++) {
                join_group(c, p->criteria[i].columns[side][k], GROUP_HOT, width,
                           SEGMENT_HOT_LEN_MAX);
            }
        }
    }
    uint32_t aligned = (c->group_width[GROUP_HOT] + 7) / 8 * 8;
    c->group_width[GROUP_HOT] = aligned;
    for (uint32_t width = 16; width > 0 && side == SIDE_SEEKER; width /= 2) {
        for (uint32_t i = 0; i < p->gate_count; i++) {
            for (uint32_t k = 0; k < 2; k++) {
                join_group(c, p->gates[i].seeker_columns[k], GROUP_HOT, width,
                           SEGMENT_WARM_LEN_MAX);
            }
            join_group(c, p->gates[i].seeker_key, GROUP_HOT, width, SEGMENT_WARM_LEN_MAX);
        }
        for (uint32_t i = 0; i < p->derived_count; i++) {
            for (uint32_t k = 0; k < p->derived[i].column_count && p->derived[i].side == side;
                 k++) {
                join_group(c, p->derived[i].columns[k], GROUP_HOT, width, SEGMENT_WARM_LEN_MAX);
            }
        }
    }
    for (uint32_t g = GROUP_HOT; g < GROUP_COUNT; g++) {
        c->group_width[g] = (c->group_width[g] + 7) / 8 * 8;
    }
    c->wanted_in_hot = c->plan.wanted_rows != NULL &&
                       c->group_width[GROUP_HOT] + sizeof(segment_wanted) <= SEGMENT_HOT_LEN_MAX;
    if (c->wanted_in_hot) {
        c->wanted_hot_off = c->group_width[GROUP_HOT];
        c->group_width[GROUP_HOT] += (uint32_t)sizeof(segment_wanted);
    }
    /* No row lies across more cache lines than it must. */
    uint32_t width = 8;
    while (width < c->group_width[GROUP_HOT]) {
        width *= 2;
    }
    c->group_width[GROUP_HOT] = c->group_width[GROUP_HOT] == 0 ? 0 : width;
}

/* Lists of one record that belong together have the same ranges in every row: kept once. */
static void share_ranges(composer *c)
{
    for (uint32_t k = 1; k < c->column_count; k++) {
        column_block *b = &c->columns[k];
        if (!column_is_list(b->type) || b->known_count == 0 || b->group != GROUP_NONE) {
            continue;
        }
        for (uint32_t other = k < 8 ? 0 : k - 8; other < k; other++) {
            const column_block *o = &c->columns[other];
            if (column_is_list(o->type) && o->known_count > 0 && o->group == GROUP_NONE &&
                o->shares == UINT32_MAX && o->list_count == b->list_count &&
                memcmp(o->values, b->values, (size_t)c->row_count * sizeof(lotse_range)) == 0) {
                b->shares = other;
                break;
            }
        }
    }
}

/* ------------------------------------------------------------------------------------ layout */

static uint64_t take(composer *c, uint64_t len)
{
    uint64_t at = c->len;
    c->len = (at + len + SEGMENT_ALIGN - 1) / SEGMENT_ALIGN * SEGMENT_ALIGN;
    return at;
}

static void lay_lists(composer *c, const struct index_lists *from, segment_lists *to)
{
    *to = (segment_lists){.slot_count = from->slot_count,
                          .entry_count = from->entry_count,
                          .first_row = from->first_row};
    if (from->slot_count == 0) {
        return;
    }
    to->slots_off = take(c, from->slot_count * sizeof(list_slot));
    to->lats_off = take(c, (uint64_t)from->entry_count * sizeof(float));
    if (from->rows != NULL) {
        to->rows_off = take(c, (uint64_t)from->entry_count * sizeof(uint32_t));
    }
}

static bool lay_records(composer *c, err *e)
{
    segment_header *h = &c->head;
    uint64_t id_len = 0;
    uint64_t intake_len = 0;
    for (uint32_t i = 0; i < c->record_count; i++) {
        id_len += c->records[i].id.len;
    }
    for (uint32_t i = 0; i < c->row_count; i++) {
        intake_len += c->source->intake_id(c->source, c->rows[i]).len;
    }
    if (id_len > UINT32_MAX || intake_len > UINT32_MAX) {
        return fail(e, ERR_TOO_LARGE, "too many ids for one segment");
    }
    h->slot_count = 2;
    while (h->slot_count < (uint64_t)c->record_count * 2) {
        h->slot_count *= 2;
    }
    h->id_starts_off = take(c, ((uint64_t)c->record_count + 1) * sizeof(uint32_t));
    h->ids_off = take(c, id_len);
    h->intake_starts_off = take(c, ((uint64_t)c->row_count + 1) * sizeof(uint32_t));
    h->intakes_off = take(c, intake_len);
    h->versions_off = take(c, (uint64_t)c->record_count * sizeof(int64_t));
    h->record_of_off = take(c, (uint64_t)c->row_count * sizeof(uint32_t));
    h->row_starts_off = take(c, ((uint64_t)c->record_count + 1) * sizeof(uint32_t));
    h->record_rows_off = take(c, (uint64_t)c->row_count * sizeof(uint32_t));
    h->slots_off = take(c, (uint64_t)h->slot_count * sizeof(uint32_t));
    return true;
}

static bool lay_out(composer *c, err *e)
{
    segment_header *h = &c->head;
    *h = (segment_header){.magic = SEGMENT_MAGIC,
                          .format = SEGMENT_FORMAT,
                          .side = c->source->side,
                          .column_hash = c->source->program->columns[c->source->side].hash,
                          .row_count = c->row_count,
                          .record_count = c->record_count,
                          .group_count = c->plan.group_count,
                          .required_first = c->plan.required_first,
                          .is_indexed = !c->plan.is_plain,
                          .cell_count = c->plan.cell_count,
                          .reach_max = c->plan.reach_max,
                          .order = c->plan.order,
                          .grid = c->plan.grid};
    c->len = sizeof *h;
    take(c, 0);
    h->table_off = take(c, sizeof(lotse_table) + c->column_count * sizeof(lotse_column));
    if (!lay_records(c, e)) {
        return false;
    }
    h->groups_off = take(c, h->group_count * sizeof(segment_group));
    h->cell_starts_off =
        take(c, (uint64_t)h->group_count * ((uint64_t)h->cell_count + 1) * sizeof(uint32_t));
    if (c->plan.required_cells != NULL) {
        uint64_t count = c->row_count - c->plan.required_first;
        h->required_cells_off = take(c, ((uint64_t)h->cell_count + 1) * sizeof(uint32_t));
        h->required_rows_off = take(c, count * sizeof(required_row));
    }
    h->grid.bands_off = take(c, h->grid.lat_count * sizeof(segment_band));
    if (c->plan.wanted_rows != NULL && !c->wanted_in_hot) {
        h->wanted_stride = sizeof(segment_wanted);
        h->wanted_off = take(c, (uint64_t)c->row_count * h->wanted_stride);
    }
    lay_lists(c, &c->plan.required, &h->required);
    lay_lists(c, &c->plan.wanted, &h->wanted);
    for (uint32_t g = GROUP_HOT; g < GROUP_COUNT; g++) {
        c->group_at[g] = take(c, (uint64_t)c->row_count * c->group_width[g]);
    }
    h->hot_width = c->group_width[GROUP_HOT];
    h->hot_off = h->hot_width == 0 ? 0 : c->group_at[GROUP_HOT];
    if (c->wanted_in_hot) {
        h->wanted_stride = h->hot_width;
        h->wanted_off = h->hot_off + c->wanted_hot_off;
    }
    h->near_width = c->group_width[GROUP_NEAR];
    h->near_off = h->near_width == 0 ? 0 : c->group_at[GROUP_NEAR];
    uint64_t known_len = ((uint64_t)c->row_count + 63) / 64 * sizeof(uint64_t);
    for (uint32_t k = 0; k < c->column_count; k++) {
        column_block *b = &c->columns[k];
        if (b->known_count == 0) {
            continue;
        }
        if (b->group == GROUP_NONE && b->shares == UINT32_MAX) {
            b->values_at = take(c, (uint64_t)c->row_count * b->width);
        }
        if (b->known_count < c->row_count) {
            b->known_at = take(c, known_len);
        }
        b->list_at = b->list_count > 0 ? take(c, (uint64_t)b->list_count * sizeof(uint32_t)) : 0;
    }
    h->len = c->len;
    return true;
}

/* ------------------------------------------------------------------------------------ filling */

static void fill(composer *c, uint64_t offset, const void *from, uint64_t len)
{
    check(offset + len <= c->len);
    if (len > 0) {
        memcpy((char *)c->file.base + offset, from, len);
    }
}

static void fill_lists(composer *c, const struct index_lists *from, const segment_lists *to)
{
    if (from->slot_count == 0) {
        return;
    }
    fill(c, to->slots_off, from->slots, from->slot_count * sizeof(list_slot));
    fill(c, to->lats_off, from->lats, (uint64_t)from->entry_count * sizeof(float));
    if (from->rows != NULL) {
        fill(c, to->rows_off, from->rows, (uint64_t)from->entry_count * sizeof(uint32_t));
    }
}

static void fill_records(composer *c)
{
    char *base = c->file.base;
    const segment_header *h = &c->head;
    uint32_t *id_starts = (uint32_t *)(base + h->id_starts_off);
    int64_t *versions = (int64_t *)(base + h->versions_off);
    uint32_t *row_starts = (uint32_t *)(base + h->row_starts_off);
    uint32_t *record_rows = (uint32_t *)(base + h->record_rows_off);
    uint32_t *record_of = (uint32_t *)(base + h->record_of_off);
    uint32_t *slots = (uint32_t *)(base + h->slots_off);
    uint32_t at = 0;
    for (uint32_t i = 0; i < c->record_count; i++) {
        const record_entry *r = &c->records[i];
        id_starts[i] = at;
        memcpy(base + h->ids_off + at, r->id.base, r->id.len);
        at += (uint32_t)r->id.len;
        versions[i] = r->version;
        row_starts[i] = r->first;
        uint32_t slot = (uint32_t)bytes_hash(r->id) & (h->slot_count - 1);
        while (slots[slot] != 0) {
            slot = (slot + 1) & (h->slot_count - 1);
        }
        slots[slot] = i + 1;
        for (uint32_t k = 0; k < r->row_count; k++) {
            c->record_of_input[r->first + k] = i;
        }
    }
    id_starts[c->record_count] = at;
    row_starts[c->record_count] = c->row_count;
    uint32_t *intake_starts = (uint32_t *)(base + h->intake_starts_off);
    at = 0;
    for (uint32_t place = 0; place < c->row_count; place++) {
        uint32_t input = c->plan.sequence[place];
        record_of[place] = c->record_of_input[input];
        record_rows[input] = place;
        intake_starts[place] = at;
        bytes intake = c->source->intake_id(c->source, c->rows[input]);
        if (intake.len > 0) {
            memcpy(base + h->intakes_off + at, intake.base, intake.len);
        }
        at += (uint32_t)intake.len;
    }
    intake_starts[c->row_count] = at;
}

static void fill_hot(composer *c, const column_block *b)
{
    char *to = (char *)c->file.base + c->group_at[b->group] + b->hot_off;
    size_t width = c->group_width[b->group];
    for (uint32_t i = 0; i < c->row_count; i++) {
        memcpy(to + (size_t)i * width, b->values + (size_t)i * b->width, b->width);
    }
}

static void fill_columns(composer *c)
{
    char *base = c->file.base;
    uint64_t table_off = c->head.table_off;
    lotse_table *table = (lotse_table *)(base + table_off);
    *table = (lotse_table){.size = sizeof *table,
                           .side = c->source->side,
                           .row_count = c->row_count,
                           .column_count = c->column_count,
                           .columns_offset = sizeof *table};
    lotse_column *columns = (lotse_column *)(table + 1);
    for (uint32_t k = 0; k < c->column_count; k++) {
        column_block *b = &c->columns[k];
        if (b->known_count == 0) {
            continue; /* type 0: unknown in every row */
        }
        if (b->shares != UINT32_MAX) {
            b->values_at = c->columns[b->shares].values_at;
        }
        bool is_joined = b->group != GROUP_NONE;
        uint64_t at = is_joined ? c->group_at[b->group] + b->hot_off : b->values_at;
        columns[k] = (lotse_column){.type = b->type,
                                    .stride = is_joined ? c->group_width[b->group] : b->width,
                                    .offset = at - table_off,
                                    .known_offset = b->known_at == 0 ? 0 : b->known_at - table_off,
                                    .values_offset = b->list_at == 0 ? 0 : b->list_at - table_off};
        if (is_joined) {
            fill_hot(c, b);
        } else if (b->shares == UINT32_MAX) {
            fill(c, b->values_at, b->values, (uint64_t)c->row_count * b->width);
        }
        if (b->known_at != 0) {
            fill(c, b->known_at, b->known, ((uint64_t)c->row_count + 63) / 64 * sizeof(uint64_t));
        }
        fill(c, b->list_at, b->list, (uint64_t)b->list_count * sizeof(uint32_t));
    }
}

static bool fill_file(composer *c, err *e)
{
    if (!memfile_new(c->len, "lotse-segment", &c->file, e)) {
        return false;
    }
    fill(c, 0, &c->head, sizeof c->head);
    fill_records(c);
    fill(c, c->head.groups_off, c->plan.groups, c->head.group_count * sizeof(segment_group));
    fill(c, c->head.cell_starts_off, c->plan.cell_starts,
         (uint64_t)c->head.group_count * ((uint64_t)c->head.cell_count + 1) * sizeof(uint32_t));
    if (c->plan.required_cells != NULL) {
        uint64_t count = c->row_count - c->plan.required_first;
        fill(c, c->head.required_cells_off, c->plan.required_cells,
             ((uint64_t)c->head.cell_count + 1) * sizeof(uint32_t));
        fill(c, c->head.required_rows_off, c->plan.required_rows, count * sizeof(required_row));
    }
    fill(c, c->head.grid.bands_off, c->plan.bands, c->head.grid.lat_count * sizeof(segment_band));
    for (uint32_t i = 0; i < c->row_count && c->plan.wanted_rows != NULL; i++) {
        fill(c, c->head.wanted_off + i * c->head.wanted_stride, &c->plan.wanted_rows[i],
             sizeof(segment_wanted));
    }
    fill_lists(c, &c->plan.required, &c->head.required);
    fill_lists(c, &c->plan.wanted, &c->head.wanted);
    fill_columns(c);
    return memfile_seal(&c->file, e);
}

static void free_columns(composer *c)
{
    for (uint32_t k = 0; k < c->column_count && c->columns != NULL; k++) {
        mem_free(c->columns[k].values);
        mem_free(c->columns[k].known);
        mem_free(c->columns[k].list);
    }
    mem_free(c->columns);
}

static bool compose(composer *c, segment **ret, err *e)
{
    c->columns = mem_new(c->column_count * sizeof *c->columns);
    c->keys = mem_new((size_t)c->row_count * sizeof *c->keys);
    c->record_of_input = mem_new((size_t)c->row_count * sizeof *c->record_of_input);
    if (c->columns == NULL || c->keys == NULL || c->record_of_input == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a segment of %u rows", c->row_count);
    }
    if (!read_keys(c, e)) {
        return false;
    }
    c->plan.rows = c->keys;
    if (!index_plan_make(&c->plan, e) || !read_columns(c, e)) {
        return false;
    }
    choose_groups(c);
    share_ranges(c);
    return lay_out(c, e) && fill_file(c, e) && segment_open(&c->file, ret, e);
}

bool segment_compose(row_source *source, const record_entry *records, uint32_t record_count,
                     const row_ref *rows, uint32_t row_count, bool is_plain, segment **ret, err *e)
{
    composer c = {.source = source,
                  .records = records,
                  .record_count = record_count,
                  .rows = rows,
                  .row_count = row_count,
                  .column_count = source->program->columns[source->side].stored_count,
                  .file = {.fd = -1}};
    c.plan = (index_plan){.row_count = row_count,
                          .side = source->side,
                          .is_plain = is_plain || row_count < SEGMENT_INDEXED_ROW_MIN,
                          .order = segment_order_of(source->program, source->side)};
    bool is_done = compose(&c, ret, e);
    memfile_fini(&c.file);
    index_plan_fini(&c.plan);
    free_columns(&c);
    mem_free(c.key_concepts);
    mem_free(c.keys);
    mem_free(c.record_of_input);
    return is_done;
}
