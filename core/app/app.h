#ifndef CORE_APP_APP_H
#define CORE_APP_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "app/config.h"
#include "base/err.h"

/* The composition root: puts engine, methods, JSON-RPC and sockets together and takes them apart.
 */

/* From the command line; NULL: as the configuration says. */
typedef struct app_config {
    const char *data_dir;
    const char *config_path; /* NULL: data_dir/lotse.conf or /etc/lotse/lotse.conf, if there */
    const char *socket;      /* path of the Unix socket */
    const char *tcp;         /* "127.0.0.1:PORT" or "[::1]:PORT" (port 0: any free one) */
    const char *http;        /* the same, or "unix:PATH" */
    const char *https;       /* any address; needs tls.certificate and tls.key */
    const char *workers;
    const char *plugins_dir; /* NULL: beside the program */
} app_config;

/* All settings, from every place they may come from, checked. [control] */
bool app_read_config(const app_config *asked, configuration **ret, err *e);

/* Can certificate and key be used, where there are some? [control] */
bool app_check_tls(const configuration *c, err *e);

/* Serves until SIGTERM or SIGINT, drains, closes; SIGHUP reads the configuration again. One line on
 * stderr when ready: "listening on ...". [main thread] */
bool app_serve(const app_config *asked, err *e);

#endif
