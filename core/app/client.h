#ifndef CORE_APP_CLIENT_H
#define CORE_APP_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/* One way to ask Lotse something, whether a server runs or not: where one answers, the calls go
 * over its socket; where none does, the same engine is opened in this process. Same methods, same
 * answers. One call at a time; only client_stop may come from elsewhere. */

typedef struct client client;

typedef struct client_config {
    const char *data_dir;    /* the data folder; its server listens on data_dir/lotse.sock */
    const char *socket;      /* NULL: data_dir/lotse.sock where a server answers there, else local.
                              * A path, or "HOST:PORT" on loopback: that server or ERR_NO_SERVER */
    const char *plugins_dir; /* of the engine in this process; NULL: beside the program */
    uint32_t worker_count;   /* of the engine in this process; 0: one per processor */
    bool is_remote_only;     /* never open the engine here: ERR_NO_SERVER instead */
} client_config;

/* Fails with ERR_NO_SERVER, or with what engine_open says (ERR_STORE_MISSING: no `init` yet;
 * ERR_STORE_BUSY: another process has held the folder for five seconds). */
bool client_open(const client_config *config, client **ret, err *e);
void client_close(client **c);
bool client_is_local(const client *c); /* the engine runs in this process */

/* total 0: not known yet. Called on the thread of client_call. */
typedef void client_on_progress(void *context, uint64_t done, uint64_t total, const char *message);

/* Calls one method and waits. params_json is an object or array, or empty for none; on_progress may
 * be NULL. The result's JSON text is put behind ret_result's content. A JSON-RPC error comes back
 * as e: code from data.id (or the nearest for a foreign one), text, detail, hint, path,
 * retry_after_ms. */
bool client_call(client *c, const char *method, bytes params_json, client_on_progress *on_progress,
                 void *context, buf *ret_result, err *e);

/* Cancels the call in progress, or the next one if there is none: it comes back soon, with
 * ERR_CANCELLED unless it was just done. Allowed in a signal handler and on any thread. */
void client_stop(client *c);

#endif
