/* Compiles the gates of a program into the packed words of one segment's rows. Every gate is read
 * row by row with the same rules as gate_judge; then its distinct values become ranks, or the codes
 * that occur become bits, and find a place in the first word, or in one behind it. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "match/gate_value.h"
#include "match/segment_file.h"
#include "match/words.h"

enum { RANK_SPAN_MAX = 4096, WORD_BITS = 64, ROW_PADDING = 16 };

/* The words while they are filled: a plane per word and reading. */
typedef struct words_maker {
    words *w;
    const match_program *program;
    const segment *segment;
    record_side side;
    uint32_t row_count;
    uint64_t *planes[2][WORDS_MAX];
    uint32_t low[WORDS_MAX];  /* bits taken from below, by ranks */
    uint32_t high[WORDS_MAX]; /* bits taken from above */
    uint32_t plane_count;
    term_value *values; /* of the gate being read, by row */
    term_codes *codes;
    uint8_t *kinds;
    gate_finding ignored;
} words_maker;

/* Whole blocks, and room for vectors that read past the end. */
static size_t padded(uint32_t row_count)
{
    return ((size_t)row_count + WORDS_BLOCK_ROWS - 1) / WORDS_BLOCK_ROWS * WORDS_BLOCK_ROWS +
           WORDS_BLOCK_ROWS;
}

static gate_call call_for(words_maker *m, const gate *g, const gate_row *row)
{
    gate_call c = {.program = m->program, .gate = g, .as_of = m->w->as_of, .finding = &m->ignored};
    c.rows[m->side] = row;
    return c;
}

static gate_row row_at(const words_maker *m, uint32_t row)
{
    return (gate_row){m->segment, row, m->w->derived, row, NULL};
}

static bool is_free_by_kind(const words_maker *m, const gate *g, uint32_t row)
{
    return m->side == SIDE_OFFER && term_gate_is_free(g, m->kinds[row]);
}

/* ------------------------------------------------------------------------------------ places */

static bool add_plane(words_maker *m, err *e)
{
    check(m->plane_count < WORDS_MAX);
    for (uint32_t reading = 0; reading < 2; reading++) {
        uint64_t *plane = mem_new(((size_t)m->row_count + ROW_PADDING) * sizeof *plane);
        if (plane == NULL) {
            return fail(e, ERR_MEMORY, "no memory for the words of %u rows", m->row_count);
        }
        m->planes[reading][m->plane_count] = plane;
    }
    m->plane_count++;
    return true;
}

/* Room for `width` bits from below or from above, in the first word that has it from `word` on. */
static bool find_room(words_maker *m, uint32_t word, uint32_t width, bool is_low,
                      uint32_t *ret_word, uint32_t *ret_shift, err *e)
{
    for (; word < WORDS_MAX; word++) {
        while (word >= m->plane_count) {
            if (!add_plane(m, e)) {
                return false;
            }
        }
        if (m->low[word] + m->high[word] + width <= WORD_BITS) {
            *ret_word = word;
            if (is_low) {
                *ret_shift = m->low[word];
                m->low[word] += width;
            } else {
                m->high[word] += width;
                *ret_shift = WORD_BITS - m->high[word];
            }
            return true;
        }
    }
    return fail(e, ERR_TOO_LARGE, "the enabled plugins have more gates than the matcher can hold");
}

static bool keep_term(words_maker *m, words_term *t)
{
    term_find_readers(m->program, (record_side)(1 - m->side), t);
    m->w->terms[m->w->term_count++] = *t;
    m->w->asking_gates |= 1ULL << t->gate;
    return true;
}

static bool mark_apart(words_maker *m, uint32_t gate_index, uint32_t row, err *e)
{
    words *w = m->w;
    if ((w->apart_gates >> gate_index & 1u) == 0) {
        uint32_t word;
        uint32_t shift;
        if (!find_room(m, 1, 1, false, &word, &shift, e)) {
            return false;
        }
        w->apart_gates |= 1ULL << gate_index;
        w->apart_word[gate_index] = (uint8_t)word;
        w->apart_bit[gate_index] = (uint8_t)shift;
    }
    uint64_t bit = 1ULL << w->apart_bit[gate_index];
    m->planes[READ_POSSIBLE][w->apart_word[gate_index]][row] |= bit;
    m->planes[READ_CERTAIN][w->apart_word[gate_index]][row] |= bit;
    return true;
}

