#include <stdlib.h>

#include "base/day.h"
#include "model/code.h"
#include "model/concept.h"
#include "model/place.h"
#include "unit/gate_pair.h"

/* The meaning of every operator, as tables of have, need and verdict. */

#define YES VERDICT_YES
#define CHECK VERDICT_CHECK
#define NO VERDICT_NO
enum { A0, A1, A2, B1, B2, C1, C2 };

static pair p;
static arena memory;

static void finish(void)
{
    arena_fini(&memory);
}

typedef struct number_case {
    int32_t have, need;
    verdict expected;
} number_case;

static verdict judge_numbers(gate_op op, uint32_t type, const code_list *codes,
                             field_role need_role, int32_t have, int32_t need)
{
    pair_start(&p, op);
    pair_number(&p, SIDE_SEEKER, "have", type, FIELD_FACT, codes, have);
    pair_number(&p, SIDE_OFFER, "need", type, need_role, codes, need);
    return pair_find(&p, &memory).verdict;
}

START_TEST(at_least_holds_from_the_number_asked_upwards)
{
    static const number_case cases[] = {
        {4, 4, YES},         {5, 4, YES},       {3, 4, NO},  {0, 1, NO},
        {UNKNOWN, 4, CHECK}, {UNKNOWN, 0, YES}, {0, 0, YES}, {UNKNOWN, UNKNOWN, YES},
        {3, UNKNOWN, YES},
    };
    const number_case *c = &cases[_i];

    ck_assert_int_eq(judge_numbers(GATE_AT_LEAST, LOTSE_INT, NULL, FIELD_WISH, c->have, c->need),
                     c->expected);
}
END_TEST
enum { AT_LEAST_COUNT = 9 };

START_TEST(at_least_of_levels_counts_upwards_from_nothing)
{
    static const number_case cases[] = {
        {B1, B1, YES},
        {B2, B1, YES},
        {A2, B1, NO},
        {A0, A1, NO},
        {UNKNOWN, A1, CHECK},
        {UNKNOWN, A0, YES},
        {UNKNOWN, UNKNOWN, YES},
    };
    const number_case *c = &cases[_i];

    ck_assert_int_eq(
        judge_numbers(GATE_AT_LEAST, LOTSE_CODE, CODES(level), FIELD_WISH, c->have, c->need),
        c->expected);
}
END_TEST
enum { LEVEL_COUNT = 7 };

START_TEST(at_most_asks_nothing_at_the_highest_level)
{
    static const number_case cases[] = {
        {B1, B1, YES},      {A2, B1, YES}, {B2, B1, NO},  {UNKNOWN, B1, CHECK},
        {UNKNOWN, C2, YES}, {C2, C2, YES}, {A0, A0, YES}, {C2, UNKNOWN, YES},
    };
    const number_case *c = &cases[_i];

    ck_assert_int_eq(
        judge_numbers(GATE_AT_MOST, LOTSE_CODE, CODES(level), FIELD_WISH, c->have, c->need),
        c->expected);
}
END_TEST
enum { AT_MOST_COUNT = 8 };

START_TEST(a_missing_fact_of_the_offer_is_a_check_too)
{
    ck_assert_int_eq(judge_numbers(GATE_AT_LEAST, LOTSE_INT, NULL, FIELD_FACT, 3, UNKNOWN), CHECK);
    gate_finding found = pair_find(&p, &memory);
    ck_assert(found.offer_is_unknown);
    ck_assert(!found.seeker_is_unknown);
}
END_TEST

START_TEST(a_number_of_a_plugin_has_no_lowest_value)
{
    pair_start(&p, GATE_AT_LEAST);
    pair_number(&p, SIDE_SEEKER, "ext.org.example.x", LOTSE_INT, FIELD_FACT, NULL, UNKNOWN);
    pair_number(&p, SIDE_OFFER, "ext.org.example.y", LOTSE_INT, FIELD_WISH, NULL, -5);

    ck_assert_int_eq(pair_judge(&p), CHECK);
}
END_TEST

START_TEST(unknown_counts_as_yes_where_the_manifest_says_so)
{
    judge_numbers(GATE_AT_LEAST, LOTSE_INT, NULL, FIELD_WISH, UNKNOWN, 4);
    p.gate.unknown_is_yes = true;
    ck_assert_int_eq(pair_judge(&p), YES);

    judge_numbers(GATE_AT_LEAST, LOTSE_INT, NULL, FIELD_WISH, 3, 4);
    p.gate.unknown_is_yes = true;
    ck_assert_int_eq(pair_judge(&p), NO);
}
END_TEST

START_TEST(on_or_after_holds_from_the_seekers_day)
{
    static const number_case cases[] = {
        {100, 100, YES},      {100, 101, YES},       {100, 99, NO},
        {UNKNOWN, 99, CHECK}, {100, UNKNOWN, CHECK}, {-1, 0, YES},
    };
    const number_case *c = &cases[_i];

    ck_assert_int_eq(judge_numbers(GATE_ON_OR_AFTER, LOTSE_DAY, NULL, FIELD_FACT, c->have, c->need),
                     c->expected);
}
END_TEST
enum { DAY_COUNT = 6 };

START_TEST(flag_asks_only_where_it_is_set)
{
    static const struct {
        int32_t have, need;
        field_role need_role;
        verdict expected;
    } cases[] = {
        {1, 1, FIELD_WISH, YES},
        {0, 1, FIELD_WISH, NO},
        {UNKNOWN, 1, FIELD_WISH, CHECK},
        {0, 0, FIELD_WISH, YES},
        {UNKNOWN, 0, FIELD_WISH, YES},
        {0, UNKNOWN, FIELD_WISH, YES},
        {0, UNKNOWN, FIELD_FACT, CHECK},
        {1, UNKNOWN, FIELD_FACT, YES},
        {UNKNOWN, UNKNOWN, FIELD_FACT, CHECK},
    };

    ck_assert_int_eq(judge_numbers(GATE_FLAG, LOTSE_FLAG, NULL, cases[_i].need_role, cases[_i].have,
                                   cases[_i].need),
                     cases[_i].expected);
}
END_TEST
enum { FLAG_COUNT = 9 };

