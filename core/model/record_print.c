#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "model/record_table.h"

/* Writes a record as canonical JSON, along the tables: what is absent is left out, what is null is
 * null, and everything stands in the tables' order. */

static void put_day(json_writer *w, day d, size_t len)
{
    char text[DAY_TEXT_LEN + 1];
    day_print(d, text);
    json_put_text(w, (bytes){text, len});
}

static void put_time(json_writer *w, int32_t minutes)
{
    char text[16];
    int len = snprintf(text, sizeof text, "%02d:%02d", (int)minutes / 60, (int)minutes % 60);
    json_put_text(w, (bytes){text, (size_t)len});
}

static void put_codes(json_writer *w, const code_list *list, uint64_t members)
{
    json_begin_array(w);
    for (uint32_t i = 0; i < list->count; i++) {
        if ((members >> i & 1) != 0) {
            json_put_cstr(w, list->entries[i].id);
        }
    }
    json_end_array(w);
}

static void put_texts(json_writer *w, const value_texts *texts)
{
    json_begin_object(w);
    for (uint32_t i = 0; i < texts->count; i++) {
        json_member_text(w, CODES(language)->entries[texts->items[i].language].id,
                         texts->items[i].text);
    }
    json_end_object(w);
}

static void put_ext(json_writer *w, const value_ext *ext)
{
    json_begin_object(w);
    for (uint32_t i = 0; i < ext->count; i++) {
        const ext_value *value = &ext->items[i];
        json_put_key_bytes(w, value->id);
        if (value->type == LOTSE_FLAG) {
            json_put_bool(w, value->number != 0);
        } else if (value->type == LOTSE_DAY) {
            put_day(w, value->number, DAY_TEXT_LEN);
        } else if (value->type == LOTSE_CODE_SET) {
            put_codes(w, value->codes, value->members);
        } else {
            json_put_int(w, value->number);
        }
    }
    json_end_object(w);
}

static void put_lists(json_writer *w, const member *m, const void *at)
{
    json_begin_array(w);
    if (m->kind == MEMBER_CODE_LIST) {
        const value_code_list *list = at;
        for (uint32_t i = 0; i < list->count; i++) {
            json_put_cstr(w, m->codes->entries[list->positions[i]].id);
        }
    } else {
        const value_concepts *list = at;
        for (uint32_t i = 0; i < list->count; i++) {
            json_put_text(w, list->items[i]);
        }
    }
    json_end_array(w);
}

typedef enum presence { ABSENT, IS_NULL, PRESENT } presence;

static presence presence_of(bool is_set, bool is_null)
{
    return is_set ? PRESENT : is_null ? IS_NULL : ABSENT;
}

static presence member_presence(const member *m, const void *at)
{
    switch (m->kind) {
    case MEMBER_ID:
    case MEMBER_TEXT:
    case MEMBER_LONG_TEXT:
    case MEMBER_POSTCODE:
    case MEMBER_CONCEPT:
        return presence_of(((const value_text *)at)->is_set, ((const value_text *)at)->is_null);
    case MEMBER_TEXTS:
    case MEMBER_LONG_TEXTS:
        return presence_of(((const value_texts *)at)->is_set, false);
    case MEMBER_INT:
    case MEMBER_TIME:
        return presence_of(((const value_int *)at)->is_set, ((const value_int *)at)->is_null);
    case MEMBER_NUMBER:
        return presence_of(((const value_number *)at)->is_set, false);
    case MEMBER_FLAG:
        return presence_of(((const value_flag *)at)->is_set, false);
    case MEMBER_DAY:
    case MEMBER_MONTH:
        return presence_of(((const value_day *)at)->is_set, ((const value_day *)at)->is_null);
    case MEMBER_CODE:
        return presence_of(((const value_code *)at)->is_set, ((const value_code *)at)->is_null);
    case MEMBER_CODE_SET:
        return presence_of(((const value_codes *)at)->is_set, false);
    case MEMBER_CODE_LIST:
        return presence_of(((const value_code_list *)at)->is_set, false);
    case MEMBER_CONCEPT_SET:
    case MEMBER_SKILL_SET:
        return presence_of(((const value_concepts *)at)->is_set, false);
    case MEMBER_EXT:
        return presence_of(((const value_ext *)at)->is_set, false);
    case MEMBER_OBJECTS:
        return presence_of(((const object_list *)at)->is_set, false);
    case MEMBER_OBJECT:
        break;
    }
    return presence_of(*(const bool *)at, false);
}

static void put_value(json_writer *w, const member *m, const void *at)
{
    switch (m->kind) {
    case MEMBER_ID:
    case MEMBER_TEXT:
    case MEMBER_LONG_TEXT:
    case MEMBER_POSTCODE:
    case MEMBER_CONCEPT:
        json_put_text(w, ((const value_text *)at)->text);
        break;
    case MEMBER_TEXTS:
    case MEMBER_LONG_TEXTS:
        put_texts(w, at);
        break;
    case MEMBER_INT:
        json_put_int(w, ((const value_int *)at)->value);
        break;
    case MEMBER_TIME:
        put_time(w, ((const value_int *)at)->value);
        break;
    case MEMBER_NUMBER:
        json_put_double(w, ((const value_number *)at)->value);
        break;
    case MEMBER_FLAG:
        json_put_bool(w, ((const value_flag *)at)->value);
        break;
    case MEMBER_DAY:
        put_day(w, ((const value_day *)at)->value, DAY_TEXT_LEN);
        break;
    case MEMBER_MONTH:
        put_day(w, ((const value_day *)at)->value, sizeof("YYYY-MM") - 1);
        break;
    case MEMBER_CODE:
        json_put_cstr(w, m->codes->entries[((const value_code *)at)->position].id);
        break;
    case MEMBER_CODE_SET:
        put_codes(w, m->codes, ((const value_codes *)at)->members);
        break;
    case MEMBER_CODE_LIST:
    case MEMBER_CONCEPT_SET:
    case MEMBER_SKILL_SET:
        put_lists(w, m, at);
        break;
    case MEMBER_EXT:
        put_ext(w, at);
        break;
    case MEMBER_OBJECT:
        record_print(m->shape, at, w);
        break;
    case MEMBER_OBJECTS: {
        object_list list;
        memcpy(&list, at, sizeof list);
        json_begin_array(w);
        for (uint32_t i = 0; i < list.count; i++) {
            record_print(m->shape, (const char *)list.items + (size_t)i * m->shape->size, w);
        }
        json_end_array(w);
        break;
    }
    }
}

void record_print(const shape *s, const void *record, json_writer *w)
{
    json_begin_object(w);
    for (uint32_t i = 0; i < s->count; i++) {
        const member *m = &s->members[i];
        const void *at = (const char *)record + m->offset;
        presence is = member_presence(m, at);
        if (is == ABSENT) {
            continue;
        }
        json_put_key_bytes(w, (bytes){m->key, m->key_len});
        if (is == IS_NULL) {
            json_put_null(w);
        } else {
            put_value(w, m, at);
        }
    }
    json_end_object(w);
}
