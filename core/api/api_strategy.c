/* strategy.*: which gates, which criteria, which weights. */

#include "api/api_record.h"

#include "base/limits.h"

bool strategy_put(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)w;   /* the answer comes from the store thread, */
    (void)out; /* with a text of its own */
    return record_answer_put(job, STORE_STRATEGY, e);
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
