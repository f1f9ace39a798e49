#ifndef CORE_API_API_H
#define CORE_API_API_H

#include <stdbool.h>
#include <stdint.h>

#include "account/accounts.h"
#include "base/err.h"
#include "engine/engine.h"
#include "rpc/rpc.h"

/* The methods of the protocol: what was asked, one file per noun. methods.c is the one place where
 * names, parameters and summaries stand. Handlers take a call on the session's thread and do their
 * work on the engine's workers. */
typedef struct api api;

/* The context of every handler. Borrows the engine. [control] */
bool api_new(engine *g, api **ret, err *e);
/* After all calls are finished, before engine_close. [control] */
void api_free(api **a);

/* Who may sign in. Lives as long as the api. [any] */
accounts *api_accounts(const api *a);
/* Reads the users from the store. [control] */
bool api_read_accounts(api *a, const char *dir, err *e);
/* Batch runs that were interrupted go on: for a server, once it is ready. [control] */
void api_resume_batches(api *a);

/* For rpc_config.methods; rpc_config.context is the api. Immutable. [any] */
const rpc_method *api_methods(uint32_t *ret_count);

#endif
