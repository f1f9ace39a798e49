/* The host's own look at an answer, with allocators that are wrong in one way each. */
#include <stdlib.h>
#include <unistd.h>

#include "unit/assign_market.h"

typedef struct toy {
    uint32_t edges[4];
    int64_t prices[4];
    int64_t scale;
    int64_t bound;
    lotse_status status;
} toy;

static lotse_status toy_allocate(void *self, const lotse_market *market, lotse_allocation *answer,
                                 lotse_error *error)
{
    const toy *t = self;
    uint32_t *edge = (uint32_t *)((uintptr_t)answer + (uintptr_t)answer->edge_offset);
    int64_t *price = (int64_t *)((uintptr_t)answer + (uintptr_t)answer->price_offset);
    memcpy(edge, t->edges, market->seeker_count * sizeof(*edge));
    memcpy(price, t->prices, market->intake_count * sizeof(*price));
    answer->price_scale = t->scale;
    answer->upper_bound = t->bound;
    if (t->status != LOTSE_OK) {
        *error = (lotse_error){sizeof(*error), t->status, "", "no answer today"};
    }
    return t->status;
}

/* Two people, two intakes with a seat each, and "y" from two people on. Edges: a-x 5, a-y 4, b-x 3.
 */
static instance make_pair(void)
{
    static const int64_t scores[] = {5, 4, 3};
    static const uint32_t intakes[] = {0, 1, 0};
    instance x = {.edge_count = 3};
    err e = {0};
    uint32_t number;
    ck_assert(ids_add(&x.seekers, BYTES("a"), &number, NULL, &e));
    ck_assert(ids_add(&x.seekers, BYTES("b"), &number, NULL, &e));
    ck_assert(ids_add(&x.intakes, BYTES("x"), &number, NULL, &e));
    ck_assert(ids_add(&x.intakes, BYTES("y, \"z\""), &number, NULL, &e));
    x.begin = mem_new(3 * sizeof(uint32_t));
    x.begin[1] = 2;
    x.begin[2] = 3;
    x.intake = mem_new(sizeof(intakes));
    memcpy(x.intake, intakes, sizeof(intakes));
    x.score = mem_new(sizeof(scores));
    memcpy(x.score, scores, sizeof(scores));
    x.seats = mem_new(2 * sizeof(uint32_t));
    x.seats[0] = 1;
    x.seats[1] = 1;
    return x;
}

static bool run_toy(const instance *x, toy *t, assignment *ret, err *e)
{
    lotse_allocator allocator = {.size = sizeof(allocator), .self = t, .allocate = toy_allocate};
    return assign_run(x, &allocator, ret, e);
}

START_TEST(assign_counts_what_the_answer_is_worth)
{
    instance x = make_pair();
    toy t = {.edges = {1, 2}, .prices = {1, 0}, .scale = 1, .bound = INT64_MAX};
    assignment a;
    err e = {0};

    ck_assert_msg(run_toy(&x, &t, &a, &e), "%s", e.text);

    ck_assert(a.is_feasible);
    ck_assert_int_eq(a.objective, 7);
    ck_assert_int_eq(a.upper_bound, 1 + 4 + 2); /* the seat of x; a gains 4, b gains 2 */
    ck_assert_uint_eq(a.assigned_count, 2);
    ck_assert_uint_eq(a.seats_used, 2);
    ck_assert_uint_eq(a.blocking_pairs, 1); /* a and x */
    ck_assert_int_eq(a.lowest_share_ppm, 800000);
    assignment_fini(&a);
    instance_fini(&x);
}
END_TEST

START_TEST(assign_says_when_an_answer_is_not_feasible)
{
    instance x = make_pair();
    toy t = {.edges = {0, 2}, .scale = 1, .bound = INT64_MAX};
    assignment a;
    err e = {0};

    ck_assert_msg(run_toy(&x, &t, &a, &e), "%s", e.text);

    ck_assert(!a.is_feasible); /* x has one seat */
    assignment_fini(&a);
    x.min_seats = mem_new(2 * sizeof(uint32_t));
    x.min_seats[1] = 2;
    toy below = {.edges = {1, 2}, .scale = 1, .bound = INT64_MAX};
    ck_assert_msg(run_toy(&x, &below, &a, &e), "%s", e.text);
    ck_assert(!a.is_feasible); /* y starts from two people */
    assignment_fini(&a);
    instance_fini(&x);
}
END_TEST

