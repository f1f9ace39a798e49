#include "io/http_reply.h"
#include "unit/rpc_toy.h"

static const char *text_of(const http_reply *reply, buf *out)
{
    buf_clear(out);
    http_reply_put(out, reply);
    return buf_terminated(out);
}

START_TEST(every_reply_keeps_a_browser_strict)
{
    static const int STATUSES[] = {200, 204, 304, 400, 404, 503};
    buf out = {0};
    for (size_t i = 0; i < sizeof STATUSES / sizeof STATUSES[0]; i++) {
        http_reply reply = http_reply_text(STATUSES[i], "x");
        const char *text = text_of(&reply, &out);
        ck_assert_ptr_nonnull(strstr(text, "Content-Security-Policy: default-src 'none'; "));
        ck_assert_ptr_nonnull(strstr(text, "frame-ancestors 'none'\r\n"));
        ck_assert_ptr_nonnull(strstr(text, "X-Content-Type-Options: nosniff\r\n"));
        ck_assert_ptr_nonnull(strstr(text, "Cache-Control: no-store\r\n"));
        ck_assert_ptr_null(strstr(text, "unsafe"));
    }
    buf_fini(&out);
}
END_TEST

START_TEST(length_is_told_with_a_body_and_with_head)
{
    buf out = {0};
    http_reply reply = http_reply_text(200, "hello");
    ck_assert_ptr_nonnull(strstr(text_of(&reply, &out), "Content-Length: 5\r\n"));
    ck_assert_ptr_nonnull(strstr(out.base, "\r\n\r\nhello"));
    reply.is_head_only = true;
    ck_assert_ptr_nonnull(strstr(text_of(&reply, &out), "Content-Length: 5\r\n"));
    ck_assert_ptr_null(strstr(out.base, "hello"));
    ck_assert_ptr_nonnull(strstr(out.base, "Connection: close\r\n\r\n"));
    http_reply empty = {.status = 204, .keeps_alive = true};
    ck_assert_ptr_null(strstr(text_of(&empty, &out), "Content-Length"));
    ck_assert_ptr_nonnull(strstr(out.base, "Connection: keep-alive\r\n\r\n"));
    buf_fini(&out);
}
END_TEST

START_TEST(what_may_be_kept_is_asked_about)
{
    buf out = {0};
    http_reply reply = {.status = 200,
                        .type = "text/css",
                        .body = BYTES("a{}"),
                        .tag = "\"t\"",
                        .may_be_kept = true,
                        .is_packed = true,
                        .is_secure = true,
                        .more = BYTES("Set-Cookie: a=b\r\n")};
    const char *text = text_of(&reply, &out);
    ck_assert_ptr_nonnull(strstr(text, "ETag: \"t\"\r\nVary: Accept-Encoding\r\n"));
    ck_assert_ptr_nonnull(strstr(text, "Cache-Control: no-cache\r\n"));
    ck_assert_ptr_nonnull(strstr(text, "Content-Encoding: gzip\r\n"));
    ck_assert_ptr_nonnull(strstr(text, "Set-Cookie: a=b\r\n"));
    ck_assert_ptr_nonnull(strstr(text, "Strict-Transport-Security: "));
    buf_fini(&out);
}
END_TEST

TOY_MAIN("io/http_reply", every_reply_keeps_a_browser_strict,
         length_is_told_with_a_body_and_with_head, what_may_be_kept_is_asked_about)
