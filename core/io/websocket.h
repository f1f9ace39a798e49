#ifndef CORE_IO_WEBSOCKET_H
#define CORE_IO_WEBSOCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* RFC 6455, the server's side: bytes in, messages out, and messages into frames. No extension, no
 * binary messages. */

enum {
    WS_CLOSE_NORMAL = 1000,
    WS_CLOSE_AWAY = 1001,
    WS_CLOSE_PROTOCOL = 1002,
    WS_CLOSE_KIND = 1003,
    WS_CLOSE_TEXT = 1007,
    WS_CLOSE_POLICY = 1008,
    WS_CLOSE_LARGE = 1009,
    WS_CLOSE_MEMORY = 1011,
    WS_CONTROL_LEN_MAX = 125,
    WS_HEAD_LEN_MAX = 14,
    WS_KEY_LEN = 24,
    WS_ACCEPT_LEN = 28
};

typedef struct ws_reader {
    size_t len_max; /* of a message */
    buf message;    /* of the frames that came so far */
    bool is_inside; /* of a message in several frames */
    uint16_t close_code;
} ws_reader;

typedef enum ws_event {
    WS_MORE,   /* the next frame is not all there */
    WS_TEXT,   /* a whole message */
    WS_PING,   /* answer with a pong of the same bytes */
    WS_PONG,   /* a sign of life */
    WS_CLOSE,  /* the peer closes, with `close_code` */
    WS_REFUSED /* close with `close_code` */
} ws_event;

/* Takes one frame from the front of `input`, unmasking it in place. *ret_len bytes of the input
 * are done with (0: WS_MORE). The message lives until the next call. [loop] */
ws_event ws_read(ws_reader *r, char *input, size_t input_len, size_t *ret_len, bytes *ret);
void ws_reader_fini(ws_reader *r);

/* [any] */
void ws_put_text(buf *out, bytes message);
void ws_put_ping(buf *out);
void ws_put_pong(buf *out, bytes payload);
void ws_put_close(buf *out, uint16_t code);
/* Sec-WebSocket-Accept for a key of WS_KEY_LEN characters; false: it is no such key. [any] */
bool ws_accept(bytes key, char ret[WS_ACCEPT_LEN + 1]);

#endif
