#ifndef CORE_APP_ACCESS_H
#define CORE_APP_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "account/accounts.h"
#include "account/role.h"
#include "io/io.h"

/* Who a peer is: the one place where the system's users, cookies, tokens, certificates and a
 * proxy's headers become a caller with roles. Everything here is [loop] and answers at once. */

enum { ACCESS_RULE_MAX = 64, ACCESS_NAME_LEN_MAX = 64 };

/* "Whoever is this user, or in this group, of the system has that role." */
typedef struct access_rule {
    bool is_group;
    uint32_t number; /* uid or gid */
    uint32_t role;
} access_rule;

/* "Whoever the proxy says has this word has that role." */
typedef struct access_word {
    char word[ACCESS_NAME_LEN_MAX + 1];
    uint32_t role;
} access_word;

typedef struct access_rules {
    uint32_t own_uid;
    uint32_t local_role; /* of the own user and root, where no rule says otherwise; 0: none */
    bool is_tcp_open;    /* the own user on loopback TCP is known by his sockets */
    access_rule unix_rules[ACCESS_RULE_MAX];
    uint32_t unix_rule_count;
    /* A proxy that signs people in; empty user_header: there is none. */
    char user_header[ACCESS_NAME_LEN_MAX + 1];
    char role_header[ACCESS_NAME_LEN_MAX + 1];
    char unit_header[ACCESS_NAME_LEN_MAX + 1];
    char proxy_certificate[ACCESS_NAME_LEN_MAX + 1]; /* its common name; empty: Unix sockets only */
    access_word words[ACCESS_RULE_MAX];
    uint32_t word_count;
} access_rules;

typedef struct access_desk {
    accounts *accounts;
    const access_rules *rules; /* may be exchanged between two calls */
} access_desk;

/* The hooks for io_config.access; `a` is their context and outlives the io. */
io_access access_hooks(access_desk *a);
/* rpc_config.renew: what the user of a session may do now. */
void access_renew(access_desk *a, rpc_session *s);

#endif
