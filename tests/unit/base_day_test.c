/* Days against the C library, and the days of Berlin. */
#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/day.h"

static day day_of(const char *text)
{
    day d = INT32_MIN;
    ck_assert(day_parse(bytes_of(text), &d));
    return d;
}

START_TEST(day_of_every_date_returns_the_same_date)
{
    day expected = day_of("0001-01-01");
    uint32_t weekday = 0;
    size_t wrong_count = 0; /* an assertion per day would take minutes */
    ck_assert_int_eq(expected, -719162);
    for (int32_t year = 1; year <= 9999; year++) {
        bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        const uint32_t lens[] = {31, is_leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        for (uint32_t month = 1; month <= 12; month++) {
            for (uint32_t month_day = 1; month_day <= lens[month - 1]; month_day++) {
                day d = day_from_civil(year, month, month_day);
                int32_t year_back;
                uint32_t month_back;
                uint32_t month_day_back;
                day_to_civil(d, &year_back, &month_back, &month_day_back);

                wrong_count += d != expected || year_back != year || month_back != month ||
                               month_day_back != month_day || day_weekday(d) != weekday;
                expected++;
                weekday = (weekday + 1) % 7;
            }
        }
    }
    ck_assert_uint_eq(wrong_count, 0);
    ck_assert_int_eq(expected - 1, day_of("9999-12-31"));
}
END_TEST

START_TEST(day_text_returns_the_same_text)
{
    static const char *const TEXTS[] = {"0001-01-01", "1969-12-31", "1970-01-01",
                                        "2000-02-29", "2026-11-23", "9999-12-31"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        char out[DAY_TEXT_LEN + 1];
        day_print(day_of(TEXTS[i]), out);
        ck_assert_str_eq(out, TEXTS[i]);
    }
    ck_assert_int_eq(day_of("1970-01-01"), 0);
    ck_assert_uint_eq(day_weekday(day_of("2026-11-23")), 0);
}
END_TEST

START_TEST(day_parse_refuses_what_is_no_date)
{
    static const char *const WRONG[] = {
        "",           "2026-11-3",   "2026-11-031", "2026-13-01", "2026-00-10",    "2026-04-31",
        "2026-02-29", "1900-02-29",  "2026-01-00",  "0000-01-01", "2026/01/01",    "2026-1 -01",
        " 2026-01-1", "2026-01-01 ", "-026-01-01",  "+026-01-01", "2026-01-0\xC2", "20260-1-01"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        day d = 42;
        ck_assert_msg(!day_parse(bytes_of(WRONG[i]), &d), "took %s", WRONG[i]);
        ck_assert_int_eq(d, 42);
    }
    day d;
    ck_assert(!day_parse((bytes){NULL, 0}, &d));
}
END_TEST

START_TEST(day_months_between_counts_whole_months)
{
    ck_assert_int_eq(day_months_between(day_of("2026-01-31"), day_of("2026-02-28")), 0);
    ck_assert_int_eq(day_months_between(day_of("2026-01-31"), day_of("2026-03-31")), 2);
    ck_assert_int_eq(day_months_between(day_of("2026-01-31"), day_of("2026-03-30")), 1);
    ck_assert_int_eq(day_months_between(day_of("2025-11-23"), day_of("2026-11-23")), 12);
    ck_assert_int_eq(day_months_between(day_of("2025-11-24"), day_of("2026-11-23")), 11);
    ck_assert_int_eq(day_months_between(day_of("2026-11-23"), day_of("2025-11-23")), -12);
    ck_assert_int_eq(day_months_between(day_of("2026-11-23"), day_of("2026-11-23")), 0);
}
END_TEST

START_TEST(day_add_months_stays_in_the_month)
{
    ck_assert_int_eq(day_add_months(day_of("2026-01-31"), 1), day_of("2026-02-28"));
    ck_assert_int_eq(day_add_months(day_of("2024-01-31"), 1), day_of("2024-02-29"));
    ck_assert_int_eq(day_add_months(day_of("2026-01-31"), -1), day_of("2025-12-31"));
    ck_assert_int_eq(day_add_months(day_of("2026-03-31"), -13), day_of("2025-02-28"));
    ck_assert_int_eq(day_add_months(day_of("2026-05-15"), 12), day_of("2027-05-15"));
}
END_TEST

START_TEST(day_add_months_ends_at_the_ends_of_the_calendar)
{
    ck_assert_int_eq(day_add_months(day_of("9999-12-01"), 1), day_of("9999-12-31"));
    ck_assert_int_eq(day_add_months(day_of("9999-11-30"), 1), day_of("9999-12-30"));
    ck_assert_int_eq(day_add_months(day_of("0001-01-15"), -1), day_of("0001-01-01"));
    ck_assert_int_eq(day_add_months(day_of("2026-01-01"), INT32_MAX), day_of("9999-12-31"));
    ck_assert_int_eq(day_add_months(day_of("2026-01-01"), INT32_MIN), day_of("0001-01-01"));
}
END_TEST

/* Seconds since 1970 of a moment in UTC. */
static int64_t moment(const char *date, int hour, int minute, int second)
{
    return (int64_t)day_of(date) * 86400 + hour * 3600 + minute * 60 + second;
}

START_TEST(day_in_berlin_changes_an_hour_before_utc_in_winter)
{
    ck_assert_int_eq(day_in_berlin(moment("2026-11-23", 22, 59, 59)), day_of("2026-11-23"));
    ck_assert_int_eq(day_in_berlin(moment("2026-11-23", 23, 0, 0)), day_of("2026-11-24"));
}
END_TEST

START_TEST(day_in_berlin_changes_two_hours_before_utc_in_summer)
{
    ck_assert_int_eq(day_in_berlin(moment("2026-07-01", 21, 59, 59)), day_of("2026-07-01"));
    ck_assert_int_eq(day_in_berlin(moment("2026-07-01", 22, 0, 0)), day_of("2026-07-02"));
}
END_TEST

START_TEST(day_in_berlin_follows_the_switch_of_march_and_october)
{
    /* 2026: clocks change on 29 March and 25 October, 01:00 UTC. */
    ck_assert_int_eq(day_in_berlin(moment("2026-03-28", 22, 30, 0)), day_of("2026-03-28"));
    ck_assert_int_eq(day_in_berlin(moment("2026-03-28", 23, 0, 0)), day_of("2026-03-29"));
    ck_assert_int_eq(day_in_berlin(moment("2026-03-29", 22, 0, 0)), day_of("2026-03-30"));
    ck_assert_int_eq(day_in_berlin(moment("2026-10-24", 22, 0, 0)), day_of("2026-10-25"));
    ck_assert_int_eq(day_in_berlin(moment("2026-10-25", 22, 30, 0)), day_of("2026-10-25"));
    ck_assert_int_eq(day_in_berlin(moment("2026-10-25", 23, 0, 0)), day_of("2026-10-26"));
}
END_TEST

START_TEST(day_in_berlin_agrees_with_the_zone_rule_for_every_hour)
{
    /* The rule as POSIX writes it, so that no zone files are needed. */
    setenv("TZ", "CET-1CEST,M3.5.0/2,M10.5.0/3", 1);
    tzset();
    size_t wrong_count = 0;
    const int64_t end = moment("2040-01-01", 0, 0, 0);
    for (int64_t t = moment("1998-01-01", 0, 0, 0); t < end; t += 1800) {
        time_t seconds = (time_t)t;
        struct tm local;
        wrong_count += localtime_r(&seconds, &local) == NULL;
        day expected = day_from_civil(local.tm_year + 1900, (uint32_t)local.tm_mon + 1,
                                      (uint32_t)local.tm_mday);
        wrong_count += day_in_berlin(t) != expected;
    }
    ck_assert_uint_eq(wrong_count, 0);
}
END_TEST

START_TEST(day_in_berlin_ends_at_the_ends_of_the_calendar)
{
    ck_assert_int_eq(day_in_berlin(INT64_MAX), day_of("9999-12-31"));
    ck_assert_int_eq(day_in_berlin(INT64_MIN), day_of("0001-01-01"));
    ck_assert_int_eq(day_in_berlin(moment("9999-12-31", 23, 59, 59)), day_of("9999-12-31"));
    ck_assert_int_eq(day_in_berlin(-1), 0);
}
END_TEST

START_TEST(minutes_parse_takes_the_whole_day_and_no_more)
{
    int32_t minutes = -1;

    ck_assert(minutes_parse(BYTES("00:00"), &minutes));
    ck_assert_int_eq(minutes, 0);
    ck_assert(minutes_parse(BYTES("08:15"), &minutes));
    ck_assert_int_eq(minutes, 495);
    ck_assert(minutes_parse(BYTES("24:00"), &minutes));
    ck_assert_int_eq(minutes, 1440);
    ck_assert(!minutes_parse(BYTES("24:01"), &minutes));
    ck_assert(!minutes_parse(BYTES("25:00"), &minutes));
    ck_assert(!minutes_parse(BYTES("08:60"), &minutes));
    ck_assert(!minutes_parse(BYTES("8:15"), &minutes));
    ck_assert(!minutes_parse(BYTES("08:1"), &minutes));
    ck_assert(!minutes_parse(BYTES("08-15"), &minutes));
    ck_assert(!minutes_parse((bytes){NULL, 0}, &minutes));
    ck_assert_int_eq(minutes, 1440);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base_day");
    TCase *promises = tcase_create("promises");
    tcase_set_timeout(promises, 60);
    tcase_add_test(promises, day_of_every_date_returns_the_same_date);
    tcase_add_test(promises, day_text_returns_the_same_text);
    tcase_add_test(promises, day_parse_refuses_what_is_no_date);
    tcase_add_test(promises, day_months_between_counts_whole_months);
    tcase_add_test(promises, day_add_months_stays_in_the_month);
    tcase_add_test(promises, day_add_months_ends_at_the_ends_of_the_calendar);
    tcase_add_test(promises, day_in_berlin_changes_an_hour_before_utc_in_winter);
    tcase_add_test(promises, day_in_berlin_changes_two_hours_before_utc_in_summer);
    tcase_add_test(promises, day_in_berlin_follows_the_switch_of_march_and_october);
    tcase_add_test(promises, day_in_berlin_agrees_with_the_zone_rule_for_every_hour);
    tcase_add_test(promises, day_in_berlin_ends_at_the_ends_of_the_calendar);
    tcase_add_test(promises, minutes_parse_takes_the_whole_day_and_no_more);
    suite_add_tcase(suite, promises);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
