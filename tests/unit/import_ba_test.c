/* The two real shapes: what is taken, what is counted, and what stops the import before it begins.
 */
#include "import_feed.h"

#include "base/limits.h"

static feed fixture(const char *name, const char *format)
{
    feed f = {.options = {.format = format}};
    buf file = {0};
    char path[200];
    snprintf(path, sizeof path, "tests/import/fixtures/%s", name);
    feed_read_own(path, &file);
    feed_file(&f, buf_bytes(&file));
    buf_fini(&file);
    return f;
}

static const char *line_of(feed *f, size_t index)
{
    static char line[8192];
    const char *at = buf_terminated(&f->bodies);
    for (; index > 0; index--) {
        at = strchr(at, '\n') + 1;
    }
    snprintf(line, sizeof line, "%.*s", (int)(strchr(at, '\n') - at), at);
    return line;
}

START_TEST(jobs_become_offers)
{
    feed f = fixture("ba_jobs_v4_2025-09.csv", "auto");

    ck_assert(bytes_equal_text(json_text(json_member(json_root(f.doc), "format")), "ba-jobs-csv"));
    ck_assert_int_eq(feed_count(&f, "read"), 6);
    ck_assert_int_eq(feed_count(&f, "created"), 4);
    ck_assert_int_eq(feed_count(&f, "duplicates"), 1);
    ck_assert_int_eq(feed_count(&f, "refused"), 1);
    ck_assert_str_eq(
        line_of(&f, 0),
        "{\"id\":\"ba-10000-0000000001-S\",\"kind\":\"job\",\"status\":\"running\","
        "\"title\":{\"de\":\"Lagerhelfer, Frühschicht (m/w/d) in Voll-/Teilzeit\"},"
        "\"description\":{\"de\":\"Helfer/in - Lager\"},"
        "\"provider\":{\"name\":\"Musterlager GmbH\"},"
        "\"location\":{\"postcode\":\"10875\",\"lat\":49.5,\"lon\":10.5},"
        "\"working_time\":[\"full_time\",\"part_time\"],"
        "\"intakes\":[{\"id\":\"ba-10000-0000000001-S/1\",\"start\":\"2025-10-01\",\"seats\":1,"
        "\"seats_free\":1,\"seats_source\":\"assumed\"}],"
        "\"source\":{\"system\":\"ba-jobs\",\"id\":\"10000-0000000001-S\","
        "\"last_seen\":\"2025-09-18\"}}");
    feed_end(&f);
}
END_TEST

START_TEST(jobs_survive_the_traps_of_the_source)
{
    feed f = fixture("ba_jobs_v4_2025-09.csv", "ba-jobs-csv");

    /* No title: the occupation stands in for it. Published after it was changed. */
    ck_assert_ptr_nonnull(strstr(line_of(&f, 1), "\"title\":{\"de\":\"Koch/Köchin\"}"));
    ck_assert_ptr_nonnull(strstr(line_of(&f, 1), "\"last_seen\":\"2025-09-20\""));
    ck_assert_int_eq(feed_key(&f, "derived", "title"), 1);
    /* A line end in the title, an apprenticeship, a place from the postcode. */
    ck_assert_ptr_nonnull(strstr(line_of(&f, 2), "\"kind\":\"apprenticeship\""));
    ck_assert_ptr_nonnull(strstr(line_of(&f, 2), "\"de\":\"Ausbildung als Fachlagerist (m/w/d)\""));
    ck_assert_ptr_nonnull(strstr(line_of(&f, 2), "\"lat\":48.75"));
    /* Not an apprenticeship; no day; no place; the text null. */
    ck_assert_ptr_nonnull(strstr(line_of(&f, 3), "\"kind\":\"job\""));
    ck_assert_ptr_nonnull(strstr(line_of(&f, 3), "\"location\":{\"postcode\":\"96999\"}"));
    ck_assert_ptr_null(strstr(line_of(&f, 3), "start"));
    ck_assert_int_eq(feed_key(&f, "unmapped_codes", "eintrittsdatum"), 1);
    /* Lines are those of the file, of which one row has two. */
    ck_assert_str_eq(buf_terminated(&f.ids),
                     "ba-10000-0000000001-S@2 ba-10000-0000000002-S@3 ba-10000-0000000003-S@4 "
                     "ba-10000-0000000004-S@6 ");
    ck_assert_int_eq(feed_refusal_line(&f, 0), 8);
    ck_assert_str_eq(feed_refusal_text(&f, 0, "path"), "/refnr");
    feed_end(&f);
}
END_TEST

