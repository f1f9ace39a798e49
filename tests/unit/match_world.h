#ifndef TESTS_UNIT_MATCH_WORLD_H
#define TESTS_UNIT_MATCH_WORLD_H

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "match/match.h"
#include "match/match_table.h"
#include "model/record.h"
#include "plugin/registry.h"
#include "taxonomy/knowledge.h"
#include "unit/invented_taxonomy.h"

/* Small invented worlds for tests of the matcher: random records with facts left out, on the
 * built-in plugins and a few gates and a criterion of the test's own. */

enum { WORLD_GATE_MAX = GATE_COUNT_MAX, WORLD_CRITERION_MAX = 16, WORLD_FILTER_MAX = 4 };

typedef struct world {
    dictionary *dictionary;
    knowledge *knowledge; /* NULL: the world has no taxonomy, and nobody past work */
    registry *registry;
    match_program program;
    gate gates[WORLD_GATE_MAX];
    criterion_spec criteria[WORLD_CRITERION_MAX];
    gate filters[WORLD_FILTER_MAX];
    uint32_t filter_count;
    strategy base; /* `default` */
    arena memory;
    uint64_t state;
} world;

static inline uint32_t world_random(world *w, uint32_t below)
{
    w->state ^= w->state << 13;
    w->state ^= w->state >> 7;
    w->state ^= w->state << 17;
    return (uint32_t)((w->state * 0x9e3779b97f4a7c15ULL >> 33) % below);
}

static inline bool world_chance(world *w, uint32_t percent)
{
    return world_random(w, 100) < percent;
}

/* ------------------------------------------------------------------------------------ criterion */

/* Scores by the hours a week both sides name; a missing one is a `check`. Its bound is the test's
 * matter, not its own. */
typedef struct hours_criterion {
    lotse_criterion criterion;
    int is_known;
    int32_t hours;
} hours_criterion;

static inline lotse_status hours_configure(void *self, const lotse_params *params,
                                           lotse_error *error)
{
    (void)self;
    (void)params;
    (void)error;
    return LOTSE_OK;
}

static inline lotse_status hours_select(void *self, const lotse_table *anchor, int32_t as_of,
                                        lotse_error *error)
{
    hours_criterion *h = self;
    const lotse_column *c = lotse_column_of(anchor, 0);
    (void)as_of;
    (void)error;
    ck_assert_uint_eq(anchor->row_count, 1);
    h->is_known = lotse_is_known(anchor, c, 0);
    h->hours = h->is_known ? *(const int32_t *)lotse_value(anchor, c, 0) : 0;
    return LOTSE_OK;
}

static inline lotse_status hours_score(void *self, const lotse_table *table, const uint32_t *rows,
                                       uint32_t count, const lotse_pairs *pairs, uint8_t *verdicts,
                                       int32_t *scores)
{
    const hours_criterion *h = self;
    const lotse_column *c = lotse_column_of(table, 0);
    (void)pairs;
    for (uint32_t i = 0; i < count; i++) {
        int is_known = h->is_known && lotse_is_known(table, c, rows[i]);
        int32_t hours = is_known ? *(const int32_t *)lotse_value(table, c, rows[i]) : 0;
        verdicts[i] = is_known ? LOTSE_YES : LOTSE_CHECK;
        scores[i] = is_known ? (h->hours * 7 + hours * 3) % 5 * 250000 : 500000;
    }
    return LOTSE_OK;
}

static inline lotse_status hours_explain(void *self, const lotse_table *table, const uint32_t *rows,
                                         uint32_t count, const lotse_pairs *pairs,
                                         lotse_reasons *reasons)
{
    lotse_reason *out = (lotse_reason *)((char *)reasons + reasons->reasons_offset);
    for (uint32_t i = 0; i < count && reasons->count + 3 <= reasons->capacity; i++) {
        uint8_t verdict_code;
        int32_t score;
        hours_score(self, table, &rows[i], 1, pairs, &verdict_code, &score);
        int32_t third = score / 3;
        for (uint32_t k = 0; k < 3; k++) {
            out[reasons->count++] = (lotse_reason){
                .row_index = i, .sentence = k, .points = k < 2 ? third : score - 2 * third};
        }
    }
    return LOTSE_OK;
}

