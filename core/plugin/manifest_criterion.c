#include "plugin/manifest_part.h"

/* The criterion of a plugin: bounds, and the sentences it explains itself with. */

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

/* The parameter of parts per million that a member names; UINT32_MAX: none is named. */
static bool read_ppm_param(const reader *r, const char *key, const manifest *m, arena *a,
                           uint32_t *ret, err *e)
{
    reader at;
    bytes id;
    *ret = UINT32_MAX;
    if (!reader_member(r, key, &at)) {
        return true;
    }
    if (!manifest_read_id(&at, a, &id, e)) {
        return false;
    }
    for (uint32_t i = 0; i < m->param_count; i++) {
        if (bytes_equal(m->params[i].id, id) && m->params[i].type == LOTSE_PARAM_PPM) {
            *ret = i;
            return true;
        }
    }
    return reader_refuse(&at, e, "\"%s\" is no ppm parameter", id.base);
}

/* {"from":[lists of occupations],"essential":param,"optional":param,"near":param} */
static bool read_inferred(const reader *r, const manifest *m, arena *a, manifest_bound *b, err *e)
{
    static const char *const keys[] = {"from", "essential", "optional", "near"};
    reader inferred;
    reader at;
    b->essential_param = b->optional_param = b->near_param = UINT32_MAX;
    if (!reader_member(r, "inferred", &inferred)) {
        return true;
    }
    if (b->kind != BOUND_SHARE_OF) {
        return reader_refuse(&inferred, e, "\"inferred\" belongs to share_of, and only there");
    }
    if (!reader_object(&inferred, keys, COUNT_OF(keys), e) ||
        !reader_need(&inferred, "from", &at, e) ||
        !reader_array(&at, INFERRED_FROM_MAX, &b->from_count, e)) {
        return false;
    }
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    while (reader_next(&at, &node, &index, &entry)) {
        if (!manifest_read_path(&entry, a, &b->from_paths[index], e)) {
            return false;
        }
    }
    return read_ppm_param(&inferred, "essential", m, a, &b->essential_param, e) &&
           read_ppm_param(&inferred, "optional", m, a, &b->optional_param, e) &&
           read_ppm_param(&inferred, "near", m, a, &b->near_param, e);
}

static bool read_crosswalk(const reader *r, const manifest *m, arena *a, manifest_bound *b, err *e)
{
    if (!read_ppm_param(r, "crosswalk", m, a, &b->crosswalk_param, e)) {
        return false;
    }
    return b->crosswalk_param == UINT32_MAX || b->kind == BOUND_PREFIX ||
           reader_refuse(r, e, "\"crosswalk\" belongs to prefix bounds, and only there");
}

static bool read_bound(const reader *r, const manifest *m, arena *a, manifest_bound *b, err *e)
{
    static const char *const keys[] = {"kind",      "seeker", "offer",    "otherwise", "max",
                                       "max_param", "digits", "inferred", "crosswalk"};
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
    if (!read_max_param(r, m, a, b, e) || !read_inferred(r, m, a, b, e) ||
        !read_crosswalk(r, m, a, b, e)) {
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
    if (!manifest_read_array(&list, BOUND_PER_CRITERION_MAX, sizeof(manifest_bound), a,
                             &m->bound_count, &entries, e)) {
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
    return !has_codes || manifest_read_code_list(&at, a, &arg->codes, e);
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
                !manifest_refuse_twice(&entry, s->args, sizeof(s->args[0]), index,
                                       s->args[index].name, e)) {
                return false;
            }
            names[index] = s->args[index].name;
        }
    }
    return reader_need(r, "text", &at, e) &&
           manifest_read_texts(&at, names, s->arg_count, a, &s->text, e);
}

bool manifest_read_criterion(const reader *root, arena *a, manifest *m, err *e)
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
    if (!manifest_read_array(&at, SENTENCE_COUNT_MAX, sizeof(manifest_sentence), a,
                             &m->sentence_count, &entries, e)) {
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
            !manifest_refuse_twice(&entry, sentences, sizeof(sentences[0]), index,
                                   sentences[index].id, e)) {
            return false;
        }
    }
    return true;
}
