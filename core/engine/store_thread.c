/* The store thread: the only one that writes. It takes all batches that wait, commits them in one
 * transaction, makes the next snapshot, publishes it and only then says that the writes are done:
 * whoever got an answer sees its write in the next query. */

#include "engine/state.h"

#include <errno.h>
#include <time.h>

#include "base/check.h"
#include "base/log.h"

enum {
    GROUP_WRITE_MAX = 8192, /* writes of one transaction; the batch that passes it still joins */
    IDLE_MS = 2000          /* so long without writes before what can wait is done */
};

/* ---------------------------------------------------------------------- the queue */

static struct timespec idle_deadline(void)
{
    struct timespec t;
    int rc = clock_gettime(CLOCK_MONOTONIC, &t);
    check(rc == 0);
    t.tv_sec += IDLE_MS / 1000;
    return t;
}

/* Waits for writes, for the end, or for something to tidy up. Takes as many batches as one
 * transaction should hold. NULL: none wait. ret_is_idle: nothing came for a while. */
static engine_writes *take_batches(engine *g, bool *ret_is_idle, bool *ret_must_end)
{
    bool has_plans = g->has_deferred || base_is_worth_saving(g, false);
    struct timespec deadline = idle_deadline();
    int rc = 0;

    pthread_mutex_lock(&g->lock);
    while (g->writes_first == NULL && !g->store_must_end && !g->should_reclaim && rc != ETIMEDOUT) {
        rc = has_plans ? pthread_cond_timedwait(&g->on_write, &g->lock, &deadline)
                       : pthread_cond_wait(&g->on_write, &g->lock);
    }
    g->should_reclaim = false;

    engine_writes *first = g->writes_first;
    engine_writes *last = NULL;
    uint32_t count = 0;
    for (engine_writes *w = first; w != NULL && count < GROUP_WRITE_MAX; w = w->next) {
        count += w->count;
        g->writes_count--;
        last = w;
    }
    if (last != NULL) {
        g->writes_first = last->next;
        if (g->writes_first == NULL) {
            g->writes_last = NULL;
        }
        last->next = NULL;
    }
    *ret_must_end = g->store_must_end && g->writes_first == NULL;
    pthread_mutex_unlock(&g->lock);

    *ret_is_idle = first == NULL && rc == ETIMEDOUT;
    return first;
}

/* ---------------------------------------------------------------------- a group */

static bool gather(write_group *p, err *e)
{
    uint32_t count = 0;
    p->can_wait = true;
    for (const engine_writes *w = p->first; w != NULL; w = w->next) {
        count += w->count;
        p->can_wait &= w->can_wait && !w->erases && !w->has_strategies && !w->reloads;
        p->erases |= w->erases;
        p->has_strategies |= w->has_strategies;
        p->reloads |= w->reloads;
        p->makes_keys |= w->makes_keys;
    }
    p->writes = arena_make_array(&p->arena, count, store_write);
    p->records = arena_make_array(&p->arena, count, const void *);
    if (p->writes == NULL || p->records == NULL) {
        return fail(e, ERR_MEMORY, "no memory to commit");
    }
    for (const engine_writes *w = p->first; w != NULL; w = w->next) {
        for (uint32_t i = 0; i < w->count; i++) {
            p->writes[p->count] = w->entries[i].write;
            p->records[p->count] = w->entries[i].record;
            p->count++;
        }
    }
    return true;
}

/* Numbers what has no number. Numbers are given here only, so that they follow the store's. */
static bool number_concepts(engine *g, const write_group *p, err *e)
{
    for (const engine_writes *w = p->first; w != NULL; w = w->next) {
        for (uint32_t i = 0; i < w->concept_count; i++) {
            concept number = CONCEPT_NONE;
            bool is_new = false;
            if (!dictionary_add(g->dictionary, w->concepts[i], &number, &is_new, e)) {
                return false;
            }
        }
    }
    return true;
}

/* The concepts that the dictionary has and the store has not: those of this group, and those of an
 * earlier one whose transaction failed. */
static bool unstored_concepts(engine *g, arena *a, bytes **ret, uint32_t *ret_count, err *e)
{
    uint32_t stored = store_concept_count(g->store);
    uint32_t known = dictionary_count(g->dictionary);
    check(known >= stored);
    char scratch[16];

    bytes *texts = arena_make_array(a, known - stored, bytes);
    if (texts == NULL) {
        return fail(e, ERR_MEMORY, "no memory to commit");
    }
    for (uint32_t i = stored; i < known; i++) {
        texts[i - stored] = dictionary_text(g->dictionary, i + 1, scratch);
        check(texts[i - stored].base != NULL);
    }
    *ret = texts;
    *ret_count = known - stored;
    return true;
}

