#include "api_fixture.h"

#include "account/role.h"

static talk t;

static void begin(void)
{
    fixture_make();
    talk_begin(&t, BUILD_DIR "/bin/plugins");
}

static void end(void)
{
    talk_end(&t);
    fixture_remove();
}

/* From now on the session is this caller's. */
static void act_as(uint32_t role, const char *id, const char *units, const char *provider)
{
    rpc_caller who = {.roles = role,
                      .user = bytes_of(id),
                      .units = bytes_of(units),
                      .provider = bytes_of(provider)};
    ck_assert(rpc_session_set_caller(t.session, &who));
}

/* "ok", or the id of the error. */
static const char *outcome(const char *method, const char *params)
{
    static char id[64];
    const json_node *response = talk_call(&t, method, params);
    const json_node *error = json_member(response, "error");
    if (error == NULL) {
        return "ok";
    }
    bytes text = json_text(at(at(error, "data"), "id"));
    snprintf(id, sizeof id, "%.*s", (int)text.len, text.base);
    return id;
}

static void add_people(void)
{
    act_as(ROLE_ADMIN, NULL, NULL, NULL);
    talk_ok(&t, "seeker.put", "{'seeker':{'id':'s-1','unit':'u-1'}}");
    talk_ok(&t, "seeker.put", "{'seeker':{'id':'s-2','unit':'u-2'}}");
    talk_ok(&t, "seeker.put", "{'seeker':{'id':'s-3','unit':'u-3'}}");
    talk_ok(&t, "seeker.put", "{'seeker':{'id':'s-0'}}");
    talk_ok(&t, "offer.put",
            "{'offer':{'id':'o-1','kind':'coaching','title':{'de':'A'},'provider':{'id':'p-1'}}}");
    talk_ok(&t, "offer.put",
            "{'offer':{'id':'o-2','kind':'coaching','title':{'de':'B'},'provider':{'id':'p-2'}}}");
    talk_ok(&t, "offer.put", "{'offer':{'id':'o-3','kind':'coaching','title':{'de':'C'}}}");
}

START_TEST(every_method_answers_the_roles_of_its_row_and_no_other)
{
    uint32_t count = 0;
    const rpc_method *methods = api_methods(&count);
    for (uint32_t m = 0; m < count; m++) {
        ck_assert_msg(methods[m].roles != 0, "%s names no role", methods[m].name);
        ck_assert_uint_eq(methods[m].roles & ~(uint32_t)(ROLE_ALL | RPC_ANYBODY), 0);
        bool is_open = (methods[m].roles & RPC_ANYBODY) != 0;
        for (uint32_t r = 0; r <= ROLE_COUNT; r++) {
            uint32_t role = r == ROLE_COUNT ? 0 : UINT32_C(1) << r;
            act_as(role, NULL, NULL, NULL);
            const char *got = outcome(methods[m].name, "{}");
            const char *refusal = role == 0 ? "not_signed_in" : "forbidden";
            bool is_allowed = is_open || (methods[m].roles & role) != 0;
            bool is_refused = strcmp(got, refusal) == 0;
            ck_assert_msg(is_refused != is_allowed, "%s as %s: %s", methods[m].name,
                          role_name(role), got);
        }
    }
}
END_TEST

START_TEST(persons_are_for_those_who_work_with_them)
{
    static const char *const PERSONAL[] = {"seeker.", "match."};
    uint32_t count = 0;
    const rpc_method *methods = api_methods(&count);
    for (uint32_t m = 0; m < count; m++) {
        for (size_t p = 0; p < 2; p++) {
            if (strncmp(methods[m].name, PERSONAL[p], strlen(PERSONAL[p])) == 0) {
                ck_assert_msg((methods[m].roles & (ROLE_AUDITOR | ROLE_PLUGIN_OPERATOR |
                                                   ROLE_PROVIDER | ROLE_PLANNER | RPC_ANYBODY)) ==
                                  0,
                              "%s is for too many", methods[m].name);
            }
        }
        if (strncmp(methods[m].name, "user.", 5) == 0) {
            ck_assert_uint_eq(methods[m].roles, ROLE_ADMIN);
        }
    }
}
END_TEST

