/* Brings a snapshot up to what the store holds: at the start from the base file or from nothing,
 * and later when a commit could not be shown. Records are read in blocks, decoded by several
 * threads and applied. */

#include "engine/state.h"

#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "model/record.h"

enum {
    BLOCK_RECORD_MAX = 32768,
    BLOCK_LEN_MAX = 64 * 1024 * 1024,
    DECODE_SHARE_MIN = 256, /* fewer records are not worth a thread */
    EXT_DROP_MAX = 256,     /* undeclared keys dropped from one record */
    SLOW_MS = 1000          /* a start that takes longer is told */
};

typedef struct block_record {
    record_side side;
    bytes id, body; /* body base NULL: deleted */
    int64_t version;
    void *record; /* decoded; NULL: deleted or unreadable */
} block_record;

typedef struct loader {
    engine *engine;
    const registry *registry;
    snapshot *snapshot; /* of the blocks so far; NULL: none was applied */
    const snapshot *from;
    arena texts;
    size_t texts_len;
    block_record *records;
    snapshot_change *changes;
    uint32_t count;
    uint64_t change; /* of the last record seen */
    uint64_t applied, unreadable;
    bool saw_erased;
    bool failed;
    err why;
} loader;

/* ---------------------------------------------------------------------- decoding */

typedef struct share {
    const ext_keys *ext;
    block_record *records;
    uint32_t count;
    arena arena;
    uint32_t unreadable;
    bool has_no_memory;
    pthread_t thread;
    bool is_threaded;
} share;

static bool parse_record(const block_record *r, const ext_keys *ext, arena *a, void **ret, err *e)
{
    if (r->side == SIDE_SEEKER) {
        seeker *person = NULL;
        if (!seeker_parse(r->body, ext, a, &person, e)) {
            return false;
        }
        *ret = person;
        return true;
    }
    offer *chance = NULL;
    if (!offer_parse(r->body, ext, a, &chance, e)) {
        return false;
    }
    *ret = chance;
    return true;
}

/* {"ext":{KEY:null}} merged into the body removes the key. */
static bool drop_ext_key(const char *pointer, arena *a, bytes *body)
{
    buf patch = {0};
    buf merged = {0};
    err why = {0};
    json_writer w = json_writer_to(&patch);
    json_begin_object(&w);
    json_put_key(&w, "ext");
    json_begin_object(&w);
    json_put_key(&w, pointer + strlen("/ext/"));
    json_put_null(&w);
    json_end_object(&w);
    json_end_object(&w);

    bool is_merged = !patch.failed && json_merge(*body, buf_bytes(&patch), &merged, &why);
    bytes kept = is_merged && !merged.failed ? arena_copy(a, buf_bytes(&merged)) : (bytes){0};
    bool is_smaller = kept.base != NULL && kept.len < body->len;
    if (is_smaller) {
        *body = kept;
    }
    buf_fini(&patch);
    buf_fini(&merged);
    return is_smaller;
}

/* A record of the store was accepted once. When a plugin that declared one of its `ext` keys is
 * gone, the key is left out of the snapshot; the store keeps it. */
static void decode_one(share *s, block_record *r)
{
    err why = {0};
    for (uint32_t tries = 0; tries < EXT_DROP_MAX; tries++) {
        if (parse_record(r, s->ext, &s->arena, &r->record, &why)) {
            return;
        }
        if (why.code != ERR_FIELD_UNKNOWN || strncmp(why.path, "/ext/", 5) != 0 ||
            !drop_ext_key(why.path, &s->arena, &r->body)) {
            break;
        }
        err_clear(&why);
    }
    if (why.code == ERR_MEMORY) {
        s->has_no_memory = true; /* says nothing about the record */
        return;
    }
    s->unreadable++;
    log_event(LOG_ERROR, "record.unreadable", "noun=%s id=%.*s error=%s path=%s",
              r->side == SIDE_SEEKER ? "seeker" : "offer", (int)r->id.len, r->id.base,
              err_id(why.code), why.path);
}

static void *decode_share(void *context)
{
    share *s = context;
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->records[i].body.base != NULL) {
            decode_one(s, &s->records[i]);
        }
    }
    return NULL;
}

