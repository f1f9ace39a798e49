/* Offers: decoded whole, printed the same, refused with a pointer. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_samples.h"

#define OFFER(rest) "{\"id\":\"o\",\"kind\":\"job\",\"title\":{\"en\":\"t\"}," rest "}"

static void expect_same_print(const char *text, const char *printed)
{
    arena a = {0};
    buf out = {0};
    json_writer w = json_writer_to(&out);
    offer_print(sample_offer(&a, text), &w);
    ck_assert_str_eq(buf_terminated(&out), printed);
    buf_fini(&out);
    arena_fini(&a);
}

static err refused(const char *text, err_code code, const char *path)
{
    return expect_refused(SIDE_OFFER, text, code, path);
}

START_TEST(offer_with_every_field_prints_as_it_was)
{
    expect_same_print(FULL_OFFER, FULL_OFFER);
}
END_TEST

START_TEST(offer_needs_id_kind_and_title)
{
    refused("{\"kind\":\"job\",\"title\":{\"en\":\"t\"}}", ERR_FIELD_MISSING, "/id");
    refused("{\"id\":\"o\",\"title\":{\"en\":\"t\"}}", ERR_FIELD_MISSING, "/kind");
    refused("{\"id\":\"o\",\"kind\":\"job\"}", ERR_FIELD_MISSING, "/title");
    refused("{\"id\":\"o\",\"kind\":\"job\",\"title\":{}}", ERR_FIELD_MISSING, "/title");
    expect_same_print(OFFER("\"online\":true"), OFFER("\"online\":true"));
}
END_TEST

START_TEST(offer_rows_are_intakes_and_at_least_one)
{
    arena a = {0};

    ck_assert_uint_eq(record_row_count(SIDE_OFFER, sample_offer(&a, FULL_OFFER)), 2);
    ck_assert_uint_eq(record_row_count(SIDE_OFFER, sample_offer(&a, OFFER("\"intakes\":[]"))), 1);
    ck_assert_uint_eq(record_row_count(SIDE_OFFER, sample_offer(&a, OFFER("\"units\":1"))), 1);
    arena_fini(&a);
}
END_TEST

START_TEST(offer_members_are_typed)
{
    arena a = {0};

    offer *o = sample_offer(&a, FULL_OFFER);

    ck_assert_uint_eq(o->kind.position, 1);
    ck_assert_uint_eq(o->status.position, OFFER_STATUS_PILOT);
    ck_assert_uint_eq(o->title.count, 2);
    ck_assert(bytes_equal_text(o->title.items[0].text, "Lager, Teil 1"));
    ck_assert_uint_eq(o->requires.languages.items[0].max.position, 5);
    ck_assert_uint_eq(o->requires.work_permission.members, 3);
    ck_assert(o->requires.skills.is_set);
    ck_assert_uint_eq(o->requires.skills.count, 0);
    ck_assert(o->course_type.is_null);
    ck_assert_uint_eq(o->instruction_languages.count, 2);
    ck_assert_double_eq(o->pay.amount.value, 15.25);
    ck_assert_uint_eq(o->intakes.items[0].waiting_list.position, WAITING_LIST_OPEN);
    ck_assert(o->intakes.items[0].entry.latest.is_null);
    ck_assert(o->intakes.items[1].start.is_null);
    ck_assert_uint_eq(o->intakes.items[1].entry.mode.position, ENTRY_MODE_ROLLING);
    ck_assert(o->outcomes.occupation.is_null);
    ck_assert_uint_eq(o->ext.items[1].members, 2);
    arena_fini(&a);
}
END_TEST

START_TEST(offer_restriction_needs_justification_and_legal_basis)
{
    refused(OFFER("\"restrictions\":[{\"trait\":\"sex\",\"legal_basis\":\"x\"}]"),
            ERR_TRAIT_UNJUSTIFIED, "/restrictions/0/justification");
    refused(OFFER("\"restrictions\":[{\"trait\":\"sex\",\"justification\":\"x\"}]"),
            ERR_TRAIT_UNJUSTIFIED, "/restrictions/0/legal_basis");
    refused(OFFER("\"restrictions\":[{\"trait\":\"sex\",\"justification\":\" \","
                  "\"legal_basis\":\"x\"}]"),
            ERR_FIELD_FORMAT, "/restrictions/0/justification");
    refused(OFFER("\"restrictions\":[{\"justification\":\"x\",\"legal_basis\":\"x\"}]"),
            ERR_FIELD_MISSING, "/restrictions/0/trait");
    refused(OFFER("\"target_groups\":[\"women\"]"), ERR_FIELD_CODE, "/target_groups/0");
}
END_TEST

START_TEST(offer_asks_for_nothing_that_cannot_be_compared)
{
    refused(OFFER("\"requires\":{\"school_min\":\"abroad\"}"), ERR_FIELD_CODE,
            "/requires/school_min");
    refused(OFFER("\"requires\":{\"work_permission\":[\"free\",\"unknown\"]}"), ERR_FIELD_CODE,
            "/requires/work_permission/1");
}
END_TEST

START_TEST(offer_texts_are_tagged_with_languages)
{
    refused(OFFER("\"description\":{\"deutsch\":\"x\"}"), ERR_FIELD_CODE, "/description/deutsch");
    refused(OFFER("\"description\":\"x\""), ERR_FIELD_TYPE, "/description");
    refused(OFFER("\"description\":{\"de\":7}"), ERR_FIELD_TYPE, "/description/de");
    refused("{\"id\":\"o\",\"kind\":\"job\",\"title\":{\"de\":\"a\\nb\"}}", ERR_FIELD_FORMAT,
            "/title/de");
    expect_same_print(OFFER("\"description\":{\"en\":\"a\\n\\tb\",\"de\":\"c\"}"),
                      OFFER("\"description\":{\"de\":\"c\",\"en\":\"a\\n\\tb\"}"));
}
END_TEST

START_TEST(offer_texts_are_counted_in_characters)
{
    char text[4096];
    buf title = {0};
    for (int i = 0; i < 500; i++) {
        buf_text(&title, "\xC3\xA4");
    }
    (void)snprintf(text, sizeof text, "{\"id\":\"o\",\"kind\":\"job\",\"title\":{\"de\":\"%s\"}}",
                   buf_terminated(&title));
    expect_same_print(text, text);
    (void)snprintf(text, sizeof text, "{\"id\":\"o\",\"kind\":\"job\",\"title\":{\"de\":\"%sx\"}}",
                   buf_terminated(&title));
    refused(text, ERR_FIELD_FORMAT, "/title/de");
    buf_fini(&title);
}
END_TEST

START_TEST(offer_null_stands_only_where_it_means_something)
{
    expect_same_print(OFFER("\"outcomes\":{\"school\":null,\"eqf\":null}"),
                      OFFER("\"outcomes\":{\"school\":null,\"eqf\":null}"));
    refused(OFFER("\"occupation\":null"), ERR_FIELD_TYPE, "/occupation");
    refused(OFFER("\"intakes\":null"), ERR_FIELD_TYPE, "/intakes");
    refused(OFFER("\"intakes\":[{\"id\":\"i\",\"end\":null}]"), ERR_FIELD_TYPE, "/intakes/0/end");
}
END_TEST

START_TEST(offer_fields_do_not_contradict_each_other)
{
    refused(OFFER("\"hours\":{\"min\":2,\"max\":1}"), ERR_FIELD_RULE, "/hours/min");
    refused(OFFER("\"part\":{\"number\":3,\"total\":2}"), ERR_FIELD_RULE, "/part/number");
    refused(OFFER("\"childcare\":{\"from\":\"10:00\",\"to\":\"09:59\"}"), ERR_FIELD_RULE,
            "/childcare/to");
    refused(OFFER("\"requires\":{\"languages\":[{\"code\":\"de\"},{\"code\":\"de\"}]}"),
            ERR_FIELD_RULE, "/requires/languages/1/code");
    refused(OFFER("\"requires\":{\"languages\":[{\"code\":\"de\",\"min\":\"B2\","
                  "\"max\":\"B1\"}]}"),
            ERR_FIELD_RULE, "/requires/languages/0/min");
    refused(OFFER("\"outcomes\":{\"languages\":[{\"code\":\"de\"},{\"code\":\"de\"}]}"),
            ERR_FIELD_RULE, "/outcomes/languages/1/code");
}
END_TEST

START_TEST(offer_intakes_do_not_contradict_themselves)
{
    refused(OFFER("\"intakes\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"a\"}]"), ERR_FIELD_RULE,
            "/intakes/2/id");
    refused(OFFER("\"intakes\":[{\"id\":\"a\",\"start\":\"2027-01-02\",\"end\":\"2027-01-01\"}]"),
            ERR_FIELD_RULE, "/intakes/0/end");
    refused(OFFER("\"intakes\":[{\"id\":\"a\",\"seats\":3,\"seats_free\":4}]"), ERR_FIELD_RULE,
            "/intakes/0/seats_free");
    refused(OFFER("\"intakes\":[{\"id\":\"a\",\"seats\":3,\"seats_min\":4}]"), ERR_FIELD_RULE,
            "/intakes/0/seats_min");
    refused(OFFER("\"intakes\":[{\"id\":\"a\",\"seats\":3,\"reserved\":[{\"target_group\":"
                  "\"rural\",\"seats\":4}]}]"),
            ERR_FIELD_RULE, "/intakes/0/reserved/0/seats");
    refused(OFFER("\"intakes\":[{\"id\":\"a\",\"start\":null,\"entry\":{\"mode\":\"fixed\"}}]"),
            ERR_FIELD_RULE, "/intakes/0/start");
    refused(OFFER("\"intakes\":[{\"start\":\"2027-01-02\"}]"), ERR_FIELD_MISSING, "/intakes/0/id");
}
END_TEST

START_TEST(offer_without_any_one_fact_is_still_an_offer)
{
    expect_same_print(OFFER("\"intakes\":[{\"id\":\"a\",\"start\":null}]"),
                      OFFER("\"intakes\":[{\"id\":\"a\",\"start\":null}]"));
    expect_same_print(OFFER("\"hours\":{\"max\":1}"), OFFER("\"hours\":{\"max\":1}"));
    expect_same_print(OFFER("\"location\":{\"lat\":51.5}"), OFFER("\"location\":{\"lat\":51.5}"));
}
END_TEST

START_TEST(offer_intakes_are_bounded)
{
    arena a = {0};
    offer *o = NULL;
    err e = {0};
    buf text = {0};
    buf_text(&text, "{\"id\":\"o\",\"kind\":\"job\",\"title\":{\"en\":\"t\"},\"intakes\":[");
    for (int i = 0; i < 4096; i++) {
        buf_print(&text, "{\"id\":\"%d\"},", i);
    }
    text.len--;
    buf_text(&text, "]}");
    ck_assert(offer_parse(buf_bytes(&text), NULL, &a, &o, &e));
    text.len -= 2;
    buf_text(&text, ",{\"id\":\"x\"}]}");

    ck_assert(!offer_parse(buf_bytes(&text), NULL, &a, &o, &e));

    ck_assert_int_eq(e.code, ERR_FIELD_RANGE);
    ck_assert_str_eq(e.path, "/intakes");
    buf_fini(&text);
    arena_fini(&a);
}
END_TEST

START_TEST(offer_without_memory_is_an_error_at_every_allocation)
{
    bool is_done = false;
    for (uint64_t call = 1; !is_done; call++) {
        arena a = {0};
        offer *o = NULL;
        err e = {0};
        mem_fail_at(call);
        is_done = offer_parse(bytes_of(FULL_OFFER), &SAMPLE_EXT, &a, &o, &e);
        mem_fail_at(0);
        ck_assert_msg(is_done || e.code == ERR_MEMORY, "call %d: %s", (int)call, e.text);
        arena_fini(&a);
        ck_assert_uint_lt(call, 100);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model_record_offer");
    TCase *tests = tcase_create("offer");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, offer_with_every_field_prints_as_it_was);
    tcase_add_test(tests, offer_needs_id_kind_and_title);
    tcase_add_test(tests, offer_rows_are_intakes_and_at_least_one);
    tcase_add_test(tests, offer_members_are_typed);
    tcase_add_test(tests, offer_restriction_needs_justification_and_legal_basis);
    tcase_add_test(tests, offer_asks_for_nothing_that_cannot_be_compared);
    tcase_add_test(tests, offer_texts_are_tagged_with_languages);
    tcase_add_test(tests, offer_texts_are_counted_in_characters);
    tcase_add_test(tests, offer_null_stands_only_where_it_means_something);
    tcase_add_test(tests, offer_fields_do_not_contradict_each_other);
    tcase_add_test(tests, offer_intakes_do_not_contradict_themselves);
    tcase_add_test(tests, offer_without_any_one_fact_is_still_an_offer);
    tcase_add_test(tests, offer_intakes_are_bounded);
    tcase_add_test(tests, offer_without_memory_is_an_error_at_every_allocation);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
