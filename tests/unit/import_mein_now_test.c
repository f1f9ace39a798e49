/* core/import/mein_now.c: offers with their dates inside. */
#include "import_source.h"

START_TEST(dates_at_one_place_are_one_offer)
{
    feed f = source_feed("mein_now_2026-07.json", "mein-now");

    ck_assert_int_eq(feed_count(&f, "read"), 4);
    ck_assert_int_eq(feed_count(&f, "created"), 3);
    ck_assert_int_eq(feed_count(&f, "merged"), 1);
    source_has(&f, "now-7.44135.full",
               "\"now-t-71\",\"start\":\"2026-12-01\",\"end\":\"2027-03-31\"");
    source_has(&f, "now-7.44135.full", "\"now-t-73\"");
    source_has(&f, "now-7.online.part", "\"online\":true");
    source_has(&f, "now-8", "\"postcode\":\"44147\"");
    ck_assert_int_eq(feed_key(&f, "derived", "location (the provider's)"), 1);
    feed_end(&f);
}
END_TEST

START_TEST(broken_answers_change_nothing)
{
    source_refuses_broken("mein_now_2026-07.json", "mein-now", "\"titel\"");
    source_refuses_broken("mein_now_2026-07.json", "mein-now", "\"bildungsangebotDTOList\"");
}
END_TEST

FEED_RUN("import_mein_now", dates_at_one_place_are_one_offer, broken_answers_change_nothing)
