/* Opening and closing: what is made in which order, and taken apart in the other. */

#include "engine/engine.h"

#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "engine/state.h"

enum { BASE_AFTER = 1000 };

/* ---------------------------------------------------------------------- open, close */

static uint32_t processor_count(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > WORKER_COUNT_MAX ? WORKER_COUNT_MAX : (uint32_t)count;
}

static bool init_queues(engine *g, const engine_config *config, err *e)
{
    pthread_condattr_t monotonic;
    int rc = pthread_condattr_init(&monotonic);
    check(rc == 0);
    rc = pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    check(rc == 0);
    rc = pthread_mutex_init(&g->lock, NULL);
    check(rc == 0);
    rc = pthread_cond_init(&g->on_task, NULL);
    check(rc == 0);
    rc = pthread_cond_init(&g->on_write, &monotonic);
    check(rc == 0);
    rc = pthread_condattr_destroy(&monotonic);
    check(rc == 0);

    uint32_t workers = config->worker_count == 0 ? processor_count() : config->worker_count;
    workers = workers > WORKER_COUNT_MAX ? WORKER_COUNT_MAX : workers;
    g->workers = mem_new(workers * sizeof *g->workers);
    g->worker_count = g->workers == NULL ? 0 : workers;
    g->task_max = config->queue_max == 0 ? IN_FLIGHT_MAX : config->queue_max;
    g->tasks = mem_new(g->task_max * sizeof *g->tasks);
    g->base_after = config->base_after == 0 ? BASE_AFTER : config->base_after;
    g->started_unix_ms = clock_unix_ms();
    g->dir = mem_new(strlen(config->dir) + 1);
    if (g->workers == NULL || g->tasks == NULL || g->dir == NULL) {
        return fail(e, ERR_MEMORY, "no memory to open the engine");
    }
    memcpy(g->dir, config->dir, strlen(config->dir) + 1);
    return true;
}

static bool show_first(engine *g, err *e)
{
    const registry *plugins = NULL;
    strategy_table *strategies = NULL;
    snapshot *first = NULL;
    /* The dictionary first: parameters of strategies may be concepts. */
    if (!load_dictionary(g, e) || !crowd_count(g, e) || !plugins_find(g, &plugins, e) ||
        !load_snapshot(g, plugins, &first, e)) {
        return false;
    }
    if (!strategies_make(g, plugins, &strategies, e) ||
        !publish(g, plugins, &first, strategies, e)) {
        snapshot_free(&first);
        return false;
    }
    return true;
}

static bool open_parts(engine *g, const engine_config *config, err *e)
{
    return init_queues(g, config, e) && store_open(config->dir, config->create, &g->store, e) &&
           store_reader_open(config->dir, &g->reader, e) && dictionary_new(&g->dictionary, e) &&
           plugins_note_dirs(g, config, e) && show_first(g, e) && store_thread_start(g, e) &&
           workers_start(g, e);
}

bool engine_open(const engine_config *config, engine **ret, err *e)
{
    check(config->dir != NULL);
    engine *g = mem_new(sizeof *g);
    if (g == NULL) {
        return fail(e, ERR_MEMORY, "no memory to open the engine");
    }
    crowd_init(&g->crowd);
    if (!open_parts(g, config, e)) {
        engine_close(&g);
        return false;
    }
    *ret = g;
    return true;
}

void engine_stop(engine *g)
{
    pthread_mutex_lock(&g->lock);
    g->is_stopping = true;
    pthread_mutex_unlock(&g->lock);
}

void engine_close(engine **engine_to_close)
{
    engine *g = *engine_to_close;
    if (g == NULL) {
        return;
    }
    /* Tasks may write, so the workers end before the store thread does. */
    workers_end(g);
    store_thread_end(g);
    publish_end(g);
    plugins_end(g);
    crowd_fini(&g->crowd);
    dictionary_free(&g->dictionary);
    store_reader_close(&g->reader);
    store_close(&g->store);

    int rc = pthread_cond_destroy(&g->on_task);
    check(rc == 0);
    rc = pthread_cond_destroy(&g->on_write);
    check(rc == 0);
    rc = pthread_mutex_destroy(&g->lock);
    check(rc == 0);
    arena_fini(&g->arena);
    mem_free(g->workers);
    mem_free(g->tasks);
    mem_free(g->dir);
    mem_free(g);
    *engine_to_close = NULL;
}

/* ---------------------------------------------------------------------- facts */

const registry *engine_registry(const engine *g)
{
    return atomic_load(&g->registry);
}

const match_program *engine_program(const engine *g)
{
    return registry_program(engine_registry(g));
}

const char *engine_dir(const engine *g)
{
    return g->dir;
}

const dictionary *engine_dictionary(const engine *g)
{
    return g->dictionary;
}

uint32_t engine_worker_total(const engine *g)
{
    return g->worker_count;
}

bool engine_has_waiting(engine *g)
{
    pthread_mutex_lock(&g->lock);
    bool has_waiting = g->task_count > 0;
    pthread_mutex_unlock(&g->lock);
    return has_waiting;
}

bool engine_is_stopping(engine *g)
{
    pthread_mutex_lock(&g->lock);
    bool is_stopping = g->is_stopping;
    pthread_mutex_unlock(&g->lock);
    return is_stopping;
}

day engine_today(void)
{
    return day_in_berlin(clock_unix_ms() / 1000);
}

void engine_read_stats(engine *g, engine_stats *ret)
{
    pthread_mutex_lock(&g->lock);
    *ret = g->counts;
    ret->task_waiting = g->task_count;
    ret->write_waiting = g->writes_count;
    ret->is_stopping = g->is_stopping;
    pthread_mutex_unlock(&g->lock);
    ret->worker_count = g->worker_count;
    ret->started_unix_ms = g->started_unix_ms;
}
