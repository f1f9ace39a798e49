#ifndef CORE_API_API_PLUGIN_H
#define CORE_API_API_PLUGIN_H

#include "api/parts.h"
#include "plugin/cage.h"

/* The plugin that the parameter `id` names; ERR_NOT_FOUND says which it is. [worker] */
bool plugin_named(api_job *job, engine_worker *w, uint32_t *ret, err *e);
/* id, version, kind, title, state, trust, hash and, of a failed one, why: into an open object. */
void plugin_write_head(json_writer *out, const registry *r, uint32_t index, const char *lang);
/* Its index; false: there is none. [any] */
bool plugin_find(const registry *r, bytes id, uint32_t *ret);

#endif
