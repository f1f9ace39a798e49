/* Pathways: fronts against a brute force, chains against the checker, and what must never happen
 * when the world or what is known of a person changes. */
#include "unit/path_checker.h"

enum { VECTOR_MAX = 4096, TOWNS_A_PART = 2500, PART_COUNT = 4 };

typedef struct vector {
    int64_t at[5]; /* arrival, steps, weeks, doubts, minus fit */
} vector;

typedef struct vectors {
    vector items[VECTOR_MAX];
    uint32_t count;
} vectors;

static bool is_no_worse(const vector *a, const vector *b)
{
    for (uint32_t i = 0; i < 5; i++) {
        if (a->at[i] > b->at[i]) {
            return false;
        }
    }
    return true;
}

static void put_vector(vectors *v, const vector *what)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < v->count; i++) {
        if (is_no_worse(&v->items[i], what)) {
            return;
        }
    }
    for (uint32_t i = 0; i < v->count; i++) {
        if (!is_no_worse(what, &v->items[i])) {
            v->items[kept++] = v->items[i];
        }
    }
    ck_assert_uint_lt(kept, VECTOR_MAX);
    v->items[kept++] = *what;
    v->count = kept;
}

static int compare_vectors(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(vector));
}

/* ------------------------------------------------------------------------------------ brute force
 */

typedef struct brute {
    checker c;
    ref refs[WORLD_OFFER_MAX * 8];
    uint32_t ref_count;
    int32_t fits[WORLD_OFFER_MAX * 8];
    uint32_t step_max;
    taken steps[CHECK_STEP_MAX];
    vectors front;
} brute;

static bool is_goal_offer(const path_question *q, const offer *o)
{
    uint64_t kinds = q->goal.kinds;
    if (kinds == 0) {
        kinds = UINT64_C(1) << 10 | UINT64_C(1) << 11;
    }
    if (q->goal.offer.base != NULL) {
        return bytes_equal(o->id.text, q->goal.offer);
    }
    if ((kinds >> o->kind.position & 1u) == 0) {
        return false;
    }
    bool is_it = q->goal.occupation_count == 0;
    for (uint32_t i = 0; i < q->goal.occupation_count; i++) {
        concept code;
        ck_assert(!o->occupation.is_set || concept_from_code(o->occupation.text, &code));
        is_it = is_it || (o->occupation.is_set && code == q->goal.occupations[i]);
    }
    return is_it;
}

/* Days on which an intake may be joined after these steps. */
static uint32_t days_to_try(brute *b, ref r, uint32_t count, day from,
                            day ret[2 * CHECK_STEP_MAX + 2])
{
    const offer_intake *i = intake_of(&b->c, r);
    uint32_t found = 0;
    if (!is_rolling_intake(&b->c, r) && (i->start.value >= b->c.q->as_of || r.shift != 0)) {
        ret[0] = i->start.value + r.shift;
        return ret[0] >= from ? 1 : 0;
    }
    day first = from_day(&b->c);
    if (is_rolling_intake(&b->c, r) && !i->start.is_null && i->start.value > first) {
        first = i->start.value;
    }
    ret[found++] = opening_day(&b->c, r, first);
    for (uint32_t k = 0; k < count; k++) {
        ret[found++] = b->steps[k].end;
        ret[found++] = b->steps[k].end + 1;
    }
    uint32_t kept = 0;
    for (uint32_t k = 0; k < found; k++) {
        bool is_new = ret[k] >= from;
        for (uint32_t n = 0; n < kept; n++) {
            is_new = is_new && ret[n] != ret[k];
        }
        if (is_new) {
            ret[kept++] = ret[k];
        }
    }
    return kept;
}

