/* What the Integreat CMS tells of a town: events, places to go to, and offers elsewhere (API v3).
 * Texts come in one language, which stands in the path. A place is where advice is given; an event
 * has a day, and a rule where it comes again. Contacts, addresses and links are not taken. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "import/answer.h"
#include "model/code.h"

enum { ID_ROOM = ID_LEN_MAX + 1 };

static const known_key EVENT_KEYS[] = {
    {"id", true},
    {"url", false},
    {"path", true},
    {"title", true},
    {"modified_gmt", false},
    {"last_updated", true},
    {"excerpt", false},
    {"content", true},
    {"available_languages", false},
    {"thumbnail", false},
    {"location", true},
    {"location_path", false},
    {"location_url", false},
    {"meeting_url", false},
    {"event", true},
    {"hash", false},
    {"recurrence_rule", false},
};
static const known_key PLACE_KEYS[] = {
    {"id", true},
    {"url", false},
    {"path", true},
    {"title", true},
    {"modified_gmt", false},
    {"last_updated", true},
    {"excerpt", false},
    {"meta_description", false},
    {"contacts", false},
    {"content", true},
    {"appointment_url", false},
    {"available_languages", false},
    {"icon", false},
    {"thumbnail", false},
    {"category", false},
    {"temporarily_closed", false},
    {"opening_hours", false},
    {"location", true},
    {"hash", false},
    {"organization", false},
    {"barrier_free", false},
    {"website", false},
    {"email", false},
    {"phone_number", false},
};
static const known_key OFFER_KEYS[] = {
    {"name", true}, {"alias", true}, {"url", true}, {"post", false}, {"thumbnail", false},
};

typedef enum town_kind { TOWN_EVENT, TOWN_PLACE, TOWN_OFFER } town_kind;

/* The n-th part of "/augsburg/de/events/...", from 0. */
static bytes path_part(bytes path, uint32_t n)
{
    size_t begin = path.len > 0 && path.base[0] == '/' ? 1 : 0;
    for (; n > 0; n--) {
        const char *slash =
            begin < path.len ? memchr(path.base + begin, '/', path.len - begin) : NULL;
        if (slash == NULL) {
            return (bytes){NULL, 0};
        }
        begin = (size_t)(slash - path.base) + 1;
    }
    size_t end = begin;
    while (end < path.len && path.base[end] != '/') {
        end++;
    }
    return (bytes){path.base + begin, end - begin};
}

/* The language of the texts; German where none is told. */
static const char *language_of(const json_node *n, char out[8])
{
    uint32_t position = 0;
    bytes lang = path_part(answer_text(n, "path"), 1);
    if (lang.base == NULL || lang.len >= 8 || !code_find(CODES(language), lang, &position)) {
        return "de";
    }
    snprintf(out, 8, "%.*s", (int)lang.len, lang.base);
    return out;
}

static bool put_town_id(json_writer *w, const json_node *n, town_kind kind, char id[ID_ROOM])
{
    static const char *const names[] = {"event", "place", "offer"};
    int64_t number = 0;
    bytes alias = answer_text(n, "alias");
    bytes town = path_part(answer_text(n, "path"), 0);
    if (kind == TOWN_OFFER) {
        if (alias.base == NULL || alias.len > ID_LEN_MAX - 16) {
            return false;
        }
        snprintf(id, ID_ROOM, "ig-offer-%.*s", (int)alias.len, alias.base);
    } else {
        if (!answer_integer(n, "id", &number) || town.len > 24) {
            return false;
        }
        snprintf(id, ID_ROOM, "ig-%.*s-%s-%lld", (int)town.len, town.base != NULL ? town.base : "",
                 names[kind], (long long)number);
    }
    json_member_cstr(w, "id", id);
    return true;
}

static void put_town_location(json_writer *w, const json_node *n)
{
    char postcode[POSTCODE_LEN];
    double lat = 0;
    double lon = 0;
    const json_node *at = answer_member(n, "location");
    (void)answer_postcode(at, "postcode", postcode); /* empty: not said */
    bool has_degrees = answer_degrees(at, "latitude", "longitude", &lat, &lon);
    answer_put_place(w, postcode, has_degrees, lat, lon);
}

