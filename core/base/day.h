#ifndef CORE_BASE_DAY_H
#define CORE_BASE_DAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* Calendar days as days since 1970-01-01, proleptic Gregorian, years 0001 to 9999. */
typedef int32_t day;

enum { DAY_TEXT_LEN = 10 };

bool day_parse(bytes text, day *ret_day); /* strict YYYY-MM-DD of an existing day */
void day_print(day d, char out[DAY_TEXT_LEN + 1]);
day day_from_civil(int32_t year, uint32_t month, uint32_t month_day);
void day_to_civil(day d, int32_t *ret_year, uint32_t *ret_month, uint32_t *ret_month_day);
uint32_t day_weekday(day d); /* 0 Monday .. 6 Sunday */
/* Whole calendar months from a to b: 2026-01-31 to 2026-02-28 is 0, to 2026-03-31 is 2. */
int32_t day_months_between(day a, day b);
day day_add_months(day d, int32_t months); /* the month's last day where the day does not exist */
/* The day in Europe/Berlin at a moment (seconds since 1970, UTC), by the EU's summer time rule,
 * whatever zone files the machine has. */
day day_in_berlin(int64_t unix_seconds);
/* "08:15" as minutes since midnight, 0..1440; strict HH:MM. */
bool minutes_parse(bytes text, int32_t *ret_minutes);

#endif
