/* Archives: what is in them, and no damage goes unseen. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "taxonomy/zip.h"

/* One stored file "a.csv" with the content "abc". */
static const unsigned char ARCHIVE[] = {
    'P',  'K', 3, 4, 20, 0, 0,  0, 0,   0,   0,   0,   0,   0,   0xC2, 0x41, 0x24, 0x35, 3,
    0,    0,   0, 3, 0,  0, 0,  5, 0,   0,   0,   'a', '.', 'c', 's',  'v',  'a',  'b',  'c',
    'P',  'K', 1, 2, 20, 0, 20, 0, 0,   0,   0,   0,   0,   0,   0,    0,    0xC2, 0x41, 0x24,
    0x35, 3,   0, 0, 0,  3, 0,  0, 0,   5,   0,   0,   0,   0,   0,    0,    0,    0,    0,
    0,    0,   0, 0, 0,  0, 0,  0, 'a', '.', 'c', 's', 'v', 'P', 'K',  5,    6,    0,    0,
    0,    0,   1, 0, 1,  0, 51, 0, 0,   0,   38,  0,   0,   0,   0,    0};

static bool read_first(bytes archive, buf *out)
{
    static zip_entry entries[ZIP_ENTRY_MAX];
    uint32_t count = 0;
    err e = {0};
    bool is_good = zip_list(archive, entries, &count, &e) && count == 1 &&
                   bytes_equal_text(entries[0].name, "a.csv") && zip_read(&entries[0], out, &e);
    return is_good;
}

START_TEST(read_gives_the_content)
{
    buf out = {0};
    bytes archive = {(const char *)ARCHIVE, sizeof ARCHIVE};
    ck_assert(zip_is(archive));
    ck_assert(!zip_is(BYTES("abc")));
    ck_assert(read_first(archive, &out));
    ck_assert(bytes_equal_text(buf_bytes(&out), "abc"));
    buf_fini(&out);
}
END_TEST

START_TEST(read_refuses_every_cut)
{
    buf out = {0};
    for (size_t len = 0; len < sizeof ARCHIVE; len++) {
        ck_assert(!read_first((bytes){(const char *)ARCHIVE, len}, &out));
    }
    buf_fini(&out);
}
END_TEST

START_TEST(read_refuses_changed_content_and_unknown_packing)
{
    buf out = {0};
    char copy[sizeof ARCHIVE];
    memcpy(copy, ARCHIVE, sizeof copy);
    copy[35] = 'x';
    ck_assert(!read_first((bytes){copy, sizeof copy}, &out));
    memcpy(copy, ARCHIVE, sizeof copy);
    copy[38 + 10] = 12;
    ck_assert(!read_first((bytes){copy, sizeof copy}, &out));
    memcpy(copy, ARCHIVE, sizeof copy);
    copy[38 + 8] = 1;
    ck_assert(!read_first((bytes){copy, sizeof copy}, &out));
    memcpy(copy, ARCHIVE, sizeof copy);
    copy[38 + 10] = 8;
    ck_assert(!read_first((bytes){copy, sizeof copy}, &out));
    buf_fini(&out);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("taxonomy/zip");
    TCase *t = tcase_create("zip");
    tcase_add_test(t, read_gives_the_content);
    tcase_add_test(t, read_refuses_every_cut);
    tcase_add_test(t, read_refuses_changed_content_and_unknown_packing);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
