/* core/api/api_batch.c and the runs of core/engine/batch_*.c: everybody's best offers, whatever
 * happens on the way. */
#include "api_fixture.h"

#include <unistd.h>

enum { OFFER_COUNT = 40, SEEKER_COUNT = 3000 };

static talk t;

static void put_offers(void)
{
    for (uint32_t i = 0; i < OFFER_COUNT; i++) {
        char params[600];
        int len = snprintf(params, sizeof params,
                           "{'offer':{'id':'o-%02u','kind':'%s','title':{'en':'Offer'},"
                           "'location':{'lat':%.2f,'lon':7.4},"
                           "'prefers':{'skills':['esco:skill-%u','esco:skill-%u']},"
                           "'intakes':[{'id':'o-%02u/1','start':'2027-01-10','seats_free':%u}]}}",
                           i, i % 3 == 0 ? "coaching" : "job", 50.0 + i * 0.025, i % 37,
                           (i + 1 + i % 5) % 37, i, 1 + i % 5);
        ck_assert_int_lt(len, sizeof params);
        (void)talk_ok(&t, "offer.put", params);
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

/* Starts a run; its id is kept in `id`. Yields whether it goes on with an earlier one. */
static bool start_run(const char *params, char id[64])
{
    const json_node *r = talk_ok(&t, "batch.start", params);
    bytes text = json_text(at(r, "id"));
    snprintf(id, 64, "%.*s", (int)text.len, text.base);
    return json_bool(at(r, "resumed"));
}

static const json_node *status_of(const char *id)
{
    char params[100];
    snprintf(params, sizeof params, "{'id':'%s'}", id);
    return nth(at(talk_ok(&t, "batch.status", params), "batches"), 0);
}

static void wait_for(const char *id, const char *state)
{
    for (;;) {
        const json_node *run = status_of(id);
        bytes now = json_text(at(run, "state"));
        if (!bytes_equal_text(now, "running") && !bytes_equal_text(now, "waiting")) {
            ck_assert_msg(bytes_equal_text(now, state), "%s", buf_terminated(&t.answer));
            return;
        }
        usleep(2000);
    }
}

/* All that a run wrote, piece by piece. */
static void read_all(const char *id, buf *ret)
{
    bool is_whole = false;
    while (!is_whole) {
        char params[100];
        snprintf(params, sizeof params, "{'id':'%s','offset':%zu,'len':50000}", id, ret->len);
        const json_node *r = talk_ok(&t, "batch.result", params);
        bytes text = json_text(at(r, "text"));
        ck_assert_uint_gt(text.len, 0);
        ck_assert_int_eq(text.base[text.len - 1], '\n');
        buf_put(ret, text.base, text.len);
        ck_assert_int_eq(int_at(r, "next"), (int64_t)ret->len);
        is_whole = json_bool(at(r, "whole"));
    }
}

static void run_whole(const char *params, buf *ret)
{
    char id[64];
    ck_assert(!start_run(params, id));
    wait_for(id, "done");
    read_all(id, ret);
}

static uint32_t count_of(const buf *text, char c)
{
    uint32_t count = 0;
    for (size_t i = 0; i < text->len; i++) {
        count += text->base[i] == c;
    }
    return count;
}

/* ------------------------------------------------------------------------------------ what comes
 */

START_TEST(everybody_gets_what_a_question_of_their_own_would_answer)
{
    buf all = {0};
    run_whole("{'top':3,'as_of':'2026-11-23'}", &all);

    ck_assert_uint_eq(count_of(&all, '\n'), SEEKER_COUNT);
    const char *line = all.base;
    for (uint32_t i = 0; i < SEEKER_COUNT; i++) {
        const char *line_end = strchr(line, '\n');
        if (i % 97 == 0) {
            json_doc *doc = NULL;
            err e = {0};
            char params[120];
            ck_assert(json_parse((bytes){line, (size_t)(line_end - line)}, 32, &doc, &e));
            bytes who = json_text(at(json_root(doc), "seeker"));
            snprintf(params, sizeof params,
                     "{'seeker':'%.*s','limit':3,'as_of':'2026-11-23','totals':false}",
                     (int)who.len, who.base);
            const json_node *single = at(talk_ok(&t, "match.query", params), "matches");
            const json_node *match = json_child(at(json_root(doc), "matches"));
            for (const json_node *n = json_child(single); n != NULL; n = json_next(n)) {
                ck_assert_ptr_nonnull(match);
                ck_assert(bytes_equal(json_text(at(n, "offer")), json_text(at(match, "offer"))));
                ck_assert(bytes_equal(json_text(at(n, "intake")), json_text(at(match, "intake"))));
                ck_assert_int_eq(int_at(n, "score"), int_at(match, "score"));
                ck_assert(
                    bytes_equal(json_text(at(n, "verdict")), json_text(at(match, "verdict"))));
                match = json_next(match);
            }
            ck_assert_ptr_null(match);
            json_doc_free(&doc);
        }
        line = line_end + 1;
    }
    buf_fini(&all);
}
END_TEST

START_TEST(the_same_run_writes_the_same_bytes_whatever_the_segments)
{
    buf first = {0};
    buf again = {0};
    buf after = {0};
    run_whole("{'top':3,'as_of':'2026-11-23'}", &first);
    run_whole("{'top':3,'as_of':'2026-11-23'}", &again);
    ck_assert(bytes_equal(buf_bytes(&first), buf_bytes(&again)));

    talk_end(&t); /* the base file is written: one segment where there were several */
    talk_begin(&t, BUILD_DIR "/bin/plugins");
    run_whole("{'top':3,'as_of':'2026-11-23'}", &after);

    ck_assert(bytes_equal(buf_bytes(&first), buf_bytes(&after)));
    buf_fini(&first);
    buf_fini(&again);
    buf_fini(&after);
}
END_TEST

START_TEST(parts_of_the_people_put_together_are_the_whole)
{
    buf whole = {0};
    buf parts = {0};
    run_whole("{'top':2,'as_of':'2026-11-23'}", &whole);
    for (uint32_t i = 1; i <= 7; i++) {
        char params[100];
        buf part = {0};
        snprintf(params, sizeof params, "{'top':2,'as_of':'2026-11-23','shard':'%u/7'}", i);
        run_whole(params, &part);
        buf_put(&parts, part.base, part.len);
        buf_fini(&part);
    }

    ck_assert(bytes_equal(buf_bytes(&whole), buf_bytes(&parts)));
    buf_fini(&whole);
    buf_fini(&parts);
}
END_TEST

START_TEST(csv_has_a_row_for_each_match_and_one_for_who_has_none)
{
    buf all = {0};
    run_whole("{'top':2,'as_of':'2026-11-23','format':'csv','kinds':['mentoring']}", &all);

    ck_assert_uint_eq(count_of(&all, '\n'), 1 + SEEKER_COUNT);
    ck_assert_int_eq(strncmp(all.base, "seeker,rank,offer,intake,score,verdict\ns-", 41), 0);
    ck_assert_ptr_nonnull(strstr(buf_terminated(&all), "\ns-000017,,,,,\n"));
    buf_fini(&all);
}
END_TEST

START_TEST(reasons_are_ids_and_facts_and_add_up)
{
    buf all = {0};
    run_whole("{'top':2,'as_of':'2026-11-23','explain':'top','shard':'1/20'}", &all);

    const char *line = all.base;
    for (const char *line_end = strchr(buf_terminated(&all), '\n'); line_end != NULL;
         line_end = strchr(line, '\n')) {
        json_doc *doc = NULL;
        err e = {0};
        int64_t sum = 0;
        ck_assert(json_parse((bytes){line, (size_t)(line_end - line)}, 32, &doc, &e));
        const json_node *first = nth(at(json_root(doc), "matches"), 0);
        for (const json_node *r = json_child(at(first, "reasons")); r != NULL; r = json_next(r)) {
            sum += int_at(r, "points");
            ck_assert_ptr_nonnull(json_member(r, "facts"));
            ck_assert_ptr_null(json_member(r, "text"));
        }
        ck_assert_int_eq(sum, int_at(first, "score"));
        ck_assert_int_le(int_at(first, "low"), sum);
        ck_assert_int_ge(int_at(first, "high"), sum);
        ck_assert_ptr_null(json_member(nth(at(json_root(doc), "matches"), 1), "reasons"));
        json_doc_free(&doc);
        line = line_end + 1;
    }
    buf_fini(&all);
}
END_TEST

/* ------------------------------------------------------------------------------------ life */

START_TEST(an_interrupted_run_goes_on_and_ends_with_the_same_bytes)
{
    buf whole = {0};
    buf resumed = {0};
    char id[64];
    char again[64];
    bool was_interrupted = false;
    run_whole("{'top':4,'as_of':'2026-11-23','explain':'all'}", &whole);

    ck_assert(!start_run("{'top':4,'as_of':'2026-11-23','explain':'all'}", id));
    for (uint32_t i = 0; i < 3; i++) {
        talk_end(&t);
        talk_begin(&t, BUILD_DIR "/bin/plugins");
        bytes state = json_text(at(status_of(id), "state"));
        was_interrupted = was_interrupted || bytes_equal_text(state, "interrupted");
        if (bytes_equal_text(state, "interrupted")) {
            ck_assert(start_run("{'top':4,'as_of':'2026-11-23','explain':'all'}", again));
            ck_assert_str_eq(id, again);
            usleep(20000);
        }
    }
    wait_for(id, "done");
    read_all(id, &resumed);

    ck_assert(was_interrupted);
    ck_assert(bytes_equal(buf_bytes(&whole), buf_bytes(&resumed)));
    buf_fini(&whole);
    buf_fini(&resumed);
}
END_TEST

START_TEST(a_run_over_changed_records_begins_anew)
{
    buf whole = {0};
    buf resumed = {0};
    char id[64];
    ck_assert(!start_run("{'top':4,'as_of':'2026-11-23','explain':'all'}", id));
    talk_end(&t);
    talk_begin(&t, BUILD_DIR "/bin/plugins");
    ck_text_at(status_of(id), "state", "interrupted");
    (void)talk_ok(&t, "offer.delete", "{'id':'o-07'}");

    ck_assert(start_run("{'top':4,'as_of':'2026-11-23','explain':'all'}", id));
    wait_for(id, "done");
    read_all(id, &resumed);
    run_whole("{'top':4,'as_of':'2026-11-23','explain':'all'}", &whole);

    ck_assert(bytes_equal(buf_bytes(&whole), buf_bytes(&resumed)));
    ck_assert_ptr_null(strstr(buf_terminated(&resumed), "\"o-07\""));
    buf_fini(&whole);
    buf_fini(&resumed);
}
END_TEST

START_TEST(a_server_goes_on_with_what_was_interrupted)
{
    char id[64];
    ck_assert(!start_run("{'top':4,'as_of':'2026-11-23','explain':'all'}", id));
    talk_end(&t);
    talk_begin(&t, BUILD_DIR "/bin/plugins");

    api_resume_batches(t.api);

    wait_for(id, "done");
}
END_TEST

START_TEST(a_cancelled_run_stays_so_and_can_be_forgotten)
{
    char id[64];
    char params[100];
    ck_assert(!start_run("{'top':4,'as_of':'2026-11-23','explain':'all'}", id));
    snprintf(params, sizeof params, "{'id':'%s'}", id);
    ck_text_at(talk_ok(&t, "batch.cancel", params), "state", "cancelled");
    wait_for(id, "cancelled");
    snprintf(params, sizeof params, "{'id':'%s','forget':true}", id);
    while (access(fixture_data, F_OK) == 0 &&
           json_member(talk_call(&t, "batch.cancel", params), "result") == NULL) {
        usleep(1000);
    }

    snprintf(params, sizeof params, "{'id':'%s'}", id);
    usleep(100000);
    talk_refused(&t, "batch.result", params, "batch.state", NULL);
    talk_end(&t);
    talk_begin(&t, BUILD_DIR "/bin/plugins");
    ck_text_at(status_of(id), "state", "cancelled");
}
END_TEST

START_TEST(a_progress_token_hears_of_the_run_behind_the_answer)
{
    const char *text = "";
    buf heard = {0};
    (void)rpc_feed_frame(
        t.session, BYTES("{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"batch.start\",\"params\":"
                         "{\"explain\":\"all\",\"progress_token\":\"mine\"}}"));

    for (uint32_t i = 0; i < 20000 && strstr(text, "\"done\":3000,\"total\":3000") == NULL; i++) {
        rpc_server_drain(t.server);
        bytes out = rpc_session_output(t.session);
        buf_put(&heard, out.base, out.len);
        rpc_session_taken(t.session, out.len);
        text = buf_terminated(&heard);
        usleep(1000);
    }

    ck_assert_ptr_nonnull(strstr(text, "\"id\":5,\"result\":{\"id\":\"b-"));
    ck_assert_ptr_nonnull(strstr(text, "\"method\":\"$/progress\",\"params\":{\"token\":\"mine\""));
    ck_assert_ptr_nonnull(strstr(text, "\"done\":3000,\"total\":3000"));
    while (rpc_server_in_flight(t.server) > 0) {
        rpc_server_drain(t.server);
    }
    buf_fini(&heard);
}
END_TEST

START_TEST(queries_are_answered_while_a_run_is_under_way)
{
    char id[64];
    uint32_t between = 0;
    ck_assert(!start_run("{'top':40,'as_of':'2026-11-23','explain':'all'}", id));
    for (uint32_t i = 0; i < 50; i++) {
        (void)talk_ok(&t, "match.query", "{'seeker':'s-000005','limit':1}");
        between += bytes_equal_text(json_text(at(status_of(id), "state")), "running");
    }

    ck_assert_uint_gt(between, 5);
    wait_for(id, "done");
}
END_TEST

START_TEST(a_person_who_is_deleted_is_in_no_results_any_more)
{
    char done[64];
    char running[64];
    buf text = {0};
    ck_assert(!start_run("{'name':'first','top':2,'as_of':'2026-11-23'}", done));
    wait_for(done, "done");
    ck_assert(
        !start_run("{'name':'second','top':30,'as_of':'2026-11-23','explain':'all'}", running));
    while (int_at(status_of(running), "seekers") == 0) {
        usleep(1000);
    }
    ck_assert_uint_gt(fixture_files_with("s-000017"), 0);

    const json_node *r = talk_ok(&t, "seeker.delete", "{'id':'s-000017'}");

    ck_assert(json_bool(at(r, "erased")));
    read_all(done, &text);
    ck_assert_uint_eq(count_of(&text, '\n'), SEEKER_COUNT - 1);
    ck_assert_ptr_null(strstr(buf_terminated(&text), "s-000017"));
    buf_clear(&text);
    wait_for(running, "done");
    read_all(running, &text);
    ck_assert_ptr_null(strstr(buf_terminated(&text), "s-000017"));
    ck_assert_uint_eq(count_of(&text, '\n'), SEEKER_COUNT - 1);
    buf_fini(&text);
}
END_TEST

START_TEST(a_name_is_given_once)
{
    char id[64];
    ck_assert(!start_run("{'name':'tonight','top':1}", id));
    ck_assert_str_eq(id, "b-tonight");

    talk_refused(&t, "batch.start", "{'name':'tonight','top':1}", "conflict", "/params/name");
    wait_for(id, "done");
    talk_refused(&t, "batch.start", "{'name':'tonight','top':1}", "conflict", "/params/name");
}
END_TEST

START_TEST(what_is_no_run_is_refused)
{
    talk_refused(&t, "batch.start", "{'strategy':'none'}", "not_found", "/params/strategy");
    talk_refused(&t, "batch.start", "{'shard':'3/2'}", "rpc.params", "/params/shard");
    talk_refused(&t, "batch.start", "{'shard':'0/2'}", "rpc.params", "/params/shard");
    talk_refused(&t, "batch.start", "{'kinds':['castle']}", "field.code", "/params/kinds/0");
    talk_refused(&t, "batch.start", "{'explain':'some'}", "rpc.params", "/params/explain");
    talk_refused(&t, "batch.start", "{'explain':'top','format':'csv'}", "rpc.params",
                 "/params/explain");
    talk_refused(&t, "batch.start", "{'name':'../x'}", "rpc.params", "/params/name");
    talk_refused(&t, "batch.start", "{'top':0}", "rpc.params", "/params/top");
    talk_refused(&t, "batch.status", "{'id':'b-1'}", "not_found", "/params/id");
    talk_refused(&t, "batch.cancel", "{'id':'../..'}", "not_found", "/params/id");
    talk_refused(&t, "batch.result", "{'id':'b-1'}", "not_found", "/params/id");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api/batch");
    TCase *c = tcase_create("api/batch");
    tcase_set_timeout(c, 30);
    tcase_add_checked_fixture(c, begin, end);
    tcase_add_test(c, everybody_gets_what_a_question_of_their_own_would_answer);
    tcase_add_test(c, the_same_run_writes_the_same_bytes_whatever_the_segments);
    tcase_add_test(c, parts_of_the_people_put_together_are_the_whole);
    tcase_add_test(c, csv_has_a_row_for_each_match_and_one_for_who_has_none);
    tcase_add_test(c, reasons_are_ids_and_facts_and_add_up);
    tcase_add_test(c, an_interrupted_run_goes_on_and_ends_with_the_same_bytes);
    tcase_add_test(c, a_run_over_changed_records_begins_anew);
    tcase_add_test(c, a_server_goes_on_with_what_was_interrupted);
    tcase_add_test(c, a_cancelled_run_stays_so_and_can_be_forgotten);
    tcase_add_test(c, a_progress_token_hears_of_the_run_behind_the_answer);
    tcase_add_test(c, queries_are_answered_while_a_run_is_under_way);
    tcase_add_test(c, a_person_who_is_deleted_is_in_no_results_any_more);
    tcase_add_test(c, a_name_is_given_once);
    tcase_add_test(c, what_is_no_run_is_refused);
    suite_add_tcase(suite, c);
    return fixture_main(suite);
}
