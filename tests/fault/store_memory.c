/* store_memory: every allocation of SQLite and of the store fails once. Whatever then happens is a
 * named error, nothing is half done, and the same store serves the next call. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/check.h"
#include "store/sqlite/sql.h"
#include "store/store.h"

enum { CALL_COUNT_MAX = 100000, RECORD_COUNT = 40, BODY_LEN = 3000 };

/* SQLite's allocator with a call that fails; its hooks have no context. */
static sqlite3_mem_methods real;
static uint64_t fail_at; /* 0: never */
static uint64_t call_count;

static bool is_to_fail(void)
{
    call_count++;
    return call_count == fail_at;
}

static void *fail_malloc(int len)
{
    return is_to_fail() ? NULL : real.xMalloc(len);
}

static void *fail_realloc(void *base, int len)
{
    return is_to_fail() ? NULL : real.xRealloc(base, len);
}

static void set_fail_at(uint64_t call)
{
    call_count = 0;
    fail_at = call;
}

static bool ignore_record(void *context, const store_record *record)
{
    (void)context;
    (void)record;
    return true;
}

static bool put_round(store *s, int round, err *e)
{
    static char body[BODY_LEN];
    memset(body, 'a' + round % 26, sizeof body);
    store_write writes[RECORD_COUNT];
    char ids[RECORD_COUNT][16];
    for (int i = 0; i < RECORD_COUNT; i++) {
        snprintf(ids[i], sizeof ids[i], "o-%d", i * 7919 % 1000);
        bool is_delete = (i + round) % 5 == 0;
        writes[i] = (store_write){.noun = STORE_OFFER,
                                  .id = bytes_of(ids[i]),
                                  .body = {is_delete ? NULL : body, is_delete ? 0 : sizeof body},
                                  .expected_version = STORE_ANY_VERSION};
    }
    uint64_t change;
    return store_put(s, writes, RECORD_COUNT, NULL, 0, &change, e);
}

static bool read_round(store_reader *r, err *e)
{
    arena memory = {0};
    store_record record;
    uint64_t number;
    bool is_good =
        (store_get(r, STORE_OFFER, BYTES("o-919"), &memory, &record, e) ||
         e->code == ERR_NOT_FOUND) &&
        store_list(r, STORE_OFFER, bytes_of(NULL), bytes_of(NULL), 9, ignore_record, NULL, e) &&
        store_changes_since(r, 1, ignore_record, NULL, e) &&
        store_count(r, STORE_OFFER, bytes_of(NULL), &number, e) && store_verify(r, e);
    arena_fini(&memory);
    return is_good;
}

/* Open, write, read, scrub, with one allocation that fails. True: nothing failed any more, the
 * sweep is through. What fails otherwise must say that it was the memory. */
static bool sweep_once(const char *folder, uint64_t call, uint64_t *ret_unsaid_count)
{
    store *s = NULL;
    store_reader *r = NULL;
    err e = {0};
    set_fail_at(call);
    bool is_good = store_open(folder, true, &s, &e) && store_reader_open(folder, &r, &e) &&
                   put_round(s, (int)(call % 1000), &e) && read_round(r, &e) && store_scrub(s, &e);
    bool has_failed = call_count >= call;
    set_fail_at(0);
    if (!is_good && e.code != ERR_MEMORY) {
        printf("call %llu: %s: %s: %s\n", (unsigned long long)call, err_id(e.code), e.text,
               e.detail);
        (*ret_unsaid_count)++;
    }
    if (s != NULL && !put_round(s, (int)(call % 1000) + 1, &e)) {
        printf("call %llu, afterwards: %s: %s\n", (unsigned long long)call, err_id(e.code), e.text);
        (*ret_unsaid_count)++;
    }
    store_reader_close(&r);
    store_close(&s);
    return !has_failed;
}

static uint64_t verify_folder(const char *folder)
{
    store *s = NULL;
    store_reader *r = NULL;
    err e = {0};
    bool is_good = store_open(folder, true, &s, &e) && store_reader_open(folder, &r, &e) &&
                   put_round(s, 3, &e) && read_round(r, &e);
    if (!is_good) {
        printf("at the end: %s: %s\n", err_id(e.code), e.text);
    }
    store_reader_close(&r);
    store_close(&s);
    return is_good ? 0 : 1;
}

static void empty_folder(const char *folder)
{
    DIR *entries = opendir(folder);
    check(entries != NULL);
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        (void)unlinkat(dirfd(entries), entry->d_name, 0); /* "." and ".." stay */
    }
    closedir(entries);
}

int main(void)
{
    char folder[] = "store-memory.XXXXXX";
    check(mkdtemp(folder) != NULL);
    check(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real) == SQLITE_OK);
    sqlite3_mem_methods failing = real;
    failing.xMalloc = fail_malloc;
    failing.xRealloc = fail_realloc;
    check(sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) == SQLITE_OK);
    uint64_t failed_count = 0;
    uint64_t call = 1;
    /* Every seventh run starts from nothing, so that the migration is swept as well. */
    while (call < CALL_COUNT_MAX && !sweep_once(folder, call, &failed_count)) {
        call++;
        if (call % 7 == 0) {
            empty_folder(folder);
        }
    }
    failed_count += verify_folder(folder);
    empty_folder(folder);
    check(rmdir(folder) == 0);
    printf("%llu passed, %llu failed\n", (unsigned long long)(call - failed_count),
           (unsigned long long)failed_count);
    return failed_count == 0 ? 0 : 1;
}
