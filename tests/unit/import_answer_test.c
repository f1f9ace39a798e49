/* core/import/answer.c: what readers of saved answers share. */
#include "import_source.h"

#include "import/answer.h"

START_TEST(keys_are_told_from_texts)
{
    bytes head =
        BYTES("{\"a\" : 1, \"b\":\"codeNr\", \"codeNr\": \"MC 01\", \"x\":{\"codeNr\":\"B 1\"}}");

    ck_assert(answer_has_key(head, "\"a\""));
    ck_assert(answer_has_key(head, "\"codeNr\""));
    ck_assert(!answer_has_key(BYTES("{\"b\":\"codeNr\"}"), "\"codeNr\""));
    ck_assert(!answer_has_key((bytes){NULL, 0}, "\"a\""));
    ck_assert(answer_has_text(head, "\"codeNr\"", "MC"));
    ck_assert(answer_has_text(head, "\"codeNr\"", "B "));
    ck_assert(!answer_has_text(head, "\"codeNr\"", "SA"));
    ck_assert(!answer_has_text(head, "\"codeNr\"", "MC 01 1 and more than there is in the file"));
}
END_TEST

START_TEST(half_of_the_rows_may_lack_what_they_need_and_no_more)
{
    err e = {0};
    ck_assert(answer_refuse_drift(0, 0, "rows", &e));
    ck_assert(answer_refuse_drift(1, 2, "rows", &e));
    ck_assert(!answer_refuse_drift(2, 3, "rows", &e));
    ck_assert_int_eq(e.code, ERR_IMPORT_DRIFT);
}
END_TEST

START_TEST(postcodes_get_their_zero_back)
{
    json_doc *doc = NULL;
    err e = {0};
    char code[POSTCODE_LEN];
    ck_assert(json_parse(BYTES("{\"a\":1067,\"b\":\"01067\",\"c\":100000,\"d\":null,\"e\":-1}"), 4,
                         &doc, &e));

    ck_assert(answer_postcode(json_root(doc), "a", code));
    ck_assert_str_eq(code, "01067");
    ck_assert(!answer_postcode(json_root(doc), "b", code));
    ck_assert_str_eq(code, "01067");
    ck_assert(!answer_postcode(json_root(doc), "c", code));
    ck_assert_str_eq(code, "");
    ck_assert(!answer_postcode(json_root(doc), "d", code));
    ck_assert(!answer_postcode(json_root(doc), "e", code));
    json_doc_free(&doc);
}
END_TEST

FEED_RUN("import_answer", keys_are_told_from_texts,
         half_of_the_rows_may_lack_what_they_need_and_no_more, postcodes_get_their_zero_back)