/* ------------------------------------------------------------------------------------ overlaps */

START_TEST(overlaps_needs_a_common_point)
{
    static const struct {
        int32_t have[2], need[2];
        verdict expected;
    } cases[] = {
        {{15, 30}, {30, 40}, YES},
        {{15, 30}, {31, 40}, NO},
        {{20, 30}, {10, 20}, YES},
        {{20, 30}, {10, 19}, NO},
        {{15, 30}, {18, 20}, YES},
        {{18, 20}, {15, 30}, YES},
        {{UNKNOWN, UNKNOWN}, {38, 39}, CHECK},
        {{15, 30}, {UNKNOWN, UNKNOWN}, CHECK},
        /* The end that is known decides against it. */
        {{UNKNOWN, 30}, {31, 40}, NO},
        {{35, UNKNOWN}, {20, 30}, NO},
        {{15, 30}, {31, UNKNOWN}, NO},
        {{15, 30}, {UNKNOWN, 14}, NO},
        /* Or for it: the missing end lies on the far side of the known one. */
        {{UNKNOWN, 30}, {25, 40}, YES},
        {{20, UNKNOWN}, {15, 30}, YES},
        {{15, 30}, {20, UNKNOWN}, YES},
        {{15, 30}, {UNKNOWN, 20}, YES},
        /* Or not at all. */
        {{UNKNOWN, 30}, {10, 20}, CHECK},
        {{15, UNKNOWN}, {20, 30}, CHECK},
        {{15, 30}, {10, UNKNOWN}, CHECK},
        {{UNKNOWN, 30}, {UNKNOWN, 20}, CHECK},
        {{UNKNOWN, 30}, {30, UNKNOWN}, YES},
        {{0, UNKNOWN}, {UNKNOWN, 20}, CHECK},
        {{UNKNOWN, UNKNOWN}, {0, UNKNOWN}, CHECK},
    };
    pair_start(&p, GATE_OVERLAPS);
    for (int end = 0; end < 2; end++) {
        pair_number(&p, SIDE_SEEKER, "have", LOTSE_INT, FIELD_FACT, NULL, cases[_i].have[end]);
        pair_number(&p, SIDE_OFFER, "need", LOTSE_INT, FIELD_FACT, NULL, cases[_i].need[end]);
    }

    ck_assert_int_eq(pair_find(&p, &memory).verdict, cases[_i].expected);
}
END_TEST
enum { OVERLAP_COUNT = 23 };

START_TEST(overlaps_tells_how_far_apart_they_are)
{
    pair_start(&p, GATE_OVERLAPS);
    pair_number(&p, SIDE_SEEKER, "have", LOTSE_INT, FIELD_FACT, NULL, 15);
    pair_number(&p, SIDE_SEEKER, "have", LOTSE_INT, FIELD_FACT, NULL, 30);
    pair_number(&p, SIDE_OFFER, "need", LOTSE_INT, FIELD_FACT, NULL, 38);
    pair_number(&p, SIDE_OFFER, "need", LOTSE_INT, FIELD_FACT, NULL, UNKNOWN);

    gate_finding found = pair_find(&p, &memory);

    ck_assert_int_eq(found.verdict, NO);
    ck_assert_int_eq(found.lack.number, 8);
    ck_assert_int_eq(found.have.number, 15);
    ck_assert_int_eq(found.have.number_high, 30);
    ck_assert_int_eq(found.need.number, 38);
    ck_assert_int_eq(found.need.number_high, LOTSE_ABSENT);
}
END_TEST

/* ------------------------------------------------------------------------------------ sets */

#define ALL UINT64_MAX
enum { SET_NONE = 0, SET_A = 1, SET_B = 2, SET_AB = 3, SET_C = 4 };

typedef struct set_case {
    uint64_t have, have_known, need, need_known;
    verdict expected;
} set_case;

static verdict judge_codes(gate_op op, field_role have_role, field_role need_role,
                           const set_case *c)
{
    pair_start(&p, op);
    pair_codes(&p, SIDE_SEEKER, have_role, CODES(target_group), c->have, c->have_known);
    pair_codes(&p, SIDE_OFFER, need_role, CODES(target_group), c->need, c->need_known);
    return pair_find(&p, &memory).verdict;
}

START_TEST(contains_all_misses_what_is_not_there)
{
    static const set_case cases[] = {
        {SET_AB, ALL, SET_A, ALL, YES},
        {SET_A, ALL, SET_AB, ALL, NO},
        {SET_A, ALL, SET_NONE, ALL, YES},
        {SET_NONE, ALL, SET_A, ALL, NO},
        {0, 0, SET_A, ALL, CHECK},
        {0, 0, SET_NONE, ALL, YES},
        {SET_A, ALL, 0, 0, YES},
        /* B is not known of the person: A decides when it can. */
        {SET_A, ALL & ~SET_B, SET_A, ALL, YES},
        {SET_A, ALL & ~SET_B, SET_AB, ALL, CHECK},
        {SET_NONE, ALL & ~SET_B, SET_AB, ALL, NO},
    };

    ck_assert_int_eq(judge_codes(GATE_CONTAINS_ALL, FIELD_FACT, FIELD_WISH, &cases[_i]),
                     cases[_i].expected);
}
END_TEST
enum { CONTAINS_COUNT = 10 };

START_TEST(subset_of_tells_apart_silence_and_none)
{
    static const set_case cases[] = {
        {SET_A, ALL, SET_AB, ALL, YES},     {SET_AB, ALL, SET_A, ALL, NO},
        {SET_A, ALL, SET_NONE, ALL, NO}, /* the offer says that it has none */
        {SET_A, ALL, 0, 0, CHECK},       /* the offer has not said */
        {SET_NONE, ALL, 0, 0, YES},         {0, 0, SET_NONE, ALL, YES},
        {SET_A, ALL, SET_A, SET_A, YES},    {SET_AB, ALL, SET_A, SET_A, CHECK},
        {SET_AB, ALL, SET_NONE, SET_A, NO},
    };

    ck_assert_int_eq(judge_codes(GATE_SUBSET_OF, FIELD_WISH, FIELD_FACT, &cases[_i]),
                     cases[_i].expected);
}
END_TEST
enum { SUBSET_COUNT = 9 };

