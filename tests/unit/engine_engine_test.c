/* core/engine/engine.c and settings.c: opening, closing, which plugins run. */
#include "engine_fixture.h"

#include "base/clock.h"

START_TEST(engine_open_refuses_a_folder_without_database)
{
    engine *g = NULL;
    err e = {0};
    engine_config config = fixture_config();
    config.create = false;

    ck_assert(!engine_open(&config, &g, &e));

    ck_assert_ptr_null(g);
    ck_assert_str_eq(err_id(e.code), "store.missing");
}
END_TEST

START_TEST(engine_open_refuses_a_folder_that_another_engine_holds)
{
    engine *first = fixture_open();
    engine *second = NULL;
    err e = {0};
    engine_config config = fixture_config();

    ck_assert(!engine_open(&config, &second, &e));

    ck_assert_str_eq(err_id(e.code), "store.busy");
    engine_close(&first);
    ck_assert_ptr_null(first);
}
END_TEST

START_TEST(engine_open_refuses_a_plugin_folder_that_is_not_there)
{
    engine *g = NULL;
    err e = {0};
    engine_config config = fixture_config();
    config.builtin_dir = "no/such/folder";

    ck_assert(!engine_open(&config, &g, &e));

    ck_assert_str_eq(err_id(e.code), "file");
}
END_TEST

START_TEST(engine_open_runs_what_the_plugin_folder_holds)
{
    engine *g = fixture_open();

    ck_assert_uint_eq(registry_count(engine_registry(g)), 1);
    ck_assert_uint_eq(engine_program(g)->plugin_count, 1);
    ck_assert_str_eq(engine_program(g)->plugins[0].id, "org.example.gate");

    engine_close(&g);
}
END_TEST

START_TEST(engine_open_goes_on_without_a_plugin_that_fails)
{
    fixture_put_plugin("{\"id\":");
    engine *g = fixture_open();

    ck_assert_uint_eq(registry_count(engine_registry(g)), 1);
    ck_assert_int_eq(registry_plugin(engine_registry(g), 0)->state, PLUGIN_FAILED);
    ck_assert_uint_eq(engine_program(g)->plugin_count, 0);

    engine_close(&g);
}
END_TEST

START_TEST(a_plugin_that_was_switched_off_is_off_at_the_next_start)
{
    engine *g = fixture_open();
    engine_writes *writes = NULL;
    uint64_t change = 0;
    err e = {0};
    ck_assert(engine_writes_new(g, &writes, &e));
    ck_assert(engine_writes_put_setting(writes, BYTES("plugins"),
                                        BYTES("{\"disabled\":[\"org.example.gate\"],\"grants\":"
                                              "{\"org.example.x\":[\"needs\"]}}"),
                                        STORE_NO_VERSION, &e));
    ck_assert(engine_write_wait(g, writes, &change, &e));
    engine_writes_free(&writes);
    engine_close(&g);

    g = fixture_open();

    ck_assert_int_eq(registry_plugin(engine_registry(g), 0)->state, PLUGIN_STOPPED);
    ck_assert_uint_eq(engine_program(g)->plugin_count, 0);
    engine_close(&g);
}
END_TEST

START_TEST(engine_stats_count_what_was_done)
{
    engine *g = fixture_open();
    engine_stats s = {0};
    fixture_put_seekers(g, 0, 3);
    ck_assert(fixture_look(g, SIDE_SEEKER, "s-000001").is_there);

    engine_read_stats(g, &s);

    ck_assert_uint_eq(s.worker_count, 2);
    ck_assert_uint_eq(s.seeker_count, 3);
    ck_assert_uint_eq(s.offer_count, 0);
    ck_assert_uint_eq(s.write_done, 3);
    ck_assert_uint_eq(s.commit_count, 1);
    ck_assert_uint_eq(s.change, 1);
    ck_assert(!s.is_stopping);
    engine_close(&g);
}
END_TEST

START_TEST(today_is_a_day_in_berlin)
{
    ck_assert_int_eq(engine_today(), day_in_berlin(clock_unix_ms() / 1000));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine");
    TCase *all = tcase_create("engine");
    tcase_add_checked_fixture(all, fixture_make, fixture_remove);
    tcase_add_test(all, engine_open_refuses_a_folder_without_database);
    tcase_add_test(all, engine_open_refuses_a_folder_that_another_engine_holds);
    tcase_add_test(all, engine_open_refuses_a_plugin_folder_that_is_not_there);
    tcase_add_test(all, engine_open_runs_what_the_plugin_folder_holds);
    tcase_add_test(all, engine_open_goes_on_without_a_plugin_that_fails);
    tcase_add_test(all, a_plugin_that_was_switched_off_is_off_at_the_next_start);
    tcase_add_test(all, engine_stats_count_what_was_done);
    tcase_add_test(all, today_is_a_day_in_berlin);
    suite_add_tcase(suite, all);
    return fixture_main(suite);
}
