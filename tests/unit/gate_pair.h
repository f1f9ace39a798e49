#ifndef TESTS_UNIT_GATE_PAIR_H
#define TESTS_UNIT_GATE_PAIR_H

#include <check.h>
#include <string.h>

#include "match/gate.h"

/* A pair of hand-made rows for tests of gates: each call adds a column with its one value to a
 * side. All columns are derived ones, so that no segment is needed. The fixture must stay where it
 * is. */
enum { PAIR_COLUMN_MAX = 8, PAIR_LIST_MAX = 8, UNKNOWN = INT32_MIN + 1 };

typedef struct pair_side {
    lotse_table table;
    lotse_column columns[PAIR_COLUMN_MAX];
    uint64_t known[PAIR_COLUMN_MAX];
    union {
        uint64_t alignment;
        uint8_t flag;
        uint16_t code;
        int32_t number;
        uint32_t concept;
        lotse_codes codes;
        lotse_range range;
        double place[3];
        uint64_t week[11];
    } values[PAIR_COLUMN_MAX];
    int32_t lists[PAIR_COLUMN_MAX][PAIR_LIST_MAX];
    field fields[PAIR_COLUMN_MAX];
    column_ref refs[PAIR_COLUMN_MAX];
} pair_side;

typedef struct pair {
    pair_side sides[2];
    match_program program;
    gate gate;
    gate_row rows[2];
    day as_of;
} pair;

static inline void pair_start(pair *p, gate_op op)
{
    memset(p, 0, sizeof(*p));
    p->gate = (gate){.id = "test",
                     .criterion = "test",
                     .op = op,
                     .seeker_columns = {UINT16_MAX, UINT16_MAX},
                     .offer_columns = {UINT16_MAX, UINT16_MAX},
                     .seeker_key = UINT16_MAX,
                     .offer_key = UINT16_MAX,
                     .kinds = UINT64_MAX};
    for (int side = 0; side < 2; side++) {
        pair_side *s = &p->sides[side];
        s->table = (lotse_table){.size = sizeof(lotse_table),
                                 .side = (uint32_t)side,
                                 .row_count = 1,
                                 .columns_offset = offsetof(pair_side, columns)};
        p->program.columns[side].columns = s->refs;
        p->rows[side] = (gate_row){.derived = &s->table};
    }
}

/* The next column of a side; also the next of the gate's columns there. */
static inline uint16_t pair_column(pair *p, record_side side, const char *path, uint32_t type,
                                   field_role role, const code_list *codes, bool is_known)
{
    pair_side *s = &p->sides[side];
    uint16_t at = (uint16_t)s->table.column_count++;
    ck_assert_uint_lt(at, PAIR_COLUMN_MAX);
    s->fields[at] = (field){.path = path, .side = side, .type = type, .role = role, .codes = codes};
    s->refs[at] = (column_ref){&s->fields[at], at};
    s->known[at] = is_known;
    s->columns[at] = (lotse_column){.type = type,
                                    .stride = sizeof(s->values[0]),
                                    .offset = (uint64_t)((char *)&s->values[at] - (char *)s),
                                    .known_offset = (uint64_t)((char *)&s->known[at] - (char *)s),
                                    .values_offset = (uint64_t)((char *)s->lists[at] - (char *)s)};
    p->program.columns[side].count = s->table.column_count;
    return at;
}

/* The gate's first free column of a side. */
static inline void pair_use(pair *p, record_side side, uint16_t column)
{
    uint16_t *columns = side == SIDE_SEEKER ? p->gate.seeker_columns : p->gate.offer_columns;
    columns[columns[0] == UINT16_MAX ? 0 : 1] = column;
}

static inline uint16_t pair_number(pair *p, record_side side, const char *path, uint32_t type,
                                   field_role role, const code_list *codes, int32_t value)
{
    uint16_t at = pair_column(p, side, path, type, role, codes, value != UNKNOWN);
    if (type == LOTSE_CODE) {
        p->sides[side].values[at].code = (uint16_t)value;
    } else if (type == LOTSE_FLAG) {
        p->sides[side].values[at].flag = (uint8_t)value;
    } else {
        p->sides[side].values[at].number = value;
    }
    pair_use(p, side, at);
    return at;
}

/* Values of a list, ended by UNKNOWN; NULL: the list is not known. */
static inline uint16_t pair_list(pair *p, record_side side, const char *path, uint32_t type,
                                 field_role role, const code_list *codes, const int32_t *values)
{
    uint16_t at = pair_column(p, side, path, type, role, codes, values != NULL);
    for (uint32_t i = 0; values != NULL && values[i] != UNKNOWN; i++) {
        ck_assert_uint_lt(i, PAIR_LIST_MAX);
        p->sides[side].lists[at][i] = values[i];
        p->sides[side].values[at].range.end = i + 1;
    }
    return at;
}

static inline uint16_t pair_codes(pair *p, record_side side, field_role role,
                                  const code_list *codes, uint64_t members, uint64_t known)
{
    const char *path = "codes";
    uint16_t at = pair_column(p, side, path, LOTSE_CODE_SET, role, codes, known != 0);
    p->sides[side].values[at].codes = (lotse_codes){members, known};
    pair_use(p, side, at);
    return at;
}

static inline uint16_t pair_place(pair *p, record_side side, bool is_known, double x, double y,
                                  double z)
{
    uint16_t at = pair_column(p, side, "location", LOTSE_PLACE, FIELD_FACT, NULL, is_known);
    p->sides[side].values[at].place[0] = x;
    p->sides[side].values[at].place[1] = y;
    p->sides[side].values[at].place[2] = z;
    pair_use(p, side, at);
    return at;
}

static inline verdict pair_judge(const pair *p)
{
    return gate_judge(&p->program, &p->gate, &p->rows[SIDE_SEEKER], &p->rows[SIDE_OFFER], p->as_of);
}

/* The finding, after it was seen to agree with the plain verdict. */
static inline gate_finding pair_find(const pair *p, arena *a)
{
    gate_finding found;
    gate_find(&p->program, &p->gate, &p->rows[SIDE_SEEKER], &p->rows[SIDE_OFFER], p->as_of, a,
              &found);
    ck_assert_int_eq(found.verdict, pair_judge(p));
    return found;
}

#endif
