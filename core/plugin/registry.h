#ifndef CORE_PLUGIN_REGISTRY_H
#define CORE_PLUGIN_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "lotse_plugin.h"
#include "match/program.h"
#include "model/concept.h"
#include "model/record.h"
#include "plugin/life.h"
#include "plugin/manifest.h"
#include "json/json.h"

/* Which plugins there are, which run, and the program they make together. Made once at start by
 * looking through plugin folders; [control] unless said otherwise. */
typedef struct registry registry;

/* Trusted plugins run in this process, the others in cages. */
typedef enum plugin_trust { TRUST_BUILTIN, TRUST_TRUSTED, TRUST_CAGED } plugin_trust;

typedef struct plugin_info {
    const manifest *manifest; /* NULL when it could not be read */
    bytes id;                 /* folder name then */
    plugin_state state;
    plugin_trust trust;
    const char *hash;   /* hex over manifest and library */
    const char *signer; /* the name of the key that signed it; NULL: nobody did */
    err why;            /* of FAILED and QUARANTINED */
} plugin_info;

/* A sensitive column that the operator lets a plugin see. Built-in plugins see what they name. */
typedef struct registry_grant {
    const char *plugin;
    const char *path;
} registry_grant;

/* A plugin that was put into quarantine by an earlier run of the program. */
typedef struct registry_quarantine {
    const char *plugin;
    const char *error; /* its id, "plugin.forbidden" */
} registry_quarantine;

typedef struct registry_config {
    const char *const *builtin_dirs; /* each holds plugin folders; trusted */
    uint32_t builtin_dir_count;
    const char *const *trusted_dirs; /* likewise, named by the operator as trusted */
    uint32_t trusted_dir_count;
    /* Folders of plugins that are not trusted: they run in cages, signed. One that is not there is
     * empty. */
    const char *const *caged_dirs;
    uint32_t caged_dir_count;
    const char *const *trusted_ids; /* of those, the ones that run in this process all the same */
    uint32_t trusted_id_count;
    const char *const *key_dirs; /* hold the keys that may sign, NAME.pub */
    uint32_t key_dir_count;
    bool accepts_unsigned;     /* for makers of plugins, on their own machines */
    const char *cage_path;     /* the program lotse-cage; NULL: nothing can be caged */
    uint32_t cage_deadline_ms; /* of one call; 0: the cage's own */
    life_book *lives;          /* outlives the registry; NULL: its own */
    const registry_quarantine *quarantined;
    uint32_t quarantined_count;
    const char *const *disabled; /* ids switched off */
    uint32_t disabled_count;
    const char *const *enabled; /* ids switched on although their kind is `learned` */
    uint32_t enabled_count;
    const registry_grant *grants;
    uint32_t grant_count;
    const dictionary *dictionary; /* for esco: parameters of strategies; NULL: they are refused */
    const knowledge *knowledge;   /* of occupations and skills; NULL: none. Outlives the registry */
} registry_config;

/* A plugin that fails is listed with its reason and costs nobody else anything. Fails itself for
 * want of memory, and with ERR_FILE when a folder of the configuration is not there. The folder
 * `strategies` of a built-in folder holds strategies and is no plugin. */
bool registry_new(const registry_config *config, registry **ret, err *e);
void registry_free(
    registry **r); /* libraries stay open: a library that was loaded is never unloaded */
uint32_t registry_count(const registry *r);
const plugin_info *registry_plugin(const registry *r, uint32_t index);
/* What it is doing now, and what is known of its faults. [any] */
plugin_state registry_plugin_state(const registry *r, uint32_t index);
/* Faults, starts, last words; NULL: it is trusted, and has none. [any] */
life_record *registry_plugin_record(const registry *r, uint32_t index);
/* Its cage; NULL: it runs in this process, or not at all. [any] */
struct cage *registry_plugin_cage(const registry *r, uint32_t index);
/* Does it see this column, which its manifest names? [any] */
bool registry_is_granted(const registry *r, uint32_t index, record_side side, bytes path);
/* Ends all children: another registry took over and nobody asks this one any more. What it is made
 * of stays. [control] */
void registry_close_cages(registry *r);
/* The resolved program of all ready plugins; owned by the registry, immutable. [any] */
const match_program *registry_program(const registry *r);
/* program.plugins[i] -> its manifest. [any] */
const manifest *registry_manifest_of(const registry *r, uint32_t program_plugin);
const ext_keys *registry_ext_keys(const registry *r);
/* A new allocator with the manifest's default parameters; *ret is destroyed with its own destroy.
 * ERR_NOT_FOUND: no plugin hands out seats under this id; or what the plugin says. [any] */
bool registry_allocator(const registry *r, const char *id, const lotse_allocator **ret, err *e);

/* {"id","criteria":[{"id","weight","params"}],"gates":[...],"allocator"} resolved; params and ids
 * live in `a`. The core's gates are always on. ERR_STRATEGY_INVALID, ERR_WEIGHTS_SUM,
 * ERR_PLUGIN_PARAM with pointers. [any] */
bool registry_strategy(const registry *r, const json_node *root, arena *a, strategy *ret, err *e);
/* The JSON texts of the built-in strategies (strategies/NAME.json beside the built-in plugins), in
 * order of their names; `default` is one of them. NAME is the id. [any] */
uint32_t registry_builtin_strategy_count(const registry *r);
bytes registry_builtin_strategy(const registry *r, uint32_t index, bytes *ret_id);

#endif
