#ifndef TESTS_UNIT_ENGINE_FIXTURE_H
#define TESTS_UNIT_ENGINE_FIXTURE_H

/* A data folder and a folder of plugins without code for one test, an engine on them, and the short
 * forms that the engine's tests share. */
#include <check.h>
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "engine/engine.h"

/* Check has a `fail` of its own; the project's is meant here. */
#undef fail
#define fail(e, code, ...) err_set((e), (code), __FILE__, __LINE__, __VA_ARGS__)

static char fixture_root[64];
static char fixture_data[96];
static char fixture_plugins[96];

static const char FIXTURE_MANIFEST[] =
    "{\"id\":\"org.example.gate\",\"version\":\"1.0.0\",\"abi\":\"1.0\",\"kind\":\"rules\","
    "\"title\":{\"en\":\"A gate\",\"de\":\"Eine Bedingung\"},"
    "\"gates\":[{\"id\":\"eqf\",\"seeker\":\"education.eqf\",\"op\":\">=\","
    "\"offer\":\"requires.eqf_min\",\"sentences\":{"
    "\"yes\":{\"en\":\"yes\",\"de\":\"ja\"},\"no\":{\"en\":\"no\",\"de\":\"nein\"},"
    "\"check\":{\"en\":\"check\",\"de\":\"offen\"}}}],"
    "\"ext\":[{\"id\":\"org.example.night_ok\",\"side\":\"seeker\",\"type\":\"flag\","
    "\"title\":{\"en\":\"Nights\",\"de\":\"Nachts\"}}]}";

/* "DIR/NAME", whole. */
static inline void join(char *path, size_t cap, const char *dir, const char *name)
{
    int len = snprintf(path, cap, "%s/%s", dir, name);
    ck_assert_int_gt(len, 0);
    ck_assert_uint_lt(len, cap);
}

static inline void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(text, 1, strlen(text), f), strlen(text));
    ck_assert_int_eq(fclose(f), 0);
}

static inline void remove_tree(const char *path)
{
    DIR *entries = opendir(path);
    if (entries == NULL) {
        return;
    }
    for (struct dirent *n = readdir(entries); n != NULL; n = readdir(entries)) {
        char below[512];
        if (strcmp(n->d_name, ".") == 0 || strcmp(n->d_name, "..") == 0) {
            continue;
        }
        join(below, sizeof below, path, n->d_name);
        if (unlink(below) != 0) {
            remove_tree(below);
        }
    }
    closedir(entries);
    ck_assert_int_eq(rmdir(path), 0);
}

/* The plugin without code, present or not. */
static inline void fixture_put_plugin(const char *text)
{
    char path[160];
    join(path, sizeof path, fixture_plugins, "gate");
    mkdir(path, 0700);
    join(path, sizeof path, fixture_plugins, "gate/manifest.json");
    write_file(path, text);
}

static inline void fixture_drop_plugin(void)
{
    char path[160];
    join(path, sizeof path, fixture_plugins, "gate");
    remove_tree(path);
}

static inline void fixture_make(void)
{
    char path[160];
    strcpy(fixture_root, "engine-test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(fixture_root));
    join(fixture_data, sizeof fixture_data, fixture_root, "data");
    join(fixture_plugins, sizeof fixture_plugins, fixture_root, "plugins");
    ck_assert_int_eq(mkdir(fixture_data, 0700), 0);
    ck_assert_int_eq(mkdir(fixture_plugins, 0700), 0);
    join(path, sizeof path, fixture_plugins, "strategies");
    ck_assert_int_eq(mkdir(path, 0700), 0);
    fixture_put_plugin(FIXTURE_MANIFEST);
}

static inline void fixture_remove(void)
{
    remove_tree(fixture_root);
}

static inline engine_config fixture_config(void)
{
    return (engine_config){
        .dir = fixture_data,
        .create = true,
        .worker_count = 2,
        .builtin_dir = fixture_plugins,
    };
}

static inline engine *fixture_open_as(const engine_config *config)
{
    engine *g = NULL;
    err e = {0};
    ck_assert_msg(engine_open(config, &g, &e), "%s %s", e.text, e.detail);
    return g;
}

static inline engine *fixture_open(void)
{
    engine_config config = fixture_config();
    return fixture_open_as(&config);
}

/* ---------------------------------------------------------------------- tasks */

typedef struct latch {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint32_t count;
} latch;

static const latch LATCH = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};

static inline void latch_add(latch *l)
{
    pthread_mutex_lock(&l->lock);
    l->count++;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
}

static inline void latch_wait(latch *l, uint32_t count)
{
    pthread_mutex_lock(&l->lock);
    while (l->count < count) {
        pthread_cond_wait(&l->changed, &l->lock);
    }
    pthread_mutex_unlock(&l->lock);
}

typedef struct fixture_task {
    void (*run)(engine_worker *w, void *context);
    void *context;
    latch done;
} fixture_task;

static inline void fixture_run_task(engine_worker *w, void *context)
{
    fixture_task *t = context;
    t->run(w, t->context);
    latch_add(&t->done);
}

