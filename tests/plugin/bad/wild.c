/* One plugin that misbehaves in the one way that the build names (WILD_x): what a cage has to hold.
 * It never shows up as anything but its own named error, in its own process. */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lotse_plugin.h"

#define UNUSED __attribute__((unused))

static volatile int sink;

static int UNUSED recurse(int depth)
{
    volatile char room[4096];
    room[0] = (char)depth;
    return depth == -1 ? 0 : recurse(depth + 1) + room[0];
}

static void UNUSED loop(void)
{
    for (;;) {
        sink++;
    }
}

static void *UNUSED do_nothing(void *context)
{
    return context;
}

/* What is done in the middle of scoring. */
static lotse_status misbehave(const lotse_table *table, const uint32_t *rows, uint32_t row_count,
                              uint8_t *verdicts, int32_t *scores)
{
    (void)table;
    (void)rows;
    (void)row_count;
    (void)verdicts;
    (void)scores;
#if defined(WILD_SEGV)
    *(volatile int *)(uintptr_t)8 = 1;
#elif defined(WILD_ABORT)
    abort();
#elif defined(WILD_EXIT)
    exit(0);
#elif defined(WILD_STACK)
    sink = recurse(0);
#elif defined(WILD_LOOP)
    loop();
#elif defined(WILD_SLEEP)
    sleep(1000);
#elif defined(WILD_SIGTERM)
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    loop();
#elif defined(WILD_BOMB)
    for (size_t len = 0; len < (size_t)64 << 30; len += 1 << 20) {
        char *room = malloc(1 << 20);
        if (room == NULL) {
            return LOTSE_NO_MEMORY;
        }
        memset(room, 1, 4096);
        sink += room[len & 1023];
    }
#elif defined(WILD_OPEN)
    sink = open("/etc/passwd", O_RDONLY);
#elif defined(WILD_CREATE)
    sink = open("/tmp/lotse-wild", O_CREAT | O_WRONLY, 0600);
#elif defined(WILD_SOCKET)
    sink = socket(AF_INET, SOCK_STREAM, 0);
#elif defined(WILD_FORK)
    sink = fork();
#elif defined(WILD_EXEC)
    execl("/bin/sh", "sh", "-c", "true", (char *)NULL);
#elif defined(WILD_MMAP_WX)
    sink = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) == MAP_FAILED;
#elif defined(WILD_MPROTECT_X)
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    sink = mprotect(page, 4096, PROT_READ | PROT_EXEC);
#elif defined(WILD_MMAP_SHARED)
    sink = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 5, 0) == MAP_FAILED;
#elif defined(WILD_THREAD)
    pthread_t thread;
    sink = pthread_create(&thread, NULL, do_nothing, NULL);
#elif defined(WILD_KILL)
    sink = kill(getppid(), SIGTERM);
#elif defined(WILD_TKILL)
    sink = (int)syscall(SYS_tgkill, 1, 1, SIGTERM);
#elif defined(WILD_PTRACE)
    sink = (int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
#elif defined(WILD_VM_READ)
    char byte = 0;
    struct iovec here = {&byte, 1};
    struct iovec there = {&byte, 1};
    sink = (int)process_vm_readv(1, &here, 1, &there, 1, 0);
#elif defined(WILD_IO_URING)
    sink = (int)syscall(SYS_io_uring_setup, 8, NULL);
#elif defined(WILD_MEMFD)
    sink = memfd_create("wild", 0);
#elif defined(WILD_SECCOMP)
    sink = (int)syscall(SYS_seccomp, 0, 0, NULL);
#elif defined(WILD_BPF)
    sink = (int)syscall(SYS_bpf, 0, NULL, 0);
#elif defined(WILD_WRITE_INPUT)
    *(volatile uint8_t *)(uintptr_t)lotse_value(table, lotse_column_of(table, 0), rows[0]) = 1;
#elif defined(WILD_WRITE_ROWS)
    *(volatile uint32_t *)(uintptr_t)rows = 0;
#elif defined(WILD_OVERRUN)
    memset(scores, 0x41, (size_t)64 << 20);
#elif defined(WILD_UNMAP)
    munmap((void *)((uintptr_t)scores & ~(uintptr_t)4095), 4096);
#elif defined(WILD_RANGE)
    scores[0] = 1000001;
#elif defined(WILD_NEGATIVE)
    scores[row_count - 1] = -1;
#elif defined(WILD_VERDICT)
    verdicts[0] = 7;
#elif defined(WILD_CHECK_SCORE)
    verdicts[0] = LOTSE_CHECK;
    scores[0] = 499999;
#elif defined(WILD_STATUS)
    return 42;
#elif defined(WILD_FLOOD)
    for (int i = 0; i < 200000; i++) {
        fprintf(stderr, "line %d\n", i);
    }
#elif defined(WILD_DONE)
    uint64_t once = 1;
    sink = (int)write(8, &once, sizeof once); /* says it is done before it is */
    loop();
#endif
    return LOTSE_OK;
}

static lotse_status configure(void *self, const lotse_params *params, lotse_error *error)
{
    (void)self;
    (void)params;
    (void)error;
    return LOTSE_OK;
}

