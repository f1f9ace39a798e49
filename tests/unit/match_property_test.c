#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "match/match.h"
#include "model/record.h"
#include "unit/builtin_plugins.h"
#include "unit/random_records.h"

/* Random pairs, judged by the built-in plugins. Unknown is not a mismatch: whatever is announced
 * with one fact less still holds with it. And what the fast path answers is what every pair by
 * itself is worth. */

/* Of the random pairs so many are to be a plain yes, so that the test says something. */
#ifndef YES_COUNT_MIN
#define YES_COUNT_MIN 10
#endif

enum { PAIR_COUNT = 10000, ANSWER_COUNT = 1500, ANCHOR_COUNT = 30, LIMIT = 50 };

/* ------------------------------------------------------------------------------------ segments */

/* Records 0..count, with one fact less each where `leaves_out`. */
static segment *make_segment(record_side side, uint32_t count, bool leaves_out)
{
    static segment_input inputs[PAIR_COUNT];
    arena records = {0};
    buf text = {0};
    err e = {0};
    segment *made = NULL;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t fact_count = write_record(side, i, NO_FACT, &text);
        uint32_t skip = (i * 7919u + 13) % (fact_count == 0 ? 1 : fact_count);
        if (leaves_out) {
            write_record(side, i, skip, &text);
        }
        seeker *s = NULL;
        offer *o = NULL;
        bool is_decoded = side == SIDE_SEEKER
                              ? seeker_parse(buf_bytes(&text), NULL, &records, &s, &e)
                              : offer_parse(buf_bytes(&text), NULL, &records, &o, &e);
        ck_assert_msg(is_decoded, "%s at %s: %s", e.text, e.path, buf_terminated(&text));
        inputs[i] = (segment_input){side == SIDE_SEEKER ? (void *)s : (void *)o, 1};
    }
    ck_assert_msg(
        segment_build(registry_program(plugins), side, inputs, count, concepts, false, &made, &e),
        "%s", e.text);
    arena_fini(&records);
    buf_fini(&text);
    return made;
}

/* ------------------------------------------------------------------------------------ judging */

/* The rows of record `number` of a side. */
static const uint32_t *rows_of(const segment *s, uint32_t number, uint32_t *ret_count)
{
    char id[16];
    const uint32_t *rows = NULL;
    snprintf(id, sizeof(id), "%c-%06u", segment_side(s) == SIDE_SEEKER ? 's' : 'o', number);
    ck_assert(segment_find(s, bytes_of(id), &rows, ret_count));
    return rows;
}

static match_query query_of(const segment *anchors, uint32_t number)
{
    match_query q = {.snapshot = shown,
                     .strategy = &default_strategy,
                     .anchor = anchors,
                     .as_of = day_from_civil(number % 2 == 0 ? 2026 : 2025, 11, 23),
                     .limit = LIMIT,
                     .kinds = UINT64_MAX,
                     .verdicts = MATCH_YES_BIT | MATCH_CHECK_BIT,
                     .wants_totals = true};
    q.anchor_rows = rows_of(anchors, number, &q.anchor_row_count);
    return q;
}

static void judge(const match_query *q, const segment *others, uint32_t number, arena *a,
                  match_pair *ret)
{
    err e = {0};
    uint32_t count = 0;
    const uint32_t *rows = rows_of(others, number, &count);
    ck_assert_msg(match_pair_judge(worker, q, others, rows, count, a, ret, &e), "%s", e.text);
}

static void show_pair(uint32_t number, record_side side)
{
    buf text = {0};
    uint32_t fact_count = write_record(side, number, NO_FACT, &text);
    fprintf(stderr, "%s\n", buf_terminated(&text));
    write_record(side, number, (number * 7919u + 13) % (fact_count == 0 ? 1 : fact_count), &text);
    fprintf(stderr, "%s\n", buf_terminated(&text));
    record_side other = side == SIDE_SEEKER ? SIDE_OFFER : SIDE_SEEKER;
    write_record(other, number, NO_FACT, &text);
    fprintf(stderr, "%s\n", buf_terminated(&text));
    buf_fini(&text);
}

