#ifndef CORE_APP_RULES_H
#define CORE_APP_RULES_H

#include "app/access.h"
#include "app/config.h"

/* What the settings of [access] and [proxy] say, with users and groups of the system looked up.
 * ERR_CONFIG names what does not exist. Reads files: not on the loop. [control] */
bool rules_read(const configuration *c, access_rules *ret, err *e);

#endif
