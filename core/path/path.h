#ifndef CORE_PATH_PATH_H
#define CORE_PATH_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/day.h"
#include "base/err.h"
#include "match/match.h"
#include "model/concept.h"
#include "model/record.h"

/* From where a person stands to the work they want: the Pareto-best dated chains of intakes, each
 * opening the next. Pure: works on one snapshot with the memory of one worker. README.md says what
 * a chain is and what is exact. */

enum {
    PATH_STEP_MAX = 6,       /* intakes before the goal */
    PATH_STEP_DEFAULT = 4,   /* with the goal a chain of five */
    PATH_YEAR_MAX = 3,       /* recurring intakes are assumed so many years on */
    PATH_GOAL_MAX = 16,      /* occupations of a goal */
    PATH_LABEL_MAX = 400000, /* partial chains looked at before the search gives up being exact */
    PATH_MISSING_MAX = 8
};

/* Where to. All that is named must hold; nothing named: any job or subsidised job. */
typedef struct path_goal {
    bytes offer;                        /* this offer; {NULL, 0}: any */
    uint64_t kinds;                     /* a bit per kind; 0: job and subsidised_job */
    concept occupations[PATH_GOAL_MAX]; /* one of these, or below one of them in its scheme */
    uint32_t occupation_count;          /* 0: any */
} path_goal;

/* A course nobody offers yet: what it would give, open on any day to everybody who has the level
 * of language before. For finding out what is missing. */
typedef struct path_extra {
    uint64_t effect; /* as path_want.effect */
    int32_t days;    /* how long it takes */
} path_extra;

typedef struct path_question {
    const snapshot *snapshot;
    const strategy *strategy;
    const dictionary *dictionary;
    const seeker *seeker; /* the record; lives until the answer is read */
    path_goal goal;
    day as_of;
    day by;            /* the last day to arrive; DAY_NONE: any */
    uint32_t step_max; /* intakes before the goal, at most PATH_STEP_MAX */
    bool is_certain;   /* an unknown counts as not fulfilled; else as fulfilled */
    bool assumes_recurring;
    bool counts_ideas; /* offers with the status idea are taken in */
    const path_extra *extras;
    uint32_t extra_count;
    bool looks_for_missing;    /* where there is no chain: which single offer would make one */
    const volatile bool *stop; /* may be NULL */
} path_question;

#define DAY_NONE INT32_MIN

/* Something held that a step needs: an entitlement or voucher. */
typedef enum path_grant {
    PATH_GRANT_NONE,   /* nothing is needed */
    PATH_GRANT_HELD,   /* the person has it, and it does not lapse before */
    PATH_GRANT_LAPSED, /* the person has it, but it lapses before: ask again */
    PATH_GRANT_TO_ASK
} path_grant;

typedef struct path_step {
    const segment *segment; /* NULL: an extra */
    uint32_t row;
    uint32_t extra; /* its index in the question */
    day start;
    day end;        /* the goal: LOTSE_OPEN where it has none */
    uint32_t weeks; /* in the course; 0: the goal */
    uint32_t doubts;
    uint64_t checks;   /* gates of the program that say check, a bit each */
    bool is_insured;   /* who does it is not unemployed */
    bool is_assumed;   /* its dates are those of an earlier intake, whole years on */
    int32_t shift;     /* days from the stored dates */
    bool beside_check; /* whether it fits beside another step must be looked at */
    path_grant grant;
    uint64_t grant_codes;    /* what would do, positions in the list entitlement */
    uint32_t grant_held;     /* index of the seeker's entitlement; UINT32_MAX: none */
    day grant_lapses;        /* of the one held; LOTSE_OPEN: not */
    day enrol;               /* the day on which the person can enrol */
    const uint64_t *effects; /* what it adds, as path_want.effect */
    uint32_t effect_count;
} path_step;

/* Certainty: what is open. Fewer is surer. */
typedef struct path_chain {
    const path_step *steps; /* in order of start; the last is the goal */
    uint32_t step_count;
    day arrival;
    uint32_t weeks;
    uint32_t doubts;
    int32_t fit; /* of the goal: its score for the person as of today */
} path_chain;

/* What a person would need and cannot get from any intake. */
typedef struct path_want {
    uint64_t effect;      /* kind, level, key: path_effect_* */
    uint32_t goal_count;  /* rows of the goal that it alone would open a way to */
    uint32_t asked_count; /* rows of the goal that ask for it */
} path_want;

typedef struct path_closed {
    uint32_t gate; /* index into the program's gates */
    uint32_t count;
} path_closed;

typedef struct path_answer {
    path_chain *chains; /* the whole front: by arrival, steps, weeks, doubts, fit */
    uint32_t chain_count;
    bool is_exact;             /* no chain of at most step_max steps was left out */
    day bound;                 /* no chain of any length arrives before; DAY_NONE: none can */
    uint32_t goal_rows;        /* rows that the goal names */
    uint32_t goal_reached;     /* of them those that a chain may reach */
    uint32_t goal_open;        /* of them those that no gate closes that courses cannot open */
    const path_closed *closed; /* gates that close the others, most first */
    uint32_t closed_count;
    uint32_t closed_by_dates;            /* nobody can join them any more */
    path_want missing[PATH_MISSING_MAX]; /* where there is no chain: what alone would make one */
    uint32_t missing_count;
    uint32_t label_count;     /* how much was looked at */
    uint32_t candidate_count; /* intakes that took part */
} path_answer;

/* The answer lives in `a`. ERR_CANCELLED, ERR_MEMORY, ERR_PLUGIN_FAULT. [worker] */
bool path_find(match_worker *w, const path_question *q, arena *a, path_answer *ret, err *e);

/* The person on the day a step of a chain starts, as its gates see them. In `a`. False: no memory.
 */
bool path_state(const path_question *q, const path_chain *chain, uint32_t step, arena *a,
                seeker *ret);

/* ---------------------------------------------------------------------- effects */

typedef enum path_effect_kind {
    PATH_LANGUAGE,   /* key: position in the list language; level */
    PATH_SKILL,      /* key: concept */
    PATH_SCHOOL,     /* level */
    PATH_EQF,        /* level */
    PATH_OCCUPATION, /* key: concept; level: position in the list recognition; extra: eqf + 1 */
    PATH_LICENCE,    /* key: position */
    PATH_PART,       /* key: concept; level: number; extra: total */
    PATH_EFFECT_KIND_COUNT
} path_effect_kind;

static inline uint64_t path_effect(path_effect_kind kind, uint32_t level, uint32_t extra,
                                   uint32_t key)
{
    return (uint64_t)kind << 56 | (uint64_t)(level & 255u) << 48 |
           (uint64_t)(extra & 0xffffu) << 32 | key;
}

static inline path_effect_kind path_effect_kind_of(uint64_t effect)
{
    return (path_effect_kind)(effect >> 56);
}

static inline uint32_t path_effect_level(uint64_t effect)
{
    return (uint32_t)(effect >> 48) & 255u;
}

static inline uint32_t path_effect_extra(uint64_t effect)
{
    return (uint32_t)(effect >> 32) & 0xffffu;
}

static inline uint32_t path_effect_key(uint64_t effect)
{
    return (uint32_t)effect;
}

#endif