static void go_on(brute *b, uint32_t count, day from, uint32_t weeks, uint32_t doubts,
                  uint32_t used)
{
    for (uint32_t i = 0; i < b->ref_count; i++) {
        ref r = b->refs[i];
        const offer *o = offer_of(&b->c, r);
        day days[2 * CHECK_STEP_MAX + 2];
        bool is_new = true;
        for (uint32_t k = 0; k < count; k++) {
            is_new = is_new && memcmp(&b->steps[k].which, &r, sizeof(r)) != 0;
        }
        uint32_t day_count = is_new ? days_to_try(b, r, count, from, days) : 0;
        for (uint32_t k = 0; k < day_count; k++) {
            if (is_goal_offer(b->c.q, o)) {
                joined j = check_join(&b->c, b->steps, count, used, r, days[k], true);
                vector v = {{days[k], count + 1, weeks, doubts + j.doubts, -b->fits[i]}};
                if (j.is_open && (b->c.q->by == DAY_NONE || days[k] <= b->c.q->by)) {
                    put_vector(&b->front, &v);
                }
            }
            if (!o->outcomes.is_set || count == b->step_max) {
                continue;
            }
            joined j = check_join(&b->c, b->steps, count, used, r, days[k], false);
            if (j.is_open) {
                b->steps[count] = (taken){r, days[k], j.end};
                go_on(b, count + 1, days[k], weeks + weeks_in(&b->c, r, days[k], j.end),
                      doubts + j.doubts, j.used);
            }
        }
    }
}

static void brute_force(brute *b, town *t, uint32_t offer_count, const path_question *q)
{
    uint32_t years = q->assumes_recurring && !q->is_certain ? PATH_YEAR_MAX : 0;
    checker_begin(&b->c, t, q);
    b->ref_count = 0;
    b->front.count = 0;
    b->step_max = q->step_max;
    for (uint32_t i = 0; i < offer_count; i++) {
        for (uint32_t k = 0; k < t->offers[i]->intakes.count; k++) {
            for (uint32_t year = 0; year <= years; year++) {
                ref r = {i, k, (int32_t)year * 364};
                if (year > 0 && !t->offers[i]->intakes.items[k].start.is_set) {
                    continue;
                }
                b->fits[b->ref_count] = fit_of(&b->c, r);
                b->refs[b->ref_count++] = r;
            }
        }
    }
    go_on(b, 0, q->as_of, 0, 0, 0);
    checker_end(&b->c);
}

/* ------------------------------------------------------------------------------------ questions */

static path_question question_of(const town *t, const snapshot *s, uint64_t number)
{
    path_question q = {.snapshot = s,
                       .strategy = &default_strategy,
                       .dictionary = concepts,
                       .seeker = t->person,
                       .as_of = WORLD_AS_OF,
                       .by = DAY_NONE,
                       .step_max = 3};
    if (number % 5 == 1) {
        ck_assert(concept_from_code(BYTES("isco:3221"), &q.goal.occupations[0]));
        q.goal.occupation_count = 1;
    }
    q.by = number % 7 == 2 ? WORLD_AS_OF + 300 : DAY_NONE;
    q.is_certain = number % 4 == 3;
    return q;
}

static void ask(const path_question *q, arena *a, path_answer *ret)
{
    err e = {0};
    ck_assert_msg(path_find(worker, q, a, ret, &e), "%s %s", e.text, e.detail);
}

static void tell_vectors(const char *name, const vectors *v)
{
    for (uint32_t i = 0; i < v->count; i++) {
        const int64_t *at = v->items[i].at;
        fprintf(stderr, "%s: day %+d, %d steps, %d weeks, %d doubts, fit %d\n", name,
                (int)at[0] - WORLD_AS_OF, (int)at[1], (int)at[2], (int)at[3], (int)-at[4]);
    }
}

static void vectors_of(const path_answer *answer, vectors *ret)
{
    ret->count = 0;
    for (uint32_t i = 0; i < answer->chain_count; i++) {
        const path_chain *c = &answer->chains[i];
        ret->items[ret->count++] =
            (vector){{c->arrival, c->step_count, c->weeks, c->doubts, -c->fit}};
    }
}