static inline const void *hours_extension(void *self, const char *id)
{
    (void)self;
    (void)id;
    return NULL;
}

static inline void hours_destroy(void *self)
{
    free(self);
}

static inline const lotse_criterion *hours_create(const lotse_host *host, const char *id,
                                                  lotse_error *error)
{
    hours_criterion *h = calloc(1, sizeof *h);
    (void)host;
    (void)id;
    (void)error;
    ck_assert_ptr_nonnull(h);
    h->criterion = (lotse_criterion){.size = sizeof h->criterion,
                                     .self = h,
                                     .configure = hours_configure,
                                     .select = hours_select,
                                     .score = hours_score,
                                     .explain = hours_explain,
                                     .get_extension = hours_extension,
                                     .destroy = hours_destroy};
    return &h->criterion;
}

static const lotse_criterion_factory HOURS_FACTORY = {sizeof HOURS_FACTORY, 0, hours_create};

/* ------------------------------------------------------------------------------------ program */

static inline gate world_gate(world *w, const char *have, const char *have_2, const char *op,
                              const char *need, const char *need_2, uint64_t kinds,
                              bool unknown_is_yes)
{
    err e = {0};
    gate g;
    bytes seekers[2] = {bytes_of(have), bytes_of(have_2)};
    bytes offers[2] = {bytes_of(need), bytes_of(need_2)};
    bool is_good = gate_resolve(&w->program, seekers, have_2 == NULL ? 1 : 2, bytes_of(op), offers,
                                need_2 == NULL ? 1 : 2, &g, &e);
    ck_assert_msg(is_good, "%s %s %s: %s %s", have, op, need, e.text, e.detail);
    g.criterion = "test.extra";
    g.kinds = kinds;
    g.unknown_is_yes = unknown_is_yes;
    return g;
}

/* Operators and shapes that the built-in gates do not have. */
static inline void world_add_gates(world *w)
{
    const uint64_t all = UINT64_MAX;
    uint32_t n = w->program.gate_count;
    memcpy(w->gates, w->program.gates, n * sizeof *w->gates);
    w->gates[n++] =
        world_gate(w, "conditions_excluded", NULL, "disjoint", "conditions", NULL, all, false);
    w->gates[n++] = world_gate(w, "availability.windows", NULL, "fits_within", "intakes.*.schedule",
                               NULL, all, false);
    w->gates[n++] = world_gate(w, "work_permission.status", NULL, "in", "requires.work_permission",
                               NULL, 0x0801, true);
    w->gates[n++] = world_gate(w, "education.eqf", NULL, "<=", "outcomes.eqf", NULL, 0x0802, false);
    w->gates[n++] =
        world_gate(w, "availability.hours_max", NULL, ">=", "hours.min", NULL, 0x0fff, true);
    w->gates[n++] = world_gate(w, "location", "mobility.max_km", "within_km", "location", "online",
                               0x0800, false);
    ck_assert_uint_le(n, WORLD_GATE_MAX);
    w->filters[0] =
        world_gate(w, "availability.hours_min", NULL, "<=", "hours.max", NULL, all, false);
    w->filters[1] = world_gate(w, "target_groups", NULL, "intersects_or_empty", "target_groups",
                               NULL, all, false);
    w->filter_count = 2;
    w->program.gates = w->gates;
    w->program.gate_count = n;
}

static inline void world_add_criterion(world *w)
{
    uint32_t n = w->program.criterion_count;
    ck_assert_uint_lt(n, WORLD_CRITERION_MAX);
    memcpy(w->criteria, w->program.criteria, n * sizeof *w->criteria);
    w->criteria[n] = (criterion_spec){.id = "test.hours", .factory = &HOURS_FACTORY, .cost = 2};
    w->criteria[n].columns[SIDE_SEEKER][0] =
        program_column(&w->program, SIDE_SEEKER, "availability.hours_max");
    w->criteria[n].columns[SIDE_OFFER][0] = program_column(&w->program, SIDE_OFFER, "hours.max");
    w->criteria[n].column_count[SIDE_SEEKER] = 1;
    w->criteria[n].column_count[SIDE_OFFER] = 1;
    w->program.criteria = w->criteria;
    w->program.criterion_count = n + 1;
}