START_TEST(assign_does_not_believe_prices_below_zero)
{
    instance x = make_pair();
    toy t = {.edges = {1, 2}, .prices = {-5, 0}, .scale = 1, .bound = 100};
    assignment a;
    err e = {0};

    ck_assert_msg(run_toy(&x, &t, &a, &e), "%s", e.text);

    ck_assert_int_eq(a.upper_bound, 100);
    assignment_fini(&a);
    instance_fini(&x);
}
END_TEST

static const struct {
    toy answer;
    err_code code;
    const char *says;
} bad[] = {
    {{.edges = {2, LOTSE_NO_EDGE}, .scale = 1, .bound = INT64_MAX},
     ERR_PLUGIN_FAULT,
     "an edge of another"},
    {{.edges = {7, LOTSE_NO_EDGE}, .scale = 1, .bound = INT64_MAX},
     ERR_PLUGIN_FAULT,
     "an edge of another"},
    {{.edges = {0, LOTSE_NO_EDGE}, .scale = 1, .bound = 4}, ERR_PLUGIN_FAULT, "a bound below"},
    {{.edges = {0}, .scale = 1, .status = LOTSE_STOPPED}, ERR_PLUGIN_FAULT, "no answer today"},
    {{.edges = {0}, .scale = 1, .status = LOTSE_NO_MEMORY}, ERR_MEMORY, "no answer today"},
};

START_TEST(assign_refuses_answers_that_are_none)
{
    instance x = make_pair();
    toy t = bad[_i].answer;
    assignment a;
    err e = {0};

    ck_assert(!run_toy(&x, &t, &a, &e));

    ck_assert_int_eq(e.code, bad[_i].code);
    ck_assert_msg(strstr(e.text, bad[_i].says) != NULL, "%s", e.text);
    instance_fini(&x);
}
END_TEST

START_TEST(assignment_is_written_with_quotes_where_needed)
{
    char path[] = "assignment-XXXXXX";
    char text[100] = "";
    instance x = make_pair();
    toy t = {.edges = {1, LOTSE_NO_EDGE}, .scale = 1, .bound = INT64_MAX};
    assignment a;
    err e = {0};
    close(mkstemp(path));
    ck_assert(run_toy(&x, &t, &a, &e));

    ck_assert_msg(assignment_write(&x, &a, path, &e), "%s", e.text);

    FILE *file = fopen(path, "r");
    size_t len = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    unlink(path);
    text[len] = '\0';
    ck_assert_str_eq(text, "seeker,intake,score\na,\"y, \"\"z\"\"\",4\n");
    ck_assert(!assignment_write(&x, &a, "/dev/full", &e));
    ck_assert_int_eq(e.code, ERR_FILE);
    assignment_fini(&a);
    instance_fini(&x);
}
END_TEST

START_TEST(assign_hands_back_what_it_took_when_memory_ends)
{
    instance x = make_pair();
    toy t = {.edges = {1, 2}, .scale = 1, .bound = INT64_MAX};
    bool is_done = false;
    for (uint64_t n = 1; !is_done; n++) {
        assignment a;
        err e = {0};
        mem_fail_at(n);
        is_done = run_toy(&x, &t, &a, &e);
        mem_fail_at(0);
        ck_assert(is_done || e.code == ERR_MEMORY);
        if (is_done) {
            assignment_fini(&a);
        }
    }
    instance_fini(&x);
}
END_TEST

static uint32_t stop_flag = 1;

