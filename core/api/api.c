/* From a call on the session's thread to work on a worker and back. */

#include "api/api.h"

#include <string.h>

#include "api/parts.h"
#include "api/scope.h"
#include "base/check.h"
#include "base/lang.h"

typedef struct queued {
    api_job job;
    api_answer *answer;
} queued;

bool api_new(engine *g, api **ret, err *e)
{
    check(g != NULL);
    trail_config logs = {.dir = engine_dir(g)};
    api *a = mem_new(sizeof *a);
    if (a == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the methods");
    }
    a->engine = g;
    if (!trail_open(&logs, &a->trail, e) || !api_imports_new(&a->imports, e) ||
        !accounts_new(&a->accounts, e) || !batch_board_new(g, &a->batches, e)) {
        api_free(&a);
        return false;
    }
    *ret = a;
    return true;
}

void api_free(api **a)
{
    if (*a != NULL) {
        batch_board_free(&(*a)->batches);
        accounts_free(&(*a)->accounts);
        api_imports_free(&(*a)->imports);
        trail_close(&(*a)->trail);
        mem_free(*a);
        *a = NULL;
    }
}

accounts *api_accounts(const api *a)
{
    return a->accounts;
}

bool api_read_accounts(api *a, const char *dir, err *e)
{
    store_reader *r = NULL;
    bool is_read = store_reader_open(dir, &r, e) && accounts_read(a->accounts, r, e);
    store_reader_close(&r);
    return is_read;
}

void api_resume_batches(api *a)
{
    batch_board_resume(a->batches);
}

/* ---------------------------------------------------------------------- running */

static bool is_stopped(const rpc_call *call)
{
    return __atomic_load_n(rpc_call_stop_flag(call), __ATOMIC_RELAXED);
}

static void end_watch(rpc_call **watch)
{
    if (*watch != NULL) {
        rpc_call_reply(watch, (bytes){0});
    }
}

static void run_job(engine_worker *w, void *context)
{
    queued *j = context;
    buf *out = engine_worker_out(w);
    json_writer writer = json_writer_to(out);
    err e = {0};

    api_trail_begin(&j->job, w);
    bool is_done = is_stopped(j->job.call)
                       ? fail(&e, ERR_CANCELLED, "the request was cancelled before its turn came")
                       : scope_check_params(&j->job, w, &e) && j->answer(&j->job, w, &writer, &e);
    if (is_done && j->job.call != NULL && out->failed) {
        is_done = fail(&e, ERR_MEMORY, "no memory for the answer");
    }
    if (j->job.call == NULL) {
        check(is_done); /* whoever takes the call cannot fail any more, and has logged it */
    } else if (api_trail_end(&j->job, is_done, &e, &e) && is_done) {
        rpc_call_reply(&j->job.call, buf_bytes(out));
    } else {
        rpc_call_fail(&j->job.call, &e);
    }
    end_watch(&j->job.watch);
    mem_free(j);
}

/* Refused before it waits for its turn; the hint lists the languages. */
static bool has_known_lang(const json_node *params, err *e)
{
    bytes tag = api_param_text(params, "lang");
    if (tag.base == NULL || lang_find(tag) != NULL) {
        return true;
    }
    buf list = {0};
    lang_list(&list);
    (void)fail(e, ERR_LANG_UNKNOWN, "there are no answers in \"%.*s\"", (int)tag.len, tag.base);
    (void)err_hint(e, "Answers are written in: %s.", buf_terminated(&list));
    buf_fini(&list);
    return err_path(e, "/params/lang");
}

static void run(api *a, rpc_call *call, rpc_call *watch, const json_node *params,
                api_answer *answer)
{
    err e = {0};
    if (!has_known_lang(params, &e)) {
        rpc_call_fail(&call, &e);
        end_watch(&watch);
        return;
    }
    queued *j = mem_new(sizeof *j);
    if (j == NULL) {
        (void)fail(&e, ERR_MEMORY, "no memory for the request");
        rpc_call_fail(&call, &e);
        end_watch(&watch);
        return;
    }
    *j = (queued){.job = {.api = a, .call = call, .params = params, .watch = watch},
                  .answer = answer};
    if (!engine_submit(a->engine, run_job, j, &e)) {
        mem_free(j);
        rpc_call_fail(&call, &e);
        end_watch(&watch);
    }
}

void api_run(api *a, rpc_call *call, const json_node *params, api_answer *answer)
{
    run(a, call, NULL, params, answer);
}

void api_run_watched(api *a, rpc_call *call, const json_node *params, api_answer *answer)
{
    run(a, call, rpc_call_watch(call), params, answer);
}

/* ---------------------------------------------------------------------- parameters */

const json_node *api_param(const json_node *params, const char *name)
{
    return params == NULL ? NULL : json_member(params, name);
}

