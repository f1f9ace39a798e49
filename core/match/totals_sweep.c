/* Totals by the block: what a loop over rows and gates would tell, told by loops over words. */
#include "match/totals_sweep.h"

#include <math.h>
#include <string.h>

#include "model/place.h"

/* Chords this much shorter or longer than the limit are decided without the exact formula. */
#define CHORD_SLACK 1e-9

/* The fields of a term in its word. */
static uint64_t bits_of_term(const words_term *t)
{
    if (t->form == TERM_RANK) {
        return 1ULL << (t->shift + t->width);
    }
    uint64_t ones = t->width >= 64 ? ~0ULL : (1ULL << t->width) - 1;
    return ones << t->shift;
}

static double chord_square(double km)
{
    double half = km / (2 * PLACE_RADIUS_KM);
    if (half >= M_PI / 2) {
        return INFINITY;
    }
    double chord = 2 * PLACE_RADIUS_KM * sin(half);
    return chord * chord;
}

bool sweep_begin(sweep *s)
{
    const words_query *q = s->query;
    const words *w = q->words;
    if (q->judged != 0 || s->counter_count > SWEEP_COUNTER_MAX) {
        return false;
    }
    memset(s->bits, 0, sizeof s->bits);
    s->always = 0;
    for (uint32_t i = 0; i < s->run->program->gate_count; i++) {
        for (uint32_t c = 0; c < s->counter_count; c++) {
            if (s->gates[c] >> i & 1u) {
                s->counter_of[i] = (uint8_t)c;
                s->always |= (q->no_gates >> i & 1u) << c;
            }
        }
    }
    for (uint32_t i = 0; i < w->term_count; i++) {
        const words_term *t = &w->terms[i];
        if ((q->on >> t->gate & 1u) != 0 && t->form != TERM_ANY) {
            s->bits[s->counter_of[t->gate]][t->word] |= bits_of_term(t);
        }
    }
    double limit = s->place->has_reach ? chord_square(s->place->reach) : INFINITY;
    s->near_square = limit * (1 - CHORD_SLACK);
    s->far_square = limit * (1 + CHORD_SLACK);
    return true;
}

/* Which fields of a word are refused, and by whose gates. */
static inline __attribute__((always_inline)) void fold_word(const sweep *s,
                                                            const uint64_t *row_words,
                                                            uint32_t stride, uint32_t word,
                                                            uint64_t *excluded)
{
    const words_key *key = &s->query->key[READ_POSSIBLE];
    const uint64_t level = key->level[word];
    const uint64_t guards = key->guards[word];
    const uint64_t mask = key->mask[word];
    uint64_t refused[SWEEP_ROW_COUNT];
    for (uint32_t i = 0; i < SWEEP_ROW_COUNT; i++) {
        uint64_t row = row_words[(size_t)i * stride];
        refused[i] = (~(level - row) & guards) | (row & mask);
    }
    for (uint32_t c = 0; c < s->counter_count; c++) {
        const uint64_t bits = s->bits[c][word] & (guards | mask);
        if (bits != 0) {
            const uint64_t counter = 1ULL << c;
            for (uint32_t i = 0; i < SWEEP_ROW_COUNT; i++) {
                excluded[i] |= (refused[i] & bits) != 0 ? counter : 0;
            }
        }
    }
}

static inline __attribute__((always_inline)) void fold_words(const sweep *s, uint32_t first,
                                                             uint64_t *excluded)
{
    const words_query *q = s->query;
    const words *w = q->words;
    fold_word(s, w->first[READ_POSSIBLE] + first, 1, 0, excluded);
    const uint64_t *rest = w->rest[READ_POSSIBLE] + (size_t)first * w->rest_count;
    for (uint32_t k = 0; k < q->rest_used_count; k++) {
        uint32_t word = q->rest_used[k];
        fold_word(s, rest + word, w->rest_count, word + 1, excluded);
    }
    for (uint32_t k = 0; k < q->any_count; k++) {
        const uint64_t *any = rest + q->any[k].word;
        const uint64_t bits = q->any[k].bits[READ_POSSIBLE];
        const uint64_t counter = 1ULL << s->counter_of[q->any[k].gate];
        for (uint32_t i = 0; i < SWEEP_ROW_COUNT; i++) {
            excluded[i] |= (any[(size_t)i * w->rest_count] & bits) == 0 ? counter : 0;
        }
    }
}

