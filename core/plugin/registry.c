#include "plugin/registry.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/check.h"
#include "base/digest.h"
#include "plugin/file.h"
#include "plugin/loader.h"
#include "plugin/registry_parts.h"

/* Looks through plugin folders in the order of their names, so that the same folders give the same
 * program on every machine. */

enum { FOLDER_COUNT_MAX = 256 };

/* ------------------------------------------------------------------------------------ folders */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in a folder that end in `suffix`, without hidden ones, sorted by their bytes. */
static bool list_names(const char *dir, const char *suffix, arena *a, const char ***ret,
                       uint32_t *ret_count, err *e)
{
    DIR *stream = opendir(dir);
    if (stream == NULL) {
        return fail(e, ERR_FILE, "could not look through the plugin folder \"%s\": %s", dir,
                    strerror(errno));
    }
    const char **names = arena_make_array(a, FOLDER_COUNT_MAX, const char *);
    uint32_t count = 0;
    bool is_whole = names != NULL;
    const struct dirent *entry = NULL;
    while (is_whole && (entry = readdir(stream)) != NULL) {
        size_t len = strlen(entry->d_name);
        size_t suffix_len = strlen(suffix);
        if (entry->d_name[0] == '.' || len <= suffix_len ||
            strcmp(entry->d_name + len - suffix_len, suffix) != 0) {
            continue;
        }
        if (count == FOLDER_COUNT_MAX) {
            closedir(stream);
            return fail(e, ERR_TOO_LARGE, "\"%s\" holds more than %d entries", dir,
                        FOLDER_COUNT_MAX);
        }
        names[count] = arena_copy(a, bytes_of(entry->d_name)).base;
        is_whole = names[count++] != NULL;
    }
    closedir(stream);
    if (!is_whole) {
        return fail(e, ERR_MEMORY, "no memory for the names of a folder");
    }
    qsort(names, count, sizeof(names[0]), compare_names);
    *ret = names;
    *ret_count = count;
    return true;
}

static bool is_folder(const char *path)
{
    struct stat what;
    return stat(path, &what) == 0 && S_ISDIR(what.st_mode);
}

/* ------------------------------------------------------------------------------------ all of them
 */

static bool add_folder(registry *r, const registry_config *config, const char *dir,
                       const char *name, plugin_trust trust, err *e)
{
    if (r->plugin_count == PLUGIN_COUNT_MAX) {
        return fail(e, ERR_TOO_LARGE, "there are more than %d plugins", PLUGIN_COUNT_MAX);
    }
    plugin_entry *p = &r->plugins[r->plugin_count++];
    p->info.trust = trust;
    p->info.id = bytes_of(name);
    p->info.hash = "";
    p->program_index = UINT32_MAX;
    plugin_life_init(&p->life, NULL);
    return registry_load_folder(r, config, p, dir, e);
}

static bool read_strategies(registry *r, const char *dir, err *e)
{
    const char **names = NULL;
    uint32_t count = 0;
    if (!is_folder(dir)) {
        return true;
    }
    if (!list_names(dir, ".json", &r->arena, &names, &count, e)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        char path[PATH_MAX];
        if (r->strategy_count == BUILTIN_STRATEGY_COUNT_MAX) {
            return fail(e, ERR_TOO_LARGE, "there are more than %d built-in strategies",
                        BUILTIN_STRATEGY_COUNT_MAX);
        }
        buf file = {0};
        if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, names[i]) >= sizeof(path) ||
            !plugin_file_read(path, MANIFEST_LEN_MAX, &file, e)) {
            buf_fini(&file);
            return false;
        }
        strategy_text *s = &r->strategies[r->strategy_count];
        s->id = arena_copy(&r->arena, (bytes){names[i], strlen(names[i]) - strlen(".json")});
        s->text = arena_copy(&r->arena, buf_bytes(&file));
        buf_fini(&file);
        if (s->id.base == NULL || s->text.base == NULL) {
            return fail(e, ERR_MEMORY, "no memory for a strategy");
        }
        r->strategy_count++;
    }
    return true;
}

static bool add_dir(registry *r, const registry_config *config, const char *dir, plugin_trust trust,
                    err *e)
{
    /* Libraries are opened by absolute path: a relative one may mean another file after a chdir,
     * and one without a slash is searched for in the system's folders. */
    char root[PATH_MAX];
    if (realpath(dir, root) == NULL) {
        return fail(e, ERR_FILE, "could not find the plugin folder \"%s\": %s", dir,
                    strerror(errno));
    }
    const char **names = NULL;
    uint32_t count = 0;
    if (!list_names(root, "", &r->arena, &names, &count, e)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        char path[PATH_MAX];
        if ((size_t)snprintf(path, sizeof(path), "%s/%s", root, names[i]) >= sizeof(path)) {
            return fail(e, ERR_FILE, "the path of plugin \"%s\" is too long", names[i]);
        }
        if (!is_folder(path)) {
            continue;
        }
        bool is_done = trust == TRUST_BUILTIN && strcmp(names[i], "strategies") == 0
                           ? read_strategies(r, path, e)
                           : add_folder(r, config, path, names[i], trust, e);
        if (!is_done) {
            return false;
        }
    }
    return true;
}

