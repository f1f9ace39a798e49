/* server.*: what is running, whether it is well, how much it did; and the field catalogue. */

#include "api/parts.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/limits.h"
#include "model/field.h"

enum { MS_PER_S = 1000 };

/* ---------------------------------------------------------------------- info */

static void write_limits(json_writer *out)
{
    json_put_key(out, "limits");
    json_begin_object(out);
    json_member_int(out, "frame_len", FRAME_LEN_MAX);
    json_member_int(out, "record_len", RECORD_LEN_MAX);
    json_member_int(out, "depth", JSON_DEPTH_MAX);
    json_member_int(out, "batch_count", BATCH_COUNT_MAX);
    json_member_int(out, "in_flight_per_session", IN_FLIGHT_PER_SESSION_MAX);
    json_member_int(out, "in_flight", IN_FLIGHT_MAX);
    json_member_int(out, "match_limit", MATCH_LIMIT_MAX);
    json_member_int(out, "list_limit", LIST_LIMIT_MAX);
    json_end_object(out);
}

/* Which taxonomy answers speak of: how much it holds, and a mark that tells it from others. */
static void write_taxonomy(json_writer *out, const knowledge *k)
{
    static const char *const KINDS[TAXONOMY_KIND_COUNT] = {
        "esco_occupations", "esco_skills", "esco_skill_groups", "isco_groups", "kldb_classes"};
    const taxonomy *t = k == NULL ? NULL : knowledge_taxonomy(k);
    json_put_key(out, "taxonomy");
    if (t == NULL) {
        json_put_null(out);
        return;
    }
    char mark[17];
    snprintf(mark, sizeof mark, "%016llx", (unsigned long long)knowledge_mark(k));
    json_begin_object(out);
    json_member_cstr(out, "mark", mark);
    for (uint32_t i = 0; i < TAXONOMY_KIND_COUNT; i++) {
        json_member_int(out, KINDS[i], taxonomy_kind_total(t, (taxonomy_kind)i));
    }
    json_end_object(out);
}

bool server_info(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)e; /* cannot fail */
    engine *g = job->api->engine;
    const match_program *p = registry_program(engine_worker_registry(w));
    engine_stats s = {0};
    engine_read_stats(g, &s);

    json_begin_object(out);
    json_member_cstr(out, "name", "lotse");
    json_member_cstr(out, "version", LOTSE_VERSION);
    json_put_key(out, "abi");
    json_begin_object(out);
    json_member_int(out, "major", LOTSE_ABI_MAJOR);
    json_member_int(out, "minor", LOTSE_ABI_MINOR);
    json_end_object(out);
    json_member_int(out, "snapshot", (int64_t)snapshot_change_number(engine_worker_snapshot(w)));
    json_member_int(out, "workers", s.worker_count);
    json_put_key(out, "plugins");
    json_begin_array(out);
    for (uint32_t i = 0; i < p->plugin_count; i++) {
        buf name = {0};
        buf_print(&name, "%s@%s", p->plugins[i].id, p->plugins[i].version);
        json_put_text(out, buf_bytes(&name));
        out->out->failed |= name.failed;
        buf_fini(&name);
    }
    json_end_array(out);
    write_taxonomy(out, p->knowledge);
    write_limits(out);
    json_end_object(out);
    return true;
}

/* ---------------------------------------------------------------------- health */

static bool write_check(json_writer *out, const char *id, bool is_ok, const char *text)
{
    json_begin_object(out);
    json_member_cstr(out, "id", id);
    json_member_bool(out, "ok", is_ok);
    json_member_cstr(out, "text", text);
    json_end_object(out);
    return is_ok;
}

static bool check_store(json_writer *out, engine_worker *w)
{
    err why = {0};
    bool is_ok = store_verify(engine_worker_reader(w), &why);
    return write_check(out, "store", is_ok, is_ok ? "the database is sound" : why.text);
}

static bool check_records(json_writer *out, const engine_stats *s, arena *a)
{
    const char *text =
        s->unreadable_count == 0
            ? arena_text(a, "%llu seekers and %llu offers can be matched",
                         (unsigned long long)s->seeker_count, (unsigned long long)s->offer_count)
            : arena_text(a,
                         "%llu stored records cannot be read by this version; the log names them",
                         (unsigned long long)s->unreadable_count);
    return write_check(out, "records", s->unreadable_count == 0, text);
}

static bool check_plugins(json_writer *out, const registry *r, arena *a)
{
    uint32_t failed = 0;
    const char *text = NULL;
    for (uint32_t i = 0; i < registry_count(r); i++) {
        const plugin_info *p = registry_plugin(r, i);
        plugin_state state = registry_plugin_state(r, i);
        if (state == PLUGIN_FAILED || state == PLUGIN_QUARANTINED) {
            text = failed == 0
                       ? arena_text(a, "%.*s: %s", (int)p->id.len, p->id.base,
                                    p->why.code == ERR_NONE ? life_state_text(state) : p->why.text)
                       : text;
            failed++;
        }
    }
    if (failed == 0) {
        text = arena_text(a, "%u plugins are ready", registry_program(r)->plugin_count);
    }
    return write_check(out, "plugins", failed == 0, text);
}

static bool check_strategies(json_writer *out, engine_worker *w, arena *a)
{
    uint32_t count = engine_strategy_count(w);
    bool has_default = false;
    for (uint32_t i = 0; i < count; i++) {
        const engine_strategy *s = engine_strategy_at(w, i);
        has_default |= bytes_equal_text(s->id, "default");
        if (!s->is_usable) {
            return write_check(
                out, "strategies", false,
                arena_text(a, "%.*s cannot be used: %s", (int)s->id.len, s->id.base, s->why.text));
        }
    }
    return write_check(out, "strategies", has_default,
                       has_default ? arena_text(a, "%u strategies can be used", count)
                                   : "the strategy \"default\" is missing");
}

