/* What one side of a pair brings to a comparison in the words. The rules of the unknown are those
 * of gate_judge; where they are finer than a word can tell, the value is marked to be told apart.
 */
#include "match/words_term.h"
#include "base/check.h"
#include "match/gate_value.h"

static term_value value_of(const gate_number *n, bool is_small)
{
    bool is_free = (!n->is_known && n->is_wish) ||
                   (is_small ? gate_number_is_lowest(n) : gate_number_is_highest(n));
    if (is_free) {
        return (term_value){.kind = VALUE_FREE};
    }
    if (!n->is_known) {
        return (term_value){.kind = VALUE_UNKNOWN};
    }
    return (term_value){.kind = VALUE_NUMBER, .number = n->value};
}

/* An interval of which one end is unknown: the other end bounds it, which only gate_judge knows. */
static bool is_half_known(const gate_number *end, const gate_number *other)
{
    return !end->is_known && !end->is_wish && other->is_known;
}

static term_value read_end(const gate_call *c, record_side side, bool is_small)
{
    const uint16_t *columns =
        side == SIDE_SEEKER ? c->gate->seeker_columns : c->gate->offer_columns;
    uint32_t end = is_small ? 0 : 1;
    gate_number own = gate_read_number(c, side, columns[end]);
    gate_number other = gate_read_number(c, side, columns[1 - end]);
    if (is_half_known(&own, &other)) {
        return (term_value){.kind = VALUE_APART};
    }
    return value_of(&own, is_small);
}

static gate_number number_of_entry(const gate_list *l, uint32_t entry)
{
    gate_number n = {.field = l->field, .is_wish = l->is_wish};
    if (l->is_known && l->values[entry] != l->absent) {
        n.is_known = true;
        n.value = l->values[entry];
    }
    return n;
}

/* The seeker's list is complete: what it does not name is at the lowest value. */
static term_value read_joined_seeker(const gate_call *c, const words_term *t, bool is_small)
{
    gate_list keys = gate_read_list(c, SIDE_SEEKER, c->gate->seeker_key);
    gate_list values = gate_read_list(c, SIDE_SEEKER, c->gate->seeker_columns[0]);
    uint32_t found = 0;
    bool has_gap = false;
    gate_number n = {.field = values.field, .is_wish = values.is_wish};
    for (uint32_t i = 0; keys.is_known && i < keys.count; i++) {
        has_gap = has_gap || keys.values[i] == keys.absent;
        if (keys.values[i] == t->key) {
            n = number_of_entry(&values, i);
            found++;
        }
    }
    if (found > 1) {
        return (term_value){.kind = VALUE_APART};
    }
    if (found == 0) {
        n.is_known = keys.is_known && !has_gap && gate_field_has_lowest(values.field);
    }
    return value_of(&n, is_small);
}

/* Does the offer name keys that might stand for another, or may it? */
static bool may_waive(const gate_call *c)
{
    const gate *g = c->gate;
    if (g->waive_column == UINT16_MAX) {
        return false;
    }
    gate_number kind =
        gate_read_number(c, SIDE_OFFER, program_column(c->program, SIDE_OFFER, "kind"));
    gate_list others = gate_read_list(c, SIDE_OFFER, g->waive_column);
    bool is_of_kind = !kind.is_known || (g->waive_kinds >> kind.value & 1u) != 0;
    bool names_another = !others.is_known;
    for (uint32_t i = 0; others.is_known && i < others.count; i++) {
        names_another = names_another || others.values[i] != g->waived_key;
    }
    return is_of_kind && names_another;
}

/* The offer's list asks once per entry: the term stands for one of them, others are told apart. */
static term_value read_joined_offer(const gate_call *c, const words_term *t, bool is_small,
                                    bool *ret_has_others)
{
    gate_list keys = gate_read_list(c, SIDE_OFFER, c->gate->offer_key);
    gate_list values = gate_read_list(c, SIDE_OFFER, c->gate->offer_columns[0]);
    *ret_has_others = false;
    if (!keys.is_known) {
        *ret_has_others = !values.is_wish;
        return (term_value){.kind = VALUE_FREE};
    }
    term_value own = {.kind = VALUE_FREE};
    uint32_t found = 0;
    bool has_waiver = may_waive(c);
    for (uint32_t i = 0; i < keys.count; i++) {
        gate_number n = number_of_entry(&values, i);
        term_value v = value_of(&n, is_small);
        if (has_waiver && keys.values[i] == c->gate->waived_key && v.kind != VALUE_FREE) {
            *ret_has_others = true; /* another key may do: only gate_judge knows */
        } else if (keys.values[i] == t->key && keys.values[i] != keys.absent) {
            own = v;
            found++;
        } else if (v.kind != VALUE_FREE) {
            *ret_has_others = true;
        }
    }
    if (found > 1) {
        *ret_has_others = true;
        return (term_value){.kind = VALUE_FREE};
    }
    return own;
}

