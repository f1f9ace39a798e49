/* Any bytes as a public key, a signature, and a list of files: refused with a sentence, or what
 * they say they are. A signature that was not made by the key is never good. */
#include <string.h>

#include "base/check.h"
#include "base/minisign.h"
#include "fuzz.h"
#include "plugin/signed.h"

static void look_at_list(bytes text)
{
    arena a = {0};
    signed_list l;
    err e = {0};
    if (signed_list_decode(text, &a, &l, &e)) {
        check(l.count > 0);
        check(l.count <= SIGNED_FILE_MAX);
        for (uint32_t i = 0; i < l.count; i++) {
            check(strlen(l.files[i].digest) == DIGEST_TEXT_LEN);
            check(l.files[i].name[0] != 0);
            check(l.files[i].name[0] != '.');
            check(strchr(l.files[i].name, '/') == NULL);
        }
    } else {
        check(e.text[0] != 0);
    }
    arena_fini(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    bytes text = {(const char *)data, len};
    minisign_key k = {{0}, {0}};
    char comment[MINISIGN_COMMENT_LEN];
    uint32_t key = 0;
    err e = {0};
    if (minisign_key_parse(text, &k, &e)) {
        char number[2 * MINISIGN_NUMBER_LEN + 1];
        minisign_key_text(&k, number);
        check(strlen(number) == 2 * MINISIGN_NUMBER_LEN);
    }
    /* A key whose number is that of the signature, so that the arithmetic is reached. */
    memset(k.number, 'A', sizeof k.number);
    check(!minisign_verify(&k, 1, BYTES("hello\n"), text, &key, comment, &e));
    check(e.text[0] != 0);
    look_at_list(text);
    return 0;
}
