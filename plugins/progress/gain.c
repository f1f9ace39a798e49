/* What an offer adds for a person, by its kind. Each kind has one question, so that a missing fact
 * matters only where it could change the answer; then the answer is "not known".
 *
 *   language course      a language above the person's level: 1; none: 0.1
 *   school certificate   a certificate above the person's: 1; none: 0.1
 *   recognition measure  a qualification whose recognition is still to come: 1; none: 0.2
 *   qualification        a part the person has: 0; a missing part of one begun: 1; else something
 *                        new (skill, licence, level): 0.7; nothing new: 0.2
 *   apprenticeship       a level above the person's: 0.9; none: 0.4
 *   job, subsidised job  insured: 0.4, and up to 0.6 by how near it is to the wishes or the goal
 *                        (0.7 where there are none); not insured: 0.3
 *   internship           0.5          volunteering   0.3          work opportunity   0.2
 *   coaching, counselling, mentoring  0.5: what they add cannot be read from a record */

#include "progress.h"

enum {
    WHOLE = LOTSE_POINTS_MAX,
    HALF = LOTSE_POINTS_MAX / 2,
    GAIN_HAS_LEVEL = 100000,
    GAIN_RECOGNISED = 200000,
    GAIN_NEW = 700000,
    GAIN_NOTHING_NEW = 200000,
    GAIN_DEGREE = 900000,
    GAIN_HAS_DEGREE = 400000,
    GAIN_WORK = 400000,
    GAIN_WORK_NO_WISH = 700000,
    GAIN_NOT_INSURED = 300000,
    GAIN_VOLUNTEERING = 300000,
    GAIN_WORK_OPPORTUNITY = 200000,
    KLDB_DIGITS = 5,
    ISCO_DIGITS = 4
};

/* Positions of the code list recognition: none, applied, partial come first. */
enum { RECOGNITION_PARTIAL = 2 };

static const gain not_known = {1, HALF, SENTENCE_UNKNOWN, {0, 0}};

static gain known(int32_t points, uint32_t sentence, int32_t first, int32_t second)
{
    return (gain){0, points, sentence, {first, second}};
}

/* Three values: a fact says yes, no, or is missing. */
typedef enum answer { NO, YES, MAYBE } answer;

static answer either(answer a, answer b)
{
    return a == YES || b == YES ? YES : a == NO && b == NO ? NO : MAYBE;
}

/* ------------------------------------------------------------------------------------ languages */

/* The person's level of a language; a list that is there is complete. */
static number level_of(const person *p, int32_t language)
{
    const list *codes = &p->lists[LIST_LANGUAGES];
    const list *levels = &p->lists[LIST_LEVELS];
    if (!codes->is_known || !levels->is_known || codes->count != levels->count) {
        return (number){0, 0};
    }
    number best = {1, 0};
    int has_gap = 0;
    for (uint32_t i = 0; i < codes->count; i++) {
        if (codes->values[i] != language) {
            continue;
        }
        has_gap = has_gap || levels->values[i] == LOTSE_ABSENT;
        best.value = levels->values[i] > best.value ? levels->values[i] : best.value;
    }
    best.is_known = !has_gap;
    return best;
}

static gain by_language(const person *p, const offered *o)
{
    answer adds = NO;
    if (!o->languages.is_known || !o->levels.is_known || o->languages.count != o->levels.count) {
        return not_known;
    }
    for (uint32_t i = 0; i < o->languages.count; i++) {
        int32_t to = o->levels.values[i];
        number have = level_of(p, o->languages.values[i]);
        if (to == LOTSE_ABSENT || !have.is_known) {
            adds = either(adds, to == 0 ? NO : MAYBE);
        } else if (to > have.value) {
            return known(WHOLE, SENTENCE_LANGUAGE, o->languages.values[i], to);
        }
    }
    return adds == MAYBE ? not_known : known(GAIN_HAS_LEVEL, SENTENCE_LANGUAGE_HAS, 0, 0);
}

/* ------------------------------------------------------------------------------------ education */

