/* The OpenRPC document, made of the same table that holds params against it. */
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "rpc/parts.h"

static const char *json_type_name(rpc_type type)
{
    switch (type) {
    case RPC_TEXT:
    case RPC_DAY:
        return "string";
    case RPC_INT:
        return "integer";
    case RPC_BOOL:
        return "boolean";
    case RPC_OBJECT:
        return "object";
    case RPC_ARRAY:
        return "array";
    case RPC_ANY:
        break;
    }
    return NULL;
}

static void put_bounds(json_writer *w, const rpc_param *param)
{
    if (param->min == 0 && param->max == 0) {
        return;
    }
    switch (param->type) {
    case RPC_INT:
        json_member_int(w, "minimum", param->min);
        json_member_int(w, "maximum", param->max);
        break;
    case RPC_TEXT:
        /* The table counts bytes, JSON Schema characters: never fewer bytes than characters. */
        json_member_int(w, "minLength", param->min > 0 ? 1 : 0);
        json_member_int(w, "maxLength", param->max);
        break;
    case RPC_ARRAY:
        json_member_int(w, "minItems", param->min);
        json_member_int(w, "maxItems", param->max);
        break;
    default:
        break;
    }
}

static void put_param(json_writer *w, const rpc_param *param)
{
    json_begin_object(w);
    json_member_cstr(w, "name", param->name);
    if (param->summary != NULL) {
        json_member_cstr(w, "summary", param->summary);
    }
    json_member_bool(w, "required", param->is_required);
    json_put_key(w, "schema");
    json_begin_object(w);
    if (json_type_name(param->type) != NULL) {
        json_member_cstr(w, "type", json_type_name(param->type));
    }
    if (param->type == RPC_DAY) {
        json_member_cstr(w, "format", "date");
    }
    put_bounds(w, param);
    if (param->schema != NULL) {
        json_member_cstr(w, "$ref", param->schema);
    }
    json_end_object(w);
    json_end_object(w);
}

static void put_ref(json_writer *w, const char *kind, const char *name)
{
    char ref[100] = "#/components/";
    strcat(strcat(strcat(ref, kind), "/"), name);
    json_begin_object(w);
    json_member_cstr(w, "$ref", ref);
    json_end_object(w);
}

/* Through a tree, so that it comes out compact however it was written down. */
static void put_schema(json_writer *w, const char *text)
{
    json_doc *doc = NULL;
    err e;
    if (json_parse(text == NULL ? BYTES("{}") : bytes_of(text), JSON_DEPTH_MAX, &doc, &e)) {
        json_put_node(w, json_root(doc));
        json_doc_free(&doc);
    } else {
        check(e.code == ERR_MEMORY); /* the text is a method's own */
        w->out->failed = true;
        json_put_null(w);
    }
}

static void put_roles(json_writer *w, const rpc_config *config, uint32_t roles)
{
    json_put_key(w, "x-roles");
    json_begin_array(w);
    if ((roles & RPC_ANYBODY) != 0) {
        json_put_cstr(w, "anybody");
    }
    for (uint32_t i = 0; i < config->role_count; i++) {
        if ((roles >> i & 1) != 0) {
            json_put_cstr(w, config->role_names[i]);
        }
    }
    json_end_array(w);
}

static void put_method(json_writer *w, const rpc_config *config, const rpc_method *method)
{
    json_begin_object(w);
    json_member_cstr(w, "name", method->name);
    json_member_cstr(w, "summary", method->summary);
    put_roles(w, config, method->roles);
    json_member_cstr(w, "paramStructure", "either");
    json_put_key(w, "params");
    json_begin_array(w);
    for (uint32_t i = 0; i < method->param_count; i++) {
        put_param(w, &method->params[i]);
    }
    put_ref(w, "contentDescriptors", "deadline_ms");
    put_ref(w, "contentDescriptors", "progress_token");
    json_end_array(w);
    json_put_key(w, "result");
    json_begin_object(w);
    json_member_cstr(w, "name", "result");
    json_put_key(w, "schema");
    put_schema(w, method->result_schema);
    json_end_object(w);
    json_member_bool(w, "x-changing", method->is_changing);
    json_end_object(w);
}

/* What every method takes besides its own. */
static void put_common_params(json_writer *w)
{
    json_put_key(w, "contentDescriptors");
    json_put_raw(
        w,
        BYTES("{\"deadline_ms\":{\"name\":\"deadline_ms\",\"summary\":\"The caller waits this long "
              "at most; by name only.\",\"required\":false,\"schema\":{\"type\":\"integer\","
              "\"minimum\":1,\"maximum\":86400000}},"
              "\"progress_token\":{\"name\":\"progress_token\",\"summary\":\"Asks for $/progress "
              "notices that carry this token; by name only.\",\"required\":false,\"schema\":{"
              "\"type\":[\"string\",\"integer\"],\"maxLength\":126}}}"));
}

static void put_errors(json_writer *w)
{
    json_put_key(w, "errors");
    json_begin_object(w);
    for (int code = ERR_NONE + 1; code < ERR_COUNT; code++) {
        json_put_key(w, err_id((err_code)code));
        json_begin_object(w);
        json_member_int(w, "code", err_rpc_code((err_code)code));
        json_member_cstr(w, "message", err_summary((err_code)code));
        json_put_key(w, "data");
        json_begin_object(w);
        json_member_cstr(w, "id", err_id((err_code)code));
        json_end_object(w);
        json_end_object(w);
    }
    json_end_object(w);
}

static void put_notices(json_writer *w)
{
    json_put_key(w, "x-notifications");
    json_put_raw(
        w,
        BYTES("[{\"name\":\"$/progress\",\"summary\":\"From the server: how far a request with a "
              "progress_token is.\",\"params\":{\"type\":\"object\",\"required\":[\"token\","
              "\"done\",\"total\",\"message\"],\"properties\":{\"token\":{\"type\":[\"string\","
              "\"integer\"]},\"done\":{\"type\":\"integer\"},\"total\":{\"type\":\"integer\"},"
              "\"message\":{\"type\":\"string\"}}}},"
              "{\"name\":\"server.draining\",\"summary\":\"From the server: it is stopping and "
              "takes no new work.\",\"params\":{\"type\":\"object\"}},"
              "{\"name\":\"$/cancelRequest\",\"summary\":\"To the server: give up the request "
              "with this id; it is still answered.\",\"params\":{\"type\":\"object\","
              "\"required\":[\"id\"],\"properties\":{\"id\":{}}}}]"));
}

bool rpc_discover_write(const rpc_server *s, buf *out)
{
    json_writer w = json_writer_to(out);
    json_begin_object(&w);
    json_member_cstr(&w, "openrpc", "1.3.2");
    json_put_key(&w, "info");
    json_begin_object(&w);
    json_member_cstr(&w, "title", "Lotse");
    json_member_cstr(&w, "version", LOTSE_VERSION);
    json_member_cstr(&w, "description",
                     "Matchmaking for job centres: JSON-RPC 2.0, one frame per line.");
    json_end_object(&w);
    json_put_key(&w, "methods");
    json_begin_array(&w);
    for (uint32_t i = 0; i < rpc_server_method_count(s); i++) {
        put_method(&w, &s->config, rpc_server_method(s, i));
    }
    json_end_array(&w);
    json_put_key(&w, "components");
    json_begin_object(&w);
    put_common_params(&w);
    put_errors(&w);
    json_end_object(&w);
    put_notices(&w);
    json_end_object(&w);
    return !out->failed;
}
