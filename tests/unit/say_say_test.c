#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "say/say.h"

/* Sentences as people read them, in both languages. */

static buf out;
static dictionary *concepts;

static bytes label_of(const void *labels, bytes concept_id, const char *lang)
{
    (void)labels;
    if (!bytes_equal_text(concept_id, "esco:weld")) {
        return (bytes){NULL, 0};
    }
    return bytes_of(strcmp(lang, "de") == 0 ? "Schweißen" : "welding");
}

static say_context context(const char *lang)
{
    return (say_context){.lang = lang, .dictionary = concepts, .label = label_of};
}

static void start(void)
{
    err e = {0};
    concept number = 0;
    bool is_new = false;
    ck_assert(dictionary_new(&concepts, &e));
    ck_assert(dictionary_add(concepts, BYTES("esco:weld"), &number, &is_new, &e));
    ck_assert_uint_eq(number, 1);
    ck_assert(dictionary_add(concepts, BYTES("esco:lathe-2"), &number, &is_new, &e));
    ck_assert_uint_eq(number, 2);
}

static void finish(void)
{
    buf_fini(&out);
    dictionary_free(&concepts);
}

static const char *said_fact(const char *lang, gate_fact fact)
{
    say_context c = context(lang);
    buf_clear(&out);
    return say_fact(&c, &fact, &out) ? buf_terminated(&out) : NULL;
}

static const char *said_day(const char *lang, day value)
{
    buf_clear(&out);
    say_day(lang, value, &out);
    return buf_terminated(&out);
}

static const char *said_km(const char *lang, int64_t metres)
{
    buf_clear(&out);
    say_km(lang, metres, &out);
    return buf_terminated(&out);
}

START_TEST(days_are_written_as_the_language_does)
{
    ck_assert_str_eq(said_day("de", day_from_civil(2027, 1, 22)), "22.01.2027");
    ck_assert_str_eq(said_day("en", day_from_civil(2027, 1, 22)), "22 January 2027");
    ck_assert_str_eq(said_day("de", day_from_civil(2026, 12, 3)), "03.12.2026");
    ck_assert_str_eq(said_day("en", day_from_civil(2026, 12, 3)), "3 December 2026");
    ck_assert_str_eq(said_day("de", LOTSE_OPEN), "jederzeit");
    ck_assert_str_eq(said_day("en", LOTSE_OPEN), "any day");
}
END_TEST

START_TEST(every_language_writes_days_its_own_way)
{
    day value = day_from_civil(2027, 3, 5);
    ck_assert_str_eq(said_day("de-x-simple", value), "5. März 2027");
    ck_assert_str_eq(said_day("ar", value), "05.03.2027");
    ck_assert_str_eq(said_day("uk", value), "5 березня 2027 року");
    ck_assert_str_eq(said_day("tr", value), "5 Mart 2027");
    ck_assert_str_eq(said_day("bg", value), "5 март 2027 г.");
    ck_assert_str_eq(said_day("ro", value), "5 martie 2027");
}
END_TEST

static const char *said_number(const char *lang, int64_t value)
{
    buf_clear(&out);
    say_number(lang, value, &out);
    return buf_terminated(&out);
}

START_TEST(numbers_are_grouped_from_five_digits_on)
{
    ck_assert_str_eq(said_number("de", 9999), "9999");
    ck_assert_str_eq(said_number("de", 10000), "10.000");
    ck_assert_str_eq(said_number("en", 1234567), "1,234,567");
    ck_assert_str_eq(said_number("en", -12345), "-12,345");
    ck_assert_str_eq(said_number("en", -1234), "-1234");
    ck_assert_str_eq(said_number("uk", 123456), "123\u00a0456");
    ck_assert_str_eq(said_number("bg", 12345), "12\u00a0345");
    ck_assert_str_eq(said_number("tr", 12345), "12.345");
    ck_assert_str_eq(said_number("ro", 12345), "12.345");
    ck_assert_str_eq(said_number("ar", 12345), "12,345");
    ck_assert_str_eq(said_number("de", INT64_MIN), "-9.223.372.036.854.775.808");
}
END_TEST

