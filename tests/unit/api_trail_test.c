/* core/api/api_trail.c: who did what, and who looked at whom. */
#include "api_fixture.h"

#include "api/parts.h"

static talk t;

static void begin(void)
{
    fixture_make();
    talk_begin(&t, BUILD_DIR "/bin/plugins");
    (void)talk_ok(&t, "seeker.put", "{'seeker':{'id':'s-1'}}");
    (void)talk_ok(&t, "seeker.put", "{'seeker':{'id':'s-2'}}");
    (void)talk_ok(&t, "offer.put", "{'offer':{'id':'o-1','kind':'job','title':{'de':'x'}}}");
}

static void end(void)
{
    talk_end(&t);
    fixture_remove();
}

static const json_node *entries(const char *params)
{
    return at(talk_ok(&t, "audit.list", params), "entries");
}

START_TEST(every_method_that_takes_a_person_is_logged)
{
    uint32_t count = 0;
    const rpc_method *methods = api_methods(&count);
    for (uint32_t i = 0; i < count; i++) {
        bool takes_person = strncmp(methods[i].name, "seeker.", 7) == 0;
        for (uint32_t p = 0; p < methods[i].param_count; p++) {
            takes_person |= strcmp(methods[i].params[p].name, "seeker") == 0;
        }
        bool is_reading_the_log = strncmp(methods[i].name, "audit.", 6) == 0;
        if (takes_person && !methods[i].is_changing && !is_reading_the_log) {
            ck_assert_msg(api_method_shows_people(methods[i].name), "%s", methods[i].name);
        }
    }
}
END_TEST

START_TEST(changes_stand_in_the_system_log)
{
    const json_node *list = entries("{'log':'system'}");

    ck_assert_uint_eq(json_count(list), 3);
    ck_text_at(nth(list, 0), "action", "seeker.put");
    ck_text_at(nth(list, 2), "action", "offer.put");
    ck_text_at(nth(list, 2), "offer", "o-1");
    ck_text_at(nth(list, 2), "outcome", "ok");
}
END_TEST

START_TEST(looks_at_people_stand_in_the_access_log)
{
    (void)talk_ok(&t, "seeker.get", "{'id':'s-1'}");
    (void)talk_ok(&t, "offer.get", "{'id':'o-1'}");
    talk_refused(&t, "seeker.get", "{'id':'s-9'}", "not_found", NULL);

    const json_node *list = entries("{'log':'access'}");

    ck_assert_uint_eq(json_count(list), 2);
    ck_text_at(nth(list, 1), "outcome", "not_found");
}
END_TEST

START_TEST(lists_of_people_name_everybody_shown)
{
    (void)talk_ok(&t, "seeker.list", "{}");
    (void)talk_ok(&t, "match.query", "{'offer':'o-1'}");

    ck_assert_uint_eq(json_count(entries("{'log':'access','seeker':'s-1'}")), 2);
    ck_assert_uint_eq(json_count(entries("{'log':'access','seeker':'s-2'}")), 2);
    ck_assert_uint_eq(json_count(entries("{'log':'access','seeker':'s-3'}")), 0);
}
END_TEST

START_TEST(a_log_is_read_page_by_page)
{
    const json_node *page = talk_ok(&t, "audit.list", "{'log':'system','limit':2}");
    ck_assert_uint_eq(json_count(at(page, "entries")), 2);
    ck_assert_int_eq(int_at(page, "after"), 2);

    page = talk_ok(&t, "audit.list", "{'log':'system','limit':2,'after':2}");

    ck_assert_uint_eq(json_count(at(page, "entries")), 1);
    ck_assert_int_eq(json_type_of(at(page, "after")), JSON_NULL);
    talk_refused(&t, "audit.list", "{'log':'other'}", "rpc.params", "/params/log");
}
END_TEST

START_TEST(the_logs_verify)
{
    const json_node *r = talk_ok(&t, "audit.verify", "{}");

    ck_assert(json_bool(at(at(r, "system"), "sound")));
    ck_assert_int_eq(int_at(at(r, "system"), "lines"), 3);
    ck_assert_int_eq(int_at(at(r, "access"), "lines"), 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("api_trail");
    TCase *c = tcase_create("trail");
    tcase_add_checked_fixture(c, begin, end);
    tcase_add_test(c, every_method_that_takes_a_person_is_logged);
    tcase_add_test(c, changes_stand_in_the_system_log);
    tcase_add_test(c, looks_at_people_stand_in_the_access_log);
    tcase_add_test(c, lists_of_people_name_everybody_shown);
    tcase_add_test(c, a_log_is_read_page_by_page);
    tcase_add_test(c, the_logs_verify);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
