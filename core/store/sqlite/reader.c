/* A reader: a read-only connection of one thread. Every call sees the last committed state. */
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "store/sqlite/dbfile.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sql.h"
#include "store/store.h"

enum {
    RECORD_GET,
    RECORD_LIST,
    RECORD_LIST_UNIT,
    ABOUT_SEEKER,
    ABOUT_OFFER,
    TALLY_GET,
    UNIT_COUNT,
    RECORD_ALL,
    CHANGES_SINCE,
    CONCEPTS_SINCE,
    META_GET,
    KEY_OF,
    KEY_ALL,
    STATEMENT_COUNT
};

/* Rows of records have the columns of RECORD_COLUMNS in this order. */
#define RECORD_COLUMNS "noun, id, version, change, body, seeker, offer, kind, unit"
enum { AT_NOUN, AT_ID, AT_VERSION, AT_CHANGE, AT_BODY, AT_SEEKER, AT_OFFER, AT_KIND, AT_UNIT };

static const char *const STATEMENTS[STATEMENT_COUNT] = {
    [RECORD_GET] = "SELECT " RECORD_COLUMNS " FROM record WHERE noun = ?1 AND id = ?2",
    [RECORD_LIST] = "SELECT " RECORD_COLUMNS " FROM record"
                    " WHERE noun = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
    [RECORD_LIST_UNIT] = "SELECT " RECORD_COLUMNS " FROM record"
                         " WHERE noun = ?1 AND id > ?2 AND unit = ?4 ORDER BY id LIMIT ?3",
    [ABOUT_SEEKER] = "SELECT " RECORD_COLUMNS " FROM record"
                     " WHERE noun = ?1 AND id > ?2 AND seeker = ?4 ORDER BY id LIMIT ?3",
    [ABOUT_OFFER] = "SELECT " RECORD_COLUMNS " FROM record"
                    " WHERE noun = ?1 AND id > ?2 AND offer = ?4 ORDER BY id LIMIT ?3",
    [TALLY_GET] = "SELECT live FROM tally WHERE noun = ?1",
    [UNIT_COUNT] = "SELECT count(*) FROM record WHERE noun = ?1 AND unit = ?2",
    [RECORD_ALL] = "SELECT " RECORD_COLUMNS " FROM record ORDER BY change",
    [CHANGES_SINCE] = "SELECT " RECORD_COLUMNS " FROM record WHERE change > ?1 UNION ALL"
                      " SELECT noun, id, version, change, NULL, NULL, NULL, 0, NULL FROM removal "
                      "WHERE change > ?1"
                      " ORDER BY change",
    [CONCEPTS_SINCE] = "SELECT number, text FROM concept WHERE number > ?1 ORDER BY number",
    [META_GET] = "SELECT change FROM meta",
    [KEY_OF] = "SELECT seeker, name, key FROM person_key WHERE seeker = ?1",
    [KEY_ALL] = "SELECT seeker, name, key FROM person_key ORDER BY name",
};

static const char CANNOT_READ[] = "could not read the database";

struct store_reader {
    sql sql;
    sqlite3_stmt *statements[STATEMENT_COUNT];
};

static bool fail_damaged(err *e)
{
    return fail(e, ERR_STORE_CORRUPT, "%s: a record is damaged", CANNOT_READ);
}

/* A row as a record; false: no writer of ours wrote this. */
static bool read_record(const sql_call *c, store_record *ret)
{
    int64_t noun = sql_int_at(c, AT_NOUN);
    *ret = (store_record){.id = sql_bytes_at(c, AT_ID),
                          .body = sql_bytes_at(c, AT_BODY),
                          .version = sql_int_at(c, AT_VERSION),
                          .change = (uint64_t)sql_int_at(c, AT_CHANGE),
                          .seeker = sql_bytes_at(c, AT_SEEKER),
                          .offer = sql_bytes_at(c, AT_OFFER),
                          .kind = (uint32_t)sql_int_at(c, AT_KIND),
                          .unit = sql_bytes_at(c, AT_UNIT)};
    if (noun < 0 || noun >= STORE_NOUN_COUNT || ret->id.base == NULL || ret->version < 1) {
        return false;
    }
    ret->noun = (store_noun)noun;
    return true;
}