/* ------------------------------------------------------------------------------------ ranks */

static int compare_int32(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a;
    int32_t y = *(const int32_t *)b;
    return x < y ? -1 : x > y;
}

/* Values in the order in which they get harder to pass. */
static int32_t passing_order(const words_term *t, int64_t number)
{
    return t->row_is_small ? (int32_t)number : ~(int32_t)number;
}

static uint32_t rank_of(const int32_t *values, uint32_t count, int32_t value)
{
    uint32_t low = 0;
    uint32_t high = count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (values[middle] <= value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool keep_values(words_maker *m, words_term *t, err *e)
{
    int32_t *values = mem_new((size_t)m->row_count * sizeof *values);
    if (values == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the words of %u rows", m->row_count);
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < m->row_count; i++) {
        if (m->values[i].kind == VALUE_NUMBER) {
            values[count++] = passing_order(t, m->values[i].number);
        }
    }
    qsort(values, count, sizeof *values, compare_int32);
    uint32_t distinct = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || values[i] != values[distinct - 1]) {
            values[distinct++] = values[i];
        }
    }
    int32_t *kept = arena_make_array(&m->w->memory, distinct, int32_t);
    if (kept != NULL) {
        memcpy(kept, values, distinct * sizeof *kept);
    }
    mem_free(values);
    t->values = kept;
    t->value_count = distinct;
    if (kept == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the words of %u rows", m->row_count);
    }
    int64_t span = distinct == 0 ? 0 : (int64_t)kept[distinct - 1] - kept[0] + 1;
    if (span == 0 || span > RANK_SPAN_MAX) {
        return true;
    }
    uint16_t *ranks = arena_make_array(&m->w->memory, (size_t)span, uint16_t);
    if (ranks == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the words of %u rows", m->row_count);
    }
    for (int64_t i = 0; i < span; i++) {
        ranks[i] = (uint16_t)rank_of(kept, distinct, (int32_t)(kept[0] + i));
    }
    t->ranks = ranks;
    t->first = kept[0];
    t->span = (uint32_t)span;
    return true;
}

static uint32_t bits_for(uint32_t largest)
{
    return 32u - (uint32_t)__builtin_clz(largest | 1u);
}

static bool place_ranks(words_maker *m, words_term *t, err *e)
{
    bool has_unknown = false;
    bool has_number = false;
    for (uint32_t i = 0; i < m->row_count; i++) {
        has_unknown = has_unknown || m->values[i].kind == VALUE_UNKNOWN;
        has_number = has_number || m->values[i].kind == VALUE_NUMBER;
    }
    /* A term that no row asks by is left out; but an offer that asks may name another key than the
     * one a joined term stands for. */
    bool may_ask_otherwise = t->is_joined && m->side == SIDE_SEEKER;
    if (!has_unknown && !has_number && !may_ask_otherwise) {
        return true;
    }
    if (!keep_values(m, t, e)) {
        return false;
    }
    t->width = bits_for(t->value_count + 1);
    if (!find_room(m, 0, t->width + 1, true, &t->word, &t->shift, e)) {
        return false;
    }
    bool counts_unknown = !m->program->gates[t->gate].unknown_is_yes;
    for (uint32_t i = 0; i < m->row_count; i++) {
        uint64_t possible = 0;
        uint64_t certain = 0;
        if (m->values[i].kind == VALUE_NUMBER) {
            possible = rank_of(t->values, t->value_count, passing_order(t, m->values[i].number));
            certain = possible;
        } else if (m->values[i].kind == VALUE_UNKNOWN && counts_unknown) {
            certain = t->value_count + 1;
        }
        m->planes[READ_POSSIBLE][t->word][i] |= possible << t->shift;
        m->planes[READ_CERTAIN][t->word][i] |= certain << t->shift;
    }
    return keep_term(m, t);
}

