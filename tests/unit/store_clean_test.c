/* Erasure: what was replaced or deleted is nowhere in the files after a scrub. */
#include "store/sqlite/clean.h"

#include "store/store.h"

#include "unit/store_folder.h"

enum { MARK_LEN = 13, OPERATION_COUNT = 6000, ID_COUNT = 2500, PAGE_LEN = 4096 };

static arena memory;

static void tear_down(void)
{
    arena_fini(&memory);
    folder_remove();
}

/* How often a text occurs in the database and its WAL. */
static int count_text(const char *text)
{
    static const char *const names[] = {"lotse.db", "lotse.db-wal"};
    int count = 0;
    for (int i = 0; i < 2; i++) {
        bytes file = folder_read(names[i], &memory);
        size_t len = strlen(text);
        for (const char *at = file.base; at != NULL;) {
            size_t left = file.len - (size_t)(at - file.base);
            at = memmem(at, left, text, len);
            if (at != NULL) {
                count++;
                at += len;
            }
        }
    }
    return count;
}

START_TEST(store_scrub_leaves_no_byte_of_a_removed_body)
{
    store *s = open_store();
    put_one(s, offer_write("o-1", "{\"note\":\"MARKER-DELETED\"}"));
    put_one(s, offer_write("o-2", "{\"note\":\"MARKER-REPLACED\"}"));
    put_one(s, offer_write("o-3", "{\"note\":\"MARKER-KEPT\"}"));
    ck_assert_int_gt(count_text("MARKER-DELETED"), 0);
    put_one(s, offer_write("o-1", NULL));
    put_one(s, offer_write("o-2", "{}"));
    err e = {0};

    ck_assert_msg(store_scrub(s, &e), "%s", e.text);

    ck_assert_int_eq(count_text("MARKER-DELETED"), 0);
    ck_assert_int_eq(count_text("MARKER-REPLACED"), 0);
    ck_assert_int_eq(count_text("MARKER-KEPT"), 1);
    store_close(&s);
}
END_TEST

START_TEST(store_scrub_leaves_no_unit_of_a_removed_seeker)
{
    store *s = open_store();
    store_write w = {.noun = STORE_SEEKER,
                     .id = BYTES("s-1"),
                     .unit = BYTES("MARKER-UNIT"),
                     .body = BYTES("{}"),
                     .expected_version = STORE_ANY_VERSION};
    put_one(s, w);
    w.body = (bytes){NULL, 0};
    put_one(s, w);
    err e = {0};

    ck_assert_msg(store_scrub(s, &e), "%s", e.text);

    ck_assert_int_eq(count_text("MARKER-UNIT"), 0);
    store_close(&s);
}
END_TEST

/* Every body is a mark of its own, many times over, so that any page with a leftover shows it. */
static void fill_body(char *body, int number, int repeat)
{
    char mark[32];
    snprintf(mark, sizeof mark, "MARK%08d;", number);
    for (int i = 0; i < repeat; i++) {
        memcpy(body + i * MARK_LEN, mark, MARK_LEN);
    }
}

/* Marks in the files that no record holds. */
static int count_leftovers(const int marks[ID_COUNT])
{
    static char is_live[OPERATION_COUNT];
    for (int i = 0; i < ID_COUNT; i++) {
        is_live[marks[i]] = 1;
    }
    is_live[0] = 0;
    int count = 0;
    bytes file = folder_read("lotse.db", &memory);
    for (size_t i = 0; i + MARK_LEN <= file.len; i++) {
        if (memcmp(file.base + i, "MARK", 4) == 0) {
            int number = atoi(file.base + i + 4);
            count += number >= OPERATION_COUNT || !is_live[number];
            i += MARK_LEN - 1;
        }
    }
    return count;
}

/* Cells wander between pages when these fill and empty; secure_delete alone leaves copies of them
 * behind (this test fails without clean.c). */
