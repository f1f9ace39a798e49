/* Tables come out as they were meant, whatever the pieces, and one stray quote costs one line. */
#include "import_feed.h"

#include "base/csv.h"

typedef struct rows {
    buf text; /* [line]cell|cell, a row a line; given up lines as [line]! */
} rows;

static bool on_row(void *context, const bytes *cells, uint32_t cell_count, uint64_t line,
                   const err *why, err *e)
{
    rows *r = context;
    (void)e;
    buf_print(&r->text, "[%llu]", (unsigned long long)line);
    if (why != NULL) {
        buf_text(&r->text, "!");
    }
    for (uint32_t i = 0; i < cell_count; i++) {
        buf_print(&r->text, "%s%.*s", i > 0 ? "|" : "", (int)cells[i].len, cells[i].base);
    }
    buf_text(&r->text, "\n");
    return true;
}

static void read_rows(bytes file, char delimiter, uint32_t cell_count_max, size_t piece_len,
                      rows *ret)
{
    csv c;
    err e = {0};
    csv_begin(&c, delimiter);
    c.cell_count_max = cell_count_max;
    for (size_t at = 0; at < file.len; at += piece_len) {
        size_t len = file.len - at < piece_len ? file.len - at : piece_len;
        ck_assert(csv_feed(&c, (bytes){file.base + at, len}, on_row, ret, &e));
    }
    ck_assert(csv_finish(&c, on_row, ret, &e));
    csv_fini(&c);
}

static void check_rows(bytes file, char delimiter, uint32_t cell_count_max, const char *expected)
{
    for (size_t piece_len = 1; piece_len <= file.len + 1; piece_len++) {
        rows r = {0};
        read_rows(file, delimiter, cell_count_max, piece_len, &r);
        ck_assert_str_eq(buf_terminated(&r.text), expected);
        buf_fini(&r.text);
    }
}

START_TEST(csv_reads_rows_with_any_line_end)
{
    check_rows(BYTES("a,b\n1,2\n"), ',', 0, "[1]a|b\n[2]1|2\n");
    check_rows(BYTES("a,b\r\n1,2\r\n"), ',', 0, "[1]a|b\n[2]1|2\n");
    check_rows(BYTES("a,b\r1,2\r"), ',', 0, "[1]a|b\n[2]1|2\n");
    check_rows(BYTES("a,b\n1,2"), ',', 0, "[1]a|b\n[2]1|2\n");
    check_rows(BYTES("a\n\n\r\n\rb"), ',', 0, "[1]a\n[5]b\n");
}
END_TEST

START_TEST(csv_reads_empty_cells)
{
    check_rows(BYTES(",\n"), ',', 0, "[1]|\n");
    check_rows(BYTES("\"\",\"\"\n"), ',', 0, "[1]|\n");
    check_rows(BYTES("a,"), ',', 0, "[1]a|\n");
    check_rows(BYTES("\"\""), ',', 0, "[1]\n");
    check_rows(BYTES(""), ',', 0, "");
}
END_TEST

START_TEST(csv_takes_everything_inside_quotes)
{
    check_rows(BYTES("\"a,b\",\"c\"\"d\"\n"), ',', 0, "[1]a,b|c\"d\n");
    check_rows(BYTES("\"a\nb\",c\nd"), ',', 0, "[1]a\nb|c\n[3]d\n");
    check_rows(BYTES("\"a\r\nb\"\r\nd"), ',', 0, "[1]a\r\nb\n[3]d\n");
    check_rows(BYTES("\"a\"b,c"), ',', 0, "[1]ab|c\n");
}
END_TEST

START_TEST(csv_takes_a_quote_inside_a_cell_for_itself)
{
    check_rows(BYTES("5\" screen,x\ny\"\n"), ',', 0, "[1]5\" screen|x\n[2]y\"\n");
}
END_TEST

START_TEST(csv_takes_other_delimiters)
{
    check_rows(BYTES("a;b,c\n"), ';', 0, "[1]a|b,c\n");
    check_rows(BYTES("a\tb\n"), '\t', 0, "[1]a|b\n");
}
END_TEST

START_TEST(csv_gives_up_only_the_line_whose_quote_never_ends)
{
    check_rows(BYTES("a,b\n1,\"x\n2,y\n3,z\n"), ',', 2, "[1]a|b\n[2]!\n[3]2|y\n[4]3|z\n");
    check_rows(BYTES("a,b\r\n1,\"x\r\n2,y\r\n"), ',', 2, "[1]a|b\n[2]!\n[3]2|y\n");
    check_rows(BYTES("1,\"x"), ',', 0, "[1]!\n");
    check_rows(BYTES("1,\"x\n2,\"y\n3,z"), ',', 2, "[1]!\n[2]!\n[3]3|z\n");
}
END_TEST

