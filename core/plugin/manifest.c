#include "plugin/manifest.h"

#include <string.h>

#include "model/concept.h"
#include "plugin/manifest_text.h"
#include "plugin/reader.h"

/* Decoding, part by part in the order of the schema. Whatever refers to the outside (fields, the
 * library) is left to the registry. */

#define COUNT_OF(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

static const reader_choice sides[] = {{"seeker", SIDE_SEEKER}, {"offer", SIDE_OFFER}};

/* An array's memory and its readers: makes a zeroed C array as long as the JSON array. */
static bool read_array(const reader *r, uint32_t count_max, size_t width, arena *a,
                       uint32_t *ret_count, void **ret, err *e)
{
    uint32_t count = 0;
    if (!reader_array(r, count_max, &count, e)) {
        return false;
    }
    void *entries = arena_array(a, count, width);
    if (entries == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a manifest");
    }
    *ret_count = count;
    *ret = entries;
    return true;
}

/* One id twice among the entries before `count`, which stand `width` bytes apart, id first. */
static bool refuse_twice(const reader *r, const void *entries, size_t width, uint32_t count,
                         bytes id, err *e)
{
    for (uint32_t i = 0; i < count; i++) {
        const bytes *other = (const bytes *)((const char *)entries + i * width);
        if (bytes_equal(*other, id)) {
            return reader_refuse(r, e, "the id \"%s\" stands twice", id.base);
        }
    }
    return true;
}

static bool read_code_list(const reader *r, arena *a, const code_list **ret, err *e)
{
    bytes name;
    if (!reader_text(r, 1, ID_LEN_MAX, a, &name, e)) {
        return false;
    }
    const code_list *list = code_list_find(name.base);
    if (list == NULL) {
        return reader_refuse(r, e, "there is no code list \"%s\"", name.base);
    }
    *ret = list;
    return true;
}

static bool read_code(const reader *r, const code_list *list, arena *a, uint32_t *ret, err *e)
{
    bytes id;
    if (!reader_text(r, 1, ID_LEN_MAX, a, &id, e)) {
        return false;
    }
    if (!code_find(list, id, ret)) {
        return reader_refuse(r, e, "\"%s\" is no code of the list \"%s\"", id.base, list->name);
    }
    return true;
}

/* ------------------------------------------------------------------------------------ columns */

static bool read_columns(const reader *r, record_side side, arena *a, manifest *m, err *e)
{
    void *entries = NULL;
    uint32_t count = 0;
    if (!read_array(r, CRITERION_COLUMN_MAX, sizeof(bytes), a, &count, &entries, e)) {
        return false;
    }
    bytes *paths = entries;
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    while (reader_next(r, &node, &index, &entry)) {
        if (!manifest_read_path(&entry, a, &paths[index], e) ||
            !refuse_twice(&entry, paths, sizeof(bytes), index, paths[index], e)) {
            return false;
        }
    }
    m->columns[side] = paths;
    m->column_count[side] = count;
    return true;
}

static bool read_both_columns(const reader *root, arena *a, manifest *m, err *e)
{
    static const char *const keys[] = {"seeker", "offer"};
    reader columns;
    reader side;
    if (!reader_member(root, "columns", &columns)) {
        return true;
    }
    return reader_object(&columns, keys, COUNT_OF(keys), e) &&
           (!reader_member(&columns, "seeker", &side) ||
            read_columns(&side, SIDE_SEEKER, a, m, e)) &&
           (!reader_member(&columns, "offer", &side) || read_columns(&side, SIDE_OFFER, a, m, e));
}

/* ------------------------------------------------------------------------------------ parameters
 */

