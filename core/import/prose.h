#ifndef CORE_IMPORT_PROSE_H
#define CORE_IMPORT_PROSE_H

#include <stdbool.h>

#include "base/bytes.h"

/* What sources hide in prose: HTML out, plain text in. Tags and comments are dropped, scripts and
 * styles with what is in them; block ends become line ends, entities become characters, runs of
 * white space become one. Cut to max_chars characters at a word, with an ellipsis; true: it was
 * cut. Any bytes may come in; what is not UTF-8 and what steers a terminal is left out. */
bool prose_plain(bytes html, size_t max_chars, buf *out);
/* The same in one line. */
bool prose_line(bytes html, size_t max_chars, buf *out);
/* The same for text that is no HTML. */
bool prose_text_line(bytes text, size_t max_chars, buf *out);

#endif
