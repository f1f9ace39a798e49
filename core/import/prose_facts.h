#ifndef CORE_IMPORT_PROSE_FACTS_H
#define CORE_IMPORT_PROSE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/day.h"

/* What sources hide in prose and records keep as facts: times of the week, units a week and in all,
 * group size, rolling entry, the last day of registration, a language level. German course
 * announcements only. What is not said plainly is not known: a text that says two things says
 * nothing. Everything found is derived, and the caller counts it as such. */

enum { PROSE_WINDOW_MAX = 8 };

typedef struct prose_window {
    uint8_t days;       /* bit 0: Monday */
    int16_t start, end; /* minutes of the day */
} prose_window;

typedef struct prose_facts {
    prose_window windows[PROSE_WINDOW_MAX];
    uint32_t window_count;
    bool is_flexible;    /* times by agreement */
    bool is_rolling;     /* may be joined on any day */
    bool is_single;      /* one to one */
    uint32_t week_units; /* teaching units a week; 0: not said */
    uint32_t units;      /* in all; 0: not said */
    uint32_t seats;      /* at most so many people; 0: not said */
    bool has_register_by;
    day register_by;
} prose_facts;

/* Plain text (import/prose.h), in any case and with or without its umlauts. May be called for
 * several texts of one offer, one after the other: what an earlier one said stands. */
void prose_find_facts(bytes plain, prose_facts *facts);

/* Levels as "B2" or "B1/B2" in a title: the lowest and the highest, 0 (A0) to 6 (C2). False: there
 * are none. */
bool prose_find_levels(bytes title, uint32_t *ret_low, uint32_t *ret_high);

#endif
