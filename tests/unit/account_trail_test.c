/* core/account/trail.c and trail_line.c: logs that nobody can change unseen. */
#include "account/trail.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account/trail_line.h"
#include "base/clock.h"

static char folder[64];
static trail *t;

static trail *open_trail(void)
{
    trail *opened = NULL;
    err e = {0};
    trail_config config = {.dir = folder, .keep_days = {30, 10}};
    ck_assert_msg(trail_open(&config, &opened, &e), "%s", e.text);
    return opened;
}

static void set_up(void)
{
    strcpy(folder, "trail-test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    t = open_trail();
}

static void each_file(void (*visit)(const char *path))
{
    char path[400];
    snprintf(path, sizeof path, "%s/trail", folder);
    DIR *entries = opendir(path);
    ck_assert_ptr_nonnull(entries);
    for (struct dirent *n = readdir(entries); n != NULL; n = readdir(entries)) {
        snprintf(path, sizeof path, "%s/trail/%s", folder, n->d_name);
        visit(path);
    }
    closedir(entries);
}

static void remove_file(const char *path)
{
    (void)unlink(path); /* "." and ".." stay */
}

static void tear_down(void)
{
    char path[400];
    trail_close(&t);
    each_file(remove_file);
    snprintf(path, sizeof path, "%s/trail", folder);
    ck_assert_int_eq(rmdir(path), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}

static void add(trail_log log, const char *by, const char *seeker_id)
{
    err e = {0};
    bytes id = bytes_of(seeker_id);
    trail_entry entry = {
        .log = log,
        .by = bytes_of(by),
        .action = BYTES("seeker.get"),
        .offer = BYTES("o-1"),
        .outcome = BYTES("ok"),
        .seekers = &id,
        .seeker_count = seeker_id == NULL ? 0 : 1,
    };
    ck_assert_msg(trail_add(t, &entry, &e), "%s", e.text);
}

static trail_finding verify(trail_log log)
{
    trail_finding f = {0};
    err e = {0};
    ck_assert_msg(trail_verify(t, log, &f, &e), "%s", e.text);
    return f;
}

/* The day's file of a log. */
static void path_today(trail_log log, int days_ago, char ret[128])
{
    char text[DAY_TEXT_LEN + 1];
    day_print(day_in_berlin(clock_unix_ms() / 1000) - days_ago, text);
    snprintf(ret, 128, "%s/trail/%s-%s.log", folder, log == TRAIL_SYSTEM ? "system" : "access",
             text);
}

static size_t read_all(const char *path, char *room, size_t cap)
{
    FILE *in = fopen(path, "rb");
    ck_assert_ptr_nonnull(in);
    size_t len = fread(room, 1, cap, in);
    fclose(in);
    ck_assert_uint_lt(len, cap);
    return len;
}

static void write_all(const char *path, const char *text, size_t len)
{
    FILE *out = fopen(path, "wb");
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(text, 1, len, out), len);
    fclose(out);
}

static bool count_line(void *context, uint64_t number, bytes json)
{
    (void)json;
    uint64_t *sum = context;
    *sum = *sum * 10 + number;
    return true;
}

static uint64_t numbers(trail_log log, const char *seeker_id, const char *by, uint64_t after)
{
    err e = {0};
    uint64_t sum = 0;
    trail_query q = {.log = log,
                     .from = 0,
                     .to = INT32_MAX,
                     .seeker = bytes_of(seeker_id),
                     .by = bytes_of(by),
                     .after = after};
    ck_assert_msg(trail_read(t, &q, count_line, &sum, &e), "%s", e.text);
    return sum;
}

START_TEST(trail_keeps_two_logs_that_verify)
{
    add(TRAIL_ACCESS, "anna", "s-1");
    add(TRAIL_ACCESS, "bert", "s-2");
    add(TRAIL_SYSTEM, "anna", NULL);

    ck_assert(verify(TRAIL_ACCESS).is_sound);
    ck_assert_uint_eq(verify(TRAIL_ACCESS).line_count, 2);
    ck_assert_uint_eq(verify(TRAIL_SYSTEM).line_count, 1);
}
END_TEST

START_TEST(trail_goes_on_after_a_restart)
{
    add(TRAIL_ACCESS, "anna", "s-1");
    trail_close(&t);
    t = open_trail();
    add(TRAIL_ACCESS, "anna", "s-2");

    ck_assert(verify(TRAIL_ACCESS).is_sound);
    ck_assert_uint_eq(numbers(TRAIL_ACCESS, NULL, NULL, 0), 12);
}
END_TEST

START_TEST(trail_finds_lines_by_person_and_by_account)
{
    add(TRAIL_ACCESS, "anna", "s-1");
    add(TRAIL_ACCESS, "bert", "s-1");
    add(TRAIL_ACCESS, "anna", "s-12");

    ck_assert_uint_eq(numbers(TRAIL_ACCESS, "s-1", NULL, 0), 12);
    ck_assert_uint_eq(numbers(TRAIL_ACCESS, NULL, "anna", 0), 13);
    ck_assert_uint_eq(numbers(TRAIL_ACCESS, "s-1", "bert", 0), 2);
    ck_assert_uint_eq(numbers(TRAIL_ACCESS, NULL, NULL, 2), 3);
    ck_assert_uint_eq(numbers(TRAIL_ACCESS, "s-9", NULL, 0), 0);
}
END_TEST

START_TEST(trail_holds_no_id_of_a_person)
{
    char path[128];
    char text[4096];
    add(TRAIL_ACCESS, "anna", "MARKER-PERSON");

    path_today(TRAIL_ACCESS, 0, path);
    size_t len = read_all(path, text, sizeof text);

    ck_assert_ptr_null(memmem(text, len, "MARKER-PERSON", 13));
    ck_assert_ptr_nonnull(memmem(text, len, "\"h:", 3));
}
END_TEST

START_TEST(trail_shows_every_changed_byte)
{
    char path[128];
    static char text[4096];
    add(TRAIL_ACCESS, "anna", "s-1");
    add(TRAIL_ACCESS, "bert", "s-2");
    path_today(TRAIL_ACCESS, 0, path);
    size_t len = read_all(path, text, sizeof text);

    /* The chain begins somewhere: what the first line says of the line before is covered too. */
    for (size_t i = 0; i < len; i++) {
        text[i] ^= 1;
        write_all(path, text, len);
        ck_assert_msg(!verify(TRAIL_ACCESS).is_sound, "byte %zu", i);
        text[i] ^= 1;
    }
    write_all(path, text, len);
    ck_assert(verify(TRAIL_ACCESS).is_sound);
}
END_TEST

START_TEST(trail_shows_a_line_taken_out)
{
    char path[128];
    static char text[4096];
    for (int i = 0; i < 3; i++) {
        add(TRAIL_ACCESS, "anna", "s-1");
    }
    path_today(TRAIL_ACCESS, 0, path);
    size_t len = read_all(path, text, sizeof text);
    char *second = (char *)memchr(text, '\n', len) + 1;
    char *third = (char *)memchr(second, '\n', len - (size_t)(second - text)) + 1;

    memmove(second, third, len - (size_t)(third - text));
    write_all(path, text, len - (size_t)(third - second));

    trail_finding f = verify(TRAIL_ACCESS);
    ck_assert(!f.is_sound);
    ck_assert_ptr_nonnull(strstr(f.where, ".log:2"));
}
END_TEST

START_TEST(trail_cuts_off_what_a_power_loss_left)
{
    char path[128];
    static char text[4096];
    add(TRAIL_ACCESS, "anna", "s-1");
    add(TRAIL_ACCESS, "anna", "s-2");
    trail_close(&t);
    path_today(TRAIL_ACCESS, 0, path);
    size_t len = read_all(path, text, sizeof text);
    write_all(path, text, len - 20);

    t = open_trail();
    add(TRAIL_ACCESS, "anna", "s-3");

    ck_assert(verify(TRAIL_ACCESS).is_sound);
    ck_assert_uint_eq(verify(TRAIL_ACCESS).line_count, 2);
}
END_TEST

START_TEST(trail_removes_days_whose_time_is_over)
{
    char today[128];
    char old[128];
    add(TRAIL_ACCESS, "anna", "s-1");
    trail_close(&t);
    path_today(TRAIL_ACCESS, 0, today);
    path_today(TRAIL_ACCESS, 11, old);
    ck_assert_int_eq(rename(today, old), 0);

    t = open_trail();

    ck_assert_int_ne(access(old, F_OK), 0);
    path_today(TRAIL_ACCESS, 10, old);
    ck_assert_uint_eq(verify(TRAIL_ACCESS).line_count, 0);
}
END_TEST

START_TEST(trail_that_lost_its_oldest_days_still_verifies)
{
    char today[128];
    char earlier[128];
    char unused[128];
    add(TRAIL_ACCESS, "anna", "s-1");
    trail_close(&t);
    path_today(TRAIL_ACCESS, 0, today);
    path_today(TRAIL_ACCESS, 5, earlier);
    ck_assert_int_eq(rename(today, earlier), 0);
    t = open_trail();
    add(TRAIL_ACCESS, "anna", "s-2");
    ck_assert_uint_eq(verify(TRAIL_ACCESS).day_count, 2);
    ck_assert(verify(TRAIL_ACCESS).is_sound);

    snprintf(unused, sizeof unused, "%s", earlier);
    ck_assert_int_eq(unlink(unused), 0);

    ck_assert(verify(TRAIL_ACCESS).is_sound);
    ck_assert_uint_eq(verify(TRAIL_ACCESS).line_count, 1);
}
END_TEST

START_TEST(trail_line_read_refuses_other_forms)
{
    trail_line read;
    const char *const wrong[] = {"", "{}", "{\"n\":1}", "{\"n\":x,\"after\":\""};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert(!trail_line_read(bytes_of(wrong[i]), &read));
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("account_trail");
    TCase *c = tcase_create("trail");
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, trail_keeps_two_logs_that_verify);
    tcase_add_test(c, trail_goes_on_after_a_restart);
    tcase_add_test(c, trail_finds_lines_by_person_and_by_account);
    tcase_add_test(c, trail_holds_no_id_of_a_person);
    tcase_add_test(c, trail_shows_every_changed_byte);
    tcase_add_test(c, trail_shows_a_line_taken_out);
    tcase_add_test(c, trail_cuts_off_what_a_power_loss_left);
    tcase_add_test(c, trail_removes_days_whose_time_is_over);
    tcase_add_test(c, trail_that_lost_its_oldest_days_still_verifies);
    tcase_add_test(c, trail_line_read_refuses_other_forms);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
