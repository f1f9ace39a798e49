/* lotse.progress and lotse.wish against a plain reading of their formulas, on random records, with
 * a person and with an offer as anchor; and with any fact left out: the same answer, or none. The
 * plain readings know nothing of tables, and every fact of theirs is known. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/code.h"
#include "plugin/registry.h"
#include "plugin/toy_table.h"

enum { COUNT = 60, SET_MAX = 4, FACT_MAX = 20, NO_FACT = 99 };

typedef struct set {
    uint32_t values[SET_MAX], count; /* ascending, each once */
} set;

typedef struct toy_person {
    set languages; /* codes */
    int32_t levels[SET_MAX], recognition[SET_MAX];
    uint32_t recognition_count;
    set parts_of;
    int32_t part_numbers[SET_MAX];
    set skills, wishes, not_occupations;
    uint16_t school;
    int32_t eqf;
    uint64_t licences, kinds, not_kinds, settings;
    uint32_t goal; /* 0: none */
} toy_person;

typedef struct toy_offer {
    uint16_t kind, school, group;
    set languages;
    int32_t levels[SET_MAX];
    set skills;
    uint64_t licences;
    int32_t eqf;
    uint32_t part_of; /* 0: no part */
    int32_t part_number;
    uint8_t insured;
    uint32_t occupation;
} toy_offer;

static toy_person people[COUNT];
static toy_offer offers[COUNT];
static uint32_t random_state = 4711;

static uint32_t next(uint32_t below)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)random_state * below) >> 32);
}

static set random_set(uint32_t below)
{
    set s = {.count = 0};
    for (uint32_t value = 1; value <= below && s.count < SET_MAX; value++) {
        if (next(3) == 0) {
            s.values[s.count++] = value;
        }
    }
    return s;
}

static uint32_t isco(uint32_t code)
{
    uint32_t number = (uint32_t)LOTSE_SCHEME_ISCO << 28 | 4u << 20;
    for (uint32_t i = 4; i-- > 0; code /= 10) {
        number |= code % 10 << (16 - 4 * i);
    }
    return number;
}

static uint32_t random_occupation(void)
{
    static const uint32_t codes[] = {5321, 5322, 5311, 2411, 9412, 9112};
    return isco(codes[next(6)]);
}

static set random_occupations(uint32_t most)
{
    set s = {.count = 0};
    uint32_t wanted = next(most + 1);
    while (s.count < wanted) {
        uint32_t one = random_occupation();
        uint32_t at = 0;
        while (at < s.count && s.values[at] != one) {
            at++;
        }
        if (at < s.count) {
            wanted--;
            continue;
        }
        s.values[s.count++] = one;
    }
    for (uint32_t i = 0; i + 1 < s.count; i++) {
        for (uint32_t k = i + 1; k < s.count; k++) {
            if (s.values[k] < s.values[i]) {
                uint32_t kept = s.values[i];
                s.values[i] = s.values[k];
                s.values[k] = kept;
            }
        }
    }
    return s;
}

static void invent(void)
{
    for (uint32_t i = 0; i < COUNT; i++) {
        toy_person *p = &people[i];
        *p = (toy_person){.languages = random_set(4),
                          .recognition_count = next(3),
                          .parts_of = random_occupations(2),
                          .skills = random_set(6),
                          .wishes = random_occupations(2),
                          .not_occupations =
                              next(3) == 0 ? random_occupations(1) : (set){.count = 0},
                          .school = (uint16_t)next(5),
                          .eqf = (int32_t)next(7),
                          .licences = next(8),
                          .kinds = next(3) == 0 ? 0 : next(1 << 13),
                          .not_kinds = next(4) == 0 ? 1u << next(13) : 0,
                          .settings = next(2) == 0 ? 0 : next(8),
                          .goal = next(3) == 0 ? random_occupation() : 0};
        for (uint32_t k = 0; k < SET_MAX; k++) {
            p->levels[k] = (int32_t)next(7);
            p->recognition[k] = (int32_t)next(6);
            p->part_numbers[k] = 1 + (int32_t)next(3);
        }
        toy_offer *o = &offers[i];
        *o = (toy_offer){.kind = (uint16_t)(i % 13),
                         .school = (uint16_t)next(5),
                         .group = (uint16_t)next(3),
                         .languages = random_set(4),
                         .skills = random_set(6),
                         .licences = next(8),
                         .eqf = (int32_t)next(7),
                         .part_of = next(2) == 0 ? 0 : random_occupation(),
                         .part_number = 1 + (int32_t)next(3),
                         .insured = (uint8_t)next(2),
                         .occupation = random_occupation()};
        for (uint32_t k = 0; k < SET_MAX; k++) {
            o->levels[k] = (int32_t)next(7);
        }
    }
}

