/* core/engine/batch_allocate.c, batch_keep.c, batch_rank.c and batch_propose.c: runs that hand out
 * the free seats of a whole database. */
#include "api_fixture.h"

#include <unistd.h>

enum { OFFER_COUNT = 24, SEEKER_COUNT = 60 };

static talk t;

static void put_offer(const char *id, const char *more)
{
    char params[700];
    int len = snprintf(params, sizeof params,
                       "{'offer':{'id':'%s','kind':'job','title':{'en':'Offer'},"
                       "'location':{'lat':50.5,'lon':7.4},%s}}",
                       id, more);
    ck_assert_int_lt(len, sizeof params);
    (void)talk_ok(&t, "offer.put", params);
}

static void put_offers(void)
{
    for (uint32_t i = 0; i < OFFER_COUNT; i++) {
        char id[16];
        char more[400];
        snprintf(id, sizeof id, "o-%02u", i);
        snprintf(more, sizeof more,
                 "'prefers':{'skills':['esco:skill-%u','esco:skill-%u']},"
                 "'intakes':[{'id':'o-%02u/1','start':'2027-01-%02u','seats_free':%u}]",
                 i % 37, (i + 1 + i % 5) % 37, i, 1 + i, 1 + i % 3);
        put_offer(id, more);
    }
}

static void begin(void)
{
    fixture_make();
    talk_begin(&t, BUILD_DIR "/bin/plugins");
    put_offers();
    fixture_put_seekers(t.engine, 0, SEEKER_COUNT);
}

static void end(void)
{
    talk_end(&t);
    fixture_remove();
}

/* ------------------------------------------------------------------------------------ runs */

typedef struct outcome {
    char id[64];
    json_doc *status; /* of the run */
    json_doc *lines[SEEKER_COUNT + 8];
    uint32_t line_count;
    buf text;
} outcome;

static const json_node *allocation_of(const outcome *o)
{
    return at(nth(at(at(json_root(o->status), "result"), "batches"), 0), "allocation");
}

static void wait_until_done(outcome *o)
{
    char params[100];
    snprintf(params, sizeof params, "{'id':'%s'}", o->id);
    for (;;) {
        const json_node *run = nth(at(talk_ok(&t, "batch.status", params), "batches"), 0);
        bytes state = json_text(at(run, "state"));
        if (!bytes_equal_text(state, "running") && !bytes_equal_text(state, "waiting")) {
            ck_assert_msg(bytes_equal_text(state, "done"), "%s", buf_terminated(&t.answer));
            break;
        }
        usleep(1000);
    }
    o->status = t.doc;
    t.doc = NULL;
}

static void run(const char *params, outcome *o)
{
    char ask[100];
    *o = (outcome){0};
    bytes id = json_text(at(talk_ok(&t, "batch.start", params), "id"));
    snprintf(o->id, sizeof o->id, "%.*s", (int)id.len, id.base);
    wait_until_done(o);
    snprintf(ask, sizeof ask, "{'id':'%s','len':900000}", o->id);
    const json_node *r = talk_ok(&t, "batch.result", ask);
    ck_assert(json_bool(at(r, "whole")));
    bytes text = json_text(at(r, "text"));
    buf_put(&o->text, text.base, text.len);
    const char *line = buf_terminated(&o->text);
    for (const char *e = strchr(line, '\n'); e != NULL && *line == '{'; e = strchr(line, '\n')) {
        err why = {0};
        ck_assert(
            json_parse((bytes){line, (size_t)(e - line)}, 32, &o->lines[o->line_count++], &why));
        line = e + 1;
    }
}

static void forget(outcome *o)
{
    for (uint32_t i = 0; i < o->line_count; i++) {
        json_doc_free(&o->lines[i]);
    }
    json_doc_free(&o->status);
    buf_fini(&o->text);
}

static const json_node *line_of(const outcome *o, const char *id)
{
    for (uint32_t i = 0; i < o->line_count; i++) {
        const json_node *line = json_root(o->lines[i]);
        if (bytes_equal_text(json_text(at(line, "seeker")), id)) {
            return line;
        }
    }
    ck_abort_msg("%s has no line", id);
    return NULL;
}

static bool has_proposal(const json_node *line)
{
    return json_type_of(at(line, "proposal")) == JSON_OBJECT;
}

