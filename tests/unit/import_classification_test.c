/* core/import/classification.c: one file after the other makes one taxonomy. */
#include "import_source.h"

#include "taxonomy/draft.h"

typedef struct kept {
    buf file;
    uint32_t count;
} kept;

static kept last;

static bool keep_draft(void *context, draft *d, err *e)
{
    (void)context;
    buf_clear(&last.file);
    last.count++;
    return draft_print(d, &last.file, e);
}

static bool try_file(const char *name, const char *text, err *e)
{
    import_options options = {
        .format = "auto", .source = name, .sink = feed_sink, .keep_draft = keep_draft};
    import_run *r = NULL;
    buf report = {0};
    bool is_done = import_new(&options, &r, e) && import_feed(r, bytes_of(text), e) &&
                   import_finish(r, &report, e);
    import_free(&r);
    buf_fini(&report);
    return is_done;
}

static const char OCCUPATIONS[] =
    "conceptType,conceptUri,iscoGroup,preferredLabel,altLabels,hiddenLabels,status,modifiedDate,"
    "regulatedProfessionNote,scopeNote,definition,inScheme,description,code\r\n"
    "Occupation,http://data.europa.eu/esco/occupation/0001,5321,Helfer,\"Helferin\nHilfe\",,"
    "released,,,,,,,5321.1\r\n";

START_TEST(a_table_of_occupations_is_kept)
{
    err e = {0};
    last = (kept){0};
    ck_assert_msg(try_file("occupations_de.csv", OCCUPATIONS, &e), "%s", e.text);

    taxonomy *t = NULL;
    ck_assert_uint_eq(last.count, 1);
    ck_assert_msg(taxonomy_view(buf_bytes(&last.file), &t, &e), "%s", e.text);
    uint32_t at = taxonomy_find(t, BYTES("esco:0001"));
    ck_assert_uint_ne(at, TAXONOMY_NONE);
    ck_assert(bytes_equal_text(taxonomy_label(t, BYTES("esco:0001"), "de"), "Helfer"));
    taxonomy_close(&t);
    buf_fini(&last.file);
}
END_TEST

START_TEST(a_table_with_renamed_columns_is_no_classification)
{
    char text[sizeof OCCUPATIONS];
    err e = {0};
    last = (kept){0};
    memcpy(text, OCCUPATIONS, sizeof text);
    memcpy(strstr(text, "preferredLabel"), "preferredXabel", 14);

    ck_assert(!try_file("occupations_de.csv", text, &e));

    ck_assert_int_eq(e.code, ERR_IMPORT_FORMAT);
    ck_assert_uint_eq(last.count, 0);
}
END_TEST

START_TEST(an_archive_that_was_cut_off_changes_nothing)
{
    buf file = {0};
    err e = {0};
    last = (kept){0};
    import_options options = {
        .format = "auto", .source = "x.zip", .sink = feed_sink, .keep_draft = keep_draft};
    import_run *r = NULL;
    buf_text(&file, "PK\x03\x04");
    for (int i = 0; i < 200; i++) {
        buf_text(&file, "nothing of an archive ");
    }

    bool is_done = import_new(&options, &r, &e) && import_feed(r, buf_bytes(&file), &e) &&
                   import_finish(r, &file, &e);

    ck_assert(!is_done);
    ck_assert_uint_eq(last.count, 0);
    import_free(&r);
    buf_fini(&file);
}
END_TEST

FEED_RUN("import_classification", a_table_of_occupations_is_kept,
         a_table_with_renamed_columns_is_no_classification,
         an_archive_that_was_cut_off_changes_nothing)
