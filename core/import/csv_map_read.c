/* Reads a mapping file. Strict, so that a mistyped path is told before the first row and not as ten
 * thousand refused ones. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/nearest.h"
#include "import/csv_map.h"

typedef struct map_reader {
    csv_map *map;
    const ext_keys *ext;
    err *error;
    buf path; /* where in the mapping file we are */
} map_reader;

/* ------------------------------------------------------------------------------------ failing */

/* The step into a member; answers where to go back to with leave(). */
static size_t enter(map_reader *r, bytes key)
{
    size_t len = r->path.len;
    buf_char(&r->path, '/');
    for (size_t i = 0; i < key.len; i++) {
        if (key.base[i] == '~' || key.base[i] == '/') {
            buf_text(&r->path, key.base[i] == '~' ? "~0" : "~1");
        } else {
            buf_char(&r->path, key.base[i]);
        }
    }
    return len;
}

static void leave(map_reader *r, size_t len)
{
    r->path.len = len;
}

static bool at_path(map_reader *r)
{
    return err_path(r->error, "%s", buf_terminated(&r->path));
}

static bool refuse(map_reader *r, const char *what)
{
    fail(r->error, ERR_IMPORT_MAP, "%s", what);
    return at_path(r);
}

static bool refuse_memory(map_reader *r)
{
    return fail(r->error, ERR_MEMORY, "could not read the mapping file: no memory");
}

/* Only these keys may stand in the object. */
static bool check_keys(map_reader *r, const json_node *object, const char *const *keys,
                       size_t count)
{
    if (json_type_of(object) != JSON_OBJECT) {
        return refuse(r, "here an object is expected");
    }
    for (const json_node *n = json_child(object); n != NULL; n = json_next(n)) {
        nearest near = nearest_to(json_key(n));
        bool is_known = false;
        for (size_t i = 0; i < count && !is_known; i++) {
            is_known = bytes_equal_text(json_key(n), keys[i]);
            nearest_offer(&near, keys[i]);
        }
        if (!is_known) {
            (void)enter(r, json_key(n)); /* the reading ends here */
            (void)refuse(r, "a mapping file has no such key here");
            return nearest_best(&near) != NULL
                       ? err_hint(r->error, "Did you mean \"%s\"?", nearest_best(&near))
                       : false;
        }
    }
    return true;
}

/* A text with something in it, kept in the map's memory; absent: *ret stays as it is. */
static bool read_text(map_reader *r, const json_node *object, const char *key, size_t len_max,
                      const char **ret)
{
    const json_node *n = json_member(object, key);
    if (n == NULL) {
        return true;
    }
    size_t back = enter(r, bytes_of(key));
    if (json_type_of(n) != JSON_TEXT || json_text(n).len == 0 || json_text(n).len > len_max) {
        (void)refuse(r, "here a text is expected");
        return err_detail(r->error, "It may have 1 to %zu bytes.", len_max);
    }
    bytes copy = arena_copy(&r->map->memory, json_text(n));
    leave(r, back);
    if (copy.base == NULL) {
        return refuse_memory(r);
    }
    *ret = copy.base;
    return true;
}

/* ------------------------------------------------------------------------------------ columns */

/* The position of a title among those of the table; added where it is new. */
static bool add_title(map_reader *r, bytes title, bool is_known_only, uint32_t *ret)
{
    csv_map *m = r->map;
    for (uint32_t i = 0; i < m->title_count; i++) {
        if (bytes_equal_text(title, m->titles[i].title)) {
            if (is_known_only || m->titles[i].is_known_only) {
                return refuse(r, "the column is both taken and ignored, or ignored twice");
            }
            *ret = i;
            return true;
        }
    }
    if (title.len == 0 || m->title_count == TABLE_COLUMN_MAX) {
        return refuse(r, title.len == 0 ? "a column has no title" : "there are too many columns");
    }
    bytes copy = arena_copy(&m->memory, title);
    if (copy.base == NULL) {
        return refuse_memory(r);
    }
    *ret = m->title_count++;
    m->titles[*ret] = (table_column){copy.base, false, is_known_only};
    return true;
}

