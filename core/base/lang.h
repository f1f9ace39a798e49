#ifndef CORE_BASE_LANG_H
#define CORE_BASE_LANG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* The languages that answers are written in, and what their grammar asks of texts with numbers. */

enum { LANG_FORM_MAX = 6 };

typedef struct language {
    const char *tag;      /* BCP 47: "de", "de-x-simple" */
    const char *name;     /* in the language itself */
    const char *fallback; /* the language to read where it has no text; NULL: none */
    bool is_right_to_left;
    uint32_t form_count; /* forms of a word beside a whole number, CLDR's order */
    const char *forms;   /* their CLDR names between spaces */
    uint32_t (*form)(uint64_t number);
} language;

uint32_t lang_count(void);
/* English first, the order of lists for people. [any] */
const language *lang_at(uint32_t index);
/* By its tag, else by the language alone ("de-AT" is "de"). NULL: none of ours. [any] */
const language *lang_find(bytes tag);
/* Which form goes with a number: the index of a form. A negative number reads as its amount. */
uint32_t lang_form(const language *l, int64_t number);
/* "en, de, ...", for refusals. */
void lang_list(buf *out);

#endif
