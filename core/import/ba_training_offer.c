/* A course of the further-training search as an offer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "import/ba_training.h"
#include "import/prose.h"

enum {
    PROSE_CHARS = 8000,
    NUMBER_LEN_MAX = 24,
    /* Dates are written up to here; the rest of an offer fits behind it. */
    DATES_LEN_MAX = RECORD_LEN_MAX - 8 * 1024
};

/* ------------------------------------------------------------------------------------ reading */

static bool amount_of(const json_node *n, const char *key, double *ret)
{
    return answer_number(n, key, ret) && *ret >= 0 && *ret < 1e6;
}

static bool is_coaching(const json_node *row)
{
    return answer_member(row, "massnahmeNummer") != NULL;
}

static const json_node *place_of(const json_node *row)
{
    const json_node *address = answer_member(row, "adresse");
    const json_node *place = answer_member(address, "ortStrasse");
    return place != NULL ? place : answer_member(address, "ortStraße");
}

/* Virtual (2xx, 5) and distance (4xx, 4) forms need no way to travel. */
static bool is_online(const json_node *row)
{
    int64_t form = 0;
    return !is_coaching(row) &&
           answer_integer(answer_member(row, "unterrichtsform"), "id", &form) &&
           (form / 100 == 2 || form / 100 == 4 || form == 4 || form == 5);
}

static bool ends_with(bytes text, const char *end)
{
    size_t len = strlen(end);
    return text.len >= len && memcmp(text.base + text.len - len, end, len) == 0;
}

/* "Vollzeit" stands by itself or at the end of the form, "Vor-Ort-Vollzeit". */
static const char *time_of(import_run *r, const json_node *row)
{
    bytes time = answer_text(answer_member(row, "unterrichtszeit"), "bezeichnung");
    bytes form = answer_text(answer_member(row, "unterrichtsform"), "bezeichnung");
    bytes text = time.base != NULL ? time : form;
    if (text.base != NULL && ends_with(text, "Vollzeit")) {
        return "full_time";
    }
    if (text.base != NULL && ends_with(text, "Teilzeit")) {
        return "part_time";
    }
    if (time.base != NULL) {
        run_count_key(&r->unmapped_codes, BYTES("unterrichtszeit"));
    }
    return "";
}

bool training_read_row(import_run *r, const json_node *node, uint64_t number, training_row *ret)
{
    const json_node *course = answer_member(node, "angebot");
    training_row row = {.number = number, .node = node};
    if (!answer_integer(node, "id", &row.id) || !answer_integer(course, "id", &row.course) ||
        row.id <= 0 || row.course <= 0 || answer_text(course, "titel").base == NULL) {
        return false;
    }
    (void)answer_postcode(place_of(node), "plz", row.place); /* a number is counted later */
    if (is_online(node)) {
        strcpy(row.place, "online");
    }
    row.time = time_of(r, node);
    *ret = row;
    return true;
}

/* ------------------------------------------------------------------------------------ writing */

static void put_texts(import_run *r, json_writer *w, const json_node *course)
{
    answer_put_title(w, "title", "de", answer_text(course, "titel"));
    answer_put_description(r, w, "de", answer_text(course, "inhalt"));
    const json_node *provider = answer_member(course, "bildungsanbieter");
    provider = provider != NULL ? provider : answer_member(course, "anbieter");
    answer_put_provider(w, answer_text(provider, "name"));
}

static bool degrees_of(const json_node *n, double *ret_lat, double *ret_lon)
{
    return answer_degrees(answer_member(n, "koordinaten"), "lat", "lon", ret_lat, ret_lon);
}

static void put_location(import_run *r, json_writer *w, const json_node *row)
{
    char postcode[POSTCODE_LEN];
    double lat = 0;
    double lon = 0;
    bool has_degrees = degrees_of(answer_member(row, "adresse"), &lat, &lon) ||
                       degrees_of(place_of(row), &lat, &lon);
    if (answer_postcode(place_of(row), "plz", postcode)) {
        run_count_key(&r->derived, BYTES("location.postcode"));
    }
    answer_put_place(w, postcode, has_degrees, lat, lon);
}