/* Splits the block between threads; a thread that cannot be started is replaced by this one. */
static bool decode_block(loader *l, share *shares, uint32_t share_count, err *e)
{
    const ext_keys *ext = registry_ext_keys(l->registry);
    uint32_t at = 0;
    bool has_memory = true;

    for (uint32_t i = 0; i < share_count; i++) {
        uint32_t end = (uint32_t)((uint64_t)l->count * (i + 1) / share_count);
        shares[i].ext = ext;
        shares[i].records = &l->records[at];
        shares[i].count = end - at;
        at = end;
        bool is_last = i + 1 == share_count;
        shares[i].is_threaded =
            !is_last && pthread_create(&shares[i].thread, NULL, decode_share, &shares[i]) == 0;
        if (!shares[i].is_threaded) {
            (void)decode_share(&shares[i]); /* answers NULL always */
        }
    }
    for (uint32_t i = 0; i < share_count; i++) {
        if (shares[i].is_threaded) {
            int rc = pthread_join(shares[i].thread, NULL);
            check(rc == 0);
        }
        l->unreadable += shares[i].unreadable;
        has_memory = has_memory && !shares[i].has_no_memory;
    }
    return has_memory || fail(e, ERR_MEMORY, "no memory to decode the records");
}

/* ---------------------------------------------------------------------- applying */

static bool apply_block(loader *l, uint64_t change, err *e)
{
    share shares[WORKER_COUNT_MAX] = {{0}};
    uint32_t wanted = l->count / DECODE_SHARE_MIN + 1;
    uint32_t share_count = wanted < l->engine->worker_count ? wanted : l->engine->worker_count;
    const snapshot *from = l->snapshot != NULL ? l->snapshot : l->from;
    snapshot *next = NULL;

    bool is_applied = decode_block(l, shares, share_count, e);
    for (uint32_t i = 0; i < l->count; i++) {
        const block_record *r = &l->records[i];
        l->changes[i] = (snapshot_change){r->side, r->id, r->record, r->version};
    }
    is_applied = is_applied && snapshot_apply(from, l->changes, l->count, change, &next, e);
    for (uint32_t i = 0; i < share_count; i++) {
        arena_fini(&shares[i].arena);
    }
    if (!is_applied) {
        return false;
    }
    snapshot_free(&l->snapshot);
    l->snapshot = next;
    l->applied += l->count;
    l->count = 0;
    l->texts_len = 0;
    arena_reset(&l->texts);
    return true;
}

static bool on_changed(void *context, const store_record *record)
{
    loader *l = context;
    l->change = record->change;
    if (record->noun != STORE_SEEKER && record->noun != STORE_OFFER) {
        return true;
    }
    block_record *r = &l->records[l->count];
    *r = (block_record){
        .side = record->noun == STORE_SEEKER ? SIDE_SEEKER : SIDE_OFFER,
        .id = arena_copy(&l->texts, record->id),
        .body = record->body.base == NULL ? (bytes){0} : arena_copy(&l->texts, record->body),
        .version = record->version,
    };
    l->failed = r->id.base == NULL || (record->body.base != NULL && r->body.base == NULL);
    if (l->failed) {
        return fail(&l->why, ERR_MEMORY, "no memory to load the records");
    }
    l->saw_erased |= record->noun == STORE_SEEKER && record->body.base == NULL;
    l->texts_len += record->body.len;
    l->count++;
    if (l->count == BLOCK_RECORD_MAX || l->texts_len >= BLOCK_LEN_MAX) {
        l->failed = !apply_block(l, record->change, &l->why);
    }
    return !l->failed;
}

static bool read_changes(loader *l, err *e)
{
    uint64_t last = 0;
    if (!store_reader_last_change(l->engine->reader, &last, e) ||
        !store_changes_since(l->engine->reader, snapshot_change_number(l->from), on_changed, l,
                             e)) {
        return false;
    }
    if (l->failed) {
        *e = l->why;
        return false;
    }
    check(l->change <= last);
    return apply_block(l, last, e); /* the rest, and the change number of what came last */
}

