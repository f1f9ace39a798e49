#ifndef TESTS_UNIT_RANDOM_RECORDS_H
#define TESTS_UNIT_RANDOM_RECORDS_H

#include <stdio.h>
#include <string.h>

#include "base/day.h"
#include "model/code.h"
#include "model/field.h"
#include "json/json.h"

/* Random seekers and offers with gaps everywhere, the same for the same number. Skills are esco:k0
 * to esco:k7. */
enum { SKILL_COUNT = 8, NO_FACT = UINT32_MAX };

/* Writes one random record. Facts are counted as they come; the one at `skip` is left out, and
 * everything else stays as it would be with it. */
typedef struct maker {
    json_writer w;
    uint64_t seed;
    uint32_t fact_count;
    uint32_t skip;
    uint32_t asks_percent; /* of an offer: easy ones ask for little */
} maker;

static inline uint32_t below(maker *m, uint32_t limit)
{
    m->seed = m->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(m->seed >> 33) % limit;
}

static inline bool chance(maker *m, uint32_t percent)
{
    return below(m, 100) < percent;
}

static inline uint32_t asked(const maker *m, uint32_t percent)
{
    return percent * m->asks_percent / 100;
}

static inline bool keeps_fact(maker *m)
{
    return m->fact_count++ != m->skip;
}

/* Is this value in the record? Called after the value was drawn, so that the draws stay the same.
 */
static inline bool is_kept(maker *m, uint32_t there_percent, bool is_fact)
{
    return chance(m, there_percent) && (!is_fact || keeps_fact(m));
}

static inline void put_int(maker *m, uint32_t there_percent, bool is_fact, const char *key,
                           int64_t value)
{
    if (is_kept(m, there_percent, is_fact)) {
        json_member_int(&m->w, key, value);
    }
}

static inline void put_text(maker *m, uint32_t there_percent, bool is_fact, const char *key,
                            const char *value)
{
    if (is_kept(m, there_percent, is_fact)) {
        json_member_cstr(&m->w, key, value);
    }
}

static inline void put_code(maker *m, uint32_t there_percent, bool is_fact, const char *key,
                            const code_list *list, uint32_t count)
{
    put_text(m, there_percent, is_fact, key, list->entries[below(m, count)].id);
}

static inline void put_day(maker *m, uint32_t there_percent, bool is_fact, const char *key,
                           day value)
{
    char text[DAY_TEXT_LEN + 1];
    day_print(value, text);
    put_text(m, there_percent, is_fact, key, text);
}

static inline void put_flag(maker *m, uint32_t there_percent, bool is_fact, const char *key,
                            bool value)
{
    if (is_kept(m, there_percent, is_fact)) {
        json_member_bool(&m->w, key, value);
    }
}

static inline void put_codes(maker *m, uint32_t there_percent, bool is_fact, const char *key,
                             const code_list *list, uint32_t count, uint32_t percent)
{
    uint64_t chosen = 0;
    for (uint32_t i = 0; i < count; i++) {
        chosen |= (uint64_t)chance(m, percent) << i;
    }
    if (!is_kept(m, there_percent, is_fact)) {
        return;
    }
    json_put_key(&m->w, key);
    json_begin_array(&m->w);
    for (; chosen != 0; chosen &= chosen - 1) {
        json_put_cstr(&m->w, list->entries[__builtin_ctzll(chosen)].id);
    }
    json_end_array(&m->w);
}

static inline void put_skills(maker *m, uint32_t there_percent, bool is_fact, const char *key,
                              uint32_t percent)
{
    uint32_t chosen = 0;
    for (uint32_t i = 0; i < SKILL_COUNT; i++) {
        chosen |= (uint32_t)chance(m, percent) << i;
    }
    if (!is_kept(m, there_percent, is_fact)) {
        return;
    }
    json_put_key(&m->w, key);
    json_begin_array(&m->w);
    for (; chosen != 0; chosen &= chosen - 1) {
        char id[16];
        snprintf(id, sizeof(id), "esco:k%d", __builtin_ctz(chosen));
        json_put_cstr(&m->w, id);
    }
    json_end_array(&m->w);
}

