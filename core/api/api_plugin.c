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

static const char *trust_text(plugin_trust trust)
{
    return trust == TRUST_BUILTIN ? "builtin" : trust == TRUST_TRUSTED ? "trusted" : "caged";
}

static const char *side_text(record_side side)
{
    return side == SIDE_SEEKER ? "seeker" : "offer";
}

/* ---------------------------------------------------------------------- showing */

/* Why it does not work: what was wrong when it was loaded, or what its last fault was. */
static void write_error(json_writer *out, const plugin_info *p, life_record *record)
{
    err why = p->why;
    life_facts facts = {0};
    if (record != NULL) {
        life_read(record, &facts);
        why = facts.last_fault.code != ERR_NONE ? facts.last_fault : why;
    }
    if (why.code != ERR_NONE) {
        json_put_key(out, "error");
        json_begin_object(out);
        json_member_cstr(out, "id", err_id(why.code));
        json_member_cstr(out, "detail", why.text);
        json_member_cstr(out, "path", why.path);
        json_end_object(out);
    }
}

void plugin_write_head(json_writer *out, const registry *r, uint32_t index, const char *lang)
{
    const plugin_info *p = registry_plugin(r, index);
    const manifest *m = p->manifest;
    plugin_state state = registry_plugin_state(r, index);

    json_member_text(out, "id", p->id);
    if (m != NULL) {
        json_member_text(out, "version", m->version);
        json_member_cstr(out, "kind", kind_text(m->kind));
        json_member_text(out, "title", text_set_get(&m->title, lang));
    }
    json_member_cstr(out, "state", life_state_text(state));
    json_member_cstr(out, "trust", trust_text(p->trust));
    if (p->hash != NULL) {
        json_member_cstr(out, "hash", p->hash);
    }
    if (p->signer != NULL) {
        json_member_cstr(out, "signer", p->signer);
    }
    if (state == PLUGIN_FAILED || state == PLUGIN_QUARANTINED) {
        write_error(out, p, registry_plugin_record(r, index));
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
        plugin_write_head(out, r, i, lang);
        json_end_object(out);
    }
    json_end_array(out);
    json_end_object(out);
    return true;
}

bool plugin_find(const registry *r, bytes id, uint32_t *ret)
{
    for (uint32_t i = 0; i < registry_count(r); i++) {
        if (bytes_equal(registry_plugin(r, i)->id, id)) {
            *ret = i;
            return true;
        }
    }
    return false;
}

bool plugin_named(api_job *job, engine_worker *w, uint32_t *ret, err *e)
{
    bytes id = api_param_text(job->params, "id");
    if (plugin_find(engine_worker_registry(w), id, ret)) {
        return true;
    }
    (void)fail(e, ERR_NOT_FOUND, "there is no plugin \"%.*s\"", (int)id.len, id.base);
    (void)err_hint(e, "plugin.list names those there are.");
    return err_path(e, "/params/id");
}

/* ---------------------------------------------------------------------- cages */

static void write_walls(json_writer *out, uint32_t walls)
{
    static const struct {
        uint32_t wall;
        const char *text;
    } texts[] = {{WIRE_WALL_USER, "user"},      {WIRE_WALL_NET, "net"},
                 {WIRE_WALL_IPC, "ipc"},        {WIRE_WALL_MOUNT, "mount"},
                 {WIRE_WALL_UTS, "uts"},        {WIRE_WALL_LANDLOCK, "landlock"},
                 {WIRE_WALL_SECCOMP, "seccomp"}};
    json_put_key(out, "walls");
    json_begin_array(out);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if ((walls & texts[i].wall) != 0) {
            json_put_cstr(out, texts[i].text);
        }
    }
    json_end_array(out);
}

static void write_log(json_writer *out, life_record *record)
{
    char lines[LIFE_LOG_LINE_MAX][LIFE_LOG_LINE_LEN];
    uint32_t count = life_read_log(record, lines);
    json_put_key(out, "log");
    json_begin_array(out);
    for (uint32_t i = 0; i < count; i++) {
        json_put_cstr(out, lines[i]);
    }
    json_end_array(out);
}

/* How a plugin that is not trusted is held, and what it wrote last. */
static void write_cage(json_writer *out, const registry *r, uint32_t index)
{
    cage *c = registry_plugin_cage(r, index);
    life_record *record = registry_plugin_record(r, index);
    life_facts facts;
    if (c == NULL || record == NULL) {
        return;
    }
    life_read(record, &facts);
    json_put_key(out, "cage");
    json_begin_object(out);
    json_member_int(out, "processes", cage_child_count(c));
    write_walls(out, cage_walls(c));
    json_member_int(out, "starts", (int64_t)facts.start_count);
    json_member_int(out, "faults", (int64_t)facts.fault_count);
    json_member_int(out, "window_len", (int64_t)cage_window_used_len(c));
    write_log(out, record);
    json_end_object(out);
}

/* Which of the columns it names it sees. */
static void write_granted(json_writer *out, const registry *r, uint32_t index, bool is_granted)
{
    const manifest *m = registry_plugin(r, index)->manifest;
    json_put_key(out, is_granted ? "granted" : "withheld");
    json_begin_array(out);
    for (uint32_t side = SIDE_SEEKER; side <= SIDE_OFFER; side++) {
        for (uint32_t i = 0; i < m->column_count[side]; i++) {
            if (registry_is_granted(r, index, (record_side)side, m->columns[side][i]) ==
                is_granted) {
                json_put_text(out, m->columns[side][i]);
            }
        }
    }
    json_end_array(out);
}

bool plugin_show(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    uint32_t index = 0;
    const registry *r = engine_worker_registry(w);
    const char *lang = api_param_lang(job->params, engine_worker_arena(w));
    if (!plugin_named(job, w, &index, e)) {
        return false;
    }
    const manifest *m = registry_plugin(r, index)->manifest;
    json_begin_object(out);
    plugin_write_head(out, r, index, lang);
    if (m != NULL) {
        write_manifest(out, m, lang);
        write_granted(out, r, index, true);
        write_granted(out, r, index, false);
    }
    write_cage(out, r, index);
    json_end_object(out);
    return true;
}
