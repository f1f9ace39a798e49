#ifndef CORE_IMPORT_PROSE_H
#define CORE_IMPORT_PROSE_H

#include <stdbool.h>

#include "base/bytes.h"

/* What sources hide in prose: HTML out, plain text in. Tags are dropped, block ends become line
 * ends, entities become characters, runs of spaces become one. Cut to max_chars characters at a
 * word, with an ellipsis; true: it was cut. Any bytes may come in; what is not UTF-8 is left out.
 */
bool prose_plain(bytes html, size_t max_chars, buf *out);

#endif
