/* The catalogue: every column is found by path and reads what the record says. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "model/place.h"
#include "model_samples.h"

#define OFFER(rest) "{\"id\":\"o\",\"kind\":\"job\",\"title\":{\"en\":\"t\"}," rest "}"

static arena memory;

static void setup(void)
{
    memory = (arena){0};
}

static void teardown(void)
{
    arena_fini(&memory);
}

static const field *find(record_side side, const char *path)
{
    const field *f = field_find(side, path, &memory);
    ck_assert_msg(f != NULL, "no field %s", path);
    return f;
}

static field_value read_seeker(const char *text, const char *path)
{
    field_value value;
    ck_assert(
        field_read(find(SIDE_SEEKER, path), sample_seeker(&memory, text), 0, &memory, &value));
    return value;
}

static field_value read_offer(const char *text, uint32_t intake, const char *path)
{
    field_value value;
    ck_assert(
        field_read(find(SIDE_OFFER, path), sample_offer(&memory, text), intake, &memory, &value));
    return value;
}

static bool has_quarter(const uint64_t week[11], uint32_t weekday, uint32_t hour, uint32_t minute)
{
    uint32_t at = weekday * 96 + hour * 4 + minute / 15;
    return (week[at >> 6] >> (at & 63) & 1) != 0;
}

static uint32_t quarter_count(const uint64_t week[11])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < 11; i++) {
        count += (uint32_t)__builtin_popcountll(week[i]);
    }
    return count;
}

START_TEST(field_catalogue_says_everything_about_each_column)
{
    for (int side = 0; side < 2; side++) {
        uint32_t count;
        const field *all = field_all((record_side)side, &count);
        ck_assert_uint_gt(count, 30);
        for (uint32_t i = 0; i < count; i++) {
            bool is_coded = all[i].type == LOTSE_CODE || all[i].type == LOTSE_CODE_SET ||
                            all[i].type == LOTSE_CODE_LIST;
            ck_assert_ptr_eq(find((record_side)side, all[i].path), &all[i]);
            ck_assert_int_eq(all[i].side, side);
            ck_assert_msg(is_coded == (all[i].codes != NULL), "%s", all[i].path);
            ck_assert_msg(all[i].type != LOTSE_CODE_SET || all[i].codes->count <= 64, "%s",
                          all[i].path);
            ck_assert_uint_gt(strlen(all[i].de), 0);
            ck_assert_uint_gt(strlen(all[i].en), 0);
            ck_assert_int_eq(all[i].is_per_intake, strncmp(all[i].path, "intakes.*.", 10) == 0);
        }
    }
}
END_TEST

START_TEST(field_find_knows_no_other_path)
{
    ck_assert_ptr_null(field_find(SIDE_SEEKER, "name", &memory));
    ck_assert_ptr_null(field_find(SIDE_SEEKER, "", &memory));
    ck_assert_ptr_null(field_find(SIDE_SEEKER, "languages", &memory));
    ck_assert_ptr_null(field_find(SIDE_SEEKER, "languages.xx.level", &memory));
    ck_assert_ptr_null(field_find(SIDE_SEEKER, "languages.de", &memory));
    ck_assert_ptr_null(field_find(SIDE_SEEKER, "languages.de.nothing", &memory));
    ck_assert_ptr_null(field_find(SIDE_SEEKER, "entitlements.AUFENTHG_45A.issued", &memory));
    ck_assert_ptr_null(field_find(SIDE_SEEKER, "requires.eqf_min", &memory));
    ck_assert_ptr_null(field_find(SIDE_OFFER, "intakes.0.start", &memory));
}
END_TEST

START_TEST(field_of_a_whole_record_is_known_in_every_column)
{
    for (int side = 0; side < 2; side++) {
        uint32_t count;
        const field *all = field_all((record_side)side, &count);
        void *record = side == SIDE_SEEKER ? (void *)sample_seeker(&memory, FULL_SEEKER)
                                           : (void *)sample_offer(&memory, FULL_OFFER);
        for (uint32_t i = 0; i < count; i++) {
            field_value value;
            /* The sample says null for these: there is none. */
            bool is_null = strcmp(all[i].path, "course_type") == 0 ||
                           strcmp(all[i].path, "outcomes.school") == 0 ||
                           strcmp(all[i].path, "outcomes.eqf") == 0 ||
                           strcmp(all[i].path, "outcomes.occupation") == 0;
            ck_assert(field_read(&all[i], record, 0, &memory, &value));
            ck_assert_msg(value.is_known == !is_null, "%s", all[i].path);
        }
    }
}
END_TEST

