#include "plugin/loader.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "match/program.h"

/* Each wrong library is refused with its own error and a sentence that says what differs. */

static const manifest wanted = {.id = {"org.example.bad", 15},
                                .version = {"1.0.0", 5},
                                .abi_major = LOTSE_ABI_MAJOR,
                                .abi_minor = LOTSE_ABI_MINOR,
                                .library = {"bad.so", 6},
                                .has_criterion = true};

static void check_refused(const char *path, err_code code, const char *words)
{
    const lotse_entry *entry = NULL;
    err e = {0};
    ck_assert_msg(!loader_open(path, &wanted, program_host(), &entry, &e), "\"%s\" was loaded",
                  path);
    ck_assert_ptr_null(entry);
    ck_assert_str_eq(err_id(e.code), err_id(code));
    ck_assert_msg(strstr(e.text, words) != NULL, "\"%s\" does not say \"%s\"", e.text, words);
    ck_assert_msg(strstr(e.text, BUILD_DIR) == NULL, "\"%s\" names a folder", e.text);
}

/* Built by tests/plugin/CMakeLists.txt. */
static const struct {
    const char *name;
    err_code code;
    const char *words;
} built[] = {
    {"magic", ERR_PLUGIN_ABI_MISMATCH, "has the magic number 12345678, a plugin has 3153544c"},
    {"major", ERR_PLUGIN_ABI_MISMATCH, "was built for contract 2.0, this host has 1.0"},
    {"minor", ERR_PLUGIN_ABI_MISMATCH, "was built for contract 1.7, this host has 1.0"},
    {"small", ERR_PLUGIN_ABI_MISMATCH, "contract 1.0 has"},
    {"id", ERR_PLUGIN_DIFFERS,
     "the id of \"bad.so\" is \"org.example.other\", its manifest says \"org.example.bad\""},
    {"version", ERR_PLUGIN_DIFFERS,
     "the version of \"bad.so\" is \"2.5.0\", its manifest says \"1.0.0\""},
    {"no_symbol", ERR_PLUGIN_NO_ENTRY, "does not export \"lotse_plugin_entry\""},
    {"function_symbol", ERR_PLUGIN_NO_ENTRY, "is not a lotse_entry struct"},
    {"init", ERR_PLUGIN_FAULT, "refused to start (status 1): the table of holidays ends in 2025"},
    {"holes_entry", ERR_PLUGIN_DIFFERS, "leaves functions out"},
    {"no_factory", ERR_PLUGIN_DIFFERS, "has no factory \"lotse.criterion/1\""},
    {"no_criterion", ERR_PLUGIN_DIFFERS,
     "makes no criterion \"org.example.bad\": the travel times are missing"},
    {"holes_criterion", ERR_PLUGIN_DIFFERS, "leaves functions out"},
    {"undefined", ERR_PLUGIN_NOT_LIBRARY, "a_function_that_nobody_has"},
};

START_TEST(open_refuses_a_library_that_is_wrong_in_one_way)
{
    char path[1000];
    snprintf(path, sizeof(path), "%s/tests/plugin/%s/bad.so", BUILD_DIR, built[_i].name);

    check_refused(path, built[_i].code, built[_i].words);
}
END_TEST

START_TEST(open_takes_the_library_that_is_right)
{
    const lotse_entry *entry = NULL;
    err e = {0};

    bool is_open =
        loader_open(BUILD_DIR "/tests/plugin/good/bad.so", &wanted, program_host(), &entry, &e);

    ck_assert_msg(is_open, "%s", e.text);
    ck_assert_str_eq(entry->id, "org.example.bad");
}
END_TEST

START_TEST(open_may_be_asked_again)
{
    const lotse_entry *first = NULL, *second = NULL;
    err e = {0};

    ck_assert(
        loader_open(BUILD_DIR "/tests/plugin/good/bad.so", &wanted, program_host(), &first, &e));
    ck_assert(
        loader_open(BUILD_DIR "/tests/plugin/good/bad.so", &wanted, program_host(), &second, &e));

    ck_assert_ptr_eq(first, second);
}
END_TEST

START_TEST(open_compares_the_contract_with_the_manifest)
{
    manifest other = wanted;
    const lotse_entry *entry = NULL;
    err e = {0};
    other.abi_minor = 9;

    ck_assert(
        !loader_open(BUILD_DIR "/tests/plugin/good/bad.so", &other, program_host(), &entry, &e));

    ck_assert_int_eq(e.code, ERR_PLUGIN_DIFFERS);
    ck_assert_ptr_nonnull(strstr(e.text, "built for contract 1.0, its manifest says 1.9"));
}
END_TEST

/* ------------------------------------------------------------------------------------ files */

static char file_path[] = "/tmp/lotse-loader-XXXXXX";

