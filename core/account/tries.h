#ifndef CORE_ACCOUNT_TRIES_H
#define CORE_ACCOUNT_TRIES_H

#include <stdint.h>

#include "base/bytes.h"

/* How often something went wrong lately, by whatever names it: a bounded table, so that many names
 * cost no memory. A name may share its place with another; then both wait. Zeroed is empty. */
enum {
    TRY_PLACE_COUNT = 4096,
    TRY_MAX = 10,           /* wrong tries of one name */
    TRY_MS = 10 * 60 * 1000 /* in so long */
};

typedef struct tries {
    struct {
        int64_t first_ms;
        uint32_t count;
    } places[TRY_PLACE_COUNT];
} tries;

void tries_add(tries *t, bytes name, int64_t now_ms);
/* How long a name must wait before it may try again; 0: not at all. */
int64_t tries_wait_ms(const tries *t, bytes name, int64_t now_ms);

#endif
