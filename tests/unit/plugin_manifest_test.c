#include "plugin/manifest.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

/* What a manifest may say, and where a wrong one is wrong. */

static arena memory;

static void give_back(void)
{
    arena_fini(&memory);
}

static bool decode(const char *text, manifest *ret, err *e)
{
    json_doc *doc = NULL;
    ck_assert_msg(json_parse(bytes_of(text), JSON_DEPTH_MAX, &doc, e), "%s: %s", e->text, text);
    bool is_decoded = manifest_decode(json_root(doc), &memory, ret, e);
    json_doc_free(&doc);
    return is_decoded;
}

#define HEAD                                                                                       \
    "\"id\":\"org.example.x\",\"version\":\"1.0.0\",\"abi\":\"1.0\",\"kind\":\"rules\","           \
    "\"title\":{\"en\":\"X\"}"
#define TEXT "{\"en\":\"t\"}"
#define GATE_HEAD                                                                                  \
    "\"id\":\"g\",\"seeker\":\"skills\",\"op\":\"contains_all\",\"offer\":\"requires.skills\""
#define GATE_TEXTS "\"sentences\":{\"yes\":" TEXT ",\"no\":" TEXT ",\"check\":" TEXT "}"
#define WITH(rest) "{" HEAD "," rest "}"
#define WITH_CODE(rest) "{" HEAD ",\"library\":\"x.so\"," rest "}"
#define CRITERION(rest) WITH_CODE("\"criterion\":{" rest "}")
#define SENTENCES "\"sentences\":[{\"id\":\"s\",\"text\":" TEXT "}]"
#define PARAM(rest) WITH("\"params\":[{\"id\":\"p\",\"title\":" TEXT "," rest "}]")
#define STEP(rest) WITH("\"steps\":[{\"id\":\"s\",\"who\":\"person\",\"text\":" TEXT "," rest "}]")
#define FIELD(rest)                                                                                \
    WITH_CODE("\"fields\":[{\"id\":\"f\",\"side\":\"seeker\",\"title\":" TEXT "," rest "}]")

START_TEST(decode_takes_the_smallest_manifest)
{
    manifest m;
    err e = {0};

    ck_assert_msg(decode("{" HEAD "}", &m, &e), "%s", e.text);

    ck_assert_str_eq(m.id.base, "org.example.x");
    ck_assert_str_eq(m.version.base, "1.0.0");
    ck_assert_uint_eq(m.abi_major, 1);
    ck_assert_uint_eq(m.abi_minor, 0);
    ck_assert_int_eq(m.kind, PLUGIN_RULES);
    ck_assert_ptr_null(m.library.base);
    ck_assert(!m.has_criterion);
}
END_TEST

