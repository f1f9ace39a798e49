/* core/api/api_match.c, api_explain.c, question.c, match_write.c and api_strategy.c: questions and
 * answers, with the built-in plugins. */
#include "api_fixture.h"

#include "base/map.h"
#include "taxonomy/draft.h"
#include "taxonomy/knowledge.h"

enum { OFFER_COUNT = 60 };

static talk t;

static const char SEEKER[] =
    "{'id':'s-1','location':{'lat':51.5,'lon':7.4},'mobility':{'max_km':60},"
    "'languages':[{'code':'de','level':'B1'}],'skills':['esco:a','esco:b'],"
    "'wishes':{'occupations':['isco:5321']},"
    "'availability':{'from':'2026-12-01','hours_min':10,'hours_max':40}}";

static void put_offer(uint32_t i)
{
    static const char *const KINDS[] = {"job", "qualification", "coaching"};
    static const char *const LEVELS[] = {"A1", "A2", "B1", "B2", "C1"};
    char params[900];
    int len = snprintf(
        params, sizeof params,
        "{'offer':{'id':'o-%02u','kind':'%s','title':{'de':'Angebot %u','en':'Offer %u'},"
        "'location':{'lat':%.2f,'lon':7.4},'requires':{'languages':[{'code':'de','min':'%s'}]},"
        "'prefers':{'skills':['esco:a','esco:%c']},'occupation':'isco:53%u1',"
        "%s'intakes':[{'id':'o-%02u/1','start':'2027-0%u-10','seats':4,'seats_free':%u},"
        "{'id':'o-%02u/2','start':'2027-0%u-20','seats':4,'seats_free':2}]}}",
        i, KINDS[i % 3], i, i, 51.0 + i * 0.02, LEVELS[i % 5], 'b' + (int)(i % 4), i % 3,
        i % 4 == 0 ? "" : "'hours':{'min':15,'max':30},", i, 1 + i % 5, i % 2, i, 1 + i % 7);
    ck_assert_int_lt(len, sizeof params);
    (void)talk_ok(&t, "offer.put", params);
}

static void begin(void)
{
    char params[900];
    fixture_make();
    talk_begin(&t, BUILD_DIR "/bin/plugins");
    for (uint32_t i = 0; i < OFFER_COUNT; i++) {
        put_offer(i);
    }
    snprintf(params, sizeof params, "{'seeker':%s}", SEEKER);
    (void)talk_ok(&t, "seeker.put", params);
}

static void end(void)
{
    talk_end(&t);
    fixture_remove();
}

static const json_node *query(const char *params)
{
    return talk_ok(&t, "match.query", params);
}

static int64_t sum_of_points(const json_node *match)
{
    int64_t sum = 0;
    for (const json_node *r = json_child(at(match, "reasons")); r != NULL; r = json_next(r)) {
        ck_assert_int_le(int_at(r, "points"), int_at(r, "max"));
        sum += int_at(r, "points");
    }
    return sum;
}

START_TEST(an_answer_has_the_members_of_the_protocol_in_their_order)
{
    static const char *const FRAME[] = {"anchor", "strategy", "weights",     "as_of",  "snapshot",
                                        "kinds",  "total",    "excluded_by", "matches"};
    static const char *const MATCH[] = {"offer", "intake",        "score",       "low",
                                        "high",  "verdict",       "reasons",     "checks",
                                        "steps", "other_intakes", "proposed_to", "plugins"};
    const json_node *r = query("{'seeker':'s-1','as_of':'2026-11-23'}");

    uint32_t i = 0;
    for (const json_node *n = json_child(r); n != NULL; n = json_next(n), i++) {
        ck_assert(bytes_equal_text(json_key(n), FRAME[i]));
    }
    ck_assert_uint_eq(i, sizeof FRAME / sizeof FRAME[0]);
    i = 0;
    for (const json_node *n = json_child(nth(at(r, "matches"), 0)); n != NULL;
         n = json_next(n), i++) {
        ck_assert(bytes_equal_text(json_key(n), MATCH[i]));
    }
    ck_assert_uint_eq(i, sizeof MATCH / sizeof MATCH[0]);
    ck_text_at(r, "anchor", "s-1");
    ck_text_at(r, "strategy", "default");
    ck_text_at(r, "as_of", "2026-11-23");
    ck_assert_int_eq(int_at(r, "snapshot"), OFFER_COUNT + 1);
}
END_TEST

