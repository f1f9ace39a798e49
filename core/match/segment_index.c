/* The order of rows and the indexes over them. Rows that ask for no concept stand first: grouped by
 * what bounds can tell, within a group by spatial cell, so that a walk around a place touches few
 * consecutive runs. Rows that ask for concepts follow, listed under the rarest of them. */
#include "match/segment_index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "match/radix.h"

enum { GRID_CELLS_PER_ROW = 16, GRID_CELLS_MIN = 256 };

static const double band_km = 12.0;
static const double km_per_degree = 111.19508;
static const double degrees_per_radian = 57.29577951308232;

double place_latitude(const double place[3])
{
    return atan2(place[2], sqrt(place[0] * place[0] + place[1] * place[1])) * degrees_per_radian;
}

double place_longitude(const double place[3])
{
    return atan2(place[1], place[0]) * degrees_per_radian;
}

/* ------------------------------------------------------------------------------------ the columns
 */

static uint32_t column_type(const match_program *p, record_side side, uint16_t column)
{
    if (column == NO_COLUMN || column >= p->columns[side].stored_count) {
        return 0;
    }
    return p->columns[side].columns[column].field->type;
}

static bool is_concepts(uint32_t type)
{
    return type == LOTSE_CONCEPT_SET || type == LOTSE_CONCEPT_LIST;
}

static void find_place_columns(const match_program *p, record_side side, segment_order *o)
{
    for (uint32_t i = 0; i < p->gate_count; i++) {
        const gate *g = &p->gates[i];
        const uint16_t *columns = side == SIDE_OFFER ? g->offer_columns : g->seeker_columns;
        if (g->op == GATE_WITHIN_KM && column_type(p, side, columns[0]) == LOTSE_PLACE) {
            o->place = columns[0];
            if (side == SIDE_OFFER && column_type(p, side, columns[1]) == LOTSE_FLAG) {
                o->online = columns[1];
            }
            if (side == SIDE_SEEKER && column_type(p, side, columns[1]) == LOTSE_INT) {
                o->reach = columns[1];
            }
            return;
        }
    }
    for (uint32_t c = 0; c < p->columns[side].stored_count; c++) {
        if (column_type(p, side, (uint16_t)c) == LOTSE_PLACE) {
            o->place = (uint16_t)c;
            break;
        }
    }
    if (side == SIDE_OFFER) {
        uint16_t online = program_column(p, side, "online");
        o->online = column_type(p, side, online) == LOTSE_FLAG ? online : NO_COLUMN;
    }
}

segment_order segment_order_of(const match_program *p, record_side side)
{
    segment_order o = {NO_COLUMN, NO_COLUMN, NO_COLUMN, NO_COLUMN, NO_COLUMN, NO_COLUMN, {0}};
    find_place_columns(p, side, &o);
    for (uint32_t i = 0; i < p->gate_count && o.required == NO_COLUMN; i++) {
        const gate *g = &p->gates[i];
        if (g->op == GATE_CONTAINS_ALL && g->offer_key == NO_COLUMN &&
            column_type(p, SIDE_OFFER, g->offer_columns[0]) == LOTSE_CONCEPT_SET &&
            column_type(p, SIDE_SEEKER, g->seeker_columns[0]) == LOTSE_CONCEPT_SET) {
            o.required = side == SIDE_OFFER ? g->offer_columns[0] : g->seeker_columns[0];
        }
    }
    if (side == SIDE_SEEKER) {
        return o;
    }
    for (uint32_t i = 0; i < p->criterion_count; i++) {
        for (uint32_t k = 0; k < p->criteria[i].bound_count; k++) {
            const bound *b = &p->criteria[i].bounds[k];
            if (b->kind == BOUND_SHARE_OF && o.wanted == NO_COLUMN &&
                column_type(p, SIDE_OFFER, b->offer_column) == LOTSE_CONCEPT_SET &&
                column_type(p, SIDE_SEEKER, b->seeker_column) == LOTSE_CONCEPT_SET) {
                o.wanted = b->offer_column;
            }
            if (b->kind == BOUND_PREFIX && o.prefix == NO_COLUMN &&
                column_type(p, SIDE_OFFER, b->offer_column) == LOTSE_CONCEPT &&
                is_concepts(column_type(p, SIDE_SEEKER, b->seeker_column))) {
                o.prefix = b->offer_column;
            }
        }
    }
    return o;
}