START_TEST(people_of_other_units_are_as_if_not_there)
{
    add_people();
    act_as(ROLE_CASEWORKER, "cw-1", "u-1\nu-2\n", NULL);

    ck_assert_str_eq(outcome("seeker.get", "{'id':'s-1'}"), "ok");
    ck_assert_str_eq(outcome("seeker.get", "{'id':'s-2'}"), "ok");
    ck_assert_str_eq(outcome("seeker.get", "{'id':'s-3'}"), "not_found");
    ck_assert_str_eq(outcome("seeker.get", "{'id':'s-0'}"), "not_found");
    ck_assert_str_eq(outcome("seeker.get", "{'id':'s-9'}"), "not_found");
    ck_assert_str_eq(outcome("seeker.export", "{'id':'s-3'}"), "not_found");
    ck_assert_str_eq(outcome("match.query", "{'seeker':'s-1'}"), "ok");
    ck_assert_str_eq(outcome("match.query", "{'seeker':'s-3'}"), "not_found");
    ck_assert_str_eq(outcome("match.query", "{'seeker':'s-3','what_if':{}}"), "not_found");
    ck_assert_str_eq(outcome("match.explain", "{'seeker':'s-3','offer':'o-1'}"), "not_found");
    ck_assert_str_eq(outcome("match.explain", "{'seeker':'s-2','offer':'o-1'}"), "ok");

    ck_assert_str_eq(outcome("decision.list", "{'seeker':'s-3'}"), "not_found");
    ck_assert_str_eq(outcome("decision.list", "{'seeker':'s-1'}"), "ok");

    act_as(ROLE_CASEWORKER, "cw-2", "", NULL);
    ck_assert_str_eq(outcome("seeker.get", "{'id':'s-1'}"), "not_found");
    ck_assert_int_eq(int_at(talk_ok(&t, "seeker.list", "{}"), "total"), 0);
}
END_TEST

START_TEST(documents_about_people_of_other_units_are_passed_over)
{
    add_people();
    for (int i = 1; i <= 3; i++) {
        char params[200];
        snprintf(params, sizeof params,
                 "{'seeker':'s-%d','decision':'note','text':'x','offer':'o-3'}", i);
        talk_ok(&t, "decision.record", params);
    }
    const json_node *all = at(talk_ok(&t, "decision.list", "{'offer':'o-3'}"), "decisions");
    ck_assert_uint_eq(json_count(all), 3);
    act_as(ROLE_CASEWORKER, "cw-1", "u-2\n", NULL);
    const json_node *own = talk_ok(&t, "decision.list", "{'offer':'o-3','limit':1}");
    ck_assert_uint_eq(json_count(at(own, "decisions")), 1);
    ck_text_at(nth(at(own, "decisions"), 0), "seeker", "s-2");
    ck_text_at(nth(at(own, "decisions"), 0), "by", "local");
}
END_TEST

START_TEST(people_are_written_within_the_own_units_only)
{
    add_people();
    act_as(ROLE_TEAM_LEAD, "tl-1", "u-1\n", NULL);

    ck_assert_str_eq(outcome("seeker.put", "{'seeker':{'id':'s-4','unit':'u-1'}}"), "ok");
    ck_assert_str_eq(outcome("seeker.put", "{'seeker':{'id':'s-4','unit':'u-3'}}"), "forbidden");
    ck_assert_str_eq(outcome("seeker.put", "{'seeker':{'id':'s-5'}}"), "forbidden");
    ck_assert_str_eq(outcome("seeker.put", "{'seeker':{'id':'s-3','unit':'u-1'}}"), "forbidden");
    ck_assert_str_eq(outcome("seeker.delete", "{'id':'s-3'}"), "not_found");
    ck_assert_str_eq(outcome("seeker.delete", "{'id':'s-4'}"), "ok");

    act_as(ROLE_ADMIN, NULL, NULL, NULL);
    ck_assert_str_eq(outcome("seeker.get", "{'id':'s-3'}"), "ok");
}
END_TEST