START_TEST(intersects_or_empty_needs_one_in_common)
{
    static const set_case cases[] = {
        {SET_A, ALL, SET_AB, ALL, YES},
        {SET_A, ALL, SET_B, ALL, NO},
        {SET_A, ALL, SET_NONE, ALL, YES},
        {SET_NONE, ALL, SET_B, ALL, NO},
        {0, 0, SET_B, ALL, CHECK},
        {0, 0, SET_NONE, ALL, YES},
        {SET_A, ALL, 0, 0, YES},
        /* The instruments a person may get, known in part. */
        {SET_NONE, ALL & ~SET_B, SET_B, ALL, CHECK},
        {SET_NONE, ALL & ~SET_B, SET_A, ALL, NO},
        {SET_A, ALL & ~SET_B, SET_AB, ALL, YES},
    };

    ck_assert_int_eq(judge_codes(GATE_INTERSECTS_OR_EMPTY, FIELD_FACT, FIELD_WISH, &cases[_i]),
                     cases[_i].expected);
}
END_TEST
enum { INTERSECTS_COUNT = 10 };

START_TEST(intersects_or_empty_with_an_offer_known_in_part)
{
    static const set_case cases[] = {
        {SET_A, ALL, SET_NONE, ALL & ~SET_A, CHECK}, /* A or nobody in particular */
        {SET_A, ALL, SET_NONE, ALL & ~SET_B, CHECK}, /* B would close it, empty opens it */
        {SET_A, ALL, SET_C, ALL & ~SET_B, NO},
        {SET_A, ALL, SET_C, ALL & ~SET_A, CHECK},
    };

    ck_assert_int_eq(judge_codes(GATE_INTERSECTS_OR_EMPTY, FIELD_FACT, FIELD_FACT, &cases[_i]),
                     cases[_i].expected);
}
END_TEST
enum { INTERSECTS_PART_COUNT = 4 };

START_TEST(disjoint_fails_on_the_first_in_common)
{
    static const set_case cases[] = {
        {SET_A, ALL, SET_B, ALL, YES},
        {SET_A, ALL, SET_AB, ALL, NO},
        {0, 0, SET_A, ALL, CHECK},
        {0, 0, SET_NONE, ALL, YES},
        {SET_NONE, ALL, 0, 0, YES},
        {SET_A, ALL, 0, 0, CHECK},
        {SET_A, SET_A, SET_A, ALL, NO},
        {SET_A, ALL & ~SET_B, SET_B, ALL, CHECK},
        {SET_A, ALL & ~SET_B, SET_C, ALL, YES},
    };

    ck_assert_int_eq(judge_codes(GATE_DISJOINT, FIELD_FACT, FIELD_FACT, &cases[_i]),
                     cases[_i].expected);
}
END_TEST
enum { DISJOINT_COUNT = 9 };

START_TEST(in_takes_a_code_of_the_set)
{
    static const struct {
        int32_t have;
        uint64_t need, need_known;
        verdict expected;
    } cases[] = {
        {0, SET_A, ALL, YES}, {1, SET_A, ALL, NO},    {UNKNOWN, SET_A, ALL, CHECK},
        {1, 0, 0, YES},       {0, SET_NONE, ALL, NO}, {1, SET_A, ALL & ~SET_B, CHECK},
    };
    pair_start(&p, GATE_IN);
    pair_number(&p, SIDE_SEEKER, "have", LOTSE_CODE, FIELD_FACT, CODES(school), cases[_i].have);
    pair_codes(&p, SIDE_OFFER, FIELD_WISH, CODES(school), cases[_i].need, cases[_i].need_known);

    ck_assert_int_eq(pair_find(&p, &memory).verdict, cases[_i].expected);
}
END_TEST
enum { IN_COUNT = 6 };

/* Concepts: ended by UNKNOWN; 0 is an entry that does not say. */
typedef struct concept_case {
    gate_op op;
    const int32_t *have, *need;
    verdict expected;
} concept_case;

static const int32_t none[] = {UNKNOWN};
static const int32_t one[] = {11, UNKNOWN};
static const int32_t two[] = {12, UNKNOWN};
static const int32_t both[] = {11, 12, UNKNOWN};

static void pair_of_concepts(const concept_case *c)
{
    pair_start(&p, c->op);
    pair_use(&p, SIDE_SEEKER,
             pair_list(&p, SIDE_SEEKER, "skills", LOTSE_CONCEPT_SET, FIELD_FACT, NULL, c->have));
    pair_use(
        &p, SIDE_OFFER,
        pair_list(&p, SIDE_OFFER, "requires.skills", LOTSE_CONCEPT_SET, FIELD_WISH, NULL, c->need));
}

START_TEST(operators_on_sets_hold_for_concepts)
{
    static const concept_case cases[] = {
        {GATE_CONTAINS_ALL, both, one, YES},
        {GATE_CONTAINS_ALL, one, both, NO},
        {GATE_CONTAINS_ALL, none, one, NO},
        {GATE_CONTAINS_ALL, none, none, YES},
        {GATE_CONTAINS_ALL, NULL, one, CHECK},
        {GATE_CONTAINS_ALL, NULL, none, YES},
        {GATE_CONTAINS_ALL, one, NULL, YES},
        {GATE_CONTAINS_ALL, NULL, NULL, YES},
        {GATE_SUBSET_OF, one, both, YES},
        {GATE_SUBSET_OF, both, one, NO},
        {GATE_SUBSET_OF, none, one, YES},
        {GATE_SUBSET_OF, NULL, one, CHECK},
        {GATE_INTERSECTS_OR_EMPTY, both, one, YES},
        {GATE_INTERSECTS_OR_EMPTY, one, two, NO},
        {GATE_INTERSECTS_OR_EMPTY, none, none, YES},
        {GATE_INTERSECTS_OR_EMPTY, NULL, one, CHECK},
        {GATE_INTERSECTS_OR_EMPTY, NULL, none, YES},
        {GATE_DISJOINT, one, two, YES},
        {GATE_DISJOINT, one, both, NO},
        {GATE_DISJOINT, NULL, one, CHECK},
        {GATE_DISJOINT, NULL, none, YES},
    };
    pair_of_concepts(&cases[_i]);

    ck_assert_int_eq(pair_find(&p, &memory).verdict, cases[_i].expected);
}
END_TEST
enum { CONCEPT_COUNT = 21 };

