#include "match/gate.h"

#include <math.h>

#include "base/check.h"
#include "match/gate_value.h"
#include "model/place.h"

/* The meaning of a gate on one pair. The kinds a gate applies to and what an unknown counts as are
 * handled here; operators on numbers and sets stand in files of their own. */

static bool applies_to_kind(const gate_call *c)
{
    const code_list *kinds = CODES(kind);
    uint64_t all = gate_code_mask(kinds);
    if ((c->gate->kinds & all) == all) {
        return true;
    }
    uint16_t column = program_column(c->program, SIDE_OFFER, "kind");
    gate_number kind = gate_read_number(c, SIDE_OFFER, column);
    return !kind.is_known || (c->gate->kinds >> kind.value & 1u) != 0;
}

static int64_t metres_of(double km)
{
    return (int64_t)floor(km * 1000.0 + 0.5);
}

static verdict judge_within_km(const gate_call *c)
{
    const gate *g = c->gate;
    gate_finding *f = c->finding;
    gate_number online = gate_read_number(c, SIDE_OFFER, g->offer_columns[1]);
    gate_number max = gate_read_number(c, SIDE_SEEKER, g->seeker_columns[1]);
    const double *from = gate_read_place(c, SIDE_SEEKER, g->seeker_columns[0]);
    const double *to = gate_read_place(c, SIDE_OFFER, g->offer_columns[0]);
    f->have = (gate_fact){.kind = GATE_FACT_KM, .is_known = max.is_known};
    f->have.number = max.value * 1000;
    f->need = (gate_fact){.kind = GATE_FACT_KM, .is_known = from != NULL && to != NULL};
    double km = 0.0;
    if (f->need.is_known) {
        km = place_km((place){from[0], from[1], from[2]}, (place){to[0], to[1], to[2]});
        f->need.number = metres_of(km);
        f->km = km;
    }
    f->is_online = online.is_known && online.value == 1;
    if (f->is_online || (!max.is_known && max.is_wish)) {
        return VERDICT_YES;
    }
    if (!f->need.is_known || !max.is_known) {
        f->seeker_is_unknown = from == NULL || !max.is_known;
        f->offer_is_unknown = to == NULL;
        return VERDICT_CHECK;
    }
    if (km <= (double)max.value) {
        return VERDICT_YES;
    }
    f->lack = (gate_fact){.kind = GATE_FACT_KM, .is_known = true};
    f->lack.number = metres_of(km - (double)max.value);
    return VERDICT_NO;
}

/* The offer's week lies within the seeker's. */
static verdict judge_fits_within(const gate_call *c)
{
    enum { WORD_COUNT = 11 };
    gate_finding *f = c->finding;
    uint16_t columns[2] = {c->gate->seeker_columns[0], c->gate->offer_columns[0]};
    const uint64_t *have = gate_read_week(c, SIDE_SEEKER, columns[0]);
    const uint64_t *need = gate_read_week(c, SIDE_OFFER, columns[1]);
    const column_set *sets = c->program->columns;
    bool have_is_wish = gate_field_is_wish(sets[SIDE_SEEKER].columns[columns[0]].field);
    bool need_is_wish = gate_field_is_wish(sets[SIDE_OFFER].columns[columns[1]].field);
    f->have = (gate_fact){.kind = GATE_FACT_WEEK, .is_known = have != NULL, .week = have};
    f->need = (gate_fact){.kind = GATE_FACT_WEEK, .is_known = need != NULL, .week = need};
    if ((have == NULL && have_is_wish) || (need == NULL && need_is_wish)) {
        return VERDICT_YES;
    }
    uint64_t lack[WORD_COUNT] = {0};
    uint64_t any = 0;
    for (uint32_t i = 0; need != NULL && i < WORD_COUNT; i++) {
        lack[i] = need[i] & ~(have == NULL ? 0 : have[i]);
        any |= lack[i];
    }
    if (need != NULL && any == 0) {
        return VERDICT_YES;
    }
    f->lack.kind = GATE_FACT_WEEK;
    uint64_t *kept = c->arena == NULL ? NULL : arena_make_array(c->arena, WORD_COUNT, uint64_t);
    for (uint32_t i = 0; kept != NULL && need != NULL && i < WORD_COUNT; i++) {
        kept[i] = lack[i];
        f->lack.is_known = true;
        f->lack.week = kept;
    }
    bool may_move = false; /* the offer's times are no fixed ones, or may not be */
    bool is_silent = false;
    if (c->gate->offer_columns[1] != UINT16_MAX) {
        gate_number flexible = gate_read_number(c, SIDE_OFFER, c->gate->offer_columns[1]);
        is_silent = !flexible.is_known;
        may_move = is_silent || flexible.value == 1;
    }
    f->seeker_is_unknown = have == NULL;
    f->offer_is_unknown = need == NULL || is_silent;
    return have != NULL && need != NULL && !may_move ? VERDICT_NO : VERDICT_CHECK;
}

static verdict judge_not_before_as_of(const gate_call *c)
{
    gate_number last = gate_read_number(c, SIDE_OFFER, c->gate->offer_columns[0]);
    c->finding->have = (gate_fact){.kind = GATE_FACT_DAY, .is_known = true, .number = c->as_of};
    c->finding->need = gate_fact_of_number(&last);
    return last.is_known && last.value < c->as_of ? VERDICT_NO : VERDICT_YES;
}

/* No free seat closes the offer for now, unless it keeps a waiting list. How many seats are free
 * may be not known: somebody must ask. */
