#ifndef PLUGINS_ALLOCATE_ENTRY_H
#define PLUGINS_ALLOCATE_ENTRY_H

#include "lotse_plugin.h"

/* What every allocator here has to say to the host is the same but for its id and its work; the
 * plugin defines these two, entry.c the rest. */

enum { ALLOCATOR_PARAM_MAX = 4 };

extern const char allocator_id[];

/* params: in the manifest's order. */
lotse_status allocator_run(const int64_t *params, const lotse_market *block,
                           lotse_allocation *answer);

#endif
