#include "engine/sweep.h"

#include <pthread.h>
#include <time.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/limits.h"

enum {
    WINDOW = 256, /* blocks that may wait for one before them */
    TURN_MS = 10, /* a worker's turn before it looks whether others wait */
    TICK_MS = 50,
    RETRY_MS = 5
};

typedef struct slot {
    sweep_output output;
    bool is_made;
} slot;

typedef struct sweep {
    engine *engine;
    const sweep_config *config;
    uint32_t block_count;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint32_t next;      /* block */
    uint32_t delivered; /* blocks before this one */
    uint32_t live;      /* tasks */
    bool is_delivering;
    bool must_stop;
    bool has_failed;
    err why;
    slot slots[WINDOW];
} sweep;

static void clear_output(sweep_output *o)
{
    buf_fini(&o->text);
    buf_fini(&o->lists);
    *o = (sweep_output){0};
}

/* Under the lock. */
static void note_failure(sweep *s, const err *why)
{
    if (!s->has_failed) {
        s->why = *why;
    }
    s->has_failed = true;
    s->must_stop = true;
    pthread_cond_broadcast(&s->changed);
}

/* Under the lock. Blocks in flight are each on a worker that has them, so the wait ends. */
static bool take_block(sweep *s, uint32_t *ret)
{
    while (!s->must_stop && s->next < s->block_count && s->next >= s->delivered + WINDOW) {
        pthread_cond_wait(&s->changed, &s->lock);
    }
    if (s->must_stop || s->next == s->block_count) {
        return false;
    }
    *ret = s->next++;
    return true;
}

/* Under the lock, but not while delivering. */
static void deliver_ready(sweep *s)
{
    err e = {0};
    while (!s->is_delivering && !s->must_stop && s->delivered < s->block_count &&
           s->slots[s->delivered % WINDOW].is_made) {
        slot *at = &s->slots[s->delivered % WINDOW];
        s->is_delivering = true;
        pthread_mutex_unlock(&s->lock);
        bool is_done = s->config->deliver == NULL ||
                       s->config->deliver(s->config->context, s->delivered, &at->output, &e);
        clear_output(&at->output);
        pthread_mutex_lock(&s->lock);
        s->is_delivering = false;
        at->is_made = false;
        s->delivered++;
        if (!is_done) {
            note_failure(s, &e);
        }
        pthread_cond_broadcast(&s->changed);
    }
}

static void work_block(sweep *s, engine_worker *w, uint32_t block)
{
    const sweep_config *c = s->config;
    uint32_t begin = block * c->block_len;
    uint32_t end = c->count - begin < c->block_len ? c->count : begin + c->block_len;
    sweep_output out = {0};
    err e = {0};
    bool is_done = c->work(c->context, w, begin, end, &out, &e);
    if (is_done && (out.text.failed || out.lists.failed)) {
        is_done = fail(&e, ERR_MEMORY, "no memory for a block of a batch run");
    }
    arena_reset(engine_worker_arena(w));
    pthread_mutex_lock(&s->lock);
    if (is_done) {
        slot *at = &s->slots[block % WINDOW];
        check(!at->is_made);
        at->output = out;
        at->is_made = true;
        deliver_ready(s);
    } else {
        clear_output(&out);
        note_failure(s, &e);
    }
    pthread_mutex_unlock(&s->lock);
}

static void run_turn(engine_worker *w, void *context)
{
    sweep *s = context;
    int64_t from_ns = clock_monotonic_ns();
    for (;;) {
        uint32_t block = 0;
        pthread_mutex_lock(&s->lock);
        bool is_there = take_block(s, &block);
        if (!is_there) {
            s->live--;
            pthread_cond_broadcast(&s->changed);
        }
        pthread_mutex_unlock(&s->lock);
        if (!is_there) {
            return; /* the sweep may be gone */
        }
        work_block(s, w, block);
        err ignored = {0};
        if (clock_monotonic_ns() - from_ns > TURN_MS * INT64_C(1000000) &&
            engine_has_waiting(s->engine)) {
            if (engine_submit(s->engine, run_turn, s, &ignored)) {
                return;
            }
            from_ns = clock_monotonic_ns(); /* no room: others come after this turn */
        }
    }
}

