#include "plugin/signed.h"

#include <sodium.h>

#include "unit/plugin_folder.h"

/* Folders signed by keys of the test's own, as minisign would sign them. */

typedef struct signer {
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    unsigned char secret_key[crypto_sign_SECRETKEYBYTES];
    unsigned char number[8];
} signer;

static signer signer_new(unsigned char number)
{
    signer s;
    memset(s.number, number, sizeof s.number);
    ck_assert_int_eq(crypto_sign_keypair(s.public_key, s.secret_key), 0);
    return s;
}

static void to_text(const unsigned char *blob, size_t len, char *text, size_t cap)
{
    ck_assert_ptr_nonnull(sodium_bin2base64(text, cap, blob, len, sodium_base64_VARIANT_ORIGINAL));
}

static void write_key(const plugin_folder *f, const signer *s)
{
    unsigned char blob[2 + 8 + sizeof s->public_key] = "Ed";
    char text[128], file[256];
    memcpy(blob + 2, s->number, 8);
    memcpy(blob + 10, s->public_key, sizeof s->public_key);
    to_text(blob, sizeof blob, text, sizeof text);
    snprintf(file, sizeof file, "untrusted comment: key\n%s\n", text);
    folder_write(f, "keys", "maker.pub", file);
}

static void sign(const plugin_folder *f, const char *name, const signer *s, const char *list)
{
    static const char comment[] = "made for a test";
    unsigned char blob[2 + 8 + crypto_sign_BYTES] = "Ed";
    unsigned char all[crypto_sign_BYTES + sizeof comment], over_all[crypto_sign_BYTES];
    char first[256], second[256], file[1024];
    memcpy(blob + 2, s->number, 8);
    ck_assert_int_eq(crypto_sign_detached(blob + 10, NULL, (const unsigned char *)list,
                                          strlen(list), s->secret_key),
                     0);
    memcpy(all, blob + 10, crypto_sign_BYTES);
    memcpy(all + crypto_sign_BYTES, comment, sizeof comment - 1);
    ck_assert_int_eq(crypto_sign_detached(over_all, NULL, all, sizeof all - 1, s->secret_key), 0);
    to_text(blob, sizeof blob, first, sizeof first);
    to_text(over_all, sizeof over_all, second, sizeof second);
    snprintf(file, sizeof file, "untrusted comment: x\n%s\ntrusted comment: %s\n%s\n", first,
             comment, second);
    folder_write(f, name, SIGNED_LIST, list);
    folder_write(f, name, SIGNED_SIGNATURE, file);
}

static void list_file(char *list, size_t cap, const char *name, const char *content)
{
    char digest[DIGEST_TEXT_LEN + 1];
    size_t len = strlen(list);
    digest_file(bytes_of(content), digest);
    snprintf(list + len, cap - len, "%s  %s\n", digest, name);
}

#define MANIFEST                                                                                   \
    "{\"id\":\"org.example.signed\",\"version\":\"1.0.0\",\"abi\":\"1.0\",\"kind\":\"rules\","     \
    "\"title\":{\"en\":\"Signed\"}}"

/* What becomes of a folder whose manifest is this, with the signer's key among the trusted ones. */
static plugin_info load(const plugin_folder *f, plugin_state *ret_state)
{
    static char plugins[100], keys[100];
    const char *plugin_dir = plugins;
    const char *key_dir = keys;
    registry *r = NULL;
    err e = {0};
    snprintf(plugins, sizeof plugins, "%s/plugins", f->path);
    snprintf(keys, sizeof keys, "%s/keys", f->path);
    const registry_config config = {
        .caged_dirs = &plugin_dir, .caged_dir_count = 1, .key_dirs = &key_dir, .key_dir_count = 1};
    ck_assert_msg(registry_new(&config, &r, &e), "%s", e.text);
    ck_assert_uint_eq(registry_count(r), 1);
    plugin_info info = *registry_plugin(r, 0);
    *ret_state = registry_plugin_state(r, 0);
    ck_assert(info.signer == NULL || strcmp(info.signer, "maker") == 0);
    registry_free(&r);
    return info;
}