bytes api_param_text(const json_node *params, const char *name)
{
    const json_node *n = api_param(params, name);
    return n == NULL ? (bytes){0} : json_text(n);
}

int64_t api_param_int(const json_node *params, const char *name, int64_t absent)
{
    const json_node *n = api_param(params, name);
    int64_t value = absent;
    if (n != NULL) {
        bool is_integer = json_integer(n, &value);
        check(is_integer);
    }
    return value;
}

bool api_param_bool(const json_node *params, const char *name, bool absent)
{
    const json_node *n = api_param(params, name);
    return n == NULL ? absent : json_bool(n);
}

const char *api_param_lang(const json_node *params, arena *a)
{
    bytes lang = api_param_text(params, "lang");
    const char *text = lang.len == 0 ? NULL : arena_copy(a, lang).base;
    return text == NULL ? "en" : text;
}

bool api_path_under(err *e, const char *prefix)
{
    char path[sizeof e->path];
    memcpy(path, e->path, sizeof path);
    return err_path(e, "%s%s", prefix, path);
}

const char *api_type_text(uint32_t type)
{
    static const char *const TEXTS[] = {"",          "int",         "day",      "flag",
                                        "code",      "code_set",    "concept",  "concept_set",
                                        "place",     "week",        "int_list", "day_list",
                                        "code_list", "concept_list"};
    check(type < sizeof TEXTS / sizeof TEXTS[0]);
    return TEXTS[type];
}

/* ---------------------------------------------------------------------- cursors */

enum { CURSOR_SUM_LEN = 8 };

static uint32_t cursor_sum(store_noun noun, bytes id)
{
    return (uint32_t)(bytes_hash(id) >> 8) ^ (0x9e3779b9u * ((uint32_t)noun + 1));
}

