/* Who did what, and who looked at whom: every call that changes something stands in the system log,
 * every call that shows a person in the access log. audit.* reads them. */

#include "api/parts.h"

#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/limits.h"

enum { SEEN_FIRST_CAP = 16, AUDIT_LIMIT_DEFAULT = 100 };

/* Methods that show people without changing anything. A test holds the list against the table of
 * methods: whatever takes a person or answers with people stands here. */
static const char *const SHOWS_PEOPLE[] = {
    "seeker.get",   "seeker.list",   "seeker.export",   "match.query",   "match.explain",
    "letter.get",   "path.find",     "batch.result",    "decision.list", "event.list",
    "proposal.get", "proposal.list", "proposal.replay",
};

bool api_method_shows_people(const char *method)
{
    for (size_t i = 0; i < sizeof SHOWS_PEOPLE / sizeof SHOWS_PEOPLE[0]; i++) {
        if (strcmp(SHOWS_PEOPLE[i], method) == 0) {
            return true;
        }
    }
    return false;
}

bool api_saw(api_job *job, engine_worker *w, bytes seeker_id, err *e)
{
    if (job->seen_count == job->seen_cap) {
        uint32_t cap = job->seen_cap == 0 ? SEEN_FIRST_CAP : 2 * job->seen_cap;
        bytes *room = arena_make_array(engine_worker_arena(w), cap, bytes);
        if (room == NULL) {
            return fail(e, ERR_MEMORY, "no memory for the log");
        }
        if (job->seen_count > 0) {
            memcpy(room, job->seen, job->seen_count * sizeof *room);
        }
        job->seen = room;
        job->seen_cap = cap;
    }
    job->seen[job->seen_count++] = seeker_id;
    return true;
}

/* The id of a person or offer that a call names: `noun` itself, a record under it, or the id of the
 * noun's own methods. Copied, as a call that was handed over takes its params along. */
static bytes named(const api_job *job, engine_worker *w, const char *noun)
{
    const char *method = job->method->name;
    size_t noun_len = strlen(noun);
    const json_node *n = api_param(job->params, noun);
    if (n == NULL && strncmp(method, noun, noun_len) == 0 && method[noun_len] == '.') {
        n = api_param(job->params, "id");
    }
    if (n != NULL && json_type_of(n) == JSON_OBJECT) {
        n = json_member(n, "id");
    }
    bool is_named = n != NULL && json_type_of(n) == JSON_TEXT;
    return is_named ? arena_copy(engine_worker_arena(w), json_text(n)) : (bytes){0};
}

static bool is_logged(const rpc_method *method)
{
    bool is_piece = strcmp(method->name, "import.feed") == 0; /* start and finish tell enough */
    return !is_piece && (method->is_changing || api_method_shows_people(method->name));
}

/* The user who is signed in; "local": whoever runs the program. Copied, as above. */
static bytes caller_of(const api_job *job, engine_worker *w)
{
    const rpc_caller *caller = rpc_call_caller(job->call);
    bool has_user = caller != NULL && caller->user.base != NULL;
    bytes user_id = has_user ? arena_copy(engine_worker_arena(w), caller->user) : (bytes){0};
    return user_id.base != NULL ? user_id : BYTES("local");
}

void api_trail_begin(api_job *job, engine_worker *w)
{
    job->method = rpc_call_method(job->call);
    job->actor = caller_of(job, w);
    if (is_logged(job->method)) {
        job->seeker = named(job, w, "seeker");
        job->offer = named(job, w, "offer");
    }
}

bool api_trail_end(const api_job *job, bool is_done, const err *why, err *e)
{
    if (!is_logged(job->method)) {
        return true;
    }
    bool is_named = job->seeker.base != NULL;
    trail_entry entry = {
        .log = job->method->is_changing ? TRAIL_SYSTEM : TRAIL_ACCESS,
        .by = api_actor(job),
        .action = bytes_of(job->method->name),
        .offer = job->offer,
        .outcome = is_done ? BYTES("ok") : bytes_of(err_id(why->code)),
        .seekers = is_named ? &job->seeker : job->seen,
        .seeker_count = is_named ? 1 : job->seen_count,
    };
    return trail_add(job->api->trail, &entry, e);
}

/* ---------------------------------------------------------------------- audit.list */

typedef struct lister {
    json_writer *out;
    uint64_t last;
    uint32_t limit, count;
    bool has_more;
} lister;

static bool on_line(void *context, uint64_t number, bytes json)
{
    lister *l = context;
    if (l->count == l->limit) {
        l->has_more = true;
        return false;
    }
    json_put_raw(l->out, json);
    l->last = number;
    l->count++;
    return true;
}

static trail_log log_of(const json_node *params)
{
    return bytes_equal_text(api_param_text(params, "log"), "access") ? TRAIL_ACCESS : TRAIL_SYSTEM;
}

static bool read_query(const json_node *params, trail_query *q, err *e)
{
    bytes log = api_param_text(params, "log");
    bytes from = api_param_text(params, "from");
    bytes to = api_param_text(params, "to");
    if (!bytes_equal_text(log, "system") && !bytes_equal_text(log, "access")) {
        (void)fail(e, ERR_RPC_PARAMS, "there is no log \"%.*s\"",
                   (int)(log.len < 40 ? log.len : 40), log.base);
        (void)err_hint(e, "It is \"system\" or \"access\".");
        return err_path(e, "/params/log");
    }
    q->log = log_of(params);
    q->to = INT32_MAX;
    bool is_read = (from.base == NULL || day_parse(from, &q->from)) &&
                   (to.base == NULL || day_parse(to, &q->to));
    check(is_read); /* the method's table asked for days */
    q->seeker = api_param_text(params, "seeker");
    q->by = api_param_text(params, "by");
    q->after = (uint64_t)api_param_int(params, "after", 0);
    return true;
}

bool audit_list(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)w; /* the logs are files beside the database */
    trail_query q = {0};
    lister l = {
        .out = out,
        .limit = (uint32_t)api_param_int(job->params, "limit", AUDIT_LIMIT_DEFAULT),
    };
    if (!read_query(job->params, &q, e)) {
        return false;
    }
    json_begin_object(out);
    json_put_key(out, "entries");
    json_begin_array(out);
    if (!trail_read(job->api->trail, &q, on_line, &l, e)) {
        return false;
    }
    json_end_array(out);
    json_put_key(out, "after");
    if (l.has_more) {
        json_put_int(out, (int64_t)l.last);
    } else {
        json_put_null(out);
    }
    json_end_object(out);
    return true;
}

/* ---------------------------------------------------------------------- audit.verify */

static bool write_finding(api_job *job, trail_log log, const char *name, json_writer *out, err *e)
{
    trail_finding f = {0};
    if (!trail_verify(job->api->trail, log, &f, e)) {
        return false;
    }
    json_put_key(out, name);
    json_begin_object(out);
    json_member_bool(out, "sound", f.is_sound);
    json_member_int(out, "lines", (int64_t)f.line_count);
    json_member_int(out, "days", f.day_count);
    json_member_text(out, "where", f.is_sound ? (bytes){0} : bytes_of(f.where));
    json_member_text(out, "last_mac", f.line_count == 0 ? (bytes){0} : bytes_of(f.last_mac));
    json_end_object(out);
    return true;
}

bool audit_verify(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)w; /* as above */
    json_begin_object(out);
    if (!write_finding(job, TRAIL_SYSTEM, "system", out, e) ||
        !write_finding(job, TRAIL_ACCESS, "access", out, e)) {
        return false;
    }
    json_end_object(out);
    return true;
}
