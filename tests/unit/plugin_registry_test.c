#include "plugin/registry.h"

#include "unit/plugin_folder.h"

/* Which plugins run, and what they make together. */

static const char *const builtin[] = {BUILD_DIR "/bin/plugins"};
static plugin_folder folder;
static const char *trusted[1];

static void make_folder(void)
{
    folder = folder_new();
    trusted[0] = folder.path;
}

static void remove_folder(void)
{
    folder_remove(&folder);
}

static registry_config config_of_both(void)
{
    return (registry_config){.builtin_dirs = builtin,
                             .builtin_dir_count = 1,
                             .trusted_dirs = trusted,
                             .trusted_dir_count = 1};
}

static registry *open_registry(const registry_config *config)
{
    registry *r = NULL;
    err e = {0};
    ck_assert_msg(registry_new(config, &r, &e), "%s", e.text);
    return r;
}

static void check_failed(const registry *r, const char *id, err_code code, const char *words)
{
    const plugin_info *p = find_info(r, id);
    ck_assert_int_eq(p->state, PLUGIN_FAILED);
    ck_assert_str_eq(err_id(p->why.code), err_id(code));
    ck_assert_msg(strstr(p->why.text, words) != NULL, "\"%s\" does not say \"%s\"", p->why.text,
                  words);
}

#define TEXTS                                                                                      \
    "\"sentences\":{\"yes\":{\"en\":\"y\"},\"no\":{\"en\":\"n\"},\"check\":{\"en\":\"c\"}}"
#define GATE(seeker, op, offer)                                                                    \
    ",\"gates\":[{\"id\":\"g\",\"seeker\":\"" seeker "\",\"op\":\"" op "\",\"offer\":\"" offer     \
    "\"," TEXTS "}]"

/* ------------------------------------------------------------------------------------ built in */

static const char *const ids[] = {
    "lotse.cardinality",  "lotse.commute",  "lotse.deferred", "lotse.education",
    "lotse.eligibility",  "lotse.language", "lotse.maximin",  "lotse.occupation",
    "lotse.progress",     "lotse.schedule", "lotse.skills",   "lotse.support",
    "lotse.target_group", "lotse.terms",    "lotse.welfare",  "lotse.wish"};
enum { BUILTIN_COUNT = sizeof(ids) / sizeof(ids[0]) };

START_TEST(builtin_plugins_run_in_the_order_of_their_folders)
{
    registry_config config = {.builtin_dirs = builtin, .builtin_dir_count = 1};
    registry *r = open_registry(&config);
    const match_program *p = registry_program(r);

    ck_assert_uint_eq(registry_count(r), BUILTIN_COUNT);
    ck_assert_uint_eq(p->plugin_count, BUILTIN_COUNT);
    for (uint32_t i = 0; i < BUILTIN_COUNT; i++) {
        const plugin_info *info = registry_plugin(r, i);
        ck_assert_msg(info->state == PLUGIN_READY, "%s: %s", ids[i], info->why.text);
        ck_assert_int_eq(info->trust, TRUST_BUILTIN);
        ck_assert_str_eq(p->plugins[i].id, ids[i]);
        ck_assert_uint_eq(strlen(p->plugins[i].hash), 64);
        ck_assert_ptr_eq(registry_manifest_of(r, i), info->manifest);
        ck_assert_uint_gt(text_set_get(&info->manifest->title, "de").len, 0);
    }
    registry_free(&r);
}
END_TEST

