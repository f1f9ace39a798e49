#ifndef CORE_BASE_MINISIGN_H
#define CORE_BASE_MINISIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/* Signatures as the program minisign makes and reads them: Ed25519, over a text or over its BLAKE2b
 * digest, with a comment that is signed too. [any] */

enum {
    MINISIGN_KEY_LEN = 32,
    MINISIGN_NUMBER_LEN = 8,
    MINISIGN_COMMENT_LEN = 256,
    MINISIGN_FILE_LEN_MAX = 4096
};

typedef struct minisign_key {
    uint8_t number[MINISIGN_NUMBER_LEN]; /* tells keys apart; proves nothing */
    uint8_t key[MINISIGN_KEY_LEN];
} minisign_key;

/* A NAME.pub file. ERR_PLUGIN_SIGNATURE. */
bool minisign_key_parse(bytes text, minisign_key *ret, err *e);
/* The key's number as minisign shows it: 16 hex digits. */
void minisign_key_text(const minisign_key *k, char ret[2 * MINISIGN_NUMBER_LEN + 1]);
/* Is `signature`, the text of a .minisig file, one of any of the keys over `message`?
 * ERR_PLUGIN_SIGNATURE says why not. */
bool minisign_verify(const minisign_key *keys, uint32_t key_count, bytes message, bytes signature,
                     uint32_t *ret_key, char ret_comment[MINISIGN_COMMENT_LEN], err *e);

#endif