/* A folder without a taxonomy is well: names and what follows from past work are missing, and are
 * not asked for. */
static bool check_taxonomy(json_writer *out, const knowledge *k)
{
    const err *problem = k == NULL ? NULL : knowledge_problem(k);
    const char *text = problem != NULL                              ? problem->text
                       : k == NULL || knowledge_taxonomy(k) == NULL ? "there is none"
                                                                    : "it can be used";
    return write_check(out, "taxonomy", problem == NULL, text);
}

bool server_health(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)e; /* cannot fail: what is wrong is the answer */
    arena *a = engine_worker_arena(w);
    engine_stats s = {0};
    engine_read_stats(job->api->engine, &s);

    json_begin_object(out);
    json_put_key(out, "checks");
    json_begin_array(out);
    bool is_ok = check_store(out, w);
    is_ok = check_records(out, &s, a) && is_ok;
    is_ok = check_plugins(out, engine_worker_registry(w), a) && is_ok;
    is_ok = check_strategies(out, w, a) && is_ok;
    is_ok = check_taxonomy(out, registry_program(engine_worker_registry(w))->knowledge) && is_ok;
    json_end_array(out);
    json_member_bool(out, "ok", is_ok);
    json_end_object(out);
    return true;
}

bool server_ready(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)job; /* takes no parameter */
    (void)e;   /* cannot fail: what is wrong is the answer */
    uint64_t change = 0;
    err why = {0};
    bool can_read = store_reader_last_change(engine_worker_reader(w), &change, &why);
    json_begin_object(out);
    json_put_key(out, "checks");
    json_begin_array(out);
    bool is_ok = write_check(out, "store", can_read, can_read ? "the database answers" : why.text);
    is_ok = check_strategies(out, w, engine_worker_arena(w)) && is_ok;
    json_end_array(out);
    json_member_bool(out, "ok", is_ok);
    json_end_object(out);
    return true;
}

/* ---------------------------------------------------------------------- stats */

bool server_stats(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)w; /* the counts are the engine's */
    (void)e; /* cannot fail */
    engine_stats s = {0};
    engine_read_stats(job->api->engine, &s);

    json_begin_object(out);
    json_member_int(out, "uptime_s", (clock_unix_ms() - s.started_unix_ms) / MS_PER_S);
    json_member_int(out, "snapshot", (int64_t)s.change);
    json_member_int(out, "base", (int64_t)s.base_change);
    json_member_int(out, "seekers", (int64_t)s.seeker_count);
    json_member_int(out, "offers", (int64_t)s.offer_count);
    json_put_key(out, "segments");
    json_begin_object(out);
    json_member_int(out, "seekers", s.segment_count[SIDE_SEEKER]);
    json_member_int(out, "offers", s.segment_count[SIDE_OFFER]);
    json_end_object(out);
    json_put_key(out, "workers");
    json_begin_object(out);
    json_member_int(out, "total", s.worker_count);
    json_member_int(out, "busy", s.busy_count);
    json_end_object(out);
    json_put_key(out, "tasks");
    json_begin_object(out);
    json_member_int(out, "done", (int64_t)s.task_done);
    json_member_int(out, "refused", (int64_t)s.task_refused);
    json_member_int(out, "waiting", s.task_waiting);
    json_member_int(out, "waiting_max", s.task_waiting_max);
    json_end_object(out);
    json_put_key(out, "writes");
    json_begin_object(out);
    json_member_int(out, "done", (int64_t)s.write_done);
    json_member_int(out, "commits", (int64_t)s.commit_count);
    json_member_int(out, "waiting", (int64_t)s.write_waiting);
    json_end_object(out);
    json_member_bool(out, "stopping", s.is_stopping);
    json_end_object(out);
    return true;
}

/* ---------------------------------------------------------------------- fields */

static const char *role_text(field_role role)
{
    return role == FIELD_KEY ? "key" : role == FIELD_FACT ? "fact" : "wish";
}

static void write_side(json_writer *out, record_side side, const char *lang)
{
    uint32_t count = 0;
    const field *fields = field_all(side, &count);
    bool is_german = strncmp(lang, "de", 2) == 0;

    for (uint32_t i = 0; i < count; i++) {
        const field *f = &fields[i];
        json_begin_object(out);
        json_member_cstr(out, "side", side == SIDE_SEEKER ? "seeker" : "offer");
        json_member_cstr(out, "path", f->path);
        json_member_cstr(out, "type", api_type_text(f->type));
        json_member_cstr(out, "role", role_text(f->role));
        json_member_bool(out, "sensitive", f->is_sensitive);
        json_member_bool(out, "per_intake", f->is_per_intake);
        json_member_text(out, "codes", bytes_of(f->codes == NULL ? NULL : f->codes->name));
        json_member_text(out, "unit", bytes_of(f->unit));
        json_member_cstr(out, "text", is_german ? f->de : f->en);
        json_end_object(out);
    }
}

bool server_fields(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)e; /* cannot fail */
    const char *lang = api_param_lang(job->params, engine_worker_arena(w));

    json_begin_object(out);
    json_put_key(out, "fields");
    json_begin_array(out);
    write_side(out, SIDE_SEEKER, lang);
    write_side(out, SIDE_OFFER, lang);
    json_end_array(out);
    json_end_object(out);
    return true;
}
