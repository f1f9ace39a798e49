#include <sys/stat.h>
#include <unistd.h>

#include "io/tls.h"
#include "unit/rpc_toy.h"

static char folder[] = "tls_test.XXXXXX";

/* a.crt and a.key, b.key of another certificate. */
static void make_files(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(
        system("for n in a b; do openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
               "-nodes -days 2 -subj /CN=localhost -keyout $n.key -out $n.crt 2>/dev/null && "
               "chmod 600 $n.key || exit 1; done"),
        0);
}

static void remove_files(void)
{
    ck_assert_int_eq(system("rm -f a.crt a.key b.crt b.key"), 0);
    ck_assert_int_eq(chdir(".."), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}

static void expect_refused(const char *certificate, const char *key, const char *ca,
                           const char *part)
{
    tls_files files = {certificate, key, ca};
    tls_keys *keys = NULL;
    err e = {0};
    ck_assert(!tls_keys_new(&files, &keys, &e));
    ck_assert_ptr_null(keys);
    ck_assert_int_eq(e.code, ERR_CERTIFICATE);
    ck_assert_msg(strstr(e.text, part) != NULL, "%s", e.text);
}

START_TEST(keys_are_made_of_good_files_only)
{
    make_files();
    tls_files files = {"a.crt", "a.key", "a.crt"};
    tls_keys *keys = NULL;
    err e;
    ck_assert_msg(tls_keys_new(&files, &keys, &e), "%s", e.text);
    tls_keys_free(&keys);
    ck_assert_ptr_null(keys);
    expect_refused("none.crt", "a.key", NULL, "certificate \"none.crt\"");
    expect_refused("a.key", "a.key", NULL, "certificate \"a.key\"");
    expect_refused("a.crt", "none.key", NULL, "key \"none.key\"");
    expect_refused("a.crt", "b.key", NULL, "key \"b.key\"");
    expect_refused("a.crt", "a.key", "none.crt", "issuers");
    ck_assert_int_eq(chmod("a.key", 0604), 0);
    expect_refused("a.crt", "a.key", NULL, "everybody can read it");
    remove_files();
}
END_TEST

START_TEST(connection_outlives_the_keys_it_began_with)
{
    make_files();
    tls_files files = {"a.crt", "a.key", NULL};
    tls_keys *keys = NULL;
    tls *t = NULL;
    err e;
    size_t len = 0;
    char room[100];
    char name[PEER_NAME_LEN + 1];
    ck_assert(tls_keys_new(&files, &keys, &e));
    ck_assert(tls_new(keys, &t));
    tls_keys_free(&keys);
    ck_assert(!tls_is_open(t));
    ck_assert_int_eq(tls_read(t, room, sizeof room, &len), TLS_WAITS);
    ck_assert_uint_eq(tls_output(t).len, 0);
    ck_assert(tls_feed(t, BYTES("GET / HTTP/1.1\r\n\r\n")));
    ck_assert_int_eq(tls_read(t, room, sizeof room, &len), TLS_FAILED);
    bytes alert = tls_output(t);
    ck_assert_uint_le(alert.len, 7); /* a plain alert, or nothing */
    tls_taken(t, alert.len);
    tls_peer_name(t, name);
    ck_assert_str_eq(name, "");
    tls_end(t);
    tls_free(&t);
    tls_free(&t);
    remove_files();
}
END_TEST

TOY_MAIN("io/tls", keys_are_made_of_good_files_only, connection_outlives_the_keys_it_began_with)