START_TEST(lists_hold_the_own_units_only)
{
    add_people();

    act_as(ROLE_CASEWORKER, "cw-1", "u-2\n", NULL);
    const json_node *list = talk_ok(&t, "seeker.list", "{}");
    ck_assert_int_eq(int_at(list, "total"), 1);
    ck_assert(bytes_equal_text(json_text(at(nth(at(list, "seekers"), 0), "id")), "s-2"));
    ck_assert_str_eq(outcome("seeker.list", "{'unit':'u-1'}"), "forbidden");

    act_as(ROLE_CASEWORKER, "cw-1", "u-1\nu-2\n", NULL);
    ck_assert_str_eq(outcome("seeker.list", "{}"), "rpc.params");
    ck_assert_int_eq(int_at(talk_ok(&t, "seeker.list", "{'unit':'u-1'}"), "total"), 1);
}
END_TEST

START_TEST(seats_are_offered_to_people_of_the_own_units)
{
    add_people();
    const json_node *all = talk_ok(&t, "match.query", "{'offer':'o-3'}");
    ck_assert_int_eq(int_at(at(all, "total"), "rows"), 4);

    act_as(ROLE_CASEWORKER, "cw-1", "u-1\nu-3\n", NULL);
    const json_node *own = talk_ok(&t, "match.query", "{'offer':'o-3'}");
    ck_assert_int_eq(int_at(at(own, "total"), "rows"), 2);
    const json_node *matches = at(own, "matches");
    for (const json_node *m = json_child(matches); m != NULL; m = json_next(m)) {
        bytes id = json_text(at(m, "seeker"));
        ck_assert(bytes_equal_text(id, "s-1") || bytes_equal_text(id, "s-3"));
    }

    act_as(ROLE_CASEWORKER, "cw-1", "u-9\n", NULL);
    const json_node *none = talk_ok(&t, "match.query", "{'offer':'o-3'}");
    ck_assert_int_eq(int_at(at(none, "total"), "rows"), 0);
}
END_TEST

START_TEST(provider_sees_and_changes_the_own_offers_only)
{
    add_people();
    act_as(ROLE_PROVIDER, "pr-1", NULL, "p-1");

    const json_node *list = talk_ok(&t, "offer.list", "{}");
    ck_assert_int_eq(int_at(list, "total"), 1);
    ck_assert_str_eq(outcome("offer.get", "{'id':'o-1'}"), "ok");
    ck_assert_str_eq(outcome("offer.get", "{'id':'o-2'}"), "not_found");
    ck_assert_str_eq(outcome("offer.get", "{'id':'o-3'}"), "not_found");
    ck_assert_str_eq(outcome("offer.delete", "{'id':'o-2'}"), "not_found");
    ck_assert_str_eq(
        outcome(
            "offer.put",
            "{'offer':{'id':'o-4','kind':'coaching','title':{'de':'D'},'provider':{'id':'p-1'}}}"),
        "ok");
    ck_assert_str_eq(
        outcome(
            "offer.put",
            "{'offer':{'id':'o-5','kind':'coaching','title':{'de':'D'},'provider':{'id':'p-2'}}}"),
        "forbidden");
    ck_assert_str_eq(
        outcome(
            "offer.put",
            "{'offer':{'id':'o-2','kind':'coaching','title':{'de':'D'},'provider':{'id':'p-1'}}}"),
        "forbidden");
}
END_TEST

START_TEST(own_strategies_bear_the_own_id)
{
    act_as(ROLE_CASEWORKER, "cw-1", NULL, NULL);
    ck_assert_str_eq(outcome("strategy.put", "{'strategy':{'id':'default'}}"), "forbidden");
    ck_assert_str_eq(outcome("strategy.put", "{'strategy':{'id':'cw-1.'}}"), "forbidden");
    ck_assert_str_ne(outcome("strategy.put", "{'strategy':{'id':'cw-1.near'}}"), "forbidden");
    act_as(ROLE_TEAM_LEAD, "tl-1", NULL, NULL);
    ck_assert_str_ne(outcome("strategy.put", "{'strategy':{'id':'default'}}"), "forbidden");
}
END_TEST

