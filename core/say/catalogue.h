#ifndef CORE_SAY_CATALOGUE_H
#define CORE_SAY_CATALOGUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* Inside of this folder: the compiled catalogues. Translators work on core/say/po/DOMAIN/LANG.po;
 * msgfmt compiles them when the program is configured, and the program carries them. */

typedef struct catalogue {
    const char *domain; /* "sentences", "labels" */
    const char *lang;
    const unsigned char *base; /* a .mo file */
    size_t len;
} catalogue;

/* Generated from core/say/po (po.cmake). */
extern const catalogue CATALOGUES[];
extern const uint32_t CATALOGUE_COUNT;

/* A .mo file that can be read: its magic, and every text within it. */
bool catalogue_is_sound(bytes file);
uint32_t catalogue_text_count(bytes file);
/* The entry with this id (msgctxt). NULL: none. The file is sound. */
const char *catalogue_find(bytes file, const char *id);
/* An entry by its index, in byte order of ids; its id is told without the source text. */
const char *catalogue_at(bytes file, uint32_t index, bytes *ret_id);

#endif
