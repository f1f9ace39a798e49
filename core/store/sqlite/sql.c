/* How the store talks to SQLite: one way to open, one way to fail, one way to run a statement. */
#include "store/sqlite/sql.h"

#include <errno.h>

#include "base/check.h"
#include "base/limits.h"

static err_code code_of_io(int rc, int system_error)
{
    if (rc == SQLITE_IOERR_SHMSIZE) {
        return ERR_STORE_FULL; /* the index of the WAL could not grow; SQLite keeps no errno here */
    }
    /* EFBIG is a quota of its own kind: the file may not grow, so nothing fits any more. */
    switch (system_error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ERR_STORE_FULL;
    default:
        return ERR_STORE_FAILED;
    }
}

static err_code code_of(int rc, int system_error)
{
    switch (rc & 0xFF) {
    case SQLITE_FULL:
        return ERR_STORE_FULL;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return code_of_io(rc, system_error);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ERR_STORE_CORRUPT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_STORE_BUSY;
    case SQLITE_NOMEM:
        return ERR_MEMORY;
    case SQLITE_TOOBIG:
        return ERR_TOO_LARGE;
    default:
        return ERR_STORE_FAILED;
    }
}

static const char *reason_of(err_code code, int rc)
{
    switch (code) {
    case ERR_STORE_FULL:
        return "the disk is full";
    case ERR_STORE_CORRUPT:
        return "the file is damaged or not a database";
    case ERR_STORE_BUSY:
        return "another program keeps it locked";
    case ERR_MEMORY:
        return "no memory left";
    case ERR_TOO_LARGE:
        return "a record is too large";
    default:
        return sqlite3_errstr(rc);
    }
}

static int errno_of_file(sqlite3 *db, int which)
{
    sqlite3_file *file = NULL;
    int system_error = 0;
    if (sqlite3_file_control(db, "main", which, &file) != SQLITE_OK || file == NULL ||
        file->pMethods == NULL ||
        file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &system_error) != SQLITE_OK) {
        return 0;
    }
    return system_error;
}

/* Why the machine refused. The connection does not always know it; then its files do. */
static int errno_of(sqlite3 *db)
{
    if (db == NULL) {
        return 0;
    }
    int system_error = sqlite3_system_errno(db);
    if (system_error == 0) {
        system_error = errno_of_file(db, SQLITE_FCNTL_JOURNAL_POINTER); /* the WAL */
    }
    if (system_error == 0) {
        system_error = errno_of_file(db, SQLITE_FCNTL_FILE_POINTER);
    }
    return system_error;
}

bool sql_fail(const sql *s, int rc, const char *what, err *e)
{
    check(rc != SQLITE_OK);
    bool is_of_machine = (rc & 0xFF) == SQLITE_IOERR || (rc & 0xFF) == SQLITE_CANTOPEN;
    int system_error = is_of_machine ? errno_of(s->db) : 0;
    err_code code = code_of(rc, system_error);
    (void)fail(e, code, "%s: %s", what, reason_of(code, rc)); /* the caller returns what follows */
    if (code == ERR_STORE_CORRUPT) {
        (void)err_hint(e, "Restore the last backup into an empty folder."); /* as above */
    }
    return err_detail(e, "SQLite answered %d (%s), errno %d.", rc, sqlite3_errstr(rc),
                      system_error);
}

bool sql_run(sql *s, const char *text, const char *what, err *e)
{
    int rc = sqlite3_exec(s->db, text, NULL, NULL, NULL);
    return rc == SQLITE_OK || sql_fail(s, rc, what, e);
}

bool sql_prepare(sql *s, const char *text, sqlite3_stmt **ret, err *e)
{
    int rc = sqlite3_prepare_v3(s->db, text, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL);
    return rc == SQLITE_OK || sql_fail(s, rc, "could not read the database", e);
}

