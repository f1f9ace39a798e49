#ifndef CORE_IO_HTTP_HEAD_H
#define CORE_IO_HTTP_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* The head of one HTTP/1.1 request, read strictly: whatever two readers could understand in two
 * ways is refused, because one of them may be a proxy before us. Bytes in, views out; no state. */

enum {
    HTTP_HEAD_LEN_MAX = 16 * 1024,
    HTTP_TARGET_LEN_MAX = 2048,
    HTTP_FIELD_COUNT_MAX = 64,
    HTTP_METHOD_LEN_MAX = 16
};

typedef struct http_field {
    bytes name;  /* as it came; compare with http_head_find */
    bytes value; /* without the spaces around it */
} http_field;

typedef struct http_head {
    bytes method; /* "GET" */
    bytes path;   /* "/rpc" */
    bytes query;  /* behind "?", or absent */
    bool is_1_0;
    bool keeps_alive;
    bool wants_upgrade; /* "upgrade" stands in Connection */
    bool expects_continue;
    int64_t content_len; /* 0: no body */
    uint32_t field_count;
    http_field fields[HTTP_FIELD_COUNT_MAX];
} http_head;

typedef enum http_reading { HTTP_MORE, HTTP_READY, HTTP_REFUSED } http_reading;

typedef struct http_refusal {
    int status;       /* 400, 411, 414, 417, 431, 501 or 505 */
    const char *text; /* why, for a person */
} http_refusal;

/* HTTP_READY: `ret` holds views into `input`, whose first *ret_len bytes are the head. HTTP_MORE:
 * not all of it is there. HTTP_REFUSED: answer ret_why and close, since nobody knows where the next
 * request begins. [any] */
http_reading http_head_read(bytes input, http_head *ret, size_t *ret_len, http_refusal *ret_why);

/* The value of a field, letters of its name in any case; {NULL,0}: absent. [any] */
bytes http_head_find(const http_head *head, const char *name);
bool http_name_equals(bytes a, const char *name); /* letters in any case. [any] */

#endif
