#ifndef CORE_STORE_STORE_H
#define CORE_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/seal.h"

/* Where records are kept. Knows nothing of SQL. One writer (the store thread) and any number of
 * readers (one a worker). Every committed transaction has a change number, given in commit order;
 * every record has a version that counts its writes. An acknowledged write survives kill -9. */

typedef struct store store;               /* the writer; one thread at a time */
typedef struct store_reader store_reader; /* a read connection of its own thread */

typedef enum store_noun {
    STORE_SEEKER = 0,
    STORE_OFFER = 1,
    STORE_STRATEGY = 2,
    STORE_SETTING = 3, /* small documents of the program: plugin states, grants */
    /* Documents about a person and, most of them, an offer. Deleting the person deletes them. */
    STORE_PROPOSAL = 4, /* what was put before a person, with all it rests on */
    STORE_DECISION = 5, /* what a person said to it */
    STORE_EVENT = 6,    /* what happened then */
    STORE_NOUN_COUNT
} store_noun;

static inline bool store_is_document(store_noun noun)
{
    return noun == STORE_PROPOSAL || noun == STORE_DECISION || noun == STORE_EVENT;
}

enum { STORE_ANY_VERSION = -1, STORE_NO_VERSION = 0 };

typedef enum store_outcome {
    STORE_CREATED,
    STORE_REPLACED,
    STORE_UNCHANGED, /* same body as before: no new version, no change */
    STORE_DELETED,
    STORE_ABSENT,  /* a delete of what is not there */
    STORE_CONFLICT /* another version than expected: this write was not done, others of the call
                      were */
} store_outcome;

typedef struct store_write {
    store_noun noun;
    bytes id;
    bytes body;               /* canonical JSON; base NULL: delete */
    bytes unit;               /* seekers: their unit; offers: their provider; or absent */
    bytes seeker;             /* documents: the person they are about */
    bytes offer;              /* documents: the offer they are about, or absent */
    uint32_t kind;            /* documents: tells those of one noun apart */
    int64_t expected_version; /* STORE_ANY_VERSION; STORE_NO_VERSION: must not be there */
    store_outcome outcome;    /* written by store_put */
    int64_t version;          /* written by store_put: the version now there */
} store_write;

typedef struct store_record {
    store_noun noun;
    bytes id;
    bytes body; /* base NULL: deleted */
    int64_t version;
    uint64_t change; /* the transaction that wrote it */
    bytes unit;      /* of a person; base NULL: absent */
    bytes seeker;    /* of a document; base NULL: absent */
    bytes offer;
    uint32_t kind;
} store_record;

/* Callbacks answer false to stop; the caller's function then returns true. Views are valid during
 * the call only. A callback may ask its reader for other things, but not call the function again
 * that called it. */
typedef bool store_on_record(void *context, const store_record *record);
typedef bool store_on_concept(void *context, uint32_t number, bytes text);

/* Makes DIR/lotse.db where there is none (create) and brings it to the newest schema. Refuses a
 * newer database (ERR_STORE_NEWER), a damaged one (ERR_STORE_CORRUPT), a folder without one unless
 * create (ERR_STORE_MISSING). Locks DIR/lock for this process (ERR_STORE_BUSY names the holder's
 * pid). */
bool store_open(const char *dir, bool create, store **ret, err *e);
void store_close(store **s);

/* All writes of the call in one transaction, with `concepts` (texts not yet numbered, in order,
 * numbered from store_concept_count + 1) added to the dictionary first, also when no record
 * changes. Several writes of one record are done in their order. Synchronous: on return the writes
 * are on disk. ret_change: the new change number (the last one if nothing changed). After a failure
 * (ERR_STORE_FULL, ERR_STORE_BUSY, ...) nothing of the call was done, what stands in `writes` means
 * nothing, and the store is as usable as before. */
bool store_put(store *s, store_write *writes, size_t write_count, const bytes *concepts,
               size_t concept_count, uint64_t *ret_change, err *e);
uint64_t store_last_change(const store *s);
uint32_t store_concept_count(const store *s);
/* Erasure: after deletes, makes sure that no byte of the removed bodies stays in database or WAL.
 * ERR_STORE_BUSY while a reader's call keeps an older state alive: then try again. */
bool store_scrub(store *s, err *e);

/* ---------------------------------------------------------------------- keys of people */

/* What is about a person in a backup is sealed with a key of that person. It goes with the person.
 */
enum { STORE_KEY_NAME_LEN = 16 };
typedef struct store_key {
    char name[STORE_KEY_NAME_LEN + 1]; /* tells nothing of the person */
    unsigned char key[SEAL_KEY_LEN];
} store_key;
typedef bool store_on_key(void *context, bytes seeker, const store_key *key);
bool store_make_keys(store *s, err *e); /* for every person who has none yet */

/* ---------------------------------------------------------------------- restoring */

/* Into a store without records, in one transaction: records as they were, with their versions and
 * changes. ERR_CONFLICT when there are records already. store_restore_end(keep: false) leaves
 * nothing of it; it must follow whatever happens. */
bool store_restore_begin(store *s, err *e);
bool store_restore(store *s, const store_record *records, size_t record_count, err *e);
bool store_restore_key(store *s, bytes seeker, const store_key *key, err *e);
bool store_restore_concept(store *s, uint32_t number, bytes text, err *e);
bool store_restore_end(store *s, uint64_t change, bool keep, err *e);

/* Readers see the last committed state at each call. */
bool store_reader_open(const char *dir, store_reader **ret, err *e);
void store_reader_close(store_reader **r);
/* ERR_NOT_FOUND when it is not there. The body is copied into the arena. */
bool store_get(store_reader *r, store_noun noun, bytes id, arena *a, store_record *ret, err *e);
/* Records with id > after (byte order; base NULL: from the start), at most limit; unit absent: all.
 */
bool store_list(store_reader *r, store_noun noun, bytes after, bytes unit, uint32_t limit,
                store_on_record *on_record, void *context, err *e);
/* Documents about one person (about: STORE_SEEKER) or one offer (STORE_OFFER), in order of their
 * ids, at most limit. */
bool store_list_about(store_reader *r, store_noun noun, store_noun about, bytes about_id,
                      bytes after, uint32_t limit, store_on_record *on_record, void *context,
                      err *e);
bool store_count(store_reader *r, store_noun noun, bytes unit, uint64_t *ret_count, err *e);
/* Everything written or deleted after `change` (0: everything there is, no deletions), in change
 * order; a record written several times comes once, with its last state. */
bool store_changes_since(store_reader *r, uint64_t change, store_on_record *on_record,
                         void *context, err *e);
bool store_concepts_since(store_reader *r, uint32_t number, store_on_concept *on_concept,
                          void *context, err *e);
/* ERR_NOT_FOUND: the person has none. */
bool store_key_of(store_reader *r, bytes seeker, store_key *ret, err *e);
bool store_keys(store_reader *r, store_on_key *on_key, void *context, err *e);
bool store_reader_last_change(store_reader *r, uint64_t *ret_change, err *e);
/* Is the database sound? (quick check; for doctor) */
bool store_verify(store_reader *r, err *e);

#endif
