/* Strategies: those that ship beside the plugins and those that people stored. Each commit that
 * touches one makes a new table; a task sees one table from its beginning to its end. */

#include "engine/state.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/log.h"

bool strategies_is_builtin(const registry *r, bytes id)
{
    uint32_t count = registry_builtin_strategy_count(r);
    for (uint32_t i = 0; i < count; i++) {
        bytes builtin = {0};
        (void)registry_builtin_strategy(r, i, &builtin); /* the id is asked for only */
        if (bytes_equal(builtin, id)) {
            return true;
        }
    }
    return false;
}

/* ---------------------------------------------------------------------- the table */

typedef struct table_maker {
    const registry *registry;
    strategy_table *table;
    bool failed;
} table_maker;

/* A strategy that cannot be resolved is kept with the reason: a plugin may be missing today. False:
 * only memory is missing. */
static bool resolve(const registry *r, strategy_table *t, engine_strategy *s)
{
    json_doc *doc = NULL;
    s->is_usable = json_parse(s->text, JSON_DEPTH_MAX, &doc, &s->why) &&
                   registry_strategy(r, json_root(doc), &t->arena, &s->resolved, &s->why);
    json_doc_free(&doc);
    if (!s->is_usable && s->why.code == ERR_MEMORY) {
        return false;
    }
    if (!s->is_usable) {
        log_event(LOG_WARN, "strategy.unusable", "id=%.*s why=\"%s\"", (int)s->id.len, s->id.base,
                  s->why.text);
    }
    return true;
}

static bool add_entry(table_maker *m, bytes id, bytes text, int64_t version)
{
    strategy_table *t = m->table;
    engine_strategy *s = &t->entries[t->count];

    s->id = arena_copy(&t->arena, id);
    s->text = arena_copy(&t->arena, text);
    s->version = version;
    m->failed = s->id.base == NULL || s->text.base == NULL || !resolve(m->registry, t, s);
    t->count += !m->failed;
    return !m->failed;
}

static bool on_stored(void *context, const store_record *record)
{
    table_maker *m = context;
    if (strategies_is_builtin(m->registry, record->id)) {
        return true; /* came to the program later than to the store: the built-in one holds */
    }
    return add_entry(m, record->id, record->body, record->version);
}

static int compare_ids(const void *a, const void *b)
{
    return bytes_compare(((const engine_strategy *)a)->id, ((const engine_strategy *)b)->id);
}

/* Fills an empty table. */
static bool fill_table(engine *g, const registry *r, strategy_table *t, err *e)
{
    table_maker m = {.registry = r, .table = t};
    uint64_t stored = 0;

    if (!store_count(g->reader, STORE_STRATEGY, (bytes){0}, &stored, e)) {
        return false;
    }
    uint32_t builtin_count = registry_builtin_strategy_count(r);
    t->entries = arena_array(&t->arena, builtin_count + stored, sizeof *t->entries);
    m.failed = t->entries == NULL;
    for (uint32_t i = 0; i < builtin_count && !m.failed; i++) {
        bytes id = {0};
        bytes text = registry_builtin_strategy(r, i, &id);
        (void)add_entry(&m, id, text, 0); /* notes m.failed */
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

bool strategies_make(engine *g, const registry *r, strategy_table **ret, err *e)
{
    strategy_table *t = mem_new(sizeof *t);
    if (t == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the strategies");
    }
    if (!fill_table(g, r, t, e)) {
        arena_fini(&t->arena);
        mem_free(t);
        return false;
    }
    t->next = g->tables;
    g->tables = t;
    *ret = t;
    return true;
}

/* ---------------------------------------------------------------------- for tasks */

uint32_t engine_strategy_count(engine_worker *w)
{
    return w->view->strategies->count;
}

const engine_strategy *engine_strategy_at(engine_worker *w, uint32_t index)
{
    check(index < w->view->strategies->count);
    return &w->view->strategies->entries[index];
}

bool strategies_find(const strategy_table *t, bytes id, const engine_strategy **ret, err *e)
{
    for (uint32_t i = 0; i < t->count; i++) {
        if (bytes_equal(t->entries[i].id, id)) {
            *ret = &t->entries[i];
            return true;
        }
    }
    (void)fail(e, ERR_NOT_FOUND, "there is no strategy \"%.*s\"", (int)id.len, id.base);
    return err_hint(e, "strategy.list names those there are.");
}

bool engine_strategy_find(engine_worker *w, bytes id, const engine_strategy **ret, err *e)
{
    return strategies_find(w->view->strategies, id, ret, e);
}
