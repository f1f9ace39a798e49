#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "match/opens.h"
#include "match/segment.h"
#include "model/record.h"
#include "json/json.h"

/* What would open a gate: from records to the change, and back through the record that was changed:
 * every change by itself opens its gate. */

static arena memory;
static dictionary *concepts;
static match_program program;

static void start(void)
{
    static const char *const seeker_picks[] = {"languages.de.level"};
    static const char *const offer_picks[] = {"requires.languages.de.min"};
    static const char *const skills[] = {"esco:a", "esco:b", "esco:c"};
    err e = {0};
    ck_assert_msg(program_columns_make(SIDE_SEEKER, seeker_picks, 1, NULL, 0, &memory,
                                       &program.columns[SIDE_SEEKER], &e),
                  "%s", e.text);
    ck_assert_msg(program_columns_make(SIDE_OFFER, offer_picks, 1, NULL, 0, &memory,
                                       &program.columns[SIDE_OFFER], &e),
                  "%s", e.text);
    ck_assert(dictionary_new(&concepts, &e));
    for (size_t i = 0; i < sizeof(skills) / sizeof(skills[0]); i++) {
        concept number = 0;
        bool is_new = false;
        ck_assert(dictionary_add(concepts, bytes_of(skills[i]), &number, &is_new, &e));
    }
}

static void finish(void)
{
    dictionary_free(&concepts);
    arena_fini(&memory);
}

/* Records of the tests: the part that matters, the rest is filled in. */
static bytes record_text(record_side side, const char *part)
{
    bool has_part = part[0] != '\0';
    const char *text =
        side == SIDE_SEEKER
            ? arena_text(&memory, "{\"id\":\"s-1\"%s%s}", has_part ? "," : "", part)
            : arena_text(&memory, "{\"id\":\"o-1\",\"kind\":\"job\",\"title\":{\"en\":\"x\"}%s%s}",
                         has_part ? "," : "", part);
    return bytes_of(text);
}

static segment *segment_of(record_side side, bytes text)
{
    err e = {0};
    seeker *s = NULL;
    offer *o = NULL;
    segment *made = NULL;
    bool is_decoded = side == SIDE_SEEKER ? seeker_parse(text, NULL, &memory, &s, &e)
                                          : offer_parse(text, NULL, &memory, &o, &e);
    ck_assert_msg(is_decoded, "%s at %s: %s", e.text, e.path, text.base);
    segment_input input = {.record = side == SIDE_SEEKER ? (void *)s : (void *)o, .version = 1};
    ck_assert_msg(segment_build(&program, side, &input, 1, concepts, false, &made, &e), "%s",
                  e.text);
    return made;
}

static gate_finding find(const gate *g, bytes seeker_text, bytes offer_text)
{
    segment *seeker_segment = segment_of(SIDE_SEEKER, seeker_text);
    segment *offer_segment = segment_of(SIDE_OFFER, offer_text);
    gate_row s = {.segment = seeker_segment};
    gate_row o = {.segment = offer_segment};
    gate_finding found;
    gate_find(&program, g, &s, &o, 20600, &memory, &found);
    /* Lists of the finding may lie in the segments: keep what the tests look at. */
    if (found.need.kind == GATE_FACT_CONCEPTS || found.have.kind == GATE_FACT_CONCEPTS) {
        found.need.concepts = found.have.concepts = NULL;
    }
    found.need.week = found.have.week = NULL;
    segment_free(&seeker_segment);
    segment_free(&offer_segment);
    return found;
}

typedef struct open_case {
    const char *seeker, *offer;
    const char *seeker_paths[2];
    const char *op;
    const char *offer_paths[2];
    const char *path, *from, *to; /* NULL: nothing would open it */
} open_case;

static gate resolve(const open_case *c)
{
    uint32_t count = c->seeker_paths[1] == NULL ? 1 : 2;
    bytes seeker_paths[2] = {bytes_of(c->seeker_paths[0]), bytes_of(c->seeker_paths[1])};
    bytes offer_paths[2] = {bytes_of(c->offer_paths[0]), bytes_of(c->offer_paths[1])};
    gate g;
    err e = {0};
    ck_assert_msg(
        gate_resolve(&program, seeker_paths, count, bytes_of(c->op), offer_paths, count, &g, &e),
        "%s", e.text);
    return g;
}

