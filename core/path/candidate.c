/* The intakes that can take part: those that the goal names, and backwards from them those that
 * give something which one of them asks for and the person does not have. */
#include "path/parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"

enum { CANDIDATE_CAP_FIRST = 256, YEAR_DAYS = 364 };
#define ROW_CLOSED UINT32_MAX

static bool is_live(const finder *f, uint32_t s, uint32_t row)
{
    return f->live[s] == NULL || (f->live[s][row >> 6] >> (row & 63u) & 1u) != 0;
}

static candidate *new_candidate(finder *f, err *e)
{
    if (f->candidate_count == f->candidate_cap) {
        uint32_t cap = f->candidate_cap == 0 ? CANDIDATE_CAP_FIRST : f->candidate_cap * 2;
        candidate *larger = mem_resize(f->candidates, f->candidate_cap * sizeof *larger,
                                       (size_t)cap * sizeof *larger);
        if (larger == NULL) {
            fail(e, ERR_MEMORY, "no memory for a pathway");
            return NULL;
        }
        f->candidates = larger;
        f->candidate_cap = cap;
    }
    candidate *c = &f->candidates[f->candidate_count];
    *c = (candidate){0};
    return c;
}

typedef enum taking { TAKEN, TAKEN_NOT, TAKING_FAILED } taking;

/* Judges a row and takes it in when nothing closes it for good. */
static taking take(finder *f, uint32_t s, uint32_t row, bool is_goal, int32_t shift, err *e)
{
    if (f->candidate_count == CANDIDATE_MAX) {
        f->has_overflow = true;
        return TAKEN_NOT;
    }
    candidate *c = new_candidate(f, e);
    if (c == NULL) {
        return TAKING_FAILED;
    }
    c->segment = f->segments[s];
    c->row = row;
    c->is_goal = is_goal;
    c->is_assumed = shift != 0;
    c->shift = shift;
    if (!dates_of(f, c)) {
        f->closed_other += is_goal && shift == 0;
        return TAKEN_NOT;
    }
    c->grants = grant_needed(f, c->segment, row);
    bool is_open;
    uint32_t closed_by;
    if (!judge_today(f, c, &is_open, &closed_by, e)) {
        return TAKING_FAILED;
    }
    if (!is_open) {
        f->closed[closed_by] += is_goal && shift == 0;
        return TAKEN_NOT;
    }
    f->candidate_count++;
    return TAKEN;
}

static taking take_years(finder *f, uint32_t s, uint32_t row, bool is_goal, err *e)
{
    taking any = TAKEN_NOT;
    uint32_t years = f->q->assumes_recurring && !f->q->is_certain ? PATH_YEAR_MAX : 0;
    for (uint32_t year = 1; year <= years; year++) {
        uint32_t first = f->candidate_count;
        taking t = take(f, s, row, is_goal, (int32_t)(year * YEAR_DAYS), e);
        if (t == TAKING_FAILED) {
            return t;
        }
        if (t == TAKEN) {
            f->candidates[first].is_step = !is_goal;
            any = TAKEN;
        }
    }
    return any;
}

static bool take_goal(finder *f, uint32_t s, uint32_t row, err *e)
{
    if (!is_live(f, s, row) || f->candidate_of[s][row] != 0) {
        return true;
    }
    f->goal_rows++;
    taking t = take(f, s, row, true, 0, e);
    if (t == TAKING_FAILED) {
        return false;
    }
    f->candidate_of[s][row] = t == TAKEN ? f->candidate_count : ROW_CLOSED;
    f->goal_open += t == TAKEN;
    return take_years(f, s, row, true, e) != TAKING_FAILED;
}

static bool take_step(finder *f, uint32_t s, uint32_t row, err *e)
{
    uint32_t known = f->candidate_of[s][row];
    if (!is_live(f, s, row) || known == ROW_CLOSED) {
        return true;
    }
    if (known != 0) {
        f->candidates[known - 1].is_step = true;
        return true;
    }
    taking t = take(f, s, row, false, 0, e);
    if (t == TAKING_FAILED) {
        return false;
    }
    f->candidate_of[s][row] = t == TAKEN ? f->candidate_count : ROW_CLOSED;
    if (t == TAKEN) {
        f->candidates[f->candidate_count - 1].is_step = true;
    }
    return take_years(f, s, row, false, e) != TAKING_FAILED;
}

