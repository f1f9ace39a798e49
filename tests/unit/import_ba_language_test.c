/* core/import/ba_language.c: levels by code or title, and what the prose says. */
#include "import_source.h"

START_TEST(levels_come_from_the_code_or_the_title)
{
    feed f = source_feed("ba_language_2026-11.json", "ba-language");

    source_has(&f, "ba-s-9000004.90439.part_time",
               "\"languages\":[{\"code\":\"de\",\"min\":\"B1\",\"max\":\"B1\"}]");
    source_has(&f, "ba-s-9000004.90439.part_time", "\"course_type\":\"vocational_recognition\"");
    source_has(&f, "ba-s-9000004.90439.part_time", "\"level\":\"B2\"");
    source_has(&f, "ba-s-9000005.90439.full_time",
               "\"languages\":[{\"code\":\"de\",\"min\":\"B2\",\"max\":\"B2\"}]");
    source_has(&f, "ba-s-9000005.90439.full_time", "\"course_type\":\"vocational_c1\"");
    source_has(&f, "ba-s-9000006.90439.full_time", "\"course_type\":\"integration\"");
    ck_assert_ptr_null(strstr(source_record(&f, "ba-s-9000006.90439.full_time"), "requires"));
    ck_assert_int_eq(feed_key(&f, "derived", "level_source: title"), 1);
    ck_assert_int_eq(feed_key(&f, "derived", "level_source: code"), 1);
    ck_assert_int_eq(feed_key(&f, "derived", "level_source: none"), 1);
    feed_end(&f);
}
END_TEST

START_TEST(prose_becomes_facts_and_is_counted)
{
    feed f = source_feed("ba_language_2026-11.json", "ba-language");

    source_has(&f, "ba-s-9000004.90439.part_time", "\"units\":400");
    source_has(&f, "ba-s-9000004.90439.part_time", "\"hours\":{\"min\":15,\"max\":15}");
    source_has(&f, "ba-s-9000004.90439.part_time", "\"seats\":20,\"register_by\":\"2026-11-15\"");
    source_has(&f, "ba-s-9000004.90439.part_time",
               "\"schedule\":[{\"by_day\":[\"mo\",\"tu\",\"we\",\"th\"],\"start_time\":\"08:30\","
               "\"end_time\":\"11:45\"}]");
    ck_assert_int_eq(feed_key(&f, "derived", "intakes.schedule"), 1);
    ck_assert_int_eq(feed_key(&f, "derived", "intakes.seats"), 1);
    ck_assert_int_eq(feed_key(&f, "derived", "intakes.register_by"), 1);
    feed_end(&f);
}
END_TEST

START_TEST(the_shape_of_2022_is_read_too)
{
    feed f = source_feed("ba_language_2022-04.json", "ba-language");
    source_has(&f, "ba-s-9000003.90439.full_time", "\"kind\":\"language_course\"");
    source_has(&f, "ba-s-9000003.90439.full_time", "\"min\":\"B1\"");
    feed_end(&f);
}
END_TEST

START_TEST(broken_answers_change_nothing)
{
    source_refuses_broken("ba_language_2026-11.json", "ba-language", "\"termine\"");
    source_refuses_broken("ba_language_2026-11.json", "ba-language", "\"titel\"");
}
END_TEST

FEED_RUN("import_ba_language", levels_come_from_the_code_or_the_title,
         prose_becomes_facts_and_is_counted, the_shape_of_2022_is_read_too,
         broken_answers_change_nothing)
