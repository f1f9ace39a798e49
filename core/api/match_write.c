/* Matches as JSON: scores, reasons in words, what is to be checked, what is to be obtained. */

#include "api/match_write.h"

#include "base/check.h"
#include "base/limits.h"
#include "say/steps.h"

bool match_writer_begin(match_writer *m, engine_worker *w, const question *q, json_writer *out,
                        err *e)
{
    engine *g = engine_worker_engine(w);
    const match_program *p = registry_program(engine_worker_registry(w));

    *m = (match_writer){
        .worker = w,
        .q = q,
        .program = p,
        .say = {.lang = q->lang,
                .program = p,
                .dictionary = engine_dictionary(g),
                .label = knowledge_label,
                .labels = p->knowledge},
        .out = out,
    };
    m->manifests = arena_make_array(engine_worker_arena(w), p->plugin_count, const manifest *);
    if (m->manifests == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the answer");
    }
    for (uint32_t i = 0; i < p->plugin_count; i++) {
        m->manifests[i] = registry_manifest_of(engine_worker_registry(w), i);
    }
    return true;
}

void match_writer_end(match_writer *m)
{
    buf_fini(&m->text);
}

const manifest_gate *match_gate_manifest(const match_writer *m, const gate *g)
{
    if (g->plugin >= m->program->plugin_count) {
        return NULL;
    }
    check(g->text < m->manifests[g->plugin]->gate_count);
    return &m->manifests[g->plugin]->gates[g->text];
}

void match_put_sentence(match_writer *m, const char *key)
{
    json_member_text(m->out, key, m->text.base == NULL ? BYTES("") : buf_bytes(&m->text));
    m->out->out->failed |= m->text.failed;
    buf_clear(&m->text);
}

static void put_day(json_writer *out, const char *key, day d)
{
    char text[DAY_TEXT_LEN + 1];
    day_print(d, text);
    json_member_cstr(out, key, text);
}

static const char *verdict_text(verdict v)
{
    return v == VERDICT_YES ? "yes" : v == VERDICT_CHECK ? "check" : "no";
}

/* The anchor's row that goes with the hit: a hit counts them within the question's. */
static uint32_t anchor_row_of(const match_writer *m, const match_hit *hit)
{
    check(hit->anchor_row < m->q->query.anchor_row_count);
    return m->q->query.anchor_rows[hit->anchor_row];
}

/* ---------------------------------------------------------------------- the frame */

void match_write_frame(match_writer *m)
{
    json_writer *out = m->out;
    const strategy *s = &m->q->strategy;

    json_member_text(out, "anchor", m->q->anchor_id);
    json_member_cstr(out, "strategy", s->id);
    json_put_key(out, "weights");
    json_begin_object(out);
    for (uint32_t i = 0; i < s->criterion_count; i++) {
        json_member_int(out, m->program->criteria[s->criteria[i].criterion].id,
                        s->criteria[i].weight);
    }
    json_end_object(out);
    put_day(out, "as_of", m->q->query.as_of);
    json_member_int(out, "snapshot", (int64_t)snapshot_change_number(m->q->query.snapshot));
}

/* ---------------------------------------------------------------------- one match */

static const manifest_sentence *sentence_of(const match_writer *m, const match_reason *r)
{
    uint32_t plugin = m->program->criteria[r->criterion].plugin;
    check(r->sentence < m->manifests[plugin]->sentence_count);
    return &m->manifests[plugin]->sentences[r->sentence];
}

/* The manifest's sentence, or the core's where the plugin did not answer. */
void match_say_reason(match_writer *m, const match_reason *r)
{
    if (r->sentence == REASON_UNANSWERED) {
        buf_text(&m->text, say_word(m->q->lang, "reason.unanswered"));
    } else {
        say_reason(&m->say, sentence_of(m, r), r, &m->text);
    }
}

/* The reason's id and, in m->text, its sentence. */
static void say_one(match_writer *m, const match_reason *r)
{
    bytes id = r->sentence == REASON_UNANSWERED ? BYTES("core.unanswered") : sentence_of(m, r)->id;
    json_member_text(m->out, "id", id);
    match_say_reason(m, r);
}

static void write_reasons(match_writer *m, const match_reason *reasons, uint32_t count)
{
    json_put_key(m->out, "reasons");
    json_begin_array(m->out);
    for (uint32_t i = 0; i < count; i++) {
        const match_reason *r = &reasons[i];
        json_begin_object(m->out);
        json_member_cstr(m->out, "criterion", m->program->criteria[r->criterion].id);
        json_member_int(m->out, "points", r->points);
        json_member_int(m->out, "max", r->max);
        json_member_cstr(m->out, "verdict", verdict_text(r->verdict));
        say_one(m, r);
        match_put_sentence(m, "text");
        json_end_object(m->out);
    }
    json_end_array(m->out);
}

