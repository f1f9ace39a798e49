#include "unit/rpc_toy.h"

static toy t;
static buf text;

static void set_up(void)
{
    toy_open(&t, 0);
}

static void tear_down(void)
{
    toy_close(&t);
    buf_fini(&text);
}

#define EXPECT(line, answer)                                                                       \
    do {                                                                                           \
        set_up();                                                                                  \
        ck_assert_str_eq(toy_ask(&t, line, &text), answer);                                        \
        tear_down();                                                                               \
    } while (0)

/* The answer holds a part: for errors, whose words may change. */
#define EXPECT_PART(line, part)                                                                    \
    do {                                                                                           \
        set_up();                                                                                  \
        const char *said = toy_ask(&t, line, &text);                                               \
        ck_assert_msg(strstr(said, part) != NULL, "%s\nanswered %s\nwithout %s", line, said,       \
                      part);                                                                       \
        ck_assert_ptr_eq(strchr(said, '\n'), said + strlen(said) - 1);                             \
        tear_down();                                                                               \
    } while (0)

#define NULL_ERROR(code) "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":" code ","

START_TEST(request_examples_of_the_specification)
{
    EXPECT("{\"jsonrpc\":\"2.0\",\"method\":\"subtract\",\"params\":[42,23],\"id\":1}",
           "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":19}\n");
    EXPECT("{\"jsonrpc\":\"2.0\",\"method\":\"subtract\",\"params\":[23,42],\"id\":2}",
           "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":-19}\n");
    EXPECT("{\"jsonrpc\":\"2.0\",\"method\":\"subtract\",\"params\":{\"subtrahend\":23,"
           "\"minuend\":42},\"id\":3}",
           "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":19}\n");
    EXPECT("{\"jsonrpc\":\"2.0\",\"method\":\"look\",\"params\":[\"a\"]}", "");
    EXPECT("{\"jsonrpc\":\"2.0\",\"method\":\"foobar\"}", "");
    EXPECT_PART("{\"jsonrpc\":\"2.0\",\"method\":\"foobar\",\"id\":\"1\"}",
                "\"id\":\"1\",\"error\":{\"code\":-32601");
    EXPECT_PART("{\"jsonrpc\":\"2.0\",\"method\":\"foobar,\"params\":\"bar\",\"baz]",
                NULL_ERROR("-32700"));
    EXPECT_PART("{\"jsonrpc\":\"2.0\",\"method\":1,\"params\":\"bar\"}", NULL_ERROR("-32600"));
    EXPECT_PART("[{\"jsonrpc\":\"2.0\",\"method\":\"subtract\",\"params\":[1,2],\"id\":\"1\"},"
                "{\"jsonrpc\":\"2.0\",\"method\"]",
                NULL_ERROR("-32700"));
    EXPECT_PART("[]", NULL_ERROR("-32600"));
    EXPECT_PART("[1]", "[" NULL_ERROR("-32600"));
    EXPECT("[{\"jsonrpc\":\"2.0\",\"method\":\"look\",\"params\":[\"a\"]},"
           "{\"jsonrpc\":\"2.0\",\"method\":\"look\",\"params\":[\"b\"]}]",
           "");
}
END_TEST

START_TEST(request_ids_come_back_byte_for_byte)
{
    const char *ids[] = {"0",
                         "-1",
                         "1.50",
                         "1e2",
                         "9007199254740993",
                         "123456789012345678901234567890",
                         "\"\"",
                         "\"a\\u0000b\"",
                         "\"\\u00e4\\/\"",
                         "\"ä\"",
                         "null"};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        char line[256];
        char answer[256];
        snprintf(line, sizeof line,
                 "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"subtract\",\"params\":[3,1]}",
                 ids[i]);
        snprintf(answer, sizeof answer, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":2}\n", ids[i]);
        EXPECT(line, answer);
    }
}
END_TEST

START_TEST(request_id_of_128_bytes_is_taken_and_one_of_129_refused)
{
    char id[140];
    char line[256];
    memset(id, 'x', sizeof id);
    snprintf(line, sizeof line, "{\"jsonrpc\":\"2.0\",\"id\":\"%.126s\",\"method\":\"echo\"}", id);
    EXPECT_PART(line, "\"result\":null");
    snprintf(line, sizeof line, "{\"jsonrpc\":\"2.0\",\"id\":\"%.127s\",\"method\":\"echo\"}", id);
    EXPECT_PART(line, NULL_ERROR("-32600"));
}
END_TEST

