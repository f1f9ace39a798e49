/* One writer and several readers on threads of their own. */
#include <pthread.h>
#include <stdatomic.h>

#include "store/store.h"

#include "unit/store_folder.h"

enum { READER_COUNT = 3, CALL_COUNT = 300 };

/* One reader thread: reads until the writer is done, and remembers the first thing that was wrong.
 */
typedef struct follower {
    atomic_bool *is_done;
    char wrong[400];
    uint64_t read_count;
} follower;

/* The record's body is the number of the change that wrote it. */
static bool agrees(void *context, const store_record *record)
{
    follower *f = context;
    char expected[24];
    snprintf(expected, sizeof expected, "%llu", (unsigned long long)record->change);
    if (!bytes_equal_text(record->body, expected)) {
        snprintf(f->wrong, sizeof f->wrong, "change %s holds \"%.*s\"", expected,
                 (int)record->body.len, record->body.base);
        return false;
    }
    f->read_count++;
    return true;
}

static void *follow(void *context)
{
    follower *f = context;
    store_reader *r = NULL;
    arena memory = {0};
    err e = {0};
    uint64_t seen = 0;
    bool is_good = store_reader_open(folder, &r, &e);
    while (is_good && f->wrong[0] == '\0' && !atomic_load(f->is_done)) {
        uint64_t change = 0;
        store_record record;
        is_good = store_reader_last_change(r, &change, &e) &&
                  store_changes_since(r, seen, agrees, f, &e) &&
                  store_get(r, STORE_OFFER, BYTES("first"), &memory, &record, &e);
        if (is_good && change < seen) {
            snprintf(f->wrong, sizeof f->wrong, "change %llu after %llu",
                     (unsigned long long)change, (unsigned long long)seen);
        }
        seen = change;
        arena_reset(&memory);
    }
    if (!is_good) {
        snprintf(f->wrong, sizeof f->wrong, "%s", e.text);
    }
    arena_fini(&memory);
    store_reader_close(&r);
    return NULL;
}

START_TEST(store_readers_follow_a_writer)
{
    store *s = open_store();
    atomic_bool is_done = false;
    follower followers[READER_COUNT] = {0};
    pthread_t threads[READER_COUNT];
    put_one(s, offer_write("first", "1"));
    for (int i = 0; i < READER_COUNT; i++) {
        followers[i].is_done = &is_done;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, follow, &followers[i]), 0);
    }

    for (int i = 0; i < CALL_COUNT; i++) {
        char id[16];
        char body[24];
        snprintf(id, sizeof id, "o-%d", i % 40);
        snprintf(body, sizeof body, "%llu", (unsigned long long)store_last_change(s) + 1);
        put_one(s, offer_write(id, body));
    }
    atomic_store(&is_done, true);

    for (int i = 0; i < READER_COUNT; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        ck_assert_str_eq(followers[i].wrong, "");
        ck_assert_uint_gt(followers[i].read_count, 0);
    }
    store_close(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_thread");
    TCase *cases = tcase_create("threads");
    tcase_add_checked_fixture(cases, folder_make, folder_remove);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, store_readers_follow_a_writer);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? 0 : 1;
}
