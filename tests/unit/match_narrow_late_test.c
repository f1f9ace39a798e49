#include "match/late.h"

#include "unit/match_world.h"

/* Late criteria are asked at the end, about all rows that may still win. Here they are the built-in
 * ones in a wrapping of the test's own, so that every answer must be the one they give when they
 * are asked as rows come. */

enum { RECORD_COUNT = 150, QUEUE_MAX = 4096, ASKED_LIMIT = 5 };

/* ------------------------------------------------------------------------------------ wrapping */

/* What one wrapped criterion was asked since begin; answered by ring. */
typedef struct late_question {
    enum { ASKED_SCORE, ASKED_EXPLAIN } kind;
    table_view anchor; /* of its own */
    int32_t as_of;
    const lotse_table *table;
    table_view row_view; /* of explain: the caller's may be gone */
    const uint32_t *rows;
    uint32_t row_count;
    const double *km;
    double one_km;
    uint8_t *verdicts;
    int32_t *scores;
    late_reasons *reasons;
} late_question;

typedef struct wrapped {
    lotse_criterion criterion;
    const lotse_criterion *inner;
    arena *answers;
    late_question *questions;
    uint32_t question_count;
    table_view anchor;
    int32_t as_of;
} wrapped;

typedef struct wrapping {
    program_cage cage;
    const lotse_criterion_factory *inner;
    uint32_t ring_count;
    uint32_t row_count;
    bool is_dead;
} wrapping;

static wrapping wrappings[WORLD_CRITERION_MAX];

/* Views count offsets from where they are: a moved one is corrected. */
static void move_view(table_view *to, const lotse_table *from)
{
    const table_view *v = (const table_view *)(const void *)from;
    uint64_t shift = (uint64_t)((uintptr_t)v - (uintptr_t)to);
    ck_assert_uint_eq(from->size, sizeof *v);
    *to = *v;
    to->table.columns_offset = (uint64_t)((uintptr_t)to->columns - (uintptr_t)to);
    for (uint32_t i = 0; i < from->column_count; i++) {
        const lotse_column *c = &v->columns[i];
        bool is_own = c->known_offset == (uint64_t)((uintptr_t)&v->known[i] - (uintptr_t)v);
        to->columns[i].offset += shift;
        to->columns[i].values_offset += shift;
        to->columns[i].known_offset += c->known_offset == 0 || is_own ? 0 : shift;
    }
}

static wrapping *wrapping_of(const wrapped *w)
{
    for (uint32_t i = 0; i < WORLD_CRITERION_MAX; i++) {
        if (wrappings[i].inner != NULL && w->criterion.reserved == i + 1) {
            return &wrappings[i];
        }
    }
    return NULL;
}

static void wrapped_begin(void *self, arena *a)
{
    wrapped *w = self;
    w->answers = a;
    w->question_count = 0;
}

static void wrapped_select(void *self, const lotse_table *anchor, int32_t as_of)
{
    wrapped *w = self;
    move_view(&w->anchor, anchor);
    w->as_of = as_of;
}

static late_question *next_question(wrapped *w)
{
    ck_assert_uint_lt(w->question_count, QUEUE_MAX);
    late_question *q = &w->questions[w->question_count++];
    *q = (late_question){.as_of = w->as_of};
    move_view(&q->anchor, &w->anchor.table);
    return q;
}

static void wrapped_score(void *self, const lotse_table *table, const uint32_t *rows,
                          uint32_t row_count, const double *km, uint8_t *verdicts, int32_t *scores)
{
    late_question *q = next_question(self);
    q->kind = ASKED_SCORE;
    q->table = table;
    if (table_view_key(table) == 0) {
        move_view(&q->row_view, table);
        q->table = &q->row_view.table;
        q->one_km = km == NULL ? 0 : *km;
    }
    q->rows = rows;
    q->row_count = row_count;
    q->km = table_view_key(table) == 0 ? &q->one_km : km;
    q->verdicts = verdicts;
    q->scores = scores;
}

