/* Puts engine, methods, JSON-RPC and sockets together, lets them serve, and takes them apart. */
#include "app/app.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "account/role.h"
#include "api/api.h"
#include "app/access.h"
#include "app/rules.h"
#include "base/check.h"
#include "base/log.h"
#include "engine/engine.h"
#include "io/io.h"
#include "rpc/rpc.h"

enum { PATH_LEN_MAX = 4096 };

/* What SIGHUP may exchange: settings, and the rules made of them. */
typedef struct settings {
    configuration *config;
    access_rules rules;
    char console_dir[PATH_LEN_MAX];
} settings;

typedef struct parts {
    const app_config *asked;
    settings now;
    settings next; /* being made by a reload; config NULL: none is */
    access_desk desk;
    io_access hooks;
    engine *engine;
    api *api;
    rpc_server *server;
    io *io;
} parts;

/* ---------------------------------------------------------------------------------- settings */

bool app_read_config(const app_config *asked, configuration **ret, err *e)
{
    static const char ORIGIN[] = "command line";
    configuration *c = NULL;
    bool is_read =
        config_new(&c, e) && config_read_files(c, asked->config_path, asked->data_dir, e) &&
        config_read_environment(c, environ, e) &&
        config_set(c, CONFIG_SERVER_SOCKET, asked->socket, ORIGIN, e) &&
        config_set(c, CONFIG_SERVER_TCP, asked->tcp, ORIGIN, e) &&
        config_set(c, CONFIG_SERVER_HTTP, asked->http, ORIGIN, e) &&
        config_set(c, CONFIG_SERVER_HTTPS, asked->https, ORIGIN, e) &&
        config_set(c, CONFIG_SERVER_WORKERS, asked->workers, ORIGIN, e) && config_check(c, e);
    if (!is_read) {
        config_free(&c);
        return false;
    }
    *ret = c;
    return true;
}

/* The folder beside the running program. */
static bool find_console(char *ret, size_t cap, err *e)
{
    static const char NAME[] = "web";
    ssize_t len = readlink("/proc/self/exe", ret, cap);
    char *slash = len > 0 ? memrchr(ret, '/', (size_t)len) : NULL;
    if (slash == NULL || (size_t)(slash + 1 - ret) + sizeof NAME > cap) {
        return fail(e, ERR_FILE, "could not find the program's own folder");
    }
    memcpy(slash + 1, NAME, sizeof NAME);
    return true;
}

static void free_settings(settings *s)
{
    config_free(&s->config);
}

static bool read_settings(const app_config *asked, settings *ret, err *e)
{
    settings made = {0};
    const char *console = NULL;
    bool is_read =
        app_read_config(asked, &made.config, e) && rules_read(made.config, &made.rules, e);
    if (is_read) {
        console = config_text(made.config, CONFIG_SERVER_CONSOLE);
        is_read = console != NULL ? snprintf(made.console_dir, PATH_LEN_MAX, "%s", console) > 0
                                  : find_console(made.console_dir, PATH_LEN_MAX, e);
    }
    if (!is_read) {
        free_settings(&made);
        return false;
    }
    *ret = made;
    return true;
}

static void point_files(const settings *s, const char **ret_console_dir, tls_files *ret_tls)
{
    *ret_console_dir = s->console_dir;
    *ret_tls = (tls_files){.certificate = config_text(s->config, CONFIG_TLS_CERTIFICATE),
                           .key = config_text(s->config, CONFIG_TLS_KEY),
                           .client_ca = config_text(s->config, CONFIG_TLS_CLIENT_CA)};
}

bool app_check_tls(const configuration *c, err *e)
{
    tls_files files = {.certificate = config_text(c, CONFIG_TLS_CERTIFICATE),
                       .key = config_text(c, CONFIG_TLS_KEY),
                       .client_ca = config_text(c, CONFIG_TLS_CLIENT_CA)};
    tls_keys *keys = NULL;
    bool is_good = files.certificate == NULL || files.key == NULL || tls_keys_new(&files, &keys, e);
    tls_keys_free(&keys);
    return is_good;
}

/* ---------------------------------------------------------------------------------- hooks */

static void on_finished(void *context)
{
    const parts *p = context;
    io_wake(p->io);
}

static void renew(void *context, rpc_session *s)
{
    /* The context of the methods is the api; who may what hangs on its accounts alone. */
    access_desk desk = {.accounts = api_accounts(context)};
    access_renew(&desk, s);
}

static void on_stop(void *context)
{
    const parts *p = context;
    engine_stop(p->engine);
}

/* On a thread of its own: nobody else touches `next` meanwhile. */
static bool reload(void *context, const char **ret_console_dir, tls_files *ret_tls, err *e)
{
    parts *p = context;
    if (!read_settings(p->asked, &p->next, e)) {
        return false;
    }
    point_files(&p->next, ret_console_dir, ret_tls);
    return true;
}

