#include "base/secret.h"

#include <sodium.h>
#include <string.h>

#include "base/check.h"
#include "base/random.h"

enum { PROOF_PASSES = 2, PROOF_MEMORY_LEN = 19 * 1024 * 1024 };

_Static_assert(SECRET_PROOF_LEN >= crypto_pwhash_STRBYTES, "a proof has room");

void secret_text_of(const secret_mark *mark, char ret[SECRET_TEXT_LEN + 1])
{
    sodium_bin2base64(ret, SECRET_TEXT_LEN + 1, mark->digest, sizeof mark->digest,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void secret_random_text(char ret[SECRET_TEXT_LEN + 1])
{
    secret_mark secret;
    random_fill(&secret, sizeof secret);
    secret_text_of(&secret, ret);
    sodium_memzero(&secret, sizeof secret);
}

bool secret_prove(bytes secret, char ret[SECRET_PROOF_LEN])
{
    check(sodium_init() >= 0);
    memset(ret, 0, SECRET_PROOF_LEN);
    return crypto_pwhash_str_alg(ret, secret.base, secret.len, PROOF_PASSES, PROOF_MEMORY_LEN,
                                 crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool secret_is_proven(bytes secret, const char *proof)
{
    check(sodium_init() >= 0);
    return crypto_pwhash_str_verify(proof, secret.base, secret.len) == 0;
}

secret_mark secret_mark_of(const unsigned char key[SECRET_LEN], bytes secret)
{
    secret_mark mark;
    check(crypto_generichash(mark.digest, sizeof mark.digest, (const unsigned char *)secret.base,
                             secret.len, key, SECRET_LEN) == 0);
    return mark;
}

bool secret_texts_equal(bytes a, bytes b)
{
    check(sodium_init() >= 0);
    return a.base != NULL && b.base != NULL && a.len == b.len &&
           sodium_memcmp(a.base, b.base, a.len) == 0;
}

bool secret_marks_equal(const secret_mark *a, const secret_mark *b)
{
    check(sodium_init() >= 0);
    return sodium_memcmp(a->digest, b->digest, sizeof a->digest) == 0;
}
