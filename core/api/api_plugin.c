/* plugin.*: which plugins there are, what they ask for, and what the operator lets them do.
 * Settings are kept in the store and hold from the next start on. */

#include "api/parts.h"

#include "base/check.h"
#include "base/limits.h"

/* ------------------------------------------------------------------------------------ words */

static const char *param_type_text(uint32_t type)
{
    static const char *const TEXTS[] = {"", "int", "ppm", "day", "code", "concept", "concept_set"};
    check(type < sizeof TEXTS / sizeof TEXTS[0]);
    return TEXTS[type];
}

static const char *kind_text(plugin_kind kind)
{
    return kind == PLUGIN_RULES ? "rules" : kind == PLUGIN_OPTIMISER ? "optimiser" : "learned";
}

static const char *state_text(plugin_state state)
{
    return state == PLUGIN_READY ? "ready" : state == PLUGIN_DISABLED ? "disabled" : "failed";
}

static const char *trust_text(plugin_trust trust)
{
    return trust == TRUST_BUILTIN ? "builtin" : trust == TRUST_TRUSTED ? "trusted" : "none";
}

static const char *side_text(record_side side)
{
    return side == SIDE_SEEKER ? "seeker" : "offer";
}

/* ------------------------------------------------------------------------------------ showing */

static void write_head(json_writer *out, const plugin_info *p, const char *lang)
{
    const manifest *m = p->manifest;

    json_member_text(out, "id", p->id);
    if (m != NULL) {
        json_member_text(out, "version", m->version);
        json_member_cstr(out, "kind", kind_text(m->kind));
        json_member_text(out, "title", text_set_get(&m->title, lang));
    }
    json_member_cstr(out, "state", state_text(p->state));
    json_member_cstr(out, "trust", trust_text(p->trust));
    if (p->hash != NULL) {
        json_member_cstr(out, "hash", p->hash);
    }
    if (p->state == PLUGIN_FAILED) {
        json_put_key(out, "error");
        json_begin_object(out);
        json_member_cstr(out, "id", err_id(p->why.code));
        json_member_cstr(out, "detail", p->why.text);
        json_member_cstr(out, "path", p->why.path);
        json_end_object(out);
    }
}

static void write_paths(json_writer *out, const char *key, const bytes *paths, uint32_t count)
{
    json_put_key(out, key);
    json_begin_array(out);
    for (uint32_t i = 0; i < count; i++) {
        json_put_text(out, paths[i]);
    }
    json_end_array(out);
}

static void write_params(json_writer *out, const manifest *m, const char *lang)
{
    json_put_key(out, "params");
    json_begin_array(out);
    for (uint32_t i = 0; i < m->param_count; i++) {
        const manifest_param *p = &m->params[i];
        json_begin_object(out);
        json_member_text(out, "id", p->id);
        json_member_cstr(out, "type", param_type_text(p->type));
        json_member_text(out, "title", text_set_get(&p->title, lang));
        if (p->type == LOTSE_PARAM_INT || p->type == LOTSE_PARAM_PPM) {
            json_member_int(out, "default", p->default_value);
            json_member_int(out, "min", p->min);
            json_member_int(out, "max", p->max);
        }
        if (p->codes != NULL) {
            json_member_cstr(out, "codes", p->codes->name);
        }
        json_end_object(out);
    }
    json_end_array(out);
}

static void write_gates(json_writer *out, const manifest *m, const char *lang)
{
    json_put_key(out, "gates");
    json_begin_array(out);
    for (uint32_t i = 0; i < m->gate_count; i++) {
        const manifest_gate *g = &m->gates[i];
        json_begin_object(out);
        json_member_text(out, "id", g->id);
        write_paths(out, "seeker", g->seeker_paths, g->seeker_path_count);
        json_member_text(out, "op", g->op);
        write_paths(out, "offer", g->offer_paths, g->offer_path_count);
        json_member_cstr(out, "unknown", g->unknown_is_yes ? "yes" : "check");
        json_member_text(out, "text", text_set_get(&g->no, lang));
        json_end_object(out);
    }
    json_end_array(out);
}

static void write_fields(json_writer *out, const char *key, const manifest_field *fields,
                         uint32_t count, const char *lang)
{
    json_put_key(out, key);
    json_begin_array(out);
    for (uint32_t i = 0; i < count; i++) {
        json_begin_object(out);
        json_member_text(out, "id", fields[i].id);
        json_member_cstr(out, "side", side_text(fields[i].side));
        json_member_cstr(out, "type", api_type_text(fields[i].type));
        json_member_bool(out, "sensitive", fields[i].is_sensitive);
        json_member_text(out, "title", text_set_get(&fields[i].title, lang));
        json_end_object(out);
    }
    json_end_array(out);
}

