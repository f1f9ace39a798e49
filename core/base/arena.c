/* Memory by lifetimes. Everything the engine allocates comes through mem_new or an arena, so that a
 * test can make any single allocation fail. */
#include "base/arena.h"

#include <assert.h>
#include <errno.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/check.h"

enum {
    BLOCK_LEN_MIN = 4096,
    BLOCK_LEN_MAX = 1024 * 1024,
    ARENA_ALIGN = alignof(max_align_t),
    HUGE_PAGE_LEN = 2 * 1024 * 1024
};

struct arena_block {
    alignas(max_align_t) arena_block *older;
    size_t len; /* of the memory behind this head */
};

static_assert(sizeof(arena_block) % ARENA_ALIGN == 0, "memory behind the head must be aligned");

/* Calls left until the one that fails; 0: none does. Mutable file-scope state by exception: the
 * count must reach every allocation of the process without travelling through every signature. */
static _Atomic uint64_t calls_until_failure;

static bool is_call_to_fail(void)
{
    uint64_t left = atomic_load_explicit(&calls_until_failure, memory_order_relaxed);
    while (left != 0) {
        if (atomic_compare_exchange_weak(&calls_until_failure, &left, left - 1)) {
            return left == 1;
        }
    }
    return false;
}

void mem_fail_at(uint64_t call_number)
{
    atomic_store(&calls_until_failure, call_number);
}

/* Tables of many megabytes are read at random, and small pages make every such read miss the
 * processor's page cache as well. A wish only: without huge pages everything works, slower. */
static void wish_huge_pages(void *base, size_t len)
{
    uintptr_t start = ((uintptr_t)base + HUGE_PAGE_LEN - 1) & ~(uintptr_t)(HUGE_PAGE_LEN - 1);
    uintptr_t end = ((uintptr_t)base + len) & ~(uintptr_t)(HUGE_PAGE_LEN - 1);
    if (start < end && madvise((void *)start, end - start, MADV_HUGEPAGE) != 0) {
        errno = 0;
    }
}

void *mem_new(size_t len)
{
    if (is_call_to_fail()) {
        return NULL;
    }
    void *memory = calloc(1, len == 0 ? 1 : len);
    if (memory != NULL && len >= 2 * (size_t)HUGE_PAGE_LEN) {
        wish_huge_pages(memory, len);
    }
    return memory;
}

void *mem_resize(void *base, size_t old_len, size_t new_len)
{
    if (is_call_to_fail()) {
        return NULL;
    }
    char *moved = realloc(base, new_len == 0 ? 1 : new_len);
    if (moved != NULL && new_len > old_len) {
        memset(moved + old_len, 0, new_len - old_len);
    }
    return moved;
}

void mem_free(void *base)
{
    free(base);
}

static bool add_block(arena *a, size_t len)
{
    size_t block_len = a->blocks == NULL ? BLOCK_LEN_MIN : a->blocks->len * 2;
    if (block_len > BLOCK_LEN_MAX) {
        block_len = BLOCK_LEN_MAX;
    }
    if (block_len < len) {
        block_len = len;
    }
    size_t whole_len;
    if (!size_add(block_len, sizeof(arena_block), &whole_len)) {
        return false;
    }
    arena_block *block = mem_new(whole_len);
    if (block == NULL) {
        return false;
    }
    block->older = a->blocks;
    block->len = block_len;
    a->blocks = block;
    a->next = (char *)(block + 1);
    a->end = a->next + block_len;
    return true;
}

void *arena_new(arena *a, size_t len)
{
    size_t need;
    if (!size_add(len == 0 ? 1 : len, ARENA_ALIGN - 1, &need)) {
        return NULL;
    }
    need &= ~(size_t)(ARENA_ALIGN - 1);
    if (a->max_len != 0 && (need > a->max_len || a->used_len > a->max_len - need)) {
        return NULL;
    }
    if ((size_t)(a->end - a->next) < need && !add_block(a, need)) {
        return NULL;
    }
    char *memory = a->next;
    a->next += need;
    a->used_len += need;
    return memset(memory, 0, need);
}

void *arena_array(arena *a, size_t count, size_t width)
{
    size_t len;
    if (!size_multiply(count, width, &len)) {
        return NULL;
    }
    return arena_new(a, len);
}

bytes arena_copy(arena *a, bytes what)
{
    size_t len;
    char *copy = size_add(what.len, 1, &len) ? arena_new(a, len) : NULL;
    if (copy == NULL) {
        return (bytes){NULL, 0};
    }
    if (what.len > 0) {
        memcpy(copy, what.base, what.len);
    }
    return (bytes){copy, what.len};
}

char *arena_text(arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    check(len >= 0);
    char *text = arena_new(a, (size_t)len + 1);
    if (text != NULL) {
        va_start(args, format);
        int again = vsnprintf(text, (size_t)len + 1, format, args);
        va_end(args);
        check(again == len);
    }
    return text;
}

void arena_reset(arena *a)
{
    arena_block *largest = a->blocks;
    for (arena_block *block = a->blocks; block != NULL; block = block->older) {
        if (block->len > largest->len) {
            largest = block;
        }
    }
    arena_block *older;
    for (arena_block *block = a->blocks; block != NULL; block = older) {
        older = block->older;
        if (block != largest) {
            mem_free(block);
        }
    }
    a->blocks = largest;
    a->used_len = 0;
    if (largest != NULL) {
        largest->older = NULL;
        a->next = (char *)(largest + 1);
        a->end = a->next + largest->len;
    }
}

void arena_fini(arena *a)
{
    arena_block *older;
    for (arena_block *block = a->blocks; block != NULL; block = older) {
        older = block->older;
        mem_free(block);
    }
    *a = (arena){.max_len = a->max_len};
}