/* Over the skills and occupations of the worlds' records. */
static const invented WORLD_TAXONOMY = {
    .skill_prefix = "esco:S",
    .skill_count = 12,
    .units = {"isco:5321", "isco:5321", "isco:5322", "isco:9112", "isco:5120"},
    .classes = {"kldb:81302", "kldb:81301", "kldb:51312"}};

/* `default`, with what the taxonomy knows. */
static const char WORLD_KNOWING[] =
    "{\"id\":\"knowing\",\"criteria\":["
    "{\"id\":\"lotse.skills\",\"weight\":350000,"
    "\"params\":{\"essential\":600000,\"optional\":250000,\"near\":400000}},"
    "{\"id\":\"lotse.occupation\",\"weight\":250000,"
    "\"params\":{\"crosswalk\":900000,\"step_down\":900000,\"step_up\":500000}},"
    "{\"id\":\"lotse.commute\",\"weight\":200000,\"params\":{}},"
    "{\"id\":\"lotse.language\",\"weight\":100000,"
    "\"params\":{\"levels\":3,\"entry\":1,\"instruction\":1}},"
    "{\"id\":\"lotse.schedule\",\"weight\":100000,\"params\":{\"span\":180}}],"
    "\"gates\":[\"lotse.language\",\"lotse.skills\",\"lotse.commute\",\"lotse.schedule\"]}";

static inline void world_take_strategy(world *w, bytes text)
{
    json_doc *doc = NULL;
    err e = {0};
    ck_assert(json_parse(text, 32, &doc, &e));
    ck_assert_msg(registry_strategy(w->registry, json_root(doc), &w->memory, &w->base, &e), "%s %s",
                  e.text, e.path);
    json_doc_free(&doc);
}

static inline void world_start_as(world *w, uint64_t seed, bool has_extras, bool knows)
{
    static const char *const dir = BUILD_DIR "/bin/plugins";
    err e = {0};
    memset(w, 0, sizeof *w);
    w->state = seed * 0x9e3779b97f4a7c15ULL + 1;
    ck_assert(dictionary_new(&w->dictionary, &e));
    if (knows) {
        w->knowledge = invented_knowledge(&WORLD_TAXONOMY, w->dictionary);
    }
    const registry_config config = {.builtin_dirs = &dir,
                                    .builtin_dir_count = 1,
                                    .dictionary = w->dictionary,
                                    .knowledge = w->knowledge};
    ck_assert_msg(registry_new(&config, &w->registry, &e), "%s", e.text);
    w->program = *registry_program(w->registry);
    if (has_extras) {
        world_add_gates(w);
        world_add_criterion(w);
        w->program.generation += 1000;
    }
    for (uint32_t i = 0; i < registry_builtin_strategy_count(w->registry); i++) {
        bytes id;
        bytes text = registry_builtin_strategy(w->registry, i, &id);
        if (bytes_equal_text(id, "default")) {
            world_take_strategy(w, knows ? bytes_of(WORLD_KNOWING) : text);
        }
    }
    ck_assert_uint_gt(w->base.criterion_count, 0);
    w->base.program = &w->program;
}

static inline void world_start(world *w, uint64_t seed, bool has_extras)
{
    world_start_as(w, seed, has_extras, false);
}

static inline void world_end(world *w)
{
    registry_free(&w->registry);
    knowledge_free(&w->knowledge);
    dictionary_free(&w->dictionary);
    arena_fini(&w->memory);
}

/* ------------------------------------------------------------------------------------ records */

static const char *const WORLD_LEVELS[] = {"A0", "A1", "A2", "B1", "B2", "C1", "C2"};
static const char *const WORLD_LANGUAGES[] = {"de", "de", "de", "ar", "tr", "en"};
static const char *const WORLD_OCCUPATIONS[] = {"isco:5321",  "isco:5322", "isco:5120",
                                                "isco:9112",  "isco:91",   "kldb:81302",
                                                "kldb:81301", "kldb:51312"};
/* With a taxonomy also these, which only its crosswalk can compare. */
static const char *const WORLD_ESCO_OCCUPATIONS[] = {"esco:E0", "esco:E2", "esco:E4"};
static const char *const WORLD_GROUPS[] = {"newcomer", "long_term_unemployed", "single_parent",
                                           "young_adult"};
