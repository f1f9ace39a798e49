/* The loop: what wakes it, what it does when it is asked to end. */
#include "io/io.h"

#include <signal.h>
#include <sys/resource.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "io/parts.h"

static const int64_t NS_PER_MS = 1000000;

/* ---------------------------------------------------------------------------------- ending */

static bool is_over(const io *i, int64_t now_ns)
{
    uint32_t in_flight = rpc_server_in_flight(i->config.server);
    bool is_silent = i->connections == NULL && in_flight == 0;
    bool is_late =
        i->abandoned_ns != 0 && now_ns - i->abandoned_ns > (int64_t)IO_LAST_MS * NS_PER_MS;
    return is_silent || is_late;
}

static void begin_drain(io *i)
{
    log_event(LOG_INFO, "server.draining", "connections=%u in_flight=%u", i->connection_count,
              rpc_server_in_flight(i->config.server));
    i->drain_started_ns = clock_monotonic_ns();
    for (uint32_t l = 0; l < i->listener_count; l++) {
        io_listener_close(&i->listeners[l]);
    }
    if (i->config.on_stop != NULL) {
        i->config.on_stop(i->config.context);
    }
    rpc_server_stop(i->config.server);
    io_serve_dirty(i);
    io_start_tick(i);
}

/* Answers what is still being worked on, sends what can be sent at once, and closes. */
static void abandon(io *i, int64_t now_ns)
{
    i->abandoned_ns = now_ns;
    rpc_server_abandon(i->config.server);
    io_serve_dirty(i);
    connection *next;
    for (connection *c = i->connections; c != NULL; c = next) {
        next = c->next;
        io_connection_close(c);
    }
}

static void finish_connection(connection *c)
{
    if (c->web != NULL) {
        io_web_finish(c);
    } else {
        io_connection_close(c);
    }
}

static void drain(io *i, int64_t now_ns)
{
    int64_t passed_ms = (now_ns - i->drain_started_ns) / NS_PER_MS;
    bool is_due = passed_ms >= i->config.drain_ms || i->seen_stop_count > 1;
    if (is_due && i->abandoned_ns == 0) {
        abandon(i, now_ns);
    }
    connection *next;
    for (connection *c = i->connections; c != NULL && passed_ms >= IO_GRACE_MS; c = next) {
        next = c->next;
        if (io_connection_is_idle(c)) {
            finish_connection(c);
        }
    }
    io_serve_dirty(i);
    if (is_over(i, now_ns)) {
        uv_stop(&i->loop);
    }
}

static void look_at_stops(io *i)
{
    i->seen_stop_count = atomic_load(&i->stop_count);
    if (i->seen_stop_count == 0) {
        return;
    }
    if (i->drain_started_ns == 0) {
        begin_drain(i);
    }
    drain(i, clock_monotonic_ns());
}

/* ---------------------------------------------------------------------------------- waking */

static void on_wake(uv_async_t *handle)
{
    io *i = handle->data;
    rpc_server_drain(i->config.server);
    io_serve_dirty(i);
    look_at_stops(i);
}

static void on_signal(uv_signal_t *handle, int number)
{
    io *i = handle->data;
    log_event(LOG_INFO, "server.signal", "number=%d", number);
    atomic_fetch_add(&i->stop_count, 1);
    look_at_stops(i);
}

static void on_hang_up(uv_signal_t *handle, int number)
{
    (void)number;
    io_reload(handle->data);
}

static bool is_stalled(connection *c, int64_t now_ns)
{
    if (!c->is_writing) {
        return false;
    }
    size_t left_len = uv_stream_get_write_queue_size(&c->socket.stream);
    if (left_len < c->written_len) {
        c->written_len = left_len;
        c->moved_ns = now_ns;
        return false;
    }
    return now_ns - c->moved_ns > (int64_t)c->io->config.write_stall_ms * NS_PER_MS;
}