static lotse_status take(void *self, const lotse_table *anchor, int32_t as_of_day,
                         lotse_error *error)
{
    (void)self;
    (void)anchor;
    (void)as_of_day;
#ifdef WILD_SELECT
    error->status = LOTSE_REFUSED;
    strcpy(error->sentence, "no \x1b[31mred\x1b[0m");
    return LOTSE_REFUSED;
#else
    (void)error;
    return LOTSE_OK;
#endif
}

static lotse_status score(void *self, const lotse_table *table, const uint32_t *rows,
                          uint32_t row_count, const lotse_pairs *pairs, uint8_t *verdicts,
                          int32_t *scores)
{
    (void)self;
    (void)pairs;
    for (uint32_t i = 0; i < row_count; i++) {
        verdicts[i] = LOTSE_YES;
        scores[i] = 250000;
    }
    return misbehave(table, rows, row_count, verdicts, scores);
}

static lotse_status explain(void *self, const lotse_table *table, const uint32_t *rows,
                            uint32_t row_count, const lotse_pairs *pairs, lotse_reasons *reasons)
{
    (void)self;
    (void)table;
    (void)rows;
    (void)pairs;
    for (uint32_t i = 0; i < row_count; i++) {
#if defined(WILD_UNSORTED)
        lotse_reason_add(reasons, i + 1, 0, 125000);
        lotse_reason_add(reasons, i, 0, 125000);
#elif defined(WILD_SUM)
        lotse_reason_add(reasons, i, 0, 250001);
#elif defined(WILD_SUM_HUGE)
        lotse_reason_add(reasons, i, 0, INT32_MAX);
        lotse_reason_add(reasons, i, 0, INT32_MAX);
#elif defined(WILD_SENTENCE)
        lotse_reason_add(reasons, i, 4711, 250000);
#elif defined(WILD_ARGUMENT)
        lotse_reason *r = lotse_reason_add(reasons, i, 1, 250000);
        lotse_reason_arg(r, LOTSE_ARG_CONCEPTS, INT64_MAX);
        r->args[0].count = UINT32_MAX;
#elif defined(WILD_ARG_COUNT)
        lotse_reason *r = lotse_reason_add(reasons, i, 0, 250000);
        r->arg_count = UINT32_MAX;
#elif defined(WILD_COUNT)
        lotse_reason_add(reasons, i, 0, 250000);
        reasons->count = UINT32_MAX;
#elif defined(WILD_VALUES)
        lotse_reason_add(reasons, i, 0, 250000);
        reasons->values_count = UINT32_MAX;
#elif defined(WILD_OFFSETS)
        lotse_reason_add(reasons, i, 0, 125000); /* half, where it really stands */
        reasons->reasons_offset = UINT64_C(0x7fffffff0000);
        reasons->values_offset = UINT64_MAX;
        reasons->capacity = UINT32_MAX;
#elif defined(WILD_SILENT)
        (void)reasons;
#else
        lotse_reason_add(reasons, i, 0, 250000);
#endif
    }
    return LOTSE_OK;
}

static const void *get_extension(void *self, const char *id)
{
    (void)self;
    (void)id;
    return NULL;
}

static void destroy(void *self)
{
    (void)self;
}

static const lotse_criterion *create(const lotse_host *host, const char *id, lotse_error *error)
{
    static const lotse_criterion criterion = {.size = sizeof criterion,
                                              .configure = configure,
                                              .select = take,
                                              .score = score,
                                              .explain = explain,
                                              .get_extension = get_extension,
                                              .destroy = destroy};
    (void)host;
    (void)id;
    (void)error;
    return &criterion;
}

static const lotse_criterion_factory factory = {sizeof(factory), 0, create};

static const void *get_factory(const char *id)
{
    return strcmp(id, LOTSE_CRITERION_1) == 0 ? &factory : NULL;
}

static lotse_status init(const lotse_host *host, lotse_error *error)
{
    (void)host;
    (void)error;
#if defined(WILD_INIT_LOOP)
    loop();
#elif defined(WILD_INIT_FORK)
    sink = fork();
#endif
    return LOTSE_OK;
}

static void deinit(void)
{
}

#if defined(WILD_CONSTRUCTOR)
/* Runs while the library is opened, before anybody asked it anything. */
__attribute__((constructor)) static void construct(void)
{
    sink = open("/etc/passwd", O_RDONLY);
    sink += open("/etc/shadow", O_RDONLY);
    sink = socket(AF_INET, SOCK_STREAM, 0);
}
#elif defined(WILD_CONSTRUCTOR_FILE)
/* Reading a file that is no library of the system: nothing comes of it, and it says so. */
__attribute__((constructor)) static void construct(void)
{
    if (open("/etc/passwd", O_RDONLY) >= 0) {
        abort();
    }
}
#endif

LOTSE_EXPORT const lotse_entry lotse_plugin_entry = {.magic = LOTSE_ENTRY_MAGIC,
                                                     .size = sizeof(lotse_entry),
                                                     .abi_major = LOTSE_ABI_MAJOR,
                                                     .abi_minor = LOTSE_ABI_MINOR,
                                                     .id = WILD_ID,
                                                     .version = "1.0.0",
                                                     .init = init,
                                                     .deinit = deinit,
                                                     .get_factory = get_factory};
