/* core/store/backup_write.c, backup_read.c, sqlite/keys.c, sqlite/restore.c: everything out,
 * everything in again, and who was erased stays erased. */
#include "store/backup.h"

#include "unit/store_folder.h"

static store *s;
static store_reader *r;
static char lines_path[128];
static char keys_path[128];

static void put_records(void)
{
    put_one(s, offer_write("o-1", "{\"id\":\"o-1\",\"title\":\"x\"}"));
    put_one(s, offer_write("o-1", "{\"id\":\"o-1\",\"title\":\"y\"}"));
    put_one(s, (store_write){.noun = STORE_SEEKER,
                             .id = BYTES("s-1"),
                             .unit = BYTES("u-1"),
                             .body = BYTES("{\"note\":\"MARKER-ONE\"}"),
                             .expected_version = STORE_ANY_VERSION});
    put_one(s, (store_write){.noun = STORE_SEEKER,
                             .id = BYTES("s-2"),
                             .body = BYTES("{\"note\":\"MARKER-TWO\"}"),
                             .expected_version = STORE_ANY_VERSION});
    put_one(s, (store_write){.noun = STORE_EVENT,
                             .id = BYTES("e-1"),
                             .seeker = BYTES("s-1"),
                             .offer = BYTES("o-1"),
                             .kind = 3,
                             .body = BYTES("{\"note\":\"MARKER-EVENT\"}"),
                             .expected_version = STORE_NO_VERSION});
    bytes texts[] = {BYTES("esco:a"), BYTES("esco:b")};
    uint64_t change = 0;
    err e = {0};
    ck_assert(store_put(s, NULL, 0, texts, 2, &change, &e));
}

static void set_up(void)
{
    folder_make();
    s = open_store();
    r = open_reader();
    folder_path(lines_path, "all.backup");
    folder_path(keys_path, "all.keys");
    put_records();
}

static void tear_down(void)
{
    store_reader_close(&r);
    store_close(&s);
    folder_remove();
}

static backup_counts write_backup(void)
{
    backup_counts counts = {0};
    err e = {0};
    ck_assert_msg(store_make_keys(s, &e), "%s", e.text);
    ck_assert_msg(backup_write(r, lines_path, keys_path, &counts, &e), "%s", e.text);
    return counts;
}

/* The database away, and an empty one in its place. */
static void start_anew(void)
{
    static const char *const names[] = {"lotse.db", "lotse.db-wal", "lotse.db-shm"};
    char path[128];
    store_reader_close(&r);
    store_close(&s);
    for (int i = 0; i < 3; i++) {
        folder_path(path, names[i]);
        (void)unlink(path); /* WAL and index are gone already where all went well */
    }
    s = open_store();
    r = open_reader();
}

static bool dump_record(void *context, const store_record *record)
{
    buf_print(context, "%d:%.*s@%d#%d(%.*s|%.*s|%.*s|%u)%.*s\n", (int)record->noun,
              (int)record->id.len, record->id.base, (int)record->version, (int)record->change,
              (int)record->unit.len, record->unit.base == NULL ? "" : record->unit.base,
              (int)record->seeker.len, record->seeker.base == NULL ? "" : record->seeker.base,
              (int)record->offer.len, record->offer.base == NULL ? "" : record->offer.base,
              record->kind, (int)record->body.len, record->body.base);
    return true;
}

static bool dump_concept(void *context, uint32_t number, bytes text)
{
    buf_print(context, "%u=%.*s\n", number, (int)text.len, text.base);
    return true;
}

static bool dump_key(void *context, bytes seeker_id, const store_key *key)
{
    char text[SEAL_KEY_TEXT_LEN + 1];
    seal_key_print(key->key, text);
    buf_print(context, "%.*s %s %s\n", (int)seeker_id.len, seeker_id.base, key->name, text);
    return true;
}

static buf dump(void)
{
    buf text = {0};
    err e = {0};
    uint64_t change = 0;
    ck_assert(store_changes_since(r, 0, dump_record, &text, &e));
    ck_assert(store_concepts_since(r, 0, dump_concept, &text, &e));
    ck_assert(store_keys(r, dump_key, &text, &e));
    ck_assert(store_reader_last_change(r, &change, &e));
    buf_print(&text, "change %d", (int)change);
    (void)buf_terminated(&text);
    return text;
}

START_TEST(backup_gives_everything_back_as_it_was)
{
    backup_counts written = write_backup();
    buf before = dump();
    start_anew();
    backup_counts counts = {0};
    err e = {0};

    ck_assert_msg(backup_read(s, lines_path, keys_path, &counts, &e), "%s", e.text);

    buf after = dump();
    ck_assert_str_eq(before.base, after.base);
    ck_assert_uint_eq(written.records, 4);
    ck_assert_uint_eq(counts.records, 4);
    ck_assert_uint_eq(counts.people, 2);
    ck_assert_uint_eq(counts.concepts, 2);
    ck_assert_uint_eq(counts.erased, 0);
    ck_assert_msg(store_verify(r, &e), "%s", e.text);
    ck_assert_uint_eq(store_concept_count(s), 2);
    buf_fini(&before);
    buf_fini(&after);
}
END_TEST

