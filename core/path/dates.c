/* When an intake can be joined, how long it takes, and what may run beside what. */
#include "path/parts.h"

#include <math.h>

#include "model/place.h"

enum {
    UNIT_MINUTES = 45,
    WEEK_DAYS = 7,
    WEEK_WORDS = 11,
    QUARTERS = 672,
    QUARTER_MINUTES = 15,
    SAME_PLACE_M = 500,
    WAY_QUARTERS = 2, /* from one place to another at least half an hour, */
    QUARTER_KM = 10   /* and a quarter for every 10 km */
};

static int32_t count_minutes(const uint64_t *week)
{
    int32_t quarters = 0;
    for (uint32_t i = 0; i < WEEK_WORDS; i++) {
        quarters += __builtin_popcountll(week[i]);
    }
    return quarters * QUARTER_MINUTES;
}

/* What it takes of a week: hours as stated, else units over its time, else the times themselves. */
static int32_t minutes_of(const finder *f, const candidate *c, int32_t units, int32_t days)
{
    int32_t hours;
    if (columns_number(&f->columns, c->segment, c->row, COLUMN_HOURS_MIN, &hours) && hours > 0) {
        return hours * 60;
    }
    if (units > 0 && days > 0) {
        return units * UNIT_MINUTES * WEEK_DAYS / days;
    }
    return c->week == NULL ? -1 : count_minutes(c->week);
}

/* Days from units, where the end is not fixed. */
static int32_t days_of_units(int32_t units, int32_t minutes)
{
    if (units <= 0 || minutes <= 0) {
        return -1;
    }
    return (units * UNIT_MINUTES * WEEK_DAYS + minutes - 1) / minutes;
}

static bool join_window(const finder *f, candidate *c, int32_t start, bool has_start, int32_t end,
                        bool has_end)
{
    day as_of = f->q->as_of;
    int32_t mode = ENTRY_MODE_FIXED;
    int32_t latest = LOTSE_OPEN;
    day last = has_end ? end : LOTSE_OPEN;
    columns_number(&f->columns, c->segment, c->row, COLUMN_MODE, &mode);
    if (columns_number(&f->columns, c->segment, c->row, COLUMN_LATEST, &latest) &&
        latest != LOTSE_OPEN) {
        last = latest;
    }
    if (!has_start) {
        c->first = as_of > f->available_from ? as_of : f->available_from;
        c->last = LOTSE_OPEN;
        return c->is_goal;
    }
    if (start == LOTSE_OPEN || mode == ENTRY_MODE_ROLLING) {
        day from = f->available_from > as_of ? f->available_from : as_of;
        c->first = start != LOTSE_OPEN && start > from ? start : from;
        c->last = last;
        return c->first <= c->last;
    }
    c->first = start;
    c->last = start;
    if (start >= as_of) {
        c->is_fixed = true;
        return true;
    }
    /* An opening whose first day has passed is there as long as it is published. */
    int32_t until = as_of;
    columns_number(&f->columns, c->segment, c->row, COLUMN_VALID_TO, &until);
    c->first = as_of > f->available_from ? as_of : f->available_from;
    c->last = until > as_of ? until : as_of;
    return c->is_work && c->is_goal && c->first <= c->last;
}

static void read_week(const finder *f, candidate *c)
{
    int32_t flag = 0;
    c->week = columns_week(&f->columns, c->segment, c->row);
    c->place = columns_place(&f->columns, c->segment, c->row);
    c->is_flexible =
        columns_number(&f->columns, c->segment, c->row, COLUMN_FLEXIBLE, &flag) && flag != 0;
    flag = 0;
    c->is_online =
        columns_number(&f->columns, c->segment, c->row, COLUMN_ONLINE, &flag) && flag != 0;
}

