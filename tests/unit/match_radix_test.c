/* core/match/radix.c: the same order as comparing gives, and equals as they came. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "match/radix.h"

enum { MANY = 5000 };

static int compare_entries(const void *a, const void *b)
{
    const radix_entry *x = a;
    const radix_entry *y = b;
    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    if (x->second != y->second) {
        return x->second < y->second ? -1 : 1;
    }
    return x->row < y->row ? -1 : x->row > y->row;
}

static void fill(radix_entry *entries, uint32_t count, uint64_t seed, uint64_t key_mask)
{
    uint64_t x = seed;
    for (uint32_t i = 0; i < count; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        entries[i] = (radix_entry){(x >> 7) & key_mask, (uint32_t)(x >> 33) & 3u, i};
    }
}

START_TEST(radix_sorts_as_comparing_does_and_keeps_equals)
{
    static const uint64_t masks[] = {0, 1, 0xff, 0xfffff, UINT64_MAX, 0xff00000000000000u};
    static const uint32_t counts[] = {0, 1, 2, 48, 49, MANY};
    static radix_entry sorted[MANY];
    static radix_entry expected[MANY];
    for (uint32_t m = 0; m < 6; m++) {
        for (uint32_t c = 0; c < 6; c++) {
            fill(sorted, counts[c], 17 + m, masks[m]);
            memcpy(expected, sorted, sizeof expected);
            qsort(expected, counts[c], sizeof *expected, compare_entries);

            ck_assert(radix_sort(sorted, counts[c]));

            ck_assert_mem_eq(sorted, expected, counts[c] * sizeof *sorted);
        }
    }
}
END_TEST

START_TEST(radix_orders_floats_and_gives_them_back)
{
    static const float ordered[] = {-1e30f, -90.0f, -1.5f, 0.0f, 1e-20f, 1.5f, 48.75f, 1e30f};

    for (uint32_t i = 0; i < sizeof ordered / sizeof *ordered; i++) {
        uint32_t digits = radix_of_float(ordered[i]);
        ck_assert_float_eq(radix_to_float(digits), ordered[i]);
        ck_assert(i == 0 || radix_of_float(ordered[i - 1]) < digits);
    }
    ck_assert_uint_eq(radix_of_float(-0.0f), radix_of_float(0.0f));
}
END_TEST

START_TEST(radix_without_memory_says_so)
{
    static radix_entry entries[MANY];
    fill(entries, MANY, 3, UINT64_MAX);

    mem_fail_at(1);
    bool is_sorted = radix_sort(entries, MANY);
    mem_fail_at(0);

    ck_assert(!is_sorted);
    ck_assert_uint_eq(entries[7].row, 7);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("match_radix");
    TCase *all = tcase_create("all");
    tcase_add_test(all, radix_sorts_as_comparing_does_and_keeps_equals);
    tcase_add_test(all, radix_orders_floats_and_gives_them_back);
    tcase_add_test(all, radix_without_memory_says_so);
    suite_add_tcase(s, all);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
