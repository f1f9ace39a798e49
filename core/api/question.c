/* From the parameters of match.* to a query: anchor, strategy, weights, day and bounds. */

#include "api/question.h"

#include <string.h>

#include "api/scope.h"
#include "base/check.h"
#include "base/limits.h"
#include "model/record.h"
#include "json/scan.h"

enum { LIMIT_DEFAULT = 10 };

static bool refuse_param(err *e, const char *name, const char *sentence)
{
    (void)fail(e, ERR_RPC_PARAMS, "%s", sentence);
    return err_path(e, "/params/%s", name);
}

static const char *side_name(record_side side)
{
    return side == SIDE_SEEKER ? "seeker" : "offer";
}

/* ---------------------------------------------------------------------- the anchor */

static bool refuse_absent(record_side side, bytes id, err *e)
{
    (void)fail(e, ERR_NOT_FOUND, "there is no %s \"%.*s\"", side_name(side), (int)id.len, id.base);
    return err_path(e, "/params/%s", side_name(side));
}

bool question_stored_text(engine_worker *w, record_side side, bytes id, bytes *ret, err *e)
{
    store_record record = {0};
    store_noun noun = side == SIDE_SEEKER ? STORE_SEEKER : STORE_OFFER;
    if (!store_get(engine_worker_reader(w), noun, id, engine_worker_arena(w), &record, e)) {
        return e->code == ERR_NOT_FOUND ? refuse_absent(side, id, e) : false;
    }
    *ret = record.body;
    return true;
}

bool question_build(engine_worker *w, record_side side, bytes text, segment **ret, bytes *ret_id,
                    err *e)
{
    engine *g = engine_worker_engine(w);
    arena *a = engine_worker_arena(w);
    const ext_keys *ext = registry_ext_keys(engine_worker_registry(w));
    seeker *person = NULL;
    offer *chance = NULL;
    bool is_parsed = side == SIDE_SEEKER ? seeker_parse(text, ext, a, &person, e)
                                         : offer_parse(text, ext, a, &chance, e);
    if (!is_parsed) {
        return false;
    }
    const void *record = side == SIDE_SEEKER ? (const void *)person : (const void *)chance;
    segment_input input = {.record = record, .version = 0};
    if (!segment_build(registry_program(engine_worker_registry(w)), side, &input, 1,
                       engine_dictionary(g), true, ret, e)) {
        return false;
    }
    *ret_id = record_id(side, record);
    return true;
}

static bool find_stored(engine_worker *w, question *q, bytes id, err *e)
{
    const segment *s = NULL;
    const uint32_t *rows = NULL;
    uint32_t row_count = 0;
    if (!snapshot_find(engine_worker_snapshot(w), q->side, id, &s, &rows, &row_count)) {
        return refuse_absent(q->side, id, e);
    }
    q->anchor_id = id;
    q->query.anchor = s;
    q->query.anchor_rows = rows;
    q->query.anchor_row_count = row_count;
    return true;
}

/* The stored or sent text with the caller's patch applied. */
static bool patch_text(const json_node *patch, arena *a, bytes *text, err *e)
{
    buf patch_text = {0};
    buf merged = {0};
    json_print(patch, &patch_text);
    bool is_done = !patch_text.failed || fail(e, ERR_MEMORY, "no memory for the question");
    is_done = is_done && json_merge(*text, buf_bytes(&patch_text), &merged, e);
    bytes kept = is_done && !merged.failed ? arena_copy(a, buf_bytes(&merged)) : (bytes){0};
    buf_fini(&patch_text);
    buf_fini(&merged);
    if (is_done && kept.base == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the question");
    }
    if (is_done) {
        *text = kept;
    }
    return is_done;
}

static bool print_text(const json_node *record, arena *a, bytes *ret, err *e)
{
    buf text = {0};
    json_print(record, &text);
    bytes kept = text.failed ? (bytes){0} : arena_copy(a, buf_bytes(&text));
    buf_fini(&text);
    if (kept.base == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the question");
    }
    *ret = kept;
    return true;
}