START_TEST(the_points_of_the_reasons_add_up_to_the_score)
{
    const json_node *r = query("{'seeker':'s-1','as_of':'2026-11-23','limit':500}");
    ck_assert_uint_gt(json_count(at(r, "matches")), 10);

    for (const json_node *m = json_child(at(r, "matches")); m != NULL; m = json_next(m)) {
        ck_assert_int_eq(sum_of_points(m), int_at(m, "score"));
        ck_assert_int_le(int_at(m, "low"), int_at(m, "score"));
        ck_assert_int_ge(int_at(m, "high"), int_at(m, "score"));
    }
}
END_TEST

START_TEST(matches_stand_in_order_of_score_each_offer_once)
{
    const json_node *r = query("{'seeker':'s-1','as_of':'2026-11-23','limit':500}");
    int64_t last = POINTS_MAX;
    map ids = {0};

    for (const json_node *m = json_child(at(r, "matches")); m != NULL; m = json_next(m)) {
        uint64_t was_there = 0;
        ck_assert_int_le(int_at(m, "score"), last);
        last = int_at(m, "score");
        ck_assert(!map_get(&ids, json_text(at(m, "offer")), &was_there));
        ck_assert(map_put(&ids, json_text(at(m, "offer")), 1));
    }
    map_fini(&ids);
}
END_TEST

START_TEST(the_totals_count_every_row)
{
    const json_node *total = at(query("{'seeker':'s-1','as_of':'2026-11-23'}"), "total");

    ck_assert_int_eq(int_at(total, "rows"), 2 * OFFER_COUNT);
    ck_assert_int_eq(int_at(total, "proposed") + int_at(total, "check") + int_at(total, "excluded"),
                     int_at(total, "rows"));
    ck_assert_int_gt(int_at(total, "proposed"), 0);
    ck_assert_int_gt(int_at(total, "check"), 0);
    ck_assert_int_gt(int_at(total, "excluded"), 0);
}
END_TEST

START_TEST(totals_are_left_out_where_nobody_wants_them)
{
    const json_node *r = query("{'seeker':'s-1','totals':false}");

    ck_assert_ptr_null(json_member(r, "total"));
    ck_assert_ptr_null(json_member(r, "excluded_by"));
    ck_assert_uint_gt(json_count(at(r, "matches")), 0);
}
END_TEST

START_TEST(the_same_question_gives_the_same_bytes)
{
    (void)query("{'seeker':'s-1','as_of':'2026-11-23','limit':50,'lang':'de'}");
    buf first = {0};
    buf_put(&first, t.answer.base, t.answer.len);

    for (uint32_t i = 0; i < 5; i++) {
        (void)query("{'seeker':'s-1','as_of':'2026-11-23','limit':50,'lang':'de'}");
        ck_assert(bytes_equal(buf_bytes(&first), buf_bytes(&t.answer)));
    }
    buf_fini(&first);
}
END_TEST

START_TEST(a_record_that_is_sent_is_answered_like_a_stored_one_and_forgotten)
{
    char params[900];
    (void)query("{'seeker':'s-1','as_of':'2026-11-23'}");
    buf stored = {0};
    buf_put(&stored, t.answer.base, t.answer.len);
    snprintf(params, sizeof params, "{'seeker_record':%s,'as_of':'2026-11-23'}", SEEKER);

    (void)query(params);

    ck_assert(bytes_equal(buf_bytes(&stored), buf_bytes(&t.answer)));
    buf_fini(&stored);
    (void)query("{'seeker_record':{'id':'s-new','skills':['esco:never-heard-of']}}");
    talk_refused(&t, "seeker.get", "{'id':'s-new'}", "not_found", "/params/id");
    talk_refused(&t, "match.query", "{'seeker_record':{'id':'s-1','skills':['x']}}", "field.format",
                 "/params/seeker_record/skills/0");
}
END_TEST

