/* import.*: a file in pieces, a report at the end. A run lives between the calls of one client, in
 * one of a few slots; each call takes it, works, and puts it back. */

#include "api/parts.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "api/import_sync.h"
#include "api/places.h"
#include "api/scope.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/limits.h"
#include "import/import.h"
#include "taxonomy/draft.h"

enum {
    RUN_COUNT_MAX = 16,
    RUN_IDLE_MS = 10 * 60 * 1000, /* a run that nobody feeds for so long gives its slot away */
    RUN_ID_LEN = 24,
    PATH_LEN_MAX = 4096,
    RETRY_AFTER_MS = 1000,
    ERASE_AFTER_DAYS = 30
};

typedef struct run {
    char id[RUN_ID_LEN]; /* empty: the slot is free */
    bool is_taken;
    int64_t used_ms;
    engine *engine;
    engine_worker *worker; /* during a call */
    import_run *import;
    char *format, *source, *sync; /* of the options, which borrow */
    buf map;
    bool is_dry_run;
    bool is_drop_confirmed;
    uint32_t erase_after_days;
    uint64_t received;
    places known; /* postcodes the store knows; read at the first question */
    bool has_read_known;
    places found; /* postcodes of this run */
} run;

struct api_imports {
    pthread_mutex_t lock; /* of ids, is_taken and used_ms; a taken run is its taker's alone */
    uint64_t made_count;
    run runs[RUN_COUNT_MAX];
};

bool api_imports_new(api_imports **ret, err *e)
{
    api_imports *imports = mem_new(sizeof *imports);
    if (imports == NULL) {
        return fail(e, ERR_MEMORY, "no memory for imports");
    }
    int rc = pthread_mutex_init(&imports->lock, NULL);
    check(rc == 0);
    *ret = imports;
    return true;
}

/* Empties a slot that is taken, but for the id: that is the lock's. */
static void clear_run(run *r)
{
    import_free(&r->import);
    mem_free(r->format);
    mem_free(r->source);
    mem_free(r->sync);
    r->sync = NULL;
    buf_fini(&r->map);
    places_fini(&r->known);
    places_fini(&r->found);
    r->format = NULL;
    r->source = NULL;
    r->has_read_known = false;
    r->received = 0;
}

void api_imports_free(api_imports **imports)
{
    if (*imports == NULL) {
        return;
    }
    for (uint32_t i = 0; i < RUN_COUNT_MAX; i++) {
        check(!(*imports)->runs[i].is_taken);
        clear_run(&(*imports)->runs[i]);
    }
    int rc = pthread_mutex_destroy(&(*imports)->lock);
    check(rc == 0);
    mem_free(*imports);
    *imports = NULL;
}

/* ---------------------------------------------------------------------- slots */

/* A free slot, or one whose run was forgotten. */
static run *take_slot(api_imports *imports, err *e)
{
    int64_t now_ms = clock_monotonic_ns() / 1000000;
    run *found = NULL;

    pthread_mutex_lock(&imports->lock);
    for (uint32_t i = 0; i < RUN_COUNT_MAX; i++) {
        run *r = &imports->runs[i];
        bool is_free = r->id[0] == '\0' && !r->is_taken;
        bool is_forgotten = !r->is_taken && now_ms - r->used_ms > RUN_IDLE_MS;
        if (is_free || (is_forgotten && found == NULL)) {
            found = r;
        }
        if (is_free) {
            break;
        }
    }
    if (found != NULL) {
        found->is_taken = true;
        found->used_ms = now_ms;
        imports->made_count++;
        int len = snprintf(found->id, sizeof found->id, "import-%llu",
                           (unsigned long long)imports->made_count);
        check(len > 0 && (size_t)len < sizeof found->id);
    }
    pthread_mutex_unlock(&imports->lock);

    if (found == NULL) {
        (void)fail(e, ERR_OVERLOADED, "%d imports are running already", RUN_COUNT_MAX);
        e->retry_after_ms = RETRY_AFTER_MS;
        return NULL;
    }
    clear_run(found);
    return found;
}

