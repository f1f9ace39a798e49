#ifndef CORE_SAY_WORDS_H
#define CORE_SAY_WORDS_H

#include "base/bytes.h"
#include "base/lang.h"

/* Inside of this folder: texts by id. Public are say_word and its like in say.h. */

/* The language to answer in: English where none is asked for or it is none of ours. */
const language *words_lang(const char *tag);
/* The part of a text between bars. */
bytes words_part(const char *text, uint32_t index);
/* Of the language, else of those it falls back to. NULL: no catalogue has it. */
const char *words_find(const char *tag, const char *id);
/* Likewise, of the language alone. */
const char *words_find_own(const char *tag, const char *id);

#endif
