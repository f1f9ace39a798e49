#ifndef CORE_ENGINE_BATCH_H
#define CORE_ENGINE_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/day.h"
#include "base/limits.h"
#include "engine/engine.h"
#include "json/json.h"

/* Batch runs: everybody's best offers, on all workers, written to a folder of the run
 * (DIR/batch/ID) as they come. A run outlives the connection that asked for it, and what was
 * written outlives the process: the same run, started again, goes on where it was and ends with the
 * same bytes. One run works at a time, others wait. */
typedef struct batch_board batch_board;

typedef enum batch_explain {
    BATCH_EXPLAIN_NONE,
    BATCH_EXPLAIN_TOP,
    BATCH_EXPLAIN_ALL
} batch_explain;
typedef enum batch_format { BATCH_NDJSON, BATCH_CSV } batch_format;

enum {
    BATCH_ID_LEN_MAX = 47,
    BATCH_NAME_LEN_MAX = 32,
    BATCH_SHARD_MAX = 4096,
    BATCH_DIGEST_LEN = 64
};

/* What is asked for. Two runs with equal specs over the same records have the same bytes. */
typedef struct batch_spec {
    char name[BATCH_NAME_LEN_MAX + 1]; /* the run's id becomes b-NAME; empty: made from the time */
    char strategy[ID_LEN_MAX + 1];
    day as_of;
    uint32_t top;   /* offers a person, 1..MATCH_LIMIT_MAX */
    uint64_t kinds; /* as match_query's */
    batch_explain explain;
    batch_format format;
    uint32_t shard; /* 1..shard_count: this part of the people */
    uint32_t shard_count;
    /* Who hands out the seats; empty: everybody's best offers are the result. Else everybody's
     * `top` best intakes are what the allocator begins with. */
    char allocator[ID_LEN_MAX + 1];
    char offer_strategy[ID_LEN_MAX + 1]; /* how intakes see people; empty: as people see them */
    uint32_t cap;                        /* people an intake is proposed to at most; 0: its seats */
    /* The result is one object: how crowded offers would be under everybody's best offers and under
     * each allocator. */
    bool is_report;
    char inputs[BATCH_DIGEST_LEN + 1]; /* of the lists that came with it; written by batch_start */
} batch_spec;

/* Lists that a run of an allocator takes, as CSV: seats_needed of people (seeker,seats_needed), and
 * what stands already and is to stay (seeker,offer,intake). Absent: none. */
typedef struct batch_inputs {
    bytes needs, keep;
} batch_inputs;

/* Somebody who wants to hear how far a run is. Called on the board's thread. */
typedef struct batch_watch {
    void *context;
    bool (*tell)(void *context, uint64_t done, uint64_t total,
                 const char *message); /* false: nobody listens any more */
    void (*end)(void *context);        /* last call; also where tell was never called */
} batch_watch;

/* Looks for runs in the data folder; none goes on by itself. [control] */
bool batch_board_new(engine *g, batch_board **ret, err *e);
/* Interrupted runs go on. [control] */
void batch_board_resume(batch_board *b);
/* Stops what is under way, so that it can go on another time. [control] */
void batch_board_free(batch_board **b);

/* Queues a run, or goes on with an interrupted one of the same spec. Writes {"id","state",
 * "resumed"}. watch may be NULL; taken in any case: its end is called once. ERR_NOT_FOUND: the
 * strategy; ERR_OVERLOADED: too many wait. [worker] */
bool batch_start(batch_board *b, engine_worker *w, const batch_spec *spec,
                 const batch_inputs *inputs, const batch_watch *watch, json_writer *out, err *e);
/* One object with state, progress and what came of it. ERR_NOT_FOUND. [worker] */
bool batch_status(batch_board *b, bytes id, json_writer *out, err *e);
/* [{...}, ...], the newest first. [worker] */
bool batch_list(batch_board *b, json_writer *out, err *e);
/* Stops a run for good; with forget, removes what it wrote. Writes {"id","state"}. [worker] */
bool batch_cancel(batch_board *b, bytes id, bool forget, json_writer *out, err *e);
/* After a person was deleted: takes their lines out of what runs wrote; runs under way begin anew.
 * ERR_FILE. [worker] */
bool batch_erase(batch_board *b, bytes who, err *e);
/* Whole lines of what was written, from a byte on: at most len_max bytes or one line.
 * ERR_BATCH_STATE: the run has nothing yet, or was forgotten. [worker] */
bool batch_read(batch_board *b, bytes id, uint64_t offset, uint32_t len_max, buf *ret,
                uint64_t *ret_total, bool *ret_is_whole, err *e);

#endif
