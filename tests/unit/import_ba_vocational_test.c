/* core/import/ba_vocational.c: modules, retraining, and their occupations. */
#include "import_source.h"

START_TEST(modules_say_which_part_they_are)
{
    feed f = source_feed("ba_vocational_2025-08.json", "ba-vocational");

    source_has(&f, "ba-a-9000009.01067.full_time", "\"kind\":\"qualification\"");
    source_has(&f, "ba-a-9000009.01067.full_time", "\"occupation\":\"kldb:51312\"");
    source_has(&f, "ba-a-9000009.01067.full_time",
               "\"part\":{\"of\":\"kldb:51312\",\"number\":2,\"total\":6}");
    source_has(&f, "ba-a-9000009.01067.full_time",
               "\"by_day\":[\"mo\",\"tu\",\"we\",\"th\",\"fr\"],\"start_time\":\"08:00\","
               "\"end_time\":\"16:30\"");
    source_has(&f, "ba-a-9000010.44135.full_time", "\"outcomes\":{\"occupation\":\"kldb:81713\"}");
    ck_assert_int_eq(feed_key(&f, "derived", "part.number"), 1);
    ck_assert_int_eq(feed_key(&f, "derived", "location.postcode"), 1);
    feed_end(&f);
}
END_TEST

START_TEST(one_date_alone_is_read)
{
    feed f = {.options = {.format = "auto"}};
    feed_file(&f, BYTES("{\"id\":17,\"unterrichtsform\":{\"id\":1},\"angebot\":{\"id\":5,\"titel\":"
                        "\"Pflege\",\"bildungsart\":{\"id\":102},\"systematiken\":[{\"dkzId\":1,"
                        "\"codeNr\":\"B 81302-900\"}]}}"));
    source_has(&f, "ba-a-5", "\"kind\":\"apprenticeship\"");
    source_has(&f, "ba-a-5", "\"occupation\":\"kldb:81302\"");
    feed_end(&f);
}
END_TEST

START_TEST(broken_answers_change_nothing)
{
    source_refuses_broken("ba_vocational_2025-08.json", "ba-vocational", "\"titel\"");
}
END_TEST

FEED_RUN("import_ba_vocational", modules_say_which_part_they_are, one_date_alone_is_read,
         broken_answers_change_nothing)
