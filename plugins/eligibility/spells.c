/* Times of a person: which spells hold on a day, how many days they cover, how long the person has
 * been unemployed. Every answer has three values; an end that is missing may be anywhere. */

#include "eligibility.h"

/* SGB III section 18 (1): other times without work of up to six weeks do not interrupt. Section 18
 * (2) no. 5: work of up to six months in all; months have 28 to 31 days. */
enum {
    SHORT_GAP_DAYS = 42,
    FIVE_YEARS_MONTHS = 60,
    WORK_DAYS_CERTAIN = 181,
    WORK_DAYS_POSSIBLE = 184
};

/* ------------------------------------------------------------------------------------ the calendar
 */

typedef struct civil {
    int32_t year, month, day;
} civil;

static civil civil_of(int32_t days)
{
    int64_t shifted = (int64_t)days + 719468; /* days since 0000-03-01 */
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t of_era = shifted - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    civil c = {(int32_t)(year + era * 400), (int32_t)(month < 10 ? month + 3 : month - 9),
               (int32_t)(of_year - (153 * month + 2) / 5 + 1)};
    c.year += c.month <= 2;
    return c;
}

/* Whole calendar months: from the 31st of January to the 28th of February it is none. */
static int32_t months_between(int32_t from, int32_t to)
{
    civil a = civil_of(from);
    civil b = civil_of(to);
    return (b.year - a.year) * 12 + b.month - a.month - (b.day < a.day);
}

static int32_t days_of(civil c)
{
    int64_t year = (int64_t)c.year - (c.month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (c.month + (c.month > 2 ? -3 : 9)) + 2) / 5 + c.day - 1;
    return (int32_t)(era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468);
}

int32_t day_plus_months(int32_t day, int32_t months)
{
    civil c = civil_of(day);
    int32_t count = c.year * 12 + c.month - 1 + months;
    int32_t year = (count >= 0 ? count : count - 11) / 12;
    civil first = {year, count - year * 12 + 1, 1};
    civil behind = first.month == 12 ? (civil){year + 1, 1, 1} : (civil){year, first.month + 1, 1};
    int32_t length = days_of(behind) - days_of(first);
    return days_of(first) + (c.day < length ? c.day : length) - 1;
}

/* ------------------------------------------------------------------------------------ the record
 */

static const int32_t *list_at(const lotse_table *t, uint32_t column, uint32_t row, uint32_t *count)
{
    const lotse_column *c = lotse_column_of(t, column);
    if (!lotse_is_known(t, c, row)) {
        return NULL;
    }
    lotse_range range = lotse_range_at(t, c, row);
    *count = range.end - range.begin;
    return (const int32_t *)lotse_values(t, c) + range.begin;
}

static answer flag_at(const lotse_table *t, uint32_t column, uint32_t row)
{
    const lotse_column *c = lotse_column_of(t, column);
    return !lotse_is_known(t, c, row) ? NOT_KNOWN : lotse_flag_at(t, c, row) ? YES : NO;
}

person person_of(const lotse_table *t, uint32_t row, int32_t as_of)
{
    uint32_t counts[7] = {0};
    person p = {.as_of = as_of};
    p.status = list_at(t, COLUMN_STATUS, row, &counts[0]);
    p.from = list_at(t, COLUMN_FROM, row, &counts[1]);
    p.to = list_at(t, COLUMN_TO, row, &counts[2]);
    p.has_spells = p.status != NULL && p.from != NULL && p.to != NULL && counts[0] == counts[1] &&
                   counts[0] == counts[2];
    /* A spell that does not say what it was may have been anything. */
    for (uint32_t i = 0; p.has_spells && i < counts[0]; i++) {
        p.has_spells = p.status[i] != LOTSE_ABSENT;
    }
    p.spell_count = p.has_spells ? counts[0] : 0;
    p.entitlement = list_at(t, COLUMN_ENTITLEMENT, row, &counts[3]);
    p.valid_to = list_at(t, COLUMN_VALID_TO, row, &counts[4]);
    p.has_entitlements = p.entitlement != NULL && p.valid_to != NULL && counts[3] == counts[4];
    p.entitlement_count = p.has_entitlements ? counts[3] : 0;
    p.issued = list_at(t, COLUMN_ISSUED, row, &counts[5]);
    p.issued = counts[5] == counts[3] ? p.issued : NULL;
    p.obliged = list_at(t, COLUMN_OBLIGED, row, &counts[6]);
    p.obliged = counts[6] == counts[3] ? p.obliged : NULL;
    for (uint32_t i = 0; i < FACT_COUNT; i++) {
        p.facts[i] = flag_at(t, COLUMN_AGE_25 + i, row);
    }
    return p;
}

/* Does spell i hold on the day asked? */
static answer is_current(const person *p, uint32_t i)
{
    if (p->from[i] != LOTSE_ABSENT && p->from[i] > p->as_of) {
        return NO;
    }
    if (p->to[i] != LOTSE_ABSENT && p->to[i] < p->as_of) {
        return NO;
    }
    return p->from[i] == LOTSE_ABSENT || p->to[i] == LOTSE_ABSENT ? NOT_KNOWN : YES;
}

