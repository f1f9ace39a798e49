/* core/engine/load.c and base.c: what a start finds. */
#include "engine_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

static engine *open_with_base(uint32_t base_after)
{
    engine_config config = fixture_config();
    config.base_after = base_after;
    return fixture_open_as(&config);
}

static engine_stats stats_of(engine *g)
{
    engine_stats s = {0};
    engine_read_stats(g, &s);
    return s;
}

START_TEST(a_start_finds_everything_without_a_base_file)
{
    engine *g = fixture_open();
    fixture_put_seekers(g, 0, 50);
    (void)fixture_put(g, STORE_OFFER, "{\"id\":\"o-1\",\"kind\":\"job\",\"title\":{\"en\":\"A\"}}");
    ck_assert_int_eq(fixture_delete(g, STORE_SEEKER, "s-000007"), STORE_DELETED);
    engine_close(&g);
    ck_assert_uint_eq(fixture_base_file_count(), 0);

    g = fixture_open();

    engine_stats s = stats_of(g);
    ck_assert_uint_eq(s.seeker_count, 49);
    ck_assert_uint_eq(s.offer_count, 1);
    ck_assert_uint_eq(s.change, 3);
    ck_assert_uint_eq(s.base_change, 0);
    ck_assert(!fixture_look(g, SIDE_SEEKER, "s-000007").is_there);
    engine_close(&g);
}
END_TEST

START_TEST(a_close_saves_the_base_and_the_next_start_takes_it)
{
    engine *g = open_with_base(10);
    fixture_put_seekers(g, 0, 50);
    engine_close(&g);
    ck_assert_uint_gt(fixture_base_file_count(), 0);

    g = open_with_base(10);

    ck_assert_uint_eq(stats_of(g).base_change, 1);
    ck_assert_uint_eq(stats_of(g).seeker_count, 50);
    ck_assert_int_eq(fixture_look(g, SIDE_SEEKER, "s-000049").version, 1);
    engine_close(&g);
}
END_TEST

START_TEST(changes_since_the_base_are_applied)
{
    engine *g = open_with_base(10);
    fixture_put_seekers(g, 0, 50);
    engine_close(&g);
    g = open_with_base(1000);
    (void)fixture_put(g, STORE_SEEKER, "{\"id\":\"s-000001\",\"unit\":\"u-9\"}");
    (void)fixture_put(g, STORE_OFFER, "{\"id\":\"o-1\",\"kind\":\"job\",\"title\":{\"en\":\"A\"}}");
    (void)fixture_put(g, STORE_OFFER, "{\"id\":\"o-2\",\"kind\":\"job\",\"title\":{\"en\":\"B\"}}");
    ck_assert_int_eq(fixture_delete(g, STORE_OFFER, "o-2"), STORE_DELETED);
    engine_close(&g);

    g = open_with_base(1000);

    ck_assert_uint_eq(stats_of(g).base_change, 1);
    ck_assert_uint_eq(stats_of(g).change, 5);
    ck_assert_int_eq(fixture_look(g, SIDE_SEEKER, "s-000001").version, 2);
    ck_assert_uint_eq(fixture_look(g, SIDE_OFFER, "o-1").count, 1);
    engine_close(&g);
}
END_TEST

/* Ends without closing anything, as a crash does. */
static void crash(void (*work)(engine *g))
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        engine *g = open_with_base(10);
        work(g);
        raise(SIGKILL);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
}

static void put_then_crash(engine *g)
{
    fixture_put_seekers(g, 0, 40);
    fixture_put_seekers(g, 40, 40);
}

START_TEST(a_crash_loses_nothing_that_was_acknowledged)
{
    crash(put_then_crash);

    engine *g = open_with_base(10);

    ck_assert_uint_eq(stats_of(g).seeker_count, 80);
    ck_assert_uint_eq(stats_of(g).change, 2);
    engine_close(&g);
}
END_TEST

static void damage_base_files(void)
{
    DIR *entries = opendir(fixture_data);
    for (struct dirent *n = readdir(entries); n != NULL; n = readdir(entries)) {
        if (strncmp(n->d_name, "base-", 5) == 0) {
            int fd = openat(dirfd(entries), n->d_name, O_RDWR);
            ck_assert_int_ge(fd, 0);
            off_t at = lseek(fd, 0, SEEK_END) / 2;
            char c = 0;
            ck_assert_int_eq(pread(fd, &c, 1, at), 1);
            c ^= 0x55;
            ck_assert_int_eq(pwrite(fd, &c, 1, at), 1);
            close(fd);
        }
    }
    closedir(entries);
}

START_TEST(a_damaged_base_file_is_not_believed)
{
    engine *g = open_with_base(10);
    fixture_put_seekers(g, 0, 50);
    engine_close(&g);
    damage_base_files();

    g = open_with_base(10);

    ck_assert_uint_eq(stats_of(g).base_change, 0);
    ck_assert_uint_eq(stats_of(g).seeker_count, 50);
    engine_close(&g);
}
END_TEST

