/* Views, buffers, hashes and checked sizes. */
#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"

START_TEST(bytes_compare_orders_by_bytes_then_length)
{
    ck_assert_int_lt(bytes_compare(BYTES("a"), BYTES("b")), 0);
    ck_assert_int_lt(bytes_compare(BYTES("a"), BYTES("ab")), 0);
    ck_assert_int_gt(bytes_compare(BYTES("\xC3"), BYTES("z")), 0);
    ck_assert_int_eq(bytes_compare(BYTES("ab"), BYTES("ab")), 0);
    ck_assert_int_eq(bytes_compare((bytes){NULL, 0}, BYTES("")), 0);
}
END_TEST

START_TEST(bytes_equal_compares_content)
{
    ck_assert(bytes_equal(BYTES("ab"), bytes_of("ab")));
    ck_assert(!bytes_equal(BYTES("ab"), BYTES("ac")));
    ck_assert(!bytes_equal(BYTES("ab"), BYTES("a")));
    ck_assert(bytes_equal_text(BYTES("x"), "x"));
    ck_assert_ptr_null(bytes_of(NULL).base);
}
END_TEST

START_TEST(bytes_starts_with_needs_the_whole_prefix)
{
    ck_assert(bytes_starts_with(BYTES("esco:1"), "esco:"));
    ck_assert(bytes_starts_with(BYTES("esco:"), "esco:"));
    ck_assert(!bytes_starts_with(BYTES("esco"), "esco:"));
    ck_assert(bytes_starts_with((bytes){NULL, 0}, ""));
}
END_TEST

START_TEST(bytes_hash_differs_for_every_length_of_noughts)
{
    static const char NOUGHTS[64];
    for (size_t a = 0; a <= sizeof NOUGHTS; a++) {
        for (size_t b = 0; b < a; b++) {
            ck_assert(bytes_hash((bytes){NOUGHTS, a}) != bytes_hash((bytes){NOUGHTS, b}));
        }
    }
}
END_TEST

START_TEST(bytes_hash_spreads_each_changed_bit_over_both_halves)
{
    char text[40] = "an identifier that is forty bytes long";
    size_t weak_count = 0;
    for (size_t len = 1; len <= sizeof text; len++) {
        uint64_t before = bytes_hash((bytes){text, len});
        for (size_t bit = 0; bit < len * 8; bit++) {
            text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
            uint64_t changed = before ^ bytes_hash((bytes){text, len});
            text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);

            weak_count += __builtin_popcountll(changed & UINT32_MAX) < 3;
            weak_count += __builtin_popcountll(changed >> 32) < 3;
        }
    }
    ck_assert_uint_eq(weak_count, 0);
}
END_TEST

START_TEST(bytes_hash_is_the_same_on_every_machine)
{
    ck_assert_uint_eq(bytes_hash(BYTES("")), 0xE1838ADD5D9BC7B1u);
    ck_assert_uint_eq(bytes_hash(BYTES("s-000001")), 0x256AA7445CC0E79Eu);
    ck_assert_uint_eq(bytes_hash(BYTES("a text of more than sixteen bytes")), 0x545CDB362FBC8E71u);
}
END_TEST

START_TEST(bytes_checksum_notices_every_changed_byte)
{
    char block[200];
    for (size_t i = 0; i < sizeof block; i++) {
        block[i] = (char)(i * 7);
    }
    uint64_t before = bytes_checksum(block, sizeof block, 1);
    for (size_t i = 0; i < sizeof block; i++) {
        block[i] ^= 0x10;
        ck_assert(bytes_checksum(block, sizeof block, 1) != before);
        block[i] ^= 0x10;
    }
    ck_assert_uint_eq(bytes_checksum(block, sizeof block, 1), before);
}
END_TEST

START_TEST(bytes_checksum_notices_length_seed_and_order)
{
    static const char NOUGHTS[100];
    const char forth[] = "12345678abcdefgh12345678ABCDEFGH";
    const char back[] = "abcdefgh12345678ABCDEFGH12345678";

    ck_assert(bytes_checksum(NOUGHTS, 64, 0) != bytes_checksum(NOUGHTS, 65, 0));
    ck_assert(bytes_checksum(NOUGHTS, 0, 0) != bytes_checksum(NOUGHTS, 1, 0));
    ck_assert(bytes_checksum(NOUGHTS, 64, 0) != bytes_checksum(NOUGHTS, 64, 1));
    ck_assert(bytes_checksum(forth, 32, 0) != bytes_checksum(back, 32, 0));
}
END_TEST

