#include "match/gate_value.h"

#include <string.h>

#include "base/check.h"

/* Reading columns as values with an "unknown". */

/* Where a column of a row lies, or false: nothing is known of it. */
static bool find_column(const gate_call *c, record_side side, uint16_t column,
                        const lotse_table **ret_table, const lotse_column **ret_column,
                        uint32_t *ret_row)
{
    const column_set *set = &c->program->columns[side];
    const gate_row *row = c->rows[side];
    check(column < set->count);
    if (column < set->stored_count) {
        *ret_table = segment_table(row->segment);
        *ret_column = lotse_column_of(*ret_table, column);
        *ret_row = row->row;
    } else {
        if (row->derived == NULL) {
            return false;
        }
        *ret_table = row->derived;
        *ret_column = lotse_column_of(row->derived, column - set->stored_count);
        *ret_row = row->derived_row;
    }
    return lotse_is_known(*ret_table, *ret_column, *ret_row);
}

static const field *field_of(const gate_call *c, record_side side, uint16_t column)
{
    return column == UINT16_MAX ? NULL : c->program->columns[side].columns[column].field;
}

bool gate_field_is_wish(const field *f)
{
    return f == NULL || f->role != FIELD_FACT;
}

gate_number gate_read_number(const gate_call *c, record_side side, uint16_t column)
{
    gate_number n = {.field = field_of(c, side, column)};
    n.is_wish = gate_field_is_wish(n.field);
    const lotse_table *table;
    const lotse_column *place;
    uint32_t row;
    if (column == UINT16_MAX) {
        return n;
    }
    if (!find_column(c, side, column, &table, &place, &row)) {
        if (n.field->has_default) {
            n.is_known = true;
            n.value = n.field->default_value;
        }
        return n;
    }
    const void *value = lotse_value(table, place, row);
    n.is_known = true;
    switch (place->type) {
    case LOTSE_FLAG:
        n.value = *(const uint8_t *)value;
        break;
    case LOTSE_CODE:
        n.value = *(const uint16_t *)value;
        break;
    default:
        check(place->type == LOTSE_INT || place->type == LOTSE_DAY);
        n.value = *(const int32_t *)value;
        break;
    }
    return n;
}

/* A place that no set has room for is in none. */
static uint64_t bit_of(int64_t position)
{
    return position >= 0 && position < 64 ? UINT64_C(1) << position : 0;
}

/* Codes as bits: a single one, a set, or a list in which an entry may not say its code. */
static void read_codes(gate_set *s, const lotse_table *table, const lotse_column *place,
                       uint32_t row)
{
    const void *value = lotse_value(table, place, row);
    if (place->type == LOTSE_CODE_SET) {
        const lotse_codes *codes = value;
        s->members = codes->members & codes->known;
        s->known = codes->known;
        return;
    }
    s->known = UINT64_MAX;
    if (place->type == LOTSE_CODE) {
        s->members = bit_of(*(const uint16_t *)value);
        return;
    }
    const lotse_range *range = value;
    const int32_t *values = lotse_values(table, place);
    bool has_gap = false;
    for (uint32_t i = range->begin; i < range->end; i++) {
        has_gap = has_gap || values[i] == LOTSE_ABSENT;
        s->members |= bit_of(values[i]);
    }
    s->known = has_gap ? s->members : UINT64_MAX;
}

gate_set gate_read_set(const gate_call *c, record_side side, uint16_t column)
{
    gate_set s = {.field = field_of(c, side, column), .has_gap = true};
    s.is_wish = gate_field_is_wish(s.field);
    const lotse_table *table;
    const lotse_column *place;
    uint32_t row;
    if (column == UINT16_MAX || !find_column(c, side, column, &table, &place, &row)) {
        return s;
    }
    s.is_known = true;
    switch (place->type) {
    case LOTSE_CODE:
    case LOTSE_CODE_SET:
    case LOTSE_CODE_LIST:
        read_codes(&s, table, place, row);
        return s;
    case LOTSE_CONCEPT:
        s.concepts = lotse_value(table, place, row);
        s.count = 1;
        break;
    default:
        check(place->type == LOTSE_CONCEPT_SET || place->type == LOTSE_CONCEPT_LIST);
        const lotse_range *range = lotse_value(table, place, row);
        s.concepts = (const uint32_t *)lotse_values(table, place) + range->begin;
        s.count = range->end - range->begin;
        break;
    }
    s.has_concepts = true;
    s.has_gap = false;
    for (uint32_t i = 0; i < s.count; i++) {
        s.has_gap = s.has_gap || s.concepts[i] == 0;
    }
    return s;
}

