#ifndef TESTS_UNIT_LONE_PAIR_H
#define TESTS_UNIT_LONE_PAIR_H

#include "match_world.h"

/* One person and one offer, written by hand, in a world with a taxonomy: judged both ways, which
 * must say the same. */
static world w;
static arena memory;
static match_worker *worker;

static inline void begin(void)
{
    err e = {0};
    world_start_as(&w, 7, false, true);
    ck_assert(match_worker_new(&worker, &e));
}

static inline void end(void)
{
    match_worker_free(&worker);
    arena_fini(&memory);
    world_end(&w);
}

static inline segment *built(record_side side, const char *text)
{
    err e = {0};
    void *record = NULL;
    segment *s = NULL;
    bytes copy = arena_copy(&w.memory, bytes_of(text));
    bool is_good = side == SIDE_SEEKER ? seeker_parse(copy, NULL, &w.memory, (seeker **)&record, &e)
                                       : offer_parse(copy, NULL, &w.memory, (offer **)&record, &e);
    ck_assert_msg(is_good, "%s %s", e.text, e.path);
    world_number_concepts(&w, side, record);
    segment_input input = {record, 1};
    ck_assert(segment_build(&w.program, side, &input, 1, w.dictionary, false, &s, &e));
    return s;
}

static inline match_pair judged(const segment *anchor, const segment *other)
{
    err e = {0};
    match_pair pair;
    uint32_t row = 0;
    snapshot *none = NULL;
    ck_assert(snapshot_new(&w.program, w.dictionary, 0, &none, &e));
    match_query q = {.snapshot = none,
                     .strategy = &w.base,
                     .anchor = anchor,
                     .anchor_rows = &row,
                     .anchor_row_count = 1,
                     .as_of = 20600,
                     .limit = 1,
                     .kinds = UINT64_MAX,
                     .verdicts = MATCH_YES_BIT | MATCH_CHECK_BIT};
    ck_assert_msg(match_pair_judge(worker, &q, other, &row, 1, &memory, &pair, &e), "%s", e.text);
    snapshot_free(&none);
    return pair;
}

/* The part of one criterion, and the verdict of one gate. */
static inline match_part part_of(const match_pair *pair, const char *criterion, const char *gate_id,
                                 verdict *ret_gate)
{
    for (uint32_t i = 0; i < pair->finding_count; i++) {
        if (strcmp(w.program.gates[pair->gates[i]].id, gate_id) == 0) {
            *ret_gate = pair->findings[i].verdict;
        }
    }
    for (uint32_t i = 0; i < w.base.criterion_count; i++) {
        if (strcmp(w.program.criteria[w.base.criteria[i].criterion].id, criterion) == 0) {
            return pair->hit.parts[i];
        }
    }
    ck_abort();
}

static inline match_part judged_as(const char *person, const char *place, const char *criterion,
                                   const char *gate_id, verdict *ret_gate)
{
    segment *seeker_row = built(SIDE_SEEKER, person);
    segment *offer_row = built(SIDE_OFFER, place);
    verdict back_gate = *ret_gate = VERDICT_NO;
    match_pair there = judged(seeker_row, offer_row);
    match_pair back = judged(offer_row, seeker_row);
    match_part part = part_of(&there, criterion, gate_id, ret_gate);
    match_part back_part = part_of(&back, criterion, gate_id, &back_gate);
    ck_assert_int_eq(*ret_gate, back_gate);
    ck_assert_int_eq(part.score, back_part.score);
    ck_assert_int_eq(part.verdict, back_part.verdict);
    segment_free(&seeker_row);
    segment_free(&offer_row);
    return part;
}

#endif
