/* Chains as JSON: dates, seats, who to ask for what, what runs out when, what is to be checked. */

#include "api/path_write.h"

#include "base/check.h"
#include "base/lang.h"
#include "base/limits.h"
#include "model/record_offer.h"
#include "model/record_seeker.h"
#include "say/steps.h"

enum { PART_MAX = 8 };

static arena *memory_of(const path_writer *w)
{
    return engine_worker_arena(w->m.worker);
}

static void put_day(json_writer *out, const char *key, day d)
{
    char text[DAY_TEXT_LEN + 1];
    if (d == LOTSE_OPEN || d == DAY_NONE) {
        json_member_text(out, key, (bytes){0});
        return;
    }
    day_print(d, text);
    json_member_cstr(out, key, text);
}

/* ---------------------------------------------------------------------- sentences */

/* What was written to the text, kept; and the text empty again. */
static bytes keep_text(path_writer *w)
{
    bytes kept =
        arena_copy(memory_of(w), w->m.text.base == NULL ? BYTES("") : buf_bytes(&w->m.text));
    w->m.out->out->failed |= w->m.text.failed || kept.base == NULL;
    buf_clear(&w->m.text);
    return kept;
}

bytes path_day_text(path_writer *w, day d)
{
    say_day(w->m.q->lang, d, &w->m.text);
    return keep_text(w);
}

bytes path_number_text(path_writer *w, int64_t number)
{
    say_number(w->m.q->lang, number, &w->m.text);
    return keep_text(w);
}

void path_put_sentence(path_writer *w, const char *key, const char *id, const path_part *parts,
                       uint32_t count)
{
    const language *l = lang_find(bytes_of(w->m.q->lang));
    bool is_right_to_left = l != NULL && l->is_right_to_left;
    say_part filled[PART_MAX];
    check(count <= PART_MAX);
    for (uint32_t i = 0; i < count; i++) {
        filled[i] = (say_part){parts[i].name, parts[i].text};
        if (is_right_to_left) {
            buf_text(&w->m.text, "\u2068");
            buf_put(&w->m.text, parts[i].text.base, parts[i].text.len);
            buf_text(&w->m.text, "\u2069");
            filled[i].text = keep_text(w);
        }
    }
    say_form(say_word(w->m.q->lang, id), filled, count, &w->m.text);
    match_put_sentence(&w->m, key);
}

static bytes sentence_text(path_writer *w, const char *id, const char *name, bytes text)
{
    say_part part = {name, text};
    say_form(say_word(w->m.q->lang, id), &part, 1, &w->m.text);
    return keep_text(w);
}

static bytes concept_name(path_writer *w, uint32_t number)
{
    say_concept(&w->m.say, number, &w->m.text);
    return keep_text(w);
}

static bytes effect_text(path_writer *w, uint64_t effect)
{
    const char *lang = w->m.q->lang;
    uint32_t level = path_effect_level(effect);
    uint32_t key = path_effect_key(effect);
    switch (path_effect_kind_of(effect)) {
    case PATH_LANGUAGE:
        buf_print(&w->m.text, "%s %s", say_code_label(lang, CODES(language), key),
                  CODES(level)->entries[level].id);
        return keep_text(w);
    case PATH_SKILL:
        return concept_name(w, key);
    case PATH_SCHOOL:
        buf_text(&w->m.text, say_code_label(lang, CODES(school), level));
        return keep_text(w);
    case PATH_LICENCE:
        buf_text(&w->m.text, say_code_label(lang, CODES(licence), key));
        return keep_text(w);
    case PATH_EQF:
        return sentence_text(w, "path.level", "number", path_number_text(w, level));
    case PATH_OCCUPATION: {
        uint32_t full = 3; /* of the list recognition */
        return sentence_text(w, level == full ? "path.recognised" : "path.qualified", "occupation",
                             concept_name(w, key));
    }
    case PATH_PART: {
        say_part parts[] = {{"number", path_number_text(w, level)},
                            {"occupation", concept_name(w, key)}};
        say_form(say_word(lang, "path.module"), parts, 2, &w->m.text);
        return keep_text(w);
    }
    case PATH_EFFECT_KIND_COUNT:
        break;
    }
    return BYTES("");
}

void path_say_effect(path_writer *w, uint64_t effect)
{
    bytes text = effect_text(w, effect);
    buf_put(&w->m.text, text.base, text.len);
}

/* ---------------------------------------------------------------------- one step */

/* What one step is told from. */
typedef struct telling {
    const path_chain *chain;
    const path_step *step;
    const offer *offer;
    const offer_intake *intake; /* NULL: the offer has none */
    bytes title;
    bool is_goal;
} telling;

