/* Memory files are writable until sealed and never after. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memfile.h"

enum { LEN = 3 * 1024 * 1024 + 17 };

START_TEST(memfile_new_is_zeroed_and_writable)
{
    memfile m;
    err e = {0};

    ck_assert(memfile_new(LEN, "test", &m, &e));

    char *base = m.base;
    ck_assert_uint_eq(m.len, LEN);
    ck_assert_int_eq(base[0], 0);
    ck_assert_int_eq(base[LEN - 1], 0);
    base[LEN - 1] = 'x';
    memfile_fini(&m);
    ck_assert_int_eq(m.fd, -1);
    ck_assert_ptr_null(m.base);
    memfile_fini(&m);
}
END_TEST

START_TEST(memfile_seal_keeps_the_content_and_forbids_change)
{
    memfile m;
    err e = {0};
    ck_assert(memfile_new(LEN, "test", &m, &e));
    memcpy(m.base, "content", 7);

    ck_assert(memfile_seal(&m, &e));

    ck_assert_int_eq(memcmp(m.base, "content", 7), 0);
    ck_assert_int_ne(ftruncate(m.fd, LEN + 1), 0);
    ck_assert_int_ne(ftruncate(m.fd, LEN - 1), 0);
    ck_assert_int_eq(pwrite(m.fd, "x", 1, 0), -1);
    ck_assert(mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, m.fd, 0) == MAP_FAILED);
    ck_assert_int_ne(mprotect(m.base, 4096, PROT_READ | PROT_WRITE), 0);
    memfile_fini(&m);
}
END_TEST

START_TEST(memfile_is_closed_on_exec)
{
    memfile m;
    err e = {0};
    ck_assert(memfile_new(LEN, "test", &m, &e));

    ck_assert_int_ne(fcntl(m.fd, F_GETFD) & FD_CLOEXEC, 0);
    memfile_fini(&m);
}
END_TEST

START_TEST(memfile_settle_keeps_the_content_and_forbids_change)
{
    memfile m;
    err e = {0};
    ck_assert(memfile_new(LEN, "test", &m, &e));
    memcpy((char *)m.base + LEN - 7, "content", 7);
    ck_assert(memfile_seal(&m, &e));

    memfile_settle(&m);

    ck_assert_int_eq(m.fd, -1);
    ck_assert_uint_eq(m.len, LEN);
    ck_assert_uint_eq((uintptr_t)m.base % (2 * 1024 * 1024), 0);
    ck_assert_int_eq(*(char *)m.base, 0);
    ck_assert_int_eq(memcmp((char *)m.base + LEN - 7, "content", 7), 0);
    memfile_fini(&m);
    ck_assert_ptr_null(m.base);
}
END_TEST

START_TEST(memfile_settle_of_an_empty_one_does_nothing)
{
    memfile m;
    err e = {0};
    ck_assert(memfile_new(0, "test", &m, &e));

    memfile_settle(&m);

    ck_assert_int_ge(m.fd, 0);
    memfile_fini(&m);
}
END_TEST

START_TEST(memfile_may_be_empty)
{
    memfile m;
    err e = {0};

    ck_assert(memfile_new(0, "empty", &m, &e));
    ck_assert(memfile_seal(&m, &e));

    ck_assert_uint_eq(m.len, 0);
    memfile_fini(&m);
}
END_TEST

START_TEST(memfile_new_refuses_more_than_there_is)
{
    memfile m = {.fd = 77};
    err e = {0};

    ck_assert(!memfile_new(SIZE_MAX, "huge", &m, &e));
    ck_assert_int_eq(e.code, ERR_MEMORY);
    ck_assert(!memfile_new((size_t)INT64_MAX, "huge", &m, &e));
    ck_assert_int_eq(e.code, ERR_MEMORY);
    ck_assert_int_eq(m.fd, 77);
}
END_TEST

START_TEST(memfile_map_shows_a_file)
{
    char path[] = "memfile_test_XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "on disk", 7), 7);
    close(fd);
    memfile m;
    err e = {0};

    ck_assert(memfile_map(path, &m, &e));

    ck_assert_uint_eq(m.len, 7);
    ck_assert_int_eq(memcmp(m.base, "on disk", 7), 0);
    memfile_fini(&m);
    unlink(path);
}
END_TEST

START_TEST(memfile_map_refuses_what_is_no_file)
{
    memfile m = {.fd = 77};
    err e = {0};

    ck_assert(!memfile_map("no such file", &m, &e));
    ck_assert_int_eq(e.code, ERR_FILE);
    ck_assert_ptr_nonnull(strstr(e.text, "no such file"));
    ck_assert(!memfile_map(".", &m, &e));
    ck_assert_int_eq(e.code, ERR_FILE);
    ck_assert_int_eq(m.fd, 77);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base_memfile");
    TCase *promises = tcase_create("promises");
    tcase_set_timeout(promises, 60);
    tcase_add_test(promises, memfile_new_is_zeroed_and_writable);
    tcase_add_test(promises, memfile_seal_keeps_the_content_and_forbids_change);
    tcase_add_test(promises, memfile_is_closed_on_exec);
    tcase_add_test(promises, memfile_settle_keeps_the_content_and_forbids_change);
    tcase_add_test(promises, memfile_settle_of_an_empty_one_does_nothing);
    tcase_add_test(promises, memfile_may_be_empty);
    tcase_add_test(promises, memfile_new_refuses_more_than_there_is);
    tcase_add_test(promises, memfile_map_shows_a_file);
    tcase_add_test(promises, memfile_map_refuses_what_is_no_file);
    suite_add_tcase(suite, promises);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
