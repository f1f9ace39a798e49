#ifndef CORE_PLUGIN_REGISTRY_PARTS_H
#define CORE_PLUGIN_REGISTRY_PARTS_H

#include "base/limits.h"
#include "plugin/cage.h"
#include "plugin/reader.h"
#include "plugin/registry.h"
#include "plugin/signed.h"

/* What the registry's own files share: registry.c finds and loads plugins, registry_program.c makes
 * the program, registry_strategy.c resolves strategies. */

typedef struct plugin_entry {
    plugin_info info;
    manifest manifest;
    const lotse_entry *entry;   /* NULL: no library, or not ready, or in a cage */
    cage *cage;                 /* NULL: not in a cage */
    plugin_life life;           /* of those that are in none */
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
    life_book *lives;
    bool owns_lives;
    signed_keys *keys;
    ext_keys ext;
};

/* registry_load.c: reads one folder, and loads what is in it; p->info says what came out. False:
 * for want of memory. */
bool registry_load_folder(registry *r, const registry_config *config, plugin_entry *p,
                          const char *dir, err *e);
/* Does it take part in the program? Also one in quarantine does: its gates hold. */
bool registry_takes_part(const plugin_entry *p);

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
