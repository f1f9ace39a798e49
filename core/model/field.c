#include "model/field.h"

#include <math.h>
#include <string.h>

#include "base/check.h"
#include "model/place.h"
#include "model/record_offer.h"
#include "model/record_seeker.h"
#include "model/record_table.h"

/* Finds columns by path and reads them from decoded records. Where a column's value stands is in
 * its field_source, made from the same line of the .def file as the decoder's table. */

static const char EXT_PREFIX[] = "ext.";
static const char ANY_ENTRY[] = ".*.";
enum { EXT_PREFIX_LEN = sizeof EXT_PREFIX - 1, ANY_ENTRY_LEN = sizeof ANY_ENTRY - 1 };

const field *field_all(record_side side, uint32_t *ret_count)
{
    return side == SIDE_SEEKER ? seeker_columns(ret_count) : offer_columns(ret_count);
}

const field *field_find_column(record_side side, const char *path)
{
    uint32_t count;
    const field *all = field_all(side, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(all[i].path, path) == 0) {
            return &all[i];
        }
    }
    return NULL;
}

static uint32_t entry_type(uint32_t list_type)
{
    switch (list_type) {
    case LOTSE_INT_LIST:
        return LOTSE_INT;
    case LOTSE_DAY_LIST:
        return LOTSE_DAY;
    case LOTSE_CODE_LIST:
        return LOTSE_CODE;
    default:
        check(list_type == LOTSE_CONCEPT_LIST);
        return LOTSE_CONCEPT;
    }
}

/* The column that a pick picks from: its path is the pick's with `*` for the key, and its list is
 * one whose entries a language identifies. */
static const field *find_picked(record_side side, const char *path, uint32_t *ret_key_position,
                                const field **ret_key)
{
    uint32_t count;
    const field *all = field_all(side, &count);
    for (uint32_t i = 0; i < count; i++) {
        const char *any = strstr(all[i].path, ANY_ENTRY);
        bool is_key = any != NULL && strcmp(any, ".*.code") == 0 && all[i].codes == CODES(language);
        size_t list_len = is_key ? (size_t)(any - all[i].path) : 0;
        if (!is_key || strncmp(path, all[i].path, list_len) != 0 || path[list_len] != '.') {
            continue;
        }
        const char *key = path + list_len + 1;
        const char *rest = strchr(key, '.');
        if (rest == NULL ||
            !code_find(CODES(language), (bytes){key, (size_t)(rest - key)}, ret_key_position)) {
            return NULL;
        }
        for (uint32_t k = 0; k < count; k++) {
            if (strncmp(all[k].path, all[i].path, list_len + ANY_ENTRY_LEN) == 0 &&
                strcmp(all[k].path + list_len + ANY_ENTRY_LEN, rest + 1) == 0) {
                *ret_key = &all[i];
                return &all[k];
            }
        }
    }
    return NULL;
}

const field *field_find(record_side side, const char *path, arena *a)
{
    const field *column = field_find_column(side, path);
    if (column != NULL) {
        return column;
    }
    uint32_t position;
    const field *key = NULL;
    const field *picked = find_picked(side, path, &position, &key);
    if (picked == NULL) {
        return NULL;
    }
    field *pick = arena_make(a, field);
    field_source *source = arena_make(a, field_source);
    bytes own_path = arena_copy(a, bytes_of(path));
    if (pick == NULL || source == NULL || own_path.base == NULL) {
        return NULL;
    }
    *source = *picked->source;
    source->is_pick = true;
    source->key_offset = key->source->offset;
    source->key_position = position;
    *pick = *picked;
    pick->path = own_path.base;
    pick->type = entry_type(picked->type);
    pick->source = source;
    /* German is what offers ask for; only other languages tell where somebody comes from. */
    bool is_german = strcmp(CODES(language)->entries[position].id, "de") == 0;
    pick->is_sensitive = picked->is_sensitive && !is_german;
    return pick;
}

const field *field_of_ext(const ext_key *key, arena *a)
{
    field *f = arena_make(a, field);
    const char *path = arena_text(a, "%s%s", EXT_PREFIX, key->id);
    if (f == NULL || path == NULL) {
        return NULL;
    }
    *f = (field){.path = path,
                 .side = key->side,
                 .type = key->type,
                 .role = FIELD_FACT,
                 .is_sensitive = key->is_sensitive,
                 .codes = key->codes,
                 .de = "Feld eines Plugins.",
                 .en = "A plugin's field."};
    return f;
}

/* Numbers of all kinds; false: absent. Null is a number where the column is one of days. */
static bool read_number(const field *f, const void *at, int32_t *ret)
{
    switch (f->source->kind) {
    case MEMBER_INT:
    case MEMBER_TIME:
        *ret = ((const value_int *)at)->value;
        return ((const value_int *)at)->is_set;
    case MEMBER_NUMBER:
        *ret = (int32_t)floor(((const value_number *)at)->value * 100.0 + 0.5);
        return ((const value_number *)at)->is_set;
    case MEMBER_FLAG:
        *ret = ((const value_flag *)at)->value;
        return ((const value_flag *)at)->is_set;
    case MEMBER_DAY:
    case MEMBER_MONTH: {
        const value_day *value = at;
        *ret = value->is_null ? DAY_OPEN : value->value;
        return value->is_set || value->is_null;
    }
    default: {
        check(f->source->kind == MEMBER_CODE);
        const value_code *value = at;
        *ret = value->position;
        return value->is_set && value->position < f->codes->compared_count;
    }
    }
}

