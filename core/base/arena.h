#ifndef CORE_BASE_ARENA_H
#define CORE_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* Memory of one lifetime (request, batch, process): handed out by bumping a pointer, given back all
 * at once. Zero-initialised is empty and ready. Not for two threads at a time. */
typedef struct arena_block arena_block;
typedef struct arena {
    arena_block *blocks; /* newest first */
    char *next;
    char *end;
    size_t used_len;
    size_t max_len; /* 0: no limit; past it allocation answers NULL */
} arena;

/* Zeroed memory, aligned for any type; NULL when there is none. */
void *arena_new(arena *a, size_t len);
void *arena_array(arena *a, size_t count,
                  size_t width);        /* overflow-checked; count 0 gives a valid pointer */
bytes arena_copy(arena *a, bytes what); /* NUL behind the copy; {NULL,0} when there is no memory */
char *arena_text(arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
void arena_reset(arena *a); /* forgets everything, keeps the largest block */
void arena_fini(arena *a);

#define arena_make(a, type) ((type *)arena_new((a), sizeof(type)))
#define arena_make_array(a, count, type) ((type *)arena_array((a), (count), sizeof(type)))

/* The only doors to malloc outside an arena; for x_new and x_free. Zeroed; NULL when there is none.
 * Tests make the n-th call fail with mem_fail_at(n) (0: never again). */
void *mem_new(size_t len);
void *mem_resize(void *base, size_t old_len,
                 size_t new_len); /* on failure NULL and base untouched; new bytes zeroed */
void mem_free(void *base);
void mem_fail_at(uint64_t call_number);

#endif
