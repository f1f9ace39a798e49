/* The file: what was put in comes out, and no damage goes unseen. */
#include <unistd.h>

#include "taxonomy_sources.h"

START_TEST(label_answers_in_the_language_asked_or_the_next_best)
{
    buf file = {0};
    taxonomy *t = viewed(&file);
    bytes german = taxonomy_label(t, BYTES("esco:0001-a"), "de-x-simple");
    ck_assert(bytes_equal_text(german, "Radflicker/Radflickerin"));
    ck_assert(bytes_equal_text(taxonomy_label(t, BYTES("esco:s-1"), "ar"), "patch tubes"));
    ck_assert_ptr_null(taxonomy_label(t, BYTES("esco:none"), "de").base);
    ck_assert_ptr_null(taxonomy_label(t, BYTES("isco:7231"), "de").base);
    taxonomy_close(&t);
    buf_fini(&file);
}
END_TEST

START_TEST(view_refuses_every_cut_and_every_changed_byte)
{
    buf file = {0};
    taxonomy *t = viewed(&file);
    taxonomy_close(&t);
    for (size_t len = 0; len < file.len; len += 7) {
        err e = {0};
        ck_assert(!taxonomy_view((bytes){file.base, len}, &t, &e));
        ck_assert_int_eq(e.code, ERR_STORE_CORRUPT);
    }
    for (size_t at = 0; at < file.len; at++) {
        err e = {0};
        file.base[at] ^= 0x10;
        ck_assert(!taxonomy_view(buf_bytes(&file), &t, &e));
        file.base[at] ^= 0x10;
    }
    buf_fini(&file);
}
END_TEST

START_TEST(print_is_the_same_in_any_order_of_sources)
{
    buf one = {0};
    buf two = {0};
    err e = {0};
    draft *d = drafted();
    ck_assert(draft_print(d, &one, &e));
    draft_free(&d);
    ck_assert(draft_new(&d, &e));
    read_source(d, "pairs.tsv", PAIRS);
    read_source(d, "names.csv", NAMES);
    read_source(d, "skills_en.csv", SKILLS);
    read_source(d, "occupations_de.csv", OCCUPATIONS);
    read_source(d, "kldb.csv", CLASSES);
    read_source(d, "relations.csv", RELATIONS);
    read_source(d, "relations.csv", RELATIONS);
    ck_assert(draft_print(d, &two, &e));
    ck_assert_uint_eq(one.len, two.len);
    draft_free(&d);
    buf_fini(&one);
    buf_fini(&two);
}
END_TEST

START_TEST(save_replaces_a_file_whole)
{
    char path[] = "taxonomy_test_XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    draft *d = drafted();
    taxonomy *t = NULL;
    err e = {0};
    ck_assert(!taxonomy_open(path, &t, &e));
    ck_assert(draft_save(d, path, &e));
    ck_assert(taxonomy_open(path, &t, &e));
    ck_assert_uint_eq(taxonomy_kind_total(t, TAXONOMY_ESCO_SKILL), 1);
    taxonomy_close(&t);
    ck_assert(!draft_save(d, "there/is/no/such/folder", &e));
    ck_assert_int_eq(e.code, ERR_FILE);
    draft_free(&d);
    unlink(path);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("taxonomy/taxonomy");
    TCase *t = tcase_create("taxonomy");
    tcase_add_test(t, label_answers_in_the_language_asked_or_the_next_best);
    tcase_add_test(t, view_refuses_every_cut_and_every_changed_byte);
    tcase_add_test(t, print_is_the_same_in_any_order_of_sources);
    tcase_add_test(t, save_replaces_a_file_whole);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
