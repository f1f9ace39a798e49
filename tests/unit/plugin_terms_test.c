/* The derived fields of lotse.terms: between which days somebody may begin, and at which times work
 * is asked for. Worked by hand. */

#include "base/day.h"
#include "plugin/toy_table.h"
#include "unit/plugin_folder.h"

enum { FIXED = 0, ROLLING = 1, NOTHING = -1, AS_OF = 20780 };

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

static int derive(const char *path, const toy_table *t, void *value)
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
    ck_assert_int_eq(f->derive(f->self, &t->table, &row, 1, AS_OF, value, &known), LOTSE_OK);
    f->destroy(f->self);
    return known;
}

static void put_day(toy_table *t, int32_t value)
{
    const lotse_column *c = toy_add(t, LOTSE_DAY, 4);
    if (value != LOTSE_ABSENT) {
        toy_put_int(t, c, 0, value);
    }
}

static void put_codes(toy_table *t, int64_t members)
{
    const lotse_column *c = toy_add(t, LOTSE_CODE_SET, sizeof(lotse_codes));
    lotse_codes codes = {(uint64_t)members, UINT64_MAX};
    if (members != NOTHING) {
        toy_put(t, c, 0, &codes, sizeof(codes));
    }
}

static void put_code(toy_table *t, int position)
{
    const lotse_column *c = toy_add(t, LOTSE_CODE, 2);
    uint16_t code = (uint16_t)position;
    if (position != NOTHING) {
        toy_put(t, c, 0, &code, sizeof(code));
    }
}

static toy_table *table_of(int32_t start, int32_t end, int mode, int32_t latest, int64_t working,
                           int64_t conditions)
{
    toy_table *t = malloc(sizeof(*t));
    toy_init(t, LOTSE_OFFER, 1);
    put_day(t, start);
    put_day(t, end);
    put_code(t, mode);
    put_day(t, latest);
    put_codes(t, working);
    put_codes(t, conditions);
    put_code(t, NOTHING);
    return t;
}

static const struct {
    const char *why;
    int32_t start, end;
    int mode;
    int32_t latest, first, last; /* LOTSE_ABSENT: not known */
} entries[] = {
    {"a fixed start is one day", 100, 200, FIXED, LOTSE_ABSENT, 100, 100},
    {"rolling until its last day", 100, 200, ROLLING, 150, 100, 150},
    {"rolling without a last day: until the end", 100, 200, ROLLING, LOTSE_OPEN, 100, 200},
    {"rolling without any end", 100, LOTSE_ABSENT, ROLLING, LOTSE_OPEN, 100, LOTSE_OPEN},
    {"rolling, the last day is not recorded", 100, 200, ROLLING, LOTSE_ABSENT, 100, LOTSE_ABSENT},
    {"a last day before the start", 100, 200, ROLLING, 50, 100, 100},
    {"any day will do", LOTSE_OPEN, AS_OF + 60, ROLLING, LOTSE_OPEN, AS_OF, AS_OF + 60},
    {"fixed or rolling is not recorded", 100, 200, NOTHING, LOTSE_ABSENT, 100, LOTSE_ABSENT},
    {"the start is not recorded", LOTSE_ABSENT, 200, FIXED, LOTSE_ABSENT, LOTSE_ABSENT,
     LOTSE_ABSENT},
};

START_TEST(an_intake_may_be_joined_between_two_days)
{
    toy_table *t = table_of(entries[_i].start, entries[_i].end, entries[_i].mode,
                            entries[_i].latest, NOTHING, NOTHING);
    int32_t first = LOTSE_ABSENT;
    int32_t last = LOTSE_ABSENT;
    int has_first = derive("lotse.terms.first_entry", t, &first);
    int has_last = derive("lotse.terms.last_entry", t, &last);
    ck_assert_msg((has_first ? first : LOTSE_ABSENT) == entries[_i].first, "%s: from %d",
                  entries[_i].why, first);
    ck_assert_msg((has_last ? last : LOTSE_ABSENT) == entries[_i].last, "%s: until %d",
                  entries[_i].why, last);
    toy_free(t);
}
END_TEST