static bytes title_of(const path_writer *w, const offer *o)
{
    static const char *const others[] = {"de", "en"};
    for (uint32_t k = 0; k < 3; k++) {
        bytes tag = bytes_of(k == 0 ? w->m.q->lang : others[k - 1]);
        for (uint32_t i = 0; i < o->title.count; i++) {
            const char *code = CODES(language)->entries[o->title.items[i].language].id;
            if (tag.len >= 2 && bytes_equal((bytes){tag.base, 2}, bytes_of(code))) {
                return o->title.items[i].text;
            }
        }
    }
    return o->title.count > 0 ? o->title.items[0].text : o->id.text;
}

static bool read_offer(path_writer *w, telling *t, err *e)
{
    const path_step *s = t->step;
    bytes text;
    offer *o = NULL;
    bytes intake = segment_intake_id(s->segment, s->row);
    if (!question_stored_text(w->m.worker, SIDE_OFFER, segment_record_id(s->segment, s->row), &text,
                              e) ||
        !offer_parse(text, registry_ext_keys(engine_worker_registry(w->m.worker)), memory_of(w), &o,
                     e)) {
        return false;
    }
    t->offer = o;
    t->title = title_of(w, o);
    for (uint32_t i = 0; i < o->intakes.count; i++) {
        if (bytes_equal(o->intakes.items[i].id.text, intake)) {
            t->intake = &o->intakes.items[i];
        }
    }
    return true;
}

static void write_codes(json_writer *out, const char *key, const code_list *list, uint64_t members)
{
    json_put_key(out, key);
    json_begin_array(out);
    for (; members != 0; members &= members - 1) {
        json_put_cstr(out, list->entries[__builtin_ctzll(members)].id);
    }
    json_end_array(out);
}

/* The last day to register; of assumed dates as much later. DAY_NONE: none is stated. */
static day register_by(const telling *t)
{
    return t->intake != NULL && t->intake->register_by.is_set
               ? t->intake->register_by.value + t->step->shift
               : DAY_NONE;
}

static void write_facts(path_writer *w, const telling *t)
{
    json_writer *out = w->m.out;
    const path_step *s = t->step;
    json_member_cstr(out, "role", t->is_goal ? "goal" : "step");
    json_member_text(out, "offer", t->offer->id.text);
    json_member_text(out, "intake", segment_intake_id(s->segment, s->row));
    json_member_cstr(out, "kind", CODES(kind)->entries[t->offer->kind.position].id);
    json_member_text(out, "title", t->title);
    json_member_text(out, "provider",
                     t->offer->provider.name.is_set ? t->offer->provider.name.text : (bytes){0});
    put_day(out, "start", s->start);
    put_day(out, "end", s->end);
    json_member_int(out, "weeks", s->weeks);
    put_day(out, "register_by", register_by(t));
    json_put_key(out, "seats_free");
    if (t->intake != NULL && t->intake->seats_free.is_set && !s->is_assumed) {
        json_put_int(out, t->intake->seats_free.value);
    } else {
        json_put_null(out);
    }
    json_member_bool(out, "assumed", s->is_assumed);
    json_member_bool(out, "beside", s->beside_check);
    write_codes(out, "funding", CODES(instrument), t->offer->funding.members);
    json_member_int(out, "doubts", s->doubts);
}

/* "Deutsch B1, Staplerschein" */
static bytes gains_text(path_writer *w, const path_step *s)
{
    bytes all = BYTES("");
    for (uint32_t i = 0; i < s->effect_count; i++) {
        bytes one = effect_text(w, s->effects[i]);
        buf_put(&w->m.text, all.base, all.len);
        buf_text(&w->m.text, all.len > 0 ? say_word(w->m.q->lang, "form.comma") : "");
        buf_put(&w->m.text, one.base, one.len);
        all = keep_text(w);
    }
    return all;
}

static void write_gains(path_writer *w, const path_step *s)
{
    json_put_key(w->m.out, "gains");
    json_begin_array(w->m.out);
    for (uint32_t i = 0; i < s->effect_count; i++) {
        json_put_text(w->m.out, effect_text(w, s->effects[i]));
    }
    json_end_array(w->m.out);
}

static bool is_office(bytes who)
{
    return bytes_equal_text(who, "job_centre") || bytes_equal_text(who, "employment_agency") ||
           bytes_equal_text(who, "migration_office") || bytes_equal_text(who, "foreigners_office");
}

