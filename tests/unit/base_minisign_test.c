#include "base/minisign.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Made with minisign 0.11: the message "hello\n", signed as it is (legacy) and by its digest. */
#include "unit/minisign_samples.h"

static minisign_key key_of(const char *text)
{
    minisign_key k;
    err e = {0};
    ck_assert_msg(minisign_key_parse(bytes_of(text), &k, &e), "%s", e.text);
    return k;
}

static bool verifies(const minisign_key *keys, uint32_t count, const char *message,
                     const char *signature, err *e)
{
    uint32_t key = UINT32_MAX;
    char comment[MINISIGN_COMMENT_LEN];
    bool is_good =
        minisign_verify(keys, count, bytes_of(message), bytes_of(signature), &key, comment, e);
    ck_assert(!is_good || key < count);
    return is_good;
}

START_TEST(what_minisign_signed_is_good_in_both_ways)
{
    minisign_key k = key_of(SAMPLE_KEY);
    err e = {0};
    ck_assert_msg(verifies(&k, 1, "hello\n", SAMPLE_DIGEST, &e), "%s", e.text);
    ck_assert_msg(verifies(&k, 1, "hello\n", SAMPLE_LEGACY, &e), "%s", e.text);
}
END_TEST

START_TEST(another_message_or_key_is_refused)
{
    minisign_key keys[2] = {key_of(SAMPLE_OTHER_KEY), key_of(SAMPLE_KEY)};
    err e = {0};
    ck_assert(!verifies(keys, 2, "hello", SAMPLE_DIGEST, &e));
    ck_assert_int_eq(e.code, ERR_PLUGIN_SIGNATURE);
    ck_assert(!verifies(keys, 1, "hello\n", SAMPLE_DIGEST, &e));
    ck_assert(!verifies(keys, 0, "hello\n", SAMPLE_DIGEST, &e));
    ck_assert(verifies(keys, 2, "hello\n", SAMPLE_DIGEST, &e));
}
END_TEST

START_TEST(every_changed_byte_of_the_signature_is_refused)
{
    minisign_key k = key_of(SAMPLE_KEY);
    char text[sizeof SAMPLE_DIGEST];
    size_t first = (size_t)(strchr(SAMPLE_DIGEST, '\n') - SAMPLE_DIGEST) + 1;
    for (size_t i = first; i + 1 < sizeof SAMPLE_DIGEST - 1; i++) {
        err e = {0};
        memcpy(text, SAMPLE_DIGEST, sizeof text);
        text[i] = text[i] == 'x' ? 'y' : 'x';
        ck_assert_msg(!verifies(&k, 1, "hello\n", text, &e), "byte %zu", i);
    }
}
END_TEST

START_TEST(a_signature_cut_short_or_with_more_behind_is_refused)
{
    minisign_key k = key_of(SAMPLE_KEY);
    char text[sizeof SAMPLE_DIGEST + 2];
    for (size_t len = 0; len < sizeof SAMPLE_DIGEST - 2; len++) {
        err e = {0};
        memcpy(text, SAMPLE_DIGEST, len);
        text[len] = 0;
        ck_assert_msg(!verifies(&k, 1, "hello\n", text, &e), "%zu bytes", len);
    }
    err e = {0};
    snprintf(text, sizeof text, "%sx\n", SAMPLE_DIGEST);
    ck_assert(!verifies(&k, 1, "hello\n", text, &e));
}
END_TEST

START_TEST(what_is_no_key_is_refused)
{
    static const char *const texts[] = {"", "untrusted comment: x\n",
                                        "untrusted comment: x\nAAAA\n", SAMPLE_DIGEST};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        minisign_key k;
        err e = {0};
        ck_assert(!minisign_key_parse(bytes_of(texts[i]), &k, &e));
        ck_assert_int_eq(e.code, ERR_PLUGIN_SIGNATURE);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("base_minisign");
    TCase *c = tcase_create("all");
    tcase_add_test(c, what_minisign_signed_is_good_in_both_ways);
    tcase_add_test(c, another_message_or_key_is_refused);
    tcase_add_test(c, every_changed_byte_of_the_signature_is_refused);
    tcase_add_test(c, a_signature_cut_short_or_with_more_behind_is_refused);
    tcase_add_test(c, what_is_no_key_is_refused);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
