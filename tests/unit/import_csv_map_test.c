/* A mapping file is checked before the first row, and does what the README says. */
#include "import_feed.h"

static const char SEEKERS[] =
    "{\"side\":\"seeker\",\"id\":{\"column\":\"Nr\"},\"columns\":{"
    "\"Deutsch\":{\"path\":\"/languages/0/level\",\"values\":{\"B 1\":\"B1\",\"-\":null}},"
    "\"Ab\":{\"path\":\"/availability/from\",\"type\":\"day\",\"day_format\":\"D.M.YYYY\"},"
    "\"km\":{\"path\":\"/mobility/max_km\",\"type\":\"int\"},"
    "\"Alt\":{\"path\":\"/facts/age_25_or_over\",\"type\":\"flag\"},"
    "\"Breite\":{\"path\":\"/location/lat\",\"type\":\"number\",\"decimal\":\",\"},"
    "\"Beruf\":{\"path\":\"/experience/0/last_used\",\"type\":\"month\",\"day_format\":\"MM/"
    "YYYY\"},"
    "\"Kann\":{\"path\":\"/skills\",\"split\":\", \"},\"weg\":null},"
    "\"constants\":{\"/languages/0/code\":\"de\"},\"ignore\":[\"Name\"]}";

static feed mapped(const char *map)
{
    return (feed){.options = {.format = "csv", .map = bytes_of(map)}};
}

/* A block of the README between ```NAME and ```. */
static bytes readme_block(const buf *readme, const char *name)
{
    char fence[40];
    snprintf(fence, sizeof fence, "\n```%s\n", name);
    const char *begin = memmem(readme->base, readme->len, fence, strlen(fence));
    ck_assert_msg(begin != NULL, "the README has no block %s", name);
    begin += strlen(fence);
    const char *end = memmem(begin, (size_t)(readme->base + readme->len - begin), "```", 3);
    ck_assert_ptr_nonnull(end);
    return (bytes){begin, (size_t)(end - begin)};
}

START_TEST(map_of_the_readme_does_what_it_says)
{
    buf readme = {0};
    feed_read_own("core/import/README.md", &readme);
    bytes records = readme_block(&readme, "json records");
    feed f = {.options = {.format = "auto", .map = readme_block(&readme, "json map")}};

    feed_file(&f, readme_block(&readme, "csv"));

    ck_assert_int_eq(feed_count(&f, "created"), 2);
    ck_assert_uint_eq(json_count(json_member(json_root(f.doc), "unknown_keys")), 0);
    ck_assert(bytes_equal(buf_bytes(&f.bodies), records));
    feed_end(&f);
    buf_fini(&readme);
}
END_TEST

START_TEST(map_converts_cells)
{
    feed f = mapped(SEEKERS);

    feed_file(&f, BYTES("Nr,Deutsch,Ab,km,Alt,Breite,Beruf,Kann\n"
                        "1,B 1,1.2.2027,+5,ja,\"51,5\",05/2019,\"esco:a, esco:b, esco:a\"\n"
                        "2,-,01.12.2026,007,0,-3,12/2020,\n"
                        "3,null,,, , ,,\n4\n"));

    ck_assert_str_eq(
        buf_terminated(&f.bodies),
        "{\"id\":\"1\",\"location\":{\"lat\":51.5},\"mobility\":{\"max_km\":5},"
        "\"languages\":[{\"code\":\"de\",\"level\":\"B1\"}],\"skills\":[\"esco:a\",\"esco:b\"],"
        "\"experience\":[{\"last_used\":\"2019-05\"}],\"availability\":{\"from\":\"2027-02-01\"},"
        "\"facts\":{\"age_25_or_over\":true}}\n"
        "{\"id\":\"2\",\"location\":{\"lat\":-3},\"mobility\":{\"max_km\":7},"
        "\"experience\":[{\"last_used\":\"2020-12\"}],\"availability\":{\"from\":\"2026-12-01\"},"
        "\"facts\":{\"age_25_or_over\":false}}\n"
        "{\"id\":\"3\"}\n{\"id\":\"4\"}\n");
    feed_end(&f);
}
END_TEST