START_TEST(what_if_changes_the_answer_and_nothing_else)
{
    int64_t before =
        int_at(at(query("{'seeker':'s-1','as_of':'2026-11-23'}"), "total"), "excluded");

    const json_node *r = query("{'seeker':'s-1','as_of':'2026-11-23',"
                               "'what_if':{'languages':[{'code':'de','level':'C2'}]}}");

    ck_assert_int_lt(int_at(at(r, "total"), "excluded"), before);
    r = query("{'seeker':'s-1','as_of':'2026-11-23'}");
    ck_assert_int_eq(int_at(at(r, "total"), "excluded"), before);
    talk_refused(&t, "match.query", "{'seeker':'s-1','what_if':{'languages':7}}", "field.type",
                 "/params/what_if/languages");
    talk_refused(&t, "match.query", "{'seeker':'s-404','what_if':{}}", "not_found",
                 "/params/seeker");
}
END_TEST

START_TEST(an_anchor_is_named_once_and_exists)
{
    talk_refused(&t, "match.query", "{}", "rpc.params", "/params/seeker");
    talk_refused(&t, "match.query", "{'seeker':'s-1','offer':'o-01'}", "rpc.params",
                 "/params/seeker");
    talk_refused(&t, "match.query", "{'seeker':'s-404'}", "not_found", "/params/seeker");
    talk_refused(&t, "match.query", "{'offer':'o-404'}", "not_found", "/params/offer");
    talk_refused(&t, "match.query", "{'seeker':'s-1','intake':'o-01/1'}", "rpc.params",
                 "/params/intake");
    talk_refused(&t, "match.query", "{'offer':'o-01','intake':'o-02/1'}", "not_found",
                 "/params/intake");
}
END_TEST

START_TEST(weights_that_are_named_are_used_and_all_are_stated)
{
    const json_node *weights =
        at(query("{'seeker':'s-1','weights':{'skills':0,'lotse.commute':600000}}"), "weights");
    int64_t sum = 0;

    for (const json_node *n = json_child(weights); n != NULL; n = json_next(n)) {
        int64_t weight = 0;
        ck_assert(json_integer(n, &weight));
        sum += weight;
    }
    ck_assert_int_eq(sum, POINTS_MAX);
    ck_assert_int_eq(int_at(weights, "lotse.skills"), 0);
    ck_assert_int_eq(int_at(weights, "lotse.commute"), 600000);
    ck_assert_uint_eq(json_count(weights), 5);
}
END_TEST

START_TEST(weights_that_cannot_be_are_refused)
{
    talk_refused(&t, "match.query", "{'seeker':'s-1','weights':{'skills':1000001}}", "weights.sum",
                 "/params/weights");
    talk_refused(&t, "match.query", "{'seeker':'s-1','weights':{'charm':1}}", "weights.sum",
                 "/params/weights");
    talk_refused(&t, "match.query", "{'seeker':'s-1','weights':{'skills':0.5}}", "rpc.params",
                 "/params/weights/skills");
}
END_TEST

START_TEST(kinds_bound_the_rows)
{
    const json_node *r = query("{'seeker':'s-1','kinds':['coaching','job'],'limit':500}");

    ck_assert_int_eq(int_at(at(r, "total"), "rows"), 2 * OFFER_COUNT / 3 * 2);
    ck_assert_uint_eq(json_count(at(r, "kinds")), 2);
    talk_refused(&t, "match.query", "{'seeker':'s-1','kinds':['job','holiday']}", "field.code",
                 "/params/kinds/1");
}
END_TEST

START_TEST(verdicts_pick_what_is_listed_but_not_what_is_counted)
{
    int64_t proposed = int_at(at(query("{'seeker':'s-1'}"), "total"), "proposed");

    const json_node *r = query("{'seeker':'s-1','verdicts':['check'],'limit':500}");

    ck_assert_int_eq(int_at(at(r, "total"), "proposed"), proposed);
    ck_assert_uint_gt(json_count(at(r, "matches")), 0);
    for (const json_node *m = json_child(at(r, "matches")); m != NULL; m = json_next(m)) {
        ck_text_at(m, "verdict", "check");
        ck_assert_uint_gt(json_count(at(m, "checks")), 0);
    }
    talk_refused(&t, "match.query", "{'seeker':'s-1','verdicts':['no']}", "rpc.params",
                 "/params/verdicts/0");
}
END_TEST