static bool keep_json(map_reader *r, const json_node *n, bytes *ret)
{
    buf text = {0};
    json_print(n, &text);
    *ret = text.failed ? (bytes){NULL, 0} : arena_copy(&r->map->memory, buf_bytes(&text));
    buf_fini(&text);
    return ret->base != NULL || refuse_memory(r);
}

static bool probe(map_reader *r, const map_node *node, bytes json, bool is_exact)
{
    return csv_map_probe(r->map, r->ext, node, json, is_exact, r->error) || at_path(r);
}

static bool is_scalar(const json_node *n)
{
    return json_type_of(n) != JSON_OBJECT && json_type_of(n) != JSON_ARRAY;
}

static bool read_values(map_reader *r, const json_node *values, map_column *c)
{
    size_t count = json_type_of(values) == JSON_OBJECT ? json_count(values) : 0;
    size_t back = enter(r, BYTES("values"));
    uint64_t position = 0;
    if (count == 0 || count > MAP_VALUE_MAX) {
        return refuse(r, "here an object is expected, with a member for each text of the column");
    }
    c->type = MAP_CODES;
    c->outputs = arena_make_array(&r->map->memory, count, bytes);
    if (c->outputs == NULL) {
        return refuse_memory(r);
    }
    for (const json_node *n = json_child(values); n != NULL; n = json_next(n), position++) {
        size_t here = enter(r, json_key(n));
        if (!is_scalar(n)) {
            return refuse(r, "a value is a text, a number, true, false or null");
        }
        if (!map_put(&c->codes, json_key(n), position)) {
            return refuse_memory(r);
        }
        if (json_type_of(n) != JSON_NULL && (!keep_json(r, n, &c->outputs[position]) ||
                                             !probe(r, c->target, c->outputs[position], true))) {
            return false;
        }
        leave(r, here);
    }
    leave(r, back);
    return true;
}

static bool read_type(map_reader *r, const json_node *spec, map_column *c)
{
    static const struct {
        const char *name;
        map_type type;
        bytes sample; /* of its JSON type: does the field take one? */
    } TYPES[] = {
        {"text", MAP_TEXT, {"\"\"", 2}},          {"int", MAP_INT, {"0", 1}},
        {"number", MAP_NUMBER, {"0", 1}},         {"flag", MAP_FLAG, {"true", 4}},
        {"day", MAP_DAY, {"\"2000-01-01\"", 12}}, {"month", MAP_MONTH, {"\"2000-01\"", 9}}};
    enum { TYPE_COUNT = sizeof TYPES / sizeof *TYPES };
    const char *name = "text";
    size_t at = 0;
    if (!read_text(r, spec, "type", 10, &name)) {
        return false;
    }
    while (at < TYPE_COUNT && strcmp(TYPES[at].name, name) != 0) {
        at++;
    }
    if (at == TYPE_COUNT) {
        (void)enter(r, BYTES("type")); /* the reading ends here */
        return refuse(r, "a type is one of text, int, number, flag, day, month");
    }
    c->type = TYPES[at].type;
    return probe(r, c->target, TYPES[at].sample, false);
}

/* What belongs to one type only. */
static bool read_form(map_reader *r, const json_node *spec, map_column *c)
{
    bool is_day = c->type == MAP_DAY || c->type == MAP_MONTH;
    const char *decimal = ".";
    c->day_format = c->type == MAP_MONTH ? "YYYY-MM" : "YYYY-MM-DD";
    if (!read_text(r, spec, "day_format", MAP_FORMAT_LEN_MAX, &c->day_format) ||
        !read_text(r, spec, "decimal", 1, &decimal) ||
        !read_text(r, spec, "split", MAP_SPLIT_LEN_MAX, &c->split)) {
        return false;
    }
    c->decimal = decimal[0];
    if ((json_member(spec, "day_format") != NULL && !is_day) ||
        (is_day && !csv_map_is_day_format(c->day_format, c->type == MAP_MONTH))) {
        (void)enter(r, BYTES("day_format")); /* the reading ends here */
        return refuse(r, "a day_format belongs to a day or month and is made of D, M and YYYY");
    }
    if ((json_member(spec, "decimal") != NULL && c->type != MAP_NUMBER) ||
        strchr(".,", c->decimal) == NULL) {
        (void)enter(r, BYTES("decimal")); /* the reading ends here */
        return refuse(r, "decimal belongs to a number and is a dot or a comma");
    }
    return true;
}

