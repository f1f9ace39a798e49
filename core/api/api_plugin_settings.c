/* plugin.enable, disable, grant and reload: what the operator lets plugins do. The stored setting
 * "plugins" says it; after each change the plugin folders are looked through again. */

#include "api/api_plugin.h"

#include "base/check.h"
#include "base/limits.h"

typedef enum change_kind { SWITCH_ON, SWITCH_OFF, GRANT, LOOK_AGAIN } change_kind;

/* One change on its way. Lives in the memory of its writes. */
typedef struct plugin_change {
    change_kind kind;
    engine *engine;
    rpc_call *call;
    bytes id;                 /* of the plugin; absent: LOOK_AGAIN */
    const json_node *columns; /* of GRANT; the call's */
} plugin_change;

/* ---------------------------------------------------------------------- the setting */

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

/* A list of ids; the change's own is taken out and, with is_member, put at the end. */
static void write_ids(json_writer *out, const json_node *setting, const char *key,
                      const plugin_change *c, bool is_changed, bool is_member)
{
    const json_node *list = json_member(setting, key);
    json_put_key(out, key);
    json_begin_array(out);
    for (const json_node *n = list == NULL ? NULL : json_child(list); n != NULL; n = json_next(n)) {
        if (!is_changed || !bytes_equal(json_text(n), c->id)) {
            json_put_node(out, n);
        }
    }
    if (is_changed && is_member) {
        json_put_text(out, c->id);
    }
    json_end_array(out);
}

static void write_grants(json_writer *out, const json_node *setting, const plugin_change *c)
{
    const json_node *grants = json_member(setting, "grants");
    json_put_key(out, "grants");
    json_begin_object(out);
    for (const json_node *n = grants == NULL ? NULL : json_child(grants); n != NULL;
         n = json_next(n)) {
        if (c->kind != GRANT || !bytes_equal(json_key(n), c->id)) {
            json_put_key_bytes(out, json_key(n));
            json_put_node(out, n);
        }
    }
    if (c->kind == GRANT && json_count(c->columns) > 0) {
        json_put_key_bytes(out, c->id);
        json_put_node(out, c->columns);
    }
    json_end_object(out);
}

static void print_setting(const json_node *setting, const plugin_change *c, buf *text)
{
    json_writer out = json_writer_to(text);
    bool is_switch = c->kind == SWITCH_ON || c->kind == SWITCH_OFF;

    json_begin_object(&out);
    write_ids(&out, setting, "disabled", c, is_switch, c->kind == SWITCH_OFF);
    write_ids(&out, setting, "enabled", c, is_switch, c->kind == SWITCH_ON);
    write_grants(&out, setting, c);
    json_end_object(&out);
}

static bool put_setting(engine_worker *w, engine_writes *writes, const plugin_change *c, err *e)
{
    bytes text = {0};
    int64_t version = STORE_NO_VERSION;
    json_doc *doc = NULL;
    buf changed = {0};

    if (!read_setting(w, &text, &version, e) || !json_parse(text, JSON_DEPTH_MAX, &doc, e)) {
        return false;
    }
    print_setting(json_root(doc), c, &changed);
    json_doc_free(&doc);
    bool is_put = !changed.failed || fail(e, ERR_MEMORY, "no memory for the setting");
    is_put = is_put &&
             engine_writes_put_setting(writes, BYTES("plugins"), buf_bytes(&changed), version, e);
    buf_fini(&changed);
    return is_put;
}

/* ---------------------------------------------------------------------- the answer */

static void write_counts(json_writer *out, const registry *r)
{
    int64_t counts[PLUGIN_STATE_COUNT] = {0};
    for (uint32_t i = 0; i < registry_count(r); i++) {
        counts[registry_plugin(r, i)->state]++;
    }
    json_member_int(out, "total", registry_count(r));
    json_member_int(out, "ready", counts[PLUGIN_READY]);
    json_member_int(out, "disabled", counts[PLUGIN_STOPPED]);
    json_member_int(out, "failed", counts[PLUGIN_FAILED]);
}

