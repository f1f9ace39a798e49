/* Texts to concepts, with a confidence, and codes by exact names. */
#include "base/csv.h"
#include "taxonomy/codes.h"
#include "taxonomy/find.h"
#include "taxonomy_sources.h"

static uint32_t ask(const taxonomy *t, uint32_t kinds, const char *text, finder_hit *hits,
                    uint32_t max)
{
    finder *f = NULL;
    finder_scratch *s = NULL;
    uint32_t count = 0;
    err e = {0};
    ck_assert(finder_new(t, kinds, NULL, &f, &e));
    ck_assert(finder_scratch_new(f, &s, &e));
    ck_assert(finder_ask(f, s, bytes_of(text), hits, max, &count, &e));
    finder_scratch_free(&s);
    finder_free(&f);
    return count;
}

START_TEST(find_answers_only_the_kinds_asked)
{
    buf file = {0};
    taxonomy *t = viewed(&file);
    finder_hit hits[5];
    ck_assert_uint_gt(ask(t, FIND_ESCO_OCCUPATION, "Radheiler (m/w/d)", hits, 5), 0);
    ck_assert(bytes_equal_text(taxonomy_id(t, hits[0].at), "esco:0001-a"));
    ck_assert(bytes_equal_text(hits[0].label, "Radheiler"));
    uint32_t count = ask(t, FIND_KLDB, "Radheiler", hits, 5);
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_int_eq(taxonomy_kind_of(t, hits[i].at), TAXONOMY_KLDB);
    }
    taxonomy_close(&t);
    buf_fini(&file);
}
END_TEST

START_TEST(find_puts_overrides_first_with_their_source)
{
    buf file = {0};
    taxonomy *t = viewed(&file);
    finder_hit hits[3];
    ck_assert_uint_gt(ask(t, FIND_KLDB, "Gesundheits- und Krankenpfleger/in (m/w/d)", hits, 3), 0);
    ck_assert(bytes_equal_text(taxonomy_id(t, hits[0].at), "kldb:81302"));
    ck_assert_ptr_nonnull(hits[0].source);
    ck_assert_uint_ge(hits[0].confidence, FINDER_SURE);
    taxonomy_close(&t);
    buf_fini(&file);
}
END_TEST

START_TEST(find_is_unsure_of_what_it_cannot_code)
{
    buf file = {0};
    taxonomy *t = viewed(&file);
    finder_hit hits[3];
    uint32_t count = ask(t, FIND_ALL, "Kamelpflege und Zirkus", hits, 3);
    ck_assert(count == 0 || hits[0].confidence < FINDER_SURE);
    ck_assert_uint_eq(ask(t, FIND_ALL, "", hits, 3), 0);
    taxonomy_close(&t);
    buf_fini(&file);
}
END_TEST

START_TEST(code_of_label_is_exact_and_never_guesses)
{
    buf file = {0};
    taxonomy *t = viewed(&file);
    codes *c = NULL;
    err e = {0};
    bytes id = {NULL, 0};
    ck_assert(codes_new(t, &c, &e));
    ck_assert_int_eq(taxonomy_code_of_label(c, BYTES("Krankenpfleger/in"), &id), CODE_UNIQUE);
    ck_assert(bytes_equal_text(id, "kldb:81302"));
    ck_assert_int_eq(taxonomy_code_of_label(c, BYTES("Krankenpfleger/in/B. Prof. Pflege"), &id),
                     CODE_UNIQUE);
    ck_assert_int_eq(taxonomy_code_of_label(c, BYTES("Krankenpfleger"), &id), CODE_MISSING);
    ck_assert_int_eq(taxonomy_code_of_label(c, BYTES("Stationshilfe"), &id), CODE_AMBIGUOUS);
    ck_assert_int_eq(taxonomy_code_of_label(c, (bytes){NULL, 0}, &id), CODE_MISSING);
    codes_free(&c);
    taxonomy_close(&t);
    buf_fini(&file);
}
END_TEST

typedef struct tally {
    const codes *codes;
    uint32_t rows;
    uint32_t answers[3];
} tally;

static bool on_advertisement(void *context, const bytes *cells, uint32_t count, uint64_t line,
                             const err *why, err *e)
{
    tally *t = context;
    (void)e; /* nothing here can fail */
    if (line > 1 && why == NULL && count > 0) {
        bytes ignored;
        t->rows++;
        t->answers[taxonomy_code_of_label(t->codes, cells[0], &ignored)]++;
    }
    return true;
}

START_TEST(code_of_label_knows_nearly_all_real_advertisements)
{
    draft *d = NULL;
    err e = {0};
    read_report report;
    char path[400];
    ck_assert(draft_new(&d, &e));
    if (read_shared(d, "kldb/vam_beruf_kurz.csv", &report) &&
        shared_path("ba/jobs_bamberg_2025-09.csv", path)) {
        buf file = {0};
        taxonomy *t = NULL;
        codes *c = NULL;
        memfile jobs;
        csv *reader = calloc(1, sizeof *reader);
        ck_assert(draft_print(d, &file, &e));
        ck_assert(taxonomy_view(buf_bytes(&file), &t, &e));
        ck_assert(codes_new(t, &c, &e));
        ck_assert(memfile_map(path, &jobs, &e));
        tally counted = {.codes = c};
        csv_begin(reader, ',');
        ck_assert(csv_feed(reader, (bytes){jobs.base, jobs.len}, on_advertisement, &counted, &e));
        ck_assert(csv_finish(reader, on_advertisement, &counted, &e));
        csv_fini(reader);
        free(reader);
        printf("advertisements: %u, unique %u, missing %u, ambiguous %u\n", counted.rows,
               counted.answers[CODE_UNIQUE], counted.answers[CODE_MISSING],
               counted.answers[CODE_AMBIGUOUS]);
        ck_assert_uint_ge(counted.answers[CODE_UNIQUE] * 100, counted.rows * 97);
        memfile_fini(&jobs);
        codes_free(&c);
        taxonomy_close(&t);
        buf_fini(&file);
    }
    draft_free(&d);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("taxonomy/find");
    TCase *t = tcase_create("find");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, find_answers_only_the_kinds_asked);
    tcase_add_test(t, find_puts_overrides_first_with_their_source);
    tcase_add_test(t, find_is_unsure_of_what_it_cannot_code);
    tcase_add_test(t, code_of_label_is_exact_and_never_guesses);
    tcase_add_test(t, code_of_label_knows_nearly_all_real_advertisements);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
