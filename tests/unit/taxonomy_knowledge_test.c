/* core/taxonomy/knowledge.c: what a data folder knows of occupations and skills. */
#include "taxonomy_sources.h"

#include <unistd.h>

#include "taxonomy/codes.h"
#include "taxonomy/knowledge.h"

static char path[64];
static dictionary *concepts;

static void begin(void)
{
    err e = {0};
    ck_assert(dictionary_new(&concepts, &e));
    snprintf(path, sizeof path, "/tmp/lotse-knowledge-%ld.ltx", (long)getpid());
    unlink(path);
}

static void end(void)
{
    dictionary_free(&concepts);
    unlink(path);
}

static knowledge *opened(void)
{
    knowledge *k = NULL;
    err e = {0};
    ck_assert_msg(knowledge_open(path, concepts, &k, &e), "%s", e.text);
    return k;
}

static void save(void)
{
    draft *d = drafted();
    err e = {0};
    ck_assert_msg(draft_save(d, path, &e), "%s", e.text);
    draft_free(&d);
}

START_TEST(folder_without_a_taxonomy_knows_nothing_and_that_is_well)
{
    knowledge *k = opened();

    ck_assert_ptr_null(knowledge_taxonomy(k));
    ck_assert_ptr_null(knowledge_problem(k));
    ck_assert_uint_eq(knowledge_mark(k), 0);
    ck_assert_ptr_null(knowledge_codes(k));
    ck_assert_ptr_null(knowledge_label(k, BYTES("isco:7231"), "de").base);
    ck_assert_ptr_null(knowledge_label(NULL, BYTES("isco:7231"), "de").base);
    knowledge_free(&k);
}
END_TEST

START_TEST(taxonomy_gives_labels_codes_and_a_mark_of_its_own)
{
    save();

    knowledge *k = opened();

    bytes id = {NULL, 0};
    ck_assert(bytes_equal_text(knowledge_label(k, BYTES("esco:0001-a"), "de"),
                               "Radflicker/Radflickerin"));
    ck_assert(bytes_equal_text(knowledge_label(k, BYTES("esco:s-1"), "de"), "patch tubes"));
    ck_assert_uint_ne(knowledge_mark(k), 0);
    ck_assert_int_eq(taxonomy_code_of_label(knowledge_codes(k), BYTES("Krankenpfleger/in"), &id),
                     CODE_UNIQUE);
    ck_assert(bytes_equal_text(id, "kldb:81302"));
    ck_assert_ptr_eq(knowledge_codes(k), knowledge_codes(k));
    knowledge_free(&k);
}
END_TEST

START_TEST(damaged_file_is_a_problem_and_no_failure)
{
    save();
    FILE *f = fopen(path, "r+b");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fseek(f, -3, SEEK_END), 0);
    int last = fgetc(f);
    ck_assert_int_eq(fseek(f, -1, SEEK_CUR), 0);
    ck_assert_int_ne(fputc(last ^ 1, f), EOF);
    ck_assert_int_eq(fclose(f), 0);

    knowledge *k = opened();

    ck_assert_ptr_null(knowledge_taxonomy(k));
    ck_assert_ptr_nonnull(knowledge_problem(k));
    ck_assert_ptr_nonnull(strstr(knowledge_problem(k)->text, "checksum"));
    ck_assert_uint_eq(knowledge_mark(k), 0);
    knowledge_free(&k);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("taxonomy_knowledge");
    TCase *c = tcase_create("knowledge");
    tcase_add_checked_fixture(c, begin, end);
    tcase_add_test(c, folder_without_a_taxonomy_knows_nothing_and_that_is_well);
    tcase_add_test(c, taxonomy_gives_labels_codes_and_a_mark_of_its_own);
    tcase_add_test(c, damaged_file_is_a_problem_and_no_failure);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