static void compare_fronts(uint64_t number, const vectors *found, vectors *expected, const town *t)
{
    static vectors sorted;
    sorted = *found;
    qsort(sorted.items, sorted.count, sizeof(vector), compare_vectors);
    qsort(expected->items, expected->count, sizeof(vector), compare_vectors);
    bool is_same = sorted.count == expected->count &&
                   memcmp(sorted.items, expected->items, sorted.count * sizeof(vector)) == 0;
    if (!is_same) {
        tell_vectors("planner", &sorted);
        tell_vectors("brute force", expected);
        fprintf(stderr, "%.*s\n", (int)t->person_text.len, t->person_text.base);
    }
    ck_assert_msg(is_same, "the fronts of town %d differ", (int)number);
}

/* ------------------------------------------------------------------------------------ tests */

static void begin(void)
{
    err e = {0};
    start();
    ck_assert(match_worker_new(&worker, &e));
}

static void end(void)
{
    match_worker_free(&worker);
    finish();
}

START_TEST(a_front_is_that_of_a_brute_force)
{
    static brute b;
    static vectors found;
    uint32_t lengths[CHECK_STEP_MAX] = {0};
    uint32_t more_than_one = 0;
    const town_plan plan = {.courses = 6, .jobs = 3, .silence = 12, .blocks = 40};
    for (uint64_t number = 0; number < 500; number++) {
        town t;
        arena a = {0};
        path_answer answer;
        town_make(&t, number, &plan);
        snapshot *s = town_show(&t, t.offer_count);
        path_question q = question_of(&t, s, number);
        q.assumes_recurring = number % 10 == 4;
        q.step_max = q.assumes_recurring ? 2 : 3;

        ask(&q, &a, &answer);
        brute_force(&b, &t, t.offer_count, &q);

        vectors_of(&answer, &found);
        ck_assert(answer.is_exact);
        compare_fronts(number, &found, &b.front, &t);
        for (uint32_t i = 0; i < answer.chain_count; i++) {
            lengths[answer.chains[i].step_count]++;
        }
        more_than_one += answer.chain_count > 1;
        snapshot_free(&s);
        arena_fini(&a);
        town_end(&t);
    }
    fprintf(stderr, "chains of 1: %u, 2: %u, 3: %u, 4: %u; towns with several: %u\n", lengths[1],
            lengths[2], lengths[3], lengths[4], more_than_one);
    ck_assert_uint_gt(lengths[1], 100);
    ck_assert_uint_gt(lengths[2], 100);
    ck_assert_uint_gt(lengths[3], 30);
    ck_assert_uint_gt(lengths[4], 0);
    ck_assert_uint_gt(more_than_one, 80);
}
END_TEST

/* ------------------------------------------------------------------------------------ chains */

static ref ref_of(const town *t, const path_step *s)
{
    bytes id = segment_record_id(s->segment, s->row);
    bytes intake = segment_intake_id(s->segment, s->row);
    for (uint32_t i = 0; i < t->offer_count; i++) {
        for (uint32_t k = 0; k < t->offers[i]->intakes.count; k++) {
            if (bytes_equal(t->offers[i]->id.text, id) &&
                bytes_equal(t->offers[i]->intakes.items[k].id.text, intake)) {
                return (ref){i, k, s->shift};
            }
        }
    }
    ck_abort_msg("a step is no intake of the town");
    return (ref){0};
}

