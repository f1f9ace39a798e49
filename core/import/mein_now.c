/* The further-training search's list shape of 2026: an offer with its dates inside. Dates without
 * days, without a place, with a price in words. Funding and degree are not in the list. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "import/answer.h"

enum { NUMBER_LEN = 24, DATES_LEN_MAX = RECORD_LEN_MAX - 16 * 1024 };

static const known_key OFFER_KEYS[] = {
    {"id", true},
    {"titel", true},
    {"inhalt", true},
    {"weiterbildungsart", true},
    {"anzahlTermine", false},
    {"bildungsanbieter", true},
    {"termine", true},
    {"bewertung", false},
};
static const known_key DATE_KEYS[] = {
    {"id", true},
    {"beginn", true},
    {"ende", true},
    {"dauer", false},
    {"unterrichtsform", true},
    {"unterrichtszeit", true},
    {"kostenWert", false},
    {"quelle", false},
    {"adresse", true},
    {"kostenWaehrung", false},
};

static bool mein_now_recognises(bytes head)
{
    return answer_has_key(head, "\"bildungsangebotDTOList\"");
}

static bool is_virtual(const json_node *date)
{
    int64_t form = 0;
    return answer_integer(answer_member(date, "unterrichtsform"), "id", &form) &&
           (form / 100 == 2 || form / 100 == 4);
}

static void put_place(json_writer *w, const json_node *course, const json_node *date,
                      bool *ret_online, import_run *r)
{
    char postcode[POSTCODE_LEN] = "";
    const json_node *address = answer_member(date, "adresse");
    *ret_online = date != NULL && is_virtual(date);
    if (*ret_online) {
        return;
    }
    if (address == NULL) { /* then at the provider's, as far as the list tells */
        address = answer_member(answer_member(course, "bildungsanbieter"), "adresse");
        run_count_key(&r->derived, BYTES("location (the provider's)"));
    }
    (void)answer_postcode(address, "plz", postcode); /* empty: not said */
    answer_put_place(w, postcode, false, 0, 0);
}

static void put_time(json_writer *w, const json_node *date)
{
    bytes time = answer_text(answer_member(date, "unterrichtszeit"), "bezeichnung");
    const char *code = bytes_equal_text(time, "Vollzeit")   ? "full_time"
                       : bytes_equal_text(time, "Teilzeit") ? "part_time"
                                                            : NULL;
    if (code != NULL) {
        json_put_key(w, "working_time");
        json_begin_array(w);
        json_put_cstr(w, code);
        json_end_array(w);
    }
}

static void put_intake(import_run *r, json_writer *w, const json_node *date, int64_t id)
{
    char name[NUMBER_LEN + 8];
    day start = 0;
    day end = 0;
    snprintf(name, sizeof name, "now-t-%lld", (long long)id);
    json_begin_object(w);
    json_member_cstr(w, "id", name);
    bool has_start = answer_day_of_ms(r, date, "beginn", &start);
    if (has_start) {
        answer_put_day(w, "start", start);
    }
    if (answer_day_of_ms(r, date, "ende", &end) && (!has_start || end >= start)) {
        answer_put_day(w, "end", end);
    }
    json_end_object(w);
}

/* Where and when a date takes place: dates that agree are intakes of one offer. */
static void place_key(const json_node *date, char out[POSTCODE_LEN + 16])
{
    char postcode[POSTCODE_LEN] = "";
    bytes time = answer_text(answer_member(date, "unterrichtszeit"), "bezeichnung");
    (void)answer_postcode(answer_member(date, "adresse"), "plz", postcode); /* empty: not said */
    snprintf(out, POSTCODE_LEN + 16, "%s%s",
             is_virtual(date)   ? ".online"
             : postcode[0] != 0 ? "."
                                : "",
             is_virtual(date) ? "" : postcode);
    size_t len = strlen(out);
    snprintf(out + len, POSTCODE_LEN + 16 - len, "%s",
             bytes_equal_text(time, "Vollzeit")   ? ".full"
             : bytes_equal_text(time, "Teilzeit") ? ".part"
                                                  : "");
}

