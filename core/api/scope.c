/* Units and providers: the second half of who may do what. The first, roles, stands in methods.c.
 */
#include "api/scope.h"

#include <string.h>

#include "account/role.h"

static const rpc_caller *who_asks(const api_job *job)
{
    return rpc_call_caller(job->call);
}

bool scope_is_bounded(const api_job *job, store_noun noun)
{
    const rpc_caller *who = who_asks(job);
    return noun == STORE_SEEKER  ? who->units.base != NULL
           : noun == STORE_OFFER ? who->roles == ROLE_PROVIDER
                                 : false;
}

/* The text of a member that is an id: such a text needs no escapes. */
static bytes raw_id(bytes object, const char *key)
{
    bytes raw;
    bool is_text = json_raw_member(object, key, &raw) && raw.len >= 2 && raw.base[0] == '"';
    return is_text ? (bytes){raw.base + 1, raw.len - 2} : (bytes){NULL, 0};
}

static bool sees_owner(const rpc_caller *who, store_noun noun, bytes owner)
{
    if (owner.base == NULL) {
        return false; /* nobody's: for those who see all */
    }
    return noun == STORE_SEEKER ? user_has_unit(who->units, owner)
                                : who->provider.base != NULL && bytes_equal(who->provider, owner);
}

bool scope_sees(const api_job *job, store_noun noun, bytes body)
{
    if (!scope_is_bounded(job, noun)) {
        return true;
    }
    bytes provider;
    bytes owner = {NULL, 0};
    if (noun == STORE_SEEKER) {
        owner = raw_id(body, "unit");
    } else if (json_raw_member(body, "provider", &provider)) {
        owner = raw_id(provider, "id");
    }
    return sees_owner(who_asks(job), noun, owner);
}

static bool refuse_absent(store_noun noun, bytes id, const char *path, err *e)
{
    (void)fail(e, ERR_NOT_FOUND, "there is no %s \"%.*s\"", api_noun_text(noun), (int)id.len,
               id.base);
    return err_path(e, "%s", path);
}

bool scope_check_seeker(api_job *job, engine_worker *w, bytes id, const char *path, err *e)
{
    store_record record = {0};
    if (!scope_is_bounded(job, STORE_SEEKER)) {
        return true;
    }
    if (!store_get(engine_worker_reader(w), STORE_SEEKER, id, engine_worker_arena(w), &record, e)) {
        return e->code == ERR_NOT_FOUND ? refuse_absent(STORE_SEEKER, id, path, e) : false;
    }
    return scope_sees(job, STORE_SEEKER, record.body) || refuse_absent(STORE_SEEKER, id, path, e);
}

bool scope_check_params(api_job *job, engine_worker *w, err *e)
{
    const json_node *n = api_param(job->params, "seeker");
    bool is_id = n != NULL && json_type_of(n) == JSON_TEXT;
    return !is_id || scope_check_seeker(job, w, json_text(n), "/params/seeker", e);
}

bool scope_needs_all(const api_job *job, err *e)
{
    return !scope_is_bounded(job, STORE_SEEKER) ||
           fail(e, ERR_FORBIDDEN, "this is for those who see the people of all units");
}

/* ---------------------------------------------------------------------- writing */

static bytes text_member(const json_node *n, const char *key)
{
    const json_node *m = n != NULL && json_type_of(n) == JSON_OBJECT ? json_member(n, key) : NULL;
    return m != NULL && json_type_of(m) == JSON_TEXT ? json_text(m) : (bytes){NULL, 0};
}

static bool check_new(const api_job *job, store_noun noun, const json_node *record, err *e)
{
    bytes owner = noun == STORE_SEEKER ? text_member(record, "unit")
                                       : text_member(json_member(record, "provider"), "id");
    if (sees_owner(who_asks(job), noun, owner)) {
        return true;
    }
    if (noun == STORE_SEEKER) {
        (void)fail(e, ERR_FORBIDDEN, "the record must belong to one of your units");
        return err_path(e, "/params/seeker/unit");
    }
    (void)fail(e, ERR_FORBIDDEN, "the offer must be your own");
    return err_path(e, "/params/offer/provider/id");
}