/* Runs a task on a worker and waits for it. */
static inline void fixture_run(engine *g, void (*run)(engine_worker *w, void *context),
                               void *context)
{
    fixture_task t = {run, context, LATCH};
    err e = {0};
    ck_assert_msg(engine_submit(g, fixture_run_task, &t, &e), "%s", e.text);
    latch_wait(&t.done, 1);
}

/* ---------------------------------------------------------------------- records */

static inline store_write fixture_put_as(engine *g, store_noun noun, const char *text,
                                         int64_t expected_version)
{
    engine_writes *writes = NULL;
    uint64_t change = 0;
    err e = {0};
    ck_assert(engine_writes_new(g, &writes, &e));
    ck_assert_msg(engine_writes_put_text(writes, noun, bytes_of(text), expected_version, &e),
                  "%s %s", e.text, e.path);
    ck_assert_msg(engine_write_wait(g, writes, &change, &e), "%s", e.text);
    store_write done = *engine_writes_at(writes, 0);
    engine_writes_free(&writes);
    return done; /* but for its texts, which are gone */
}

static inline store_write fixture_put(engine *g, store_noun noun, const char *text)
{
    return fixture_put_as(g, noun, text, STORE_ANY_VERSION);
}

static inline store_outcome fixture_delete(engine *g, store_noun noun, const char *id)
{
    engine_writes *writes = NULL;
    uint64_t change = 0;
    err e = {0};
    ck_assert(engine_writes_new(g, &writes, &e));
    ck_assert(engine_writes_delete(writes, noun, bytes_of(id), STORE_ANY_VERSION, &e));
    ck_assert_msg(engine_write_wait(g, writes, &change, &e), "%s", e.text);
    store_outcome outcome = engine_writes_at(writes, 0)->outcome;
    engine_writes_free(&writes);
    return outcome;
}

static inline void fixture_put_seekers(engine *g, uint32_t first, uint32_t count)
{
    engine_writes *writes = NULL;
    uint64_t change = 0;
    err e = {0};
    ck_assert(engine_writes_new(g, &writes, &e));
    for (uint32_t i = first; i < first + count; i++) {
        char text[160];
        snprintf(text, sizeof text,
                 "{\"id\":\"s-%06u\",\"location\":{\"lat\":%.3f,\"lon\":7.4},"
                 "\"skills\":[\"esco:skill-%u\"]}",
                 i, 50.0 + i % 100 / 100.0, i % 37);
        ck_assert_msg(
            engine_writes_put_text(writes, STORE_SEEKER, bytes_of(text), STORE_ANY_VERSION, &e),
            "%s %s", e.text, e.path);
    }
    ck_assert_msg(engine_write_wait(g, writes, &change, &e), "%s", e.text);
    engine_writes_free(&writes);
}

typedef struct seen {
    record_side side;
    const char *id;
    bool is_there;
    int64_t version;
    uint64_t change;
    uint32_t count;
} seen;

static inline void look(engine_worker *w, void *context)
{
    seen *s = context;
    const segment *found = NULL;
    const uint32_t *rows = NULL;
    uint32_t row_count = 0;
    const snapshot *now = engine_worker_snapshot(w);
    s->is_there = snapshot_find(now, s->side, bytes_of(s->id), &found, &rows, &row_count);
    s->version = s->is_there ? segment_version(found, rows[0]) : 0;
    s->change = snapshot_change_number(now);
    s->count = snapshot_record_count(now, s->side);
}

/* What the next task sees of a record. */
static inline seen fixture_look(engine *g, record_side side, const char *id)
{
    seen s = {.side = side, .id = id};
    fixture_run(g, look, &s);
    return s;
}

static inline uint32_t fixture_base_file_count(void)
{
    uint32_t count = 0;
    DIR *entries = opendir(fixture_data);
    ck_assert_ptr_nonnull(entries);
    for (struct dirent *n = readdir(entries); n != NULL; n = readdir(entries)) {
        count += strncmp(n->d_name, "base-", 5) == 0;
    }
    closedir(entries);
    return count;
}

/* How many files of the data folder hold these bytes. */
static inline uint32_t fixture_files_with(const char *bytes_to_find)
{
    uint32_t count = 0;
    DIR *entries = opendir(fixture_data);
    ck_assert_ptr_nonnull(entries);
    for (struct dirent *n = readdir(entries); n != NULL; n = readdir(entries)) {
        char path[400];
        join(path, sizeof path, fixture_data, n->d_name);
        FILE *f = fopen(path, "rb");
        struct stat facts;
        if (f == NULL || fstat(fileno(f), &facts) != 0 || !S_ISREG(facts.st_mode)) {
            if (f != NULL) {
                fclose(f);
            }
            continue;
        }
        char *all = malloc((size_t)facts.st_size + 1);
        size_t len = fread(all, 1, (size_t)facts.st_size, f);
        count += memmem(all, len, bytes_to_find, strlen(bytes_to_find)) != NULL;
        free(all);
        fclose(f);
    }
    closedir(entries);
    return count;
}

static inline int fixture_main(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