#if defined(__x86_64__)
__attribute__((target("avx512f,avx512vl,avx512dq"))) static void
fold_words_avx512(const sweep *s, uint32_t first, uint64_t *excluded)
{
    fold_words(s, first, excluded);
}

__attribute__((target("avx2"))) static void fold_words_avx2(const sweep *s, uint32_t first,
                                                            uint64_t *excluded)
{
    fold_words(s, first, excluded);
}
#endif

static void fold_block(const sweep *s, uint32_t first, uint64_t *excluded)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
        fold_words_avx512(s, first, excluded);
        return;
    }
    if (__builtin_cpu_supports("avx2")) {
        fold_words_avx2(s, first, excluded);
        return;
    }
#endif
    fold_words(s, first, excluded);
}

/* ------------------------------------------------------------------------------------ one by one
 */

static verdict judge(const sweep *s, uint32_t gate_index, uint32_t row)
{
    const match_run_state *run = s->run;
    gate_row other = {s->segment->segment, row, s->segment->words->derived, row};
    const gate_row *seeker = run->row_side == SIDE_OFFER ? s->anchor : &other;
    const gate_row *offer = run->row_side == SIDE_OFFER ? &other : s->anchor;
    return gate_judge(run->program, &run->program->gates[gate_index], seeker, offer,
                      run->query->as_of);
}

static const void *value_of(const near_column *c, uint32_t row)
{
    if (c->base == NULL || (c->known != NULL && (c->known[row >> 6] >> (row & 63u) & 1u) == 0)) {
        return NULL;
    }
    return c->base + (size_t)row * c->stride;
}

/* Is the row surely too far away? What lies within the slack of the limit is judged exactly. */
static bool is_too_far(const sweep *s, uint32_t row)
{
    const run_segment *rows = s->segment;
    const run_anchor *anchor = s->place;
    double near_square = s->near_square;
    double far_square = s->far_square;
    if (s->run->row_side == SIDE_OFFER) {
        const uint8_t *online = value_of(&rows->online, row);
        if (online != NULL && *online != 0) {
            return false;
        }
    } else {
        const int32_t *reach = value_of(&rows->reach, row);
        if (reach == NULL && !rows->reach_has_default) {
            return false; /* no reach is no limit, or a missing fact: never a no */
        }
        double limit = chord_square(reach != NULL ? *reach : rows->reach_default);
        near_square = limit * (1 - CHORD_SLACK);
        far_square = limit * (1 + CHORD_SLACK);
    }
    const double *at = value_of(&rows->place, row);
    if (at == NULL) {
        return false;
    }
    double x = at[0] - anchor->place[0];
    double y = at[1] - anchor->place[1];
    double z = at[2] - anchor->place[2];
    double square = x * x + y * y + z * z;
    if (square < near_square) {
        return false;
    }
    return square > far_square || judge(s, (uint32_t)rows->words->km_gate, row) == VERDICT_NO;
}

static void fold_distance(const sweep *s, uint32_t first, uint64_t rows, uint64_t *excluded)
{
    const run_anchor *anchor = s->place;
    bool decides_nothing = !anchor->has_place || anchor->is_online ||
                           (s->run->row_side == SIDE_OFFER && !anchor->has_reach);
    if (!s->run->has_km_gate || decides_nothing) {
        return;
    }
    const uint64_t counter = 1ULL << s->counter_of[s->segment->words->km_gate];
    for (; rows != 0; rows &= rows - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(rows);
        excluded[i] |= is_too_far(s, first + i) ? counter : 0;
    }
}

