#include "account/accounts.h"
#include "account/role.h"
#include "account/tries.h"
#include "unit/rpc_toy.h"

static accounts *all;
static arena memory;
static token_text token;

/* A user "cw-1" with one token that ends at 10,000. */
static void set_up(bool is_disabled)
{
    err e;
    user u = {.id = BYTES("cw-1"),
              .role = ROLE_CASEWORKER,
              .units = BYTES("u-1\n"),
              .is_disabled = is_disabled,
              .token_count = 1};
    buf text = {0};
    if (all == NULL) {
        ck_assert(accounts_new(&all, &e));
        ck_assert(token_make(0, 10000, &memory, &u.tokens[0], &token));
    } else {
        u.token_count = 0;
    }
    user_write(&u, &text);
    ck_assert(accounts_put(all, buf_bytes(&text), &e));
    buf_fini(&text);
}

static void tear_down(void)
{
    accounts_free(&all);
    arena_fini(&memory);
}

START_TEST(token_is_proven_once_and_then_known)
{
    account who;
    err e;
    set_up(false);
    ck_assert(!accounts_know_token(all, bytes_of(token.text), 1, &who));
    ck_assert(accounts_check_token(all, bytes_of(token.text), BYTES("here"), 1, &who, &e));
    ck_assert(bytes_equal_text(who.user, "cw-1"));
    ck_assert(bytes_equal_text(who.units, "u-1\n"));
    ck_assert(accounts_know_token(all, bytes_of(token.text), 9999, &who));
    ck_assert(!accounts_know_token(all, bytes_of(token.text), 10000, &who));
    ck_assert(!accounts_check_token(all, bytes_of(token.text), BYTES("here"), 10000, &who, &e));
    ck_assert_int_eq(e.code, ERR_TOKEN_INVALID);
    tear_down();
}
END_TEST

START_TEST(withdrawn_token_is_known_no_more)
{
    account who;
    err e;
    set_up(false);
    ck_assert(accounts_check_token(all, bytes_of(token.text), BYTES("here"), 1, &who, &e));
    set_up(false); /* without tokens now */
    ck_assert(!accounts_know_token(all, bytes_of(token.text), 1, &who));
    ck_assert(!accounts_check_token(all, bytes_of(token.text), BYTES("here"), 1, &who, &e));
    tear_down();
}
END_TEST

START_TEST(wrong_secret_of_a_right_token_counts_as_a_try)
{
    account who;
    err e;
    set_up(false);
    token_text wrong = token;
    char *last = &wrong.text[TOKEN_TEXT_LEN - 1];
    *last = *last == 'A' ? 'B' : 'A';
    for (int i = 0; i < TRY_MAX; i++) {
        ck_assert(!accounts_check_token(all, bytes_of(wrong.text), BYTES("there"), 1, &who, &e));
        ck_assert_int_eq(e.code, ERR_TOKEN_INVALID);
    }
    ck_assert(!accounts_check_token(all, bytes_of(wrong.text), BYTES("there"), 1, &who, &e));
    ck_assert_int_eq(e.code, ERR_TOO_MANY_TRIES);
    ck_assert_int_gt(e.retry_after_ms, 0);
    /* Nor does the right one help there, or from elsewhere: the token itself has to wait. */
    ck_assert(!accounts_check_token(all, bytes_of(token.text), BYTES("elsewhere"), 1, &who, &e));
    ck_assert_int_eq(e.code, ERR_TOO_MANY_TRIES);
    tear_down();
}
END_TEST

START_TEST(session_lasts_while_it_is_used)
{
    account who;
    char cookie[SECRET_TEXT_LEN + 1];
    set_up(false);
    ck_assert(accounts_begin_session(all, BYTES("cw-1"), 1000, cookie));
    ck_assert(accounts_find_session(all, bytes_of(cookie), 1000 + SESSION_IDLE_MS, &who));
    ck_assert(bytes_equal_text(who.user, "cw-1"));
    ck_assert(accounts_find_session(all, bytes_of(cookie), 1000 + 2 * SESSION_IDLE_MS, &who));
    ck_assert(!accounts_find_session(all, bytes_of(cookie), 1001 + 3 * SESSION_IDLE_MS, &who));
    ck_assert(!accounts_find_session(all, bytes_of(cookie), 1000, &who));

    ck_assert(accounts_begin_session(all, BYTES("cw-1"), 0, cookie));
    for (int64_t now = 0; now <= SESSION_MS; now += SESSION_IDLE_MS) {
        ck_assert(accounts_find_session(all, bytes_of(cookie), now, &who));
    }
    ck_assert(!accounts_find_session(all, bytes_of(cookie), SESSION_MS + 1, &who));
    ck_assert(!accounts_begin_session(all, BYTES("cw-2"), 0, cookie));
    tear_down();
}
END_TEST

START_TEST(session_of_a_disabled_user_is_nobodys)
{
    account who;
    char cookie[SECRET_TEXT_LEN + 1];
    set_up(false);
    ck_assert(accounts_begin_session(all, BYTES("cw-1"), 0, cookie));
    set_up(true);
    ck_assert(!accounts_find_session(all, bytes_of(cookie), 1, &who));
    ck_assert(!accounts_find(all, BYTES("cw-1"), &who));
    set_up(false);
    ck_assert(accounts_find_session(all, bytes_of(cookie), 1, &who));
    accounts_end_session(all, bytes_of(cookie));
    ck_assert(!accounts_find_session(all, bytes_of(cookie), 1, &who));
    ck_assert(!accounts_find_session(all, (bytes){NULL, 0}, 1, &who));
    tear_down();
}
END_TEST

START_TEST(guard_belongs_to_its_cookie)
{
    char one[SECRET_TEXT_LEN + 1];
    char again[SECRET_TEXT_LEN + 1];
    char other[SECRET_TEXT_LEN + 1];
    set_up(false);
    accounts_guard_of(all, BYTES("a"), one);
    accounts_guard_of(all, BYTES("a"), again);
    accounts_guard_of(all, BYTES("b"), other);
    ck_assert_str_eq(one, again);
    ck_assert_str_ne(one, other);
    tear_down();
}
END_TEST

START_TEST(tries_are_forgotten_after_their_time)
{
    static tries t;
    for (int i = 0; i < TRY_MAX - 1; i++) {
        tries_add(&t, BYTES("a"), 1000000);
    }
    ck_assert_int_eq(tries_wait_ms(&t, BYTES("a"), 1000000), 0);
    tries_add(&t, BYTES("a"), 1000100);
    ck_assert_int_eq(tries_wait_ms(&t, BYTES("a"), 1000100), TRY_MS - 100);
    ck_assert_int_eq(tries_wait_ms(&t, BYTES("b"), 1000100), 0);
    ck_assert_int_eq(tries_wait_ms(&t, BYTES("a"), 1000000 + TRY_MS), 0);
    ck_assert_int_eq(tries_wait_ms(&t, BYTES("a"), 5), 0); /* the clock was set back */
}
END_TEST

TOY_MAIN("account/accounts", token_is_proven_once_and_then_known, withdrawn_token_is_known_no_more,
         wrong_secret_of_a_right_token_counts_as_a_try, session_lasts_while_it_is_used,
         session_of_a_disabled_user_is_nobodys, guard_belongs_to_its_cookie,
         tries_are_forgotten_after_their_time)
