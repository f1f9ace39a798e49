#ifndef CORE_PLUGIN_CAGE_H
#define CORE_PLUGIN_CAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "match/program.h"
#include "plugin/child.h"
#include "plugin/life.h"
#include "plugin/manifest.h"
#include "plugin/window.h"

/* A plugin that the host's configuration does not trust: its library in a sealed memory file, its
 * window, and one child for each thread that asks. match sees factories like any other; they make
 * proxies (proxy.c). */
typedef struct cage cage;

typedef struct cage_config {
    const char *host_path; /* the program lotse-cage */
    const manifest *manifest;
    bytes library;        /* its bytes, as they were verified; copied */
    life_record *record;  /* of its id */
    uint32_t deadline_ms; /* of one call; 0: CAGE_DEADLINE_MS */
    uint32_t start_ms;    /* until it is ready; 0: CAGE_START_MS */
} cage_config;

enum { CAGE_DEADLINE_MS = 1000, CAGE_START_MS = 5000 };

bool cage_new(const cage_config *config, cage **ret, err *e);
/* Ends all children; proxies that are left answer with a failure, and can be destroyed. The moves
 * of its life are made. [control] */
void cage_close(cage *c);
void cage_free(cage **c); /* no proxy is left */

/* Starts a child, lets it load the library and make what the manifest promises, and ends it. */
bool cage_self_test(cage *c, err *e);

program_cage *cage_program(cage *c);
const lotse_criterion_factory *cage_criterion_factory(void);
const lotse_field_factory *cage_field_factory(void);

plugin_life *cage_life(cage *c);
life_record *cage_record(cage *c);
uint32_t cage_child_count(cage *c);                  /* that run. [any] */
uint64_t cage_window_used_len(cage *c);              /* [any] */
uint32_t cage_walls(cage *c);                        /* of the last child that was ready. [any] */
uint32_t cage_pids(cage *c, int *ret, uint32_t max); /* [any] */

/* ------------------------------------------------------------------------------------ for proxies
 */

/* A thread's child of this cage, and what its proxies share. */
typedef struct cage_child {
    child *child;
    uint64_t owner; /* the thread */
    uint32_t use_count;
    uint64_t instances[WIRE_INSTANCE_MAX / 64]; /* numbers taken, a bit each */
    struct cage_child *next;
} cage_child;

cage *cage_of_host(const lotse_host *host);
const manifest *cage_manifest(const cage *c);
window *cage_window(cage *c);
bool cage_take_child(cage *c, cage_child **ret, uint32_t *ret_instance, err *e); /* [worker] */
void cage_give_child(cage *c, cage_child *holder, uint32_t instance);
/* Makes sure that it runs. False: it rests, is in quarantine, or could not be started. [worker] */
bool cage_wake(cage *c, cage_child *holder, err *e);
/* Asks, with the cage's deadline; notes a fault where there is one. [worker] */
bool cage_ask(cage *c, cage_child *holder, uint32_t region, uint32_t item_count, err *e);
/* What was answered is not what the contract allows: a fault too. [worker] */
void cage_note_bad_answer(cage *c, cage_child *holder, const err *why);

#endif