START_TEST(contains_all_names_the_concepts_that_lack)
{
    concept_case c = {GATE_CONTAINS_ALL, one, both, NO};
    pair_of_concepts(&c);

    gate_finding found = pair_find(&p, &memory);

    ck_assert_int_eq(found.lack.kind, GATE_FACT_CONCEPTS);
    ck_assert_uint_eq(found.lack.count, 1);
    ck_assert_uint_eq(found.lack.concepts[0], 12);
    ck_assert_uint_eq(found.need.count, 2);
    ck_assert_uint_eq(found.have.count, 1);
}
END_TEST

START_TEST(a_concept_alone_is_in_a_set_or_not)
{
    static const struct {
        int32_t have;
        const int32_t *need;
        verdict expected;
    } cases[] = {
        {12, both, YES},
        {13, both, NO},
        {UNKNOWN, both, CHECK},
        {13, NULL, YES},
    };
    pair_start(&p, GATE_IN);
    pair_number(&p, SIDE_SEEKER, "goal", LOTSE_CONCEPT, FIELD_FACT, NULL, cases[_i].have);
    pair_use(&p, SIDE_OFFER,
             pair_list(&p, SIDE_OFFER, "set", LOTSE_CONCEPT_SET, FIELD_WISH, NULL, cases[_i].need));

    ck_assert_int_eq(pair_find(&p, &memory).verdict, cases[_i].expected);
}
END_TEST
enum { CONCEPT_IN_COUNT = 4 };

/* ------------------------------------------------------------------------------------ permission
 */

#define BIT(code) (UINT64_C(1) << WORK_PERMISSION_##code)

START_TEST(permission_leaves_open_what_consent_may_open)
{
    static const struct {
        int32_t have;
        uint64_t need, need_known;
        verdict expected;
    } cases[] = {
        {WORK_PERMISSION_FREE, BIT(FREE) | BIT(ALLOWED), ALL, YES},
        {WORK_PERMISSION_ALLOWED, BIT(FREE), ALL, NO},
        {WORK_PERMISSION_WITH_CONSENT, BIT(FREE) | BIT(ALLOWED), ALL, CHECK},
        {WORK_PERMISSION_WITH_CONSENT, BIT(WITH_CONSENT) | BIT(ALLOWED), ALL, YES},
        {WORK_PERMISSION_WITH_CONSENT, BIT(FREE), ALL, NO},
        {WORK_PERMISSION_NOT_YET, BIT(FREE) | BIT(ALLOWED), ALL, NO},
        {WORK_PERMISSION_BARRED, BIT(FREE) | BIT(ALLOWED), ALL, NO},
        {UNKNOWN, BIT(FREE) | BIT(ALLOWED), ALL, CHECK},
        {WORK_PERMISSION_BARRED, 0, 0, YES},
        {UNKNOWN, 0, 0, YES},
    };
    pair_start(&p, GATE_PERMISSION);
    pair_number(&p, SIDE_SEEKER, "work_permission.status", LOTSE_CODE, FIELD_FACT,
                CODES(work_permission), cases[_i].have);
    pair_codes(&p, SIDE_OFFER, FIELD_WISH, CODES(work_permission), cases[_i].need,
               cases[_i].need_known);

    ck_assert_int_eq(pair_find(&p, &memory).verdict, cases[_i].expected);
    ck_assert_int_eq(pair_find(&p, &memory).seeker_is_unknown,
                     cases[_i].have == UNKNOWN && cases[_i].expected == CHECK);
}
END_TEST
enum { PERMISSION_COUNT = 10 };

/* ------------------------------------------------------------------------------------ distance */

static void pair_of_places(bool seeker_is_known, int32_t max_km, bool offer_is_known, double km,
                           int32_t online)
{
    double angle = km / PLACE_RADIUS_KM;
    pair_start(&p, GATE_WITHIN_KM);
    pair_place(&p, SIDE_SEEKER, seeker_is_known, PLACE_RADIUS_KM, 0, 0);
    pair_number(&p, SIDE_SEEKER, "mobility.max_km", LOTSE_INT, FIELD_WISH, NULL, max_km);
    pair_place(&p, SIDE_OFFER, offer_is_known, PLACE_RADIUS_KM * cos(angle),
               PLACE_RADIUS_KM * sin(angle), 0);
    pair_number(&p, SIDE_OFFER, "online", LOTSE_FLAG, FIELD_FACT, NULL, online);
}

START_TEST(within_km_reaches_as_far_as_the_person_goes)
{
    static const struct {
        bool seeker_is_known;
        int32_t max_km;
        bool offer_is_known;
        double km;
        int32_t online;
        verdict expected;
    } cases[] = {
        {true, 20, true, 19.999, 0, YES}, {true, 20, true, 20.001, 0, NO},
        {true, 20, true, 20.001, 1, YES}, {true, 20, true, 20.001, UNKNOWN, NO},
        {false, 20, true, 5, 0, CHECK},   {true, 20, false, 5, 0, CHECK},
        {false, 20, false, 5, 1, YES},    {true, UNKNOWN, true, 500, 0, YES},
        {true, 0, true, 0, 0, YES},       {true, 0, true, 0.001, 0, NO},
    };
    pair_of_places(cases[_i].seeker_is_known, cases[_i].max_km, cases[_i].offer_is_known,
                   cases[_i].km, cases[_i].online);

    ck_assert_int_eq(pair_find(&p, &memory).verdict, cases[_i].expected);
}
END_TEST
enum { KM_COUNT = 10 };

