#ifndef CORE_PATH_PARTS_H
#define CORE_PATH_PARTS_H

#include "match/gate.h"
#include "model/record_seeker.h"
#include "path/path.h"

/* The inside of one question while it is answered, for the files of core/path alone. */

enum {
    EFFECT_MAX = 256, /* different effects and different wants of one question */
    EFFECT_WORDS = EFFECT_MAX / 64,
    OUTCOME_MAX = 96, /* effects of one row */
    CANDIDATE_MAX = 60000,
    FACTS_MAX = 60000,
    SEGMENT_MAX = 32,
    SPAN_MAX = PATH_STEP_MAX,
    GRANT_MAX = 32 /* entitlements held that are looked at */
};

/* A set of the question's effects or wants. */
typedef struct bitset {
    uint64_t words[EFFECT_WORDS];
} bitset;

static inline void bitset_add(bitset *s, uint32_t bit)
{
    s->words[bit >> 6] |= UINT64_C(1) << (bit & 63u);
}

static inline bool bitset_has(const bitset *s, uint32_t bit)
{
    return (s->words[bit >> 6] >> (bit & 63u) & 1u) != 0;
}

static inline bool bitset_is_within(const bitset *a, const bitset *b)
{
    uint64_t rest = 0;
    for (uint32_t i = 0; i < EFFECT_WORDS; i++) {
        rest |= a->words[i] & ~b->words[i];
    }
    return rest == 0;
}

static inline bool bitset_meets(const bitset *a, const bitset *b)
{
    uint64_t both = 0;
    for (uint32_t i = 0; i < EFFECT_WORDS; i++) {
        both |= a->words[i] & b->words[i];
    }
    return both != 0;
}

static inline void bitset_join(bitset *a, const bitset *b)
{
    for (uint32_t i = 0; i < EFFECT_WORDS; i++) {
        a->words[i] |= b->words[i];
    }
}

static inline bool bitset_equal(const bitset *a, const bitset *b)
{
    return bitset_is_within(a, b) && bitset_is_within(b, a);
}

/* ---------------------------------------------------------------------- columns: what rows say */

typedef enum offer_column {
    COLUMN_KIND,
    COLUMN_OCCUPATION,
    COLUMN_STATUS,
    COLUMN_ONLINE,
    COLUMN_LOCATION,
    COLUMN_UNITS,
    COLUMN_HOURS_MIN,
    COLUMN_INSURED,
    COLUMN_START,
    COLUMN_END,
    COLUMN_MODE,
    COLUMN_LATEST,
    COLUMN_REGISTER_BY,
    COLUMN_VALID_TO,
    COLUMN_SCHEDULE,
    COLUMN_FLEXIBLE,
    COLUMN_PART_OF,
    COLUMN_PART_NUMBER,
    COLUMN_PART_TOTAL,
    COLUMN_OUT_LANGUAGES,
    COLUMN_OUT_LEVELS,
    COLUMN_OUT_SKILLS,
    COLUMN_OUT_SCHOOL,
    COLUMN_OUT_EQF,
    COLUMN_OUT_OCCUPATION,
    COLUMN_OUT_LICENCES,
    COLUMN_ENTITLEMENTS,
    COLUMN_INSTRUMENTS,
    COLUMN_FUNDING,
    COLUMN_COUNT
} offer_column;

typedef struct offer_columns {
    uint16_t at[COLUMN_COUNT];
} offer_columns;

/* Positions of the code lists that the planner itself reads; a test holds them against the lists.
 */
enum {
    KIND_LANGUAGE_COURSE = 0,
    KIND_RECOGNITION_MEASURE = 3,
    KIND_APPRENTICESHIP = 4,
    KIND_SUBSIDISED_JOB = 10,
    KIND_JOB = 11,
    RECOGNITION_FULL = 3,
    RECOGNITION_NOT_NEEDED = 5,
    ENTITLEMENT_44 = 0,
    ENTITLEMENT_44A = 1,
    ENTITLEMENT_45A = 2,
    ENTITLEMENT_SGB3_45_PROVIDER = 3,
    ENTITLEMENT_SGB3_45_EMPLOYER = 4,
    ENTITLEMENT_SGB3_45_AGENT = 5,
    ENTITLEMENT_SGB3_81 = 6,
    INSTRUMENT_SGB3_45 = 5,
    INSTRUMENT_SGB3_81 = 6,
    SPELL_UNEMPLOYED = 0,
    SPELL_JOBSEEKING = 1,
    SPELL_EMPLOYED_INSURED = 2
};