static void wrapped_explain(void *self, const lotse_table *table, uint32_t row, double km,
                            late_reasons *ret)
{
    static const uint32_t first = 0;
    late_question *q = next_question(self);
    ck_assert_uint_eq(row, 0);
    q->kind = ASKED_EXPLAIN;
    move_view(&q->row_view, table);
    q->table = &q->row_view.table;
    q->rows = &first;
    q->row_count = 1;
    q->one_km = km;
    q->km = &q->one_km;
    q->reasons = ret;
}

static void answer_explain(wrapped *w, const late_question *q, const lotse_pairs *pairs)
{
    enum { CAP = 64, VALUES_CAP = 2048 };
    size_t len = sizeof(lotse_reasons) + CAP * sizeof(lotse_reason) + VALUES_CAP * 4;
    lotse_reasons *r = arena_new(w->answers, len);
    ck_assert_ptr_nonnull(r);
    *r = (lotse_reasons){.size = sizeof *r,
                         .capacity = CAP,
                         .values_capacity = VALUES_CAP,
                         .reasons_offset = sizeof *r,
                         .values_offset = sizeof *r + CAP * sizeof(lotse_reason)};
    ck_assert_int_eq(w->inner->explain(w->inner->self, q->table, q->rows, 1, pairs, r), LOTSE_OK);
    *q->reasons = (late_reasons){lotse_at(r, r->reasons_offset), r->count,
                                 lotse_at(r, r->values_offset), r->values_count};
}

static bool wrapped_ring(void *self, err *e)
{
    wrapped *w = self;
    wrapping *all = wrapping_of(w);
    all->ring_count++;
    if (all->is_dead) {
        return err_set(e, ERR_PLUGIN_FAULT, __FILE__, __LINE__, "dead");
    }
    for (uint32_t i = 0; i < w->question_count; i++) {
        late_question *q = &w->questions[i];
        lotse_error why = {.size = sizeof why};
        lotse_pairs pairs = {.size = sizeof pairs, .count = q->row_count};
        pairs.km_offset = q->km == NULL ? 0 : (uint64_t)((uintptr_t)q->km - (uintptr_t)&pairs);
        ck_assert_int_eq(w->inner->select(w->inner->self, &q->anchor.table, q->as_of, &why),
                         LOTSE_OK);
        if (q->kind == ASKED_EXPLAIN) {
            answer_explain(w, q, &pairs);
            continue;
        }
        all->row_count += q->row_count;
        ck_assert_int_eq(w->inner->score(w->inner->self, q->table, q->rows, q->row_count, &pairs,
                                         q->verdicts, q->scores),
                         LOTSE_OK);
    }
    return true;
}

static void wrapped_blame(void *self, const err *why)
{
    (void)self;
    ck_abort_msg("%s", why->text);
}

static const late_criterion LATE = {wrapped_begin,   wrapped_select, wrapped_score,
                                    wrapped_explain, wrapped_ring,   wrapped_blame};

static lotse_status wrapped_configure(void *self, const lotse_params *params, lotse_error *error)
{
    wrapped *w = self;
    return w->inner->configure(w->inner->self, params, error);
}

static const void *wrapped_extension(void *self, const char *id)
{
    (void)self;
    return strcmp(id, LATE_CRITERION_1) == 0 ? &LATE : NULL;
}

static void wrapped_destroy(void *self)
{
    wrapped *w = self;
    w->inner->destroy(w->inner->self);
    free(w->questions);
    free(w);
}

