#include "io/http_head.h"
#include "unit/rpc_toy.h"

static int status_of(const char *text)
{
    http_head head;
    http_refusal why = {0, NULL};
    size_t len = 0;
    http_reading reading = http_head_read(bytes_of(text), &head, &len, &why);
    if (reading == HTTP_REFUSED) {
        ck_assert_ptr_nonnull(why.text);
    }
    return reading == HTTP_READY ? 200 : reading == HTTP_MORE ? 100 : why.status;
}

/* A request with these lines between its first and its Host. */
static int status_with(const char *lines)
{
    char text[4096];
    snprintf(text, sizeof text, "POST /rpc HTTP/1.1\r\n%sHost: x\r\n\r\n", lines);
    return status_of(text);
}

START_TEST(head_is_read_into_its_parts)
{
    static const char TEXT[] = "POST /a/b?c=%20d HTTP/1.1\r\nHost: lotse.example:8080\r\n"
                               "content-LENGTH:12\r\nX-Empty:\r\nX-Tab: \ta b\t \r\n\r\nrest";
    http_head head;
    http_refusal why;
    size_t len = 0;
    ck_assert_int_eq(http_head_read(bytes_of(TEXT), &head, &len, &why), HTTP_READY);
    ck_assert_uint_eq(len, strlen(TEXT) - 4);
    ck_assert(bytes_equal_text(head.method, "POST"));
    ck_assert(bytes_equal_text(head.path, "/a/b"));
    ck_assert(bytes_equal_text(head.query, "c=%20d"));
    ck_assert_int_eq(head.content_len, 12);
    ck_assert(head.keeps_alive);
    ck_assert(bytes_equal_text(http_head_find(&head, "host"), "lotse.example:8080"));
    ck_assert(bytes_equal_text(http_head_find(&head, "x-tab"), "a b"));
    ck_assert_uint_eq(http_head_find(&head, "x-empty").len, 0);
    ck_assert_ptr_nonnull(http_head_find(&head, "x-empty").base);
    ck_assert_ptr_null(http_head_find(&head, "x-absent").base);
}
END_TEST

START_TEST(every_piece_of_a_head_waits_for_more)
{
    static const char TEXT[] = "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n";
    http_head head;
    http_refusal why;
    size_t len = 0;
    for (size_t cut = 0; cut < sizeof TEXT - 1; cut++) {
        ck_assert_int_eq(http_head_read((bytes){TEXT, cut}, &head, &len, &why), HTTP_MORE);
    }
    ck_assert_int_eq(http_head_read(bytes_of(TEXT), &head, &len, &why), HTTP_READY);
}
END_TEST

START_TEST(lengths_that_two_readers_could_differ_about_are_refused)
{
    ck_assert_int_eq(status_with("Content-Length: 2\r\n"), 200);
    ck_assert_int_eq(status_with("Content-Length: 02\r\n"), 200);
    ck_assert_int_eq(status_with("Content-Length: 2\r\nContent-Length: 2\r\n"), 400);
    ck_assert_int_eq(status_with("Content-Length: 2\r\ncontent-length: 3\r\n"), 400);
    ck_assert_int_eq(status_with("Content-Length: 2, 2\r\n"), 400);
    ck_assert_int_eq(status_with("Content-Length: +2\r\n"), 400);
    ck_assert_int_eq(status_with("Content-Length: -2\r\n"), 400);
    ck_assert_int_eq(status_with("Content-Length: 0x2\r\n"), 400);
    ck_assert_int_eq(status_with("Content-Length: 2 2\r\n"), 400);
    ck_assert_int_eq(status_with("Content-Length:\r\n"), 400);
    ck_assert_int_eq(status_with("Content-Length: 99999999999\r\n"), 400);
    ck_assert_int_eq(status_with("Transfer-Encoding: chunked\r\n"), 501);
    ck_assert_int_eq(status_with("Transfer-Encoding: identity\r\n"), 501);
    ck_assert_int_eq(status_with("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"), 400);
    ck_assert_int_eq(status_with("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n"), 400);
    ck_assert_int_eq(status_with("Transfer-Encoding : chunked\r\n"), 400);
    ck_assert_int_eq(status_of("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"), 400);
    ck_assert_int_eq(status_of("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"), 200);
}
END_TEST

START_TEST(lines_of_another_shape_are_refused)
{
    ck_assert_int_eq(status_with("A: b\r\n"), 200);
    ck_assert_int_eq(status_with("A: b\r\n folded\r\n"), 400);
    ck_assert_int_eq(status_with("A: b\r\n\tfolded\r\n"), 400);
    ck_assert_int_eq(status_with("A: b\n"), 400);
    ck_assert_int_eq(status_with("A: b\rc: d\r\n"), 400);
    ck_assert_int_eq(status_with("A : b\r\n"), 400);
    ck_assert_int_eq(status_with("A B: c\r\n"), 400);
    ck_assert_int_eq(status_with(": b\r\n"), 400);
    ck_assert_int_eq(status_with("no colon\r\n"), 400);
    ck_assert_int_eq(status_with("A\x01: b\r\n"), 400);
    ck_assert_int_eq(status_with("A: b\x7f\r\n"), 400);
    ck_assert_int_eq(status_with("Host: y\r\n"), 400);
    ck_assert_int_eq(status_with("Origin: http://a\r\nOrigin: http://b\r\n"), 400);
    ck_assert_int_eq(status_with("Cookie: a=1\r\nCookie: b=2\r\n"), 400);
    ck_assert_int_eq(status_with("Expect: 200-ok\r\n"), 417);
    http_head head;
    http_refusal why;
    size_t len = 0;
    bytes nul = BYTES("GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n");
    ck_assert_int_eq(http_head_read(nul, &head, &len, &why), HTTP_REFUSED);
    ck_assert_int_eq(status_of("GET / HTTP/1.1\nHost: x\n\n"), 400);
    ck_assert_int_eq(status_of("GET / HTTP/1.1\r\nHost: x\r\n\n"), 400);
}
END_TEST

