#include <string.h>

#include "model/record_table.h"

/* Weekly times as 672 quarters of an hour. What a person can is rounded inward, what an offer takes
 * outward, so that rounding never makes somebody fit who does not. */

enum { DAY_MINUTES = 24 * 60, WEEK_MINUTES = 7 * DAY_MINUTES, QUARTER = 15, QUARTERS = 672 };
enum { MINUTE_WORDS = (WEEK_MINUTES + 63) / 64 };

static void set_bits(uint64_t *words, uint32_t begin, uint32_t end)
{
    for (uint32_t i = begin; i < end; i++) {
        words[i >> 6] |= (uint64_t)1 << (i & 63);
    }
}

/* [begin, end) in minutes or quarters of a week of `len`; what lies behind Sunday is Monday. */
static void set_span(uint64_t *words, uint32_t begin, uint32_t end, uint32_t len)
{
    set_bits(words, begin, end < len ? end : len);
    if (end > len) {
        set_bits(words, 0, end - len);
    }
}

static bool is_whole(const window *w)
{
    return w->by_day.is_set && w->start_time.is_set && w->end_time.is_set;
}

static bool are_aligned(const value_windows *windows)
{
    for (uint32_t i = 0; i < windows->count; i++) {
        if (windows->items[i].start_time.value % QUARTER != 0 ||
            windows->items[i].end_time.value % QUARTER != 0) {
            return false;
        }
    }
    return true;
}

/* Fills the week in steps of `step` minutes, beginnings rounded down and ends up. */
static void fill(const value_windows *windows, uint32_t step, uint64_t *words)
{
    for (uint32_t i = 0; i < windows->count; i++) {
        const window *w = &windows->items[i];
        uint32_t start = (uint32_t)w->start_time.value;
        uint32_t end = (uint32_t)w->end_time.value;
        end += end <= start ? DAY_MINUTES : 0;
        for (uint32_t weekday = 0; weekday < 7; weekday++) {
            if ((w->by_day.members >> weekday & 1) != 0) {
                uint32_t midnight = weekday * DAY_MINUTES;
                set_span(words, (midnight + start) / step, (midnight + end + step - 1) / step,
                         WEEK_MINUTES / step);
            }
        }
    }
}

/* Two windows may share a quarter of an hour and fill it together, so minutes are counted. */
static void fill_inward(const value_windows *windows, uint64_t ret[11])
{
    uint64_t minutes[MINUTE_WORDS] = {0};
    fill(windows, 1, minutes);
    for (uint32_t quarter = 0; quarter < QUARTERS; quarter++) {
        uint32_t filled = 0;
        for (uint32_t i = quarter * QUARTER; i < (quarter + 1) * QUARTER; i++) {
            filled += (uint32_t)(minutes[i >> 6] >> (i & 63) & 1);
        }
        if (filled == QUARTER) {
            ret[quarter >> 6] |= (uint64_t)1 << (quarter & 63);
        }
    }
}

bool week_from_windows(const value_windows *windows, bool is_inward, uint64_t ret[11])
{
    for (uint32_t i = 0; i < windows->count; i++) {
        if (!is_whole(&windows->items[i])) {
            return false;
        }
    }
    memset(ret, 0, 11 * sizeof *ret);
    if (is_inward && !are_aligned(windows)) {
        fill_inward(windows, ret);
    } else {
        fill(windows, QUARTER, ret);
    }
    return true;
}