static void write_gate_check(match_writer *m, const gate *g, const gate_finding *found)
{
    const manifest_gate *in_manifest = match_gate_manifest(m, g);
    json_begin_object(m->out);
    json_member_cstr(m->out, "criterion", g->criterion);
    json_member_cstr(m->out, "id", g->id);
    json_member_text(m->out, "path", say_gate_path(in_manifest, g, found));
    say_gate(&m->say, in_manifest, g, found, &m->text);
    match_put_sentence(m, "text");
    json_end_object(m->out);
}

/* A criterion that misses a fact says so in its reason. */
static void write_reason_check(match_writer *m, const match_reason *r)
{
    json_begin_object(m->out);
    json_member_cstr(m->out, "criterion", m->program->criteria[r->criterion].id);
    say_one(m, r);
    json_member_text(m->out, "path", (bytes){0});
    match_put_sentence(m, "text");
    json_end_object(m->out);
}

/* What a person must look at: gates first, in the program's order. */
static bool write_checks(match_writer *m, const match_hit *hit, const match_pair *judged,
                         const match_reason *reasons, uint32_t reason_count, err *e)
{
    match_pair own = {0};
    const match_pair *pair = judged;
    if (pair == NULL && hit->verdict != VERDICT_YES) {
        match_query one = m->q->query;
        strategy gates_alone = *one.strategy;
        gates_alone.criterion_count = 0; /* its scores are known already */
        one.strategy = &gates_alone;
        one.anchor_rows = &m->q->query.anchor_rows[hit->anchor_row];
        one.anchor_row_count = 1;
        if (!match_pair_judge(engine_worker_match(m->worker), &one, hit->segment, &hit->row, 1,
                              engine_worker_arena(m->worker), &own, e)) {
            return false;
        }
        pair = &own;
    }
    json_put_key(m->out, "checks");
    json_begin_array(m->out);
    for (uint32_t i = 0; pair != NULL && i < pair->finding_count; i++) {
        if (pair->findings[i].verdict == VERDICT_CHECK) {
            write_gate_check(m, &m->program->gates[pair->gates[i]], &pair->findings[i]);
        }
    }
    for (uint32_t i = 0; i < reason_count; i++) {
        if (reasons[i].verdict == VERDICT_CHECK) {
            write_reason_check(m, &reasons[i]);
        }
    }
    json_end_array(m->out);
    return true;
}

static bool write_steps(match_writer *m, const match_hit *hit, err *e)
{
    gate_row anchor = {.segment = m->q->query.anchor, .row = anchor_row_of(m, hit)};
    gate_row other = {.segment = hit->segment, .row = hit->row};
    bool is_seeker = m->q->side == SIDE_SEEKER;
    const step *steps = NULL;
    uint32_t count = 0;

    if (!steps_of(m->program, m->manifests, is_seeker ? &anchor : &other,
                  is_seeker ? &other : &anchor, engine_worker_arena(m->worker), &steps, &count,
                  e)) {
        return false;
    }
    json_put_key(m->out, "steps");
    json_begin_array(m->out);
    for (uint32_t i = 0; i < count; i++) {
        json_begin_object(m->out);
        json_member_text(m->out, "id", steps[i].step->id);
        json_member_text(m->out, "who", steps[i].step->who);
        if (steps[i].has_by) {
            put_day(m->out, "by", steps[i].by);
        } else {
            json_member_text(m->out, "by", (bytes){0});
        }
        json_member_text(m->out, "text", text_set_get(&steps[i].step->text, m->q->lang));
        json_end_object(m->out);
    }
    json_end_array(m->out);
    return true;
}

static void write_other_intakes(match_writer *m, const match_hit *hit)
{
    uint32_t first =
        hit->other_count < OTHER_INTAKES_MAX ? hit->other_count : (uint32_t)OTHER_INTAKES_MAX;
    json_put_key(m->out, "other_intakes");
    json_begin_object(m->out);
    json_member_int(m->out, "total", hit->other_count);
    json_put_key(m->out, "first");
    json_begin_array(m->out);
    for (uint32_t i = 0; i < first; i++) {
        json_put_text(m->out, segment_intake_id(hit->others[i].segment, hit->others[i].row));
    }
    json_end_array(m->out);
    json_end_object(m->out);
}

