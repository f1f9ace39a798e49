/* From a frame to calls: requests, notifications, batches, and the two things every server knows
 * without a table, cancelling and refusing. */
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/limits.h"
#include "rpc/parts.h"

void rpc_batch_free(rpc_batch **batch)
{
    if (*batch == NULL) {
        return;
    }
    buf_fini(&(*batch)->text);
    buf_fini(&(*batch)->reply);
    mem_free(*batch);
    *batch = NULL;
}

/* Answers a request with an error; a notification hears nothing. */
static void answer_error(rpc_session *s, rpc_batch *batch, const rpc_envelope *env, const err *e)
{
    if (env->has_id) {
        rpc_session_answer_error(s, batch, env->id, e);
    }
}

/* Cancels what this session asked under the id, if it is still in flight. */
static void cancel_call(rpc_session *s, bytes id)
{
    for (rpc_call *call = s->calls; call != NULL; call = call->next) {
        if (call->id.len > 0 && bytes_equal(call->id, id)) {
            atomic_store(&call->is_cancelled, true);
            rpc_call_stop(call);
        }
    }
}

static void handle_cancel(rpc_session *s, rpc_batch *batch, const rpc_envelope *env)
{
    bytes id;
    if (!json_raw_member(env->params, "id", &id)) {
        err e;
        fail(&e, ERR_RPC_PARAMS, "\"$/cancelRequest\" needs the parameter \"id\"");
        err_path(&e, "/params/id");
        answer_error(s, batch, env, &e);
        return;
    }
    cancel_call(s, id);
    if (env->has_id) {
        buf reply = {0};
        rpc_reply_result(&reply, env->id, BYTES("null"));
        rpc_session_answer(s, batch, &reply, env->id);
        buf_fini(&reply);
    }
}

/* May the server take another call now? */
static bool is_room(rpc_session *s, err *e)
{
    rpc_server *server = s->server;
    if (server->is_stopping) {
        return fail(e, ERR_DRAINING, "the server is stopping and takes no new work");
    }
    uint32_t in_flight_max = server->config.in_flight_max;
    if (atomic_load(&server->in_flight) >= in_flight_max) {
        server->counts.overload_count++;
        fail(e, ERR_OVERLOADED, "%u requests are being worked on, which is all the server takes",
             in_flight_max);
        e->retry_after_ms = RPC_RETRY_AFTER_MS;
        return false;
    }
    return true;
}

static void start_call(rpc_session *s, rpc_batch *batch, const rpc_envelope *env)
{
    err e;
    rpc_given given = {0};
    const rpc_method *method = rpc_server_find(s->server, env->method, &e);
    if (method != NULL && method->is_changing && !env->has_id) {
        s->server->counts.ignored_count++;
        return;
    }
    if (method == NULL || !rpc_session_may_call(s, method, &e) || !is_room(s, &e) ||
        !rpc_params_read(method, env->params, &given, &e)) {
        answer_error(s, batch, env, &e);
        return;
    }
    rpc_call *call = rpc_call_new(s, batch, method, env, &given);
    if (call == NULL) {
        fail(&e, ERR_MEMORY, "no memory left for the request");
        answer_error(s, batch, env, &e);
    } else {
        const json_node *params = call->params == NULL ? NULL : json_root(call->params);
        method->handler(s->server->config.context, call, params);
    }
    rpc_given_fini(&given);
}

/* One request of a frame whose text was checked. */
static void start_request(rpc_session *s, rpc_batch *batch, bytes text)
{
    err e;
    rpc_envelope env;
    if (!rpc_envelope_read(text, &env, &e)) {
        rpc_session_answer_error(s, batch, env.id.len == 0 ? BYTES("null") : env.id, &e);
        return;
    }
    s->server->counts.request_count++;
    if (bytes_equal_text(env.method, "$/cancelRequest")) {
        handle_cancel(s, batch, &env);
    } else {
        start_call(s, batch, &env);
    }
}

/* ---------------------------------------------------------------------------------- batches */

/* False: there are none, or too many. */
static bool check_element_count(bytes text, err *e)
{
    size_t off = 0;
    bytes element;
    uint32_t count = 0;
    while (rpc_next_element(text, &off, &element)) {
        count++;
        if (count > BATCH_COUNT_MAX) {
            return fail(e, ERR_RPC_TOO_LARGE, "the batch holds more than %d requests",
                        BATCH_COUNT_MAX);
        }
    }
    return count > 0 || fail(e, ERR_RPC_REQUEST, "the batch is empty");
}

static void start_batch(rpc_session *s, bytes text)
{
    check(s->staging == NULL);
    err e;
    if (!check_element_count(text, &e)) {
        rpc_session_answer_error(s, NULL, BYTES("null"), &e);
        return;
    }
    rpc_batch *batch = mem_new(sizeof *batch);
    if (batch != NULL) {
        buf_put(&batch->text, text.base, text.len);
    }
    if (batch == NULL || batch->text.failed) {
        rpc_batch_free(&batch);
        fail(&e, ERR_MEMORY, "no memory left for the batch");
        rpc_session_answer_error(s, NULL, BYTES("null"), &e);
        return;
    }
    s->staging = batch;
    rpc_batch_advance(s);
}

void rpc_batch_advance(rpc_session *s)
{
    rpc_batch *batch = s->staging;
    check(batch != NULL);
    while (s->in_flight < IN_FLIGHT_PER_SESSION_MAX) {
        bytes element;
        if (!rpc_next_element(buf_bytes(&batch->text), &batch->off, &element)) {
            batch->is_staged = true;
            s->staging = NULL;
            if (batch->in_flight == 0) {
                rpc_session_finish_batch(s, batch);
            }
            return;
        }
        start_request(s, batch, element);
    }
}

void rpc_frame_handle(rpc_session *s, bytes frame)
{
    bytes text = rpc_trim(frame);
    if (text.len == 0) {
        return;
    }
    err e;
    if (!json_check(text, JSON_DEPTH_MAX, NULL, &e)) {
        rpc_session_answer_error(s, NULL, BYTES("null"), &e);
    } else if (text.base[0] == '[') {
        start_batch(s, text);
    } else {
        start_request(s, NULL, text);
    }
}