static void compare(const match_pair *with, const match_pair *without, uint32_t number,
                    record_side side)
{
    const match_program *p = registry_program(plugins);
    bool is_kept = may_follow(with->hit.verdict, without->hit.verdict) &&
                   without->hit.low <= with->hit.score && with->hit.score <= without->hit.high &&
                   with->hit.low <= with->hit.score && with->hit.score <= with->hit.high;
    ck_assert_uint_eq(with->finding_count, without->finding_count);
    for (uint32_t i = 0; i < with->finding_count; i++) {
        verdict a = with->findings[i].verdict;
        verdict b = without->findings[i].verdict;
        if (!may_follow(a, b)) {
            fprintf(stderr, "gate %s: %d with the fact, %d without\n", p->gates[with->gates[i]].id,
                    a, b);
            is_kept = false;
        }
    }
    if (!is_kept) {
        show_pair(number, side);
    }
    ck_assert_msg(is_kept, "pair %u: with the fact verdict %d score %d, without %d and %d..%d",
                  number, with->hit.verdict, with->hit.score, without->hit.verdict,
                  without->hit.low, without->hit.high);
}

/* What the pairs have to be worth, so that the test says something. */
typedef struct tally {
    uint32_t verdicts[3];
    uint32_t opened; /* check without the fact, yes or no with it */
    uint32_t widened;
} tally;

static void count_pair(tally *t, const match_pair *with, const match_pair *without)
{
    t->verdicts[with->hit.verdict]++;
    for (uint32_t i = 0; i < with->finding_count; i++) {
        t->opened += with->findings[i].verdict != without->findings[i].verdict;
    }
    t->widened += with->hit.high - with->hit.low != without->hit.high - without->hit.low;
}

static void run_without_a_fact_of(record_side side)
{
    err e = {0};
    arena a = {0};
    tally t = {0};
    segment *seekers = make_segment(SIDE_SEEKER, PAIR_COUNT, false);
    segment *offers = make_segment(SIDE_OFFER, PAIR_COUNT, false);
    segment *less = make_segment(side, PAIR_COUNT, true);
    ck_assert(match_worker_new(&worker, &e));
    ck_assert(snapshot_new(registry_program(plugins), concepts, 1, &shown, &e));
    for (uint32_t i = 0; i < PAIR_COUNT; i++) {
        match_pair with;
        match_pair without;
        match_query full = query_of(seekers, i);
        match_query changed = query_of(side == SIDE_SEEKER ? less : seekers, i);
        judge(&full, offers, i, &a, &with);
        judge(&changed, side == SIDE_OFFER ? less : offers, i, &a, &without);
        compare(&with, &without, i, side);
        count_pair(&t, &with, &without);
        arena_reset(&a);
    }
    fprintf(stderr, "%u yes, %u check, %u no; %u gates decided by the fact, %u bands\n",
            t.verdicts[0], t.verdicts[1], t.verdicts[2], t.opened, t.widened);
    ck_assert_uint_ge(t.verdicts[VERDICT_YES], YES_COUNT_MIN);
    ck_assert_uint_gt(t.verdicts[VERDICT_CHECK], 100);
    ck_assert_uint_gt(t.verdicts[VERDICT_NO], 1000);
    ck_assert_uint_gt(t.opened, 300);
    ck_assert_uint_gt(t.widened, 300);
    match_worker_free(&worker);
    snapshot_free(&shown);
    segment_free(&seekers);
    segment_free(&offers);
    segment_free(&less);
    arena_fini(&a);
}

START_TEST(a_fact_less_of_a_seeker_is_no_mismatch)
{
    run_without_a_fact_of(SIDE_SEEKER);
}
END_TEST

START_TEST(a_fact_less_of_an_offer_is_no_mismatch)
{
    run_without_a_fact_of(SIDE_OFFER);
}
END_TEST

/* ------------------------------------------------------------------------------------ answers */

typedef struct judged {
    uint32_t number;
    int32_t score;
    verdict verdict;
    bool is_last; /* of a kind that the strategy puts behind all others */
} judged;

static bool is_of_last_kind(const segment *others, uint32_t number)
{
    if (segment_side(others) != SIDE_OFFER) {
        return false;
    }
    uint32_t count = 0;
    const uint32_t *rows = rows_of(others, number, &count);
    const lotse_table *t = segment_table(others);
    uint16_t column = program_column(registry_program(plugins), SIDE_OFFER, "kind");
    uint32_t kind = lotse_code_at(t, lotse_column_of(t, column), rows[0]);
    return (default_strategy.last_kinds >> kind & 1u) != 0;
}

