/* core/api/api_server.c, api_plugin.c, api_strategy.c and methods.c: what runs and what it offers.
 */
#include "api_fixture.h"

static talk t;

static void begin(void)
{
    fixture_make();
    talk_begin(&t, NULL);
}

static void end(void)
{
    talk_end(&t);
    fixture_remove();
}

START_TEST(every_method_is_told_whole)
{
    uint32_t count = 0;
    const rpc_method *methods = api_methods(&count);
    ck_assert_uint_gt(count, 20);

    for (uint32_t i = 0; i < count; i++) {
        err e = {0};
        ck_assert_msg(json_check(bytes_of(methods[i].result_schema), JSON_DEPTH_MAX, NULL, &e),
                      "%s: %s", methods[i].name, e.text);
        ck_assert_uint_gt(strlen(methods[i].summary), 5);
        for (uint32_t k = 0; k < methods[i].param_count; k++) {
            ck_assert_uint_gt(strlen(methods[i].params[k].summary), 2);
        }
        for (uint32_t k = 0; k < i; k++) {
            ck_assert_str_ne(methods[i].name, methods[k].name);
        }
    }
}
END_TEST

START_TEST(discover_tells_every_method)
{
    uint32_t count = 0;
    (void)api_methods(&count);

    const json_node *document = talk_ok(&t, "rpc.discover", "{}");

    ck_assert_uint_ge(json_count(at(document, "methods")), count);
}
END_TEST

START_TEST(info_names_versions_plugins_and_limits)
{
    const json_node *r = talk_ok(&t, "server.info", "{}");

    ck_text_at(r, "name", "lotse");
    ck_text_at(r, "version", LOTSE_VERSION);
    ck_assert_int_eq(int_at(r, "workers"), 2);
    ck_assert_int_eq(int_at(at(r, "limits"), "match_limit"), MATCH_LIMIT_MAX);
    ck_assert(bytes_equal_text(json_text(nth(at(r, "plugins"), 0)), "org.example.gate@1.0.0"));
}
END_TEST

START_TEST(stats_count_records_and_work)
{
    (void)talk_ok(&t, "seeker.put", "{'seeker':{'id':'s-1'}}");

    const json_node *r = talk_ok(&t, "server.stats", "{}");

    ck_assert_int_eq(int_at(r, "seekers"), 1);
    ck_assert_int_eq(int_at(r, "offers"), 0);
    ck_assert_int_eq(int_at(r, "snapshot"), 1);
    ck_assert_int_eq(int_at(at(r, "writes"), "done"), 1);
    ck_assert(!json_bool(at(r, "stopping")));
}
END_TEST

START_TEST(health_says_what_is_wrong)
{
    const json_node *r = talk_ok(&t, "server.health", "{}");

    ck_assert(!json_bool(at(r, "ok"))); /* the fixture has no strategy "default" */
    const json_node *checks = at(r, "checks");
    ck_text_at(nth(checks, 0), "id", "store");
    ck_assert(json_bool(at(nth(checks, 0), "ok")));
    ck_text_at(nth(checks, 1), "id", "records");
    ck_assert(json_bool(at(nth(checks, 1), "ok")));
    ck_text_at(nth(checks, 2), "id", "plugins");
    ck_assert(json_bool(at(nth(checks, 2), "ok")));
    ck_text_at(nth(checks, 3), "id", "strategies");
    ck_assert(!json_bool(at(nth(checks, 3), "ok")));
    ck_text_at(nth(checks, 4), "id", "taxonomy");
    ck_assert(json_bool(at(nth(checks, 4), "ok")));
}
END_TEST

START_TEST(fields_tell_both_sides_in_the_language_asked)
{
    const json_node *r = talk_ok(&t, "server.fields", "{'lang':'de'}");
    const json_node *fields = at(r, "fields");
    uint32_t seekers = 0;
    uint32_t offers = 0;
    uint32_t sensitive = 0;

    for (const json_node *n = json_child(fields); n != NULL; n = json_next(n)) {
        bool is_seeker = bytes_equal_text(json_text(at(n, "side")), "seeker");
        seekers += is_seeker;
        offers += !is_seeker;
        sensitive += json_bool(at(n, "sensitive"));
        ck_assert_uint_gt(json_text(at(n, "text")).len, 3);
    }

    ck_assert_uint_gt(seekers, 20);
    ck_assert_uint_gt(offers, 20);
    ck_assert_uint_gt(sensitive, 3);
}
END_TEST

/* ---------------------------------------------------------------------- plugins */

START_TEST(plugin_list_tells_state_trust_and_title)
{
    const json_node *r = talk_ok(&t, "plugin.list", "{'lang':'de'}");

    ck_assert_int_eq(int_at(r, "total"), 1);
    const json_node *p = nth(at(r, "plugins"), 0);
    ck_text_at(p, "id", "org.example.gate");
    ck_text_at(p, "state", "ready");
    ck_text_at(p, "trust", "builtin");
    ck_text_at(p, "title", "Eine Bedingung");
}
END_TEST

START_TEST(plugin_show_tells_gates_and_fields)
{
    const json_node *r = talk_ok(&t, "plugin.show", "{'id':'org.example.gate'}");

    ck_text_at(r, "title", "A gate");
    ck_assert(!json_bool(at(r, "scores")));
    ck_text_at(nth(at(r, "gates"), 0), "op", ">=");
    ck_text_at(nth(at(r, "ext"), 0), "id", "org.example.night_ok");
}
END_TEST