static run *take_run(api_job *job, engine_worker *w, err *e)
{
    api_imports *imports = job->api->imports;
    bytes id = api_param_text(job->params, "import");
    run *found = NULL;
    bool is_busy = false;

    pthread_mutex_lock(&imports->lock);
    for (uint32_t i = 0; i < RUN_COUNT_MAX && found == NULL; i++) {
        if (bytes_equal_text(id, imports->runs[i].id)) {
            found = &imports->runs[i];
            is_busy = found->is_taken;
            found->is_taken = true;
        }
    }
    pthread_mutex_unlock(&imports->lock);

    if (found == NULL) {
        (void)fail(e, ERR_NOT_FOUND, "there is no import \"%.*s\"", (int)id.len, id.base);
        (void)err_path(e, "/params/import");
        return NULL;
    }
    if (is_busy) {
        (void)fail(e, ERR_CONFLICT, "import \"%s\" is busy with the piece before", found->id);
        (void)err_hint(e, "Send the next piece when the last one was answered.");
        return NULL;
    }
    found->worker = w;
    return found;
}

/* Gives the run back; with is_over its slot is free again. */
static void leave_run(api_imports *imports, run *r, bool is_over)
{
    r->worker = NULL;
    if (is_over) {
        clear_run(r);
    }
    pthread_mutex_lock(&imports->lock);
    r->is_taken = false;
    r->used_ms = clock_monotonic_ns() / 1000000;
    if (is_over) {
        r->id[0] = '\0';
    }
    pthread_mutex_unlock(&imports->lock);
}

/* ---------------------------------------------------------------------- what importers ask */

static bool find_place(void *context, bytes postcode, double *ret_lat, double *ret_lon)
{
    run *r = context;
    err why = {0};
    if (!r->has_read_known) {
        r->has_read_known = true;
        if (!places_read(&r->known, engine_worker_reader(r->worker), &why)) {
            return false; /* a place is derived where it can be */
        }
    }
    return places_find(&r->found, postcode, ret_lat, ret_lon) ||
           places_find(&r->known, postcode, ret_lat, ret_lon);
}

static bool keep_place(void *context, bytes postcode, double lat, double lon, err *e)
{
    run *r = context;
    return places_add(&r->found, postcode, lat, lon, e);
}

/* The data folder's taxonomy from now on: queries see it when the plugins were looked through. */
static bool keep_draft(void *context, draft *made, err *e)
{
    run *r = context;
    char path[PATH_LEN_MAX];
    engine_writes *writes = NULL;
    uint64_t change = 0;
    int len = snprintf(path, sizeof path, "%s/%s", engine_dir(r->engine), TAXONOMY_FILE_NAME);
    if (len < 0 || (size_t)len >= sizeof path) {
        return fail(e, ERR_FILE, "the path of the data folder is too long");
    }
    if (!draft_save(made, path, e) || !engine_writes_new(r->engine, &writes, e)) {
        return false;
    }
    engine_writes_reload(writes);
    bool is_shown = engine_write_wait(r->engine, writes, &change, e);
    engine_writes_free(&writes);
    return is_shown;
}

/* What a write would do, without doing it. */
static bool foresee(run *r, const store_write *w, import_outcome *ret, err *e)
{
    arena scratch = {0};
    store_record stored = {0};
    err why = {0};
    bool is_there =
        store_get(engine_worker_reader(r->worker), w->noun, w->id, &scratch, &stored, &why);
    if (is_there) {
        *ret = bytes_equal(stored.body, w->body) ? IMPORT_UNCHANGED : IMPORT_CHANGED;
    } else {
        *ret = IMPORT_CREATED;
    }
    arena_fini(&scratch);
    if (!is_there && why.code != ERR_NOT_FOUND) {
        *e = why;
        return false;
    }
    return true;
}

static import_outcome outcome_of(const store_write *w)
{
    return w->outcome == STORE_CREATED     ? IMPORT_CREATED
           : w->outcome == STORE_UNCHANGED ? IMPORT_UNCHANGED
                                           : IMPORT_CHANGED;
}