START_TEST(decode_keeps_every_part)
{
    manifest m;
    err e = {0};

    ck_assert_msg(
        decode(
            "{" HEAD ",\"library\":\"x.so\",\"help\":" TEXT ","
            "\"columns\":{\"seeker\":[\"skills\",\"languages.de.level\"],\"offer\":[\"hours.max\"]}"
            ","
            "\"params\":[{\"id\":\"span\",\"type\":\"int\",\"default\":7,\"min\":1,\"max\":9,"
            "\"title\":" TEXT "},"
            "{\"id\":\"day\",\"type\":\"day\",\"default\":\"2026-11-23\",\"title\":" TEXT "},"
            "{\"id\":\"level\",\"type\":\"code\",\"codes\":\"level\",\"default\":\"B1\","
            "\"title\":" TEXT "},"
            "{\"id\":\"job\",\"type\":\"concept\",\"default\":\"isco:5321\",\"title\":" TEXT "},"
            "{\"id\":\"jobs\",\"type\":\"concept_set\",\"default\":[],\"title\":" TEXT "}],"
            "\"gates\":[{" GATE_HEAD ",\"unknown\":\"yes\",\"kinds\":[\"job\",\"language_course\"],"
            "\"pointers\":{\"seeker\":\"/a\",\"offer\":\"/b\"}," GATE_TEXTS "},"
            "{\"id\":\"h\",\"seeker\":[\"a.min\",\"a.max\"],\"op\":\"overlaps\",\"offer\":[\"b.*."
            "x\",\"c\"]," GATE_TEXTS "}],"
            "\"criterion\":{\"cost\":3,\"uses_km\":true,\"bounds\":[{\"kind\":\"linear_down\","
            "\"seeker\":\"a\","
            "\"offer\":\"b\",\"max_param\":\"span\",\"otherwise\":5}],"
            "\"sentences\":[{\"id\":\"s\",\"args\":[{\"name\":\"n\",\"type\":\"int\"},"
            "{\"name\":\"l\",\"type\":\"code\",\"codes\":\"level\"}],\"text\":{\"en\":\"{n} "
            "{n|one|more} {l}\"}}]},"
            "\"fields\":[{\"id\":\"f\",\"side\":\"offer\",\"type\":\"code_set\",\"codes\":\"kind\","
            "\"sensitive\":true,\"title\":" TEXT "}],"
            "\"ext\":[{\"id\":\"org.example.night_ok\",\"side\":\"seeker\",\"type\":\"flag\","
            "\"title\":" TEXT "}],"
            "\"steps\":[{\"id\":\"voucher.x\",\"when\":{\"side\":\"offer\",\"field\":\"requires."
            "instruments\","
            "\"or_field\":\"funding\",\"any\":[\"SGB3_81\"]},\"seeker\":{\"field\":\"entitlements.*"
            ".code\","
            "\"none\":[\"SGB3_81\"]},\"who\":\"employment_agency\",\"by\":\"intakes.*.register_"
            "by\",\"text\":" TEXT "}]}",
            &m, &e),
        "%s %s", e.text, e.path);

    ck_assert_str_eq(m.library.base, "x.so");
    ck_assert_uint_eq(m.column_count[SIDE_SEEKER], 2);
    ck_assert_str_eq(m.columns[SIDE_SEEKER][1].base, "languages.de.level");
    ck_assert_uint_eq(m.column_count[SIDE_OFFER], 1);
    ck_assert_uint_eq(m.param_count, 5);
    ck_assert_int_eq(m.params[0].default_value, 7);
    ck_assert_int_eq(m.params[0].min, 1);
    ck_assert_int_eq(m.params[0].max, 9);
    ck_assert_int_eq(m.params[1].default_value, 20780);
    ck_assert_int_eq(m.params[2].default_value, 3);
    ck_assert_int_eq(LOTSE_CONCEPT_SCHEME(m.params[3].default_value), LOTSE_SCHEME_ISCO);
    ck_assert_uint_eq(m.gate_count, 2);
    ck_assert(m.gates[0].unknown_is_yes);
    ck_assert_uint_eq(m.gates[0].kinds, 1u << 11 | 1u);
    ck_assert_str_eq(m.gates[0].seeker_pointer.base, "/a");
    ck_assert_uint_eq(m.gates[1].seeker_path_count, 2);
    ck_assert_str_eq(m.gates[1].seeker_pointer.base, "/a/min");
    ck_assert_str_eq(m.gates[1].offer_pointer.base, "/b");
    ck_assert(!m.gates[1].unknown_is_yes);
    ck_assert_uint_eq(m.gates[1].kinds, UINT64_MAX);
    ck_assert(m.has_criterion);
    ck_assert(m.uses_km);
    ck_assert_uint_eq(m.cost, 3);
    ck_assert_int_eq(m.bounds[0].kind, BOUND_LINEAR_DOWN);
    ck_assert_int_eq(m.bounds[0].max, 7);
    ck_assert_uint_eq(m.bounds[0].max_param, 0);
    ck_assert_int_eq(m.bounds[0].otherwise, 5);
    ck_assert_uint_eq(m.sentences[0].arg_count, 2);
    ck_assert_ptr_eq(m.sentences[0].args[1].codes, CODES(level));
    ck_assert_int_eq(m.fields[0].side, SIDE_OFFER);
    ck_assert(m.fields[0].is_sensitive);
    ck_assert_ptr_eq(m.fields[0].codes, CODES(kind));
    ck_assert_str_eq(m.ext[0].id.base, "org.example.night_ok");
    ck_assert_uint_eq(m.steps[0].when_codes, 1u << 6);
    ck_assert_str_eq(m.steps[0].when_or_path.base, "funding");
    ck_assert(m.steps[0].has_seeker_when);
    ck_assert(m.steps[0].seeker_is_none);
}
END_TEST

