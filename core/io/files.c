/* A folder of static files, kept in memory. */
#include "io/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/map.h"

enum {
    FILE_COUNT_MAX = 512,
    FILE_LEN_MAX = 4 * 1024 * 1024,
    FILE_DEPTH_MAX = 4, /* folders below the first */
    FILE_PATH_MAX = 512
};

struct file_set {
    arena arena;
    map by_path;
    file_entry entries[FILE_COUNT_MAX];
    uint32_t count;
};

static const char *type_of(const char *name)
{
    static const struct {
        const char *ending;
        const char *type;
    } TYPES[] = {
        {".html", "text/html; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".json", "application/json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".webmanifest", "application/manifest+json"},
        {".txt", "text/plain; charset=utf-8"},
    };
    size_t len = strlen(name);
    for (size_t i = 0; i < sizeof TYPES / sizeof TYPES[0]; i++) {
        size_t ending_len = strlen(TYPES[i].ending);
        if (len > ending_len && strcmp(name + len - ending_len, TYPES[i].ending) == 0) {
            return TYPES[i].type;
        }
    }
    return NULL;
}

/* ---------------------------------------------------------------------------------- reading */

static bool read_whole(int fd, const char *path, size_t len, arena *a, bytes *ret, err *e)
{
    char *room = arena_new(a, len + 1);
    if (room == NULL) {
        return fail(e, ERR_MEMORY, "no memory left for the console's files");
    }
    size_t off = 0;
    while (off < len) {
        ssize_t got = read(fd, room + off, len - off);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return fail(e, ERR_FILE, "could not read \"%s\": %s", path,
                        got == 0 ? "it became shorter" : strerror(errno));
        }
        off += (size_t)got;
    }
    *ret = (bytes){room, len};
    return true;
}

/* The content of a plain file. False with e->code ERR_NONE: it is none, or not there. */
static bool read_file(const char *path, arena *a, bytes *ret, err *e)
{
    err_clear(e);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return errno == ENOENT
                   ? false
                   : fail(e, ERR_FILE, "could not open \"%s\": %s", path, strerror(errno));
    }
    struct stat found;
    bool is_plain = fstat(fd, &found) == 0 && S_ISREG(found.st_mode);
    bool is_read = false;
    if (is_plain && found.st_size > FILE_LEN_MAX) {
        fail(e, ERR_TOO_LARGE, "\"%s\" is longer than %d bytes", path, FILE_LEN_MAX);
    } else if (is_plain) {
        is_read = read_whole(fd, path, (size_t)found.st_size, a, ret, e);
    }
    close(fd);
    return is_read;
}

static void write_tag(bytes body, char ret[20])
{
    char digest[DIGEST_TEXT_LEN + 1];
    digest_parts(&body, 1, digest);
    snprintf(ret, 20, "\"%.16s\"", digest);
}

static bool keep_file(file_set *set, const char *path, const char *url, const char *type, err *e)
{
    file_entry entry = {.type = type};
    if (!read_file(path, &set->arena, &entry.body, e)) {
        return e->code == ERR_NONE;
    }
    char packed[FILE_PATH_MAX + 8];
    snprintf(packed, sizeof packed, "%s.gz", path);
    if (!read_file(packed, &set->arena, &entry.gzip, e) && e->code != ERR_NONE) {
        return false;
    }
    write_tag(entry.body, entry.tag);
    size_t url_len = strlen(url);
    if (url_len >= 11 && strcmp(url + url_len - 11, "/index.html") == 0) {
        url_len -= 10;
    }
    entry.path = arena_copy(&set->arena, (bytes){url, url_len});
    if (set->count == FILE_COUNT_MAX) {
        return fail(e, ERR_TOO_LARGE, "the console has more than %d files", FILE_COUNT_MAX);
    }
    if (entry.path.base == NULL || !map_put(&set->by_path, entry.path, set->count)) {
        return fail(e, ERR_MEMORY, "no memory left for the console's files");
    }
    set->entries[set->count++] = entry;
    return true;
}

static bool read_folder(file_set *set, const char *dir, const char *url, uint32_t depth, err *e);

static bool read_entry(file_set *set, const char *dir, const char *url, const char *name,
                       uint32_t depth, err *e)
{
    char path[FILE_PATH_MAX];
    char inner_url[FILE_PATH_MAX];
    int path_len = snprintf(path, sizeof path, "%s/%s", dir, name);
    int url_len = snprintf(inner_url, sizeof inner_url, "%s/%s", url, name);
    if (path_len < 0 || path_len >= FILE_PATH_MAX || url_len < 0 || url_len >= FILE_PATH_MAX) {
        return fail(e, ERR_FILE, "the path of a console's file is longer than %d bytes",
                    FILE_PATH_MAX - 1);
    }
    struct stat found;
    if (stat(path, &found) != 0) {
        return true; /* it went away meanwhile */
    }
    if (S_ISDIR(found.st_mode)) {
        return depth == FILE_DEPTH_MAX || read_folder(set, path, inner_url, depth + 1, e);
    }
    const char *type = type_of(name);
    return type == NULL || keep_file(set, path, inner_url, type, e);
}

/* Our own folder, no foreign data: FILE_DEPTH_MAX bounds the recursion. */
static bool read_folder(file_set *set, const char *dir, const char *url, uint32_t depth, err *e)
{
    DIR *folder = opendir(dir);
    if (folder == NULL) {
        return errno == ENOENT ||
               fail(e, ERR_FILE, "could not open \"%s\": %s", dir, strerror(errno));
    }
    bool is_read = true;
    struct dirent *entry;
    while (is_read && (entry = readdir(folder)) != NULL) {
        is_read = entry->d_name[0] == '.' || read_entry(set, dir, url, entry->d_name, depth, e);
    }
    closedir(folder);
    return is_read;
}

/* ---------------------------------------------------------------------------------- public */

bool files_read(const char *dir, file_set **ret, err *e)
{
    file_set *set = mem_new(sizeof *set);
    if (set == NULL) {
        return fail(e, ERR_MEMORY, "no memory left for the console's files");
    }
    if (dir != NULL && !read_folder(set, dir, "", 0, e)) {
        files_free(&set);
        return false;
    }
    *ret = set;
    return true;
}

void files_free(file_set **set)
{
    if (*set != NULL) {
        map_fini(&(*set)->by_path);
        arena_fini(&(*set)->arena);
        mem_free(*set);
        *set = NULL;
    }
}

const file_entry *files_find(const file_set *set, bytes path)
{
    uint64_t index;
    return map_get(&set->by_path, path, &index) ? &set->entries[index] : NULL;
}

uint32_t files_count(const file_set *set)
{
    return set->count;
}
