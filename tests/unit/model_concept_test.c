/* Concepts are numbers that mean the same on every node. */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "lotse_plugin.h"
#include "model/concept.h"

static concept code_of(const char *text)
{
    concept c = CONCEPT_NONE;
    ck_assert_msg(concept_from_code(bytes_of(text), &c), "%s", text);
    return c;
}

START_TEST(concept_accepts_codes_of_every_length_and_nothing_longer)
{
    char longest[70] = "esco:";
    memset(longest + 5, 'x', 64);

    ck_assert(concept_is_valid(BYTES("isco:5")));
    ck_assert(concept_is_valid(BYTES("isco:0110")));
    ck_assert(!concept_is_valid(BYTES("isco:53211")));
    ck_assert(!concept_is_valid(BYTES("isco:")));
    ck_assert(!concept_is_valid(BYTES("isco:53a1")));
    ck_assert(concept_is_valid(BYTES("kldb:81302")));
    ck_assert(!concept_is_valid(BYTES("kldb:813021")));
    ck_assert(concept_is_valid((bytes){longest, 69}));
    ck_assert(!concept_is_valid((bytes){longest, 70}));
    ck_assert(!concept_is_valid(BYTES("esco:")));
    ck_assert(!concept_is_valid(BYTES("esco:a_b")));
    ck_assert(!concept_is_valid(BYTES("onet:11")));
    ck_assert(!concept_is_valid((bytes){NULL, 0}));
}
END_TEST

START_TEST(concept_of_a_code_carries_scheme_and_digits)
{
    concept c = code_of("kldb:81302");

    ck_assert_uint_eq(LOTSE_CONCEPT_SCHEME(c), LOTSE_SCHEME_KLDB);
    ck_assert_uint_eq(LOTSE_CONCEPT_DIGITS(c), 5);
    ck_assert_uint_eq(LOTSE_CONCEPT_DIGIT(c, 0), 8);
    ck_assert_uint_eq(LOTSE_CONCEPT_DIGIT(c, 4), 2);
    ck_assert_uint_eq(LOTSE_CONCEPT_SCHEME(code_of("isco:0110")), LOTSE_SCHEME_ISCO);
    ck_assert_uint_eq(LOTSE_CONCEPT_DIGIT(code_of("isco:0110"), 0), 0);
}
END_TEST

START_TEST(concept_common_prefix_counts_within_one_scheme)
{
    ck_assert_uint_eq(concept_common_prefix(code_of("isco:5321"), code_of("isco:5321")), 4);
    ck_assert_uint_eq(concept_common_prefix(code_of("isco:5321"), code_of("isco:5311")), 2);
    ck_assert_uint_eq(concept_common_prefix(code_of("isco:5321"), code_of("isco:53")), 2);
    ck_assert_uint_eq(concept_common_prefix(code_of("isco:5321"), code_of("isco:9321")), 0);
    ck_assert_uint_eq(concept_common_prefix(code_of("isco:5321"), code_of("kldb:53212")), 0);
    ck_assert_uint_eq(concept_common_prefix(7, 7), 0);
}
END_TEST

START_TEST(dictionary_gives_numbers_in_order_and_keeps_them)
{
    dictionary *d = NULL;
    err e = {0};
    ck_assert(dictionary_new(&d, &e));
    concept c = 0;
    bool is_new = false;

    ck_assert(dictionary_add(d, BYTES("esco:a"), &c, &is_new, &e));
    ck_assert_uint_eq(c, 1);
    ck_assert(is_new);
    ck_assert(dictionary_add(d, BYTES("esco:b"), &c, &is_new, &e));
    ck_assert_uint_eq(c, 2);
    ck_assert(dictionary_add(d, BYTES("esco:a"), &c, &is_new, &e));
    ck_assert_uint_eq(c, 1);
    ck_assert(!is_new);
    ck_assert_uint_eq(dictionary_count(d), 2);

    dictionary_free(&d);
    ck_assert_ptr_null(d);
}
END_TEST

START_TEST(dictionary_needs_no_entry_for_codes)
{
    dictionary *d = NULL;
    err e = {0};
    ck_assert(dictionary_new(&d, &e));
    concept c = 0;
    bool is_new = true;
    char scratch[16];

    ck_assert(dictionary_add(d, BYTES("kldb:01302"), &c, &is_new, &e));
    ck_assert(!is_new);
    ck_assert_uint_eq(dictionary_count(d), 0);
    ck_assert(bytes_equal_text(dictionary_text(d, c, scratch), "kldb:01302"));
    ck_assert(bytes_equal_text(dictionary_text(d, code_of("isco:5"), scratch), "isco:5"));

    dictionary_free(&d);
}
END_TEST

