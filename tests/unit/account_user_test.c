#include "account/role.h"
#include "account/user.h"
#include "unit/rpc_toy.h"

START_TEST(role_is_found_by_its_id)
{
    for (uint32_t i = 0; i < ROLE_COUNT; i++) {
        uint32_t role = 0;
        ck_assert(role_from_id(bytes_of(role_id(i)), &role));
        ck_assert_uint_eq(role, 1u << i);
        ck_assert_str_eq(role_name(role), role_id(i));
        ck_assert_uint_gt(strlen(role_text(i)), 0);
    }
    uint32_t role = 7;
    ck_assert(!role_from_id(BYTES("king"), &role));
    ck_assert(!role_from_id(BYTES("admi"), &role));
    ck_assert_uint_eq(role, 7);
    ck_assert_str_eq(role_name(0), "nobody");
}
END_TEST

START_TEST(user_reads_back_as_it_was_written)
{
    arena a = {0};
    err e;
    user u = {.id = BYTES("cw-1"),
              .role = ROLE_CASEWORKER,
              .units = BYTES("u-1\nu-2\n"),
              .token_count = 1};
    token_text token;
    ck_assert(token_make(1000, 2000, &a, &u.tokens[0], &token));
    buf text = {0};
    user_write(&u, &text);

    user back;
    ck_assert_msg(user_read(buf_bytes(&text), &a, &back, &e), "%s", e.text);
    ck_assert(bytes_equal_text(back.id, "cw-1"));
    ck_assert_uint_eq(back.role, ROLE_CASEWORKER);
    ck_assert(bytes_equal_text(back.units, "u-1\nu-2\n"));
    ck_assert_ptr_null(back.provider.base);
    ck_assert_uint_eq(back.token_count, 1);
    ck_assert_str_eq(back.tokens[0].id, u.tokens[0].id);
    ck_assert_int_eq(back.tokens[0].ends_ms, 2000);
    ck_assert_ptr_null(strstr(buf_terminated(&text), token.text + 19));
    buf_fini(&text);
    arena_fini(&a);
}
END_TEST

START_TEST(user_of_another_shape_is_refused)
{
    static const char *const BAD[] = {"[]",
                                      "{}",
                                      "{\"id\":\"a\"}",
                                      "{\"id\":\"a\",\"role\":\"king\"}",
                                      "{\"id\":\"a b\",\"role\":\"admin\"}",
                                      "{\"id\":7,\"role\":\"admin\"}",
                                      "{\"id\":\"a\",\"role\":\"admin\",\"units\":\"u\"}",
                                      "{\"id\":\"a\",\"role\":\"admin\",\"units\":[\"a b\"]}",
                                      "{\"id\":\"a\",\"role\":\"admin\",\"tokens\":[{}]}",
                                      "{\"id\":\"a\",\"role\":\"admin\",\"tokens\":[7]}"};
    arena a = {0};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        user u;
        err e = {0};
        ck_assert_msg(!user_read(bytes_of(BAD[i]), &a, &u, &e), "%s", BAD[i]);
        ck_assert_int_ne(e.code, ERR_NONE);
    }
    arena_fini(&a);
}
END_TEST

START_TEST(no_units_and_all_units_differ)
{
    ck_assert(user_has_unit((bytes){NULL, 0}, BYTES("u-1")));
    ck_assert(!user_has_unit(BYTES(""), BYTES("u-1")));
    ck_assert(user_has_unit(BYTES("u-0\nu-1\n"), BYTES("u-1")));
    ck_assert(!user_has_unit(BYTES("u-10\n"), BYTES("u-1")));
    ck_assert(!user_has_unit(BYTES("u-1\n"), BYTES("u-10")));
    buf units = {0};
    for (int i = 0; i < USER_UNIT_MAX; i++) {
        ck_assert(user_add_unit(&units, BYTES("u-1")));
    }
    ck_assert(!user_add_unit(&units, BYTES("u-1")));
    ck_assert(!user_add_unit(&units, BYTES("a\nb")));
    ck_assert(!user_add_unit(&units, BYTES("")));
    buf_fini(&units);
}
END_TEST

START_TEST(token_is_taken_apart_or_none)
{
    bytes id;
    bytes secret;
    arena a = {0};
    user_token kept;
    token_text token;
    ck_assert(token_make(1, 0, &a, &kept, &token));
    ck_assert_uint_eq(strlen(token.text), TOKEN_TEXT_LEN);
    ck_assert(token_parse(bytes_of(token.text), &id, &secret));
    ck_assert(bytes_equal_text(id, kept.id));
    ck_assert(!token_parse((bytes){token.text, TOKEN_TEXT_LEN - 1}, &id, &secret));
    token.text[3] = 'X';
    ck_assert(!token_parse(bytes_of(token.text), &id, &secret));
    token.text[3] = 's';
    token.text[TOKEN_TEXT_LEN - 1] = '"';
    ck_assert(!token_parse(bytes_of(token.text), &id, &secret));
    ck_assert(!token_parse((bytes){NULL, 0}, &id, &secret));
    arena_fini(&a);
}
END_TEST

TOY_MAIN("account/user", role_is_found_by_its_id, user_reads_back_as_it_was_written,
         user_of_another_shape_is_refused, no_units_and_all_units_differ,
         token_is_taken_apart_or_none)
