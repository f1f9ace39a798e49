#ifndef TESTS_UNIT_PATH_CHECKER_H
#define TESTS_UNIT_PATH_CHECKER_H

#include <math.h>

#include "base/map.h"
#include "unit/path_world.h"

/* What a chain is, written down a second time: from the records, one step after the other, with no
 * index, no memo and no pruning. The planner's chains are held against it, and a brute force over
 * everything it allows is held against the planner's front. */

enum { CHECK_STEP_MAX = 8, STATE_MAX = 4096, WEEK_QUARTERS = 672 };

typedef struct ref { /* one intake that can be joined */
    uint32_t offer, intake;
    int32_t shift; /* days on from the stored dates: assumed */
} ref;

typedef struct taken {
    ref which;
    day start, end;
} taken;

typedef struct checker {
    town *t;
    const path_question *q;
    segment *offers;
    map states;
    segment *state_segments[STATE_MAX];
    uint32_t state_count;
    arena memory;
} checker;

typedef struct joined { /* the answer of the checker */
    bool is_open;
    day end;
    uint32_t doubts, used;
    const char *why; /* where it is not open */
} joined;

static inline void checker_begin(checker *c, town *t, const path_question *q)
{
    *c = (checker){.t = t, .q = q};
    c->offers = segment_of_offers(t, t->offers, t->offer_count);
}

static inline void checker_end(checker *c)
{
    segment_free(&c->offers);
    for (uint32_t i = 0; i < c->state_count; i++) {
        segment_free(&c->state_segments[i]);
    }
    map_fini(&c->states);
    arena_fini(&c->memory);
}

static inline const offer *offer_of(const checker *c, ref r)
{
    return c->t->offers[r.offer];
}

static inline const offer_intake *intake_of(const checker *c, ref r)
{
    return &offer_of(c, r)->intakes.items[r.intake];
}

static inline bool is_kind(const offer *o, const char *id)
{
    return strcmp(CODES(kind)->entries[o->kind.position].id, id) == 0;
}

static inline bool is_work(const offer *o)
{
    return is_kind(o, "job") || is_kind(o, "subsidised_job");
}

/* ------------------------------------------------------------------------------------ dates */

static inline day from_day(const checker *c)
{
    const seeker *s = c->t->person;
    day from = s->availability.from.is_set ? s->availability.from.value : c->q->as_of;
    return from > c->q->as_of ? from : c->q->as_of;
}

static inline bool is_rolling_intake(const checker *c, ref r)
{
    const offer_intake *i = intake_of(c, r);
    return i->start.is_null || (i->entry.mode.is_set && i->entry.mode.position == 1);
}

static inline int32_t schedule_minutes(const offer_intake *i)
{
    int32_t minutes = 0;
    for (uint32_t k = 0; k < i->schedule.count; k++) {
        const window *w = &i->schedule.items[k];
        minutes +=
            __builtin_popcountll(w->by_day.members) * (w->end_time.value - w->start_time.value);
    }
    return minutes;
}

/* Minutes a week; -1: not known. */
static inline int32_t weekly(const checker *c, ref r)
{
    const offer *o = offer_of(c, r);
    const offer_intake *i = intake_of(c, r);
    bool is_dated = !is_rolling_intake(c, r) && i->end.is_set &&
                    (i->start.value >= c->q->as_of || r.shift != 0);
    if (o->hours.min.is_set && o->hours.min.value > 0) {
        return o->hours.min.value * 60;
    }
    if (o->units.is_set && o->units.value > 0 && is_dated && i->end.value > i->start.value) {
        return o->units.value * 45 * 7 / (i->end.value - i->start.value);
    }
    return i->schedule.is_set ? schedule_minutes(i) : -1;
}

/* The last day of somebody who joins on a day; false: it has none that is known. */
static inline bool last_day(const checker *c, ref r, day on, day *ret)
{
    const offer *o = offer_of(c, r);
    const offer_intake *i = intake_of(c, r);
    bool is_fixed = !is_rolling_intake(c, r);
    int32_t minutes = weekly(c, r);
    bool has_units = o->units.is_set && o->units.value > 0 && minutes > 0;
    int32_t days = has_units ? (o->units.value * 45 * 7 + minutes - 1) / minutes : -1;
    if (is_fixed && i->end.is_set) {
        *ret = i->end.value + r.shift;
        return true;
    }
    if (days >= 0) {
        *ret = on + days;
        return is_fixed || !i->end.is_set || *ret <= i->end.value;
    }
    *ret = i->end.value;
    return i->end.is_set;
}