static const char *const WORLD_SUPPORT[] = {"childcare", "step_free_access", "interpreting"};
static const char *const WORLD_CONDITIONS[] = {"heavy_lifting", "standing", "night"};
static const char *const WORLD_PERMISSIONS[] = {"free",    "allowed", "with_consent",
                                                "not_yet", "barred",  "unknown"};
static const char *const WORLD_LICENCES[] = {"forklift", "crane", "first_aid"};
static const char *const WORLD_SCHOOLS[] = {
    "none", "lower_secondary", "intermediate", "applied_entrance", "general_entrance", "abroad"};
static const char *const WORLD_KINDS[] = {
    "language_course", "qualification", "coaching", "job", "job", "subsidised_job"};
static const char *const WORLD_INSTRUMENTS[] = {"SGB2_16e", "SGB2_16i", "SGB3_81"};
#define WORLD_COUNT(list) ((uint32_t)(sizeof(list) / sizeof((list)[0])))

/* "key":[...] of a few members of a list, in its order; each with the chance given. */
static inline void world_put_set(world *w, buf *out, const char *key, const char *const *list,
                                 uint32_t count, uint32_t percent)
{
    buf_print(out, ",\"%s\":[", key);
    bool has_one = false;
    for (uint32_t i = 0; i < count; i++) {
        if (world_chance(w, percent)) {
            buf_print(out, "%s\"%s\"", has_one ? "," : "", list[i]);
            has_one = true;
        }
    }
    buf_text(out, "]");
}

static inline void world_put_concepts(world *w, buf *out, const char *key, uint32_t percent)
{
    buf_print(out, "%s\"%s\":[", out->base[out->len - 1] == '{' ? "" : ",", key);
    bool has_one = false;
    for (uint32_t i = 0; i < 12; i++) {
        if (world_chance(w, percent)) {
            buf_print(out, "%s\"esco:S%u\"", has_one ? "," : "", i);
            has_one = true;
        }
    }
    buf_text(out, "]");
}

static inline void world_put_place(world *w, buf *out)
{
    double lat = 51.4 + world_random(w, 40) * 0.01;
    double lon = 7.2 + world_random(w, 60) * 0.01;
    if (world_chance(w, 10)) {
        lat = -90 + world_random(w, 1801) * 0.1;
        lon = -180 + world_random(w, 3601) * 0.1;
    } else if (world_chance(w, 10)) {
        lat = world_chance(w, 50) ? 89.9 : -16.5;
        lon = world_chance(w, 50) ? 179.95 : -179.95;
    }
    buf_print(out, ",\"location\":{\"lat\":%.5f,\"lon\":%.5f}", lat, lon);
}

static inline void world_put_day(world *w, buf *out, const char *key)
{
    static const char *const days[] = {"2026-04-01", "2026-05-26", "2026-05-27", "2026-06-01",
                                       "2026-07-15", "2026-09-01", "2026-12-31", "2027-03-01"};
    buf_print(out, "\"%s\":\"%s\"", key, days[world_random(w, WORLD_COUNT(days))]);
}

static inline void world_put_window(world *w, buf *out, const char *key)
{
    static const char *const times[] = {"07:30", "08:00", "09:15"};
    buf_print(
        out, ",\"%s\":[{\"by_day\":[\"mo\",\"tu\"],\"start_time\":\"%s\",\"end_time\":\"1%u:00\"}]",
        key, times[world_random(w, 3)], 2 + world_random(w, 5));
}

