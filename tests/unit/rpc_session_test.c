#include "unit/rpc_toy.h"

static toy t;
static buf text;

static const char ASK[] =
    "{\"jsonrpc\":\"2.0\",\"method\":\"subtract\",\"params\":[3,1],\"id\":1}\n";
static const char SAID[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":2}\n";

static void set_up(void)
{
    toy_open(&t, 0);
}

static void tear_down(void)
{
    toy_close(&t);
    buf_fini(&text);
}

START_TEST(session_joins_frames_from_pieces_of_any_size)
{
    for (size_t piece_len = 1; piece_len < sizeof ASK; piece_len++) {
        set_up();
        buf three = {0};
        buf_text(&three, ASK);
        buf_text(&three, "\r\n \n\n");
        buf_text(&three, ASK);
        buf_text(&three, ASK);

        for (size_t off = 0; off < three.len; off += piece_len) {
            size_t len = three.len - off < piece_len ? three.len - off : piece_len;
            ck_assert_int_eq(rpc_feed(t.session, (bytes){three.base + off, len}), RPC_FEED_OK);
        }
        const char *said = toy_take(&t, &text);

        ck_assert_uint_eq(strlen(said), 3 * strlen(SAID));
        ck_assert_int_eq(strncmp(said, SAID, strlen(SAID)), 0);
        buf_fini(&three);
        tear_down();
    }
}
END_TEST

/* A frame of exactly `len` bytes without its line end. */
static void put_frame(buf *out, size_t len)
{
    static const char head[] = "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"echo\",\"pad\":\"";
    size_t start = out->len;
    buf_text(out, head);
    while (out->len - start < len - 2) {
        buf_char(out, 'x');
    }
    buf_text(out, "\"}\n");
}

START_TEST(session_takes_the_largest_frame_and_refuses_one_byte_more)
{
    for (size_t piece_len = 1000; piece_len < 3000000; piece_len *= 50) {
        set_up();
        buf in = {0};
        put_frame(&in, FRAME_LEN_MAX);
        put_frame(&in, FRAME_LEN_MAX + 1);
        buf_text(&in, ASK);

        for (size_t off = 0; off < in.len; off += piece_len) {
            size_t len = in.len - off < piece_len ? in.len - off : piece_len;
            ck_assert_int_eq(rpc_feed(t.session, (bytes){in.base + off, len}), RPC_FEED_OK);
        }
        const char *said = toy_take(&t, &text);

        const char *first = "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":null}\n";
        const char *second = "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,";
        ck_assert_int_eq(strncmp(said, first, strlen(first)), 0);
        ck_assert_int_eq(strncmp(said + strlen(first), second, strlen(second)), 0);
        ck_assert_ptr_nonnull(strstr(said, "rpc.too_large"));
        ck_assert_str_eq(strchr(said + strlen(first), '\n') + 1, SAID);
        buf_fini(&in);
        tear_down();
    }
}
END_TEST

START_TEST(session_answers_an_endless_frame_once_and_keeps_none_of_it)
{
    set_up();
    char piece[65536];
    memset(piece, 'x', sizeof piece);

    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(rpc_feed(t.session, (bytes){piece, sizeof piece}), RPC_FEED_OK);
    }
    const char *said = toy_take(&t, &text);

    ck_assert_ptr_eq(strchr(said, '\n'), said + strlen(said) - 1);
    ck_assert_str_eq(toy_ask(&t, "\n", &text), "");
    ck_assert_str_eq(toy_ask(&t, ASK, &text), SAID);
    tear_down();
}
END_TEST

START_TEST(session_pauses_at_32_in_flight_and_goes_on_by_itself)
{
    set_up();
    buf in = {0};
    for (int i = 0; i < 40; i++) {
        buf_print(&in, "{\"jsonrpc\":\"2.0\",\"method\":\"keep\",\"id\":%d}\n", i);
    }

    ck_assert_int_eq(rpc_feed(t.session, buf_bytes(&in)), RPC_FEED_PAUSE);
    ck_assert_uint_eq(t.kept_count, IN_FLIGHT_PER_SESSION_MAX);
    for (uint32_t i = 0; i < 9; i++) {
        rpc_call_reply(&t.kept[i], BYTES("1"));
    }
    ck_assert_uint_eq(t.finished_count, 1);
    rpc_server_drain(t.server);

    ck_assert_uint_eq(t.kept_count, 40);
    ck_assert_int_eq(rpc_feed(t.session, (bytes){NULL, 0}), RPC_FEED_OK);
    buf_fini(&in);
    tear_down();
}
END_TEST

