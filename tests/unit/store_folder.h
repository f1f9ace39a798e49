#ifndef TESTS_UNIT_STORE_FOLDER_H
#define TESTS_UNIT_STORE_FOLDER_H

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "store/store.h"

/* A data folder of one test, made in the working directory and removed afterwards, and the short
 * forms that the store's tests share. */

static char folder[64];

static void folder_make(void)
{
    strcpy(folder, "store-test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void folder_remove(void)
{
    DIR *entries = opendir(folder);
    ck_assert_ptr_nonnull(entries);
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        (void)unlinkat(dirfd(entries), entry->d_name, 0); /* "." and ".." stay */
    }
    closedir(entries);
    ck_assert_int_eq(rmdir(folder), 0);
}

static inline void folder_path(char path[128], const char *name)
{
    snprintf(path, 128, "%s/%s", folder, name);
}

/* A whole file in the arena; absent: NULL. */
static inline bytes folder_read(const char *name, arena *a)
{
    char path[128];
    folder_path(path, name);
    struct stat facts;
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        return (bytes){NULL, 0};
    }
    ck_assert_int_eq(fstat(fd, &facts), 0);
    char *base = arena_new(a, (size_t)facts.st_size + 1);
    ck_assert_int_eq(read(fd, base, (size_t)facts.st_size), facts.st_size);
    close(fd);
    return (bytes){base, (size_t)facts.st_size};
}

static inline void folder_patch(const char *name, off_t off, const void *base, size_t len)
{
    char path[128];
    folder_path(path, name);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, base, len, off), (ssize_t)len);
    close(fd);
}

static inline store *open_store(void)
{
    store *s = NULL;
    err e = {0};
    ck_assert_msg(store_open(folder, true, &s, &e), "%s %s", e.text, e.detail);
    return s;
}

static inline store_reader *open_reader(void)
{
    store_reader *r = NULL;
    err e = {0};
    ck_assert_msg(store_reader_open(folder, &r, &e), "%s %s", e.text, e.detail);
    return r;
}

static inline store_write offer_write(const char *id, const char *body)
{
    return (store_write){.noun = STORE_OFFER,
                         .id = bytes_of(id),
                         .body = bytes_of(body),
                         .expected_version = STORE_ANY_VERSION};
}

static inline uint64_t put_all(store *s, store_write *writes, size_t write_count)
{
    uint64_t change = 0;
    err e = {0};
    ck_assert_msg(store_put(s, writes, write_count, NULL, 0, &change, &e), "%s %s", e.text,
                  e.detail);
    return change;
}

static inline store_write put_one(store *s, store_write write)
{
    put_all(s, &write, 1);
    return write;
}

#endif