static void make_file(void)
{
    int fd = mkstemp(file_path);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void remove_file(void)
{
    unlink(file_path);
}

static void write_file(const void *base, size_t len)
{
    FILE *file = fopen(file_path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(base, 1, len, file), len);
    ck_assert_int_eq(fclose(file), 0);
}

static unsigned char *read_good(size_t *ret_len)
{
    FILE *file = fopen(BUILD_DIR "/tests/plugin/good/bad.so", "rb");
    ck_assert_ptr_nonnull(file);
    unsigned char *base = malloc(1 << 20);
    *ret_len = fread(base, 1, 1 << 20, file);
    fclose(file);
    return base;
}

START_TEST(open_says_that_a_file_is_empty)
{
    write_file("", 0);

    check_refused(file_path, ERR_PLUGIN_NOT_LIBRARY, "the file is empty");
}
END_TEST

START_TEST(open_says_that_a_text_is_no_library)
{
    write_file("#!/bin/sh\nexit 0\n", 17);

    check_refused(file_path, ERR_PLUGIN_NOT_LIBRARY, "does not begin like an ELF file");
}
END_TEST

/* Wherever it is cut: a part that is promised and not there would end the process later. */
START_TEST(open_says_that_a_library_was_cut_off)
{
    size_t len = 0;
    unsigned char *library = read_good(&len);
    const size_t cuts[] = {5, 63, 64, 100, len / 4, len / 2, len - 100, len - 1};
    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        write_file(library, cuts[i]);
        check_refused(file_path, ERR_PLUGIN_NOT_LIBRARY, "cut off");
    }
    free(library);
}
END_TEST

START_TEST(open_says_that_a_library_is_for_another_machine)
{
    size_t len = 0;
    unsigned char *library = read_good(&len);
    library[18] = 8; /* e_machine: MIPS */
    library[19] = 0;
    write_file(library, len);

    check_refused(file_path, ERR_PLUGIN_NOT_LIBRARY, "built for processor 8");
    free(library);
}
END_TEST

START_TEST(open_says_that_a_library_is_for_another_word_size)
{
    size_t len = 0;
    unsigned char *library = read_good(&len);
    library[4] = 1; /* ELFCLASS32 */
    write_file(library, len);

    check_refused(file_path, ERR_PLUGIN_NOT_LIBRARY, "another word size or byte order");
    free(library);
}
END_TEST

START_TEST(open_says_that_an_object_is_no_library)
{
    size_t len = 0;
    unsigned char *library = read_good(&len);
    library[16] = 1; /* ET_REL */
    write_file(library, len);

    check_refused(file_path, ERR_PLUGIN_NOT_LIBRARY, "not a library");
    free(library);
}
END_TEST

START_TEST(open_says_that_a_file_is_not_there)
{
    check_refused(BUILD_DIR "/tests/plugin/nowhere.so", ERR_PLUGIN_UNREADABLE,
                  "could not open \"nowhere.so\": No such file or directory");
}
END_TEST

START_TEST(open_says_that_a_folder_is_no_file)
{
    check_refused(BUILD_DIR "/tests/plugin", ERR_PLUGIN_UNREADABLE, "\"plugin\" is not a file");
}
END_TEST

START_TEST(open_says_that_a_file_may_not_be_read)
{
    write_file("x", 1);
    ck_assert_int_eq(chmod(file_path, 0), 0);
    if (geteuid() == 0) {
        printf("skipped: open_says_that_a_file_may_not_be_read (root may read everything)\n");
        return;
    }
    check_refused(file_path, ERR_PLUGIN_UNREADABLE, "Permission denied");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("plugin_loader");
    TCase *c = tcase_create("libraries");
    tcase_add_loop_test(c, open_refuses_a_library_that_is_wrong_in_one_way, 0,
                        (int)(sizeof(built) / sizeof(built[0])));
    tcase_add_test(c, open_takes_the_library_that_is_right);
    tcase_add_test(c, open_may_be_asked_again);
    tcase_add_test(c, open_compares_the_contract_with_the_manifest);
    suite_add_tcase(s, c);
    TCase *files = tcase_create("files");
    tcase_add_checked_fixture(files, make_file, remove_file);
    tcase_add_test(files, open_says_that_a_file_is_empty);
    tcase_add_test(files, open_says_that_a_text_is_no_library);
    tcase_add_test(files, open_says_that_a_library_was_cut_off);
    tcase_add_test(files, open_says_that_a_library_is_for_another_machine);
    tcase_add_test(files, open_says_that_a_library_is_for_another_word_size);
    tcase_add_test(files, open_says_that_an_object_is_no_library);
    tcase_add_test(files, open_says_that_a_file_is_not_there);
    tcase_add_test(files, open_says_that_a_folder_is_no_file);
    tcase_add_test(files, open_says_that_a_file_may_not_be_read);
    suite_add_tcase(s, files);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
