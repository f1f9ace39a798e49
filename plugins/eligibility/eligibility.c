/* lotse.eligibility: what follows for a person from spells, facts and vouchers on the day asked.
 *
 * unemployed_months counts as SGB III section 18 (1) does. instruments says of which instruments a
 * person meets the conditions that facts can show; granting remains a decision of the office. Rules
 * carry the time for which their text was read. Outside of it, and wherever a fact is missing or a
 * rule leaves room, the answer is "not known", so that a person looks. */

#include "lotse_plugin.h"

#include <stdlib.h>
#include <string.h>

/* The manifest's columns. */
enum {
    COLUMN_STATUS,
    COLUMN_FROM,
    COLUMN_TO,
    COLUMN_AGE_25,
    COLUMN_MINOR_CHILD,
    COLUMN_DISABILITY,
    COLUMN_ENTITLEMENT,
    COLUMN_VALID_TO,
    COLUMN_COUNT
};

/* Positions of the code list spell_status. */
enum {
    STATUS_UNEMPLOYED = 0,
    STATUS_JOBSEEKING = 1,
    STATUS_EMPLOYED_INSURED = 2,
    STATUS_EMPLOYED_MARGINAL = 3,
    STATUS_SELF_EMPLOYED = 4,
    STATUS_MEASURE = 6,
    STATUS_WORK_OPPORTUNITY = 7,
    STATUS_BENEFIT_SGB2 = 11
};

/* Positions of the code list entitlement. */
enum {
    ENTITLEMENT_AUFENTHG_44 = 0,
    ENTITLEMENT_AUFENTHG_44A = 1,
    ENTITLEMENT_AUFENTHG_45A = 2,
    ENTITLEMENT_SGB3_45_PROVIDER = 3,
    ENTITLEMENT_SGB3_45_EMPLOYER = 4,
    ENTITLEMENT_SGB3_45_AGENT = 5,
    ENTITLEMENT_SGB3_81 = 6
};

/* Positions of the code list instrument. */
enum {
    INSTRUMENT_SGB2_16I = 0,
    INSTRUMENT_SGB2_16E = 1,
    INSTRUMENT_SGB2_16D = 2,
    INSTRUMENT_SGB2_16K = 3,
    INSTRUMENT_SGB2_15 = 4,
    INSTRUMENT_SGB3_45 = 5,
    INSTRUMENT_SGB3_81 = 6,
    INSTRUMENT_SGB3_82 = 7,
    INSTRUMENT_AUFENTHG_43 = 10,
    INSTRUMENT_AUFENTHG_45A = 11
};

/* Days since 1970-01-01: 2019-01-01, from which the rules were read, and 2026-07-01, when the SGB
 * II changed and its new thresholds are not verified. */
enum { READ_FROM = 17897, SGB2_CHANGED = 20635 };

/* SGB III section 18 (1): other times without work of up to six weeks do not interrupt. */
enum { SHORT_GAP_DAYS = 42, YEAR_DAYS = 365, MONTHS_16E = 24, WORK_OPPORTUNITY_DAYS = 730 };

typedef enum answer { NO, YES, NOT_KNOWN } answer;

static answer both(answer a, answer b)
{
    return a == NO || b == NO ? NO : a == YES && b == YES ? YES : NOT_KNOWN;
}

static answer either(answer a, answer b)
{
    return a == YES || b == YES ? YES : a == NO && b == NO ? NO : NOT_KNOWN;
}

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

/* ------------------------------------------------------------------------------------ the record
 */

typedef struct person {
    int has_spells;
    uint32_t spell_count;
    const int32_t *status, *from, *to;
    int has_entitlements;
    uint32_t entitlement_count;
    const int32_t *entitlement, *valid_to;
    answer age_25, minor_child, disability;
    int32_t as_of;
} person;

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