START_TEST(plugin_list_tells_why_a_plugin_failed)
{
    talk_end(&t);
    fixture_put_plugin("{\"id\":\"org.example.gate\"}");
    talk_begin(&t, NULL);

    const json_node *p = nth(at(talk_ok(&t, "plugin.list", "{}"), "plugins"), 0);

    ck_text_at(p, "state", "failed");
    ck_text_at(at(p, "error"), "id", "plugin.manifest");
}
END_TEST

START_TEST(a_plugin_is_switched_off_and_on_at_once_and_for_good)
{
    ck_text_at(talk_ok(&t, "plugin.disable", "{'id':'org.example.gate'}"), "state", "stopped");
    ck_assert_uint_eq(json_count(at(talk_ok(&t, "server.info", "{}"), "plugins")), 0);
    talk_end(&t);
    talk_begin(&t, NULL);
    ck_text_at(nth(at(talk_ok(&t, "plugin.list", "{}"), "plugins"), 0), "state", "stopped");

    ck_text_at(talk_ok(&t, "plugin.enable", "{'id':'org.example.gate'}"), "state", "ready");

    ck_assert_uint_eq(json_count(at(talk_ok(&t, "server.info", "{}"), "plugins")), 1);
    talk_end(&t);
    talk_begin(&t, NULL);
    ck_text_at(nth(at(talk_ok(&t, "plugin.list", "{}"), "plugins"), 0), "state", "ready");
}
END_TEST

START_TEST(reload_finds_what_was_put_and_taken_and_keeps_the_records)
{
    (void)talk_ok(&t, "seeker.put", "{'seeker':{'id':'s-1','ext':{'org.example.night_ok':true}}}");
    fixture_drop_plugin();

    const json_node *r = talk_ok(&t, "plugin.reload", "{}");

    ck_assert_int_eq(int_at(r, "total"), 0);
    ck_assert_int_eq(int_at(talk_ok(&t, "server.stats", "{}"), "seekers"), 1);
    talk_refused(&t, "seeker.put", "{'seeker':{'id':'s-2','ext':{'org.example.night_ok':true}}}",
                 "field.unknown", "/params/seeker/ext/org.example.night_ok");
    fixture_put_plugin(FIXTURE_MANIFEST);
    r = talk_ok(&t, "plugin.reload", "{}");
    ck_assert_int_eq(int_at(r, "ready"), 1);
    (void)talk_ok(&t, "seeker.put", "{'seeker':{'id':'s-2','ext':{'org.example.night_ok':true}}}");
    ck_assert_int_eq(int_at(talk_ok(&t, "server.stats", "{}"), "seekers"), 2);
}
END_TEST

START_TEST(reload_without_a_plugin_folder_says_so_and_goes_on_with_what_there_was)
{
    char moved[160];
    join(moved, sizeof moved, fixture_root, "moved");
    ck_assert_int_eq(rename(fixture_plugins, moved), 0);

    talk_refused(&t, "plugin.reload", "{}", "file", NULL);

    ck_assert_int_eq(int_at(talk_ok(&t, "plugin.list", "{}"), "total"), 1);
    ck_assert_int_eq(rename(moved, fixture_plugins), 0);
}
END_TEST

START_TEST(a_column_that_the_manifest_does_not_name_cannot_be_granted)
{
    talk_refused(&t, "plugin.grant", "{'id':'org.example.gate','columns':['needs']}", "rpc.params",
                 "/params/columns/0");
    ck_text_at(talk_ok(&t, "plugin.grant", "{'id':'org.example.gate','columns':[]}"), "state",
               "ready");
}
END_TEST

START_TEST(a_plugin_that_is_not_there_is_named)
{
    talk_refused(&t, "plugin.show", "{'id':'org.example.none'}", "not_found", "/params/id");
    talk_refused(&t, "plugin.disable", "{'id':'org.example.none'}", "not_found", "/params/id");
    talk_refused(&t, "plugin.enable", "{'id':'org.example.none'}", "not_found", "/params/id");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("server");
    TCase *all = tcase_create("server");
    tcase_add_checked_fixture(all, begin, end);
    tcase_set_timeout(all, 30);
    tcase_add_test(all, every_method_is_told_whole);
    tcase_add_test(all, discover_tells_every_method);
    tcase_add_test(all, info_names_versions_plugins_and_limits);
    tcase_add_test(all, stats_count_records_and_work);
    tcase_add_test(all, health_says_what_is_wrong);
    tcase_add_test(all, fields_tell_both_sides_in_the_language_asked);
    tcase_add_test(all, plugin_list_tells_state_trust_and_title);
    tcase_add_test(all, plugin_show_tells_gates_and_fields);
    tcase_add_test(all, plugin_list_tells_why_a_plugin_failed);
    tcase_add_test(all, a_plugin_is_switched_off_and_on_at_once_and_for_good);
    tcase_add_test(all, reload_finds_what_was_put_and_taken_and_keeps_the_records);
    tcase_add_test(all, reload_without_a_plugin_folder_says_so_and_goes_on_with_what_there_was);
    tcase_add_test(all, a_column_that_the_manifest_does_not_name_cannot_be_granted);
    tcase_add_test(all, a_plugin_that_is_not_there_is_named);
    suite_add_tcase(suite, all);
    return fixture_main(suite);
}
