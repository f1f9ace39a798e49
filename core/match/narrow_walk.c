/* Which rows of a segment are looked at, and in which order: rows that ask for concepts through the
 * list of the rarest; the others group by group, those first that can score highest, each around
 * the anchor's place, nearest bands first. What cannot reach the k-th any more is not looked at. */
#include <math.h>

#include "base/check.h"
#include "match/match_run.h"
#include "match/narrow_bands.h"

enum { LIST_CUT_MIN = 24, GROUP_WHOLE_MAX = 64, STRETCH_COUNT_MAX = 64 };

/* Consecutive rows, or entries of a list of rows. */
typedef struct stretch {
    const uint32_t *rows; /* NULL: the rows themselves */
    uint32_t first, end;
    double km; /* no row in them is nearer */
} stretch;

typedef struct walk {
    match_run_state *run;
    run_segment *s;
    const segment_header *head;
    bool has_limit; /* rows with a place lie within `limit` km, or do not matter */
    double limit;
    bool can_shrink; /* a criterion falls with the distance: far rows are not worth the look */
    double shrink_max;
    band_cells *bands; /* of the radius below */
    uint32_t band_count;
    double radius;                /* the bands were made for it; negative: for none */
    words_scan scan, scan_listed; /* of rows, and of lists' entries */
    bool is_scan_whole;           /* a scan of rows tells all that words can tell */
    stretch stretches[STRETCH_COUNT_MAX];
    uint32_t stretch_count;
} walk;

static double worthwhile_km(const walk *w, const run_class *c);

/* ------------------------------------------------------------------------------------ classes */

static int32_t bound_of(const match_run_state *run, const bound *b, uint32_t prefix,
                        uint32_t wanting)
{
    int32_t at_least_check = b->otherwise > 500000 ? b->otherwise : 500000;
    const segment_order *order = &run->worker->orders[SIDE_OFFER];
    if (run->row_side != SIDE_OFFER) {
        return POINTS_MAX;
    }
    if (b->kind == BOUND_SHARE_OF && b->offer_column == order->wanted && run->share_bound != NULL &&
        b->seeker_column == run->share_bound->seeker_column) {
        if (wanting == WANTING_NOT) {
            return b->otherwise;
        }
        if (wanting == WANTING_SOME && !run->anchor.is_sharing_known) {
            return run->anchor.is_sharing_open ? POINTS_MAX : at_least_check;
        }
        return wanting == WANTING_SOME && run->anchor.sharing_count == 0 ? 0 : POINTS_MAX;
    }
    if (b->kind == BOUND_PREFIX && b->offer_column == order->prefix && run->prefix_bound != NULL &&
        b->seeker_column == run->prefix_bound->seeker_column) {
        if (prefix == PREFIX_NONE) {
            return at_least_check;
        }
        return prefix == PREFIX_OTHER ? 0 : POINTS_MAX;
    }
    return POINTS_MAX;
}

const run_class *narrow_class(match_run_state *run, uint32_t prefix, uint32_t wanting)
{
    uint32_t index = prefix * WANTING_STATE_COUNT + wanting;
    run_class *c = &run->classes[index];
    if ((run->classes_made >> index & 1u) != 0) {
        return c;
    }
    run->classes_made |= 1ULL << index;
    c->shares = 0;
    c->rest[run->criterion_count] = 0;
    for (uint32_t i = run->criterion_count; i-- > 0;) {
        const criterion_spec *spec = run->criteria[i].spec;
        int32_t most = POINTS_MAX;
        bool is_share = false;
        for (uint32_t k = 0; k < spec->bound_count; k++) {
            int32_t limit = bound_of(run, &spec->bounds[k], prefix, wanting);
            most = limit < most ? limit : most;
            is_share = is_share || &spec->bounds[k] == run->share_bound;
        }
        c->most[i] = contribution(run->criteria[i].weight, most);
        c->shares += is_share ? c->most[i] : 0;
        c->rest[i] = c->rest[i + 1] + c->most[i];
    }
    return c;
}

