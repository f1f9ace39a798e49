/* The derived fields of lotse.eligibility and lotse.education: what follows from spells, facts and
 * vouchers on a day, and what does not. */

#include "base/day.h"
#include "plugin/toy_table.h"
#include "unit/plugin_folder.h"

/* Positions that the plugin knows by heart; checked against the lists below. */
enum {
    UNEMPLOYED = 0,
    JOBSEEKING = 1,
    INSURED = 2,
    TRAINING = 5,
    MEASURE = 6,
    WORK_OPPORTUNITY = 7,
    SICKNESS = 10,
    SGB2 = 11,
    SPELL_MAX = 6,
    NOTHING = -1
};

typedef struct spell {
    int32_t status;
    const char *from, *to; /* NULL: absent; "": null */
} spell;

typedef struct who {
    int has_spells, has_entitlements;
    spell spells[SPELL_MAX];
    uint32_t spell_count;
    int age_25, child, disability; /* NOTHING: absent */
    int32_t entitlement;           /* NOTHING: an empty list */
    const char *valid_to;
    const char *issued;
} who;

static registry *plugins;

static void open_plugins(void)
{
    static const char *const builtin[] = {BUILD_DIR "/bin/plugins"};
    registry_config config = {.builtin_dirs = builtin, .builtin_dir_count = 1};
    err e = {0};
    ck_assert_msg(registry_new(&config, &plugins, &e), "%s", e.text);
}

static void close_plugins(void)
{
    registry_free(&plugins);
}

static day day_of(const char *text)
{
    day d = 0;
    ck_assert_msg(day_parse(bytes_of(text), &d), "\"%s\" is no day", text);
    return d;
}

static int32_t column_day(const char *text)
{
    return text == NULL ? LOTSE_ABSENT : text[0] == 0 ? LOTSE_OPEN : day_of(text);
}

static void put_flag(toy_table *t, int value)
{
    const lotse_column *c = toy_add(t, LOTSE_FLAG, 1);
    uint8_t flag = value == 1;
    if (value != NOTHING) {
        toy_put(t, c, 0, &flag, 1);
    }
}

static toy_table *table_of(const who *w)
{
    toy_table *t = malloc(sizeof(*t));
    int32_t status[SPELL_MAX], from[SPELL_MAX], to[SPELL_MAX];
    toy_init(t, LOTSE_SEEKER, 1);
    const lotse_column *columns[3] = {toy_add_list(t, LOTSE_CODE_LIST),
                                      toy_add_list(t, LOTSE_DAY_LIST),
                                      toy_add_list(t, LOTSE_DAY_LIST)};
    for (uint32_t i = 0; i < w->spell_count; i++) {
        status[i] = w->spells[i].status;
        from[i] = column_day(w->spells[i].from);
        to[i] = column_day(w->spells[i].to);
    }
    if (w->has_spells) {
        toy_put_list(t, columns[0], 0, status, w->spell_count);
        toy_put_list(t, columns[1], 0, from, w->spell_count);
        toy_put_list(t, columns[2], 0, to, w->spell_count);
    }
    put_flag(t, w->age_25);
    put_flag(t, w->child);
    put_flag(t, w->disability);
    const lotse_column *codes = toy_add_list(t, LOTSE_CODE_LIST);
    const lotse_column *valid_to = toy_add_list(t, LOTSE_DAY_LIST);
    const lotse_column *issued = toy_add_list(t, LOTSE_DAY_LIST);
    const lotse_column *obliged = toy_add_list(t, LOTSE_INT_LIST);
    int32_t unknown = LOTSE_ABSENT;
    int32_t until = column_day(w->valid_to);
    int32_t since = column_day(w->issued);
    if (w->has_entitlements) {
        uint32_t count = w->entitlement == NOTHING ? 0 : 1;
        toy_put_list(t, codes, 0, &w->entitlement, count);
        toy_put_list(t, valid_to, 0, &until, count);
        toy_put_list(t, issued, 0, &since, count);
        toy_put_list(t, obliged, 0, &unknown, count);
    }
    return t;
}

