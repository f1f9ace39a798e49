/* How crowded offers are: to how many people each was proposed, and for how many a seat is held.
 * Every match shows it, so it is counted once and kept beside the snapshot; the documents in the
 * store are the truth. */

#include "engine/state.h"

#include "base/check.h"
#include "model/code.h"

enum {
    CROWD_FIRST_CAP = 64,
    PEOPLE_MAX = 100000 /* of one offer that are told apart */
};

void crowd_init(crowd *c)
{
    *c = (crowd){0};
    int rc = pthread_rwlock_init(&c->lock, NULL);
    check(rc == 0);
}

static void clear(crowd *c)
{
    for (uint32_t i = 0; i < c->count; i++) {
        mem_free(c->entries[i].holds);
    }
    mem_free(c->entries);
    map_fini(&c->places);
    c->entries = NULL;
    c->count = c->cap = 0;
}

void crowd_fini(crowd *c)
{
    clear(c);
    int rc = pthread_rwlock_destroy(&c->lock);
    check(rc == 0);
}

/* ---------------------------------------------------------------------- one offer */

typedef struct counting {
    map people;
    crowd_entry entry;
    bool failed;
} counting;

/* The last day of a held seat; false: none is held. */
static bool read_hold(bytes body, day *ret)
{
    json_doc *doc = NULL;
    err ignored;
    bool is_held = false;
    if (json_parse(body, JSON_DEPTH_MAX, &doc, &ignored)) {
        const json_node *n = json_member(json_root(doc), "hold_until");
        is_held = n != NULL && json_type_of(n) == JSON_TEXT && day_parse(json_text(n), ret);
        json_doc_free(&doc);
    }
    return is_held;
}

static bool add_hold(crowd_entry *c, day until)
{
    day *room = mem_resize(c->holds, c->hold_count * sizeof *c->holds,
                           (c->hold_count + 1) * sizeof *c->holds);
    if (room != NULL) {
        c->holds = room;
        c->holds[c->hold_count++] = until;
    }
    return room != NULL;
}

static bool on_event(void *context, const store_record *record)
{
    counting *c = context;
    uint64_t known = 0;
    day until = 0;
    if (record->kind != EVENT_PROPOSED) {
        return true;
    }
    if (!map_get(&c->people, record->seeker, &known)) {
        c->failed |= !map_put(&c->people, record->seeker, 1);
        c->entry.proposed_to++;
    }
    if (read_hold(record->body, &until)) {
        c->failed |= !add_hold(&c->entry, until);
    }
    return !c->failed;
}

/* Puts an offer's entry in the place of the one before. Takes the entry. */
static bool keep(crowd *c, bytes offer_id, const crowd_entry *entry)
{
    uint64_t place = 0;
    if (!map_get(&c->places, offer_id, &place)) {
        if (c->count == c->cap) {
            uint32_t cap = c->cap == 0 ? CROWD_FIRST_CAP : 2 * c->cap;
            crowd_entry *room =
                mem_resize(c->entries, c->cap * sizeof *c->entries, cap * sizeof *c->entries);
            if (room == NULL) {
                return false;
            }
            c->entries = room;
            c->cap = cap;
        }
        place = c->count;
        if (!map_put(&c->places, offer_id, place)) {
            return false;
        }
        c->count++;
    }
    mem_free(c->entries[place].holds);
    c->entries[place] = *entry;
    return true;
}

static bool count_offer(engine *g, bytes offer_id, err *e)
{
    counting c = {0};
    bool is_read = store_list_about(g->reader, STORE_EVENT, STORE_OFFER, offer_id, (bytes){0},
                                    PEOPLE_MAX, on_event, &c, e);
    map_fini(&c.people);
    if (!is_read || c.failed) {
        mem_free(c.entry.holds);
        return is_read ? fail(e, ERR_MEMORY, "no memory to count proposals") : false;
    }
    pthread_rwlock_wrlock(&g->crowd.lock);
    bool is_kept = keep(&g->crowd, offer_id, &c.entry);
    pthread_rwlock_unlock(&g->crowd.lock);
    if (!is_kept) {
        mem_free(c.entry.holds);
        return fail(e, ERR_MEMORY, "no memory to count proposals");
    }
    return true;
}

/* ---------------------------------------------------------------------- all offers */

typedef struct listing {
    map offers;
    bool failed;
} listing;

static bool on_any_event(void *context, const store_record *record)
{
    listing *l = context;
    if (record->kind == EVENT_PROPOSED && record->offer.base != NULL) {
        l->failed |= !map_put(&l->offers, record->offer, 1);
    }
    return !l->failed;
}

bool crowd_count(engine *g, err *e)
{
    listing l = {0};
    bytes offer_id;
    uint64_t ignored;
    uint32_t at = 0;
    bool is_done =
        store_list(g->reader, STORE_EVENT, (bytes){0}, (bytes){0}, UINT32_MAX, on_any_event, &l, e);
    if (is_done && l.failed) {
        is_done = fail(e, ERR_MEMORY, "no memory to count proposals");
    }
    pthread_rwlock_wrlock(&g->crowd.lock);
    clear(&g->crowd);
    pthread_rwlock_unlock(&g->crowd.lock);
    while (is_done && map_next(&l.offers, &at, &offer_id, &ignored)) {
        is_done = count_offer(g, offer_id, e);
    }
    map_fini(&l.offers);
    return is_done;
}

bool crowd_follow(engine *g, const store_write *writes, uint32_t write_count, err *e)
{
    for (uint32_t i = 0; i < write_count; i++) {
        if (writes[i].noun == STORE_SEEKER && writes[i].outcome == STORE_DELETED) {
            return crowd_count(g, e); /* the person's documents went too */
        }
    }
    for (uint32_t i = 0; i < write_count; i++) {
        const store_write *w = &writes[i];
        if (w->noun == STORE_EVENT && w->kind == EVENT_PROPOSED && w->offer.base != NULL &&
            w->outcome == STORE_CREATED && !count_offer(g, w->offer, e)) {
            return false;
        }
    }
    return true;
}

/* ---------------------------------------------------------------------- asking */

engine_crowd engine_crowd_of(engine *g, bytes offer_id, day as_of)
{
    engine_crowd ret = {0};
    uint64_t place = 0;
    pthread_rwlock_rdlock(&g->crowd.lock);
    if (g->crowd.count > 0 && map_get(&g->crowd.places, offer_id, &place)) {
        const crowd_entry *c = &g->crowd.entries[place];
        ret.proposed_to = c->proposed_to;
        for (uint32_t i = 0; i < c->hold_count; i++) {
            ret.held += c->holds[i] >= as_of ? 1 : 0;
        }
    }
    pthread_rwlock_unlock(&g->crowd.lock);
    return ret;
}
