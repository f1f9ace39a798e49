/* Partial chains, shortest first. Two that have gained the same, have the same steps still running
 * and used the same entitlements have the same future: of those only the ones that are better in
 * something are kept. What starts after everything has ended depends on even less, and is tried
 * from the best of all that have gained the same. README.md says why nothing is lost. */
#include "path/parts.h"

#include "base/check.h"

enum { LABEL_CAP_FIRST = 1024, STOP_EVERY = 256 };
#define NO_LABEL UINT32_MAX

uint32_t search_steps(const finder *f, uint32_t label_number, uint32_t ret[PATH_STEP_MAX])
{
    uint32_t count = f->labels[label_number].count;
    for (uint32_t i = count; i > 0; i--) {
        ret[i - 1] = label_number;
        label_number = f->labels[label_number].parent;
    }
    return count;
}

/* ------------------------------------------------------------------------------------ states */

/* What was gained by a day. */
static bool facts_by(finder *f, const uint32_t *steps, uint32_t count, day by, uint32_t *ret,
                     err *e)
{
    bitset gained = {0};
    span spans[SPAN_MAX];
    uint32_t span_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        const label *l = &f->labels[steps[i]];
        const candidate *c = &f->candidates[l->candidate];
        if (l->end > by) {
            continue;
        }
        bitset_join(&gained, &c->effects);
        if (c->is_insured) {
            spans[span_count++] = (span){l->start, l->end};
        }
    }
    return facts_add(f, 0, &gained, spans, span_count, ret, e);
}

static uint64_t state_key(const finder *f, const label *l, const uint32_t *steps, uint32_t count)
{
    uint64_t key = (uint64_t)l->facts << 32 | l->used;
    for (uint32_t i = 0; i < count; i++) {
        const label *step = &f->labels[steps[i]];
        if (step->end >= l->start) {
            key = (key ^ (uint64_t)step->candidate << 24 ^ (uint32_t)step->start) *
                  0x9e3779b97f4a7c15ULL;
            key ^= key >> 29;
        }
    }
    return key | 1u;
}

static bool is_same_state(const finder *f, const label *a, const uint32_t *a_steps,
                          uint32_t a_count, uint32_t b_number)
{
    const label *b = &f->labels[b_number];
    uint32_t b_steps[PATH_STEP_MAX];
    uint32_t b_count = search_steps(f, b_number, b_steps);
    if (a->facts != b->facts || a->used != b->used || a->start != b->start) {
        return false;
    }
    uint32_t i = 0;
    uint32_t k = 0;
    for (;;) {
        while (i < a_count && f->labels[a_steps[i]].end < a->start) {
            i++;
        }
        while (k < b_count && f->labels[b_steps[k]].end < b->start) {
            k++;
        }
        if (i == a_count || k == b_count) {
            return i == a_count && k == b_count;
        }
        const label *x = &f->labels[a_steps[i++]];
        const label *y = &f->labels[b_steps[k++]];
        if (x->candidate != y->candidate || x->start != y->start) {
            return false;
        }
    }
}

static bool is_no_worse(const label *a, const label *b)
{
    return a->count <= b->count && a->weeks <= b->weeks && a->doubts <= b->doubts;
}

/* Keeps the newest label if no other in its state is as good. */
static bool keep_state(finder *f, uint32_t number, const uint32_t *steps, uint32_t count,
                       bool *ret_kept, err *e)
{
    label *l = &f->labels[number];
    uint64_t key = state_key(f, l, steps, count);
    uint64_t head = 0;
    memo_get(&f->states, key, &head);
    *ret_kept = false;
    for (uint32_t at = (uint32_t)head; at != 0; at = f->labels[at - 1].next) {
        label *other = &f->labels[at - 1];
        if (other->is_dropped || !is_same_state(f, l, steps, count, at - 1)) {
            continue;
        }
        if (is_no_worse(other, l)) {
            return true;
        }
        other->is_dropped = is_no_worse(l, other);
    }
    l->next = (uint32_t)head;
    *ret_kept = true;
    return memo_put(&f->states, key, number + 1) || fail(e, ERR_MEMORY, "no memory for a pathway");
}