static bool read_default(const reader *r, arena *a, manifest_param *p, err *e)
{
    bytes text;
    day when = 0;
    uint32_t position = 0;
    uint32_t count = 0;
    concept number = CONCEPT_NONE;
    switch (p->type) {
    case LOTSE_PARAM_CODE:
        if (!read_code(r, p->codes, a, &position, e)) {
            return false;
        }
        p->default_value = position;
        return true;
    case LOTSE_PARAM_DAY:
        if (!reader_text(r, 1, DAY_TEXT_LEN, a, &text, e)) {
            return false;
        }
        if (!day_parse(text, &when)) {
            return reader_refuse(r, e, "\"%s\" is no day, it must be like 2026-11-23", text.base);
        }
        p->default_value = when;
        return true;
    case LOTSE_PARAM_CONCEPT:
        if (!reader_text(r, 1, CONCEPT_LEN_MAX, a, &text, e)) {
            return false;
        }
        if (!concept_from_code(text, &number)) {
            return reader_refuse(r, e, "\"%s\" must be an isco: or kldb: code", text.base);
        }
        p->default_value = number;
        return true;
    case LOTSE_PARAM_CONCEPT_SET:
        if (!reader_array(r, 0, &count, e)) {
            return false;
        }
        p->default_value = 0;
        return true;
    default:
        return reader_integer(r, p->min, p->max, &p->default_value, e);
    }
}

static bool read_range(const reader *r, manifest_param *p, err *e)
{
    reader at;
    bool is_number = p->type == LOTSE_PARAM_INT;
    p->min = p->type == LOTSE_PARAM_PPM ? 0 : INT32_MIN + 1;
    p->max = p->type == LOTSE_PARAM_PPM ? POINTS_MAX : INT32_MAX;
    if (reader_member(r, "min", &at)) {
        if (!is_number) {
            return reader_refuse(&at, e, "only int parameters have a range");
        }
        if (!reader_integer(&at, p->min, p->max, &p->min, e)) {
            return false;
        }
    }
    if (reader_member(r, "max", &at)) {
        if (!is_number) {
            return reader_refuse(&at, e, "only int parameters have a range");
        }
        return reader_integer(&at, p->min, p->max, &p->max, e);
    }
    return true;
}

static bool read_param(const reader *r, arena *a, manifest_param *p, err *e)
{
    static const char *const keys[] = {"id", "type", "default", "min", "max", "codes", "title"};
    static const reader_choice types[] = {
        {"int", LOTSE_PARAM_INT},         {"ppm", LOTSE_PARAM_PPM},
        {"day", LOTSE_PARAM_DAY},         {"code", LOTSE_PARAM_CODE},
        {"concept", LOTSE_PARAM_CONCEPT}, {"concept_set", LOTSE_PARAM_CONCEPT_SET}};
    reader at;
    if (!reader_object(r, keys, COUNT_OF(keys), e) || !reader_need(r, "id", &at, e) ||
        !manifest_read_id(&at, a, &p->id, e) || !reader_need(r, "type", &at, e) ||
        !reader_choose(&at, types, COUNT_OF(types), &p->type, e)) {
        return false;
    }
    bool has_codes = reader_member(r, "codes", &at);
    if (has_codes != (p->type == LOTSE_PARAM_CODE)) {
        return reader_refuse(r, e, "\"codes\" belongs to parameters of type code, and only there");
    }
    if ((has_codes && !read_code_list(&at, a, &p->codes, e)) || !read_range(r, p, e) ||
        !reader_need(r, "default", &at, e) || !read_default(&at, a, p, e)) {
        return false;
    }
    return reader_need(r, "title", &at, e) && manifest_read_texts(&at, NULL, 0, a, &p->title, e);
}

