/* A course of the further-training search as an offer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "import/ba_training.h"
#include "import/prose.h"

enum {
    DESCRIPTION_CHARS = 2000,
    TITLE_CHARS = 400,
    NAME_CHARS = 300,
    NUMBER_LEN_MAX = 24,
    /* Dates are written up to here; the rest of an offer fits behind it. */
    DATES_LEN_MAX = RECORD_LEN_MAX - 8 * 1024
};

/* ------------------------------------------------------------------------------------ reading */

const json_node *training_member(const json_node *n, const char *key)
{
    const json_node *m = n != NULL && json_type_of(n) == JSON_OBJECT ? json_member(n, key) : NULL;
    return m != NULL && json_type_of(m) != JSON_NULL ? m : NULL;
}

static bytes text_of(const json_node *n, const char *key)
{
    const json_node *m = training_member(n, key);
    return m != NULL && json_type_of(m) == JSON_TEXT && json_text(m).len > 0 ? json_text(m)
                                                                             : (bytes){NULL, 0};
}

/* Some versions of the source write numbers as texts. */
static bool integer_of(const json_node *n, const char *key, int64_t *ret)
{
    const json_node *m = training_member(n, key);
    if (m == NULL || json_type_of(m) == JSON_NUMBER) {
        return m != NULL && json_integer(m, ret);
    }
    char text[NUMBER_LEN_MAX] = {0};
    bytes digits = json_type_of(m) == JSON_TEXT ? json_text(m) : (bytes){NULL, 0};
    if (digits.len == 0 || digits.len > 18) {
        return false;
    }
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.base[i] < '0' || digits.base[i] > '9') {
            return false;
        }
        text[i] = digits.base[i];
    }
    *ret = strtoll(text, NULL, 10);
    return true;
}

static bool flag_of(const json_node *n, const char *key)
{
    const json_node *m = training_member(n, key);
    return m != NULL && json_type_of(m) == JSON_BOOL && json_bool(m);
}

/* Milliseconds since 1970 as a day in Berlin. */
static bool day_of(import_run *r, const json_node *n, const char *key, day *ret)
{
    int64_t ms = 0;
    if (training_member(n, key) == NULL) {
        return false;
    }
    if (!integer_of(n, key, &ms) || ms < 0 || ms > INT64_C(32503680000000)) {
        run_count_key(&r->unmapped_codes, bytes_of(key));
        return false;
    }
    *ret = day_in_berlin(ms / 1000);
    return true;
}

static bool amount_of(const json_node *n, const char *key, double *ret)
{
    const json_node *m = training_member(n, key);
    if (m == NULL || json_type_of(m) != JSON_NUMBER) {
        return false;
    }
    *ret = json_number(m);
    return *ret >= 0 && *ret < 1e6;
}

static bool is_coaching(const json_node *row)
{
    return training_member(row, "massnahmeNummer") != NULL;
}

static const json_node *place_of(const json_node *row)
{
    const json_node *address = training_member(row, "adresse");
    const json_node *place = training_member(address, "ortStrasse");
    return place != NULL ? place : training_member(address, "ortStraße");
}

