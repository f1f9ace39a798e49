/* core/match/infer.c, and lotse.skills with it: what follows from past work, for either side. */
#include "lone_pair.h"

#include "match/infer.h"

static match_part judged_both(const char *person, const char *place, verdict *ret_gate)
{
    return judged_as(person, place, "lotse.skills", "skills.required", ret_gate);
}

/* esco:E0 has S0 and S6 essential, S3 and S9 optional; S1 and S2 stand beside each other. */
#define WANTS(list) "{\"id\":\"o-1\",\"kind\":\"job\",\"title\":{\"en\":\"x\"}," list "}"
#define PREFERS(list) WANTS("\"prefers\":{\"skills\":[" list "]}")
#define REQUIRES(list) WANTS("\"requires\":{\"skills\":[" list "]}")
#define PERSON(skills, past)                                                                       \
    "{\"id\":\"s-1\",\"skills\":[" skills "],\"experience\":[" past "],\"qualifications\":[]}"
#define WORKED_AS(id) "{\"occupation\":\"" id "\",\"months\":12}"

START_TEST(what_follows_from_past_work_counts_less_than_what_is_stated)
{
    verdict gate_verdict;

    ck_assert_int_eq(
        judged_both(PERSON("\"esco:S0\"", ""), PREFERS("\"esco:S0\""), &gate_verdict).score,
        1000000);
    ck_assert_int_eq(
        judged_both(PERSON("", WORKED_AS("esco:E0")), PREFERS("\"esco:S0\""), &gate_verdict).score,
        600000);
    ck_assert_int_eq(
        judged_both(PERSON("", WORKED_AS("esco:E0")), PREFERS("\"esco:S3\""), &gate_verdict).score,
        250000);
    ck_assert_int_eq(
        judged_both(PERSON("\"esco:S1\"", ""), PREFERS("\"esco:S2\""), &gate_verdict).score,
        400000);
    ck_assert_int_eq(judged_both(PERSON("", ""), PREFERS("\"esco:S2\""), &gate_verdict).score, 0);
}
END_TEST

START_TEST(the_best_of_several_sources_counts_once)
{
    verdict gate_verdict;

    /* S2: beside S1 (400,000), and essential for E2 (600,000). */
    match_part part =
        judged_both(PERSON("\"esco:S1\"", WORKED_AS("esco:E2") "," WORKED_AS("esco:E2")),
                    PREFERS("\"esco:S1\",\"esco:S2\""), &gate_verdict);

    ck_assert_int_eq(part.score, 800000);
}
END_TEST

START_TEST(a_code_speaks_for_the_occupations_under_it)
{
    verdict gate_verdict;

    /* Of E0 and E1 under isco:5321, S0 is E0's: half of them. S4 is nobody's. */
    ck_assert_int_eq(
        judged_both(PERSON("", WORKED_AS("isco:5321")), PREFERS("\"esco:S0\""), &gate_verdict)
            .score,
        600000);
    ck_assert_int_eq(
        judged_both(PERSON("", WORKED_AS("kldb:81301")), PREFERS("\"esco:S0\""), &gate_verdict)
            .score,
        600000);
    ck_assert_int_eq(
        judged_both(PERSON("", WORKED_AS("isco:53")), PREFERS("\"esco:S0\""), &gate_verdict).score,
        0);
}
END_TEST

START_TEST(an_inferred_skill_makes_a_required_one_a_check_and_never_a_yes)
{
    verdict gate_verdict;

    judged_both(PERSON("\"esco:S0\"", ""), REQUIRES("\"esco:S0\""), &gate_verdict);
    ck_assert_int_eq(gate_verdict, VERDICT_YES);
    judged_both(PERSON("", WORKED_AS("esco:E0")), REQUIRES("\"esco:S0\""), &gate_verdict);
    ck_assert_int_eq(gate_verdict, VERDICT_CHECK);
    judged_both(PERSON("\"esco:S1\"", ""), REQUIRES("\"esco:S2\""), &gate_verdict);
    ck_assert_int_eq(gate_verdict, VERDICT_CHECK);
    judged_both(PERSON("\"esco:S1\"", WORKED_AS("esco:E0")), REQUIRES("\"esco:S2\",\"esco:S10\""),
                &gate_verdict);
    ck_assert_int_eq(gate_verdict, VERDICT_NO);
}
END_TEST

