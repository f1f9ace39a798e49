/* The lock of a data folder. */
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/bytes.h"

enum { PID_TEXT_LEN = 32 };

static bool refuse_held(int fd, err *e)
{
    char text[PID_TEXT_LEN];
    ssize_t len = pread(fd, text, sizeof text - 1, 0);
    text[len > 0 ? len : 0] = '\0';
    long pid = strtol(text, NULL, 10);
    if (pid > 0) {
        (void)fail(e, ERR_STORE_BUSY, /* the hint is returned */
                   "could not open the data folder: process %ld holds it", pid);
    } else {
        (void)fail(e, ERR_STORE_BUSY, /* as above */
                   "could not open the data folder: another process holds it");
    }
    return err_hint(e, "Ask the running server through its socket, or stop it first.");
}

/* For people only: without it the lock works as well. */
static void note_holder(int fd)
{
    char text[PID_TEXT_LEN];
    int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (len <= 0 || ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)len, 0) != len) {
        return;
    }
}

bool store_lock_take(const char *dir, int *ret_fd, err *e)
{
    buf path = {0};
    buf_print(&path, "%s/lock", dir);
    const char *name = buf_terminated(&path);
    if (path.failed) {
        buf_fini(&path);
        return fail(e, ERR_MEMORY, "could not open the data folder: no memory left");
    }
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    int why = errno;
    buf_fini(&path);
    if (fd < 0) {
        return fail(e, why == ENOSPC || why == EDQUOT ? ERR_STORE_FULL : ERR_FILE,
                    "could not open the lock of the data folder: %s", strerror(why));
    }
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR) {
            continue;
        }
        bool is_taken =
            errno == EWOULDBLOCK
                ? refuse_held(fd, e)
                : fail(e, ERR_FILE, "could not lock the data folder: %s", strerror(errno));
        (void)close(fd); /* nothing was written */
        return is_taken;
    }
    note_holder(fd);
    *ret_fd = fd;
    return true;
}

void store_lock_drop(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd); /* gives the lock back; nothing waits to be written */
        *fd = -1;
    }
}