static uint32_t prefix_state(const match_run_state *run, uint16_t prefix)
{
    const run_anchor *a = &run->anchor;
    if (prefix == GROUP_ANY || run->prefix_bound == NULL || a->has_odd_prefix) {
        return PREFIX_ANY;
    }
    if (prefix == 0 || a->prefixes == 0) {
        return PREFIX_NONE;
    }
    return (a->prefixes >> prefix & 1u) != 0 ? PREFIX_SHARED : PREFIX_OTHER;
}

static uint32_t wanting_state(const match_run_state *run, uint16_t is_wanting)
{
    if (is_wanting == GROUP_ANY || run->share_bound == NULL) {
        return WANTING_ANY;
    }
    return is_wanting != 0 ? WANTING_SOME : WANTING_NOT;
}

/* ------------------------------------------------------------------------------------ rows */

/* Live, and of a kind that is asked for. */
static bool row_is_in_bounds(const match_run_state *run, const run_segment *s, uint32_t row)
{
    if (s->live != NULL && (s->live[row >> 6] >> (row & 63u) & 1u) == 0) {
        return false;
    }
    if (run->row_side == SIDE_OFFER && run->query->kinds != UINT64_MAX) {
        uint8_t kind = s->words->kinds[row];
        return kind >= 64 || (run->query->kinds >> kind & 1u) != 0;
    }
    return true;
}

/* Of rows that passed a scan, those that pass the other words and are in bounds. */
static uint32_t keep_passing(const walk *w, uint32_t *rows, uint32_t count, bool is_scanned_whole)
{
    const match_run_state *run = w->run;
    bool has_bounds = w->s->live != NULL || run->query->kinds != UINT64_MAX;
    if (is_scanned_whole && !has_bounds) {
        return count;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = rows[i];
        rows[kept] = row;
        kept +=
            words_pass_rest(&w->s->query, row) && (!has_bounds || row_is_in_bounds(run, w->s, row));
    }
    return kept;
}

/* Takes the last `count` of the rows that wait, once they passed a scan: what criteria read of them
 * is fetched while others are looked for. */
static void take_rows(walk *w, uint32_t count, bool is_scanned_whole)
{
    match_run_state *run = w->run;
    uint32_t *rows = run->worker->waiting + run->row_count;
    const char *hot = segment_at(w->s->segment, w->head->hot_off);
    const size_t width = w->head->hot_width;
    count = keep_passing(w, rows, count, is_scanned_whole);
    for (uint32_t i = 0; i < count; i++) {
        __builtin_prefetch(hot + rows[i] * width);
    }
    run->row_count += count;
    if (run->row_count >= CHUNK_ROW_MAX) {
        narrow_chunks(run);
    }
}

/* Looks at rows one after the other, or at entries of a list of rows. */
static void scan(walk *w, const uint32_t *rows, const words_stretch *stretches,
                 uint32_t stretch_count)
{
    match_run_state *run = w->run;
    const words_scan *words_of = rows == NULL ? &w->scan : &w->scan_listed;
    uint32_t *waiting = run->worker->waiting + run->row_count;
    uint32_t count = run->worker->scan(words_of, stretches, stretch_count, waiting);
    for (uint32_t i = 0; rows != NULL && i < count; i++) {
        waiting[i] = rows[waiting[i]];
    }
    take_rows(w, count, rows == NULL && w->is_scan_whole);
}

static void visit(walk *w, const uint32_t *rows, uint32_t first, uint32_t end)
{
    while (first < end && !w->run->has_failed) {
        uint32_t stop = end - first > SCAN_ROW_MAX ? first + SCAN_ROW_MAX : end;
        scan(w, rows, &(words_stretch){first, stop}, 1);
        first = stop;
    }
}

