/* Native records: nothing is dropped in silence, and one bad record never costs a good one. */
#include "import_feed.h"

#include "base/limits.h"

static const char ONE[] = "{\"id\":\"s-1\"}";

START_TEST(native_reads_a_record_a_line)
{
    feed f = {.options = {.format = "native"}};

    feed_file(&f, BYTES("{\"id\":\"s-1\"}\n"
                        "{\"id\":\"o-1\",\"kind\":\"job\",\"title\":{\"de\":\"Helfer\"}}\n"));

    ck_assert_int_eq(feed_count(&f, "read"), 2);
    ck_assert_int_eq(feed_count(&f, "created"), 2);
    ck_assert_str_eq(buf_terminated(&f.ids), "s-1@1 o-1@2 ");
    ck_assert_str_eq(buf_terminated(&f.bodies),
                     "{\"id\":\"s-1\"}\n"
                     "{\"id\":\"o-1\",\"kind\":\"job\",\"title\":{\"de\":\"Helfer\"}}\n");
    feed_end(&f);
}
END_TEST

START_TEST(native_takes_any_line_end_and_none_at_the_end)
{
    feed f = {.options = {.format = "native"}};

    feed_file(&f, BYTES("{\"id\":\"s-1\"}\r\n\r\n  \n{\"id\":\"s-2\"}\r\n{\"id\":\"s-3\"}"));

    ck_assert_str_eq(buf_terminated(&f.ids), "s-1@1 s-2@4 s-3@5 ");
    feed_end(&f);
}
END_TEST

START_TEST(native_takes_a_byte_order_mark)
{
    feed f = {.options = {.format = "native"}};

    feed_file(&f, BYTES("\xef\xbb\xbf{\"id\":\"s-1\"}\n"));
    ck_assert_str_eq(buf_terminated(&f.ids), "s-1@1 ");

    feed_file(&f, BYTES("\xef\xbb\xbf\n[{\"id\":\"s-1\"}]"));
    ck_assert_str_eq(buf_terminated(&f.ids), "s-1@2 ");
    feed_end(&f);
}
END_TEST

START_TEST(native_refuses_half_a_byte_order_mark)
{
    feed f = {.options = {.format = "native"}};

    feed_file(&f, BYTES("\xef\xbb{\"id\":\"s-1\"}\n{\"id\":\"s-2\"}\n"));
    ck_assert_str_eq(buf_terminated(&f.ids), "s-2@2 ");
    ck_assert_int_eq(feed_refusal_line(&f, 0), 1);

    feed_file(&f, BYTES("\xef\xbb"));
    ck_assert_int_eq(feed_count(&f, "refused"), 1);
    feed_end(&f);
}
END_TEST

START_TEST(native_reads_a_list_of_records)
{
    feed f = {.options = {.format = "native"}};

    feed_file(
        &f, BYTES("[\n  {\"id\": \"s-1\"},\n  {\n    \"id\": \"s-2\"\n  },{\"id\":\"s-3\"}\n]\n"));

    ck_assert_str_eq(buf_terminated(&f.ids), "s-1@2 s-2@3 s-3@5 ");
    ck_assert_int_eq(feed_count(&f, "read"), 3);
    feed_end(&f);
}
END_TEST

START_TEST(native_finds_the_ends_of_records_in_a_list)
{
    feed f = {.options = {.format = "native"}};

    feed_file(&f, BYTES("[{\"id\":\"o-1\",\"kind\":\"job\",\"title\":{\"de\":\"a],[{\\\"},\\\\\"}},"
                        "{\"id\":\"s-2\",\"skills\":[]}]"));

    ck_assert_str_eq(buf_terminated(&f.ids), "o-1@1 s-2@1 ");
    feed_end(&f);
}
END_TEST

