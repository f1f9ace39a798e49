#include "say/words.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "say/catalogue.h"
#include "say/say.h"

/* Texts of the engine by id. English stands in catalogue_en.def, the source of the translators'
 * templates; the other languages in their compiled catalogues. */

typedef struct words_text {
    const char *id;
    const char *text;
} words_text;

#define X(id, text) {id, text},
static const words_text texts_en[] = {
#include "say/catalogue_en.def"
};
#undef X

enum { TEXT_COUNT = sizeof(texts_en) / sizeof(texts_en[0]), ID_MAX = 160 };

uint32_t say_text_count(void)
{
    return TEXT_COUNT;
}

const char *say_text_at(uint32_t index, const char **ret_id)
{
    check(index < TEXT_COUNT);
    *ret_id = texts_en[index].id;
    return texts_en[index].text;
}

const language *words_lang(const char *tag)
{
    const language *l = lang_find(bytes_of(tag));
    return l == NULL ? lang_at(0) : l;
}

static const char *find_english(const char *id)
{
    for (uint32_t i = 0; i < TEXT_COUNT; i++) {
        if (strcmp(texts_en[i].id, id) == 0) {
            return texts_en[i].text;
        }
    }
    return NULL;
}

const char *words_find_own(const char *tag, const char *id)
{
    if (strcmp(tag, "en") == 0) {
        return find_english(id);
    }
    for (uint32_t i = 0; i < CATALOGUE_COUNT; i++) {
        const catalogue *c = &CATALOGUES[i];
        if (strcmp(c->lang, tag) == 0) {
            const char *text = catalogue_find((bytes){(const char *)c->base, c->len}, id);
            if (text != NULL) {
                return text;
            }
        }
    }
    return NULL;
}

const char *words_find(const char *tag, const char *id)
{
    for (const char *at = words_lang(tag)->tag; at != NULL; at = words_lang(at)->fallback) {
        const char *text = words_find_own(at, id);
        if (text != NULL) {
            return text;
        }
    }
    return NULL;
}

const char *say_word(const char *tag, const char *id)
{
    const char *text = words_find(tag, id);
    return text == NULL ? id : text;
}

/* German and English stand in the tables of codes and fields themselves. */
static const char *find_label(const char *tag, const char *id, const char *de, const char *en)
{
    const language *l = words_lang(tag);
    const char *text = words_find_own(l->tag, id);
    if (text != NULL) {
        return text;
    }
    bool is_german =
        strcmp(l->tag, "de") == 0 || (l->fallback != NULL && strcmp(l->fallback, "de") == 0);
    return is_german ? de : en;
}

const char *say_code_label(const char *tag, const code_list *list, uint32_t position)
{
    char id[ID_MAX];
    check(position < list->count);
    const code_entry *entry = &list->entries[position];
    snprintf(id, sizeof id, "code.%s.%s", list->name, entry->id);
    return find_label(tag, id, entry->de, entry->en);
}

const char *say_field_label(const char *tag, const field *f)
{
    char id[ID_MAX];
    snprintf(id, sizeof id, "field.%s", f->path);
    return find_label(tag, id, f->de, f->en);
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
