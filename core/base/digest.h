#ifndef CORE_BASE_DIGEST_H
#define CORE_BASE_DIGEST_H

#include <stdint.h>

#include "base/bytes.h"

/* What a file or record was, in 64 hex digits: BLAKE2b with 256 bits. Parts are hashed with their
 * lengths, so that moving a byte from one part to the next gives another digest. [any] */
enum { DIGEST_TEXT_LEN = 64 };

/* A secret of this installation; with it a digest tells nothing to those who have it not. */
enum { DIGEST_KEY_LEN = 32 };

void digest_parts(const bytes *parts, uint32_t part_count, char ret[DIGEST_TEXT_LEN + 1]);
/* The same with a key: a message authentication code, or a pseudonym. key NULL: as digest_parts. */
void digest_keyed(const unsigned char key[DIGEST_KEY_LEN], const bytes *parts, uint32_t part_count,
                  char ret[DIGEST_TEXT_LEN + 1]);
/* Of one file alone, as `b2sum -l 256` prints it. */
void digest_file(bytes file, char ret[DIGEST_TEXT_LEN + 1]);

#endif
