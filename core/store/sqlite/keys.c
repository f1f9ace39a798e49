/* Keys of people, made when a backup first needs them. */
#include "store/sqlite/writer.h"

#include <stdio.h>

#include "base/random.h"

static const char CANNOT_WRITE[] = "could not write to the database";

bool keys_put(store *s, bytes seeker, const store_key *key, err *e)
{
    sql_call c = sql_begin(s->statements[KEY_INSERT]);
    sql_put_bytes(&c, seeker);
    sql_put_bytes(&c, bytes_of(key->name));
    sql_put_bytes(&c, (bytes){(const char *)key->key, SEAL_KEY_LEN});
    int rc = sql_once(&c);
    return rc == SQLITE_DONE || sql_fail(&s->sql, rc, CANNOT_WRITE, e);
}

static void make_key(store_key *ret)
{
    uint64_t name = 0;
    random_fill(&name, sizeof name);
    seal_key_new(ret->key);
    snprintf(ret->name, sizeof ret->name, "%016llx", (unsigned long long)name);
}

/* The next person behind `seeker` without a key, into it; SQLITE_DONE: there is none. */
static int find_without(store *s, buf *seeker)
{
    sql_call c = sql_begin(s->statements[KEY_MISSING]);
    sql_put_bytes(&c, seeker->len == 0 ? BYTES("") : buf_bytes(seeker));
    int rc = sql_step(&c);
    bytes id = rc == SQLITE_ROW ? sql_bytes_at(&c, 0) : (bytes){0};
    buf next = {0};
    buf_put(&next, id.base, id.len);
    sql_end(&c);
    buf_fini(seeker);
    *seeker = next;
    return rc;
}

static bool make_all(store *s, buf *seeker, err *e)
{
    store_key key;
    int rc = find_without(s, seeker);
    while (rc == SQLITE_ROW) {
        make_key(&key);
        if (seeker->failed) {
            return fail(e, ERR_MEMORY, "no memory for the keys");
        }
        if (!keys_put(s, buf_bytes(seeker), &key, e)) {
            return false;
        }
        rc = find_without(s, seeker);
    }
    return rc == SQLITE_DONE || sql_fail(&s->sql, rc, CANNOT_WRITE, e);
}

bool store_make_keys(store *s, err *e)
{
    buf seeker = {0};
    bool is_made = writer_run(s, BEGIN, e) && make_all(s, &seeker, e) && writer_run(s, COMMIT, e);
    if (!is_made) {
        writer_roll_back(s);
    }
    buf_fini(&seeker);
    return is_made;
}