START_TEST(values_in_arabic_stand_between_isolates)
{
    ck_assert_str_eq(
        said_fact("ar", (gate_fact){.kind = GATE_FACT_NUMBER, .is_known = true, .number = 12}),
        "\u206812\u2069");
    ck_assert_str_eq(
        said_fact("ar", (gate_fact){.kind = GATE_FACT_KM, .is_known = true, .number = 12400}),
        "\u206812.4 كم\u2069");
    gate_fact levels = {.kind = GATE_FACT_CODES,
                        .is_known = true,
                        .codes = 6,
                        .codes_known = UINT64_MAX,
                        .list = CODES(level)};
    ck_assert_str_eq(said_fact("ar", levels), "\u2068A1\u2069 و\u2068A2\u2069");
    ck_assert_str_eq(said_fact("uk", levels), "A1 і A2");
    const concept list[] = {2};
    gate_fact named = {.kind = GATE_FACT_CONCEPTS, .is_known = true, .concepts = list, .count = 1};
    ck_assert_str_eq(said_fact("ar", named), "\u2068lathe-2\u2069");
    gate_fact days = {
        .kind = GATE_FACT_INTERVAL, .is_known = true, .number = 15, .number_high = 30};
    ck_assert_str_eq(said_fact("ar", days), "من \u206815\u2069 إلى \u206830\u2069");
}
END_TEST

static const char *said_aloud(const char *lang, gate_fact fact)
{
    say_context c = context(lang);
    c.is_aloud = true;
    buf_clear(&out);
    ck_assert(say_fact(&c, &fact, &out));
    return buf_terminated(&out);
}

START_TEST(a_speech_program_gets_words_in_full)
{
    gate_fact way = {.kind = GATE_FACT_KM, .is_known = true, .number = 12400};
    ck_assert_str_eq(said_aloud("de", way), "12,4 Kilometer");
    way.number = 1000;
    ck_assert_str_eq(said_aloud("en", way), "1 kilometre");
    way.number = 3000;
    ck_assert_str_eq(said_aloud("uk", way), "3 кілометри");
    gate_fact start_day = {
        .kind = GATE_FACT_DAY, .is_known = true, .number = day_from_civil(2027, 1, 22)};
    ck_assert_str_eq(said_aloud("de", start_day), "22. Januar 2027");
    uint64_t week[11] = {0};
    for (uint32_t weekday = 0; weekday < 5; weekday++) {
        for (uint32_t quarter = 33; quarter < 48; quarter++) {
            uint32_t bit = weekday * 96 + quarter;
            week[bit / 64] |= UINT64_C(1) << bit % 64;
        }
    }
    gate_fact times = {.kind = GATE_FACT_WEEK, .is_known = true, .week = week};
    ck_assert_str_eq(said_aloud("de", times), "Montag bis Freitag 8 Uhr 15 bis 12 Uhr");
    ck_assert_str_eq(said_aloud("en", times), "Monday to Friday 8:15 to 12:00");
}
END_TEST

START_TEST(distances_have_one_decimal)
{
    ck_assert_str_eq(said_km("de", 12449), "12,4 km");
    ck_assert_str_eq(said_km("de", 12450), "12,5 km");
    ck_assert_str_eq(said_km("en", 12449), "12.4 km");
    ck_assert_str_eq(said_km("en", 0), "0.0 km");
    ck_assert_str_eq(said_km("en", 9950), "10.0 km");
}
END_TEST

START_TEST(a_language_without_a_catalogue_is_english)
{
    ck_assert_str_eq(say_word("fr", "verdict.yes"), "fits");
    ck_assert_str_eq(say_word(NULL, "verdict.yes"), "fits");
    ck_assert_str_eq(say_word("de-x-simple", "verdict.yes"), "passt");
    ck_assert_str_eq(say_word("de", "verdict.check"), "zu prüfen");
    ck_assert_str_eq(say_word("de", "no.such.word"), "no.such.word");
}
END_TEST

