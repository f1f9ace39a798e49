#ifndef CORE_ENGINE_STATE_H
#define CORE_ENGINE_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "base/map.h"
#include "engine/engine.h"

/* What the files of this folder share, and which thread may touch it. */

enum { PART_COUNT_MAX = 128 }; /* of deferred writes; they are shown when there are so many */

/* All strategies as they stood after one commit; immutable, shared by the views that show it. */
typedef struct strategy_table {
    engine_strategy *entries; /* in order of ids */
    uint32_t count;
    arena arena;
    struct strategy_table *next; /* of engine.tables */
} strategy_table;

/* The plugins of one look through the folders. Kept until the engine closes: libraries are never
 * unloaded, and a worker or an import may still work with what an earlier look found. */
typedef struct plugin_set {
    registry *registry;
    bool is_closed;          /* its cages are: nobody asks it any more */
    knowledge *knowledge;    /* the taxonomy as it was at that look */
    struct plugin_set *next; /* of engine.plugin_sets */
} plugin_set;

/* What a query sees. Immutable but for `next`, which belongs to the publisher. */
typedef struct engine_view {
    const registry *registry;
    snapshot *snapshot; /* of that registry's program */
    const strategy_table *strategies;
    struct engine_view *next; /* of engine.retired */
} engine_view;

struct engine_worker {
    engine *engine;
    pthread_t thread;
    bool is_started;
    match_worker *match;
    store_reader *reader;
    arena arena;
    buf out;
    const engine_view *view; /* during a task */
    /* What the publisher must not free. Written by the worker, read by the publisher. */
    _Atomic(engine_view *) announced;
};

typedef struct crowd_entry {
    uint32_t proposed_to;
    uint32_t hold_count;
    day *holds; /* last days of seats that are held; own memory */
} crowd_entry;

/* A view announced beyond a task. */
struct engine_pin {
    engine *engine;
    atomic_bool is_taken;
    const engine_view *view;
    _Atomic(engine_view *) announced;
};

typedef struct task {
    engine_task *run;
    void *context;
} task;

typedef struct write_entry {
    store_write write;
    const void *record; /* decoded seeker or offer of a put, else NULL */
} write_entry;

struct engine_writes {
    engine *engine;
    const registry *registry; /* what the records are decoded with */
    arena arena;
    write_entry *entries;
    uint32_t count, cap;
    bytes *concepts; /* named by the records; the dictionary may or may not know them */
    uint32_t concept_count, concept_cap;
    bool erases; /* holds the delete of a seeker */
    bool has_strategies;
    bool makes_keys; /* people get keys for backups before */
    bool reloads;    /* the plugin folders are looked through afterwards */
    bool can_wait;   /* to be seen */
    engine_on_written *on_written;
    void *context;
    struct engine_writes *next; /* of engine.writes_first */
};

/* Who was proposed what, counted by offer. Written by the store thread, read by workers. */
typedef struct crowd {
    pthread_rwlock_t lock;
    map places; /* of offers in `entries` */
    crowd_entry *entries;
    uint32_t count, cap;
} crowd;

/* One transaction: the batches, and their writes side by side as the store wants them. */
typedef struct write_group {
    engine_writes *first;
    arena arena;
    store_write *writes;
    const void **records; /* beside writes */
    uint32_t count;
    bool erases, has_strategies, reloads, makes_keys;
    bool can_wait; /* every batch of it: it need not be shown now */
} write_group;

/* Makes parts of what was stored, beside the store thread, which stores the next group meanwhile.
 * The slot is the builder's while is_busy, else the store thread's; so are engine.parts. */
typedef struct part_builder {
    pthread_t thread;
    bool is_started;
    pthread_mutex_t lock; /* of is_busy and must_end */
    pthread_cond_t on_change;
    bool is_busy, must_end;
    write_group group;
    uint64_t change;
    uint64_t made_count; /* changed records in parts, not yet counted as unsaved */
    bool has_failed;
} part_builder;

struct engine {
    char *dir;
    crowd crowd;
    const char *builtin_dir;
    const char **trusted_dirs;
    uint32_t trusted_dir_count;
    const char **caged_dirs;
    uint32_t caged_dir_count;
    const char **trusted_ids; /* of plugins in them */
    uint32_t trusted_id_count;
    const char *key_dir;
    const char *cage_path; /* of lotse-cage; NULL: it is not installed */
    bool accepts_unsigned;
    life_book *lives;
    dictionary *dictionary;
    arena arena;                        /* of the process */
    _Atomic(const registry *) registry; /* the newest; swapped by the publisher only */
    uint32_t base_after;
    int64_t started_unix_ms;

