#include "plugin/cage.h"

#include "unit/match_world.h"

/* Every built-in plugin in a cage answers as it does in the host's process, to the byte. */

enum { RECORD_COUNT = 120, ASKED_LIMIT = 5 };

static const char *const CAGE = BUILD_DIR "/bin/lotse-cage";

/* The same records, plugins in this process and in cages. */
typedef struct two_worlds {
    world w;
    registry *caged;
    strategy strategies[2];
    arena memory;
    snapshot *shown[2];
    match_worker *workers[2];
    arena answers[2];
} two_worlds;

static const match_program *program_of(const two_worlds *t, uint32_t k)
{
    return k == 0 ? &t->w.program : registry_program(t->caged);
}

static void resolve_strategies(two_worlds *t, const char *id)
{
    err e = {0};
    for (uint32_t i = 0; i < registry_builtin_strategy_count(t->w.registry); i++) {
        bytes name;
        json_doc *doc = NULL;
        bytes text = registry_builtin_strategy(t->w.registry, i, &name);
        if (!bytes_equal_text(name, id)) {
            continue;
        }
        ck_assert(json_parse(text, 32, &doc, &e));
        ck_assert_msg(
            registry_strategy(t->w.registry, json_root(doc), &t->memory, &t->strategies[0], &e),
            "%s", e.text);
        ck_assert_msg(
            registry_strategy(t->caged, json_root(doc), &t->memory, &t->strategies[1], &e), "%s %s",
            e.text, e.path);
        t->strategies[0].program = &t->w.program;
        json_doc_free(&doc);
    }
}

/* Whatever the plugins ask for, as a built-in plugin gets it. */
static uint32_t grant_all(const registry *r, registry_grant *grants, uint32_t max)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < registry_count(r); i++) {
        const manifest *m = registry_plugin(r, i)->manifest;
        for (uint32_t side = 0; side < 2; side++) {
            for (uint32_t k = 0; k < m->column_count[side]; k++) {
                ck_assert_uint_lt(count, max);
                grants[count++] = (registry_grant){m->id.base, m->columns[side][k].base};
            }
        }
    }
    return count;
}

static void two_start(two_worlds *t, uint64_t seed, const char *strategy_id)
{
    static segment_input inputs[2][RECORD_COUNT];
    static const char *const dir = PLAIN_PLUGIN_DIR;
    err e = {0};
    memset(t, 0, sizeof *t);
    world_start(&t->w, seed, false);
    static registry_grant grants[512];
    const registry_config config = {.caged_dirs = &dir,
                                    .grants = grants,
                                    .grant_count = grant_all(t->w.registry, grants, 512),
                                    .caged_dir_count = 1,
                                    .accepts_unsigned = true,
                                    .cage_path = CAGE,
                                    .cage_deadline_ms = 20000,
                                    .dictionary = t->w.dictionary};
    ck_assert_msg(registry_new(&config, &t->caged, &e), "%s", e.text);
    resolve_strategies(t, strategy_id);
    for (uint32_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < RECORD_COUNT; i++) {
            inputs[side][i] = (segment_input){world_record(&t->w, side, i), 1};
        }
    }
    for (uint32_t k = 0; k < 2; k++) {
        segment *sides[2] = {NULL, NULL};
        for (uint32_t side = 0; side < 2; side++) {
            ck_assert_msg(segment_build(program_of(t, k), side, inputs[side], RECORD_COUNT,
                                        t->w.dictionary, false, &sides[side], &e),
                          "%s", e.text);
        }
        ck_assert(snapshot_from_segments(program_of(t, k), t->w.dictionary, sides[SIDE_SEEKER],
                                         sides[SIDE_OFFER], 1, &t->shown[k], &e));
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
    registry_free(&t->caged);
    world_end(&t->w);
    arena_fini(&t->memory);
}