START_TEST(program_holds_the_gates_of_the_core_first_and_german_as_its_own_columns)
{
    registry_config config = {.builtin_dirs = builtin, .builtin_dir_count = 1};
    registry *r = open_registry(&config);
    const match_program *p = registry_program(r);

    for (uint32_t i = 0; i < p->gate_count; i++) {
        ck_assert_int_eq(p->gates[i].plugin == UINT32_MAX, i < CORE_GATE_COUNT);
    }
    ck_assert_uint_ne(program_column(p, SIDE_SEEKER, "languages.de.level"), UINT16_MAX);
    ck_assert_uint_ne(program_column(p, SIDE_OFFER, "requires.languages.de.min"), UINT16_MAX);
    ck_assert_uint_ne(program_column(p, SIDE_OFFER, "requires.languages.de.max"), UINT16_MAX);
    ck_assert_uint_ne(program_column(p, SIDE_SEEKER, "languages.de.skills.reading"), UINT16_MAX);
    uint16_t months = program_column(p, SIDE_SEEKER, "lotse.eligibility.unemployed_months");
    ck_assert_uint_ge(months, p->columns[SIDE_SEEKER].stored_count);
    int32_t derived = p->columns[SIDE_SEEKER].columns[months].derived;
    ck_assert_str_eq(p->derived[derived].field_id, "unemployed_months");
    registry_free(&r);
}
END_TEST

START_TEST(program_of_the_same_folders_is_the_same)
{
    registry_config config = config_of_both();
    registry *a = open_registry(&config);
    folder_add(&folder, "more", "org.example.more", "");
    registry *b = open_registry(&config);
    registry_config other = {.builtin_dirs = builtin, .builtin_dir_count = 1};
    registry *c = open_registry(&other);

    ck_assert_uint_eq(registry_program(a)->generation, registry_program(c)->generation);
    ck_assert_uint_ne(registry_program(a)->generation, registry_program(b)->generation);
    ck_assert_uint_eq(registry_program(a)->columns[0].hash, registry_program(b)->columns[0].hash);
    registry_free(&a);
    registry_free(&b);
    registry_free(&c);
}
END_TEST

/* ------------------------------------------------------------------------------------ failures */

START_TEST(a_plugin_that_fails_costs_nobody_else_anything)
{
    folder_run("mkdir '%s/nothing'", folder.path);
    folder_write(&folder, "text", "manifest.json", "not json");
    folder_write(&folder, "twice", "manifest.json", "{\"id\":\"a.b\",\"id\":\"a.b\"}");
    folder_add(&folder, "field", "org.example.field", GATE("name", ">=", "requires.eqf_min"));
    folder_add(&folder, "types", "org.example.types", GATE("skills", ">=", "requires.eqf_min"));
    folder_add(&folder, "same", "lotse.skills", "");
    folder_add(&folder, "good", "org.example.good",
               GATE("education.eqf", ">=", "requires.eqf_min"));
    folder_add(&folder, "library", "org.example.library", ",\"library\":\"not_there.so\"");
    folder_write(&folder, "a_file", "manifest.json", "");
    folder_run("touch '%s/README.md'", folder.path);
    registry_config config = config_of_both();
    registry *r = open_registry(&config);

    check_failed(r, "nothing", ERR_PLUGIN_UNREADABLE, "could not open \"manifest.json\"");
    check_failed(r, "text", ERR_PLUGIN_MANIFEST, "");
    check_failed(r, "twice", ERR_PLUGIN_MANIFEST, "");
    check_failed(r, "a_file", ERR_PLUGIN_MANIFEST, "");
    check_failed(r, "org.example.field", ERR_PLUGIN_MANIFEST,
                 "there is no field \"name\" of seekers");
    ck_assert_str_eq(find_info(r, "org.example.field")->why.path, "/gates/0");
    check_failed(r, "org.example.types", ERR_PLUGIN_MANIFEST, "cannot compare");
    check_failed(r, "org.example.library", ERR_PLUGIN_UNREADABLE,
                 "could not open \"not_there.so\"");
    ck_assert_int_eq(find_info(r, "org.example.good")->state, PLUGIN_READY);
    ck_assert_int_eq(find_info(r, "org.example.good")->trust, TRUST_TRUSTED);
    ck_assert_uint_eq(registry_count(r), BUILTIN_COUNT + 9);
    ck_assert_uint_eq(registry_program(r)->plugin_count, BUILTIN_COUNT + 1);
    registry_free(&r);
}
END_TEST