START_TEST(native_keeps_good_records_beside_a_bad_one)
{
    feed f = {.options = {.format = "native"}};

    feed_file(&f,
              BYTES("{\"id\":\"s-1\"}\n{\"id\":\"s-2\",\"wage\":1}\nnonsense\n{\"id\":\"s-3\"}\n"));

    ck_assert_str_eq(buf_terminated(&f.ids), "s-1@1 s-3@4 ");
    ck_assert_int_eq(feed_count(&f, "refused"), 2);
    ck_assert_int_eq(feed_refusal_line(&f, 0), 2);
    ck_assert_str_eq(feed_refusal_text(&f, 0, "id"), "field.unknown");
    ck_assert_str_eq(feed_refusal_text(&f, 0, "path"), "/wage");
    ck_assert(bytes_equal_text(json_text(json_member(feed_refusal(&f, 0), "id")), "s-2"));
    ck_assert_int_eq(feed_refusal_line(&f, 1), 3);
    ck_assert_str_eq(feed_refusal_text(&f, 1, "id"), "json.parse");
    feed_end(&f);
}
END_TEST

START_TEST(native_keeps_good_records_beside_a_bad_one_in_a_list)
{
    feed f = {.options = {.format = "native"}};

    feed_file(&f, BYTES("[{\"id\":\"s-1\"},\n{\"id\":\"s-2\",\"id\":\"s-2\"},\n{\"id\":},7,\n"
                        "{\"id\":\"s-3\"}]"));

    ck_assert_str_eq(buf_terminated(&f.ids), "s-1@1 s-3@4 ");
    ck_assert_int_eq(feed_count(&f, "read"), 5);
    ck_assert_str_eq(feed_refusal_text(&f, 0, "id"), "field.duplicate");
    ck_assert_str_eq(feed_refusal_text(&f, 1, "id"), "json.parse");
    ck_assert_str_eq(feed_refusal_text(&f, 2, "id"), "field.type");
    ck_assert_int_eq(feed_refusal_line(&f, 2), 3);
    feed_end(&f);
}
END_TEST

START_TEST(native_tells_a_list_that_was_cut_off)
{
    feed f = {.options = {.format = "native"}};

    feed_file(&f, BYTES("[{\"id\":\"s-1\"},\n{\"id\":\"s-2\"},\n{\"id\":\"s"));
    ck_assert_str_eq(buf_terminated(&f.ids), "s-1@1 s-2@2 ");
    ck_assert_int_eq(feed_refusal_line(&f, 0), 3);

    feed_file(&f, BYTES("[{\"id\":\"s-1\"},\n"));
    ck_assert_int_eq(feed_refusal_line(&f, 0), 2);

    feed_file(&f, BYTES("["));
    ck_assert_int_eq(feed_count(&f, "refused"), 1);
    feed_end(&f);
}
END_TEST

START_TEST(native_tells_what_stands_behind_a_list)
{
    feed f = {.options = {.format = "native"}};

    feed_file(&f, BYTES("[{\"id\":\"s-1\"}]\n{\"id\":\"s-2\"}\n"));

    ck_assert_str_eq(buf_terminated(&f.ids), "s-1@1 ");
    ck_assert_int_eq(feed_count(&f, "refused"), 1);
    ck_assert_int_eq(feed_refusal_line(&f, 0), 2);
    feed_end(&f);
}
END_TEST

START_TEST(native_refuses_an_id_that_came_before)
{
    feed f = {.options = {.format = "native"}};

    /* A seeker and an offer may have the same id; a refused record takes none. */
    feed_file(&f, BYTES("{\"id\":\"1\"}\n{\"id\":\"2\",\"x\":1}\n{\"id\":\"2\"}\n{\"id\":\"1\"}\n"
                        "{\"id\":\"1\",\"kind\":\"job\",\"title\":{\"de\":\"x\"}}\n"));

    ck_assert_str_eq(buf_terminated(&f.ids), "1@1 2@3 1@5 ");
    ck_assert_int_eq(feed_count(&f, "duplicates"), 1);
    ck_assert_int_eq(feed_count(&f, "refused"), 1);
    const json_node *twin = json_child(json_member(json_root(f.doc), "duplicate_ids"));
    ck_assert(bytes_equal_text(json_text(json_member(twin, "id")), "1"));
    feed_end(&f);
}
END_TEST

