#ifndef CLI_SAMPLE_H
#define CLI_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/day.h"
#include "json/json.h"

/* Invented people and offers of any number. Record i of a side depends on the seed and on i alone,
 * and only integers are used: the same on every machine, however many are asked for. */

enum {
    SAMPLE_COUNT_MAX = 100000000, /* of either side; ids have six digits or more */
    SAMPLE_DAY = 20780            /* 2026-11-23: the day that every date is counted from */
};

/* Each appends one record, a line of JSON with its line feed. `number` counts from 1. */
void sample_seeker(uint64_t seed, uint32_t number, buf *out);
void sample_offer(uint64_t seed, uint32_t number, buf *out);

/* ------------------------------------------------------------------ for the files sample*.c only
 */

/* A stream of random numbers of its own for each record. */
typedef struct dice {
    uint64_t state;
} dice;

dice dice_for(uint64_t seed, uint64_t stream, uint64_t number);
uint32_t dice_below(dice *d, uint32_t count); /* 0 .. count - 1 */
int32_t dice_between(dice *d, int32_t low, int32_t high);
bool dice_chance(dice *d, uint32_t percent);

/* A record in the making. */
typedef struct sample {
    dice dice;
    json_writer w;
} sample;

void sample_put_id(sample *s, char letter, uint32_t number);
void sample_put_day(sample *s, const char *key, day d);
void sample_put_words(sample *s, const char *key, const char *words); /* "a b": a list of two */
void sample_put_concept(sample *s, const char *key, const char *isco);
/* Some of the skills, as concepts: each with that chance, at most `max` from a random one on. */
void sample_put_skills(sample *s, const char *const *skills, uint32_t count, uint32_t percent,
                       uint32_t max);
/* One of the quarters and a point of it. `radius`: up to so many hundred-thousandths of a degree
 * from its middle. */
void sample_put_place(sample *s, dice *from, uint32_t radius, bool has_point);
const char *sample_level(uint32_t level);

/* What the town is made of. */
enum { SKILL_COUNT = 6, LEVEL_A0 = 0, LEVEL_A1, LEVEL_A2, LEVEL_B1, LEVEL_B2, LEVEL_C1, LEVEL_C2 };

typedef struct trade {
    const char *occupation; /* ISCO-08 */
    const char *near;       /* a related one */
    const char *de;
    const char *en;
    const char *firm; /* what its employers are called */
    const char *skills[SKILL_COUNT];
    const char *conditions;
    const char *documents;
    const char *licence; /* that many have, or NULL */
    uint16_t pay_ct;     /* an hour, for those without a qualification */
    uint8_t eqf;         /* of a qualified worker */
    uint8_t level;       /* of German at work */
    bool is_regulated;
    bool needs_car;
} trade;

typedef struct course {
    const char *type;
    const char *de;
    const char *en;
    uint8_t min;
    uint8_t max;
    uint8_t outcome;
    uint8_t hours;
    uint16_t units;
    const char *entitlements; /* or NULL: open to everybody */
    const char *schedule_start;
    const char *schedule_end;
    const char *support;
} course;

/* Whatever is not bound to a trade: advice, coaching, mentoring, school, volunteering. */
typedef struct service {
    const char *kind;
    const char *de;
    const char *en;
    const char *groups;
    const char *support;
    const char *funding; /* or NULL */
    const char *school;  /* certificate obtained, or NULL */
    uint8_t min;         /* of German */
    uint8_t hours_min;
    uint8_t hours_max;
    bool is_rolling;
} service;

typedef struct tongue {
    const char *code;
    bool is_latin; /* its script */
} tongue;

extern const trade SAMPLE_TRADES[];
extern const uint32_t SAMPLE_TRADE_COUNT;
extern const course SAMPLE_COURSES[];
extern const uint32_t SAMPLE_COURSE_COUNT;
extern const service SAMPLE_SERVICES[];
extern const uint32_t SAMPLE_SERVICE_COUNT;
extern const tongue SAMPLE_TONGUES[];
extern const uint32_t SAMPLE_TONGUE_COUNT;
extern const char *const SAMPLE_NAMES[]; /* of providers: "Eisvogel" */
extern const uint32_t SAMPLE_NAME_COUNT;

#endif
