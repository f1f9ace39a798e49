/* Holds the params of a request against the method's table: names, types, bounds, and the two that
 * every method takes, deadline_ms and progress_token. */
#include <string.h>

#include "base/check.h"
#include "base/day.h"
#include "base/limits.h"
#include "base/nearest.h"
#include "rpc/parts.h"
#include "json/scan.h"

static const rpc_param common_params[] = {
    {.name = "deadline_ms", .type = RPC_INT, .min = 1, .max = DEADLINE_MS_MAX},
    {.name = "progress_token", .type = RPC_ANY},
};

enum { COMMON_COUNT = sizeof common_params / sizeof common_params[0] };

static bool refuse(const char *name, err *e)
{
    char path[sizeof e->path] = "/params";
    json_pointer_add(path, sizeof path, bytes_of(name));
    return err_path(e, "%s", path);
}

static const rpc_param *find_in(const rpc_param *params, uint32_t count, bytes name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (bytes_equal_text(name, params[i].name)) {
            return &params[i];
        }
    }
    return NULL;
}

static const rpc_param *find_param(const rpc_method *method, bytes name)
{
    const rpc_param *found = find_in(method->params, method->param_count, name);
    return found != NULL ? found : find_in(common_params, COMMON_COUNT, name);
}

static bool refuse_unknown(const rpc_method *method, bytes name, err *e)
{
    nearest near = nearest_to(name);
    for (uint32_t i = 0; i < method->param_count; i++) {
        nearest_offer(&near, method->params[i].name);
    }
    for (uint32_t i = 0; i < COMMON_COUNT; i++) {
        nearest_offer(&near, common_params[i].name);
    }
    fail(e, ERR_RPC_PARAMS, "\"%s\" has no parameter \"%.*s\"", method->name,
         (int)(name.len < 100 ? name.len : 100), name.base);
    if (nearest_best(&near) != NULL) {
        err_hint(e, "Did you mean \"%s\"?", nearest_best(&near));
    }
    char path[sizeof e->path] = "/params";
    json_pointer_add(path, sizeof path, name);
    return err_path(e, "%s", path);
}

static const char *type_name(rpc_type type)
{
    switch (type) {
    case RPC_TEXT:
        return "a string";
    case RPC_INT:
        return "an integer";
    case RPC_BOOL:
        return "true or false";
    case RPC_OBJECT:
        return "an object";
    case RPC_ARRAY:
        return "an array";
    case RPC_DAY:
        return "a day as YYYY-MM-DD";
    case RPC_ANY:
        break;
    }
    return "a value";
}

static bool has_type(const rpc_param *param, const json_node *value)
{
    json_type type = json_type_of(value);
    int64_t integer;
    day d;
    switch (param->type) {
    case RPC_TEXT:
        return type == JSON_TEXT;
    case RPC_INT:
        return type == JSON_NUMBER && json_integer(value, &integer);
    case RPC_BOOL:
        return type == JSON_BOOL;
    case RPC_OBJECT:
        return type == JSON_OBJECT;
    case RPC_ARRAY:
        return type == JSON_ARRAY;
    case RPC_DAY:
        return type == JSON_TEXT && day_parse(json_text(value), &d);
    case RPC_ANY:
        break;
    }
    return true;
}

/* What min and max of the table bound: a value, a length in bytes, a number of entries. */
static bool is_in_bounds(const rpc_param *param, const json_node *value, err *e)
{
    int64_t size = 0;
    const char *what = "is";
    const char *unit = "";
    if (param->type == RPC_INT) {
        check(json_integer(value, &size));
    } else if (param->type == RPC_TEXT) {
        size = (int64_t)json_text(value).len;
        what = "has";
        unit = " bytes";
    } else if (param->type == RPC_ARRAY) {
        size = (int64_t)json_count(value);
        what = "has";
        unit = " entries";
    } else {
        return true;
    }
    bool is_unbounded = param->min == 0 && param->max == 0;
    if (is_unbounded || (size >= param->min && size <= param->max)) {
        return true;
    }
    fail(e, ERR_RPC_PARAMS, "\"%s\" %s %lld%s, allowed are %lld to %lld%s", param->name, what,
         (long long)size, unit, (long long)param->min, (long long)param->max, unit);
    return refuse(param->name, e);
}