START_TEST(field_of_an_empty_record_is_known_only_by_default)
{
    for (int side = 0; side < 2; side++) {
        uint32_t count;
        const field *all = field_all((record_side)side, &count);
        void *record = side == SIDE_SEEKER ? (void *)sample_seeker(&memory, "{\"id\":\"s\"}")
                                           : (void *)sample_offer(&memory, OFFER("\"version\":1"));
        for (uint32_t i = 0; i < count; i++) {
            field_value value;
            bool is_there = strcmp(all[i].path, "kind") == 0 ||
                            (side == SIDE_OFFER && strcmp(all[i].path, "version") == 0);
            ck_assert(field_read(&all[i], record, 0, &memory, &value));
            ck_assert_msg(value.is_known == (is_there || all[i].has_default), "%s", all[i].path);
        }
    }
}
END_TEST

START_TEST(field_defaults_are_the_documented_ones)
{
    ck_assert_int_eq(read_seeker("{\"id\":\"s\"}", "mobility.max_km").number, 50);
    ck_assert_int_eq(read_offer(OFFER("\"units\":1"), 0, "online").number, 0);
    ck_assert_int_eq(read_offer(OFFER("\"units\":1"), 0, "status").number, OFFER_STATUS_RUNNING);
    ck_assert_int_eq(read_offer(OFFER("\"units\":1"), 0, "intakes.*.waiting_list").number,
                     WAITING_LIST_CLOSED);
}
END_TEST

START_TEST(field_reads_numbers_of_every_kind)
{
    ck_assert_int_eq(read_seeker(FULL_SEEKER, "education.eqf").number, 4);
    ck_assert_int_eq(read_seeker(FULL_SEEKER, "facts.age_25_or_over").number, 1);
    ck_assert_int_eq(read_seeker(FULL_SEEKER, "review_by").number, day_from_civil(2027, 3, 31));
    ck_assert_int_eq(read_offer(FULL_OFFER, 0, "pay.amount").number, 1525);
    ck_assert_int_eq(read_offer(FULL_OFFER, 0, "childcare.from").number, 450);
    ck_assert_int_eq(read_offer(FULL_OFFER, 0, "kind").number, 1);
}
END_TEST

START_TEST(field_reads_sets_and_concepts)
{
    field_value needs = read_seeker(FULL_SEEKER, "needs");
    field_value skills = read_seeker(FULL_SEEKER, "skills");
    field_value occupation = read_offer(FULL_OFFER, 0, "occupation");
    field_value languages = read_offer(FULL_OFFER, 0, "instruction_languages");

    ck_assert_uint_eq(needs.codes.members, 3);
    ck_assert_uint_eq(needs.codes.known, UINT64_MAX);
    ck_assert_uint_eq(skills.count, 2);
    ck_assert(bytes_equal_text(skills.concepts[1], "esco:b.2"));
    ck_assert_uint_eq(occupation.count, 1);
    ck_assert(bytes_equal_text(occupation.concepts[0], "kldb:51312"));
    ck_assert_uint_eq(languages.count, 2);
    ck_assert_str_eq(CODES(language)->entries[languages.numbers[0]].id, "de");
}
END_TEST

START_TEST(field_lists_of_one_record_are_aligned)
{
    field_value status = read_seeker(FULL_SEEKER, "spells.*.status");
    field_value to = read_seeker(FULL_SEEKER, "spells.*.to");
    field_value reading = read_seeker(FULL_SEEKER, "languages.*.skills.reading");
    field_value used = read_seeker(FULL_SEEKER, "experience.*.last_used");
    field_value occupation = read_seeker("{\"id\":\"s\",\"qualifications\":[{\"eqf\":3}]}",
                                         "qualifications.*.occupation");

    ck_assert_uint_eq(status.count, 3);
    ck_assert_uint_eq(to.count, 3);
    ck_assert_int_eq(to.numbers[0], LOTSE_OPEN);
    ck_assert_int_eq(to.numbers[1], day_from_civil(2022, 12, 31));
    ck_assert_int_eq(to.numbers[2], LOTSE_ABSENT);
    ck_assert_uint_eq(reading.count, 2);
    ck_assert_int_eq(reading.numbers[0], 2);
    ck_assert_int_eq(reading.numbers[1], LOTSE_ABSENT);
    ck_assert_int_eq(used.numbers[0], day_from_civil(2019, 5, 1));
    ck_assert_uint_eq(occupation.count, 1);
    ck_assert_ptr_null(occupation.concepts[0].base);
}
END_TEST