/* ------------------------------------------------------------------------------------ the goal */

static bool take_entries(finder *f, uint32_t s, uint64_t first, uint64_t last,
                         bool (*each)(finder *, uint32_t, uint32_t, err *), err *e)
{
    uint32_t count;
    const index_entry *entries = index_range(f->index[s], first, last, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (!each(f, s, entries[i].row, e)) {
            return false;
        }
    }
    return true;
}

/* Occupations of a scheme that begin with the digits of a code, among offers of a kind. */
static bool take_below(finder *f, uint32_t s, uint32_t kind, concept code, err *e)
{
    enum { DIGIT_COUNT_MAX = 5, DIGIT_BITS = 4, COUNT_SHIFT = 20 };
    uint32_t scheme = LOTSE_CONCEPT_SCHEME(code);
    uint32_t digits = LOTSE_CONCEPT_DIGITS(code);
    if (scheme == LOTSE_SCHEME_ESCO) {
        uint64_t key = index_key(INDEX_WORK, kind, code);
        return take_entries(f, s, key, key, take_goal, e);
    }
    for (uint32_t d = digits; d <= DIGIT_COUNT_MAX; d++) {
        uint32_t low = scheme << 28 | d << COUNT_SHIFT | (code & ((1u << COUNT_SHIFT) - 1));
        uint32_t rest = (1u << (DIGIT_BITS * (DIGIT_COUNT_MAX - digits))) - 1;
        if (!take_entries(f, s, index_key(INDEX_WORK, kind, low),
                          index_key(INDEX_WORK, kind, low + rest), take_goal, e)) {
            return false;
        }
    }
    return true;
}

static bool take_kind(finder *f, uint32_t s, uint32_t kind, err *e)
{
    const path_goal *goal = &f->q->goal;
    if (goal->occupation_count == 0) {
        return take_entries(f, s, index_key(INDEX_WORK, kind, 0),
                            index_key(INDEX_WORK, kind, UINT32_MAX), take_goal, e);
    }
    for (uint32_t i = 0; i < goal->occupation_count; i++) {
        if (!take_below(f, s, kind, goal->occupations[i], e)) {
            return false;
        }
    }
    return true;
}

static bool take_offer(finder *f, err *e)
{
    const segment *where;
    const uint32_t *rows;
    uint32_t count;
    if (!snapshot_find(f->q->snapshot, SIDE_OFFER, f->q->goal.offer, &where, &rows, &count)) {
        return true;
    }
    for (uint32_t s = 0; s < f->segment_count; s++) {
        for (uint32_t i = 0; where == f->segments[s] && i < count; i++) {
            if (!take_goal(f, s, rows[i], e)) {
                return false;
            }
        }
    }
    return true;
}

