/* proposal.*: what was put before a person, with everything it rests on; and the same question
 * asked again. */

#include "api/api_proposal.h"

#include <stdio.h>

#include "api/scope.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/limits.h"

/* ---------------------------------------------------------------------- keeping */

static void strategy_digest(engine_worker *w, const char *id, char ret[DIGEST_TEXT_LEN + 1])
{
    const engine_strategy *s = NULL;
    err ignored;
    bytes text = BYTES("");
    if (engine_strategy_find(w, bytes_of(id), &s, &ignored)) {
        text = s->text;
    }
    digest_parts(&text, 1, ret);
}

/* The parameters of match.explain that ask it again, without the offer. */
static void write_question(match_writer *m, bytes intake)
{
    json_writer *out = m->out;
    const strategy *s = &m->q->strategy;
    char as_of[DAY_TEXT_LEN + 1];
    day_print(m->q->query.as_of, as_of);
    json_put_key(out, "question");
    json_begin_object(out);
    json_member_text(out, "seeker", m->q->anchor_id);
    if (intake.base != NULL) {
        json_member_text(out, "intake", intake);
    }
    json_member_cstr(out, "strategy", s->id);
    json_put_key(out, "weights");
    json_begin_object(out);
    for (uint32_t i = 0; i < s->criterion_count; i++) {
        json_member_int(out, m->program->criteria[s->criteria[i].criterion].id,
                        s->criteria[i].weight);
    }
    json_end_object(out);
    json_member_cstr(out, "as_of", as_of);
    json_member_cstr(out, "lang", m->q->lang);
    json_end_object(out);
}

static void write_inputs(match_writer *m, const match_hit *hits, uint32_t hit_count)
{
    json_writer *out = m->out;
    char digest[DIGEST_TEXT_LEN + 1];
    strategy_digest(m->worker, m->q->strategy.id, digest);
    json_put_key(out, "inputs");
    json_begin_object(out);
    json_member_cstr(out, "program", LOTSE_VERSION);
    json_member_int(out, "seeker", segment_version(m->q->query.anchor, m->q->query.anchor_rows[0]));
    json_member_cstr(out, "strategy", digest);
    json_put_key(out, "plugins");
    json_begin_object(out);
    for (uint32_t i = 0; i < m->program->plugin_count; i++) {
        json_member_cstr(out, m->program->plugins[i].id, m->program->plugins[i].hash);
    }
    json_end_object(out);
    json_put_key(out, "offers");
    json_begin_object(out);
    for (uint32_t i = 0; i < hit_count; i++) {
        json_put_key_bytes(out, segment_record_id(hits[i].segment, hits[i].row));
        json_put_int(out, segment_version(hits[i].segment, hits[i].row));
    }
    json_end_object(out);
    json_end_object(out);
}

bool proposal_print(const proposal_parts *p, api_job *job, match_writer *m, buf *out, err *e)
{
    json_writer writer = json_writer_to(out);
    json_writer *before = m->out;
    m->out = &writer;
    m->leaves_crowd = true;
    json_begin_object(&writer);
    json_member_cstr(&writer, "id", p->id);
    json_member_text(&writer, "seeker", m->q->anchor_id);
    document_write_maker(job, &writer);
    write_question(m, p->intake);
    write_inputs(m, p->hits, p->hit_count);
    bool is_written = match_write_matches(m, p->hits, p->hit_count, p->pairs, e);
    if (is_written) {
        json_end_object(&writer);
    }
    m->leaves_crowd = false;
    m->out = before;
    return is_written && (!out->failed || fail(e, ERR_MEMORY, "no memory for the proposal"));
}

bool proposal_put(engine_writes *writes, const proposal_parts *p, const match_writer *m, bytes json,
                  err *e)
{
    engine_document proposal = {
        .noun = STORE_PROPOSAL,
        .id = bytes_of(p->id),
        .seeker = m->q->anchor_id,
        .json = json,
    };
    return engine_writes_put_document(writes, &proposal, e);
}

/* ---------------------------------------------------------------------- get */

