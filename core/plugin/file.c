#include "plugin/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *plugin_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static bool read_all(int fd, size_t len, const char *name, buf *out, err *e)
{
    char *room = buf_room(out, len + 1); /* an empty file is no want of memory */
    if (room == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a file of %zu bytes", len);
    }
    size_t done = 0;
    while (done < len) {
        ssize_t count = read(fd, room + done, len - done);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return fail(e, ERR_PLUGIN_UNREADABLE, "could not read \"%s\": %s", name,
                        count == 0 ? "it became shorter while being read" : strerror(errno));
        }
        done += (size_t)count;
    }
    out->len += len;
    return true;
}

bool plugin_file_read(const char *path, size_t len_max, buf *out, err *e)
{
    const char *name = plugin_file_name(path);
    struct stat what;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return fail(e, ERR_PLUGIN_UNREADABLE, "could not open \"%s\": %s", name, strerror(errno));
    }
    bool is_read = false;
    if (fstat(fd, &what) != 0) {
        fail(e, ERR_PLUGIN_UNREADABLE, "could not read \"%s\": %s", name, strerror(errno));
    } else if (!S_ISREG(what.st_mode)) {
        fail(e, ERR_PLUGIN_UNREADABLE, "\"%s\" is not a file", name);
    } else if ((uint64_t)what.st_size > len_max) {
        fail(e, ERR_PLUGIN_UNREADABLE, "\"%s\" has %lld bytes, at most %zu are allowed", name,
             (long long)what.st_size, len_max);
    } else {
        is_read = read_all(fd, (size_t)what.st_size, name, out, e);
    }
    close(fd);
    return is_read;
}
