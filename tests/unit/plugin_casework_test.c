/* What strategy casework answers for invented people of the Schleusenviertel, written down with the
 * reason: a verdict for each of 23 offers of every kind, and the first four of all. */

#define STRATEGY_ID "casework"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/record.h"
#include "unit/builtin_plugins.h"

enum { RECORD_MAX = 256, TOP_COUNT = 4 };

/* Language courses, qualifications, school, recognition, apprenticeships, internship, coaching,
 * counselling, mentoring, work opportunities, subsidised jobs, jobs, volunteering. */
static const char *const asked[] = {"o-068", "o-104", "o-042", "o-037", "o-025", "o-097",
                                    "o-121", "o-004", "o-031", "o-061", "o-133", "o-145",
                                    "o-085", "o-001", "o-014", "o-002", "o-005", "o-013",
                                    "o-019", "o-082", "o-009", "o-018", "o-073"};
enum { ASKED_COUNT = sizeof(asked) / sizeof(asked[0]) };

/* y: proposed, c: somebody must look, n: not for this person; then the first offers and what
 * lotse.progress says of each. */
static const struct {
    const char *seeker, *verdicts, *first[TOP_COUNT], *reasons[TOP_COUNT];
} answers[] = {
    /* German A1, needs childcare, wants no job. Language first, courses that begin at her level;
       then one that takes her children, too. Jobs she ruled out are not there. */
    {"s-001",
     "nynnnnnnnnnnnncnnnnnnnn",
     {"o-074", "o-104", "o-010", "o-072"},
     {"progress.language", "progress.language", "progress.language", "progress.new"}},
    /* Warehouse worker who cannot lift, German C2. What he knows without the lifting: first what
       adds to his trade, then school. Heavy work is out (o-037). */
    {"s-002",
     "nncnncccncnccnccccccnnc",
     {"o-022", "o-062", "o-014", "o-051"},
     {"progress.new", "progress.school", "progress.small", "progress.small"}},
    /* Electrician from abroad, German A2. His trade is half recognised: the measures for that come
       first, then German. */
    {"s-003",
     "cccnncccnnnccncccnccnnc",
     {"o-004", "o-079", "o-068", "o-139"},
     {"progress.recognition", "progress.recognition", "progress.language", "progress.language"}},
    /* Bookkeeper, free from January, needs childcare. Little that begins after her day in January
       and has childcare: what can be joined at any time. */
    {"s-004",
     "nncnnnynynnnnncnnnnnnnn",
     {"o-083", "o-120", "o-065", "o-125"},
     {"progress.not_known", "progress.small", "progress.small", "progress.small"}},
    /* Young, no certificate yet, wants no counselling. A first certificate comes first; the
       apprenticeships that ask for one are out. Counselling he does not want (o-001). */
    {"s-005",
     "nncnnccnnnnccncccncccnc",
     {"o-121", "o-063", "o-090", "o-097"},
     {"progress.school", "progress.school", "progress.small", "progress.not_known"}},
    /* Developer, German A2, unemployed for a short time. Work in his own trade where English is
       enough, then German. A course taught in English is no longer out for his German (o-025). */
    {"s-008",
     "cccnccccnnnccncnnncccnc",
     {"o-115", "o-068", "o-104", "o-139"},
     {"progress.work_near", "progress.language", "progress.language", "progress.language"}},
    /* Physician, German C1. The way to the licence as a physician comes first. */
    {"s-012",
     "nncnnccccccccncccnccncc",
     {"o-100", "o-079", "o-084", "o-083"},
     {"progress.recognition", "progress.recognition", "progress.language", "progress.not_known"}},
    /* German from zero, does not read or write yet, childcare. German with literacy, and
       accompaniment; what asks for reading is out (o-042). The tandem does not say in which
       language it meets (o-014). */
    {"s-015",
     "nnnnnnnnnnnnnncnnnnnnnn",
     {"o-112", "o-074", "o-080", "o-083"},
     {"progress.language", "progress.language", "progress.small", "progress.not_known"}},
    /* Nurse from abroad, German A2, mornings only, childcare. Care assistance in the morning, then
       the German courses that begin at her level, the one with childcare in the morning first. */
    {"s-017",
     "ycynnnynnnnnnncnnnncnnn",
     {"o-082", "o-104", "o-151", "o-068"},
     {"progress.work_near", "progress.language", "progress.language", "progress.language"}},
    /* Single father, module 1 of 6 done. Work in the warehouse and the missing module (o-037),
       since module 1 is done. */
    {"s-022",
     "nnccnccnncnccncccncnnnc",
     {"o-055", "o-037", "o-022", "o-136"},
     {"progress.work_near", "progress.part_missing", "progress.not_known", "progress.new"}},
    /* May not work: courses only. May not work: only courses are left, what asks for a permission
       is out. */
    {"s-026",
     "ncnnncnnnnnncnnnnnnnnnn",
     {"o-095", "o-118", "o-074", "o-104"},
     {"progress.language", "progress.language", "progress.language", "progress.language"}},
    /* Needs step-free access. Only what is step-free; among that, work near the wish. */
    {"s-032",
     "nnnnnnnnnnnnnnnnnnnnnnn",
     {"o-144", "o-050", "o-088", "o-131"},
     {"progress.work_near", "progress.work_near", "progress.work_near", "progress.new"}},
    /* A record with little in it. Little is recorded: most is to check, nothing is "no" for want of
       a fact alone. */
    {"s-041",
     "nnccncccccncccccccccnnc",
     {"o-055", "o-053", "o-093", "o-130"},
     {"progress.work_near", "progress.language", "progress.language", "progress.language"}},
};
enum { ANSWER_COUNT = sizeof(answers) / sizeof(answers[0]) };

