/* The runs there are, and the one thread that works through those that wait. */
#include "engine/batch_state.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"

enum { WAITING_MAX = 64, LISTED_MAX = 1000, RETRY_AFTER_MS = 1000 };

/* ------------------------------------------------------------------------------------ watches */

void batch_tell(batch_board *b, batch_job *job, uint64_t done, uint64_t total, const char *what)
{
    batch_watch watches[BATCH_WATCH_MAX];
    pthread_mutex_lock(&b->lock);
    uint32_t count = job->watch_count;
    memcpy(watches, job->watches, sizeof watches);
    pthread_mutex_unlock(&b->lock);
    for (uint32_t i = 0; i < count; i++) {
        if (watches[i].tell(watches[i].context, done, total, what)) {
            continue;
        }
        watches[i].end(watches[i].context);
        pthread_mutex_lock(&b->lock);
        for (uint32_t k = 0; k < job->watch_count; k++) {
            if (job->watches[k].context == watches[i].context) {
                job->watches[k] = job->watches[--job->watch_count];
            }
        }
        pthread_mutex_unlock(&b->lock);
    }
}

void batch_end_watches(batch_board *b, batch_job *job)
{
    batch_watch watches[BATCH_WATCH_MAX];
    pthread_mutex_lock(&b->lock);
    uint32_t count = job->watch_count;
    memcpy(watches, job->watches, sizeof watches);
    job->watch_count = 0;
    pthread_mutex_unlock(&b->lock);
    for (uint32_t i = 0; i < count; i++) {
        watches[i].end(watches[i].context);
    }
}

void batch_stop(batch_job *job)
{
    atomic_store(&job->must_stop, true);
    __atomic_store_n(&job->allocator_stop, 1, __ATOMIC_RELAXED);
}

static void allow(batch_job *job)
{
    atomic_store(&job->must_stop, false);
    __atomic_store_n(&job->allocator_stop, 0, __ATOMIC_RELAXED);
}

static void free_job(batch_job **job)
{
    if (*job != NULL) {
        mem_free((*job)->summary);
        mem_free(*job);
        *job = NULL;
    }
}

/* ------------------------------------------------------------------------------------ the thread
 */

void batch_keep_state(batch_board *b, batch_job *job)
{
    buf text = {0};
    err e = {0};
    pthread_mutex_lock(&b->lock);
    batch_job_print(job, job->run_ns, &text);
    pthread_mutex_unlock(&b->lock);
    if (!batch_job_keep(job, &text, &e)) {
        log_event(LOG_ERROR, "batch.not_noted", "id=%s error=%s", job->id, err_id(e.code));
    }
}

static void settle(batch_board *b, batch_job *job, bool is_done, const err *why)
{
    pthread_mutex_lock(&b->lock);
    job->run_ns += clock_monotonic_ns() - job->began_ns;
    job->ended_ms = clock_unix_ms();
    bool begins_anew = job->begins_anew && job->state != BATCH_CANCELLED && !b->must_end;
    if (begins_anew) {
        job->state = BATCH_WAITING;
        is_done = false;
    } else if (is_done) {
        job->state = BATCH_DONE;
    } else if (why->code == ERR_CANCELLED || why->code == ERR_DRAINING) {
        /* A cancel has set the state already. */
        job->state = job->state == BATCH_CANCELLED ? BATCH_CANCELLED : BATCH_INTERRUPTED;
    } else {
        job->state = BATCH_FAILED;
        job->why = *why;
    }
    bool is_forgotten = job->is_forgotten;
    job->is_active = false;
    batch_state state = job->state;
    uint32_t count = job->seeker_count;
    pthread_mutex_unlock(&b->lock);
    log_event(LOG_DEBUG, "batch.end", "id=%s state=%s", job->id, batch_state_text(state));
    batch_keep_state(b, job);
    if (is_done && !is_forgotten) { /* what the results were made of is needed no more */
        batch_forget_inputs(job);
    }
    if (is_forgotten) {
        batch_forget_files(job);
    }
    if (!begins_anew) {
        batch_tell(b, job, atomic_load(&job->done), count, batch_state_text(state));
        batch_end_watches(b, job);
    }
}