static void read_place(const location *at, field_value *ret)
{
    if (at->lat.is_set && at->lon.is_set) {
        place p = place_from_degrees(at->lat.value, at->lon.value);
        ret->is_known = true;
        ret->x = p.x;
        ret->y = p.y;
        ret->z = p.z;
    }
}

static bool read_code_list(const value_code_list *list, arena *a, field_value *ret)
{
    int32_t *numbers = arena_make_array(a, list->count, int32_t);
    if (numbers == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        numbers[i] = list->positions[i];
    }
    ret->is_known = list->is_set;
    ret->numbers = numbers;
    ret->count = list->count;
    return true;
}

/* One value that stands at `at`. */
static bool read_single(const field *f, const void *at, arena *a, field_value *ret)
{
    switch (f->type) {
    case LOTSE_CODE_SET:
        ret->is_known = ((const value_codes *)at)->is_set;
        ret->codes = (lotse_codes){((const value_codes *)at)->members, UINT64_MAX};
        return true;
    case LOTSE_CONCEPT:
        ret->is_known = ((const value_text *)at)->is_set;
        ret->concepts = &((const value_text *)at)->text;
        ret->count = ret->is_known;
        return true;
    case LOTSE_CONCEPT_SET:
        ret->is_known = ((const value_concepts *)at)->is_set;
        ret->concepts = ((const value_concepts *)at)->items;
        ret->count = ((const value_concepts *)at)->count;
        return true;
    case LOTSE_PLACE:
        read_place(at, ret);
        return true;
    case LOTSE_WEEK: {
        value_windows windows;
        memcpy(&windows, at, sizeof windows);
        ret->is_known =
            windows.is_set && week_from_windows(&windows, f->side == SIDE_SEEKER, ret->week);
        return true;
    }
    case LOTSE_CODE_LIST: /* a list of codes by itself */
        return read_code_list(at, a, ret);
    default:
        ret->is_known = read_number(f, at, &ret->number);
        return true;
    }
}

/* One value from each entry of a list, aligned with the list's other columns. */
static bool read_entries(const field *f, const object_list *list, arena *a, field_value *ret)
{
    bool is_concepts = f->type == LOTSE_CONCEPT_LIST;
    bytes *concepts = arena_make_array(a, is_concepts ? list->count : 0, bytes);
    int32_t *numbers = arena_make_array(a, is_concepts ? 0 : list->count, int32_t);
    if (concepts == NULL || numbers == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        const char *entry = (const char *)list->items + (size_t)i * f->source->item_size;
        const void *at = entry + f->source->offset;
        if (is_concepts) {
            concepts[i] = ((const value_text *)at)->text; /* base NULL where absent */
        } else if (!read_number(f, at, &numbers[i])) {
            numbers[i] = LOTSE_ABSENT;
        }
    }
    ret->is_known = list->is_set;
    ret->concepts = is_concepts ? concepts : NULL;
    ret->numbers = is_concepts ? NULL : numbers;
    ret->count = list->count;
    return true;
}

/* The value of the one entry with the pick's key. A list that is there is complete: no entry is the
 * lowest level, unless the field is a wish, which then asks for nothing. */
static bool read_pick(const field *f, const object_list *list, arena *a, field_value *ret)
{
    const field_source *source = f->source;
    for (uint32_t i = 0; i < list->count; i++) {
        const char *entry = (const char *)list->items + (size_t)i * source->item_size;
        const value_code *key = (const void *)(entry + source->key_offset);
        if (key->position == source->key_position) {
            return read_single(f, entry + source->offset, a, ret);
        }
    }
    ret->is_known = list->is_set && f->role != FIELD_WISH && f->codes == CODES(level);
    return true;
}

static void read_ext(const field *f, const value_ext *ext, field_value *ret)
{
    for (uint32_t i = 0; i < ext->count; i++) {
        const ext_value *value = &ext->items[i];
        if (bytes_equal_text(value->id, f->path + EXT_PREFIX_LEN) && value->type == f->type) {
            ret->is_known = true;
            ret->number = value->number;
            ret->codes = (lotse_codes){value->members, UINT64_MAX};
            return;
        }
    }
}

/* Where the row's sources count from; NULL: an intake of an offer without intakes. */
static const void *row_base(const field *f, const void *record, uint32_t intake)
{
    if (!f->is_per_intake) {
        return record;
    }
    const offer *o = record;
    if (o->intakes.count == 0) {
        return NULL;
    }
    check(intake < o->intakes.count);
    return &o->intakes.items[intake];
}

static bool read_row(const field *f, const void *base, arena *a, field_value *ret)
{
    const field_source *source = f->source;
    if (source->list_off == NO_LIST) {
        return read_single(f, (const char *)base + source->offset, a, ret);
    }
    object_list list;
    memcpy(&list, (const char *)base + source->list_off, sizeof list);
    return source->is_pick ? read_pick(f, &list, a, ret) : read_entries(f, &list, a, ret);
}

/* What is not known is not written, but for what says so: a value is large, and a record has many.
 */
bool field_read(const field *f, const void *record, uint32_t intake, arena *a, field_value *ret)
{
    ret->is_known = false;
    ret->number = 0;
    ret->codes = (lotse_codes){0};
    ret->count = 0;
    ret->numbers = NULL;
    ret->concepts = NULL;
    if (f->source == NULL) {
        const value_ext *ext =
            f->side == SIDE_SEEKER ? &((const seeker *)record)->ext : &((const offer *)record)->ext;
        read_ext(f, ext, ret);
        return true;
    }
    const void *base = row_base(f, record, intake);
    if (base != NULL && !read_row(f, base, a, ret)) {
        return false;
    }
    if (!ret->is_known && f->has_default) {
        ret->is_known = true;
        ret->number = f->default_value;
    }
    return true;
}