START_TEST(native_takes_an_empty_file_for_an_empty_one)
{
    static const char *const FILES[] = {"", "\n", " \r\n\t\n", "\xef\xbb\xbf", "\xef\xbb\xbf\n"};
    static const char *const FORMATS[] = {"native", "auto"};
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        for (size_t k = 0; k < 2; k++) {
            feed f = {.options = {.format = FORMATS[k]}};
            feed_file(&f, bytes_of(FILES[i]));
            ck_assert_int_eq(feed_count(&f, "read"), 0);
            ck_assert_uint_eq(f.batch_count, 0);
            feed_end(&f);
        }
    }
}
END_TEST

static void put_record(buf *file, size_t len, size_t blank_count)
{
    size_t start = file->len;
    buf_text(file, "{\"id\":\"s-1\",\"skills\":[");
    while (file->len - start < len - 40) {
        buf_text(file, "\"esco:aaaaaaaa\",");
    }
    while (file->len - start < len - 17) {
        buf_char(file, ' ');
    }
    buf_text(file, "\"esco:bbbbbbbb\"]}");
    ck_assert_uint_eq(file->len - start, len);
    for (size_t i = 0; i < blank_count; i++) {
        buf_char(file, ' ');
    }
}

START_TEST(native_refuses_a_line_that_is_too_long_and_goes_on)
{
    static const size_t LENS[] = {RECORD_LEN_MAX + 1, RECORD_LEN_MAX + 5000, 3 * RECORD_LEN_MAX};
    for (size_t i = 0; i < sizeof LENS / sizeof *LENS; i++) {
        feed f = {.options = {.format = "native"}};
        buf file = {0};
        put_record(&file, LENS[i], 0);
        buf_text(&file, "\n{\"id\":\"s-2\"}\n");

        feed_file(&f, buf_bytes(&file));

        ck_assert_str_eq(buf_terminated(&f.ids), "s-2@2 ");
        ck_assert_int_eq(feed_count(&f, "refused"), 1);
        ck_assert_str_eq(feed_refusal_text(&f, 0, "id"), "too_large");
        feed_end(&f);
        buf_fini(&file);
    }
}
END_TEST

/* What follows the end of an endless line must not pass for a record. */
START_TEST(native_takes_nothing_from_the_end_of_a_line_that_is_too_long)
{
    feed f = {.options = {.format = "native"}};
    buf file = {0};
    put_record(&file, 2 * RECORD_LEN_MAX, 0);
    buf_text(&file, "{\"id\":\"s-9\"}\n{\"id\":\"s-2\"}");

    feed_file(&f, buf_bytes(&file));

    ck_assert_str_eq(buf_terminated(&f.ids), "s-2@2 ");
    feed_end(&f);
    buf_fini(&file);
}
END_TEST

START_TEST(native_judges_the_record_not_the_blanks_around_it)
{
    feed f = {.options = {.format = "native"}};
    buf file = {0};
    put_record(&file, RECORD_LEN_MAX, 1000);

    feed_file(&f, buf_bytes(&file));

    /* Long enough to be read, and then refused for a skill that stands twice. */
    ck_assert_str_eq(feed_refusal_text(&f, 0, "id"), "field.range");
    feed_end(&f);
    buf_fini(&file);
}
END_TEST

START_TEST(native_bounds_what_a_report_lists)
{
    feed f = {.options = {.format = "native"}};
    buf file = {0};
    for (int i = 0; i < 1000; i++) {
        buf_print(&file, "{\"id\":\"s-%d\",\"ext\":{\"k%d\":1}}\n{\"bad\":%d}\n", i, i, i);
    }

    feed_file(&f, buf_bytes(&file));

    ck_assert_int_eq(feed_count(&f, "created"), 1000);
    ck_assert_int_eq(feed_count(&f, "refused"), 1000);
    ck_assert_uint_eq(json_count(json_member(json_root(f.doc), "refusals")), 100);
    ck_assert_uint_eq(json_count(json_member(json_root(f.doc), "unknown_keys")), 201);
    ck_assert_int_eq(feed_key(&f, "unknown_keys", "(others)"), 800);
    feed_end(&f);
    buf_fini(&file);
}
END_TEST

