/* Labels are ranked by likeness, concepts by what their labels say together. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "taxonomy/rank.h"

static const char *const LABELS[] = {"Altenpfleger/Altenpflegerin",
                                     "Altenpfleger",
                                     "Seniorenbetreuer",
                                     "Altenpflegehelfer/Altenpflegehelferin",
                                     "Pflegehelferin",
                                     "Koch/Köchin",
                                     "Küchenchef",
                                     "Fahrlehrer/Fahrlehrerin",
                                     "Gas- und Wasserinstallateur",
                                     "Bediener von Strickmaschinen"};
static const uint32_t GROUPS[] = {0, 0, 0, 1, 1, 2, 2, 3, 4, 5};
enum { LABEL_COUNT = sizeof LABELS / sizeof *LABELS, GROUP_COUNT = 6 };

static rank_index *made(void)
{
    rank_label list[LABEL_COUNT];
    for (uint32_t i = 0; i < LABEL_COUNT; i++) {
        list[i] = (rank_label){bytes_of(LABELS[i]), GROUPS[i]};
    }
    rank_index *r = NULL;
    err e = {0};
    ck_assert(rank_index_new(list, LABEL_COUNT, GROUP_COUNT, &r, &e));
    return r;
}

static uint32_t best_group(const char *query)
{
    rank_index *r = made();
    rank_scratch *s = NULL;
    err e = {0};
    ck_assert(rank_scratch_new(r, &s, &e));
    rank_hit hits[GROUP_COUNT];
    uint32_t count = 0;
    ck_assert(rank_groups(r, s, bytes_of(query), hits, GROUP_COUNT, &count, &e));
    for (uint32_t i = 1; i < count; i++) {
        ck_assert(hits[i - 1].score >= hits[i].score || hits[i - 1].own_score > hits[i].own_score);
    }
    rank_scratch_free(&s);
    rank_index_free(&r);
    return count == 0 ? UINT32_MAX : hits[0].group;
}

START_TEST(rank_finds_titles_in_other_forms)
{
    ck_assert_uint_eq(best_group("Altenpfleger (m/w/d)"), 0);
    ck_assert_uint_eq(best_group("Altenpflegehelfer/in"), 1);
    ck_assert_uint_eq(best_group("KÖCHIN"), 2);
    ck_assert_uint_eq(best_group("Wasserinstallateur*in"), 4);
}
END_TEST

START_TEST(rank_forgives_typing_errors)
{
    ck_assert_uint_eq(best_group("Altenpleger"), 0);
    ck_assert_uint_eq(best_group("Fahrlerer"), 3);
}
END_TEST

START_TEST(rank_reads_compounds_in_any_order)
{
    ck_assert_uint_eq(best_group("Strickmaschinenbediener/in"), 5);
}
END_TEST

START_TEST(rank_puts_a_label_that_reads_the_same_first)
{
    rank_label list[] = {{BYTES("Berufe der Bautischlerei"), 0},
                         {BYTES("Tischler/in - Bautischler/in"), 0},
                         {BYTES("Berufe im Holzbau"), 1},
                         {BYTES("Tischler/in"), 1},
                         {BYTES("Schreiner/in"), 2}};
    rank_index *r = NULL;
    rank_scratch *s = NULL;
    err e = {0};
    rank_hit hits[3];
    uint32_t count = 0;
    ck_assert(rank_index_new(list, 5, 3, &r, &e));
    ck_assert(rank_scratch_new(r, &s, &e));
    ck_assert(rank_groups(r, s, BYTES("Tischlerin"), hits, 3, &count, &e));
    ck_assert_uint_eq(count, 3); /* the joiner is asked for as well */
    ck_assert_uint_eq(hits[0].group, 1);
    rank_scratch_free(&s);
    rank_index_free(&r);
}
END_TEST

START_TEST(rank_of_nothing_known_is_empty)
{
    ck_assert_uint_eq(best_group(""), UINT32_MAX);
    ck_assert_uint_eq(best_group("日本語"), UINT32_MAX);
}
END_TEST