static plugin_folder folder_with(const signer *s, const char *text)
{
    plugin_folder f = folder_new();
    char path[100];
    write_key(&f, s);
    snprintf(path, sizeof path, "%s/plugins", f.path);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    folder_write(&f, "plugins/signed", "manifest.json", text);
    return f;
}

START_TEST(a_signed_folder_is_loaded)
{
    signer s = signer_new(1);
    char list[1000] = "";
    plugin_state state;
    plugin_folder f = folder_with(&s, MANIFEST);
    list_file(list, sizeof list, "manifest.json", MANIFEST);
    sign(&f, "plugins/signed", &s, list);
    plugin_info info = load(&f, &state);
    ck_assert_int_eq(info.state, PLUGIN_READY);
    ck_assert_int_eq(info.trust, TRUST_CAGED);
    ck_assert_ptr_nonnull(info.signer);
    folder_remove(&f);
}
END_TEST

static void expect_refused(const plugin_folder *f)
{
    plugin_state state;
    plugin_info info = load(f, &state);
    ck_assert_int_eq(info.state, PLUGIN_FAILED);
    ck_assert_int_eq(state, PLUGIN_QUARANTINED);
    ck_assert_int_eq(info.why.code, ERR_PLUGIN_SIGNATURE);
}

START_TEST(what_is_not_as_signed_is_quarantined_at_once)
{
    signer s = signer_new(1);
    signer other = signer_new(1); /* says it is the same */
    char list[1000] = "";
    plugin_folder f = folder_with(&s, MANIFEST);
    expect_refused(&f); /* not signed at all */
    list_file(list, sizeof list, "manifest.json", MANIFEST " ");
    sign(&f, "plugins/signed", &s, list);
    expect_refused(&f); /* gates are data, and data are signed */
    list[0] = 0;
    list_file(list, sizeof list, "other.json", MANIFEST);
    sign(&f, "plugins/signed", &s, list);
    expect_refused(&f); /* not in the list */
    list[0] = 0;
    list_file(list, sizeof list, "manifest.json", MANIFEST);
    sign(&f, "plugins/signed", &other, list);
    expect_refused(&f); /* by somebody else */
    sign(&f, "plugins/signed", &s, list);
    folder_write(&f, "plugins/signed", SIGNED_LIST, "changed\n");
    expect_refused(&f);
    folder_remove(&f);
}
END_TEST

START_TEST(a_list_names_plain_files_once)
{
    static const char *const bad[] = {
        "",
        "x\n",
        "0123456789abcdef  a\n",
        "0000000000000000000000000000000000000000000000000000000000000000  ../a\n",
        "0000000000000000000000000000000000000000000000000000000000000000  .a\n",
        "0000000000000000000000000000000000000000000000000000000000000000  a b\n",
        "0000000000000000000000000000000000000000000000000000000000000000  a",
        "000000000000000000000000000000000000000000000000000000000000000G  a\n",
        ("0000000000000000000000000000000000000000000000000000000000000000  a\n"
         "0000000000000000000000000000000000000000000000000000000000000000  a\n")};
    arena a = {0};
    signed_list l;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        err e = {0};
        ck_assert_msg(!signed_list_decode(bytes_of(bad[i]), &a, &l, &e), "%s", bad[i]);
        ck_assert_int_eq(e.code, ERR_PLUGIN_SIGNATURE);
    }
    err e = {0};
    ck_assert(signed_list_decode(
        BYTES("0000000000000000000000000000000000000000000000000000000000000000 *a.so\n"), &a, &l,
        &e));
    ck_assert_uint_eq(l.count, 1);
    arena_fini(&a);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("plugin_signed");
    TCase *c = tcase_create("all");
    tcase_add_test(c, a_signed_folder_is_loaded);
    tcase_add_test(c, what_is_not_as_signed_is_quarantined_at_once);
    tcase_add_test(c, a_list_names_plain_files_once);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
