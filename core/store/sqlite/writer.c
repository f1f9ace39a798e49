/* The writer: the one connection that changes records. A call of store_put is one transaction. */
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/limits.h"
#include "store/lock.h"
#include "store/sqlite/dbfile.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/writer.h"
#include "store/store.h"

static const char *const STATEMENTS[STATEMENT_COUNT] = {
    [RECORD_FIND] = "SELECT row, version, unit, body FROM record WHERE noun = ?1 AND id = ?2",
    [RECORD_INSERT] = "INSERT INTO record (noun, id, unit, version, change, body, seeker, offer,"
                      " kind) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [RECORD_REPLACE] = "UPDATE record SET unit = ?2, version = ?3, change = ?4, body = ?5,"
                       " seeker = ?6, offer = ?7, kind = ?8 WHERE row = ?1",
    [RECORD_DELETE] = "DELETE FROM record WHERE row = ?1",
    [ABOUT_COUNT] = "SELECT noun, count(*) FROM record WHERE seeker = ?1 GROUP BY noun",
    [ABOUT_DELETE] = "DELETE FROM record WHERE seeker = ?1",
    [RECORD_LAST] = "SELECT max(id) FROM record WHERE noun = ?1",
    [REMOVAL_ANY] = "SELECT EXISTS (SELECT 1 FROM removal)",
    [KEY_INSERT] = "INSERT INTO person_key (seeker, name, key) VALUES (?1, ?2, ?3)",
    [KEY_MISSING] = "SELECT id FROM record WHERE noun = 0 AND id > ?1 AND NOT EXISTS"
                    " (SELECT 1 FROM person_key WHERE seeker = id) ORDER BY id LIMIT 1",
    [KEY_DELETE] = "DELETE FROM person_key WHERE seeker = ?1",
    [REMOVAL_FIND] = "SELECT version FROM removal WHERE noun = ?1 AND id = ?2",
    [REMOVAL_INSERT] = "INSERT INTO removal (noun, id, version, change) VALUES (?1, ?2, ?3, ?4)",
    [REMOVAL_DELETE] = "DELETE FROM removal WHERE noun = ?1 AND id = ?2",
    [CONCEPT_INSERT] = "INSERT INTO concept (number, text) VALUES (?1, ?2)",
    [TALLY_ADD] = "INSERT INTO tally (noun, live) VALUES (?1, max(?2, 0))"
                  " ON CONFLICT (noun) DO UPDATE SET live = live + ?2",
    [META_CHANGE] = "UPDATE meta SET change = ?1",
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
};

/* With fewer writes it does not pay to know where a noun's ids end. */
enum { MANY_WRITES = 256 };

static const char CANNOT_WRITE[] = "could not write to the database";

/* One call of store_put while it runs. */
typedef struct transaction {
    store *store;
    int64_t change;
    bool is_changed;
    int64_t live_added[STORE_NOUN_COUNT];
    /* What spares looking for what cannot be there: an import mostly comes in the order of ids. */
    bool knows_last;
    char last_id[STORE_NOUN_COUNT][ID_LEN_MAX];
    size_t last_len[STORE_NOUN_COUNT]; /* 0: the noun has no records */
    bool has_removals;
} transaction;

/* What stands there before a write. */
typedef struct found {
    int64_t row; /* 0: no record */
    int64_t version;
    bool is_same; /* as what is to be written */
} found;

bool writer_run(store *s, int statement, err *e)
{
    sql_call c = sql_begin(s->statements[statement]);
    int rc = sql_once(&c);
    return rc == SQLITE_DONE || sql_fail(&s->sql, rc, CANNOT_WRITE, e);
}

static bool is_same_value(bytes a, bytes b)
{
    return (a.base == NULL) == (b.base == NULL) && bytes_equal(a, b);
}