term_value term_read_number(const gate_call *c, const words_term *t, record_side side, bool is_row,
                            bool *ret_has_others)
{
    const gate *g = c->gate;
    bool is_small = is_row ? t->row_is_small : !t->row_is_small;
    *ret_has_others = false;
    if (g->op == GATE_NOT_BEFORE_AS_OF) {
        if (!is_row) {
            return (term_value){.kind = VALUE_NUMBER, .number = c->as_of};
        }
        gate_number last = gate_read_number(c, side, g->offer_columns[0]);
        return (term_value){.kind = last.is_known ? VALUE_NUMBER : VALUE_FREE,
                            .number = last.value};
    }
    if (t->is_joined) {
        return side == SIDE_SEEKER ? read_joined_seeker(c, t, is_small)
                                   : read_joined_offer(c, t, is_small, ret_has_others);
    }
    if (g->op == GATE_OVERLAPS) {
        return read_end(c, side, is_small);
    }
    const uint16_t *columns = side == SIDE_SEEKER ? g->seeker_columns : g->offer_columns;
    gate_number n = gate_read_number(c, side, columns[0]);
    return value_of(&n, is_small);
}

/* ------------------------------------------------------------------------------------ sets */

static term_codes read_shared(const gate_call *c, record_side side, const gate_set *s,
                              uint64_t mask)
{
    term_codes codes = {.possible = (s->members | ~s->known) & mask, .certain = s->members & mask};
    codes.is_unknown = !s->is_known;
    if (side == SIDE_OFFER) {
        bool has_members = s->members != 0;
        codes.is_free = !has_members && (~s->known & mask) == 0;
        codes.is_unknown = !has_members && !codes.is_free;
    }
    if (c->gate->unknown_is_yes) {
        codes.certain = codes.possible;
    }
    return codes;
}

/* Consent may still be obtained where the offer takes who is allowed to work. */
static uint64_t without_consent(uint64_t refused, uint64_t accepted)
{
    bool takes_allowed = (accepted >> WORK_PERMISSION_ALLOWED & 1u) != 0;
    return takes_allowed ? refused & ~(UINT64_C(1) << WORK_PERMISSION_WITH_CONSENT) : refused;
}

static term_codes read_refusing(const gate_call *c, record_side side, const gate_set *s,
                                uint64_t mask)
{
    gate_op op = c->gate->op;
    bool is_large =
        op == GATE_CONTAINS_ALL ? side == SIDE_SEEKER : op != GATE_DISJOINT && side == SIDE_OFFER;
    term_codes codes = {.is_unknown = !s->is_known};
    if (is_large) {
        codes.possible = s->known & ~s->members & mask;
        codes.certain = ~s->members & mask;
    } else {
        codes.possible = s->members & mask;
        codes.certain = (s->members | ~s->known) & mask;
    }
    if (c->gate->unknown_is_yes) {
        codes.certain = codes.possible;
    }
    if (op == GATE_PERMISSION && side == SIDE_OFFER) {
        codes.possible = without_consent(codes.possible, s->members);
    }
    return codes;
}

term_codes term_read_codes(const gate_call *c, record_side side)
{
    const gate *g = c->gate;
    uint16_t column = side == SIDE_SEEKER ? g->seeker_columns[0] : g->offer_columns[0];
    gate_set s = gate_read_set(c, side, column);
    if (!s.is_known && s.is_wish) {
        return (term_codes){.is_free = true};
    }
    /* What can be in a set is bounded by the list of the set that gate_judge looks through. */
    uint64_t mask = gate_code_mask(s.field->codes);
    return g->op == GATE_INTERSECTS_OR_EMPTY ? read_shared(c, side, &s, mask)
                                             : read_refusing(c, side, &s, mask);
}

/* ------------------------------------------------------------------------------------ anchors */

static bool is_scalar(uint32_t type)
{
    return type == LOTSE_INT || type == LOTSE_DAY || type == LOTSE_FLAG || type == LOTSE_CODE;
}

