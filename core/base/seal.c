#include "base/seal.h"

#include <assert.h>
#include <sodium.h>

#include "base/check.h"
#include "base/random.h"

enum {
    NONCE_LEN = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_LEN = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    VARIANT = sodium_base64_VARIANT_ORIGINAL
};
static_assert(SEAL_KEY_LEN == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "one key length");

void seal_key_new(unsigned char ret[SEAL_KEY_LEN])
{
    random_fill(ret, SEAL_KEY_LEN);
}

void seal_key_print(const unsigned char key[SEAL_KEY_LEN], char ret[SEAL_KEY_TEXT_LEN + 1])
{
    sodium_bin2hex(ret, SEAL_KEY_TEXT_LEN + 1, key, SEAL_KEY_LEN);
}

bool seal_key_parse(bytes text, unsigned char ret[SEAL_KEY_LEN])
{
    size_t len = 0;
    return text.len == SEAL_KEY_TEXT_LEN &&
           sodium_hex2bin(ret, SEAL_KEY_LEN, text.base, text.len, NULL, &len, NULL) == 0 &&
           len == SEAL_KEY_LEN;
}

void seal_close(const unsigned char key[SEAL_KEY_LEN], bytes about, bytes plain, buf *out)
{
    buf raw = {0};
    size_t raw_len = NONCE_LEN + plain.len + TAG_LEN;
    size_t text_len = sodium_base64_encoded_len(raw_len, VARIANT); /* with its NUL */
    unsigned char *room = (unsigned char *)buf_room(&raw, raw_len);
    char *text = buf_room(out, text_len);
    if (room != NULL && text != NULL) {
        random_fill(room, NONCE_LEN);
        int rc = crypto_aead_xchacha20poly1305_ietf_encrypt(
            room + NONCE_LEN, NULL, (const unsigned char *)plain.base, plain.len,
            (const unsigned char *)about.base, about.len, NULL, room, key);
        check(rc == 0);
        (void)sodium_bin2base64(text, text_len, room, raw_len, VARIANT); /* yields its room */
        out->len += text_len - 1;
    }
    out->failed |= raw.failed;
    buf_fini(&raw);
}

bool seal_open(const unsigned char key[SEAL_KEY_LEN], bytes about, bytes sealed, buf *out)
{
    buf raw = {0};
    size_t raw_len = 0;
    unsigned char *room = (unsigned char *)buf_room(&raw, sealed.len + 1);
    bool is_open = room != NULL &&
                   sodium_base642bin(room, sealed.len + 1, sealed.base, sealed.len, NULL, &raw_len,
                                     NULL, VARIANT) == 0 &&
                   raw_len >= NONCE_LEN + TAG_LEN;
    unsigned char *plain =
        is_open ? (unsigned char *)buf_room(out, raw_len - NONCE_LEN - TAG_LEN + 1) : NULL;
    is_open = plain != NULL && crypto_aead_xchacha20poly1305_ietf_decrypt(
                                   plain, NULL, NULL, room + NONCE_LEN, raw_len - NONCE_LEN,
                                   (const unsigned char *)about.base, about.len, room, key) == 0;
    if (is_open) {
        out->len += raw_len - NONCE_LEN - TAG_LEN;
    }
    buf_fini(&raw);
    return is_open;
}
