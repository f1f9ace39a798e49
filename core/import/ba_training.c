/* Answers of the further-training search (old shape, and those that share it): a row is a date of
 * an offer, so rows of one offer become its intakes. Traps of the source: the address key written
 * with ß or ss, postcodes as numbers that lost their zero, days as milliseconds, texts in HTML,
 * contact persons, which are not taken. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "import/prose.h"
#include "import/run.h"

enum { ANSWER_LEN_MAX = 256 * 1024 * 1024, DESCRIPTION_CHARS = 2000, TITLE_CHARS = 400 };

typedef struct training {
    buf text;
} training;

static const char *const ROW_KEYS[] = {
    "id",
    "unterrichtsform",
    "unterrichtszeit",
    "dauer",
    "anbieterbewertung",
    "angebot",
    "adresse",
    "unterrichtszeiten",
    "sonstigeUnterrichtsform",
    "kostenWert",
    "kostenWaehrung",
    "kostenBemerkung",
    "foerderung",
    "link",
    "bemerkung",
    "beginn",
    "ende",
    "individuellerEinstieg",
    "anmeldeschluss",
    "bemerkungZeit",
    "teilnehmerMin",
    "teilnehmerMax",
    "aktualisierungsdatum",
    "veranstaltungsablaeufe",
    "pruefendeStelle",
    "eigeneAngebotsnummer",
    "inhouseFirmenseminar",
    "berufsbegleitend",
    "praxisanteile",
    "ansprechpartner",
    "rehaBereich",
    "abstaende",
    "azubiGeeignet",
};
static const char *const OFFER_KEYS[] = {
    "id",          "titel",         "inhalt",           "abschlussart",   "abschlussbezeichnung",
    "foerderung",  "zugang",        "anrechnung",       "berechtigungen", "zusatzqualifikationen",
    "link",        "zielgruppe",    "bildungsanbieter", "bildungsart",    "systematiken",
    "schulart",    "behinderungen", "zertifizierer",    "traeger",        "suchworte",
    "angebotstyp",
};

static bool training_recognises(bytes head)
{
    return memmem(head.base, head.len, "\"_embedded\"", 11) != NULL &&
           memmem(head.base, head.len, "\"termine\"", 9) != NULL;
}

static bool training_begin(import_run *r, err *e)
{
    training *t = mem_new(sizeof *t);
    if (t == NULL) {
        return fail(e, ERR_MEMORY, "could not start the import: no memory");
    }
    r->state = t;
    return true;
}

static bool training_feed(import_run *r, bytes piece, err *e)
{
    training *t = r->state;
    buf_put(&t->text, piece.base, piece.len);
    if (t->text.len > ANSWER_LEN_MAX) {
        return fail(e, ERR_TOO_LARGE, "the answer has more than %d bytes", ANSWER_LEN_MAX);
    }
    return !t->text.failed || fail(e, ERR_MEMORY, "could not read the file: no memory");
}

static void training_end(import_run *r)
{
    training *t = r->state;
    if (t != NULL) {
        buf_fini(&t->text);
        mem_free(t);
        r->state = NULL;
    }
}

/* ------------------------------------------------------------------------------------ reading */

static const json_node *member(const json_node *n, const char *key)
{
    const json_node *m = n != NULL && json_type_of(n) == JSON_OBJECT ? json_member(n, key) : NULL;
    return m != NULL && json_type_of(m) != JSON_NULL ? m : NULL;
}

static bytes text_of(const json_node *n, const char *key)
{
    const json_node *m = member(n, key);
    return m != NULL && json_type_of(m) == JSON_TEXT && json_text(m).len > 0 ? json_text(m)
                                                                             : (bytes){NULL, 0};
}

static bool integer_of(const json_node *n, const char *key, int64_t *ret)
{
    const json_node *m = member(n, key);
    return m != NULL && json_type_of(m) == JSON_NUMBER && json_integer(m, ret);
}

static bool flag_of(const json_node *n, const char *key)
{
    const json_node *m = member(n, key);
    return m != NULL && json_type_of(m) == JSON_BOOL && json_bool(m);
}

