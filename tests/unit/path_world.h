#ifndef TESTS_UNIT_PATH_WORLD_H
#define TESTS_UNIT_PATH_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "model/code.h"
#include "model/record.h"
#include "model/record_offer.h"
#include "model/record_seeker.h"
#include "path/path.h"
#define STRATEGY_ID "casework"
#include "unit/builtin_plugins.h"

/* Small invented worlds for tests of pathways: one person, some courses that build on one another,
 * some jobs, all of it at random and the same for the same number. */

enum { WORLD_OFFER_MAX = 24, WORLD_AS_OF = 20780 /* 2026-11-23 */ };

typedef struct town {
    uint64_t seed;
    arena memory;
    seeker *person;
    bytes person_text;
    offer *offers[WORLD_OFFER_MAX];
    uint32_t offer_count;
    segment *shown; /* of the offers */
} town;

/* How a town is drawn. */
typedef struct town_plan {
    uint32_t courses, jobs;
    uint32_t silence; /* percent of a person's facts that are left out */
    uint32_t blocks;  /* percent of gates that may close */
} town_plan;

static inline uint32_t draw(town *t, uint32_t below)
{
    t->seed = t->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(t->seed >> 33) % below;
}

static inline bool toss(town *t, uint32_t percent)
{
    return draw(t, 100) < percent;
}

static inline const char *level_id(uint32_t position)
{
    return CODES(level)->entries[position].id;
}

static inline void put_date(buf *b, const char *key, day d)
{
    char text[DAY_TEXT_LEN + 1];
    day_print(d, text);
    buf_print(b, "\"%s\":\"%s\"", key, text);
}

/* Some of the skills k0 to k3 as a list. */
static inline void put_some_skills(town *t, buf *b, uint32_t percent)
{
    bool is_first = true;
    buf_text(b, "[");
    for (uint32_t i = 0; i < 4; i++) {
        if (toss(t, percent)) {
            buf_print(b, "%s\"esco:k%u\"", is_first ? "" : ",", i);
            is_first = false;
        }
    }
    buf_text(b, "]");
}

static inline void put_some_licences(town *t, buf *b, uint32_t percent)
{
    bool is_first = true;
    buf_text(b, "[");
    for (uint32_t i = 0; i < 2; i++) {
        if (toss(t, percent)) {
            buf_print(b, "%s\"%s\"", is_first ? "" : ",", CODES(licence)->entries[i].id);
            is_first = false;
        }
    }
    buf_text(b, "]");
}

static inline void put_place(town *t, buf *b)
{
    buf_print(b, "\"location\":{\"lat\":%.4f,\"lon\":%.4f}", 51.5 + draw(t, 600) / 10000.0,
              7.4 + draw(t, 900) / 10000.0);
}

static inline void put_window(town *t, buf *b, const char *key, uint32_t from, uint32_t until)
{
    buf_print(b, "\"%s\":[{\"by_day\":[%s],\"start_time\":\"%02u:00\",\"end_time\":\"%02u:00\"}]",
              key,
              toss(t, 50)   ? "\"mo\",\"tu\",\"we\",\"th\",\"fr\""
              : toss(t, 50) ? "\"mo\",\"we\""
                            : "\"tu\",\"th\"",
              from, until);
}

/* ------------------------------------------------------------------------------------ the person
 */

static inline bool says(town *t, const town_plan *p)
{
    return !toss(t, p->silence);
}

static inline void put_person_time(town *t, const town_plan *p, buf *b)
{
    buf_text(b, ",\"availability\":{");
    put_date(b, "from", WORLD_AS_OF + (day)draw(t, 40) - 20);
    if (says(t, p)) {
        buf_print(b, ",\"hours_max\":%u", 18 + draw(t, 32));
    }
    if (toss(t, 20)) {
        buf_text(b, ",\"windows\":[{\"by_day\":[\"mo\",\"tu\",\"we\",\"th\",\"fr\"],"
                    "\"start_time\":\"08:00\",\"end_time\":\"18:00\"}]");
    }
    buf_text(b, "}");
}