START_TEST(request_of_wrong_shape_is_refused)
{
    EXPECT_PART("1", NULL_ERROR("-32600"));
    EXPECT_PART("\"x\"", NULL_ERROR("-32600"));
    EXPECT_PART("null", NULL_ERROR("-32600"));
    EXPECT_PART("{}", NULL_ERROR("-32600"));
    EXPECT_PART("{\"id\":7,\"method\":\"echo\"}", "\"id\":7,\"error\":{\"code\":-32600");
    EXPECT_PART("{\"jsonrpc\":\"1.0\",\"id\":7,\"method\":\"echo\"}",
                "\"id\":7,\"error\":{\"code\":-32600");
    EXPECT_PART("{\"jsonrpc\":2.0,\"id\":7,\"method\":\"echo\"}",
                "\"id\":7,\"error\":{\"code\":-32600");
    EXPECT_PART("{\"jsonrpc\":\"2.0\",\"id\":7}", "\"id\":7,\"error\":{\"code\":-32600");
    EXPECT_PART("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"echo\",\"params\":null}",
                "\"id\":7,\"error\":{\"code\":-32600");
    EXPECT_PART("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"echo\",\"params\":\"bar\"}",
                "\"id\":7,\"error\":{\"code\":-32600");
    EXPECT_PART("{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"echo\"}", NULL_ERROR("-32600"));
    EXPECT_PART("{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"echo\"}", NULL_ERROR("-32600"));
    EXPECT_PART("{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"echo\"}", NULL_ERROR("-32600"));
    EXPECT_PART("{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"echo\"}",
                NULL_ERROR("-32600"));
}
END_TEST

START_TEST(request_names_are_case_sensitive)
{
    EXPECT_PART("{\"jsonrpc\":\"2.0\",\"ID\":7,\"Method\":\"echo\"}", NULL_ERROR("-32600"));
    EXPECT("{\"jsonrpc\":\"2.0\",\"ID\":7,\"method\":\"echo\"}", "");
    EXPECT_PART("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ECHO\"}", "\"code\":-32601");
}
END_TEST

START_TEST(request_members_written_with_escapes_are_understood)
{
    EXPECT_PART("{\"jsonrpc\":\"2.0\",\"\\u0069d\":7,\"method\":\"\\u0065cho\"}",
                "\"id\":7,\"result\":null");
    EXPECT_PART("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"\\u0065\"}", "\"code\":-32601");
}
END_TEST

START_TEST(request_to_a_mistyped_method_gets_a_suggestion)
{
    EXPECT_PART("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"subtrakt\"}",
                "\"hint\":\"Did you mean \\\"subtract\\\"?\"");
    EXPECT_PART("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"rpc.secret\"}", "\"code\":-32601");
}
END_TEST

START_TEST(request_that_fails_says_everything_the_error_holds)
{
    EXPECT(
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"break\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32602,\"message\":\"the weights sum "
        "to 7, not 1000000\",\"data\":{\"id\":\"weights.sum\",\"detail\":\"A "
        "detail.\",\"hint\":\"A hint.\",\"path\":\"/params/weights\",\"retry_after_ms\":40}}}\n");
    EXPECT("{\"jsonrpc\":\"2.0\",\"method\":\"break\"}", "");
}
END_TEST

START_TEST(request_nested_too_deeply_is_told_so)
{
    char line[256] = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"echo\",\"params\":[";
    char fits[256];
    size_t len = strlen(line);
    memset(line + len, '[', JSON_DEPTH_MAX - 2);
    memset(line + len + JSON_DEPTH_MAX - 2, ']', JSON_DEPTH_MAX - 2);
    strcpy(fits, line);
    strcpy(fits + len + 2 * (JSON_DEPTH_MAX - 2), "]}");
    EXPECT_PART(fits, "\"result\":[[");
    memset(line + len, '[', JSON_DEPTH_MAX - 1);
    memset(line + len + JSON_DEPTH_MAX - 1, ']', JSON_DEPTH_MAX - 1);
    strcpy(line + len + 2 * (JSON_DEPTH_MAX - 1), "]}");
    EXPECT_PART(line, NULL_ERROR("-32700"));
    EXPECT_PART(line, "\"id\":\"json.too_deep\"");
}
END_TEST

