/* core/assign/congestion.c and core/engine/batch_report.c: how crowded offers would be. */
#include "api_fixture.h"

#include <unistd.h>

enum { OFFER_COUNT = 30, SEEKER_COUNT = 64 };

static talk t;

static void begin(void)
{
    fixture_make();
    talk_begin(&t, BUILD_DIR "/bin/plugins");
    for (uint32_t i = 0; i < OFFER_COUNT; i++) {
        char params[600];
        int len = snprintf(params, sizeof params,
                           "{'offer':{'id':'o-%02u','kind':'%s','title':{'en':'Offer'},"
                           "'location':{'postcode':'%u','lat':50.5,'lon':7.4},"
                           "'prefers':{'skills':['esco:skill-%u']},"
                           "'intakes':[{'id':'o-%02u/1','start':'2027-01-10','seats_free':2}]}}",
                           i, i % 3 == 0 ? "coaching" : "job", 44000 + (i % 2) * 1000, i % 12, i);
        ck_assert_int_lt(len, sizeof params);
        (void)talk_ok(&t, "offer.put", params);
    }
    for (uint32_t i = 0; i < SEEKER_COUNT; i++) {
        char params[400];
        (void)snprintf(params, sizeof params,
                       "{'seeker':{'id':'s-%02u','location':{'postcode':'%s','lat':50.5,'lon':7.4},"
                       "'skills':['esco:skill-%u'],'target_groups':[%s]}}",
                       i,
                       i < 3        ? "99999"
                       : i % 2 == 0 ? "44100"
                                    : "45200",
                       i % 5,
                       i < 20   ? "'single_parent'"
                       : i < 22 ? "'returner'"
                                : "");
        (void)talk_ok(&t, "seeker.put", params);
    }
}

static void end(void)
{
    talk_end(&t);
    fixture_remove();
}

static void wait_for(const char *id)
{
    char params[100];
    (void)snprintf(params, sizeof params, "{'id':'%s'}", id);
    for (;;) {
        const json_node *run = nth(at(talk_ok(&t, "batch.status", params), "batches"), 0);
        bytes state = json_text(at(run, "state"));
        if (!bytes_equal_text(state, "running") && !bytes_equal_text(state, "waiting")) {
            ck_assert_msg(bytes_equal_text(state, "done"), "%s", buf_terminated(&t.answer));
            return;
        }
        usleep(1000);
    }
}

static json_doc *report(void)
{
    json_doc *doc = NULL;
    err e = {0};
    (void)talk_ok(&t, "batch.start", "{'name':'crowd','report':true,'top':3,'as_of':'2026-11-23'}");
    wait_for("b-crowd");
    const json_node *r = talk_ok(&t, "batch.result", "{'id':'b-crowd','len':900000}");
    ck_assert(json_parse(json_text(at(r, "text")), 64, &doc, &e));
    return doc;
}

static const json_node *plan_of(const json_doc *doc, const char *name)
{
    const json_node *p = json_child(at(json_root(doc), "plans"));
    while (p != NULL && !bytes_equal_text(json_text(at(p, "plan")), name)) {
        p = json_next(p);
    }
    ck_assert_ptr_nonnull(p);
    return p;
}

static const json_node *cell_of(const json_node *plan, const char *dimension, const char *id)
{
    const json_node *n = json_child(at(plan, dimension));
    while (n != NULL && !bytes_equal_text(json_text(at(n, "id")), id)) {
        n = json_next(n);
    }
    ck_assert_msg(n != NULL, "%s has no %s", dimension, id);
    return n;
}

START_TEST(plain_lists_crowd_few_offers_and_allocators_spread)
{
    json_doc *doc = report();
    const json_node *plain = plan_of(doc, "top_k");

    ck_assert_int_eq(int_at(json_root(doc), "people"), SEEKER_COUNT);
    ck_assert_int_eq(int_at(json_root(doc), "vacancies"), OFFER_COUNT);
    ck_assert_int_eq(int_at(plain, "proposals"), 3 * SEEKER_COUNT);
    ck_assert_int_eq(int_at(plain, "with_proposal"), SEEKER_COUNT);
    ck_assert_int_gt(int_at(at(plain, "people_per_vacancy"), "most"), 10);
    static const char *const ALLOCATORS[] = {"lotse.deferred", "lotse.welfare", "lotse.maximin",
                                             "lotse.cardinality"};
    for (uint32_t i = 0; i < 4; i++) {
        const json_node *p = plan_of(doc, ALLOCATORS[i]);
        ck_assert_int_le(int_at(at(p, "people_per_vacancy"), "most"), 2);
        ck_assert_int_eq(int_at(p, "proposals"), int_at(p, "with_proposal"));
        ck_assert_int_le(int_at(p, "proposals"), 2 * OFFER_COUNT);
    }
    /* With prices everybody finds another offer: all sixty seats are used. */
    ck_assert_int_eq(int_at(plan_of(doc, "lotse.welfare"), "proposals"), 2 * OFFER_COUNT);
    ck_assert_int_eq(int_at(plan_of(doc, "lotse.welfare"), "reached"), OFFER_COUNT);
    json_doc_free(&doc);
}
END_TEST

