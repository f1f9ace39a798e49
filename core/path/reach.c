/* What can be reached when a week has room for everything and nothing gained ever closes a course:
 * no chain of any length arrives before. What cannot be reached even so takes no part, and neither
 * does a goal that could only be reached in a way nobody would keep. */
#include "path/parts.h"

enum { NEVER = LOTSE_OPEN };

/* ------------------------------------------------------------------------------------ days */

/* The first day on which all that is wanted may be there. */
static day wants_day(const finder *f, const bitset *wants)
{
    day latest = f->q->as_of;
    for (uint32_t w = 0; w < EFFECT_WORDS; w++) {
        for (uint64_t left = wants->words[w]; left != 0; left &= left - 1) {
            day met = f->met[w * 64 + (uint32_t)__builtin_ctzll(left)];
            latest = met > latest ? met : latest;
        }
    }
    return latest;
}

/* NEVER: the candidate cannot be joined. */
static day join_day(const finder *f, const candidate *c)
{
    day from = wants_day(f, &c->wants);
    if (from == NEVER) {
        return NEVER;
    }
    from = from > c->first ? from : c->first;
    return from <= c->last ? from : NEVER;
}

static bool spread(finder *f, const candidate *c)
{
    day joined = join_day(f, c);
    bool is_changed = false;
    if (joined == NEVER) {
        return false;
    }
    day end = candidate_end(c, joined);
    uint32_t weeks = candidate_weeks(c, joined);
    for (uint32_t w = 0; w < EFFECT_WORDS; w++) {
        for (uint64_t left = c->meets.words[w]; left != 0; left &= left - 1) {
            uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(left);
            is_changed = is_changed || end < f->met[i] || weeks < f->min_weeks[i];
            f->met[i] = end < f->met[i] ? end : f->met[i];
            f->min_weeks[i] = weeks < f->min_weeks[i] ? weeks : f->min_weeks[i];
        }
    }
    return is_changed;
}

/* What is open about a goal whatever is gained, on any day. */
static goal_group group_of(const finder *f, const candidate *c)
{
    const uint64_t sure = ~(f->daily | f->permitted | f->spelled | f->falling);
    return (goal_group){
        .wants = c->wants,
        .first = c->first,
        .last = c->last,
        .doubts = (uint32_t)__builtin_popcountll(c->checks & sure) + (c->is_assumed ? 1 : 0),
        .fit = c->fit,
    };
}

/* Groups the goals listed. */
static void group_goals(finder *f)
{
    f->group_count = 0;
    for (uint32_t i = 0; i < f->goal_count; i++) {
        goal_group own = group_of(f, &f->candidates[f->goals[i]]);
        uint32_t at = 0;
        while (at < f->group_count && !bitset_equal(&f->groups[at].wants, &own.wants)) {
            at++;
        }
        goal_group *g = &f->groups[at];
        if (at == f->group_count) {
            *g = own;
            g->count = 1;
            f->group_count++;
            continue;
        }
        g->count++;
        g->first = own.first < g->first ? own.first : g->first;
        g->last = own.last > g->last ? own.last : g->last;
        g->doubts = own.doubts < g->doubts ? own.doubts : g->doubts;
        g->fit = own.fit > g->fit ? own.fit : g->fit;
    }
    uint32_t begin = 0;
    for (uint32_t at = 0; at < f->group_count; at++) {
        f->groups[at].begin = begin;
        for (uint32_t i = 0; i < f->goal_count; i++) {
            goal_group own = group_of(f, &f->candidates[f->goals[i]]);
            if (bitset_equal(&f->groups[at].wants, &own.wants)) {
                f->members[begin++] = own;
            }
        }
    }
}

