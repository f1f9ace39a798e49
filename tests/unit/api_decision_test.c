/* core/api/api_decision.c, api_event.c, api_proposal.c, api_document.c: what was proposed, decided,
 * what happened, and the same proposal made again. */
#include "api_fixture.h"

static talk t;

static void put_offer(const char *id, const char *free_text)
{
    char params[600];
    snprintf(params, sizeof params,
             "{'offer':{'id':'%s','kind':'job','title':{'de':'Lager'},"
             "'location':{'lat':51.51,'lon':7.41},'hours':{'min':15,'max':30},"
             "'intakes':[{'id':'%s/1','start':'2027-01-10','seats':4,'seats_free':%s}]}}",
             id, id, free_text);
    (void)talk_ok(&t, "offer.put", params);
}

static void begin(void)
{
    fixture_make();
    talk_begin(&t, BUILD_DIR "/bin/plugins");
    put_offer("o-1", "2");
    put_offer("o-2", "1");
    (void)talk_ok(&t, "seeker.put",
                  "{'seeker':{'id':'s-1','location':{'lat':51.5,'lon':7.4},"
                  "'languages':[{'code':'de','level':'B1'}],'wishes':{'occupations':['isco:5321']},"
                  "'availability':{'from':'2026-12-01','hours_min':10,'hours_max':40}}}");
    (void)talk_ok(&t, "seeker.put", "{'seeker':{'id':'s-2'}}");
}

static void end(void)
{
    talk_end(&t);
    fixture_remove();
}

#define PROPOSE                                                                                    \
    "{'seeker':'s-1','offer':'o-1','decision':'propose','reason':'fits_goal',"                     \
    "'as_of':'2026-11-28','hold_until':'2026-12-05'}"

/* The text of a member, kept beyond the next call. */
static void copy_text(const json_node *n, const char *key, char ret[64])
{
    bytes text = json_text(at(n, key));
    ck_assert_uint_lt(text.len, 64);
    memcpy(ret, text.base, text.len);
    ret[text.len] = '\0';
}

static void kept_proposal(char ret[64])
{
    const json_node *kept =
        talk_ok(&t, "match.query", "{'seeker':'s-1','as_of':'2026-11-28','keep':true,'lang':'de'}");
    copy_text(kept, "proposal", ret);
}

static const json_node *replay(const char *id)
{
    char params[96];
    snprintf(params, sizeof params, "{'id':'%s'}", id);
    return talk_ok(&t, "proposal.replay", params);
}

START_TEST(decision_to_propose_is_kept_with_proposal_and_event)
{
    const json_node *decision = at(talk_ok(&t, "decision.record", PROPOSE), "decision");

    ck_text_at(decision, "verdict", "yes");
    ck_text_at(decision, "kind", "job");
    ck_text_at(decision, "by", "local");
    ck_assert_uint_eq(json_count(at(talk_ok(&t, "decision.list", "{'offer':'o-1'}"), "decisions")),
                      1);
    const json_node *events = at(talk_ok(&t, "event.list", "{'seeker':'s-1'}"), "events");
    ck_assert_uint_eq(json_count(events), 1);
    ck_text_at(nth(events, 0), "event", "proposed");
    ck_text_at(nth(events, 0), "hold_until", "2026-12-05");
    ck_assert_uint_eq(json_count(at(talk_ok(&t, "proposal.list", "{'seeker':'s-1'}"), "proposals")),
                      1);
}
END_TEST

START_TEST(a_match_shows_to_how_many_its_offer_was_proposed)
{
    (void)talk_ok(&t, "decision.record", PROPOSE);

    const json_node *matches =
        at(talk_ok(&t, "match.query", "{'seeker':'s-2','as_of':'2026-11-28'}"), "matches");

    ck_text_at(nth(matches, 0), "offer", "o-1");
    ck_assert_int_eq(int_at(nth(matches, 0), "proposed_to"), 1);
    ck_assert_int_eq(int_at(nth(matches, 0), "held"), 1);
    ck_assert_int_eq(int_at(nth(matches, 1), "proposed_to"), 0);
    ck_assert_ptr_null(json_member(nth(matches, 1), "held"));
}
END_TEST