START_TEST(map_refuses_cells_with_line_and_column)
{
    static const struct {
        const char *row;
        const char *message;
        const char *id;
    } ROWS[] = {
        {"1,B 9,,,,,,", "column \"Deutsch\": \"B 9\" is not among the values of the mapping file",
         "field.code"},
        {"1,,31.2.2027,,,,,", "column \"Ab\": \"31.2.2027\" is not D.M.YYYY", "field.format"},
        {"1,,1.2.27,,,,,", "column \"Ab\": \"1.2.27\" is not D.M.YYYY", "field.format"},
        {"1,,1.2.2027 ab,,,,,", "column \"Ab\": \"1.2.2027 ab\" is not D.M.YYYY", "field.format"},
        {"1,,,5 km,,,,", "column \"km\": \"5 km\" is not a whole number", "field.format"},
        {"1,,,-,,,,", "column \"km\": \"-\" is not a whole number", "field.format"},
        {"1,,,1234567890123456,,,,", "column \"km\": \"1234567890123456\" is not a whole number",
         "field.format"},
        {"1,,,,vielleicht,,,",
         "column \"Alt\": \"vielleicht\" is not one of true, false, 1, 0, ja, nein, yes, no",
         "field.format"},
        {"1,,,,,1.5,,", "column \"Breite\": \"1.5\" is not a number like 1,5", "field.format"},
        {"1,,,,,\"1,5,\",,", "column \"Breite\": \"1,5,\" is not a number like 1,5",
         "field.format"},
        {"1,,,,,,13/2019,", "column \"Beruf\": \"13/2019\" is not MM/YYYY", "field.format"},
        {"1,,,99999,,,,", "column \"km\": the number lies outside 0 to 20000", "field.range"},
        {"1,,,,,,,isco:1", "column \"Kann\": ", "field.format"},
        {"a b,,,,,,,", "\"a b\" is not an id", "field.format"},
        {",,,1,,,,", "column \"Nr\": the row has no id", "field.missing"},
        {"1,,,,,,,,x", "the row has 9 cells, the header has 8", "field.format"},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        feed f = mapped(SEEKERS);
        buf file = {0};
        buf_print(&file, "Nr,Deutsch,Ab,km,Alt,Breite,Beruf,Kann\n%s\n2,,,,,,,\n", ROWS[i].row);
        feed_file(&f, buf_bytes(&file));
        ck_assert_str_eq(buf_terminated(&f.ids), "2@3 ");
        ck_assert_int_eq(feed_refusal_line(&f, 0), 2);
        const char *message = feed_refusal_text(&f, 0, "message");
        ck_assert_msg(strstr(message, ROWS[i].message) == message, "%s", message);
        ck_assert_str_eq(feed_refusal_text(&f, 0, "id"), ROWS[i].id);
        ck_assert_int_eq(feed_key(&f, "unmapped_codes", "Deutsch"), i == 0);
        feed_end(&f);
        buf_fini(&file);
    }
}
END_TEST

START_TEST(map_counts_columns_it_does_not_name_and_those_that_are_gone)
{
    feed f = mapped(SEEKERS);

    feed_file(&f, BYTES("Nr,Name,weg,Neu,km\n1,N. N.,x,y,5\n"));

    ck_assert_int_eq(feed_count(&f, "created"), 1);
    ck_assert_int_eq(feed_key(&f, "unknown_keys", "Neu"), 1);
    ck_assert_int_eq(feed_key(&f, "unknown_keys", "Name"), 0);
    ck_assert_int_eq(feed_key(&f, "missing_keys", "Deutsch"), 1);
    ck_assert_uint_eq(json_count(json_member(json_root(f.doc), "missing_keys")), 6);
    feed_end(&f);
}
END_TEST