static inline const char *occupation(maker *m)
{
    static const char *const ids[] = {"isco:5321",  "isco:5322",  "isco:9412", "isco:2411",
                                      "kldb:81302", "kldb:81313", "kldb:51312"};
    return ids[below(m, sizeof(ids) / sizeof(ids[0]))];
}

static inline void put_location(maker *m, uint32_t percent)
{
    double lat = 51.3 + below(m, 4000) / 10000.0;
    double lon = 7.2 + below(m, 6000) / 10000.0;
    if (chance(m, percent) && keeps_fact(m)) {
        json_put_key(&m->w, "location");
        json_begin_object(&m->w);
        json_put_key(&m->w, "lat");
        json_put_double(&m->w, lat);
        json_put_key(&m->w, "lon");
        json_put_double(&m->w, lon);
        json_end_object(&m->w);
    }
}

/* A list that may be left out whole is written aside first, so that what it draws stays the same.
 */
typedef struct aside {
    json_writer outer;
    buf text;
    bool is_kept;
} aside;

static inline void begin_list(maker *m, aside *a, uint32_t there_percent, bool is_fact)
{
    a->outer = m->w;
    a->text = (buf){0};
    a->is_kept = is_kept(m, there_percent, is_fact);
    m->w = json_writer_to(&a->text);
    json_begin_array(&m->w);
}

static inline void end_list(maker *m, aside *a, const char *key)
{
    json_end_array(&m->w);
    m->w = a->outer;
    if (a->is_kept) {
        json_put_key(&m->w, key);
        json_put_raw(&m->w, buf_bytes(&a->text));
    }
    buf_fini(&a->text);
}

static inline void put_languages(maker *m)
{
    static const char *const codes[] = {"de", "en", "ar", "uk"};
    aside a;
    begin_list(m, &a, 85, true);
    for (uint32_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (!chance(m, 55)) {
            continue;
        }
        json_begin_object(&m->w);
        json_member_cstr(&m->w, "code", codes[i]);
        put_code(m, 85, true, "level", CODES(level), 7);
        json_put_key(&m->w, "skills");
        json_begin_object(&m->w);
        put_code(m, 50, true, "reading", CODES(level), 7);
        put_code(m, 50, true, "speaking", CODES(level), 7);
        json_end_object(&m->w);
        json_end_object(&m->w);
    }
    end_list(m, &a, "languages");
}

static inline void put_qualifications(maker *m)
{
    aside a;
    begin_list(m, &a, 60, true);
    for (uint32_t i = below(m, 3); i > 0; i--) {
        json_begin_object(&m->w);
        put_text(m, 80, true, "occupation", occupation(m));
        put_int(m, 60, true, "eqf", below(m, 9));
        put_code(m, 70, true, "recognition", CODES(recognition), CODES(recognition)->count);
        json_end_object(&m->w);
    }
    end_list(m, &a, "qualifications");
}

static inline void put_experience(maker *m)
{
    aside a;
    begin_list(m, &a, 80, true);
    for (uint32_t i = below(m, 3); i > 0; i--) {
        json_begin_object(&m->w);
        put_text(m, 90, true, "occupation", occupation(m));
        put_int(m, 70, true, "months", below(m, 60));
        json_end_object(&m->w);
    }
    end_list(m, &a, "experience");
}

static inline void put_spells(maker *m)
{
    static const char *const statuses[] = {"unemployed",        "unemployed",      "benefit_sgb2",
                                           "benefit_sgb2",      "measure",         "sickness",
                                           "employed_marginal", "employed_insured"};
    aside a;
    begin_list(m, &a, 85, true);
    for (uint32_t i = below(m, 5); i > 0; i--) {
        day from = day_from_civil(2014, 1, 1) + (day)below(m, 4300);
        bool goes_on = chance(m, 50);
        day to = from + (day)below(m, 1500);
        json_begin_object(&m->w);
        put_text(m, 95, true, "status", statuses[below(m, 8)]);
        put_day(m, 95, true, "from", from);
        if (!goes_on) {
            put_day(m, 90, true, "to", to);
        } else if (keeps_fact(m)) {
            json_put_key(&m->w, "to");
            json_put_null(&m->w);
        }
        json_end_object(&m->w);
    }
    end_list(m, &a, "spells");
}