/* The oldest that waits. Under the lock. */
static batch_job *find_waiting(const batch_board *b)
{
    batch_job *found = NULL;
    for (batch_job *job = b->jobs; job != NULL; job = job->next) {
        found = job->state == BATCH_WAITING && !job->is_active ? job : found;
    }
    return found;
}

static void *work_through(void *context)
{
    batch_board *b = context;
    pthread_mutex_lock(&b->lock);
    while (!b->must_end) {
        batch_job *job = find_waiting(b);
        if (job == NULL) {
            pthread_cond_wait(&b->changed, &b->lock);
            continue;
        }
        job->state = BATCH_RUNNING;
        job->is_active = true;
        if (job->begins_anew) {
            job->begins_anew = false;
            job->mark = (batch_mark){0};
            job->basis[0] = '\0';
            allow(job);
        }
        job->began_ns = clock_monotonic_ns();
        pthread_mutex_unlock(&b->lock);
        err why = {0};
        bool is_done = batch_run(b, job, &why);
        settle(b, job, is_done, &why);
        pthread_mutex_lock(&b->lock);
    }
    pthread_mutex_unlock(&b->lock);
    return NULL;
}

/* Under the lock. */
static bool have_thread(batch_board *b, err *e)
{
    if (!b->has_thread) {
        if (pthread_create(&b->thread, NULL, work_through, b) != 0) {
            return fail(e, ERR_MEMORY, "could not start the thread of batch runs");
        }
        b->has_thread = true;
    }
    pthread_cond_broadcast(&b->changed);
    return true;
}

/* ------------------------------------------------------------------------------------ the board */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of runs begin with their time, so their order is the order of making. */
static void find_jobs(batch_board *b)
{
    char *names[LISTED_MAX];
    uint32_t count = 0;
    DIR *entries = opendir(b->dir);
    for (struct dirent *n = entries == NULL ? NULL : readdir(entries);
         n != NULL && count < LISTED_MAX; n = readdir(entries)) {
        if (strncmp(n->d_name, "b-", 2) == 0 && strlen(n->d_name) <= BATCH_ID_LEN_MAX) {
            names[count] = strdup(n->d_name);
            count += names[count] != NULL;
        }
    }
    if (entries != NULL) {
        closedir(entries);
    }
    qsort(names, count, sizeof *names, compare_names);
    for (uint32_t i = 0; i < count; i++) {
        err why = {0};
        batch_job *job = mem_new(sizeof *job);
        if (job != NULL && batch_job_load(b->dir, names[i], job, &why)) {
            job->next = b->jobs;
            b->jobs = job;
        } else {
            log_event(LOG_WARN, "batch.unreadable", "id=%s", names[i]);
            free_job(&job);
        }
        free(names[i]);
    }
}

bool batch_board_new(engine *g, batch_board **ret, err *e)
{
    batch_board *b = mem_new(sizeof *b);
    if (b == NULL) {
        return fail(e, ERR_MEMORY, "no memory for batch runs");
    }
    b->engine = g;
    int len = snprintf(b->dir, sizeof b->dir, "%s/batch", engine_dir(g));
    if (len < 0 || (size_t)len + BATCH_ID_LEN_MAX + 32 > sizeof b->dir) {
        mem_free(b);
        return fail(e, ERR_FILE, "the path of the data folder is too long");
    }
    int rc = pthread_mutex_init(&b->lock, NULL);
    check(rc == 0);
    rc = pthread_cond_init(&b->changed, NULL);
    check(rc == 0);
    find_jobs(b);
    *ret = b;
    return true;
}

void batch_board_resume(batch_board *b)
{
    err e = {0};
    bool has_some = false;
    pthread_mutex_lock(&b->lock);
    for (batch_job *job = b->jobs; job != NULL; job = job->next) {
        if (job->state == BATCH_INTERRUPTED) {
            job->state = BATCH_WAITING;
            has_some = true;
        }
    }
    bool is_done = !has_some || have_thread(b, &e);
    pthread_mutex_unlock(&b->lock);
    if (!is_done) {
        log_event(LOG_ERROR, "batch.not_resumed", "error=%s", err_id(e.code));
    }
}

