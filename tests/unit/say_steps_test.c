#include <stdlib.h>

#include "base/day.h"
#include "say/steps.h"
#include "unit/gate_pair.h"

/* Which steps are due for a pair. */

enum { DOCUMENT_FIRST = 1, DOCUMENT_SECOND = 2, VOUCHER = 1 };

static pair p;
static arena memory;
static manifest first, second;
static const manifest *manifests[] = {&first, &second};
static manifest_step steps[2];
static const step *found;
static uint32_t found_count;

static void start(void)
{
    pair_start(&p, GATE_FLAG);
    p.program.plugin_count = 2;
    steps[0] = (manifest_step){.id = BYTES("certificate"),
                               .when_side = SIDE_OFFER,
                               .when_path = BYTES("codes"),
                               .when_codes = DOCUMENT_FIRST,
                               .who = BYTES("person")};
    steps[1] = (manifest_step){.id = BYTES("second"),
                               .when_side = SIDE_OFFER,
                               .when_path = BYTES("codes"),
                               .when_codes = DOCUMENT_SECOND,
                               .who = BYTES("person")};
    first = (manifest){.steps = steps, .step_count = 2};
    second = (manifest){.steps = steps, .step_count = 1};
}

static void finish(void)
{
    arena_fini(&memory);
}

static void offer_documents(uint64_t members, uint64_t known)
{
    pair_codes(&p, SIDE_OFFER, FIELD_FACT, CODES(document), members, known);
}

static void find(void)
{
    err e = {0};
    ck_assert(steps_of(&p.program, manifests, &p.rows[SIDE_SEEKER], &p.rows[SIDE_OFFER], &memory,
                       &found, &found_count, &e));
}

START_TEST(a_step_is_due_where_the_offer_asks_for_it)
{
    offer_documents(DOCUMENT_FIRST, UINT64_MAX);

    find();

    ck_assert_uint_eq(found_count, 1);
    ck_assert(bytes_equal_text(found[0].step->id, "certificate"));
    ck_assert(!found[0].has_by);
}
END_TEST

START_TEST(a_step_that_two_plugins_name_stands_once)
{
    offer_documents(DOCUMENT_FIRST | DOCUMENT_SECOND, UINT64_MAX);

    find();

    ck_assert_uint_eq(found_count, 2);
    ck_assert(bytes_equal_text(found[0].step->id, "certificate"));
    ck_assert(bytes_equal_text(found[1].step->id, "second"));
}
END_TEST

START_TEST(nothing_known_makes_no_step)
{
    offer_documents(DOCUMENT_FIRST, 0);

    find();

    ck_assert_uint_eq(found_count, 0);
}
END_TEST

START_TEST(a_field_that_no_program_has_makes_no_step)
{
    offer_documents(DOCUMENT_FIRST, UINT64_MAX);
    steps[0].when_path = BYTES("requires.documents.of.another.version");

    find();

    ck_assert_uint_eq(found_count, 0);
}
END_TEST

START_TEST(the_second_field_may_ask_for_it_too)
{
    offer_documents(0, UINT64_MAX);
    steps[0].when_or_path = BYTES("flag");
    steps[0].when_codes = 2;
    pair_number(&p, SIDE_OFFER, "flag", LOTSE_FLAG, FIELD_FACT, NULL, 1);

    find();

    ck_assert_uint_eq(found_count, 1);
}
END_TEST

START_TEST(a_flag_that_is_not_set_asks_for_nothing)
{
    steps[0].when_path = BYTES("flag");
    steps[0].when_codes = 2;
    pair_number(&p, SIDE_OFFER, "flag", LOTSE_FLAG, FIELD_FACT, NULL, 0);

    find();

    ck_assert_uint_eq(found_count, 0);
}
END_TEST

/* A voucher is a step for whoever does not have one; of whom that is not known as well. */
START_TEST(a_step_waits_for_what_the_person_does_not_have)
{
    const int32_t voucher[] = {0, UNKNOWN};
    const int32_t other[] = {1, UNKNOWN};
    const int32_t *const lists[] = {voucher, other, NULL};
    static const uint32_t expected[] = {0, 1, 1};
    offer_documents(DOCUMENT_FIRST, UINT64_MAX);
    steps[0].has_seeker_when = true;
    steps[0].seeker_is_none = true;
    steps[0].seeker_path = BYTES("entitlements.*.code");
    steps[0].seeker_codes = VOUCHER;
    pair_list(&p, SIDE_SEEKER, "entitlements.*.code", LOTSE_CODE_LIST, FIELD_FACT,
              CODES(entitlement), lists[_i]);

    find();

    ck_assert_uint_eq(found_count, expected[_i]);
}
END_TEST

START_TEST(a_step_of_those_who_have_something)
{
    static const int32_t statuses[] = {WORK_PERMISSION_WITH_CONSENT, WORK_PERMISSION_FREE, UNKNOWN};
    static const uint32_t expected[] = {1, 0, 0};
    offer_documents(DOCUMENT_FIRST, UINT64_MAX);
    steps[0].has_seeker_when = true;
    steps[0].seeker_path = BYTES("work_permission.status");
    steps[0].seeker_codes = 1u << WORK_PERMISSION_WITH_CONSENT;
    pair_number(&p, SIDE_SEEKER, "work_permission.status", LOTSE_CODE, FIELD_FACT,
                CODES(work_permission), statuses[_i]);

    find();

    ck_assert_uint_eq(found_count, expected[_i]);
}
END_TEST

START_TEST(a_step_tells_its_last_day_where_the_offer_does)
{
    static const int32_t days[] = {20600, UNKNOWN, LOTSE_OPEN};
    offer_documents(DOCUMENT_FIRST, UINT64_MAX);
    steps[0].by_path = BYTES("register_by");
    pair_number(&p, SIDE_OFFER, "register_by", LOTSE_DAY, FIELD_FACT, NULL, days[_i]);

    find();

    ck_assert_uint_eq(found_count, 1);
    ck_assert_int_eq(found[0].has_by, _i == 0);
    ck_assert(_i != 0 || found[0].by == 20600);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("say/steps");
    TCase *t = tcase_create("steps");
    tcase_add_checked_fixture(t, start, finish);
    tcase_add_test(t, a_step_is_due_where_the_offer_asks_for_it);
    tcase_add_test(t, a_step_that_two_plugins_name_stands_once);
    tcase_add_test(t, nothing_known_makes_no_step);
    tcase_add_test(t, a_field_that_no_program_has_makes_no_step);
    tcase_add_test(t, the_second_field_may_ask_for_it_too);
    tcase_add_test(t, a_flag_that_is_not_set_asks_for_nothing);
    tcase_add_loop_test(t, a_step_waits_for_what_the_person_does_not_have, 0, 3);
    tcase_add_loop_test(t, a_step_of_those_who_have_something, 0, 3);
    tcase_add_loop_test(t, a_step_tells_its_last_day_where_the_offer_does, 0, 3);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(make_suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
