/* Failures keep what they were told and stay text. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"

START_TEST(err_set_records_and_yields_false)
{
    err e = {0};

    bool ok = fail(&e, ERR_STORE_BUSY, "could not open \"%s\": %s", "x.db", "locked");

    ck_assert(!ok);
    ck_assert_int_eq(e.code, ERR_STORE_BUSY);
    ck_assert_str_eq(e.text, "could not open \"x.db\": locked");
    ck_assert_int_gt(e.line, 0);
    ck_assert_ptr_nonnull(strstr(e.file, "base_err_test.c"));
}
END_TEST

START_TEST(err_set_forgets_the_failure_before)
{
    err e = {0};
    fail(&e, ERR_STORE_BUSY, "first");
    err_detail(&e, "Detail.");
    err_hint(&e, "Hint.");
    err_path(&e, "/a");

    fail(&e, ERR_NOT_FOUND, "second");

    ck_assert_int_eq(e.code, ERR_NOT_FOUND);
    ck_assert_str_eq(e.detail, "");
    ck_assert_str_eq(e.hint, "");
    ck_assert_str_eq(e.path, "");
}
END_TEST

START_TEST(err_set_may_quote_the_err_it_replaces)
{
    err e = {0};
    fail(&e, ERR_FILE, "disk full");

    fail(&e, ERR_STORE_FULL, "could not save: %s", e.text);
    err_path(&e, "/a");
    err_path(&e, "/x%s", e.path);

    ck_assert_str_eq(e.text, "could not save: disk full");
    ck_assert_str_eq(e.path, "/x/a");
}
END_TEST

START_TEST(err_fields_are_cut_between_characters)
{
    char long_text[1000];
    for (size_t i = 0; i + 2 < sizeof long_text; i += 2) {
        memcpy(long_text + i, "\xC3\xA4", 2);
    }
    long_text[sizeof long_text - 2] = '\0';
    err e = {0};

    fail(&e, ERR_FILE, "%s", long_text);
    err_detail(&e, "x%s", long_text);
    err_path(&e, "x%s", long_text);

    ck_assert(utf8_is_valid(bytes_of(e.text), NULL));
    ck_assert(utf8_is_valid(bytes_of(e.detail), NULL));
    ck_assert(utf8_is_valid(bytes_of(e.path), NULL));
    ck_assert_uint_ge(strlen(e.text), sizeof e.text - 2);
    ck_assert_uint_ge(strlen(e.detail), sizeof e.detail - 2);
}
END_TEST

START_TEST(err_fields_keep_a_whole_character_at_the_end)
{
    err e = {0};

    err_path(&e, "%*s\xF0\x9F\x98\x80", (int)sizeof e.path - 5, "x");

    ck_assert_uint_eq(strlen(e.path), sizeof e.path - 1);
    ck_assert(utf8_is_valid(bytes_of(e.path), NULL));
}
END_TEST

START_TEST(err_may_be_null)
{
    ck_assert(!fail(NULL, ERR_FILE, "x"));
    ck_assert(!err_detail(NULL, "x"));
    ck_assert(!err_hint(NULL, "x"));
    ck_assert(!err_path(NULL, "x"));
    err_clear(NULL);
}
END_TEST

START_TEST(err_codes_have_facts_and_unique_ids)
{
    for (int code = ERR_NONE + 1; code < ERR_COUNT; code++) {
        err_code found = ERR_NONE;

        ck_assert(err_from_id(err_id((err_code)code), &found));

        ck_assert_int_eq(found, code);
        ck_assert_int_lt(err_rpc_code((err_code)code), 0);
        ck_assert_int_ge(err_http_status((err_code)code), 400);
        ck_assert_str_ne(err_summary((err_code)code), "");
    }
}
END_TEST

START_TEST(err_facts_come_from_the_list)
{
    ck_assert_str_eq(err_id(ERR_PLUGIN_ABI_MISMATCH), "plugin.abi_mismatch");
    ck_assert_int_eq(err_rpc_code(ERR_PLUGIN_ABI_MISMATCH), -33012);
    ck_assert_int_eq(err_http_status(ERR_PLUGIN_ABI_MISMATCH), 409);
    ck_assert(!err_may_retry(ERR_PLUGIN_ABI_MISMATCH));
    ck_assert(err_may_retry(ERR_OVERLOADED));
}
END_TEST

START_TEST(err_from_id_leaves_its_output_when_there_is_no_such_id)
{
    err_code found = ERR_DEADLINE;

    ck_assert(!err_from_id("no.such", &found));
    ck_assert(!err_from_id("none", &found));

    ck_assert_int_eq(found, ERR_DEADLINE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base_err");
    TCase *promises = tcase_create("promises");
    tcase_set_timeout(promises, 60);
    tcase_add_test(promises, err_set_records_and_yields_false);
    tcase_add_test(promises, err_set_forgets_the_failure_before);
    tcase_add_test(promises, err_set_may_quote_the_err_it_replaces);
    tcase_add_test(promises, err_fields_are_cut_between_characters);
    tcase_add_test(promises, err_fields_keep_a_whole_character_at_the_end);
    tcase_add_test(promises, err_may_be_null);
    tcase_add_test(promises, err_codes_have_facts_and_unique_ids);
    tcase_add_test(promises, err_facts_come_from_the_list);
    tcase_add_test(promises, err_from_id_leaves_its_output_when_there_is_no_such_id);
    suite_add_tcase(suite, promises);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