static int derive(const char *path, const toy_table *t, day as_of, void *value)
{
    const match_program *p = registry_program(plugins);
    const uint32_t row = 0;
    uint8_t known = 77;
    lotse_error why = {.size = sizeof(why)};
    uint32_t i = 0;
    while (i < p->derived_count && strcmp(p->derived[i].path, path) != 0) {
        i++;
    }
    ck_assert_uint_lt(i, p->derived_count);
    const lotse_field *f =
        p->derived[i].factory->create(program_host(), p->derived[i].field_id, &why);
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(f->configure(f->self, p->derived[i].params, &why), LOTSE_OK);
    ck_assert_int_eq(f->derive(f->self, &t->table, &row, 1, as_of, value, &known), LOTSE_OK);
    f->destroy(f->self);
    return known;
}

/* ------------------------------------------------------------------------------------ positions */

START_TEST(positions_known_by_heart_are_those_of_the_lists)
{
    static const struct {
        const char *list, *code;
        uint32_t position;
    } wanted[] = {
        {"spell_status", "unemployed", 0},
        {"spell_status", "jobseeking", 1},
        {"spell_status", "employed_insured", 2},
        {"spell_status", "employed_marginal", 3},
        {"spell_status", "self_employed", 4},
        {"spell_status", "measure", 6},
        {"spell_status", "work_opportunity", 7},
        {"spell_status", "benefit_sgb2", 11},
        {"entitlement", "AUFENTHG_44", 0},
        {"entitlement", "AUFENTHG_44A", 1},
        {"entitlement", "AUFENTHG_45A", 2},
        {"entitlement", "SGB3_45_PROVIDER", 3},
        {"entitlement", "SGB3_45_EMPLOYER", 4},
        {"entitlement", "SGB3_45_AGENT", 5},
        {"entitlement", "SGB3_81", 6},
        {"instrument", "SGB2_16i", 0},
        {"instrument", "SGB2_16e", 1},
        {"instrument", "SGB2_16d", 2},
        {"instrument", "SGB2_16k", 3},
        {"instrument", "SGB2_15", 4},
        {"instrument", "SGB3_45", 5},
        {"instrument", "SGB3_81", 6},
        {"instrument", "SGB3_82", 7},
        {"instrument", "AUFENTHG_43", 10},
        {"instrument", "AUFENTHG_45A", 11},
        {"recognition", "full", 3},
        {"recognition", "not_needed", 5},
        {"language", "de", 32},
        {"kind", "language_course", 0},
        {"kind", "school_certificate", 2},
        {"kind", "coaching", 6},
        {"kind", "counselling", 7},
        {"kind", "mentoring", 8},
    };
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        uint32_t position = 0;
        ck_assert(code_find(code_list_find(wanted[i].list), bytes_of(wanted[i].code), &position));
        ck_assert_uint_eq(position, wanted[i].position);
    }
}
END_TEST

/* ------------------------------------------------------------------------------------ months */

