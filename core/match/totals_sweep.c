#include "match/totals_sweep.h"

#include <math.h>
#include <string.h>

#include "base/check.h"
#include "match/narrow_bands.h"
#include "model/place.h"

/* Chords this much shorter or longer than the limit are decided without the exact formula. */
static const double chord_slack = 1e-9;

/* What a gate outside the words says of all rows, a bit a row: it passes, or it is unsure; a row
 * with neither bit fails. Rows outside of the bitmaps' gate are not looked at. */
typedef struct row_bits {
    uint64_t *passes; /* NULL: the gate is not asked, or passes everything */
    uint64_t *unsure;
    uint32_t gate;
    uint32_t counter;
} row_bits;

typedef struct sweeper {
    const sweep *s;
    const segment *segment;
    const segment_header *head;
    const words *words;
    uint32_t block_count;
    uint8_t counter_of[GATE_COUNT_MAX];
    totals_plane *planes;
    uint32_t plane_count;
    row_bits km;
    row_bits required;       /* of rows from required_first on */
    uint64_t required_gates; /* the gate of `required`, a bit, or 0 */
    uint32_t required_first;
} sweeper;

/* ------------------------------------------------------------------------------------ words */

/* The bits in which a refusal by a term shows. */
static uint64_t bits_of_term(const words_term *t)
{
    if (t->form == TERM_RANK) {
        return 1ULL << (t->shift + t->width);
    }
    return (t->width >= 64 ? UINT64_MAX : (1ULL << t->width) - 1) << t->shift;
}

static void add_test(totals_plane *p, uint32_t counter, uint64_t bits)
{
    bits &= p->guards | p->mask;
    if (bits == 0) {
        return;
    }
    for (uint32_t i = 0; i < p->test_count; i++) {
        if (p->tests[i].counter == counter) {
            p->tests[i].bits |= bits;
            return;
        }
    }
    p->tests[p->test_count++] = (totals_test){counter, bits};
}

static bool make_planes(sweeper *w, err *e)
{
    const words_query *q = w->s->query;
    const words_key *key = &q->key[READ_POSSIBLE];
    w->plane_count = w->words->plane_count;
    w->planes = arena_make_array(&w->s->run->worker->scratch, w->plane_count, totals_plane);
    if (w->planes == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the totals");
    }
    for (uint32_t k = 0; k < w->plane_count; k++) {
        totals_plane *p = &w->planes[k];
        p->rows = w->words->planes[READ_POSSIBLE][k];
        p->level = key->level[k];
        p->guards = key->guards[k];
        p->mask = key->mask[k];
    }
    for (uint32_t i = 0; i < w->words->term_count; i++) {
        const words_term *t = &w->words->terms[i];
        if ((q->on >> t->gate & 1u) != 0 && t->form != TERM_ANY) {
            add_test(&w->planes[t->word], w->counter_of[t->gate], bits_of_term(t));
        }
    }
    for (uint32_t i = 0; i < q->any_count; i++) {
        totals_plane *p = &w->planes[q->any[i].word];
        p->shared[p->shared_count++] =
            (totals_test){w->counter_of[q->any[i].gate], q->any[i].bits[READ_POSSIBLE]};
    }
    return true;
}

/* ------------------------------------------------------------------------------------ bitmaps */

static void set_bit(uint64_t *bits, uint32_t row)
{
    bits[row >> 6] |= 1ULL << (row & 63u);
}

static bool make_bits(sweeper *w, uint32_t gate_index, row_bits *ret, err *e)
{
    arena *a = &w->s->run->worker->scratch;
    ret->gate = gate_index;
    ret->counter = w->counter_of[gate_index];
    ret->passes = arena_make_array(a, w->block_count, uint64_t);
    ret->unsure = arena_make_array(a, w->block_count, uint64_t);
    return (ret->passes != NULL && ret->unsure != NULL) ||
           fail(e, ERR_MEMORY, "no memory for the totals");
}

