/* One peer: cuts its bytes into frames, keeps what is not whole yet, and queues what is to be sent.
 * Both queues are bounded: a peer that does not read is not read from, and in the end let go. */
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/limits.h"
#include "rpc/parts.h"

enum {
    KEPT_CAP_MAX = 4096,                 /* memory that an idle session may hold on to */
    PENDING_LEN_MAX = 2 * FRAME_LEN_MAX, /* more than this while paused: the caller feeds on */
    BATCH_ERROR_LEN = 512                /* room kept for the error in place of an answer */
};

bool rpc_session_new(rpc_server *s, void (*on_output)(void *context), void *context,
                     rpc_session **ret, err *e)
{
    check(s != NULL);
    rpc_session *session = mem_new(sizeof *session);
    if (session == NULL) {
        return fail(e, ERR_MEMORY, "no memory left for a session");
    }
    session->server = s;
    session->on_output = on_output;
    session->context = context;
    session->renewal = atomic_load(&s->renewal);
    session->next = s->sessions;
    if (session->next != NULL) {
        session->next->previous = session;
    }
    s->sessions = session;
    s->counts.session_count++;
    *ret = session;
    return true;
}

void rpc_session_free(rpc_session **session)
{
    rpc_session *s = *session;
    if (s == NULL) {
        return;
    }
    *session = NULL;
    while (s->calls != NULL) {
        rpc_call *call = s->calls;
        rpc_batch *batch = call->batch;
        atomic_store(&call->is_cancelled, true);
        rpc_call_stop(call);
        rpc_call_unlink(call);
        if (batch != NULL && batch->in_flight == 0 && batch != s->staging) {
            rpc_batch_free(&batch);
        }
    }
    rpc_batch_free(&s->staging);
    if (s->previous != NULL) {
        s->previous->next = s->next;
    } else {
        s->server->sessions = s->next;
    }
    if (s->next != NULL) {
        s->next->previous = s->previous;
    }
    s->server->counts.session_count--;
    caller_copy_fini(&s->who);
    buf_fini(&s->input);
    buf_fini(&s->output);
    mem_free(s);
}

/* Strangers are given less. */
static size_t frame_len_max(const rpc_session *s)
{
    return s->who.caller.roles == 0 ? NOBODY_FRAME_LEN_MAX : FRAME_LEN_MAX;
}

static size_t output_len_max(const rpc_session *s)
{
    return s->who.caller.roles == 0 ? NOBODY_OUTPUT_LEN_MAX : OUTPUT_CLOSE_LEN;
}

static size_t output_len(const rpc_session *s)
{
    return s->output.len - s->output_off;
}

bool rpc_session_is_full(const rpc_session *s)
{
    return s->in_flight >= IN_FLIGHT_PER_SESSION_MAX || output_len(s) >= OUTPUT_PAUSE_LEN ||
           s->staging != NULL;
}

/* ---------------------------------------------------------------------------------- output */

/* Forgets what was sent, so that the memory in front is used again. */
static void compact_output(rpc_session *s)
{
    if (s->output_off == 0) {
        return;
    }
    size_t len = output_len(s);
    memmove(s->output.base, s->output.base + s->output_off, len);
    s->output.len = len;
    s->output_off = 0;
}

void rpc_session_put(rpc_session *s, bytes message)
{
    if (s->is_closing) {
        return;
    }
    if (output_len(s) >= output_len_max(s)) {
        s->is_closing = true;
    } else {
        if (s->output_off >= output_len(s)) {
            compact_output(s);
        }
        size_t len = s->output.len;
        buf_put(&s->output, message.base, message.len);
        buf_char(&s->output, '\n');
        if (s->output.failed) {
            /* Half a message must not be sent; whoever waits for this answer learns by the end of
             * the connection that there is none. */
            s->output.failed = false;
            s->output.len = len;
            s->is_closing = true;
        }
    }
    s->on_output(s->context);
}

void rpc_session_put_buf(rpc_session *s, buf *b)
{
    if (b->failed) {
        s->is_closing = true;
        s->on_output(s->context);
    } else {
        rpc_session_put(s, buf_bytes(b));
    }
    buf_fini(b);
}

