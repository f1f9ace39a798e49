#include "rpc/parts.h"
#include "unit/rpc_toy.h"

static void expect_trimmed(const char *text, const char *trimmed)
{
    ck_assert(bytes_equal_text(rpc_trim(bytes_of(text)), trimmed));
}

START_TEST(trim_takes_json_space_off_both_ends)
{
    expect_trimmed("", "");
    expect_trimmed(" \t\r\n", "");
    expect_trimmed("\r{ }\r", "{ }");
    expect_trimmed("x", "x");
}
END_TEST

START_TEST(elements_come_one_after_the_other_as_they_were_written)
{
    static const char *const elements[] = {"1", "[2,[3]]", "{\"a\":\"],\"}", "\"\\\"]\"", "null"};
    bytes text = BYTES("[ 1 ,[2,[3]] , {\"a\":\"],\"},\"\\\"]\",null ]");
    size_t off = 0;
    bytes element;
    for (size_t i = 0; i < 5; i++) {
        ck_assert(rpc_next_element(text, &off, &element));
        ck_assert(bytes_equal_text(element, elements[i]));
    }
    ck_assert(!rpc_next_element(text, &off, &element));
    off = 0;
    ck_assert(!rpc_next_element(BYTES("[ ]"), &off, &element));
}
END_TEST

START_TEST(envelope_keeps_the_id_of_a_request_it_refuses)
{
    rpc_envelope env;
    err e;
    ck_assert(!rpc_envelope_read(BYTES("{\"id\":\"a\",\"jsonrpc\":\"3\"}"), &env, &e));
    ck_assert(bytes_equal_text(env.id, "\"a\""));
    ck_assert_int_eq(e.code, ERR_RPC_REQUEST);
    ck_assert(!rpc_envelope_read(BYTES("{\"id\":false,\"jsonrpc\":\"2.0\"}"), &env, &e));
    ck_assert_uint_eq(env.id.len, 0);
}
END_TEST

START_TEST(envelope_finds_its_members_in_any_order)
{
    rpc_envelope env;
    err e;
    ck_assert(rpc_envelope_read(
        BYTES("{\"params\" : [ 1 ] , \"x\":{\"id\":9},\"method\":\"m\",\"jsonrpc\":\"2.0\"}"), &env,
        &e));
    ck_assert(!env.has_id);
    ck_assert(bytes_equal_text(env.method, "m"));
    ck_assert(bytes_equal_text(env.params, "[ 1 ]"));
}
END_TEST

TOY_MAIN("rpc/envelope", trim_takes_json_space_off_both_ends,
         elements_come_one_after_the_other_as_they_were_written,
         envelope_keeps_the_id_of_a_request_it_refuses, envelope_finds_its_members_in_any_order)
