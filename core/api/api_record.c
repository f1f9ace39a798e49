/* What seekers and offers have in common: put, get, delete, list. */

#include "api/api_record.h"

#include "api/scope.h"
#include "base/check.h"
#include "base/limits.h"

enum { LIST_LIMIT_DEFAULT = 100 };

/* ---------------------------------------------------------------------- printing */

/* The keys that stand before "version" in a record. */
static bool stands_before_version(store_noun noun, bytes key)
{
    return bytes_equal_text(key, "id") ||
           (noun == STORE_SEEKER
                ? bytes_equal_text(key, "unit")
                : bytes_equal_text(key, "kind") || bytes_equal_text(key, "status"));
}

bool api_record_write(json_writer *out, store_noun noun, bytes body, int64_t version, err *e)
{
    json_doc *doc = NULL;
    if (!json_parse(body, JSON_DEPTH_MAX, &doc, e)) {
        return false;
    }
    bool is_written = false;
    json_begin_object(out);
    for (const json_node *n = json_child(json_root(doc)); n != NULL; n = json_next(n)) {
        if (!is_written && !stands_before_version(noun, json_key(n))) {
            json_member_int(out, "version", version);
            is_written = true;
        }
        json_put_key_bytes(out, json_key(n));
        json_put_node(out, n);
    }
    if (!is_written) {
        json_member_int(out, "version", version);
    }
    json_end_object(out);
    json_doc_free(&doc);
    return true;
}

/* ---------------------------------------------------------------------- get */

bool api_record_get(api_job *job, engine_worker *w, store_noun noun, store_record *ret, err *e)
{
    bytes id = api_param_text(job->params, "id");
    bool is_read = store_get(engine_worker_reader(w), noun, id, engine_worker_arena(w), ret, e);
    if (!is_read && e->code != ERR_NOT_FOUND) {
        return false;
    }
    if (!is_read || !scope_sees(job, noun, ret->body)) {
        (void)fail(e, ERR_NOT_FOUND, "there is no %s \"%.*s\"", api_noun_text(noun), (int)id.len,
                   id.base);
        return err_path(e, "/params/id");
    }
    return true;
}

bool record_answer_get(api_job *job, engine_worker *w, store_noun noun, json_writer *out, err *e)
{
    store_record record = {0};
    if (!api_record_get(job, w, noun, &record, e)) {
        return false;
    }
    json_begin_object(out);
    json_put_key(out, api_noun_text(noun));
    if (!api_record_write(out, noun, record.body, record.version, e)) {
        return false;
    }
    json_member_int(out, "version", record.version);
    json_member_int(out, "change", (int64_t)record.change);
    json_end_object(out);
    return true;
}

/* ---------------------------------------------------------------------- list */

typedef struct lister {
    api_job *job;
    engine_worker *worker;
    json_writer *out;
    store_noun noun;
    arena *arena;
    uint32_t limit, count;
    bytes last; /* id of the last record written */
    bool has_more;
    bool failed;
    err why;
} lister;

static bool note_person(lister *l, bytes id)
{
    bytes kept = arena_copy(l->arena, id);
    return kept.base == NULL ? fail(&l->why, ERR_MEMORY, "no memory for the list")
                             : api_saw(l->job, l->worker, kept, &l->why);
}

static bool on_listed(void *context, const store_record *record)
{
    lister *l = context;
    if (l->count == l->limit) {
        l->has_more = true;
        return false;
    }
    l->failed = !api_record_write(l->out, l->noun, record->body, record->version, &l->why) ||
                (l->noun == STORE_SEEKER && !note_person(l, record->id));
    l->count++;
    if (!l->failed && l->count == l->limit) {
        l->last = arena_copy(l->arena, record->id);
        l->failed = l->last.base == NULL && !fail(&l->why, ERR_MEMORY, "no memory for the list");
    }
    return !l->failed;
}

static bool write_list(lister *l, engine_worker *w, bytes after, bytes unit, err *e)
{
    json_begin_array(l->out);
    if (!store_list(engine_worker_reader(w), l->noun, after, unit, l->limit + 1, on_listed, l, e)) {
        return false;
    }
    if (l->failed) {
        *e = l->why;
        return false;
    }
    json_end_array(l->out);
    return true;
}

static void write_cursor(const lister *l, json_writer *out)
{
    buf cursor = {0};
    if (l->has_more) {
        api_cursor_print(l->noun, l->last, &cursor);
    }
    json_member_text(out, "cursor", l->has_more ? buf_bytes(&cursor) : (bytes){0});
    out->out->failed |= cursor.failed;
    buf_fini(&cursor);
}

bool record_answer_list(api_job *job, engine_worker *w, store_noun noun, json_writer *out, err *e)
{
    arena *a = engine_worker_arena(w);
    bytes cursor = api_param_text(job->params, "cursor");
    bytes unit = api_param_text(job->params, "unit");
    bytes after = {0};
    uint64_t total = 0;
    lister l = {
        .job = job,
        .worker = w,
        .out = out,
        .noun = noun,
        .arena = a,
        .limit = (uint32_t)api_param_int(job->params, "limit", LIST_LIMIT_DEFAULT),
    };
    check(l.limit >= 1);
    check(l.limit <= LIST_LIMIT_MAX);
    if (!scope_list_unit(job, noun, unit, &unit, e) ||
        (cursor.base != NULL && !api_cursor_parse(noun, cursor, a, &after, e)) ||
        !store_count(engine_worker_reader(w), noun, unit, &total, e)) {
        return false;
    }
    json_begin_object(out);
    json_member_int(out, "total", (int64_t)total);
    json_put_key(out, noun == STORE_SEEKER ? "seekers" : "offers");
    if (!write_list(&l, w, after, unit, e)) {
        return false;
    }
    write_cursor(&l, out);
    json_end_object(out);
    return true;
}

/* ---------------------------------------------------------------------- changing */

bool record_answer_put(api_job *job, engine_worker *w, store_noun noun, err *e)
{
    static const char *const PREFIX[] = {"/params/seeker", "/params/offer", "/params/strategy"};
    check(noun <= STORE_STRATEGY);
    int64_t replaces = api_param_int(job->params, "replaces", STORE_ANY_VERSION);
    engine_writes *writes = NULL;
    const json_node *record = api_param(job->params, api_noun_text(noun));
    const json_node *id = json_member(record, "id");
    bool has_id = id != NULL && json_type_of(id) == JSON_TEXT; /* else it is refused below */

    if (has_id && !scope_check_write(job, w, noun, json_text(id), record, &replaces, e)) {
        return false;
    }
    if (!engine_writes_new(job->api->engine, &writes, e)) {
        return false;
    }
    if (!engine_writes_put(writes, noun, record, replaces, e)) {
        engine_writes_free(&writes);
        return api_path_under(e, PREFIX[noun]);
    }
    return api_write_one(job, &writes, e);
}

bool record_answer_delete(api_job *job, engine_worker *w, store_noun noun, json_writer *out, err *e)
{
    int64_t replaces = api_param_int(job->params, "replaces", STORE_ANY_VERSION);
    bytes id = api_param_text(job->params, "id");
    engine_writes *writes = NULL;

    if (!scope_check_write(job, w, noun, id, NULL, &replaces, e) ||
        !engine_writes_new(job->api->engine, &writes, e)) {
        return false;
    }
    if (!engine_writes_delete(writes, noun, id, replaces, e)) {
        engine_writes_free(&writes);
        return false;
    }
    return noun == STORE_SEEKER ? api_erase_one(job, &writes, out, e)
                                : api_write_one(job, &writes, e);
}
