/* user.*: who may sign in. Each user is a setting of the store, "user.ID"; tokens are kept as
 * proofs and shown once. */
#include <string.h>

#include "account/role.h"
#include "api/parts.h"
#include "base/clock.h"
#include "base/day.h"

enum { DAYS_DEFAULT = 365 };
static const int64_t MS_PER_DAY = INT64_C(24) * 60 * 60 * 1000;

/* ---------------------------------------------------------------------- telling */

static void member_day(json_writer *out, const char *key, int64_t ms)
{
    char text[DAY_TEXT_LEN + 1];
    day_print((day)(ms / MS_PER_DAY), text);
    json_member_text(out, key, ms == 0 ? (bytes){0} : bytes_of(text));
}

/* Everything but the proofs. */
static void write_user(json_writer *out, const user *u)
{
    json_begin_object(out);
    json_member_text(out, "id", u->id);
    json_member_cstr(out, "role", role_name(u->role));
    json_put_key(out, "units");
    if (u->units.base == NULL) {
        json_put_null(out);
    } else {
        size_t off = 0;
        bytes unit;
        json_begin_array(out);
        while (user_next_unit(u->units, &off, &unit)) {
            json_put_text(out, unit);
        }
        json_end_array(out);
    }
    json_member_text(out, "provider", u->provider);
    json_member_bool(out, "disabled", u->is_disabled);
    json_put_key(out, "tokens");
    json_begin_array(out);
    for (uint32_t i = 0; i < u->token_count; i++) {
        json_begin_object(out);
        json_member_cstr(out, "id", u->tokens[i].id);
        member_day(out, "made", u->tokens[i].made_ms);
        member_day(out, "ends", u->tokens[i].ends_ms);
        json_end_object(out);
    }
    json_end_array(out);
    json_end_object(out);
}

/* ---------------------------------------------------------------------- storing */

static bytes setting_id(bytes id, arena *a)
{
    char *text = arena_text(a, "user.%.*s", (int)id.len, id.base);
    return bytes_of(text);
}

/* The stored user; version STORE_NO_VERSION and an empty user where there is none. */
static bool find_user(engine_worker *w, bytes id, user *ret, int64_t *ret_version, err *e)
{
    arena *a = engine_worker_arena(w);
    store_record record = {0};
    bytes setting = setting_id(id, a);
    if (setting.base == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the user");
    }
    if (store_get(engine_worker_reader(w), STORE_SETTING, setting, a, &record, e)) {
        *ret_version = record.version;
        return user_read(record.body, a, ret, e);
    }
    if (e->code != ERR_NOT_FOUND) {
        return false;
    }
    *ret = (user){0};
    *ret_version = STORE_NO_VERSION;
    return true;
}

static bool put_user(api_job *job, engine_worker *w, bytes body, bytes id, int64_t version, err *e)
{
    engine *g = job->api->engine;
    engine_writes *writes = NULL;
    uint64_t change = 0;
    bytes setting = setting_id(id, engine_worker_arena(w));
    if (setting.base == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the user");
    }
    if (!engine_writes_new(g, &writes, e)) {
        return false;
    }
    bool is_put = engine_writes_put_setting(writes, setting, body, version, e) &&
                  engine_write_wait(g, writes, &change, e);
    if (is_put && engine_writes_at(writes, 0)->outcome == STORE_CONFLICT) {
        is_put = fail(e, ERR_CONFLICT, "somebody else changed this user meanwhile");
    }
    engine_writes_free(&writes);
    return is_put;
}

/* Stores the user and lets every connection look again who it is. [worker] */
static bool keep_user(api_job *job, engine_worker *w, const user *u, int64_t version, err *e)
{
    buf body = {0};
    user_write(u, &body);
    bool is_kept = !body.failed || fail(e, ERR_MEMORY, "no memory for the user");
    if (is_kept && body.len > USER_BODY_LEN_MAX) {
        is_kept = fail(e, ERR_TOO_LARGE, "the user has too many units and tokens");
    }
    is_kept = is_kept && put_user(job, w, buf_bytes(&body), u->id, version, e) &&
              accounts_put(job->api->accounts, buf_bytes(&body), e);
    buf_fini(&body);
    if (is_kept) {
        rpc_server_renew(rpc_call_server(job->call));
    }
    return is_kept;
}

static bool refuse_absent(bytes id, err *e)
{
    (void)fail(e, ERR_NOT_FOUND, "there is no user \"%.*s\"", (int)id.len, id.base);
    return err_path(e, "/params/id");
}

/* ---------------------------------------------------------------------- tokens */

static bool add_token(api_job *job, engine_worker *w, user *u, token_text *ret, err *e)
{
    int64_t now_ms = clock_unix_ms();
    int64_t days = api_param_int(job->params, "days", DAYS_DEFAULT);
    int64_t ends_ms = days == 0 ? 0 : now_ms + days * MS_PER_DAY;
    if (u->token_count == USER_TOKEN_MAX) {
        (void)fail(e, ERR_FIELD_RANGE, "the user has %d tokens, which is all he may have",
                   USER_TOKEN_MAX);
        return err_hint(e, "With \"withdraw\" the new one takes the place of all.");
    }
    if (!token_make(now_ms, ends_ms, engine_worker_arena(w), &u->tokens[u->token_count], ret)) {
        return fail(e, ERR_MEMORY, "no memory for a token");
    }
    u->token_count++;
    return true;
}

