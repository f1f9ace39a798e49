#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "assign/rows.h"

static const row_column columns[] = {{"name", false}, {"count", false}, {"note", true}};

static char path[] = "rows-test-XXXXXX";

static void put_file(const void *text, size_t len)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, len, file), len);
    ck_assert_int_eq(fclose(file), 0);
}

static void put_text(const char *text)
{
    put_file(text, strlen(text));
}

static void make_path(void)
{
    memcpy(path, "rows-test-XXXXXX", sizeof(path));
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void remove_path(void)
{
    unlink(path);
}

static rows open_rows(void)
{
    rows r;
    err e = {0};
    ck_assert_msg(rows_open(path, columns, 3, &r, &e), "%s", e.text);
    return r;
}

START_TEST(rows_finds_columns_by_name_in_any_order)
{
    put_text("\xef\xbb\xbf"
             "count,name\r\n7,anna\r\n-9,\"b, \"\"c\"\"\"");
    rows r = open_rows();
    err e = {0};
    int64_t count = 0;

    ck_assert(rows_next(&r, &e));
    ck_assert(bytes_equal_text(rows_field(&r, 0), "anna"));
    ck_assert(rows_integer(&r, 1, -10, 10, &count, &e));
    ck_assert_int_eq(count, 7);
    ck_assert(!rows_has(&r, 2));
    ck_assert_ptr_null(rows_field(&r, 2).base);
    ck_assert(rows_next(&r, &e));
    ck_assert(bytes_equal_text(rows_field(&r, 0), "b, \"c\""));
    ck_assert(rows_integer(&r, 1, -10, 10, &count, &e));
    ck_assert_int_eq(count, -9);
    ck_assert(!rows_next(&r, &e));
    ck_assert_int_eq(e.code, ERR_NONE);
    rows_close(&r);
}
END_TEST

static const struct {
    const char *text;
    err_code code;
    const char *says;
} headers[] = {
    {"", ERR_FIELD_MISSING, ":1: the file is empty"},
    {"name,count,size\n", ERR_FIELD_UNKNOWN, "there is no column \"size\""},
    {"name\n", ERR_FIELD_MISSING, "column \"count\" is missing"},
    {"name,count,name\n", ERR_FIELD_DUPLICATE, "stands twice"},
    {"\"name,count\n", ERR_FIELD_FORMAT, "not closed"},
};

START_TEST(rows_refuses_headers)
{
    rows r;
    err e = {0};
    put_text(headers[_i].text);

    ck_assert(!rows_open(path, columns, 3, &r, &e));

    ck_assert_int_eq(e.code, headers[_i].code);
    ck_assert_ptr_nonnull(strstr(e.text, headers[_i].says));
}
END_TEST

static const struct {
    const char *text;
    err_code code;
    const char *says;
} bad_rows[] = {
    {"name,count\na,1\nb\n", ERR_FIELD_FORMAT, ":3: the row has 1 fields, the header 2"},
    {"name,count\na,1,2\n", ERR_FIELD_FORMAT, ":2: the row has 3 fields"},
    {"name,count\n\na,1\n", ERR_FIELD_FORMAT, ":2: the row has 1 fields"},
    {"name,count\n\"a,1\n", ERR_FIELD_FORMAT, ":2: a quote is not closed"},
    {"name,count\n\"a\"b,1\n", ERR_FIELD_FORMAT, ":2: text stands behind a closing quote"},
    {"name,count\n1,2,3,4,5,6,7,8,9\n", ERR_FIELD_FORMAT, ":2: the row has more than 8 fields"},
};

START_TEST(rows_refuses_rows_with_their_line)
{
    err e = {0};
    put_text(bad_rows[_i].text);
    rows r = open_rows();

    while (rows_next(&r, &e)) {
    }

    ck_assert_int_eq(e.code, bad_rows[_i].code);
    ck_assert_msg(strstr(e.text, bad_rows[_i].says) != NULL, "%s", e.text);
    rows_close(&r);
}
END_TEST

static const struct {
    const char *text;
    err_code code;
    int64_t value;
} numbers[] = {
    {"9223372036854775807", ERR_NONE, INT64_MAX},
    {"9223372036854775808", ERR_FIELD_RANGE, 0},
    {"-9223372036854775808", ERR_NONE, INT64_MIN},
    {"-9223372036854775809", ERR_FIELD_RANGE, 0},
    {"99999999999999999999999", ERR_FIELD_RANGE, 0},
    {"007", ERR_NONE, 7},
    {"", ERR_FIELD_FORMAT, 0},
    {"-", ERR_FIELD_FORMAT, 0},
    {"+1", ERR_FIELD_FORMAT, 0},
    {"1.5", ERR_FIELD_FORMAT, 0},
    {" 1", ERR_FIELD_FORMAT, 0},
    {"1e3", ERR_FIELD_FORMAT, 0},
};

START_TEST(rows_takes_whole_numbers_only)
{
    char text[100];
    err e = {0};
    int64_t value = 0;
    snprintf(text, sizeof(text), "name,count\na,%s\n", numbers[_i].text);
    put_text(text);
    rows r = open_rows();
    ck_assert(rows_next(&r, &e));

    bool is_read = rows_integer(&r, 1, INT64_MIN, INT64_MAX, &value, &e);

    ck_assert_int_eq(is_read, numbers[_i].code == ERR_NONE);
    ck_assert_int_eq(e.code, numbers[_i].code);
    ck_assert_int_eq(value, numbers[_i].value);
    rows_close(&r);
}
END_TEST

START_TEST(rows_keeps_numbers_in_their_range)
{
    err e = {0};
    int64_t value = 0;
    put_text("name,count\na,3\n");
    rows r = open_rows();
    ck_assert(rows_next(&r, &e));

    ck_assert(rows_integer(&r, 1, 3, 3, &value, &e));
    ck_assert(!rows_integer(&r, 1, 4, 9, &value, &e));
    ck_assert_ptr_nonnull(strstr(e.text, ":2: count is 3, expected 4 to 9"));
    ck_assert(!rows_integer(&r, 1, 0, 2, &value, &e));
    rows_close(&r);
}
END_TEST

START_TEST(rows_refuses_ids_that_are_none)
{
    err e = {0};
    bytes id;
    char long_row[300] = "name,count\n";
    memset(long_row + 11, 'a', 201);
    memcpy(long_row + 212, ",1\n\"\",1\na\tb,1\n", 15);
    put_text(long_row);
    rows r = open_rows();

    ck_assert(rows_next(&r, &e));
    ck_assert(!rows_id(&r, 0, &id, &e));
    ck_assert_int_eq(e.code, ERR_FIELD_RANGE);
    ck_assert(rows_next(&r, &e));
    ck_assert(!rows_id(&r, 0, &id, &e));
    ck_assert_int_eq(e.code, ERR_FIELD_MISSING);
    ck_assert(rows_next(&r, &e));
    ck_assert(rows_id(&r, 0, &id, &e));
    ck_assert(!rows_check_new_id(&r, 0, &e));
    ck_assert_int_eq(e.code, ERR_FIELD_FORMAT);
    rows_close(&r);
}
END_TEST

/* Rows across the borders of the buffer, and the last good and first bad length. */
START_TEST(rows_reads_more_than_its_buffer)
{
    enum { ROW_COUNT = 300000 };
    err e = {0};
    FILE *file = fopen(path, "w");
    fputs("name,count\n", file);
    for (int i = 0; i < ROW_COUNT; i++) {
        fprintf(file, "n%d,%d\n", i, i);
    }
    fclose(file);
    rows r = open_rows();
    int64_t sum = 0;
    int64_t value = 0;
    while (rows_next(&r, &e) && rows_integer(&r, 1, 0, ROW_COUNT, &value, &e)) {
        sum += value;
    }
    ck_assert_int_eq(e.code, ERR_NONE);
    ck_assert_int_eq(sum, (int64_t)ROW_COUNT * (ROW_COUNT - 1) / 2);
    ck_assert_uint_eq(r.line, ROW_COUNT + 1);
    rows_close(&r);
}
END_TEST

START_TEST(rows_bounds_the_length_of_a_line)
{
    static char text[ROW_LEN_MAX + 100] = "name,count\n";
    err e = {0};
    for (int more = 0; more < 2; more++) {
        memset(text + 11, 'x', ROW_LEN_MAX - 2 + more);
        memcpy(text + 11 + ROW_LEN_MAX - 2 + more, ",1\n", 4);
        put_text(text);
        rows r = open_rows();
        ck_assert_int_eq(rows_next(&r, &e), more == 0);
        ck_assert_int_eq(e.code, more == 0 ? ERR_NONE : ERR_TOO_LARGE);
        rows_close(&r);
    }
}
END_TEST

START_TEST(rows_names_a_file_that_is_not_there)
{
    rows r;
    err e = {0};

    ck_assert(!rows_open("not-there.csv", columns, 3, &r, &e));

    ck_assert_int_eq(e.code, ERR_FILE);
    ck_assert_ptr_nonnull(strstr(e.text, "not-there.csv"));
}
END_TEST

#define COUNT(list) ((int)(sizeof(list) / sizeof((list)[0])))

int main(void)
{
    Suite *suite = suite_create("assign_rows");
    TCase *tests = tcase_create("rows");
    tcase_add_checked_fixture(tests, make_path, remove_path);
    tcase_add_test(tests, rows_finds_columns_by_name_in_any_order);
    tcase_add_loop_test(tests, rows_refuses_headers, 0, COUNT(headers));
    tcase_add_loop_test(tests, rows_refuses_rows_with_their_line, 0, COUNT(bad_rows));
    tcase_add_loop_test(tests, rows_takes_whole_numbers_only, 0, COUNT(numbers));
    tcase_add_test(tests, rows_keeps_numbers_in_their_range);
    tcase_add_test(tests, rows_refuses_ids_that_are_none);
    tcase_add_test(tests, rows_reads_more_than_its_buffer);
    tcase_add_test(tests, rows_bounds_the_length_of_a_line);
    tcase_add_test(tests, rows_names_a_file_that_is_not_there);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