START_TEST(a_filter_bounds_the_rows)
{
    const json_node *r = query("{'seeker':'s-1','filter':[{'seeker':'education.eqf','op':'>=',"
                               "'offer':'requires.eqf_min','unknown':'yes'}]}");
    ck_assert_int_le(int_at(at(r, "total"), "rows"), 2 * OFFER_COUNT);

    talk_refused(&t, "match.query",
                 "{'seeker':'s-1','filter':[{'seeker':'skills','op':'like',"
                 "'offer':'requires.skills'}]}",
                 "filter.invalid", "/params/filter/0");
    talk_refused(&t, "match.query",
                 "{'seeker':'s-1','filter':[{'seeker':'nothing','op':'>=',"
                 "'offer':'requires.eqf_min'}]}",
                 "filter.invalid", "/params/filter/0");
    talk_refused(&t, "match.query", "{'seeker':'s-1','filter':[{'op':'>='}]}", "filter.invalid",
                 "/params/filter/0");
}
END_TEST

START_TEST(reasons_come_in_the_language_asked)
{
    const json_node *m = nth(at(query("{'seeker':'s-1','lang':'de'}"), "matches"), 0);
    const json_node *reason = nth(at(m, "reasons"), 0);

    bytes text = json_text(at(reason, "text"));
    ck_assert_ptr_nonnull(memmem(text.base, text.len, "erwünsch", strlen("erwünsch")));
}
END_TEST

/* A taxonomy of two names in the data folder. */
static void put_taxonomy(void)
{
    char path[160];
    draft *d = NULL;
    err e = {0};
    uint32_t occupation;
    uint32_t skill;
    join(path, sizeof path, fixture_data, TAXONOMY_FILE_NAME);
    ck_assert(draft_new(&d, &e));
    ck_assert(draft_concept(d, BYTES("isco:5321"), TAXONOMY_ISCO, 2, &occupation, &e));
    ck_assert(draft_concept(d, BYTES("esco:a"), TAXONOMY_ESCO_SKILL, 0, &skill, &e));
    ck_assert(draft_label(d, occupation, "de", LABEL_PREFERRED, BYTES("Schleusenhilfe"), &e));
    ck_assert(draft_label(d, skill, "de", LABEL_PREFERRED, BYTES("Tore kurbeln"), &e));
    ck_assert(draft_label(d, skill, "en", LABEL_PREFERRED, BYTES("cranking gates"), &e));
    ck_assert_msg(draft_save(d, path, &e), "%s", e.text);
    draft_free(&d);
}

/* Does a reason of the first matches hold this text? */
static bool is_said(const char *lang, const char *text)
{
    char params[120];
    snprintf(params, sizeof params, "{'seeker':'s-1','lang':'%s','totals':false}", lang);
    (void)query(params);
    return strstr(buf_terminated(&t.answer), text) != NULL;
}

START_TEST(a_taxonomy_gives_concepts_names_as_soon_as_it_is_looked_for)
{
    bool was_said = is_said("de", "Tore kurbeln");
    put_taxonomy();

    (void)talk_ok(&t, "plugin.reload", "{}");

    ck_assert(!was_said);
    ck_assert(is_said("de", "Tore kurbeln"));
    ck_assert(is_said("en", "cranking gates"));
    ck_assert(is_said("tr", "cranking gates")); /* no Turkish name: the English one */
    ck_assert(is_said("en", "Schleusenhilfe")); /* nor an English one: what there is */
    const json_node *told = at(talk_ok(&t, "server.info", "{}"), "taxonomy");
    ck_assert_int_eq(int_at(told, "esco_skills"), 1);
    ck_assert_uint_eq(json_text(at(told, "mark")).len, 16);
}
END_TEST

/* The same person and offer on the last day of one text of the law and on the first of the next. */
START_TEST(explain_names_the_rule_of_the_day_and_what_to_look_at)
{
    (void)talk_ok(&t, "offer.put",
                  "{'offer':{'id':'o-16e','kind':'subsidised_job','title':{'de':'x'},"
                  "'requires':{'instruments':['SGB2_16e']}}}");

    (void)talk_ok(&t, "match.explain",
                  "{'seeker':'s-1','offer':'o-16e','as_of':'2026-06-30','lang':'de'}");
    const char *before = buf_terminated(&t.answer);
    ck_assert_ptr_nonnull(strstr(before, "(sgb2-2019-01, SGB II § 16e (1); SGB III § 18): Bitte"));
    ck_assert_ptr_null(strstr(before, "sgb2-2026-07"));

    (void)talk_ok(&t, "match.explain",
                  "{'seeker':'s-1','offer':'o-16e','as_of':'2026-07-01','lang':'de'}");
    const char *after = buf_terminated(&t.answer);
    ck_assert_ptr_nonnull(
        strstr(after, "(sgb2-2026-07, SGB II § 16e): Die Regeln seit dem 1. Juli"));
    ck_assert_ptr_null(strstr(after, "sgb2-2019-01"));
    (void)talk_ok(&t, "match.explain",
                  "{'seeker':'s-1','offer':'o-16e','as_of':'2026-07-01','lang':'tr'}");
    ck_assert_ptr_nonnull(strstr(buf_terminated(&t.answer), "(sgb2-2026-07, SGB II § 16e)."));
}
END_TEST

