#ifndef CORE_TAXONOMY_CODEPAGE_H
#define CORE_TAXONOMY_CODEPAGE_H

#include <stdbool.h>

#include "base/bytes.h"

/* Text of code page 850 or 1252 as UTF-8, appended to out. False: it is UTF-8 already, and out is
 * as it was. [any] */
bool codepage_to_utf8(bytes text, buf *out);

#endif
