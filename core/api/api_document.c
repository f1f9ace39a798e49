/* Documents about people: what was proposed, decided, what happened. They are kept as JSON and
 * handed out as they are. */

#include "api/api_document.h"

#include <stdatomic.h>
#include <stdio.h>

#include "api/scope.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/random.h"

enum { LIST_LIMIT_DEFAULT = 100, NUMBER_SHIFT = 16 };

/* Two of the same millisecond stand in their order too: the number never falls. */
static uint64_t next_number(api *a)
{
    uint64_t last = atomic_load(&a->document_number);
    uint64_t next = 0;
    do {
        uint64_t now = (uint64_t)clock_unix_ms() << NUMBER_SHIFT;
        next = now > last ? now : last + 1;
    } while (!atomic_compare_exchange_weak(&a->document_number, &last, next));
    return next;
}

void document_id_new(api *a, char prefix, char ret[DOCUMENT_ID_LEN + 1])
{
    uint16_t salt = 0;
    random_fill(&salt, sizeof salt);
    int len = snprintf(ret, DOCUMENT_ID_LEN + 1, "%c-%016llx-%04x", prefix,
                       (unsigned long long)next_number(a), salt);
    check(len == DOCUMENT_ID_LEN);
}

bool document_code(const json_node *params, const char *name, const code_list *list,
                   uint32_t *ret_position, err *e)
{
    bytes given = api_param_text(params, name);
    if (code_find(list, given, ret_position)) {
        return true;
    }
    (void)fail(e, ERR_FIELD_CODE, "there is no %s \"%.*s\"", name,
               (int)(given.len < 80 ? given.len : 80), given.base == NULL ? "" : given.base);
    (void)err_hint(e, "schemas/codes/%s.json has the list.", list->name);
    return err_path(e, "/params/%s", name);
}

bool document_needs(api_job *job, engine_worker *w, record_side side, const char *name, err *e)
{
    bytes id = api_param_text(job->params, name);
    const segment *s = NULL;
    const uint32_t *rows = NULL;
    uint32_t row_count = 0;
    if (id.base == NULL ||
        snapshot_find(engine_worker_snapshot(w), side, id, &s, &rows, &row_count)) {
        return true;
    }
    (void)fail(e, ERR_NOT_FOUND, "there is no %s \"%.*s\"", name, (int)id.len, id.base);
    return err_path(e, "/params/%s", name);
}

void document_copy_param(const api_job *job, json_writer *out, const char *name)
{
    const json_node *n = api_param(job->params, name);
    if (n != NULL) {
        json_put_key(out, name);
        json_put_node(out, n);
    }
}

void document_write_maker(api_job *job, json_writer *out)
{
    json_member_text(out, "by", api_actor(job));
    json_member_int(out, "at_ms", clock_unix_ms());
}

/* ---------------------------------------------------------------------- lists */

typedef struct lister {
    api_job *job;
    engine_worker *worker;
    json_writer *out;
    arena *arena;
    uint32_t limit, count;
    bytes last;
    bool has_more, failed;
} lister;

static bool on_listed(void *context, const store_record *record)
{
    lister *l = context;
    err ignored; /* who is not seen is passed over */
    if (!scope_check_seeker(l->job, l->worker, record->seeker, "", &ignored)) {
        return true;
    }
    if (l->count == l->limit) {
        l->has_more = true;
        return false;
    }
    json_put_raw(l->out, record->body);
    l->count++;
    if (l->count == l->limit) {
        l->last = arena_copy(l->arena, record->id);
        l->failed = l->last.base == NULL;
    }
    return !l->failed;
}

/* Whose documents: exactly one of seeker and offer. */
static bool read_about(const json_node *params, store_noun *ret_about, bytes *ret_id, err *e)
{
    bytes seeker_id = api_param_text(params, "seeker");
    bytes offer_id = api_param_text(params, "offer");
    if ((seeker_id.base == NULL) == (offer_id.base == NULL)) {
        (void)fail(e, ERR_RPC_PARAMS, "exactly one of seeker and offer must be given");
        return err_path(e, "/params/seeker");
    }
    *ret_about = seeker_id.base != NULL ? STORE_SEEKER : STORE_OFFER;
    *ret_id = seeker_id.base != NULL ? seeker_id : offer_id;
    return true;
}

bool document_answer_list(api_job *job, engine_worker *w, store_noun noun, const char *plural,
                          json_writer *out, err *e)
{
    arena *a = engine_worker_arena(w);
    bytes cursor = api_param_text(job->params, "cursor");
    bytes after = {0};
    bytes about_id = {0};
    store_noun about = STORE_SEEKER;
    lister l = {
        .job = job,
        .worker = w,
        .out = out,
        .arena = a,
        .limit = (uint32_t)api_param_int(job->params, "limit", LIST_LIMIT_DEFAULT),
    };
    uint32_t read_max = scope_is_bounded(job, STORE_SEEKER) ? UINT32_MAX : l.limit + 1;
    if (!read_about(job->params, &about, &about_id, e) ||
        (cursor.base != NULL && !api_cursor_parse(noun, cursor, a, &after, e))) {
        return false;
    }
    json_begin_object(out);
    json_put_key(out, plural);
    json_begin_array(out);
    if (!store_list_about(engine_worker_reader(w), noun, about, about_id, after, read_max,
                          on_listed, &l, e)) {
        return false;
    }
    json_end_array(out);
    buf next = {0};
    if (l.has_more) {
        api_cursor_print(noun, l.last, &next);
    }
    json_member_text(out, "cursor", l.has_more ? buf_bytes(&next) : (bytes){0});
    bool is_kept = !next.failed && !l.failed;
    buf_fini(&next);
    json_end_object(out);
    return is_kept || fail(e, ERR_MEMORY, "no memory for the list");
}

static bool on_any(void *context, const store_record *record)
{
    json_put_raw(context, record->body);
    return true;
}

bool document_write_all(engine_worker *w, store_noun noun, bytes seeker_id, json_writer *out,
                        err *e)
{
    json_begin_array(out);
    if (!store_list_about(engine_worker_reader(w), noun, STORE_SEEKER, seeker_id, (bytes){0},
                          UINT32_MAX, on_any, out, e)) {
        return false;
    }
    json_end_array(out);
    return true;
}
