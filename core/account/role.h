#ifndef CORE_ACCOUNT_ROLE_H
#define CORE_ACCOUNT_ROLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* The roles, as bits: a user has one, a method names all that may call it. */
enum {
#define X(NAME, id, text) ROLE_INDEX_##NAME,
#include "account/role.def"
#undef X
    ROLE_COUNT
};
enum {
#define X(NAME, id, text) ROLE_##NAME = 1 << ROLE_INDEX_##NAME,
#include "account/role.def"
#undef X
    ROLE_ALL = (1 << ROLE_COUNT) - 1
};

const char *role_id(uint32_t index);             /* "caseworker" */
const char *role_text(uint32_t index);           /* what it means */
bool role_from_id(bytes id, uint32_t *ret_role); /* one bit */
const char *const *role_ids(void);               /* ROLE_COUNT of them, by index */
const char *role_name(uint32_t roles);           /* of the first bit that is set; "nobody" */

#endif
