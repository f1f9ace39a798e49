/* decision.*: what a person said to what the engine proposed, with a reason. A decision is never
 * overwritten: a later one stands beside it. */

#include "api/api_proposal.h"

#include "base/check.h"
#include "base/limits.h"
#include "base/map.h"

/* Counted over all of an office only, and only where nobody can be recognised. */
enum { REPORT_PEOPLE_MIN = 5, REPORT_DECISIONS_MIN = 30, REPORT_GROUP_MAX = 1024 };

typedef struct recording {
    api_job *job;
    engine_worker *worker;
    question q;
    match_writer m;
    match_pair pair;
    bool is_judged;
    uint32_t kind, reason;
    bool has_reason;
    bytes proposal; /* the one it answers; absent: none */
    char decision_id[DOCUMENT_ID_LEN + 1];
    char proposal_id[DOCUMENT_ID_LEN + 1];
    char event_id[DOCUMENT_ID_LEN + 1];
} recording;

/* ---------------------------------------------------------------------- what is asked for */

static bool needs_param(const json_node *params, const char *name, const char *why, err *e)
{
    if (api_param(params, name) != NULL) {
        return true;
    }
    (void)fail(e, ERR_RPC_PARAMS, "%s", why);
    return err_path(e, "/params/%s", name);
}

static bool is_about_offer(uint32_t kind)
{
    return kind == DECISION_PROPOSE || kind == DECISION_DECLINE;
}

static bool read_codes(recording *r, err *e)
{
    const json_node *params = r->job->params;
    if (!document_code(params, "decision", CODES(decision), &r->kind, e)) {
        return false;
    }
    r->has_reason = api_param(params, "reason") != NULL;
    bool is_complete =
        is_about_offer(r->kind)
            ? needs_param(params, "offer", "this decision is about an offer", e) &&
                  needs_param(params, "reason", "a decision carries a reason, either way", e)
            : needs_param(params, "text", "a note says something", e);
    return is_complete && (!r->has_reason ||
                           document_code(params, "reason", CODES(decision_reason), &r->reason, e));
}

/* The proposal that is answered must be one for this person. */
static bool read_proposal(recording *r, err *e)
{
    store_record kept = {0};
    r->proposal = api_param_text(r->job->params, "proposal");
    if (r->proposal.base == NULL) {
        return true;
    }
    bool is_found = store_get(engine_worker_reader(r->worker), STORE_PROPOSAL, r->proposal,
                              engine_worker_arena(r->worker), &kept, e);
    if (!is_found && e->code != ERR_NOT_FOUND) {
        return false;
    }
    if (!is_found || !bytes_equal(kept.seeker, api_param_text(r->job->params, "seeker"))) {
        (void)fail(e, ERR_NOT_FOUND, "there is no proposal \"%.*s\" for this person",
                   (int)r->proposal.len, r->proposal.base);
        return err_path(e, "/params/proposal");
    }
    return true;
}

/* What the engine says of the pair at this moment stands with the decision. */
static bool judge(recording *r, err *e)
{
    const json_node *params = r->job->params;
    const segment *at = NULL;
    const uint32_t *rows = NULL;
    uint32_t row_count = 0;
    r->is_judged = api_param(params, "offer") != NULL;
    return !r->is_judged ||
           (question_begin_pair(r->job, r->worker, &r->q, e) &&
            question_find_offer(&r->q, api_param_text(params, "offer"),
                                api_param_text(params, "intake"), &at, &rows, &row_count, e) &&
            match_pair_judge(engine_worker_match(r->worker), &r->q.query, at, rows, row_count,
                             engine_worker_arena(r->worker), &r->pair, e));
}

/* ---------------------------------------------------------------------- documents */

static bool write_offer_kind(recording *r, json_writer *out, err *e)
{
    bytes text = {0};
    json_doc *doc = NULL;
    if (!question_stored_text(r->worker, SIDE_OFFER, api_param_text(r->job->params, "offer"), &text,
                              e) ||
        !json_parse(text, JSON_DEPTH_MAX, &doc, e)) {
        return false;
    }
    json_member_text(out, "kind", json_text(json_member(json_root(doc), "kind")));
    json_doc_free(&doc);
    return true;
}

static bool write_judgement(recording *r, json_writer *out, err *e)
{
    verdict v = r->pair.hit.verdict;
    json_member_cstr(out, "strategy", r->q.strategy.id);
    json_member_cstr(out, "verdict",
                     v == VERDICT_YES     ? "yes"
                     : v == VERDICT_CHECK ? "check"
                                          : "no");
    return write_offer_kind(r, out, e);
}

