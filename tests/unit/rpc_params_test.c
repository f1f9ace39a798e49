#include "unit/rpc_toy.h"

static toy t;
static buf text;

/* "look" takes what "put" takes. */
static const char *look(const char *params)
{
    char line[1024];
    snprintf(line, sizeof line, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"look\",\"params\":%s}",
             params);
    return toy_ask(&t, line, &text);
}

#define TAKES(params)                                                                              \
    do {                                                                                           \
        const char *said = look(params);                                                           \
        ck_assert_msg(strstr(said, "\"result\"") != NULL, "%s was answered %s", params, said);     \
    } while (0)

#define REFUSES(params, path)                                                                      \
    do {                                                                                           \
        const char *said = look(params);                                                           \
        ck_assert_msg(strstr(said, "\"code\":-32602") != NULL, "%s was answered %s", params,       \
                      said);                                                                       \
        ck_assert_msg(strstr(said, "\"path\":\"" path "\"") != NULL, "%s was answered %s", params, \
                      said);                                                                       \
    } while (0)

static void set_up(void)
{
    toy_open(&t, 0);
}

static void tear_down(void)
{
    toy_close(&t);
    buf_fini(&text);
}

START_TEST(params_of_the_right_types_are_taken)
{
    set_up();
    TAKES("{\"id\":\"a\"}");
    TAKES("{\"id\":\"12345678\",\"record\":{\"x\":null},\"list\":[1,2],\"limit\":500,"
          "\"totals\":false,\"as_of\":\"2026-11-23\"}");
    TAKES("[\"a\",{},[1],1,true,\"2026-11-23\"]");
    TAKES("[\"a\",null,null,7]");
    tear_down();
}
END_TEST

START_TEST(params_of_wrong_types_are_refused_with_a_pointer)
{
    set_up();
    REFUSES("{\"id\":1}", "/params/id");
    REFUSES("{\"id\":null}", "/params/id");
    REFUSES("{\"id\":\"a\",\"record\":[]}", "/params/record");
    REFUSES("{\"id\":\"a\",\"list\":{}}", "/params/list");
    REFUSES("{\"id\":\"a\",\"limit\":1.5}", "/params/limit");
    REFUSES("{\"id\":\"a\",\"limit\":\"1\"}", "/params/limit");
    REFUSES("{\"id\":\"a\",\"totals\":0}", "/params/totals");
    REFUSES("{\"id\":\"a\",\"as_of\":\"2026-02-30\"}", "/params/as_of");
    REFUSES("{\"id\":\"a\",\"as_of\":20260227}", "/params/as_of");
    REFUSES("[1]", "/params/id");
    tear_down();
}
END_TEST

START_TEST(params_beyond_their_bounds_are_refused)
{
    set_up();
    REFUSES("{\"id\":\"\"}", "/params/id");
    REFUSES("{\"id\":\"123456789\"}", "/params/id");
    REFUSES("{\"id\":\"a\",\"list\":[]}", "/params/list");
    REFUSES("{\"id\":\"a\",\"list\":[1,2,3]}", "/params/list");
    REFUSES("{\"id\":\"a\",\"limit\":0}", "/params/limit");
    REFUSES("{\"id\":\"a\",\"limit\":501}", "/params/limit");
    tear_down();
}
END_TEST

START_TEST(params_missing_or_too_many_are_refused)
{
    set_up();
    REFUSES("{}", "/params/id");
    REFUSES("[]", "/params/id");
    REFUSES("[null]", "/params/id");
    REFUSES("[\"a\",{},[1],1,true,\"2026-11-23\",1]", "/params/6");
    const char *said = toy_ask(&t, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"look\"}", &text);
    ck_assert_ptr_nonnull(strstr(said, "\"path\":\"/params/id\""));
    tear_down();
}
END_TEST

START_TEST(params_unknown_are_refused_with_a_suggestion)
{
    set_up();
    REFUSES("{\"id\":\"a\",\"limits\":1}", "/params/limits");
    ck_assert_ptr_nonnull(
        strstr(look("{\"id\":\"a\",\"limits\":1}"), "Did you mean \\\"limit\\\"?"));
    REFUSES("{\"id\":\"a\",\"a/b~c\":1}", "/params/a~1b~0c");
    tear_down();
}
END_TEST

START_TEST(params_that_could_not_be_kept_are_refused)
{
    set_up();
    REFUSES("{\"id\":\"a\",\"id\":\"a\"}", "/params/id");
    REFUSES("{\"id\":\"a\\u0000b\"}", "/params/id");
    REFUSES("{\"id\":\"a\",\"limit\":9007199254740993}", "/params/limit");
    REFUSES("{\"id\":\"a\",\"record\":{\"x\":[1,{\"y\":1,\"y\":2}]}}", "/params/record/x/1/y");
    tear_down();
}
END_TEST

START_TEST(params_every_method_takes_are_checked)
{
    set_up();
    TAKES("{\"id\":\"a\",\"deadline_ms\":1000,\"progress_token\":\"t\"}");
    TAKES("{\"id\":\"a\",\"deadline_ms\":86400000,\"progress_token\":17}");
    REFUSES("{\"id\":\"a\",\"deadline_ms\":0}", "/params/deadline_ms");
    REFUSES("{\"id\":\"a\",\"deadline_ms\":86400001}", "/params/deadline_ms");
    REFUSES("{\"id\":\"a\",\"deadline_ms\":\"1\"}", "/params/deadline_ms");
    REFUSES("{\"id\":\"a\",\"progress_token\":null}", "/params/progress_token");
    REFUSES("{\"id\":\"a\",\"progress_token\":1.5}", "/params/progress_token");
    tear_down();
}
END_TEST

TOY_MAIN("rpc/params", params_of_the_right_types_are_taken,
         params_of_wrong_types_are_refused_with_a_pointer, params_beyond_their_bounds_are_refused,
         params_missing_or_too_many_are_refused, params_unknown_are_refused_with_a_suggestion,
         params_that_could_not_be_kept_are_refused, params_every_method_takes_are_checked)