START_TEST(a_decision_needs_what_makes_it_one)
{
    talk_refused(&t, "decision.record", "{'seeker':'s-1','offer':'o-1','decision':'propose'}",
                 "rpc.params", "/params/reason");
    talk_refused(&t, "decision.record", "{'seeker':'s-1','offer':'o-1','decision':'decline'}",
                 "rpc.params", "/params/reason");
    talk_refused(&t, "decision.record", "{'seeker':'s-1','decision':'decline','reason':'times'}",
                 "rpc.params", "/params/offer");
    talk_refused(&t, "decision.record", "{'seeker':'s-1','decision':'note'}", "rpc.params",
                 "/params/text");
    talk_refused(&t, "decision.record",
                 "{'seeker':'s-1','offer':'o-1','decision':'perhaps','reason':'times'}",
                 "field.code", "/params/decision");
    talk_refused(&t, "decision.record",
                 "{'seeker':'s-1','offer':'o-1','decision':'decline','reason':'mood'}",
                 "field.code", "/params/reason");
    talk_refused(&t, "decision.record", "{'seeker':'s-9','decision':'note','text':'x'}",
                 "not_found", "/params/seeker");
    talk_refused(&t, "decision.record",
                 "{'seeker':'s-1','offer':'o-9','decision':'decline','reason':'times'}",
                 "not_found", "/params/offer");
}
END_TEST

START_TEST(a_decision_answers_a_proposal_of_that_person_only)
{
    char id[64];
    char params[256];
    kept_proposal(id);
    snprintf(params, sizeof params,
             "{'seeker':'s-2','offer':'o-1','decision':'decline','reason':'times',"
             "'proposal':'%s'}",
             id);

    talk_refused(&t, "decision.record", params, "not_found", "/params/proposal");

    params[13] = '1'; /* s-1 */
    const json_node *decision = at(talk_ok(&t, "decision.record", params), "decision");
    ck_text_at(decision, "proposal", id);
}
END_TEST

START_TEST(a_later_decision_stands_beside_the_earlier_one)
{
    (void)talk_ok(&t, "decision.record", PROPOSE);
    (void)talk_ok(&t, "decision.record",
                  "{'seeker':'s-1','offer':'o-1','decision':'decline','reason':'person_declines'}");

    const json_node *list = at(talk_ok(&t, "decision.list", "{'seeker':'s-1'}"), "decisions");

    ck_assert_uint_eq(json_count(list), 2);
    ck_text_at(nth(list, 0), "decision", "propose");
    ck_text_at(nth(list, 1), "decision", "decline");
}
END_TEST

START_TEST(lists_of_documents_come_page_by_page)
{
    for (int i = 0; i < 3; i++) {
        (void)talk_ok(&t, "decision.record", "{'seeker':'s-1','decision':'note','text':'x'}");
    }
    char cursor[64 + 64];
    char params[256];
    const json_node *page = talk_ok(&t, "decision.list", "{'seeker':'s-1','limit':2}");
    ck_assert_uint_eq(json_count(at(page, "decisions")), 2);
    bytes text = json_text(at(page, "cursor"));
    memcpy(cursor, text.base, text.len);
    snprintf(params, sizeof params, "{'seeker':'s-1','limit':2,'cursor':'%.*s'}", (int)text.len,
             cursor);

    page = talk_ok(&t, "decision.list", params);

    ck_assert_uint_eq(json_count(at(page, "decisions")), 1);
    ck_assert_int_eq(json_type_of(at(page, "cursor")), JSON_NULL);
    talk_refused(&t, "decision.list", "{}", "rpc.params", "/params/seeker");
}
END_TEST

START_TEST(a_proposal_made_again_is_the_same_to_the_byte)
{
    char id[64];
    kept_proposal(id);

    const json_node *r = replay(id);

    ck_assert(json_bool(at(r, "same")));
    ck_assert_uint_eq(json_count(at(r, "changed")), 0);
    ck_assert_uint_eq(json_count(at(at(r, "now"), "matches")), 2);
}
END_TEST

START_TEST(a_proposal_names_the_input_that_changed)
{
    char id[64];
    kept_proposal(id);
    put_offer("o-2", "0");
    (void)talk_ok(&t, "offer.delete", "{'id':'o-1'}");

    const json_node *r = replay(id);

    ck_assert(!json_bool(at(r, "same")));
    ck_assert_uint_eq(json_count(at(r, "changed")), 2);
    ck_text_at(nth(at(r, "changed"), 0), "input", "offer o-1");
    ck_assert_int_eq(json_type_of(at(nth(at(r, "changed"), 0), "now")), JSON_NULL);
    ck_text_at(nth(at(r, "changed"), 1), "input", "offer o-2");
    ck_text_at(nth(at(r, "changed"), 1), "was", "1");
    ck_text_at(nth(at(r, "changed"), 1), "now", "2");
}
END_TEST