bool load_changes(engine *g, const registry *r, const snapshot *from, snapshot **ret, err *e)
{
    loader l = {.engine = g, .registry = r, .from = from};
    l.records = mem_new(BLOCK_RECORD_MAX * sizeof *l.records);
    l.changes = mem_new(BLOCK_RECORD_MAX * sizeof *l.changes);
    bool is_loaded = l.records != NULL && l.changes != NULL
                         ? read_changes(&l, e)
                         : fail(e, ERR_MEMORY, "no memory to load the records");

    mem_free(l.records);
    mem_free(l.changes);
    arena_fini(&l.texts);
    if (!is_loaded) {
        snapshot_free(&l.snapshot);
        return false;
    }
    g->unsaved_count += l.applied;
    g->must_scrub |= l.saw_erased; /* the base file may still hold what was erased */
    pthread_mutex_lock(&g->lock);
    g->counts.unreadable_count += l.unreadable;
    pthread_mutex_unlock(&g->lock);
    *ret = l.snapshot;
    return true;
}

/* ---------------------------------------------------------------------- the start */

static bool on_concept(void *context, uint32_t number, bytes text)
{
    loader *l = context;
    l->failed = !dictionary_load(l->engine->dictionary, number, text, &l->why);
    return !l->failed;
}

bool load_dictionary(engine *g, err *e)
{
    loader l = {.engine = g};
    if (!store_concepts_since(g->reader, 0, on_concept, &l, e)) {
        return false;
    }
    if (l.failed) {
        *e = l.why;
    }
    return !l.failed;
}

/* Is every record of the store in the snapshot, and nothing else? A base file of another database
 * betrays itself here. */
static bool is_complete(engine *g, const snapshot *s, err *e)
{
    uint64_t seekers = 0;
    uint64_t offers = 0;
    if (!store_count(g->reader, STORE_SEEKER, (bytes){0}, &seekers, e) ||
        !store_count(g->reader, STORE_OFFER, (bytes){0}, &offers, e)) {
        return false;
    }
    uint64_t shown = (uint64_t)snapshot_record_count(s, SIDE_SEEKER) +
                     snapshot_record_count(s, SIDE_OFFER) + g->counts.unreadable_count;
    return seekers + offers == shown ||
           fail(e, ERR_STORE_CORRUPT, "the base does not belong to this database");
}

static bool load_from_base(engine *g, const registry *r, snapshot **ret, err *e)
{
    snapshot *base = NULL;
    snapshot *now = NULL;
    if (!base_load(g, r, &base, e)) {
        return false;
    }
    if (!load_changes(g, r, base, &now, e)) {
        snapshot_free(&base);
        return false;
    }
    snapshot_free(&base);
    if (!is_complete(g, now, e)) {
        snapshot_free(&now);
        return false;
    }
    *ret = now;
    return true;
}

static bool load_from_store(engine *g, const registry *r, snapshot **ret, err *e)
{
    snapshot *empty = NULL;
    g->base_change = 0;
    g->unsaved_count = 0;
    pthread_mutex_lock(&g->lock);
    g->counts.unreadable_count = 0;
    pthread_mutex_unlock(&g->lock);
    if (!snapshot_new(registry_program(r), g->dictionary, 0, &empty, e)) {
        return false;
    }
    bool is_loaded = load_changes(g, r, empty, ret, e);
    snapshot_free(&empty);
    return is_loaded;
}

bool load_snapshot(engine *g, const registry *r, snapshot **ret, err *e)
{
    int64_t from_ns = clock_monotonic_ns();
    err why = {0};

    bool is_loaded = load_from_base(g, r, ret, &why);
    if (!is_loaded) {
        log_event(LOG_DEBUG, "base.not_used", "error=%s why=\"%s\"", err_id(why.code), why.text);
        is_loaded = load_from_store(g, r, ret, e);
    }
    int64_t took_ms = (clock_monotonic_ns() - from_ns) / 1000000;
    if (is_loaded) {
        log_event(took_ms < SLOW_MS ? LOG_DEBUG : LOG_INFO, "snapshot.loaded",
                  "change=%llu base=%llu applied=%llu ms=%lld",
                  (unsigned long long)snapshot_change_number(*ret),
                  (unsigned long long)g->base_change, (unsigned long long)g->unsaved_count,
                  (long long)took_ms);
    }
    return is_loaded;
}
