#ifndef CORE_ACCOUNT_TRAIL_LINE_H
#define CORE_ACCOUNT_TRAIL_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/digest.h"

/* One line of a log: {"n":NUMBER,"after":CODE-BEFORE,...entry...,"mac":CODE}. The code covers all
 * of the line up to itself, and so the code before; keyed, so that only who has the key can write
 * one. Pure. [any] */
typedef struct trail_line {
    uint64_t number;
    char after[DIGEST_TEXT_LEN + 1];
    char mac[DIGEST_TEXT_LEN + 1];
} trail_line;

/* `entry` is a JSON object with members. Puts the line with its end behind `out`. */
void trail_line_print(const unsigned char key[DIGEST_KEY_LEN], const char *after, uint64_t number,
                      bytes entry, char ret_mac[DIGEST_TEXT_LEN + 1], buf *out);
/* False: it has not this form. Says nothing about whether it is true. */
bool trail_line_read(bytes line, trail_line *ret);
/* Was it written with this key, behind that code? after NULL: behind whatever it says itself. */
bool trail_line_holds(const unsigned char key[DIGEST_KEY_LEN], const char *after, bytes line,
                      const trail_line *read);

#endif
