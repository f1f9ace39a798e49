/* Calendar arithmetic on day numbers. Own code, because the C library's depends on the machine's
 * time zone and on years since 1900. */
#include "base/day.h"

#include "base/check.h"

enum {
    DAY_MIN = -719162, /* 0001-01-01 */
    DAY_MAX = 2932896, /* 9999-12-31 */
    SECONDS_PER_DAY = 86400,
    DAYS_PER_ERA = 146097, /* 400 years */
    EPOCH_SHIFT = 719468   /* days from 0000-03-01 to 1970-01-01 */
};

static bool is_leap(int32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static uint32_t month_len(int32_t year, uint32_t month)
{
    static const uint32_t LENS[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : LENS[month - 1];
}

static bool parse_digits(const char *at, size_t count, uint32_t *ret)
{
    uint32_t value = 0;
    for (size_t i = 0; i < count; i++) {
        if (at[i] < '0' || at[i] > '9') {
            return false;
        }
        value = value * 10 + (uint32_t)(at[i] - '0');
    }
    *ret = value;
    return true;
}

bool day_parse(bytes text, day *ret_day)
{
    uint32_t year;
    uint32_t month;
    uint32_t month_day;
    if (text.len != DAY_TEXT_LEN || text.base[4] != '-' || text.base[7] != '-' ||
        !parse_digits(text.base, 4, &year) || !parse_digits(text.base + 5, 2, &month) ||
        !parse_digits(text.base + 8, 2, &month_day)) {
        return false;
    }
    if (year < 1 || month < 1 || month > 12 || month_day < 1 ||
        month_day > month_len((int32_t)year, month)) {
        return false;
    }
    *ret_day = day_from_civil((int32_t)year, month, month_day);
    return true;
}

static void print_digits(char *at, size_t count, uint32_t value)
{
    for (size_t i = count; i > 0; i--) {
        at[i - 1] = (char)('0' + value % 10);
        value /= 10;
    }
}

void day_print(day d, char out[DAY_TEXT_LEN + 1])
{
    int32_t year;
    uint32_t month;
    uint32_t month_day;
    day_to_civil(d, &year, &month, &month_day);
    print_digits(out, 4, (uint32_t)year);
    out[4] = '-';
    print_digits(out + 5, 2, month);
    out[7] = '-';
    print_digits(out + 8, 2, month_day);
    out[DAY_TEXT_LEN] = '\0';
}

/* Years are counted from March, so that the leap day is the last of its year. */
day day_from_civil(int32_t year, uint32_t month, uint32_t month_day)
{
    check(year >= 1 && year <= 9999);
    check(month >= 1 && month <= 12);
    check(month_day >= 1 && month_day <= month_len(year, month));
    int32_t march_year = month <= 2 ? year - 1 : year;
    int32_t era = march_year / 400;
    int32_t era_year = march_year - era * 400;
    int32_t march_month = month > 2 ? (int32_t)month - 3 : (int32_t)month + 9;
    int32_t year_day = (153 * march_month + 2) / 5 + (int32_t)month_day - 1;
    int32_t era_day = era_year * 365 + era_year / 4 - era_year / 100 + year_day;
    return era * DAYS_PER_ERA + era_day - EPOCH_SHIFT;
}

void day_to_civil(day d, int32_t *ret_year, uint32_t *ret_month, uint32_t *ret_month_day)
{
    check(d >= DAY_MIN);
    check(d <= DAY_MAX);
    int32_t shifted = d + EPOCH_SHIFT;
    int32_t era = shifted / DAYS_PER_ERA;
    int32_t era_day = shifted - era * DAYS_PER_ERA;
    int32_t era_year = (era_day - era_day / 1460 + era_day / 36524 - era_day / 146096) / 365;
    int32_t year_day = era_day - (365 * era_year + era_year / 4 - era_year / 100);
    int32_t march_month = (5 * year_day + 2) / 153;
    int32_t month = march_month < 10 ? march_month + 3 : march_month - 9;
    *ret_year = era_year + era * 400 + (month <= 2 ? 1 : 0);
    *ret_month = (uint32_t)month;
    *ret_month_day = (uint32_t)(year_day - (153 * march_month + 2) / 5 + 1);
}

uint32_t day_weekday(day d)
{
    check(d >= DAY_MIN);
    check(d <= DAY_MAX);
    /* 1970-01-01 was a Thursday; the shift keeps the dividend positive. */
    return (uint32_t)((d + 3 + 7 * 110000) % 7);
}

int32_t day_months_between(day a, day b)
{
    if (b < a) {
        return -day_months_between(b, a);
    }
    int32_t year_a;
    int32_t year_b;
    uint32_t month_a;
    uint32_t month_b;
    uint32_t month_day_a;
    uint32_t month_day_b;
    day_to_civil(a, &year_a, &month_a, &month_day_a);
    day_to_civil(b, &year_b, &month_b, &month_day_b);
    int32_t months = (year_b - year_a) * 12 + (int32_t)month_b - (int32_t)month_a;
    return month_day_b < month_day_a ? months - 1 : months;
}

day day_add_months(day d, int32_t months)
{
    int32_t year;
    uint32_t month;
    uint32_t month_day;
    day_to_civil(d, &year, &month, &month_day);
    int64_t sum = (int64_t)year * 12 + (int64_t)month - 1 + months;
    if (sum < 12) {
        return DAY_MIN;
    }
    if (sum >= (int64_t)10000 * 12) {
        return DAY_MAX;
    }
    year = (int32_t)(sum / 12);
    month = (uint32_t)(sum % 12) + 1;
    uint32_t last = month_len(year, month);
    return day_from_civil(year, month, month_day < last ? month_day : last);
}

static day last_sunday_of(int32_t year, uint32_t month)
{
    day last = day_from_civil(year, month, 31);
    return last - (day)((day_weekday(last) + 1) % 7);
}

day day_in_berlin(int64_t unix_seconds)
{
    const int64_t seconds_min = (int64_t)DAY_MIN * SECONDS_PER_DAY;
    const int64_t seconds_max = ((int64_t)DAY_MAX + 1) * SECONDS_PER_DAY - 1;
    if (unix_seconds < seconds_min) {
        return DAY_MIN;
    }
    if (unix_seconds > seconds_max) {
        return DAY_MAX;
    }
    int32_t year;
    uint32_t month;
    uint32_t month_day;
    day utc_day = (day)((unix_seconds - seconds_min) / SECONDS_PER_DAY) + DAY_MIN;
    day_to_civil(utc_day, &year, &month, &month_day);
    /* Summer time runs between the last Sundays of March and October, 01:00 UTC each. */
    int64_t summer_start = (int64_t)last_sunday_of(year, 3) * SECONDS_PER_DAY + 3600;
    int64_t summer_end = (int64_t)last_sunday_of(year, 10) * SECONDS_PER_DAY + 3600;
    bool is_summer = unix_seconds >= summer_start && unix_seconds < summer_end;
    int64_t local = unix_seconds + (is_summer ? 7200 : 3600);
    if (local > seconds_max) {
        return DAY_MAX;
    }
    return (day)((local - seconds_min) / SECONDS_PER_DAY) + DAY_MIN;
}

bool minutes_parse(bytes text, int32_t *ret_minutes)
{
    uint32_t hours;
    uint32_t minutes;
    if (text.len != 5 || text.base[2] != ':' || !parse_digits(text.base, 2, &hours) ||
        !parse_digits(text.base + 3, 2, &minutes) || minutes > 59 ||
        hours * 60 + minutes > 24 * 60) {
        return false;
    }
    *ret_minutes = (int32_t)(hours * 60 + minutes);
    return true;
}