static inline void write_person(town *t, const town_plan *p, buf *b)
{
    static const char *const recognitions[] = {"none", "applied", "partial", "full"};
    buf_clear(b);
    buf_text(b, "{\"id\":\"s-1\",");
    put_place(t, b);
    buf_print(b, ",\"mobility\":{\"max_km\":%u}", 6 + draw(t, 40));
    buf_text(b, ",\"languages\":[{\"code\":\"de\"");
    uint32_t level = draw(t, 3);
    if (says(t, p)) {
        buf_print(b, ",\"level\":\"%s\"", level_id(level));
    }
    if (says(t, p)) {
        buf_print(b, ",\"skills\":{\"speaking\":\"%s\",\"reading\":\"%s\"}",
                  level_id(level + draw(t, 2)), level_id(level));
    }
    buf_text(b, "}]");
    if (says(t, p)) {
        buf_print(b, ",\"education\":{\"eqf\":%u", draw(t, 5));
        if (says(t, p)) {
            buf_print(b, ",\"school\":\"%s\"", CODES(school)->entries[draw(t, 6)].id);
        }
        buf_text(b, "}");
    }
    if (toss(t, 60)) {
        buf_print(b,
                  ",\"qualifications\":[{\"occupation\":\"isco:3221\",\"eqf\":5,"
                  "\"recognition\":\"%s\"}]",
                  recognitions[draw(t, 4)]);
    }
    if (says(t, p)) {
        buf_text(b, ",\"skills\":");
        put_some_skills(t, b, 30);
    }
    if (says(t, p)) {
        buf_text(b, ",\"licences\":");
        put_some_licences(t, b, 30);
    }
    put_person_time(t, p, b);
    buf_text(b, ",\"spells\":[{\"status\":\"unemployed\",");
    put_date(b, "from", WORLD_AS_OF - (day)draw(t, 900));
    buf_text(b, ",\"to\":null}]");
    if (toss(t, 60)) {
        uint32_t code = toss(t, 60) ? 2 : 6;
        day issued = WORLD_AS_OF - (day)draw(t, 120);
        buf_print(b, ",\"entitlements\":[{\"code\":\"%s\",", CODES(entitlement)->entries[code].id);
        put_date(b, "issued", issued);
        if (toss(t, 70)) {
            buf_text(b, ",");
            put_date(b, "valid_to", issued + 30 + (day)draw(t, 150));
        }
        buf_text(b, "}]");
    }
    buf_print(b, ",\"needs\":[%s]", toss(t, 12) ? "\"childcare\"" : "");
    buf_text(b, ",\"work_permission\":{\"status\":\"allowed\"");
    if (toss(t, 20)) {
        buf_text(b, ",");
        put_date(b, "until", WORLD_AS_OF + 60 + (day)draw(t, 500));
    }
    buf_text(b, "}}");
}

/* ------------------------------------------------------------------------------------ offers */

static inline void put_requires(town *t, const town_plan *p, buf *b, int32_t level, int32_t max)
{
    buf_text(b, ",\"requires\":{\"languages\":[");
    if (level >= 0) {
        buf_print(b, "{\"code\":\"de\",\"min\":\"%s\"", level_id((uint32_t)level));
        if (max >= 0) {
            buf_print(b, ",\"max\":\"%s\"", level_id((uint32_t)max));
        }
        if (toss(t, 20)) {
            buf_print(b, ",\"skills\":{\"speaking\":\"%s\"}", level_id((uint32_t)level));
        }
        buf_text(b, "}");
    }
    buf_text(b, "]");
    if (toss(t, p->blocks)) {
        buf_text(b, ",\"skills\":");
        put_some_skills(t, b, 25);
    }
    if (toss(t, p->blocks)) {
        buf_text(b, ",\"licences\":");
        put_some_licences(t, b, 25);
    }
    if (toss(t, p->blocks / 2)) {
        buf_print(b, ",\"eqf_min\":%u", draw(t, 5));
    }
    if (toss(t, p->blocks / 3)) {
        buf_print(b, ",\"school_min\":\"%s\"", CODES(school)->entries[draw(t, 4)].id);
    }
    if (toss(t, p->blocks / 3)) {
        buf_text(b, ",\"regulated\":true");
    }
    if (toss(t, p->blocks)) {
        buf_text(b, ",\"work_permission\":[\"free\",\"allowed\"]");
    }
    if (toss(t, p->blocks / 3)) {
        buf_print(b, ",\"unemployed_months\":%u", 1 + draw(t, 20));
    }
    if (toss(t, 25)) {
        buf_text(b, ",\"entitlements\":[\"AUFENTHG_45A\"]");
    }
    buf_text(b, "}");
}