/* ------------------------------------------------------------------------------------ the grid */

/* Brings the value that sorting would put at `at` there. */
static double select_value(double *values, uint32_t count, uint32_t at)
{
    uint32_t low = 0;
    uint32_t high = count - 1;
    while (low < high) {
        double middle = values[low + (high - low) / 2];
        uint32_t i = low;
        uint32_t j = high;
        for (;;) {
            while (values[i] < middle) {
                i++;
            }
            while (values[j] > middle) {
                j--;
            }
            if (i >= j) {
                break;
            }
            double moved = values[i];
            values[i++] = values[j];
            values[j--] = moved;
        }
        if (at <= j) {
            high = j;
        } else {
            low = j + 1;
        }
    }
    return values[at];
}

/* The range that holds all but a thousandth of the values at each end: the rest goes to the edges,
 * so that one far place does not blow up the cells of all others. */
static void spread(double *values, uint32_t count, double *ret_low, double *ret_high)
{
    *ret_low = select_value(values, count, count / 1000);
    *ret_high = select_value(values, count, count - 1 - count / 1000);
}

static uint32_t steps_between(double low, double high, double step)
{
    double steps = floor((high - low) / step) + 1;
    return steps < 1 ? 1 : (uint32_t)steps;
}

static bool make_grid(index_plan *plan, uint32_t group_count, err *e)
{
    segment_grid *g = &plan->grid;
    *g = (segment_grid){.lat_step = 1, .lon_step = 1};
    plan->cell_count = 1;
    uint32_t placed = 0;
    double *values = mem_new((size_t)plan->row_count * sizeof *values);
    if (values == NULL) {
        return fail(e, ERR_MEMORY, "no memory to index %u rows", plan->row_count);
    }
    double low[2] = {0};
    double high[2] = {0};
    for (uint32_t axis = 0; axis < 2; axis++) {
        placed = 0;
        for (uint32_t i = 0; i < plan->row_count; i++) {
            if (plan->rows[i].has_place) {
                values[placed++] =
                    axis == 0 ? (double)plan->rows[i].latitude : plan->rows[i].longitude;
            }
        }
        if (placed > 0) {
            spread(values, placed, &low[axis], &high[axis]);
        }
    }
    mem_free(values);
    if (placed == 0 || plan->is_plain) {
        g->lat_count = placed == 0 ? 0 : 1;
        g->lon_count = g->lat_count;
    } else {
        double middle = cos((low[0] + high[0]) / 2 / degrees_per_radian);
        g->lat_first = low[0];
        g->lon_first = low[1];
        g->lat_step = band_km / km_per_degree;
        g->lon_step = g->lat_step / (middle < 0.1 ? 0.1 : middle);
        uint64_t max = (uint64_t)plan->row_count * GRID_CELLS_PER_ROW + GRID_CELLS_MIN;
        for (;;) {
            g->lat_count = steps_between(low[0], high[0], g->lat_step);
            g->lon_count = steps_between(low[1], high[1], g->lon_step);
            if (((uint64_t)g->lat_count * g->lon_count + 2) * group_count <= max) {
                break;
            }
            g->lat_step *= 1.25;
            g->lon_step *= 1.25;
        }
    }
    plan->cell_count = 1 + g->lat_count * g->lon_count;
    plan->bands = mem_new((size_t)g->lat_count * sizeof *plan->bands);
    if (plan->bands == NULL) {
        return fail(e, ERR_MEMORY, "no memory to index %u rows", plan->row_count);
    }
    for (uint32_t i = 0; i < g->lat_count; i++) {
        plan->bands[i] = (segment_band){.lat_min = 91, .lat_max = -91, .cos_min = 1};
    }
    for (uint32_t i = 0; i < plan->row_count; i++) {
        if (plan->rows[i].has_place) {
            double latitude = (double)plan->rows[i].latitude;
            segment_band *band =
                &plan->bands[grid_step_of(latitude, g->lat_first, g->lat_step, g->lat_count)];
            band->lat_min = latitude < band->lat_min ? latitude : band->lat_min;
            band->lat_max = latitude > band->lat_max ? latitude : band->lat_max;
        }
    }
    for (uint32_t i = 0; i < g->lat_count; i++) {
        /* The latitude was rounded to a float: a little to the unsafe side is forgiven here. */
        plan->bands[i].lat_min -= 1e-5;
        plan->bands[i].lat_max += 1e-5;
        double a = cos(plan->bands[i].lat_min / degrees_per_radian);
        double b = cos(plan->bands[i].lat_max / degrees_per_radian);
        double smaller = a < b ? a : b;
        plan->bands[i].cos_min = smaller < 0 ? 0 : smaller;
    }
    return true;
}

