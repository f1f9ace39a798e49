/* core/api/import_sync.c: a complete export of people, and who is not in it any more. */
#include "api_fixture.h"

static talk t;
static uint32_t run_count;

static void begin(void)
{
    fixture_make();
    talk_begin(&t, NULL);
    run_count = 0;
}

static void end(void)
{
    talk_end(&t);
    fixture_remove();
}

/* Feeds people s-FIRST.. of the system and leaves the import open. */
static void feed_people(const char *options, uint32_t first, uint32_t count)
{
    buf params = {0};
    buf text = {0};
    run_count++;
    for (uint32_t i = first; i < first + count; i++) {
        buf_print(&text, "{\"id\":\"s-%u\"}\n", i);
    }
    (void)talk_ok(&t, "import.start", options);
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    buf id = {0};
    buf_print(&id, "import-%u", run_count);
    json_member_cstr(&w, "import", buf_terminated(&id));
    json_member_text(&w, "text", buf_bytes(&text));
    json_end_object(&w);
    (void)talk_ok(&t, "import.feed", buf_terminated(&params));
    buf_fini(&id);
    buf_fini(&text);
    buf_fini(&params);
}

static const char *run_params(void)
{
    static char params[64];
    snprintf(params, sizeof params, "{'import':'import-%u'}", run_count);
    return params;
}

static const json_node *sync_people(const char *options, uint32_t first, uint32_t count)
{
    feed_people(options, first, count);
    return at(talk_ok(&t, "import.finish", run_params()), "sync");
}

static const char ALL[] = "{'format':'native','sync':'Beispielsystem'}";

START_TEST(who_is_missing_is_marked_and_stays)
{
    const json_node *s = sync_people(ALL, 1, 100);
    ck_assert_int_eq(int_at(s, "known"), 100);
    ck_assert_int_eq(int_at(s, "missing"), 0);
    (void)talk_ok(&t, "seeker.put", "{'seeker':{'id':'x-1'}}"); /* of another system */

    s = sync_people(ALL, 1, 95);

    ck_assert_int_eq(int_at(s, "known"), 100);
    ck_assert_int_eq(int_at(s, "missing"), 5);
    ck_assert_int_eq(int_at(s, "newly_missing"), 5);
    ck_assert_int_eq(int_at(s, "erased"), 0);
    ck_assert_ptr_nonnull(json_member(at(s, "missing_since"), "s-100"));
    ck_assert_ptr_null(json_member(at(s, "missing_since"), "x-1"));
    ck_assert_int_eq(int_at(talk_ok(&t, "seeker.get", "{'id':'s-100'}"), "version"), 1);
}
END_TEST

START_TEST(who_comes_back_is_missing_no_more)
{
    (void)sync_people(ALL, 1, 100);
    (void)sync_people(ALL, 1, 95);

    const json_node *s = sync_people(ALL, 1, 100);

    ck_assert_int_eq(int_at(s, "missing"), 0);
    ck_assert_int_eq(int_at(s, "returned"), 5);
}
END_TEST

START_TEST(so_many_at_once_need_a_confirmation)
{
    (void)sync_people(ALL, 1, 100);
    feed_people(ALL, 1, 10);

    talk_refused(&t, "import.finish", run_params(), "import.drop", NULL);

    (void)talk_ok(&t, "seeker.get", "{'id':'s-100'}");
    const json_node *s = sync_people(ALL, 1, 100);
    ck_assert_int_eq(int_at(s, "returned"), 0); /* nobody had been marked */
    s = sync_people("{'format':'native','sync':'Beispielsystem','confirm_drop':true}", 1, 10);
    ck_assert_int_eq(int_at(s, "missing"), 90);
}
END_TEST

START_TEST(twenty_in_a_hundred_are_the_last_without_a_confirmation)
{
    (void)sync_people(ALL, 1, 100);
    ck_assert_int_eq(int_at(sync_people(ALL, 1, 80), "missing"), 20);
    feed_people(ALL, 1, 79);
    talk_refused(&t, "import.finish", run_params(), "import.drop", NULL);
}
END_TEST

START_TEST(who_was_missing_long_enough_is_erased)
{
    (void)sync_people(ALL, 1, 100);

    const json_node *s =
        sync_people("{'format':'native','sync':'Beispielsystem','erase_after_days':0}", 1, 98);

    ck_assert_int_eq(int_at(s, "erased"), 2);
    talk_refused(&t, "seeker.get", "{'id':'s-99'}", "not_found", "/params/id");
    ck_assert_int_eq(int_at(sync_people(ALL, 1, 98), "known"), 98);
}
END_TEST

START_TEST(offers_are_compared_with_offers_only)
{
    char text[200];
    (void)sync_people(ALL, 1, 10);
    for (uint32_t round = 0; round < 2; round++) {
        run_count++;
        (void)talk_ok(&t, "import.start",
                      "{'format':'native','sync':'Beispielsystem','erase_after_days':0}");
        snprintf(text, sizeof text,
                 "{'import':'import-%u','text':'{\\\"id\\\":\\\"o-%u\\\",\\\"kind\\\":"
                 "\\\"job\\\",\\\"title\\\":{\\\"de\\\":\\\"A\\\"}}'}",
                 run_count, round);
        (void)talk_ok(&t, "import.feed", text);
        const json_node *r = talk_ok(&t, "import.finish", run_params());
        ck_assert_ptr_null(json_member(r, "sync"));
        ck_assert_int_eq(int_at(at(r, "sync_offers"), "erased"), round);
    }
    talk_refused(&t, "offer.get", "{'id':'o-0'}", "not_found", "/params/id");
    (void)talk_ok(&t, "seeker.get", "{'id':'s-10'}");
}
END_TEST

START_TEST(a_dry_run_tells_and_marks_nobody)
{
    (void)sync_people(ALL, 1, 100);

    const json_node *s = sync_people(
        "{'format':'native','sync':'Beispielsystem','dry_run':true,'erase_after_days':0}", 1, 97);

    ck_assert_int_eq(int_at(s, "missing"), 3);
    ck_assert_int_eq(int_at(s, "erased"), 3);
    (void)talk_ok(&t, "seeker.get", "{'id':'s-100'}");
    ck_assert_int_eq(int_at(sync_people(ALL, 1, 100), "returned"), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("import_sync");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, begin, end);
    tcase_set_timeout(all, 30);
    tcase_add_test(all, who_is_missing_is_marked_and_stays);
    tcase_add_test(all, who_comes_back_is_missing_no_more);
    tcase_add_test(all, so_many_at_once_need_a_confirmation);
    tcase_add_test(all, twenty_in_a_hundred_are_the_last_without_a_confirmation);
    tcase_add_test(all, who_was_missing_long_enough_is_erased);
    tcase_add_test(all, offers_are_compared_with_offers_only);
    tcase_add_test(all, a_dry_run_tells_and_marks_nobody);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
