#include "plugin/child/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "plugin/wire.h"

/* ------------------------------------------------------------------------------------ namespaces
 */

/* Each by itself, so that one the machine refuses does not cost the others. The user namespace
 * comes first: it is what allows the rest to an ordinary user. */
static uint32_t leave_namespaces(void)
{
    static const struct {
        int flag;
        uint32_t wall;
    } spaces[] = {{CLONE_NEWUSER, WIRE_WALL_USER},
                  {CLONE_NEWNET, WIRE_WALL_NET},
                  {CLONE_NEWIPC, WIRE_WALL_IPC},
                  {CLONE_NEWNS, WIRE_WALL_MOUNT},
                  {CLONE_NEWUTS, WIRE_WALL_UTS}};
    uint32_t walls = 0;
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) {
        walls |= unshare(spaces[i].flag) == 0 ? spaces[i].wall : 0;
    }
    return walls;
}

static void drop_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}, {0}};
    for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++) {
        (void)prctl(PR_CAPBSET_DROP, cap); /* an ordinary user has none to drop */
    }
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); /* likewise */
    (void)syscall(SYS_capset, &head, none);                         /* likewise */
}

/* ------------------------------------------------------------------------------------ limits */

static void set_limit(__rlimit_resource_t which, rlim_t value)
{
    const struct rlimit limit = {value, value};
    (void)setrlimit(which, &limit); /* lowering is always allowed */
}

static void set_limits(uint64_t memory_max)
{
    set_limit(RLIMIT_AS, memory_max);
    set_limit(RLIMIT_NPROC, 1);
    set_limit(RLIMIT_FSIZE, 0);
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_NOFILE, 16);
    set_limit(RLIMIT_MEMLOCK, 0);
    set_limit(RLIMIT_STACK, 8 * 1024 * 1024);
}

/* ------------------------------------------------------------------------------------ landlock */

/* What each version of the kernel's interface can forbid; the program asks for all it knows. */
static uint64_t forbidden_files(int abi)
{
    uint64_t all = (1ULL << 13) - 1;  /* the first version: everything up to making links */
    all |= abi >= 2 ? 1ULL << 13 : 0; /* moving between folders */
    all |= abi >= 3 ? 1ULL << 14 : 0; /* cutting files short */
    all |= abi >= 5 ? 1ULL << 15 : 0; /* ioctl of devices */
    return all;
}

/* The kernel's struct has grown since the header this is built with: its first three members. */
typedef struct ruleset {
    uint64_t files;
    uint64_t net;    /* from version 4 */
    uint64_t scoped; /* from version 6 */
} ruleset;

static void allow_reading(int rules, const char *path)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0) {
        return; /* not on this machine */
    }
    struct landlock_path_beneath_attr rule = {.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE |
                                                                LANDLOCK_ACCESS_FS_READ_DIR |
                                                                LANDLOCK_ACCESS_FS_EXECUTE,
                                              .parent_fd = fd};
    if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
        rule.allowed_access =
            LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE; /* a file */
        (void)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
    close(fd);
}

/* Only the system's libraries may be read: what a plugin links. */
static bool lock_land(void)
{
    static const char *const paths[] = {"/lib", "/lib64", "/usr/lib", "/usr/lib64",
                                        "/etc/ld.so.cache"};
    int abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1) {
        return false;
    }
    const ruleset all = {.files = forbidden_files(abi), .net = 3, .scoped = 3};
    size_t len = abi >= 6 ? sizeof all : abi >= 4 ? offsetof(ruleset, scoped) : sizeof all.files;
    int rules = (int)syscall(SYS_landlock_create_ruleset, &all, len, 0);
    if (rules < 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        allow_reading(rules, paths[i]);
    }
    bool is_locked = syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    close(rules);
    return is_locked;
}

/* ------------------------------------------------------------------------------------ beginning */

uint32_t sandbox_begin(uint64_t memory_max, int32_t parent)
{
    uint32_t walls = leave_namespaces();
    drop_capabilities();
    /* Changing what it may do clears these two, therefore they come after it. */
    (void)prctl(PR_SET_DUMPABLE, 0);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) {
        _exit(WIRE_EXIT_ORPHAN);
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        _exit(WIRE_EXIT_SETUP);
    }
    set_limits(memory_max);
    return walls | (lock_land() ? WIRE_WALL_LANDLOCK : 0);
}

/* ------------------------------------------------------------------------------------ seccomp */

/* What is not named ends the process: it is never an accident, and the host hears of it. */
typedef struct filter {
    scmp_filter_ctx ctx;
    bool is_whole;
} filter;

static void allow(filter *f, int call)
{
    f->is_whole = f->is_whole && seccomp_rule_add(f->ctx, SCMP_ACT_ALLOW, call, 0) == 0;
}

static void allow_if(filter *f, int call, uint32_t count, const struct scmp_arg_cmp *conditions)
{
    f->is_whole =
        f->is_whole && seccomp_rule_add_array(f->ctx, SCMP_ACT_ALLOW, call, count, conditions) == 0;
}

/* Things that libraries do out of habit and can do without. */
static void refuse(filter *f, int call, int error)
{
    f->is_whole =
        f->is_whole && seccomp_rule_add(f->ctx, SCMP_ACT_ERRNO((uint16_t)error), call, 0) == 0;
}

/* Conditions on an argument. */
static struct scmp_arg_cmp equals(uint32_t argument, uint32_t value)
{
    return (struct scmp_arg_cmp){argument, SCMP_CMP_EQ, value, 0};
}

static struct scmp_arg_cmp differs(uint32_t argument, uint32_t value)
{
    return (struct scmp_arg_cmp){argument, SCMP_CMP_NE, value, 0};
}

