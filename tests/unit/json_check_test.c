/* The check against RFC 8259, the published suite of edge cases included. */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "json/json.h"

typedef struct suite_counts {
    int accepted;
    int refused;
} suite_counts;

static bool is_json(const char *text)
{
    return json_check(bytes_of(text), 100, NULL, NULL);
}

static bytes read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    fseek(file, 0, SEEK_END);
    long len = ftell(file);
    rewind(file);
    /* Exactly as long as the file, so that the address sanitizer sees a read behind its end. */
    char *base = malloc(len > 0 ? (size_t)len : 1);
    ck_assert_uint_eq(fread(base, 1, (size_t)len, file), (size_t)len);
    fclose(file);
    return (bytes){base, (size_t)len};
}

/* Check and tree must agree on every file; a file may be refused for its depth only as such. */
static bool accepts_file(const char *path)
{
    bytes text = read_file(path);
    err e = {0};
    json_doc *doc = NULL;
    bool is_checked = json_check(text, JSON_READER_DEPTH_MAX, NULL, NULL);
    bool is_parsed = json_parse(text, JSON_READER_DEPTH_MAX, &doc, &e);
    if (is_parsed != is_checked) {
        ck_abort_msg("%s: check %d, parse %d: %s", path, is_checked, is_parsed, e.text);
    }
    if (!is_parsed) {
        ck_assert(e.code == ERR_JSON_PARSE || e.code == ERR_JSON_TOO_DEEP);
    }
    json_doc_free(&doc);
    free((char *)text.base);
    return is_checked;
}

static bool run_suite(char kind, suite_counts *counts)
{
    char folder[4096];
    const char *shared = getenv("LOTSE_SHARED");
    snprintf(folder, sizeof folder, "%s/data/json/JSONTestSuite/test_parsing",
             shared != NULL ? shared : SOURCE_DIR "/../shared");
    DIR *listing = opendir(folder);
    if (listing == NULL) {
        fprintf(stderr, "skipped: JSONTestSuite is not in the shared folder (set LOTSE_SHARED)\n");
        return false;
    }
    struct dirent *entry;
    while ((entry = readdir(listing)) != NULL) {
        if (entry->d_name[0] != kind || entry->d_name[1] != '_') {
            continue;
        }
        char path[5000];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        bool is_accepted = accepts_file(path);
        *(is_accepted ? &counts->accepted : &counts->refused) += 1;
        if (kind != 'i' && is_accepted != (kind == 'y')) {
            fprintf(stderr, "wrong: %s\n", entry->d_name);
        }
    }
    closedir(listing);
    return true;
}

START_TEST(check_accepts_every_file_that_must_be_accepted)
{
    suite_counts counts = {0};
    if (run_suite('y', &counts)) {
        ck_assert_int_eq(counts.accepted, 95);
        ck_assert_int_eq(counts.refused, 0);
    }
}
END_TEST

START_TEST(check_refuses_every_file_that_must_be_refused)
{
    suite_counts counts = {0};
    if (run_suite('n', &counts)) {
        ck_assert_int_eq(counts.refused, 188);
        ck_assert_int_eq(counts.accepted, 0);
    }
}
END_TEST

START_TEST(check_survives_every_file_that_may_go_either_way)
{
    suite_counts counts = {0};
    if (run_suite('i', &counts)) {
        ck_assert_int_eq(counts.accepted + counts.refused, 35);
    }
}
END_TEST

START_TEST(check_accepts_each_kind_of_value_at_the_top)
{
    static const char *const GOOD[] = {"null",
                                       "true",
                                       "false",
                                       "0",
                                       "-0",
                                       "-0.0e-0",
                                       "12.5E+7",
                                       "\"\"",
                                       " [ ] ",
                                       "{}",
                                       "\t\r\n {\"a\" : [1 , {\"b\" : null}]}\n",
                                       "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\"",
                                       "\"\x7F\xC3\xA4\xF0\x9F\x98\x80\"",
                                       "\"\\ud83d\\ude00 \\ud800 \\udc00\""};
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
        ck_assert_msg(is_json(GOOD[i]), "refused %s", GOOD[i]);
    }
}
END_TEST

START_TEST(check_refuses_what_is_nearly_json)
{
    static const char *const WRONG[] = {"",
                                        " ",
                                        "nul",
                                        "nulll",
                                        "True",
                                        "01",
                                        "-",
                                        "-01",
                                        "+1",
                                        ".5",
                                        "1.",
                                        "1.e3",
                                        "1e",
                                        "1e+",
                                        "0x10",
                                        "NaN",
                                        "Infinity",
                                        "'a'",
                                        "\"",
                                        "\"a",
                                        "\"\\\"",
                                        "\"\\x\"",
                                        "\"\\u12\"",
                                        "\"\\u12G4\"",
                                        "\"\\uD800\\u\"",
                                        "\"\t\"",
                                        "\"\n\"",
                                        "\"\x1F\"",
                                        "\"\xFF\"",
                                        "\"\xC3\"",
                                        "\"\xED\xA0\x80\"",
                                        "[",
                                        "]",
                                        "[1",
                                        "[1,",
                                        "[1,]",
                                        "[,1]",
                                        "[1 2]",
                                        "[1}",
                                        "{",
                                        "}",
                                        "{\"a\"",
                                        "{\"a\":",
                                        "{\"a\":1",
                                        "{\"a\":1,",
                                        "{\"a\":1,}",
                                        "{,}",
                                        "{a:1}",
                                        "{1:1}",
                                        "{\"a\" 1}",
                                        "{\"a\":1]",
                                        "{\"a\":1 \"b\":2}",
                                        "1 2",
                                        "[] []",
                                        "\xEF\xBB\xBF[]",
                                        "[1] // x",
                                        "\"a\" x",
                                        "/* */ 1",
                                        "[\"a\":1]",
                                        "\x0B[]",
                                        "\xC2\xA0[]"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        ck_assert_msg(!is_json(WRONG[i]), "took %s", WRONG[i]);
    }
    ck_assert(!json_check((bytes){"1\0", 2}, 10, NULL, NULL));
    ck_assert(!json_check((bytes){"\"\0\"", 3}, 10, NULL, NULL));
    ck_assert(!json_check((bytes){NULL, 0}, 10, NULL, NULL));
}
END_TEST

