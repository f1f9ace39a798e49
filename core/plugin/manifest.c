#include "plugin/manifest.h"

#include <string.h>

#include "model/concept.h"
#include "plugin/manifest_part.h"

/* Decoding, part by part in the order of the schema. Whatever refers to the outside (fields, the
 * library) is left to the registry. */

static const reader_choice sides[] = {{"seeker", SIDE_SEEKER}, {"offer", SIDE_OFFER}};

/* ------------------------------------------------------------------------------------ columns */

static bool read_columns(const reader *r, record_side side, arena *a, manifest *m, err *e)
{
    void *entries = NULL;
    uint32_t count = 0;
    if (!manifest_read_array(r, CRITERION_COLUMN_MAX, sizeof(bytes), a, &count, &entries, e)) {
        return false;
    }
    bytes *paths = entries;
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    while (reader_next(r, &node, &index, &entry)) {
        if (!manifest_read_path(&entry, a, &paths[index], e) ||
            !manifest_refuse_twice(&entry, paths, sizeof(bytes), index, paths[index], e)) {
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
        if (!manifest_read_code(r, p->codes, a, &position, e)) {
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
    if ((has_codes && !manifest_read_code_list(&at, a, &p->codes, e)) || !read_range(r, p, e) ||
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
    if (!manifest_read_array(&list, PARAM_COUNT_MAX, sizeof(manifest_param), a, &m->param_count,
                             &entries, e)) {
        return false;
    }
    manifest_param *params = entries;
    m->params = params;
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    while (reader_next(&list, &node, &index, &entry)) {
        if (!read_param(&entry, a, &params[index], e) ||
            !manifest_refuse_twice(&entry, params, sizeof(params[0]), index, params[index].id, e)) {
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
    if (has_codes && !manifest_read_code_list(&at, a, &f->codes, e)) {
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
    if (!manifest_read_array(&list, FIELD_COUNT_MAX, sizeof(manifest_field), a, ret_count, &entries,
                             e)) {
        return false;
    }
    manifest_field *fields = entries;
    *ret = fields;
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    while (reader_next(&list, &node, &index, &entry)) {
        if (!read_field(&entry, is_ext, a, &fields[index], e) ||
            !manifest_refuse_twice(&entry, fields, sizeof(fields[0]), index, fields[index].id, e)) {
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

static bool read_allocator(const reader *root, manifest *m, err *e)
{
    reader at;
    return !reader_member(root, "allocator", &at) || reader_flag(&at, &m->has_allocator, e);
}

static bool read_library(const reader *root, arena *a, manifest *m, err *e)
{
    reader at;
    if (!reader_member(root, "library", &at)) {
        if (m->has_criterion || m->has_allocator || m->field_count > 0) {
            return reader_refuse(
                root, e, "a criterion, an allocator or a derived field needs a \"library\"");
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
                                       "criterion", "fields",  "ext",     "steps",  "allocator"};
    reader r = reader_root(root, ERR_PLUGIN_MANIFEST);
    manifest m = {0};
    if (!reader_object(&r, keys, COUNT_OF(keys), e) || !read_head(&r, a, &m, e) ||
        !read_both_columns(&r, a, &m, e) || !read_params(&r, a, &m, e) ||
        !manifest_read_gates(&r, a, &m, e) || !manifest_read_criterion(&r, a, &m, e) ||
        !read_fields(&r, "fields", false, a, &m.fields, &m.field_count, e) ||
        !read_fields(&r, "ext", true, a, &m.ext, &m.ext_count, e) ||
        !manifest_read_steps(&r, a, &m, e) || !read_allocator(&r, &m, e) ||
        !read_library(&r, a, &m, e)) {
        return false;
    }
    *ret = m;
    return true;
}
