/* What is stored and not shown yet: deferred writes become parts of a snapshot to come, while their
 * records are still decoded. A second thread makes them, so that an import stores one transaction
 * while the rows of the last one are put in order. */

#include "engine/state.h"

#include "base/check.h"
#include "base/log.h"
#include "base/map.h"

/* ---------------------------------------------------------------------- changes */

static bool changes_rows(const store_write *w)
{
    bool is_row = w->noun == STORE_SEEKER || w->noun == STORE_OFFER;
    return is_row && (w->outcome == STORE_CREATED || w->outcome == STORE_REPLACED ||
                      w->outcome == STORE_DELETED);
}

/* A record written twice in one group comes once, as it was left. */
bool group_list_changes(write_group *p, snapshot_change **ret, uint32_t *ret_count, err *e)
{
    map places[2] = {{0}};
    uint32_t count = 0;
    bool is_done = true;
    snapshot_change *changes = arena_make_array(&p->arena, p->count, snapshot_change);

    for (uint32_t i = 0; i < p->count && is_done && changes != NULL; i++) {
        const store_write *w = &p->writes[i];
        uint64_t place = count;
        if (!changes_rows(w)) {
            continue;
        }
        record_side side = w->noun == STORE_SEEKER ? SIDE_SEEKER : SIDE_OFFER;
        if (!map_get(&places[side], w->id, &place)) {
            is_done = map_put(&places[side], w->id, place);
            count++;
        }
        bool is_put = w->outcome != STORE_DELETED;
        changes[place] = (snapshot_change){
            .side = side,
            .id = w->id,
            .record = is_put ? p->records[i] : NULL,
            .version = w->version,
        };
    }
    map_fini(&places[SIDE_SEEKER]);
    map_fini(&places[SIDE_OFFER]);
    if (changes == NULL || !is_done) {
        return fail(e, ERR_MEMORY, "no memory to make the next snapshot");
    }
    *ret = changes;
    *ret_count = count;
    return true;
}

/* ---------------------------------------------------------------------- making */

static void make_parts(engine *g, part_builder *b)
{
    const match_program *program = registry_program(atomic_load(&g->view)->registry);
    snapshot_change *changes = NULL;
    uint32_t count = 0;
    err why = {0};
    bool is_made = group_list_changes(&b->group, &changes, &count, &why);
    for (uint32_t side = 0; side < 2 && is_made && count > 0; side++) {
        snapshot_part *part = NULL;
        is_made = snapshot_part_make(program, g->dictionary, (record_side)side, changes, count,
                                     &part, &why);
        if (part != NULL) {
            g->parts[g->part_count++] = part;
        }
    }
    b->made_count += is_made ? count : 0;
    if (!is_made) {
        log_event(LOG_WARN, "snapshot.behind", "error=%s", err_id(why.code));
        b->has_failed = true;
    }
}

/* The batches are answered: they are on disk, and their records are needed no more. */
static void answer(part_builder *b)
{
    for (engine_writes *w = b->group.first; w != NULL;) {
        engine_writes *next = w->next;
        w->next = NULL;
        w->on_written(w->context, w, b->change, NULL);
        w = next;
    }
    arena_fini(&b->group.arena);
}

static void *builder_run(void *context)
{
    engine *g = context;
    part_builder *b = &g->builder;
    pthread_mutex_lock(&b->lock);
    while (!b->must_end) {
        if (!b->is_busy) {
            pthread_cond_wait(&b->on_change, &b->lock);
            continue;
        }
        pthread_mutex_unlock(&b->lock);
        make_parts(g, b);
        answer(b);
        pthread_mutex_lock(&b->lock);
        b->is_busy = false;
        pthread_cond_broadcast(&b->on_change);
    }
    pthread_mutex_unlock(&b->lock);
    return NULL;
}

/* ---------------------------------------------------------------------- for the store thread */

void parts_await(engine *g)
{
    part_builder *b = &g->builder;
    pthread_mutex_lock(&b->lock);
    while (b->is_busy) {
        pthread_cond_wait(&b->on_change, &b->lock);
    }
    pthread_mutex_unlock(&b->lock);
    g->unsaved_count += b->made_count;
    b->made_count = 0;
    if (b->has_failed) { /* the store has what the parts lack */
        b->has_failed = false;
        g->is_behind = true;
        parts_drop(g);
    }
}

void parts_drop(engine *g)
{
    while (g->part_count > 0) {
        snapshot_part_free(&g->parts[--g->part_count]);
    }
}

bool parts_take(engine *g, write_group *p, uint64_t change)
{
    part_builder *b = &g->builder;
    parts_await(g);
    if (g->is_behind || g->part_count + 2 >= PART_COUNT_MAX) {
        return false;
    }
    b->group = *p;
    b->change = change;
    pthread_mutex_lock(&b->lock);
    b->is_busy = true;
    pthread_cond_broadcast(&b->on_change);
    pthread_mutex_unlock(&b->lock);
    return true;
}

bool parts_start(engine *g, err *e)
{
    part_builder *b = &g->builder;
    int rc = pthread_mutex_init(&b->lock, NULL);
    check(rc == 0);
    rc = pthread_cond_init(&b->on_change, NULL);
    check(rc == 0);
    b->is_started = pthread_create(&b->thread, NULL, builder_run, g) == 0;
    if (!b->is_started) {
        rc = pthread_mutex_destroy(&b->lock);
        check(rc == 0);
        rc = pthread_cond_destroy(&b->on_change);
        check(rc == 0);
    }
    return b->is_started || fail(e, ERR_MEMORY, "could not start the thread that makes parts");
}

void parts_end(engine *g)
{
    part_builder *b = &g->builder;
    if (!b->is_started) {
        return;
    }
    pthread_mutex_lock(&b->lock);
    check(!b->is_busy);
    b->must_end = true;
    pthread_cond_broadcast(&b->on_change);
    pthread_mutex_unlock(&b->lock);
    int rc = pthread_join(b->thread, NULL);
    check(rc == 0);
    rc = pthread_mutex_destroy(&b->lock);
    check(rc == 0);
    rc = pthread_cond_destroy(&b->on_change);
    check(rc == 0);
    b->is_started = false;
}
