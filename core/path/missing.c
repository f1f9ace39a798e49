/* Where there is no way: which one more offer would make one. Each thing that is asked for on the
 * way is tried as a course that nobody offers yet, and the whole question is asked again with it.
 */
#include "path/parts.h"

enum { TRY_MAX = 12, WEEK = 7 };

/* How long such a course takes as a rule: 400 units at 25 a week for a level of language. */
static int32_t days_of(uint64_t effect)
{
    switch (path_effect_kind_of(effect)) {
    case PATH_LANGUAGE:
        return 16 * WEEK;
    case PATH_SKILL:
        return 8 * WEEK;
    case PATH_LICENCE:
        return 2 * WEEK;
    default:
        return 40 * WEEK;
    }
}

static bool try_effect(finder *f, uint64_t effect, uint32_t *ret_count, err *e)
{
    const path_extra extra = {.effect = effect, .days = days_of(effect)};
    path_question q = *f->q;
    path_answer answer;
    arena a = {0};
    q.extras = &extra;
    q.extra_count = 1;
    q.looks_for_missing = false;
    bool is_done = path_find(f->worker, &q, &a, &answer, e);
    *ret_count = is_done && answer.chain_count > 0 ? answer.goal_reached : 0;
    arena_fini(&a);
    return is_done;
}

/* What would meet it; 0: nothing that can be named. */
static uint64_t effect_for(const want *w)
{
    uint32_t occupation = path_effect_key(w->effect);
    if (w->families != 0) {
        return 0;
    }
    if (path_effect_kind_of(w->effect) != PATH_OCCUPATION) {
        return w->effect;
    }
    return occupation == 0 ? 0 : path_effect(PATH_OCCUPATION, RECOGNITION_FULL, 0, occupation);
}

static uint32_t asking_for(const finder *f, uint32_t want_number)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < f->candidate_count; i++) {
        const candidate *c = &f->candidates[i];
        count += c->is_goal && bitset_has(&c->wants, want_number);
    }
    return count;
}

static void put(path_answer *ret, const path_want *w)
{
    uint32_t at = ret->missing_count;
    if (at == PATH_MISSING_MAX && ret->missing[at - 1].goal_count >= w->goal_count) {
        return;
    }
    ret->missing_count += at < PATH_MISSING_MAX ? 1 : 0;
    at = ret->missing_count - 1;
    while (at > 0 && ret->missing[at - 1].goal_count < w->goal_count) {
        ret->missing[at] = ret->missing[at - 1];
        at--;
    }
    ret->missing[at] = *w;
}

bool missing_find(finder *f, path_answer *ret, err *e)
{
    uint32_t tried = 0;
    for (uint32_t i = 0; i < f->want_count && tried < TRY_MAX; i++) {
        path_want w = {.effect = effect_for(&f->wants[i]), .asked_count = asking_for(f, i)};
        if (w.effect == 0 || !bitset_has(&f->asked, i)) {
            continue;
        }
        tried++;
        if (!try_effect(f, w.effect, &w.goal_count, e)) {
            return false;
        }
        if (w.goal_count > 0) {
            put(ret, &w);
        }
    }
    return true;
}
