#ifndef CORE_ENGINE_SWEEP_H
#define CORE_ENGINE_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "engine/engine.h"

/* Work on many numbered things at once: all workers take blocks of them, what the blocks made is
 * handed on in their order. Questions of others go between: a worker that has had its turn queues
 * up again behind them. */

typedef struct sweep_output {
    buf text;
    buf lists; /* whatever the two sides agree on */
    uint64_t count;
    uint32_t empty_count;
} sweep_output;

/* One block. [worker] */
typedef bool sweep_work(void *context, engine_worker *w, uint32_t begin, uint32_t end,
                        sweep_output *out, err *e);
/* What a block made; one call at a time, in order. [worker] */
typedef bool sweep_deliver(void *context, uint32_t block, const sweep_output *out, err *e);
/* Several times a second while the sweep is under way. Yields whether to go on. [the caller's
 * thread] */
typedef bool sweep_tick(void *context);

typedef struct sweep_config {
    uint32_t count;       /* of things */
    uint32_t block_len;   /* of a block, but for the last one */
    uint32_t first_block; /* those before are done */
    sweep_work *work;
    sweep_deliver *deliver; /* NULL: nothing is made */
    sweep_tick *tick;       /* NULL: go on */
    void *context;
} sweep_config;

/* Waits until all is done. ERR_CANCELLED: the tick said so; else what work or deliver said. Not on
 * a worker. [any but a worker] */
bool sweep_run(engine *g, const sweep_config *config, err *e);

#endif