/* Is the thing asked for one of those the person has and can still use? */
static bool write_asks(path_writer *w, const telling *t, const gate_row *person,
                       const gate_row *row, err *e)
{
    const step *steps = NULL;
    uint32_t count = 0;
    json_writer *out = w->m.out;
    if (!steps_of(w->m.program, w->m.manifests, person, row, memory_of(w), &steps, &count, e)) {
        return false;
    }
    json_put_key(out, "asks");
    json_begin_array(out);
    for (uint32_t i = 0; i < count; i++) {
        json_begin_object(out);
        json_member_text(out, "id", steps[i].step->id);
        json_member_text(out, "who", steps[i].step->who);
        put_day(out, "by", steps[i].has_by ? steps[i].by + t->step->shift : DAY_NONE);
        json_member_text(out, "text", text_set_get(&steps[i].step->text, w->m.q->lang));
        json_member_bool(out, "discretionary", is_office(steps[i].step->who));
        json_end_object(out);
    }
    json_end_array(out);
    return true;
}

static void put_note(path_writer *w, const char *id, const path_part *parts, uint32_t count)
{
    json_begin_object(w->m.out);
    json_member_cstr(w->m.out, "id", id);
    path_put_sentence(w, "text", id, parts, count);
    json_end_object(w->m.out);
}

/* All modules of an occupation are done with this one. */
static bool ends_modules(const path_writer *w, const telling *t)
{
    seeker before;
    uint32_t at = (uint32_t)(t->step - t->chain->steps);
    uint64_t part = 0;
    for (uint32_t i = 0; i < t->step->effect_count; i++) {
        part = path_effect_kind_of(t->step->effects[i]) == PATH_PART ? t->step->effects[i] : part;
    }
    uint32_t total = path_effect_extra(part);
    if (total == 0 || !path_state(w->question, t->chain, at, memory_of(w), &before)) {
        return false;
    }
    uint64_t done[4] = {0};
    char scratch[16];
    bytes of = dictionary_text(w->question->dictionary, path_effect_key(part), scratch);
    done[path_effect_level(part) >> 6] |= UINT64_C(1) << (path_effect_level(part) & 63u);
    for (uint32_t i = 0; i < before.parts_done.count; i++) {
        const seeker_part *p = &before.parts_done.items[i];
        if (bytes_equal(p->of.text, of) && p->number.is_set && p->number.value >= 1 &&
            (uint32_t)p->number.value <= total) {
            done[p->number.value >> 6] |= UINT64_C(1) << (p->number.value & 63);
        }
    }
    return (uint32_t)(__builtin_popcountll(done[0]) + __builtin_popcountll(done[1])) == total;
}

static void write_notes(path_writer *w, const telling *t)
{
    const path_step *s = t->step;
    json_put_key(w->m.out, "notes");
    json_begin_array(w->m.out);
    if (s->grant_held != UINT32_MAX && s->grant_lapses != LOTSE_OPEN) {
        const seeker_entitlement *held = &w->question->seeker->entitlements.items[s->grant_held];
        path_part parts[] = {{"code", bytes_of(say_code_label(w->m.q->lang, CODES(entitlement),
                                                              held->code.position))},
                             {"day", path_day_text(w, s->grant_lapses)}};
        put_note(w, s->grant == PATH_GRANT_HELD ? "path.use_by" : "path.ask_again", parts, 2);
    }
    if (s->grant == PATH_GRANT_LAPSED || s->grant == PATH_GRANT_TO_ASK) {
        put_note(w, "path.decides", NULL, 0);
    }
    if (s->is_assumed) {
        put_note(w, "path.assumed", NULL, 0);
    }
    if (s->beside_check) {
        put_note(w, "path.beside", NULL, 0);
    }
    if (!t->is_goal && ends_modules(w, t)) {
        put_note(w, "path.exam", NULL, 0);
    }
    json_end_array(w->m.out);
}

static void write_check(path_writer *w, const gate *g, const gate_finding *found)
{
    const manifest_gate *in_manifest = match_gate_manifest(&w->m, g);
    json_begin_object(w->m.out);
    json_member_cstr(w->m.out, "criterion", g->criterion);
    json_member_cstr(w->m.out, "id", g->id);
    json_member_text(w->m.out, "path", say_gate_path(in_manifest, g, found));
    say_gate(&w->m.say, in_manifest, g, found, &w->m.text);
    match_put_sentence(&w->m, "text");
    json_end_object(w->m.out);
}

/* The gates that say check, with the person as they are on that day. */
static bool write_with_state(path_writer *w, const telling *t, const segment *state, err *e)
{
    const uint32_t zero = 0;
    const path_step *s = t->step;
    match_worker *matcher = engine_worker_match(w->m.worker);
    gate_row person = {.segment = state};
    gate_row row = {.segment = s->segment, .row = s->row};
    if (!match_derive(matcher, w->m.program, state, &zero, 1, s->start, memory_of(w),
                      &person.derived, e) ||
        !match_derive(matcher, w->m.program, s->segment, &s->row, 1, s->start, memory_of(w),
                      &row.derived, e) ||
        !write_asks(w, t, &person, &row, e)) {
        return false;
    }
    json_put_key(w->m.out, "checks");
    json_begin_array(w->m.out);
    for (uint64_t left = s->checks; left != 0; left &= left - 1) {
        const gate *g = &w->m.program->gates[__builtin_ctzll(left)];
        gate_finding found;
        gate_find(w->m.program, g, &person, &row, w->question->as_of, memory_of(w), &found);
        write_check(w, g, &found);
    }
    json_end_array(w->m.out);
    return true;
}

