/* The one door to randomness. */

#include "base/random.h"

#include <sodium.h>

#include "base/check.h"

void random_fill(void *base, size_t len)
{
    int rc = sodium_init(); /* once a process; cheap and safe to repeat on any thread */
    check(rc >= 0);
    randombytes_buf(base, len);
}