static void write_with_token(json_writer *out, const user *u, const token_text *token)
{
    json_begin_object(out);
    json_put_key(out, "user");
    write_user(out, u);
    json_member_cstr(out, "token", token->text);
    json_end_object(out);
}

/* ---------------------------------------------------------------------- the methods */

static bool read_units(const json_node *units, arena *a, bytes *ret, err *e)
{
    buf text = {0};
    uint32_t index = 0;
    for (const json_node *n = json_child(units); n != NULL; n = json_next(n), index++) {
        if (json_type_of(n) != JSON_TEXT || !user_add_unit(&text, json_text(n))) {
            buf_fini(&text);
            (void)fail(e, ERR_FIELD_FORMAT, "a unit is an id of at most %d characters", ID_LEN_MAX);
            return err_path(e, "/params/units/%u", index);
        }
    }
    *ret = text.len == 0 ? BYTES("") : arena_copy(a, buf_bytes(&text));
    buf_fini(&text);
    return ret->base != NULL || fail(e, ERR_MEMORY, "no memory for the user");
}

static bool read_user(api_job *job, engine_worker *w, user *u, err *e)
{
    const json_node *units = api_param(job->params, "units");
    u->id = api_param_text(job->params, "id");
    u->provider = api_param_text(job->params, "provider");
    u->units = (bytes){0};
    u->is_disabled = false;
    if (!user_id_is_sound(u->id)) {
        (void)fail(e, ERR_FIELD_FORMAT, "a user's id is 1 to %d letters, digits, - _ . @",
                   USER_ID_LEN_MAX);
        return err_path(e, "/params/id");
    }
    if (!role_from_id(api_param_text(job->params, "role"), &u->role)) {
        (void)fail(e, ERR_FIELD_CODE, "there is no such role");
        (void)err_hint(e, "Roles: caseworker, team_lead, plugin_operator, auditor, admin, "
                          "provider, planner.");
        return err_path(e, "/params/role");
    }
    if ((u->role == ROLE_PROVIDER) != (u->provider.base != NULL)) {
        (void)fail(e, ERR_FIELD_RULE, "a provider's user, and no other, names the provider");
        return err_path(e, "/params/provider");
    }
    return units == NULL || read_units(units, engine_worker_arena(w), &u->units, e);
}

bool user_add(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    user u = {0};
    int64_t version = 0;
    token_text token;
    if (!find_user(w, api_param_text(job->params, "id"), &u, &version, e) ||
        !read_user(job, w, &u, e) || !add_token(job, w, &u, &token, e) ||
        !keep_user(job, w, &u, version, e)) {
        return false;
    }
    write_with_token(out, &u, &token);
    return true;
}

bool user_token_add(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    user u = {0};
    int64_t version = 0;
    token_text token;
    bytes id = api_param_text(job->params, "id");
    if (!find_user(w, id, &u, &version, e)) {
        return false;
    }
    if (version == STORE_NO_VERSION) {
        return refuse_absent(id, e);
    }
    if (api_param_bool(job->params, "withdraw", false)) {
        u.token_count = 0;
    }
    if (!add_token(job, w, &u, &token, e) || !keep_user(job, w, &u, version, e)) {
        return false;
    }
    write_with_token(out, &u, &token);
    return true;
}

bool user_disable(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    user u = {0};
    int64_t version = 0;
    bytes id = api_param_text(job->params, "id");
    if (!find_user(w, id, &u, &version, e)) {
        return false;
    }
    if (version == STORE_NO_VERSION) {
        return refuse_absent(id, e);
    }
    u.is_disabled = api_param_bool(job->params, "disabled", true);
    if (!keep_user(job, w, &u, version, e)) {
        return false;
    }
    write_user(out, &u);
    return true;
}

typedef struct lister {
    json_writer *out;
    arena *arena;
    uint32_t count;
    bool failed;
    err why;
} lister;

static bool on_user(void *context, const store_record *record)
{
    lister *l = context;
    user u;
    if (!bytes_starts_with(record->id, "user.")) {
        return false; /* ids come in order: these were all */
    }
    l->failed = !user_read(record->body, l->arena, &u, &l->why);
    if (!l->failed) {
        write_user(l->out, &u);
        l->count++;
    }
    return !l->failed;
}

bool user_list(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)job; /* takes no parameter */
    lister l = {.out = out, .arena = engine_worker_arena(w)};
    json_begin_object(out);
    json_put_key(out, "users");
    json_begin_array(out);
    if (!store_list(engine_worker_reader(w), STORE_SETTING, BYTES("user."), (bytes){0},
                    ACCOUNT_COUNT_MAX, on_user, &l, e)) {
        return false;
    }
    if (l.failed) {
        *e = l.why;
        return false;
    }
    json_end_array(out);
    json_member_int(out, "total", l.count);
    json_end_object(out);
    return true;
}
