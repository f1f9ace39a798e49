#ifndef CORE_IMPORT_RUN_H
#define CORE_IMPORT_RUN_H

#include <pthread.h>

#include "base/map.h"
#include "import/import.h"
#include "json/json.h"

/* What every importer shares: batching to the sink, duplicates, counts and refusals. Private to
 * core/import. */

enum {
    IMPORT_BATCH_MAX = 16 * 1024,
    IMPORT_BATCH_LEN_MAX = 64 * 1024 * 1024, /* of a batch's arena: a fuller one goes to the sink */
    IMPORT_LISTED_MAX = 100,
    IMPORT_KEY_MAX = 200, /* different keys in one of the report's counts */
    IMPORT_HEAD_LEN = 64 * 1024
};

/* One source format. Its state hangs at run->state and is its own. A piece is never empty. What an
 * importer makes of a file does not depend on how the file was cut into pieces. */
typedef struct import_reader {
    const char *name;
    const char *summary;
    /* Do these first bytes (IMPORT_HEAD_LEN, or the whole file) look like it? NULL: never. */
    bool (*recognises)(bytes head);
    bool (*begin)(import_run *r, err *e);
    bool (*feed)(import_run *r, bytes piece, err *e);
    bool (*finish)(import_run *r, err *e);
    void (*end)(import_run *r); /* frees the state; also after a failure */
} import_reader;

extern const import_reader IMPORT_NATIVE;
extern const import_reader IMPORT_CSV;
extern const import_reader IMPORT_BA_JOBS_CSV;
extern const import_reader IMPORT_BA_JOBS;
extern const import_reader IMPORT_BA_JOB_DETAIL;
extern const import_reader IMPORT_BA_JOBS_V4;
extern const import_reader IMPORT_BA_TRAINING;
extern const import_reader IMPORT_BA_LANGUAGE;
extern const import_reader IMPORT_BA_COACHING;
extern const import_reader IMPORT_BA_VOCATIONAL;
extern const import_reader IMPORT_MEIN_NOW;
extern const import_reader IMPORT_INTEGREAT;
extern const import_reader IMPORT_JSON_LD;
extern const import_reader IMPORT_CLASSIFICATION;
extern const import_reader IMPORT_GEONAMES;

typedef struct import_count {
    uint64_t read, created, changed, unchanged, refused, duplicates;
    uint64_t merged; /* rows that became a further date of another row's offer */
} import_count;

typedef struct import_list { /* JSON objects with commas between, the first IMPORT_LISTED_MAX */
    buf items;
    uint64_t count;
} import_list;

enum { IMPORT_COURIER_COUNT = 2, IMPORT_BATCH_COUNT = IMPORT_COURIER_COUNT + 1 };

typedef enum batch_state { BATCH_FREE, BATCH_FULL, BATCH_CARRIED, BATCH_BACK } batch_state;

/* Records on their way to the sink, with the memory they need. */
typedef struct import_batch {
    arena arena;
    import_record *records; /* IMPORT_BATCH_MAX; NULL: not used yet */
    import_outcome *outcomes;
    uint32_t count;
    batch_state state; /* under the couriers' lock */
    bool has_failed;   /* the sink did */
    err why;           /* of that, or of refused records */
} import_batch;

/* While the sink stores batches, the next one is read: two couriers, because what the sink does
 * with one batch after storing it overlaps with the storing of the next. They are started with the
 * first full batch, so that a small file needs none. No id comes twice in a run, so the order in
 * which batches arrive does not matter. */
typedef struct import_couriers {
    pthread_t threads[IMPORT_COURIER_COUNT];
    uint32_t count;       /* of threads that run */
    pthread_mutex_t lock; /* of batches' states and must_end */
    pthread_cond_t on_change;
    bool must_end;
} import_couriers;

struct import_run {
    import_options options;
    const import_reader *reader; /* NULL until recognised */
    void *state;
    /* Says in a source's own words why a record of it was refused; NULL: no need. */
    void (*explain)(import_run *r, err *why);
    buf head; /* what came before the format was known */
    import_count count;
    map ids; /* side and id of every record seen */
    uint64_t seen_counts[2];
    map unknown_keys, missing_keys, unmapped_codes, derived;
    import_list refusals, duplicates;
    buf body; /* of the record just taken */
    import_batch batches[IMPORT_BATCH_COUNT];
    import_batch *batch; /* the one that is being filled */
    import_couriers couriers;
};

/* A record in native form: decoded, completed by its postcode's place, handed on. A record that is
 * refused is counted and listed; only a failure of the run itself answers false. `merged` further
 * rows of the source went into it and share its fate. */
bool run_take_text(import_run *r, bytes json, uint64_t line, uint64_t merged, err *e);
/* A source row that could not become a record. Counts it as read and refused. */
void run_refuse(import_run *r, uint64_t line, bytes id, const err *why);
/* A source row whose id came before. Counts it as read. */
void run_count_duplicate(import_run *r, uint64_t line, bytes id);
/* Everything taken so far is in the sink, and counted. */
bool run_flush(import_run *r, err *e);
bool run_start(import_run *r, err *e);
void run_stop(import_run *r);

void run_count_key(map *counts, bytes key); /* of unknown_keys, missing_keys, ... */

#endif
