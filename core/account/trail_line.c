/* A line, its number and its codes. The form is fixed to the byte, so that no parser stands between
 * a line and its code. */

#include "account/trail_line.h"

#include <string.h>

#include "base/check.h"

static const char NUMBER[] = "{\"n\":";
static const char AFTER[] = ",\"after\":\"";
static const char MAC[] = ",\"mac\":\"";

enum {
    NUMBER_LEN = sizeof NUMBER - 1,
    AFTER_LEN = sizeof AFTER - 1,
    MAC_LEN = sizeof MAC - 1,
    TAIL_LEN = MAC_LEN + DIGEST_TEXT_LEN + 2, /* ,"mac":"..."} */
    DIGIT_MAX = 18
};

void trail_line_print(const unsigned char key[DIGEST_KEY_LEN], const char *after, uint64_t number,
                      bytes entry, char ret_mac[DIGEST_TEXT_LEN + 1], buf *out)
{
    check(strlen(after) == DIGEST_TEXT_LEN);
    check(entry.len > 2);
    size_t from = out->len;
    buf_print(out, "%s%llu%s%s\",", NUMBER, (unsigned long long)number, AFTER, after);
    buf_put(out, entry.base + 1, entry.len - 2); /* its members */
    bytes covered = out->failed ? BYTES("") : (bytes){out->base + from, out->len - from};
    digest_keyed(key, &covered, 1, ret_mac);
    buf_print(out, "%s%s\"}\n", MAC, ret_mac);
}

static bool is_code(const char *text)
{
    for (int i = 0; i < DIGEST_TEXT_LEN; i++) {
        if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f'))) {
            return false;
        }
    }
    return true;
}

bool trail_line_read(bytes line, trail_line *ret)
{
    size_t at = NUMBER_LEN;
    if (line.len < NUMBER_LEN + 1 + AFTER_LEN + DIGEST_TEXT_LEN + 2 + TAIL_LEN ||
        memcmp(line.base, NUMBER, NUMBER_LEN) != 0) {
        return false;
    }
    uint64_t number = 0;
    for (; at < NUMBER_LEN + DIGIT_MAX && line.base[at] >= '0' && line.base[at] <= '9'; at++) {
        number = 10 * number + (uint64_t)(line.base[at] - '0');
    }
    const char *tail = line.base + line.len - TAIL_LEN;
    if (at == NUMBER_LEN || at + AFTER_LEN + DIGEST_TEXT_LEN + 2 + TAIL_LEN > line.len ||
        memcmp(line.base + at, AFTER, AFTER_LEN) != 0 || !is_code(line.base + at + AFTER_LEN) ||
        memcmp(line.base + at + AFTER_LEN + DIGEST_TEXT_LEN, "\",", 2) != 0 ||
        memcmp(tail, MAC, MAC_LEN) != 0 || !is_code(tail + MAC_LEN) ||
        memcmp(tail + MAC_LEN + DIGEST_TEXT_LEN, "\"}", 2) != 0) {
        return false;
    }
    *ret = (trail_line){.number = number};
    memcpy(ret->after, line.base + at + AFTER_LEN, DIGEST_TEXT_LEN);
    memcpy(ret->mac, tail + MAC_LEN, DIGEST_TEXT_LEN);
    return true;
}

bool trail_line_holds(const unsigned char key[DIGEST_KEY_LEN], const char *after, bytes line,
                      const trail_line *read)
{
    char mac[DIGEST_TEXT_LEN + 1];
    bytes covered = {line.base, line.len - TAIL_LEN};
    digest_keyed(key, &covered, 1, mac);
    return strcmp(mac, read->mac) == 0 && (after == NULL || strcmp(after, read->after) == 0);
}
