#include "plugin/life.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECOND_NS = 1000000000 };

static life_book *book;
static life_record *record;

static void setup(void)
{
    err e = {0};
    ck_assert(life_book_new(&book, &e));
    record = life_book_record(book, BYTES("org.example.x"));
    ck_assert_ptr_nonnull(record);
}

static void teardown(void)
{
    life_book_free(&book);
}

static void fault(bool is_final, int64_t now_ns)
{
    err why = {0};
    (void)err_set(&why, ERR_PLUGIN_CRASHED, __FILE__, __LINE__, "it crashed");
    life_note_fault(record, &why, is_final, now_ns);
}

START_TEST(states_move_only_as_the_table_says)
{
    ck_assert(life_may_move(PLUGIN_FOUND, PLUGIN_VERIFIED));
    ck_assert(life_may_move(PLUGIN_READY, PLUGIN_BUSY));
    ck_assert(life_may_move(PLUGIN_BUSY, PLUGIN_QUARANTINED));
    ck_assert(!life_may_move(PLUGIN_FOUND, PLUGIN_READY));
    ck_assert(!life_may_move(PLUGIN_QUARANTINED, PLUGIN_BUSY));
    for (uint32_t s = 0; s < PLUGIN_STATE_COUNT; s++) {
        ck_assert(!life_may_move(PLUGIN_STOPPED, (plugin_state)s));
        ck_assert_uint_gt(strlen(life_state_text((plugin_state)s)), 0);
    }
}
END_TEST

START_TEST(the_first_fault_costs_no_time_the_second_a_second)
{
    err e = {0};
    fault(false, 100 * (int64_t)SECOND_NS);
    ck_assert(life_may_start(record, 100 * (int64_t)SECOND_NS, &e));
    fault(false, 101 * (int64_t)SECOND_NS);
    ck_assert(!life_may_start(record, 101 * (int64_t)SECOND_NS, &e));
    ck_assert_int_eq(e.code, ERR_PLUGIN_CRASHED);
    ck_assert_int_gt(e.retry_after_ms, 0);
    ck_assert(life_may_start(record, 102 * (int64_t)SECOND_NS, &e));
}
END_TEST

START_TEST(the_third_fault_in_ten_minutes_is_quarantine)
{
    err e = {0};
    fault(false, 100 * (int64_t)SECOND_NS);
    fault(false, 200 * (int64_t)SECOND_NS);
    ck_assert(!life_is_quarantined(record));
    fault(false, 699 * (int64_t)SECOND_NS);
    ck_assert(life_is_quarantined(record));
    ck_assert(!life_may_start(record, 9999 * (int64_t)SECOND_NS, &e));
    ck_assert_int_eq(e.code, ERR_PLUGIN_QUARANTINED);
    ck_assert_ptr_eq(life_book_take_unsaved(book), record);
    ck_assert_ptr_null(life_book_take_unsaved(book));
}
END_TEST

START_TEST(three_faults_in_eleven_minutes_are_not)
{
    fault(false, 100 * (int64_t)SECOND_NS);
    fault(false, 400 * (int64_t)SECOND_NS);
    fault(false, 700 * (int64_t)SECOND_NS);
    ck_assert(!life_is_quarantined(record));
}
END_TEST

START_TEST(a_final_fault_is_quarantine_at_once_and_release_forgets)
{
    err e = {0};
    fault(true, SECOND_NS);
    ck_assert(life_is_quarantined(record));
    ck_assert(life_release(record));
    ck_assert(!life_release(record));
    ck_assert(life_may_start(record, SECOND_NS, &e));
    fault(false, 2 * (int64_t)SECOND_NS);
    ck_assert(!life_is_quarantined(record));
}
END_TEST

START_TEST(records_are_found_again_by_their_id)
{
    ck_assert_ptr_eq(life_book_record(book, BYTES("org.example.x")), record);
    ck_assert_ptr_ne(life_book_record(book, BYTES("org.example.y")), record);
}
END_TEST

START_TEST(the_log_keeps_the_last_lines_as_text)
{
    char lines[LIFE_LOG_LINE_MAX][LIFE_LOG_LINE_LEN];
    char text[32];
    for (uint32_t i = 0; i < 3 * LIFE_LOG_LINE_MAX; i++) {
        int len = snprintf(text, sizeof text, "line %u\n", i);
        life_log(record, text, (size_t)len);
    }
    life_log(record, "\x1b[31mred", 8);
    uint32_t count = life_read_log(record, lines);
    ck_assert_uint_eq(count, LIFE_LOG_LINE_MAX);
    ck_assert_str_eq(lines[count - 2], "line 59");
    ck_assert_str_eq(lines[count - 1], "?[31mred");
}
END_TEST

START_TEST(a_line_without_end_is_cut)
{
    static char text[10 * LIFE_LOG_LINE_LEN];
    char lines[LIFE_LOG_LINE_MAX][LIFE_LOG_LINE_LEN];
    memset(text, 'x', sizeof text);
    life_log(record, text, sizeof text);
    ck_assert_uint_eq(life_read_log(record, lines), 1);
    ck_assert_uint_eq(strlen(lines[0]), LIFE_LOG_LINE_LEN - 1);
}
END_TEST

START_TEST(a_life_is_busy_while_one_asks_and_fails_with_a_fault)
{
    plugin_life l;
    plugin_life_init(&l, record);
    plugin_life_move(&l, PLUGIN_VERIFIED);
    plugin_life_move(&l, PLUGIN_LOADED);
    plugin_life_move(&l, PLUGIN_READY);
    plugin_life_enter(&l);
    plugin_life_enter(&l);
    ck_assert_int_eq(plugin_life_state(&l), PLUGIN_BUSY);
    plugin_life_leave(&l, true);
    ck_assert_int_eq(plugin_life_state(&l), PLUGIN_BUSY);
    plugin_life_leave(&l, true);
    ck_assert_int_eq(plugin_life_state(&l), PLUGIN_READY);
    plugin_life_enter(&l);
    plugin_life_leave(&l, false);
    ck_assert_int_eq(plugin_life_state(&l), PLUGIN_FAILED);
    plugin_life_enter(&l);
    plugin_life_leave(&l, true);
    ck_assert_int_eq(plugin_life_state(&l), PLUGIN_READY);
    plugin_life_enter(&l);
    fault(true, SECOND_NS);
    plugin_life_leave(&l, false);
    ck_assert_int_eq(plugin_life_state(&l), PLUGIN_QUARANTINED);
    plugin_life_move(&l, PLUGIN_DRAINING);
    plugin_life_move(&l, PLUGIN_STOPPED);
    plugin_life_fini(&l);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("plugin_life");
    TCase *c = tcase_create("all");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, states_move_only_as_the_table_says);
    tcase_add_test(c, the_first_fault_costs_no_time_the_second_a_second);
    tcase_add_test(c, the_third_fault_in_ten_minutes_is_quarantine);
    tcase_add_test(c, three_faults_in_eleven_minutes_are_not);
    tcase_add_test(c, a_final_fault_is_quarantine_at_once_and_release_forgets);
    tcase_add_test(c, records_are_found_again_by_their_id);
    tcase_add_test(c, the_log_keeps_the_last_lines_as_text);
    tcase_add_test(c, a_line_without_end_is_cut);
    tcase_add_test(c, a_life_is_busy_while_one_asks_and_fails_with_a_fault);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
