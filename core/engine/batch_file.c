/* What a run keeps beside its results: run.json, with what was asked, how far it is and what came
 * of it. Written aside and renamed, so that a reader sees one state or the next. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "engine/batch_state.h"

enum { RUN_FILE_LEN_MAX = 1024 * 1024 };

static const char *const STATES[] = {"waiting", "running", "interrupted",
                                     "done",    "failed",  "cancelled"};
static const char *const EXPLAINS[] = {"none", "top", "all"};
static const char *const FORMATS[] = {"ndjson", "csv"};

const char *batch_state_text(batch_state s)
{
    check((size_t)s < sizeof STATES / sizeof *STATES);
    return STATES[s];
}

void batch_result_path(const batch_job *job, char path[BATCH_PATH_LEN])
{
    int len = snprintf(path, BATCH_PATH_LEN, "%s/results.%s", job->dir, FORMATS[job->spec.format]);
    check(len > 0 && len < BATCH_PATH_LEN);
}

/* ------------------------------------------------------------------------------------ writing */

void batch_spec_print(const batch_spec *spec, json_writer *out)
{
    char as_of[DAY_TEXT_LEN + 1];
    char shard[32];
    const code_list *kinds = CODES(kind);
    day_print(spec->as_of, as_of);
    int len = snprintf(shard, sizeof shard, "%u/%u", spec->shard, spec->shard_count);
    check(len > 0 && (size_t)len < sizeof shard);
    json_begin_object(out);
    json_member_cstr(out, "strategy", spec->strategy);
    json_member_cstr(out, "as_of", as_of);
    json_member_int(out, "top", spec->top);
    json_put_key(out, "kinds");
    json_begin_array(out);
    for (uint32_t i = 0; i < kinds->count; i++) {
        if ((spec->kinds >> i & 1) != 0) {
            json_put_cstr(out, kinds->entries[i].id);
        }
    }
    json_end_array(out);
    json_member_cstr(out, "explain", EXPLAINS[spec->explain]);
    json_member_cstr(out, "format", FORMATS[spec->format]);
    json_member_cstr(out, "shard", shard);
    json_member_cstr(out, "allocator", spec->allocator);
    json_member_cstr(out, "offer_strategy", spec->offer_strategy);
    json_member_int(out, "cap", spec->cap);
    json_member_bool(out, "report", spec->is_report);
    json_member_cstr(out, "inputs", spec->inputs);
    json_end_object(out);
}

bool batch_file_write(const char *path, bytes text, err *e)
{
    char aside[BATCH_PATH_LEN];
    int len = snprintf(aside, sizeof aside, "%s.new", path);
    check(len > 0 && (size_t)len < sizeof aside);
    FILE *f = fopen(aside, "we");
    bool is_written = f != NULL && fwrite(text.base, 1, text.len, f) == text.len &&
                      fflush(f) == 0 && fdatasync(fileno(f)) == 0;
    int why = errno;
    if (f != NULL && fclose(f) != 0) {
        is_written = false;
        why = errno;
    }
    if (is_written && rename(aside, path) == 0) {
        return true;
    }
    why = is_written ? errno : why;
    return fail(e, why == ENOSPC ? ERR_STORE_FULL : ERR_FILE,
                "could not write a file of the batch run: %s", strerror(why));
}

void batch_job_print(const batch_job *job, int64_t run_ns, buf *text)
{
    json_writer out = json_writer_to(text);
    json_begin_object(&out);
    json_put_key(&out, "spec");
    batch_spec_print(&job->spec, &out);
    json_member_cstr(&out, "state", batch_state_text(job->state));
    json_member_cstr(&out, "basis", job->basis);
    json_member_int(&out, "snapshot", (int64_t)job->snapshot);
    json_member_int(&out, "seekers", job->seeker_count);
    json_member_int(&out, "blocks", job->mark.blocks);
    json_member_int(&out, "bytes", (int64_t)job->mark.text_len);
    json_member_int(&out, "list_bytes", (int64_t)job->mark.list_len);
    json_member_int(&out, "matches", (int64_t)job->mark.match_count);
    json_member_int(&out, "empty", job->mark.empty_count);
    json_member_bool(&out, "forgotten", job->is_forgotten);
    json_member_int(&out, "started_ms", job->started_ms);
    json_member_int(&out, "ended_ms", job->ended_ms);
    json_member_int(&out, "run_ms", run_ns / 1000000);
    json_put_key(&out, "allocation");
    json_put_raw(&out, job->summary == NULL ? BYTES("null") : bytes_of(job->summary));
    json_member_cstr(&out, "error", job->state == BATCH_FAILED ? err_id(job->why.code) : "");
    json_member_cstr(&out, "message", job->state == BATCH_FAILED ? job->why.text : "");
    json_end_object(&out);
}

