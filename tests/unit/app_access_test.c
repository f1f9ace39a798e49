#include "account/role.h"
#include "app/access.h"
#include "base/clock.h"
#include "unit/rpc_toy.h"

enum { OWN = 1000, OTHER = 1001, STAFF_GROUP = 50 };

static toy t;
static access_rules rules;
static access_desk desk;
static io_access hooks;

static void set_up(void)
{
    err e;
    toy_open(&t, 0);
    rules = (access_rules){
        .own_uid = OWN,
        .local_role = ROLE_ADMIN,
        .is_tcp_open = true,
        .unix_rules = {{.is_group = true, .number = STAFF_GROUP, .role = ROLE_CASEWORKER}},
        .unix_rule_count = 1};
    desk = (access_desk){.rules = &rules};
    ck_assert(accounts_new(&desk.accounts, &e));
    ck_assert(accounts_put(desk.accounts,
                           BYTES("{\"id\":\"batch\",\"role\":\"planner\",\"units\":[\"u-1\"],"
                                 "\"tokens\":[]}"),
                           &e));
    hooks = access_hooks(&desk);
}

static void tear_down(void)
{
    accounts_free(&desk.accounts);
    toy_close(&t);
}

static uint32_t role_of(io_peer peer)
{
    hooks.on_peer(&desk, &peer, t.session);
    return rpc_session_caller(t.session)->roles;
}

START_TEST(local_user_and_root_are_known_on_the_socket)
{
    set_up();
    ck_assert_uint_eq(role_of((io_peer){.is_unix = true, .has_uid = true, .uid = OWN}), ROLE_ADMIN);
    ck_assert_uint_eq(role_of((io_peer){.is_unix = true, .has_uid = true, .uid = 0}), ROLE_ADMIN);
    ck_assert_uint_eq(role_of((io_peer){.is_unix = true, .has_uid = true, .uid = OTHER}), 0);
    ck_assert_uint_eq(role_of((io_peer){.is_unix = true, .uid = OWN}), 0);
    rules.local_role = 0;
    ck_assert_uint_eq(role_of((io_peer){.is_unix = true, .has_uid = true, .uid = OWN}), 0);
    tear_down();
}
END_TEST

START_TEST(rules_come_before_what_is_local)
{
    set_up();
    io_peer peer = {.is_unix = true,
                    .has_uid = true,
                    .uid = OTHER,
                    .group_count = 2,
                    .groups = {1, STAFF_GROUP}};
    ck_assert_uint_eq(role_of(peer), ROLE_CASEWORKER);
    peer.uid = OWN;
    ck_assert_uint_eq(role_of(peer), ROLE_CASEWORKER);
    peer.group_count = 1;
    ck_assert_uint_eq(role_of(peer), ROLE_ADMIN);
    tear_down();
}
END_TEST

START_TEST(only_the_own_user_is_known_on_loopback)
{
    set_up();
    ck_assert_uint_eq(role_of((io_peer){.has_uid = true, .uid = OWN}), ROLE_ADMIN);
    ck_assert_uint_eq(role_of((io_peer){.has_uid = true, .uid = 0}), 0);
    ck_assert_uint_eq(role_of((io_peer){.has_uid = true, .uid = OTHER}), 0);
    ck_assert_uint_eq(role_of((io_peer){.uid = OWN}), 0);
    rules.is_tcp_open = false;
    ck_assert_uint_eq(role_of((io_peer){.has_uid = true, .uid = OWN}), 0);
    tear_down();
}
END_TEST

/* Who a request with these lines is; -1: it needs a guard. */
static int role_of_request(io_peer peer, const char *lines)
{
    char text[1024];
    http_head head;
    http_refusal why;
    size_t len = 0;
    bytes token = {NULL, 0};
    snprintf(text, sizeof text, "POST /rpc HTTP/1.1\r\nHost: x\r\n%s\r\n", lines);
    ck_assert_int_eq(http_head_read(bytes_of(text), &head, &len, &why), HTTP_READY);
    if (hooks.on_request(&desk, &peer, &head, true, t.session, &token) == IO_UNGUARDED) {
        return -1;
    }
    return (int)rpc_session_caller(t.session)->roles;
}