/* May somebody join on this day, as far as its dates go? */
static inline bool is_joinable(const checker *c, ref r, day on, bool is_goal)
{
    const offer *o = offer_of(c, r);
    const offer_intake *i = intake_of(c, r);
    day end;
    if (r.shift != 0) {
        return !i->start.is_null && i->start.is_set && on == i->start.value + r.shift &&
               on >= from_day(c);
    }
    if (is_rolling_intake(c, r)) {
        day last = i->entry.latest.is_set ? i->entry.latest.value
                   : i->end.is_set        ? i->end.value
                                          : LOTSE_OPEN;
        bool has_begun = i->start.is_null || on >= i->start.value;
        bool ends_late = o->units.is_set && i->end.is_set && !last_day(c, r, on, &end);
        return on >= from_day(c) && has_begun && on <= last && !ends_late;
    }
    if (i->start.value >= c->q->as_of) {
        return on == i->start.value;
    }
    day until = o->source.valid_to.is_set ? o->source.valid_to.value : c->q->as_of;
    until = until > c->q->as_of ? until : c->q->as_of;
    return is_goal && is_work(o) && on >= from_day(c) && on <= until;
}

/* ------------------------------------------------------------------------------------ the state */

/* The person's own list with room behind it. */
#define ROOM(c, list, type)                                                                        \
    do {                                                                                           \
        type *larger_ = arena_make_array(&(c)->memory, (list).count + 1, type);                    \
        for (uint32_t i_ = 0; i_ < (list).count; i_++) {                                           \
            larger_[i_] = (list).items[i_];                                                        \
        }                                                                                          \
        (list).items = larger_;                                                                    \
        (list).is_set = true;                                                                      \
    } while (0)

static inline void lift(value_code *at, uint16_t to)
{
    if (!at->is_set || at->position < to) {
        *at = (value_code){to, true, false};
    }
}

static inline void gain_languages(checker *c, seeker *s, const offer *o)
{
    for (uint32_t i = 0; i < o->outcomes.languages.count; i++) {
        const outcome_language *l = &o->outcomes.languages.items[i];
        uint32_t at = 0;
        if (!l->level.is_set || l->level.position == 0) {
            continue;
        }
        ROOM(c, s->languages, seeker_language);
        while (at < s->languages.count &&
               s->languages.items[at].code.position != l->code.position) {
            at++;
        }
        if (at == s->languages.count) {
            s->languages.items[s->languages.count++] =
                (seeker_language){.is_set = true, .code = l->code};
        }
        seeker_language *mine = &s->languages.items[at];
        lift(&mine->level, l->level.position);
        mine->skills.is_set = true;
        lift(&mine->skills.listening, l->level.position);
        lift(&mine->skills.reading, l->level.position);
        lift(&mine->skills.writing, l->level.position);
        lift(&mine->skills.speaking, l->level.position);
    }
}

static inline void gain_skills(checker *c, seeker *s, const offer *o)
{
    for (uint32_t i = 0; i < o->outcomes.skills.count; i++) {
        bytes *larger = arena_make_array(&c->memory, s->skills.count + 1, bytes);
        uint32_t count = 0;
        bool is_in = false;
        for (uint32_t k = 0; k < s->skills.count; k++) {
            int order = bytes_compare(s->skills.items[k], o->outcomes.skills.items[i]);
            if (order > 0 && !is_in) {
                larger[count++] = o->outcomes.skills.items[i];
                is_in = true;
            }
            is_in = is_in || order == 0;
            larger[count++] = s->skills.items[k];
        }
        if (!is_in) {
            larger[count++] = o->outcomes.skills.items[i];
        }
        s->skills = (value_concepts){larger, count, true};
    }
}

