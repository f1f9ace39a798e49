#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/nearest.h"
#include "model/concept.h"
#include "plugin/manifest_part.h"
#include "plugin/registry_parts.h"

/* A strategy's JSON against the program: ids become indexes, parameters become the block that a
 * plugin is configured with. */

/* ------------------------------------------------------------------------------------ parameters
 */

static bool read_code(const reader *r, const manifest_param *p, arena *a, param_value *ret, err *e)
{
    bytes id;
    uint32_t position = 0;
    if (!reader_text(r, 1, ID_LEN_MAX, a, &id, e)) {
        return false;
    }
    if (!code_find(p->codes, id, &position)) {
        return reader_refuse(r, e, "\"%s\" is no code of the list \"%s\"", id.base, p->codes->name);
    }
    ret->value = position;
    return true;
}

static bool read_day(const reader *r, arena *a, param_value *ret, err *e)
{
    bytes text;
    day d = 0;
    if (!reader_text(r, 1, DAY_TEXT_LEN, a, &text, e)) {
        return false;
    }
    if (!day_parse(text, &d)) {
        return reader_refuse(r, e, "\"%s\" is no day, it must be like 2026-11-23", text.base);
    }
    ret->value = d;
    return true;
}

static bool read_concept(const registry *plugins, const reader *r, arena *a, concept *ret, err *e)
{
    bytes text;
    if (!reader_text(r, 1, CONCEPT_LEN_MAX, a, &text, e)) {
        return false;
    }
    if (!concept_is_valid(text)) {
        return reader_refuse(r, e, "\"%s\" is no concept: esco:..., isco:... or kldb:...",
                             text.base);
    }
    if (concept_from_code(text, ret) ||
        (plugins->dictionary != NULL && dictionary_find(plugins->dictionary, text, ret))) {
        return true;
    }
    return reader_refuse(r, e, "no record names the concept \"%s\" yet", text.base);
}

static int compare_concepts(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

static bool read_concept_set(const registry *plugins, const reader *r, arena *a, param_value *ret,
                             err *e)
{
    uint32_t count = 0;
    if (!reader_array(r, LIST_COUNT_MAX, &count, e)) {
        return false;
    }
    uint32_t *concepts = arena_make_array(a, count, uint32_t);
    if (concepts == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a strategy");
    }
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    while (reader_next(r, &node, &index, &entry)) {
        if (!read_concept(plugins, &entry, a, &concepts[index], e)) {
            return false;
        }
    }
    qsort(concepts, count, sizeof(concepts[0]), compare_concepts);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (kept == 0 || concepts[i] != concepts[kept - 1]) {
            concepts[kept++] = concepts[i];
        }
    }
    *ret = (param_value){.value = kept, .concepts = concepts};
    return true;
}

static bool read_value(const registry *plugins, const reader *r, const manifest_param *p, arena *a,
                       param_value *ret, err *e)
{
    concept number = CONCEPT_NONE;
    switch (p->type) {
    case LOTSE_PARAM_CODE:
        return read_code(r, p, a, ret, e);
    case LOTSE_PARAM_DAY:
        return read_day(r, a, ret, e);
    case LOTSE_PARAM_CONCEPT:
        if (!read_concept(plugins, r, a, &number, e)) {
            return false;
        }
        ret->value = number;
        return true;
    case LOTSE_PARAM_CONCEPT_SET:
        return read_concept_set(plugins, r, a, ret, e);
    default:
        return reader_integer(r, p->min, p->max, &ret->value, e);
    }
}

static bool refuse_param(const reader *r, const manifest *m, err *e)
{
    nearest near = nearest_to(r->key);
    for (uint32_t i = 0; i < m->param_count; i++) {
        nearest_offer(&near, m->params[i].id.base);
    }
    reader_refuse(r, e, "\"%s\" has no parameter \"%.*s\"", m->id.base,
                  (int)(r->key.len < 80 ? r->key.len : 80), r->key.base);
    const char *best = nearest_best(&near);
    return best != NULL && err_hint(e, "Did you mean \"%s\"?", best);
}

static bool read_params(const registry *plugins, const reader *object, const manifest *m, arena *a,
                        param_value *values, err *e)
{
    if (json_type_of(object->node) != JSON_OBJECT) {
        return reader_refuse(object, e, "parameters must be an object: {\"name\": value}");
    }
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    while (reader_next(object, &node, &index, &entry)) {
        uint32_t at = 0;
        while (at < m->param_count && !bytes_equal(entry.key, m->params[at].id)) {
            at++;
        }
        if (at == m->param_count) {
            return refuse_param(&entry, m, e);
        }
        if (!read_value(plugins, &entry, &m->params[at], a, &values[at], e)) {
            return false;
        }
        values[at].is_set = true;
    }
    return true;
}

/* ------------------------------------------------------------------------------------ criteria */

static const plugin_entry *find_plugin(const registry *r, bytes id)
{
    for (uint32_t i = 0; i < r->plugin_count; i++) {
        if (bytes_equal(r->plugins[i].info.id, id)) {
            return &r->plugins[i];
        }
    }
    return NULL;
}

