#ifndef CORE_PLUGIN_MANIFEST_PART_H
#define CORE_PLUGIN_MANIFEST_PART_H

#include "base/limits.h"
#include "plugin/manifest.h"
#include "plugin/manifest_text.h"
#include "plugin/reader.h"

/* What the parts of a manifest's decoder share, and the parts themselves. */

#define COUNT_OF(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

/* An array's memory: a zeroed C array as long as the JSON array. */
bool manifest_read_array(const reader *r, uint32_t count_max, size_t width, arena *a,
                         uint32_t *ret_count, void **ret, err *e);
/* Refuses an id that stands among the first `count` entries, which are `width` bytes apart, id
 * first. */
bool manifest_refuse_twice(const reader *r, const void *entries, size_t width, uint32_t count,
                           bytes id, err *e);
bool manifest_read_code_list(const reader *r, arena *a, const code_list **ret, err *e);
bool manifest_read_code(const reader *r, const code_list *list, arena *a, uint32_t *ret, err *e);
/* An array of codes, at least one, as bits. */
bool manifest_read_code_mask(const reader *r, const code_list *list, arena *a, uint64_t *ret,
                             err *e);

bool manifest_read_gates(const reader *root, arena *a, manifest *m, err *e);
bool manifest_read_criterion(const reader *root, arena *a, manifest *m, err *e); /* params first */
bool manifest_read_steps(const reader *root, arena *a, manifest *m, err *e);

#endif
