#ifndef CORE_RPC_PARTS_H
#define CORE_RPC_PARTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/map.h"
#include "rpc/rpc.h"
#include "json/json.h"

/* What the files of rpc/ share; for this folder only. One thread, the owner, feeds, drains and
 * frees; it alone touches sessions and batches. Other threads know calls only: they write a call's
 * own fields and hand it over in the server's queues, under the server's lock. */

typedef struct rpc_batch rpc_batch;

/* A caller with the memory of its texts. */
typedef struct caller_copy {
    rpc_caller caller;
    char *texts;
} caller_copy;

enum { RPC_PROGRESS_TEXT_MAX = 160, RPC_PROGRESS_GAP_MS = 100, RPC_RETRY_AFTER_MS = 250 };

struct rpc_server {
    rpc_config config;
    map methods; /* name to index; behind the caller's come the built-in ones */
    buf discover;
    bool is_stopping;
    _Atomic uint32_t renewal; /* counts rpc_server_renew */
    rpc_session *sessions;
    rpc_session *resumable; /* may go on with what they were fed; empty between calls */
    _Atomic uint32_t in_flight;
    rpc_counts counts;

    pthread_mutex_t lock; /* guards what follows and the progress fields of calls */
    rpc_call *finished_first;
    rpc_call *finished_last;
    rpc_call *progress_first;
    bool is_owner_busy; /* the owner will look into the queues before it returns */
    pthread_t owner;
};

struct rpc_session {
    rpc_server *server;
    rpc_session *next;
    rpc_session *previous;
    rpc_session *resumable_next;
    bool is_resumable;
    void (*on_output)(void *context);
    void *context;
    rpc_call *calls; /* in flight */
    uint32_t in_flight;
    caller_copy who;
    uint32_t renewal; /* of the server when `who` was last looked after */
    rpc_signing signing;
    rpc_batch *staging; /* a batch with elements that wait for a free place in flight */

    bytes chunk; /* what the caller of rpc_feed lends */
    buf input;   /* bytes kept from earlier pieces, from input_off on */
    size_t input_off;
    size_t scan_off;  /* up to here input holds no line end */
    bool is_skipping; /* an oversized frame, up to its line end */
    bool is_stream;   /* fed by rpc_feed: notices of the server's own may be sent */

    buf output;
    size_t output_off;
    bool is_paused; /* told the caller so */
    bool is_closing;
};

struct rpc_batch {
    buf text;       /* the frame */
    size_t off;     /* where the next element is looked for */
    bool is_staged; /* all elements were started */
    uint32_t in_flight;
    buf reply;
};

struct rpc_call {
    uint64_t magic;
    rpc_server *server;
    const rpc_method *method;
    json_doc *params;
    bytes id;    /* raw; empty: a notification */
    bytes token; /* raw; empty: nobody asked for progress */
    int64_t deadline_ns;
    rpc_caller caller;
    caller_copy signs; /* whom it signs in or out */
    bool is_signing;

    rpc_session *session; /* NULL: the peer is gone. Owner only, as the next three */
    rpc_batch *batch;     /* NULL: asked alone */
    rpc_call *next;
    rpc_call *previous;

    volatile bool is_stopped; /* read and written atomically */
    _Atomic bool is_cancelled;
    _Atomic bool is_finished;
    _Atomic int64_t progress_ns; /* when progress was last told */
    bool is_error;               /* and reply: of the finishing thread, the owner's once queued */
    buf reply;                   /* whole */

    rpc_call *finished_next;
    rpc_call *progress_next;
    bool is_progress_queued;
    uint64_t done;
    uint64_t total;
    char message[RPC_PROGRESS_TEXT_MAX];

    char names[]; /* id, token, and the caller's texts */
};

/* envelope.c: JSON text that was checked before, taken apart without a tree. */
typedef struct rpc_envelope {
    bytes id; /* raw; empty: absent, or nothing that can be echoed */
    bool has_id;
    bytes method; /* without its quotes, escapes untouched */
    bytes params; /* raw; empty: absent */
} rpc_envelope;

/* On failure env->id still holds what can be echoed. */
bool rpc_envelope_read(bytes text, rpc_envelope *env, err *e);
bytes rpc_trim(bytes text);
/* Elements of an array, one after the other; start with off at 0. False: there are no more. */
bool rpc_next_element(bytes array, size_t *off, bytes *ret_element);

/* params.c */
typedef struct rpc_given {
    json_doc *params; /* an object; NULL: none */
    bytes token;      /* raw, within the params' text */
    int64_t deadline_ms;
    buf by_name; /* the text of params given by position */
} rpc_given;

bool rpc_params_read(const rpc_method *method, bytes raw, rpc_given *ret, err *e);
void rpc_given_fini(rpc_given *given);

/* reply.c: whole messages without a line end. */
void rpc_reply_result(buf *out, bytes id, bytes result);
void rpc_reply_error(buf *out, bytes id, const err *e);
void rpc_reply_progress(buf *out, bytes token, uint64_t done, uint64_t total, const char *message);

/* request.c: one whole frame. */
void rpc_frame_handle(rpc_session *s, bytes frame);
/* Starts elements of the waiting batch while there is room in flight. */
void rpc_batch_advance(rpc_session *s);
void rpc_batch_free(rpc_batch **batch);

/* caller.c */
bool caller_copy_set(caller_copy *copy, const rpc_caller *caller);
void caller_copy_fini(caller_copy *copy);
/* May the session call it? Looks after a caller that changed. */
bool rpc_session_may_call(rpc_session *s, const rpc_method *method, err *e);
/* What an answered call said about its session's caller. */
void rpc_session_sign(rpc_session *s, rpc_call *call);

/* call.c */
rpc_call *rpc_call_new(rpc_session *s, rpc_batch *batch, const rpc_method *method,
                       const rpc_envelope *env, rpc_given *given);
void rpc_call_unlink(rpc_call *call); /* from its session */
void rpc_call_free(rpc_call **call);
void rpc_call_stop(rpc_call *call);

/* session.c */
void rpc_session_continue(rpc_session *s);
bool rpc_session_is_full(const rpc_session *s); /* takes no new frame for now */
void rpc_session_put(rpc_session *s, bytes message);
/* A message made in `b`, which is emptied; an unanswerable request ends the session. */
void rpc_session_put_buf(rpc_session *s, buf *b);
/* The answer to one request, alone or in a batch. */
void rpc_session_answer(rpc_session *s, rpc_batch *batch, buf *reply, bytes id);
void rpc_session_answer_error(rpc_session *s, rpc_batch *batch, bytes id, const err *e);
void rpc_session_finish_batch(rpc_session *s, rpc_batch *batch);

/* server.c */
const rpc_method *rpc_server_find(const rpc_server *s, bytes raw_name, err *e);
uint32_t rpc_server_method_count(const rpc_server *s);
const rpc_method *rpc_server_method(const rpc_server *s, uint32_t index);
/* Between the two the owner's own finished calls wait for it without waking anybody. */
void rpc_server_enter(rpc_server *s);
void rpc_server_leave(rpc_server *s); /* delivers and resumes sessions until nothing is left */
void rpc_server_deliver(rpc_server *s);

/* discover.c */
bool rpc_discover_write(const rpc_server *s, buf *out);

#endif