static bool print_decision(recording *r, buf *out, err *e)
{
    json_writer w = json_writer_to(out);
    json_begin_object(&w);
    json_member_cstr(&w, "id", r->decision_id);
    document_copy_param(r->job, &w, "seeker");
    document_copy_param(r->job, &w, "offer");
    document_copy_param(r->job, &w, "intake");
    json_member_cstr(&w, "decision", CODES(decision)->entries[r->kind].id);
    document_copy_param(r->job, &w, "reason");
    document_copy_param(r->job, &w, "text");
    if (r->proposal.base != NULL) {
        json_member_text(&w, "proposal", r->proposal);
    }
    document_write_maker(r->job, &w);
    if (r->is_judged && !write_judgement(r, &w, e)) {
        return false;
    }
    json_end_object(&w);
    return !out->failed || fail(e, ERR_MEMORY, "no memory for the decision");
}

static bool put_document(recording *r, engine_writes *writes, store_noun noun, const char *id,
                         uint32_t kind, const buf *json, err *e)
{
    engine_document document = {
        .noun = noun,
        .id = bytes_of(id),
        .seeker = api_param_text(r->job->params, "seeker"),
        .offer = api_param_text(r->job->params, "offer"),
        .kind = kind,
        .json = buf_bytes(json),
    };
    return engine_writes_put_document(writes, &document, e);
}

/* Proposed is also what happened: the event counts for the crowd, and may hold a seat. */
static bool add_event(recording *r, engine_writes *writes, err *e)
{
    buf text = {0};
    char today[DAY_TEXT_LEN + 1];
    day_print(engine_today(), today);
    document_id_new(r->job->api, 'e', r->event_id);
    json_writer w = json_writer_to(&text);
    json_begin_object(&w);
    json_member_cstr(&w, "id", r->event_id);
    document_copy_param(r->job, &w, "seeker");
    document_copy_param(r->job, &w, "offer");
    document_copy_param(r->job, &w, "intake");
    json_member_cstr(&w, "event", CODES(event)->entries[EVENT_PROPOSED].id);
    json_member_cstr(&w, "day", today);
    document_copy_param(r->job, &w, "hold_until");
    json_member_cstr(&w, "decision", r->decision_id);
    document_write_maker(r->job, &w);
    json_end_object(&w);
    bool is_added = !text.failed || fail(e, ERR_MEMORY, "no memory for the event");
    is_added =
        is_added && put_document(r, writes, STORE_EVENT, r->event_id, EVENT_PROPOSED, &text, e);
    buf_fini(&text);
    return is_added;
}

/* What is proposed without a kept proposal is kept now. */
static bool add_proposal(recording *r, engine_writes *writes, json_writer *out, err *e)
{
    buf text = {0};
    document_id_new(r->job->api, 'p', r->proposal_id);
    proposal_parts parts = {
        .id = r->proposal_id,
        .intake = api_param_text(r->job->params, "intake"),
        .hits = &r->pair.hit,
        .pairs = &r->pair,
        .hit_count = 1,
    };
    bool is_added = match_writer_begin(&r->m, r->worker, &r->q, out, e) &&
                    proposal_print(&parts, r->job, &r->m, &text, e) &&
                    proposal_put(writes, &parts, &r->m, buf_bytes(&text), e);
    match_writer_end(&r->m);
    buf_fini(&text);
    r->proposal = bytes_of(r->proposal_id);
    return is_added;
}

static bool add_documents(recording *r, engine_writes *writes, json_writer *out, err *e)
{
    bool proposes = r->kind == DECISION_PROPOSE;
    buf text = {0};
    document_id_new(r->job->api, 'd', r->decision_id);
    bool is_added = (!proposes || r->proposal.base != NULL || add_proposal(r, writes, out, e)) &&
                    (!proposes || add_event(r, writes, e)) && print_decision(r, &text, e) &&
                    put_document(r, writes, STORE_DECISION, r->decision_id, r->kind, &text, e);
    if (is_added) {
        json_begin_object(out);
        json_put_key(out, "decision");
        json_put_raw(out, buf_bytes(&text));
    }
    buf_fini(&text);
    return is_added;
}

bool decision_record(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    recording r = {.job = job, .worker = w};
    engine_writes *writes = NULL;
    bool is_done = read_codes(&r, e) && document_needs(job, w, SIDE_SEEKER, "seeker", e) &&
                   read_proposal(&r, e) && judge(&r, e) &&
                   engine_writes_new(job->api->engine, &writes, e) &&
                   add_documents(&r, writes, out, e);
    question_end(&r.q);
    if (!is_done) {
        engine_writes_free(&writes);
        return false;
    }
    return api_write_and_answer(job, &writes, out, e);
}

bool decision_list(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    return document_answer_list(job, w, STORE_DECISION, "decisions", out, e);
}