/* Looks at the stretches that wait, in their order, as many at once as a scan has room for. */
static void visit_stretches(walk *w)
{
    const run_class *c = w->run->class_next;
    words_stretch near[STRETCH_COUNT_MAX];
    for (uint32_t i = 0; i < w->stretch_count && !w->run->has_failed;) {
        const uint32_t *rows = w->stretches[i].rows;
        double radius = worthwhile_km(w, c);
        uint32_t near_count = 0;
        uint32_t row_count = 0;
        for (; i < w->stretch_count && w->stretches[i].rows == rows; i++) {
            const stretch *at = &w->stretches[i];
            if (at->km > radius) {
                continue;
            }
            if (row_count + (at->end - at->first) > SCAN_ROW_MAX) {
                break;
            }
            row_count += at->end - at->first;
            near[near_count++] = (words_stretch){at->first, at->end};
        }
        if (near_count > 0) {
            scan(w, rows, near, near_count);
        } else if (i < w->stretch_count && w->stretches[i].rows == rows) {
            visit(w, rows, w->stretches[i].first, w->stretches[i].end);
            i++;
        }
    }
    w->stretch_count = 0;
}

/* Rows to look at next. They wait for others, so that their words are fetched together. */
static void add_stretch(walk *w, const uint32_t *rows, uint32_t first, uint32_t end, double km)
{
    enum { WORDS_PER_LINE = 8, LINE_MAX = 6 };
    if (first >= end) {
        return;
    }
    const uint64_t *row_words =
        rows == NULL ? w->s->words->planes[READ_POSSIBLE][0] : w->s->words->listed;
    uint32_t near =
        end - first < WORDS_PER_LINE * LINE_MAX ? end : first + WORDS_PER_LINE * LINE_MAX;
    for (uint32_t i = first; i < near; i += WORDS_PER_LINE) {
        __builtin_prefetch(row_words + i);
    }
    w->stretches[w->stretch_count++] = (stretch){rows, first, end, km};
    if (w->stretch_count == STRETCH_COUNT_MAX) {
        visit_stretches(w);
    }
}

/* ------------------------------------------------------------------------------------ space */

static uint32_t lower_bound(const float *values, uint32_t first, uint32_t end, double value)
{
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        if ((double)values[middle] < value) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return first;
}

/* A list's entries: those without a place, then those between two latitudes. */
static void visit_list(walk *w, const segment_lists *lists, const list_slot *list, double radius)
{
    const segment *s = w->s->segment;
    const float *lats = segment_at(s, lists->lats_off);
    const uint32_t *rows = lists->rows_off == 0 ? NULL : segment_at(s, lists->rows_off);
    uint32_t first = list->placed;
    uint32_t end = list->end;
    if (w->has_limit && end - first > LIST_CUT_MIN) {
        double degrees = radius / KM_PER_DEGREE_LEAST + 1e-4;
        first = lower_bound(lats, first, end, w->run->anchor.latitude - degrees);
        end = lower_bound(lats, first, end, w->run->anchor.latitude + degrees);
    }
    add_stretch(w, rows, lists->first_row + list->first, lists->first_row + list->placed, 0);
    add_stretch(w, rows, lists->first_row + first, lists->first_row + end, 0);
}

/* The lists of an anchor's concepts are on their way. */
static void fetch_slots(const walk *w, const segment_lists *lists, const uint32_t *concepts,
                        uint32_t count)
{
    const list_slot *slots = segment_at(w->s->segment, lists->slots_off);
    for (uint32_t i = 0; i < count && lists->slot_count > 0; i++) {
        __builtin_prefetch(&slots[list_slot_of(lists->slot_count, concepts[i])]);
    }
}

static void make_bands(walk *w, double radius)
{
    const run_anchor *a = &w->run->anchor;
    w->radius = radius;
    w->band_count = bands_around(w->s->segment, a->latitude, a->longitude, radius, w->bands);
}

/* How far a row of the class may be to reach the k-th: the distance may cost what is over. */
static double worthwhile_km(const walk *w, const run_class *c)
{
    const match_run_state *run = w->run;
    double limit = w->has_limit ? w->limit : (double)INFINITY;
    if (!w->can_shrink) {
        return limit;
    }
    int32_t weight = run->criteria[run->linear_stage].weight;
    int32_t over = c->rest[0] - run->rank->threshold;
    over += contribution(weight, POINTS_MAX) - c->most[run->linear_stage];
    if (weight == 0 || over + 2 >= weight) {
        return limit;
    }
    double km = w->shrink_max * ((double)over + 2) / weight + 1e-6;
    return km < limit ? km : limit;
}

