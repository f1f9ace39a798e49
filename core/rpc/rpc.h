#ifndef CORE_RPC_RPC_H
#define CORE_RPC_RPC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "json/json.h"

/* JSON-RPC 2.0 without sockets: bytes in, bytes out. A server holds the methods; a session is one
 * peer. Handlers answer at once or keep the call and finish it later from any thread; finished
 * calls wait in the server's queue until the owner of the sessions (the loop thread, or a client
 * that runs the engine in its own process) takes them with rpc_server_drain. */

typedef struct rpc_server rpc_server;
typedef struct rpc_session rpc_session;
typedef struct rpc_call rpc_call; /* one request; finished exactly once */

/* Called on the session's thread. `params` is NULL where there are none, an object otherwise
 * (by-position params are mapped by the method's table), already checked against the table; lives
 * until the call is finished. */
typedef void rpc_handler(void *context, rpc_call *call, const json_node *params);

typedef enum rpc_type {
    RPC_ANY,
    RPC_TEXT,
    RPC_INT,
    RPC_BOOL,
    RPC_OBJECT,
    RPC_ARRAY,
    RPC_DAY
} rpc_type;

/* Who asks. Roles are bits whose meaning is the program's; nobody has RPC_ANYBODY, and a method
 * that names it may be called by everybody. */
enum { RPC_ANYBODY = 1 << 30 };

typedef struct rpc_caller {
    uint32_t roles;  /* 0: not signed in */
    bool is_account; /* one of the program's own users: looked after by `renew` */
    bytes user;      /* id of a user; absent: whoever runs the program, or nobody */
    bytes units;     /* each followed by a line end; absent: all */
    bytes provider;  /* whose offers are the caller's own; absent: nobody's */
    bytes from;      /* where he calls from, to count tries; never logged */
} rpc_caller;

typedef struct rpc_param {
    const char *name;
    rpc_type type;
    bool is_required;
    int64_t min, max;   /* of integers; of a text's bytes or an array's entries. 0, 0: any */
    const char *schema; /* "$ref" of the value for rpc.discover, or NULL */
    const char *summary;
} rpc_param;

typedef struct rpc_method {
    const char *name; /* "match.query" */
    const char *summary;
    rpc_handler *handler;
    const rpc_param *params;
    uint32_t param_count;
    bool is_changing;          /* notifications to changing methods are ignored and counted */
    const char *result_schema; /* JSON Schema text of the result, for rpc.discover */
    uint32_t roles;            /* who may call it; 0: nobody */
} rpc_method;

typedef struct rpc_config {
    const rpc_method *methods;
    uint32_t method_count;
    void *context;                 /* given to handlers */
    uint32_t in_flight_max;        /* of all sessions; 0: IN_FLIGHT_MAX */
    const char *const *role_names; /* of the bits, for rpc.discover */
    uint32_t role_count;
    void (*on_finished)(void *context); /* a call was finished on some thread: drain soon. [any] */
    void *on_finished_context;
    /* What the session's user may do has changed, or he is no longer one: rpc_session_set_caller
     * may follow. On the session's thread, before a call; NULL: callers stay what they are. */
    void (*renew)(void *context, rpc_session *s);
} rpc_config;

bool rpc_server_new(const rpc_config *config, rpc_server **ret, err *e);
void rpc_server_free(rpc_server **s); /* after all sessions are gone and all calls finished */
void rpc_server_drain(rpc_server *s); /* moves finished answers to their sessions' output */
/* New requests are answered ERR_DRAINING from now on; sessions that read a stream are told so by a
 * notice, "server.draining". */
void rpc_server_stop(rpc_server *s);
/* Answers everything in flight with ERR_DRAINING and tells the handlers to stop; they still finish
 * their calls, and nobody hears of it. */
void rpc_server_abandon(rpc_server *s);
/* Sets the stop flag of calls whose deadline has passed. True while calls with a deadline are in
 * flight: come again soon. */
bool rpc_server_expire(rpc_server *s, int64_t now_ns);
uint32_t rpc_server_in_flight(const rpc_server *s); /* [any] */

typedef struct rpc_counts {
    uint64_t request_count;  /* requests and notifications that named a method */
    uint64_t error_count;    /* answers that were errors */
    uint64_t ignored_count;  /* notifications to changing methods */
    uint64_t overload_count; /* answered ERR_OVERLOADED */
    uint32_t session_count;  /* open now */
    uint32_t in_flight;
} rpc_counts;
rpc_counts rpc_server_counts(const rpc_server *s);
void rpc_server_discover(const rpc_server *s, buf *out); /* the OpenRPC document */