START_TEST(map_refuses_a_table_without_the_id)
{
    feed f = mapped(SEEKERS);
    feed_refused(&f, BYTES("Nummer,km\n1,5\n"), ERR_IMPORT_DRIFT);
    feed_end(&f);
}
END_TEST

START_TEST(map_makes_offers_with_an_intake)
{
    feed f =
        mapped("{\"side\":\"offer\",\"id\":{\"column\":\"id\",\"prefix\":\"o-\"},\"columns\":{"
               "\"de\":{\"path\":\"/title/de\"},\"en\":{\"path\":\"/title/en\"},"
               "\"start\":{\"path\":\"/intakes/0/start\",\"type\":\"day\"},"
               "\"seats\":{\"path\":\"/intakes/0/seats\",\"type\":\"int\"},"
               "\"start2\":{\"path\":\"/intakes/1/start\",\"type\":\"day\"},"
               "\"min\":{\"path\":\"/requires/languages/0/min\"}},"
               "\"constants\":{\"/kind\":\"language_course\",\"/requires/languages/0/code\":\"de\","
               "\"/outcomes/languages/0/code\":\"de\",\"/outcomes/languages/0/level\":\"B2\","
               "\"/funding\":[\"SGB3_81\"]}}");

    feed_file(&f, BYTES("id|de|en|start|seats|start2|min\n"
                        "1|Kurs|Course|2027-01-10|12||B1\n"
                        "2|Kurs|||||\n3||||||\n4|Kurs||||2027-05-01|\n"));

    ck_assert_str_eq(buf_terminated(&f.bodies),
                     "{\"id\":\"o-1\",\"kind\":\"language_course\",\"title\":{\"de\":\"Kurs\","
                     "\"en\":\"Course\"},"
                     "\"requires\":{\"languages\":[{\"code\":\"de\",\"min\":\"B1\"}]},"
                     "\"intakes\":[{\"id\":\"o-1/1\",\"start\":\"2027-01-10\",\"seats\":12}],"
                     "\"outcomes\":{\"languages\":[{\"code\":\"de\",\"level\":\"B2\"}]},"
                     "\"funding\":[\"SGB3_81\"]}\n"
                     "{\"id\":\"o-2\",\"kind\":\"language_course\",\"title\":{\"de\":\"Kurs\"},"
                     "\"outcomes\":{\"languages\":[{\"code\":\"de\",\"level\":\"B2\"}]},"
                     "\"funding\":[\"SGB3_81\"]}\n"
                     "{\"id\":\"o-4\",\"kind\":\"language_course\",\"title\":{\"de\":\"Kurs\"},"
                     "\"intakes\":[{\"id\":\"o-4/2\",\"start\":\"2027-05-01\"}],"
                     "\"outcomes\":{\"languages\":[{\"code\":\"de\",\"level\":\"B2\"}]},"
                     "\"funding\":[\"SGB3_81\"]}\n");
    ck_assert_str_eq(feed_refusal_text(&f, 0, "id"), "field.missing");
    ck_assert_int_eq(feed_refusal_line(&f, 0), 4);
    feed_end(&f);
}
END_TEST

/* The decoder counts entries that are there, the mapping file those that might be. */
START_TEST(map_names_the_column_behind_a_list_with_gaps)
{
    feed f = mapped("{\"side\":\"seeker\",\"id\":{\"column\":\"id\"},\"columns\":{"
                    "\"de\":{\"path\":\"/languages/0/level\"},"
                    "\"ar\":{\"path\":\"/languages/1/level\"},"
                    "\"a\":{\"path\":\"/skills/-\"},\"b\":{\"path\":\"/skills/-\"}},"
                    "\"constants\":{\"/languages/0/code\":\"de\",\"/languages/1/code\":\"ar\"}}");

    feed_file(&f, BYTES("id,de,ar,a,b\n1,,X9,,\n2,,,nothing,\n3,A1,B1,,\n"));

    ck_assert_ptr_nonnull(strstr(feed_refusal_text(&f, 0, "message"), "column \"ar\""));
    /* Two columns lead there: none is blamed. */
    ck_assert_ptr_null(strstr(feed_refusal_text(&f, 1, "message"), "column \""));
    ck_assert_str_eq(buf_terminated(&f.ids), "3@4 ");
    feed_end(&f);
}
END_TEST