START_TEST(within_km_reads_an_absent_reach_as_its_default)
{
    pair_of_places(true, UNKNOWN, true, 50.001, 0);
    p.sides[SIDE_SEEKER].fields[1].has_default = true;
    p.sides[SIDE_SEEKER].fields[1].default_value = 50;
    ck_assert_int_eq(pair_judge(&p), NO);

    pair_of_places(true, UNKNOWN, true, 49.999, 0);
    p.sides[SIDE_SEEKER].fields[1].has_default = true;
    p.sides[SIDE_SEEKER].fields[1].default_value = 50;
    ck_assert_int_eq(pair_judge(&p), YES);
}
END_TEST

START_TEST(within_km_decides_by_the_very_double_of_the_distance)
{
    pair_of_places(true, 20, true, 20.0, 0);
    const double *to = p.sides[SIDE_OFFER].values[0].place;
    double km = place_km((place){PLACE_RADIUS_KM, 0, 0}, (place){to[0], to[1], to[2]});

    ck_assert_int_eq(pair_judge(&p), km <= 20.0 ? YES : NO);
}
END_TEST

START_TEST(within_km_tells_the_way_in_metres)
{
    pair_of_places(true, 20, true, 32.4, 0);

    gate_finding found = pair_find(&p, &memory);

    ck_assert_int_eq(found.have.number, 20000);
    ck_assert_int_eq(found.need.number, 32400);
    ck_assert_int_eq(found.lack.number, 12400);
}
END_TEST

/* ------------------------------------------------------------------------------------ week */

static void pair_of_weeks(bool have_is_known, uint64_t have, bool need_is_known, uint64_t need,
                          uint32_t word)
{
    pair_start(&p, GATE_FITS_WITHIN);
    pair_use(&p, SIDE_SEEKER,
             pair_column(&p, SIDE_SEEKER, "windows", LOTSE_WEEK, FIELD_FACT, NULL, have_is_known));
    pair_use(&p, SIDE_OFFER,
             pair_column(&p, SIDE_OFFER, "schedule", LOTSE_WEEK, FIELD_FACT, NULL, need_is_known));
    p.sides[SIDE_SEEKER].values[0].week[word] = have;
    p.sides[SIDE_OFFER].values[0].week[word] = need;
}

START_TEST(fits_within_needs_every_quarter_of_an_hour)
{
    static const struct {
        bool have_is_known;
        uint64_t have;
        bool need_is_known;
        uint64_t need;
        uint32_t word;
        verdict expected;
    } cases[] = {
        {true, 0xf0, true, 0xf0, 0, YES},  {true, 0xf0, true, 0xf8, 0, NO},
        {true, 0xf0, true, 0x30, 10, YES}, {true, 0xf0, true, 0x1f0, 10, NO},
        {false, 0, true, 0xf0, 0, CHECK},  {true, 0xf0, false, 0, 0, CHECK},
        {false, 0, true, 0, 0, YES},
    };
    pair_of_weeks(cases[_i].have_is_known, cases[_i].have, cases[_i].need_is_known, cases[_i].need,
                  cases[_i].word);

    ck_assert_int_eq(pair_find(&p, &memory).verdict, cases[_i].expected);
}
END_TEST
enum { WEEK_COUNT = 7 };

START_TEST(fits_within_tells_the_hours_that_lack)
{
    pair_of_weeks(true, 0xf0, true, 0x1f8, 3);

    gate_finding found = pair_find(&p, &memory);

    ck_assert_uint_eq(found.lack.week[3], 0x108);
    ck_assert_uint_eq(found.lack.week[2], 0);
}
END_TEST

/* ------------------------------------------------------------------------------------ core */

START_TEST(seats_close_an_offer_unless_it_keeps_a_waiting_list)
{
    static const struct {
        int32_t free, waiting;
        verdict expected;
    } cases[] = {
        {1, UNKNOWN, YES},
        {0, UNKNOWN, NO},
        {0, WAITING_LIST_CLOSED, NO},
        {0, WAITING_LIST_OPEN, CHECK},
        {UNKNOWN, UNKNOWN, CHECK},
        {UNKNOWN, WAITING_LIST_OPEN, CHECK},
    };
    pair_start(&p, GATE_SEATS);
    pair_number(&p, SIDE_OFFER, "seats_free", LOTSE_INT, FIELD_FACT, NULL, cases[_i].free);
    pair_number(&p, SIDE_OFFER, "waiting_list", LOTSE_CODE, FIELD_FACT, CODES(waiting_list),
                cases[_i].waiting);

    ck_assert_int_eq(pair_find(&p, &memory).verdict, cases[_i].expected);
}
END_TEST
enum { SEATS_COUNT = 6 };

START_TEST(an_open_waiting_list_is_no_missing_fact)
{
    pair_start(&p, GATE_SEATS);
    pair_number(&p, SIDE_OFFER, "seats_free", LOTSE_INT, FIELD_FACT, NULL, 0);
    pair_number(&p, SIDE_OFFER, "waiting_list", LOTSE_CODE, FIELD_FACT, CODES(waiting_list),
                WAITING_LIST_OPEN);
    p.gate.unknown_is_yes = true;

    ck_assert_int_eq(pair_judge(&p), CHECK);
}
END_TEST

START_TEST(not_before_as_of_takes_the_last_day_itself)
{
    static const number_case cases[] = {{0, 20600, YES}, {0, 20599, NO}, {0, UNKNOWN, YES}};
    pair_start(&p, GATE_NOT_BEFORE_AS_OF);
    pair_number(&p, SIDE_OFFER, "register_by", LOTSE_DAY, FIELD_FACT, NULL, cases[_i].need);
    p.as_of = 20600;

    ck_assert_int_eq(pair_find(&p, &memory).verdict, cases[_i].expected);
}
END_TEST
enum { AS_OF_COUNT = 3 };

