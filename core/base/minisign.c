#include "base/minisign.h"

#include <sodium.h>
#include <string.h>

#include "base/check.h"

enum { ALGORITHM_LEN = 2, SIGNATURE_LEN = 64, DIGEST_LEN = 64 };
enum { KEY_BLOB_LEN = ALGORITHM_LEN + MINISIGN_NUMBER_LEN + MINISIGN_KEY_LEN };
enum { SIGNATURE_BLOB_LEN = ALGORITHM_LEN + MINISIGN_NUMBER_LEN + SIGNATURE_LEN };

/* The next line without its end, taken off the text. False: there is none. */
static bool next_line(bytes *text, bytes *ret)
{
    if (text->len == 0) {
        return false;
    }
    const char *end = memchr(text->base, '\n', text->len);
    size_t len = end == NULL ? text->len : (size_t)(end - text->base);
    size_t taken = end == NULL ? len : len + 1;
    *ret = (bytes){text->base, len};
    if (len > 0 && text->base[len - 1] == '\r') {
        ret->len--;
    }
    text->base += taken;
    text->len -= taken;
    return true;
}

static bool decode(bytes line, uint8_t *to, size_t len)
{
    size_t got = 0;
    return sodium_base642bin(to, len, line.base, line.len, NULL, &got, NULL,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           got == len;
}

static bool refuse(err *e, const char *what)
{
    return fail(e, ERR_PLUGIN_SIGNATURE, "%s", what);
}

bool minisign_key_parse(bytes text, minisign_key *ret, err *e)
{
    bytes comment, line;
    uint8_t blob[KEY_BLOB_LEN];
    if (text.len > MINISIGN_FILE_LEN_MAX || !next_line(&text, &comment) ||
        !bytes_starts_with(comment, "untrusted comment:") || !next_line(&text, &line) ||
        !decode(line, blob, sizeof blob) || memcmp(blob, "Ed", ALGORITHM_LEN) != 0) {
        return refuse(e, "the file is not a public key of minisign");
    }
    memcpy(ret->number, blob + ALGORITHM_LEN, MINISIGN_NUMBER_LEN);
    memcpy(ret->key, blob + ALGORITHM_LEN + MINISIGN_NUMBER_LEN, MINISIGN_KEY_LEN);
    return true;
}

void minisign_key_text(const minisign_key *k, char ret[2 * MINISIGN_NUMBER_LEN + 1])
{
    static const char digits[] = "0123456789ABCDEF";
    for (uint32_t i = 0; i < MINISIGN_NUMBER_LEN; i++) {
        uint8_t byte = k->number[MINISIGN_NUMBER_LEN - 1 - i];
        ret[2 * i] = digits[byte >> 4];
        ret[2 * i + 1] = digits[byte & 15];
    }
    ret[2 * MINISIGN_NUMBER_LEN] = 0;
}

/* A signature file in its parts. */
typedef struct parts {
    uint8_t blob[SIGNATURE_BLOB_LEN];
    uint8_t over_all[SIGNATURE_LEN]; /* signature and comment */
    bytes comment;
    bool is_of_digest;
} parts;

static bool read_parts(bytes text, parts *ret)
{
    static const char trusted[] = "trusted comment: ";
    bytes untrusted, signature, comment, over_all, rest;
    if (text.len > MINISIGN_FILE_LEN_MAX || !next_line(&text, &untrusted) ||
        !bytes_starts_with(untrusted, "untrusted comment:") || !next_line(&text, &signature) ||
        !decode(signature, ret->blob, sizeof ret->blob) || !next_line(&text, &comment) ||
        !bytes_starts_with(comment, trusted) || !next_line(&text, &over_all) ||
        !decode(over_all, ret->over_all, sizeof ret->over_all) || next_line(&text, &rest)) {
        return false;
    }
    ret->comment = (bytes){comment.base + sizeof trusted - 1, comment.len - (sizeof trusted - 1)};
    ret->is_of_digest = memcmp(ret->blob, "ED", ALGORITHM_LEN) == 0;
    bool is_known = ret->is_of_digest || memcmp(ret->blob, "Ed", ALGORITHM_LEN) == 0;
    return is_known && ret->comment.len < MINISIGN_COMMENT_LEN;
}

static bool verify_comment(const parts *p, const minisign_key *key)
{
    uint8_t signed_text[SIGNATURE_LEN + MINISIGN_COMMENT_LEN];
    memcpy(signed_text, p->blob + ALGORITHM_LEN + MINISIGN_NUMBER_LEN, SIGNATURE_LEN);
    memcpy(signed_text + SIGNATURE_LEN, p->comment.base, p->comment.len);
    return crypto_sign_verify_detached(p->over_all, signed_text, SIGNATURE_LEN + p->comment.len,
                                       key->key) == 0;
}

static bool verify_message(const parts *p, const minisign_key *key, bytes message)
{
    const uint8_t *signature = p->blob + ALGORITHM_LEN + MINISIGN_NUMBER_LEN;
    const uint8_t *text = (const uint8_t *)message.base;
    uint8_t digest[DIGEST_LEN];
    if (!p->is_of_digest) {
        return crypto_sign_verify_detached(signature, text, message.len, key->key) == 0;
    }
    int rc = crypto_generichash(digest, sizeof digest, text, message.len, NULL, 0);
    check(rc == 0);
    return crypto_sign_verify_detached(signature, digest, sizeof digest, key->key) == 0;
}

bool minisign_verify(const minisign_key *keys, uint32_t key_count, bytes message, bytes signature,
                     uint32_t *ret_key, char ret_comment[MINISIGN_COMMENT_LEN], err *e)
{
    parts p;
    if (!read_parts(signature, &p)) {
        return refuse(e, "the signature is not one of minisign");
    }
    for (uint32_t i = 0; i < key_count; i++) {
        if (memcmp(keys[i].number, p.blob + ALGORITHM_LEN, MINISIGN_NUMBER_LEN) != 0) {
            continue;
        }
        if (!verify_message(&p, &keys[i], message) || !verify_comment(&p, &keys[i])) {
            return refuse(e, "the signature does not fit what it is said to sign");
        }
        *ret_key = i;
        memcpy(ret_comment, p.comment.base, p.comment.len);
        ret_comment[p.comment.len] = 0;
        return true;
    }
    return refuse(e, "the signature is of a key that this host does not trust");
}