/* Steps through rows of records until they end or the callback has enough. */
static bool tell_records(store_reader *r, sql_call *c, store_on_record *on_record, void *context,
                         err *e)
{
    int rc = sql_step(c);
    bool is_sound = true;
    while (rc == SQLITE_ROW) {
        store_record record;
        is_sound = read_record(c, &record);
        if (!is_sound || !on_record(context, &record)) {
            break;
        }
        rc = sql_step(c);
    }
    sql_end(c);
    if (!is_sound) {
        return fail_damaged(e);
    }
    return rc == SQLITE_ROW || rc == SQLITE_DONE || sql_fail(&r->sql, rc, CANNOT_READ, e);
}

static bool check_version(store_reader *r, err *e)
{
    int version = 0;
    if (!schema_read_version(&r->sql, &version, e)) {
        return false;
    }
    if (version == 0) {
        return dbfile_missing(e);
    }
    if (version < SCHEMA_VERSION) {
        return fail(e, ERR_STORE_FAILED,
                    "could not open the database: it has schema %d and must be brought to %d first",
                    version, SCHEMA_VERSION);
    }
    return true;
}

bool store_reader_open(const char *dir, store_reader **ret, err *e)
{
    char path[DBFILE_PATH_LEN_MAX];
    if (!dbfile_path(dir, path, e)) {
        return false;
    }
    if (!dbfile_exists(path)) {
        return dbfile_missing(e);
    }
    store_reader *r = mem_new(sizeof *r);
    if (r == NULL) {
        return fail(e, ERR_MEMORY, "could not open the database: no memory left");
    }
    bool is_open = sql_open(&r->sql, path, SQL_READER, e) && check_version(r, e);
    for (int i = 0; i < STATEMENT_COUNT && is_open; i++) {
        is_open = sql_prepare(&r->sql, STATEMENTS[i], &r->statements[i], e);
    }
    if (!is_open) {
        store_reader_close(&r);
        return false;
    }
    *ret = r;
    return true;
}

void store_reader_close(store_reader **r)
{
    if (*r == NULL) {
        return;
    }
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        (void)sqlite3_finalize((*r)->statements[i]); /* repeats what the last step said */
    }
    sql_close(&(*r)->sql);
    mem_free(*r);
    *r = NULL;
}

static bytes copy_if_there(arena *a, bytes what)
{
    return what.base == NULL ? what : arena_copy(a, what);
}

bool store_get(store_reader *r, store_noun noun, bytes id, arena *a, store_record *ret, err *e)
{
    check(id.base != NULL);
    sql_call c = sql_begin(r->statements[RECORD_GET]);
    sql_put_int(&c, noun);
    sql_put_bytes(&c, id);
    int rc = sql_step(&c);
    store_record record;
    bool is_sound = rc == SQLITE_ROW && read_record(&c, &record);
    if (is_sound) {
        record.id = arena_copy(a, record.id);
        record.body = arena_copy(a, record.body);
        record.seeker = copy_if_there(a, record.seeker);
        record.offer = copy_if_there(a, record.offer);
        record.unit = copy_if_there(a, record.unit);
    }
    sql_end(&c);
    if (rc == SQLITE_DONE) {
        return fail(e, ERR_NOT_FOUND, "there is no record with the id \"%.*s\"", (int)id.len,
                    id.base);
    }
    if (rc != SQLITE_ROW) {
        return sql_fail(&r->sql, rc, CANNOT_READ, e);
    }
    if (!is_sound) {
        return fail_damaged(e);
    }
    if (record.id.base == NULL || record.body.base == NULL) {
        return fail(e, ERR_MEMORY, "%s: no memory left", CANNOT_READ);
    }
    *ret = record;
    return true;
}

