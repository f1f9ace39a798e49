#include "plugin/window.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/check.h"
#include "plugin/copy.h"

/* A stretch of the window; the stretches follow one another and cover it. */
typedef struct window_block {
    uint64_t offset, len;
    uint64_t key; /* 0: free */
    wire_table table;
} window_block;

struct window {
    pthread_mutex_t lock;
    int fd;
    char *base;
    uint64_t len;
    uint64_t used_len;
    window_block *blocks;
    uint32_t block_count, block_cap;
};

enum { BLOCK_CAP_FIRST = 16, BLOCK_COUNT_MAX = 65536, PAGE_LEN = 4096 };

static bool make_room_for_block(window *w)
{
    if (w->block_count < w->block_cap) {
        return true;
    }
    uint32_t cap = w->block_cap == 0 ? BLOCK_CAP_FIRST : w->block_cap * 2;
    window_block *blocks =
        cap > BLOCK_COUNT_MAX
            ? NULL
            : mem_resize(w->blocks, w->block_cap * sizeof *blocks, cap * sizeof *blocks);
    if (blocks == NULL) {
        return false;
    }
    w->blocks = blocks;
    w->block_cap = cap;
    return true;
}

static bool make_file(window *w, err *e)
{
    w->fd = memfd_create("lotse-window", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (w->fd < 0 || ftruncate(w->fd, (off_t)w->len) != 0) {
        return fail(e, ERR_PLUGIN_MEMORY, "could not make a plugin's window: %s", strerror(errno));
    }
    void *base = mmap(NULL, w->len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, w->fd, 0);
    if (base == MAP_FAILED) {
        return fail(e, ERR_PLUGIN_MEMORY, "could not map a plugin's window: %s", strerror(errno));
    }
    w->base = base;
    if (fcntl(w->fd, F_ADD_SEALS,
              F_SEAL_FUTURE_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0) {
        return fail(e, ERR_PLUGIN_NO_CAGE, "could not seal a plugin's window: %s", strerror(errno));
    }
    return true;
}

bool window_new(uint64_t len, window **ret, err *e)
{
    window *w = mem_new(sizeof *w);
    if (w == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a plugin's window");
    }
    w->fd = -1;
    w->len = len;
    check(pthread_mutex_init(&w->lock, NULL) == 0);
    if (!make_room_for_block(w)) {
        window_free(&w);
        return fail(e, ERR_MEMORY, "no memory for a plugin's window");
    }
    /* The first page stays free: an offset of 0 means "not there". */
    w->blocks[0] = (window_block){.offset = PAGE_LEN, .len = len - PAGE_LEN};
    w->block_count = 1;
    if (!make_file(w, e)) {
        window_free(&w);
        return false;
    }
    *ret = w;
    return true;
}

void window_free(window **window_to_free)
{
    window *w = *window_to_free;
    if (w == NULL) {
        return;
    }
    if (w->base != NULL) {
        check(munmap(w->base, w->len) == 0);
    }
    if (w->fd >= 0) {
        close(w->fd);
    }
    check(pthread_mutex_destroy(&w->lock) == 0);
    mem_free(w->blocks);
    mem_free(w);
    *window_to_free = NULL;
}

int window_fd(const window *w)
{
    return w->fd;
}

uint64_t window_len(const window *w)
{
    return w->len;
}

uint64_t window_used_len(window *w)
{
    check(pthread_mutex_lock(&w->lock) == 0);
    uint64_t len = w->used_len;
    check(pthread_mutex_unlock(&w->lock) == 0);
    return len;
}

/* ------------------------------------------------------------------------------------ showing */

static window_block *find_block(window *w, uint64_t key)
{
    for (uint32_t i = 0; i < w->block_count; i++) {
        if (w->blocks[i].key == key) {
            return &w->blocks[i];
        }
    }
    return NULL;
}

/* The first free stretch that is long enough, cut to length. Whole pages, so that two tables share
 * none. */
static window_block *take_block(window *w, uint64_t len)
{
    uint64_t whole = (len + PAGE_LEN - 1) / PAGE_LEN * PAGE_LEN;
    if (!make_room_for_block(w)) {
        return NULL;
    }
    for (uint32_t i = 0; i < w->block_count; i++) {
        window_block *b = &w->blocks[i];
        if (b->key != 0 || b->len < whole) {
            continue;
        }
        if (b->len > whole) {
            memmove(b + 2, b + 1, (w->block_count - i - 1) * sizeof *b);
            b[1] = (window_block){.offset = b->offset + whole, .len = b->len - whole};
            b->len = whole;
            w->block_count++;
        }
        return b;
    }
    return NULL;
}

static bool add_table(window *w, uint64_t key, const lotse_table *t, const window_block **ret,
                      err *e)
{
    copy_plan plan;
    if (!copy_plan_make(t, NULL, 0, &plan)) {
        return fail(e, ERR_INTERNAL, "a table holds a column that is never given to plugins");
    }
    window_block *b = take_block(w, plan.len == 0 ? 1 : plan.len);
    if (b == NULL) {
        return fail(e, ERR_PLUGIN_MEMORY, "a plugin's window has no room for %llu bytes",
                    (unsigned long long)plan.len);
    }
    b->key = key;
    b->table = plan.table;
    b->table.where = WIRE_IN_WINDOW;
    for (uint32_t i = 0; i < plan.table.column_count; i++) {
        lotse_column *c = &b->table.columns[i];
        if (c->type != 0) {
            c->offset += b->offset;
            c->known_offset += b->offset;
            c->values_offset += b->offset;
        }
    }
    copy_table(&plan, t, w->base + b->offset);
    w->used_len += b->len;
    *ret = b;
    return true;
}

bool window_show(window *w, uint64_t key, const lotse_table *t, wire_table *ret, err *e)
{
    check(key != 0);
    check(pthread_mutex_lock(&w->lock) == 0);
    const window_block *b = find_block(w, key);
    bool is_shown = b != NULL || add_table(w, key, t, &b, e);
    if (is_shown) {
        *ret = b->table;
    }
    check(pthread_mutex_unlock(&w->lock) == 0);
    return is_shown;
}

/* Free neighbours become one. */
static void join_free(window *w, uint32_t index)
{
    window_block *b = &w->blocks[index];
    if (index + 1 < w->block_count && b[1].key == 0) {
        b->len += b[1].len;
        memmove(b + 1, b + 2, (w->block_count - index - 2) * sizeof *b);
        w->block_count--;
    }
    if (index > 0 && b[-1].key == 0) {
        b[-1].len += b->len;
        memmove(b, b + 1, (w->block_count - index - 1) * sizeof *b);
        w->block_count--;
    }
}

void window_forget(window *w, uint64_t key)
{
    check(key != 0);
    check(pthread_mutex_lock(&w->lock) == 0);
    window_block *b = find_block(w, key);
    if (b != NULL) {
        /* The seal that keeps others from writing forbids punching holes too. */
        memset(w->base + b->offset, 0, b->len);
        w->used_len -= b->len;
        b->key = 0;
        join_free(w, (uint32_t)(b - w->blocks));
    }
    check(pthread_mutex_unlock(&w->lock) == 0);
}
