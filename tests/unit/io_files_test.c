#include <sys/stat.h>
#include <unistd.h>

#include "io/files.h"
#include "unit/rpc_toy.h"

static void write_file(const char *path, const char *text)
{
    FILE *out = fopen(path, "wb");
    ck_assert_ptr_nonnull(out);
    fputs(text, out);
    fclose(out);
}

START_TEST(folder_is_served_by_name_and_nothing_else)
{
    char folder[] = "files_test.XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(mkdir("deep", 0700), 0);
    write_file("index.html", "<p>");
    write_file("index.html.gz", "packed");
    write_file("deep/a.js", "1");
    write_file("deep/index.html", "<q>");
    write_file(".secret.js", "2");
    write_file("notes.md", "3");
    write_file("secret", "4");
    file_set *set = NULL;
    err e;
    ck_assert(files_read(".", &set, &e));
    ck_assert_uint_eq(files_count(set), 3);
    const file_entry *page = files_find(set, BYTES("/"));
    ck_assert_ptr_nonnull(page);
    ck_assert(bytes_equal_text(page->body, "<p>"));
    ck_assert(bytes_equal_text(page->gzip, "packed"));
    ck_assert_str_eq(page->type, "text/html; charset=utf-8");
    const file_entry *script = files_find(set, BYTES("/deep/a.js"));
    ck_assert_ptr_nonnull(script);
    ck_assert_ptr_null(script->gzip.base);
    ck_assert_str_ne(script->tag, page->tag);
    ck_assert_ptr_nonnull(files_find(set, BYTES("/deep/")));
    static const char *const ABSENT[] = {
        "/.secret.js",         "/notes.md", "/secret", "/../files_test.c", "/deep",
        "/deep/../index.html", "//",        "",        "/index.html.gz"};
    for (size_t i = 0; i < sizeof ABSENT / sizeof ABSENT[0]; i++) {
        ck_assert_ptr_null(files_find(set, bytes_of(ABSENT[i])));
    }
    files_free(&set);
    ck_assert_ptr_null(set);
    ck_assert_int_eq(system("rm -r deep index.html index.html.gz .secret.js notes.md secret"), 0);
    ck_assert_int_eq(chdir(".."), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

START_TEST(folder_that_is_not_there_is_empty)
{
    file_set *set = NULL;
    err e;
    ck_assert(files_read("no/such/folder", &set, &e));
    ck_assert_uint_eq(files_count(set), 0);
    ck_assert_ptr_null(files_find(set, BYTES("/")));
    files_free(&set);
    ck_assert(files_read(NULL, &set, &e));
    files_free(&set);
}
END_TEST

TOY_MAIN("io/files", folder_is_served_by_name_and_nothing_else, folder_that_is_not_there_is_empty)
