/* What the writer writes is JSON and reads back as what was meant. */
#include <check.h>
#include <float.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"

START_TEST(writer_puts_commas_and_colons)
{
    buf out = {0};
    json_writer w = json_writer_to(&out);

    json_begin_object(&w);
    json_member_int(&w, "a", 1);
    json_put_key(&w, "b");
    json_begin_array(&w);
    json_put_bool(&w, true);
    json_put_null(&w);
    json_begin_object(&w);
    json_end_object(&w);
    json_begin_array(&w);
    json_end_array(&w);
    json_put_raw(&w, BYTES("[7]"));
    json_end_array(&w);
    json_member_cstr(&w, "c", NULL);
    json_member_text(&w, "d", BYTES("x"));
    json_member_bool(&w, "e", false);
    json_put_key_bytes(&w, BYTES("f\n"));
    json_put_double(&w, 0.5);
    json_end_object(&w);

    ck_assert_str_eq(buf_terminated(&out), "{\"a\":1,\"b\":[true,null,{},[],[7]],\"c\":null,"
                                           "\"d\":\"x\",\"e\":false,\"f\\n\":0.5}");
    buf_fini(&out);
}
END_TEST

static void assert_text(bytes text, const char *expected)
{
    buf out = {0};
    json_writer w = json_writer_to(&out);
    json_put_text(&w, text);
    ck_assert_str_eq(buf_terminated(&out), expected);
    ck_assert(json_check(buf_bytes(&out), 1, NULL, NULL));
    buf_fini(&out);
}

