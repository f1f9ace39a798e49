/* The map against a plain array, through growth, removal and lost memory. */
#include <check.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"

enum { KEY_COUNT = 20000 };

static bytes key_at(uint32_t number, char text[16])
{
    int len = snprintf(text, 16, "s-%06u", number);
    return (bytes){text, (size_t)len};
}

START_TEST(map_of_nothing_has_no_entries)
{
    map m = {0};
    uint32_t at = 0;
    bytes key;
    uint64_t value = 3;

    ck_assert(!map_get(&m, BYTES("x"), &value));
    ck_assert(!map_remove(&m, BYTES("x")));
    ck_assert(!map_next(&m, &at, &key, &value));
    ck_assert_uint_eq(value, 3);
    map_fini(&m);
}
END_TEST

START_TEST(map_put_copies_the_key_and_replaces_the_value)
{
    map m = {0};
    char key[] = "abc";
    uint64_t value = 0;

    ck_assert(map_put(&m, bytes_of(key), 1));
    key[0] = 'x';
    ck_assert(map_put(&m, BYTES("abc"), 2));

    ck_assert(map_get(&m, BYTES("abc"), &value));
    ck_assert_uint_eq(value, 2);
    ck_assert_uint_eq(m.count, 1);
    map_fini(&m);
}
END_TEST

START_TEST(map_keys_may_be_empty_long_or_hold_nul)
{
    map m = {0};
    static char LONG[3 * 1024 * 1024];
    uint64_t value = 0;

    ck_assert(map_put(&m, BYTES(""), 1));
    ck_assert(map_put(&m, (bytes){"\0", 1}, 2));
    ck_assert(map_put(&m, (bytes){LONG, sizeof LONG}, 3));

    ck_assert(map_get(&m, (bytes){NULL, 0}, &value));
    ck_assert_uint_eq(value, 1);
    ck_assert(map_get(&m, (bytes){"\0", 1}, &value));
    ck_assert_uint_eq(value, 2);
    ck_assert(map_get(&m, (bytes){LONG, sizeof LONG}, &value));
    ck_assert_uint_eq(value, 3);
    map_fini(&m);
}
END_TEST

START_TEST(map_agrees_with_an_array_through_random_changes)
{
    static uint64_t expected[KEY_COUNT]; /* 0: not there */
    uint32_t expected_count = 0;
    map m = {0};
    uint64_t random = 12345;
    size_t wrong_count = 0; /* an assertion per step would take minutes */
    for (uint32_t step = 0; step < 400000; step++) {
        char text[16];
        random = random * 6364136223846793005u + 1442695040888963407u;
        uint32_t number = (uint32_t)(random >> 33) % KEY_COUNT;
        bytes key = key_at(number, text);
        if ((random >> 20 & 3) != 0) {
            wrong_count += !map_put(&m, key, step + 1);
            expected_count += expected[number] == 0;
            expected[number] = step + 1;
        } else {
            wrong_count += map_remove(&m, key) != (expected[number] != 0);
            expected_count -= expected[number] != 0;
            expected[number] = 0;
        }
        wrong_count += m.count != expected_count;
    }

    for (uint32_t number = 0; number < KEY_COUNT; number++) {
        char text[16];
        uint64_t value = 0;
        wrong_count += map_get(&m, key_at(number, text), &value) != (expected[number] != 0);
        wrong_count += value != expected[number];
    }
    ck_assert_uint_eq(wrong_count, 0);
    map_fini(&m);
}
END_TEST

START_TEST(map_next_visits_every_entry_once)
{
    static bool is_seen[KEY_COUNT];
    map m = {0};
    for (uint32_t number = 0; number < KEY_COUNT; number++) {
        char text[16];
        ck_assert(map_put(&m, key_at(number, text), number));
    }
    uint32_t at = 0;
    uint32_t count = 0;
    bytes key;
    uint64_t value;
    while (map_next(&m, &at, &key, &value)) {
        char text[16];
        ck_assert(bytes_equal(key, key_at((uint32_t)value, text)));
        ck_assert(!is_seen[value]);
        is_seen[value] = true;
        count++;
    }
    ck_assert_uint_eq(count, KEY_COUNT);
    map_fini(&m);
}
END_TEST

START_TEST(map_survives_lost_memory_at_every_call)
{
    bool is_through = false;
    for (uint64_t call = 1; !is_through; call++) {
        map m = {0};
        uint32_t number = 0;
        char text[16];
        mem_fail_at(call);
        while (number < 500 && map_put(&m, key_at(number, text), number)) {
            number++;
        }
        is_through = number == 500;
        mem_fail_at(0);

        ck_assert_uint_eq(m.count, number);
        for (uint32_t i = 0; i < number; i++) {
            uint64_t value = 0;
            ck_assert(map_get(&m, key_at(i, text), &value));
            ck_assert_uint_eq(value, i);
        }
        ck_assert(map_put(&m, BYTES("later"), 1));
        map_fini(&m);
    }
}
END_TEST

START_TEST(map_gives_back_the_memory_of_removed_keys)
{
    map m = {0};
    char key[1024];
    memset(key, 'k', sizeof key);
    ck_assert(map_put(&m, BYTES("stays"), 7));
    /* A hundred megabytes of keys pass through; the limit below fails the test if they stay. */
    uint64_t value = 0;
    size_t wrong_count = 0;
    for (uint32_t i = 0; i < 100000; i++) {
        memcpy(key, &i, sizeof i);
        wrong_count += !map_put(&m, (bytes){key, sizeof key}, i);
        wrong_count += !map_remove(&m, (bytes){key, sizeof key});
    }
    ck_assert_uint_eq(wrong_count, 0);
    struct mallinfo2 memory = mallinfo2();
    ck_assert_uint_lt(memory.uordblks + memory.hblkhd, 10 * 1024 * 1024);

    ck_assert(map_get(&m, BYTES("stays"), &value));
    ck_assert_uint_eq(value, 7);
    ck_assert_uint_eq(m.count, 1);
    map_fini(&m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base_map");
    TCase *promises = tcase_create("promises");
    tcase_set_timeout(promises, 60);
    tcase_add_test(promises, map_of_nothing_has_no_entries);
    tcase_add_test(promises, map_put_copies_the_key_and_replaces_the_value);
    tcase_add_test(promises, map_keys_may_be_empty_long_or_hold_nul);
    tcase_add_test(promises, map_agrees_with_an_array_through_random_changes);
    tcase_add_test(promises, map_next_visits_every_entry_once);
    tcase_add_test(promises, map_survives_lost_memory_at_every_call);
    tcase_add_test(promises, map_gives_back_the_memory_of_removed_keys);
    suite_add_tcase(suite, promises);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