START_TEST(csv_gives_up_a_line_whose_quote_ends_in_another_row)
{
    /* The second quote belongs to a cell with a delimiter: the row gets too wide. */
    check_rows(BYTES("1,\"x\n2,y\n3,\"z,z\"\n4,w\n"), ',', 2, "[1]!\n[2]2|y\n[3]3|z,z\n[4]4|w\n");
}
END_TEST

START_TEST(csv_gives_up_many_such_lines_one_by_one)
{
    check_rows(BYTES("1,\"x\n\"\"\"y\n3,\"z\n4,w\n"), ',', 2, "[1]!\n[2]!\n[3]!\n[4]4|w\n");
}
END_TEST

START_TEST(csv_skips_a_row_that_is_too_long)
{
    buf file = {0};
    buf_text(&file, "a,b\n");
    for (uint32_t i = 0; i <= CSV_ROW_LEN_MAX; i++) {
        buf_char(&file, 'x');
    }
    buf_text(&file, ",1\nc,d\n");
    rows r = {0};

    read_rows(buf_bytes(&file), ',', 0, 1000, &r);

    ck_assert_str_eq(buf_terminated(&r.text), "[1]a|b\n[2]!\n[3]c|d\n");
    buf_fini(&r.text);
    buf_fini(&file);
}
END_TEST

START_TEST(csv_keeps_a_row_as_long_as_may_be)
{
    buf file = {0};
    for (uint32_t i = 0; i < CSV_ROW_LEN_MAX - 1; i++) {
        buf_char(&file, 'x');
    }
    buf_text(&file, ",1\n");
    rows r = {0};

    read_rows(buf_bytes(&file), ',', 0, 777, &r);

    ck_assert_uint_eq(r.text.len, CSV_ROW_LEN_MAX + 5);
    buf_fini(&r.text);
    buf_fini(&file);
}
END_TEST

START_TEST(csv_skips_a_row_with_too_many_cells)
{
    buf file = {0};
    for (uint32_t i = 0; i < CSV_CELL_MAX; i++) {
        buf_char(&file, ',');
    }
    buf_text(&file, "\nc\n");
    rows r = {0};

    read_rows(buf_bytes(&file), ',', 0, 10, &r);

    ck_assert_str_eq(buf_terminated(&r.text), "[1]!\n[2]c\n");
    buf_fini(&r.text);
    buf_fini(&file);
}
END_TEST

/* Rows that look open however one comes to them: the reader must not read all again for each. */
START_TEST(csv_ends_in_time_on_rows_made_to_be_lost)
{
    buf file = {0};
    for (uint32_t i = 0; i < 1500000; i++) {
        buf_text(&file, "a\",\"b\n");
    }
    rows once = {0};
    rows twice = {0};

    read_rows(buf_bytes(&file), ',', 2, SIZE_MAX / 2, &once);
    read_rows(buf_bytes(&file), ',', 2, 65536, &twice);

    ck_assert(bytes_equal(buf_bytes(&once.text), buf_bytes(&twice.text)));
    ck_assert_uint_gt(once.text.len, 0);
    buf_fini(&once.text);
    buf_fini(&twice.text);
    buf_fini(&file);
}
END_TEST

START_TEST(csv_guesses_the_delimiter_of_the_first_line)
{
    ck_assert_int_eq(csv_guess_delimiter(BYTES("a;b;c,d\n,,,,,")), ';');
    ck_assert_int_eq(csv_guess_delimiter(BYTES("a\tb\r;;;")), '\t');
    ck_assert_int_eq(csv_guess_delimiter(BYTES("\"a;b;c\",d")), ',');
    ck_assert_int_eq(csv_guess_delimiter(BYTES("a|b")), '|');
    ck_assert_int_eq(csv_guess_delimiter(BYTES("")), ',');
}
END_TEST

static void drop_returns(buf *text)
{
    size_t kept = 0;
    for (size_t i = 0; i < text->len; i++) {
        if (text->base[i] != '\r') {
            text->base[kept++] = text->base[i];
        }
    }
    text->len = kept;
}

