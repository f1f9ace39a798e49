#include <string.h>

#include "plugin/manifest_part.h"

/* Gates as written, with their sentences. */

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

static bool read_gate_texts(const reader *r, arena *a, manifest_gate *g, err *e)
{
    static const char *const keys[] = {"yes", "no", "check", "maybe", "opens"};
    static const bytes names[] = {{"have", 4}, {"need", 4}, {"lack", 4}, {"key", 3}};
    text_set *sets[] = {&g->yes, &g->no, &g->check, &g->maybe, &g->opens};
    if (!reader_object(r, keys, COUNT_OF(keys), e)) {
        return false;
    }
    for (uint32_t i = 0; i < COUNT_OF(keys); i++) {
        reader at;
        if (!reader_member(r, keys[i], &at)) {
            if (sets[i] == &g->opens || (sets[i] == &g->maybe && !g->is_inferred)) {
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

/* A day, or null for none. */
static bool read_day(const reader *r, arena *a, day *ret, err *e)
{
    bytes text;
    if (json_type_of(r->node) == JSON_NULL) {
        *ret = LOTSE_OPEN;
        return true;
    }
    if (!reader_text(r, 1, 20, a, &text, e)) {
        return false;
    }
    return day_parse(text, ret) ||
           reader_refuse(r, e, "\"%s\" is no day, it must be like 2026-11-23", text.base);
}

static bool read_rule(const reader *r, arena *a, manifest_rule *rule, err *e)
{
    static const char *const keys[] = {"code", "set", "basis", "from", "to", "look_at"};
    reader at;
    if (!reader_object(r, keys, COUNT_OF(keys), e) ||
        (reader_member(r, "code", &at) && !reader_text(&at, 1, 64, a, &rule->code, e)) ||
        !reader_need(r, "set", &at, e) || !reader_text(&at, 1, 64, a, &rule->set, e) ||
        !reader_need(r, "basis", &at, e) || !reader_text(&at, 1, 120, a, &rule->basis, e) ||
        !reader_need(r, "from", &at, e) || !read_day(&at, a, &rule->from, e)) {
        return false;
    }
    if (rule->from == LOTSE_OPEN) {
        return reader_refuse(&at, e, "a rule begins on a day");
    }
    return reader_need(r, "to", &at, e) && read_day(&at, a, &rule->to, e) &&
           (!reader_member(r, "look_at", &at) ||
            manifest_read_texts(&at, NULL, 0, a, &rule->look_at, e));
}

static bool read_rules(const reader *r, arena *a, manifest_gate *g, err *e)
{
    reader list;
    void *entries = NULL;
    if (!reader_member(r, "rules", &list)) {
        return true;
    }
    if (!manifest_read_array(&list, RULE_COUNT_MAX, sizeof(manifest_rule), a, &g->rule_count,
                             &entries, e)) {
        return false;
    }
    manifest_rule *rules = entries;
    g->rules = rules;
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    while (reader_next(&list, &node, &index, &entry)) {
        if (!read_rule(&entry, a, &rules[index], e)) {
            return false;
        }
    }
    return true;
}

/* {"by":list of the offer,"key":code,"param":id,"kinds":[...]} */
static bool read_waived(const reader *r, const manifest *m, arena *a, manifest_gate *g, err *e)
{
    static const char *const keys[] = {"by", "key", "param", "kinds"};
    reader waived;
    reader at;
    bytes id;
    if (!reader_member(r, "waived", &waived)) {
        return true;
    }
    if (!reader_object(&waived, keys, COUNT_OF(keys), e) || !reader_need(&waived, "by", &at, e) ||
        !manifest_read_path(&at, a, &g->waived_by, e) || !reader_need(&waived, "key", &at, e) ||
        !reader_text(&at, 1, 64, a, &g->waived_key, e) || !reader_need(&waived, "kinds", &at, e) ||
        !manifest_read_code_mask(&at, CODES(kind), a, &g->waive_kinds, e) ||
        !reader_need(&waived, "param", &at, e) || !manifest_read_id(&at, a, &id, e)) {
        return false;
    }
    for (uint32_t i = 0; i < m->param_count; i++) {
        if (bytes_equal(m->params[i].id, id) && m->params[i].type == LOTSE_PARAM_INT) {
            g->waive_param = i;
            return true;
        }
    }
    return reader_refuse(&at, e, "\"%s\" is no int parameter", id.base);
}

static bool read_gate(const reader *r, const manifest *m, arena *a, manifest_gate *g, err *e)
{
    static const char *const keys[] = {"id",        "seeker",   "op",    "offer",
                                       "unknown",   "inferred", "kinds", "pointers",
                                       "sentences", "rules",    "waived"};
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
    if (reader_member(r, "inferred", &at)) {
        if (!reader_flag(&at, &g->is_inferred, e)) {
            return false;
        }
        if (g->is_inferred && op != GATE_CONTAINS_ALL) {
            return reader_refuse(&at, e, "\"inferred\" belongs to contains_all, and only there");
        }
    }
    g->kinds = UINT64_MAX;
    if (reader_member(r, "kinds", &at) &&
        !manifest_read_code_mask(&at, CODES(kind), a, &g->kinds, e)) {
        return false;
    }
    return read_pointers(r, a, g, e) && reader_need(r, "sentences", &at, e) &&
           read_gate_texts(&at, a, g, e) && read_rules(r, a, g, e) && read_waived(r, m, a, g, e);
}

bool manifest_read_gates(const reader *root, arena *a, manifest *m, err *e)
{
    reader list;
    void *entries = NULL;
    if (!reader_member(root, "gates", &list)) {
        return true;
    }
    if (!manifest_read_array(&list, GATE_COUNT_MAX, sizeof(manifest_gate), a, &m->gate_count,
                             &entries, e)) {
        return false;
    }
    manifest_gate *gates = entries;
    m->gates = gates;
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    while (reader_next(&list, &node, &index, &entry)) {
        if (!read_gate(&entry, m, a, &gates[index], e) ||
            !manifest_refuse_twice(&entry, gates, sizeof(gates[0]), index, gates[index].id, e)) {
            return false;
        }
    }
    return true;
}
