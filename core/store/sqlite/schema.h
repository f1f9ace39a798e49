#ifndef CORE_STORE_SQLITE_SCHEMA_H
#define CORE_STORE_SQLITE_SCHEMA_H

#include <stdbool.h>

#include "base/err.h"
#include "store/sqlite/sql.h"

/* Which shape the database has, and how it comes to the newest one. */

typedef struct schema_migration {
    const char *name; /* "0001_records" */
    const char *text;
} schema_migration;

/* From schemas/sql/sqlite, in order; made at build time. */
extern const schema_migration SCHEMA_MIGRATIONS[];
extern const int SCHEMA_VERSION; /* how many there are */

/* The version of an open database, 0 for an empty one. Refuses a newer one and what is not ours. */
bool schema_read_version(sql *s, int *ret_version, err *e);
/* Applies what is missing, each migration in a transaction of its own. */
bool schema_migrate(sql *s, int from_version, err *e);

#endif