START_TEST(user_signs_in_with_the_token_shown_once)
{
    const json_node *made =
        talk_ok(&t, "user.add", "{'id':'cw-1','role':'caseworker','units':['u-1']}");
    char login[256];
    bytes token = json_text(at(made, "token"));
    snprintf(login, sizeof login, "{'token':'%.*s'}", (int)token.len, token.base);
    ck_assert_ptr_null(memmem(t.answer.base, t.answer.len, "argon2", 6));

    act_as(0, NULL, NULL, NULL);
    ck_assert_str_eq(outcome("seeker.list", "{}"), "not_signed_in");
    const json_node *session = talk_ok(&t, "session.login", login);
    ck_assert(json_bool(at(session, "signed_in")));
    ck_assert(bytes_equal_text(json_text(at(session, "role")), "caseworker"));
    ck_assert_str_eq(outcome("seeker.list", "{}"), "ok");
    ck_assert_str_eq(outcome("user.list", "{}"), "forbidden");
    talk_ok(&t, "session.logout", "{}");
    ck_assert_str_eq(outcome("seeker.list", "{}"), "not_signed_in");

    act_as(ROLE_ADMIN, NULL, NULL, NULL);
    talk_ok(&t, "user.disable", "{'id':'cw-1'}");
    ck_assert_str_eq(outcome("session.login", login), "token.invalid");
    act_as(ROLE_ADMIN, NULL, NULL, NULL);
    talk_ok(&t, "user.disable", "{'id':'cw-1','disabled':false}");
    ck_assert_str_eq(outcome("session.login", login), "ok");
    act_as(ROLE_ADMIN, NULL, NULL, NULL);
    talk_ok(&t, "user.token", "{'id':'cw-1','withdraw':true}");
    ck_assert_str_eq(outcome("session.login", login), "token.invalid");
}
END_TEST

START_TEST(users_that_make_no_sense_are_refused)
{
    ck_assert_str_eq(outcome("user.add", "{'id':'a b','role':'admin'}"), "field.format");
    ck_assert_str_eq(outcome("user.add", "{'id':'a','role':'king'}"), "field.code");
    ck_assert_str_eq(outcome("user.add", "{'id':'a','role':'provider'}"), "field.rule");
    ck_assert_str_eq(outcome("user.add", "{'id':'a','role':'admin','provider':'p-1'}"),
                     "field.rule");
    ck_assert_str_eq(outcome("user.add", "{'id':'a','role':'admin','units':[7]}"), "field.format");
    ck_assert_str_eq(outcome("user.token", "{'id':'nobody'}"), "not_found");
    ck_assert_str_eq(outcome("user.disable", "{'id':'nobody'}"), "not_found");
    ck_assert_int_eq(int_at(talk_ok(&t, "user.list", "{}"), "total"), 0);
}
END_TEST

START_TEST(too_many_wrong_tokens_have_to_wait)
{
    char login[256];
    snprintf(login, sizeof login, "{'token':'lotse_0123456789ab_%043d'}", 0);
    for (int i = 0; i < 10; i++) {
        ck_assert_str_eq(outcome("session.login", login), "token.invalid");
    }
    ck_assert_str_eq(outcome("session.login", login), "token.too_many_tries");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scope");
    TCase *all = tcase_create("scope");
    tcase_add_checked_fixture(all, begin, end);
    tcase_set_timeout(all, 30);
    tcase_add_test(all, every_method_answers_the_roles_of_its_row_and_no_other);
    tcase_add_test(all, persons_are_for_those_who_work_with_them);
    tcase_add_test(all, people_of_other_units_are_as_if_not_there);
    tcase_add_test(all, documents_about_people_of_other_units_are_passed_over);
    tcase_add_test(all, people_are_written_within_the_own_units_only);
    tcase_add_test(all, lists_hold_the_own_units_only);
    tcase_add_test(all, seats_are_offered_to_people_of_the_own_units);
    tcase_add_test(all, provider_sees_and_changes_the_own_offers_only);
    tcase_add_test(all, own_strategies_bear_the_own_id);
    tcase_add_test(all, user_signs_in_with_the_token_shown_once);
    tcase_add_test(all, users_that_make_no_sense_are_refused);
    tcase_add_test(all, too_many_wrong_tokens_have_to_wait);
    suite_add_tcase(suite, all);
    return fixture_main(suite);
}
