#ifndef CORE_IO_HTTP_REPLY_H
#define CORE_IO_HTTP_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* One response, whole. Every response carries the same headers that keep a browser strict: no
 * script, style or request but from here, no frame around it, no guessing of types. */
typedef struct http_reply {
    int status;
    const char *type;       /* Content-Type; NULL: there is no body */
    bytes body;             /* its length is told */
    const char *tag;        /* ETag, or NULL */
    bool is_packed;         /* Content-Encoding: gzip */
    bool may_be_kept;       /* the browser may keep it and ask whether it is still so */
    bool keeps_alive;       /* another request may follow */
    bool is_head_only;      /* the answer to HEAD: everything but the body */
    bool is_secure;         /* came over TLS: the browser is to remember that */
    const char *allow;      /* with 405: the methods there are; or NULL */
    bytes more;             /* further header lines, each with its end */
    uint32_t retry_after_s; /* 0: not told */
} http_reply;

void http_reply_put(buf *out, const http_reply *reply);
/* A short answer in words, for people and for logs of proxies. */
http_reply http_reply_text(int status, const char *text);
/* "101 Switching Protocols" with the value that proves we understood. */
void http_reply_put_upgrade(buf *out, const char *accept);
void http_reply_put_continue(buf *out);

#endif
