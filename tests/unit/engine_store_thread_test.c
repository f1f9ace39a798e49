/* core/engine/store_thread.c, writes.c and publish.c: what was written is seen, once and whole. */
#include "engine_fixture.h"

START_TEST(a_write_is_seen_by_the_next_task)
{
    engine *g = fixture_open();
    ck_assert(!fixture_look(g, SIDE_SEEKER, "s-1").is_there);

    store_write done = fixture_put(g, STORE_SEEKER, "{\"id\":\"s-1\"}");

    seen s = fixture_look(g, SIDE_SEEKER, "s-1");
    ck_assert_int_eq(done.outcome, STORE_CREATED);
    ck_assert_int_eq(done.version, 1);
    ck_assert(s.is_there);
    ck_assert_int_eq(s.version, 1);
    ck_assert_uint_eq(s.change, 1);
    engine_close(&g);
}
END_TEST

START_TEST(a_replaced_record_is_seen_once_with_its_new_version)
{
    engine *g = fixture_open();
    (void)fixture_put(g, STORE_SEEKER, "{\"id\":\"s-1\"}");

    store_write done = fixture_put(g, STORE_SEEKER, "{\"id\":\"s-1\",\"unit\":\"u-1\"}");

    seen s = fixture_look(g, SIDE_SEEKER, "s-1");
    ck_assert_int_eq(done.outcome, STORE_REPLACED);
    ck_assert_int_eq(s.version, 2);
    ck_assert_uint_eq(s.count, 1);
    engine_close(&g);
}
END_TEST

START_TEST(the_same_record_again_changes_nothing)
{
    engine *g = fixture_open();
    (void)fixture_put(g, STORE_SEEKER, "{\"id\":\"s-1\",\"unit\":\"u-1\"}");

    store_write done =
        fixture_put(g, STORE_SEEKER, "{ \"unit\":\"u-1\", \"id\":\"s-1\", \"version\":1 }");

    ck_assert_int_eq(done.outcome, STORE_UNCHANGED);
    ck_assert_uint_eq(fixture_look(g, SIDE_SEEKER, "s-1").change, 1);
    engine_close(&g);
}
END_TEST

static void put_deferred(engine *g, const char *text)
{
    engine_writes *writes = NULL;
    uint64_t change = 0;
    err e = {0};
    ck_assert(engine_writes_new(g, &writes, &e));
    ck_assert(engine_writes_put_text(writes, STORE_SEEKER, bytes_of(text), STORE_ANY_VERSION, &e));
    engine_writes_defer(writes);
    ck_assert(engine_write_wait(g, writes, &change, &e));
    engine_writes_free(&writes);
}

START_TEST(deferred_writes_are_seen_with_the_next_one)
{
    engine *g = fixture_open();
    (void)fixture_put(g, STORE_SEEKER, "{\"id\":\"s-1\"}");
    for (uint32_t i = 0; i < 200; i++) { /* more than can wait */
        char text[64];
        snprintf(text, sizeof text, "{\"id\":\"s-%u\",\"unit\":\"u-2\"}", i % 150);
        put_deferred(g, text);
    }
    put_deferred(g, "{\"id\":\"s-1\",\"unit\":\"u-3\"}");

    (void)fixture_put(g, STORE_SEEKER, "{\"id\":\"s-x\"}");

    ck_assert_uint_eq(fixture_look(g, SIDE_SEEKER, "s-149").count, 151);
    ck_assert_int_eq(fixture_look(g, SIDE_SEEKER, "s-1").version, 3);
    engine_close(&g);
}
END_TEST

START_TEST(deferred_writes_are_kept_over_the_end)
{
    engine *g = fixture_open();
    put_deferred(g, "{\"id\":\"s-1\"}");
    engine_close(&g);

    g = fixture_open();

    ck_assert(fixture_look(g, SIDE_SEEKER, "s-1").is_there);
    engine_close(&g);
}
END_TEST

START_TEST(a_write_that_names_another_version_is_not_done)
{
    engine *g = fixture_open();
    (void)fixture_put(g, STORE_SEEKER, "{\"id\":\"s-1\"}");

    store_write late = fixture_put_as(g, STORE_SEEKER, "{\"id\":\"s-1\",\"unit\":\"u-1\"}", 7);
    store_write twice =
        fixture_put_as(g, STORE_SEEKER, "{\"id\":\"s-1\",\"unit\":\"u-1\"}", STORE_NO_VERSION);

    ck_assert_int_eq(late.outcome, STORE_CONFLICT);
    ck_assert_int_eq(late.version, 1);
    ck_assert_int_eq(twice.outcome, STORE_CONFLICT);
    ck_assert_int_eq(fixture_look(g, SIDE_SEEKER, "s-1").version, 1);
    engine_close(&g);
}
END_TEST