static const struct {
    const char *text, *path, *words;
} wrong[] = {
    {"[]", "", "this is an array, it must be an object"},
    {"{}", "", "\"id\" is missing"},
    {"{" HEAD ",\"titel\":1}", "/titel", "there is no key \"titel\" here"},
    {"{\"id\":\"x\"}", "/id", "\"x\" has another form"},
    {"{\"id\":\"Org.Example\"}", "/id", "has another form"},
    {"{\"id\":\"org..x\"}", "/id", "has another form"},
    {"{\"id\":\"org.x.\"}", "/id", "has another form"},
    {"{\"id\":7}", "/id", "this is a number, it must be a text"},
    {"{\"id\":\"a.b\",\"version\":\"1.0\"}", "/version", "must be 3 numbers between dots"},
    {"{\"id\":\"a.b\",\"version\":\"1.0.01\"}", "/version", "must be 3 numbers"},
    {"{\"id\":\"a.b\",\"version\":\"1.0.0-beta\"}", "/version", "must be 3 numbers"},
    {"{\"id\":\"a.b\",\"version\":\"1.0.0\",\"abi\":\"1\"}", "/abi", "must be 2 numbers"},
    {"{\"id\":\"a.b\",\"version\":\"1.0.0\",\"abi\":\"1.0\",\"kind\":\"magic\"}", "/kind",
     "\"magic\" is none of rules, optimiser, learned"},
    {WITH("\"help\":{}"), "/help", "must be an object of texts"},
    {WITH("\"help\":{\"German\":\"x\"}"), "/help/German", "the key must be a language"},
    {WITH("\"help\":{\"en\":\"\"}"), "/help/en", "has 0 bytes"},
    {WITH("\"help\":{\"en\":\"{x}\"}"), "/help/en", "uses {x}, which is no argument"},
    {WITH("\"library\":\"../x.so\""), "/library", "must be the name of a file"},
    {WITH("\"library\":\".x.so\""), "/library", "must be the name of a file"},
    {WITH("\"columns\":{\"seekers\":[]}"), "/columns/seekers", "there is no key"},
    {WITH("\"columns\":{\"seeker\":[\"skills\",\"skills\"]}"), "/columns/seeker/1", "stands twice"},
    {WITH("\"columns\":{\"seeker\":[\"a b\"]}"), "/columns/seeker/0", "has another form"},
    {PARAM("\"type\":\"int\""), "/params/0", "\"default\" is missing"},
    {PARAM("\"type\":\"int\",\"default\":1.5"), "/params/0/default", "must be an integer"},
    {PARAM("\"type\":\"int\",\"default\":10,\"max\":9"), "/params/0/default", "10 lies outside"},
    {PARAM("\"type\":\"int\",\"default\":10,\"min\":5,\"max\":4"), "/params/0/max",
     "4 lies outside"},
    {PARAM("\"type\":\"ppm\",\"default\":1000001"), "/params/0/default",
     "lies outside 0 to 1000000"},
    {PARAM("\"type\":\"ppm\",\"default\":1,\"min\":0"), "/params/0/min", "only int parameters"},
    {PARAM("\"type\":\"code\",\"default\":\"B1\""), "/params/0", "\"codes\" belongs to parameters"},
    {PARAM("\"type\":\"int\",\"default\":1,\"codes\":\"level\""), "/params/0", "\"codes\" belongs"},
    {PARAM("\"type\":\"code\",\"codes\":\"levels\",\"default\":\"B1\""), "/params/0/codes",
     "there is no code list \"levels\""},
    {PARAM("\"type\":\"code\",\"codes\":\"level\",\"default\":\"B7\""), "/params/0/default",
     "\"B7\" is no code of the list \"level\""},
    {PARAM("\"type\":\"day\",\"default\":\"2026-02-30\""), "/params/0/default", "is no day"},
    {PARAM("\"type\":\"concept\",\"default\":\"esco:x\""), "/params/0/default", "isco: or kldb:"},
    {PARAM("\"type\":\"concept_set\",\"default\":[\"isco:1\"]"), "/params/0/default",
     "at most 0 are allowed"},
    {WITH("\"gates\":[{" GATE_HEAD "}]"), "/gates/0", "\"sentences\" is missing"},
    {WITH("\"gates\":[{" GATE_HEAD "," GATE_TEXTS "},{" GATE_HEAD "," GATE_TEXTS "}]"), "/gates/1",
     "the id \"g\" stands twice"},
    {WITH("\"gates\":[{\"id\":\"g\",\"seeker\":\"a\",\"op\":\"near\"}]"), "/gates/0/op",
     "there is no operator \"near\""},
    {WITH("\"gates\":[{\"id\":\"g\",\"seeker\":[\"a\"],\"op\":\">=\"}]"), "/gates/0/seeker",
     "one field, or an array of two"},
    {WITH("\"gates\":[{" GATE_HEAD ",\"unknown\":\"no\"}]"), "/gates/0/unknown",
     "\"no\" is none of check, yes"},
    {WITH("\"gates\":[{" GATE_HEAD ",\"kinds\":[]}]"), "/gates/0/kinds", "at least one code"},
    {WITH("\"gates\":[{" GATE_HEAD ",\"kinds\":[\"jobs\"]}]"), "/gates/0/kinds/0", "is no code"},
    {WITH("\"gates\":[{" GATE_HEAD ",\"pointers\":{\"seeker\":\"skills\"}}]"),
     "/gates/0/pointers/seeker", "starts with /"},
    {WITH("\"gates\":[{" GATE_HEAD ",\"sentences\":{\"yes\":" TEXT ",\"no\":" TEXT "}}]"),
     "/gates/0/sentences", "\"check\" is missing"},
    {WITH("\"gates\":[{" GATE_HEAD ",\"sentences\":{\"yes\":{\"en\":\"{has}\"}}}]"),
     "/gates/0/sentences/yes/en", "uses {has}"},
    {WITH("\"criterion\":{" SENTENCES "}"), "", "needs a \"library\""},
    {CRITERION("\"cost\":1"), "/criterion", "\"sentences\" is missing"},
    {CRITERION("\"sentences\":[]"), "/criterion/sentences", "needs a sentence"},
    {CRITERION("\"cost\":0," SENTENCES), "/criterion/cost", "0 lies outside"},
    {CRITERION("\"uses_km\":1," SENTENCES), "/criterion/uses_km", "must be true or false"},
    {CRITERION("\"sentences\":[{\"id\":\"s\",\"text\":{\"en\":\"{n\"}}]"),
     "/criterion/sentences/0/text/en", "a { without its }"},
    {CRITERION("\"sentences\":[{\"id\":\"s\",\"text\":{\"en\":\"n}\"}}]"),
     "/criterion/sentences/0/text/en", "a } without its {"},
    {CRITERION("\"sentences\":[{\"id\":\"s\",\"args\":[{\"name\":\"n\",\"type\":\"int\"}],"
               "\"text\":{\"en\":\"{n|one}\"}}]"),
     "/criterion/sentences/0/text/en", "must be {name} or {name|one|other}"},
    {CRITERION("\"sentences\":[{\"id\":\"s\",\"args\":[{\"name\":\"n\",\"type\":\"code\"}],"
               "\"text\":{\"en\":\"{n}\"}}]"),
     "/criterion/sentences/0/args/0", "\"codes\" belongs to arguments"},
    {CRITERION("\"bounds\":[{\"kind\":\"flat\"}]," SENTENCES), "/criterion/bounds/0/kind",
     "\"flat\" is none of share_of"},
    {CRITERION("\"bounds\":[{\"kind\":\"share_of\",\"seeker\":\"skills\"}]," SENTENCES),
     "/criterion/bounds/0", "a field of each side"},
    {CRITERION(
         "\"bounds\":[{\"kind\":\"zero_without\",\"seeker\":\"a\",\"offer\":\"b\"}]," SENTENCES),
     "/criterion/bounds/0", "names one field"},
    {CRITERION("\"bounds\":[{\"kind\":\"prefix\",\"seeker\":\"a\",\"offer\":\"b\"}]," SENTENCES),
     "/criterion/bounds/0", "\"digits\" belongs to prefix bounds"},
    {CRITERION("\"bounds\":[{\"kind\":\"linear_up\",\"seeker\":\"a\",\"offer\":\"b\"}]," SENTENCES),
     "/criterion/bounds/0", "needs \"max\""},
    {CRITERION("\"bounds\":[{\"kind\":\"linear_up\",\"seeker\":\"a\",\"offer\":\"b\",\"max_param\":"
               "\"p\"}]," SENTENCES),
     "/criterion/bounds/0/max_param", "\"p\" is no int parameter"},
    {FIELD("\"type\":\"place\""), "/fields/0/type", "is none of int, day, flag, code_set"},
    {FIELD("\"type\":\"code_set\""), "/fields/0", "\"codes\" belongs to fields of type code_set"},
    {FIELD("\"type\":\"code_set\",\"codes\":\"language\""), "/fields/0/codes",
     "too long for a set"},
    {WITH("\"fields\":[{\"id\":\"f\",\"side\":\"both\"}]"), "/fields/0/side",
     "none of seeker, offer"},
    {WITH("\"ext\":[{\"id\":\"night\",\"side\":\"seeker\"}]"), "/ext/0/id", "has another form"},
    {STEP("\"when\":{\"side\":\"offer\",\"field\":\"price.amount\",\"any\":[\"x\"]}"),
     "/steps/0/when/field", "has no codes that a step could wait for"},
    {STEP("\"when\":{\"side\":\"offer\",\"field\":\"nothing\",\"any\":[\"x\"]}"),
     "/steps/0/when/field", "there is no field \"nothing\" of offers"},
    {STEP("\"when\":{\"side\":\"offer\",\"field\":\"funding\",\"any\":[]}"), "/steps/0/when/any",
     "at least one code"},
    {STEP("\"when\":{\"side\":\"offer\",\"field\":\"funding\",\"any\":[\"SGB3_81\"]},"
          "\"seeker\":{\"field\":\"needs\"}"),
     "/steps/0/seeker", "either \"any\" or \"none\""},
    {STEP("\"when\":{\"side\":\"offer\",\"field\":\"funding\",\"any\":[\"SGB3_81\"]},\"by\":"
          "\"funding\""),
     "/steps/0/by", "\"funding\" is no day of an offer"},
};

