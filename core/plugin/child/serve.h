#ifndef CORE_PLUGIN_CHILD_SERVE_H
#define CORE_PLUGIN_CHILD_SERVE_H

#include "lotse_plugin.h"
#include "plugin/wire.h"

/* What the child does all its life: waits for the doorbell, does the items, answers. */
typedef struct serve_areas {
    const char *ask;
    char *answer;
    const char *window;
} serve_areas;

/* What plugins get as their host here: it offers no extensions. */
const lotse_host *serve_host(void);
_Noreturn void serve_forever(const serve_areas *areas, const lotse_entry *entry);

#endif