static bool put(engine *g, write_group *p, uint64_t *ret_change, err *e)
{
    bytes *concepts = NULL;
    uint32_t concept_count = 0;
    if (!gather(p, e) || (p->makes_keys && !store_make_keys(g->store, e)) ||
        !number_concepts(g, p, e) ||
        !unstored_concepts(g, &p->arena, &concepts, &concept_count, e) ||
        !store_put(g->store, p->writes, p->count, concepts, concept_count, ret_change, e)) {
        return false;
    }
    uint32_t at = 0;
    for (engine_writes *w = p->first; w != NULL; w = w->next) {
        for (uint32_t i = 0; i < w->count; i++) {
            w->entries[i].write.outcome = p->writes[at].outcome;
            w->entries[i].write.version = p->writes[at].version;
            at++;
        }
    }
    return true;
}

/* ---------------------------------------------------------------------- showing it */

static bool make_snapshot(engine *g, write_group *p, uint64_t change, snapshot **ret, err *e)
{
    const engine_view *now = atomic_load(&g->view);
    const snapshot *from = now->snapshot;
    snapshot *between = NULL;
    snapshot_change *changes = NULL;
    uint32_t count = 0;

    if (g->is_behind) {
        parts_drop(g); /* the store has what they hold */
        return load_changes(g, now->registry, now->snapshot, ret, e);
    }
    if (!group_list_changes(p, &changes, &count, e)) {
        return false;
    }
    if (g->part_count > 0) {
        bool is_made = snapshot_apply_parts(from, g->parts, g->part_count, change, &between, e);
        parts_drop(g);
        if (!is_made) {
            return false;
        }
        if (count == 0) {
            *ret = between;
            return true;
        }
        from = between;
    }
    bool is_made = snapshot_apply(from, changes, count, change, ret, e);
    snapshot_free(&between);
    g->unsaved_count += is_made ? count : 0;
    return is_made;
}

static bool show(engine *g, write_group *p, uint64_t change, err *e)
{
    const engine_view *now = atomic_load(&g->view);
    const strategy_table *strategies = now->strategies;
    strategy_table *made = NULL;
    snapshot *next = NULL;

    parts_await(g);
    g->has_deferred = false;
    if (change == snapshot_change_number(now->snapshot)) {
        return true; /* nothing changed */
    }
    if (p->has_strategies || g->is_behind) {
        if (!strategies_make(g, now->registry, &made, e)) {
            return false;
        }
        strategies = made;
    }
    if (!make_snapshot(g, p, change, &next, e)) {
        return false;
    }
    if (!publish(g, now->registry, &next, strategies, e)) {
        snapshot_free(&next);
        return false;
    }
    return true;
}

/* ---------------------------------------------------------------------- plugins anew */

static bool has_same_columns(const registry *a, const registry *b)
{
    const match_program *p = registry_program(a);
    const match_program *q = registry_program(b);
    return p->columns[SIDE_SEEKER].hash == q->columns[SIDE_SEEKER].hash &&
           p->columns[SIDE_OFFER].hash == q->columns[SIDE_OFFER].hash;
}

/* Looks through the plugin folders and shows what they make. Where the columns stay the same, the
 * base file carries them over; else they are made from the records. */
static bool reload(engine *g, err *e)
{
    const registry *old = atomic_load(&g->view)->registry;
    const registry *plugins = NULL;
    strategy_table *strategies = NULL;
    snapshot *next = NULL;

    if (!plugins_find(g, &plugins, e) || (has_same_columns(old, plugins) && !base_save(g, e)) ||
        !load_snapshot(g, plugins, &next, e)) {
        return false;
    }
    if (!strategies_make(g, plugins, &strategies, e) ||
        !publish(g, plugins, &next, strategies, e)) {
        snapshot_free(&next);
        return false;
    }
    return true;
}

/* ---------------------------------------------------------------------- a commit */

/* After the delete of a seeker nothing of it may be left: neither in the base file nor in what the
 * database no longer uses. */
static bool erase(engine *g, err *e)
{
    g->must_scrub = true;
    if (!base_remove(g, e) || !store_scrub(g->store, e)) {
        return false;
    }
    g->must_scrub = false;
    return true;
}

/* What went wrong, by what was asked for. */
typedef struct outcome {
    err why, why_erased, why_loaded;
    bool is_done, is_erased, is_loaded;
} outcome;