gate_list gate_read_list(const gate_call *c, record_side side, uint16_t column)
{
    gate_list l = {.field = field_of(c, side, column)};
    l.is_wish = gate_field_is_wish(l.field);
    const lotse_table *table;
    const lotse_column *place;
    uint32_t row;
    if (column == UINT16_MAX || !find_column(c, side, column, &table, &place, &row)) {
        return l;
    }
    check(place->type >= LOTSE_INT_LIST && place->type <= LOTSE_CONCEPT_LIST);
    const lotse_range *range = lotse_value(table, place, row);
    /* Concepts are below 2^31, so that both kinds of lists read as int32_t. */
    l.is_known = true;
    l.values = (const int32_t *)lotse_values(table, place) + range->begin;
    l.count = range->end - range->begin;
    l.absent = place->type == LOTSE_CONCEPT_LIST ? 0 : LOTSE_ABSENT;
    return l;
}

const double *gate_read_place(const gate_call *c, record_side side, uint16_t column)
{
    const lotse_table *table;
    const lotse_column *place;
    uint32_t row;
    if (!find_column(c, side, column, &table, &place, &row)) {
        return NULL;
    }
    check(place->type == LOTSE_PLACE);
    return lotse_value(table, place, row);
}

const uint64_t *gate_read_week(const gate_call *c, record_side side, uint16_t column)
{
    const lotse_table *table;
    const lotse_column *place;
    uint32_t row;
    if (!find_column(c, side, column, &table, &place, &row)) {
        return NULL;
    }
    check(place->type == LOTSE_WEEK);
    return lotse_value(table, place, row);
}

bool gate_field_has_lowest(const field *f)
{
    switch (f->type) {
    case LOTSE_INT:
    case LOTSE_INT_LIST:
        return strncmp(f->path, "ext.", 4) != 0;
    case LOTSE_CODE:
    case LOTSE_CODE_LIST:
        return f->codes->is_ordered;
    default:
        return f->type == LOTSE_FLAG;
    }
}

bool gate_number_is_lowest(const gate_number *n)
{
    return n->is_known && n->value <= 0 && gate_field_has_lowest(n->field);
}

bool gate_number_is_highest(const gate_number *n)
{
    if (!n->is_known) {
        return false;
    }
    if (n->field->type == LOTSE_FLAG) {
        return n->value == 1;
    }
    const code_list *list = n->field->codes;
    bool is_level = list != NULL && list->is_ordered;
    return is_level && n->value + 1 >= (int64_t)list->compared_count;
}

uint64_t gate_code_mask(const code_list *list)
{
    uint32_t count = list == NULL ? 64 : list->compared_count;
    return count >= 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
}

gate_fact gate_fact_of_number(const gate_number *n)
{
    gate_fact fact = {.kind = GATE_FACT_NUMBER, .is_known = n->is_known, .number = n->value};
    if (n->field == NULL) {
        fact.kind = GATE_FACT_NONE;
    } else if (n->field->type == LOTSE_DAY || n->field->type == LOTSE_DAY_LIST) {
        fact.kind = GATE_FACT_DAY;
    } else if (n->field->codes != NULL) {
        fact.kind = GATE_FACT_CODE;
        fact.list = n->field->codes;
    }
    return fact;
}

gate_fact gate_fact_of_set(const gate_set *s)
{
    gate_fact fact = {.kind = GATE_FACT_CODES, .is_known = s->is_known};
    if (s->field == NULL) {
        fact.kind = GATE_FACT_NONE;
        return fact;
    }
    uint32_t type = s->field->type;
    if (type == LOTSE_CONCEPT || type == LOTSE_CONCEPT_SET || type == LOTSE_CONCEPT_LIST) {
        fact.kind = GATE_FACT_CONCEPTS;
        fact.concepts = s->concepts;
        fact.count = s->count;
        return fact;
    }
    fact.list = s->field->codes;
    fact.codes = s->members;
    fact.codes_known = s->known & gate_code_mask(fact.list);
    return fact;
}