/* ------------------------------------------------------------------------------------ the examples
 */

static segment *people, *offers;

static void add_concepts(const char *line)
{
    for (const char *at = line; (at = strstr(at, "\"esco:")) != NULL;) {
        concept number;
        bool is_new;
        err e = {0};
        const char *end = strchr(at + 1, '"');
        bytes id = {at + 1, (size_t)(end - at - 1)};
        ck_assert(dictionary_add(concepts, id, &number, &is_new, &e));
        at = end + 1;
    }
}

static segment *load(record_side side, const char *path)
{
    static segment_input inputs[RECORD_MAX];
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t cap = 0;
    uint32_t count = 0;
    arena a = {0};
    err e = {0};
    segment *made = NULL;
    ck_assert_ptr_nonnull(f);
    for (ssize_t len; (len = getline(&line, &cap, f)) > 0; count++) {
        bytes text = {line, (size_t)len};
        seeker *s = NULL;
        offer *o = NULL;
        ck_assert_uint_lt(count, RECORD_MAX);
        add_concepts(line);
        bool is_read = side == SIDE_SEEKER ? seeker_parse(text, NULL, &a, &s, &e)
                                           : offer_parse(text, NULL, &a, &o, &e);
        ck_assert_msg(is_read, "%s", e.text);
        inputs[count] = (segment_input){side == SIDE_SEEKER ? (void *)s : (void *)o, 1};
    }
    ck_assert_msg(
        segment_build(registry_program(plugins), side, inputs, count, concepts, false, &made, &e),
        "%s", e.text);
    free(line);
    fclose(f);
    arena_fini(&a);
    return made;
}

static void open_town(void)
{
    err e = {0};
    start();
    people = load(SIDE_SEEKER, SOURCE_DIR "/schemas/examples/seekers.ndjson");
    offers = load(SIDE_OFFER, SOURCE_DIR "/schemas/examples/offers.ndjson");
    ck_assert(match_worker_new(&worker, &e));
    ck_assert_msg(
        snapshot_from_segments(registry_program(plugins), concepts, people, offers, 1, &shown, &e),
        "%s", e.text);
}

static void close_town(void)
{
    match_worker_free(&worker);
    snapshot_free(&shown);
    finish();
}

static const uint32_t *rows_of(const segment *s, const char *id, uint32_t *ret_count)
{
    const uint32_t *rows = NULL;
    ck_assert_msg(segment_find(s, bytes_of(id), &rows, ret_count), "there is no %s", id);
    return rows;
}

static match_query query_for(const char *id, uint32_t limit)
{
    match_query q = {.snapshot = shown,
                     .strategy = &default_strategy,
                     .anchor = people,
                     .as_of = day_from_civil(2026, 11, 23),
                     .limit = limit,
                     .kinds = UINT64_MAX,
                     .verdicts = MATCH_YES_BIT | MATCH_CHECK_BIT,
                     .wants_totals = true};
    q.anchor_rows = rows_of(people, id, &q.anchor_row_count);
    return q;
}

/* ------------------------------------------------------------------------------------ answers */

START_TEST(each_of_the_offers_is_answered_as_written)
{
    arena a = {0};
    err e = {0};
    match_query q = query_for(answers[_i].seeker, 1);
    ck_assert_uint_eq(strlen(answers[_i].verdicts), ASKED_COUNT);
    for (uint32_t i = 0; i < ASKED_COUNT; i++) {
        uint32_t count = 0;
        const uint32_t *rows = rows_of(offers, asked[i], &count);
        match_pair pair;
        ck_assert_msg(match_pair_judge(worker, &q, offers, rows, count, &a, &pair, &e), "%s",
                      e.text);
        char found = "ycn"[pair.hit.verdict];
        ck_assert_msg(found == answers[_i].verdicts[i], "%s and %s: %c, not %c", answers[_i].seeker,
                      asked[i], found, answers[_i].verdicts[i]);
    }
    arena_fini(&a);
}
END_TEST