bool batch_job_keep(const batch_job *job, buf *text, err *e)
{
    char path[BATCH_PATH_LEN];
    int len = snprintf(path, sizeof path, "%s/run.json", job->dir);
    check(len > 0 && (size_t)len < sizeof path);
    bool is_done = text->failed ? fail(e, ERR_MEMORY, "no memory to note the batch run")
                                : batch_file_write(path, buf_bytes(text), e);
    buf_fini(text);
    return is_done;
}

/* ------------------------------------------------------------------------------------ reading */

static int64_t int_of(const json_node *n, const char *key)
{
    const json_node *found = json_member(n, key);
    int64_t value = 0;
    return found != NULL && json_integer(found, &value) && value >= 0 ? value : 0;
}

static bytes text_of(const json_node *n, const char *key)
{
    const json_node *found = json_member(n, key);
    return found != NULL && json_type_of(found) == JSON_TEXT ? json_text(found) : BYTES("");
}

static bool copy_text(bytes text, char *ret, size_t cap)
{
    if (text.len >= cap) {
        return false;
    }
    memcpy(ret, text.base, text.len);
    ret[text.len] = '\0';
    return true;
}

static bool index_of(bytes text, const char *const *names, uint32_t count, uint32_t *ret)
{
    for (uint32_t i = 0; i < count; i++) {
        if (bytes_equal_text(text, names[i])) {
            *ret = i;
            return true;
        }
    }
    return false;
}

static bool read_spec(const json_node *n, batch_spec *ret)
{
    uint32_t explain = 0;
    uint32_t format = 0;
    char shard[32];
    const json_node *kinds = json_member(n, "kinds");
    ret->top = (uint32_t)int_of(n, "top");
    for (const json_node *k = kinds == NULL ? NULL : json_child(kinds); k != NULL;
         k = json_next(k)) {
        uint32_t position = 0;
        if (json_type_of(k) != JSON_TEXT || !code_find(CODES(kind), json_text(k), &position)) {
            return false;
        }
        ret->kinds |= UINT64_C(1) << position;
    }
    bool is_read =
        copy_text(text_of(n, "strategy"), ret->strategy, sizeof ret->strategy) &&
        day_parse(text_of(n, "as_of"), &ret->as_of) &&
        index_of(text_of(n, "explain"), EXPLAINS, 3, &explain) &&
        index_of(text_of(n, "format"), FORMATS, 2, &format) &&
        copy_text(text_of(n, "shard"), shard, sizeof shard) &&
        copy_text(text_of(n, "allocator"), ret->allocator, sizeof ret->allocator) &&
        copy_text(text_of(n, "offer_strategy"), ret->offer_strategy, sizeof ret->offer_strategy) &&
        copy_text(text_of(n, "inputs"), ret->inputs, sizeof ret->inputs) &&
        sscanf(shard, "%u/%u", &ret->shard, &ret->shard_count) == 2;
    const json_node *report = json_member(n, "report");
    ret->is_report = report != NULL && json_type_of(report) == JSON_BOOL && json_bool(report);
    ret->cap = (uint32_t)int_of(n, "cap");
    ret->explain = (batch_explain)explain;
    ret->format = (batch_format)format;
    return is_read && ret->top >= 1 && ret->top <= MATCH_LIMIT_MAX && ret->shard >= 1 &&
           ret->shard <= ret->shard_count && ret->shard_count <= BATCH_SHARD_MAX;
}