static bool take_goals(finder *f, err *e)
{
    uint64_t kinds = f->q->goal.kinds;
    if (f->q->goal.offer.base != NULL) {
        return take_offer(f, e);
    }
    if (kinds == 0) {
        kinds = UINT64_C(1) << KIND_JOB | UINT64_C(1) << KIND_SUBSIDISED_JOB;
    }
    for (; kinds != 0; kinds &= kinds - 1) {
        for (uint32_t s = 0; s < f->segment_count; s++) {
            if (!take_kind(f, s, (uint32_t)__builtin_ctzll(kinds), e)) {
                return false;
            }
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------ steps */

static bool take_givers(finder *f, uint32_t s, const want *w, err *e)
{
    path_effect_kind kind = path_effect_kind_of(w->effect);
    uint32_t level = path_effect_level(w->effect);
    uint32_t key = path_effect_key(w->effect);
    uint32_t families = w->families;
    if (families == 0 && kind == PATH_LANGUAGE) {
        return take_entries(f, s, index_key(kind, key, level), index_key(kind, key, 255), take_step,
                            e);
    }
    if (families == 0 && (kind == PATH_SCHOOL || kind == PATH_EQF)) {
        return take_entries(f, s, index_key(kind, 0, level), index_key(kind, 0, 255), take_step, e);
    }
    if (families == 0 && kind != PATH_OCCUPATION) {
        return take_entries(f, s, index_key(kind, 0, key), index_key(kind, 0, key), take_step, e);
    }
    families = families == 0 ? FAMILY_OCCUPATION | FAMILY_PART : families;
    for (uint32_t k = 0; k < PATH_EFFECT_KIND_COUNT; k++) {
        if ((families >> k & 1u) != 0 &&
            !take_entries(f, s, index_key(k, 0, 0), index_key(k, 0xffff, UINT32_MAX), take_step,
                          e)) {
            return false;
        }
    }
    return true;
}

/* A course of a language builds on the level before. */
static void ask_level_before(finder *f, candidate *c, uint64_t effect)
{
    const seeker *s = f->q->seeker;
    uint32_t level = path_effect_level(effect);
    uint32_t has = 0;
    if (path_effect_kind_of(effect) != PATH_LANGUAGE || level < 2) {
        return;
    }
    for (uint32_t i = 0; i < s->languages.count; i++) {
        const seeker_language *l = &s->languages.items[i];
        if (l->code.position == path_effect_key(effect)) {
            has = l->level.is_set ? l->level.position : level; /* not known may be enough */
        }
    }
    if (has + 1 < level) {
        const want before = {.effect =
                                 path_effect(PATH_LANGUAGE, level - 1, 0, path_effect_key(effect))};
        uint32_t number = facts_want(f, &before);
        if (number != UINT32_MAX) {
            bitset_add(&c->wants, number);
            bitset_add(&c->wants_surely, number);
        }
    }
}

static bool take_extras(finder *f, err *e)
{
    for (uint32_t i = 0; i < f->q->extra_count && f->candidate_count < CANDIDATE_MAX; i++) {
        candidate *c = new_candidate(f, e);
        if (c == NULL) {
            return false;
        }
        c->extra = i;
        c->is_step = true;
        c->is_assumed = true;
        c->has_end = true;
        c->is_online = true;
        c->days = f->q->extras[i].days;
        c->first = f->q->as_of > f->available_from ? f->q->as_of : f->available_from;
        c->last = LOTSE_OPEN;
        c->minutes = -1;
        ask_level_before(f, c, f->q->extras[i].effect);
        f->candidate_count++;
    }
    return true;
}

/* Whatever is asked for brings in those who give it, who ask for things themselves. */
static bool take_steps(finder *f, err *e)
{
    bitset done = {0};
    uint32_t seen = 0;
    f->asked = (bitset){0};
    for (uint32_t i = 0; i < f->goal_count; i++) {
        bitset_join(&f->asked, &f->candidates[f->goals[i]].wants_surely);
    }
    for (uint32_t w = 0; w < f->want_count;) {
        if (!bitset_has(&f->asked, w) || bitset_has(&done, w)) {
            w++;
            continue;
        }
        bitset_add(&done, w);
        if (f->q->stop != NULL && *f->q->stop) {
            return fail(e, ERR_CANCELLED, "the question was cancelled");
        }
        const want asked = f->wants[w];
        for (uint32_t s = 0; s < f->segment_count; s++) {
            if (!take_givers(f, s, &asked, e)) {
                return false;
            }
        }
        for (; seen < f->candidate_count; seen++) {
            if (f->candidates[seen].is_step) {
                bitset_join(&f->asked, &f->candidates[seen].wants_surely);
            }
        }
        w = 0; /* what came may ask for something that stands before */
    }
    return true;
}

/* Which of a row's outcomes count: those that somebody asks for, and languages, which may close a
 * course as well. */
static void find_effects(finder *f, candidate *c)
{
    uint64_t effects[OUTCOME_MAX];
    uint32_t count = 1;
    if (c->segment == NULL) {
        effects[0] = f->q->extras[c->extra].effect;
    } else {
        count = columns_effects(&f->columns, c->segment, c->row, effects);
    }
    for (uint32_t i = 0; i < count; i++) {
        bool is_asked = path_effect_kind_of(effects[i]) == PATH_LANGUAGE;
        for (uint32_t k = 0; k < f->want_count && !is_asked; k++) {
            is_asked = bitset_has(&f->asked, k) && facts_want_is_met(&f->wants[k], effects[i]);
        }
        uint32_t number = is_asked ? facts_effect(f, effects[i]) : UINT32_MAX;
        if (number != UINT32_MAX) {
            bitset_add(&c->effects, number);
        }
    }
}

static int compare_days(const void *a, const void *b, void *context)
{
    const candidate *all = context;
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    if (all[x].first != all[y].first) {
        return all[x].first < all[y].first ? -1 : 1;
    }
    return x < y ? -1 : x > y;
}

static bool list_goals(finder *f, err *e)
{
    f->goals = arena_make_array(f->memory, f->candidate_count, uint32_t);
    f->groups = arena_make_array(f->memory, f->candidate_count, goal_group);
    f->members = arena_make_array(f->memory, f->candidate_count, goal_group);
    if (f->goals == NULL || f->groups == NULL || f->members == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a pathway");
    }
    for (uint32_t i = 0; i < f->candidate_count; i++) {
        f->goals[f->goal_count++] = i;
    }
    qsort_r(f->goals, f->goal_count, sizeof *f->goals, compare_days, f->candidates);
    return true;
}

static bool list_steps(finder *f, err *e)
{
    const bitset none = {0};
    f->steps = arena_make_array(f->memory, f->candidate_count, uint32_t);
    if (f->steps == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a pathway");
    }
    for (uint32_t i = 0; i < f->candidate_count; i++) {
        candidate *c = &f->candidates[i];
        if (c->is_step && c->has_end) {
            find_effects(f, c);
        }
        c->is_step = c->is_step && c->has_end && !bitset_equal(&c->effects, &none);
        if (c->is_step) {
            f->steps[f->step_count++] = i;
        }
    }
    facts_relate(f);
    for (uint32_t i = 0; i < f->step_count; i++) {
        candidate *c = &f->candidates[f->steps[i]];
        for (uint32_t k = 0; k < f->effect_count; k++) {
            if (bitset_has(&c->effects, k)) {
                bitset_join(&c->meets, &f->meets[k]);
            }
        }
    }
    qsort_r(f->steps, f->step_count, sizeof *f->steps, compare_days, f->candidates);
    return true;
}

/* The goals' scores for the person as of today, segment by segment. */
static bool score_goals(finder *f, err *e)
{
    gate_row person;
    const uint32_t anchor_row = 0;
    uint32_t *rows = arena_make_array(f->memory, f->goal_count, uint32_t);
    uint32_t *which = arena_make_array(f->memory, f->goal_count, uint32_t);
    int32_t *scores = arena_make_array(f->memory, f->goal_count, int32_t);
    if (rows == NULL || which == NULL || scores == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a pathway");
    }
    if (!facts_row(f, 0, f->q->as_of, false, &person, e)) {
        return false;
    }
    match_query q = {.snapshot = f->q->snapshot,
                     .strategy = f->q->strategy,
                     .anchor = person.segment,
                     .anchor_rows = &anchor_row,
                     .anchor_row_count = 1,
                     .as_of = f->q->as_of,
                     .limit = 1};
    for (uint32_t s = 0; s < f->segment_count; s++) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < f->goal_count; i++) {
            if (f->candidates[f->goals[i]].segment == f->segments[s]) {
                which[count] = f->goals[i];
                rows[count++] = f->candidates[f->goals[i]].row;
            }
        }
        if (count > 0 && !match_scores(f->worker, &q, f->segments[s], rows, count, scores, e)) {
            return false;
        }
        for (uint32_t i = 0; i < count; i++) {
            f->candidates[which[i]].fit = scores[i];
        }
    }
    return true;
}

bool candidate_find_goals(finder *f, err *e)
{
    f->segment_count = snapshot_segment_count(f->q->snapshot, SIDE_OFFER);
    check(f->segment_count <= SEGMENT_MAX);
    for (uint32_t s = 0; s < f->segment_count; s++) {
        f->segments[s] = snapshot_segment(f->q->snapshot, SIDE_OFFER, s);
        f->live[s] = snapshot_live(f->q->snapshot, SIDE_OFFER, s);
        f->candidate_of[s] =
            arena_make_array(f->memory, segment_row_count(f->segments[s]), uint32_t);
        if (f->candidate_of[s] == NULL) {
            return fail(e, ERR_MEMORY, "no memory for a pathway");
        }
        if (!index_of(f->segments[s], &f->columns, &f->index[s], e)) {
            return false;
        }
    }
    return take_goals(f, e) && list_goals(f, e) && score_goals(f, e);
}

bool candidate_find_steps(finder *f, err *e)
{
    return take_extras(f, e) && take_steps(f, e) && list_steps(f, e);
}
