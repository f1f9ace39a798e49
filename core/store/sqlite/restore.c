/* Records as they were, into a store that has none. */
#include "store/sqlite/writer.h"

static const char CANNOT_WRITE[] = "could not write to the database";

static bool count_records(store *s, int64_t *ret, err *e)
{
    return sql_read_int(&s->sql, "SELECT count(*) FROM (SELECT 1 FROM record LIMIT 1)", ret, e);
}

bool store_restore_begin(store *s, err *e)
{
    int64_t count = 0;
    if (!count_records(s, &count, e)) {
        return false;
    }
    if (count > 0 || s->concept_count > 0) {
        (void)fail(e, ERR_CONFLICT, "the data folder holds records already");
        return err_hint(e, "Restore into a folder that is new.");
    }
    return writer_run(s, BEGIN, e);
}

bool store_restore(store *s, const store_record *records, size_t record_count, err *e)
{
    for (size_t i = 0; i < record_count; i++) {
        const store_record *r = &records[i];
        store_write w = {
            .noun = r->noun,
            .id = r->id,
            .body = r->body,
            .unit = r->unit,
            .seeker = r->seeker,
            .offer = r->offer,
            .kind = r->kind,
            .version = r->version,
        };
        if (!writer_insert(s, &w, (int64_t)r->change, e) || !writer_tally(s, r->noun, 1, e)) {
            return false;
        }
    }
    return true;
}

bool store_restore_key(store *s, bytes seeker, const store_key *key, err *e)
{
    return keys_put(s, seeker, key, e);
}

bool store_restore_concept(store *s, uint32_t number, bytes text, err *e)
{
    sql_call c = sql_begin(s->statements[CONCEPT_INSERT]);
    sql_put_int(&c, number);
    sql_put_bytes(&c, text);
    int rc = sql_once(&c);
    return rc == SQLITE_DONE || sql_fail(&s->sql, rc, CANNOT_WRITE, e);
}

bool store_restore_end(store *s, uint64_t change, bool keep, err *e)
{
    bool is_kept = keep && writer_set_change(s, (int64_t)change, e) && writer_run(s, COMMIT, e);
    if (!is_kept) {
        writer_roll_back(s);
    }
    return writer_read_counters(s, e) && (is_kept || !keep);
}