static bool find_record(store *s, const store_write *w, found *ret, err *e)
{
    sql_call c = sql_begin(s->statements[RECORD_FIND]);
    sql_put_int(&c, w->noun);
    sql_put_bytes(&c, w->id);
    int rc = sql_step(&c);
    if (rc == SQLITE_ROW) {
        *ret = (found){.row = sql_int_at(&c, 0), .version = sql_int_at(&c, 1)};
        ret->is_same = is_same_value(sql_bytes_at(&c, 2), w->unit) &&
                       is_same_value(sql_bytes_at(&c, 3), w->body);
    } else if (rc == SQLITE_DONE) {
        *ret = (found){0};
    }
    sql_end(&c);
    return rc == SQLITE_ROW || rc == SQLITE_DONE || sql_fail(&s->sql, rc, CANNOT_WRITE, e);
}

static bool read_last(transaction *t, int noun, err *e)
{
    sql_call c = sql_begin(t->store->statements[RECORD_LAST]);
    sql_put_int(&c, noun);
    int rc = sql_step(&c);
    bytes last = rc == SQLITE_ROW ? sql_bytes_at(&c, 0) : (bytes){NULL, 0};
    bool fits = last.len <= ID_LEN_MAX;
    if (fits && last.len > 0) {
        memcpy(t->last_id[noun], last.base, last.len);
    }
    t->last_len[noun] = fits ? last.len : 0;
    t->knows_last = t->knows_last && fits;
    sql_end(&c);
    return rc == SQLITE_ROW || sql_fail(&t->store->sql, rc, CANNOT_WRITE, e);
}

static bool look_ahead(transaction *t, size_t write_count, err *e)
{
    sql_call c = sql_begin(t->store->statements[REMOVAL_ANY]);
    int rc = sql_step(&c);
    t->has_removals = rc != SQLITE_ROW || sql_int_at(&c, 0) != 0;
    sql_end(&c);
    if (rc != SQLITE_ROW) {
        return sql_fail(&t->store->sql, rc, CANNOT_WRITE, e);
    }
    t->knows_last = write_count >= MANY_WRITES;
    for (int noun = 0; noun < STORE_NOUN_COUNT && t->knows_last; noun++) {
        if (!read_last(t, noun, e)) {
            return false;
        }
    }
    return true;
}

/* Behind every id of its noun? Then it is the last one now. */
static bool goes_behind(transaction *t, const store_write *w)
{
    bytes last = {t->last_id[w->noun], t->last_len[w->noun]};
    if (!t->knows_last || w->id.len > ID_LEN_MAX || bytes_compare(w->id, last) <= 0) {
        return false;
    }
    memcpy(t->last_id[w->noun], w->id.base, w->id.len);
    t->last_len[w->noun] = w->id.len;
    return true;
}

/* The version that a removed record had last, and its removal forgotten; 0 where there is none. */
static bool take_removal(store *s, const store_write *w, int64_t *ret_version, err *e)
{
    sql_call c = sql_begin(s->statements[REMOVAL_FIND]);
    sql_put_int(&c, w->noun);
    sql_put_bytes(&c, w->id);
    int rc = sql_step(&c);
    int64_t version = rc == SQLITE_ROW ? sql_int_at(&c, 0) : 0;
    sql_end(&c);
    if (rc == SQLITE_ROW) {
        c = sql_begin(s->statements[REMOVAL_DELETE]);
        sql_put_int(&c, w->noun);
        sql_put_bytes(&c, w->id);
        rc = sql_once(&c);
    }
    if (rc != SQLITE_DONE) {
        return sql_fail(&s->sql, rc, CANNOT_WRITE, e);
    }
    *ret_version = version;
    return true;
}

/* What a document is about; of other records nothing. */
static void put_about(sql_call *c, const store_write *w)
{
    check((w->seeker.base != NULL) == store_is_document(w->noun));
    sql_put_bytes(c, w->seeker);
    sql_put_bytes(c, w->offer);
    if (store_is_document(w->noun)) {
        sql_put_int(c, w->kind);
    } else {
        sql_put_bytes(c, (bytes){0});
    }
}

bool writer_insert(store *s, const store_write *w, int64_t change, err *e)
{
    sql_call c = sql_begin(s->statements[RECORD_INSERT]);
    sql_put_int(&c, w->noun);
    sql_put_bytes(&c, w->id);
    sql_put_bytes(&c, w->unit);
    sql_put_int(&c, w->version);
    sql_put_int(&c, change);
    sql_put_bytes(&c, w->body);
    put_about(&c, w);
    int rc = sql_once(&c);
    return rc == SQLITE_DONE || sql_fail(&s->sql, rc, CANNOT_WRITE, e);
}