static const struct {
    const char *as_of;
    uint32_t spell_count; /* 99: no list */
    spell spells[SPELL_MAX];
    int32_t months; /* NOTHING: not known */
} durations[] = {
    /* no list: not known. A list without unemployment: none. */
    {"2026-05-27", 99, {{0, NULL, NULL}}, NOTHING},
    {"2026-05-27", 0, {{0, NULL, NULL}}, 0},
    {"2026-05-27", 1, {{INSURED, "2020-01-01", ""}}, 0},
    /* whole calendar months */
    {"2026-05-27", 1, {{UNEMPLOYED, "2026-05-27", ""}}, 0},
    {"2026-05-27", 1, {{UNEMPLOYED, "2026-04-27", ""}}, 1},
    {"2026-05-27", 1, {{UNEMPLOYED, "2026-04-28", ""}}, 0},
    {"2026-05-27", 1, {{UNEMPLOYED, "2025-05-27", ""}}, 12},
    {"2026-05-27", 1, {{UNEMPLOYED, "2025-05-28", ""}}, 11},
    {"2026-02-28", 1, {{UNEMPLOYED, "2026-01-31", ""}}, 0},
    {"2026-03-31", 1, {{UNEMPLOYED, "2026-01-31", ""}}, 2},
    {"2024-02-29", 1, {{UNEMPLOYED, "2000-02-29", ""}}, 288},
    /* over, or not begun */
    {"2026-05-27", 1, {{UNEMPLOYED, "2020-01-01", "2026-05-26"}}, 0},
    {"2026-05-27", 1, {{UNEMPLOYED, "2020-01-01", "2026-05-27"}}, 76},
    {"2026-05-27", 1, {{UNEMPLOYED, "2026-05-28", ""}}, 0},
    /* an end that is missing */
    {"2026-05-27", 1, {{UNEMPLOYED, NULL, ""}}, NOTHING},
    {"2026-05-27", 1, {{UNEMPLOYED, "2020-01-01", NULL}}, NOTHING},
    {"2026-05-27", 1, {{UNEMPLOYED, NULL, "2026-01-01"}}, 0},
    {"2026-05-27", 2, {{UNEMPLOYED, NULL, "2026-01-01"}, {UNEMPLOYED, "2026-02-01", ""}}, NOTHING},
    {"2026-05-27", 2, {{LOTSE_ABSENT, "2020-01-01", ""}, {UNEMPLOYED, "2026-02-27", ""}}, NOTHING},
    /* spells that follow one another, overlap, or stand in any order */
    {"2026-05-27",
     2,
     {{UNEMPLOYED, "2025-05-27", "2025-12-31"}, {UNEMPLOYED, "2026-01-01", ""}},
     12},
    {"2026-05-27",
     2,
     {{UNEMPLOYED, "2026-01-01", ""}, {UNEMPLOYED, "2025-05-27", "2026-03-01"}},
     12},
    /* six weeks without work pass, 43 days do not */
    {"2026-05-27",
     2,
     {{UNEMPLOYED, "2025-05-27", "2025-11-19"}, {UNEMPLOYED, "2026-01-01", ""}},
     12},
    {"2026-05-27",
     2,
     {{UNEMPLOYED, "2025-05-27", "2025-11-18"}, {UNEMPLOYED, "2026-01-01", ""}},
     4},
    {"2026-05-27",
     3,
     {{UNEMPLOYED, "2025-05-27", "2025-12-01"},
      {SICKNESS, "2025-12-02", "2025-12-31"},
      {UNEMPLOYED, "2026-01-01", ""}},
     12},
    /* a day of work interrupts */
    {"2026-05-27",
     3,
     {{UNEMPLOYED, "2025-05-27", "2025-12-29"},
      {INSURED, "2025-12-30", "2025-12-31"},
      {UNEMPLOYED, "2026-01-01", ""}},
     4},
    /* work whose beginning is missing may have interrupted, or not */
    {"2026-05-27",
     3,
     {{UNEMPLOYED, "2025-05-27", "2025-12-20"},
      {INSURED, NULL, "2026-03-31"},
      {UNEMPLOYED, "2026-01-01", ""}},
     NOTHING},
    /* a long measure may be one of section 45, or not */
    {"2026-05-27",
     3,
     {{UNEMPLOYED, "2025-01-01", "2025-06-30"},
      {MEASURE, "2025-07-01", "2025-12-31"},
      {UNEMPLOYED, "2026-01-01", ""}},
     NOTHING},
    {"2026-05-27",
     3,
     {{UNEMPLOYED, "2025-01-01", "2025-06-30"},
      {MEASURE, "2025-07-01", NULL},
      {UNEMPLOYED, "2026-01-01", ""}},
     NOTHING},
    {"2026-05-27",
     3,
     {{UNEMPLOYED, "2025-01-01", "2025-06-30"},
      {TRAINING, "2025-07-01", "2025-12-31"},
      {UNEMPLOYED, "2026-01-01", ""}},
     4},
};

START_TEST(months_are_counted_by_the_calendar_and_passed_over_as_the_rule_says)
{
    who w = {.has_spells = durations[_i].spell_count != 99, .age_25 = 1};
    w.spell_count = w.has_spells ? durations[_i].spell_count : 0;
    memcpy(w.spells, durations[_i].spells, sizeof(w.spells));
    toy_table *t = table_of(&w);
    int32_t months = 0;

    int is_known =
        derive("lotse.eligibility.unemployed_months", t, day_of(durations[_i].as_of), &months);

    ck_assert_int_eq(is_known ? months : NOTHING, durations[_i].months);
    toy_free(t);
}
END_TEST

/* ------------------------------------------------------------------------------------ instruments
 */

static const spell LONG_ON_BENEFITS[] = {{UNEMPLOYED, "2018-01-01", ""}, {SGB2, "2018-01-01", ""}};

