/* The stored setting "plugins": which are switched off or on, and what they may see. */

#include "engine/state.h"

#include <string.h>

#include "base/check.h"

static const json_node *member_of_type(const json_node *object, const char *key, json_type type)
{
    const json_node *n = json_type_of(object) == JSON_OBJECT ? json_member(object, key) : NULL;
    return n != NULL && json_type_of(n) == type ? n : NULL;
}

/* The texts of an array; NULL and a count of 0 where there is none. */
static bool read_texts(const json_node *list, arena *a, const char *const **ret,
                       uint32_t *ret_count, err *e)
{
    uint32_t count = 0;
    size_t max = list == NULL ? 0 : json_count(list);
    const char **texts = arena_make_array(a, max, const char *);
    bool is_read = texts != NULL;

    for (const json_node *n = max > 0 ? json_child(list) : NULL; n != NULL && is_read;
         n = json_next(n)) {
        if (json_type_of(n) == JSON_TEXT) {
            texts[count] = arena_copy(a, json_text(n)).base;
            is_read = texts[count++] != NULL;
        }
    }
    if (!is_read) {
        return fail(e, ERR_MEMORY, "no memory for the settings");
    }
    *ret = texts;
    *ret_count = count;
    return true;
}

static bool read_grants(const json_node *by_plugin, arena *a, registry_config *plugins, err *e)
{
    uint32_t count = 0;
    for (const json_node *n = by_plugin == NULL ? NULL : json_child(by_plugin); n != NULL;
         n = json_next(n)) {
        count += json_type_of(n) == JSON_ARRAY ? (uint32_t)json_count(n) : 0;
    }
    registry_grant *grants = arena_make_array(a, count, registry_grant);
    if (grants == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the settings");
    }
    uint32_t at = 0;
    for (const json_node *n = count == 0 ? NULL : json_child(by_plugin); n != NULL;
         n = json_next(n)) {
        const char *const *paths = NULL;
        uint32_t path_count = 0;
        const char *plugin = arena_copy(a, json_key(n)).base;
        const json_node *list = json_type_of(n) == JSON_ARRAY ? n : NULL;
        if (plugin == NULL || !read_texts(list, a, &paths, &path_count, e)) {
            return plugin == NULL ? fail(e, ERR_MEMORY, "no memory for the settings") : false;
        }
        for (uint32_t i = 0; i < path_count; i++) {
            grants[at++] = (registry_grant){plugin, paths[i]};
        }
    }
    check(at <= count);
    plugins->grants = grants;
    plugins->grant_count = at;
    return true;
}

static bool read_document(const json_node *root, arena *a, registry_config *plugins, err *e)
{
    return read_texts(member_of_type(root, "disabled", JSON_ARRAY), a, &plugins->disabled,
                      &plugins->disabled_count, e) &&
           read_texts(member_of_type(root, "enabled", JSON_ARRAY), a, &plugins->enabled,
                      &plugins->enabled_count, e) &&
           read_grants(member_of_type(root, "grants", JSON_OBJECT), a, plugins, e);
}

bool settings_read(engine *g, arena *a, registry_config *plugins, err *e)
{
    store_record setting = {0};
    json_doc *doc = NULL;
    err why = {0};

    if (!store_get(g->reader, STORE_SETTING, BYTES("plugins"), a, &setting, &why)) {
        if (why.code == ERR_NOT_FOUND) {
            return true;
        }
        *e = why;
        return false;
    }
    if (!json_parse(setting.body, JSON_DEPTH_MAX, &doc, e)) {
        return false;
    }
    bool is_read = read_document(json_root(doc), a, plugins, e);
    json_doc_free(&doc);
    return is_read;
}