START_TEST(a_base_file_of_another_database_is_not_believed)
{
    engine *g = open_with_base(10);
    fixture_put_seekers(g, 0, 50);
    engine_close(&g);
    char path[160];
    static const char *const NAMES[] = {"lotse.db", "lotse.db-wal", "lotse.db-shm"};
    for (uint32_t i = 0; i < 3; i++) {
        join(path, sizeof path, fixture_data, NAMES[i]);
        unlink(path);
    }
    g = open_with_base(1000);
    fixture_put_seekers(g, 100, 3);
    (void)fixture_put(g, STORE_SEEKER, "{\"id\":\"s-1\"}");
    engine_close(&g);

    g = open_with_base(1000);

    ck_assert_uint_eq(stats_of(g).seeker_count, 4);
    ck_assert(!fixture_look(g, SIDE_SEEKER, "s-000001").is_there);
    engine_close(&g);
}
END_TEST

START_TEST(a_base_of_other_plugins_is_made_anew)
{
    fixture_drop_plugin();
    engine *g = open_with_base(10);
    fixture_put_seekers(g, 0, 50);
    engine_close(&g);
    fixture_put_plugin(FIXTURE_MANIFEST);

    g = open_with_base(10);

    ck_assert_uint_eq(stats_of(g).base_change, 0);
    ck_assert_uint_eq(stats_of(g).seeker_count, 50);
    engine_close(&g);
}
END_TEST

START_TEST(a_record_keeps_its_place_when_the_plugin_of_its_ext_key_is_gone)
{
    engine *g = fixture_open();
    (void)fixture_put(g, STORE_SEEKER,
                      "{\"id\":\"s-1\",\"unit\":\"u-1\",\"ext\":{\"org.example.night_ok\":true}}");
    engine_close(&g);
    fixture_drop_plugin();

    g = fixture_open();

    ck_assert_uint_eq(stats_of(g).unreadable_count, 0);
    ck_assert(fixture_look(g, SIDE_SEEKER, "s-1").is_there);
    ck_assert_uint_gt(fixture_files_with("org.example.night_ok"), 0);
    engine_close(&g);
}
END_TEST

START_TEST(concepts_keep_their_numbers_over_a_start)
{
    engine *g = fixture_open();
    fixture_put_seekers(g, 0, 20);
    concept before = 0;
    ck_assert(dictionary_find(engine_dictionary(g), BYTES("esco:skill-7"), &before));
    uint32_t count = dictionary_count(engine_dictionary(g));
    engine_close(&g);

    g = fixture_open();

    concept after = 0;
    ck_assert(dictionary_find(engine_dictionary(g), BYTES("esco:skill-7"), &after));
    ck_assert_uint_eq(before, after);
    ck_assert_uint_eq(dictionary_count(engine_dictionary(g)), count);
    engine_close(&g);
}
END_TEST

START_TEST(more_records_than_one_block_are_all_loaded)
{
    engine *g = fixture_open();
    fixture_put_seekers(g, 0, 40000);
    engine_close(&g);
    DIR *entries = opendir(fixture_data);
    for (struct dirent *n = readdir(entries); n != NULL; n = readdir(entries)) {
        if (strncmp(n->d_name, "base-", 5) == 0) {
            ck_assert_int_eq(unlinkat(dirfd(entries), n->d_name, 0), 0);
        }
    }
    closedir(entries);

    g = fixture_open();

    ck_assert_uint_eq(stats_of(g).seeker_count, 40000);
    ck_assert(fixture_look(g, SIDE_SEEKER, "s-000000").is_there);
    ck_assert(fixture_look(g, SIDE_SEEKER, "s-039999").is_there);
    engine_close(&g);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("load");
    TCase *all = tcase_create("load");
    tcase_add_checked_fixture(all, fixture_make, fixture_remove);
    tcase_set_timeout(all, 60);
    tcase_add_test(all, a_start_finds_everything_without_a_base_file);
    tcase_add_test(all, a_close_saves_the_base_and_the_next_start_takes_it);
    tcase_add_test(all, changes_since_the_base_are_applied);
    tcase_add_test(all, a_crash_loses_nothing_that_was_acknowledged);
    tcase_add_test(all, a_damaged_base_file_is_not_believed);
    tcase_add_test(all, a_base_file_of_another_database_is_not_believed);
    tcase_add_test(all, a_base_of_other_plugins_is_made_anew);
    tcase_add_test(all, a_record_keeps_its_place_when_the_plugin_of_its_ext_key_is_gone);
    tcase_add_test(all, concepts_keep_their_numbers_over_a_start);
    tcase_add_test(all, more_records_than_one_block_are_all_loaded);
    suite_add_tcase(suite, all);
    return fixture_main(suite);
}
