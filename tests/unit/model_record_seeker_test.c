/* Seekers: decoded whole, printed the same, refused with a pointer. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_samples.h"

static void expect_same_print(const char *text, const char *printed)
{
    arena a = {0};
    buf out = {0};
    json_writer w = json_writer_to(&out);
    seeker_print(sample_seeker(&a, text), &w);
    ck_assert_str_eq(buf_terminated(&out), printed);
    buf_fini(&out);
    arena_fini(&a);
}

static err refused(const char *text, err_code code, const char *path)
{
    return expect_refused(SIDE_SEEKER, text, code, path);
}

START_TEST(seeker_with_every_field_prints_as_it_was)
{
    expect_same_print(FULL_SEEKER, FULL_SEEKER);
}
END_TEST

START_TEST(seeker_needs_an_id_and_nothing_else)
{
    expect_same_print("{\"id\":\"s\"}", "{\"id\":\"s\"}");
    refused("{}", ERR_FIELD_MISSING, "/id");
}
END_TEST

START_TEST(seeker_members_are_typed)
{
    arena a = {0};

    seeker *s = sample_seeker(&a, FULL_SEEKER);

    ck_assert(bytes_equal_text(s->id.text, "s-000007"));
    ck_assert_int_eq(s->version.value, 3);
    ck_assert_double_eq(s->location.lat.value, 51.51);
    ck_assert_uint_eq(s->mobility.modes.members, 1u << 1 | 1u << 2);
    ck_assert_uint_eq(s->languages.count, 2);
    ck_assert_uint_eq(s->languages.items[0].level.position, 3);
    ck_assert_uint_eq(s->languages.items[0].skills.writing.position, 1);
    ck_assert(!s->languages.items[1].evidence.is_set);
    ck_assert_uint_eq(s->skills.count, 2);
    ck_assert_int_eq(s->availability.windows.items[0].start_time.value, 8 * 60 + 15);
    ck_assert(s->spells.items[0].to.is_null);
    ck_assert(!s->spells.items[0].to.is_set);
    ck_assert(!s->spells.items[2].to.is_null);
    ck_assert(s->entitlements.items[0].obliged.value);
    ck_assert_uint_eq(s->ext.count, 2);
    ck_assert_int_eq(s->ext.items[1].number, -5);
    ck_assert_uint_eq(record_row_count(SIDE_SEEKER, s), 1);
    ck_assert(bytes_equal_text(record_id(SIDE_SEEKER, s), "s-000007"));
    arena_fini(&a);
}
END_TEST

START_TEST(seeker_keeps_absent_and_empty_apart)
{
    arena a = {0};

    seeker *absent = sample_seeker(&a, "{\"id\":\"s\"}");
    seeker *empty = sample_seeker(&a, "{\"id\":\"s\",\"needs\":[],\"languages\":[],\"wishes\":{}}");

    ck_assert(!absent->needs.is_set);
    ck_assert(!absent->languages.is_set);
    ck_assert(!absent->wishes.is_set);
    ck_assert(empty->needs.is_set);
    ck_assert(empty->languages.is_set);
    ck_assert(empty->wishes.is_set);
    arena_fini(&a);
    expect_same_print("{\"id\":\"s\",\"needs\":[],\"wishes\":{},\"ext\":{}}",
                      "{\"id\":\"s\",\"wishes\":{},\"needs\":[],\"ext\":{}}");
}
END_TEST

START_TEST(seeker_prints_the_same_bytes_whatever_the_order)
{
    expect_same_print("{\"skills\":[\"esco:b\",\"esco:a\"],\"needs\":[\"step_free_access\","
                      "\"childcare\"],\"id\":\"s\",\"location\":{\"lon\":-0.0,\"lat\":7.50}}",
                      "{\"id\":\"s\",\"location\":{\"lat\":7.5,\"lon\":0},\"skills\":[\"esco:a\","
                      "\"esco:b\"],\"needs\":[\"childcare\",\"step_free_access\"]}");
}
END_TEST

START_TEST(seeker_refuses_unknown_fields_and_suggests)
{
    err e = refused("{\"id\":\"s\",\"lannguages\":[]}", ERR_FIELD_UNKNOWN, "/lannguages");

    ck_assert_str_eq(e.hint, "Did you mean \"languages\"?");
    e = refused("{\"id\":\"s\",\"education\":{\"edf\":3}}", ERR_FIELD_UNKNOWN, "/education/edf");
    ck_assert_str_eq(e.hint, "Did you mean \"eqf\"?");
    refused("{\"id\":\"s\",\"a/b~c\":1}", ERR_FIELD_UNKNOWN, "/a~1b~0c");
    refused("{\"id\":\"s\",\"ID\":1}", ERR_FIELD_UNKNOWN, "/ID");
}
END_TEST

START_TEST(seeker_has_no_field_for_who_somebody_is)
{
    static const char *const keys[] = {"name", "address", "nationality", "religion", "diagnosis"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        char text[64];
        char path[32];
        (void)snprintf(text, sizeof text, "{\"id\":\"s\",\"%s\":\"x\"}", keys[i]);
        (void)snprintf(path, sizeof path, "/%s", keys[i]);

        err e = refused(text, ERR_FIELD_UNKNOWN, path);

        ck_assert_ptr_nonnull(strstr(e.hint, "Leave it out"));
    }
}
END_TEST

START_TEST(seeker_refuses_other_types)
{
    refused("[]", ERR_FIELD_TYPE, "");
    refused("{\"id\":7}", ERR_FIELD_TYPE, "/id");
    refused("{\"id\":null}", ERR_FIELD_TYPE, "/id");
    refused("{\"id\":\"s\",\"version\":\"3\"}", ERR_FIELD_TYPE, "/version");
    refused("{\"id\":\"s\",\"version\":1.5}", ERR_FIELD_TYPE, "/version");
    refused("{\"id\":\"s\",\"location\":[]}", ERR_FIELD_TYPE, "/location");
    refused("{\"id\":\"s\",\"languages\":{}}", ERR_FIELD_TYPE, "/languages");
    refused("{\"id\":\"s\",\"languages\":[7]}", ERR_FIELD_TYPE, "/languages/0");
    refused("{\"id\":\"s\",\"needs\":\"childcare\"}", ERR_FIELD_TYPE, "/needs");
    refused("{\"id\":\"s\",\"needs\":[null]}", ERR_FIELD_TYPE, "/needs/0");
    refused("{\"id\":\"s\",\"facts\":{\"age_25_or_over\":1}}", ERR_FIELD_TYPE,
            "/facts/age_25_or_over");
    refused("{\"id\":\"s\",\"review_by\":20600}", ERR_FIELD_TYPE, "/review_by");
    refused("{\"id\":\"s\",\"spells\":[{\"from\":null}]}", ERR_FIELD_TYPE, "/spells/0/from");
}
END_TEST

START_TEST(seeker_ids_are_short_and_plain)
{
    char text[128];
    char id[66];
    memset(id, 'x', 65);
    id[65] = '\0';
    (void)snprintf(text, sizeof text, "{\"id\":\"%s\"}", id);
    refused(text, ERR_FIELD_FORMAT, "/id");
    id[64] = '\0';
    (void)snprintf(text, sizeof text, "{\"id\":\"%s\"}", id);
    expect_same_print(text, text);
    expect_same_print("{\"id\":\"A.b_c:d/e-9\"}", "{\"id\":\"A.b_c:d/e-9\"}");
    refused("{\"id\":\"\"}", ERR_FIELD_FORMAT, "/id");
    refused("{\"id\":\"a b\"}", ERR_FIELD_FORMAT, "/id");
    refused("{\"id\":\"\\u00e4\"}", ERR_FIELD_FORMAT, "/id");
}
END_TEST

START_TEST(seeker_numbers_end_where_their_range_ends)
{
    expect_same_print("{\"id\":\"s\",\"education\":{\"eqf\":8}}",
                      "{\"id\":\"s\",\"education\":{\"eqf\":8}}");
    refused("{\"id\":\"s\",\"education\":{\"eqf\":9}}", ERR_FIELD_RANGE, "/education/eqf");
    refused("{\"id\":\"s\",\"education\":{\"eqf\":-1}}", ERR_FIELD_RANGE, "/education/eqf");
    expect_same_print("{\"id\":\"s\",\"availability\":{\"hours_max\":168}}",
                      "{\"id\":\"s\",\"availability\":{\"hours_max\":168}}");
    refused("{\"id\":\"s\",\"availability\":{\"hours_max\":169}}", ERR_FIELD_RANGE,
            "/availability/hours_max");
    expect_same_print("{\"id\":\"s\",\"location\":{\"lat\":90,\"lon\":-180}}",
                      "{\"id\":\"s\",\"location\":{\"lat\":90,\"lon\":-180}}");
    refused("{\"id\":\"s\",\"location\":{\"lat\":90.00001}}", ERR_FIELD_RANGE, "/location/lat");
    refused("{\"id\":\"s\",\"location\":{\"lon\":-180.1}}", ERR_FIELD_RANGE, "/location/lon");
    refused("{\"id\":\"s\",\"version\":2147483648}", ERR_FIELD_RANGE, "/version");
    refused("{\"id\":\"s\",\"version\":9007199254740993}", ERR_FIELD_RANGE, "/version");
}
END_TEST

START_TEST(seeker_days_and_times_exist)
{
    refused("{\"id\":\"s\",\"review_by\":\"2027-02-29\"}", ERR_FIELD_FORMAT, "/review_by");
    refused("{\"id\":\"s\",\"review_by\":\"2027-2-01\"}", ERR_FIELD_FORMAT, "/review_by");
    refused("{\"id\":\"s\",\"review_by\":\"0000-01-01\"}", ERR_FIELD_FORMAT, "/review_by");
    expect_same_print("{\"id\":\"s\",\"review_by\":\"2028-02-29\"}",
                      "{\"id\":\"s\",\"review_by\":\"2028-02-29\"}");
    refused("{\"id\":\"s\",\"experience\":[{\"last_used\":\"2019-13\"}]}", ERR_FIELD_FORMAT,
            "/experience/0/last_used");
    refused("{\"id\":\"s\",\"experience\":[{\"last_used\":\"2019-05-01\"}]}", ERR_FIELD_FORMAT,
            "/experience/0/last_used");
    refused("{\"id\":\"s\",\"availability\":{\"windows\":[{\"start_time\":\"24:00\"}]}}",
            ERR_FIELD_FORMAT, "/availability/windows/0/start_time");
    refused("{\"id\":\"s\",\"availability\":{\"windows\":[{\"end_time\":\"24:01\"}]}}",
            ERR_FIELD_FORMAT, "/availability/windows/0/end_time");
    expect_same_print("{\"id\":\"s\",\"availability\":{\"windows\":[{\"end_time\":\"24:00\"}]}}",
                      "{\"id\":\"s\",\"availability\":{\"windows\":[{\"end_time\":\"24:00\"}]}}");
}
END_TEST

START_TEST(seeker_codes_stand_in_their_lists)
{
    err e = refused("{\"id\":\"s\",\"needs\":[\"childcare\",\"child_care\"]}", ERR_FIELD_CODE,
                    "/needs/1");

    ck_assert_str_eq(e.hint, "Did you mean \"childcare\"?");
    refused("{\"id\":\"s\",\"languages\":[{\"code\":\"xx\"}]}", ERR_FIELD_CODE,
            "/languages/0/code");
    refused("{\"id\":\"s\",\"target_groups\":[\"women\"]}", ERR_FIELD_CODE, "/target_groups/0");
    refused("{\"id\":\"s\",\"availability\":{\"windows\":[{\"by_day\":[]}]}}", ERR_FIELD_RANGE,
            "/availability/windows/0/by_day");
}
END_TEST

START_TEST(seeker_sets_hold_each_entry_once)
{
    refused("{\"id\":\"s\",\"needs\":[\"childcare\",\"meals\",\"childcare\"]}", ERR_FIELD_DUPLICATE,
            "/needs/2");
    refused("{\"id\":\"s\",\"skills\":[\"esco:b\",\"esco:a\",\"esco:b\"]}", ERR_FIELD_DUPLICATE,
            "/skills/2");
    refused("{\"id\":\"s\",\"id\":\"t\"}", ERR_FIELD_DUPLICATE, "/id");
}
END_TEST

START_TEST(seeker_concepts_carry_their_scheme)
{
    refused("{\"id\":\"s\",\"skills\":[\"isco:5321\"]}", ERR_FIELD_FORMAT, "/skills/0");
    refused("{\"id\":\"s\",\"goal\":{\"occupation\":\"5321\"}}", ERR_FIELD_FORMAT,
            "/goal/occupation");
    expect_same_print("{\"id\":\"s\",\"goal\":{\"occupation\":\"esco:x\"}}",
                      "{\"id\":\"s\",\"goal\":{\"occupation\":\"esco:x\"}}");
}
END_TEST

START_TEST(seeker_texts_hold_no_control_characters)
{
    refused("{\"id\":\"s\",\"source\":{\"system\":\"a\\nb\"}}", ERR_FIELD_FORMAT, "/source/system");
    refused("{\"id\":\"s\",\"source\":{\"system\":\"a\\u0085b\"}}", ERR_FIELD_FORMAT,
            "/source/system");
    refused("{\"id\":\"s\",\"source\":{\"system\":\"a\\u0000b\"}}", ERR_FIELD_FORMAT,
            "/source/system");
    refused("{\"id\":\"s\",\"source\":{\"system\":\"  \"}}", ERR_FIELD_FORMAT, "/source/system");
    refused("{\"id\":\"s\",\"source\":{\"system\":\"\"}}", ERR_FIELD_FORMAT, "/source/system");
    expect_same_print("{\"id\":\"s\",\"source\":{\"system\":\"\\u00a0\\u4e2d\"}}",
                      "{\"id\":\"s\",\"source\":{\"system\":\"\xC2\xA0\xE4\xB8\xAD\"}}");
}
END_TEST

START_TEST(seeker_ext_takes_declared_keys_of_its_side)
{
    refused("{\"id\":\"s\",\"ext\":{\"org.example.other\":true}}", ERR_FIELD_UNKNOWN,
            "/ext/org.example.other");
    refused("{\"id\":\"s\",\"ext\":{\"org.example.seen\":\"2026-11-01\"}}", ERR_FIELD_UNKNOWN,
            "/ext/org.example.seen");
    refused("{\"id\":\"s\",\"ext\":{\"org.example.night_ok\":\"yes\"}}", ERR_FIELD_TYPE,
            "/ext/org.example.night_ok");
    refused("{\"id\":\"s\",\"ext\":{\"org.example.points\":2147483647}}", ERR_FIELD_RANGE,
            "/ext/org.example.points");
    arena a = {0};
    seeker *s = NULL;
    err e = {0};
    ck_assert(!seeker_parse(bytes_of(FULL_SEEKER), NULL, &a, &s, &e));
    ck_assert_str_eq(e.path, "/ext/org.example.night_ok");
    arena_fini(&a);
}
END_TEST

START_TEST(seeker_fields_do_not_contradict_each_other)
{
    refused("{\"id\":\"s\",\"availability\":{\"hours_min\":31,\"hours_max\":30}}", ERR_FIELD_RULE,
            "/availability/hours_min");
    refused("{\"id\":\"s\",\"languages\":[{\"code\":\"de\"},{\"code\":\"de\"}]}", ERR_FIELD_RULE,
            "/languages/1/code");
    refused("{\"id\":\"s\",\"spells\":[{\"from\":\"2026-01-02\",\"to\":\"2026-01-01\"}]}",
            ERR_FIELD_RULE, "/spells/0/to");
    refused("{\"id\":\"s\",\"entitlements\":[{\"code\":\"SGB3_81\",\"issued\":\"2026-01-02\","
            "\"valid_to\":\"2026-01-01\"}]}",
            ERR_FIELD_RULE, "/entitlements/0/valid_to");
    refused("{\"id\":\"s\",\"wishes\":{\"kinds\":[\"job\"],\"not_kinds\":[\"job\"]}}",
            ERR_FIELD_RULE, "/wishes/not_kinds");
    refused("{\"id\":\"s\",\"wishes\":{\"occupations\":[\"isco:1\",\"isco:5\"],"
            "\"not_occupations\":[\"isco:5\"]}}",
            ERR_FIELD_RULE, "/wishes/not_occupations");
}
END_TEST

START_TEST(seeker_text_is_json_of_bounded_size)
{
    arena a = {0};
    seeker *s = NULL;
    err e = {0};
    size_t len = 256 * 1024 + 1;
    char *text = mem_new(len);
    memset(text, ' ', len);
    memcpy(text, "{\"id\":\"s\"}", 10);

    ck_assert(seeker_parse((bytes){text, len - 1}, NULL, &a, &s, &e));
    ck_assert(!seeker_parse((bytes){text, len}, NULL, &a, &s, &e));
    ck_assert_int_eq(e.code, ERR_TOO_LARGE);
    ck_assert(!seeker_parse(BYTES("{\"id\":\"s\""), NULL, &a, &s, &e));
    ck_assert_int_eq(e.code, ERR_JSON_PARSE);

    mem_free(text);
    arena_fini(&a);
}
END_TEST

START_TEST(seeker_without_memory_is_an_error_at_every_allocation)
{
    bool is_done = false;
    for (uint64_t call = 1; !is_done; call++) {
        arena a = {0};
        seeker *s = NULL;
        err e = {0};
        mem_fail_at(call);
        is_done = seeker_parse(bytes_of(FULL_SEEKER), &SAMPLE_EXT, &a, &s, &e);
        mem_fail_at(0);
        ck_assert_msg(is_done || e.code == ERR_MEMORY, "call %d: %s", (int)call, e.text);
        arena_fini(&a);
        ck_assert_uint_lt(call, 100);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model_record_seeker");
    TCase *tests = tcase_create("seeker");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, seeker_with_every_field_prints_as_it_was);
    tcase_add_test(tests, seeker_needs_an_id_and_nothing_else);
    tcase_add_test(tests, seeker_members_are_typed);
    tcase_add_test(tests, seeker_keeps_absent_and_empty_apart);
    tcase_add_test(tests, seeker_prints_the_same_bytes_whatever_the_order);
    tcase_add_test(tests, seeker_refuses_unknown_fields_and_suggests);
    tcase_add_test(tests, seeker_has_no_field_for_who_somebody_is);
    tcase_add_test(tests, seeker_refuses_other_types);
    tcase_add_test(tests, seeker_ids_are_short_and_plain);
    tcase_add_test(tests, seeker_numbers_end_where_their_range_ends);
    tcase_add_test(tests, seeker_days_and_times_exist);
    tcase_add_test(tests, seeker_codes_stand_in_their_lists);
    tcase_add_test(tests, seeker_sets_hold_each_entry_once);
    tcase_add_test(tests, seeker_concepts_carry_their_scheme);
    tcase_add_test(tests, seeker_texts_hold_no_control_characters);
    tcase_add_test(tests, seeker_ext_takes_declared_keys_of_its_side);
    tcase_add_test(tests, seeker_fields_do_not_contradict_each_other);
    tcase_add_test(tests, seeker_text_is_json_of_bounded_size);
    tcase_add_test(tests, seeker_without_memory_is_an_error_at_every_allocation);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
