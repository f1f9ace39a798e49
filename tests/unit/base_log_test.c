/* Log lines are whole, one per event, and silent below the level. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

/* Runs an event with stderr going to a pipe and gives back what arrived. */
static void read_stderr(int ends[2], char *line, size_t cap)
{
    close(STDERR_FILENO);
    close(ends[1]);
    ssize_t len = read(ends[0], line, cap - 1);
    line[len < 0 ? 0 : len] = '\0';
}

static void catch_stderr(int ends[2])
{
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
}

START_TEST(log_line_has_time_level_event_and_pairs)
{
    int ends[2];
    char line[4096];
    catch_stderr(ends);

    log_event(LOG_WARN, "store.slow", "ms=%d id=%s", 12, "s-1");

    read_stderr(ends, line, sizeof line);
    ck_assert_uint_gt(strlen(line), 25);
    ck_assert_int_eq(line[10], 'T');
    ck_assert_str_eq(line + 24, " warn store.slow ms=12 id=s-1\n");
}
END_TEST

START_TEST(log_is_silent_below_its_level)
{
    int ends[2];
    char line[4096];
    catch_stderr(ends);

    log_event(LOG_DEBUG, "never", "x=1");
    log_set_level(LOG_ERROR);
    log_event(LOG_WARN, "never", "x=1");
    log_set_level(LOG_DEBUG);
    log_event(LOG_DEBUG, "once", NULL);

    read_stderr(ends, line, sizeof line);
    ck_assert_ptr_null(strstr(line, "never"));
    ck_assert_str_eq(line + 24, " debug once\n");
}
END_TEST

START_TEST(log_keeps_one_event_on_one_line)
{
    int ends[2];
    char line[4096];
    catch_stderr(ends);

    log_event(LOG_INFO, "name", "text=%s", "a\nb\x1B[31m");

    read_stderr(ends, line, sizeof line);
    ck_assert_str_eq(line + 24, " info name text=a?b?[31m\n");
}
END_TEST

START_TEST(log_cuts_a_line_that_is_too_long)
{
    int ends[2];
    char line[4096];
    catch_stderr(ends);

    log_event(LOG_INFO, "long", "text=%04000d", 1);

    read_stderr(ends, line, sizeof line);
    ck_assert_uint_lt(strlen(line), 2049);
    ck_assert_uint_gt(strlen(line), 2000);
    ck_assert_int_eq(line[strlen(line) - 1], '\n');
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base_log");
    TCase *promises = tcase_create("promises");
    tcase_set_timeout(promises, 60);
    tcase_add_test(promises, log_line_has_time_level_event_and_pairs);
    tcase_add_test(promises, log_is_silent_below_its_level);
    tcase_add_test(promises, log_keeps_one_event_on_one_line);
    tcase_add_test(promises, log_cuts_a_line_that_is_too_long);
    suite_add_tcase(suite, promises);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