void columns_find(const match_program *p, offer_columns *ret);
/* False: not known. INT, DAY, FLAG, CODE and CONCEPT. */
bool columns_number(const offer_columns *c, const segment *s, uint32_t row, offer_column column,
                    int32_t *ret);
/* The members of a code set; 0 where it is not known. */
uint64_t columns_codes(const offer_columns *c, const segment *s, uint32_t row, offer_column column);
const uint64_t *columns_week(const offer_columns *c, const segment *s, uint32_t row);
const double *columns_place(const offer_columns *c, const segment *s, uint32_t row);
/* What somebody has after this intake; returns the count. */
uint32_t columns_effects(const offer_columns *c, const segment *s, uint32_t row,
                         uint64_t ret[OUTCOME_MAX]);

/* ---------------------------------------------------------------------- index: rows by outcome */

/* Rows with outcomes by what they give, and all rows by kind and occupation. A companion of its
 * segment: made once, kept with it. */
typedef struct path_index path_index;

typedef struct index_entry {
    uint64_t key;
    uint32_t row;
} index_entry;

enum { INDEX_WORK = PATH_EFFECT_KIND_COUNT };

static inline uint64_t index_key(uint32_t kind, uint32_t high, uint32_t low)
{
    return (uint64_t)kind << 48 | (uint64_t)(high & 0xffffu) << 32 | low;
}

bool index_of(const segment *s, const offer_columns *c, const path_index **ret, err *e);
/* The entries with keys in [first, last], in order of keys and rows. */
const index_entry *index_range(const path_index *x, uint64_t first, uint64_t last,
                               uint32_t *ret_count);

/* ---------------------------------------------------------------------- memo */

/* Numbers by 64-bit keys; keys are never 0. */
typedef struct memo {
    uint64_t *keys;
    uint64_t *values;
    uint32_t count;
    uint32_t cap;
} memo;

bool memo_get(const memo *m, uint64_t key, uint64_t *ret);
bool memo_put(memo *m, uint64_t key, uint64_t value); /* false: no memory */
void memo_fini(memo *m);

/* ---------------------------------------------------------------------- facts */

/* What a gate of the strategy rests on that courses change. */
enum {
    FAMILY_LANGUAGE = 1 << PATH_LANGUAGE,
    FAMILY_SKILL = 1 << PATH_SKILL,
    FAMILY_SCHOOL = 1 << PATH_SCHOOL,
    FAMILY_EQF = 1 << PATH_EQF,
    FAMILY_OCCUPATION = 1 << PATH_OCCUPATION,
    FAMILY_LICENCE = 1 << PATH_LICENCE,
    FAMILY_PART = 1 << PATH_PART,
    FAMILY_SPELL = 1 << PATH_EFFECT_KIND_COUNT,     /* work that is done changes spells */
    FAMILY_PERMISSION = 2 << PATH_EFFECT_KIND_COUNT /* permissions run out */
};

typedef struct span { /* of insured work on the way */
    day start, end;
} span;

/* A person after some steps: what was gained, and the record with it as a segment of one row. */
typedef struct facts {
    bitset gained; /* effects */
    bitset met;    /* wants */
    span spans[SPAN_MAX];
    uint32_t span_count;
    bool is_permission_over;
    segment *segment; /* made when a gate first looks */
} facts;

/* A requirement of some row that the person does not meet for certain today. */
typedef struct want {
    uint64_t effect;   /* kind, level, key; PATH_OCCUPATION: one related to the key */
    uint32_t families; /* not 0: of no shape known; any effect of these families may meet it */
} want;

/* ---------------------------------------------------------------------- candidates */