/* Virtual (2xx, 5) and distance (4xx, 4) forms need no way to travel. */
static bool is_online(const json_node *row)
{
    int64_t form = 0;
    return !is_coaching(row) && integer_of(training_member(row, "unterrichtsform"), "id", &form) &&
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
    bytes time = text_of(training_member(row, "unterrichtszeit"), "bezeichnung");
    bytes form = text_of(training_member(row, "unterrichtsform"), "bezeichnung");
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

/* A postcode as digits; numbers have lost their zero. */
static void read_place(const json_node *row, char out[TRAINING_PLACE_LEN])
{
    const json_node *place = place_of(row);
    bytes text = text_of(place, "plz");
    int64_t number = 0;
    out[0] = '\0';
    if (text.base != NULL && text.len < TRAINING_PLACE_LEN) {
        snprintf(out, TRAINING_PLACE_LEN, "%.*s", (int)text.len, text.base);
    } else if (integer_of(place, "plz", &number) && number > 0 && number <= 99999) {
        snprintf(out, TRAINING_PLACE_LEN, "%05d", (int)number);
    }
}

bool training_read_row(import_run *r, const json_node *node, uint64_t number, training_row *ret)
{
    const json_node *course = training_member(node, "angebot");
    training_row row = {.number = number, .node = node};
    if (!integer_of(node, "id", &row.id) || !integer_of(course, "id", &row.course) || row.id <= 0 ||
        row.course <= 0 || text_of(course, "titel").base == NULL) {
        return false;
    }
    read_place(node, row.place);
    if (is_online(node)) {
        strcpy(row.place, "online");
    }
    row.time = time_of(r, node);
    *ret = row;
    return true;
}

/* ------------------------------------------------------------------------------------ writing */

static void put_day(json_writer *w, const char *key, day d)
{
    char text[DAY_TEXT_LEN + 1];
    day_print(d, text);
    json_member_cstr(w, key, text);
}

static void put_german(json_writer *w, const char *key, const buf *text)
{
    json_put_key(w, key);
    json_begin_object(w);
    json_member_text(w, "de", buf_bytes(text));
    json_end_object(w);
}

static void put_texts(import_run *r, json_writer *w, const json_node *course)
{
    buf text = {0};
    (void)prose_line(text_of(course, "titel"), TITLE_CHARS, &text); /* longer ones do not exist */
    if (text.len > 0) {
        put_german(w, "title", &text);
    }
    w->out->failed = w->out->failed || text.failed;
    buf_clear(&text);
    bytes content = text_of(course, "inhalt");
    if (content.base != NULL && prose_plain(content, DESCRIPTION_CHARS, &text)) {
        run_count_key(&r->derived, BYTES("description (shortened)"));
    }
    if (text.len > 0) {
        put_german(w, "description", &text);
    }
    w->out->failed = w->out->failed || text.failed;
    buf_clear(&text);
    const json_node *provider = training_member(course, "bildungsanbieter");
    provider = provider != NULL ? provider : training_member(course, "anbieter");
    bytes name = text_of(provider, "name");
    if (name.base != NULL) {
        (void)prose_line(name, NAME_CHARS, &text); /* longer ones do not exist */
        json_put_key(w, "provider");
        json_begin_object(w);
        json_member_text(w, "name", buf_bytes(&text));
        json_end_object(w);
    }
    w->out->failed = w->out->failed || text.failed;
    buf_fini(&text);
}

static bool degrees_of(const json_node *n, double *ret_lat, double *ret_lon)
{
    const json_node *degrees = training_member(n, "koordinaten");
    const json_node *lat = training_member(degrees, "lat");
    const json_node *lon = training_member(degrees, "lon");
    if (lat == NULL || lon == NULL || json_type_of(lat) != JSON_NUMBER ||
        json_type_of(lon) != JSON_NUMBER || (json_number(lat) == 0 && json_number(lon) == 0)) {
        return false; /* zero and zero: the source does not know */
    }
    *ret_lat = json_number(lat);
    *ret_lon = json_number(lon);
    return true;
}

static void put_location(import_run *r, json_writer *w, const json_node *row)
{
    char postcode[TRAINING_PLACE_LEN];
    double lat = 0;
    double lon = 0;
    bool has_degrees = degrees_of(training_member(row, "adresse"), &lat, &lon) ||
                       degrees_of(place_of(row), &lat, &lon);
    read_place(row, postcode);
    if (postcode[0] == '\0' && !has_degrees) {
        return;
    }
    json_put_key(w, "location");
    json_begin_object(w);
    if (postcode[0] != '\0') {
        json_member_cstr(w, "postcode", postcode);
    }
    if (postcode[0] != '\0' && text_of(place_of(row), "plz").base == NULL) {
        run_count_key(&r->derived, BYTES("location.postcode"));
    }
    if (has_degrees) {
        json_put_key(w, "lat");
        json_put_double(w, lat);
        json_put_key(w, "lon");
        json_put_double(w, lon);
    }
    json_end_object(w);
}

static void put_seats(json_writer *w, const json_node *row)
{
    int64_t seats = 0;
    int64_t least = 0;
    if (!integer_of(row, "teilnehmerMax", &seats) || seats <= 0 || seats > 100000) {
        return;
    }
    json_member_int(w, "seats", seats);
    if (integer_of(row, "teilnehmerMin", &least) && least > 0 && least <= seats) {
        json_member_int(w, "seats_min", least);
    }
}

static void put_intake(import_run *r, json_writer *w, const training_row *row)
{
    const json_node *node = row->node;
    day start = 0;
    day end = 0;
    day register_by = 0;
    char name[NUMBER_LEN_MAX + 8];
    bool has_start = day_of(r, node, "beginn", &start) || day_of(r, node, "gueltigVon", &start);
    bool has_end = day_of(r, node, "ende", &end) || day_of(r, node, "gueltigBis", &end);
    bool is_rolling = flag_of(node, "individuellerEinstieg");
    snprintf(name, sizeof name, "ba-t-%lld", (long long)row->id);
    json_begin_object(w);
    json_member_cstr(w, "id", name);
    if (has_start) {
        put_day(w, "start", start);
    } else if (is_rolling) {
        json_put_key(w, "start");
        json_put_null(w);
    }
    if (has_end && (!has_start || end >= start)) {
        put_day(w, "end", end);
    } else if (has_end) {
        run_count_key(&r->unmapped_codes, BYTES("ende (before beginn)"));
    }
    put_seats(w, node);
    if (day_of(r, node, "anmeldeschluss", &register_by)) {
        put_day(w, "register_by", register_by);
    }
    if (is_rolling) {
        json_put_key(w, "entry");
        json_begin_object(w);
        json_member_cstr(w, "mode", "rolling");
        json_end_object(w);
    }
    json_end_object(w);
}

static const char *kind_of(const json_node *row)
{
    static const struct {
        int64_t id;
        const char *kind;
    } KINDS[] = {{102, "apprenticeship"}, {105, "school_certificate"}, {110, "language_course"}};
    int64_t id = 0;
    if (is_coaching(row)) {
        return "coaching";
    }
    if (integer_of(training_member(training_member(row, "angebot"), "bildungsart"), "id", &id)) {
        for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
            if (KINDS[i].id == id) {
                return KINDS[i].kind;
            }
        }
    }
    return "qualification";
}

