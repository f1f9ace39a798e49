#include "model/code.h"

#include <string.h>

/* The lists are made from codes.def by inclusion, once for the entries and once for the lists, so
 * that a code stands in one line of one file. */

#define LIST(name, is_ordered, compared_count) static const code_entry name##_entries[] = {
#define CODE(id, de, en, note) {id, de, en, note},
#define END(name)                                                                                  \
    }                                                                                              \
    ;
#include "model/codes.def"
#undef LIST
#undef CODE
#undef END

#define ENTRY_COUNT(name) (sizeof(name##_entries) / sizeof(name##_entries[0]))

const code_list code_lists[CODE_LIST_COUNT] = {
#define LIST(name, is_ordered, compared_count)                                                     \
    {#name, is_ordered, ENTRY_COUNT(name), name##_entries,                                         \
     (compared_count) > 0 ? (compared_count) : ENTRY_COUNT(name)},
#define CODE(id, de, en, note)
#define END(name)
#include "model/codes.def"
#undef LIST
#undef CODE
#undef END
};

const code_list *code_list_all(uint32_t *ret_count)
{
    *ret_count = CODE_LIST_COUNT;
    return code_lists;
}

const code_list *code_list_find(const char *name)
{
    for (uint32_t i = 0; i < CODE_LIST_COUNT; i++) {
        if (strcmp(code_lists[i].name, name) == 0) {
            return &code_lists[i];
        }
    }
    return NULL;
}

bool code_find(const code_list *list, bytes id, uint32_t *ret_position)
{
    if (id.len == 0) {
        return false;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        const char *entry = list->entries[i].id;
        if (entry[0] == id.base[0] && strlen(entry) == id.len &&
            memcmp(entry, id.base, id.len) == 0) {
            *ret_position = i;
            return true;
        }
    }
    return false;
}
