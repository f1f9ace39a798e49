#ifndef CORE_ENGINE_ENGINE_H
#define CORE_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/day.h"
#include "base/err.h"
#include "match/match.h"
#include "match/snapshot.h"
#include "model/concept.h"
#include "plugin/registry.h"
#include "store/store.h"
#include "json/json.h"

/* The program without sockets: opens a data folder, runs tasks on workers, owns the store thread
 * and publishes snapshots. Whoever serves (app) or stands in for a server (cli) opens one engine;
 * the methods in api are written against it. README.md has the picture. */
typedef struct engine engine;
typedef struct engine_worker engine_worker;

typedef struct engine_config {
    const char *dir;                 /* the data folder; borrowed until engine_open returns */
    bool create;                     /* make the database where there is none */
    uint32_t worker_count;           /* 0: one per processor */
    uint32_t queue_max;              /* tasks that may wait; 0: IN_FLIGHT_MAX */
    const char *builtin_dir;         /* NULL: the folder `plugins` beside the executable */
    const char *const *trusted_dirs; /* folders of plugin folders that the operator trusts; */
    uint32_t trusted_dir_count;      /* those of LOTSE_PLUGINS (divided by ':') are added */
    /* Folders of plugins that run in cages; DIR/plugins and those of LOTSE_CAGED_PLUGINS are added.
     * Signed by a key of DIR/keys. LOTSE_TRUSTED_PLUGINS names those of them, by their ids divided
     * by
     * ',', that run in this process all the same; with LOTSE_UNSIGNED_PLUGINS=1 they need no
     * signature, for makers of plugins on their own machines. */
    const char *const *caged_dirs;
    uint32_t caged_dir_count;
    uint32_t base_after; /* changed records that make saving the base worth it; 0: 10,000 */
} engine_config;

/* Opens the store, loads plugins and strategies, maps or rebuilds the snapshot, starts the threads.
 * ERR_STORE_* as store_open. Plugins, strategies and records that cannot be used are listed or
 * logged and cost nobody else anything. [control] */
bool engine_open(const engine_config *config, engine **ret, err *e);
/* From now on engine_submit answers ERR_DRAINING; what was taken is still done. [any] */
void engine_stop(engine *g);
/* Finishes what was taken, saves the base where it is worth it, joins all threads. [control] */
void engine_close(engine **g);

/* ---------------------------------------------------------------------- tasks */

/* Runs on one worker, once. The worker's snapshot stays alive until it returns, its arena is reset
 * afterwards. */
typedef void engine_task(engine_worker *w, void *context);

/* Queues a task. ERR_OVERLOADED (with retry_after_ms) when the queue is full, ERR_DRAINING after
 * engine_stop; then the task does not run. [any] */
bool engine_submit(engine *g, engine_task *run, void *context, err *e);

/* [worker], in a task only. */
engine *engine_worker_engine(engine_worker *w);
bool engine_has_waiting(engine *g);                       /* do tasks wait for a worker? [any] */
bool engine_is_stopping(engine *g);                       /* after engine_stop. [any] */
const registry *engine_worker_registry(engine_worker *w); /* of the snapshot's program */
const snapshot *engine_worker_snapshot(engine_worker *w);
match_worker *engine_worker_match(engine_worker *w);
store_reader *engine_worker_reader(engine_worker *w); /* may see newer records than the snapshot */
arena *engine_worker_arena(engine_worker *w);
buf *engine_worker_out(engine_worker *w); /* empty at the start of a task; for the reply's text */

/* A strategy as it stood when the task began. */
typedef struct engine_strategy {
    bytes id;
    bytes text;      /* canonical JSON */
    int64_t version; /* 0: built in */
    bool is_usable;  /* false: it names a plugin that is not there any more; `why` says which */
    err why;
    strategy resolved;
} engine_strategy;
/* In order of ids. NULL / ERR_NOT_FOUND: there is none with this id. [worker] */
uint32_t engine_strategy_count(engine_worker *w);
const engine_strategy *engine_strategy_at(engine_worker *w, uint32_t index);
bool engine_strategy_find(engine_worker *w, bytes id, const engine_strategy **ret, err *e);

/* ---------------------------------------------------------------------- pins */

/* What queries see at this moment, held beyond a task: for work that takes many tasks and must see
 * one state throughout. A pin keeps memory, so there are few. ERR_OVERLOADED. [any] */
typedef struct engine_pin engine_pin;
enum { ENGINE_PIN_MAX = 4 };
bool engine_pin_new(engine *g, engine_pin **ret, err *e);
void engine_pin_free(engine_pin **pin);
const snapshot *engine_pin_snapshot(const engine_pin *pin);
const registry *engine_pin_registry(const engine_pin *pin);
bool engine_pin_strategy(const engine_pin *pin, bytes id, const engine_strategy **ret, err *e);

/* ---------------------------------------------------------------------- writes */

/* Writes that are committed together, with the memory they need. Made and filled on a worker (that
 * is where records are decoded), then handed to the store thread. */
typedef struct engine_writes engine_writes;

