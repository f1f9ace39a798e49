/* Opening: what is made, what is refused and with which words; a full disk; damage. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "store/sqlite/dbfile.h"
#include "store/sqlite/sql.h"
#include "store/store.h"

#include "store/sqlite/schema.h"

#include "unit/store_folder.h"

enum { HEADER_LEN = 100, USER_VERSION_OFF = 60, APPLICATION_ID_OFF = 68, PAGE_LEN = 4096 };

static void assert_refused(bool create, err_code code, const char *text)
{
    store *s = NULL;
    err e = {0};
    ck_assert(!store_open(folder, create, &s, &e));
    ck_assert_ptr_null(s);
    ck_assert_msg(e.code == code, "%s: %s", err_id(e.code), e.text);
    ck_assert_str_eq(e.text, text);
}

static void assert_reader_refused(err_code code)
{
    store_reader *r = NULL;
    err e = {0};
    ck_assert(!store_reader_open(folder, &r, &e));
    ck_assert_ptr_null(r);
    ck_assert_msg(e.code == code, "%s: %s", err_id(e.code), e.text);
}

static void make_store(int record_count)
{
    store *s = open_store();
    for (int i = 0; i < record_count; i++) {
        char id[16];
        snprintf(id, sizeof id, "o-%d", i);
        put_one(s, offer_write(id, "{\"id\":\"some words that fill the pages of the file\"}"));
    }
    store_close(&s);
}

START_TEST(store_open_refuses_a_folder_without_a_database)
{
    assert_refused(false, ERR_STORE_MISSING,
                   "could not open the data folder: there is no database in it");
    assert_reader_refused(ERR_STORE_MISSING);

    char path[128];
    folder_path(path, "lock");
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(store_open_refuses_a_folder_that_is_not_there)
{
    store *s = NULL;
    store_reader *r = NULL;
    err e = {0};

    ck_assert(!store_open("no-such-folder", false, &s, &e));
    ck_assert_int_eq(e.code, ERR_STORE_MISSING);
    ck_assert(!store_reader_open("no-such-folder", &r, &e));
    ck_assert_int_eq(e.code, ERR_STORE_MISSING);
}
END_TEST

START_TEST(store_open_makes_the_folder_and_files_for_the_owner_only)
{
    char path[128];
    struct stat facts;
    store *s = NULL;
    err e = {0};
    folder_path(path, "inner");

    ck_assert_msg(store_open(path, true, &s, &e), "%s", e.text);

    ck_assert_int_eq(stat(path, &facts), 0);
    ck_assert_int_eq(facts.st_mode & 0777, 0700);
    static const char *const names[] = {"inner/lotse.db", "inner/lotse.db-wal", "inner/lock"};
    for (int i = 0; i < 3; i++) {
        folder_path(path, names[i]);
        ck_assert_int_eq(stat(path, &facts), 0);
        ck_assert_int_eq(facts.st_mode & 0077, 0);
    }
    store_close(&s);
    for (int i = 0; i < 3; i++) {
        folder_path(path, names[i]);
        (void)unlink(path); /* the WAL went with the close */
    }
    folder_path(path, "inner");
    ck_assert_int_eq(rmdir(path), 0);
}
END_TEST

START_TEST(store_open_refuses_an_empty_file_unless_it_may_create)
{
    folder_patch("lotse.db", 0, "", 0);

    assert_refused(false, ERR_STORE_MISSING,
                   "could not open the data folder: there is no database in it");
    assert_reader_refused(ERR_STORE_MISSING);
    make_store(1);
}
END_TEST

START_TEST(store_open_refuses_a_newer_schema)
{
    make_store(1);
    folder_patch("lotse.db", USER_VERSION_OFF, "\0\0\0\x63", 4);

    char text[128];
    snprintf(text, sizeof text,
             "could not open the database: it has schema 99, this program knows up to %d",
             SCHEMA_VERSION);
    assert_refused(false, ERR_STORE_NEWER, text);
    assert_refused(true, ERR_STORE_NEWER, text);
    assert_reader_refused(ERR_STORE_NEWER);
}
END_TEST

START_TEST(store_open_refuses_a_database_of_another_program)
{
    make_store(1);
    folder_patch("lotse.db", APPLICATION_ID_OFF, "\0\0\0\1", 4);

    assert_refused(true, ERR_STORE_CORRUPT,
                   "could not open the database: it is not one of Lotse's");
    assert_reader_refused(ERR_STORE_CORRUPT);
}
END_TEST

START_TEST(store_open_refuses_what_is_no_database)
{
    char noise[2 * PAGE_LEN];
    memset(noise, '#', sizeof noise);
    folder_patch("lotse.db", 0, noise, sizeof noise);

    assert_refused(true, ERR_STORE_CORRUPT,
                   "could not open the database: the file is damaged or not a database");
    assert_reader_refused(ERR_STORE_CORRUPT);
}
END_TEST