/* on_output: bytes wait in rpc_session_output(), a paused session may be fed again, or the
 * last notification was worked off; called on the session's thread, often. It must neither feed nor
 * free a session: note it and do so later. */
bool rpc_session_new(rpc_server *s, void (*on_output)(void *context), void *context,
                     rpc_session **ret, err *e);
/* Copies the caller. A session begins with nobody. False: no memory, and it is nobody's then. */
bool rpc_session_set_caller(rpc_session *s, const rpc_caller *caller);
const rpc_caller *rpc_session_caller(const rpc_session *s);
/* Did a call of this session sign somebody in or out? */
typedef enum rpc_signing { RPC_SAME_CALLER, RPC_SIGNED_IN, RPC_SIGNED_OUT } rpc_signing;
rpc_signing rpc_session_signing(const rpc_session *s);
/* Every session asks `renew` before its next call. [any] */
void rpc_server_renew(rpc_server *s);
/* The peer is gone: calls in flight are cancelled and their answers dropped. */
void rpc_session_free(rpc_session **s);

typedef enum rpc_feed_result {
    RPC_FEED_OK,
    RPC_FEED_PAUSE, /* enough queued for this peer: feed again when output was taken */
    RPC_FEED_CLOSE  /* the peer does not read or misbehaves: send the output, then close */
} rpc_feed_result;

/* Any bytes of newline-delimited frames, in any pieces. [loop] */
rpc_feed_result rpc_feed(rpc_session *s, bytes input);
/* The peer will send nothing more: what lacks only its line end is taken as a frame. */
rpc_feed_result rpc_feed_end(rpc_session *s);
/* One frame that came whole (HTTP, WebSocket, in-process). The answer is in the output, with '\n'.
 */
rpc_feed_result rpc_feed_frame(rpc_session *s, bytes frame);
bytes rpc_session_output(const rpc_session *s);
void rpc_session_taken(rpc_session *s, size_t len); /* that many bytes of the output were sent */
bool rpc_session_is_idle(const rpc_session *s);     /* nothing in flight, nothing to send */
bool rpc_session_is_waiting(const rpc_session *s);  /* for answers of what was fed */
/* What the last feeding would answer now. */
rpc_feed_result rpc_session_state(rpc_session *s);

/* Finishing a call; takes it and nulls the pointer. An empty result is null. What is finished after
 * its deadline, or after the caller cancelled, is answered ERR_DEADLINE or ERR_CANCELLED, but for a
 * changing method that succeeded: the change was made, and the caller is told so. [any] */
void rpc_call_reply(rpc_call **call, bytes result_json);
void rpc_call_fail(rpc_call **call, const err *e);
/* `$/progress`, at most 10 a second are sent, and the one that says that all is done; needs a
 * "progress_token" in the params. [any] */
void rpc_call_progress(rpc_call *call, uint64_t done, uint64_t total, const char *message);
/* For work that goes on behind the answer: the caller's progress token by itself, to be told of
 * progress and then finished like a call, without an answer to anybody. NULL: the caller asked for
 * no progress, or there is no memory. The session is not idle until it is finished. [loop] */
rpc_call *rpc_call_watch(rpc_call *call);
/* Set when the caller cancelled or is gone, or the deadline has passed: stop and finish with
 * ERR_CANCELLED. Read it with __atomic_load_n(flag, __ATOMIC_RELAXED). Lives as long as the call.
 * [any] */
const volatile bool *rpc_call_stop_flag(const rpc_call *call);
const rpc_method *rpc_call_method(const rpc_call *call); /* [any] */
/* Who asked, as it stood when he did. Lives as long as the call. [any] */
rpc_server *rpc_call_server(const rpc_call *call);
const rpc_caller *rpc_call_caller(const rpc_call *call);
/* When the call is answered well, its session becomes this caller's; roles 0: nobody's. Copied.
 * False: no memory. [any] */
bool rpc_call_sign(rpc_call *call, const rpc_caller *caller);
int64_t rpc_call_deadline_ns(const rpc_call *call); /* from "deadline_ms" in the params; 0: none */

#endif