START_TEST(jobs_count_columns_that_are_new_or_gone)
{
    feed f = {.options = {.format = "auto"}};

    feed_file(&f, BYTES("beruf;titel;refnr;neu;refnr\nKoch;Koch gesucht;1-S;x;2-S\n"));

    ck_assert_str_eq(buf_terminated(&f.ids), "ba-1-S@2 ");
    ck_assert_int_eq(feed_key(&f, "unknown_keys", "neu"), 1);
    ck_assert_int_eq(feed_key(&f, "unknown_keys", "refnr"), 1);
    ck_assert_int_eq(feed_key(&f, "missing_keys", "arbeitgeber"), 1);
    ck_assert_int_eq(feed_key(&f, "missing_keys", "externeUrl"), 0);
    feed_end(&f);
}
END_TEST

START_TEST(jobs_refuse_a_table_that_has_changed)
{
    feed f = {.options = {.format = "ba-jobs-csv"}};

    feed_refused(&f, BYTES("hauptberuf,titel,referenznummer\nKoch,Koch gesucht,1\n"),
                 ERR_IMPORT_DRIFT);
    ck_assert_ptr_nonnull(strstr(f.error.text, "\"beruf\""));
    feed_refused(&f, BYTES("\"beruf,titel,refnr\nKoch,Koch gesucht,1\n"), ERR_IMPORT_FORMAT);
    feed_end(&f);
}
END_TEST

START_TEST(jobs_refuse_a_row_that_is_not_utf8)
{
    feed f = {.options = {.format = "auto"}};

    feed_file(&f, BYTES("beruf,titel,refnr\nKoch,K\xf6"
                        "chin,1-S\nKoch,Koch,2-S\n"));

    ck_assert_str_eq(buf_terminated(&f.ids), "ba-2-S@3 ");
    ck_assert_int_eq(feed_refusal_line(&f, 0), 2);
    ck_assert_ptr_nonnull(strstr(feed_refusal_text(&f, 0, "message"), "\"titel\""));
    feed_end(&f);
}
END_TEST

START_TEST(jobs_refuse_rows_of_another_width)
{
    feed f = {.options = {.format = "auto"}};

    /* A cell without quotes around its comma, a row that was cut off, an empty row at the end. */
    feed_file(&f, BYTES("beruf,titel,refnr\nKoch,Koch, gesucht,1-S\nKoch,Koch,2-S\nKoch,Ko\n,,\n"));

    ck_assert_str_eq(buf_terminated(&f.ids), "ba-2-S@3 ");
    ck_assert_int_eq(feed_count(&f, "refused"), 2);
    ck_assert_int_eq(feed_count(&f, "read"), 3);
    feed_end(&f);
}
END_TEST

START_TEST(jobs_with_an_id_no_record_may_have_are_refused)
{
    feed f = {.options = {.format = "auto"}};

    feed_file(&f, BYTES("beruf,titel,refnr\nKoch,Koch,1 S\nKoch,Koch,"
                        "12345678901234567890123456789012345678901234567890123456789\nKoch,Koch,"
                        "123456789012345678901234567890123456789012345678901234567890\n"));

    ck_assert_uint_eq(f.record_count, 1);
    ck_assert_str_eq(feed_refusal_text(&f, 0, "path"), "/id");
    ck_assert_str_eq(feed_refusal_text(&f, 1, "path"), "/refnr");
    feed_end(&f);
}
END_TEST

