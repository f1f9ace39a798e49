#ifndef CORE_APP_CONFIG_H
#define CORE_APP_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/* The settings: defaults, then the file and those of conf.d beside it, then LOTSE_SECTION_KEY of
 * the environment, then the command line. Secrets are files that a setting names, never values. */

typedef enum config_key {
#define X(NAME, section, key, type, min, max, value, reload, doc) CONFIG_##NAME,
#include "app/config.def"
#undef X
    CONFIG_COUNT
} config_key;

typedef enum config_type {
    CONFIG_TEXT,
    CONFIG_INT,
    CONFIG_BOOL,
    CONFIG_ROLE,
    CONFIG_PEOPLE,
    CONFIG_ROLES
} config_type;

typedef struct config_row {
    const char *section, *key;
    config_type type;
    int64_t min, max;  /* of an INT; of a text's bytes */
    const char *value; /* the default */
    bool can_reload;
    const char *doc;
} config_row;

enum { CONFIG_LEN_MAX = 64 * 1024, CONFIG_VALUE_MAX = 1024, CONFIG_FILE_MAX = 64 };

typedef struct configuration configuration;

const config_row *config_rows(void); /* CONFIG_COUNT of them */

bool config_new(configuration **ret, err *e); /* of defaults alone */
void config_free(configuration **c);
/* A file's text; `name` is told in errors. ERR_CONFIG with name, line, and what was meant. */
bool config_read_text(configuration *c, bytes text, const char *name, err *e);
/* The file, and "conf.d" beside it in order of names. `path` NULL: DIR/lotse.conf or, where that is
 * not there, /etc/lotse/lotse.conf; none is fine. ERR_FILE, ERR_CONFIG. [control] */
bool config_read_files(configuration *c, const char *path, const char *dir, err *e);
/* LOTSE_SECTION_KEY=value; others are nobody's business. `environment` as environ. */
bool config_read_environment(configuration *c, char *const *environment, err *e);
/* From the command line; NULL: not given. */
bool config_set(configuration *c, config_key key, const char *value, const char *origin, err *e);
/* What two settings say together. */
bool config_check(const configuration *c, err *e);

const char *config_text(const configuration *c, config_key key); /* NULL: empty */
int64_t config_int(const configuration *c, config_key key);
bool config_bool(const configuration *c, config_key key);
const char *config_origin(const configuration *c,
                          config_key key); /* "default", "lotse.conf:3", ... */

/* A file with every setting, its default, and what it does. */
void config_write_template(buf *out);
void config_write_effective(const configuration *c, buf *out);
void config_write_schema(buf *out); /* JSON Schema of the settings as sections of keys */

#endif
