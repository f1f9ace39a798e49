#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "match/program.h"

/* Weights that a caller names: taken as given, the rest shared in the old proportion. */

static const criterion_spec criteria[] = {{.id = "lotse.skills"},
                                          {.id = "lotse.occupation"},
                                          {.id = "lotse.commute"},
                                          {.id = "org.example.hours"}};
static const match_program program = {.criteria = criteria, .criterion_count = 4};

static strategy made_of(uint32_t count, const int32_t *weights)
{
    strategy s = {.id = "test", .program = &program, .criterion_count = count};
    for (uint32_t i = 0; i < count; i++) {
        s.criteria[i] = (strategy_criterion){i, weights[i], NULL};
    }
    return s;
}

static void check_weights(const strategy *s, const int32_t *wanted)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < s->criterion_count; i++) {
        ck_assert_int_eq(s->criteria[i].weight, wanted[i]);
        sum += s->criteria[i].weight;
    }
    ck_assert_int_eq(sum, POINTS_MAX);
}

START_TEST(reweigh_without_names_changes_nothing)
{
    const int32_t old[] = {500000, 300000, 200000, 0};
    strategy s = made_of(4, old);
    err e = {0};

    ck_assert(strategy_reweigh(&s, NULL, 0, &e));

    check_weights(&s, old);
}
END_TEST

START_TEST(reweigh_shares_the_rest_in_the_old_proportion)
{
    const int32_t old[] = {350000, 250000, 400000};
    const int32_t wanted[] = {400000, 230769, 369231};
    const named_weight named[] = {{BYTES("skills"), 400000}};
    strategy s = made_of(3, old);
    err e = {0};

    ck_assert(strategy_reweigh(&s, named, 1, &e));

    check_weights(&s, wanted); /* 600000 * 25/65 = 230769.23, 600000 * 40/65 = 369230.77 */
}
END_TEST

START_TEST(reweigh_breaks_equal_remainders_by_the_strategys_order)
{
    const int32_t old[] = {100000, 300000, 300000, 300000};
    const int32_t wanted[] = {0, 333334, 333333, 333333};
    const named_weight named[] = {{BYTES("lotse.skills"), 0}};
    strategy s = made_of(4, old);
    err e = {0};

    ck_assert(strategy_reweigh(&s, named, 1, &e));

    check_weights(&s, wanted);
}
END_TEST

START_TEST(reweigh_takes_full_ids_of_others_and_short_ids_of_ours)
{
    const int32_t old[] = {250000, 250000, 250000, 250000};
    const int32_t wanted[] = {100000, 0, 0, 900000};
    const named_weight named[] = {{BYTES("org.example.hours"), 900000}, {BYTES("skills"), 100000}};
    strategy s = made_of(4, old);
    err e = {0};

    ck_assert(strategy_reweigh(&s, named, 2, &e));

    check_weights(&s, wanted);
}
END_TEST

static void check_refused(uint32_t count, const int32_t *old, const named_weight *named,
                          uint32_t named_count, const char *words)
{
    strategy s = made_of(count, old);
    err e = {0};
    ck_assert(!strategy_reweigh(&s, named, named_count, &e));
    ck_assert_int_eq(e.code, ERR_WEIGHTS_SUM);
    ck_assert_msg(strstr(e.text, words) != NULL, "\"%s\" does not say \"%s\"", e.text, words);
    check_weights(&s, old);
}

START_TEST(reweigh_refuses_what_does_not_add_up_and_changes_nothing)
{
    const int32_t old[] = {500000, 300000, 200000};
    const int32_t zero_rest[] = {1000000, 0, 0};
    const named_weight unknown[] = {{BYTES("hours"), 1}};
    const named_weight other_unknown[] = {{BYTES("example.hours"), 1}};
    const named_weight twice[] = {{BYTES("skills"), 1}, {BYTES("lotse.skills"), 1}};
    const named_weight negative[] = {{BYTES("skills"), -1}};
    const named_weight huge[] = {{BYTES("skills"), INT64_MAX}};
    const named_weight too_much[] = {{BYTES("skills"), 600000}, {BYTES("commute"), 400001}};
    const named_weight all[] = {
        {BYTES("skills"), 1}, {BYTES("commute"), 2}, {BYTES("occupation"), 3}};
    const named_weight less[] = {{BYTES("skills"), 999999}};

    check_refused(3, old, unknown, 1, "strategy \"test\" has no criterion \"hours\"");
    check_refused(3, old, other_unknown, 1, "has no criterion \"example.hours\"");
    check_refused(3, old, twice, 2, "is named twice");
    check_refused(3, old, negative, 1, "is -1, it must lie between 0 and 1000000");
    check_refused(3, old, huge, 1, "must lie between 0 and 1000000");
    check_refused(3, old, too_much, 2, "sum to 1000001, more than 1000000");
    check_refused(3, old, all, 3, "sum to 6, and no other criterion can take the rest");
    check_refused(3, zero_rest, less, 1, "no other criterion can take the rest");
}
END_TEST

START_TEST(reweigh_gives_nothing_away_when_all_is_named)
{
    const int32_t old[] = {500000, 300000, 200000};
    const int32_t wanted[] = {0, 1000000, 0};
    const named_weight named[] = {{BYTES("occupation"), 1000000}};
    strategy s = made_of(3, old);
    err e = {0};

    ck_assert(strategy_reweigh(&s, named, 1, &e));

    check_weights(&s, wanted);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("match_strategy");
    TCase *c = tcase_create("reweigh");
    tcase_add_test(c, reweigh_without_names_changes_nothing);
    tcase_add_test(c, reweigh_shares_the_rest_in_the_old_proportion);
    tcase_add_test(c, reweigh_breaks_equal_remainders_by_the_strategys_order);
    tcase_add_test(c, reweigh_takes_full_ids_of_others_and_short_ids_of_ours);
    tcase_add_test(c, reweigh_refuses_what_does_not_add_up_and_changes_nothing);
    tcase_add_test(c, reweigh_gives_nothing_away_when_all_is_named);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