START_TEST(jobs_of_an_empty_table_are_none)
{
    feed f = {.options = {.format = "ba-jobs-csv"}};
    feed_file(&f, BYTES(""));
    ck_assert_int_eq(feed_count(&f, "read"), 0);
    feed_file(&f, BYTES("beruf,titel,refnr\n"));
    ck_assert_int_eq(feed_count(&f, "read"), 0);
    feed_end(&f);
}
END_TEST

START_TEST(jobs_of_bamberg_are_all_read)
{
    feed f = {.options = {.format = "auto"}};
    buf file = {0};
    if (!feed_read_shared("data/ba/jobs_bamberg_2025-09.csv", &file)) {
        return;
    }

    feed_file(&f, buf_bytes(&file));

    ck_assert_int_eq(feed_count(&f, "read"), 5007);
    ck_assert_int_eq(feed_count(&f, "duplicates"), 5);
    ck_assert_int_eq(feed_count(&f, "refused"), 0);
    ck_assert_int_eq(feed_count(&f, "created"), 5002);
    ck_assert_int_eq(feed_key(&f, "derived", "title"), 59);
    feed_end(&f);
    buf_fini(&file);
}
END_TEST

START_TEST(training_dates_become_intakes_of_one_offer)
{
    feed f = fixture("ba_training_2023-07.json", "auto");

    ck_assert(bytes_equal_text(json_text(json_member(json_root(f.doc), "format")), "ba-training"));
    ck_assert_int_eq(feed_count(&f, "read"), 5);
    ck_assert_int_eq(feed_count(&f, "created"), 2);
    ck_assert_int_eq(feed_count(&f, "merged"), 1);
    ck_assert_int_eq(feed_count(&f, "duplicates"), 1);
    ck_assert_int_eq(feed_count(&f, "refused"), 1);
    ck_assert_str_eq(
        line_of(&f, 0),
        "{\"id\":\"ba-w-9000001.10875.full_time\",\"kind\":\"qualification\","
        "\"status\":\"running\",\"title\":{\"de\":\"Lager & Logistik Grundkurs\"},"
        "\"description\":{\"de\":\"Inhalt\\nWaren annehmen, lagern und versenden.\\nGabelstapler\\n"
        "Übungen\"},\"provider\":{\"name\":\"Beispielakademie gGmbH\"},"
        "\"location\":{\"postcode\":\"10875\",\"lat\":49.5,\"lon\":10.5},"
        "\"working_time\":[\"full_time\"],"
        "\"intakes\":[{\"id\":\"ba-t-900000011\",\"start\":\"2026-11-01\",\"end\":\"2026-12-31\","
        "\"seats\":15,\"seats_min\":6,\"register_by\":\"2026-10-24\"},"
        "{\"id\":\"ba-t-900000012\",\"start\":\"2026-11-01\",\"entry\":{\"mode\":\"rolling\"}}],"
        "\"funding\":[\"SGB3_81\"],\"price\":{\"amount\":0,\"currency\":\"EUR\"},"
        "\"source\":{\"system\":\"ba-training\",\"id\":\"9000001\",\"last_seen\":\"2023-07-07\"}}");
    feed_end(&f);
}
END_TEST

