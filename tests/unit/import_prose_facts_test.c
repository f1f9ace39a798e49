/* core/import/prose_facts.c: what course announcements say plainly, and nothing they do not. */
#include "import_feed.h"

#include "import/prose_facts.h"

static prose_facts facts_of(const char *text)
{
    prose_facts f = {0};
    prose_find_facts(bytes_of(text), &f);
    return f;
}

/* "mask start-end ..." of the windows found. */
static const char *windows_of(const char *text)
{
    static char out[200];
    prose_facts f = facts_of(text);
    size_t len = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < f.window_count; i++) {
        len +=
            (size_t)snprintf(out + len, sizeof out - len, "%s%x %02d:%02d-%02d:%02d",
                             i > 0 ? " " : "", (unsigned)f.windows[i].days, f.windows[i].start / 60,
                             f.windows[i].start % 60, f.windows[i].end / 60, f.windows[i].end % 60);
    }
    return out;
}

START_TEST(times_of_the_week_are_read)
{
    static const char *const cases[][2] = {
        {"Montag - Freitag\n08:30 - 12:35 Uhr\n5 UE/Tag", "1f 08:30-12:35"},
        {"Mo.-Fr. 08:00 bis 16:45 Uhr", "1f 08:00-16:45"},
        {"Mo - Fr 08:00 Uhr bis 15:00 Uhr", "1f 08:00-15:00"},
        {"Montag bis Freitag: 8.00 bis 16.00 Uhr", "1f 08:00-16:00"},
        {"Montag bis Freitag von 08:30 bis 15:35 Uhr (in Wochen mit Feiertagen von 8:30 bis 17:10 "
         "Uhr)",
         "1f 08:30-15:35"},
        {"Dienstags und donnerstags, 17 - 20 Uhr", "a 17:00-20:00"},
        {"Mo, Mi und Fr 9 - 12 Uhr", "15 09:00-12:00"},
        {"Mo-Do 8:00-16:00 Uhr, Fr 8:00-13:00 Uhr", "f 08:00-16:00 10 08:00-13:00"},
        {"9 bis 15 Uhr, Montag bis Donnerstag", "f 09:00-15:00"},
        {"MONTAG BIS MITTWOCH 08:00 - 12:00", "7 08:00-12:00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_msg(strcmp(windows_of(cases[i][0]), cases[i][1]) == 0, "%s: %s", cases[i][0],
                      windows_of(cases[i][0]));
    }
}
END_TEST

START_TEST(times_that_are_not_plain_are_not_known)
{
    static const char *const cases[] = {
        "8:30 - 16:30 Uhr",                               /* on which days? */
        "Vollzeit 8 - 16 Uhr, ggf. Teilzeit 8 - 12 Uhr",  /* two things */
        "Mo-Fr 8:00-16:00 Uhr oder Mo-Fr 9:00-17:00 Uhr", /* they clash */
        "30.05. - 16.06.2023 in Vollzeit",                /* days of the year */
        "Start ist jede Woche Montag und Donnerstag",     /* no times */
        "individuell zwischen Mo.-Fr. zw. 9-17 Uhr",      /* by agreement */
        "so wie do it 9 - 10",                            /* words, no days */
        "Mo-Fr 16:00 - 8:00 Uhr",                         /* the wrong way round */
        "",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_msg(facts_of(cases[i]).window_count == 0, "%s: %s", cases[i],
                      windows_of(cases[i]));
    }
    ck_assert(facts_of("individuell zwischen Mo.-Fr. zw. 9-17 Uhr").is_flexible);
}
END_TEST

START_TEST(units_seats_entry_and_registration_are_read)
{
    prose_facts f = facts_of("25 UE/Woche 600 UE, max. 15 Teilnehmende, Anmeldeschluss: 15.01.2027."
                             " Laufender Einstieg");
    ck_assert_uint_eq(f.week_units, 25);
    ck_assert_uint_eq(f.units, 600);
    ck_assert_uint_eq(f.seats, 15);
    ck_assert(f.has_register_by && f.is_rolling && !f.is_single);
    char text[DAY_TEXT_LEN + 1];
    day_print(f.register_by, text);
    ck_assert_str_eq(text, "2027-01-15");

    f = facts_of("135 Lerneinheiten. Bis zu 8 TN. Anmeldung bis zum 1.2.2027. Einzelcoaching.");
    ck_assert_uint_eq(f.units, 135);
    ck_assert_uint_eq(f.week_units, 0);
    ck_assert_uint_eq(f.seats, 8);
    ck_assert(f.has_register_by && f.is_single && !f.is_rolling);

    f = facts_of("5 UE/Tag, 12 Teilnehmer wären schön, Termin am 15.01.2027");
    ck_assert_uint_eq(f.units + f.week_units + f.seats, 0);
    ck_assert(!f.has_register_by && !f.is_rolling);
}
END_TEST

START_TEST(what_an_earlier_text_said_stands)
{
    prose_facts f = {0};
    prose_find_facts(BYTES("Mo-Fr 8:00-12:00 Uhr, 20 UE/Woche"), &f);
    prose_find_facts(BYTES("Mo-Fr 13:00-17:00 Uhr, 40 UE/Woche"), &f);

    ck_assert_uint_eq(f.window_count, 1);
    ck_assert_int_eq(f.windows[0].start, 8 * 60);
    ck_assert_uint_eq(f.week_units, 20);
}
END_TEST

START_TEST(levels_stand_alone_in_titles)
{
    uint32_t low = 9;
    uint32_t high = 9;
    ck_assert(prose_find_levels(BYTES("Deutsch B1/B2 (DeuFöV)"), &low, &high));
    ck_assert_uint_eq(low, 3);
    ck_assert_uint_eq(high, 4);
    ck_assert(prose_find_levels(BYTES("- C1"), &low, &high));
    ck_assert_uint_eq(low, 5);
    ck_assert(!prose_find_levels(BYTES("Raum B12, AB1 und EPB2"), &low, &high));
    ck_assert(!prose_find_levels(BYTES(""), &low, &high));
}
END_TEST

FEED_RUN("import_prose_facts", times_of_the_week_are_read, times_that_are_not_plain_are_not_known,
         units_seats_entry_and_registration_are_read, what_an_earlier_text_said_stands,
         levels_stand_alone_in_titles)