static bool check_value(const rpc_param *param, const json_node *value, err *e)
{
    if (!has_type(param, value)) {
        fail(e, ERR_RPC_PARAMS, "\"%s\" must be %s", param->name, type_name(param->type));
        if (json_type_of(value) == JSON_NULL) {
            err_hint(e, "Leave the parameter out where there is nothing to say.");
        }
        return refuse(param->name, e);
    }
    return is_in_bounds(param, value, e);
}

static bool check_object(const rpc_method *method, const json_node *object, err *e)
{
    for (const json_node *at = object == NULL ? NULL : json_child(object); at != NULL;
         at = json_next(at)) {
        const rpc_param *param = find_param(method, json_key(at));
        if (param == NULL) {
            return refuse_unknown(method, json_key(at), e);
        }
        if (!check_value(param, at, e)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < method->param_count; i++) {
        const rpc_param *param = &method->params[i];
        if (param->is_required && (object == NULL || json_member(object, param->name) == NULL)) {
            fail(e, ERR_RPC_PARAMS, "\"%s\" needs the parameter \"%s\", %s", method->name,
                 param->name, type_name(param->type));
            return refuse(param->name, e);
        }
    }
    return true;
}

/* Params by position become the object they stand for. null skips one that may be left out. */
static bool name_positions(const rpc_method *method, bytes array, buf *out, err *e)
{
    json_writer w = json_writer_to(out);
    json_begin_object(&w);
    size_t off = 0;
    uint32_t position = 0;
    bytes value;
    for (; rpc_next_element(array, &off, &value); position++) {
        if (position >= method->param_count) {
            fail(e, ERR_RPC_PARAMS, "\"%s\" takes at most %u parameters by position", method->name,
                 method->param_count);
            return err_path(e, "/params/%u", position);
        }
        const rpc_param *param = &method->params[position];
        bool is_skipped = !param->is_required && param->type != RPC_ANY;
        if (!is_skipped || !bytes_equal(value, BYTES("null"))) {
            json_put_key(&w, param->name);
            json_put_raw(&w, value);
        }
    }
    json_end_object(&w);
    return !out->failed || fail(e, ERR_MEMORY, "no memory left for the parameters");
}

static bool read_common(bytes text, rpc_given *given, err *e)
{
    const json_node *object = json_root(given->params);
    const json_node *deadline = json_member(object, "deadline_ms");
    if (deadline != NULL) {
        check(json_integer(deadline, &given->deadline_ms));
    }
    const json_node *token = json_member(object, "progress_token");
    if (token == NULL) {
        return true;
    }
    int64_t integer;
    bool is_plain = json_type_of(token) == JSON_TEXT || json_integer(token, &integer);
    check(json_raw_member(text, "progress_token", &given->token));
    if (!is_plain || given->token.len > RPC_ID_LEN_MAX) {
        fail(e, ERR_RPC_PARAMS,
             "\"progress_token\" must be a string or integer of at most %d bytes", RPC_ID_LEN_MAX);
        return refuse("progress_token", e);
    }
    return true;
}

bool rpc_params_read(const rpc_method *method, bytes raw, rpc_given *ret, err *e)
{
    rpc_given given = {0};
    if (raw.len == 0) {
        if (!check_object(method, NULL, e)) {
            return false;
        }
        *ret = given;
        return true;
    }
    bytes text = raw;
    bool is_read = true;
    if (raw.base[0] == '[') {
        is_read = name_positions(method, raw, &given.by_name, e);
        text = buf_bytes(&given.by_name);
    }
    is_read = is_read && json_parse(text, JSON_DEPTH_MAX, &given.params, e) &&
              json_refuse_lossy(given.params, "/params", e) &&
              check_object(method, json_root(given.params), e) && read_common(text, &given, e);
    if (!is_read) {
        rpc_given_fini(&given);
        return false;
    }
    *ret = given;
    return true;
}

void rpc_given_fini(rpc_given *given)
{
    json_doc_free(&given->params);
    buf_fini(&given->by_name);
}
