#include "say/words.h"

#include <string.h>

#include "base/check.h"
#include "say/say.h"

/* The catalogues. A new language is a file beside these two and a line in `catalogues`. */

typedef struct words_text {
    const char *id;
    const char *text;
} words_text;

#define X(id, text) {id, text},
static const words_text texts_en[] = {
#include "say/catalogue_en.def"
};
static const words_text texts_de[] = {
#include "say/catalogue_de.def"
};
#undef X

enum { TEXT_COUNT = sizeof(texts_en) / sizeof(texts_en[0]) };
_Static_assert(sizeof(texts_de) == sizeof(texts_en), "every catalogue has every text");

static const struct {
    const char *lang;
    const words_text *texts;
} catalogues[] = {{"en", texts_en}, {"de", texts_de}};

enum { CATALOGUE_COUNT = sizeof(catalogues) / sizeof(catalogues[0]) };

uint32_t say_lang_count(void)
{
    return CATALOGUE_COUNT;
}

const char *say_lang_at(uint32_t index)
{
    check(index < CATALOGUE_COUNT);
    return catalogues[index].lang;
}

/* "de-x-simple" is "de" unless it has a catalogue of its own; what nobody knows is English. */
static uint32_t find_catalogue(const char *lang)
{
    size_t len = lang == NULL ? 0 : strlen(lang);
    size_t first_len = lang == NULL ? 0 : strcspn(lang, "-_");
    uint32_t found = 0;
    for (uint32_t i = 0; i < CATALOGUE_COUNT; i++) {
        const char *own = catalogues[i].lang;
        if (strlen(own) == len && memcmp(own, lang, len) == 0) {
            return i;
        }
        if (strlen(own) == first_len && memcmp(own, lang, first_len) == 0) {
            found = i;
        }
    }
    return found;
}

const char *words_label_lang(const char *lang)
{
    return catalogues[find_catalogue(lang)].texts == texts_de ? "de" : "en";
}

const char *words_find(const char *lang, const char *id)
{
    const words_text *texts = catalogues[find_catalogue(lang)].texts;
    for (uint32_t i = 0; i < TEXT_COUNT; i++) {
        if (strcmp(texts[i].id, id) == 0) {
            return texts[i].text;
        }
    }
    return NULL;
}

const char *say_word(const char *lang, const char *id)
{
    const char *text = words_find(lang, id);
    return text == NULL ? id : text;
}

bytes words_part(const char *text, uint32_t index)
{
    for (; index > 0; index--) {
        text = strchr(text, '|');
        check(text != NULL);
        text++;
    }
    return (bytes){text, strcspn(text, "|")};
}
