/* KldB 2010 as the employment agency ships it. Spreadsheets took the leading zeros off; the column
 * of the level tells how many digits there were. */
#include "taxonomy/read_parts.h"

enum { KLDB_WIDTH = 5 };

static uint32_t requirement_level(bytes id)
{
    enum { FULL_LEN = sizeof "kldb:81302" - 1 };
    char last = id.base[id.len - 1];
    return id.len == FULL_LEN && last >= '1' && last <= '4' ? (uint32_t)(last - '0') : 0;
}

static bool kldb_concept(reading *r, bytes digits, uint32_t width, uint32_t *ret, err *e)
{
    char room[16];
    bytes id;
    if (!read_code("kldb:", digits, width, room, &id)) {
        return fail(e, ERR_FIELD_FORMAT, "\"%.*s\" is no code of KldB with %u digits",
                    (int)(digits.len < 40 ? digits.len : 40), digits.base, width);
    }
    return draft_concept(r->draft, id, TAXONOMY_KLDB, requirement_level(id), ret, e);
}

static bool on_class(reading *r, err *e)
{
    bytes level = read_cell(r, 1);
    if (level.len != 1 || level.base[0] < '1' || level.base[0] > '0' + KLDB_WIDTH) {
        return fail(e, ERR_FIELD_RANGE, "level \"%.*s\" is not between 1 and 5",
                    (int)(level.len < 40 ? level.len : 40), level.base);
    }
    uint32_t width = (uint32_t)(level.base[0] - '0');
    uint32_t at;
    if (!kldb_concept(r, read_cell(r, 0), width, &at, e) ||
        !draft_label(r->draft, at, "de", LABEL_PREFERRED, read_cell(r, 2), e) ||
        !draft_label(r->draft, at, "de", LABEL_OTHER, read_cell(r, 3), e)) {
        return false;
    }
    if (width == 1) {
        return true;
    }
    char room[16];
    bytes id;
    uint32_t above;
    bool is_code = read_code("kldb:", read_cell(r, 0), width, room, &id);
    bytes parent = {id.base, id.len - 1};
    return is_code && draft_concept(r->draft, parent, TAXONOMY_KLDB, 0, &above, e) &&
           draft_relate(r->draft, at, RELATION_BROADER, above, e);
}

static bool on_index_name(reading *r, err *e)
{
    bytes code = read_cell(r, 1);
    bool is_footer = code.len == 0 || bytes_starts_with(code, "\xC2\xA9"); /* date and copyright */
    uint32_t at;
    return is_footer || (kldb_concept(r, code, KLDB_WIDTH, &at, e) &&
                         draft_label(r->draft, at, "de", LABEL_OTHER, read_cell(r, 0), e));
}

static bool on_pair(reading *r, err *e)
{
    bytes kldb = read_cell(r, 0);
    bytes isco = read_cell(r, 1);
    if (bytes_starts_with(kldb, "-") || bytes_starts_with(isco, "-")) {
        return true; /* answers that are no occupation carry negative numbers */
    }
    char room[16];
    bytes id;
    uint32_t from;
    uint32_t to;
    if (!read_code("isco:", isco, 4, room, &id)) {
        return fail(e, ERR_FIELD_FORMAT, "\"%.*s\" is no unit group of ISCO",
                    (int)(isco.len < 40 ? isco.len : 40), isco.base);
    }
    return kldb_concept(r, kldb, KLDB_WIDTH, &from, e) &&
           draft_concept(r->draft, id, TAXONOMY_ISCO, 0, &to, e) &&
           draft_relate(r->draft, from, RELATION_SAME, to, e);
}

/* "B 81302-103": the code, and the number of the name. The agency's own short name is what stands
 * in its advertisements. */
static bool on_agency_name(reading *r, err *e)
{
    enum { PREFIX_LEN = 2 };
    bytes code = r->cell_count > 10 ? r->cells[1] : (bytes){"", 0};
    if (code.len < PREFIX_LEN + KLDB_WIDTH) {
        return fail(e, ERR_FIELD_FORMAT, "\"%.*s\" is no code like \"B 81302-103\"",
                    (int)(code.len < 40 ? code.len : 40), code.base);
    }
    uint32_t at;
    bytes digits = {code.base + PREFIX_LEN, KLDB_WIDTH};
    return kldb_concept(r, digits, KLDB_WIDTH, &at, e) &&
           draft_label(r->draft, at, "de", LABEL_SHORT, r->cells[10], e) &&
           draft_label(r->draft, at, "de", LABEL_OTHER, r->cells[9], e);
}

const read_format READ_KLDB[] = {
    {"kldb", {"Schlüssel KldB 2010, V. 2020", "Ebene", "Titel", "Kurztitel"}, false, on_class},
    {"kldb index", {"Berufsbenennungen", "KldB 2010 (5-Steller)"}, false, on_index_name},
    {"kldb isco pairs", {"kldb2010", "isco08"}, false, on_pair},
};
const uint32_t READ_KLDB_COUNT = sizeof READ_KLDB / sizeof *READ_KLDB;
const read_format READ_KLDB_BARE = {"kldb agency names", {NULL}, false, on_agency_name};
