/* Memory behind a descriptor: built once, sealed, then shared read-only with whoever gets it. */
#include "base/memfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"

enum { HUGE_PAGE_LEN = 2 * 1024 * 1024 };

static bool map_descriptor(int fd, size_t len, int protection, void **ret_base)
{
    if (len == 0) {
        *ret_base = NULL;
        return true;
    }
    void *base = mmap(NULL, len, protection, MAP_SHARED, fd, 0);
    if (base == MAP_FAILED) {
        return false;
    }
    *ret_base = base;
    return true;
}

/* Huge pages are a wish: the block works without them, so the answer does not matter. */
static void wish_huge_pages(void *base, size_t len)
{
    if (len > 0 && madvise(base, len, MADV_HUGEPAGE) != 0) {
        errno = 0;
    }
}

bool memfile_new(size_t len, const char *name, memfile *ret, err *e)
{
    if (len > (size_t)INT64_MAX) {
        return fail(e, ERR_MEMORY, "could not make memory file \"%s\" of %zu bytes: too long", name,
                    len);
    }
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0) {
        return fail(e, errno == ENOMEM ? ERR_MEMORY : ERR_FILE,
                    "could not make memory file \"%s\": %s", name, strerror(errno));
    }
    void *base;
    if (ftruncate(fd, (off_t)len) != 0 || !map_descriptor(fd, len, PROT_READ | PROT_WRITE, &base)) {
        int why = errno;
        close(fd);
        return fail(e, ERR_MEMORY, "could not make memory file \"%s\" of %zu bytes: %s", name, len,
                    strerror(why));
    }
    wish_huge_pages(base, len);
    *ret = (memfile){.fd = fd, .base = base, .len = len};
    return true;
}

bool memfile_seal(memfile *m, err *e)
{
    check(m->fd >= 0);
    /* The kernel refuses the seal while a writable mapping exists. */
    if (m->len > 0 && munmap(m->base, m->len) != 0) {
        return fail(e, ERR_INTERNAL, "could not unmap a memory file: %s", strerror(errno));
    }
    m->base = NULL;
    void *base;
    if (fcntl(m->fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0) {
        fail(e, ERR_INTERNAL, "could not seal a memory file: %s", strerror(errno));
    } else if (!map_descriptor(m->fd, m->len, PROT_READ, &base)) {
        fail(e, ERR_MEMORY, "could not map a sealed memory file: %s", strerror(errno));
    } else {
        wish_huge_pages(base, m->len);
        m->base = base;
        return true;
    }
    memfile_fini(m);
    return false;
}

/* Memory that begins with a huge page. NULL: there is none. */
static void *map_huge(size_t len)
{
    size_t page_len = (size_t)sysconf(_SC_PAGESIZE);
    size_t kept = (len + page_len - 1) / page_len * page_len;
    size_t room = kept + HUGE_PAGE_LEN;
    char *base = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) {
        return NULL;
    }
    size_t before = (HUGE_PAGE_LEN - (uintptr_t)base % HUGE_PAGE_LEN) % HUGE_PAGE_LEN;
    bool is_trimmed = before == 0 || munmap(base, before) == 0;
    is_trimmed = is_trimmed && munmap(base + before + kept, room - before - kept) == 0;
    check(is_trimmed);
    wish_huge_pages(base + before, len);
    return base + before;
}

void memfile_settle(memfile *m)
{
    if (m->len == 0) {
        return;
    }
    void *base = map_huge(m->len);
    if (base == NULL) {
        errno = 0;
        return;
    }
    memcpy(base, m->base, m->len);
    int rc = mprotect(base, m->len, PROT_READ);
    check(rc == 0);
    memfile moved = {.fd = -1, .base = base, .len = m->len};
    memfile_fini(m);
    *m = moved;
}

bool memfile_map(const char *path, memfile *ret, err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return fail(e, ERR_FILE, "could not open file \"%s\": %s", path, strerror(errno));
    }
    struct stat facts;
    void *base;
    if (fstat(fd, &facts) != 0) {
        fail(e, ERR_FILE, "could not read file \"%s\": %s", path, strerror(errno));
    } else if (!S_ISREG(facts.st_mode)) {
        fail(e, ERR_FILE, "could not read \"%s\": not a regular file", path);
    } else if (!map_descriptor(fd, (size_t)facts.st_size, PROT_READ, &base)) {
        fail(e, ERR_FILE, "could not map file \"%s\": %s", path, strerror(errno));
    } else {
        *ret = (memfile){.fd = fd, .base = base, .len = (size_t)facts.st_size};
        return true;
    }
    close(fd);
    return false;
}

void memfile_fini(memfile *m)
{
    if (m->base != NULL && m->len > 0) {
        int rc = munmap(m->base, m->len);
        check(rc == 0);
    }
    if (m->fd >= 0) {
        close(m->fd);
    }
    *m = (memfile){.fd = -1};
}
