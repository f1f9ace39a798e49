/* Migrations: numbered files, applied in order, each exactly once. The number of the last one
 * stands in the file's header (user_version), beside the mark that the file is ours. */
#include "store/sqlite/schema.h"

#include <stdio.h>

#include "base/check.h"

enum { APPLICATION_ID = 0x4C4F5453 }; /* "LOTS", set by the first migration */

bool schema_read_version(sql *s, int *ret_version, err *e)
{
    int64_t application_id = 0;
    int64_t version = 0;
    int64_t table_count = 0;
    if (!sql_read_int(s, "PRAGMA application_id", &application_id, e) ||
        !sql_read_int(s, "PRAGMA user_version", &version, e) ||
        !sql_read_int(s, "SELECT count(*) FROM sqlite_schema", &table_count, e)) {
        return false;
    }
    bool is_empty = application_id == 0 && version == 0 && table_count == 0;
    if (!is_empty && (application_id != APPLICATION_ID || version < 1 || table_count == 0)) {
        return fail(e, ERR_STORE_CORRUPT, "could not open the database: it is not one of Lotse's");
    }
    if (version > SCHEMA_VERSION) {
        (void)fail(e, ERR_STORE_NEWER, /* the hint is returned */
                   "could not open the database: it has schema %lld, this program knows up to %d",
                   (long long)version, SCHEMA_VERSION);
        return err_hint(e, "Use the program version that wrote it, or a newer one.");
    }
    *ret_version = (int)version;
    return true;
}

static bool apply(sql *s, int version, err *e)
{
    char mark[64];
    int len = snprintf(mark, sizeof mark, "PRAGMA user_version = %d; COMMIT", version);
    check(len > 0);
    check((size_t)len < sizeof mark);

    if (sql_run(s, "BEGIN IMMEDIATE", "could not migrate the database", e) &&
        sql_run(s, SCHEMA_MIGRATIONS[version - 1].text, "could not migrate the database", e) &&
        sql_run(s, mark, "could not migrate the database", e)) {
        return true;
    }
    if (sqlite3_get_autocommit(s->db) == 0) {
        err ignored; /* the first failure is the one to tell */
        (void)sql_run(s, "ROLLBACK", "could not migrate the database", &ignored); /* as said */
    }
    return false;
}

bool schema_migrate(sql *s, int from_version, err *e)
{
    check(from_version >= 0);
    check(from_version <= SCHEMA_VERSION);
    for (int version = from_version + 1; version <= SCHEMA_VERSION; version++) {
        if (!apply(s, version, e)) {
            return false;
        }
    }
    return true;
}
