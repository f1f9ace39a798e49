/* GeoNames postcodes: a table with the coordinates of each postcode's places. One code has many
 * rows, some of them bulk-mail customers far away from each other: the middle row by latitude is
 * the code's place. Kept for all later imports, so that a record with only a postcode gets a place.
 */
#include <stdlib.h>
#include <string.h>

#include "import/table.h"

enum column { ZIPCODE, LATITUDE, LONGITUDE };

static const table_column COLUMNS[] = {
    [ZIPCODE] = {"zipcode", true, false},
    [LATITUDE] = {"latitude", true, false},
    [LONGITUDE] = {"longitude", true, false},
    {"country_code", false, true},
    {"place", false, true},
    {"state", false, true},
    {"state_code", false, true},
    {"province", false, true},
    {"province_code", false, true},
    {"community", false, true},
    {"community_code", false, true},
};
enum { TITLE_COUNT = sizeof COLUMNS / sizeof *COLUMNS, CODE_LEN = 5, PLACE_COUNT_MAX = 1000000 };

typedef struct code_place {
    char code[CODE_LEN];
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

static bool parse_number(bytes text, double limit, double *ret)
{
    char copy[40];
    if (text.base == NULL || text.len >= sizeof copy) {
        return false;
    }
    memcpy(copy, text.base, text.len);
    copy[text.len] = '\0';
    char *end = NULL;
    double value = strtod(copy, &end);
    if (end == copy || *end != '\0' || !(value >= -limit && value <= limit)) {
        return false;
    }
    *ret = value;
    return true;
}

static bool keep_row(geonames *g, const code_place *place, err *e)
{
    if (g->count == g->cap) {
        uint32_t cap = g->cap == 0 ? 4096 : g->cap * 2;
        code_place *places = cap > PLACE_COUNT_MAX ? NULL
                                                   : mem_resize(g->places, g->cap * sizeof *places,
                                                                cap * sizeof *places);
        if (places == NULL) {
            return fail(e, ERR_MEMORY, "could not keep the postcodes: no memory");
        }
        g->places = places;
        g->cap = cap;
    }
    g->places[g->count++] = *place;
    return true;
}

/* "1067" is 01067: programs that take codes for numbers lose the zero. */
static bool read_code(bytes text, char code[CODE_LEN])
{
    if (text.base == NULL || text.len < CODE_LEN - 1 || text.len > CODE_LEN) {
        return false;
    }
    memset(code, '0', CODE_LEN);
    memcpy(code + CODE_LEN - text.len, text.base, text.len);
    for (int i = 0; i < CODE_LEN; i++) {
        if (code[i] < '0' || code[i] > '9') {
            return false;
        }
    }
    return true;
}

static bool geonames_row(table_reader *t, const bytes *cells, uint32_t cell_count, uint64_t line,
                         err *e)
{
    geonames *g = t->run->state;
    code_place place = {0};
    bytes code = table_cell(t, cells, cell_count, ZIPCODE);
    if (!read_code(code, place.code) ||
        !parse_number(table_cell(t, cells, cell_count, LATITUDE), 90, &place.lat) ||
        !parse_number(table_cell(t, cells, cell_count, LONGITUDE), 180, &place.lon)) {
        err why = {0};
        fail(&why, ERR_FIELD_FORMAT,
             "the row has no postcode of five digits with latitude and longitude");
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
    int by_code = memcmp(x->code, y->code, CODE_LEN);
    if (by_code != 0) {
        return by_code;
    }
    if (x->lat != y->lat) {
        return x->lat < y->lat ? -1 : 1;
    }
    return x->lon < y->lon ? -1 : x->lon > y->lon;
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
        while (end < g->count && memcmp(g->places[end].code, g->places[i].code, CODE_LEN) == 0) {
            end++;
        }
        const code_place *middle = &g->places[i + (end - i) / 2];
        if (!r->options.is_dry_run && r->options.keep_place != NULL &&
            !r->options.keep_place(r->options.context, (bytes){middle->code, CODE_LEN}, middle->lat,
                                   middle->lon, e)) {
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
