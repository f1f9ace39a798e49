/* Records in, records out: versions, conflicts, changes, lists, units, concepts. */
#include "store/store.h"

#include "unit/store_folder.h"

static store *s;
static store_reader *r;
static arena memory;

static void set_up(void)
{
    folder_make();
    s = open_store();
    r = open_reader();
}

static void tear_down(void)
{
    arena_fini(&memory);
    store_reader_close(&r);
    store_close(&s);
    folder_remove();
}

static store_record get(store_noun noun, bytes id)
{
    store_record record = {0};
    err e = {0};
    ck_assert_msg(store_get(r, noun, id, &memory, &record, &e), "%s", e.text);
    return record;
}

static bool is_there(store_noun noun, const char *id)
{
    store_record record;
    err e = {0};
    bool is_found = store_get(r, noun, bytes_of(id), &memory, &record, &e);
    ck_assert(is_found || e.code == ERR_NOT_FOUND);
    return is_found;
}

/* What a callback saw, one line a record: noun:id@version#change, a removal with a minus. */
typedef struct told {
    buf text;
    int left; /* records until it says stop; 0: never */
} told;

static bool tell(void *context, const store_record *record)
{
    told *t = context;
    buf_print(&t->text, "%s%d:%.*s@%d#%d ", record->body.base == NULL ? "-" : "", (int)record->noun,
              (int)record->id.len, record->id.base, (int)record->version, (int)record->change);
    return --t->left != 0;
}

static bool tell_concept(void *context, uint32_t number, bytes text)
{
    told *t = context;
    buf_print(&t->text, "%u=%.*s ", number, (int)text.len, text.base);
    return --t->left != 0;
}

static void assert_told(told *t, const char *expected)
{
    ck_assert_str_eq(buf_terminated(&t->text), expected);
    buf_fini(&t->text);
}

static void assert_changes(uint64_t since, int stop_after, const char *expected)
{
    told t = {.left = stop_after};
    err e = {0};
    ck_assert(store_changes_since(r, since, tell, &t, &e));
    assert_told(&t, expected);
}

static void assert_list(store_noun noun, const char *after, const char *unit, uint32_t limit,
                        const char *expected)
{
    told t = {0};
    err e = {0};
    ck_assert(store_list(r, noun, bytes_of(after), bytes_of(unit), limit, tell, &t, &e));
    assert_told(&t, expected);
}

static void assert_count(store_noun noun, const char *unit, uint64_t expected)
{
    uint64_t count = 99;
    err e = {0};
    ck_assert(store_count(r, noun, bytes_of(unit), &count, &e));
    ck_assert_uint_eq(count, expected);
}

START_TEST(store_put_creates_with_version_one)
{
    store_write w = put_one(s, offer_write("o-1", "{\"a\":1}"));

    ck_assert_int_eq(w.outcome, STORE_CREATED);
    ck_assert_int_eq(w.version, 1);
    store_record record = get(STORE_OFFER, BYTES("o-1"));
    ck_assert(bytes_equal_text(record.body, "{\"a\":1}"));
    ck_assert(bytes_equal_text(record.id, "o-1"));
    ck_assert_int_eq(record.noun, STORE_OFFER);
    ck_assert_int_eq(record.version, 1);
    ck_assert_uint_eq(record.change, 1);
}
END_TEST

START_TEST(store_put_replaces_and_counts_versions)
{
    put_one(s, offer_write("o-1", "a"));

    store_write w = put_one(s, offer_write("o-1", "b"));

    ck_assert_int_eq(w.outcome, STORE_REPLACED);
    ck_assert_int_eq(w.version, 2);
    store_record record = get(STORE_OFFER, BYTES("o-1"));
    ck_assert(bytes_equal_text(record.body, "b"));
    ck_assert_int_eq(record.version, 2);
    ck_assert_uint_eq(record.change, 2);
}
END_TEST

START_TEST(store_put_of_the_same_body_changes_nothing)
{
    put_one(s, offer_write("o-1", "a"));

    store_write w = offer_write("o-1", "a");
    uint64_t change = put_all(s, &w, 1);

    ck_assert_int_eq(w.outcome, STORE_UNCHANGED);
    ck_assert_int_eq(w.version, 1);
    ck_assert_uint_eq(change, 1);
    ck_assert_uint_eq(store_last_change(s), 1);
    assert_changes(1, 0, "");
}
END_TEST

