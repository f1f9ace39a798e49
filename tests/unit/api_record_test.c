/* core/api/api_record.c, api_seeker.c, api_offer.c and api.c: records in, records out. */
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

START_TEST(put_answers_version_change_and_outcome)
{
    const json_node *r = talk_ok(&t, "seeker.put", "{'seeker':{'id':'s-1'}}");

    ck_text_at(r, "id", "s-1");
    ck_text_at(r, "outcome", "created");
    ck_assert_int_eq(int_at(r, "version"), 1);
    ck_assert_int_eq(int_at(r, "change"), 1);
}
END_TEST

START_TEST(get_gives_back_what_was_put_with_its_version)
{
    (void)talk_ok(&t, "seeker.put",
                  "{'seeker':{'skills':['esco:b','esco:a'],'id':'s-1','unit':'u-1','version':9}}");

    const json_node *r = talk_ok(&t, "seeker.get", "{'id':'s-1'}");

    buf text = {0};
    json_print(at(r, "seeker"), &text);
    ck_assert_str_eq(buf_terminated(&text), "{\"id\":\"s-1\",\"unit\":\"u-1\",\"version\":1,"
                                            "\"skills\":[\"esco:a\",\"esco:b\"]}");
    ck_assert_int_eq(int_at(r, "version"), 1);
    buf_fini(&text);
}
END_TEST

START_TEST(an_offer_is_put_and_got_like_a_seeker)
{
    (void)talk_ok(&t, "offer.put",
                  "{'offer':{'id':'o-1','kind':'job','title':{'de':'Lager','en':'Stock'}}}");
    (void)talk_ok(&t, "offer.put",
                  "{'offer':{'id':'o-1','kind':'coaching','title':{'de':'Lager'}}}");

    const json_node *chance = at(talk_ok(&t, "offer.get", "{'id':'o-1'}"), "offer");

    ck_text_at(chance, "kind", "coaching");
    ck_assert_int_eq(int_at(chance, "version"), 2);
}
END_TEST

START_TEST(what_is_not_there_is_named)
{
    talk_refused(&t, "seeker.get", "{'id':'s-404'}", "not_found", "/params/id");
    ck_assert_ptr_nonnull(strstr(buf_terminated(&t.answer), "s-404"));
    talk_refused(&t, "offer.delete", "{'id':'o-404'}", "not_found", "/params/id");
    talk_refused(&t, "seeker.export", "{'id':'s-404'}", "not_found", "/params/id");
}
END_TEST

START_TEST(a_record_that_is_wrong_is_refused_where_it_is_wrong)
{
    talk_refused(&t, "seeker.put", "{'seeker':{'id':'s-1','name':'X'}}", "field.unknown",
                 "/params/seeker/name");
    talk_refused(&t, "seeker.put",
                 "{'seeker':{'id':'s-1','languages':[{'code':'de','level':'Z'}]}}", "field.code",
                 "/params/seeker/languages/0/level");
    talk_refused(&t, "offer.put", "{'offer':{'id':'o-1','kind':'job'}}", "field.missing", NULL);
    talk_refused(&t, "seeker.put", "{}", "rpc.params", "/params/seeker");
}
END_TEST

START_TEST(put_may_name_the_version_it_replaces)
{
    (void)talk_ok(&t, "seeker.put", "{'seeker':{'id':'s-1'},'replaces':0}");
    (void)talk_ok(&t, "seeker.put", "{'seeker':{'id':'s-1','unit':'u-1'},'replaces':1}");

    talk_refused(&t, "seeker.put", "{'seeker':{'id':'s-1','unit':'u-2'},'replaces':1}", "conflict",
                 "/params/replaces");
    talk_refused(&t, "seeker.put", "{'seeker':{'id':'s-1','unit':'u-2'},'replaces':0}", "conflict",
                 "/params/replaces");
    talk_refused(&t, "seeker.put", "{'seeker':{'id':'s-2'},'replaces':3}", "conflict",
                 "/params/replaces");
    ck_text_at(at(talk_ok(&t, "seeker.get", "{'id':'s-1'}"), "seeker"), "unit", "u-1");
}
END_TEST

START_TEST(delete_erases_and_says_so)
{
    (void)talk_ok(&t, "seeker.put", "{'seeker':{'id':'s-1','unit':'unit-to-forget'}}");

    const json_node *r = talk_ok(&t, "seeker.delete", "{'id':'s-1'}");

    ck_text_at(r, "outcome", "deleted");
    ck_assert(json_bool(at(r, "erased")));
    ck_assert_uint_eq(fixture_files_with("unit-to-forget"), 0);
    talk_refused(&t, "seeker.get", "{'id':'s-1'}", "not_found", "/params/id");
    talk_refused(&t, "seeker.delete", "{'id':'s-1'}", "not_found", "/params/id");
}
END_TEST

static void put_many(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        char params[100];
        snprintf(params, sizeof params, "{'seeker':{'id':'s-%u','unit':'u-%u'}}", i, i % 2);
        (void)talk_ok(&t, "seeker.put", params);
    }
}