START_TEST(request_lines_of_another_shape_are_refused)
{
    ck_assert_int_eq(status_of("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), 200);
    ck_assert_int_eq(status_of("GET / HTTP/1.0\r\n\r\n"), 200);
    ck_assert_int_eq(status_of("GET / HTTP/1.1\r\n\r\n"), 400);
    ck_assert_int_eq(status_of("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 400);
    ck_assert_int_eq(status_of("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400);
    ck_assert_int_eq(status_of("GET / HTTP/1.9\r\nHost: x\r\n\r\n"), 505);
    ck_assert_int_eq(status_of("GET / HTTP/2.0\r\nHost: x\r\n\r\n"), 505);
    ck_assert_int_eq(status_of("GET / http/1.1\r\nHost: x\r\n\r\n"), 400);
    ck_assert_int_eq(status_of("GET /\r\nHost: x\r\n\r\n"), 400);
    ck_assert_int_eq(status_of("GET  / HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
    ck_assert_int_eq(status_of("GET / HTTP/1.1 \r\nHost: x\r\n\r\n"), 400);
    ck_assert_int_eq(status_of("GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
    ck_assert_int_eq(status_of("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
    ck_assert_int_eq(status_of("get / HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
    ck_assert_int_eq(status_of("GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
    ck_assert_int_eq(status_of("\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
    ck_assert_int_eq(status_of("{\"jsonrpc\":\"2.0\"}"), 400);
    ck_assert_int_eq(status_of(""), 100);
}
END_TEST

START_TEST(head_is_bounded)
{
    buf text = {0};
    buf_text(&text, "GET /");
    for (int i = 1; i < HTTP_TARGET_LEN_MAX; i++) {
        buf_char(&text, 'a');
    }
    size_t target_end = text.len;
    buf_text(&text, " HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_int_eq(status_of(buf_terminated(&text)), 200);
    text.len = target_end;
    buf_text(&text, "a HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_int_eq(status_of(buf_terminated(&text)), 414);

    buf_clear(&text);
    buf_text(&text, "GET / HTTP/1.1\r\nHost: x\r\n");
    for (int i = 1; i < HTTP_FIELD_COUNT_MAX; i++) {
        buf_text(&text, "A: b\r\n");
    }
    size_t fields_end = text.len;
    buf_text(&text, "\r\n");
    ck_assert_int_eq(status_of(buf_terminated(&text)), 200);
    text.len = fields_end;
    buf_text(&text, "A: b\r\n\r\n");
    ck_assert_int_eq(status_of(buf_terminated(&text)), 431);

    buf_clear(&text);
    buf_text(&text, "GET / HTTP/1.1\r\nHost: x\r\nA: ");
    while (text.len < HTTP_HEAD_LEN_MAX - 4) {
        buf_char(&text, 'a');
    }
    size_t value_end = text.len;
    buf_text(&text, "\r\n\r\n");
    ck_assert_int_eq(status_of(buf_terminated(&text)), 200);
    text.len = value_end;
    buf_text(&text, "a\r\n\r\n");
    ck_assert_int_eq(status_of(buf_terminated(&text)), 431);
    buf_fini(&text);
}
END_TEST

START_TEST(connection_says_whether_another_request_follows)
{
    static const struct {
        const char *text;
        bool keeps_alive, wants_upgrade;
    } CASES[] = {
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true, false},
        {"GET / HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n", false, false},
        {"GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\n\r\n", true, true},
        {"GET / HTTP/1.1\r\nHost: x\r\nConnection: a\r\nConnection: close\r\n\r\n", false, false},
        {"GET / HTTP/1.0\r\n\r\n", false, false},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true, false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        http_head head;
        http_refusal why;
        size_t len = 0;
        ck_assert_int_eq(http_head_read(bytes_of(CASES[i].text), &head, &len, &why), HTTP_READY);
        ck_assert_int_eq(head.keeps_alive, CASES[i].keeps_alive);
        ck_assert_int_eq(head.wants_upgrade, CASES[i].wants_upgrade);
    }
}
END_TEST

TOY_MAIN("io/http_head", head_is_read_into_its_parts, every_piece_of_a_head_waits_for_more,
         lengths_that_two_readers_could_differ_about_are_refused,
         lines_of_another_shape_are_refused, request_lines_of_another_shape_are_refused,
         head_is_bounded, connection_says_whether_another_request_follows)