/* "BYDAY=TU,TH" of a weekly rule, bit 0 Monday; 0: no weekly rule. */
static uint32_t days_of_rule(bytes rule)
{
    static const char names[7][3] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
    uint32_t days = 0;
    const char *at = rule.base == NULL ? NULL : memmem(rule.base, rule.len, "BYDAY=", 6);
    if (at == NULL || memmem(rule.base, rule.len, "FREQ=WEEKLY", 11) == NULL) {
        return 0;
    }
    for (at += 6; at + 2 <= rule.base + rule.len; at += 3) {
        for (uint32_t d = 0; d < 7; d++) {
            days |= memcmp(at, names[d], 2) == 0 ? 1u << d : 0;
        }
        if (at + 2 == rule.base + rule.len || at[2] != ',') {
            break;
        }
    }
    return days;
}

static bool end_of_rule(bytes rule, day *ret)
{
    const char *at = rule.base == NULL ? NULL : memmem(rule.base, rule.len, "UNTIL=", 6);
    char text[DAY_TEXT_LEN + 1];
    if (at == NULL || at + 14 > rule.base + rule.len) {
        return false;
    }
    snprintf(text, sizeof text, "%.4s-%.2s-%.2s", at + 6, at + 10, at + 12);
    return day_parse((bytes){text, DAY_TEXT_LEN}, ret);
}

static int32_t minutes_of(bytes clock)
{
    if (clock.len < 5 || clock.base[2] != ':') {
        return -1;
    }
    for (size_t i = 0; i < 5; i++) {
        if (i != 2 && (clock.base[i] < '0' || clock.base[i] > '9')) {
            return -1;
        }
    }
    int32_t minutes = ((clock.base[0] - '0') * 10 + clock.base[1] - '0') * 60 +
                      (clock.base[3] - '0') * 10 + clock.base[4] - '0';
    return minutes < 24 * 60 ? minutes : -1;
}

static void put_event_intake(import_run *r, json_writer *w, const json_node *n, const char *id)
{
    char name[ID_ROOM + 8];
    day start = 0;
    day end = 0;
    const json_node *event = answer_member(n, "event");
    bytes rule = answer_text(n, "recurrence_rule");
    uint32_t days = days_of_rule(rule);
    prose_facts facts = {0};
    facts.windows[0] =
        (prose_window){(uint8_t)days, (int16_t)minutes_of(answer_text(event, "start_time")),
                       (int16_t)minutes_of(answer_text(event, "end_time"))};
    facts.window_count =
        days != 0 && facts.windows[0].start >= 0 && facts.windows[0].end > facts.windows[0].start;
    snprintf(name, sizeof name, "%s/1", id);
    json_begin_object(w);
    json_member_cstr(w, "id", name);
    bool has_start = answer_day(r, event, "start_date", &start);
    if (has_start) {
        answer_put_day(w, "start", start);
    }
    bool has_end =
        rule.base != NULL ? end_of_rule(rule, &end) : answer_day(r, event, "end_date", &end);
    if (has_end && end >= start) {
        answer_put_day(w, "end", end);
    }
    answer_put_schedule(r, w, &facts);
    json_end_object(w);
}

static bool put_town(import_run *r, const json_node *n, town_kind kind, buf *record)
{
    char id[ID_ROOM];
    char lang[8];
    day seen = 0;
    json_writer w = json_writer_to(record);
    json_begin_object(&w);
    if (!put_town_id(&w, n, kind, id)) {
        return false;
    }
    const char *language = language_of(n, lang);
    run_count_key(&r->derived, BYTES("kind (counselling)"));
    json_member_cstr(&w, "kind", "counselling");
    json_member_cstr(&w, "status", answer_flag(n, "temporarily_closed") ? "ended" : "running");
    answer_put_title(&w, "title", language, answer_text(n, kind == TOWN_OFFER ? "name" : "title"));
    answer_put_description(r, &w, language, answer_text(n, "content"));
    answer_put_provider(&w, answer_text(answer_member(n, "organization"), "name"));
    put_town_location(&w, n);
    if (kind == TOWN_OFFER || answer_text(n, "meeting_url").base != NULL) {
        json_member_bool(&w, "online", true);
    }
    if (kind == TOWN_EVENT) {
        json_put_key(&w, "intakes");
        json_begin_array(&w);
        put_event_intake(r, &w, n, id);
        json_end_array(&w);
    }
    if (answer_flag(n, "barrier_free")) {
        json_put_key(&w, "support");
        json_begin_array(&w);
        json_put_cstr(&w, "step_free_access");
        json_end_array(&w);
    }
    (void)answer_day(r, n, "last_updated", &seen); /* else not known */
    answer_put_source(&w, "integreat", bytes_of(id), seen, 0);
    json_end_object(&w);
    return true;
}

