#ifndef CORE_TAXONOMY_RANK_LIST_H
#define CORE_TAXONOMY_RANK_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

/* Lists as people hand them in: `id<TAB>text` a line. */
typedef struct rank_line {
    bytes id;
    bytes text;
    uint32_t group; /* filled by rank_list_group */
} rank_line;

typedef struct rank_list {
    rank_line *lines; /* borrow from the text that was read */
    uint32_t count;
    uint32_t group_count;
    uint32_t id_repeat_max; /* labels of the id with most; filled by rank_list_group */
} rank_list;

/* Reads a list; a byte-order mark, CR and empty lines are passed over. The failure names `name` and
 * the line. Memory is the arena's. [any] */
bool rank_list_read(bytes text, const char *name, arena *a, rank_list *ret, err *e);

/* Finds which labels mean one concept: those with one id, and those whose ids differ only in a
 * number behind the last "_" or "#" (C17_de_000, C17_de_001). The second is believed only where
 * labels of such a group look alike more often than others do. False: no memory. */
bool rank_list_group(rank_list *list, arena *a, err *e);

#endif
