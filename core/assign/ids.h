#ifndef CORE_ASSIGN_IDS_H
#define CORE_ASSIGN_IDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/* Millions of ids to numbers and back. Numbers are given in the order of coming. Zero-initialised
 * is empty. One thread. */
typedef struct id_slot {
    uint64_t hash;
    uint32_t number;
    uint32_t is_used;
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

bool ids_find(const ids *x, bytes id, uint32_t *ret);
/* Finds it, or adds it. *ret_is_new may be NULL. ERR_MEMORY. */
bool ids_add(ids *x, bytes id, uint32_t *ret, bool *ret_is_new, err *e);
bytes ids_text(const ids *x, uint32_t number);
/* Gives new numbers, in byte order. ret_new[old number] is the new one. *ret_is_same: they came in
 * that order already. ERR_MEMORY. */
bool ids_sort(ids *x, uint32_t *ret_new, bool *ret_is_same, err *e);
void ids_fini(ids *x);

#endif