static void visit_group(walk *w, const run_class *c, uint32_t group)
{
    const segment *s = w->s->segment;
    const uint32_t *starts = (const uint32_t *)segment_at(s, w->head->cell_starts_off) +
                             (size_t)group * (w->head->cell_count + 1);
    const segment_group *g = (const segment_group *)segment_at(s, w->head->groups_off) + group;
    if (g->end - g->first <= GROUP_WHOLE_MAX) {
        add_stretch(w, NULL, g->first, g->end, 0); /* cheaper than to look where they are */
        return;
    }
    add_stretch(w, NULL, g->first, starts[1], 0);
    if (w->head->grid.lat_count == 0) {
        return;
    }
    double radius = worthwhile_km(w, c);
    if (isinf(radius)) {
        add_stretch(w, NULL, starts[1], g->end, 0);
        return;
    }
    if (w->radius < 0 || radius < w->radius * 0.9 || radius > w->radius) {
        make_bands(w, radius);
    }
    for (uint32_t i = 0; i < w->band_count; i++) {
        if (w->bands[i].km <= radius) {
            add_stretch(w, NULL, starts[w->bands[i].first], starts[w->bands[i].end],
                        w->bands[i].km);
        }
    }
}

/* ------------------------------------------------------------------------------------ offers */

/* Rows that ask for concepts: through the anchor's lists where the gate asks so. */
static void walk_required(walk *w, bool through_lists)
{
    match_run_state *run = w->run;
    uint32_t first = w->head->required_first;
    const run_class *c = narrow_class(run, PREFIX_ANY, WANTING_ANY);
    if (first == w->head->row_count || c->rest[0] < run->rank->threshold) {
        return;
    }
    narrow_turn(run, w->s, c);
    if (!through_lists) {
        visit(w, NULL, first, w->head->row_count);
        return;
    }
    fetch_slots(w, &w->head->required, run->anchor.may_have, run->anchor.may_have_count);
    for (uint32_t i = 0; i < run->anchor.may_have_count; i++) {
        const list_slot *list =
            segment_list_find(w->s->segment, &w->head->required, run->anchor.may_have[i]);
        if (list != NULL) {
            visit_list(w, &w->head->required, list, w->limit);
        }
    }
    visit_stretches(w);
}

/* Rows that share a wanted concept with the anchor. */
static void walk_wanted(walk *w, const run_class *c)
{
    match_run_state *run = w->run;
    run->has_repeats = true; /* a row stands under each concept it wants */
    double radius = worthwhile_km(w, c);
    bool had_limit = w->has_limit;
    w->has_limit = !isinf(radius);
    for (uint32_t i = 0; i < run->anchor.sharing_count && !run->has_failed; i++) {
        const list_slot *list =
            segment_list_find(w->s->segment, &w->head->wanted, run->anchor.sharing[i]);
        if (list != NULL) {
            visit_list(w, &w->head->wanted, list, radius);
        }
    }
    visit_stretches(w);
    w->has_limit = had_limit;
}

bool narrow_lists_gate(const match_run_state *run, const segment_order *order, uint32_t *ret_gate)
{
    record_side side = run->row_side;
    if (order->required == NO_COLUMN) {
        return false;
    }
    const segment_order *other = &run->worker->orders[1 - side];
    for (uint64_t left = run->gates; left != 0; left &= left - 1) {
        const gate *g = &run->program->gates[__builtin_ctzll(left)];
        uint16_t own = side == SIDE_OFFER ? g->offer_columns[0] : g->seeker_columns[0];
        uint16_t theirs = side == SIDE_OFFER ? g->seeker_columns[0] : g->offer_columns[0];
        if (g->op == GATE_CONTAINS_ALL && g->offer_key == NO_COLUMN && own == order->required &&
            theirs == other->required && (~g->kinds & ((1ULL << CODES(kind)->count) - 1)) == 0) {
            *ret_gate = (uint32_t)__builtin_ctzll(left);
            return true;
        }
    }
    return false;
}

