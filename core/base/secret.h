#ifndef CORE_BASE_SECRET_H
#define CORE_BASE_SECRET_H

#include <stdbool.h>

#include "base/bytes.h"

/* Secrets: making them, keeping only what proves them, comparing them without telling by the time
 * how much was right. [any] */
enum {
    SECRET_LEN = 32,
    SECRET_TEXT_LEN = 43, /* of SECRET_LEN bytes in base64url without padding */
    SECRET_PROOF_LEN = 128
};

void secret_random_text(char ret[SECRET_TEXT_LEN + 1]);
/* argon2id with 19 MiB and two passes: some 20 ms, and memory for it. False: no memory. */
bool secret_prove(bytes secret, char ret[SECRET_PROOF_LEN]);
bool secret_is_proven(bytes secret, const char *proof); /* the same work */
/* A short digest under a key made for this process alone: a secret can be looked up by it, and
 * what is kept tells nothing. */
typedef struct secret_mark {
    unsigned char digest[SECRET_LEN];
} secret_mark;
secret_mark secret_mark_of(const unsigned char key[SECRET_LEN], bytes secret);
void secret_text_of(const secret_mark *mark, char ret[SECRET_TEXT_LEN + 1]);
bool secret_texts_equal(bytes a, bytes b); /* an absent one equals none */
bool secret_marks_equal(const secret_mark *a, const secret_mark *b);

#endif