START_TEST(decode_refuses_with_a_pointer_and_a_sentence)
{
    manifest m = {.cost = 77};
    err e = {0};

    ck_assert_msg(!decode(wrong[_i].text, &m, &e), "%s", wrong[_i].text);

    ck_assert_str_eq(err_id(e.code), "plugin.manifest");
    ck_assert_str_eq(e.path, wrong[_i].path);
    ck_assert_msg(strstr(e.text, wrong[_i].words) != NULL, "\"%s\" does not say \"%s\"", e.text,
                  wrong[_i].words);
    ck_assert_uint_eq(m.cost, 77);
}
END_TEST

START_TEST(decode_suggests_the_key_that_was_meant)
{
    manifest m;
    err e = {0};

    ck_assert(!decode("{" HEAD ",\"gate\":[]}", &m, &e));

    ck_assert_str_eq(e.hint, "Did you mean \"gates\"?");
}
END_TEST

START_TEST(decode_escapes_keys_in_pointers)
{
    manifest m;
    err e = {0};

    ck_assert(!decode("{" HEAD ",\"a/b~c\":1}", &m, &e));

    ck_assert_str_eq(e.path, "/a~1b~0c");
}
END_TEST

START_TEST(text_falls_back_from_the_region_to_the_language_to_english)
{
    manifest m;
    err e = {0};
    ck_assert(decode(
        WITH("\"help\":{\"fr\":\"f\",\"en\":\"e\",\"de\":\"d\",\"de-x-simple\":\"s\"}"), &m, &e));
    ck_assert(bytes_equal_text(text_set_get(&m.help, "de-x-simple"), "s"));
    ck_assert(bytes_equal_text(text_set_get(&m.help, "de-AT"), "d"));
    ck_assert(bytes_equal_text(text_set_get(&m.help, "de"), "d"));
    ck_assert(bytes_equal_text(text_set_get(&m.help, "uk"), "e"));
    ck_assert(decode(WITH("\"help\":{\"fr\":\"f\",\"it\":\"i\"}"), &m, &e));
    ck_assert(bytes_equal_text(text_set_get(&m.help, "de"), "f"));
    ck_assert(bytes_equal_text(text_set_get(&m.help, NULL), "f"));
}
END_TEST