static bool write_step(path_writer *w, const telling *t, err *e)
{
    seeker person;
    segment *state = NULL;
    uint32_t at = (uint32_t)(t->step - t->chain->steps);
    if (!path_state(w->question, t->chain, at, memory_of(w), &person)) {
        return fail(e, ERR_MEMORY, "no memory for the answer");
    }
    const segment_input input = {.record = &person};
    json_begin_object(w->m.out);
    write_facts(w, t);
    write_gains(w, t->step);
    bool is_done = segment_build(w->m.program, SIDE_SEEKER, &input, 1, w->question->dictionary,
                                 true, &state, e) &&
                   write_with_state(w, t, state, e);
    segment_free(&state);
    if (!is_done) {
        return false;
    }
    write_notes(w, t);
    if (t->is_goal || t->step->effect_count == 0) {
        json_member_text(w->m.out, "after", (bytes){0});
    } else {
        path_part part = {"outcome", gains_text(w, t->step)};
        path_put_sentence(w, "after", "path.after", &part, 1);
    }
    json_end_object(w->m.out);
    return true;
}

/* ---------------------------------------------------------------------- one chain */

static void write_best(path_writer *w, const path_chain *chain)
{
    const path_answer *a = w->answer;
    bool is_first[5] = {true, true, true, true, true};
    for (uint32_t i = 0; i < a->chain_count; i++) {
        const path_chain *other = &a->chains[i];
        is_first[0] &= chain->arrival <= other->arrival;
        is_first[1] &= chain->doubts <= other->doubts;
        is_first[2] &= chain->weeks <= other->weeks;
        is_first[3] &= chain->step_count <= other->step_count;
        is_first[4] &= chain->fit >= other->fit;
    }
    static const char *const names[] = {"arrival", "doubts", "weeks", "steps", "fit"};
    json_put_key(w->m.out, "best");
    json_begin_array(w->m.out);
    for (uint32_t i = 0; i < 5; i++) {
        if (is_first[i]) {
            json_put_cstr(w->m.out, names[i]);
        }
    }
    json_end_array(w->m.out);
}

static void write_next(path_writer *w, const telling *first)
{
    day by = register_by(first);
    bool has_by = by != DAY_NONE;
    path_part parts[] = {{"title", first->title},
                         {"day", path_day_text(w, has_by ? by : first->step->start)}};
    json_put_key(w->m.out, "next");
    json_begin_object(w->m.out);
    json_member_text(w->m.out, "offer", first->offer->id.text);
    json_member_text(w->m.out, "intake", segment_intake_id(first->step->segment, first->step->row));
    put_day(w->m.out, "by", has_by ? by : first->step->start);
    path_put_sentence(w, "text", has_by ? "path.next" : "path.next_start", parts, 2);
    json_end_object(w->m.out);
}

bool path_write_chain(path_writer *w, const path_chain *chain, err *e)
{
    telling steps[PATH_STEP_MAX + 1] = {0};
    json_writer *out = w->m.out;
    for (uint32_t i = 0; i < chain->step_count; i++) {
        steps[i] = (telling){
            .chain = chain, .step = &chain->steps[i], .is_goal = i + 1 == chain->step_count};
        if (!read_offer(w, &steps[i], e)) {
            return false;
        }
    }
    json_begin_object(out);
    put_day(out, "arrival", chain->arrival);
    json_member_int(out, "weeks", chain->weeks);
    json_member_int(out, "doubts", chain->doubts);
    json_member_int(out, "fit", chain->fit);
    write_best(w, chain);
    path_part parts[] = {{"day", path_day_text(w, chain->arrival)},
                         {"steps", path_number_text(w, chain->step_count)},
                         {"weeks", path_number_text(w, chain->weeks)},
                         {"doubts", path_number_text(w, chain->doubts)}};
    path_put_sentence(w, "text", "path.arrival", parts, 4);
    write_next(w, &steps[0]);
    json_put_key(out, "steps");
    json_begin_array(out);
    for (uint32_t i = 0; i < chain->step_count; i++) {
        if (!write_step(w, &steps[i], e)) {
            return false;
        }
    }
    json_end_array(out);
    json_end_object(out);
    return true;
}
