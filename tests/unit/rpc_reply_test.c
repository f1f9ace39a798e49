#include "rpc/parts.h"
#include "unit/rpc_toy.h"

START_TEST(reply_has_a_result_even_where_there_is_none)
{
    buf out = {0};
    rpc_reply_result(&out, BYTES("1"), (bytes){NULL, 0});
    ck_assert_str_eq(buf_terminated(&out), "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}");
    buf_fini(&out);
}
END_TEST

START_TEST(reply_of_an_error_says_only_what_the_error_holds)
{
    buf out = {0};
    err e;
    fail(&e, ERR_NOT_FOUND, "there is no offer \"%s\"", "o-1");
    rpc_reply_error(&out, BYTES("\"a\""), &e);
    ck_assert_str_eq(buf_terminated(&out),
                     "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"error\":{\"code\":-32004,\"message\":"
                     "\"there is no offer \\\"o-1\\\"\",\"data\":{\"id\":\"not_found\"}}}");
    buf_fini(&out);
}
END_TEST

START_TEST(reply_of_an_empty_error_is_an_internal_one)
{
    buf out = {0};
    err e = {0};
    rpc_reply_error(&out, BYTES("1"), &e);
    ck_assert_ptr_nonnull(strstr(buf_terminated(&out), "\"code\":-32603"));
    ck_assert_ptr_nonnull(strstr(buf_terminated(&out), "\"data\":{\"id\":\"internal\"}"));
    buf_fini(&out);
}
END_TEST

START_TEST(reply_of_every_error_is_json_with_its_own_code)
{
    for (int code = ERR_NONE + 1; code < ERR_COUNT; code++) {
        buf out = {0};
        char expected[80];
        err e;
        fail(&e, (err_code)code, "\xff\"\n");
        rpc_reply_error(&out, BYTES("1"), &e);
        snprintf(expected, sizeof expected, "\"data\":{\"id\":\"%s\"}", err_id((err_code)code));
        ck_assert(json_check(buf_bytes(&out), 4, NULL, NULL));
        ck_assert_ptr_nonnull(strstr(buf_terminated(&out), expected));
        ck_assert_ptr_null(strchr(buf_terminated(&out), '\n'));
        buf_fini(&out);
    }
}
END_TEST

TOY_MAIN("rpc/reply", reply_has_a_result_even_where_there_is_none,
         reply_of_an_error_says_only_what_the_error_holds,
         reply_of_an_empty_error_is_an_internal_one, reply_of_every_error_is_json_with_its_own_code)