static bool read_proposal(api_job *job, engine_worker *w, store_record *ret, err *e)
{
    bytes id = api_param_text(job->params, "id");
    if (store_get(engine_worker_reader(w), STORE_PROPOSAL, id, engine_worker_arena(w), ret, e) &&
        scope_check_seeker(job, w, ret->seeker, "", e)) {
        return true;
    }
    if (e->code == ERR_NOT_FOUND) {
        (void)fail(e, ERR_NOT_FOUND, "there is no proposal \"%.*s\"", (int)id.len, id.base);
        return err_path(e, "/params/id");
    }
    return false;
}

bool proposal_get(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    store_record kept = {0};
    if (!read_proposal(job, w, &kept, e)) {
        return false;
    }
    json_begin_object(out);
    json_put_key(out, "proposal");
    json_put_raw(out, kept.body);
    json_end_object(out);
    return true;
}

bool proposal_list(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    return document_answer_list(job, w, STORE_PROPOSAL, "proposals", out, e);
}

/* ---------------------------------------------------------------------- replay */

typedef struct replaying {
    engine_worker *worker;
    question *q;
    match_writer *m;
    const json_node *kept; /* the proposal */
    json_writer *out;
    uint32_t changed_count;
} replaying;

static void tell_change(replaying *r, const char *input, bytes id, bytes was, bytes now)
{
    buf name = {0};
    buf_print(&name, "%s%s%.*s", input, id.len > 0 ? " " : "", (int)id.len,
              id.base == NULL ? "" : id.base);
    json_begin_object(r->out);
    json_member_text(r->out, "input", buf_bytes(&name));
    json_member_text(r->out, "was", was);
    json_member_text(r->out, "now", now);
    json_end_object(r->out);
    r->out->out->failed |= name.failed;
    r->changed_count++;
    buf_fini(&name);
}

static void compare_texts(replaying *r, const char *input, bytes id, bytes was, bytes now)
{
    if (now.base == NULL || !bytes_equal(was, now)) {
        tell_change(r, input, id, was, now);
    }
}

/* now < 0: it is not there any more. */
static void compare_versions(replaying *r, const char *input, bytes id, const json_node *was,
                             int64_t now)
{
    int64_t kept = 0;
    char texts[2][24];
    if (was == NULL || !json_integer(was, &kept) || kept == now) {
        return;
    }
    int lens[2] = {snprintf(texts[0], sizeof texts[0], "%lld", (long long)kept),
                   snprintf(texts[1], sizeof texts[1], "%lld", (long long)now)};
    tell_change(r, input, id, (bytes){texts[0], (size_t)lens[0]},
                now < 0 ? (bytes){0} : (bytes){texts[1], (size_t)lens[1]});
}

static const char *plugin_hash(const match_program *p, bytes id)
{
    for (uint32_t i = 0; i < p->plugin_count; i++) {
        if (bytes_equal_text(id, p->plugins[i].id)) {
            return p->plugins[i].hash;
        }
    }
    return NULL;
}

static void compare_inputs(replaying *r)
{
    const json_node *inputs = json_member(r->kept, "inputs");
    const snapshot *s = engine_worker_snapshot(r->worker);
    const match_program *p = r->m->program;
    char digest[DIGEST_TEXT_LEN + 1];
    strategy_digest(r->worker, r->q->strategy.id, digest);

    json_put_key(r->out, "changed");
    json_begin_array(r->out);
    compare_texts(r, "program", (bytes){0}, json_text(json_member(inputs, "program")),
                  bytes_of(LOTSE_VERSION));
    compare_versions(r, "seeker", r->q->anchor_id, json_member(inputs, "seeker"),
                     segment_version(r->q->query.anchor, r->q->query.anchor_rows[0]));
    compare_texts(r, "strategy", bytes_of(r->q->strategy.id),
                  json_text(json_member(inputs, "strategy")), bytes_of(digest));
    const json_node *plugins = json_member(inputs, "plugins");
    for (const json_node *n = json_child(plugins); n != NULL; n = json_next(n)) {
        compare_texts(r, "plugin", json_key(n), json_text(n),
                      bytes_of(plugin_hash(p, json_key(n))));
    }
    const json_node *offers = json_member(inputs, "offers");
    for (const json_node *n = json_child(offers); n != NULL; n = json_next(n)) {
        const segment *at = NULL;
        const uint32_t *rows = NULL;
        uint32_t row_count = 0;
        bool is_there = snapshot_find(s, SIDE_OFFER, json_key(n), &at, &rows, &row_count);
        compare_versions(r, "offer", json_key(n), n, is_there ? segment_version(at, rows[0]) : -1);
    }
    json_end_array(r->out);
}

