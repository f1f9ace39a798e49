#include "match/program.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Columns of a program, and gates resolved against them. */

static match_program program;
static arena memory;

static void make_program(void)
{
    static const char *const seeker_picks[] = {"languages.de.level"};
    static const char *const offer_picks[] = {"requires.languages.de.min"};
    err e = {0};
    ck_assert_msg(program_columns_make(SIDE_SEEKER, seeker_picks, 1, NULL, 0, &memory,
                                       &program.columns[SIDE_SEEKER], &e),
                  "%s", e.text);
    ck_assert_msg(program_columns_make(SIDE_OFFER, offer_picks, 1, NULL, 0, &memory,
                                       &program.columns[SIDE_OFFER], &e),
                  "%s", e.text);
}

static void free_program(void)
{
    arena_fini(&memory);
}

START_TEST(columns_begin_with_the_catalogue_in_its_order)
{
    for (uint32_t side = 0; side < 2; side++) {
        uint32_t count = 0;
        const field *all = field_all((record_side)side, &count);
        ck_assert_uint_eq(program.columns[side].count, count + 1);
        ck_assert_uint_eq(program.columns[side].stored_count, count + 1);
        for (uint32_t i = 0; i < count; i++) {
            ck_assert_ptr_eq(program.columns[side].columns[i].field, &all[i]);
            ck_assert_uint_eq(program_column(&program, (record_side)side, all[i].path), i);
        }
    }
}
END_TEST

START_TEST(columns_hold_a_pick_once)
{
    static const char *const picks[] = {"languages.de.level", "skills", "languages.de.level"};
    uint32_t count = 0;
    column_set set;
    err e = {0};
    field_all(SIDE_SEEKER, &count);

    ck_assert(program_columns_make(SIDE_SEEKER, picks, 3, NULL, 0, &memory, &set, &e));

    ck_assert_uint_eq(set.count, count + 1);
}
END_TEST

START_TEST(columns_refuse_a_pick_that_is_no_field)
{
    static const char *const picks[] = {"languages.xx.level"};
    column_set set = {0};
    err e = {0};

    ck_assert(!program_columns_make(SIDE_SEEKER, picks, 1, NULL, 0, &memory, &set, &e));

    ck_assert_str_eq(e.text, "there is no field \"languages.xx.level\" of seekers");
}
END_TEST

START_TEST(columns_hash_tells_other_columns_apart_but_not_derived_ones)
{
    static const field extra = {.path = "ext.org.example.x", .type = LOTSE_FLAG};
    static const field same_path = {.path = "ext.org.example.x", .type = LOTSE_INT};
    const field *const first[] = {&extra};
    const field *const second[] = {&same_path};
    const int32_t derived[] = {0};
    column_set a, b, c;
    err e = {0};
    ck_assert(program_columns_make(SIDE_SEEKER, NULL, 0, first, 1, &memory, &a, &e));
    ck_assert(program_columns_make(SIDE_SEEKER, NULL, 0, second, 1, &memory, &b, &e));
    ck_assert(program_columns_make(SIDE_SEEKER, NULL, 0, first, 1, &memory, &c, &e));

    ck_assert(program_columns_derive(&c, second, derived, 1, &memory, &e));

    ck_assert_uint_ne(a.hash, b.hash);
    ck_assert_uint_eq(a.hash, c.hash);
    ck_assert_uint_eq(c.count, c.stored_count + 1);
    ck_assert_int_eq(c.columns[c.stored_count].derived, 0);
}
END_TEST

START_TEST(column_that_is_not_there_is_none)
{
    ck_assert_uint_eq(program_column(&program, SIDE_SEEKER, "name"), UINT16_MAX);
    ck_assert_uint_eq(program_column(&program, SIDE_OFFER, "languages.de.level"), UINT16_MAX);
}
END_TEST

START_TEST(core_gates_stand_under_core_open)
{
    static const char *const ids[] = {"core.seats", "core.register_by", "core.valid_to",
                                      "core.end",   "core.status",      "core.restriction"};
    gate gates[CORE_GATE_COUNT];

    ck_assert_uint_eq(program_core_gates(&program, gates), CORE_GATE_COUNT);

    for (uint32_t i = 0; i < CORE_GATE_COUNT; i++) {
        ck_assert_str_eq(gates[i].id, ids[i]);
        ck_assert_str_eq(gates[i].criterion, "core.open");
        ck_assert_uint_eq(gates[i].plugin, UINT32_MAX);
        ck_assert_uint_eq(gates[i].seeker_columns[0], UINT16_MAX);
        ck_assert_uint_ne(gates[i].offer_columns[0], UINT16_MAX);
    }
    ck_assert_uint_ne(gates[0].offer_columns[1], UINT16_MAX);
}
END_TEST

