#include "unit/say_letter_offer.h"

#include <stdlib.h>

#include "unit/say_text_rules.h"

/* What a letter tells, in which order, and what it leaves out. */

static const letter_section *find_section(const letter *l, letter_topic topic)
{
    for (uint32_t i = 0; i < l->section_count; i++) {
        if (l->sections[i].topic == topic) {
            return &l->sections[i];
        }
    }
    return NULL;
}

static bool has_line(const letter *l, letter_topic topic, const char *text)
{
    const letter_section *s = find_section(l, topic);
    for (uint32_t i = 0; s != NULL && i < s->line_count; i++) {
        if (bytes_equal_text(s->lines[i].text, text)) {
            return true;
        }
    }
    return false;
}

START_TEST(a_letter_tells_what_the_offer_says)
{
    letter_facts f = {.km = 3.21, .modes = {.members = 2, .is_set = true}};
    letter l = letter_of("de", false, whole_offer, &f);

    ck_assert(bytes_equal_text(l.as_of, "Stand: 23.11.2026"));
    ck_assert(bytes_equal_text(l.reference, "Ihr Zeichen: s-1"));
    ck_assert(has_line(&l, LETTER_OFFER, "Deutsch <B1> & mehr"));
    ck_assert(has_line(&l, LETTER_OFFER, "Art des Angebots: Sprachkurs."));
    ck_assert(has_line(&l, LETTER_OFFER, "Anbieter: Haus \"Blau\"."));
    ck_assert(has_line(&l, LETTER_PLACE, "Postleitzahl des Ortes: 44137."));
    ck_assert(has_line(&l, LETTER_WAY,
                       "Es ist ungefähr 3,2 km von Ihrem Wohnort entfernt, in "
                       "gerader Linie. Der Weg selbst ist länger."));
    ck_assert(has_line(&l, LETTER_WAY, "Sie sind unterwegs mit: Fahrrad."));
    ck_assert(has_line(&l, LETTER_TIME, "Beginn: 01.02.2027."));
    ck_assert(has_line(&l, LETTER_TIME, "Ende: 16.04.2027."));
    ck_assert(has_line(&l, LETTER_TIME, "Zeiten: Mo-Di 08:15-12:00."));
    ck_assert(has_line(&l, LETTER_TIME, "Stunden in der Woche: 20 bis 25."));
    ck_assert(has_line(&l, LETTER_TIME, "Die Anmeldung ist bis 22.01.2027 möglich."));
    ck_assert(has_line(&l, LETTER_LANGUAGE, "Deutsch: Gefragt ist A2."));
    ck_assert(has_line(&l, LETTER_CHILDCARE, "Kinder werden von 07:30 bis 16:00 betreut."));
    ck_assert(has_line(&l, LETTER_SUPPORT, "Es gibt: Verpflegung."));
    ck_assert(has_line(&l, LETTER_MONEY, "Die Teilnahme kostet Sie nichts."));
    ck_assert(has_line(&l, LETTER_MONEY, "Lohn: 14,50 Euro (Stunde)."));
    ck_assert(has_line(&l, LETTER_DOCUMENTS, "Lebenslauf"));
    ck_assert(has_line(&l, LETTER_PHONE, "Telefon: 0221 12."));
    ck_assert(
        has_line(&l, LETTER_DECIDES,
                 "Ein Computerprogramm hat geholfen, diesen Vorschlag zu finden. Der Computer "
                 "entscheidet nichts."));
}
END_TEST

START_TEST(what_is_not_known_is_asked_and_not_guessed)
{
    letter_facts f = {.km = NAN};
    letter l =
        letter_of("en", false, "{\"id\":\"o-2\",\"kind\":\"job\",\"title\":{\"en\":\"Job\"}}", &f);

    ck_assert(has_line(&l, LETTER_TIME, "The day it starts is not known to us. Please ask."));
    ck_assert(has_line(&l, LETTER_WAY, "How far it is from where you live is not known to us."));
    ck_assert(has_line(&l, LETTER_PHONE, "Please ask your contact person whom to turn to."));
    ck_assert_ptr_null(find_section(&l, LETTER_MONEY));
    ck_assert_ptr_null(find_section(&l, LETTER_CHILDCARE));
    ck_assert_ptr_null(find_section(&l, LETTER_REASONS));
    ck_assert_ptr_nonnull(find_section(&l, LETTER_DECIDES));
}
END_TEST

