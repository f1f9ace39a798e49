/* One clock never runs backwards, the other knows the year. */
#include <check.h>
#include <stdlib.h>

#include "base/clock.h"

START_TEST(clock_monotonic_never_runs_backwards)
{
    int64_t before = clock_monotonic_ns();

    for (int i = 0; i < 1000; i++) {
        int64_t now = clock_monotonic_ns();
        ck_assert_int_ge(now, before);
        before = now;
    }
}
END_TEST

START_TEST(clock_unix_counts_milliseconds_since_1970)
{
    int64_t now = clock_unix_ms();

    ck_assert_int_gt(now, INT64_C(1577836800000)); /* 2020 */
    ck_assert_int_lt(now, INT64_C(4102444800000)); /* 2100 */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base_clock");
    TCase *promises = tcase_create("promises");
    tcase_set_timeout(promises, 60);
    tcase_add_test(promises, clock_monotonic_never_runs_backwards);
    tcase_add_test(promises, clock_unix_counts_milliseconds_since_1970);
    suite_add_tcase(suite, promises);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