/* The rows of a file against what csv-spectrum says of it: a list of objects by header. */
static void check_spectrum(const char *name)
{
    char path[200];
    buf file = {0};
    buf wanted = {0};
    json_doc *doc = NULL;
    err e = {0};
    rows r = {0};
    buf expected = {0};
    snprintf(path, sizeof path, "data/json/csv-spectrum/csvs/%s.csv", name);
    bool is_there = feed_read_shared(path, &file);
    snprintf(path, sizeof path, "data/json/csv-spectrum/json/%s.json", name);
    if (!is_there || !feed_read_shared(path, &wanted)) {
        return;
    }
    ck_assert(json_parse(buf_bytes(&wanted), 8, &doc, &e));

    read_rows(buf_bytes(&file), ',', 0, 3, &r);

    /* Ours has the header first and the line before each row; the copy of csv-spectrum may have
     * lost its carriage returns. */
    for (const json_node *n = json_child(json_root(doc)); n != NULL; n = json_next(n)) {
        for (const json_node *m = json_child(n); m != NULL; m = json_next(m)) {
            buf_print(&expected, "%s%.*s", m == json_child(n) ? "" : "|", (int)json_text(m).len,
                      json_text(m).base);
        }
        buf_char(&expected, '\n');
    }
    buf found = {0};
    for (const char *row = strstr(buf_terminated(&r.text), "\n["); row != NULL;
         row = strstr(row, "\n[")) {
        row = strchr(row, ']') + 1;
        const char *end = strstr(row, "\n[");
        buf_put(&found, row, end != NULL ? (size_t)(end - row) + 1 : strlen(row));
    }
    drop_returns(&found);
    drop_returns(&expected);
    ck_assert_str_eq(buf_terminated(&found), buf_terminated(&expected));
    buf_fini(&found);
    buf_fini(&expected);
    buf_fini(&r.text);
    buf_fini(&file);
    buf_fini(&wanted);
    json_doc_free(&doc);
}

START_TEST(csv_reads_csv_spectrum)
{
    static const char *const NAMES[] = {"comma_in_quotes",
                                        "empty",
                                        "empty_crlf",
                                        "escaped_quotes",
                                        "newlines",
                                        "newlines_crlf",
                                        "quotes_and_newlines",
                                        "simple",
                                        "simple_crlf",
                                        "utf8",
                                        "json"};
    check_spectrum(NAMES[_i]);
}
END_TEST

START_TEST(csv_fails_cleanly_at_every_allocation)
{
    bool is_through = false;
    for (uint64_t call = 1; !is_through; call++) {
        csv c;
        err e = {0};
        rows r = {0};
        bytes file = BYTES("a,b\n1,\"x\n2,y\n3,z\n");
        (void)buf_room(&r.text, 1000); /* ours must not fail */
        csv_begin(&c, ',');
        mem_fail_at(call);
        is_through = csv_feed(&c, file, on_row, &r, &e) && csv_finish(&c, on_row, &r, &e);
        mem_fail_at(0);
        ck_assert(is_through || e.code == ERR_MEMORY);
        csv_fini(&c);
        buf_fini(&r.text);
        ck_assert_uint_lt(call, 1000);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("import_csv");
    TCase *promises = tcase_create("promises");
    tcase_set_timeout(promises, 120);
    tcase_add_test(promises, csv_reads_rows_with_any_line_end);
    tcase_add_test(promises, csv_reads_empty_cells);
    tcase_add_test(promises, csv_takes_everything_inside_quotes);
    tcase_add_test(promises, csv_takes_a_quote_inside_a_cell_for_itself);
    tcase_add_test(promises, csv_takes_other_delimiters);
    tcase_add_test(promises, csv_gives_up_only_the_line_whose_quote_never_ends);
    tcase_add_test(promises, csv_gives_up_a_line_whose_quote_ends_in_another_row);
    tcase_add_test(promises, csv_gives_up_many_such_lines_one_by_one);
    tcase_add_test(promises, csv_skips_a_row_that_is_too_long);
    tcase_add_test(promises, csv_keeps_a_row_as_long_as_may_be);
    tcase_add_test(promises, csv_skips_a_row_with_too_many_cells);
    tcase_add_test(promises, csv_ends_in_time_on_rows_made_to_be_lost);
    tcase_add_test(promises, csv_guesses_the_delimiter_of_the_first_line);
    tcase_add_test(promises, csv_fails_cleanly_at_every_allocation);
    tcase_add_loop_test(promises, csv_reads_csv_spectrum, 0, 11);
    suite_add_tcase(suite, promises);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
