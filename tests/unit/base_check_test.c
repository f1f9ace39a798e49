/* A failed check stops the process. */
#include <check.h>
#include <signal.h>
#include <stdlib.h>

#include "base/check.h"

START_TEST(check_goes_on_when_the_statement_holds)
{
    int count = 0;

    check(++count == 1);

    ck_assert_int_eq(count, 1);
}
END_TEST

START_TEST(check_stops_when_the_statement_fails)
{
    check(1 == 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base_check");
    TCase *promises = tcase_create("promises");
    tcase_set_timeout(promises, 60);
    tcase_add_test(promises, check_goes_on_when_the_statement_holds);
    tcase_add_test_raise_signal(promises, check_stops_when_the_statement_fails, SIGABRT);
    suite_add_tcase(suite, promises);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
