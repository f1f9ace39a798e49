#include "plugin/manifest_part.h"

/* An array's memory and its readers: makes a zeroed C array as long as the JSON array. */
bool manifest_read_array(const reader *r, uint32_t count_max, size_t width, arena *a,
                         uint32_t *ret_count, void **ret, err *e)
{
    uint32_t count = 0;
    if (!reader_array(r, count_max, &count, e)) {
        return false;
    }
    void *entries = arena_array(a, count, width);
    if (entries == NULL) {
        return fail(e, ERR_MEMORY, "no memory for a manifest");
    }
    *ret_count = count;
    *ret = entries;
    return true;
}

/* One id twice among the entries before `count`, which stand `width` bytes apart, id first. */
bool manifest_refuse_twice(const reader *r, const void *entries, size_t width, uint32_t count,
                           bytes id, err *e)
{
    for (uint32_t i = 0; i < count; i++) {
        const bytes *other = (const bytes *)((const char *)entries + i * width);
        if (bytes_equal(*other, id)) {
            return reader_refuse(r, e, "the id \"%s\" stands twice", id.base);
        }
    }
    return true;
}

bool manifest_read_code_list(const reader *r, arena *a, const code_list **ret, err *e)
{
    bytes name;
    if (!reader_text(r, 1, ID_LEN_MAX, a, &name, e)) {
        return false;
    }
    const code_list *list = code_list_find(name.base);
    if (list == NULL) {
        return reader_refuse(r, e, "there is no code list \"%s\"", name.base);
    }
    *ret = list;
    return true;
}

bool manifest_read_code(const reader *r, const code_list *list, arena *a, uint32_t *ret, err *e)
{
    bytes id;
    if (!reader_text(r, 1, ID_LEN_MAX, a, &id, e)) {
        return false;
    }
    if (!code_find(list, id, ret)) {
        return reader_refuse(r, e, "\"%s\" is no code of the list \"%s\"", id.base, list->name);
    }
    return true;
}

bool manifest_read_code_mask(const reader *r, const code_list *list, arena *a, uint64_t *ret,
                             err *e)
{
    uint32_t count = 0;
    if (!reader_array(r, 64, &count, e)) {
        return false;
    }
    if (count == 0) {
        return reader_refuse(r, e, "at least one code must stand here");
    }
    uint64_t mask = 0;
    const json_node *node = NULL;
    uint32_t index = 0;
    reader entry;
    while (reader_next(r, &node, &index, &entry)) {
        uint32_t position = 0;
        if (!manifest_read_code(&entry, list, a, &position, e)) {
            return false;
        }
        if (position > 63) {
            return reader_refuse(&entry, e, "codes of \"%s\" cannot be used in a set", list->name);
        }
        mask |= UINT64_C(1) << position;
    }
    *ret = mask;
    return true;
}