START_TEST(status_keeps_ideas_and_what_has_ended_out)
{
    static const number_case cases[] = {{0, OFFER_STATUS_IDEA, NO},
                                        {0, OFFER_STATUS_PILOT, YES},
                                        {0, OFFER_STATUS_RUNNING, YES},
                                        {0, OFFER_STATUS_ENDED, NO},
                                        {0, UNKNOWN, YES}};
    pair_start(&p, GATE_STATUS);
    pair_number(&p, SIDE_OFFER, "status", LOTSE_CODE, FIELD_FACT, CODES(offer_status),
                cases[_i].need);

    ck_assert_int_eq(pair_find(&p, &memory).verdict, cases[_i].expected);
}
END_TEST
enum { STATUS_COUNT = 5 };

START_TEST(a_restriction_is_for_the_person_to_decide_and_never_no)
{
    static const int32_t sex[] = {0, UNKNOWN};
    const int32_t *const traits[] = {sex, none, NULL};
    pair_start(&p, GATE_RESTRICTION);
    pair_use(&p, SIDE_OFFER,
             pair_list(&p, SIDE_OFFER, "restrictions.*.trait", LOTSE_CODE_LIST, FIELD_WISH,
                       CODES(trait), traits[_i]));

    ck_assert_int_eq(pair_find(&p, &memory).verdict, _i == 0 ? CHECK : YES);
}
END_TEST

START_TEST(a_gate_asks_nothing_of_other_kinds)
{
    uint32_t job = 0;
    ck_assert(code_find(CODES(kind), BYTES("job"), &job));
    judge_numbers(GATE_AT_LEAST, LOTSE_INT, NULL, FIELD_WISH, 1, 4);
    pair_number(&p, SIDE_OFFER, "kind", LOTSE_CODE, FIELD_KEY, CODES(kind), (int32_t)job);

    p.gate.kinds = UINT64_C(1) << job;
    ck_assert_int_eq(pair_judge(&p), NO);

    p.gate.kinds = ~(UINT64_C(1) << job);
    ck_assert_int_eq(pair_judge(&p), YES);
}
END_TEST

/* ------------------------------------------------------------------------------------ joined */

enum { AR = 7, DE = 40, EN = 50 };

/* Lists of languages: codes and levels, ended by UNKNOWN; NULL: not known. */
static void pair_of_languages(gate_op op, const int32_t *have_codes, const int32_t *have_levels,
                              const int32_t *need_codes, const int32_t *need_levels)
{
    pair_start(&p, op);
    p.gate.seeker_key = pair_list(&p, SIDE_SEEKER, "languages.*.code", LOTSE_CODE_LIST, FIELD_KEY,
                                  CODES(language), have_codes);
    pair_use(&p, SIDE_SEEKER,
             pair_list(&p, SIDE_SEEKER, "languages.*.level", LOTSE_CODE_LIST, FIELD_FACT,
                       CODES(level), have_levels));
    p.gate.offer_key = pair_list(&p, SIDE_OFFER, "requires.languages.*.code", LOTSE_CODE_LIST,
                                 FIELD_KEY, CODES(language), need_codes);
    pair_use(&p, SIDE_OFFER,
             pair_list(&p, SIDE_OFFER, "requires.languages.*.min", LOTSE_CODE_LIST, FIELD_WISH,
                       CODES(level), need_levels));
}

#define LIST(...) ((const int32_t[]){__VA_ARGS__, UNKNOWN})

START_TEST(joined_gates_hold_for_every_entry_asked_for)
{
    const struct {
        const int32_t *have_codes, *have_levels, *need_codes, *need_levels;
        verdict expected;
        int32_t key;
    } cases[] = {
        {LIST(DE), LIST(B1), LIST(DE), LIST(B1), YES, DE},
        {LIST(DE), LIST(A2), LIST(DE), LIST(B1), NO, DE},
        {LIST(AR, DE), LIST(C2, B2), LIST(DE), LIST(B1), YES, DE},
        /* A list that is there is complete: no entry is no knowledge. */
        {LIST(AR), LIST(C2), LIST(DE), LIST(B1), NO, DE},
        {LIST(AR), LIST(C2), LIST(DE), LIST(A0), YES, DE},
        {none, none, LIST(DE), LIST(A1), NO, DE},
        /* No list, or an entry without a level, is not known. */
        {NULL, NULL, LIST(DE), LIST(B1), CHECK, DE},
        {NULL, NULL, LIST(DE), LIST(A0), YES, DE},
        {LIST(DE), LIST(LOTSE_ABSENT), LIST(DE), LIST(B1), CHECK, DE},
        {LIST(DE), NULL, LIST(DE), LIST(B1), CHECK, DE},
        /* The offer asks nothing. */
        {LIST(DE), LIST(A1), NULL, NULL, YES, -1},
        {LIST(DE), LIST(A1), none, none, YES, -1},
        {LIST(DE), LIST(A1), LIST(DE), LIST(LOTSE_ABSENT), YES, DE},
        {LIST(DE), LIST(A1), LIST(DE), NULL, YES, DE},
        /* `no` wins over `check`, and the first of its kind is told. */
        {LIST(DE, EN), LIST(LOTSE_ABSENT, A1), LIST(DE, EN), LIST(B1, B1), NO, EN},
        {LIST(DE, EN), LIST(A1, A1), LIST(DE, EN), LIST(B1, B1), NO, DE},
        {LIST(DE, EN), LIST(B1, LOTSE_ABSENT), LIST(DE, EN), LIST(B1, B1), CHECK, EN},
    };
    pair_of_languages(GATE_AT_LEAST, cases[_i].have_codes, cases[_i].have_levels,
                      cases[_i].need_codes, cases[_i].need_levels);

    gate_finding found = pair_find(&p, &memory);

    ck_assert_int_eq(found.verdict, cases[_i].expected);
    ck_assert_int_eq(found.key_code, cases[_i].key);
}
END_TEST
enum { JOINED_COUNT = 17 };