static inline void gain_occupation(checker *c, seeker *s, const offer *o)
{
    if (!o->outcomes.occupation.is_set) {
        return;
    }
    bool is_recognised = is_kind(o, "recognition_measure");
    ROOM(c, s->qualifications, seeker_qualification);
    for (uint32_t i = 0; is_recognised && i < s->qualifications.count; i++) {
        if (bytes_equal(s->qualifications.items[i].occupation.text, o->outcomes.occupation.text)) {
            s->qualifications.items[i].recognition = (value_code){3, true, false};
            return;
        }
    }
    s->qualifications.items[s->qualifications.count++] =
        (seeker_qualification){.is_set = true,
                               .occupation = o->outcomes.occupation,
                               .eqf = o->outcomes.eqf,
                               .recognition = {is_recognised ? 3 : 5, true, false}};
}

static inline void gain_part(checker *c, seeker *s, const offer *o)
{
    if (!o->part.of.is_set) {
        return;
    }
    ROOM(c, s->parts_done, seeker_part);
    s->parts_done.items[s->parts_done.count++] = (seeker_part){true, o->part.of, o->part.number};
    int32_t found = 0;
    for (int32_t n = 1; n <= o->part.total.value; n++) {
        bool has = false;
        for (uint32_t i = 0; i < s->parts_done.count; i++) {
            has = has || (s->parts_done.items[i].number.value == n &&
                          bytes_equal(s->parts_done.items[i].of.text, o->part.of.text));
        }
        found += has;
    }
    if (found == o->part.total.value) {
        ROOM(c, s->qualifications, seeker_qualification);
        s->qualifications.items[s->qualifications.count++] =
            (seeker_qualification){.is_set = true, .occupation = o->part.of};
    }
}

static inline void gain(checker *c, seeker *s, const taken *step)
{
    const offer *o = offer_of(c, step->which);
    gain_languages(c, s, o);
    gain_skills(c, s, o);
    gain_occupation(c, s, o);
    gain_part(c, s, o);
    if (o->outcomes.licences.is_set && o->outcomes.licences.members != 0) {
        s->licences.members |= o->outcomes.licences.members;
        s->licences.is_set = true;
    }
    if (o->outcomes.eqf.is_set && o->outcomes.eqf.value > 0) {
        s->education.is_set = true;
        if (!s->education.eqf.is_set || s->education.eqf.value < o->outcomes.eqf.value) {
            s->education.eqf = (value_int){o->outcomes.eqf.value, true, false};
        }
    }
    if (o->outcomes.school.is_set && o->outcomes.school.position > 0) {
        s->education.is_set = true;
        if (s->education.school.is_set && s->education.school.position == 5) {
            s->education.school.is_set = false; /* abroad */
        }
        lift(&s->education.school, o->outcomes.school.position);
    }
    bool is_insured = is_work(o) || is_kind(o, "apprenticeship") ||
                      (o->employment.insured.is_set && o->employment.insured.value);
    if (is_insured) {
        ROOM(c, s->spells, seeker_spell);
        for (uint32_t i = 0; i < s->spells.count; i++) {
            if (s->spells.items[i].status.position < 2 && !s->spells.items[i].to.is_set) {
                s->spells.items[i].to = (value_day){step->start - 1, true, false};
            }
        }
        s->spells.items[s->spells.count++] = (seeker_spell){.is_set = true,
                                                            .status = {2, true, false},
                                                            .from = {step->start, true, false},
                                                            .to = {step->end, true, false}};
    }
}

/* The person on a day, after those steps that have ended by then. */
static inline const segment *state_on(checker *c, const taken *steps, uint32_t count, day on)
{
    seeker s = *c->t->person;
    err e = {0};
    buf text = {0};
    uint64_t found;
    for (uint32_t i = 0; i < count; i++) {
        if (steps[i].end <= on) {
            gain(c, &s, &steps[i]);
        }
    }
    if (s.work_permission.until.is_set && on > s.work_permission.until.value) {
        s.work_permission = (seeker_work_permission){0};
    }
    json_writer w = json_writer_to(&text);
    seeker_print(&s, &w);
    if (!map_get(&c->states, buf_bytes(&text), &found)) {
        segment_input input = {.record = &s, .version = 1};
        found = c->state_count++;
        ck_assert_uint_lt(found, STATE_MAX);
        ck_assert_msg(segment_build(registry_program(plugins), SIDE_SEEKER, &input, 1, concepts,
                                    true, &c->state_segments[found], &e),
                      "%s", e.text);
        ck_assert(map_put(&c->states, buf_bytes(&text), found));
    }
    buf_fini(&text);
    return c->state_segments[found];
}

