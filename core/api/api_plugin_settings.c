/* plugin.enable, disable, grant, revoke, release and reload: what the operator lets plugins do. The
 * stored setting "plugins" says it; after each change the plugin folders are looked through again.
 */

#include "api/api_plugin.h"

#include "base/check.h"
#include "base/limits.h"
#include "base/log.h"

typedef enum change_kind { SWITCH_ON, SWITCH_OFF, GRANT, REVOKE, RELEASE, LOOK_AGAIN } change_kind;

/* One change on its way. Lives in the memory of its writes. */
typedef struct plugin_change {
    change_kind kind;
    engine *engine;
    rpc_call *call;
    bytes id;                 /* of the plugin; absent: LOOK_AGAIN */
    const json_node *columns; /* of GRANT and REVOKE; the call's. NULL: all */
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

static bool has_text(const json_node *list, bytes text)
{
    for (const json_node *n = list == NULL ? NULL : json_child(list); n != NULL; n = json_next(n)) {
        if (bytes_equal(json_text(n), text)) {
            return true;
        }
    }
    return false;
}

/* What a plugin may see after the change; nothing is written where that is nothing. */
static void write_columns(json_writer *out, const json_node *known, const plugin_change *c)
{
    bool has_begun = false;
    for (const json_node *n = known == NULL ? NULL : json_child(known); n != NULL;
         n = json_next(n)) {
        bool is_taken =
            c->kind == REVOKE && (c->columns == NULL || has_text(c->columns, json_text(n)));
        if (!is_taken) {
            if (!has_begun) {
                json_put_key_bytes(out, c->id);
                json_begin_array(out);
                has_begun = true;
            }
            json_put_node(out, n);
        }
    }
    for (const json_node *n = c->kind == GRANT ? json_child(c->columns) : NULL; n != NULL;
         n = json_next(n)) {
        if (!has_text(known, json_text(n))) {
            if (!has_begun) {
                json_put_key_bytes(out, c->id);
                json_begin_array(out);
                has_begun = true;
            }
            json_put_node(out, n);
        }
    }
    if (has_begun) {
        json_end_array(out);
    }
}

/* A member of the setting that is an object by plugin ids; the change's own is left out. */
static void write_others(json_writer *out, const json_node *object, const plugin_change *c,
                         bool is_changed)
{
    for (const json_node *n = object == NULL ? NULL : json_child(object); n != NULL;
         n = json_next(n)) {
        if (!is_changed || !bytes_equal(json_key(n), c->id)) {
            json_put_key_bytes(out, json_key(n));
            json_put_node(out, n);
        }
    }
}

static const json_node *member_of_plugin(const json_node *object, bytes id)
{
    for (const json_node *n = object == NULL ? NULL : json_child(object); n != NULL;
         n = json_next(n)) {
        if (bytes_equal(json_key(n), id)) {
            return n;
        }
    }
    return NULL;
}

static void print_setting(const json_node *setting, const plugin_change *c, buf *text)
{
    json_writer out = json_writer_to(text);
    const json_node *grants = json_member(setting, "grants");
    bool is_switch = c->kind == SWITCH_ON || c->kind == SWITCH_OFF;
    bool is_grant = c->kind == GRANT || c->kind == REVOKE;

    json_begin_object(&out);
    write_ids(&out, setting, "disabled", c, is_switch, c->kind == SWITCH_OFF);
    write_ids(&out, setting, "enabled", c, is_switch, c->kind == SWITCH_ON);
    json_put_key(&out, "grants");
    json_begin_object(&out);
    write_others(&out, grants, c, is_grant);
    if (is_grant) {
        write_columns(&out, member_of_plugin(grants, c->id), c);
    }
    json_end_object(&out);
    json_put_key(&out, "quarantined");
    json_begin_object(&out);
    write_others(&out, json_member(setting, "quarantined"), c, c->kind == RELEASE);
    json_end_object(&out);
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
        plugin_state state = registry_plugin_state(r, i);
        counts[state == PLUGIN_BUSY ? PLUGIN_READY : state]++;
    }
    json_member_int(out, "total", registry_count(r));
    json_member_int(out, "ready", counts[PLUGIN_READY]);
    json_member_int(out, "stopped", counts[PLUGIN_STOPPED]);
    json_member_int(out, "failed", counts[PLUGIN_FAILED]);
    json_member_int(out, "quarantined", counts[PLUGIN_QUARANTINED]);
}

