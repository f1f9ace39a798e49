#include "api/import_sync.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/map.h"
#include "json/json.h"

enum {
    PAGE_COUNT = 500,
    LISTED_MAX = 100,
    FREE_COUNT = 5,    /* so few may be missing at any time */
    DROP_PERCENT = 20, /* more of those known need a confirmation */
    NAME_LEN = 220
};

/* A look through one noun of the store. */
typedef struct look {
    record_side side;
    const import_sync *sync;
    const import_run *run;
    day today;
    bytes quoted; /* the system's name as JSON writes it */
    map before;   /* who was missing already: id to day */
    map missing;  /* the same, now */
    uint64_t known_count, new_count, returned_count;
    char last[ID_LEN_MAX];
    size_t last_len;
    uint32_t page_count;
    bool has_no_memory;
} look;

static bool is_of_system(const look *l, bytes body)
{
    bytes source = {NULL, 0};
    bytes system = {NULL, 0};
    return json_raw_member(body, "source", &source) && json_raw_member(source, "system", &system) &&
           bytes_equal(system, l->quoted);
}

static bool on_record(void *context, const store_record *record)
{
    look *l = context;
    uint64_t since = 0;
    memcpy(l->last, record->id.base, record->id.len);
    l->last_len = record->id.len;
    l->page_count++;
    if (!is_of_system(l, record->body)) {
        return true;
    }
    l->known_count++;
    bool was_missing = map_get(&l->before, record->id, &since);
    if (import_has_seen(l->run, l->side, record->id)) {
        l->returned_count += was_missing;
        return true;
    }
    l->new_count += !was_missing;
    l->has_no_memory =
        !map_put(&l->missing, record->id, was_missing ? since : (uint64_t)(uint32_t)l->today);
    return !l->has_no_memory;
}

static store_noun noun_of(const look *l)
{
    return l->side == SIDE_SEEKER ? STORE_SEEKER : STORE_OFFER;
}

static bool look_through(look *l, store_reader *reader, err *e)
{
    do {
        bytes after = l->last_len > 0 ? (bytes){l->last, l->last_len} : (bytes){NULL, 0};
        l->page_count = 0;
        if (!store_list(reader, noun_of(l), after, (bytes){NULL, 0}, PAGE_COUNT, on_record, l, e)) {
            return false;
        }
        if (l->has_no_memory) {
            return fail(e, ERR_MEMORY, "no memory to compare the people");
        }
    } while (l->page_count == PAGE_COUNT);
    return true;
}

/* ---------------------------------------------------------------------- the marks */

static bool read_marks(look *l, store_reader *reader, const char *name, err *e)
{
    arena scratch = {0};
    store_record stored = {0};
    json_doc *doc = NULL;
    err why = {0};
    bool is_there = store_get(reader, STORE_SETTING, bytes_of(name), &scratch, &stored, &why);
    bool is_read =
        is_there ? json_parse(stored.body, JSON_DEPTH_MAX, &doc, e) : why.code == ERR_NOT_FOUND;
    const json_node *marks = doc != NULL ? json_member(json_root(doc), "missing") : NULL;
    for (const json_node *n = marks != NULL ? json_child(marks) : NULL; n != NULL && is_read;
         n = json_next(n)) {
        day since = 0;
        if (json_type_of(n) == JSON_TEXT && day_parse(json_text(n), &since) &&
            !map_put(&l->before, json_key(n), (uint64_t)(uint32_t)since)) {
            is_read = fail(e, ERR_MEMORY, "no memory to compare the people");
        }
    }
    if (!is_there && !is_read) {
        *e = why;
    }
    json_doc_free(&doc);
    arena_fini(&scratch);
    return is_read;
}

static bool is_due(const look *l, uint64_t since)
{
    return (int64_t)l->today - (int64_t)(int32_t)(uint32_t)since >=
           (int64_t)l->sync->erase_after_days;
}

static void put_since(json_writer *w, bytes id, uint64_t since)
{
    char text[DAY_TEXT_LEN + 1];
    day_print((day)(int32_t)(uint32_t)since, text);
    json_put_key_bytes(w, id);
    json_put_cstr(w, text);
}