/* What only a new start brings into force is said, so that nobody waits for it. */
static void tell_unchanged(const settings *before, const settings *after)
{
    for (uint32_t i = 0; i < CONFIG_COUNT; i++) {
        const config_row *row = &config_rows()[i];
        const char *old = config_text(before->config, (config_key)i);
        const char *new = config_text(after->config, (config_key)i);
        bool differs = (old == NULL) != (new == NULL) || (old != NULL && strcmp(old, new) != 0);
        if (differs && !row->can_reload) {
            log_event(LOG_WARN, "config.needs_restart", "setting=%s.%s", row->section, row->key);
        }
    }
}

/* On the loop: the new settings are in force, or the old ones stay. */
static void reloaded(void *context, const err *why)
{
    parts *p = context;
    if (why != NULL) {
        log_event(LOG_ERROR, "config.kept", "why=\"%s\"", why->text);
        free_settings(&p->next);
    } else {
        tell_unchanged(&p->now, &p->next);
        free_settings(&p->now);
        p->now = p->next;
        p->next = (settings){0};
        log_event(LOG_INFO, "config.reloaded", "settings=%d", CONFIG_COUNT);
    }
}

/* ---------------------------------------------------------------------------------- parts */

static bool open_server(parts *p, err *e)
{
    rpc_config rpc = {.context = p->api,
                      .on_finished = on_finished,
                      .on_finished_context = p,
                      .renew = renew,
                      .role_names = role_ids(),
                      .role_count = ROLE_COUNT};
    rpc.methods = api_methods(&rpc.method_count);
    return rpc_server_new(&rpc, &p->server, e);
}

static bool open_sockets(parts *p, const char *socket, err *e)
{
    const configuration *c = p->now.config;
    p->desk = (access_desk){.accounts = api_accounts(p->api), .rules = &p->now.rules};
    p->hooks = access_hooks(&p->desk);
    io_config sockets = {
        .server = p->server,
        .unix_path = socket,
        .tcp = config_text(c, CONFIG_SERVER_TCP),
        .http = config_text(c, CONFIG_SERVER_HTTP),
        .https = config_text(c, CONFIG_SERVER_HTTPS),
        .access = &p->hooks,
        .own_roles = ROLE_ADMIN,
        .takes_signals = true,
        .connection_max = (uint32_t)config_int(c, CONFIG_SERVER_CONNECTIONS),
        .write_stall_ms = (uint32_t)config_int(c, CONFIG_SERVER_WRITE_STALL_S) * 1000,
        .drain_ms = (uint32_t)config_int(c, CONFIG_SERVER_DRAIN_S) * 1000,
        .on_stop = on_stop,
        .reload = reload,
        .reloaded = reloaded,
        .context = p,
    };
    point_files(&p->now, &sockets.console_dir, &sockets.tls);
    return io_new(&sockets, &p->io, e);
}

static bool open_parts(const app_config *asked, parts *p, err *e)
{
    char socket[PATH_LEN_MAX];
    p->asked = asked;
    if (!read_settings(asked, &p->now, e)) {
        return false;
    }
    const char *named = config_text(p->now.config, CONFIG_SERVER_SOCKET);
    int len = named != NULL ? snprintf(socket, sizeof socket, "%s", named)
                            : snprintf(socket, sizeof socket, "%s/lotse.sock", asked->data_dir);
    if (len < 0 || (size_t)len >= sizeof socket) {
        return fail(e, ERR_USAGE, "the path of the socket is too long");
    }
    engine_config setup = {.dir = asked->data_dir,
                           .worker_count =
                               (uint32_t)config_int(p->now.config, CONFIG_SERVER_WORKERS),
                           .builtin_dir = asked->plugins_dir};
    return engine_open(&setup, &p->engine, e) && api_new(p->engine, &p->api, e) &&
           api_read_accounts(p->api, asked->data_dir, e) && open_server(p, e) &&
           open_sockets(p, socket, e);
}

/* From the top down; the sockets last but one, because workers may wake them until they are gone.
 */
static void close_parts(parts *p)
{
    if (p->api != NULL) {
        api_free(&p->api);
    }
    if (p->engine != NULL) {
        engine_close(&p->engine);
    }
    io_free(&p->io);
    rpc_server_free(&p->server);
    free_settings(&p->now);
    free_settings(&p->next);
}

static void tell_addresses(const io *i)
{
    fprintf(stderr, "listening on");
    const char *address;
    for (uint32_t at = 0; (address = io_address(i, at)) != NULL; at++) {
        fprintf(stderr, "%s %s", at == 0 ? "" : " and", address);
    }
    fprintf(stderr, "\n");
}

bool app_serve(const app_config *asked, err *e)
{
    parts p = {0};
    bool is_served = false;
    if (open_parts(asked, &p, e)) {
        tell_addresses(p.io);
        api_resume_batches(p.api);
        if (!io_run(p.io, e)) {
            /* Calls that did not end still use all of this. The process ends; what was
             * acknowledged is on disk. */
            return false;
        }
        is_served = true;
    }
    close_parts(&p);
    return is_served;
}