static inline void put_intake(town *t, buf *b, uint32_t number, uint32_t intake, bool is_job)
{
    bool is_rolling = toss(t, is_job ? 50 : 15);
    day start = WORLD_AS_OF - 20 + (day)draw(t, is_job ? 600 : 330);
    day end = start + 4 + (day)draw(t, 110);
    buf_print(b, "%s{\"id\":\"o-%02u/%u\"", intake == 0 ? "" : ",", number, intake + 1);
    if (is_rolling) {
        buf_text(b, ",\"start\":null,\"entry\":{\"mode\":\"rolling\",\"latest\":null}");
    } else {
        buf_text(b, ",");
        put_date(b, "start", start);
        buf_text(b, ",\"entry\":{\"mode\":\"fixed\"}");
    }
    if (!is_job || toss(t, 20)) {
        buf_text(b, ",");
        put_date(b, "end", is_rolling ? WORLD_AS_OF + 500 : end);
    }
    if (toss(t, 92)) {
        uint32_t seats = draw(t, 20);
        buf_print(b, ",\"seats_free\":%u", seats > 2 ? 2 : seats);
    }
    if (toss(t, 20)) {
        buf_text(b, ",\"waiting_list\":\"open\"");
    }
    if (toss(t, 20)) {
        buf_text(b, ",");
        put_date(b, "register_by", start - 20);
    }
    if (toss(t, 60)) {
        uint32_t from = 8 + draw(t, 9);
        buf_text(b, ",");
        put_window(t, b, "schedule", from, from + 2 + draw(t, 3));
    }
    if (toss(t, 60)) {
        buf_print(b, ",\"schedule_flexible\":%s", toss(t, 20) ? "true" : "false");
    }
    buf_text(b, "}");
}

static inline void put_intakes(town *t, buf *b, uint32_t number, bool is_job)
{
    uint32_t count = 1 + draw(t, 2);
    buf_text(b, ",\"intakes\":[");
    for (uint32_t i = 0; i < count; i++) {
        put_intake(t, b, number, i, is_job);
    }
    buf_text(b, "]}");
}

static inline void put_outcomes(town *t, buf *b, uint32_t kind, int32_t level)
{
    buf_text(b, ",\"outcomes\":{\"languages\":[");
    if (level >= 0) {
        buf_print(b, "{\"code\":\"de\",\"level\":\"%s\"}", level_id((uint32_t)level));
    }
    buf_text(b, "],\"skills\":");
    put_some_skills(t, b, kind == 0 ? 10 : 35);
    buf_text(b, ",\"licences\":");
    put_some_licences(t, b, 30);
    if (toss(t, 25)) {
        buf_print(b, ",\"eqf\":%u", 1 + draw(t, 4));
    }
    if (toss(t, 15)) {
        buf_print(b, ",\"school\":\"%s\"", CODES(school)->entries[1 + draw(t, 4)].id);
    }
    if (kind >= 2 || toss(t, 15)) {
        buf_text(b, ",\"occupation\":\"isco:3221\"");
    }
    buf_text(b, "}");
}

static inline void write_course(town *t, const town_plan *p, buf *b, uint32_t number)
{
    static const char *const kinds[] = {"language_course", "qualification", "recognition_measure",
                                        "apprenticeship"};
    uint32_t kind = toss(t, 45) ? 0 : 1 + draw(t, 3);
    int32_t from = kind == 0 ? (int32_t)draw(t, 4) : toss(t, 50) ? (int32_t)draw(t, 3) : -1;
    buf_clear(b);
    buf_print(b, "{\"id\":\"o-%02u\",\"kind\":\"%s\",\"title\":{\"de\":\"Kurs\"},", number,
              kinds[kind]);
    put_place(t, b);
    buf_print(b, ",\"online\":%s", toss(t, 15) ? "true" : "false");
    if (toss(t, 15)) {
        buf_print(b, ",\"part\":{\"of\":\"kldb:51312\",\"number\":%u,\"total\":2}", 1 + draw(t, 2));
    }
    town_plan less = *p;
    less.blocks /= 2;
    put_requires(t, &less, b, from, kind == 0 && toss(t, 60) ? from + (int32_t)draw(t, 2) : -1);
    put_outcomes(t, b, kind, kind == 0 ? from + 1 : toss(t, 15) ? (int32_t)draw(t, 5) : -1);
    if (toss(t, 80)) {
        buf_print(b, ",\"hours\":{\"min\":%u}", 4 + draw(t, 26));
    }
    if (toss(t, 40)) {
        buf_print(b, ",\"units\":%u", 20 + draw(t, 500));
    }
    if (toss(t, 30)) {
        buf_print(b, ",\"funding\":[\"%s\"]", toss(t, 60) ? "SGB3_81" : "SGB3_45");
    }
    buf_print(b, ",\"support\":[%s]", toss(t, 60) ? "\"childcare\"" : "");
    put_intakes(t, b, number, false);
}

