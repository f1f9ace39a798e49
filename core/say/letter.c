#include "say/letter.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "say/template.h"
#include "say/words.h"

/* Which lines a letter has. How they look is letter_print.c's. */

enum { LINE_COUNT_MAX = 96, ID_MAX = 80 };

typedef struct maker {
    const say_context *c;
    const letter_facts *f;
    arena *a;
    letter *l;
    letter_line *lines; /* room for all of them */
    uint32_t line_count;
    buf text;
    bool failed;
} maker;

/* ------------------------------------------------------------------------------------ pieces */

static bytes keep(maker *m)
{
    bytes copy = arena_copy(m->a, m->text.base == NULL ? BYTES("") : buf_bytes(&m->text));
    m->failed = m->failed || copy.base == NULL || m->text.failed;
    buf_clear(&m->text);
    return copy;
}

static bytes fact_text(maker *m, gate_fact fact)
{
    fact.is_known = true;
    (void)value_say(m->c, &fact, &m->text); /* a set without members writes nothing */
    return keep(m);
}

static bytes day_text(maker *m, day value)
{
    return fact_text(m, (gate_fact){.kind = GATE_FACT_DAY, .number = value});
}

static bytes code_text(maker *m, const code_list *list, uint32_t position)
{
    return fact_text(m, (gate_fact){.kind = GATE_FACT_CODE, .list = list, .number = position});
}

static bytes codes_text(maker *m, const code_list *list, uint64_t members)
{
    return fact_text(
        m, (gate_fact){
               .kind = GATE_FACT_CODES, .list = list, .codes = members, .codes_known = UINT64_MAX});
}

/* A name as the record has it. */
static bytes name_text(maker *m, bytes name)
{
    value_isolate(m->c, true, &m->text);
    buf_put(&m->text, name.base, name.len);
    value_isolate(m->c, false, &m->text);
    return keep(m);
}

/* Digits that are no number: a speech program reads them one by one. */
static bytes digits_text(maker *m, bytes digits)
{
    value_isolate(m->c, true, &m->text);
    for (size_t i = 0; i < digits.len; i++) {
        buf_char(&m->text, digits.base[i]);
        if (m->c->is_aloud && i + 1 < digits.len) {
            buf_char(&m->text, ' ');
        }
    }
    value_isolate(m->c, false, &m->text);
    return keep(m);
}

/* 12.345 or 14,50: hundredths only where there are some. */
static bytes amount_text(maker *m, double amount)
{
    int64_t hundredths = (int64_t)floor(amount * 100 + 0.5);
    value_isolate(m->c, true, &m->text);
    say_number(m->c->lang, hundredths / 100, &m->text);
    if (hundredths % 100 != 0) {
        buf_print(&m->text, "%s%02d", say_word(m->c->lang, "form.decimal"),
                  (int)(hundredths % 100));
    }
    value_isolate(m->c, false, &m->text);
    return keep(m);
}

static bytes time_text(maker *m, int32_t minutes)
{
    value_isolate(m->c, true, &m->text);
    value_time(m->c, (uint32_t)minutes, &m->text);
    value_isolate(m->c, false, &m->text);
    return keep(m);
}

/* ------------------------------------------------------------------------------------ lines */

static letter_section *begin(maker *m, letter_topic topic, const char *heading)
{
    letter_section *s = &m->l->sections[m->l->section_count];
    *s = (letter_section){.topic = topic,
                          .heading = say_word(m->c->lang, heading),
                          .lines = &m->lines[m->line_count]};
    return s;
}

/* A section without lines is none. */
static void end(maker *m, const letter_section *s)
{
    check(m->l->section_count < LETTER_TOPIC_COUNT + 1);
    m->l->section_count += s->line_count > 0;
}

static void put_line(maker *m, letter_section *s, bytes text, const char *tag)
{
    if (m->line_count < LINE_COUNT_MAX) {
        m->lines[m->line_count++] = (letter_line){text, tag};
        s->line_count++;
    }
}

static void put_parts(maker *m, letter_section *s, const char *id, const say_part *parts,
                      uint32_t count)
{
    say_form(say_word(m->c->lang, id), parts, count, &m->text);
    put_line(m, s, keep(m), NULL);
}

static void put(maker *m, letter_section *s, const char *id)
{
    put_parts(m, s, id, NULL, 0);
}

static void put_one(maker *m, letter_section *s, const char *id, const char *name, bytes value)
{
    say_part part = {name, value};
    put_parts(m, s, id, &part, 1);
}

/* ------------------------------------------------------------------------------------ sections */