START_TEST(session_keeps_what_it_may_not_start_yet)
{
    for (size_t piece_len = 7; piece_len < 3000; piece_len *= 3) {
        set_up();
        buf in = {0};
        for (int i = 0; i < 150; i++) {
            buf_print(&in, "{\"jsonrpc\":\"2.0\",\"method\":\"keep\",\"id\":%d}\n", i);
        }

        uint32_t answered = 0;
        for (size_t off = 0; off < in.len; off += piece_len) {
            size_t len = in.len - off < piece_len ? in.len - off : piece_len;
            rpc_feed(t.session, (bytes){in.base + off, len});
            if (t.kept_count >= answered + IN_FLIGHT_PER_SESSION_MAX) {
                rpc_call_reply(&t.kept[answered++], BYTES("1"));
                rpc_server_drain(t.server);
            }
        }
        while (answered < t.kept_count) {
            rpc_call_reply(&t.kept[answered++], BYTES("1"));
            rpc_server_drain(t.server);
        }

        ck_assert_uint_eq(answered, 150);
        ck_assert(strstr(toy_take(&t, &text), "\"error\"") == NULL);
        ck_assert_ptr_nonnull(strstr(buf_terminated(&text), "\"id\":149,"));
        t.kept_count = 0;
        buf_fini(&in);
        tear_down();
    }
}
END_TEST

START_TEST(session_refuses_a_frame_too_long_that_came_while_it_was_paused)
{
    set_up();
    for (int i = 0; i < IN_FLIGHT_PER_SESSION_MAX; i++) {
        rpc_feed(t.session, BYTES("{\"jsonrpc\":\"2.0\",\"method\":\"keep\"}\n"));
    }
    buf in = {0};
    put_frame(&in, FRAME_LEN_MAX + 1);
    buf_text(&in, ASK);

    ck_assert_int_eq(rpc_feed(t.session, buf_bytes(&in)), RPC_FEED_PAUSE);
    rpc_call_reply(&t.kept[0], BYTES("1"));
    rpc_server_drain(t.server);
    const char *said = toy_take(&t, &text);

    ck_assert_ptr_nonnull(strstr(said, "rpc.too_large"));
    ck_assert_str_eq(strchr(said, '\n') + 1, SAID);
    buf_fini(&in);
    tear_down();
}
END_TEST

START_TEST(session_tells_when_a_pause_ends_without_output)
{
    set_up();
    buf in = {0};
    for (int i = 0; i < IN_FLIGHT_PER_SESSION_MAX; i++) {
        buf_text(&in, "{\"jsonrpc\":\"2.0\",\"method\":\"keep\"}\n");
    }

    ck_assert_int_eq(rpc_feed(t.session, buf_bytes(&in)), RPC_FEED_PAUSE);
    ck_assert_uint_eq(t.output_count, 0);
    rpc_call_reply(&t.kept[3], BYTES("1"));
    rpc_server_drain(t.server);

    ck_assert_uint_eq(t.output_count, 1);
    ck_assert_uint_eq(rpc_session_output(t.session).len, 0);
    buf_fini(&in);
    tear_down();
}
END_TEST

START_TEST(session_tells_when_a_notification_was_worked_off)
{
    set_up();
    rpc_feed_frame(t.session, BYTES("{\"jsonrpc\":\"2.0\",\"method\":\"keep\"}"));
    ck_assert(rpc_session_is_waiting(t.session));
    ck_assert_uint_eq(t.output_count, 0);

    toy_finish_kept(&t);
    rpc_server_drain(t.server);

    ck_assert(!rpc_session_is_waiting(t.session));
    ck_assert(rpc_session_is_idle(t.session));
    ck_assert_uint_eq(t.output_count, 1);
    tear_down();
}
END_TEST

START_TEST(session_that_does_not_read_is_not_read_from)
{
    set_up();
    const char *grow = "{\"jsonrpc\":\"2.0\",\"method\":\"grow\",\"params\":[262144],\"id\":1}\n";
    buf in = {0};
    buf_text(&in, grow);
    buf_text(&in, grow);

    ck_assert_int_eq(rpc_feed(t.session, buf_bytes(&in)), RPC_FEED_PAUSE);
    size_t waiting = rpc_session_output(t.session).len;
    ck_assert_uint_lt(waiting, 2 * 262144);
    rpc_session_taken(t.session, waiting - 1000);
    ck_assert_int_eq(rpc_feed(t.session, (bytes){NULL, 0}), RPC_FEED_PAUSE);
    ck_assert_uint_gt(rpc_session_output(t.session).len, 262144);
    rpc_session_taken(t.session, rpc_session_output(t.session).len);

    ck_assert_int_eq(rpc_feed(t.session, (bytes){NULL, 0}), RPC_FEED_OK);
    buf_fini(&in);
    tear_down();
}
END_TEST