START_TEST(notification_to_a_changing_method_is_ignored_and_counted)
{
    set_up();

    const char *said =
        toy_ask(&t, "{\"jsonrpc\":\"2.0\",\"method\":\"put\",\"params\":[\"a\"]}", &text);

    ck_assert_str_eq(said, "");
    ck_assert_uint_eq(t.put_count, 0);
    ck_assert_uint_eq(rpc_server_counts(t.server).ignored_count, 1);
    tear_down();
}
END_TEST

START_TEST(batch_is_answered_as_one_array)
{
    EXPECT("[{\"jsonrpc\":\"2.0\",\"method\":\"subtract\",\"params\":[5,1],\"id\":\"1\"},"
           "{\"jsonrpc\":\"2.0\",\"method\":\"look\",\"params\":[\"a\"]},"
           "{\"jsonrpc\":\"2.0\",\"method\":\"subtract\",\"params\":[42,23],\"id\":\"2\"}]",
           "[{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":4},"
           "{\"jsonrpc\":\"2.0\",\"id\":\"2\",\"result\":19}]\n");
    EXPECT_PART("[1,2,{\"foo\":\"boo\"}]", NULL_ERROR("-32600"));
}
END_TEST

START_TEST(batch_of_100_is_taken_and_one_of_101_refused_as_a_whole)
{
    buf line = {0};
    for (int i = 0; i < BATCH_COUNT_MAX; i++) {
        buf_print(&line, "%s{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":%d}",
                  i == 0 ? "[" : ",", i);
    }
    buf larger = {0};
    buf_put(&larger, line.base, line.len);
    buf_text(&larger, ",1]");
    buf_text(&line, "]");
    EXPECT_PART(buf_terminated(&line), "{\"jsonrpc\":\"2.0\",\"id\":99,\"result\":null}]");
    EXPECT_PART(buf_terminated(&larger), "\"id\":\"rpc.too_large\"");
    buf_fini(&line);
    buf_fini(&larger);
}
END_TEST

START_TEST(batch_waits_for_its_slowest_call)
{
    set_up();

    const char *said = toy_ask(&t,
                               "[{\"jsonrpc\":\"2.0\",\"method\":\"keep\",\"id\":1},"
                               "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":2}]",
                               &text);
    ck_assert_str_eq(said, "");
    rpc_call_reply(&t.kept[0], BYTES("1"));
    ck_assert_uint_eq(t.finished_count, 1);
    rpc_server_drain(t.server);
    said = toy_take(&t, &text);

    ck_assert_str_eq(said, "[{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":null},"
                           "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1}]\n");
    tear_down();
}
END_TEST

START_TEST(batch_larger_than_a_session_may_have_in_flight_is_started_bit_by_bit)
{
    set_up();
    buf line = {0};
    for (int i = 0; i < BATCH_COUNT_MAX; i++) {
        buf_print(&line, "%s{\"jsonrpc\":\"2.0\",\"method\":\"keep\",\"id\":%d}",
                  i == 0 ? "[" : ",", i);
    }
    buf_text(&line, "]\n{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":\"after\"}\n");

    rpc_feed_result state = rpc_feed(t.session, buf_bytes(&line));
    ck_assert_int_eq(state, RPC_FEED_PAUSE);
    ck_assert_uint_eq(t.kept_count, IN_FLIGHT_PER_SESSION_MAX);
    for (uint32_t i = 0; i < BATCH_COUNT_MAX; i++) {
        rpc_call_reply(&t.kept[i], BYTES("1"));
        rpc_server_drain(t.server);
    }
    t.kept_count = 0;
    const char *said = toy_take(&t, &text);

    ck_assert_ptr_nonnull(strstr(said, "\"id\":0,"));
    ck_assert_ptr_nonnull(strstr(said, "\"id\":99,"));
    ck_assert_ptr_nonnull(strstr(said, "]\n"));
    ck_assert_ptr_nonnull(strstr(said, "{\"jsonrpc\":\"2.0\",\"id\":\"after\",\"result\":null}\n"));
    buf_fini(&line);
    tear_down();
}
END_TEST

