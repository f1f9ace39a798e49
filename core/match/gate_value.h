#ifndef CORE_MATCH_GATE_VALUE_H
#define CORE_MATCH_GATE_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "match/gate.h"

/* Inside of gate.c: what one side of a pair says, read from its columns, with the rules of the
 * unknown:
 *
 *  - A missing fact gives `check`. It never gives `no`, and it gives `yes` only where every value
 * it could have gives `yes`.
 *  - A missing wish (and a missing key) asks for nothing: `yes`.
 *  - A requirement at the lowest value of its scale asks for nothing: `yes`, whoever asks it. The
 *    scales are counts and amounts (0), ordered code lists (the first code) and flags (not set).
 *    Values that a plugin declares under `ext` have no lowest value: they may be negative. */

typedef struct gate_call {
    const match_program *program;
    const gate *gate;
    const gate_row *rows[2]; /* by record_side */
    day as_of;
    arena *arena;          /* NULL: only the verdict is asked for */
    gate_finding *finding; /* where have, need and lack go; never NULL */
} gate_call;

/* An INT, DAY, FLAG or CODE. */
typedef struct gate_number {
    bool is_known;
    bool is_wish; /* unknown asks for nothing */
    int64_t value;
    const field *field; /* NULL: the gate has no such column */
} gate_number;

/* A set of codes (one code counts as a set of one) or of concepts. An unknown set is one of which
 * no member and no absence is known; it fits both forms. */
typedef struct gate_set {
    bool is_known;
    bool is_wish;
    bool has_concepts;
    uint64_t members, known;  /* codes */
    const uint32_t *concepts; /* in any order, 0: an entry that does not say */
    uint32_t count;
    bool has_gap; /* concepts may be missing from the list */
    const field *field;
} gate_set;

/* A list whose entries belong to those of other lists of the row. */
typedef struct gate_list {
    bool is_known;
    bool is_wish;
    const int32_t *values;
    uint32_t count;
    int32_t absent; /* the value of an entry that does not say */
    const field *field;
} gate_list;

gate_number gate_read_number(const gate_call *c, record_side side, uint16_t column);
gate_set gate_read_set(const gate_call *c, record_side side, uint16_t column);
gate_list gate_read_list(const gate_call *c, record_side side, uint16_t column);
/* NULL: not known. */
const double *gate_read_place(const gate_call *c, record_side side, uint16_t column);
const uint64_t *gate_read_week(const gate_call *c, record_side side, uint16_t column);
bool gate_field_is_wish(const field *f);

bool gate_number_is_lowest(const gate_number *n);
bool gate_number_is_highest(const gate_number *n);
bool gate_field_has_lowest(const field *f);
/* All codes that compare. */
uint64_t gate_code_mask(const code_list *list);

gate_fact gate_fact_of_number(const gate_number *n);
gate_fact gate_fact_of_set(const gate_set *s);

/* gate_number.c: the operators on numbers, joined or not. `have` and `need` are the values of the
 * gate's columns on either side. */
verdict gate_judge_numbers(const gate_call *c, const gate_number have[2],
                           const gate_number need[2]);
verdict gate_judge_joined(const gate_call *c);
/* gate_set.c: IN, CONTAINS_ALL, INTERSECTS_OR_EMPTY, DISJOINT, SUBSET_OF. */
verdict gate_judge_sets(const gate_call *c);

#endif