/* Who stays missing, and the erasure of those whose time has come. */
static bool write_marks(look *l, engine *g, const char *name, uint64_t *ret_erased, err *e)
{
    engine_writes *writes = NULL;
    buf marks = {0};
    uint64_t change = 0;
    uint64_t erased = 0;
    uint32_t at = 0;
    bytes id;
    uint64_t since;
    if (!engine_writes_new(g, &writes, e)) {
        return false;
    }
    json_writer w = json_writer_to(&marks);
    bool is_done = true;
    json_begin_object(&w);
    json_put_key(&w, "missing");
    json_begin_object(&w);
    while (is_done && map_next(&l->missing, &at, &id, &since)) {
        if (is_due(l, since)) {
            is_done = engine_writes_delete(writes, noun_of(l), id, STORE_ANY_VERSION, e);
            erased++;
        } else {
            put_since(&w, id, since);
        }
    }
    json_end_object(&w);
    json_end_object(&w);
    is_done = is_done && (!marks.failed || fail(e, ERR_MEMORY, "no memory for the marks"));
    is_done = is_done && engine_writes_put_setting(writes, bytes_of(name), buf_bytes(&marks),
                                                   STORE_ANY_VERSION, e);
    is_done = is_done && (l->sync->is_dry_run || engine_write_wait(g, writes, &change, e));
    buf_fini(&marks);
    engine_writes_free(&writes);
    *ret_erased = erased;
    return is_done;
}

/* ---------------------------------------------------------------------- the report */

static bool confirm_drop(const look *l, err *e)
{
    uint64_t missing = l->missing.count;
    if (l->sync->is_confirmed || missing <= FREE_COUNT ||
        missing * 100 <= l->known_count * DROP_PERCENT) {
        return true;
    }
    fail(e, ERR_IMPORT_DROP, "%llu of %llu %s of this source are missing from the export",
         (unsigned long long)missing, (unsigned long long)l->known_count,
         l->side == SIDE_SEEKER ? "people" : "offers");
    return err_hint(e, "None was marked. If the export is complete, confirm it (--yes).");
}

static bool append_report(look *l, uint64_t erased, buf *report, err *e)
{
    uint32_t at = 0;
    uint32_t listed = 0;
    bytes id;
    uint64_t since;
    check(report->len > 2);
    report->len--; /* the closing brace, which comes again */
    buf_text(report, l->side == SIDE_SEEKER ? ",\"sync\":" : ",\"sync_offers\":");
    json_writer w = json_writer_to(report);
    json_begin_object(&w);
    json_member_cstr(&w, "system", l->sync->system);
    json_member_int(&w, "known", (int64_t)l->known_count);
    json_member_int(&w, "missing", (int64_t)l->missing.count);
    json_member_int(&w, "newly_missing", (int64_t)l->new_count);
    json_member_int(&w, "returned", (int64_t)l->returned_count);
    json_member_int(&w, "erased", (int64_t)erased);
    json_put_key(&w, "missing_since");
    json_begin_object(&w);
    while (listed < LISTED_MAX && map_next(&l->missing, &at, &id, &since)) {
        put_since(&w, id, since);
        listed++;
    }
    json_end_object(&w);
    json_end_object(&w);
    buf_char(report, '}');
    return !report->failed || fail(e, ERR_MEMORY, "no memory for the report");
}

static bool finish_side(const import_sync *sync, record_side side, engine_worker *w,
                        const import_run *run, bytes quoted, buf *report, err *e)
{
    char name[NAME_LEN];
    look l = {.side = side, .sync = sync, .run = run, .today = engine_today(), .quoted = quoted};
    uint64_t erased = 0;
    snprintf(name, sizeof name, "sync%s:%s", side == SIDE_SEEKER ? "" : "-offers", sync->system);
    bool is_done = read_marks(&l, engine_worker_reader(w), name, e) &&
                   look_through(&l, engine_worker_reader(w), e) && confirm_drop(&l, e) &&
                   write_marks(&l, engine_worker_engine(w), name, &erased, e) &&
                   append_report(&l, erased, report, e);
    map_fini(&l.before);
    map_fini(&l.missing);
    return is_done;
}

bool import_sync_finish(const import_sync *sync, engine_worker *w, const import_run *run,
                        buf *report, err *e)
{
    buf quoted = {0};
    json_writer writer = json_writer_to(&quoted);
    json_put_cstr(&writer, sync->system);
    bool is_done = !quoted.failed || fail(e, ERR_MEMORY, "no memory to compare the records");
    for (int side = SIDE_SEEKER; side <= SIDE_OFFER && is_done; side++) {
        /* A file of offers says nothing about people. */
        if (import_seen_count(run, (record_side)side) > 0) {
            is_done = finish_side(sync, (record_side)side, w, run, buf_bytes(&quoted), report, e);
        }
    }
    buf_fini(&quoted);
    return is_done;
}