/* How many people are proposed to an offer. */
static uint32_t count_at(const outcome *o, const char *offer_id)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < o->line_count; i++) {
        const json_node *line = json_root(o->lines[i]);
        count += has_proposal(line) &&
                 bytes_equal_text(json_text(at(at(line, "proposal"), "offer")), offer_id);
    }
    return count;
}

static int64_t sum_of(const outcome *o)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < o->line_count; i++) {
        const json_node *line = json_root(o->lines[i]);
        sum += has_proposal(line) ? int_at(at(line, "proposal"), "score") : 0;
    }
    return sum;
}

/* ------------------------------------------------------------------------------------ seats */

static void check_seats(const char *params)
{
    outcome o;
    run(params, &o);
    ck_assert_uint_eq(o.line_count, SEEKER_COUNT);
    uint32_t assigned = 0;
    for (uint32_t i = 0; i < OFFER_COUNT; i++) {
        char id[16];
        snprintf(id, sizeof id, "o-%02u", i);
        uint32_t count = count_at(&o, id);
        ck_assert_uint_le(count, 1 + i % 3);
        assigned += count;
    }
    ck_assert_int_eq(int_at(allocation_of(&o), "assigned"), assigned);
    ck_assert_int_eq(int_at(allocation_of(&o), "objective"), sum_of(&o));
    ck_assert_uint_gt(assigned, 20);
    forget(&o);
    const json_node *stored = at(talk_ok(&t, "offer.get", "{'id':'o-04'}"), "offer");
    ck_assert_int_eq(int_at(nth(at(stored, "intakes"), 0), "seats_free"),
                     2); /* never counted down */
}

START_TEST(no_allocator_hands_out_more_than_there_is)
{
    check_seats("{'as_of':'2026-11-23','top':6,'allocator':'lotse.welfare'}");
    check_seats("{'as_of':'2026-11-23','top':6,'allocator':'lotse.deferred'}");
    check_seats("{'as_of':'2026-11-23','top':6,'allocator':'lotse.cardinality'}");
    check_seats("{'as_of':'2026-11-23','top':6,'allocator':'lotse.maximin'}");
}
END_TEST

START_TEST(edges_on_demand_make_up_for_short_lists)
{
    outcome whole;
    outcome shortened;
    run("{'as_of':'2026-11-23','top':400,'allocator':'lotse.welfare'}", &whole);
    run("{'as_of':'2026-11-23','top':1,'allocator':'lotse.welfare'}", &shortened);

    int64_t best = int_at(allocation_of(&whole), "objective");
    ck_assert_int_ge(int_at(allocation_of(&whole), "upper_bound"), best);
    ck_assert_int_ge(int_at(allocation_of(&shortened), "upper_bound"), best);
    ck_assert_int_ge(int_at(allocation_of(&shortened), "rounds"), 2);
    ck_assert_int_ge(sum_of(&shortened), best - best / 100);
    ck_assert_int_le(sum_of(&shortened), best);
    ck_text_at(allocation_of(&shortened), "bound_over", "all_pairs");
    ck_assert(json_number(at(allocation_of(&shortened), "gap")) <= 0.002);
    forget(&whole);
    forget(&shortened);
}
END_TEST

START_TEST(the_same_run_hands_out_the_same_seats)
{
    outcome a;
    outcome b;
    run("{'as_of':'2026-11-23','top':3,'allocator':'lotse.welfare'}", &a);
    talk_end(&t);
    talk_begin(&t, BUILD_DIR "/bin/plugins");
    run("{'as_of':'2026-11-23','top':3,'allocator':'lotse.welfare'}", &b);

    ck_assert(bytes_equal(buf_bytes(&a.text), buf_bytes(&b.text)));
    forget(&a);
    forget(&b);
}
END_TEST

START_TEST(deferred_has_no_blocking_pairs_also_by_the_offers_own_strategy)
{
    outcome plain;
    outcome theirs;
    (void)talk_ok(&t, "strategy.put",
                  "{'strategy':{'id':'theirs','criteria':[{'id':'lotse.skills','weight':1000000,"
                  "'params':{}}],'gates':['lotse.commute'],'allocator':'lotse.deferred'}}");
    run("{'as_of':'2026-11-23','top':30,'allocator':'lotse.deferred'}", &plain);
    run("{'as_of':'2026-11-23','top':30,'allocator':'lotse.deferred','offer_strategy':'theirs'}",
        &theirs);

    ck_assert_int_eq(int_at(allocation_of(&plain), "blocking_pairs"), 0);
    ck_assert_int_eq(int_at(allocation_of(&theirs), "blocking_pairs"), 0);
    ck_assert(!bytes_equal(buf_bytes(&plain.text), buf_bytes(&theirs.text)));
    forget(&plain);
    forget(&theirs);
}
END_TEST

