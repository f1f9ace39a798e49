/* core/taxonomy/relate.c: which skills follow from which occupations, from both ends. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "taxonomy/draft.h"
#include "taxonomy/relate.h"

static draft *d;
static buf file;
static taxonomy *t;
static relate *r;

static void put(const char *from, taxonomy_kind from_kind, taxonomy_relation relation,
                const char *to, taxonomy_kind to_kind)
{
    err e = {0};
    uint32_t a;
    uint32_t b;
    ck_assert(draft_concept(d, bytes_of(from), from_kind, 0, &a, &e));
    ck_assert(draft_concept(d, bytes_of(to), to_kind, 0, &b, &e));
    ck_assert(draft_relate(d, a, relation, b, &e));
}

static const taxonomy_kind OCCUPATION = TAXONOMY_ESCO_OCCUPATION;
static const taxonomy_kind SKILL = TAXONOMY_ESCO_SKILL;
static const taxonomy_kind GROUP = TAXONOMY_ESCO_SKILL_GROUP;

/* Three occupations, two of them one below the other, under one unit; a KldB kind in two units. */
static void begin(void)
{
    err e = {0};
    ck_assert(draft_new(&d, &e));
    put("esco:cook", OCCUPATION, RELATION_BROADER, "isco:5120", TAXONOMY_ISCO);
    put("esco:fish-cook", OCCUPATION, RELATION_BROADER, "esco:cook", OCCUPATION);
    put("esco:grill-cook", OCCUPATION, RELATION_BROADER, "isco:5120", TAXONOMY_ISCO);
    put("isco:5120", TAXONOMY_ISCO, RELATION_BROADER, "isco:512", TAXONOMY_ISCO);
    put("kldb:29302", TAXONOMY_KLDB, RELATION_SAME, "isco:5120", TAXONOMY_ISCO);
    put("kldb:29302", TAXONOMY_KLDB, RELATION_SAME, "isco:3434", TAXONOMY_ISCO);
    put("esco:cook", OCCUPATION, RELATION_ESSENTIAL, "esco:hygiene", SKILL);
    put("esco:fish-cook", OCCUPATION, RELATION_ESSENTIAL, "esco:hygiene", SKILL);
    put("esco:grill-cook", OCCUPATION, RELATION_OPTIONAL, "esco:hygiene", SKILL);
    put("esco:fish-cook", OCCUPATION, RELATION_ESSENTIAL, "esco:filleting", SKILL);
    put("esco:cook", OCCUPATION, RELATION_OPTIONAL, "esco:menus", SKILL);
    put("esco:grill-cook", OCCUPATION, RELATION_ESSENTIAL, "esco:menus", SKILL);
    put("esco:grill-cook", OCCUPATION, RELATION_OPTIONAL, "esco:fire", SKILL);
    put("esco:filleting", SKILL, RELATION_BROADER, "esco:knives", SKILL);
    put("esco:carving", SKILL, RELATION_BROADER, "esco:knives", SKILL);
    put("esco:knives", SKILL, RELATION_BROADER, "esco:tools", GROUP);
    put("esco:spoons", SKILL, RELATION_BROADER, "esco:tools", GROUP);
    put("esco:filleting", SKILL, RELATION_OPTIONAL, "esco:fish", SKILL);
    ck_assert(draft_print(d, &file, &e));
    ck_assert(taxonomy_view(buf_bytes(&file), &t, &e));
    ck_assert(relate_new(t, &r, &e));
}

static void end(void)
{
    relate_free(&r);
    taxonomy_close(&t);
    buf_fini(&file);
    draft_free(&d);
}

static uint32_t at(const char *id)
{
    uint32_t found = taxonomy_find(t, bytes_of(id));
    ck_assert_uint_ne(found, TAXONOMY_NONE);
    return found;
}

static bool has(relate_list list, const char *id)
{
    for (uint32_t i = 0; i < list.count; i++) {
        if (list.concepts[i] == at(id)) {
            return true;
        }
    }
    return false;
}