/* What the date's texts hide. */
static void read_prose(const json_node *row, prose_facts *ret)
{
    static const char *const keys[] = {"unterrichtszeiten", "massnahmeZeiten", "bemerkungZeit",
                                       "bemerkung"};
    buf plain = {0};
    *ret = (prose_facts){0};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        bytes html = answer_text(row, keys[i]);
        if (html.base != NULL) {
            buf_clear(&plain);
            (void)prose_plain(html, PROSE_CHARS, &plain); /* what is cut off is not read */
            prose_find_facts(buf_bytes(&plain), ret);
        }
    }
    buf_fini(&plain);
}

static void put_seats(import_run *r, json_writer *w, const json_node *row, const prose_facts *f)
{
    int64_t seats = 0;
    int64_t least = 0;
    if (!answer_integer(row, "teilnehmerMax", &seats) || seats <= 0 || seats > 100000) {
        seats = f->seats;
        if (seats > 0) {
            run_count_key(&r->derived, BYTES("intakes.seats"));
        }
    }
    if (seats <= 0) {
        return;
    }
    json_member_int(w, "seats", seats);
    if (answer_integer(row, "teilnehmerMin", &least) && least > 0 && least <= seats) {
        json_member_int(w, "seats_min", least);
    }
}

static void put_days(import_run *r, json_writer *w, const json_node *node, bool is_rolling)
{
    day start = 0;
    day end = 0;
    bool has_start = answer_day_of_ms(r, node, "beginn", &start) ||
                     answer_day_of_ms(r, node, "gueltigVon", &start);
    bool has_end =
        answer_day_of_ms(r, node, "ende", &end) || answer_day_of_ms(r, node, "gueltigBis", &end);
    if (has_start) {
        answer_put_day(w, "start", start);
    } else if (is_rolling) {
        json_put_key(w, "start");
        json_put_null(w);
    }
    if (has_end && (!has_start || end >= start)) {
        answer_put_day(w, "end", end);
    } else if (has_end) {
        run_count_key(&r->unmapped_codes, BYTES("ende (before beginn)"));
    }
}

static void put_intake(import_run *r, json_writer *w, const training_row *row)
{
    const json_node *node = row->node;
    day register_by = 0;
    char name[NUMBER_LEN_MAX + 8];
    prose_facts facts;
    read_prose(node, &facts);
    bool is_stated = answer_flag(node, "individuellerEinstieg");
    bool is_rolling = is_stated || facts.is_rolling;
    snprintf(name, sizeof name, "ba-t-%lld", (long long)row->id);
    json_begin_object(w);
    json_member_cstr(w, "id", name);
    put_days(r, w, node, is_rolling);
    put_seats(r, w, node, &facts);
    bool has_day = answer_day_of_ms(r, node, "anmeldeschluss", &register_by);
    if (has_day || facts.has_register_by) {
        answer_put_day(w, "register_by", has_day ? register_by : facts.register_by);
    }
    if (is_rolling) {
        json_put_key(w, "entry");
        json_begin_object(w);
        json_member_cstr(w, "mode", "rolling");
        json_end_object(w);
    }
    if (!has_day && facts.has_register_by) {
        run_count_key(&r->derived, BYTES("intakes.register_by"));
    }
    if (is_rolling && !is_stated) {
        run_count_key(&r->derived, BYTES("intakes.entry"));
    }
    answer_put_schedule(r, w, &facts);
    json_end_object(w);
}

int64_t training_education(const json_node *row)
{
    int64_t id = 0;
    const json_node *kind = answer_member(answer_member(row, "angebot"), "bildungsart");
    return answer_integer(kind, "id", &id) ? id : 0;
}

bytes training_class(const json_node *row, const char *scheme)
{
    const json_node *list = answer_member(answer_member(row, "angebot"), "systematiken");
    const json_node *n = list != NULL && json_type_of(list) == JSON_ARRAY ? json_child(list) : NULL;
    for (; n != NULL; n = json_next(n)) {
        bytes code = answer_text(n, "codeNr");
        if (code.base != NULL && bytes_starts_with(code, scheme)) {
            return code;
        }
    }
    return (bytes){NULL, 0};
}

static const char *kind_of(const training_source *source, const json_node *row)
{
    static const struct {
        int64_t id;
        const char *kind;
    } KINDS[] = {{101, "qualification"},
                 {102, "apprenticeship"},
                 {105, "school_certificate"},
                 {109, "qualification"},
                 {110, "language_course"}};
    int64_t id = training_education(row);
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        if (KINDS[i].id == id) {
            return KINDS[i].kind;
        }
    }
    return source->kind;
}