/* ------------------------------------------------------------------------------------ plainly */

static double common_share(uint32_t a, uint32_t b)
{
    double share = 0;
    for (int shift = 16; shift >= 4 && (a >> shift & 15) == (b >> shift & 15); shift -= 4) {
        share += 0.25;
    }
    return share;
}

static bool is_in(const set *s, uint32_t value)
{
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->values[i] == value) {
            return true;
        }
    }
    return false;
}

static double qualification(const toy_person *p, const toy_offer *o)
{
    bool is_begun = o->part_of != 0 && is_in(&p->parts_of, o->part_of);
    for (uint32_t i = 0; is_begun && i < p->parts_of.count; i++) {
        if (p->parts_of.values[i] == o->part_of && p->part_numbers[i] == o->part_number) {
            return 0;
        }
    }
    bool is_new = o->eqf > p->eqf || (o->licences & ~p->licences) != 0;
    for (uint32_t i = 0; i < o->skills.count; i++) {
        is_new = is_new || !is_in(&p->skills, o->skills.values[i]);
    }
    return is_begun ? 1 : is_new ? 0.7 : 0.2;
}

static double progress(const toy_person *p, const toy_offer *o)
{
    const char *kind = CODES(kind)->entries[o->kind].id;
    double best = 0;
    bool has_open = false;
    if (strcmp(kind, "language_course") == 0) {
        for (uint32_t i = 0; i < o->languages.count; i++) {
            int32_t have = 0;
            for (uint32_t k = 0; k < p->languages.count; k++) {
                have = p->languages.values[k] == o->languages.values[i] ? p->levels[k] : have;
            }
            has_open = has_open || o->levels[i] > have;
        }
        return has_open ? 1 : 0.1;
    }
    if (strcmp(kind, "qualification") == 0) {
        return qualification(p, o);
    }
    if (strcmp(kind, "school_certificate") == 0) {
        return o->school > p->school ? 1 : 0.1;
    }
    if (strcmp(kind, "recognition_measure") == 0) {
        for (uint32_t i = 0; i < p->recognition_count; i++) {
            const char *state = CODES(recognition)->entries[p->recognition[i]].id;
            has_open = has_open || strcmp(state, "none") == 0 || strcmp(state, "applied") == 0 ||
                       strcmp(state, "partial") == 0;
        }
        return has_open ? 1 : 0.2;
    }
    if (strcmp(kind, "apprenticeship") == 0) {
        return o->eqf > p->eqf ? 0.9 : 0.4;
    }
    if (strcmp(kind, "job") == 0 || strcmp(kind, "subsidised_job") == 0) {
        if (o->insured == 0) {
            return 0.3;
        }
        if (p->wishes.count == 0 && p->goal == 0) {
            return 0.7;
        }
        best = p->goal == 0 ? 0 : common_share(p->goal, o->occupation);
        for (uint32_t i = 0; i < p->wishes.count; i++) {
            double share = common_share(p->wishes.values[i], o->occupation);
            best = share > best ? share : best;
        }
        return 0.4 + 0.6 * best;
    }
    return strcmp(kind, "volunteering") == 0       ? 0.3
           : strcmp(kind, "work_opportunity") == 0 ? 0.2
                                                   : 0.5;
}

static double wish(const toy_person *p, const toy_offer *o)
{
    static const char *const with_group[] = {
        "language_course", "qualification", "school_certificate", "recognition_measure",
        "coaching",        "counselling",   "mentoring"};
    static const char *const without_occupation[] = {"language_course", "school_certificate",
                                                     "coaching", "counselling", "mentoring"};
    const char *kind = CODES(kind)->entries[o->kind].id;
    bool has_group = false;
    bool has_occupation = true;
    for (uint32_t i = 0; i < 7; i++) {
        has_group = has_group || strcmp(kind, with_group[i]) == 0;
    }
    for (uint32_t i = 0; i < 5; i++) {
        has_occupation = has_occupation && strcmp(kind, without_occupation[i]) != 0;
    }
    if ((p->not_kinds >> o->kind & 1) != 0 ||
        (has_occupation && is_in(&p->not_occupations, o->occupation))) {
        return 0;
    }
    double of_kind = (p->kinds >> o->kind & 1) != 0;
    double of_group = (p->settings >> o->group & 1) != 0;
    if (has_group && p->settings != 0) {
        return p->kinds != 0 ? 0.7 * of_kind + 0.3 * of_group : of_group;
    }
    return p->kinds != 0 ? of_kind : 0.5;
}