/* An anchor of this question alone: a record that was sent, or a stored one with a patch. */
static bool build_anchor(api_job *job, engine_worker *w, question *q, const json_node *record,
                         bytes id, err *e)
{
    arena *a = engine_worker_arena(w);
    const json_node *patch = api_param(job->params, "what_if");
    char prefix[64] = "/params/what_if";

    if (record != NULL) {
        if (!print_text(record, a, &q->anchor_text, e)) {
            return false;
        }
        if (patch == NULL) {
            strcpy(prefix,
                   q->side == SIDE_SEEKER ? "/params/seeker_record" : "/params/offer_record");
        }
    } else if (!question_stored_text(w, q->side, id, &q->anchor_text, e)) {
        return false;
    }
    if (patch != NULL && !patch_text(patch, a, &q->anchor_text, e)) {
        return false;
    }
    if (!question_build(w, q->side, q->anchor_text, &q->own, &q->anchor_id, e)) {
        return api_path_under(e, prefix);
    }
    uint32_t row_count = segment_row_count(q->own);
    uint32_t *rows = arena_make_array(a, row_count, uint32_t);
    if (rows == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the question");
    }
    for (uint32_t i = 0; i < row_count; i++) {
        rows[i] = i;
    }
    q->query.anchor = q->own;
    q->query.anchor_rows = rows;
    q->query.anchor_row_count = row_count;
    return true;
}

static bool refuse_intake(bytes offer_id, bytes intake, err *e)
{
    (void)fail(e, ERR_NOT_FOUND, "offer \"%.*s\" has no intake \"%.*s\"", (int)offer_id.len,
               offer_id.base, (int)intake.len, intake.base);
    return err_path(e, "/params/intake");
}

/* One intake of an offer that is the anchor. */
static bool pick_intake(bytes intake, arena *a, question *q, err *e)
{
    for (uint32_t i = 0; i < q->query.anchor_row_count; i++) {
        uint32_t row = q->query.anchor_rows[i];
        if (bytes_equal(segment_intake_id(q->query.anchor, row), intake)) {
            uint32_t *rows = arena_make_array(a, 1, uint32_t);
            if (rows == NULL) {
                return fail(e, ERR_MEMORY, "no memory for the question");
            }
            rows[0] = row;
            q->query.anchor_rows = rows;
            q->query.anchor_row_count = 1;
            return true;
        }
    }
    return refuse_intake(q->anchor_id, intake, e);
}

bool question_find_offer(const question *q, bytes offer_id, bytes intake, const segment **ret,
                         const uint32_t **ret_rows, uint32_t *ret_row_count, err *e)
{
    if (!snapshot_find(q->query.snapshot, SIDE_OFFER, offer_id, ret, ret_rows, ret_row_count)) {
        return refuse_absent(SIDE_OFFER, offer_id, e);
    }
    for (uint32_t i = 0; intake.base != NULL && i < *ret_row_count; i++) {
        if (bytes_equal(segment_intake_id(*ret, (*ret_rows)[i]), intake)) {
            *ret_rows = &(*ret_rows)[i];
            *ret_row_count = 1;
            return true;
        }
    }
    return intake.base == NULL || refuse_intake(offer_id, intake, e);
}

/* match.explain names both sides; its anchor is the person. */
static bool find_anchor(api_job *job, engine_worker *w, question *q, bool is_pair, err *e)
{
    const json_node *params = job->params;
    bytes seeker_id = api_param_text(params, "seeker");
    bytes offer_id = is_pair ? (bytes){0} : api_param_text(params, "offer");
    const json_node *seeker_record = api_param(params, "seeker_record");
    const json_node *offer_record = is_pair ? NULL : api_param(params, "offer_record");
    bytes intake = is_pair ? (bytes){0} : api_param_text(params, "intake");
    int given = (seeker_id.base != NULL) + (offer_id.base != NULL) + (seeker_record != NULL) +
                (offer_record != NULL);

    if (given != 1) {
        return refuse_param(e, "seeker",
                            is_pair ? "exactly one of seeker and seeker_record must be given"
                                    : "exactly one of seeker, offer, seeker_record and "
                                      "offer_record must be given");
    }
    q->side = seeker_id.base != NULL || seeker_record != NULL ? SIDE_SEEKER : SIDE_OFFER;
    if (q->side == SIDE_SEEKER && intake.base != NULL) {
        return refuse_param(e, "intake", "an intake can be named with an offer only");
    }
    bytes id = q->side == SIDE_SEEKER ? seeker_id : offer_id;
    const json_node *record = q->side == SIDE_SEEKER ? seeker_record : offer_record;
    bool is_stored = record == NULL && api_param(params, "what_if") == NULL;
    if (is_stored ? !find_stored(w, q, id, e) : !build_anchor(job, w, q, record, id, e)) {
        return false;
    }
    return intake.base == NULL || pick_intake(intake, engine_worker_arena(w), q, e);
}