/* The key that most entries of the rows have: the one the words can tell. */
static int32_t common_key(words_maker *m, const gate *g)
{
    enum { KEY_COUNT = 1024 };
    uint32_t counts[KEY_COUNT] = {0};
    uint16_t column = m->side == SIDE_OFFER ? g->offer_key : g->seeker_key;
    uint32_t best = 0;
    for (uint32_t i = 0; i < m->row_count; i++) {
        gate_row row = row_at(m, i);
        gate_call c = call_for(m, g, &row);
        gate_list keys = gate_read_list(&c, m->side, column);
        for (uint32_t k = 0; keys.is_known && k < keys.count; k++) {
            if (keys.values[k] >= 0 && keys.values[k] < KEY_COUNT) {
                counts[keys.values[k]]++;
                if (counts[keys.values[k]] > counts[best]) {
                    best = (uint32_t)keys.values[k];
                }
            }
        }
    }
    return (int32_t)best;
}

static bool make_ranks(words_maker *m, uint32_t gate_index, uint32_t part, err *e)
{
    const gate *g = &m->program->gates[gate_index];
    bool seeker_is_small = g->op == GATE_AT_MOST || g->op == GATE_ON_OR_AFTER ||
                           g->op == GATE_NOT_BEFORE_AS_OF || (g->op == GATE_OVERLAPS && part == 0);
    words_term t = {.form = TERM_RANK,
                    .gate = gate_index,
                    .part = part,
                    .row_is_small = seeker_is_small == (m->side == SIDE_SEEKER),
                    .is_joined = g->seeker_key != NO_COLUMN};
    if (t.is_joined) {
        t.key = common_key(m, g);
    }
    for (uint32_t i = 0; i < m->row_count; i++) {
        gate_row row = row_at(m, i);
        gate_call c = call_for(m, g, &row);
        bool has_others = false;
        m->values[i] = (term_value){.kind = VALUE_FREE};
        if (is_free_by_kind(m, g, i)) {
            continue;
        }
        m->values[i] = term_read_number(&c, &t, m->side, true, &has_others);
        if ((has_others || m->values[i].kind == VALUE_APART) && !mark_apart(m, gate_index, i, e)) {
            return false;
        }
    }
    return place_ranks(m, &t, e);
}

/* ------------------------------------------------------------------------------------ codes */

/* In which rows a code stands, folded: equal rows give equal sums, and unequal ones hardly ever. */
typedef struct code_rows {
    uint64_t sums[64][2];
    uint64_t used;
} code_rows;

static uint64_t mix_row(uint64_t row)
{
    row = (row + 1) * 0x9e3779b97f4a7c15ULL;
    return (row ^ row >> 29) * 0xbf58476d1ce4e5b9ULL;
}

static void fold_codes(const words_maker *m, code_rows *ret)
{
    memset(ret, 0, sizeof *ret);
    for (uint32_t i = 0; i < m->row_count; i++) {
        const uint64_t readings[2] = {m->codes[i].possible, m->codes[i].certain};
        if (m->codes[i].is_unknown || m->codes[i].is_free) {
            continue;
        }
        uint64_t sum = mix_row(i);
        for (uint32_t reading = 0; reading < 2; reading++) {
            ret->used |= readings[reading];
            for (uint64_t left = readings[reading]; left != 0; left &= left - 1) {
                ret->sums[__builtin_ctzll(left)][reading] += sum;
            }
        }
    }
}

static bool stand_in_same_rows(const words_maker *m, uint32_t a, uint32_t b)
{
    for (uint32_t i = 0; i < m->row_count; i++) {
        const term_codes *codes = &m->codes[i];
        bool is_told = !codes->is_unknown && !codes->is_free;
        uint64_t differ = (codes->possible >> a ^ codes->possible >> b) |
                          (codes->certain >> a ^ codes->certain >> b);
        if (is_told && (differ & 1u) != 0) {
            return false;
        }
    }
    return true;
}

