/* The packed words against gate_judge: for every pair and every gate both must say the same. */
#include "match_world.h"

#include "match/segment_file.h"
#include "match/words.h"

enum { RECORD_COUNT = 60 };

typedef struct side_rows {
    segment *segment;
    const lotse_table *derived;
} side_rows;

static void build_side(world *w, record_side side, side_rows *ret)
{
    segment_input inputs[RECORD_COUNT];
    err e = {0};
    for (uint32_t i = 0; i < RECORD_COUNT; i++) {
        inputs[i] = (segment_input){world_record(w, side, i), 1};
    }
    ck_assert_msg(segment_build(&w->program, side, inputs, RECORD_COUNT, w->dictionary, false,
                                &ret->segment, &e),
                  "%s", e.text);
}

static const char *verdict_name(verdict v)
{
    return v == VERDICT_YES ? "yes" : v == VERDICT_CHECK ? "check" : "no";
}

static verdict verdict_of_words(const words_query *q, uint32_t row, uint32_t gate_index)
{
    uint64_t possible = words_failing(q, READ_POSSIBLE, row) | q->no_gates;
    uint64_t certain = words_failing(q, READ_CERTAIN, row) | q->no_gates | q->check_gates;
    if ((possible >> gate_index & 1u) != 0) {
        return VERDICT_NO;
    }
    return (certain >> gate_index & 1u) != 0 ? VERDICT_CHECK : VERDICT_YES;
}

/* All rows of a segment against one row of the other side. */
static void compare_rows(world *w, const words *compiled, const gate_row *anchor, uint64_t gates,
                         day as_of, uint64_t seed)
{
    const match_program *p = &w->program;
    static words_query q;
    words_ask(compiled, anchor, gates, as_of, &q);
    record_side side = segment_side(compiled->segment);
    for (uint32_t row = 0; row < segment_row_count(compiled->segment); row++) {
        gate_row pair = {compiled->segment, row, compiled->derived, row, NULL};
        const gate_row *person = side == SIDE_SEEKER ? &pair : anchor;
        const gate_row *place = side == SIDE_SEEKER ? anchor : &pair;
        uint64_t apart = words_apart(&q, row);
        uint64_t failing[2] = {0, 0};
        for (uint32_t i = 0; i < p->gate_count; i++) {
            if ((gates >> i & 1u) == 0 || (int32_t)i == compiled->km_gate) {
                continue;
            }
            verdict expected = gate_judge(p, &p->gates[i], person, place, as_of);
            if ((apart >> i & 1u) == 0) {
                verdict got = verdict_of_words(&q, row, i);
                ck_assert_msg(got == expected,
                              "seed %llu, gate %s, side %d row %u: %s, expected %s",
                              (unsigned long long)seed, p->gates[i].id, side, row,
                              verdict_name(got), verdict_name(expected));
                failing[READ_POSSIBLE] |= (uint64_t)(expected == VERDICT_NO) << i;
                failing[READ_CERTAIN] |= (uint64_t)(expected != VERDICT_YES) << i;
            } else {
                /* What is told apart may fail in the words only where it fails indeed. */
                ck_assert(verdict_of_words(&q, row, i) != VERDICT_NO || expected == VERDICT_NO);
                uint64_t own = words_failing(&q, READ_POSSIBLE, row) & 1ULL << i;
                failing[READ_POSSIBLE] |= own;
                failing[READ_CERTAIN] |= words_failing(&q, READ_CERTAIN, row) & 1ULL << i;
            }
        }
        for (uint32_t reading = 0; reading < 2; reading++) {
            uint64_t alone = failing[reading] & ~(q.no_gates | q.check_gates);
            ck_assert_msg(words_pass(&q, reading, row) == (alone == 0),
                          "seed %llu, side %d row %u reading %u: alone %llx, words %llx",
                          (unsigned long long)seed, side, row, reading, (unsigned long long)alone,
                          (unsigned long long)words_failing(&q, reading, row));
        }
    }
}

