/* Records on their way to the sink: decoded, completed, counted, in batches. */
#include "import/run.h"

#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "model/record_offer.h"
#include "model/record_seeker.h"

enum { KEY_SHOWN_LEN = 80 };

/* ------------------------------------------------------------------------------------ counting */

/* A foreign name that a report can show: short, whole characters, nothing that steers a terminal.
 */
static bytes shown_key(bytes key, char out[KEY_SHOWN_LEN + 3])
{
    size_t len = 0;
    for (size_t at = 0; at < key.len && len < KEY_SHOWN_LEN;) {
        size_t step = utf8_sequence_len(key, at);
        unsigned char first = (unsigned char)key.base[at];
        if (step == 0 || first < 0x20 || first == 0x7f) {
            out[len++] = '?';
            at++;
            continue;
        }
        if (len + step > KEY_SHOWN_LEN) {
            break;
        }
        memcpy(out + len, key.base + at, step);
        len += step;
        at += step;
    }
    return (bytes){out, len};
}

void run_count_key(map *counts, bytes key)
{
    char text[KEY_SHOWN_LEN + 3];
    bytes name = shown_key(key, text);
    uint64_t count = 0;
    if (!map_get(counts, name, &count) && counts->count >= IMPORT_KEY_MAX) {
        name = BYTES("(others)");
        (void)map_get(counts, name, &count); /* absent: it is the first */
    }
    (void)map_put(counts, name, count + 1); /* no memory: a count stays low, the run goes on */
}

static void put_error(json_writer *w, const err *why)
{
    json_put_key(w, "error");
    json_begin_object(w);
    json_member_cstr(w, "id", err_id(why->code));
    json_member_cstr(w, "message", why->text);
    if (why->detail[0] != '\0') {
        json_member_cstr(w, "detail", why->detail);
    }
    if (why->hint[0] != '\0') {
        json_member_cstr(w, "hint", why->hint);
    }
    if (why->path[0] != '\0') {
        json_member_cstr(w, "path", why->path);
    }
    json_end_object(w);
}

static void list_item(import_list *list, uint64_t line, bytes id, const err *why)
{
    if (list->count++ >= IMPORT_LISTED_MAX) {
        return;
    }
    if (list->items.len > 0) {
        buf_char(&list->items, ',');
    }
    json_writer w = json_writer_to(&list->items);
    json_begin_object(&w);
    json_member_int(&w, "line", (int64_t)line);
    if (id.base != NULL) {
        char text[KEY_SHOWN_LEN + 3];
        json_member_text(&w, "id", shown_key(id, text));
    }
    if (why != NULL) {
        put_error(&w, why);
    }
    json_end_object(&w);
}

void run_refuse(import_run *r, uint64_t line, bytes id, const err *why)
{
    r->count.read++;
    r->count.refused++;
    list_item(&r->refusals, line, id, why);
}

void run_count_duplicate(import_run *r, uint64_t line, bytes id)
{
    r->count.read++;
    r->count.duplicates++;
    list_item(&r->duplicates, line, id, NULL);
}

/* ------------------------------------------------------------------------------------ the sink */

static void count_outcome(import_run *r, const import_record *record, import_outcome outcome,
                          const err *why)
{
    check(outcome <= IMPORT_REFUSED);
    if (outcome == IMPORT_REFUSED) {
        r->count.refused++;
        list_item(&r->refusals, record->line, record->id, why);
        return;
    }
    uint64_t *const counts[] = {
        [IMPORT_CREATED] = &r->count.created,
        [IMPORT_CHANGED] = &r->count.changed,
        [IMPORT_UNCHANGED] = &r->count.unchanged,
    };
    *counts[outcome] += 1;
}

static void carry(import_run *r, import_batch *b)
{
    memset(b->outcomes, 0, b->count * sizeof *b->outcomes);
    b->why = (err){0};
    b->has_failed =
        !r->options.sink(r->options.context, b->records, b->count, b->outcomes, &b->why);
}

/* After the sink: counts what became of the batch, and empties it. */
static bool settle(import_run *r, import_batch *b, err *e)
{
    bool is_settled = !b->has_failed;
    if (!is_settled) {
        *e = b->why;
    } else if (b->why.code == ERR_NONE) { /* for a sink that refuses without a word */
        fail(&b->why, ERR_INTERNAL, "the store did not take the record");
    }
    for (uint32_t i = 0; i < b->count && is_settled; i++) {
        count_outcome(r, &b->records[i], b->outcomes[i], &b->why);
    }
    b->count = 0;
    b->has_failed = false;
    arena_reset(&b->arena);
    return is_settled;
}