/* Gives every used code a bit, counted from 0; codes of the same rows share one. */
static uint32_t number_codes(const words_maker *m, words_term *t)
{
    code_rows rows;
    uint32_t count = 0;
    fold_codes(m, &rows);
    memset(t->bit_of, CODE_NONE, sizeof t->bit_of);
    for (uint64_t left = rows.used; left != 0; left &= left - 1) {
        uint32_t code = (uint32_t)__builtin_ctzll(left);
        for (uint64_t earlier = rows.used & ((1ULL << code) - 1); earlier != 0;
             earlier &= earlier - 1) {
            uint32_t other = (uint32_t)__builtin_ctzll(earlier);
            if (rows.sums[other][0] == rows.sums[code][0] &&
                rows.sums[other][1] == rows.sums[code][1] && stand_in_same_rows(m, other, code)) {
                t->bit_of[code] = t->bit_of[other];
                break;
            }
        }
        if (t->bit_of[code] == CODE_NONE) {
            t->bit_of[code] = (uint8_t)count++;
        }
    }
    return count;
}

/* Finds room for a bit per code and one more; the bits then count from the word's lowest. */
static bool place_codes(words_maker *m, words_term *t, uint32_t code_count, uint32_t first_word,
                        err *e)
{
    if (code_count == WORD_BITS) {
        return fail(e, ERR_TOO_LARGE, "a code list in use has more codes than a word has bits");
    }
    t->width = code_count + 1;
    if (!find_room(m, first_word, t->width, false, &t->word, &t->shift, e)) {
        return false;
    }
    t->extra_bit = t->shift + code_count;
    for (uint32_t code = 0; code < 64; code++) {
        if (t->bit_of[code] != CODE_NONE) {
            t->bit_of[code] = (uint8_t)(t->bit_of[code] + t->shift);
        }
    }
    return true;
}

static void put_bits(words_maker *m, const words_term *t, uint32_t row, uint64_t possible,
                     uint64_t certain)
{
    m->planes[READ_POSSIBLE][t->word][row] |= possible;
    m->planes[READ_CERTAIN][t->word][row] |= certain;
}

static bool place_mask(words_maker *m, words_term *t, err *e)
{
    bool has_unknown = false;
    bool counts_unknown = !m->program->gates[t->gate].unknown_is_yes;
    for (uint32_t i = 0; i < m->row_count; i++) {
        has_unknown = has_unknown || (counts_unknown && m->codes[i].is_unknown);
    }
    uint32_t code_count = number_codes(m, t);
    if (code_count == 0 && !has_unknown) {
        return true;
    }
    if (!place_codes(m, t, code_count, 0, e)) {
        return false;
    }
    for (uint32_t i = 0; i < m->row_count; i++) {
        const term_codes *codes = &m->codes[i];
        if (codes->is_unknown) {
            put_bits(m, t, i, 0, counts_unknown ? 1ULL << t->extra_bit : 0);
        } else {
            put_bits(m, t, i, term_pack(t, codes->possible), term_pack(t, codes->certain));
        }
    }
    return keep_term(m, t);
}

static bool place_any(words_maker *m, words_term *t, err *e)
{
    bool is_needed = false;
    for (uint32_t i = 0; i < m->row_count; i++) {
        is_needed = is_needed || !m->codes[i].is_free;
    }
    if (!is_needed) {
        return true;
    }
    if (!place_codes(m, t, number_codes(m, t), 1, e)) {
        return false;
    }
    bool unknown_is_yes = m->program->gates[t->gate].unknown_is_yes;
    for (uint32_t i = 0; i < m->row_count; i++) {
        const term_codes *codes = &m->codes[i];
        uint64_t always = 1ULL << t->extra_bit;
        uint64_t possible = term_pack(t, codes->possible);
        uint64_t certain = term_pack(t, codes->certain);
        possible |= codes->is_free || codes->is_unknown ? always : 0;
        certain |= codes->is_free || (codes->is_unknown && unknown_is_yes) ? always : 0;
        put_bits(m, t, i, possible, certain);
    }
    return keep_term(m, t);
}