START_TEST(backup_holds_no_byte_about_people_in_the_open)
{
    arena memory = {0};
    (void)write_backup();

    bytes file = folder_read("all.backup", &memory);

    ck_assert_ptr_null(memmem(file.base, file.len, "MARKER", 6));
    ck_assert_ptr_null(memmem(file.base, file.len, "s-1", 3));
    ck_assert_ptr_nonnull(memmem(file.base, file.len, "o-1", 3));
    file = folder_read("all.keys", &memory);
    ck_assert_ptr_null(memmem(file.base, file.len, "s-1", 3));
    arena_fini(&memory);
}
END_TEST

START_TEST(backup_of_before_cannot_tell_of_who_was_erased_since)
{
    (void)write_backup();
    char old_path[128];
    folder_path(old_path, "old.backup");
    ck_assert_int_eq(rename(lines_path, old_path), 0);
    put_one(s, (store_write){.noun = STORE_SEEKER,
                             .id = BYTES("s-1"),
                             .expected_version = STORE_ANY_VERSION});
    (void)write_backup(); /* the newest keys */
    start_anew();
    backup_counts counts = {0};
    err e = {0};

    ck_assert_msg(backup_read(s, old_path, keys_path, &counts, &e), "%s", e.text);

    ck_assert_uint_eq(counts.erased, 2); /* the person and the event */
    ck_assert_uint_eq(counts.people, 1);
    uint64_t count = 9;
    ck_assert(store_count(r, STORE_SEEKER, (bytes){0}, &count, &e));
    ck_assert_uint_eq(count, 1);
}
END_TEST

static void assert_refused(const char *expected)
{
    backup_counts counts = {0};
    err e = {0};
    uint64_t count = 9;
    ck_assert(!backup_read(s, lines_path, keys_path, &counts, &e));
    ck_assert_msg(strstr(e.text, expected) != NULL, "%s", e.text);
    ck_assert(store_count(r, STORE_OFFER, (bytes){0}, &count, &e));
    ck_assert_uint_eq(count, 0);
}

static void write_lines_file(const char *text, size_t len)
{
    FILE *out = fopen(lines_path, "wb");
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(text, 1, len, out), len);
    fclose(out);
}

START_TEST(backup_that_is_not_whole_restores_nothing)
{
    arena memory = {0};
    (void)write_backup();
    bytes file = folder_read("all.backup", &memory);
    start_anew();

    write_lines_file(file.base, file.len - 10);
    assert_refused("the line has no end");
    size_t without_end = file.len - 1;
    while (file.base[without_end - 1] != '\n') {
        without_end--;
    }
    write_lines_file(file.base, without_end);
    assert_refused("the end is missing");
    write_lines_file("{}\n", 3);
    assert_refused("line 1: this is no backup of ours");
    write_lines_file("", 0);
    assert_refused("the end is missing");
    arena_fini(&memory);
}
END_TEST

START_TEST(backup_that_was_changed_restores_nothing)
{
    arena memory = {0};
    (void)write_backup();
    bytes file = folder_read("all.backup", &memory);
    start_anew();
    char *changed = arena_new(&memory, file.len);
    memcpy(changed, file.base, file.len);
    char *at = memmem(changed, file.len, "\"y\"", 3);
    ck_assert_ptr_nonnull(at);
    at[1] = 'z';

    write_lines_file(changed, file.len);

    assert_refused("the backup is not as it was written");
    arena_fini(&memory);
}
END_TEST

START_TEST(backup_is_not_read_into_a_store_with_records)
{
    backup_counts counts = {0};
    err e = {0};
    (void)write_backup();

    ck_assert(!backup_read(s, lines_path, keys_path, &counts, &e));

    ck_assert_str_eq(err_id(e.code), "conflict");
    put_one(s, offer_write("o-9", "{}")); /* as usable as before */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_backup");
    TCase *cases = tcase_create("backup");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, backup_gives_everything_back_as_it_was);
    tcase_add_test(cases, backup_holds_no_byte_about_people_in_the_open);
    tcase_add_test(cases, backup_of_before_cannot_tell_of_who_was_erased_since);
    tcase_add_test(cases, backup_that_is_not_whole_restores_nothing);
    tcase_add_test(cases, backup_that_was_changed_restores_nothing);
    tcase_add_test(cases, backup_is_not_read_into_a_store_with_records);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