static void check_encoding(const char *encoding, bytes file, const char *expected)
{
    buf map = {0};
    buf_print(&map,
              "{\"side\":\"offer\",\"encoding\":\"%s\",\"id\":{\"column\":\"id\"},\"columns\":{"
              "\"Größe\":{\"path\":\"/title/de\"}},\"constants\":{\"/kind\":\"job\"}}",
              encoding);
    feed f = mapped(buf_terminated(&map));
    feed_file(&f, file);
    ck_assert_str_eq(buf_terminated(&f.ids), "1@2 ");
    ck_assert_ptr_nonnull(strstr(buf_terminated(&f.bodies), expected));
    feed_end(&f);
    buf_fini(&map);
}

START_TEST(map_reads_other_encodings)
{
    check_encoding("utf-8", BYTES("\xef\xbb\xbfid;Größe\n1;für 5 €\n"), "für 5 €");
    check_encoding("windows-1252",
                   BYTES("id;Gr\xf6\xdf"
                         "e\n1;f\xfcr 5 \x80\n"),
                   "für 5 €");
    check_encoding("iso-8859-1",
                   BYTES("id;Gr\xf6\xdf"
                         "e\n1;f\xfcr\n"),
                   "für");
    check_encoding("iso-8859-15",
                   BYTES("id;Gr\xf6\xdf"
                         "e\n1;5 \xa4\n"),
                   "5 €");
    check_encoding("cp850",
                   BYTES("id;Gr\x94\xe1"
                         "e\n1;f\x81r\n"),
                   "für");
    check_encoding("cp437",
                   BYTES("id;Gr\x94\xe1"
                         "e\n1;f\x81r\n"),
                   "für");
    check_encoding("utf-16",
                   BYTES("\xff\xfei\0d\0;\0G\0r\0\xf6\0\xdf\0e\0\n\0"
                         "1\0;\0f\0\xfc\0r\0\n\0"),
                   "für");
    check_encoding("utf-16",
                   BYTES("\xfe\xff\0i\0d\0;\0G\0r\0\xf6\0\xdf\0e\0\n\0"
                         "1\0;\x20\xac\0\n"),
                   "€");
}
END_TEST

START_TEST(map_refuses_only_the_row_with_a_character_that_does_not_exist)
{
    feed f =
        mapped("{\"side\":\"offer\",\"encoding\":\"windows-1252\",\"id\":{\"column\":\"id\"},"
               "\"columns\":{\"t\":{\"path\":\"/title/de\"}},\"constants\":{\"/kind\":\"job\"}}");
    feed_file(&f, BYTES("id;t\n1;a\x81z\n2;b\n"));
    ck_assert_str_eq(buf_terminated(&f.ids), "2@3 ");
    ck_assert_int_eq(feed_refusal_line(&f, 0), 2);

    f.options.map =
        BYTES("{\"side\":\"offer\",\"encoding\":\"utf-16\",\"id\":{\"column\":\"id\"},"
              "\"columns\":{\"t\":{\"path\":\"/title/de\"}},\"constants\":{\"/kind\":\"job\"}}");
    feed_file(&f, BYTES("\xff\xfei\0d\0;\0t\0\n\0"
                        "1\0;\0a\0\n\0"
                        "2\0;\0\x00\xdc"
                        "b\0\n\0"
                        "3\0;\0b\0\n\0x"));
    ck_assert_str_eq(buf_terminated(&f.ids), "1@2 3@4 ");
    ck_assert_int_eq(feed_count(&f, "refused"), 2);
    feed_end(&f);
}
END_TEST