#define WITH_SPELLS(...) .has_spells = 1, .spells = {__VA_ARGS__}

static const struct {
    const char *why, *as_of, *code;
    who person;
    int wanted; /* 1, 0, NOTHING: not known */
} rules[] = {
    {"no benefits",
     "2025-06-01",
     "SGB2_16i",
     {WITH_SPELLS({UNEMPLOYED, "2015-01-01", ""}), .spell_count = 1, .age_25 = 1},
     0},
    {"no spells", "2025-06-01", "SGB2_16i", {.age_25 = 1}, NOTHING},
    {"seven years of benefits",
     "2025-06-01",
     "SGB2_16i",
     {WITH_SPELLS({SGB2, "2018-01-01", ""}), .spell_count = 1, .age_25 = 1, .child = 0,
      .disability = 0},
     1},
    {"under 25",
     "2025-06-01",
     "SGB2_16i",
     {WITH_SPELLS({SGB2, "2018-01-01", ""}), .spell_count = 1, .age_25 = 0},
     0},
    {"age not known",
     "2025-06-01",
     "SGB2_16i",
     {WITH_SPELLS({SGB2, "2018-01-01", ""}), .spell_count = 1, .age_25 = NOTHING},
     NOTHING},
    {"work in between",
     "2025-06-01",
     "SGB2_16i",
     {WITH_SPELLS({SGB2, "2018-01-01", ""}, {INSURED, "2021-01-01", "2021-02-01"}),
      .spell_count = 2, .age_25 = 1},
     NOTHING},
    {"five years, no exception",
     "2025-06-01",
     "SGB2_16i",
     {WITH_SPELLS({SGB2, "2020-01-01", ""}), .spell_count = 1, .age_25 = 1, .child = 0,
      .disability = 0},
     0},
    {"five years and a child",
     "2025-06-01",
     "SGB2_16i",
     {WITH_SPELLS({SGB2, "2020-01-01", ""}), .spell_count = 1, .age_25 = 1, .child = 1,
      .disability = 0},
     1},
    {"five years, child not known",
     "2025-06-01",
     "SGB2_16i",
     {WITH_SPELLS({SGB2, "2020-01-01", ""}), .spell_count = 1, .age_25 = 1, .child = NOTHING,
      .disability = 0},
     NOTHING},
    {"changed law",
     "2026-07-01",
     "SGB2_16i",
     {WITH_SPELLS({SGB2, "2015-01-01", ""}), .spell_count = 1, .age_25 = 1},
     NOTHING},
    {"changed law, no benefits",
     "2026-07-01",
     "SGB2_16d",
     {WITH_SPELLS({UNEMPLOYED, "2015-01-01", ""}), .spell_count = 1, .age_25 = 1},
     NOTHING},
    {"before the text was read",
     "2018-12-31",
     "SGB2_16d",
     {WITH_SPELLS({SGB2, "2015-01-01", ""}), .spell_count = 1, .age_25 = 1},
     NOTHING},
    {"two years unemployed",
     "2025-06-01",
     "SGB2_16e",
     {WITH_SPELLS({UNEMPLOYED, "2023-06-01", ""}, {SGB2, "2023-01-01", ""}), .spell_count = 2},
     1},
    {"a day less",
     "2025-06-01",
     "SGB2_16e",
     {WITH_SPELLS({UNEMPLOYED, "2023-06-02", ""}, {SGB2, "2023-01-01", ""}), .spell_count = 2},
     0},
    {"unemployed long ago, too",
     "2025-06-01",
     "SGB2_16e",
     {WITH_SPELLS({UNEMPLOYED, "2020-01-01", "2020-12-31"}, {UNEMPLOYED, "2024-06-02", ""},
                  {SGB2, "2023-01-01", ""}),
      .spell_count = 3},
     NOTHING},
    {"no work opportunity yet",
     "2025-06-01",
     "SGB2_16d",
     {WITH_SPELLS({SGB2, "2023-01-01", ""}), .spell_count = 1},
     1},
    {"two years of them",
     "2025-06-01",
     "SGB2_16d",
     {WITH_SPELLS({SGB2, "2018-01-01", ""}, {WORK_OPPORTUNITY, "2019-01-01", "2020-12-31"}),
      .spell_count = 2},
     1}, /* their five years are over */
    {"benefits",
     "2025-06-01",
     "SGB2_16k",
     {WITH_SPELLS({SGB2, "2023-01-01", ""}), .spell_count = 1},
     1},
    {"benefits over",
     "2025-06-01",
     "SGB2_16k",
     {WITH_SPELLS({SGB2, "2023-01-01", "2025-05-31"}), .spell_count = 1},
     0},
    {"an end that is missing",
     "2025-06-01",
     "SGB2_16k",
     {WITH_SPELLS({SGB2, "2023-01-01", NULL}), .spell_count = 1},
     NOTHING},
    {"unemployed",
     "2026-11-23",
     "SGB3_81",
     {WITH_SPELLS({UNEMPLOYED, "2026-01-01", ""}), .spell_count = 1},
     1},
    {"at work: may be threatened",
     "2026-11-23",
     "SGB3_81",
     {WITH_SPELLS({INSURED, "2020-01-01", ""}), .spell_count = 1},
     NOTHING},
    {"a voucher in hand",
     "2026-11-23",
     "SGB3_81",
     {.has_entitlements = 1, .entitlement = 6, .valid_to = "2026-11-23"},
     1},
    {"a voucher that has lapsed",
     "2026-11-23",
     "SGB3_81",
     {.has_entitlements = 1, .entitlement = 6, .valid_to = "2026-11-22"},
     NOTHING},
    {"jobseeking",
     "2026-11-23",
     "SGB3_45",
     {WITH_SPELLS({JOBSEEKING, "2026-01-01", ""}), .spell_count = 1},
     1},
    {"a voucher in hand",
     "2026-11-23",
     "SGB3_45",
     {.has_entitlements = 1, .entitlement = 4, .valid_to = "2027-01-01"},
     1},
    {"nobody employs the person",
     "2026-11-23",
     "SGB3_82",
     {WITH_SPELLS({UNEMPLOYED, "2026-01-01", ""}), .spell_count = 1},
     0},
    {"employed",
     "2026-11-23",
     "SGB3_82",
     {WITH_SPELLS({INSURED, "2026-01-01", ""}), .spell_count = 1},
     NOTHING},
    {"admitted",
     "2026-11-23",
     "AUFENTHG_45A",
     {.has_entitlements = 1, .entitlement = 2, .valid_to = "2027-02-02", .issued = "2026-11-02"},
     1},
    {"not admitted yet",
     "2026-11-23",
     "AUFENTHG_45A",
     {.has_entitlements = 1, .entitlement = NOTHING},
     NOTHING},
    {"obliged",
     "2026-11-23",
     "AUFENTHG_43",
     {.has_entitlements = 1, .entitlement = 1, .valid_to = "2027-02-02"},
     1},
    {"no rule",
     "2026-11-23",
     "OTHER_PRIVATE",
     {WITH_SPELLS({UNEMPLOYED, "2026-01-01", ""}), .spell_count = 1},
     NOTHING},
};

