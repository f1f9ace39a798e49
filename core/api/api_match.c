/* match.query: the best offers for a person, or people for an offer. A stored anchor is found in
 * the snapshot: no file and no lock on the way. */

#include "api/api_proposal.h"

static void write_kinds(json_writer *out, uint64_t kinds)
{
    const code_list *list = CODES(kind);
    json_put_key(out, "kinds");
    json_begin_array(out);
    for (uint32_t i = 0; i < list->count; i++) {
        if ((kinds >> i & 1) != 0) {
            json_put_cstr(out, list->entries[i].id);
        }
    }
    json_end_array(out);
}

static void write_totals(json_writer *out, const match_answer *answer)
{
    json_put_key(out, "total");
    json_begin_object(out);
    json_member_int(out, "rows", (int64_t)answer->rows);
    json_member_int(out, "proposed", (int64_t)answer->proposed);
    json_member_int(out, "check", (int64_t)answer->check);
    json_member_int(out, "excluded", (int64_t)answer->excluded);
    json_end_object(out);
    json_put_key(out, "excluded_by");
    json_begin_object(out);
    for (uint32_t i = 0; i < answer->excluded_by_count; i++) {
        json_member_int(out, answer->excluded_by[i].criterion,
                        (int64_t)answer->excluded_by[i].count);
    }
    json_end_object(out);
}

static bool keep_proposal(api_job *job, match_writer *m, const match_answer *answer,
                          engine_writes *writes, err *e)
{
    char id[DOCUMENT_ID_LEN + 1];
    buf text = {0};
    document_id_new(job->api, 'p', id);
    proposal_parts parts = {.id = id, .hits = answer->hits, .hit_count = answer->hit_count};
    bool is_kept = proposal_print(&parts, job, m, &text, e) &&
                   proposal_put(writes, &parts, m, buf_bytes(&text), e);
    buf_fini(&text);
    json_member_cstr(m->out, "proposal", id);
    return is_kept;
}

/* The answer, left open at its end. What is kept is written beside it, into `writes`. */
static bool write_answer(api_job *job, match_writer *m, const match_answer *answer,
                         engine_writes *writes, err *e)
{
    json_writer *out = m->out;
    json_begin_object(out);
    match_write_frame(m);
    write_kinds(out, m->q->query.kinds);
    if (answer->has_totals) {
        write_totals(out, answer);
    }
    if (!match_write_matches(m, answer->hits, answer->hit_count, NULL, e)) {
        return false;
    }
    match_write_degraded(m);
    return writes == NULL || keep_proposal(job, m, answer, writes, e);
}

/* Only what is stored can be kept: a record that was sent, or changed, is forgotten. */
static bool refuse_keep(const question *q, err *e)
{
    if (q->side == SIDE_SEEKER && q->own == NULL) {
        return false;
    }
    (void)fail(e, ERR_RPC_PARAMS, "only matches of a stored person can be kept");
    (void)err_path(e, "/params/keep");
    return true;
}

/* People whom an offer's answer shows. */
static bool note_people(api_job *job, engine_worker *w, const match_answer *answer, err *e)
{
    for (uint32_t i = 0; i < answer->hit_count; i++) {
        const match_hit *hit = &answer->hits[i];
        if (!api_saw(job, w, segment_record_id(hit->segment, hit->row), e)) {
            return false;
        }
    }
    return true;
}

bool match_answer_query(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    question q = {0};
    match_answer answer = {0};
    match_writer m = {0};
    engine_writes *writes = NULL;
    bool keeps = api_param_bool(job->params, "keep", false);

    bool is_done =
        question_begin(job, w, &q, e) && !(keeps && refuse_keep(&q, e)) &&
        (!keeps || engine_writes_new(job->api->engine, &writes, e)) &&
        match_run(engine_worker_match(w), &q.query, engine_worker_arena(w), &answer, e) &&
        match_writer_begin(&m, w, &q, out, e) && write_answer(job, &m, &answer, writes, e);
    is_done = is_done && (q.side == SIDE_SEEKER || note_people(job, w, &answer, e));
    match_writer_end(&m);
    question_end(&q);
    if (is_done && keeps) {
        return api_write_and_answer(job, &writes, out, e);
    }
    engine_writes_free(&writes);
    if (is_done) {
        json_end_object(out);
    }
    return is_done;
}
