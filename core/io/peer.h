#ifndef CORE_IO_PEER_H
#define CORE_IO_PEER_H

#include <stdbool.h>
#include <stdint.h>

/* Where a peer is, as the kernel says it. */
enum { PEER_GROUP_MAX = 32, PEER_ADDRESS_LEN = 48, PEER_NAME_LEN = 64 };

typedef struct io_peer {
    bool is_unix;
    bool is_secure; /* came over TLS */
    bool has_uid;   /* the user is known: of a Unix socket, or of this machine's own TCP */
    uint32_t uid;
    uint32_t group_count; /* of a Unix peer */
    uint32_t groups[PEER_GROUP_MAX];
    char address[PEER_ADDRESS_LEN + 1];  /* to count tries by: "unix:1000", "192.0.2.7" */
    char certificate[PEER_NAME_LEN + 1]; /* the common name it proved; empty: none */
} io_peer;

/* Asks the kernel about a connected socket. [loop] */
void peer_look(int fd, bool is_unix, io_peer *ret);

#endif
