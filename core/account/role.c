#include "account/role.h"

#include "base/check.h"

static const char *const IDS[] = {
#define X(NAME, id, text) id,
#include "account/role.def"
#undef X
};
static const char *const TEXTS[] = {
#define X(NAME, id, text) text,
#include "account/role.def"
#undef X
};

const char *role_id(uint32_t index)
{
    check(index < ROLE_COUNT);
    return IDS[index];
}

const char *role_text(uint32_t index)
{
    check(index < ROLE_COUNT);
    return TEXTS[index];
}

bool role_from_id(bytes id, uint32_t *ret_role)
{
    for (uint32_t i = 0; i < ROLE_COUNT; i++) {
        if (bytes_equal_text(id, IDS[i])) {
            *ret_role = UINT32_C(1) << i;
            return true;
        }
    }
    return false;
}

const char *const *role_ids(void)
{
    return IDS;
}

const char *role_name(uint32_t roles)
{
    for (uint32_t i = 0; i < ROLE_COUNT; i++) {
        if ((roles >> i & 1) != 0) {
            return IDS[i];
        }
    }
    return "nobody";
}