/* ------------------------------------------------------------------------------------ tables */

/* Columns are added in the manifest's order; the fact `skip` is left out of every row. */
static toy_table *table_new(uint32_t side, uint32_t count)
{
    toy_table *t = malloc(sizeof(*t));
    toy_init(t, side, count);
    return t;
}

static void put_set(toy_table *t, const lotse_column *c, uint32_t row, const set *s, bool is_there)
{
    if (is_there) {
        toy_put_list(t, c, row, s->values, s->count);
    }
}

static void put_numbers(toy_table *t, const lotse_column *c, uint32_t row, const int32_t *values,
                        uint32_t count, bool is_there)
{
    if (is_there) {
        toy_put_list(t, c, row, values, count);
    }
}

static void put(toy_table *t, const lotse_column *c, uint32_t row, const void *value, size_t width,
                bool is_there)
{
    if (is_there) {
        toy_put(t, c, row, value, width);
    }
}

static lotse_codes codes_of(uint64_t members)
{
    return (lotse_codes){members, UINT64_MAX};
}

static toy_table *progress_people(const toy_person *p, uint32_t count, uint32_t skip)
{
    static const uint32_t lists[] = {LOTSE_CODE_LIST,    LOTSE_CODE_LIST, LOTSE_CODE_LIST,
                                     LOTSE_CONCEPT_LIST, LOTSE_INT_LIST,  LOTSE_CONCEPT_SET,
                                     LOTSE_CONCEPT_SET};
    toy_table *t = table_new(LOTSE_SEEKER, count);
    const lotse_column *c[11];
    for (uint32_t i = 0; i < 7; i++) {
        c[i] = toy_add_list(t, lists[i]);
    }
    c[7] = toy_add(t, LOTSE_CODE, 2);
    c[8] = toy_add(t, LOTSE_INT, 4);
    c[9] = toy_add(t, LOTSE_CODE_SET, sizeof(lotse_codes));
    c[10] = toy_add(t, LOTSE_CONCEPT, 4);
    for (uint32_t row = 0; row < count; row++, p++) {
        lotse_codes licences = codes_of(p->licences);
        put_set(t, c[0], row, &p->languages, skip != 0);
        put_numbers(t, c[1], row, p->levels, p->languages.count, skip != 0);
        put_numbers(t, c[2], row, p->recognition, p->recognition_count, skip != 1);
        put_set(t, c[3], row, &p->parts_of, skip != 2);
        put_numbers(t, c[4], row, p->part_numbers, p->parts_of.count, skip != 2);
        put_set(t, c[5], row, &p->skills, skip != 3);
        put_set(t, c[6], row, &p->wishes, true);
        put(t, c[7], row, &p->school, 2, skip != 4);
        put(t, c[8], row, &p->eqf, 4, skip != 5);
        put(t, c[9], row, &licences, sizeof(licences), skip != 6);
        put(t, c[10], row, &p->goal, 4, p->goal != 0);
    }
    return t;
}

static toy_table *progress_offers(const toy_offer *o, uint32_t count, uint32_t skip)
{
    toy_table *t = table_new(LOTSE_OFFER, count);
    const lotse_column *c[11] = {toy_add(t, LOTSE_CODE, 2), toy_add_list(t, LOTSE_CODE_LIST),
                                 toy_add_list(t, LOTSE_CODE_LIST),
                                 toy_add_list(t, LOTSE_CONCEPT_SET)};
    c[4] = toy_add(t, LOTSE_CODE_SET, sizeof(lotse_codes));
    c[5] = toy_add(t, LOTSE_CODE, 2);
    c[6] = toy_add(t, LOTSE_INT, 4);
    c[7] = toy_add(t, LOTSE_CONCEPT, 4);
    c[8] = toy_add(t, LOTSE_INT, 4);
    c[9] = toy_add(t, LOTSE_FLAG, 1);
    c[10] = toy_add(t, LOTSE_CONCEPT, 4);
    for (uint32_t row = 0; row < count; row++, o++) {
        lotse_codes licences = codes_of(o->licences);
        put(t, c[0], row, &o->kind, 2, true);
        put_set(t, c[1], row, &o->languages, skip != 10);
        put_numbers(t, c[2], row, o->levels, o->languages.count, skip != 10);
        put_set(t, c[3], row, &o->skills, skip != 11);
        put(t, c[4], row, &licences, sizeof(licences), skip != 12);
        put(t, c[5], row, &o->school, 2, skip != 13);
        put(t, c[6], row, &o->eqf, 4, skip != 14);
        put(t, c[7], row, &o->part_of, 4, o->part_of != 0);
        put(t, c[8], row, &o->part_number, 4, o->part_of != 0);
        put(t, c[9], row, &o->insured, 1, skip != 15);
        put(t, c[10], row, &o->occupation, 4, skip != 16);
    }
    return t;
}