START_TEST(an_offer_finds_people_with_the_best_intake_for_each)
{
    (void)talk_ok(&t, "seeker.put",
                  "{'seeker':{'id':'s-2','location':{'lat':51.4,'lon':7.4},"
                  "'languages':[{'code':'de','level':'C1'}]}}");

    const json_node *r = query("{'offer':'o-21','as_of':'2026-11-23'}");

    const json_node *m = nth(at(r, "matches"), 0);
    ck_text_at(r, "anchor", "o-21");
    ck_assert_int_eq(int_at(at(r, "total"), "rows"), 2);
    ck_assert(bytes_starts_with(json_text(at(m, "seeker")), "s-"));
    ck_assert(bytes_starts_with(json_text(at(m, "intake")), "o-21/"));
    ck_assert_int_eq(sum_of_points(m), int_at(m, "score"));
    r = query("{'offer':'o-21','intake':'o-21/2','as_of':'2026-11-23'}");
    ck_text_at(nth(at(r, "matches"), 0), "intake", "o-21/2");
}
END_TEST

START_TEST(an_answer_shows_the_write_before_it)
{
    int64_t rows = int_at(at(query("{'seeker':'s-1'}"), "total"), "rows");

    put_offer(OFFER_COUNT);
    (void)talk_ok(&t, "offer.delete", "{'id':'o-00'}");
    (void)talk_ok(&t, "offer.delete", "{'id':'o-01'}");

    const json_node *r = query("{'seeker':'s-1'}");
    ck_assert_int_eq(int_at(at(r, "total"), "rows"), rows - 2);
    ck_assert_int_eq(int_at(r, "snapshot"), OFFER_COUNT + 4);
}
END_TEST

/* ---------------------------------------------------------------------- explain */

START_TEST(explain_answers_a_pair_whatever_its_verdict)
{
    const json_node *r =
        talk_ok(&t, "match.explain", "{'seeker':'s-1','offer':'o-24','as_of':'2026-11-23'}");

    const json_node *m = nth(at(r, "matches"), 0);
    ck_text_at(m, "verdict", "no");
    ck_assert_int_eq(sum_of_points(m), int_at(m, "score"));
    uint32_t no_count = 0;
    for (const json_node *g = json_child(at(r, "gates")); g != NULL; g = json_next(g)) {
        ck_assert_uint_gt(json_text(at(g, "text")).len, 3);
        if (bytes_equal_text(json_text(at(g, "verdict")), "no")) {
            no_count++;
            ck_text_at(g, "criterion", "lotse.language");
            ck_text_at(g, "have", "B1");
            ck_text_at(g, "need", "C1");
            ck_assert_uint_gt(json_count(at(g, "opens")), 0);
        }
    }
    ck_assert_uint_eq(no_count, 1);
}
END_TEST

/* The way that explain names for the first gate that says no, as a what_if of the same path. */
START_TEST(what_opens_a_gate_opens_it_with_the_score_announced)
{
    const json_node *r =
        talk_ok(&t, "match.explain", "{'seeker':'s-1','offer':'o-24','as_of':'2026-11-23'}");
    const json_node *shut = json_child(at(r, "gates"));
    while (!bytes_equal_text(json_text(at(shut, "verdict")), "no")) {
        shut = json_next(shut);
        ck_assert_ptr_nonnull(shut);
    }
    const json_node *way = nth(at(shut, "opens"), 0);
    ck_text_at(way, "path", "/languages/0/level");
    ck_text_at(way, "from", "B1");
    ck_text_at(way, "to", "C1");
    int64_t announced = int_at(way, "score_after");

    r = talk_ok(&t, "match.explain",
                "{'seeker':'s-1','offer':'o-24','as_of':'2026-11-23',"
                "'what_if':{'languages':[{'code':'de','level':'C1'}]}}");

    const json_node *m = nth(at(r, "matches"), 0);
    ck_assert_int_eq(int_at(m, "score"), announced);
    ck_assert(!bytes_equal_text(json_text(at(m, "verdict")), "no"));
}
END_TEST