static int answer_for(const lotse_codes *codes, const char *code)
{
    uint32_t position = 0;
    ck_assert(code_find(CODES(instrument), bytes_of(code), &position));
    ck_assert_uint_eq(codes->members & ~codes->known, 0);
    return (codes->known >> position & 1u) == 0 ? NOTHING : (int)(codes->members >> position & 1u);
}

START_TEST(instruments_are_certain_only_where_facts_and_law_are)
{
    toy_table *t = table_of(&rules[_i].person);
    lotse_codes codes = {0, 0};

    int is_known = derive("lotse.eligibility.instruments", t, day_of(rules[_i].as_of), &codes);

    ck_assert_int_eq(is_known, 1);
    ck_assert_msg(answer_for(&codes, rules[_i].code) == rules[_i].wanted, "%s: %s is %d",
                  rules[_i].why, rules[_i].code, answer_for(&codes, rules[_i].code));
    toy_free(t);
}
END_TEST

/* Taking any one fact away never turns yes into no or no into yes. */
START_TEST(instruments_with_a_fact_less_are_never_the_opposite)
{
    static const char *const days[] = {"2025-06-01", "2026-11-23"};
    static const char *const ends[] = {"", "2024-01-01", "2025-07-01"};
    for (uint32_t variant = 0; variant < 2 * 3 * 3 * 8; variant++) {
        who full = {.has_spells = 1,
                    .spells = {LONG_ON_BENEFITS[0],
                               LONG_ON_BENEFITS[1],
                               {INSURED, "2020-01-01", "2020-03-01"}},
                    .spell_count = 3,
                    .age_25 = variant & 1,
                    .child = variant >> 1 & 1,
                    .disability = variant >> 2 & 1,
                    .has_entitlements = 1,
                    .entitlement = 6,
                    .valid_to = "2026-01-01"};
        full.spells[0].to = ends[variant / 8 % 3];
        full.spells[1].to = ends[variant / 24 % 3];
        day as_of = day_of(days[variant / 72]);
        toy_table *t = table_of(&full);
        lotse_codes with, without;
        int32_t months = 0, fewer = 0;
        derive("lotse.eligibility.instruments", t, as_of, &with);
        int is_counted = derive("lotse.eligibility.unemployed_months", t, as_of, &months);
        toy_free(t);
        for (uint32_t fact = 0; fact < 12; fact++) {
            who less = full;
            less.age_25 = fact == 0 ? NOTHING : less.age_25;
            less.child = fact == 1 ? NOTHING : less.child;
            less.disability = fact == 2 ? NOTHING : less.disability;
            less.has_spells = fact != 3;
            less.spell_count = fact == 3 ? 0 : 3;
            less.has_entitlements = fact != 4;
            less.valid_to = fact == 5 ? NULL : less.valid_to;
            if (fact >= 6 && fact % 2 == 0) {
                less.spells[(fact - 6) / 2].from = NULL;
            } else if (fact >= 6) {
                less.spells[(fact - 6) / 2].to = NULL;
            }
            t = table_of(&less);
            derive("lotse.eligibility.instruments", t, as_of, &without);
            int is_still = derive("lotse.eligibility.unemployed_months", t, as_of, &fewer);
            toy_free(t);
            uint64_t both = with.known & without.known;
            ck_assert_uint_eq(with.members & both, without.members & both);
            ck_assert(!is_counted || !is_still || months == fewer);
        }
    }
}
END_TEST

