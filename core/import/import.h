#ifndef CORE_IMPORT_IMPORT_H
#define CORE_IMPORT_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/day.h"
#include "base/err.h"
#include "model/record.h"
#include "taxonomy/knowledge.h"

/* Files in, records out. One file per source format, in a table that names them. An importer reads
 * bytes in any pieces, turns them into records, hands them to a sink in batches and reports what it
 * did. One bad record never costs a good one; an empty file never empties the stock. */

typedef struct import_run import_run;

typedef struct import_record {
    record_side side;
    bytes id;
    bytes body;         /* canonical JSON, as the store keeps it */
    const void *record; /* decoded; valid during the sink's call */
    uint64_t line;      /* where it stood in the source, from 1 */
} import_record;

typedef enum import_outcome {
    IMPORT_CREATED,
    IMPORT_CHANGED,
    IMPORT_UNCHANGED,
    IMPORT_REFUSED
} import_outcome;

/* Takes a batch, writes one outcome per record. False: the run fails whole with *e. True with
 * IMPORT_REFUSED somewhere: *e may say why, for the report. */
typedef bool import_sink(void *context, const import_record *records, uint32_t count,
                         import_outcome *outcomes, err *e);

/* What an importer may look up: a postcode's place (from an imported GeoNames table), or false. */
typedef bool import_find_place(void *context, bytes postcode, double *ret_lat, double *ret_lon);
/* Keeps a postcode table that was imported. */
typedef bool import_keep_place(void *context, bytes postcode, double lat, double lon, err *e);

/* Keeps a taxonomy that was imported, with what was known before. */
struct draft;
typedef bool import_keep_draft(void *context, struct draft *taxonomy, err *e);

typedef struct import_options {
    const char *format; /* "auto" or a name of import_formats; auto with a map means "csv" */
    const char *source; /* label of the source for the report; may be NULL */
    bytes map;          /* mapping file (JSON) for CSV; base NULL: none */
    const ext_keys *ext;
    day today;
    bool is_dry_run;
    bool allows_outdated; /* files of a shape that the source no longer has */
    const char *sync;     /* the file is all that this system has of people or offers, or both;
                           * NULL: it is not */
    import_sink *sink;
    /* Occupations and skills; knowledge_codes() has KldB codes by the agency's names. NULL: none.
     */
    const knowledge *knowledge;
    import_find_place *find_place;
    import_keep_place *keep_place;
    import_keep_draft *keep_draft; /* NULL: classifications are read and forgotten */
    void *context;
} import_options;

typedef struct import_format {
    const char *name;
    const char *summary;
} import_format;
/* Writes at most `max` of them, answers how many there are. */
uint32_t import_formats(import_format *ret, uint32_t max);

bool import_new(const import_options *options, import_run **ret, err *e);
/* Any piece of the file, in order. [worker] */
bool import_feed(import_run *r, bytes piece, err *e);
/* The rest, then the report as one JSON object:
 * {"format","source","dry_run","read","kept","created","changed","unchanged","refused","duplicates",
 * "merged","unknown_keys":{..},"missing_keys":{..},"unmapped_codes":{..},"derived":{..},
 * "refusals":[{"line","id","error":{"id","message","detail","hint","path"}}],"refusals_total",
 * "duplicate_ids":[{"line","id"}]}; both lists end after 100 entries. Sums hold: read = created +
 * changed + unchanged + refused + duplicates + merged (rows that became a further date of another
 * row's offer). */
bool import_finish(import_run *r, buf *ret_report_json, err *e);
/* Did a record with this id come in this run? */
bool import_has_seen(const import_run *r, record_side side, bytes id);
uint64_t import_seen_count(const import_run *r, record_side side);
void import_free(import_run **r);

#endif
