#ifndef TESTS_UNIT_PLUGIN_FOLDER_H
#define TESTS_UNIT_PLUGIN_FOLDER_H

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "plugin/registry.h"

/* Plugin folders of a test, in a folder of its own that is removed afterwards. */

typedef struct plugin_folder {
    char path[64];
} plugin_folder;

__attribute__((format(printf, 1, 2))) static inline void folder_run(const char *format, ...)
{
    char command[4096];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof(command), format, args);
    va_end(args);
    ck_assert_msg(system(command) == 0, "\"%s\" failed", command);
}

static inline plugin_folder folder_new(void)
{
    plugin_folder f = {"/tmp/lotse-plugins-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(f.path));
    return f;
}

static inline void folder_remove(const plugin_folder *f)
{
    folder_run("rm -r '%s'", f->path);
}

static inline void folder_write(const plugin_folder *f, const char *name, const char *file,
                                const char *text)
{
    char path[1000];
    snprintf(path, sizeof(path), "%s/%s", f->path, name);
    ck_assert(mkdir(path, 0700) == 0 || access(path, W_OK) == 0);
    snprintf(path, sizeof(path), "%s/%s/%s", f->path, name, file);
    FILE *out = fopen(path, "w");
    ck_assert_ptr_nonnull(out);
    ck_assert_int_ge(fputs(text, out), 0);
    ck_assert_int_eq(fclose(out), 0);
}

/* A plugin without a library: `rest` follows the head of its manifest. */
static inline void folder_add(const plugin_folder *f, const char *name, const char *id,
                              const char *rest)
{
    char text[4096];
    snprintf(text, sizeof(text),
             "{\"id\":\"%s\",\"version\":\"1.0.0\",\"abi\":\"1.0\",\"kind\":\"rules\","
             "\"title\":{\"en\":\"%s\"}%s}",
             id, name, rest);
    folder_write(f, name, "manifest.json", text);
}

static inline const plugin_info *find_info(const registry *r, const char *id)
{
    for (uint32_t i = 0; i < registry_count(r); i++) {
        if (bytes_equal_text(registry_plugin(r, i)->id, id)) {
            return registry_plugin(r, i);
        }
    }
    ck_abort_msg("there is no plugin \"%s\"", id);
    return NULL;
}

#endif
