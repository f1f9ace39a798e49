/* match.query: the best offers for a person, or people for an offer. A stored anchor is found in
 * the snapshot: no file and no lock on the way. */

#include "api/match_write.h"

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

static bool write_answer(engine_worker *w, const question *q, const match_answer *answer,
                         json_writer *out, err *e)
{
    match_writer m = {0};
    bool is_written = false;
    if (match_writer_begin(&m, w, q, out, e)) {
        json_begin_object(out);
        match_write_frame(&m);
        write_kinds(out, q->query.kinds);
        if (answer->has_totals) {
            write_totals(out, answer);
        }
        is_written = match_write_matches(&m, answer->hits, answer->hit_count, NULL, e);
        if (is_written) {
            json_end_object(out);
        }
    }
    match_writer_end(&m);
    return is_written;
}

bool match_answer_query(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    question q = {0};
    match_answer answer = {0};
    bool is_done =
        question_begin(job, w, &q, e) &&
        match_run(engine_worker_match(w), &q.query, engine_worker_arena(w), &answer, e) &&
        write_answer(w, &q, &answer, out, e);
    question_end(&q);
    return is_done;
}
