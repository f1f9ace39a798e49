#ifndef CORE_MODEL_RECORD_VALUE_H
#define CORE_MODEL_RECORD_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/day.h"
#include "model/record.h"

/* What the members of records are made of. Every value says whether the record states it: absent
 * and empty differ, and where null means something of its own (a spell that goes on) absent and
 * null differ too. is_set: there is a value. is_null: the record says null. Neither: absent. */

/* How a column reads a day that is stated as null: no end, or (intakes.*.start) any day. */
enum { DAY_OPEN = LOTSE_OPEN };

typedef struct value_text { /* ids, texts, postcodes, concepts */
    bytes text;
    bool is_set;
    bool is_null;
} value_text;

typedef struct value_int { /* also times of day, in minutes since midnight */
    int32_t value;
    bool is_set;
    bool is_null;
} value_int;

typedef struct value_number {
    double value;
    bool is_set;
} value_number;

typedef struct value_flag {
    bool value;
    bool is_set;
} value_flag;

typedef struct value_day { /* also months, as their first day */
    day value;
    bool is_set;
    bool is_null;
} value_day;

typedef struct value_code {
    uint16_t position;
    bool is_set;
    bool is_null;
} value_code;

typedef struct value_codes { /* a set in a list of at most 64 codes, each position a bit */
    uint64_t members;
    bool is_set;
} value_codes;

typedef struct value_code_list { /* a set in a longer list: positions, ascending */
    const uint16_t *positions;
    uint32_t count;
    bool is_set;
} value_code_list;

typedef struct value_concepts { /* a set: ascending in byte order */
    const bytes *items;
    uint32_t count;
    bool is_set;
} value_concepts;

typedef struct tagged_text {
    uint16_t language; /* position in the list language */
    bytes text;
} tagged_text;

typedef struct value_texts { /* one text in several languages, ascending by language */
    const tagged_text *items;
    uint32_t count;
    bool is_set;
} value_texts;

typedef struct ext_value {
    bytes id;
    uint32_t type;  /* LOTSE_FLAG, INT, DAY, CODE_SET */
    int32_t number; /* FLAG, INT, DAY */
    uint64_t members;
    const code_list *codes; /* CODE_SET */
} ext_value;

typedef struct value_ext { /* ascending by id */
    const ext_value *items;
    uint32_t count;
    bool is_set;
} value_ext;

/* A list of objects. All lists have one layout, so that tables can fill any of them. */
#define LIST_OF(type)                                                                              \
    struct {                                                                                       \
        type *items;                                                                               \
        uint32_t count;                                                                            \
        bool is_set;                                                                               \
    }

typedef struct location {
    bool is_set;
    value_text postcode;
    value_number lat;
    value_number lon;
} location;

typedef struct language_skills {
    bool is_set;
    value_code listening; /* level, all four */
    value_code reading;
    value_code writing;
    value_code speaking;
} language_skills;

/* A span of the week that recurs; an end at or before the start lies on the next day. */
typedef struct window {
    bool is_set;
    value_codes by_day; /* weekday */
    value_int start_time;
    value_int end_time;
} window;

typedef LIST_OF(window) value_windows;

#endif
