#ifndef TESTS_UNIT_SAY_TEXT_RULES_H
#define TESTS_UNIT_SAY_TEXT_RULES_H

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/lang.h"

/* What every text that people read must keep, whoever wrote it. */

enum { NAMES_MAX = 16 };

/* The names between braces, each once, in the order of the alphabet. */
static inline void names_in(const char *text, char *ret, size_t ret_len)
{
    const char *found[NAMES_MAX];
    size_t lens[NAMES_MAX];
    uint32_t count = 0;
    for (const char *at = strchr(text, '{'); at != NULL; at = strchr(at + 1, '{')) {
        size_t len = strcspn(at + 1, "|}");
        uint32_t place = 0;
        int order = 1;
        while (place < count) {
            size_t least = len < lens[place] ? len : lens[place];
            order = strncmp(at + 1, found[place], least);
            order = order != 0 ? order : (int)len - (int)lens[place];
            if (order <= 0) {
                break;
            }
            place++;
        }
        if (place < count && order == 0) {
            continue;
        }
        ck_assert_uint_lt(count, NAMES_MAX);
        memmove(&found[place + 1], &found[place], (count - place) * sizeof found[0]);
        memmove(&lens[place + 1], &lens[place], (count - place) * sizeof lens[0]);
        found[place] = at + 1;
        lens[place] = len;
        count++;
    }
    size_t at = 0;
    ret[0] = '\0';
    for (uint32_t i = 0; i < count; i++) {
        at += (size_t)snprintf(ret + at, ret_len - at, "%.*s ", (int)lens[i], found[i]);
    }
}

static inline void must_have_names(const char *where, const char *text, const char *english)
{
    char own[256];
    char theirs[256];
    names_in(text, own, sizeof own);
    names_in(english, theirs, sizeof theirs);
    ck_assert_msg(strcmp(own, theirs) == 0, "%s: \"%s\" fills %s, English fills %s", where, text,
                  own, theirs);
}

/* Braces close, and every choice has as many forms as the language has. */
static inline void must_have_forms(const char *where, const char *text, const language *l)
{
    for (const char *at = strchr(text, '{'); at != NULL; at = strchr(at + 1, '{')) {
        uint32_t bars = 0;
        size_t len = strcspn(at + 1, "{}");
        ck_assert_msg(at[1 + len] == '}', "%s: \"%s\" has a brace that does not close", where,
                      text);
        for (size_t i = 1; i <= len; i++) {
            bars += at[i] == '|';
        }
        ck_assert_msg(bars == 0 || bars == l->form_count, "%s: \"%s\" has %u forms, not %u", where,
                      text, bars, l->form_count);
    }
}

/* U+2068 and U+2069 pair; in a language from right to left no Latin letter stands outside of them
 * but in a placeholder's name. */
static inline void must_be_isolated(const char *where, const char *text, const language *l)
{
    int depth = 0;
    bool is_name = false;
    for (const char *at = text; *at != '\0'; at++) {
        if (strncmp(at, "\u2068", 3) == 0) {
            depth++;
        } else if (strncmp(at, "\u2069", 3) == 0) {
            depth--;
        }
        ck_assert_msg(depth >= 0 && depth <= 1, "%s: \"%s\" has isolates that do not pair", where,
                      text);
        is_name = *at == '{' || (is_name && *at != '|' && *at != '}');
        bool is_latin = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z');
        ck_assert_msg(!l->is_right_to_left || !is_latin || is_name || depth == 1,
                      "%s: \"%s\" has Latin letters that are not isolated", where, text);
    }
    ck_assert_msg(depth == 0, "%s: \"%s\" has isolates that do not pair", where, text);
    ck_assert_msg(l->is_right_to_left || strstr(text, "\u2068") == NULL,
                  "%s: \"%s\" needs no isolates", where, text);
}

/* Nothing on duties and consequences, no judgement on a person, no promise, no residence title. */
static inline void must_be_kind(const char *where, const char *text)
{
    static const char *const unwanted[] = {"eligib",
                                           "entitle",
                                           "sanction",
                                           "oblig",
                                           "lawful",
                                           "GDPR",
                                           " duty",
                                           "duties",
                                           "penalt",
                                           "Anspruch",
                                           "verpflicht",
                                           "Verpflicht",
                                           " Pflicht",
                                           "Sanktion",
                                           "rechtmäßig",
                                           "DSGVO",
                                           "nicht berechtigt",
                                           "Leistungsminderung",
                                           "kürzen",
                                           "Strafe",
                                           "Duldung",
                                           "Gestattung",
                                           "عقوب",
                                           "إلزام",
                                           "ملزم",
                                           "ملتزم",
                                           "غرامة",
                                           "غير مؤهل",
                                           "يحق لك",
                                           "санкці",
                                           "обов’яз",
                                           "зобов",
                                           "штраф",
                                           "не має права",
                                           "покаран",
                                           "yaptırım",
                                           "zorunlu",
                                           "yükümlü",
                                           "cezası",
                                           "hakkı yok",
                                           "hak sahibi",
                                           "санкци",
                                           "задължен",
                                           "длъжен",
                                           "няма право",
                                           "наказа",
                                           "sancțiun",
                                           "obligat",
                                           "obligaț",
                                           "nu are dreptul",
                                           "pedeps"};
    for (size_t i = 0; i < sizeof unwanted / sizeof unwanted[0]; i++) {
        ck_assert_msg(strstr(text, unwanted[i]) == NULL, "%s: \"%s\" says \"%s\"", where, text,
                      unwanted[i]);
    }
}

/* Plain German: sentences of at most 15 words, no brackets, no semicolons. Lists after a colon and
 * names of rule sets count as words too, so a few more are let through. */
static inline void must_be_plain(const char *where, const char *text)
{
    uint32_t words = 1;
    for (const char *at = text; *at != '\0'; at++) {
        bool ends = (*at == '.' || *at == '?' || *at == '!') && (at[1] == ' ' || at[1] == '\0');
        words = ends ? 0 : words + (*at == ' ');
        ck_assert_msg(words <= 18, "%s: \"%s\" has a sentence that is too long", where, text);
        ck_assert_msg(*at != ';', "%s: \"%s\" has a semicolon", where, text);
    }
}

static inline void must_keep_rules(const char *where, const char *text, const char *english,
                                   const language *l)
{
    ck_assert_msg(text != NULL && text[0] != '\0', "%s is missing in %s", where, l->tag);
    must_have_names(where, text, english);
    must_have_forms(where, text, l);
    must_be_isolated(where, text, l);
    must_be_kind(where, text);
    if (strcmp(l->tag, "de-x-simple") == 0) {
        must_be_plain(where, text);
    }
}

#endif