static bool read_job(const json_node *root, batch_job *ret)
{
    uint32_t state = 0;
    const json_node *spec = json_member(root, "spec");
    const json_node *forgotten = json_member(root, "forgotten");
    if (spec == NULL || !read_spec(spec, &ret->spec) ||
        !index_of(text_of(root, "state"), STATES, sizeof STATES / sizeof *STATES, &state) ||
        !copy_text(text_of(root, "basis"), ret->basis, sizeof ret->basis)) {
        return false;
    }
    ret->state =
        state == BATCH_WAITING || state == BATCH_RUNNING ? BATCH_INTERRUPTED : (batch_state)state;
    ret->snapshot = (uint64_t)int_of(root, "snapshot");
    ret->seeker_count = (uint32_t)int_of(root, "seekers");
    ret->mark = (batch_mark){.blocks = (uint32_t)int_of(root, "blocks"),
                             .text_len = (uint64_t)int_of(root, "bytes"),
                             .list_len = (uint64_t)int_of(root, "list_bytes"),
                             .match_count = (uint64_t)int_of(root, "matches"),
                             .empty_count = (uint32_t)int_of(root, "empty")};
    ret->is_forgotten =
        forgotten != NULL && json_type_of(forgotten) == JSON_BOOL && json_bool(forgotten);
    ret->started_ms = int_of(root, "started_ms");
    ret->ended_ms = int_of(root, "ended_ms");
    ret->run_ns = int_of(root, "run_ms") * 1000000;
    const json_node *summary = json_member(root, "allocation");
    if (summary != NULL && json_type_of(summary) == JSON_OBJECT) {
        buf text = {0};
        json_print(summary, &text);
        const char *ended = buf_terminated(&text);
        ret->summary = text.failed ? NULL : mem_new(text.len + 1);
        if (ret->summary != NULL) {
            memcpy(ret->summary, ended, text.len + 1);
        }
        buf_fini(&text);
    }
    if (ret->state == BATCH_FAILED) {
        char id[64];
        err_code code = ERR_INTERNAL;
        char message[sizeof ret->why.text];
        if (copy_text(text_of(root, "error"), id, sizeof id)) {
            (void)err_from_id(id, &code); /* an id of another version reads as internal */
        }
        (void)fail(&ret->why, code, "%s",
                   copy_text(text_of(root, "message"), message, sizeof message) ? message : "");
    }
    return true;
}

bool batch_job_load(const char *dir, const char *id, batch_job *ret, err *e)
{
    char path[BATCH_PATH_LEN];
    char piece[4096];
    size_t len = 0;
    buf text = {0};
    json_doc *doc = NULL;
    if (snprintf(ret->dir, sizeof ret->dir, "%s/%s", dir, id) >= (int)sizeof ret->dir ||
        snprintf(path, sizeof path, "%s/%s/run.json", dir, id) >= (int)sizeof path ||
        !copy_text(bytes_of(id), ret->id, sizeof ret->id)) {
        return fail(e, ERR_FILE, "the name of the batch run is too long");
    }
    FILE *f = fopen(path, "re");
    if (f == NULL) {
        return fail(e, ERR_FILE, "could not read what the batch run \"%s\" noted", id);
    }
    while ((len = fread(piece, 1, sizeof piece, f)) > 0 && text.len < RUN_FILE_LEN_MAX) {
        buf_put(&text, piece, len);
    }
    fclose(f);
    bool is_read = !text.failed && json_parse(buf_bytes(&text), JSON_DEPTH_MAX, &doc, e) &&
                   json_type_of(json_root(doc)) == JSON_OBJECT && read_job(json_root(doc), ret);
    json_doc_free(&doc);
    buf_fini(&text);
    return is_read || fail(e, ERR_FILE, "what the batch run \"%s\" noted cannot be used", id);
}

void batch_forget_results(const batch_job *job)
{
    char path[BATCH_PATH_LEN];
    batch_result_path(job, path);
    (void)unlink(path); /* not there: nothing was written, or it was forgotten before */
    batch_input_path(job, "lists.bin", path);
    (void)unlink(path); /* likewise */
}

void batch_forget_inputs(const batch_job *job)
{
    char path[BATCH_PATH_LEN];
    batch_input_path(job, "lists.bin", path);
    (void)unlink(path); /* some runs have none */
    batch_input_path(job, "needs.csv", path);
    (void)unlink(path); /* there are lists for some runs only */
    batch_input_path(job, "keep.csv", path);
    (void)unlink(path); /* likewise */
}

void batch_forget_files(const batch_job *job)
{
    batch_forget_results(job);
    batch_forget_inputs(job);
}

void batch_input_path(const batch_job *job, const char *name, char path[BATCH_PATH_LEN])
{
    int len = snprintf(path, BATCH_PATH_LEN, "%s/%s", job->dir, name);
    check(len > 0 && len < BATCH_PATH_LEN);
}