START_TEST(joined_gates_tell_every_entry_that_does_not_say_yes)
{
    pair_of_languages(GATE_AT_LEAST, LIST(DE, EN), LIST(A1, LOTSE_ABSENT), LIST(EN, AR, DE),
                      LIST(A2, A0, B1));

    gate_finding found = pair_find(&p, &memory);

    ck_assert_uint_eq(found.entry_count, 2);
    ck_assert_int_eq(found.entries[0].key, EN);
    ck_assert_int_eq(found.entries[0].verdict, CHECK);
    ck_assert_int_eq(found.entries[1].key, DE);
    ck_assert_int_eq(found.entries[1].verdict, NO);
    ck_assert_int_eq(found.lack.number, 2);
    ck_assert_ptr_eq(found.lack.list, CODES(level));
}
END_TEST

START_TEST(joined_upper_limits_hold_too)
{
    pair_of_languages(GATE_AT_MOST, LIST(DE), LIST(B2), LIST(DE), LIST(B1));
    ck_assert_int_eq(pair_judge(&p), NO);

    pair_of_languages(GATE_AT_MOST, LIST(AR), LIST(C2), LIST(DE), LIST(B1));
    ck_assert_int_eq(pair_judge(&p), YES);

    pair_of_languages(GATE_AT_MOST, NULL, NULL, LIST(DE), LIST(C2));
    ck_assert_int_eq(pair_judge(&p), YES);

    pair_of_languages(GATE_AT_MOST, NULL, NULL, LIST(DE), LIST(B1));
    ck_assert_int_eq(pair_judge(&p), CHECK);
}
END_TEST

/* Experience: the key is a concept, may be missing, and may stand twice. */
static verdict judge_experience(const int32_t *occupations, const int32_t *months, int32_t needed)
{
    int32_t need_months[] = {needed, UNKNOWN};
    pair_start(&p, GATE_AT_LEAST);
    p.gate.seeker_key = pair_list(&p, SIDE_SEEKER, "experience.*.occupation", LOTSE_CONCEPT_LIST,
                                  FIELD_FACT, NULL, occupations);
    pair_use(&p, SIDE_SEEKER,
             pair_list(&p, SIDE_SEEKER, "experience.*.months", LOTSE_INT_LIST, FIELD_FACT, NULL,
                       months));
    p.gate.offer_key = pair_list(&p, SIDE_OFFER, "requires.experience.*.occupation",
                                 LOTSE_CONCEPT_LIST, FIELD_KEY, NULL, LIST(77));
    pair_use(&p, SIDE_OFFER,
             pair_list(&p, SIDE_OFFER, "requires.experience.*.months", LOTSE_INT_LIST, FIELD_WISH,
                       NULL, need_months));
    return pair_find(&p, &memory).verdict;
}

START_TEST(the_best_of_entries_with_the_same_key_decides)
{
    ck_assert_int_eq(judge_experience(LIST(77, 77), LIST(3, 12), 12), YES);
    ck_assert_int_eq(judge_experience(LIST(77, 77), LIST(3, 11), 12), NO);
    ck_assert_int_eq(judge_experience(LIST(77, 77), LIST(3, LOTSE_ABSENT), 12), CHECK);
    ck_assert_int_eq(judge_experience(LIST(77, 77), LIST(LOTSE_ABSENT, 12), 12), YES);
}
END_TEST

START_TEST(an_entry_without_a_key_may_be_the_one_asked_for)
{
    ck_assert_int_eq(judge_experience(LIST(5), LIST(30), 12), NO);
    ck_assert_int_eq(judge_experience(LIST(5, 0), LIST(30, 30), 12), CHECK);
}
END_TEST

/* ------------------------------------------------------------------------------------ properties
 */

static uint64_t seed = 42;

static uint32_t below(uint32_t limit)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % limit;
}

/* A random pair for each operator; every column is a fact, and known. */
static void random_pair(gate_op op)
{
    pair_start(&p, op);
    switch (op) {
    case GATE_OVERLAPS:
        for (int side = 0; side < 2; side++) {
            int32_t low = (int32_t)below(8);
            pair_number(&p, side, "low", LOTSE_INT, FIELD_FACT, NULL, low);
            pair_number(&p, side, "high", LOTSE_INT, FIELD_FACT, NULL, low + (int32_t)below(4));
        }
        break;
    case GATE_ON_OR_AFTER:
    case GATE_AT_LEAST:
    case GATE_AT_MOST:
    case GATE_FLAG:
        for (int side = 0; side < 2; side++) {
            uint32_t type = op == GATE_ON_OR_AFTER ? LOTSE_DAY : LOTSE_CODE;
            type = op == GATE_FLAG ? LOTSE_FLAG : type;
            const code_list *list = type == LOTSE_CODE ? CODES(level) : NULL;
            int32_t value = (int32_t)below(op == GATE_FLAG ? 2 : 7);
            pair_number(&p, side, "value", type, FIELD_FACT, list, value);
        }
        break;
    case GATE_IN:
    case GATE_PERMISSION:
        pair_number(&p, SIDE_SEEKER, "code", LOTSE_CODE, FIELD_FACT, CODES(work_permission),
                    (int32_t)below(5));
        pair_codes(&p, SIDE_OFFER, FIELD_FACT, CODES(work_permission), below(32), ALL);
        break;
    case GATE_WITHIN_KM:
        pair_of_places(true, (int32_t)below(10), true, below(20), (int32_t)below(2));
        break;
    case GATE_FITS_WITHIN:
        pair_of_weeks(true, below(8), true, below(8), below(11));
        break;
    default:
        for (int side = 0; side < 2; side++) {
            pair_codes(&p, side, FIELD_FACT, CODES(target_group), below(16), ALL);
        }
    }
}