/* ------------------------------------------------------------------------------------ gates */

static inline void row_on(checker *c, const segment *s, uint32_t row, day on, gate_row *ret)
{
    err e = {0};
    *ret = (gate_row){.segment = s, .row = row};
    ck_assert_msg(match_derive(worker, registry_program(plugins), s, &row, 1, on, &c->memory,
                               &ret->derived, &e),
                  "%s", e.text);
}

static inline bool is_about_gains(const char *id)
{
    return (strncmp(id, "language.", 9) == 0 && strcmp(id, "language.max") != 0) ||
           strncmp(id, "skills.", 7) == 0 || strncmp(id, "education.", 10) == 0;
}

static inline bool is_about_dates(const char *id)
{
    return strcmp(id, "core.seats") == 0 || strcmp(id, "core.register_by") == 0 ||
           strcmp(id, "core.valid_to") == 0 || strcmp(id, "core.end") == 0 ||
           strcmp(id, "terms.entry") == 0 || strcmp(id, "schedule.start") == 0;
}

/* Are the two modules of a test's occupation done? */
static inline bool has_all_parts(const checker *c, const taken *steps, uint32_t count,
                                 const offer *part, day on)
{
    int32_t found = 0;
    for (int32_t n = 1; part->part.of.is_set && n <= part->part.total.value; n++) {
        bool has = false;
        for (uint32_t i = 0; i < count; i++) {
            const offer *s = offer_of(c, steps[i].which);
            has = has || (steps[i].end <= on && s->part.of.is_set && s->part.number.value == n);
        }
        found += has;
    }
    return part->part.of.is_set && found == part->part.total.value;
}

/* Has one of the steps given the occupation of the offer, or a module of another classification? */
static inline bool has_learnt_occupation(const checker *c, const taken *steps, uint32_t count,
                                         ref r, day on)
{
    const offer *o = offer_of(c, r);
    for (uint32_t i = 0; i < count; i++) {
        const offer *s = offer_of(c, steps[i].which);
        bool is_it =
            s->outcomes.occupation.is_set &&
            (!o->occupation.is_set || bytes_equal(s->outcomes.occupation.text, o->occupation.text));
        if (steps[i].end <= on && (is_it || has_all_parts(c, steps, count, s, on))) {
            return true;
        }
    }
    return false;
}

/* How many gates say check; -1: one says no. Are all open without any step? */
static inline int32_t gates_on_day(checker *c, const taken *steps, uint32_t count, ref r, day on,
                                   bool *ret_open_today, const char **ret_why)
{
    const match_program *p = registry_program(plugins);
    gate_row then;
    gate_row today;
    gate_row row;
    int32_t checks = 0;
    const uint32_t *rows;
    uint32_t row_count;
    ck_assert(segment_find(c->offers, offer_of(c, r)->id.text, &rows, &row_count));
    row_on(c, state_on(c, steps, count, on), 0, on, &then);
    row_on(c, state_on(c, steps, 0, on), 0, on, &today);
    row_on(c, c->offers, rows[r.intake], on, &row);
    *ret_open_today = true;
    for (uint32_t i = 0; i < p->gate_count; i++) {
        const gate *g = &p->gates[i];
        if ((default_strategy.gates_on >> i & 1u) == 0 || (r.shift != 0 && is_about_dates(g->id))) {
            continue;
        }
        verdict v = gate_judge(p, g, &then, &row, c->q->as_of);
        verdict before = gate_judge(p, g, &today, &row, c->q->as_of);
        if (is_about_gains(g->id)) {
            *ret_open_today = *ret_open_today && before != VERDICT_NO;
            v = before < v ? before : v;
        }
        if (strcmp(g->id, "education.recognition") == 0 && before == VERDICT_NO &&
            !has_learnt_occupation(c, steps, count, r, on)) {
            v = VERDICT_NO;
        }
        if (v == VERDICT_NO || (v == VERDICT_CHECK && c->q->is_certain)) {
            *ret_why = g->id;
            return -1;
        }
        checks += v == VERDICT_CHECK;
    }
    return checks;
}

