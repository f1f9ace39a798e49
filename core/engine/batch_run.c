/* One run: everybody of a snapshot is asked for, block by block in an order of the records' own;
 * lines are appended as they come, and what is on disk is noted from time to time. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "engine/batch_state.h"

enum { NOTE_MS = 1000 };

/* ------------------------------------------------------------------------------------ basis */

/* Everything the bytes of the results depend on but for the spec. */
static bool find_basis(batch_work *r, char ret[BATCH_BASIS_LEN + 1], uint64_t *ret_snapshot, err *e)
{
    const match_program *p = registry_program(engine_pin_registry(r->pin));
    uint64_t change = snapshot_change_number(engine_pin_snapshot(r->pin));
    buf plugins = {0};
    for (uint32_t i = 0; i < p->plugin_count; i++) {
        buf_print(&plugins, "%s@%s %s\n", p->plugins[i].id, p->plugins[i].version,
                  p->plugins[i].hash);
    }
    if (plugins.failed) {
        buf_fini(&plugins);
        return fail(e, ERR_MEMORY, "no memory for a batch run");
    }
    bytes parts[] = {BYTES(LOTSE_VERSION),
                     {(const char *)&change, sizeof change},
                     r->strategy->text,
                     buf_bytes(&plugins)};
    static_assert((int)BATCH_BASIS_LEN == (int)DIGEST_TEXT_LEN, "a basis is a digest");
    digest_parts(parts, sizeof parts / sizeof *parts, ret);
    buf_fini(&plugins);
    *ret_snapshot = change;
    return true;
}

/* ------------------------------------------------------------------------------------ the file */

bool batch_append(int fd, bytes text, err *e)
{
    while (text.len > 0) {
        ssize_t n = write(fd, text.base, text.len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return fail(e, errno == ENOSPC ? ERR_STORE_FULL : ERR_FILE,
                        "could not write the results of the batch run: %s", strerror(errno));
        }
        text.base += n;
        text.len -= (size_t)n;
    }
    return true;
}

/* Lists of people from a position of the order on become edges. */
static bool keep_edges(batch_work *r, uint32_t position, bytes lists, err *e)
{
    size_t at = 0;
    while (at + sizeof(uint32_t) <= lists.len) {
        uint32_t count = 0;
        new_edge made = {0};
        memcpy(&count, lists.base + at, sizeof count);
        at += sizeof count;
        if (count > (lists.len - at) / sizeof(known_edge) || position >= r->count) {
            return fail(e, ERR_FILE, "the lists of batch run \"%s\" are damaged", r->job->id);
        }
        made.person = r->roster.order[r->begin + position++];
        for (uint32_t i = 0; i < count; i++) {
            memcpy(&made.edge, lists.base + at, sizeof made.edge);
            at += sizeof made.edge;
            if (made.edge.intake >= r->roster.intake_count) {
                return fail(e, ERR_FILE, "the lists of batch run \"%s\" are damaged", r->job->id);
            }
            if (!edges_add(&r->edges, &made, 1, e)) {
                return false;
            }
        }
    }
    return true;
}

/* Opens one of the run's files and cuts off what is not known to be right. False in *ret_is_whole:
 * there is less than that. */
static bool open_file(const batch_work *r, const char *path, uint64_t len, int *ret_fd,
                      bool *ret_is_whole, err *e)
{
    struct stat facts;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    *ret_fd = fd;
    if (fd < 0 || fstat(fd, &facts) != 0) {
        return fail(e, ERR_FILE, "could not open a file of batch run \"%s\": %s", r->job->id,
                    strerror(errno));
    }
    *ret_is_whole = (uint64_t)facts.st_size >= len;
    return true;
}

static bool cut_file(const batch_work *r, int fd, uint64_t len, err *e)
{
    return (ftruncate(fd, (off_t)len) == 0 && lseek(fd, 0, SEEK_END) >= 0) ||
           fail(e, ERR_FILE, "could not go on with batch run \"%s\": %s", r->job->id,
                strerror(errno));
}

