#include "model/schema.h"

#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "model/record_table.h"

/* Says in JSON Schema what record_scalar.c and record_set.c accept, kind by kind. The functions
 * call each other down the tables' shapes, which are ours and few deep. */

#define LEAP_YEAR "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
#define DAY_PATTERN                                                                                \
    "^(?!0000)(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"                        \
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|" LEAP_YEAR "-02-29)$"
#define MONTH_PATTERN "^(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])$"
#define TIME_PATTERN "^(?:[01][0-9]|2[0-3]):[0-5][0-9]$"
#define END_TIME_PATTERN "^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
#define TEXT_PATTERN "^ *[^ \\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$"
#define LONG_TEXT_PATTERN                                                                          \
    "^[ \\t\\n]*[^ \\u0000-\\u001f\\u007f-\\u009f]"                                                \
    "[^\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]*$"
#define ID_PATTERN "^[A-Za-z0-9._:/-]{1,64}$"
#define POSTCODE_PATTERN "^[0-9A-Z][0-9A-Z -]{1,9}$"
#define ESCO_PATTERN "esco:[A-Za-z0-9.-]{1,64}"
#define SKILL_PATTERN "^" ESCO_PATTERN "$"
#define CONCEPT_PATTERN "^(?:" ESCO_PATTERN "|isco:[0-9]{1,4}|kldb:[0-9]{1,5})$"

static const char COMMON_RULES[] = "Made from the decoder's own tables. Beyond what a schema can "
                                   "say the decoder refuses, with the "
                                   "error id field.rule: ";
static const char SEEKER_RULES[] =
    "a language that stands twice; hours_min above hours_max; a spell that ends before it starts; "
    "an entitlement that ends before it was issued; a kind or occupation both wished for and not "
    "wished for.";
static const char OFFER_RULES[] =
    "a language that stands twice; min above max in languages and hours; two intakes with one id; "
    "an intake that ends before it starts; seats_free, seats_min or reserved seats above seats; a "
    "null start with an entry mode other than rolling; a part's number above its total; childcare "
    "that ends before it starts.";

static void put_type(json_writer *w, const char *type, bool is_nullable)
{
    json_put_key(w, "type");
    if (!is_nullable) {
        json_put_cstr(w, type);
        return;
    }
    json_begin_array(w);
    json_put_cstr(w, type);
    json_put_cstr(w, "null");
    json_end_array(w);
}

static void put_pattern(json_writer *w, const char *pattern, bool is_nullable)
{
    put_type(w, "string", is_nullable);
    json_member_cstr(w, "pattern", pattern);
}

static void put_day(json_writer *w, bool is_nullable)
{
    put_pattern(w, DAY_PATTERN, is_nullable);
    json_member_cstr(w, "format", "date");
}

static void put_text(json_writer *w, bool is_long, double chars_max)
{
    put_pattern(w, is_long ? LONG_TEXT_PATTERN : TEXT_PATTERN, false);
    json_member_int(w, "maxLength", (int64_t)chars_max);
}

static void put_int(json_writer *w, double min, double max, bool is_nullable)
{
    put_type(w, "integer", is_nullable);
    json_member_int(w, "minimum", (int64_t)min);
    json_member_int(w, "maximum", (int64_t)max);
}

static void put_enum(json_writer *w, const code_list *list, uint32_t count)
{
    json_put_key(w, "enum");
    json_begin_array(w);
    for (uint32_t i = 0; i < count; i++) {
        json_put_cstr(w, list->entries[i].id);
    }
    json_end_array(w);
}

static void put_code(json_writer *w, const code_list *list, bool is_compared_only)
{
    if (is_compared_only && list->compared_count < list->count) {
        put_enum(w, list, list->compared_count);
        return;
    }
    buf ref = {0};
    buf_print(&ref, "#/$defs/%s", list->name);
    json_member_text(w, "$ref", buf_bytes(&ref));
    buf_fini(&ref);
}

static void put_nullable_code(json_writer *w, const member *m)
{
    json_put_key(w, "anyOf");
    json_begin_array(w);
    json_begin_object(w);
    put_code(w, m->codes, m->is_compared_only);
    json_end_object(w);
    json_begin_object(w);
    json_member_cstr(w, "type", "null");
    json_end_object(w);
    json_end_array(w);
}

static void put_codes(json_writer *w, const code_list *list, bool is_compared_only, bool is_filled)
{
    json_member_cstr(w, "type", "array");
    json_put_key(w, "items");
    json_begin_object(w);
    put_code(w, list, is_compared_only);
    json_end_object(w);
    json_member_bool(w, "uniqueItems", true);
    if (is_filled) {
        json_member_int(w, "minItems", 1);
    }
}