static void put_in_batch(rpc_session *s, rpc_batch *batch, buf *reply, bytes id)
{
    size_t room = BATCH_REPLY_LEN_MAX - (size_t)BATCH_COUNT_MAX * BATCH_ERROR_LEN;
    buf refusal = {0};
    if (batch->reply.len + reply->len > room && reply->len > BATCH_ERROR_LEN) {
        err e;
        fail(&e, ERR_TOO_LARGE, "the answers of this batch are longer than %d bytes together",
             BATCH_REPLY_LEN_MAX);
        s->server->counts.error_count++;
        rpc_reply_error(&refusal, id, &e);
        reply = &refusal;
    }
    buf_char(&batch->reply, batch->reply.len == 0 ? '[' : ',');
    buf_put(&batch->reply, reply->base, reply->len);
    batch->reply.failed = batch->reply.failed || reply->failed;
    buf_fini(&refusal);
}

void rpc_session_answer(rpc_session *s, rpc_batch *batch, buf *reply, bytes id)
{
    buf shortage = {0};
    if (reply->failed) {
        err e;
        fail(&e, ERR_MEMORY, "no memory left for the answer");
        rpc_reply_error(&shortage, id, &e);
        reply = &shortage;
        s->server->counts.error_count++;
    }
    if (batch != NULL) {
        put_in_batch(s, batch, reply, id);
    } else if (reply->failed) {
        s->is_closing = true;
        s->on_output(s->context);
    } else {
        rpc_session_put(s, buf_bytes(reply));
    }
    buf_fini(&shortage);
}

void rpc_session_answer_error(rpc_session *s, rpc_batch *batch, bytes id, const err *e)
{
    buf reply = {0};
    rpc_reply_error(&reply, id, e);
    s->server->counts.error_count++;
    rpc_session_answer(s, batch, &reply, id);
    buf_fini(&reply);
}

void rpc_session_finish_batch(rpc_session *s, rpc_batch *batch)
{
    check(batch->is_staged);
    check(batch->in_flight == 0);
    if (batch->reply.len > 0 || batch->reply.failed) {
        buf_char(&batch->reply, ']');
        rpc_session_put_buf(s, &batch->reply);
    }
    rpc_batch_free(&batch);
}

bytes rpc_session_output(const rpc_session *s)
{
    return (bytes){s->output.base == NULL ? NULL : s->output.base + s->output_off, output_len(s)};
}

void rpc_session_taken(rpc_session *s, size_t len)
{
    check(len <= output_len(s));
    s->output_off += len;
    if (output_len(s) == 0) {
        s->output_off = 0;
        buf_clear(&s->output);
        if (s->output.cap > KEPT_CAP_MAX) {
            buf_fini(&s->output);
        }
    }
}

bool rpc_session_is_idle(const rpc_session *s)
{
    return !rpc_session_is_waiting(s) && output_len(s) == 0;
}

bool rpc_session_is_waiting(const rpc_session *s)
{
    return s->calls != NULL || s->staging != NULL;
}

/* ---------------------------------------------------------------------------------- input */

static void forget_input(rpc_session *s)
{
    s->input_off = 0;
    s->scan_off = 0;
    buf_clear(&s->input);
    if (s->input.cap > KEPT_CAP_MAX) {
        buf_fini(&s->input);
    }
}

static void refuse_frame(rpc_session *s, err_code code, const char *text)
{
    err e;
    fail(&e, code, "%s", text);
    rpc_session_answer_error(s, NULL, BYTES("null"), &e);
}

static void refuse_large(rpc_session *s)
{
    err e;
    fail(&e, ERR_RPC_TOO_LARGE, "the frame is longer than %zu bytes", frame_len_max(s));
    err_hint(&e, "Send long work in several requests; each frame ends with a line end.");
    rpc_session_answer_error(s, NULL, BYTES("null"), &e);
}

/* Takes the chunk up to and with its first line end, or all of it. */
static bytes cut_chunk(rpc_session *s, bool *ret_has_end)
{
    const char *end = s->chunk.len == 0 ? NULL : memchr(s->chunk.base, '\n', s->chunk.len);
    size_t len = end == NULL ? s->chunk.len : (size_t)(end - s->chunk.base) + 1;
    bytes cut = {s->chunk.base, len};
    s->chunk.base += len;
    s->chunk.len -= len;
    *ret_has_end = end != NULL;
    return cut;
}

/* Keeps bytes for later. When there is no memory the frame they belong to is lost, and said so. */
static void keep_input(rpc_session *s, bytes piece, bool has_end)
{
    buf_put(&s->input, piece.base, piece.len);
    if (s->input.failed) {
        s->input.failed = false;
        forget_input(s);
        s->is_skipping = !has_end;
        refuse_frame(s, ERR_MEMORY, "no memory left for the frame");
    }
}