static bool find_target(map_reader *r, bytes pointer, map_form form, map_node **ret)
{
    map_node *node = NULL;
    if (!csv_map_find(r->map, pointer, form, &node, r->error)) {
        return at_path(r);
    }
    if (node->constant.base != NULL || (node->column_count > 0 && node->form != MAP_SET)) {
        return refuse(r, "something else leads to this field already");
    }
    *ret = node;
    return true;
}

static bool read_column(map_reader *r, const json_node *spec, map_column *c)
{
    static const char *const KEYS[] = {"path", "type", "values", "split", "day_format", "decimal"};
    const json_node *values = NULL;
    const char *path = NULL;
    if (!check_keys(r, spec, KEYS, sizeof KEYS / sizeof *KEYS) ||
        !read_text(r, spec, "path", 500, &path)) {
        return false;
    }
    if (path == NULL) {
        return refuse(r, "the column has no path; write null for one that is not taken");
    }
    bool is_split = json_member(spec, "split") != NULL;
    if (!find_target(r, bytes_of(path), is_split ? MAP_SET : MAP_VALUE, &c->target)) {
        return false;
    }
    for (map_node *n = c->target; n != NULL; n = n->parent) {
        n->column_count++;
    }
    values = json_member(spec, "values");
    if (values != NULL && json_member(spec, "type") != NULL) {
        return refuse(r, "a column has either a type or values");
    }
    return (values != NULL ? read_values(r, values, c) : read_type(r, spec, c)) &&
           read_form(r, spec, c);
}

static bool read_columns(map_reader *r, const json_node *columns)
{
    csv_map *m = r->map;
    size_t back = enter(r, BYTES("columns"));
    if (json_type_of(columns) != JSON_OBJECT || json_count(columns) > TABLE_COLUMN_MAX) {
        return refuse(r, "here an object is expected, with a member for each column");
    }
    size_t count = json_count(columns);
    m->columns = arena_make_array(&m->memory, count, map_column);
    m->column_titles = arena_make_array(&m->memory, count, uint32_t);
    if (m->columns == NULL || m->column_titles == NULL) {
        return refuse_memory(r);
    }
    for (const json_node *n = json_child(columns); n != NULL; n = json_next(n)) {
        size_t here = enter(r, json_key(n));
        bool is_taken = json_type_of(n) != JSON_NULL;
        uint32_t title = 0;
        if (!add_title(r, json_key(n), !is_taken, &title)) {
            return false;
        }
        if (is_taken) {
            map_column *c = &m->columns[m->column_count];
            m->column_titles[m->column_count++] = title; /* counted first: its memory is freed */
            c->title = m->titles[title].title;
            if (!read_column(r, n, c)) {
                return false;
            }
        }
        leave(r, here);
    }
    leave(r, back);
    return true;
}

/* ------------------------------------------------------------------------------------ the rest */

static bool read_ignored(map_reader *r, const json_node *list)
{
    size_t back = enter(r, BYTES("ignore"));
    uint32_t title = 0;
    if (json_type_of(list) != JSON_ARRAY) {
        return refuse(r, "here a list of column titles is expected");
    }
    for (const json_node *n = json_child(list); n != NULL; n = json_next(n)) {
        if (json_type_of(n) != JSON_TEXT) {
            return refuse(r, "here a list of column titles is expected");
        }
        if (!add_title(r, json_text(n), true, &title)) {
            return false;
        }
    }
    leave(r, back);
    return true;
}