static verdict judge_seats(const gate_call *c)
{
    gate_number seats = gate_read_number(c, SIDE_OFFER, c->gate->offer_columns[0]);
    gate_number waiting = gate_read_number(c, SIDE_OFFER, c->gate->offer_columns[1]);
    c->finding->need = gate_fact_of_number(&seats);
    if (!seats.is_known) {
        c->finding->offer_is_unknown = true;
        return VERDICT_CHECK;
    }
    if (seats.value > 0) {
        return VERDICT_YES;
    }
    bool may_wait = waiting.is_known && waiting.value == WAITING_LIST_OPEN;
    return may_wait ? VERDICT_CHECK : VERDICT_NO;
}

/* An idea is no offer yet, and one that has ended is none any more. */
static verdict judge_status(const gate_call *c)
{
    gate_number status = gate_read_number(c, SIDE_OFFER, c->gate->offer_columns[0]);
    c->finding->need = gate_fact_of_number(&status);
    bool is_closed = status.value == OFFER_STATUS_IDEA || status.value == OFFER_STATUS_ENDED;
    return status.is_known && is_closed ? VERDICT_NO : VERDICT_YES;
}

/* Whom a restriction by a trait leaves out is not for the engine to say: the person decides. */
static verdict judge_restriction(const gate_call *c)
{
    gate_set traits = gate_read_set(c, SIDE_OFFER, c->gate->offer_columns[0]);
    c->finding->need = gate_fact_of_set(&traits);
    bool is_restricted = traits.is_known && c->finding->need.codes != 0;
    return is_restricted ? VERDICT_CHECK : VERDICT_YES;
}

/* `in`, but consent may still be obtained where the offer takes who is allowed to work. */
static verdict judge_permission(const gate_call *c)
{
    verdict v = gate_judge_sets(c);
    if (v != VERDICT_NO) {
        return v;
    }
    gate_number status = gate_read_number(c, SIDE_SEEKER, c->gate->seeker_columns[0]);
    const gate_fact *need = &c->finding->need;
    uint64_t may_accept = need->codes | ~need->codes_known;
    bool accepts_allowed = (may_accept >> WORK_PERMISSION_ALLOWED & 1u) != 0;
    bool may_ask = status.is_known && status.value == WORK_PERMISSION_WITH_CONSENT;
    return may_ask && accepts_allowed ? VERDICT_CHECK : VERDICT_NO;
}

static verdict judge_op(const gate_call *c)
{
    const gate *g = c->gate;
    switch (g->op) {
    case GATE_AT_LEAST:
    case GATE_AT_MOST:
    case GATE_ON_OR_AFTER:
    case GATE_OVERLAPS:
    case GATE_FLAG: {
        if (g->seeker_key != UINT16_MAX) {
            return gate_judge_joined(c);
        }
        bool has_two = g->op == GATE_OVERLAPS;
        gate_number have[2] = {gate_read_number(c, SIDE_SEEKER, g->seeker_columns[0])};
        gate_number need[2] = {gate_read_number(c, SIDE_OFFER, g->offer_columns[0])};
        if (has_two) {
            have[1] = gate_read_number(c, SIDE_SEEKER, g->seeker_columns[1]);
            need[1] = gate_read_number(c, SIDE_OFFER, g->offer_columns[1]);
        }
        return gate_judge_numbers(c, have, need);
    }
    case GATE_IN:
    case GATE_CONTAINS_ALL:
    case GATE_INTERSECTS_OR_EMPTY:
    case GATE_DISJOINT:
    case GATE_SUBSET_OF:
        return gate_judge_sets(c);
    case GATE_WITHIN_KM:
        return judge_within_km(c);
    case GATE_FITS_WITHIN:
        return judge_fits_within(c);
    case GATE_NOT_BEFORE_AS_OF:
        return judge_not_before_as_of(c);
    case GATE_SEATS:
        return judge_seats(c);
    case GATE_STATUS:
        return judge_status(c);
    case GATE_RESTRICTION:
        return judge_restriction(c);
    case GATE_PERMISSION:
        return judge_permission(c);
    }
    check(false);
    return VERDICT_CHECK;
}

static void judge(gate_call *c)
{
    gate_finding *f = c->finding;
    *f = (gate_finding){.verdict = VERDICT_YES, .as_of = c->as_of, .key_code = -1, .km = NAN};
    if (!applies_to_kind(c)) {
        return;
    }
    f->verdict = judge_op(c);
    bool is_unknown = f->seeker_is_unknown || f->offer_is_unknown;
    if (f->verdict == VERDICT_CHECK && is_unknown && c->gate->unknown_is_yes) {
        f->verdict = VERDICT_YES;
    }
}

verdict gate_judge(const match_program *p, const gate *g, const gate_row *seeker,
                   const gate_row *offer, day as_of)
{
    gate_finding finding;
    gate_call c = {.program = p,
                   .gate = g,
                   .rows = {[SIDE_SEEKER] = seeker, [SIDE_OFFER] = offer},
                   .as_of = as_of,
                   .finding = &finding};
    judge(&c);
    return finding.verdict;
}

void gate_find(const match_program *p, const gate *g, const gate_row *seeker, const gate_row *offer,
               day as_of, arena *a, gate_finding *ret)
{
    check(a != NULL);
    gate_call c = {.program = p,
                   .gate = g,
                   .rows = {[SIDE_SEEKER] = seeker, [SIDE_OFFER] = offer},
                   .as_of = as_of,
                   .arena = a,
                   .finding = ret};
    judge(&c);
}
