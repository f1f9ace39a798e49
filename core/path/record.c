/* The person's record with what was gained on the way: what a course gives is known afterwards, and
 * nothing known before is lost. Lists that were not stated begin with what was gained. */
#include "path/parts.h"

#include <string.h>

typedef struct maker {
    const dictionary *dictionary;
    arena *a;
    seeker *s;
    bool has_failed;
} maker;

/* A list with room for some more entries. */
static void *with_room(maker *m, const void *items, uint32_t count, size_t width, uint32_t more)
{
    char *larger = arena_array(m->a, count + more, width);
    if (larger == NULL) {
        m->has_failed = true;
        return NULL;
    }
    if (count > 0) {
        memcpy(larger, items, count * width);
    }
    return larger;
}

static bytes concept_text(maker *m, uint32_t number)
{
    char scratch[16];
    bytes text = arena_copy(m->a, dictionary_text(m->dictionary, number, scratch));
    m->has_failed = m->has_failed || text.base == NULL;
    return text;
}

static void raise_level(value_code *level, uint32_t to)
{
    if (!level->is_set || level->position < to) {
        *level = (value_code){.position = (uint16_t)to, .is_set = true};
    }
}

static void add_language(maker *m, uint64_t effect)
{
    seeker *s = m->s;
    uint32_t code = path_effect_key(effect);
    uint32_t level = path_effect_level(effect);
    uint32_t at = 0;
    while (at < s->languages.count && s->languages.items[at].code.position != code) {
        at++;
    }
    seeker_language *items = with_room(m, s->languages.items, s->languages.count, sizeof *items, 1);
    if (items == NULL) {
        return;
    }
    if (at == s->languages.count) {
        items[at] =
            (seeker_language){.is_set = true, .code = {.position = (uint16_t)code, .is_set = true}};
        s->languages.count++;
    }
    items[at].skills.is_set = true;
    raise_level(&items[at].level, level);
    raise_level(&items[at].skills.listening, level);
    raise_level(&items[at].skills.reading, level);
    raise_level(&items[at].skills.writing, level);
    raise_level(&items[at].skills.speaking, level);
    s->languages.items = items;
    s->languages.is_set = true;
}

static void add_skill(maker *m, uint64_t effect)
{
    value_concepts *skills = &m->s->skills;
    bytes text = concept_text(m, path_effect_key(effect));
    bytes *items = with_room(m, skills->items, skills->count, sizeof *items, 1);
    if (items == NULL) {
        return;
    }
    uint32_t at = 0;
    while (at < skills->count && bytes_compare(items[at], text) < 0) {
        at++;
    }
    if (at == skills->count || !bytes_equal(items[at], text)) {
        memmove(items + at + 1, items + at, (skills->count - at) * sizeof *items);
        items[at] = text;
        skills->count++;
    }
    skills->items = items;
    skills->is_set = true;
}

static void add_qualification(maker *m, bytes occupation, int32_t eqf, int32_t recognition)
{
    seeker *s = m->s;
    uint32_t at = s->qualifications.count;
    seeker_qualification *items =
        with_room(m, s->qualifications.items, s->qualifications.count, sizeof *items, 1);
    if (items == NULL) {
        return;
    }
    for (uint32_t i = 0; recognition == RECOGNITION_FULL && i < s->qualifications.count; i++) {
        if (bytes_equal(items[i].occupation.text, occupation)) {
            at = i; /* the one that is recognised now */
        }
    }
    if (at == s->qualifications.count) {
        items[at] = (seeker_qualification){
            .is_set = true,
            .occupation = {.text = occupation, .is_set = true},
            .eqf = {.value = eqf, .is_set = eqf >= 0},
        };
        s->qualifications.count++;
    }
    items[at].recognition =
        (value_code){.position = (uint16_t)recognition, .is_set = recognition >= 0};
    s->qualifications.items = items;
    s->qualifications.is_set = true;
}

/* All modules done opens the way to the external examination, no more: that the occupation is there
 * is not known until somebody has looked. */