static import_batch *batch_in(import_run *r, batch_state state)
{
    for (uint32_t i = 0; i < IMPORT_BATCH_COUNT; i++) {
        if (r->batches[i].state == state) {
            return &r->batches[i];
        }
    }
    return NULL;
}

static void *courier_run(void *context)
{
    import_run *r = context;
    import_couriers *c = &r->couriers;
    pthread_mutex_lock(&c->lock);
    while (!c->must_end) {
        import_batch *b = batch_in(r, BATCH_FULL);
        if (b == NULL) {
            pthread_cond_wait(&c->on_change, &c->lock);
            continue;
        }
        b->state = BATCH_CARRIED;
        pthread_mutex_unlock(&c->lock);
        carry(r, b);
        pthread_mutex_lock(&c->lock);
        b->state = BATCH_BACK;
        pthread_cond_broadcast(&c->on_change);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

/* Counts what couriers brought back. With wants_all it waits for all that are under way; else until
 * one batch is free. */
static bool await_couriers(import_run *r, bool wants_all, err *e)
{
    import_couriers *c = &r->couriers;
    bool is_settled = true;
    pthread_mutex_lock(&c->lock);
    for (;;) {
        import_batch *back = batch_in(r, BATCH_BACK);
        if (back != NULL) {
            back->state = BATCH_FREE;
            is_settled = settle(r, back, is_settled ? e : &(err){0}) && is_settled;
            continue;
        }
        bool is_under_way = batch_in(r, BATCH_FULL) != NULL || batch_in(r, BATCH_CARRIED) != NULL;
        bool has_room = batch_in(r, BATCH_FREE) != NULL;
        if (!is_under_way || (has_room && !wants_all && is_settled)) {
            break;
        }
        pthread_cond_wait(&c->on_change, &c->lock);
    }
    pthread_mutex_unlock(&c->lock);
    return is_settled;
}

static bool make_batch(import_batch *b, err *e)
{
    if (b->records == NULL) {
        b->records = mem_new(IMPORT_BATCH_MAX * sizeof *b->records);
        b->outcomes = mem_new(IMPORT_BATCH_MAX * sizeof *b->outcomes);
    }
    return (b->records != NULL && b->outcomes != NULL) ||
           fail(e, ERR_MEMORY, "no memory for a batch of records");
}

static void start_couriers(import_run *r)
{
    import_couriers *c = &r->couriers;
    while (c->count < IMPORT_COURIER_COUNT &&
           pthread_create(&c->threads[c->count], NULL, courier_run, r) == 0) {
        c->count++;
    }
}

/* Hands the full batch over and goes on with a free one. What foresees instead of storing asks a
 * reader of the caller's thread, so it stays there; so does everything where no thread is to be
 * had. */
static bool send_batch(import_run *r, err *e)
{
    import_couriers *c = &r->couriers;
    if (c->count == 0 && !r->options.is_dry_run) {
        start_couriers(r);
    }
    if (c->count == 0) {
        return run_flush(r, e);
    }
    pthread_mutex_lock(&c->lock);
    r->batch->state = BATCH_FULL;
    pthread_cond_broadcast(&c->on_change);
    pthread_mutex_unlock(&c->lock);
    bool is_going = await_couriers(r, false, e);
    pthread_mutex_lock(&c->lock);
    import_batch *next = batch_in(r, BATCH_FREE);
    pthread_mutex_unlock(&c->lock);
    r->batch = next != NULL ? next : r->batch;
    return is_going && make_batch(r->batch, e);
}

bool run_flush(import_run *r, err *e)
{
    if (!await_couriers(r, true, e)) {
        return false;
    }
    if (r->batch->count == 0) {
        return true;
    }
    carry(r, r->batch);
    return settle(r, r->batch, e);
}

bool run_start(import_run *r, err *e)
{
    int rc = pthread_mutex_init(&r->couriers.lock, NULL);
    check(rc == 0);
    rc = pthread_cond_init(&r->couriers.on_change, NULL);
    check(rc == 0);
    r->batch = &r->batches[0];
    return make_batch(r->batch, e);
}

void run_stop(import_run *r)
{
    import_couriers *c = &r->couriers;
    pthread_mutex_lock(&c->lock);
    c->must_end = true;
    pthread_cond_broadcast(&c->on_change);
    pthread_mutex_unlock(&c->lock);
    for (uint32_t i = 0; i < c->count; i++) {
        int rc = pthread_join(c->threads[i], NULL);
        check(rc == 0);
    }
    int rc = pthread_mutex_destroy(&c->lock);
    check(rc == 0);
    rc = pthread_cond_destroy(&c->on_change);
    check(rc == 0);
    for (uint32_t i = 0; i < IMPORT_BATCH_COUNT; i++) {
        arena_fini(&r->batches[i].arena);
        mem_free(r->batches[i].records);
        mem_free(r->batches[i].outcomes);
    }
}

/* ------------------------------------------------------------------------------------ records */

static bool is_declared(const ext_keys *ext, record_side side, bytes id)
{
    for (uint32_t i = 0; ext != NULL && i < ext->count; i++) {
        if (ext->keys[i].side == side && bytes_equal_text(id, ext->keys[i].id)) {
            return true;
        }
    }
    return false;
}

/* Plugins come and go, their fields stay in exports: keys under `ext` that nobody declares are kept
 * out and counted. True: the record without them is in *ret. */
static bool drop_undeclared(import_run *r, record_side side, const json_node *record,
                            json_doc **ret, err *e)
{
    const json_node *ext = json_member(record, "ext");
    buf patch = {0};
    buf whole = {0};
    buf left = {0};
    json_writer w = json_writer_to(&patch);
    uint32_t dropped_count = 0;
    if (ext == NULL || json_type_of(ext) != JSON_OBJECT) {
        return false;
    }
    json_begin_object(&w);
    json_put_key(&w, "ext");
    json_begin_object(&w);
    for (const json_node *n = json_child(ext); n != NULL; n = json_next(n)) {
        if (!is_declared(r->options.ext, side, json_key(n))) {
            char text[KEY_SHOWN_LEN + 8] = "ext.";
            bytes key = shown_key(json_key(n), text + 4);
            run_count_key(&r->unknown_keys, (bytes){text, key.len + 4});
            json_put_key_bytes(&w, json_key(n));
            json_put_null(&w);
            dropped_count++;
        }
    }
    json_end_object(&w);
    json_end_object(&w);
    bool is_dropped = dropped_count > 0;
    if (is_dropped) {
        json_print(record, &whole);
        is_dropped = patch.failed || whole.failed
                         ? fail(e, ERR_MEMORY, "could not read the record: no memory")
                         : json_merge(buf_bytes(&whole), buf_bytes(&patch), &left, e) &&
                               json_parse(buf_bytes(&left), JSON_DEPTH_MAX, ret, e);
    }
    buf_fini(&patch);
    buf_fini(&whole);
    buf_fini(&left);
    return is_dropped;
}

/* A postcode without coordinates gets its place where the table knows it. */
static void complete_place(import_run *r, location *place)
{
    double lat = 0;
    double lon = 0;
    if (r->options.find_place != NULL && place->postcode.is_set && !place->lat.is_set &&
        !place->lon.is_set &&
        r->options.find_place(r->options.context, place->postcode.text, &lat, &lon)) {
        place->lat = (value_number){lat, true};
        place->lon = (value_number){lon, true};
        run_count_key(&r->derived, BYTES("location.lat"));
    }
}

/* Decodes into the batch's arena. */
static bool decode_record(import_run *r, const json_node *record, import_record *ret, err *e)
{
    json_writer w = json_writer_to(&r->body);
    buf_clear(&r->body);
    if (ret->side == SIDE_OFFER) {
        offer *o = NULL;
        if (!offer_decode(record, r->options.ext, &r->batch->arena, &o, e)) {
            return false;
        }
        complete_place(r, &o->location);
        o->version = (value_int){0}; /* the store's to say */
        if (r->options.sync != NULL) {
            o->source.is_set = true;
            o->source.system = (value_text){.is_set = true, .text = bytes_of(r->options.sync)};
        }
        offer_print(o, &w);
        ret->record = o;
    } else {
        seeker *s = NULL;
        if (!seeker_decode(record, r->options.ext, &r->batch->arena, &s, e)) {
            return false;
        }
        complete_place(r, &s->location);
        s->version = (value_int){0};
        if (r->options.sync != NULL) {
            s->source.is_set = true;
            s->source.system = (value_text){.is_set = true, .text = bytes_of(r->options.sync)};
        }
        seeker_print(s, &w);
        ret->record = s;
    }
    ret->id = record_id(ret->side, ret->record);
    ret->body = arena_copy(&r->batch->arena, buf_bytes(&r->body));
    bool is_kept = ret->body.base != NULL && !r->body.failed;
    return is_kept || fail(e, ERR_MEMORY, "could not keep the record: no memory");
}

/* Did this id come before in this run? If not, it has now. */
static bool remember_id(import_run *r, const import_record *record, bool *ret_was_seen, err *e)
{
    char key[ID_LEN_MAX + 1];
    uint64_t line = 0;
    check(record->id.len <= ID_LEN_MAX);
    key[0] = record->side == SIDE_OFFER ? 'o' : 's';
    memcpy(key + 1, record->id.base, record->id.len);
    bytes whole = {key, record->id.len + 1};
    *ret_was_seen = map_get(&r->ids, whole, &line);
    if (*ret_was_seen) {
        return true;
    }
    r->seen_counts[record->side]++;
    return map_put(&r->ids, whole, record->line) ||
           fail(e, ERR_MEMORY, "could not remember the record's id: no memory");
}

static bytes given_id(const json_node *record)
{
    const json_node *id = json_member(record, "id");
    return id != NULL && json_type_of(id) == JSON_TEXT ? json_text(id) : (bytes){NULL, 0};
}

/* No memory is the run's failure, anything else the record's own. */
static bool refuse_record(import_run *r, uint64_t line, uint64_t merged, bytes id, err *why, err *e)
{
    if (why->code == ERR_MEMORY) {
        *e = *why;
        return false;
    }
    if (r->explain != NULL) {
        r->explain(r, why);
    }
    run_refuse(r, line, id, why);
    r->count.read += merged;
    r->count.refused += merged;
    return true;
}

/* A full batch, or one that refused records filled with what they left behind. */
static bool make_room(import_run *r, err *e)
{
    const import_batch *b = r->batch;
    bool is_full = b->count == IMPORT_BATCH_MAX || b->arena.used_len > IMPORT_BATCH_LEN_MAX;
    return !is_full || send_batch(r, e);
}

static bool take_node(import_run *r, const json_node *record, uint64_t line, uint64_t merged,
                      err *e)
{
    err why = {0};
    import_record *slot = &r->batch->records[r->batch->count];
    json_doc *declared = NULL;
    bool was_seen = false;
    bool goes_on = true;
    if (json_type_of(record) != JSON_OBJECT) {
        fail(&why, ERR_FIELD_TYPE, "a record is a JSON object, and this is none");
        return refuse_record(r, line, merged, (bytes){NULL, 0}, &why, e);
    }
    slot->line = line;
    slot->side = json_member(record, "kind") != NULL ? SIDE_OFFER : SIDE_SEEKER;
    bool is_decoded =
        (drop_undeclared(r, slot->side, record, &declared, &why) || why.code == ERR_NONE) &&
        decode_record(r, declared != NULL ? json_root(declared) : record, slot, &why);
    if (!is_decoded) {
        goes_on = refuse_record(r, line, merged, given_id(record), &why, e);
    } else if (!remember_id(r, slot, &was_seen, e)) {
        goes_on = false;
    } else if (was_seen) {
        run_count_duplicate(r, line, slot->id);
        r->count.read += merged;
        r->count.duplicates += merged;
    } else {
        r->count.read += 1 + merged;
        r->count.merged += merged;
        r->batch->count++;
    }
    json_doc_free(&declared);
    return goes_on && make_room(r, e);
}

bool run_take_text(import_run *r, bytes json, uint64_t line, uint64_t merged, err *e)
{
    err why = {0};
    json_doc *doc = NULL;
    if (json.len > RECORD_LEN_MAX) {
        fail(&why, ERR_TOO_LARGE, "the record has %zu bytes; at most %d are taken", json.len,
             RECORD_LEN_MAX);
        return refuse_record(r, line, merged, (bytes){NULL, 0}, &why, e);
    }
    bool is_taken =
        json_parse(json, JSON_DEPTH_MAX, &doc, &why) && json_refuse_lossy(doc, "", &why)
            ? take_node(r, json_root(doc), line, merged, e)
            : refuse_record(r, line, merged,
                            doc != NULL ? given_id(json_root(doc)) : (bytes){NULL, 0}, &why, e);
    json_doc_free(&doc);
    return is_taken;
}