START_TEST(facts_are_written_by_their_kind)
{
    ck_assert_str_eq(
        said_fact("de", (gate_fact){.kind = GATE_FACT_NUMBER, .is_known = true, .number = 12}),
        "12");
    ck_assert_str_eq(said_fact("en", (gate_fact){.kind = GATE_FACT_CODE,
                                                 .is_known = true,
                                                 .number = 3,
                                                 .list = CODES(level)}),
                     "B1");
    ck_assert_str_eq(said_fact("de", (gate_fact){.kind = GATE_FACT_CODE,
                                                 .is_known = true,
                                                 .number = 0,
                                                 .list = CODES(level)}),
                     "noch keine Kenntnisse");
    ck_assert_str_eq(said_fact("en", (gate_fact){.kind = GATE_FACT_CODES,
                                                 .is_known = true,
                                                 .codes = 3,
                                                 .codes_known = UINT64_MAX,
                                                 .list = CODES(support)}),
                     "childcare and step-free access");
    ck_assert_str_eq(said_fact("de", (gate_fact){.kind = GATE_FACT_CODES,
                                                 .is_known = true,
                                                 .codes_known = UINT64_MAX,
                                                 .list = CODES(support)}),
                     "keine");
    ck_assert_str_eq(
        said_fact("de", (gate_fact){.kind = GATE_FACT_KM, .is_known = true, .number = 31400}),
        "31,4 km");
}
END_TEST

START_TEST(what_is_not_known_is_not_written)
{
    ck_assert_ptr_null(said_fact("de", (gate_fact){.kind = GATE_FACT_NUMBER, .number = 3}));
    ck_assert_ptr_null(said_fact("de", (gate_fact){.kind = GATE_FACT_NONE, .is_known = true}));
    ck_assert_uint_eq(out.len, 0);
}
END_TEST

START_TEST(intervals_show_the_ends_that_are_known)
{
    gate_fact fact = {
        .kind = GATE_FACT_INTERVAL, .is_known = true, .number = 15, .number_high = 30};
    ck_assert_str_eq(said_fact("de", fact), "15 bis 30");
    ck_assert_str_eq(said_fact("en", fact), "15 to 30");
    fact.number = 30;
    ck_assert_str_eq(said_fact("en", fact), "30");
    fact.number = LOTSE_ABSENT;
    ck_assert_str_eq(said_fact("de", fact), "bis 30");
    fact.number = 15;
    fact.number_high = LOTSE_ABSENT;
    ck_assert_str_eq(said_fact("de", fact), "ab 15");
    fact.has_days = true;
    fact.number = day_from_civil(2027, 2, 1);
    ck_assert_str_eq(said_fact("de", fact), "ab 01.02.2027");
}
END_TEST

START_TEST(weeks_tell_alike_days_together)
{
    uint64_t week[11] = {0};
    for (uint32_t weekday = 0; weekday < 6; weekday++) {
        uint32_t last = weekday == 5 ? 40 : 50;
        for (uint32_t quarter = 33; quarter < last; quarter++) {
            uint32_t bit = weekday * 96 + quarter;
            week[bit / 64] |= UINT64_C(1) << bit % 64;
        }
    }
    gate_fact fact = {.kind = GATE_FACT_WEEK, .is_known = true, .week = week};

    ck_assert_str_eq(said_fact("de", fact), "Mo-Fr 08:15-12:30, Sa 08:15-10:00");
    ck_assert_str_eq(said_fact("en", fact), "Mon-Fri 08:15-12:30, Sat 08:15-10:00");
}
END_TEST

START_TEST(concepts_have_names_or_their_ids)
{
    const concept list[] = {1, 2, 99};
    gate_fact fact = {.kind = GATE_FACT_CONCEPTS, .is_known = true, .concepts = list, .count = 3};

    ck_assert_str_eq(said_fact("de", fact), "Schweißen, lathe-2 und nicht bekannt");
    fact.count = 1;
    ck_assert_str_eq(said_fact("en", fact), "welding");
    fact.count = 0;
    ck_assert_str_eq(said_fact("en", fact), "none");
}
END_TEST

START_TEST(long_lists_say_how_many_more_there_are)
{
    gate_fact fact = {.kind = GATE_FACT_CODES,
                      .is_known = true,
                      .codes = 0x7f,
                      .codes_known = UINT64_MAX,
                      .list = CODES(level)};
    ck_assert_str_eq(said_fact("en", fact), "none yet, A1, A2, B1, B2, C1 and C2");

    fact.list = CODES(weekday);
    const concept list[] = {2, 2, 2, 2, 2, 2, 2, 2, 2, 2};
    gate_fact many = {.kind = GATE_FACT_CONCEPTS, .is_known = true, .concepts = list, .count = 8};
    ck_assert_str_eq(said_fact("de", many),
                     "lathe-2, lathe-2, lathe-2, lathe-2, lathe-2, lathe-2, lathe-2 und lathe-2");
    many.count = 10;
    ck_assert_str_eq(said_fact("de", many),
                     "lathe-2, lathe-2, lathe-2, lathe-2, lathe-2, lathe-2, lathe-2 und 3 weitere");
}
END_TEST

