/* letter.get: a letter to the person about one offer. */

#include "api/match_write.h"

#include <stdlib.h>

#include "base/limits.h"
#include "model/record_seeker.h"
#include "say/letter.h"

enum { REASON_SHOWN_MAX = 8 };

typedef enum letter_format { FORMAT_TEXT, FORMAT_HTML, FORMAT_ALOUD, FORMAT_COUNT } letter_format;

static const char *const FORMATS[FORMAT_COUNT] = {"text", "html", "aloud"};

typedef struct pair_letter {
    engine_worker *worker;
    question *q;
    match_writer m;
    const segment *offers;
    const uint32_t *rows;
    uint32_t row_count;
    match_pair pair;
    letter_facts facts;
    bytes *reasons; /* of facts, while they are written */
    bytes *checks;
    bytes *unmet;
    letter_format format;
    bool failed;
} pair_letter;

static bool read_format(const json_node *params, letter_format *ret, err *e)
{
    bytes format = api_param_text(params, "format");
    for (uint32_t i = 0; i < FORMAT_COUNT; i++) {
        if (format.base == NULL || bytes_equal_text(format, FORMATS[i])) {
            *ret = (letter_format)i;
            return true;
        }
    }
    (void)fail(e, ERR_RPC_PARAMS, "\"format\" is \"%.*s\"; expected text, html or aloud",
               (int)format.len, format.base);
    return err_path(e, "/params/format");
}

/* ---------------------------------------------------------------------- the records */

/* The intake that was judged, by its place in the record. */
static uint32_t find_intake(const offer *o, bytes id)
{
    for (uint32_t i = 0; i < o->intakes.count; i++) {
        if (bytes_equal(o->intakes.items[i].id.text, id)) {
            return i;
        }
    }
    return UINT32_MAX;
}

static bool read_records(pair_letter *l, bytes offer_id, err *e)
{
    arena *a = engine_worker_arena(l->worker);
    const ext_keys *ext = registry_ext_keys(engine_worker_registry(l->worker));
    seeker *person = NULL;
    offer *chance = NULL;
    bytes text = {NULL, 0};
    if (!question_stored_text(l->worker, SIDE_SEEKER, l->q->anchor_id, &text, e) ||
        !seeker_parse(text, ext, a, &person, e) ||
        !question_stored_text(l->worker, SIDE_OFFER, offer_id, &text, e) ||
        !offer_parse(text, ext, a, &chance, e)) {
        return false;
    }
    l->facts.seeker_id = l->q->anchor_id;
    l->facts.modes = person->mobility.modes;
    l->facts.offer = chance;
    l->facts.as_of = l->q->query.as_of;
    l->facts.km = l->pair.hit.km;
    l->facts.intake = find_intake(chance, segment_intake_id(l->pair.hit.segment, l->pair.hit.row));
    return true;
}

/* ---------------------------------------------------------------------- the sentences */

static bytes keep_sentence(pair_letter *l)
{
    bytes kept = arena_copy(engine_worker_arena(l->worker), buf_bytes(&l->m.text));
    l->failed = l->failed || l->m.text.failed || kept.base == NULL;
    buf_clear(&l->m.text);
    return kept;
}

static int compare_points(const void *a, const void *b)
{
    const match_reason *x = a;
    const match_reason *y = b;
    if (x->points != y->points) {
        return x->points > y->points ? -1 : 1;
    }
    return x->criterion != y->criterion ? (x->criterion < y->criterion ? -1 : 1) : 0;
}

/* What speaks for it, the weightiest first, and what is not known. Points are not told. */
static bool take_reasons(pair_letter *l, err *e)
{
    arena *a = engine_worker_arena(l->worker);
    const match_reason **found = NULL;
    const uint32_t *counts = NULL;
    if (!match_reasons(engine_worker_match(l->worker), &l->q->query, &l->pair.hit, 1, a, &found,
                       &counts, e)) {
        return false;
    }
    uint32_t count = counts[0];
    match_reason *sorted = arena_make_array(a, count + 1, match_reason);
    l->facts.reasons = l->reasons = arena_make_array(a, REASON_SHOWN_MAX, bytes);
    l->facts.checks = l->checks = arena_make_array(a, count + l->pair.finding_count + 1, bytes);
    l->facts.unmet = l->unmet = arena_make_array(a, l->pair.finding_count + 1, bytes);
    if (sorted == NULL || l->reasons == NULL || l->checks == NULL || l->unmet == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a letter");
    }
    for (uint32_t i = 0; i < count; i++) {
        sorted[i] = found[0][i];
    }
    qsort(sorted, count, sizeof *sorted, compare_points);
    for (uint32_t i = 0; i < count; i++) {
        bool is_check = sorted[i].verdict == VERDICT_CHECK;
        if (is_check) {
            match_say_reason(&l->m, &sorted[i]);
            l->checks[l->facts.check_count++] = keep_sentence(l);
        } else if (sorted[i].points > 0 && l->facts.reason_count < REASON_SHOWN_MAX) {
            match_say_reason(&l->m, &sorted[i]);
            l->reasons[l->facts.reason_count++] = keep_sentence(l);
        }
    }
    return true;
}

