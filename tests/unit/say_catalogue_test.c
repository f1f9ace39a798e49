#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "say/catalogue.h"

/* Compiled catalogues: what is found in them, and that a damaged one is told from a sound one. */

static bytes file_of(uint32_t index)
{
    return (bytes){(const char *)CATALOGUES[index].base, CATALOGUES[index].len};
}

START_TEST(every_catalogue_is_sound)
{
    ck_assert_uint_eq(CATALOGUE_COUNT, 13); /* sentences in 7 languages, labels in 6 */
    for (uint32_t i = 0; i < CATALOGUE_COUNT; i++) {
        ck_assert(catalogue_is_sound(file_of(i)));
        ck_assert_uint_gt(catalogue_text_count(file_of(i)), 100);
    }
}
END_TEST

START_TEST(every_entry_is_found_by_its_id)
{
    for (uint32_t i = 0; i < CATALOGUE_COUNT; i++) {
        for (uint32_t k = 0; k < catalogue_text_count(file_of(i)); k++) {
            char name[128];
            bytes id = {NULL, 0};
            const char *text = catalogue_at(file_of(i), k, &id);
            ck_assert_uint_lt(id.len, sizeof name);
            memcpy(name, id.base, id.len);
            name[id.len] = '\0';
            ck_assert(id.len == 0 || catalogue_find(file_of(i), name) == text);
        }
    }
}
END_TEST

START_TEST(what_is_not_there_is_not_found)
{
    ck_assert_ptr_null(catalogue_find(file_of(0), "no.such.id"));
    ck_assert_ptr_null(catalogue_find(file_of(0), "zzz"));
    ck_assert_ptr_null(catalogue_find(file_of(0), "code"));
    ck_assert_ptr_null(catalogue_find(file_of(0), "code.kind.jo"));
}
END_TEST

START_TEST(a_cut_file_is_not_sound)
{
    bytes whole = file_of(0);
    for (size_t len = 0; len < whole.len; len += len < 64 ? 1 : 97) {
        ck_assert(!catalogue_is_sound((bytes){whole.base, len}));
    }
    ck_assert(!catalogue_is_sound((bytes){whole.base, whole.len - 1}));
}
END_TEST

START_TEST(an_offset_beyond_the_end_is_not_sound)
{
    bytes whole = file_of(0);
    char *copy = malloc(whole.len);
    memcpy(copy, whole.base, whole.len);
    for (size_t at = 0; at < 28; at++) {
        if (at >= 4 && (at < 8 || at >= 20)) {
            continue; /* revision and hash table are not read */
        }
        char before = copy[at];
        copy[at] = (char)0xff;
        if (at % 4 == 3 || at < 4) {
            ck_assert(!catalogue_is_sound((bytes){copy, whole.len}));
        }
        copy[at] = before;
    }
    ck_assert(catalogue_is_sound((bytes){copy, whole.len}));
    free(copy);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("say/catalogue");
    TCase *t = tcase_create("catalogue");
    tcase_add_test(t, every_catalogue_is_sound);
    tcase_add_test(t, every_entry_is_found_by_its_id);
    tcase_add_test(t, what_is_not_there_is_not_found);
    tcase_add_test(t, a_cut_file_is_not_sound);
    tcase_add_test(t, an_offset_beyond_the_end_is_not_sound);
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
