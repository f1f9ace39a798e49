/* Titles as people write them end as the same stems. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "taxonomy/title.h"

/* The stems of a title with blanks between, asides in brackets. */
static const char *stems_of(const char *text)
{
    static char out[TITLE_LEN_MAX * 2];
    static title t;
    buf scratch = {0};
    ck_assert(title_read(bytes_of(text), &scratch, &t));
    buf_fini(&scratch);
    char *at = out;
    for (uint32_t i = 0; i < t.token_count; i++) {
        bytes stem = title_stem_of(&t, i);
        at += sprintf(at, "%s%s%.*s%s", i > 0 ? " " : "", t.tokens[i].is_aside ? "(" : "",
                      (int)stem.len, stem.base, t.tokens[i].is_aside ? ")" : "");
    }
    *at = '\0';
    return out;
}

static void expect_same(const char *const *forms, size_t count)
{
    char first[TITLE_LEN_MAX * 2];
    strcpy(first, stems_of(forms[0]));
    for (size_t i = 1; i < count; i++) {
        ck_assert_str_eq(stems_of(forms[i]), first);
    }
}

START_TEST(read_joins_every_form_of_one_occupation)
{
    static const char *const CARERS[] = {
        "Altenpfleger",       "Altenpflegerin",       "Altenpfleger/in",        "Altenpfleger/-in",
        "Altenpfleger*in",    "Altenpfleger:in",      "Altenpfleger_in",        "AltenpflegerIn",
        "Altenpfleger(in)",   "Altenpfleger (m/w/d)", "Altenpflegerin (m./w.)", "ALTENPFLEGER",
        "Altenpfleger*innen", "Altenpfleger m/w/d",   "Altenpfleger (w|m|x)"};
    static const char *const COOKS[] = {"Koch", "Köchin", "Koechin", "Koch (gn)"};
    static const char *const DOCTORS[] = {"Arzt", "Ärztin", "Aerztin"};
    static const char *const HELPERS[] = {"Gehilfe", "Gehilfin", "Gehilf(e)in"};
    static const char *const MERCHANTS[] = {"Kaufmann", "Kauffrau", "Kaufmann/-frau", "Kaufleute"};
    static const char *const OFFICIALS[] = {"Beamter", "Beamtin", "Beamt(er)in", "Beamte/r"};
    static const char *const DRAWERS[] = {"Technischer Zeichner", "Technische Zeichnerin",
                                          "Technische/r Zeichner/in", "Technisch(er)e Zeichner/in"};

    expect_same(CARERS, sizeof CARERS / sizeof *CARERS);
    expect_same(COOKS, sizeof COOKS / sizeof *COOKS);
    expect_same(DOCTORS, sizeof DOCTORS / sizeof *DOCTORS);
    expect_same(HELPERS, sizeof HELPERS / sizeof *HELPERS);
    expect_same(MERCHANTS, sizeof MERCHANTS / sizeof *MERCHANTS);
    expect_same(OFFICIALS, sizeof OFFICIALS / sizeof *OFFICIALS);
    expect_same(DRAWERS, sizeof DRAWERS / sizeof *DRAWERS);
}
END_TEST

START_TEST(read_keeps_different_occupations_apart)
{
    char first[TITLE_LEN_MAX * 2];
    strcpy(first, stems_of("Altenpfleger/in"));
    ck_assert_str_ne(stems_of("Altenpflegehelfer/in"), first);
    ck_assert_str_ne(stems_of("Gesundheits- und Krankenpfleger/in"), first);
    strcpy(first, stems_of("Medizin"));
    ck_assert_str_ne(stems_of("Medi"), first);
}
END_TEST

START_TEST(read_tells_asides_from_the_title)
{
    ck_assert_str_eq(stems_of("Helfer/in - Reinigung"), "helfer (reinigung)");
    ck_assert_str_eq(stems_of("Betriebsleiter/in (Druckerei)"), "betriebsleiter (druckerei)");
    ck_assert_str_eq(stems_of("Gas- und Wasserinstallateur"), "gas wasserinstallateur");
    ck_assert_str_eq(stems_of("Kfz-Mechaniker (DI)"), "kraftfahrzeug mechaniker (ingenieur)");
}
END_TEST

START_TEST(read_leaves_out_what_is_too_long)
{
    char text[9000];
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    ck_assert_uint_eq(strlen(stems_of(text)), TITLE_WORD_LEN_MAX);

    for (size_t i = 1; i < sizeof text - 1; i += 2) {
        text[i] = ' ';
    }
    text[0] = 'b';
    for (size_t i = 2; i < sizeof text - 1; i += 2) {
        text[i] = 'b';
    }
    title t;
    buf scratch = {0};
    ck_assert(title_read(bytes_of(text), &scratch, &t));
    ck_assert_uint_eq(t.token_count, TITLE_TOKEN_MAX);
    buf_fini(&scratch);
}
END_TEST

START_TEST(read_takes_any_bytes)
{
    ck_assert_str_eq(stems_of(""), "");
    ck_assert_str_eq(stems_of("((((/*:_-"), "");
    ck_assert_str_eq(stems_of("Муляр"), "муляр");
    stems_of("\xff\xfe(\xc3");
    stems_of("a(\xe2\x80");
}
END_TEST

START_TEST(read_without_memory_says_so)
{
    title t;
    buf scratch = {0};
    mem_fail_at(1);
    ck_assert(!title_read(BYTES("Koch"), &scratch, &t));
    mem_fail_at(0);
    buf_fini(&scratch);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("taxonomy/title");
    TCase *t = tcase_create("title");
    tcase_add_test(t, read_joins_every_form_of_one_occupation);
    tcase_add_test(t, read_keeps_different_occupations_apart);
    tcase_add_test(t, read_tells_asides_from_the_title);
    tcase_add_test(t, read_leaves_out_what_is_too_long);
    tcase_add_test(t, read_takes_any_bytes);
    tcase_add_test(t, read_without_memory_says_so);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