static const tagged_text *find_title(const value_texts *titles, const char *tag)
{
    for (uint32_t i = 0; i < titles->count; i++) {
        const char *own = CODES(language)->entries[titles->items[i].language].id;
        if (strncmp(own, tag, strlen(own)) == 0) {
            return &titles->items[i];
        }
    }
    return NULL;
}

/* In the reader's language, else as it stands on the spot, else in English. */
static void put_title(maker *m, letter_section *s)
{
    const value_texts *titles = &m->f->offer->title;
    const char *wanted[] = {m->l->lang->tag, "de", "en"};
    const tagged_text *found = NULL;
    for (size_t i = 0; i < 3 && found == NULL; i++) {
        found = find_title(titles, wanted[i]);
    }
    if (found == NULL && titles->count > 0) {
        found = &titles->items[0];
    }
    if (found != NULL) {
        const char *own = CODES(language)->entries[found->language].id;
        bool is_own = strncmp(own, m->l->lang->tag, strlen(own)) == 0;
        put_line(m, s, name_text(m, found->text), is_own ? NULL : own);
    }
}

static void put_offer(maker *m)
{
    const offer *o = m->f->offer;
    letter_section *s = begin(m, LETTER_OFFER, "letter.what");
    put_title(m, s);
    put_one(m, s, "letter.kind", "kind", code_text(m, CODES(kind), o->kind.position));
    if (o->provider.name.is_set) {
        put_one(m, s, "letter.provider", "name", name_text(m, o->provider.name.text));
    }
    if (o->occupation.is_set && m->c->label != NULL) {
        bytes label = m->c->label(m->c->labels, o->occupation.text, m->c->lang);
        if (label.len > 0) { /* a number says nothing in a letter */
            put_one(m, s, "letter.occupation", "occupation", name_text(m, label));
        }
    }
    if (o->outcomes.school.is_set) {
        put_one(m, s, "letter.outcome", "outcome",
                code_text(m, CODES(school), o->outcomes.school.position));
    }
    if (o->outcomes.licences.is_set && o->outcomes.licences.members != 0) {
        put_one(m, s, "letter.outcome", "outcome",
                codes_text(m, CODES(licence), o->outcomes.licences.members));
    }
    end(m, s);
}

static void put_texts(maker *m, letter_section *s, const bytes *texts, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        put_line(m, s, texts[i], NULL);
    }
}

static void put_reasons(maker *m)
{
    letter_section *s = begin(m, LETTER_REASONS, "letter.why");
    if (m->f->reason_count > 0) {
        put(m, s, "letter.person");
        put_texts(m, s, m->f->reasons, m->f->reason_count);
    }
    end(m, s);
}

static void put_place(maker *m)
{
    const offer *o = m->f->offer;
    letter_section *s = begin(m, LETTER_PLACE, "letter.where");
    if (o->online.is_set && o->online.value) {
        put(m, s, "letter.online");
        end(m, s);
        return;
    }
    if (o->location.postcode.is_set) {
        put_one(m, s, "letter.postcode", "postcode", digits_text(m, o->location.postcode.text));
    }
    put(m, s, "letter.place_unknown");
    end(m, s);
    s = begin(m, LETTER_WAY, "letter.way");
    if (isnan(m->f->km) || m->f->km < 0) {
        put(m, s, "letter.way_unknown");
    } else {
        int64_t metres = (int64_t)floor(m->f->km * 1000 + 0.5);
        put_one(m, s, "letter.distance", "km",
                fact_text(m, (gate_fact){.kind = GATE_FACT_KM, .number = metres}));
    }
    if (m->f->modes.is_set && m->f->modes.members != 0) {
        put_one(m, s, "letter.modes", "modes", codes_text(m, CODES(mode), m->f->modes.members));
    }
    put(m, s, "letter.try_way");
    end(m, s);
}

static void put_week(maker *m, letter_section *s)
{
    const field *f = field_find(SIDE_OFFER, "intakes.*.schedule", m->a);
    field_value value = {0};
    check(f != NULL);
    if (!field_read(f, m->f->offer, m->f->intake, m->a, &value)) {
        m->failed = true;
    } else if (value.is_known) {
        put_one(m, s, "letter.times", "week",
                fact_text(m, (gate_fact){.kind = GATE_FACT_WEEK, .week = value.week}));
    }
}

