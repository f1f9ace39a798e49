/* What can be reached when a week has room for everything and nothing gained ever closes a course:
 * no chain of any length arrives before. What cannot be reached even so takes no part. */
#include "path/parts.h"

enum { NEVER = LOTSE_OPEN };

/* The first day on which all that is wanted may be there. */
static day wants_day(const finder *f, const bitset *wants, const day *met)
{
    day latest = f->q->as_of;
    for (uint32_t i = 0; i < f->want_count; i++) {
        if (bitset_has(wants, i) && met[i] > latest) {
            latest = met[i];
        }
    }
    return latest;
}

/* NEVER: the candidate cannot be joined. */
static day join_day(const finder *f, const candidate *c, const day *met)
{
    day from = wants_day(f, &c->wants, met);
    if (from == NEVER) {
        return NEVER;
    }
    from = from > c->first ? from : c->first;
    return from <= c->last ? from : NEVER;
}

static bool spread(const finder *f, const candidate *c, day *met)
{
    day joined = join_day(f, c, met);
    bool is_changed = false;
    if (joined == NEVER) {
        return false;
    }
    day end = candidate_end(c, joined);
    for (uint32_t i = 0; i < f->effect_count; i++) {
        if (!bitset_has(&c->effects, i)) {
            continue;
        }
        for (uint32_t w = 0; w < f->want_count; w++) {
            if (bitset_has(&f->meets[i], w) && end < met[w]) {
                met[w] = end;
                is_changed = true;
            }
        }
    }
    return is_changed;
}

day reach_bound(finder *f)
{
    day met[EFFECT_MAX];
    bool is_changed = true;
    for (uint32_t i = 0; i < f->want_count; i++) {
        met[i] = NEVER;
    }
    while (is_changed) {
        is_changed = false;
        for (uint32_t i = 0; i < f->step_count; i++) {
            is_changed |= spread(f, &f->candidates[f->steps[i]], met);
        }
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < f->step_count; i++) {
        if (join_day(f, &f->candidates[f->steps[i]], met) != NEVER) {
            f->steps[kept++] = f->steps[i];
        }
    }
    f->step_count = kept;
    day earliest = NEVER;
    kept = 0;
    for (uint32_t i = 0; i < f->goal_count; i++) {
        day joined = join_day(f, &f->candidates[f->goals[i]], met);
        earliest = joined < earliest ? joined : earliest;
        if (joined != NEVER) {
            f->goals[kept++] = f->goals[i];
        }
    }
    f->goal_count = kept;
    return earliest == NEVER ? DAY_NONE : earliest;
}