START_TEST(native_keeps_undeclared_ext_keys_out_and_counts_them)
{
    static const ext_key KEYS[] = {{"org.a.flag", SIDE_SEEKER, LOTSE_FLAG, NULL, false}};
    static const ext_keys EXT = {KEYS, 1};
    feed f = {.options = {.format = "native", .ext = &EXT}};

    feed_file(&f, BYTES("{\"id\":\"s-1\",\"ext\":{\"org.b.x\":1,\"org.a.flag\":true}}\n"
                        "{\"id\":\"s-2\",\"ext\":{\"org.a.flag\":false}}\n"));

    ck_assert_str_eq(buf_terminated(&f.bodies),
                     "{\"id\":\"s-1\",\"ext\":{\"org.a.flag\":true}}\n"
                     "{\"id\":\"s-2\",\"ext\":{\"org.a.flag\":false}}\n");
    ck_assert_int_eq(feed_key(&f, "unknown_keys", "ext.org.b.x"), 1);
    feed_end(&f);
}
END_TEST

START_TEST(native_gives_a_postcode_its_place)
{
    feed f = {.options = {.format = "native"}};

    feed_file(&f,
              BYTES("{\"id\":\"s-1\",\"location\":{\"postcode\":\"10875\"}}\n"
                    "{\"id\":\"s-2\",\"location\":{\"postcode\":\"10875\",\"lat\":1,\"lon\":2}}\n"
                    "{\"id\":\"s-3\",\"location\":{\"postcode\":\"99999\"}}\n"
                    "{\"id\":\"o-1\",\"kind\":\"job\",\"title\":{\"de\":\"x\"},"
                    "\"location\":{\"postcode\":\"10875\"}}\n"));

    ck_assert_str_eq(
        buf_terminated(&f.bodies),
        "{\"id\":\"s-1\",\"location\":{\"postcode\":\"10875\",\"lat\":48.75,\"lon\":9.25}}\n"
        "{\"id\":\"s-2\",\"location\":{\"postcode\":\"10875\",\"lat\":1,\"lon\":2}}\n"
        "{\"id\":\"s-3\",\"location\":{\"postcode\":\"99999\"}}\n"
        "{\"id\":\"o-1\",\"kind\":\"job\",\"title\":{\"de\":\"x\"},"
        "\"location\":{\"postcode\":\"10875\",\"lat\":48.75,\"lon\":9.25}}\n");
    ck_assert_int_eq(feed_key(&f, "derived", "location.lat"), 2);
    feed_end(&f);
}
END_TEST

START_TEST(native_hands_on_batches_and_counts_all)
{
    feed f = {.options = {.format = "native"}};
    buf file = {0};
    for (int i = 0; i < 40000; i++) {
        buf_print(&file, "{\"id\":\"s-%d\"}\n", i);
    }

    feed_file(&f, buf_bytes(&file));

    ck_assert_uint_eq(f.batch_count, 3);
    ck_assert_int_eq(feed_count(&f, "created"), 40000);
    feed_end(&f);
    buf_fini(&file);
}
END_TEST

START_TEST(native_lists_what_the_stock_refuses)
{
    feed f = {.options = {.format = "native"}, .sink_refuses = true};

    feed_file(&f, bytes_of(ONE));

    ck_assert_int_eq(feed_count(&f, "refused"), 1);
    ck_assert_int_eq(feed_refusal_line(&f, 0), 1);
    feed_end(&f);
}
END_TEST

START_TEST(native_fails_as_a_whole_where_the_stock_fails)
{
    feed f = {.options = {.format = "native"}, .sink_fails = true};

    ck_assert(!feed_try(&f, bytes_of(ONE), 1));

    ck_assert_int_eq(f.error.code, ERR_STORE_FULL);
    feed_end(&f);
}
END_TEST

START_TEST(native_is_recognised)
{
    static const char *const FILES[] = {
        "{\"id\":\"s-1\"}\n",
        "[{\"id\":\"s-1\"}]",
        "\xef\xbb\xbf\n[\n{\n\"source\":{\"system\":\"{\\\"\"},\n\"id\" : \"s-1\"}]",
        "{\"kind\":\"job\",\"title\":{\"de\":\"x\"},\"id\":\"s-1\"}",
        "[]",
        " [ ] "};
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        feed f = {.options = {.format = "auto"}};
        feed_file(&f, bytes_of(FILES[i]));
        ck_assert(bytes_equal_text(json_text(json_member(json_root(f.doc), "format")), "native"));
        ck_assert_int_eq(feed_count(&f, "refused"), 0);
        feed_end(&f);
    }
}
END_TEST