bool store_list(store_reader *r, store_noun noun, bytes after, bytes unit, uint32_t limit,
                store_on_record *on_record, void *context, err *e)
{
    bool is_all = unit.base == NULL;
    sql_call c = sql_begin(r->statements[is_all ? RECORD_LIST : RECORD_LIST_UNIT]);
    sql_put_int(&c, noun);
    /* Every id is greater than the empty one; greater than NULL is none. */
    sql_put_bytes(&c, after.base == NULL ? BYTES("") : after);
    sql_put_int(&c, limit);
    if (!is_all) {
        sql_put_bytes(&c, unit);
    }
    return tell_records(r, &c, on_record, context, e);
}

bool store_list_about(store_reader *r, store_noun noun, store_noun about, bytes about_id,
                      bytes after, uint32_t limit, store_on_record *on_record, void *context,
                      err *e)
{
    check(about == STORE_SEEKER || about == STORE_OFFER);
    check(about_id.base != NULL);
    sql_call c = sql_begin(r->statements[about == STORE_SEEKER ? ABOUT_SEEKER : ABOUT_OFFER]);
    sql_put_int(&c, noun);
    sql_put_bytes(&c, after.base == NULL ? BYTES("") : after);
    sql_put_int(&c, limit);
    sql_put_bytes(&c, about_id);
    return tell_records(r, &c, on_record, context, e);
}

bool store_count(store_reader *r, store_noun noun, bytes unit, uint64_t *ret_count, err *e)
{
    bool is_all = unit.base == NULL;
    sql_call c = sql_begin(r->statements[is_all ? TALLY_GET : UNIT_COUNT]);
    sql_put_int(&c, noun);
    if (!is_all) {
        sql_put_bytes(&c, unit);
    }
    int rc = sql_step(&c);
    int64_t count = rc == SQLITE_ROW ? sql_int_at(&c, 0) : 0; /* no tally yet: no record yet */
    sql_end(&c);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        return sql_fail(&r->sql, rc, CANNOT_READ, e);
    }
    if (count < 0) {
        return fail_damaged(e);
    }
    *ret_count = (uint64_t)count;
    return true;
}

bool store_changes_since(store_reader *r, uint64_t change, store_on_record *on_record,
                         void *context, err *e)
{
    check(change <= INT64_MAX);
    sql_call c = sql_begin(r->statements[change == 0 ? RECORD_ALL : CHANGES_SINCE]);
    if (change > 0) {
        sql_put_int(&c, (int64_t)change);
    }
    return tell_records(r, &c, on_record, context, e);
}

bool store_concepts_since(store_reader *r, uint32_t number, store_on_concept *on_concept,
                          void *context, err *e)
{
    sql_call c = sql_begin(r->statements[CONCEPTS_SINCE]);
    sql_put_int(&c, number);
    int rc = sql_step(&c);
    while (rc == SQLITE_ROW) {
        int64_t found = sql_int_at(&c, 0);
        bytes text = sql_bytes_at(&c, 1);
        if (found < 1 || found > UINT32_MAX || text.base == NULL) {
            rc = SQLITE_CORRUPT;
            break;
        }
        if (!on_concept(context, (uint32_t)found, text)) {
            break;
        }
        rc = sql_step(&c);
    }
    sql_end(&c);
    return rc == SQLITE_ROW || rc == SQLITE_DONE || sql_fail(&r->sql, rc, CANNOT_READ, e);
}

static bool read_key(const sql_call *c, store_key *ret)
{
    bytes name = sql_bytes_at(c, 1);
    bytes key = sql_bytes_at(c, 2);
    if (name.len != STORE_KEY_NAME_LEN || key.len != SEAL_KEY_LEN) {
        return false;
    }
    memcpy(ret->name, name.base, STORE_KEY_NAME_LEN);
    ret->name[STORE_KEY_NAME_LEN] = '\0';
    memcpy(ret->key, key.base, SEAL_KEY_LEN);
    return true;
}