START_TEST(map_tells_that_the_header_has_another_encoding)
{
    feed f = mapped("{\"side\":\"offer\",\"id\":{\"column\":\"Größe\"},\"columns\":{"
                    "\"t\":{\"path\":\"/title/de\"}},\"constants\":{\"/kind\":\"job\"}}");
    feed_refused(&f,
                 BYTES("Gr\xf6\xdf"
                       "e;t\n1;a\n"),
                 ERR_IMPORT_DRIFT);
    ck_assert_ptr_nonnull(strstr(f.error.hint, "encoding"));
    feed_end(&f);
}
END_TEST

START_TEST(map_loses_no_row_to_a_stray_quote)
{
    feed f = mapped(SEEKERS);
    feed_file(&f, BYTES("Nr,km,Name\n1,5,\"N. N.\n2,6,N. N.\n3,7,\"N., N.\"\n4,8,N.\n"));
    ck_assert_str_eq(buf_terminated(&f.ids), "2@3 3@4 4@5 ");
    ck_assert_int_eq(feed_refusal_line(&f, 0), 2);
    feed_end(&f);
}
END_TEST

START_TEST(map_is_needed)
{
    feed f = {.options = {.format = "csv"}};
    feed_refused(&f, BYTES("a,b\n1,2\n"), ERR_IMPORT_MAP);
    ck_assert_ptr_nonnull(strstr(f.error.text, "mapping file"));
    feed_end(&f);
}
END_TEST

#define HEAD "{\"side\":\"seeker\",\"id\":{\"column\":\"i\"},\"columns\":{"

