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

/* A copy at the end of a list. */
static bool add_text(engine *g, const char **list, uint32_t *count, const char *text, size_t len,
                     const char *what, err *e)
{
    if (*count == TRUSTED_COUNT_MAX) {
        return fail(e, ERR_USAGE, "more than %d %s", TRUSTED_COUNT_MAX, what);
    }
    const char *copy = arena_text(&g->arena, "%.*s", (int)len, text);
    if (copy == NULL) {
        return refuse_memory(e);
    }
    list[(*count)++] = copy;
    return true;
}

/* The parts of an environment variable. */
static bool add_texts_of(engine *g, const char *variable, const char *divider, const char **list,
                         uint32_t *count, const char *what, err *e)
{
    const char *left = getenv(variable);
    while (left != NULL && *left != '\0') {
        size_t len = strcspn(left, divider);
        if (len > 0 && !add_text(g, list, count, left, len, what, e)) {
            return false;
        }
        left += left[len] == '\0' ? len : len + 1;
    }
    return true;
}

static const char trusted_folders[] = "folders of trusted plugins";
static const char caged_folders[] = "folders of plugins";
static const char trusted_plugins[] = "trusted plugins";

static bool note_trusted(engine *g, const engine_config *config, err *e)
{
    for (uint32_t i = 0; i < config->trusted_dir_count; i++) {
        const char *dir = config->trusted_dirs[i];
        if (!add_text(g, g->trusted_dirs, &g->trusted_dir_count, dir, strlen(dir), trusted_folders,
                      e)) {
            return false;
        }
    }
    return add_texts_of(g, "LOTSE_PLUGINS", ":", g->trusted_dirs, &g->trusted_dir_count,
                        trusted_folders, e) &&
           add_texts_of(g, "LOTSE_TRUSTED_PLUGINS", ",", g->trusted_ids, &g->trusted_id_count,
                        trusted_plugins, e);
}

static bool note_caged(engine *g, const engine_config *config, err *e)
{
    const char *own = arena_text(&g->arena, "%s/plugins", g->dir);
    const char *unsigned_ones = getenv("LOTSE_UNSIGNED_PLUGINS");
    g->key_dir = arena_text(&g->arena, "%s/keys", g->dir);
    g->cage_path = arena_text(&g->arena, "%s/../lotse-cage", g->builtin_dir);
    g->accepts_unsigned = unsigned_ones != NULL && strcmp(unsigned_ones, "1") == 0;
    if (own == NULL || g->key_dir == NULL || g->cage_path == NULL) {
        return refuse_memory(e);
    }
    if (access(g->cage_path, X_OK) != 0) {
        g->cage_path = NULL;
    }
    g->caged_dirs[g->caged_dir_count++] = own;
    for (uint32_t i = 0; i < config->caged_dir_count; i++) {
        const char *dir = config->caged_dirs[i];
        if (!add_text(g, g->caged_dirs, &g->caged_dir_count, dir, strlen(dir), caged_folders, e)) {
            return false;
        }
    }
    return add_texts_of(g, "LOTSE_CAGED_PLUGINS", ":", g->caged_dirs, &g->caged_dir_count,
                        caged_folders, e);
}

bool plugins_note_dirs(engine *g, const engine_config *config, err *e)
{
    g->trusted_dirs = arena_make_array(&g->arena, TRUSTED_COUNT_MAX, const char *);
    g->trusted_ids = arena_make_array(&g->arena, TRUSTED_COUNT_MAX, const char *);
    g->caged_dirs = arena_make_array(&g->arena, TRUSTED_COUNT_MAX, const char *);
    if (g->trusted_dirs == NULL || g->trusted_ids == NULL || g->caged_dirs == NULL) {
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
    return life_book_new(&g->lives, e) && note_trusted(g, config, e) && note_caged(g, config, e);
}

void plugins_close_unseen(engine *g)
{
    const engine_view *current = atomic_load(&g->view);
    for (plugin_set *set = g->plugin_sets; set != NULL; set = set->next) {
        bool is_seen = current == NULL || current->registry == set->registry;
        for (const engine_view *v = g->retired; v != NULL && !is_seen; v = v->next) {
            is_seen = v->registry == set->registry;
        }
        if (!is_seen && !set->is_closed) {
            registry_close_cages(set->registry);
            set->is_closed = true;
        }
    }
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
        .caged_dirs = g->caged_dirs,
        .caged_dir_count = g->caged_dir_count,
        .trusted_ids = g->trusted_ids,
        .trusted_id_count = g->trusted_id_count,
        .key_dirs = &g->key_dir,
        .key_dir_count = 1,
        .accepts_unsigned = g->accepts_unsigned,
        .cage_path = g->cage_path,
        .lives = g->lives,
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
    life_book_free(&g->lives);
}