void batch_board_free(batch_board **board)
{
    batch_board *b = *board;
    if (b == NULL) {
        return;
    }
    pthread_mutex_lock(&b->lock);
    b->must_end = true;
    for (batch_job *job = b->jobs; job != NULL; job = job->next) {
        batch_stop(job);
    }
    pthread_cond_broadcast(&b->changed);
    pthread_mutex_unlock(&b->lock);
    if (b->has_thread) {
        int rc = pthread_join(b->thread, NULL);
        check(rc == 0);
    }
    while (b->jobs != NULL) {
        batch_job *job = b->jobs;
        b->jobs = job->next;
        batch_end_watches(b, job);
        free_job(&job);
    }
    int rc = pthread_cond_destroy(&b->changed);
    check(rc == 0);
    rc = pthread_mutex_destroy(&b->lock);
    check(rc == 0);
    mem_free(b);
    *board = NULL;
}

/* ------------------------------------------------------------------------------------ starting */

static bool is_same_spec(const batch_spec *a, const batch_spec *b)
{
    return strcmp(a->strategy, b->strategy) == 0 && a->as_of == b->as_of && a->top == b->top &&
           a->kinds == b->kinds && a->explain == b->explain && a->format == b->format &&
           a->shard == b->shard && a->shard_count == b->shard_count && a->cap == b->cap &&
           a->is_report == b->is_report && strcmp(a->allocator, b->allocator) == 0 &&
           strcmp(a->offer_strategy, b->offer_strategy) == 0 && strcmp(a->inputs, b->inputs) == 0;
}

static bool make_dir(const char *path, err *e)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST ||
           fail(e, ERR_FILE, "could not make a folder for the batch run: %s", strerror(errno));
}

/* Ids sort by time, and no two data folders make the same; but for those that are named. */
static bool make_id(batch_board *b, const batch_spec *spec, int64_t now_ms, batch_job *job)
{
    struct tm at;
    time_t seconds = (time_t)(now_ms / 1000);
    if (gmtime_r(&seconds, &at) == NULL) {
        return false;
    }
    int len = spec->name[0] != '\0'
                  ? snprintf(job->id, sizeof job->id, "b-%s", spec->name)
                  : snprintf(job->id, sizeof job->id, "b-%04d%02d%02d-%02d%02d%02d-%03d-%u",
                             at.tm_year + 1900, at.tm_mon + 1, at.tm_mday, at.tm_hour, at.tm_min,
                             at.tm_sec, (int)(now_ms % 1000), ++b->made_count);
    check(len > 0 && (size_t)len < sizeof job->id);
    len = snprintf(job->dir, sizeof job->dir, "%s/%s", b->dir, job->id);
    check(len > 0 && (size_t)len < sizeof job->dir);
    return true;
}

/* Under the lock. */
static bool make_job(batch_board *b, const batch_spec *spec, batch_job **ret, err *e)
{
    int64_t now_ms = clock_unix_ms();
    batch_job *job = mem_new(sizeof *job);
    if (job == NULL || !make_id(b, spec, now_ms, job)) {
        mem_free(job);
        return fail(e, ERR_MEMORY, "no memory for a batch run");
    }
    job->spec = *spec;
    job->state = BATCH_WAITING;
    job->is_active = true; /* until it is on disk */
    job->started_ms = now_ms;
    if (!make_dir(b->dir, e) || !make_dir(job->dir, e)) {
        mem_free(job);
        return false;
    }
    job->next = b->jobs;
    b->jobs = job;
    *ret = job;
    return true;
}

/* Under the lock: an interrupted run of this spec, or a new one. */
static bool take_job(batch_board *b, const batch_spec *spec, batch_job **ret, bool *ret_is_resumed,
                     err *e)
{
    uint32_t waiting = 0;
    for (batch_job *job = b->jobs; job != NULL; job = job->next) {
        waiting += job->state == BATCH_WAITING;
        bool is_named = spec->name[0] != '\0' && strcmp(job->id + 2, spec->name) == 0;
        if (is_named && (job->state != BATCH_INTERRUPTED || !is_same_spec(&job->spec, spec))) {
            (void)fail(e, ERR_CONFLICT, "there is a batch run \"%s\" already", job->id);
            return err_path(e, "/params/name");
        }
        if (job->state == BATCH_INTERRUPTED && is_same_spec(&job->spec, spec) &&
            (is_named || spec->name[0] == '\0')) {
            job->state = BATCH_WAITING;
            job->is_active = true;
            allow(job);
            *ret = job;
            *ret_is_resumed = true;
            return true;
        }
    }
    if (b->must_end) {
        return fail(e, ERR_DRAINING, "the server is stopping");
    }
    if (waiting >= WAITING_MAX) {
        (void)fail(e, ERR_OVERLOADED, "%u batch runs are waiting already", waiting);
        e->retry_after_ms = RETRY_AFTER_MS;
        return false;
    }
    *ret_is_resumed = false;
    return make_job(b, spec, ret, e);
}