START_TEST(native_is_not_recognised_in_other_files)
{
    static const char *const FILES[] = {
        "{\"title\":{\"id\":1}}\n",      "{}\n",        "hello\n", "{\"a\":\"id\"}",
        "{\"ergebnisse\":[{\"id\":1}]}", "\xff\xfe{\0", "<xml/>"};
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        feed f = {.options = {.format = "auto"}};
        feed_refused(&f, bytes_of(FILES[i]), ERR_IMPORT_FORMAT);
        feed_end(&f);
    }
}
END_TEST

START_TEST(import_refuses_a_format_it_does_not_know)
{
    feed f = {.options = {.format = "excel"}};

    ck_assert(!feed_try(&f, BYTES(""), 1));

    ck_assert_int_eq(f.error.code, ERR_IMPORT_FORMAT);
    ck_assert_ptr_nonnull(strstr(f.error.hint, "ba-jobs-csv"));
    feed_end(&f);
}
END_TEST

START_TEST(import_names_its_formats)
{
    import_format formats[20];
    ck_assert_uint_eq(import_formats(NULL, 0), 15);
    ck_assert_uint_eq(import_formats(formats, 20), 15);
    for (int i = 0; i < 15; i++) {
        ck_assert_uint_gt(strlen(formats[i].summary), 10);
    }
}
END_TEST

START_TEST(native_fails_cleanly_at_every_allocation)
{
    bytes file =
        BYTES("[{\"id\":\"s-1\",\"location\":{\"postcode\":\"10875\"},\"ext\":{\"x\":1}},{}]");
    bool is_through = false;
    for (uint64_t call = 1; !is_through; call++) {
        feed f = {.options = {.format = "native"}};
        (void)buf_room(&f.report, 4096); /* ours must not fail */
        import_run *r = NULL;
        f.options.sink = feed_sink;
        f.options.find_place = feed_find_place;
        f.options.context = &f;
        (void)buf_room(&f.bodies, 4096);
        (void)buf_room(&f.ids, 4096);
        mem_fail_at(call);
        is_through = import_new(&f.options, &r, &f.error) && import_feed(r, file, &f.error) &&
                     import_finish(r, &f.report, &f.error);
        bool was_reached = is_through;
        mem_fail_at(0);
        ck_assert_msg(is_through || f.error.code == ERR_MEMORY, "%s", f.error.text);
        /* A count that stayed low is allowed, a lost record is not. */
        ck_assert(!is_through || f.record_count == 1);
        is_through = was_reached && call > 100;
        import_free(&r);
        feed_end(&f);
    }
}
END_TEST

FEED_RUN("import_native", native_reads_a_record_a_line,
         native_takes_any_line_end_and_none_at_the_end, native_takes_a_byte_order_mark,
         native_refuses_half_a_byte_order_mark, native_reads_a_list_of_records,
         native_finds_the_ends_of_records_in_a_list, native_keeps_good_records_beside_a_bad_one,
         native_keeps_good_records_beside_a_bad_one_in_a_list, native_tells_a_list_that_was_cut_off,
         native_tells_what_stands_behind_a_list, native_refuses_an_id_that_came_before,
         native_takes_an_empty_file_for_an_empty_one,
         native_refuses_a_line_that_is_too_long_and_goes_on,
         native_takes_nothing_from_the_end_of_a_line_that_is_too_long,
         native_judges_the_record_not_the_blanks_around_it, native_bounds_what_a_report_lists,
         native_keeps_undeclared_ext_keys_out_and_counts_them, native_gives_a_postcode_its_place,
         native_hands_on_batches_and_counts_all, native_lists_what_the_stock_refuses,
         native_fails_as_a_whole_where_the_stock_fails, native_is_recognised,
         native_is_not_recognised_in_other_files, import_refuses_a_format_it_does_not_know,
         import_names_its_formats, native_fails_cleanly_at_every_allocation)
