#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "match/match.h"
#include "model/record.h"
#include "plugin/registry.h"
#include "json/json.h"

/* Unknown is not a mismatch: random pairs, judged by the built-in plugins with all facts and with
 * one fact less. Whatever is announced without the fact still holds with it. */

enum { PAIR_COUNT = 10000, SKILL_COUNT = 8, NO_FACT = UINT32_MAX };

/* ------------------------------------------------------------------------------------ records */

/* Writes one random record. Facts are counted as they come; the one at `skip` is left out, and
 * everything else stays as it would be with it. */
typedef struct maker {
    json_writer w;
    uint64_t seed;
    uint32_t fact_count;
    uint32_t skip;
    uint32_t asks_percent; /* of an offer: easy ones ask for little */
} maker;

static uint32_t below(maker *m, uint32_t limit)
{
    m->seed = m->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(m->seed >> 33) % limit;
}

static bool chance(maker *m, uint32_t percent)
{
    return below(m, 100) < percent;
}

static bool asks(maker *m, uint32_t percent)
{
    return chance(m, percent * m->asks_percent / 100);
}

static bool keeps_fact(maker *m)
{
    return m->fact_count++ != m->skip;
}

static void put_int(maker *m, bool is_there, bool is_fact, const char *key, int64_t value)
{
    if (is_there && (!is_fact || keeps_fact(m))) {
        json_member_int(&m->w, key, value);
    }
}

static void put_text(maker *m, bool is_there, bool is_fact, const char *key, const char *value)
{
    if (is_there && (!is_fact || keeps_fact(m))) {
        json_member_cstr(&m->w, key, value);
    }
}

static void put_code(maker *m, bool is_there, bool is_fact, const char *key, const code_list *list,
                     uint32_t count)
{
    put_text(m, is_there, is_fact, key, list->entries[below(m, count)].id);
}

static void put_day(maker *m, bool is_there, bool is_fact, const char *key, day value)
{
    char text[DAY_TEXT_LEN + 1];
    day_print(value, text);
    put_text(m, is_there, is_fact, key, text);
}

static void put_flag(maker *m, bool is_there, bool is_fact, const char *key, bool value)
{
    if (is_there && (!is_fact || keeps_fact(m))) {
        json_member_bool(&m->w, key, value);
    }
}

static void put_codes(maker *m, bool is_there, bool is_fact, const char *key, const code_list *list,
                      uint32_t count, uint32_t percent)
{
    uint64_t chosen = 0;
    for (uint32_t i = 0; i < count; i++) {
        chosen |= (uint64_t)chance(m, percent) << i;
    }
    if (!is_there || (is_fact && !keeps_fact(m))) {
        return;
    }
    json_put_key(&m->w, key);
    json_begin_array(&m->w);
    for (; chosen != 0; chosen &= chosen - 1) {
        json_put_cstr(&m->w, list->entries[__builtin_ctzll(chosen)].id);
    }
    json_end_array(&m->w);
}

