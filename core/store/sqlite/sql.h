#ifndef CORE_STORE_SQLITE_SQL_H
#define CORE_STORE_SQLITE_SQL_H

#include <sqlite3.h>

#include "base/bytes.h"
#include "base/err.h"
#include "store/sqlite/clean.h"

/* One connection to the database, with the manners that every connection of the store has, and the
 * few calls that a statement needs. One thread at a time. */

typedef enum sql_role { SQL_WRITER, SQL_READER } sql_role;

typedef struct sql {
    sqlite3 *db;
    clean_file clean; /* of the writer: the only connection that writes into the database file */
} sql;

/* Opens an existing file; changes nothing in it. sql_close must follow on success only; the struct
 * must not move in between. */
bool sql_open(sql *s, const char *path, sql_role role, err *e);
void sql_close(sql *s);

/* A failure of SQLite in our words. `what` says what was tried: "could not write to the database".
 */
bool sql_fail(const sql *s, int rc, const char *what, err *e);

/* Statements without parameters, their rows ignored. */
bool sql_run(sql *s, const char *text, const char *what, err *e);
/* The first column of the first row of a statement without parameters. */
bool sql_read_int(sql *s, const char *text, int64_t *ret, err *e);
bool sql_prepare(sql *s, const char *text, sqlite3_stmt **ret, err *e);

/* One use of a prepared statement: parameters from ?1 on, then steps, then the end. The first
 * failure sticks and later calls do nothing, so that it is looked at once, at the step. */
typedef struct sql_call {
    sqlite3_stmt *stmt;
    int parameter_count;
    int rc;
} sql_call;

sql_call sql_begin(sqlite3_stmt *stmt);
void sql_put_int(sql_call *c, int64_t value);
void sql_put_bytes(sql_call *c,
                   bytes value); /* base NULL: the value NULL; borrowed until sql_end */
int sql_step(sql_call *c);       /* SQLITE_ROW, SQLITE_DONE, or what failed */
void sql_end(sql_call *c);
int sql_once(
    sql_call *c); /* step and end of a statement without rows; SQLITE_DONE or what failed */

/* A column of the current row; valid until the next step or the end. NULL has base NULL. */
bytes sql_bytes_at(const sql_call *c, int column);
int64_t sql_int_at(const sql_call *c, int column);

#endif