/* Writes the batch, or foresees it; each outcome belongs to the record that made the write. */
static bool do_writes(run *r, engine_writes *writes, const uint32_t *record_of,
                      import_outcome *outcomes, err *e)
{
    uint32_t count = engine_writes_count(writes);
    uint64_t change = 0;
    if (count == 0) {
        return true;
    }
    if (!r->is_dry_run && !engine_write_wait(r->engine, writes, &change, e)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        const store_write *w = engine_writes_at(writes, i);
        if (!r->is_dry_run) {
            outcomes[record_of[i]] = outcome_of(w);
        } else if (!foresee(r, w, &outcomes[record_of[i]], e)) {
            return false;
        }
    }
    return true;
}

static bool take_batch(void *context, const import_record *records, uint32_t count,
                       import_outcome *outcomes, err *e)
{
    run *r = context;
    engine_writes *writes = NULL;
    if (!engine_writes_new(r->engine, &writes, e)) {
        return false;
    }
    engine_writes_defer(writes);
    uint32_t *record_of = arena_make_array(engine_writes_arena(writes), count, uint32_t);
    bool is_done = record_of != NULL || fail(e, ERR_MEMORY, "no memory for the import");
    for (uint32_t i = 0; i < count && is_done; i++) {
        err why = {0};
        store_noun noun = records[i].side == SIDE_SEEKER ? STORE_SEEKER : STORE_OFFER;
        uint32_t at = engine_writes_count(writes);
        if (engine_writes_put_printed(writes, noun, records[i].record, records[i].body, &why)) {
            record_of[at] = i;
        } else {
            outcomes[i] = IMPORT_REFUSED;
            is_done = why.code == ERR_TOO_LARGE; /* one record's own fault */
            *e = why;
        }
    }
    is_done = is_done && do_writes(r, writes, record_of, outcomes, e);
    engine_writes_free(&writes);
    return is_done;
}

/* ---------------------------------------------------------------------- start */

static bool copy_text(bytes text, char **ret, err *e)
{
    if (text.base == NULL) {
        return true;
    }
    char *copy = mem_new(text.len + 1);
    if (copy == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the import");
    }
    memcpy(copy, text.base, text.len);
    *ret = copy;
    return true;
}

static bool begin_run(api_job *job, run *r, err *e)
{
    const json_node *params = job->params;
    const json_node *mapping = api_param(params, "map");
    r->engine = job->api->engine;
    r->is_dry_run = api_param_bool(params, "dry_run", false);
    if (mapping != NULL) {
        json_print(mapping, &r->map);
    }
    if (r->map.failed || !copy_text(api_param_text(params, "format"), &r->format, e) ||
        !copy_text(api_param_text(params, "source"), &r->source, e) ||
        !copy_text(api_param_text(params, "sync"), &r->sync, e)) {
        return fail(e, ERR_MEMORY, "no memory for the import");
    }
    r->is_drop_confirmed = api_param_bool(params, "confirm_drop", false);
    r->erase_after_days = (uint32_t)api_param_int(params, "erase_after_days", ERASE_AFTER_DAYS);
    import_options options = {
        .format = r->format == NULL ? "auto" : r->format,
        .source = r->source,
        .map = mapping == NULL ? (bytes){0} : buf_bytes(&r->map),
        .ext = registry_ext_keys(engine_registry(r->engine)),
        .knowledge = engine_program(r->engine)->knowledge,
        .today = engine_today(),
        .is_dry_run = r->is_dry_run,
        .allows_outdated = api_param_bool(params, "allow_outdated", false),
        .sync = r->sync,
        .sink = take_batch,
        .find_place = find_place,
        .keep_place = keep_place,
        .keep_draft = keep_draft,
        .context = r,
    };
    return import_new(&options, &r->import, e);
}

bool import_answer_start(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    if (!scope_needs_all(job, e)) {
        return false; /* a file may hold people of any unit */
    }
    run *r = take_slot(job->api->imports, e);
    if (r == NULL) {
        return false;
    }
    r->worker = w;
    bool is_begun = begin_run(job, r, e);
    if (is_begun) {
        json_begin_object(out);
        json_member_cstr(out, "import", r->id);
        json_end_object(out);
    }
    leave_run(job->api->imports, r, !is_begun);
    return is_begun;
}

/* ---------------------------------------------------------------------- feed */