static inline void world_put_languages(world *w, buf *out, bool is_offer)
{
    uint32_t count = world_random(w, 3);
    bool has_one = false;
    buf_text(out, is_offer ? "\"languages\":[" : ",\"languages\":[");
    uint64_t seen = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t language = world_random(w, WORLD_COUNT(WORLD_LANGUAGES));
        uint32_t name = language < 3 ? 0 : language;
        if ((seen >> name & 1u) != 0) {
            continue;
        }
        seen |= 1ULL << name;
        buf_print(out, "%s{\"code\":\"%s\"", has_one ? "," : "", WORLD_LANGUAGES[language]);
        has_one = true;
        uint32_t level = world_random(w, 7);
        if (world_chance(w, 85)) {
            buf_print(out, ",\"%s\":\"%s\"", is_offer ? "min" : "level", WORLD_LEVELS[level]);
        }
        if (is_offer && world_chance(w, 30)) {
            buf_print(out, ",\"max\":\"%s\"", WORLD_LEVELS[level + world_random(w, 7 - level)]);
        }
        if (world_chance(w, 25)) {
            buf_print(out, ",\"skills\":{\"reading\":\"%s\"}", WORLD_LEVELS[world_random(w, 7)]);
        }
        buf_text(out, "}");
    }
    buf_text(out, "]");
}

static inline void world_put_hours(world *w, buf *out, const char *low, const char *high)
{
    uint32_t min = world_random(w, 8) * 5;
    bool has_min = world_chance(w, 75);
    if (has_min) {
        buf_print(out, "\"%s\":%u", low, min);
    }
    if (world_chance(w, 75)) {
        buf_print(out, "%s\"%s\":%u", has_min ? "," : "", high, min + world_random(w, 4) * 5);
    } else if (!has_min) {
        buf_print(out, "\"%s\":%u", low, min);
    }
}

/* Past occupations of a seeker; some entries do not say which. */
static inline void world_put_past(world *w, buf *out, const char *key)
{
    static const char *const past[] = {"isco:5321",  "isco:9112", "kldb:81302", "kldb:51312",
                                       "esco:E2",    "esco:E4",   "esco:S1",    "isco:91",
                                       "kldb:81301", "isco:5322"};
    uint32_t count = world_random(w, 4);
    bool has_months = key[0] == 'e';
    buf_print(out, ",\"%s\":[", key);
    for (uint32_t i = 0; i < count; i++) {
        buf_text(out, i > 0 ? ",{" : "{");
        if (has_months) {
            buf_print(out, "\"months\":%u,", world_random(w, 60));
        }
        buf_print(out, "\"occupation\":\"%s\"}", past[world_random(w, WORLD_COUNT(past))]);
    }
    buf_text(out, "]");
}

static inline void world_write_seeker(world *w, uint32_t number, buf *out)
{
    buf_clear(out);
    buf_print(out, "{\"id\":\"s-%u\"", number);
    if (world_chance(w, 85)) {
        world_put_place(w, out);
    }
    if (world_chance(w, 80)) {
        static const uint32_t reaches[] = {0, 5, 10, 20, 30, 100, 1000, 20000};
        buf_print(out, ",\"mobility\":{\"max_km\":%u}", reaches[world_random(w, 8)]);
    }
    if (world_chance(w, 85)) {
        world_put_languages(w, out, false);
    }
    if (world_chance(w, 70)) {
        buf_print(out, ",\"education\":{\"eqf\":%u", world_random(w, 6));
        if (world_chance(w, 60)) {
            buf_print(out, ",\"school\":\"%s\"", WORLD_SCHOOLS[world_random(w, 6)]);
        }
        buf_text(out, "}");
    }
    if (world_chance(w, 85)) {
        world_put_concepts(w, out, "skills", 35);
    }
    if (w->knowledge != NULL && world_chance(w, 80)) {
        world_put_past(w, out, "experience");
    }
    if (w->knowledge != NULL && world_chance(w, 80)) {
        world_put_past(w, out, "qualifications");
    }
    if (world_chance(w, 50)) {
        world_put_set(w, out, "licences", WORLD_LICENCES, 3, 50);
    }
    if (world_chance(w, 80)) {
        buf_text(out, ",\"wishes\":{");
        buf_text(out, "\"occupations\":[");
        uint32_t first = world_random(w, WORLD_COUNT(WORLD_OCCUPATIONS));
        uint32_t count = world_random(w, 3);
        for (uint32_t i = 0; i < count; i++) {
            const char *wish = WORLD_OCCUPATIONS[(first + i) % WORLD_COUNT(WORLD_OCCUPATIONS)];
            bool is_esco = w->knowledge != NULL && world_chance(w, 20);
            buf_print(out, "%s\"%s\"", i > 0 ? "," : "",
                      is_esco ? WORLD_ESCO_OCCUPATIONS[i % 3] : wish);
        }
        buf_text(out, "]}");
    }
    if (world_chance(w, 80)) {
        buf_text(out, ",\"availability\":{");
        world_put_hours(w, out, "hours_min", "hours_max");
        if (world_chance(w, 75)) {
            buf_text(out, ",");
            world_put_day(w, out, "from");
        }
        if (world_chance(w, 40)) {
            world_put_window(w, out, "windows");
        }
        buf_text(out, "}");
    }
    if (world_chance(w, 70)) {
        buf_print(out, ",\"spells\":[{\"status\":\"%s\",\"from\":\"202%u-0%u-01\",\"to\":null}]",
                  world_chance(w, 80) ? "unemployed" : "benefit_sgb2", world_random(w, 6),
                  1 + world_random(w, 5));
    }
    if (world_chance(w, 50)) {
        world_put_set(w, out, "conditions_excluded", WORLD_CONDITIONS, 3, 30);
    }
    if (world_chance(w, 70)) {
        world_put_set(w, out, "needs", WORLD_SUPPORT, 3, 20);
    }
    if (world_chance(w, 80)) {
        buf_print(out, ",\"work_permission\":{\"status\":\"%s\"}",
                  WORLD_PERMISSIONS[world_random(w, 6)]);
    }
    if (world_chance(w, 80)) {
        world_put_set(w, out, "target_groups", WORLD_GROUPS, 4, 40);
    }
    buf_text(out, "}");
}