/* Bits of working_time and condition: full time 0, night 7; night 7, outdoors 10. */
static const struct {
    const char *why;
    int64_t working, conditions;
    char night; /* y, n, ? */
} times[] = {
    {"night work is a condition", NOTHING, 1 << 7, 'y'},
    {"nights are the only model", 1 << 7, NOTHING, 'y'},
    {"nights are one model of two", 1 << 7 | 1, 1 << 10, '?'},
    {"neither list has nights", 1, 1 << 10, 'n'},
    {"no conditions recorded", 1, NOTHING, '?'},
    {"no models recorded", NOTHING, 1 << 10, '?'},
    {"nothing recorded", NOTHING, NOTHING, '?'},
};

START_TEST(nights_are_asked_for_not_asked_for_or_not_known)
{
    toy_table *t = table_of(100, 200, FIXED, LOTSE_ABSENT, times[_i].working, times[_i].conditions);
    lotse_codes codes = {0, 0};
    uint32_t night = 0;
    ck_assert(code_find(CODES(excluded_time), BYTES("night"), &night));
    ck_assert_int_eq(derive("lotse.terms.asked_times", t, &codes), 1);
    char found = (codes.known >> night & 1u) == 0 ? '?' : (codes.members >> night & 1u) ? 'y' : 'n';
    ck_assert_msg(found == times[_i].night, "%s: %c", times[_i].why, found);
    toy_free(t);
}
END_TEST

/* Positions that the plugins know by heart. */
START_TEST(positions_known_by_heart_are_those_of_the_lists)
{
    static const struct {
        const char *list, *code;
        uint32_t position;
    } wanted[] = {
        {"entry_mode", "rolling", 1},      {"excluded_time", "night", 0},
        {"excluded_time", "weekend", 1},   {"excluded_time", "evening", 4},
        {"excluded_time", "shift", 6},     {"working_time", "part_time_evening", 4},
        {"working_time", "shift", 6},      {"working_time", "night", 7},
        {"working_time", "weekend", 8},    {"condition", "night", 7},
        {"condition", "shift", 8},         {"condition", "weekend", 9},
        {"kind", "language_course", 0},    {"kind", "qualification", 1},
        {"kind", "school_certificate", 2}, {"kind", "recognition_measure", 3},
        {"kind", "apprenticeship", 4},     {"kind", "internship", 5},
        {"kind", "coaching", 6},           {"kind", "counselling", 7},
        {"kind", "mentoring", 8},          {"kind", "work_opportunity", 9},
        {"kind", "subsidised_job", 10},    {"kind", "job", 11},
        {"kind", "volunteering", 12},      {"recognition", "none", 0},
        {"recognition", "applied", 1},     {"recognition", "partial", 2},
        {"spell_status", "care", 8},       {"spell_status", "child_raising", 9},
        {"spell_status", "sickness", 10},
    };
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        uint32_t position = 0;
        ck_assert(code_find(code_list_find(wanted[i].list), bytes_of(wanted[i].code), &position));
        ck_assert_uint_eq(position, wanted[i].position);
    }
}
END_TEST

/* ------------------------------------------------------------------------------------ languages
 */

static int position_of(const code_list *list, const char *code)
{
    uint32_t position = 0;
    if (code == NULL) {
        return NOTHING;
    }
    ck_assert_msg(code_find(list, bytes_of(code), &position), "\"%s\" is no code", code);
    return (int)position;
}

static const struct {
    const char *course;
    const char *entry; /* "": none */
    bool is_known;
} courses[] = {
    {"vocational_b2", "B1", true},
    {"vocational_c1", "B2", true},
    {"vocational_c2", "C1", true},
    {"vocational_a2", "", true},
    {"vocational_b1", "A2", true},
    {"vocational_subject", "B1", true},
    {"vocational_recognition", "B1", true},
    {"vocational_job", "", false},
    {"integration", "", true},
    {"orientation", "", true},
    {"other", "", true},
    {NULL, "", false},
};

