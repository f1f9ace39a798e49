#ifndef CORE_PLUGIN_FILE_H
#define CORE_PLUGIN_FILE_H

#include "base/bytes.h"
#include "base/err.h"

enum { MANIFEST_LEN_MAX = 1024 * 1024, LIBRARY_LEN_MAX = 256 * 1024 * 1024 };

/* A plugin's file, whole, behind what `out` holds. ERR_PLUGIN_UNREADABLE says which file of the
 * folder and why. [control] */
bool plugin_file_read(const char *path, size_t len_max, buf *out, err *e);
/* The last part of a path: messages name files without saying where the machine keeps them. */
const char *plugin_file_name(const char *path);

#endif