START_TEST(store_open_refuses_a_file_cut_short)
{
    make_store(300);
    char path[128];
    folder_path(path, "lotse.db");
    ck_assert_int_eq(truncate(path, 3 * PAGE_LEN), 0);

    assert_refused(false, ERR_STORE_CORRUPT,
                   "could not open the database: the file is damaged or not a database");
    assert_reader_refused(ERR_STORE_CORRUPT);
}
END_TEST

START_TEST(store_verify_finds_damage_in_the_middle)
{
    make_store(300);
    char noise[PAGE_LEN];
    memset(noise, 0x5a, sizeof noise);
    store_reader *r = open_reader();
    err e = {0};
    ck_assert_msg(store_verify(r, &e), "%s", e.detail);
    store_reader_close(&r);
    for (off_t page = 2; page < 12; page++) {
        folder_patch("lotse.db", page * PAGE_LEN, noise, sizeof noise);
    }
    r = open_reader();

    ck_assert(!store_verify(r, &e));

    ck_assert_int_eq(e.code, ERR_STORE_CORRUPT);
    store_reader_close(&r);
}
END_TEST

static bool ignore_record(void *context, const store_record *record)
{
    (void)context;
    (void)record;
    return true;
}

/* A few bytes of the file change, again and again; whatever is answered, it is an answer. */
START_TEST(store_reads_a_damaged_file_without_falling)
{
    make_store(60);
    char path[128];
    folder_path(path, "lotse.db");
    struct stat facts;
    ck_assert_int_eq(stat(path, &facts), 0);
    unsigned seed = 7;
    for (int round = 0; round < 300; round++) {
        unsigned char noise[3];
        for (int i = 0; i < 3; i++) {
            noise[i] = (unsigned char)rand_r(&seed);
        }
        off_t off = HEADER_LEN + rand_r(&seed) % (facts.st_size - HEADER_LEN - 3);
        folder_patch("lotse.db", off, noise, 1 + (size_t)rand_r(&seed) % 3);
        store *s = NULL;
        store_reader *r = NULL;
        err e = {0};
        if (store_open(folder, false, &s, &e)) {
            store_write w = offer_write("o-7", round % 2 == 0 ? "even" : "odd");
            uint64_t change;
            ck_assert(store_put(s, &w, 1, NULL, 0, &change, &e) || e.code != ERR_NONE);
        }
        if (store_reader_open(folder, &r, &e)) {
            ck_assert(store_changes_since(r, 1, ignore_record, NULL, &e) || e.code != ERR_NONE);
            ck_assert(store_verify(r, &e) || e.code != ERR_NONE);
        }
        store_reader_close(&r);
        store_close(&s);
    }
}
END_TEST

START_TEST(store_open_names_the_process_that_holds_the_folder)
{
    store *s = open_store();
    char expected[128];
    snprintf(expected, sizeof expected, "could not open the data folder: process %ld holds it",
             (long)getpid());

    assert_refused(false, ERR_STORE_BUSY, expected);
    assert_refused(true, ERR_STORE_BUSY, expected);

    store_reader *r = open_reader();
    store_reader_close(&r);
    store_close(&s);
    s = open_store();
    store_close(&s);
}
END_TEST

START_TEST(store_open_cares_for_the_lock_and_not_for_its_text)
{
    make_store(1);
    folder_patch("lock", 0, "1\n", 2);

    store *s = open_store();

    store_close(&s);
}
END_TEST

START_TEST(store_open_gets_the_folder_of_a_killed_process)
{
    int ready[2];
    ck_assert_int_eq(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        store *s = open_store();
        put_one(s, offer_write("o-1", "a"));
        (void)!write(ready[1], "x", 1);
        for (;;) {
            pause();
        }
    }
    char byte;
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    char expected[128];
    snprintf(expected, sizeof expected, "could not open the data folder: process %ld holds it",
             (long)child);
    assert_refused(false, ERR_STORE_BUSY, expected);

    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);

    store *s = open_store();
    ck_assert_uint_eq(store_last_change(s), 1);
    store_close(&s);
}
END_TEST

static void limit_files(rlim_t len)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = len == RLIM_INFINITY ? limit.rlim_max : len;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(store_put_says_that_the_disk_is_full_and_goes_on_later)
{
    signal(SIGXFSZ, SIG_IGN);
    store *s = open_store();
    store_reader *r = open_reader();
    put_one(s, offer_write("o-0", "before"));
    static char body[100001];
    memset(body, 'x', sizeof body - 1);
    store_write writes[] = {offer_write("o-1", body), offer_write("o-2", body),
                            offer_write("o-3", body)};
    uint64_t change = 77;
    err e = {0};
    limit_files(250000);

    ck_assert(!store_put(s, writes, 3, NULL, 0, &change, &e));

    ck_assert_msg(e.code == ERR_STORE_FULL, "%s: %s", err_id(e.code), e.text);
    ck_assert_str_eq(e.text, "could not write to the database: the disk is full");
    ck_assert_uint_eq(change, 77);
    ck_assert_uint_eq(store_last_change(s), 1);
    uint64_t count = 0;
    ck_assert(store_count(r, STORE_OFFER, bytes_of(NULL), &count, &e));
    ck_assert_uint_eq(count, 1);
    limit_files(RLIM_INFINITY);
    ck_assert_uint_eq(put_all(s, writes, 3), 2);
    ck_assert(store_count(r, STORE_OFFER, bytes_of(NULL), &count, &e));
    ck_assert_uint_eq(count, 4);
    ck_assert_msg(store_verify(r, &e), "%s", e.detail);
    store_reader_close(&r);
    store_close(&s);
}
END_TEST