/* Takes one fact away: a column, or what is known of one code of a set. */
static void forget_one(void)
{
    uint32_t side = below(2);
    uint32_t column = below(p.sides[side].table.column_count);
    if (p.sides[side].fields[column].type == LOTSE_CODE_SET && below(2) == 0) {
        p.sides[side].values[column].codes.known &= ~(UINT64_C(1) << below(4));
    } else if (p.sides[side].fields[column].role == FIELD_FACT) {
        p.sides[side].known[column] = 0;
    }
}

START_TEST(forgetting_facts_never_turns_yes_into_no_or_back)
{
    static const gate_op ops[] = {GATE_AT_LEAST,    GATE_AT_MOST,      GATE_OVERLAPS,
                                  GATE_IN,          GATE_CONTAINS_ALL, GATE_INTERSECTS_OR_EMPTY,
                                  GATE_DISJOINT,    GATE_SUBSET_OF,    GATE_WITHIN_KM,
                                  GATE_FITS_WITHIN, GATE_ON_OR_AFTER,  GATE_FLAG,
                                  GATE_PERMISSION};
    gate_op op = ops[_i];
    for (int round = 0; round < 5000; round++) {
        random_pair(op);
        /* Whether it is online has a default: absent is false, so that it is no missing fact. */
        if (op == GATE_WITHIN_KM) {
            p.sides[SIDE_OFFER].fields[1].role = FIELD_KEY;
        }
        verdict last = pair_find(&p, &memory).verdict;
        for (int step = 0; step < 4; step++) {
            forget_one();
            verdict now = pair_find(&p, &memory).verdict;
            ck_assert_msg(now == last || now == CHECK, "operator %d: %d became %d", op, last, now);
            last = now;
        }
        arena_reset(&memory);
    }
}
END_TEST
enum { OP_TESTED_COUNT = 13 };

static Suite *make_suite(void)
{
    Suite *s = suite_create("match/gate");
    TCase *t = tcase_create("gate");
    tcase_add_unchecked_fixture(t, NULL, finish);
    tcase_set_timeout(t, 30);
    tcase_add_loop_test(t, at_least_holds_from_the_number_asked_upwards, 0, AT_LEAST_COUNT);
    tcase_add_loop_test(t, at_least_of_levels_counts_upwards_from_nothing, 0, LEVEL_COUNT);
    tcase_add_loop_test(t, at_most_asks_nothing_at_the_highest_level, 0, AT_MOST_COUNT);
    tcase_add_test(t, a_missing_fact_of_the_offer_is_a_check_too);
    tcase_add_test(t, a_number_of_a_plugin_has_no_lowest_value);
    tcase_add_test(t, unknown_counts_as_yes_where_the_manifest_says_so);
    tcase_add_loop_test(t, on_or_after_holds_from_the_seekers_day, 0, DAY_COUNT);
    tcase_add_loop_test(t, flag_asks_only_where_it_is_set, 0, FLAG_COUNT);
    tcase_add_loop_test(t, overlaps_needs_a_common_point, 0, OVERLAP_COUNT);
    tcase_add_test(t, overlaps_tells_how_far_apart_they_are);
    tcase_add_loop_test(t, contains_all_misses_what_is_not_there, 0, CONTAINS_COUNT);
    tcase_add_loop_test(t, subset_of_tells_apart_silence_and_none, 0, SUBSET_COUNT);
    tcase_add_loop_test(t, intersects_or_empty_needs_one_in_common, 0, INTERSECTS_COUNT);
    tcase_add_loop_test(t, intersects_or_empty_with_an_offer_known_in_part, 0,
                        INTERSECTS_PART_COUNT);
    tcase_add_loop_test(t, disjoint_fails_on_the_first_in_common, 0, DISJOINT_COUNT);
    tcase_add_loop_test(t, in_takes_a_code_of_the_set, 0, IN_COUNT);
    tcase_add_loop_test(t, operators_on_sets_hold_for_concepts, 0, CONCEPT_COUNT);
    tcase_add_test(t, contains_all_names_the_concepts_that_lack);
    tcase_add_loop_test(t, a_concept_alone_is_in_a_set_or_not, 0, CONCEPT_IN_COUNT);
    tcase_add_loop_test(t, permission_leaves_open_what_consent_may_open, 0, PERMISSION_COUNT);
    tcase_add_loop_test(t, within_km_reaches_as_far_as_the_person_goes, 0, KM_COUNT);
    tcase_add_test(t, within_km_reads_an_absent_reach_as_its_default);
    tcase_add_test(t, within_km_decides_by_the_very_double_of_the_distance);
    tcase_add_test(t, within_km_tells_the_way_in_metres);
    tcase_add_loop_test(t, fits_within_needs_every_quarter_of_an_hour, 0, WEEK_COUNT);
    tcase_add_test(t, fits_within_tells_the_hours_that_lack);
    tcase_add_loop_test(t, seats_close_an_offer_unless_it_keeps_a_waiting_list, 0, SEATS_COUNT);
    tcase_add_test(t, an_open_waiting_list_is_no_missing_fact);
    tcase_add_loop_test(t, not_before_as_of_takes_the_last_day_itself, 0, AS_OF_COUNT);
    tcase_add_loop_test(t, a_restriction_is_for_the_person_to_decide_and_never_no, 0, 3);
    tcase_add_loop_test(t, status_keeps_ideas_and_what_has_ended_out, 0, STATUS_COUNT);
    tcase_add_test(t, a_gate_asks_nothing_of_other_kinds);
    tcase_add_loop_test(t, joined_gates_hold_for_every_entry_asked_for, 0, JOINED_COUNT);
    tcase_add_test(t, joined_gates_tell_every_entry_that_does_not_say_yes);
    tcase_add_test(t, joined_upper_limits_hold_too);
    tcase_add_test(t, the_best_of_entries_with_the_same_key_decides);
    tcase_add_test(t, an_entry_without_a_key_may_be_the_one_asked_for);
    tcase_add_loop_test(t, forgetting_facts_never_turns_yes_into_no_or_back, 0, OP_TESTED_COUNT);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(make_suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