static toy_table *wish_people(const toy_person *p, uint32_t count, uint32_t skip)
{
    toy_table *t = table_new(LOTSE_SEEKER, count);
    (void)skip;
    const lotse_column *kinds = toy_add(t, LOTSE_CODE_SET, sizeof(lotse_codes));
    const lotse_column *not_kinds = toy_add(t, LOTSE_CODE_SET, sizeof(lotse_codes));
    const lotse_column *not_occupations = toy_add_list(t, LOTSE_CONCEPT_SET);
    const lotse_column *settings = toy_add(t, LOTSE_CODE_SET, sizeof(lotse_codes));
    for (uint32_t row = 0; row < count; row++, p++) {
        lotse_codes codes[3] = {codes_of(p->kinds), codes_of(p->not_kinds), codes_of(p->settings)};
        put(t, kinds, row, &codes[0], sizeof(codes[0]), p->kinds != 0);
        put(t, not_kinds, row, &codes[1], sizeof(codes[1]), p->not_kinds != 0);
        put_set(t, not_occupations, row, &p->not_occupations, true);
        put(t, settings, row, &codes[2], sizeof(codes[2]), p->settings != 0);
    }
    return t;
}

static toy_table *wish_offers(const toy_offer *o, uint32_t count, uint32_t skip)
{
    toy_table *t = table_new(LOTSE_OFFER, count);
    const lotse_column *kind = toy_add(t, LOTSE_CODE, 2);
    const lotse_column *occupation = toy_add(t, LOTSE_CONCEPT, 4);
    const lotse_column *group = toy_add(t, LOTSE_CODE, 2);
    for (uint32_t row = 0; row < count; row++, o++) {
        put(t, kind, row, &o->kind, 2, true);
        put(t, occupation, row, &o->occupation, 4, skip != 16);
        put(t, group, row, &o->group, 2, skip != 17);
    }
    return t;
}

/* ------------------------------------------------------------------------------------ comparing */

typedef struct subject {
    const char *id;
    double (*plain)(const toy_person *p, const toy_offer *o);
    toy_table *(*people)(const toy_person *p, uint32_t count, uint32_t skip);
    toy_table *(*offers)(const toy_offer *o, uint32_t count, uint32_t skip);
} subject;

static const subject subjects[] = {{"lotse.progress", progress, progress_people, progress_offers},
                                   {"lotse.wish", wish, wish_people, wish_offers}};

static registry *plugins;

static void open_plugins(void)
{
    static const char *const builtin[] = {BUILD_DIR "/bin/plugins"};
    registry_config config = {.builtin_dirs = builtin, .builtin_dir_count = 1};
    err e = {0};
    ck_assert_msg(registry_new(&config, &plugins, &e), "%s", e.text);
    invent();
}

static void close_plugins(void)
{
    registry_free(&plugins);
}

static const lotse_criterion *make(const char *id)
{
    const match_program *p = registry_program(plugins);
    static const lotse_params none = {.size = sizeof(none), .params_offset = sizeof(none)};
    lotse_error why = {.size = sizeof(why)};
    uint32_t i = 0;
    while (i < p->criterion_count && strcmp(p->criteria[i].id, id) != 0) {
        i++;
    }
    ck_assert_uint_lt(i, p->criterion_count);
    const lotse_criterion *c = p->criteria[i].factory->create(program_host(), id, &why);
    ck_assert_ptr_nonnull(c);
    ck_assert_int_eq(c->configure(c->self, &none, &why), LOTSE_OK);
    return c;
}

