#include "io/websocket.h"
#include "unit/rpc_toy.h"

/* A client's frame: masked with 1 2 3 4. */
static void put_masked(buf *out, unsigned first, const char *payload, size_t len)
{
    buf_char(out, (char)first);
    if (len < 126) {
        buf_char(out, (char)(0x80 | len));
    } else if (len <= UINT16_MAX) {
        buf_char(out, (char)(0x80 | 126));
        buf_char(out, (char)(len >> 8));
        buf_char(out, (char)len);
    } else {
        buf_char(out, (char)(0x80 | 127));
        for (int shift = 56; shift >= 0; shift -= 8) {
            buf_char(out, (char)((uint64_t)len >> shift));
        }
    }
    buf_put(out, "\1\2\3\4", 4);
    for (size_t i = 0; i < len; i++) {
        buf_char(out, (char)(payload[i] ^ (char)(i % 4 + 1)));
    }
}

/* The event of one frame, and what the reader says to close with. */
static ws_event event_of(buf *frame, uint16_t *ret_code)
{
    ws_reader r = {.len_max = 1000};
    size_t len = 0;
    bytes message = {NULL, 0};
    ws_event event = ws_read(&r, frame->base, frame->len, &len, &message);
    *ret_code = r.close_code;
    ws_reader_fini(&r);
    buf_clear(frame);
    return event;
}

static void expect_refused(buf *frame, uint16_t expected_code)
{
    uint16_t code = 0;
    ck_assert_int_eq(event_of(frame, &code), WS_REFUSED);
    ck_assert_int_eq(code, expected_code);
}

START_TEST(message_comes_unmasked_when_it_is_whole)
{
    buf in = {0};
    put_masked(&in, 0x81, "{\"a\":1}", 7);
    ws_reader r = {.len_max = 1000};
    size_t len = 9;
    bytes message = {NULL, 0};
    for (size_t cut = 0; cut < in.len; cut++) {
        ck_assert_int_eq(ws_read(&r, in.base, cut, &len, &message), WS_MORE);
        ck_assert_uint_eq(len, 0);
    }
    ck_assert_int_eq(ws_read(&r, in.base, in.len, &len, &message), WS_TEXT);
    ck_assert_uint_eq(len, in.len);
    ck_assert(bytes_equal_text(message, "{\"a\":1}"));
    ws_reader_fini(&r);
    buf_fini(&in);
}
END_TEST

START_TEST(pieces_are_put_together_around_a_ping)
{
    buf in = {0};
    put_masked(&in, 0x01, "{\"a\"", 4);
    put_masked(&in, 0x89, "hi", 2);
    put_masked(&in, 0x00, ":", 1);
    put_masked(&in, 0x80, "1}", 2);
    static const ws_event EVENTS[] = {WS_MORE, WS_PING, WS_MORE, WS_TEXT};
    ws_reader r = {.len_max = 1000};
    size_t off = 0;
    bytes message = {NULL, 0};
    for (size_t i = 0; i < 4; i++) {
        size_t len = 0;
        ck_assert_int_eq(ws_read(&r, in.base + off, in.len - off, &len, &message), EVENTS[i]);
        off += len;
        if (i == 1) {
            ck_assert(bytes_equal_text(message, "hi"));
        }
    }
    ck_assert_uint_eq(off, in.len);
    ck_assert(bytes_equal_text(message, "{\"a\":1}"));
    ws_reader_fini(&r);
    buf_fini(&in);
}
END_TEST

START_TEST(frames_against_the_protocol_are_refused)
{
    buf in = {0};
    buf_put(&in, "\x81\x01x", 3); /* not masked */
    expect_refused(&in, WS_CLOSE_PROTOCOL);
    put_masked(&in, 0xc1, "x", 1); /* an extension nobody agreed on */
    expect_refused(&in, WS_CLOSE_PROTOCOL);
    put_masked(&in, 0x80, "x", 1); /* goes on with what never began */
    expect_refused(&in, WS_CLOSE_PROTOCOL);
    put_masked(&in, 0x83, "x", 1); /* no such kind */
    expect_refused(&in, WS_CLOSE_PROTOCOL);
    put_masked(&in, 0x8b, "x", 1);
    expect_refused(&in, WS_CLOSE_PROTOCOL);
    put_masked(&in, 0x09, "x", 1); /* a ping in pieces */
    expect_refused(&in, WS_CLOSE_PROTOCOL);
    put_masked(&in, 0x82, "x", 1);
    expect_refused(&in, WS_CLOSE_KIND);
    put_masked(&in, 0x81, "\xff", 1);
    expect_refused(&in, WS_CLOSE_TEXT);
    put_masked(&in, 0x88, "x", 1); /* half a code */
    expect_refused(&in, WS_CLOSE_PROTOCOL);
    put_masked(&in, 0x88, "\x03\xed", 2); /* 1005 is never sent */
    expect_refused(&in, WS_CLOSE_PROTOCOL);
    buf_put(&in, "\x81\xfe\x00\x7d", 4); /* 125 could be said shorter */
    buf_put(&in, "\1\2\3\4", 4);
    expect_refused(&in, WS_CLOSE_PROTOCOL);
    char large[126] = {0};
    put_masked(&in, 0x89, large, 126);
    expect_refused(&in, WS_CLOSE_PROTOCOL);
    buf_fini(&in);
}
END_TEST