static bool is_constant(const json_node *n)
{
    if (json_type_of(n) == JSON_ARRAY) {
        for (const json_node *entry = json_child(n); entry != NULL; entry = json_next(entry)) {
            if (!is_scalar(entry)) {
                return false;
            }
        }
        return true;
    }
    return json_type_of(n) != JSON_OBJECT;
}

static bool read_constants(map_reader *r, const json_node *constants)
{
    size_t back = enter(r, BYTES("constants"));
    if (json_type_of(constants) != JSON_OBJECT) {
        return refuse(r, "here an object is expected, with a path and a value for each member");
    }
    for (const json_node *n = json_child(constants); n != NULL; n = json_next(n)) {
        size_t here = enter(r, json_key(n));
        map_node *node = NULL;
        bytes json;
        if (!is_constant(n)) {
            return refuse(
                r, "a constant is a value or a list of values; name inner fields one by one");
        }
        if (!find_target(r, json_key(n), MAP_VALUE, &node) || !keep_json(r, n, &json) ||
            !probe(r, node, json, true)) {
            return false;
        }
        node->constant = json;
        leave(r, here);
    }
    leave(r, back);
    return true;
}

static bool read_id(map_reader *r, const json_node *id)
{
    static const char *const KEYS[] = {"column", "prefix"};
    csv_map *m = r->map;
    map_node *node = NULL;
    const char *title = NULL;
    size_t back = enter(r, BYTES("id"));
    m->id_prefix = "";
    if (id == NULL) {
        return refuse(r, "the mapping file does not say which column holds the id");
    }
    if (!check_keys(r, id, KEYS, sizeof KEYS / sizeof *KEYS) ||
        !read_text(r, id, "column", 500, &title) ||
        !read_text(r, id, "prefix", 40, &m->id_prefix)) {
        return false;
    }
    if (title == NULL) {
        return refuse(r, "the mapping file does not say which column holds the id");
    }
    if (!add_title(r, bytes_of(title), false, &m->id_title)) {
        return false;
    }
    m->titles[m->id_title].is_needed = true;
    leave(r, back);
    if (!csv_map_find(m, BYTES("/id"), MAP_VALUE, &node, r->error)) {
        return false;
    }
    node->column_count = 1; /* so that no other column and no constant leads there */
    return true;
}

static bool read_side(map_reader *r, const json_node *root)
{
    const char *side = NULL;
    if (!read_text(r, root, "side", 10, &side)) {
        return false;
    }
    if (side == NULL || (strcmp(side, "seeker") != 0 && strcmp(side, "offer") != 0)) {
        (void)enter(r, BYTES("side")); /* the reading ends here */
        return refuse(r, "side is \"seeker\" or \"offer\"");
    }
    r->map->side = strcmp(side, "offer") == 0 ? SIDE_OFFER : SIDE_SEEKER;
    return true;
}

static bool read_encoding(map_reader *r, const json_node *root)
{
    static const struct {
        const char *name;
        const char *iconv_name; /* NULL: nothing to do */
        uint32_t unit_len;
    } ENCODINGS[] = {{"utf-8", NULL, 1},
                     {"windows-1252", "CP1252", 1},
                     {"iso-8859-1", "ISO-8859-1", 1},
                     {"iso-8859-15", "ISO-8859-15", 1},
                     {"cp850", "CP850", 1},
                     {"cp437", "CP437", 1},
                     {"utf-16", "UTF-16", 2}};
    const char *encoding = "utf-8";
    const char *delimiter = NULL;
    if (!read_text(r, root, "encoding", 20, &encoding) ||
        !read_text(r, root, "delimiter", 1, &delimiter)) {
        return false;
    }
    if (delimiter != NULL && strchr(",;\t|", delimiter[0]) == NULL) {
        (void)enter(r, BYTES("delimiter")); /* the reading ends here */
        return refuse(r, "a delimiter is a comma, a semicolon, a tab or a |");
    }
    r->map->delimiter = delimiter != NULL ? delimiter[0] : '\0';
    for (size_t i = 0; i < sizeof ENCODINGS / sizeof *ENCODINGS; i++) {
        if (strcmp(encoding, ENCODINGS[i].name) == 0) {
            r->map->encoding = ENCODINGS[i].iconv_name;
            r->map->unit_len = ENCODINGS[i].unit_len;
            return true;
        }
    }
    (void)enter(r, BYTES("encoding")); /* the reading ends here */
    return refuse(r, "an encoding is one of utf-8, windows-1252, iso-8859-1, iso-8859-15, cp850, "
                     "cp437, utf-16");
}

