/* Lists from files, and which labels name one concept. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "taxonomy/rank_list.h"

START_TEST(read_takes_what_editors_leave)
{
    arena a = {0};
    rank_list list;
    err e = {0};
    ck_assert(rank_list_read(BYTES("\xEF\xBB\xBF"
                                   "a\tKoch\r\n\nb\tFahr\tlehrer"),
                             "x", &a, &list, &e));
    ck_assert_uint_eq(list.count, 2);
    ck_assert(bytes_equal_text(list.lines[0].id, "a"));
    ck_assert(bytes_equal_text(list.lines[0].text, "Koch"));
    ck_assert(bytes_equal_text(list.lines[1].text, "Fahr\tlehrer"));
    arena_fini(&a);
}
END_TEST

START_TEST(read_names_the_line_it_refuses)
{
    arena a = {0};
    rank_list list;
    err e = {0};
    ck_assert(!rank_list_read(BYTES("a\tKoch\nKoch\n"), "labels.tsv", &a, &list, &e));
    ck_assert_int_eq(e.code, ERR_IMPORT_FORMAT);
    ck_assert_ptr_nonnull(strstr(e.text, "\"labels.tsv\" line 2"));
    ck_assert(!rank_list_read(BYTES("a b\tKoch\n"), "labels.tsv", &a, &list, &e));
    ck_assert(!rank_list_read(BYTES("\tKoch\n"), "labels.tsv", &a, &list, &e));
    arena_fini(&a);
}
END_TEST

START_TEST(group_joins_equal_ids_and_numbered_ids_of_like_labels)
{
    arena a = {0};
    rank_list list;
    err e = {0};
    ck_assert(
        rank_list_read(BYTES("C1_0\tKoch\nC1_1\tKochin\nC2_0\tFahrlehrer\nC2_1\tFahrlehrerin\n"
                             "C3_0\tMaurer\nC3_1\tMaurerin\nC3_1\tBaumaurer\n"),
                       "x", &a, &list, &e));
    ck_assert(rank_list_group(&list, &a, &e));
    ck_assert_uint_eq(list.group_count, 3);
    ck_assert_uint_eq(list.id_repeat_max, 2);
    ck_assert_uint_eq(list.lines[0].group, list.lines[1].group);
    ck_assert_uint_ne(list.lines[1].group, list.lines[2].group);
    arena_fini(&a);
}
END_TEST

START_TEST(group_does_not_believe_running_numbers)
{
    arena a = {0};
    rank_list list;
    err e = {0};
    ck_assert(rank_list_read(BYTES("L_1\tKoch\nL_2\tFahrlehrer\nL_3\tMaurer\nL_4\tFriseur\n"), "x",
                             &a, &list, &e));
    ck_assert(rank_list_group(&list, &a, &e));
    ck_assert_uint_eq(list.group_count, 4);
    ck_assert(rank_list_read(BYTES("A_1\tKoch\nA_2\tFahrlehrer\nB_1\tMaurer\nB_2\tFriseur\n"), "x",
                             &a, &list, &e));
    ck_assert(rank_list_group(&list, &a, &e));
    ck_assert_uint_eq(list.group_count, 4);
    arena_fini(&a);
}
END_TEST

START_TEST(group_of_an_empty_list_is_none)
{
    arena a = {0};
    rank_list list;
    err e = {0};
    ck_assert(rank_list_read((bytes){NULL, 0}, "x", &a, &list, &e));
    ck_assert(rank_list_group(&list, &a, &e));
    ck_assert_uint_eq(list.group_count, 0);
    arena_fini(&a);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("taxonomy/rank_list");
    TCase *t = tcase_create("rank_list");
    tcase_add_test(t, read_takes_what_editors_leave);
    tcase_add_test(t, read_names_the_line_it_refuses);
    tcase_add_test(t, group_joins_equal_ids_and_numbered_ids_of_like_labels);
    tcase_add_test(t, group_does_not_believe_running_numbers);
    tcase_add_test(t, group_of_an_empty_list_is_none);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
