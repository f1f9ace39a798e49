/* Snapshots: what was written last stands, what was there before stays as it was for those who
 * still look at it, and a base on disk comes back whole or not at all. */
#include "match_world.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "match/segment_file.h"

enum { NUMBER_MAX = 60 };

typedef struct ledger {
    int64_t versions[2][NUMBER_MAX]; /* 0: not there */
    uint32_t rows[2][NUMBER_MAX];
} ledger;

static void compare_snapshot(const snapshot *s, const ledger *l)
{
    for (uint32_t side = 0; side < 2; side++) {
        uint32_t records = 0;
        uint32_t rows_there = 0;
        uint32_t rows_live = 0;
        for (uint32_t n = 0; n < NUMBER_MAX; n++) {
            char id[16];
            const segment *at;
            const uint32_t *rows;
            uint32_t count;
            snprintf(id, sizeof id, "%c-%u", side == SIDE_SEEKER ? 's' : 'o', n);
            bool is_there = snapshot_find(s, (record_side)side, bytes_of(id), &at, &rows, &count);
            ck_assert_int_eq(is_there, l->versions[side][n] != 0);
            if (is_there) {
                ck_assert_int_eq(segment_version(at, rows[0]), l->versions[side][n]);
                ck_assert_uint_eq(count, l->rows[side][n]);
                records++;
                rows_there += count;
            }
        }
        ck_assert_uint_eq(snapshot_record_count(s, (record_side)side), records);
        for (uint32_t i = 0; i < snapshot_segment_count(s, (record_side)side); i++) {
            const segment *at = snapshot_segment(s, (record_side)side, i);
            uint32_t live = 0;
            for (uint32_t row = 0; row < segment_row_count(at); row++) {
                live += snapshot_row_is_live(s, (record_side)side, i, row);
            }
            ck_assert_uint_eq(live, snapshot_live_count(s, (record_side)side, i));
            rows_live += live;
        }
        ck_assert_uint_eq(rows_live, rows_there);
    }
}

/* A few puts and deletes in one transaction. */
static void change_some(world *w, ledger *l, snapshot **s, uint32_t count)
{
    snapshot_change changes[NUMBER_MAX];
    char ids[NUMBER_MAX][16];
    snapshot *next;
    err e = {0};
    for (uint32_t i = 0; i < count; i++) {
        record_side side = world_chance(w, 50) ? SIDE_SEEKER : SIDE_OFFER;
        uint32_t n = world_random(w, NUMBER_MAX);
        const void *record = world_chance(w, 25) ? NULL : world_record(w, side, n);
        int64_t version = 1 + world_random(w, 1000);
        snprintf(ids[i], sizeof ids[i], "%c-%u", side == SIDE_SEEKER ? 's' : 'o', n);
        changes[i] = (snapshot_change){side, bytes_of(ids[i]), record, version};
        l->versions[side][n] = record == NULL ? 0 : version;
        l->rows[side][n] = record == NULL ? 0 : record_row_count(side, record);
    }
    uint64_t change = snapshot_change_number(*s) + 1;
    ck_assert_msg(snapshot_apply(*s, changes, count, change, &next, &e), "%s %s", e.text, e.detail);
    ck_assert_uint_eq(snapshot_change_number(next), change);
    snapshot_free(s);
    *s = next;
}

START_TEST(snapshot_apply_keeps_the_last_of_every_record)
{
    static world w;
    for (uint32_t tail = 1; tail <= 40; tail += 13) {
        static ledger l;
        snapshot *s;
        err e = {0};
        memset(&l, 0, sizeof l);
        world_start(&w, 100 + tail, false);
        ck_assert(snapshot_new(&w.program, w.dictionary, 0, &s, &e));
        snapshot_tune(s, tail, tail / 2);
        for (uint32_t round = 0; round < 60; round++) {
            change_some(&w, &l, &s, 1 + world_random(&w, 8));
            compare_snapshot(s, &l);
        }
        snapshot_free(&s);
        world_end(&w);
    }
}
END_TEST

/* Transactions made ahead as parts, with ids that come again in later ones and in what is shown
 * already; then all of them at once. */