static int compare_judged(const void *x, const void *y)
{
    const judged *a = x;
    const judged *b = y;
    if (a->is_last != b->is_last) {
        return a->is_last ? 1 : -1;
    }
    if (a->score != b->score) {
        return a->score > b->score ? -1 : 1;
    }
    return a->number < b->number ? -1 : a->number > b->number;
}

/* The answer to one question against every pair judged by itself. */
static void check_answer(const segment *anchors, const segment *others, uint32_t number, arena *a,
                         uint32_t *ret_hit_count)
{
    static judged best[ANSWER_COUNT];
    uint32_t counts[3] = {0};
    uint32_t best_count = 0;
    match_answer answer;
    err e = {0};
    match_query q = query_of(anchors, number);
    for (uint32_t i = 0; i < ANSWER_COUNT; i++) {
        match_pair pair;
        judge(&q, others, i, a, &pair);
        counts[pair.hit.verdict]++;
        if (pair.hit.verdict != VERDICT_NO) {
            best[best_count++] =
                (judged){i, pair.hit.score, pair.hit.verdict, is_of_last_kind(others, i)};
        }
    }
    qsort(best, best_count, sizeof(best[0]), compare_judged);

    ck_assert_msg(match_run(worker, &q, a, &answer, &e), "%s", e.text);

    ck_assert_uint_eq(answer.rows, ANSWER_COUNT);
    ck_assert_uint_eq(answer.proposed, counts[VERDICT_YES]);
    ck_assert_uint_eq(answer.check, counts[VERDICT_CHECK]);
    ck_assert_uint_eq(answer.excluded, counts[VERDICT_NO]);
    ck_assert_uint_eq(answer.hit_count, best_count < LIMIT ? best_count : LIMIT);
    for (uint32_t i = 0; i < answer.hit_count; i++) {
        const match_hit *hit = &answer.hits[i];
        bytes id = segment_record_id(hit->segment, hit->row);
        uint32_t found = (uint32_t)strtoul(id.base + 2, NULL, 10);
        bool is_it = found == best[i].number && hit->score == best[i].score &&
                     hit->verdict == best[i].verdict;
        ck_assert_msg(is_it, "anchor %u, place %u: %u with %d (%d), not %u with %d (%d)", number, i,
                      found, hit->score, hit->verdict, best[i].number, best[i].score,
                      best[i].verdict);
    }
    *ret_hit_count += answer.hit_count;
}

static void check_answers_of(record_side side)
{
    err e = {0};
    arena a = {0};
    uint32_t hit_count = 0;
    segment *seekers = make_segment(SIDE_SEEKER, ANSWER_COUNT, false);
    segment *offers = make_segment(SIDE_OFFER, ANSWER_COUNT, false);
    const segment *anchors = side == SIDE_SEEKER ? seekers : offers;
    const segment *others = side == SIDE_SEEKER ? offers : seekers;
    ck_assert(match_worker_new(&worker, &e));
    ck_assert_msg(
        snapshot_from_segments(registry_program(plugins), concepts, seekers, offers, 1, &shown, &e),
        "%s", e.text);
    for (uint32_t i = 0; i < ANCHOR_COUNT; i++) {
        check_answer(anchors, others, i, &a, &hit_count);
        arena_reset(&a);
    }
    ck_assert_uint_gt(hit_count, 100);
    match_worker_free(&worker);
    snapshot_free(&shown);
    arena_fini(&a);
}

START_TEST(an_answer_for_a_seeker_is_that_of_every_pair)
{
    check_answers_of(SIDE_SEEKER);
}
END_TEST

START_TEST(an_answer_for_an_offer_is_that_of_every_pair)
{
    check_answers_of(SIDE_OFFER);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("match/property");
    TCase *t = tcase_create("unknown");
    tcase_add_checked_fixture(t, start, finish);
    tcase_set_timeout(t, 300);
    tcase_add_test(t, a_fact_less_of_a_seeker_is_no_mismatch);
    tcase_add_test(t, a_fact_less_of_an_offer_is_no_mismatch);
    tcase_add_test(t, an_answer_for_a_seeker_is_that_of_every_pair);
    tcase_add_test(t, an_answer_for_an_offer_is_that_of_every_pair);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(make_suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