typedef struct candidate {
    const segment *segment; /* NULL: an extra */
    uint32_t row;
    uint32_t extra;
    day first, last; /* may be joined on these days; equal: a fixed start */
    day end;         /* where days is negative: the same whenever one joins */
    int32_t days;    /* from joining to the end; negative: see end */
    bool has_end, is_fixed;
    bool is_goal, is_step, is_assumed;
    bool is_work;    /* a job or subsidised job */
    bool is_insured; /* who does it is not unemployed */
    int32_t shift;
    uint32_t kind;   /* UINT32_MAX: not known */
    int32_t minutes; /* of its week; negative: not known */
    const uint64_t *week;
    const double *place;
    bool is_online, is_flexible;
    bitset effects;
    bitset meets;        /* wants that its effects meet */
    bitset wants;        /* of gates that say no today */
    bitset wants_surely; /* and of those that say check */
    uint64_t no, check;  /* gates courses can change: their verdicts today */
    uint64_t checks;     /* other gates that say check on the first day */
    uint64_t asked;      /* gates that may turn to the worse by what is gained */
    uint64_t grants;     /* entitlements of which one is needed; 0: none */
    int32_t fit;
    const lotse_table *derived; /* of the row on the first day */
} candidate;

typedef struct front_chain {
    uint32_t label; /* the last before the goal */
    uint32_t candidate;
    day arrival;
    uint32_t steps, weeks, doubts;
    int32_t fit;
} front_chain;

typedef struct front {
    front_chain *chains;
    uint32_t count, cap;
} front;

/* Goals that ask for the same, and the best there is among them in each thing. */
typedef struct goal_group {
    bitset wants;
    day first, last;
    uint32_t doubts;
    int32_t fit;
    uint32_t begin, count; /* its goals among those by group */
} goal_group;

typedef struct label label;

typedef struct finder {
    match_worker *worker;
    const path_question *q;
    const match_program *program;
    arena *memory;
    offer_columns columns;
    uint32_t segment_count;
    const segment *segments[SEGMENT_MAX];
    const uint64_t *live[SEGMENT_MAX];
    const path_index *index[SEGMENT_MAX];
    uint32_t *candidate_of[SEGMENT_MAX]; /* by row: 1 + index, UINT32_MAX: closed */
    /* Gates of the strategy, a bit each. */
    uint64_t gates, changing, spelled, permitted, daily, falling, timed, core;
    uint32_t families[GATE_COUNT_MAX];
    uint8_t order[GATE_COUNT_MAX]; /* cheap and choosy gates first */
    uint32_t order_count;
    gate any_kind[GATE_COUNT_MAX]; /* the gates as they are for a kind they apply to */
    uint64_t offer_derived, seeker_derived;
    /* Effects and wants. */
    uint64_t effects[EFFECT_MAX];
    bitset subsumed[EFFECT_MAX];  /* effects that this one makes needless */
    bitset subsumers[EFFECT_MAX]; /* and those that make this one needless, itself too */
    bitset meets[EFFECT_MAX];     /* wants */
    uint32_t effect_count;
    want wants[EFFECT_MAX];
    uint32_t want_count;
    bool has_overflow; /* more wants or effects than fit: not exact */
    memo want_index, effect_index;
    /* Facts; the first is the person as they stand. */
    facts *facts;
    uint32_t facts_count;
    memo facts_index;
    memo derived; /* tables of facts by day */
    memo verdicts;
    day permission_until;
    day available_from;
    int32_t hours_max; /* minutes a week; negative: not known */
    candidate *candidates;
    uint32_t candidate_count, candidate_cap;
    uint32_t *goals, *steps; /* in order of the first day */
    uint32_t goal_count, step_count;
    uint32_t goal_rows, goal_open, goal_reached;
    bitset asked;        /* wants of goals that may still be worth a chain, and of steps to them */
    day met[EFFECT_MAX]; /* by want: the first day on which it can be met at all */
    uint32_t min_weeks[EFFECT_MAX]; /* by want: the shortest step that meets it */
    uint32_t closed[GATE_COUNT_MAX];
    uint32_t closed_other; /* by dates */
    day bound;             /* no goal can begin before */
    goal_group *members;   /* the goals listed, group by group */
    goal_group *groups;    /* of the goals listed */
    uint32_t group_count;
    /* Search. */
    label *labels;
    uint32_t label_count, label_cap;
    memo states, ready; /* buckets of labels, by 1 + index */
    front front;
    bool is_exact;
} finder;

/* facts.c */
bool facts_begin(finder *f, err *e);
void facts_end(finder *f);
/* The facts with more gained. False: no memory. */
bool facts_add(finder *f, uint32_t from, const bitset *gained, const span *spans,
               uint32_t span_count, uint32_t *ret, err *e);