static inline void world_put_intakes(world *w, buf *out, uint32_t number)
{
    uint32_t count = world_chance(w, 60) ? 1 : world_random(w, 9);
    buf_text(out, ",\"intakes\":[");
    for (uint32_t i = 0; i < count; i++) {
        buf_print(out, "%s{\"id\":\"o-%u/%u\"", i > 0 ? "," : "", number, i);
        if (world_chance(w, 85)) {
            buf_text(out, ",");
            world_put_day(w, out, "start");
        }
        if (world_chance(w, 85)) {
            buf_print(out, ",\"seats\":9,\"seats_free\":%u", world_random(w, 4));
        }
        if (world_chance(w, 30)) {
            buf_print(out, ",\"waiting_list\":\"%s\"", world_chance(w, 50) ? "open" : "closed");
        }
        if (world_chance(w, 20)) {
            buf_text(out, ",");
            world_put_day(w, out, "register_by");
        }
        if (world_chance(w, 30)) {
            world_put_window(w, out, "schedule");
        }
        buf_text(out, "}");
    }
    buf_text(out, "]");
}

static inline void world_put_requires(world *w, buf *out)
{
    buf_text(out, ",\"requires\":{");
    world_put_languages(w, out, true);
    if (world_chance(w, 50)) {
        buf_print(out, ",\"eqf_min\":%u", world_random(w, 4));
    }
    if (world_chance(w, 30)) {
        buf_print(out, ",\"school_min\":\"%s\"", WORLD_SCHOOLS[world_random(w, 4)]);
    }
    if (world_chance(w, 50)) {
        world_put_concepts(w, out, "skills", 12);
    }
    if (world_chance(w, 25)) {
        world_put_set(w, out, "licences", WORLD_LICENCES, 3, 40);
    }
    if (world_chance(w, 50)) {
        world_put_set(w, out, "work_permission", WORLD_PERMISSIONS, 5, 70);
    }
    if (world_chance(w, 40)) {
        buf_print(out, ",\"unemployed_months\":%u", world_random(w, 3) * 12);
    }
    if (world_chance(w, 20)) {
        world_put_set(w, out, "instruments", WORLD_INSTRUMENTS, 3, 50);
    }
    if (world_chance(w, 15)) {
        buf_print(out, ",\"regulated\":%s", world_chance(w, 50) ? "true" : "false");
    }
    buf_text(out, "}");
}