/* ---------------------------------------------------------------------- report */

/* Decisions of one strategy on one kind of offer. */
typedef struct group {
    bytes strategy, kind;
    map people;
    uint32_t proposed, declined, followed, deviated;
} group;

typedef struct report {
    arena *arena;
    group *groups;
    uint32_t group_count;
    group all;
    bool failed;
} report;

static group *group_of(report *r, bytes strategy_id, bytes kind)
{
    for (uint32_t i = 0; i < r->group_count; i++) {
        if (bytes_equal(r->groups[i].strategy, strategy_id) &&
            bytes_equal(r->groups[i].kind, kind)) {
            return &r->groups[i];
        }
    }
    if (r->group_count == REPORT_GROUP_MAX) {
        return &r->groups[REPORT_GROUP_MAX - 1];
    }
    group *g = &r->groups[r->group_count++];
    g->strategy = arena_copy(r->arena, strategy_id);
    g->kind = arena_copy(r->arena, kind);
    return g;
}

/* To propose what the engine ruled out, or to decline what it found to fit, is to deviate; what it
 * wanted checked is the person's to judge either way. */
static void add_decision(group *g, bytes by, bool proposes, bytes v)
{
    bool is_yes = bytes_equal_text(v, "yes");
    bool is_no = bytes_equal_text(v, "no");
    g->proposed += proposes ? 1 : 0;
    g->declined += proposes ? 0 : 1;
    g->followed += (proposes && !is_no) || (!proposes && is_no) ? 1 : 0;
    g->deviated += (proposes && is_no) || (!proposes && is_yes) ? 1 : 0;
    (void)map_put(&g->people, by, 1); /* without memory fewer are counted, and less is shown */
}

static bool on_decision(void *context, const store_record *record)
{
    report *r = context;
    json_doc *doc = NULL;
    err ignored;
    if (!is_about_offer(record->kind) ||
        !json_parse(record->body, JSON_DEPTH_MAX, &doc, &ignored)) {
        return true;
    }
    const json_node *n = json_root(doc);
    bool proposes = record->kind == DECISION_PROPOSE;
    bytes by = json_text(json_member(n, "by"));
    bytes v = json_text(json_member(n, "verdict"));
    add_decision(
        group_of(r, json_text(json_member(n, "strategy")), json_text(json_member(n, "kind"))), by,
        proposes, v);
    add_decision(&r->all, by, proposes, v);
    json_doc_free(&doc);
    return true;
}

static bool is_shown(const group *g)
{
    return g->people.count >= REPORT_PEOPLE_MIN &&
           g->proposed + g->declined >= REPORT_DECISIONS_MIN;
}

static void write_group(json_writer *out, const group *g)
{
    json_begin_object(out);
    if (g->strategy.base != NULL) {
        json_member_text(out, "strategy", g->strategy);
        json_member_text(out, "kind", g->kind);
    }
    json_member_int(out, "proposed", g->proposed);
    json_member_int(out, "declined", g->declined);
    json_member_int(out, "followed", g->followed);
    json_member_int(out, "deviated", g->deviated);
    json_end_object(out);
}

static void write_report(const report *r, json_writer *out)
{
    uint32_t hidden = 0;
    json_begin_object(out);
    json_member_int(out, "people_min", REPORT_PEOPLE_MIN);
    json_member_int(out, "decisions_min", REPORT_DECISIONS_MIN);
    json_put_key(out, "all");
    if (is_shown(&r->all)) {
        write_group(out, &r->all);
    } else {
        json_put_null(out);
    }
    json_member_bool(out, "never_deviated", is_shown(&r->all) && r->all.deviated == 0);
    json_put_key(out, "groups");
    json_begin_array(out);
    for (uint32_t i = 0; i < r->group_count; i++) {
        if (is_shown(&r->groups[i])) {
            write_group(out, &r->groups[i]);
        } else {
            hidden++;
        }
    }
    json_end_array(out);
    json_member_int(out, "groups_hidden", hidden);
    json_end_object(out);
}

bool decision_report(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    (void)job; /* takes no parameters */
    report r = {.arena = engine_worker_arena(w)};
    r.groups = arena_make_array(r.arena, REPORT_GROUP_MAX, group);
    bool is_done = r.groups != NULL || fail(e, ERR_MEMORY, "no memory for the report");
    is_done = is_done && store_list(engine_worker_reader(w), STORE_DECISION, (bytes){0}, (bytes){0},
                                    UINT32_MAX, on_decision, &r, e);
    if (is_done) {
        write_report(&r, out);
    }
    for (uint32_t i = 0; i < r.group_count; i++) {
        map_fini(&r.groups[i].people);
    }
    map_fini(&r.all.people);
    return is_done;
}
