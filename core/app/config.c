/* Settings from files, the environment and the command line, all held against one table. */
#include "app/config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/role.h"
#include "base/arena.h"
#include "base/check.h"
#include "base/nearest.h"
#include "json/json.h"

static const config_row ROWS[] = {
#define X(NAME, section, key, type, min, max, value, reload, doc)                                  \
    {section, key, CONFIG_##type, min, max, value, reload, doc},
#include "app/config.def"
#undef X
};

enum {
    LINE_LEN_MAX = 190, /* libinih takes 200 with their end, and cuts longer ones in two */
    ORIGIN_LEN = 128,
    VARIABLE_LEN = 64
};

typedef struct value {
    char text[CONFIG_VALUE_MAX + 1];
    char origin[ORIGIN_LEN];
} value;

struct configuration {
    value values[CONFIG_COUNT];
};

const config_row *config_rows(void)
{
    return ROWS;
}

bool config_new(configuration **ret, err *e)
{
    configuration *c = mem_new(sizeof *c);
    if (c == NULL) {
        return fail(e, ERR_MEMORY, "no memory left for the configuration");
    }
    for (uint32_t i = 0; i < CONFIG_COUNT; i++) {
        snprintf(c->values[i].text, sizeof c->values[i].text, "%s", ROWS[i].value);
        snprintf(c->values[i].origin, sizeof c->values[i].origin, "default");
    }
    *ret = c;
    return true;
}

void config_free(configuration **c)
{
    mem_free(*c);
    *c = NULL;
}

/* ---------------------------------------------------------------------------------- values */

static bool parse_int(const char *text, int64_t *ret)
{
    char *end;
    errno = 0;
    long long parsed = strtoll(text, &end, 10);
    *ret = parsed;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
}

static bool is_bool(const char *text)
{
    return strcmp(text, "yes") == 0 || strcmp(text, "no") == 0;
}

static bool is_role(const char *text)
{
    uint32_t role;
    return strcmp(text, "none") == 0 || role_from_id(bytes_of(text), &role);
}

/* word=role, divided by commas or spaces. */
static bool are_roles(const char *text)
{
    while (*(text += strspn(text, ", ")) != '\0') {
        size_t len = strcspn(text, ", ");
        const char *equals = memchr(text, '=', len);
        uint32_t role;
        if (equals == NULL || equals == text ||
            !role_from_id((bytes){equals + 1, len - (size_t)(equals + 1 - text)}, &role)) {
            return false;
        }
        text += len;
    }
    return true;
}

static bool check_value(const config_row *row, const char *text, err *e)
{
    int64_t number;
    size_t len = strlen(text);
    size_t len_max = row->type == CONFIG_TEXT ? (size_t)row->max : CONFIG_VALUE_MAX;
    if (len > len_max) {
        return fail(e, ERR_CONFIG, "%s.%s is %zu bytes long, more than %zu", row->section, row->key,
                    len, len_max);
    }
    switch (row->type) {
    case CONFIG_TEXT:
    case CONFIG_PEOPLE:
        return true;
    case CONFIG_INT:
        return (parse_int(text, &number) && number >= row->min && number <= row->max) ||
               fail(e, ERR_CONFIG, "%s.%s is \"%.60s\"; expected a number from %lld to %lld",
                    row->section, row->key, text, (long long)row->min, (long long)row->max);
    case CONFIG_BOOL:
        return is_bool(text) || fail(e, ERR_CONFIG, "%s.%s is \"%.60s\"; expected yes or no",
                                     row->section, row->key, text);
    case CONFIG_ROLE:
        return is_role(text) || fail(e, ERR_CONFIG, "%s.%s is \"%.60s\"; expected a role or none",
                                     row->section, row->key, text);
    case CONFIG_ROLES:
        return are_roles(text) ||
               fail(e, ERR_CONFIG, "%s.%s is \"%.60s\"; expected word=role, word=role",
                    row->section, row->key, text);
    }
    return false;
}

static bool set_value(configuration *c, config_key key, const char *text, const char *origin,
                      err *e)
{
    if (!check_value(&ROWS[key], text, e)) {
        return false;
    }
    snprintf(c->values[key].text, sizeof c->values[key].text, "%s", text);
    snprintf(c->values[key].origin, sizeof c->values[key].origin, "%s", origin);
    return true;
}

bool config_set(configuration *c, config_key key, const char *text, const char *origin, err *e)
{
    check(key < CONFIG_COUNT);
    return text == NULL || set_value(c, key, text, origin, e);
}

/* ---------------------------------------------------------------------------------- files */

static bool refuse_name(const char *section, const char *key, err *e)
{
    bool has_section = false;
    for (uint32_t i = 0; i < CONFIG_COUNT; i++) {
        has_section = has_section || strcmp(ROWS[i].section, section) == 0;
    }
    const char *given = has_section ? key : section;
    nearest near = nearest_to(bytes_of(given));
    for (uint32_t i = 0; i < CONFIG_COUNT; i++) {
        if (!has_section || strcmp(ROWS[i].section, section) == 0) {
            nearest_offer(&near, has_section ? ROWS[i].key : ROWS[i].section);
        }
    }
    if (!has_section) {
        fail(e, ERR_CONFIG,
             section[0] == '\0' ? "a setting stands before the first [section]"
                                : "there is no section [%.60s]",
             section);
    } else {
        fail(e, ERR_CONFIG, "there is no setting \"%.60s\" in [%s]", key, section);
    }
    return nearest_best(&near) != NULL ? err_hint(e, "Did you mean \"%s\"?", nearest_best(&near))
                                       : err_hint(e, "`lotse config show` lists every setting.");
}

typedef struct reading {
    configuration *config;
    const char *name;
    bool is_seen[CONFIG_COUNT]; /* in this text */
    bool has_failed;
    err why;
} reading;

/* libinih's: 0 is failure. */
static int on_setting(void *context, const char *section, const char *key, const char *text)
{
    reading *r = context;
    if (r->has_failed) {
        return 0;
    }
    for (uint32_t i = 0; i < CONFIG_COUNT; i++) {
        if (strcmp(ROWS[i].section, section) != 0 || strcmp(ROWS[i].key, key) != 0) {
            continue;
        }
        if (r->is_seen[i]) {
            fail(&r->why, ERR_CONFIG, "%s.%s stands twice", section, key);
            r->has_failed = true;
            return 0;
        }
        r->is_seen[i] = true;
        r->has_failed = !set_value(r->config, (config_key)i, text, r->name, &r->why);
        return r->has_failed ? 0 : 1;
    }
    refuse_name(section, key, &r->why);
    r->has_failed = true;
    return 0;
}

/* What libinih would read otherwise than it looks. 0: nothing; else the line. */
static int find_odd_line(bytes text, const char **ret_why)
{
    int line = 1;
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.base[i];
        len = c == '\n' ? 0 : len + 1;
        bool is_control = c < 0x20 && c != '\n' && c != '\r' && c != '\t';
        bool is_folded = len == 1 && (c == ' ' || c == '\t');
        *ret_why = is_control           ? "it holds a control character"
                   : is_folded          ? "it begins with a space"
                   : len > LINE_LEN_MAX ? "it is longer than 190 bytes"
                                        : NULL;
        if (*ret_why != NULL) {
            return line;
        }
        line += c == '\n' ? 1 : 0;
    }
    return 0;
}