bool dates_of(const finder *f, candidate *c)
{
    int32_t start = 0;
    int32_t end = LOTSE_OPEN;
    int32_t units = 0;
    int32_t kind = -1;
    bool has_start = columns_number(&f->columns, c->segment, c->row, COLUMN_START, &start);
    bool has_end =
        columns_number(&f->columns, c->segment, c->row, COLUMN_END, &end) && end != LOTSE_OPEN;
    columns_number(&f->columns, c->segment, c->row, COLUMN_UNITS, &units);
    columns_number(&f->columns, c->segment, c->row, COLUMN_KIND, &kind);
    c->kind = (uint32_t)kind;
    c->is_work = kind == KIND_JOB || kind == KIND_SUBSIDISED_JOB;
    int32_t insured = 0;
    columns_number(&f->columns, c->segment, c->row, COLUMN_INSURED, &insured);
    c->is_insured = c->is_work || kind == KIND_APPRENTICESHIP || insured != 0;
    read_week(f, c);
    if (c->is_assumed) {
        if (!has_start || start == LOTSE_OPEN) {
            return false;
        }
        start += c->shift;
        end = has_end ? end + c->shift : end;
        c->first = start;
        c->last = start;
        c->is_fixed = true;
        if (start < f->q->as_of || start < f->available_from) {
            return false;
        }
    } else if (!join_window(f, c, start, has_start, end, has_end)) {
        return false;
    }
    int32_t days = c->is_fixed && has_end ? end - start : 0;
    c->minutes = minutes_of(f, c, units, days);
    int32_t from_units = days_of_units(units, c->minutes);
    c->has_end = has_end || from_units >= 0;
    c->end = end;
    c->days = -1;
    if (c->is_fixed && !has_end) {
        c->days = from_units;
    } else if (!c->is_fixed && from_units >= 0) {
        c->days = from_units;
        if (has_end && c->last > end - from_units) {
            c->last = end - from_units; /* who joins later cannot finish */
        }
    }
    return c->first <= c->last && (!c->is_fixed || !has_end || end >= start);
}

/* ------------------------------------------------------------------------------------ beside */

/* Quarters of an hour between two places; 0: none is needed. */
static uint32_t quarters_between(const candidate *a, const candidate *b)
{
    if (a->is_online || b->is_online || a->place == NULL || b->place == NULL) {
        return 0;
    }
    double km = place_km((place){a->place[0], a->place[1], a->place[2]},
                         (place){b->place[0], b->place[1], b->place[2]});
    if (km * 1000.0 <= SAME_PLACE_M) {
        return 0;
    }
    return WAY_QUARTERS + (uint32_t)(km / QUARTER_KM);
}

/* The week with every time begun `by` quarters earlier and ended as much later, less than a word.
 */
static void widen(const uint64_t *week, uint32_t by, uint64_t ret[WEEK_WORDS])
{
    enum { LAST_BITS = QUARTERS - 64 * (WEEK_WORDS - 1) };
    for (uint32_t i = 0; i < WEEK_WORDS; i++) {
        ret[i] = week[i];
    }
    for (uint32_t step = 0; step < by; step++) {
        uint64_t low = ret[0];
        uint64_t before = ret[WEEK_WORDS - 1] >> (LAST_BITS - 1) & 1u;
        for (uint32_t i = 0; i < WEEK_WORDS; i++) {
            uint32_t width = i + 1 < WEEK_WORDS ? 64 : LAST_BITS;
            uint64_t here = ret[i];
            uint64_t after = i + 1 < WEEK_WORDS ? ret[i + 1] & 1u : low & 1u;
            ret[i] = here | here << 1 | before | here >> 1 | after << (width - 1);
            before = here >> (width - 1) & 1u;
        }
        ret[WEEK_WORDS - 1] &= (UINT64_C(1) << LAST_BITS) - 1;
    }
}

static bool weeks_clash(const candidate *a, const candidate *b)
{
    uint64_t wide[WEEK_WORDS];
    uint64_t both = 0;
    widen(a->week, quarters_between(a, b), wide);
    for (uint32_t i = 0; i < WEEK_WORDS; i++) {
        both |= wide[i] & b->week[i];
    }
    return both != 0;
}

static verdict pair_beside(const candidate *a, const candidate *b)
{
    if (a->week == NULL || b->week == NULL) {
        return VERDICT_CHECK;
    }
    if (!weeks_clash(a, b)) {
        return VERDICT_YES;
    }
    return a->is_flexible || b->is_flexible ? VERDICT_CHECK : VERDICT_NO;
}

verdict dates_beside(const finder *f, const candidate *const *together, uint32_t count)
{
    int32_t minutes = 0;
    verdict worst = VERDICT_YES;
    bool is_known = f->hours_max >= 0;
    for (uint32_t i = 0; i < count; i++) {
        is_known = is_known && together[i]->minutes >= 0;
        minutes += together[i]->minutes > 0 ? together[i]->minutes : 0;
    }
    if (f->hours_max >= 0 && minutes > f->hours_max) {
        return VERDICT_NO;
    }
    worst = is_known ? VERDICT_YES : VERDICT_CHECK;
    /* The last came last: the others were looked at before. */
    for (uint32_t i = 0; i + 1 < count; i++) {
        verdict v = pair_beside(together[i], together[count - 1]);
        worst = v > worst ? v : worst;
    }
    return worst;
}
