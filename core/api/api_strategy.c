/* strategy.*: which gates, which criteria, which weights. */

#include "api/api_record.h"

#include <string.h>

#include "account/role.h"
#include "base/limits.h"

/* A caseworker's own strategies bear his id in front: "cw-07.near". Others are everybody's. */
static bool may_put(const api_job *job, err *e)
{
    const rpc_caller *who = rpc_call_caller(job->call);
    const json_node *id = json_member(api_param(job->params, "strategy"), "id");
    if ((who->roles & (ROLE_TEAM_LEAD | ROLE_ADMIN)) != 0 || id == NULL ||
        json_type_of(id) != JSON_TEXT) {
        return true;
    }
    bytes text = json_text(id);
    size_t len = who->user.len;
    bool is_own = who->user.base != NULL && text.len > len + 1 &&
                  memcmp(text.base, who->user.base, len) == 0 && text.base[len] == '.';
    if (!is_own) {
        (void)fail(e, ERR_FORBIDDEN, "the id of a strategy of your own begins with \"%.*s.\"",
                   (int)len, who->user.base == NULL ? "" : who->user.base);
        return err_path(e, "/params/strategy/id");
    }
    return true;
}

bool strategy_put(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)out; /* the answer comes from the store thread, with a text of its own */
    if (!may_put(job, e)) {
        return false;
    }
    return record_answer_put(job, w, STORE_STRATEGY, e);
}

static void write_facts(json_writer *out, const engine_strategy *s)
{
    json_member_cstr(out, "origin", s->version == 0 ? "builtin" : "stored");
    json_member_int(out, "version", s->version);
    json_member_bool(out, "usable", s->is_usable);
    if (!s->is_usable) {
        json_put_key(out, "error");
        json_begin_object(out);
        json_member_cstr(out, "id", err_id(s->why.code));
        json_member_cstr(out, "detail", s->why.text);
        json_member_cstr(out, "path", s->why.path);
        json_end_object(out);
    }
}

bool strategy_get(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    const engine_strategy *s = NULL;
    if (!engine_strategy_find(w, api_param_text(job->params, "id"), &s, e)) {
        return err_path(e, "/params/id");
    }
    json_begin_object(out);
    json_put_key(out, "strategy");
    json_put_raw(out, s->text);
    write_facts(out, s);
    json_end_object(out);
    return true;
}

bool strategy_list(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)job; /* takes no parameters */
    (void)e;   /* cannot fail */
    uint32_t count = engine_strategy_count(w);

    json_begin_object(out);
    json_member_int(out, "total", count);
    json_put_key(out, "strategies");
    json_begin_array(out);
    for (uint32_t i = 0; i < count; i++) {
        const engine_strategy *s = engine_strategy_at(w, i);
        json_begin_object(out);
        json_member_text(out, "id", s->id);
        write_facts(out, s);
        json_end_object(out);
    }
    json_end_array(out);
    json_end_object(out);
    return true;
}