START_TEST(occupations_have_what_esco_states)
{
    relate_list essential = relate_skills(r, at("esco:fish-cook"), true);

    ck_assert_uint_eq(essential.count, 2);
    ck_assert(has(essential, "esco:hygiene"));
    ck_assert(has(essential, "esco:filleting"));
    ck_assert_uint_eq(relate_skills(r, at("esco:fish-cook"), false).count, 0);
    ck_assert(has(relate_skills(r, at("esco:cook"), false), "esco:menus"));
}
END_TEST

START_TEST(a_unit_has_what_half_of_its_occupations_have)
{
    relate_list essential = relate_skills(r, at("isco:5120"), true);
    relate_list optional = relate_skills(r, at("isco:5120"), false);

    ck_assert_uint_eq(essential.count, 1); /* essential for two of three */
    ck_assert(has(essential, "esco:hygiene"));
    ck_assert_uint_eq(optional.count, 1); /* for two of three in one way or the other */
    ck_assert(has(optional, "esco:menus"));
    ck_assert_uint_eq(relate_skills(r, at("isco:512"), true).count, 0); /* no unit */
    ck_assert(has(relate_skills(r, at("kldb:29302"), true), "esco:hygiene"));
}
END_TEST

START_TEST(skills_know_the_occupations_of_every_scheme)
{
    relate_list occupations = relate_occupations(r, at("esco:hygiene"), true);

    ck_assert_uint_eq(occupations.count, 4);
    ck_assert(has(occupations, "esco:cook"));
    ck_assert(has(occupations, "esco:fish-cook"));
    ck_assert(has(occupations, "isco:5120"));
    ck_assert(has(occupations, "kldb:29302"));
    ck_assert(has(relate_occupations(r, at("esco:hygiene"), false), "esco:grill-cook"));
}
END_TEST

START_TEST(units_are_found_above_and_across)
{
    uint32_t units[4];

    ck_assert_uint_eq(relate_units(t, at("esco:fish-cook"), units, 4), 1);
    ck_assert_uint_eq(units[0], at("isco:5120"));
    ck_assert_uint_eq(relate_units(t, at("isco:5120"), units, 4), 1);
    ck_assert_uint_eq(units[0], at("isco:5120"));
    ck_assert_uint_eq(relate_units(t, at("kldb:29302"), units, 4), 2);
    ck_assert_uint_eq(relate_units(t, at("isco:512"), units, 4), 0);
    ck_assert_uint_eq(relate_units(t, at("esco:hygiene"), units, 4), 0);
}
END_TEST

typedef struct seen {
    uint32_t skills[32];
    uint32_t count;
} seen;

static void see(void *context, uint32_t skill)
{
    seen *s = context;
    ck_assert_uint_lt(s->count, 32);
    s->skills[s->count++] = skill;
}

static bool is_near(const char *a, const char *b)
{
    seen s = {.count = 0};
    relate_near(t, at(a), see, &s);
    for (uint32_t i = 0; i < s.count; i++) {
        if (s.skills[i] == at(b)) {
            return true;
        }
    }
    return false;
}

START_TEST(near_is_above_below_beside_or_tied_and_holds_both_ways)
{
    static const char *const NEAR[][2] = {{"esco:filleting", "esco:knives"},
                                          {"esco:filleting", "esco:carving"},
                                          {"esco:filleting", "esco:fish"}};
    for (uint32_t i = 0; i < sizeof NEAR / sizeof NEAR[0]; i++) {
        ck_assert(is_near(NEAR[i][0], NEAR[i][1]));
        ck_assert(is_near(NEAR[i][1], NEAR[i][0]));
    }
    ck_assert(!is_near("esco:knives", "esco:spoons")); /* a group is no skill */
    ck_assert(!is_near("esco:filleting", "esco:filleting"));
    ck_assert(!is_near("esco:hygiene", "esco:menus")); /* of one occupation: not near for that */
}
END_TEST

int main(void)
{
    Suite *s = suite_create("taxonomy_relate");
    TCase *c = tcase_create("relate");
    tcase_add_checked_fixture(c, begin, end);
    tcase_add_test(c, occupations_have_what_esco_states);
    tcase_add_test(c, a_unit_has_what_half_of_its_occupations_have);
    tcase_add_test(c, skills_know_the_occupations_of_every_scheme);
    tcase_add_test(c, units_are_found_above_and_across);
    tcase_add_test(c, near_is_above_below_beside_or_tied_and_holds_both_ways);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
