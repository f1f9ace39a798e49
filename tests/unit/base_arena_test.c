/* Arenas hand out clean memory, keep their limit and survive failure. */
#include <check.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

static bool is_zeroed(const char *base, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (base[i] != 0) {
            return false;
        }
    }
    return true;
}

START_TEST(arena_memory_is_zeroed_and_aligned)
{
    arena a = {0};
    for (size_t len = 0; len < 3000; len += 7) {
        char *memory = arena_new(&a, len);

        ck_assert_ptr_nonnull(memory);
        ck_assert_uint_eq((uintptr_t)memory % alignof(max_align_t), 0);
        ck_assert(is_zeroed(memory, len));
        memset(memory, 0xAA, len);
    }
    arena_fini(&a);
}
END_TEST

START_TEST(arena_memory_is_zeroed_again_after_a_reset)
{
    arena a = {0};
    memset(arena_new(&a, 2000), 0xAA, 2000);

    arena_reset(&a);

    ck_assert_uint_eq(a.used_len, 0);
    ck_assert(is_zeroed(arena_new(&a, 2000), 2000));
    arena_fini(&a);
}
END_TEST

START_TEST(arena_reset_keeps_the_largest_block)
{
    arena a = {0};
    ck_assert_ptr_nonnull(arena_new(&a, 100000));
    ck_assert_ptr_nonnull(arena_new(&a, 10));
    arena_reset(&a);

    mem_fail_at(1);
    ck_assert_ptr_nonnull(arena_new(&a, 100000));
    mem_fail_at(0);

    arena_fini(&a);
}
END_TEST

START_TEST(arena_of_nothing_can_be_reset_and_ended)
{
    arena a = {0};

    arena_reset(&a);
    arena_fini(&a);

    ck_assert_ptr_nonnull(arena_new(&a, 1));
    arena_fini(&a);
}
END_TEST

START_TEST(arena_refuses_more_than_its_limit)
{
    arena a = {.max_len = 1024};

    ck_assert_ptr_nonnull(arena_new(&a, 512));
    ck_assert_ptr_null(arena_new(&a, 513));
    ck_assert_ptr_nonnull(arena_new(&a, 512));
    ck_assert_ptr_null(arena_new(&a, 1));
    arena_reset(&a);
    ck_assert_ptr_nonnull(arena_new(&a, 1024));
    arena_fini(&a);
    ck_assert_uint_eq(a.max_len, 1024);
}
END_TEST

START_TEST(arena_refuses_sizes_that_overflow)
{
    arena a = {0};

    ck_assert_ptr_null(arena_new(&a, SIZE_MAX));
    ck_assert_ptr_null(arena_new(&a, SIZE_MAX - 15));
    ck_assert_ptr_null(arena_array(&a, SIZE_MAX / 2, 3));
    ck_assert_ptr_null(arena_array(&a, SIZE_MAX / 2 + 1, 2));
    arena_fini(&a);
}
END_TEST

START_TEST(arena_array_of_nothing_is_a_valid_pointer)
{
    arena a = {0};

    ck_assert_ptr_nonnull(arena_array(&a, 0, 8));
    arena_fini(&a);
}
END_TEST

START_TEST(arena_copy_is_terminated_and_survives_its_source)
{
    arena a = {0};
    char source[] = "abc";

    bytes copy = arena_copy(&a, (bytes){source, 2});
    source[0] = 'x';

    ck_assert_uint_eq(copy.len, 2);
    ck_assert_str_eq(copy.base, "ab");
    ck_assert_ptr_nonnull(arena_copy(&a, (bytes){NULL, 0}).base);
    arena_fini(&a);
}
END_TEST

START_TEST(arena_text_prints_any_length)
{
    arena a = {0};

    const char *text = arena_text(&a, "%5000d|%s", 1, "end");

    ck_assert_uint_eq(strlen(text), 5004);
    ck_assert_str_eq(text + 5000, "|end");
    arena_fini(&a);
}
END_TEST

START_TEST(arena_answers_null_without_memory_and_goes_on_later)
{
    arena a = {0};
    mem_fail_at(1);

    ck_assert_ptr_null(arena_new(&a, 8));
    mem_fail_at(1);
    ck_assert_ptr_null(arena_copy(&a, BYTES("x")).base);
    mem_fail_at(1);
    ck_assert_ptr_null(arena_text(&a, "x"));
    mem_fail_at(0);

    ck_assert_ptr_nonnull(arena_new(&a, 8));
    arena_fini(&a);
}
END_TEST

START_TEST(mem_fails_exactly_at_the_call_asked_for)
{
    mem_fail_at(2);

    void *first = mem_new(8);
    void *second = mem_new(8);
    void *third = mem_new(8);

    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_null(second);
    ck_assert_ptr_nonnull(third);
    mem_free(first);
    mem_free(third);
}
END_TEST

START_TEST(mem_resize_zeroes_what_is_new_and_keeps_the_old_on_failure)
{
    char *memory = mem_new(8);
    memset(memory, 'x', 8);
    memory = mem_resize(memory, 8, 4096);

    mem_fail_at(1);
    void *failed = mem_resize(memory, 4096, 8192);
    mem_fail_at(0);

    ck_assert_ptr_null(failed);
    ck_assert_int_eq(memory[7], 'x');
    ck_assert(is_zeroed(memory + 8, 4088));
    mem_free(memory);
    mem_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base_arena");
    TCase *promises = tcase_create("promises");
    tcase_set_timeout(promises, 60);
    tcase_add_test(promises, arena_memory_is_zeroed_and_aligned);
    tcase_add_test(promises, arena_memory_is_zeroed_again_after_a_reset);
    tcase_add_test(promises, arena_reset_keeps_the_largest_block);
    tcase_add_test(promises, arena_of_nothing_can_be_reset_and_ended);
    tcase_add_test(promises, arena_refuses_more_than_its_limit);
    tcase_add_test(promises, arena_refuses_sizes_that_overflow);
    tcase_add_test(promises, arena_array_of_nothing_is_a_valid_pointer);
    tcase_add_test(promises, arena_copy_is_terminated_and_survives_its_source);
    tcase_add_test(promises, arena_text_prints_any_length);
    tcase_add_test(promises, arena_answers_null_without_memory_and_goes_on_later);
    tcase_add_test(promises, mem_fails_exactly_at_the_call_asked_for);
    tcase_add_test(promises, mem_resize_zeroes_what_is_new_and_keeps_the_old_on_failure);
    suite_add_tcase(suite, promises);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