START_TEST(what_is_not_stored_is_not_kept)
{
    talk_refused(&t, "match.query", "{'seeker_record':{'id':'x'},'keep':true}", "rpc.params",
                 "/params/keep");
    talk_refused(&t, "match.query", "{'seeker':'s-1','what_if':{'skills':[]},'keep':true}",
                 "rpc.params", "/params/keep");
    talk_refused(&t, "match.query", "{'offer':'o-1','keep':true}", "rpc.params", "/params/keep");
    talk_refused(&t, "proposal.get", "{'id':'p-9'}", "not_found", "/params/id");
}
END_TEST

START_TEST(the_end_of_a_measure_brings_new_matches)
{
    const json_node *r = talk_ok(
        &t, "event.record",
        "{'seeker':'s-1','offer':'o-1','event':'completed','day':'2027-03-01','lang':'de'}");

    ck_text_at(at(r, "event"), "event", "completed");
    ck_text_at(at(r, "next"), "anchor", "s-1");
    ck_assert_uint_ge(json_count(at(at(r, "next"), "matches")), 1);
    r = talk_ok(&t, "event.record", "{'seeker':'s-1','offer':'o-1','event':'invited'}");
    ck_assert_ptr_null(json_member(r, "next"));
    talk_refused(&t, "event.record", "{'seeker':'s-1','event':'invited','hold_until':'2027-01-01'}",
                 "rpc.params", "/params/hold_until");
}
END_TEST

START_TEST(a_deleted_person_takes_all_documents_along)
{
    (void)talk_ok(&t, "decision.record", PROPOSE);

    (void)talk_ok(&t, "seeker.delete", "{'id':'s-1'}");

    ck_assert_uint_eq(json_count(at(talk_ok(&t, "decision.list", "{'offer':'o-1'}"), "decisions")),
                      0);
    ck_assert_uint_eq(json_count(at(talk_ok(&t, "event.list", "{'offer':'o-1'}"), "events")), 0);
    ck_assert_uint_eq(json_count(at(talk_ok(&t, "proposal.list", "{'seeker':'s-1'}"), "proposals")),
                      0);
}
END_TEST

START_TEST(an_export_holds_all_that_is_kept_about_a_person)
{
    (void)talk_ok(&t, "decision.record", PROPOSE);

    const json_node *r = talk_ok(&t, "seeker.export", "{'id':'s-1'}");

    ck_text_at(at(r, "seeker"), "id", "s-1");
    ck_assert_uint_eq(json_count(at(r, "proposals")), 1);
    ck_assert_uint_eq(json_count(at(r, "decisions")), 1);
    ck_assert_uint_eq(json_count(at(r, "events")), 1);
}
END_TEST

START_TEST(a_report_shows_nothing_of_a_few)
{
    (void)talk_ok(&t, "decision.record", PROPOSE);

    const json_node *r = talk_ok(&t, "decision.report", "{}");

    ck_assert_int_eq(json_type_of(at(r, "all")), JSON_NULL);
    ck_assert_uint_eq(json_count(at(r, "groups")), 0);
    ck_assert_int_eq(int_at(r, "groups_hidden"), 1);
    ck_assert(!json_bool(at(r, "never_deviated")));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("api_decision");
    TCase *c = tcase_create("decision");
    tcase_set_timeout(c, 30);
    tcase_add_checked_fixture(c, begin, end);
    tcase_add_test(c, decision_to_propose_is_kept_with_proposal_and_event);
    tcase_add_test(c, a_match_shows_to_how_many_its_offer_was_proposed);
    tcase_add_test(c, a_decision_needs_what_makes_it_one);
    tcase_add_test(c, a_decision_answers_a_proposal_of_that_person_only);
    tcase_add_test(c, a_later_decision_stands_beside_the_earlier_one);
    tcase_add_test(c, lists_of_documents_come_page_by_page);
    tcase_add_test(c, a_proposal_made_again_is_the_same_to_the_byte);
    tcase_add_test(c, a_proposal_names_the_input_that_changed);
    tcase_add_test(c, what_is_not_stored_is_not_kept);
    tcase_add_test(c, the_end_of_a_measure_brings_new_matches);
    tcase_add_test(c, a_deleted_person_takes_all_documents_along);
    tcase_add_test(c, an_export_holds_all_that_is_kept_about_a_person);
    tcase_add_test(c, a_report_shows_nothing_of_a_few);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
