#include "unit/say_letter_offer.h"

#include <stdlib.h>
#include <string.h>

#include "say/pictograms.h"

/* How a letter looks: as text, read aloud, as a page. */

static const char *printed(const char *tag, void (*print)(const letter *, buf *), bool is_aloud)
{
    letter_facts f = {.km = 3.2};
    letter l = letter_of(tag, is_aloud, whole_offer, &f);
    buf_clear(&out);
    print(&l, &out);
    ck_assert(!out.failed);
    return buf_terminated(&out);
}

static void must_hold(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "\"%s\" is not in: %s", part, text);
}

static void must_lack(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) == NULL, "\"%s\" is in: %s", part, text);
}

START_TEST(a_page_escapes_everything_from_records)
{
    const char *page = printed("de", letter_print_html, false);
    must_hold(page, "Deutsch &lt;B1&gt; &amp; mehr");
    must_hold(page, "Haus &quot;Blau&quot;");
    must_lack(page, "<B1>");
}
END_TEST

START_TEST(a_page_says_its_language_and_direction)
{
    must_hold(printed("ar", letter_print_html, false), "<html lang=\"ar\" dir=\"rtl\">");
    must_hold(printed("ar", letter_print_html, false), "<li lang=\"de\">");
    must_hold(printed("uk", letter_print_html, false), "<html lang=\"uk\" dir=\"ltr\">");
    must_hold(printed("de-x-simple", letter_print_html, false), "<html lang=\"de-x-simple\"");
}
END_TEST

START_TEST(a_page_asks_nothing_from_elsewhere)
{
    const char *page = printed("en", letter_print_html, false);
    must_hold(page, "default-src 'none'");
    must_lack(page, "<script");
    must_lack(page, "<img");
    must_lack(page, "<link");
    must_lack(page, "href=");
    must_lack(page, "src=");
    must_lack(page, "url(");
    must_lack(page, "https:");
    for (const char *at = strstr(page, "http:"); at != NULL; at = strstr(at + 1, "http:")) {
        ck_assert_int_eq(strncmp(at, "http://www.w3.org/2000/svg", 26), 0);
    }
}
END_TEST

START_TEST(pictograms_carry_the_heading_as_their_title)
{
    const char *page = printed("de", letter_print_html, false);
    must_hold(page, "<title>Wo es ist</title><path");
    must_hold(page, "<title>Ein Mensch entscheidet</title>");
    for (int i = 0; i < LETTER_TOPIC_COUNT; i++) {
        must_hold(PICTOGRAMS[i].svg, "<svg xmlns=\"http://www.w3.org/2000/svg\"");
        must_hold(PICTOGRAMS[i].svg, "<title>");
        must_hold(PICTOGRAMS[i].svg, "</svg>");
        must_lack(PICTOGRAMS[i].svg, "href");
    }
    ck_assert_str_eq(PICTOGRAMS[LETTER_DECIDES].name, "person");
    ck_assert_str_eq(PICTOGRAMS[LETTER_PLACE].name, "place");
}
END_TEST

START_TEST(plain_text_is_plain)
{
    const char *text = printed("de", letter_print_text, false);
    must_hold(text, "Ein Vorschlag für Sie\n\nStand: 23.11.2026\nIhr Zeichen: s-1\n\nGuten Tag,\n");
    must_hold(text, "\nWo es ist\n- Postleitzahl des Ortes: 44137.\n");
    must_lack(text, "&amp;");
}
END_TEST

START_TEST(what_is_read_aloud_has_no_signs)
{
    const char *text = printed("de", letter_print_aloud, true);
    must_hold(text, "\nPostleitzahl des Ortes: 4 4 1 3 7.\n");
    must_hold(text, "Beginn: 1. Februar 2027.");
    must_hold(text, "Zeiten: Montag bis Dienstag 8 Uhr 15 bis 12 Uhr.");
    must_hold(text, "Kinder werden von 7 Uhr 30 bis 16 Uhr betreut.");
    must_hold(text, "3,2 Kilometer");
    must_hold(text, "\nLebenslauf.\n");
    must_lack(text, "- ");
    must_lack(text, " km");
    text = printed("ar", letter_print_aloud, true);
    must_lack(text, "\u2068");
    must_lack(text, "\u2069");
    must_lack(text, "§");
    must_hold(text, "المادة"); /* of the funding's law */
}
END_TEST

START_TEST(no_form_tells_points)
{
    must_lack(printed("en", letter_print_text, false), "score");
    must_lack(printed("en", letter_print_text, false), "of 100");
    must_lack(printed("en", letter_print_html, false), "points");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("say/letter_print");
    TCase *t = tcase_create("letter_print");
    tcase_add_checked_fixture(t, NULL, finish);
    tcase_add_test(t, a_page_escapes_everything_from_records);
    tcase_add_test(t, a_page_says_its_language_and_direction);
    tcase_add_test(t, a_page_asks_nothing_from_elsewhere);
    tcase_add_test(t, pictograms_carry_the_heading_as_their_title);
    tcase_add_test(t, plain_text_is_plain);
    tcase_add_test(t, what_is_read_aloud_has_no_signs);
    tcase_add_test(t, no_form_tells_points);
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
