/* core/import/ba_coaching.c: measures by voucher. */
#include "import_source.h"

START_TEST(measures_ask_for_their_voucher)
{
    feed f = source_feed("ba_coaching_2026-11.json", "ba-coaching");

    source_has(&f, "ba-c-9000007.44135", "\"kind\":\"coaching\"");
    source_has(&f, "ba-c-9000007.44135", "\"entitlements\":[\"SGB3_45_PROVIDER\"]");
    source_has(&f, "ba-c-9000007.44135", "\"funding\":[\"SGB3_45\"]");
    source_has(&f, "ba-c-9000007.44135", "\"group\":\"group\"");
    source_has(&f, "ba-c-9000007.44135", "\"seats\":8,\"entry\":{\"mode\":\"rolling\"}");
    source_has(&f, "ba-c-9000007.44135", "\"by_day\":[\"mo\",\"we\",\"fr\"]");
    source_has(&f, "ba-c-9000007.44135", "\"valid_to\":\"2027-03-31\"");
    source_has(&f, "ba-c-9000008.44135", "\"group\":\"single\"");
    source_has(&f, "ba-c-9000008.44135", "\"schedule_flexible\":true");
    ck_assert_int_eq(feed_key(&f, "unmapped_codes", "SA 99"), 1);
    source_lacks(&f, "Niemand");
    feed_end(&f);
}
END_TEST

START_TEST(broken_answers_change_nothing)
{
    source_refuses_broken("ba_coaching_2026-11.json", "ba-coaching", "\"angebot\"");
}
END_TEST

FEED_RUN("import_ba_coaching", measures_ask_for_their_voucher, broken_answers_change_nothing)