/* ------------------------------------------------------------------------------------ reasons */

#define TEXT(literal)                                                                              \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }

static const manifest_sentence skills_sentence = {
    .args = {{.name = {"have", 4}, .type = LOTSE_ARG_INT},
             {.name = {"want", 4}, .type = LOTSE_ARG_INT},
             {.name = {"list", 4}, .type = LOTSE_ARG_CONCEPTS},
             {.name = {"level", 5}, .type = LOTSE_ARG_CODE, .codes = CODES(level)},
             {.name = {"day", 3}, .type = LOTSE_ARG_DAY},
             {.name = {"way", 3}, .type = LOTSE_ARG_KM},
             {.name = {"one", 3}, .type = LOTSE_ARG_CONCEPT}},
    .arg_count = 7,
    .text = {.langs = {{"en", 2}, {"de", 2}},
             .texts = {TEXT("{have} of {want} {want|skill|skills}: {list}"),
                       TEXT("{have} von {want} {want|Kenntnis|Kenntnissen}: {list}")},
             .count = 2}};

static const char *said_reason(const char *lang, const char *text, const match_reason *r)
{
    manifest_sentence sentence = skills_sentence;
    if (text != NULL) {
        sentence.text = (text_set){.langs = {{"en", 2}}, .texts = {bytes_of(text)}, .count = 1};
    }
    say_context c = context(lang);
    buf_clear(&out);
    say_reason(&c, &sentence, r, &out);
    return buf_terminated(&out);
}

static const uint32_t values[] = {9, 2, 1};

static match_reason reason_of(int64_t have, int64_t want)
{
    return (match_reason){.arg_count = 7,
                          .values = values,
                          .args = {{LOTSE_ARG_INT, 0, have},
                                   {LOTSE_ARG_INT, 0, want},
                                   {LOTSE_ARG_CONCEPTS, 2, 1},
                                   {LOTSE_ARG_CODE, 0, 4},
                                   {LOTSE_ARG_DAY, 0, 0},
                                   {LOTSE_ARG_KM, 0, 1500},
                                   {LOTSE_ARG_CONCEPT, 0, 1}}};
}

START_TEST(reasons_fill_their_sentence)
{
    match_reason r = reason_of(2, 3);

    ck_assert_str_eq(said_reason("en", NULL, &r), "2 of 3 skills: lathe-2 and welding");
    ck_assert_str_eq(said_reason("de", NULL, &r), "2 von 3 Kenntnissen: lathe-2 und Schweißen");
    ck_assert_str_eq(said_reason("fr", NULL, &r), "2 of 3 skills: lathe-2 and welding");
}
END_TEST

START_TEST(forms_follow_the_number)
{
    match_reason r = reason_of(1, 1);
    ck_assert_str_eq(said_reason("en", "{want|skill|skills}", &r), "skill");
    r = reason_of(0, 0);
    ck_assert_str_eq(said_reason("en", "{want|skill|skills}", &r), "skills");
    ck_assert_str_eq(said_reason("en", "{list|one|other}", &r), "other");
    r = reason_of(0, LOTSE_ABSENT);
    ck_assert_str_eq(said_reason("en", "{want|skill|skills}", &r), "skills");
}
END_TEST

static const char *said_form(const char *lang, const char *text, int64_t want)
{
    match_reason r = reason_of(0, want);
    manifest_sentence sentence = skills_sentence;
    sentence.text = (text_set){.langs = {bytes_of(lang)}, .texts = {bytes_of(text)}, .count = 1};
    say_context c = context(lang);
    buf_clear(&out);
    say_reason(&c, &sentence, &r, &out);
    return buf_terminated(&out);
}

START_TEST(forms_are_as_many_as_the_language_has)
{
    const char *months = "{want} {want|місяць|місяці|місяців}";
    ck_assert_str_eq(said_form("uk", months, 21), "21 місяць");
    ck_assert_str_eq(said_form("uk", months, 3), "3 місяці");
    ck_assert_str_eq(said_form("uk", months, 11), "11 місяців");
    ck_assert_str_eq(said_form("uk", months, LOTSE_ABSENT), "Невідомо місяців");
    ck_assert_str_eq(said_form("ro", "{want} {want|lună|luni|de luni}", 20), "20 de luni");
    ck_assert_str_eq(said_form("ro", "{want} {want|lună|luni|de luni}", 2), "2 luni");
    ck_assert_str_eq(said_form("uk", "{want|a|b}", 1), "b"); /* two forms are not Ukrainian */
}
END_TEST