START_TEST(the_second_plugin_of_an_id_fails)
{
    folder_add(&folder, "a", "org.example.x", "");
    folder_add(&folder, "b", "org.example.x", "");
    registry_config config = config_of_both();
    registry *r = open_registry(&config);

    ck_assert_int_eq(registry_plugin(r, BUILTIN_COUNT)->state, PLUGIN_READY);
    ck_assert_int_eq(registry_plugin(r, BUILTIN_COUNT + 1)->state, PLUGIN_FAILED);
    ck_assert_str_eq(registry_plugin(r, BUILTIN_COUNT + 1)->why.text,
                     "another plugin has the id \"org.example.x\" already");
    registry_free(&r);
}
END_TEST

START_TEST(a_plugin_that_names_the_field_of_one_that_is_off_fails)
{
    static const char *const off[] = {"lotse.eligibility"};
    folder_add(&folder, "user", "org.example.user",
               GATE("lotse.eligibility.unemployed_months", ">=", "requires.unemployed_months"));
    registry_config config = config_of_both();
    registry *with = open_registry(&config);
    config.disabled = off;
    config.disabled_count = 1;
    registry *without = open_registry(&config);

    ck_assert_int_eq(find_info(with, "org.example.user")->state, PLUGIN_READY);
    ck_assert_int_eq(find_info(without, "lotse.eligibility")->state, PLUGIN_STOPPED);
    check_failed(without, "org.example.user", ERR_PLUGIN_MANIFEST,
                 "there is no field \"lotse.eligibility.unemployed_months\" of seekers");
    ck_assert_uint_eq(registry_program(without)->plugin_count, BUILTIN_COUNT - 1);
    registry_free(&with);
    registry_free(&without);
}
END_TEST

START_TEST(a_folder_of_the_configuration_that_is_not_there_is_refused)
{
    static const char *const nowhere[] = {BUILD_DIR "/nowhere"};
    registry_config config = {.builtin_dirs = nowhere, .builtin_dir_count = 1};
    registry *r = NULL;
    err e = {0};

    ck_assert(!registry_new(&config, &r, &e));

    ck_assert_int_eq(e.code, ERR_FILE);
    ck_assert_ptr_null(r);
}
END_TEST

START_TEST(a_library_that_is_refused_is_named)
{
    folder_run("mkdir '%s/bad' && cp '%s/tests/plugin/major/bad.so' '%s/bad/'", folder.path,
               BUILD_DIR, folder.path);
    folder_add(&folder, "bad", "org.example.bad",
               ",\"library\":\"bad.so\",\"criterion\":{\"sentences\":[{\"id\":\"s\",\"text\":{"
               "\"en\":\"t\"}}]}");
    registry_config config = config_of_both();
    registry *r = open_registry(&config);

    check_failed(r, "org.example.bad", ERR_PLUGIN_ABI_MISMATCH,
                 "\"bad.so\" was built for contract 2.0, this host has 1.0");
    registry_free(&r);
}
END_TEST

/* ------------------------------------------------------------------------------------ switches */

START_TEST(a_learned_plugin_stays_off_until_it_is_switched_on)
{
    static const char *const on[] = {"org.example.learned"};
    folder_write(&folder, "learned", "manifest.json",
                 "{\"id\":\"org.example.learned\",\"version\":\"1.0.0\",\"abi\":\"1.0\","
                 "\"kind\":\"learned\",\"title\":{\"en\":\"L\"}}");
    registry_config config = config_of_both();
    registry *off = open_registry(&config);
    config.enabled = on;
    config.enabled_count = 1;
    registry *switched_on = open_registry(&config);
    config.disabled = on;
    config.disabled_count = 1;
    registry *off_again = open_registry(&config);

    ck_assert_int_eq(find_info(off, "org.example.learned")->state, PLUGIN_STOPPED);
    ck_assert_int_eq(find_info(switched_on, "org.example.learned")->state, PLUGIN_READY);
    ck_assert_int_eq(find_info(off_again, "org.example.learned")->state, PLUGIN_STOPPED);
    registry_free(&off);
    registry_free(&switched_on);
    registry_free(&off_again);
}
END_TEST

static const criterion_spec *find_spec(const registry *r, const char *id)
{
    const match_program *p = registry_program(r);
    for (uint32_t i = 0; i < p->criterion_count; i++) {
        if (strcmp(p->criteria[i].id, id) == 0) {
            return &p->criteria[i];
        }
    }
    ck_abort_msg("there is no criterion \"%s\"", id);
    return NULL;
}

