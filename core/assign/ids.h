#ifndef CORE_ASSIGN_IDS_H
#define CORE_ASSIGN_IDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/* Millions of ids to numbers and back. Numbers are given in the order of coming. Zero-initialised
 * is empty. One thread. */
typedef struct id_slot {
    uint32_t hash; /* as much of it as the place in the table may depend on */
    uint32_t number;
    uint64_t text_begin : 48;
    uint64_t text_len : 16; /* 0: the slot is free */
} id_slot;

typedef struct ids {
    id_slot *slots; /* a power of two of them, at most half in use */
    uint32_t slot_count;
    char *text;
    uint64_t text_len;
    uint64_t text_cap;
    uint64_t *text_begin; /* of a number; one more at the end */
    uint32_t count;
    uint32_t cap;
} ids;

/* An id has 1 to 65,535 bytes. */
bool ids_find(const ids *x, bytes id, uint32_t *ret);
/* For many at once: hash, fetch and touch all of them, then find: waiting for memory then overlaps.
 */
uint32_t ids_hash(bytes id);
void ids_fetch(const ids *x, uint32_t hash);
void ids_touch(const ids *x, uint32_t hash); /* after ids_fetch, a while later */
bool ids_find_hashed(const ids *x, bytes id, uint32_t hash, uint32_t *ret);
/* Finds it, or adds it. *ret_is_new may be NULL. ERR_MEMORY. */
bool ids_add(ids *x, bytes id, uint32_t *ret, bool *ret_is_new, err *e);
bytes ids_text(const ids *x, uint32_t number);
/* Gives new numbers, in byte order. ret_new[old number] is the new one. *ret_is_same: they came in
 * that order already. ERR_MEMORY. */
bool ids_sort(ids *x, uint32_t *ret_new, bool *ret_is_same, err *e);
void ids_fini(ids *x);

#endif
