#ifndef CORE_IO_WEB_H
#define CORE_IO_WEB_H

#include "io/http_head.h"
#include "io/http_reply.h"
#include "io/parts.h"
#include "io/websocket.h"

/* One connection that speaks HTTP: its requests one after the other, or its WebSocket. Bytes in,
 * bytes out; connection.c moves them. Everything here is [loop]. */

typedef enum web_state {
    WEB_READING, /* the head or body of the next request */
    WEB_WORKING, /* a request waits for its answer */
    WEB_SOCKET,  /* a WebSocket */
    WEB_LAST,    /* what stands in `out` is the last; nothing more is read */
} web_state;

struct web {
    connection *connection;
    web_state state;
    uint64_t request_count;
    /* The request being read or worked on. */
    size_t request_len; /* of head and body; 0: its head is not all there */
    const struct web_route *route;
    bool keeps_alive;
    bool is_head_only;
    bool is_continued; /* the peer was told to go on */
    bool is_proving;   /* the token is looked at before the method is called */
    /* Deadlines. */
    int64_t due_ns;   /* closed then, or pinged; 0: never */
    int64_t heard_ns; /* when the peer last sent anything */
    bool is_pinged;

    tls *tls; /* NULL: plain */
    ws_reader socket;
    buf in; /* what came and was not used yet, from in_off on */
    size_t in_off;
    buf out; /* what is to be sent, from out_off on */
    size_t out_off;
};

/* web.c */
bytes web_input(const web *w);
void web_set_due(web *w, uint32_t ms);
/* The answer to the request being worked on; ends it. */
void web_answer(web *w, http_reply reply);
/* Answers and closes, since what follows cannot be trusted or read. */
void web_refuse(web *w, int status, const char *text);

/* web_request.c: a request whose head is there, and whether its body is wanted. */
bool web_request_begin(web *w, const http_head *head);
/* Head and body are there. */
void web_request_take(web *w, const http_head *head, bytes body);
/* The session has answered what was asked. */
void web_request_finish(web *w);

/* web_watch.c: the routes of operators */
void web_take_alive(web *w, const http_head *head, bytes body);
void web_take_ready(web *w, const http_head *head, bytes body);
void web_finish_ready(web *w);
void web_take_metrics(web *w, const http_head *head, bytes body);
void web_finish_metrics(web *w);

/* web_socket.c */
void web_socket_open(web *w, const http_head *head);
/* False: nothing more can be done now. */
bool web_socket_serve(web *w);
void web_socket_close(web *w, uint16_t code);

#endif
