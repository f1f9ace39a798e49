#include "app/answer.h"
#include "unit/rpc_toy.h"

typedef struct heard {
    uint32_t count;
    uint64_t done;
    uint64_t total;
    char message[64];
} heard;

static void on_progress(void *context, uint64_t done, uint64_t total, const char *message)
{
    heard *h = context;
    h->count++;
    h->done = done;
    h->total = total;
    snprintf(h->message, sizeof h->message, "%s", message);
}

static const char *ask(const char *params, bool has_progress, buf *out)
{
    err e;
    buf_clear(out);
    ck_assert(answer_ask(out, 7, "match.query", bytes_of(params), has_progress, &e));
    return buf_terminated(out);
}

START_TEST(answer_asks_in_one_line)
{
    buf out = {0};
    ck_assert_str_eq(ask("", false, &out),
                     "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"match.query\"}\n");
    ck_assert_str_eq(
        ask(" {\n\"a\": 1\n}\n", false, &out),
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"match.query\",\"params\":{ \"a\": 1 }}\n");
    ck_assert_str_eq(ask("[1]", false, &out),
                     "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"match.query\",\"params\":[1]}\n");
    buf_fini(&out);
}
END_TEST

START_TEST(answer_puts_a_progress_token_where_there_is_a_place)
{
    buf out = {0};
    ck_assert_ptr_nonnull(strstr(ask("", true, &out), "\"params\":{\"progress_token\":7}}"));
    ck_assert_ptr_nonnull(strstr(ask("{ }", true, &out), "\"params\":{\"progress_token\":7}}"));
    ck_assert_ptr_nonnull(
        strstr(ask("{\"a\":1}", true, &out), "\"params\":{\"progress_token\":7,\"a\":1}}"));
    ck_assert_ptr_nonnull(strstr(ask("[1]", true, &out), "\"params\":[1]}"));
    ck_assert_ptr_nonnull(strstr(ask("{\"progress_token\":\"x\"}", true, &out),
                                 "\"params\":{\"progress_token\":\"x\"}}"));
    buf_fini(&out);
}
END_TEST

START_TEST(answer_refuses_params_that_are_no_object_or_array)
{
    static const char *const wrong[] = {"1", "\"x\"", "{", "null", "{}{}"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        buf out = {0};
        err e;
        ck_assert(!answer_ask(&out, 1, "x", bytes_of(wrong[i]), false, &e));
        buf_fini(&out);
    }
}
END_TEST

START_TEST(answer_refuses_a_request_longer_than_a_frame)
{
    static char params[FRAME_LEN_MAX];
    memset(params, ' ', sizeof params);
    size_t frame_len = strlen("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":[]}");
    size_t fits = FRAME_LEN_MAX - frame_len + 2;
    err e;
    for (size_t len = fits; len <= fits + 1; len++) {
        buf out = {0};
        memset(params, ' ', sizeof params);
        params[0] = '[';
        params[len - 1] = ']';
        bool is_taken = answer_ask(&out, 1, "x", (bytes){params, len}, false, &e);
        ck_assert_int_eq(is_taken, len == fits);
        buf_fini(&out);
    }
    ck_assert_int_eq(e.code, ERR_RPC_TOO_LARGE);
}
END_TEST

static answer_kind read(const char *line, buf *result, heard *h, err *e)
{
    return answer_read(bytes_of(line), 7, h == NULL ? NULL : on_progress, h, result, e);
}

START_TEST(answer_knows_its_own_result)
{
    buf result = {0};
    err e;
    ck_assert_int_eq(read("{\"jsonrpc\":\"2.0\",\"id\":8,\"result\":1}", &result, NULL, &e),
                     ANSWER_OTHER);
    ck_assert_int_eq(read("{\"jsonrpc\":\"2.0\",\"id\":\"7\",\"result\":1}", &result, NULL, &e),
                     ANSWER_OTHER);
    ck_assert_int_eq(read("{\"jsonrpc\":\"2.0\",\"method\":\"server.draining\",\"params\":{}}",
                          &result, NULL, &e),
                     ANSWER_OTHER);
    ck_assert_int_eq(
        read("{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"a\":[1]}}", &result, NULL, &e),
        ANSWER_RESULT);
    ck_assert_str_eq(buf_terminated(&result), "{\"a\":[1]}");
    buf_fini(&result);
}
END_TEST

START_TEST(answer_brings_an_error_back_as_it_was)
{
    err e;
    ck_assert_int_eq(
        read("{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32602,\"message\":\"m\",\"data\":{"
             "\"id\":\"weights.sum\",\"detail\":\"d\",\"hint\":\"h\",\"path\":\"/params/weights\","
             "\"retry_after_ms\":40}}}",
             NULL, NULL, &e),
        ANSWER_ERROR);
    ck_assert_int_eq(e.code, ERR_WEIGHTS_SUM);
    ck_assert_str_eq(e.text, "m");
    ck_assert_str_eq(e.detail, "d");
    ck_assert_str_eq(e.hint, "h");
    ck_assert_str_eq(e.path, "/params/weights");
    ck_assert_int_eq(e.retry_after_ms, 40);
}
END_TEST

START_TEST(answer_takes_foreign_errors_by_their_number)
{
    err e;
    read("{\"id\":7,\"error\":{\"code\":-32601,\"message\":\"m\"}}", NULL, NULL, &e);
    ck_assert_int_eq(e.code, ERR_RPC_METHOD);
    read("{\"id\":7,\"error\":{\"code\":5,\"message\":\"m\",\"data\":7}}", NULL, NULL, &e);
    ck_assert_int_eq(e.code, ERR_INTERNAL);
    read("{\"id\":7,\"error\":7}", NULL, NULL, &e);
    ck_assert_int_eq(e.code, ERR_INTERNAL);
    read("{\"id\":null,\"error\":{\"code\":-32001,\"message\":\"m\"}}", NULL, NULL, &e);
    ck_assert_int_eq(e.code, ERR_OVERLOADED);
    ck_assert_int_eq(read("HTTP/1.1 400", NULL, NULL, &e), ANSWER_ERROR);
    ck_assert_int_eq(e.code, ERR_NO_SERVER);
}
END_TEST

START_TEST(answer_tells_progress_of_its_own_token_only)
{
    heard h = {0};
    err e;
    const char *other = "{\"jsonrpc\":\"2.0\",\"method\":\"$/progress\",\"params\":{\"token\":8,"
                        "\"done\":1,\"total\":9,\"message\":\"m\"}}";
    const char *own = "{\"jsonrpc\":\"2.0\",\"method\":\"$/progress\",\"params\":{\"token\":7,"
                      "\"done\":1,\"total\":9,\"message\":\"m\"}}";
    ck_assert_int_eq(read(other, NULL, &h, &e), ANSWER_OTHER);
    ck_assert_int_eq(read(own, NULL, NULL, &e), ANSWER_OTHER);
    ck_assert_int_eq(read(own, NULL, &h, &e), ANSWER_PROGRESS);
    ck_assert_uint_eq(h.count, 1);
    ck_assert_uint_eq(h.done, 1);
    ck_assert_uint_eq(h.total, 9);
    ck_assert_str_eq(h.message, "m");
}
END_TEST

TOY_MAIN("app/answer", answer_asks_in_one_line, answer_puts_a_progress_token_where_there_is_a_place,
         answer_refuses_params_that_are_no_object_or_array,
         answer_refuses_a_request_longer_than_a_frame, answer_knows_its_own_result,
         answer_brings_an_error_back_as_it_was, answer_takes_foreign_errors_by_their_number,
         answer_tells_progress_of_its_own_token_only)