START_TEST(a_sensitive_column_is_seen_only_when_granted)
{
    static const registry_grant grants[] = {{"org.example.bad", "facts.age_25_or_over"},
                                            {"org.example.other", "needs"}};
    folder_run("mkdir '%s/bad' && cp '%s/tests/plugin/good/bad.so' '%s/bad/'", folder.path,
               BUILD_DIR, folder.path);
    folder_add(&folder, "bad", "org.example.bad",
               ",\"library\":\"bad.so\",\"columns\":{\"seeker\":[\"skills\",\"needs\","
               "\"facts.age_25_or_over\",\"languages.de.level\",\"languages.en.level\"]},"
               "\"criterion\":{\"sentences\":[{\"id\":\"s\",\"text\":{\"en\":\"t\"}}]}");
    registry_config config = config_of_both();
    config.grants = grants;
    config.grant_count = 2;
    registry *r = open_registry(&config);
    const criterion_spec *spec = find_spec(r, "org.example.bad");

    ck_assert_uint_eq(spec->column_count[SIDE_SEEKER], 5);
    ck_assert_uint_ne(spec->columns[SIDE_SEEKER][0], UINT16_MAX);
    ck_assert_uint_eq(spec->columns[SIDE_SEEKER][1], UINT16_MAX);
    ck_assert_uint_ne(spec->columns[SIDE_SEEKER][2], UINT16_MAX);
    ck_assert_uint_ne(spec->columns[SIDE_SEEKER][3], UINT16_MAX);
    ck_assert_uint_eq(spec->columns[SIDE_SEEKER][4], UINT16_MAX);
    registry_free(&r);
}
END_TEST

START_TEST(a_place_is_never_given_to_a_plugin)
{
    folder_run("mkdir '%s/bad' && cp '%s/tests/plugin/good/bad.so' '%s/bad/'", folder.path,
               BUILD_DIR, folder.path);
    folder_add(&folder, "bad", "org.example.bad",
               ",\"library\":\"bad.so\",\"columns\":{\"offer\":[\"location\"]},"
               "\"criterion\":{\"sentences\":[{\"id\":\"s\",\"text\":{\"en\":\"t\"}}]}");
    registry_config config = config_of_both();
    registry *r = open_registry(&config);

    check_failed(r, "org.example.bad", ERR_PLUGIN_MANIFEST, "places are never given to plugins");
    ck_assert_str_eq(find_info(r, "org.example.bad")->why.path, "/columns/offer/0");
    registry_free(&r);
}
END_TEST

/* A trait by which an offer restricts is never a weight. */
START_TEST(protected_traits_are_never_given_to_a_plugin)
{
    folder_run("mkdir '%s/bad' && cp '%s/tests/plugin/good/bad.so' '%s/bad/'", folder.path,
               BUILD_DIR, folder.path);
    folder_add(
        &folder, "bad", "org.example.bad",
        ",\"library\":\"bad.so\",\"columns\":{\"offer\":[\"kind\",\"restrictions.*.trait\"]},"
        "\"criterion\":{\"sentences\":[{\"id\":\"s\",\"text\":{\"en\":\"t\"}}]}");
    registry_config config = config_of_both();
    registry *r = open_registry(&config);

    check_failed(r, "org.example.bad", ERR_PLUGIN_MANIFEST, "never given to plugins nor scored");
    ck_assert_str_eq(find_info(r, "org.example.bad")->why.path, "/columns/offer/1");
    registry_free(&r);
}
END_TEST