day reach_days(finder *f)
{
    bool is_changed = true;
    for (uint32_t i = 0; i < f->want_count; i++) {
        f->met[i] = NEVER;
        f->min_weeks[i] = UINT32_MAX;
    }
    while (is_changed) {
        is_changed = false;
        for (uint32_t i = 0; i < f->step_count; i++) {
            is_changed |= spread(f, &f->candidates[f->steps[i]]);
        }
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < f->step_count; i++) {
        if (join_day(f, &f->candidates[f->steps[i]]) != NEVER) {
            f->steps[kept++] = f->steps[i];
        }
    }
    f->step_count = kept;
    day earliest = NEVER;
    kept = 0;
    for (uint32_t i = 0; i < f->goal_count; i++) {
        day joined = join_day(f, &f->candidates[f->goals[i]]);
        earliest = joined < earliest ? joined : earliest;
        if (joined != NEVER) {
            f->goals[kept++] = f->goals[i];
        }
    }
    f->goal_count = kept;
    group_goals(f);
    return earliest == NEVER ? DAY_NONE : earliest;
}

/* ------------------------------------------------------------------------------------ worth */

/* The best that a chain to these goals could be. False: there is none. */
static bool best_of(const finder *f, const goal_group *c, const reach_from *from, front_chain *ret)
{
    day arrival = from->done > c->first ? from->done : c->first;
    uint32_t weeks = 0;
    bool is_missing = false;
    for (uint32_t w = 0; w < EFFECT_WORDS; w++) {
        uint64_t left = c->wants.words[w] & ~from->met->words[w];
        for (; left != 0; left &= left - 1) {
            uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(left);
            arrival = f->met[i] > arrival ? f->met[i] : arrival;
            weeks = f->min_weeks[i] > weeks ? f->min_weeks[i] : weeks;
            is_missing = true;
        }
    }
    if (arrival > c->last || (is_missing && from->count >= f->q->step_max) ||
        (f->q->by != DAY_NONE && arrival > f->q->by)) {
        return false;
    }
    *ret = (front_chain){
        .arrival = arrival,
        .steps = from->count + 1 + (is_missing ? 1 : 0),
        .weeks = from->weeks + weeks,
        .doubts = from->doubts + c->doubts,
        .fit = c->fit,
    };
    return true;
}

bool reach_may_lead(const finder *f, const reach_from *from)
{
    for (uint32_t i = 0; i < f->group_count; i++) {
        front_chain best;
        const goal_group *g = &f->groups[i];
        if (!best_of(f, g, from, &best) || !front_takes(&f->front, &best)) {
            continue;
        }
        for (uint32_t k = g->begin; k < g->begin + g->count; k++) {
            if (best_of(f, &f->members[k], from, &best) && front_takes(&f->front, &best)) {
                return true;
            }
        }
    }
    return false;
}

static void drop_steps(finder *f)
{
    bitset asked = {0};
    bool is_changed = true;
    for (uint32_t i = 0; i < f->goal_count; i++) {
        bitset_join(&asked, &f->candidates[f->goals[i]].wants_surely);
    }
    while (is_changed) {
        bitset before = asked;
        for (uint32_t i = 0; i < f->step_count; i++) {
            if (bitset_meets(&f->candidates[f->steps[i]].meets, &asked)) {
                bitset_join(&asked, &f->candidates[f->steps[i]].wants_surely);
            }
        }
        is_changed = !bitset_equal(&before, &asked);
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < f->step_count; i++) {
        if (bitset_meets(&f->candidates[f->steps[i]].meets, &asked)) {
            f->steps[kept++] = f->steps[i];
        }
    }
    f->step_count = kept;
}

void reach_drop(finder *f, uint32_t steps)
{
    const bitset none = {0};
    uint32_t kept = 0;
    for (uint32_t i = 0; i < f->goal_count; i++) {
        /* As if all but the last step had been taken, for nothing. */
        reach_from from = {
            .met = &none, .done = f->q->as_of, .count = steps - 2, .weeks = steps - 2};
        goal_group own = group_of(f, &f->candidates[f->goals[i]]);
        front_chain best;
        if (best_of(f, &own, &from, &best)) {
            best.steps = best.steps < steps ? steps : best.steps;
            best.weeks = best.weeks < steps - 1 ? steps - 1 : best.weeks;
            if (front_takes(&f->front, &best)) {
                f->goals[kept++] = f->goals[i];
            }
        }
    }
    f->goal_count = kept;
    group_goals(f);
    drop_steps(f);
}
