#include <stdlib.h>

#include "say/say.h"
#include "say/words.h"
#include "unit/say_text_rules.h"

/* The catalogues say the same things in every language. */

START_TEST(every_text_stands_in_every_language)
{
    const language *l = lang_at((uint32_t)_i);
    for (uint32_t i = 0; i < say_text_count(); i++) {
        const char *id = NULL;
        const char *english = say_text_at(i, &id);
        const char *text = words_find_own(l->tag, id);
        bool is_date = strcmp(id, "form.date") == 0 || strncmp(id, "form.time", 9) == 0 ||
                       strncmp(id, "aloud.time", 10) == 0;
        must_keep_rules(id, text, is_date ? text : english, l);
    }
}
END_TEST

/* Codes' labels are names: they are not told for what they forbid. */
static void label_is_there(const language *l, const code_list *list, uint32_t position)
{
    char id[160];
    const char *text = say_code_label(l->tag, list, position);
    snprintf(id, sizeof id, "code.%s.%s", list->name, list->entries[position].id);
    bool is_in_table = strcmp(l->tag, "en") == 0 || strcmp(l->tag, "de") == 0;
    ck_assert_msg(is_in_table || words_find_own(l->tag, id) == text, "%s is missing in %s", id,
                  l->tag);
    ck_assert_uint_gt(strlen(text), 0);
    must_be_kind(id, text);
    if (strlen(text) > 3) { /* "B1", "ADR" by themselves are isolated as values */
        must_be_isolated(id, text, l);
    }
}

START_TEST(every_code_has_a_label_in_every_language)
{
    uint32_t count = 0;
    const code_list *lists = code_list_all(&count);
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < lists[i].count; k++) {
            label_is_there(lang_at((uint32_t)_i), &lists[i], k);
        }
    }
}
END_TEST

START_TEST(labels_follow_the_reader)
{
    uint32_t german = 0;
    ck_assert(code_find(CODES(language), BYTES("de"), &german));
    ck_assert_str_eq(say_code_label("de", CODES(language), german), "Deutsch");
    ck_assert_str_eq(say_code_label("uk", CODES(language), german), "німецька");
    ck_assert_str_eq(say_code_label("ar", CODES(language), german), "الألمانية");
    ck_assert_str_eq(say_code_label("fr", CODES(language), german), "German");
    ck_assert_str_eq(say_code_label("tr-DE", CODES(language), german), "Almanca");
}
END_TEST

START_TEST(ids_stand_once)
{
    for (uint32_t i = 0; i < say_text_count(); i++) {
        const char *one = NULL;
        (void)say_text_at(i, &one);
        for (uint32_t k = 0; k < i; k++) {
            const char *other = NULL;
            (void)say_text_at(k, &other);
            ck_assert_str_ne(one, other);
        }
    }
}
END_TEST

static uint32_t part_count(const char *text)
{
    uint32_t count = 1;
    for (; *text != '\0'; text++) {
        count += *text == '|';
    }
    return count;
}

START_TEST(a_year_has_twelve_months_and_a_week_seven_days)
{
    const char *tag = lang_at((uint32_t)_i)->tag;
    ck_assert_uint_eq(part_count(say_word(tag, "form.months")), 12);
    ck_assert_uint_eq(part_count(say_word(tag, "form.weekdays")), 7);
    ck_assert_uint_eq(part_count(say_word(tag, "aloud.weekdays")), 7);
}
END_TEST

START_TEST(a_tag_of_none_of_ours_reads_as_english)
{
    ck_assert_str_eq(say_word("fr", "verdict.yes"), "fits");
    ck_assert_str_eq(say_word(NULL, "verdict.yes"), "fits");
    ck_assert_str_eq(say_word("", "verdict.yes"), "fits");
    ck_assert_str_eq(say_word("ro", "no.such.word"), "no.such.word");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("say/words");
    TCase *t = tcase_create("words");
    int count = (int)lang_count();
    tcase_add_loop_test(t, every_text_stands_in_every_language, 0, count);
    tcase_add_loop_test(t, every_code_has_a_label_in_every_language, 0, count);
    tcase_add_test(t, labels_follow_the_reader);
    tcase_add_test(t, ids_stand_once);
    tcase_add_loop_test(t, a_year_has_twelve_months_and_a_week_seven_days, 0, count);
    tcase_add_test(t, a_tag_of_none_of_ours_reads_as_english);
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