/* Larger than what an allocator does between two looks at the flag. */
START_TEST(allocators_stop_when_asked)
{
    static const char *const names[] = {"lotse.welfare", "lotse.deferred", "lotse.cardinality",
                                        "lotse.maximin"};
    shape s = {.seeker_max = 3000,
               .intake_max = 60,
               .seats_max = 20,
               .need_max = 1,
               .score_min = 0,
               .score_span = 1000,
               .edge_percent = 70};
    const lotse_allocator *allocator = allocator_of(names[_i]);
    instance x;
    make_instance(&s, 0, &x);
    for (uint64_t seed = 1; x.seekers.count < 2000; seed++) {
        instance_fini(&x);
        make_instance(&s, seed, &x);
    }
    lotse_market market;
    instance_market(&x, &market);
    market.stop_offset = (uint64_t)((uintptr_t)&stop_flag - (uintptr_t)&market);
    uint32_t *edge = mem_new(x.seekers.count * sizeof(*edge));
    lotse_allocation answer = {.size = sizeof(answer),
                               .edge_offset = (uint64_t)((uintptr_t)edge - (uintptr_t)&answer)};
    lotse_error why = {.size = sizeof(why)};

    lotse_status status = allocator->allocate(allocator->self, &market, &answer, &why);

    ck_assert_int_eq(status, LOTSE_STOPPED);
    ck_assert_int_eq(why.status, LOTSE_STOPPED);
    mem_free(edge);
    instance_fini(&x);
    allocator->destroy(allocator->self);
}
END_TEST

START_TEST(allocators_that_are_not_there_are_named_with_those_that_are)
{
    const lotse_allocator *made = NULL;
    err e = {0};

    ck_assert(!registry_allocator(assign_plugins, "lotse.skills", &made, &e));

    ck_assert_int_eq(e.code, ERR_NOT_FOUND);
    ck_assert_ptr_nonnull(strstr(e.hint, "lotse.cardinality, lotse.deferred, lotse.maximin"));
}
END_TEST

/* Prices to begin with may be anything: the answer is the same optimum. */
START_TEST(welfare_finds_its_optimum_from_any_prices)
{
    shape s = {.seeker_max = 60,
               .intake_max = 20,
               .seats_max = 3,
               .need_max = 1,
               .score_min = -5,
               .score_span = 40,
               .edge_percent = 50};
    const lotse_allocator *allocator = allocator_of("lotse.welfare");
    for (uint64_t seed = 0; seed < 200; seed++) {
        instance x;
        assignment plain;
        err e = {0};
        make_instance(&s, seed, &x);
        ck_assert_msg(assign_run(&x, allocator, &plain, &e), "%s", e.text);
        int64_t *price = mem_new(x.intakes.count * sizeof(*price));
        uint64_t state = seed;
        for (uint32_t j = 0; j < x.intakes.count; j++) {
            price[j] = (int64_t)next_random(&state, 60) - 10;
        }
        lotse_market market;
        instance_market(&x, &market);
        market.price_offset = (uint64_t)((uintptr_t)price - (uintptr_t)&market);
        uint32_t *edge = mem_new(x.seekers.count * sizeof(*edge));
        lotse_allocation answer = {.size = sizeof(answer),
                                   .edge_offset = (uint64_t)((uintptr_t)edge - (uintptr_t)&answer)};
        lotse_error why = {.size = sizeof(why)};
        ck_assert_int_eq(allocator->allocate(allocator->self, &market, &answer, &why), LOTSE_OK);
        ck_assert_int_eq(answer.upper_bound, plain.objective);
        ck_assert_uint_eq(answer.is_proven, 1);
        mem_free(edge);
        mem_free(price);
        assignment_fini(&plain);
        instance_fini(&x);
    }
    allocator->destroy(allocator->self);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("assign_assign");
    TCase *tests = tcase_create("assign");
    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, load_plugins, unload_plugins);
    tcase_add_test(tests, assign_counts_what_the_answer_is_worth);
    tcase_add_test(tests, assign_says_when_an_answer_is_not_feasible);
    tcase_add_test(tests, assign_does_not_believe_prices_below_zero);
    tcase_add_loop_test(tests, assign_refuses_answers_that_are_none, 0, 5);
    tcase_add_test(tests, assignment_is_written_with_quotes_where_needed);
    tcase_add_test(tests, assign_hands_back_what_it_took_when_memory_ends);
    tcase_add_loop_test(tests, allocators_stop_when_asked, 0, 4);
    tcase_add_test(tests, allocators_that_are_not_there_are_named_with_those_that_are);
    tcase_add_test(tests, welfare_finds_its_optimum_from_any_prices);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