/* ------------------------------------------------------------------------------------ waiting */

static void wait_a_little(sweep *s, int64_t ms)
{
    struct timespec until;
    int rc = clock_gettime(CLOCK_MONOTONIC, &until);
    check(rc == 0);
    int64_t ns = until.tv_nsec + ms * 1000000;
    until.tv_sec += ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    (void)pthread_cond_timedwait(&s->changed, &s->lock,
                                 &until); /* late or early: looked at again */
}

/* Puts the tasks on the workers; where the queue is full, what has room. */
static bool start_tasks(sweep *s, err *e)
{
    uint32_t wanted = engine_worker_total(s->engine);
    for (uint32_t i = 0; i < wanted; i++) {
        pthread_mutex_lock(&s->lock);
        s->live++;
        pthread_mutex_unlock(&s->lock);
        bool is_taken = engine_submit(s->engine, run_turn, s, e);
        if (!is_taken) {
            pthread_mutex_lock(&s->lock);
            s->live--;
            uint32_t live = s->live;
            if (live == 0 && e->code == ERR_OVERLOADED) {
                wait_a_little(s, RETRY_MS);
                i = UINT32_MAX; /* from the first again */
            }
            pthread_mutex_unlock(&s->lock);
            if (live > 0) {
                break;
            }
            if (e->code != ERR_OVERLOADED) {
                return false;
            }
        }
    }
    return true;
}

static void wait_until_done(sweep *s)
{
    const sweep_config *c = s->config;
    int64_t ticked_ns = 0;
    pthread_mutex_lock(&s->lock);
    while (s->live > 0) {
        wait_a_little(s, TICK_MS);
        if (clock_monotonic_ns() - ticked_ns < TICK_MS * INT64_C(1000000)) {
            continue;
        }
        ticked_ns = clock_monotonic_ns();
        pthread_mutex_unlock(&s->lock);
        bool goes_on = c->tick == NULL || c->tick(c->context);
        pthread_mutex_lock(&s->lock);
        if (!goes_on && !s->must_stop) {
            err why = {0};
            (void)fail(&why, ERR_CANCELLED, "the batch run was stopped");
            note_failure(s, &why);
        }
    }
    pthread_mutex_unlock(&s->lock);
}

static void init_locks(sweep *s)
{
    pthread_condattr_t attributes;
    int rc = pthread_mutex_init(&s->lock, NULL);
    check(rc == 0);
    rc = pthread_condattr_init(&attributes);
    check(rc == 0);
    rc = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    check(rc == 0);
    rc = pthread_cond_init(&s->changed, &attributes);
    check(rc == 0);
    rc = pthread_condattr_destroy(&attributes);
    check(rc == 0);
}

static void fini_sweep(sweep *s)
{
    for (uint32_t i = 0; i < WINDOW; i++) {
        clear_output(&s->slots[i].output);
    }
    int rc = pthread_cond_destroy(&s->changed);
    check(rc == 0);
    rc = pthread_mutex_destroy(&s->lock);
    check(rc == 0);
    mem_free(s);
}

bool sweep_run(engine *g, const sweep_config *config, err *e)
{
    check(config->block_len > 0);
    sweep *s = mem_new(sizeof *s);
    if (s == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a batch run");
    }
    s->engine = g;
    s->config = config;
    s->block_count = (config->count + config->block_len - 1) / config->block_len;
    s->next = config->first_block;
    s->delivered = config->first_block;
    init_locks(s);
    bool is_done = s->next >= s->block_count || start_tasks(s, e);
    if (is_done) {
        wait_until_done(s);
        is_done = !s->has_failed;
        if (!is_done) {
            *e = s->why;
        }
    }
    fini_sweep(s);
    return is_done;
}