/* Goes through a chain as the checker allows it. */
static void check_chain(checker *c, uint64_t number, const path_chain *chain)
{
    taken steps[CHECK_STEP_MAX];
    uint32_t used = 0;
    uint32_t doubts = 0;
    uint32_t weeks = 0;
    for (uint32_t i = 0; i < chain->step_count; i++) {
        const path_step *s = &chain->steps[i];
        ref r = ref_of(c->t, s);
        bool is_goal = i + 1 == chain->step_count;
        joined j = check_join(c, steps, i, used, r, s->start, is_goal);
        ck_assert_msg(j.is_open, "town %d: step %u cannot be joined: %s", (int)number, i, j.why);
        ck_assert_msg(j.doubts == s->doubts, "town %d: step %u has %u doubts, not %u", (int)number,
                      i, j.doubts, s->doubts);
        ck_assert_int_eq(j.end, s->end);
        ck_assert(i == 0 || steps[i - 1].start <= s->start);
        for (uint32_t k = 0; k < i; k++) {
            ck_assert(memcmp(&steps[k].which, &r, sizeof(r)) != 0);
        }
        weeks += is_goal ? 0 : weeks_in(c, r, s->start, s->end);
        doubts += j.doubts;
        used = j.used;
        steps[i] = (taken){r, s->start, j.end};
        if (is_goal) {
            ck_assert(is_goal_offer(c->q, offer_of(c, r)));
            ck_assert_int_eq(fit_of(c, r), chain->fit);
        }
    }
    ck_assert_uint_eq(doubts, chain->doubts);
    ck_assert_uint_eq(weeks, chain->weeks);
    ck_assert_int_eq(chain->arrival, chain->steps[chain->step_count - 1].start);
    ck_assert(c->q->by == DAY_NONE || chain->arrival <= c->q->by);
}

START_TEST(no_chain_breaks_a_rule)
{
    const town_plan plan = {.courses = 9, .jobs = 4, .silence = 10, .blocks = 40};
    uint64_t first = (uint64_t)_i * TOWNS_A_PART + 1000;
    uint32_t chain_count = 0;
    uint32_t step_count = 0;
    uint32_t beside_count = 0;
    for (uint64_t number = first; number < first + TOWNS_A_PART; number++) {
        town t;
        arena a = {0};
        path_answer answer;
        checker c;
        town_make(&t, number, &plan);
        snapshot *s = town_show(&t, t.offer_count);
        path_question q = question_of(&t, s, number);
        q.assumes_recurring = number % 3 == 0;
        q.step_max = PATH_STEP_DEFAULT;

        ask(&q, &a, &answer);

        checker_begin(&c, &t, &q);
        for (uint32_t i = 0; i < answer.chain_count; i++) {
            check_chain(&c, number, &answer.chains[i]);
            step_count += answer.chains[i].step_count;
            for (uint32_t k = 0; k + 1 < answer.chains[i].step_count; k++) {
                const path_step *two = &answer.chains[i].steps[k];
                beside_count += two[1].start <= two[0].end;
            }
        }
        chain_count += answer.chain_count;
        checker_end(&c);
        snapshot_free(&s);
        arena_fini(&a);
        town_end(&t);
    }
    fprintf(stderr, "%u chains with %u steps, %u of them beside another\n", chain_count, step_count,
            beside_count);
    ck_assert_uint_gt(chain_count, 1000);
    ck_assert_uint_gt(step_count, chain_count + 500);
    ck_assert_uint_gt(beside_count, 5);
}
END_TEST

/* ------------------------------------------------------------------------------------ changes */

/* The first arrival; LOTSE_OPEN: there is none. */
static day first_arrival(const path_question *q)
{
    arena a = {0};
    path_answer answer;
    ask(q, &a, &answer);
    day first = answer.chain_count > 0 ? answer.chains[0].arrival : LOTSE_OPEN;
    ck_assert(answer.chain_count == 0 || answer.bound <= first);
    arena_fini(&a);
    return first;
}

static void add_seats(town *t)
{
    for (uint32_t i = 0; i < t->offer_count; i++) {
        for (uint32_t k = 0; k < t->offers[i]->intakes.count; k++) {
            value_int *seats = &t->offers[i]->intakes.items[k].seats_free;
            seats->value = seats->is_set ? seats->value + 3 : 0;
        }
    }
}