static void set_all(uint64_t *bits, uint32_t block_count)
{
    memset(bits, 0xff, block_count * sizeof *bits);
}

/* Where a gate takes the unknown for a yes, nothing is unsure. */
static void settle_unsure(const sweeper *w, row_bits *bits)
{
    for (uint32_t b = 0; b < w->block_count && bits->passes != NULL; b++) {
        if (w->s->run->program->gates[bits->gate].unknown_is_yes) {
            bits->passes[b] |= bits->unsure[b];
            bits->unsure[b] = 0;
        }
    }
}

/* ------------------------------------------------------------------------------------ distance */

static double chord_square(double km)
{
    double half = km / (2 * PLACE_RADIUS_KM);
    if (half >= M_PI / 2) {
        return INFINITY;
    }
    double chord = 2 * PLACE_RADIUS_KM * sin(half);
    return chord * chord;
}

/* Limits of the squared chord: below, the row is surely in; above, surely out. */
typedef struct chord_limits {
    double km;
    double near_square;
    double far_square;
} chord_limits;

static chord_limits limits_of(double km)
{
    double square = chord_square(km);
    return (chord_limits){km, square * (1 - chord_slack), square * (1 + chord_slack)};
}

static inline bool is_within(const run_anchor *a, const double *to, const chord_limits *l)
{
    double dx = to[0] - a->place[0];
    double dy = to[1] - a->place[1];
    double dz = to[2] - a->place[2];
    double square = dx * dx + dy * dy + dz * dz;
    if (square <= l->near_square || square > l->far_square) {
        return square <= l->near_square;
    }
    return place_km((place){a->place[0], a->place[1], a->place[2]}, (place){to[0], to[1], to[2]}) <=
           l->km;
}

/* A row with a place, of a pair of which neither is online. */
static void mark_row(sweeper *w, const chord_limits *own, uint32_t row)
{
    const run_segment *s = w->s->segment;
    const run_anchor *a = w->s->anchor;
    const double *to = near_value(&s->place, row);
    if (to == NULL) {
        return;
    }
    if (w->s->run->row_side == SIDE_OFFER) {
        if (is_within(a, to, own)) {
            set_bit(w->km.passes, row);
        }
        return;
    }
    const int32_t *reach = near_value(&s->reach, row);
    if (reach == NULL && !s->reach_has_default) {
        set_bit(s->reach_is_free ? w->km.passes : w->km.unsure, row);
        return;
    }
    chord_limits limits = limits_of(reach == NULL ? s->reach_default : *reach);
    if (is_within(a, to, &limits)) {
        set_bit(w->km.passes, row);
    }
}

/* Consecutive offers, all of known place: no row needs more than its own coordinates. */
static void mark_offers(sweeper *w, const chord_limits *own, uint32_t first, uint32_t end)
{
    const near_column *places = &w->s->segment->place;
    const run_anchor *a = w->s->anchor;
    const double x = a->place[0];
    const double y = a->place[1];
    const double z = a->place[2];
    while (first < end) {
        uint32_t stop = (first | 63u) + 1;
        stop = stop < end ? stop : end;
        uint64_t within = 0;
        uint64_t narrow = 0;
        const char *at = places->base + (size_t)first * places->stride;
        for (uint32_t row = first; row < stop; row++, at += places->stride) {
            const double *to = (const double *)at;
            double dx = to[0] - x;
            double dy = to[1] - y;
            double dz = to[2] - z;
            double square = dx * dx + dy * dy + dz * dz;
            within |= (uint64_t)(square <= own->near_square) << (row & 63u);
            narrow |= (uint64_t)((square > own->near_square) & (square <= own->far_square))
                      << (row & 63u);
        }
        w->km.passes[first >> 6] |= within;
        for (; narrow != 0; narrow &= narrow - 1) {
            mark_row(w, own, (first & ~63u) + (uint32_t)__builtin_ctzll(narrow));
        }
        first = stop;
    }
}