START_TEST(operator_texts_lead_back_to_operators)
{
    for (gate_op op = GATE_AT_LEAST; op <= GATE_RESTRICTION; op++) {
        gate_op back = GATE_STATUS;
        bool is_core = op == GATE_NOT_BEFORE_AS_OF || op == GATE_SEATS || op == GATE_STATUS ||
                       op == GATE_RESTRICTION;
        ck_assert_int_eq(gate_op_from_text(bytes_of(gate_op_text(op)), &back), !is_core);
        ck_assert(is_core || back == op);
    }
}
END_TEST

/* ------------------------------------------------------------------------------------ gates */

static bool resolve(const char *seeker, const char *seeker_2, const char *op, const char *offer,
                    const char *offer_2, gate *ret, err *e)
{
    const bytes seekers[] = {bytes_of(seeker), bytes_of(seeker_2)};
    const bytes offers[] = {bytes_of(offer), bytes_of(offer_2)};
    return gate_resolve(&program, seekers, seeker_2 == NULL ? 1 : 2, bytes_of(op), offers,
                        offer_2 == NULL ? 1 : 2, ret, e);
}

static const struct {
    const char *seeker, *seeker_2, *op, *offer, *offer_2;
    gate_op wanted;
} good[] = {
    {"education.eqf", NULL, ">=", "requires.eqf_min", NULL, GATE_AT_LEAST},
    {"education.school", NULL, ">=", "requires.school_min", NULL, GATE_AT_LEAST},
    {"availability.from", NULL, "<=", "source.valid_to", NULL, GATE_AT_MOST},
    {"languages.*.level", NULL, ">=", "requires.languages.*.min", NULL, GATE_AT_LEAST},
    {"languages.*.skills.reading", NULL, ">=", "requires.languages.*.skills.reading", NULL,
     GATE_AT_LEAST},
    {"experience.*.months", NULL, ">=", "requires.experience.*.months", NULL, GATE_AT_LEAST},
    {"languages.*.level", NULL, ">=", "outcomes.languages.*.level", NULL, GATE_AT_LEAST},
    {"languages.de.level", NULL, ">=", "requires.languages.de.min", NULL, GATE_AT_LEAST},
    {"availability.hours_min", "availability.hours_max", "overlaps", "hours.min", "hours.max",
     GATE_OVERLAPS},
    {"work_permission.status", NULL, "in", "requires.work_permission", NULL, GATE_IN},
    {"work_permission.status", NULL, "permission", "requires.work_permission", NULL,
     GATE_PERMISSION},
    {"skills", NULL, "contains_all", "requires.skills", NULL, GATE_CONTAINS_ALL},
    {"driving_licences", NULL, "contains_all", "requires.driving_licences", NULL,
     GATE_CONTAINS_ALL},
    {"target_groups", NULL, "intersects_or_empty", "target_groups", NULL, GATE_INTERSECTS_OR_EMPTY},
    {"conditions_excluded", NULL, "disjoint", "conditions", NULL, GATE_DISJOINT},
    {"needs", NULL, "subset_of", "support", NULL, GATE_SUBSET_OF},
    {"location", "mobility.max_km", "within_km", "location", "online", GATE_WITHIN_KM},
    {"availability.windows", NULL, "fits_within", "intakes.*.schedule", NULL, GATE_FITS_WITHIN},
    {"availability.from", NULL, "on_or_after", "intakes.*.start", NULL, GATE_ON_OR_AFTER},
    {"facts.age_25_or_over", NULL, "flag", "requires.regulated", NULL, GATE_FLAG},
};

START_TEST(resolve_finds_the_columns_of_every_operator)
{
    gate g;
    err e = {0};

    ck_assert_msg(resolve(good[_i].seeker, good[_i].seeker_2, good[_i].op, good[_i].offer,
                          good[_i].offer_2, &g, &e),
                  "%s", e.text);

    ck_assert_int_eq(g.op, good[_i].wanted);
    ck_assert_uint_eq(g.seeker_columns[0], program_column(&program, SIDE_SEEKER, good[_i].seeker));
    ck_assert_uint_eq(g.offer_columns[0], program_column(&program, SIDE_OFFER, good[_i].offer));
    ck_assert_uint_eq(g.seeker_columns[1] == UINT16_MAX, good[_i].seeker_2 == NULL);
    ck_assert_uint_eq(g.kinds, UINT64_MAX);
    ck_assert_str_eq(g.criterion, "filter");
}
END_TEST

START_TEST(resolve_joins_lists_by_their_keys)
{
    gate g;
    err e = {0};

    ck_assert(resolve("languages.*.level", NULL, ">=", "requires.languages.*.min", NULL, &g, &e));
    ck_assert_uint_eq(g.seeker_key, program_column(&program, SIDE_SEEKER, "languages.*.code"));
    ck_assert_uint_eq(g.offer_key,
                      program_column(&program, SIDE_OFFER, "requires.languages.*.code"));
    ck_assert(
        resolve("experience.*.months", NULL, ">=", "requires.experience.*.months", NULL, &g, &e));
    ck_assert_uint_eq(g.seeker_key,
                      program_column(&program, SIDE_SEEKER, "experience.*.occupation"));
    ck_assert(resolve("education.eqf", NULL, ">=", "requires.eqf_min", NULL, &g, &e));
    ck_assert_uint_eq(g.seeker_key, UINT16_MAX);
    ck_assert_uint_eq(g.offer_key, UINT16_MAX);
}
END_TEST