START_TEST(store_scrub_leaves_nothing_after_many_moves)
{
    store *s = open_store();
    static int marks[ID_COUNT]; /* 0: not there */
    static char body[MARK_LEN * 400 + 1];
    unsigned seed = 20261123;
    for (int i = 1; i < OPERATION_COUNT; i++) {
        char id[16];
        int at = (int)((unsigned)rand_r(&seed) % ID_COUNT);
        snprintf(id, sizeof id, "o-%06d", at * 7919 % 100000);
        bool is_delete = rand_r(&seed) % 3 == 0;
        int repeat = rand_r(&seed) % 16 == 0 ? 400 : 1 + rand_r(&seed) % 60;
        fill_body(body, i, repeat);
        body[repeat * MARK_LEN] = '\0';
        put_one(s, offer_write(id, is_delete ? NULL : body));
        marks[at] = is_delete ? 0 : i;
    }
    err e = {0};

    ck_assert_msg(store_scrub(s, &e), "%s", e.text);

    ck_assert_int_eq(count_leftovers(marks), 0);
    ck_assert_uint_eq(folder_read("lotse.db-wal", &memory).len, 0);
    store_reader *r = open_reader();
    ck_assert_msg(store_verify(r, &e), "%s", e.detail);
    store_reader_close(&r);
    store_close(&s);
}
END_TEST

static bool scrub_while_read(void *context, const store_record *record)
{
    (void)record;
    err e = {0};
    ck_assert(!store_scrub(context, &e));
    ck_assert_int_eq(e.code, ERR_STORE_BUSY);
    return false;
}

START_TEST(store_scrub_says_when_a_reader_is_in_the_way)
{
    store *s = open_store();
    store_reader *r = open_reader();
    put_one(s, offer_write("o-1", "a"));
    err e = {0};

    ck_assert(store_changes_since(r, 0, scrub_while_read, s, &e));

    ck_assert_msg(store_scrub(s, &e), "%s", e.text);
    store_reader_close(&r);
    store_close(&s);
}
END_TEST

/* A page whose unused middle, from the end of the cell pointers to the cells, is full of noise. */
static void make_page(unsigned char *page, size_t start, unsigned char kind)
{
    memset(page, 0xee, PAGE_LEN);
    page[start] = kind;
    memcpy(page + start + 3, "\0\2", 2);   /* two cells */
    memcpy(page + start + 5, "\x0f\0", 2); /* which begin at 3840 */
}

static void assert_cleaned(const unsigned char *page, size_t from, size_t to)
{
    for (size_t i = 0; i < PAGE_LEN; i++) {
        if (i >= from && i < to) {
            ck_assert_msg(page[i] == 0, "byte %zu", i);
        }
    }
    ck_assert_int_ne(page[from - 1], 0);
    ck_assert_int_ne(page[to], 0);
}

START_TEST(clean_page_zeroes_the_middle_of_a_tree_page)
{
    static unsigned char page[PAGE_LEN];

    make_page(page, 0, 13);
    clean_page(page, PAGE_LEN, false);
    assert_cleaned(page, 8 + 4, 3840);

    make_page(page, 0, 5);
    clean_page(page, PAGE_LEN, false);
    assert_cleaned(page, 12 + 4, 3840);

    make_page(page, 100, 10);
    clean_page(page, PAGE_LEN, true);
    assert_cleaned(page, 100 + 8 + 4, 3840);
}
END_TEST

START_TEST(clean_page_leaves_other_and_damaged_pages_alone)
{
    static const unsigned char kinds[] = {0, 1, 3, 13};
    for (int i = 0; i < 4; i++) {
        static unsigned char page[PAGE_LEN];
        static unsigned char before[PAGE_LEN];
        make_page(page, 0, kinds[i]);
        if (kinds[i] == 13) {
            memcpy(page + 5, "\xff\xff", 2); /* cells behind the page's end */
        }
        memcpy(before, page, PAGE_LEN);

        clean_page(page, PAGE_LEN, false);

        ck_assert_mem_eq(page, before, PAGE_LEN);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_clean");
    TCase *cases = tcase_create("erasure");
    tcase_add_checked_fixture(cases, folder_make, tear_down);
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, store_scrub_leaves_no_byte_of_a_removed_body);
    tcase_add_test(cases, store_scrub_leaves_no_unit_of_a_removed_seeker);
    tcase_add_test(cases, store_scrub_leaves_nothing_after_many_moves);
    tcase_add_test(cases, store_scrub_says_when_a_reader_is_in_the_way);
    tcase_add_test(cases, clean_page_zeroes_the_middle_of_a_tree_page);
    tcase_add_test(cases, clean_page_leaves_other_and_damaged_pages_alone);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? 0 : 1;
}