static void put_concepts(json_writer *w, const char *pattern)
{
    json_member_cstr(w, "type", "array");
    json_put_key(w, "items");
    json_begin_object(w);
    put_pattern(w, pattern, false);
    json_end_object(w);
    json_member_bool(w, "uniqueItems", true);
    json_member_int(w, "maxItems", LIST_COUNT_MAX);
}

static void put_texts(json_writer *w, const member *m)
{
    json_member_cstr(w, "type", "object");
    json_member_int(w, "minProperties", 1);
    json_put_key(w, "propertyNames");
    json_begin_object(w);
    put_code(w, CODES(language), false);
    json_end_object(w);
    json_put_key(w, "additionalProperties");
    json_begin_object(w);
    put_text(w, m->kind == MEMBER_LONG_TEXTS, m->max);
    json_end_object(w);
}

static void put_ext(json_writer *w, record_side side, const ext_keys *ext)
{
    json_member_cstr(w, "type", "object");
    json_put_key(w, "properties");
    json_begin_object(w);
    for (uint32_t i = 0; ext != NULL && i < ext->count; i++) {
        const ext_key *key = &ext->keys[i];
        if (key->side != side) {
            continue;
        }
        json_put_key(w, key->id);
        json_begin_object(w);
        if (key->type == LOTSE_FLAG) {
            json_member_cstr(w, "type", "boolean");
        } else if (key->type == LOTSE_DAY) {
            put_day(w, false);
        } else if (key->type == LOTSE_CODE_SET) {
            json_member_cstr(w, "type", "array");
            json_put_key(w, "items");
            json_begin_object(w);
            put_enum(w, key->codes, key->codes->count);
            json_end_object(w);
            json_member_bool(w, "uniqueItems", true);
        } else {
            put_int(w, INT32_MIN + 1, INT32_MAX - 1, false);
        }
        json_end_object(w);
    }
    json_end_object(w);
    json_member_bool(w, "additionalProperties", false);
}

typedef struct schema_of {
    record_side side;
    const ext_keys *ext;
} schema_of;

static void put_shape(json_writer *w, const schema_of *of, const shape *s);

static void put_member(json_writer *w, const schema_of *of, const member *m)
{
    json_member_cstr(w, "description", m->en);
    switch (m->kind) {
    case MEMBER_ID:
        put_pattern(w, ID_PATTERN, m->is_nullable);
        break;
    case MEMBER_TEXT:
    case MEMBER_LONG_TEXT:
        put_text(w, m->kind == MEMBER_LONG_TEXT, m->max);
        break;
    case MEMBER_TEXTS:
    case MEMBER_LONG_TEXTS:
        put_texts(w, m);
        break;
    case MEMBER_POSTCODE:
        put_pattern(w, POSTCODE_PATTERN, m->is_nullable);
        break;
    case MEMBER_INT:
        put_int(w, m->min, m->max, m->is_nullable);
        break;
    case MEMBER_NUMBER:
        json_member_cstr(w, "type", "number");
        json_member_int(w, "minimum", (int64_t)m->min);
        json_member_int(w, "maximum", (int64_t)m->max);
        break;
    case MEMBER_FLAG:
        json_member_cstr(w, "type", "boolean");
        break;
    case MEMBER_DAY:
        put_day(w, m->is_nullable);
        break;
    case MEMBER_MONTH:
        put_pattern(w, MONTH_PATTERN, m->is_nullable);
        break;
    case MEMBER_TIME:
        put_pattern(w, m->max >= 1440 ? END_TIME_PATTERN : TIME_PATTERN, m->is_nullable);
        break;
    case MEMBER_CODE:
        if (m->is_nullable) {
            put_nullable_code(w, m);
        } else {
            put_code(w, m->codes, m->is_compared_only);
        }
        break;
    case MEMBER_CODE_SET:
    case MEMBER_CODE_LIST:
        put_codes(w, m->codes, m->is_compared_only, m->is_filled);
        break;
    case MEMBER_CONCEPT:
        put_pattern(w, CONCEPT_PATTERN, m->is_nullable);
        break;
    case MEMBER_CONCEPT_SET:
    case MEMBER_SKILL_SET:
        put_concepts(w, m->kind == MEMBER_SKILL_SET ? SKILL_PATTERN : CONCEPT_PATTERN);
        break;
    case MEMBER_OBJECT:
        put_shape(w, of, m->shape);
        break;
    case MEMBER_OBJECTS:
        json_member_cstr(w, "type", "array");
        json_put_key(w, "items");
        json_begin_object(w);
        put_shape(w, of, m->shape);
        json_end_object(w);
        json_member_int(w, "maxItems", LIST_COUNT_MAX);
        break;
    case MEMBER_EXT:
        put_ext(w, of->side, of->ext);
        break;
    }
}

