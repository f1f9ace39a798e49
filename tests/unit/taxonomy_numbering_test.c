/* Numbers for hashes, and hashes of pieces. */
#include <check.h>
#include <stdlib.h>

#include "base/arena.h"
#include "taxonomy/numbering.h"

START_TEST(add_numbers_in_order_of_first_sight)
{
    numbering n = {0};
    for (uint64_t i = 1; i <= 10000; i++) {
        ck_assert_uint_eq(numbering_add(&n, i * 0x9E3779B97F4A7C15u), i - 1);
    }
    for (uint64_t i = 1; i <= 10000; i++) {
        ck_assert_uint_eq(numbering_add(&n, i * 0x9E3779B97F4A7C15u), i - 1);
        ck_assert_uint_eq(numbering_find(&n, i * 0x9E3779B97F4A7C15u), i - 1);
    }
    ck_assert_uint_eq(numbering_find(&n, 12345), NUMBERING_NONE);
    numbering_fini(&n);
    ck_assert_uint_eq(numbering_find(&n, 12345), NUMBERING_NONE);
}
END_TEST

START_TEST(add_without_memory_gives_none)
{
    numbering n = {0};
    mem_fail_at(2);
    ck_assert_uint_eq(numbering_add(&n, 1), NUMBERING_NONE);
    mem_fail_at(0);
    numbering_fini(&n);
}
END_TEST

START_TEST(spans_of_equal_pieces_are_equal_wherever_they_stand)
{
    spans a;
    spans b;
    spans_begin(&a, BYTES("strickmaschine"));
    spans_begin(&b, BYTES("maschine"));
    ck_assert(spans_hash(&a, 6, 14, 1) == spans_hash(&b, 0, 8, 1));
    ck_assert(spans_hash(&a, 6, 14, 1) != spans_hash(&b, 0, 8, 2));
    ck_assert(spans_hash(&a, 6, 13, 1) != spans_hash(&b, 0, 8, 1));
    ck_assert(spans_hash(&a, 0, 0, 0) != 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("taxonomy/numbering");
    TCase *t = tcase_create("numbering");
    tcase_add_test(t, add_numbers_in_order_of_first_sight);
    tcase_add_test(t, add_without_memory_gives_none);
    tcase_add_test(t, spans_of_equal_pieces_are_equal_wherever_they_stand);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