START_TEST(decode_fails_cleanly_wherever_memory_ends)
{
    static const char text[] =
        "{" HEAD ",\"columns\":{\"seeker\":[\"skills\"]},\"gates\":[{" GATE_HEAD "," GATE_TEXTS
        "}]}";
    json_doc *doc = NULL;
    err e = {0};
    ck_assert(json_parse(bytes_of(text), JSON_DEPTH_MAX, &doc, &e));
    bool is_decoded = false;
    for (size_t max = 1; !is_decoded; max += 200) {
        arena small = {.max_len = max};
        manifest m;
        ck_assert_uint_lt(max, 1 << 20);
        is_decoded = manifest_decode(json_root(doc), &small, &m, &e);
        ck_assert(is_decoded || e.code == ERR_MEMORY);
        arena_fini(&small);
    }
    json_doc_free(&doc);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("plugin_manifest");
    TCase *c = tcase_create("manifest");
    tcase_add_checked_fixture(c, NULL, give_back);
    tcase_add_test(c, decode_takes_the_smallest_manifest);
    tcase_add_test(c, decode_keeps_every_part);
    tcase_add_loop_test(c, decode_refuses_with_a_pointer_and_a_sentence, 0,
                        (int)(sizeof(wrong) / sizeof(wrong[0])));
    tcase_add_test(c, decode_suggests_the_key_that_was_meant);
    tcase_add_test(c, decode_escapes_keys_in_pointers);
    tcase_add_test(c, text_falls_back_from_the_region_to_the_language_to_english);
    tcase_add_test(c, decode_fails_cleanly_wherever_memory_ends);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
