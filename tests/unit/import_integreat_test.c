/* core/import/integreat.c: events, places and offers of a town. */
#include "import_source.h"

START_TEST(events_places_and_offers_are_read)
{
    feed f = source_feed("integreat_2026-01.json", "integreat");

    ck_assert_int_eq(feed_count(&f, "created"), 3);
    source_has(&f, "ig-musterstadt-event-2", "\"start\":\"2026-12-01\",\"end\":\"2027-12-01\"");
    source_has(&f, "ig-musterstadt-event-2",
               "\"by_day\":[\"tu\",\"th\"],\"start_time\":\"13:00\",\"end_time\":\"15:00\"");
    source_has(&f, "ig-musterstadt-event-2", "\"lat\":51.5");
    source_has(&f, "ig-musterstadt-place-3", "\"title\":{\"en\":\"Advice Centre\"}");
    source_has(&f, "ig-musterstadt-place-3", "\"support\":[\"step_free_access\"]");
    source_has(&f, "ig-musterstadt-place-3", "\"location\":{\"postcode\":\"44147\"}");
    source_has(&f, "ig-offer-boerse", "\"online\":true");
    source_lacks(&f, "Niemand");
    feed_end(&f);
}
END_TEST

START_TEST(broken_answers_change_nothing)
{
    source_refuses_broken("integreat_2026-01.json", "integreat", "\"title\"");
    feed f = {.options = {.format = "integreat"}};
    feed_refused(&f, BYTES("{\"events\":[]}"), ERR_IMPORT_DRIFT);
    feed_end(&f);
}
END_TEST

FEED_RUN("import_integreat", events_places_and_offers_are_read, broken_answers_change_nothing)