static void mark_rows(sweeper *w, const chord_limits *own, uint32_t first, uint32_t end)
{
    const near_column *places = &w->s->segment->place;
    if (w->s->run->row_side == SIDE_OFFER && places->base != NULL && places->known == NULL) {
        mark_offers(w, own, first, end);
        return;
    }
    for (uint32_t row = first; row < end; row++) {
        mark_row(w, own, row);
    }
}

/* Rows of the cells that the circle touches; a plain segment has them all in cell 0. */
static bool mark_near_rows(sweeper *w, double radius, const chord_limits *own, err *e)
{
    const segment *s = w->segment;
    const uint32_t *starts = segment_at(s, w->head->cell_starts_off);
    const segment_group *groups = segment_at(s, w->head->groups_off);
    const uint32_t *cells =
        w->head->required_cells_off == 0 ? NULL : segment_at(s, w->head->required_cells_off);
    const required_row *rows = segment_at(s, w->head->required_rows_off);
    band_cells *bands =
        arena_make_array(&w->s->run->worker->scratch, w->head->grid.lat_count, band_cells);
    if (bands == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the totals");
    }
    uint32_t count =
        bands_around(s, w->s->anchor->latitude, w->s->anchor->longitude, radius, bands);
    for (uint32_t g = 0; g < w->head->group_count; g++) {
        const uint32_t *own_starts = starts + (size_t)g * (w->head->cell_count + 1);
        if (!w->head->is_indexed) {
            mark_rows(w, own, groups[g].first, groups[g].end);
            continue;
        }
        for (uint32_t i = 0; i < count; i++) {
            mark_rows(w, own, own_starts[bands[i].first], own_starts[bands[i].end]);
        }
    }
    for (uint32_t i = 0; i < count && cells != NULL; i++) {
        for (uint32_t k = cells[bands[i].first]; k < cells[bands[i].end]; k++) {
            if (rows[k].has_place != 0 && is_within(w->s->anchor, rows[k].place, own)) {
                set_bit(w->km.passes, rows[k].row);
            }
        }
    }
    return true;
}

static bool mark_km(sweeper *w, err *e)
{
    const match_run_state *run = w->s->run;
    const run_anchor *a = w->s->anchor;
    bool rows_are_offers = run->row_side == SIDE_OFFER;
    if (!run->has_km_gate || a->is_online || (rows_are_offers && a->reach_is_free)) {
        return true;
    }
    if (!make_bits(w, (uint32_t)w->words->km_gate, &w->km, e)) {
        return false;
    }
    const run_segment *s = w->s->segment;
    bool reach_may_be_free = !rows_are_offers && !s->reach_has_default && s->reach_is_free;
    bool is_lost = !a->has_place || (rows_are_offers && !a->has_reach);
    for (uint32_t b = 0; b < w->block_count; b++) {
        w->km.passes[b] = w->words->online[b];
        w->km.unsure[b] = (is_lost ? UINT64_MAX : w->words->unplaced[b]) & ~w->km.passes[b];
    }
    if (reach_may_be_free) {
        for (uint32_t row = 0; row < w->head->row_count; row++) {
            if (near_value(&s->reach, row) == NULL) {
                set_bit(w->km.passes, row);
                w->km.unsure[row >> 6] &= ~(1ULL << (row & 63u));
            }
        }
    }
    if (is_lost) {
        return true;
    }
    double radius = rows_are_offers ? a->reach : w->head->reach_max;
    chord_limits own = limits_of(rows_are_offers ? a->reach : 0);
    if (!rows_are_offers && w->head->reach_max == INT32_MAX) {
        mark_rows(w, &own, 0, w->head->row_count);
        return true;
    }
    return mark_near_rows(w, radius * (1 + 1e-6) + 0.001, &own, e);
}

/* ------------------------------------------------------------------------------------ concepts */

