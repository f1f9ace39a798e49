/* One request from its start to its answer. Whoever finishes it, on whatever thread, writes the
 * answer and hands the call to the owner through the server's queue. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/limits.h"
#include "rpc/parts.h"

static const uint64_t CALL_MAGIC = 0x6c6c61632d637072u;

static bytes keep_name(char **at, bytes name)
{
    if (name.len == 0) {
        return (bytes){NULL, 0};
    }
    memcpy(*at, name.base, name.len);
    bytes kept = {*at, name.len};
    *at += name.len;
    return kept;
}

/* As keep_name, but an empty text stays one: empty units are no unit, absent ones are all. */
static bytes keep_text(char **at, bytes text)
{
    return text.len == 0 ? text : keep_name(at, text);
}

rpc_call *rpc_call_new(rpc_session *s, rpc_batch *batch, const rpc_method *method,
                       const rpc_envelope *env, rpc_given *given)
{
    const rpc_caller *who = &s->who.caller;
    size_t who_len = who->user.len + who->units.len + who->provider.len + who->from.len;
    rpc_call *call = mem_new(sizeof *call + env->id.len + given->token.len + who_len);
    if (call == NULL) {
        return NULL;
    }
    call->magic = CALL_MAGIC;
    call->server = s->server;
    call->method = method;
    char *at = call->names;
    call->id = keep_name(&at, env->id);
    call->token = keep_name(&at, given->token);
    call->caller = (rpc_caller){.roles = who->roles,
                                .is_account = who->is_account,
                                .user = keep_text(&at, who->user),
                                .units = keep_text(&at, who->units),
                                .provider = keep_text(&at, who->provider),
                                .from = keep_text(&at, who->from)};
    call->params = given->params;
    given->params = NULL;
    if (given->deadline_ms > 0) {
        call->deadline_ns = clock_monotonic_ns() + given->deadline_ms * 1000000;
    }
    call->session = s;
    call->next = s->calls;
    if (call->next != NULL) {
        call->next->previous = call;
    }
    s->calls = call;
    s->in_flight++;
    call->batch = batch;
    if (batch != NULL) {
        batch->in_flight++;
    }
    atomic_fetch_add(&s->server->in_flight, 1);
    return call;
}

rpc_call *rpc_call_watch(rpc_call *call)
{
    check(call->magic == CALL_MAGIC);
    check(call->session != NULL);
    rpc_envelope env = {0};
    rpc_given given = {.token = call->token};
    return call->token.len == 0 ? NULL
                                : rpc_call_new(call->session, NULL, call->method, &env, &given);
}

void rpc_call_unlink(rpc_call *call)
{
    rpc_session *s = call->session;
    check(s != NULL);
    check(s->in_flight > 0);
    if (call->previous != NULL) {
        call->previous->next = call->next;
    } else {
        s->calls = call->next;
    }
    if (call->next != NULL) {
        call->next->previous = call->previous;
    }
    s->in_flight--;
    if (call->batch != NULL) {
        check(call->batch->in_flight > 0);
        call->batch->in_flight--;
    }
    call->session = NULL;
    call->batch = NULL;
    call->next = NULL;
    call->previous = NULL;
}

void rpc_call_free(rpc_call **call)
{
    rpc_call *c = *call;
    *call = NULL;
    check(c->magic == CALL_MAGIC);
    check(c->session == NULL);
    c->magic = 0;
    atomic_fetch_sub(&c->server->in_flight, 1);
    json_doc_free(&c->params);
    caller_copy_fini(&c->signs);
    buf_fini(&c->reply);
    mem_free(c);
}

void rpc_call_stop(rpc_call *call)
{
    __atomic_store_n(&call->is_stopped, true, __ATOMIC_RELAXED);
}

/* Should the owner be told that the queues are no longer empty? Under the lock. */
static bool is_wake_due(const rpc_server *s)
{
    bool is_empty = s->finished_first == NULL && s->progress_first == NULL;
    bool is_own = s->is_owner_busy && pthread_equal(s->owner, pthread_self());
    return is_empty && !is_own;
}

static void lock(rpc_server *s)
{
    check(pthread_mutex_lock(&s->lock) == 0);
}

