#include "match/program.h"

#include <string.h>

#include "base/check.h"

/* What enabled plugins ask for, resolved to columns. The operators' types stand in one table here;
 * their meaning stands in gate.c. */

enum { COLUMN_COUNT_MAX = UINT16_MAX - 1, PATH_LEN_MAX = 200 };

static const struct {
    gate_op op;
    const char *text;
} op_texts[] = {
    {GATE_AT_LEAST, ">="},
    {GATE_AT_MOST, "<="},
    {GATE_OVERLAPS, "overlaps"},
    {GATE_IN, "in"},
    {GATE_CONTAINS_ALL, "contains_all"},
    {GATE_INTERSECTS_OR_EMPTY, "intersects_or_empty"},
    {GATE_DISJOINT, "disjoint"},
    {GATE_SUBSET_OF, "subset_of"},
    {GATE_WITHIN_KM, "within_km"},
    {GATE_FITS_WITHIN, "fits_within"},
    {GATE_ON_OR_AFTER, "on_or_after"},
    {GATE_FLAG, "flag"},
    {GATE_PERMISSION, "permission"},
    {GATE_NOT_BEFORE_AS_OF, "not_before_as_of"},
    {GATE_SEATS, "seats"},
    {GATE_STATUS, "status"},
    {GATE_RESTRICTION, "restriction"},
};

enum { OP_COUNT = sizeof(op_texts) / sizeof(op_texts[0]) };

static bool op_is_of_the_core(gate_op op)
{
    return op == GATE_NOT_BEFORE_AS_OF || op == GATE_SEATS || op == GATE_STATUS ||
           op == GATE_RESTRICTION;
}

const char *gate_op_text(gate_op op)
{
    for (uint32_t i = 0; i < OP_COUNT; i++) {
        if (op_texts[i].op == op) {
            return op_texts[i].text;
        }
    }
    check(false); /* every operator stands in the list */
    return "";
}

bool gate_op_from_text(bytes text, gate_op *ret)
{
    for (uint32_t i = 0; i < OP_COUNT; i++) {
        if (!op_is_of_the_core(op_texts[i].op) && bytes_equal_text(text, op_texts[i].text)) {
            *ret = op_texts[i].op;
            return true;
        }
    }
    return false;
}

static const void *host_get_extension(const lotse_host *host, const char *id)
{
    (void)host;
    (void)id;
    return NULL;
}

const lotse_host *program_host(void)
{
    static const lotse_host host = {sizeof(lotse_host), host_get_extension};
    return &host;
}

const lotse_host *program_host_of(const match_program *p, const program_cage *cage)
{
    if (cage != NULL) {
        return &cage->host;
    }
    return p->knowledge == NULL ? program_host() : knowledge_host(p->knowledge);
}

/* ------------------------------------------------------------------------------------ columns */

uint16_t program_column(const match_program *p, record_side side, const char *path)
{
    const column_set *set = &p->columns[side];
    for (uint32_t i = 0; i < set->count; i++) {
        if (strcmp(set->columns[i].field->path, path) == 0) {
            return (uint16_t)i;
        }
    }
    return UINT16_MAX;
}

static bool set_has(const column_ref *columns, uint32_t count, const char *path)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(columns[i].field->path, path) == 0) {
            return true;
        }
    }
    return false;
}

/* What a base file's bytes depend on: the order, paths, types and code lists of its columns. */
static uint64_t hash_columns(const column_ref *columns, uint32_t count)
{
    uint64_t hash = 0;
    for (uint32_t i = 0; i < count; i++) {
        const field *f = columns[i].field;
        uint64_t parts[4] = {hash, bytes_hash(bytes_of(f->path)), f->type,
                             f->codes == NULL ? 0 : bytes_hash(bytes_of(f->codes->name))};
        hash = bytes_hash((bytes){(const char *)parts, sizeof(parts)});
    }
    return hash;
}

bool program_columns_make(record_side side, const char *const *picks, uint32_t pick_count,
                          const field *const *extra, uint32_t extra_count, arena *a,
                          column_set *ret, err *e)
{
    uint32_t catalogue_count = 0;
    const field *catalogue = field_all(side, &catalogue_count);
    size_t count_max = (size_t)catalogue_count + pick_count + extra_count;
    if (count_max > COLUMN_COUNT_MAX) {
        return fail(e, ERR_TOO_LARGE, "plugins ask for %zu columns, at most %d are possible",
                    count_max, COLUMN_COUNT_MAX);
    }
    column_ref *columns = arena_make_array(a, count_max, column_ref);
    if (columns == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the columns of a program");
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < catalogue_count; i++) {
        columns[count++] = (column_ref){&catalogue[i], -1};
    }
    for (uint32_t i = 0; i < pick_count; i++) {
        if (set_has(columns, count, picks[i])) {
            continue;
        }
        const field *f = field_find(side, picks[i], a);
        if (f == NULL) {
            return fail(e, ERR_FILTER_INVALID, "there is no field \"%s\" of %s", picks[i],
                        side == SIDE_SEEKER ? "seekers" : "offers");
        }
        columns[count++] = (column_ref){f, -1};
    }
    for (uint32_t i = 0; i < extra_count; i++) {
        if (!set_has(columns, count, extra[i]->path)) {
            columns[count++] = (column_ref){extra[i], -1};
        }
    }
    *ret = (column_set){columns, count, count, hash_columns(columns, count)};
    return true;
}

