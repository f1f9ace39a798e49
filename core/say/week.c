#include <stdio.h>
#include <string.h>

#include "say/template.h"
#include "say/words.h"

/* Times of a week: "Mo-Fr 08:00-12:30, Sa 09:00-12:00". Neighbouring days with the same times are
 * told together. */

enum { DAY_COUNT = 7, QUARTER_COUNT = 96 };

static bool has_quarter(const uint64_t *week, uint32_t weekday, uint32_t quarter)
{
    uint32_t bit = weekday * QUARTER_COUNT + quarter;
    return (week[bit >> 6] >> (bit & 63u) & 1u) != 0;
}

static bool are_alike(const uint64_t *week, uint32_t a, uint32_t b)
{
    for (uint32_t quarter = 0; quarter < QUARTER_COUNT; quarter++) {
        if (has_quarter(week, a, quarter) != has_quarter(week, b, quarter)) {
            return false;
        }
    }
    return true;
}

static void say_days(const say_context *c, uint32_t first, uint32_t last, buf *out)
{
    const char *names = value_form(c, "weekdays");
    bytes name = words_part(names, first);
    buf_put(out, name.base, name.len);
    if (last > first) {
        name = words_part(names, last);
        buf_text(out, value_form(c, "days_to"));
        buf_put(out, name.base, name.len);
    }
}

void value_time(const say_context *c, uint32_t minutes, buf *out)
{
    char hours[4];
    char hours_two[4];
    char rest[4];
    snprintf(hours, sizeof hours, "%u", minutes / 60 & 31u);
    snprintf(hours_two, sizeof hours_two, "%02u", minutes / 60 & 31u);
    snprintf(rest, sizeof rest, "%02u", minutes % 60);
    say_part parts[] = {
        {"h", bytes_of(hours)}, {"hh", bytes_of(hours_two)}, {"mm", bytes_of(rest)}};
    say_form(value_form(c, minutes % 60 == 0 ? "time_full" : "time"), parts, 3, out);
}

/* The stretches of one day, each behind a space. */
static void say_times(const say_context *c, const uint64_t *week, uint32_t weekday, buf *out)
{
    uint32_t start = QUARTER_COUNT;
    for (uint32_t quarter = 0; quarter <= QUARTER_COUNT; quarter++) {
        bool is_in = quarter < QUARTER_COUNT && has_quarter(week, weekday, quarter);
        if (is_in && start == QUARTER_COUNT) {
            start = quarter;
        } else if (!is_in && start < QUARTER_COUNT) {
            buf_char(out, ' ');
            value_isolate(c, true, out);
            value_time(c, start * 15, out);
            buf_text(out, value_form(c, "times_to"));
            value_time(c, quarter * 15, out);
            value_isolate(c, false, out);
            start = QUARTER_COUNT;
        }
    }
}

void week_say(const say_context *c, const uint64_t *week, buf *out)
{
    bool is_first = true;
    for (uint32_t first = 0; first < DAY_COUNT;) {
        uint32_t last = first;
        while (last + 1 < DAY_COUNT && are_alike(week, first, last + 1)) {
            last++;
        }
        buf times = {0};
        say_times(c, week, first, &times);
        if (times.len > 0) {
            buf_text(out, is_first ? "" : value_form(c, "comma"));
            say_days(c, first, last, out);
            buf_put(out, times.base, times.len);
            is_first = false;
        }
        out->failed = out->failed || times.failed;
        buf_fini(&times);
        first = last + 1;
    }
    if (is_first) {
        buf_text(out, value_form(c, "nothing"));
    }
}