START_TEST(check_finds_quotes_and_faults_at_every_distance)
{
    for (size_t len = 0; len < 40; len++) {
        char text[64] = "\"";
        memset(text + 1, 'a', len);
        strcpy(text + 1 + len, "\"");
        ck_assert(is_json(text));
        static const char FAULTS[] = {'\x01', '\x1F', '\n', '\x80', '\xFF', '\xA2', '\xDC'};
        for (size_t i = 0; i < sizeof FAULTS; i++) {
            size_t off = 0;
            text[1 + len] = FAULTS[i];
            strcpy(text + 2 + len, "aaaaaaaaaa\"");
            ck_assert(!json_check(bytes_of(text), 10, &off, NULL));
            ck_assert_uint_eq(off, 1 + len);
        }
    }
}
END_TEST

START_TEST(check_says_where_the_text_breaks)
{
    err e = {0};
    size_t off = 0;

    ck_assert(!json_check(BYTES("{\"a\": 1,\n \"\xC3\xA4\" 2}"), 10, &off, &e));

    ck_assert_int_eq(e.code, ERR_JSON_PARSE);
    ck_assert_uint_eq(off, 15);
    ck_assert_ptr_nonnull(strstr(e.text, "colon"));
    ck_assert_str_eq(e.detail, "It breaks at line 2, column 6 (byte 15).");
}
END_TEST

START_TEST(check_tells_depth_apart_from_grammar)
{
    err e = {0};
    size_t off = 99;

    ck_assert(json_check(BYTES("[[{\"a\":[]}]]"), 4, &off, &e));
    ck_assert_uint_eq(off, 99);
    ck_assert_int_eq(e.code, ERR_NONE);
    ck_assert(!json_check(BYTES("[[{\"a\":[]}]]"), 3, &off, &e));
    ck_assert_int_eq(e.code, ERR_JSON_TOO_DEEP);
    ck_assert_uint_eq(off, 7);
    ck_assert(json_check(BYTES("7"), 0, NULL, NULL));
    ck_assert(!json_check(BYTES("[]"), 0, NULL, &e));
    ck_assert_int_eq(e.code, ERR_JSON_TOO_DEEP);
}
END_TEST

START_TEST(check_bounds_depth_whatever_the_caller_allows)
{
    static char text[2 * JSON_READER_DEPTH_MAX + 2];
    err e = {0};
    memset(text, '[', JSON_READER_DEPTH_MAX);
    memset(text + JSON_READER_DEPTH_MAX, ']', JSON_READER_DEPTH_MAX);
    ck_assert(json_check(bytes_of(text), SIZE_MAX, NULL, &e));

    memset(text, '[', JSON_READER_DEPTH_MAX + 1);
    memset(text + JSON_READER_DEPTH_MAX + 1, ']', JSON_READER_DEPTH_MAX + 1);
    ck_assert(!json_check((bytes){text, sizeof text}, SIZE_MAX, NULL, &e));

    ck_assert_int_eq(e.code, ERR_JSON_TOO_DEEP);
}
END_TEST

START_TEST(check_needs_no_memory)
{
    mem_fail_at(1);

    ck_assert(is_json("{\"a\":[1,2,{\"b\":\"\\u00e4\"}]}"));

    /* The failure asked for is still due: nothing was allocated. */
    ck_assert_ptr_null(mem_new(1));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json_check");
    TCase *promises = tcase_create("promises");
    tcase_set_timeout(promises, 60);
    tcase_add_test(promises, check_accepts_every_file_that_must_be_accepted);
    tcase_add_test(promises, check_refuses_every_file_that_must_be_refused);
    tcase_add_test(promises, check_survives_every_file_that_may_go_either_way);
    tcase_add_test(promises, check_accepts_each_kind_of_value_at_the_top);
    tcase_add_test(promises, check_refuses_what_is_nearly_json);
    tcase_add_test(promises, check_finds_quotes_and_faults_at_every_distance);
    tcase_add_test(promises, check_says_where_the_text_breaks);
    tcase_add_test(promises, check_tells_depth_apart_from_grammar);
    tcase_add_test(promises, check_bounds_depth_whatever_the_caller_allows);
    tcase_add_test(promises, check_needs_no_memory);
    suite_add_tcase(suite, promises);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
