/* The messages a server sends: results, errors and notices of progress. Every one is a single line.
 */
#include <string.h>

#include "base/check.h"
#include "rpc/parts.h"

static void put_head(buf *out, bytes id)
{
    buf_text(out, "{\"jsonrpc\":\"2.0\",\"id\":");
    buf_put(out, id.base, id.len);
}

void rpc_reply_result(buf *out, bytes id, bytes result)
{
    put_head(out, id);
    buf_text(out, ",\"result\":");
    size_t start = out->len;
    if (result.len == 0) {
        buf_text(out, "null");
    }
    buf_put(out, result.base, result.len);
    buf_char(out, '}');
    if (out->failed) {
        return;
    }
    /* A line end may stand between the tokens of a text that was kept as it came, nowhere else; it
     * would end the frame. */
    char *at = out->base + start;
    char *end = out->base + out->len;
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        *at++ = ' ';
    }
}

static void member_if_any(json_writer *w, const char *key, const char *text)
{
    if (text[0] != '\0') {
        json_member_cstr(w, key, text);
    }
}

void rpc_reply_error(buf *out, bytes id, const err *e)
{
    err_code code = e->code == ERR_NONE ? ERR_INTERNAL : e->code;
    json_writer w = json_writer_to(out);
    json_begin_object(&w);
    json_member_cstr(&w, "jsonrpc", "2.0");
    json_put_key(&w, "id");
    json_put_raw(&w, id.len == 0 ? BYTES("null") : id);
    json_put_key(&w, "error");
    json_begin_object(&w);
    json_member_int(&w, "code", err_rpc_code(code));
    json_member_cstr(&w, "message", e->text[0] == '\0' ? err_summary(code) : e->text);
    json_put_key(&w, "data");
    json_begin_object(&w);
    json_member_cstr(&w, "id", err_id(code));
    member_if_any(&w, "detail", e->detail);
    member_if_any(&w, "hint", e->hint);
    member_if_any(&w, "path", e->path);
    if (e->retry_after_ms > 0) {
        json_member_int(&w, "retry_after_ms", e->retry_after_ms);
    }
    json_end_object(&w);
    json_end_object(&w);
    json_end_object(&w);
}

void rpc_reply_progress(buf *out, bytes token, uint64_t done, uint64_t total, const char *message)
{
    json_writer w = json_writer_to(out);
    json_begin_object(&w);
    json_member_cstr(&w, "jsonrpc", "2.0");
    json_member_cstr(&w, "method", "$/progress");
    json_put_key(&w, "params");
    json_begin_object(&w);
    json_put_key(&w, "token");
    json_put_raw(&w, token);
    json_member_int(&w, "done", (int64_t)done);
    json_member_int(&w, "total", (int64_t)total);
    json_member_cstr(&w, "message", message);
    json_end_object(&w);
    json_end_object(&w);
}