static uint32_t find_changes(const open_case *c, const gate *g, json_doc **ret_seeker,
                             opens_change changes[OPENS_MAX])
{
    err e = {0};
    uint32_t count = 99;
    bytes seeker_text = record_text(SIDE_SEEKER, c->seeker);
    gate_finding found = find(g, seeker_text, record_text(SIDE_OFFER, c->offer));
    ck_assert_int_ne(found.verdict, VERDICT_YES);
    ck_assert(json_parse(seeker_text, JSON_DEPTH_MAX, ret_seeker, &e));
    ck_assert_msg(opens_of(&program, g, &found, json_root(*ret_seeker), concepts, &memory, changes,
                           &count, &e),
                  "%s", e.text);
    return count;
}

#define LANGUAGES                                                                                  \
    .seeker_paths = {"languages.*.level"}, .op = ">=", .offer_paths = {"requires.languages.*.min"}
#define PICK                                                                                       \
    .seeker_paths = {"languages.de.level"}, .op = ">=", .offer_paths = {"requires.languages.de.min"}
#define READING                                                                                    \
    .seeker_paths = {"languages.*.skills.reading"},                                                \
    .op = ">=", .offer_paths = {"requires.languages.*.skills.reading"}
#define EQF .seeker_paths = {"education.eqf"}, .op = ">=", .offer_paths = {"requires.eqf_min"}
#define SKILLS .seeker_paths = {"skills"}, .op = "contains_all", .offer_paths = {"requires.skills"}
#define LICENCES                                                                                   \
    .seeker_paths = {"licences"}, .op = "contains_all", .offer_paths = {"requires.licences"}
#define EXPERIENCE                                                                                 \
    .seeker_paths = {"experience.*.months"},                                                       \
    .op = ">=", .offer_paths = {"requires.experience.*.months"}
#define HOURS                                                                                      \
    .seeker_paths = {"availability.hours_min", "availability.hours_max"}, .op = "overlaps",        \
    .offer_paths = {"hours.min", "hours.max"}
#define START                                                                                      \
    .seeker_paths = {"availability.from"}, .op = "on_or_after", .offer_paths = {"intakes.*.start"}
#define WAY                                                                                        \
    .seeker_paths = {"location", "mobility.max_km"}, .op = "within_km",                            \
    .offer_paths = {"location", "online"}
#define PERMISSION                                                                                 \
    .seeker_paths = {"work_permission.status"}, .op = "permission",                                \
    .offer_paths = {"requires.work_permission"}
#define WEEK                                                                                       \
    .seeker_paths = {"availability.windows"}, .op = "fits_within",                                 \
    .offer_paths = {"intakes.*.schedule"}

