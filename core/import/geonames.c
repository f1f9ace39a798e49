/* GeoNames postcodes: a table with the coordinates of each postcode's places. One code has many
 * rows, some of them bulk-mail customers far away from each other: the middle row by latitude is
 * the code's place. Kept for all later imports, so that a record with only a postcode gets a place.
 */
#include <stdlib.h>
#include <string.h>

#include "import/table.h"

enum column { ZIPCODE, LATITUDE, LONGITUDE, COUNTRY };

static const table_column COLUMNS[] = {
    [ZIPCODE] = {"zipcode", true, false},
    [LATITUDE] = {"latitude", true, false},
    [LONGITUDE] = {"longitude", true, false},
    [COUNTRY] = {"country_code", false, false},
    {"place", false, true},
    {"state", false, true},
    {"state_code", false, true},
    {"province", false, true},
    {"province_code", false, true},
    {"community", false, true},
    {"community_code", false, true},
};
enum {
    TITLE_COUNT = sizeof COLUMNS / sizeof *COLUMNS,
    CODE_LEN_MAX = 10,
    GERMAN_CODE_LEN = 5,
    PLACE_COUNT_MAX = 4 * 1024 * 1024
};

typedef struct code_place {
    char code[CODE_LEN_MAX + 1];
    double lat, lon;
} code_place;

typedef struct geonames {
    table_reader table;
    code_place *places;
    uint32_t count, cap;
} geonames;

static bool geonames_recognises(bytes head)
{
    return table_recognises(head, COLUMNS, TITLE_COUNT);
}

static bool keep_row(geonames *g, const code_place *place, err *e)
{
    if (g->count == PLACE_COUNT_MAX) {
        return fail(e, ERR_TOO_LARGE, "the table has more than %d postcodes", PLACE_COUNT_MAX);
    }
    if (g->count == g->cap) {
        uint32_t cap = g->cap == 0 ? 4096 : g->cap * 2;
        code_place *places = mem_resize(g->places, g->cap * sizeof *places, cap * sizeof *places);
        if (places == NULL) {
            return fail(e, ERR_MEMORY, "could not keep the postcodes: no memory");
        }
        g->places = places;
        g->cap = cap;
    }
    g->places[g->count++] = *place;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Five digits. "1067" is 01067: programs that take codes for numbers lose the zero. */
static bool read_german_code(bytes text, char code[CODE_LEN_MAX + 1])
{
    if (text.len < GERMAN_CODE_LEN - 1 || text.len > GERMAN_CODE_LEN) {
        return false;
    }
    memset(code, '0', GERMAN_CODE_LEN);
    memcpy(code + GERMAN_CODE_LEN - text.len, text.base, text.len);
    for (int i = 0; i < GERMAN_CODE_LEN; i++) {
        if (!is_digit(code[i])) {
            return false;
        }
    }
    return true;
}

/* As records may hold them: digits, capitals, blanks, hyphens. */
static bool read_foreign_code(bytes text, char code[CODE_LEN_MAX + 1])
{
    if (text.len < 2 || text.len > CODE_LEN_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.base[i];
        bool is_inner = i > 0 && (c == ' ' || c == '-');
        if (!is_digit(c) && !(c >= 'A' && c <= 'Z') && !is_inner) {
            return false;
        }
        code[i] = c;
    }
    return true;
}

static bool read_code(bytes text, bytes country, char code[CODE_LEN_MAX + 1])
{
    if (text.base == NULL) {
        return false;
    }
    bool is_german = country.base == NULL || bytes_equal_text(country, "DE");
    return is_german ? read_german_code(text, code) : read_foreign_code(text, code);
}

static bool geonames_row(table_reader *t, const bytes *cells, uint32_t cell_count, uint64_t line,
                         err *e)
{
    geonames *g = t->run->state;
    code_place place = {0};
    bytes code = table_cell(t, cells, cell_count, ZIPCODE);
    bytes country = table_cell(t, cells, cell_count, COUNTRY);
    if (!read_code(code, country, place.code) ||
        !table_number(table_cell(t, cells, cell_count, LATITUDE), 90, &place.lat) ||
        !table_number(table_cell(t, cells, cell_count, LONGITUDE), 180, &place.lon)) {
        err why = {0};
        fail(&why, ERR_FIELD_FORMAT,
             "the row has no postcode (five digits in Germany) with latitude and longitude");
        run_refuse(t->run, line, code, &why);
        return true;
    }
    t->run->count.read++;
    return keep_row(g, &place, e);
}

static int compare_places(const void *a, const void *b)
{
    const code_place *x = a;
    const code_place *y = b;
    int by_code = strcmp(x->code, y->code);
    if (by_code != 0) {
        return by_code;
    }
    if (x->lat != y->lat) {
        return x->lat < y->lat ? -1 : 1;
    }
    return x->lon < y->lon ? -1 : x->lon > y->lon;
}

static bool keep_place(import_run *r, const code_place *place, err *e)
{
    return r->options.is_dry_run || r->options.keep_place == NULL ||
           r->options.keep_place(r->options.context, bytes_of(place->code), place->lat, place->lon,
                                 e);
}

static bool geonames_finish(import_run *r, err *e)
{
    geonames *g = r->state;
    if (!table_finish(&g->table, e)) {
        return false;
    }
    if (g->count > 1) {
        qsort(g->places, g->count, sizeof *g->places, compare_places);
    }
    for (uint32_t i = 0; i < g->count;) {
        uint32_t end = i + 1;
        while (end < g->count && strcmp(g->places[end].code, g->places[i].code) == 0) {
            end++;
        }
        if (!keep_place(r, &g->places[i + (end - i) / 2], e)) {
            return false;
        }
        r->count.created++;
        r->count.duplicates += end - i - 1;
        i = end;
    }
    return true;
}

static bool geonames_begin(import_run *r, err *e)
{
    geonames *g = mem_new(sizeof *g);
    if (g == NULL) {
        return fail(e, ERR_MEMORY, "could not start the import: no memory");
    }
    table_begin(&g->table, r, COLUMNS, TITLE_COUNT);
    g->table.on_row = geonames_row;
    r->state = g;
    return true;
}

static bool geonames_feed(import_run *r, bytes piece, err *e)
{
    geonames *g = r->state;
    return table_feed(&g->table, piece, e);
}

static void geonames_end(import_run *r)
{
    geonames *g = r->state;
    if (g != NULL) {
        table_fini(&g->table);
        mem_free(g->places);
        mem_free(g);
        r->state = NULL;
    }
}

const import_reader IMPORT_GEONAMES = {
    "geonames-postcodes", "GeoNames postcodes with coordinates, kept for later imports",
    geonames_recognises,  geonames_begin,
    geonames_feed,        geonames_finish,
    geonames_end,
};