START_TEST(a_cap_holds_for_every_intake)
{
    outcome o;
    run("{'as_of':'2026-11-23','top':30,'allocator':'lotse.welfare','cap':1}", &o);

    for (uint32_t i = 0; i < OFFER_COUNT; i++) {
        char id[16];
        snprintf(id, sizeof id, "o-%02u", i);
        ck_assert_uint_le(count_at(&o, id), 1);
    }
    forget(&o);
}
END_TEST

START_TEST(seats_held_back_go_to_the_group_until_their_day)
{
    put_offer("o-group",
              "'prefers':{'skills':['esco:skill-1']},'intakes':[{'id':'o-group/1',"
              "'start':'2027-01-02','seats_free':2,'reserved':[{'target_group':'single_parent',"
              "'seats':2,'until':'2026-12-31'}]}]");
    (void)talk_ok(&t, "seeker.put",
                  "{'seeker':{'id':'s-member','location':{'lat':50.5,'lon':7.4},"
                  "'skills':['esco:skill-1'],'target_groups':['single_parent']}}");
    outcome before;
    outcome after;
    run("{'as_of':'2026-11-23','top':30,'allocator':'lotse.welfare'}", &before);
    run("{'as_of':'2027-01-01','top':30,'allocator':'lotse.welfare'}", &after);

    ck_assert_uint_le(count_at(&before, "o-group"), 1);
    for (uint32_t i = 0; i < before.line_count; i++) {
        const json_node *line = json_root(before.lines[i]);
        if (has_proposal(line) &&
            bytes_equal_text(json_text(at(at(line, "proposal"), "offer")), "o-group")) {
            ck_text_at(line, "seeker", "s-member");
        }
    }
    ck_assert_uint_eq(count_at(&after, "o-group"), 2);
    forget(&before);
    forget(&after);
}
END_TEST

START_TEST(a_course_starts_with_enough_people_or_not_at_all)
{
    put_offer("o-many", "'prefers':{'skills':['esco:skill-1']},'intakes':[{'id':'o-many/1',"
                        "'start':'2027-01-02','seats':80,'seats_free':80,'seats_min':70}]");
    put_offer("o-some", "'prefers':{'skills':['esco:skill-2']},'intakes':[{'id':'o-some/1',"
                        "'start':'2027-01-02','seats':20,'seats_free':15,'seats_min':12}]");
    outcome o;
    run("{'as_of':'2026-11-23','top':60,'allocator':'lotse.cardinality'}", &o);

    ck_assert_uint_eq(count_at(&o, "o-many"), 0);
    uint32_t some = count_at(&o, "o-some"); /* five of twelve are there: seven are to come */
    ck_assert(some == 0 || some >= 7);
    ck_assert_uint_ge(some, 7);
    forget(&o);
}
END_TEST

START_TEST(who_needs_several_seats_gets_them_together_or_not_at_all)
{
    outcome o;
    run("{'as_of':'2026-11-23','top':30,'allocator':'lotse.welfare',"
        "'needs':'seeker,seats_needed\\ns-000003,3\\ns-000004,2\\n'}",
        &o);

    const json_node *line = line_of(&o, "s-000003");
    if (has_proposal(line)) {
        bytes offer_id = json_text(at(at(line, "proposal"), "offer"));
        int number = (offer_id.base[2] - '0') * 10 + offer_id.base[3] - '0';
        ck_assert_int_eq(number % 3, 2); /* those have three seats */
        char id[16];
        snprintf(id, sizeof id, "%.*s", (int)offer_id.len, offer_id.base);
        ck_assert_uint_eq(count_at(&o, id), 1);
    }
    ck_assert_int_ge(int_at(allocation_of(&o), "seats_used"),
                     int_at(allocation_of(&o), "assigned"));
    forget(&o);
}
END_TEST

/* ------------------------------------------------------------------------------------ keeping */

/* What a run handed out, as a list for the next. */
static void list_proposals(const outcome *o, buf *out)
{
    buf_text(out, "seeker,offer,intake\\n");
    for (uint32_t i = 0; i < o->line_count; i++) {
        const json_node *line = json_root(o->lines[i]);
        if (has_proposal(line)) {
            bytes who = json_text(at(line, "seeker"));
            bytes offer_id = json_text(at(at(line, "proposal"), "offer"));
            bytes intake = json_text(at(at(line, "proposal"), "intake"));
            buf_print(out, "%.*s,%.*s,%.*s\\n", (int)who.len, who.base, (int)offer_id.len,
                      offer_id.base, (int)intake.len, intake.base);
        }
    }
}