START_TEST(list_goes_through_all_pages_once)
{
    put_many(7);
    char cursor[200] = "";
    char ids[200] = "";
    for (uint32_t page = 0; page < 3; page++) {
        char params[300];
        snprintf(params, sizeof params,
                 cursor[0] == '\0' ? "{'limit':3}" : "{'limit':3,'cursor':'%s'}", cursor);
        const json_node *r = talk_ok(&t, "seeker.list", params);
        ck_assert_int_eq(int_at(r, "total"), 7);
        for (const json_node *n = json_child(at(r, "seekers")); n != NULL; n = json_next(n)) {
            bytes id = json_text(at(n, "id"));
            strncat(ids, id.base, id.len);
            strcat(ids, " ");
        }
        const json_node *next = at(r, "cursor");
        bytes text = json_type_of(next) == JSON_TEXT ? json_text(next) : BYTES("");
        snprintf(cursor, sizeof cursor, "%.*s", (int)text.len, text.base);
        ck_assert_int_eq(cursor[0] == '\0', page == 2);
    }
    ck_assert_str_eq(ids, "s-0 s-1 s-2 s-3 s-4 s-5 s-6 ");
}
END_TEST

START_TEST(list_ends_without_cursor_when_the_last_page_is_full)
{
    put_many(4);

    const json_node *r = talk_ok(&t, "seeker.list", "{'limit':4}");

    ck_assert_uint_eq(json_count(at(r, "seekers")), 4);
    ck_assert_int_eq(json_type_of(at(r, "cursor")), JSON_NULL);
}
END_TEST

START_TEST(list_gives_one_unit_alone)
{
    put_many(7);

    const json_node *r = talk_ok(&t, "seeker.list", "{'unit':'u-1'}");

    ck_assert_int_eq(int_at(r, "total"), 3);
    ck_assert_uint_eq(json_count(at(r, "seekers")), 3);
    ck_text_at(nth(at(r, "seekers"), 0), "id", "s-1");
}
END_TEST

START_TEST(a_cursor_of_another_list_is_refused)
{
    put_many(3);
    char params[200];
    bytes cursor = json_text(at(talk_ok(&t, "seeker.list", "{'limit':1}"), "cursor"));
    snprintf(params, sizeof params, "{'cursor':'%.*s'}", (int)cursor.len, cursor.base);

    talk_refused(&t, "offer.list", params, "cursor.invalid", "/params/cursor");
    talk_refused(&t, "seeker.list", "{'cursor':'zz'}", "cursor.invalid", "/params/cursor");
    talk_refused(&t, "seeker.list", "{'cursor':'0123456789abcdef'}", "cursor.invalid",
                 "/params/cursor");
}
END_TEST

START_TEST(a_limit_beyond_its_bounds_is_refused)
{
    talk_refused(&t, "seeker.list", "{'limit':501}", "rpc.params", "/params/limit");
    talk_refused(&t, "offer.list", "{'limit':0}", "rpc.params", "/params/limit");
    (void)talk_ok(&t, "offer.list", "{'limit':500}");
}
END_TEST

START_TEST(the_record_of_a_gone_plugin_can_still_be_read)
{
    (void)talk_ok(&t, "seeker.put", "{'seeker':{'id':'s-1','ext':{'org.example.night_ok':true}}}");
    talk_end(&t);
    fixture_drop_plugin();
    talk_begin(&t, NULL);

    const json_node *person = at(talk_ok(&t, "seeker.get", "{'id':'s-1'}"), "seeker");

    ck_assert(json_bool(at(at(person, "ext"), "org.example.night_ok")));
    ck_assert_uint_eq(json_count(at(talk_ok(&t, "seeker.list", "{}"), "seekers")), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("records");
    TCase *all = tcase_create("records");
    tcase_add_checked_fixture(all, begin, end);
    tcase_set_timeout(all, 30);
    tcase_add_test(all, put_answers_version_change_and_outcome);
    tcase_add_test(all, get_gives_back_what_was_put_with_its_version);
    tcase_add_test(all, an_offer_is_put_and_got_like_a_seeker);
    tcase_add_test(all, what_is_not_there_is_named);
    tcase_add_test(all, a_record_that_is_wrong_is_refused_where_it_is_wrong);
    tcase_add_test(all, put_may_name_the_version_it_replaces);
    tcase_add_test(all, delete_erases_and_says_so);
    tcase_add_test(all, list_goes_through_all_pages_once);
    tcase_add_test(all, list_ends_without_cursor_when_the_last_page_is_full);
    tcase_add_test(all, list_gives_one_unit_alone);
    tcase_add_test(all, a_cursor_of_another_list_is_refused);
    tcase_add_test(all, a_limit_beyond_its_bounds_is_refused);
    tcase_add_test(all, the_record_of_a_gone_plugin_can_still_be_read);
    suite_add_tcase(suite, all);
    return fixture_main(suite);
}