static void walk_class(walk *w, uint64_t groups, const run_class *c)
{
    narrow_turn(w->run, w->s, c);
    for (; groups != 0 && !w->run->has_failed; groups &= groups - 1) {
        visit_group(w, c, (uint32_t)__builtin_ctzll(groups));
    }
    visit_stretches(w);
}

/* Which groups are of which class, a bit each. Returns the classes that are there. */
static uint32_t sort_groups(const walk *w, uint64_t by_class[CLASS_COUNT])
{
    const segment_group *groups = segment_at(w->s->segment, w->head->groups_off);
    uint32_t present = 0;
    for (uint32_t g = 0; g < w->head->group_count; g++) {
        uint32_t i = prefix_state(w->run, groups[g].prefix) * WANTING_STATE_COUNT +
                     wanting_state(w->run, groups[g].is_wanting);
        by_class[i] = (present >> i & 1u) != 0 ? by_class[i] | 1ULL << g : 1ULL << g;
        present |= 1u << i;
    }
    return present;
}

/* The class that can score highest among some. */
static const run_class *best_class(match_run_state *run, uint32_t present, uint32_t *ret_index)
{
    const run_class *best = NULL;
    for (; present != 0; present &= present - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(present);
        const run_class *c = narrow_class(run, i / WANTING_STATE_COUNT, i % WANTING_STATE_COUNT);
        if (best == NULL || c->rest[0] > best->rest[0]) {
            best = c;
            *ret_index = i;
        }
    }
    return best;
}

static void walk_offers(walk *w)
{
    match_run_state *run = w->run;
    uint64_t by_class[CLASS_COUNT];
    if (run->anchor.is_sharing_known) {
        fetch_slots(w, &w->head->wanted, run->anchor.sharing, run->anchor.sharing_count);
    }
    uint32_t gate_index;
    walk_required(w, run->anchor.is_having_known && !run->anchor.has_open_lists &&
                         narrow_lists_gate(run, &w->head->order, &gate_index));
    uint32_t present = sort_groups(w, by_class);
    bool has_lists = w->head->wanted.slot_count > 0 && run->anchor.is_sharing_known;
    while (present != 0 && !run->has_failed) {
        uint32_t index = 0;
        const run_class *c = best_class(run, present, &index);
        uint32_t wanting = index % WANTING_STATE_COUNT;
        /* A class of other codes is large: what is known by now may spare it. */
        if (index / WANTING_STATE_COUNT != PREFIX_SHARED) {
            narrow_flush(run);
        }
        if (c->rest[0] < run->rank->threshold) {
            return; /* nor can any class that is left */
        }
        present &= ~(1u << index);
        if (wanting == WANTING_SOME && has_lists && c->rest[0] - c->shares < run->rank->threshold) {
            /* Only rows that share a concept can still do: also those of the lesser classes. */
            narrow_turn(run, w->s, c);
            walk_wanted(w, c);
            for (uint32_t i = 0; i < PREFIX_STATE_COUNT; i++) {
                present &= ~(1u << (i * WANTING_STATE_COUNT + WANTING_SOME));
            }
            continue;
        }
        walk_class(w, by_class[index], c);
    }
}

/* ------------------------------------------------------------------------------------ seekers */

/* Rows listed one by one: few, so that their words are looked at one by one too. */
static void visit_entries(walk *w, const list_slot *list)
{
    const uint32_t *rows = segment_at(w->s->segment, w->head->required.rows_off);
    const words_key *key = &w->s->query.key[READ_POSSIBLE];
    match_run_state *run = w->run;
    uint32_t *waiting = run->worker->waiting + run->row_count;
    uint32_t count = 0;
    for (uint32_t i = list->first; i < list->end && !run->has_failed; i++) {
        waiting[count] = rows[i];
        count += word_passes(key, 0, w->s->words->planes[READ_POSSIBLE][0][rows[i]]);
        if (count == CHUNK_ROW_MAX || i + 1 == list->end) {
            take_rows(w, count, false);
            waiting = run->worker->waiting + run->row_count;
            count = 0;
        }
    }
}