START_TEST(sums_of_a_plan_agree_with_each_other)
{
    json_doc *doc = report();
    for (const json_node *p = json_child(at(json_root(doc), "plans")); p != NULL;
         p = json_next(p)) {
        int64_t vacancies = 0;
        int64_t reached = 0;
        int64_t by_kind = 0;
        for (const json_node *n = json_child(at(p, "vacancies_by_people")); n != NULL;
             n = json_next(n)) {
            vacancies += int_at(n, "vacancies");
            reached += int_at(n, "from") > 0 ? int_at(n, "vacancies") : 0;
        }
        for (const json_node *n = json_child(at(p, "by_kind")); n != NULL; n = json_next(n)) {
            by_kind += int_at(n, "vacancies");
        }
        ck_assert_int_eq(vacancies, OFFER_COUNT);
        ck_assert_int_eq(reached, int_at(p, "reached"));
        ck_assert_int_eq(by_kind, OFFER_COUNT);
        ck_assert_int_eq(int_at(cell_of(p, "by_kind", "coaching"), "vacancies"), 10);
        ck_assert_int_eq(int_at(cell_of(p, "by_region", "44"), "vacancies"), 15);
        ck_assert_int_le(int_at(p, "worst_fit"), int_at(p, "median_fit"));
    }
    json_doc_free(&doc);
}
END_TEST

/* Two people are returners, three live in 99: nothing is told about so few, nor can it be told from
 * the rest. */
START_TEST(what_describes_few_people_is_not_told)
{
    json_doc *doc = report();
    for (const json_node *p = json_child(at(json_root(doc), "plans")); p != NULL;
         p = json_next(p)) {
        const json_node *few = cell_of(p, "by_target_group", "returner");
        const json_node *parents = cell_of(p, "by_target_group", "single_parent");
        ck_assert_int_eq(json_type_of(at(few, "people")), JSON_NULL);
        ck_assert_int_eq(json_type_of(at(few, "with_proposal")), JSON_NULL);
        ck_assert_int_eq(json_type_of(at(few, "median_fit")), JSON_NULL);
        ck_assert_int_eq(json_type_of(at(parents, "people")), JSON_NULL); /* the next smallest */
        ck_assert_int_eq(int_at(cell_of(p, "by_target_group", "none"), "people"),
                         SEEKER_COUNT - 22);
        ck_assert_int_eq(json_type_of(at(cell_of(p, "by_region", "99"), "people")), JSON_NULL);
        uint32_t told = 0;
        for (const json_node *n = json_child(at(p, "by_region")); n != NULL; n = json_next(n)) {
            told += json_type_of(at(n, "people")) == JSON_NUMBER;
        }
        ck_assert_uint_eq(told, 1);
    }
    json_doc_free(&doc);
}
END_TEST

START_TEST(a_report_is_one_object_over_everybody)
{
    talk_refused(&t, "batch.start", "{'report':true,'shard':'1/2'}", "rpc.params", "/params/shard");
    talk_refused(&t, "batch.start", "{'report':true,'format':'csv'}", "rpc.params",
                 "/params/format");
    talk_refused(&t, "batch.start", "{'report':true,'allocator':'lotse.welfare'}", "rpc.params",
                 "/params/report");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api/batch_report");
    TCase *c = tcase_create("api/batch_report");
    tcase_set_timeout(c, 30);
    tcase_add_checked_fixture(c, begin, end);
    tcase_add_test(c, plain_lists_crowd_few_offers_and_allocators_spread);
    tcase_add_test(c, sums_of_a_plan_agree_with_each_other);
    tcase_add_test(c, what_describes_few_people_is_not_told);
    tcase_add_test(c, a_report_is_one_object_over_everybody);
    suite_add_tcase(suite, c);
    return fixture_main(suite);
}