START_TEST(map_is_refused_with_a_pointer)
{
    static const struct {
        const char *map;
        const char *path;
        const char *says; /* in text or hint */
    } MAPS[] = {
        {"{", "", "cannot be read"},
        {"[]", "", "object"},
        {"{\"side\":\"seeker\",\"side\":\"offer\"}", "/side", "twice"},
        {"{}", "/side", "seeker"},
        {"{\"side\":\"person\"}", "/side", "seeker"},
        {"{\"side\":1}", "/side", "text"},
        {"{\"side\":\"seeker\",\"colums\":{}}", "/colums", "columns"},
        {"{\"side\":\"seeker\",\"id\":{\"column\":\"i\"}}", "", "no columns"},
        {"{\"side\":\"seeker\",\"columns\":{}}", "/id", "id"},
        {"{\"side\":\"seeker\",\"id\":\"i\",\"columns\":{}}", "/id", "object"},
        {"{\"side\":\"seeker\",\"id\":{},\"columns\":{}}", "/id", "id"},
        {"{\"side\":\"seeker\",\"id\":{\"column\":\"\"},\"columns\":{}}", "/id/column", "text"},
        {"{\"side\":\"seeker\",\"id\":{\"column\":\"i\",\"suffix\":\"x\"},\"columns\":{}}",
         "/id/suffix", "no such key"},
        {"{\"side\":\"seeker\",\"delimiter\":\"x\",\"id\":{\"column\":\"i\"},\"columns\":{}}",
         "/delimiter", "semicolon"},
        {"{\"side\":\"seeker\",\"encoding\":\"latin1\",\"id\":{\"column\":\"i\"},\"columns\":{}}",
         "/encoding", "iso-8859-1"},
        {HEAD "\"a\":{}}}", "/columns/a", "no path"},
        {HEAD "\"a\":7}}", "/columns/a", "object"},
        {HEAD "\"a/b\":{\"path\":\"languages\"}}}", "/columns/a~1b", "begins with /"},
        {HEAD "\"a\":{\"path\":\"/languages//level\"}}}", "/columns/a", "empty"},
        {HEAD "\"a\":{\"path\":\"/langauges/0/level\"}}}", "/columns/a", "languages"},
        {HEAD "\"a\":{\"path\":\"/languages/level\"}}}", "/columns/a", "list"},
        {HEAD "\"a\":{\"path\":\"/skills/0/level\"}}}", "/columns/a", "text"},
        {HEAD "\"a\":{\"path\":\"/languages\"}}}", "/columns/a", "list"},
        {HEAD "\"a\":{\"path\":\"/mobility/max_km\"}}}", "/columns/a", "whole number"},
        {HEAD "\"a\":{\"path\":\"/mobility/max_km\",\"type\":\"integer\"}}}", "/columns/a/type",
         "int"},
        {HEAD "\"a\":{\"path\":\"/unit\",\"type\":\"int\"}}}", "/columns/a", "text"},
        {HEAD "\"a\":{\"path\":\"/a/b/c/d/e/f/g/h/i\"}}}", "/columns/a", "steps"},
        {HEAD "\"a\":{\"path\":\"/unit\",\"form\":\"x\"}}}", "/columns/a/form", "no such key"},
        {HEAD "\"a\":{\"path\":\"/unit\",\"type\":\"text\",\"values\":{\"x\":\"y\"}}}}",
         "/columns/a", "either"},
        {HEAD "\"a\":{\"path\":\"/languages/0/level\",\"values\":{\"x\":\"B9\"}}}}",
         "/columns/a/values/x", "B9"},
        {HEAD "\"a\":{\"path\":\"/languages/0/level\",\"values\":{\"x\":[]}}}}",
         "/columns/a/values/x", "null"},
        {HEAD "\"a\":{\"path\":\"/languages/0/level\",\"values\":{}}}}", "/columns/a/values",
         "object"},
        {HEAD
         "\"a\":{\"path\":\"/availability/from\",\"type\":\"day\",\"day_format\":\"DD.MM.YY\"}}}",
         "/columns/a/day_format", "YYYY"},
        {HEAD "\"a\":{\"path\":\"/unit\",\"day_format\":\"DD.MM.YYYY\"}}}", "/columns/a/day_format",
         "belongs"},
        {HEAD "\"a\":{\"path\":\"/unit\",\"decimal\":\",\"}}}", "/columns/a/decimal", "number"},
        {HEAD "\"a\":{\"path\":\"/skills\",\"split\":\"12345\"}}}", "/columns/a/split", "text"},
        {HEAD "\"a\":{\"path\":\"/unit\",\"split\":\",\"}}}", "/columns/a", "list"},
        {HEAD "\"a\":{\"path\":\"/unit\"},\"b\":{\"path\":\"/unit\"}}}", "/columns/b", "already"},
        {HEAD "\"a\":{\"path\":\"/id\"}}}", "/columns/a", "already"},
        {HEAD "\"a\":{\"path\":\"/languages/0/level\"},\"b\":{\"path\":\"/languages/-\"}}}",
         "/columns/b", "something else"},
        {HEAD "\"i\":null}}", "/columns/i", "both"},
        {HEAD "\"a\":null},\"ignore\":[\"a\"]}", "/ignore", "ignored"},
        {HEAD "\"a\":null},\"ignore\":[1]}", "/ignore", "titles"},
        {HEAD "},\"constants\":{\"/unit\":{}}}", "/constants/~1unit", "inner"},
        {HEAD "},\"constants\":{\"/nationality\":\"x\"}}", "/constants/~1nationality",
         "nationality"},
        {HEAD "},\"constants\":{\"/target_groups\":[\"x\"]}}", "/constants/~1target_groups", "x"},
        {HEAD "\"a\":{\"path\":\"/unit\"}},\"constants\":{\"/unit\":\"x\"}}", "/constants/~1unit",
         "already"},
        {HEAD "\"a\":{\"path\":\"/ext/org.none\",\"type\":\"int\"}}}", "/columns/a", "org.none"},
        {"{\"side\":\"offer\",\"id\":{\"column\":\"i\"},\"columns\":{}}", "", "kind"},
        {"{\"side\":\"offer\",\"id\":{\"column\":\"i\"},\"columns\":{},\"constants\":{\"/"
         "kind\":\"job\"}}",
         "", "title"},
    };
    for (size_t i = 0; i < sizeof MAPS / sizeof *MAPS; i++) {
        feed f = mapped(MAPS[i].map);
        feed_refused(&f, BYTES(""), ERR_IMPORT_MAP);
        ck_assert_msg(strcmp(f.error.path, MAPS[i].path) == 0, "%s: %s at %s", MAPS[i].map,
                      f.error.text, f.error.path);
        ck_assert_msg(strstr(f.error.text, MAPS[i].says) != NULL ||
                          strstr(f.error.hint, MAPS[i].says) != NULL,
                      "%s: %s (%s)", MAPS[i].map, f.error.text, f.error.hint);
        feed_end(&f);
    }
}
END_TEST

