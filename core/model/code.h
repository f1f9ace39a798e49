#ifndef CORE_MODEL_CODE_H
#define CORE_MODEL_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* Every code list of the records. codes.def is the one place; schemas/codes/NAME.json are written
 * from it and a test compares. Positions never change: plugins and stored masks rely on them. */
typedef struct code_entry {
    const char *id;
    const char *de;
    const char *en;
    const char *note; /* legal basis or remark, or NULL */
} code_entry;

typedef struct code_list {
    const char *name;   /* "kind", "level", "target_group", ... */
    bool is_ordered;    /* positions may be compared */
    uint32_t count;     /* at most 64 for lists used in sets */
    const code_entry *entries;
} code_list;

const code_list *code_list_all(uint32_t *ret_count);
const code_list *code_list_find(const char *name); /* NULL: no such list */
bool code_find(const code_list *list, bytes id, uint32_t *ret_position);
const char *code_label(const code_list *list, uint32_t position, const char *lang); /* de or en */

#endif