/* One offer of the dates that share the key of `first`; answers how many there are. */
static size_t put_offer(import_run *r, const json_node *course, int64_t id, const json_node *first,
                        buf *record)
{
    char key[POSTCODE_LEN + 16] = "";
    char name[NUMBER_LEN + 64];
    bool is_online = false;
    size_t written = 0;
    json_writer w = json_writer_to(record);
    if (first != NULL) {
        place_key(first, key);
    }
    snprintf(name, sizeof name, "now-%lld%s", (long long)id, key);
    json_begin_object(&w);
    json_member_cstr(&w, "id", name);
    json_member_cstr(&w, "kind", "qualification");
    json_member_cstr(&w, "status", "running");
    answer_put_title(&w, "title", "de", answer_text(course, "titel"));
    answer_put_description(r, &w, "de", answer_text(course, "inhalt"));
    answer_put_provider(&w, answer_text(answer_member(course, "bildungsanbieter"), "name"));
    put_place(&w, course, first, &is_online, r);
    if (is_online) {
        json_member_bool(&w, "online", true);
    }
    put_time(&w, first);
    json_put_key(&w, "intakes");
    json_begin_array(&w);
    for (const json_node *d = first; d != NULL && written < INTAKE_COUNT_MAX; d = json_next(d)) {
        char other[POSTCODE_LEN + 16];
        int64_t date_id = 0;
        place_key(d, other);
        if (strcmp(key, other) == 0 && answer_integer(d, "id", &date_id) &&
            record->len < DATES_LEN_MAX) {
            put_intake(r, &w, d, date_id);
            written++;
        }
    }
    json_end_array(&w);
    snprintf(name, sizeof name, "%lld", (long long)id);
    answer_put_source(&w, "mein-now", bytes_of(name), r->options.today, 0);
    json_end_object(&w);
    return written;
}

static bool came_before(const json_node *list, const json_node *date)
{
    char key[POSTCODE_LEN + 16];
    char other[POSTCODE_LEN + 16];
    place_key(date, key);
    for (const json_node *d = json_child(list); d != date; d = json_next(d)) {
        place_key(d, other);
        if (strcmp(key, other) == 0) {
            return true;
        }
    }
    return false;
}

/* Each place and time of an offer is one record; its further dates are counted as merged. */
static bool take_offer(import_run *r, const json_node *course, uint64_t number, err *e)
{
    int64_t id = 0;
    (void)answer_integer(course, "id", &id); /* is_offer saw it */
    const json_node *dates = answer_member(course, "termine");
    const json_node *first =
        dates != NULL && json_type_of(dates) == JSON_ARRAY ? json_child(dates) : NULL;
    const json_node *d = first;
    do {
        if (d == NULL || !came_before(dates, d)) {
            buf record = {0};
            size_t written = put_offer(r, course, id, d, &record);
            bool is_taken = answer_take(r, &record, number, written > 0 ? written - 1 : 0, e);
            buf_fini(&record);
            if (!is_taken) {
                return false;
            }
        }
        d = d != NULL ? json_next(d) : NULL;
    } while (d != NULL);
    return true;
}

static bool is_offer(const json_node *n)
{
    int64_t id = 0;
    return answer_integer(n, "id", &id) && id > 0 && answer_text(n, "titel").base != NULL;
}

static bool take_list(import_run *r, const json_node *list, err *e)
{
    uint64_t total = 0;
    uint64_t lacking = 0;
    for (const json_node *n = json_child(list); n != NULL; n = json_next(n)) {
        const json_node *dates = answer_member(n, "termine");
        answer_count_keys(r, n, "", OFFER_KEYS, sizeof OFFER_KEYS / sizeof *OFFER_KEYS);
        for (const json_node *d = dates != NULL ? json_child(dates) : NULL; d != NULL;
             d = json_next(d)) {
            answer_count_keys(r, d, "termine.", DATE_KEYS, sizeof DATE_KEYS / sizeof *DATE_KEYS);
        }
        total++;
        lacking += !is_offer(n);
    }
    if (!answer_refuse_drift(lacking, total, "offers have no id or no title", e)) {
        return false;
    }
    uint64_t number = 1;
    for (const json_node *n = json_child(list); n != NULL; n = json_next(n), number++) {
        if (!is_offer(n)) {
            err why = {0};
            fail(&why, ERR_FIELD_MISSING, "the offer has no id or no title");
            err_path(&why, "/_embedded/bildungsangebotDTOList/%llu",
                     (unsigned long long)(number - 1));
            run_refuse(r, number, (bytes){NULL, 0}, &why);
        } else if (!take_offer(r, n, number, e)) {
            return false;
        }
    }
    return true;
}

static bool mein_now_finish(import_run *r, err *e)
{
    json_doc *doc = NULL;
    if (!answer_parse(r, &doc, e)) {
        return false;
    }
    if (doc == NULL) {
        return true;
    }
    const json_node *list =
        answer_member(answer_member(json_root(doc), "_embedded"), "bildungsangebotDTOList");
    bool is_list = list != NULL && json_type_of(list) == JSON_ARRAY;
    bool is_taken = is_list ? take_list(r, list, e)
                            : fail(e, ERR_IMPORT_DRIFT, "\"bildungsangebotDTOList\" is no list");
    json_doc_free(&doc);
    return is_taken;
}

const import_reader IMPORT_MEIN_NOW = {
    "mein-now",          "further training in its list shape of 2026, offers with their dates",
    mein_now_recognises, answer_begin,
    answer_feed,         mein_now_finish,
    answer_end,
};