static bool insert_record(transaction *t, store_write *w, err *e)
{
    int64_t version_before = 0;
    if (t->has_removals && !take_removal(t->store, w, &version_before, e)) {
        return false;
    }
    w->version = version_before + 1;
    w->outcome = STORE_CREATED;
    if (!writer_insert(t->store, w, t->change, e)) {
        return false;
    }
    t->is_changed = true;
    t->live_added[w->noun]++;
    return true;
}

static bool replace_record(transaction *t, store_write *w, const found *f, err *e)
{
    w->version = f->version + 1;
    w->outcome = STORE_REPLACED;
    sql_call c = sql_begin(t->store->statements[RECORD_REPLACE]);
    sql_put_int(&c, f->row);
    sql_put_bytes(&c, w->unit);
    sql_put_int(&c, w->version);
    sql_put_int(&c, t->change);
    sql_put_bytes(&c, w->body);
    put_about(&c, w);
    int rc = sql_once(&c);
    if (rc != SQLITE_DONE) {
        return sql_fail(&t->store->sql, rc, CANNOT_WRITE, e);
    }
    t->is_changed = true;
    return true;
}

/* The documents about a person go with the person; nothing is left of them, not even a removal:
 * their ids never come again. */
static bool delete_about(transaction *t, bytes seeker, err *e)
{
    store *s = t->store;
    sql_call c = sql_begin(s->statements[ABOUT_COUNT]);
    sql_put_bytes(&c, seeker);
    int rc = sql_step(&c);
    while (rc == SQLITE_ROW) {
        int64_t noun = sql_int_at(&c, 0);
        if (noun < 0 || noun >= STORE_NOUN_COUNT) {
            rc = SQLITE_CORRUPT; /* no writer of ours wrote this */
            break;
        }
        t->live_added[noun] -= sql_int_at(&c, 1);
        rc = sql_step(&c);
    }
    sql_end(&c);
    if (rc == SQLITE_DONE) {
        c = sql_begin(s->statements[ABOUT_DELETE]);
        sql_put_bytes(&c, seeker);
        rc = sql_once(&c);
    }
    if (rc == SQLITE_DONE) {
        c = sql_begin(s->statements[KEY_DELETE]);
        sql_put_bytes(&c, seeker);
        rc = sql_once(&c);
    }
    return rc == SQLITE_DONE || sql_fail(&s->sql, rc, CANNOT_WRITE, e);
}

static bool delete_record(transaction *t, store_write *w, const found *f, err *e)
{
    w->version = 0;
    w->outcome = STORE_DELETED;
    sql_call c = sql_begin(t->store->statements[RECORD_DELETE]);
    sql_put_int(&c, f->row);
    int rc = sql_once(&c);
    if (rc == SQLITE_DONE) {
        c = sql_begin(t->store->statements[REMOVAL_INSERT]);
        sql_put_int(&c, w->noun);
        sql_put_bytes(&c, w->id);
        sql_put_int(&c, f->version);
        sql_put_int(&c, t->change);
        rc = sql_once(&c);
    }
    if (rc != SQLITE_DONE) {
        return sql_fail(&t->store->sql, rc, CANNOT_WRITE, e);
    }
    t->is_changed = true;
    t->has_removals = true;
    t->live_added[w->noun]--;
    return w->noun != STORE_SEEKER || delete_about(t, w->id, e);
}

static bool put_one(transaction *t, store_write *w, err *e)
{
    check(w->noun < STORE_NOUN_COUNT);
    check(w->id.base != NULL);
    check(w->expected_version >= STORE_ANY_VERSION);
    found f = {0};
    if (!goes_behind(t, w) && !find_record(t->store, w, &f, e)) {
        return false;
    }
    w->version = f.version;
    if (w->expected_version != STORE_ANY_VERSION && w->expected_version != f.version) {
        w->outcome = STORE_CONFLICT;
        return true;
    }
    if (w->body.base == NULL) {
        w->outcome = STORE_ABSENT;
        return f.row == 0 || delete_record(t, w, &f, e);
    }
    if (f.row == 0) {
        return insert_record(t, w, e);
    }
    w->outcome = STORE_UNCHANGED;
    return f.is_same || replace_record(t, w, &f, e);
}