START_TEST(a_sign_in_a_form_is_the_number)
{
    const char *days = "{want|لا أيام|يوم واحد|يومان|# أيام|# يومًا|# يوم}";
    ck_assert_str_eq(said_form("ar", days, 1), "يوم واحد");
    ck_assert_str_eq(said_form("ar", days, 2), "يومان");
    ck_assert_str_eq(said_form("ar", days, 5), "\u20685\u2069 أيام");
    ck_assert_str_eq(said_form("ar", days, 14), "\u206814\u2069 يومًا");
    ck_assert_str_eq(said_form("ar", days, 100), "\u2068100\u2069 يوم");
    ck_assert_str_eq(said_form("ar", days, LOTSE_ABSENT), "غير معروف يوم");
}
END_TEST

START_TEST(a_sentence_that_begins_with_a_value_begins_with_a_capital)
{
    ck_assert_str_eq(said_form("en", "{one} is known.", 0), "Welding is known.");
    ck_assert_str_eq(said_form("en", "Known: {one}.", 0), "Known: welding.");
}
END_TEST

START_TEST(a_text_of_another_language_takes_its_values_in_its_own)
{
    match_reason r = reason_of(1, 3);
    r.args[5].value = 12400;
    ck_assert_str_eq(said_reason("ar", "{way} away, {day}", &r), "12.4 km away, 1 January 1970");
}
END_TEST

START_TEST(every_kind_of_argument_is_written)
{
    match_reason r = reason_of(1, 1);

    ck_assert_str_eq(said_reason("en", "{level} {day} {way} {one}", &r),
                     "B2 1 January 1970 1.5 km welding");
}
END_TEST

START_TEST(unknown_arguments_read_as_not_known)
{
    match_reason r = reason_of(LOTSE_ABSENT, 1);
    r.args[3].value = -1;
    r.args[4].value = LOTSE_ABSENT;
    r.args[5].value = LOTSE_ABSENT;
    r.args[6].value = CONCEPT_NONE;

    ck_assert_str_eq(said_reason("en", "{have}, {level}, {day}, {way}, {one}", &r),
                     "Not known, not known, not known, not known, not known");
    r.arg_count = 0;
    ck_assert_str_eq(said_reason("en", "{have}.", &r), "Not known.");
}
END_TEST

/* ------------------------------------------------------------------------------------ gates */

static const field key_field = {.path = "requires.languages.*.code", .codes = CODES(language)};
static const field min_field = {.path = "requires.languages.*.min",
                                .codes = CODES(level),
                                .de = "Wenigstens dieses Niveau.",
                                .en = "At least this level."};
static column_ref key_columns[] = {{&key_field, -1}, {&min_field, -1}};
static const match_program key_program = {.columns = {[SIDE_OFFER] = {key_columns, 2, 2, 0}}};

static text_set text_de(const char *text)
{
    return (text_set){.langs = {{"de", 2}}, .texts = {bytes_of(text)}, .count = 1};
}

static const char *said_gate(const manifest_gate *m, const gate *g, const gate_finding *found,
                             const char *lang)
{
    say_context c = context(lang);
    c.program = &key_program;
    buf_clear(&out);
    say_gate(&c, m, g, found, &out);
    return buf_terminated(&out);
}

static gate_fact level_fact(int64_t position)
{
    return (gate_fact){.kind = GATE_FACT_CODE,
                       .is_known = position >= 0,
                       .number = position,
                       .list = CODES(level)};
}

static gate_finding language_finding(verdict v, int64_t have, int64_t need)
{
    uint32_t german = 0;
    ck_assert(code_find(CODES(language), BYTES("de"), &german));
    return (gate_finding){.verdict = v,
                          .key_code = (int32_t)german,
                          .have = level_fact(have),
                          .need = level_fact(need),
                          .lack = {.kind = GATE_FACT_NUMBER, .is_known = true, .number = 1}};
}