/* Is the person in this status on the day asked? A list of spells that is there is complete. */
answer is_in(const person *p, int32_t status)
{
    if (!p->has_spells) {
        return NOT_KNOWN;
    }
    answer found = NO;
    for (uint32_t i = 0; i < p->spell_count; i++) {
        if (p->status[i] == status) {
            found = either(found, is_current(p, i));
        }
    }
    return found;
}

/* Does any spell of this status touch first..last? Where an end is missing it may. */
static answer touches(const person *p, int32_t status, int32_t first, int32_t last)
{
    answer found = NO;
    for (uint32_t i = 0; i < p->spell_count; i++) {
        int has_from = p->from[i] != LOTSE_ABSENT;
        int has_to = p->to[i] != LOTSE_ABSENT;
        if (p->status[i] != status || (has_from && p->from[i] > last) ||
            (has_to && p->to[i] < first)) {
            continue;
        }
        int is_certain = (has_from || (has_to && p->to[i] <= last)) &&
                         (has_to || (has_from && p->from[i] >= first));
        found = either(found, is_certain ? YES : NOT_KNOWN);
    }
    return found;
}

answer has_work(const person *p, int32_t first, int32_t last)
{
    return either(touches(p, STATUS_EMPLOYED_INSURED, first, last),
                  either(touches(p, STATUS_EMPLOYED_MARGINAL, first, last),
                         touches(p, STATUS_SELF_EMPLOYED, first, last)));
}

/* Is there a spell of this status that may reach into first..last, no one can say how far? */
int has_missing_end(const person *p, int32_t status, int32_t first, int32_t last)
{
    for (uint32_t i = 0; i < p->spell_count; i++) {
        int has_from = p->from[i] != LOTSE_ABSENT;
        int has_to = p->to[i] != LOTSE_ABSENT;
        if (p->status[i] == status && !(has_from && has_to) && !(has_from && p->from[i] > last) &&
            !(has_to && p->to[i] < first)) {
            return 1;
        }
    }
    return 0;
}

/* Days of first..last that spells of a status cover; at least this many, where ends are missing.
 * Walks along the days, so that overlapping spells count once. */
int32_t days_in(const person *p, int32_t status, int32_t first, int32_t last)
{
    int32_t days = 0;
    int32_t at = first;
    while (at <= last) {
        int32_t reaches = at - 1; /* of the spells that cover `at`, the furthest end */
        int32_t next = last + 1;  /* else the nearest start behind it */
        for (uint32_t i = 0; i < p->spell_count; i++) {
            if (p->status[i] != status || p->from[i] == LOTSE_ABSENT || p->to[i] == LOTSE_ABSENT) {
                continue;
            }
            if (p->from[i] <= at && p->to[i] > reaches) {
                reaches = p->to[i] < last ? p->to[i] : last;
            } else if (p->from[i] > at && p->from[i] < next) {
                next = p->from[i];
            }
        }
        days += reaches >= at ? reaches - at + 1 : 0;
        at = reaches >= at ? reaches + 1 : next;
    }
    return days;
}

/* ------------------------------------------------------------------------------------ months */

/* The unemployed spell that ends last before `start`; spell_count: there is none. Spells whose ends
 * are not known set *is_certain to 0: they may reach further. */
static uint32_t find_before(const person *p, int32_t start, int *is_certain)
{
    uint32_t found = p->spell_count;
    for (uint32_t i = 0; i < p->spell_count; i++) {
        if (p->status[i] != STATUS_UNEMPLOYED ||
            (p->from[i] != LOTSE_ABSENT && p->from[i] >= start)) {
            continue;
        }
        if (p->from[i] == LOTSE_ABSENT || p->to[i] == LOTSE_ABSENT) {
            *is_certain = 0;
        } else if (found == p->spell_count || p->to[i] > p->to[found]) {
            found = i;
        }
    }
    return found;
}

/* May the time between two unemployed spells be passed over? */
static answer is_no_break(const person *p, int32_t first, int32_t last)
{
    if (first > last) {
        return YES;
    }
    answer work = has_work(p, first, last);
    if (work == YES) {
        return NO;
    }
    if (last - first + 1 <= SHORT_GAP_DAYS) {
        return work == NO ? YES : NOT_KNOWN;
    }
    /* Measures under section 45 do not interrupt, others do; the record does not say which it was.
     * Where an end of one is missing, it may cover the gap. */
    int32_t covered =
        days_in(p, STATUS_MEASURE, first, last) + days_in(p, STATUS_WORK_OPPORTUNITY, first, last);
    int may_cover = has_missing_end(p, STATUS_MEASURE, first, last) ||
                    has_missing_end(p, STATUS_WORK_OPPORTUNITY, first, last) ||
                    last - first + 1 - covered <= SHORT_GAP_DAYS;
    return may_cover ? NOT_KNOWN : NO;
}