static bool read_params(const reader *root, arena *a, manifest *m, err *e)
{
    reader list;
    void *entries = NULL;
    if (!reader_member(root, "params", &list)) {
        return true;
    }
    if (!read_array(&list, PARAM_COUNT_MAX, sizeof(manifest_param), a, &m->param_count, &entries,
                    e)) {
        return false;
    }
    manifest_param *params = entries;
    m->params = params;
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    while (reader_next(&list, &node, &index, &entry)) {
        if (!read_param(&entry, a, &params[index], e) ||
            !refuse_twice(&entry, params, sizeof(params[0]), index, params[index].id, e)) {
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------ gates */

/* One path or an array of two. */
static bool read_paths(const reader *r, arena *a, bytes paths[2], uint32_t *ret_count, err *e)
{
    if (json_type_of(r->node) == JSON_TEXT) {
        *ret_count = 1;
        return manifest_read_path(r, a, &paths[0], e);
    }
    uint32_t count = 0;
    if (!reader_array(r, 2, &count, e)) {
        return false;
    }
    if (count != 2) {
        return reader_refuse(r, e, "this must be one field, or an array of two");
    }
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    while (reader_next(r, &node, &index, &entry)) {
        if (!manifest_read_path(&entry, a, &paths[index], e)) {
            return false;
        }
    }
    *ret_count = count;
    return true;
}

/* "languages.*.level" -> "/languages": the part of the record a person would open. */
static bool make_pointer(bytes path, arena *a, bytes *ret, err *e)
{
    char *text = arena_text(a, "/%s", path.base);
    if (text == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a manifest");
    }
    char *star = strstr(text, ".*");
    if (star != NULL) {
        *star = 0;
    }
    for (char *c = text; *c != 0; c++) {
        *c = *c == '.' ? '/' : *c;
    }
    *ret = bytes_of(text);
    return true;
}

static bool read_pointer(const reader *r, arena *a, bytes *ret, err *e)
{
    if (!reader_text(r, 2, 120, a, ret, e)) {
        return false;
    }
    if (ret->base[0] != '/') {
        return reader_refuse(r, e, "a JSON pointer starts with /");
    }
    return true;
}

static bool read_pointers(const reader *r, arena *a, manifest_gate *g, err *e)
{
    static const char *const keys[] = {"seeker", "offer"};
    reader pointers;
    reader at;
    if (!make_pointer(g->seeker_paths[0], a, &g->seeker_pointer, e) ||
        !make_pointer(g->offer_paths[0], a, &g->offer_pointer, e)) {
        return false;
    }
    if (!reader_member(r, "pointers", &pointers)) {
        return true;
    }
    return reader_object(&pointers, keys, COUNT_OF(keys), e) &&
           (!reader_member(&pointers, "seeker", &at) ||
            read_pointer(&at, a, &g->seeker_pointer, e)) &&
           (!reader_member(&pointers, "offer", &at) || read_pointer(&at, a, &g->offer_pointer, e));
}

static bool read_code_mask(const reader *r, const code_list *list, arena *a, uint64_t *ret, err *e)
{
    uint32_t count = 0;
    if (!reader_array(r, 64, &count, e)) {
        return false;
    }
    if (count == 0) {
        return reader_refuse(r, e, "at least one code must stand here");
    }
    uint64_t mask = 0;
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    while (reader_next(r, &node, &index, &entry)) {
        uint32_t position = 0;
        if (!read_code(&entry, list, a, &position, e)) {
            return false;
        }
        if (position > 63) {
            return reader_refuse(&entry, e, "codes of \"%s\" cannot be used in a set", list->name);
        }
        mask |= UINT64_C(1) << position;
    }
    *ret = mask;
    return true;
}

static bool read_gate_texts(const reader *r, arena *a, manifest_gate *g, err *e)
{
    static const char *const keys[] = {"yes", "no", "check", "opens"};
    static const bytes names[] = {{"have", 4}, {"need", 4}, {"lack", 4}, {"key", 3}};
    text_set *sets[] = {&g->yes, &g->no, &g->check, &g->opens};
    if (!reader_object(r, keys, COUNT_OF(keys), e)) {
        return false;
    }
    for (uint32_t i = 0; i < COUNT_OF(keys); i++) {
        reader at;
        if (!reader_member(r, keys[i], &at)) {
            if (sets[i] == &g->opens) {
                continue;
            }
            return reader_refuse(r, e, "\"%s\" is missing", keys[i]);
        }
        if (!manifest_read_texts(&at, names, COUNT_OF(names), a, sets[i], e)) {
            return false;
        }
    }
    return true;
}

static bool read_gate(const reader *r, arena *a, manifest_gate *g, err *e)
{
    static const char *const keys[] = {"id",      "seeker", "op",       "offer",
                                       "unknown", "kinds",  "pointers", "sentences"};
    static const reader_choice unknowns[] = {{"check", false}, {"yes", true}};
    reader at;
    if (!reader_object(r, keys, COUNT_OF(keys), e) || !reader_need(r, "id", &at, e) ||
        !manifest_read_id(&at, a, &g->id, e) || !reader_need(r, "seeker", &at, e) ||
        !read_paths(&at, a, g->seeker_paths, &g->seeker_path_count, e) ||
        !reader_need(r, "op", &at, e) || !reader_text(&at, 1, 40, a, &g->op, e)) {
        return false;
    }
    gate_op op;
    if (!gate_op_from_text(g->op, &op)) {
        return reader_refuse(&at, e, "there is no operator \"%s\"", g->op.base);
    }
    if (!reader_need(r, "offer", &at, e) ||
        !read_paths(&at, a, g->offer_paths, &g->offer_path_count, e)) {
        return false;
    }
    uint32_t unknown = false;
    if (reader_member(r, "unknown", &at) &&
        !reader_choose(&at, unknowns, COUNT_OF(unknowns), &unknown, e)) {
        return false;
    }
    g->unknown_is_yes = unknown;
    g->kinds = UINT64_MAX;
    if (reader_member(r, "kinds", &at) && !read_code_mask(&at, CODES(kind), a, &g->kinds, e)) {
        return false;
    }
    return read_pointers(r, a, g, e) && reader_need(r, "sentences", &at, e) &&
           read_gate_texts(&at, a, g, e);
}

static bool read_gates(const reader *root, arena *a, manifest *m, err *e)
{
    reader list;
    void *entries = NULL;
    if (!reader_member(root, "gates", &list)) {
        return true;
    }
    if (!read_array(&list, GATE_COUNT_MAX, sizeof(manifest_gate), a, &m->gate_count, &entries, e)) {
        return false;
    }
    manifest_gate *gates = entries;
    m->gates = gates;
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    while (reader_next(&list, &node, &index, &entry)) {
        if (!read_gate(&entry, a, &gates[index], e) ||
            !refuse_twice(&entry, gates, sizeof(gates[0]), index, gates[index].id, e)) {
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------ criterion */

static bool read_max_param(const reader *r, const manifest *m, arena *a, manifest_bound *b, err *e)
{
    reader at;
    bytes id;
    b->max_param = UINT32_MAX;
    if (!reader_member(r, "max_param", &at)) {
        return true;
    }
    if (!manifest_read_id(&at, a, &id, e)) {
        return false;
    }
    for (uint32_t i = 0; i < m->param_count; i++) {
        if (bytes_equal(m->params[i].id, id) && m->params[i].type == LOTSE_PARAM_INT &&
            m->params[i].min > 0) {
            b->max_param = i;
            b->max = (int32_t)m->params[i].default_value;
            return true;
        }
    }
    return reader_refuse(&at, e, "\"%s\" is no int parameter with a \"min\" of 1 or more", id.base);
}

static bool read_bound(const reader *r, const manifest *m, arena *a, manifest_bound *b, err *e)
{
    static const char *const keys[] = {"kind", "seeker",    "offer", "otherwise",
                                       "max",  "max_param", "digits"};
    static const reader_choice kinds[] = {{"share_of", BOUND_SHARE_OF},
                                          {"prefix", BOUND_PREFIX},
                                          {"linear_down", BOUND_LINEAR_DOWN},
                                          {"linear_up", BOUND_LINEAR_UP},
                                          {"zero_without", BOUND_ZERO_WITHOUT}};
    reader at;
    uint32_t kind = BOUND_NONE;
    if (!reader_object(r, keys, COUNT_OF(keys), e) || !reader_need(r, "kind", &at, e) ||
        !reader_choose(&at, kinds, COUNT_OF(kinds), &kind, e)) {
        return false;
    }
    b->kind = (bound_kind)kind;
    bool has_seeker = reader_member(r, "seeker", &at);
    if (has_seeker && !manifest_read_path(&at, a, &b->seeker_path, e)) {
        return false;
    }
    bool has_offer = reader_member(r, "offer", &at);
    if (has_offer && !manifest_read_path(&at, a, &b->offer_path, e)) {
        return false;
    }
    if (kind == BOUND_ZERO_WITHOUT ? has_seeker == has_offer : !has_seeker || !has_offer) {
        return reader_refuse(r, e,
                             kind == BOUND_ZERO_WITHOUT
                                 ? "a zero_without bound names one field, of either side"
                                 : "the bound must name a field of each side");
    }
    int64_t otherwise = POINTS_MAX;
    int64_t max = 0;
    int64_t digits = 0;
    if ((reader_member(r, "otherwise", &at) &&
         !reader_integer(&at, 0, POINTS_MAX, &otherwise, e)) ||
        (reader_member(r, "max", &at) && !reader_integer(&at, 0, 100000, &max, e)) ||
        (reader_member(r, "digits", &at) && !reader_integer(&at, 1, 5, &digits, e))) {
        return false;
    }
    if ((kind == BOUND_PREFIX) != (digits > 0)) {
        return reader_refuse(r, e, "\"digits\" belongs to prefix bounds, and only there");
    }
    b->otherwise = (int32_t)otherwise;
    b->max = (int32_t)max;
    b->digits = (uint32_t)digits;
    if (!read_max_param(r, m, a, b, e)) {
        return false;
    }
    if (kind == BOUND_LINEAR_UP && b->max == 0) {
        return reader_refuse(r, e, "a linear_up bound needs \"max\" or \"max_param\"");
    }
    return true;
}

static bool read_bounds(const reader *r, arena *a, manifest *m, err *e)
{
    reader list;
    void *entries = NULL;
    if (!reader_member(r, "bounds", &list)) {
        return true;
    }
    if (!read_array(&list, BOUND_PER_CRITERION_MAX, sizeof(manifest_bound), a, &m->bound_count,
                    &entries, e)) {
        return false;
    }
    manifest_bound *bounds = entries;
    m->bounds = bounds;
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    while (reader_next(&list, &node, &index, &entry)) {
        if (!read_bound(&entry, m, a, &bounds[index], e)) {
            return false;
        }
    }
    return true;
}

static bool read_arg(const reader *r, arena *a, manifest_arg *arg, err *e)
{
    static const char *const keys[] = {"name", "type", "codes"};
    static const reader_choice types[] = {
        {"int", LOTSE_ARG_INT}, {"day", LOTSE_ARG_DAY},         {"code", LOTSE_ARG_CODE},
        {"km", LOTSE_ARG_KM},   {"concept", LOTSE_ARG_CONCEPT}, {"concepts", LOTSE_ARG_CONCEPTS}};
    reader at;
    if (!reader_object(r, keys, COUNT_OF(keys), e) || !reader_need(r, "name", &at, e) ||
        !manifest_read_id(&at, a, &arg->name, e) || !reader_need(r, "type", &at, e) ||
        !reader_choose(&at, types, COUNT_OF(types), &arg->type, e)) {
        return false;
    }
    bool has_codes = reader_member(r, "codes", &at);
    if (has_codes != (arg->type == LOTSE_ARG_CODE)) {
        return reader_refuse(r, e, "\"codes\" belongs to arguments of type code, and only there");
    }
    return !has_codes || read_code_list(&at, a, &arg->codes, e);
}

static bool read_sentence(const reader *r, arena *a, manifest_sentence *s, err *e)
{
    static const char *const keys[] = {"id", "args", "text"};
    reader at;
    if (!reader_object(r, keys, COUNT_OF(keys), e) || !reader_need(r, "id", &at, e) ||
        !manifest_read_id(&at, a, &s->id, e)) {
        return false;
    }
    bytes names[EXPLAIN_ARG_MAX];
    if (reader_member(r, "args", &at)) {
        if (!reader_array(&at, EXPLAIN_ARG_MAX, &s->arg_count, e)) {
            return false;
        }
        const json_node *node = NULL;
        uint32_t index = 0;
        reader entry;
        while (reader_next(&at, &node, &index, &entry)) {
            if (!read_arg(&entry, a, &s->args[index], e) ||
                !refuse_twice(&entry, s->args, sizeof(s->args[0]), index, s->args[index].name, e)) {
                return false;
            }
            names[index] = s->args[index].name;
        }
    }
    return reader_need(r, "text", &at, e) &&
           manifest_read_texts(&at, names, s->arg_count, a, &s->text, e);
}

static bool read_criterion(const reader *root, arena *a, manifest *m, err *e)
{
    static const char *const keys[] = {"cost", "uses_km", "bounds", "sentences"};
    reader r;
    reader at;
    if (!reader_member(root, "criterion", &r)) {
        return true;
    }
    m->has_criterion = true;
    int64_t cost = 10;
    if (!reader_object(&r, keys, COUNT_OF(keys), e) ||
        (reader_member(&r, "cost", &at) && !reader_integer(&at, 1, 1000000, &cost, e)) ||
        (reader_member(&r, "uses_km", &at) && !reader_flag(&at, &m->uses_km, e)) ||
        !read_bounds(&r, a, m, e) || !reader_need(&r, "sentences", &at, e)) {
        return false;
    }
    m->cost = (uint32_t)cost;
    void *entries = NULL;
    if (!read_array(&at, SENTENCE_COUNT_MAX, sizeof(manifest_sentence), a, &m->sentence_count,
                    &entries, e)) {
        return false;
    }
    if (m->sentence_count == 0) {
        return reader_refuse(&at, e, "a criterion needs a sentence to explain itself with");
    }
    manifest_sentence *sentences = entries;
    m->sentences = sentences;
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    while (reader_next(&at, &node, &index, &entry)) {
        if (!read_sentence(&entry, a, &sentences[index], e) ||
            !refuse_twice(&entry, sentences, sizeof(sentences[0]), index, sentences[index].id, e)) {
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------ fields */

static bool read_field(const reader *r, bool is_ext, arena *a, manifest_field *f, err *e)
{
    static const char *const keys[] = {"id", "side", "type", "codes", "sensitive", "title"};
    static const reader_choice types[] = {
        {"int", LOTSE_INT}, {"day", LOTSE_DAY}, {"flag", LOTSE_FLAG}, {"code_set", LOTSE_CODE_SET}};
    reader at;
    uint32_t side = SIDE_SEEKER;
    if (!reader_object(r, keys, COUNT_OF(keys), e) || !reader_need(r, "id", &at, e) ||
        !(is_ext ? manifest_read_plugin_id(&at, a, &f->id, e)
                 : manifest_read_id(&at, a, &f->id, e)) ||
        !reader_need(r, "side", &at, e) || !reader_choose(&at, sides, COUNT_OF(sides), &side, e) ||
        !reader_need(r, "type", &at, e) ||
        !reader_choose(&at, types, COUNT_OF(types), &f->type, e)) {
        return false;
    }
    f->side = (record_side)side;
    bool has_codes = reader_member(r, "codes", &at);
    if (has_codes != (f->type == LOTSE_CODE_SET)) {
        return reader_refuse(r, e, "\"codes\" belongs to fields of type code_set, and only there");
    }
    if (has_codes && !read_code_list(&at, a, &f->codes, e)) {
        return false;
    }
    if (has_codes && f->codes->count > 64) {
        return reader_refuse(&at, e, "the list \"%s\" is too long for a set", f->codes->name);
    }
    return (!reader_member(r, "sensitive", &at) || reader_flag(&at, &f->is_sensitive, e)) &&
           reader_need(r, "title", &at, e) && manifest_read_texts(&at, NULL, 0, a, &f->title, e);
}

static bool read_fields(const reader *root, const char *key, bool is_ext, arena *a,
                        const manifest_field **ret, uint32_t *ret_count, err *e)
{
    reader list;
    void *entries = NULL;
    if (!reader_member(root, key, &list)) {
        return true;
    }
    if (!read_array(&list, FIELD_COUNT_MAX, sizeof(manifest_field), a, ret_count, &entries, e)) {
        return false;
    }
    manifest_field *fields = entries;
    *ret = fields;
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    while (reader_next(&list, &node, &index, &entry)) {
        if (!read_field(&entry, is_ext, a, &fields[index], e) ||
            !refuse_twice(&entry, fields, sizeof(fields[0]), index, fields[index].id, e)) {
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------ steps */

/* The codes of a step's field: of the list that the catalogue says the field has; a flag has the
 * one bit that says it is set. */
static bool read_step_codes(const reader *r, const reader *path_at, record_side side, bytes path,
                            arena *a, uint64_t *ret, err *e)
{
    const field *f = field_find(side, path.base, a);
    if (f == NULL) {
        return reader_refuse(path_at, e, "there is no field \"%s\" of %s", path.base,
                             side == SIDE_SEEKER ? "seekers" : "offers");
    }
    if (f->type == LOTSE_FLAG) {
        bool is_set = true;
        if (!reader_flag(r, &is_set, e)) {
            return false;
        }
        *ret = is_set ? 2 : 1;
        return true;
    }
    if (f->codes == NULL) {
        return reader_refuse(path_at, e, "\"%s\" has no codes that a step could wait for",
                             path.base);
    }
    return read_code_mask(r, f->codes, a, ret, e);
}

static bool read_step_when(const reader *r, arena *a, manifest_step *s, err *e)
{
    static const char *const keys[] = {"side", "field", "or_field", "any"};
    reader at;
    reader any;
    uint32_t side = SIDE_OFFER;
    if (!reader_object(r, keys, COUNT_OF(keys), e) || !reader_need(r, "side", &at, e) ||
        !reader_choose(&at, sides, COUNT_OF(sides), &side, e) || !reader_need(r, "field", &at, e) ||
        !manifest_read_path(&at, a, &s->when_path, e) || !reader_need(r, "any", &any, e)) {
        return false;
    }
    s->when_side = (record_side)side;
    if (!read_step_codes(&any, &at, s->when_side, s->when_path, a, &s->when_codes, e)) {
        return false;
    }
    if (!reader_member(r, "or_field", &at)) {
        return true;
    }
    uint64_t codes = 0;
    return manifest_read_path(&at, a, &s->when_or_path, e) &&
           read_step_codes(&any, &at, s->when_side, s->when_or_path, a, &codes, e);
}

static bool read_step_seeker(const reader *r, arena *a, manifest_step *s, err *e)
{
    static const char *const keys[] = {"field", "any", "none"};
    reader at;
    reader codes;
    if (!reader_object(r, keys, COUNT_OF(keys), e) || !reader_need(r, "field", &at, e) ||
        !manifest_read_path(&at, a, &s->seeker_path, e)) {
        return false;
    }
    bool has_any = reader_member(r, "any", &codes);
    s->seeker_is_none = reader_member(r, "none", &codes);
    if (has_any == s->seeker_is_none) {
        return reader_refuse(r, e, "either \"any\" or \"none\" must stand here");
    }
    s->has_seeker_when = true;
    return read_step_codes(&codes, &at, SIDE_SEEKER, s->seeker_path, a, &s->seeker_codes, e);
}

static bool read_step_by(const reader *r, arena *a, manifest_step *s, err *e)
{
    if (!manifest_read_path(r, a, &s->by_path, e)) {
        return false;
    }
    const field *f = field_find(SIDE_OFFER, s->by_path.base, a);
    if (f == NULL || f->type != LOTSE_DAY) {
        return reader_refuse(r, e, "\"%s\" is no day of an offer", s->by_path.base);
    }
    return true;
}

static bool read_step(const reader *r, arena *a, manifest_step *s, err *e)
{
    static const char *const keys[] = {"id", "when", "seeker", "who", "by", "text"};
    reader at;
    return reader_object(r, keys, COUNT_OF(keys), e) && reader_need(r, "id", &at, e) &&
           manifest_read_id(&at, a, &s->id, e) && reader_need(r, "when", &at, e) &&
           read_step_when(&at, a, s, e) &&
           (!reader_member(r, "seeker", &at) || read_step_seeker(&at, a, s, e)) &&
           reader_need(r, "who", &at, e) && manifest_read_id(&at, a, &s->who, e) &&
           (!reader_member(r, "by", &at) || read_step_by(&at, a, s, e)) &&
           reader_need(r, "text", &at, e) && manifest_read_texts(&at, NULL, 0, a, &s->text, e);
}

static bool read_steps(const reader *root, arena *a, manifest *m, err *e)
{
    reader list;
    void *entries = NULL;
    if (!reader_member(root, "steps", &list)) {
        return true;
    }
    if (!read_array(&list, STEP_COUNT_MAX, sizeof(manifest_step), a, &m->step_count, &entries, e)) {
        return false;
    }
    manifest_step *steps = entries;
    m->steps = steps;
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    while (reader_next(&list, &node, &index, &entry)) {
        if (!read_step(&entry, a, &steps[index], e) ||
            !refuse_twice(&entry, steps, sizeof(steps[0]), index, steps[index].id, e)) {
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------ the whole */

/* Digits between dots, without leading zeros: "1.0.0", "1.0". */
static bool read_numbers(const reader *r, uint32_t count, arena *a, bytes *ret, uint32_t *numbers,
                         err *e)
{
    bytes text;
    if (!reader_text(r, 1, 20, a, &text, e)) {
        return false;
    }
    size_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        size_t start = at;
        uint32_t number = 0;
        while (at < text.len && text.base[at] >= '0' && text.base[at] <= '9' && at - start < 5) {
            number = number * 10 + (uint32_t)(text.base[at] - '0');
            at++;
        }
        bool has_zeros = at - start > 1 && text.base[start] == '0';
        bool ends_well = i + 1 == count ? at == text.len : at < text.len && text.base[at] == '.';
        if (at == start || has_zeros || !ends_well) {
            return reader_refuse(r, e, "\"%s\" must be %u numbers between dots, like \"%s\"",
                                 text.base, count, count == 2 ? "1.0" : "1.0.0");
        }
        numbers[i] = number;
        at++;
    }
    *ret = text;
    return true;
}

static bool read_library(const reader *root, arena *a, manifest *m, err *e)
{
    reader at;
    if (!reader_member(root, "library", &at)) {
        if (m->has_criterion || m->field_count > 0) {
            return reader_refuse(root, e, "a criterion or a derived field needs a \"library\"");
        }
        return true;
    }
    if (!reader_text(&at, 1, 100, a, &m->library, e)) {
        return false;
    }
    if (memchr(m->library.base, '/', m->library.len) != NULL || m->library.base[0] == '.' ||
        memchr(m->library.base, 0, m->library.len) != NULL) {
        return reader_refuse(&at, e, "\"%s\" must be the name of a file in the plugin's folder",
                             m->library.base);
    }
    return true;
}

static bool read_head(const reader *root, arena *a, manifest *m, err *e)
{
    static const reader_choice kinds[] = {
        {"rules", PLUGIN_RULES}, {"optimiser", PLUGIN_OPTIMISER}, {"learned", PLUGIN_LEARNED}};
    reader at;
    uint32_t kind = PLUGIN_RULES;
    uint32_t version[3];
    uint32_t abi[2];
    bytes abi_text;
    if (!reader_need(root, "id", &at, e) || !manifest_read_plugin_id(&at, a, &m->id, e) ||
        !reader_need(root, "version", &at, e) ||
        !read_numbers(&at, 3, a, &m->version, version, e) || !reader_need(root, "abi", &at, e) ||
        !read_numbers(&at, 2, a, &abi_text, abi, e) || !reader_need(root, "kind", &at, e) ||
        !reader_choose(&at, kinds, COUNT_OF(kinds), &kind, e) ||
        !reader_need(root, "title", &at, e) ||
        !manifest_read_texts(&at, NULL, 0, a, &m->title, e)) {
        return false;
    }
    m->kind = (plugin_kind)kind;
    m->abi_major = abi[0];
    m->abi_minor = abi[1];
    return !reader_member(root, "help", &at) || manifest_read_texts(&at, NULL, 0, a, &m->help, e);
}

bool manifest_decode(const json_node *root, arena *a, manifest *ret, err *e)
{
    static const char *const keys[] = {"id",        "version", "abi",     "kind",   "library",
                                       "title",     "help",    "columns", "params", "gates",
                                       "criterion", "fields",  "ext",     "steps"};
    reader r = reader_root(root, ERR_PLUGIN_MANIFEST);
    manifest m = {0};
    if (!reader_object(&r, keys, COUNT_OF(keys), e) || !read_head(&r, a, &m, e) ||
        !read_both_columns(&r, a, &m, e) || !read_params(&r, a, &m, e) ||
        !read_gates(&r, a, &m, e) || !read_criterion(&r, a, &m, e) ||
        !read_fields(&r, "fields", false, a, &m.fields, &m.field_count, e) ||
        !read_fields(&r, "ext", true, a, &m.ext, &m.ext_count, e) || !read_steps(&r, a, &m, e) ||
        !read_library(&r, a, &m, e)) {
        return false;
    }
    *ret = m;
    return true;
}