/* What the lists on disk say is taken as if it had just been found. */
static bool read_lists(batch_work *r, err *e)
{
    buf list = {0};
    uint64_t at = 0;
    char *room = buf_room(&list, r->mark.list_len + 1);
    while (room != NULL && at < r->mark.list_len) {
        ssize_t n = pread(r->lists_fd, room + at, r->mark.list_len - at, (off_t)at);
        if (n <= 0) {
            buf_fini(&list);
            return fail(e, ERR_FILE, "could not read the lists of batch run \"%s\"", r->job->id);
        }
        at += (uint64_t)n;
    }
    list.len = at;
    bool is_done = room != NULL ? keep_edges(r, 0, buf_bytes(&list), e)
                                : fail(e, ERR_MEMORY, "no memory for the lists of a batch run");
    buf_fini(&list);
    return is_done;
}

/* Goes on behind what is known to be right, or begins anew. */
static bool open_results(batch_work *r, bool is_resumed, err *e)
{
    char path[BATCH_PATH_LEN];
    bool has_text = false;
    bool has_lists = true;
    bool keeps_lists = batch_keeps_lists(&r->job->spec);
    batch_result_path(r->job, path);
    if (!open_file(r, path, r->mark.text_len, &r->fd, &has_text, e)) {
        return false;
    }
    if (keeps_lists) {
        int len = snprintf(path, sizeof path, "%s/lists.bin", r->job->dir);
        check(len > 0 && (size_t)len < sizeof path);
        if (!open_file(r, path, r->mark.list_len, &r->lists_fd, &has_lists, e) ||
            !edges_begin(r->roster.seeker_count, &r->edges, e)) {
            return false;
        }
        r->mark.text_len = 0; /* written at the end, and then at once */
        has_text = true;
    }
    if (!is_resumed || !has_text || !has_lists) {
        r->mark = (batch_mark){0};
    }
    if (!cut_file(r, r->fd, r->mark.text_len, e) ||
        (keeps_lists && !cut_file(r, r->lists_fd, r->mark.list_len, e))) {
        return false;
    }
    if (keeps_lists) {
        return read_lists(r, e);
    }
    buf header = {0};
    bool is_done = true;
    if (r->mark.text_len == 0) {
        batch_line_header(&r->job->spec, &header);
        is_done = batch_append(r->fd, buf_bytes(&header), e);
        r->mark.text_len = header.len;
        buf_fini(&header);
    }
    return is_done;
}

/* ------------------------------------------------------------------------------------ asking */

static void count_one(sweep_output *out, uint32_t match_count)
{
    out->count += match_count;
    out->empty_count += match_count == 0;
}

/* A person's edges as lists.bin has them: how many, then each. */
static void put_edges(const batch_work *r, const match_edge *found, uint32_t count, buf *out)
{
    buf_put(out, &count, sizeof count);
    for (uint32_t i = 0; i < count; i++) {
        known_edge kept = {r->roster.number_of_row[found[i].row] & INT32_MAX,
                           found[i].verdict != VERDICT_YES, found[i].score};
        buf_put(out, &kept, sizeof kept);
    }
}

match_query batch_query(const batch_work *r)
{
    const batch_spec *spec = &r->job->spec;
    return (match_query){.snapshot = r->roster.snapshot,
                         .strategy = &r->strategy->resolved,
                         .as_of = spec->as_of,
                         .limit = spec->top,
                         .kinds = spec->kinds,
                         .verdicts = MATCH_YES_BIT | MATCH_CHECK_BIT,
                         .ranks_rows = batch_keeps_lists(spec)}; /* seats are an intake's */
}

/* People who stand next to each other in one segment, at most as many as there is room for. */
static uint32_t take_stretch(const batch_work *r, uint32_t begin, uint32_t end,
                             uint32_t rows[BATCH_BLOCK_LEN], const segment **ret)
{
    const uint32_t *row = NULL;
    uint32_t count = 0;
    *ret = roster_seeker(&r->roster, r->roster.order[r->begin + begin], &row);
    for (uint32_t i = begin; i < end; i++) {
        if (roster_seeker(&r->roster, r->roster.order[r->begin + i], &row) != *ret) {
            break;
        }
        rows[count++] = *row;
    }
    return count;
}

static bool ask_edges(batch_work *r, engine_worker *w, match_batch *batch, const segment *part,
                      const uint32_t *rows, uint32_t count, sweep_output *out, err *e)
{
    uint32_t top = r->job->spec.top;
    arena *a = engine_worker_arena(w);
    match_edge *found = arena_make_array(a, (size_t)count * top, match_edge);
    uint32_t *counts = arena_make_array(a, count, uint32_t);
    if (found == NULL || counts == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a block of a batch run");
    }
    if (!match_batch_best(batch, part, rows, count, NULL, found, counts, e)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        count_one(out, counts[i]);
        if (batch_keeps_lists(&r->job->spec)) {
            put_edges(r, found + (size_t)i * top, counts[i], &out->lists);
        } else if (!batch_line_put(&r->lines, segment_record_id(part, rows[i]),
                                   found + (size_t)i * top, counts[i], &out->text, e)) {
            return false;
        }
    }
    return true;
}