static void change_in_parts(world *w, ledger *l, snapshot **s, uint32_t transactions)
{
    snapshot_part *parts[2 * NUMBER_MAX];
    uint32_t part_count = 0;
    snapshot *next;
    err e = {0};
    for (uint32_t t = 0; t < transactions; t++) {
        snapshot_change changes[8];
        char ids[8][16];
        uint32_t count = 0;
        for (uint32_t i = 0; i < 8; i++) {
            record_side side = i % 2 == 0 ? SIDE_SEEKER : SIDE_OFFER;
            uint32_t n = i * (NUMBER_MAX / 8) + world_random(w, NUMBER_MAX / 8);
            const void *record = world_chance(w, 25) ? NULL : world_record(w, side, n);
            int64_t version = l->versions[side][n] + 1;
            snprintf(ids[i], sizeof ids[i], "%c-%u", side == SIDE_SEEKER ? 's' : 'o', n);
            changes[count++] = (snapshot_change){side, bytes_of(ids[i]), record, version};
            l->versions[side][n] = record == NULL ? 0 : version;
            l->rows[side][n] = record == NULL ? 0 : record_row_count(side, record);
        }
        for (uint32_t side = 0; side < 2; side++) {
            snapshot_part *part = NULL;
            ck_assert(snapshot_part_make(&w->program, w->dictionary, (record_side)side, changes,
                                         count, &part, &e));
            if (part != NULL) {
                parts[part_count++] = part;
            }
        }
    }
    uint64_t change = snapshot_change_number(*s) + transactions;
    ck_assert_msg(snapshot_apply_parts(*s, parts, part_count, change, &next, &e), "%s", e.text);
    ck_assert_uint_eq(snapshot_change_number(next), change);
    for (uint32_t i = 0; i < part_count; i++) {
        snapshot_part_free(&parts[i]);
    }
    snapshot_free(s);
    *s = next;
}

START_TEST(snapshot_shows_parts_made_ahead_as_if_applied_one_by_one)
{
    static world w;
    static ledger l;
    static ledger before;
    snapshot *s;
    snapshot *old;
    err e = {0};
    memset(&l, 0, sizeof l);
    world_start(&w, 900, false);
    ck_assert(snapshot_new(&w.program, w.dictionary, 0, &s, &e));
    snapshot_tune(s, 20, 5);

    for (uint32_t round = 0; round < 12; round++) {
        change_in_parts(&w, &l, &s, 1 + round);
        compare_snapshot(s, &l);
        ck_assert(snapshot_apply(s, NULL, 0, snapshot_change_number(s), &old, &e));
        before = l;
        change_some(&w, &l, &s, 3);
        compare_snapshot(s, &l);
        change_in_parts(&w, &l, &s, 3);
        compare_snapshot(old, &before);
        snapshot_free(&old);
    }

    snapshot_free(&s);
    world_end(&w);
}
END_TEST

START_TEST(snapshot_without_memory_for_parts_leaves_them_and_itself)
{
    static world w;
    static ledger l;
    static ledger before;
    snapshot *s;
    err e = {0};
    world_start(&w, 901, false);
    ck_assert(snapshot_new(&w.program, w.dictionary, 0, &s, &e));
    memset(&l, 0, sizeof l);
    change_some(&w, &l, &s, 20);
    before = l;
    snapshot_change change = {SIDE_SEEKER, BYTES("s-1"), world_record(&w, SIDE_SEEKER, 1), 2};
    for (uint64_t call = 1; call < 40; call++) {
        snapshot_part *part = NULL;
        snapshot *next = NULL;
        ck_assert(snapshot_part_make(&w.program, w.dictionary, SIDE_SEEKER, &change, 1, &part, &e));
        mem_fail_at(call);
        bool is_applied = snapshot_apply_parts(s, &part, 1, 2, &next, &e);
        mem_fail_at(0);
        snapshot_part_free(&part);
        ck_assert(is_applied || e.code == ERR_MEMORY);
        snapshot_free(&next);
        compare_snapshot(s, &before);
    }

    snapshot_free(&s);
    world_end(&w);
}
END_TEST

START_TEST(snapshot_stays_as_it_was_for_its_readers)
{
    static world w;
    static ledger before;
    static ledger after;
    snapshot *s;
    snapshot *old;
    err e = {0};
    world_start(&w, 200, false);
    memset(&before, 0, sizeof before);
    ck_assert(snapshot_new(&w.program, w.dictionary, 0, &s, &e));
    snapshot_tune(s, 20, 5);
    for (uint32_t round = 0; round < 20; round++) {
        change_some(&w, &before, &s, 6);
    }
    ck_assert(snapshot_apply(s, NULL, 0, snapshot_change_number(s), &old, &e));
    after = before;

    for (uint32_t round = 0; round < 20; round++) {
        change_some(&w, &after, &s, 6);
    }

    compare_snapshot(old, &before);
    compare_snapshot(s, &after);
    snapshot_free(&old);
    compare_snapshot(s, &after);
    snapshot_free(&s);
    world_end(&w);
}
END_TEST

START_TEST(snapshot_segments_shrink_by_their_ratio)
{
    static world w;
    static ledger l;
    snapshot *s;
    err e = {0};
    world_start(&w, 201, false);
    memset(&l, 0, sizeof l);
    ck_assert(snapshot_new(&w.program, w.dictionary, 0, &s, &e));
    snapshot_tune(s, 2, 1);
    for (uint32_t round = 0; round < 80; round++) {
        change_some(&w, &l, &s, 3);
        uint32_t count = snapshot_segment_count(s, SIDE_SEEKER);
        ck_assert_uint_le(count, 8);
    }
    snapshot_free(&s);
    world_end(&w);
}
END_TEST

