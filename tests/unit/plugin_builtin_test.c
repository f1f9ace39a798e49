/* Every built-in criterion against a plain reading of its formula, on random columns, with a seeker
 * and with an offer as anchor. The plain readings know nothing of tables or bits. */

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/registry.h"
#include "plugin/toy_table.h"

enum { COUNT = 120, AS_OF = 20600, LIST_MAX = 5, CODE_COUNT = 4, KIND_COUNT = 5, GERMAN = 32 };

/* ------------------------------------------------------------------------------------ invented
 * pairs */

typedef struct toy_language {
    int32_t code;
    int32_t levels[KIND_COUNT]; /* LOTSE_ABSENT: not stated */
} toy_language;

typedef struct toy_side {
    int has_skills;
    uint32_t skills[LIST_MAX], skill_count;
    int has_occupations;
    uint32_t occupations[LIST_MAX], occupation_count;
    uint16_t kind;
    int has_languages;
    toy_language languages[LIST_MAX];
    uint32_t language_count;
    int has_day;
    int32_t day;
    int32_t max_km;
} toy_side;

static uint32_t random_state = 12345;

static uint32_t next(uint32_t below)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)random_state * below) >> 32);
}

static uint32_t coded(uint32_t scheme, const char *digits)
{
    uint32_t number = scheme << 28 | (uint32_t)strlen(digits) << 20;
    for (uint32_t i = 0; digits[i] != 0; i++) {
        number |= (uint32_t)(digits[i] - '0') << (16 - 4 * i);
    }
    return number;
}

static uint32_t random_occupation(void)
{
    char digits[6];
    uint32_t scheme = next(3);
    if (scheme == LOTSE_SCHEME_ESCO) {
        return 1 + next(4);
    }
    snprintf(digits, sizeof(digits), "%u%u%u%u%u", 1 + next(2), next(2), next(2), next(2), next(2));
    uint32_t most = scheme == LOTSE_SCHEME_ISCO ? 4 : 5;
    digits[next(4) == 0 ? 1 + next(most) : most] = 0;
    return coded(scheme, digits);
}

