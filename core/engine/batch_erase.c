/* A person who is deleted is in no results of batch runs any more: their line is taken out of what
 * was written, and what is under way begins anew without them. */
#include "engine/batch_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Is this the person's line or row? */
static bool is_about(bytes line, bytes who)
{
    static const char BEFORE[] = "{\"seeker\":\"";
    size_t at = line.len > 0 && line.base[0] == '{' ? sizeof BEFORE - 1 : 0;
    return line.len > at + who.len && (at == 0 || memcmp(line.base, BEFORE, at) == 0) &&
           memcmp(line.base + at, who.base, who.len) == 0 &&
           (line.base[at + who.len] == '"' || line.base[at + who.len] == ',');
}

/* Copies all lines but the person's. *ret_found: there were some. */
static bool copy_without(FILE *in, FILE *out, bytes who, uint64_t *ret_len, bool *ret_found)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t len = 0;
    bool is_done = true;
    while (is_done && (len = getline(&line, &cap, in)) > 0) {
        bool is_theirs = is_about((bytes){line, (size_t)len}, who);
        *ret_found = *ret_found || is_theirs;
        if (!is_theirs) {
            is_done = fwrite(line, 1, (size_t)len, out) == (size_t)len;
            *ret_len += (uint64_t)len;
        }
    }
    free(line);
    return is_done && ferror(in) == 0;
}

static bool filter_results(batch_job *job, bytes who, err *e)
{
    char path[BATCH_PATH_LEN];
    char aside[BATCH_PATH_LEN + 8];
    uint64_t len = 0;
    bool has_found = false;
    batch_result_path(job, path);
    (void)snprintf(aside, sizeof aside, "%s.new", path); /* there is room for the ending */
    FILE *in = fopen(path, "re");
    if (in == NULL) {
        return true; /* nothing is there */
    }
    FILE *out = fopen(aside, "we");
    bool is_done = out != NULL && copy_without(in, out, who, &len, &has_found) &&
                   fflush(out) == 0 && fdatasync(fileno(out)) == 0;
    fclose(in);
    if (out != NULL && fclose(out) != 0) {
        is_done = false;
    }
    if (is_done && has_found) {
        is_done = rename(aside, path) == 0;
        job->mark.text_len = len;
    } else {
        (void)unlink(aside); /* an unfinished copy is of no use */
    }
    return is_done || fail(e, ERR_FILE, "could not erase a person from batch run \"%s\": %s",
                           job->id, strerror(errno));
}

/* Nothing here waits for a run: it may need the very worker that asks. What it wrote is gone from
 * the folder at once, and its thread begins anew. Under the lock. */
static void begin_anew(batch_job *job)
{
    batch_forget_results(job);
    if (job->is_active) {
        job->begins_anew = true;
        batch_stop(job);
    } else {
        job->mark = (batch_mark){0};
        job->basis[0] = '\0';
    }
}

bool batch_erase(batch_board *b, bytes who, err *e)
{
    bool is_done = true;
    pthread_mutex_lock(&b->lock);
    for (batch_job *job = b->jobs; job != NULL && is_done; job = job->next) {
        if (job->is_forgotten) {
            continue;
        }
        if (!job->is_active && (job->state == BATCH_DONE || job->state == BATCH_CANCELLED)) {
            is_done = filter_results(job, who, e);
        } else {
            begin_anew(job);
        }
    }
    pthread_mutex_unlock(&b->lock);
    return is_done;
}