static inline void write_job(town *t, const town_plan *p, buf *b, uint32_t number)
{
    buf_clear(b);
    buf_print(b,
              "{\"id\":\"o-%02u\",\"kind\":\"%s\",\"title\":{\"de\":\"Arbeit\"},"
              "\"occupation\":\"%s\",",
              number, toss(t, 70) ? "job" : "subsidised_job",
              toss(t, 60) ? "isco:5321" : "isco:3221");
    put_place(t, b);
    put_requires(t, p, b, 1 + (int32_t)draw(t, 4), -1);
    if (toss(t, 70)) {
        buf_print(b, ",\"hours\":{\"min\":%u,\"max\":40}", 5 + draw(t, 30));
    }
    buf_print(b, ",\"prefers\":{\"skills\":");
    put_some_skills(t, b, 40);
    buf_print(b, "},\"support\":[%s]", toss(t, 60) ? "\"childcare\"" : "");
    put_intakes(t, b, number, true);
}

/* ------------------------------------------------------------------------------------ towns */

static inline segment *segment_of_offers(const town *t, offer *const *offers, uint32_t count)
{
    segment_input inputs[WORLD_OFFER_MAX];
    segment *made = NULL;
    err e = {0};
    (void)t;
    for (uint32_t i = 0; i < count; i++) {
        inputs[i] = (segment_input){.record = offers[i], .version = 1};
    }
    ck_assert_msg(segment_build(registry_program(plugins), SIDE_OFFER, inputs, count, concepts,
                                false, &made, &e),
                  "%s", e.text);
    return made;
}

static inline void add_offer(town *t, buf *text)
{
    err e = {0};
    bytes kept = arena_copy(&t->memory, buf_bytes(text));
    ck_assert_msg(offer_parse(kept, NULL, &t->memory, &t->offers[t->offer_count++], &e),
                  "%s at %s: %s", e.text, e.path, buf_terminated(text));
}

static inline void read_person(town *t, bytes text)
{
    err e = {0};
    t->person_text = arena_copy(&t->memory, text);
    ck_assert_msg(seeker_parse(t->person_text, NULL, &t->memory, &t->person, &e), "%s at %s: %.*s",
                  e.text, e.path, (int)text.len, text.base);
}

static inline void town_make(town *t, uint64_t number, const town_plan *p)
{
    buf text = {0};
    *t = (town){.seed = number * 2654435761u + 97};
    draw(t, 2);
    write_person(t, p, &text);
    read_person(t, buf_bytes(&text));
    for (uint32_t i = 0; i < p->courses; i++) {
        write_course(t, p, &text, i);
        add_offer(t, &text);
    }
    for (uint32_t i = 0; i < p->jobs; i++) {
        write_job(t, p, &text, p->courses + i);
        add_offer(t, &text);
    }
    buf_fini(&text);
}

/* A snapshot of the first `count` offers. */
static inline snapshot *town_show(town *t, uint32_t count)
{
    snapshot *made = NULL;
    err e = {0};
    segment *offers = segment_of_offers(t, t->offers, count);
    segment_input none[1] = {{.record = t->person, .version = 1}};
    segment *people = NULL;
    ck_assert(segment_build(registry_program(plugins), SIDE_SEEKER, none, 1, concepts, false,
                            &people, &e));
    ck_assert_msg(
        snapshot_from_segments(registry_program(plugins), concepts, people, offers, 1, &made, &e),
        "%s", e.text);
    return made;
}

static inline void town_end(town *t)
{
    arena_fini(&t->memory);
}

#endif
