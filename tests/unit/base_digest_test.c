#include "base/digest.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const char *digest(const bytes *parts, uint32_t count)
{
    static char texts[4][DIGEST_TEXT_LEN + 1];
    static uint32_t next;
    char *text = texts[next++ % 4];
    digest_parts(parts, count, text);
    return text;
}

START_TEST(digest_is_64_hex_digits_and_the_same_for_the_same_bytes)
{
    const bytes part = BYTES("abc");

    const char *text = digest(&part, 1);

    ck_assert_uint_eq(strlen(text), DIGEST_TEXT_LEN);
    ck_assert_uint_eq(strspn(text, "0123456789abcdef"), DIGEST_TEXT_LEN);
    ck_assert_str_eq(text, digest(&part, 1));
}
END_TEST

START_TEST(digest_tells_where_one_part_ends)
{
    const bytes a[] = {BYTES("ab"), BYTES("c")};
    const bytes b[] = {BYTES("a"), BYTES("bc")};
    const bytes c[] = {BYTES("abc"), {NULL, 0}};

    ck_assert_str_ne(digest(a, 2), digest(b, 2));
    ck_assert_str_ne(digest(b, 2), digest(c, 2));
    ck_assert_str_ne(digest(c, 2), digest(c, 1));
}
END_TEST

START_TEST(digest_differs_by_key)
{
    const unsigned char key[DIGEST_KEY_LEN] = {1};
    const unsigned char other[DIGEST_KEY_LEN] = {2};
    const bytes part = BYTES("abc");
    char a[DIGEST_TEXT_LEN + 1], b[DIGEST_TEXT_LEN + 1], c[DIGEST_TEXT_LEN + 1];

    digest_keyed(key, &part, 1, a);
    digest_keyed(other, &part, 1, b);
    digest_keyed(NULL, &part, 1, c);

    ck_assert_str_ne(a, b);
    ck_assert_str_ne(a, c);
    ck_assert_str_eq(c, digest(&part, 1));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("base_digest");
    TCase *c = tcase_create("digest");
    tcase_add_test(c, digest_is_64_hex_digits_and_the_same_for_the_same_bytes);
    tcase_add_test(c, digest_tells_where_one_part_ends);
    tcase_add_test(c, digest_differs_by_key);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