/* ---------------------------------------------------------------------- strategy */

static bool refuse_weight(err *e, bytes key, const char *sentence)
{
    char path[sizeof e->path] = "/params/weights";
    (void)json_pointer_add(path, sizeof path, key); /* too long a key: the object is named */
    (void)fail(e, ERR_RPC_PARAMS, "%s", sentence);
    return err_path(e, "%s", path);
}

static bool take_weights(const json_node *weights, strategy *s, err *e)
{
    named_weight named[CRITERION_COUNT_MAX];
    uint32_t count = 0;
    for (const json_node *n = json_child(weights); n != NULL; n = json_next(n)) {
        int64_t value = 0;
        if (json_type_of(n) != JSON_NUMBER || !json_integer(n, &value)) {
            return refuse_weight(e, json_key(n), "a weight is a whole number of ppm");
        }
        if (count == CRITERION_COUNT_MAX) {
            return refuse_weight(e, json_key(n), "more weights than a strategy has criteria");
        }
        named[count++] = (named_weight){json_key(n), value};
    }
    return strategy_reweigh(s, named, count, e) || err_path(e, "/params/weights");
}

static bool take_strategy(api_job *job, engine_worker *w, question *q, err *e)
{
    const json_node *weights = api_param(job->params, "weights");
    const engine_strategy *found = NULL;
    bytes id = api_param_text(job->params, "strategy");
    if (!engine_strategy_find(w, id.base == NULL ? BYTES("default") : id, &found, e)) {
        return err_path(e, "/params/strategy");
    }
    if (!found->is_usable) {
        (void)fail(e, ERR_STRATEGY_INVALID, "strategy \"%.*s\" cannot be used: %.200s",
                   (int)found->id.len, found->id.base, found->why.text);
        return err_path(e, "/params/strategy");
    }
    q->strategy = found->resolved;
    q->query.strategy = &q->strategy;
    return weights == NULL || take_weights(weights, &q->strategy, e);
}

static bool begin(api_job *job, engine_worker *w, question *q, bool is_pair, err *e)
{
    match_degraded_forget(engine_worker_match(w));
    bytes as_of = api_param_text(job->params, "as_of");

    q->lang = api_param_lang(job->params, engine_worker_arena(w));
    q->query.snapshot = engine_worker_snapshot(w);
    q->query.as_of = engine_today();
    q->query.kinds = ~UINT64_C(0);
    q->query.verdicts = MATCH_YES_BIT | MATCH_CHECK_BIT;
    q->query.limit = 1;
    q->query.stop = rpc_call_stop_flag(job->call);
    if (as_of.base != NULL) {
        bool is_day = day_parse(as_of, &q->query.as_of);
        check(is_day); /* the method's table asked for one */
    }
    return take_strategy(job, w, q, e) && find_anchor(job, w, q, is_pair, e);
}

bool question_begin_pair(api_job *job, engine_worker *w, question *q, err *e)
{
    return begin(job, w, q, true, e);
}

/* ---------------------------------------------------------------------- bounds */

bool question_kinds(const json_node *kinds, uint64_t *ret, err *e)
{
    uint64_t mask = 0;
    uint32_t index = 0;
    for (const json_node *n = json_child(kinds); n != NULL; n = json_next(n)) {
        uint32_t position = 0;
        if (json_type_of(n) != JSON_TEXT || !code_find(CODES(kind), json_text(n), &position)) {
            bytes shown = json_type_of(n) == JSON_TEXT ? json_text(n) : BYTES("(no text)");
            (void)fail(e, ERR_FIELD_CODE, "there is no kind of offer \"%.*s\"",
                       (int)(shown.len < 80 ? shown.len : 80), shown.base);
            return err_path(e, "/params/kinds/%u", index);
        }
        mask |= UINT64_C(1) << position;
        index++;
    }
    *ret = mask;
    return true;
}

static bool take_verdicts(const json_node *verdicts, question *q, err *e)
{
    uint32_t mask = 0;
    uint32_t index = 0;
    for (const json_node *n = json_child(verdicts); n != NULL; n = json_next(n)) {
        bytes text = json_type_of(n) == JSON_TEXT ? json_text(n) : (bytes){0};
        if (bytes_equal_text(text, "yes")) {
            mask |= MATCH_YES_BIT;
        } else if (bytes_equal_text(text, "check")) {
            mask |= MATCH_CHECK_BIT;
        } else {
            (void)fail(e, ERR_RPC_PARAMS, "a verdict is \"yes\" or \"check\"");
            return err_path(e, "/params/verdicts/%u", index);
        }
        index++;
    }
    q->query.verdicts = mask;
    return true;
}

