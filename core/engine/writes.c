/* A batch of writes: records decoded and brought into canonical form on the thread that asks, so
 * that the store thread only stores. */

#include "engine/state.h"

#include <string.h>

#include "base/check.h"
#include "model/record_offer.h"
#include "model/record_seeker.h"

enum { WRITE_QUEUE_MAX = 1024, WRITE_RETRY_MS = 200 };

bool engine_writes_new(engine *g, engine_writes **ret, err *e)
{
    engine_writes *w = mem_new(sizeof *w);
    if (w == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a write");
    }
    w->engine = g;
    w->registry = engine_registry(g);
    *ret = w;
    return true;
}

void engine_writes_free(engine_writes **writes)
{
    if (*writes != NULL) {
        arena_fini(&(*writes)->arena);
        mem_free(*writes);
        *writes = NULL;
    }
}

arena *engine_writes_arena(engine_writes *writes)
{
    return &writes->arena;
}

uint32_t engine_writes_count(const engine_writes *writes)
{
    return writes->count;
}

const store_write *engine_writes_at(const engine_writes *writes, uint32_t index)
{
    check(index < writes->count);
    return &writes->entries[index].write;
}

/* Room for one more in an arena's array: twice as large when full; the old one stays with the
 * arena. */
static void *grown(arena *a, void *base, uint32_t count, uint32_t *cap, size_t width)
{
    if (count < *cap) {
        return base;
    }
    uint32_t wanted = *cap == 0 ? 4 : 2 * *cap;
    void *room = arena_array(a, wanted, width);
    if (room != NULL) {
        if (count > 0) {
            memcpy(room, base, count * width);
        }
        *cap = wanted;
    }
    return room;
}

static bool add_entry(engine_writes *w, const store_write *write, const void *record, err *e)
{
    void *room = grown(&w->arena, w->entries, w->count, &w->cap, sizeof *w->entries);
    if (room == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a write");
    }
    w->entries = room;
    w->entries[w->count] = (write_entry){*write, record};
    w->count++;
    return true;
}

/* ---------------------------------------------------------------------- concepts */

static bool add_concept(engine_writes *w, bytes text)
{
    concept known = CONCEPT_NONE;
    if (text.base == NULL || dictionary_find(w->engine->dictionary, text, &known)) {
        return true;
    }
    void *room =
        grown(&w->arena, w->concepts, w->concept_count, &w->concept_cap, sizeof *w->concepts);
    if (room == NULL) {
        return false;
    }
    w->concepts = room;
    w->concepts[w->concept_count++] = text;
    return true;
}

static bool holds_concepts(const field *f)
{
    return f->type == LOTSE_CONCEPT || f->type == LOTSE_CONCEPT_SET ||
           f->type == LOTSE_CONCEPT_LIST;
}

static bool add_field_concepts(engine_writes *w, const field *f, const void *record, uint32_t row)
{
    field_value v = {0};
    bool is_added = field_read(f, record, row, &w->arena, &v);
    for (uint32_t i = 0; is_added && v.is_known && i < v.count; i++) {
        is_added = add_concept(w, v.concepts[i]);
    }
    return is_added;
}

/* The concepts that the record's columns will hold and that have no number yet: they are numbered
 * in the transaction that stores the record. */
static bool add_concepts(engine_writes *w, record_side side, const void *record, err *e)
{
    uint32_t field_count = 0;
    const field *fields = field_all(side, &field_count);
    uint32_t rows = record_row_count(side, record);

    for (uint32_t i = 0; i < field_count; i++) {
        uint32_t row_count = fields[i].is_per_intake ? rows : 1;
        for (uint32_t row = 0; holds_concepts(&fields[i]) && row < row_count; row++) {
            if (!add_field_concepts(w, &fields[i], record, row)) {
                return fail(e, ERR_MEMORY, "no memory for a write");
            }
        }
    }
    return true;
}

/* ---------------------------------------------------------------------- puts */

/* Whose the record is: a person's unit, an offer's provider. */
static bytes unit_of(store_noun noun, const void *record)
{
    const seeker *person = record;
    const offer *chance = record;
    const value_text *owner = noun == STORE_SEEKER  ? &person->unit
                              : noun == STORE_OFFER ? &chance->provider.id
                                                    : NULL;
    return owner != NULL && owner->is_set ? owner->text : (bytes){0};
}

static record_side side_of(store_noun noun)
{
    check(noun == STORE_SEEKER || noun == STORE_OFFER);
    return noun == STORE_SEEKER ? SIDE_SEEKER : SIDE_OFFER;
}