START_TEST(a_record_written_and_deleted_in_one_batch_is_not_seen)
{
    engine *g = fixture_open();
    engine_writes *writes = NULL;
    uint64_t change = 0;
    err e = {0};
    ck_assert(engine_writes_new(g, &writes, &e));
    ck_assert(engine_writes_put_text(writes, STORE_OFFER,
                                     BYTES("{\"id\":\"o-1\",\"kind\":\"job\",\"title\":"
                                           "{\"en\":\"A\"}}"),
                                     STORE_ANY_VERSION, &e));
    ck_assert(engine_writes_delete(writes, STORE_OFFER, BYTES("o-1"), STORE_ANY_VERSION, &e));
    ck_assert(engine_writes_put_text(writes, STORE_OFFER,
                                     BYTES("{\"id\":\"o-2\",\"kind\":\"job\",\"title\":"
                                           "{\"en\":\"B\"}}"),
                                     STORE_ANY_VERSION, &e));

    ck_assert(engine_write_wait(g, writes, &change, &e));

    ck_assert_uint_eq(engine_writes_count(writes), 3);
    ck_assert_int_eq(engine_writes_at(writes, 1)->outcome, STORE_DELETED);
    ck_assert(!fixture_look(g, SIDE_OFFER, "o-1").is_there);
    ck_assert_uint_eq(fixture_look(g, SIDE_OFFER, "o-2").count, 1);
    engine_writes_free(&writes);
    engine_close(&g);
}
END_TEST

START_TEST(a_record_that_is_refused_says_where)
{
    engine *g = fixture_open();
    engine_writes *writes = NULL;
    err e = {0};
    ck_assert(engine_writes_new(g, &writes, &e));

    ck_assert(!engine_writes_put_text(writes, STORE_SEEKER,
                                      BYTES("{\"id\":\"s-1\",\"languages\":[{\"code\":\"de\","
                                            "\"level\":\"B9\"}]}"),
                                      STORE_ANY_VERSION, &e));

    ck_assert_str_eq(err_id(e.code), "field.code");
    ck_assert_str_eq(e.path, "/languages/0/level");
    ck_assert_uint_eq(engine_writes_count(writes), 0);
    engine_writes_free(&writes);
    engine_close(&g);
}
END_TEST

START_TEST(deleting_what_is_not_there_says_so)
{
    engine *g = fixture_open();

    ck_assert_int_eq(fixture_delete(g, STORE_SEEKER, "s-404"), STORE_ABSENT);

    engine_close(&g);
}
END_TEST

START_TEST(an_erased_seeker_is_in_no_file_when_the_delete_is_answered)
{
    engine_config config = fixture_config();
    config.base_after = 1;
    engine *g = fixture_open_as(&config);
    (void)fixture_put(g, STORE_SEEKER,
                      "{\"id\":\"s-1\",\"skills\":[\"esco:very-rare-skill-of-one\"],"
                      "\"unit\":\"unit-to-forget\"}");
    (void)fixture_put(g, STORE_SEEKER, "{\"id\":\"s-2\",\"unit\":\"unit-to-keep\"}");
    engine_close(&g);
    ck_assert_uint_gt(fixture_base_file_count(), 0);
    g = fixture_open_as(&config);
    ck_assert_uint_gt(fixture_files_with("unit-to-forget"), 0);

    ck_assert_int_eq(fixture_delete(g, STORE_SEEKER, "s-1"), STORE_DELETED);

    ck_assert_uint_eq(fixture_base_file_count(), 0);
    ck_assert_uint_eq(fixture_files_with("unit-to-forget"), 0);
    ck_assert_uint_gt(fixture_files_with("unit-to-keep"), 0);
    ck_assert(!fixture_look(g, SIDE_SEEKER, "s-1").is_there);
    engine_close(&g);
    g = fixture_open_as(&config);
    ck_assert_uint_eq(fixture_look(g, SIDE_SEEKER, "s-2").count, 1);
    engine_close(&g);
}
END_TEST

/* ---------------------------------------------------------------------- many at once */

enum { WRITER_COUNT = 4, WRITES_EACH = 40, READER_COUNT = 3 };

typedef struct crowd {
    engine *engine;
    uint32_t first;
    _Atomic bool *must_end;
    _Atomic uint32_t looks;
    _Atomic uint32_t wrong;
} crowd;