static bool ask_reasons(batch_work *r, engine_worker *w, match_batch *batch, const segment *part,
                        const uint32_t *rows, uint32_t count, sweep_output *out, err *e)
{
    arena *a = engine_worker_arena(w);
    for (uint32_t i = 0; i < count; i++) {
        match_answer answer = {0};
        arena_reset(a);
        if (!match_batch_answer(batch, part, &rows[i], 1, a, &answer, e) ||
            !batch_line_explain(&r->lines, engine_worker_match(w), match_batch_query(batch),
                                segment_record_id(part, rows[i]), &answer, a, &out->text, e)) {
            return false;
        }
        count_one(out, answer.hit_count);
    }
    return true;
}

static bool ask_block(void *context, engine_worker *w, uint32_t begin, uint32_t end,
                      sweep_output *out, err *e)
{
    batch_work *r = context;
    const batch_spec *spec = &r->job->spec;
    match_query q = batch_query(r);
    match_batch *batch = NULL;
    bool is_good = match_batch_new(engine_worker_match(w), &q, SIDE_SEEKER, &batch, e);
    for (uint32_t at = begin; at < end && is_good;) {
        uint32_t rows[BATCH_BLOCK_LEN];
        const segment *part = NULL;
        uint32_t count = take_stretch(r, at, end, rows, &part);
        is_good = spec->explain == BATCH_EXPLAIN_NONE
                      ? ask_edges(r, w, batch, part, rows, count, out, e)
                      : ask_reasons(r, w, batch, part, rows, count, out, e);
        at += count;
    }
    match_batch_free(&batch);
    return is_good;
}

static bool keep_block(void *context, uint32_t block, const sweep_output *out, err *e)
{
    batch_work *r = context;
    if (!batch_append(r->fd, buf_bytes(&out->text), e) ||
        (r->lists_fd >= 0 &&
         (!batch_append(r->lists_fd, buf_bytes(&out->lists), e) ||
          !keep_edges(r, block * BATCH_BLOCK_LEN, buf_bytes(&out->lists), e)))) {
        return false;
    }
    pthread_mutex_lock(&r->lock);
    r->mark.blocks = block + 1;
    r->mark.text_len += out->text.len;
    r->mark.list_len += out->lists.len;
    r->mark.match_count += out->count;
    r->mark.empty_count += out->empty_count;
    pthread_mutex_unlock(&r->lock);
    uint32_t done = (block + 1) * BATCH_BLOCK_LEN;
    atomic_store(&r->job->done, done < r->count ? done : r->count);
    return true;
}

/* Notes how far the results on disk are right. */
static bool note(batch_work *r, err *e)
{
    pthread_mutex_lock(&r->lock);
    batch_mark mark = r->mark;
    pthread_mutex_unlock(&r->lock);
    if (fdatasync(r->fd) != 0 || (r->lists_fd >= 0 && fdatasync(r->lists_fd) != 0)) {
        return fail(e, ERR_FILE, "could not keep the results of the batch run: %s",
                    strerror(errno));
    }
    pthread_mutex_lock(&r->board->lock);
    r->job->mark = mark;
    buf text = {0};
    batch_job_print(r->job, r->job->run_ns + clock_monotonic_ns() - r->job->began_ns, &text);
    pthread_mutex_unlock(&r->board->lock);
    return batch_job_keep(r->job, &text, e);
}

bool batch_may_go_on(const batch_work *r)
{
    return !atomic_load(&r->job->must_stop) && !engine_is_stopping(r->board->engine);
}

void batch_set_phase(batch_work *r, const char *phase)
{
    pthread_mutex_lock(&r->board->lock);
    r->job->phase = phase;
    pthread_mutex_unlock(&r->board->lock);
    batch_tell(r->board, r->job, 0, 0, phase);
}

