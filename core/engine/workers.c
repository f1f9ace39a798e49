/* The workers: threads that take tasks from one bounded queue. Each has its own matcher, read
 * connection and arena, so that tasks share nothing but the immutable view they look at. */

#include "engine/state.h"

#include "base/check.h"

enum {
    RETRY_AFTER_MS = 100,             /* what a refused caller is told to wait */
    ARENA_KEEP_LEN = 4 * 1024 * 1024, /* a task that took more gives it back */
    OUT_KEEP_LEN = 1024 * 1024
};

static bool take_task(engine *g, task *ret)
{
    bool is_there = false;

    pthread_mutex_lock(&g->lock);
    while (g->task_count == 0 && !g->workers_must_end) {
        pthread_cond_wait(&g->on_task, &g->lock);
    }
    if (g->task_count > 0) {
        *ret = g->tasks[g->task_first];
        g->task_first = (g->task_first + 1) % g->task_max;
        g->task_count--;
        g->counts.busy_count++;
        is_there = true;
    }
    pthread_mutex_unlock(&g->lock);
    return is_there;
}

static void tidy_memory(engine_worker *w)
{
    if (w->arena.used_len > ARENA_KEEP_LEN) {
        arena_fini(&w->arena);
    } else {
        arena_reset(&w->arena);
    }
    if (w->out.cap > OUT_KEEP_LEN || w->out.failed) {
        buf_fini(&w->out);
    } else {
        buf_clear(&w->out);
    }
}

static void *worker_run(void *context)
{
    engine_worker *w = context;
    engine *g = w->engine;
    task t;

    while (take_task(g, &t)) {
        (void)view_announce(w); /* kept in w->view, where tasks look */
        t.run(w, t.context);
        settings_note_quarantine(w);
        view_withdraw(w);
        tidy_memory(w);

        pthread_mutex_lock(&g->lock);
        g->counts.busy_count--;
        g->counts.task_done++;
        pthread_mutex_unlock(&g->lock);
    }
    return NULL;
}

bool workers_start(engine *g, err *e)
{
    for (uint32_t i = 0; i < g->worker_count; i++) {
        engine_worker *w = &g->workers[i];
        w->engine = g;
        if (!match_worker_new(&w->match, e) || !store_reader_open(g->dir, &w->reader, e)) {
            return false;
        }
        if (pthread_create(&w->thread, NULL, worker_run, w) != 0) {
            return fail(e, ERR_MEMORY, "could not start worker %u", i);
        }
        w->is_started = true;
    }
    return true;
}

void workers_end(engine *g)
{
    pthread_mutex_lock(&g->lock);
    g->is_stopping = true;
    g->workers_must_end = true;
    pthread_cond_broadcast(&g->on_task);
    pthread_mutex_unlock(&g->lock);

    for (uint32_t i = 0; i < g->worker_count; i++) {
        engine_worker *w = &g->workers[i];
        if (w->is_started) {
            int rc = pthread_join(w->thread, NULL);
            check(rc == 0);
            w->is_started = false;
        }
        match_worker_free(&w->match);
        store_reader_close(&w->reader);
        arena_fini(&w->arena);
        buf_fini(&w->out);
    }
    check(g->task_count == 0);
}

bool engine_submit(engine *g, engine_task *run, void *context, err *e)
{
    check(run != NULL);
    bool is_stopping = false;
    bool is_full = false;

    pthread_mutex_lock(&g->lock);
    is_stopping = g->is_stopping;
    is_full = g->task_count == g->task_max;
    if (is_stopping || is_full) {
        g->counts.task_refused++;
    } else {
        g->tasks[(g->task_first + g->task_count) % g->task_max] = (task){run, context};
        g->task_count++;
        if (g->task_count > g->counts.task_waiting_max) {
            g->counts.task_waiting_max = g->task_count;
        }
        pthread_cond_signal(&g->on_task);
    }
    pthread_mutex_unlock(&g->lock);

    if (is_stopping) {
        return fail(e, ERR_DRAINING, "the server is stopping");
    }
    if (is_full) {
        (void)fail(e, ERR_OVERLOADED, "%u requests are waiting already", g->task_max);
        e->retry_after_ms = RETRY_AFTER_MS;
        return false;
    }
    return true;
}

engine *engine_worker_engine(engine_worker *w)
{
    return w->engine;
}

const registry *engine_worker_registry(engine_worker *w)
{
    check(w->view != NULL);
    return w->view->registry;
}

const snapshot *engine_worker_snapshot(engine_worker *w)
{
    check(w->view != NULL);
    return w->view->snapshot;
}

match_worker *engine_worker_match(engine_worker *w)
{
    return w->match;
}

store_reader *engine_worker_reader(engine_worker *w)
{
    return w->reader;
}

arena *engine_worker_arena(engine_worker *w)
{
    return &w->arena;
}

buf *engine_worker_out(engine_worker *w)
{
    return &w->out;
}