static void *write_many(void *context)
{
    crowd *c = context;
    for (uint32_t i = 0; i < WRITES_EACH; i++) {
        char id[16];
        fixture_put_seekers(c->engine, c->first + i, 1);
        snprintf(id, sizeof id, "s-%06u", c->first + i);
        if (!fixture_look(c->engine, SIDE_SEEKER, id).is_there) {
            c->wrong++;
        }
    }
    return NULL;
}

static void *read_many(void *context)
{
    crowd *c = context;
    uint64_t last_change = 0;
    while (!*c->must_end) {
        seen s = fixture_look(c->engine, SIDE_SEEKER, "s-000000");
        if (s.change < last_change || s.count > WRITER_COUNT * WRITES_EACH) {
            c->wrong++;
        }
        last_change = s.change;
        c->looks++;
    }
    return NULL;
}

START_TEST(every_writer_sees_its_writes_while_others_read_and_write)
{
    engine *g = fixture_open();
    _Atomic bool must_end = false;
    crowd writers[WRITER_COUNT];
    crowd readers[READER_COUNT];
    pthread_t threads[WRITER_COUNT + READER_COUNT];
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < WRITER_COUNT; i++) {
        writers[i] = (crowd){.engine = g, .first = i * WRITES_EACH, .must_end = &must_end};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, write_many, &writers[i]), 0);
    }
    for (uint32_t i = 0; i < READER_COUNT; i++) {
        readers[i] = (crowd){.engine = g, .must_end = &must_end};
        ck_assert_int_eq(pthread_create(&threads[WRITER_COUNT + i], NULL, read_many, &readers[i]),
                         0);
    }

    for (uint32_t i = 0; i < WRITER_COUNT; i++) {
        pthread_join(threads[i], NULL);
        wrong += writers[i].wrong;
    }
    must_end = true;
    for (uint32_t i = 0; i < READER_COUNT; i++) {
        pthread_join(threads[WRITER_COUNT + i], NULL);
        wrong += readers[i].wrong;
        ck_assert_uint_gt(readers[i].looks, 0);
    }

    engine_stats s = {0};
    engine_read_stats(g, &s);
    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_eq(s.seeker_count, WRITER_COUNT * WRITES_EACH);
    ck_assert_uint_le(s.commit_count, WRITER_COUNT * WRITES_EACH);
    engine_close(&g);
}
END_TEST

START_TEST(tasks_go_on_while_plugins_are_looked_for_again)
{
    engine *g = fixture_open();
    _Atomic bool must_end = false;
    crowd reader = {.engine = g, .must_end = &must_end};
    pthread_t thread;
    fixture_put_seekers(g, 0, 100);
    ck_assert_int_eq(pthread_create(&thread, NULL, read_many, &reader), 0);

    for (uint32_t i = 0; i < 6; i++) {
        engine_writes *writes = NULL;
        uint64_t change = 0;
        err e = {0};
        if (i % 3 == 0) {
            fixture_drop_plugin();
        } else {
            fixture_put_plugin(FIXTURE_MANIFEST);
        }
        ck_assert(engine_writes_new(g, &writes, &e));
        engine_writes_reload(writes);
        ck_assert_msg(engine_write_wait(g, writes, &change, &e), "%s", e.text);
        engine_writes_free(&writes);
        ck_assert_uint_eq(engine_program(g)->plugin_count, i % 3 != 0);
        ck_assert_uint_eq(fixture_look(g, SIDE_SEEKER, "s-000099").count, 100);
    }

    must_end = true;
    pthread_join(thread, NULL);
    ck_assert_uint_eq(reader.wrong, 0);
    engine_close(&g);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store thread");
    TCase *all = tcase_create("store thread");
    tcase_add_checked_fixture(all, fixture_make, fixture_remove);
    tcase_set_timeout(all, 60);
    tcase_add_test(all, a_write_is_seen_by_the_next_task);
    tcase_add_test(all, a_replaced_record_is_seen_once_with_its_new_version);
    tcase_add_test(all, the_same_record_again_changes_nothing);
    tcase_add_test(all, deferred_writes_are_seen_with_the_next_one);
    tcase_add_test(all, deferred_writes_are_kept_over_the_end);
    tcase_add_test(all, a_write_that_names_another_version_is_not_done);
    tcase_add_test(all, a_record_written_and_deleted_in_one_batch_is_not_seen);
    tcase_add_test(all, a_record_that_is_refused_says_where);
    tcase_add_test(all, deleting_what_is_not_there_says_so);
    tcase_add_test(all, an_erased_seeker_is_in_no_file_when_the_delete_is_answered);
    tcase_add_test(all, every_writer_sees_its_writes_while_others_read_and_write);
    tcase_add_test(all, tasks_go_on_while_plugins_are_looked_for_again);
    suite_add_tcase(suite, all);
    return fixture_main(suite);
}
