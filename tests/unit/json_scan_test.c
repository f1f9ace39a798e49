/* Raw members and pointers on text that was checked. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "json/scan.h"

static void assert_raw(const char *text, const char *key, const char *expected)
{
    bytes raw = {NULL, 0};
    ck_assert_msg(json_raw_member(bytes_of(text), key, &raw), "no %s in %s", key, text);
    ck_assert_msg(bytes_equal_text(raw, expected), "%.*s", (int)raw.len, raw.base);
}

static void assert_pointer(const char *text, const char *mark, const char *expected)
{
    char pointer[200];
    json_pointer_at(bytes_of(text), (size_t)(strstr(text, mark) - text), pointer, sizeof pointer);
    ck_assert_str_eq(pointer, expected);
}

START_TEST(raw_member_gives_the_bytes_as_written)
{
    assert_raw("{\"id\":9007199254740993}", "id", "9007199254740993");
    assert_raw(" { \"x\" : 1 , \"id\" : 1.0e0 } ", "id", "1.0e0");
    assert_raw("{\"id\":\"a\\u0000\\\"b\",\"x\":1}", "id", "\"a\\u0000\\\"b\"");
    assert_raw("{\"id\":null}", "id", "null");
    assert_raw("{\"params\": [ 1, {\"id\":2} ],\"id\":3}", "params", "[ 1, {\"id\":2} ]");
    assert_raw("{\"params\": [ 1, {\"id\":2} ],\"id\":3}", "id", "3");
    assert_raw("{\"a\":{\"b\":\"}\"},\"id\":[]}", "id", "[]");
}
END_TEST

START_TEST(raw_member_compares_keys_as_they_are_meant)
{
    assert_raw("{\"ID\":1,\"\\u0069d\":2}", "id", "2");
    assert_raw("{\"a\\/b\":1}", "a/b", "1");
    assert_raw("{\"\":5}", "", "5");
}
END_TEST

START_TEST(raw_member_takes_the_first_of_twins)
{
    assert_raw("{\"id\":1,\"id\":2}", "id", "1");
}
END_TEST

START_TEST(raw_member_finds_nothing_where_nothing_is)
{
    bytes raw = {NULL, 3};

    ck_assert(!json_raw_member(BYTES("{}"), "id", &raw));
    ck_assert(!json_raw_member(BYTES("{\"x\":{\"id\":1}}"), "id", &raw));
    ck_assert(!json_raw_member(BYTES("[\"id\",1]"), "id", &raw));
    ck_assert(!json_raw_member(BYTES("\"id\""), "id", &raw));
    ck_assert(!json_raw_member(BYTES("{\"idx\":1}"), "id", &raw));
    ck_assert_uint_eq(raw.len, 3);
}
END_TEST

START_TEST(pointer_leads_to_the_value)
{
    const char *text = "{\"a\":[1,{\"b/c\":[[],\"!\"],\"d~e\":\"?\"}],\"f\":{\"\":7}}";

    assert_pointer(text, "!", "/a/1/b~1c/1");
    assert_pointer(text, "?", "/a/1/d~0e");
    assert_pointer(text, "7", "/f/");
    assert_pointer("8", "8", "");
    assert_pointer("[[],[],9]", "9", "/2");
    assert_pointer("[{\"x\":1},{\"y\":2},3]", "3", "/2");
}
END_TEST

START_TEST(pointer_inside_a_key_leads_to_its_member)
{
    assert_pointer("{\"a\":1,\"b!\":2}", "!", "/b!");
}
END_TEST

START_TEST(pointer_that_does_not_fit_ends_at_an_ancestor)
{
    char pointer[8] = "";
    bytes text = BYTES("{\"abc\":{\"defgh\":1}}");

    json_pointer_at(text, 16, pointer, sizeof pointer);

    ck_assert_str_eq(pointer, "/abc");
}
END_TEST

START_TEST(number_is_whole_when_no_fraction_is_left)
{
    static const char *const WHOLE[] = {"0",
                                        "-0",
                                        "12",
                                        "1.0",
                                        "12.50e1",
                                        "1e3",
                                        "1200e-2",
                                        "0e-9",
                                        "0.00e99",
                                        "-3.0",
                                        "0.1e1",
                                        "1E+2",
                                        "1e99999999999999999999"};
    static const char *const BROKEN[] = {"1.5",
                                         "0.1",
                                         "-12.01",
                                         "1e-1",
                                         "12e-2",
                                         "12.55e1",
                                         "1e-99999999999999999999",
                                         "1.00000000000000000000001"};
    for (size_t i = 0; i < sizeof WHOLE / sizeof *WHOLE; i++) {
        ck_assert_msg(json_number_is_whole(bytes_of(WHOLE[i])), "%s", WHOLE[i]);
    }
    for (size_t i = 0; i < sizeof BROKEN / sizeof *BROKEN; i++) {
        ck_assert_msg(!json_number_is_whole(bytes_of(BROKEN[i])), "%s", BROKEN[i]);
    }
}
END_TEST

START_TEST(unescape_decodes_every_escape)
{
    buf out = {0};

    json_unescape(BYTES("\\\"\\\\\\/\\b\\f\\n\\r\\t|\\u00E4\\u20ac\\ud83d\\ude00|\\ud800x\\udc00"),
                  &out);

    ck_assert_str_eq(
        buf_terminated(&out),
        "\"\\/\b\f\n\r\t|\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80|\xEF\xBF\xBDx\xEF\xBF\xBD");
    buf_fini(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json_scan");
    TCase *promises = tcase_create("promises");
    tcase_set_timeout(promises, 60);
    tcase_add_test(promises, raw_member_gives_the_bytes_as_written);
    tcase_add_test(promises, raw_member_compares_keys_as_they_are_meant);
    tcase_add_test(promises, raw_member_takes_the_first_of_twins);
    tcase_add_test(promises, raw_member_finds_nothing_where_nothing_is);
    tcase_add_test(promises, pointer_leads_to_the_value);
    tcase_add_test(promises, pointer_inside_a_key_leads_to_its_member);
    tcase_add_test(promises, pointer_that_does_not_fit_ends_at_an_ancestor);
    tcase_add_test(promises, number_is_whole_when_no_fraction_is_left);
    tcase_add_test(promises, unescape_decodes_every_escape);
    suite_add_tcase(suite, promises);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
