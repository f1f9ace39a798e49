/* Responses as text. */
#include "io/http_reply.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"

static const char POLICY[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(), geolocation=(), microphone=()\r\n";

static const char *phrase_of(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } PHRASES[] = {
        {200, "OK"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {421, "Misdirected Request"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };
    for (size_t i = 0; i < sizeof PHRASES / sizeof PHRASES[0]; i++) {
        if (PHRASES[i].status == status) {
            return PHRASES[i].phrase;
        }
    }
    return "Answer"; /* a phrase is for people; programs read the number */
}

static void put_date(buf *out)
{
    static const char *const DAYS[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t now = (time_t)(clock_unix_ms() / 1000);
    struct tm at;
    if (gmtime_r(&now, &at) != NULL) {
        buf_print(out, "Date: %s, %02d %s %d %02d:%02d:%02d GMT\r\n", DAYS[at.tm_wday], at.tm_mday,
                  MONTHS[at.tm_mon], at.tm_year + 1900, at.tm_hour, at.tm_min, at.tm_sec);
    }
}

void http_reply_put(buf *out, const http_reply *reply)
{
    buf_print(out, "HTTP/1.1 %d %s\r\n", reply->status, phrase_of(reply->status));
    put_date(out);
    if (reply->type != NULL) {
        buf_print(out, "Content-Type: %s\r\n", reply->type);
    }
    if (reply->status != 204 && reply->status != 304) {
        buf_print(out, "Content-Length: %zu\r\n", reply->body.len);
    }
    if (reply->tag != NULL) {
        buf_print(out, "ETag: %s\r\nVary: Accept-Encoding\r\n", reply->tag);
    }
    if (reply->is_packed) {
        buf_text(out, "Content-Encoding: gzip\r\n");
    }
    buf_text(out,
             reply->may_be_kept ? "Cache-Control: no-cache\r\n" : "Cache-Control: no-store\r\n");
    if (reply->allow != NULL) {
        buf_print(out, "Allow: %s\r\n", reply->allow);
    }
    if (reply->status == 426) {
        buf_text(out, "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
    }
    if (reply->status == 401) {
        buf_text(out, "WWW-Authenticate: Bearer\r\n");
    }
    if (reply->retry_after_s > 0) {
        buf_print(out, "Retry-After: %u\r\n", reply->retry_after_s);
    }
    buf_put(out, reply->more.base, reply->more.len);
    if (reply->is_secure) {
        buf_text(out, "Strict-Transport-Security: max-age=31536000\r\n");
    }
    buf_text(out, POLICY);
    buf_print(out, "Connection: %s\r\n\r\n", reply->keeps_alive ? "keep-alive" : "close");
    if (!reply->is_head_only) {
        buf_put(out, reply->body.base, reply->body.len);
    }
}

http_reply http_reply_text(int status, const char *text)
{
    return (http_reply){
        .status = status, .type = "text/plain; charset=utf-8", .body = bytes_of(text)};
}

void http_reply_put_upgrade(buf *out, const char *accept)
{
    buf_print(out,
              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Accept: %s\r\n\r\n",
              accept);
}

void http_reply_put_continue(buf *out)
{
    buf_text(out, "HTTP/1.1 100 Continue\r\n\r\n");
}
