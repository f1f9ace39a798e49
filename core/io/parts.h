#ifndef CORE_IO_PARTS_H
#define CORE_IO_PARTS_H

#include <stdatomic.h>
#include <sys/un.h>
#include <uv.h>

#include "io/files.h"
#include "io/io.h"
#include "io/tls.h"

/* What the files of io/ share; for this folder only. Everything belongs to the loop thread but for
 * the async handle and the count of stop requests. */

enum {
    IO_READ_LEN = 64 * 1024,
    IO_WRITE_LEN = 64 * 1024, /* copied at a time when a peer does not take all at once */
    IO_TICK_MS = 100,
    IO_GRACE_MS = 100, /* when it ends: for requests that are on their way */
    IO_LAST_MS = 5000, /* for handlers told to stop */
    IO_BACKLOG = 1024,
    IO_OWN_DESCRIPTOR_COUNT = 128, /* kept for database, plugins, log */
    IO_SWEEP_MS = 500,             /* how exact the deadlines of HTTP connections are */
    IO_LISTENER_MAX = 4,
    IO_ADDRESS_LEN_MAX = sizeof((struct sockaddr_un *)0)->sun_path
};

typedef union io_stream {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_pipe_t pipe;
    uv_tcp_t tcp;
} io_stream;

typedef struct web web; /* web.h */

typedef struct connection connection;
struct connection {
    io_stream socket; /* its data points here */
    io *io;
    rpc_session *session; /* NULL: has none now, or closing */
    web *web;             /* NULL: the line protocol */
    connection *next;
    connection *previous;
    connection *dirty_next;
    io_peer peer;
    connection *stranger_next; /* of io.strangers */
    connection *stranger_previous;
    bool is_stranger; /* has not signed in */
    int64_t came_ns;
    bool is_dirty;
    bool is_spare; /* kept for the moment when there is no memory for another */
    bool is_tcp;
    bool has_read;
    bool is_reading;
    bool is_paused;
    bool is_ended;       /* the peer sends nothing more */
    bool is_last_output; /* send what there is, then close */
    bool is_lingering;   /* everything was sent; the peer may still read it */
    bool is_writing;
    bool is_closing;
    int64_t moved_ns; /* when the peer last took something of what is being written */
    uv_write_t write;
    char *written; /* the copy being written */
    size_t written_len;
};

typedef struct listener {
    io_stream socket; /* its data points here */
    io *io;
    bool is_tcp;
    bool is_web;
    bool is_secure;
    bool is_open;
    bool is_deaf; /* a peer waits, and the spare connection is in use */
    char address[IO_ADDRESS_LEN_MAX + 16];
} listener;

struct io {
    io_config config;
    uv_loop_t loop;
    uv_async_t wake;
    uv_signal_t on_term;
    uv_signal_t on_int;
    uv_signal_t on_hup;
    uv_work_t reload; /* while is_reloading */
    bool is_reloading;
    bool must_reload;     /* again: SIGHUP came meanwhile */
    file_set *next_files; /* made by the reload, and so are */
    tls_keys *next_keys;
    bool is_reloaded;
    err reload_why;
    uv_timer_t tick;
    uv_timer_t sweep; /* while there are HTTP connections */
    file_set *files;
    tls_keys *keys; /* NULL: no TLS */
    listener listeners[IO_LISTENER_MAX];
    uint32_t listener_count;
    connection *connections;
    uint32_t connection_count;
    connection *dirty; /* to be looked after when the call into rpc is over */
    connection *spare;
    uint32_t writing_count;
    uint32_t paused_count;
    uint32_t web_count;
    connection *strangers; /* newest first */
    connection *oldest_stranger;
    uint32_t stranger_count;
    uint64_t refused_count; /* requests whose head could be read in two ways */
    uint64_t evicted_count; /* strangers who went for others */
    uint64_t late_count;    /* requests that did not come in time */
    _Atomic uint32_t stop_count;
    uint32_t seen_stop_count;
    int64_t drain_started_ns; /* 0: serving */
    int64_t abandoned_ns;     /* 0: not yet */
    char read_room[IO_READ_LEN];
};

/* listen.c */
bool io_listen(io *i, err *e);
void io_listener_close(listener *l);

/* connection.c [loop] */
connection *io_connection_new(io *i);
void io_connection_accept(listener *l);
void io_connection_close(connection *c);
/* Looks after every connection that has something to send or to read on. */
void io_serve_dirty(io *i);
void io_connection_mark(connection *c);
bool io_connection_is_idle(const connection *c);
/* A full close leaves nothing to answer to; after a half close the peer still reads. Unix sockets
 * tell the two apart, TCP does not. */
bool io_connection_is_hung_up(const connection *c);

/* A session of the connection's own; false: no memory. */
bool io_connection_open_session(connection *c);

/* io.c */
void io_start_tick(io *i);
void io_start_sweep(io *i);

/* reload.c */
void io_reload(io *i);

/* strangers.c: those who have not signed in are few; one too many, and the oldest goes. [loop] */
void io_stranger_add(connection *c);
void io_stranger_remove(connection *c); /* signed in, or closing */
void io_stranger_sweep(io *i, int64_t now_ns);

/* web.c: what a connection that speaks HTTP does with its bytes. [loop] */
bool io_web_new(connection *c, bool is_secure);
void io_web_free(connection *c);
void io_web_feed(connection *c, bytes came);
void io_web_end(connection *c);     /* the peer sends nothing more */
bytes io_web_output(connection *c); /* goes on as far as it can */
void io_web_taken(connection *c, size_t len);
bool io_web_is_full(const connection *c); /* should not be read from */
bool io_web_is_socket(const connection *c);
bool io_web_is_idle(const connection *c);
void io_web_sweep(connection *c, int64_t now_ns); /* looks at the deadlines */
void io_web_linger(connection *c);                /* everything was sent */
/* It must end: at once, or with a word to the peer. */
void io_web_finish(connection *c);

#endif