START_TEST(batch_answers_that_do_not_fit_become_errors)
{
    set_up();
    buf line = {0};
    for (int i = 0; i < 3; i++) {
        buf_print(&line,
                  "%s{\"jsonrpc\":\"2.0\",\"method\":\"grow\",\"params\":[8000000],\"id\":%d}",
                  i == 0 ? "[" : ",", i);
    }
    buf_char(&line, ']');

    const char *said = toy_ask(&t, buf_terminated(&line), &text);

    ck_assert_uint_le(text.len, BATCH_REPLY_LEN_MAX);
    ck_assert_ptr_nonnull(strstr(said, "{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":-32008"));
    buf_fini(&line);
    tear_down();
}
END_TEST

START_TEST(answer_beyond_the_largest_becomes_an_error)
{
    EXPECT_PART("{\"jsonrpc\":\"2.0\",\"method\":\"grow\",\"params\":[16777215],\"id\":1}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32008");
}
END_TEST

START_TEST(cancelled_call_answers_cancelled)
{
    set_up();

    const char *said = toy_ask(&t,
                               "{\"jsonrpc\":\"2.0\",\"method\":\"keep\",\"id\":\"a\"}\n"
                               "{\"jsonrpc\":\"2.0\",\"method\":\"$/cancelRequest\",\"params\":{"
                               "\"id\":\"b\"}}",
                               &text);
    ck_assert(!__atomic_load_n(rpc_call_stop_flag(t.kept[0]), __ATOMIC_RELAXED));
    said = toy_ask(&t,
                   "{\"jsonrpc\":\"2.0\",\"method\":\"$/cancelRequest\",\"params\":{\"id\":\"a\"}}",
                   &text);
    ck_assert_str_eq(said, "");
    ck_assert(__atomic_load_n(rpc_call_stop_flag(t.kept[0]), __ATOMIC_RELAXED));
    rpc_call_reply(&t.kept[0], BYTES("1"));
    rpc_server_drain(t.server);
    said = toy_take(&t, &text);

    ck_assert_ptr_nonnull(strstr(said, "\"id\":\"a\",\"error\":{\"code\":-32800"));
    tear_down();
}
END_TEST

START_TEST(cancelled_change_that_was_made_is_told)
{
    set_up();

    const char *said = toy_ask(&t,
                               "{\"jsonrpc\":\"2.0\",\"method\":\"keep.change\",\"id\":1}\n"
                               "{\"jsonrpc\":\"2.0\",\"method\":\"$/cancelRequest\",\"params\":{"
                               "\"id\":1},\"id\":2}",
                               &text);
    ck_assert_str_eq(said, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":null}\n");
    rpc_call_reply(&t.kept[0], BYTES("1"));
    rpc_server_drain(t.server);
    said = toy_take(&t, &text);

    ck_assert_str_eq(said, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1}\n");
    tear_down();
}
END_TEST

START_TEST(cancel_without_id_is_refused)
{
    EXPECT_PART("{\"jsonrpc\":\"2.0\",\"method\":\"$/cancelRequest\",\"id\":2}", "\"code\":-32602");
    EXPECT("{\"jsonrpc\":\"2.0\",\"method\":\"$/cancelRequest\",\"params\":[1]}", "");
}
END_TEST

START_TEST(server_with_all_it_can_take_in_flight_says_when_to_come_again)
{
    toy_open(&t, 1);

    const char *said = toy_ask(&t,
                               "{\"jsonrpc\":\"2.0\",\"method\":\"keep\",\"id\":1}\n"
                               "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":2}",
                               &text);

    ck_assert_ptr_nonnull(strstr(said, "\"id\":2,\"error\":{\"code\":-32001"));
    ck_assert_ptr_nonnull(strstr(said, "\"retry_after_ms\":250"));
    ck_assert_uint_eq(rpc_server_counts(t.server).overload_count, 1);
    tear_down();
}
END_TEST

TOY_MAIN("rpc/request", request_examples_of_the_specification, request_ids_come_back_byte_for_byte,
         request_id_of_128_bytes_is_taken_and_one_of_129_refused, request_of_wrong_shape_is_refused,
         request_names_are_case_sensitive, request_members_written_with_escapes_are_understood,
         request_to_a_mistyped_method_gets_a_suggestion,
         request_that_fails_says_everything_the_error_holds, request_nested_too_deeply_is_told_so,
         notification_to_a_changing_method_is_ignored_and_counted, batch_is_answered_as_one_array,
         batch_of_100_is_taken_and_one_of_101_refused_as_a_whole, batch_waits_for_its_slowest_call,
         batch_larger_than_a_session_may_have_in_flight_is_started_bit_by_bit,
         batch_answers_that_do_not_fit_become_errors, answer_beyond_the_largest_becomes_an_error,
         cancelled_call_answers_cancelled, cancelled_change_that_was_made_is_told,
         cancel_without_id_is_refused,
         server_with_all_it_can_take_in_flight_says_when_to_come_again)
