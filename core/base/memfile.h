#ifndef CORE_BASE_MEMFILE_H
#define CORE_BASE_MEMFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* A block of memory behind a descriptor: either anonymous (a memory file, sealed after it was
 * filled, so that nobody can change it and it can be mapped by a child) or a file mapped read-only.
 */
typedef struct memfile {
    int fd; /* -1: none */
    void *base;
    size_t len;
} memfile;

bool memfile_new(size_t len, const char *name, memfile *ret,
                 err *e); /* zeroed, writable, huge pages where possible */
bool memfile_seal(memfile *m,
                  err *e); /* no write, growth or shrinking any more; stays mapped read-only */
/* Moves what is sealed or mapped to memory of the process's own, on huge pages and read-only, and
 * closes the descriptor: memory files and files have small pages on most machines, and what is read
 * at random then costs twice the time. A wish: where there is no memory for it nothing changes. */
void memfile_settle(memfile *m);
bool memfile_map(const char *path, memfile *ret, err *e); /* an existing file, read-only */
void memfile_fini(memfile *m);

#endif
