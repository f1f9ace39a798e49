/* Any bytes as the three files of `lotse assign`: refused with a line, or a market whose numbers
 * lie within what the contract promises to allocators. The files stand behind each other, with a
 * line of three dashes between them. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "assign/instance.h"
#include "base/check.h"
#include "fuzz.h"

enum { FILE_COUNT = 3 };

static void look_at_market(const instance *x)
{
    check(x->begin[0] == 0);
    check(x->begin[x->seekers.count] == x->edge_count);
    for (uint32_t i = 0; i < x->seekers.count; i++) {
        check(x->begin[i] <= x->begin[i + 1]);
        check(i == 0 || bytes_compare(ids_text(&x->seekers, i - 1), ids_text(&x->seekers, i)) < 0);
        for (uint32_t t = x->begin[i]; t < x->begin[i + 1]; t++) {
            check(x->intake[t] < x->intakes.count);
            check(t == x->begin[i] || x->intake[t] > x->intake[t - 1]);
            check(x->need == NULL || x->need[t] > 0);
            check(x->seeker_rank == NULL || x->seeker_rank[t] > 0);
            check(x->intake_rank == NULL || x->intake_rank[t] > 0);
        }
    }
}

/* The file lives in memory and is read by the name of its descriptor. */
static bool put_file(const char *base, size_t len, int *ret_fd, char *ret_path, size_t path_cap)
{
    int fd = memfd_create("assign", 0);
    if (fd < 0 || write(fd, base, len) != (ssize_t)len) {
        if (fd >= 0) {
            close(fd);
        }
        return false;
    }
    snprintf(ret_path, path_cap, "/proc/self/fd/%d", fd);
    *ret_fd = fd;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const char divider[] = "---\n";
    char paths[FILE_COUNT][40];
    int fds[FILE_COUNT] = {-1, -1, -1};
    const char *at = (const char *)data;
    const char *end = at + len;
    bool is_put = true;
    for (uint32_t f = 0; f < FILE_COUNT && is_put; f++) {
        const char *stop = at == end ? NULL : memmem(at, (size_t)(end - at), divider, 4);
        const char *to = stop == NULL ? end : stop;
        is_put = put_file(at, (size_t)(to - at), &fds[f], paths[f], sizeof(paths[f]));
        at = stop == NULL ? end : stop + 4;
    }
    instance_files files = {.edges = paths[0], .seats = paths[1], .needs = paths[2]};
    for (uint32_t run = 0; run < 2 && is_put; run++) {
        instance x;
        err e = {0};
        if (instance_read(&files, &x, &e)) {
            look_at_market(&x);
            instance_fini(&x);
        } else {
            check(e.code != ERR_NONE);
            check(e.text[0] != '\0');
        }
        files.needs = NULL; /* and without needs */
    }
    for (uint32_t f = 0; f < FILE_COUNT; f++) {
        if (fds[f] >= 0) {
            close(fds[f]);
        }
    }
    return 0;
}