START_TEST(request_is_nobodys_however_local_it_is)
{
    set_up();
    ck_assert_int_eq(role_of_request((io_peer){.is_unix = true, .has_uid = true, .uid = OWN}, ""),
                     0);
    ck_assert_int_eq(role_of_request((io_peer){.has_uid = true, .uid = OWN}, ""), 0);
    ck_assert_int_eq(role_of_request((io_peer){.is_unix = true}, "X-User: batch\r\n"), 0);
    tear_down();
}
END_TEST

START_TEST(machine_is_the_user_its_certificate_names)
{
    set_up();
    ck_assert_int_eq(role_of_request((io_peer){.certificate = "batch"}, ""), ROLE_PLANNER);
    ck_assert(rpc_session_caller(t.session)->is_account);
    ck_assert(bytes_equal_text(rpc_session_caller(t.session)->units, "u-1\n"));
    ck_assert_int_eq(role_of_request((io_peer){.certificate = "nobody"}, ""), 0);
    tear_down();
}
END_TEST

START_TEST(cookie_needs_its_guard)
{
    set_up();
    char cookie[SECRET_TEXT_LEN + 1];
    char guard[SECRET_TEXT_LEN + 1];
    char lines[300];
    ck_assert(accounts_begin_session(desk.accounts, BYTES("batch"), 1, cookie));
    accounts_guard_of(desk.accounts, bytes_of(cookie), guard);
    /* It began in 1970 and is over. */
    snprintf(lines, sizeof lines, "Cookie: lotse=%s\r\n", cookie);
    ck_assert_int_eq(role_of_request((io_peer){0}, lines), 0);

    ck_assert(accounts_begin_session(desk.accounts, BYTES("batch"), clock_unix_ms(), cookie));
    accounts_guard_of(desk.accounts, bytes_of(cookie), guard);
    snprintf(lines, sizeof lines, "Cookie: a=b; lotse=%s\r\n", cookie);
    ck_assert_int_eq(role_of_request((io_peer){0}, lines), -1);
    snprintf(lines, sizeof lines, "Cookie: lotse=%s\r\nX-CSRF-Token: %s\r\n", cookie, cookie);
    ck_assert_int_eq(role_of_request((io_peer){0}, lines), -1);
    snprintf(lines, sizeof lines, "Cookie: lotse=%s\r\nX-CSRF-Token: %s\r\n", cookie, guard);
    ck_assert_int_eq(role_of_request((io_peer){0}, lines), ROLE_PLANNER);
    /* Over TLS another name is asked for, which a plain page cannot set. */
    ck_assert_int_eq(role_of_request((io_peer){.is_secure = true}, lines), 0);
    tear_down();
}
END_TEST

START_TEST(renewed_caller_is_what_his_user_is_now)
{
    set_up();
    err e;
    ck_assert_int_eq(role_of_request((io_peer){.certificate = "batch"}, ""), ROLE_PLANNER);
    ck_assert(accounts_put(desk.accounts,
                           BYTES("{\"id\":\"batch\",\"role\":\"auditor\",\"tokens\":[]}"), &e));
    access_renew(&desk, t.session);
    ck_assert_uint_eq(rpc_session_caller(t.session)->roles, ROLE_AUDITOR);
    ck_assert(accounts_put(
        desk.accounts,
        BYTES("{\"id\":\"batch\",\"role\":\"auditor\",\"disabled\":true,\"tokens\":[]}"), &e));
    access_renew(&desk, t.session);
    ck_assert_uint_eq(rpc_session_caller(t.session)->roles, 0);

    ck_assert_uint_eq(role_of((io_peer){.is_unix = true, .has_uid = true, .uid = OWN}), ROLE_ADMIN);
    access_renew(&desk, t.session);
    ck_assert_uint_eq(rpc_session_caller(t.session)->roles, ROLE_ADMIN);
    tear_down();
}
END_TEST

TOY_MAIN("app/access", local_user_and_root_are_known_on_the_socket, rules_come_before_what_is_local,
         only_the_own_user_is_known_on_loopback, request_is_nobodys_however_local_it_is,
         machine_is_the_user_its_certificate_names, cookie_needs_its_guard,
         renewed_caller_is_what_his_user_is_now)