static bool is_codes(const match_program *p, record_side side, uint16_t column)
{
    uint32_t type = p->columns[side].columns[column].field->type;
    return type == LOTSE_CODE || type == LOTSE_CODE_SET || type == LOTSE_CODE_LIST;
}

static bool make_codes(words_maker *m, uint32_t gate_index, err *e)
{
    const gate *g = &m->program->gates[gate_index];
    words_term t = {.form = g->op == GATE_INTERSECTS_OR_EMPTY ? TERM_ANY : TERM_MASK,
                    .gate = gate_index};
    for (uint32_t i = 0; i < m->row_count; i++) {
        gate_row row = row_at(m, i);
        gate_call c = call_for(m, g, &row);
        m->codes[i] = (term_codes){.is_free = true};
        if (!is_free_by_kind(m, g, i)) {
            m->codes[i] = term_read_codes(&c, m->side);
        }
        if (m->codes[i].is_free) {
            m->codes[i].possible = m->codes[i].certain = 0;
            m->codes[i].is_unknown = false;
        }
    }
    return t.form == TERM_ANY ? place_any(m, &t, e) : place_mask(m, &t, e);
}

/* A gate that looks at the offer alone is decided here. */
static bool make_fixed(words_maker *m, uint32_t gate_index, err *e)
{
    const gate *g = &m->program->gates[gate_index];
    words_term t = {.form = TERM_MASK, .gate = gate_index, .is_fixed = true};
    for (uint32_t i = 0; i < m->row_count; i++) {
        gate_row row = row_at(m, i);
        verdict v = gate_judge(m->program, g, NULL, &row, m->w->as_of);
        m->codes[i] = (term_codes){.possible = v == VERDICT_NO, .certain = v != VERDICT_YES};
    }
    return place_mask(m, &t, e);
}

/* ------------------------------------------------------------------------------------ apart */

/* Does the offer ask for nothing by this gate, whoever comes? */
static bool offer_is_free(words_maker *m, const gate *g, uint32_t row_index)
{
    const field *f = m->program->columns[SIDE_OFFER].columns[g->offer_columns[0]].field;
    gate_row row = row_at(m, row_index);
    gate_call c = call_for(m, g, &row);
    switch (f->type) {
    case LOTSE_CONCEPT:
    case LOTSE_CONCEPT_SET:
    case LOTSE_CONCEPT_LIST:
    case LOTSE_CODE:
    case LOTSE_CODE_SET:
    case LOTSE_CODE_LIST: {
        if (g->offer_key != NO_COLUMN) {
            return false;
        }
        gate_set s = gate_read_set(&c, SIDE_OFFER, g->offer_columns[0]);
        bool is_empty = s.is_known && s.has_concepts && s.count == 0;
        bool asks = g->op == GATE_CONTAINS_ALL || g->op == GATE_INTERSECTS_OR_EMPTY ||
                    g->op == GATE_DISJOINT;
        return (!s.is_known && s.is_wish) || (is_empty && asks);
    }
    case LOTSE_WEEK:
        return gate_field_is_wish(f) && gate_read_week(&c, SIDE_OFFER, g->offer_columns[0]) == NULL;
    default:
        return false;
    }
}