START_TEST(explain_agrees_with_query)
{
    const json_node *first = nth(at(query("{'seeker':'s-1','as_of':'2026-11-23'}"), "matches"), 0);
    char params[200];
    bytes id = json_text(at(first, "offer"));
    int64_t score = int_at(first, "score");
    snprintf(params, sizeof params, "{'seeker':'s-1','offer':'%.*s','as_of':'2026-11-23'}",
             (int)id.len, id.base);

    const json_node *r = talk_ok(&t, "match.explain", params);

    ck_assert_int_eq(int_at(nth(at(r, "matches"), 0), "score"), score);
}
END_TEST

START_TEST(explain_names_what_is_not_there)
{
    talk_refused(&t, "match.explain", "{'seeker':'s-404','offer':'o-01'}", "not_found",
                 "/params/seeker");
    talk_refused(&t, "match.explain", "{'seeker':'s-1','offer':'o-404'}", "not_found",
                 "/params/offer");
    talk_refused(&t, "match.explain", "{'seeker':'s-1','offer':'o-01','intake':'o-02/1'}",
                 "not_found", "/params/intake");
    talk_refused(&t, "match.explain", "{'offer':'o-01'}", "rpc.params", "/params/seeker");
    talk_refused(&t, "match.explain", "{'seeker':'s-1'}", "rpc.params", "/params/offer");
}
END_TEST

START_TEST(explain_names_no_day_where_any_day_will_do)
{
    (void)talk_ok(&t, "offer.put",
                  "{'offer':{'id':'o-r','kind':'coaching','title':{'de':'A'},"
                  "'intakes':[{'id':'o-r/1','start':null,"
                  "'entry':{'mode':'rolling'}}]}}");

    const json_node *r =
        talk_ok(&t, "match.explain", "{'seeker_record':{'id':'s-x'},'offer':'o-r'}");

    for (const json_node *g = json_child(at(r, "gates")); g != NULL; g = json_next(g)) {
        if (bytes_equal_text(json_text(at(g, "id")), "schedule.start")) {
            ck_assert_uint_eq(json_count(at(g, "opens")), 0);
        }
    }
}
END_TEST

START_TEST(explain_takes_a_person_who_is_not_stored)
{
    const json_node *r =
        talk_ok(&t, "match.explain", "{'seeker_record':{'id':'s-x'},'offer':'o-01','lang':'de'}");

    ck_text_at(r, "anchor", "s-x");
    ck_text_at(nth(at(r, "matches"), 0), "verdict", "check");
}
END_TEST

/* ---------------------------------------------------------------------- strategies */

START_TEST(a_strategy_that_was_put_is_listed_got_and_used)
{
    const json_node *r = talk_ok(&t, "strategy.put",
                                 "{'strategy':{'id':'mine','criteria':[{'id':'lotse.skills',"
                                 "'weight':1000000}],'gates':['lotse.commute']}}");
    ck_text_at(r, "outcome", "created");

    r = talk_ok(&t, "strategy.get", "{'id':'mine'}");
    ck_text_at(at(r, "strategy"), "id", "mine");
    ck_text_at(r, "origin", "stored");
    ck_assert(json_bool(at(r, "usable")));
    r = talk_ok(&t, "strategy.list", "{}");
    ck_assert_int_eq(int_at(r, "total"), 3);
    ck_text_at(nth(at(r, "strategies"), 0), "origin", "builtin");

    r = query("{'seeker':'s-1','strategy':'mine'}");
    ck_text_at(r, "strategy", "mine");
    ck_assert_uint_eq(json_count(at(r, "weights")), 1);
    ck_assert_uint_eq(json_count(at(nth(at(r, "matches"), 0), "plugins")), 2);
}
END_TEST