static inline void world_write_offer(world *w, uint32_t number, buf *out)
{
    buf_clear(out);
    buf_print(out, "{\"id\":\"o-%u\",\"kind\":\"%s\",\"title\":{\"en\":\"offer %u\"}", number,
              WORLD_KINDS[world_random(w, WORLD_COUNT(WORLD_KINDS))], number);
    if (world_chance(w, 10)) {
        buf_print(out, ",\"status\":\"%s\"", world_chance(w, 50) ? "running" : "idea");
    }
    if (world_chance(w, 85)) {
        world_put_place(w, out);
    }
    if (world_chance(w, 30)) {
        buf_print(out, ",\"online\":%s", world_chance(w, 50) ? "true" : "false");
    }
    if (world_chance(w, 90)) {
        world_put_requires(w, out);
    }
    if (w->knowledge != NULL && world_chance(w, 60)) {
        static const char *const taught[] = {"de", "ar", "tr", "en"};
        world_put_set(w, out, "instruction_languages", taught, 4, 40);
    }
    if (world_chance(w, 80)) {
        buf_text(out, ",\"prefers\":{");
        world_put_concepts(w, out, "skills", world_chance(w, 10) ? 100 : 25);
        buf_text(out, "}");
    }
    if (world_chance(w, 60)) {
        world_put_set(w, out, "target_groups", WORLD_GROUPS, 4, 25);
    }
    if (world_chance(w, 85)) {
        const char *code = WORLD_OCCUPATIONS[world_random(w, WORLD_COUNT(WORLD_OCCUPATIONS))];
        bool is_esco = w->knowledge != NULL && world_chance(w, 20);
        buf_print(out, ",\"occupation\":\"%s\"",
                  is_esco ? WORLD_ESCO_OCCUPATIONS[number % 3] : code);
    }
    if (world_chance(w, 70)) {
        world_put_set(w, out, "conditions", WORLD_CONDITIONS, 3, 30);
    }
    if (world_chance(w, 80)) {
        buf_text(out, ",\"hours\":{");
        world_put_hours(w, out, "min", "max");
        buf_text(out, "}");
    }
    if (world_chance(w, 90)) {
        world_put_intakes(w, out, number);
    }
    if (world_chance(w, 70)) {
        world_put_set(w, out, "support", WORLD_SUPPORT, 3, 60);
    }
    if (world_chance(w, 30)) {
        buf_print(out, ",\"outcomes\":{\"eqf\":%u}", world_random(w, 6));
    }
    if (world_chance(w, 15)) {
        buf_text(out, ",\"source\":{\"system\":\"test\",\"id\":\"x\",");
        world_put_day(w, out, "valid_to");
        buf_text(out, "}");
    }
    buf_text(out, "}");
}

static inline void world_number_concepts(world *w, record_side side, const void *record)
{
    uint32_t count;
    const field *fields = field_all(side, &count);
    arena scratch = {0};
    for (uint32_t i = 0; i < count; i++) {
        const field *f = &fields[i];
        bool has_concepts = f->type == LOTSE_CONCEPT || f->type == LOTSE_CONCEPT_SET ||
                            f->type == LOTSE_CONCEPT_LIST;
        field_value v = {0};
        if (has_concepts) {
            field_read(f, record, 0, &scratch, &v);
        }
        for (uint32_t k = 0; v.is_known && k < v.count; k++) {
            concept ignored;
            bool is_new;
            err e = {0};
            ck_assert(v.concepts[k].base == NULL ||
                      dictionary_add(w->dictionary, v.concepts[k], &ignored, &is_new, &e));
        }
    }
    arena_fini(&scratch);
}

/* A random record of the id "s-NUMBER" or "o-NUMBER", in the world's memory. */
static inline const void *world_record(world *w, record_side side, uint32_t number)
{
    buf text = {0};
    err e = {0};
    void *record = NULL;
    if (side == SIDE_SEEKER) {
        world_write_seeker(w, number, &text);
    } else {
        world_write_offer(w, number, &text);
    }
    ck_assert(!text.failed);
    bytes copy = arena_copy(&w->memory, buf_bytes(&text));
    buf_fini(&text);
    bool is_good = side == SIDE_SEEKER
                       ? seeker_parse(copy, NULL, &w->memory, (seeker **)&record, &e)
                       : offer_parse(copy, NULL, &w->memory, (offer **)&record, &e);
    ck_assert_msg(is_good, "%.*s: %s %s %s", (int)copy.len, copy.base, e.text, e.detail, e.path);
    world_number_concepts(w, side, record);
    return record;
}

#endif