/* Funding and price stand at the date, here at the offer: said where all dates say the same. */
static void put_money(json_writer *w, const training_row *rows, size_t count)
{
    double price = 0;
    bool has_price = amount_of(rows[0].node, "kostenWert", &price);
    bool is_funded = answer_flag(rows[0].node, "foerderung");
    for (size_t i = 1; i < count; i++) {
        double other = 0;
        has_price = has_price && amount_of(rows[i].node, "kostenWert", &other) && other == price;
        is_funded = is_funded && answer_flag(rows[i].node, "foerderung");
    }
    if (is_funded) {
        json_put_key(w, "funding");
        json_begin_array(w);
        json_put_cstr(w, "SGB3_81");
        json_end_array(w);
    }
    if (has_price) {
        json_put_key(w, "price");
        json_begin_object(w);
        json_put_key(w, "amount");
        json_put_double(w, price);
        json_member_cstr(w, "currency", "EUR");
        json_end_object(w);
    }
}

static void put_source(import_run *r, json_writer *w, const training_source *source,
                       const training_row *rows, size_t count)
{
    char name[NUMBER_LEN_MAX];
    day seen = 0;
    for (size_t i = 0; i < count; i++) {
        day d = 0;
        if (answer_day_of_ms(r, rows[i].node, "aktualisierungsdatum", &d)) {
            seen = d > seen ? d : seen;
        }
    }
    day valid_to = 0;
    bool has_end = true; /* of every date: then the offer ends with the last */
    for (size_t i = 0; i < count; i++) {
        day d = 0;
        has_end = answer_day_of_ms(r, rows[i].node, "gueltigBis", &d) && has_end;
        valid_to = d > valid_to ? d : valid_to;
    }
    snprintf(name, sizeof name, "%lld", (long long)rows[0].course);
    answer_put_source(w, source->system, bytes_of(name), seen, has_end ? valid_to : 0);
}

/* The same for the same course, place and time, whatever else an answer holds. */
static void put_id(json_writer *w, const training_source *source, const training_row *row)
{
    char name[NUMBER_LEN_MAX + POSTCODE_LEN + 24];
    bool has_place = row->place[0] != '\0';
    bool has_time = row->time[0] != '\0';
    snprintf(name, sizeof name, "%s%lld%s%s%s%s", source->id_prefix, (long long)row->course,
             has_place ? "." : "", row->place, has_time ? "." : "", row->time);
    json_member_cstr(w, "id", name);
}

/* Hours and units a week and in all, and whether it is one to one. */
static void put_size(import_run *r, json_writer *w, const json_node *row, const prose_facts *f)
{
    if (f->units > 0) {
        json_member_int(w, "units", f->units);
        run_count_key(&r->derived, BYTES("units"));
    }
    answer_put_hours(r, w, f);
    if (f->is_single || is_coaching(row)) {
        int64_t form = 1;
        (void)answer_integer(answer_member(row, "unterrichtsform"), "id", &form); /* else a group */
        bool is_single = f->is_single || (is_coaching(row) && form == 0);
        json_member_cstr(w, "group", is_single ? "single" : "group");
    }
}

size_t training_put_offer(import_run *r, const training_source *source, const training_row *rows,
                          size_t count, buf *record)
{
    const json_node *row = rows[0].node;
    json_writer w = json_writer_to(record);
    size_t written = 0;
    json_begin_object(&w);
    put_id(&w, source, &rows[0]);
    json_member_cstr(&w, "kind", kind_of(source, row));
    json_member_cstr(&w, "status", "running");
    put_texts(r, &w, answer_member(row, "angebot"));
    prose_facts facts;
    read_prose(row, &facts);
    put_location(r, &w, row);
    if (is_online(row)) {
        json_member_bool(&w, "online", true);
    }
    if (rows[0].time[0] != '\0') {
        json_put_key(&w, "working_time");
        json_begin_array(&w);
        json_put_cstr(&w, rows[0].time);
        json_end_array(&w);
    }
    put_size(r, &w, row, &facts);
    if (source->put_more != NULL) {
        source->put_more(r, &w, &rows[0], &facts);
    }
    json_put_key(&w, "intakes");
    json_begin_array(&w);
    while (written < count && written < INTAKE_COUNT_MAX && record->len < DATES_LEN_MAX) {
        put_intake(r, &w, &rows[written++]);
    }
    json_end_array(&w);
    put_money(&w, rows, written);
    put_source(r, &w, source, rows, written);
    json_end_object(&w);
    return written;
}