static bool write_changed(const plugin_change *c, uint64_t change, buf *text, err *e)
{
    const registry *r = engine_registry(c->engine);
    const plugin_info *p = c->kind == LOOK_AGAIN ? NULL : plugin_with_id(r, c->id);
    json_writer out = json_writer_to(text);

    if (c->kind != LOOK_AGAIN && p == NULL) {
        return fail(e, ERR_NOT_FOUND, "the plugin \"%.*s\" is gone", (int)c->id.len, c->id.base);
    }
    json_begin_object(&out);
    if (p == NULL) {
        write_counts(&out, r);
    } else {
        plugin_write_head(&out, p, "en");
    }
    json_member_int(&out, "change", (int64_t)change);
    json_end_object(&out);
    return !text->failed || fail(e, ERR_MEMORY, "no memory for the answer");
}

/* On the store thread. */
static void answer_changed(void *context, engine_writes *writes, uint64_t change, const err *why)
{
    plugin_change *c = context;
    err e = why == NULL ? (err){0} : *why;
    bool is_done = why == NULL;
    buf text = {0};

    if (is_done && engine_writes_count(writes) > 0 &&
        engine_writes_at(writes, 0)->outcome == STORE_CONFLICT) {
        is_done = fail(&e, ERR_CONFLICT, "somebody else changed the plugins' settings meanwhile");
    }
    is_done = is_done && write_changed(c, change, &text, &e);
    if (is_done) {
        rpc_call_reply(&c->call, buf_bytes(&text));
    } else {
        rpc_call_fail(&c->call, &e);
    }
    buf_fini(&text);
    engine_writes_free(&writes); /* and the change with them */
}

/* ---------------------------------------------------------------------- the methods */

static bool hand_over(api_job *job, engine_worker *w, change_kind kind, const plugin_info *plugin,
                      err *e)
{
    engine_writes *writes = NULL;
    if (!engine_writes_new(job->api->engine, &writes, e)) {
        return false;
    }
    plugin_change *c = arena_make(engine_writes_arena(writes), plugin_change);
    bool is_done = c != NULL || fail(e, ERR_MEMORY, "no memory for the setting");
    if (is_done) {
        *c = (plugin_change){
            .kind = kind,
            .engine = job->api->engine,
            .call = job->call,
            .id = plugin == NULL ? (bytes){0} : plugin->id, /* the registry's: kept until the end */
            .columns = api_param(job->params, "columns"),
        };
        engine_writes_reload(writes);
        is_done = (kind == LOOK_AGAIN || put_setting(w, writes, c, e)) &&
                  engine_write(job->api->engine, &writes, answer_changed, c, e);
    }
    if (!is_done) {
        engine_writes_free(&writes);
        return false;
    }
    job->call = NULL;
    return true;
}

bool plugin_enable(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)out; /* the answer comes from the store thread, with a text of its own */
    const plugin_info *plugin = NULL;
    return plugin_named(job, w, &plugin, e) && hand_over(job, w, SWITCH_ON, plugin, e);
}

bool plugin_disable(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)out; /* as in plugin_enable */
    const plugin_info *plugin = NULL;
    return plugin_named(job, w, &plugin, e) && hand_over(job, w, SWITCH_OFF, plugin, e);
}

bool plugin_reload(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)out; /* as in plugin_enable */
    return hand_over(job, w, LOOK_AGAIN, NULL, e);
}

static bool names_column(const manifest *m, bytes path)
{
    for (uint32_t side = SIDE_SEEKER; side <= SIDE_OFFER; side++) {
        for (uint32_t i = 0; i < m->column_count[side]; i++) {
            if (bytes_equal(m->columns[side][i], path)) {
                return true;
            }
        }
    }
    return false;
}

/* What is granted takes the place of what was; an empty list takes everything back. */
bool plugin_grant(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)out; /* as in plugin_enable */
    const plugin_info *plugin = NULL;
    uint32_t index = 0;
    if (!plugin_named(job, w, &plugin, e)) {
        return false;
    }
    for (const json_node *n = json_child(api_param(job->params, "columns")); n != NULL;
         n = json_next(n), index++) {
        bool is_text = json_type_of(n) == JSON_TEXT;
        if (!is_text || plugin->manifest == NULL || !names_column(plugin->manifest, json_text(n))) {
            (void)fail(e, ERR_RPC_PARAMS, "the manifest of \"%.*s\" does not name this column",
                       (int)plugin->id.len, plugin->id.base);
            (void)err_hint(e, "plugin.show lists the columns that it names.");
            return err_path(e, "/params/columns/%u", index);
        }
    }
    return hand_over(job, w, GRANT, plugin, e);
}