/* Every answer, and that its reasons sum to it. */
static void ask(const lotse_criterion *c, const toy_table *anchor, const toy_table *others,
                uint8_t *verdicts, int32_t *scores)
{
    static struct {
        lotse_reasons head;
        lotse_reason reasons[4 * COUNT];
        uint32_t values[64];
    } block;
    uint32_t rows[COUNT];
    int32_t sums[COUNT] = {0};
    lotse_error why = {.size = sizeof(why)};
    for (uint32_t i = 0; i < COUNT; i++) {
        rows[i] = i;
    }
    ck_assert_int_eq(c->select(c->self, &anchor->table, 20600, &why), LOTSE_OK);
    ck_assert_int_eq(c->score(c->self, &others->table, rows, COUNT, NULL, verdicts, scores),
                     LOTSE_OK);
    block.head =
        (lotse_reasons){.size = sizeof(block.head),
                        .capacity = 4 * COUNT,
                        .values_capacity = 64,
                        .reasons_offset = (uint64_t)((char *)block.reasons - (char *)&block),
                        .values_offset = (uint64_t)((char *)block.values - (char *)&block)};
    ck_assert_int_eq(c->explain(c->self, &others->table, rows, COUNT, NULL, &block.head), LOTSE_OK);
    uint32_t last = 0;
    for (uint32_t i = 0; i < block.head.count; i++) {
        ck_assert_uint_ge(block.reasons[i].row_index, last);
        last = block.reasons[i].row_index;
        sums[last] += block.reasons[i].points;
    }
    ck_assert_uint_eq(last, COUNT - 1);
    for (uint32_t i = 0; i < COUNT; i++) {
        ck_assert_int_eq(sums[i], scores[i]);
    }
}

static void compare(const subject *s, uint32_t who, uint32_t what, uint8_t verdict, int32_t score,
                    uint32_t skip, uint32_t *checks)
{
    int32_t wanted = (int32_t)(s->plain(&people[who], &offers[what]) * 1e6 + 0.5);
    bool is_none = verdict == LOTSE_CHECK && score == 500000 && skip != NO_FACT;
    *checks += is_none;
    ck_assert_msg(is_none || (verdict == LOTSE_YES && score == wanted),
                  "%s, person %u, offer %u (%s), without fact %u: %d (%u), not %d", s->id, who,
                  what, CODES(kind)->entries[offers[what].kind].id, skip, score, verdict, wanted);
}

static void run(const subject *s, uint32_t skip, uint32_t *checks)
{
    const lotse_criterion *c = make(s->id);
    uint8_t verdicts[COUNT];
    int32_t scores[COUNT];
    toy_table *all_people = s->people(people, COUNT, skip);
    toy_table *all_offers = s->offers(offers, COUNT, skip);
    for (uint32_t i = 0; i < COUNT; i++) {
        toy_table *one = s->people(&people[i], 1, skip);
        ask(c, one, all_offers, verdicts, scores);
        for (uint32_t k = 0; k < COUNT; k++) {
            compare(s, i, k, verdicts[k], scores[k], skip, checks);
        }
        toy_free(one);
        one = s->offers(&offers[i], 1, skip);
        ask(c, one, all_people, verdicts, scores);
        for (uint32_t k = 0; k < COUNT; k++) {
            compare(s, k, i, verdicts[k], scores[k], skip, checks);
        }
        toy_free(one);
    }
    toy_free(all_people);
    toy_free(all_offers);
    c->destroy(c->self);
}

START_TEST(scores_are_those_of_the_plain_formula_in_both_directions)
{
    uint32_t checks = 0;
    run(&subjects[_i], NO_FACT, &checks);
    ck_assert_uint_eq(checks, 0);
}
END_TEST

START_TEST(a_fact_less_gives_the_same_answer_or_none)
{
    uint32_t checks = 0;
    for (uint32_t skip = 0; skip < FACT_MAX; skip++) {
        run(&subjects[_i], skip, &checks);
    }
    ck_assert_uint_gt(checks, 100);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("plugin_progress");
    TCase *c = tcase_create("formulas");
    tcase_set_timeout(c, 120);
    tcase_add_checked_fixture(c, open_plugins, close_plugins);
    tcase_add_loop_test(c, scores_are_those_of_the_plain_formula_in_both_directions, 0, 2);
    tcase_add_loop_test(c, a_fact_less_gives_the_same_answer_or_none, 0, 2);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