/* A set of concepts of a row, or NULL: not one that can be read plainly. */
static bool read_concepts(const segment *s, uint16_t column, uint32_t row, const uint32_t **ret,
                          uint32_t *ret_count)
{
    const lotse_column *c = segment_column(s, column);
    const lotse_table *t = segment_table(s);
    if (c->type != LOTSE_CONCEPT_SET || !lotse_is_known(t, c, row)) {
        return false;
    }
    const lotse_range *range = lotse_value(t, c, row);
    *ret = (const uint32_t *)lotse_values(t, c) + range->begin;
    *ret_count = range->end - range->begin;
    return true;
}

/* Both ascending: does `all` lack one of `some`? */
static bool lacks_one(const uint32_t *all, uint32_t all_count, const uint32_t *some,
                      uint32_t some_count)
{
    uint32_t k = 0;
    for (uint32_t i = 0; i < some_count; i++) {
        while (k < all_count && all[k] < some[i]) {
            k++;
        }
        if (k == all_count || all[k] != some[i]) {
            return true;
        }
    }
    return false;
}

/* A gate that the words could not tell, of one row. */
static bool fails_apart(const sweep *s, uint32_t gate_index, uint32_t row)
{
    const gate *g = &s->run->program->gates[gate_index];
    const column_set *columns = s->run->program->columns;
    bool is_plain = g->op == GATE_CONTAINS_ALL && g->seeker_key == UINT16_MAX &&
                    g->kinds == UINT64_MAX &&
                    columns[SIDE_SEEKER].columns[g->seeker_columns[0]].derived < 0 &&
                    columns[SIDE_OFFER].columns[g->offer_columns[0]].derived < 0;
    if (is_plain) {
        bool is_offer_row = s->run->row_side == SIDE_OFFER;
        const segment *own = s->segment->segment;
        const uint32_t *have = NULL;
        const uint32_t *need = NULL;
        uint32_t have_count = 0;
        uint32_t need_count = 0;
        if (read_concepts(is_offer_row ? s->anchor->segment : own, g->seeker_columns[0],
                          is_offer_row ? s->anchor->row : row, &have, &have_count) &&
            read_concepts(is_offer_row ? own : s->anchor->segment, g->offer_columns[0],
                          is_offer_row ? row : s->anchor->row, &need, &need_count)) {
            return lacks_one(have, have_count, need, need_count);
        }
    }
    return judge(s, gate_index, row) == VERDICT_NO;
}

static void fold_apart(const sweep *s, uint32_t first, uint64_t rows, uint64_t *excluded)
{
    const words_query *q = s->query;
    uint64_t used = 0;
    for (uint32_t k = 0; k < q->words->rest_count; k++) {
        used |= q->apart[k];
    }
    for (; used != 0 && rows != 0; rows &= rows - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(rows);
        for (uint64_t left = words_apart(q, first + i); left != 0; left &= left - 1) {
            uint32_t gate_index = (uint32_t)__builtin_ctzll(left);
            uint64_t counter = 1ULL << s->counter_of[gate_index];
            if ((excluded[i] & counter) == 0 && fails_apart(s, gate_index, first + i)) {
                excluded[i] |= counter;
            }
        }
    }
}

uint64_t sweep_block(const sweep *s, uint32_t first, uint64_t counted)
{
    uint64_t excluded[SWEEP_ROW_COUNT];
    for (uint32_t i = 0; i < SWEEP_ROW_COUNT; i++) {
        excluded[i] = s->always;
    }
    fold_block(s, first, excluded);
    fold_distance(s, first, counted, excluded);
    fold_apart(s, first, counted, excluded);

    uint64_t possible = 0;
    uint64_t seen = 0;
    for (uint32_t i = 0; i < SWEEP_ROW_COUNT; i++) {
        excluded[i] = counted >> i & 1u ? excluded[i] : 0;
        seen |= excluded[i];
        possible |= (uint64_t)(excluded[i] == 0) << i;
    }
    for (; seen != 0; seen &= seen - 1) {
        uint32_t c = (uint32_t)__builtin_ctzll(seen);
        uint64_t count = 0;
        for (uint32_t i = 0; i < SWEEP_ROW_COUNT; i++) {
            count += excluded[i] >> c & 1u;
        }
        s->counts[c] += count;
    }
    return possible & counted;
}
