/* Which plugins there are: what the folders hold, as the stored settings switch it. Looked through
 * at the start and whenever the operator asks. */

#include "engine/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"

enum { PATH_LEN_MAX = 4096, TRUSTED_COUNT_MAX = 16 };

static bool refuse_memory(err *e)
{
    return fail(e, ERR_MEMORY, "no memory for the plugins");
}

/* The folder `plugins` beside the running program. */
static bool note_default_dir(engine *g, err *e)
{
    char path[PATH_LEN_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    if (len <= 0) {
        return fail(e, ERR_FILE, "could not find the program's own folder");
    }
    path[len] = '\0';
    char *slash = strrchr(path, '/');
    check(slash != NULL);
    g->builtin_dir = arena_text(&g->arena, "%.*s/plugins", (int)(slash - path), path);
    return g->builtin_dir != NULL || refuse_memory(e);
}

static bool add_trusted_dir(engine *g, const char *dir, size_t len, err *e)
{
    if (g->trusted_dir_count == TRUSTED_COUNT_MAX) {
        return fail(e, ERR_USAGE, "more than %d folders of trusted plugins", TRUSTED_COUNT_MAX);
    }
    const char *copy = arena_text(&g->arena, "%.*s", (int)len, dir);
    if (copy == NULL) {
        return refuse_memory(e);
    }
    g->trusted_dirs[g->trusted_dir_count++] = copy;
    return true;
}

/* The folders of LOTSE_PLUGINS, divided by ':'. */
static bool add_dirs_of_environment(engine *g, err *e)
{
    const char *left = getenv("LOTSE_PLUGINS");
    while (left != NULL && *left != '\0') {
        size_t len = strcspn(left, ":");
        if (len > 0 && !add_trusted_dir(g, left, len, e)) {
            return false;
        }
        left += left[len] == ':' ? len + 1 : len;
    }
    return true;
}

bool plugins_note_dirs(engine *g, const engine_config *config, err *e)
{
    g->trusted_dirs = arena_make_array(&g->arena, TRUSTED_COUNT_MAX, const char *);
    if (g->trusted_dirs == NULL) {
        return refuse_memory(e);
    }
    if (config->builtin_dir == NULL) {
        if (!note_default_dir(g, e)) {
            return false;
        }
    } else {
        g->builtin_dir = arena_text(&g->arena, "%s", config->builtin_dir);
        if (g->builtin_dir == NULL) {
            return refuse_memory(e);
        }
    }
    for (uint32_t i = 0; i < config->trusted_dir_count; i++) {
        if (!add_trusted_dir(g, config->trusted_dirs[i], strlen(config->trusted_dirs[i]), e)) {
            return false;
        }
    }
    return add_dirs_of_environment(g, e);
}

/* The taxonomy of the data folder. One that cannot be used costs names and inferences only. */
static bool open_knowledge(const engine *g, knowledge **ret, err *e)
{
    char path[PATH_LEN_MAX];
    int len = snprintf(path, sizeof path, "%s/%s", g->dir, TAXONOMY_FILE_NAME);
    if (len < 0 || (size_t)len >= sizeof path) {
        return fail(e, ERR_FILE, "the data folder's path is too long");
    }
    if (!knowledge_open(path, g->dictionary, ret, e)) {
        return false;
    }
    const err *problem = knowledge_problem(*ret);
    if (problem != NULL) {
        log_event(LOG_WARN, "taxonomy.not_used", "error=%s why=\"%s\"", err_id(problem->code),
                  problem->text);
    }
    return true;
}

static void free_set(plugin_set *set)
{
    if (set != NULL) {
        registry_free(&set->registry);
        knowledge_free(&set->knowledge);
        mem_free(set);
    }
}

bool plugins_find(engine *g, const registry **ret, err *e)
{
    arena settings = {0};
    registry_config config = {
        .builtin_dirs = &g->builtin_dir,
        .builtin_dir_count = 1,
        .trusted_dirs = g->trusted_dirs,
        .trusted_dir_count = g->trusted_dir_count,
        .dictionary = g->dictionary,
    };
    plugin_set *set = mem_new(sizeof *set);
    bool is_found = set != NULL ? settings_read(g, &settings, &config, e) &&
                                      open_knowledge(g, &set->knowledge, e)
                                : refuse_memory(e);
    if (is_found) {
        config.knowledge = set->knowledge;
        is_found = registry_new(&config, &set->registry, e);
    }
    arena_fini(&settings);
    if (!is_found) {
        free_set(set);
        return false;
    }
    set->next = g->plugin_sets;
    g->plugin_sets = set;
    *ret = set->registry;
    return true;
}

void plugins_end(engine *g)
{
    while (g->plugin_sets != NULL) {
        plugin_set *set = g->plugin_sets;
        g->plugin_sets = set->next;
        free_set(set);
    }
}
