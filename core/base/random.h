#ifndef CORE_BASE_RANDOM_H
#define CORE_BASE_RANDOM_H

#include <stddef.h>

/* Bytes that nobody can guess, from the kernel by way of libsodium: for ids, keys and tokens, never
 * for an answer. [any] */
void random_fill(void *base, size_t len);

#endif