static void take_findings(pair_letter *l)
{
    for (uint32_t i = 0; i < l->pair.finding_count; i++) {
        const gate *g = &l->m.program->gates[l->pair.gates[i]];
        const gate_finding *f = &l->pair.findings[i];
        if (f->verdict == VERDICT_YES) {
            continue;
        }
        say_gate(&l->m.say, match_gate_manifest(&l->m, g), g, f, &l->m.text);
        bytes text = keep_sentence(l);
        if (f->verdict == VERDICT_NO) {
            l->unmet[l->facts.unmet_count++] = text;
        } else {
            l->checks[l->facts.check_count++] = text;
        }
    }
}

static bool take_steps(pair_letter *l, err *e)
{
    const match_hit *hit = &l->pair.hit;
    gate_row person = {.segment = l->q->query.anchor,
                       .row = l->q->query.anchor_rows[hit->anchor_row]};
    gate_row chance = {.segment = hit->segment, .row = hit->row};
    return steps_of(l->m.program, l->m.manifests, &person, &chance, engine_worker_arena(l->worker),
                    &l->facts.steps, &l->facts.step_count, e);
}

/* ---------------------------------------------------------------------- the answer */

static void write_letter(pair_letter *l, const letter *made, json_writer *out)
{
    char day_iso[DAY_TEXT_LEN + 1];
    buf text = {0};
    if (l->format == FORMAT_HTML) {
        letter_print_html(made, &text);
    } else if (l->format == FORMAT_ALOUD) {
        letter_print_aloud(made, &text);
    } else {
        letter_print_text(made, &text);
    }
    day_print(l->q->query.as_of, day_iso);
    json_begin_object(out);
    json_member_text(out, "seeker", l->q->anchor_id);
    json_member_text(out, "offer", segment_record_id(l->pair.hit.segment, l->pair.hit.row));
    json_member_text(out, "intake", segment_intake_id(l->pair.hit.segment, l->pair.hit.row));
    json_member_cstr(out, "as_of", day_iso);
    json_member_int(out, "snapshot", (int64_t)snapshot_change_number(l->q->query.snapshot));
    json_member_cstr(out, "lang", made->lang->tag);
    json_member_cstr(out, "dir", made->lang->is_right_to_left ? "rtl" : "ltr");
    json_member_cstr(out, "format", FORMATS[l->format]);
    json_member_text(out, "text", buf_bytes(&text));
    json_end_object(out);
    out->out->failed |= text.failed;
    buf_fini(&text);
}

static bool make_letter(pair_letter *l, bytes offer_id, json_writer *out, err *e)
{
    letter made = {0};
    bool is_made = match_writer_begin(&l->m, l->worker, l->q, out, e);
    l->m.say.is_aloud = l->format == FORMAT_ALOUD;
    is_made = is_made && read_records(l, offer_id, e) && take_reasons(l, e) && take_steps(l, e);
    if (is_made) {
        take_findings(l);
    }
    if (is_made && l->failed) {
        is_made = fail(e, ERR_MEMORY, "no memory for a letter");
    }
    is_made =
        is_made && letter_make(&l->m.say, &l->facts, engine_worker_arena(l->worker), &made, e);
    if (is_made) {
        write_letter(l, &made, out);
    }
    match_writer_end(&l->m);
    return is_made;
}

bool letter_get(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    question q = {0};
    pair_letter l = {.worker = w, .q = &q};
    bytes offer_id = api_param_text(job->params, "offer");
    bool is_done = read_format(job->params, &l.format, e) && question_begin_pair(job, w, &q, e) &&
                   question_find_offer(&q, offer_id, api_param_text(job->params, "intake"),
                                       &l.offers, &l.rows, &l.row_count, e) &&
                   match_pair_judge(engine_worker_match(w), &q.query, l.offers, l.rows, l.row_count,
                                    engine_worker_arena(w), &l.pair, e) &&
                   make_letter(&l, offer_id, out, e);
    question_end(&q);
    return is_done;
}
