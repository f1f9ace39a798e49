#ifndef CORE_APP_APP_H
#define CORE_APP_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* The composition root: puts engine, methods, JSON-RPC and sockets together and takes them apart.
 */

typedef struct app_config {
    const char *data_dir;
    const char *socket; /* path of the Unix socket; NULL: data_dir/lotse.sock */
    const char *tcp;    /* "127.0.0.1:PORT" or "[::1]:PORT" (port 0: any free one), or NULL: none */
    const char *http;   /* the same, or "unix:PATH", for HTTP and WebSocket; NULL: none */
    const char *console_dir; /* static files for HTTP; NULL: the folder "web" beside the program */
    const char *plugins_dir; /* NULL: beside the program */
    uint32_t worker_count;   /* 0: one per processor */
} app_config;

/* Serves until SIGTERM or SIGINT, drains, closes. One line on stderr when ready: "listening on
 * ...". [main thread] */
bool app_serve(const app_config *config, err *e);

#endif
