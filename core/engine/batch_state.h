#ifndef CORE_ENGINE_BATCH_STATE_H
#define CORE_ENGINE_BATCH_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "assign/edges.h"
#include "assign/roster.h"
#include "engine/batch.h"
#include "engine/sweep.h"

/* What the files of batch runs share. */

typedef enum batch_state {
    BATCH_WAITING,
    BATCH_RUNNING,
    BATCH_INTERRUPTED, /* found so at the start, or the engine stopped */
    BATCH_DONE,
    BATCH_FAILED,
    BATCH_CANCELLED
} batch_state;

enum { BATCH_PATH_LEN = 4096, BATCH_BASIS_LEN = 64, BATCH_WATCH_MAX = 4 };

/* How far the results on disk are right. */
typedef struct batch_mark {
    uint32_t blocks;
    uint64_t text_len;
    uint64_t list_len; /* of lists.bin, which an allocator works on */
    uint64_t match_count;
    uint32_t empty_count; /* people with no match */
} batch_mark;

/* The board's lock guards all but what is said. */
typedef struct batch_job {
    struct batch_job *next; /* of board.jobs */
    char id[BATCH_ID_LEN_MAX + 1];
    char dir[BATCH_PATH_LEN]; /* fixed */
    batch_spec spec;          /* fixed */
    batch_state state;
    char basis[BATCH_BASIS_LEN + 1]; /* digest of records, strategy and plugins; empty: none yet */
    uint64_t snapshot;
    uint32_t seeker_count; /* of the shard */
    batch_mark mark;       /* as last saved; running.mark is newer */
    bool is_forgotten;
    bool begins_anew; /* an active one: somebody was deleted, and may be in what it wrote */
    bool is_active;   /* the board's thread works on it, also where it was cancelled meanwhile */
    int64_t started_ms, ended_ms;
    int64_t run_ns; /* spent in all attempts before this one */
    int64_t began_ns;
    uint32_t begun_at; /* people done when this attempt began */
    err why;           /* of FAILED */
    const char *phase; /* of RUNNING */
    char *summary;     /* JSON of what an allocator did; NULL: none. Own memory */
    batch_watch watches[BATCH_WATCH_MAX];
    uint32_t watch_count;
    atomic_bool must_stop;
    uint32_t allocator_stop; /* the same for an allocator; read and written atomically */
    atomic_uint done;        /* people */
} batch_job;

struct batch_board {
    engine *engine;
    char dir[BATCH_PATH_LEN]; /* DIR/batch */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    batch_job *jobs; /* the newest first */
    pthread_t thread;
    bool has_thread;
    bool must_end;
    uint32_t made_count;
};

/* Does the run keep everybody's lists, to work on them when they are whole? */
static inline bool batch_keeps_lists(const batch_spec *spec)
{
    return spec->allocator[0] != '\0' || spec->is_report;
}

/* batch_board.c: tells those who wait how far a run is. [the board's thread] */
void batch_tell(batch_board *b, batch_job *job, uint64_t done, uint64_t total, const char *what);

void batch_stop(batch_job *job); /* under the lock */
void batch_end_watches(batch_board *b, batch_job *job);
void batch_keep_state(batch_board *b, batch_job *job); /* on disk; without the lock */

/* batch_file.c: the run's own file. */
void batch_spec_print(const batch_spec *spec, json_writer *out);       /* an object */
void batch_job_print(const batch_job *job, int64_t run_ns, buf *text); /* under the lock */
bool batch_job_keep(const batch_job *job, buf *text, err *e);          /* without it; takes text */
bool batch_job_load(const char *dir, const char *id, batch_job *ret, err *e);
void batch_result_path(const batch_job *job, char path[BATCH_PATH_LEN]);
const char *batch_state_text(batch_state s);
bool batch_file_write(const char *path, bytes text, err *e); /* aside, then renamed */
void batch_input_path(const batch_job *job, const char *name, char path[BATCH_PATH_LEN]);
void batch_forget_files(const batch_job *job);   /* all but run.json */
void batch_forget_inputs(const batch_job *job);  /* what the results were made of */
void batch_forget_results(const batch_job *job); /* not what came with the run */

/* batch_line.c: a person's line or rows. */
typedef struct batch_lines {
    const batch_spec *spec;
    const match_program *program;
    const registry *registry;
    const dictionary *dictionary;
    const snapshot *snapshot;
    const uint32_t *first_rows; /* of the offers' segments */
} batch_lines;
void batch_line_header(const batch_spec *spec, buf *out);
bool batch_line_put(const batch_lines *l, bytes who, const match_edge *edges, uint32_t count,
                    buf *out, err *e);
/* With the reasons of the first match or of all, as ids and facts, and their bands. */
bool batch_line_explain(const batch_lines *l, match_worker *w, const match_query *q, bytes who,
                        const match_answer *answer, arena *a, buf *out, err *e);

/* batch_run.c: one run from its beginning, or where it stopped, to its end. On the board's thread,
 * without the lock. ERR_CANCELLED: it was told to stop. */
bool batch_run(batch_board *b, batch_job *job, err *e);

enum { BATCH_BLOCK_LEN = 256 };

/* A run while it is under way. */
typedef struct batch_work {
    batch_board *board;
    batch_job *job;
    engine_pin *pin;
    const engine_strategy *strategy;
    roster roster;
    uint32_t begin, count; /* of the shard, in the roster's order */
    batch_lines lines;
    int fd;
    int lists_fd;
    pthread_mutex_t lock; /* of mark */
    batch_mark mark;      /* what was appended */
    edge_book edges;      /* of a run that hands out seats */
    int64_t noted_ns;
    err note_failure; /* code 0: none */
} batch_work;

bool batch_append(int fd, bytes text, err *e);
match_query batch_query(const batch_work *r);
bool batch_may_go_on(const batch_work *r);
void batch_set_phase(batch_work *r, const char *phase);

/* batch_report.c: how crowded offers would be. */
bool batch_report(batch_work *r, err *e);

/* batch_allocate.c: hands out the seats and writes who is proposed to what. */
bool batch_allocate(batch_work *r, err *e);

#endif
