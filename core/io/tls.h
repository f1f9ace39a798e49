#ifndef CORE_IO_TLS_H
#define CORE_IO_TLS_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/err.h"
#include "io/peer.h"

/* TLS 1.2 and 1.3 without sockets: ciphertext in, plain text out, and back. The only user of
 * OpenSSL's TLS; websocket.c takes its SHA-1. */

typedef struct tls_files {
    const char *certificate; /* PEM: the server's, then those between it and the root */
    const char *key;         /* PEM; not readable by everybody */
    const char *client_ca;   /* PEM: who may issue certificates of clients; NULL: nobody is asked */
} tls_files;

/* What the files hold, made from scratch each time; connections keep the one they began with. */
typedef struct tls_keys tls_keys;
/* Shakes hands with itself once: OpenSSL does much of its work at the first handshake, and what
 * fails then for want of memory fails for ever. ERR_CERTIFICATE, ERR_MEMORY. [any] */
bool tls_keys_new(const tls_files *files, tls_keys **ret, err *e);
void tls_keys_free(tls_keys **keys);
/* Gives back what OpenSSL keeps for the calling thread, which will not use it soon again. [any] */
void tls_leave_thread(void);

typedef struct tls tls;
bool tls_new(const tls_keys *keys, tls **ret); /* false: no memory. [loop] */
void tls_free(tls **t);

typedef enum tls_reading {
    TLS_BYTES, /* some plain text */
    TLS_WAITS, /* for more ciphertext */
    TLS_ENDED, /* the peer said that nothing more comes */
    TLS_FAILED /* send the output, then close */
} tls_reading;

bool tls_feed(tls *t, bytes came); /* false: no memory */
tls_reading tls_read(tls *t, char *room, size_t cap, size_t *ret_len);
bool tls_is_open(const tls *t);      /* hands were shaken */
bool tls_write(tls *t, bytes plain); /* all of it; once it is open. False: it failed */
void tls_end(tls *t);                /* says that nothing more comes */
bytes tls_output(tls *t);            /* ciphertext to be sent */
void tls_taken(tls *t, size_t len);
/* The common name of the certificate the peer proved; empty: none. */
void tls_peer_name(const tls *t, char ret[PEER_NAME_LEN + 1]);

#endif
