/* The rules of rules/ held against a person. A rule is used only on the days for which its text
 * holds; one that is not verified, and a day without a rule, say that a person must look. */

#include "eligibility.h"

typedef enum test {
    TEST_IN_STATUS,         /* code */
    TEST_YEARS_IN_STATUS,   /* code; years, of the last years */
    TEST_NO_WORK,           /* of the last years */
    TEST_UNEMPLOYED_MONTHS, /* months */
    TEST_MONTHS_LEFT,       /* code; months, in the years from the first time */
    TEST_FACT,              /* code */
    TEST_HOLDS,             /* code; lapses after months, 0: by its own day alone; 1: the own day
                               counts for obliged people only */
    TEST_DISCRETION         /* somebody decides */
} test;

/* Conditions of which one suffices stand behind one another; starts_need begins the next such
 * need. A rule is met when all its needs are. */
typedef struct condition {
    test test;
    int starts_need;
    int otherwise_check; /* "no" is not certain */
    uint32_t code;
    int32_t numbers[2];
} condition;

typedef struct rule {
    const char *id;
    uint32_t instrument;
    int32_t from, to; /* days */
    int is_verified;
    uint32_t first, count; /* of CONDITIONS */
} rule;

#include "rules.inc"

enum { MONTHS_PER_YEAR = 12 };

/* ------------------------------------------------------------------------------------ tests */

static answer has_years_in(const person *p, const condition *c)
{
    int32_t status = (int32_t)c->code;
    int32_t since = day_plus_months(p->as_of, -MONTHS_PER_YEAR * c->numbers[1]);
    int32_t needed = p->as_of - day_plus_months(p->as_of, -MONTHS_PER_YEAR * c->numbers[0]);
    if (!p->has_spells) {
        return NOT_KNOWN;
    }
    if (days_in(p, status, since, p->as_of) >= needed) {
        return YES;
    }
    return has_missing_end(p, status, since, p->as_of) ? NOT_KNOWN : NO;
}

static answer has_no_work(const person *p, const condition *c)
{
    int32_t since = day_plus_months(p->as_of, -MONTHS_PER_YEAR * c->numbers[0]);
    answer worked = p->has_spells ? has_work(p, since, p->as_of) : NOT_KNOWN;
    return worked == YES ? NO : worked == NO ? YES : NOT_KNOWN;
}

/* The years begin with the first spell; when they are over the next spell begins new ones. */
static answer has_months_left(const person *p, const condition *c)
{
    int32_t status = (int32_t)c->code;
    int32_t begin = LOTSE_ABSENT;
    if (!p->has_spells) {
        return NOT_KNOWN;
    }
    for (;;) {
        int32_t behind = begin == LOTSE_ABSENT
                             ? LOTSE_ABSENT
                             : day_plus_months(begin, MONTHS_PER_YEAR * c->numbers[1]);
        int32_t next = LOTSE_OPEN;
        for (uint32_t i = 0; i < p->spell_count; i++) {
            if (p->status[i] != status) {
                continue;
            }
            if (p->from[i] == LOTSE_ABSENT || p->to[i] == LOTSE_ABSENT) {
                return NOT_KNOWN;
            }
            /* A spell that goes on over the end of the years begins new ones there. */
            int32_t from = p->from[i] < behind && p->to[i] >= behind ? behind : p->from[i];
            if (from >= behind && from <= p->as_of && from < next) {
                next = from;
            }
        }
        if (next == LOTSE_OPEN) {
            break;
        }
        begin = next;
    }
    if (begin == LOTSE_ABSENT) {
        return YES;
    }
    int32_t behind = day_plus_months(begin, MONTHS_PER_YEAR * c->numbers[1]);
    if (behind <= p->as_of) {
        return YES;
    }
    int32_t most = day_plus_months(begin, c->numbers[0]) - begin;
    return days_in(p, status, begin, p->as_of) < most ? YES : NO;
}

/* The own day of an entitlement beside the months after its issue: it counts, too, or for those
 * only whom the job centre obliged. */
static answer holds_by_both(const person *p, const condition *c, uint32_t entitlement,
                            answer is_valid, answer is_fresh)
{
    int32_t obliged = p->obliged == NULL ? LOTSE_ABSENT : p->obliged[entitlement];
    if (c->numbers[1] == 0 || obliged == 1) {
        return both(is_valid, is_fresh);
    }
    if (obliged == LOTSE_ABSENT && is_fresh == YES) {
        return is_valid == YES ? YES : NOT_KNOWN;
    }
    return is_fresh;
}

/* Valid by its own day and, where the law says so, not longer than its months after the issue. */
static answer holds_entitlement(const person *p, const condition *c)
{
    answer found = p->has_entitlements ? NO : NOT_KNOWN;
    for (uint32_t i = 0; i < p->entitlement_count; i++) {
        if (p->entitlement[i] != (int32_t)c->code) {
            continue;
        }
        answer is_valid = p->valid_to[i] == LOTSE_ABSENT ? NOT_KNOWN
                          : p->valid_to[i] >= p->as_of   ? YES
                                                         : NO;
        if (c->numbers[0] > 0) {
            int32_t issued = p->issued == NULL ? LOTSE_ABSENT : p->issued[i];
            answer is_fresh = issued == LOTSE_ABSENT                               ? NOT_KNOWN
                              : day_plus_months(issued, c->numbers[0]) >= p->as_of ? YES
                                                                                   : NO;
            is_valid = holds_by_both(p, c, i, is_valid, is_fresh);
        }
        found = either(found, is_valid);
    }
    return found;
}

static answer is_met(const person *p, const condition *c)
{
    switch (c->test) {
    case TEST_IN_STATUS:
        return is_in(p, (int32_t)c->code);
    case TEST_YEARS_IN_STATUS:
        return has_years_in(p, c);
    case TEST_NO_WORK:
        return has_no_work(p, c);
    case TEST_UNEMPLOYED_MONTHS:
        return is_unemployed_for(p, c->numbers[0]);
    case TEST_MONTHS_LEFT:
        return has_months_left(p, c);
    case TEST_FACT:
        return p->facts[c->code];
    case TEST_HOLDS:
        return holds_entitlement(p, c);
    case TEST_DISCRETION:
        break;
    }
    return NOT_KNOWN;
}

/* ------------------------------------------------------------------------------------ rules */

static answer apply(const person *p, const rule *r)
{
    answer all = YES;
    answer any = NO;
    if (!r->is_verified) {
        return NOT_KNOWN;
    }
    for (uint32_t i = r->first; i < r->first + r->count; i++) {
        const condition *c = &CONDITIONS[i];
        if (c->starts_need && i > r->first) {
            all = both(all, any);
            any = NO;
        }
        answer a = is_met(p, c);
        any = either(any, a == NO && c->otherwise_check ? NOT_KNOWN : a);
    }
    return both(all, any);
}

lotse_codes instruments_of(const person *p)
{
    enum { RULE_COUNT = sizeof(RULES) / sizeof(RULES[0]) };
    uint64_t answers[3] = {0, 0, 0}; /* the instruments that some rule of the day answers so */
    for (uint32_t i = 0; i < RULE_COUNT; i++) {
        const rule *r = &RULES[i];
        if (p->as_of < r->from || p->as_of > r->to) {
            continue;
        }
        answers[apply(p, r)] |= UINT64_C(1) << r->instrument;
    }
    /* Rules of one instrument are ways to it: one suffices, and "no" takes a "no" of each. */
    return (lotse_codes){answers[YES], answers[YES] | (answers[NO] & ~answers[NOT_KNOWN])};
}