START_TEST(training_survives_the_traps_of_the_source)
{
    feed f = fixture("ba_training_2023-07.json", "ba-training");

    /* Another form and time: another offer; online, but the postcode got its zero back. */
    ck_assert_ptr_nonnull(strstr(line_of(&f, 1), "\"id\":\"ba-w-9000001.online.part_time\""));
    ck_assert_ptr_nonnull(strstr(line_of(&f, 1), "\"location\":{\"postcode\":\"01067\"}"));
    ck_assert_ptr_nonnull(strstr(line_of(&f, 1), "\"start\":null"));
    ck_assert_ptr_null(strstr(line_of(&f, 1), "seats"));
    ck_assert_ptr_null(strstr(line_of(&f, 1), "funding"));
    ck_assert_ptr_null(strstr(buf_terminated(&f.bodies), "Niemand"));
    ck_assert_ptr_null(strstr(buf_terminated(&f.bodies), "example.invalid"));
    ck_assert_int_eq(feed_key(&f, "unknown_keys", "neuesFeld"), 1);
    ck_assert_int_eq(feed_key(&f, "missing_keys", "teilnehmerMax"), 2);
    ck_assert_int_eq(feed_key(&f, "missing_keys", "angebot.inhalt"), 2);
    ck_assert_int_eq(feed_key(&f, "unmapped_codes", "ende (before beginn)"), 1);
    ck_assert_str_eq(feed_refusal_text(&f, 0, "path"), "/_embedded/termine/4");
    feed_end(&f);
}
END_TEST

START_TEST(training_takes_an_answer_without_matches)
{
    feed f = fixture("ba_training_no_match_2023-07.json", "ba-training");
    ck_assert_int_eq(feed_count(&f, "read"), 0);
    feed_file(&f, BYTES(""));
    feed_file(&f, BYTES("{\"_embedded\":{\"termine\":[]}}"));
    ck_assert_int_eq(feed_count(&f, "read"), 0);
    feed_end(&f);
}
END_TEST

START_TEST(training_refuses_an_answer_that_has_changed)
{
    static const char *const FILES[] = {
        "{}",
        "[]",
        "7",
        "{\"_embedded\":{}}",
        "{\"_embedded\":{\"termine\":{}}}",
        "{\"_embedded\":{\"kurse\":[]},\"page\":{\"totalElements\":3}}",
        ("{\"_embedded\":{\"termine\":[{\"id\":1,\"kurs\":{\"id\":1,\"titel\":\"x\"}},7,"
         "{\"id\":2,\"angebot\":{\"id\":1,\"titel\":\"x\"}}]}}")};
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        feed f = {.options = {.format = "ba-training"}};
        feed_refused(&f, bytes_of(FILES[i]), ERR_IMPORT_DRIFT);
        feed_end(&f);
    }
}
END_TEST

START_TEST(training_takes_nothing_of_an_answer_that_was_cut_off)
{
    feed f = {.options = {.format = "ba-training"}};
    buf file = {0};
    feed_read_own("tests/import/fixtures/ba_training_2023-07.json", &file);

    feed_refused(&f, (bytes){file.base, file.len / 2}, ERR_JSON_PARSE);

    ck_assert_ptr_nonnull(strstr(f.error.detail, "line"));
    feed_end(&f);
    buf_fini(&file);
}
END_TEST

/* 3,000 dates of one course: more than a record holds. */
START_TEST(training_refuses_the_dates_that_no_record_holds)
{
    feed f = {.options = {.format = "ba-training"}};
    buf file = {0};
    buf_text(&file, "{\"_embedded\":{\"termine\":[");
    for (int i = 0; i < 3000; i++) {
        buf_print(&file,
                  "%s{\"id\":%d,\"angebot\":{\"id\":1,\"titel\":\"x\"},\"beginn\":1793487600000,"
                  "\"ende\":1798671600000,\"teilnehmerMin\":1,\"teilnehmerMax\":10,"
                  "\"anmeldeschluss\":1792792800000,\"individuellerEinstieg\":true}",
                  i > 0 ? "," : "", 500000 + i);
    }
    buf_text(&file, "]}}");

    ck_assert(feed_try(&f, buf_bytes(&file), SIZE_MAX));

    feed_check_sums(&f);
    ck_assert_int_eq(feed_count(&f, "read"), 3000);
    ck_assert_int_eq(feed_count(&f, "created"), 1);
    ck_assert_int_gt(feed_count(&f, "merged"), 1000);
    ck_assert_int_gt(feed_count(&f, "refused"), 100);
    ck_assert_uint_lt(f.bodies.len, RECORD_LEN_MAX);
    feed_end(&f);
    buf_fini(&file);
}
END_TEST

