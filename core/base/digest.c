#include "base/digest.h"

#include <sodium.h>

#include "base/check.h"

enum { DIGEST_LEN = DIGEST_TEXT_LEN / 2 };

void digest_parts(const bytes *parts, uint32_t part_count, char ret[DIGEST_TEXT_LEN + 1])
{
    digest_keyed(NULL, parts, part_count, ret);
}

void digest_keyed(const unsigned char key[DIGEST_KEY_LEN], const bytes *parts, uint32_t part_count,
                  char ret[DIGEST_TEXT_LEN + 1])
{
    crypto_generichash_state state;
    unsigned char hash[DIGEST_LEN];
    check(crypto_generichash_init(&state, key, key == NULL ? 0 : DIGEST_KEY_LEN, sizeof(hash)) ==
          0);
    for (uint32_t i = 0; i < part_count; i++) {
        unsigned char len[8];
        for (unsigned j = 0; j < sizeof(len); j++) {
            len[j] = (unsigned char)((uint64_t)parts[i].len >> (8 * j));
        }
        check(crypto_generichash_update(&state, len, sizeof(len)) == 0);
        check(crypto_generichash_update(&state, (const unsigned char *)parts[i].base,
                                        parts[i].len) == 0);
    }
    check(crypto_generichash_final(&state, hash, sizeof(hash)) == 0);
    sodium_bin2hex(ret, DIGEST_TEXT_LEN + 1, hash, sizeof(hash));
}

void digest_file(bytes file, char ret[DIGEST_TEXT_LEN + 1])
{
    unsigned char hash[DIGEST_LEN];
    check(crypto_generichash(hash, sizeof(hash), (const unsigned char *)file.base, file.len, NULL,
                             0) == 0);
    sodium_bin2hex(ret, DIGEST_TEXT_LEN + 1, hash, sizeof(hash));
}