static void compare_side(world *w, side_rows *sides, record_side row_side, uint64_t seed)
{
    err e = {0};
    derive_set *derive;
    const words *compiled;
    const segment *anchors = sides[1 - row_side].segment;
    day as_of = 20600 + (day)world_random(w, 3) * 40;
    ck_assert(derive_set_new(&w->program, &derive, &e));
    ck_assert_msg(words_hold(sides[row_side].segment, derive, &w->program, as_of, &compiled, &e),
                  "%s", e.text);
    for (uint32_t i = 0; i < segment_row_count(anchors); i++) {
        arena scratch = {0};
        gate_row anchor = {anchors, i, NULL, 0, NULL};
        ck_assert(
            derive_rows(derive, anchors, &i, 1, as_of, DERIVE_ALL, &scratch, &anchor.derived, &e));
        uint64_t gates = UINT64_MAX >> (64 - w->program.gate_count);
        for (uint32_t k = world_random(w, 4); k > 0; k--) {
            gates &= ~(1ULL << world_random(w, w->program.gate_count));
        }
        compare_rows(w, compiled, &anchor, gates, as_of, seed);
        arena_fini(&scratch);
    }
    words_release(compiled);
    derive_set_free(&derive);
}

static void compare_world(uint64_t seed, bool has_extras)
{
    static world w;
    side_rows sides[2];
    world_start(&w, seed, has_extras);
    build_side(&w, SIDE_SEEKER, &sides[SIDE_SEEKER]);
    build_side(&w, SIDE_OFFER, &sides[SIDE_OFFER]);
    compare_side(&w, sides, SIDE_OFFER, seed);
    compare_side(&w, sides, SIDE_SEEKER, seed);
    segment_free(&sides[0].segment);
    segment_free(&sides[1].segment);
    world_end(&w);
}

static uint32_t world_count(uint32_t usual)
{
    const char *more = getenv("LOTSE_TEST_WORLDS");
    return more == NULL ? usual : (uint32_t)strtoul(more, NULL, 10);
}

START_TEST(words_equal_gate_judge_on_builtin_gates)
{
    uint32_t count = world_count(8);
    for (uint32_t i = 0; i < count; i++) {
        compare_world(i + 1, false);
    }
}
END_TEST

START_TEST(words_equal_gate_judge_on_other_gates)
{
    uint32_t count = world_count(8);
    for (uint32_t i = 0; i < count; i++) {
        compare_world(i + 500, true);
    }
}
END_TEST

/* Random words, with everything a level, a guard or a mask may hold. */
START_TEST(words_scan_kernels_are_equal)
{
    enum { WORD_COUNT = 1000 };
    static uint64_t rows[WORD_COUNT + 16];
    static uint64_t any[WORD_COUNT + 16];
    static uint32_t found[WORD_COUNT + 16];
    static uint32_t plain[WORD_COUNT + 16];
    world w = {.state = 77};
    uint64_t found_count = 0;
    for (uint32_t round = 0; round < 200; round++) {
        uint64_t bits[3];
        for (uint32_t i = 0; i < 3; i++) {
            bits[i] = (uint64_t)world_random(&w, UINT32_MAX) << 32 ^ world_random(&w, UINT32_MAX);
        }
        for (uint32_t i = 0; i < WORD_COUNT; i++) {
            rows[i] = (uint64_t)world_random(&w, UINT32_MAX) << 32 ^ world_random(&w, 16);
            rows[i] &= world_chance(&w, 50) ? 0xff : UINT64_MAX;
            any[i] = 1ULL << world_random(&w, 8);
        }
        words_scan s = {.first_words = rows, .any = round % 2 == 0 ? any : NULL, .any_bits = 0x2d};
        s.guards = bits[1] & bits[2] & 0xff00ff00ff00ff00ULL;
        s.level = bits[0] | s.guards;
        s.mask = bits[2] >> 40;
        words_stretch stretches[3];
        uint32_t at = world_random(&w, 20);
        for (uint32_t i = 0; i < 3; i++) {
            stretches[i].first = at;
            uint32_t left = WORD_COUNT - at;
            at += world_random(&w, 1 + (left > 20 && world_chance(&w, 50) ? 20 : left));
            stretches[i].end = at;
        }
        uint32_t count = words_scan_at(0)(&s, stretches, 3, plain);
        found_count += count;

        for (uint32_t i = 1; words_scan_at(i) != NULL; i++) {
            ck_assert_uint_eq(words_scan_at(i)(&s, stretches, 3, found), count);
            ck_assert_mem_eq(found, plain, count * sizeof *found);
        }
    }
    ck_assert_uint_gt(found_count, 1000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("match_words");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 3600);
    tcase_add_test(tests, words_equal_gate_judge_on_builtin_gates);
    tcase_add_test(tests, words_equal_gate_judge_on_other_gates);
    tcase_add_test(tests, words_scan_kernels_are_equal);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