/* Does the row's set and the anchor's fulfil the gate? */
static verdict judge_required(const sweeper *w, uint32_t row)
{
    const run_anchor *a = w->s->anchor;
    const lotse_table *table = w->segment->table;
    const lotse_column *c = lotse_column_of(table, w->head->order.required);
    if (!lotse_is_known(table, c, row)) {
        return VERDICT_NO;
    }
    const lotse_range *range = lotse_value(table, c, row);
    const uint32_t *own = (const uint32_t *)lotse_values(table, c) + range->begin;
    uint32_t count = range->end - range->begin;
    bool rows_are_offers = w->s->run->row_side == SIDE_OFFER;
    bool has_all = rows_are_offers ? has_all_concepts(a->having, a->having_count, own, count)
                                   : has_all_concepts(own, count, a->having, a->having_count);
    bool may_have_all = has_all || (rows_are_offers && a->may_have_count > a->having_count &&
                                    has_all_concepts(a->may_have, a->may_have_count, own, count));
    return has_all ? VERDICT_YES : may_have_all ? VERDICT_CHECK : VERDICT_NO;
}

static void mark_list(sweeper *w, uint32_t concept_number)
{
    const list_slot *list = segment_list_find(w->segment, &w->head->required, concept_number);
    const uint32_t *rows =
        w->head->required.rows_off == 0 ? NULL : segment_at(w->segment, w->head->required.rows_off);
    for (uint32_t i = list == NULL ? 0 : list->first; list != NULL && i < list->end; i++) {
        uint32_t row = rows == NULL ? w->head->required.first_row + i : rows[i];
        verdict v = concept_number == LIST_UNKNOWN ? VERDICT_CHECK : judge_required(w, row);
        if (v != VERDICT_NO) {
            set_bit(v == VERDICT_YES ? w->required.passes : w->required.unsure, row);
        }
    }
}

/* Seekers who have what the offer asks for stand in the list of each of the concepts. */
static void mark_able_seekers(sweeper *w)
{
    const run_anchor *a = w->s->anchor;
    uint32_t fewest = UINT32_MAX;
    uint32_t best = 0;
    for (uint32_t i = 0; i < a->having_count; i++) {
        const list_slot *list = segment_list_find(w->segment, &w->head->required, a->having[i]);
        uint32_t count = list == NULL ? 0 : list->end - list->first;
        if (count < fewest) {
            fewest = count;
            best = a->having[i];
        }
    }
    mark_list(w, best);
    mark_list(w, LIST_UNKNOWN);
}