static uint32_t cell_of(const index_plan *plan, const index_row *row)
{
    const segment_grid *g = &plan->grid;
    if (!row->has_place) {
        return 0;
    }
    return 1 +
           grid_step_of((double)row->latitude, g->lat_first, g->lat_step, g->lat_count) *
               g->lon_count +
           grid_step_of(row->longitude, g->lon_first, g->lon_step, g->lon_count);
}

/* ------------------------------------------------------------------------------------ lists */

/* A row under a concept: the concept and whether the row has a place in the key, the latitude
 * behind it. */
static radix_entry list_entry_of(uint32_t concept_number, const index_row *row, uint32_t place)
{
    return (radix_entry){.key = (uint64_t)concept_number << 1 | row->has_place,
                         .second = radix_of_float(row->has_place ? row->latitude : 0),
                         .row = place};
}

static uint32_t concept_of(const radix_entry *entry)
{
    return (uint32_t)(entry->key >> 1);
}

static void fill_slot(struct index_lists *lists, const list_slot *list)
{
    uint32_t at = list_slot_of(lists->slot_count, list->key - 1);
    while (lists->slots[at].key != 0) {
        at = (at + 1) & (lists->slot_count - 1);
    }
    lists->slots[at] = *list;
}

/* Takes sorted entries. Their rows are left out where they are consecutive anyway. */
static bool make_lists(struct index_lists *lists, const radix_entry *entries, uint32_t count,
                       bool has_rows, uint32_t first_row, err *e)
{
    uint32_t list_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        list_count += i == 0 || concept_of(&entries[i]) != concept_of(&entries[i - 1]);
    }
    *lists = (struct index_lists){.slot_count = 2, .entry_count = count, .first_row = first_row};
    while (lists->slot_count < list_count * 2) {
        lists->slot_count *= 2;
    }
    lists->slots = mem_new((size_t)lists->slot_count * sizeof *lists->slots);
    lists->lats = mem_new((size_t)count * sizeof *lists->lats);
    lists->rows = has_rows ? mem_new((size_t)count * sizeof *lists->rows) : NULL;
    if (lists->slots == NULL || lists->lats == NULL || (has_rows && lists->rows == NULL)) {
        return fail(e, ERR_MEMORY, "no memory for lists of %u rows", count);
    }
    list_slot list = {0};
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || concept_of(&entries[i]) != concept_of(&entries[i - 1])) {
            list = (list_slot){.key = concept_of(&entries[i]) + 1, .first = i, .placed = i};
        }
        list.placed += (entries[i].key & 1) == 0;
        list.end = i + 1;
        if (i + 1 == count || concept_of(&entries[i + 1]) != concept_of(&entries[i])) {
            fill_slot(lists, &list);
        }
        lists->lats[i] = radix_to_float(entries[i].second);
        if (has_rows) {
            lists->rows[i] = entries[i].row;
        }
    }
    return true;
}

typedef enum list_choice { LIST_REQUIRED_RAREST, LIST_REQUIRED_EACH, LIST_WANTED } list_choice;