static const lotse_criterion *wrapped_create(const lotse_host *host, const char *id,
                                             lotse_error *error)
{
    const wrapping *all = (const wrapping *)(const void *)host;
    wrapped *w = calloc(1, sizeof *w);
    ck_assert_ptr_nonnull(w);
    w->inner = all->inner->create(program_host(), id, error);
    w->questions = calloc(QUEUE_MAX, sizeof *w->questions);
    ck_assert_ptr_nonnull(w->questions);
    w->criterion = (lotse_criterion){.size = sizeof w->criterion,
                                     .reserved = (uint32_t)(all - wrappings) + 1,
                                     .self = w,
                                     .configure = wrapped_configure,
                                     .get_extension = wrapped_extension,
                                     .destroy = wrapped_destroy};
    return &w->criterion;
}

static const lotse_criterion_factory WRAPPED = {sizeof WRAPPED, 0, wrapped_create};

static void forget_nothing(program_cage *cage, uint64_t key)
{
    (void)cage;
    (void)key;
}

/* ------------------------------------------------------------------------------------ worlds */

/* One world with two programs: in `late` some criteria are wrapped. */
typedef struct two_worlds {
    world w;
    match_program late;
    criterion_spec criteria[WORLD_CRITERION_MAX];
    strategy early_strategy, late_strategy;
    segment *seekers[2];
    snapshot *shown[2];
    match_worker *workers[2];
    arena answers[2];
} two_worlds;

static segment *build(two_worlds *t, const match_program *p, record_side side,
                      const segment_input *inputs)
{
    err e = {0};
    segment *made = NULL;
    ck_assert_msg(segment_build(p, side, inputs, RECORD_COUNT, t->w.dictionary, false, &made, &e),
                  "%s", e.text);
    return made;
}

/* `which`: a bit for each criterion of the strategy that is late. */
static void two_start(two_worlds *t, uint64_t seed, uint32_t which)
{
    static segment_input inputs[2][RECORD_COUNT];
    err e = {0};
    memset(t, 0, sizeof *t);
    memset(wrappings, 0, sizeof wrappings);
    world_start(&t->w, seed, true);
    t->early_strategy = t->w.base;
    t->late = t->w.program;
    t->late.generation += 7;
    memcpy(t->criteria, t->w.program.criteria, t->late.criterion_count * sizeof t->criteria[0]);
    t->late.criteria = t->criteria;
    t->late_strategy = t->w.base;
    t->late_strategy.program = &t->late;
    for (uint32_t i = 0; i < t->w.base.criterion_count; i++) {
        uint32_t at = t->w.base.criteria[i].criterion;
        if ((which >> i & 1u) != 0) {
            wrappings[at] = (wrapping){.cage = {{sizeof(lotse_host), NULL}, forget_nothing, NULL},
                                       .inner = t->criteria[at].factory};
            t->criteria[at].factory = &WRAPPED;
            t->criteria[at].cage = &wrappings[at].cage;
        }
    }
    for (uint32_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < RECORD_COUNT; i++) {
            inputs[side][i] = (segment_input){world_record(&t->w, side, i), 1};
        }
    }
    const match_program *programs[2] = {&t->w.program, &t->late};
    for (uint32_t k = 0; k < 2; k++) {
        segment *offers = build(t, programs[k], SIDE_OFFER, inputs[SIDE_OFFER]);
        segment *seekers = build(t, programs[k], SIDE_SEEKER, inputs[SIDE_SEEKER]);
        ck_assert(snapshot_from_segments(programs[k], t->w.dictionary, seekers, offers, 1,
                                         &t->shown[k], &e));
        ck_assert(match_worker_new(&t->workers[k], &e));
    }
}

static void two_end(two_worlds *t)
{
    for (uint32_t k = 0; k < 2; k++) {
        match_worker_free(&t->workers[k]);
        snapshot_free(&t->shown[k]);
        arena_fini(&t->answers[k]);
    }
    world_end(&t->w);
}

