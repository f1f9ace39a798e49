/* Advertisements of the public employment agency's job search (v4), flattened to a table. What
 * identifies a contact person or a street is not taken. Traps of the source: the same reference
 * number twice, no postcode, the text `null`, line ends inside titles, old publication days. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "import/table.h"

enum column {
    BERUF,
    TITEL,
    REFNR,
    ARBEITGEBER,
    PUBLISHED,
    MODIFIED,
    START,
    LAT,
    LON,
    PLZ,
    COLUMN_COUNT
};

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
enum { TITLE_COUNT = sizeof COLUMNS / sizeof *COLUMNS };

static bool jobs_recognises(bytes head)
{
    return table_recognises(head, COLUMNS, TITLE_COUNT);
}

/* Line ends and runs of spaces inside a title become one space. */
static void put_title(json_writer *w, bytes title)
{
    buf flat = {0};
    for (size_t i = 0; i < title.len; i++) {
        bool is_space = (unsigned char)title.base[i] <= ' ';
        if (!is_space) {
            buf_char(&flat, title.base[i]);
        } else if (flat.len > 0 && flat.base[flat.len - 1] != ' ') {
            buf_char(&flat, ' ');
        }
    }
    json_put_key(w, "title");
    json_begin_object(w);
    json_member_text(w, "de", buf_bytes(&flat));
    json_end_object(w);
    buf_fini(&flat);
}

static bool parse_degrees(bytes text, double *ret)
{
    char copy[40];
    if (text.base == NULL || text.len >= sizeof copy) {
        return false;
    }
    memcpy(copy, text.base, text.len);
    copy[text.len] = '\0';
    char *end = NULL;
    double value = strtod(copy, &end);
    if (end == copy || *end != '\0' || !(value >= -180 && value <= 180)) {
        return false;
    }
    *ret = value;
    return true;
}

static void put_location(json_writer *w, bytes postcode, bytes lat, bytes lon)
{
    double degrees_lat = 0;
    double degrees_lon = 0;
    bool has_place = parse_degrees(lat, &degrees_lat) && parse_degrees(lon, &degrees_lon);
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
        json_put_double(w, degrees_lat);
        json_put_key(w, "lon");
        json_put_double(w, degrees_lon);
    }
    json_end_object(w);
}

static bool mentions(bytes title, const char *folded_word)
{
    buf folded = {0};
    utf8_fold(title, &folded);
    bool is_there = memmem(folded.base, folded.len, folded_word, strlen(folded_word)) != NULL;
    buf_fini(&folded);
    return is_there;
}

/* Working time and kind stand only in prose: what is read from there is counted as derived. */
static void put_derived(json_writer *w, import_run *r, bytes title)
{
    bool is_full = mentions(title, "vollzeit");
    bool is_part = mentions(title, "teilzeit");
    bool is_marginal = mentions(title, "minijob") || mentions(title, "520-euro") ||
                       mentions(title, "538-euro") || mentions(title, "556-euro");
    if (!is_full && !is_part && !is_marginal) {
        return;
    }
    run_count_key(&r->derived, BYTES("working_time"));
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
static bool put_day(json_writer *w, const char *key, bytes text)
{
    day d = 0;
    if (text.base == NULL || text.len < DAY_TEXT_LEN ||
        !day_parse((bytes){text.base, DAY_TEXT_LEN}, &d)) {
        return false;
    }
    json_member_text(w, key, (bytes){text.base, DAY_TEXT_LEN});
    return true;
}

static void put_intake(json_writer *w, const char *id, bytes start)
{
    json_put_key(w, "intakes");
    json_begin_array(w);
    json_begin_object(w);
    char intake[ID_LEN_MAX + 8];
    snprintf(intake, sizeof intake, "%s/1", id);
    json_member_cstr(w, "id", intake);
    (void)put_day(w, "start", start); /* a vacancy without a day: the start is not known */
    json_member_int(w, "seats", 1);
    json_member_int(w, "seats_free", 1);
    json_member_cstr(w, "seats_source", "assumed");
    json_end_object(w);
    json_end_array(w);
}

static bool jobs_row(table_reader *t, const bytes *cells, uint32_t cell_count, uint64_t line,
                     err *e)
{
    bytes refnr = table_cell(t, cells, cell_count, REFNR);
    bytes title = table_cell(t, cells, cell_count, TITEL);
    bytes occupation = table_cell(t, cells, cell_count, BERUF);
    if (refnr.base == NULL || refnr.len > ID_LEN_MAX - 8) {
        err why = {0};
        fail(&why, ERR_FIELD_MISSING, "the row has no usable reference number");
        err_path(&why, "/refnr");
        run_refuse(t->run, line, (bytes){NULL, 0}, &why);
        return true;
    }
    char id[ID_LEN_MAX + 1];
    snprintf(id, sizeof id, "ba-%.*s", (int)refnr.len, refnr.base);
    bool is_apprenticeship = title.base != NULL && bytes_starts_with(title, "Ausbildung");
    if (is_apprenticeship) {
        run_count_key(&t->run->derived, BYTES("kind"));
    }
    buf record = {0};
    json_writer w = json_writer_to(&record);
    json_begin_object(&w);
    json_member_cstr(&w, "id", id);
    json_member_cstr(&w, "kind", is_apprenticeship ? "apprenticeship" : "job");
    json_member_cstr(&w, "status", "running");
    put_title(&w, title.base != NULL ? title : occupation.base != NULL ? occupation : refnr);
    bytes employer = table_cell(t, cells, cell_count, ARBEITGEBER);
    if (employer.base != NULL) {
        json_put_key(&w, "provider");
        json_begin_object(&w);
        json_member_text(&w, "name", employer);
        json_end_object(&w);
    }
    put_location(&w, table_cell(t, cells, cell_count, PLZ), table_cell(t, cells, cell_count, LAT),
                 table_cell(t, cells, cell_count, LON));
    put_derived(&w, t->run, title.base != NULL ? title : BYTES(""));
    put_intake(&w, id, table_cell(t, cells, cell_count, START));
    json_put_key(&w, "source");
    json_begin_object(&w);
    json_member_cstr(&w, "system", "ba-jobs");
    json_member_text(&w, "id", refnr);
    bytes modified = table_cell(t, cells, cell_count, MODIFIED);
    if (!put_day(&w, "last_seen", modified)) {
        (void)put_day(&w, "last_seen",
                      table_cell(t, cells, cell_count, PUBLISHED)); /* neither: not said */
    }
    json_end_object(&w);
    json_end_object(&w);
    bool is_taken = record.failed ? fail(e, ERR_MEMORY, "could not read the row: no memory")
                                  : run_take_text(t->run, buf_bytes(&record), line, e);
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
