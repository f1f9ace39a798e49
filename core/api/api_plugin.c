/* plugin.list and plugin.show: which plugins there are and what they ask for. */

#include "api/api_plugin.h"

#include "base/check.h"
#include "base/limits.h"

/* ---------------------------------------------------------------------- words */

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
    return state == PLUGIN_READY ? "ready" : state == PLUGIN_STOPPED ? "disabled" : "failed";
}

static const char *trust_text(plugin_trust trust)
{
    return trust == TRUST_BUILTIN ? "builtin" : trust == TRUST_TRUSTED ? "trusted" : "caged";
}

static const char *side_text(record_side side)
{
    return side == SIDE_SEEKER ? "seeker" : "offer";
}

/* ---------------------------------------------------------------------- showing */

void plugin_write_head(json_writer *out, const plugin_info *p, const char *lang)
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
    const registry *r = engine_worker_registry(w);
    const char *lang = api_param_lang(job->params, engine_worker_arena(w));

    json_begin_object(out);
    json_member_int(out, "total", registry_count(r));
    json_put_key(out, "plugins");
    json_begin_array(out);
    for (uint32_t i = 0; i < registry_count(r); i++) {
        json_begin_object(out);
        plugin_write_head(out, registry_plugin(r, i), lang);
        json_end_object(out);
    }
    json_end_array(out);
    json_end_object(out);
    return true;
}

const plugin_info *plugin_with_id(const registry *r, bytes id)
{
    for (uint32_t i = 0; i < registry_count(r); i++) {
        if (bytes_equal(registry_plugin(r, i)->id, id)) {
            return registry_plugin(r, i);
        }
    }
    return NULL;
}

bool plugin_named(api_job *job, engine_worker *w, const plugin_info **ret, err *e)
{
    bytes id = api_param_text(job->params, "id");
    const plugin_info *found = plugin_with_id(engine_worker_registry(w), id);
    if (found == NULL) {
        (void)fail(e, ERR_NOT_FOUND, "there is no plugin \"%.*s\"", (int)id.len, id.base);
        (void)err_hint(e, "plugin.list names those there are.");
        return err_path(e, "/params/id");
    }
    *ret = found;
    return true;
}

bool plugin_show(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    const plugin_info *p = NULL;
    const char *lang = api_param_lang(job->params, engine_worker_arena(w));
    if (!plugin_named(job, w, &p, e)) {
        return false;
    }
    json_begin_object(out);
    plugin_write_head(out, p, lang);
    if (p->manifest != NULL) {
        write_manifest(out, p->manifest, lang);
    }
    json_end_object(out);
    return true;
}