static void write_sentences(json_writer *out, const manifest *m, const char *lang)
{
    json_put_key(out, "sentences");
    json_begin_array(out);
    for (uint32_t i = 0; i < m->sentence_count; i++) {
        json_begin_object(out);
        json_member_text(out, "id", m->sentences[i].id);
        json_member_text(out, "text", text_set_get(&m->sentences[i].text, lang));
        json_end_object(out);
    }
    json_end_array(out);
}

static void write_steps(json_writer *out, const manifest *m, const char *lang)
{
    json_put_key(out, "steps");
    json_begin_array(out);
    for (uint32_t i = 0; i < m->step_count; i++) {
        json_begin_object(out);
        json_member_text(out, "id", m->steps[i].id);
        json_member_text(out, "who", m->steps[i].who);
        json_member_text(out, "text", text_set_get(&m->steps[i].text, lang));
        json_end_object(out);
    }
    json_end_array(out);
}

static void write_manifest(json_writer *out, const manifest *m, const char *lang)
{
    json_member_text(out, "help", text_set_get(&m->help, lang));
    json_put_key(out, "abi");
    json_begin_object(out);
    json_member_int(out, "major", m->abi_major);
    json_member_int(out, "minor", m->abi_minor);
    json_end_object(out);
    json_member_bool(out, "scores", m->has_criterion);
    json_put_key(out, "columns");
    json_begin_object(out);
    write_paths(out, "seeker", m->columns[SIDE_SEEKER], m->column_count[SIDE_SEEKER]);
    write_paths(out, "offer", m->columns[SIDE_OFFER], m->column_count[SIDE_OFFER]);
    json_end_object(out);
    write_params(out, m, lang);
    write_gates(out, m, lang);
    write_fields(out, "fields", m->fields, m->field_count, lang);
    write_fields(out, "ext", m->ext, m->ext_count, lang);
    write_sentences(out, m, lang);
    write_steps(out, m, lang);
}

bool plugin_list(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)e; /* cannot fail */
    const registry *r = engine_registry(job->api->engine);
    const char *lang = api_param_lang(job->params, engine_worker_arena(w));

    json_begin_object(out);
    json_member_int(out, "total", registry_count(r));
    json_put_key(out, "plugins");
    json_begin_array(out);
    for (uint32_t i = 0; i < registry_count(r); i++) {
        json_begin_object(out);
        write_head(out, registry_plugin(r, i), lang);
        json_end_object(out);
    }
    json_end_array(out);
    json_end_object(out);
    return true;
}

static bool find_plugin(const api_job *job, const plugin_info **ret, err *e)
{
    const registry *r = engine_registry(job->api->engine);
    bytes id = api_param_text(job->params, "id");
    for (uint32_t i = 0; i < registry_count(r); i++) {
        if (bytes_equal(registry_plugin(r, i)->id, id)) {
            *ret = registry_plugin(r, i);
            return true;
        }
    }
    (void)fail(e, ERR_NOT_FOUND, "there is no plugin \"%.*s\"", (int)id.len, id.base);
    (void)err_hint(e, "plugin.list names those there are.");
    return err_path(e, "/params/id");
}

bool plugin_show(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    const plugin_info *p = NULL;
    const char *lang = api_param_lang(job->params, engine_worker_arena(w));
    if (!find_plugin(job, &p, e)) {
        return false;
    }
    json_begin_object(out);
    write_head(out, p, lang);
    if (p->manifest != NULL) {
        write_manifest(out, p->manifest, lang);
    }
    json_end_object(out);
    return true;
}

/* ------------------------------------------------------------------------------------ switching */

/* {"disabled":[...],"enabled":[...],"grants":{...}} as it is stored; "{}" and version 0 at first.
 */
static bool read_setting(engine_worker *w, bytes *ret_text, int64_t *ret_version, err *e)
{
    store_record setting = {0};
    err why = {0};
    if (store_get(engine_worker_reader(w), STORE_SETTING, BYTES("plugins"), engine_worker_arena(w),
                  &setting, &why)) {
        *ret_text = setting.body;
        *ret_version = setting.version;
        return true;
    }
    if (why.code != ERR_NOT_FOUND) {
        *e = why;
        return false;
    }
    *ret_text = BYTES("{}");
    *ret_version = STORE_NO_VERSION;
    return true;
}