bool sql_read_int(sql *s, const char *text, int64_t *ret, err *e)
{
    sqlite3_stmt *stmt = NULL;
    if (!sql_prepare(s, text, &stmt, e)) {
        return false;
    }
    int rc = sqlite3_step(stmt);
    int64_t value = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
    (void)sqlite3_finalize(stmt); /* repeats what the step said */
    if (rc != SQLITE_ROW) {
        return sql_fail(s, rc == SQLITE_DONE ? SQLITE_CORRUPT : rc, "could not read the database",
                        e);
    }
    *ret = value;
    return true;
}

/* What every connection is told. Temporary pages stay in memory: they may hold bodies. */
static bool set_up(sql *s, sql_role role, err *e)
{
    int rc = sqlite3_busy_timeout(s->db, STORE_BUSY_MS);
    if (rc == SQLITE_OK) {
        rc = sqlite3_extended_result_codes(s->db, 1);
    }
    if (rc == SQLITE_OK && role == SQL_READER) {
        /* Only the writer's connection cleans pages, so only it may move them into the file. */
        rc = sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    }
    if (rc == SQLITE_OK && role == SQL_WRITER) {
        rc = clean_attach(&s->clean, s->db);
    }
    if (rc != SQLITE_OK) {
        return sql_fail(s, rc, "could not open the database", e);
    }
    return sql_run(s,
                   "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
                   "PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;"
                   "PRAGMA mmap_size = 0",
                   "could not open the database", e) &&
           sql_run(s,
                   role == SQL_READER
                       ? "PRAGMA cache_size = -8192; PRAGMA query_only = ON"
                       : "PRAGMA cache_size = -65536; PRAGMA synchronous = FULL;"
                         "PRAGMA secure_delete = ON; PRAGMA recursive_triggers = OFF",
                   "could not open the database", e);
}

bool sql_open(sql *s, const char *path, sql_role role, err *e)
{
    check(path[0] == '/'); /* a name such as "file:x" would be read as a URI */
    s->db = NULL;
    int flags = role == SQL_READER ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    int rc = sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    bool is_open =
        rc == SQLITE_OK ? set_up(s, role, e) : sql_fail(s, rc, "could not open the database", e);
    if (!is_open) {
        sql_close(s);
    }
    return is_open;
}

void sql_close(sql *s)
{
    int rc = sqlite3_close(s->db);
    check(rc == SQLITE_OK); /* anything else says that a statement was not finalized */
    s->db = NULL;
}

sql_call sql_begin(sqlite3_stmt *stmt)
{
    check(!sqlite3_stmt_busy(stmt)); /* a callback may not ask again what is being answered */
    return (sql_call){.stmt = stmt, .rc = SQLITE_OK};
}

void sql_put_int(sql_call *c, int64_t value)
{
    c->parameter_count++;
    if (c->rc == SQLITE_OK) {
        c->rc = sqlite3_bind_int64(c->stmt, c->parameter_count, value);
    }
}

void sql_put_bytes(sql_call *c, bytes value)
{
    c->parameter_count++;
    if (c->rc == SQLITE_OK) {
        c->rc =
            sqlite3_bind_blob64(c->stmt, c->parameter_count, value.base, value.len, SQLITE_STATIC);
    }
}

int sql_step(sql_call *c)
{
    if (c->rc == SQLITE_OK || c->rc == SQLITE_ROW) {
        c->rc = sqlite3_step(c->stmt);
    }
    return c->rc;
}

void sql_end(sql_call *c)
{
    (void)sqlite3_reset(c->stmt); /* repeats what the last step said */
}

int sql_once(sql_call *c)
{
    int rc = sql_step(c);
    sql_end(c);
    return rc;
}

bytes sql_bytes_at(const sql_call *c, int column)
{
    if (sqlite3_column_type(c->stmt, column) == SQLITE_NULL) {
        return (bytes){NULL, 0};
    }
    const void *base = sqlite3_column_blob(c->stmt, column);
    int len = sqlite3_column_bytes(c->stmt, column);
    return len == 0 ? (bytes){"", 0} : (bytes){base, (size_t)len};
}

int64_t sql_int_at(const sql_call *c, int column)
{
    return sqlite3_column_int64(c->stmt, column);
}