bool program_columns_derive(column_set *set, const field *const *fields, const int32_t *derived,
                            uint32_t count, arena *a, err *e)
{
    check(set->count == set->stored_count);
    if (set->count + (size_t)count > COLUMN_COUNT_MAX) {
        return fail(e, ERR_TOO_LARGE, "plugins derive %u fields, too many", count);
    }
    column_ref *columns = arena_make_array(a, (size_t)set->count + count, column_ref);
    if (columns == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the columns of a program");
    }
    memcpy(columns, set->columns, set->count * sizeof(column_ref));
    for (uint32_t i = 0; i < count; i++) {
        check(derived[i] >= 0);
        columns[set->count + i] = (column_ref){fields[i], derived[i]};
    }
    set->columns = columns;
    set->count += count;
    return true;
}

/* ------------------------------------------------------------------------------------ core gates
 */

static uint16_t offer_column_needed(const match_program *p, const char *path)
{
    uint16_t column = program_column(p, SIDE_OFFER, path);
    check(column != UINT16_MAX);
    return column;
}

static gate gate_blank(void)
{
    return (gate){.seeker_columns = {UINT16_MAX, UINT16_MAX},
                  .offer_columns = {UINT16_MAX, UINT16_MAX},
                  .seeker_key = UINT16_MAX,
                  .offer_key = UINT16_MAX,
                  .waive_column = UINT16_MAX,
                  .kinds = UINT64_MAX,
                  .plugin = UINT32_MAX};
}

uint32_t program_core_gates(const match_program *p, gate *gates)
{
    /* An intake without a day has no deadline, so that an absent day asks for nothing. */
    static const struct {
        const char *id;
        gate_op op;
        const char *paths[2];
        bool unknown_is_yes;
    } rows[CORE_GATE_COUNT] = {
        {"core.seats", GATE_SEATS, {"intakes.*.seats_free", "intakes.*.waiting_list"}, false},
        {"core.register_by", GATE_NOT_BEFORE_AS_OF, {"intakes.*.register_by", NULL}, true},
        {"core.valid_to", GATE_NOT_BEFORE_AS_OF, {"source.valid_to", NULL}, true},
        {"core.end", GATE_NOT_BEFORE_AS_OF, {"intakes.*.end", NULL}, true},
        {"core.status", GATE_STATUS, {"status", NULL}, true},
        {"core.restriction", GATE_RESTRICTION, {"restrictions.*.trait", NULL}, false},
    };
    for (uint32_t i = 0; i < CORE_GATE_COUNT; i++) {
        gates[i] = gate_blank();
        gates[i].criterion = "core.open";
        gates[i].id = rows[i].id;
        gates[i].op = rows[i].op;
        gates[i].unknown_is_yes = rows[i].unknown_is_yes;
        gates[i].text = i;
        for (uint32_t j = 0; j < 2 && rows[i].paths[j] != NULL; j++) {
            gates[i].offer_columns[j] = offer_column_needed(p, rows[i].paths[j]);
        }
    }
    return CORE_GATE_COUNT;
}

/* ------------------------------------------------------------------------------------ gates */

static const char *type_text(uint32_t type)
{
    switch (type) {
    case LOTSE_INT:
        return "a number";
    case LOTSE_DAY:
        return "a day";
    case LOTSE_FLAG:
        return "a flag";
    case LOTSE_CODE:
        return "a code";
    case LOTSE_CODE_SET:
        return "a set of codes";
    case LOTSE_CONCEPT:
        return "a concept";
    case LOTSE_CONCEPT_SET:
        return "a set of concepts";
    case LOTSE_PLACE:
        return "a place";
    case LOTSE_WEEK:
        return "times of a week";
    case LOTSE_INT_LIST:
        return "a list of numbers";
    case LOTSE_DAY_LIST:
        return "a list of days";
    case LOTSE_CODE_LIST:
        return "a list of codes";
    default:
        return "a list of concepts";
    }
}