static bool refuse_line(err *e, const char *name, int line, const err *why)
{
    err kept = *why;
    fail(e, ERR_CONFIG, "%s, line %d: %.220s", name, line, kept.text);
    memcpy(e->hint, kept.hint, sizeof e->hint);
    return false;
}

bool config_read_text(configuration *c, bytes text, const char *name, err *e)
{
    reading r = {.config = c, .name = name};
    const char *odd = NULL;
    if (text.len > CONFIG_LEN_MAX) {
        return fail(e, ERR_CONFIG, "%s is longer than %d bytes", name, CONFIG_LEN_MAX);
    }
    int line = find_odd_line(text, &odd);
    if (line > 0) {
        return fail(e, ERR_CONFIG, "%s, line %d: %s", name, line, odd);
    }
    buf copy = {0};
    buf_put(&copy, text.base, text.len);
    const char *terminated = buf_terminated(&copy);
    line = copy.failed ? -2 : ini_parse_string(terminated, on_setting, &r);
    buf_fini(&copy);
    if (line == -2) {
        return fail(e, ERR_MEMORY, "no memory left for the configuration");
    }
    if (r.has_failed) {
        return refuse_line(e, name, line, &r.why);
    }
    return line == 0 ||
           fail(e, ERR_CONFIG, "%s, line %d: it is neither [section] nor key = value", name, line);
}

static bool read_file(configuration *c, const char *path, bool must_be, err *e)
{
    FILE *in = fopen(path, "rb");
    if (in == NULL) {
        bool is_absent = errno == ENOENT && !must_be;
        return is_absent || fail(e, ERR_FILE, "could not open \"%s\": %s", path, strerror(errno));
    }
    buf text = {0};
    char piece[4096];
    size_t len;
    while ((len = fread(piece, 1, sizeof piece, in)) > 0 && text.len <= CONFIG_LEN_MAX) {
        buf_put(&text, piece, len);
    }
    bool is_read = !ferror(in) && !text.failed;
    fclose(in);
    is_read = is_read || fail(e, ERR_FILE, "could not read \"%s\"", path);
    is_read = is_read && config_read_text(c, buf_bytes(&text), path, e);
    buf_fini(&text);
    return is_read;
}

