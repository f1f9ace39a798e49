#ifndef CORE_TAXONOMY_TITLE_H
#define CORE_TAXONOMY_TITLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* A title of an occupation or skill as it is compared: folded words without their endings of sex,
 * case and number, without markers like (m/w/d), stop words and abbreviations written out. The
 * masculine, the feminine and every short form of both ("Koch/Köchin", "Gehilf(e)in", "Arzt*innen")
 * read the same. What exceeds the limits is left out: nobody's title is that long. */
enum { TITLE_TOKEN_MAX = 32, TITLE_LEN_MAX = 768, TITLE_WORD_LEN_MAX = 48 };

typedef struct title_token {
    uint16_t off; /* the word as folded */
    uint8_t len;
    uint8_t stem_len; /* its first bytes, or the replaced ones at stem_off */
    uint16_t stem_off;
    bool is_aside; /* in brackets or behind a dash: a field of work, a degree */
} title_token;

typedef struct title {
    char text[TITLE_LEN_MAX];
    uint32_t text_len;
    title_token tokens[TITLE_TOKEN_MAX];
    uint32_t token_count;
} title;

/* Reads any bytes; title is overwritten. `scratch` is cleared and used. False: no memory. [any] */
bool title_read(bytes text, buf *scratch, title *ret);

/* The stem of one folded word, into out (TITLE_WORD_LEN_MAX bytes); its length. */
uint32_t title_stem(bytes word, char *out);

/* Equal for titles with the same stems in any order and number. */
uint64_t title_key(const title *t);

bytes title_word(const title *t, uint32_t at);
bytes title_stem_of(const title *t, uint32_t at);

#endif
