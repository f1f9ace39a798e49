#ifndef CORE_MATCH_GATE_H
#define CORE_MATCH_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "match/program.h"
#include "match/segment.h"

/* One gate on one pair, plainly: the meaning of every operator stands here. The packed words of the
 * fast path (words.c) must agree with it on every pair; tests hold them against each other. */
typedef enum verdict { VERDICT_YES = 0, VERDICT_CHECK = 1, VERDICT_NO = 2 } verdict;

/* One row of one side as a gate sees it: stored columns, and derived ones for the day asked. */
typedef struct gate_row {
    const segment *segment;
    uint32_t row;
    const lotse_table *derived; /* columns of derived fields (index = derived - first), or NULL */
    uint32_t derived_row;
} gate_row;

verdict gate_judge(const match_program *p, const gate *g, const gate_row *seeker, const gate_row *offer, day as_of);

/* Why: what the pair has and needs, for sentences and for what would open it. `entry` tells which
 * entry of a joined list decided (the first that fails, else the first to check). */
typedef enum gate_fact_kind { GATE_FACT_NONE, GATE_FACT_NUMBER, GATE_FACT_DAY, GATE_FACT_CODE, GATE_FACT_CODES, GATE_FACT_CONCEPTS, GATE_FACT_KM, GATE_FACT_INTERVAL, GATE_FACT_WEEK } gate_fact_kind;

typedef struct gate_fact {
    gate_fact_kind kind;
    bool is_known;
    int64_t number;       /* NUMBER, DAY, CODE; INTERVAL: low; KM: metres */
    int64_t number_high;  /* INTERVAL */
    uint64_t codes;       /* CODES */
    const uint32_t *concepts; /* CONCEPTS; in the arena or the segment */
    uint32_t count;
    const code_list *list;
} gate_fact;

typedef struct gate_finding {
    verdict verdict;
    gate_fact have;       /* the seeker's */
    gate_fact need;       /* the offer's */
    gate_fact lack;       /* what is missing: concepts or codes not there, km too many, levels short */
    int32_t key_code;     /* of the deciding entry of a joined list (the language), or -1 */
    bool seeker_is_unknown; /* a missing fact is the seeker's */
    bool offer_is_unknown;
} gate_finding;

void gate_find(const match_program *p, const gate *g, const gate_row *seeker, const gate_row *offer, day as_of,
               arena *a, gate_finding *ret);

#endif