START_TEST(session_with_8_mib_unread_is_closed)
{
    set_up();
    for (int i = 0; i < 3; i++) {
        rpc_feed(t.session, BYTES("{\"jsonrpc\":\"2.0\",\"method\":\"keep\",\"id\":1}\n"));
    }
    buf large = {0};
    buf_char(&large, '"');
    memset(buf_room(&large, OUTPUT_CLOSE_LEN), 'x', OUTPUT_CLOSE_LEN);
    large.len += OUTPUT_CLOSE_LEN;
    buf_char(&large, '"');

    rpc_call_reply(&t.kept[0], buf_bytes(&large));
    rpc_server_drain(t.server);
    ck_assert_int_eq(rpc_feed(t.session, (bytes){NULL, 0}), RPC_FEED_PAUSE);
    rpc_call_reply(&t.kept[1], BYTES("1"));
    rpc_server_drain(t.server);

    ck_assert_int_eq(rpc_feed(t.session, (bytes){NULL, 0}), RPC_FEED_CLOSE);
    buf_fini(&large);
    tear_down();
}
END_TEST

START_TEST(session_fed_on_while_paused_is_closed_at_a_bound)
{
    set_up();
    for (int i = 0; i < IN_FLIGHT_PER_SESSION_MAX; i++) {
        rpc_feed(t.session, BYTES("{\"jsonrpc\":\"2.0\",\"method\":\"keep\",\"id\":1}\n"));
    }
    char piece[65536];
    memset(piece, '\n', sizeof piece);

    rpc_feed_result state = RPC_FEED_PAUSE;
    int count = 0;
    while (state == RPC_FEED_PAUSE && count < 100) {
        state = rpc_feed(t.session, (bytes){piece, sizeof piece});
        count++;
    }

    ck_assert_int_eq(state, RPC_FEED_CLOSE);
    ck_assert_int_eq(count, 2 * FRAME_LEN_MAX / 65536 + 1);
    tear_down();
}
END_TEST

START_TEST(session_freed_with_calls_in_flight_stops_them_and_drops_their_answers)
{
    set_up();
    rpc_feed(t.session, BYTES("[{\"jsonrpc\":\"2.0\",\"method\":\"keep\",\"id\":1},"
                              "{\"jsonrpc\":\"2.0\",\"method\":\"keep\",\"id\":2}]\n"
                              "{\"jsonrpc\":\"2.0\",\"method\":\"keep\",\"id\":3}\n"));

    rpc_call_reply(&t.kept[0], BYTES("1"));
    rpc_session_free(&t.session);
    ck_assert(__atomic_load_n(rpc_call_stop_flag(t.kept[1]), __ATOMIC_RELAXED));
    rpc_call_reply(&t.kept[1], BYTES("1"));
    rpc_call_reply(&t.kept[2], BYTES("1"));
    ck_assert_uint_eq(rpc_server_in_flight(t.server), 3);
    rpc_server_drain(t.server);

    ck_assert_uint_eq(rpc_server_in_flight(t.server), 0);
    tear_down();
}
END_TEST

START_TEST(session_freed_in_the_middle_of_a_batch_leaks_nothing)
{
    set_up();
    buf in = {0};
    for (int i = 0; i < 50; i++) {
        buf_print(&in, "%s{\"jsonrpc\":\"2.0\",\"method\":\"keep\",\"id\":%d}", i == 0 ? "[" : ",",
                  i);
    }
    buf_text(&in, "]\n");

    rpc_feed(t.session, buf_bytes(&in));
    rpc_session_free(&t.session);

    ck_assert_uint_eq(rpc_server_in_flight(t.server), IN_FLIGHT_PER_SESSION_MAX);
    buf_fini(&in);
    tear_down();
}
END_TEST

START_TEST(session_at_the_end_of_its_input_takes_what_lacks_only_its_line_end)
{
    set_up();
    rpc_feed(t.session, (bytes){ASK, strlen(ASK) - 1});
    ck_assert_uint_eq(rpc_session_output(t.session).len, 0);

    rpc_feed_end(t.session);

    ck_assert_str_eq(toy_take(&t, &text), SAID);
    rpc_feed_end(t.session);
    ck_assert_str_eq(toy_take(&t, &text), "");
    ck_assert(rpc_session_is_idle(t.session));
    tear_down();
}
END_TEST

