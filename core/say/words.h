#ifndef CORE_SAY_WORDS_H
#define CORE_SAY_WORDS_H

#include "base/bytes.h"

/* Inside of this folder: catalogues of texts by id. Public are say_word and its like in say.h. */

/* The language of codes' labels that fits best: "de" or "en". */
const char *words_label_lang(const char *lang);
/* The part of a text between bars. */
bytes words_part(const char *text, uint32_t index);
/* NULL: no catalogue has it. */
const char *words_find(const char *lang, const char *id);

#endif