static void put_hours(maker *m, letter_section *s)
{
    const offer_hours *h = &m->f->offer->hours;
    if (h->min.is_set || h->max.is_set) {
        put_one(
            m, s, "letter.hours", "hours",
            fact_text(m, (gate_fact){.kind = GATE_FACT_INTERVAL,
                                     .number = h->min.is_set ? h->min.value : LOTSE_ABSENT,
                                     .number_high = h->max.is_set ? h->max.value : LOTSE_ABSENT}));
    }
}

static void put_intake(maker *m, letter_section *s, const offer_intake *i)
{
    if (i->start.is_set) {
        put_one(m, s, "letter.start", "day", day_text(m, i->start.value));
    } else {
        put(m, s, i->start.is_null ? "letter.start_any" : "letter.start_unknown");
    }
    if (i->end.is_set) {
        put_one(m, s, "letter.end", "day", day_text(m, i->end.value));
    }
    put_week(m, s);
    if (i->schedule_flexible.is_set && i->schedule_flexible.value) {
        put(m, s, "letter.times_flexible");
    }
    put_hours(m, s);
    if (i->register_by.is_set) {
        put_one(m, s, "letter.register_by", "day", day_text(m, i->register_by.value));
    }
}

static void put_time(maker *m)
{
    letter_section *s = begin(m, LETTER_TIME, "letter.when");
    if (m->f->intake < m->f->offer->intakes.count) {
        put_intake(m, s, &m->f->offer->intakes.items[m->f->intake]);
    } else {
        put(m, s, "letter.start_unknown");
        put_hours(m, s);
    }
    end(m, s);
}

static void put_language(maker *m)
{
    const offer *o = m->f->offer;
    letter_section *s = begin(m, LETTER_LANGUAGE, "letter.language");
    for (uint32_t i = 0; i < o->requires.languages.count; i++) {
        const required_language *r = &o->requires.languages.items[i];
        if (r->min.is_set && r->min.position > 0) {
            say_part parts[] = {{"language", code_text(m, CODES(language), r->code.position)},
                                {"level", code_text(m, CODES(level), r->min.position)}};
            put_parts(m, s, "letter.needed_level", parts, 2);
        }
    }
    for (uint32_t i = 0; i < o->instruction_languages.count; i++) {
        put_one(m, s, "letter.spoken", "languages",
                code_text(m, CODES(language), o->instruction_languages.positions[i]));
    }
    end(m, s);
}

static void put_support(maker *m)
{
    const offer *o = m->f->offer;
    uint32_t position = 0;
    check(code_find(CODES(support), BYTES("childcare"), &position));
    uint64_t childcare = UINT64_C(1) << position;
    uint64_t there = o->support.is_set ? o->support.members : 0;
    letter_section *s = begin(m, LETTER_CHILDCARE, "letter.childcare");
    if ((there & childcare) != 0) {
        put(m, s, "letter.childcare_there");
    }
    if (o->childcare.from.is_set && o->childcare.to.is_set) {
        say_part parts[] = {{"from", time_text(m, o->childcare.from.value)},
                            {"to", time_text(m, o->childcare.to.value)}};
        put_parts(m, s, "letter.childcare_times", parts, 2);
    }
    end(m, s);
    s = begin(m, LETTER_SUPPORT, "letter.support");
    if ((there & ~childcare) != 0) {
        put_one(m, s, "letter.support_there", "support",
                codes_text(m, CODES(support), there & ~childcare));
    }
    end(m, s);
}

static void put_money(maker *m)
{
    const offer *o = m->f->offer;
    letter_section *s = begin(m, LETTER_MONEY, "letter.money");
    if (o->price.amount.is_set && o->price.amount.value > 0 && o->price.currency.is_set) {
        say_part parts[] = {
            {"amount", amount_text(m, o->price.amount.value)},
            {"currency", code_text(m, CODES(currency), o->price.currency.position)}};
        put_parts(m, s, "letter.price", parts, 2);
    } else if (o->price.amount.is_set && o->price.amount.value <= 0) {
        put(m, s, "letter.free");
    }
    if (o->pay.amount.is_set && o->pay.unit.is_set && o->pay.currency.is_set) {
        say_part parts[] = {{"amount", amount_text(m, o->pay.amount.value)},
                            {"currency", code_text(m, CODES(currency), o->pay.currency.position)},
                            {"unit", code_text(m, CODES(pay_unit), o->pay.unit.position)}};
        put_parts(m, s, "letter.pay", parts, 3);
    }
    if (o->funding.is_set && o->funding.members != 0) {
        put_one(m, s, "letter.funding", "funding",
                codes_text(m, CODES(instrument), o->funding.members));
    }
    end(m, s);
}

