#include "base/seal.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const unsigned char KEY[SEAL_KEY_LEN] = {7};

START_TEST(seal_opens_what_it_closed)
{
    buf sealed = {0};
    buf plain = {0};

    seal_close(KEY, BYTES("s-1"), BYTES("a text"), &sealed);

    ck_assert(seal_open(KEY, BYTES("s-1"), buf_bytes(&sealed), &plain));
    ck_assert(bytes_equal_text(buf_bytes(&plain), "a text"));
    ck_assert_ptr_null(memmem(sealed.base, sealed.len, "a text", 6));
    buf_fini(&sealed);
    buf_fini(&plain);
}
END_TEST

START_TEST(seal_of_nothing_is_opened_to_nothing)
{
    buf sealed = {0};
    buf plain = {0};

    seal_close(KEY, BYTES(""), BYTES(""), &sealed);

    ck_assert(seal_open(KEY, BYTES(""), buf_bytes(&sealed), &plain));
    ck_assert_uint_eq(plain.len, 0);
    buf_fini(&sealed);
    buf_fini(&plain);
}
END_TEST

START_TEST(seal_refuses_another_key_another_subject_and_any_change)
{
    unsigned char other[SEAL_KEY_LEN];
    buf sealed = {0};
    buf plain = {0};
    seal_key_new(other);
    seal_close(KEY, BYTES("s-1"), BYTES("a text"), &sealed);

    ck_assert(!seal_open(other, BYTES("s-1"), buf_bytes(&sealed), &plain));
    ck_assert(!seal_open(KEY, BYTES("s-2"), buf_bytes(&sealed), &plain));
    for (size_t i = 0; i < sealed.len; i++) {
        char was = sealed.base[i];
        sealed.base[i] = was == 'A' ? 'B' : 'A';
        ck_assert(!seal_open(KEY, BYTES("s-1"), buf_bytes(&sealed), &plain));
        sealed.base[i] = was;
    }
    ck_assert(!seal_open(KEY, BYTES("s-1"), BYTES(""), &plain));
    ck_assert(!seal_open(KEY, BYTES("s-1"), BYTES("no base64!"), &plain));
    buf_fini(&sealed);
    buf_fini(&plain);
}
END_TEST

START_TEST(seal_keys_are_printed_and_read)
{
    unsigned char key[SEAL_KEY_LEN];
    unsigned char read[SEAL_KEY_LEN];
    char text[SEAL_KEY_TEXT_LEN + 1];
    seal_key_new(key);

    seal_key_print(key, text);

    ck_assert(seal_key_parse(bytes_of(text), read));
    ck_assert_mem_eq(key, read, SEAL_KEY_LEN);
    ck_assert(!seal_key_parse(BYTES("00"), read));
    text[0] = 'x';
    ck_assert(!seal_key_parse(bytes_of(text), read));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("base_seal");
    TCase *c = tcase_create("seal");
    tcase_add_test(c, seal_opens_what_it_closed);
    tcase_add_test(c, seal_of_nothing_is_opened_to_nothing);
    tcase_add_test(c, seal_refuses_another_key_another_subject_and_any_change);
    tcase_add_test(c, seal_keys_are_printed_and_read);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