static const struct {
    const char *seeker, *seeker_2, *op, *offer, *offer_2, *words;
} wrong[] = {
    {"skills", NULL, "=", "requires.skills", NULL, "there is no operator \"=\""},
    {"skills", NULL, "seats", "requires.skills", NULL, "there is no operator \"seats\""},
    {"name", NULL, ">=", "requires.eqf_min", NULL, "there is no field \"name\" of seekers"},
    {"education.eqf", NULL, ">=", "eqf", NULL, "there is no field \"eqf\" of offers"},
    {"education.eqf", NULL, "overlaps", "hours.min", NULL, "takes 2 fields of each side"},
    {"education.eqf", "education.eqf", ">=", "requires.eqf_min", NULL, "takes 1 field of each"},
    {"education.eqf", NULL, ">=", "requires.school_min", NULL,
     "cannot compare \"education.eqf\" (a number) with \"requires.school_min\" (a code)"},
    {"work_permission.status", NULL, ">=", "status", NULL, "cannot compare"},
    {"skills", NULL, "contains_all", "target_groups", NULL, "cannot compare"},
    {"needs", NULL, "subset_of", "target_groups", NULL, "cannot compare"},
    {"location", "mobility.max_km", "within_km", "location", "hours.min", "cannot compare"},
    {"education.school", NULL, "permission", "requires.work_permission", NULL, "cannot compare"},
    {"languages.*.level", NULL, ">=", "requires.languages.de.min", NULL,
     "a list is compared with a list"},
    {"spells.*.from", NULL, ">=", "intakes.*.reserved.*.until", NULL, "have no key"},
};

START_TEST(resolve_refuses_what_does_not_fit_and_says_why)
{
    gate g = {.id = "untouched"};
    err e = {0};

    ck_assert(!resolve(wrong[_i].seeker, wrong[_i].seeker_2, wrong[_i].op, wrong[_i].offer,
                       wrong[_i].offer_2, &g, &e));

    ck_assert_int_eq(e.code, ERR_FILTER_INVALID);
    ck_assert_msg(strstr(e.text, wrong[_i].words) != NULL, "\"%s\" does not say \"%s\"", e.text,
                  wrong[_i].words);
    ck_assert_str_eq(g.id, "untouched");
}
END_TEST

START_TEST(resolve_takes_no_path_that_only_begins_like_one)
{
    const bytes seeker = {"education.eqf\0x", 15};
    const bytes offer = BYTES("requires.eqf_min");
    gate g;
    err e = {0};

    ck_assert(!gate_resolve(&program, &seeker, 1, BYTES(">="), &offer, 1, &g, &e));
}
END_TEST

START_TEST(bound_takes_its_most_from_the_strategy_where_it_may)
{
    struct {
        lotse_params head;
        lotse_param span;
    } params = {{sizeof(lotse_params), 1, sizeof(lotse_params)}, {LOTSE_PARAM_INT, 0, 90, 0}};
    const bound fixed = {.max = 180, .max_param = UINT32_MAX};
    const bound named = {.max = 180, .max_param = 0};

    ck_assert_int_eq(bound_max(&fixed, &params.head), 180);
    ck_assert_int_eq(bound_max(&named, &params.head), 90);
    ck_assert_int_eq(bound_max(&named, NULL), 180);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("match_program");
    TCase *c = tcase_create("program");
    tcase_add_checked_fixture(c, make_program, free_program);
    tcase_add_test(c, columns_begin_with_the_catalogue_in_its_order);
    tcase_add_test(c, columns_hold_a_pick_once);
    tcase_add_test(c, columns_refuse_a_pick_that_is_no_field);
    tcase_add_test(c, columns_hash_tells_other_columns_apart_but_not_derived_ones);
    tcase_add_test(c, column_that_is_not_there_is_none);
    tcase_add_test(c, core_gates_stand_under_core_open);
    tcase_add_test(c, operator_texts_lead_back_to_operators);
    tcase_add_loop_test(c, resolve_finds_the_columns_of_every_operator, 0,
                        (int)(sizeof(good) / sizeof(good[0])));
    tcase_add_test(c, resolve_joins_lists_by_their_keys);
    tcase_add_loop_test(c, resolve_refuses_what_does_not_fit_and_says_why, 0,
                        (int)(sizeof(wrong) / sizeof(wrong[0])));
    tcase_add_test(c, resolve_takes_no_path_that_only_begins_like_one);
    tcase_add_test(c, bound_takes_its_most_from_the_strategy_where_it_may);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
