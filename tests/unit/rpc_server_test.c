#include "rpc/parts.h"
#include "unit/rpc_toy.h"

static const char *suggestion(const rpc_server *server, const char *name)
{
    static err e;
    ck_assert_ptr_null(rpc_server_find(server, bytes_of(name), &e));
    ck_assert_int_eq(e.code, ERR_RPC_METHOD);
    return e.hint;
}

START_TEST(server_finds_its_methods_and_the_built_in_ones)
{
    toy t;
    err e;
    toy_open(&t, 0);
    ck_assert_str_eq(rpc_server_find(t.server, BYTES("echo"), &e)->name, "echo");
    ck_assert_str_eq(rpc_server_find(t.server, BYTES("rpc.discover"), &e)->name, "rpc.discover");
    ck_assert_str_eq(rpc_server_find(t.server, BYTES("e\\u0063ho"), &e)->name, "echo");
    ck_assert_str_eq(suggestion(t.server, "ecko"), "Did you mean \"echo\"?");
    ck_assert_str_eq(suggestion(t.server, ""), "The method \"rpc.discover\" lists them all.");
    toy_close(&t);
}
END_TEST

START_TEST(server_that_cannot_be_made_leaks_nothing)
{
    const rpc_config config = {.methods = toy_methods,
                               .method_count = sizeof toy_methods / sizeof toy_methods[0]};
    rpc_server *server = NULL;
    err e;
    uint64_t nth = 1;
    for (; server == NULL && nth < 1000; nth++) {
        mem_fail_at(nth);
        bool is_made = rpc_server_new(&config, &server, &e);
        mem_fail_at(0);
        ck_assert(is_made || e.code == ERR_MEMORY);
    }
    ck_assert_uint_gt(nth, 5);
    rpc_server_free(&server);
}
END_TEST

START_TEST(server_counts_what_it_was_asked)
{
    toy t;
    toy_open(&t, 0);
    rpc_feed(t.session, BYTES("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"keep\"}\n"
                              "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\"}\n"
                              "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"break\"}\n"
                              "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"none\"}\n"
                              "{\"jsonrpc\":\"2.0\",\"method\":\"break\"}\n"
                              "nothing\n"));
    rpc_counts counts = rpc_server_counts(t.server);
    ck_assert_uint_eq(counts.request_count, 5);
    ck_assert_uint_eq(counts.error_count, 3);
    ck_assert_uint_eq(counts.session_count, 1);
    ck_assert_uint_eq(counts.in_flight, 1);
    toy_close(&t);
}
END_TEST

TOY_MAIN("rpc/server", server_finds_its_methods_and_the_built_in_ones,
         server_that_cannot_be_made_leaks_nothing, server_counts_what_it_was_asked)
