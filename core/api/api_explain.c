/* match.explain: one pair whatever its verdict, with every gate, what the pair has and needs, and
 * the smallest changes that would open what is shut. */

#include "api/match_write.h"

#include "base/limits.h"
#include "match/opens.h"

typedef struct explanation {
    engine_worker *worker;
    question *q;
    match_writer *m;
    const segment *offers; /* where the offer's rows stand */
    const uint32_t *rows;
    uint32_t row_count;
    json_doc *seeker; /* the record that was judged */
} explanation;

/* ---------------------------------------------------------------------- openings */

/* The pair's score once the change was made; false: it could not be judged. */
static bool judge_changed(explanation *x, const opens_change *change, int32_t *ret_score)
{
    err why = {0};
    buf patch = {0};
    buf changed = {0};
    segment *own = NULL;
    bytes id = {0};
    const uint32_t row = 0;
    match_pair pair = {0};

    bool is_judged = opens_patch(change, json_root(x->seeker), &patch, &why) &&
                     json_merge(x->q->anchor_text, buf_bytes(&patch), &changed, &why) &&
                     !changed.failed &&
                     question_build(x->worker, SIDE_SEEKER, buf_bytes(&changed), &own, &id, &why);
    if (is_judged) {
        match_query query = x->q->query;
        query.anchor = own;
        query.anchor_rows = &row;
        query.anchor_row_count = 1;
        is_judged = match_pair_judge(engine_worker_match(x->worker), &query, x->offers, x->rows,
                                     x->row_count, engine_worker_arena(x->worker), &pair, &why);
    }
    if (is_judged) {
        *ret_score = pair.hit.score;
    }
    segment_free(&own);
    buf_fini(&patch);
    buf_fini(&changed);
    return is_judged;
}

static bool write_opens(explanation *x, const gate *g, const gate_finding *found, err *e)
{
    match_writer *m = x->m;
    opens_change changes[OPENS_MAX];
    uint32_t count = 0;
    if (found->verdict != VERDICT_YES &&
        !opens_of(m->program, g, found, json_root(x->seeker), m->say.dictionary,
                  engine_worker_arena(x->worker), changes, &count, e)) {
        return false;
    }
    json_put_key(m->out, "opens");
    json_begin_array(m->out);
    for (uint32_t i = 0; i < count; i++) {
        int32_t score = 0;
        json_begin_object(m->out);
        json_member_cstr(m->out, "path", changes[i].path);
        json_put_key(m->out, "from");
        json_put_raw(m->out, changes[i].from);
        json_put_key(m->out, "to");
        json_put_raw(m->out, changes[i].to);
        say_opens(&m->say, match_gate_manifest(m, g), g, found, &m->text);
        match_put_sentence(m, "text");
        json_put_key(m->out, "score_after");
        if (judge_changed(x, &changes[i], &score)) {
            json_put_int(m->out, score);
        } else {
            json_put_null(m->out);
        }
        json_end_object(m->out);
    }
    json_end_array(m->out);
    return true;
}

/* ---------------------------------------------------------------------- gates */

static void write_fact(match_writer *m, const char *key, const gate_fact *fact)
{
    if (say_fact(&m->say, fact, &m->text)) {
        match_put_sentence(m, key);
    } else {
        json_member_text(m->out, key, (bytes){0});
    }
}

static bool write_gate(explanation *x, const gate *g, const gate_finding *found, err *e)
{
    match_writer *m = x->m;
    json_begin_object(m->out);
    json_member_cstr(m->out, "criterion", g->criterion);
    json_member_cstr(m->out, "id", g->id);
    json_member_cstr(m->out, "verdict",
                     found->verdict == VERDICT_YES     ? "yes"
                     : found->verdict == VERDICT_CHECK ? "check"
                                                       : "no");
    write_fact(m, "have", &found->have);
    write_fact(m, "need", &found->need);
    say_gate(&m->say, match_gate_manifest(m, g), g, found, &m->text);
    match_put_sentence(m, "text");
    if (!write_opens(x, g, found, e)) {
        return false;
    }
    json_end_object(m->out);
    return true;
}

static bool write_gates(explanation *x, const match_pair *pair, err *e)
{
    json_put_key(x->m->out, "gates");
    json_begin_array(x->m->out);
    for (uint32_t i = 0; i < pair->finding_count; i++) {
        if (!write_gate(x, &x->m->program->gates[pair->gates[i]], &pair->findings[i], e)) {
            return false;
        }
    }
    json_end_array(x->m->out);
    return true;
}

static bool write_explanation(explanation *x, const match_pair *pair, json_writer *out, err *e)
{
    match_writer m = {0};
    x->m = &m;
    bool is_written = false;
    if (match_writer_begin(&m, x->worker, x->q, out, e)) {
        json_begin_object(out);
        match_write_frame(&m);
        is_written = match_write_matches(&m, &pair->hit, 1, pair, e) && write_gates(x, pair, e);
        if (is_written) {
            match_write_degraded(&m);
            json_end_object(out);
        }
    }
    match_writer_end(&m);
    return is_written;
}

/* The record that was judged, as text and as a tree. */
static bool read_seeker(explanation *x, err *e)
{
    question *q = x->q;
    if (q->anchor_text.base == NULL &&
        !question_stored_text(x->worker, SIDE_SEEKER, q->anchor_id, &q->anchor_text, e)) {
        return false;
    }
    return json_parse(q->anchor_text, JSON_DEPTH_MAX, &x->seeker, e);
}

static bool find_offer(api_job *job, explanation *x, err *e)
{
    return question_find_offer(x->q, api_param_text(job->params, "offer"),
                               api_param_text(job->params, "intake"), &x->offers, &x->rows,
                               &x->row_count, e);
}

bool match_answer_explain(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    question q = {0};
    explanation x = {.worker = w, .q = &q};
    match_pair pair = {0};

    bool is_done = question_begin_pair(job, w, &q, e) && find_offer(job, &x, e) &&
                   read_seeker(&x, e) &&
                   match_pair_judge(engine_worker_match(w), &q.query, x.offers, x.rows, x.row_count,
                                    engine_worker_arena(w), &pair, e) &&
                   write_explanation(&x, &pair, out, e);
    json_doc_free(&x.seeker);
    question_end(&q);
    return is_done;
}
