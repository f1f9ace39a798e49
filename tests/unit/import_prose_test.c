/* HTML becomes text that a person can read and a record can hold, whatever it was. */
#include <check.h>

#include "import/prose.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

typedef bool prose_function(bytes text, size_t max_chars, buf *out);

static void check_prose(prose_function *make, bytes html, size_t max_chars, const char *expected,
                        bool is_cut)
{
    buf out = {0};
    bool was_cut = make(html, max_chars, &out);
    ck_assert_str_eq(buf_terminated(&out), expected);
    ck_assert_int_eq(was_cut, is_cut);
    buf_fini(&out);
}

START_TEST(prose_drops_tags)
{
    check_prose(prose_plain, BYTES("<p>Waren <b class=\"x\">lagern</b>.</p>"), 100,
                "Waren lagern .", false);
    check_prose(prose_plain, BYTES("a<!-- <b> > --> b<!DOCTYPE x>"), 100, "a b", false);
    check_prose(prose_plain, BYTES("a<script>b < c</script>d<STYLE>x{}</STYLE >e"), 100, "a d e",
                false);
}
END_TEST

START_TEST(prose_ends_lines_where_blocks_end)
{
    check_prose(prose_plain, BYTES("<h4>A</h4><ul><li>b</li><li>c<br/>d</li></ul>"), 100,
                "A\nb\nc\nd", false);
    check_prose(prose_line, BYTES("<h4>A</h4>b<br>c"), 100, "A b c", false);
}
END_TEST

START_TEST(prose_keeps_signs_that_are_no_tags)
{
    check_prose(prose_plain, BYTES("2 < 3 & 4 > 1; a<1>b <"), 100, "2 < 3 & 4 > 1; a<1>b <", false);
    check_prose(prose_plain, BYTES("<p"), 100, "<p", false);
    check_prose(prose_text_line, BYTES("a <b> &amp; c"), 100, "a <b> &amp; c", false);
}
END_TEST

START_TEST(prose_reads_entities_once)
{
    check_prose(prose_plain, BYTES("&Uuml;bung &amp;lt; &euro;&#228;&#xE4;&#x1F600;"), 100,
                "Übung &lt; €ää😀", false);
    check_prose(prose_plain, BYTES("&unknown; & &; &#; &#xzz; &#1114112; &#55296;x"), 100,
                "&unknown; & &; &#; &#xzz; x", false);
}
END_TEST

START_TEST(prose_puts_windows_characters_right)
{
    check_prose(prose_plain, BYTES("17\xc2\x80 \xc2\x96 &#132;x\xc2\x81&#0;"), 100, "17€ – „x",
                false);
    check_prose(prose_text_line, BYTES("\xc2\x93g\xc2\x94"), 100, "“g”", false);
}
END_TEST

START_TEST(prose_tidies_white_space)
{
    check_prose(prose_plain,
                BYTES("  a\t\r b\xc2\xa0"
                      "c\n\n d  "),
                100, "a b c\nd", false);
    check_prose(prose_plain,
                BYTES("a\x1b[1m\x7f\x01"
                      "b so\xc2\xad"
                      "ft"),
                100, "a[1mb soft", false);
    check_prose(prose_text_line, BYTES("a\n b"), 100, "a b", false);
    check_prose(prose_plain, BYTES(" <p> </p>\n"), 100, "", false);
    check_prose(prose_plain, BYTES(""), 100, "", false);
}
END_TEST

START_TEST(prose_cuts_at_a_word)
{
    check_prose(prose_plain, BYTES("one two three"), 13, "one two three", false);
    check_prose(prose_plain, BYTES("one two three"), 12, "one two…", true);
    check_prose(prose_plain, BYTES("one two three"), 8, "one two…", true);
    check_prose(prose_plain, BYTES("one two three"), 7, "one…", true);
    check_prose(prose_plain, BYTES("äöüäöü"), 6, "äöüäöü", false);
    check_prose(prose_plain, BYTES("äöüäöü"), 5, "äöüä…", true);
    check_prose(prose_plain, BYTES("ab"), 1, "…", true);
}
END_TEST

START_TEST(prose_leaves_out_what_is_not_utf8)
{
    check_prose(prose_plain,
                BYTES("a\xff"
                      "b\xc3(\xed\xa0\x80z"),
                100, "ab(z", false);
}
END_TEST

START_TEST(prose_appends_to_what_is_there)
{
    buf out = {0};
    buf_text(&out, "x ");
    ck_assert(!prose_plain(BYTES(" a b"), 3, &out));
    ck_assert_str_eq(buf_terminated(&out), "x a b");
    buf_fini(&out);
}
END_TEST

static void check_bounds(const char *piece)
{
    buf html = {0};
    buf out = {0};
    while (html.len < 1024 * 1024) {
        buf_text(&html, piece);
    }
    (void)prose_plain(buf_bytes(&html), 2000, &out);
    ck_assert_uint_le(out.len, 2000 * 4 + 3);
    ck_assert(utf8_is_valid(buf_bytes(&out), NULL));
    buf_fini(&html);
    buf_fini(&out);
}

START_TEST(prose_ends_in_time_on_html_made_to_be_slow)
{
    check_bounds("<a");
    check_bounds("<!--");
    check_bounds("<script>");
    check_bounds("&");
    check_bounds("<p>");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("import_prose");
    TCase *promises = tcase_create("promises");
    tcase_set_timeout(promises, 60);
    tcase_add_test(promises, prose_drops_tags);
    tcase_add_test(promises, prose_ends_lines_where_blocks_end);
    tcase_add_test(promises, prose_keeps_signs_that_are_no_tags);
    tcase_add_test(promises, prose_reads_entities_once);
    tcase_add_test(promises, prose_puts_windows_characters_right);
    tcase_add_test(promises, prose_tidies_white_space);
    tcase_add_test(promises, prose_cuts_at_a_word);
    tcase_add_test(promises, prose_leaves_out_what_is_not_utf8);
    tcase_add_test(promises, prose_appends_to_what_is_there);
    tcase_add_test(promises, prose_ends_in_time_on_html_made_to_be_slow);
    suite_add_tcase(suite, promises);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