static int is_part(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".conf") == 0;
}

/* In order of names: a later file wins. */
static bool read_parts(configuration *c, const char *folder, err *e)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_part, alphasort);
    bool is_read = count <= CONFIG_FILE_MAX ||
                   fail(e, ERR_CONFIG, "\"%s\" holds more than %d files", folder, CONFIG_FILE_MAX);
    for (int i = 0; i < count; i++) {
        char path[1024];
        int len = snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        is_read = is_read && len > 0 && (size_t)len < sizeof path && read_file(c, path, true, e);
        free(entries[i]); /* scandir's own malloc */
    }
    free(entries);
    return is_read;
}

bool config_read_files(configuration *c, const char *path, const char *dir, err *e)
{
    static const char SYSTEM[] = "/etc/lotse/lotse.conf";
    char own[1024];
    char folder[1024];
    if (path == NULL) {
        int len = snprintf(own, sizeof own, "%s/lotse.conf", dir);
        bool has_own = len > 0 && (size_t)len < sizeof own;
        FILE *found = has_own ? fopen(own, "rb") : NULL;
        path = found != NULL ? own : SYSTEM;
        if (found != NULL) {
            fclose(found);
        }
    }
    const char *slash = strrchr(path, '/');
    int len = snprintf(folder, sizeof folder, "%.*sconf.d",
                       slash == NULL ? 0 : (int)(slash + 1 - path), path);
    bool is_default = path == SYSTEM;
    return read_file(c, path, !is_default, e) &&
           (len < 0 || (size_t)len >= sizeof folder || read_parts(c, folder, e));
}

/* ---------------------------------------------------------------------------------- environment */

/* "LOTSE_SERVER_TCP" is server.tcp. */
static void variable_name(const config_row *row, char ret[VARIABLE_LEN])
{
    snprintf(ret, VARIABLE_LEN, "LOTSE_%s_%s", row->section, row->key);
    for (char *at = ret; *at != '\0'; at++) {
        *at = (char)toupper((unsigned char)*at);
    }
}

