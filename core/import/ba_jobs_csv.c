/* Advertisements of the public employment agency's job search (v4), flattened to a table. What
 * identifies a contact person or a street is not taken. Traps of the source: the same reference
 * number twice, no postcode, no title, the text `null`, line ends and half-converted characters
 * inside titles, old publication days. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "import/ba_jobs.h"
#include "import/prose.h"
#include "import/table.h"

enum column { BERUF, TITEL, REFNR, ARBEITGEBER, PUBLISHED, MODIFIED, START, LAT, LON, PLZ };

static const table_column COLUMNS[] = {
    [BERUF] = {"beruf", true, false},
    [TITEL] = {"titel", true, false},
    [REFNR] = {"refnr", true, false},
    [ARBEITGEBER] = {"arbeitgeber", false, false},
    [PUBLISHED] = {"aktuelleVeroeffentlichungsdatum", false, false},
    [MODIFIED] = {"modifikationsTimestamp", false, false},
    [START] = {"eintrittsdatum", false, false},
    [LAT] = {"arbeitsort.koordinaten.lat", false, false},
    [LON] = {"arbeitsort.koordinaten.lon", false, false},
    [PLZ] = {"arbeitsort.plz", false, false},
    {"externeUrl", false, true},
    {"arbeitsort.ort", false, true},
    {"arbeitsort.strasse", false, true},
    {"arbeitsort.region", false, true},
    {"arbeitsort.land", false, true},
    {"kundennummerHash", false, true},
    {"arbeitsort.adresszusatz", false, true},
    {"arbeitsort.ortsteil", false, true},
};
enum {
    TITLE_COUNT = sizeof COLUMNS / sizeof *COLUMNS,
    TITLE_CHARS = 500,
    NAME_CHARS = 300,
    REFNR_LEN_MAX = ID_LEN_MAX - 5 /* "ba-" before it, "/1" behind it */
};

typedef struct row {
    const table_reader *table;
    const bytes *cells;
    uint32_t cell_count;
} row;

static bytes cell_of(const row *r, enum column column)
{
    return table_cell(r->table, r->cells, r->cell_count, column);
}

static bool jobs_recognises(bytes head)
{
    return table_recognises(head, COLUMNS, TITLE_COUNT);
}

/* A member of one line; what does not fit is cut off. */
static void put_line(json_writer *w, const char *key, bytes text, size_t max_chars)
{
    buf line = {0};
    (void)prose_text_line(text, max_chars, &line); /* as long as a record takes */
    json_member_text(w, key, buf_bytes(&line));
    w->out->failed = w->out->failed || line.failed;
    buf_fini(&line);
}

static void put_german(json_writer *w, const char *key, bytes text)
{
    json_put_key(w, key);
    json_begin_object(w);
    put_line(w, "de", text, TITLE_CHARS);
    json_end_object(w);
}

/* The occupation is a label, not a code: it is kept as prose, and stands in for a missing title. */
static void put_texts(json_writer *w, import_run *run, const row *r)
{
    bytes title = cell_of(r, TITEL);
    bytes occupation = cell_of(r, BERUF);
    if (title.base == NULL) {
        run_count_key(&run->derived, BYTES("title"));
    }
    put_german(w, "title",
               title.base != NULL        ? title
               : occupation.base != NULL ? occupation
                                         : cell_of(r, REFNR));
    if (occupation.base != NULL && title.base != NULL && !bytes_equal(title, occupation)) {
        put_german(w, "description", occupation);
    }
    bytes employer = cell_of(r, ARBEITGEBER);
    if (employer.base != NULL) {
        json_put_key(w, "provider");
        json_begin_object(w);
        put_line(w, "name", employer, NAME_CHARS);
        json_end_object(w);
    }
}