static bool put_concepts(store *s, const bytes *concepts, size_t concept_count, err *e)
{
    check(concept_count <= UINT32_MAX - s->concept_count);
    for (size_t i = 0; i < concept_count; i++) {
        check(concepts[i].base != NULL);
        sql_call c = sql_begin(s->statements[CONCEPT_INSERT]);
        sql_put_int(&c, (int64_t)s->concept_count + 1 + (int64_t)i);
        sql_put_bytes(&c, concepts[i]);
        int rc = sql_once(&c);
        if ((rc & 0xFF) == SQLITE_CONSTRAINT) {
            return fail(e, ERR_INTERNAL, "could not number a concept: it has a number already");
        }
        if (rc != SQLITE_DONE) {
            return sql_fail(&s->sql, rc, CANNOT_WRITE, e);
        }
    }
    return true;
}

bool writer_tally(store *s, store_noun noun, int64_t added, err *e)
{
    sql_call c = sql_begin(s->statements[TALLY_ADD]);
    sql_put_int(&c, noun);
    sql_put_int(&c, added);
    int rc = sql_once(&c);
    return rc == SQLITE_DONE || sql_fail(&s->sql, rc, CANNOT_WRITE, e);
}

bool writer_set_change(store *s, int64_t change, err *e)
{
    sql_call c = sql_begin(s->statements[META_CHANGE]);
    sql_put_int(&c, change);
    int rc = sql_once(&c);
    return rc == SQLITE_DONE || sql_fail(&s->sql, rc, CANNOT_WRITE, e);
}

static bool put_counters(transaction *t, err *e)
{
    for (int noun = 0; noun < STORE_NOUN_COUNT; noun++) {
        int64_t added = t->live_added[noun];
        if (added != 0 && !writer_tally(t->store, (store_noun)noun, added, e)) {
            return false;
        }
    }
    return writer_set_change(t->store, t->change, e);
}

static bool put_all(transaction *t, store_write *writes, size_t write_count, err *e)
{
    for (size_t i = 0; i < write_count; i++) {
        if (!put_one(t, &writes[i], e)) {
            return false;
        }
    }
    return !t->is_changed || put_counters(t, e);
}

/* After a failure: SQLite may have rolled back by itself. The first failure is the one to tell. */
void writer_roll_back(store *s)
{
    if (sqlite3_get_autocommit(s->sql.db) == 0) {
        err ignored;
        (void)writer_run(s, ROLLBACK,
                         &ignored); /* a transaction still open refuses the next BEGIN */
    }
}

bool store_put(store *s, store_write *writes, size_t write_count, const bytes *concepts,
               size_t concept_count, uint64_t *ret_change, err *e)
{
    transaction t = {.store = s, .change = (int64_t)s->last_change + 1};
    if (!writer_run(s, BEGIN, e)) {
        return false;
    }
    if (!look_ahead(&t, write_count, e) || !put_concepts(s, concepts, concept_count, e) ||
        !put_all(&t, writes, write_count, e) || !writer_run(s, COMMIT, e)) {
        writer_roll_back(s);
        return false;
    }
    check(sqlite3_get_autocommit(s->sql.db) != 0);
    s->concept_count += (uint32_t)concept_count;
    s->last_change += t.is_changed ? 1 : 0;
    *ret_change = s->last_change;
    return true;
}

uint64_t store_last_change(const store *s)
{
    return s->last_change;
}

uint32_t store_concept_count(const store *s)
{
    return s->concept_count;
}