static bool write_changed(const plugin_change *c, uint64_t change, buf *text, err *e)
{
    const registry *r = engine_registry(c->engine);
    uint32_t index = 0;
    json_writer out = json_writer_to(text);

    if (c->kind != LOOK_AGAIN && !plugin_find(r, c->id, &index)) {
        return fail(e, ERR_NOT_FOUND, "the plugin \"%.*s\" is gone", (int)c->id.len, c->id.base);
    }
    json_begin_object(&out);
    if (c->kind == LOOK_AGAIN) {
        write_counts(&out, r);
    } else {
        plugin_write_head(&out, r, index, "en");
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

/* Who let whom see what: the system's log until there is a trail of its own. Ids and paths only. */
static void note_decision(const api_job *job, const plugin_change *c, const char *what)
{
    buf columns = {0};
    for (const json_node *n = c->columns == NULL ? NULL : json_child(c->columns); n != NULL;
         n = json_next(n)) {
        bytes text = json_text(n);
        buf_print(&columns, "%s%.*s", columns.len == 0 ? "" : ",", (int)text.len, text.base);
    }
    bytes who = api_actor(job);
    log_event(LOG_INFO, "audit.plugin", "who=%.*s what=%s id=%.*s columns=%s", (int)who.len,
              who.base, what, (int)c->id.len, c->id.base,
              columns.len == 0 ? "-" : buf_terminated(&columns));
    buf_fini(&columns);
}

static const char *kind_name(change_kind kind)
{
    static const char *const NAMES[] = {"enable", "disable", "grant",
                                        "revoke", "release", "reload"};
    return NAMES[kind];
}

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
        note_decision(job, c, kind_name(kind));
        engine_writes_reload(writes);
        is_done = (kind == LOOK_AGAIN || put_setting(w, writes, c, e)) &&
                  api_trail_end(job, true, NULL, e) &&
                  engine_write(job->api->engine, &writes, answer_changed, c, e);
    }
    if (!is_done) {
        engine_writes_free(&writes);
        return false;
    }
    job->call = NULL;
    return true;
}

static bool change_named(api_job *job, engine_worker *w, change_kind kind, err *e)
{
    uint32_t index = 0;
    return plugin_named(job, w, &index, e) &&
           hand_over(job, w, kind, registry_plugin(engine_worker_registry(w), index), e);
}

bool plugin_enable(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)out; /* the answer comes from the store thread, with a text of its own */
    return change_named(job, w, SWITCH_ON, e);
}

bool plugin_disable(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)out; /* as in plugin_enable */
    return change_named(job, w, SWITCH_OFF, e);
}

bool plugin_reload(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)out; /* as in plugin_enable */
    return hand_over(job, w, LOOK_AGAIN, NULL, e);
}

/* Out of quarantine: its faults are forgotten, and it is tried again. */
bool plugin_release(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    uint32_t index = 0;
    (void)out; /* as in plugin_enable */
    if (!plugin_named(job, w, &index, e)) {
        return false;
    }
    const registry *r = engine_worker_registry(w);
    life_record *record = registry_plugin_record(r, index);
    bool is_held = registry_plugin_state(r, index) == PLUGIN_QUARANTINED;
    bool was_held = record != NULL && life_release(record);
    if (!is_held && !was_held) {
        (void)fail(e, ERR_PLUGIN_STATE, "plugin \"%s\" is not in quarantine",
                   registry_plugin(r, index)->id.base);
        return err_path(e, "/params/id");
    }
    return hand_over(job, w, RELEASE, registry_plugin(r, index), e);
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

static bool change_grants(api_job *job, engine_worker *w, change_kind kind, err *e)
{
    uint32_t plugin_index = 0;
    uint32_t index = 0;
    const json_node *columns = api_param(job->params, "columns");
    if (!plugin_named(job, w, &plugin_index, e)) {
        return false;
    }
    const plugin_info *plugin = registry_plugin(engine_worker_registry(w), plugin_index);
    for (const json_node *n = columns == NULL ? NULL : json_child(columns); n != NULL;
         n = json_next(n), index++) {
        bool is_text = json_type_of(n) == JSON_TEXT;
        if (!is_text || plugin->manifest == NULL || !names_column(plugin->manifest, json_text(n))) {
            (void)fail(e, ERR_RPC_PARAMS, "the manifest of \"%.*s\" does not name this column",
                       (int)plugin->id.len, plugin->id.base);
            (void)err_hint(e, "plugin.show lists the columns that it names.");
            return err_path(e, "/params/columns/%u", index);
        }
    }
    return hand_over(job, w, kind, plugin, e);
}

/* What is granted comes to what was. */
bool plugin_grant(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)out; /* as in plugin_enable */
    return change_grants(job, w, GRANT, e);
}

bool plugin_revoke(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)out; /* as in plugin_enable */
    return change_grants(job, w, REVOKE, e);
}