static struct scmp_arg_cmp masked(uint32_t argument, uint32_t mask, uint32_t value)
{
    return (struct scmp_arg_cmp){argument, SCMP_CMP_MASKED_EQ, mask, value};
}

static bool begin_filter(filter *f)
{
    f->ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
    f->is_whole = f->ctx != NULL;
    return f->is_whole;
}

static bool load_filter(filter *f)
{
    bool is_loaded = f->is_whole && seccomp_load(f->ctx) == 0;
    seccomp_release(f->ctx);
    return is_loaded;
}

/* Computing, memory of its own, and ending. */
static void allow_computing(filter *f)
{
    const struct scmp_arg_cmp plain_memory[] = {
        masked(2, PROT_EXEC, 0), masked(3, MAP_ANONYMOUS | MAP_SHARED, MAP_ANONYMOUS)};
    const struct scmp_arg_cmp no_code[] = {masked(2, PROT_EXEC, 0)};
    const struct scmp_arg_cmp itself[] = {equals(0, (uint32_t)getpid())};
    const struct scmp_arg_cmp to_log[] = {equals(0, STDERR_FILENO)};
    const struct scmp_arg_cmp to_host[] = {equals(0, WIRE_FD_DONE)};
    allow_if(f, SCMP_SYS(mmap), 2, plain_memory);
    allow_if(f, SCMP_SYS(mprotect), 1, no_code);
    allow_if(f, SCMP_SYS(tgkill), 1, itself); /* abort() */
    allow_if(f, SCMP_SYS(write), 1, to_log);
    allow_if(f, SCMP_SYS(write), 1, to_host);
    allow_if(f, SCMP_SYS(writev), 1, to_log);
    allow(f, SCMP_SYS(munmap));
    allow(f, SCMP_SYS(mremap));
    allow(f, SCMP_SYS(madvise));
    allow(f, SCMP_SYS(brk));
    allow(f, SCMP_SYS(exit));
    allow(f, SCMP_SYS(exit_group));
    allow(f, SCMP_SYS(rt_sigaction));
    allow(f, SCMP_SYS(rt_sigprocmask));
    allow(f, SCMP_SYS(rt_sigreturn));
    allow(f, SCMP_SYS(sigaltstack));
    allow(f, SCMP_SYS(getpid));
    allow(f, SCMP_SYS(gettid));
    allow(f, SCMP_SYS(nanosleep)); /* ends at the deadline, as any waiting does */
    allow(f, SCMP_SYS(clock_nanosleep));
    allow(f, SCMP_SYS(sched_yield));
    allow(f, SCMP_SYS(restart_syscall));
    allow(f, SCMP_SYS(futex)); /* alone with itself */
    refuse(f, SCMP_SYS(clock_gettime), EPERM);
    refuse(f, SCMP_SYS(gettimeofday), EPERM);
    refuse(f, SCMP_SYS(getrandom), EPERM);
    refuse(f, SCMP_SYS(ioctl), ENOTTY); /* is the log a terminal? */
    refuse(f, SCMP_SYS(prlimit64), EPERM);
    refuse(f, SCMP_SYS(getrlimit), EPERM);
    refuse(f, SCMP_SYS(sysinfo), EPERM);
    refuse(f, SCMP_SYS(readlinkat), EPERM);
    refuse(f, SCMP_SYS(readlink), EPERM);
}

bool sandbox_lock_loading(void)
{
    filter f;
    if (!begin_filter(&f)) {
        return false;
    }
    const struct scmp_arg_cmp read_only[] = {
        masked(2, O_ACCMODE | O_CREAT | O_TRUNC | O_TMPFILE | O_PATH, 0)};
    const struct scmp_arg_cmp private_file[] = {masked(2, PROT_WRITE | PROT_EXEC, PROT_EXEC),
                                                masked(3, MAP_ANONYMOUS | MAP_SHARED, 0)};
    const struct scmp_arg_cmp private_data[] = {masked(2, PROT_EXEC, 0),
                                                masked(3, MAP_ANONYMOUS | MAP_SHARED, 0)};
    allow_computing(&f);
    const struct scmp_arg_cmp of_descriptor[] = {equals(3, AT_EMPTY_PATH)};
    const struct scmp_arg_cmp of_path[] = {differs(3, AT_EMPTY_PATH)};
    allow_if(&f, SCMP_SYS(openat), 1, read_only);
    allow_if(&f, SCMP_SYS(newfstatat), 1, of_descriptor);
    f.is_whole = f.is_whole && seccomp_rule_add_array(f.ctx, SCMP_ACT_ERRNO(ENOENT),
                                                      SCMP_SYS(newfstatat), 1, of_path) == 0;
    allow(&f, SCMP_SYS(fstat));
    allow(&f, SCMP_SYS(read));
    allow_if(&f, SCMP_SYS(mmap), 2, private_file);
    allow_if(&f, SCMP_SYS(mmap), 2, private_data);
    allow(&f, SCMP_SYS(close));
    allow(&f, SCMP_SYS(pread64));
    /* For the last lock. */
    allow(&f, SCMP_SYS(seccomp));
    allow(&f, SCMP_SYS(prctl));
    return load_filter(&f);
}

bool sandbox_lock_working(void)
{
    filter f;
    if (!begin_filter(&f)) {
        return false;
    }
    const struct scmp_arg_cmp from_host[] = {equals(0, WIRE_FD_RING)};
    allow_computing(&f);
    allow_if(&f, SCMP_SYS(read), 1, from_host);
    refuse(&f, SCMP_SYS(fstat), EPERM);
    refuse(&f, SCMP_SYS(newfstatat), EPERM);
    return load_filter(&f);
}
