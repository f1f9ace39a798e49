#ifndef CORE_BASE_SEAL_H
#define CORE_BASE_SEAL_H

#include <stdbool.h>

#include "base/bytes.h"

/* Texts that only the holder of a key can read, and that nobody can change or put elsewhere unseen:
 * XChaCha20-Poly1305 with a random nonce, as base64. [any] */
enum { SEAL_KEY_LEN = 32, SEAL_KEY_TEXT_LEN = 2 * SEAL_KEY_LEN };

void seal_key_new(unsigned char ret[SEAL_KEY_LEN]);
void seal_key_print(const unsigned char key[SEAL_KEY_LEN], char ret[SEAL_KEY_TEXT_LEN + 1]);
bool seal_key_parse(bytes text, unsigned char ret[SEAL_KEY_LEN]);
/* `about` is not hidden, but must be the same when the text is opened. Puts base64 behind out. */
void seal_close(const unsigned char key[SEAL_KEY_LEN], bytes about, bytes plain, buf *out);
/* False: not sealed with this key about this, or changed since. */
bool seal_open(const unsigned char key[SEAL_KEY_LEN], bytes about, bytes sealed, buf *out);

#endif