START_TEST(field_of_an_intake_is_the_rows_own)
{
    ck_assert_int_eq(read_offer(FULL_OFFER, 0, "intakes.*.start").number,
                     day_from_civil(2027, 2, 1));
    ck_assert_int_eq(read_offer(FULL_OFFER, 1, "intakes.*.start").number, LOTSE_OPEN);
    ck_assert_int_eq(read_offer(FULL_OFFER, 0, "intakes.*.reserved.*.seats").numbers[0], 3);
    ck_assert(!read_offer(FULL_OFFER, 1, "intakes.*.seats_free").is_known);
    ck_assert_int_eq(read_offer(FULL_OFFER, 1, "intakes.*.entry.mode").number, ENTRY_MODE_ROLLING);
}
END_TEST

START_TEST(field_pick_reads_the_entry_of_that_language)
{
    ck_assert_int_eq(read_seeker(FULL_SEEKER, "languages.de.level").number, 3);
    ck_assert_int_eq(read_seeker(FULL_SEEKER, "languages.ti.level").number, 6);
    ck_assert_int_eq(read_seeker(FULL_SEEKER, "languages.de.skills.writing").number, 1);
    ck_assert(!read_seeker(FULL_SEEKER, "languages.ti.skills.writing").is_known);
    ck_assert_int_eq(read_offer(FULL_OFFER, 0, "requires.languages.de.min").number, 2);
    ck_assert_int_eq(read_offer(FULL_OFFER, 0, "requires.languages.de.skills.reading").number, 2);
    ck_assert_int_eq(read_offer(FULL_OFFER, 0, "outcomes.languages.de.level").number, 3);
    ck_assert_uint_eq(find(SIDE_SEEKER, "languages.de.level")->type, LOTSE_CODE);
    ck_assert_uint_eq(find(SIDE_SEEKER, "languages.de.date")->type, LOTSE_DAY);
}
END_TEST

START_TEST(field_pick_takes_a_list_that_is_there_as_complete)
{
    field_value level = read_seeker(FULL_SEEKER, "languages.fr.level");

    ck_assert(level.is_known);
    ck_assert_int_eq(level.number, 0);
    ck_assert(read_seeker(FULL_SEEKER, "languages.fr.skills.reading").is_known);
    ck_assert(!read_seeker(FULL_SEEKER, "languages.fr.date").is_known);
    ck_assert(!read_seeker("{\"id\":\"s\"}", "languages.fr.level").is_known);
    ck_assert(!read_seeker("{\"id\":\"s\",\"languages\":[{\"code\":\"fr\"}]}", "languages.fr.level")
                   .is_known);
    ck_assert(!read_offer(FULL_OFFER, 0, "requires.languages.fr.min").is_known);
}
END_TEST

START_TEST(field_of_languages_but_german_is_sensitive)
{
    ck_assert(find(SIDE_SEEKER, "languages.*.level")->is_sensitive);
    ck_assert(find(SIDE_SEEKER, "languages.*.code")->is_sensitive);
    ck_assert(!find(SIDE_SEEKER, "languages.de.level")->is_sensitive);
    ck_assert(find(SIDE_SEEKER, "languages.fr.level")->is_sensitive);
}
END_TEST

START_TEST(field_marks_what_no_plugin_gets_by_default)
{
    static const char *const sensitive[] = {
        "facts.age_25_or_over",  "needs",           "conditions_excluded", "work_permission.status",
        "work_permission.until", "spells.*.status", "spells.*.from",       "entitlements.*.code",
        "education.school",      "location"};
    for (size_t i = 0; i < sizeof sensitive / sizeof sensitive[0]; i++) {
        ck_assert_msg(find(SIDE_SEEKER, sensitive[i])->is_sensitive, "%s", sensitive[i]);
    }
    uint32_t count;
    const field *offers = field_all(SIDE_OFFER, &count);
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_msg(!offers[i].is_sensitive, "%s", offers[i].path);
    }
}
END_TEST

