/* Strategies: those that ship beside the plugins and those that people stored. Each commit that
 * touches one makes a new table; a task sees one table from its beginning to its end. */

#include "engine/state.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/log.h"
#include "base/memfile.h"

enum { BUILTIN_COUNT_MAX = 32 };

static bool read_text(const char *path, arena *a, bytes *ret, err *e)
{
    memfile file = {.fd = -1};
    if (!memfile_map(path, &file, e)) {
        return false;
    }
    bytes text = arena_copy(a, (bytes){file.base, file.len});
    memfile_fini(&file);
    if (text.base == NULL) {
        return fail(e, ERR_MEMORY, "no memory to read a strategy");
    }
    *ret = text;
    return true;
}

/* The text in canonical form and its id. */
static bool read_strategy(bytes text, arena *a, bytes *ret_id, bytes *ret_text, err *e)
{
    json_doc *doc = NULL;
    if (!json_parse(text, JSON_DEPTH_MAX, &doc, e)) {
        return false;
    }
    buf out = {0};
    json_print(json_root(doc), &out);
    const json_node *id =
        json_type_of(json_root(doc)) == JSON_OBJECT ? json_member(json_root(doc), "id") : NULL;
    bool is_named = id != NULL && json_type_of(id) == JSON_TEXT;
    bytes named = is_named ? arena_copy(a, json_text(id)) : (bytes){0};
    bytes canonical = out.failed ? (bytes){0} : arena_copy(a, buf_bytes(&out));
    buf_fini(&out);
    json_doc_free(&doc);

    if (!is_named) {
        return fail(e, ERR_STRATEGY_INVALID, "a strategy needs an \"id\"");
    }
    if (named.base == NULL || canonical.base == NULL) {
        return fail(e, ERR_MEMORY, "no memory to read a strategy");
    }
    *ret_id = named;
    *ret_text = canonical;
    return true;
}

static void read_builtin_file(engine *g, const char *dir, const char *name)
{
    err why = {0};
    bytes text = {0};
    const char *path = arena_text(&g->arena, "%s/%s", dir, name);
    uint32_t at = g->builtin_count;

    if (path == NULL || !read_text(path, &g->arena, &text, &why) ||
        !read_strategy(text, &g->arena, &g->builtin[at].id, &g->builtin[at].text, &why)) {
        log_event(LOG_WARN, "strategy.unreadable", "file=%s why=\"%s\"", name, why.text);
        return;
    }
    g->builtin_count++;
}

static bool is_json_file(const char *name)
{
    size_t len = strlen(name);
    return len > 5 && name[0] != '.' && strcmp(name + len - 5, ".json") == 0;
}

bool strategies_read_builtin(engine *g, const char *plugins_dir, err *e)
{
    const char *dir = arena_text(&g->arena, "%s/strategies", plugins_dir);
    g->builtin = arena_array(&g->arena, BUILTIN_COUNT_MAX, sizeof *g->builtin);
    if (dir == NULL || g->builtin == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the built-in strategies");
    }

    DIR *folder = opendir(dir);
    if (folder == NULL) {
        log_event(LOG_WARN, "strategy.none", "why=\"no folder of built-in strategies\"");
        return true;
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (is_json_file(entry->d_name) && g->builtin_count < BUILTIN_COUNT_MAX) {
            read_builtin_file(g, dir, entry->d_name);
        }
    }
    return closedir(folder) == 0 || fail(e, ERR_FILE, "could not close a folder");
}

bool strategies_is_builtin(const engine *g, bytes id)
{
    for (uint32_t i = 0; i < g->builtin_count; i++) {
        if (bytes_equal(g->builtin[i].id, id)) {
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------------------------ the table */

typedef struct table_maker {
    engine *engine;
    strategy_table *table;
    bool failed;
} table_maker;

/* A strategy that cannot be resolved is kept with the reason: a plugin may be missing today. */
static void resolve(const engine *g, strategy_table *t, engine_strategy *s)
{
    json_doc *doc = NULL;
    s->is_usable = json_parse(s->text, JSON_DEPTH_MAX, &doc, &s->why) &&
                   registry_strategy(g->registry, json_root(doc), &t->arena, &s->resolved, &s->why);
    json_doc_free(&doc);
    if (!s->is_usable) {
        log_event(LOG_WARN, "strategy.unusable", "id=%.*s why=\"%s\"", (int)s->id.len, s->id.base,
                  s->why.text);
    }
}

static bool add_entry(table_maker *m, bytes id, bytes text, int64_t version)
{
    strategy_table *t = m->table;
    engine_strategy *s = &t->entries[t->count];

    s->id = arena_copy(&t->arena, id);
    s->text = arena_copy(&t->arena, text);
    s->version = version;
    if (s->id.base == NULL || s->text.base == NULL) {
        m->failed = true;
        return false;
    }
    resolve(m->engine, t, s);
    t->count++;
    return true;
}

static bool on_stored(void *context, const store_record *record)
{
    table_maker *m = context;
    if (strategies_is_builtin(m->engine, record->id)) {
        return true; /* came to the program later than to the store: the built-in one holds */
    }
    return add_entry(m, record->id, record->body, record->version);
}

static int compare_ids(const void *a, const void *b)
{
    return bytes_compare(((const engine_strategy *)a)->id, ((const engine_strategy *)b)->id);
}

/* Fills an empty table. */
static bool fill_table(engine *g, strategy_table *t, err *e)
{
    table_maker m = {.engine = g, .table = t};
    uint64_t stored = 0;

    if (!store_count(g->reader, STORE_STRATEGY, (bytes){0}, &stored, e)) {
        return false;
    }
    t->entries = arena_array(&t->arena, g->builtin_count + stored, sizeof *t->entries);
    m.failed = t->entries == NULL;
    for (uint32_t i = 0; i < g->builtin_count && !m.failed; i++) {
        (void)add_entry(&m, g->builtin[i].id, g->builtin[i].text, 0); /* notes m.failed */
    }
    if (!m.failed && !store_list(g->reader, STORE_STRATEGY, (bytes){0}, (bytes){0},
                                 (uint32_t)stored, on_stored, &m, e)) {
        return false;
    }
    if (m.failed) {
        return fail(e, ERR_MEMORY, "no memory for the strategies");
    }
    qsort(t->entries, t->count, sizeof *t->entries, compare_ids);
    return true;
}

bool strategies_make(engine *g, strategy_table **ret, err *e)
{
    strategy_table *t = mem_new(sizeof *t);
    if (t == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the strategies");
    }
    if (!fill_table(g, t, e)) {
        arena_fini(&t->arena);
        mem_free(t);
        return false;
    }
    t->next = g->tables;
    g->tables = t;
    *ret = t;
    return true;
}

/* ------------------------------------------------------------------------------------ for tasks */

uint32_t engine_strategy_count(engine_worker *w)
{
    return w->view->strategies->count;
}

const engine_strategy *engine_strategy_at(engine_worker *w, uint32_t index)
{
    check(index < w->view->strategies->count);
    return &w->view->strategies->entries[index];
}

bool engine_strategy_find(engine_worker *w, bytes id, const engine_strategy **ret, err *e)
{
    const strategy_table *t = w->view->strategies;
    for (uint32_t i = 0; i < t->count; i++) {
        if (bytes_equal(t->entries[i].id, id)) {
            *ret = &t->entries[i];
            return true;
        }
    }
    (void)fail(e, ERR_NOT_FOUND, "there is no strategy \"%.*s\"", (int)id.len, id.base);
    return err_hint(e, "strategy.list names those there are.");
}