START_TEST(store_put_of_another_unit_is_a_change)
{
    store_write w = {.noun = STORE_SEEKER,
                     .id = BYTES("s-1"),
                     .body = BYTES("a"),
                     .unit = BYTES("u-1"),
                     .expected_version = STORE_ANY_VERSION};
    put_one(s, w);

    w.unit = BYTES("u-2");
    w = put_one(s, w);

    ck_assert_int_eq(w.outcome, STORE_REPLACED);
    assert_list(STORE_SEEKER, NULL, "u-1", 9, "");
    assert_list(STORE_SEEKER, NULL, "u-2", 9, "0:s-1@2#2 ");
}
END_TEST

START_TEST(store_put_names_the_version_there_on_conflict_and_does_the_rest)
{
    put_one(s, offer_write("o-1", "a"));
    store_write writes[] = {offer_write("o-1", "b"), offer_write("o-2", "c"),
                            offer_write("o-3", "d"), offer_write("o-4", NULL)};
    writes[0].expected_version = 7;
    writes[2].expected_version = 1;
    writes[3].expected_version = 1;

    put_all(s, writes, 4);

    ck_assert_int_eq(writes[0].outcome, STORE_CONFLICT);
    ck_assert_int_eq(writes[0].version, 1);
    ck_assert_int_eq(writes[1].outcome, STORE_CREATED);
    ck_assert_int_eq(writes[2].outcome, STORE_CONFLICT);
    ck_assert_int_eq(writes[2].version, 0);
    ck_assert_int_eq(writes[3].outcome, STORE_CONFLICT);
    ck_assert(bytes_equal_text(get(STORE_OFFER, BYTES("o-1")).body, "a"));
    ck_assert(is_there(STORE_OFFER, "o-2"));
    ck_assert(!is_there(STORE_OFFER, "o-3"));
}
END_TEST

START_TEST(store_put_with_the_right_version_goes_through)
{
    put_one(s, offer_write("o-1", "a"));
    store_write replace = offer_write("o-1", "b");
    replace.expected_version = 1;
    store_write create = offer_write("o-2", "c");
    create.expected_version = STORE_NO_VERSION;
    store_write again = offer_write("o-2", "d");
    again.expected_version = STORE_NO_VERSION;
    store_write writes[] = {replace, create, again};

    put_all(s, writes, 3);

    ck_assert_int_eq(writes[0].outcome, STORE_REPLACED);
    ck_assert_int_eq(writes[1].outcome, STORE_CREATED);
    ck_assert_int_eq(writes[2].outcome, STORE_CONFLICT);
    ck_assert_int_eq(writes[2].version, 1);
}
END_TEST

START_TEST(store_put_deletes_and_says_what_was_not_there)
{
    put_one(s, offer_write("o-1", "a"));
    store_write writes[] = {offer_write("o-1", NULL), offer_write("o-2", NULL)};

    uint64_t change = put_all(s, writes, 2);

    ck_assert_int_eq(writes[0].outcome, STORE_DELETED);
    ck_assert_int_eq(writes[0].version, 0);
    ck_assert_int_eq(writes[1].outcome, STORE_ABSENT);
    ck_assert_uint_eq(change, 2);
    ck_assert(!is_there(STORE_OFFER, "o-1"));
    assert_changes(1, 0, "-1:o-1@1#2 ");
    store_write absent = offer_write("o-2", NULL);
    ck_assert_uint_eq(put_all(s, &absent, 1), 2);
}
END_TEST

START_TEST(store_put_counts_on_after_a_removal)
{
    put_one(s, offer_write("o-1", "a"));
    put_one(s, offer_write("o-1", "b"));
    put_one(s, offer_write("o-1", NULL));

    store_write w = put_one(s, offer_write("o-1", "c"));

    ck_assert_int_eq(w.outcome, STORE_CREATED);
    ck_assert_int_eq(w.version, 3);
    assert_changes(1, 0, "1:o-1@3#4 ");
}
END_TEST

START_TEST(store_put_sees_its_own_earlier_writes)
{
    store_write writes[] = {offer_write("o-1", "a"), offer_write("o-1", "b"),
                            offer_write("o-1", "b"), offer_write("o-1", NULL),
                            offer_write("o-1", "d")};

    uint64_t change = put_all(s, writes, 5);

    ck_assert_int_eq(writes[0].outcome, STORE_CREATED);
    ck_assert_int_eq(writes[1].outcome, STORE_REPLACED);
    ck_assert_int_eq(writes[2].outcome, STORE_UNCHANGED);
    ck_assert_int_eq(writes[3].outcome, STORE_DELETED);
    ck_assert_int_eq(writes[4].outcome, STORE_CREATED);
    ck_assert_int_eq(writes[4].version, 3);
    ck_assert_uint_eq(change, 1);
    assert_count(STORE_OFFER, NULL, 1);
    assert_changes(0, 0, "1:o-1@3#1 ");
}
END_TEST

