/* core/api/api_import.c and places.c: files in pieces, reports, postcodes. */
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

/* Starts an import and feeds one text; the import's id is "import-N". */
static void feed(uint32_t number, const char *options, const char *text)
{
    char id[32];
    buf params = {0};
    snprintf(id, sizeof id, "import-%u", number);
    ck_text_at(talk_ok(&t, "import.start", options), "import", id);
    json_writer w = json_writer_to(&params);
    json_begin_object(&w);
    json_member_cstr(&w, "import", id);
    json_member_cstr(&w, "text", text);
    json_end_object(&w);
    ck_assert_int_eq(int_at(talk_ok(&t, "import.feed", buf_terminated(&params)), "received"),
                     (int64_t)strlen(text));
    buf_fini(&params);
}

static const json_node *finish(uint32_t number)
{
    char params[64];
    snprintf(params, sizeof params, "{'import':'import-%u'}", number);
    return talk_ok(&t, "import.finish", params);
}

static const char RECORDS[] = "{\"id\":\"s-1\"}\n"
                              "{\"id\":\"o-1\",\"kind\":\"job\",\"title\":{\"de\":\"Lager\"}}\n"
                              "{\"id\":\"s-2\",\"nonsense\":1}\n"
                              "{\"id\":\"s-1\"}\n";

START_TEST(an_import_reports_what_it_did_and_keeps_the_good_records)
{
    feed(1, "{'format':'native'}", RECORDS);

    const json_node *r = finish(1);

    ck_assert_int_eq(int_at(r, "read"), 4);
    ck_assert_int_eq(int_at(r, "created"), 2);
    ck_assert_int_eq(int_at(r, "refused"), 1);
    ck_assert_int_eq(int_at(r, "duplicates"), 1);
    ck_assert_int_eq(int_at(nth(at(r, "refusals"), 0), "line"), 3);
    (void)talk_ok(&t, "seeker.get", "{'id':'s-1'}");
    (void)talk_ok(&t, "offer.get", "{'id':'o-1'}");
}
END_TEST

START_TEST(the_same_file_again_changes_nothing)
{
    feed(1, "{'format':'native'}", RECORDS);
    (void)finish(1);
    feed(2, "{'format':'native'}", RECORDS);

    const json_node *r = finish(2);

    ck_assert_int_eq(int_at(r, "unchanged"), 2);
    ck_assert_int_eq(int_at(r, "created"), 0);
    ck_assert_int_eq(int_at(r, "changed"), 0);
}
END_TEST

START_TEST(a_dry_run_reports_the_same_and_stores_nothing)
{
    (void)talk_ok(&t, "seeker.put", "{'seeker':{'id':'s-1','unit':'u-1'}}");
    feed(1, "{'format':'native','dry_run':true}", RECORDS);

    const json_node *r = finish(1);

    ck_assert_int_eq(int_at(r, "created"), 1);
    ck_assert_int_eq(int_at(r, "changed"), 1);
    ck_assert_int_eq(int_at(r, "refused"), 1);
    talk_refused(&t, "offer.get", "{'id':'o-1'}", "not_found", "/params/id");
    ck_assert_int_eq(int_at(talk_ok(&t, "seeker.get", "{'id':'s-1'}"), "version"), 1);
}
END_TEST

START_TEST(pieces_may_end_anywhere)
{
    (void)talk_ok(&t, "import.start", "{'format':'native'}");
    (void)talk_ok(&t, "import.feed", "{'import':'import-1','base64':'eyJpZCI6'}");
    (void)talk_ok(&t, "import.feed", "{'import':'import-1','base64':'InMtMSIsInVuaXQiOiI='}");
    (void)talk_ok(&t, "import.feed", "{'import':'import-1','text':'u-7\\'}'}");

    const json_node *r = finish(1);

    ck_assert_int_eq(int_at(r, "created"), 1);
    ck_text_at(at(talk_ok(&t, "seeker.get", "{'id':'s-1'}"), "seeker"), "unit", "u-7");
}
END_TEST