static void ask(two_worlds *t, uint32_t k, record_side side, uint32_t number, match_query *ret_q,
                match_answer *ret)
{
    char id[16];
    err e = {0};
    match_query q = {.snapshot = t->shown[k],
                     .strategy = k == 0 ? &t->early_strategy : &t->late_strategy,
                     .as_of = day_from_civil(2026, 5, 27),
                     .limit = ASKED_LIMIT,
                     .kinds = number % 7 == 0 ? 0x0808 : UINT64_MAX,
                     .verdicts = number % 5 == 0 ? MATCH_YES_BIT : MATCH_YES_BIT | MATCH_CHECK_BIT,
                     .filters = t->w.filters,
                     .filter_count = number % 3 == 0 ? t->w.filter_count : 0,
                     .wants_totals = number % 2 == 0};
    snprintf(id, sizeof id, "%c-%u", side == SIDE_SEEKER ? 's' : 'o', number);
    arena_reset(&t->answers[k]);
    ck_assert(snapshot_find(t->shown[k], side, bytes_of(id), &q.anchor, &q.anchor_rows,
                            &q.anchor_row_count));
    match_degraded_forget(t->workers[k]);
    ck_assert_msg(match_run(t->workers[k], &q, &t->answers[k], ret, &e), "%s", e.text);
    *ret_q = q;
}

static void compare_hits(const match_hit *a, const match_hit *b, uint32_t criterion_count)
{
    ck_assert(
        bytes_equal(segment_record_id(a->segment, a->row), segment_record_id(b->segment, b->row)));
    ck_assert(
        bytes_equal(segment_intake_id(a->segment, a->row), segment_intake_id(b->segment, b->row)));
    ck_assert_int_eq(a->score, b->score);
    ck_assert_int_eq(a->low, b->low);
    ck_assert_int_eq(a->high, b->high);
    ck_assert_int_eq(a->verdict, b->verdict);
    ck_assert_uint_eq(a->anchor_row, b->anchor_row);
    ck_assert_uint_eq(a->other_count, b->other_count);
    for (uint32_t i = 0; i < criterion_count; i++) {
        ck_assert_int_eq(a->parts[i].points, b->parts[i].points);
        ck_assert_int_eq(a->parts[i].score, b->parts[i].score);
        ck_assert_int_eq(a->parts[i].verdict, b->parts[i].verdict);
    }
}

static void compare_reasons(two_worlds *t, const match_query q[2], const match_answer a[2])
{
    const match_reason **reasons[2];
    const uint32_t *counts[2];
    err e = {0};
    for (uint32_t k = 0; k < 2; k++) {
        ck_assert_msg(match_reasons(t->workers[k], &q[k], a[k].hits, a[k].hit_count, &t->answers[k],
                                    &reasons[k], &counts[k], &e),
                      "%s", e.text);
    }
    for (uint32_t i = 0; i < a[0].hit_count; i++) {
        ck_assert_uint_eq(counts[0][i], counts[1][i]);
        for (uint32_t r = 0; r < counts[0][i]; r++) {
            const match_reason *x = &reasons[0][i][r];
            const match_reason *y = &reasons[1][i][r];
            ck_assert_uint_eq(x->criterion, y->criterion);
            ck_assert_uint_eq(x->sentence, y->sentence);
            ck_assert_int_eq(x->points, y->points);
            ck_assert_uint_eq(x->arg_count, y->arg_count);
            ck_assert_mem_eq(x->args, y->args, x->arg_count * sizeof x->args[0]);
        }
    }
}

static void compare_pair(two_worlds *t, const match_query q[2], const match_answer a[2])
{
    err e = {0};
    match_pair pairs[2];
    for (uint32_t k = 0; k < 2; k++) {
        const match_hit *hit = &a[k].hits[a[k].hit_count - 1];
        ck_assert_msg(match_pair_judge(t->workers[k], &q[k], hit->segment, &hit->row, 1,
                                       &t->answers[k], &pairs[k], &e),
                      "%s", e.text);
    }
    compare_hits(&pairs[0].hit, &pairs[1].hit, t->w.base.criterion_count);
}

