#include <string.h>

#include "base/check.h"
#include "model/record_table.h"
#include "model/schema.h"

/* The field catalogue for people, and the layout of JSON for files that people read. */

static const char *type_name(uint32_t type)
{
    static const char *const names[] = {[LOTSE_INT] = "int",
                                        [LOTSE_DAY] = "day",
                                        [LOTSE_FLAG] = "flag",
                                        [LOTSE_CODE] = "code",
                                        [LOTSE_CODE_SET] = "code_set",
                                        [LOTSE_CONCEPT] = "concept",
                                        [LOTSE_CONCEPT_SET] = "concept_set",
                                        [LOTSE_PLACE] = "place",
                                        [LOTSE_WEEK] = "week",
                                        [LOTSE_INT_LIST] = "int_list",
                                        [LOTSE_DAY_LIST] = "day_list",
                                        [LOTSE_CODE_LIST] = "code_list",
                                        [LOTSE_CONCEPT_LIST] = "concept_list"};
    check(type > 0);
    check(type < sizeof names / sizeof names[0]);
    return names[type];
}

/* What a value that is no column is called. */
static const char *kind_name(member_kind kind)
{
    switch (kind) {
    case MEMBER_ID:
        return "id";
    case MEMBER_NUMBER:
        return "number";
    case MEMBER_TIME:
        return "time";
    case MEMBER_CODE_SET:
        return "code_set";
    case MEMBER_TEXTS:
    case MEMBER_LONG_TEXTS:
        return "texts";
    case MEMBER_EXT:
        return "ext";
    default:
        return "text";
    }
}

static void put_default(json_writer *w, const field *f)
{
    json_put_key(w, "default");
    if (f->type == LOTSE_FLAG) {
        json_put_bool(w, f->default_value != 0);
    } else if (f->type == LOTSE_CODE) {
        json_put_cstr(w, f->codes->entries[f->default_value].id);
    } else {
        json_put_int(w, f->default_value);
    }
}

static void put_codes(json_writer *w, const code_list *list)
{
    enum { SHOWN_MAX = 64 }; /* a longer list is named only; schemas/codes has it */
    json_member_cstr(w, "codes", list->name);
    if (list->count > SHOWN_MAX) {
        return;
    }
    json_put_key(w, "values");
    json_begin_array(w);
    for (uint32_t i = 0; i < list->count; i++) {
        json_put_cstr(w, list->entries[i].id);
    }
    json_end_array(w);
}

static void put_value(json_writer *w, record_side side, const char *path, const member *m)
{
    static const char *const roles[] = {
        [FIELD_KEY] = "key", [FIELD_FACT] = "fact", [FIELD_WISH] = "wish"};
    const field *column = field_find_column(side, path);
    json_begin_object(w);
    json_member_cstr(w, "side", side == SIDE_SEEKER ? "seeker" : "offer");
    json_member_cstr(w, "path", path);
    json_member_cstr(w, "type", column != NULL ? type_name(column->type) : kind_name(m->kind));
    json_member_bool(w, "column", column != NULL);
    json_member_cstr(w, "role", roles[m->role]);
    json_member_bool(w, "sensitive", m->is_sensitive);
    if (m->is_required) {
        json_member_bool(w, "required", true);
    }
    if (column != NULL && column->is_per_intake) {
        json_member_bool(w, "per_intake", true);
    }
    if (m->codes != NULL) {
        put_codes(w, m->codes);
    }
    if (column != NULL && column->unit != NULL) {
        json_member_cstr(w, "unit", column->unit);
    }
    if (column != NULL && column->has_default) {
        put_default(w, column);
    }
    json_member_cstr(w, "de", m->de);
    json_member_cstr(w, "en", m->en);
    json_end_object(w);
}

/* Down the tables' shapes, which are ours and few deep. An object that is a column by itself (a
 * place, weekly times) comes before its members. */
static void put_values(json_writer *w, record_side side, const shape *s)
{
    buf path = {0};
    for (uint32_t i = 0; i < s->count; i++) {
        const member *m = &s->members[i];
        buf_clear(&path);
        buf_print(&path, "%s%s", s->prefix, m->key);
        const char *text = buf_terminated(&path);
        if (m->shape == NULL || field_find_column(side, text) != NULL) {
            put_value(w, side, text, m);
        }
        if (m->shape != NULL) {
            put_values(w, side, m->shape);
        }
    }
    buf_fini(&path);
}

void schema_print_fields(json_writer *w)
{
    json_begin_object(w);
    json_put_key(w, "fields");
    json_begin_array(w);
    put_values(w, SIDE_SEEKER, seeker_table());
    put_values(w, SIDE_OFFER, offer_table());
    json_end_array(w);
    json_end_object(w);
}

/* The offset behind the text that starts at `at`. */
static size_t text_end(bytes json, size_t at)
{
    for (at++; json.base[at] != '"'; at++) {
        at += json.base[at] == '\\';
    }
    return at + 1;
}

/* The offset behind a container that holds no container; 0: it holds one. */
static size_t leaf_end(bytes json, size_t at)
{
    at++;
    while (json.base[at] != '}' && json.base[at] != ']') {
        if (json.base[at] == '{' || json.base[at] == '[') {
            return 0;
        }
        at = json.base[at] == '"' ? text_end(json, at) : at + 1;
    }
    return at + 1;
}

static void put_line(buf *out, uint32_t depth)
{
    buf_char(out, '\n');
    for (uint32_t i = 0; i < depth; i++) {
        buf_text(out, "  ");
    }
}

static void put_leaf(bytes json, size_t at, size_t end, buf *out)
{
    while (at < end) {
        size_t step = json.base[at] == '"' ? text_end(json, at) - at : 1;
        buf_put(out, json.base + at, step);
        if (json.base[at] == ',' || json.base[at] == ':') {
            buf_char(out, ' ');
        }
        at += step;
    }
}

void schema_indent(bytes json, buf *out)
{
    uint32_t depth = 0;
    size_t at = 0;
    while (at < json.len) {
        char c = json.base[at];
        bool is_opening = c == '{' || c == '[';
        size_t end = c == '"' ? text_end(json, at) : is_opening ? leaf_end(json, at) : at + 1;
        if (end != 0 && end > at + 1) {
            put_leaf(json, at, end, out);
            at = end;
            continue;
        }
        if (c == '}' || c == ']') {
            put_line(out, --depth);
        }
        buf_char(out, c);
        if (is_opening) {
            put_line(out, ++depth);
        } else if (c == ',') {
            put_line(out, depth);
        } else if (c == ':') {
            buf_char(out, ' ');
        }
        at++;
    }
    buf_char(out, '\n');
}