START_TEST(store_put_of_nothing_changes_nothing)
{
    ck_assert_uint_eq(put_all(s, NULL, 0), 0);

    assert_changes(0, 0, "");
}
END_TEST

START_TEST(store_keeps_nouns_apart)
{
    store_write writes[] = {
        {.noun = STORE_SEEKER, .id = BYTES("x"), .body = BYTES("1"), .expected_version = -1},
        {.noun = STORE_OFFER, .id = BYTES("x"), .body = BYTES("2"), .expected_version = -1},
        {.noun = STORE_STRATEGY, .id = BYTES("x"), .body = BYTES("3"), .expected_version = -1},
        {.noun = STORE_SETTING, .id = BYTES("x"), .body = BYTES("4"), .expected_version = -1}};
    put_all(s, writes, 4);

    ck_assert(bytes_equal_text(get(STORE_SEEKER, BYTES("x")).body, "1"));
    ck_assert(bytes_equal_text(get(STORE_OFFER, BYTES("x")).body, "2"));
    ck_assert(bytes_equal_text(get(STORE_STRATEGY, BYTES("x")).body, "3"));
    ck_assert(bytes_equal_text(get(STORE_SETTING, BYTES("x")).body, "4"));
    assert_list(STORE_STRATEGY, NULL, NULL, 9, "2:x@1#1 ");
}
END_TEST

START_TEST(store_keeps_every_byte_of_ids_and_bodies)
{
    bytes id = BYTES("a\0'; DROP TABLE record; --\xff");
    bytes twin = BYTES("a\0'; DROP TABLE record; --\xfe");
    bytes body = BYTES("\0\x01\xff{}\0");
    store_write writes[] = {
        {.noun = STORE_OFFER, .id = id, .body = body, .expected_version = -1},
        {.noun = STORE_OFFER, .id = twin, .body = BYTES(""), .expected_version = -1}};
    put_all(s, writes, 2);

    ck_assert(bytes_equal(get(STORE_OFFER, id).body, body));
    store_record empty = get(STORE_OFFER, twin);
    ck_assert_ptr_nonnull(empty.body.base);
    ck_assert_uint_eq(empty.body.len, 0);
    ck_assert(!is_there(STORE_OFFER, "a"));
    put_all(s, writes, 2);
    ck_assert_int_eq(writes[0].outcome, STORE_UNCHANGED);
    ck_assert_int_eq(writes[1].outcome, STORE_UNCHANGED);
}
END_TEST

START_TEST(store_keeps_a_body_of_a_megabyte)
{
    bytes body = {arena_new(&memory, 1 << 20), 1 << 20};
    memset((void *)(uintptr_t)body.base, 'x', body.len);
    store_write w = {.noun = STORE_OFFER, .id = BYTES("o-1"), .body = body, .expected_version = -1};
    put_one(s, w);

    ck_assert(bytes_equal(get(STORE_OFFER, BYTES("o-1")).body, body));
    ck_assert_int_eq(put_one(s, w).outcome, STORE_UNCHANGED);
}
END_TEST

START_TEST(store_changes_come_in_order_and_once_a_record)
{
    put_one(s, offer_write("o-3", "a"));
    put_one(s, offer_write("o-1", "a"));
    put_one(s, offer_write("o-2", "a"));
    put_one(s, offer_write("o-3", "b"));
    put_one(s, offer_write("o-1", NULL));
    put_one(s, offer_write("o-4", "a"));

    assert_changes(0, 0, "1:o-2@1#3 1:o-3@2#4 1:o-4@1#6 ");
    assert_changes(1, 0, "1:o-2@1#3 1:o-3@2#4 -1:o-1@1#5 1:o-4@1#6 ");
    assert_changes(4, 0, "-1:o-1@1#5 1:o-4@1#6 ");
    assert_changes(5, 0, "1:o-4@1#6 ");
    assert_changes(6, 0, "");
}
END_TEST

START_TEST(store_changes_stop_when_told)
{
    put_one(s, offer_write("o-1", "a"));
    put_one(s, offer_write("o-2", "a"));
    put_one(s, offer_write("o-3", "a"));

    assert_changes(0, 2, "1:o-1@1#1 1:o-2@1#2 ");
    assert_changes(1, 1, "1:o-2@1#2 ");
    assert_changes(0, 0, "1:o-1@1#1 1:o-2@1#2 1:o-3@1#3 ");
}
END_TEST