START_TEST(field_roles_tell_facts_from_wishes)
{
    uint32_t count;
    const field *all = field_all(SIDE_OFFER, &count);
    for (uint32_t i = 0; i < count; i++) {
        bool is_wish = strncmp(all[i].path, "requires.", 9) == 0 ||
                       strncmp(all[i].path, "prefers.", 8) == 0 ||
                       strncmp(all[i].path, "restrictions.", 13) == 0 ||
                       strcmp(all[i].path, "target_groups") == 0 ||
                       strcmp(all[i].path, "intakes.*.register_by") == 0;
        ck_assert_msg(is_wish == (all[i].role == FIELD_WISH), "%s", all[i].path);
    }
    all = field_all(SIDE_SEEKER, &count);
    for (uint32_t i = 0; i < count; i++) {
        bool is_wish = strncmp(all[i].path, "wishes.", 7) == 0 ||
                       strncmp(all[i].path, "mobility.", 9) == 0 ||
                       strncmp(all[i].path, "goal.", 5) == 0 || strcmp(all[i].path, "needs") == 0;
        ck_assert_msg(is_wish == (all[i].role == FIELD_WISH), "%s", all[i].path);
    }
    ck_assert_int_eq(find(SIDE_OFFER, "online")->role, FIELD_KEY);
    ck_assert_int_eq(find(SIDE_OFFER, "intakes.*.seats_free")->role, FIELD_KEY);
    ck_assert_int_eq(find(SIDE_OFFER, "support")->role, FIELD_FACT);
}
END_TEST

START_TEST(field_reads_what_cannot_be_compared_as_unknown)
{
    ck_assert(
        !read_seeker("{\"id\":\"s\",\"education\":{\"school\":\"abroad\"}}", "education.school")
             .is_known);
    ck_assert(!read_seeker("{\"id\":\"s\",\"work_permission\":{\"status\":\"unknown\"}}",
                           "work_permission.status")
                   .is_known);
}
END_TEST

START_TEST(field_reads_a_place_of_two_coordinates)
{
    field_value value = read_seeker(FULL_SEEKER, "location");
    place expected = place_from_degrees(51.51, 7.47);

    ck_assert(value.is_known);
    ck_assert_double_eq(value.x, expected.x);
    ck_assert_double_eq(value.y, expected.y);
    ck_assert_double_eq(value.z, expected.z);
    ck_assert(
        !read_seeker("{\"id\":\"s\",\"location\":{\"postcode\":\"44135\"}}", "location").is_known);
    ck_assert(!read_seeker("{\"id\":\"s\",\"location\":{\"lat\":51.5}}", "location").is_known);
}
END_TEST

START_TEST(field_week_of_a_seeker_holds_whole_quarters_only)
{
    field_value value =
        read_seeker("{\"id\":\"s\",\"availability\":{\"windows\":["
                    "{\"by_day\":[\"mo\"],\"start_time\":\"08:05\",\"end_time\":\"08:20\"},"
                    "{\"by_day\":[\"mo\"],\"start_time\":\"08:20\",\"end_time\":\"08:50\"}]}}",
                    "availability.windows");

    ck_assert(!has_quarter(value.week, 0, 8, 0));
    ck_assert(has_quarter(value.week, 0, 8, 15));
    ck_assert(has_quarter(value.week, 0, 8, 30));
    ck_assert(!has_quarter(value.week, 0, 8, 45));
    ck_assert_uint_eq(quarter_count(value.week), 2);
}
END_TEST

START_TEST(field_week_of_an_intake_holds_every_quarter_touched)
{
    field_value value = read_offer(FULL_OFFER, 0, "intakes.*.schedule");

    ck_assert(has_quarter(value.week, 0, 7, 30));
    ck_assert(has_quarter(value.week, 0, 7, 45));
    ck_assert_uint_eq(quarter_count(value.week), 2);
}
END_TEST

