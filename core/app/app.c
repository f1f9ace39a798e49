/* Puts engine, methods, JSON-RPC and sockets together, lets them serve, and takes them apart. */
#include "app/app.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "account/role.h"
#include "api/api.h"
#include "app/access.h"
#include "base/check.h"
#include "engine/engine.h"
#include "io/io.h"
#include "rpc/rpc.h"

typedef struct parts {
    access_rules rules;
    access_desk desk;
    io_access hooks;
    engine *engine;
    api *api;
    rpc_server *server;
    io *io;
} parts;

static void on_finished(void *context)
{
    const parts *p = context;
    io_wake(p->io);
}

static void renew(void *context, rpc_session *s)
{
    /* The context of the methods is the api; who may what hangs on its accounts alone. */
    access_desk a = {.accounts = api_accounts(context)};
    access_renew(&a, s);
}

static void on_stop(void *context)
{
    const parts *p = context;
    engine_stop(p->engine);
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

static bool open_parts(const app_config *config, const char *socket, parts *p, err *e)
{
    char beside[4096];
    const char *console_dir = config->console_dir;
    if (console_dir == NULL && config->http != NULL) {
        if (!find_console(beside, sizeof beside, e)) {
            return false;
        }
        console_dir = beside;
    }
    engine_config setup = {.dir = config->data_dir,
                           .worker_count = config->worker_count,
                           .builtin_dir = config->plugins_dir};
    if (!engine_open(&setup, &p->engine, e) || !api_new(p->engine, &p->api, e) ||
        !api_read_accounts(p->api, config->data_dir, e)) {
        return false;
    }
    p->rules = access_default_rules();
    p->desk = (access_desk){.accounts = api_accounts(p->api), .rules = &p->rules};
    p->hooks = access_hooks(&p->desk);
    rpc_config rpc = {
        .context = p->api, .on_finished = on_finished, .on_finished_context = p, .renew = renew};
    rpc.methods = api_methods(&rpc.method_count);
    rpc.role_names = role_ids();
    rpc.role_count = ROLE_COUNT;
    io_config sockets = {.unix_path = socket,
                         .tcp = config->tcp,
                         .http = config->http,
                         .console_dir = console_dir,
                         .access = &p->hooks,
                         .own_roles = ROLE_ADMIN,
                         .takes_signals = true,
                         .on_stop = on_stop,
                         .context = p};
    if (!rpc_server_new(&rpc, &p->server, e)) {
        return false;
    }
    sockets.server = p->server;
    return io_new(&sockets, &p->io, e);
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

bool app_serve(const app_config *config, err *e)
{
    char socket[4096];
    int len = config->socket != NULL
                  ? snprintf(socket, sizeof socket, "%s", config->socket)
                  : snprintf(socket, sizeof socket, "%s/lotse.sock", config->data_dir);
    if (len < 0 || (size_t)len >= sizeof socket) {
        return fail(e, ERR_USAGE, "the path of the socket is too long");
    }
    parts p = {0};
    bool is_served = false;
    if (open_parts(config, socket, &p, e)) {
        tell_addresses(p.io);
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