static inline void put_entitlements(maker *m)
{
    aside a;
    begin_list(m, &a, 60, true);
    for (uint32_t i = below(m, 3); i > 0; i--) {
        day issued = day_from_civil(2026, 1, 1) + (day)below(m, 330);
        json_begin_object(&m->w);
        json_member_cstr(&m->w, "code",
                         CODES(entitlement)->entries[below(m, CODES(entitlement)->count)].id);
        put_day(m, 80, true, "issued", issued);
        put_day(m, 80, true, "valid_to", issued + (day)below(m, 400));
        put_flag(m, 50, true, "obliged", chance(m, 50));
        json_end_object(&m->w);
    }
    end_list(m, &a, "entitlements");
}

static inline void put_availability(maker *m)
{
    int64_t low = below(m, 35);
    json_put_key(&m->w, "availability");
    json_begin_object(&m->w);
    put_day(m, 75, true, "from", day_from_civil(2026, 10, 1) + (day)below(m, 200));
    put_int(m, 75, true, "hours_min", low);
    put_int(m, 75, true, "hours_max", low + below(m, 15));
    json_end_object(&m->w);
}

static inline void write_seeker(maker *m)
{
    json_writer *w = &m->w;
    put_location(m, 80);
    json_put_key(w, "mobility");
    json_begin_object(w);
    put_int(m, 70, false, "max_km", below(m, 60));
    json_end_object(w);
    put_languages(m);
    json_put_key(w, "education");
    json_begin_object(w);
    put_code(m, 70, true, "school", CODES(school), 6);
    put_int(m, 75, true, "eqf", below(m, 9));
    json_end_object(w);
    put_qualifications(m);
    put_skills(m, 85, true, "skills", 60);
    put_codes(m, 70, true, "driving_licences", CODES(driving_licence), 3, 50);
    put_codes(m, 70, true, "licences", CODES(licence), 3, 50);
    json_put_key(w, "wishes");
    json_begin_object(w);
    json_put_key(w, "occupations");
    json_begin_array(w);
    json_put_cstr(w, occupation(m));
    json_end_array(w);
    json_end_object(w);
    put_availability(m);
    put_spells(m);
    put_entitlements(m);
    put_codes(m, 70, true, "conditions_excluded", CODES(condition), 4, 30);
    put_codes(m, 50, false, "needs", CODES(support), 3, 25);
    json_put_key(w, "work_permission");
    json_begin_object(w);
    put_code(m, 85, true, "status", CODES(work_permission), 6);
    json_end_object(w);
    put_codes(m, 80, true, "target_groups", CODES(target_group), 8, 40);
    json_put_key(w, "facts");
    json_begin_object(w);
    put_flag(m, 75, true, "age_25_or_over", chance(m, 80));
    put_flag(m, 75, true, "minor_child_in_household", chance(m, 40));
    put_flag(m, 75, true, "severe_disability_or_equal", chance(m, 20));
    json_end_object(w);
    put_experience(m);
}

static inline void put_asked_languages(maker *m)
{
    static const char *const codes[] = {"de", "en"};
    json_put_key(&m->w, "languages");
    json_begin_array(&m->w);
    for (uint32_t i = 0; i < 2; i++) {
        if (!chance(m, asked(m, i == 0 ? 70 : 25))) {
            continue;
        }
        uint32_t min = below(m, 5);
        json_begin_object(&m->w);
        json_member_cstr(&m->w, "code", codes[i]);
        put_text(m, 80, false, "min", CODES(level)->entries[min].id);
        put_text(m, 30, false, "max", CODES(level)->entries[min + below(m, 3)].id);
        json_put_key(&m->w, "skills");
        json_begin_object(&m->w);
        put_code(m, 30, false, "reading", CODES(level), 4);
        put_code(m, 20, false, "speaking", CODES(level), 4);
        json_end_object(&m->w);
        json_end_object(&m->w);
    }
    json_end_array(&m->w);
}