START_TEST(length_is_refused_before_the_bytes_come)
{
    buf in = {0};
    buf_put(&in, "\x81\xfe\x03\xe9\1\2\3\4", 8); /* 1001 bytes of at most 1000 */
    expect_refused(&in, WS_CLOSE_LARGE);
    buf_put(&in, "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\2\3\4", 14);
    expect_refused(&in, WS_CLOSE_LARGE);
    char text[1000];
    memset(text, 'a', sizeof text);
    put_masked(&in, 0x81, text, 1000);
    uint16_t code = 0;
    ck_assert_int_eq(event_of(&in, &code), WS_TEXT);

    ws_reader r = {.len_max = 1000};
    size_t len = 0;
    bytes message;
    put_masked(&in, 0x01, text, 999);
    ck_assert_int_eq(ws_read(&r, in.base, in.len, &len, &message), WS_MORE);
    buf_clear(&in);
    put_masked(&in, 0x80, text, 2);
    ck_assert_int_eq(ws_read(&r, in.base, in.len, &len, &message), WS_REFUSED);
    ck_assert_int_eq(r.close_code, WS_CLOSE_LARGE);
    ws_reader_fini(&r);
    buf_fini(&in);
}
END_TEST

START_TEST(close_is_heard_with_its_code)
{
    buf in = {0};
    uint16_t code = 0;
    put_masked(&in, 0x88, "", 0);
    ck_assert_int_eq(event_of(&in, &code), WS_CLOSE);
    ck_assert_int_eq(code, WS_CLOSE_NORMAL);
    put_masked(&in, 0x88, "\x03\xe9going", 7);
    ck_assert_int_eq(event_of(&in, &code), WS_CLOSE);
    put_masked(&in, 0x8a, "x", 1);
    ck_assert_int_eq(event_of(&in, &code), WS_PONG);
    buf_fini(&in);
}
END_TEST

START_TEST(lengths_are_written_shortest)
{
    static const struct {
        size_t len, head_len;
    } CASES[] = {{0, 2}, {125, 2}, {126, 4}, {65535, 4}, {65536, 10}};
    char *text = calloc(1, 65536);
    for (size_t i = 0; i < 5; i++) {
        buf out = {0};
        ws_put_text(&out, (bytes){text, CASES[i].len});
        ck_assert_uint_eq(out.len, CASES[i].head_len + CASES[i].len);
        ck_assert_int_eq((unsigned char)out.base[0], 0x81);
        buf_fini(&out);
    }
    free(text);
    buf close = {0};
    ws_put_close(&close, WS_CLOSE_AWAY);
    ck_assert_int_eq(memcmp(close.base, "\x88\x02\x03\xe9", 4), 0);
    buf_fini(&close);
}
END_TEST

START_TEST(key_is_accepted_as_the_standard_says)
{
    char accept[WS_ACCEPT_LEN + 1];
    ck_assert(ws_accept(BYTES("dGhlIHNhbXBsZSBub25jZQ=="), accept));
    ck_assert_str_eq(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    ck_assert(!ws_accept(BYTES("dGhlIHNhbXBsZSBub25jZQ="), accept));
    ck_assert(!ws_accept(BYTES("dGhlIHNhbXBsZSBub25j!Q=="), accept));
    ck_assert(!ws_accept((bytes){NULL, 0}, accept));
}
END_TEST

TOY_MAIN("io/websocket", message_comes_unmasked_when_it_is_whole,
         pieces_are_put_together_around_a_ping, frames_against_the_protocol_are_refused,
         length_is_refused_before_the_bytes_come, close_is_heard_with_its_code,
         lengths_are_written_shortest, key_is_accepted_as_the_standard_says)