static uint32_t entries_of(const index_plan *plan, list_choice choice, const index_row *row,
                           radix_entry *out, uint32_t place)
{
    const uint32_t *concepts = choice == LIST_WANTED ? row->wanted : row->required;
    uint32_t count = choice == LIST_WANTED ? row->wanted_count : row->required_count;
    if (choice == LIST_REQUIRED_RAREST) {
        count = count > 0;
        concepts = &row->rarest;
    }
    if (choice == LIST_WANTED && place >= plan->required_first) {
        return 0;
    }
    if (choice == LIST_REQUIRED_EACH && !row->is_required_known) {
        if (out != NULL) {
            *out = list_entry_of(LIST_UNKNOWN, row, place);
        }
        return 1;
    }
    for (uint32_t i = 0; i < count && out != NULL; i++) {
        out[i] = list_entry_of(concepts[i], row, place);
    }
    return count;
}

static bool list_rows(index_plan *plan, list_choice choice, struct index_lists *lists, err *e)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < plan->row_count; i++) {
        count += entries_of(plan, choice, &plan->rows[plan->sequence[i]], NULL, i);
    }
    if (count > UINT32_MAX / 2) {
        return fail(e, ERR_TOO_LARGE, "too many concepts for one segment");
    }
    radix_entry *entries = mem_new((size_t)count * sizeof *entries);
    if (entries == NULL) {
        return fail(e, ERR_MEMORY, "no memory for lists of %llu rows", (unsigned long long)count);
    }
    uint32_t at = 0;
    for (uint32_t i = 0; i < plan->row_count; i++) {
        at += entries_of(plan, choice, &plan->rows[plan->sequence[i]], entries + at, i);
    }
    bool is_done =
        choice == LIST_REQUIRED_RAREST || radix_sort(entries, at) ||
        fail(e, ERR_MEMORY, "no memory for lists of %llu rows", (unsigned long long)count);
    is_done = is_done && make_lists(lists, entries, at, choice != LIST_REQUIRED_RAREST,
                                    choice == LIST_REQUIRED_RAREST ? plan->required_first : 0, e);
    mem_free(entries);
    return is_done;
}

/* ------------------------------------------------------------------------------------ the order */

static bool has_requirement(const index_plan *plan, const index_row *row)
{
    return plan->side == SIDE_OFFER && !plan->is_plain && row->required_count > 0;
}

static uint32_t group_key_of(const index_plan *plan, const index_row *row)
{
    if (plan->is_plain || plan->side == SIDE_SEEKER) {
        return 0;
    }
    return (row->wanted_count > 0 ? PREFIX_CLASS_COUNT : 0u) + prefix_class(row->prefix);
}

typedef struct concept_count {
    uint32_t concept_number;
    uint32_t count;
} concept_count;