/* The rows that were merged into a record share its fate. */
START_TEST(training_counts_merged_dates_of_a_refused_offer_as_refused)
{
    feed f = {.options = {.format = "ba-training"}};

    feed_file(&f, BYTES("{\"_embedded\":{\"termine\":["
                        "{\"id\":1,\"angebot\":{\"id\":1,\"titel\":\"<p>\"}},"
                        "{\"id\":2,\"angebot\":{\"id\":1,\"titel\":\"<p>\"}}]}}"));

    ck_assert_int_eq(feed_count(&f, "refused"), 2);
    ck_assert_int_eq(feed_count(&f, "merged"), 0);
    feed_end(&f);
}
END_TEST

START_TEST(training_of_a_real_answer_is_all_read)
{
    feed f = {.options = {.format = "auto"}};
    buf file = {0};
    if (!feed_read_shared("data/ba/weiterbildungssuche_page0.json", &file)) {
        return;
    }

    feed_file(&f, buf_bytes(&file));

    ck_assert_int_eq(feed_count(&f, "read"), 20);
    ck_assert_int_eq(feed_count(&f, "created"), 20);
    ck_assert_uint_eq(json_count(json_member(json_root(f.doc), "unknown_keys")), 0);
    ck_assert_uint_eq(json_count(json_member(json_root(f.doc), "missing_keys")), 0);
    feed_end(&f);
    buf_fini(&file);
}
END_TEST

static void check_allocations(const char *format, bytes file)
{
    bool is_through = false;
    for (uint64_t call = 1; !is_through; call++) {
        feed f = {.options = {.format = format, .sink = feed_sink}};
        import_run *r = NULL;
        f.options.context = &f;
        (void)buf_room(&f.report, 65536); /* ours must not fail */
        (void)buf_room(&f.bodies, 65536);
        (void)buf_room(&f.ids, 4096);
        mem_fail_at(call);
        bool is_done = import_new(&f.options, &r, &f.error) && import_feed(r, file, &f.error) &&
                       import_finish(r, &f.report, &f.error);
        mem_fail_at(0);
        ck_assert_msg(is_done || f.error.code == ERR_MEMORY, "%s", f.error.text);
        /* A count that stayed low is allowed, a lost record is not. */
        ck_assert(!is_done || f.record_count >= 2);
        is_through = is_done && call > 400;
        import_free(&r);
        feed_end(&f);
    }
}

START_TEST(both_fail_cleanly_at_every_allocation)
{
    buf file = {0};
    feed_read_own("tests/import/fixtures/ba_jobs_v4_2025-09.csv", &file);
    check_allocations("ba-jobs-csv", buf_bytes(&file));
    buf_clear(&file);
    feed_read_own("tests/import/fixtures/ba_training_2023-07.json", &file);
    check_allocations("ba-training", buf_bytes(&file));
    buf_fini(&file);
}
END_TEST

FEED_RUN("import_ba", jobs_become_offers, jobs_survive_the_traps_of_the_source,
         jobs_count_columns_that_are_new_or_gone, jobs_refuse_a_table_that_has_changed,
         jobs_refuse_a_row_that_is_not_utf8, jobs_refuse_rows_of_another_width,
         jobs_with_an_id_no_record_may_have_are_refused, jobs_of_an_empty_table_are_none,
         jobs_of_bamberg_are_all_read, training_dates_become_intakes_of_one_offer,
         training_survives_the_traps_of_the_source, training_takes_an_answer_without_matches,
         training_refuses_an_answer_that_has_changed,
         training_takes_nothing_of_an_answer_that_was_cut_off,
         training_refuses_the_dates_that_no_record_holds,
         training_counts_merged_dates_of_a_refused_offer_as_refused,
         training_of_a_real_answer_is_all_read, both_fail_cleanly_at_every_allocation)