static int compare(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

/* Ascending, each once. */
static uint32_t random_set(uint32_t *values, uint32_t (*draw)(void))
{
    uint32_t drawn = next(LIST_MAX + 1), count = 0;
    for (uint32_t i = 0; i < drawn; i++) {
        values[i] = draw();
    }
    qsort(values, drawn, sizeof(values[0]), compare);
    for (uint32_t i = 0; i < drawn; i++) {
        if (count == 0 || values[i] != values[count - 1]) {
            values[count++] = values[i];
        }
    }
    return count;
}

/* Some beyond what the plugin keeps as bits. */
static uint32_t random_skill(void)
{
    return next(4) == 0 ? 300000 + next(4) : 1 + next(8);
}

static toy_side random_side(void)
{
    toy_side s = {.has_skills = next(5) > 0,
                  .has_occupations = next(5) > 0,
                  .kind = (uint16_t)next(13),
                  .has_languages = next(5) > 0,
                  .has_day = next(5) > 0,
                  .max_km = next(6) == 0 ? 0 : (int32_t)next(60)};
    s.day = next(6) == 0 ? LOTSE_OPEN : AS_OF - 100 + (int32_t)next(400);
    s.skill_count = s.has_skills ? random_set(s.skills, random_skill) : 0;
    s.occupation_count = s.has_occupations ? random_set(s.occupations, random_occupation) : 0;
    for (int32_t code = 0; s.has_languages && code < CODE_COUNT; code++) {
        toy_language *l = &s.languages[s.language_count];
        l->code = GERMAN - 1 + code;
        for (uint32_t kind = 0; kind < KIND_COUNT; kind++) {
            int is_there = next(kind == 0 ? 6 : 3) < (kind == 0 ? 5u : 1u);
            l->levels[kind] = is_there ? (int32_t)next(7) : LOTSE_ABSENT;
        }
        s.language_count += next(2);
    }
    return s;
}

/* ------------------------------------------------------------------------------------ running one
 */

typedef struct expected {
    uint8_t verdict;
    int32_t score;
} expected;

typedef struct fixture {
    registry *r;
    const criterion_spec *spec;
    const manifest *m;
    const lotse_criterion *c;
    toy_side seekers[COUNT], offers[COUNT];
} fixture;

static fixture *open_criterion(const char *id)
{
    const char *dirs[] = {BUILD_DIR "/bin/plugins"};
    registry_config config = {.builtin_dirs = dirs, .builtin_dir_count = 1};
    fixture *f = calloc(1, sizeof(*f));
    err e = {0};
    lotse_error why = {.size = sizeof(why)};
    ck_assert_msg(registry_new(&config, &f->r, &e), "%s", e.text);
    const match_program *p = registry_program(f->r);
    for (uint32_t i = 0; i < p->criterion_count; i++) {
        if (strcmp(p->criteria[i].id, id) == 0) {
            f->spec = &p->criteria[i];
        }
    }
    ck_assert_ptr_nonnull(f->spec);
    f->m = registry_manifest_of(f->r, f->spec->plugin);
    f->c = f->spec->factory->create(program_host(), id, &why);
    ck_assert_ptr_nonnull(f->c);
    ck_assert_int_eq(f->c->configure(f->c->self, NULL, &why), LOTSE_OK);
    for (uint32_t i = 0; i < COUNT; i++) {
        f->seekers[i] = random_side();
        f->offers[i] = random_side();
    }
    return f;
}

static void close_criterion(fixture *f)
{
    f->c->destroy(f->c->self);
    registry_free(&f->r);
    free(f);
}

static void check_args(const fixture *f, const lotse_reason *reason, const lotse_reasons *reasons)
{
    ck_assert_uint_lt(reason->sentence, f->m->sentence_count);
    const manifest_sentence *s = &f->m->sentences[reason->sentence];
    ck_assert_uint_eq(reason->arg_count, s->arg_count);
    for (uint32_t i = 0; i < s->arg_count; i++) {
        const lotse_arg *arg = &reason->args[i];
        ck_assert_uint_eq(arg->type, s->args[i].type);
        if (arg->type == LOTSE_ARG_CONCEPTS) {
            ck_assert_uint_le(arg->value + arg->count, reasons->values_count);
        }
        if (arg->type == LOTSE_ARG_CODE) {
            ck_assert_uint_lt(arg->value, s->args[i].codes->count);
        }
    }
}

/* Explains rows with little room, again and again, until all are answered. */
static void check_explains(const fixture *f, const toy_table *t, const lotse_pairs *pairs_of_all,
                           const uint32_t *rows, const double *kms, const expected *wanted)
{
    enum { ROOM = 7, VALUES = 64 };
    struct {
        lotse_reasons head;
        lotse_reason reasons[ROOM];
        uint32_t values[VALUES];
    } answer;
    (void)pairs_of_all;
    uint32_t done = 0;
    while (done < COUNT) {
        memset(&answer, 0, sizeof(answer));
        answer.head = (lotse_reasons){.size = sizeof(answer.head),
                                      .capacity = ROOM,
                                      .values_capacity = VALUES,
                                      .reasons_offset = offsetof(__typeof__(answer), reasons),
                                      .values_offset = offsetof(__typeof__(answer), values)};
        struct {
            lotse_pairs head;
            double kms[COUNT];
        } pairs = {.head = {sizeof(lotse_pairs), COUNT - done, sizeof(lotse_pairs)}};
        memcpy(pairs.kms, kms + done, (COUNT - done) * sizeof(double));
        ck_assert_int_eq(f->c->explain(f->c->self, &t->table, rows + done, COUNT - done,
                                       &pairs.head, &answer.head),
                         LOTSE_OK);
        ck_assert_uint_gt(answer.head.count, 0);
        uint32_t last = answer.reasons[answer.head.count - 1].row_index;
        uint32_t at = 0;
        for (uint32_t row = 0; row <= last; row++) {
            int32_t sum = 0;
            ck_assert_uint_eq(answer.reasons[at].row_index, row);
            for (; at < answer.head.count && answer.reasons[at].row_index == row; at++) {
                check_args(f, &answer.reasons[at], &answer.head);
                sum += answer.reasons[at].points;
            }
            ck_assert_int_eq(sum, wanted[done + row].score);
        }
        done += last + 1;
    }
}

static void check_rows(const fixture *f, const toy_table *anchor, const toy_table *t,
                       const double *kms, const expected *wanted)
{
    struct {
        lotse_pairs head;
        double kms[COUNT];
    } pairs = {.head = {sizeof(lotse_pairs), COUNT, sizeof(lotse_pairs)}};
    uint32_t rows[COUNT];
    uint8_t verdicts[COUNT];
    int32_t scores[COUNT];
    double shuffled[COUNT];
    expected by_place[COUNT];
    lotse_error why = {.size = sizeof(why)};
    ck_assert_int_eq(f->c->select(f->c->self, &anchor->table, AS_OF, &why), LOTSE_OK);
    for (uint32_t i = 0; i < COUNT; i++) {
        rows[i] = COUNT - 1 - i;
        shuffled[i] = kms[rows[i]];
        by_place[i] = wanted[rows[i]];
    }
    memcpy(pairs.kms, shuffled, sizeof(shuffled));
    ck_assert_int_eq(f->c->score(f->c->self, &t->table, rows, COUNT, &pairs.head, verdicts, scores),
                     LOTSE_OK);
    for (uint32_t i = 0; i < COUNT; i++) {
        ck_assert_uint_eq(verdicts[i], by_place[i].verdict);
        ck_assert_int_eq(scores[i], by_place[i].score);
    }
    check_explains(f, t, &pairs.head, rows, shuffled, by_place);
}

static int32_t micro(double share)
{
    return (int32_t)floor(share * 1e6 + 0.5);
}

static const expected HALF_YES = {LOTSE_YES, 500000};
static const expected HALF_CHECK = {LOTSE_CHECK, 500000};

typedef expected judge_pair(const toy_side *seeker, const toy_side *offer, double km);
typedef void make_table(toy_table *t, uint32_t side, const toy_side *sides, uint32_t count);

static void check_anchor(const fixture *f, make_table *make, uint32_t side, const toy_side *who,
                         const toy_table *t, const double *kms, const expected *wanted)
{
    toy_table *anchor = malloc(sizeof(toy_table));
    make(anchor, side, who, 1);
    check_rows(f, anchor, t, kms, wanted);
    toy_free(anchor);
}

static void check_both_ways(const char *id, make_table *make, judge_pair *judge)
{
    fixture *f = open_criterion(id);
    toy_table *all[2] = {malloc(sizeof(toy_table)), malloc(sizeof(toy_table))};
    make(all[LOTSE_SEEKER], LOTSE_SEEKER, f->seekers, COUNT);
    make(all[LOTSE_OFFER], LOTSE_OFFER, f->offers, COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        expected to_offers[COUNT], to_seekers[COUNT];
        double kms[COUNT];
        for (uint32_t j = 0; j < COUNT; j++) {
            uint32_t luck = next(10);
            kms[j] = luck == 0 ? NAN : luck == 1 ? -1.0 : luck == 2 ? 0.0 : next(60000) / 1000.0;
            to_offers[j] = judge(&f->seekers[i], &f->offers[j], kms[j]);
            to_seekers[j] = judge(&f->seekers[j], &f->offers[i], kms[j]);
        }
        check_anchor(f, make, LOTSE_SEEKER, &f->seekers[i], all[LOTSE_OFFER], kms, to_offers);
        check_anchor(f, make, LOTSE_OFFER, &f->offers[i], all[LOTSE_SEEKER], kms, to_seekers);
    }
    toy_free(all[LOTSE_SEEKER]);
    toy_free(all[LOTSE_OFFER]);
    close_criterion(f);
}

/* ------------------------------------------------------------------------------------ skills */

static void make_skills(toy_table *t, uint32_t side, const toy_side *sides, uint32_t count)
{
    toy_init(t, side, count);
    const lotse_column *c = toy_add_list(t, LOTSE_CONCEPT_SET);
    for (uint32_t i = 0; i < count; i++) {
        if (sides[i].has_skills) {
            toy_put_list(t, c, i, sides[i].skills, sides[i].skill_count);
        }
    }
}

static expected judge_skills(const toy_side *s, const toy_side *o, double km)
{
    uint32_t there = 0;
    (void)km;
    if (o->skill_count == 0) {
        return HALF_YES;
    }
    if (!s->has_skills) {
        return HALF_CHECK;
    }
    for (uint32_t i = 0; i < o->skill_count; i++) {
        for (uint32_t j = 0; j < s->skill_count; j++) {
            there += o->skills[i] == s->skills[j];
        }
    }
    return (expected){LOTSE_YES, micro((double)there / o->skill_count)};
}

START_TEST(skills_scores_the_share_of_desired_skills)
{
    check_both_ways("lotse.skills", make_skills, judge_skills);
}
END_TEST

/* ------------------------------------------------------------------------------------ occupation
 */

static void make_occupation(toy_table *t, uint32_t side, const toy_side *sides, uint32_t count)
{
    toy_init(t, side, count);
    if (side == LOTSE_SEEKER) {
        const lotse_column *wishes = toy_add_list(t, LOTSE_CONCEPT_SET);
        for (uint32_t i = 0; i < count; i++) {
            if (sides[i].has_occupations) {
                toy_put_list(t, wishes, i, sides[i].occupations, sides[i].occupation_count);
            }
        }
        return;
    }
    const lotse_column *occupation = toy_add(t, LOTSE_CONCEPT, sizeof(uint32_t));
    const lotse_column *kind = toy_add(t, LOTSE_CODE, sizeof(uint16_t));
    for (uint32_t i = 0; i < count; i++) {
        if (sides[i].occupation_count > 0) {
            toy_put(t, occupation, i, sides[i].occupations, sizeof(uint32_t));
        }
        toy_put(t, kind, i, &sides[i].kind, sizeof(uint16_t));
    }
}

static double nearness(uint32_t wish, uint32_t offered)
{
    char a[6] = "", b[6] = "";
    uint32_t scheme = LOTSE_CONCEPT_SCHEME(wish), common = 0;
    if (scheme != LOTSE_CONCEPT_SCHEME(offered)) {
        return 0.0;
    }
    if (scheme == LOTSE_SCHEME_ESCO) {
        return wish == offered ? 1.0 : 0.0;
    }
    snprintf(a, sizeof(a), "%05x", wish & 0xfffffu);
    snprintf(b, sizeof(b), "%05x", offered & 0xfffffu);
    a[LOTSE_CONCEPT_DIGITS(wish)] = 0;
    b[LOTSE_CONCEPT_DIGITS(offered)] = 0;
    while (a[common] != 0 && a[common] == b[common]) {
        common++;
    }
    return scheme == LOTSE_SCHEME_ISCO ? common / 4.0 : common / 5.0;
}

static expected judge_occupation(const toy_side *s, const toy_side *o, double km)
{
    static const int applies[13] = {0, 1, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1};
    double best = 0.0;
    (void)km;
    if (s->occupation_count == 0) {
        return HALF_YES;
    }
    if (o->occupation_count == 0) {
        return applies[o->kind] ? HALF_CHECK : HALF_YES;
    }
    for (uint32_t i = 0; i < s->occupation_count; i++) {
        best = fmax(best, nearness(s->occupations[i], o->occupations[0]));
    }
    return (expected){LOTSE_YES, micro(best)};
}

START_TEST(occupation_scores_digits_in_common_with_the_best_wish)
{
    check_both_ways("lotse.occupation", make_occupation, judge_occupation);
}
END_TEST

/* ------------------------------------------------------------------------------------ commute */

static void make_commute(toy_table *t, uint32_t side, const toy_side *sides, uint32_t count)
{
    toy_init(t, side, count);
    if (side == LOTSE_SEEKER) {
        const lotse_column *c = toy_add(t, LOTSE_INT, sizeof(int32_t));
        for (uint32_t i = 0; i < count; i++) {
            toy_put_int(t, c, i, sides[i].max_km);
        }
    }
}

static expected judge_commute(const toy_side *s, const toy_side *o, double km)
{
    (void)o;
    if (isnan(km)) {
        return HALF_CHECK;
    }
    if (km == -1.0) {
        return (expected){LOTSE_YES, 1000000};
    }
    if (s->max_km == 0) {
        return (expected){LOTSE_YES, 0};
    }
    return (expected){LOTSE_YES, micro(fmax(0.0, 1.0 - km / s->max_km))};
}

START_TEST(commute_scores_what_is_left_of_the_way)
{
    check_both_ways("lotse.commute", make_commute, judge_commute);
}
END_TEST

/* ------------------------------------------------------------------------------------ schedule */

static void make_schedule(toy_table *t, uint32_t side, const toy_side *sides, uint32_t count)
{
    toy_init(t, side, count);
    const lotse_column *c = toy_add(t, LOTSE_DAY, sizeof(int32_t));
    for (uint32_t i = 0; i < count; i++) {
        int is_open_from = side == LOTSE_SEEKER && sides[i].day == LOTSE_OPEN;
        if (sides[i].has_day) {
            toy_put_int(t, c, i, is_open_from ? AS_OF : sides[i].day);
        }
    }
}

static expected judge_schedule(const toy_side *s, const toy_side *o, double km)
{
    (void)km;
    if (!s->has_day || !o->has_day) {
        return HALF_CHECK;
    }
    int32_t from = s->day == LOTSE_OPEN || s->day < AS_OF ? AS_OF : s->day;
    int32_t days = o->day == LOTSE_OPEN || o->day < from ? 0 : o->day - from;
    return (expected){LOTSE_YES, micro(1.0 - (days > 180 ? 180 : days) / 180.0)};
}

START_TEST(schedule_scores_how_soon_it_starts)
{
    check_both_ways("lotse.schedule", make_schedule, judge_schedule);
}
END_TEST

/* ------------------------------------------------------------------------------------ language */

static int32_t level_of(const toy_side *s, int32_t code, uint32_t kind)
{
    if (!s->has_languages) {
        return LOTSE_ABSENT;
    }
    for (uint32_t i = 0; i < s->language_count; i++) {
        if (s->languages[i].code == code) {
            return s->languages[i].levels[kind];
        }
    }
    return 0;
}

/* The single value of German: of a person whose list lacks it the lowest, of an offer none. */
static void put_german(toy_table *t, uint32_t side, const toy_side *sides, uint32_t count)
{
    for (uint32_t kind = 0; kind < KIND_COUNT; kind++) {
        const lotse_column *c = toy_add(t, LOTSE_CODE, sizeof(uint16_t));
        for (uint32_t row = 0; row < count; row++) {
            int is_named = 0;
            for (uint32_t i = 0; i < sides[row].language_count; i++) {
                is_named |= sides[row].languages[i].code == GERMAN;
            }
            int32_t level = level_of(&sides[row], GERMAN, kind);
            uint16_t value = (uint16_t)level;
            if (level != LOTSE_ABSENT && (is_named || side == LOTSE_SEEKER)) {
                toy_put(t, c, row, &value, sizeof(value));
            }
        }
    }
}

static void make_language(toy_table *t, uint32_t side, const toy_side *sides, uint32_t count)
{
    toy_init(t, side, count);
    const lotse_column *columns[1 + KIND_COUNT];
    for (uint32_t i = 0; i <= KIND_COUNT; i++) {
        columns[i] = toy_add_list(t, LOTSE_CODE_LIST);
    }
    for (uint32_t row = 0; row < count; row++) {
        const toy_side *s = &sides[row];
        for (uint32_t i = 0; s->has_languages && i <= KIND_COUNT; i++) {
            int32_t values[LIST_MAX];
            for (uint32_t j = 0; j < s->language_count; j++) {
                values[j] = i == 0 ? s->languages[j].code : s->languages[j].levels[i - 1];
            }
            toy_put_list(t, columns[i], row, values, s->language_count);
        }
    }
    put_german(t, side, sides, count);
}

static expected judge_language(const toy_side *s, const toy_side *o, double km)
{
    int32_t smallest = INT32_MAX;
    int is_asked = 0, is_missing = 0;
    (void)km;
    for (uint32_t i = 0; o->has_languages && i < o->language_count; i++) {
        for (uint32_t kind = 0; kind < KIND_COUNT; kind++) {
            int32_t need = o->languages[i].levels[kind];
            if (need == LOTSE_ABSENT) {
                continue;
            }
            int32_t have = level_of(s, o->languages[i].code, kind);
            is_asked = 1;
            if (have == LOTSE_ABSENT) {
                is_missing = 1;
            } else if (have - need < smallest) {
                smallest = have - need;
            }
        }
    }
    if (!is_asked) {
        return HALF_YES;
    }
    if (is_missing) {
        return HALF_CHECK;
    }
    smallest = smallest < 0 ? 0 : smallest > 3 ? 3 : smallest;
    return (expected){LOTSE_YES, micro(smallest / 3.0)};
}

START_TEST(language_scores_the_smallest_margin)
{
    check_both_ways("lotse.language", make_language, judge_language);
}
END_TEST

/* ------------------------------------------------------------------------------------ parameters
 */

START_TEST(a_parameter_outside_its_range_is_refused_by_the_plugin_too)
{
    fixture *f = open_criterion("lotse.language");
    struct {
        lotse_params head;
        lotse_param levels;
    } params = {{sizeof(lotse_params), 1, sizeof(lotse_params)}, {LOTSE_PARAM_INT, 0, 0, 0}};
    lotse_error why = {.size = sizeof(why)};

    lotse_status status = f->c->configure(f->c->self, &params.head, &why);

    ck_assert_int_eq(status, LOTSE_REFUSED);
    ck_assert_str_eq(why.field, "levels");
    close_criterion(f);
}
END_TEST

START_TEST(a_column_that_was_not_granted_reads_as_unknown)
{
    fixture *f = open_criterion("lotse.language");
    toy_table *anchor = malloc(sizeof(toy_table)), *t = malloc(sizeof(toy_table));
    double kms[COUNT] = {0};
    expected wanted[COUNT];
    make_language(anchor, LOTSE_SEEKER, f->seekers, 1);
    make_language(t, LOTSE_OFFER, f->offers, COUNT);
    for (uint32_t i = 0; i <= 2 * KIND_COUNT; i++) {
        anchor->columns[i] = (lotse_column){0};
    }
    toy_side nobody = {0};
    for (uint32_t i = 0; i < COUNT; i++) {
        wanted[i] = judge_language(&nobody, &f->offers[i], 0.0);
    }
    check_rows(f, anchor, t, kms, wanted);
    toy_free(anchor);
    toy_free(t);
    close_criterion(f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("plugin_builtin");
    TCase *c = tcase_create("criteria");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, skills_scores_the_share_of_desired_skills);
    tcase_add_test(c, occupation_scores_digits_in_common_with_the_best_wish);
    tcase_add_test(c, commute_scores_what_is_left_of_the_way);
    tcase_add_test(c, schedule_scores_how_soon_it_starts);
    tcase_add_test(c, language_scores_the_smallest_margin);
    tcase_add_test(c, a_parameter_outside_its_range_is_refused_by_the_plugin_too);
    tcase_add_test(c, a_column_that_was_not_granted_reads_as_unknown);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