static uint32_t count_of(const concept_count *counts, uint32_t count, uint32_t concept_number)
{
    uint32_t low = 0;
    uint32_t high = count;
    while (low + 1 < high) {
        uint32_t middle = (low + high) / 2;
        if (counts[middle].concept_number <= concept_number) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return counts[low].count;
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* The rarest required concept of every row; the smaller number among equals. */
static bool find_rarest(index_plan *plan, index_row *rows, err *e)
{
    size_t total = 0;
    for (uint32_t i = 0; i < plan->row_count; i++) {
        total += has_requirement(plan, &rows[i]) ? rows[i].required_count : 0;
    }
    uint32_t *all = mem_new(total * sizeof *all);
    concept_count *counts = mem_new(total * sizeof *counts);
    if (all == NULL || counts == NULL) {
        mem_free(all);
        mem_free(counts);
        return fail(e, ERR_MEMORY, "no memory to count %zu concepts", total);
    }
    size_t at = 0;
    for (uint32_t i = 0; i < plan->row_count; i++) {
        if (has_requirement(plan, &rows[i])) {
            memcpy(all + at, rows[i].required, rows[i].required_count * sizeof *all);
            at += rows[i].required_count;
        }
    }
    qsort(all, total, sizeof *all, compare_numbers);
    uint32_t distinct = 0;
    for (size_t i = 0; i < total; i++) {
        if (i == 0 || all[i] != all[i - 1]) {
            counts[distinct++] = (concept_count){all[i], 0};
        }
        counts[distinct - 1].count++;
    }
    for (uint32_t i = 0; i < plan->row_count; i++) {
        uint32_t fewest = UINT32_MAX;
        for (uint32_t k = 0; k < rows[i].required_count && has_requirement(plan, &rows[i]); k++) {
            uint32_t count = count_of(counts, distinct, rows[i].required[k]);
            if (count < fewest) {
                fewest = count;
                rows[i].rarest = rows[i].required[k];
            }
        }
    }
    mem_free(all);
    mem_free(counts);
    return true;
}

static bool sort_rows(index_plan *plan, err *e)
{
    radix_entry *keys = mem_new((size_t)plan->row_count * sizeof *keys);
    plan->sequence = mem_new((size_t)plan->row_count * sizeof *plan->sequence);
    if (keys == NULL || plan->sequence == NULL) {
        mem_free(keys);
        return fail(e, ERR_MEMORY, "no memory to order %u rows", plan->row_count);
    }
    for (uint32_t i = 0; i < plan->row_count; i++) {
        const index_row *row = &plan->rows[i];
        uint64_t key;
        if (has_requirement(plan, row)) {
            key = 1ULL << 63 | (uint64_t)row->rarest << 1 | row->has_place;
        } else {
            key = (uint64_t)group_key_of(plan, row) << 40 | cell_of(plan, row);
            plan->required_first++;
        }
        keys[i] = (radix_entry){key, radix_of_float(row->has_place ? row->latitude : 0), i};
    }
    /* A plain segment keeps its rows in the order they came. */
    if (!plan->is_plain && !radix_sort(keys, plan->row_count)) {
        mem_free(keys);
        return fail(e, ERR_MEMORY, "no memory to order %u rows", plan->row_count);
    }
    for (uint32_t i = 0; i < plan->row_count; i++) {
        plan->sequence[i] = keys[i].row;
    }
    mem_free(keys);
    return true;
}

static bool make_groups(index_plan *plan, err *e)
{
    uint32_t count = 0;
    uint32_t last = UINT32_MAX;
    for (uint32_t i = 0; i < plan->required_first; i++) {
        uint32_t key = group_key_of(plan, &plan->rows[plan->sequence[i]]);
        count += key != last;
        last = key;
    }
    plan->groups = mem_new((size_t)count * sizeof *plan->groups);
    plan->cell_starts =
        mem_new((size_t)count * ((size_t)plan->cell_count + 1) * sizeof *plan->cell_starts);
    if (plan->groups == NULL || plan->cell_starts == NULL) {
        return fail(e, ERR_MEMORY, "no memory for %u groups of rows", count);
    }
    plan->group_count = count;
    uint32_t at = 0;
    for (uint32_t g = 0; g < count; g++) {
        uint32_t key = group_key_of(plan, &plan->rows[plan->sequence[at]]);
        segment_group *group = &plan->groups[g];
        *group = (segment_group){.first = at, .prefix = GROUP_ANY, .is_wanting = GROUP_ANY};
        if (!plan->is_plain && plan->order.prefix != NO_COLUMN) {
            group->prefix = (uint16_t)(key % PREFIX_CLASS_COUNT);
        }
        if (!plan->is_plain && plan->order.wanted != NO_COLUMN) {
            group->is_wanting = key >= PREFIX_CLASS_COUNT;
        }
        uint32_t *starts = plan->cell_starts + (size_t)g * (plan->cell_count + 1);
        uint32_t end = at;
        while (end < plan->required_first &&
               group_key_of(plan, &plan->rows[plan->sequence[end]]) == key) {
            end++;
        }
        for (uint32_t i = 0; i <= plan->cell_count; i++) {
            while (!plan->is_plain && at < end &&
                   cell_of(plan, &plan->rows[plan->sequence[at]]) < i) {
                at++;
            }
            starts[i] = at;
        }
        at = end;
        /* A plain segment has no order in space: all its rows count as placeless, always seen. */
        if (plan->is_plain) {
            for (uint32_t i = 1; i <= plan->cell_count; i++) {
                starts[i] = end;
            }
        }
        group->end = end;
    }
    return true;
}

/* Rows that ask for concepts stand by concept; a second index finds them by cell. */
static bool sort_required(index_plan *plan, err *e)
{
    uint32_t count = plan->row_count - plan->required_first;
    if (count == 0) {
        return true;
    }
    plan->required_cells = mem_new(((size_t)plan->cell_count + 1) * sizeof *plan->required_cells);
    plan->required_rows = mem_new((size_t)count * sizeof *plan->required_rows);
    if (plan->required_cells == NULL || plan->required_rows == NULL) {
        return fail(e, ERR_MEMORY, "no memory to index %u rows", plan->row_count);
    }
    uint32_t *starts = plan->required_cells;
    for (uint32_t i = plan->required_first; i < plan->row_count; i++) {
        starts[cell_of(plan, &plan->rows[plan->sequence[i]]) + 1]++;
    }
    for (uint32_t c = 0; c < plan->cell_count; c++) {
        starts[c + 1] += starts[c];
    }
    /* Filling moves each start to its cell's end, which is the next one's start. */
    for (uint32_t i = plan->required_first; i < plan->row_count; i++) {
        const index_row *row = &plan->rows[plan->sequence[i]];
        required_row *to = &plan->required_rows[starts[cell_of(plan, row)]++];
        memcpy(to->place, row->place, sizeof to->place);
        to->row = i;
        to->has_place = row->has_place;
    }
    memmove(starts + 1, starts, plan->cell_count * sizeof *starts);
    starts[0] = 0;
    return true;
}

static bool fold_wanted(index_plan *plan, err *e)
{
    plan->wanted_rows = mem_new((size_t)plan->row_count * sizeof *plan->wanted_rows);
    if (plan->wanted_rows == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the wanted concepts of %u rows", plan->row_count);
    }
    for (uint32_t i = 0; i < plan->row_count; i++) {
        const index_row *row = &plan->rows[plan->sequence[i]];
        segment_wanted *w = &plan->wanted_rows[i];
        w->count = row->wanted_count;
        for (uint32_t k = 0; k < row->wanted_count; k++) {
            w->bits |= concept_bit(row->wanted[k]);
        }
        w->hidden = row->wanted_count - (uint32_t)__builtin_popcountll(w->bits);
    }
    return true;
}

bool index_plan_make(index_plan *plan, err *e)
{
    index_row *rows = plan->rows;
    bool seen[PREFIX_CLASS_COUNT * 2] = {false};
    uint32_t group_count = 1;
    plan->reach_max = 0;
    for (uint32_t i = 0; i < plan->row_count; i++) {
        uint32_t key = group_key_of(plan, &rows[i]);
        group_count += !seen[key];
        seen[key] = true;
        int32_t reach = rows[i].reach < 0 ? INT32_MAX : rows[i].reach;
        plan->reach_max = reach > plan->reach_max ? reach : plan->reach_max;
    }
    if (!find_rarest(plan, rows, e) || !make_grid(plan, group_count, e) || !sort_rows(plan, e) ||
        !make_groups(plan, e) || !sort_required(plan, e)) {
        return false;
    }
    if (plan->order.wanted != NO_COLUMN && !fold_wanted(plan, e)) {
        return false;
    }
    if (plan->is_plain) {
        return true;
    }
    if (plan->order.required != NO_COLUMN &&
        !list_rows(plan, plan->side == SIDE_OFFER ? LIST_REQUIRED_RAREST : LIST_REQUIRED_EACH,
                   &plan->required, e)) {
        return false;
    }
    return plan->order.wanted == NO_COLUMN || list_rows(plan, LIST_WANTED, &plan->wanted, e);
}

static void lists_fini(struct index_lists *lists)
{
    mem_free(lists->slots);
    mem_free(lists->rows);
    mem_free(lists->lats);
}

void index_plan_fini(index_plan *plan)
{
    mem_free(plan->sequence);
    mem_free(plan->bands);
    mem_free(plan->groups);
    mem_free(plan->cell_starts);
    mem_free(plan->wanted_rows);
    mem_free(plan->required_cells);
    mem_free(plan->required_rows);
    lists_fini(&plan->required);
    lists_fini(&plan->wanted);
}