/* Is it among the best of those that have gained the same, once everything has ended? */
static bool keep_ready(finder *f, uint32_t number, err *e)
{
    label *l = &f->labels[number];
    uint64_t key = ((uint64_t)(l->facts_all + 1) << 32 | l->used) + 1;
    uint64_t head = 0;
    memo_get(&f->ready, key, &head);
    for (uint32_t at = (uint32_t)head; at != 0; at = f->labels[at - 1].next_ready) {
        label *other = &f->labels[at - 1];
        if (other->is_ready && other->done <= l->done && is_no_worse(other, l)) {
            return true;
        }
        if (other->is_ready && l->done <= other->done && is_no_worse(l, other)) {
            other->is_ready = false;
        }
    }
    l->is_ready = true;
    l->next_ready = (uint32_t)head;
    return memo_put(&f->ready, key, number + 1) || fail(e, ERR_MEMORY, "no memory for a pathway");
}

/* ------------------------------------------------------------------------------------ going on */

/* From one label on: its steps, and what holds on the day looked at. */
typedef struct going {
    finder *f;
    uint32_t from;
    uint32_t steps[PATH_STEP_MAX];
    uint32_t count;
    day facts_day; /* of `facts`; DAY_NONE: none yet */
    uint32_t facts;
} going;

static bool facts_on(going *g, day on, uint32_t *ret, err *e)
{
    const label *l = &g->f->labels[g->from];
    if (on >= l->done) {
        *ret = l->facts_all;
        return true;
    }
    if (g->facts_day != on && !facts_by(g->f, g->steps, g->count, on, &g->facts, e)) {
        return false;
    }
    g->facts_day = on;
    *ret = g->facts;
    return true;
}

/* May it run beside those that have not ended? */
static verdict fits_beside(const going *g, const candidate *c, day on)
{
    const candidate *together[PATH_STEP_MAX + 1];
    uint32_t count = 0;
    for (uint32_t i = 0; i < g->count; i++) {
        const label *l = &g->f->labels[g->steps[i]];
        if (l->end >= on) {
            together[count++] = &g->f->candidates[l->candidate];
        }
    }
    if (count == 0) {
        return VERDICT_YES;
    }
    together[count++] = c;
    return dates_beside(g->f, together, count);
}

static bool is_in_chain(const going *g, uint32_t number)
{
    for (uint32_t i = 0; i < g->count; i++) {
        if (g->f->labels[g->steps[i]].candidate == number) {
            return true;
        }
    }
    return false;
}

/* Is all that it gives there by the time it ends? */
static bool is_needless(const going *g, const candidate *c, day end)
{
    const finder *f = g->f;
    bitset there = {0};
    for (uint32_t i = 0; i < g->count; i++) {
        const label *l = &f->labels[g->steps[i]];
        if (l->end <= end) {
            bitset_join(&there, &f->candidates[l->candidate].effects);
        }
    }
    for (uint32_t w = 0; w < EFFECT_WORDS; w++) {
        for (uint64_t left = c->effects.words[w]; left != 0; left &= left - 1) {
            uint32_t effect = w * 64 + (uint32_t)__builtin_ctzll(left);
            if (!bitset_meets(&f->subsumers[effect], &there)) {
                return false;
            }
        }
    }
    return true;
}

/* What joining it on a day costs in certainty. False in ret_open: it cannot be joined. */
typedef struct joining {
    bool is_open;
    uint32_t doubts;
    uint32_t used;
} joining;

static bool try_join(going *g, uint32_t number, day on, joining *ret, err *e)
{
    finder *f = g->f;
    const label *l = &f->labels[g->from];
    uint32_t facts_number;
    judgement j;
    ret->is_open = false;
    if (!facts_on(g, on, &facts_number, e) || !judge_then(f, number, facts_number, on, &j, e)) {
        return false;
    }
    if (!j.is_open) {
        return true;
    }
    verdict beside = fits_beside(g, &f->candidates[number], on);
    if (beside == VERDICT_NO || (beside == VERDICT_CHECK && f->q->is_certain)) {
        return true;
    }
    uint32_t held;
    day lapses;
    day enrol;
    l = &f->labels[g->from];
    path_grant grant = grant_of(f, &f->candidates[number], on, l->used, &held, &lapses, &enrol);
    ret->is_open = true;
    ret->used = grant == PATH_GRANT_HELD ? l->used | 1u << held : l->used;
    ret->doubts = l->doubts + j.doubts + (beside == VERDICT_CHECK ? 1 : 0) +
                  (grant == PATH_GRANT_LAPSED || grant == PATH_GRANT_TO_ASK ? 1 : 0);
    return true;
}

