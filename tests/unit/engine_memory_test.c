/* Every allocation of an opening and of a request fails once: each ends in an error, nothing is
 * lost or left behind, and the next request is served. */
#include "api_fixture.h"

enum { FAIL_COUNT_MAX = 20000 };

START_TEST(an_engine_that_cannot_be_opened_leaves_nothing_behind)
{
    engine_config config = fixture_config();
    engine *g = fixture_open_as(&config);
    fixture_put_seekers(g, 0, 5);
    engine_close(&g);
    bool is_open = false;

    for (uint64_t n = 1; n < FAIL_COUNT_MAX && !is_open; n++) {
        err e = {0};
        mem_fail_at(n);
        is_open = engine_open(&config, &g, &e);
        mem_fail_at(0);
        if (!is_open) {
            ck_assert_ptr_null(g);
            ck_assert_int_ne(e.code, ERR_NONE);
        }
    }

    ck_assert(is_open);
    ck_assert_uint_eq(fixture_look(g, SIDE_SEEKER, "s-000001").count, 5);
    engine_close(&g);
}
END_TEST

/* The answer, or nothing: a session that cannot keep an answer ends, and the peer begins another.
 */
static bytes ask_once(talk *t, bytes frame, uint64_t fail_at)
{
    err e = {0};
    mem_fail_at(fail_at);
    (void)rpc_feed_frame(t->session, frame);
    while (!rpc_session_is_idle(t->session) && rpc_session_output(t->session).len == 0) {
        latch_wait(&t->finished, 1);
        pthread_mutex_lock(&t->finished.lock);
        t->finished.count = 0;
        pthread_mutex_unlock(&t->finished.lock);
        rpc_server_drain(t->server);
    }
    mem_fail_at(0);
    bytes out = rpc_session_output(t->session);
    buf_clear(&t->answer);
    buf_put(&t->answer, out.base, out.len);
    if (out.len == 0) {
        rpc_session_free(&t->session);
        ck_assert(rpc_session_new(t->server, talk_on_output, t, &t->session, &e));
        ck_assert(rpc_session_set_caller(t->session, &(rpc_caller){.roles = ROLE_ADMIN}));
        return BYTES("\"memory\"");
    }
    rpc_session_taken(t->session, out.len);
    return buf_bytes(&t->answer);
}

/* `also`: an error that says as much as success, as an earlier try did the work. */
static void ask_with_failing_memory(talk *t, const char *method, const char *params,
                                    const char *also)
{
    bool is_answered = false;
    for (uint64_t n = 1; n < FAIL_COUNT_MAX && !is_answered; n++) {
        buf frame = {0};
        buf_print(&frame, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":", method);
        for (const char *c = params; *c != '\0'; c++) {
            buf_char(&frame, *c == '\'' ? '"' : *c);
        }
        buf_char(&frame, '}');
        bytes answer = ask_once(t, buf_bytes(&frame), n);
        is_answered = memmem(answer.base, answer.len, "\"result\"", 8) != NULL ||
                      (also != NULL && memmem(answer.base, answer.len, also, strlen(also)) != NULL);
        bool is_refused = memmem(answer.base, answer.len, "\"memory\"", 8) != NULL;
        ck_assert_msg(is_answered || is_refused, "%s, allocation %llu: %.*s", method,
                      (unsigned long long)n, (int)answer.len, answer.base);
        buf_fini(&frame);
    }
    ck_assert(is_answered);
}

START_TEST(a_request_without_memory_is_refused_and_the_next_one_served)
{
    talk t;
    talk_begin(&t, BUILD_DIR "/bin/plugins");
    (void)talk_ok(&t, "seeker.put", "{'seeker':{'id':'s-1','skills':['esco:a']}}");
    (void)talk_ok(&t, "offer.put",
                  "{'offer':{'id':'o-1','kind':'job','title':{'de':'A'},'requires':{'languages':"
                  "[{'code':'de','min':'B1'}]}}}");

    ask_with_failing_memory(&t, "seeker.put",
                            "{'seeker':{'id':'s-2','unit':'u-1','skills':['esco:b']}}", NULL);
    ask_with_failing_memory(&t, "match.query", "{'seeker':'s-1'}", NULL);
    ask_with_failing_memory(&t, "match.query", "{'seeker_record':{'id':'s-3'}}", NULL);
    ask_with_failing_memory(&t, "match.explain", "{'seeker':'s-1','offer':'o-1'}", NULL);
    ask_with_failing_memory(&t, "seeker.list", "{}", NULL);
    ask_with_failing_memory(&t, "strategy.put",
                            "{'strategy':{'id':'mine','criteria':[{'id':'lotse.skills',"
                            "'weight':1000000}],'gates':[]}}",
                            NULL);
    ask_with_failing_memory(&t, "plugin.disable", "{'id':'lotse.skills'}", NULL);
    ask_with_failing_memory(&t, "plugin.enable", "{'id':'lotse.skills'}", NULL);
    ask_with_failing_memory(&t, "seeker.delete", "{'id':'s-2'}", "\"not_found\"");

    ck_assert_int_eq(int_at(talk_ok(&t, "seeker.list", "{}"), "total"), 1);
    ck_assert_int_eq(int_at(at(talk_ok(&t, "match.query", "{'offer':'o-1'}"), "total"), "rows"), 1);
    talk_end(&t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TCase *all = tcase_create("memory");
    tcase_add_checked_fixture(all, fixture_make, fixture_remove);
    tcase_set_timeout(all, 300);
    tcase_add_test(all, an_engine_that_cannot_be_opened_leaves_nothing_behind);
    tcase_add_test(all, a_request_without_memory_is_refused_and_the_next_one_served);
    suite_add_tcase(suite, all);
    return fixture_main(suite);
}