/* Milliseconds since 1970 as a day in Berlin. */
static bool day_of(const json_node *n, const char *key, day *ret)
{
    int64_t ms = 0;
    if (!integer_of(n, key, &ms) || ms < 0 || ms > INT64_C(32503680000000)) {
        return false;
    }
    *ret = day_in_berlin(ms / 1000);
    return true;
}

static void put_day(json_writer *w, const char *key, day d)
{
    char text[DAY_TEXT_LEN + 1];
    day_print(d, text);
    json_member_cstr(w, key, text);
}

static void count_keys(import_run *r, const json_node *n, const char *const *known,
                       size_t known_count)
{
    for (const json_node *m = n != NULL && json_type_of(n) == JSON_OBJECT ? json_child(n) : NULL;
         m != NULL; m = json_next(m)) {
        bool is_known = false;
        for (size_t i = 0; i < known_count && !is_known; i++) {
            is_known = bytes_equal_text(json_key(m), known[i]);
        }
        if (!is_known) {
            run_count_key(&r->unknown_keys, json_key(m));
        }
    }
}

static void count_missing(import_run *r, const json_node *n, const char *key)
{
    if (n == NULL || json_type_of(n) != JSON_OBJECT || json_member(n, key) == NULL) {
        run_count_key(&r->missing_keys, bytes_of(key));
    }
}

/* ------------------------------------------------------------------------------------ writing */

static void put_plain(import_run *r, json_writer *w, const char *key, bytes html, size_t max_chars)
{
    buf plain = {0};
    if (prose_plain(html, max_chars, &plain)) {
        char count_key[40];
        snprintf(count_key, sizeof count_key, "%s (shortened)", key);
        run_count_key(&r->derived, bytes_of(count_key));
    }
    if (plain.len > 0) {
        json_put_key(w, key);
        json_begin_object(w);
        json_member_text(w, "de", buf_bytes(&plain));
        json_end_object(w);
    }
    buf_fini(&plain);
}

static void put_postcode(import_run *r, json_writer *w, const json_node *place)
{
    bytes text = text_of(place, "plz");
    int64_t number = 0;
    if (text.base != NULL) {
        json_member_text(w, "postcode", text);
    } else if (integer_of(place, "plz", &number) && number > 0 && number <= 99999) {
        char code[16];
        snprintf(code, sizeof code, "%05lld", (long long)number);
        json_member_cstr(w, "postcode", code);
        run_count_key(&r->derived, BYTES("location.postcode"));
    }
}

static void put_location(import_run *r, json_writer *w, const json_node *row)
{
    const json_node *address = member(row, "adresse");
    const json_node *place = member(address, "ortStrasse");
    place = place != NULL ? place : member(address, "ortStraße");
    const json_node *degrees = member(address, "koordinaten");
    const json_node *lat = member(degrees, "lat");
    const json_node *lon = member(degrees, "lon");
    if (place == NULL && (lat == NULL || lon == NULL)) {
        return;
    }
    json_put_key(w, "location");
    json_begin_object(w);
    put_postcode(r, w, place);
    if (lat != NULL && lon != NULL && json_type_of(lat) == JSON_NUMBER &&
        json_type_of(lon) == JSON_NUMBER) {
        json_put_key(w, "lat");
        json_put_double(w, json_number(lat));
        json_put_key(w, "lon");
        json_put_double(w, json_number(lon));
    }
    json_end_object(w);
}