/* The next whole frame out of the kept bytes. */
static bool cut_kept(rpc_session *s, bytes *ret_frame)
{
    const char *from = s->input.base + s->scan_off;
    const char *end = memchr(from, '\n', s->input.len - s->scan_off);
    if (end == NULL) {
        s->scan_off = s->input.len;
        return false;
    }
    size_t end_off = (size_t)(end - s->input.base);
    *ret_frame = (bytes){s->input.base + s->input_off, end_off - s->input_off};
    s->input_off = end_off + 1;
    s->scan_off = s->input_off;
    return true;
}

/* The next frame, without its line end; lives until the next call. False: more bytes are needed. */
static bool take_frame(rpc_session *s, bytes *ret_frame)
{
    for (;;) {
        size_t kept_len = s->input.len - s->input_off;
        if (kept_len > 0 && cut_kept(s, ret_frame)) {
            if (ret_frame->len <= frame_len_max(s)) {
                return true;
            }
            refuse_large(s);
            continue;
        }
        if (kept_len == 0 && s->input.len > 0) {
            forget_input(s);
        }
        if (s->chunk.len == 0) {
            return false;
        }
        bool has_end;
        bytes piece = cut_chunk(s, &has_end);
        if (s->is_skipping) {
            s->is_skipping = !has_end;
        } else if (kept_len + piece.len - (has_end ? 1 : 0) > frame_len_max(s)) {
            forget_input(s);
            s->is_skipping = !has_end;
            refuse_large(s);
        } else if (kept_len == 0 && has_end) {
            *ret_frame = (bytes){piece.base, piece.len - 1};
            return true;
        } else {
            keep_input(s, piece, has_end);
        }
    }
}

void rpc_session_continue(rpc_session *s)
{
    bytes frame;
    while (!s->is_closing) {
        if (s->staging != NULL) {
            rpc_batch_advance(s);
        }
        if (rpc_session_is_full(s) || !take_frame(s, &frame)) {
            return;
        }
        rpc_frame_handle(s, frame);
        /* What was answered at once is sent in the order it was asked, and counts for the pause. */
        rpc_server_deliver(s->server);
    }
}

rpc_feed_result rpc_session_state(rpc_session *s)
{
    if (s->is_closing) {
        forget_input(s);
        s->chunk = (bytes){NULL, 0};
        return RPC_FEED_CLOSE;
    }
    s->is_paused = rpc_session_is_full(s);
    return s->is_paused ? RPC_FEED_PAUSE : RPC_FEED_OK;
}

/* What the session could not look at yet stays with it. */
static void keep_rest(rpc_session *s)
{
    bytes rest = s->chunk;
    s->chunk = (bytes){NULL, 0};
    if (rest.len == 0 || s->is_closing) {
        return;
    }
    if (s->input_off > 0) {
        size_t len = s->input.len - s->input_off;
        memmove(s->input.base, s->input.base + s->input_off, len);
        s->input.len = len;
        s->scan_off -= s->input_off;
        s->input_off = 0;
    }
    if (s->input.len + rest.len > PENDING_LEN_MAX) {
        s->is_closing = true;
        return;
    }
    buf_put(&s->input, rest.base, rest.len);
    if (s->input.failed) {
        s->input.failed = false;
        s->is_closing = true;
    }
}

rpc_feed_result rpc_feed(rpc_session *s, bytes input)
{
    s->is_stream = true;
    s->chunk = input;
    rpc_server_enter(s->server);
    rpc_session_continue(s);
    rpc_server_leave(s->server);
    keep_rest(s);
    return rpc_session_state(s);
}

rpc_feed_result rpc_feed_end(rpc_session *s)
{
    if (s->is_skipping || s->input.len == s->input_off || s->input.base[s->input.len - 1] == '\n') {
        return rpc_feed(s, (bytes){NULL, 0});
    }
    return rpc_feed(s, BYTES("\n"));
}

rpc_feed_result rpc_feed_frame(rpc_session *s, bytes frame)
{
    rpc_server_enter(s->server);
    if (frame.len > frame_len_max(s)) {
        refuse_large(s);
    } else if (s->staging != NULL) {
        refuse_frame(s, ERR_OVERLOADED, "a batch of this session is still being started");
    } else {
        rpc_frame_handle(s, frame);
    }
    rpc_server_leave(s->server);
    return rpc_session_state(s);
}
