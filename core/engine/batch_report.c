/* How crowded offers would be: everybody's best offers as they are, and what each allocator makes
 * of them. Regions are read from the records: a postcode is nothing a match needs, so it is in no
 * column. */
#include <string.h>

#include "assign/congestion.h"
#include "base/arena.h"
#include "base/check.h"
#include "engine/batch_allocate.h"
#include "store/store.h"

enum { PAGE_LEN = 1000 };

/* Plain lists first, the one that asks for more edges last. */
static const char *const ALLOCATORS[] = {"lotse.deferred", "lotse.cardinality", "lotse.maximin",
                                         "lotse.welfare"};

/* ------------------------------------------------------------------------------------ regions */

/* Records come in the order of ids, which is the order of numbers. */
typedef struct places {
    congestion *c;
    store_noun noun;
    uint32_t next; /* person, or intake */
    bytes last;    /* id of the last record of a page */
    char last_text[ID_LEN_MAX + 1];
    uint32_t count;
} places;

/* The text of a record's location.postcode. */
static bytes postcode_of(bytes body)
{
    bytes location = {0};
    bytes raw = {0};
    if (!json_raw_member(body, "location", &location) ||
        !json_raw_member(location, "postcode", &raw) || raw.len < 2 || raw.base[0] != '"') {
        return (bytes){0};
    }
    return (bytes){raw.base + 1, raw.len - 2};
}

static bytes id_at(const places *p)
{
    return p->noun == STORE_SEEKER ? roster_seeker_id(p->c->roster, p->next)
                                   : roster_offer_id(p->c->roster, p->next);
}

/* A record may be newer than the snapshot: one that takes no part is passed over. */
static bool note_place(void *context, const store_record *record)
{
    places *p = context;
    uint32_t count =
        p->noun == STORE_SEEKER ? p->c->roster->seeker_count : p->c->roster->intake_count;
    uint16_t *regions = p->noun == STORE_SEEKER ? p->c->person_region : p->c->intake_region;
    uint16_t region = congestion_region(postcode_of(record->body));
    while (p->next < count && bytes_compare(id_at(p), record->id) < 0) {
        p->next++;
    }
    for (; p->next < count && bytes_equal(id_at(p), record->id); p->next++) {
        regions[p->next] = region;
    }
    check(record->id.len < sizeof p->last_text);
    memcpy(p->last_text, record->id.base, record->id.len);
    p->last = (bytes){p->last_text, record->id.len};
    p->count++;
    return true;
}

static bool read_places(const batch_work *r, store_noun noun, congestion *c, err *e)
{
    store_reader *reader = NULL;
    places p = {.c = c, .noun = noun};
    if (!store_reader_open(engine_dir(r->board->engine), &reader, e)) {
        return false;
    }
    bool is_done = true;
    do {
        p.count = 0;
        is_done = store_list(reader, noun, p.last, (bytes){0}, PAGE_LEN, note_place, &p, e);
    } while (is_done && p.count == PAGE_LEN && batch_may_go_on(r));
    store_reader_close(&reader);
    return is_done;
}

/* ------------------------------------------------------------------------------------ plans */

/* Everybody's list as it is: its first `top` best, as a plain run writes them. */
static bool add_lists(const batch_work *r, congestion *c, err *e)
{
    congestion_plan *plan = NULL;
    if (!congestion_add_plan(c, "top_k", &plan, e)) {
        return false;
    }
    for (uint32_t i = 0; i < r->roster.seeker_count; i++) {
        for (uint64_t t = r->edges.begin[i]; t < r->edges.begin[i + 1]; t++) {
            congestion_propose(plan, i, r->edges.known[t].intake, r->edges.known[t].score);
        }
    }
    return true;
}

static bool add_allocation(batch_work *r, const char *id, congestion *c, err *e)
{
    allocation x = {0};
    congestion_plan *plan = NULL;
    bool is_done = allocation_make(r, id, &x, e) && congestion_add_plan(c, id, &plan, e);
    for (uint32_t i = 0; is_done && i < r->roster.seeker_count; i++) {
        const known_edge *given = allocation_edge(&x, i);
        if (given != NULL) {
            congestion_propose(plan, i, given->intake, given->score);
        }
    }
    allocation_fini(&x);
    return is_done;
}

static bool add_plans(batch_work *r, congestion *c, err *e)
{
    bool is_done = add_lists(r, c, e);
    for (uint32_t i = 0; is_done && i < sizeof ALLOCATORS / sizeof *ALLOCATORS; i++) {
        err why = {0};
        const lotse_allocator *made = NULL;
        if (!registry_allocator(engine_pin_registry(r->pin), ALLOCATORS[i], &made, &why)) {
            continue; /* switched off by the operator */
        }
        made->destroy(made->self);
        is_done = add_allocation(r, ALLOCATORS[i], c, e);
    }
    return is_done;
}

/* ------------------------------------------------------------------------------------ the whole */

static bool write_report(batch_work *r, const congestion *c, err *e)
{
    buf text = {0};
    json_writer out = json_writer_to(&text);
    json_begin_object(&out);
    json_put_key(&out, "spec");
    batch_spec_print(&r->job->spec, &out);
    json_member_int(&out, "snapshot", (int64_t)r->job->snapshot);
    bool is_done = congestion_write(c, &out, e);
    if (is_done) {
        json_end_object(&out);
        buf_char(&text, '\n');
        is_done = text.failed ? fail(e, ERR_MEMORY, "no memory for a report of congestion")
                              : batch_append(r->fd, buf_bytes(&text), e);
    }
    if (is_done) {
        pthread_mutex_lock(&r->lock);
        r->mark.text_len = text.len;
        pthread_mutex_unlock(&r->lock);
    }
    buf_fini(&text);
    return is_done;
}

bool batch_report(batch_work *r, err *e)
{
    pools seats = {0};
    congestion c = {0};
    pools_config config = {
        .roster = &r->roster, .as_of = r->job->spec.as_of, .cap = r->job->spec.cap};
    batch_set_phase(r, "counting");
    bool is_done = edges_settle(&r->edges, e) && pools_make(&config, &seats, e) &&
                   congestion_begin(&r->roster, &seats, r->job->spec.kinds, &c, e) &&
                   read_places(r, STORE_SEEKER, &c, e) && read_places(r, STORE_OFFER, &c, e) &&
                   add_plans(r, &c, e) && write_report(r, &c, e);
    congestion_fini(&c);
    pools_fini(&seats);
    return is_done;
}
