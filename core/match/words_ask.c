/* The anchor's side of the words: what it brings to every comparison, once per query and segment.
 */
#include <string.h>

#include "base/check.h"
#include "match/gate_value.h"
#include "match/words.h"

static uint64_t field_mask(uint32_t width)
{
    return width >= 64 ? UINT64_MAX : (1ULL << width) - 1;
}

/* How many of the ranked values the anchor's value passes. */
static uint64_t ranks_passed(const words_term *t, int64_t number)
{
    int32_t value = t->row_is_small ? (int32_t)number : ~(int32_t)number;
    if (t->ranks != NULL) {
        int64_t at = (int64_t)value - t->first;
        if (at < 0) {
            return 0;
        }
        return at >= t->span ? t->value_count : t->ranks[at];
    }
    uint32_t low = 0;
    uint32_t high = t->value_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (t->values[middle] <= value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void ask_ranks(const gate_call *c, const words_term *t, record_side anchor_side,
                      words_query *q)
{
    bool has_others;
    term_value v = term_ask_number(c, t, anchor_side, &has_others);
    uint64_t all = t->value_count + 1;
    uint64_t possible = all;
    uint64_t certain = all;
    if (has_others || v.kind == VALUE_APART) {
        q->judged |= 1ULL << t->gate;
    }
    if (v.kind == VALUE_NUMBER) {
        possible = certain = ranks_passed(t, v.number);
    } else if (v.kind == VALUE_UNKNOWN && !c->gate->unknown_is_yes) {
        certain = 0;
    }
    q->key[READ_POSSIBLE].level[t->word] |= possible << t->shift;
    q->key[READ_CERTAIN].level[t->word] |= certain << t->shift;
    uint64_t guard = 1ULL << (t->shift + t->width);
    for (uint32_t reading = 0; reading < 2; reading++) {
        q->key[reading].level[t->word] |= guard;
        q->key[reading].guards[t->word] |= guard;
    }
}

/* A gate that is off passes every row; its field must not borrow from the next one. */
static void pass_ranks(const words_term *t, words_query *q)
{
    uint64_t all = (uint64_t)t->value_count + 1;
    for (uint32_t reading = 0; reading < 2; reading++) {
        q->key[reading].level[t->word] |= (all | 1ULL << t->width) << t->shift;
    }
}

static void ask_mask(const gate_call *c, const words_term *t, record_side anchor_side,
                     words_query *q)
{
    if (t->is_fixed) {
        uint64_t bit = 1ULL << t->shift;
        q->key[READ_POSSIBLE].mask[t->word] |= bit;
        q->key[READ_CERTAIN].mask[t->word] |= bit;
        return;
    }
    term_codes codes = term_ask_codes(c, t, anchor_side);
    if (codes.is_free) {
        return;
    }
    q->key[READ_POSSIBLE].mask[t->word] |= term_pack(t, codes.possible);
    uint64_t certain = term_pack(t, codes.certain);
    certain |= codes.certain != 0 ? 1ULL << t->extra_bit : 0;
    q->key[READ_CERTAIN].mask[t->word] |= certain;
}

static void ask_any(const gate_call *c, const words_term *t, record_side anchor_side,
                    words_query *q)
{
    term_codes codes = term_ask_codes(c, t, anchor_side);
    if (codes.is_free) {
        return;
    }
    if (codes.is_unknown && anchor_side == SIDE_OFFER) {
        q->judged |= 1ULL << t->gate;
        return;
    }
    uint64_t always = 1ULL << t->extra_bit;
    words_any *any = &q->any[q->any_count++];
    any->word = t->word;
    any->gate = t->gate;
    any->bits[READ_POSSIBLE] = term_pack(t, codes.possible) | always;
    any->bits[READ_CERTAIN] = term_pack(t, codes.certain) | always;
}

/* Gates whose offer alone decides, and the offer is the anchor. */
static void ask_offer_alone(const words *w, const gate_row *anchor, uint64_t gates, day as_of,
                            words_query *q)
{
    for (uint64_t left = gates; left != 0; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(left);
        const gate *g = &w->program->gates[i];
        if (g->seeker_columns[0] == UINT16_MAX) {
            verdict v = gate_judge(w->program, g, NULL, anchor, as_of);
            q->no_gates |= (uint64_t)(v == VERDICT_NO) << i;
            q->check_gates |= (uint64_t)(v == VERDICT_CHECK) << i;
        }
    }
}

/* Only a number that asks for the least, and a set that is absent, ask for nothing for sure. */
bool words_offer_asks(const match_program *p, const gate *g, const gate_row *offer)
{
    gate_finding ignored;
    gate_call c = {.program = p, .gate = g, .finding = &ignored};
    c.rows[SIDE_OFFER] = offer;
    uint16_t column = g->offer_columns[0];
    if (g->offer_key != UINT16_MAX || column == UINT16_MAX || g->offer_columns[1] != UINT16_MAX) {
        return true;
    }
    const field *f = p->columns[SIDE_OFFER].columns[column].field;
    if (f->type == LOTSE_CODE_SET || f->type == LOTSE_CODE_LIST || f->type == LOTSE_CONCEPT_SET) {
        gate_set s = gate_read_set(&c, SIDE_OFFER, column);
        return s.is_known || !s.is_wish;
    }
    if (f->type != LOTSE_INT && f->type != LOTSE_FLAG && f->type != LOTSE_CODE) {
        return true;
    }
    gate_number n = gate_read_number(&c, SIDE_OFFER, column);
    bool is_least = g->op == GATE_AT_LEAST && n.is_known && gate_number_is_lowest(&n);
    return !is_least && (n.is_known || !n.is_wish);
}

/* Gates that do not apply to the kind of an offer that asks. */
static uint64_t gates_of_kind(const words *w, const gate_row *anchor, uint64_t gates)
{
    uint16_t column = program_column(w->program, SIDE_OFFER, "kind");
    if (column == UINT16_MAX) {
        return gates;
    }
    const lotse_table *table = segment_table(anchor->segment);
    const lotse_column *c = lotse_column_of(table, column);
    if (!lotse_is_known(table, c, anchor->row)) {
        return gates;
    }
    uint8_t kind = (uint8_t) * (const uint16_t *)lotse_value(table, c, anchor->row);
    for (uint64_t left = gates; left != 0; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(left);
        if (term_gate_is_free(&w->program->gates[i], kind)) {
            gates &= ~(1ULL << i);
        }
    }
    return gates;
}

/* Can a row that passes the possible reading fail the certain one? Where the anchor brings the same
 * to both, only bits in which rows differ and which the anchor is compared in count. */
static bool readings_differ(const words_query *q)
{
    const words *w = q->words;
    for (uint32_t k = 0; k < w->plane_count; k++) {
        uint64_t guards = q->key[READ_CERTAIN].guards[k];
        uint64_t ranks = guards == 0 ? 0 : UINT64_MAX >> __builtin_clzll(guards);
        if (q->key[READ_POSSIBLE].level[k] != q->key[READ_CERTAIN].level[k] ||
            q->key[READ_POSSIBLE].mask[k] != q->key[READ_CERTAIN].mask[k] ||
            (w->differing[k] & (ranks | q->key[READ_CERTAIN].mask[k])) != 0) {
            return true;
        }
    }
    for (uint32_t k = 0; k < q->any_count; k++) {
        uint64_t certain = q->any[k].bits[READ_CERTAIN];
        if (q->any[k].bits[READ_POSSIBLE] != certain ||
            (w->differing[q->any[k].word] & certain) != 0) {
            return true;
        }
    }
    return false;
}

void words_ask(const words *w, const gate_row *anchor, uint64_t gates, day as_of, words_query *q)
{
    record_side anchor_side = segment_side(anchor->segment);
    uint32_t word_count = w->plane_count;
    gate_finding ignored;
    check(anchor_side != segment_side(w->segment));
    q->words = w;
    for (uint32_t reading = 0; reading < 2; reading++) {
        for (uint32_t k = 0; k < word_count; k++) {
            q->key[reading].level[k] = 0;
            q->key[reading].guards[k] = 0;
            q->key[reading].mask[k] = 0;
        }
    }
    memset(q->apart, 0, word_count * sizeof q->apart[0]);
    q->any_count = 0;
    q->judged = 0;
    q->no_gates = 0;
    q->check_gates = 0;
    if (anchor_side == SIDE_OFFER) {
        gates = gates_of_kind(w, anchor, gates);
        ask_offer_alone(w, anchor, gates, as_of, q);
    }
    q->on = gates;
    for (uint32_t i = 0; i < w->term_count; i++) {
        const words_term *t = &w->terms[i];
        if ((gates >> t->gate & 1u) == 0) {
            if (t->form == TERM_RANK) {
                pass_ranks(t, q);
            }
            continue;
        }
        gate_call c = {.program = w->program,
                       .gate = &w->program->gates[t->gate],
                       .as_of = as_of,
                       .finding = &ignored};
        c.rows[anchor_side] = anchor;
        switch (t->form) {
        case TERM_RANK:
            ask_ranks(&c, t, anchor_side, q);
            break;
        case TERM_MASK:
            ask_mask(&c, t, anchor_side, q);
            break;
        case TERM_ANY:
            ask_any(&c, t, anchor_side, q);
            break;
        }
    }
    for (uint64_t left = w->apart_gates & gates; left != 0; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(left);
        q->apart[w->apart_word[i]] |= 1ULL << w->apart_bit[i];
    }
    for (uint64_t left = w->day_gates & gates; left != 0; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(left);
        bool asks = anchor_side == SIDE_SEEKER ||
                    words_offer_asks(w->program, &w->program->gates[i], anchor);
        q->judged |= (uint64_t)asks << i;
    }
    q->used_count = 0;
    for (uint32_t k = 1; k < word_count; k++) {
        if (q->key[0].guards[k] != 0 || (q->key[0].mask[k] | q->key[1].mask[k]) != 0) {
            q->used[q->used_count++] = k;
        }
    }
    q->certain_differs = q->judged != 0 || q->check_gates != 0 || readings_differ(q);
}

/* ------------------------------------------------------------------------------------ rows */

bool words_pass(const words_query *q, uint32_t reading, uint32_t row)
{
    const uint64_t *const *planes = q->words->planes[reading];
    const words_key *key = &q->key[reading];
    if (!word_passes(key, 0, planes[0][row])) {
        return false;
    }
    for (uint32_t k = 0; k < q->used_count; k++) {
        if (!word_passes(key, q->used[k], planes[q->used[k]][row])) {
            return false;
        }
    }
    for (uint32_t k = 0; k < q->any_count; k++) {
        if ((planes[q->any[k].word][row] & q->any[k].bits[reading]) == 0) {
            return false;
        }
    }
    return true;
}

uint64_t words_apart(const words_query *q, uint32_t row)
{
    const words *w = q->words;
    const uint64_t *const *planes = w->planes[READ_POSSIBLE];
    uint64_t gates = q->judged;
    uint64_t marks = 0;
    for (uint32_t k = 1; k < w->plane_count; k++) {
        marks |= planes[k][row] & q->apart[k];
    }
    if (marks == 0) {
        return gates;
    }
    for (uint64_t left = w->apart_gates & q->on; left != 0; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(left);
        gates |= (planes[w->apart_word[i]][row] >> w->apart_bit[i] & 1u) << i;
    }
    return gates;
}

uint64_t words_failing(const words_query *q, uint32_t reading, uint32_t row)
{
    const words *w = q->words;
    const uint64_t *const *planes = w->planes[reading];
    const words_key *key = &q->key[reading];
    uint64_t failing = 0;
    for (uint32_t i = 0; i < w->term_count; i++) {
        const words_term *t = &w->terms[i];
        if ((q->on >> t->gate & 1u) == 0 || t->form == TERM_ANY) {
            continue;
        }
        uint64_t word = planes[t->word][row];
        bool fails;
        if (t->form == TERM_RANK) {
            uint64_t level = key->level[t->word] >> t->shift & field_mask(t->width);
            fails = level < (word >> t->shift & field_mask(t->width));
        } else {
            fails = (word & key->mask[t->word] & field_mask(t->width) << t->shift) != 0;
        }
        failing |= (uint64_t)fails << t->gate;
    }
    for (uint32_t k = 0; k < q->any_count; k++) {
        bool fails = (planes[q->any[k].word][row] & q->any[k].bits[reading]) == 0;
        failing |= (uint64_t)fails << q->any[k].gate;
    }
    return failing;
}