START_TEST(writer_escapes_what_must_be)
{
    assert_text(BYTES(""), "\"\"");
    assert_text(BYTES("a\"b\\c/"), "\"a\\\"b\\\\c/\"");
    assert_text(BYTES("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"");
    assert_text((bytes){"\0\x01\x1F\x7F", 4}, "\"\\u0000\\u0001\\u001f\x7F\"");
    assert_text(bytes_of("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"),
                "\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"");
}
END_TEST

START_TEST(writer_replaces_what_is_no_text)
{
    assert_text(bytes_of("a\xFF"
                         "b"),
                "\"a\xEF\xBF\xBD"
                "b\"");
    assert_text(bytes_of("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    assert_text(bytes_of("\xC3"), "\"\xEF\xBF\xBD\"");
    assert_text((bytes){"\xE2\x82\xAC", 2}, "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}
END_TEST

START_TEST(writer_escapes_at_every_distance)
{
    for (size_t len = 0; len < 40; len++) {
        char text[64];
        char expected[80];
        memset(text, 'a', len);
        memcpy(text + len, "\"tail", 6);
        snprintf(expected, sizeof expected, "\"%.*s\\\"tail\"", (int)len, text);
        assert_text(bytes_of(text), expected);
    }
}
END_TEST

static void assert_double(double value, const char *expected)
{
    buf out = {0};
    json_writer w = json_writer_to(&out);
    json_put_double(&w, value);
    ck_assert_str_eq(buf_terminated(&out), expected);
    buf_fini(&out);
}

START_TEST(writer_prints_the_shortest_number)
{
    assert_double(0, "0");
    assert_double(-0.0, "-0");
    assert_double(1, "1");
    assert_double(-12, "-12");
    assert_double(9007199254740991, "9007199254740991");
    assert_double(0.1, "0.1");
    assert_double(-0.5, "-0.5");
    assert_double(49.89873, "49.89873");
    assert_double(10.000001, "10.000001");
    assert_double(0.30000000000000004, "0.30000000000000004");
    assert_double(1.0 / 3, "0.3333333333333333");
    assert_double(1e-7, "1e-07");
    assert_double(1e22, "1e+22");
    assert_double(DBL_MAX, "1.7976931348623157e+308");
    assert_double(DBL_TRUE_MIN, "4.94065645841247e-324");
}
END_TEST

START_TEST(writer_numbers_read_back_as_they_were)
{
    uint64_t random = 99;
    buf out = {0};
    for (int i = 0; i < 200000; i++) {
        double value;
        random = random * 6364136223846793005u + 1442695040888963407u;
        uint64_t bits = random ^ random >> 29;
        memcpy(&value, &bits, sizeof value);
        if (i % 2 == 0) {
            value = (double)(int64_t)(bits >> 20) / (double)(1 + bits % 100000);
        }
        if (!isfinite(value)) {
            continue;
        }
        buf_clear(&out);
        json_writer w = json_writer_to(&out);
        json_put_double(&w, value);
        const char *text = buf_terminated(&out);
        if (!json_check(buf_bytes(&out), 0, NULL, NULL) || strtod(text, NULL) != value) {
            ck_abort_msg("%.17g was written as %s", value, text);
        }
    }
    buf_fini(&out);
}
END_TEST

START_TEST(writer_prints_the_ends_of_the_integers)
{
    buf out = {0};
    json_writer w = json_writer_to(&out);

    json_begin_array(&w);
    json_put_int(&w, INT64_MIN);
    json_put_int(&w, INT64_MAX);
    json_end_array(&w);

    ck_assert_str_eq(buf_terminated(&out), "[-9223372036854775808,9223372036854775807]");
    buf_fini(&out);
}
END_TEST

static void assert_prints(const char *text, const char *expected)
{
    json_doc *doc = NULL;
    ck_assert(json_parse(bytes_of(text), 1000, &doc, NULL));
    buf out = {0};
    json_print(json_root(doc), &out);
    ck_assert_str_eq(buf_terminated(&out), expected);
    buf_fini(&out);
    json_doc_free(&doc);
}

START_TEST(print_writes_a_tree_compactly_in_its_order)
{
    assert_prints(" { \"b\" : [ ] , \"a\" : { } , \"c\" : [ [ 1 , 2.50 ] , \"\\u00e4\\n\" ] } ",
                  "{\"b\":[],\"a\":{},\"c\":[[1,2.5],\"\xC3\xA4\\n\"]}");
    assert_prints("null", "null");
    assert_prints("[true,false,null,-1e400]", "[true,false,null,-1e999]");
    assert_prints("[[[]],[[],[{}]]]", "[[[]],[[],[{}]]]");
}
END_TEST

START_TEST(writer_takes_a_node_of_any_depth)
{
    char text[2001];
    memset(text, '[', 1000);
    memset(text + 1000, ']', 1000);
    text[2000] = '\0';
    json_doc *doc = NULL;
    ck_assert(json_parse(bytes_of(text), 1000, &doc, NULL));
    buf out = {0};
    json_writer w = json_writer_to(&out);

    json_put_node(&w, json_root(doc));

    ck_assert_str_eq(buf_terminated(&out), text);
    buf_fini(&out);
    json_doc_free(&doc);
}
END_TEST

START_TEST(writer_stops_at_a_value_where_a_key_is_due)
{
    buf out = {0};
    json_writer w = json_writer_to(&out);
    json_begin_object(&w);
    json_put_int(&w, 1);
}
END_TEST

START_TEST(writer_stops_at_a_key_in_an_array)
{
    buf out = {0};
    json_writer w = json_writer_to(&out);
    json_begin_array(&w);
    json_put_key(&w, "a");
}
END_TEST

START_TEST(writer_stops_at_a_second_document)
{
    buf out = {0};
    json_writer w = json_writer_to(&out);
    json_put_int(&w, 1);
    json_put_int(&w, 2);
}
END_TEST

START_TEST(writer_stops_at_the_wrong_end)
{
    buf out = {0};
    json_writer w = json_writer_to(&out);
    json_begin_object(&w);
    json_end_array(&w);
}
END_TEST

START_TEST(writer_stops_at_infinity)
{
    buf out = {0};
    json_writer w = json_writer_to(&out);
    json_put_double(&w, INFINITY);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json_writer");
    TCase *promises = tcase_create("promises");
    tcase_set_timeout(promises, 60);
    tcase_add_test(promises, writer_puts_commas_and_colons);
    tcase_add_test(promises, writer_escapes_what_must_be);
    tcase_add_test(promises, writer_replaces_what_is_no_text);
    tcase_add_test(promises, writer_escapes_at_every_distance);
    tcase_add_test(promises, writer_prints_the_shortest_number);
    tcase_add_test(promises, writer_numbers_read_back_as_they_were);
    tcase_add_test(promises, writer_prints_the_ends_of_the_integers);
    tcase_add_test(promises, print_writes_a_tree_compactly_in_its_order);
    tcase_add_test(promises, writer_takes_a_node_of_any_depth);
    tcase_add_test_raise_signal(promises, writer_stops_at_a_value_where_a_key_is_due, SIGABRT);
    tcase_add_test_raise_signal(promises, writer_stops_at_a_key_in_an_array, SIGABRT);
    tcase_add_test_raise_signal(promises, writer_stops_at_a_second_document, SIGABRT);
    tcase_add_test_raise_signal(promises, writer_stops_at_the_wrong_end, SIGABRT);
    tcase_add_test_raise_signal(promises, writer_stops_at_infinity, SIGABRT);
    suite_add_tcase(suite, promises);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