static bool has_our_section(const char *name)
{
    for (uint32_t i = 0; i < CONFIG_COUNT; i++) {
        char known[VARIABLE_LEN];
        variable_name(&ROWS[i], known);
        size_t len = strlen("LOTSE_") + strlen(ROWS[i].section) + 1;
        if (strncmp(name, known, len) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_variable(configuration *c, const char *name, const char *text, err *e)
{
    char known[CONFIG_COUNT][VARIABLE_LEN];
    nearest near = nearest_to(bytes_of(name));
    for (uint32_t i = 0; i < CONFIG_COUNT; i++) {
        variable_name(&ROWS[i], known[i]);
        if (strcmp(name, known[i]) == 0) {
            return set_value(c, (config_key)i, text, name, e);
        }
        nearest_offer(&near, known[i]);
    }
    if (!has_our_section(name)) {
        return true;
    }
    fail(e, ERR_CONFIG, "there is no setting \"%.60s\"", name);
    return nearest_best(&near) != NULL ? err_hint(e, "Did you mean \"%s\"?", nearest_best(&near))
                                       : err_hint(e, "`lotse config show` lists every setting.");
}

bool config_read_environment(configuration *c, char *const *environment, err *e)
{
    for (size_t i = 0; environment != NULL && environment[i] != NULL; i++) {
        const char *equals = strchr(environment[i], '=');
        char name[VARIABLE_LEN];
        size_t len = equals == NULL ? 0 : (size_t)(equals - environment[i]);
        if (len == 0 || len >= sizeof name || strncmp(environment[i], "LOTSE_", 6) != 0) {
            continue;
        }
        memcpy(name, environment[i], len);
        name[len] = '\0';
        if (!read_variable(c, name, equals + 1, e)) {
            return false;
        }
    }
    return true;
}

/* ---------------------------------------------------------------------------------- asking */

const char *config_text(const configuration *c, config_key key)
{
    check(key < CONFIG_COUNT);
    return c->values[key].text[0] == '\0' ? NULL : c->values[key].text;
}

int64_t config_int(const configuration *c, config_key key)
{
    int64_t number = 0;
    check(ROWS[key].type == CONFIG_INT);
    bool is_number = parse_int(c->values[key].text, &number);
    check(is_number);
    return number;
}

bool config_bool(const configuration *c, config_key key)
{
    check(ROWS[key].type == CONFIG_BOOL);
    return strcmp(c->values[key].text, "yes") == 0;
}

const char *config_origin(const configuration *c, config_key key)
{
    check(key < CONFIG_COUNT);
    return c->values[key].origin;
}

bool config_check(const configuration *c, err *e)
{
    bool has_https = config_text(c, CONFIG_SERVER_HTTPS) != NULL;
    if (has_https && (config_text(c, CONFIG_TLS_CERTIFICATE) == NULL ||
                      config_text(c, CONFIG_TLS_KEY) == NULL)) {
        fail(e, ERR_CONFIG, "server.https needs tls.certificate and tls.key");
        return err_hint(e, "Without a certificate of its own a server is reached by server.http on "
                           "this machine, or by a proxy before it.");
    }
    if (config_text(c, CONFIG_PROXY_USER_HEADER) == NULL &&
        (config_text(c, CONFIG_PROXY_ROLE_HEADER) != NULL ||
         config_text(c, CONFIG_PROXY_CERTIFICATE) != NULL)) {
        return fail(e, ERR_CONFIG,
                    "proxy.user_header is missing, without which no proxy is "
                    "believed");
    }
    if (config_text(c, CONFIG_PROXY_CERTIFICATE) != NULL &&
        config_text(c, CONFIG_TLS_CLIENT_CA) == NULL) {
        return fail(e, ERR_CONFIG, "proxy.certificate needs tls.client_ca, which proves it");
    }
    return true;
}

/* ---------------------------------------------------------------------------------- telling */

static void begin_section(buf *out, uint32_t i)
{
    if (i == 0 || strcmp(ROWS[i].section, ROWS[i - 1].section) != 0) {
        buf_print(out, "%s[%s]\n", i == 0 ? "" : "\n", ROWS[i].section);
    }
}

void config_write_template(buf *out)
{
    for (uint32_t i = 0; i < CONFIG_COUNT; i++) {
        char name[VARIABLE_LEN];
        variable_name(&ROWS[i], name);
        begin_section(out, i);
        buf_print(out, "; %s (%s%s)\n;%s = %s\n", ROWS[i].doc, name,
                  ROWS[i].can_reload ? ", SIGHUP" : "", ROWS[i].key, ROWS[i].value);
    }
}

void config_write_effective(const configuration *c, buf *out)
{
    for (uint32_t i = 0; i < CONFIG_COUNT; i++) {
        begin_section(out, i);
        buf_print(out, "%s = %s\n; from %s\n", ROWS[i].key, c->values[i].text, c->values[i].origin);
    }
}

static void write_property(json_writer *w, const config_row *row)
{
    json_put_key(w, row->key);
    json_begin_object(w);
    json_member_cstr(w, "description", row->doc);
    json_member_cstr(w, "type", row->type == CONFIG_INT ? "integer" : "string");
    int64_t number = 0;
    switch (row->type) {
    case CONFIG_INT:
        json_member_int(w, "minimum", row->min);
        json_member_int(w, "maximum", row->max);
        check(parse_int(row->value, &number));
        json_member_int(w, "default", number);
        break;
    case CONFIG_BOOL:
        json_put_key(w, "enum");
        json_put_raw(w, BYTES("[\"yes\",\"no\"]"));
        json_member_cstr(w, "default", row->value);
        break;
    case CONFIG_TEXT:
        json_member_int(w, "maxLength", row->max);
        json_member_cstr(w, "default", row->value);
        break;
    default:
        json_member_cstr(w, "default", row->value);
        break;
    }
    json_end_object(w);
}

void config_write_schema(buf *out)
{
    json_writer w = json_writer_to(out);
    json_begin_object(&w);
    json_member_cstr(&w, "$schema", "https://json-schema.org/draft/2020-12/schema");
    json_member_cstr(&w, "title", "Lotse's configuration: [section] and key = value");
    json_member_cstr(&w, "type", "object");
    json_member_bool(&w, "additionalProperties", false);
    json_put_key(&w, "properties");
    json_begin_object(&w);
    for (uint32_t i = 0; i < CONFIG_COUNT; i++) {
        bool begins = i == 0 || strcmp(ROWS[i].section, ROWS[i - 1].section) != 0;
        bool ends = i + 1 == CONFIG_COUNT || strcmp(ROWS[i].section, ROWS[i + 1].section) != 0;
        if (begins) {
            json_put_key(&w, ROWS[i].section);
            json_begin_object(&w);
            json_member_cstr(&w, "type", "object");
            json_member_bool(&w, "additionalProperties", false);
            json_put_key(&w, "properties");
            json_begin_object(&w);
        }
        write_property(&w, &ROWS[i]);
        if (ends) {
            json_end_object(&w);
            json_end_object(&w);
        }
    }
    json_end_object(&w);
    json_end_object(&w);
}