/* The canonical text, without the version: that is the store's to say, and a record that comes back
 * with the number it was handed out with has not changed. */
static void print_record(store_noun noun, const void *record, buf *out)
{
    json_writer writer = json_writer_to(out);
    if (noun == STORE_SEEKER) {
        seeker person = *(const seeker *)record;
        person.version = (value_int){0};
        seeker_print(&person, &writer);
    } else {
        offer chance = *(const offer *)record;
        chance.version = (value_int){0};
        offer_print(&chance, &writer);
    }
}

static bool add_printed(engine_writes *w, store_noun noun, const void *record, bytes body,
                        int64_t expected_version, err *e)
{
    record_side side = side_of(noun);
    if (body.len > RECORD_LEN_MAX) {
        return fail(e, ERR_TOO_LARGE, "the record has %zu bytes, more than %d", body.len,
                    RECORD_LEN_MAX);
    }
    store_write write = {
        .noun = noun,
        .id = record_id(side, record),
        .body = body,
        .unit = unit_of(noun, record),
        .expected_version = expected_version,
    };
    return add_concepts(w, side, record, e) && add_entry(w, &write, record, e);
}

static bool add_record(engine_writes *w, store_noun noun, const void *record,
                       int64_t expected_version, err *e)
{
    buf out = {0};
    print_record(noun, record, &out);
    bytes body = out.failed ? (bytes){0} : arena_copy(&w->arena, buf_bytes(&out));
    buf_fini(&out);
    return body.base != NULL ? add_printed(w, noun, record, body, expected_version, e)
                             : fail(e, ERR_MEMORY, "no memory for a write");
}

bool engine_writes_put_printed(engine_writes *writes, store_noun noun, const void *record,
                               bytes body, err *e)
{
    check(body.base != NULL);
    return add_printed(writes, noun, record, body, STORE_ANY_VERSION, e);
}

void engine_writes_defer(engine_writes *writes)
{
    writes->can_wait = true;
}

bool engine_writes_put_record(engine_writes *writes, store_noun noun, const void *record, err *e)
{
    return add_record(writes, noun, record, STORE_ANY_VERSION, e);
}

static bool put_decoded(engine_writes *w, store_noun noun, const json_node *node,
                        int64_t expected_version, err *e)
{
    const ext_keys *ext = registry_ext_keys(w->registry);
    seeker *person = NULL;
    offer *chance = NULL;

    if (noun == STORE_SEEKER) {
        return seeker_decode(node, ext, &w->arena, &person, e) &&
               add_record(w, noun, person, expected_version, e);
    }
    return offer_decode(node, ext, &w->arena, &chance, e) &&
           add_record(w, noun, chance, expected_version, e);
}

/* Resolving it is the proof that it can be used; what comes out is thrown away with the batch. */
static bool put_strategy(engine_writes *w, const json_node *node, int64_t expected_version, err *e)
{
    strategy resolved = {0};
    if (!registry_strategy(w->registry, node, &w->arena, &resolved, e)) {
        return false;
    }
    bytes id = json_text(json_member(node, "id"));
    if (strategies_is_builtin(w->registry, id)) {
        (void)fail(e, ERR_STRATEGY_INVALID, "the built-in strategy \"%.*s\" cannot be replaced",
                   (int)id.len, id.base);
        (void)err_path(e, "/id");
        return err_hint(e, "Store yours under another id.");
    }
    buf out = {0};
    json_print(node, &out);
    store_write write = {
        .noun = STORE_STRATEGY,
        .id = arena_copy(&w->arena, id),
        .body = out.failed ? (bytes){0} : arena_copy(&w->arena, buf_bytes(&out)),
        .expected_version = expected_version,
    };
    buf_fini(&out);
    if (write.id.base == NULL || write.body.base == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a write");
    }
    w->has_strategies = true;
    return add_entry(w, &write, NULL, e);
}

bool engine_writes_put(engine_writes *writes, store_noun noun, const json_node *record,
                       int64_t expected_version, err *e)
{
    check(noun != STORE_SETTING);
    return noun == STORE_STRATEGY ? put_strategy(writes, record, expected_version, e)
                                  : put_decoded(writes, noun, record, expected_version, e);
}

bool engine_writes_put_text(engine_writes *writes, store_noun noun, bytes record,
                            int64_t expected_version, err *e)
{
    json_doc *doc = NULL;
    if (!json_parse(record, JSON_DEPTH_MAX, &doc, e)) {
        return false;
    }
    bool is_put = json_refuse_lossy(doc, "", e) &&
                  engine_writes_put(writes, noun, json_root(doc), expected_version, e);
    json_doc_free(&doc);
    return is_put;
}