static const open_case cases[] = {
    {"\"languages\":[{\"code\":\"ar\",\"level\":\"C2\"},{\"code\":\"de\",\"level\":\"A2\"}]",
     "\"requires\":{\"languages\":[{\"code\":\"de\",\"min\":\"B1\"}]}", LANGUAGES,
     .path = "/languages/1/level", .from = "\"A2\"", .to = "\"B1\""},
    {"\"languages\":[{\"code\":\"de\",\"evidence\":\"certificate\"}]",
     "\"requires\":{\"languages\":[{\"code\":\"de\",\"min\":\"B1\"}]}", LANGUAGES,
     .path = "/languages/0/level", .from = "null", .to = "\"B1\""},
    {"\"languages\":[{\"code\":\"ar\",\"level\":\"C2\"}]",
     "\"requires\":{\"languages\":[{\"code\":\"de\",\"min\":\"B1\"}]}", LANGUAGES,
     .path = "/languages", .from = "[{\"code\":\"ar\",\"level\":\"C2\"}]",
     .to = "[{\"code\":\"ar\",\"level\":\"C2\"},{\"code\":\"de\",\"level\":\"B1\"}]"},
    {"", "\"requires\":{\"languages\":[{\"code\":\"de\",\"min\":\"B1\"}]}", LANGUAGES,
     .path = "/languages", .from = "null", .to = "[{\"code\":\"de\",\"level\":\"B1\"}]"},
    {"\"languages\":[{\"code\":\"en\",\"level\":\"A1\"}]",
     "\"requires\":{\"languages\":[{\"code\":\"de\",\"min\":\"B1\"},{\"code\":\"en\",\"min\":"
     "\"A2\"}]}",
     LANGUAGES, .path = "/languages", .from = "[{\"code\":\"en\",\"level\":\"A1\"}]",
     .to = "[{\"code\":\"en\",\"level\":\"A2\"},{\"code\":\"de\",\"level\":\"B1\"}]"},
    {"\"languages\":[{\"code\":\"de\",\"level\":\"A2\"}]",
     "\"requires\":{\"languages\":[{\"code\":\"de\",\"min\":\"B1\"}]}", PICK,
     .path = "/languages/0/level", .from = "\"A2\"", .to = "\"B1\""},
    {"\"languages\":[]", "\"requires\":{\"languages\":[{\"code\":\"de\",\"min\":\"B1\"}]}", PICK,
     .path = "/languages", .from = "[]", .to = "[{\"code\":\"de\",\"level\":\"B1\"}]"},
    {"\"languages\":[{\"code\":\"de\",\"level\":\"B1\"}]",
     "\"requires\":{\"languages\":[{\"code\":\"de\",\"skills\":{\"reading\":\"A2\"}}]}", READING,
     .path = "/languages/0/skills/reading", .from = "null", .to = "\"A2\""},
    {"\"languages\":[]",
     "\"requires\":{\"languages\":[{\"code\":\"de\",\"skills\":{\"reading\":\"A2\"}}]}", READING,
     .path = "/languages", .from = "[]",
     .to = "[{\"code\":\"de\",\"skills\":{\"reading\":\"A2\"}}]"},
    {"\"education\":{\"school\":\"none\",\"eqf\":2}", "\"requires\":{\"eqf_min\":4}", EQF,
     .path = "/education/eqf", .from = "2", .to = "4"},
    {"", "\"requires\":{\"eqf_min\":4}", EQF, .path = "/education/eqf", .from = "null", .to = "4"},
    {"\"skills\":[\"esco:b\"]", "\"requires\":{\"skills\":[\"esco:a\",\"esco:b\",\"esco:c\"]}",
     SKILLS, .path = "/skills", .from = "[\"esco:b\"]", .to = "[\"esco:b\",\"esco:a\",\"esco:c\"]"},
    {"", "\"requires\":{\"skills\":[\"esco:a\"]}", SKILLS, .path = "/skills", .from = "null",
     .to = "[\"esco:a\"]"},
    {"\"licences\":[]", "\"requires\":{\"licences\":[\"forklift\"]}", LICENCES, .path = "/licences",
     .from = "[]", .to = "[\"forklift\"]"},
    {"\"experience\":[{\"occupation\":\"kldb:51312\",\"months\":2}]",
     "\"requires\":{\"experience\":[{\"occupation\":\"kldb:51312\",\"months\":6}]}", EXPERIENCE,
     .path = "/experience/0/months", .from = "2", .to = "6"},
    {"\"experience\":[]",
     "\"requires\":{\"experience\":[{\"occupation\":\"kldb:51312\",\"months\":6}]}", EXPERIENCE,
     .path = "/experience", .from = "[]", .to = "[{\"occupation\":\"kldb:51312\",\"months\":6}]"},
    {"\"availability\":{\"hours_min\":15,\"hours_max\":30}", "\"hours\":{\"min\":38,\"max\":39}",
     HOURS, .path = "/availability/hours_max", .from = "30", .to = "38"},
    {"\"availability\":{\"hours_min\":30,\"hours_max\":40}", "\"hours\":{\"min\":10,\"max\":20}",
     HOURS, .path = "/availability/hours_min", .from = "30", .to = "20"},
    {"\"availability\":{\"from\":\"2027-01-01\"}", "\"hours\":{\"min\":38,\"max\":39}", HOURS,
     .path = "/availability/hours_max", .from = "null", .to = "38"},
    {"\"availability\":{\"hours_min\":20}", "\"hours\":{\"min\":25,\"max\":39}", HOURS,
     .path = "/availability/hours_max", .from = "null", .to = "25"},
    {"\"availability\":{\"hours_max\":30}", "\"hours\":{\"min\":10,\"max\":20}", HOURS,
     .path = "/availability/hours_min", .from = "null", .to = "20"},
    {"\"availability\":{\"hours_max\":30}", "\"hours\":{\"min\":35}", HOURS,
     .path = "/availability/hours_max", .from = "30", .to = "35"},
    {"\"availability\":{\"from\":\"2027-03-01\",\"hours_max\":20}",
     "\"intakes\":[{\"id\":\"o-1/1\",\"start\":\"2027-02-01\"}]", START,
     .path = "/availability/from", .from = "\"2027-03-01\"", .to = "\"2027-02-01\""},
    {"", "\"intakes\":[{\"id\":\"o-1/1\",\"start\":\"2027-02-01\"}]", START,
     .path = "/availability/from", .from = "null", .to = "\"2027-02-01\""},
    {"\"location\":{\"lat\":51.51,\"lon\":7.47},\"mobility\":{\"max_km\":5}",
     "\"location\":{\"lat\":51.6,\"lon\":7.47}", WAY, .path = "/mobility/max_km", .from = "5",
     .to = "11"},
    {"\"location\":{\"lat\":51.51,\"lon\":7.47}", "\"location\":{\"lat\":52.5,\"lon\":7.47}", WAY,
     .path = "/mobility/max_km", .from = "null", .to = "111"},
    {"\"work_permission\":{\"status\":\"with_consent\",\"until\":null}",
     "\"requires\":{\"work_permission\":[\"free\",\"allowed\"]}", PERMISSION,
     .path = "/work_permission/status", .from = "\"with_consent\"", .to = "\"allowed\""},
    {"\"work_permission\":{\"status\":\"unknown\"}",
     "\"requires\":{\"work_permission\":[\"free\"]}", PERMISSION, .path = "/work_permission/status",
     .from = "\"unknown\"", .to = "\"free\""},
    {"\"availability\":{\"windows\":[{\"by_day\":[\"mo\",\"tu\"],\"start_time\":\"08:00\","
     "\"end_time\":\"12:00\"}]}",
     "\"intakes\":[{\"id\":\"o-1/1\",\"schedule\":[{\"by_day\":[\"mo\",\"we\"],"
     "\"start_time\":\"08:00\",\"end_time\":\"12:30\"}]}]",
     WEEK, .path = "/availability/windows",
     .from = "[{\"by_day\":[\"mo\",\"tu\"],\"start_time\":\"08:00\",\"end_time\":\"12:00\"}]",
     .to = "[{\"by_day\":[\"mo\",\"tu\"],\"start_time\":\"08:00\",\"end_time\":\"12:00\"},"
           "{\"by_day\":[\"mo\"],\"start_time\":\"12:00\",\"end_time\":\"12:30\"},"
           "{\"by_day\":[\"we\"],\"start_time\":\"08:00\",\"end_time\":\"12:30\"}]"},
    {"",
     "\"intakes\":[{\"id\":\"o-1/1\",\"schedule\":[{\"by_day\":[\"su\"],"
     "\"start_time\":\"22:00\",\"end_time\":\"24:00\"}]}]",
     WEEK, .path = "/availability/windows", .from = "null",
     .to = "[{\"by_day\":[\"su\"],\"start_time\":\"22:00\",\"end_time\":\"24:00\"}]"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(the_smallest_change_is_found)
{
    const open_case *c = &cases[_i];
    gate g = resolve(c);
    json_doc *doc = NULL;
    opens_change changes[OPENS_MAX];

    uint32_t count = find_changes(c, &g, &doc, changes);

    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(changes[0].path, c->path);
    ck_assert_str_eq(changes[0].from.base, c->from);
    ck_assert_str_eq(changes[0].to.base, c->to);
    json_doc_free(&doc);
}
END_TEST

START_TEST(every_change_opens_its_gate)
{
    const open_case *c = &cases[_i];
    gate g = resolve(c);
    json_doc *doc = NULL;
    opens_change changes[OPENS_MAX];
    err e = {0};
    buf patch = {0};
    buf changed = {0};
    ck_assert_uint_eq(find_changes(c, &g, &doc, changes), 1);

    ck_assert_msg(opens_patch(&changes[0], json_root(doc), &patch, &e), "%s", e.text);
    ck_assert_msg(json_merge(record_text(SIDE_SEEKER, c->seeker), buf_bytes(&patch), &changed, &e),
                  "%s", e.text);

    gate_finding found = find(&g, buf_bytes(&changed), record_text(SIDE_OFFER, c->offer));
    ck_assert_msg(found.verdict == VERDICT_YES, "%s", buf_terminated(&changed));
    buf_fini(&patch);
    buf_fini(&changed);
    json_doc_free(&doc);
}
END_TEST

START_TEST(the_patch_names_nothing_but_the_change)
{
    open_case c = {"\"education\":{\"school\":\"none\",\"eqf\":2},\"skills\":[]",
                   "\"requires\":{\"eqf_min\":4}", EQF};
    gate g = resolve(&c);
    json_doc *doc = NULL;
    opens_change changes[OPENS_MAX];
    err e = {0};
    buf patch = {0};
    ck_assert_uint_eq(find_changes(&c, &g, &doc, changes), 1);

    ck_assert(opens_patch(&changes[0], json_root(doc), &patch, &e));

    ck_assert_str_eq(buf_terminated(&patch), "{\"education\":{\"eqf\":4}}");
    buf_fini(&patch);
    json_doc_free(&doc);
}
END_TEST

/* Nobody is told to be somebody else, to need less, to know less, or to move. */
static const open_case shut[] = {
    {"\"target_groups\":[]", "\"target_groups\":[\"newcomer\"]", .seeker_paths = {"target_groups"},
     .op = "intersects_or_empty", .offer_paths = {"target_groups"}},
    {"", "\"target_groups\":[\"newcomer\"]", .seeker_paths = {"target_groups"},
     .op = "intersects_or_empty", .offer_paths = {"target_groups"}},
    {"\"needs\":[\"childcare\"]", "\"support\":[]", .seeker_paths = {"needs"}, .op = "subset_of",
     .offer_paths = {"support"}},
    {"\"needs\":[\"childcare\"]", "", .seeker_paths = {"needs"}, .op = "subset_of",
     .offer_paths = {"support"}},
    {"\"conditions_excluded\":[\"heavy_lifting\"]", "\"conditions\":[\"heavy_lifting\"]",
     .seeker_paths = {"conditions_excluded"}, .op = "disjoint", .offer_paths = {"conditions"}},
    {"\"languages\":[{\"code\":\"de\",\"level\":\"C1\"}]",
     "\"requires\":{\"languages\":[{\"code\":\"de\",\"max\":\"B1\"}]}",
     .seeker_paths = {"languages.*.level"},
     .op = "<=", .offer_paths = {"requires.languages.*.max"}},
    {"", "\"location\":{\"lat\":51.6,\"lon\":7.47}", WAY},
    {"\"availability\":{\"hours_min\":15,\"hours_max\":30}", "", HOURS},
    {"\"availability\":{\"from\":\"2027-03-01\"}", "\"intakes\":[{\"id\":\"o-1/1\"}]", START},
};
enum { SHUT_COUNT = sizeof(shut) / sizeof(shut[0]) };

START_TEST(what_nobody_can_honestly_change_is_not_proposed)
{
    gate g = resolve(&shut[_i]);
    json_doc *doc = NULL;
    opens_change changes[OPENS_MAX];

    ck_assert_uint_eq(find_changes(&shut[_i], &g, &doc, changes), 0);

    json_doc_free(&doc);
}
END_TEST

START_TEST(an_open_gate_needs_no_change)
{
    open_case c = {"\"education\":{\"eqf\":4}", "\"requires\":{\"eqf_min\":4}", EQF};
    gate g = resolve(&c);
    bytes text = record_text(SIDE_SEEKER, c.seeker);
    gate_finding found = find(&g, text, record_text(SIDE_OFFER, c.offer));
    json_doc *doc = NULL;
    opens_change changes[OPENS_MAX];
    uint32_t count = 99;
    err e = {0};
    ck_assert(json_parse(text, JSON_DEPTH_MAX, &doc, &e));

    ck_assert(
        opens_of(&program, &g, &found, json_root(doc), concepts, &memory, changes, &count, &e));

    ck_assert_uint_eq(count, 0);
    json_doc_free(&doc);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("match/opens");
    TCase *t = tcase_create("opens");
    tcase_add_checked_fixture(t, start, finish);
    tcase_add_loop_test(t, the_smallest_change_is_found, 0, CASE_COUNT);
    tcase_add_loop_test(t, every_change_opens_its_gate, 0, CASE_COUNT);
    tcase_add_test(t, the_patch_names_nothing_but_the_change);
    tcase_add_loop_test(t, what_nobody_can_honestly_change_is_not_proposed, 0, SHUT_COUNT);
    tcase_add_test(t, an_open_gate_needs_no_change);
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