START_TEST(session_takes_whole_frames_with_line_ends_inside)
{
    set_up();

    rpc_feed_result state =
        rpc_feed_frame(t.session, BYTES("{\"jsonrpc\":\"2.0\",\n \"method\":\"subtract\",\n"
                                        "\"params\":[3,1],\n\"id\":1}"));

    ck_assert_int_eq(state, RPC_FEED_OK);
    ck_assert_str_eq(toy_take(&t, &text), SAID);
    tear_down();
}
END_TEST

START_TEST(answers_kept_with_line_ends_are_sent_as_one_line)
{
    set_up();
    rpc_feed(t.session, BYTES("{\"jsonrpc\":\"2.0\",\"method\":\"keep\",\"id\":1}\n"));

    rpc_call_reply(&t.kept[0], BYTES("{\n\"a\":\n1}\n"));
    rpc_server_drain(t.server);

    ck_assert_str_eq(toy_take(&t, &text),
                     "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{ \"a\": 1} }\n");
    tear_down();
}
END_TEST

/* Every allocation of a conversation fails once: no crash, no leak, and afterwards the server still
 * answers a new session. */
START_TEST(every_failing_allocation_leaves_a_server_that_answers)
{
    static const char talk[] =
        "{\"jsonrpc\":\"2.0\",\"method\":\"subtract\",\"params\":{\"minuend\":3,\"subtrahend\":1},"
        "\"id\":1}\n"
        "[{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":[[1,2,{\"a\":\"b\"}]],\"id\":2},"
        "{\"jsonrpc\":\"2.0\",\"method\":\"keep\",\"id\":3},1]\n"
        "{\"jsonrpc\":\"2.0\",\"method\":\"\\u0065cho\",\"params\":{\"progress_token\":\"t\"},"
        "\"id\":4}\n"
        "{\"jsonrpc\":\"2.0\",\"method\":\"break\",\"id\":5}\n"
        "{\"jsonrpc\":\"2.0\",\"method\":\"nothing\",\"id\":6}\n";
    bool has_failed = true;
    uint64_t nth = 1;
    for (; has_failed && nth < 1000; nth++) {
        set_up();
        mem_fail_at(nth);
        for (size_t off = 0; off < sizeof talk - 1; off += 50) {
            size_t len = sizeof talk - 1 - off < 50 ? sizeof talk - 1 - off : 50;
            if (rpc_feed(t.session, (bytes){talk + off, len}) == RPC_FEED_CLOSE) {
                break;
            }
        }
        toy_finish_kept(&t);
        rpc_server_drain(t.server);
        /* It fails here when the whole talk needs fewer allocations than that. */
        void *probe = mem_new(1);
        mem_fail_at(0);
        has_failed = probe != NULL;
        mem_free(probe);

        err e;
        rpc_session_free(&t.session);
        ck_assert(rpc_session_new(t.server, toy_on_output, &t, &t.session, &e));
        ck_assert(rpc_session_set_caller(t.session, &(rpc_caller){.roles = 1}));
        ck_assert_str_eq(toy_ask(&t, ASK, &text), SAID);
        tear_down();
    }
    ck_assert_uint_gt(nth, 20);
    ck_assert_uint_lt(nth, 1000);
}
END_TEST

TOY_MAIN("rpc/session", session_joins_frames_from_pieces_of_any_size,
         session_takes_the_largest_frame_and_refuses_one_byte_more,
         session_answers_an_endless_frame_once_and_keeps_none_of_it,
         session_pauses_at_32_in_flight_and_goes_on_by_itself,
         session_keeps_what_it_may_not_start_yet,
         session_refuses_a_frame_too_long_that_came_while_it_was_paused,
         session_tells_when_a_pause_ends_without_output,
         session_tells_when_a_notification_was_worked_off,
         session_that_does_not_read_is_not_read_from, session_with_8_mib_unread_is_closed,
         session_fed_on_while_paused_is_closed_at_a_bound,
         session_freed_with_calls_in_flight_stops_them_and_drops_their_answers,
         session_freed_in_the_middle_of_a_batch_leaks_nothing,
         session_at_the_end_of_its_input_takes_what_lacks_only_its_line_end,
         session_takes_whole_frames_with_line_ends_inside,
         answers_kept_with_line_ends_are_sent_as_one_line,
         every_failing_allocation_leaves_a_server_that_answers)
