#ifndef TESTS_TALK_PEER_H
#define TESTS_TALK_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/bytes.h"

/* The server under test and one end of a connection to it. Waits are bounded; what takes longer is
 * a failure. */

enum { PEER_WAIT_MS = 20000, PEER_SILENCE_MS = 200 };

typedef struct server {
    pid_t pid; /* 0: none, or it has ended */
    char dir[64];
    char socket[96];
    char tcp[64]; /* "127.0.0.1:4321", or empty */
} server;

/* Starts the command, in whose words @DIR@ stands for the folder, and waits until it says that it
 * listens. */
bool server_start(server *s, char *const *command);
void server_show(const server *s); /* what it wrote, on stderr */
void server_signal(const server *s, int number);
bool server_wait(server *s, int *ret_exit_code); /* false: it did not end in time, and was killed */

typedef struct peer {
    int fd; /* -1: none */
    buf input;
    size_t input_off;
} peer;

bool peer_dial(peer *p, const server *s, bool is_tcp);
void peer_close(peer *p);
bool peer_send(peer *p, bytes what);
/* A line without its end, good until the next call. False: none came, *ret_is_end says why. */
bool peer_line(peer *p, int wait_ms, bytes *ret_line, bool *ret_is_end);

#endif
