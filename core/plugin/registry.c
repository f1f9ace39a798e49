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

static bool is_among(const char *const *ids, uint32_t count, bytes id)
{
    for (uint32_t i = 0; i < count; i++) {
        if (bytes_equal_text(id, ids[i])) {
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------------------------ one plugin
 */

static bool decode_manifest(bytes text, arena *a, manifest *ret, err *e)
{
    json_doc *doc = NULL;
    bool is_decoded = false;
    if (json_parse(text, JSON_DEPTH_MAX, &doc, e)) {
        is_decoded = json_refuse_lossy(doc, "", e) && manifest_decode(json_root(doc), a, ret, e);
        json_doc_free(&doc);
    }
    if (!is_decoded && e->code != ERR_MEMORY) {
        e->code = ERR_PLUGIN_MANIFEST;
    }
    return is_decoded;
}

static bool refuse_twice(const registry *r, const plugin_entry *p, err *e)
{
    for (uint32_t i = 0; i < r->plugin_count; i++) {
        const plugin_entry *other = &r->plugins[i];
        if (other != p && other->info.manifest != NULL &&
            bytes_equal(other->manifest.id, p->manifest.id)) {
            return fail(e, ERR_PLUGIN_MANIFEST, "another plugin has the id \"%s\" already",
                        p->manifest.id.base);
        }
    }
    return true;
}

static bool make_hash(registry *r, plugin_entry *p, const buf *manifest_file, const buf *library,
                      err *e)
{
    char *text = arena_new(&r->arena, DIGEST_TEXT_LEN + 1);
    if (text == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a plugin");
    }
    const bytes parts[2] = {buf_bytes(manifest_file), buf_bytes(library)};
    digest_parts(parts, 2, text);
    p->info.hash = text;
    return true;
}

static bool load_library(registry *r, plugin_entry *p, const char *path, err *e)
{
    p->params = registry_make_params(&p->manifest, NULL, &r->arena);
    if (p->params == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a plugin");
    }
    return p->manifest.library.base == NULL ||
           loader_open(path, &p->manifest, program_host(), &p->entry, e);
}

static plugin_state state_of(const registry_config *config, const manifest *m)
{
    bool is_off = m->kind == PLUGIN_LEARNED
                      ? !is_among(config->enabled, config->enabled_count, m->id)
                      : false;
    return is_off || is_among(config->disabled, config->disabled_count, m->id) ? PLUGIN_DISABLED
                                                                               : PLUGIN_READY;
}

/* A plugin that is switched off is read, so that it can be listed, but its library is not opened.
 */
static bool load_folder(registry *r, const registry_config *config, plugin_entry *p,
                        const char *dir, buf *manifest_file, buf *library, err *e)
{
    char path[PATH_MAX];
    if ((size_t)snprintf(path, sizeof(path), "%s/manifest.json", dir) >= sizeof(path)) {
        return fail(e, ERR_PLUGIN_UNREADABLE, "the plugin folder's path is too long");
    }
    if (!plugin_file_read(path, MANIFEST_LEN_MAX, manifest_file, e) ||
        !decode_manifest(buf_bytes(manifest_file), &r->arena, &p->manifest, e)) {
        return false;
    }
    p->info.manifest = &p->manifest;
    p->info.id = p->manifest.id;
    if (!refuse_twice(r, p, e)) {
        return false;
    }
    const char *file = p->manifest.library.base;
    if (file != NULL && ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, file) >= sizeof(path) ||
                         !plugin_file_read(path, LIBRARY_LEN_MAX, library, e))) {
        return false;
    }
    if (!make_hash(r, p, manifest_file, library, e)) {
        return false;
    }
    p->info.state = state_of(config, &p->manifest);
    return p->info.state == PLUGIN_DISABLED || load_library(r, p, path, e);
}

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
    buf manifest_file = {0};
    buf library = {0};
    err why = {0};
    if (!load_folder(r, config, p, dir, &manifest_file, &library, &why)) {
        p->info.state = PLUGIN_FAILED;
        p->info.why = why;
    }
    buf_fini(&manifest_file);
    buf_fini(&library);
    if (why.code == ERR_MEMORY) {
        *e = why;
        return false;
    }
    return true;
}

/* ------------------------------------------------------------------------------------ all of them
 */

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

static bool fill(registry *r, const registry_config *config, err *e)
{
    r->dictionary = config->dictionary;
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
    if (*r != NULL) {
        arena_fini(&(*r)->arena);
        mem_free(*r);
        *r = NULL;
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