/* A rolling intake that only time opens: the first day on which it does. */
static inline day opening_day(checker *c, ref r, day first)
{
    const match_program *p = registry_program(plugins);
    const uint32_t *rows;
    uint32_t row_count;
    ck_assert(segment_find(c->offers, offer_of(c, r)->id.text, &rows, &row_count));
    const gate_row row = {.segment = c->offers, .row = rows[r.intake]};
    for (day on = first; on < first + 1500; on++) {
        gate_row person;
        bool is_open = true;
        row_on(c, state_on(c, NULL, 0, on), 0, on, &person);
        for (uint32_t i = 0; i < p->gate_count; i++) {
            if (strcmp(p->gates[i].id, "eligibility.unemployed_months") == 0 ||
                strcmp(p->gates[i].id, "eligibility.instruments") == 0) {
                verdict v = gate_judge(p, &p->gates[i], &person, &row, c->q->as_of);
                is_open = is_open && v != VERDICT_NO && !(v == VERDICT_CHECK && c->q->is_certain);
            }
        }
        if (is_open) {
            return on;
        }
    }
    return first;
}

/* Weeks in a course; one with the same end for all who join counts from its first day. */
static inline uint32_t weeks_in(checker *c, ref r, day on, day end)
{
    const offer_intake *i = intake_of(c, r);
    day later;
    day from = on;
    bool has_own_end = last_day(c, r, on, &end) && last_day(c, r, on + 1, &later) && later != end;
    if (is_rolling_intake(c, r) && !has_own_end) {
        from = from_day(c);
        from = !i->start.is_null && i->start.value > from ? i->start.value : from;
        from = opening_day(c, r, from);
    }
    return (uint32_t)(end - from + 7) / 7;
}

/* ------------------------------------------------------------------------------------ beside */

static inline void mark_week(const offer_intake *i, int margin, char *week)
{
    char own[WEEK_QUARTERS] = {0};
    for (uint32_t k = 0; k < i->schedule.count; k++) {
        const window *w = &i->schedule.items[k];
        for (uint64_t d = w->by_day.members; d != 0; d &= d - 1) {
            int begin = __builtin_ctzll(d) * 96 + w->start_time.value / 15;
            int end = __builtin_ctzll(d) * 96 + (w->end_time.value + 14) / 15;
            memset(own + begin, 1, (size_t)(end - begin));
        }
    }
    for (int q = 0; q < WEEK_QUARTERS; q++) {
        for (int m = -margin; own[q] && m <= margin; m++) {
            week[(q + m + WEEK_QUARTERS) % WEEK_QUARTERS] = 1;
        }
    }
}

static inline double km_between(const offer *a, const offer *b)
{
    double rad = acos(-1.0) / 180.0;
    double la = a->location.lat.value * rad;
    double lb = b->location.lat.value * rad;
    double dl = (a->location.lon.value - b->location.lon.value) * rad;
    double h = pow(sin((la - lb) / 2), 2) + cos(la) * cos(lb) * pow(sin(dl / 2), 2);
    return 2 * 6371.0088 * asin(sqrt(h));
}

/* 0 yes, 1 check, 2 no. */
static inline int pair_fits(const checker *c, ref a, ref b)
{
    const offer *x = offer_of(c, a);
    const offer *y = offer_of(c, b);
    const offer_intake *i = intake_of(c, a);
    const offer_intake *k = intake_of(c, b);
    char first[WEEK_QUARTERS] = {0};
    char second[WEEK_QUARTERS] = {0};
    if (!i->schedule.is_set || !k->schedule.is_set) {
        return 1;
    }
    bool is_way = !(x->online.is_set && x->online.value) && !(y->online.is_set && y->online.value);
    double km = is_way ? km_between(x, y) : 0;
    mark_week(i, km > 0.5 ? 2 + (int)(km / 10) : 0, first);
    mark_week(k, 0, second);
    for (int q = 0; q < WEEK_QUARTERS; q++) {
        if (first[q] && second[q]) {
            bool may_move = (i->schedule_flexible.is_set && i->schedule_flexible.value) ||
                            (k->schedule_flexible.is_set && k->schedule_flexible.value);
            return may_move ? 1 : 2;
        }
    }
    return 0;
}