static bool make_apart(words_maker *m, uint32_t gate_index, err *e)
{
    const gate *g = &m->program->gates[gate_index];
    for (uint32_t i = 0; i < m->row_count; i++) {
        bool is_free =
            m->side == SIDE_OFFER && (is_free_by_kind(m, g, i) ||
                                      (g->offer_columns[0] != NO_COLUMN && offer_is_free(m, g, i)));
        if (!is_free && !mark_apart(m, gate_index, i, e)) {
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------ all */

/* The derived columns of the anchor that a gate reads. */
static uint64_t derived_of(const match_program *p, record_side side, const gate *g)
{
    const uint16_t *columns = side == SIDE_SEEKER ? g->seeker_columns : g->offer_columns;
    return derive_bit(p, side, columns[0]) | derive_bit(p, side, columns[1]);
}

static bool applies_to_all(const gate *g)
{
    uint64_t all = gate_code_mask(CODES(kind));
    return (g->kinds & all) == all;
}

static bool make_gate(words_maker *m, uint32_t i, err *e)
{
    const gate *g = &m->program->gates[i];
    bool is_joined = g->seeker_key != NO_COLUMN;
    switch (g->op) {
    case GATE_AT_LEAST:
    case GATE_AT_MOST:
    case GATE_ON_OR_AFTER:
    case GATE_FLAG:
        return make_ranks(m, i, 0, e);
    case GATE_OVERLAPS:
        return is_joined ? make_apart(m, i, e) : make_ranks(m, i, 0, e) && make_ranks(m, i, 1, e);
    case GATE_NOT_BEFORE_AS_OF:
        return m->side == SIDE_SEEKER || make_ranks(m, i, 0, e);
    case GATE_SEATS:
    case GATE_STATUS:
    case GATE_RESTRICTION:
        return m->side == SIDE_SEEKER || make_fixed(m, i, e);
    case GATE_IN:
    case GATE_CONTAINS_ALL:
    case GATE_INTERSECTS_OR_EMPTY:
    case GATE_DISJOINT:
    case GATE_SUBSET_OF:
    case GATE_PERMISSION:
        if (is_codes(m->program, SIDE_SEEKER, g->seeker_columns[0]) &&
            is_codes(m->program, SIDE_OFFER, g->offer_columns[0])) {
            return make_codes(m, i, e);
        }
        return make_apart(m, i, e);
    case GATE_WITHIN_KM:
        if (m->w->km_gate < 0 && applies_to_all(g)) {
            m->w->km_gate = (int32_t)i;
            return true;
        }
        return make_apart(m, i, e);
    case GATE_FITS_WITHIN:
        return make_apart(m, i, e);
    }
    check(false);
    return false;
}

static bool read_kinds(words_maker *m, err *e)
{
    m->kinds = arena_new(&m->w->memory, padded(m->row_count));
    if (m->kinds == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the words of %u rows", m->row_count);
    }
    uint16_t column =
        m->side == SIDE_OFFER ? program_column(m->program, SIDE_OFFER, "kind") : NO_COLUMN;
    const lotse_table *table = segment_table(m->segment);
    for (uint32_t i = 0; i < m->row_count; i++) {
        m->kinds[i] = KIND_UNKNOWN;
        if (column != NO_COLUMN) {
            const lotse_column *c = lotse_column_of(table, column);
            if (lotse_is_known(table, c, i)) {
                m->kinds[i] = (uint8_t) * (const uint16_t *)lotse_value(table, c, i);
            }
        }
    }
    m->w->kinds = m->kinds;
    return true;
}

static uint64_t *keep_plane(words_maker *m, const uint64_t *plane)
{
    uint64_t *kept = arena_make_array(&m->w->memory, padded(m->row_count), uint64_t);
    if (kept != NULL) {
        memcpy(kept, plane, (size_t)m->row_count * sizeof *kept);
    }
    return kept;
}

/* The certain words are kept only where a row differs in them. */
static bool keep_planes(words_maker *m, err *e)
{
    words *w = m->w;
    w->plane_count = m->plane_count;
    bool is_same = true;
    for (uint32_t k = 0; k < m->plane_count; k++) {
        for (uint32_t i = 0; i < m->row_count; i++) {
            w->differing[k] |= m->planes[0][k][i] ^ m->planes[1][k][i];
        }
        is_same = is_same && w->differing[k] == 0;
    }
    for (uint32_t k = 0; k < m->plane_count; k++) {
        w->planes[READ_POSSIBLE][k] = keep_plane(m, m->planes[READ_POSSIBLE][k]);
        w->planes[READ_CERTAIN][k] =
            is_same ? w->planes[READ_POSSIBLE][k] : keep_plane(m, m->planes[READ_CERTAIN][k]);
        if (w->planes[READ_POSSIBLE][k] == NULL || w->planes[READ_CERTAIN][k] == NULL) {
            return fail(e, ERR_MEMORY, "no memory for the words of %u rows", m->row_count);
        }
    }
    const segment_header *head = m->segment->head;
    if (head->wanted.slot_count == 0) {
        return true;
    }
    uint32_t count = head->wanted.entry_count;
    uint64_t *listed = arena_make_array(&w->memory, (size_t)count + ROW_PADDING, uint64_t);
    if (listed == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the words of %u rows", m->row_count);
    }
    const uint32_t *rows = segment_at(m->segment, head->wanted.rows_off);
    for (uint32_t i = 0; i < count; i++) {
        listed[i] = w->planes[READ_POSSIBLE][0][rows[i]];
    }
    w->listed = listed;
    return true;
}

static bool make_views(words *w, err *e)
{
    const match_program *p = w->program;
    record_side side = segment_side(w->segment);
    table_view *views = arena_make_array(&w->memory, p->criterion_count, table_view);
    if (views == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the columns of criteria");
    }
    for (uint32_t i = 0; i < p->criterion_count; i++) {
        table_view_rows(&views[i], p, w->segment, w->derived, p->criteria[i].columns[side],
                        p->criteria[i].column_count[side]);
        if (p->criteria[i].cage != NULL) {
            table_view_keep(&views[i]);
        }
    }
    w->views = views;
    return true;
}

/* A bit for each row whose column reads so. */
static bool keep_row_bits(words_maker *m, err *e)
{
    const segment_order *order = &m->segment->head->order;
    const lotse_table *table = segment_table(m->segment);
    size_t count = padded(m->row_count) / 64;
    uint64_t *online = arena_make_array(&m->w->memory, count, uint64_t);
    uint64_t *unplaced = arena_make_array(&m->w->memory, count, uint64_t);
    if (online == NULL || unplaced == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the words of %u rows", m->row_count);
    }
    static const lotse_column none = {0};
    const lotse_column *flag =
        order->online == NO_COLUMN ? &none : lotse_column_of(table, order->online);
    const lotse_column *at =
        order->place == NO_COLUMN ? &none : lotse_column_of(table, order->place);
    for (uint32_t i = 0; i < m->row_count; i++) {
        bool is_online =
            lotse_is_known(table, flag, i) && *(const uint8_t *)lotse_value(table, flag, i) == 1;
        online[i >> 6] |= (uint64_t)is_online << (i & 63u);
        unplaced[i >> 6] |= (uint64_t)!lotse_is_known(table, at, i) << (i & 63u);
    }
    m->w->online = online;
    m->w->unplaced = unplaced;
    return true;
}

bool words_make(words *w, err *e)
{
    words_maker m = {.w = w,
                     .program = w->program,
                     .segment = w->segment,
                     .side = segment_side(w->segment),
                     .row_count = segment_row_count(w->segment)};
    w->km_gate = -1;
    bool is_good = false;
    m.values = mem_new((size_t)m.row_count * sizeof *m.values);
    m.codes = mem_new((size_t)m.row_count * sizeof *m.codes);
    if (m.values == NULL || m.codes == NULL) {
        fail(e, ERR_MEMORY, "no memory for the words of %u rows", m.row_count);
        goto done;
    }
    if (!read_kinds(&m, e) || !add_plane(&m, e)) {
        goto done;
    }
    for (uint32_t i = 0; i < m.program->gate_count; i++) {
        w->derived_of[i] = derived_of(m.program, (record_side)(1 - m.side), &m.program->gates[i]);
        if (w->as_of == DAY_ANY && derived_of(m.program, m.side, &m.program->gates[i]) != 0) {
            w->day_gates |= 1ULL << i;
            continue;
        }
        if (!make_gate(&m, i, e)) {
            goto done;
        }
    }
    w->asking_gates |= w->apart_gates | w->day_gates;
    is_good = keep_planes(&m, e) && keep_row_bits(&m, e) && make_views(w, e);
done:
    for (uint32_t k = 0; k < WORDS_MAX; k++) {
        mem_free(m.planes[0][k]);
        mem_free(m.planes[1][k]);
    }
    mem_free(m.values);
    mem_free(m.codes);
    return is_good;
}
