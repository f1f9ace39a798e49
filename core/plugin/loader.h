#ifndef CORE_PLUGIN_LOADER_H
#define CORE_PLUGIN_LOADER_H

#include "base/err.h"
#include "lotse_plugin.h"
#include "plugin/manifest.h"

/* The only dlopen. Reads the library once, looks at its ELF header, opens it RTLD_NOW|RTLD_LOCAL,
 * compares magic, sizes, ABI, id and version with the manifest, calls init. Every refusal says what
 * differed: unreadable, not a library, missing symbol, ABI mismatch, id or version differ, factory
 * missing. */
/* Looks at the bytes of a library before anybody opens it. [any] */
bool loader_check_file(bytes file, const char *name, err *e);
bool loader_open(const char *path, const manifest *m, const lotse_host *host,
                 const lotse_entry **ret, err *e);
/* Likewise, from a descriptor whose bytes were looked at and cannot change any more. */
bool loader_open_descriptor(int fd, const manifest *m, const lotse_host *host,
                            const lotse_entry **ret, err *e);

#endif
