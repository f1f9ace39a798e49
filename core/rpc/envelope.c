/* The outside of a request, read from its text: which method, which id byte for byte, which params.
 * Only the params become a tree. */
#include "base/check.h"
#include "base/limits.h"
#include "rpc/parts.h"
#include "json/scan.h"

bytes rpc_trim(bytes text)
{
    size_t start = json_skip_space(text, 0);
    size_t end = text.len;
    while (end > start && (text.base[end - 1] == ' ' || text.base[end - 1] == '\t' ||
                           text.base[end - 1] == '\r' || text.base[end - 1] == '\n')) {
        end--;
    }
    return (bytes){text.base == NULL ? NULL : text.base + start, end - start};
}

bool rpc_next_element(bytes array, size_t *off, bytes *ret_element)
{
    size_t at = json_skip_space(array, *off + 1); /* behind the bracket or comma */
    if (at >= array.len || array.base[at] == ']') {
        return false;
    }
    size_t end = json_skip_value(array, at);
    *ret_element = (bytes){array.base + at, end - at};
    *off = json_skip_space(array, end);
    return true;
}

typedef struct members {
    bytes version, id, method, params; /* base NULL: absent */
    const char *twin;                  /* a member that stands twice, or NULL */
} members;

static void take_member(members *found, const char *name, bytes *member, bytes value)
{
    if (member->base != NULL) {
        found->twin = name;
    }
    *member = value;
}

static members find_members(bytes text)
{
    members found = {0};
    size_t off = 0;
    bytes key;
    bytes value;
    while (json_next_member(text, &off, &key, &value)) {
        if (json_key_equals(key, BYTES("jsonrpc"))) {
            take_member(&found, "jsonrpc", &found.version, value);
        } else if (json_key_equals(key, BYTES("id"))) {
            take_member(&found, "id", &found.id, value);
        } else if (json_key_equals(key, BYTES("method"))) {
            take_member(&found, "method", &found.method, value);
        } else if (json_key_equals(key, BYTES("params"))) {
            take_member(&found, "params", &found.params, value);
        }
    }
    return found;
}

static bool read_id(bytes raw, rpc_envelope *env, err *e)
{
    env->has_id = raw.base != NULL;
    if (!env->has_id) {
        return true;
    }
    char first = raw.base[0];
    bool is_plain = first == '"' || first == '-' || (first >= '0' && first <= '9');
    if (!is_plain && !bytes_equal(raw, BYTES("null"))) {
        fail(e, ERR_RPC_REQUEST, "\"id\" must be a string or a number");
        return err_path(e, "/id");
    }
    if (raw.len > RPC_ID_LEN_MAX) {
        fail(e, ERR_RPC_REQUEST, "\"id\" is %zu bytes long, more than %d", raw.len, RPC_ID_LEN_MAX);
        return err_path(e, "/id");
    }
    env->id = raw;
    return true;
}

bool rpc_envelope_read(bytes text, rpc_envelope *env, err *e)
{
    *env = (rpc_envelope){0};
    if (text.len == 0 || text.base[0] != '{') {
        return fail(e, ERR_RPC_REQUEST, "a request is a JSON object");
    }
    members found = find_members(text);
    if (found.twin != NULL) {
        fail(e, ERR_RPC_REQUEST, "\"%s\" stands twice in the request", found.twin);
        return err_path(e, "/%s", found.twin);
    }
    if (!read_id(found.id, env, e)) {
        return false;
    }
    if (found.version.base == NULL || !bytes_equal(found.version, BYTES("\"2.0\""))) {
        fail(e, ERR_RPC_REQUEST, "\"jsonrpc\" must be \"2.0\"");
        return err_path(e, "/jsonrpc");
    }
    if (found.method.base == NULL || found.method.base[0] != '"') {
        fail(e, ERR_RPC_REQUEST, "\"method\" must be a string");
        return err_path(e, "/method");
    }
    check(found.method.len >= 2);
    env->method = (bytes){found.method.base + 1, found.method.len - 2};
    if (found.params.base != NULL && found.params.base[0] != '{' && found.params.base[0] != '[') {
        fail(e, ERR_RPC_REQUEST, "\"params\" must be an object or an array");
        return err_path(e, "/params");
    }
    env->params = found.params;
    return true;
}
