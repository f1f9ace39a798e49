/* What is text, how wide it is, and how it is folded for comparison. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static void assert_folds(const char *text, const char *expected)
{
    buf out = {0};
    utf8_fold(bytes_of(text), &out);
    ck_assert_str_eq(buf_terminated(&out), expected);
    buf_fini(&out);
}

START_TEST(utf8_is_valid_takes_the_ends_of_every_length)
{
    static const char *const GOOD[] = {"",
                                       "plain ASCII of more than eight bytes",
                                       "\x7F",
                                       "\xC2\x80",
                                       "\xDF\xBF",
                                       "\xE0\xA0\x80",
                                       "\xED\x9F\xBF",
                                       "\xEE\x80\x80",
                                       "\xEF\xBF\xBF",
                                       "\xF0\x90\x80\x80",
                                       "\xF4\x8F\xBF\xBF",
                                       "1234567\xC3\xA4 12345678\xE2\x82\xAC"};
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
        ck_assert_msg(utf8_is_valid(bytes_of(GOOD[i]), NULL), "refused number %zu", i);
    }
    ck_assert(utf8_is_valid((bytes){NULL, 0}, NULL));
}
END_TEST

START_TEST(utf8_is_valid_refuses_what_rfc_3629_forbids)
{
    static const char *const WRONG[] = {"\x80",
                                        "\xBF",
                                        "\xC0\x80",
                                        "\xC1\xBF",
                                        "\xC2",
                                        "\xC2 ",
                                        "\xE0\x9F\xBF",
                                        "\xED\xA0\x80",
                                        "\xED\xBF\xBF",
                                        "\xE2\x82",
                                        "\xE2\x82 ",
                                        "\xF0\x8F\xBF\xBF",
                                        "\xF4\x90\x80\x80",
                                        "\xF5\x80\x80\x80",
                                        "\xF0\x9F\x98",
                                        "\xF0\x9F\x98 ",
                                        "\xFE",
                                        "\xFF"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        char text[64] = "0123456789";
        strcat(text, WRONG[i]);
        size_t bad_off = 0;
        ck_assert_msg(!utf8_is_valid(bytes_of(text), &bad_off), "took number %zu", i);
        ck_assert_uint_eq(bad_off, 10);
    }
}
END_TEST

START_TEST(utf8_sequence_len_stays_inside_the_text)
{
    ck_assert_uint_eq(utf8_sequence_len((bytes){"\xE2\x82\xAC", 2}, 0), 0);
    ck_assert_uint_eq(utf8_sequence_len((bytes){"\xE2\x82\xAC", 3}, 0), 3);
    ck_assert_uint_eq(utf8_sequence_len((bytes){"a", 1}, 0), 1);
    ck_assert_uint_eq(utf8_sequence_len((bytes){"a", 1}, 1), 0);
}
END_TEST

START_TEST(utf8_columns_counts_what_a_terminal_shows)
{
    ck_assert_uint_eq(utf8_columns(BYTES("abc")), 3);
    ck_assert_uint_eq(utf8_columns(bytes_of("\xC3\xA4rztin")), 6);
    ck_assert_uint_eq(utf8_columns(bytes_of("a\xCC\x88")), 1);
    ck_assert_uint_eq(utf8_columns(bytes_of("\xE6\x97\xA5\xE6\x9C\xAC")), 4);
    ck_assert_uint_eq(utf8_columns(bytes_of("\t\n")), 0);
    ck_assert_uint_eq(utf8_columns(bytes_of("\xFF")), 1);
    ck_assert_uint_eq(utf8_columns((bytes){NULL, 0}), 0);
}
END_TEST

START_TEST(utf8_fold_lowers_and_strips)
{
    assert_folds("Stra\xC3\x9F"
                 "e",
                 "strasse");
    assert_folds("\xC3\x84rztin", "arztin");
    assert_folds("A\xCC\x88rztin", "arztin");
    assert_folds("\xC3\x89"
                 "cole",
                 "ecole");
    assert_folds("\xE1\xBA\x9E", "ss");
    assert_folds("Plain 123", "plain 123");
}
END_TEST

START_TEST(utf8_fold_knows_the_letters_of_the_neighbours)
{
    assert_folds("\xC5\x81\xC3\xB3"
                 "d\xC5\xBA",
                 "lodz");
    assert_folds("\xC4\x90or\xC4\x91"
                 "e",
                 "dorde");
    assert_folds("\xC3\x98ster\xC3\xB8", "ostero");
    assert_folds("\xC3\x86\xC3\xA6\xC5\x92\xC5\x93", "aeaeoeoe");
    assert_folds("\xC4\xB0stanbul \xC4\xB1\xC5\x9F\xC4\xB1k", "istanbul isik");
    assert_folds("\xD0\x81\xD0\xB6", "\xD0\xB5\xD0\xB6");
}
END_TEST

START_TEST(utf8_fold_unifies_forms_of_arabic)
{
    assert_folds("\xD9\xA1\xDB\xB2", "12");
    assert_folds("\xD8\xA9", "\xD9\x87");
    assert_folds("\xD9\x89\xDB\x8C", "\xD9\x8A\xD9\x8A");
    assert_folds("\xD8\xA3", "\xD8\xA7");
    assert_folds("\xD9\x80", "");
}
END_TEST

START_TEST(utf8_fold_unifies_compatibility_forms)
{
    assert_folds("\xEF\xAC\x81", "fi");
    assert_folds("\xEF\xBC\xA1", "a");
    assert_folds("a\xC2\xAD"
                 "b",
                 "ab");
    assert_folds("\xC2\xBD", "1\xE2\x81\x84"
                             "2");
}
END_TEST

START_TEST(utf8_fold_of_anything_is_valid_and_folds_to_itself)
{
    for (unsigned point = 1; point <= 0x10FFFF; point++) {
        char text[5] = {0};
        if (point < 0x80) {
            text[0] = (char)point;
        } else if (point < 0x800) {
            text[0] = (char)(0xC0 | point >> 6);
            text[1] = (char)(0x80 | (point & 0x3F));
        } else if (point < 0x10000) {
            text[0] = (char)(0xE0 | point >> 12);
            text[1] = (char)(0x80 | (point >> 6 & 0x3F));
            text[2] = (char)(0x80 | (point & 0x3F));
        } else {
            text[0] = (char)(0xF0 | point >> 18);
            text[1] = (char)(0x80 | (point >> 12 & 0x3F));
            text[2] = (char)(0x80 | (point >> 6 & 0x3F));
            text[3] = (char)(0x80 | (point & 0x3F));
        }
        buf once = {0};
        buf twice = {0};
        utf8_fold(bytes_of(text), &once);
        utf8_fold(buf_bytes(&once), &twice);

        if (!utf8_is_valid(buf_bytes(&once), NULL) ||
            !bytes_equal(buf_bytes(&once), buf_bytes(&twice))) {
            ck_abort_msg("U+%04X", point);
        }
        buf_fini(&once);
        buf_fini(&twice);
    }
}
END_TEST

START_TEST(utf8_fold_replaces_what_is_no_text)
{
    assert_folds("a\xFF"
                 "b",
                 "a\xEF\xBF\xBD"
                 "b");
}
END_TEST

static void assert_capitalises(const char *text, const char *expected)
{
    char copy[64];
    snprintf(copy, sizeof copy, "%s", text);
    utf8_capitalise(copy, strlen(copy));
    ck_assert_str_eq(copy, expected);
}

START_TEST(utf8_capitalise_changes_the_first_letter_alone)
{
    assert_capitalises("", "");
    assert_capitalises("childcare and more", "Childcare and more");
    assert_capitalises("öffentlich", "Öffentlich");
    assert_capitalises("німецька: B1", "Німецька: B1");
    assert_capitalises("școală", "Școală");
    assert_capitalises("12 months", "12 months");
    assert_capitalises("B1", "B1");
    assert_capitalises("ıa", "ıa"); /* its capital takes fewer bytes */
    assert_capitalises("العربية", "العربية");
    assert_capitalises("\xff", "\xff");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base_utf8");
    TCase *promises = tcase_create("promises");
    tcase_set_timeout(promises, 60);
    tcase_add_test(promises, utf8_is_valid_takes_the_ends_of_every_length);
    tcase_add_test(promises, utf8_is_valid_refuses_what_rfc_3629_forbids);
    tcase_add_test(promises, utf8_sequence_len_stays_inside_the_text);
    tcase_add_test(promises, utf8_columns_counts_what_a_terminal_shows);
    tcase_add_test(promises, utf8_capitalise_changes_the_first_letter_alone);
    tcase_add_test(promises, utf8_fold_lowers_and_strips);
    tcase_add_test(promises, utf8_fold_knows_the_letters_of_the_neighbours);
    tcase_add_test(promises, utf8_fold_unifies_forms_of_arabic);
    tcase_add_test(promises, utf8_fold_unifies_compatibility_forms);
    tcase_add_test(promises, utf8_fold_of_anything_is_valid_and_folds_to_itself);
    tcase_add_test(promises, utf8_fold_replaces_what_is_no_text);
    suite_add_tcase(suite, promises);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
