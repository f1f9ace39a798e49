#include "unit/plugin_folder.h"

/* Strategies against the program: what they may say, and where a wrong one is wrong. */

static const char *const builtin[] = {BUILD_DIR "/bin/plugins"};
static registry *plugins;
static dictionary *words;
static arena memory;

static void open_plugins(void)
{
    static const char *const off[] = {"lotse.support"};
    concept number;
    bool is_new;
    err e = {0};
    ck_assert(dictionary_new(&words, &e));
    ck_assert(dictionary_add(words, BYTES("esco:S1"), &number, &is_new, &e));
    registry_config config = {.builtin_dirs = builtin,
                              .builtin_dir_count = 1,
                              .disabled = off,
                              .disabled_count = 1,
                              .dictionary = words};
    ck_assert_msg(registry_new(&config, &plugins, &e), "%s", e.text);
}

static void close_plugins(void)
{
    registry_free(&plugins);
    dictionary_free(&words);
    arena_fini(&memory);
}

static bool resolve(const registry *r, bytes text, strategy *ret, err *e)
{
    json_doc *doc = NULL;
    ck_assert_msg(json_parse(text, JSON_DEPTH_MAX, &doc, e), "%s", e->text);
    bool is_resolved = registry_strategy(r, json_root(doc), &memory, ret, e);
    json_doc_free(&doc);
    return is_resolved;
}

START_TEST(the_default_strategy_is_the_arithmetic_of_the_design)
{
    static const struct {
        const char *id;
        int32_t weight;
    } wanted[] = {{"lotse.skills", 350000},
                  {"lotse.occupation", 250000},
                  {"lotse.commute", 200000},
                  {"lotse.language", 100000},
                  {"lotse.schedule", 100000}};
    registry_config config = {.builtin_dirs = builtin, .builtin_dir_count = 1};
    registry *r = NULL;
    strategy s;
    err e = {0};
    bytes id, text = {NULL, 0};
    ck_assert(registry_new(&config, &r, &e));
    for (uint32_t i = 0; i < registry_builtin_strategy_count(r); i++) {
        bytes one = registry_builtin_strategy(r, i, &id);
        text = bytes_equal_text(id, "default") ? one : text;
    }

    ck_assert_msg(resolve(r, text, &s, &e), "%s %s", e.text, e.path);

    ck_assert_str_eq(s.id, "default");
    ck_assert_ptr_eq(s.program, registry_program(r));
    ck_assert_uint_eq(s.criterion_count, 5);
    for (uint32_t i = 0; i < 5; i++) {
        ck_assert_str_eq(s.program->criteria[s.criteria[i].criterion].id, wanted[i].id);
        ck_assert_int_eq(s.criteria[i].weight, wanted[i].weight);
    }
    /* All gates but those that came with the strategy `casework`. */
    for (uint32_t i = 0; i < s.program->gate_count; i++) {
        const char *plugin = s.program->gates[i].criterion;
        bool is_later = strcmp(plugin, "lotse.terms") == 0 || strcmp(plugin, "lotse.wish") == 0;
        ck_assert_int_eq(s.gates_on >> i & 1u, !is_later);
    }
    ck_assert_int_eq(lotse_param_value(s.criteria[3].params, 0, 0), 3);
    ck_assert_int_eq(lotse_param_value(s.criteria[4].params, 0, 0), 180);
    registry_free(&r);
}
END_TEST

START_TEST(a_strategy_switches_gates_on_by_plugin_and_the_core_is_always_on)
{
    strategy s;
    err e = {0};

    ck_assert_msg(
        resolve(plugins,
                BYTES("{\"id\":\"x\",\"criteria\":[{\"id\":\"lotse.skills\",\"weight\":1000000}],"
                      "\"gates\":[\"lotse.commute\",\"lotse.occupation\"]}"),
                &s, &e),
        "%s", e.text);

    for (uint32_t i = 0; i < s.program->gate_count; i++) {
        bool is_on = (s.gates_on >> i & 1u) != 0;
        const gate *g = &s.program->gates[i];
        ck_assert_int_eq(is_on, strcmp(g->criterion, "core.open") == 0 ||
                                    strcmp(g->criterion, "lotse.commute") == 0);
    }
}
END_TEST

