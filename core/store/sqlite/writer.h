#ifndef CORE_STORE_SQLITE_WRITER_H
#define CORE_STORE_SQLITE_WRITER_H

#include "store/sqlite/sql.h"
#include "store/store.h"

/* The writer's state, for the files that write: writer.c, keys.c, restore.c. */

enum writer_statement {
    RECORD_FIND,
    RECORD_INSERT,
    RECORD_REPLACE,
    RECORD_DELETE,
    ABOUT_COUNT,
    ABOUT_DELETE,
    KEY_INSERT,
    KEY_MISSING,
    KEY_DELETE,
    RECORD_LAST,
    REMOVAL_ANY,
    REMOVAL_FIND,
    REMOVAL_INSERT,
    REMOVAL_DELETE,
    CONCEPT_INSERT,
    TALLY_ADD,
    META_CHANGE,
    BEGIN,
    COMMIT,
    ROLLBACK,
    STATEMENT_COUNT
};

struct store {
    sql sql;
    int lock_fd;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    uint64_t last_change;
    uint32_t concept_count;
};

bool writer_run(store *s, int statement, err *e); /* one without parameters */
/* After a failure: SQLite may have rolled back by itself. The first failure is the one to tell. */
void writer_roll_back(store *s);
bool writer_insert(store *s, const store_write *w, int64_t change, err *e);
bool writer_tally(store *s, store_noun noun, int64_t added, err *e);
bool writer_set_change(store *s, int64_t change, err *e);
bool writer_read_counters(store *s, err *e);

/* keys.c */
bool keys_put(store *s, bytes seeker, const store_key *key, err *e);

#endif