/* One list of ids, without `id` or with it at the end. */
static void write_ids(json_writer *out, const json_node *setting, const char *key, bytes id,
                      bool is_member)
{
    const json_node *list = json_member(setting, key);
    json_put_key(out, key);
    json_begin_array(out);
    for (const json_node *n = list == NULL ? NULL : json_child(list); n != NULL; n = json_next(n)) {
        if (!bytes_equal(json_text(n), id)) {
            json_put_node(out, n);
        }
    }
    if (is_member) {
        json_put_text(out, id);
    }
    json_end_array(out);
}

static void print_setting(const json_node *setting, bytes id, bool is_on, buf *text)
{
    json_writer out = json_writer_to(text);
    const json_node *grants = json_member(setting, "grants");

    json_begin_object(&out);
    write_ids(&out, setting, "disabled", id, !is_on);
    write_ids(&out, setting, "enabled", id, is_on);
    if (grants != NULL) {
        json_put_key(&out, "grants");
        json_put_node(&out, grants);
    }
    json_end_object(&out);
}

static bool make_setting(engine_worker *w, engine_writes *writes, bytes id, bool is_on, err *e)
{
    bytes text = {0};
    int64_t version = STORE_NO_VERSION;
    json_doc *doc = NULL;
    buf changed = {0};

    if (!read_setting(w, &text, &version, e) || !json_parse(text, JSON_DEPTH_MAX, &doc, e)) {
        return false;
    }
    print_setting(json_root(doc), id, is_on, &changed);
    json_doc_free(&doc);
    bool is_made = !changed.failed || fail(e, ERR_MEMORY, "no memory for the setting");
    is_made = is_made &&
              engine_writes_put_setting(writes, BYTES("plugins"), buf_bytes(&changed), version, e);
    buf_fini(&changed);
    return is_made;
}

typedef struct switching {
    rpc_call *call;
    const plugin_info *plugin; /* the registry's: lives as long as the engine */
    bool is_on;
} switching;

static void answer_switched(void *context, engine_writes *writes, uint64_t change, const err *why)
{
    switching *s = context;
    err e = why == NULL ? (err){0} : *why;
    bool is_done = why == NULL;
    buf text = {0};

    if (is_done && engine_writes_at(writes, 0)->outcome == STORE_CONFLICT) {
        is_done = fail(&e, ERR_CONFLICT, "somebody else changed the plugins' settings meanwhile");
    }
    if (is_done) {
        json_writer out = json_writer_to(&text);
        json_begin_object(&out);
        json_member_text(&out, "id", s->plugin->id);
        json_member_cstr(&out, "state", state_text(s->plugin->state));
        json_member_cstr(&out, "next_start", s->is_on ? "enabled" : "disabled");
        json_member_int(&out, "change", (int64_t)change);
        json_end_object(&out);
        is_done = !text.failed || fail(&e, ERR_MEMORY, "no memory for the answer");
    }
    if (is_done) {
        rpc_call_reply(&s->call, buf_bytes(&text));
    } else {
        rpc_call_fail(&s->call, &e);
    }
    buf_fini(&text);
    engine_writes_free(&writes);
    mem_free(s);
}

static bool switch_plugin(api_job *job, engine_worker *w, bool is_on, err *e)
{
    engine_writes *writes = NULL;
    const plugin_info *plugin = NULL;
    if (!find_plugin(job, &plugin, e) || !engine_writes_new(job->api->engine, &writes, e)) {
        return false;
    }
    switching *s = mem_new(sizeof *s);
    bool is_done = s != NULL || fail(e, ERR_MEMORY, "no memory for the setting");
    if (is_done) {
        *s = (switching){job->call, plugin, is_on};
        is_done = make_setting(w, writes, plugin->id, is_on, e) &&
                  engine_write(job->api->engine, &writes, answer_switched, s, e);
    }
    if (!is_done) {
        mem_free(s);
        engine_writes_free(&writes);
        return false;
    }
    job->call = NULL;
    return true;
}

bool plugin_enable(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)out; /* the answer comes from the store thread, with a text of its own */
    return switch_plugin(job, w, true, e);
}

bool plugin_disable(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)out; /* as in plugin_enable */
    return switch_plugin(job, w, false, e);
}
