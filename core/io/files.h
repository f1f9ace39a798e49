#ifndef CORE_IO_FILES_H
#define CORE_IO_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/* The console's files, read into memory once: no request ever opens a file, and a name that is not
 * in the table does not exist, whatever it looks like. */
typedef struct file_set file_set;

typedef struct file_entry {
    bytes path;       /* "/app.js"; the folder's index.html is "/" */
    bytes body;       /* as it is */
    bytes gzip;       /* the same, packed: from "app.js.gz" beside it; base NULL: there is none */
    const char *type; /* Content-Type */
    char tag[20];     /* an ETag with its quotes; of the content */
} file_entry;

/* Everything below `dir` but for dot files and kinds that have no Content-Type here. A folder that
 * is not there is an empty set. ERR_FILE, ERR_MEMORY, ERR_TOO_LARGE. [control] */
bool files_read(const char *dir, file_set **ret, err *e);
void files_free(file_set **set);
const file_entry *files_find(const file_set *set, bytes path); /* NULL: there is none. [any] */
uint32_t files_count(const file_set *set);

#endif
