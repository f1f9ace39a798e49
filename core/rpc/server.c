/* The methods, and the delivery of finished calls to the sessions that wait for them. */
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/limits.h"
#include "base/nearest.h"
#include "rpc/parts.h"
#include "json/scan.h"

static void handle_discover(void *context, rpc_call *call, const json_node *params)
{
    (void)context; /* the caller's, and this method is not the caller's */
    check(params == NULL || json_count(params) <= 2);
    rpc_call_reply(&call, buf_bytes(&call->server->discover));
}

static const rpc_method built_in[] = {
    {.name = "rpc.discover",
     .summary = "This description: every method with its parameters and result.",
     .handler = handle_discover,
     .result_schema = "{\"type\":\"object\",\"required\":[\"openrpc\",\"info\",\"methods\"]}",
     .roles = RPC_ANYBODY},
};

enum { BUILT_IN_COUNT = sizeof built_in / sizeof built_in[0] };

uint32_t rpc_server_method_count(const rpc_server *s)
{
    return s->config.method_count + BUILT_IN_COUNT;
}

const rpc_method *rpc_server_method(const rpc_server *s, uint32_t index)
{
    check(index < rpc_server_method_count(s));
    uint32_t own_count = s->config.method_count;
    return index < own_count ? &s->config.methods[index] : &built_in[index - own_count];
}

bool rpc_server_new(const rpc_config *config, rpc_server **ret, err *e)
{
    rpc_server *s = mem_new(sizeof *s);
    if (s == NULL) {
        return fail(e, ERR_MEMORY, "no memory left for the server");
    }
    s->config = *config;
    if (s->config.in_flight_max == 0) {
        s->config.in_flight_max = IN_FLIGHT_MAX;
    }
    check(pthread_mutex_init(&s->lock, NULL) == 0);
    bool is_ready = true;
    for (uint32_t i = 0; i < rpc_server_method_count(s) && is_ready; i++) {
        const rpc_method *method = rpc_server_method(s, i);
        check(method->handler != NULL);
        is_ready = map_put(&s->methods, bytes_of(method->name), i);
    }
    check(!is_ready || s->methods.count == rpc_server_method_count(s));
    if (!is_ready || !rpc_discover_write(s, &s->discover)) {
        rpc_server_free(&s);
        return fail(e, ERR_MEMORY, "no memory left for the server");
    }
    *ret = s;
    return true;
}

void rpc_server_free(rpc_server **server)
{
    rpc_server *s = *server;
    if (s == NULL) {
        return;
    }
    *server = NULL;
    check(s->sessions == NULL);
    check(atomic_load(&s->in_flight) == 0);
    check(pthread_mutex_destroy(&s->lock) == 0);
    map_fini(&s->methods);
    buf_fini(&s->discover);
    mem_free(s);
}

static const rpc_method *refuse_method(const rpc_server *s, bytes name, err *e)
{
    nearest near = nearest_to(name);
    for (uint32_t i = 0; i < rpc_server_method_count(s); i++) {
        nearest_offer(&near, rpc_server_method(s, i)->name);
    }
    fail(e, ERR_RPC_METHOD, "there is no method \"%.*s\"", (int)(name.len < 100 ? name.len : 100),
         name.len == 0 ? "" : name.base);
    if (nearest_best(&near) != NULL) {
        err_hint(e, "Did you mean \"%s\"?", nearest_best(&near));
    } else {
        err_hint(e, "The method \"rpc.discover\" lists them all.");
    }
    return NULL;
}

const rpc_method *rpc_server_find(const rpc_server *s, bytes raw_name, err *e)
{
    uint64_t index;
    if (raw_name.len == 0 || memchr(raw_name.base, '\\', raw_name.len) == NULL) {
        return map_get(&s->methods, raw_name, &index) ? rpc_server_method(s, (uint32_t)index)
                                                      : refuse_method(s, raw_name, e);
    }
    buf plain = {0};
    json_unescape(raw_name, &plain);
    const rpc_method *method = NULL;
    if (plain.failed) {
        fail(e, ERR_MEMORY, "no memory left for the request");
    } else if (map_get(&s->methods, buf_bytes(&plain), &index)) {
        method = rpc_server_method(s, (uint32_t)index);
    } else {
        refuse_method(s, buf_bytes(&plain), e);
    }
    buf_fini(&plain);
    return method;
}

/* ---------------------------------------------------------------------------------- delivery */

static void lock(rpc_server *s)
{
    check(pthread_mutex_lock(&s->lock) == 0);
}

static void unlock(rpc_server *s)
{
    check(pthread_mutex_unlock(&s->lock) == 0);
}

static void deliver_answer(rpc_server *s, rpc_call *call)
{
    rpc_session *session = call->session;
    if (session == NULL) {
        rpc_call_free(&call);
        return;
    }
    rpc_batch *batch = call->batch;
    rpc_call_unlink(call);
    rpc_session_sign(session, call);
    if (call->id.len > 0) {
        s->counts.error_count += call->is_error ? 1 : 0;
        rpc_session_answer(session, batch, &call->reply, call->id);
    } else if (!rpc_session_is_waiting(session)) {
        session->on_output(session->context);
    }
    rpc_call_free(&call);
    if (batch != NULL && batch->is_staged && batch->in_flight == 0) {
        rpc_session_finish_batch(session, batch);
    }
    if (!session->is_resumable) {
        session->is_resumable = true;
        session->resumable_next = s->resumable;
        s->resumable = session;
    }
}

