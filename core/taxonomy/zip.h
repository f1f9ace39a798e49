#ifndef CORE_TAXONOMY_ZIP_H
#define CORE_TAXONOMY_ZIP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/* Files of a zip archive in memory: stored and deflated ones, as classifications are shipped. The
 * only file that knows the library for inflating. */
enum { ZIP_ENTRY_MAX = 256, ZIP_ENTRY_LEN_MAX = 128 * 1024 * 1024 };

typedef struct zip_entry {
    bytes name;
    bytes packed; /* borrowed from the archive */
    uint32_t len;
    uint32_t checksum;
    uint16_t method;
} zip_entry;

bool zip_is(bytes archive);
/* Up to ZIP_ENTRY_MAX entries; more are refused. [any] */
bool zip_list(bytes archive, zip_entry entries[ZIP_ENTRY_MAX], uint32_t *ret_count, err *e);
/* The content, appended to out; its length and checksum are held against the archive's. */
bool zip_read(const zip_entry *entry, buf *out, err *e);

#endif
