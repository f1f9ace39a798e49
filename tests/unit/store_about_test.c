/* Documents about people: listed by person and by offer, gone with the person. */
#include "store/store.h"

#include "unit/store_folder.h"

static store *s;
static store_reader *r;

static void set_up(void)
{
    folder_make();
    s = open_store();
    r = open_reader();
    put_one(s, (store_write){.noun = STORE_SEEKER,
                             .id = BYTES("s-1"),
                             .body = BYTES("{}"),
                             .expected_version = STORE_ANY_VERSION});
}

static void tear_down(void)
{
    store_reader_close(&r);
    store_close(&s);
    folder_remove();
}

static store_write document(store_noun noun, const char *id, const char *seeker, const char *offer)
{
    return (store_write){.noun = noun,
                         .id = bytes_of(id),
                         .body = BYTES("{\"text\":\"MARKER-DOCUMENT\"}"),
                         .seeker = bytes_of(seeker),
                         .offer = bytes_of(offer),
                         .kind = 2,
                         .expected_version = STORE_NO_VERSION};
}

static bool tell(void *context, const store_record *record)
{
    buf_print(context, "%.*s:%.*s:%.*s:%u ", (int)record->id.len, record->id.base,
              (int)record->seeker.len, record->seeker.base, (int)record->offer.len,
              record->offer.base == NULL ? "" : record->offer.base, record->kind);
    return true;
}

static void assert_about(store_noun noun, store_noun about, const char *id, const char *after,
                         const char *expected)
{
    buf text = {0};
    err e = {0};
    ck_assert(store_list_about(r, noun, about, bytes_of(id), bytes_of(after), 10, tell, &text, &e));
    ck_assert_str_eq(buf_terminated(&text), expected);
    buf_fini(&text);
}

static void assert_count(store_noun noun, uint64_t expected)
{
    uint64_t count = 99;
    err e = {0};
    ck_assert(store_count(r, noun, (bytes){0}, &count, &e));
    ck_assert_uint_eq(count, expected);
}

START_TEST(store_lists_documents_by_person_and_by_offer)
{
    put_one(s, document(STORE_EVENT, "e-2", "s-1", "o-1"));
    put_one(s, document(STORE_EVENT, "e-1", "s-1", NULL));
    put_one(s, document(STORE_EVENT, "e-3", "s-2", "o-1"));
    put_one(s, document(STORE_DECISION, "d-1", "s-1", "o-1"));

    assert_about(STORE_EVENT, STORE_SEEKER, "s-1", NULL, "e-1:s-1::2 e-2:s-1:o-1:2 ");
    assert_about(STORE_EVENT, STORE_SEEKER, "s-1", "e-1", "e-2:s-1:o-1:2 ");
    assert_about(STORE_EVENT, STORE_OFFER, "o-1", NULL, "e-2:s-1:o-1:2 e-3:s-2:o-1:2 ");
    assert_about(STORE_DECISION, STORE_OFFER, "o-1", NULL, "d-1:s-1:o-1:2 ");
    assert_about(STORE_PROPOSAL, STORE_OFFER, "o-1", NULL, "");
}
END_TEST

START_TEST(store_deletes_documents_with_the_person)
{
    put_one(s, document(STORE_EVENT, "e-1", "s-1", "o-1"));
    put_one(s, document(STORE_PROPOSAL, "p-1", "s-1", NULL));
    put_one(s, document(STORE_EVENT, "e-2", "s-2", "o-1"));
    assert_count(STORE_EVENT, 2);

    put_one(s, (store_write){.noun = STORE_SEEKER,
                             .id = BYTES("s-1"),
                             .expected_version = STORE_ANY_VERSION});

    assert_about(STORE_EVENT, STORE_SEEKER, "s-1", NULL, "");
    assert_about(STORE_EVENT, STORE_OFFER, "o-1", NULL, "e-2:s-2:o-1:2 ");
    assert_count(STORE_EVENT, 1);
    assert_count(STORE_PROPOSAL, 0);
    err e = {0};
    ck_assert_msg(store_verify(r, &e), "%s", e.text);
}
END_TEST

START_TEST(store_scrub_leaves_no_byte_of_a_persons_documents)
{
    arena memory = {0};
    static const char *const names[] = {"lotse.db", "lotse.db-wal"};
    put_one(s, document(STORE_DECISION, "d-1", "s-1", "o-1"));
    put_one(s, (store_write){.noun = STORE_SEEKER,
                             .id = BYTES("s-1"),
                             .expected_version = STORE_ANY_VERSION});
    err e = {0};

    ck_assert_msg(store_scrub(s, &e), "%s", e.text);

    for (int i = 0; i < 2; i++) {
        bytes file = folder_read(names[i], &memory);
        ck_assert_ptr_null(file.base == NULL ? NULL
                                             : memmem(file.base, file.len, "MARKER-DOCUMENT", 15));
    }
    arena_fini(&memory);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_about");
    TCase *cases = tcase_create("documents");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, store_lists_documents_by_person_and_by_offer);
    tcase_add_test(cases, store_deletes_documents_with_the_person);
    tcase_add_test(cases, store_scrub_leaves_no_byte_of_a_persons_documents);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