static bool has_needed(const json_node *n, town_kind kind)
{
    int64_t id = 0;
    return kind == TOWN_OFFER
               ? answer_text(n, "name").base != NULL && answer_text(n, "alias").base != NULL
               : answer_integer(n, "id", &id) && answer_text(n, "title").base != NULL;
}

static town_kind kind_of(const json_node *n)
{
    return answer_member(n, "event") != NULL      ? TOWN_EVENT
           : answer_text(n, "alias").base != NULL ? TOWN_OFFER
                                                  : TOWN_PLACE;
}

static void count_keys(import_run *r, const json_node *n, town_kind kind)
{
    if (kind == TOWN_EVENT) {
        answer_count_keys(r, n, "", EVENT_KEYS, sizeof EVENT_KEYS / sizeof *EVENT_KEYS);
    } else if (kind == TOWN_PLACE) {
        answer_count_keys(r, n, "", PLACE_KEYS, sizeof PLACE_KEYS / sizeof *PLACE_KEYS);
    } else {
        answer_count_keys(r, n, "", OFFER_KEYS, sizeof OFFER_KEYS / sizeof *OFFER_KEYS);
    }
}

static bool take_entry(import_run *r, const json_node *n, uint64_t number, err *e)
{
    buf record = {0};
    town_kind kind = kind_of(n);
    bool is_taken = true;
    if (has_needed(n, kind) && put_town(r, n, kind, &record)) {
        is_taken = answer_take(r, &record, number, 0, e);
    } else {
        err why = {0};
        fail(&why, ERR_FIELD_MISSING, "the entry has no id or no title");
        err_path(&why, "/%llu", (unsigned long long)(number - 1));
        run_refuse(r, number, (bytes){NULL, 0}, &why);
    }
    buf_fini(&record);
    return is_taken;
}

static bool take_list(import_run *r, const json_node *list, err *e)
{
    uint64_t total = 0;
    uint64_t lacking = 0;
    if (json_type_of(list) != JSON_ARRAY) {
        fail(e, ERR_IMPORT_DRIFT, "the answer is no list any more");
        return err_hint(e, "The source may have changed its shape; nothing of the file was taken.");
    }
    for (const json_node *n = json_child(list); n != NULL; n = json_next(n), total++) {
        count_keys(r, n, kind_of(n));
        lacking += !has_needed(n, kind_of(n));
    }
    if (!answer_refuse_drift(lacking, total, "entries have no id or no title", e)) {
        return false;
    }
    uint64_t number = 1;
    for (const json_node *n = json_child(list); n != NULL; n = json_next(n), number++) {
        if (!take_entry(r, n, number, e)) {
            return false;
        }
    }
    return true;
}

static bool integreat_recognises(bytes head)
{
    bool is_entry =
        answer_has_key(head, "\"available_languages\"") && answer_has_key(head, "\"last_updated\"");
    bool is_offer = answer_has_key(head, "\"alias\"") && answer_has_key(head, "\"post\"") &&
                    answer_has_key(head, "\"thumbnail\"");
    return is_entry || is_offer;
}

static bool integreat_finish(import_run *r, err *e)
{
    json_doc *doc = NULL;
    if (!answer_parse(r, &doc, e)) {
        return false;
    }
    bool is_taken = doc == NULL || take_list(r, json_root(doc), e);
    json_doc_free(&doc);
    return is_taken;
}

const import_reader IMPORT_INTEGREAT = {
    "integreat",          "events, places and offers of a town (Integreat CMS API v3)",
    integreat_recognises, answer_begin,
    answer_feed,          integreat_finish,
    answer_end,
};