static uint32_t ring_count(void)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < WORLD_CRITERION_MAX; i++) {
        sum += wrappings[i].ring_count;
    }
    return sum;
}

/* All seekers together, with a price for each row and a floor for each seeker. */
static uint32_t best_of_all(two_worlds *t, uint32_t k, bool has_prices, match_edge *edges,
                            uint32_t *counts)
{
    static int32_t prices[RECORD_COUNT * 16];
    static int32_t floors[RECORD_COUNT];
    static uint32_t rows[RECORD_COUNT];
    const segment *seekers = snapshot_segment(t->shown[k], SIDE_SEEKER, 0);
    const match_query q = {.snapshot = t->shown[k],
                           .strategy = k == 0 ? &t->early_strategy : &t->late_strategy,
                           .as_of = day_from_civil(2026, 5, 27),
                           .limit = ASKED_LIMIT,
                           .kinds = UINT64_MAX,
                           .verdicts = MATCH_YES_BIT | MATCH_CHECK_BIT,
                           .prices = has_prices ? prices : NULL};
    err e = {0};
    match_batch *b = NULL;
    for (uint32_t i = 0; i < RECORD_COUNT * 16; i++) {
        prices[i] = (int32_t)(i * 7919u % 300000);
    }
    for (uint32_t i = 0; i < RECORD_COUNT; i++) {
        floors[i] = (int32_t)(i * 104729u % 500000);
        rows[i] = i;
    }
    match_degraded_forget(t->workers[k]);
    ck_assert_msg(match_batch_new(t->workers[k], &q, SIDE_SEEKER, &b, &e), "%s", e.text);
    ck_assert_msg(match_batch_best(b, seekers, rows, RECORD_COUNT, has_prices ? floors : NULL,
                                   edges, counts, &e),
                  "%s", e.text);
    match_batch_free(&b);
    uint32_t sum = 0;
    for (uint32_t i = 0; i < RECORD_COUNT; i++) {
        sum += counts[i];
    }
    return sum;
}

static void compare_batches(two_worlds *t, uint32_t which)
{
    static match_edge edges[2][RECORD_COUNT * ASKED_LIMIT];
    static uint32_t counts[2][RECORD_COUNT];
    for (uint32_t has_prices = 0; has_prices < 2; has_prices++) {
        memset(edges, 0, sizeof edges);
        uint32_t rings = ring_count();
        ck_assert_uint_gt(best_of_all(t, 0, has_prices, edges[0], counts[0]), RECORD_COUNT / 4);
        best_of_all(t, 1, has_prices, edges[1], counts[1]);
        ck_assert_uint_eq(ring_count() - rings, 3u * (uint32_t)__builtin_popcount(which));
        ck_assert_mem_eq(counts[0], counts[1], sizeof counts[0]);
        ck_assert_mem_eq(edges[0], edges[1], sizeof edges[0]);
    }
}

static void compare_world(uint64_t seed, uint32_t which)
{
    two_worlds t;
    uint32_t hit_count = 0;
    two_start(&t, seed, which);
    for (uint32_t i = 0; i < 2 * RECORD_COUNT; i++) {
        match_query q[2];
        match_answer a[2];
        record_side side = i % 2 == 0 ? SIDE_SEEKER : SIDE_OFFER;
        ask(&t, 0, side, i / 2, &q[0], &a[0]);
        uint32_t rings = ring_count();
        ask(&t, 1, side, i / 2, &q[1], &a[1]);
        ck_assert_uint_eq(ring_count() - rings, (uint32_t)__builtin_popcount(which));
        ck_assert_uint_eq(a[0].hit_count, a[1].hit_count);
        ck_assert_uint_eq(a[0].proposed, a[1].proposed);
        for (uint32_t k = 0; k < a[0].hit_count; k++) {
            compare_hits(&a[0].hits[k], &a[1].hits[k], t.w.base.criterion_count);
        }
        if (a[0].hit_count > 0) {
            compare_reasons(&t, q, a);
            compare_pair(&t, q, a);
        }
        hit_count += a[0].hit_count;
    }
    ck_assert_uint_gt(hit_count, RECORD_COUNT / 2);
    compare_batches(&t, which);
    two_end(&t);
}