static void add_part(maker *m, uint64_t effect)
{
    seeker *s = m->s;
    bytes of = concept_text(m, path_effect_key(effect));
    seeker_part *items = with_room(m, s->parts_done.items, s->parts_done.count, sizeof *items, 1);
    if (items == NULL) {
        return;
    }
    uint64_t done[4] = {0};
    items[s->parts_done.count++] =
        (seeker_part){.is_set = true,
                      .of = {.text = of, .is_set = true},
                      .number = {.value = (int32_t)path_effect_level(effect), .is_set = true}};
    s->parts_done.items = items;
    s->parts_done.is_set = true;
    uint32_t total = path_effect_extra(effect);
    uint32_t count = 0;
    for (uint32_t i = 0; i < s->parts_done.count; i++) {
        int32_t number = items[i].number.is_set ? items[i].number.value : 0;
        if (number < 1 || number > 99 || !bytes_equal(items[i].of.text, of)) {
            continue;
        }
        uint64_t bit = UINT64_C(1) << (number & 63);
        count += (done[number >> 6] & bit) == 0 && (uint32_t)number <= total;
        done[number >> 6] |= bit;
    }
    if (total > 0 && count == total) {
        add_qualification(m, of, -1, -1);
    }
}

static void add_effect(maker *m, uint64_t effect)
{
    seeker *s = m->s;
    uint32_t level = path_effect_level(effect);
    switch (path_effect_kind_of(effect)) {
    case PATH_LANGUAGE:
        add_language(m, effect);
        break;
    case PATH_SKILL:
        add_skill(m, effect);
        break;
    case PATH_SCHOOL:
        if (!s->education.school.is_set || s->education.school.position < level ||
            s->education.school.position >= CODES(school)->compared_count) {
            s->education.school = (value_code){.position = (uint16_t)level, .is_set = true};
        }
        s->education.is_set = true;
        break;
    case PATH_EQF:
        if (!s->education.eqf.is_set || s->education.eqf.value < (int32_t)level) {
            s->education.eqf = (value_int){.value = (int32_t)level, .is_set = true};
        }
        s->education.is_set = true;
        break;
    case PATH_OCCUPATION:
        add_qualification(m, concept_text(m, path_effect_key(effect)),
                          (int32_t)path_effect_extra(effect) - 1, (int32_t)level);
        break;
    case PATH_LICENCE:
        s->licences.members |= UINT64_C(1) << path_effect_key(effect);
        s->licences.is_set = true;
        break;
    case PATH_PART:
        add_part(m, effect);
        break;
    case PATH_EFFECT_KIND_COUNT:
        break;
    }
}

/* Who works with insurance is not unemployed: what went on ends the day before. */
static void add_work(maker *m, const span *work)
{
    seeker *s = m->s;
    seeker_spell *items = with_room(m, s->spells.items, s->spells.count, sizeof *items, 1);
    if (items == NULL) {
        return;
    }
    for (uint32_t i = 0; i < s->spells.count; i++) {
        bool is_waiting = items[i].status.is_set && (items[i].status.position == SPELL_UNEMPLOYED ||
                                                     items[i].status.position == SPELL_JOBSEEKING);
        bool goes_on = items[i].to.is_null || !items[i].to.is_set;
        if (is_waiting && goes_on) {
            items[i].to = (value_day){.value = work->start - 1, .is_set = true};
        }
    }
    items[s->spells.count++] =
        (seeker_spell){.is_set = true,
                       .status = {.position = SPELL_EMPLOYED_INSURED, .is_set = true},
                       .from = {.value = work->start, .is_set = true},
                       .to = {.value = work->end, .is_set = true}};
    s->spells.items = items;
    s->spells.is_set = true;
}

bool record_with(const finder *f, const facts *what, arena *a, seeker *ret)
{
    maker m = {.dictionary = f->q->dictionary, .a = a, .s = ret};
    *ret = *f->q->seeker;
    for (uint32_t i = 0; i < f->effect_count; i++) {
        if (bitset_has(&what->gained, i)) {
            add_effect(&m, f->effects[i]);
        }
    }
    for (uint32_t i = 0; i < what->span_count; i++) {
        add_work(&m, &what->spans[i]);
    }
    if (what->is_permission_over) {
        ret->work_permission = (seeker_work_permission){0};
    }
    return !m.has_failed;
}

bool path_state(const path_question *q, const path_chain *chain, uint32_t step, arena *a,
                seeker *ret)
{
    maker m = {.dictionary = q->dictionary, .a = a, .s = ret};
    day on = chain->steps[step].start;
    *ret = *q->seeker;
    for (uint32_t i = 0; i < step; i++) {
        const path_step *s = &chain->steps[i];
        for (uint32_t k = 0; s->end <= on && k < s->effect_count; k++) {
            add_effect(&m, s->effects[k]);
        }
        if (s->end <= on && s->is_insured) {
            add_work(&m, &(span){s->start, s->end});
        }
    }
    if (ret->work_permission.until.is_set && on > ret->work_permission.until.value) {
        ret->work_permission = (seeker_work_permission){0};
    }
    return !m.has_failed;
}