static const char *progress_of(const match_reason *reasons, uint32_t count)
{
    const match_program *p = registry_program(plugins);
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(p->criteria[reasons[i].criterion].id, "lotse.progress") != 0) {
            continue;
        }
        for (uint32_t k = 0; k < registry_count(plugins); k++) {
            const plugin_info *info = registry_plugin(plugins, k);
            if (bytes_equal_text(info->id, "lotse.progress")) {
                return info->manifest->sentences[reasons[i].sentence].id.base;
            }
        }
    }
    return "";
}

START_TEST(the_first_offers_and_their_reasons_are_as_written)
{
    arena a = {0};
    err e = {0};
    match_answer answer;
    const match_reason **reasons = NULL;
    const uint32_t *counts = NULL;
    match_query q = query_for(answers[_i].seeker, TOP_COUNT);
    ck_assert_msg(match_run(worker, &q, &a, &answer, &e), "%s", e.text);
    ck_assert_uint_eq(answer.hit_count, TOP_COUNT);
    ck_assert(match_reasons(worker, &q, answer.hits, TOP_COUNT, &a, &reasons, &counts, &e));
    for (uint32_t i = 0; i < TOP_COUNT; i++) {
        bytes id = segment_record_id(answer.hits[i].segment, answer.hits[i].row);
        const char *reason = progress_of(reasons[i], counts[i]);
        ck_assert_msg(bytes_equal_text(id, answers[_i].first[i]), "%s, place %u: %.*s, not %s",
                      answers[_i].seeker, i, (int)id.len, id.base, answers[_i].first[i]);
        ck_assert_str_eq(reason, answers[_i].reasons[i]);
    }
    arena_fini(&a);
}
END_TEST

/* SGB II section 16d (5): whoever asks and however many are wanted. */
START_TEST(a_work_opportunity_never_stands_above_another_kind)
{
    uint16_t column = program_column(registry_program(plugins), SIDE_OFFER, "kind");
    uint32_t work_opportunity = 0;
    uint32_t seen = 0;
    ck_assert(code_find(CODES(kind), BYTES("work_opportunity"), &work_opportunity));
    for (uint32_t i = 0; i < segment_row_count(people); i++) {
        for (uint32_t limit = 5; limit <= 200; limit += 65) {
            char id[16];
            arena a = {0};
            err e = {0};
            match_answer answer;
            bytes text = segment_record_id(people, i);
            snprintf(id, sizeof(id), "%.*s", (int)text.len, text.base);
            match_query q = query_for(id, limit);
            ck_assert_msg(match_run(worker, &q, &a, &answer, &e), "%s", e.text);
            bool is_below = false;
            for (uint32_t k = 0; k < answer.hit_count; k++) {
                const lotse_table *t = segment_table(answer.hits[k].segment);
                bool is_it = lotse_code_at(t, lotse_column_of(t, column), answer.hits[k].row) ==
                             work_opportunity;
                ck_assert_msg(is_it || !is_below, "%s, place %u", id, k);
                is_below = is_below || is_it;
                seen += is_it;
            }
            arena_fini(&a);
        }
    }
    ck_assert_uint_gt(seen, 20);
}
END_TEST

START_TEST(there_are_enough_people_and_offers_and_every_kind)
{
    uint64_t kinds = 0;
    uint16_t column = program_column(registry_program(plugins), SIDE_OFFER, "kind");
    const lotse_table *t = segment_table(offers);
    for (uint32_t i = 0; i < ASKED_COUNT; i++) {
        uint32_t count = 0;
        kinds |= UINT64_C(1) << lotse_code_at(t, lotse_column_of(t, column),
                                              rows_of(offers, asked[i], &count)[0]);
    }
    ck_assert_uint_eq(kinds, (UINT64_C(1) << CODES(kind)->count) - 1);
    ck_assert_uint_ge(ANSWER_COUNT, 12);
    ck_assert_uint_ge(ASKED_COUNT, 20);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("plugin_casework");
    TCase *c = tcase_create("answers");
    tcase_set_timeout(c, 120);
    tcase_add_checked_fixture(c, open_town, close_town);
    tcase_add_loop_test(c, each_of_the_offers_is_answered_as_written, 0, ANSWER_COUNT);
    tcase_add_loop_test(c, the_first_offers_and_their_reasons_are_as_written, 0, ANSWER_COUNT);
    tcase_add_test(c, a_work_opportunity_never_stands_above_another_kind);
    tcase_add_test(c, there_are_enough_people_and_offers_and_every_kind);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
