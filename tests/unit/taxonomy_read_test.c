/* Sources in their published shapes, whole and broken. */
#include "taxonomy_sources.h"

START_TEST(read_keeps_concepts_labels_and_relations)
{
    buf file = {0};
    taxonomy *t = viewed(&file);

    ck_assert_uint_eq(taxonomy_kind_total(t, TAXONOMY_ESCO_OCCUPATION), 2);
    ck_assert_uint_eq(taxonomy_kind_total(t, TAXONOMY_ESCO_SKILL), 1);
    uint32_t at = taxonomy_find(t, BYTES("esco:0001-a"));
    ck_assert_uint_ne(at, TAXONOMY_NONE);
    ck_assert_uint_eq(taxonomy_label_count(t, at), 3);
    const uint32_t *others = NULL;
    ck_assert_uint_eq(taxonomy_related(t, at, RELATION_ESSENTIAL, &others), 1);
    ck_assert(bytes_equal_text(taxonomy_id(t, others[0]), "esco:s-1"));
    ck_assert_uint_eq(taxonomy_related(t, others[0], RELATION_OPTIONAL_FOR, &others), 1);
    ck_assert(bytes_equal_text(taxonomy_id(t, others[0]), "esco:0002-b"));
    ck_assert_uint_eq(taxonomy_related(t, at, RELATION_BROADER, &others), 1);
    ck_assert(bytes_equal_text(taxonomy_id(t, others[0]), "isco:7231"));
    taxonomy_close(&t);
    buf_fini(&file);
}
END_TEST

START_TEST(read_restores_zeros_and_levels_of_kldb)
{
    buf file = {0};
    taxonomy *t = viewed(&file);

    uint32_t at = taxonomy_find(t, BYTES("kldb:01104"));
    ck_assert_uint_ne(at, TAXONOMY_NONE);
    ck_assert_uint_eq(taxonomy_level(t, at), 4);
    ck_assert_uint_ne(taxonomy_find(t, BYTES("kldb:01")), TAXONOMY_NONE);
    const uint32_t *others = NULL;
    ck_assert_uint_eq(taxonomy_related(t, at, RELATION_SAME, &others), 1);
    ck_assert(bytes_equal_text(taxonomy_id(t, others[0]), "isco:0110"));
    taxonomy_close(&t);
    buf_fini(&file);
}
END_TEST

START_TEST(read_turns_old_code_pages_into_utf8)
{
    draft *d = NULL;
    err e = {0};
    read_report report;
    buf file = {0};
    taxonomy *t = NULL;
    ck_assert(draft_new(&d, &e));
    ck_assert(taxonomy_read(d, "x.csv",
                            BYTES("Berufsbenennungen;KldB 2010 (5-Steller)\n"
                                  "M\x81ller/in;29222\nB\x84"
                                  "cker;29222\n;\nStand;\xB8 Amt\n"),
                            &report, &e) ||
              report.refused_count > 0);
    ck_assert(draft_print(d, &file, &e));
    ck_assert(taxonomy_view(buf_bytes(&file), &t, &e));
    uint32_t at = taxonomy_find(t, BYTES("kldb:29222"));
    ck_assert(bytes_equal_text(taxonomy_label_at(t, at, 0).text, "M\xC3\xBCller/in"));
    ck_assert(bytes_equal_text(taxonomy_label_at(t, at, 1).text, "B\xC3\xA4"
                                                                 "cker"));
    taxonomy_close(&t);
    draft_free(&d);
    buf_fini(&file);
}
END_TEST

static void expect_refusal(const char *name, bytes content, err_code code)
{
    draft *d = NULL;
    read_report report;
    err e = {0};
    ck_assert(draft_new(&d, &e));
    ck_assert(!taxonomy_read(d, name, content, &report, &e));
    ck_assert_int_eq(e.code, code);
    draft_free(&d);
}