static bool new_label(finder *f, const label *l, bool *ret_made, err *e)
{
    *ret_made = false;
    if (f->label_count == PATH_LABEL_MAX) {
        f->is_exact = false;
        return true;
    }
    if (f->label_count == f->label_cap) {
        uint32_t cap = f->label_cap == 0 ? LABEL_CAP_FIRST : f->label_cap * 2;
        label *larger =
            mem_resize(f->labels, f->label_cap * sizeof *larger, (size_t)cap * sizeof *larger);
        if (larger == NULL) {
            return fail(e, ERR_MEMORY, "no memory for a pathway");
        }
        f->labels = larger;
        f->label_cap = cap;
    }
    f->labels[f->label_count++] = *l;
    *ret_made = true;
    return true;
}

/* May it lead anywhere, judged by what costs little? */
static bool is_promising(const going *g, uint32_t number, day on, uint32_t facts_number, label *ret)
{
    const finder *f = g->f;
    const label *l = &f->labels[g->from];
    const candidate *c = &f->candidates[number];
    day end = candidate_end(c, on);
    if (end < on || !bitset_is_within(&c->wants, &f->facts[facts_number].met) ||
        is_in_chain(g, number) || is_needless(g, c, end)) {
        return false;
    }
    *ret = (label){.parent = g->from,
                   .candidate = number,
                   .start = on,
                   .end = end,
                   .done = l->done > end ? l->done : end,
                   .count = g->count + 1,
                   .weeks = l->weeks + candidate_weeks(c, on)};
    bitset met = f->facts[l->facts_all].met;
    bitset_join(&met, &c->meets);
    reach_from from = {.met = &met,
                       .done = ret->done,
                       .count = ret->count,
                       .weeks = ret->weeks,
                       .doubts = l->doubts};
    return reach_may_lead(f, &from);
}

static bool add_step(going *g, uint32_t number, day on, err *e)
{
    finder *f = g->f;
    uint32_t facts_number;
    joining j;
    label l;
    bool is_kept;
    if (!facts_on(g, on, &facts_number, e)) {
        return false;
    }
    if (!is_promising(g, number, on, facts_number, &l)) {
        return true;
    }
    if (!try_join(g, number, on, &j, e)) {
        return false;
    }
    if (!j.is_open) {
        return true;
    }
    l.doubts = j.doubts;
    l.used = j.used;
    uint32_t at = f->label_count;
    if (!new_label(f, &l, &is_kept, e)) {
        return false;
    }
    if (!is_kept) {
        return true;
    }
    uint32_t steps[PATH_STEP_MAX];
    uint32_t count = search_steps(f, at, steps);
    uint32_t facts_now;
    uint32_t facts_all;
    if (!facts_by(f, steps, count, on, &facts_now, e) ||
        !facts_by(f, steps, count, LOTSE_OPEN, &facts_all, e)) {
        return false;
    }
    f->labels[at].facts = facts_now;
    f->labels[at].facts_all = facts_all;
    if (!keep_state(f, at, steps, count, &is_kept, e)) {
        return false;
    }
    f->label_count -= is_kept ? 0 : 1;
    return true;
}

static bool reach_goal(going *g, uint32_t number, day on, err *e)
{
    finder *f = g->f;
    const candidate *c = &f->candidates[number];
    front_chain chain = {.label = g->from,
                         .candidate = number,
                         .arrival = on,
                         .steps = g->count + 1,
                         .weeks = f->labels[g->from].weeks,
                         .doubts = f->labels[g->from].doubts,
                         .fit = c->fit};
    joining j;
    if ((f->q->by != DAY_NONE && on > f->q->by) || is_in_chain(g, number) ||
        !bitset_is_within(&c->wants, &f->facts[f->labels[g->from].facts_all].met) ||
        !front_takes(&f->front, &chain)) {
        return true;
    }
    if (!try_join(g, number, on, &j, e)) {
        return false;
    }
    chain.doubts = j.doubts;
    return !j.is_open || front_put(&f->front, &chain) ||
           fail(e, ERR_MEMORY, "no memory for a pathway");
}

/* ------------------------------------------------------------------------------------ layers */

static going going_from(finder *f, uint32_t number)
{
    going g = {.f = f, .from = number, .facts_day = DAY_NONE};
    g.count = search_steps(f, number, g.steps);
    return g;
}