bool scope_check_write(api_job *job, engine_worker *w, store_noun noun, bytes id,
                       const json_node *record, int64_t *expected_version, err *e)
{
    if (!scope_is_bounded(job, noun)) {
        return true;
    }
    if (record != NULL && !check_new(job, noun, record, e)) {
        return false;
    }
    store_record stored = {0};
    bool is_there =
        store_get(engine_worker_reader(w), noun, id, engine_worker_arena(w), &stored, e);
    if (!is_there && e->code != ERR_NOT_FOUND) {
        return false;
    }
    bool is_seen = is_there && scope_sees(job, noun, stored.body);
    if (record == NULL && !is_seen) {
        return refuse_absent(noun, id, "/params/id", e);
    }
    if (is_there && !is_seen) {
        (void)fail(e, ERR_FORBIDDEN, "this id belongs to a record that is not yours to change");
        return err_path(e, "/params/%s/id", api_noun_text(noun));
    }
    if (*expected_version == STORE_ANY_VERSION) {
        *expected_version = is_there ? stored.version : STORE_NO_VERSION;
    }
    return true;
}

/* ---------------------------------------------------------------------- lists, queries */

bool scope_list_unit(const api_job *job, store_noun noun, bytes asked, bytes *ret, err *e)
{
    const rpc_caller *who = who_asks(job);
    *ret = asked;
    if (!scope_is_bounded(job, noun)) {
        return true;
    }
    if (noun == STORE_OFFER) {
        *ret = who->provider.base == NULL ? BYTES("") : who->provider;
        return true;
    }
    size_t off = 0;
    bytes only = BYTES("");
    bytes further;
    bool has_one = user_next_unit(who->units, &off, &only);
    if (asked.base == NULL && has_one && user_next_unit(who->units, &off, &further)) {
        (void)fail(e, ERR_RPC_PARAMS, "you have several units: one of them must be named");
        (void)err_hint(e, "\"session.whoami\" lists your units.");
        return err_path(e, "/params/unit");
    }
    if (asked.base == NULL) {
        *ret = only;
        return true;
    }
    if (!user_has_unit(who->units, asked)) {
        (void)fail(e, ERR_FORBIDDEN, "this is not one of your units");
        return err_path(e, "/params/unit");
    }
    return true;
}

typedef struct seen_rows {
    const snapshot *snapshot;
    uint64_t **words; /* by segment */
} seen_rows;

static bool on_seen(void *context, const store_record *record)
{
    seen_rows *seen = context;
    const segment *s = NULL;
    const uint32_t *rows = NULL;
    uint32_t row_count = 0;
    if (!snapshot_find(seen->snapshot, SIDE_SEEKER, record->id, &s, &rows, &row_count)) {
        return true; /* newer than the snapshot */
    }
    uint32_t index = 0;
    while (snapshot_segment(seen->snapshot, SIDE_SEEKER, index) != s) {
        index++;
    }
    for (uint32_t i = 0; i < row_count; i++) {
        seen->words[index][rows[i] >> 6] |= UINT64_C(1) << (rows[i] & 63u);
    }
    return true;
}

bool scope_bound_query(const api_job *job, engine_worker *w, match_query *q, err *e)
{
    if (!scope_is_bounded(job, STORE_SEEKER)) {
        return true;
    }
    arena *a = engine_worker_arena(w);
    uint32_t count = snapshot_segment_count(q->snapshot, SIDE_SEEKER);
    seen_rows seen = {.snapshot = q->snapshot, .words = arena_make_array(a, count, uint64_t *)};
    bool has_room = seen.words != NULL;
    for (uint32_t i = 0; i < count && has_room; i++) {
        uint32_t row_count = segment_row_count(snapshot_segment(q->snapshot, SIDE_SEEKER, i));
        seen.words[i] = arena_make_array(a, row_count / 64 + 1, uint64_t);
        has_room = seen.words[i] != NULL;
    }
    if (!has_room) {
        return fail(e, ERR_MEMORY, "no memory for the question");
    }
    size_t off = 0;
    bytes unit;
    while (user_next_unit(who_asks(job)->units, &off, &unit)) {
        if (!store_list(engine_worker_reader(w), STORE_SEEKER, (bytes){0}, unit, INT32_MAX, on_seen,
                        &seen, e)) {
            return false;
        }
    }
    q->visible = (const uint64_t *const *)seen.words;
    return true;
}
