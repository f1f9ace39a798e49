/* A plugin that crashes every time it is asked, started again every time: after many cycles there
 * is no descriptor, no process and no memory left over.
 *
 *   cage_cycles [COUNT]
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/log.h"
#include "plugin/cage.h"
#include "plugin/registry.h"

static _Noreturn void stop(const char *what, const char *why)
{
    fprintf(stderr, "cage_cycles: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static uint32_t fd_count(void)
{
    uint32_t count = 0;
    DIR *d = opendir("/proc/self/fd");
    if (d == NULL) {
        stop("fds", "no /proc");
    }
    while (readdir(d) != NULL) {
        count++;
    }
    closedir(d);
    return count;
}

static long resident_kb(void)
{
    long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f == NULL || fscanf(f, "%ld %ld", &pages, &resident) != 2) {
        stop("memory", "no /proc");
    }
    fclose(f);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static bool has_children(void)
{
    return waitpid(-1, NULL, WNOHANG) >= 0;
}

/* Asks once: it crashes, which is what it is for. */
static void crash(const lotse_criterion *c, life_record *record)
{
    const lotse_table table = {.size = sizeof table, .side = LOTSE_OFFER, .row_count = 1};
    const uint32_t row = 0;
    const lotse_pairs pairs = {.size = sizeof pairs, .count = 1};
    uint8_t verdict;
    int32_t score;
    life_facts facts;
    if (c->score(c->self, &table, &row, 1, &pairs, &verdict, &score) == LOTSE_OK) {
        stop("score", "it did not crash");
    }
    life_read(record, &facts);
    if (facts.last_fault.code != ERR_PLUGIN_CRASHED) {
        stop("fault", facts.last_fault.text);
    }
    (void)life_release(record); /* three would be quarantine */
}

int main(int argc, char **argv)
{
    enum { WARM_UP = 20, MEMORY_KB = 512 };
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 200;
    const char *dir = WILD_DIR;
    registry *r = NULL;
    err e = {0};
    const registry_config config = {.caged_dirs = &dir,
                                    .caged_dir_count = 1,
                                    .accepts_unsigned = true,
                                    .cage_path = CAGE_PATH,
                                    .cage_deadline_ms = 60000};
    log_set_level(LOG_ERROR);
    if (!registry_new(&config, &r, &e)) {
        stop("plugins", e.text);
    }
    const criterion_spec *spec = &registry_program(r)->criteria[0];
    life_record *record = registry_plugin_record(r, 0);
    lotse_error why = {.size = sizeof why};
    const lotse_criterion *c = spec->factory->create(&spec->cage->host, spec->id, &why);
    if (c == NULL) {
        stop("create", why.sentence);
    }
    for (uint32_t i = 0; i < WARM_UP; i++) {
        crash(c, record);
    }
    uint32_t fds = fd_count();
    long memory = resident_kb();
    int64_t begin = clock_monotonic_ns();
    for (uint32_t i = 0; i < count; i++) {
        crash(c, record);
    }
    double ms = (double)(clock_monotonic_ns() - begin) * 1e-6;
    bool is_clean = fd_count() == fds && resident_kb() - memory <= MEMORY_KB && !has_children();
    printf("%u crashes and restarts in %.1f s, %.2f ms each; descriptors %u before, %u after; "
           "memory %ld KiB before, %ld KiB after; %s process left\n",
           count, ms * 1e-3, ms / count, fds, fd_count(), memory, resident_kb(),
           has_children() ? "a" : "no");
    c->destroy(c->self);
    registry_free(&r);
    return is_clean ? EXIT_SUCCESS : EXIT_FAILURE;
}
