#include "account/user.h"

#include <stdio.h>
#include <string.h>

#include "account/role.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/secret.h"
#include "json/json.h"

/* ---------------------------------------------------------------------------------- ids, units */

bool user_id_is_sound(bytes id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.base[i];
        bool is_fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '@';
        if (!is_fine) {
            return false;
        }
    }
    return id.len >= 1 && id.len <= USER_ID_LEN_MAX;
}

bool user_next_unit(bytes units, size_t *off, bytes *ret)
{
    if (*off >= units.len) {
        return false;
    }
    const char *start = units.base + *off;
    const char *end = memchr(start, '\n', units.len - *off);
    size_t len = end == NULL ? units.len - *off : (size_t)(end - start);
    *ret = (bytes){start, len};
    *off += len + 1;
    return true;
}

bool user_has_unit(bytes units, bytes unit)
{
    size_t off = 0;
    bytes own;
    while (user_next_unit(units, &off, &own)) {
        if (bytes_equal(own, unit)) {
            return true;
        }
    }
    return units.base == NULL;
}

bool user_add_unit(buf *units, bytes unit)
{
    size_t off = 0;
    bytes own;
    uint32_t count = 0;
    while (user_next_unit(buf_bytes(units), &off, &own)) {
        count++;
    }
    bool is_id = unit.len >= 1 && unit.len <= ID_LEN_MAX;
    for (size_t i = 0; i < unit.len; i++) {
        is_id = is_id && unit.base[i] > ' ';
    }
    if (!is_id || count == USER_UNIT_MAX) {
        return false;
    }
    buf_put(units, unit.base, unit.len);
    buf_char(units, '\n');
    return true;
}

/* ---------------------------------------------------------------------------------- reading */

static bytes text_member(const json_node *n, const char *key, arena *a)
{
    const json_node *m = json_member(n, key);
    return m != NULL && json_type_of(m) == JSON_TEXT ? arena_copy(a, json_text(m)) : (bytes){0};
}

static bool read_units(const json_node *units, arena *a, user *ret, err *e)
{
    if (units == NULL) {
        return true;
    }
    buf text = {0};
    bool is_read = json_type_of(units) == JSON_ARRAY;
    for (const json_node *n = is_read ? json_child(units) : NULL; n != NULL && is_read;
         n = json_next(n)) {
        is_read = json_type_of(n) == JSON_TEXT && user_add_unit(&text, json_text(n));
    }
    ret->units = text.len == 0 ? BYTES("") : arena_copy(a, buf_bytes(&text));
    buf_fini(&text);
    return (is_read && ret->units.base != NULL) ||
           fail(e, ERR_FIELD_TYPE, "a user's units are a list of at most %d ids", USER_UNIT_MAX);
}

static bool read_token(const json_node *n, arena *a, user_token *ret, err *e)
{
    bool is_object = json_type_of(n) == JSON_OBJECT;
    bytes id = is_object ? text_member(n, "id", a) : (bytes){0};
    const json_node *made = is_object ? json_member(n, "made_ms") : NULL;
    const json_node *ends = is_object ? json_member(n, "ends_ms") : NULL;
    ret->proof = is_object ? text_member(n, "proof", a) : (bytes){0};
    bool is_read = id.len == TOKEN_ID_LEN && ret->proof.base != NULL && made != NULL &&
                   ends != NULL && json_integer(made, &ret->made_ms) &&
                   json_integer(ends, &ret->ends_ms);
    if (!is_read) {
        return fail(e, ERR_FIELD_TYPE, "a user's token is not as this program writes it");
    }
    memcpy(ret->id, id.base, TOKEN_ID_LEN);
    return true;
}

static bool read_members(const json_node *n, arena *a, user *ret, err *e)
{
    ret->id = text_member(n, "id", a);
    if (!user_id_is_sound(ret->id)) {
        return fail(e, ERR_FIELD_FORMAT, "a user's id is 1 to %d letters, digits, - _ . @",
                    USER_ID_LEN_MAX);
    }
    if (!role_from_id(text_member(n, "role", a), &ret->role)) {
        return fail(e, ERR_FIELD_CODE, "the user has a role that does not exist");
    }
    ret->provider = text_member(n, "provider", a);
    const json_node *disabled = json_member(n, "disabled");
    ret->is_disabled =
        disabled != NULL && json_type_of(disabled) == JSON_BOOL && json_bool(disabled);
    const json_node *tokens = json_member(n, "tokens");
    for (const json_node *t = tokens == NULL ? NULL : json_child(tokens); t != NULL;
         t = json_next(t)) {
        if (ret->token_count == USER_TOKEN_MAX) {
            return fail(e, ERR_FIELD_RANGE, "a user has at most %d tokens", USER_TOKEN_MAX);
        }
        if (!read_token(t, a, &ret->tokens[ret->token_count], e)) {
            return false;
        }
        ret->token_count++;
    }
    return read_units(json_member(n, "units"), a, ret, e);
}