static void close_lost(io *i, int64_t now_ns)
{
    connection *next;
    for (connection *c = i->connections; c != NULL; c = next) {
        next = c->next;
        if (is_stalled(c, now_ns)) {
            log_event(LOG_WARN, "connection.stalled", "waiting=%zu", c->written_len);
            io_connection_close(c);
        } else if (c->is_paused && io_connection_is_hung_up(c)) {
            io_connection_close(c);
        }
    }
}

static void on_tick(uv_timer_t *timer)
{
    io *i = timer->data;
    int64_t now_ns = clock_monotonic_ns();
    bool has_deadlines = rpc_server_expire(i->config.server, now_ns);
    bool has_waiting = i->writing_count > 0 || i->paused_count > 0;
    if (has_waiting) {
        close_lost(i, now_ns);
    }
    look_at_stops(i);
    if (i->drain_started_ns == 0 && !has_waiting && !has_deadlines) {
        uv_timer_stop(timer);
    }
}

void io_start_tick(io *i)
{
    if (!uv_is_active((uv_handle_t *)&i->tick)) {
        int status = uv_timer_start(&i->tick, on_tick, IO_TICK_MS, IO_TICK_MS);
        check(status == 0); /* fails on a closing handle only */
    }
}

static void on_sweep(uv_timer_t *timer)
{
    io *i = timer->data;
    int64_t now_ns = clock_monotonic_ns();
    connection *next;
    for (connection *c = i->connections; c != NULL; c = next) {
        next = c->next;
        if (c->web != NULL && !c->is_closing) {
            io_web_sweep(c, now_ns);
        }
    }
    io_stranger_sweep(i, now_ns);
    io_serve_dirty(i);
    if (i->web_count == 0 && i->stranger_count == 0) {
        uv_timer_stop(timer);
    }
}

void io_start_sweep(io *i)
{
    if (!uv_is_active((uv_handle_t *)&i->sweep)) {
        int status = uv_timer_start(&i->sweep, on_sweep, IO_SWEEP_MS, IO_SWEEP_MS);
        check(status == 0); /* fails on a closing handle only */
    }
}

/* ---------------------------------------------------------------------------------- life */

/* A limit of the configuration, or the program's own where it is 0. */
static uint32_t value_or(uint32_t value, uint32_t otherwise)
{
    return value == 0 ? otherwise : value;
}

/* Every connection needs a descriptor: allows this process as many as the machine lets it have, and
 * takes no more connections than fit. */
static void fit_descriptors(io *i)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return;
    }
    rlim_t wanted = (rlim_t)i->config.connection_max + IO_OWN_DESCRIPTOR_COUNT;
    if (limit.rlim_cur < wanted) {
        rlim_t before = limit.rlim_cur;
        limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
            limit.rlim_cur = before;
        }
    }
    if (limit.rlim_cur < wanted) {
        rlim_t room = limit.rlim_cur;
        i->config.connection_max = room > 2 * IO_OWN_DESCRIPTOR_COUNT
                                       ? (uint32_t)(room - IO_OWN_DESCRIPTOR_COUNT)
                                       : IO_OWN_DESCRIPTOR_COUNT;
        log_event(LOG_WARN, "server.descriptors", "connections_max=%u", i->config.connection_max);
    }
}

static bool init_handles(io *i, err *e)
{
    int status = uv_loop_init(&i->loop);
    if (status != 0) {
        return fail(e, ERR_SOCKET, "could not make the event loop: %s", uv_strerror(status));
    }
    status = uv_async_init(&i->loop, &i->wake, on_wake);
    if (status != 0) {
        check(uv_loop_close(&i->loop) == 0);
        return fail(e, ERR_SOCKET, "could not make the event loop: %s", uv_strerror(status));
    }
    check(uv_timer_init(&i->loop, &i->tick) == 0);
    check(uv_timer_init(&i->loop, &i->sweep) == 0);
    check(uv_signal_init(&i->loop, &i->on_term) == 0);
    check(uv_signal_init(&i->loop, &i->on_int) == 0);
    check(uv_signal_init(&i->loop, &i->on_hup) == 0);
    i->wake.data = i;
    i->tick.data = i;
    i->sweep.data = i;
    i->on_term.data = i;
    i->on_int.data = i;
    i->on_hup.data = i;
    return true;
}