static void resume(rpc_session *session)
{
    session->is_resumable = false;
    rpc_session_continue(session);
    if (session->is_paused && !rpc_session_is_full(session)) {
        session->is_paused = false;
        session->on_output(session->context);
    }
}

/* The text of the news is taken under the lock: the worker may overwrite it at any time. */
static void deliver_progress(rpc_server *s)
{
    for (;;) {
        lock(s);
        rpc_call *call = s->progress_first;
        if (call == NULL) {
            unlock(s);
            return;
        }
        s->progress_first = call->progress_next;
        call->is_progress_queued = false;
        uint64_t done = call->done;
        uint64_t total = call->total;
        char message[RPC_PROGRESS_TEXT_MAX];
        memcpy(message, call->message, sizeof message);
        unlock(s);

        rpc_session *session = call->session;
        if (session != NULL && rpc_session_output(session).len < OUTPUT_PAUSE_LEN) {
            buf notice = {0};
            rpc_reply_progress(&notice, call->token, done, total, message);
            if (!notice.failed) {
                rpc_session_put(session, buf_bytes(&notice));
            }
            buf_fini(&notice);
        }
    }
}

void rpc_server_enter(rpc_server *s)
{
    lock(s);
    check(!s->is_owner_busy);
    s->is_owner_busy = true;
    s->owner = pthread_self();
    unlock(s);
}

/* Takes all finished calls, unless there are news of them still to be told: a call is freed when it
 * was taken from here, and must then be in no other queue. */
static rpc_call *take_finished(rpc_server *s, bool *ret_is_done)
{
    lock(s);
    rpc_call *first = s->progress_first == NULL ? s->finished_first : NULL;
    *ret_is_done = s->progress_first == NULL && s->finished_first == NULL;
    if (first != NULL) {
        s->finished_first = NULL;
        s->finished_last = NULL;
    }
    unlock(s);
    return first;
}

void rpc_server_deliver(rpc_server *s)
{
    bool is_done = false;
    while (!is_done) {
        rpc_call *call = take_finished(s, &is_done);
        while (call != NULL) {
            rpc_call *next = call->finished_next;
            deliver_answer(s, call);
            call = next;
        }
        if (!is_done) {
            deliver_progress(s);
        }
    }
}

/* False: something came in after all. */
static bool stop_looking(rpc_server *s)
{
    lock(s);
    s->is_owner_busy = s->progress_first != NULL || s->finished_first != NULL;
    bool is_stopped = !s->is_owner_busy;
    unlock(s);
    return is_stopped;
}

void rpc_server_leave(rpc_server *s)
{
    do {
        rpc_server_deliver(s);
        while (s->resumable != NULL) {
            rpc_session *session = s->resumable;
            s->resumable = session->resumable_next;
            resume(session);
        }
    } while (!stop_looking(s));
}

void rpc_server_drain(rpc_server *s)
{
    rpc_server_enter(s);
    rpc_server_leave(s);
}

/* ---------------------------------------------------------------------------------- control */

void rpc_server_stop(rpc_server *s)
{
    if (s->is_stopping) {
        return;
    }
    s->is_stopping = true;
    bytes notice = BYTES("{\"jsonrpc\":\"2.0\",\"method\":\"server.draining\",\"params\":{}}");
    for (rpc_session *session = s->sessions; session != NULL; session = session->next) {
        if (session->is_stream) {
            rpc_session_put(session, notice);
        }
    }
}

void rpc_server_abandon(rpc_server *s)
{
    err e;
    fail(&e, ERR_DRAINING, "the server stopped before the work was done");
    check(s->is_stopping);
    rpc_server_enter(s);
    for (rpc_session *session = s->sessions; session != NULL; session = session->next) {
        while (session->calls != NULL) {
            rpc_call *call = session->calls;
            rpc_batch *batch = call->batch;
            rpc_call_stop(call);
            rpc_call_unlink(call);
            if (call->id.len > 0) {
                rpc_session_answer_error(session, batch, call->id, &e);
            }
            if (batch != NULL && batch->is_staged && batch->in_flight == 0) {
                rpc_session_finish_batch(session, batch);
            }
        }
        rpc_session_continue(session);
    }
    rpc_server_leave(s);
}

bool rpc_server_expire(rpc_server *s, int64_t now_ns)
{
    bool has_deadlines = false;
    for (rpc_session *session = s->sessions; session != NULL; session = session->next) {
        for (rpc_call *call = session->calls; call != NULL; call = call->next) {
            has_deadlines = has_deadlines || call->deadline_ns != 0;
            if (call->deadline_ns != 0 && call->deadline_ns <= now_ns) {
                rpc_call_stop(call);
            }
        }
    }
    return has_deadlines;
}

uint32_t rpc_server_in_flight(const rpc_server *s)
{
    return atomic_load(&s->in_flight);
}

rpc_counts rpc_server_counts(const rpc_server *s)
{
    rpc_counts counts = s->counts;
    counts.in_flight = atomic_load(&s->in_flight);
    return counts;
}

void rpc_server_discover(const rpc_server *s, buf *out)
{
    buf_put(out, s->discover.base, s->discover.len);
}
