#ifndef CORE_MATCH_WORDS_H
#define CORE_MATCH_WORDS_H

#include "base/day.h"
#include "match/derive.h"
#include "match/gate.h"
#include "match/match_table.h"
#include "match/words_term.h"

/* The gates of a program, compiled for the rows of one segment into packed words, in two readings:
 * possible (an unknown counts as fulfilled) and certain (an unknown counts as not). A row that
 * fails the possible reading is `no`, one that passes both is `yes`, the others are `check`.
 *
 * A word holds two kinds of fields. From below: ranks, each with a guard bit above it. A rank
 * counts the distinct values of the segment in the order in which they get harder to pass; the
 * anchor's word holds how many of them it passes, so that one subtraction compares all fields and
 * leaves a guard bit set for each that passes. From above: single bits, each a thing that the row
 * refuses; the anchor's mask says which of them it would bring. So a row passes when
 *
 *     (~(anchor - row) & guards) | (row & mask)   is 0.
 *
 * Sets of which one member must be shared (`any`) and marks of gates that only gate_judge can tell
 * (`apart`: lists, weeks, concepts) stand in further words, looked at for rows that passed the
 * first. */

enum {
    WORDS_MAX = 16,        /* of a row */
    WORDS_BLOCK_ROWS = 64, /* planes are padded to whole blocks */
    WORDS_TERM_MAX = 2 * GATE_COUNT_MAX
};

typedef struct words words;
struct words {
    const match_program *program;
    const segment *segment;
    uint64_t generation;
    day as_of;                  /* of derived columns; DAY_ANY: there are none */
    const lotse_table *derived; /* of the rows, or NULL */
    uint64_t missing;           /* derived fields whose plugin did not answer, see derive.h */
    err_code missing_why;
    int64_t made_ns; /* when it did not */
    /* By reading and word: one plane of all rows, padded with zeros to whole blocks of 64. */
    const uint64_t *planes[2][WORDS_MAX];
    uint32_t plane_count;
    uint64_t differing[WORDS_MAX]; /* bits in which some row's two readings differ */
    words_term terms[WORDS_TERM_MAX];
    uint32_t term_count;
    uint64_t asking_gates;               /* gates that some row may fail */
    uint64_t derived_of[GATE_COUNT_MAX]; /* by gate: the anchor's derived columns that it reads */
    /* Without a day: gates that read derived columns of the rows. They stand in no word. */
    uint64_t day_gates;
    uint64_t apart_gates;               /* gates with marks */
    uint8_t apart_word[GATE_COUNT_MAX]; /* where their mark stands: word and bit */
    uint8_t apart_bit[GATE_COUNT_MAX];
    int32_t km_gate;        /* index of the gate that the walk over cells serves, -1: none */
    const uint64_t *listed; /* of the wanted lists' entries: the first words of their rows */
    const uint8_t *kinds;   /* offers: position of the row's kind; padded likewise */
    /* A bit a row: offers that are online; rows whose place is not known. */
    const uint64_t *online;
    const uint64_t *unplaced;
    const table_view *views; /* by criterion of the program */
    uint32_t hold_count;     /* readers of a day's words; under the cache's lock */
    uint64_t last_use;
    arena memory;
};

enum { READ_POSSIBLE, READ_CERTAIN, DAY_ANY = INT32_MIN };

typedef struct words_cache words_cache;
bool words_cache_new(words_cache **ret, err *e);
void words_cache_free(words_cache **c);

/* The words of a segment for a day, made when they are not there. They stay until they are given
 * back. Words that do not depend on a day live as long as the segment. [any] */
bool words_hold(const segment *s, derive_set *d, const match_program *p, day as_of,
                const words **ret, err *e);
void words_release(const words *w);
/* The words of the day where they are there, else those that do for any day: rows with derived
 * columns have both. In these the gates of day_gates are told by gate_judge alone. [any] */
bool words_hold_lasting(const segment *s, const match_program *p, day as_of, const words **ret,
                        err *e);