static const err *failure_of(const outcome *o, const engine_writes *w)
{
    return !o->is_done                   ? &o->why
           : w->erases && !o->is_erased  ? &o->why_erased
           : w->reloads && !o->is_loaded ? &o->why_loaded
                                         : NULL;
}

static void finish(write_group *p, uint64_t change, const outcome *o)
{
    for (engine_writes *w = p->first; w != NULL;) {
        engine_writes *next = w->next;
        w->next = NULL;
        w->on_written(w->context, w, change, failure_of(o, w));
        w = next;
    }
}

static void note_commit(engine *g, const write_group *p)
{
    pthread_mutex_lock(&g->lock);
    g->counts.commit_count++;
    g->counts.write_done += p->count;
    pthread_mutex_unlock(&g->lock);
}

/* After the transaction: shows it, and does what else the batches asked for. */
static void follow_up(engine *g, write_group *p, uint64_t change, outcome *o)
{
    o->is_done = show(g, p, change, &o->why);
    g->is_behind = !o->is_done;
    if (g->is_behind) {
        log_event(LOG_ERROR, "snapshot.behind", "change=%llu error=%s", (unsigned long long)change,
                  err_id(o->why.code));
        (void)err_hint(&o->why, "The write is stored; queries see it after the next write.");
    }
    err why_counted = {0};
    if (!crowd_follow(g, p->writes, p->count, &why_counted)) {
        log_event(LOG_ERROR, "crowd.behind", "error=%s", err_id(why_counted.code));
    }
    o->is_erased = !p->erases || erase(g, &o->why_erased);
    o->is_loaded = !p->reloads || reload(g, &o->why_loaded);
    if (!o->is_loaded) {
        (void)err_hint(&o->why_loaded, "What was set is stored; it holds from the next start on.");
    }
}

static void commit(engine *g, engine_writes *first)
{
    write_group p = {.first = first};
    outcome o = {0};
    uint64_t change = 0;

    if (put(g, &p, &change, &o.why)) {
        note_commit(g, &p);
        if (p.can_wait && !g->is_behind && parts_take(g, &p, change)) {
            g->has_deferred = true;
            return;
        }
        follow_up(g, &p, change, &o);
    } else {
        log_event(LOG_ERROR, "store.commit_failed", "error=%s", err_id(o.why.code));
    }
    finish(&p, change, &o);
    arena_fini(&p.arena);
}

static void save_base(engine *g)
{
    err why = {0};
    if (!base_save(g, &why)) {
        log_event(LOG_WARN, "base.not_saved", "error=%s why=\"%s\"", err_id(why.code), why.text);
    }
}

/* Shows what the store has and queries do not see yet. */
static void catch_up(engine *g)
{
    err why = {0};
    write_group nothing = {0};
    g->is_behind = !show(g, &nothing, store_last_change(g->store), &why);
    arena_fini(&nothing.arena);
}

static void tidy(engine *g, bool is_idle)
{
    err why = {0};
    if (g->is_behind || (is_idle && g->has_deferred)) {
        catch_up(g);
    }
    if (g->must_scrub && !erase(g, &why)) {
        log_event(LOG_ERROR, "store.scrub_failed", "error=%s", err_id(why.code));
    }
    if (is_idle && base_is_worth_saving(g, false)) {
        save_base(g);
    }
}

static void *store_thread_run(void *context)
{
    engine *g = context;
    bool must_end = false;

    tidy(g, false); /* an erasure that a crash cut off */
    while (!must_end) {
        bool is_idle = false;
        engine_writes *first = take_batches(g, &is_idle, &must_end);
        if (first != NULL) {
            commit(g, first);
        }
        publish_reclaim(g);
        tidy(g, is_idle);
    }
    if (g->has_deferred) {
        catch_up(g);
    }
    if (base_is_worth_saving(g, true)) {
        save_base(g);
    }
    parts_await(g);
    parts_drop(g);
    return NULL;
}

bool store_thread_start(engine *g, err *e)
{
    if (!parts_start(g, e)) {
        return false;
    }
    if (pthread_create(&g->store_thread, NULL, store_thread_run, g) != 0) {
        parts_end(g);
        return fail(e, ERR_MEMORY, "could not start the store thread");
    }
    g->store_is_started = true;
    return true;
}

void store_thread_end(engine *g)
{
    if (!g->store_is_started) {
        return;
    }
    pthread_mutex_lock(&g->lock);
    g->store_must_end = true;
    pthread_cond_signal(&g->on_write);
    pthread_mutex_unlock(&g->lock);
    int rc = pthread_join(g->store_thread, NULL);
    check(rc == 0);
    g->store_is_started = false;
    parts_end(g);
    check(g->writes_first == NULL);
}
