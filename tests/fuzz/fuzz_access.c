/* Any bytes as what a request shows of itself: a head with a cookie, a token, and a proxy's headers
 * as they come; and as a token, a user's record and a list's cursor. Nobody becomes somebody by it:
 * the only user there is has a token nobody knows. */
#include <string.h>

#include "account/role.h"
#include "api/parts.h"
#include "app/access.h"
#include "base/check.h"
#include "fuzz.h"

static void on_output(void *context)
{
    (void)context;
}

static void answer(void *context, rpc_call *call, const json_node *params)
{
    (void)context;
    (void)params;
    rpc_call_reply(&call, BYTES("1"));
}

static const rpc_method METHODS[] = {{"x", "", answer, NULL, 0, false, NULL, ROLE_ALL}};

typedef struct world {
    accounts *accounts;
    access_rules rules;
    access_desk desk;
    io_access hooks;
    rpc_server *server;
} world;

static world *the_world(void)
{
    static world w;
    if (w.accounts == NULL) {
        err e;
        rpc_config rpc = {.methods = METHODS, .method_count = 1};
        check(accounts_new(&w.accounts, &e));
        check(
            accounts_put(w.accounts,
                         BYTES("{\"id\":\"cw-1\",\"role\":\"admin\",\"disabled\":false,\"tokens\":"
                               "[{\"id\":\"0123456789ab\",\"proof\":\"none\",\"made_ms\":0,"
                               "\"ends_ms\":0}]}"),
                         &e));
        w.rules = (access_rules){.own_uid = 1000,
                                 .local_role = ROLE_ADMIN,
                                 .user_header = "X-User",
                                 .role_header = "X-Role",
                                 .unit_header = "X-Unit",
                                 .words = {{"cw", ROLE_CASEWORKER}},
                                 .word_count = 1};
        w.desk = (access_desk){.accounts = w.accounts, .rules = &w.rules};
        w.hooks = access_hooks(&w.desk);
        check(rpc_server_new(&rpc, &w.server, &e));
    }
    return &w;
}

/* What the request becomes, if it is a request at all. */
static void ask(world *w, bytes text, bool is_proxy)
{
    static http_head head;
    http_refusal why;
    size_t len = 0;
    if (http_head_read(text, &head, &len, &why) != HTTP_READY) {
        return;
    }
    err e;
    rpc_session *s = NULL;
    bytes token = {NULL, 0};
    io_peer peer = {.is_unix = is_proxy, .address = "fuzz"};
    check(rpc_session_new(w->server, on_output, NULL, &s, &e));
    io_admission how = w->hooks.on_request(&w->desk, &peer, &head, true, s, &token);
    const rpc_caller *who = rpc_session_caller(s);
    bool is_shown = http_head_find(&head, "x-user").base != NULL;
    check(who->roles == 0 || (is_proxy && is_shown));
    check(who->roles == 0 || who->roles == ROLE_CASEWORKER || bytes_equal_text(who->user, "cw-1"));
    check(who->user.base == NULL || user_id_is_sound(who->user));
    check((how == IO_MUST_PROVE) == (token.base != NULL));
    check(token.base == NULL || memchr(token.base, '"', token.len) == NULL);
    rpc_session_free(&s);
}

static void read_parts(bytes text)
{
    arena a = {0};
    err e = {0};
    user u;
    bytes id;
    bytes secret;
    if (token_parse(text, &id, &secret)) {
        check(id.len + secret.len < text.len);
    }
    if (user_read(text, &a, &u, &e)) {
        buf once = {0};
        buf twice = {0};
        user again;
        user_write(&u, &once);
        check(user_read(buf_bytes(&once), &a, &again, &e));
        user_write(&again, &twice);
        check(bytes_equal(buf_bytes(&once), buf_bytes(&twice)));
        buf_fini(&once);
        buf_fini(&twice);
    }
    bytes after;
    for (int noun = STORE_SEEKER; noun <= STORE_OFFER; noun++) {
        if (api_cursor_parse((store_noun)noun, text, &a, &after, &e)) {
            buf again = {0};
            api_cursor_print((store_noun)noun, after, &again);
            check(bytes_equal(buf_bytes(&again), text));
            buf_fini(&again);
        }
    }
    arena_fini(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t len)
{
    world *w = the_world();
    bytes text = {(const char *)input, len};
    ask(w, text, false);
    ask(w, text, true);
    read_parts(text);
    return 0;
}