/* The shortest list among the concepts that the offer asks for. NULL: no seeker has one of them. */
static const list_slot *find_shortest(const walk *w, uint32_t *ret_count)
{
    const list_slot *shortest = NULL;
    *ret_count = UINT32_MAX;
    for (uint32_t i = 0; i < w->run->anchor.having_count; i++) {
        const list_slot *list =
            segment_list_find(w->s->segment, &w->head->required, w->run->anchor.having[i]);
        if (list == NULL) {
            *ret_count = 0;
            return NULL;
        }
        if (list->end - list->first < *ret_count) {
            *ret_count = list->end - list->first;
            shortest = list;
        }
    }
    return shortest;
}

static void walk_seekers(walk *w)
{
    match_run_state *run = w->run;
    const run_class *c = narrow_class(run, PREFIX_ANY, WANTING_ANY);
    narrow_turn(run, w->s, c);
    uint32_t gate_index;
    if (w->head->required.slot_count > 0 && run->anchor.having_count > 0 &&
        !run->anchor.has_open_lists && narrow_lists_gate(run, &w->head->order, &gate_index)) {
        uint32_t count;
        const list_slot *list = find_shortest(w, &count);
        if (count < w->head->row_count / 8) {
            if (list != NULL) {
                visit_entries(w, list);
            }
            /* Of those whose skills are not known anybody may have them. */
            list = segment_list_find(w->s->segment, &w->head->required, LIST_UNKNOWN);
            if (list != NULL) {
                visit_entries(w, list);
            }
            return;
        }
    }
    for (uint32_t g = 0; g < w->head->group_count && !run->has_failed; g++) {
        visit_group(w, c, g);
    }
    visit_stretches(w);
}

/* ------------------------------------------------------------------------------------ all */

static void find_limits(walk *w)
{
    const match_run_state *run = w->run;
    const run_anchor *a = &run->anchor;
    if (!a->has_place || a->is_online) {
        return;
    }
    bool is_known = run->row_side == SIDE_OFFER ? a->has_reach : w->head->reach_max != INT32_MAX;
    double reach = run->row_side == SIDE_OFFER ? a->reach : w->head->reach_max;
    /* Distances are rounded when places are: a little more is no harm. */
    reach = reach * (1 + 1e-6) + 0.001;
    if (run->has_km_gate && is_known) {
        w->has_limit = true;
        w->limit = reach;
    }
    if (run->linear != NULL && (run->linear->max > 0 || is_known)) {
        w->can_shrink = true;
        w->shrink_max = run->linear->max > 0 ? run->linear->max : reach;
    }
}

static void make_scans(walk *w)
{
    const words_query *q = &w->s->query;
    const words *made = w->s->words;
    const words_key *key = &q->key[READ_POSSIBLE];
    w->scan = (words_scan){.first_words = made->planes[READ_POSSIBLE][0],
                           .level = key->level[0],
                           .guards = key->guards[0],
                           .mask = key->mask[0]};
    w->scan_listed = w->scan;
    w->scan_listed.first_words = made->listed;
    if (q->any_count > 0) {
        w->scan.any = made->planes[READ_POSSIBLE][q->any[0].word];
        w->scan.any_bits = q->any[0].bits[READ_POSSIBLE];
    }
    w->is_scan_whole = q->used_count == 0 && q->any_count <= 1;
}

void narrow_walk(match_run_state *run, run_segment *s)
{
    walk w;
    w.run = run;
    w.s = s;
    w.head = s->segment->head;
    w.has_limit = false;
    w.limit = 0;
    w.can_shrink = false;
    w.shrink_max = 0;
    w.band_count = 0;
    w.radius = -1;
    w.stretch_count = 0;
    if (s->query.no_gates != 0 || w.head->row_count == 0) {
        return;
    }
    make_scans(&w);
    find_limits(&w);
    w.bands = arena_make_array(&run->worker->scratch, w.head->grid.lat_count, band_cells);
    if (w.bands == NULL) {
        run->has_failed = true;
        fail(run->failure, ERR_MEMORY, "no memory to look for matches");
        return;
    }
    if (run->row_side == SIDE_OFFER) {
        walk_offers(&w);
    } else {
        walk_seekers(&w);
    }
    narrow_flush(run);
}
