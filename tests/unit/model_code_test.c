/* Code lists keep their promises to masks and plugins: unique, short enough, in frozen order. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "model/code.h"

static uint32_t position(const code_list *list, const char *id)
{
    uint32_t at = UINT32_MAX;
    ck_assert_msg(code_find(list, bytes_of(id), &at), "%s has no %s", list->name, id);
    return at;
}

START_TEST(code_list_holds_each_code_once_with_both_labels)
{
    uint32_t count;
    const code_list *lists = code_list_all(&count);

    for (uint32_t i = 0; i < count; i++) {
        ck_assert_uint_gt(lists[i].count, 0);
        ck_assert_uint_le(lists[i].compared_count, lists[i].count);
        for (uint32_t k = 0; k < lists[i].count; k++) {
            const code_entry *entry = &lists[i].entries[k];
            ck_assert_uint_eq(position(&lists[i], entry->id), k);
            ck_assert_uint_gt(strlen(entry->de), 0);
            ck_assert_uint_gt(strlen(entry->en), 0);
        }
    }
}
END_TEST

START_TEST(code_list_of_every_set_fits_a_mask)
{
    uint32_t count;
    const code_list *lists = code_list_all(&count);

    for (uint32_t i = 0; i < count; i++) {
        ck_assert_msg(lists[i].count <= 64 || strcmp(lists[i].name, "language") == 0,
                      "%s has %u codes", lists[i].name, lists[i].count);
    }
}
END_TEST

START_TEST(code_list_find_knows_names_and_nothing_else)
{
    ck_assert_ptr_eq(code_list_find("level"), CODES(level));
    ck_assert_ptr_eq(code_list_find("Level"), NULL);
    ck_assert_ptr_eq(code_list_find(""), NULL);
}
END_TEST

START_TEST(code_find_refuses_what_merely_begins_like_a_code)
{
    uint32_t at = 77;

    ck_assert(!code_find(CODES(level), BYTES("A"), &at));
    ck_assert(!code_find(CODES(level), BYTES("A22"), &at));
    ck_assert(!code_find(CODES(level), BYTES("a2"), &at));
    ck_assert(!code_find(CODES(level), BYTES("A2\0x"), &at));
    ck_assert(!code_find(CODES(level), (bytes){NULL, 0}, &at));
    ck_assert_uint_eq(at, 77);
}
END_TEST

START_TEST(code_positions_that_the_engine_reads_are_the_lists)
{
    ck_assert_uint_eq(position(CODES(offer_status), "idea"), OFFER_STATUS_IDEA);
    ck_assert_uint_eq(position(CODES(offer_status), "pilot"), OFFER_STATUS_PILOT);
    ck_assert_uint_eq(position(CODES(offer_status), "running"), OFFER_STATUS_RUNNING);
    ck_assert_uint_eq(position(CODES(offer_status), "ended"), OFFER_STATUS_ENDED);
    ck_assert_uint_eq(position(CODES(entry_mode), "fixed"), ENTRY_MODE_FIXED);
    ck_assert_uint_eq(position(CODES(entry_mode), "rolling"), ENTRY_MODE_ROLLING);
    ck_assert_uint_eq(position(CODES(waiting_list), "closed"), WAITING_LIST_CLOSED);
    ck_assert_uint_eq(position(CODES(waiting_list), "open"), WAITING_LIST_OPEN);
    ck_assert_uint_eq(position(CODES(work_permission), "free"), WORK_PERMISSION_FREE);
    ck_assert_uint_eq(position(CODES(work_permission), "allowed"), WORK_PERMISSION_ALLOWED);
    ck_assert_uint_eq(position(CODES(work_permission), "with_consent"),
                      WORK_PERMISSION_WITH_CONSENT);
    ck_assert_uint_eq(position(CODES(work_permission), "not_yet"), WORK_PERMISSION_NOT_YET);
    ck_assert_uint_eq(position(CODES(work_permission), "barred"), WORK_PERMISSION_BARRED);
    ck_assert_uint_eq(position(CODES(work_permission), "unknown"), WORK_PERMISSION_UNKNOWN);
    ck_assert_uint_eq(position(CODES(decision), "propose"), DECISION_PROPOSE);
    ck_assert_uint_eq(position(CODES(decision), "data_wrong"), DECISION_DATA_WRONG);
    ck_assert_uint_eq(position(CODES(event), "proposed"), EVENT_PROPOSED);
    ck_assert_uint_eq(position(CODES(event), "attended_until"), EVENT_ATTENDED_UNTIL);
    ck_assert_uint_eq(position(CODES(event), "still_employed_6m"), EVENT_STILL_EMPLOYED_6M);
}
END_TEST

START_TEST(code_lists_stand_in_their_frozen_order)
{
    static const char *const levels[] = {"A0", "A1", "A2", "B1", "B2", "C1", "C2"};
    static const char *const groups[] = {
        "newcomer",     "long_term_unemployed", "single_parent", "young_adult",
        "older_worker", "no_vocational_degree", "returner",      "rural"};

    ck_assert_uint_eq(CODES(level)->count, 7);
    ck_assert(CODES(level)->is_ordered);
    for (uint32_t i = 0; i < 7; i++) {
        ck_assert_uint_eq(position(CODES(level), levels[i]), i);
    }
    for (uint32_t i = 0; i < 8; i++) {
        ck_assert_uint_eq(position(CODES(target_group), groups[i]), i);
        ck_assert_ptr_nonnull(CODES(target_group)->entries[i].note);
    }
}
END_TEST

START_TEST(code_abroad_has_no_place_in_the_order_of_schools)
{
    ck_assert_uint_lt(position(CODES(school), "general_entrance"), CODES(school)->compared_count);
    ck_assert_uint_ge(position(CODES(school), "abroad"), CODES(school)->compared_count);
    ck_assert_uint_ge(WORK_PERMISSION_UNKNOWN, CODES(work_permission)->compared_count);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model_code");
    TCase *tests = tcase_create("code");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, code_list_holds_each_code_once_with_both_labels);
    tcase_add_test(tests, code_list_of_every_set_fits_a_mask);
    tcase_add_test(tests, code_list_find_knows_names_and_nothing_else);
    tcase_add_test(tests, code_find_refuses_what_merely_begins_like_a_code);
    tcase_add_test(tests, code_positions_that_the_engine_reads_are_the_lists);
    tcase_add_test(tests, code_lists_stand_in_their_frozen_order);
    tcase_add_test(tests, code_abroad_has_no_place_in_the_order_of_schools);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