void api_cursor_print(store_noun noun, bytes id, buf *out)
{
    buf_print(out, "%08x", cursor_sum(noun, id));
    for (size_t i = 0; i < id.len; i++) {
        buf_print(out, "%02x", (unsigned)(unsigned char)id.base[i]);
    }
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool refuse_cursor(err *e)
{
    (void)fail(e, ERR_CURSOR_INVALID, "the cursor was not made by this list");
    (void)err_hint(e, "Start without a cursor, then hand back what the last answer gave.");
    return err_path(e, "/params/cursor");
}

bool api_cursor_parse(store_noun noun, bytes cursor, arena *a, bytes *ret_id, err *e)
{
    bool is_sound = cursor.len > CURSOR_SUM_LEN && cursor.len % 2 == 0 &&
                    cursor.len <= CURSOR_SUM_LEN + 2 * (size_t)ID_LEN_MAX;
    for (size_t i = 0; i < cursor.len && is_sound; i++) {
        is_sound = hex_value(cursor.base[i]) >= 0;
    }
    if (!is_sound) {
        return refuse_cursor(e);
    }
    uint32_t sum = 0;
    for (size_t i = 0; i < CURSOR_SUM_LEN; i++) {
        sum = sum << 4 | (uint32_t)hex_value(cursor.base[i]);
    }
    size_t len = (cursor.len - CURSOR_SUM_LEN) / 2;
    char *id = arena_new(a, len);
    if (id == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the list");
    }
    for (size_t i = 0; i < len; i++) {
        const char *digits = cursor.base + CURSOR_SUM_LEN + 2 * i;
        id[i] = (char)(hex_value(digits[0]) << 4 | hex_value(digits[1]));
    }
    if (cursor_sum(noun, (bytes){id, len}) != sum) {
        return refuse_cursor(e);
    }
    *ret_id = (bytes){id, len};
    return true;
}

/* ---------------------------------------------------------------------- writing */

const char *api_noun_text(store_noun noun)
{
    static const char *const TEXTS[STORE_NOUN_COUNT] = {
        "seeker", "offer", "strategy", "setting", "proposal", "decision", "event"};
    check(noun < STORE_NOUN_COUNT);
    return TEXTS[noun];
}

const char *api_outcome_text(store_outcome outcome)
{
    switch (outcome) {
    case STORE_CREATED:
        return "created";
    case STORE_REPLACED:
        return "replaced";
    case STORE_UNCHANGED:
        return "unchanged";
    case STORE_DELETED:
        return "deleted";
    case STORE_ABSENT:
        return "absent";
    case STORE_CONFLICT:
        break;
    }
    return "conflict";
}

static bool refuse_outcome(const store_write *w, err *e)
{
    const char *noun = api_noun_text(w->noun);
    if (w->outcome == STORE_ABSENT) {
        (void)fail(e, ERR_NOT_FOUND, "there is no %s \"%.*s\"", noun, (int)w->id.len, w->id.base);
        return err_path(e, "/params/id");
    }
    if (w->expected_version == STORE_NO_VERSION) {
        (void)fail(e, ERR_CONFLICT, "%s \"%.*s\" is there already, as version %lld", noun,
                   (int)w->id.len, w->id.base, (long long)w->version);
    } else if (w->version == STORE_NO_VERSION) {
        (void)fail(e, ERR_CONFLICT, "there is no %s \"%.*s\" to replace", noun, (int)w->id.len,
                   w->id.base);
    } else {
        (void)fail(e, ERR_CONFLICT, "%s \"%.*s\" has version %lld, not %lld", noun, (int)w->id.len,
                   w->id.base, (long long)w->version, (long long)w->expected_version);
    }
    (void)err_hint(e, "Read it again and repeat the change on what is there now.");
    return err_path(e, "/params/replaces");
}

static bool is_written(const store_write *w, err *e)
{
    return (w->outcome != STORE_ABSENT && w->outcome != STORE_CONFLICT) || refuse_outcome(w, e);
}

static void put_written(const store_write *w, uint64_t change, json_writer *out)
{
    json_begin_object(out);
    json_member_text(out, "id", w->id);
    json_member_int(out, "version", w->version);
    json_member_int(out, "change", (int64_t)change);
    json_member_cstr(out, "outcome", api_outcome_text(w->outcome));
    if (w->outcome == STORE_DELETED) {
        json_member_bool(out, "erased", w->noun == STORE_SEEKER);
    }
    json_end_object(out);
}

/* On the store thread: one write, one answer. */
static void answer_written(void *context, engine_writes *writes, uint64_t change, const err *why)
{
    rpc_call *call = context;
    const store_write *w = engine_writes_at(writes, 0);
    err e = why == NULL ? (err){0} : *why;
    bool is_done = why == NULL && is_written(w, &e);
    if (is_done) {
        buf text = {0};
        json_writer out = json_writer_to(&text);
        put_written(w, change, &out);
        is_done = !text.failed || fail(&e, ERR_MEMORY, "no memory for the answer");
        if (is_done) {
            rpc_call_reply(&call, buf_bytes(&text));
        }
        buf_fini(&text);
    }
    if (!is_done) {
        rpc_call_fail(&call, &e);
    }
    engine_writes_free(&writes);
}

bool api_erase_one(api_job *job, engine_writes **writes, json_writer *out, err *e)
{
    uint64_t change = 0;
    check(engine_writes_count(*writes) == 1);
    const store_write *w = engine_writes_at(*writes, 0);
    bool is_done = engine_write_wait(job->api->engine, *writes, &change, e) && is_written(w, e) &&
                   batch_erase(job->api->batches, w->id, e);
    if (is_done) {
        put_written(w, change, out);
    }
    engine_writes_free(writes);
    return is_done;
}

bool api_write_one(api_job *job, engine_writes **writes, err *e)
{
    check(engine_writes_count(*writes) == 1);
    if (!api_trail_end(job, true, NULL, e) ||
        !engine_write(job->api->engine, writes, answer_written, job->call, e)) {
        engine_writes_free(writes);
        return false;
    }
    job->call = NULL;
    return true;
}

/* ---------------------------------------------------------------------- prepared answers */

typedef struct prepared {
    rpc_call *call;
    buf text; /* an object without its end */
} prepared;

static void answer_prepared(void *context, engine_writes *writes, uint64_t change, const err *why)
{
    prepared *p = context;
    err e = why == NULL ? (err){0} : *why;
    buf_print(&p->text, ",\"change\":%llu}", (unsigned long long)change);
    if (why == NULL && !p->text.failed) {
        rpc_call_reply(&p->call, buf_bytes(&p->text));
    } else {
        if (why == NULL) {
            (void)fail(&e, ERR_MEMORY, "no memory for the answer");
        }
        rpc_call_fail(&p->call, &e);
    }
    buf_fini(&p->text);
    mem_free(p);
    engine_writes_free(&writes);
}

bool api_write_and_answer(api_job *job, engine_writes **writes, json_writer *out, err *e)
{
    check(out->depth == 1);
    prepared *p = mem_new(sizeof *p);
    if (p != NULL) {
        bytes text = buf_bytes(out->out);
        p->call = job->call;
        buf_put(&p->text, text.base, text.len);
    }
    bool is_ready = p != NULL && !p->text.failed && !out->out->failed;
    is_ready = is_ready || fail(e, ERR_MEMORY, "no memory for the answer");
    if (!is_ready || !api_trail_end(job, true, NULL, e) ||
        !engine_write(job->api->engine, writes, answer_prepared, p, e)) {
        engine_writes_free(writes);
        if (p != NULL) {
            buf_fini(&p->text);
            mem_free(p);
        }
        return false;
    }
    job->call = NULL;
    return true;
}

bytes api_actor(const api_job *job)
{
    return job->actor;
}