START_TEST(read_passes_over_lines_before_a_header)
{
    draft *d = NULL;
    err e = {0};
    buf file = {0};
    taxonomy *t = NULL;
    ck_assert(draft_new(&d, &e));
    read_source(d, "skills.csv",
                ",,,,\nMapping project name,x,,,\n"
                "Classification 1 URI,Classification 1 PrefLabel,Classification 2 ID,"
                "Classification 2 PrefLabel,Mapping relation\n"
                "http://data.europa.eu/esco/skill/s-1,Reifen flicken,K 1,Flicken,skos:closeMatch\n"
                "http://data.europa.eu/esco/skill/s-1,Reifen flicken,K 2,Kleben,skos:narrowMatch\n"
                ",,K 3,Zirkus,\n");
    ck_assert_uint_eq(draft_unnamed_count(d), 1);
    read_source(d, "skills_en.csv", SKILLS);
    ck_assert_uint_eq(draft_unnamed_count(d), 0);
    ck_assert(draft_print(d, &file, &e));
    ck_assert(taxonomy_view(buf_bytes(&file), &t, &e));
    ck_assert_uint_eq(taxonomy_count(t), 1);
    ck_assert_uint_eq(taxonomy_label_count(t, 0), 4);
    ck_assert(bytes_equal_text(taxonomy_label_at(t, 0, 0).text, "Reifen flicken"));
    ck_assert(bytes_equal_text(taxonomy_label_at(t, 0, 1).text, "Flicken"));
    taxonomy_close(&t);
    draft_free(&d);
    buf_fini(&file);
}
END_TEST

START_TEST(read_refuses_what_is_no_source)
{
    expect_refusal("a.csv", BYTES(""), ERR_IMPORT_FORMAT);
    expect_refusal("a.csv", BYTES("name;town\nx;y\n"), ERR_IMPORT_FORMAT);
    expect_refusal("occupations.csv", bytes_of(OCCUPATIONS), ERR_IMPORT_FORMAT);
    expect_refusal("a.zip", BYTES("PK\3\4 and nothing more"), ERR_IMPORT_FORMAT);
}
END_TEST

START_TEST(read_refuses_a_table_whose_rows_have_changed)
{
    expect_refusal("r.csv",
                   BYTES("occupationUri,relationType,skillType,skillUri\n"
                         "http://data.europa.eu/esco/occupation/1,needed,,http://x\n"),
                   ERR_IMPORT_DRIFT);
    expect_refusal("k.csv", BYTES("kldb2010\tisco08\n81302\tx\n"), ERR_IMPORT_DRIFT);
}
END_TEST

START_TEST(read_of_the_real_esco_has_every_row)
{
    draft *d = NULL;
    err e = {0};
    read_report report;
    buf file = {0};
    taxonomy *t = NULL;
    ck_assert(draft_new(&d, &e));
    if (read_shared(d, "esco/v1.1.1_relations.zip", &report) &&
        read_shared(d, "esco/v1.1.1_en.zip", &report) &&
        read_shared(d, "kldb/KldB_2010_V2020_Gliederung_mit_Erlaeuterung_DE.csv", &report)) {
        ck_assert(draft_print(d, &file, &e));
        ck_assert(taxonomy_view(buf_bytes(&file), &t, &e));
        ck_assert_uint_eq(taxonomy_kind_total(t, TAXONOMY_ESCO_OCCUPATION), 3007);
        ck_assert_uint_eq(taxonomy_kind_total(t, TAXONOMY_ESCO_SKILL), 13896);
        ck_assert_uint_eq(taxonomy_relation_total(t, TAXONOMY_ESCO_OCCUPATION, RELATION_ESSENTIAL),
                          64946);
        ck_assert_uint_eq(taxonomy_relation_total(t, TAXONOMY_ESCO_OCCUPATION, RELATION_OPTIONAL),
                          58909);
        uint32_t by_len[16] = {0};
        for (uint32_t i = 0; i < taxonomy_count(t); i++) {
            by_len[taxonomy_id(t, i).len % 16] += taxonomy_kind_of(t, i) == TAXONOMY_KLDB;
        }
        static const uint32_t WANTED[] = {10, 37, 144, 703, 1301};
        for (uint32_t i = 0; i < 5; i++) {
            ck_assert_uint_eq(by_len[6 + i], WANTED[i]);
        }
    }
    taxonomy_close(&t);
    draft_free(&d);
    buf_fini(&file);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("taxonomy/read");
    TCase *t = tcase_create("read");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, read_keeps_concepts_labels_and_relations);
    tcase_add_test(t, read_restores_zeros_and_levels_of_kldb);
    tcase_add_test(t, read_turns_old_code_pages_into_utf8);
    tcase_add_test(t, read_passes_over_lines_before_a_header);
    tcase_add_test(t, read_refuses_what_is_no_source);
    tcase_add_test(t, read_refuses_a_table_whose_rows_have_changed);
    tcase_add_test(t, read_of_the_real_esco_has_every_row);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