/* The lists that came with a run lie beside it. */
static bool keep_inputs(const batch_job *job, const batch_inputs *inputs, err *e)
{
    char path[BATCH_PATH_LEN];
    batch_input_path(job, "needs.csv", path);
    if (inputs->needs.base != NULL && !batch_file_write(path, inputs->needs, e)) {
        return false;
    }
    batch_input_path(job, "keep.csv", path);
    return inputs->keep.base == NULL || batch_file_write(path, inputs->keep, e);
}

static bool queue_job(batch_board *b, const batch_spec *spec, const batch_inputs *inputs,
                      const batch_watch *watch, batch_job **ret, bool *ret_is_resumed,
                      bool *ret_is_watched, err *e)
{
    pthread_mutex_lock(&b->lock);
    bool is_taken = take_job(b, spec, ret, ret_is_resumed, e);
    *ret_is_watched = is_taken && watch != NULL && (*ret)->watch_count < BATCH_WATCH_MAX;
    if (*ret_is_watched) {
        (*ret)->watches[(*ret)->watch_count++] = *watch;
    }
    pthread_mutex_unlock(&b->lock);
    if (!is_taken) {
        return false;
    }
    bool is_kept = keep_inputs(*ret, inputs, e);
    batch_keep_state(b, *ret); /* it is on disk before somebody hears of it */
    pthread_mutex_lock(&b->lock);
    (*ret)->is_active = false;
    (*ret)->state = is_kept ? (*ret)->state : BATCH_CANCELLED;
    bool is_done = is_kept && have_thread(b, e);
    pthread_mutex_unlock(&b->lock);
    return is_done;
}

static bool check_names(engine_worker *w, const batch_spec *spec, err *e)
{
    const engine_strategy *found = NULL;
    const lotse_allocator *allocator = NULL;
    if (!engine_strategy_find(w, bytes_of(spec->strategy), &found, e)) {
        return err_path(e, "/params/strategy");
    }
    if (!found->is_usable) {
        (void)fail(e, ERR_STRATEGY_INVALID, "strategy \"%s\" cannot be used: %.200s",
                   spec->strategy, found->why.text);
        return err_path(e, "/params/strategy");
    }
    if (spec->offer_strategy[0] != '\0' &&
        !engine_strategy_find(w, bytes_of(spec->offer_strategy), &found, e)) {
        return err_path(e, "/params/offer_strategy");
    }
    if (spec->allocator[0] != '\0') {
        if (!registry_allocator(engine_worker_registry(w), spec->allocator, &allocator, e)) {
            return err_path(e, "/params/allocator");
        }
        allocator->destroy(allocator->self);
    }
    return true;
}

bool batch_start(batch_board *b, engine_worker *w, const batch_spec *spec,
                 const batch_inputs *inputs, const batch_watch *watch, json_writer *out, err *e)
{
    batch_job *job = NULL;
    bool is_resumed = false;
    bool is_watched = false;
    batch_spec whole = *spec;
    whole.inputs[0] = '\0';
    if (inputs->needs.base != NULL || inputs->keep.base != NULL) {
        bytes parts[] = {inputs->needs, inputs->keep};
        digest_parts(parts, 2, whole.inputs);
    }
    bool is_done = check_names(w, &whole, e) &&
                   queue_job(b, &whole, inputs, watch, &job, &is_resumed, &is_watched, e);
    if (watch != NULL && !is_watched) {
        watch->end(watch->context);
    }
    if (is_done) {
        json_begin_object(out);
        json_member_cstr(out, "id", job->id);
        json_member_bool(out, "resumed", is_resumed);
        json_end_object(out);
    }
    return is_done;
}
