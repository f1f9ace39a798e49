#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "assign/ids.h"

enum { MANY = 50000 };

static bytes make_id(char *text, size_t cap, uint32_t i)
{
    snprintf(text, cap, "id-%u", (i * 7919u) % MANY);
    return bytes_of(text);
}

START_TEST(ids_finds_what_was_added)
{
    ids x = {0};
    err e = {0};
    char text[32];
    uint32_t number = 0;
    bool is_new = false;
    ck_assert(!ids_find(&x, BYTES("a"), &number));
    for (uint32_t i = 0; i < MANY; i++) {
        ck_assert(ids_add(&x, make_id(text, sizeof(text), i), &number, &is_new, &e));
        ck_assert(is_new);
        ck_assert_uint_eq(number, i);
    }

    for (uint32_t i = 0; i < MANY; i++) {
        bytes id = make_id(text, sizeof(text), i);
        ids_fetch(&x, ids_hash(id));
        ids_touch(&x, ids_hash(id));
        ck_assert(ids_find_hashed(&x, id, ids_hash(id), &number));
        ck_assert_uint_eq(number, i);
        ck_assert(bytes_equal(ids_text(&x, number), id));
    }
    ck_assert(!ids_find(&x, BYTES("id-"), &number));
    ck_assert(ids_add(&x, BYTES("id-0"), &number, &is_new, &e));
    ck_assert(!is_new);
    ck_assert_uint_eq(x.count, MANY);
    ids_fini(&x);
}
END_TEST

START_TEST(ids_sort_numbers_by_bytes)
{
    static uint32_t new_numbers[MANY];
    ids x = {0};
    err e = {0};
    char text[32];
    uint32_t number = 0;
    bool is_same = true;
    for (uint32_t i = 0; i < MANY; i++) {
        ck_assert(ids_add(&x, make_id(text, sizeof(text), i), &number, NULL, &e));
    }

    ck_assert(ids_sort(&x, new_numbers, &is_same, &e));

    ck_assert(!is_same);
    for (uint32_t i = 0; i < MANY; i++) {
        bytes id = make_id(text, sizeof(text), i);
        ck_assert(ids_find(&x, id, &number));
        ck_assert_uint_eq(number, new_numbers[i]);
        ck_assert(bytes_equal(ids_text(&x, number), id));
        ck_assert(i == 0 || bytes_compare(ids_text(&x, i - 1), ids_text(&x, i)) < 0);
    }
    ck_assert(ids_sort(&x, new_numbers, &is_same, &e));
    ck_assert(is_same);
    ids_fini(&x);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("assign_ids");
    TCase *tests = tcase_create("ids");
    tcase_add_test(tests, ids_finds_what_was_added);
    tcase_add_test(tests, ids_sort_numbers_by_bytes);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