static uint32_t count_base_files(const char *dir)
{
    uint32_t count = 0;
    DIR *d = opendir(dir);
    ck_assert_ptr_nonnull(d);
    for (struct dirent *entry = readdir(d); entry != NULL; entry = readdir(d)) {
        count += strncmp(entry->d_name, "base-", 5) == 0;
    }
    closedir(d);
    return count;
}

static void remove_folder(const char *dir)
{
    char path[600];
    DIR *d = opendir(dir);
    for (struct dirent *entry = readdir(d); entry != NULL; entry = readdir(d)) {
        snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        unlink(path);
    }
    closedir(d);
    rmdir(dir);
}

START_TEST(snapshot_base_comes_back_as_it_was_saved)
{
    static world w;
    static ledger l;
    snapshot *s;
    snapshot *compact;
    snapshot *loaded;
    err e = {0};
    char dir[64];
    snprintf(dir, sizeof dir, "snapshot-%d", (int)getpid());
    ck_assert_int_eq(mkdir(dir, 0700), 0);
    world_start(&w, 202, false);
    memset(&l, 0, sizeof l);
    ck_assert(snapshot_new(&w.program, w.dictionary, 0, &s, &e));
    ck_assert(!snapshot_load_base(&w.program, w.dictionary, dir, &loaded, &e));
    for (uint32_t round = 0; round < 3; round++) {
        snapshot_tune(s, 10, 3);
        change_some(&w, &l, &s, 20);
        change_some(&w, &l, &s, 5);

        ck_assert(snapshot_compact(s, &compact, &e));
        ck_assert(snapshot_is_compact(compact));
        compare_snapshot(compact, &l);
        ck_assert_msg(snapshot_save_base(compact, dir, &e), "%s", e.text);
        ck_assert_msg(snapshot_load_base(&w.program, w.dictionary, dir, &loaded, &e), "%s", e.text);

        ck_assert_uint_eq(snapshot_change_number(loaded), snapshot_change_number(s));
        ck_assert_uint_eq(count_base_files(dir), 3);
        compare_snapshot(loaded, &l);
        snapshot_free(&compact);
        snapshot_free(&s);
        s = loaded;
    }
    snapshot_free(&s);
    remove_folder(dir);
    world_end(&w);
}
END_TEST

START_TEST(snapshot_of_several_segments_is_not_saved)
{
    static world w;
    static ledger l;
    snapshot *s;
    err e = {0};
    world_start(&w, 203, false);
    memset(&l, 0, sizeof l);
    ck_assert(snapshot_new(&w.program, w.dictionary, 0, &s, &e));
    snapshot_tune(s, 4, 1);
    change_some(&w, &l, &s, 40);
    change_some(&w, &l, &s, 3);

    ck_assert(!snapshot_save_base(s, ".", &e));

    ck_assert_int_eq(e.code, ERR_INTERNAL);
    snapshot_free(&s);
    world_end(&w);
}
END_TEST

START_TEST(snapshot_apply_survives_want_of_memory)
{
    static world w;
    static ledger l;
    snapshot *s;
    snapshot *next;
    err e = {0};
    world_start(&w, 204, false);
    memset(&l, 0, sizeof l);
    ck_assert(snapshot_new(&w.program, w.dictionary, 0, &s, &e));
    snapshot_tune(s, 4, 1);
    for (uint32_t round = 0; round < 5; round++) {
        change_some(&w, &l, &s, 5);
    }
    snapshot_change change = {SIDE_OFFER, BYTES("o-1"), world_record(&w, SIDE_OFFER, 1), 7};

    bool is_done = false;
    for (uint64_t call = 1; !is_done; call++) {
        mem_fail_at(call);
        is_done = snapshot_apply(s, &change, 1, 99, &next, &e);
        mem_fail_at(0);
        ck_assert(is_done || e.code == ERR_MEMORY);
        compare_snapshot(s, &l);
        ck_assert_uint_lt(call, 100000);
    }

    l.versions[SIDE_OFFER][1] = 7;
    l.rows[SIDE_OFFER][1] = record_row_count(SIDE_OFFER, change.record);
    compare_snapshot(next, &l);
    snapshot_free(&next);
    snapshot_free(&s);
    world_end(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("match_snapshot");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 600);
    tcase_add_test(tests, snapshot_apply_keeps_the_last_of_every_record);
    tcase_add_test(tests, snapshot_shows_parts_made_ahead_as_if_applied_one_by_one);
    tcase_add_test(tests, snapshot_without_memory_for_parts_leaves_them_and_itself);
    tcase_add_test(tests, snapshot_stays_as_it_was_for_its_readers);
    tcase_add_test(tests, snapshot_segments_shrink_by_their_ratio);
    tcase_add_test(tests, snapshot_base_comes_back_as_it_was_saved);
    tcase_add_test(tests, snapshot_of_several_segments_is_not_saved);
    tcase_add_test(tests, snapshot_apply_survives_want_of_memory);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
