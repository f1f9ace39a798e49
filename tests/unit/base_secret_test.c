#include "base/secret.h"
#include "unit/rpc_toy.h"

START_TEST(secret_is_proven_by_itself_alone)
{
    char proof[SECRET_PROOF_LEN];
    char again[SECRET_PROOF_LEN];
    ck_assert(secret_prove(BYTES("open sesame"), proof));
    ck_assert(secret_prove(BYTES("open sesame"), again));
    ck_assert_int_eq(strncmp(proof, "$argon2id$v=19$m=19456,t=2,", 27), 0);
    ck_assert_str_ne(proof, again);
    ck_assert(secret_is_proven(BYTES("open sesame"), proof));
    ck_assert(!secret_is_proven(BYTES("open sesam"), proof));
    ck_assert(!secret_is_proven(BYTES("open sesame"), "$argon2id$nonsense"));
    ck_assert(!secret_is_proven(BYTES(""), ""));
}
END_TEST

START_TEST(random_texts_differ)
{
    char one[SECRET_TEXT_LEN + 1];
    char other[SECRET_TEXT_LEN + 1];
    secret_random_text(one);
    secret_random_text(other);
    ck_assert_uint_eq(strlen(one), SECRET_TEXT_LEN);
    ck_assert_str_ne(one, other);
}
END_TEST

START_TEST(mark_is_of_its_key_and_secret)
{
    unsigned char key[SECRET_LEN] = {1};
    unsigned char other_key[SECRET_LEN] = {2};
    secret_mark a = secret_mark_of(key, BYTES("a"));
    secret_mark again = secret_mark_of(key, BYTES("a"));
    secret_mark b = secret_mark_of(key, BYTES("b"));
    secret_mark elsewhere = secret_mark_of(other_key, BYTES("a"));
    ck_assert(secret_marks_equal(&a, &again));
    ck_assert(!secret_marks_equal(&a, &b));
    ck_assert(!secret_marks_equal(&a, &elsewhere));
}
END_TEST

START_TEST(absent_text_equals_none)
{
    ck_assert(secret_texts_equal(BYTES("a"), BYTES("a")));
    ck_assert(!secret_texts_equal(BYTES("a"), BYTES("b")));
    ck_assert(!secret_texts_equal(BYTES("a"), BYTES("ab")));
    ck_assert(!secret_texts_equal((bytes){NULL, 0}, (bytes){NULL, 0}));
}
END_TEST

TOY_MAIN("base/secret", secret_is_proven_by_itself_alone, random_texts_differ,
         mark_is_of_its_key_and_secret, absent_text_equals_none)
