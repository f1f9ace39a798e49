/* lotse.occupation across classifications, and the level of requirement apart. */
#include "lone_pair.h"

/* Under isco:5321 stand esco:E0, esco:E1, kldb:81302 and kldb:81301; under isco:5322 esco:E2 and
 * kldb:51312; under isco:5120 esco:E4, and kldb:81302 once more. */
static match_part wished(const char *wish, const char *qualifications, const char *kind,
                         const char *occupation)
{
    char person[300];
    char place[200];
    verdict ignored;
    snprintf(person, sizeof person, "{\"id\":\"s-1\",\"wishes\":{\"occupations\":[\"%s\"]}%s%s}",
             wish, qualifications[0] != '\0' ? "," : "", qualifications);
    snprintf(place, sizeof place,
             "{\"id\":\"o-1\",\"kind\":\"%s\",\"title\":{\"en\":\"x\"},\"occupation\":\"%s\"}",
             kind, occupation);
    return judged_as(person, place, "lotse.occupation", "", &ignored);
}

#define NO_QUALIFICATION "\"qualifications\":[]"
#define QUALIFIED_AS(id) "\"qualifications\":[{\"occupation\":\"" id "\"}]"

START_TEST(the_same_unit_counts_across_classifications)
{
    ck_assert_int_eq(wished("esco:E0", NO_QUALIFICATION, "job", "isco:5321").score, 900000);
    ck_assert_int_eq(wished("isco:5321", NO_QUALIFICATION, "job", "kldb:81301").score, 900000);
    ck_assert_int_eq(wished("kldb:51312", NO_QUALIFICATION, "job", "esco:E2").score, 900000);
    ck_assert_int_eq(wished("esco:E0", NO_QUALIFICATION, "job", "esco:E1").score, 900000);
}
END_TEST

START_TEST(the_same_occupation_counts_whole_in_each_classification)
{
    ck_assert_int_eq(wished("esco:E0", NO_QUALIFICATION, "job", "esco:E0").score, 1000000);
    ck_assert_int_eq(wished("isco:5321", NO_QUALIFICATION, "job", "isco:5321").score, 1000000);
    ck_assert_int_eq(wished("kldb:81302", NO_QUALIFICATION, "job", "kldb:81302").score, 1000000);
}
END_TEST

START_TEST(units_near_each_other_count_by_their_digits)
{
    /* isco:5321 and isco:5322 share three digits, 5321 and 5120 one. */
    ck_assert_int_eq(wished("esco:E0", NO_QUALIFICATION, "job", "esco:E2").score, 675000);
    ck_assert_int_eq(wished("esco:E0", NO_QUALIFICATION, "job", "isco:5120").score, 225000);
    ck_assert_int_eq(wished("esco:E0", NO_QUALIFICATION, "job", "isco:9112").score, 0);
    /* The best of two units: kldb:81302 stands under isco:5120, too. */
    ck_assert_int_eq(wished("isco:5120", NO_QUALIFICATION, "job", "kldb:81302").score, 900000);
}
END_TEST

START_TEST(a_step_down_is_possible_at_once)
{
    match_part part = wished("kldb:81302", "", "job", "kldb:81301");

    ck_assert_int_eq(part.score, 900000);
    ck_assert_int_eq(part.verdict, VERDICT_YES);
}
END_TEST

START_TEST(a_step_up_needs_a_qualification)
{
    ck_assert_int_eq(wished("kldb:81301", NO_QUALIFICATION, "job", "kldb:81302").score, 500000);
    ck_assert_int_eq(wished("kldb:81301", QUALIFIED_AS("kldb:81301"), "job", "kldb:81302").score,
                     500000);
    ck_assert_int_eq(wished("kldb:81301", QUALIFIED_AS("kldb:51312"), "job", "kldb:81302").score,
                     500000);
    ck_assert_int_eq(wished("kldb:81301", QUALIFIED_AS("kldb:81302"), "job", "kldb:81302").score,
                     900000);
    ck_assert_int_eq(wished("kldb:81301", QUALIFIED_AS("kldb:81303"), "job", "kldb:81302").score,
                     900000);
}
END_TEST

START_TEST(a_training_leads_up_by_itself)
{
    ck_assert_int_eq(wished("kldb:81301", NO_QUALIFICATION, "apprenticeship", "kldb:81302").score,
                     900000);
    ck_assert_int_eq(wished("kldb:81301", NO_QUALIFICATION, "qualification", "kldb:81302").score,
                     900000);
}
END_TEST

START_TEST(qualifications_not_entered_make_a_step_up_a_check)
{
    match_part part = wished("kldb:81301", "", "job", "kldb:81302");
    ck_assert_int_eq(part.score, 500000);
    ck_assert_int_eq(part.verdict, VERDICT_CHECK);

    part = wished("kldb:81301", "\"qualifications\":[{\"eqf\":4}]", "job", "kldb:81302");
    ck_assert_int_eq(part.verdict, VERDICT_CHECK);

    /* Another wish is fulfilled whole: no qualification could add anything. */
    part = wished("kldb:81301\",\"kldb:81302", "", "job", "kldb:81302");
    ck_assert_int_eq(part.score, 1000000);
    ck_assert_int_eq(part.verdict, VERDICT_YES);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plugin_occupation");
    TCase *tests = tcase_create("all");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, the_same_unit_counts_across_classifications);
    tcase_add_test(tests, the_same_occupation_counts_whole_in_each_classification);
    tcase_add_test(tests, units_near_each_other_count_by_their_digits);
    tcase_add_test(tests, a_step_down_is_possible_at_once);
    tcase_add_test(tests, a_step_up_needs_a_qualification);
    tcase_add_test(tests, a_training_leads_up_by_itself);
    tcase_add_test(tests, qualifications_not_entered_make_a_step_up_a_check);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