START_TEST(a_strategy_that_was_replaced_is_used_in_its_new_form)
{
    (void)talk_ok(&t, "strategy.put",
                  "{'strategy':{'id':'mine','criteria':[{'id':'lotse.skills',"
                  "'weight':1000000}],'gates':[]}}");
    (void)query("{'seeker':'s-1','strategy':'mine'}");

    for (uint32_t span = 10; span < 60; span += 10) {
        char params[300];
        snprintf(params, sizeof params,
                 "{'strategy':{'id':'mine','criteria':[{'id':'lotse.schedule','weight':1000000,"
                 "'params':{'span':%u}}],'gates':[]}}",
                 span);
        (void)talk_ok(&t, "strategy.put", params);
        /* o-05 starts 48 and 99 days after this day: only spans of more than 48 days give points */
        const json_node *r =
            talk_ok(&t, "match.explain",
                    "{'seeker':'s-1','offer':'o-05','strategy':'mine','as_of':'2026-11-23'}");
        ck_assert_int_eq(int_at(nth(at(r, "matches"), 0), "score") > 0, span > 48);
    }
}
END_TEST

START_TEST(strategies_that_cannot_be_are_refused)
{
    talk_refused(&t, "strategy.put",
                 "{'strategy':{'id':'default','criteria':[{'id':'lotse.skills','weight':1000000}],"
                 "'gates':[]}}",
                 "strategy.invalid", "/params/strategy/id");
    talk_refused(
        &t, "strategy.put",
        "{'strategy':{'id':'mine','criteria':[{'id':'lotse.skills','weight':1}],'gates':[]}}",
        "weights.sum", NULL);
    talk_refused(&t, "strategy.put",
                 "{'strategy':{'id':'mine','criteria':[{'id':'org.none','weight':1000000}],"
                 "'gates':[]}}",
                 "strategy.invalid", NULL);
    talk_refused(&t, "strategy.get", "{'id':'none'}", "not_found", "/params/id");
    talk_refused(&t, "match.query", "{'seeker':'s-1','strategy':'none'}", "not_found",
                 "/params/strategy");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("match");
    TCase *all = tcase_create("match");
    tcase_add_checked_fixture(all, begin, end);
    tcase_set_timeout(all, 60);
    tcase_add_test(all, an_answer_has_the_members_of_the_protocol_in_their_order);
    tcase_add_test(all, the_points_of_the_reasons_add_up_to_the_score);
    tcase_add_test(all, matches_stand_in_order_of_score_each_offer_once);
    tcase_add_test(all, the_totals_count_every_row);
    tcase_add_test(all, totals_are_left_out_where_nobody_wants_them);
    tcase_add_test(all, the_same_question_gives_the_same_bytes);
    tcase_add_test(all, a_record_that_is_sent_is_answered_like_a_stored_one_and_forgotten);
    tcase_add_test(all, what_if_changes_the_answer_and_nothing_else);
    tcase_add_test(all, an_anchor_is_named_once_and_exists);
    tcase_add_test(all, weights_that_are_named_are_used_and_all_are_stated);
    tcase_add_test(all, weights_that_cannot_be_are_refused);
    tcase_add_test(all, kinds_bound_the_rows);
    tcase_add_test(all, verdicts_pick_what_is_listed_but_not_what_is_counted);
    tcase_add_test(all, a_filter_bounds_the_rows);
    tcase_add_test(all, reasons_come_in_the_language_asked);
    tcase_add_test(all, a_taxonomy_gives_concepts_names_as_soon_as_it_is_looked_for);
    tcase_add_test(all, explain_names_the_rule_of_the_day_and_what_to_look_at);
    tcase_add_test(all, an_offer_finds_people_with_the_best_intake_for_each);
    tcase_add_test(all, an_answer_shows_the_write_before_it);
    tcase_add_test(all, explain_answers_a_pair_whatever_its_verdict);
    tcase_add_test(all, what_opens_a_gate_opens_it_with_the_score_announced);
    tcase_add_test(all, explain_agrees_with_query);
    tcase_add_test(all, explain_names_what_is_not_there);
    tcase_add_test(all, explain_names_no_day_where_any_day_will_do);
    tcase_add_test(all, explain_takes_a_person_who_is_not_stored);
    tcase_add_test(all, a_strategy_that_was_put_is_listed_got_and_used);
    tcase_add_test(all, a_strategy_that_was_replaced_is_used_in_its_new_form);
    tcase_add_test(all, strategies_that_cannot_be_are_refused);
    suite_add_tcase(suite, all);
    return fixture_main(suite);
}
