/* core/import/json_ld.c: schema.org from providers' pages. */
#include "import_source.h"

START_TEST(postings_and_courses_are_read)
{
    feed f = source_feed("json_ld_2026-11.json", "json-ld");

    ck_assert_int_eq(feed_count(&f, "created"), 3);
    ck_assert_int_eq(feed_count(&f, "merged"), 1);
    source_has(&f, "ld-J-17", "\"title\":{\"de\":\"Küchenhilfe\"}");
    source_has(&f, "ld-J-17", "\"description\":{\"de\":\"Spülen & Schneiden\"}");
    source_has(&f, "ld-J-17", "\"working_time\":[\"part_time\"]");
    source_has(&f, "ld-J-17", "\"pay\":{\"amount\":15.5,\"unit\":\"hour\",\"currency\":\"EUR\"}");
    source_has(&f, "ld-J-17", "\"seats\":2,\"seats_free\":2,\"seats_source\":\"stated\"");
    source_has(&f, "ld-J-17", "\"last_seen\":\"2026-11-01\",\"valid_to\":\"2026-12-31\"");
    source_lacks(&f, "Niemand");
    source_lacks(&f, "Geheimweg");
    ck_assert_ptr_nonnull(strstr(buf_terminated(&f.bodies), ".44147\",\"kind\":\"qualification\""));
    ck_assert_ptr_nonnull(strstr(buf_terminated(&f.bodies), "\"by_day\":[\"tu\",\"fr\"]"));
    ck_assert_ptr_nonnull(strstr(buf_terminated(&f.bodies), "\"price\":{\"amount\":90"));
    ck_assert_ptr_nonnull(strstr(buf_terminated(&f.bodies), ".online\",\"kind\""));
    feed_end(&f);
}
END_TEST

START_TEST(one_alone_and_a_list_are_read_too)
{
    feed f = {.options = {.format = "auto"}};
    feed_file(&f, BYTES("{\"@context\":\"https://schema.org\",\"@type\":\"JobPosting\",\"url\":"
                        "\"https://example.org/a\",\"title\":\"A\"}"));
    ck_assert_int_eq(feed_count(&f, "created"), 1);
    feed_file(&f, BYTES("[{\"@type\":[\"JobPosting\"],\"identifier\":\"1\",\"title\":\"A\"},"
                        "{\"@type\":\"JobPosting\",\"identifier\":\"2\",\"title\":\"B\"},"
                        "{\"@type\":\"Person\",\"name\":\"C\"}]"));
    ck_assert_int_eq(feed_count(&f, "created"), 2);
    ck_assert_int_eq(feed_count(&f, "refused"), 1);
    feed_end(&f);
}
END_TEST

START_TEST(broken_answers_change_nothing)
{
    source_refuses_broken("json_ld_2026-11.json", "json-ld", "\"@type\"");
}
END_TEST

FEED_RUN("import_json_ld", postings_and_courses_are_read, one_alone_and_a_list_are_read_too,
         broken_answers_change_nothing)
