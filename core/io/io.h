#ifndef CORE_IO_IO_H
#define CORE_IO_IO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "io/http_head.h"
#include "io/peer.h"
#include "io/tls.h"
#include "rpc/rpc.h"

/* Sockets for a JSON-RPC server: the loop, listeners and connections. It brings bytes to sessions
 * and sends what they answer, waits for signals, and ends in good order. Whoever calls io_run is
 * the owner of the server's sessions. */
typedef struct io io;

/* What the sockets ask the program about those who come. All [loop], all answered at once. */
typedef enum io_admission {
    IO_ADMITTED,      /* the session has its caller, if only nobody */
    IO_ADMITTED_HERE, /* by a cookie: a browser sends it along whoever asks it to, so that the
                         request must come from a page of ours */
    IO_MUST_PROVE, /* the token must be proven first: by session.login, which may take a moment */
    IO_UNGUARDED   /* a cookie without the proof that a page of ours sends */
} io_admission;

typedef struct io_access {
    void *context;
    /* Gives the session of a connection that speaks lines its caller. */
    void (*on_peer)(void *context, const io_peer *peer, rpc_session *session);
    /* Gives the session of one HTTP request, or of a WebSocket, its caller. is_changing: a POST. */
    io_admission (*on_request)(void *context, const io_peer *peer, const http_head *head,
                               bool is_changing, rpc_session *session, bytes *ret_token);
    /* A call signed the session in or out: header lines for the browser, each with its end. */
    void (*on_signing)(void *context, const io_peer *peer, const http_head *head,
                       const rpc_session *session, buf *headers);
} io_access;

typedef struct io_config {
    rpc_server *server;      /* outlives the io; its on_finished must lead to io_wake */
    const char *unix_path;   /* NULL: no Unix socket */
    const char *tcp;         /* "127.0.0.1:PORT", "[::1]:PORT"; port 0: any free one; NULL: none */
    const char *http;        /* the same, or "unix:PATH", for HTTP and WebSocket; NULL: none */
    const char *https;       /* any address of this machine, over TLS: "0.0.0.0:8443"; NULL: none */
    tls_files tls;           /* with https */
    const char *console_dir; /* static files for HTTP; NULL: none */
    const io_access *access; /* NULL: everybody may do everything */
    uint32_t own_roles;      /* of what the server asks itself, for /readyz and /metrics */
    bool takes_signals;      /* SIGTERM and SIGINT end it, SIGPIPE is ignored */
    uint32_t connection_max; /* 0: CONNECTION_COUNT_MAX */
    uint32_t
        write_stall_ms; /* a peer that takes nothing for so long is let go; 0: WRITE_STALL_MS */
    uint32_t drain_ms;  /* work in flight may take so long when it ends; 0: DRAIN_MS */
    void (*on_stop)(void *context); /* it begins to end; once. May be NULL. [loop] */
    /* SIGHUP: which files are to be read again; on a thread that may wait. NULL: SIGHUP is ignored.
     * What it answers is used until `reloaded` was called. [any, one at a time] */
    bool (*reload)(void *context, const char **ret_console_dir, tls_files *ret_tls, err *e);
    void (*reloaded)(void *context, const err *why); /* why NULL: all is in force. [loop] */
    void *context;
} io_config;

/* Binds and listens. A socket file is made for its owner alone (0600); one that is there already is
 * replaced only if nobody listens on it. ERR_SOCKET, ERR_USAGE for an address that is not this
 * machine's own. [control] */
bool io_new(const io_config *config, io **ret, err *e);

/* Serves until it is stopped and all work in flight is answered, or drain_ms have passed. Fails
 * with ERR_INTERNAL when calls were still running at the very end: nothing they use may be freed
 * then. [loop] */
bool io_run(io *i, err *e);
void io_free(io **i); /* nobody may wake it any more. [control] */

/* Calls were finished: drain soon. For rpc_config.on_finished. [any] */
void io_wake(io *i);
/* As SIGTERM: once begins to end, twice ends now. [any] */
void io_stop(io *i);

/* Where it listens, for people: a path or "127.0.0.1:4321". NULL: there are no more. [any] */
const char *io_address(const io *i, uint32_t index);

#endif