START_TEST(ext_fields_become_columns_and_keys)
{
    folder_add(&folder, "a", "org.example.a",
               ",\"ext\":[{\"id\":\"org.example.night_ok\",\"side\":\"seeker\",\"type\":\"flag\","
               "\"title\":{\"en\":\"N\"}}]");
    folder_add(&folder, "b", "org.example.b",
               ",\"ext\":[{\"id\":\"org.example.night_ok\",\"side\":\"seeker\",\"type\":\"flag\","
               "\"title\":{\"en\":\"N\"}}]" GATE("ext.org.example.night_ok", "flag",
                                                 "requires.regulated"));
    folder_add(&folder, "c", "org.example.c",
               ",\"ext\":[{\"id\":\"org.example.night_ok\",\"side\":\"seeker\",\"type\":\"int\","
               "\"title\":{\"en\":\"N\"}}]");
    registry_config config = config_of_both();
    registry *r = open_registry(&config);
    const ext_keys *keys = registry_ext_keys(r);

    ck_assert_uint_eq(keys->count, 1);
    ck_assert_str_eq(keys->keys[0].id, "org.example.night_ok");
    ck_assert_uint_eq(keys->keys[0].type, LOTSE_FLAG);
    ck_assert_uint_ne(program_column(registry_program(r), SIDE_SEEKER, "ext.org.example.night_ok"),
                      UINT16_MAX);
    ck_assert_int_eq(find_info(r, "org.example.b")->state, PLUGIN_READY);
    check_failed(r, "org.example.c", ERR_PLUGIN_MANIFEST, "declares the ext field");
    registry_free(&r);
}
END_TEST

START_TEST(no_more_gates_than_a_word_has_bits)
{
    char gates[3900] = ",\"gates\":[";
    for (int i = 0; i < 20; i++) {
        char text[200];
        snprintf(text, sizeof(text),
                 "%s{\"id\":\"g%d\",\"seeker\":\"needs\",\"op\":\"subset_of\",\"offer\":"
                 "\"support\"," TEXTS "}",
                 i == 0 ? "" : ",", i);
        strcat(gates, text);
    }
    strcat(gates, "]");
    folder_add(&folder, "a", "org.example.a", gates);
    folder_add(&folder, "b", "org.example.b", gates);
    registry_config config = config_of_both();
    registry *r = open_registry(&config);

    ck_assert_int_eq(find_info(r, "org.example.a")->state, PLUGIN_READY);
    check_failed(r, "org.example.b", ERR_TOO_LARGE, "more than 64 gates");
    registry_free(&r);
}
END_TEST

START_TEST(registry_fails_cleanly_wherever_memory_ends)
{
    registry_config config = config_of_both();
    bool is_made = false;
    folder_add(&folder, "good", "org.example.good",
               GATE("education.eqf", ">=", "requires.eqf_min"));
    for (uint64_t at = 1; !is_made; at++) {
        registry *r = NULL;
        err e = {0};
        mem_fail_at(at);
        is_made = registry_new(&config, &r, &e);
        mem_fail_at(0);
        ck_assert(is_made || (r == NULL && e.code != ERR_NONE));
        registry_free(&r);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("plugin_registry");
    TCase *c = tcase_create("registry");
    tcase_set_timeout(c, 60);
    tcase_add_checked_fixture(c, make_folder, remove_folder);
    tcase_add_test(c, builtin_plugins_run_in_the_order_of_their_folders);
    tcase_add_test(c, program_holds_the_gates_of_the_core_first_and_german_as_its_own_columns);
    tcase_add_test(c, program_of_the_same_folders_is_the_same);
    tcase_add_test(c, a_plugin_that_fails_costs_nobody_else_anything);
    tcase_add_test(c, the_second_plugin_of_an_id_fails);
    tcase_add_test(c, a_plugin_that_names_the_field_of_one_that_is_off_fails);
    tcase_add_test(c, a_folder_of_the_configuration_that_is_not_there_is_refused);
    tcase_add_test(c, a_library_that_is_refused_is_named);
    tcase_add_test(c, a_learned_plugin_stays_off_until_it_is_switched_on);
    tcase_add_test(c, a_sensitive_column_is_seen_only_when_granted);
    tcase_add_test(c, a_place_is_never_given_to_a_plugin);
    tcase_add_test(c, protected_traits_are_never_given_to_a_plugin);
    tcase_add_test(c, ext_fields_become_columns_and_keys);
    tcase_add_test(c, no_more_gates_than_a_word_has_bits);
    tcase_add_test(c, registry_fails_cleanly_wherever_memory_ends);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