static void ask(two_worlds *t, uint32_t k, record_side side, uint32_t number, match_query *ret_q,
                match_answer *ret)
{
    char id[16];
    err e = {0};
    match_query q = {.snapshot = t->shown[k],
                     .strategy = &t->strategies[k],
                     .as_of = day_from_civil(2026, 5, 27),
                     .limit = ASKED_LIMIT,
                     .kinds = UINT64_MAX,
                     .verdicts = MATCH_YES_BIT | MATCH_CHECK_BIT,
                     .wants_totals = true};
    uint32_t degraded = 0;
    snprintf(id, sizeof id, "%c-%u", side == SIDE_SEEKER ? 's' : 'o', number);
    arena_reset(&t->answers[k]);
    ck_assert(snapshot_find(t->shown[k], side, bytes_of(id), &q.anchor, &q.anchor_rows,
                            &q.anchor_row_count));
    match_degraded_forget(t->workers[k]);
    ck_assert_msg(match_run(t->workers[k], &q, &t->answers[k], ret, &e), "%s", e.text);
    const match_degraded *list = match_degraded_list(t->workers[k], &degraded);
    ck_assert_msg(degraded == 0, "%s: %s", program_of(t, k)->criteria[list[0].criterion].id,
                  err_id(list[0].why));
    *ret_q = q;
}

static void compare_hits(const match_hit *a, const match_hit *b, uint32_t criterion_count)
{
    ck_assert(
        bytes_equal(segment_record_id(a->segment, a->row), segment_record_id(b->segment, b->row)));
    ck_assert_int_eq(a->score, b->score);
    ck_assert_int_eq(a->low, b->low);
    ck_assert_int_eq(a->high, b->high);
    ck_assert_int_eq(a->verdict, b->verdict);
    ck_assert_uint_eq(a->anchor_row, b->anchor_row);
    for (uint32_t i = 0; i < criterion_count; i++) {
        ck_assert_int_eq(a->parts[i].score, b->parts[i].score);
        ck_assert_int_eq(a->parts[i].points, b->parts[i].points);
        ck_assert_int_eq(a->parts[i].verdict, b->parts[i].verdict);
    }
}

static uint32_t compare_reasons(two_worlds *t, const match_query q[2], const match_answer a[2])
{
    const match_reason **reasons[2];
    const uint32_t *counts[2];
    uint32_t seen = 0;
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
            ck_assert_uint_eq(x->sentence, y->sentence);
            ck_assert_int_eq(x->points, y->points);
            ck_assert_uint_eq(x->arg_count, y->arg_count);
            ck_assert_mem_eq(x->args, y->args, x->arg_count * sizeof x->args[0]);
            for (uint32_t k = 0; k < x->arg_count; k++) {
                const lotse_arg *arg = &x->args[k];
                if (arg->type == LOTSE_ARG_CONCEPTS) {
                    ck_assert_mem_eq(x->values + arg->value, y->values + arg->value,
                                     arg->count * sizeof(uint32_t));
                }
            }
            seen++;
        }
    }
    return seen;
}

static void compare_world(uint64_t seed, const char *strategy_id)
{
    two_worlds t;
    uint32_t seen = 0;
    two_start(&t, seed, strategy_id);
    for (uint32_t i = 0; i < 2 * RECORD_COUNT; i++) {
        match_query q[2];
        match_answer a[2];
        record_side side = i % 2 == 0 ? SIDE_SEEKER : SIDE_OFFER;
        for (uint32_t k = 0; k < 2; k++) {
            ask(&t, k, side, i / 2, &q[k], &a[k]);
        }
        ck_assert_uint_eq(a[0].hit_count, a[1].hit_count);
        ck_assert_uint_eq(a[0].rows, a[1].rows);
        ck_assert_uint_eq(a[0].proposed, a[1].proposed);
        ck_assert_uint_eq(a[0].check, a[1].check);
        for (uint32_t k = 0; k < a[0].hit_count; k++) {
            compare_hits(&a[0].hits[k], &a[1].hits[k], t.strategies[0].criterion_count);
        }
        seen += a[0].hit_count == 0 ? 0 : compare_reasons(&t, q, a);
    }
    ck_assert_uint_gt(seen, RECORD_COUNT);
    two_end(&t);
}

START_TEST(builtin_plugins_answer_in_a_cage_as_in_the_process)
{
    compare_world(1, "default");
    compare_world(2, "casework");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("plugin_cage");
    TCase *c = tcase_create("all");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, builtin_plugins_answer_in_a_cage_as_in_the_process);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
