#ifndef CORE_IMPORT_RUN_H
#define CORE_IMPORT_RUN_H

#include "base/map.h"
#include "import/import.h"
#include "json/json.h"

/* What every importer shares: batching to the sink, duplicates, counts and refusals. Private to
 * core/import. */

enum { IMPORT_BATCH_MAX = 512, IMPORT_LISTED_MAX = 100, IMPORT_HEAD_LEN = 64 * 1024 };

/* One source format. Its state hangs at run->state and is its own. */
typedef struct import_reader {
    const char *name;
    const char *summary;
    /* Do these first bytes (up to IMPORT_HEAD_LEN, or the whole file) look like it? */
    bool (*recognises)(bytes head);
    bool (*begin)(import_run *r, err *e);
    bool (*feed)(import_run *r, bytes piece, err *e);
    bool (*finish)(import_run *r, err *e);
    void (*end)(import_run *r); /* frees the state; also after a failure */
} import_reader;

extern const import_reader IMPORT_NATIVE;
extern const import_reader IMPORT_BA_JOBS_CSV;
extern const import_reader IMPORT_BA_TRAINING;
extern const import_reader IMPORT_GEONAMES;

typedef struct import_count {
    uint64_t read, created, changed, unchanged, refused, duplicates;
    uint64_t merged; /* rows that became a further date of another row's offer */
} import_count;

struct import_run {
    import_options options;
    char *source;
    const import_reader *reader; /* NULL until recognised */
    void *state;
    buf head; /* what came before the format was known */
    import_count count;
    map ids; /* side and id of every record seen */
    map unknown_keys, missing_keys, derived;
    buf refusals, duplicate_ids; /* JSON lists, the first IMPORT_LISTED_MAX */
    uint64_t refusals_listed, duplicates_listed;
    arena batch; /* of the records waiting for the sink */
    import_record records[IMPORT_BATCH_MAX];
    uint32_t record_count;
};

/* A record in native form: decoded, completed by its postcode's place, handed on. A record that is
 * refused is counted and listed; only a failure of the run itself answers false. */
bool run_take_node(import_run *r, const json_node *record, uint64_t line, err *e);
bool run_take_text(import_run *r, bytes json, uint64_t line, err *e);
/* A source row that could not become a record. Counts it as read and refused. */
void run_refuse(import_run *r, uint64_t line, bytes id, const err *why);
bool run_flush(import_run *r, err *e);

void run_count_key(map *counts, bytes key); /* of unknown_keys, missing_keys or derived */

#endif
