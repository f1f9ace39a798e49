#ifndef CORE_MATCH_GATE_H
#define CORE_MATCH_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "match/program.h"
#include "match/segment.h"

/* One gate on one pair, plainly: the meaning of every operator stands here. The packed words of the
 * fast path must agree with it on every pair; tests hold them against each other.
 * The rules of the unknown stand in gate_value.h. */
typedef enum verdict { VERDICT_YES = 0, VERDICT_CHECK = 1, VERDICT_NO = 2 } verdict;

/* One row of one side as a gate sees it: stored columns, and derived ones for the day asked. */
typedef struct gate_row {
    const segment *segment;
    uint32_t row;
    const lotse_table
        *derived; /* columns of derived fields (index: column - stored_count) or NULL */
    uint32_t derived_row;
    const struct inference *inferred; /* infer.h; NULL: nothing is, or the row does not ask */
} gate_row;

/* Same pair, same day, same answer. No memory is taken. [any] */
verdict gate_judge(const match_program *p, const gate *g, const gate_row *seeker,
                   const gate_row *offer, day as_of);

/* Why: what the pair has and needs, for sentences and for what would open it. */
typedef enum gate_fact_kind {
    GATE_FACT_NONE,
    GATE_FACT_NUMBER,
    GATE_FACT_DAY,
    GATE_FACT_CODE,
    GATE_FACT_CODES,
    GATE_FACT_CONCEPTS,
    GATE_FACT_KM,
    GATE_FACT_INTERVAL,
    GATE_FACT_WEEK
} gate_fact_kind;

typedef struct gate_fact {
    gate_fact_kind kind;
    bool is_known;        /* INTERVAL: at least one end is */
    bool has_days;        /* INTERVAL: its ends are days */
    int64_t number;       /* NUMBER, DAY, CODE; INTERVAL: low, LOTSE_ABSENT: unknown; KM: metres */
    int64_t number_high;  /* INTERVAL, LOTSE_ABSENT: unknown */
    uint64_t codes;       /* CODES: those in the set for certain */
    uint64_t codes_known; /* CODES: those of which it is known whether they are in the set */
    const uint32_t *concepts; /* CONCEPTS; in the arena or the segment */
    uint32_t count;
    const uint64_t *week;  /* WEEK: uint64_t[11], in the arena or the segment */
    const code_list *list; /* CODE, CODES; NUMBER that is a distance in an ordered list */
} gate_fact;

/* One entry of the offer's joined list that does not say yes. */
typedef struct gate_entry {
    verdict verdict;
    int32_t key; /* position in the key's code list, or the concept */
    gate_fact have, need, lack;
} gate_entry;

typedef struct gate_finding {
    verdict verdict;
    day as_of;      /* the day asked */
    gate_fact have; /* the seeker's; WITHIN_KM: how far the person goes; NOT_BEFORE_AS_OF: as_of */
    gate_fact need; /* the offer's; WITHIN_KM: how far it is */
    gate_fact lack; /* what is missing: concepts or codes not there, km too many, levels short */
    double km;      /* WITHIN_KM: how far it is, NaN: not known */
    bool is_online; /* WITHIN_KM: there is no way to go */
    int32_t key_code;       /* of the deciding entry of a joined list (the language), or -1 */
    bool seeker_is_unknown; /* the verdict rests on a missing fact of the seeker */
    bool offer_is_unknown;  /* and of the offer */
    bool is_inferred;       /* CONTAINS_ALL: what lacks may be there, stated or not */
    /* Joined lists: every entry that does not say yes, in the offer's order; the first that fails,
     * else the first to check, is the one told in have, need, lack and key_code. */
    const gate_entry *entries;
    uint32_t entry_count;
} gate_finding;

/* Judges like gate_judge and says why. Lists that had to be made live in `a`; where memory ran out
 * they are empty and not known. [any] */
void gate_find(const match_program *p, const gate *g, const gate_row *seeker, const gate_row *offer,
               day as_of, arena *a, gate_finding *ret);

#endif