static bool find_columns(const match_program *p, record_side side, const bytes *paths,
                         uint32_t path_count, uint16_t ret[2], err *e)
{
    for (uint32_t i = 0; i < path_count; i++) {
        char path[PATH_LEN_MAX + 1];
        uint16_t column = UINT16_MAX;
        if (paths[i].len <= PATH_LEN_MAX && memchr(paths[i].base, 0, paths[i].len) == NULL) {
            memcpy(path, paths[i].base, paths[i].len);
            path[paths[i].len] = 0;
            column = program_column(p, side, path);
        }
        if (column == UINT16_MAX) {
            return fail(e, ERR_FILTER_INVALID, "there is no field \"%.*s\" of %s",
                        (int)(paths[i].len < 80 ? paths[i].len : 80), paths[i].base,
                        side == SIDE_SEEKER ? "seekers" : "offers");
        }
        ret[i] = column;
    }
    return true;
}

/* The column that tells which entries of two lists belong together: `code` of languages,
 * `occupation` of experience. */
static uint16_t find_key(const match_program *p, record_side side, const char *path)
{
    static const char *const names[] = {"code", "occupation", "of", "id"};
    const char *star = strchr(path, '*');
    for (size_t i = 0; star != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
        char key[PATH_LEN_MAX + 1];
        size_t len = (size_t)(star - path) + 2; /* with ".*." the part up to the last dot */
        if (len + strlen(names[i]) > PATH_LEN_MAX) {
            return UINT16_MAX;
        }
        memcpy(key, path, len);
        memcpy(key + len, names[i], strlen(names[i]) + 1);
        uint16_t column = program_column(p, side, key);
        if (column != UINT16_MAX) {
            return column;
        }
    }
    return UINT16_MAX;
}

static uint32_t type_of_entry(uint32_t type)
{
    switch (type) {
    case LOTSE_INT_LIST:
        return LOTSE_INT;
    case LOTSE_DAY_LIST:
        return LOTSE_DAY;
    case LOTSE_CODE_LIST:
        return LOTSE_CODE;
    case LOTSE_CONCEPT_LIST:
        return LOTSE_CONCEPT;
    default:
        return type;
    }
}

static bool same_codes(const field *a, const field *b)
{
    return a->codes == b->codes;
}

static bool is_comparable(const field *seeker, const field *offer)
{
    uint32_t type = type_of_entry(seeker->type);
    if (type != type_of_entry(offer->type) || !same_codes(seeker, offer)) {
        return false;
    }
    return type == LOTSE_INT || type == LOTSE_DAY ||
           (type == LOTSE_CODE && seeker->codes != NULL && seeker->codes->is_ordered);
}

static bool are_sets(const field *seeker, const field *offer)
{
    return seeker->type == offer->type && same_codes(seeker, offer) &&
           (seeker->type == LOTSE_CODE_SET || seeker->type == LOTSE_CONCEPT_SET);
}

static bool is_member(const field *seeker, const field *offer)
{
    return same_codes(seeker, offer) &&
           ((seeker->type == LOTSE_CODE && offer->type == LOTSE_CODE_SET) ||
            (seeker->type == LOTSE_CONCEPT && offer->type == LOTSE_CONCEPT_SET));
}

static bool are_both(const field *seeker, const field *offer, uint32_t type)
{
    return seeker->type == type && offer->type == type;
}

/* One or two paths a side, as the operator wants them. */
static uint32_t path_count_of(gate_op op)
{
    return op == GATE_OVERLAPS || op == GATE_WITHIN_KM ? 2 : 1;
}

static bool types_fit(gate_op op, const field *const s[2], const field *const o[2])
{
    switch (op) {
    case GATE_AT_LEAST:
    case GATE_AT_MOST:
        return is_comparable(s[0], o[0]);
    case GATE_OVERLAPS:
        return (are_both(s[0], o[0], LOTSE_INT) && are_both(s[1], o[1], LOTSE_INT)) ||
               (are_both(s[0], o[0], LOTSE_DAY) && are_both(s[1], o[1], LOTSE_DAY));
    case GATE_IN:
        return is_member(s[0], o[0]);
    case GATE_PERMISSION:
        return is_member(s[0], o[0]) && s[0]->codes == CODES(work_permission);
    case GATE_CONTAINS_ALL:
    case GATE_INTERSECTS_OR_EMPTY:
    case GATE_SUBSET_OF:
        return are_sets(s[0], o[0]);
    case GATE_DISJOINT:
        return are_sets(s[0], o[0]) || is_member(o[0], s[0]);
    case GATE_WITHIN_KM:
        return are_both(s[0], o[0], LOTSE_PLACE) && s[1]->type == LOTSE_INT &&
               o[1]->type == LOTSE_FLAG;
    case GATE_FITS_WITHIN:
        return are_both(s[0], o[0], LOTSE_WEEK) && (o[1] == NULL || o[1]->type == LOTSE_FLAG);
    case GATE_ON_OR_AFTER:
        return are_both(s[0], o[0], LOTSE_DAY);
    case GATE_FLAG:
        return are_both(s[0], o[0], LOTSE_FLAG);
    case GATE_NOT_BEFORE_AS_OF:
    case GATE_SEATS:
    case GATE_STATUS:
    case GATE_RESTRICTION:
        break;
    }
    return false;
}