static void put_shape(json_writer *w, const schema_of *of, const shape *s)
{
    bool has_required = false;
    json_member_cstr(w, "type", "object");
    json_put_key(w, "properties");
    json_begin_object(w);
    for (uint32_t i = 0; i < s->count; i++) {
        json_put_key(w, s->members[i].key);
        json_begin_object(w);
        put_member(w, of, &s->members[i]);
        json_end_object(w);
        has_required = has_required || s->members[i].is_required;
    }
    json_end_object(w);
    if (has_required) {
        json_put_key(w, "required");
        json_begin_array(w);
        for (uint32_t i = 0; i < s->count; i++) {
            if (s->members[i].is_required) {
                json_put_cstr(w, s->members[i].key);
            }
        }
        json_end_array(w);
    }
    json_member_bool(w, "additionalProperties", false);
}

static bool uses_list(const shape *s, const code_list *list)
{
    for (uint32_t i = 0; i < s->count; i++) {
        const member *m = &s->members[i];
        bool is_tagged = m->kind == MEMBER_TEXTS || m->kind == MEMBER_LONG_TEXTS;
        if (m->codes == list || (is_tagged && list == CODES(language)) ||
            (m->shape != NULL && uses_list(m->shape, list))) {
            return true;
        }
    }
    return false;
}

static void put_defs(json_writer *w, const shape *root)
{
    uint32_t count;
    const code_list *lists = code_list_all(&count);
    json_put_key(w, "$defs");
    json_begin_object(w);
    for (uint32_t i = 0; i < count; i++) {
        if (uses_list(root, &lists[i])) {
            json_put_key(w, lists[i].name);
            json_begin_object(w);
            put_enum(w, &lists[i], lists[i].count);
            json_end_object(w);
        }
    }
    json_end_object(w);
}

void schema_print_record(record_side side, const ext_keys *ext, json_writer *w)
{
    bool is_seeker = side == SIDE_SEEKER;
    const shape *root = is_seeker ? seeker_table() : offer_table();
    buf description = {0};
    buf_text(&description, COMMON_RULES);
    buf_text(&description, is_seeker ? SEEKER_RULES : OFFER_RULES);
    json_begin_object(w);
    json_member_cstr(w, "$schema", "https://json-schema.org/draft/2020-12/schema");
    json_member_cstr(w, "$id", is_seeker ? "urn:lotse:record:seeker" : "urn:lotse:record:offer");
    json_member_cstr(w, "title", is_seeker ? "Seeker" : "Offer");
    json_member_text(w, "description", buf_bytes(&description));
    put_shape(w, &(schema_of){side, ext}, root);
    put_defs(w, root);
    json_end_object(w);
    buf_fini(&description);
}

void schema_print_codes(const code_list *list, json_writer *w)
{
    json_begin_object(w);
    json_member_cstr(w, "name", list->name);
    json_member_bool(w, "ordered", list->is_ordered);
    json_put_key(w, "codes");
    json_begin_array(w);
    for (uint32_t i = 0; i < list->count; i++) {
        const code_entry *entry = &list->entries[i];
        json_begin_object(w);
        json_member_cstr(w, "id", entry->id);
        json_member_cstr(w, "de", entry->de);
        json_member_cstr(w, "en", entry->en);
        if (entry->note != NULL) {
            json_member_cstr(w, "note", entry->note);
        }
        if (i >= list->compared_count) {
            json_member_bool(w, "compared", false);
        }
        json_end_object(w);
    }
    json_end_array(w);
    json_end_object(w);
}

void schema_print_errors(json_writer *w)
{
    json_begin_object(w);
    json_put_key(w, "errors");
    json_begin_array(w);
    for (int i = ERR_NONE + 1; i < ERR_COUNT; i++) {
        err_code code = (err_code)i;
        json_begin_object(w);
        json_member_cstr(w, "id", err_id(code));
        json_member_int(w, "code", err_rpc_code(code));
        json_member_int(w, "http", err_http_status(code));
        json_member_bool(w, "retry", err_may_retry(code));
        json_member_cstr(w, "summary", err_summary(code));
        json_end_object(w);
    }
    json_end_array(w);
    json_end_object(w);
}