answer count_months(const person *p, int32_t *ret_months)
{
    answer now = is_in(p, STATUS_UNEMPLOYED);
    *ret_months = 0;
    if (now != YES) {
        return now == NO ? YES : NOT_KNOWN;
    }
    int32_t start = p->as_of + 1;
    for (uint32_t i = 0; i < p->spell_count; i++) {
        if (p->status[i] == STATUS_UNEMPLOYED && is_current(p, i) == YES && p->from[i] < start) {
            start = p->from[i];
        }
    }
    int is_certain = 1;
    for (uint32_t i = 0; i < p->spell_count; i++) {
        uint32_t before = find_before(p, start, &is_certain);
        if (!is_certain) {
            return NOT_KNOWN;
        }
        if (before == p->spell_count) {
            break;
        }
        answer joins = is_no_break(p, p->to[before] + 1, start - 1);
        if (joins == NOT_KNOWN) {
            return NOT_KNOWN;
        }
        if (joins == NO) {
            break;
        }
        start = p->from[before];
    }
    *ret_months = months_between(start, p->as_of);
    return YES;
}

/* ------------------------------------------------------------------------------------ section 18
 * (2)
 */

/* Kinds of breaks that section 18 (2) passes over whatever their length: measures, illness, raising
 * children and caring. */
static int is_passed_over(int32_t status)
{
    return status == STATUS_MEASURE || status == STATUS_WORK_OPPORTUNITY ||
           status == STATUS_SICKNESS || status == STATUS_CARE || status == STATUS_CHILD_RAISING;
}

static int is_work(int32_t status)
{
    return status == STATUS_EMPLOYED_INSURED || status == STATUS_EMPLOYED_MARGINAL ||
           status == STATUS_SELF_EMPLOYED;
}

/* What the days of a break are. Days on which nothing is recorded, or training, may have been a
 * measure, a short break, or a time when work was not possible by law. */
typedef struct break_days {
    int32_t work, open;
} break_days;

static break_days days_of_break(const person *p, int32_t first, int32_t last)
{
    break_days found = {0, 0};
    for (int32_t day = first; day <= last; day++) {
        int works = 0;
        int passes = 0;
        for (uint32_t i = 0; i < p->spell_count; i++) {
            int holds = p->from[i] != LOTSE_ABSENT && p->to[i] != LOTSE_ABSENT &&
                        p->from[i] <= day && day <= p->to[i];
            works = works || (holds && is_work(p->status[i]));
            passes = passes || (holds && is_passed_over(p->status[i]));
        }
        found.work += works;
        found.open += !works && !passes;
    }
    return found;
}

/* Does any spell miss an end, so that it may be part of a break or not? */
static int has_any_missing_end(const person *p)
{
    for (uint32_t i = 0; i < p->spell_count; i++) {
        if (p->from[i] == LOTSE_ABSENT || p->to[i] == LOTSE_ABSENT) {
            return 1;
        }
    }
    return 0;
}

answer is_unemployed_for(const person *p, int32_t months)
{
    answer now = is_in(p, STATUS_UNEMPLOYED);
    if (now != YES) {
        return now;
    }
    int32_t counted = 0;
    if (count_months(p, &counted) == YES && counted >= months) {
        return YES;
    }
    if (has_any_missing_end(p)) {
        return NOT_KNOWN;
    }
    /* Walks back from break to break. At least the unemployed days count, at most those of the
     * breaks, too: whether a time that is passed over itself counts the law leaves open. */
    int32_t five_years_ago = day_plus_months(p->as_of, -FIVE_YEARS_MONTHS);
    int32_t needed = p->as_of - day_plus_months(p->as_of, -months);
    int32_t start = p->as_of + 1;
    int32_t lost = 0; /* days of breaks since then */
    int32_t work = 0;
    int is_sure = 1;
    for (;;) {
        uint32_t found = p->spell_count;
        for (uint32_t i = 0; i < p->spell_count; i++) {
            if (p->status[i] == STATUS_UNEMPLOYED && p->from[i] < start &&
                (found == p->spell_count || p->to[i] > p->to[found] ||
                 (p->to[i] == p->to[found] && p->from[i] < p->from[found]))) {
                found = i;
            }
        }
        if (found == p->spell_count) {
            break;
        }
        int32_t last = start - 1;
        int32_t first = p->to[found] < last ? p->to[found] + 1 : start;
        if (start <= p->as_of && first <= last && is_no_break(p, first, last) != YES) {
            if (last < five_years_ago) {
                break; /* too long ago to be passed over */
            }
            break_days days =
                days_of_break(p, first > five_years_ago ? first : five_years_ago, last);
            work += days.work;
            if (work > WORK_DAYS_POSSIBLE) {
                break;
            }
            is_sure =
                is_sure && days.open == 0 && work <= WORK_DAYS_CERTAIN && first >= five_years_ago;
            lost += last - first + 1;
        }
        start = p->from[found];
        if (is_sure && p->as_of - start - lost >= needed) {
            return YES;
        }
    }
    return p->as_of - start >= needed ? NOT_KNOWN : NO;
}