START_TEST(dictionary_finds_nothing_for_what_it_was_not_told)
{
    dictionary *d = NULL;
    err e = {0};
    ck_assert(dictionary_new(&d, &e));
    concept c = 99;
    bool is_new = false;
    char scratch[16];

    ck_assert(!dictionary_find(d, BYTES("esco:a"), &c));
    ck_assert(!dictionary_find(d, BYTES("nonsense"), &c));
    ck_assert(!dictionary_add(d, BYTES("nonsense"), &c, &is_new, &e));
    ck_assert_int_eq(e.code, ERR_FIELD_FORMAT);
    ck_assert_uint_eq(c, 99);
    ck_assert_ptr_null(dictionary_text(d, 1, scratch).base);
    ck_assert_ptr_null(dictionary_text(d, CONCEPT_NONE, scratch).base);
    ck_assert_ptr_null(dictionary_text(d, 0xf0000000u, scratch).base);
    /* Four digits of which the last is 15. */
    ck_assert_ptr_null(dictionary_text(d, 1u << 28 | 4u << 20 | 0xf0u, scratch).base);

    dictionary_free(&d);
}
END_TEST

START_TEST(dictionary_load_takes_numbers_only_in_order)
{
    dictionary *d = NULL;
    err e = {0};
    ck_assert(dictionary_new(&d, &e));

    ck_assert(dictionary_load(d, 1, BYTES("esco:a"), &e));
    ck_assert(dictionary_load(d, 1, BYTES("esco:a"), &e));
    ck_assert(!dictionary_load(d, 3, BYTES("esco:c"), &e));
    ck_assert_int_eq(e.code, ERR_STORE_CORRUPT);
    ck_assert(!dictionary_load(d, 2, BYTES("esco:a"), &e));
    ck_assert(!dictionary_load(d, 2, BYTES("isco:5321"), &e));
    ck_assert_uint_eq(dictionary_count(d), 1);

    dictionary_free(&d);
}
END_TEST

START_TEST(dictionary_texts_stay_where_they_are)
{
    dictionary *d = NULL;
    err e = {0};
    ck_assert(dictionary_new(&d, &e));
    concept c;
    bool is_new;
    char scratch[16];
    ck_assert(dictionary_add(d, BYTES("esco:first"), &c, &is_new, &e));
    const char *first = dictionary_text(d, c, scratch).base;

    for (int i = 0; i < 5000; i++) {
        char text[32];
        int len = snprintf(text, sizeof text, "esco:n%d", i);
        ck_assert(dictionary_add(d, (bytes){text, (size_t)len}, &c, &is_new, &e));
    }

    ck_assert_ptr_eq(dictionary_text(d, 1, scratch).base, first);
    ck_assert(bytes_equal_text(dictionary_text(d, 5001, scratch), "esco:n4999"));
    dictionary_free(&d);
}
END_TEST

START_TEST(dictionary_without_memory_fails_and_is_unchanged)
{
    dictionary *d = NULL;
    err e = {0};
    mem_fail_at(1);
    ck_assert(!dictionary_new(&d, &e));
    ck_assert_int_eq(e.code, ERR_MEMORY);
    mem_fail_at(2);
    ck_assert(!dictionary_new(&d, &e));
    mem_fail_at(0);
    ck_assert(dictionary_new(&d, &e));
    concept c;
    bool is_new;

    for (uint64_t call = 1; call <= 3; call++) {
        mem_fail_at(call);
        bool is_added = dictionary_add(d, BYTES("esco:a"), &c, &is_new, &e);
        mem_fail_at(0);
        ck_assert(is_added || e.code == ERR_MEMORY);
        ck_assert_uint_eq(dictionary_count(d), is_added);
        ck_assert_int_eq(dictionary_find(d, BYTES("esco:a"), &c), is_added);
        if (is_added) {
            break;
        }
    }

    dictionary_free(&d);
}
END_TEST

static void *add_all(void *arg)
{
    dictionary *d = arg;
    for (int i = 0; i < 2000; i++) {
        char text[32];
        int len = snprintf(text, sizeof text, "esco:n%d", i);
        concept c;
        bool is_new;
        err e;
        if (!dictionary_add(d, (bytes){text, (size_t)len}, &c, &is_new, &e)) {
            return d;
        }
    }
    return NULL;
}

START_TEST(dictionary_gives_one_number_to_threads_that_race)
{
    dictionary *d = NULL;
    err e = {0};
    ck_assert(dictionary_new(&d, &e));
    pthread_t threads[4];

    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, add_all, d), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *failed = NULL;
        ck_assert_int_eq(pthread_join(threads[i], &failed), 0);
        ck_assert_ptr_null(failed);
    }

    ck_assert_uint_eq(dictionary_count(d), 2000);
    dictionary_free(&d);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model_concept");
    TCase *tests = tcase_create("concept");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, concept_accepts_codes_of_every_length_and_nothing_longer);
    tcase_add_test(tests, concept_of_a_code_carries_scheme_and_digits);
    tcase_add_test(tests, concept_common_prefix_counts_within_one_scheme);
    tcase_add_test(tests, dictionary_gives_numbers_in_order_and_keeps_them);
    tcase_add_test(tests, dictionary_needs_no_entry_for_codes);
    tcase_add_test(tests, dictionary_finds_nothing_for_what_it_was_not_told);
    tcase_add_test(tests, dictionary_load_takes_numbers_only_in_order);
    tcase_add_test(tests, dictionary_texts_stay_where_they_are);
    tcase_add_test(tests, dictionary_without_memory_fails_and_is_unchanged);
    tcase_add_test(tests, dictionary_gives_one_number_to_threads_that_race);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
