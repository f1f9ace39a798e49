/* The shipped examples: every record is one the decoder takes, and the quarter is complete. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "model/code.h"
#include "model/record_offer.h"
#include "model/record_seeker.h"

enum { RECORD_MAX = 400 };

typedef struct lines {
    char *text[RECORD_MAX];
    uint32_t count;
} lines;

static lines read_lines(const char *path)
{
    lines l = {0};
    char *line = NULL;
    size_t cap = 0;
    FILE *in = fopen(path, "r");
    ck_assert_msg(in != NULL, "could not open %s", path);
    while (getline(&line, &cap, in) > 0) {
        ck_assert_uint_lt(l.count, RECORD_MAX);
        line[strcspn(line, "\n")] = '\0';
        l.text[l.count++] = strdup(line);
    }
    free(line);
    fclose(in);
    return l;
}

static void free_lines(lines *l)
{
    for (uint32_t i = 0; i < l->count; i++) {
        free(l->text[i]);
    }
}

static offer *parse_offer(arena *a, const char *line)
{
    err e = {0};
    offer *o = NULL;
    bool is_read = offer_parse(bytes_of(line), NULL, a, &o, &e);
    ck_assert_msg(is_read, "%s at %s: %.60s", e.text, e.path, line);
    return o;
}

static seeker *parse_seeker(arena *a, const char *line)
{
    err e = {0};
    seeker *s = NULL;
    bool is_read = seeker_parse(bytes_of(line), NULL, a, &s, &e);
    ck_assert_msg(is_read, "%s at %s: %.60s", e.text, e.path, line);
    return s;
}

/* Ids run from 001 without a gap, so that a reader finds his way. */
static void assert_numbered(bytes id, char letter, uint32_t number)
{
    char expected[16];
    snprintf(expected, sizeof expected, "%c-%03u", letter, number);
    ck_assert_msg(bytes_equal_text(id, expected), "%.*s, expected %s", (int)id.len, id.base,
                  expected);
}

/* What stands behind the id: two records that differ in the id only are one too many. */
static const char *behind_id(const char *line)
{
    const char *comma = strchr(line, ',');
    ck_assert_ptr_nonnull(comma);
    return comma;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void assert_all_different(const lines *l)
{
    const char *rest[RECORD_MAX];
    for (uint32_t i = 0; i < l->count; i++) {
        rest[i] = behind_id(l->text[i]);
    }
    qsort(rest, l->count, sizeof *rest, compare_texts);
    for (uint32_t i = 1; i < l->count; i++) {
        ck_assert_str_ne(rest[i - 1], rest[i]);
    }
}

START_TEST(examples_hold_150_offers_that_decode)
{
    lines l = read_lines(SOURCE_DIR "/schemas/examples/offers.ndjson");
    arena a = {0};

    for (uint32_t i = 0; i < l.count; i++) {
        assert_numbered(parse_offer(&a, l.text[i])->id.text, 'o', i + 1);
    }

    ck_assert_uint_eq(l.count, 154);
    assert_all_different(&l);
    arena_fini(&a);
    free_lines(&l);
}
END_TEST

START_TEST(examples_hold_60_seekers_that_decode)
{
    lines l = read_lines(SOURCE_DIR "/schemas/examples/seekers.ndjson");
    arena a = {0};

    for (uint32_t i = 0; i < l.count; i++) {
        assert_numbered(parse_seeker(&a, l.text[i])->id.text, 's', i + 1);
    }

    ck_assert_uint_eq(l.count, 60);
    assert_all_different(&l);
    arena_fini(&a);
    free_lines(&l);
}
END_TEST

START_TEST(examples_hold_every_kind_at_least_six_times)
{
    lines l = read_lines(SOURCE_DIR "/schemas/examples/offers.ndjson");
    uint32_t counts[64] = {0};
    arena a = {0};

    for (uint32_t i = 0; i < l.count; i++) {
        counts[parse_offer(&a, l.text[i])->kind.position]++;
    }

    const code_list *kinds = code_list_find("kind");
    ck_assert_uint_eq(kinds->count, 13);
    for (uint32_t i = 0; i < kinds->count; i++) {
        ck_assert_msg(counts[i] >= 6, "%s: %u", kinds->entries[i].id, counts[i]);
    }
    arena_fini(&a);
    free_lines(&l);
}
END_TEST

START_TEST(examples_hold_an_idea_an_ended_offer_and_one_with_a_waiting_list_only)
{
    lines l = read_lines(SOURCE_DIR "/schemas/examples/offers.ndjson");
    uint32_t idea = 0;
    uint32_t ended = 0;
    uint32_t waiting = 0;
    arena a = {0};

    for (uint32_t i = 0; i < l.count; i++) {
        const offer *o = parse_offer(&a, l.text[i]);
        idea += o->status.position == OFFER_STATUS_IDEA;
        ended += o->status.position == OFFER_STATUS_ENDED;
        for (uint32_t k = 0; k < o->intakes.count; k++) {
            const offer_intake *intake = &o->intakes.items[k];
            waiting += intake->seats_free.is_set && intake->seats_free.value == 0 &&
                       intake->waiting_list.position == WAITING_LIST_OPEN;
        }
    }

    ck_assert_uint_eq(idea, 1);
    ck_assert_uint_eq(ended, 1);
    ck_assert_uint_ge(waiting, 1);
    arena_fini(&a);
    free_lines(&l);
}
END_TEST

START_TEST(examples_tell_the_story_of_the_readme)
{
    lines seekers = read_lines(SOURCE_DIR "/schemas/examples/seekers.ndjson");
    lines offers = read_lines(SOURCE_DIR "/schemas/examples/offers.ndjson");
    arena a = {0};

    const seeker *nurse = parse_seeker(&a, seekers.text[16]);
    const offer *course = parse_offer(&a, offers.text[41]);

    ck_assert(bytes_equal_text(nurse->id.text, "s-017"));
    ck_assert(bytes_equal_text(nurse->wishes.occupations.items[0], "isco:3221"));
    ck_assert(bytes_equal_text(nurse->wishes.occupations.items[1], "isco:5321"));
    ck_assert(bytes_equal_text(course->id.text, "o-042"));
    ck_assert(bytes_equal_text(course->occupation.text, "isco:5321"));
    ck_assert_uint_eq(course->intakes.count, 3);
    arena_fini(&a);
    free_lines(&seekers);
    free_lines(&offers);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("examples");
    TCase *tests = tcase_create("examples");
    tcase_add_test(tests, examples_hold_150_offers_that_decode);
    tcase_add_test(tests, examples_hold_60_seekers_that_decode);
    tcase_add_test(tests, examples_hold_every_kind_at_least_six_times);
    tcase_add_test(tests, examples_hold_an_idea_an_ended_offer_and_one_with_a_waiting_list_only);
    tcase_add_test(tests, examples_tell_the_story_of_the_readme);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