static void put_location(json_writer *w, const row *r)
{
    bytes postcode = cell_of(r, PLZ);
    double lat = 0;
    double lon = 0;
    bool has_place =
        table_number(cell_of(r, LAT), 90, &lat) && table_number(cell_of(r, LON), 180, &lon);
    if (postcode.base == NULL && !has_place) {
        return;
    }
    json_put_key(w, "location");
    json_begin_object(w);
    if (postcode.base != NULL) {
        json_member_text(w, "postcode", postcode);
    }
    if (has_place) {
        json_put_key(w, "lat");
        json_put_double(w, lat);
        json_put_key(w, "lon");
        json_put_double(w, lon);
    }
    json_end_object(w);
}

static bool mentions(const buf *folded, const char *word)
{
    return folded->len > 0 && memmem(folded->base, folded->len, word, strlen(word)) != NULL;
}

/* A word at the beginning: "Ausbildung zum ...", not "Ausbildungsleiter". */
static bool begins_with_word(bytes title, const char *word)
{
    size_t len = strlen(word);
    return bytes_starts_with(title, word) &&
           (title.len == len || memchr(" :/-,(", title.base[len], 6) != NULL);
}

static const char *kind_of(bytes title)
{
    static const char *const APPRENTICESHIPS[] = {"Ausbildung", "Ausbildungsplatz", "Azubi",
                                                  "Auszubildende", "Auszubildender"};
    static const char *const INTERNSHIPS[] = {"Praktikum", "Praktikant", "Praktikantin"};
    for (size_t i = 0; i < sizeof APPRENTICESHIPS / sizeof *APPRENTICESHIPS; i++) {
        if (begins_with_word(title, APPRENTICESHIPS[i])) {
            return "apprenticeship";
        }
    }
    for (size_t i = 0; i < sizeof INTERNSHIPS / sizeof *INTERNSHIPS; i++) {
        if (begins_with_word(title, INTERNSHIPS[i])) {
            return "internship";
        }
    }
    return "job";
}

/* Working time stands only in prose: what is read from there is counted as derived. */
static void put_working_time(json_writer *w, import_run *run, bytes title)
{
    static const char *const MARGINAL[] = {"minijob",  "mini-job", "mini job", "geringfugig",
                                           "450-euro", "520-euro", "538-euro", "556-euro"};
    buf folded = {0};
    utf8_fold(title, &folded);
    bool is_part = mentions(&folded, "teilzeit");
    bool is_full = mentions(&folded, "vollzeit") || (is_part && mentions(&folded, "voll-"));
    bool is_marginal = false;
    for (size_t i = 0; i < sizeof MARGINAL / sizeof *MARGINAL; i++) {
        is_marginal = is_marginal || mentions(&folded, MARGINAL[i]);
    }
    buf_fini(&folded);
    if (!is_full && !is_part && !is_marginal) {
        return;
    }
    run_count_key(&run->derived, BYTES("working_time"));
    json_put_key(w, "working_time");
    json_begin_array(w);
    if (is_full) {
        json_put_cstr(w, "full_time");
    }
    if (is_part) {
        json_put_cstr(w, "part_time");
    }
    if (is_marginal) {
        json_put_cstr(w, "marginal");
    }
    json_end_array(w);
}

/* The first ten characters, where they are a day. */
static bytes day_text(const table_reader *t, const row *r, enum column column)
{
    bytes text = cell_of(r, column);
    day d = 0;
    if (text.base == NULL) {
        return text;
    }
    if (text.len < DAY_TEXT_LEN || !day_parse((bytes){text.base, DAY_TEXT_LEN}, &d)) {
        run_count_key(&t->run->unmapped_codes, bytes_of(COLUMNS[column].title));
        return (bytes){NULL, 0};
    }
    return (bytes){text.base, DAY_TEXT_LEN};
}