START_TEST(a_parameter_that_is_set_says_so)
{
    strategy s;
    err e = {0};

    ck_assert(
        resolve(plugins,
                BYTES("{\"id\":\"x\",\"criteria\":["
                      "{\"id\":\"lotse.schedule\",\"weight\":600000,\"params\":{\"span\":90}},"
                      "{\"id\":\"lotse.language\",\"weight\":400000}]}"),
                &s, &e));

    const lotse_params *set = s.criteria[0].params, *unset = s.criteria[1].params;
    const lotse_param *span = lotse_at(set, set->params_offset);
    const lotse_param *levels = lotse_at(unset, unset->params_offset);
    ck_assert_int_eq(span->value, 90);
    ck_assert_uint_eq(span->is_default, 0);
    ck_assert_int_eq(levels->value, 3);
    ck_assert_uint_eq(levels->is_default, 1);
}
END_TEST

#define ONE(rest)                                                                                  \
    "{\"id\":\"x\",\"criteria\":[{\"id\":\"lotse.schedule\",\"weight\":1000000" rest "}]}"

static const struct {
    const char *text;
    err_code code;
    const char *path, *words;
} wrong[] = {
    {"7", ERR_STRATEGY_INVALID, "", "must be an object"},
    {"{\"id\":\"x\"}", ERR_STRATEGY_INVALID, "", "\"criteria\" is missing"},
    {"{\"id\":\"\",\"criteria\":[]}", ERR_STRATEGY_INVALID, "/id", "has 0 bytes"},
    {"{\"id\":\"x\",\"criteria\":[]}", ERR_WEIGHTS_SUM, "/criteria", "sum to 0"},
    {"{\"id\":\"x\",\"criteria\":[{\"id\":\"lotse.skills\",\"weight\":999999}]}", ERR_WEIGHTS_SUM,
     "/criteria", "sum to 999999, they must sum to 1000000"},
    {"{\"id\":\"x\",\"criteria\":[{\"id\":\"lotse.skills\",\"weight\":-1}]}", ERR_STRATEGY_INVALID,
     "/criteria/0/weight", "-1 lies outside"},
    {"{\"id\":\"x\",\"criteria\":[{\"id\":\"lotse.skill\",\"weight\":1}]}", ERR_STRATEGY_INVALID,
     "/criteria/0/id", "there is no plugin \"lotse.skill\""},
    {"{\"id\":\"x\",\"criteria\":[{\"id\":\"lotse.target_group\",\"weight\":1}]}",
     ERR_STRATEGY_INVALID, "/criteria/0/id", "has no criterion"},
    {"{\"id\":\"x\",\"criteria\":[{\"id\":\"lotse.skills\",\"weight\":1},{\"id\":\"lotse.skills\","
     "\"weight\":1}]}",
     ERR_STRATEGY_INVALID, "/criteria/1/id", "stands twice"},
    {"{\"id\":\"x\",\"criteria\":[],\"gate\":[]}", ERR_STRATEGY_INVALID, "/gate",
     "there is no key"},
    {ONE(",\"params\":[]"), ERR_PLUGIN_PARAM, "/criteria/0/params", "must be an object"},
    {ONE(",\"params\":{\"spam\":1}"), ERR_PLUGIN_PARAM, "/criteria/0/params/spam",
     "\"lotse.schedule\" has no parameter \"spam\""},
    {ONE(",\"params\":{\"span\":0}"), ERR_PLUGIN_PARAM, "/criteria/0/params/span",
     "0 lies outside 1 to 3650"},
    {ONE(",\"params\":{\"span\":\"90\"}"), ERR_PLUGIN_PARAM, "/criteria/0/params/span",
     "must be a number"},
    {"{\"id\":\"x\",\"criteria\":[{\"id\":\"lotse.skills\",\"weight\":1000000}],\"gates\":[\"lotse."
     "support\"]}",
     ERR_STRATEGY_INVALID, "/gates/0", "\"lotse.support\" is switched off"},
    {"{\"id\":\"x\",\"criteria\":[{\"id\":\"lotse.skills\",\"weight\":1000000}],"
     "\"gates\":[\"lotse.skills\",\"lotse.skills\"]}",
     ERR_STRATEGY_INVALID, "/gates/1", "stands twice"},
};

START_TEST(a_wrong_strategy_is_refused_with_a_pointer)
{
    strategy s = {.criterion_count = 7};
    err e = {0};

    ck_assert(!resolve(plugins, bytes_of(wrong[_i].text), &s, &e));

    ck_assert_str_eq(err_id(e.code), err_id(wrong[_i].code));
    ck_assert_str_eq(e.path, wrong[_i].path);
    ck_assert_msg(strstr(e.text, wrong[_i].words) != NULL, "\"%s\" does not say \"%s\"", e.text,
                  wrong[_i].words);
    ck_assert_uint_eq(s.criterion_count, 7);
}
END_TEST

START_TEST(a_mistyped_plugin_is_told_what_was_meant)
{
    strategy s;
    err e = {0};

    ck_assert(
        !resolve(plugins, BYTES("{\"id\":\"x\",\"criteria\":[{\"id\":\"lotse.skils\"}]}"), &s, &e));

    ck_assert_str_eq(e.hint, "Did you mean \"lotse.skills\"?");
}
END_TEST

