#include <check.h>
#include <stdlib.h>

#include "base/lang.h"

/* The languages of answers and their plural rules; the numbers are CLDR's own samples. */

static const language *of(const char *tag)
{
    const language *l = lang_find(bytes_of(tag));
    ck_assert_ptr_nonnull(l);
    return l;
}

START_TEST(eight_languages_english_first)
{
    buf list = {0};
    lang_list(&list);
    ck_assert_uint_eq(lang_count(), 8);
    ck_assert_str_eq(buf_terminated(&list), "en, de, de-x-simple, ar, uk, tr, bg, ro");
    buf_fini(&list);
}
END_TEST

START_TEST(a_tag_is_found_whole_or_by_its_language)
{
    ck_assert_str_eq(of("de-x-simple")->tag, "de-x-simple");
    ck_assert_str_eq(of("de-AT")->tag, "de");
    ck_assert_str_eq(of("ar-SY")->tag, "ar");
    ck_assert_str_eq(of("ro")->tag, "ro");
    ck_assert_ptr_null(lang_find(BYTES("fr")));
    ck_assert_ptr_null(lang_find(BYTES("d")));
    ck_assert_ptr_null(lang_find(BYTES("den")));
    ck_assert_ptr_null(lang_find(BYTES("")));
    ck_assert_ptr_null(lang_find(BYTES("-de")));
    ck_assert_ptr_null(lang_find((bytes){NULL, 0}));
}
END_TEST

static const struct {
    const char *tag;
    int64_t number;
    uint32_t form;
} samples[] = {
    {"en", 0, 1},   {"en", 1, 0},   {"en", 2, 1},   {"en", 101, 1}, {"de", 1, 0},   {"de", 21, 1},
    {"tr", 1, 0},   {"tr", 5, 1},   {"bg", 1, 0},   {"bg", 11, 1},  {"ar", 0, 0},   {"ar", 1, 1},
    {"ar", 2, 2},   {"ar", 3, 3},   {"ar", 10, 3},  {"ar", 11, 4},  {"ar", 26, 4},  {"ar", 99, 4},
    {"ar", 100, 5}, {"ar", 102, 5}, {"ar", 103, 3}, {"ar", 111, 4}, {"ar", 202, 5}, {"uk", 1, 0},
    {"uk", 21, 0},  {"uk", 101, 0}, {"uk", 11, 2},  {"uk", 111, 2}, {"uk", 2, 1},   {"uk", 4, 1},
    {"uk", 22, 1},  {"uk", 12, 2},  {"uk", 14, 2},  {"uk", 112, 2}, {"uk", 5, 2},   {"uk", 0, 2},
    {"uk", 20, 2},  {"ro", 1, 0},   {"ro", 0, 1},   {"ro", 2, 1},   {"ro", 19, 1},  {"ro", 101, 1},
    {"ro", 119, 1}, {"ro", 20, 2},  {"ro", 100, 2}, {"ro", 120, 2}, {"uk", -21, 0}, {"en", -1, 0},
};

START_TEST(forms_follow_cldr)
{
    ck_assert_msg(lang_form(of(samples[_i].tag), samples[_i].number) == samples[_i].form, "%s %lld",
                  samples[_i].tag, (long long)samples[_i].number);
}
END_TEST

START_TEST(the_lowest_number_has_a_form)
{
    for (uint32_t i = 0; i < lang_count(); i++) {
        ck_assert_uint_lt(lang_form(lang_at(i), INT64_MIN), lang_at(i)->form_count);
        ck_assert_uint_lt(lang_form(lang_at(i), INT64_MAX), lang_at(i)->form_count);
    }
}
END_TEST

START_TEST(names_of_forms_are_as_many_as_forms)
{
    for (uint32_t i = 0; i < lang_count(); i++) {
        uint32_t count = 1;
        for (const char *at = lang_at(i)->forms; *at != '\0'; at++) {
            count += *at == ' ';
        }
        ck_assert_uint_eq(count, lang_at(i)->form_count);
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("base/lang");
    TCase *t = tcase_create("lang");
    tcase_add_test(t, eight_languages_english_first);
    tcase_add_test(t, a_tag_is_found_whole_or_by_its_language);
    tcase_add_loop_test(t, forms_follow_cldr, 0, sizeof samples / sizeof samples[0]);
    tcase_add_test(t, the_lowest_number_has_a_form);
    tcase_add_test(t, names_of_forms_are_as_many_as_forms);
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
