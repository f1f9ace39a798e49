/* The base file: the snapshot beside the database, so that a start maps it and applies what changed
 * since. It is a cache: it may be deleted at any time, and is, when a seeker is erased. */

#include "engine/state.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"

enum { BASE_SHARE = 16 }; /* while the server runs: when so large a part of the records changed */

static bool is_base_file(const char *name)
{
    return strncmp(name, "base-", 5) == 0;
}

bool base_load(engine *g, const registry *r, snapshot **ret, err *e)
{
    snapshot *s = NULL;
    uint64_t last = 0;

    if (!snapshot_load_base(registry_program(r), g->dictionary, g->dir, &s, e)) {
        return false;
    }
    if (!store_reader_last_change(g->reader, &last, e)) {
        snapshot_free(&s);
        return false;
    }
    if (snapshot_change_number(s) > last) {
        (void)fail(e, ERR_STORE_CORRUPT, "the base is of change %llu, the database of %llu",
                   (unsigned long long)snapshot_change_number(s), (unsigned long long)last);
        snapshot_free(&s);
        return false;
    }
    g->base_change = snapshot_change_number(s);
    *ret = s;
    return true;
}

static uint64_t record_count(const engine *g)
{
    const snapshot *s = atomic_load(&g->view)->snapshot;
    return (uint64_t)snapshot_record_count(s, SIDE_SEEKER) + snapshot_record_count(s, SIDE_OFFER);
}

/* Saving is worth it when a start would have much to apply: at the end sooner than on the way,
 * where it costs the writers a pause. */
bool base_is_worth_saving(engine *g, bool is_closing)
{
    uint64_t share = is_closing ? 0 : record_count(g) / BASE_SHARE;
    return !g->is_behind && g->unsaved_count >= g->base_after && g->unsaved_count >= share;
}

/* Compacts what is shown, shows that, and saves it. Failing costs time at the next start only. */
bool base_save(engine *g, err *e)
{
    const engine_view *now = atomic_load(&g->view);
    snapshot *compact = NULL;
    int64_t from_ns = clock_monotonic_ns();

    g->unsaved_count = 0; /* tried: the next try when as much has changed again */
    if (!snapshot_compact(now->snapshot, &compact, e)) {
        return false;
    }
    if (!publish(g, now->registry, &compact, now->strategies, e)) {
        snapshot_free(&compact);
        return false;
    }
    const snapshot *shown = atomic_load(&g->view)->snapshot;
    if (!snapshot_save_base(shown, g->dir, e)) {
        return false;
    }
    g->base_change = snapshot_change_number(shown);
    pthread_mutex_lock(&g->lock);
    g->counts.base_change = g->base_change;
    pthread_mutex_unlock(&g->lock);
    log_event(LOG_DEBUG, "base.saved", "change=%llu ms=%lld", (unsigned long long)g->base_change,
              (long long)((clock_monotonic_ns() - from_ns) / 1000000));
    return true;
}

bool base_remove(engine *g, err *e)
{
    DIR *folder = opendir(g->dir);
    bool is_removed = folder != NULL;
    if (folder == NULL) {
        return fail(e, ERR_FILE, "could not look for the base file");
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (is_base_file(entry->d_name) && unlinkat(dirfd(folder), entry->d_name, 0) != 0 &&
            errno != ENOENT) {
            is_removed = fail(e, ERR_FILE, "could not remove the base file");
        }
    }
    if (closedir(folder) != 0 && is_removed) {
        return fail(e, ERR_FILE, "could not close a folder");
    }
    if (is_removed) {
        g->base_change = 0;
        g->unsaved_count = record_count(g);
        pthread_mutex_lock(&g->lock);
        g->counts.base_change = 0;
        pthread_mutex_unlock(&g->lock);
    }
    return is_removed;
}