static void unlock(rpc_server *s)
{
    check(pthread_mutex_unlock(&s->lock) == 0);
}

static void hand_over(rpc_call *call)
{
    rpc_server *s = call->server;
    /* Behind the lock the call belongs to the owner, who may free it at once. */
    rpc_config config = s->config;
    lock(s);
    bool should_wake = is_wake_due(s);
    call->finished_next = NULL;
    if (s->finished_last != NULL) {
        s->finished_last->finished_next = call;
    } else {
        s->finished_first = call;
    }
    s->finished_last = call;
    unlock(s);
    if (should_wake && config.on_finished != NULL) {
        config.on_finished(config.on_finished_context);
    }
}

static rpc_call *take(rpc_call **call)
{
    rpc_call *c = *call;
    *call = NULL;
    check(c->magic == CALL_MAGIC);
    check(!atomic_exchange(&c->is_finished, true));
    return c;
}

/* Does the answer come too late to be the answer? */
static bool is_overtaken(rpc_call *call, err *why)
{
    if (atomic_load(&call->is_cancelled)) {
        fail(why, ERR_CANCELLED, "the request was cancelled");
        return true;
    }
    if (call->deadline_ns != 0 && clock_monotonic_ns() > call->deadline_ns) {
        fail(why, ERR_DEADLINE, "the work took longer than \"deadline_ms\" allowed");
        return true;
    }
    return false;
}

static void write_error(rpc_call *call, const err *e)
{
    if (call->id.len > 0) {
        rpc_reply_error(&call->reply, call->id, e);
        call->is_error = true;
    }
}

static void write_result(rpc_call *call, bytes result)
{
    if (call->id.len == 0) {
        return;
    }
    if (result.len <= BATCH_REPLY_LEN_MAX) {
        rpc_reply_result(&call->reply, call->id, result);
        return;
    }
    err e;
    fail(&e, ERR_TOO_LARGE, "the answer is %zu bytes long, more than %d", result.len,
         BATCH_REPLY_LEN_MAX);
    err_hint(&e, "Ask for less at a time, for example with a smaller \"limit\".");
    write_error(call, &e);
}

void rpc_call_reply(rpc_call **call, bytes result_json)
{
    rpc_call *c = take(call);
    err why;
    if (!c->method->is_changing && is_overtaken(c, &why)) {
        write_error(c, &why);
    } else {
        write_result(c, result_json);
    }
    hand_over(c);
}

void rpc_call_fail(rpc_call **call, const err *e)
{
    rpc_call *c = take(call);
    err why;
    write_error(c, is_overtaken(c, &why) ? &why : e);
    hand_over(c);
}

void rpc_call_progress(rpc_call *call, uint64_t done, uint64_t total, const char *message)
{
    check(call->magic == CALL_MAGIC);
    if (call->token.len == 0) {
        return;
    }
    int64_t now_ns = clock_monotonic_ns();
    int64_t last_ns = atomic_load_explicit(&call->progress_ns, memory_order_relaxed);
    bool is_last = total > 0 && done == total;
    if (last_ns != 0 && !is_last && now_ns - last_ns < RPC_PROGRESS_GAP_MS * INT64_C(1000000)) {
        return;
    }
    atomic_store_explicit(&call->progress_ns, now_ns, memory_order_relaxed);
    rpc_server *s = call->server;
    lock(s);
    bool should_wake = is_wake_due(s);
    call->done = done;
    call->total = total;
    /* Cut where it is too long; the writer mends a character that was cut in two. */
    int len = snprintf(call->message, sizeof call->message, "%s", message == NULL ? "" : message);
    check(len >= 0);
    if (!call->is_progress_queued) {
        call->is_progress_queued = true;
        call->progress_next = s->progress_first;
        s->progress_first = call;
    }
    unlock(s);
    if (should_wake && s->config.on_finished != NULL) {
        s->config.on_finished(s->config.on_finished_context);
    }
}

const volatile bool *rpc_call_stop_flag(const rpc_call *call)
{
    return &call->is_stopped;
}

const rpc_method *rpc_call_method(const rpc_call *call)
{
    return call->method;
}

int64_t rpc_call_deadline_ns(const rpc_call *call)
{
    return call->deadline_ns;
}
