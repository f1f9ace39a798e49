/* Documents keep what was written, and fail cleanly without memory. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "json/json.h"

static json_doc *parse(const char *text)
{
    json_doc *doc = NULL;
    err e = {0};
    if (!json_parse(bytes_of(text), JSON_READER_DEPTH_MAX, &doc, &e)) {
        ck_abort_msg("%s: %s %s", text, e.text, e.detail);
    }
    return doc;
}

START_TEST(tree_shows_every_type)
{
    json_doc *doc = parse("{\"n\":null,\"b\":true,\"f\":false,\"i\":-7,\"d\":2.5,\"t\":\"x\",\"a\":"
                          "[1,2,3],\"o\":{}}");
    const json_node *root = json_root(doc);

    ck_assert_int_eq(json_type_of(root), JSON_OBJECT);
    ck_assert_uint_eq(json_count(root), 8);
    ck_assert_int_eq(json_type_of(json_member(root, "n")), JSON_NULL);
    ck_assert_int_eq(json_type_of(json_member(root, "b")), JSON_BOOL);
    ck_assert(json_bool(json_member(root, "b")));
    ck_assert_int_eq(json_type_of(json_member(root, "f")), JSON_BOOL);
    ck_assert(!json_bool(json_member(root, "f")));
    ck_assert_int_eq(json_type_of(json_member(root, "d")), JSON_NUMBER);
    ck_assert(json_number(json_member(root, "d")) == 2.5);
    ck_assert_int_eq(json_type_of(json_member(root, "t")), JSON_TEXT);
    ck_assert(bytes_equal_text(json_text(json_member(root, "t")), "x"));
    ck_assert_uint_eq(json_count(json_member(root, "a")), 3);
    ck_assert_ptr_null(json_child(json_member(root, "o")));
    json_doc_free(&doc);
    ck_assert_ptr_null(doc);
    json_doc_free(&doc);
}
END_TEST

START_TEST(tree_walks_entries_in_their_order)
{
    json_doc *doc = parse("{\"b\":1,\"a\":2}");

    const json_node *first = json_child(json_root(doc));
    const json_node *second = json_next(first);

    ck_assert(bytes_equal_text(json_key(first), "b"));
    ck_assert(bytes_equal_text(json_key(second), "a"));
    ck_assert_ptr_null(json_next(second));
    ck_assert_ptr_null(json_next(json_root(doc)));
    json_doc_free(&doc);
}
END_TEST

START_TEST(tree_tells_upper_from_lower_case_keys)
{
    json_doc *doc = parse("{\"ID\":1}");

    ck_assert_ptr_null(json_member(json_root(doc), "id"));
    ck_assert_ptr_nonnull(json_member(json_root(doc), "ID"));
    ck_assert_ptr_null(json_member(json_member(json_root(doc), "ID"), "x"));
    json_doc_free(&doc);
}
END_TEST

START_TEST(tree_keeps_what_escapes_mean)
{
    json_doc *doc =
        parse("[\"\\u00e4\\n\\ud83d\\ude00\",\"half \\ud800 \\udc00\\ud800\",\"\xC3\xA4\"]");
    const json_node *node = json_child(json_root(doc));

    ck_assert(bytes_equal_text(json_text(node), "\xC3\xA4\n\xF0\x9F\x98\x80"));
    node = json_next(node);
    ck_assert(bytes_equal_text(json_text(node), "half \xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD"));
    node = json_next(node);
    ck_assert(bytes_equal_text(json_text(node), "\xC3\xA4"));
    json_doc_free(&doc);
}
END_TEST

static bool reads_integer(const char *token, int64_t expected)
{
    char text[400];
    snprintf(text, sizeof text, "[1.5, \"-1\", {\"7\": %s}, 0.25]", token);
    json_doc *doc = parse(text);
    const json_node *node = json_next(json_next(json_child(json_root(doc))));
    int64_t value = INT64_MIN;
    bool is_integer = json_integer(json_child(node), &value);
    ck_assert(!is_integer || value == expected);
    ck_assert(is_integer || value == INT64_MIN);
    json_doc_free(&doc);
    return is_integer;
}

START_TEST(integer_takes_whole_numbers_however_written)
{
    ck_assert(reads_integer("0", 0));
    ck_assert(reads_integer("-0", 0));
    ck_assert(reads_integer("42", 42));
    ck_assert(reads_integer("-9007199254740991", -9007199254740991));
    ck_assert(reads_integer("9007199254740991", 9007199254740991));
    ck_assert(reads_integer("1.0", 1));
    ck_assert(reads_integer("12e2", 1200));
    ck_assert(reads_integer("1200e-2", 12));
    ck_assert(reads_integer("1.00000000000000000000000000", 1));
}
END_TEST

START_TEST(integer_refuses_what_was_or_would_be_rounded)
{
    ck_assert(!reads_integer("9007199254740992", 0));
    ck_assert(!reads_integer("9007199254740993", 0));
    ck_assert(!reads_integer("-9007199254740993", 0));
    ck_assert(!reads_integer("1.5", 0));
    ck_assert(!reads_integer("1.00000000000000000000000001", 0));
    ck_assert(!reads_integer("0.99999999999999999999999999", 0));
    ck_assert(!reads_integer("1e-400", 0));
    ck_assert(!reads_integer("1e400", 0));
    ck_assert(!reads_integer("true", 0));
    ck_assert(!reads_integer("\"1\"", 0));
    ck_assert(!reads_integer("4503599627370497.50000001e0", 0));
    ck_assert(!reads_integer("9007199254740990.99999999", 0));
}
END_TEST

START_TEST(tree_reads_numbers_longer_than_any_buffer)
{
    char text[500];
    snprintf(text, sizeof text, "[0.%0200d1, 1%0200d, 2]", 0, 0);
    json_doc *doc = parse(text);
    const json_node *node = json_child(json_root(doc));

    ck_assert(json_number(node) == 1e-201);
    ck_assert(json_number(json_next(node)) == 1e200);
    ck_assert(json_number(json_next(json_next(node))) == 2);
    json_doc_free(&doc);
}
END_TEST

START_TEST(parse_takes_as_deep_as_it_promises_and_names_the_rest)
{
    static char text[2 * JSON_READER_DEPTH_MAX + 2];
    json_doc *doc = NULL;
    err e = {0};
    memset(text, '[', 1000);
    memset(text + 1000, ']', 1000);
    ck_assert(json_parse((bytes){text, 2000}, JSON_READER_DEPTH_MAX, &doc, &e));
    json_doc_free(&doc);

    memset(text, '[', 1001);
    memset(text + 1001, ']', 1001);
    ck_assert(!json_parse((bytes){text, 2002}, JSON_READER_DEPTH_MAX, &doc, &e));

    ck_assert_int_eq(e.code, ERR_JSON_TOO_DEEP);
    ck_assert_ptr_null(doc);
    ck_assert(!json_parse(BYTES("[[]]"), 1, &doc, &e));
    ck_assert_int_eq(e.code, ERR_JSON_TOO_DEEP);
}
END_TEST

START_TEST(parse_needs_no_terminator)
{
    char *text = malloc(4);
    memcpy(text, "[12]", 4);
    json_doc *doc = NULL;

    ck_assert(json_parse((bytes){text, 4}, 10, &doc, NULL));
    free(text);
    ck_assert(json_number(json_child(json_root(doc))) == 12);
    json_doc_free(&doc);
}
END_TEST

START_TEST(parse_fails_cleanly_at_every_allocation)
{
    bool is_through = false;
    uint64_t call = 0;
    while (!is_through) {
        json_doc *doc = NULL;
        err e = {0};
        mem_fail_at(++call);
        is_through = json_parse(BYTES("{\"a\":\"\\ud800\",\"b\":[1e0,\"\\u0000\"]}"), 10, &doc, &e);
        mem_fail_at(0);
        ck_assert_int_eq(is_through, doc != NULL);
        ck_assert(is_through || e.code == ERR_MEMORY);
        json_doc_free(&doc);
    }
    ck_assert_uint_ge(call, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json_tree");
    TCase *promises = tcase_create("promises");
    tcase_set_timeout(promises, 60);
    tcase_add_test(promises, tree_shows_every_type);
    tcase_add_test(promises, tree_walks_entries_in_their_order);
    tcase_add_test(promises, tree_tells_upper_from_lower_case_keys);
    tcase_add_test(promises, tree_keeps_what_escapes_mean);
    tcase_add_test(promises, integer_takes_whole_numbers_however_written);
    tcase_add_test(promises, integer_refuses_what_was_or_would_be_rounded);
    tcase_add_test(promises, tree_reads_numbers_longer_than_any_buffer);
    tcase_add_test(promises, parse_takes_as_deep_as_it_promises_and_names_the_rest);
    tcase_add_test(promises, parse_needs_no_terminator);
    tcase_add_test(promises, parse_fails_cleanly_at_every_allocation);
    suite_add_tcase(suite, promises);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