START_TEST(field_week_runs_over_midnight_and_over_sunday)
{
    field_value value =
        read_seeker("{\"id\":\"s\",\"availability\":{\"windows\":["
                    "{\"by_day\":[\"su\"],\"start_time\":\"23:30\",\"end_time\":\"00:30\"}]}}",
                    "availability.windows");
    field_value whole =
        read_seeker("{\"id\":\"s\",\"availability\":{\"windows\":["
                    "{\"by_day\":[\"mo\",\"tu\",\"we\",\"th\",\"fr\",\"sa\",\"su\"],"
                    "\"start_time\":\"00:00\",\"end_time\":\"24:00\"}]}}",
                    "availability.windows");

    ck_assert(has_quarter(value.week, 6, 23, 45));
    ck_assert(has_quarter(value.week, 0, 0, 15));
    ck_assert_uint_eq(quarter_count(value.week), 4);
    ck_assert_uint_eq(quarter_count(whole.week), 672);
}
END_TEST

START_TEST(field_week_is_unknown_where_a_window_is_incomplete)
{
    ck_assert(!read_seeker("{\"id\":\"s\",\"availability\":{\"windows\":[{\"by_day\":[\"mo\"],"
                           "\"start_time\":\"08:00\"}]}}",
                           "availability.windows")
                   .is_known);
    field_value none =
        read_seeker("{\"id\":\"s\",\"availability\":{\"windows\":[]}}", "availability.windows");
    ck_assert(none.is_known);
    ck_assert_uint_eq(quarter_count(none.week), 0);
}
END_TEST

START_TEST(field_of_ext_reads_the_declared_key)
{
    field_value value;
    seeker *s = sample_seeker(&memory, FULL_SEEKER);
    offer *o = sample_offer(&memory, FULL_OFFER);

    ck_assert(field_read(field_of_ext(&SAMPLE_KEYS[1], &memory), s, 0, &memory, &value));
    ck_assert(value.is_known);
    ck_assert_int_eq(value.number, -5);
    ck_assert(field_read(field_of_ext(&SAMPLE_KEYS[3], &memory), o, 0, &memory, &value));
    ck_assert_uint_eq(value.codes.members, 2);
    ck_assert_str_eq(field_of_ext(&SAMPLE_KEYS[3], &memory)->path, "ext.org.example.shifts");
    ck_assert(field_of_ext(&SAMPLE_KEYS[1], &memory)->is_sensitive);
    s = sample_seeker(&memory, "{\"id\":\"s\"}");
    ck_assert(field_read(field_of_ext(&SAMPLE_KEYS[1], &memory), s, 0, &memory, &value));
    ck_assert(!value.is_known);
}
END_TEST

START_TEST(field_read_without_memory_says_so)
{
    seeker *s = sample_seeker(&memory, FULL_SEEKER);
    arena none = {.max_len = 1};
    field_value value = {0};

    ck_assert(!field_read(find(SIDE_SEEKER, "spells.*.to"), s, 0, &none, &value));

    ck_assert(!value.is_known);
    arena_fini(&none);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model_field");
    TCase *tests = tcase_create("field");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, field_catalogue_says_everything_about_each_column);
    tcase_add_test(tests, field_find_knows_no_other_path);
    tcase_add_test(tests, field_of_a_whole_record_is_known_in_every_column);
    tcase_add_test(tests, field_of_an_empty_record_is_known_only_by_default);
    tcase_add_test(tests, field_defaults_are_the_documented_ones);
    tcase_add_test(tests, field_reads_numbers_of_every_kind);
    tcase_add_test(tests, field_reads_sets_and_concepts);
    tcase_add_test(tests, field_lists_of_one_record_are_aligned);
    tcase_add_test(tests, field_of_an_intake_is_the_rows_own);
    tcase_add_test(tests, field_pick_reads_the_entry_of_that_language);
    tcase_add_test(tests, field_pick_takes_a_list_that_is_there_as_complete);
    tcase_add_test(tests, field_of_languages_but_german_is_sensitive);
    tcase_add_test(tests, field_marks_what_no_plugin_gets_by_default);
    tcase_add_test(tests, field_roles_tell_facts_from_wishes);
    tcase_add_test(tests, field_reads_what_cannot_be_compared_as_unknown);
    tcase_add_test(tests, field_reads_a_place_of_two_coordinates);
    tcase_add_test(tests, field_week_of_a_seeker_holds_whole_quarters_only);
    tcase_add_test(tests, field_week_of_an_intake_holds_every_quarter_touched);
    tcase_add_test(tests, field_week_runs_over_midnight_and_over_sunday);
    tcase_add_test(tests, field_week_is_unknown_where_a_window_is_incomplete);
    tcase_add_test(tests, field_of_ext_reads_the_declared_key);
    tcase_add_test(tests, field_read_without_memory_says_so);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
