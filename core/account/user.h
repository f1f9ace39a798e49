#ifndef CORE_ACCOUNT_USER_H
#define CORE_ACCOUNT_USER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

/* Somebody who may sign in: an id, one role, the units or the provider he works for, and the
 * tokens that prove it is he. No name, no address. */

enum {
    USER_ID_LEN_MAX = 48,
    USER_UNIT_MAX = 16,
    USER_TOKEN_MAX = 8,
    USER_BODY_LEN_MAX = 8 * 1024,
    TOKEN_ID_LEN = 12,
    TOKEN_TEXT_LEN = 6 + TOKEN_ID_LEN + 1 + 43, /* "lotse_" id "_" secret */
};

typedef struct user_token {
    char id[TOKEN_ID_LEN + 1];
    bytes proof;              /* argon2id of the secret */
    int64_t made_ms, ends_ms; /* since 1970; ends 0: never */
} user_token;

typedef struct user {
    bytes id;
    uint32_t role; /* one bit */
    bytes units;   /* each followed by a line end; absent: all */
    bytes provider;
    bool is_disabled;
    uint32_t token_count;
    user_token tokens[USER_TOKEN_MAX];
} user;

/* An id: 1 to 48 of letters, digits, "-", "_", "." and "@". */
bool user_id_is_sound(bytes id);
/* A stored user. Views into copies in `a`. ERR_FIELD_*. */
bool user_read(bytes body, arena *a, user *ret, err *e);
void user_write(const user *u, buf *out);
/* Puts a unit behind those there are. False: too many, or no unit's id. */
bool user_add_unit(buf *units, bytes unit);
/* The next of the units; start with off at 0. */
bool user_next_unit(bytes units, size_t *off, bytes *ret);
bool user_has_unit(bytes units, bytes unit); /* absent units: has all */

/* A token as its owner has it: made once, shown once. */
typedef struct token_text {
    char text[TOKEN_TEXT_LEN + 1];
} token_text;
/* A new token of a user with the proof of it; false: no memory. The work of a proof. [worker] */
bool token_make(int64_t now_ms, int64_t ends_ms, arena *a, user_token *ret, token_text *ret_text);
/* Takes it apart. False: it has not the shape of one. [any] */
bool token_parse(bytes text, bytes *ret_id, bytes *ret_secret);

#endif