/* One path or two. 0: neither a text nor a list of two texts. */
static uint32_t read_paths(const json_node *n, bytes paths[2])
{
    if (n == NULL) {
        return 0;
    }
    if (json_type_of(n) == JSON_TEXT) {
        paths[0] = json_text(n);
        return 1;
    }
    if (json_type_of(n) != JSON_ARRAY || json_count(n) != 2) {
        return 0;
    }
    const json_node *first = json_child(n);
    const json_node *second = json_next(first);
    if (json_type_of(first) != JSON_TEXT || json_type_of(second) != JSON_TEXT) {
        return 0;
    }
    paths[0] = json_text(first);
    paths[1] = json_text(second);
    return 2;
}

static bool read_unknown(const json_node *n, gate *g, err *e)
{
    bytes text = json_type_of(n) == JSON_TEXT ? json_text(n) : (bytes){0};
    g->unknown_is_yes = bytes_equal_text(text, "yes");
    return g->unknown_is_yes || bytes_equal_text(text, "check") ||
           fail(e, ERR_FILTER_INVALID, "\"unknown\" of a gate is \"check\" or \"yes\"");
}

static bool read_filter(const json_node *n, const match_program *p, gate *ret, err *e)
{
    bytes seeker_paths[2] = {{0}};
    bytes offer_paths[2] = {{0}};
    if (json_type_of(n) != JSON_OBJECT) {
        return fail(e, ERR_FILTER_INVALID, "a gate is an object");
    }
    for (const json_node *m = json_child(n); m != NULL; m = json_next(m)) {
        bytes key = json_key(m);
        if (!bytes_equal_text(key, "seeker") && !bytes_equal_text(key, "op") &&
            !bytes_equal_text(key, "offer") && !bytes_equal_text(key, "unknown")) {
            return fail(e, ERR_FILTER_INVALID, "a gate has no member \"%.*s\"",
                        (int)(key.len < 80 ? key.len : 80), key.base);
        }
    }
    const json_node *op = json_member(n, "op");
    const json_node *unknown = json_member(n, "unknown");
    uint32_t seeker_count = read_paths(json_member(n, "seeker"), seeker_paths);
    uint32_t offer_count = read_paths(json_member(n, "offer"), offer_paths);
    if (op == NULL || json_type_of(op) != JSON_TEXT || seeker_count == 0 || offer_count == 0) {
        return fail(e, ERR_FILTER_INVALID, "a gate needs \"seeker\", \"op\" and \"offer\"");
    }
    return gate_resolve(p, seeker_paths, seeker_count, json_text(op), offer_paths, offer_count, ret,
                        e) &&
           (unknown == NULL || read_unknown(unknown, ret, e));
}

static bool take_filters(const json_node *filters, const match_program *p, arena *a, question *q,
                         err *e)
{
    gate *gates = arena_make_array(a, json_count(filters), gate);
    uint32_t count = 0;
    if (gates == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the question");
    }
    for (const json_node *n = json_child(filters); n != NULL; n = json_next(n)) {
        if (!read_filter(n, p, &gates[count], e)) {
            return err_path(e, "/params/filter/%u", count);
        }
        count++;
    }
    q->query.filters = gates;
    q->query.filter_count = count;
    return true;
}

bool question_begin(api_job *job, engine_worker *w, question *q, err *e)
{
    const json_node *kinds = api_param(job->params, "kinds");
    const json_node *verdicts = api_param(job->params, "verdicts");
    const json_node *filter = api_param(job->params, "filter");
    const match_program *p = registry_program(engine_worker_registry(w));

    if (!begin(job, w, q, false, e) ||
        (q->side == SIDE_OFFER && !scope_bound_query(job, w, &q->query, e))) {
        return false;
    }
    q->query.limit = (uint32_t)api_param_int(job->params, "limit", LIMIT_DEFAULT);
    q->query.wants_totals = api_param_bool(job->params, "totals", true);
    return (kinds == NULL || question_kinds(kinds, &q->query.kinds, e)) &&
           (verdicts == NULL || take_verdicts(verdicts, q, e)) &&
           (filter == NULL || take_filters(filter, p, engine_worker_arena(w), q, e));
}

void question_end(question *q)
{
    segment_free(&q->own);
}
