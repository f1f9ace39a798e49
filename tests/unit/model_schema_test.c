/* The files in schemas/ are what the tables say. LOTSE_UPDATE=1 writes them anew. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "model/schema.h"

static void read_file(const char *path, buf *ret)
{
    FILE *file = fopen(path, "rb");
    char part[4096];
    size_t len;
    while (file != NULL && (len = fread(part, 1, sizeof part, file)) > 0) {
        buf_put(ret, part, len);
    }
    if (file != NULL) {
        ck_assert_int_eq(fclose(file), 0);
    }
}

static void write_file(const char *path, bytes content)
{
    FILE *file = fopen(path, "wb");
    ck_assert_msg(file != NULL, "cannot write %s", path);
    ck_assert_uint_eq(fwrite(content.base, 1, content.len, file), content.len);
    ck_assert_int_eq(fclose(file), 0);
}

/* The committed file is the compact JSON, indented. */
static void expect_file(const char *name, const buf *compact)
{
    buf wanted = {0};
    buf found = {0};
    char path[512];
    (void)snprintf(path, sizeof path, "%s/schemas/%s", SOURCE_DIR, name);
    schema_indent(buf_bytes(compact), &wanted);
    ck_assert(json_check(buf_bytes(&wanted), 64, NULL, NULL));
    const char *update = getenv("LOTSE_UPDATE");
    if (update != NULL && strcmp(update, "1") == 0) {
        write_file(path, buf_bytes(&wanted));
    }
    read_file(path, &found);
    ck_assert_msg(bytes_equal(buf_bytes(&found), buf_bytes(&wanted)),
                  "%s differs from the tables; LOTSE_UPDATE=1 writes it anew", path);
    buf_fini(&wanted);
    buf_fini(&found);
}

START_TEST(schema_of_records_is_the_committed_file)
{
    for (int side = 0; side < 2; side++) {
        buf out = {0};
        json_writer w = json_writer_to(&out);
        schema_print_record((record_side)side, NULL, &w);
        expect_file(side == SIDE_SEEKER ? "record/seeker.schema.json" : "record/offer.schema.json",
                    &out);
        buf_fini(&out);
    }
}
END_TEST

START_TEST(schema_of_code_lists_is_the_committed_file)
{
    uint32_t count;
    const code_list *lists = code_list_all(&count);
    for (uint32_t i = 0; i < count; i++) {
        buf out = {0};
        char name[128];
        json_writer w = json_writer_to(&out);
        schema_print_codes(&lists[i], &w);
        (void)snprintf(name, sizeof name, "codes/%s.json", lists[i].name);
        expect_file(name, &out);
        buf_fini(&out);
    }
}
END_TEST

START_TEST(schema_of_errors_is_the_committed_file)
{
    buf out = {0};
    json_writer w = json_writer_to(&out);
    schema_print_errors(&w);
    expect_file("errors.json", &out);
    buf_fini(&out);
}
END_TEST

START_TEST(schema_fields_hold_every_column_once)
{
    buf out = {0};
    json_writer w = json_writer_to(&out);
    schema_print_fields(&w);
    json_doc *doc = NULL;
    err e = {0};
    ck_assert(json_parse(buf_bytes(&out), 32, &doc, &e));

    uint32_t column_count = 0;
    const json_node *fields = json_member(json_root(doc), "fields");
    for (const json_node *n = json_child(fields); n != NULL; n = json_next(n)) {
        column_count += json_bool(json_member(n, "column"));
        ck_assert_uint_gt(json_text(json_member(n, "de")).len, 0);
        ck_assert_uint_gt(json_text(json_member(n, "en")).len, 0);
    }
    uint32_t seeker_count;
    uint32_t offer_count;
    field_all(SIDE_SEEKER, &seeker_count);
    field_all(SIDE_OFFER, &offer_count);
    ck_assert_uint_eq(column_count, seeker_count + offer_count);

    json_doc_free(&doc);
    buf_fini(&out);
}
END_TEST

START_TEST(schema_indent_changes_blanks_only)
{
    buf out = {0};

    schema_indent(BYTES("{\"a\":[1,{\"b\":\"x,\\\"{\"}],\"c\":{},\"d\":[]}"), &out);

    ck_assert_str_eq(buf_terminated(&out), "{\n"
                                           "  \"a\": [\n"
                                           "    1,\n"
                                           "    {\"b\": \"x,\\\"{\"}\n"
                                           "  ],\n"
                                           "  \"c\": {},\n"
                                           "  \"d\": []\n"
                                           "}\n");
    buf_fini(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model_schema");
    TCase *tests = tcase_create("schema");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, schema_of_records_is_the_committed_file);
    tcase_add_test(tests, schema_of_code_lists_is_the_committed_file);
    tcase_add_test(tests, schema_of_errors_is_the_committed_file);
    tcase_add_test(tests, schema_fields_hold_every_column_once);
    tcase_add_test(tests, schema_indent_changes_blanks_only);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