static void put_intake(json_writer *w, const char *id, bytes start)
{
    char intake[ID_LEN_MAX + 8];
    snprintf(intake, sizeof intake, "%s/1", id);
    json_put_key(w, "intakes");
    json_begin_array(w);
    json_begin_object(w);
    json_member_cstr(w, "id", intake);
    if (start.base != NULL) { /* else the start is not known */
        json_member_text(w, "start", start);
    }
    json_member_int(w, "seats", 1);
    json_member_int(w, "seats_free", 1);
    json_member_cstr(w, "seats_source", "assumed");
    json_end_object(w);
    json_end_array(w);
}

static void put_source(json_writer *w, const table_reader *t, const row *r)
{
    bytes modified = day_text(t, r, MODIFIED);
    bytes published = day_text(t, r, PUBLISHED);
    bytes seen = bytes_compare(modified, published) > 0 ? modified : published;
    json_put_key(w, "source");
    json_begin_object(w);
    json_member_cstr(w, "system", "ba-jobs");
    json_member_text(w, "id", cell_of(r, REFNR));
    if (seen.base != NULL) {
        json_member_text(w, "last_seen", seen);
    }
    json_end_object(w);
}

static void put_offer(json_writer *w, const table_reader *t, const row *r, const char *id)
{
    bytes title = cell_of(r, TITEL);
    const char *kind = title.base != NULL ? kind_of(title) : "job";
    if (strcmp(kind, "job") != 0) {
        run_count_key(&t->run->derived, BYTES("kind"));
    }
    json_begin_object(w);
    json_member_cstr(w, "id", id);
    json_member_cstr(w, "kind", kind);
    json_member_cstr(w, "status", "running");
    put_texts(w, t->run, r);
    put_location(w, r);
    jobs_put_occupation(t->run, w, cell_of(r, BERUF));
    if (title.base != NULL) {
        put_working_time(w, t->run, title);
    }
    put_intake(w, id, day_text(t, r, START));
    put_source(w, t, r);
    json_end_object(w);
}

static bool jobs_row(table_reader *t, const bytes *cells, uint32_t cell_count, uint64_t line,
                     err *e)
{
    row r = {t, cells, cell_count};
    bytes refnr = cell_of(&r, REFNR);
    if (refnr.base == NULL || refnr.len > REFNR_LEN_MAX) {
        err why = {0};
        fail(&why, ERR_FIELD_MISSING, "the row has no reference number of at most %d characters",
             REFNR_LEN_MAX);
        err_path(&why, "/refnr");
        run_refuse(t->run, line, (bytes){NULL, 0}, &why);
        return true;
    }
    char id[ID_LEN_MAX + 1];
    snprintf(id, sizeof id, "ba-%.*s", (int)refnr.len, refnr.base);
    buf record = {0};
    json_writer w = json_writer_to(&record);
    put_offer(&w, t, &r, id);
    bool is_taken = record.failed ? fail(e, ERR_MEMORY, "could not read the row: no memory")
                                  : run_take_text(t->run, buf_bytes(&record), line, 0, e);
    buf_fini(&record);
    return is_taken;
}

static bool jobs_begin(import_run *r, err *e)
{
    table_reader *t = mem_new(sizeof *t);
    if (t == NULL) {
        return fail(e, ERR_MEMORY, "could not start the import: no memory");
    }
    table_begin(t, r, COLUMNS, TITLE_COUNT);
    t->on_row = jobs_row;
    r->state = t;
    return true;
}

static bool jobs_feed(import_run *r, bytes piece, err *e)
{
    return table_feed(r->state, piece, e);
}

static bool jobs_finish(import_run *r, err *e)
{
    return table_finish(r->state, e);
}

static void jobs_end(import_run *r)
{
    if (r->state != NULL) {
        table_fini(r->state);
        mem_free(r->state);
        r->state = NULL;
    }
}

const import_reader IMPORT_BA_JOBS_CSV = {
    "ba-jobs-csv",   "advertisements of the jobs API v4, flattened to a table",
    jobs_recognises, jobs_begin,
    jobs_feed,       jobs_finish,
    jobs_end,
};