bool store_scrub(store *s, err *e)
{
    int rc = sqlite3_wal_checkpoint_v2(s->sql.db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return rc == SQLITE_OK || sql_fail(&s->sql, rc, "could not erase what was deleted", e);
}

/* Settings of the file rather than of the connection. The page limit is what clean.c relies on. */
static bool set_up_file(store *s, bool is_new, err *e)
{
    static const char what[] = "could not open the database";
    if (is_new &&
        !sql_run(&s->sql, "PRAGMA page_size = 4096; PRAGMA auto_vacuum = NONE", what, e)) {
        return false;
    }
    int64_t auto_vacuum = 0;
    if (!sql_run(&s->sql,
                 "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 4096;"
                 "PRAGMA journal_size_limit = 67108864; PRAGMA max_page_count = 33554431",
                 what, e) ||
        !sql_read_int(&s->sql, "PRAGMA auto_vacuum", &auto_vacuum, e)) {
        return false;
    }
    if (auto_vacuum != 0) {
        return fail(e, ERR_STORE_FAILED, "%s: it was rewritten with auto_vacuum", what);
    }
    return true;
}

static bool is_wal(store *s, bool *ret_is_wal, err *e)
{
    sqlite3_stmt *stmt = NULL;
    if (!sql_prepare(&s->sql, "PRAGMA journal_mode", &stmt, e)) {
        return false;
    }
    sql_call c = sql_begin(stmt);
    int rc = sql_step(&c);
    bool is_set = rc == SQLITE_ROW && bytes_equal_text(sql_bytes_at(&c, 0), "wal");
    (void)sqlite3_finalize(stmt); /* repeats what the step said */
    if (rc != SQLITE_ROW) {
        return sql_fail(&s->sql, rc, "could not open the database", e);
    }
    *ret_is_wal = is_set;
    return true;
}

static bool bring_up_to_date(store *s, bool create, err *e)
{
    int version = 0;
    bool has_wal = false;
    if (!schema_read_version(&s->sql, &version, e)) {
        return false;
    }
    if (version == 0 && !create) {
        return dbfile_missing(e);
    }
    if (!set_up_file(s, version == 0, e) || !is_wal(s, &has_wal, e)) {
        return false;
    }
    if (!has_wal) {
        return fail(e, ERR_STORE_FAILED,
                    "could not open the database: its file system has no shared memory");
    }
    return schema_migrate(&s->sql, version, e);
}

bool writer_read_counters(store *s, err *e)
{
    int64_t change = 0;
    int64_t concept_count = 0;
    if (!sql_read_int(&s->sql, "SELECT change FROM meta", &change, e) ||
        !sql_read_int(&s->sql, "SELECT coalesce(max(number), 0) FROM concept", &concept_count, e)) {
        return false;
    }
    if (change < 0 || concept_count < 0 || concept_count > UINT32_MAX) {
        return fail(e, ERR_STORE_CORRUPT, "could not open the database: its counters are damaged");
    }
    s->last_change = (uint64_t)change;
    s->concept_count = (uint32_t)concept_count;
    return true;
}

static bool start(store *s, const char *path, bool create, err *e)
{
    if ((create && !dbfile_make(path, e)) || !sql_open(&s->sql, path, SQL_WRITER, e) ||
        !bring_up_to_date(s, create, e)) {
        return false;
    }
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        if (!sql_prepare(&s->sql, STATEMENTS[i], &s->statements[i], e)) {
            return false;
        }
    }
    return writer_read_counters(s, e);
}

bool store_open(const char *dir, bool create, store **ret, err *e)
{
    char path[DBFILE_PATH_LEN_MAX];
    if ((create && !dbfile_make_folder(dir, e)) || !dbfile_path(dir, path, e)) {
        return false;
    }
    if (!create && !dbfile_exists(path)) {
        return dbfile_missing(e);
    }
    store *s = mem_new(sizeof *s);
    if (s == NULL) {
        return fail(e, ERR_MEMORY, "could not open the database: no memory left");
    }
    s->lock_fd = -1;
    if (!store_lock_take(dir, &s->lock_fd, e) || !start(s, path, create, e)) {
        store_close(&s);
        return false;
    }
    *ret = s;
    return true;
}

void store_close(store **s)
{
    if (*s == NULL) {
        return;
    }
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        (void)sqlite3_finalize((*s)->statements[i]); /* repeats what the last step said */
    }
    sql_close(&(*s)->sql);
    store_lock_drop(&(*s)->lock_fd);
    mem_free(*s);
    *s = NULL;
}