static bool copy_grants(registry *r, const registry_config *config, err *e)
{
    r->grants = arena_make_array(&r->arena, config->grant_count, registry_grant);
    bool is_whole = r->grants != NULL;
    for (uint32_t i = 0; i < config->grant_count && is_whole; i++) {
        r->grants[i].plugin = arena_copy(&r->arena, bytes_of(config->grants[i].plugin)).base;
        r->grants[i].path = arena_copy(&r->arena, bytes_of(config->grants[i].path)).base;
        is_whole = r->grants[i].plugin != NULL && r->grants[i].path != NULL;
    }
    r->grant_count = config->grant_count;
    return is_whole || fail(e, ERR_MEMORY, "no memory for the plugin registry");
}

/* What is remembered of plugins, and the keys that may sign them. */
static bool take_lives(registry *r, const registry_config *config, err *e)
{
    r->lives = config->lives;
    r->owns_lives = config->lives == NULL;
    if (r->owns_lives && !life_book_new(&r->lives, e)) {
        return false;
    }
    r->keys = arena_make(&r->arena, signed_keys);
    if (r->keys == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the plugin registry");
    }
    for (uint32_t i = 0; i < config->key_dir_count; i++) {
        if (!signed_keys_read(config->key_dirs[i], r->keys, e)) {
            return false;
        }
    }
    return true;
}

static bool fill(registry *r, const registry_config *config, err *e)
{
    r->dictionary = config->dictionary;
    if (!take_lives(r, config, e)) {
        return false;
    }
    r->program.knowledge = config->knowledge;
    if (!copy_grants(r, config, e)) {
        return false;
    }
    for (uint32_t i = 0; i < config->builtin_dir_count; i++) {
        if (!add_dir(r, config, config->builtin_dirs[i], TRUST_BUILTIN, e)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < config->trusted_dir_count; i++) {
        if (!add_dir(r, config, config->trusted_dirs[i], TRUST_TRUSTED, e)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < config->caged_dir_count; i++) {
        if (is_folder(config->caged_dirs[i]) &&
            !add_dir(r, config, config->caged_dirs[i], TRUST_CAGED, e)) {
            return false;
        }
    }
    return registry_make_program(r, e);
}

bool registry_new(const registry_config *config, registry **ret, err *e)
{
    registry *r = mem_new(sizeof(*r));
    if (r == NULL) {
        return fail(e, ERR_MEMORY, "no memory for the plugin registry");
    }
    if (!fill(r, config, e)) {
        registry_free(&r);
        return false;
    }
    *ret = r;
    return true;
}

void registry_free(registry **r)
{
    if (*r == NULL) {
        return;
    }
    for (uint32_t i = 0; i < (*r)->plugin_count; i++) {
        cage_free(&(*r)->plugins[i].cage);
        plugin_life_fini(&(*r)->plugins[i].life);
    }
    if ((*r)->owns_lives) {
        life_book_free(&(*r)->lives);
    }
    arena_fini(&(*r)->arena);
    mem_free(*r);
    *r = NULL;
}

void registry_close_cages(registry *r)
{
    for (uint32_t i = 0; i < r->plugin_count; i++) {
        if (r->plugins[i].cage != NULL) {
            cage_close(r->plugins[i].cage);
        }
    }
}

uint32_t registry_count(const registry *r)
{
    return r->plugin_count;
}

const plugin_info *registry_plugin(const registry *r, uint32_t index)
{
    check(index < r->plugin_count);
    return &r->plugins[index].info;
}

plugin_state registry_plugin_state(const registry *r, uint32_t index)
{
    check(index < r->plugin_count);
    const plugin_entry *p = &r->plugins[index];
    plugin_life *life = p->cage != NULL ? cage_life(p->cage) : (plugin_life *)(uintptr_t)&p->life;
    return plugin_life_state(life);
}

cage *registry_plugin_cage(const registry *r, uint32_t index)
{
    check(index < r->plugin_count);
    return r->plugins[index].cage;
}

life_record *registry_plugin_record(const registry *r, uint32_t index)
{
    check(index < r->plugin_count);
    return r->plugins[index].life.record;
}

const match_program *registry_program(const registry *r)
{
    return &r->program;
}

const manifest *registry_manifest_of(const registry *r, uint32_t plugin_index)
{
    check(plugin_index < r->program.plugin_count);
    return r->manifests[plugin_index];
}

const ext_keys *registry_ext_keys(const registry *r)
{
    return &r->ext;
}

uint32_t registry_builtin_strategy_count(const registry *r)
{
    return r->strategy_count;
}

bytes registry_builtin_strategy(const registry *r, uint32_t index, bytes *ret_id)
{
    check(index < r->strategy_count);
    *ret_id = r->strategies[index].id;
    return r->strategies[index].text;
}
