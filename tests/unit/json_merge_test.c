/* Merge patches: the examples of RFC 7386 and what lies between them. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "json/json.h"

static void assert_merges(const char *target, const char *patch, const char *expected)
{
    buf out = {0};
    err e = {0};
    ck_assert_msg(json_merge(bytes_of(target), bytes_of(patch), &out, &e), "%s", e.text);
    ck_assert_str_eq(buf_terminated(&out), expected);
    ck_assert(json_check(buf_bytes(&out), 1000, NULL, NULL));
    buf_fini(&out);
}

START_TEST(merge_follows_the_examples_of_rfc_7386)
{
    assert_merges("{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}");
    assert_merges("{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}");
    assert_merges("{\"a\":\"b\"}", "{\"a\":null}", "{}");
    assert_merges("{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}");
    assert_merges("{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}");
    assert_merges("{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}");
    assert_merges("{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}",
                  "{\"a\":{\"b\":\"d\"}}");
    assert_merges("{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}");
    assert_merges("[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]");
    assert_merges("{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]");
    assert_merges("{\"a\":\"foo\"}", "null", "null");
    assert_merges("{\"a\":\"foo\"}", "\"bar\"", "\"bar\"");
    assert_merges("{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}");
    assert_merges("[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}");
    assert_merges("{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}");
}
END_TEST

START_TEST(merge_keeps_every_digit_it_does_not_touch)
{
    assert_merges(" { \"n\" : [ 9007199254740993 , 1.50e0 ] , \"t\" : \" a b \\u0000\" } ",
                  " { \"x\" : { \"big\" : 12345678901234567890 } } ",
                  "{\"n\":[9007199254740993,1.50e0],\"t\":\" a b \\u0000\","
                  "\"x\":{\"big\":12345678901234567890}}");
}
END_TEST

START_TEST(merge_compares_keys_as_they_are_meant)
{
    assert_merges("{\"\\u0061\":1,\"b\":2}", "{\"a\":3,\"\\u0062\":null}", "{\"\\u0061\":3}");
}
END_TEST

START_TEST(merge_takes_the_last_of_twins_in_a_patch)
{
    assert_merges("{\"a\":1}", "{\"a\":2,\"a\":3}", "{\"a\":3}");
    assert_merges("{}", "{\"a\":2,\"a\":null}", "{}");
}
END_TEST

START_TEST(merge_appends_to_what_is_there)
{
    buf out = {0};
    buf_text(&out, "old ");

    ck_assert(json_merge(BYTES("{}"), BYTES("{\"a\":[ ]}"), &out, NULL));

    ck_assert_str_eq(buf_terminated(&out), "old {\"a\":[]}");
    buf_fini(&out);
}
END_TEST

START_TEST(merge_is_bounded_in_depth)
{
    buf patch = {0};
    for (int i = 0; i < 2000; i++) {
        buf_text(&patch, "{\"a\":");
    }
    buf_char(&patch, '1');
    for (int i = 0; i < 2000; i++) {
        buf_char(&patch, '}');
    }
    buf out = {0};
    buf_text(&out, "old");
    err e = {0};

    ck_assert(!json_merge(BYTES("{}"), buf_bytes(&patch), &out, &e));

    ck_assert_int_eq(e.code, ERR_JSON_TOO_DEEP);
    ck_assert_str_eq(buf_terminated(&out), "old");
    buf_fini(&out);
    buf_fini(&patch);
}
END_TEST

START_TEST(merge_fails_cleanly_at_every_allocation)
{
    bool is_through = false;
    for (uint64_t call = 1; !is_through; call++) {
        buf out = {0};
        err e = {0};
        mem_fail_at(call);
        is_through =
            json_merge(BYTES("{\"a\":{\"\\u0062\":1,\"c\":2},\"d\":3}"),
                       BYTES("{\"a\":{\"b\":null,\"e\\u0000\":{\"f\":1}},\"g\":4}"), &out, &e);
        mem_fail_at(0);
        ck_assert(is_through || e.code == ERR_MEMORY);
        buf_fini(&out);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json_merge");
    TCase *promises = tcase_create("promises");
    tcase_set_timeout(promises, 60);
    tcase_add_test(promises, merge_follows_the_examples_of_rfc_7386);
    tcase_add_test(promises, merge_keeps_every_digit_it_does_not_touch);
    tcase_add_test(promises, merge_compares_keys_as_they_are_meant);
    tcase_add_test(promises, merge_takes_the_last_of_twins_in_a_patch);
    tcase_add_test(promises, merge_appends_to_what_is_there);
    tcase_add_test(promises, merge_is_bounded_in_depth);
    tcase_add_test(promises, merge_fails_cleanly_at_every_allocation);
    suite_add_tcase(suite, promises);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