START_TEST(gates_speak_by_their_verdict)
{
    manifest_gate m = {
        .yes = text_de("{key}: {have} reicht."),
        .no = text_de("{key}: {need} wird gebraucht ({lack} {lack|Stufe|Stufen} mehr)."),
        .check = text_de("{key}: Niveau bitte erfragen."),
        .opens = text_de("{key} bis {need} lernen.")};
    gate g = {.op = GATE_AT_LEAST, .offer_key = 0};
    gate_finding yes = language_finding(VERDICT_YES, 4, 3);
    gate_finding no = language_finding(VERDICT_NO, 2, 3);
    gate_finding check = language_finding(VERDICT_CHECK, -1, 3);
    check.seeker_is_unknown = true;

    ck_assert_str_eq(said_gate(&m, &g, &yes, "de"), "Deutsch: B2 reicht.");
    ck_assert_str_eq(said_gate(&m, &g, &no, "de"), "Deutsch: B1 wird gebraucht (1 Stufe mehr).");
    ck_assert_str_eq(said_gate(&m, &g, &check, "de"), "Deutsch: Niveau bitte erfragen.");
    say_context c = context("de");
    c.program = &key_program;
    buf_clear(&out);
    say_opens(&c, &m, &g, &no, &out);
    ck_assert_str_eq(buf_terminated(&out), "Deutsch bis B1 lernen.");
}
END_TEST

START_TEST(every_entry_in_the_way_has_its_sentence)
{
    manifest_gate m = {.no = text_de("{key}: {need}."), .opens = text_de("{key} {need} lernen.")};
    gate g = {.op = GATE_AT_LEAST, .offer_key = 0};
    gate_finding found = language_finding(VERDICT_NO, 2, 3);
    uint32_t english = 0;
    ck_assert(code_find(CODES(language), BYTES("en"), &english));
    gate_entry entries[] = {
        {.verdict = VERDICT_NO, .key = found.key_code, .need = level_fact(3)},
        {.verdict = VERDICT_CHECK, .key = (int32_t)english, .need = level_fact(4)},
        {.verdict = VERDICT_NO, .key = (int32_t)english, .need = level_fact(2)}};
    found.entries = entries;
    found.entry_count = 3;

    ck_assert_str_eq(said_gate(&m, &g, &found, "de"), "Deutsch: B1. Englisch: A2.");
    say_context c = context("de");
    c.program = &key_program;
    buf_clear(&out);
    say_opens(&c, &m, &g, &found, &out);
    ck_assert_str_eq(buf_terminated(&out),
                     "Alles zusammen: Deutsch B1 lernen. Englisch B2 lernen. Englisch A2 lernen.");
}
END_TEST

START_TEST(a_gate_that_asks_nothing_says_so)
{
    manifest_gate m = {.yes = text_de("{key}: {have} reicht.")};
    gate g = {.op = GATE_AT_LEAST, .offer_key = 0, .offer_columns = {1}};
    gate_finding unasked = language_finding(VERDICT_YES, 4, -1);
    gate_finding lowest = language_finding(VERDICT_YES, 4, 0);
    gate_finding assumed = language_finding(VERDICT_YES, -1, 4);
    assumed.seeker_is_unknown = true;
    gate_finding online = {.verdict = VERDICT_YES, .is_online = true, .key_code = -1};

    ck_assert_str_eq(said_gate(&m, &g, &unasked, "de"),
                     "Nicht verlangt: Wenigstens dieses Niveau.");
    ck_assert_str_eq(said_gate(&m, &g, &lowest, "de"), "Nicht verlangt: Wenigstens dieses Niveau.");
    ck_assert_str_eq(said_gate(&m, &g, &assumed, "de"), "Nicht bekannt; es gilt als passend.");
    m.yes = text_de("Alles da.");
    ck_assert_str_eq(said_gate(&m, &g, &unasked, "de"), "Alles da.");
    g.op = GATE_WITHIN_KM;
    ck_assert_str_eq(said_gate(&m, &g, &online, "en"), "It takes place online.");
}
END_TEST

static gate core_gate(const char *id, gate_op op)
{
    return (gate){.criterion = "core.open",
                  .id = id,
                  .op = op,
                  .offer_key = UINT16_MAX,
                  .plugin = UINT32_MAX};
}

