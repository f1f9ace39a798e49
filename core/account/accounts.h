#ifndef CORE_ACCOUNT_ACCOUNTS_H
#define CORE_ACCOUNT_ACCOUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "account/user.h"
#include "base/limits.h"
#include "base/secret.h"
#include "store/store.h"

/* All users in memory, and who of them is signed in. The store keeps users (settings "user.ID");
 * sessions live as long as the process. Times are milliseconds since 1970. [any] */
typedef struct accounts accounts;

enum {
    ACCOUNT_COUNT_MAX = 10000,
    SESSION_COUNT_MAX = 10000,
    SESSION_IDLE_MS = 30 * 60 * 1000,
    SESSION_MS = 12 * 60 * 60 * 1000,
    PROVING_MAX = 2, /* proofs looked at at the same time: each takes 19 MiB */
};

/* Who somebody is, with the texts. */
typedef struct account {
    uint32_t role;
    bytes user, units, provider;
    char texts[ID_LEN_MAX + USER_UNIT_MAX * (ID_LEN_MAX + 1) + ID_LEN_MAX];
} account;

bool accounts_new(accounts **ret, err *e);
void accounts_free(accounts **a);
/* Reads every stored user. Those that cannot be read are logged and cannot sign in. [control] */
bool accounts_read(accounts *a, store_reader *r, err *e);
/* A user as he was just stored takes the place of the one before. */
bool accounts_put(accounts *a, bytes body, err *e);
/* False: there is none with this id, or he is disabled. */
bool accounts_find(accounts *a, bytes id, account *ret);

/* Whose token is it? `from` names where the try comes from, for the limit. ERR_TOKEN_INVALID,
 * ERR_TOO_MANY_TRIES and ERR_OVERLOADED with retry_after_ms. The work of a proof, unless the token
 * was proven before. [worker] */
bool accounts_check_token(accounts *a, bytes token, bytes from, int64_t now_ms, account *ret,
                          err *e);
/* The same for a token that was proven before, without work. False: it was not. */
bool accounts_know_token(accounts *a, bytes token, int64_t now_ms, account *ret);

/* A session of a user's browser. The cookie's value is the secret; it is not kept. False: no
 * memory, or no such user. */
bool accounts_begin_session(accounts *a, bytes user_id, int64_t now_ms,
                            char ret_cookie[SECRET_TEXT_LEN + 1]);
bool accounts_find_session(accounts *a, bytes cookie, int64_t now_ms, account *ret);
void accounts_end_session(accounts *a, bytes cookie);
/* What a page must send along with a session's cookie. */
void accounts_guard_of(const accounts *a, bytes cookie, char ret[SECRET_TEXT_LEN + 1]);

#endif
