/* core/engine/crowd.c: how crowded an offer is. */
#include "engine_fixture.h"

#include "model/code.h"

static void put_event(engine *g, const char *id, const char *seeker_id, const char *offer_id,
                      uint32_t kind, const char *json)
{
    engine_writes *writes = NULL;
    uint64_t change = 0;
    err e = {0};
    engine_document event = {STORE_EVENT,        bytes_of(id), bytes_of(seeker_id),
                             bytes_of(offer_id), kind,         bytes_of(json)};
    ck_assert(engine_writes_new(g, &writes, &e));
    ck_assert_msg(engine_writes_put_document(writes, &event, &e), "%s", e.text);
    ck_assert_msg(engine_write_wait(g, writes, &change, &e), "%s", e.text);
    engine_writes_free(&writes);
}

static engine_crowd crowd_at(engine *g, const char *offer_id, const char *day_text)
{
    day as_of = 0;
    ck_assert(day_parse(bytes_of(day_text), &as_of));
    return engine_crowd_of(g, bytes_of(offer_id), as_of);
}

static void put_three_people(engine *g)
{
    put_event(g, "e-1", "s-1", "o-1", EVENT_PROPOSED, "{\"hold_until\":\"2026-12-01\"}");
    put_event(g, "e-2", "s-1", "o-1", EVENT_PROPOSED, "{}");
    put_event(g, "e-3", "s-2", "o-1", EVENT_PROPOSED, "{}");
    put_event(g, "e-4", "s-3", "o-1", EVENT_STARTED, "{}");
}

START_TEST(crowd_counts_each_person_once_and_proposals_only)
{
    engine *g = fixture_open();

    put_three_people(g);

    ck_assert_uint_eq(crowd_at(g, "o-1", "2026-11-28").proposed_to, 2);
    ck_assert_uint_eq(crowd_at(g, "o-2", "2026-11-28").proposed_to, 0);
    engine_close(&g);
}
END_TEST

START_TEST(crowd_holds_a_seat_until_its_day)
{
    engine *g = fixture_open();

    put_three_people(g);

    ck_assert_uint_eq(crowd_at(g, "o-1", "2026-12-01").held, 1);
    ck_assert_uint_eq(crowd_at(g, "o-1", "2026-12-02").held, 0);
    engine_close(&g);
}
END_TEST

START_TEST(crowd_is_the_same_after_a_restart)
{
    engine *g = fixture_open();
    put_three_people(g);
    engine_close(&g);

    g = fixture_open();

    ck_assert_uint_eq(crowd_at(g, "o-1", "2026-12-01").proposed_to, 2);
    ck_assert_uint_eq(crowd_at(g, "o-1", "2026-12-01").held, 1);
    engine_close(&g);
}
END_TEST

START_TEST(crowd_forgets_who_was_deleted)
{
    engine *g = fixture_open();
    engine_writes *writes = NULL;
    uint64_t change = 0;
    err e = {0};
    (void)fixture_put_as(g, STORE_SEEKER, "{\"id\":\"s-1\"}", STORE_ANY_VERSION);
    put_three_people(g);

    ck_assert(engine_writes_new(g, &writes, &e));
    ck_assert(engine_writes_delete(writes, STORE_SEEKER, BYTES("s-1"), STORE_ANY_VERSION, &e));
    ck_assert(engine_write_wait(g, writes, &change, &e));
    engine_writes_free(&writes);

    ck_assert_uint_eq(crowd_at(g, "o-1", "2026-11-28").proposed_to, 1);
    ck_assert_uint_eq(crowd_at(g, "o-1", "2026-11-28").held, 0);
    engine_close(&g);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("engine_crowd");
    TCase *c = tcase_create("crowd");
    tcase_add_checked_fixture(c, fixture_make, fixture_remove);
    tcase_add_test(c, crowd_counts_each_person_once_and_proposals_only);
    tcase_add_test(c, crowd_holds_a_seat_until_its_day);
    tcase_add_test(c, crowd_is_the_same_after_a_restart);
    tcase_add_test(c, crowd_forgets_who_was_deleted);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