START_TEST(labels_come_whole_concepts_first_and_in_one_order)
{
    rank_index *r = made();
    rank_scratch *s = NULL;
    err e = {0};
    ck_assert(rank_scratch_new(r, &s, &e));
    rank_label_hit hits[LABEL_COUNT];
    rank_label_hit again[LABEL_COUNT];
    uint32_t count = 0;
    uint32_t again_count = 0;

    ck_assert(rank_labels(r, s, BYTES("Altenpfleger"), hits, LABEL_COUNT, &count, &e));
    ck_assert(rank_labels(r, s, BYTES("Altenpfleger"), again, LABEL_COUNT, &again_count, &e));

    ck_assert_uint_ge(count, 3);
    ck_assert_uint_eq(GROUPS[hits[0].label], 0);
    ck_assert_uint_eq(GROUPS[hits[1].label], 0);
    ck_assert_uint_eq(count, again_count);
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_uint_eq(hits[i].label, again[i].label);
        ck_assert(hits[i].score == again[i].score);
        ck_assert(i == 0 || hits[i - 1].score >= hits[i].score);
    }
    rank_scratch_free(&s);
    rank_index_free(&r);
}
END_TEST

START_TEST(labels_of_a_short_answer_are_the_first_of_a_long_one)
{
    rank_index *r = made();
    rank_scratch *s = NULL;
    err e = {0};
    ck_assert(rank_scratch_new(r, &s, &e));
    rank_label_hit all[LABEL_COUNT];
    uint32_t all_count = 0;
    ck_assert(rank_labels(r, s, BYTES("Pflegehelfer Koch"), all, LABEL_COUNT, &all_count, &e));

    for (uint32_t max = 0; max <= all_count; max++) {
        rank_label_hit some[LABEL_COUNT];
        uint32_t count = 99;
        ck_assert(rank_labels(r, s, BYTES("Pflegehelfer Koch"), some, max, &count, &e));
        ck_assert_uint_eq(count, max);
        for (uint32_t i = 0; i < count; i++) {
            ck_assert(some[i].score == all[i].score);
        }
    }
    rank_scratch_free(&s);
    rank_index_free(&r);
}
END_TEST

START_TEST(index_of_no_labels_answers_nothing)
{
    rank_index *r = NULL;
    rank_scratch *s = NULL;
    err e = {0};
    ck_assert(rank_index_new(NULL, 0, 0, &r, &e));
    ck_assert(rank_scratch_new(r, &s, &e));
    uint32_t count = 9;
    ck_assert(rank_groups(r, s, BYTES("Koch"), NULL, 0, &count, &e));
    ck_assert_uint_eq(count, 0);
    rank_scratch_free(&s);
    rank_index_free(&r);
}
END_TEST

START_TEST(new_without_memory_says_so_at_every_call)
{
    rank_label list[] = {{BYTES("Koch/Köchin"), 0}, {BYTES("Fahrlehrer"), 1}};
    rank_index *r = NULL;
    bool is_good = false;
    for (uint64_t i = 1; !is_good && i < 200; i++) {
        err e = {0};
        mem_fail_at(i);
        is_good = rank_index_new(list, 2, 2, &r, &e);
        ck_assert(is_good || e.code == ERR_MEMORY);
        ck_assert(is_good || r == NULL);
    }
    mem_fail_at(0);
    ck_assert(is_good);
    rank_index_free(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("taxonomy/rank");
    TCase *t = tcase_create("rank");
    tcase_add_test(t, rank_finds_titles_in_other_forms);
    tcase_add_test(t, rank_forgives_typing_errors);
    tcase_add_test(t, rank_reads_compounds_in_any_order);
    tcase_add_test(t, rank_puts_a_label_that_reads_the_same_first);
    tcase_add_test(t, rank_of_nothing_known_is_empty);
    tcase_add_test(t, labels_come_whole_concepts_first_and_in_one_order);
    tcase_add_test(t, labels_of_a_short_answer_are_the_first_of_a_long_one);
    tcase_add_test(t, index_of_no_labels_answers_nothing);
    tcase_add_test(t, new_without_memory_says_so_at_every_call);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
