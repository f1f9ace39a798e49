#include "unit/rpc_toy.h"

enum { RED = 1, BLUE = 2 };

static uint32_t renewed_count;
static rpc_call *kept;

static void answer(void *context, rpc_call *call, const json_node *params)
{
    (void)context;
    (void)params;
    const rpc_caller *who = rpc_call_caller(call);
    buf text = {0};
    buf_print(&text, "\"%u %.*s\"", who->roles, (int)who->user.len,
              who->user.base == NULL ? "" : who->user.base);
    rpc_call_reply(&call, buf_bytes(&text));
    buf_fini(&text);
}

static void sign_in(void *context, rpc_call *call, const json_node *params)
{
    (void)context;
    (void)params;
    const rpc_caller blue = {.roles = BLUE, .is_account = true, .user = BYTES("b")};
    ck_assert(rpc_call_sign(call, &blue));
    rpc_call_reply(&call, BYTES("true"));
}

static void sign_in_and_fail(void *context, rpc_call *call, const json_node *params)
{
    (void)context;
    (void)params;
    err e;
    const rpc_caller red = {.roles = RED};
    ck_assert(rpc_call_sign(call, &red));
    fail(&e, ERR_TOKEN_INVALID, "no");
    rpc_call_fail(&call, &e);
}

static void keep(void *context, rpc_call *call, const json_node *params)
{
    (void)context;
    (void)params;
    kept = call;
}

static void renew(void *context, rpc_session *s)
{
    (void)context;
    const rpc_caller nobody = {0};
    renewed_count++;
    ck_assert(rpc_session_set_caller(s, &nobody));
}

static const rpc_method methods[] = {
    {"red", "", answer, NULL, 0, false, NULL, RED},
    {"both", "", answer, NULL, 0, false, NULL, RED | BLUE},
    {"open", "", answer, NULL, 0, false, NULL, RPC_ANYBODY},
    {"shut", "", answer, NULL, 0, false, NULL, 0},
    {"in", "", sign_in, NULL, 0, true, NULL, RPC_ANYBODY},
    {"fail", "", sign_in_and_fail, NULL, 0, true, NULL, RPC_ANYBODY},
    {"keep", "", keep, NULL, 0, false, NULL, RED},
};

static toy t;

static void begin(uint32_t roles)
{
    memset(&t, 0, sizeof t);
    renewed_count = 0;
    rpc_config config = {.methods = methods,
                         .method_count = sizeof methods / sizeof methods[0],
                         .context = &t,
                         .renew = renew};
    err e;
    const rpc_caller who = {.roles = roles};
    ck_assert(rpc_server_new(&config, &t.server, &e));
    ck_assert(rpc_session_new(t.server, toy_on_output, &t, &t.session, &e));
    if (roles != 0) {
        ck_assert(rpc_session_set_caller(t.session, &who));
    }
}

static bool says(const char *method, const char *expected)
{
    buf text = {0};
    char line[200];
    snprintf(line, sizeof line, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\"}", method);
    bool is_said = strstr(toy_ask(&t, line, &text), expected) != NULL;
    buf_fini(&text);
    return is_said;
}

START_TEST(session_begins_with_nobody)
{
    begin(0);
    ck_assert(says("red", "\"not_signed_in\""));
    ck_assert(says("red", "-32002"));
    ck_assert(says("open", "\"0 \""));
    ck_assert(says("shut", "\"not_signed_in\""));
    toy_close(&t);
}
END_TEST

START_TEST(method_answers_its_roles_only)
{
    begin(BLUE);
    ck_assert(says("red", "\"forbidden\""));
    ck_assert(says("both", "\"2 \""));
    ck_assert(says("open", "\"2 \""));
    ck_assert(says("shut", "\"forbidden\""));
    toy_close(&t);
}
END_TEST

START_TEST(call_signs_its_session_when_it_is_answered_well)
{
    begin(0);
    ck_assert(says("fail", "token.invalid"));
    ck_assert_int_eq(rpc_session_signing(t.session), RPC_SAME_CALLER);
    ck_assert(says("both", "not_signed_in"));
    ck_assert(says("in", "true"));
    ck_assert_int_eq(rpc_session_signing(t.session), RPC_SIGNED_IN);
    ck_assert(says("both", "\"2 b\""));
    toy_close(&t);
}
END_TEST

START_TEST(call_keeps_the_caller_of_its_beginning)
{
    begin(RED);
    const rpc_caller other = {.roles = BLUE, .user = BYTES("somebody else")};
    rpc_feed_frame(t.session, BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"keep\"}"));
    ck_assert(rpc_session_set_caller(t.session, &other));
    ck_assert_uint_eq(rpc_call_caller(kept)->roles, RED);
    ck_assert_ptr_null(rpc_call_caller(kept)->user.base);
    rpc_call_reply(&kept, BYTES("1"));
    rpc_server_drain(t.server);
    toy_close(&t);
}
END_TEST

START_TEST(caller_is_renewed_once_before_the_next_call)
{
    begin(RED);
    ck_assert(says("red", "\"1 \""));
    ck_assert_uint_eq(renewed_count, 0);
    rpc_server_renew(t.server);
    ck_assert(says("red", "not_signed_in"));
    ck_assert(says("red", "not_signed_in"));
    ck_assert_uint_eq(renewed_count, 1);
    toy_close(&t);
}
END_TEST

START_TEST(nobody_is_given_less)
{
    begin(0);
    buf frame = {0};
    buf text = {0};
    buf_text(&frame, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"open\"}");
    while (frame.len < NOBODY_FRAME_LEN_MAX) {
        buf_char(&frame, ' ');
    }
    rpc_feed_frame(t.session, buf_bytes(&frame));
    ck_assert_ptr_nonnull(strstr(toy_take(&t, &text), "\"result\""));
    buf_char(&frame, ' ');
    rpc_feed_frame(t.session, buf_bytes(&frame));
    ck_assert_ptr_nonnull(strstr(toy_take(&t, &text), "rpc.too_large"));
    buf_fini(&frame);
    buf_fini(&text);
    toy_close(&t);
}
END_TEST

TOY_MAIN("rpc/caller", session_begins_with_nobody, method_answers_its_roles_only,
         call_signs_its_session_when_it_is_answered_well, call_keeps_the_caller_of_its_beginning,
         caller_is_renewed_once_before_the_next_call, nobody_is_given_less)
