/* lotse.language: entry levels of courses, and languages of instruction that stand for German. */
#include "lone_pair.h"

static match_part part;
static verdict gate_verdict;

/* What lotse.language and its gate on the level come to for a person of these languages. */
static void ask(const char *languages, const char *kind, const char *rest)
{
    char person[400];
    char place[400];
    snprintf(person, sizeof person, "{\"id\":\"s-1\"%s%s}", languages[0] != '\0' ? "," : "",
             languages);
    snprintf(place, sizeof place,
             "{\"id\":\"o-1\",\"kind\":\"%s\",\"title\":{\"en\":\"x\"},\"requires\":{\"languages\":"
             "[{\"code\":\"de\",\"min\":\"B1\"}]}%s%s}",
             kind, rest[0] != '\0' ? "," : "", rest);
    part = judged_as(person, place, "lotse.language", "language.min", &gate_verdict);
}

#define SPEAKS(list) "\"languages\":[" list "]"
#define LEVEL(code, level) "{\"code\":\"" code "\",\"level\":\"" level "\"}"
#define TAUGHT_IN(list) "\"instruction_languages\":[" list "]"

START_TEST(a_course_counts_whole_at_its_entry_level)
{
    ask(SPEAKS(LEVEL("de", "B1")), "language_course", "");
    ck_assert_int_eq(part.score, 1000000);
    ck_assert_int_eq(gate_verdict, VERDICT_YES);

    ask(SPEAKS(LEVEL("de", "A2")), "language_course", "");
    ck_assert_int_eq(part.score, 0);
    ck_assert_int_eq(gate_verdict, VERDICT_NO);

    ask(SPEAKS(LEVEL("de", "B1")), "job", "");
    ck_assert_int_eq(part.score, 0);
    ask(SPEAKS(LEVEL("de", "C1")), "job", "");
    ck_assert_int_eq(part.score, 666667);
}
END_TEST

START_TEST(a_language_of_instruction_stands_for_german)
{
    ask(SPEAKS(LEVEL("de", "A1") "," LEVEL("ar", "C2")), "qualification",
        TAUGHT_IN("\"de\",\"ar\""));
    ck_assert_int_eq(gate_verdict, VERDICT_YES);
    ck_assert_int_eq(part.score, 1000000);
    ck_assert_int_eq(part.verdict, VERDICT_YES);

    ask(SPEAKS(LEVEL("de", "A1") "," LEVEL("ar", "A2")), "qualification",
        TAUGHT_IN("\"de\",\"ar\""));
    ck_assert_int_eq(gate_verdict, VERDICT_NO); /* nor is that enough to follow */

    ask(SPEAKS(LEVEL("de", "A1") "," LEVEL("tr", "C2")), "qualification",
        TAUGHT_IN("\"de\",\"ar\""));
    ck_assert_int_eq(gate_verdict, VERDICT_NO);

    ask(SPEAKS(LEVEL("de", "A1") "," LEVEL("ar", "C2")), "qualification", TAUGHT_IN("\"de\""));
    ck_assert_int_eq(gate_verdict, VERDICT_NO);
}
END_TEST

START_TEST(it_stands_for_german_where_people_are_taught_and_nowhere_else)
{
    ask(SPEAKS(LEVEL("de", "A1") "," LEVEL("ar", "C2")), "job", TAUGHT_IN("\"de\",\"ar\""));
    ck_assert_int_eq(gate_verdict, VERDICT_NO);

    ask(SPEAKS(LEVEL("de", "A1") "," LEVEL("ar", "C2")), "language_course",
        TAUGHT_IN("\"de\",\"ar\""));
    ck_assert_int_eq(gate_verdict, VERDICT_NO);

    ask(SPEAKS(LEVEL("de", "A1") "," LEVEL("ar", "C2")), "coaching", TAUGHT_IN("\"ar\""));
    ck_assert_int_eq(gate_verdict, VERDICT_YES);
}
END_TEST

START_TEST(a_level_not_known_is_a_check_where_it_matters)
{
    ask(SPEAKS(LEVEL("de", "A1") ",{\"code\":\"ar\"}"), "qualification",
        TAUGHT_IN("\"de\",\"ar\""));
    ck_assert_int_eq(gate_verdict, VERDICT_CHECK);
    ck_assert_int_eq(part.score, 500000);
    ck_assert_int_eq(part.verdict, VERDICT_CHECK);

    ask(SPEAKS(LEVEL("de", "C2") ",{\"code\":\"ar\"}"), "qualification",
        TAUGHT_IN("\"de\",\"ar\""));
    ck_assert_int_eq(gate_verdict, VERDICT_YES);
    ck_assert_int_eq(part.score, 1000000);
}
END_TEST

START_TEST(languages_of_instruction_not_recorded_may_be_any)
{
    ask(SPEAKS(LEVEL("de", "A1") "," LEVEL("ar", "C2")), "qualification", "");
    ck_assert_int_eq(gate_verdict, VERDICT_CHECK);

    ask(SPEAKS(LEVEL("de", "A1") "," LEVEL("ar", "A1")), "qualification", "");
    ck_assert_int_eq(gate_verdict, VERDICT_NO); /* no language is good enough, whichever it is */
}
END_TEST

START_TEST(both_ways_say_the_same_of_random_pairs)
{
    for (uint32_t i = 0; i < 300; i++) {
        buf person = {0};
        buf place = {0};
        world_write_seeker(&w, i, &person);
        world_write_offer(&w, i, &place);
        (void)judged_as(buf_terminated(&person), buf_terminated(&place), "lotse.language",
                        "language.min", &gate_verdict);
        (void)judged_as(buf_terminated(&person), buf_terminated(&place), "lotse.language",
                        "language.reading", &gate_verdict);
        arena_reset(&memory);
        buf_fini(&person);
        buf_fini(&place);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plugin_language");
    TCase *tests = tcase_create("all");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_course_counts_whole_at_its_entry_level);
    tcase_add_test(tests, a_language_of_instruction_stands_for_german);
    tcase_add_test(tests, it_stands_for_german_where_people_are_taught_and_nowhere_else);
    tcase_add_test(tests, a_level_not_known_is_a_check_where_it_matters);
    tcase_add_test(tests, languages_of_instruction_not_recorded_may_be_any);
    tcase_add_test(tests, both_ways_say_the_same_of_random_pairs);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