static bool join_lists(const match_program *p, const field *seeker, const field *offer, gate *g,
                       err *e)
{
    bool seeker_is_list = seeker->type != type_of_entry(seeker->type);
    bool offer_is_list = offer->type != type_of_entry(offer->type);
    if (!seeker_is_list && !offer_is_list) {
        return true;
    }
    if (seeker_is_list != offer_is_list) {
        return fail(e, ERR_FILTER_INVALID,
                    "\"%s\" is %s and \"%s\" is %s: a list is compared with a list", seeker->path,
                    type_text(seeker->type), offer->path, type_text(offer->type));
    }
    g->seeker_key = find_key(p, SIDE_SEEKER, seeker->path);
    g->offer_key = find_key(p, SIDE_OFFER, offer->path);
    if (g->seeker_key == UINT16_MAX || g->offer_key == UINT16_MAX) {
        return fail(e, ERR_FILTER_INVALID,
                    "the entries of \"%s\" and \"%s\" have no key that tells which belong together",
                    seeker->path, offer->path);
    }
    const field *seeker_key = p->columns[SIDE_SEEKER].columns[g->seeker_key].field;
    const field *offer_key = p->columns[SIDE_OFFER].columns[g->offer_key].field;
    if (seeker_key->type != offer_key->type || !same_codes(seeker_key, offer_key)) {
        return fail(e, ERR_FILTER_INVALID, "\"%s\" and \"%s\" are no keys of the same kind",
                    seeker_key->path, offer_key->path);
    }
    return true;
}

bool gate_resolve(const match_program *p, const bytes *seeker_paths, uint32_t seeker_path_count,
                  bytes op, const bytes *offer_paths, uint32_t offer_path_count, gate *ret, err *e)
{
    gate g = gate_blank();
    g.criterion = "filter";
    if (!gate_op_from_text(op, &g.op)) {
        fail(e, ERR_FILTER_INVALID, "there is no operator \"%.*s\"",
             (int)(op.len < 40 ? op.len : 40), op.base);
        return err_hint(e, "Operators are >=, <=, overlaps, in, contains_all, intersects_or_empty, "
                           "disjoint, subset_of, within_km, fits_within, on_or_after, flag and "
                           "permission.");
    }
    g.id = gate_op_text(g.op);
    uint32_t wanted = path_count_of(g.op);
    bool has_flag = g.op == GATE_FITS_WITHIN && offer_path_count == 2;
    uint32_t offer_wanted = has_flag ? 2 : wanted;
    if (seeker_path_count != wanted || offer_path_count != offer_wanted) {
        return fail(e, ERR_FILTER_INVALID, "\"%s\" takes %u field%s of each side, not %u and %u",
                    g.id, wanted, wanted == 1 ? "" : "s", seeker_path_count, offer_path_count);
    }
    if (!find_columns(p, SIDE_SEEKER, seeker_paths, wanted, g.seeker_columns, e) ||
        !find_columns(p, SIDE_OFFER, offer_paths, offer_wanted, g.offer_columns, e)) {
        return false;
    }
    const field *seekers[2] = {NULL, NULL};
    const field *offers[2] = {NULL, NULL};
    for (uint32_t i = 0; i < wanted; i++) {
        seekers[i] = p->columns[SIDE_SEEKER].columns[g.seeker_columns[i]].field;
    }
    for (uint32_t i = 0; i < offer_wanted; i++) {
        offers[i] = p->columns[SIDE_OFFER].columns[g.offer_columns[i]].field;
    }
    if (!types_fit(g.op, seekers, offers)) {
        return fail(e, ERR_FILTER_INVALID, "\"%s\" cannot compare \"%s\" (%s) with \"%s\" (%s)",
                    g.id, seekers[0]->path, type_text(seekers[0]->type), offers[0]->path,
                    type_text(offers[0]->type));
    }
    if (!join_lists(p, seekers[0], offers[0], &g, e)) {
        return false;
    }
    *ret = g;
    return true;
}
