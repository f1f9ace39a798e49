#ifndef CORE_PLUGIN_REGISTRY_PARTS_H
#define CORE_PLUGIN_REGISTRY_PARTS_H

#include "base/limits.h"
#include "plugin/reader.h"
#include "plugin/registry.h"

/* What the registry's own files share: registry.c finds and loads plugins, registry_program.c makes
 * the program, registry_strategy.c resolves strategies. */

typedef struct plugin_entry {
    plugin_info info;
    manifest manifest;
    const lotse_entry *entry;   /* NULL: no library, or not ready */
    const lotse_params *params; /* the manifest's defaults */
    uint32_t program_index;     /* UINT32_MAX: not in the program */
} plugin_entry;

typedef struct strategy_text {
    bytes id;
    bytes text;
} strategy_text;

enum { BUILTIN_STRATEGY_COUNT_MAX = 32 };

struct registry {
    arena arena;
    const dictionary *dictionary;
    registry_grant *grants;
    uint32_t grant_count;
    plugin_entry plugins[PLUGIN_COUNT_MAX];
    uint32_t plugin_count;
    strategy_text strategies[BUILTIN_STRATEGY_COUNT_MAX];
    uint32_t strategy_count;
    match_program program;
    const manifest *manifests[PLUGIN_COUNT_MAX]; /* by index into program.plugins */
    ext_keys ext;
};

/* Resolves all ready plugins; those that cannot be resolved become failed. [control] */
bool registry_make_program(registry *r, err *e);

/* A value a strategy gives to a parameter. */
typedef struct param_value {
    bool is_set;
    int64_t value; /* of a concept set: the count */
    const uint32_t *concepts;
} param_value;

/* The block a plugin is configured with; `values` may be NULL: all defaults. In `a`. */
const lotse_params *registry_make_params(const manifest *m, const param_value *values, arena *a);

#endif