bool engine_writes_new(engine *g, engine_writes **ret, err *e);
void engine_writes_free(engine_writes **writes);
arena *engine_writes_arena(engine_writes *writes);
/* Decodes strictly and keeps the record in canonical form; seekers, offers and strategies. The
 * err's path points into the record. [any] */
bool engine_writes_put(engine_writes *writes, store_noun noun, const json_node *record,
                       int64_t expected_version, err *e);
bool engine_writes_put_text(engine_writes *writes, store_noun noun, bytes record,
                            int64_t expected_version, err *e);
/* A seeker or offer that was decoded already; the record is borrowed until the writes are done or
 * freed. [any] */
bool engine_writes_put_record(engine_writes *writes, store_noun noun, const void *record, err *e);
/* The same where the canonical text is there already, as record_print writes it, without a version;
 * both are borrowed. [any] */
bool engine_writes_put_printed(engine_writes *writes, store_noun noun, const void *record,
                               bytes body, err *e);
/* These writes need not be seen at once: they are answered when they are on disk, and shown
 * together with the next writes that did not say so, at the latest after a short while without
 * writes. What makes an import cheap. [any] */
void engine_writes_defer(engine_writes *writes);
/* A document of the program itself, any JSON. "plugins" is read at the start:
 * {"disabled":[ID],"enabled":[ID],"grants":{ID:[PATH]}}. [any] */
bool engine_writes_put_setting(engine_writes *writes, bytes id, bytes json,
                               int64_t expected_version, err *e);
/* A document about a person (STORE_PROPOSAL, STORE_DECISION, STORE_EVENT), with an id of its own;
 * all texts are copied. `kind` counts from 0 as its noun's code list does. [any] */
typedef struct engine_document {
    store_noun noun;
    bytes id, seeker, offer; /* offer: absent where it is about no offer */
    uint32_t kind;
    bytes json;
} engine_document;
bool engine_writes_put_document(engine_writes *writes, const engine_document *document, err *e);
/* Deleting a seeker erases: base file, database and its log hold no byte of it when the write is
 * done. */
bool engine_writes_delete(engine_writes *writes, store_noun noun, bytes id,
                          int64_t expected_version, err *e);
/* Before the writes, every person gets a key for backups who has none (store_make_keys). */
void engine_writes_make_keys(engine_writes *writes);
/* When the writes are done, the plugin folders are looked through again and everything that follows
 * from them is made anew; queries go on with what was before. The writes stay done when that fails.
 */
void engine_writes_reload(engine_writes *writes);
uint32_t engine_writes_count(const engine_writes *writes);
/* After the write: outcome and version. Before: what is to be written. */
const store_write *engine_writes_at(const engine_writes *writes, uint32_t index);

/* Called once on the store thread, or on its helper for deferred writes, when the writes are on
 * disk and the next query sees them, or when that failed (why not NULL). Owns `writes` from then
 * on. Must not wait. */
typedef void engine_on_written(void *context, engine_writes *writes, uint64_t change,
                               const err *why);

/* Takes the writes. Fails with ERR_OVERLOADED when too many wait; `writes` stays the caller's then.
 * A task may write after engine_stop. [any] */
bool engine_write(engine *g, engine_writes **writes, engine_on_written *on_written, void *context,
                  err *e);

/* The same, waiting until it is done; `writes` stays the caller's in any case. A worker may do
 * that: the store thread never waits for workers. [any but the store thread] */
bool engine_write_wait(engine *g, engine_writes *writes, uint64_t *ret_change, err *e);

/* ---------------------------------------------------------------------- facts */

/* How crowded an offer is: to how many people it was proposed, and how many seats are held for
 * some of them on that day (an event "proposed" with "hold_until"). [any] */
typedef struct engine_crowd {
    uint32_t proposed_to, held;
} engine_crowd;
engine_crowd engine_crowd_of(engine *g, bytes offer_id, day as_of);

/* The newest; within a task engine_worker_registry is the one to use. Both live as long as the
 * engine. [any] */
const registry *engine_registry(const engine *g);
const match_program *engine_program(const engine *g);
const dictionary *engine_dictionary(const engine *g); /* [any] */
uint32_t engine_worker_total(const engine *g);        /* [any] */
const char *engine_dir(const engine *g);              /* the data folder. [any] */
day engine_today(void);                               /* in Europe/Berlin. [any] */

typedef struct engine_stats {
    uint32_t worker_count, busy_count;
    uint32_t task_waiting, task_waiting_max;
    uint64_t task_done, task_refused;
    uint64_t write_waiting, write_done, commit_count;
    uint64_t change;      /* of the snapshot that queries see */
    uint64_t base_change; /* of the base file; 0: there is none */
    uint64_t seeker_count, offer_count;
    uint32_t segment_count[2];
    uint64_t
        unreadable_count; /* stored records that this program cannot decode; the log names them */
    int64_t started_unix_ms;
    bool is_stopping;
} engine_stats;
void engine_read_stats(engine *g, engine_stats *ret); /* [any] */

#endif
