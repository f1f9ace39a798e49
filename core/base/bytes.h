#ifndef CORE_BASE_BYTES_H
#define CORE_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A view of bytes that somebody else owns; not terminated. {NULL, 0} means "absent". */
typedef struct bytes {
    const char *base;
    size_t len;
} bytes;

#define BYTES(literal) ((bytes){(literal), sizeof(literal) - 1})

bytes bytes_of(const char *text); /* text may be NULL: absent */
bool bytes_equal(bytes a, bytes b);
bool bytes_equal_text(bytes a, const char *text);
int bytes_compare(bytes a, bytes b); /* byte order; <0, 0, >0 */
bool bytes_starts_with(bytes a, const char *prefix);
uint64_t bytes_hash(bytes a); /* well mixed, the same on every machine; not against attackers */
uint64_t bytes_checksum(const void *base, size_t len, uint64_t seed); /* several GB/s, for files */

/* A growing text or byte buffer. Zero-initialised is empty and ready. When memory runs out `failed`
 * is set and everything later is ignored: look at it once at the end. */
typedef struct buf {
    char *base;
    size_t len;
    size_t cap;
    bool failed;
} buf;

char *buf_grow(buf *b, size_t len); /* buf_room where there is none yet */
/* Room for len more bytes behind the content, to be filled before len is raised; NULL: no memory.
 */
static inline char *buf_room(buf *b, size_t len)
{
    return b->cap - b->len >= len && !b->failed && b->base != NULL ? b->base + b->len
                                                                   : buf_grow(b, len);
}
static inline void buf_put(buf *b, const void *base, size_t len)
{
    char *room = len == 0 ? NULL : buf_room(b, len);
    if (room != NULL) {
        memcpy(room, base, len);
        b->len += len;
    }
}
static inline void buf_char(buf *b, char c)
{
    char *room = buf_room(b, 1);
    if (room != NULL) {
        *room = c;
        b->len++;
    }
}
void buf_text(buf *b, const char *text);
void buf_print(buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_int(buf *b, int64_t value);
const char *buf_terminated(buf *b); /* a NUL behind the content, not counted in len */
void buf_clear(buf *b);             /* keeps the memory */
void buf_fini(buf *b);
bytes buf_bytes(const buf *b);

/* Arithmetic on sizes from outside. False: it would overflow. */
bool size_add(size_t a, size_t b, size_t *ret_sum);
bool size_multiply(size_t a, size_t b, size_t *ret_product);

#endif