static void put_intake(json_writer *w, const json_node *row)
{
    int64_t id = 0;
    (void)integer_of(row, "id", &id); /* rows without one were refused before */
    char name[40];
    snprintf(name, sizeof name, "ba-t-%lld", (long long)id);
    json_begin_object(w);
    json_member_cstr(w, "id", name);
    day start = 0;
    day end = 0;
    bool has_start = day_of(row, "beginn", &start);
    bool is_rolling = flag_of(row, "individuellerEinstieg");
    if (has_start) {
        put_day(w, "start", start);
    } else if (is_rolling) {
        json_put_key(w, "start");
        json_put_null(w);
    }
    if (day_of(row, "ende", &end) && (!has_start || end >= start)) {
        put_day(w, "end", end);
    }
    int64_t seats = 0;
    if (integer_of(row, "teilnehmerMax", &seats) && seats > 0 && seats < 100000) {
        json_member_int(w, "seats", seats);
    }
    int64_t least = 0;
    if (integer_of(row, "teilnehmerMin", &least) && least > 0 && least <= seats) {
        json_member_int(w, "seats_min", least);
    }
    day register_by = 0;
    if (day_of(row, "anmeldeschluss", &register_by)) {
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

/* Virtual (2xx) and distance (4xx) forms need no way to travel. */
static bool is_online(const json_node *row)
{
    int64_t form = 0;
    return integer_of(member(row, "unterrichtsform"), "id", &form) &&
           (form / 100 == 2 || form / 100 == 4);
}

static void put_working_time(import_run *r, json_writer *w, const json_node *row)
{
    bytes time = text_of(member(row, "unterrichtszeit"), "bezeichnung");
    const char *code = time.base == NULL                    ? NULL
                       : bytes_equal_text(time, "Vollzeit") ? "full_time"
                       : bytes_equal_text(time, "Teilzeit") ? "part_time"
                                                            : NULL;
    if (code == NULL) {
        return;
    }
    run_count_key(&r->derived, BYTES("working_time"));
    json_put_key(w, "working_time");
    json_begin_array(w);
    json_put_cstr(w, code);
    json_end_array(w);
}

static void put_price(json_writer *w, const json_node *row)
{
    const json_node *cost = member(row, "kostenWert");
    double amount = -1;
    if (cost != NULL && json_type_of(cost) == JSON_NUMBER) {
        amount = json_number(cost);
    } else if (cost != NULL && json_type_of(cost) == JSON_TEXT && json_text(cost).len < 30) {
        char copy[32] = {0};
        memcpy(copy, json_text(cost).base, json_text(cost).len);
        char *end = NULL;
        amount = strtod(copy, &end);
        amount = end == copy || *end != '\0' ? -1 : amount;
    }
    if (amount >= 0 && amount < 1e6) {
        json_put_key(w, "price");
        json_begin_object(w);
        json_put_key(w, "amount");
        json_put_double(w, amount);
        json_member_cstr(w, "currency", "EUR");
        json_end_object(w);
    }
}

static void put_offer(import_run *r, json_writer *w, const json_node *const *rows, size_t row_count)
{
    const json_node *row = rows[0];
    const json_node *course = member(row, "angebot");
    int64_t id = 0;
    (void)integer_of(course, "id", &id); /* rows without one were refused before */
    char name[40];
    snprintf(name, sizeof name, "ba-w-%lld", (long long)id);
    json_begin_object(w);
    json_member_cstr(w, "id", name);
    json_member_cstr(w, "kind", "qualification");
    json_member_cstr(w, "status", "running");
    put_plain(r, w, "title", text_of(course, "titel"), TITLE_CHARS);
    bytes content = text_of(course, "inhalt");
    if (content.base != NULL) {
        put_plain(r, w, "description", content, DESCRIPTION_CHARS);
    }
    bytes provider = text_of(member(course, "bildungsanbieter"), "name");
    if (provider.base != NULL) {
        json_put_key(w, "provider");
        json_begin_object(w);
        json_member_text(w, "name", provider);
        json_end_object(w);
    }
    put_location(r, w, row);
    if (is_online(row)) {
        json_member_bool(w, "online", true);
    }
    put_working_time(r, w, row);
    json_put_key(w, "intakes");
    json_begin_array(w);
    for (size_t i = 0; i < row_count; i++) {
        put_intake(w, rows[i]);
    }
    json_end_array(w);
    if (flag_of(row, "foerderung")) {
        json_put_key(w, "funding");
        json_begin_array(w);
        json_put_cstr(w, "SGB3_81");
        json_end_array(w);
    }
    put_price(w, row);
    json_put_key(w, "source");
    json_begin_object(w);
    json_member_cstr(w, "system", "ba-training");
    snprintf(name, sizeof name, "%lld", (long long)id);
    json_member_cstr(w, "id", name);
    day seen = 0;
    if (day_of(row, "aktualisierungsdatum", &seen)) {
        put_day(w, "last_seen", seen);
    }
    json_end_object(w);
    json_end_object(w);
}

/* ------------------------------------------------------------------------------------ rows */

typedef struct dated_row {
    int64_t offer;
    int64_t id;
    uint64_t number; /* of the row, from 1 */
    const json_node *row;
} dated_row;

static int compare_rows(const void *a, const void *b)
{
    const dated_row *x = a;
    const dated_row *y = b;
    if (x->offer != y->offer) {
        return x->offer < y->offer ? -1 : 1;
    }
    return x->number < y->number ? -1 : x->number > y->number;
}

static bool read_row(import_run *r, const json_node *row, uint64_t number, dated_row *ret)
{
    const json_node *course = member(row, "angebot");
    count_keys(r, row, ROW_KEYS, sizeof ROW_KEYS / sizeof *ROW_KEYS);
    count_keys(r, course, OFFER_KEYS, sizeof OFFER_KEYS / sizeof *OFFER_KEYS);
    count_missing(r, row, "beginn");
    count_missing(r, row, "adresse");
    count_missing(r, row, "teilnehmerMax");
    ret->number = number;
    ret->row = row;
    if (integer_of(row, "id", &ret->id) && integer_of(course, "id", &ret->offer) && ret->id > 0 &&
        ret->offer > 0 && text_of(course, "titel").base != NULL) {
        return true;
    }
    err why = {0};
    fail(&why, ERR_FIELD_MISSING, "the date has no id, or its offer has no id or title");
    err_path(&why, "/_embedded/termine/%llu", (unsigned long long)(number - 1));
    run_refuse(r, number, (bytes){NULL, 0}, &why);
    return false;
}

/* rows[0..count) are of one offer: one record; the further dates are counted as merged into it. */
static bool take_offer(import_run *r, const dated_row *rows, size_t count, err *e)
{
    const json_node *nodes[INTAKE_COUNT_MAX];
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_twin = false;
        for (size_t k = 0; k < i && !is_twin; k++) {
            is_twin = rows[k].id == rows[i].id;
        }
        if (is_twin || kept == INTAKE_COUNT_MAX) {
            r->count.read++;
            r->count.duplicates++;
        } else {
            nodes[kept++] = rows[i].row;
        }
    }
    buf record = {0};
    json_writer w = json_writer_to(&record);
    put_offer(r, &w, nodes, kept);
    r->count.read += kept - 1;
    r->count.merged += kept - 1;
    bool is_taken = record.failed ? fail(e, ERR_MEMORY, "could not read the offer: no memory")
                                  : run_take_text(r, buf_bytes(&record), rows[0].number, e);
    buf_fini(&record);
    return is_taken;
}

static bool take_rows(import_run *r, const json_node *list, err *e)
{
    dated_row *rows = mem_new((json_count(list) + 1) * sizeof *rows);
    if (rows == NULL) {
        return fail(e, ERR_MEMORY, "could not read the answer: no memory");
    }
    size_t count = 0;
    uint64_t number = 1;
    for (const json_node *row = json_child(list); row != NULL; row = json_next(row)) {
        count += read_row(r, row, number++, &rows[count]);
    }
    if (count > 1) {
        qsort(rows, count, sizeof *rows, compare_rows);
    }
    bool is_taken = true;
    for (size_t i = 0; is_taken && i < count;) {
        size_t end = i + 1;
        while (end < count && rows[end].offer == rows[i].offer) {
            end++;
        }
        is_taken = take_offer(r, rows + i, end - i, e);
        i = end;
    }
    mem_free(rows);
    return is_taken;
}

static bool training_finish(import_run *r, err *e)
{
    training *t = r->state;
    json_doc *doc = NULL;
    if (!json_parse(buf_bytes(&t->text), JSON_DEPTH_MAX, &doc, e)) {
        return false;
    }
    const json_node *embedded = member(json_root(doc), "_embedded");
    const json_node *list = member(embedded, "termine");
    bool is_taken = true;
    if (list != NULL && json_type_of(list) != JSON_ARRAY) {
        is_taken = fail(e, ERR_IMPORT_DRIFT, "\"termine\" is no list any more");
        err_path(e, "/_embedded/termine");
    } else if (list != NULL) {
        /* The list is absent where nothing matched: an empty answer. */
        is_taken = take_rows(r, list, e);
    }
    json_doc_free(&doc);
    return is_taken;
}

const import_reader IMPORT_BA_TRAINING = {
    "ba-training",       "answers of the further-training search, a date a row",
    training_recognises, training_begin,
    training_feed,       training_finish,
    training_end,
};