static bool takes_part(const match_writer *m, uint32_t plugin)
{
    const strategy *s = &m->q->strategy;
    for (uint32_t i = 0; i < s->criterion_count; i++) {
        if (m->program->criteria[s->criteria[i].criterion].plugin == plugin) {
            return true;
        }
    }
    for (uint32_t i = 0; i < m->program->gate_count; i++) {
        if ((s->gates_on >> i & 1) != 0 && m->program->gates[i].plugin == plugin) {
            return true;
        }
    }
    return false;
}

static void write_plugins(match_writer *m)
{
    json_put_key(m->out, "plugins");
    json_begin_array(m->out);
    for (uint32_t i = 0; i < m->program->plugin_count; i++) {
        if (takes_part(m, i)) {
            const program_plugin *p = &m->program->plugins[i];
            buf_print(&m->text, "%s@%s", p->id, p->version);
            json_put_text(m->out, buf_bytes(&m->text));
            m->out->out->failed |= m->text.failed;
            buf_clear(&m->text);
        }
    }
    json_end_array(m->out);
}

/* Ids of the pair, as the anchor's side sees it. */
static void write_ids(match_writer *m, const match_hit *hit)
{
    bool is_seeker = m->q->side == SIDE_SEEKER;
    bytes intake = is_seeker ? segment_intake_id(hit->segment, hit->row)
                             : segment_intake_id(m->q->query.anchor, anchor_row_of(m, hit));
    json_member_text(m->out, is_seeker ? "offer" : "seeker",
                     segment_record_id(hit->segment, hit->row));
    json_member_text(m->out, "intake", intake);
}

/* How many others the offer was proposed to, so that crowding is seen. */
static void write_crowd(match_writer *m, const match_hit *hit)
{
    bytes offer_id =
        m->q->side == SIDE_SEEKER ? segment_record_id(hit->segment, hit->row) : m->q->anchor_id;
    engine_crowd crowd =
        engine_crowd_of(engine_worker_engine(m->worker), offer_id, m->q->query.as_of);
    json_member_int(m->out, "proposed_to", crowd.proposed_to);
    if (crowd.held > 0) {
        json_member_int(m->out, "held", crowd.held);
    }
}

static bool write_match(match_writer *m, const match_hit *hit, const match_pair *pair,
                        const match_reason *reasons, uint32_t reason_count, err *e)
{
    json_begin_object(m->out);
    write_ids(m, hit);
    json_member_int(m->out, "score", hit->score);
    json_member_int(m->out, "low", hit->low);
    json_member_int(m->out, "high", hit->high);
    json_member_cstr(m->out, "verdict", verdict_text(hit->verdict));
    write_reasons(m, reasons, reason_count);
    if (!write_checks(m, hit, pair, reasons, reason_count, e) || !write_steps(m, hit, e)) {
        return false;
    }
    write_other_intakes(m, hit);
    if (!m->leaves_crowd) {
        write_crowd(m, hit);
    }
    write_plugins(m);
    json_end_object(m->out);
    return true;
}

bool match_write_matches(match_writer *m, const match_hit *hits, uint32_t hit_count,
                         const match_pair *pairs, err *e)
{
    const match_reason **reasons = NULL;
    const uint32_t *reason_counts = NULL;

    if (hit_count > 0 &&
        !match_reasons(engine_worker_match(m->worker), &m->q->query, hits, hit_count,
                       engine_worker_arena(m->worker), &reasons, &reason_counts, e)) {
        return false;
    }
    json_put_key(m->out, "matches");
    json_begin_array(m->out);
    for (uint32_t i = 0; i < hit_count; i++) {
        if (!write_match(m, &hits[i], pairs == NULL ? NULL : &pairs[i], reasons[i],
                         reason_counts[i], e)) {
            return false;
        }
    }
    json_end_array(m->out);
    return true;
}

void match_write_degraded(match_writer *m)
{
    uint32_t count = 0;
    const match_degraded *list = match_degraded_list(engine_worker_match(m->worker), &count);
    if (count == 0) {
        return;
    }
    json_put_key(m->out, "degraded");
    json_begin_array(m->out);
    for (uint32_t i = 0; i < count; i++) {
        json_begin_object(m->out);
        json_member_cstr(m->out, "plugin", m->program->plugins[list[i].plugin].id);
        json_member_cstr(m->out, "error", err_id(list[i].why));
        json_end_object(m->out);
    }
    json_end_array(m->out);
}