/* The listed pairs, judged again in their order; those whose offer is gone are left out. */
static bool judge_again(replaying *r, match_pair **ret, uint32_t *ret_count, err *e)
{
    arena *a = engine_worker_arena(r->worker);
    const json_node *offers = json_member(json_member(r->kept, "inputs"), "offers");
    const json_node *named = json_member(json_member(r->kept, "question"), "intake");
    match_pair *pairs = arena_make_array(a, json_count(offers), match_pair);
    uint32_t count = 0;
    if (pairs == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the proposal");
    }
    for (const json_node *n = json_child(offers); n != NULL; n = json_next(n)) {
        const segment *at = NULL;
        const uint32_t *rows = NULL;
        uint32_t row_count = 0;
        err gone;
        bytes intake = named == NULL ? (bytes){0} : json_text(named);
        if (!question_find_offer(r->q, json_key(n), intake, &at, &rows, &row_count, &gone)) {
            continue; /* `changed` names it */
        }
        if (!match_pair_judge(engine_worker_match(r->worker), &r->q->query, at, rows, row_count, a,
                              &pairs[count], e)) {
            return false;
        }
        count++;
    }
    *ret = pairs;
    *ret_count = count;
    return true;
}

static bool write_now(replaying *r, buf *ret, err *e)
{
    match_pair *pairs = NULL;
    uint32_t count = 0;
    if (!judge_again(r, &pairs, &count, e)) {
        return false;
    }
    match_hit *hits = arena_make_array(engine_worker_arena(r->worker), count, match_hit);
    if (hits == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the proposal");
    }
    for (uint32_t i = 0; i < count; i++) {
        hits[i] = pairs[i].hit;
    }
    json_writer writer = json_writer_to(ret);
    r->m->out = &writer;
    r->m->leaves_crowd = true;
    json_begin_object(&writer);
    bool is_written = match_write_matches(r->m, hits, count, pairs, e);
    if (is_written) {
        json_end_object(&writer);
    }
    return is_written && (!ret->failed || fail(e, ERR_MEMORY, "no memory for the proposal"));
}

/* What was kept, as write_now writes it. */
static void print_kept(const json_node *kept, buf *ret)
{
    json_writer writer = json_writer_to(ret);
    json_begin_object(&writer);
    json_put_key(&writer, "matches");
    json_put_node(&writer, json_member(kept, "matches"));
    json_end_object(&writer);
}

static bool write_replay(replaying *r, err *e)
{
    buf was = {0};
    buf now = {0};
    print_kept(r->kept, &was);
    bool is_made =
        (!was.failed || fail(e, ERR_MEMORY, "no memory for the proposal")) && write_now(r, &now, e);
    if (is_made) {
        json_begin_object(r->out);
        json_member_text(r->out, "proposal", json_text(json_member(r->kept, "id")));
        json_member_bool(r->out, "same", bytes_equal(buf_bytes(&was), buf_bytes(&now)));
        compare_inputs(r);
        json_put_key(r->out, "was");
        json_put_raw(r->out, buf_bytes(&was));
        json_put_key(r->out, "now");
        json_put_raw(r->out, buf_bytes(&now));
        json_end_object(r->out);
    }
    buf_fini(&was);
    buf_fini(&now);
    return is_made;
}

bool proposal_replay(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    store_record record = {0};
    json_doc *doc = NULL;
    question q = {0};
    match_writer m = {0};
    replaying r = {.worker = w, .q = &q, .m = &m, .out = out};
    if (!read_proposal(job, w, &record, e) || !json_parse(record.body, JSON_DEPTH_MAX, &doc, e)) {
        return false;
    }
    r.kept = json_root(doc);
    api_job again = *job;
    again.params = json_member(r.kept, "question");
    bool is_done = question_begin_pair(&again, w, &q, e) && match_writer_begin(&m, w, &q, out, e) &&
                   write_replay(&r, e);
    match_writer_end(&m);
    question_end(&q);
    json_doc_free(&doc);
    return is_done;
}