    engine_worker *workers;
    uint32_t worker_count;
    engine_pin pins[ENGINE_PIN_MAX];

    /* Under `lock`: the two queues and the counts. */
    pthread_mutex_t lock;
    pthread_cond_t on_task;  /* workers wait here */
    pthread_cond_t on_write; /* the store thread waits here */
    task *tasks;             /* a ring of task_max */
    uint32_t task_first, task_count, task_max;
    engine_writes *writes_first, *writes_last;
    uint32_t writes_count;
    bool is_stopping;      /* no new tasks */
    bool workers_must_end; /* when the queue is empty */
    bool store_must_end;   /* likewise */
    bool should_reclaim;   /* a worker let go of a retired view */
    engine_stats counts;   /* those that no other place keeps */

    /* The view that new tasks see; swapped by the publisher only. */
    _Atomic(engine_view *) view;
    _Atomic(uint32_t) retired_count;

    /* The store thread's own (engine_open's before there is one). */
    pthread_t store_thread;
    bool store_is_started;
    store *store;
    store_reader *reader;
    engine_view *retired;
    strategy_table *tables;
    plugin_set *plugin_sets;
    uint64_t base_change;                 /* 0: no base file */
    uint64_t unsaved_count;               /* records whose last change the base file has not */
    snapshot_part *parts[PART_COUNT_MAX]; /* stored, made, and not shown yet */
    uint32_t part_count;
    part_builder builder;
    bool has_deferred; /* parts are there, or being made */
    bool is_behind;    /* a commit could not be shown; the next one catches up */
    bool must_scrub;   /* an erasure is not finished */
};

/* plugins.c: which there are; settings.c: what the store keeps about them. */
bool plugins_note_dirs(engine *g, const engine_config *config, err *e);
bool plugins_find(engine *g, const registry **ret, err *e);
void plugins_end(engine *g);
/* Ends the cages of sets that no view shows any more. [store] */
void plugins_close_unseen(engine *g);
bool settings_read(engine *g, arena *a, registry_config *plugins, err *e);
/* Puts plugins that went into quarantine into the store, so that they stay there over a start.
 * [worker] */
void settings_note_quarantine(engine_worker *w);

/* crowd.c. count: from the store, all there is; follow: after a commit, what it changed. */
void crowd_init(crowd *c);
bool crowd_count(engine *g, err *e);
bool crowd_follow(engine *g, const store_write *writes, uint32_t write_count, err *e);
void crowd_fini(crowd *c);

/* load.c: the dictionary, once; then a snapshot for a registry's program: from the base file where
 * it fits, else from the records. */
bool load_dictionary(engine *g, err *e);
bool load_snapshot(engine *g, const registry *r, snapshot **ret, err *e);
/* The next snapshot: `from` with everything that was stored since. */
bool load_changes(engine *g, const registry *r, const snapshot *from, snapshot **ret, err *e);
/* base.c: the base file. */
bool base_load(engine *g, const registry *r, snapshot **ret, err *e);
bool base_is_worth_saving(engine *g, bool is_closing);
bool base_save(engine *g, err *e);
bool base_remove(engine *g, err *e);

/* publish.c */
bool publish(engine *g, const registry *r, snapshot **s, const strategy_table *strategies, err *e);
void publish_reclaim(engine *g);
void publish_end(engine *g); /* frees every view and table; no worker runs any more */
const engine_view *view_announce(engine_worker *w);
void view_withdraw(engine_worker *w);

/* strategies.c */
bool strategies_find(const strategy_table *t, bytes id, const engine_strategy **ret, err *e);
bool strategies_make(engine *g, const registry *r, strategy_table **ret, err *e);
bool strategies_is_builtin(const registry *r, bytes id);

/* parts.c: what is stored and not shown yet. [store] */
bool parts_start(engine *g, err *e);
void parts_end(engine *g);
/* Hands the stored group over, with its batches, which are answered when their parts are made.
 * False: too many parts wait already. */
bool parts_take(engine *g, write_group *p, uint64_t change);
/* After it parts are the caller's; those that could not be made have set is_behind. */
void parts_await(engine *g);
void parts_drop(engine *g);

/* The changes of a group, a record written twice as it was left. [store or builder] */
bool group_list_changes(write_group *p, snapshot_change **ret, uint32_t *ret_count, err *e);

/* workers.c, store_thread.c */
bool workers_start(engine *g, err *e);
void workers_end(engine *g);
bool store_thread_start(engine *g, err *e);
void store_thread_end(engine *g);

#endif