/* A plugin that is there and runs, or the reason why it cannot be used. */
static bool find_ready(const registry *plugins, const reader *r, arena *a, const plugin_entry **ret,
                       err *e)
{
    bytes id;
    if (!reader_text(r, 1, ID_LEN_MAX, a, &id, e)) {
        return false;
    }
    const plugin_entry *p = find_plugin(plugins, id);
    if (p == NULL) {
        nearest near = nearest_to(id);
        for (uint32_t i = 0; i < plugins->plugin_count; i++) {
            if (plugins->plugins[i].info.manifest != NULL) {
                nearest_offer(&near, plugins->plugins[i].manifest.id.base);
            }
        }
        reader_refuse(r, e, "there is no plugin \"%s\"", id.base);
        const char *best = nearest_best(&near);
        return best != NULL && err_hint(e, "Did you mean \"%s\"?", best);
    }
    if (p->info.state == PLUGIN_STOPPED) {
        return reader_refuse(r, e, "plugin \"%s\" is switched off", id.base);
    }
    if (!registry_takes_part(p)) {
        return reader_refuse(r, e, "plugin \"%s\" does not run: %s", id.base, p->info.why.text);
    }
    *ret = p;
    return true;
}

static uint32_t find_criterion(const match_program *p, uint32_t plugin)
{
    uint32_t i = 0;
    while (i < p->criterion_count && p->criteria[i].plugin != plugin) {
        i++;
    }
    return i;
}

static bool read_criterion(const registry *plugins, const reader *r, arena *a, strategy *s, err *e)
{
    static const char *const keys[] = {"id", "weight", "params"};
    const plugin_entry *plugin = NULL;
    reader at;
    int64_t weight = 0;
    if (!reader_object(r, keys, COUNT_OF(keys), e) || !reader_need(r, "id", &at, e) ||
        !find_ready(plugins, &at, a, &plugin, e)) {
        return false;
    }
    const manifest *m = &plugin->manifest;
    if (!m->has_criterion) {
        return reader_refuse(&at, e, "plugin \"%s\" has no criterion", m->id.base);
    }
    uint32_t criterion = find_criterion(s->program, plugin->program_index);
    check(criterion < s->program->criterion_count);
    for (uint32_t i = 0; i < s->criterion_count; i++) {
        if (s->criteria[i].criterion == criterion) {
            return reader_refuse(&at, e, "criterion \"%s\" stands twice", m->id.base);
        }
    }
    if (!reader_need(r, "weight", &at, e) || !reader_integer(&at, 0, POINTS_MAX, &weight, e)) {
        return false;
    }
    param_value values[PARAM_COUNT_MAX] = {{0}};
    if (reader_member(r, "params", &at)) {
        at.code = ERR_PLUGIN_PARAM;
        if (!read_params(plugins, &at, m, a, values, e)) {
            return false;
        }
    }
    const lotse_params *params = registry_make_params(m, values, a);
    if (params == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a strategy");
    }
    s->criteria[s->criterion_count++] = (strategy_criterion){criterion, (int32_t)weight, params};
    return true;
}

static bool read_criteria(const registry *plugins, const reader *r, arena *a, strategy *s, err *e)
{
    uint32_t count = 0;
    if (!reader_array(r, CRITERION_COUNT_MAX, &count, e)) {
        return false;
    }
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    int64_t sum = 0;
    while (reader_next(r, &node, &index, &entry)) {
        if (!read_criterion(plugins, &entry, a, s, e)) {
            return false;
        }
        sum += s->criteria[index].weight;
    }
    if (sum != POINTS_MAX) {
        reader_refuse(r, e, "the weights sum to %lld, they must sum to %d", (long long)sum,
                      POINTS_MAX);
        e->code = ERR_WEIGHTS_SUM;
        return false;
    }
    return true;
}

/* ------------------------------------------------------------------------------------ gates */

static bool read_gates(const registry *plugins, const reader *r, arena *a, strategy *s, err *e)
{
    uint32_t count = 0;
    if (!reader_array(r, PLUGIN_COUNT_MAX, &count, e)) {
        return false;
    }
    const match_program *p = s->program;
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    uint64_t seen = 0; /* a bit per plugin: one without gates may be named, but once */
    while (reader_next(r, &node, &index, &entry)) {
        const plugin_entry *plugin = NULL;
        if (!find_ready(plugins, &entry, a, &plugin, e)) {
            return false;
        }
        uint64_t bit = UINT64_C(1) << plugin->program_index;
        if ((seen & bit) != 0) {
            return reader_refuse(&entry, e, "plugin \"%s\" stands twice", plugin->manifest.id.base);
        }
        seen |= bit;
        for (uint32_t i = 0; i < p->gate_count; i++) {
            if (p->gates[i].plugin == plugin->program_index) {
                s->gates_on |= UINT64_C(1) << i;
            }
        }
    }
    return true;
}

bool registry_strategy(const registry *r, const json_node *root, arena *a, strategy *ret, err *e)
{
    static const char *const keys[] = {"id", "criteria", "gates", "last_kinds", "allocator"};
    reader top = reader_root(root, ERR_STRATEGY_INVALID);
    reader at;
    bytes id;
    bytes allocator;
    strategy s = {.program = &r->program};
    for (uint32_t i = 0; i < s.program->gate_count; i++) {
        if (s.program->gates[i].plugin == UINT32_MAX) {
            s.gates_on |= UINT64_C(1) << i;
        }
    }
    if (!reader_object(&top, keys, COUNT_OF(keys), e) || !reader_need(&top, "id", &at, e) ||
        !reader_text(&at, 1, ID_LEN_MAX, a, &id, e) || !reader_need(&top, "criteria", &at, e) ||
        !read_criteria(r, &at, a, &s, e) ||
        (reader_member(&top, "gates", &at) && !read_gates(r, &at, a, &s, e)) ||
        (reader_member(&top, "last_kinds", &at) &&
         !manifest_read_code_mask(&at, CODES(kind), a, &s.last_kinds, e)) ||
        (reader_member(&top, "allocator", &at) &&
         !reader_text(&at, 1, ID_LEN_MAX, a, &allocator, e))) {
        return false;
    }
    s.id = id.base;
    *ret = s;
    return true;
}