static bool mark_required(sweeper *w, err *e)
{
    const match_run_state *run = w->s->run;
    const run_anchor *a = w->s->anchor;
    uint32_t gate_index;
    if (w->head->required.slot_count == 0 ||
        !narrow_lists_gate(run, &w->head->order, &gate_index)) {
        return true;
    }
    if (a->has_open_lists) {
        return true; /* told apart row by row */
    }
    record_side side = (record_side)(1 - run->row_side);
    uint16_t own = run->worker->orders[side].required;
    bool is_wish = run->program->columns[side].columns[own].field->role != FIELD_FACT;
    bool rows_are_wish =
        run->program->columns[run->row_side].columns[w->head->order.required].field->role !=
        FIELD_FACT;
    if (run->row_side == SIDE_SEEKER && (!a->is_having_known || rows_are_wish)) {
        return true; /* rare: told apart row by row */
    }
    w->required_gates = 1ULL << gate_index;
    w->required_first = run->row_side == SIDE_OFFER ? w->head->required_first : 0;
    bool asks_nothing =
        run->row_side == SIDE_OFFER ? !a->is_having_known && is_wish : a->having_count == 0;
    if (asks_nothing) {
        return true;
    }
    if (!make_bits(w, gate_index, &w->required, e)) {
        return false;
    }
    if (!a->is_having_known) {
        set_all(w->required.unsure, w->block_count);
    } else if (run->row_side == SIDE_SEEKER) {
        mark_able_seekers(w);
    } else {
        for (uint32_t i = 0; i < a->may_have_count; i++) {
            mark_list(w, a->may_have[i]);
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------ blocks */

/* A stretch of blocks while it is counted. */
typedef struct stretch_bits {
    uint64_t fails[TOTALS_COUNTER_MAX][TOTALS_BLOCK_MAX];
    uint64_t alive[TOTALS_BLOCK_MAX];
    uint64_t unsure[TOTALS_BLOCK_MAX];
    uint64_t marked[TOTALS_BLOCK_MAX];
    uint64_t possible[TOTALS_BLOCK_MAX];
} stretch_bits;

static uint64_t alive_rows(const sweeper *w, uint32_t block)
{
    const match_query *q = w->s->run->query;
    uint32_t left = w->head->row_count - block * WORDS_BLOCK_ROWS;
    uint64_t rows = left < WORDS_BLOCK_ROWS ? (1ULL << left) - 1 : UINT64_MAX;
    if (w->s->segment->live != NULL) {
        rows &= w->s->segment->live[block];
    }
    if (w->s->run->row_side == SIDE_OFFER && q->kinds != UINT64_MAX) {
        rows &= totals_kinds(w->words->kinds + (size_t)block * WORDS_BLOCK_ROWS, q->kinds);
    }
    return rows;
}

static void fold_bits(const row_bits *bits, uint32_t block, uint32_t count, uint32_t first_row,
                      stretch_bits *ret)
{
    for (uint32_t b = 0; b < count && bits->passes != NULL; b++) {
        uint32_t row = (block + b) * WORDS_BLOCK_ROWS;
        uint64_t asked = UINT64_MAX;
        if (row + WORDS_BLOCK_ROWS <= first_row) {
            continue;
        }
        if (row < first_row) {
            asked <<= first_row - row;
        }
        uint64_t passes = bits->passes[block + b];
        uint64_t unsure = bits->unsure[block + b];
        ret->fails[bits->counter][b] |= ~(passes | unsure) & asked;
        ret->unsure[b] |= unsure & ~passes & asked;
    }
}

/* Gates that only gate_judge can tell, of the rows that have such marks. */
static void judge_marked(sweeper *w, uint32_t block, uint32_t b, stretch_bits *ret)
{
    const match_run_state *run = w->s->run;
    const gate_row *own = &w->s->anchor->row;
    for (uint64_t left = ret->marked[b] & ret->alive[b]; left != 0; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(left);
        uint32_t row = (block + b) * WORDS_BLOCK_ROWS + i;
        uint64_t gates = words_apart(w->s->query, row);
        gates &= row >= w->required_first ? ~w->required_gates : UINT64_MAX;
        gate_row pair = {w->segment, row, w->words->derived, row, NULL};
        const gate_row *seeker = run->row_side == SIDE_OFFER ? own : &pair;
        const gate_row *offer = run->row_side == SIDE_OFFER ? &pair : own;
        for (; gates != 0; gates &= gates - 1) {
            uint32_t g = (uint32_t)__builtin_ctzll(gates);
            verdict v =
                gate_judge(run->program, &run->program->gates[g], seeker, offer, run->query->as_of);
            ret->fails[w->counter_of[g]][b] |= (uint64_t)(v == VERDICT_NO) << i;
            ret->unsure[b] |= (uint64_t)(v == VERDICT_CHECK) << i;
        }
    }
}

/* The mark of the gate whose rows stand from required_first on says nothing new of those. */
static void choose_marks(sweeper *w, uint32_t block)
{
    for (uint32_t k = 0; k < w->plane_count; k++) {
        w->planes[k].marks = k == 0 ? 0 : w->s->query->apart[k];
    }
    if (w->required_gates != 0 && block * WORDS_BLOCK_ROWS >= w->required_first) {
        uint32_t g = (uint32_t)__builtin_ctzll(w->required_gates);
        if ((w->words->apart_gates >> g & 1u) != 0) {
            w->planes[w->words->apart_word[g]].marks &= ~(1ULL << w->words->apart_bit[g]);
        }
    }
}

/* Of the possible rows those that somebody must look at. */
static void find_unsure(sweeper *w, uint32_t block, uint32_t b, stretch_bits *bits)
{
    const words_query *q = w->s->query;
    uint64_t unsure = q->check_gates != 0 ? UINT64_MAX : bits->unsure[b];
    uint64_t left = q->certain_differs ? bits->possible[b] & ~unsure : 0;
    for (; left != 0; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(left);
        unsure |= (uint64_t)!words_pass(q, READ_CERTAIN, (block + b) * WORDS_BLOCK_ROWS + i) << i;
    }
    bits->unsure[b] = unsure & bits->possible[b];
}

static void count_stretch(sweeper *w, uint32_t block, uint32_t count, stretch_bits *bits)
{
    match_worker *worker = w->s->run->worker;
    uint32_t counters = w->s->counter_count;
    for (uint32_t c = 0; c < counters; c++) {
        bool fails = (w->s->gates[c] & w->s->query->no_gates) != 0;
        memset(bits->fails[c], fails ? 0xff : 0, count * sizeof bits->fails[c][0]);
    }
    for (uint32_t b = 0; b < count; b++) {
        bits->alive[b] = alive_rows(w, block + b);
        bits->unsure[b] = 0;
        bits->marked[b] = 0;
    }
    choose_marks(w, block);
    for (uint32_t k = 0; k < w->plane_count; k++) {
        const totals_plane *p = &w->planes[k];
        if (p->test_count + p->shared_count > 0 || p->marks != 0) {
            worker->totals_fold(p, block, count, bits->fails, bits->marked);
        }
    }
    fold_bits(&w->km, block, count, 0, bits);
    fold_bits(&w->required, block, count, w->required_first, bits);
    for (uint32_t b = 0; b < count; b++) {
        judge_marked(w, block, b, bits);
    }
    sweep_counts *counts = w->s->counts;
    worker->totals_sum(bits->fails, counters, bits->alive, count, counts->by_counter,
                       bits->possible);
    for (uint32_t b = 0; b < count; b++) {
        find_unsure(w, block, b, bits);
    }
    uint64_t rows = worker->totals_bits(bits->alive, count);
    uint64_t possible = worker->totals_bits(bits->possible, count);
    uint64_t unsure = worker->totals_bits(bits->unsure, count);
    counts->rows += rows;
    counts->excluded += rows - possible;
    counts->check += unsure;
    counts->proposed += possible - unsure;
}

bool sweep_count(const sweep *s, err *e)
{
    check(s->query->judged == 0);
    check(s->counter_count <= TOTALS_COUNTER_MAX);
    sweeper w = {.s = s,
                 .segment = s->segment->segment,
                 .head = s->segment->segment->head,
                 .words = s->segment->words};
    w.block_count = (w.head->row_count + WORDS_BLOCK_ROWS - 1) / WORDS_BLOCK_ROWS;
    for (uint32_t c = 0; c < s->counter_count; c++) {
        for (uint64_t left = s->gates[c]; left != 0; left &= left - 1) {
            w.counter_of[__builtin_ctzll(left)] = (uint8_t)c;
        }
    }
    stretch_bits *bits = arena_make(&s->run->worker->scratch, stretch_bits);
    if (bits == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the totals");
    }
    if (!make_planes(&w, e) || !mark_km(&w, e) || !mark_required(&w, e)) {
        return false;
    }
    settle_unsure(&w, &w.km);
    settle_unsure(&w, &w.required);
    /* No stretch lies across the border behind which all rows ask for concepts. */
    uint32_t border = (w.required_first + WORDS_BLOCK_ROWS - 1) / WORDS_BLOCK_ROWS;
    for (uint32_t block = 0; block < w.block_count;) {
        uint32_t end = block < border && border < w.block_count ? border : w.block_count;
        uint32_t count = end - block < TOTALS_BLOCK_MAX ? end - block : TOTALS_BLOCK_MAX;
        count_stretch(&w, block, count, bits);
        block += count;
    }
    return true;
}