START_TEST(more_seats_or_courses_never_mean_a_later_arrival)
{
    const town_plan plan = {.courses = 6, .jobs = 3, .silence = 10, .blocks = 40};
    uint32_t earlier = 0;
    for (uint64_t number = 0; number < 1000; number++) {
        town t;
        buf text = {0};
        town_make(&t, number + 20000, &plan);
        uint32_t count = t.offer_count;
        for (uint32_t i = 0; i < 4; i++) {
            write_course(&t, &plan, &text, count + i);
            add_offer(&t, &text);
        }
        snapshot *few = town_show(&t, count);
        snapshot *many = town_show(&t, t.offer_count);
        path_question q = question_of(&t, few, number);
        q.assumes_recurring = number % 3 == 0;
        day before = first_arrival(&q);
        q.snapshot = many;
        day with_courses = first_arrival(&q);
        add_seats(&t);
        snapshot *seats = town_show(&t, t.offer_count);
        q.snapshot = seats;
        day with_seats = first_arrival(&q);

        ck_assert_msg(with_courses <= before, "town %d: later with more courses", (int)number);
        ck_assert_msg(with_seats <= with_courses, "town %d: later with more seats", (int)number);
        earlier += with_seats < before;
        snapshot_free(&few);
        snapshot_free(&many);
        snapshot_free(&seats);
        buf_fini(&text);
        town_end(&t);
    }
    ck_assert_uint_gt(earlier, 50);
}
END_TEST

/* Leaves out one fact of the person. */
static void forget_fact(seeker *s, uint32_t which)
{
    switch (which % 9) {
    case 0:
        s->skills = (value_concepts){0};
        break;
    case 1:
        s->education.eqf = (value_int){0};
        break;
    case 2:
        s->education.school = (value_code){0};
        break;
    case 3:
        s->licences = (value_codes){0};
        break;
    case 4:
        s->availability.hours_max = (value_int){0};
        break;
    case 5:
        s->languages.items[0].level = (value_code){0};
        break;
    case 6:
        s->languages.items[0].skills = (language_skills){0};
        break;
    case 7:
        s->qualifications.items = NULL;
        s->qualifications.count = 0;
        s->qualifications.is_set = false;
        break;
    default:
        s->spells.items = NULL;
        s->spells.count = 0;
        s->spells.is_set = false;
        break;
    }
}

START_TEST(more_facts_never_widen_the_range_of_arrivals)
{
    const town_plan plan = {.courses = 6, .jobs = 3, .silence = 5, .blocks = 45};
    uint32_t narrowed = 0;
    for (uint64_t number = 0; number < 2000; number++) {
        town t;
        town_make(&t, number + 40000, &plan);
        snapshot *s = town_show(&t, t.offer_count);
        path_question q = question_of(&t, s, 0);
        q.is_certain = false;
        day earliest = first_arrival(&q);
        q.is_certain = true;
        day latest = first_arrival(&q);
        forget_fact(t.person, (uint32_t)number);
        q.is_certain = false;
        day earliest_without = first_arrival(&q);
        q.is_certain = true;
        day latest_without = first_arrival(&q);

        ck_assert_msg(earliest_without <= earliest, "town %d: fact %d makes it earlier",
                      (int)number, (int)number % 9);
        ck_assert_msg(latest <= latest_without, "town %d: fact %d makes it later", (int)number,
                      (int)number % 9);
        ck_assert_int_le(earliest, latest);
        narrowed += earliest_without < earliest || latest < latest_without;
        snapshot_free(&s);
        town_end(&t);
    }
    ck_assert_uint_gt(narrowed, 50);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("path/find");
    TCase *t = tcase_create("find");
    tcase_add_checked_fixture(t, begin, end);
    tcase_set_timeout(t, 300);
    tcase_add_test(t, a_front_is_that_of_a_brute_force);
    tcase_add_loop_test(t, no_chain_breaks_a_rule, 0, PART_COUNT);
    tcase_add_test(t, more_seats_or_courses_never_mean_a_later_arrival);
    tcase_add_test(t, more_facts_never_widen_the_range_of_arrivals);
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
