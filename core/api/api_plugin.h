#ifndef CORE_API_API_PLUGIN_H
#define CORE_API_API_PLUGIN_H

#include "api/parts.h"

/* NULL: there is none. [any] */
const plugin_info *plugin_with_id(const registry *r, bytes id);
/* The plugin that the parameter `id` names; ERR_NOT_FOUND says which it is. [worker] */
bool plugin_named(api_job *job, engine_worker *w, const plugin_info **ret, err *e);
/* id, version, kind, title, state, trust, hash and, of a failed one, why: into an open object. */
void plugin_write_head(json_writer *out, const plugin_info *p, const char *lang);

#endif