/* Does an offer ask for anything by a gate that seekers meet with a derived column? [any] */
bool words_offer_asks(const match_program *p, const gate *g, const gate_row *offer);
/* Makes those that do not depend on a day before anybody asks. [store] */
bool words_prepare(const segment *s, const match_program *p, err *e);
/* Do the rows of this side read different from day to day? */
bool words_need_day(const match_program *p, record_side side);

/* ------------------------------------------------------------------------------------ building */

/* words_make.c */
bool words_make(words *w, err *e);

/* ------------------------------------------------------------------------------------ asking */

/* One anchor against the words of a segment, for a reading: what a row's words are compared with.
 */
typedef struct words_key {
    uint64_t level[WORDS_MAX]; /* ranks passed, with guard bits */
    uint64_t guards[WORDS_MAX];
    uint64_t mask[WORDS_MAX];
} words_key;

typedef struct words_any { /* at least one of the bits must be set */
    uint32_t word;
    uint32_t gate;
    uint64_t bits[2]; /* by reading */
} words_any;

typedef struct words_query {
    const words *words;
    words_key key[2];
    words_any any[GATE_COUNT_MAX];
    uint32_t any_count;
    uint64_t apart[WORDS_MAX]; /* marks of gates that are on */
    uint64_t
        judged;  /* gates that gate_judge must tell for every row: the anchor is no plain case */
    uint64_t on; /* gates asked about at all */
    uint64_t no_gates;        /* gates that say no for this anchor whatever the row */
    uint64_t check_gates;     /* and check */
    uint32_t used[WORDS_MAX]; /* words behind the first that are asked about */
    uint32_t used_count;
    bool certain_differs; /* a row that is possible may be uncertain */
} words_query;

/* `gates` are those that are on. The anchor is of the other side than the words' rows. [worker] */
void words_ask(const words *w, const gate_row *anchor, uint64_t gates, day as_of, words_query *ret);

static inline bool word_passes(const words_key *key, uint32_t word, uint64_t row)
{
    return ((~(key->level[word] - row) & key->guards[word]) | (row & key->mask[word])) == 0;
}

/* Does a row that passed the first word pass the others, in the possible reading? */
static inline bool words_pass_rest(const words_query *q, uint32_t row)
{
    const uint64_t *const *planes = q->words->planes[READ_POSSIBLE];
    bool passes = true;
    for (uint32_t k = 0; k < q->used_count; k++) {
        uint32_t word = q->used[k];
        passes &= word_passes(&q->key[READ_POSSIBLE], word, planes[word][row]);
    }
    for (uint32_t k = 0; k < q->any_count; k++) {
        passes &= (planes[q->any[k].word][row] & q->any[k].bits[READ_POSSIBLE]) != 0;
    }
    return passes;
}

/* Does the row pass the words in a reading? Says nothing about gates told apart or by distance. */
bool words_pass(const words_query *q, uint32_t reading, uint32_t row);
/* Gates that gate_judge must tell about this row. */
uint64_t words_apart(const words_query *q, uint32_t row);
/* Gates that fail in the words, a bit each (apart and distance left out). */
uint64_t words_failing(const words_query *q, uint32_t reading, uint32_t row);

/* What a scan compares rows with: the first word, and one set of which a member must be shared,
 * where `any` is not NULL. */
typedef struct words_scan {
    const uint64_t *first_words;
    const uint64_t *any;
    uint64_t level, guards, mask;
    uint64_t any_bits;
} words_scan;

typedef struct words_stretch {
    uint32_t first, end;
} words_stretch;

/* Rows of some stretches that pass, to `ret`, which has room for all of them and 16 more; returns
 * their count. */
typedef uint32_t words_scan_call(const words_scan *s, const words_stretch *stretches,
                                 uint32_t stretch_count, uint32_t *ret);
words_scan_call *words_scan_pick(void); /* the fastest this machine can run */
/* The kernels that this machine can run, the plain one first; NULL behind the last. */
words_scan_call *words_scan_at(uint32_t index);

#endif
