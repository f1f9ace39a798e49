#include "unit/rpc_toy.h"

static toy t;
static buf text;

static const json_node *find(const json_node *list, const char *name)
{
    for (const json_node *at = json_child(list); at != NULL; at = json_next(at)) {
        if (bytes_equal_text(json_text(json_member(at, "name")), name)) {
            return at;
        }
    }
    return NULL;
}

START_TEST(discover_describes_every_method_and_parameter)
{
    toy_open(&t, 0);
    err e;
    json_doc *doc = NULL;

    toy_ask(&t, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.discover\"}", &text);
    ck_assert(json_parse(buf_bytes(&text), 64, &doc, &e));

    const json_node *result = json_member(json_root(doc), "result");
    const json_node *methods = json_member(result, "methods");
    ck_assert(bytes_equal_text(json_text(json_member(result, "openrpc")), "1.3.2"));
    ck_assert_uint_eq(json_count(methods), sizeof toy_methods / sizeof toy_methods[0] + 1);
    ck_assert_ptr_nonnull(find(methods, "rpc.discover"));
    const json_node *put = find(methods, "put");
    ck_assert(json_bool(json_member(put, "x-changing")));
    const json_node *limit = find(json_member(put, "params"), "limit");
    ck_assert(!json_bool(json_member(limit, "required")));
    int64_t maximum = 0;
    ck_assert(json_integer(json_member(json_member(limit, "schema"), "maximum"), &maximum));
    ck_assert_int_eq(maximum, 500);
    json_doc_free(&doc);
    toy_close(&t);
    buf_fini(&text);
}
END_TEST

START_TEST(discover_lists_every_error)
{
    toy_open(&t, 0);
    err e;
    json_doc *doc = NULL;

    rpc_server_discover(t.server, &text);
    ck_assert(json_parse(buf_bytes(&text), 64, &doc, &e));

    const json_node *errors = json_member(json_member(json_root(doc), "components"), "errors");
    ck_assert_uint_eq(json_count(errors), ERR_COUNT - 1);
    json_doc_free(&doc);
    toy_close(&t);
    buf_fini(&text);
}
END_TEST

TOY_MAIN("rpc/discover", discover_describes_every_method_and_parameter, discover_lists_every_error)
