/* The languages of answers. Plural rules are CLDR's for whole numbers, in CLDR's order of forms
 * (zero, one, two, few, many, other), with forms left out that only fractions take. */

#include "base/lang.h"

#include <string.h>

#include "base/check.h"

static uint32_t one_other(uint64_t n)
{
    return n == 1 ? 0 : 1;
}

/* zero one two few many other */
static uint32_t arabic(uint64_t n)
{
    uint64_t rest = n % 100;
    if (n <= 2) {
        return (uint32_t)n;
    }
    return rest >= 3 && rest <= 10 ? 3 : rest >= 11 ? 4 : 5;
}

/* one few many */
static uint32_t ukrainian(uint64_t n)
{
    uint64_t unit = n % 10;
    uint64_t rest = n % 100;
    if (unit == 1 && rest != 11) {
        return 0;
    }
    return unit >= 2 && unit <= 4 && (rest < 12 || rest > 14) ? 1 : 2;
}

/* one few other */
static uint32_t romanian(uint64_t n)
{
    if (n == 1) {
        return 0;
    }
    return n == 0 || (n % 100 >= 1 && n % 100 <= 19) ? 1 : 2;
}

static const language LANGS[] = {
    {"en", "English", NULL, false, 2, "one other", one_other},
    {"de", "Deutsch", "en", false, 2, "one other", one_other},
    {"de-x-simple", "Deutsch in Leichter Sprache", "de", false, 2, "one other", one_other},
    {"ar", "العربية", "en", true, 6, "zero one two few many other", arabic},
    {"uk", "Українська", "en", false, 3, "one few many", ukrainian},
    {"tr", "Türkçe", "en", false, 2, "one other", one_other},
    {"bg", "Български", "en", false, 2, "one other", one_other},
    {"ro", "Română", "en", false, 3, "one few other", romanian},
};

uint32_t lang_count(void)
{
    return sizeof(LANGS) / sizeof(LANGS[0]);
}

const language *lang_at(uint32_t index)
{
    check(index < lang_count());
    return &LANGS[index];
}

static const language *find_tag(bytes tag)
{
    for (uint32_t i = 0; i < lang_count(); i++) {
        if (bytes_equal_text(tag, LANGS[i].tag)) {
            return &LANGS[i];
        }
    }
    return NULL;
}

const language *lang_find(bytes tag)
{
    const language *l = find_tag(tag);
    const char *dash = tag.len == 0 ? NULL : memchr(tag.base, '-', tag.len);
    if (l != NULL || dash == NULL) {
        return l;
    }
    return find_tag((bytes){tag.base, (size_t)(dash - tag.base)});
}

uint32_t lang_form(const language *l, int64_t number)
{
    uint64_t amount = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    uint32_t form = l->form(amount);
    check(form < l->form_count);
    return form;
}

void lang_list(buf *out)
{
    for (uint32_t i = 0; i < lang_count(); i++) {
        buf_text(out, i == 0 ? "" : ", ");
        buf_text(out, LANGS[i].tag);
    }
}