START_TEST(core_gates_have_sentences_of_their_own)
{
    gate seats = core_gate("core.seats", GATE_SEATS);
    gate_finding found = {.verdict = VERDICT_YES,
                          .key_code = -1,
                          .need = {.kind = GATE_FACT_NUMBER, .is_known = true, .number = 1}};
    ck_assert_str_eq(said_gate(NULL, &seats, &found, "de"), "Noch 1 Platz frei.");
    found.need.number = 4;
    ck_assert_str_eq(said_gate(NULL, &seats, &found, "en"), "4 seats are free.");
    found.verdict = VERDICT_CHECK;
    found.need.number = 0;
    ck_assert_str_eq(said_gate(NULL, &seats, &found, "en"),
                     "All seats are taken; the waiting list is open.");
    found.need.is_known = false;
    ck_assert_str_eq(said_gate(NULL, &seats, &found, "de"),
                     "Ob ein Platz frei ist, ist nicht bekannt: bitte nachfragen.");
    ck_assert(bytes_equal_text(say_gate_path(NULL, &seats, &found), "/intakes"));

    gate register_by = core_gate("core.register_by", GATE_NOT_BEFORE_AS_OF);
    gate_finding late = {
        .verdict = VERDICT_NO,
        .key_code = -1,
        .need = {.kind = GATE_FACT_DAY, .is_known = true, .number = day_from_civil(2026, 11, 2)}};
    ck_assert_str_eq(said_gate(NULL, &register_by, &late, "de"),
                     "Die Anmeldung war bis 02.11.2026 offen.");
}
END_TEST

START_TEST(filters_share_general_sentences)
{
    gate filter = core_gate(">=", GATE_AT_LEAST);
    filter.criterion = "filter";
    gate_finding found = language_finding(VERDICT_NO, 2, 3);
    found.key_code = -1;

    ck_assert_str_eq(said_gate(NULL, &filter, &found, "en"),
                     "This does not fit yet: B1 is asked for, A2 is there.");
}
END_TEST

START_TEST(the_path_points_at_the_side_that_is_silent)
{
    manifest_gate m = {.seeker_pointer = BYTES("/languages"),
                       .offer_pointer = BYTES("/requires/languages")};
    gate g = {.op = GATE_AT_LEAST};
    gate_finding found = {.verdict = VERDICT_CHECK, .offer_is_unknown = true};

    ck_assert(bytes_equal_text(say_gate_path(&m, &g, &found), "/requires/languages"));
    found.seeker_is_unknown = true;
    ck_assert(bytes_equal_text(say_gate_path(&m, &g, &found), "/languages"));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("say/say");
    TCase *t = tcase_create("say");
    tcase_add_checked_fixture(t, start, finish);
    tcase_add_test(t, days_are_written_as_the_language_does);
    tcase_add_test(t, every_language_writes_days_its_own_way);
    tcase_add_test(t, numbers_are_grouped_from_five_digits_on);
    tcase_add_test(t, values_in_arabic_stand_between_isolates);
    tcase_add_test(t, a_speech_program_gets_words_in_full);
    tcase_add_test(t, distances_have_one_decimal);
    tcase_add_test(t, a_language_without_a_catalogue_is_english);
    tcase_add_test(t, facts_are_written_by_their_kind);
    tcase_add_test(t, what_is_not_known_is_not_written);
    tcase_add_test(t, intervals_show_the_ends_that_are_known);
    tcase_add_test(t, weeks_tell_alike_days_together);
    tcase_add_test(t, concepts_have_names_or_their_ids);
    tcase_add_test(t, long_lists_say_how_many_more_there_are);
    tcase_add_test(t, reasons_fill_their_sentence);
    tcase_add_test(t, forms_follow_the_number);
    tcase_add_test(t, forms_are_as_many_as_the_language_has);
    tcase_add_test(t, a_sign_in_a_form_is_the_number);
    tcase_add_test(t, a_sentence_that_begins_with_a_value_begins_with_a_capital);
    tcase_add_test(t, a_text_of_another_language_takes_its_values_in_its_own);
    tcase_add_test(t, every_kind_of_argument_is_written);
    tcase_add_test(t, unknown_arguments_read_as_not_known);
    tcase_add_test(t, gates_speak_by_their_verdict);
    tcase_add_test(t, every_entry_in_the_way_has_its_sentence);
    tcase_add_test(t, a_gate_that_asks_nothing_says_so);
    tcase_add_test(t, core_gates_have_sentences_of_their_own);
    tcase_add_test(t, filters_share_general_sentences);
    tcase_add_test(t, the_path_points_at_the_side_that_is_silent);
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