START_TEST(past_work_that_is_not_known_is_no_mismatch)
{
    static const char SILENT[] = "{\"id\":\"s-1\",\"skills\":[\"esco:S1\"],\"qualifications\":[]}";
    verdict gate_verdict;

    match_part part = judged_both(SILENT, REQUIRES("\"esco:S10\""), &gate_verdict);
    ck_assert_int_eq(gate_verdict, VERDICT_CHECK);

    part = judged_both(SILENT, PREFERS("\"esco:S1\",\"esco:S10\""), &gate_verdict);
    ck_assert_int_eq(part.score, 500000);
    ck_assert_int_eq(part.verdict, VERDICT_CHECK);

    part = judged_both(SILENT, PREFERS("\"esco:S1\""), &gate_verdict); /* nothing is left open */
    ck_assert_int_eq(part.score, 1000000);
    ck_assert_int_eq(part.verdict, VERDICT_YES);
}
END_TEST

START_TEST(both_ways_say_the_same_of_random_pairs)
{
    uint32_t inferred = 0;
    for (uint32_t i = 0; i < 400; i++) {
        buf person = {0};
        buf place = {0};
        verdict gate_verdict;
        world_write_seeker(&w, i, &person);
        world_write_offer(&w, i, &place);

        match_part part =
            judged_both(buf_terminated(&person), buf_terminated(&place), &gate_verdict);

        inferred += part.verdict == VERDICT_YES && part.score % 50000 != 0;
        arena_reset(&memory);
        buf_fini(&person);
        buf_fini(&place);
    }
    ck_assert_uint_gt(inferred, 10);
}
END_TEST

START_TEST(default_infers_nothing)
{
    verdict gate_verdict;
    for (uint32_t i = 0; i < registry_builtin_strategy_count(w.registry); i++) {
        bytes id;
        bytes text = registry_builtin_strategy(w.registry, i, &id);
        if (bytes_equal_text(id, "default")) {
            world_take_strategy(&w, text);
            w.base.program = &w.program;
        }
    }

    ck_assert_int_eq(
        judged_both(PERSON("", WORKED_AS("esco:E0")), PREFERS("\"esco:S0\""), &gate_verdict).score,
        0);
    judged_both(PERSON("", WORKED_AS("esco:E0")), REQUIRES("\"esco:S0\""), &gate_verdict);
    ck_assert_int_eq(gate_verdict, VERDICT_NO);
}
END_TEST

START_TEST(reasons_tell_what_is_stated_from_what_is_inferred)
{
    err e = {0};
    segment *person = built(SIDE_SEEKER, PERSON("\"esco:S1\"", WORKED_AS("esco:E0")));
    segment *place =
        built(SIDE_OFFER, PREFERS("\"esco:S0\",\"esco:S1\",\"esco:S2\",\"esco:S3\",\"esco:S10\""));
    snapshot *none = NULL;
    uint32_t row = 0;
    ck_assert(snapshot_new(&w.program, w.dictionary, 0, &none, &e));
    match_query q = {.snapshot = none,
                     .strategy = &w.base,
                     .anchor = person,
                     .anchor_rows = &row,
                     .anchor_row_count = 1,
                     .as_of = 20600,
                     .limit = 1,
                     .kinds = UINT64_MAX,
                     .verdicts = MATCH_YES_BIT | MATCH_CHECK_BIT};
    match_pair pair;
    const match_reason **reasons = NULL;
    const uint32_t *counts = NULL;

    ck_assert(match_pair_judge(worker, &q, place, &row, 1, &memory, &pair, &e));
    ck_assert_msg(match_reasons(worker, &q, &pair.hit, 1, &memory, &reasons, &counts, &e), "%s",
                  e.text);

    /* 1 stated, S0 and S3 by past work, S2 near, S10 missing: in the order of their sentences. */
    static const uint32_t SENTENCES[] = {0, 5, 6, 1};
    static const uint32_t HOW_MANY[] = {1, 2, 1, 1};
    ck_assert_uint_ge(counts[0], 4);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(reasons[0][i].sentence, SENTENCES[i]);
        ck_assert_int_eq(reasons[0][i].args[0].value, HOW_MANY[i]);
    }
    ck_assert_int_eq(pair.hit.parts[0].score, (1000000 + 600000 + 250000 + 400000) / 5);
    snapshot_free(&none);
    segment_free(&person);
    segment_free(&place);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("match_infer");
    TCase *tests = tcase_create("all");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, what_follows_from_past_work_counts_less_than_what_is_stated);
    tcase_add_test(tests, the_best_of_several_sources_counts_once);
    tcase_add_test(tests, a_code_speaks_for_the_occupations_under_it);
    tcase_add_test(tests, an_inferred_skill_makes_a_required_one_a_check_and_never_a_yes);
    tcase_add_test(tests, past_work_that_is_not_known_is_no_mismatch);
    tcase_add_test(tests, both_ways_say_the_same_of_random_pairs);
    tcase_add_test(tests, default_infers_nothing);
    tcase_add_test(tests, reasons_tell_what_is_stated_from_what_is_inferred);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
