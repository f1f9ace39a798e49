#ifndef CORE_PLUGIN_CHILD_H
#define CORE_PLUGIN_CHILD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "plugin/life.h"
#include "plugin/wire.h"

/* One child process of a caged plugin: started, asked with a deadline, ended. Whoever asks waits.
 * Used by one thread at a time; it dies with the thread that started it. */
typedef struct child child;

typedef struct child_config {
    const char *host_path; /* the program lotse-cage */
    int library_fd;        /* sealed; borrowed */
    int window_fd;         /* borrowed */
    wire_start start;      /* parent, window_len and memory_max are set here */
    uint64_t window_len;
    uint32_t start_ms; /* until it is ready */
    life_record *record;
} child_config;

bool child_new(const child_config *config, child **ret, err *e); /* not running yet */
void child_free(child **c);                                      /* ends it */
bool child_is_running(const child *c);
/* Starts it and waits until the plugin is loaded behind its last lock. [worker] */
bool child_start(child *c, bool *ret_is_final, err *e);
void child_end(child *c);
/* Counts starts: what was told to an earlier process the next one does not know. */
uint64_t child_generation(const child *c);
int child_pid(const child *c); /* -1: it does not run */
uint32_t child_walls(const child *c);

/* The ask area, to write items to. */
char *child_ask_area(child *c);
/* Rings, and waits until the items of a region are done, the process ends, or the time is over. On
 * failure the process is ended, but for ERR_PLUGIN_FAULT of a status that the plugin answered; *e
 * says which it was, ret_is_final whether it is reason for quarantine by itself. [worker] */
bool child_call(child *c, uint32_t region, uint32_t item_count, uint32_t deadline_ms,
                bool *ret_is_final, err *e);
/* A part of the answer area; `to` gets a copy, which nobody changes any more. */
void child_copy_answer(const child *c, uint64_t offset, void *to, uint64_t len);

#endif