START_TEST(vocational_courses_begin_at_the_level_of_their_kind)
{
    toy_table *t = malloc(sizeof(*t));
    lotse_codes codes = {7, 7};
    toy_init(t, LOTSE_OFFER, 1);
    for (uint32_t i = 0; i < 2; i++) {
        put_day(t, LOTSE_ABSENT);
    }
    put_code(t, NOTHING);
    put_day(t, LOTSE_ABSENT);
    put_codes(t, NOTHING);
    put_codes(t, NOTHING);
    put_code(t, position_of(CODES(course_type), courses[_i].course));

    ck_assert_int_eq(derive("lotse.terms.course_entry", t, &codes), 1);

    uint64_t all = (UINT64_C(1) << CODES(level)->count) - 1;
    uint64_t expected = courses[_i].entry[0] == '\0'
                            ? 0
                            : UINT64_C(1) << position_of(CODES(level), courses[_i].entry);
    ck_assert_uint_eq(codes.members, expected);
    ck_assert_int_eq((codes.known & all) == all, courses[_i].is_known);
    toy_free(t);
}
END_TEST

static const struct {
    const char *level, *evidence;
    int32_t days_old;    /* LOTSE_ABSENT: no date */
    const char *reached; /* NULL: not known */
} germans[] = {
    {"B1", "certificate", 30, "B1"},
    {"B1", "certificate", 181, "B1"},
    {"B1", "certificate", 182, NULL}, /* DeuFöV 8 (1): older than six months, or perhaps so */
    {"B1", "certificate", LOTSE_ABSENT, NULL},
    {"B1", "placement_test", 400, "B1"},
    {"B1", "self_reported", LOTSE_ABSENT, "B1"},
    {"B1", NULL, LOTSE_ABSENT, NULL}, /* how it is known is not recorded */
    {"A0", NULL, LOTSE_ABSENT, "A0"}, /* nobody needs evidence of having none */
    {NULL, "certificate", 30, NULL},
};

START_TEST(german_is_reached_by_evidence_that_counts)
{
    toy_table *t = malloc(sizeof(*t));
    lotse_codes codes = {7, 7};
    toy_init(t, LOTSE_SEEKER, 1);
    put_code(t, position_of(CODES(level), germans[_i].level));
    put_code(t, position_of(CODES(language_evidence), germans[_i].evidence));
    put_day(t, germans[_i].days_old == LOTSE_ABSENT ? LOTSE_ABSENT : AS_OF - germans[_i].days_old);

    ck_assert_int_eq(derive("lotse.terms.german_reached", t, &codes), 1);

    if (germans[_i].reached == NULL) {
        ck_assert_uint_eq(codes.known, 0);
    } else {
        int reached = position_of(CODES(level), germans[_i].reached);
        ck_assert_uint_eq(codes.members, (UINT64_C(2) << reached) - 1);
        ck_assert_uint_ne(codes.known, 0);
    }
    toy_free(t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("plugin_terms");
    TCase *c = tcase_create("derived");
    tcase_add_checked_fixture(c, open_plugins, close_plugins);
    tcase_add_loop_test(c, an_intake_may_be_joined_between_two_days, 0,
                        (int)(sizeof(entries) / sizeof(entries[0])));
    tcase_add_loop_test(c, nights_are_asked_for_not_asked_for_or_not_known, 0,
                        (int)(sizeof(times) / sizeof(times[0])));
    tcase_add_test(c, positions_known_by_heart_are_those_of_the_lists);
    tcase_add_loop_test(c, vocational_courses_begin_at_the_level_of_their_kind, 0,
                        (int)(sizeof(courses) / sizeof(courses[0])));
    tcase_add_loop_test(c, german_is_reached_by_evidence_that_counts, 0,
                        (int)(sizeof(germans) / sizeof(germans[0])));
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