START_TEST(bytes_checksum_is_the_same_on_every_machine)
{
    ck_assert_uint_eq(bytes_checksum("", 0, 0), 0xB15E363457D8D351u);
    ck_assert_uint_eq(bytes_checksum("0123456789012345678901234567890123456789-", 41, 7),
                      0x4B0A3E4963ED70E2u);
}
END_TEST

START_TEST(buf_grows_and_keeps_its_content)
{
    buf b = {0};
    for (int i = 0; i < 1000; i++) {
        buf_int(&b, i);
        buf_char(&b, ',');
    }
    buf_text(&b, "end");
    buf_print(&b, " %s %d", "of", 7);

    ck_assert(!b.failed);
    ck_assert_uint_eq(b.len, 10 * 2 + 90 * 3 + 900 * 4 + 3 + 5);
    ck_assert(bytes_starts_with(buf_bytes(&b), "0,1,2,"));
    ck_assert_str_eq(buf_terminated(&b) + b.len - 8, "end of 7");
    buf_fini(&b);
    ck_assert_ptr_null(b.base);
}
END_TEST

START_TEST(buf_int_prints_the_ends_of_its_range)
{
    buf b = {0};

    buf_int(&b, INT64_MIN);
    buf_char(&b, ' ');
    buf_int(&b, INT64_MAX);
    buf_char(&b, ' ');
    buf_int(&b, 0);

    ck_assert_str_eq(buf_terminated(&b), "-9223372036854775808 9223372036854775807 0");
    buf_fini(&b);
}
END_TEST

START_TEST(buf_ignores_everything_after_a_failure)
{
    buf b = {0};
    buf_text(&b, "kept");
    char filler[512] = {0};

    mem_fail_at(1);
    buf_put(&b, filler, sizeof filler);
    mem_fail_at(0);
    buf_text(&b, "ignored");

    ck_assert(b.failed);
    ck_assert_uint_eq(b.len, 4);
    ck_assert_ptr_null(buf_room(&b, 1));
    ck_assert_str_eq(buf_terminated(&b), "");
    buf_clear(&b);
    buf_text(&b, "again");
    ck_assert_str_eq(buf_terminated(&b), "again");
    buf_fini(&b);
}
END_TEST

START_TEST(buf_empty_is_a_text_and_not_absent)
{
    buf b = {0};

    ck_assert_ptr_nonnull(buf_bytes(&b).base);
    ck_assert_uint_eq(buf_bytes(&b).len, 0);
    ck_assert_str_eq(buf_terminated(&b), "");
    buf_put(&b, NULL, 0);
    ck_assert(!b.failed);
    buf_fini(&b);
}
END_TEST

START_TEST(size_arithmetic_stops_at_the_last_good_value)
{
    size_t result = 7;

    ck_assert(size_add(SIZE_MAX - 1, 1, &result));
    ck_assert_uint_eq(result, SIZE_MAX);
    ck_assert(!size_add(SIZE_MAX, 1, &result));
    ck_assert_uint_eq(result, SIZE_MAX);
    ck_assert(size_multiply(SIZE_MAX / 2, 2, &result));
    ck_assert_uint_eq(result, SIZE_MAX - 1);
    ck_assert(!size_multiply(SIZE_MAX / 2 + 1, 2, &result));
    ck_assert_uint_eq(result, SIZE_MAX - 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base_bytes");
    TCase *promises = tcase_create("promises");
    tcase_set_timeout(promises, 60);
    tcase_add_test(promises, bytes_compare_orders_by_bytes_then_length);
    tcase_add_test(promises, bytes_equal_compares_content);
    tcase_add_test(promises, bytes_starts_with_needs_the_whole_prefix);
    tcase_add_test(promises, bytes_hash_differs_for_every_length_of_noughts);
    tcase_add_test(promises, bytes_hash_spreads_each_changed_bit_over_both_halves);
    tcase_add_test(promises, bytes_hash_is_the_same_on_every_machine);
    tcase_add_test(promises, bytes_checksum_notices_every_changed_byte);
    tcase_add_test(promises, bytes_checksum_notices_length_seed_and_order);
    tcase_add_test(promises, bytes_checksum_is_the_same_on_every_machine);
    tcase_add_test(promises, buf_grows_and_keeps_its_content);
    tcase_add_test(promises, buf_int_prints_the_ends_of_its_range);
    tcase_add_test(promises, buf_ignores_everything_after_a_failure);
    tcase_add_test(promises, buf_empty_is_a_text_and_not_absent);
    tcase_add_test(promises, size_arithmetic_stops_at_the_last_good_value);
    suite_add_tcase(suite, promises);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