static void run_again(const char *allocator, const buf *list, outcome *o)
{
    buf params = {0};
    buf_print(&params, "{'as_of':'2026-11-23','top':8,'allocator':'%s','keep':'%.*s'}", allocator,
              (int)list->len, list->base);
    run(buf_terminated(&params), o);
    buf_fini(&params);
}

START_TEST(what_stands_stays_and_what_cannot_says_why)
{
    outcome first;
    outcome same;
    outcome next;
    buf list = {0};
    run("{'as_of':'2026-11-23','top':8,'allocator':'lotse.welfare'}", &first);
    list_proposals(&first, &list);
    int64_t assigned = int_at(allocation_of(&first), "assigned");

    run_again("lotse.welfare", &list, &same);
    ck_assert_int_eq(int_at(allocation_of(&same), "kept"), assigned);
    ck_assert_int_eq(int_at(allocation_of(&same), "moved"), 0);
    ck_assert_int_eq(int_at(allocation_of(&same), "lost"), 0);
    ck_assert_int_eq(sum_of(&same), sum_of(&first));

    uint32_t at_gone = count_at(&first, "o-05");
    uint32_t at_fewer = count_at(&first, "o-08");
    ck_assert_uint_eq(at_gone, 3);
    ck_assert_uint_eq(at_fewer, 3);
    (void)talk_ok(&t, "offer.delete", "{'id':'o-05'}");
    put_offer("o-08", "'prefers':{'skills':['esco:skill-8','esco:skill-12']},'intakes':[{'id':"
                      "'o-08/1','start':'2027-01-09','seats_free':2}]");
    run_again("lotse.welfare", &list, &next);

    ck_assert_int_eq(int_at(allocation_of(&next), "kept"), assigned - at_gone - 1);
    ck_assert_int_eq(int_at(allocation_of(&next), "moved") + int_at(allocation_of(&next), "lost"),
                     at_gone + 1);
    uint32_t gone = 0;
    uint32_t fewer = 0;
    for (uint32_t i = 0; i < next.line_count; i++) {
        const json_node *line = json_root(next.lines[i]);
        const json_node *why = json_member(line, "why");
        gone += why != NULL && bytes_equal_text(json_text(why), "offer_gone");
        fewer += why != NULL && bytes_equal_text(json_text(why), "no_seat");
        ck_assert(why == NULL || json_member(line, "was") != NULL);
    }
    ck_assert_uint_eq(gone, at_gone);
    ck_assert_uint_eq(fewer, 1);
    forget(&first);
    forget(&same);
    forget(&next);
    buf_fini(&list);
}
END_TEST

START_TEST(who_does_not_fit_any_more_is_let_go)
{
    outcome o;
    buf list = {0};
    put_offer("o-late", "'intakes':[{'id':'o-late/1','start':'2027-01-09','seats_free':5,"
                        "'register_by':'2026-11-01'}]");
    buf_text(&list, "seeker,offer,intake\\ns-000050,o-late,o-late/1\\nnobody,o-01,o-01/1\\n");
    run_again("lotse.deferred", &list, &o);

    const json_node *line = line_of(&o, "s-000050");
    ck_text_at(line, "why", "no_longer_fits");
    ck_text_at(at(line, "was"), "offer", "o-late");
    ck_assert_int_eq(int_at(allocation_of(&o), "gone"), 1);
    forget(&o);
    buf_fini(&list);
}
END_TEST

START_TEST(a_course_that_lost_too_many_is_given_up)
{
    outcome o;
    buf list = {0};
    buf_text(&list, "seeker,offer,intake\\ns-000050,o-few,o-few/1\\n");
    put_offer("o-few", "'prefers':{'skills':['esco:skill-30']},"
                       "'intakes':[{'id':'o-few/1','start':'2027-01-09','seats':99,'seats_free':99,"
                       "'seats_min':90}]");
    run_again("lotse.welfare", &list, &o);

    ck_text_at(line_of(&o, "s-000050"), "why", "below_minimum");
    ck_assert_uint_eq(count_at(&o, "o-few"), 0);
    forget(&o);
    buf_fini(&list);
}
END_TEST