static inline void put_requires(maker *m)
{
    json_put_key(&m->w, "requires");
    json_begin_object(&m->w);
    put_asked_languages(m);
    put_int(m, asked(m, 50), false, "eqf_min", below(m, 5));
    put_code(m, asked(m, 30), false, "school_min", CODES(school), 3);
    put_skills(m, asked(m, 40), false, "skills", 10);
    put_codes(m, asked(m, 30), false, "driving_licences", CODES(driving_licence), 3, 20);
    put_codes(m, asked(m, 30), false, "licences", CODES(licence), 3, 20);
    put_flag(m, asked(m, 30), false, "regulated", chance(m, 50));
    put_codes(m, asked(m, 60), false, "work_permission", CODES(work_permission), 5, 60);
    put_int(m, asked(m, 40), false, "unemployed_months", below(m, 30));
    put_codes(m, asked(m, 50), false, "instruments", CODES(instrument), CODES(instrument)->count,
              20);
    json_end_object(&m->w);
}

static inline void put_intake(maker *m)
{
    aside a;
    begin_list(m, &a, 90, false);
    json_begin_object(&m->w);
    json_member_cstr(&m->w, "id", "o/1");
    day start = day_from_civil(2026, 11, 1) + (day)below(m, 250);
    put_day(m, 85, true, "start", start);
    put_int(m, 90, false, "seats_free", below(m, 6));
    put_code(m, 30, false, "waiting_list", CODES(waiting_list), 2);
    json_end_object(&m->w);
    end_list(m, &a, "intakes");
}

/* Where an occupation does not apply, its absence is no missing fact: the criterion is then `yes`.
 */
static inline bool has_occupation(const char *kind)
{
    static const char *const others[] = {"language_course", "school_certificate", "coaching",
                                         "counselling", "mentoring"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (strcmp(kind, others[i]) == 0) {
            return false;
        }
    }
    return true;
}

static inline void write_offer(maker *m)
{
    json_writer *w = &m->w;
    int64_t low = below(m, 38);
    m->asks_percent = chance(m, 60) ? 15 : 100;
    const char *kind = CODES(kind)->entries[below(m, CODES(kind)->count)].id;
    json_member_cstr(w, "kind", kind);
    json_put_key(w, "title");
    json_begin_object(w);
    json_member_cstr(w, "en", "an offer");
    json_end_object(w);
    put_location(m, 80);
    put_flag(m, 50, false, "online", chance(m, 30));
    put_requires(m);
    json_put_key(w, "prefers");
    json_begin_object(w);
    put_skills(m, 70, false, "skills", 40);
    json_end_object(w);
    put_codes(m, asked(m, 50), false, "target_groups", CODES(target_group), 8, 20);
    put_text(m, 80, has_occupation(kind), "occupation", occupation(m));
    put_codes(m, 60, true, "conditions", CODES(condition), 4, 30);
    json_put_key(w, "hours");
    json_begin_object(w);
    put_int(m, 75, true, "min", low);
    put_int(m, 75, true, "max", low + below(m, 8));
    json_end_object(w);
    put_intake(m);
    put_codes(m, 70, true, "support", CODES(support), 3, 60);
}

static inline uint32_t write_record(record_side side, uint32_t number, uint32_t skip, buf *out)
{
    maker m = {.seed = number * UINT64_C(2) + side, .skip = skip};
    char id[16];
    for (uint32_t i = 0; i < 8; i++) {
        below(&m, 2); /* neighbouring seeds start alike */
    }
    buf_clear(out);
    m.w = json_writer_to(out);
    snprintf(id, sizeof(id), "%c-%06u", side == SIDE_SEEKER ? 's' : 'o', number);
    json_begin_object(&m.w);
    json_member_cstr(&m.w, "id", id);
    if (side == SIDE_SEEKER) {
        write_seeker(&m);
    } else {
        write_offer(&m);
    }
    json_end_object(&m.w);
    return m.fact_count;
}

#endif