static answer is_above(number offer, number have)
{
    if (offer.is_known && (offer.value == 0 || (have.is_known && offer.value <= have.value))) {
        return NO;
    }
    return offer.is_known && have.is_known ? YES : MAYBE;
}

static gain by_school(const person *p, const offered *o)
{
    answer adds = is_above(o->school, p->school);
    return adds == MAYBE ? not_known
           : adds == YES ? known(WHOLE, SENTENCE_SCHOOL, o->school.value, 0)
                         : known(GAIN_HAS_LEVEL, SENTENCE_SCHOOL_HAS, 0, 0);
}

static gain by_recognition(const person *p)
{
    const list *states = &p->lists[LIST_RECOGNITION];
    answer open = states->is_known ? NO : MAYBE;
    for (uint32_t i = 0; i < states->count; i++) {
        int32_t state = states->values[i];
        open = either(open, state == LOTSE_ABSENT          ? MAYBE
                            : state <= RECOGNITION_PARTIAL ? YES
                                                           : NO);
    }
    return open == MAYBE ? not_known
           : open == YES ? known(WHOLE, SENTENCE_RECOGNITION, 0, 0)
                         : known(GAIN_RECOGNISED, SENTENCE_RECOGNITION_HAS, 0, 0);
}

static gain by_degree(const person *p, const offered *o)
{
    answer adds = is_above(o->eqf, p->eqf);
    return adds == MAYBE ? not_known
           : adds == YES ? known(GAIN_DEGREE, SENTENCE_DEGREE, o->eqf.value, 0)
                         : known(GAIN_HAS_DEGREE, SENTENCE_DEGREE_HAS, 0, 0);
}

/* ------------------------------------------------------------------------------------
 * qualifications
 */

/* Skills and licences ascend in neither list here: lists are short. */
static answer adds_skill(const person *p, const offered *o)
{
    const list *have = &p->lists[LIST_SKILLS];
    if (!o->skills.is_known) {
        return MAYBE;
    }
    for (uint32_t i = 0; i < o->skills.count; i++) {
        int is_there = 0;
        for (uint32_t k = 0; k < have->count && !is_there; k++) {
            is_there = have->values[k] == o->skills.values[i];
        }
        if (!is_there) {
            return have->is_known ? YES : MAYBE;
        }
    }
    return NO;
}

static answer adds_licence(const person *p, const offered *o)
{
    if (o->has_licences && (o->licences & ~p->licences) == 0) {
        return NO;
    }
    return o->has_licences && p->has_licences ? YES : MAYBE;
}

/* Has the person this part, or begun what it is a part of? An offer that names no part is none. */
static void find_part(const person *p, const offered *o, answer *ret_done, answer *ret_begun)
{
    const list *of = &p->lists[LIST_PARTS_OF];
    const list *numbers = &p->lists[LIST_PARTS_NUMBER];
    int is_known = of->is_known && numbers->is_known && of->count == numbers->count;
    *ret_done = *ret_begun = !o->part_of.is_known || is_known ? NO : MAYBE;
    for (uint32_t i = 0; is_known && o->part_of.is_known && i < of->count; i++) {
        answer is_same = of->values[i] == 0 ? MAYBE : of->values[i] == o->part_of.value ? YES : NO;
        answer is_number = numbers->values[i] == LOTSE_ABSENT ? MAYBE
                           : o->part_number.is_known && numbers->values[i] == o->part_number.value
                               ? YES
                               : NO;
        answer is_it = is_same == NO || is_number == NO     ? NO
                       : is_same == YES && is_number == YES ? YES
                                                            : MAYBE;
        *ret_done = either(*ret_done, is_it);
        *ret_begun = either(*ret_begun, is_same);
    }
}