/* ------------------------------------------------------------------------------------ all types */

static void check_types(const registry *r)
{
    strategy s;
    err e = {0};
    ck_assert_msg(
        resolve(r,
                BYTES("{\"id\":\"x\",\"criteria\":[{\"id\":\"org.example.bad\",\"weight\":1000000,"
                      "\"params\":{\"day\":\"1970-01-11\",\"code\":\"B1\",\"share\":250000,"
                      "\"one\":\"esco:S1\",\"set\":[\"kldb:51312\",\"esco:S1\",\"isco:5321\","
                      "\"esco:S1\"]}}]}"),
                &s, &e),
        "%s %s", e.text, e.path);
    const lotse_params *p = s.criteria[0].params;
    const lotse_param *all = lotse_at(p, p->params_offset);
    const uint32_t *set = lotse_at(p, all[4].values_offset);
    concept esco = 0;
    ck_assert(dictionary_find(words, BYTES("esco:S1"), &esco));
    ck_assert_int_eq(all[0].value, 10);
    ck_assert_int_eq(all[1].value, 3);
    ck_assert_int_eq(all[2].value, 250000);
    ck_assert_uint_eq(all[3].value, esco);
    ck_assert_int_eq(all[4].value, 3);
    ck_assert_uint_eq(set[0], esco);
    ck_assert_uint_lt(set[0], set[1]);
    ck_assert_uint_lt(set[1], set[2]);
    ck_assert(
        !resolve(r,
                 BYTES("{\"id\":\"x\",\"criteria\":[{\"id\":\"org.example.bad\",\"weight\":1000000,"
                       "\"params\":{\"set\":[\"isco:5321\",\"esco:S2\"]}}]}"),
                 &s, &e));
    ck_assert_str_eq(e.path, "/criteria/0/params/set/1");
    ck_assert_str_eq(e.text, "no record names the concept \"esco:S2\" yet");
}

START_TEST(parameters_of_every_type_reach_the_plugin_as_numbers)
{
    plugin_folder folder = folder_new();
    const char *trusted[] = {folder.path};
    registry_config config = {.trusted_dirs = trusted, .trusted_dir_count = 1, .dictionary = words};
    registry *r = NULL;
    err e = {0};
    folder_run("mkdir '%s/bad' && cp '%s/tests/plugin/good/bad.so' '%s/bad/'", folder.path,
               BUILD_DIR, folder.path);
    folder_add(
        &folder, "bad", "org.example.bad",
        ",\"library\":\"bad.so\",\"params\":["
        "{\"id\":\"day\",\"type\":\"day\",\"default\":\"2026-01-01\",\"title\":{\"en\":\"t\"}},"
        "{\"id\":\"code\",\"type\":\"code\",\"codes\":\"level\",\"default\":\"A1\",\"title\":{"
        "\"en\":\"t\"}},"
        "{\"id\":\"share\",\"type\":\"ppm\",\"default\":0,\"title\":{\"en\":\"t\"}},"
        "{\"id\":\"one\",\"type\":\"concept\",\"default\":\"isco:5321\",\"title\":{\"en\":\"t\"}},"
        "{\"id\":\"set\",\"type\":\"concept_set\",\"default\":[],\"title\":{\"en\":\"t\"}}],"
        "\"criterion\":{\"sentences\":[{\"id\":\"s\",\"text\":{\"en\":\"t\"}}]}");
    ck_assert_msg(registry_new(&config, &r, &e), "%s", e.text);
    ck_assert_msg(find_info(r, "org.example.bad")->state == PLUGIN_READY, "%s",
                  find_info(r, "org.example.bad")->why.text);

    check_types(r);

    registry_free(&r);
    folder_remove(&folder);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("plugin_registry_strategy");
    TCase *c = tcase_create("strategy");
    tcase_add_checked_fixture(c, open_plugins, close_plugins);
    tcase_add_test(c, the_default_strategy_is_the_arithmetic_of_the_design);
    tcase_add_test(c, a_strategy_switches_gates_on_by_plugin_and_the_core_is_always_on);
    tcase_add_test(c, a_parameter_that_is_set_says_so);
    tcase_add_loop_test(c, a_wrong_strategy_is_refused_with_a_pointer, 0,
                        (int)(sizeof(wrong) / sizeof(wrong[0])));
    tcase_add_test(c, a_mistyped_plugin_is_told_what_was_meant);
    tcase_add_test(c, parameters_of_every_type_reach_the_plugin_as_numbers);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