START_TEST(csv_has_a_row_for_everybody)
{
    outcome o;
    run("{'as_of':'2026-11-23','top':2,'allocator':'lotse.deferred','format':'csv'}", &o);

    uint32_t rows = 0;
    for (size_t i = 0; i < o.text.len; i++) {
        rows += o.text.base[i] == '\n';
    }
    ck_assert_uint_eq(rows, 1 + SEEKER_COUNT);
    ck_assert_int_eq(strncmp(o.text.base, "seeker,offer,intake,score,verdict,because\ns-", 44), 0);
    forget(&o);
}
END_TEST

START_TEST(what_no_allocator_can_use_is_refused)
{
    talk_refused(&t, "batch.start", "{'allocator':'nobody'}", "not_found", "/params/allocator");
    talk_refused(&t, "batch.start", "{'allocator':'lotse.welfare','shard':'1/2'}", "rpc.params",
                 "/params/shard");
    talk_refused(&t, "batch.start", "{'allocator':'lotse.welfare','explain':'top'}", "rpc.params",
                 "/params/explain");
    talk_refused(&t, "batch.start", "{'keep':'seeker,intake'}", "rpc.params", "/params/keep");
    talk_refused(&t, "batch.start", "{'allocator':'lotse.deferred','offer_strategy':'nobody'}",
                 "not_found", "/params/offer_strategy");
}
END_TEST

START_TEST(a_list_with_other_columns_names_the_column_and_no_path)
{
    (void)talk_ok(&t, "batch.start",
                  "{'name':'odd','allocator':'lotse.deferred','keep':'seeker,place\\ns-1,x\\n'}");
    for (;;) {
        const json_node *now = nth(at(talk_ok(&t, "batch.status", "{'id':'b-odd'}"), "batches"), 0);
        if (bytes_equal_text(json_text(at(now, "state")), "failed")) {
            ck_text_at(at(now, "error"), "id", "batch.input");
            bytes message = json_text(at(at(now, "error"), "message"));
            ck_assert_ptr_null(memmem(message.base, message.len, "/", 1));
            ck_assert_ptr_nonnull(memmem(message.base, message.len, "place", 5));
            break;
        }
        usleep(1000);
    }
}
END_TEST

START_TEST(a_list_that_cannot_be_read_fails_the_run)
{
    char params[100];
    const json_node *r = talk_ok(&t, "batch.start",
                                 "{'name':'bad','allocator':'lotse.deferred',"
                                 "'needs':'seeker,seats_needed\\ns-000001,none\\n'}");
    ck_text_at(r, "id", "b-bad");
    snprintf(params, sizeof params, "{'id':'b-bad'}");
    for (;;) {
        const json_node *now = nth(at(talk_ok(&t, "batch.status", params), "batches"), 0);
        if (bytes_equal_text(json_text(at(now, "state")), "failed")) {
            ck_text_at(at(now, "error"), "id", "field.format");
            break;
        }
        usleep(1000);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api/batch_seats");
    TCase *c = tcase_create("api/batch_seats");
    tcase_set_timeout(c, 30);
    tcase_add_checked_fixture(c, begin, end);
    tcase_add_test(c, no_allocator_hands_out_more_than_there_is);
    tcase_add_test(c, edges_on_demand_make_up_for_short_lists);
    tcase_add_test(c, the_same_run_hands_out_the_same_seats);
    tcase_add_test(c, deferred_has_no_blocking_pairs_also_by_the_offers_own_strategy);
    tcase_add_test(c, a_cap_holds_for_every_intake);
    tcase_add_test(c, seats_held_back_go_to_the_group_until_their_day);
    tcase_add_test(c, a_course_starts_with_enough_people_or_not_at_all);
    tcase_add_test(c, who_needs_several_seats_gets_them_together_or_not_at_all);
    tcase_add_test(c, what_stands_stays_and_what_cannot_says_why);
    tcase_add_test(c, who_does_not_fit_any_more_is_let_go);
    tcase_add_test(c, a_course_that_lost_too_many_is_given_up);
    tcase_add_test(c, csv_has_a_row_for_everybody);
    tcase_add_test(c, what_no_allocator_can_use_is_refused);
    tcase_add_test(c, a_list_with_other_columns_names_the_column_and_no_path);
    tcase_add_test(c, a_list_that_cannot_be_read_fails_the_run);
    suite_add_tcase(suite, c);
    return fixture_main(suite);
}