/* What every offer must have, whatever stands in the rows. */
static bool check_offer(map_reader *r)
{
    bool has_kind = r->map->side != SIDE_OFFER;
    bool has_title = has_kind;
    for (const map_node *n = r->map->root->first_child; n != NULL; n = n->next) {
        has_kind = has_kind || bytes_equal_text(n->key, "kind");
        has_title = has_title || bytes_equal_text(n->key, "title");
    }
    if (has_kind && has_title) {
        return true;
    }
    (void)refuse(r, has_kind ? "nothing leads to the title, which every offer has"
                             : "nothing leads to the kind, which every offer has");
    return err_hint(r->error, "Add a column or a constant for \"%s\".",
                    has_kind ? "/title/de" : "/kind");
}

static bool read_root(map_reader *r, const json_node *root)
{
    static const char *const KEYS[] = {"$schema", "side",    "delimiter", "encoding",
                                       "id",      "columns", "constants", "ignore"};
    csv_map *m = r->map;
    if (!check_keys(r, root, KEYS, sizeof KEYS / sizeof *KEYS) || !read_side(r, root) ||
        !read_encoding(r, root)) {
        return false;
    }
    m->titles = arena_make_array(&m->memory, TABLE_COLUMN_MAX, table_column);
    m->root = arena_make(&m->memory, map_node);
    if (m->titles == NULL || m->root == NULL) {
        return refuse_memory(r);
    }
    m->root->form = MAP_OBJECT;
    const json_node *columns = json_member(root, "columns");
    const json_node *constants = json_member(root, "constants");
    const json_node *ignored = json_member(root, "ignore");
    if (columns == NULL) {
        return refuse(r, "the mapping file has no columns");
    }
    return read_id(r, json_member(root, "id")) && read_columns(r, columns) &&
           (constants == NULL || read_constants(r, constants)) &&
           (ignored == NULL || read_ignored(r, ignored)) && check_offer(r);
}

bool csv_map_read(csv_map *m, bytes text, const ext_keys *ext, err *e)
{
    map_reader r = {.map = m, .ext = ext, .error = e};
    json_doc *doc = NULL;
    err why = {0};
    bool is_json = json_parse(text, JSON_DEPTH_MAX, &doc, &why) && json_refuse_lossy(doc, "", &why);
    bool is_read = is_json && read_root(&r, json_root(doc));
    if (!is_json) {
        fail(e, why.code == ERR_MEMORY ? ERR_MEMORY : ERR_IMPORT_MAP,
             "the mapping file cannot be read: %s", why.text);
        err_detail(e, "%s", why.detail);
        err_path(e, "%s", why.path);
    }
    json_doc_free(&doc);
    buf_fini(&r.path);
    return is_read;
}

static void free_values(map_node *node)
{
    for (map_node *n = node->first_child; n != NULL; n = n->next) {
        free_values(n); /* as deep as a path has steps */
    }
    buf_fini(&node->value);
}

void csv_map_fini(csv_map *m)
{
    for (uint32_t i = 0; i < m->column_count; i++) {
        map_fini(&m->columns[i].codes);
    }
    if (m->root != NULL) {
        free_values(m->root);
    }
    arena_fini(&m->memory);
    *m = (csv_map){0};
}