START_TEST(store_list_goes_on_after_the_cursor_in_byte_order)
{
    store_write writes[] = {offer_write("o-2", "a"), offer_write("o-10", "a"),
                            offer_write("O-3", "a"), offer_write("o-1", "a"),
                            offer_write("\xc3\xa4", "a")};
    put_all(s, writes, 5);

    assert_list(STORE_OFFER, NULL, NULL, 2, "1:O-3@1#1 1:o-1@1#1 ");
    assert_list(STORE_OFFER, "o-1", NULL, 2, "1:o-10@1#1 1:o-2@1#1 ");
    assert_list(STORE_OFFER, "o-2", NULL, 2, "1:\xc3\xa4@1#1 ");
    assert_list(STORE_OFFER, "\xc3\xa4", NULL, 2, "");
    assert_list(STORE_OFFER, NULL, NULL, 0, "");
    assert_list(STORE_OFFER, "o-1z", NULL, 1, "1:o-2@1#1 ");
}
END_TEST

START_TEST(store_list_and_count_keep_units_apart)
{
    static const char *const units[] = {"u-1", "u-2", "u-1", NULL};
    static const char *const ids[] = {"s-1", "s-2", "s-3", "s-4"};
    for (int i = 0; i < 4; i++) {
        put_one(s, (store_write){.noun = STORE_SEEKER,
                                 .id = bytes_of(ids[i]),
                                 .body = BYTES("a"),
                                 .unit = bytes_of(units[i]),
                                 .expected_version = STORE_ANY_VERSION});
    }

    assert_list(STORE_SEEKER, NULL, "u-1", 9, "0:s-1@1#1 0:s-3@1#3 ");
    assert_list(STORE_SEEKER, "s-1", "u-1", 9, "0:s-3@1#3 ");
    assert_list(STORE_SEEKER, NULL, "u-3", 9, "");
    assert_count(STORE_SEEKER, NULL, 4);
    assert_count(STORE_SEEKER, "u-1", 2);
    assert_count(STORE_SEEKER, "u-3", 0);
    assert_count(STORE_OFFER, NULL, 0);
}
END_TEST

START_TEST(store_count_follows_every_write)
{
    store_write writes[] = {offer_write("o-1", "a"), offer_write("o-2", "a"),
                            offer_write("o-3", "a")};
    put_all(s, writes, 3);
    put_one(s, offer_write("o-1", "b"));
    put_one(s, offer_write("o-2", NULL));
    put_one(s, offer_write("o-2", NULL));

    assert_count(STORE_OFFER, NULL, 2);
    err e = {0};
    ck_assert_msg(store_verify(r, &e), "%s", e.detail);
}
END_TEST

START_TEST(store_numbers_concepts_densely_and_for_ever)
{
    bytes first[] = {BYTES("esco:a"), BYTES("isco:5321")};
    bytes second[] = {BYTES("kldb:81302")};
    uint64_t change = 9;
    err e = {0};

    ck_assert(store_put(s, NULL, 0, first, 2, &change, &e));
    store_write w = offer_write("o-1", "a");
    ck_assert(store_put(s, &w, 1, second, 1, &change, &e));

    ck_assert_uint_eq(store_concept_count(s), 3);
    ck_assert_uint_eq(change, 1);
    told all = {0};
    ck_assert(store_concepts_since(r, 0, tell_concept, &all, &e));
    assert_told(&all, "1=esco:a 2=isco:5321 3=kldb:81302 ");
    told later = {0};
    ck_assert(store_concepts_since(r, 2, tell_concept, &later, &e));
    assert_told(&later, "3=kldb:81302 ");
    told one = {.left = 1};
    ck_assert(store_concepts_since(r, 0, tell_concept, &one, &e));
    assert_told(&one, "1=esco:a ");
}
END_TEST

START_TEST(store_refuses_a_second_number_and_undoes_the_call)
{
    bytes first[] = {BYTES("esco:a")};
    bytes second[] = {BYTES("esco:b"), BYTES("esco:a")};
    uint64_t change = 9;
    err e = {0};
    ck_assert(store_put(s, NULL, 0, first, 1, &change, &e));
    store_write w = offer_write("o-1", "a");

    ck_assert(!store_put(s, &w, 1, second, 2, &change, &e));

    ck_assert_int_eq(e.code, ERR_INTERNAL);
    ck_assert_uint_eq(store_concept_count(s), 1);
    ck_assert(!is_there(STORE_OFFER, "o-1"));
    put_one(s, offer_write("o-1", "a"));
    ck_assert(is_there(STORE_OFFER, "o-1"));
}
END_TEST