START_TEST(map_takes_declared_ext_keys)
{
    static const ext_key KEYS[] = {{"org.a/b", SIDE_SEEKER, LOTSE_INT, NULL, false}};
    static const ext_keys EXT = {KEYS, 1};
    feed f = mapped(HEAD "\"a\":{\"path\":\"/ext/org.a~1b\",\"type\":\"int\"}}}");
    f.options.ext = &EXT;

    feed_file(&f, BYTES("i,a\n1,5\n2,x\n"));

    ck_assert_str_eq(buf_terminated(&f.bodies), "{\"id\":\"1\",\"ext\":{\"org.a/b\":5}}\n");
    feed_end(&f);
}
END_TEST

START_TEST(map_fails_cleanly_at_every_allocation)
{
    bytes file = BYTES("Nr,Deutsch,Ab,km,Alt,Breite,Beruf,Kann\n"
                       "1,B 1,1.2.2027,+5,ja,\"51,5\",05/2019,\"esco:a, esco:b\"\n2,B 1,,,,,,\n");
    buf map = {0};
    buf_text(&map, "{\"encoding\":\"cp850\",");
    buf_text(&map, SEEKERS + 1);
    bool is_through = false;
    for (uint64_t call = 1; !is_through; call++) {
        feed f = {.options = {.format = "csv", .map = buf_bytes(&map), .sink = feed_sink}};
        import_run *r = NULL;
        f.options.context = &f;
        (void)buf_room(&f.report, 65536); /* ours must not fail */
        (void)buf_room(&f.bodies, 65536);
        (void)buf_room(&f.ids, 4096);
        mem_fail_at(call);
        bool is_done = import_new(&f.options, &r, &f.error) && import_feed(r, file, &f.error) &&
                       import_finish(r, &f.report, &f.error);
        mem_fail_at(0);
        ck_assert_msg(is_done || f.error.code == ERR_MEMORY, "%llu: %s", (unsigned long long)call,
                      f.error.text);
        ck_assert(!is_done || f.record_count == 2);
        is_through = is_done && call > 400;
        import_free(&r);
        feed_end(&f);
    }
    buf_fini(&map);
}
END_TEST

FEED_RUN("import_csv_map", map_of_the_readme_does_what_it_says, map_converts_cells,
         map_refuses_cells_with_line_and_column,
         map_counts_columns_it_does_not_name_and_those_that_are_gone,
         map_refuses_a_table_without_the_id, map_makes_offers_with_an_intake,
         map_names_the_column_behind_a_list_with_gaps, map_reads_other_encodings,
         map_refuses_only_the_row_with_a_character_that_does_not_exist,
         map_tells_that_the_header_has_another_encoding, map_loses_no_row_to_a_stray_quote,
         map_is_needed, map_is_refused_with_a_pointer, map_takes_declared_ext_keys,
         map_fails_cleanly_at_every_allocation)
