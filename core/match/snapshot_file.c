/* The base on disk: one file a side, named by its change number, and a head that names the change.
 * The head is renamed into place last, so that a crash leaves the old base or the new one. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "match/segment_file.h"
#include "match/snapshot.h"

enum { PATH_LEN_MAX = 4096 };

#define BASE_MAGIC 0x314553414253ULL /* "SBASE1" */

typedef struct base_head {
    uint64_t magic;
    uint64_t change;
    uint32_t has_side[2];
    uint64_t checksum; /* of the members before */
} base_head;

static const char *const side_names[2] = {[SIDE_SEEKER] = "seekers", [SIDE_OFFER] = "offers"};

static uint64_t head_checksum(const base_head *head)
{
    return bytes_checksum(head, offsetof(base_head, checksum), BASE_MAGIC);
}

static bool head_path(const char *dir, const char *suffix, char path[PATH_LEN_MAX], err *e)
{
    int n = snprintf(path, PATH_LEN_MAX, "%s/base-head.lsg%s", dir, suffix);
    return (n > 0 && n < PATH_LEN_MAX) ||
           fail(e, ERR_FILE, "the path of the data folder is too long");
}

static bool side_path(const char *dir, uint32_t side, uint64_t change, char path[PATH_LEN_MAX],
                      err *e)
{
    int n = snprintf(path, PATH_LEN_MAX, "%s/base-%s-%llu.lsg", dir, side_names[side],
                     (unsigned long long)change);
    return (n > 0 && n < PATH_LEN_MAX) ||
           fail(e, ERR_FILE, "the path of the data folder is too long");
}

static bool write_head(const char *dir, const base_head *head, err *e)
{
    char aside[PATH_LEN_MAX];
    char path[PATH_LEN_MAX];
    if (!head_path(dir, ".new", aside, e) || !head_path(dir, "", path, e)) {
        return false;
    }
    int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return fail(e, ERR_FILE, "could not write \"%s\": %s", aside, strerror(errno));
    }
    bool is_written = write(fd, head, sizeof *head) == (ssize_t)sizeof *head && fsync(fd) == 0;
    int why = errno;
    if (close(fd) != 0) {
        is_written = false;
        why = errno;
    }
    if (is_written && rename(aside, path) == 0) {
        return true;
    }
    why = is_written ? errno : why;
    unlink(aside);
    return fail(e, why == ENOSPC ? ERR_STORE_FULL : ERR_FILE, "could not write \"%s\": %s", path,
                strerror(why));
}

static bool is_of_head(const char *name, const base_head *head)
{
    for (uint32_t side = 0; side < 2; side++) {
        char own[64];
        snprintf(own, sizeof own, "base-%s-%llu.lsg", side_names[side],
                 (unsigned long long)head->change);
        if (head->has_side[side] != 0 && strcmp(own, name) == 0) {
            return true;
        }
    }
    return strcmp(name, "base-head.lsg") == 0;
}

/* Files of older bases hold people who may have been deleted since: they must go. */
static bool remove_others(const char *dir, const base_head *head, err *e)
{
    DIR *d = opendir(dir);
    if (d == NULL) {
        return fail(e, ERR_FILE, "could not read folder \"%s\": %s", dir, strerror(errno));
    }
    int fd = dirfd(d);
    bool is_good = true;
    for (struct dirent *entry = readdir(d); entry != NULL && is_good; entry = readdir(d)) {
        size_t len = strlen(entry->d_name);
        bool is_base = strncmp(entry->d_name, "base-", 5) == 0 &&
                       ((len > 4 && strcmp(entry->d_name + len - 4, ".lsg") == 0) ||
                        (len > 8 && strcmp(entry->d_name + len - 8, ".lsg.new") == 0));
        if (is_base && !is_of_head(entry->d_name, head) && unlinkat(fd, entry->d_name, 0) != 0) {
            is_good =
                fail(e, ERR_FILE, "could not remove \"%s\": %s", entry->d_name, strerror(errno));
        }
    }
    closedir(d);
    return is_good;
}

bool snapshot_save_base(const snapshot *s, const char *dir, err *e)
{
    if (!snapshot_is_compact(s)) {
        return fail(e, ERR_INTERNAL, "a snapshot of several segments cannot be saved");
    }
    base_head head = {.magic = BASE_MAGIC, .change = snapshot_change_number(s)};
    for (uint32_t side = 0; side < 2; side++) {
        if (snapshot_segment_count(s, (record_side)side) == 0) {
            continue;
        }
        char path[PATH_LEN_MAX];
        head.has_side[side] = 1;
        if (!side_path(dir, side, head.change, path, e) ||
            !segment_save(snapshot_segment(s, (record_side)side, 0), path, e)) {
            return false;
        }
    }
    head.checksum = head_checksum(&head);
    return write_head(dir, &head, e) && remove_others(dir, &head, e);
}

static bool read_head(const char *dir, base_head *ret, err *e)
{
    char path[PATH_LEN_MAX];
    if (!head_path(dir, "", path, e)) {
        return false;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return fail(e, ERR_FILE, "could not open \"%s\": %s", path, strerror(errno));
    }
    base_head head;
    ssize_t n = read(fd, &head, sizeof head);
    close(fd);
    if (n != (ssize_t)sizeof head || head.magic != BASE_MAGIC ||
        head.checksum != head_checksum(&head)) {
        return fail(e, ERR_FILE, "could not use \"%s\": it is damaged", path);
    }
    *ret = head;
    return true;
}

bool snapshot_load_base(const match_program *program, const dictionary *d, const char *dir,
                        snapshot **ret, err *e)
{
    base_head head = {0};
    if (!read_head(dir, &head, e)) {
        return false;
    }
    segment *sides[2] = {NULL, NULL};
    bool is_good = true;
    for (uint32_t side = 0; side < 2 && is_good; side++) {
        char path[PATH_LEN_MAX];
        if (head.has_side[side] != 0) {
            is_good = side_path(dir, side, head.change, path, e) &&
                      segment_load(program, path, &sides[side], e);
        }
        if (is_good && sides[side] != NULL && segment_side(sides[side]) != (record_side)side) {
            is_good = fail(e, ERR_FILE, "could not use \"%s\": it holds the other side", path);
        }
    }
    if (!is_good) {
        segment_free(&sides[0]);
        segment_free(&sides[1]);
        return false;
    }
    return snapshot_from_segments(program, d, sides[SIDE_SEEKER], sides[SIDE_OFFER], head.change,
                                  ret, e);
}
