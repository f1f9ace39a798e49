#ifndef CORE_PLUGIN_MANIFEST_TEXT_H
#define CORE_PLUGIN_MANIFEST_TEXT_H

#include "plugin/manifest.h"
#include "plugin/reader.h"

/* The words of a manifest: ids, texts in several languages, placeholders. */

/* "lotse.skills": words of lower case letters, digits and _, divided by dots; at least two. */
bool manifest_read_plugin_id(const reader *r, arena *a, bytes *ret, err *e);
/* "skills.desired_share": likewise, one word or more. */
bool manifest_read_id(const reader *r, arena *a, bytes *ret, err *e);
/* A field's path: as an id, with * as a word of its own. */
bool manifest_read_path(const reader *r, arena *a, bytes *ret, err *e);
/* {"de":"...","en":"..."}; placeholders must be among names. */
bool manifest_read_texts(const reader *r, const bytes *names, uint32_t name_count, arena *a,
                         text_set *ret, err *e);

#endif
