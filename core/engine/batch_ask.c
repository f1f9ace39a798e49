/* What may be asked about runs, and of them. */
#include "engine/batch_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

/* ------------------------------------------------------------------------------------ asking */

static batch_job *find_job(const batch_board *b, bytes id, err *e)
{
    for (batch_job *job = b->jobs; job != NULL; job = job->next) {
        if (bytes_equal_text(id, job->id)) {
            return job;
        }
    }
    (void)fail(e, ERR_NOT_FOUND, "there is no batch run \"%.*s\"",
               (int)(id.len < BATCH_ID_LEN_MAX ? id.len : BATCH_ID_LEN_MAX), id.base);
    (void)err_path(e, "/params/id");
    return NULL;
}

static void put_time(json_writer *out, const char *key, int64_t ms)
{
    struct tm at;
    char text[32];
    time_t seconds = (time_t)(ms / 1000);
    if (ms > 0 && gmtime_r(&seconds, &at) != NULL &&
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &at) > 0) {
        json_member_cstr(out, key, text);
    } else {
        json_put_key(out, key);
        json_put_null(out);
    }
}

/* Time that is left, at the pace of this attempt; null where there is no pace yet. */
static void put_pace(const batch_job *job, uint32_t done, json_writer *out)
{
    bool is_running = job->state == BATCH_RUNNING;
    int64_t now_ns = is_running ? clock_monotonic_ns() - job->began_ns : 0;
    json_put_key(out, "seconds");
    json_put_double(out, (double)((job->run_ns + now_ns) / 1000000) / 1000.0);
    json_put_key(out, "seconds_left");
    if (is_running && done > job->begun_at) {
        double pace = (double)now_ns * 1e-9 / (double)(done - job->begun_at);
        json_put_double(out,
                        (double)(int64_t)(pace * (double)(job->seeker_count - done) * 10) / 10);
    } else {
        json_put_null(out);
    }
}

/* Under the lock. */
static void put_job(const batch_job *job, json_writer *out)
{
    uint32_t done = job->state == BATCH_DONE ? job->seeker_count : atomic_load(&job->done);
    json_begin_object(out);
    json_member_cstr(out, "id", job->id);
    json_member_cstr(out, "state", batch_state_text(job->state));
    json_put_key(out, "spec");
    batch_spec_print(&job->spec, out);
    json_member_text(out, "basis", bytes_of(job->basis));
    json_member_int(out, "snapshot", (int64_t)job->snapshot);
    json_member_int(out, "seekers", job->seeker_count);
    json_member_int(out, "done", done);
    json_member_int(out, "matches", (int64_t)job->mark.match_count);
    json_member_int(out, "without_match", job->mark.empty_count);
    json_member_int(out, "bytes", job->is_forgotten ? 0 : (int64_t)job->mark.text_len);
    put_time(out, "started", job->started_ms);
    put_time(out, "ended", job->ended_ms);
    put_pace(job, done, out);
    json_member_cstr(out, "phase",
                     job->state == BATCH_RUNNING && job->phase != NULL ? job->phase : "");
    json_put_key(out, "allocation");
    json_put_raw(out, job->summary == NULL ? BYTES("null") : bytes_of(job->summary));
    if (job->state == BATCH_FAILED) {
        json_put_key(out, "error");
        json_begin_object(out);
        json_member_cstr(out, "id", err_id(job->why.code));
        json_member_cstr(out, "message", job->why.text);
        json_end_object(out);
    }
    json_end_object(out);
}

bool batch_status(batch_board *b, bytes id, json_writer *out, err *e)
{
    pthread_mutex_lock(&b->lock);
    const batch_job *job = find_job(b, id, e);
    if (job != NULL) {
        put_job(job, out);
    }
    pthread_mutex_unlock(&b->lock);
    return job != NULL;
}

bool batch_list(batch_board *b, json_writer *out, err *e)
{
    (void)e;
    json_begin_array(out);
    pthread_mutex_lock(&b->lock);
    for (const batch_job *job = b->jobs; job != NULL; job = job->next) {
        put_job(job, out);
    }
    pthread_mutex_unlock(&b->lock);
    json_end_array(out);
    return true;
}

bool batch_cancel(batch_board *b, bytes id, bool forget, json_writer *out, err *e)
{
    pthread_mutex_lock(&b->lock);
    batch_job *job = find_job(b, id, e);
    bool is_active = job != NULL && job->is_active;
    if (job != NULL) {
        batch_stop(job);
        job->is_forgotten = job->is_forgotten || forget;
        if (job->state == BATCH_WAITING || job->state == BATCH_INTERRUPTED ||
            job->state == BATCH_RUNNING) {
            job->state = BATCH_CANCELLED;
        }
        json_begin_object(out);
        json_member_cstr(out, "id", job->id);
        json_member_cstr(out, "state", batch_state_text(job->state));
        json_end_object(out);
    }
    pthread_mutex_unlock(&b->lock);
    if (job == NULL || is_active) { /* an active one settles when it has seen it */
        return job != NULL;
    }
    if (forget) {
        batch_forget_files(job);
    }
    batch_keep_state(b, job);
    batch_end_watches(b, job);
    return true;
}

/* ------------------------------------------------------------------------------------ reading */

static bool read_lines(const char *path, uint64_t offset, uint64_t end, uint32_t len_max, buf *ret,
                       err *e)
{
    uint64_t left = offset < end ? end - offset : 0;
    size_t len = left < len_max ? (size_t)left : len_max;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *room = fd < 0 ? NULL : buf_room(ret, len);
    ssize_t got = room == NULL ? -1 : pread(fd, room, len, (off_t)offset);
    int why = errno;
    if (fd >= 0) {
        close(fd);
    }
    if (got < 0) {
        return fail(e, ERR_FILE, "could not read the results: %s", strerror(why));
    }
    const char *last = got == 0 ? NULL : memrchr(room, '\n', (size_t)got);
    if (last == NULL && (uint64_t)got < left) {
        return fail(e, ERR_TOO_LARGE, "a line of the results is longer than %u bytes", len_max);
    }
    ret->len += last == NULL ? (size_t)got : (size_t)(last + 1 - room);
    return true;
}

bool batch_read(batch_board *b, bytes id, uint64_t offset, uint32_t len_max, buf *ret,
                uint64_t *ret_total, bool *ret_is_whole, err *e)
{
    char path[BATCH_PATH_LEN];
    pthread_mutex_lock(&b->lock);
    const batch_job *job = find_job(b, id, e);
    bool is_there = job != NULL && !job->is_forgotten && job->mark.text_len > 0;
    if (is_there) {
        batch_result_path(job, path);
        *ret_total = job->mark.text_len;
        *ret_is_whole = job->state == BATCH_DONE;
    } else if (job != NULL) {
        (void)fail(e, ERR_BATCH_STATE, "batch run \"%s\" %s", job->id,
                   job->is_forgotten ? "was forgotten, only its figures are left"
                                     : "has no results yet");
    }
    pthread_mutex_unlock(&b->lock);
    return is_there && read_lines(path, offset, *ret_total, len_max, ret, e);
}