static bool look_around(void *context)
{
    batch_work *r = context;
    batch_job *job = r->job;
    int64_t now_ns = clock_monotonic_ns();
    if (now_ns - r->noted_ns > NOTE_MS * INT64_C(1000000)) {
        r->noted_ns = now_ns;
        if (!note(r, &r->note_failure)) {
            return false;
        }
    }
    uint32_t done = atomic_load(&job->done);
    if (done < r->count) { /* that all is done is told when it is */
        batch_tell(r->board, job, done, r->count, "matching");
    }
    return batch_may_go_on(r);
}

static bool sweep(batch_work *r, err *e)
{
    sweep_config config = {.count = r->count,
                           .block_len = BATCH_BLOCK_LEN,
                           .first_block = r->mark.blocks,
                           .work = ask_block,
                           .deliver = keep_block,
                           .tick = look_around,
                           .context = r};
    batch_set_phase(r, "matching");
    r->noted_ns = clock_monotonic_ns();
    bool is_done = sweep_run(r->board->engine, &config, e);
    if (!is_done && r->note_failure.code != ERR_NONE) {
        *e = r->note_failure;
    }
    err ignored = {0};
    if (!note(r, is_done ? e : &ignored)) { /* whatever happened, what was made is kept */
        is_done = false;
    }
    return is_done;
}

/* ------------------------------------------------------------------------------------ the whole */

static bool begin(batch_work *r, err *e)
{
    batch_job *job = r->job;
    const batch_spec *spec = &job->spec;
    char basis[BATCH_BASIS_LEN + 1];
    uint64_t change = 0;
    if (!engine_pin_new(r->board->engine, &r->pin, e) ||
        !engine_pin_strategy(r->pin, bytes_of(spec->strategy), &r->strategy, e)) {
        return false;
    }
    if (!r->strategy->is_usable) {
        return fail(e, ERR_STRATEGY_INVALID, "strategy \"%s\" cannot be used: %.200s",
                    spec->strategy, r->strategy->why.text);
    }
    if (!find_basis(r, basis, &change, e) ||
        !roster_make(engine_pin_snapshot(r->pin), &r->roster, e)) {
        return false;
    }
    uint64_t all = r->roster.seeker_count;
    r->begin = (uint32_t)(all * (spec->shard - 1) / spec->shard_count);
    r->count = (uint32_t)(all * spec->shard / spec->shard_count) - r->begin;
    r->lines = (batch_lines){.spec = spec,
                             .program = registry_program(engine_pin_registry(r->pin)),
                             .registry = engine_pin_registry(r->pin),
                             .dictionary = engine_dictionary(r->board->engine),
                             .snapshot = r->roster.snapshot,
                             .first_rows = r->roster.first_row};
    bool is_resumed = strcmp(basis, job->basis) == 0;
    if (!is_resumed && job->basis[0] != '\0') {
        log_event(LOG_INFO, "batch.anew", "id=%s because=records_or_plugins_changed", job->id);
    }
    r->mark = job->mark;
    if (!open_results(r, is_resumed, e)) {
        return false;
    }
    pthread_mutex_lock(&r->board->lock);
    memcpy(job->basis, basis, sizeof basis);
    job->snapshot = change;
    job->seeker_count = r->count;
    job->mark = r->mark;
    uint32_t done = r->mark.blocks * BATCH_BLOCK_LEN;
    job->begun_at = done < r->count ? done : r->count;
    pthread_mutex_unlock(&r->board->lock);
    atomic_store(&job->done, job->begun_at);
    return note(r, e);
}

bool batch_run(batch_board *b, batch_job *job, err *e)
{
    batch_work r = {.board = b, .job = job, .fd = -1, .lists_fd = -1};
    int rc = pthread_mutex_init(&r.lock, NULL);
    check(rc == 0);
    bool is_done = begin(&r, e) && sweep(&r, e);
    if (is_done && batch_keeps_lists(&job->spec)) {
        is_done =
            (job->spec.is_report ? batch_report(&r, e) : batch_allocate(&r, e)) && note(&r, e);
    }
    if (r.lists_fd >= 0) {
        (void)close(r.lists_fd); /* what counts was synchronised */
    }
    edges_fini(&r.edges);
    if (r.fd >= 0 && close(r.fd) != 0 && is_done) {
        is_done =
            fail(e, ERR_FILE, "could not finish the results of the batch run: %s", strerror(errno));
    }
    roster_fini(&r.roster);
    engine_pin_free(&r.pin);
    rc = pthread_mutex_destroy(&r.lock);
    check(rc == 0);
    return is_done;
}