bool user_read(bytes body, arena *a, user *ret, err *e)
{
    json_doc *doc = NULL;
    if (body.len > USER_BODY_LEN_MAX) {
        return fail(e, ERR_TOO_LARGE, "a user is longer than %d bytes", USER_BODY_LEN_MAX);
    }
    if (!json_parse(body, JSON_DEPTH_MAX, &doc, e)) {
        return false;
    }
    *ret = (user){0};
    bool is_read = json_type_of(json_root(doc)) == JSON_OBJECT
                       ? read_members(json_root(doc), a, ret, e)
                       : fail(e, ERR_FIELD_TYPE, "a user is an object");
    json_doc_free(&doc);
    return is_read;
}

/* ---------------------------------------------------------------------------------- writing */

void user_write(const user *u, buf *out)
{
    json_writer w = json_writer_to(out);
    json_begin_object(&w);
    json_member_text(&w, "id", u->id);
    json_member_cstr(&w, "role", role_name(u->role));
    if (u->units.base != NULL) {
        json_put_key(&w, "units");
        json_begin_array(&w);
        size_t off = 0;
        bytes unit;
        while (user_next_unit(u->units, &off, &unit)) {
            json_put_text(&w, unit);
        }
        json_end_array(&w);
    }
    if (u->provider.base != NULL) {
        json_member_text(&w, "provider", u->provider);
    }
    json_member_bool(&w, "disabled", u->is_disabled);
    json_put_key(&w, "tokens");
    json_begin_array(&w);
    for (uint32_t i = 0; i < u->token_count; i++) {
        json_begin_object(&w);
        json_member_cstr(&w, "id", u->tokens[i].id);
        json_member_text(&w, "proof", u->tokens[i].proof);
        json_member_int(&w, "made_ms", u->tokens[i].made_ms);
        json_member_int(&w, "ends_ms", u->tokens[i].ends_ms);
        json_end_object(&w);
    }
    json_end_array(&w);
    json_end_object(&w);
}

/* ---------------------------------------------------------------------------------- tokens */

static const char PREFIX[] = "lotse_";
enum { PREFIX_LEN = sizeof PREFIX - 1, SECRET_OFF = PREFIX_LEN + TOKEN_ID_LEN + 1 };

_Static_assert(SECRET_OFF + SECRET_TEXT_LEN == TOKEN_TEXT_LEN, "a token is its parts");

bool token_make(int64_t now_ms, int64_t ends_ms, arena *a, user_token *ret, token_text *ret_text)
{
    char secret[SECRET_TEXT_LEN + 1];
    char proof[SECRET_PROOF_LEN];
    unsigned char number[TOKEN_ID_LEN / 2];
    secret_random_text(secret);
    random_fill(number, sizeof number);
    user_token made = {.made_ms = now_ms, .ends_ms = ends_ms};
    for (size_t i = 0; i < sizeof number; i++) {
        snprintf(made.id + 2 * i, 3, "%02x", number[i]);
    }
    if (!secret_prove(bytes_of(secret), proof)) {
        return false;
    }
    made.proof = arena_copy(a, bytes_of(proof));
    if (made.proof.base == NULL) {
        return false;
    }
    *ret = made;
    snprintf(ret_text->text, sizeof ret_text->text, "%s%s_%s", PREFIX, made.id, secret);
    return true;
}

bool token_parse(bytes text, bytes *ret_id, bytes *ret_secret)
{
    if (text.len != TOKEN_TEXT_LEN || !bytes_starts_with(text, PREFIX) ||
        text.base[SECRET_OFF - 1] != '_') {
        return false;
    }
    for (size_t i = PREFIX_LEN; i < text.len; i++) {
        char c = text.base[i];
        bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        bool is_base64 =
            is_hex || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
        if (!(i < SECRET_OFF - 1 ? is_hex : is_base64)) {
            return false;
        }
    }
    *ret_id = (bytes){text.base + PREFIX_LEN, TOKEN_ID_LEN};
    *ret_secret = (bytes){text.base + SECRET_OFF, SECRET_TEXT_LEN};
    return true;
}
