/* event.*: what happened with an offer: invited, started, completed, placed. What ends a measure
 * asks for a new match, which the answer brings along. */

#include "api/api_document.h"
#include "api/match_write.h"

#include "base/check.h"
#include "base/limits.h"

enum { NEXT_LIMIT = 3 };

/* After these the person stands elsewhere than before. */
static bool asks_for_new_match(uint32_t kind)
{
    return kind == EVENT_ATTENDED_UNTIL || kind == EVENT_COMPLETED || kind == EVENT_BROKEN_OFF ||
           kind == EVENT_NOT_STARTED;
}

static bool print_event(api_job *job, const char *id, uint32_t kind, buf *out, err *e)
{
    char today[DAY_TEXT_LEN + 1];
    json_writer w = json_writer_to(out);
    json_begin_object(&w);
    json_member_cstr(&w, "id", id);
    document_copy_param(job, &w, "seeker");
    document_copy_param(job, &w, "offer");
    document_copy_param(job, &w, "intake");
    json_member_cstr(&w, "event", CODES(event)->entries[kind].id);
    if (api_param(job->params, "day") != NULL) {
        document_copy_param(job, &w, "day");
    } else {
        day_print(engine_today(), today);
        json_member_cstr(&w, "day", today);
    }
    document_copy_param(job, &w, "hold_until");
    document_write_maker(job, &w);
    json_end_object(&w);
    return !out->failed || fail(e, ERR_MEMORY, "no memory for the event");
}

static bool check_params(api_job *job, engine_worker *w, uint32_t *ret_kind, err *e)
{
    if (!document_code(job->params, "event", CODES(event), ret_kind, e) ||
        !document_needs(job, w, SIDE_SEEKER, "seeker", e) ||
        !document_needs(job, w, SIDE_OFFER, "offer", e)) {
        return false;
    }
    if (api_param(job->params, "hold_until") != NULL && *ret_kind != EVENT_PROPOSED) {
        (void)fail(e, ERR_RPC_PARAMS, "only what is proposed can be held");
        return err_path(e, "/params/hold_until");
    }
    return true;
}

/* ---------------------------------------------------------------------- the next match */

static bool write_next(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    buf text = {0};
    json_doc *doc = NULL;
    question q = {0};
    match_answer found = {0};
    match_writer m = {0};
    api_job ask = *job;

    json_writer params = json_writer_to(&text);
    json_begin_object(&params);
    document_copy_param(job, &params, "seeker");
    document_copy_param(job, &params, "strategy");
    document_copy_param(job, &params, "lang");
    json_member_int(&params, "limit", NEXT_LIMIT);
    json_member_bool(&params, "totals", false);
    json_end_object(&params);
    bool is_done = (!text.failed || fail(e, ERR_MEMORY, "no memory for the next match")) &&
                   json_parse(buf_bytes(&text), JSON_DEPTH_MAX, &doc, e);
    ask.params = is_done ? json_root(doc) : NULL;
    is_done = is_done && question_begin(&ask, w, &q, e) &&
              match_run(engine_worker_match(w), &q.query, engine_worker_arena(w), &found, e) &&
              match_writer_begin(&m, w, &q, out, e);
    if (is_done) {
        json_put_key(out, "next");
        json_begin_object(out);
        match_write_frame(&m);
        is_done = match_write_matches(&m, found.hits, found.hit_count, NULL, e);
        json_end_object(out);
    }
    match_writer_end(&m);
    question_end(&q);
    json_doc_free(&doc);
    buf_fini(&text);
    return is_done;
}

/* ---------------------------------------------------------------------- methods */

bool event_record(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    char id[DOCUMENT_ID_LEN + 1];
    uint32_t kind = 0;
    buf text = {0};
    engine_writes *writes = NULL;
    document_id_new(job->api, 'e', id);

    bool is_done = check_params(job, w, &kind, e) && print_event(job, id, kind, &text, e) &&
                   engine_writes_new(job->api->engine, &writes, e);
    engine_document event = {
        .noun = STORE_EVENT,
        .id = bytes_of(id),
        .seeker = api_param_text(job->params, "seeker"),
        .offer = api_param_text(job->params, "offer"),
        .kind = kind,
        .json = buf_bytes(&text),
    };
    is_done = is_done && engine_writes_put_document(writes, &event, e);
    if (is_done) {
        json_begin_object(out);
        json_put_key(out, "event");
        json_put_raw(out, buf_bytes(&text));
        is_done = !asks_for_new_match(kind) || write_next(job, w, out, e);
    }
    buf_fini(&text);
    if (!is_done) {
        engine_writes_free(&writes);
        return false;
    }
    return api_write_and_answer(job, &writes, out, e);
}

bool event_list(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    return document_answer_list(job, w, STORE_EVENT, "events", out, e);
}