/* What starts after everything has ended: goals, or steps. */
static bool go_after(finder *f, uint32_t number, bool has_steps, err *e)
{
    going g = going_from(f, number);
    day next = f->labels[number].done + 1;
    for (uint32_t i = 0; i < f->goal_count && !has_steps; i++) {
        const candidate *c = &f->candidates[f->goals[i]];
        day on = c->first > next ? c->first : next;
        if (on <= c->last && !reach_goal(&g, f->goals[i], on, e)) {
            return false;
        }
    }
    for (uint32_t i = 0; has_steps && g.count < f->q->step_max && i < f->step_count; i++) {
        const candidate *c = &f->candidates[f->steps[i]];
        day on = c->first > next ? c->first : next;
        if (on <= c->last && !add_step(&g, f->steps[i], on, e)) {
            return false;
        }
    }
    return true;
}

/* The days on which a rolling intake may be joined while something runs: its first, and the day on
 * which a step ends or the next. */
static uint32_t join_days(const going *g, const candidate *c, day from, day until,
                          day ret[2 * PATH_STEP_MAX + 1])
{
    uint32_t count = 0;
    if (c->first >= from && c->first <= until) {
        ret[count++] = c->first;
    }
    for (uint32_t i = 0; c->first != c->last && i < g->count; i++) {
        day end = g->f->labels[g->steps[i]].end;
        for (day on = end; on <= end + 1; on++) {
            bool is_new = on > c->first && on >= from && on <= until && on <= c->last;
            for (uint32_t k = 0; k < count; k++) {
                is_new = is_new && ret[k] != on;
            }
            if (is_new) {
                ret[count++] = on;
            }
        }
    }
    return count;
}

/* What starts while something runs; a goal only on the very day on which the last step ends. */
static bool go_beside(finder *f, uint32_t number, bool has_steps, err *e)
{
    going g = going_from(f, number);
    day start = f->labels[number].start;
    day done = f->labels[number].done;
    day days[2 * PATH_STEP_MAX + 1];
    for (uint32_t i = 0; i < f->goal_count && !has_steps; i++) {
        const candidate *c = &f->candidates[f->goals[i]];
        uint32_t count = c->first > done ? 0 : join_days(&g, c, done, done, days);
        if (count > 0 && !reach_goal(&g, f->goals[i], done, e)) {
            return false;
        }
    }
    for (uint32_t i = 0; has_steps && g.count < f->q->step_max && i < f->step_count; i++) {
        const candidate *c = &f->candidates[f->steps[i]];
        if (c->first > done) {
            break; /* they stand in order of their first days */
        }
        uint32_t count = join_days(&g, c, start, done, days);
        for (uint32_t k = 0; k < count; k++) {
            if (!add_step(&g, f->steps[i], days[k], e)) {
                return false;
            }
        }
    }
    return true;
}

bool search_at_once(finder *f, err *e)
{
    bool is_made;
    label root = {.parent = NO_LABEL, .candidate = NO_LABEL};
    root.start = f->q->as_of - 1;
    root.end = root.start;
    root.done = root.start;
    return new_label(f, &root, &is_made, e) && keep_ready(f, 0, e) && go_after(f, 0, false, e);
}

/* Goes on from every label of a layer: to goals, or by a step. */
static bool go_on(finder *f, uint32_t first, uint32_t end, bool has_steps, err *e)
{
    for (uint32_t i = first; i < end; i++) {
        const label *l = &f->labels[i];
        reach_from from = {.met = &f->facts[l->facts_all].met,
                           .done = l->done,
                           .count = l->count,
                           .weeks = l->weeks,
                           .doubts = l->doubts};
        if (f->q->stop != NULL && i % STOP_EVERY == 0 && *f->q->stop) {
            return fail(e, ERR_CANCELLED, "the question was cancelled");
        }
        if (l->is_dropped || (has_steps && !reach_may_lead(f, &from))) {
            continue;
        }
        bool is_running = i > 0; /* nothing runs at the beginning */
        if ((l->is_ready && !go_after(f, i, has_steps, e)) ||
            (is_running && !go_beside(f, i, has_steps, e))) {
            return false;
        }
    }
    return true;
}

bool search_chains(finder *f, err *e)
{
    uint32_t first = 0;
    for (uint32_t layer = 0; layer < f->q->step_max && f->goal_count > 0; layer++) {
        uint32_t end = f->label_count;
        if (!go_on(f, first, end, true, e)) {
            return false;
        }
        first = end;
        end = f->label_count;
        for (uint32_t i = first; i < end; i++) {
            if (!f->labels[i].is_dropped && !keep_ready(f, i, e)) {
                return false;
            }
        }
        if (!go_on(f, first, end, false, e)) {
            return false;
        }
        reach_drop(f, layer + 3); /* from here on chains have so many steps at least */
    }
    return true;
}