bool store_key_of(store_reader *r, bytes seeker, store_key *ret, err *e)
{
    sql_call c = sql_begin(r->statements[KEY_OF]);
    sql_put_bytes(&c, seeker);
    int rc = sql_step(&c);
    bool is_sound = rc == SQLITE_ROW && read_key(&c, ret);
    sql_end(&c);
    if (rc == SQLITE_DONE) {
        return fail(e, ERR_NOT_FOUND, "the person has no key yet");
    }
    return rc != SQLITE_ROW ? sql_fail(&r->sql, rc, CANNOT_READ, e) : is_sound || fail_damaged(e);
}

bool store_keys(store_reader *r, store_on_key *on_key, void *context, err *e)
{
    store_key key;
    bool is_sound = true;
    sql_call c = sql_begin(r->statements[KEY_ALL]);
    int rc = sql_step(&c);
    while (rc == SQLITE_ROW) {
        is_sound = read_key(&c, &key);
        if (!is_sound || !on_key(context, sql_bytes_at(&c, 0), &key)) {
            break;
        }
        rc = sql_step(&c);
    }
    sql_end(&c);
    if (!is_sound) {
        return fail_damaged(e);
    }
    return rc == SQLITE_ROW || rc == SQLITE_DONE || sql_fail(&r->sql, rc, CANNOT_READ, e);
}

bool store_reader_last_change(store_reader *r, uint64_t *ret_change, err *e)
{
    sql_call c = sql_begin(r->statements[META_GET]);
    int rc = sql_step(&c);
    int64_t change = rc == SQLITE_ROW ? sql_int_at(&c, 0) : 0;
    sql_end(&c);
    if (rc != SQLITE_ROW || change < 0) {
        return sql_fail(&r->sql, rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_CORRUPT : rc,
                        CANNOT_READ, e);
    }
    *ret_change = (uint64_t)change;
    return true;
}

static bool fail_unsound(bytes finding, err *e)
{
    (void)fail(e, ERR_STORE_CORRUPT, "the database is damaged");        /* the detail is returned */
    (void)err_hint(e, "Restore the last backup into an empty folder."); /* as above */
    return err_detail(e, "%.*s", (int)finding.len, finding.base);
}

/* The check tells a page that could not be read like a damaged one, with SQLite's code at the end
 * of the line. 0: no such code, the page itself is wrong. */
static int read_failure(bytes finding)
{
    static const char mark[] = "error code=";
    const char *at = memmem(finding.base, finding.len, mark, sizeof mark - 1);
    int rc = 0;
    if (at != NULL) {
        const char *end = finding.base + finding.len;
        for (at += sizeof mark - 1; at < end && *at >= '0' && *at <= '9' && rc < 10000; at++) {
            rc = rc * 10 + (*at - '0');
        }
    }
    return rc;
}

static bool check_pages(store_reader *r, err *e)
{
    sqlite3_stmt *stmt = NULL;
    if (!sql_prepare(&r->sql, "PRAGMA quick_check(1)", &stmt, e)) {
        return false;
    }
    sql_call c = sql_begin(stmt);
    int rc = sql_step(&c);
    bytes finding = rc == SQLITE_ROW ? sql_bytes_at(&c, 0) : BYTES("");
    bool is_sound = bytes_equal_text(finding, "ok");
    if (rc == SQLITE_ROW && read_failure(finding) != 0) {
        rc = read_failure(finding);
    }
    if (!is_sound) {
        is_sound =
            rc == SQLITE_ROW ? fail_unsound(finding, e) : sql_fail(&r->sql, rc, CANNOT_READ, e);
    }
    (void)sqlite3_finalize(stmt); /* repeats what the step said */
    return is_sound;
}

bool store_verify(store_reader *r, err *e)
{
    int64_t wrong_count = 0;
    if (!check_pages(r, e) ||
        !sql_read_int(&r->sql,
                      "SELECT count(*) FROM tally WHERE live <>"
                      " (SELECT count(*) FROM record WHERE record.noun = tally.noun)",
                      &wrong_count, e)) {
        return false;
    }
    return wrong_count == 0 || fail_unsound(BYTES("The tally differs from the records."), e);
}
