/* What a record could not keep is refused, with a pointer to it. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "json/json.h"

static void assert_refused(const char *text, err_code code, const char *path)
{
    json_doc *doc = NULL;
    err e = {0};
    ck_assert(json_parse(bytes_of(text), 100, &doc, &e));

    bool ok = json_refuse_lossy(doc, "/record", &e);

    json_doc_free(&doc);
    ck_assert_msg(!ok, "took %s", text);
    ck_assert_msg(e.code == code, "%s: %s", text, e.text);
    ck_assert_str_eq(e.path, path);
}

static void assert_taken(const char *text)
{
    json_doc *doc = NULL;
    err e = {0};
    ck_assert(json_parse(bytes_of(text), 100, &doc, &e));

    bool ok = json_refuse_lossy(doc, "", &e);

    json_doc_free(&doc);
    ck_assert_msg(ok, "%s: %s", text, e.text);
}

START_TEST(lossy_takes_what_is_kept_exactly)
{
    assert_taken("null");
    assert_taken("{\"a\":{\"x\":1},\"b\":{\"x\":2},\"A\":3}");
    assert_taken("[9007199254740992,-9007199254740992,0.1,1e300,12345678901234567890.5]");
    assert_taken("[\"\\\\u0000\",\"\\u0001\",\"\\ud83d\\ude00\"]");
}
END_TEST

START_TEST(lossy_refuses_a_key_that_stands_twice)
{
    assert_refused("{\"a\":1,\"a\":1}", ERR_FIELD_DUPLICATE, "/record/a");
    assert_refused("[0,{\"x\":{\"b\":1,\"c/d\":2,\"c/d\":3}}]", ERR_FIELD_DUPLICATE,
                   "/record/1/x/c~1d");
    assert_refused("{\"a\":1,\"\\u0061\":2}", ERR_FIELD_DUPLICATE, "/record/a");
    assert_refused("{\"\":1,\"\":2}", ERR_FIELD_DUPLICATE, "/record/");
    assert_refused("[[[]],{\"k\":[1,{\"a\":[],\"a\":[]}]}]", ERR_FIELD_DUPLICATE,
                   "/record/1/k/1/a");
}
END_TEST

START_TEST(lossy_finds_the_twin_among_many_keys)
{
    buf text = {0};
    buf_char(&text, '{');
    for (int i = 0; i < 4096; i++) {
        buf_print(&text, "\"key%d\":%d,", i, i);
    }
    buf_text(&text, "\"key1234\":0}");

    assert_refused(buf_terminated(&text), ERR_FIELD_DUPLICATE, "/record/key1234");
    buf_fini(&text);
}
END_TEST

START_TEST(lossy_refuses_the_character_nul)
{
    assert_refused("{\"a\":[\"x\",\"y\\u0000z\"]}", ERR_FIELD_FORMAT, "/record/a/1");
    assert_refused("{\"a\":{\"k\\u0000\":1}}", ERR_FIELD_FORMAT, "/record/a");
}
END_TEST

START_TEST(lossy_refuses_half_a_surrogate_pair)
{
    assert_refused("[\"\\ud83d\\ude00\",\"\\ud83d\"]", ERR_FIELD_FORMAT, "/record/1");
    assert_refused("[\"\\ud83d\\ud83d\\ude00\"]", ERR_FIELD_FORMAT, "/record/0");
    assert_refused("[\"\\ude00\\ud83d\"]", ERR_FIELD_FORMAT, "/record/0");
    assert_refused("{\"x\":\"\\ud83d\\\\ude00\"}", ERR_FIELD_FORMAT, "/record/x");
}
END_TEST

START_TEST(lossy_refuses_numbers_that_cannot_be_kept)
{
    assert_refused("{\"id\":9007199254740993}", ERR_FIELD_RANGE, "/record/id");
    assert_refused("{\"id\":-9007199254740993}", ERR_FIELD_RANGE, "/record/id");
    assert_refused("[1,[123456789012345678901234567890]]", ERR_FIELD_RANGE, "/record/1/0");
    assert_refused("[1,{\"a\":-1e400}]", ERR_FIELD_RANGE, "/record/1/a");
}
END_TEST

START_TEST(lossy_fails_cleanly_without_memory)
{
    buf text = {0};
    buf_char(&text, '{');
    for (int i = 0; i < 40; i++) {
        buf_print(&text, "\"key%d\":%d,", i, i);
    }
    buf_text(&text, "\"x\":0}");
    json_doc *doc = NULL;
    err e = {0};
    ck_assert(json_parse(buf_bytes(&text), 10, &doc, &e));

    mem_fail_at(1);
    bool ok = json_refuse_lossy(doc, "", &e);
    mem_fail_at(0);

    ck_assert(!ok);
    ck_assert_int_eq(e.code, ERR_MEMORY);
    ck_assert(json_refuse_lossy(doc, "", &e));
    json_doc_free(&doc);
    buf_fini(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json_lossy");
    TCase *promises = tcase_create("promises");
    tcase_set_timeout(promises, 60);
    tcase_add_test(promises, lossy_takes_what_is_kept_exactly);
    tcase_add_test(promises, lossy_refuses_a_key_that_stands_twice);
    tcase_add_test(promises, lossy_finds_the_twin_among_many_keys);
    tcase_add_test(promises, lossy_refuses_the_character_nul);
    tcase_add_test(promises, lossy_refuses_half_a_surrogate_pair);
    tcase_add_test(promises, lossy_refuses_numbers_that_cannot_be_kept);
    tcase_add_test(promises, lossy_fails_cleanly_without_memory);
    suite_add_tcase(suite, promises);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
