/* Compounds come apart where a vocabulary says so, and only there. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "taxonomy/compound.h"

static const char *const WORDS[] = {"lehrer",
                                    "fahrlehrer",
                                    "musiklehrer",
                                    "sportlehrer",
                                    "bediener",
                                    "maschin",
                                    "fahrer",
                                    "fahr",
                                    "kranfahrer",
                                    "musik",
                                    "sport",
                                    "strickmaschinenbediener",
                                    "nahmaschinenbediener",
                                    "techniker",
                                    "mechaniker",
                                    "elektroniker",
                                    "gesundheit",
                                    "gesundheitspfleger",
                                    "pfleger",
                                    "altenpfleger",
                                    "krankenpfleger"};
enum { WORD_COUNT = sizeof WORDS / sizeof *WORDS };

static compounds *learned(void)
{
    bytes words[WORD_COUNT];
    for (uint32_t i = 0; i < WORD_COUNT; i++) {
        words[i] = bytes_of(WORDS[i]);
    }
    return compounds_new(words, WORD_COUNT);
}

static const char *parts_of(const compounds *c, const char *word)
{
    static char out[200];
    compound_part parts[COMPOUND_PART_MAX];
    uint32_t count = compounds_split(c, bytes_of(word), parts);
    char *at = out;
    for (uint32_t i = 0; i < count; i++) {
        at += sprintf(at, "%s%.*s", i > 0 ? " " : "", parts[i].end - parts[i].begin,
                      word + parts[i].begin);
    }
    return out;
}

START_TEST(split_finds_known_parts_and_drops_joints)
{
    compounds *c = learned();
    ck_assert_str_eq(parts_of(c, "fahrlehrer"), "fahr lehrer");
    ck_assert_str_eq(parts_of(c, "gesundheitspfleger"), "gesundheit pfleger");
    ck_assert_str_eq(parts_of(c, "maschinenlehrer"), "maschin lehrer");
    compounds_free(&c);
    ck_assert_ptr_null(c);
}
END_TEST

START_TEST(split_leaves_words_whole_that_only_look_alike)
{
    compounds *c = learned();
    ck_assert_str_eq(parts_of(c, "techniker"), "techniker");
    ck_assert_str_eq(parts_of(c, "mechaniker"), "mechaniker");
    ck_assert_str_eq(parts_of(c, "unbekannt"), "unbekannt");
    ck_assert_str_eq(parts_of(c, "ab"), "ab");
    compounds_free(&c);
}
END_TEST

START_TEST(split_takes_words_it_never_saw)
{
    compounds *c = learned();
    ck_assert_str_eq(parts_of(c, "sportmaschinenfahrer"), "sport maschin fahrer");
    compounds_free(&c);
}
END_TEST

START_TEST(new_of_nothing_splits_nothing)
{
    compounds *c = compounds_new(NULL, 0);
    ck_assert_str_eq(parts_of(c, "fahrlehrer"), "fahrlehrer");
    compounds_free(&c);
}
END_TEST

START_TEST(new_without_memory_gives_none)
{
    bytes words[] = {BYTES("lehrer"), BYTES("fahrlehrer")};
    for (uint64_t i = 1; i <= 4; i++) {
        mem_fail_at(i);
        ck_assert_ptr_null(compounds_new(words, 2));
    }
    mem_fail_at(0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("taxonomy/compound");
    TCase *t = tcase_create("compound");
    tcase_add_test(t, split_finds_known_parts_and_drops_joints);
    tcase_add_test(t, split_leaves_words_whole_that_only_look_alike);
    tcase_add_test(t, split_takes_words_it_never_saw);
    tcase_add_test(t, new_of_nothing_splits_nothing);
    tcase_add_test(t, new_without_memory_gives_none);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