static inline int fits_with(const checker *c, const taken *steps, uint32_t count, ref r, day on)
{
    const seeker *s = c->t->person;
    int worst = 0;
    bool is_alone = true;
    bool is_known = s->availability.hours_max.is_set && weekly(c, r) >= 0;
    int32_t minutes = weekly(c, r) > 0 ? weekly(c, r) : 0;
    for (uint32_t i = 0; i < count; i++) {
        if (steps[i].end < on) {
            continue;
        }
        int32_t more = weekly(c, steps[i].which);
        int pair = pair_fits(c, steps[i].which, r);
        is_alone = false;
        is_known = is_known && more >= 0;
        minutes += more > 0 ? more : 0;
        worst = pair > worst ? pair : worst;
    }
    if (is_alone) {
        return 0;
    }
    if (s->availability.hours_max.is_set && minutes > s->availability.hours_max.value * 60) {
        return 2;
    }
    return worst == 0 && !is_known ? 1 : worst;
}

/* ------------------------------------------------------------------------------------ grants */

static inline day lapse_of(const seeker_entitlement *e)
{
    day last = e->valid_to.is_set ? e->valid_to.value : LOTSE_OPEN;
    int32_t months = e->code.position <= 1 ? 12 : e->code.position == 2 ? 3 : 0;
    if (months > 0 && e->issued.is_set && day_add_months(e->issued.value, months) < last) {
        last = day_add_months(e->issued.value, months);
    }
    return last;
}

/* Is a grant open? Marks the entitlement that is used. */
static inline uint32_t grant_doubt(const checker *c, ref r, day enrol, uint32_t used,
                                   uint32_t *ret_used)
{
    const offer *o = offer_of(c, r);
    const seeker *s = c->t->person;
    uint64_t any = o->requires.entitlements.members;
    uint64_t funding = o->funding.members | o->requires.instruments.members;
    if (any == 0 && (funding >> 6 & 1u) != 0) {
        any = UINT64_C(1) << 6;
    } else if (any == 0 && (funding >> 5 & 1u) != 0) {
        any = UINT64_C(7) << 3;
    }
    *ret_used = used;
    if (any == 0) {
        return 0;
    }
    for (uint32_t i = 0; i < s->entitlements.count; i++) {
        const seeker_entitlement *e = &s->entitlements.items[i];
        if ((used >> i & 1u) == 0 && (any >> e->code.position & 1u) != 0 && lapse_of(e) >= enrol) {
            *ret_used = used | 1u << i;
            return 0;
        }
    }
    return 1;
}

/* ------------------------------------------------------------------------------------ joining */

/* May the person join this intake on this day, after and beside these steps? */
static inline joined check_join(checker *c, const taken *steps, uint32_t count, uint32_t used,
                                ref r, day on, bool is_goal)
{
    joined j = {.why = "dates"};
    bool has_end = last_day(c, r, on, &j.end);
    j.end = has_end ? j.end : LOTSE_OPEN;
    if (!is_joinable(c, r, on, is_goal) || (!is_goal && (!has_end || j.end < on))) {
        return j;
    }
    bool is_open_today;
    int32_t checks = gates_on_day(c, steps, count, r, on, &is_open_today, &j.why);
    if (checks < 0) {
        return j;
    }
    int beside = fits_with(c, steps, count, r, on);
    j.why = "beside";
    if (beside == 2 || (beside == 1 && c->q->is_certain)) {
        return j;
    }
    day enrol = is_open_today && r.shift == 0 ? c->q->as_of : on;
    j.is_open = true;
    j.doubts =
        (uint32_t)checks + (beside == 1) + (r.shift != 0) + grant_doubt(c, r, enrol, used, &j.used);
    return j;
}

/* What the person scores today for the intake. */
static inline int32_t fit_of(checker *c, ref r)
{
    const uint32_t *rows;
    uint32_t row_count;
    const uint32_t zero = 0;
    match_pair pair;
    err e = {0};
    ck_assert(segment_find(c->offers, offer_of(c, r)->id.text, &rows, &row_count));
    match_query q = {.strategy = &default_strategy,
                     .anchor = state_on(c, NULL, 0, c->q->as_of),
                     .anchor_rows = &zero,
                     .anchor_row_count = 1,
                     .as_of = c->q->as_of,
                     .limit = 1};
    ck_assert_msg(
        match_pair_judge(worker, &q, c->offers, &rows[r.intake], 1, &c->memory, &pair, &e), "%s",
        e.text);
    return pair.hit.score;
}

#endif