/* The person with these facts on a day, as gates see them. */
bool facts_row(finder *f, uint32_t number, day on, bool is_derived, gate_row *ret, err *e);
/* An effect's number. UINT32_MAX: there is no more room. */
uint32_t facts_effect(finder *f, uint64_t effect);
uint32_t facts_want(finder *f, const want *w);
bool facts_want_is_met(const want *w, uint64_t effect);
/* Was an occupation gained that is this one, or all modules of one? */
bool facts_has_learnt(const finder *f, uint32_t number, uint32_t occupation);
/* Once all effects and wants are known. */
void facts_relate(finder *f);

/* record.c: the person's record with what was gained. In `a`. */
bool record_with(const finder *f, const facts *what, arena *a, seeker *ret);

/* judge.c */
typedef struct judgement {
    bool is_open;
    uint32_t doubts;
    uint64_t checks;
} judgement;
void judge_sort_gates(finder *f);
/* The row on its first day for the person as they stand; fills wants and verdicts. False in
 * ret_open: closed by a gate that nothing gained opens. */
bool judge_today(finder *f, candidate *c, bool *ret_open, uint32_t *ret_gate, err *e);
/* With facts, on a day. */
bool judge_then(finder *f, uint32_t number, uint32_t facts_number, day on, judgement *ret, err *e);

/* candidate.c */
bool candidate_find_goals(finder *f, err *e);
/* The steps that serve what the goals still listed ask for. */
bool candidate_find_steps(finder *f, err *e);

/* dates.c */
bool dates_of(const finder *f, candidate *c); /* false: nobody can join */
static inline day candidate_end(const candidate *c, day joined)
{
    return c->days >= 0 ? joined + c->days : c->end;
}
/* Weeks in the course. Where one end holds for all who join, it counts from its first day: nobody
 * waits to make it shorter. */
static inline uint32_t candidate_weeks(const candidate *c, day joined)
{
    day from = c->days < 0 && c->first < joined ? c->first : joined;
    return (uint32_t)(candidate_end(c, joined) - from + 7) / 7;
}
/* YES, CHECK or NO: may these be done in the same weeks? */
verdict dates_beside(const finder *f, const candidate *const *together, uint32_t count);

/* grant.c */
uint64_t grant_needed(const finder *f, const segment *s, uint32_t row);
day grant_lapse(const seeker_entitlement *held);
path_grant grant_of(const finder *f, const candidate *c, day on, uint32_t used, uint32_t *ret_held,
                    day *ret_lapses, day *ret_enrol);

/* missing.c */
bool missing_find(finder *f, path_answer *ret, err *e);

/* front.c */
bool front_takes(const front *f, const front_chain *chain);
bool front_put(front *f, const front_chain *chain); /* false: no memory */

/* search.c */
struct label {
    uint32_t parent;    /* UINT32_MAX: nothing before */
    uint32_t candidate; /* UINT32_MAX: the beginning */
    uint32_t facts;     /* on the day its last step starts */
    uint32_t facts_all; /* once every step has ended */
    day start, end, done;
    uint32_t count, weeks, doubts;
    uint32_t used;       /* entitlements used, a bit each */
    uint32_t next;       /* in its bucket */
    uint32_t next_ready; /* in the bucket of those that have ended */
    bool is_dropped;     /* another in the same state is as good */
    bool is_ready;       /* what starts after its last end is tried from here */
};
/* The goals that can be joined without any step. */
bool search_at_once(finder *f, err *e);
bool search_chains(finder *f, err *e);
/* The labels of a chain's steps, first to last; returns their count. */
uint32_t search_steps(const finder *f, uint32_t label_number, uint32_t ret[PATH_STEP_MAX]);

/* reach.c: what can be reached at all, hours and upper bounds aside. */
/* Finds when each want can be met; leaves out what cannot be joined; returns the first day on which
 * a listed goal can be, DAY_NONE: none can. */
day reach_days(finder *f);
/* A partial chain, or what is left of one to come. */
typedef struct reach_from {
    const bitset *met; /* wants met once all of it has ended */
    day done;
    uint32_t count, weeks, doubts;
} reach_from;
/* May a chain that goes on from there be worth keeping? */
bool reach_may_lead(const finder *f, const reach_from *from);
/* Drops goals that no chain of at least `steps` steps can reach in a way worth keeping, and the
 * steps that serve none of those that stay. */
void reach_drop(finder *f, uint32_t steps);

#endif