static person person_of(const lotse_table *t, uint32_t row, int32_t as_of)
{
    uint32_t counts[5] = {0};
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
    p.age_25 = flag_at(t, COLUMN_AGE_25, row);
    p.minor_child = flag_at(t, COLUMN_MINOR_CHILD, row);
    p.disability = flag_at(t, COLUMN_DISABILITY, row);
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
static answer is_in(const person *p, int32_t status)
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

static answer has_work(const person *p, int32_t first, int32_t last)
{
    return either(touches(p, STATUS_EMPLOYED_INSURED, first, last),
                  either(touches(p, STATUS_EMPLOYED_MARGINAL, first, last),
                         touches(p, STATUS_SELF_EMPLOYED, first, last)));
}

/* Is there a spell of this status that may reach into first..last, no one can say how far? */
static int has_missing_end(const person *p, int32_t status, int32_t first, int32_t last)
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
static int32_t days_in(const person *p, int32_t status, int32_t first, int32_t last)
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

/* YES: *ret_months holds; NOT_KNOWN: it cannot be told. A person who is not unemployed has 0. */
static answer count_months(const person *p, int32_t *ret_months)
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

/* ------------------------------------------------------------------------------------ instruments
 */

static answer holds(const person *p, int32_t entitlement)
{
    answer found = p->has_entitlements ? NO : NOT_KNOWN;
    for (uint32_t i = 0; i < p->entitlement_count; i++) {
        if (p->entitlement[i] != entitlement) {
            continue;
        }
        answer is_valid = p->valid_to[i] == LOTSE_ABSENT ? NOT_KNOWN
                          : p->valid_to[i] >= p->as_of   ? YES
                                                         : NO;
        found = either(found, is_valid);
    }
    return found;
}

/* A voucher or entitlement in hand settles it; without one, nothing is settled. */
static answer at_best(answer a)
{
    return a == YES ? YES : NOT_KNOWN;
}

/* Every SGB II instrument presupposes SGB II benefits, and rules read for the day. */
static answer receives_sgb2(const person *p)
{
    return p->as_of < READ_FROM || p->as_of >= SGB2_CHANGED ? NOT_KNOWN
                                                            : is_in(p, STATUS_BENEFIT_SGB2);
}

/* Section 16i (3), text of 2019: 25 or older; benefits in six of the last seven years, or in the
 * last five with a minor child or a severe disability; no or only short work in that time. What is
 * short is not said. */
static answer meets_16i(const person *p)
{
    int32_t seven_years_ago = p->as_of - 7 * YEAR_DAYS;
    int32_t five_years_ago = p->as_of - 5 * YEAR_DAYS;
    int32_t days_of_7 = days_in(p, STATUS_BENEFIT_SGB2, seven_years_ago, p->as_of);
    int32_t days_of_5 = days_in(p, STATUS_BENEFIT_SGB2, five_years_ago, p->as_of);
    answer has_ground = either(p->minor_child, p->disability);
    answer long_enough = days_of_7 >= 6 * YEAR_DAYS ? YES : NO;
    answer by_exception = both(has_ground, days_of_5 >= 5 * YEAR_DAYS ? YES : NOT_KNOWN);
    answer no_work = has_work(p, seven_years_ago, p->as_of) == NO ? YES : NOT_KNOWN;
    if (long_enough == NO && has_missing_end(p, STATUS_BENEFIT_SGB2, seven_years_ago, p->as_of)) {
        long_enough = NOT_KNOWN;
    }
    return both(p->age_25, both(either(long_enough, by_exception), no_work));
}

/* Section 16e, text of 2019: two years unemployed. Section 18 (2) passes over more breaks than (1),
 * so that less than two years is certain only when there was no unemployment before them. */
static answer meets_16e(const person *p)
{
    int32_t months = 0;
    if (count_months(p, &months) == YES && months >= MONTHS_16E) {
        return YES;
    }
    for (uint32_t i = 0; i < p->spell_count; i++) {
        if (p->status[i] == STATUS_UNEMPLOYED &&
            (p->from[i] == LOTSE_ABSENT ||
             (p->from[i] <= p->as_of && months_between(p->from[i], p->as_of) >= MONTHS_16E))) {
            return NOT_KNOWN;
        }
    }
    return NO;
}

/* Section 16d (6): 24 months within five years, by way of exception more. */
static answer meets_16d(const person *p)
{
    int32_t days = 0;
    for (uint32_t i = 0; i < p->spell_count; i++) {
        if (p->status[i] != STATUS_WORK_OPPORTUNITY || p->from[i] > p->as_of) {
            continue;
        }
        if (p->from[i] == LOTSE_ABSENT || p->to[i] == LOTSE_ABSENT) {
            return NOT_KNOWN;
        }
        int32_t last = p->to[i] < p->as_of ? p->to[i] : p->as_of;
        int32_t length = last - p->from[i] + 1;
        days += length < WORK_OPPORTUNITY_DAYS ? length : WORK_OPPORTUNITY_DAYS;
        if (days >= WORK_OPPORTUNITY_DAYS) {
            return NOT_KNOWN;
        }
    }
    return YES;
}

static void put(lotse_codes *codes, uint32_t position, answer a)
{
    uint64_t bit = UINT64_C(1) << position;
    codes->members |= a == YES ? bit : 0;
    codes->known |= a == NOT_KNOWN ? 0 : bit;
}

static lotse_codes instruments_of(const person *p)
{
    lotse_codes codes = {0, 0};
    answer sgb2 = receives_sgb2(p);
    put(&codes, INSTRUMENT_SGB2_16I, sgb2 == YES ? meets_16i(p) : sgb2);
    put(&codes, INSTRUMENT_SGB2_16E, sgb2 == YES ? meets_16e(p) : sgb2);
    put(&codes, INSTRUMENT_SGB2_16D, sgb2 == YES ? meets_16d(p) : sgb2);
    put(&codes, INSTRUMENT_SGB2_16K, sgb2);
    put(&codes, INSTRUMENT_SGB2_15, sgb2);
    /* SGB III: unemployed people meet the conditions; whether others are threatened by unemployment
     * no spell can say. */
    answer unemployed = p->as_of < READ_FROM ? NOT_KNOWN : at_best(is_in(p, STATUS_UNEMPLOYED));
    answer jobseeking = p->as_of < READ_FROM ? NOT_KNOWN : at_best(is_in(p, STATUS_JOBSEEKING));
    answer voucher_45 =
        either(holds(p, ENTITLEMENT_SGB3_45_PROVIDER),
               either(holds(p, ENTITLEMENT_SGB3_45_EMPLOYER), holds(p, ENTITLEMENT_SGB3_45_AGENT)));
    put(&codes, INSTRUMENT_SGB3_45, either(unemployed, either(jobseeking, at_best(voucher_45))));
    put(&codes, INSTRUMENT_SGB3_81, either(unemployed, at_best(holds(p, ENTITLEMENT_SGB3_81))));
    answer employed = is_in(p, STATUS_EMPLOYED_INSURED);
    put(&codes, INSTRUMENT_SGB3_82, p->as_of >= READ_FROM && employed == NO ? NO : NOT_KNOWN);
    put(&codes, INSTRUMENT_AUFENTHG_43,
        at_best(either(holds(p, ENTITLEMENT_AUFENTHG_44), holds(p, ENTITLEMENT_AUFENTHG_44A))));
    put(&codes, INSTRUMENT_AUFENTHG_45A, at_best(holds(p, ENTITLEMENT_AUFENTHG_45A)));
    return codes;
}

/* ------------------------------------------------------------------------------------ the fields
 */

static lotse_status configure(void *self, const lotse_params *params, lotse_error *error)
{
    (void)self;
    (void)params;
    (void)error;
    return LOTSE_OK;
}

static lotse_status derive_months(void *self, const lotse_table *table, const uint32_t *rows,
                                  uint32_t row_count, int32_t as_of_day, void *values,
                                  uint8_t *known)
{
    int32_t *months = values;
    (void)self;
    if (table->column_count < COLUMN_COUNT) {
        return LOTSE_REFUSED;
    }
    for (uint32_t i = 0; i < row_count; i++) {
        person p = person_of(table, rows[i], as_of_day);
        known[i] = count_months(&p, &months[i]) == YES;
    }
    return LOTSE_OK;
}

static lotse_status derive_instruments(void *self, const lotse_table *table, const uint32_t *rows,
                                       uint32_t row_count, int32_t as_of_day, void *values,
                                       uint8_t *known)
{
    lotse_codes *codes = values;
    (void)self;
    if (table->column_count < COLUMN_COUNT) {
        return LOTSE_REFUSED;
    }
    for (uint32_t i = 0; i < row_count; i++) {
        person p = person_of(table, rows[i], as_of_day);
        codes[i] = instruments_of(&p);
        known[i] = 1; /* per code: lotse_codes.known */
    }
    return LOTSE_OK;
}

/* Nothing of a field's answer depends on a state, so that all instances are one. */
static void destroy(void *self)
{
    (void)self;
}

static const lotse_field *create(const lotse_host *host, const char *field_id, lotse_error *error)
{
    static const lotse_field months = {sizeof(months), 0, NULL, configure, derive_months, destroy};
    static const lotse_field instruments = {sizeof(instruments), 0,      NULL, configure,
                                            derive_instruments,  destroy};
    (void)host;
    if (strcmp(field_id, "unemployed_months") == 0) {
        return &months;
    }
    if (strcmp(field_id, "instruments") == 0) {
        return &instruments;
    }
    *error = (lotse_error){sizeof(*error), LOTSE_UNSUPPORTED, "", "there is no such field"};
    return NULL;
}

static const lotse_field_factory factory = {sizeof(factory), 0, create};

static lotse_status init(const lotse_host *host, lotse_error *error)
{
    (void)host;
    (void)error;
    return LOTSE_OK;
}

static void deinit(void)
{
}

static const void *get_factory(const char *factory_id)
{
    return strcmp(factory_id, LOTSE_FIELD_1) == 0 ? &factory : NULL;
}

LOTSE_EXPORT const lotse_entry lotse_plugin_entry = {LOTSE_ENTRY_MAGIC,
                                                     sizeof(lotse_entry),
                                                     LOTSE_ABI_MAJOR,
                                                     LOTSE_ABI_MINOR,
                                                     "lotse.eligibility",
                                                     "1.0.0",
                                                     init,
                                                     deinit,
                                                     get_factory};