static void put_documents(maker *m)
{
    const value_codes *documents = &m->f->offer->requires.documents;
    letter_section *s = begin(m, LETTER_DOCUMENTS, "letter.documents");
    uint64_t rest = documents->is_set ? documents->members : 0;
    if (rest == 0) {
        put(m, s, "letter.no_documents");
    }
    for (; rest != 0; rest &= rest - 1) {
        put_line(m, s, code_text(m, CODES(document), (uint32_t)__builtin_ctzll(rest)), NULL);
    }
    end(m, s);
}

/* "Text. Who takes care of it: ... Until ..." */
static void put_step(maker *m, letter_section *s, const step *due)
{
    char id[ID_MAX];
    bytes own = {NULL, 0};
    bytes text = text_set_find(&due->step->text, m->c->lang, &own);
    snprintf(id, sizeof id, "who.%.*s", (int)due->step->who.len, due->step->who.base);
    const char *who = words_find(m->c->lang, id);
    bytes by = due->has_by ? day_text(m, due->by) : (bytes){NULL, 0};
    buf_put(&m->text, text.base, text.len);
    if (who != NULL) {
        say_part part = {"who", bytes_of(who)};
        buf_char(&m->text, ' ');
        say_form(say_word(m->c->lang, "letter.step_who"), &part, 1, &m->text);
    }
    if (due->has_by) {
        say_part part = {"day", by};
        buf_char(&m->text, ' ');
        say_form(say_word(m->c->lang, "letter.step_by"), &part, 1, &m->text);
    }
    put_line(m, s, keep(m), NULL);
}

static void put_steps(maker *m)
{
    letter_section *s = begin(m, LETTER_STEPS, "letter.steps");
    put(m, s, "letter.no_steps");
    for (uint32_t i = 0; i < m->f->step_count; i++) {
        put_step(m, s, &m->f->steps[i]);
    }
    end(m, s);
}

static void put_contact(maker *m)
{
    const offer_apply *apply = &m->f->offer->apply;
    letter_section *s = begin(m, LETTER_PHONE, "letter.contact");
    if (apply->via.is_set) {
        put_one(m, s, "letter.apply", "via", code_text(m, CODES(apply_via), apply->via.position));
    }
    if (apply->contact_point.role.is_set) {
        put_one(m, s, "letter.office", "role", name_text(m, apply->contact_point.role.text));
    }
    if (apply->contact_point.phone.is_set) {
        put_one(m, s, "letter.phone", "phone", digits_text(m, apply->contact_point.phone.text));
    }
    if (s->line_count == 0) {
        put(m, s, "letter.contact_unknown");
    }
    end(m, s);
}

static void put_open_questions(maker *m)
{
    letter_section *s = begin(m, LETTER_CHECKS, "letter.not_yet");
    if (m->f->unmet_count > 0) {
        put_texts(m, s, m->f->unmet, m->f->unmet_count);
        put(m, s, "letter.not_yet_talk");
    }
    end(m, s);
    s = begin(m, LETTER_CHECKS, "letter.checks");
    put_texts(m, s, m->f->checks, m->f->check_count);
    end(m, s);
}

static void put_decides(maker *m)
{
    letter_section *s = begin(m, LETTER_DECIDES, "letter.decides");
    put(m, s, "letter.decides_computer");
    put(m, s, "letter.decides_person");
    put(m, s, "letter.decides_ask");
    end(m, s);
}

bool letter_make(const say_context *c, const letter_facts *f, arena *a, letter *ret, err *e)
{
    check(f->offer != NULL);
    letter l = {.lang = words_lang(c->lang)};
    maker m = {.c = c, .f = f, .a = a, .l = &l};
    m.lines = arena_make_array(a, LINE_COUNT_MAX, letter_line);
    if (m.lines == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a letter");
    }
    say_part part = {"day", day_text(&m, f->as_of)};
    say_form(say_word(c->lang, "letter.as_of"), &part, 1, &m.text);
    l.as_of = keep(&m);
    part = (say_part){"id", name_text(&m, f->seeker_id)};
    say_form(say_word(c->lang, "letter.for"), &part, 1, &m.text);
    l.reference = keep(&m);
    put_offer(&m);
    put_reasons(&m);
    put_time(&m);
    put_place(&m);
    put_language(&m);
    put_support(&m);
    put_money(&m);
    put_documents(&m);
    put_open_questions(&m);
    put_steps(&m);
    put_contact(&m);
    put_decides(&m);
    buf_fini(&m.text);
    if (m.failed) {
        return fail(e, ERR_MEMORY, "no memory for a letter");
    }
    *ret = l;
    return true;
}