bool engine_writes_put_setting(engine_writes *writes, bytes id, bytes json,
                               int64_t expected_version, err *e)
{
    store_write write = {
        .noun = STORE_SETTING,
        .id = arena_copy(&writes->arena, id),
        .body = arena_copy(&writes->arena, json),
        .expected_version = expected_version,
    };
    if (write.id.base == NULL || write.body.base == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a write");
    }
    return add_entry(writes, &write, NULL, e);
}

bool engine_writes_put_document(engine_writes *writes, const engine_document *document, err *e)
{
    check(store_is_document(document->noun));
    check(document->seeker.base != NULL);
    arena *a = &writes->arena;
    bool has_offer = document->offer.base != NULL;
    store_write write = {
        .noun = document->noun,
        .id = arena_copy(a, document->id),
        .body = arena_copy(a, document->json),
        .seeker = arena_copy(a, document->seeker),
        .offer = has_offer ? arena_copy(a, document->offer) : (bytes){0},
        .kind = document->kind,
        .expected_version = STORE_NO_VERSION,
    };
    if (write.id.base == NULL || write.body.base == NULL || write.seeker.base == NULL ||
        (has_offer && write.offer.base == NULL)) {
        return fail(e, ERR_MEMORY, "no memory for a write");
    }
    return add_entry(writes, &write, NULL, e);
}

bool engine_writes_delete(engine_writes *writes, store_noun noun, bytes id,
                          int64_t expected_version, err *e)
{
    store_write write = {
        .noun = noun,
        .id = arena_copy(&writes->arena, id),
        .expected_version = expected_version,
    };
    if (write.id.base == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a write");
    }
    if (noun == STORE_STRATEGY && strategies_is_builtin(writes->registry, id)) {
        return fail(e, ERR_STRATEGY_INVALID, "the built-in strategy \"%.*s\" cannot be deleted",
                    (int)id.len, id.base);
    }
    writes->erases |= noun == STORE_SEEKER;
    writes->has_strategies |= noun == STORE_STRATEGY;
    return add_entry(writes, &write, NULL, e);
}

void engine_writes_make_keys(engine_writes *writes)
{
    writes->makes_keys = true;
}

void engine_writes_reload(engine_writes *writes)
{
    writes->reloads = true;
}

/* ---------------------------------------------------------------------- handing over */

bool engine_write(engine *g, engine_writes **writes, engine_on_written *on_written, void *context,
                  err *e)
{
    check(on_written != NULL);
    engine_writes *w = *writes;
    w->on_written = on_written;
    w->context = context;
    w->next = NULL;

    pthread_mutex_lock(&g->lock);
    bool is_full = g->writes_count >= WRITE_QUEUE_MAX;
    if (!is_full) {
        if (g->writes_last == NULL) {
            g->writes_first = w;
        } else {
            g->writes_last->next = w;
        }
        g->writes_last = w;
        g->writes_count++;
        pthread_cond_signal(&g->on_write);
    }
    pthread_mutex_unlock(&g->lock);

    if (is_full) {
        (void)fail(e, ERR_OVERLOADED, "%d writes are waiting already", WRITE_QUEUE_MAX);
        e->retry_after_ms = WRITE_RETRY_MS;
        return false;
    }
    *writes = NULL;
    return true;
}

typedef struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t on_done;
    bool is_done;
    bool failed;
    err why;
    uint64_t change;
} waiter;

static void wake(void *context, engine_writes *writes, uint64_t change, const err *why)
{
    waiter *one = context;
    (void)writes; /* stays with the one who waits */

    pthread_mutex_lock(&one->lock);
    one->is_done = true;
    one->failed = why != NULL;
    if (why != NULL) {
        one->why = *why;
    }
    one->change = change;
    pthread_cond_signal(&one->on_done);
    pthread_mutex_unlock(&one->lock);
}

bool engine_write_wait(engine *g, engine_writes *writes, uint64_t *ret_change, err *e)
{
    waiter one = {.lock = PTHREAD_MUTEX_INITIALIZER, .on_done = PTHREAD_COND_INITIALIZER};
    engine_writes *handed = writes;

    if (!engine_write(g, &handed, wake, &one, e)) {
        return false;
    }
    pthread_mutex_lock(&one.lock);
    while (!one.is_done) {
        pthread_cond_wait(&one.on_done, &one.lock);
    }
    pthread_mutex_unlock(&one.lock);
    pthread_cond_destroy(&one.on_done);
    pthread_mutex_destroy(&one.lock);

    if (one.failed) {
        *e = one.why;
        return false;
    }
    *ret_change = one.change;
    return true;
}
