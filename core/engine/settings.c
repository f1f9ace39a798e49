/* The stored setting "plugins": which are switched off or on, and what they may see. */

#include "engine/state.h"

#include <string.h>

#include "base/check.h"
#include "base/log.h"

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

/* {ID: ERROR} */
static bool read_quarantined(const json_node *by_plugin, arena *a, registry_config *plugins, err *e)
{
    uint32_t count = 0;
    size_t max = by_plugin == NULL ? 0 : json_count(by_plugin);
    registry_quarantine *list = arena_make_array(a, max, registry_quarantine);
    bool is_read = list != NULL;
    for (const json_node *n = max > 0 ? json_child(by_plugin) : NULL; n != NULL && is_read;
         n = json_next(n)) {
        if (json_type_of(n) == JSON_TEXT) {
            list[count].plugin = arena_copy(a, json_key(n)).base;
            list[count].error = arena_copy(a, json_text(n)).base;
            is_read = list[count].plugin != NULL && list[count].error != NULL;
            count++;
        }
    }
    if (!is_read) {
        return fail(e, ERR_MEMORY, "no memory for the settings");
    }
    plugins->quarantined = list;
    plugins->quarantined_count = count;
    return true;
}

static bool read_document(const json_node *root, arena *a, registry_config *plugins, err *e)
{
    return read_texts(member_of_type(root, "disabled", JSON_ARRAY), a, &plugins->disabled,
                      &plugins->disabled_count, e) &&
           read_texts(member_of_type(root, "enabled", JSON_ARRAY), a, &plugins->enabled,
                      &plugins->enabled_count, e) &&
           read_grants(member_of_type(root, "grants", JSON_OBJECT), a, plugins, e) &&
           read_quarantined(member_of_type(root, "quarantined", JSON_OBJECT), a, plugins, e);
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

/* ---------------------------------------------------------------------- quarantine */

/* The setting as it is, with one more plugin in quarantine. */
static void print_quarantine(const json_node *setting, life_record *r, buf *text)
{
    json_writer out = json_writer_to(text);
    const json_node *known = NULL;
    bytes id = bytes_of(r->id);
    life_facts facts;
    life_read(r, &facts);

    json_begin_object(&out);
    for (const json_node *n = json_child(setting); n != NULL; n = json_next(n)) {
        if (bytes_equal_text(json_key(n), "quarantined")) {
            known = n;
        } else {
            json_put_key_bytes(&out, json_key(n));
            json_put_node(&out, n);
        }
    }
    json_put_key(&out, "quarantined");
    json_begin_object(&out);
    for (const json_node *n = known == NULL ? NULL : json_child(known); n != NULL;
         n = json_next(n)) {
        if (!bytes_equal(json_key(n), id)) {
            json_put_key_bytes(&out, json_key(n));
            json_put_node(&out, n);
        }
    }
    json_put_key_bytes(&out, id);
    json_put_cstr(&out, err_id(facts.last_fault.code));
    json_end_object(&out);
    json_end_object(&out);
}

static bool put_quarantine(engine_worker *w, life_record *r, err *e)
{
    engine *g = w->engine;
    arena a = {0};
    store_record setting = {.body = BYTES("{}"), .version = STORE_NO_VERSION};
    json_doc *doc = NULL;
    engine_writes *writes = NULL;
    buf text = {0};
    err why = {0};
    uint64_t change = 0;
    bool is_read = store_get(w->reader, STORE_SETTING, BYTES("plugins"), &a, &setting, &why) ||
                   why.code == ERR_NOT_FOUND;
    if (!is_read) {
        *e = why;
    }
    bool is_put = is_read && json_parse(setting.body, JSON_DEPTH_MAX, &doc, e) &&
                  engine_writes_new(g, &writes, e);
    if (is_put) {
        print_quarantine(json_root(doc), r, &text);
        is_put = !text.failed || fail(e, ERR_MEMORY, "no memory for the settings");
        is_put = is_put &&
                 engine_writes_put_setting(writes, BYTES("plugins"), buf_bytes(&text),
                                           setting.version, e) &&
                 engine_write_wait(g, writes, &change, e);
        is_put = is_put && (engine_writes_at(writes, 0)->outcome != STORE_CONFLICT ||
                            fail(e, ERR_CONFLICT, "the settings changed meanwhile"));
    }
    engine_writes_free(&writes);
    json_doc_free(&doc);
    buf_fini(&text);
    arena_fini(&a);
    return is_put;
}

void settings_note_quarantine(engine_worker *w)
{
    life_record *r = NULL;
    while ((r = life_book_take_unsaved(w->engine->lives)) != NULL) {
        enum { TRY_COUNT = 3 };
        err why = {0};
        bool is_put = false;
        for (uint32_t i = 0; i < TRY_COUNT && !is_put; i++) {
            is_put = put_quarantine(w, r, &why);
        }
        if (!is_put) {
            log_event(LOG_ERROR, "plugin.quarantine_unsaved", "id=%s error=%s", r->id,
                      err_id(why.code));
        }
    }
}