START_TEST(late_criteria_give_the_answers_of_early_ones)
{
    /* Each of the strategy's five criteria by itself, some together, and all of them. */
    static const uint32_t WHICH[] = {1, 2, 4, 8, 16, 3, 5, 21, 31};
    for (uint32_t i = 0; i < sizeof WHICH / sizeof WHICH[0]; i++) {
        compare_world(i + 1, WHICH[i]);
    }
}
END_TEST

START_TEST(one_that_is_dead_checks_every_row)
{
    two_worlds t;
    two_start(&t, 3, 1);
    uint32_t at = t.w.base.criteria[0].criterion;
    int32_t weight = t.w.base.criteria[0].weight;
    uint32_t seen = 0;
    wrappings[at].is_dead = true;
    for (uint32_t i = 0; i < RECORD_COUNT; i++) {
        match_query q;
        match_answer a;
        uint32_t degraded_count = 0;
        const match_reason **reasons;
        const uint32_t *counts;
        err e = {0};
        ask(&t, 1, SIDE_SEEKER, i, &q, &a);
        ck_assert(match_reasons(t.workers[1], &q, a.hits, a.hit_count, &t.answers[1], &reasons,
                                &counts, &e));

        const match_degraded *degraded = match_degraded_list(t.workers[1], &degraded_count);
        ck_assert_uint_eq(degraded_count, 1);
        ck_assert_uint_eq(degraded[0].criterion, at);
        ck_assert_int_eq(degraded[0].why, ERR_PLUGIN_FAULT);
        for (uint32_t k = 0; k < a.hit_count; k++) {
            ck_assert_int_eq(a.hits[k].parts[0].score, 500000);
            ck_assert_int_eq(a.hits[k].parts[0].verdict, VERDICT_CHECK);
            ck_assert_int_ge(a.hits[k].high - a.hits[k].low, weight);
            ck_assert_uint_eq(reasons[k][0].sentence, REASON_UNANSWERED);
            ck_assert_int_eq(reasons[k][0].points, weight / 2);
            seen++;
        }
    }
    ck_assert_uint_gt(seen, RECORD_COUNT / 2);
    ck_assert_uint_eq(wrappings[at].ring_count, RECORD_COUNT); /* and is not asked again */
    two_end(&t);
}
END_TEST

/* What the answer would be with every row looked at. */
START_TEST(rows_that_cannot_win_are_not_asked_about)
{
    two_worlds t;
    two_start(&t, 4, 1);
    uint32_t at = t.w.base.criteria[0].criterion;
    for (uint32_t i = 0; i < RECORD_COUNT; i++) {
        match_query q;
        match_answer a;
        ask(&t, 1, SIDE_SEEKER, i, &q, &a);
    }
    uint32_t all = 0;
    for (uint32_t i = 0; i < RECORD_COUNT; i++) {
        match_query q;
        match_answer a;
        ask(&t, 0, SIDE_SEEKER, i, &q, &a);
        all += i % 2 == 0 ? a.proposed + a.check : 0;
    }
    ck_assert_uint_gt(wrappings[at].row_count, 0);
    ck_assert_uint_lt(wrappings[at].row_count, all * 2);
    two_end(&t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("match_narrow_late");
    TCase *c = tcase_create("all");
    tcase_set_timeout(c, 30);
    tcase_add_test(c, late_criteria_give_the_answers_of_early_ones);
    tcase_add_test(c, one_that_is_dead_checks_every_row);
    tcase_add_test(c, rows_that_cannot_win_are_not_asked_about);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