/* Funding and price stand at the date, here at the offer: said where all dates say the same. */
static void put_money(json_writer *w, const training_row *rows, size_t count)
{
    double price = 0;
    bool has_price = amount_of(rows[0].node, "kostenWert", &price);
    bool is_funded = flag_of(rows[0].node, "foerderung");
    for (size_t i = 1; i < count; i++) {
        double other = 0;
        has_price = has_price && amount_of(rows[i].node, "kostenWert", &other) && other == price;
        is_funded = is_funded && flag_of(rows[i].node, "foerderung");
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

static void put_source(import_run *r, json_writer *w, const training_row *rows, size_t count)
{
    char name[NUMBER_LEN_MAX];
    day seen = 0;
    for (size_t i = 0; i < count; i++) {
        day d = 0;
        if (day_of(r, rows[i].node, "aktualisierungsdatum", &d)) {
            seen = d > seen ? d : seen;
        }
    }
    snprintf(name, sizeof name, "%lld", (long long)rows[0].course);
    json_put_key(w, "source");
    json_begin_object(w);
    json_member_cstr(w, "system", "ba-training");
    json_member_cstr(w, "id", name);
    if (seen > 0) {
        put_day(w, "last_seen", seen);
    }
    json_end_object(w);
}

/* The same for the same course, place and time, whatever else an answer holds. */
static void put_id(json_writer *w, const training_row *row)
{
    char name[NUMBER_LEN_MAX + TRAINING_PLACE_LEN + 24];
    bool has_place = row->place[0] != '\0';
    bool has_time = row->time[0] != '\0';
    snprintf(name, sizeof name, "ba-w-%lld%s%s%s%s", (long long)row->course, has_place ? "." : "",
             row->place, has_time ? "." : "", row->time);
    json_member_cstr(w, "id", name);
}

size_t training_put_offer(import_run *r, const training_row *rows, size_t count, buf *record)
{
    const json_node *row = rows[0].node;
    json_writer w = json_writer_to(record);
    size_t written = 0;
    json_begin_object(&w);
    put_id(&w, &rows[0]);
    json_member_cstr(&w, "kind", kind_of(row));
    json_member_cstr(&w, "status", "running");
    put_texts(r, &w, training_member(row, "angebot"));
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
    json_put_key(&w, "intakes");
    json_begin_array(&w);
    while (written < count && written < INTAKE_COUNT_MAX && record->len < DATES_LEN_MAX) {
        put_intake(r, &w, &rows[written++]);
    }
    json_end_array(&w);
    put_money(&w, rows, written);
    put_source(r, &w, rows, written);
    json_end_object(&w);
    return written;
}
