/* Postcodes: one place for each code, and nothing that is no place. */
#include "import_feed.h"

static const char *const KEPT = "01067=51.06,13.72 1010=48.2077,16.3705 10875=52.52,13.4 "
                                "SW1A 1AA=51.501,-0.142 ";

START_TEST(geonames_keeps_the_middle_place_of_each_code)
{
    feed f = {.options = {.format = "auto"}};
    buf file = {0};
    feed_read_own("tests/import/fixtures/geonames_de_2026-11.csv", &file);

    feed_file(&f, buf_bytes(&file));

    ck_assert(
        bytes_equal_text(json_text(json_member(json_root(f.doc), "format")), "geonames-postcodes"));
    ck_assert_str_eq(buf_terminated(&f.ids), KEPT);
    ck_assert_int_eq(feed_count(&f, "read"), 9);
    ck_assert_int_eq(feed_count(&f, "created"), 4);
    ck_assert_int_eq(feed_count(&f, "duplicates"), 2);
    ck_assert_int_eq(feed_count(&f, "refused"), 3);
    ck_assert_int_eq(feed_refusal_line(&f, 0), 6);
    ck_assert(bytes_equal_text(json_text(json_member(feed_refusal(&f, 0), "id")), "ABCDE"));
    feed_end(&f);
    buf_fini(&file);
}
END_TEST

START_TEST(geonames_keeps_nothing_in_a_dry_run)
{
    feed f = {.options = {.format = "auto", .is_dry_run = true}};
    buf file = {0};
    feed_read_own("tests/import/fixtures/geonames_de_2026-11.csv", &file);

    feed_file(&f, buf_bytes(&file));

    ck_assert_uint_eq(f.place_count, 0);
    ck_assert_int_eq(feed_count(&f, "created"), 4);
    feed_end(&f);
    buf_fini(&file);
}
END_TEST

START_TEST(geonames_takes_a_table_without_a_country_for_a_german_one)
{
    feed f = {.options = {.format = "auto"}};

    feed_file(&f, BYTES("zipcode;latitude;longitude\n1067;51.06;13.72\n106;1;1\n123456;1;1\n"
                        "1O667;1;1\n01067;1e3;1\n01067;nan;1\n01067;0x1;1\n;1;1\n01067;1;181\n"));

    ck_assert_str_eq(buf_terminated(&f.ids), "01067=51.06,13.72 ");
    ck_assert_int_eq(feed_count(&f, "refused"), 8);
    ck_assert_int_eq(feed_key(&f, "missing_keys", "country_code"), 1);
    feed_end(&f);
}
END_TEST

START_TEST(geonames_refuses_a_table_that_has_changed)
{
    feed f = {.options = {.format = "geonames-postcodes"}};
    feed_refused(&f, BYTES("zip,latitude,longitude\n01067,1,1\n"), ERR_IMPORT_DRIFT);
    ck_assert_uint_eq(f.place_count, 0);
    feed_end(&f);
}
END_TEST

START_TEST(geonames_of_germany_is_all_read)
{
    feed f = {.options = {.format = "auto"}};
    buf file = {0};
    if (!feed_read_shared("data/postcodes/zipcodes.de.csv", &file)) {
        return;
    }

    feed_file(&f, buf_bytes(&file));

    ck_assert_int_eq(feed_count(&f, "read"), 23297);
    ck_assert_int_eq(feed_count(&f, "created"), 10814);
    ck_assert_int_eq(feed_count(&f, "refused"), 0);
    ck_assert_uint_eq(f.place_count, 10814);
    feed_end(&f);
    buf_fini(&file);
}
END_TEST

START_TEST(geonames_fails_cleanly_at_every_allocation)
{
    bytes file = BYTES("zipcode,latitude,longitude\n01067,51,13\n01069,51,13\n");
    bool is_through = false;
    for (uint64_t call = 1; !is_through; call++) {
        feed f = {.options = {.format = "auto", .keep_place = feed_keep_place}};
        import_run *r = NULL;
        f.options.context = &f;
        (void)buf_room(&f.report, 65536); /* ours must not fail */
        (void)buf_room(&f.ids, 4096);
        mem_fail_at(call);
        bool is_done = import_new(&f.options, &r, &f.error) && import_feed(r, file, &f.error) &&
                       import_finish(r, &f.report, &f.error);
        mem_fail_at(0);
        /* Recognition without memory may find nothing. */
        ck_assert(is_done || f.error.code == ERR_MEMORY || f.error.code == ERR_IMPORT_FORMAT);
        ck_assert(!is_done || f.place_count == 2);
        is_through = is_done && call > 100;
        import_free(&r);
        feed_end(&f);
    }
}
END_TEST

FEED_RUN("import_geonames", geonames_keeps_the_middle_place_of_each_code,
         geonames_keeps_nothing_in_a_dry_run,
         geonames_takes_a_table_without_a_country_for_a_german_one,
         geonames_refuses_a_table_that_has_changed, geonames_of_germany_is_all_read,
         geonames_fails_cleanly_at_every_allocation)