/* What each byte stands for; 64: nothing. */
static void make_digits(uint8_t digits[256])
{
    static const char ORDER[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    memset(digits, 64, 256);
    for (uint8_t i = 0; i < 64; i++) {
        digits[(unsigned char)ORDER[i]] = i;
    }
}

/* RFC 4648, with its padding and nothing between. */
static bool read_base64(bytes text, arena *a, bytes *ret, err *e)
{
    uint8_t digits[256];
    make_digits(digits);
    size_t padding = 0;
    while (padding < 2 && padding < text.len && text.base[text.len - 1 - padding] == '=') {
        padding++;
    }
    char *out = arena_new(a, text.len / 4 * 3 + 3);
    if (out == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the import");
    }
    uint32_t seen = 0;
    size_t len = 0;
    size_t whole = text.len / 4 * 4;
    for (size_t i = 0; i < whole; i += 4) {
        uint32_t group = 0;
        for (size_t k = 0; k < 4; k++) {
            bool is_padding = i + k + padding >= text.len;
            uint32_t digit = is_padding ? 0 : digits[(unsigned char)text.base[i + k]];
            seen |= digit;
            group = group << 6 | (digit & 63);
        }
        out[len++] = (char)(group >> 16);
        out[len++] = (char)(group >> 8);
        out[len++] = (char)group;
    }
    if (whole != text.len || (seen & 64) != 0) {
        (void)fail(e, ERR_RPC_PARAMS, "\"base64\" is not base64 (RFC 4648)");
        return err_path(e, "/params/base64");
    }
    *ret = (bytes){out, len - (whole > 0 ? padding : 0)};
    return true;
}

static bool read_piece(const json_node *params, arena *a, bytes *ret, err *e)
{
    bytes text = api_param_text(params, "text");
    bytes base64 = api_param_text(params, "base64");
    if ((text.base == NULL) == (base64.base == NULL)) {
        (void)fail(e, ERR_RPC_PARAMS, "exactly one of text and base64 must be given");
        return err_path(e, "/params/text");
    }
    if (text.base != NULL) {
        *ret = text;
        return true;
    }
    return read_base64(base64, a, ret, e);
}

bool import_answer_feed(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    bytes piece = {0};
    if (!read_piece(job->params, engine_worker_arena(w), &piece, e)) {
        return false;
    }
    run *r = take_run(job, w, e);
    if (r == NULL) {
        return false;
    }
    bool is_fed = import_feed(r->import, piece, e);
    if (is_fed) {
        r->received += piece.len;
        json_begin_object(out);
        json_member_cstr(out, "import", r->id);
        json_member_int(out, "received", (int64_t)r->received);
        json_end_object(out);
    }
    leave_run(job->api->imports, r, !is_fed);
    return is_fed;
}

/* ---------------------------------------------------------------------- finish */

/* The postcodes that were found, and with them everything before is shown to queries. */
static bool keep_places(run *r, err *e)
{
    engine_writes *writes = NULL;
    uint64_t change = 0;
    if (r->is_dry_run) {
        return true;
    }
    if (!engine_writes_new(r->engine, &writes, e)) {
        return false;
    }
    bool is_kept = (places_count(&r->found) == 0 ||
                    places_write(&r->found, engine_worker_reader(r->worker), writes, e)) &&
                   engine_write_wait(r->engine, writes, &change, e);
    engine_writes_free(&writes);
    return is_kept;
}

bool import_answer_finish(api_job *job, engine_worker *w, json_writer *out, err *e)
{
    buf report = {0};
    run *r = take_run(job, w, e);
    if (r == NULL) {
        return false;
    }
    import_sync sync = {r->sync, r->is_drop_confirmed, r->is_dry_run, r->erase_after_days};
    bool is_done = import_finish(r->import, &report, e) && keep_places(r, e) &&
                   (r->sync == NULL || import_sync_finish(&sync, w, r->import, &report, e));
    is_done = is_done && (!report.failed || fail(e, ERR_MEMORY, "no memory for the report"));
    if (is_done) {
        json_put_raw(out, buf_bytes(&report));
    }
    buf_fini(&report);
    leave_run(job->api->imports, r, true);
    return is_done;
}