/* ------------------------------------------------------------------------------------ education */

START_TEST(recognition_is_ruled_out_or_left_to_a_person)
{
    static const struct {
        int has_list;
        int32_t recognition[2];
        uint32_t count;
        int is_ruled_out;
    } cases[] = {
        {0, {0, 0}, 0, 0},            /* not stated */
        {1, {0, 0}, 0, 1},            /* no qualification */
        {1, {0, 1}, 2, 1},            /* none, applied for */
        {1, {2, 4}, 2, 1},            /* partial, rejected */
        {1, {0, 3}, 2, 0},            /* full, but for which occupation? */
        {1, {5, 0}, 1, 0},            /* acquired in Germany */
        {1, {LOTSE_ABSENT, 0}, 1, 0}, /* not stated for this one */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        toy_table *t = malloc(sizeof(*t));
        uint8_t flag = 77;
        toy_init(t, LOTSE_SEEKER, 1);
        const lotse_column *c = toy_add_list(t, LOTSE_CODE_LIST);
        if (cases[i].has_list) {
            toy_put_list(t, c, 0, cases[i].recognition, cases[i].count);
        }

        int is_known = derive("lotse.education.recognised", t, day_of("2026-11-23"), &flag);

        ck_assert_int_eq(is_known, cases[i].is_ruled_out);
        ck_assert_int_eq(flag, 0);
        toy_free(t);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("plugin_eligibility");
    TCase *c = tcase_create("derived");
    tcase_set_timeout(c, 60);
    tcase_add_checked_fixture(c, open_plugins, close_plugins);
    tcase_add_test(c, positions_known_by_heart_are_those_of_the_lists);
    tcase_add_loop_test(c, months_are_counted_by_the_calendar_and_passed_over_as_the_rule_says, 0,
                        (int)(sizeof(durations) / sizeof(durations[0])));
    tcase_add_loop_test(c, instruments_are_certain_only_where_facts_and_law_are, 0,
                        (int)(sizeof(rules) / sizeof(rules[0])));
    tcase_add_test(c, instruments_with_a_fact_less_are_never_the_opposite);
    tcase_add_test(c, recognition_is_ruled_out_or_left_to_a_person);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
