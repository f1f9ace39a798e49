#include <check.h>
#include <stdlib.h>

#include "base/nearest.h"

static const char *suggest(const char *wanted)
{
    nearest n = nearest_to(bytes_of(wanted));
    nearest_offer(&n, "seeker.get");
    nearest_offer(&n, "seeker.put");
    nearest_offer(&n, "match.query");
    nearest_offer(&n, "limit");
    return nearest_best(&n);
}

START_TEST(nearest_finds_a_letter_too_many_too_few_wrong_or_swapped)
{
    ck_assert_str_eq(suggest("seeker.geet"), "seeker.get");
    ck_assert_str_eq(suggest("seker.get"), "seeker.get");
    ck_assert_str_eq(suggest("match.quary"), "match.query");
    ck_assert_str_eq(suggest("limti"), "limit");
    ck_assert_str_eq(suggest("LIMIT"), "limit");
}
END_TEST

START_TEST(nearest_suggests_nothing_for_what_is_far_away)
{
    ck_assert_ptr_null(suggest("weights"));
    ck_assert_ptr_null(suggest(""));
    ck_assert_ptr_null(
        suggest("limit.limit.limit.limit.limit.limit.limit.limit.limit.limit.limit.l"));
}
END_TEST

START_TEST(nearest_takes_the_first_of_two_equally_near)
{
    ck_assert_str_eq(suggest("seeker.xet"), "seeker.get");
    ck_assert_str_eq(suggest("seeker.xut"), "seeker.put");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/nearest");
    TCase *cases = tcase_create("nearest");
    tcase_add_test(cases, nearest_finds_a_letter_too_many_too_few_wrong_or_swapped);
    tcase_add_test(cases, nearest_suggests_nothing_for_what_is_far_away);
    tcase_add_test(cases, nearest_takes_the_first_of_two_equally_near);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
