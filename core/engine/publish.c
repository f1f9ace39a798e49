/* Hands snapshots to the workers and takes them back. A worker announces the view it uses before it
 * uses it; the publisher (the store thread) frees a view that was replaced and that nobody
 * announces. No counts, no locks on the way of a query. */

#include "engine/state.h"

#include "base/check.h"

static engine_view *announce(engine *g, _Atomic(engine_view *) *announced)
{
    /* Between reading the view and announcing it the publisher may have replaced and freed it. When
     * it is still the current one after the announcement, the publisher will see the announcement
     * before it frees: both sides are sequentially consistent. */
    for (;;) {
        engine_view *v = atomic_load(&g->view);
        atomic_store(announced, v);
        if (atomic_load(&g->view) == v) {
            return v;
        }
    }
}

static void withdraw(engine *g, _Atomic(engine_view *) *announced)
{
    atomic_store(announced, NULL);
    if (atomic_load(&g->retired_count) > 0) {
        pthread_mutex_lock(&g->lock);
        g->should_reclaim = true;
        pthread_cond_signal(&g->on_write);
        pthread_mutex_unlock(&g->lock);
    }
}

const engine_view *view_announce(engine_worker *w)
{
    check(atomic_load(&w->announced) == NULL);
    w->view = announce(w->engine, &w->announced);
    return w->view;
}

void view_withdraw(engine_worker *w)
{
    w->view = NULL;
    withdraw(w->engine, &w->announced);
}

bool engine_pin_new(engine *g, engine_pin **ret, err *e)
{
    for (uint32_t i = 0; i < ENGINE_PIN_MAX; i++) {
        engine_pin *pin = &g->pins[i];
        if (!atomic_exchange(&pin->is_taken, true)) {
            pin->engine = g;
            pin->view = announce(g, &pin->announced);
            *ret = pin;
            return true;
        }
    }
    return fail(e, ERR_OVERLOADED, "%d pieces of long work hold a snapshot already",
                ENGINE_PIN_MAX);
}

void engine_pin_free(engine_pin **pin)
{
    if (*pin != NULL) {
        (*pin)->view = NULL;
        withdraw((*pin)->engine, &(*pin)->announced);
        atomic_store(&(*pin)->is_taken, false);
        *pin = NULL;
    }
}

const snapshot *engine_pin_snapshot(const engine_pin *pin)
{
    return pin->view->snapshot;
}

const registry *engine_pin_registry(const engine_pin *pin)
{
    return pin->view->registry;
}

bool engine_pin_strategy(const engine_pin *pin, bytes id, const engine_strategy **ret, err *e)
{
    return strategies_find(pin->view->strategies, id, ret, e);
}

static bool is_announced(const engine *g, const engine_view *v)
{
    for (uint32_t i = 0; i < g->worker_count; i++) {
        if (atomic_load(&g->workers[i].announced) == v) {
            return true;
        }
    }
    for (uint32_t i = 0; i < ENGINE_PIN_MAX; i++) {
        if (atomic_load(&g->pins[i].announced) == v) {
            return true;
        }
    }
    return false;
}

static bool is_shown(const engine *g, const strategy_table *t)
{
    const engine_view *current = atomic_load(&g->view);
    if (current != NULL && current->strategies == t) {
        return true;
    }
    for (const engine_view *v = g->retired; v != NULL; v = v->next) {
        if (v->strategies == t) {
            return true;
        }
    }
    return false;
}

static void free_table(strategy_table *t)
{
    arena_fini(&t->arena);
    mem_free(t);
}

static void free_view(engine_view *v)
{
    snapshot_free(&v->snapshot);
    mem_free(v);
}

void publish_reclaim(engine *g)
{
    uint32_t left = 0;
    engine_view **at = &g->retired;

    while (*at != NULL) {
        engine_view *v = *at;
        if (is_announced(g, v)) {
            left++;
            at = &v->next;
        } else {
            *at = v->next;
            free_view(v);
        }
    }
    atomic_store(&g->retired_count, left);

    plugins_close_unseen(g);
    for (strategy_table **t = &g->tables; *t != NULL;) {
        strategy_table *table = *t;
        if (is_shown(g, table)) {
            t = &table->next;
        } else {
            *t = table->next;
            free_table(table);
        }
    }
}

/* Takes the snapshot; the strategies are those of engine.tables. */
bool publish(engine *g, const registry *r, snapshot **s, const strategy_table *strategies, err *e)
{
    check(*s != NULL);
    check(strategies != NULL);

    engine_view *v = mem_new(sizeof *v);
    if (v == NULL) {
        return fail(e, ERR_MEMORY, "no memory to publish a snapshot");
    }
    v->registry = r;
    v->snapshot = *s;
    v->strategies = strategies;
    *s = NULL;

    pthread_mutex_lock(&g->lock);
    g->counts.change = snapshot_change_number(v->snapshot);
    g->counts.base_change = g->base_change;
    g->counts.seeker_count = snapshot_record_count(v->snapshot, SIDE_SEEKER);
    g->counts.offer_count = snapshot_record_count(v->snapshot, SIDE_OFFER);
    g->counts.segment_count[SIDE_SEEKER] = snapshot_segment_count(v->snapshot, SIDE_SEEKER);
    g->counts.segment_count[SIDE_OFFER] = snapshot_segment_count(v->snapshot, SIDE_OFFER);
    pthread_mutex_unlock(&g->lock);

    atomic_store(&g->registry, r);
    engine_view *old = atomic_exchange(&g->view, v);
    if (old != NULL) {
        old->next = g->retired;
        g->retired = old;
        atomic_fetch_add(&g->retired_count, 1);
    }
    publish_reclaim(g);
    return true;
}

void publish_end(engine *g)
{
    engine_view *current = atomic_exchange(&g->view, NULL);
    if (current != NULL) {
        free_view(current);
    }
    publish_reclaim(g);
    check(g->retired == NULL);
    check(g->tables == NULL);
}