static gain by_qualification(const person *p, const offered *o)
{
    answer done;
    answer begun;
    find_part(p, o, &done, &begun);
    if (done == YES) {
        return known(0, SENTENCE_PART_DONE, o->part_number.value, o->part_of.value);
    }
    if (done == MAYBE || begun == MAYBE) {
        return not_known;
    }
    if (begun == YES) {
        return known(WHOLE, SENTENCE_PART_MISSING, o->part_number.value, o->part_of.value);
    }
    answer adds = either(either(adds_skill(p, o), adds_licence(p, o)), is_above(o->eqf, p->eqf));
    return adds == MAYBE ? not_known
           : adds == YES ? known(GAIN_NEW, SENTENCE_NEW, 0, 0)
                         : known(GAIN_NOTHING_NEW, SENTENCE_NOTHING_NEW, 0, 0);
}

/* ------------------------------------------------------------------------------------ work */

/* Digits in common from the left, of all that the scheme has; ESCO: the same or not. */
static double nearness(uint32_t wish, uint32_t offered_one)
{
    uint32_t scheme = LOTSE_CONCEPT_SCHEME(wish);
    uint32_t digits = scheme == LOTSE_SCHEME_ISCO ? ISCO_DIGITS : KLDB_DIGITS;
    uint32_t common = 0;
    if (scheme != LOTSE_CONCEPT_SCHEME(offered_one)) {
        return 0.0;
    }
    if (scheme == LOTSE_SCHEME_ESCO) {
        return wish == offered_one ? 1.0 : 0.0;
    }
    while (common < digits && common < LOTSE_CONCEPT_DIGITS(wish) &&
           common < LOTSE_CONCEPT_DIGITS(offered_one) &&
           LOTSE_CONCEPT_DIGIT(wish, common) == LOTSE_CONCEPT_DIGIT(offered_one, common)) {
        common++;
    }
    return common / (double)digits;
}

static gain by_work(const person *p, const offered *o)
{
    const list *wishes = &p->lists[LIST_WISHES];
    double best = 0.0;
    if (!o->insured.is_known) {
        return not_known;
    }
    if (o->insured.value == 0) {
        return known(GAIN_NOT_INSURED, SENTENCE_WORK_NOT_INSURED, 0, 0);
    }
    if (wishes->count == 0 && !p->goal.is_known) {
        return known(GAIN_WORK_NO_WISH, SENTENCE_WORK, 0, 0);
    }
    if (!o->occupation.is_known) {
        return not_known;
    }
    for (uint32_t i = 0; i < wishes->count + 1; i++) {
        int is_goal = i == wishes->count;
        if (is_goal && !p->goal.is_known) {
            break;
        }
        double near = nearness((uint32_t)(is_goal ? p->goal.value : wishes->values[i]),
                               (uint32_t)o->occupation.value);
        best = near > best ? near : best;
    }
    int32_t points = lotse_points((GAIN_WORK + (WHOLE - GAIN_WORK) * best) / 1e6);
    return known(points, best > 0.0 ? SENTENCE_WORK_NEAR : SENTENCE_WORK, o->occupation.value, 0);
}

gain gain_of(const person *p, const offered *o)
{
    switch (o->kind) {
    case KIND_LANGUAGE_COURSE:
        return by_language(p, o);
    case KIND_QUALIFICATION:
        return by_qualification(p, o);
    case KIND_SCHOOL_CERTIFICATE:
        return by_school(p, o);
    case KIND_RECOGNITION_MEASURE:
        return by_recognition(p);
    case KIND_APPRENTICESHIP:
        return by_degree(p, o);
    case KIND_JOB:
    case KIND_SUBSIDISED_JOB:
        return by_work(p, o);
    case KIND_INTERNSHIP:
        return known(HALF, SENTENCE_PRACTICE, 0, 0);
    case KIND_VOLUNTEERING:
        return known(GAIN_VOLUNTEERING, SENTENCE_VOLUNTEERING, 0, 0);
    case KIND_WORK_OPPORTUNITY:
        return known(GAIN_WORK_OPPORTUNITY, SENTENCE_WORK_OPPORTUNITY, 0, 0);
    default:
        return known(HALF, SENTENCE_SMALL, 0, 0);
    }
}