START_TEST(a_piece_that_is_neither_text_nor_base64_is_refused)
{
    (void)talk_ok(&t, "import.start", "{'format':'native'}");

    talk_refused(&t, "import.feed", "{'import':'import-1'}", "rpc.params", "/params/text");
    talk_refused(&t, "import.feed", "{'import':'import-1','base64':'a'}", "rpc.params",
                 "/params/base64");
    talk_refused(&t, "import.feed", "{'import':'import-1','base64':'a*=='}", "rpc.params",
                 "/params/base64");
}
END_TEST

START_TEST(an_import_that_is_not_there_is_named)
{
    talk_refused(&t, "import.feed", "{'import':'import-9','text':'x'}", "not_found",
                 "/params/import");
    talk_refused(&t, "import.finish", "{'import':'import-9'}", "not_found", "/params/import");
}
END_TEST

START_TEST(a_finished_import_is_over)
{
    feed(1, "{'format':'native'}", RECORDS);
    (void)finish(1);

    talk_refused(&t, "import.finish", "{'import':'import-1'}", "not_found", "/params/import");
}
END_TEST

START_TEST(more_imports_than_there_is_room_for_are_refused)
{
    for (uint32_t i = 0; i < 16; i++) {
        (void)talk_ok(&t, "import.start", "{'format':'native'}");
    }

    talk_refused(&t, "import.start", "{'format':'native'}", "overloaded", NULL);

    (void)talk_ok(&t, "import.finish", "{'import':'import-3'}");
    ck_text_at(talk_ok(&t, "import.start", "{'format':'native'}"), "import", "import-17");
}
END_TEST

START_TEST(an_unknown_format_is_refused_at_the_start)
{
    talk_refused(&t, "import.start", "{'format':'telegram'}", "import.format", NULL);

    ck_text_at(talk_ok(&t, "import.start", "{'format':'native'}"), "import", "import-2");
}
END_TEST

START_TEST(postcodes_that_were_imported_place_later_records)
{
    feed(1, "{'format':'geonames-postcodes'}",
         "country_code,zipcode,place,latitude,longitude\nDE,96047,Musterstadt,49.89,10.88\n");
    (void)finish(1);
    feed(2, "{'format':'native'}",
         "{\"id\":\"s-1\",\"location\":{\"postcode\":\"96047\"}}\n"
         "{\"id\":\"s-2\",\"location\":{\"postcode\":\"99999\"}}\n");

    const json_node *r = finish(2);

    ck_assert_int_eq(int_at(r, "created"), 2);
    const json_node *place =
        at(at(talk_ok(&t, "seeker.get", "{'id':'s-1'}"), "seeker"), "location");
    ck_assert_double_eq_tol(json_number(at(place, "lat")), 49.89, 1e-9);
    ck_assert_double_eq_tol(json_number(at(place, "lon")), 10.88, 1e-9);
    place = at(at(talk_ok(&t, "seeker.get", "{'id':'s-2'}"), "seeker"), "location");
    ck_assert_ptr_null(json_member(place, "lat"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("import");
    TCase *all = tcase_create("import");
    tcase_add_checked_fixture(all, begin, end);
    tcase_set_timeout(all, 30);
    tcase_add_test(all, an_import_reports_what_it_did_and_keeps_the_good_records);
    tcase_add_test(all, the_same_file_again_changes_nothing);
    tcase_add_test(all, a_dry_run_reports_the_same_and_stores_nothing);
    tcase_add_test(all, pieces_may_end_anywhere);
    tcase_add_test(all, a_piece_that_is_neither_text_nor_base64_is_refused);
    tcase_add_test(all, an_import_that_is_not_there_is_named);
    tcase_add_test(all, a_finished_import_is_over);
    tcase_add_test(all, more_imports_than_there_is_room_for_are_refused);
    tcase_add_test(all, an_unknown_format_is_refused_at_the_start);
    tcase_add_test(all, postcodes_that_were_imported_place_later_records);
    suite_add_tcase(suite, all);
    return fixture_main(suite);
}