static term_reader reader_of(const match_program *p, record_side side, uint16_t column)
{
    const column_set *set = &p->columns[side];
    term_reader r = {.highest = INT64_MAX};
    if (column == UINT16_MAX) {
        return r;
    }
    const field *f = set->columns[column].field;
    r.is_derived = column >= set->stored_count;
    r.column = r.is_derived ? column - set->stored_count : column;
    r.type = f->type;
    r.is_wish = gate_field_is_wish(f);
    r.has_default = f->has_default && is_scalar(f->type);
    r.default_value = f->default_value;
    r.has_lowest = gate_field_has_lowest(f);
    r.code_mask = gate_code_mask(f->codes);
    if (f->type == LOTSE_FLAG) {
        r.highest = 1;
    } else if (f->codes != NULL && f->codes->is_ordered) {
        r.highest = (int64_t)f->codes->compared_count - 1;
    }
    return r;
}

void term_find_readers(const match_program *p, record_side anchor_side, words_term *t)
{
    const gate *g = &p->gates[t->gate];
    const uint16_t *columns = anchor_side == SIDE_SEEKER ? g->seeker_columns : g->offer_columns;
    for (uint32_t i = 0; i < 2; i++) {
        term_reader *r = &t->readers[i];
        *r = reader_of(p, anchor_side, columns[i]);
        if (t->form == TERM_RANK) {
            r->is_plain = !t->is_joined && is_scalar(r->type) && g->op != GATE_NOT_BEFORE_AS_OF;
        } else {
            r->is_plain = r->type == LOTSE_CODE || r->type == LOTSE_CODE_SET;
        }
    }
}

/* NULL: not known. */
static const void *read_plain(const gate_row *row, const term_reader *r)
{
    const lotse_table *table = r->is_derived ? row->derived : segment_table(row->segment);
    uint32_t at = r->is_derived ? row->derived_row : row->row;
    if (table == NULL) {
        return NULL;
    }
    const lotse_column *c = lotse_column_of(table, r->column);
    return lotse_is_known(table, c, at) ? lotse_value(table, c, at) : NULL;
}

static bool read_scalar(const gate_row *row, const term_reader *r, int64_t *ret)
{
    const void *value = read_plain(row, r);
    if (value == NULL) {
        *ret = r->default_value;
        return r->has_default;
    }
    *ret = r->type == LOTSE_FLAG   ? *(const uint8_t *)value
           : r->type == LOTSE_CODE ? *(const uint16_t *)value
                                   : *(const int32_t *)value;
    return true;
}

term_value term_ask_number(const gate_call *c, const words_term *t, record_side side,
                           bool *ret_has_others)
{
    bool is_small = !t->row_is_small;
    bool is_interval = c->gate->op == GATE_OVERLAPS;
    uint32_t end = is_interval && !is_small ? 1 : 0;
    const term_reader *r = &t->readers[end];
    if (!r->is_plain || (is_interval && !t->readers[1 - end].is_plain)) {
        return term_read_number(c, t, side, false, ret_has_others);
    }
    *ret_has_others = false;
    int64_t value;
    if (!read_scalar(c->rows[side], r, &value)) {
        int64_t other;
        bool is_half =
            is_interval && !r->is_wish && read_scalar(c->rows[side], &t->readers[1 - end], &other);
        return (term_value){.kind = is_half      ? VALUE_APART
                                    : r->is_wish ? VALUE_FREE
                                                 : VALUE_UNKNOWN};
    }
    bool is_free = is_small ? r->has_lowest && value <= 0 : value >= r->highest;
    return (term_value){.kind = is_free ? VALUE_FREE : VALUE_NUMBER, .number = value};
}

term_codes term_ask_codes(const gate_call *c, const words_term *t, record_side side)
{
    const term_reader *r = &t->readers[0];
    if (!r->is_plain) {
        return term_read_codes(c, side);
    }
    const void *value = read_plain(c->rows[side], r);
    gate_set s = {.is_known = value != NULL};
    if (value == NULL) {
        if (r->is_wish) {
            return (term_codes){.is_free = true};
        }
    } else if (r->type == LOTSE_CODE) {
        s.members = UINT64_C(1) << *(const uint16_t *)value;
        s.known = UINT64_MAX;
    } else {
        const lotse_codes *codes = value;
        s.members = codes->members & codes->known;
        s.known = codes->known;
    }
    return c->gate->op == GATE_INTERSECTS_OR_EMPTY ? read_shared(c, side, &s, r->code_mask)
                                                   : read_refusing(c, side, &s, r->code_mask);
}
