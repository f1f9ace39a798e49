/* Who takes part in a run, and in which order: a matter of the records, not of the segments. */
#include "match_world.h"

#include "assign/roster.h"

static world w;

static void apply(snapshot **s, uint32_t first, uint32_t count, bool deletes)
{
    err e = {0};
    snapshot *next;
    snapshot_change changes[400];
    static char ids[400][16];
    uint32_t made = 0;
    for (uint32_t n = first; n < first + count; n++) {
        for (uint32_t side = 0; side < 2; side++) {
            snprintf(ids[made], sizeof ids[made], "%c-%u", side == SIDE_SEEKER ? 's' : 'o', n);
            changes[made] = (snapshot_change){(record_side)side, bytes_of(ids[made]),
                                              deletes ? NULL : world_record(&w, side, n), 1};
            made++;
        }
    }
    ck_assert_msg(snapshot_apply(*s, changes, made, snapshot_change_number(*s) + 1, &next, &e),
                  "%s", e.text);
    snapshot_free(s);
    *s = next;
}

static snapshot *make_snapshot(void)
{
    snapshot *s;
    err e = {0};
    world_start(&w, 7, false);
    ck_assert(snapshot_new(&w.program, w.dictionary, 0, &s, &e));
    snapshot_tune(s, 20, 8);
    for (uint32_t i = 0; i < 8; i++) {
        apply(&s, i * 20, 20, false);
    }
    apply(&s, 33, 9, true);
    apply(&s, 50, 10, false); /* replaced */
    return s;
}

START_TEST(everybody_who_is_there_is_numbered_in_the_order_of_ids)
{
    snapshot *s = make_snapshot();
    roster r;
    err e = {0};
    ck_assert_uint_gt(snapshot_segment_count(s, SIDE_SEEKER), 1);
    ck_assert(roster_make(s, &r, &e));

    ck_assert_uint_eq(r.seeker_count, 160 - 9);
    for (uint32_t i = 1; i < r.seeker_count; i++) {
        ck_assert_int_lt(bytes_compare(roster_seeker_id(&r, i - 1), roster_seeker_id(&r, i)), 0);
    }
    ck_assert_uint_eq(roster_find_seeker(&r, BYTES("s-35")), UINT32_MAX);
    uint32_t found = roster_find_seeker(&r, BYTES("s-55"));
    ck_assert(bytes_equal_text(roster_seeker_id(&r, found), "s-55"));
    uint32_t rows = 0;
    for (uint32_t i = 0; i < r.intake_count; i++) {
        uint32_t row;
        const segment *at = roster_intake(&r, i, &row);
        rows += bytes_equal_text(segment_record_id(at, row), "o-35");
        ck_assert_uint_eq(roster_intake_of(&r, at, row), i);
        ck_assert_uint_eq(roster_find_intake(&r, roster_offer_id(&r, i), roster_intake_id(&r, i)),
                          i);
        int way = i == 0 ? -1 : bytes_compare(roster_offer_id(&r, i - 1), roster_offer_id(&r, i));
        ck_assert_int_le(way, 0);
        if (way == 0) {
            ck_assert_int_lt(bytes_compare(roster_intake_id(&r, i - 1), roster_intake_id(&r, i)),
                             0);
        }
    }
    ck_assert_uint_eq(rows, 0);
    roster_fini(&r);
    snapshot_free(&s);
}
END_TEST

START_TEST(the_order_is_the_same_however_the_snapshot_is_cut)
{
    snapshot *s = make_snapshot();
    snapshot *compact;
    roster a;
    roster b;
    err e = {0};
    ck_assert(snapshot_compact(s, &compact, &e));
    ck_assert_uint_eq(snapshot_segment_count(compact, SIDE_SEEKER), 1);
    ck_assert(roster_make(s, &a, &e));
    ck_assert(roster_make(compact, &b, &e));

    ck_assert_uint_eq(a.seeker_count, b.seeker_count);
    ck_assert_uint_eq(a.intake_count, b.intake_count);
    bool was_asked[200] = {false};
    for (uint32_t i = 0; i < a.seeker_count; i++) {
        ck_assert_uint_eq(a.order[i], b.order[i]);
        ck_assert(!was_asked[a.order[i]]);
        was_asked[a.order[i]] = true;
        ck_assert(bytes_equal(roster_seeker_id(&a, i), roster_seeker_id(&b, i)));
    }
    for (uint32_t i = 0; i < a.intake_count; i++) {
        ck_assert(bytes_equal(roster_intake_id(&a, i), roster_intake_id(&b, i)));
    }
    roster_fini(&a);
    roster_fini(&b);
    snapshot_free(&compact);
    snapshot_free(&s);
}
END_TEST

START_TEST(a_roster_of_nobody_is_empty)
{
    snapshot *s;
    roster r;
    err e = {0};
    world_start(&w, 7, false);
    ck_assert(snapshot_new(&w.program, w.dictionary, 0, &s, &e));

    ck_assert(roster_make(s, &r, &e));

    ck_assert_uint_eq(r.seeker_count, 0);
    ck_assert_uint_eq(r.intake_count, 0);
    ck_assert_uint_eq(roster_find_seeker(&r, BYTES("s-1")), UINT32_MAX);
    roster_fini(&r);
    snapshot_free(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("assign/roster");
    TCase *c = tcase_create("assign/roster");
    tcase_add_test(c, everybody_who_is_there_is_numbered_in_the_order_of_ids);
    tcase_add_test(c, the_order_is_the_same_however_the_snapshot_is_cut);
    tcase_add_test(c, a_roster_of_nobody_is_empty);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
