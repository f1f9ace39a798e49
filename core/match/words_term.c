/* What one side of a pair brings to a comparison in the words. The rules of the unknown are those
 * of gate_judge; where they are finer than a word can tell, the value is marked to be told apart.
 */
#include "base/check.h"
#include "match/gate_value.h"
#include "match/words.h"

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
    for (uint32_t i = 0; i < keys.count; i++) {
        gate_number n = number_of_entry(&values, i);
        term_value v = value_of(&n, is_small);
        if (keys.values[i] == t->key && keys.values[i] != keys.absent) {
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

bool words_gate_is_free(const gate *g, uint8_t kind)
{
    return kind < 64 && (g->kinds >> kind & 1u) == 0;
}
