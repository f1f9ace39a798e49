/* Requests and answers of a client, as text. */
#include "app/answer.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "json/json.h"

/* ---------------------------------------------------------------------------------- asking */

static bytes trim(bytes text)
{
    while (text.len > 0 && strchr(" \t\r\n", text.base[0]) != NULL) {
        text.base++;
        text.len--;
    }
    while (text.len > 0 && strchr(" \t\r\n", text.base[text.len - 1]) != NULL) {
        text.len--;
    }
    return text;
}

/* The params with a token in front, or as they are where they have no place for one. */
static void put_params(buf *out, bytes params, uint64_t id, bool has_progress)
{
    bytes own;
    bool takes_token =
        has_progress && params.base[0] == '{' && !json_raw_member(params, "progress_token", &own);
    if (takes_token) {
        bytes rest = trim((bytes){params.base + 1, params.len - 1});
        buf_print(out, "{\"progress_token\":%llu%s", (unsigned long long)id,
                  rest.base[0] == '}' ? "" : ",");
        params = rest;
    }
    size_t start = out->len;
    buf_put(out, params.base, params.len);
    for (size_t i = start; i < out->len && !out->failed; i++) {
        /* A line end between tokens would end the frame; within a text there is none. */
        if (out->base[i] == '\n') {
            out->base[i] = ' ';
        }
    }
}

bool answer_ask(buf *out, uint64_t id, const char *method, bytes params_json, bool has_progress,
                err *e)
{
    bytes params = trim(params_json);
    if (params.len > 0) {
        if (!json_check(params, JSON_DEPTH_MAX, NULL, e)) {
            return false;
        }
        if (params.base[0] != '{' && params.base[0] != '[') {
            fail(e, ERR_RPC_PARAMS, "the parameters must be a JSON object or array");
            return err_path(e, "/params");
        }
    } else if (has_progress) {
        params = BYTES("{}");
    }
    json_writer w = json_writer_to(out);
    buf_print(out, "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":", (unsigned long long)id);
    json_put_cstr(&w, method);
    if (params.len > 0) {
        buf_text(out, ",\"params\":");
        put_params(out, params, id, has_progress);
    }
    buf_text(out, "}\n");
    if (out->failed) {
        return fail(e, ERR_MEMORY, "no memory left for the request");
    }
    if (out->len - 1 > FRAME_LEN_MAX) {
        return fail(e, ERR_RPC_TOO_LARGE, "the request is %zu bytes long, more than %d",
                    out->len - 1, FRAME_LEN_MAX);
    }
    return true;
}

void answer_cancel(buf *out, uint64_t id)
{
    buf_print(out,
              "{\"jsonrpc\":\"2.0\",\"method\":\"$/cancelRequest\",\"params\":{\"id\":%llu}}\n",
              (unsigned long long)id);
}

/* ---------------------------------------------------------------------------------- hearing */

static void copy_text(char *to, size_t cap, const json_node *object, const char *key)
{
    const json_node *text = object == NULL ? NULL : json_member(object, key);
    if (text != NULL && json_type_of(text) == JSON_TEXT) {
        bytes from = json_text(text);
        size_t len = from.len < cap ? from.len : cap - 1;
        memcpy(to, from.base, len);
        to[len] = '\0';
    }
}

/* Our code by its id; for a server that gives none, the first with the same number. */
static err_code find_code(const json_node *error, const json_node *data)
{
    char id[64] = "";
    err_code code;
    copy_text(id, sizeof id, data, "id");
    if (err_from_id(id, &code)) {
        return code;
    }
    int64_t number = 0;
    const json_node *member = json_member(error, "code");
    if (member != NULL && json_integer(member, &number)) {
        for (int i = ERR_NONE + 1; i < ERR_COUNT; i++) {
            if (err_rpc_code((err_code)i) == number) {
                return (err_code)i;
            }
        }
    }
    return ERR_INTERNAL;
}

static void read_error(bytes raw, err *e)
{
    json_doc *doc = NULL;
    if (!json_parse(raw, JSON_READER_DEPTH_MAX, &doc, e)) {
        return;
    }
    const json_node *error = json_root(doc);
    if (json_type_of(error) != JSON_OBJECT) {
        fail(e, ERR_INTERNAL, "the server answered with an error that is no object");
        json_doc_free(&doc);
        return;
    }
    const json_node *data = json_member(error, "data");
    if (data != NULL && json_type_of(data) != JSON_OBJECT) {
        data = NULL;
    }
    err_code code = find_code(error, data);
    fail(e, code, "%s", err_summary(code));
    copy_text(e->text, sizeof e->text, error, "message");
    copy_text(e->detail, sizeof e->detail, data, "detail");
    copy_text(e->hint, sizeof e->hint, data, "hint");
    copy_text(e->path, sizeof e->path, data, "path");
    const json_node *retry = data == NULL ? NULL : json_member(data, "retry_after_ms");
    int64_t retry_after_ms = 0;
    if (retry != NULL && json_integer(retry, &retry_after_ms)) {
        e->retry_after_ms = retry_after_ms;
    }
    json_doc_free(&doc);
}

static uint64_t read_count(const json_node *params, const char *key)
{
    int64_t value = 0;
    const json_node *member = json_member(params, key);
    bool is_count = member != NULL && json_integer(member, &value) && value > 0;
    return is_count ? (uint64_t)value : 0;
}

static answer_kind read_progress(bytes line, uint64_t id, client_on_progress *on_progress,
                                 void *context)
{
    json_doc *doc = NULL;
    err ignored; /* a notice that cannot be read is not worth the call it is about */
    if (on_progress == NULL || !json_parse(line, JSON_READER_DEPTH_MAX, &doc, &ignored)) {
        return ANSWER_OTHER;
    }
    answer_kind kind = ANSWER_OTHER;
    const json_node *params = json_member(json_root(doc), "params");
    if (params != NULL && json_type_of(params) == JSON_OBJECT &&
        read_count(params, "token") == id) {
        char message[256] = "";
        copy_text(message, sizeof message, params, "message");
        on_progress(context, read_count(params, "done"), read_count(params, "total"), message);
        kind = ANSWER_PROGRESS;
    }
    json_doc_free(&doc);
    return kind;
}

answer_kind answer_read(bytes line, uint64_t id, client_on_progress *on_progress, void *context,
                        buf *ret_result, err *e)
{
    err why;
    if (!json_check(line, JSON_READER_DEPTH_MAX, NULL, &why)) {
        fail(e, ERR_NO_SERVER, "what answers there speaks no JSON-RPC");
        err_detail(e, "%s", why.text);
        return ANSWER_ERROR;
    }
    bytes raw;
    if (json_raw_member(line, "method", &raw)) {
        return bytes_equal_text(raw, "\"$/progress\"")
                   ? read_progress(line, id, on_progress, context)
                   : ANSWER_OTHER;
    }
    char own_id[24];
    snprintf(own_id, sizeof own_id, "%llu", (unsigned long long)id);
    bool is_ours = json_raw_member(line, "id", &raw) && bytes_equal_text(raw, own_id);
    bool is_nobodys = raw.len > 0 && bytes_equal_text(raw, "null");
    if (is_ours && json_raw_member(line, "result", &raw)) {
        buf_put(ret_result, raw.base, raw.len);
        return ANSWER_RESULT;
    }
    /* An error without an id is about the connection or about a request nobody could read. */
    if ((is_ours || is_nobodys) && json_raw_member(line, "error", &raw)) {
        read_error(raw, e);
        return ANSWER_ERROR;
    }
    return ANSWER_OTHER;
}
