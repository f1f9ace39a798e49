#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "say/say.h"

/* The catalogues say the same things in every language. */

typedef struct entry {
    const char *id;
    const char *text;
} entry;

#define X(id, text) {id, text},
static const entry english[] = {
#include "say/catalogue_en.def"
};
static const entry german[] = {
#include "say/catalogue_de.def"
};
#undef X

enum { COUNT = sizeof(english) / sizeof(english[0]) };

START_TEST(catalogues_have_the_same_ids_in_the_same_order)
{
    ck_assert_uint_eq(sizeof(english), sizeof(german));
    ck_assert_str_eq(english[_i].id, german[_i].id);
    ck_assert_uint_gt(strlen(german[_i].text), 0);
}
END_TEST

START_TEST(ids_stand_once)
{
    for (int i = 0; i < _i; i++) {
        ck_assert_str_ne(english[i].id, english[_i].id);
    }
}
END_TEST

/* The names between braces, each once: a bit per name of the short list. */
static uint32_t names_in(const char *text)
{
    static const char *const names[] = {"have", "need", "lack", "key", "low",  "high", "count",
                                        "km",   "d",    "dd",   "mm",  "yyyy", "month"};
    uint32_t found = 0;
    for (const char *at = strchr(text, '{'); at != NULL; at = strchr(at + 1, '{')) {
        size_t len = strcspn(at + 1, "|}");
        uint32_t bit = 0;
        for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            if (strlen(names[i]) == len && memcmp(names[i], at + 1, len) == 0) {
                bit = 1u << i;
            }
        }
        ck_assert_msg(bit != 0, "\"%s\" has a placeholder nobody fills", text);
        found |= bit;
    }
    return found;
}

START_TEST(catalogues_have_the_same_placeholders)
{
    if (strcmp(english[_i].id, "form.date") == 0) {
        return; /* a date is made of other parts in each language */
    }
    ck_assert_uint_eq(names_in(english[_i].text), names_in(german[_i].text));
}
END_TEST

START_TEST(no_text_passes_judgement_on_a_person)
{
    static const char *const unwanted[] = {"eligib",   "entitle",  "anspruch", "pflicht",
                                           "sanktion", "sanction", "lawful",   "rechtmäßig",
                                           "GDPR",     "DSGVO"};
    for (size_t i = 0; i < sizeof(unwanted) / sizeof(unwanted[0]); i++) {
        ck_assert_ptr_null(strcasestr(english[_i].text, unwanted[i]));
        ck_assert_ptr_null(strcasestr(german[_i].text, unwanted[i]));
    }
}
END_TEST

START_TEST(languages_are_listed_english_first)
{
    ck_assert_uint_eq(say_lang_count(), 2);
    ck_assert_str_eq(say_lang_at(0), "en");
    ck_assert_str_eq(say_lang_at(1), "de");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("say/words");
    TCase *t = tcase_create("words");
    tcase_add_loop_test(t, catalogues_have_the_same_ids_in_the_same_order, 0, COUNT);
    tcase_add_loop_test(t, ids_stand_once, 0, COUNT);
    tcase_add_loop_test(t, catalogues_have_the_same_placeholders, 0, COUNT);
    tcase_add_loop_test(t, no_text_passes_judgement_on_a_person, 0, COUNT);
    tcase_add_test(t, languages_are_listed_english_first);
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