START_TEST(an_online_offer_has_no_way)
{
    letter_facts f = {.km = -1};
    letter l = letter_of(
        "en", false, "{\"id\":\"o-2\",\"kind\":\"job\",\"title\":{\"en\":\"Job\"},\"online\":true}",
        &f);

    ck_assert(
        has_line(&l, LETTER_PLACE, "It takes place online. You can take part from anywhere."));
    ck_assert_ptr_null(find_section(&l, LETTER_WAY));
}
END_TEST

START_TEST(findings_stand_in_their_sections)
{
    static const bytes reasons[] = {{"Reason one.", 11}};
    static const bytes checks[] = {{"Check one.", 10}};
    static const bytes unmet[] = {{"Unmet one.", 10}};
    manifest_step placement = {
        .id = BYTES("x"),
        .who = BYTES("provider"),
        .text = {.langs = {{"en", 2}}, .texts = {{"Take the test.", 14}}, .count = 1}};
    step due = {.step = &placement, .has_by = true, .by = day_from_civil(2027, 1, 5)};
    letter_facts f = {.km = NAN,
                      .reasons = reasons,
                      .reason_count = 1,
                      .checks = checks,
                      .check_count = 1,
                      .unmet = unmet,
                      .unmet_count = 1,
                      .steps = &due,
                      .step_count = 1};
    letter l = letter_of("en", false, whole_offer, &f);

    ck_assert(has_line(&l, LETTER_REASONS, "Reason one."));
    ck_assert(has_line(&l, LETTER_CHECKS, "Unmet one."));
    ck_assert(bytes_equal_text(find_section(&l, LETTER_CHECKS)[1].lines[0].text, "Check one."));
    ck_assert(has_line(&l, LETTER_STEPS,
                       "Take the test. Who takes care of it: the provider. Until 5 January 2027."));
}
END_TEST

START_TEST(a_title_in_another_language_says_which)
{
    letter_facts f = {.km = NAN};
    letter german = letter_of("de-x-simple", false, whole_offer, &f);
    letter arabic = letter_of("ar", false, whole_offer, &f);

    ck_assert_ptr_null(german.sections[0].lines[0].lang);
    ck_assert_str_eq(arabic.sections[0].lines[0].lang, "de");
    ck_assert(
        bytes_equal_text(arabic.sections[0].lines[0].text, "\u2068Deutsch <B1> & mehr\u2069"));
}
END_TEST

START_TEST(a_letter_keeps_the_rules_for_texts_in_every_language)
{
    const language *own = lang_at((uint32_t)_i);
    letter_facts f = {.km = 3.2, .modes = {.members = 6, .is_set = true}};
    letter l = letter_of(own->tag, false, whole_offer, &f);

    ck_assert_uint_ge(l.section_count, 11);
    for (uint32_t i = 0; i < l.section_count; i++) {
        for (uint32_t k = 0; k < l.sections[i].line_count; k++) {
            const char *text = l.sections[i].lines[k].text.base;
            ck_assert_ptr_null(strchr(text, '{'));
            must_be_kind(l.sections[i].heading, text);
        }
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("say/letter");
    TCase *t = tcase_create("letter");
    tcase_add_checked_fixture(t, NULL, finish);
    tcase_add_test(t, a_letter_tells_what_the_offer_says);
    tcase_add_test(t, what_is_not_known_is_asked_and_not_guessed);
    tcase_add_test(t, an_online_offer_has_no_way);
    tcase_add_test(t, findings_stand_in_their_sections);
    tcase_add_test(t, a_title_in_another_language_says_which);
    tcase_add_loop_test(t, a_letter_keeps_the_rules_for_texts_in_every_language, 0,
                        (int)lang_count());
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