static bool take_signals(io *i, err *e)
{
    if (!i->config.takes_signals) {
        return true;
    }
    signal(SIGPIPE, SIG_IGN);
    int status = uv_signal_start(&i->on_term, on_signal, SIGTERM);
    if (status == 0) {
        status = uv_signal_start(&i->on_int, on_signal, SIGINT);
    }
    if (status == 0) {
        status = uv_signal_start(&i->on_hup, on_hang_up, SIGHUP);
    }
    return status == 0 ||
           fail(e, ERR_SOCKET, "could not wait for signals: %s", uv_strerror(status));
}

bool io_new(const io_config *config, io **ret, err *e)
{
    check(config->server != NULL);
    io *i = mem_new(sizeof *i);
    if (i == NULL) {
        return fail(e, ERR_MEMORY, "no memory left for the sockets");
    }
    i->config = *config;
    i->config.connection_max = value_or(config->connection_max, CONNECTION_COUNT_MAX);
    i->config.write_stall_ms = value_or(config->write_stall_ms, WRITE_STALL_MS);
    i->config.drain_ms = value_or(config->drain_ms, DRAIN_MS);
    fit_descriptors(i);
    if (!init_handles(i, e)) {
        mem_free(i);
        return false;
    }
    i->spare = io_connection_new(i);
    bool is_ready = i->spare != NULL || fail(e, ERR_MEMORY, "no memory left for the sockets");
    if (is_ready) {
        i->spare->is_spare = true;
    }
    is_ready = is_ready && files_read(config->console_dir, &i->files, e) &&
               (config->https == NULL || tls_keys_new(&config->tls, &i->keys, e));
    if (!is_ready || !take_signals(i, e) || !io_listen(i, e)) {
        io_free(&i);
        return false;
    }
    *ret = i;
    return true;
}

bool io_run(io *i, err *e)
{
    look_at_stops(i);
    uv_run(&i->loop, UV_RUN_DEFAULT);
    uint32_t in_flight = rpc_server_in_flight(i->config.server);
    return in_flight == 0 ||
           fail(e, ERR_INTERNAL, "%u requests did not end when they were told to", in_flight);
}

static void close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle)) {
        uv_close(handle, NULL);
    }
}

void io_free(io **io_to_free)
{
    io *i = *io_to_free;
    if (i == NULL) {
        return;
    }
    *io_to_free = NULL;
    for (uint32_t l = 0; l < i->listener_count; l++) {
        io_listener_close(&i->listeners[l]);
    }
    for (connection *c = i->connections; c != NULL; c = c->next) {
        io_connection_close(c);
    }
    close_handle((uv_handle_t *)&i->wake);
    close_handle((uv_handle_t *)&i->tick);
    close_handle((uv_handle_t *)&i->sweep);
    close_handle((uv_handle_t *)&i->on_term);
    close_handle((uv_handle_t *)&i->on_int);
    close_handle((uv_handle_t *)&i->on_hup);
    uv_run(&i->loop, UV_RUN_DEFAULT);
    check(uv_loop_close(&i->loop) == 0);
    check(i->connections == NULL);
    files_free(&i->files);
    tls_keys_free(&i->keys);
    mem_free(i->spare);
    mem_free(i);
}

void io_wake(io *i)
{
    int status = uv_async_send(&i->wake);
    check(status == 0); /* fails on a closing handle only, and nobody may wake it then */
}

void io_stop(io *i)
{
    atomic_fetch_add(&i->stop_count, 1);
    io_wake(i);
}

const char *io_address(const io *i, uint32_t index)
{
    return index < i->listener_count ? i->listeners[index].address : NULL;
}