START_TEST(store_open_says_that_the_disk_is_full)
{
    signal(SIGXFSZ, SIG_IGN);
    limit_files(2000);

    store *s = NULL;
    err e = {0};
    ck_assert(!store_open(folder, true, &s, &e));

    ck_assert_msg(e.code == ERR_STORE_FULL, "%s: %s %s", err_id(e.code), e.text, e.detail);
    limit_files(RLIM_INFINITY);
    make_store(1);
}
END_TEST

START_TEST(store_open_says_when_memory_runs_out)
{
    make_store(1);
    for (uint64_t call = 1; call <= 3; call++) {
        store *s = NULL;
        store_reader *r = NULL;
        err e = {0};
        mem_fail_at(call);
        if (!store_open(folder, false, &s, &e)) {
            ck_assert_int_eq(e.code, ERR_MEMORY);
        }
        mem_fail_at(call);
        if (!store_reader_open(folder, &r, &e)) {
            ck_assert_int_eq(e.code, ERR_MEMORY);
        }
        mem_fail_at(0);
        store_reader_close(&r);
        store_close(&s);
    }
    make_store(2);
}
END_TEST

/* Another program, which does not know our lock, may hold SQLite's own for a while. */
START_TEST(store_put_says_that_somebody_else_writes_and_goes_on_later)
{
    store *s = open_store();
    char path[DBFILE_PATH_LEN_MAX];
    err e = {0};
    static sql other;
    ck_assert(dbfile_path(folder, path, &e));
    ck_assert(sql_open(&other, path, SQL_WRITER, &e));
    ck_assert(sql_run(&other, "BEGIN IMMEDIATE", "could not begin", &e));
    store_write w = offer_write("o-1", "a");
    uint64_t change = 77;

    ck_assert(!store_put(s, &w, 1, NULL, 0, &change, &e));

    ck_assert_msg(e.code == ERR_STORE_BUSY, "%s: %s", err_id(e.code), e.text);
    ck_assert_uint_eq(change, 77);
    ck_assert(sql_run(&other, "ROLLBACK", "could not end", &e));
    sql_close(&other);
    ck_assert_uint_eq(put_all(s, &w, 1), 1);
    store_close(&s);
}
END_TEST

START_TEST(store_open_reads_a_folder_named_like_a_uri)
{
    store *s = NULL;
    err e = {0};
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_msg(store_open("file:x?mode=memory", true, &s, &e), "%s", e.text);
    put_one(s, offer_write("o-1", "a"));
    store_close(&s);

    ck_assert_int_eq(access("file:x?mode=memory/lotse.db", F_OK), 0);
    ck_assert_int_eq(unlink("file:x?mode=memory/lotse.db"), 0);
    ck_assert_int_eq(unlink("file:x?mode=memory/lock"), 0);
    ck_assert_int_eq(rmdir("file:x?mode=memory"), 0);
    ck_assert_int_eq(chdir(".."), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_open");
    TCase *cases = tcase_create("open");
    tcase_add_checked_fixture(cases, folder_make, folder_remove);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, store_open_refuses_a_folder_without_a_database);
    tcase_add_test(cases, store_open_refuses_a_folder_that_is_not_there);
    tcase_add_test(cases, store_open_makes_the_folder_and_files_for_the_owner_only);
    tcase_add_test(cases, store_open_refuses_an_empty_file_unless_it_may_create);
    tcase_add_test(cases, store_open_refuses_a_newer_schema);
    tcase_add_test(cases, store_open_refuses_a_database_of_another_program);
    tcase_add_test(cases, store_open_refuses_what_is_no_database);
    tcase_add_test(cases, store_open_refuses_a_file_cut_short);
    tcase_add_test(cases, store_verify_finds_damage_in_the_middle);
    tcase_add_test(cases, store_reads_a_damaged_file_without_falling);
    tcase_add_test(cases, store_open_names_the_process_that_holds_the_folder);
    tcase_add_test(cases, store_open_cares_for_the_lock_and_not_for_its_text);
    tcase_add_test(cases, store_open_gets_the_folder_of_a_killed_process);
    tcase_add_test(cases, store_put_says_that_the_disk_is_full_and_goes_on_later);
    tcase_add_test(cases, store_open_says_that_the_disk_is_full);
    tcase_add_test(cases, store_open_says_when_memory_runs_out);
    tcase_add_test(cases, store_put_says_that_somebody_else_writes_and_goes_on_later);
    tcase_add_test(cases, store_open_reads_a_folder_named_like_a_uri);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? 0 : 1;
}
