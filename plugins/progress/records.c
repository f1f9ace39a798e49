/* Reads the columns of a person and of an offer. */

#include "progress.h"

/* The manifest's columns. */
enum {
    PERSON_LANGUAGES,
    PERSON_LEVELS,
    PERSON_RECOGNITION,
    PERSON_PARTS_OF,
    PERSON_PARTS_NUMBER,
    PERSON_SKILLS,
    PERSON_WISHES,
    PERSON_SCHOOL,
    PERSON_EQF,
    PERSON_LICENCES,
    PERSON_GOAL
};
enum {
    OFFER_KIND,
    OFFER_LANGUAGES,
    OFFER_LEVELS,
    OFFER_SKILLS,
    OFFER_LICENCES,
    OFFER_SCHOOL,
    OFFER_EQF,
    OFFER_PART_OF,
    OFFER_PART_NUMBER,
    OFFER_INSURED,
    OFFER_OCCUPATION
};

static list list_at(const lotse_table *t, uint32_t column, uint32_t row)
{
    const lotse_column *c = lotse_column_of(t, column);
    if (!lotse_is_known(t, c, row)) {
        return (list){0, 0, NULL};
    }
    lotse_range range = lotse_range_at(t, c, row);
    return (list){1, range.end - range.begin, (const int32_t *)lotse_values(t, c) + range.begin};
}

static number number_at(const lotse_table *t, uint32_t column, uint32_t row)
{
    const lotse_column *c = lotse_column_of(t, column);
    if (!lotse_is_known(t, c, row)) {
        return (number){0, 0};
    }
    switch (c->type) {
    case LOTSE_FLAG:
        return (number){1, (int32_t)lotse_flag_at(t, c, row)};
    case LOTSE_CODE:
        return (number){1, (int32_t)lotse_code_at(t, c, row)};
    case LOTSE_CONCEPT:
        return (number){1, (int32_t)lotse_concept_at(t, c, row)};
    default:
        return (number){1, lotse_int_at(t, c, row)};
    }
}

static int codes_at(const lotse_table *t, uint32_t column, uint32_t row, uint64_t *ret)
{
    const lotse_column *c = lotse_column_of(t, column);
    *ret = lotse_is_known(t, c, row) ? lotse_codes_at(t, c, row).members : 0;
    return lotse_is_known(t, c, row);
}

person person_of(const lotse_table *t, uint32_t row)
{
    person p = {.school = number_at(t, PERSON_SCHOOL, row),
                .eqf = number_at(t, PERSON_EQF, row),
                .goal = number_at(t, PERSON_GOAL, row)};
    for (uint32_t i = 0; i < LIST_COUNT; i++) {
        p.lists[i] = list_at(t, PERSON_LANGUAGES + i, row);
    }
    p.has_licences = codes_at(t, PERSON_LICENCES, row, &p.licences);
    return p;
}

offered offered_of(const lotse_table *t, uint32_t row)
{
    number kind = number_at(t, OFFER_KIND, row);
    offered o = {.kind = kind.is_known ? (uint32_t)kind.value : KIND_COUNT,
                 .languages = list_at(t, OFFER_LANGUAGES, row),
                 .levels = list_at(t, OFFER_LEVELS, row),
                 .skills = list_at(t, OFFER_SKILLS, row),
                 .school = number_at(t, OFFER_SCHOOL, row),
                 .eqf = number_at(t, OFFER_EQF, row),
                 .part_of = number_at(t, OFFER_PART_OF, row),
                 .part_number = number_at(t, OFFER_PART_NUMBER, row),
                 .insured = number_at(t, OFFER_INSURED, row),
                 .occupation = number_at(t, OFFER_OCCUPATION, row)};
    o.has_licences = codes_at(t, OFFER_LICENCES, row, &o.licences);
    return o;
}