static void put_skills(maker *m, bool is_there, bool is_fact, const char *key, uint32_t percent)
{
    uint32_t chosen = 0;
    for (uint32_t i = 0; i < SKILL_COUNT; i++) {
        chosen |= (uint32_t)chance(m, percent) << i;
    }
    if (!is_there || (is_fact && !keeps_fact(m))) {
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

static const char *occupation(maker *m)
{
    static const char *const ids[] = {"isco:5321",  "isco:5322",  "isco:9412", "isco:2411",
                                      "kldb:81302", "kldb:81313", "kldb:51312"};
    return ids[below(m, sizeof(ids) / sizeof(ids[0]))];
}

static void put_location(maker *m, uint32_t percent)
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

static void begin_list(maker *m, aside *a, bool is_there, bool is_fact)
{
    a->outer = m->w;
    a->text = (buf){0};
    a->is_kept = is_there && (!is_fact || keeps_fact(m));
    m->w = json_writer_to(&a->text);
    json_begin_array(&m->w);
}

static void end_list(maker *m, aside *a, const char *key)
{
    json_end_array(&m->w);
    m->w = a->outer;
    if (a->is_kept) {
        json_put_key(&m->w, key);
        json_put_raw(&m->w, buf_bytes(&a->text));
    }
    buf_fini(&a->text);
}

static void put_languages(maker *m)
{
    static const char *const codes[] = {"de", "en", "ar", "uk"};
    aside a;
    begin_list(m, &a, chance(m, 85), true);
    for (uint32_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (!chance(m, 55)) {
            continue;
        }
        json_begin_object(&m->w);
        json_member_cstr(&m->w, "code", codes[i]);
        put_code(m, chance(m, 85), true, "level", CODES(level), 7);
        json_put_key(&m->w, "skills");
        json_begin_object(&m->w);
        put_code(m, chance(m, 50), true, "reading", CODES(level), 7);
        put_code(m, chance(m, 50), true, "speaking", CODES(level), 7);
        json_end_object(&m->w);
        json_end_object(&m->w);
    }
    end_list(m, &a, "languages");
}

static void put_qualifications(maker *m)
{
    aside a;
    begin_list(m, &a, chance(m, 60), true);
    for (uint32_t i = below(m, 3); i > 0; i--) {
        json_begin_object(&m->w);
        put_text(m, chance(m, 80), true, "occupation", occupation(m));
        put_int(m, chance(m, 60), true, "eqf", below(m, 9));
        put_code(m, chance(m, 70), true, "recognition", CODES(recognition),
                 CODES(recognition)->count);
        json_end_object(&m->w);
    }
    end_list(m, &a, "qualifications");
}

static void put_spells(maker *m)
{
    static const char *const statuses[] = {"unemployed",        "unemployed",      "benefit_sgb2",
                                           "benefit_sgb2",      "measure",         "sickness",
                                           "employed_marginal", "employed_insured"};
    aside a;
    begin_list(m, &a, chance(m, 85), true);
    for (uint32_t i = below(m, 5); i > 0; i--) {
        day from = day_from_civil(2014, 1, 1) + (day)below(m, 4300);
        bool goes_on = chance(m, 50);
        day to = from + (day)below(m, 1500);
        json_begin_object(&m->w);
        put_text(m, chance(m, 95), true, "status", statuses[below(m, 8)]);
        put_day(m, chance(m, 95), true, "from", from);
        if (!goes_on) {
            put_day(m, chance(m, 90), true, "to", to);
        } else if (keeps_fact(m)) {
            json_put_key(&m->w, "to");
            json_put_null(&m->w);
        }
        json_end_object(&m->w);
    }
    end_list(m, &a, "spells");
}

static void put_entitlements(maker *m)
{
    aside a;
    begin_list(m, &a, chance(m, 60), true);
    for (uint32_t i = below(m, 3); i > 0; i--) {
        day issued = day_from_civil(2026, 1, 1) + (day)below(m, 330);
        json_begin_object(&m->w);
        json_member_cstr(&m->w, "code",
                         CODES(entitlement)->entries[below(m, CODES(entitlement)->count)].id);
        put_day(m, chance(m, 80), true, "issued", issued);
        put_day(m, chance(m, 80), true, "valid_to", issued + (day)below(m, 400));
        put_flag(m, chance(m, 50), true, "obliged", chance(m, 50));
        json_end_object(&m->w);
    }
    end_list(m, &a, "entitlements");
}

static void put_availability(maker *m)
{
    int64_t low = below(m, 35);
    json_put_key(&m->w, "availability");
    json_begin_object(&m->w);
    put_day(m, chance(m, 75), true, "from", day_from_civil(2026, 10, 1) + (day)below(m, 200));
    put_int(m, chance(m, 75), true, "hours_min", low);
    put_int(m, chance(m, 75), true, "hours_max", low + below(m, 15));
    json_end_object(&m->w);
}

static void write_seeker(maker *m)
{
    json_writer *w = &m->w;
    put_location(m, 80);
    json_put_key(w, "mobility");
    json_begin_object(w);
    put_int(m, chance(m, 70), false, "max_km", below(m, 60));
    json_end_object(w);
    put_languages(m);
    json_put_key(w, "education");
    json_begin_object(w);
    put_code(m, chance(m, 70), true, "school", CODES(school), 6);
    put_int(m, chance(m, 75), true, "eqf", below(m, 9));
    json_end_object(w);
    put_qualifications(m);
    put_skills(m, chance(m, 85), true, "skills", 60);
    put_codes(m, chance(m, 70), true, "driving_licences", CODES(driving_licence), 3, 50);
    put_codes(m, chance(m, 70), true, "licences", CODES(licence), 3, 50);
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
    put_codes(m, chance(m, 70), true, "conditions_excluded", CODES(condition), 4, 30);
    put_codes(m, chance(m, 50), false, "needs", CODES(support), 3, 25);
    json_put_key(w, "work_permission");
    json_begin_object(w);
    put_code(m, chance(m, 85), true, "status", CODES(work_permission), 6);
    json_end_object(w);
    put_codes(m, chance(m, 80), true, "target_groups", CODES(target_group), 8, 40);
    json_put_key(w, "facts");
    json_begin_object(w);
    put_flag(m, chance(m, 75), true, "age_25_or_over", chance(m, 80));
    put_flag(m, chance(m, 75), true, "minor_child_in_household", chance(m, 40));
    put_flag(m, chance(m, 75), true, "severe_disability_or_equal", chance(m, 20));
    json_end_object(w);
}

static void put_asked_languages(maker *m)
{
    static const char *const codes[] = {"de", "en"};
    json_put_key(&m->w, "languages");
    json_begin_array(&m->w);
    for (uint32_t i = 0; i < 2; i++) {
        if (!asks(m, i == 0 ? 70 : 25)) {
            continue;
        }
        uint32_t min = below(m, 5);
        json_begin_object(&m->w);
        json_member_cstr(&m->w, "code", codes[i]);
        put_text(m, chance(m, 80), false, "min", CODES(level)->entries[min].id);
        put_text(m, chance(m, 30), false, "max", CODES(level)->entries[min + below(m, 3)].id);
        json_put_key(&m->w, "skills");
        json_begin_object(&m->w);
        put_code(m, chance(m, 30), false, "reading", CODES(level), 4);
        put_code(m, chance(m, 20), false, "speaking", CODES(level), 4);
        json_end_object(&m->w);
        json_end_object(&m->w);
    }
    json_end_array(&m->w);
}

static void put_requires(maker *m)
{
    json_put_key(&m->w, "requires");
    json_begin_object(&m->w);
    put_asked_languages(m);
    put_int(m, asks(m, 50), false, "eqf_min", below(m, 5));
    put_code(m, asks(m, 30), false, "school_min", CODES(school), 3);
    put_skills(m, asks(m, 40), false, "skills", 10);
    put_codes(m, asks(m, 30), false, "driving_licences", CODES(driving_licence), 3, 20);
    put_codes(m, asks(m, 30), false, "licences", CODES(licence), 3, 20);
    put_flag(m, asks(m, 30), false, "regulated", chance(m, 50));
    put_codes(m, asks(m, 60), false, "work_permission", CODES(work_permission), 5, 60);
    put_int(m, asks(m, 40), false, "unemployed_months", below(m, 30));
    put_codes(m, asks(m, 50), false, "instruments", CODES(instrument), CODES(instrument)->count,
              20);
    json_end_object(&m->w);
}

static void put_intake(maker *m)
{
    aside a;
    begin_list(m, &a, chance(m, 90), false);
    json_begin_object(&m->w);
    json_member_cstr(&m->w, "id", "o/1");
    day start = day_from_civil(2026, 11, 1) + (day)below(m, 250);
    put_day(m, chance(m, 85), true, "start", start);
    put_int(m, chance(m, 90), false, "seats_free", below(m, 6));
    put_code(m, chance(m, 30), false, "waiting_list", CODES(waiting_list), 2);
    json_end_object(&m->w);
    end_list(m, &a, "intakes");
}

/* Where an occupation does not apply, its absence is no missing fact: the criterion is then `yes`.
 */
static bool has_occupation(const char *kind)
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

static void write_offer(maker *m)
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
    put_flag(m, chance(m, 50), false, "online", chance(m, 30));
    put_requires(m);
    json_put_key(w, "prefers");
    json_begin_object(w);
    put_skills(m, chance(m, 70), false, "skills", 40);
    json_end_object(w);
    put_codes(m, asks(m, 50), false, "target_groups", CODES(target_group), 8, 20);
    put_text(m, chance(m, 80), has_occupation(kind), "occupation", occupation(m));
    put_codes(m, chance(m, 60), true, "conditions", CODES(condition), 4, 30);
    json_put_key(w, "hours");
    json_begin_object(w);
    put_int(m, chance(m, 75), true, "min", low);
    put_int(m, chance(m, 75), true, "max", low + below(m, 8));
    json_end_object(w);
    put_intake(m);
    put_codes(m, chance(m, 70), true, "support", CODES(support), 3, 60);
}

static uint32_t write_record(record_side side, uint32_t number, uint32_t skip, buf *out)
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

/* ------------------------------------------------------------------------------------ segments */

static registry *plugins;
static dictionary *concepts;
static strategy default_strategy;
static arena memory;

static void start(void)
{
    static const char *const dirs[] = {BUILD_DIR "/bin/plugins"};
    err e = {0};
    ck_assert(dictionary_new(&concepts, &e));
    for (uint32_t i = 0; i < SKILL_COUNT; i++) {
        char id[16];
        concept number;
        bool is_new;
        snprintf(id, sizeof(id), "esco:k%u", i);
        ck_assert(dictionary_add(concepts, bytes_of(id), &number, &is_new, &e));
    }
    registry_config config = {.builtin_dirs = dirs, .builtin_dir_count = 1, .dictionary = concepts};
    ck_assert_msg(registry_new(&config, &plugins, &e), "%s", e.text);
    for (uint32_t i = 0; i < registry_count(plugins); i++) {
        const plugin_info *info = registry_plugin(plugins, i);
        ck_assert_msg(info->state == PLUGIN_READY, "%s", info->why.text);
    }
    bytes id = {0};
    bytes text = {0};
    for (uint32_t i = 0; i < registry_builtin_strategy_count(plugins); i++) {
        bytes found = registry_builtin_strategy(plugins, i, &id);
        text = bytes_equal_text(id, "default") ? found : text;
    }
    json_doc *doc = NULL;
    ck_assert(json_parse(text, 32, &doc, &e));
    ck_assert_msg(registry_strategy(plugins, json_root(doc), &memory, &default_strategy, &e), "%s",
                  e.text);
    json_doc_free(&doc);
}

static void finish(void)
{
    registry_free(&plugins);
    dictionary_free(&concepts);
    arena_fini(&memory);
}

/* Records 0..PAIR_COUNT, with one fact less each where `leaves_out`. */
static segment *make_segment(record_side side, bool leaves_out)
{
    static segment_input inputs[PAIR_COUNT];
    arena records = {0};
    buf text = {0};
    err e = {0};
    segment *made = NULL;
    for (uint32_t i = 0; i < PAIR_COUNT; i++) {
        uint32_t fact_count = write_record(side, i, NO_FACT, &text);
        uint32_t skip = (i * 7919u + 13) % (fact_count == 0 ? 1 : fact_count);
        if (leaves_out) {
            write_record(side, i, skip, &text);
        }
        seeker *s = NULL;
        offer *o = NULL;
        bool is_decoded = side == SIDE_SEEKER
                              ? seeker_parse(buf_bytes(&text), NULL, &records, &s, &e)
                              : offer_parse(buf_bytes(&text), NULL, &records, &o, &e);
        ck_assert_msg(is_decoded, "%s at %s: %s", e.text, e.path, buf_terminated(&text));
        inputs[i] = (segment_input){side == SIDE_SEEKER ? (void *)s : (void *)o, 1};
    }
    ck_assert_msg(segment_build(registry_program(plugins), side, inputs, PAIR_COUNT, concepts,
                                false, &made, &e),
                  "%s", e.text);
    arena_fini(&records);
    buf_fini(&text);
    return made;
}

/* ------------------------------------------------------------------------------------ judging */

static match_worker *worker;
static snapshot *empty;

static void judge(const segment *seekers, const segment *offers, uint32_t number, arena *a,
                  match_pair *ret)
{
    char id[16];
    err e = {0};
    const uint32_t *seeker_rows = NULL;
    const uint32_t *offer_rows = NULL;
    uint32_t seeker_count = 0;
    uint32_t offer_count = 0;
    snprintf(id, sizeof(id), "s-%06u", number);
    ck_assert(segment_find(seekers, bytes_of(id), &seeker_rows, &seeker_count));
    id[0] = 'o';
    ck_assert(segment_find(offers, bytes_of(id), &offer_rows, &offer_count));
    match_query q = {.snapshot = empty,
                     .strategy = &default_strategy,
                     .anchor = seekers,
                     .anchor_rows = seeker_rows,
                     .anchor_row_count = seeker_count,
                     .as_of = day_from_civil(number % 2 == 0 ? 2026 : 2025, 11, 23),
                     .limit = 10,
                     .kinds = UINT64_MAX,
                     .verdicts = MATCH_YES_BIT | MATCH_CHECK_BIT};
    ck_assert_msg(match_pair_judge(worker, &q, offers, offer_rows, offer_count, a, ret, &e), "%s",
                  e.text);
}

static void show_pair(uint32_t number, record_side side)
{
    buf text = {0};
    uint32_t fact_count = write_record(side, number, NO_FACT, &text);
    fprintf(stderr, "%s\n", buf_terminated(&text));
    write_record(side, number, (number * 7919u + 13) % (fact_count == 0 ? 1 : fact_count), &text);
    fprintf(stderr, "%s\n", buf_terminated(&text));
    record_side other = side == SIDE_SEEKER ? SIDE_OFFER : SIDE_SEEKER;
    write_record(other, number, NO_FACT, &text);
    fprintf(stderr, "%s\n", buf_terminated(&text));
    buf_fini(&text);
}

static bool may_follow(verdict with, verdict without)
{
    return without == VERDICT_CHECK || without == with;
}

static void compare(const match_pair *with, const match_pair *without, uint32_t number,
                    record_side side)
{
    const match_program *p = registry_program(plugins);
    bool is_kept = may_follow(with->hit.verdict, without->hit.verdict) &&
                   without->hit.low <= with->hit.score && with->hit.score <= without->hit.high &&
                   with->hit.low <= with->hit.score && with->hit.score <= with->hit.high;
    ck_assert_uint_eq(with->finding_count, without->finding_count);
    for (uint32_t i = 0; i < with->finding_count; i++) {
        verdict a = with->findings[i].verdict;
        verdict b = without->findings[i].verdict;
        if (!may_follow(a, b)) {
            fprintf(stderr, "gate %s: %d with the fact, %d without\n", p->gates[with->gates[i]].id,
                    a, b);
            is_kept = false;
        }
    }
    if (!is_kept) {
        show_pair(number, side);
    }
    ck_assert_msg(is_kept, "pair %u: with the fact verdict %d score %d, without %d and %d..%d",
                  number, with->hit.verdict, with->hit.score, without->hit.verdict,
                  without->hit.low, without->hit.high);
}

/* What the pairs have to be worth, so that the test says something. */
typedef struct tally {
    uint32_t verdicts[3];
    uint32_t opened; /* check without the fact, yes or no with it */
    uint32_t widened;
} tally;

static void count_pair(tally *t, const match_pair *with, const match_pair *without)
{
    t->verdicts[with->hit.verdict]++;
    for (uint32_t i = 0; i < with->finding_count; i++) {
        t->opened += with->findings[i].verdict != without->findings[i].verdict;
    }
    t->widened += with->hit.high - with->hit.low != without->hit.high - without->hit.low;
}

static void run_without_a_fact_of(record_side side)
{
    err e = {0};
    arena a = {0};
    tally t = {0};
    segment *seekers = make_segment(SIDE_SEEKER, false);
    segment *offers = make_segment(SIDE_OFFER, false);
    segment *less = make_segment(side, true);
    ck_assert(match_worker_new(&worker, &e));
    ck_assert(snapshot_new(registry_program(plugins), concepts, 1, &empty, &e));
    for (uint32_t i = 0; i < PAIR_COUNT; i++) {
        match_pair with;
        match_pair without;
        judge(seekers, offers, i, &a, &with);
        judge(side == SIDE_SEEKER ? less : seekers, side == SIDE_OFFER ? less : offers, i, &a,
              &without);
        compare(&with, &without, i, side);
        count_pair(&t, &with, &without);
        arena_reset(&a);
    }
    fprintf(stderr, "%u yes, %u check, %u no; %u gates decided by the fact, %u bands\n",
            t.verdicts[0], t.verdicts[1], t.verdicts[2], t.opened, t.widened);
    ck_assert_uint_gt(t.verdicts[VERDICT_YES], 10);
    ck_assert_uint_gt(t.verdicts[VERDICT_CHECK], 100);
    ck_assert_uint_gt(t.verdicts[VERDICT_NO], 1000);
    ck_assert_uint_gt(t.opened, 300);
    ck_assert_uint_gt(t.widened, 300);
    match_worker_free(&worker);
    snapshot_free(&empty);
    segment_free(&seekers);
    segment_free(&offers);
    segment_free(&less);
    arena_fini(&a);
}

START_TEST(a_fact_less_of_a_seeker_is_no_mismatch)
{
    run_without_a_fact_of(SIDE_SEEKER);
}
END_TEST

START_TEST(a_fact_less_of_an_offer_is_no_mismatch)
{
    run_without_a_fact_of(SIDE_OFFER);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("match/property");
    TCase *t = tcase_create("unknown");
    tcase_add_checked_fixture(t, start, finish);
    tcase_set_timeout(t, 300);
    tcase_add_test(t, a_fact_less_of_a_seeker_is_no_mismatch);
    tcase_add_test(t, a_fact_less_of_an_offer_is_no_mismatch);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(make_suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