START_TEST(store_finds_everything_again_after_a_restart)
{
    bytes concepts[] = {BYTES("esco:a")};
    uint64_t change = 0;
    err e = {0};
    store_write w = offer_write("o-1", "a");
    ck_assert(store_put(s, &w, 1, concepts, 1, &change, &e));
    put_one(s, offer_write("o-2", "b"));
    store_reader_close(&r);
    store_close(&s);

    s = open_store();
    r = open_reader();

    ck_assert_uint_eq(store_last_change(s), 2);
    ck_assert_uint_eq(store_concept_count(s), 1);
    ck_assert(is_there(STORE_OFFER, "o-1"));
    ck_assert(store_reader_last_change(r, &change, &e));
    ck_assert_uint_eq(change, 2);
    put_one(s, offer_write("o-3", "c"));
    assert_changes(2, 0, "1:o-3@1#3 ");
}
END_TEST

static bool tell_while_written(void *context, const store_record *record)
{
    (void)record;
    put_one(s, offer_write("o-9", "later"));
    return tell(context, record);
}

START_TEST(store_readers_see_one_state_during_a_call)
{
    put_one(s, offer_write("o-1", "a"));
    told t = {0};
    err e = {0};

    ck_assert(store_changes_since(r, 0, tell_while_written, &t, &e));

    assert_told(&t, "1:o-1@1#1 ");
    ck_assert(is_there(STORE_OFFER, "o-9"));
}
END_TEST

START_TEST(store_get_of_what_is_not_there_leaves_the_output)
{
    store_record record = {.version = 77};
    err e = {0};

    ck_assert(!store_get(r, STORE_OFFER, BYTES("o-1"), &memory, &record, &e));

    ck_assert_int_eq(e.code, ERR_NOT_FOUND);
    ck_assert_int_eq(record.version, 77);
}
END_TEST

START_TEST(store_get_says_when_memory_runs_out)
{
    put_one(s, offer_write("o-1", "a body that does not fit into the arena"));
    arena small = {.max_len = 8};
    store_record record = {.version = 77};
    err e = {0};

    ck_assert(!store_get(r, STORE_OFFER, BYTES("o-1"), &small, &record, &e));

    ck_assert_int_eq(e.code, ERR_MEMORY);
    ck_assert_int_eq(record.version, 77);
    arena_fini(&small);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_store");
    TCase *cases = tcase_create("records");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_set_timeout(cases, 30);
    tcase_add_test(cases, store_put_creates_with_version_one);
    tcase_add_test(cases, store_put_replaces_and_counts_versions);
    tcase_add_test(cases, store_put_of_the_same_body_changes_nothing);
    tcase_add_test(cases, store_put_of_another_unit_is_a_change);
    tcase_add_test(cases, store_put_names_the_version_there_on_conflict_and_does_the_rest);
    tcase_add_test(cases, store_put_with_the_right_version_goes_through);
    tcase_add_test(cases, store_put_deletes_and_says_what_was_not_there);
    tcase_add_test(cases, store_put_counts_on_after_a_removal);
    tcase_add_test(cases, store_put_sees_its_own_earlier_writes);
    tcase_add_test(cases, store_put_of_nothing_changes_nothing);
    tcase_add_test(cases, store_keeps_nouns_apart);
    tcase_add_test(cases, store_keeps_every_byte_of_ids_and_bodies);
    tcase_add_test(cases, store_keeps_a_body_of_a_megabyte);
    tcase_add_test(cases, store_changes_come_in_order_and_once_a_record);
    tcase_add_test(cases, store_changes_stop_when_told);
    tcase_add_test(cases, store_list_goes_on_after_the_cursor_in_byte_order);
    tcase_add_test(cases, store_list_and_count_keep_units_apart);
    tcase_add_test(cases, store_count_follows_every_write);
    tcase_add_test(cases, store_numbers_concepts_densely_and_for_ever);
    tcase_add_test(cases, store_refuses_a_second_number_and_undoes_the_call);
    tcase_add_test(cases, store_finds_everything_again_after_a_restart);
    tcase_add_test(cases, store_readers_see_one_state_during_a_call);
    tcase_add_test(cases, store_get_of_what_is_not_there_leaves_the_output);
    tcase_add_test(cases, store_get_says_when_memory_runs_out);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? 0 : 1;
}
